"""The names behind SIZING_TABLE: a list of SLAs and of limits held against its rules, and a row of figures for each."""

from __future__ import annotations

from typing import Final

from xlsizing.core import FUNCTION_TABLE
from xlsizing.workbooks.customer import STEPS
from xlsizing.workbooks.lambdas.arguments import PLANNED, TTFT, asked, first_of, unless
from xlsizing.workbooks.lambdas.curve_names import row_of
from xlsizing.workbooks.lambdas.notation import Lambda
from xlsizing.workbooks.lambdas.sized_names import OF_SIZED
from xlsizing.workbooks.lambdas.word_names import BAD_CELL, BAD_NUMBER
from xlsizing.workbooks.writer import literal

__all__ = ["TABLE_NAMES"]

_PRICED: Final = (*PLANNED, "gpu_hourly_usd")


def _cell(values: str) -> str:
    """Return the formula of the cell `at` of one row or one column; a single value is not taken apart, which IronCalc cannot."""
    column = f"ROWS({values})>1"
    return f"IF(ROWS({values})*COLUMNS({values})=1,{values},INDEX({values},IF({column},at,1),IF({column},1,at)))"


_WRONG: Final = first_of('SIZING._NUMBER(value,name,"")', 'SIZING._IN_RANGE(value,name,"")')
_LISTED: Final = (
    f'IF(AND(ROWS(values)>1,COLUMNS(values)>1),"{BAD_CELL}"&name&" must be one row or one column",'
    'REDUCE("",SEQUENCE(ROWS(values)*COLUMNS(values)),LAMBDA(said,at,IF(said<>"",said,'
    f'LET(value,{_cell("values")},IF(IF(ISERROR(value),FALSE,value=""),"",{_WRONG}))))))'
)

_REFUSAL: Final = first_of(
    'SIZING._FAULT(anchors,"anchors")',
    'SIZING._LISTED(slas,"sla")',
    f'IF(MAX(slas)>0,"","{BAD_CELL}slas must hold at least one number (got a blank)")',
    f"SIZING._KINDS({asked(_PRICED)})",
    f'SIZING._LISTED(limits,"{TTFT.name}")',
    (
        'IF(OR(ROWS(limits)*COLUMNS(limits)=1,ROWS(limits)*COLUMNS(limits)=ROWS(slas)*COLUMNS(slas)),"",'
        f'"{BAD_CELL}ttfts_s must be one limit, or one beside each SLA")'
    ),
)

_OWN: Final = {"sla": "sla", "remark": "SIZING._REMARK(sized)"}
_MET: Final = [
    _OWN.get(field) or OF_SIZED["case" if field == "regime" else STEPS.get(field, field)]
    for field in FUNCTION_TABLE.values()
]
_UNMET: Final = [OF_SIZED["case"] if field == "regime" else '""' for field in FUNCTION_TABLE.values()]
_ROW: Final = f"IF({OF_SIZED['met']}=1,{row_of(_MET)},{row_of(_UNMET)})"

_HEADS: Final = row_of([*map(literal, FUNCTION_TABLE)])
_BLANKS: Final = row_of(['""'] * len(FUNCTION_TABLE))
_ROWS: Final = (
    "LET(made,"
    f"REDUCE({_HEADS},SEQUENCE(ROWS(slas)*COLUMNS(slas)),LAMBDA(above,at,VSTACK(above,"
    f'LET(sla,{_cell("slas")},limit,{_cell("limits")},IF(sla="",{_BLANKS},'
    f"LET(sized,SIZING._WITH(curve,{asked((*_PRICED, 'sla', 'limit'))}),"
    # A refusal fills its row, and is found below.
    f'IF(COLUMNS(sized)=1,IF({_BLANKS}="",sized,sized),SIZING._TABLE_ROW(sized,sla)))))))),'
    f'IF(SUMPRODUCT((LEFT(INDEX(made,0,1),{len(BAD_NUMBER)})="{BAD_NUMBER}")*1)>0,#NUM!,made))'
)
_TABLE: Final = unless(
    _REFUSAL,
    "LET(table,SIZING._ROWS(anchors),measured,SIZING._MEASURED(table),"
    "first,MATCH(INDEX(measured,1,1),INDEX(table,0,1),0),"
    'limit,IF(MAX(limits)>0,MAX(limits),""),'
    f'later,SIZING._RANGES(measured,first,"anchors",{asked((*_PRICED, "limit"))}),'
    'IF(later<>"",SIZING._ERROR(later),'
    f"SIZING._TABLE_ROWS(SIZING._CURVE(measured,method),slas,limits,{','.join(_PRICED)})))",
)

TABLE_NAMES: Final = (
    Lambda("SIZING._LISTED", ("values", "name"), _LISTED),
    Lambda("SIZING._TABLE_ROW", ("sized", "sla"), _ROW),
    Lambda("SIZING._TABLE_ROWS", ("curve", "slas", "limits", *_PRICED), _ROWS),
    Lambda("SIZING._TABLE", ("anchors", "slas", "limits", *_PRICED), _TABLE),
)
"""A table with its heads, or the error that a refusal is."""
