"""Whether a machine and a workbook will work together: one finding a check, each with its mend.

What is asked of the machine goes through `Machine`, so that what only Windows can show is tested anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import xlsizing
from xlsizing.hosts.doctor.findings import SET_UP, Finding, failed, passed, skipped, unverified
from xlsizing.hosts.doctor.machine import Machine
from xlsizing.hosts.doctor.workbook import examine_workbook, read_macros
from xlsizing.hosts.doctor.workbook_file import CONFIG_SHEET, WorkbookFile
from xlsizing.hosts.doctor.xlwings_config import INTERPRETER, Settings, own_file, settings
from xlsizing.hosts.excel import UDF_MODULE

__all__ = ["examine"]

_FROM_PYTHON_ORG = f"install the 64-bit Python from python.org and {SET_UP}"
_WITHOUT_COM = "open the customer workbook, use xlwings Lite, or recalculate with `xlsizing recalc FILE`"


def examine(
    machine: Machine, book: WorkbookFile | None, modules_of: Callable[[bytes], Mapping[str, str]]
) -> list[Finding]:
    """Return what was found, in the order in which it should be mended.

    Parameters
    ----------
    machine : Machine
        The machine
    book : WorkbookFile or None
        The workbook, None to examine the machine alone
    modules_of : callable
        Gives the VBA modules of a workbook by name

    Returns
    -------
    list of Finding
        One a check
    """
    found = list(_versions(machine))
    if book is None:
        return found + _excel_and_functions(machine, settings(machine, None, None))
    if not book.has_macros and not book.calls_us:
        return [*found, skipped("macros", "none, and none needed: no cell calls a SIZING_ function")]
    config = settings(machine, book.path, book.config)
    macros, modules = read_macros(machine, book, modules_of)
    found += _excel_and_functions(machine, config)
    return [*found, macros, *examine_workbook(machine, book, config, modules)]


def _versions(machine: Machine) -> Iterator[Finding]:
    yield _python(machine)
    own = f"xlsizing {xlsizing.__version__}"
    if machine.version_of("xlsizing") is None:
        yield failed("xlsizing", f"{xlsizing.__version__} runs from a folder and is not installed", SET_UP)
    else:
        yield passed("xlsizing", xlsizing.__version__)
    installed = machine.version_of("xlwings")
    if installed is None or installed != (machine.pinned or installed):
        yield failed(
            "xlwings",
            f"{installed or 'not installed'}, but {own} needs {machine.pinned or 'it'}",
            machine.pip(f"xlwings=={machine.pinned}") if machine.pinned else SET_UP,
        )
    else:
        yield passed("xlwings", f"{installed}, the version that {own} needs")


def _python(machine: Machine) -> Finding:
    words = f"{machine.python}, {machine.bits}-bit"
    if machine.bits != 64:  # noqa: PLR2004  # bits
        return failed("Python", words, _FROM_PYTHON_ORG)
    if machine.is_windows and "\\windowsapps\\" in f"{machine.base}\\".casefold():
        return failed(
            "Python", f"{words}, from the Microsoft Store, which hides its files from Excel", _FROM_PYTHON_ORG
        )
    return passed("Python", f"{words} ({machine.executable})")


def _excel_and_functions(machine: Machine, config: Settings) -> list[Finding]:
    if machine.is_windows:
        return [_excel(machine), _pywin32(machine), *_interpreter(machine, config)]
    name = {"Darwin": "macOS"}.get(machine.system, machine.system)
    return [
        skipped("Excel", f"on {name} it cannot call the Python functions of a workbook", _WITHOUT_COM),
        _functions(machine, machine.executable),
    ]


def _excel(machine: Machine) -> Finding:
    version = machine.registry("HKEY_CLASSES_ROOT", r"Excel.Application\CurVer", "")
    if version is None:
        return failed("Excel", "not installed on this machine", f"install Excel for Windows; without it {_WITHOUT_COM}")
    return passed("Excel", f"{version}, {' or '.join(map(str, _excel_bits(machine)))}-bit")


def _excel_bits(machine: Machine) -> tuple[int, ...]:
    """Return Excel's width; both where its installer did not write it down."""
    key = r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
    platform = machine.registry("HKEY_LOCAL_MACHINE", key, "Platform") or ""
    return {"x86": (32,), "x64": (64,)}.get(platform.casefold(), (32, 64))


