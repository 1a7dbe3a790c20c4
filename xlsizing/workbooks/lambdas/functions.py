"""The functions themselves, under the names and arguments that the Excel functions of Python have."""

from __future__ import annotations

from typing import Final

import xlsizing
from xlsizing.rows import FUNCTION_TABLE, UNTOLD
from xlsizing.rules import (
    ASSUMED_USD_PER_GPU_HOUR,
    DEFAULT_CONFIDENCE,
    DEFAULT_METHOD,
    DEFAULT_UTIL,
    HIGHEST,
    LOWEST,
    MOST_GPUS_PER_POD,
    MOST_PODS,
)
from xlsizing.workbooks.lambdas.audit_names import AUDIT_NAMES
from xlsizing.workbooks.lambdas.curve_names import CURVE_NAMES
from xlsizing.workbooks.lambdas.fault_names import FAULT_NAMES
from xlsizing.workbooks.lambdas.notation import Lambda
from xlsizing.workbooks.lambdas.point_names import POINT_NAMES
from xlsizing.workbooks.lambdas.sized_names import ARGUMENTS, OF_SIZED, SIZED_NAMES, TTFT, in_range, number_of
from xlsizing.workbooks.lambdas.word_names import BAD_NUMBER, UNANSWERED, WORD_NAMES, first_of

__all__ = ["FUNCTIONS", "LEFT_OUT", "SHARED"]

LEFT_OUT: Final = {
    "util": f"{DEFAULT_UTIL!r}",
    "method": f'"{DEFAULT_METHOD}"',
    TTFT.name: '""',
    "gpu_hourly_usd": f"{ASSUMED_USD_PER_GPU_HOUR!r}",
    "confidence": f"{DEFAULT_CONFIDENCE!r}",
    "ttfts_s": '""',
}
"""The formula of what stands for an argument that a formula leaves out [unit of the argument]."""

_NEUTRAL: Final = {"tpm": f"{LOWEST!r}", "gpus_per_pod": "1", "limit": '""', **LEFT_OUT}
"""What stands for one that a function does not take: it is never refused [-]."""

_POINT: Final = (("anchors", "sla"), ("method", TTFT.name))
_SIZED: Final = ("anchors", "sla", "tpm", "gpus_per_pod")


def _given(name: str, default: str | None = None) -> str:
    """Return the formula of the argument `name`, or of what stands for it where it is left out."""
    return f"IF(ISOMITTED({name}),{LEFT_OUT[name] if default is None else default},{name})"


def _asked(*given: str, **own: str) -> str:
    """Return the arguments of a sizing in their order: those `given` under their own names, others as `own` has them or neutral."""
    known = _NEUTRAL | {name: name for name in given} | own
    return ",".join(known[name] for name in ARGUMENTS)


def _row(arguments: tuple[str, ...], optional: tuple[str, ...], anchors: str = "anchors", **own: str) -> str:
    """Return the formula of the figures of a function with these arguments."""
    asked = {name: name for name in arguments} | {name: _given(name) for name in optional} | own
    if TTFT.name in asked:
        asked["limit"] = asked[TTFT.name]
    return f'SIZING._SIZED({anchors},"{anchors}",{_asked(**asked)})'


def _answer(name: str, step: str, arguments: tuple[str, ...], optional: tuple[str, ...]) -> Lambda:
    """Return the function `name` that gives one step of a sizing, or the error that its refusal is."""
    return Lambda(name, arguments, f"SIZING._ANSWER({_row(arguments, optional)},{_place(step)})", optional)


def _place(step: str) -> int:
    return list(OF_SIZED).index(step) + 1


_METHOD_TTFT: Final = ("method", TTFT.name)
_UTIL: Final = ("util", *_METHOD_TTFT)
_ERROR: Final = 'IF(LEFT(refusal,3)="NUM",#NUM!,IF(LEFT(refusal,3)="N/A",#N/A,#VALUE!))'
_ANSWER: Final = "IF(COLUMNS(sized)=1,SIZING._ERROR(sized),IF(INDEX(sized,1,1)=1,INDEX(sized,1,step),#N/A))"

