"""The functions themselves, under the names and arguments that the Excel functions of Python have."""

from __future__ import annotations

from typing import Final

import xlsizing
from xlsizing.workbooks.lambdas.arguments import TTFT, asked, first_of, given, in_range, no_number, unless
from xlsizing.workbooks.lambdas.audit_names import AUDIT_NAMES
from xlsizing.workbooks.lambdas.curve_names import CURVE_NAMES
from xlsizing.workbooks.lambdas.fault_names import FAULT_NAMES
from xlsizing.workbooks.lambdas.fleet_names import FLEET_NAMES
from xlsizing.workbooks.lambdas.notation import Lambda
from xlsizing.workbooks.lambdas.point_names import POINT_NAMES
from xlsizing.workbooks.lambdas.sized_names import OF_SIZED, SIZED_NAMES, step
from xlsizing.workbooks.lambdas.table_names import TABLE_NAMES
from xlsizing.workbooks.lambdas.word_names import BAD_CELL, WORD_NAMES

__all__ = ["FUNCTIONS", "SHARED", "VERSION"]

VERSION: Final = f"xlsizing {xlsizing.__version__}, LAMBDA functions"
"""What SIZING_VERSION gives."""

_POINT: Final = ("anchors", "sla")
_SIZED: Final = ("anchors", "sla", "tpm", "gpus_per_pod")
_METHOD: Final = ("method", TTFT.name)
_UTIL: Final = ("util", *_METHOD)


def _sized(arguments: tuple[str, ...], optional: tuple[str, ...]) -> str:
    """Return the formula of the figures of a function with these arguments."""
    own = {"limit" if name == TTFT.name else name: given(name) for name in optional}
    return f'SIZING._SIZED(anchors,"anchors",{asked(arguments, **own)})'


def _figure(name: str, of: str, arguments: tuple[str, ...], optional: tuple[str, ...]) -> Lambda:
    """Return the function `name` that gives one step of a sizing, or the error that its refusal is."""
    return Lambda(name, arguments, f"SIZING._ANSWER({_sized(arguments[1:], optional)},{step(of)})", optional)


def _planned(tpm: str = "tpm") -> str:
    """Return the arguments of a shared name that are a plan: its demand, then GPUs per pod; util and method may be left out."""
    return f"{tpm},gpus_per_pod,{given('util')},{given('method')}"


_LIMIT: Final = given(TTFT.name)

_REGIME: Final = f"LET(sized,{_sized(('sla',), _METHOD)},IF(COLUMNS(sized)=1,SIZING._ERROR(sized),{OF_SIZED['case']}))"

_CHECKED: Final = {
    "sla": given("sla", "IFERROR(MIN(INDEX(anchors,0,2)),1)"),  # which every curve meets
    "tpm": given("tpm", "0.000001"),
    "gpus_per_pod": given("gpus_per_pod", "1"),
    "util": given("util"),
    "limit": _LIMIT,
}
_CHECK: Final = (
    f'LET(sized,SIZING._SIZED(anchors,"anchors",{asked((), **_CHECKED)}),IF(COLUMNS(sized)=1,'
    f'MID(sized,FIND(": ",sized)+2,LEN(sized)),IF({OF_SIZED["met"]}=1,"OK",{OF_SIZED["said_unmet"]})))'
)

_UNITS: Final = f'"{BAD_CELL}unit must be ""tok/s"" or ""rps"" (got "&SIZING._CELL(unit)&")"'
_TPM: Final = unless(
    first_of(
        no_number("value"),
        'SIZING._TEXT(unit,"unit")',
        f'IF(ISOMITTED(osl),"",{no_number("osl")})',
        in_range("value"),
        f'IF(OR(EXACT(unit,"tok/s"),EXACT(unit,"rps")),"",{_UNITS})',
        (
            f'IF(unit="tok/s","",IF(ISOMITTED(osl),"{BAD_CELL}osl must be given with the unit ""rps""",'
            f"{in_range('osl')}))"
        ),
    ),
    'IF(unit="tok/s",value,value*osl)*60',
)

