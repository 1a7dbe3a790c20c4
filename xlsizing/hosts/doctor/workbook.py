"""The checks of `xlsizing doctor` that look at a workbook: its place, its macros, its wrappers, its settings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from xlsizing.errors import SizingError
from xlsizing.hosts.doctor.findings import SET_UP, Finding, failed, passed, unverified
from xlsizing.hosts.doctor.machine import Machine
from xlsizing.hosts.doctor.workbook_file import CONFIG_SHEET, WorkbookFile
from xlsizing.hosts.doctor.wrappers import NEW_FILE, examine_wrappers, examine_xlwings
from xlsizing.hosts.doctor.xlwings_config import INTERPRETER, Settings
from xlsizing.hosts.excel import UDF_MODULE

__all__ = ["examine_workbook", "read_macros"]

_ORIGINAL = "open the original .xlsm; when saving, keep the type Excel Macro-Enabled Workbook (.xlsm)"
_ONEDRIVE = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")
_INTERNET = 3  # from this zone on Excel blocks macros
_ADD_FOLDER = "ADD_WORKBOOK_TO_PYTHONPATH"
_FOLDERS = "PYTHONPATH"  # searched before what is installed
_MUST_BE_FALSE = {
    _ADD_FOLDER: "a web address on OneDrive stops the functions, and a file beside the workbook could replace them",
    "SHOW CONSOLE": "a console window opens with the functions",
    "DEBUG UDFS": "Excel waits for a server that somebody starts by hand",
}


Modules = Mapping[str, str]


def read_macros(
    machine: Machine, book: WorkbookFile, modules_of: Callable[[bytes], Modules]
) -> tuple[Finding, Modules | None]:
    """Return what was found of macros, and the modules where they could be read.

    Parameters
    ----------
    machine : Machine
        The machine
    book : WorkbookFile
        The workbook
    modules_of : callable
        Gives the source of the VBA modules of a workbook by name

    Returns
    -------
    Finding, and mapping of str to str or None
        Whether there are macros that Excel will take; their source by module
    """
    if not book.has_macros:
        return failed("macros", "none, but cells call SIZING_ functions: a macro-free copy", _ORIGINAL), None
    if not book.macro_type or not book.path.casefold().endswith(".xlsm"):
        return failed(
            "macros", "there, but the file does not pass for an .xlsm: Excel will not open it", _ORIGINAL
        ), None
    if machine.version_of("pyopenvba") is None:
        return unverified(
            "macros",
            "there, but not read: that takes the package pyopenvba",
            machine.pip("xlsizing[sales]") if machine.version_of("xlsizing") else SET_UP,
        ), None
    try:
        modules = modules_of(book.data)
    except SizingError as error:
        return failed("macros", f"cannot be read: {error}", NEW_FILE), None
    return passed("macros", f"{len(modules)} modules"), modules


def examine_workbook(machine: Machine, book: WorkbookFile, config: Settings, modules: Modules | None) -> list[Finding]:
    """Return what was found in a workbook beside its macros as such.

    Parameters
    ----------
    machine : Machine
        The machine
    book : WorkbookFile
        The workbook
    config : Settings
        xlwings' settings for it
    modules : mapping of str to str or None
        Source of its VBA modules by name; None where they could not be read

    Returns
    -------
    list of Finding
        One a check
    """
    found = [_place_finding(machine, book, config), _blocked_finding(machine, book)] if machine.is_windows else []
    if modules is not None:
        found.append(examine_xlwings(modules, machine.version_of("xlwings")))
        found.append(examine_wrappers(modules))
    if book.config is None:
        return [*found, failed(CONFIG_SHEET, "no such sheet", NEW_FILE)]
    return [*found, _sheet(book.config, config), _udf_modules(config), *_switches(config)]


def _place_finding(machine: Machine, book: WorkbookFile, config: Settings) -> Finding:
    path = machine.paths.normcase(machine.paths.abspath(book.path))
    synced = [machine.paths.normcase(machine.environment.get(name) or "\0") for name in _ONEDRIVE]
    if not any(path.startswith(f"{folder}\\") for folder in synced):
        return passed("place", "not under OneDrive")
    if _is_false(config, _ADD_FOLDER):
        return passed("place", f"under OneDrive, which does no harm since {_ADD_FOLDER} is FALSE")
    words = f"under OneDrive, where Excel gives xlwings a web address, and {_ADD_FOLDER} is not FALSE"
    return failed("place", words, f"set {_ADD_FOLDER} to FALSE on the sheet {CONFIG_SHEET}, or move the file")


def _blocked_finding(machine: Machine, book: WorkbookFile) -> Finding:
    stream = (machine.read(f"{machine.paths.abspath(book.path)}:Zone.Identifier") or b"").decode("latin-1")
    zone = re.search(r"ZoneId\s*=\s*(\d+)", stream)
    if zone and int(zone[1]) >= _INTERNET:
        words = f"the file carries the mark of the internet (ZoneId={zone[1]}): Excel blocks its macros"
        return failed("blocked", words, "right-click the file in Explorer > Properties > tick Unblock > OK")
    return passed("blocked", "no mark of the internet on the file")


def _sheet(rows: Sequence[tuple[str, str]], config: Settings) -> Finding:
    names = [name.upper() for name, _ in rows]
    twice = [name for name, count in Counter(filter(None, names)).items() if count > 1]
    if twice:
        return failed(CONFIG_SHEET, f"{twice[0]} stands there twice, which stops xlwings", "delete one of the rows")
    if "" in names:
        return failed(
            CONFIG_SHEET, f"row {names.index('') + 1} has no name: xlwings reads no further", "delete the row"
        )
    if config.sources[0].values.get(INTERPRETER) == "":
        return _hidden_path(config)
    return passed(CONFIG_SHEET, f"{len(names)} settings")


def _hidden_path(config: Settings) -> Finding:
    elsewhere = [source.name for source in config.sources[1:] if source.values.get(INTERPRETER)]
    words = f"{INTERPRETER} is blank there, which hides " + (elsewhere[0] if elsewhere else "your own file's")
    return failed(CONFIG_SHEET, words, "delete the row, or write the path of pythonw.exe into it")


def _udf_modules(config: Settings) -> Finding:
    given = config.value("UDF MODULES")
    if UDF_MODULE in (name.strip() for name in given.split(";")):
        return passed("UDF MODULES", given)
    return failed("UDF MODULES", f"is {given or 'blank'}", f"set it to {UDF_MODULE} on the sheet {CONFIG_SHEET}")


def _switches(config: Settings) -> Iterator[Finding]:
    for name, consequence in _MUST_BE_FALSE.items():
        if _is_false(config, name):
            yield passed(name, "FALSE")
        else:
            yield failed(name, f"is not FALSE: {consequence}", f"set it to FALSE on the sheet {CONFIG_SHEET}")
    source = config.source(_FOLDERS)
    if source and not source.trusted and source.values[_FOLDERS]:
        words = f"{source.values[_FOLDERS]}, named by {source.name}: a file there could replace the functions"
        yield unverified(_FOLDERS, words, "if you did not set it yourself, delete that row")


def _is_false(config: Settings, name: str) -> bool:
    default = "true" if name == _ADD_FOLDER else "false"
    return (config.value(name) or default).casefold() == "false"
