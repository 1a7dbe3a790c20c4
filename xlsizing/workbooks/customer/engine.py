"""The engine that recalculates workbooks: one as it stands, or the pieces of a long table one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from itertools import groupby
from typing import Final, NamedTuple

import formualizer

from xlsizing.workbooks.customer.book import Draft
from xlsizing.workbooks.customer.long_table import LongTable, OwnRows, Recalculated, Sheet, rows_now
from xlsizing.workbooks.customer.moved_rows import MovedRows
from xlsizing.workbooks.writer import SHEETS, Part, filled, is_formula, sheet_part, zipped

__all__ = ["RecalculatedPiece", "recalculated", "recalculated_pieces", "recalculated_whole", "with_rows"]

_WORKBOOK: Final = "xl/workbook.xml"
_NAMED: Final = re.compile(rb">(\w+)!\$([A-Z]+)\$([0-9]+):\$([A-Z]+)\$([0-9]+)</definedName>")
_AS_IT_STANDS: Final = 20
"""Of so many pieces one at least is recalculated as it stands; an engine that takes inputs grows, and begins anew [-]."""

_CONSTANT: Final = re.compile(r'<c r="[^"]*" s="[0-9]+"(?:/>|( t="s")?><v>([^<]*)</v></c>)')


def recalculated(draft: Draft, sheets: Mapping[str, Sheet]) -> Recalculated:
    """Return what the engine makes of a workbook with the rows `sheets`, by title."""
    return _values(formualizer.Workbook.from_bytes(_without_values(draft, sheets)), sheets)


def recalculated_whole(draft: Draft, table: LongTable) -> Recalculated:
    """Return what the engine makes of a workbook with the rows of a proven `table`: of these the values alone, no text."""
    sheets = table.with_constants()
    data = _without_values(draft, sheets, small=True)
    for title, sheet in sheets.items():
        sheets[title] = sheet.with_bare_rows()  # let go of their text before the engine makes its own of it
    return _values(formualizer.Workbook.from_bytes(data), sheets)


def _values(engine: formualizer.Workbook, sheets: Mapping[str, Sheet]) -> Recalculated:
    engine.evaluate_all()
    found = Recalculated({}, {}, engine.get_value)
    for title, sheet in sheets.items():
        found.sheets[title], found.values[title] = sheet.with_values(partial(engine.get_value, title))
    return found


def with_rows(draft: Draft, rows: Mapping[str, Part]) -> dict[str, Part]:
    """Return the parts of the .xlsx with `rows` in its sheets, given by title."""
    parts: dict[str, Part] = dict(draft.texts.added_to(draft.parts))
    for position, title in enumerate(SHEETS):
        name = sheet_part(position)
        parts[name] = filled(draft.parts[name], draft.pages[title].extent(), rows[title])
    return parts


def _without_values(
    draft: Draft, sheets: Mapping[str, Sheet], names: bytes | None = None, *, small: bool = False
) -> bytes:
    """Return a workbook for the engine with the rows `sheets`, and other defined `names` if given, `small` or as it is."""
    parts = with_rows(draft, {title: sheet.without_values for title, sheet in sheets.items()})
    return zipped(parts if names is None else {**parts, _WORKBOOK: names}, small=small)


class RecalculatedPiece(NamedTuple):
    """What the engine made of a piece of a long table.

    Parameters
    ----------
    piece : range
        Positions of its SLAs, counted from 0
    rows : mapping of str to OwnRows
        Their rows by title of the sheet
    values : mapping of str to sequence
        What the engine made of the formulas in these rows, in their order, by title [units of the cells]
    checks : sequence
        The same of the formulas of sheet Checks that are there whichever SLAs there are [units of the cells]
    """

    piece: range
    rows: Mapping[str, OwnRows]
    values: Mapping[str, Sequence[object]]
    checks: Sequence[object]


def recalculated_pieces(draft: Draft, table: LongTable, apart: Executor) -> Iterator[RecalculatedPiece]:
    """Give the pieces of a `draft` recalculated: each beside the work on the one before and the writing of the one after.

    The first piece, the last and every twentieth are recalculated as they stand. So is any other whose formulas are not
    letter by letter those of a piece that was, moved: of those that are, the engine takes the inputs into that piece's rows.

    Parameters
    ----------
    draft : Draft
        The workbook without values, the first piece of its SLAs written
    table : LongTable
        Its rows
    apart : Executor
        The one thread in which engines are made and work: memory that one thread's engine leaves, another's cannot take
    """
    rows, pieces = rows_now(draft.pages), draft.layout.pieces
    moved = MovedRows(rows, table.starts, table.later, table.spans)
    engine = apart.submit(_Engine, draft, table, rows, moved).result()
    running = apart.submit(engine.book.evaluate_all)
    for at, piece in enumerate(pieces, start=1):
        following = _written(draft, pieces[at]) if at < len(pieces) else {}
        running.result()
        found = RecalculatedPiece(piece, rows, *engine.values(rows))
        if following:
            rows = following
            if at % _AS_IT_STANDS == 0 or at == len(pieces) - 1 or not engine.took(rows):
                del engine  # before the next: two would be the most memory
                engine = apart.submit(_Engine, draft, table, rows, moved).result()
            running = apart.submit(engine.book.evaluate_all)
        yield found


def _written(draft: Draft, piece: range) -> dict[str, OwnRows]:
    draft.write(piece)
    return rows_now(draft.pages)


class _Engine:
    """An engine with the rows of some SLAs in it as they stand; names of the whole table are those of these rows.

    Parameters
    ----------
    draft : Draft
        The workbook
    table : LongTable
        Its rows
    rows : mapping of str to OwnRows
        The rows of the SLAs by title of the sheet
    moved : MovedRows
        The formulas of the first SLA
    """

    def __init__(self, draft: Draft, table: LongTable, rows: Mapping[str, OwnRows], moved: MovedRows) -> None:
        self._texts, self._moved, self._checks = draft.texts, moved, table.frame["Checks"].formulas
        sheets = {title: frame._replace(own=rows[title].rows) for title, frame in table.frame.items()}
        names = _narrowed(draft.parts[_WORKBOOK], table.starts, draft.layout.slas, rows)
        self.book = formualizer.Workbook.from_bytes(_without_values(draft, sheets, names))
        self._alike = moved.equal(rows)
        self._spans = {title: own.span for title, own in rows.items()}
        self._columns = {title: _constant_columns(own) for title, own in rows.items()}

    def took(self, rows: Mapping[str, OwnRows]) -> bool:
        """Put the inputs of `rows` into the rows that are there if the formulas of both are the same; tell whether."""
        as_many = all(len(own.span) == len(self._spans[title]) for title, own in rows.items())
        if not (self._alike and as_many and self._moved.equal(rows)):
            return False
        texts, blocks = self._texts.texts(), []
        for title, own in rows.items():
            self._columns[title] |= _constant_columns(own)
            for first, width in _neighbours(self._columns[title]):
                columns = range(first, first + width)
                inputs = [_inputs(own.cells.get(row, {}), columns, texts) for row in own.span]
                blocks.append((title, self._spans[title].start, first, inputs))
        if any(row is None for *_, inputs in blocks for row in inputs):
            return False
        for block in blocks:
            self.book.set_values_batch(*block)
        return True

    def values(self, rows: Mapping[str, OwnRows]) -> tuple[dict[str, list[object]], list[object]]:
        """Return the values of the formulas in `rows`, which it was given last, and of those on sheet Checks around them."""
        value = self.book.get_value
        found = {}
        for title, own in rows.items():
            by = self._spans[title].start - own.span.start
            found[title] = [value(title, row + by, column) for row, column in own.rows.formulas]
        return found, [value("Checks", *at) for at in self._checks]


def _constant_columns(own: OwnRows) -> set[int]:
    """Return the columns in which a row holds something that is no formula."""
    return {column for cells in own.cells.values() for column, cell in cells.items() if not is_formula(cell)}


def _neighbours(columns: set[int]) -> Iterator[tuple[int, int]]:
    """Give the first and the number of those `columns` that stand side by side."""
    for _, group in groupby(enumerate(sorted(columns)), key=lambda at: at[1] - at[0]):
        own = [column for _, column in group]
        yield own[0], len(own)


def _inputs(cells: Mapping[int, str], columns: range, texts: Sequence[str]) -> list[float | str | None] | None:
    """Return what stands in `columns` of a row; None if only a file can say it."""
    found: list[float | str | None] = []
    for column in columns:
        constant = _CONSTANT.fullmatch(cells[column]) if column in cells else None
        if constant is None or constant[2] is None:
            if column in cells and constant is None:
                return None
            found.append(None)
        elif constant[1]:
            found.append(texts[int(constant[2])])
            if "_x" in texts[int(constant[2])]:  # an escape: what an engine reads of it is for the engine to say
                return None
        else:
            found.append(float(constant[2]))
    return found


def _narrowed(part: bytes, starts: Mapping[str, int], slas: int, rows: Mapping[str, OwnRows]) -> bytes:
    """Return the workbook's `part` with the names of what spans the table of `slas` rows for `rows` alone: all others are blank."""

    def own(name: re.Match[bytes]) -> bytes:
        title, first, last = name[1].decode(), int(name[3]), int(name[5])
        start = starts.get(title, 0)
        if first != start or last != start + slas - 1:
            return name[0]
        span = rows[title].span
        return b">%s!$%s$%d:$%s$%d</definedName>" % (name[1], name[2], span[0], name[4], span[-1])

    return _NAMED.sub(own, part)
