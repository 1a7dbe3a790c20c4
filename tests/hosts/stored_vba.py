"""The VBA stored in a workbook, run by an interpreter of VBA; its `XLPy` is xlwings' real COM server on stand-ins."""

from __future__ import annotations

import datetime as dt
import traceback
from decimal import Decimal
from pathlib import Path
from typing import Any

from pyopenvba.apps.excel import Application, ExcelApplication
from pyopenvba.interpreter import (
    EMPTY,
    MISSING,
    VBAArray,
    VBACurrency,
    VBADate,
    VBAErrorValue,
    VBAObject,
    VBARuntimeError,
    member,
    method,
)

from tests.hosts.macro_book import CvError
from tests.hosts.windows_stand_ins import MISSING as LEFT_OUT
from tests.hosts.windows_stand_ins import UDF_MODULE, ComHost, Range
from xlsizing.hosts.excel.excel_errors import EXCEL_ERRORS
from xlsizing.workbooks.writer.macros import modules_of

OURS = {"xlwings_udfs": "standard", "ThisWorkbook": "document"}
_FIRST_ERROR = min(EXCEL_ERRORS)  # CVErr(2000)
_DISP_E_EXCEPTION = -2147352567


class StoredVba:
    """Our modules of a workbook, loaded from the file, beside its cells.

    Attributes
    ----------
    options : list of tuple
        What was given to Application.MacroOptions: macro, description, category, argument help.
    missing : str
        Where not empty, `XLPy` cannot be had and this is why.
    refuses_help : bool
        Whether Application.MacroOptions fails.
    """

    def __init__(self, path: Path, excel: ComHost) -> None:
        self.app = ExcelApplication.open(path, with_vba=False)
        self.options: list[tuple[Any, ...]] = []
        self.missing, self.refuses_help = "", False
        self._server, self._host = _Server(excel), self.app.interpreter.host
        self._known = self._host.global_object
        self._host.global_object = self._global_object
        self.app.application.stored = self
        stored = modules_of(path.read_bytes())
        for name, kind in OURS.items():
            self.app.add_module(stored[name], name=name, kind=kind)

    def call(self, name: str, *references: str | None) -> Any:
        """Return what a cell gets from a function of ranges of the sheet "Cells"; None is an argument left out."""
        sheet = self.app.sheet("Cells").sheet
        given = [MISSING if at is None else sheet.vba_get("Range", [at]) for at in references]
        return plain(self.app.interpreter.run(name, given))

    def run(self, source: str) -> None:
        """Run the procedure Test of a module of its own."""
        self.app.interpreter.modules.pop("tests", None)
        self.app.add_module(source, name="Tests")
        self.app.run("Tests.Test")

    def _global_object(self, name: str) -> object:
        if name != "xlpy":
            return self._known(name)
        if self.missing:
            raise VBARuntimeError(1, self.missing)
        return self._server


class _Server(VBAObject):
    """xlwings' COM server."""

    vba_type_name = "XLPython"

    def __init__(self, excel: ComHost) -> None:
        self.excel = excel

    @method
    def CallUDF(self, script, fname, args, this_workbook, caller):  # noqa: N802  # xlwings' name
        """Call a function as pywin32 would, an exception becoming an error of COM."""
        assert script == UDF_MODULE
        assert (this_workbook.vba_type_name, caller.vba_type_name) == ("Workbook", "Range")
        delivered = [_delivered(value) for value in args.items]
        try:
            return _array(self.excel.call(fname, *delivered))
        except Exception:  # noqa: BLE001  # whatever it is
            raise VBARuntimeError(_DISP_E_EXCEPTION, f"Unexpected Python Error: {traceback.format_exc()}") from None


class _MoreOfExcel(VBAObject):
    """Two members of Excel's Application that the interpreter lacks."""

    @member
    def Caller(self):  # noqa: N802  # Excel's name
        """Return the cell that calls."""
        return self.vba_get("Range", ["A1"])

    @method
    def MacroOptions(self, Macro, Description, Category, ArgumentDescriptions=MISSING):  # noqa: N802, N803
        """Keep what is shown of a function."""
        self.stored.app.workbook.saved = False  # as in Excel
        if self.stored.refuses_help:
            raise VBARuntimeError(1004, "Cannot edit a macro on a hidden workbook")
        self.stored.options.append((Macro, Description, Category, plain(ArgumentDescriptions)))


for _spec in _MoreOfExcel._vba_members.values():
    Application.vba_add_member(_spec)


def _delivered(value: object) -> object:
    """Return an argument as pywin32 delivers it: ranges stay ranges."""
    if value is MISSING:
        return LEFT_OUT
    if not isinstance(value, VBAObject):
        return _cell(value)
    found = value.vba_get("Value")
    if not isinstance(found, VBAArray):
        return Range([[_cell(found)]])
    (top, bottom), (left, right) = found.bounds
    return Range([[_cell(found.get([i, j])) for j in range(left, right + 1)] for i in range(top, bottom + 1)])


def _cell(value: object) -> object:
    if value is EMPTY:
        return None
    if isinstance(value, VBAErrorValue):
        return _FIRST_ERROR + value.number - 2000
    if isinstance(value, VBADate):
        return value.to_datetime().replace(tzinfo=dt.UTC)  # pywin32 gives dates a time zone
    if isinstance(value, VBACurrency):
        return Decimal(value)
    return value if isinstance(value, bool | str) else float(value)


def _array(value: object) -> object:
    """Return what COM makes of a result: a table is a two-dimensional array."""
    if not isinstance(value, list):
        return value
    height, width = len(value), len(value[0])
    by_column = [value[i][j] for j in range(width) for i in range(height)]
    return VBAArray([(0, height - 1), (0, width - 1)], items=by_column)


def plain(value: object) -> Any:
    """Return a value of VBA as Python's: lists, numbers, texts; None where nothing was given."""
    if value is MISSING:
        return None
    if isinstance(value, VBAErrorValue):
        return CvError(value.number)
    if not isinstance(value, VBAArray):
        return value
    if len(value.bounds) == 1:
        return list(value.items)
    (top, bottom), (left, right) = value.bounds
    return [[value.get([i, j]) for j in range(left, right + 1)] for i in range(top, bottom + 1)]
