"""The names behind the functions of one SLA: the arguments held against their rules, then the figures, or why there are none.

A refusal is a single text, figures are a row, so that who asks tells them apart by their columns. Arguments are checked in
the order in which the Excel functions of Python check them: their kinds first, then their ranges, then what they say together.
"""

from __future__ import annotations

from typing import Final

from xlsizing.core import CLAIMS, MEASURE_FIRST, NO_CLAIM, WIDE_RANGE
from xlsizing.rules import MOST_GPUS_PER_POD, MOST_PODS
from xlsizing.workbooks.customer import LEVEL_CELLS
from xlsizing.workbooks.lambdas.arguments import ARGUMENTS, TTFT, first_of, in_range, limit_in_range, no_number
from xlsizing.workbooks.lambdas.curve_names import MEASURED, OF_CURVE, columns_of
from xlsizing.workbooks.lambdas.linking import let
from xlsizing.workbooks.lambdas.notation import Lambda
from xlsizing.workbooks.lambdas.point_names import FIGURES, OF_FIGURES, OF_POINT, POINT
from xlsizing.workbooks.lambdas.word_names import BAD_CELL, BAD_NUMBER
from xlsizing.workbooks.writer import sentence

__all__ = ["OF_SIZED", "SIZED_NAMES", "step"]

_NO_LIMIT: Final = no_number("limit", TTFT.name)
_LIMIT_KIND: Final = (
    f'IF(ROWS(limit)*COLUMNS(limit)>1,{_NO_LIMIT},IF(ISERROR(limit),{_NO_LIMIT},IF(limit="","",{_NO_LIMIT})))'
)
"""A blank limit is none."""

_KINDS: Final = first_of(
    no_number("sla"),
    no_number("tpm"),
    no_number("gpus_per_pod"),
    no_number("util"),
    no_number("gpu_hourly_usd"),
    no_number("confidence"),
    'SIZING._TEXT(method,"method")',
    _LIMIT_KIND,
)

_NOT_TOLD: Final = (
    f'"{BAD_CELL}{TTFT.name} must be a limit on a wait that the curve tells: no {TTFT.label} known; '
    f'give the {TTFT.label}, or leave the limit out"'
)

_NEAR: Final = ",".join(f"ABS(confidence-{cell})<=Tolerance" for cell in LEVEL_CELLS.values())
_LEVELS: Final = [f"{level:.2f}" for level in LEVEL_CELLS]
_CONFIDENCE: Final = (
    f'IF(OR({_NEAR}),"","{BAD_NUMBER}confidence must be {", ".join(_LEVELS[:-1])} or {_LEVELS[-1]} (got "'
    '&SIZING._CELL(confidence)&")")'
)


_FIRST: Final = columns_of("measured", MEASURED, "1")
"""What was measured at the first anchor."""

_RANGES: Final = first_of(
    in_range("tpm"),
    limit_in_range(),
    f'SIZING._WHOLE(gpus_per_pod,"gpus_per_pod",{MOST_GPUS_PER_POD})',
    (f'IF(gpus_per_pod>1,IF({_FIRST["Curve_has_T"]}=1,SIZING._PER_GPU(measured,gpus_per_pod,first,name),""),"")'),
    'SIZING._KNOWN(method,"method")',
    in_range("sla"),
    f'IF(ISNUMBER(limit),IF(ISNUMBER({_FIRST["Curve_ttft"]}),"",{_NOT_TOLD}),"")',
    'SIZING._SHARE(util,"util")',
    in_range("gpu_hourly_usd"),
    in_range("confidence"),
    _CONFIDENCE,
)
"""The first anchor's row `first` in the range `name` is named where the throughput is of one GPU."""

_TOO_MANY: Final = (
    f'LET(asked,{OF_FIGURES["q_high"]},IF(asked>{MOST_PODS:.0f},"{BAD_NUMBER}demand must not need more than {MOST_PODS:.0f} pods (got "&'
    'SIZING._SHOWN(ROUND(asked,9-INT(LOG10(asked))),15)&"); check the units of demand and curve",""))'
)


def _late(name: str) -> str:
    """Return the formula that says how late the first token is at the first anchor; the wait is called `name` there."""
    begin = sentence(
        "at the first measured point, c={c}, {name} is {had} s, {times} times that",
        c="first",
        name=name,
        had="SIZING._SHOWN(had,10)",
        times="SIZING._TIMES(had/limit)",
    )
    ends = (
        '"; concurrency below "&first&" was not measured: measure c=1 or relax the limit"',
        '"; relax the limit or take a faster model"',
    )
    return f"{begin}&IF(INDEX(Curve_c,1)>1,{ends[0]},{ends[1]})"


