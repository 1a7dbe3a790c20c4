"""Four spreadsheet engines behind one small interface: a workbook is edited and read through its defined names alone.

Three run in process; the fourth is LibreOffice itself. None shares code with another, or with the package.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import formualizer
import formulon
import ironcalc
import openpyxl
import pytest

ERRORS = {
    "Null": "#NULL!",
    "Div": "#DIV/0!",
    "Value": "#VALUE!",
    "Ref": "#REF!",
    "Name": "#NAME?",
    "Num": "#NUM!",
    "Na": "#N/A",
}
ROOT = Path(__file__).resolve().parents[2]
_LIBREOFFICE_ERRORS = {32767: "#N/A", 532: "#DIV/0!", 519: "#VALUE!", 524: "#REF!", 525: "#NAME?", 503: "#NUM!"}


@dataclass(frozen=True)
class CellError:
    """An error value in a cell."""

    kind: str


@dataclass(frozen=True)
class Box:
    """A range of cells; rows and columns are counted from 1."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    @property
    def shape(self):
        """Rows and columns."""
        return self.bottom - self.top + 1, self.right - self.left + 1

    def cells(self):
        """Return the positions of the cells, row by row."""
        return [
            [(row, column) for column in range(self.left, self.right + 1)] for row in range(self.top, self.bottom + 1)
        ]


@cache
def boxes(data):
    """Return the range of each defined name of a workbook."""
    found = {}
    for name, defined in openpyxl.load_workbook(BytesIO(data)).defined_names.items():
        ((sheet, reference),) = defined.destinations
        left, top, right, bottom = openpyxl.utils.range_boundaries(reference.replace("$", ""))
        found[name] = Box(sheet, top, left, bottom, right)
    return found


class Engine:
    """A workbook in an engine: set cells by name, recalculate, read cells by name.

    Values are numbers, texts and None for a blank; read back, a blank and an empty text are both "", and an error value is
    a `CellError`.
    """

    def __init__(self, data):
        self.boxes = boxes(data)
        self.load(data)

    def set(self, name, values):
        """Fill a named range: a value for a single cell, a list for a column, rows for a table; the rest is cleared."""
        rows, columns = self.boxes[name].shape
        given = values if isinstance(values, list | tuple) else [values]
        table = [list(row) if isinstance(row, list | tuple) else [row] for row in given]
        assert len(table) <= rows, name
        assert all(len(row) <= columns for row in table), name
        table += [[]] * (rows - len(table))
        self.put(name, [row + [None] * (columns - len(row)) for row in table])

    def column(self, name):
        """Return the values of a named range of one column."""
        return [value for (value,) in self.read(name)]

    def sheet(self, title, reference):
        """Return the values of a range such as "B1:S60", which has no name, as rows."""
        left, top, right, bottom = openpyxl.utils.range_boundaries(reference)
        self.boxes = self.boxes | {f"{title}!{reference}": Box(title, top, left, bottom, right)}
        return self.read(f"{title}!{reference}")

    def value(self, name):
        """Return the value of a single named cell."""
        ((value,),) = self.read(name)
        return value

    def close(self):
        """End whatever runs outside this process."""

    def load(self, data):
        """Open a workbook."""
        raise NotImplementedError

    def put(self, name, table):
        """Fill a named range with a table of its shape."""
        raise NotImplementedError

    def recalculate(self):
        """Recalculate every formula."""
        raise NotImplementedError

    def read(self, name):
        """Return the values of a named range as rows."""
        raise NotImplementedError


class FormualizerEngine(Engine):
    """The engine that the proof of the package rests on."""

    def load(self, data):
        self.book = formualizer.Workbook.from_bytes(data)

    def put(self, name, table):
        box = self.boxes[name]
        self.book.set_values_batch(box.sheet, box.top, box.left, table)

    def recalculate(self):
        self.book.evaluate_all()

    def read(self, name):
        box = self.boxes[name]
        return [[self._plain(self.book.get_value(box.sheet, *at)) for at in row] for row in box.cells()]

    @staticmethod
    def _plain(value):
        if isinstance(value, dict):
            return CellError(ERRORS.get(value["kind"], value["kind"]))
        return "" if value is None else value


