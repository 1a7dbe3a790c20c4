"""Recalculating a workbook before it is written: at once, or a long one in pieces that hold the same formulas.

A piece is the whole workbook with the rows of some SLAs alone, each in the very row where the file
has it. What sums over all rows give is worked out once more at the end, from the values of the pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import formualizer

from xlsizing.workbooks.customer.book import Draft
from xlsizing.workbooks.customer.long_table import LongTable, Recalculated, Sheet, sheet_now
from xlsizing.workbooks.customer.proof import check_rows, check_whole
from xlsizing.workbooks.writer import SHEETS, Part, Values, filled, sheet_part, zipped

__all__ = ["Progress", "Proven", "proven"]

Progress = Callable[[int, int], None]
"""Called with the number of SLAs that are proven, and of all SLAs."""


class Proven(NamedTuple):
    """A workbook whose every row equals the core's.

    Parameters
    ----------
    parts : dict of str to bytes or list of bytes
        The parts of the .xlsx by name, a value in every formula
    values : mapping of str to mapping
        The values by sheet and cell; of a table in pieces without those of its rows [units of the cells]
    """

    parts: dict[str, Part]
    values: Mapping[str, Values]


def proven(draft: Draft, progress: Progress | None = None) -> Proven:
    """Return the workbook of `draft` with values in every formula, once they equal the core's.

    Parameters
    ----------
    draft : Draft
        The workbook without values, the first piece of its SLAs written
    progress : callable, optional
        Told after each piece how far the proof is

    Returns
    -------
    Proven
        The parts of the .xlsx and the values of its formulas

    Raises
    ------
    ProofError
        If a row differs; it is named.
    """
    if len(draft.layout.pieces) > 1:
        return _in_pieces(draft, progress)
    whole = _proven_piece(draft, draft.layout.pieces[0], progress)
    check_whole(draft.report, whole.values)
    return Proven(_with_rows(draft, {title: sheet.text for title, sheet in whole.sheets.items()}), whole.values)


def _in_pieces(draft: Draft, progress: Progress | None) -> Proven:
    table = LongTable(draft.pages)
    for piece in draft.layout.pieces:
        if piece.start:
            draft.write(piece)
        # Nothing here may hold on to a piece: with its engine it takes most of the memory.
        table.add(_proven_piece(draft, piece, progress, table.later))
    whole = _recalculate_sheets(draft, table.with_constants())
    check_whole(draft.report, whole.values)
    return Proven(_with_rows(draft, table.packed(whole)), whole.values)


def _proven_piece(
    draft: Draft, piece: range, progress: Progress | None, later: Mapping[str, frozenset[int]] | None = None
) -> Recalculated:
    """Return the values of a workbook with the rows of `piece`, once they equal the core's."""
    found = _recalculate_sheets(draft, {title: sheet_now(page) for title, page in draft.pages.items()}, later)
    check_rows(draft.report, draft.layout, piece, found.values)
    if progress:
        slas = draft.report.sizing.sla.size
        progress(min(piece.stop, slas), slas)  # the shortest table has room for more
    return found


def _recalculate_sheets(
    draft: Draft, sheets: Mapping[str, Sheet], later: Mapping[str, frozenset[int]] | None = None
) -> Recalculated:
    """Return what the engine makes of a workbook with these rows; the columns `later` keep their gaps."""
    engine = formualizer.Workbook.from_bytes(_without_values(draft, sheets))
    engine.evaluate_all()
    found = Recalculated({}, {}, engine.get_value)
    for title, sheet in sheets.items():
        found.sheets[title], found.values[title] = sheet.with_values(
            partial(engine.get_value, title), (later or {}).get(title, frozenset())
        )
    return found


def _without_values(draft: Draft, sheets: Mapping[str, Sheet]) -> bytes:
    bare = {title: sheet.without_values for title, sheet in sheets.items()}
    return zipped(_with_rows(draft, bare), small=False)


def _with_rows(draft: Draft, rows: Mapping[str, Part]) -> dict[str, Part]:
    """Return the parts of the .xlsx with `rows` in its sheets, given by title."""
    parts: dict[str, Part] = dict(draft.texts.added_to(draft.parts))
    for position, title in enumerate(SHEETS):
        name = sheet_part(position)
        parts[name] = filled(draft.parts[name], draft.pages[title].extent(), rows[title])
    return parts
