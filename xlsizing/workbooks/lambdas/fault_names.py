"""The names that hold anchors against the rules of a valid curve: the sentence of a refusal, "" where there is none.

The sentences are those of `anchors` and `curve_checks`, in their order, as the Excel functions of Python give them.
"""

from __future__ import annotations

from typing import Final

from xlsizing.core import LABELS
from xlsizing.rules import ETA_TOO_HIGH, ETA_TOO_LOW, IDLE_BELOW, IDLE_RISE, PER_GPU_FACTORS
from xlsizing.workbooks.customer import LOOKS_PER_GPU
from xlsizing.workbooks.lambdas.arguments import first_of
from xlsizing.workbooks.lambdas.curve_names import OF_MEASURED, USED, row_of
from xlsizing.workbooks.lambdas.linking import let
from xlsizing.workbooks.lambdas.notation import Lambda
from xlsizing.workbooks.lambdas.word_names import BAD_CELL
from xlsizing.workbooks.writer import literal, sentence

__all__ = ["FAULT_NAMES"]

_LABEL: Final = f'CHOOSE(MIN(column,{len(LABELS) + 1}),{",".join(map(literal, LABELS))},"column "&column)'
_PLACE: Final = '" in row "&row&", column "&column&" of "&name'


def _bad(template: str, **cells: str) -> str:
    """Return the formula of a refusal that is #VALUE!, over formulas for the places in its `template`."""
    return sentence(BAD_CELL + template, name="name", **cells)


def _first(kinds: str, found: str) -> str:
    """Return the formula of `found` at the first cell, row by row, of which `kinds` holds; "" where there is none."""
    return (
        f"LET(first,MIN(IF({kinds},SEQUENCE(used,width),9E+15)),"
        f'IF(first>8E+15,"",LET(row,INT((first-1)/width)+1,column,first-(row-1)*width,{found})))'
    )


# An error is not handed to another name: engines would answer with it, and ask no further.
_NO_NUMBER: Final = _first(
    "kind=2",
    f"LET(place,{_PLACE},IF(ISERROR(INDEX(cells,row,column)),"
    + sentence(
        BAD_CELL + "{label} must be a number (got {error}{place})",
        label=_LABEL,
        error="SIZING._ERROR_WORDS(ERROR.TYPE(INDEX(cells,row,column)))",
        place="place",
    )
    + f",SIZING._NUMBER(INDEX(cells,row,column),{_LABEL},place)))",
)
_BLANK: Final = _first(
    "(kind=1)*filled*asked>0",
    _bad(
        "{name} must not be half-blank: {label} is blank; fill in the cell or clear the whole row "
        "(row {row}, column {column} of {name})",
        label=_LABEL,
        row="row",
        column="column",
    ),
)
_OUT_OF_RANGE: Final = (
    "LET(first,MIN(IF((kind=0)*((cells<Lowest)+(cells>Highest))>0,(SEQUENCE(1,width)-1)*used+SEQUENCE(used),9E+15)),"
    'IF(first>8E+15,"",LET(column,INT((first-1)/used)+1,row,first-(column-1)*used,'
    f"SIZING._IN_RANGE(INDEX(cells,row,column),{_LABEL},{_PLACE}))))"
)

_CELLS: Final = (
    f"LET(used,{USED},width,COLUMNS(anchors),"
    f"IF(used=0,{_bad('{name} must hold at least one measured point (got none)')},"
    "LET(cells,TAKE(anchors,used),"
    'kind,MAP(cells,LAMBDA(cell,IF(ISERROR(cell),2,IF(ISNUMBER(cell),0,IF(cell="",1,2))))),'
    "filled,MAP(SEQUENCE(used),LAMBDA(row,IF(SUMPRODUCT((INDEX(kind,row,0)=0)*1)>0,1,0))),"
    "asked,MAP(SEQUENCE(1,width),LAMBDA(column,IF(column<3,1,IF(SUMPRODUCT((INDEX(kind,0,column)=0)*1)>0,1,0)))),"
    + first_of(
        _NO_NUMBER,
        f'IF(OR(width<2,width>{len(LABELS)}),{_bad(f"{{name}} must have 2 to {len(LABELS)} columns (got {{width}})", width="width")},"")',
        _BLANK,
        _OUT_OF_RANGE,
    )
    + ")))"
)


def _row_of(at: str) -> str:
    """Return the row of the range in which the anchor of that rank stands."""
    return f"MATCH(INDEX(Curve_c,{at}),Anchor_c,0)"


def _shown(number: str) -> str:
    return f"SIZING._SHOWN({number},10)"


def _percent(share: str) -> str:
    return f'TEXT(100*{share},"0")&"%"'


def _anchor_where(condition: str, found: str) -> str:
    """Return the formula of `found` at the first anchor of which `condition` holds; "" where there is none."""
    return f'LET(at,MIN(MAP(SEQUENCE(N_Anchors),LAMBDA(at,IF({condition},at,9999)))),IF(at=9999,"",{found}))'


_TWICE: Final = _anchor_where(
    "IF(at<N_Anchors,INDEX(Curve_c,at+1)=INDEX(Curve_c,at),FALSE)",
    f"LET(row,{_row_of('at')},"
    + _bad(
        "concurrency must be distinct: {c} appears twice; keep one measurement of each point (rows {row} and {other} of {name})",
        c=_shown("INDEX(Curve_c,at)"),
        row="row",
        other="(row+MATCH(INDEX(Curve_c,at),DROP(Anchor_c,row),0))",
    )
    + ")",
)

