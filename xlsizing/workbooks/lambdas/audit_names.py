"""The names behind SIZING_AUDIT: a claim held against a curve, in one sentence, as `advice.audit` words it."""

from __future__ import annotations

from typing import Final

from xlsizing.rules import MOST_PODS
from xlsizing.workbooks.lambdas.arguments import TTFT, asked, first_of, in_range, limit_in_range, no_number, unless
from xlsizing.workbooks.lambdas.curve_names import OF_CURVE
from xlsizing.workbooks.lambdas.linking import let
from xlsizing.workbooks.lambdas.notation import Lambda
from xlsizing.workbooks.lambdas.sized_names import OF_SIZED
from xlsizing.workbooks.writer import sentence

__all__ = ["AUDIT_NAMES"]

_GROUPED: Final = (
    'LET(digits,TEXT(number,"0"),length,LEN(digits),REDUCE("",SEQUENCE(length),'
    'LAMBDA(made,at,made&IF(AND(at>1,INT((length-at+1)/3)*3=length-at+1),",","")&MID(digits,at,1))))'
)
# A quarter is half of a tenth in a float too: Python rounds it to the even digit. What only looks like a half, 366.35, is
# rounded as the spreadsheet does.
_FIGURE: Final = (
    "IF(value=INT(value),SIZING._GROUPED(value),IF(value>=10,"
    "LET(low,INT(value*10),tenths,IF(AND(value*4=INT(value*4),value*10-low=0.5),low+IF(low/2=INT(low/2),0,1),"
    "ROUND(value*10,0)),"
    'SIZING._GROUPED(INT(tenths/10))&"."&(tenths-10*INT(tenths/10))),SIZING._SHOWN(value,3)))'
)
_PODS: Final = 'SIZING._GROUPED(number)&" pod"&IF(number=1,"","s")'

_ASKED: Final = (
    'IF(sla="","",SIZING._FIGURE(sla)&" tok/s/user")&IF(OR(sla="",limit=""),""," and ")'
    f'&IF(limit="","","{TTFT.label} of at most "&SIZING._SHOWN(limit,10)&" s")'
)
_ANSWER: Final = let(
    'IF(NOT(fits),"Does not fit",IF(asked="","Carries the throughput; no SLA checked",'
    'IF(within,"Meets "&asked&IF(sla="","; no tok/s/user checked",""),'
    'IF(AND(met=1,pods_budget<=count,count<pods_high),"Within the budget for "&asked&", not shown by a measured point",'
    'IF(AND(met=1,count>=pods),"Not shown to meet ","Does not meet ")&asked))))',
    OF_SIZED,
    ["sized", "count", "fits", "within", "asked", "sla"],
)
_COMPARED: Final = let(
    'IF(met=0,"the SLA of "&asked&" cannot be met: "&SIZING._UNMET(curve,sla,limit,FALSE),'
    "LET(ours,IF(pods_low<>pods_high,"
    + sentence(
        "the {high} to commit to (estimate {estimate}, budget {budget}, range {low} to {most})",
        high="SIZING._PODS(pods_high)",
        estimate="SIZING._GROUPED(pods)",
        budget="SIZING._GROUPED(pods_budget)",
        low="SIZING._GROUPED(pods_low)",
        most="SIZING._GROUPED(pods_high)",
    )
    + ',"the "&SIZING._PODS(pods_high)&" of our own sizing"),'
    'IF(count=pods_high,"equal to ",IF(count>pods_high,"over","short")&" by "&SIZING._PODS(ABS(count-pods_high))&" against ")&ours))',
    OF_SIZED,
    ["curve", "sized", "count", "asked", "sla", "limit"],
)
_VERDICT: Final = let(
    "LET(needed,tpm/60/(count*util),"
    "carries,MIN(MAP(SEQUENCE(N_Anchors),LAMBDA(at,IF(INDEX(Curve_T,at)>=needed*(1-Tolerance),at,9999)))),"
    "fits,carries<9999,there,IF(fits,carries,MATCH(MAX(Curve_T),Curve_T,0)),"
    "rate,INDEX(Curve_r,there),wait,INDEX(Curve_ttft,there),"
    f"asked,{_ASKED},"
    'within,AND(fits,IF(sla="",TRUE,rate/sla-1>=-Same_Rate),IF(limit="",TRUE,limit/wait-1>=-Same_Rate)),'
    'place,"c="&SIZING._SHOWN(INDEX(Curve_c,there),10),tps,SIZING._FIGURE(INDEX(Curve_T,there)),'
    'SIZING._CLAIM(sized,count,fits,within,asked,sla)&": "&'
    + sentence(
        "{demand} tok/s over {pods} at util {util} is {needed} tok/s needed per pod, {available}; {compared}.",
        demand="SIZING._FIGURE(tpm/60)",
        pods="SIZING._PODS(count)",
        util="SIZING._SHOWN(util,6)",
        needed="SIZING._FIGURE(needed)",
        available=(
            'IF(fits,tps&" available at "&place&", "&SIZING._FIGURE(rate)&" tok/s/user"'
            f'&IF(limit="","",", {TTFT.label} "&SIZING._SHOWN(wait,10)&" s"),"the most measured is "&tps&" at "&place)'
        ),
        compared="SIZING._COMPARED(curve,sized,count,asked,sla,limit)",
    )
    + ")",
    OF_CURVE,
    ["curve", "sized", "count", "tpm", "util", "sla", "limit"],
)

_TAKEN: Final = ("tpm", "util", "method", "limit")
_REFUSAL: Final = first_of(
    'SIZING._FAULT(anchors,"anchors")',
    f"SIZING._KINDS({asked((*_TAKEN, 'sla'))})",
    no_number("pods"),
    in_range("tpm"),
    limit_in_range(),
    f'SIZING._WHOLE(pods,"pods",{MOST_PODS:.0f})',
    'SIZING._SHARE(util,"util")',
    in_range("sla"),
)
_AUDIT: Final = unless(
    _REFUSAL,
    f'LET(sized,SIZING._SIZED(anchors,"anchors",{asked(_TAKEN, sla="IF(none,MIN(INDEX(anchors,0,2)),sla)")}),'
    "IF(COLUMNS(sized)=1,SIZING._ERROR(sized),"
    "SIZING._VERDICT(SIZING._CURVE(SIZING._MEASURED(SIZING._ROWS(anchors)),method),sized,pods,tpm,util,"
    'IF(none,"",sla),IF(ISNUMBER(limit),limit,""))))',
)

AUDIT_NAMES: Final = (
    Lambda("SIZING._GROUPED", ("number",), _GROUPED),
    Lambda("SIZING._FIGURE", ("value",), _FIGURE),
    Lambda("SIZING._PODS", ("number",), _PODS),
    Lambda("SIZING._CLAIM", ("sized", "count", "fits", "within", "asked", "sla"), _ANSWER),
    Lambda("SIZING._COMPARED", ("curve", "sized", "count", "asked", "sla", "limit"), _COMPARED),
    Lambda("SIZING._VERDICT", ("curve", "sized", "count", "tpm", "util", "sla", "limit"), _VERDICT),
    Lambda("SIZING._AUDIT", ("anchors", "pods", "tpm", "util", "method", "sla", "limit", "none"), _AUDIT),
)
"""Numbers as an audit writes them, the parts of its sentence, and the sentence, or the error that a refusal is."""
