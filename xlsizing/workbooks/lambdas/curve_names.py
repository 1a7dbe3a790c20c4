"""The names that make a curve of a range of anchors: its rows, what was measured, and the workings of a method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlsizing.workbooks.lambdas.linking import let
from xlsizing.workbooks.lambdas.notation import Lambda

__all__ = ["CURVE_NAMES", "MEASURED", "OF_CURVE", "OF_MEASURED", "USED", "columns_of", "row_of"]


def row_of(names: Sequence[str]) -> str:
    """Return the formula that puts the variables `names` side by side."""
    return f"HSTACK({','.join(names)})"


def columns_of(table: str, names: Sequence[str], rows: str = "0") -> dict[str, str]:
    """Return what each of `names` is in a `table` that `row_of` made: in all its rows, or in those of the number `rows`."""
    return {name: f"INDEX({table},{rows},{column})" for column, name in enumerate(names, start=1)}


_GIVEN: Final = {
    "Anchor_c": "INDEX(table,0,1)",
    "Anchor_r": "INDEX(table,0,2)",
    "Anchor_T": "INDEX(table,0,MIN(3,COLUMNS(table)))",
    "Anchor_TTFT": "INDEX(table,0,MIN(4,COLUMNS(table)))",
    "N_Anchors": 'SUMPRODUCT((Anchor_c<>"")*1)',
    "Given_T": "IF(COLUMNS(table)<3,0,IF(MAX(Anchor_T)>0,1,0))",
    "Has_TTFT": "IF(COLUMNS(table)<4,0,IF(MAX(Anchor_TTFT)>0,1,0))",
    "Rows_OK": "1",
    "Pooled_Slack": "0",
    "Curve_has_T": "MAP(Curve_rank,LAMBDA(at,Has_T))",
}
"""What of the customer's workbook is a range there and a column of the argument here."""

MEASURED: Final = (
    "Curve_c", "Curve_r", "Curve_T", "Curve_ttft", "Curve_has_T", "Curve_raw", "Curve_rise", "Curve_share",
)  # fmt: skip
"""The columns of SIZING._MEASURED."""

_WORKED: Final = (
    *MEASURED[:5], "Curve_best", "Curve_p", "Curve_x", "Curve_x_end", "Curve_y", "Curve_lnc", "Curve_eta", "Curve_knee",
    "Curve_knee_c",
)  # fmt: skip
"""The columns of SIZING._CURVE."""

_COUNTED: Final = {
    "N_Anchors": "ROWS({table})-1",
    "Has_T": "INDEX(Curve_has_T,1)",
    "Has_TTFT": "IF(ISNUMBER(INDEX(Curve_ttft,1)),1,0)",
    "Pooled_Slack": "0",
}


def _of(table: str, names: Sequence[str]) -> dict[str, str]:
    return columns_of(table, names) | {name: formula.format(table=table) for name, formula in _COUNTED.items()}


OF_CURVE: Final = _of("curve", _WORKED)
"""What the variables of a curve are, where `curve` is what SIZING._CURVE gave."""

OF_MEASURED: Final = _of("measured", MEASURED)
"""The same where `measured` is what SIZING._MEASURED gave."""

USED: Final = 'SUMPRODUCT(MAX(IFERROR((anchors<>"")*1,1)*SEQUENCE(ROWS(anchors))))'
"""The last row of the range `anchors` that holds anything [rows]."""

CURVE_NAMES: Final = (
    # A formula may name whole columns: what lies below the last row in use is left out before anything else.
    # A blank row ends them: some engines take a single row for a number.
    Lambda(
        "SIZING._ROWS",
        ("anchors",),
        f'LET(taken,TAKE(anchors,{USED}),VSTACK(IF(taken="","",taken),IF(TAKE(taken,1)="","","")))',
    ),
    Lambda("SIZING._MEASURED", ("table",), let(row_of(MEASURED), _GIVEN, ["table"])),
    Lambda("SIZING._CURVE", ("measured", "Method"), let(row_of(_WORKED), OF_MEASURED, ["measured", "Method"])),
)
"""The names of a curve: rows without blank cells, measured columns sorted by concurrency, and the workings beside them."""
