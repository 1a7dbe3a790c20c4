"""The names that put a number or the content of a cell into words, as `errors.shown` does, and those that refuse one.

Nothing here asks the spreadsheet to format a number: what it writes depends on its language.
"""

from __future__ import annotations

from typing import Final

from xlsizing.core import METHODS
from xlsizing.errors import BLANK
from xlsizing.rules import HIGHEST, LOWEST
from xlsizing.workbooks.lambdas.notation import Lambda
from xlsizing.workbooks.writer import literal, sentence

__all__ = ["BAD_CELL", "BAD_NUMBER", "WORD_NAMES", "got"]

BAD_CELL: Final = "VALUE: "
BAD_NUMBER: Final = "NUM: "
"""What a refusal begins with, by the error that it is: as in `hosts.cells.marked`."""

_SHOWN: Final = (
    "LET(size,ABS(value),guess,IF(size=0,0,INT(LOG10(size))),"
    "tens,IF(size=0,0,guess+IF(size>=10^(guess+1),1,0)-IF(size<10^guess,1,0)),"
    "whole,ROUND(IF(tens<digits,size*10^(digits-1-tens),size/10^(tens-digits+1)),0),"
    "carries,IF(whole>=10^digits,1,0),"
    'spelt,TEXT(IF(carries=1,whole/10,whole),"0"),'
    "power,tens+carries,"
    'zeros,REDUCE(0,SEQUENCE(digits),LAMBDA(found,at,IF(RIGHT(spelt,at)=REPT("0",at),at,found))),'
    "keep,MAX(1,LEN(spelt)-zeros),"
    'IF(value<0,"-","")&IF(size=0,"0",IF(OR(power<-4,power>=digits),'
    'LEFT(spelt,1)&IF(keep>1,"."&MID(spelt,2,keep-1),"")&"e"&IF(power<0,"-","+")&IF(ABS(power)<10,"0","")&ABS(power),'
    'IF(power<0,"0."&REPT("0",-power-1)&LEFT(spelt,keep),'
    'LEFT(spelt,power+1)&IF(keep>power+1,"."&MID(spelt,power+2,keep-power-1),"")))))'
)
"""A number in so many significant digits, without zeros at the end, with a power of ten where Python's %g has one."""

_ERRORS: Final = (
    "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CONNECT!",
    "#BLOCKED!", "#UNKNOWN!", "#FIELD!", "#CALC!",
)  # fmt: skip
"""In the order of ERROR.TYPE."""

_ERROR_WORDS: Final = f'"the error "&CHOOSE(number,{",".join(map(literal, _ERRORS))})'

_QUOTED: Final = (
    'LET(mark,IF(ISNUMBER(FIND("\'",value)),IF(ISNUMBER(FIND("""",value)),"\'",""""),"\'"),'
    'quoted,mark&IF(mark="\'",SUBSTITUTE(value,"\'","\\\'"),value)&mark,'
    'IF(LEN(quoted)>41,LEFT(quoted,38)&"...",quoted))'
)
"""A text as a sentence shows it: quoted, and cut where it is long."""

_CELL: Final = (
    "IF(ISERROR(value),SIZING._ERROR_WORDS(ERROR.TYPE(value)),"
    f'IF(ISNUMBER(value),SIZING._SHOWN(value,15),IF(ISLOGICAL(value),IF(value,"TRUE","FALSE"),'
    f'IF(value="","{BLANK} cell",{_QUOTED}))))'
)
"""What a cell holds, in words."""

_NO_DIGIT: Final = (
    'REDUCE(SUBSTITUTE(SUBSTITUTE(TRIM(value),",",""),".",""),SEQUENCE(10),LAMBDA(left,at,SUBSTITUTE(left,at-1,"")))=""'
)
_TO_NUMBERS: Final = "; turn the text into a number (Data > Text to Columns)"
_HINT: Final = f'IF(ISTEXT(value),IF(TRIM(value)="","",IF({_NO_DIGIT},{literal(_TO_NUMBERS)},"")),"")'


