"""What `xlsizing doctor` asks of a machine, each question a field: a test answers for a machine that it does not run on.

Paths are texts: those of Windows stay what they are on any system.
"""

from __future__ import annotations

import json
import ntpath
import os
import platform
import posixpath
import re
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from xlsizing.hosts.excel import UDF_MODULE

__all__ = ["WINDOWS", "Answer", "Machine", "this_machine"]

WINDOWS: Final = "Windows"
_SECONDS = 120
_QUESTION = f"""
import importlib, json, platform
import xlsizing, xlwings
importlib.import_module({UDF_MODULE!r})
from xlsizing.hosts.excel.registry import FUNCTIONS
print()
print(json.dumps([platform.python_version(), xlsizing.__version__, xlwings.__version__, len(FUNCTIONS)]))
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an interpreter says of itself once it has loaded our functions.

    Parameters
    ----------
    python, xlsizing, xlwings : str
        Versions; empty where it failed
    functions : int
        How many functions it registered [-]
    failure : str
        Why it could not, in one line; empty where it could
    """

    python: str = ""
    xlsizing: str = ""
    xlwings: str = ""
    functions: int = 0
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine, and the interpreter that examines it.

    Parameters
    ----------
    system : str
        "Windows", "Darwin" (macOS) or "Linux"
    python : str
        Version of the interpreter
    bits : int
        Its width [bit]
    executable, base : str
        The interpreter, and the installation that it was made from
    encoding : str
        In which Excel's macros read text files
    environment : mapping of str to str
        Environment variables
    version_of : callable
        Gives the installed version of a package, None where it is not installed
    pinned : str or None
        The version of xlwings that the installed xlsizing requires
    read : callable
        Gives the bytes of the file at a path, None where there is none
    is_file : callable
        Tells whether there is a file at a path
    registry : callable
        Gives a value of the Windows registry by root, key and name, None where there is none
    ask : callable
        Has the interpreter at a path load our functions, and gives its Answer
    """

    system: str
    python: str
    bits: int
    executable: str
    base: str
    encoding: str
    environment: Mapping[str, str]
    version_of: Callable[[str], str | None]
    pinned: str | None
    read: Callable[[str], bytes | None]
    is_file: Callable[[str], bool]
    registry: Callable[[str, str, str], str | None]
    ask: Callable[[str], Answer]

    @property
    def is_windows(self) -> bool:
        """Whether Excel can reach Python here through COM."""
        return self.system == WINDOWS

    @property
    def paths(self) -> ModuleType:
        """The rules by which paths are written here."""
        return ntpath if self.is_windows else posixpath

    def pip(self, package: str) -> str:
        """Return the command that installs `package` for the interpreter, whatever the PATH holds."""
        return f'"{self.executable}" -m pip install "{package}"'

    def expanded(self, text: str) -> str:
        """Return `text` with its %VARIABLES% filled in as Windows does; unknown ones stay."""
        known = {name.upper(): value for name, value in self.environment.items()}
        return re.sub(r"%([^%]+)%", lambda found: known.get(found[1].upper(), found[0]), text)


def this_machine() -> Machine:
    """Return the machine that this runs on."""
    return Machine(
        system=platform.system(),
        python=platform.python_version(),
        bits=8 * struct.calcsize("P"),
        executable=sys.executable,
        base=sys.base_prefix,
        encoding="mbcs" if sys.platform == "win32" else "utf-8",
        environment=os.environ,
        version_of=_version_of,
        pinned=_pinned_xlwings(),
        read=_bytes_or_none,
        is_file=os.path.isfile,
        registry=_registry,
        ask=_ask,
    )


def _version_of(package: str) -> str | None:
    with suppress(metadata.PackageNotFoundError):
        return metadata.version(package)
    return None


def _pinned_xlwings() -> str | None:
    with suppress(metadata.PackageNotFoundError):
        for requirement in metadata.requires("xlsizing") or []:
            if found := re.match(r"xlwings\s*==\s*([\w.]+)", requirement):
                return found[1]
    return None


def _bytes_or_none(path: str) -> bytes | None:
    with suppress(OSError, ValueError):  # ValueError: a NUL in the path
        return Path(path).read_bytes()
    return None


def _registry(root: str, key: str, name: str) -> str | None:
    if sys.platform != "win32":
        return None
    import winreg  # noqa: PLC0415  # Windows alone has it

    with suppress(OSError), winreg.OpenKey(getattr(winreg, root), key) as opened:
        return str(winreg.QueryValueEx(opened, name)[0])
    return None


def _ask(interpreter: str) -> Answer:
    """Start `interpreter` outside any folder that could hold a module of our name."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            run = subprocess.run(  # noqa: S603  # the caller answers for the interpreter
                [interpreter, "-B", "-c", _QUESTION],
                capture_output=True, check=False, timeout=_SECONDS, cwd=folder, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Answer(failure=f"no answer within {_SECONDS} s")
        except (OSError, ValueError) as error:
            return Answer(failure=f"it does not start: {getattr(error, 'strerror', None) or error}")
    if run.returncode:
        return Answer(failure=_last_line(run.stderr) or f"it ended with exit code {run.returncode}")
    return _answer_in_line(_last_line(run.stdout))


def _answer_in_line(line: str) -> Answer:
    with suppress(ValueError, TypeError):
        facts: list[Any] = json.loads(line)
        return Answer(*facts)
    return Answer(failure="it answered with something else than asked")


def _last_line(output: bytes) -> str:
    lines = output.decode("utf-8", "backslashreplace").strip().splitlines()
    return lines[-1].strip() if lines else ""