_ERROR: Final = 'IF(LEFT(refusal,3)="NUM",#NUM!,#VALUE!)'
_ANSWER: Final = f"IF(COLUMNS(sized)=1,SIZING._ERROR(sized),IF({OF_SIZED['met']}=1,INDEX(sized,1,step),#N/A))"

SHARED: Final = (
    *WORD_NAMES,
    *CURVE_NAMES,
    *FAULT_NAMES,
    *POINT_NAMES,
    *SIZED_NAMES,
    Lambda("SIZING._ERROR", ("refusal",), _ERROR),
    Lambda("SIZING._ANSWER", ("sized", "step"), _ANSWER),
    *TABLE_NAMES,
    *FLEET_NAMES,
    *AUDIT_NAMES,
)
"""What the functions share, each after those that it calls."""

FUNCTIONS: Final = (
    _figure("SIZING_CSTAR", "c_star", _POINT, _METHOD),
    _figure("SIZING_POD_TPS", "per_replica_tps", _POINT, _METHOD),
    Lambda("SIZING_REGIME", _POINT, _REGIME, _METHOD),
    _figure("SIZING_BINDING", "binding", _POINT, _METHOD),
    _figure("SIZING_PODS", "pods", _SIZED[:3], _UTIL),
    _figure("SIZING_GPUS", "gpus", _SIZED, _UTIL),
    _figure("SIZING_GPUS_BUDGET", "gpus_budget", _SIZED, ("util", "confidence", *_METHOD)),
    _figure("SIZING_GPUS_COMMIT", "gpus_high", _SIZED, _UTIL),
    _figure("SIZING_COST", "usd_per_month", _SIZED, ("util", "gpu_hourly_usd", *_METHOD)),
    Lambda(
        "SIZING_TABLE",
        ("anchors", "slas", "tpm", "gpus_per_pod"),
        f"SIZING._TABLE(anchors,slas,{given('ttfts_s')},{_planned()},{given('gpu_hourly_usd')})",
        ("util", "gpu_hourly_usd", "method", "ttfts_s"),
    ),
    Lambda("SIZING_CHECK", ("anchors",), _CHECK, ("sla", "tpm", "gpus_per_pod", "util", TTFT.name)),
    Lambda(
        "SIZING_DELTA_GPUS",
        ("baseline", "optimised", "sla", "tpm", "gpus_per_pod"),
        (
            f"SIZING._DELTA(baseline,optimised,{given('optimised_gpus_per_pod', 'gpus_per_pod')},"
            f"{_planned()},sla,{_LIMIT})"
        ),
        ("util", "optimised_gpus_per_pod", *_METHOD),
    ),
    Lambda(
        "SIZING_MAX_TPM",
        ("anchors", "sla", "gpus", "gpus_per_pod"),
        f"SIZING._MOST(anchors,gpus,{_planned('1')},sla,{_LIMIT})",
        _UTIL,
    ),
    Lambda(
        "SIZING_BEST_SLA",
        ("anchors", "tpm", "gpus", "gpus_per_pod"),
        f"SIZING._FASTEST(anchors,gpus,{_planned()},1,{_LIMIT})",
        _UTIL,
    ),
    Lambda(
        "SIZING_AUDIT",
        ("anchors", "pods", "tpm"),
        f"SIZING._AUDIT(anchors,pods,tpm,{given('util')},{given('method')},{given('sla', '1')},{_LIMIT},ISOMITTED(sla))",
        ("util", "sla", *_METHOD),
    ),
    Lambda("SIZING_TPM", ("value", "unit"), _TPM, ("osl",)),
    Lambda("SIZING_VERSION", (), f'"{VERSION}"'),
)
"""The functions that are arithmetic, in the order of those of Python."""