def _pywin32(machine: Machine) -> Finding:
    version = machine.version_of("pywin32")
    return passed("pywin32", version) if version else failed("pywin32", "not installed", machine.pip("pywin32"))


def _interpreter(machine: Machine, config: Settings) -> Iterator[Finding]:
    """Yield whether Excel finds its interpreter, the DLL beside it, and our functions in it."""
    path, source = config.interpreter()
    fault = _path_fault(machine, path)
    trusted = (source is not None and source.trusted) or _is_own(machine, path)
    if not fault and path.startswith("\\\\") and not trusted:
        fault = f"{path} is on the network, where a workbook must not point"
    elif not fault and not machine.is_file(path):
        fault = f"there is no {path}"
    named = f", named by {source.name}" if source and path else ""
    if fault:
        set_it = f"set {INTERPRETER} to {machine.executable} on the sheet {CONFIG_SHEET} or in {own_file(machine)}"
        yield failed("interpreter", f"{fault}{named}", set_it)
    elif trusted:
        yield passed("interpreter", f"{path}{named}")
        yield _dll(machine, path, machine.version_of("xlwings") or str(machine.pinned))
        yield _functions(machine, path)
    else:  # a workbook may come from anybody: what it names is not started
        words = f"{path}{named}: not started, since it is not the Python that runs this"
        yield unverified("interpreter", words, "if you set it up yourself, run its own doctor; if not, delete that row")


def _path_fault(machine: Machine, path: str) -> str:
    if not path:
        return f"{INTERPRETER} is not set: Excel would start whatever Python the PATH holds"
    if "%" in path:
        return f"{path} holds a variable that this machine does not set"
    if not machine.paths.isabs(path) or "/" in path:
        return f"{path} must be a whole path, from the drive on, with backslashes"
    return ""


def _is_own(machine: Machine, path: str) -> bool:
    """Whether `path` is the Python that runs this, with or without a console: no other program beside it."""
    return _console(machine.paths.normcase(path)) == _console(machine.paths.normcase(machine.executable))


def _dll(machine: Machine, interpreter: str, version: str) -> Finding:
    """Look where xlwings looks: beside the interpreter, and one folder up, where a virtual environment has it."""
    beside = machine.paths.dirname(interpreter)
    found = []
    for name in (f"xlwings{bits}-{version}.dll" for bits in _excel_bits(machine)):
        folders = (beside, machine.paths.dirname(beside))
        folder = next((each for each in folders if machine.is_file(machine.paths.join(each, name))), None)
        if folder is None:
            again = f'"{_console(interpreter)}" -m pip install --force-reinstall --no-deps "xlwings=={version}"'
            return failed("xlwings DLL", f"no {name} in {beside} or the folder above", again)
        found.append(f"{name} in {folder}")
    return passed("xlwings DLL", ", ".join(found))


def _functions(machine: Machine, interpreter: str) -> Finding:
    answer = machine.ask(interpreter)
    there = f"{SET_UP}, with {_console(interpreter)}"
    if answer.failure:
        return failed("functions", f"{UDF_MODULE} cannot be loaded by {interpreter}: {answer.failure}", there)
    words = f"{answer.functions} from xlsizing {answer.xlsizing}, xlwings {answer.xlwings}, Python {answer.python}"
    ours = xlsizing.__version__, machine.version_of("xlwings")
    if (answer.xlsizing, answer.xlwings) != ours:
        return failed("functions", f"{words}, but this command has xlsizing {ours[0]}, xlwings {ours[1]}", there)
    return passed("functions", words)


def _console(interpreter: str) -> str:
    """Return the interpreter that answers in a console."""
    return interpreter.replace("pythonw.exe", "python.exe")
