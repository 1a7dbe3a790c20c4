"""The fields of a price in a sizing file."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import WithJsonSchema

from xlsizing.checks import refuse, whole
from xlsizing.rules import MOST_TERM_MONTHS
from xlsizing.spec.fields import text_line, validator_of

__all__ = ["Currency", "Months"]

_CURRENCY_LETTERS: Final = 3


def _currency(value: object, name: str) -> str:
    code = text_line(value, name).upper()
    if not (len(code) == _CURRENCY_LETTERS and code.isascii() and code.isalpha()):
        refuse(name, "must be a code of three letters by ISO 4217, such as EUR", got=value)
    return code


Currency = Annotated[str, validator_of(_currency), WithJsonSchema({"type": "string", "pattern": "^[A-Za-z]{3}$"})]
Months = Annotated[
    int,
    validator_of(lambda v, n: whole(v, n, low=1, high=MOST_TERM_MONTHS)),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_TERM_MONTHS}),
]
