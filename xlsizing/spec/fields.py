"""The fields of a sizing file: for each kind its check, which is the core's own, and its JSON schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, PlainValidator, ValidationInfo, WithJsonSchema

from xlsizing.advice import growth_factor, growth_months, levers
from xlsizing.checks import choice, number, printable, refuse, share, whole
from xlsizing.context import KINDS as FACT_KINDS
from xlsizing.core import COLUMNS, LABELS, METHODS, bound, peak_factor
from xlsizing.errors import BLANK, Phrase
from xlsizing.rules import (
    BUDGET_SHARE,
    HIGHEST,
    LARGEST_GROWTH,
    LEAST_GROWTH,
    LEAST_NODE_AVAILABILITY,
    LONGEST_GROWTH,
    LOWEST,
    MOST_AVAILABILITY,
    MOST_GPUS_PER_POD,
    MOST_NODES_LOST,
    MOST_PEAK_TO_MEAN,
    MOST_SPARES,
    STATISTICS,
)
from xlsizing.spec.text import Fault

__all__ = [
    "DATE_JSON",
    "Availability",
    "Day",
    "Factor",
    "FaultsError",
    "FileName",
    "Flag",
    "GpusPerPod",
    "GrowthFactor",
    "GrowthMonths",
    "Json",
    "LeverKind",
    "Line",
    "Method",
    "NodesLost",
    "Number",
    "PeakToMean",
    "Row",
    "Share",
    "Spares",
    "Statistic",
    "at_most",
    "file_name",
    "text_line",
    "validator_of",
]

Json = dict[str, Any]

_NARROWEST: Final = 2
"""Cells of an anchor that cannot be left out: concurrency and tok/s/user [-]."""


class FaultsError(ValueError):
    """Several faults of one value, with paths from there.

    Parameters
    ----------
    faults : iterable of Fault
        What is wrong
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault.error) for fault in self.faults))


def validator_of(check: Callable[[Any, str], Any]) -> PlainValidator:
    """Return the validator that calls a check of the core with the value and the name of its field."""

    def validated(value: Any, info: ValidationInfo) -> Any:
        return check(value, info.field_name or "value")

    return PlainValidator(validated)


def at_most(most: int) -> BeforeValidator:
    """Return the validator of a list that holds `most` entries at most [-]."""

    def short(value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, list) and len(value) > most:
            refuse(info.field_name or "", f"must hold at most {most:,} entries", got=len(value))
        return value

    return BeforeValidator(short)


def text_line(value: object, name: str) -> str:
    """Return `value`, that of the field `name`, as a line of text without blanks around it."""
    if value is None or (isinstance(value, str) and not value.strip()):
        refuse(name, "must be text", got=BLANK, way_out="fill it in or leave the line out")
    if not isinstance(value, str):
        refuse(name, "must be text", got=value, way_out="put quotes around it")
    return printable(value.strip(), name)


def file_name(value: object, name: str) -> str:
    """Return the path that is `value`, that of the field `name`; it must be relative to the sizing file."""
    path = text_line(value, name)
    if path.startswith(("/", "\\")) or path[1:2] == ":":
        refuse(name, "must be a path relative to the sizing file", got=path)
    return path


def _day(value: object, name: str) -> str:
    if value is None:
        refuse(name, "must be a date such as 2026-03-31", got=BLANK)
    return str(FACT_KINDS["date"](value, name))


def _flag(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        refuse(name, "must be true or false", got=BLANK if value is None else value)
    return value


def _anchor_cells(value: object, _name: str) -> tuple[float | None, ...]:
    """Return the cells of one anchor; None is a column that was not measured."""
    if not (isinstance(value, list) and _NARROWEST <= len(value) <= len(COLUMNS)):
        got = Phrase(f"{len(value)} of them") if isinstance(value, list) else BLANK if value is None else value
        refuse("an anchor", f"must be a list of {_NARROWEST} to {len(COLUMNS)} numbers, {', '.join(LABELS)}", got=got)
    return tuple(None if cell is None else number(cell, label) for cell, label in zip(value, LABELS, strict=False))


def _number_json(**limits: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "number", "minimum": LOWEST, "maximum": HIGHEST} | limits)


