"""Files with tables of scenarios, read a piece at a time: CSV, Parquet and .xlsx, by the end of their names."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

from xlsizing.batch.cells import Inputs, Numbers, Words, numbers_of, words_of
from xlsizing.batch.columns import INPUTS
from xlsizing.batch.extra import arrow
from xlsizing.batch.text_table import TextRows, column_words, has_decimal_commas, parsed_numbers, text_rows
from xlsizing.checks import number_in_text, refuse
from xlsizing.errors import InputError
from xlsizing.reading import check_input

__all__ = ["SUFFIXES", "Piece", "Source", "arrow_inputs", "opened_table", "whole_table"]

SUFFIXES: Final = (".csv", ".tsv", ".parquet", ".xlsx")
"""Ends of the names of files that are read; all but .tsv are written too."""

_EXACT: Final = 2**53
_READ_AHEAD: Final = 1_000_000
_MOST_CURVE_ROWS: Final = 1_000_000


@dataclass(frozen=True)
class Piece:
    """Some rows of a table.

    Parameters
    ----------
    rows : int
        How many [-]
    columns : dict of str to pyarrow.Array or list
        Every column that was given, as it was given; a list where its cells are of several kinds
    inputs : Inputs
        Those that are read
    """

    rows: int
    columns: dict[str, Any]
    inputs: Inputs


class Source(ABC):
    """A table that is read.

    Attributes
    ----------
    names : list of str
        Of its columns
    name : str
        Of the file
    """

    names: list[str]
    name: str

    @property
    @abstractmethod
    def schema(self) -> Any:
        """Names and types of its columns, as pyarrow has them; those of several kinds are text."""

    @abstractmethod
    def pieces(self, found: Mapping[str, str], rows: int) -> Iterator[Piece]:
        """Yield the table, so many `rows` at a time; the columns of its inputs were `found` [-]."""

    def whole(self, _done: int) -> int:
        """Return how many rows it has, as far as that is known when so many are `_done` [-]."""
        return 0


@contextmanager
def opened_table(path: Path, what: str = "table") -> Iterator[Source]:
    """Open the table at `path`, called `what` in sentences, until the block ends.

    Raises
    ------
    InputError
        If it is no file, is of another kind, or cannot be read as what it is.
    """
    suffix = path.suffix.casefold()
    if suffix not in SUFFIXES:
        refuse(what, f"must end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}", got=path.name)
    check_input(path, what)
    try:
        file = path.open("rb")
    except OSError as error:
        refuse(what, "must be readable", detail=error.strerror, where=str(path))
    with file:
        kinds: dict[str, Any] = {".parquet": _Parquet, ".xlsx": _Workbook}
        yield kinds.get(suffix, _Text)(path, file)


def whole_table(path: Path, what: str) -> tuple[list[str], list[list[Any]]]:
    """Return the header and the rows of the table at `path`, called `what` in sentences; numbers are numbers.

    Raises
    ------
    InputError
        If it cannot be read, or is too long to be held whole.
    """
    with opened_table(path, what) as source:
        rows: list[list[Any]] = []
        for piece in source.pieces({}, _MOST_CURVE_ROWS // 10):
            lists = [_as_list(piece.columns[name]) for name in source.names]
            rows += [[_number_or_text(cell) for cell in row] for row in zip(*lists, strict=True)]
            if len(rows) > _MOST_CURVE_ROWS:
                refuse(what, f"must have at most {_MOST_CURVE_ROWS:,} rows", where=path.name)
    return source.names, rows


def _as_list(column: Any) -> list[Any]:
    return column if isinstance(column, list) else list(column.to_pylist())


def _number_or_text(cell: Any) -> Any:
    """Return the number that a text is, and None for a blank one."""
    if not isinstance(cell, str):
        return cell
    try:
        return number_in_text(cell, "cell") if cell.strip() else None
    except InputError:
        return cell.strip()


class _Text(Source):
    """CSV: every cell is text, and stays what it is."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.name, self._file, self._bytes = path.name, file, path.stat().st_size
        self._text: TextRows = text_rows(path, file)
        self.names = self._text.header
        self._commas: bool | None = None

    @property
    def schema(self) -> Any:
        pa = arrow()
        return pa.schema([(name, pa.string()) for name in self.names])

    def pieces(self, found: Mapping[str, str], rows: int) -> Iterator[Piece]:
        pa = arrow()
        while batch := list(islice(self._text.rows, rows)):
            cells = dict(zip(self.names, map(list, zip(*(row for row, _ in batch), strict=True)), strict=True))
            wrong = {row: words for row, (_, words) in enumerate(batch) if words}
            columns = {name: pa.array(column, pa.string()) for name, column in cells.items()}
            yield Piece(len(batch), columns, self._text_inputs(cells, found, wrong, len(batch)))

    def _text_inputs(
        self, cells: dict[str, list[str]], found: Mapping[str, str], wrong: dict[int, str], rows: int
    ) -> Inputs:
        numeric = {name: cells[column] for name, column in found.items() if INPUTS[name].valid}
        if self._commas is None:
            self._commas = has_decimal_commas(numeric.values(), self._text.delimiter)
        numbers = {name: parsed_numbers(column, commas=self._commas) for name, column in numeric.items()}
        words = {name: column_words(cells[column]) for name, column in found.items() if name not in numeric}
        return Inputs(rows, numbers, words, wrong)

    def whole(self, done: int) -> int:
        read = self._file.tell()
        return max(done, round(done * self._bytes / read)) if read else 0


