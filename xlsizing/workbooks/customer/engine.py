"""The engine that recalculates workbooks: one as it stands, or the pieces of a long table one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Final, NamedTuple

import formualizer

from xlsizing.workbooks.customer.book import Draft
from xlsizing.workbooks.customer.long_table import LongTable, OwnRows, Recalculated, Sheet, rows_now
from xlsizing.workbooks.writer import SHEETS, Part, filled, sheet_part, zipped

__all__ = ["RecalculatedPiece", "recalculated", "recalculated_pieces", "recalculated_whole", "with_rows"]

_WORKBOOK: Final = "xl/workbook.xml"
_NAMED: Final = re.compile(rb">(\w+)!\$([A-Z]+)\$([0-9]+):\$([A-Z]+)\$([0-9]+)</definedName>")


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

    Each stands in an engine of its own, its formulas in the very rows where the file has them.

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
    book = apart.submit(_loaded, draft, table, rows).result()  # whole before the pages are written anew
    running = apart.submit(book.evaluate_all)
    for at, piece in enumerate(pieces, start=1):
        following = _written(draft, pieces[at]) if at < len(pieces) else {}
        running.result()
        found = RecalculatedPiece(piece, rows, *_values_in(book, table, rows))
        del book  # before the next: two would be the most memory
        if following:
            rows = following
            book = apart.submit(_loaded, draft, table, rows).result()
            running = apart.submit(book.evaluate_all)
        yield found


def _written(draft: Draft, piece: range) -> dict[str, OwnRows]:
    draft.write(piece)
    return rows_now(draft.pages)


def _loaded(draft: Draft, table: LongTable, rows: Mapping[str, OwnRows]) -> formualizer.Workbook:
    """Return an engine with `rows` in it as they stand in the file; names of the whole table are those of these rows."""
    sheets = {title: frame._replace(own=rows[title].rows) for title, frame in table.frame.items()}
    names = _narrowed(draft.parts[_WORKBOOK], table.starts, draft.layout.slas, rows)
    return formualizer.Workbook.from_bytes(_without_values(draft, sheets, names))


def _values_in(
    book: formualizer.Workbook, table: LongTable, rows: Mapping[str, OwnRows]
) -> tuple[dict[str, list[object]], list[object]]:
    """Return what an engine made of the formulas in `rows`, and of those on sheet Checks around them."""
    value = book.get_value
    found = {title: [value(title, *at) for at in own.rows.formulas] for title, own in rows.items()}
    return found, [value("Checks", *at) for at in table.frame["Checks"].formulas]


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
