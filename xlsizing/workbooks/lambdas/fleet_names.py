"""The names behind SIZING_DELTA_GPUS, SIZING_MAX_TPM and SIZING_BEST_SLA: two curves compared, and a fleet that there is."""

from __future__ import annotations

from typing import Final

from xlsizing.rules import HIGHEST, MOST_GPUS_PER_POD, MOST_PODS
from xlsizing.workbooks.lambdas.arguments import PLANNED, asked, first_of, in_range, limit_in_range, no_number, unless
from xlsizing.workbooks.lambdas.curve_names import OF_MEASURED
from xlsizing.workbooks.lambdas.linking import let
from xlsizing.workbooks.lambdas.notation import Lambda
from xlsizing.workbooks.lambdas.point_names import OF_POINT
from xlsizing.workbooks.lambdas.sized_names import step
from xlsizing.workbooks.lambdas.word_names import BAD_CELL

__all__ = ["FLEET_NAMES"]

_TAKEN: Final = (*PLANNED, "sla", "limit")


def _tells(anchors: str) -> str:
    """Return the condition that the range `anchors`, which is a valid curve, has a TTFT."""
    return f"IF(COLUMNS({anchors})<4,0,MAX(INDEX({anchors},0,4)))>0"


_DELTA_REFUSAL: Final = first_of(
    'SIZING._FAULT(baseline,"baseline")',
    'SIZING._FAULT(optimised,"optimised")',
    f"SIZING._KINDS({asked(_TAKEN)})",
    no_number("with_gpus", "optimised_gpus_per_pod"),
    f'SIZING._WHOLE(with_gpus,"optimised_gpus_per_pod",{MOST_GPUS_PER_POD})',
    f'SIZING._WHOLE(gpus_per_pod,"gpus_per_pod",{MOST_GPUS_PER_POD})',
    in_range("tpm"),
    limit_in_range(),
    (
        f'IF(ISNUMBER(limit),IF(AND({_tells("baseline")},{_tells("optimised")}),"",'
        f'"{BAD_CELL}the lever must tell the waits that are limited"),"")'
    ),
)


def _gpus(side: str, gpus_per_pod: str) -> str:
    return f'SIZING._ANSWER(SIZING._SIZED({side},"{side}",{asked(_TAKEN, gpus_per_pod=gpus_per_pod)}),{step("gpus")})'


_DELTA: Final = unless(
    _DELTA_REFUSAL,
    f"LET(before,{_gpus('baseline', 'gpus_per_pod')},IF(ISERROR(before),before,{_gpus('optimised', 'with_gpus')}-before))",
)

_FLEET: Final = first_of(
    'SIZING._FAULT(anchors,"anchors")',
    f"SIZING._KINDS({asked(_TAKEN)})",
    no_number("gpus"),
    f'SIZING._WHOLE(gpus_per_pod,"gpus_per_pod",{MOST_GPUS_PER_POD})',
    (
        f"LET(measured,SIZING._MEASURED(SIZING._ROWS(anchors)),IF(AND(gpus_per_pod>1,"
        f'{let("Has_T=1", OF_MEASURED, ["measured"])}),SIZING._PER_GPU(measured,gpus_per_pod,1,"anchors"),""))'
    ),
    f'SIZING._WHOLE(gpus,"gpus",{HIGHEST:.0f})',
    f'IF(gpus<gpus_per_pod,"{BAD_CELL}the budget must hold a pod of "&gpus_per_pod&" GPUs","")',
    'SIZING._SHARE(util,"util")',
    'SIZING._KNOWN(method,"method")',
    limit_in_range(),
    in_range("tpm"),
    in_range("sla"),
    f'IF(ISNUMBER(limit),IF({_tells("anchors")},"","{BAD_CELL}no TTFT known"),"")',
)
_PODS_HAD: Final = f"MIN({MOST_PODS:.0f},INT(gpus/gpus_per_pod))"
_NO_FLEET: Final = f"SIZING._FLEET(anchors,gpus,{','.join(_TAKEN)})"
_MOST: Final = unless(
    _NO_FLEET,
    (
        "LET(curve,SIZING._CURVE(SIZING._MEASURED(SIZING._ROWS(anchors)),method),"
        'point,SIZING._POINT(curve,method,sla,IF(ISNUMBER(limit),limit,"")),'
        f"IF({OF_POINT['met']}=1,60*{_PODS_HAD}*util*{OF_POINT['best']},#N/A))"
    ),
)
_FASTEST: Final = unless(
    _NO_FLEET,
    let(
        "LET(kept,IF(ISNUMBER(limit),SUMPRODUCT((limit/TAKE(Curve_ttft,N_Anchors)-1>=-Same_Rate)*1),N_Anchors),"
        "enough,MIN(MAP(SEQUENCE(N_Anchors),LAMBDA(at,"
        f"IF(SIZING._FOR(tpm/Seconds_per_Minute,MAX(TAKE(Curve_T,at)),util)<={_PODS_HAD},at,9999)))),"
        "IF(enough<=kept,INDEX(Curve_r,enough),#N/A))",
        OF_MEASURED | {"measured": "SIZING._MEASURED(SIZING._ROWS(anchors))"},
        ["anchors", "gpus", *_TAKEN],
    ),
)

FLEET_NAMES: Final = (
    Lambda("SIZING._DELTA", ("baseline", "optimised", "with_gpus", *_TAKEN), _DELTA),
    Lambda("SIZING._FLEET", ("anchors", "gpus", *_TAKEN), _FLEET),
    Lambda("SIZING._MOST", ("anchors", "gpus", *_TAKEN), _MOST),
    Lambda("SIZING._FASTEST", ("anchors", "gpus", *_TAKEN), _FASTEST),
)
"""What a change saves; why a fleet cannot be judged, the most that it carries at an SLA, and the fastest point at which it carries a demand."""