_CHECK: Final = (
    "LET(sized,{row},IF(COLUMNS(sized)=1,MID(sized,FIND(\": \",sized)+2,2000),IF(INDEX(sized,1,1)=1,\"OK\",INDEX(sized,1,{said}))))"
)
_LOOSEST: Final = "IFERROR(MIN(INDEX(anchors,0,2)),1)"
"""An SLA that every curve meets [tok/s/user]."""


def _check() -> Lambda:
    own = {
        "sla": _given("sla", _LOOSEST),
        "tpm": _given("tpm", f"{LOWEST!r}"),
        "gpus_per_pod": _given("gpus_per_pod", "1"),
        "util": _given("util"),
        "limit": _given(TTFT.name),
    }
    body = _CHECK.format(row=_row((), (), **own), said=_place("said_unmet"))
    return Lambda("SIZING_CHECK", ("anchors",), body, ("sla", "tpm", "gpus_per_pod", "util", TTFT.name))


_REGIME: Final = f"LET(sized,{_row(('sla',), _METHOD_TTFT)},IF(COLUMNS(sized)=1,SIZING._ERROR(sized),INDEX(sized,1,2)))"

_UNIT: Final = (
    'IF(OR(EXACT(unit,"tok/s"),EXACT(unit,"rps")),"","VALUE: unit must be ""tok/s"" or ""rps"" (got "&SIZING._CELL(unit)&")")'
)
_TPM: Final = (
    "LET(refusal,"
    + first_of(
        number_of("value"),
        'SIZING._TEXT(unit,"unit")',
        f'IF(ISOMITTED(osl),"",{number_of("osl")})',
        in_range("value"),
        _UNIT,
        'IF(unit="tok/s","",IF(ISOMITTED(osl),"VALUE: osl must be given with the unit ""rps""",SIZING._IN_RANGE(osl,"osl","")))',
    )
    + ',IF(refusal<>"",SIZING._ERROR(refusal),IF(unit="tok/s",value*60,value*osl*60)))'
)


def _cell(values: str, at: str) -> str:
    """Return the formula of a cell of one row or one column; a single value is not taken apart, which IronCalc cannot."""
    place = f"IF(ROWS({values})>1,{at},1),IF(ROWS({values})>1,1,{at})"
    return f"IF(ROWS({values})*COLUMNS({values})=1,{values},INDEX({values},{place}))"


_LISTED: Final = (
    'IF(AND(ROWS(values)>1,COLUMNS(values)>1),"VALUE: "&name&" must be one row or one column",'
    'REDUCE("",SEQUENCE(ROWS(values)*COLUMNS(values)),LAMBDA(said,at,IF(said<>"",said,'
    f"LET(value,{_cell('values', 'at')},IF(IF(ISERROR(value),FALSE,value=\"\"),\"\","
    'LET(wrong,SIZING._NUMBER(value,name,""),IF(wrong<>"",wrong,SIZING._IN_RANGE(value,name,"")))))))))'
)
"""The refusal of a row or a column of numbers, blanks among them; "" where there is none [-]."""

_PLANNED: Final = ("tpm", "gpus_per_pod", "util", "method")
_TABLE_REFUSAL: Final = first_of(
    'SIZING._FAULT(anchors,"anchors")',
    'SIZING._LISTED(slas,"sla")',
    'IF(MAX(slas)>0,"","VALUE: slas must hold at least one number (got a blank)")',
    f"SIZING._KINDS({_asked(*_PLANNED, 'gpu_hourly_usd', sla='1')})",
    'SIZING._LISTED(limits,"ttft_s")',
    (
        'IF(OR(ROWS(limits)*COLUMNS(limits)=1,ROWS(limits)*COLUMNS(limits)=ROWS(slas)*COLUMNS(slas)),"",'
        '"VALUE: ttfts_s must be one limit, or one beside each SLA")'
    ),
)
_FIELDS: Final = {
    "sla": "sla", "gpus_high": "gpus_high", "gpus": "gpus", "gpus_low": "gpus_low", "pods": "pods", "c_star": "c_star",
    "per_replica_tps": "tps", "usd_per_month_high": "usd_high", "usd_per_month": "usd", "regime": "case",
    "remark": "SIZING._REMARK(sized)", "gpus_budget": "gpus_budget", "c_commit": "c_commit",
    "max_num_seqs_commit": "flag_commit", "usd_per_month_budget": "usd_budget", "binding": "binds",
    TTFT.name: "ttft", TTFT.commit: "ttft_commit",
}  # fmt: skip
"""The step of each field of a row [-]."""