def _whole_json(low: int, high: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "integer", "minimum": low, "maximum": high})


_LINE: Final[Json] = {"type": "string", "pattern": r"\S", "maxLength": 200}
DATE_JSON: Final[Json] = {"type": "string", "pattern": r"^\s*[0-9]{4}-?([0-9]{2}|W)"}
_CELL_JSON: Final[Json] = {"type": ["number", "null"], "minimum": LOWEST, "maximum": HIGHEST}
_NEEDED_CELL_JSON: Final[Json] = _CELL_JSON | {"type": "number"}
_ROW_JSON: Final[Json] = {
    "type": "array",
    "minItems": _NARROWEST,
    "maxItems": len(COLUMNS),
    "prefixItems": [_NEEDED_CELL_JSON] * _NARROWEST + [_CELL_JSON] * (len(COLUMNS) - _NARROWEST),
}

Number = Annotated[float, validator_of(number), _number_json()]
Share = Annotated[float, validator_of(share), _number_json(maximum=1)]
Factor = Annotated[float, validator_of(number), _number_json(minimum=0.01, maximum=100)]  # `Lever` holds the limits
GpusPerPod = Annotated[
    int, validator_of(lambda v, n: whole(v, n, low=1, high=MOST_GPUS_PER_POD)), _whole_json(1, MOST_GPUS_PER_POD)
]
NodesLost = Annotated[
    int, validator_of(lambda v, n: whole(v, n, low=0, high=MOST_NODES_LOST)), _whole_json(0, MOST_NODES_LOST)
]
Availability = Annotated[
    float,
    validator_of(lambda v, n: number(v, n, low=LEAST_NODE_AVAILABILITY, high=MOST_AVAILABILITY)),
    _number_json(minimum=LEAST_NODE_AVAILABILITY, maximum=MOST_AVAILABILITY),
]
GrowthFactor = Annotated[float, validator_of(growth_factor), _number_json(minimum=LEAST_GROWTH, maximum=LARGEST_GROWTH)]
GrowthMonths = Annotated[int, validator_of(growth_months), _whole_json(1, LONGEST_GROWTH)]
PeakToMean = Annotated[float, validator_of(peak_factor), _number_json(minimum=1, maximum=MOST_PEAK_TO_MEAN)]
Spares = Annotated[int, validator_of(lambda v, n: whole(v, n, low=0, high=MOST_SPARES)), _whole_json(0, MOST_SPARES)]
Line = Annotated[str, validator_of(text_line), WithJsonSchema(_LINE)]
FileName = Annotated[str, validator_of(file_name), WithJsonSchema(_LINE | {"pattern": r"^(?![/\\]|.:).*\S"})]
Day = Annotated[str, validator_of(_day), WithJsonSchema(DATE_JSON)]
Confidence = Annotated[
    float, validator_of(lambda v, n: bound(v, n).confidence), WithJsonSchema({"enum": list(BUDGET_SHARE)})
]
Method = Annotated[str, validator_of(lambda v, n: choice(v, n, METHODS)), WithJsonSchema({"enum": list(METHODS)})]
Statistic = Annotated[
    str, validator_of(lambda v, n: choice(v, n, STATISTICS)), WithJsonSchema({"enum": list(STATISTICS)})
]
LeverKind = Annotated[
    str, validator_of(lambda v, n: choice(v, n, levers.KINDS)), WithJsonSchema({"enum": list(levers.KINDS)})
]
Flag = Annotated[bool, validator_of(_flag), WithJsonSchema({"type": "boolean"})]
Row = Annotated[tuple[float | None, ...], validator_of(_anchor_cells), WithJsonSchema(_ROW_JSON)]