_TTFO: Final = (
    'IF(COLUMNS(table)<5,"",IF(OR(MAX(INDEX(table,0,4))=0,MAX(INDEX(table,0,5))=0),"",'
    + _anchor_where(
        f"INDEX(table,{_row_of('at')},5)<INDEX(table,{_row_of('at')},4)*(1-Tolerance)",
        f"LET(row,{_row_of('at')},"
        + _bad(
            "TTFO must not be below TTFT: {ttfo} s against {ttft} s: no answer begins before the first token "
            "(row {row}, column 5 of {name})",
            ttfo=_shown("INDEX(table,row,5)"),
            ttft=_shown("INDEX(table,row,4)"),
            row="row",
        )
        + ")",
    )
    + "))"
)


def _eta(condition: str, rule: str, why: str) -> str:
    return _anchor_where(
        condition,
        f"LET(row,{_row_of('at')},"
        + _bad(
            f"output tok/s must {rule}: {{tps}} at c={{c}} where c x tok/s/user is {{product}}; {why} "
            "(row {row}, column 3 of {name})",
            tps=_shown("INDEX(table,row,3)"),
            c=_shown("INDEX(Curve_c,at)"),
            product=_shown("(INDEX(Curve_c,at)*INDEX(Curve_raw,at))"),
            row="row",
        )
        + ")",
    )


_HIGH: Final = _eta(
    "INDEX(Curve_high,at)=1",
    f"not exceed c x tok/s/user by more than {ETA_TOO_HIGH - 1:.0%}",
    "the columns contradict each other",
)
_LOW: Final = _eta(
    "INDEX(Curve_below,at)=1",
    f"be at least {ETA_TOO_LOW:.0%} of c x tok/s/user",
    "column 3 does not look like output tok/s",
)

_PER_GPU: Final = _bad(
    "output tok/s must be that of the whole replica: {k} times it is {low} to {high} of c x tok/s/user at every anchor; "
    "column 3 looks like tok/s per GPU; multiply by GPUs per replica, or size it with xlsizing size "
    "--throughput-per-replica if it is per replica after all (row {row}, column 3 of {name})",
    k="gpus",
    low=_percent("gpus*MIN(Curve_share)"),
    high=_percent("gpus*MAX(Curve_share)"),
    row="row",
)

_RISE: Final = (
    'IF(SUM(Curve_rises)=0,"",LET(above,MATCH(MAX(Curve_rise),Curve_rise,0),'
    "below,MATCH(MIN(TAKE(Curve_raw,above-1)),TAKE(Curve_raw,above-1),0),"
    "percent,100*INDEX(Curve_rise,above),"
    f"idle,AND(INDEX(Curve_rise,above)>={IDLE_RISE},INDEX(Curve_c,below)<{IDLE_BELOW}),"
    f"one,{_row_of('below')},other,{_row_of('above')},"
    + _bad(
        "tok/s/user must not rise with concurrency: {low} at c={c_low}, {high} at c={c_high} (+{percent} %){idle}; {drop} "
        "(rows {first} and {last} of {name})",
        low=_shown("INDEX(Curve_raw,below)"),
        c_low=_shown("INDEX(Curve_c,below)"),
        high=_shown("INDEX(Curve_raw,above)"),
        c_high=_shown("INDEX(Curve_c,above)"),
        percent=_shown("ROUND(percent,2-INT(LOG10(percent)))"),
        idle='IF(idle,", as where data-parallel ranks idle below c = DP","")',
        drop='IF(idle,"drop the points below c = DP","drop or re-measure a point")',
        first="MIN(one,other)",
        last="MAX(one,other)",
    )
    + "))"
)

_FACTORS: Final = row_of([*map(str, PER_GPU_FACTORS)])

FAULT_NAMES: Final = (
    Lambda("SIZING._CELLS", ("anchors", "name"), let(_CELLS, {}, ["anchors", "name"])),
    Lambda(
        "SIZING._PER_GPU",
        ("measured", "gpus", "row", "name"),
        let(
            f'IF(OR(N_Anchors<Few,NOT(ISNUMBER(INDEX(Curve_share,1)))),"",IF({LOOKS_PER_GPU.format(k="gpus")},{_PER_GPU},""))',
            OF_MEASURED,
            ["measured", "gpus", "row", "name"],
        ),
    ),
    Lambda(
        "SIZING._RULES",
        ("table", "measured", "name"),
        let(
            first_of(
                _TWICE,
                _TTFO,
                _HIGH,
                _LOW,
                f'REDUCE("",{_FACTORS},LAMBDA(said,gpus,IF(said<>"",said,SIZING._PER_GPU(measured,gpus,{_row_of("1")},name))))',
                _RISE,
            ),
            OF_MEASURED | {"Anchor_c": "INDEX(table,0,1)"},
            ["table", "measured", "name"],
        ),
    ),
    Lambda(
        "SIZING._FAULT",
        ("anchors", "name"),
        first_of(
            "SIZING._CELLS(anchors,name)",
            "LET(table,SIZING._ROWS(anchors),SIZING._RULES(table,SIZING._MEASURED(table),name))",
        ),
    ),
)
"""Why a range of anchors is no valid curve: its cells, then what they say together."""