def _table_row() -> str:
    cells = [OF_SIZED.get(_FIELDS[field], _FIELDS[field]) for field in FUNCTION_TABLE.values()]
    unmet = [OF_SIZED["case"] if field == "regime" else '""' for field in FUNCTION_TABLE.values()]
    return f"IF(INDEX(sized,1,1)=1,HSTACK({','.join(cells)}),HSTACK({','.join(unmet)}))"


_HEADS: Final = f"HSTACK({','.join(chr(34) + head + chr(34) for head in FUNCTION_TABLE)})"
_BLANKS: Final = f"HSTACK({','.join(['chr'] * len(FUNCTION_TABLE))})".replace("chr", '""')
_WITH: Final = _asked(*_PLANNED, "gpu_hourly_usd", "sla", "limit")
_TABLE_ROWS: Final = (
    "LET(count,ROWS(slas)*COLUMNS(slas),"
    f"made,REDUCE({_HEADS},SEQUENCE(count),LAMBDA(above,at,VSTACK(above,LET(sla,{_cell('slas', 'at')},"
    f"limit,{_cell('limits', 'at')},"
    f"IF(sla=\"\",{_BLANKS},LET(sized,SIZING._WITH(curve,{_WITH}),"
    f'IF(COLUMNS(sized)=1,IF({_BLANKS}="",sized,sized),SIZING._TABLE_ROW(sized,sla)))))))),'
    f'IF(SUMPRODUCT((LEFT(INDEX(made,0,1),{len(BAD_NUMBER)})="{BAD_NUMBER}")*1)>0,#NUM!,made))'
)
_TABLE: Final = (
    f"LET(refusal,{_TABLE_REFUSAL},IF(refusal<>\"\",SIZING._ERROR(refusal),"
    'LET(table,SIZING._ROWS(anchors),measured,SIZING._MEASURED(table),'
    'first,MATCH(INDEX(measured,1,1),INDEX(table,0,1),0),'
    'limit,IF(MAX(limits)>0,MAX(limits),""),sla,1,name,"anchors",'
    f"later,SIZING._RANGES(measured,first,name,{_WITH}),"
    'IF(later<>"",SIZING._ERROR(later),'
    "SIZING._TABLE_ROWS(SIZING._CURVE(measured,method),slas,tpm,gpus_per_pod,util,method,limits,gpu_hourly_usd)))))"
)

_DELTA_REFUSAL: Final = first_of(
    'SIZING._FAULT(baseline,"baseline")',
    'SIZING._FAULT(optimised,"optimised")',
    f"SIZING._KINDS({_asked('sla', *_PLANNED, 'limit')})",
    number_of("with_gpus", "optimised_gpus_per_pod"),
    f'SIZING._WHOLE(with_gpus,"optimised_gpus_per_pod",{MOST_GPUS_PER_POD})',
    f'SIZING._WHOLE(gpus_per_pod,"gpus_per_pod",{MOST_GPUS_PER_POD})',
    in_range("tpm"),
    f'IF(ISNUMBER(limit),{in_range("limit", TTFT.name)},"")',
    (
        "IF(ISNUMBER(limit),IF(AND(IF(COLUMNS(baseline)<4,0,MAX(INDEX(baseline,0,4)))>0,"
        'IF(COLUMNS(optimised)<4,0,MAX(INDEX(optimised,0,4)))>0),"","VALUE: the lever must tell the waits that are limited"),"")'
    ),
)
_DELTA_ARGUMENTS: Final = ("baseline", "optimised", "sla", "tpm", "gpus_per_pod", "util", "with_gpus", "method", "limit")


