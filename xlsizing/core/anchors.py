"""Anchors as files and cell ranges hold them: rows of two to four columns, blanks among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from xlsizing.checks import refuse
from xlsizing.core.curve import ANCHOR_COLUMNS, Curve
from xlsizing.errors import CurveError, Phrase

__all__ = ["COLUMNS", "LABELS", "curve_from_rows"]

COLUMNS = ANCHOR_COLUMNS

LABELS = ("concurrency", "tok/s/user", "output tok/s", "TTFT", "TTFO")
"""The same columns in the words of an error sentence."""

_NEEDED = COLUMNS[:2]
_WIDTHS = set(range(len(_NEEDED), len(COLUMNS) + 1))

Place = Callable[[tuple[int, ...], int | None], str]


def curve_from_rows(
    rows: Sequence[Sequence[object]],
    place: Place,
    **options: Any,
) -> Curve:
    """Return the curve in a table of anchors, as files and cell ranges hold it.

    Parameters
    ----------
    rows : sequence of sequences, shape (n, 2..5)
        Concurrency [requests/replica], tok/s/user [tok/s/user], output tok/s [tok/s], TTFT and TTFO [s];
        None is a blank. Rows with every cell blank are ignored, and so are blank columns from the third
    place : callable
        Gives the words for a place from row positions and a column position, counted from 0;
        a column of None means the whole row
    options
        Passed on to `Curve`

    Returns
    -------
    Curve
        The curve of the rows that are not blank

    Raises
    ------
    CurveError
        If there is no anchor, a row is half-blank, or the anchors are no valid curve; the place
        is named.
    """
    widths = {len(row) for row in rows}
    if not widths <= _WIDTHS:
        rule = f"must have {min(_WIDTHS)} to {max(_WIDTHS)} columns"
        refuse("anchors", rule, got=Phrase(str(max(widths - _WIDTHS))), kind=CurveError)
    if len(widths) == 1 and not any(None in row for row in rows):  # what most formulas name: nothing to skip
        kept = list(range(len(rows)))
        given: dict[str, Any] = dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=False))
    else:
        kept, given = _without_blanks(rows, place)
    try:
        return Curve(**given, **options)
    except CurveError as error:
        if not error.index:
            raise
        column = LABELS.index(error.name) if len(error.index) == 1 and error.name in LABELS else None
        raise error.placed(place(tuple(kept[i] for i in error.index), column)) from None


def _without_blanks(rows: Sequence[Sequence[object]], place: Place) -> tuple[list[int], dict[str, list[object]]]:
    """Return the positions of the rows that hold an anchor, and their columns by name."""
    kept = [position for position, row in enumerate(rows) if any(cell is not None for cell in row)]
    if not kept:
        refuse("anchors", "must hold at least one measured point", got=Phrase("none"), kind=CurveError)
    width = max(map(len, rows))
    table = [(*rows[position], *[None] * (width - len(rows[position]))) for position in kept]
    used = [j for j, name in enumerate(COLUMNS[:width]) if name in _NEEDED or any(row[j] is not None for row in table)]
    for position, row in zip(kept, table, strict=True):
        _check_not_half_blank(row, used, place, position)
    return kept, {COLUMNS[j]: [row[j] for row in table] for j in used}


def _check_not_half_blank(row: Sequence[object], used: list[int], place: Place, position: int) -> None:
    for j in used:
        if row[j] is None:
            refuse(
                "anchors",
                "must not be half-blank",
                detail=f"{LABELS[j]} is blank",
                way_out="fill in the cell or clear the whole row",
                where=place((position,), j),
                kind=CurveError,
            )
