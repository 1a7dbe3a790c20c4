"""The fields of a sizing file: for each kind its check, which is the core's own, and its JSON schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, PlainValidator, ValidationInfo, WithJsonSchema

from xlsizing.advice import levers
from xlsizing.checks import choice, number, printable, refuse, share, whole
from xlsizing.context import FACTS, SECTIONS, Context, Fact, field_named, placeholders
from xlsizing.context import KINDS as FACT_KINDS
from xlsizing.core import COLUMNS, LABELS, METHODS, bound
from xlsizing.errors import BLANK, InputError, Phrase
from xlsizing.rules import BUDGET_SHARE, HIGHEST, LOWEST, MOST_GPUS_PER_POD, MOST_SPARES, STATISTICS
from xlsizing.spec.text import Fault

__all__ = [
    "CacheState",
    "Changes",
    "ContextField",
    "DatasetKind",
    "Day",
    "Factor",
    "FaultsError",
    "FieldName",
    "FileName",
    "Flag",
    "GpusPerPod",
    "HitRate",
    "Json",
    "LeverKind",
    "Line",
    "Method",
    "Number",
    "Row",
    "Share",
    "Spares",
    "Statistic",
    "Tier",
    "Turns",
    "at_most",
    "file_name",
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


def _validator_of(check: Callable[[Any, str], Any]) -> PlainValidator:
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


def _text_line(value: object, name: str) -> str:
    if value is None or (isinstance(value, str) and not value.strip()):
        refuse(name, "must be text", got=BLANK, way_out="fill it in or leave the line out")
    if not isinstance(value, str):
        refuse(name, "must be text", got=value, way_out="put quotes around it")
    return printable(value.strip(), name)


def file_name(value: object, name: str) -> str:
    """Return the path that is `value`, that of the field `name`; it must be relative to the sizing file."""
    path = _text_line(value, name)
    if path.startswith(("/", "\\")) or path[1:2] == ":":
        refuse(name, "must be a path relative to the sizing file", got=path)
    return path


def _day(value: object, name: str) -> str:
    if value is None:
        refuse(name, "must be a date such as 2026-03-31", got=BLANK)
    return str(FACT_KINDS["date"](value, name))


def _fact(value: object, name: str) -> Any:
    """Return what the customer says of a field that the context has too."""
    if isinstance(value, str) and not value.strip():
        refuse(name, "must not be blank", got=BLANK, way_out="fill it in or leave the line out")
    return FACTS[name].value(value, name)


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


def _field_name(value: object, _name: str) -> str:
    return str(value) if value in SECTIONS else field_named(value, FACTS)


def _context_of_facts(value: object, _name: str) -> Context:
    return Context.from_mapping(_facts(value))


def _changes(value: Any, _name: str) -> dict[str, Any]:
    context = Context.from_mapping(_facts(value))
    return {name: getattr(context, name) for name in value}  # what is said to be unknown stays so


def _facts(value: Any) -> Any:
    """Return a mapping of context fields, or raise what is wrong with each of them."""
    faults = Context.faults(value)
    if faults:
        raise FaultsError(_fault_at(error, value) for error in faults)
    return value


def _fault_at(error: InputError, value: Any) -> Fault:
    """Return the fault at the field that an error is about; where that is not known, at what was given as its name."""
    if error.name != "context":
        return Fault((error.name,), error)
    key = error.got
    return Fault((), error, ((key,),) if isinstance(key, str) and isinstance(value, dict) and key in value else ())


def _number_json(**limits: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "number", "minimum": LOWEST, "maximum": HIGHEST} | limits)


def _whole_json(low: int, high: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "integer", "minimum": low, "maximum": high})


_LINE: Final[Json] = {"type": "string", "pattern": r"\S", "maxLength": 200}
_DATE: Final[Json] = {"type": "string", "pattern": r"^\s*[0-9]{4}-?([0-9]{2}|W)"}
_FACT_JSON: Final[dict[str, Json]] = {
    "text": {"type": "string", "maxLength": 2000},
    "token": {"type": "string", "maxLength": 2000},
    "dtype": {"type": "string", "maxLength": 2000},
    "whole": {"type": "integer", "minimum": 1, "maximum": 1_000_000_000},
    "number": {"type": "number", "minimum": LOWEST, "maximum": HIGHEST},
    "share": {"type": "number", "minimum": LOWEST, "maximum": 1},
    "fraction": {"type": "number", "minimum": 0, "maximum": 1},
    "percent": {"type": "number", "exclusiveMinimum": 1, "maximum": 100},
    "flag": {"enum": [True, False, "on", "off"]},
    "date": _DATE,
    "sha256": {"type": "string", "pattern": r"^\s*[0-9a-fA-F]{64}([\s,]+[0-9a-fA-F]{64})*\s*$"},
}


def _fact_json(fact: Fact) -> Json:
    unknown = {"type": "string", "pattern": placeholders(none_too=not fact.none_is_value)}
    return {"description": f"{fact.label} [{fact.unit}]", "anyOf": [_known_json(fact), unknown, {"enum": [None]}]}


def _known_json(fact: Fact) -> Json:
    return {"enum": list(fact.choices)} if fact.kind == "choice" else _FACT_JSON[fact.kind]


def _said_json(name: str) -> WithJsonSchema:
    """Return the schema of what the customer says of a field: not blank, but "unknown" where it is not known."""
    pattern = placeholders(none_too=not FACTS[name].none_is_value)
    unknown = {"type": "string", "allOf": [{"pattern": pattern}, {"pattern": r"\S"}]}
    return WithJsonSchema({"anyOf": [_known_json(FACTS[name]), unknown]})


_CONTEXT_JSON: Final[Json] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {name: _fact_json(fact) for name, fact in FACTS.items()},
}
_CELL_JSON: Final[Json] = {"type": ["number", "null"], "minimum": LOWEST, "maximum": HIGHEST}
_NEEDED_CELL_JSON: Final[Json] = _CELL_JSON | {"type": "number"}
_ROW_JSON: Final[Json] = {
    "type": "array",
    "minItems": _NARROWEST,
    "maxItems": len(COLUMNS),
    "prefixItems": [_NEEDED_CELL_JSON] * _NARROWEST + [_CELL_JSON] * (len(COLUMNS) - _NARROWEST),
}

Number = Annotated[float, _validator_of(number), _number_json()]
Share = Annotated[float, _validator_of(share), _number_json(maximum=1)]
Factor = Annotated[float, _validator_of(number), _number_json(minimum=0.01, maximum=100)]  # `Lever` holds the limits
GpusPerPod = Annotated[
    int, _validator_of(lambda v, n: whole(v, n, low=1, high=MOST_GPUS_PER_POD)), _whole_json(1, MOST_GPUS_PER_POD)
]
Spares = Annotated[int, _validator_of(lambda v, n: whole(v, n, low=0, high=MOST_SPARES)), _whole_json(0, MOST_SPARES)]
Line = Annotated[str, _validator_of(_text_line), WithJsonSchema(_LINE)]
FileName = Annotated[str, _validator_of(file_name), WithJsonSchema(_LINE | {"pattern": r"^(?![/\\]|.:).*\S"})]
Day = Annotated[str, _validator_of(_day), WithJsonSchema(_DATE)]
Confidence = Annotated[
    float, _validator_of(lambda v, n: bound(v, n).confidence), WithJsonSchema({"enum": list(BUDGET_SHARE)})
]
Method = Annotated[str, _validator_of(lambda v, n: choice(v, n, METHODS)), WithJsonSchema({"enum": list(METHODS)})]
Statistic = Annotated[
    str, _validator_of(lambda v, n: choice(v, n, STATISTICS)), WithJsonSchema({"enum": list(STATISTICS)})
]
LeverKind = Annotated[
    str, _validator_of(lambda v, n: choice(v, n, levers.KINDS)), WithJsonSchema({"enum": list(levers.KINDS)})
]
Flag = Annotated[bool, _validator_of(_flag), WithJsonSchema({"type": "boolean"})]
Turns = Annotated[str | None, _validator_of(_fact), _said_json("turns")]
HitRate = Annotated[float | None, _validator_of(_fact), _said_json("prefix_hit_rate")]
DatasetKind = Annotated[str | None, _validator_of(_fact), _said_json("dataset_kind")]
Tier = Annotated[str | None, _validator_of(_fact), _said_json("tier")]
CacheState = Annotated[str | None, _validator_of(_fact), _said_json("cache_state")]
Row = Annotated[tuple[float | None, ...], _validator_of(_anchor_cells), WithJsonSchema(_ROW_JSON)]
FieldName = Annotated[str, _validator_of(_field_name), WithJsonSchema({"enum": [*FACTS, *SECTIONS]})]
ContextField = Annotated[Context, _validator_of(_context_of_facts), WithJsonSchema(_CONTEXT_JSON)]
Changes = Annotated[dict[str, Any], _validator_of(_changes), WithJsonSchema(_CONTEXT_JSON)]
