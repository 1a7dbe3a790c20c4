"""What `xlsizing doctor` reads of a workbook: whether it holds macros, whether it calls us, its sheet xlwings.conf."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from xlsizing.checks import refuse
from xlsizing.hosts.recalc import WAY_OUT, unpacked, workbook_data

__all__ = ["CONFIG_SHEET", "WorkbookFile", "workbook_file"]

CONFIG_SHEET: Final = "xlwings.conf"
"""The sheet from which xlwings takes its settings: names in column A, values in column B."""

_MOST_ROWS = 200
_CALL = re.compile(rb"<(?:\w+:)?f\b[^<>]*>[^<]*SIZING_", re.IGNORECASE)
_MACRO_TYPE = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"


@dataclass(frozen=True, slots=True)
class WorkbookFile:
    """One workbook, as far as macros and settings go.

    Parameters
    ----------
    path : str
        Where it stands
    data : bytes
        All of it [B]
    macro_type : bool
        Whether it declares itself macro-enabled, as an .xlsm does
    has_macros : bool
        Whether it holds a VBA project
    calls_us : bool
        Whether a formula calls a SIZING_ function
    config : tuple of (str, str) or None
        Rows of the sheet xlwings.conf, blank ones included; None where there is no such sheet
    """

    path: str
    data: bytes
    macro_type: bool
    has_macros: bool
    calls_us: bool
    config: tuple[tuple[str, str], ...] | None


def workbook_file(path: str) -> WorkbookFile:
    """Return what the workbook at `path` holds.

    Raises
    ------
    InputError
        If it cannot be read, is no .xlsx or .xlsm, or is far too large for one.
    """
    if "://" in path:
        way_out = "save a copy in a local folder and name that"
        refuse("workbook", "must be on this machine", got=path, way_out=way_out)
    data = workbook_data(Path(path))
    parts = unpacked(data, path)
    sheets = [part for name, part in parts.items() if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)]
    return WorkbookFile(
        path,
        data,
        macro_type=_MACRO_TYPE in parts["[Content_Types].xml"],
        has_macros="xl/vbaProject.bin" in parts,
        calls_us=any(map(_CALL.search, sheets)),
        config=_config(path, data),
    )


def _config(path: str, data: bytes) -> tuple[tuple[str, str], ...] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl's, about what it would not write back
            return _config_rows(data)
    except Exception:  # noqa: BLE001  # a broken part fails in expat and openpyxl in dozens of ways
        refuse("workbook", "must be a whole file", way_out=WAY_OUT, where=path)


def _config_rows(data: bytes) -> tuple[tuple[str, str], ...] | None:
    from openpyxl import load_workbook  # noqa: PLC0415  # slow to import

    book = load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
    found = [sheet for sheet in book.worksheets if sheet.title.casefold() == CONFIG_SHEET]
    if not found:
        return None
    rows = found[0].iter_rows(max_row=_MOST_ROWS, max_col=2, values_only=True)
    texts = [(_cell_text(row[0]), _cell_text(row[1] if len(row) > 1 else None)) for row in rows if row]
    while texts and texts[-1] == ("", ""):
        texts.pop()
    return tuple(texts)


def _cell_text(value: Any) -> str:
    return "" if value is None else str(value)