class IronCalcEngine(Engine):
    """IronCalc; it takes a styled blank cell of a file for 0, so these are cleared first."""

    def load(self, data):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "book.xlsx"
            path.write_bytes(data)
            self.model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
        self.error = ironcalc.CellType.ErrorValue
        self.sheets = {sheet["name"]: at for at, sheet in enumerate(self.model.get_worksheets_properties())}
        for sheet in openpyxl.load_workbook(BytesIO(data)):
            for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is None):
                self.model.clear_cell_contents(self.sheets[sheet.title], cell.row, cell.column)

    def put(self, name, table):
        box = self.boxes[name]
        sheet = self.sheets[box.sheet]
        for positions, values in zip(box.cells(), table, strict=True):
            for (row, column), value in zip(positions, values, strict=True):
                if value is None:
                    self.model.clear_cell_contents(sheet, row, column)
                elif isinstance(value, str):
                    self.model.update_cell_with_text(sheet, row, column, value)
                else:
                    self.model.update_cell_with_number(sheet, row, column, value)

    def recalculate(self):
        self.model.evaluate()

    def read(self, name):
        box = self.boxes[name]
        return [[self._plain(self.sheets[box.sheet], *at) for at in row] for row in box.cells()]

    def _plain(self, sheet, row, column):
        value = self.model.get_cell_value(sheet, row, column)
        if self.model.get_cell_type(sheet, row, column) == self.error:
            return CellError(value)
        return "" if value is None else value


class FormulonEngine(Engine):
    """formulon, tuned on Excel 365; recalculation outside these tests runs on it too."""

    def load(self, data):
        self.book = formulon.Workbook.load(data)
        self.sheets = {self.book.sheet_name(at): at for at in range(self.book.sheet_count())}

    def put(self, name, table):
        box = self.boxes[name]
        sheet = self.sheets[box.sheet]
        for positions, values in zip(box.cells(), table, strict=True):
            for (row, column), value in zip(positions, values, strict=True):
                at = sheet, row - 1, column - 1
                if value is None:
                    self.book.set_blank(*at)
                elif isinstance(value, str):
                    self.book.set_text(*at, value)
                elif isinstance(value, bool):
                    self.book.set_bool(*at, value)
                else:
                    self.book.set_number(*at, value)

    def recalculate(self):
        self.book.recalc()

    def read(self, name):
        box = self.boxes[name]
        sheet = self.sheets[box.sheet]
        return [
            [self._plain(self.book.get_value(sheet, row - 1, column - 1)) for row, column in at] for at in box.cells()
        ]

    @staticmethod
    def _plain(value):
        if value.kind == formulon.ValueKind.ERROR:
            return CellError(formulon.error_display_name(value.error_code))
        return "" if value.kind == formulon.ValueKind.BLANK else value.to_python()


class LibreOfficeEngine(Engine):
    """LibreOffice over UNO, in processes of its own; booleans come back as 1 and 0."""

    server, suffix = "tests.workbooks.libreoffice_server", "xlsx"

    def __init__(self, data, python, soffice):
        self.process = subprocess.Popen(
            [python, "-B", "-m", self.server, soffice],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=ROOT,
        )
        try:
            self._answer()
            super().__init__(data)
        except BaseException:
            self.close()
            raise

    def load(self, data):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"book.{self.suffix}"
            path.write_bytes(data)
            self._ask("load", path=str(path))

    def put(self, name, table):
        self._ask("set", name=name, values=[["" if value is None else value for value in row] for row in table])

    def recalculate(self):
        self._ask("recalculate")

    def read(self, name):
        return [[self._plain(value) for value in row] for row in self._ask("read", name=name)]

    def charts(self, sheet):
        """Return how many charts it draws on a sheet."""
        return self._ask("charts", sheet=sheet)

    def texts(self, sheet):
        """Return every text that it shows on a sheet."""
        return self._ask("texts", sheet=sheet)

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            self.process.wait(20)
        self.process.stdout.close()

    def _ask(self, what, **arguments):
        self.process.stdin.write(json.dumps({"do": what, **arguments}) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self):
        line = self.process.stdout.readline()
        assert line, f"LibreOffice ended with exit code {self.process.wait(20)}"
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["value"]

    @staticmethod
    def _plain(value):
        if isinstance(value, dict):
            return CellError(_LIBREOFFICE_ERRORS.get(value["error_code"], f"Err:{value['error_code']}"))
        return value


def libreoffice(data, kind=LibreOfficeEngine):
    """Return LibreOffice with a workbook, or another `kind` of it; not installed: skip, or fail under CI=true."""
    python, soffice = _python_with_uno(), shutil.which("soffice")
    if soffice is None:
        absent("no LibreOffice: soffice is not on the path (Debian: apt-get install libreoffice-calc)")
    if python is None:
        absent("no Python with the module uno (Debian: apt-get install python3-uno)")
    return kind(data, python, soffice)


def absent(reason):
    """Skip the test that needs what is absent; under CI=true nothing may be absent, so it fails."""
    if os.environ.get("CI", "").casefold() == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@cache
def _python_with_uno():
    """Return the system's Python or the one that LibreOffice brings along; None where neither has the module."""
    beside = Path(shutil.which("soffice") or "soffice").resolve().parent
    for python in ("/usr/bin/python3", str(beside / "python"), shutil.which("python3")):
        if python and Path(python).exists():
            try:
                run = subprocess.run([python, "-c", "import uno"], check=False, capture_output=True, timeout=60)
            except OSError:
                continue
            if run.returncode == 0:
                return python
    return None


def parts(data):
    """Return the files inside a workbook by name."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}