def _side(name: str, gpus: str) -> str:
    return f'SIZING._SIZED({name},"{name}",{_asked("sla", *_PLANNED, "limit", gpus_per_pod=gpus)})'


_DELTA: Final = (
    f'LET(refusal,{_DELTA_REFUSAL},IF(refusal<>"",SIZING._ERROR(refusal),'
    f"LET(before,SIZING._ANSWER({_side('baseline', 'gpus_per_pod')},{_place('gpus')}),"
    f"IF(ISERROR(before),before,SIZING._ANSWER({_side('optimised', 'with_gpus')},{_place('gpus')})-before))))"
)

_FLEET_REFUSAL: Final = first_of(
    'SIZING._FAULT(anchors,"anchors")',
    f"SIZING._KINDS({_asked('sla', *_PLANNED, 'limit')})",
    number_of("gpus"),
    f'SIZING._WHOLE(gpus_per_pod,"gpus_per_pod",{MOST_GPUS_PER_POD})',
    'LET(measured,SIZING._MEASURED(SIZING._ROWS(anchors)),IF(AND(gpus_per_pod>1,INDEX(measured,1,5)=1),SIZING._PER_GPU(measured,gpus_per_pod,1,"anchors"),""))',
    f'SIZING._WHOLE(gpus,"gpus",{HIGHEST:.0f})',
    'IF(gpus<gpus_per_pod,"VALUE: the budget must hold a pod of "&gpus_per_pod&" GPUs","")',
    'SIZING._SHARE(util,"util")',
    'SIZING._KNOWN(method,"method")',
    f'IF(ISNUMBER(limit),{in_range("limit", TTFT.name)},"")',
    in_range("tpm"),
    in_range("sla"),
    f'IF(ISNUMBER(limit),IF(COLUMNS(anchors)<4,"VALUE: ",IF(MAX(INDEX(anchors,0,4))>0,"","VALUE: ")),"")',
)
_FLEET_ARGUMENTS: Final = ("anchors", "sla", "tpm", "gpus", "gpus_per_pod", "util", "method", "limit")
_FLEET_PODS: Final = f"MIN({MOST_PODS:.0f},INT(gpus/gpus_per_pod))"
_MAX_TPM: Final = (
    'LET(refusal,SIZING._FLEET(anchors,sla,{least},gpus,gpus_per_pod,{util},{method},{limit}),IF(refusal<>"",SIZING._ERROR(refusal),'
    "LET(curve,SIZING._CURVE(SIZING._MEASURED(SIZING._ROWS(anchors)),{method}),point,SIZING._POINT(curve,{method},sla,{limit}),"
    "IF(INDEX(point,1,1)=1,60*{pods}*{util}*INDEX(point,1,{best}),#N/A))))"
).format(
    least=f"{LOWEST!r}",
    util=_given("util"),
    method=_given("method"),
    limit=_given(TTFT.name),
    pods=_FLEET_PODS,
    best=_place("best"),
)
_BEST_SLA: Final = (
    'LET(refusal,SIZING._FLEET(anchors,1,tpm,gpus,gpus_per_pod,{util},{method},{limit}),IF(refusal<>"",SIZING._ERROR(refusal),'
    "SIZING._FASTEST(SIZING._MEASURED(SIZING._ROWS(anchors)),tpm/60,{pods},{util},{limit})))"
).format(util=_given("util"), method=_given("method"), limit=_given(TTFT.name), pods=_FLEET_PODS)

_LEAST: Final = f"{LOWEST!r}"

