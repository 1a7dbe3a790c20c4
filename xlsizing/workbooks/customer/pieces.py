"""Recalculating a workbook before it is written: at once, or a long one in pieces that hold the same formulas.

A piece is the whole workbook with the rows of some SLAs alone, each in the very row where the file
has it. What sums over all rows give is worked out once more at the end, from the values of the pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Final, NamedTuple

from xlsizing.workbooks.customer.book import Draft
from xlsizing.workbooks.customer.engine import recalculated, recalculated_pieces, recalculated_whole, with_rows
from xlsizing.workbooks.customer.long_table import LongTable, sheet_now
from xlsizing.workbooks.customer.proof import check_rows, check_whole
from xlsizing.workbooks.writer import Part, Values

__all__ = ["Progress", "Proven", "proven"]

_PACKING: Final = 2  # threads that pack rows beside what Python and the engine do

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
    return _in_pieces(draft, progress) if len(draft.layout.pieces) > 1 else _at_once(draft, progress)


def _in_pieces(draft: Draft, progress: Progress | None) -> Proven:
    with ThreadPoolExecutor(1) as apart, ThreadPoolExecutor(_PACKING) as beside:
        table = LongTable(draft.pages, beside)
        _prove_pieces(draft, table, apart, progress)
        whole = apart.submit(recalculated_whole, draft, table).result()
        check_whole(draft.report, whole.values)
        return Proven(with_rows(draft, table.packed(whole)), whole.values)


def _prove_pieces(draft: Draft, table: LongTable, apart: Executor, progress: Progress | None) -> None:
    """Add all pieces of the SLAs to `table`, each proven; nothing of them is held on to."""
    for piece, rows, values, checks in recalculated_pieces(draft, table, apart):
        filled, found = {}, {}
        for title, own in rows.items():
            filled[title], found[title] = own.rows.with_values(values[title], table.later[title])
        of_checks = found["Checks"] | table.frame["Checks"].values_of(checks)
        check_rows(draft.report, draft.layout, piece, {**found, "Checks": of_checks})
        table.add(rows, filled, found)
        if progress:
            progress(piece.stop, draft.report.sizing.sla.size)


def _at_once(draft: Draft, progress: Progress | None) -> Proven:
    whole = recalculated(draft, {title: sheet_now(page) for title, page in draft.pages.items()})
    (piece,) = draft.layout.pieces
    check_rows(draft.report, draft.layout, piece, whole.values)
    if progress:
        slas = draft.report.sizing.sla.size  # the shortest table has room for more
        progress(slas, slas)
    check_whole(draft.report, whole.values)
    return Proven(with_rows(draft, {title: sheet.text for title, sheet in whole.sheets.items()}), whole.values)