_WAIT_CALLED: Final = f'IF(AND(whole,NOT(slow)),"it","{TTFT.label}")'
_UNMET: Final = let(
    "LET(first,SIZING._SHOWN(INDEX(Curve_c,1),10),fastest,SIZING._SHOWN(INDEX(Curve_r,1),10),had,INDEX(Curve_ttft,1),"
    'late,IF(ISNUMBER(limit),limit/had-1<-Same_Rate,FALSE),slow,IF(late,IF(sla="",FALSE,INDEX(Curve_r,1)/sla-1<-Same_Rate),TRUE),'
    'IF(whole,IF(slow,SIZING._SHOWN(sla,10)&" tok/s/user","")&IF(AND(slow,late)," and ","")'
    f'&IF(late,"{TTFT.label} "&SIZING._SHOWN(limit,10)&" s","")&" cannot be met: ","")'
    '&IF(slow,IF(INDEX(Curve_c,1)>1,"above the fastest measured point, "&fastest&" at c="&first'
    '&"; concurrency below "&first&" was not measured: measure c=1 or relax the SLA",'
    '"the fastest measured point is "&fastest&" at c="&first&"; relax the SLA or take a faster model"),"")'
    f'&IF(late,IF(slow,"; ","")&{_late(_WAIT_CALLED)},""))',
    OF_CURVE,
    ["curve", "sla", "limit", "whole"],
)
"""Why no anchor meets an SLA and a limit: the `whole` sentence, or the reason alone, as `errors.InfeasibleError` has both."""

_TIMES: Final = (
    'LET(short,SIZING._SHOWN(ratio,3),IF(short<>"1",short,LET(more,SIZING._SHOWN(ratio,5),'
    'IF(more<>"1",more,SIZING._SHOWN(ratio,8)))))'
)

_SIZED: Final = (*POINT, *FIGURES, "said_unmet")
"""The columns of SIZING._SIZED."""

OF_SIZED: Final = columns_of("sized", _SIZED, "1")
"""What they are, where `sized` is what SIZING._SIZED gave."""

_REMARK: Final = let(
    'LET(unclaimed,IF(AND(claim>0,gpus_low<>gpus_high),"{no}: "&CHOOSE(claim,{claims}),""),'
    'at,IF(ISNUMBER(measure_next),"c="&SIZING._SHOWN(measure_next,10),"bracket closed"),'
    'range,IF(too_wide=0,"",IF(claim>0,"{first}: "&at,"{wide}: "&IF(ISNUMBER(measure_next),"measure ","")&at)),'
    'range&IF(AND(range<>"",unclaimed<>""),"; ","")&unclaimed)'.format(
        no=NO_CLAIM,
        claims=",".join(f"Claim_{code}" for code in range(1, len(CLAIMS))),
        first=MEASURE_FIRST,
        wide=WIDE_RANGE,
    ),
    OF_SIZED,
    ["sized"],
)


def step(name: str) -> int:
    """Return the column of a step in what SIZING._SIZED gives, by its `name` [-]."""
    return _SIZED.index(name) + 1


_PLANNED: Final = "tpm,gpus_per_pod,util,gpu_hourly_usd,confidence"

SIZED_NAMES: Final = (
    Lambda("SIZING._TIMES", ("ratio",), _TIMES),
    Lambda("SIZING._UNMET", ("curve", "sla", "limit", "whole"), _UNMET),
    Lambda("SIZING._REMARK", ("sized",), _REMARK),
    Lambda("SIZING._KINDS", ARGUMENTS, _KINDS),
    Lambda(
        "SIZING._RANGES",
        ("measured", "first", "name", *ARGUMENTS),
        let(_RANGES, {}, ["measured", "first", "name", *ARGUMENTS]),
    ),
    Lambda(
        "SIZING._WITH",
        ("curve", *ARGUMENTS),
        (
            'LET(point,SIZING._POINT(curve,method,sla,IF(ISNUMBER(limit),limit,"")),'
            f"figures,SIZING._FIGURES(point,{_PLANNED}),many,{_TOO_MANY},"
            f'IF(many<>"",many,HSTACK(point,figures,IF({OF_POINT["met"]}=1,"",SIZING._UNMET(curve,sla,limit,TRUE)))))'
        ),
    ),
    Lambda(
        "SIZING._SIZED",
        ("anchors", "name", *ARGUMENTS),
        first_of(
            "SIZING._FAULT(anchors,name)",
            f"SIZING._KINDS({','.join(ARGUMENTS)})",
            (
                "LET(table,SIZING._ROWS(anchors),measured,SIZING._MEASURED(table),"
                "first,MATCH(INDEX(measured,1,1),INDEX(table,0,1),0),"
                + first_of(
                    f"SIZING._RANGES(measured,first,name,{','.join(ARGUMENTS)})",
                    f"SIZING._WITH(SIZING._CURVE(measured,method),{','.join(ARGUMENTS)})",
                )
                + ")"
            ),
        ),
    ),
)
"""One SLA sized: the row of `OF_SIZED`, or the text of a refusal."""
