"""The words of the first page that follow the inputs: banner, basis and remark of a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xlsizing.workbooks.phrases import in_words, joined

__all__ = ["BANNER", "EDITED", "SPARES", "basis", "remark"]

_VERDICTS: Final = "COUNTIF(Out_Rigor,Word_Verdict)"
_MIXED: Final = f"AND({_VERDICTS}>0,{_VERDICTS}<COUNT(Row_Outside))"

BANNER: Final = (
    '=IF(Checks_Failed>0,Word_Check&": "&Checks_Failed&" check(s) failed; no result is shown. First: "'
    '&INDEX(Check_What,MATCH(1,Check_Flag,0))&". See sheet Checks.",'
    f'Rigor_Line&IF({_MIXED}," (why: remarks, and sheet About)","")&". "&'
    'IF(COUNTIF(Row_State,2)>0,COUNTIF(Row_State,2)&" SLA(s) cannot be met by any measured point: in red, in words. ",'
    '"Every SLA is met by a measured point. ")&"All checks passed"&'
    'IF(Notes_Found>0,", "&Notes_Found&" note(s) on sheet Checks","")&"."&'
    'IF(COUNTIF(Row_State,3)>0," Commit to the first bold column.",""))'
)
"""The formula of the standing, then what failed or what to do [-]."""

EDITED: Final = (
    '=IF(Edited=0,"As delivered: no input and no result differs from the snapshot on sheet Checks.",'
    '"EDITED since delivery: "&Edited&" value(s) differ from the snapshot on sheet Checks. Figures and next lever '
    'follow the edits; texts marked as delivered do not.")'
)
"""The formula of whether this is the delivered copy [-]."""

SPARES: Final = (
    '=IF(Checks_Failed>0,"",IF(Spare_Pods>0,"Dollars include "&Spare_Pods&" spare pod(s), "&Spare_Pods*GPUs_per_Pod'
    '&" GPU(s); pods, GPUs, range and load do not.","No spare pods: utilisation is headroom, not redundancy."))'
)
"""The formula of what spare pods count in [-]."""


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


def remark(calc: Mapping[str, str]) -> str:
    """Return the formula of what a reader must know of a row; `calc` holds the cell of each of its steps [-]."""
    measure = f'IF(ISNUMBER({calc["next_c"]}),"measure c="&{calc["next_c"]},"bracket closed")'
    wide = f'IF({calc["wide"]}=1,"too wide to quote: "&{measure},"")'
    flag = f'IF({calc["load_flag"]}>1+Tolerance,"max-num-seqs does not carry the demand","")'
    why = f'IF({calc["queued"]}=1,"DRAFT: output tok/s too low at a point used","DRAFT: bracket outside the sweep")'
    draft = f'IF(AND(Verdict_Possible=1,{calc["rigor"]}=Word_Draft),{why},"")'
    above = f'IF(ISNUMBER({calc["next_c"]}),"measure c=1 or relax the SLA","relax the SLA")'
    both = joined(wide, flag)[1].format(before=wide)
    return (
        f'=IF({calc["state"]}=2,"above the fastest measured point; "&{above},'
        f'IF({calc["state"]}=3,{both}&IF({draft}="","",IF(AND({calc["wide"]}=0,{calc["load_flag"]}<=1+Tolerance),"","; ")'
        f'&{draft}),""))'
    )
