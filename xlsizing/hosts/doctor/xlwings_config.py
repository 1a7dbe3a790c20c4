"""xlwings' settings as its VBA finds them: the workbook's sheet first, then a file beside it, then the user's own."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from xlsizing.hosts.doctor.machine import Machine
from xlsizing.hosts.doctor.workbook_file import CONFIG_SHEET

__all__ = ["INTERPRETER", "Settings", "Source", "own_file", "settings"]

INTERPRETER: Final = "INTERPRETER_WIN"
_OLD_INTERPRETER = "INTERPRETER"
_CONDA = ("CONDA PATH", "CONDA ENV")
_ON_PATH = ("python", "pythonw")


@dataclass(frozen=True, slots=True)
class Source:
    """One place that settings come from.

    Parameters
    ----------
    name : str
        What a sentence calls it
    values : mapping of str to str
        Settings by name, names in upper case
    trusted : bool
        Whether only the user can have written it
    """

    name: str
    values: Mapping[str, str]
    trusted: bool


@dataclass(frozen=True, slots=True)
class Settings:
    """All sources, the first that names a setting counts, even where it leaves it blank.

    Parameters
    ----------
    machine : Machine
        The machine, for its environment variables
    sources : sequence of Source
        In order
    """

    machine: Machine
    sources: Sequence[Source]

    def source(self, name: str) -> Source | None:
        """Return the source that decides on the setting `name`."""
        return next((source for source in self.sources if name in source.values), None)

    def value(self, name: str) -> str:
        """Return the setting `name` with variables filled in; empty where nothing sets it."""
        source = self.source(name)
        return self.machine.expanded(source.values[name]) if source else ""

    def interpreter(self) -> tuple[str, Source | None]:
        """Return the interpreter that Excel would start, and who names it.

        Empty where it would be whatever the PATH holds.
        """
        name = INTERPRETER if self.value(INTERPRETER) else _OLD_INTERPRETER
        path = self.value(name)
        if path and path not in _ON_PATH:
            return path, self.source(name)
        folder, environment = self.value(_CONDA[0]), self.value(_CONDA[1])
        if not (folder and environment):
            return "", self.source(name)
        named_by = [source for source in map(self.source, _CONDA) if source]
        return _in_conda(folder, environment), min(named_by, key=lambda source: source.trusted)


def settings(machine: Machine, path: str | None, rows: Sequence[tuple[str, str]] | None) -> Settings:
    """Return what xlwings would find.

    Parameters
    ----------
    machine : Machine
        The machine
    path : str or None
        The workbook; None where there is none
    rows : sequence of (str, str) or None
        Rows of its sheet xlwings.conf; None where there is none

    Returns
    -------
    Settings
        The sources in xlwings' order
    """
    return Settings(machine, [*_of_workbook(machine, path, rows), _from_file(machine, own_file(machine), trusted=True)])


def own_file(machine: Machine) -> str:
    """Return where xlwings looks for the user's own settings on Windows: no other system starts functions."""
    home = machine.environment.get("USERPROFILE", "%USERPROFILE%")
    return machine.paths.join(home, ".xlwings", "xlwings.conf")  # type: ignore[no-any-return]


def _of_workbook(machine: Machine, path: str | None, rows: Sequence[tuple[str, str]] | None) -> Iterator[Source]:
    if rows is not None:
        yield Source(f"the sheet {CONFIG_SHEET}", dict(reversed(list(_until_blank(rows)))), trusted=False)
    if path is not None:
        folder = machine.paths.dirname(machine.paths.abspath(path))
        yield _from_file(machine, machine.paths.join(folder, "xlwings.conf"), trusted=False)


def _until_blank(rows: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the rows that xlwings reads: it stops at the first without a name."""
    for name, value in rows:
        if not name:
            return
        yield name.upper(), value


def _from_file(machine: Machine, path: str, *, trusted: bool) -> Source:
    text = (machine.read(path) or b"").decode(machine.encoding, "replace")
    found: dict[str, str] = {}
    with suppress(csv.Error):
        for row in csv.reader(line for line in text.splitlines() if line.strip()):
            if len(row) > 1:
                found.setdefault(row[0].upper(), row[1])  # xlwings takes the first
    return Source(path, found, trusted)


def _in_conda(path: str, environment: str) -> str:
    """Return the interpreter of a conda environment, where xlwings looks for it."""
    folder = environment if "\\" in environment else path if environment == "base" else rf"{path}\envs\{environment}"
    return rf"{folder}\python.exe"
