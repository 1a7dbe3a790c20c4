"""The words of the first page that follow the inputs: banner, basis and remark of a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xlsizing.core import (
    CLAIM,
    CLAIMS,
    IF_PRODUCT,
    MEASURE_FIRST,
    NO_CLAIM,
    OVERLOADED,
    WIDE_RANGE,
    Calibration,
    SizingRow,
)
from xlsizing.reports import RULE, THREE_FIGURES
from xlsizing.rules import HEADROOM
from xlsizing.workbooks.customer.phrases import in_words, literal, sentence
from xlsizing.workbooks.customer.wait_steps import ASKED, LIMITED, LiveWait, in_other_statistic
from xlsizing.workbooks.writer import ROW

__all__ = [
    "BANNER",
    "EDITED",
    "LINES",
    "NO_BUDGET",
    "OPENING",
    "SPARES",
    "THREE_FIGURES_LIVE",
    "VERDICTS",
    "basis",
    "claim_live",
    "remark",
    "said",
    "unmet_lines",
]

VERDICTS: Final = "COUNTIF(Out_Rigor,Word_Verdict)"
_MIXED: Final = f"AND({VERDICTS}>0,{VERDICTS}<COUNT(Row_Outside))"

BANNER: Final = (
    '=IF(Checks_Failed>0,Word_Check&": "&Checks_Failed&" check(s) failed; no result is shown. First: "'
    '&INDEX(Check_What,MATCH(1,Check_Flag,0))&". See sheet Checks.",'
    f'Rigor_Line&IF({_MIXED}," (why: remarks, and sheet About)","")&". "&'
    'IF(COUNTIF(Row_State,2)>0,COUNTIF(Row_State,2)&" SLA(s) cannot be met by any measured point: see their remarks. ",'
    '"Every SLA is met by a measured point. ")&"All checks passed"&'
    'IF(Notes_Found>0,", "&Notes_Found&" note(s) on sheet Checks","")&"."&'
    'IF(COUNTIF(Row_State,3)>0," Quote the figures in bold.",""))'
)
"""The formula of the standing, then what failed or what to do [-]."""

EDITED: Final = (
    '=IF(Edited=0,"As delivered: no input and no result differs from the snapshot on sheet Checks.",'
    '"EDITED since delivery: "&Edited&" value(s) differ from the snapshot on sheet Checks. Figures and next lever '
    'follow the edits; texts marked as delivered do not.")'
)
"""The formula of whether this is the delivered copy [-]."""

SPARES: Final = "=" + sentence(
    f"{HEADROOM} {{in_it}} GPUs and dollars of this table.",
    in_it='IF(Checks_Failed>0,"Spares are in",IF(Spare_Pods>0,Spare_Pods&" spare pod(s) are in","No spares are in"))',
)
"""The formula of what spare pods count in [-]."""

THREE_FIGURES_LIVE: Final = "=" + sentence(
    f"{{measure}}{THREE_FIGURES}",
    measure='IF(SUM(Row_Unquoted)>0,"Where no figure is bold, measure first. ","")',
)
"""The formula of what the three figures are for [-]."""

_WITHIN: Final = (
    '" without the limits on waiting; with them "&IF(COUNTIF(Row_State,3)=0,"no row asked can be met",'
    '"the rows asked"&IF(COUNTIF(Row_State,2)>0," that can be met","")&" commit to "&'
    'IF(Opening_Least<Opening_Most,Spelt_least&" to ","")&Spelt_most&IF(Opening_Most=1," GPU"," GPUs"))'
)
"""What the rows commit to where any of them limits a wait [-]."""

OPENING: Final = (
    f'=IF(Checks_Failed>0,"","{RULE}"&IF({ASKED}>0,", and the wait","")&'
    '": flat at "&Spelt_flat&IF(Opening_Flat=1," GPU"," GPUs")&" to commit"&IF(Spare_Pods>0," (spares in)","")&'
    f'" up to the knee at "&{in_words("IF(Is_Users=1,INDEX(Curve_u_r,N_Anchors),INDEX(Curve_knee_r,N_Anchors))")}&" tok/s/user"&'
    f'IF({ASKED}>0,{_WITHIN},IF(COUNTIF(Row_State,3)=0,"; no SLA asked can be met",IF(Opening_Most<=Opening_Flat,'
    f'", and still so at ",", then rising to "&Spelt_most&" at ")&{in_words("Opening_Tightest")}&'
    '", the tightest SLA asked"&IF(COUNTIF(Row_State,2)>0," that can be met","")))&".")'
)
"""The formula of what it all rests on, in one sentence with the figures of the case [-]."""


NO_BUDGET: Final = "No budget is claimed in any row; where figures differ the remark says why."
"""What stands in place of the claim [-]."""


def claim_live(calibration: Calibration | None) -> str:
    """Return the formula of what the budget claims, for the coverage and the curve as they stand, and a `calibration` [-]."""
    on = literal("On public sweeps" if calibration is None else f"By a calibration on {calibration.words}")
    condition = f'IF(Has_T=1,"",", {IF_PRODUCT}")'
    claim = sentence(f"Budget: {CLAIM}", on=on, covered="INT(100*Confidence+0.5)", condition=condition)
    return f'=IF(Checks_Failed>0,"",IF(SUM(Row_Claims)=0,"{NO_BUDGET}",{claim}))'


def basis(calc: Mapping[str, str]) -> str:
    """Return the formula of what a row rests on; `calc` holds the cell of each of its steps [-]."""
    above, below, best = (in_words(calc[key]) for key in ("c_a", "c_b", "c_star"))
    return (
        f'=IF({calc["state"]}=0,"",IF({calc["state"]}=1,Word_Check,IF({calc["state"]}=2,Word_Unmet,'
        f'IF({calc["regime"]}=Word_Plateau,"flat: last point, c="&{above},'
        f'IF({calc["regime"]}=Word_Measured,"measured at c="&{above},'
        f'IF({calc["regime"]}=Word_Knee,"past the knee: best at c="&{best},'
        f'"interpolated, c="&{above}&" to "&{below}))))))'
    )


def said(calc: Mapping[str, str]) -> str:
    """Return the formula of what a reader must know of a row, "; " after each part; `calc` holds the cells of its steps [-]."""
    known = f"ISNUMBER({calc['next_c']})"
    wide = (
        f'IF({calc["wide"]}=0,"",IF({calc["quote"]}=Word_None,"{MEASURE_FIRST}: "&IF({known},"c="&{calc["next_c"]},{_CLOSED}),'
        f'"{WIDE_RANGE}: "&IF({known},"measure c="&{calc["next_c"]},{_CLOSED}))&"; ")'
    )
    claims = ",".join(f"Claim_{code}" for code in range(1, len(CLAIMS)))
    unclaimed = f'IF({calc["claim"]}=0,"",IF({calc["gpus_low"]}={calc["gpus_high"]},"","{NO_CLAIM}: "&CHOOSE({calc["claim"]},{claims})&"; "))'
    loads = f"IF({calc['quote']}=Word_Commit,0,IF({calc['quote']}=Word_Budget,{calc['load_flag_budget']},{calc['load_flag']}))"
    flag = f'IF({loads}>1+Tolerance,"max-num-seqs {OVERLOADED}; ","")'
    why = f'IF({calc["queued"]}=1,"DRAFT: output tok/s too low at a point used; ","DRAFT: bracket outside the sweep; ")'
    limits = {f"limit_{wait.key}": wait.limit(ROW) for wait in LIMITED}
    why = f'IF({in_other_statistic(LIMITED).format_map(limits)},"DRAFT: "&Why_Statistic&"; ",{why})'
    draft = f'IF(AND(Verdict_Possible=1,{calc["rigor"]}=Word_Draft),{why},"")'
    return (
        f'=IF({calc["state"]}=2,{_unmet(calc)}&IF({known},"measure c=1 or relax ","relax ")&{_relaxed(calc)}&"; ",'
        f'IF({calc["state"]}=3,{wide}&{unclaimed}&{flag}&{draft},""))'
    )


_CLOSED: Final = '"bracket closed"'

LINES: Final = f'=IF({ASKED}>0,"Lines: by tok/s/user alone; a row with a limit on waiting may stand above them.","")'
"""The formula of what the lines of the chart of GPUs are [-]."""

_LATE: Final = "{label} at the first measured point is {had} s, {times} times the limit; "
"""What keeps a row from being met where it is a limit on waiting [-]."""


def _unmet(calc: Mapping[str, str]) -> str:
    """Return the formula of which sides the first anchor does not meet, and by how much."""
    slow = f'IF({calc["i_s"]}=0,"above the fastest measured point; ","")'
    return "&".join((slow, *(f'IF({calc[f"i_{wait.key}"]}=0,{_late(wait)},"")' for wait in LIMITED)))


def unmet_lines(row: SizingRow) -> int:
    """Return the lines that the remark takes of a `row` that is not met, as delivered [lines]."""
    reason = row.reason or ""
    slow, late = "fastest measured point" in reason, "times that" in reason
    return 2 + (late or row.measure_next is not None) + 2 * (slow and late)


def _late(wait: LiveWait) -> str:
    had = wait.at("1")
    return sentence(_LATE, label=f'"{wait.label}"', had=in_words(had), times=in_words(f"{had}/{wait.limit(ROW)}"))


def _relaxed(calc: Mapping[str, str]) -> str:
    """Return the formula of what to relax."""
    late = ",".join(f"{calc[f'i_{wait.key}']}=0" for wait in LIMITED)
    return f'IF({calc["i_s"]}>0,"the limit",IF(OR({late}),"the SLA and the limit","the SLA"))'


def remark(calc: Mapping[str, str]) -> str:
    """Return the formula of what a reader must know of a row; `calc` holds the cell of each of its steps [-]."""
    return f'=IF({calc["said"]}="","",LEFT({calc["said"]},LEN({calc["said"]})-2))'
