"""The cells of an .xlsx file as text, read one by one: a small file that unpacks to a large one is refused first."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from xlsizing.checks import refuse
from xlsizing.errors import Phrase
from xlsizing.importers.documents import Document
from xlsizing.importers.points import Options

__all__ = ["sheets_in"]

_DAMAGED = "a part of it is missing or damaged"

_LARGEST_UNPACKED: Final = 50_000_000
_MOST_ROWS: Final = 20_000
_MOST_COLUMNS: Final = 200
_RANGE: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7}):\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


def sheets_in(document: Document, options: Options) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield name and rows of the sheets of a `document`, or of the one that `options` name.

    Raises
    ------
    InputError
        If it is no workbook, unpacks to too much, or lacks the sheet.
    """
    import openpyxl  # noqa: PLC0415  # slow to import, and for these files only

    _check_size(document)
    try:
        book = openpyxl.load_workbook(io.BytesIO(document.value), read_only=True, data_only=True)
    except Exception:  # noqa: BLE001  # a file of strangers: openpyxl raises whatever its parts raise
        refuse("result file", "must be an .xlsx workbook", detail=_DAMAGED, where=document.name)
    names = [sheet.title for sheet in book.worksheets]
    if options.sheet is not None and options.sheet not in names:
        refuse("--sheet", f"must be one of {', '.join(names)}", got=options.sheet, where=document.name)
    for name in names if options.sheet is None else [options.sheet]:
        yield name, _sheet_rows(book[name], options.cells, document.name)


def _check_size(document: Document) -> None:
    try:
        parts = zipfile.ZipFile(io.BytesIO(document.value)).infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        refuse("result file", "must be an .xlsx workbook", detail=_DAMAGED, where=document.name)
    if sum(part.file_size for part in parts) > _LARGEST_UNPACKED:
        rule = f"must unpack to at most {_LARGEST_UNPACKED // 1_000_000} MB"
        refuse("result file", rule, way_out="keep the anchors only", where=document.name)


def _sheet_rows(sheet: Any, cells: str | None, name: str) -> list[list[str]]:
    area = {"max_row": _MOST_ROWS + 1, "max_col": _MOST_COLUMNS}
    if cells is not None:
        found = _RANGE.fullmatch(cells)
        if not found:
            refuse("--range", "must be one such as A1:D9", got=cells)
        from openpyxl.utils import column_index_from_string  # noqa: PLC0415  # with openpyxl itself

        left, top, right, bottom = found.groups()
        area = {
            "min_col": column_index_from_string(left.upper()), "max_col": column_index_from_string(right.upper()),
            "min_row": int(top), "max_row": int(bottom),
        }  # fmt: skip
    try:
        rows = [[_cell_text(value) for value in row] for row in sheet.iter_rows(**area, values_only=True)]
    except Exception:  # noqa: BLE001  # as above: the sheet is parsed only now
        refuse("result file", "must be an .xlsx workbook", detail=_DAMAGED, where=f"{name}, sheet {sheet.title}")
    if len(rows) > _MOST_ROWS:
        refuse("sheet", f"must have at most {_MOST_ROWS:,} rows", got=Phrase(sheet.title), where=name)
    return rows


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else str(value).strip()