SHARED: Final = (
    *WORD_NAMES,
    *CURVE_NAMES,
    *FAULT_NAMES,
    *POINT_NAMES,
    *SIZED_NAMES,
    Lambda("SIZING._ERROR", ("refusal",), _ERROR),
    Lambda("SIZING._ANSWER", ("sized", "step"), _ANSWER),
    Lambda("SIZING._LISTED", ("values", "name"), _LISTED),
    Lambda("SIZING._TABLE_ROW", ("sized", "sla"), _table_row()),
    Lambda(
        "SIZING._TABLE_ROWS", ("curve", "slas", "tpm", "gpus_per_pod", "util", "method", "limits", "gpu_hourly_usd"), _TABLE_ROWS
    ),
    Lambda("SIZING._TABLE", ("anchors", "slas", "tpm", "gpus_per_pod", "util", "gpu_hourly_usd", "method", "limits"), _TABLE),
    Lambda("SIZING._DELTA", _DELTA_ARGUMENTS, _DELTA),
    Lambda("SIZING._FLEET", _FLEET_ARGUMENTS, _FLEET_REFUSAL),
    *AUDIT_NAMES,
)
"""What the functions share, each before those that call it [-]."""

_UTIL_COST: Final = ("util", "gpu_hourly_usd", *_METHOD_TTFT)

FUNCTIONS: Final = (
    _answer("SIZING_CSTAR", "c_star", ("anchors", "sla"), _METHOD_TTFT),
    _answer("SIZING_POD_TPS", "tps", ("anchors", "sla"), _METHOD_TTFT),
    Lambda("SIZING_REGIME", ("anchors", "sla"), _REGIME, _METHOD_TTFT),
    _answer("SIZING_BINDING", "binds", ("anchors", "sla"), _METHOD_TTFT),
    _answer("SIZING_PODS", "pods", ("anchors", "sla", "tpm"), _UTIL),
    _answer("SIZING_GPUS", "gpus", _SIZED, _UTIL),
    _answer("SIZING_GPUS_BUDGET", "gpus_budget", _SIZED, ("util", "confidence", *_METHOD_TTFT)),
    _answer("SIZING_GPUS_COMMIT", "gpus_high", _SIZED, _UTIL),
    _answer("SIZING_COST", "usd", _SIZED, _UTIL_COST),
    Lambda(
        "SIZING_TABLE",
        ("anchors", "slas", "tpm", "gpus_per_pod"),
        f"SIZING._TABLE(anchors,slas,tpm,gpus_per_pod,{_given('util')},{_given('gpu_hourly_usd')},{_given('method')},{_given('ttfts_s')})",
        ("util", "gpu_hourly_usd", "method", "ttfts_s"),
    ),
    _check(),
    Lambda(
        "SIZING_DELTA_GPUS",
        ("baseline", "optimised", "sla", "tpm", "gpus_per_pod"),
        (
            f"SIZING._DELTA(baseline,optimised,sla,tpm,gpus_per_pod,{_given('util')},"
            f"{_given('optimised_gpus_per_pod', 'gpus_per_pod')},{_given('method')},{_given(TTFT.name)})"
        ),
        ("util", "optimised_gpus_per_pod", *_METHOD_TTFT),
    ),
    Lambda("SIZING_MAX_TPM", ("anchors", "sla", "gpus", "gpus_per_pod"), _MAX_TPM, _UTIL),
    Lambda("SIZING_BEST_SLA", ("anchors", "tpm", "gpus", "gpus_per_pod"), _BEST_SLA, _UTIL),
    Lambda(
        "SIZING_AUDIT",
        ("anchors", "pods", "tpm"),
        f"SIZING._AUDIT(anchors,pods,tpm,{_given('util')},{_given('sla', chr(34) * 2)},{_given('method')},{_given(TTFT.name)},ISOMITTED(sla))",
        ("util", "sla", *_METHOD_TTFT),
    ),
    Lambda("SIZING_TPM", ("value", "unit"), _TPM, ("osl",)),
    Lambda("SIZING_VERSION", (), f'"xlsizing {xlsizing.__version__}, LAMBDA functions"'),
)
"""The functions that are arithmetic, in the order of those of Python [-]."""