def got(rule: str, value: str, place: str = "") -> str:
    """Return the formula of a refusal: its `rule`, a template over "name", and what came, a `value` in words at a `place`."""
    where = f"&{place}" if place else ""
    return f'{sentence(rule, name="name")}&" (got "&{value}{where}&")"'


def _one(several: str, one: str) -> str:
    return f"IF(ROWS(value)*COLUMNS(value)>1,{several},{one})"


_RANGE: Final = '"a range of several cells"'
_METHOD: Final = (
    f"name must be {', '.join(f'{chr(34)}{name}{chr(34)}' for name in METHODS[:-1])} or {chr(34)}{METHODS[-1]}{chr(34)}"
)

WORD_NAMES: Final = (
    Lambda("SIZING._SHOWN", ("value", "digits"), _SHOWN),
    Lambda("SIZING._ERROR_WORDS", ("number",), _ERROR_WORDS),
    Lambda("SIZING._CELL", ("value",), _CELL),
    Lambda(
        "SIZING._NUMBER",
        ("value", "name", "place"),
        _one(
            f'"{BAD_CELL}"&{got("{name} must be a number", _RANGE)}',
            f'IF(ISNUMBER(value),"","{BAD_CELL}"&{got("{name} must be a number", "SIZING._CELL(value)", "place")}&{_HINT})',
        ),
    ),
    Lambda(
        "SIZING._TEXT",
        ("value", "name"),
        _one(
            f'"{BAD_CELL}"&{got("{name} must be text", _RANGE)}',
            (
                f'IF(ISNUMBER(value),"{BAD_CELL}"&{got("{name} must be text", literal("the number ") + "&SIZING._SHOWN(value,10)")},'
                f'IF(ISTEXT(value),IF(value="","{BAD_CELL}"&{got("{name} must be text", "SIZING._CELL(value)")},""),'
                f'"{BAD_CELL}"&{got("{name} must be text", "SIZING._CELL(value)")}))'
            ),
        ),
    ),
    Lambda(
        "SIZING._IN_RANGE",
        ("value", "name", "place"),
        (
            f'IF(value<=0,"{BAD_NUMBER}"&{got("{name} must be above 0", "SIZING._CELL(value)", "place")},'
            f'IF(OR(value<{LOWEST:.6f},value>{HIGHEST:.0f}),"{BAD_NUMBER}"&'
            f'{got(f"{{name}} must be from {LOWEST:g} to {HIGHEST:g}", "SIZING._CELL(value)", "place")},""))'
        ),
    ),
    Lambda(
        "SIZING._SHARE",
        ("value", "name"),
        (
            f'IF(OR(value<=0,value>1),"{BAD_NUMBER}"&{got("{name} must be in (0, 1]", "SIZING._CELL(value)")},'
            'SIZING._IN_RANGE(value,name,""))'
        ),
    ),
    Lambda(
        "SIZING._WHOLE",
        ("value", "name", "most"),
        (
            f'IF(value<1,"{BAD_NUMBER}"&{got("{name} must be a whole number of at least 1", "SIZING._CELL(value)")},'
            f'IF(OR(value>most,value<>INT(value)),"{BAD_NUMBER}"&name&" must be a whole number from 1 to "&'
            'SIZING._SHOWN(most,10)&" (got "&SIZING._CELL(value)&")",""))'
        ),
    ),
    Lambda(
        "SIZING._KNOWN",
        ("value", "name"),
        (
            f'IF(OR({",".join(f"EXACT(value,{literal(name)})" for name in METHODS)}),"",'
            f'"{BAD_CELL}"&name&{literal(_METHOD.removeprefix("name"))}&" (got "&SIZING._CELL(value)&")")'
        ),
    ),
)
"""Numbers and cells in words, and the refusal of one: "" where there is none, else the error's kind and a sentence."""
