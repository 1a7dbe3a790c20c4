"""Files with sized tables, written a piece at a time: CSV, Parquet and .xlsx, by the end of their names."""

from __future__ import annotations

import csv
import io
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any, Final

import numpy as np

from xlsizing.batch.columns import ERROR, Result
from xlsizing.batch.engine import Sized
from xlsizing.batch.extra import arrow
from xlsizing.checks import refuse
from xlsizing.errors import Phrase

__all__ = ["WRITERS", "Writer", "result_arrays", "result_schema"]

_MOST_ROWS: Final = 1_048_575
_TYPES: Final = {"int": "int64", "float": "float64", "bool": "bool_", "str": "string"}


def result_schema(results: Sequence[Result]) -> list[tuple[str, Any]]:
    """Return names and types of `results`, as pyarrow has them."""
    pa = arrow()
    return [(each.name, getattr(pa, _TYPES[each.kind])()) for each in results]


def result_arrays(sized: Sized, results: Sequence[Result]) -> dict[str, Any]:
    """Return the `results` of `sized` rows as arrays of pyarrow, by name."""
    return {each.name: _result_array(sized, each) for each in results}


def _result_array(sized: Sized, result: Result) -> Any:
    pa = arrow()
    if result.name == ERROR:
        if not sized.errors:
            return pa.nulls(sized.rows, pa.string())
        return pa.array([sized.errors.get(row) for row in range(sized.rows)], pa.string())
    if result.kind == "str":
        words = sized.words[result.name]
        codes = pa.array(words.codes.astype(np.int32, copy=False), mask=words.codes < 0)
        return pa.DictionaryArray.from_arrays(codes, pa.array(words.texts, pa.string())).cast(pa.string())
    values, missing = sized.columns[result.name]
    return pa.array(values, mask=missing)


class Writer(ABC):
    """What writes a table to a file, piece by piece; `end` comes after the last."""

    @abstractmethod
    def write(self, columns: Mapping[str, Any], rows: int) -> None:
        """Write so many `rows` of `columns`, arrays of pyarrow or lists, by name [-]."""

    @abstractmethod
    def end(self) -> None:
        """Write what stands behind the last row."""

    @abstractmethod
    def drop(self) -> None:
        """Let go of a file that will not be ended."""


class _Parquet(Writer):
    def __init__(self, file: IO[bytes], schema: Any) -> None:
        self._schema = schema
        self._writer = arrow("parquet").ParquetWriter(file, schema)

    def write(self, columns: Mapping[str, Any], rows: int) -> None:
        pa = arrow()
        arrays = [_text_array(column) if isinstance(column, list) else column for column in columns.values()]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema), row_group_size=rows)

    def end(self) -> None:
        self._writer.close()

    def drop(self) -> None:
        self._writer.is_open = False  # else it would write its end to a file that is closed


class _Text(Writer):
    """CSV with commas and decimal points; text is quoted where it must be."""

    def __init__(self, file: IO[bytes], schema: Any) -> None:
        self._file = file
        header = io.StringIO(newline="")
        csv.writer(header, lineterminator="\n").writerow(schema.names)
        file.write(header.getvalue().encode("utf-8"))

    def write(self, columns: Mapping[str, Any], rows: int) -> None:
        if not rows:
            return
        pa, compute = arrow(), arrow("compute")
        lines = compute.binary_join_element_wise(*map(_csv_column, columns.values()), pa.scalar(",", pa.large_string()))
        text = compute.binary_join(pa.ListArray.from_arrays([0, rows], lines), pa.scalar("\n", pa.large_string()))
        self._file.write(text[0].as_buffer())
        self._file.write(b"\n")

    def end(self) -> None:
        """There is nothing behind the last row."""

    def drop(self) -> None:
        """There is nothing to let go of."""


def _csv_column(column: Any) -> Any:
    """Return a column as CSV shows it."""
    pa, compute = arrow(), arrow("compute")
    plain = not isinstance(column, list) and _is_plain(column.type)
    text = compute.fill_null((column if plain else _text_array(column)).cast(pa.large_string()), "")
    if plain and not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return text
    special = compute.match_substring_regex(text, '[",\r\n]')
    if not compute.any(special).as_py():
        return text
    quote = pa.scalar('"', pa.large_string())
    doubled = compute.replace_substring(text, '"', '""')
    return compute.if_else(
        special, compute.binary_join_element_wise(quote, doubled, quote, pa.scalar("", pa.large_string())), text
    )


def _is_plain(kind: Any) -> bool:
    """Tell whether pyarrow shows values of a type as they are."""
    types = arrow().types
    tests = (types.is_integer, types.is_floating, types.is_boolean, types.is_string, types.is_large_string,
             types.is_date, types.is_timestamp, types.is_time, types.is_null)  # fmt: skip
    return any(test(kind) for test in tests)


def _text_array(column: Any) -> Any:
    cells = column if isinstance(column, list) else column.to_pylist()
    return arrow().array([None if cell is None else str(cell) for cell in cells], arrow().string())


class _Workbook(Writer):
    def __init__(self, file: IO[bytes], schema: Any) -> None:
        import openpyxl  # noqa: PLC0415  # slow to import, and for these files only

        from xlsizing.workbooks.writer import SchemaFont, begin_with, cell_text  # noqa: PLC0415  # with openpyxl itself

        self._file, self._rows, self._stored_text = file, 0, cell_text
        self._book = openpyxl.Workbook(write_only=True)
        begin_with(self._book, SchemaFont(name="Calibri", size=11))
        self._sheet = self._book.create_sheet("scenarios")
        self._sheet.freeze_panes = "A2"
        self._sheet.append([self._cell_value(name) for name in schema.names])

    def write(self, columns: Mapping[str, Any], rows: int) -> None:
        self._rows += rows
        if self._rows > _MOST_ROWS:
            way_out = "write a .parquet or .csv file"
            refuse(
                "output", f"must have at most {_MOST_ROWS:,} rows as a workbook", got=Phrase("more"), way_out=way_out
            )
        lists = [column if isinstance(column, list) else column.to_pylist() for column in columns.values()]
        for row in zip(*lists, strict=True):
            self._sheet.append([self._cell_value(value) for value in row])

    def _cell_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text_cell(value)
        if value is None or isinstance(value, bool | int | Decimal):
            return value
        if isinstance(value, float):
            return value if abs(value) < np.inf else self._text_cell(str(value))  # a sheet has no such numbers
        if isinstance(value, datetime) and value.tzinfo is not None:
            return self._text_cell(value.isoformat())
        return value if isinstance(value, datetime | date | time) else self._text_cell(str(value))

    def _text_cell(self, text: str) -> Any:
        """Return text as a cell that holds it, never a formula."""
        stored = self._stored_text(text, "cell")
        if not stored.startswith(("=", "#")):
            return stored
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415  # with openpyxl itself

        cell = WriteOnlyCell(self._sheet, value=stored)
        cell.data_type = "s"
        return cell

    def end(self) -> None:
        self._book.save(self._file)

    def drop(self) -> None:
        self._sheet.close()


WRITERS: Final[dict[str, Callable[[IO[bytes], Any], Writer]]] = {
    ".csv": _Text,
    ".parquet": _Parquet,
    ".xlsx": _Workbook,
}
"""What writes a file, by the end of its name."""