class _Parquet(Source):
    """Parquet: every column has its type, and keeps it."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.name = path.name
        pq = arrow("parquet")
        try:
            # By pieces of a column: by itself it reads all of a group of rows, which may be all of the file.
            self._file = pq.ParquetFile(file, buffer_size=_READ_AHEAD, pre_buffer=False)
        except (arrow().ArrowException, OSError):
            refuse("table", "must be a Parquet file", detail="it is damaged, or something else", where=path.name)
        self._schema = self._file.schema_arrow
        self.names = list(self._schema.names)

    @property
    def schema(self) -> Any:
        return self._schema

    def pieces(self, found: Mapping[str, str], rows: int) -> Iterator[Piece]:
        try:
            for batch in self._file.iter_batches(batch_size=rows):
                columns = dict(zip(self.names, batch.columns, strict=True))
                yield Piece(batch.num_rows, columns, arrow_inputs(columns, found, batch.num_rows))
        except (arrow().ArrowException, OSError):
            refuse("table", "must be a Parquet file", detail="a part of it is damaged", where=self.name)

    def whole(self, _done: int) -> int:
        return int(self._file.metadata.num_rows)


def arrow_inputs(columns: Mapping[str, Any], found: Mapping[str, str], rows: int) -> Inputs:
    """Return the inputs that were `found` among `columns` of pyarrow, so many `rows` of them [-]."""
    numbers = {name: _arrow_numbers(columns[column]) for name, column in found.items() if INPUTS[name].valid}
    words = {name: _arrow_words(columns[column]) for name, column in found.items() if not INPUTS[name].valid}
    return Inputs(rows, numbers, words)


def _arrow_numbers(array: Any) -> Numbers:
    pa = arrow()
    kinds = pa.types
    if kinds.is_null(array.type):
        return Numbers(np.full(len(array), np.nan))
    if kinds.is_float64(array.type) or kinds.is_float32(array.type) or kinds.is_integer(array.type):
        return Numbers(array.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False))
    return numbers_of(array.to_pylist())


def _arrow_words(array: Any) -> Words:
    pa = arrow()
    if not pa.types.is_dictionary(array.type):
        if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
            return words_of(array.to_pylist())
        array = array.dictionary_encode()
    codes = array.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
    return Words(codes, array.dictionary.to_pylist())


@dataclass
class _Kinds:
    """What the cells of a column of a sheet are."""

    seen: set[str] = field(default_factory=set)

    def type(self) -> Any:
        """Return the type that holds them all; None where there is none."""
        pa = arrow()
        types = {
            "int": pa.int64(), "float": pa.float64(), "str": pa.string(), "bool": pa.bool_(),
            "datetime": pa.timestamp("us"), "date": pa.date32(), "time": pa.time64("us"),
        }  # fmt: skip
        if self.seen == {"int", "float"}:
            return types["float"]
        return types.get(next(iter(self.seen), "str")) if len(self.seen) <= 1 else None


class _Workbook(Source):
    """The first sheet of a workbook: its first row that is not blank names the columns."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        import openpyxl  # noqa: PLC0415  # slow to import, and for these files only

        self.name = path.name
        try:
            self._sheet = openpyxl.load_workbook(file, read_only=True, data_only=True).worksheets[0]
            self.names, self._kinds, self._rows = self._looked_over()
        except InputError:
            raise
        except Exception:  # noqa: BLE001  # a file of strangers: openpyxl raises whatever its parts raise
            self._refuse_damaged()

    def _refuse_damaged(self) -> Any:
        refuse("table", "must be an .xlsx workbook", detail="a part of it is missing or damaged", where=self.name)

    def _looked_over(self) -> tuple[list[str], list[_Kinds], int]:
        """Read the sheet once for what its columns hold, so that they have one type from the first row on."""
        rows = self._rows_not_blank()
        header = [*next(rows, ())]
        while header and header[-1] is None:
            header.pop()
        if not header or any(cell is None for cell in header):
            refuse("table", "must begin with a row that names its columns", where=self.name)
        kinds, count = [_Kinds() for _ in header], 0
        for row in rows:
            count += 1
            for kind, cell in zip(kinds, row, strict=False):
                if cell is not None:
                    kind.seen.add(_kind_of_cell(cell))
        return [str(cell).strip() for cell in header], kinds, count

    def _rows_not_blank(self) -> Iterator[tuple[Any, ...]]:
        return (row for row in self._sheet.iter_rows(values_only=True) if any(cell is not None for cell in row))

    @property
    def schema(self) -> Any:
        pa = arrow()
        return pa.schema([(n, kind.type() or pa.string()) for n, kind in zip(self.names, self._kinds, strict=True)])

    def pieces(self, found: Mapping[str, str], rows: int) -> Iterator[Piece]:
        cells = self._rows_not_blank()
        try:
            next(cells)
            while batch := [_cut_to_width(row, len(self.names)) for row in islice(cells, rows)]:
                yield self._piece(
                    dict(zip(self.names, map(list, zip(*batch, strict=True)), strict=True)), found, len(batch)
                )
        except InputError:
            raise
        except (KeyError, ValueError, OSError):
            self._refuse_damaged()

    def _piece(self, cells: dict[str, list[Any]], found: Mapping[str, str], rows: int) -> Piece:
        numbers = {name: numbers_of(cells[column]) for name, column in found.items() if INPUTS[name].valid}
        words = {name: words_of(cells[column]) for name, column in found.items() if not INPUTS[name].valid}
        pa, types = arrow(), [kind.type() for kind in self._kinds]
        columns = {
            name: column if type_ is None else pa.array(column, type_)
            for (name, column), type_ in zip(cells.items(), types, strict=True)
        }
        return Piece(rows, columns, Inputs(rows, numbers, words))

    def whole(self, _done: int) -> int:
        return self._rows


def _cut_to_width(row: Sequence[Any], width: int) -> list[Any]:
    return [*row[:width], *[None] * (width - len(row))]


def _kind_of_cell(cell: object) -> str:
    if isinstance(cell, bool):
        return "bool"
    if isinstance(cell, int):
        return "int" if abs(cell) <= _EXACT else "float"
    for kind, name in ((float, "float"), (str, "str"), (datetime, "datetime"), (date, "date"), (time, "time")):
        if isinstance(cell, kind):
            return "other" if isinstance(cell, float) and math.isnan(cell) else name
    return "other"
