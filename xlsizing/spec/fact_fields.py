"""The fields of a sizing file that a measurement context has too: what the curve rests on, and what the customer says of it."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import WithJsonSchema

from xlsizing.checks import refuse
from xlsizing.context import FACTS, SECTIONS, Context, Fact, field_named, placeholders
from xlsizing.errors import BLANK, InputError
from xlsizing.rules import HIGHEST, LOWEST
from xlsizing.spec.fields import DATE_JSON, FaultsError, Json, validator_of
from xlsizing.spec.text import Fault

__all__ = ["CacheState", "Changes", "ContextField", "DatasetKind", "FieldName", "HitRate", "Tier", "Turns"]


def _fact(value: object, name: str) -> Any:
    """Return what the customer says of a field that the context has too."""
    if isinstance(value, str) and not value.strip():
        refuse(name, "must not be blank", got=BLANK, way_out="fill it in or leave the line out")
    return FACTS[name].value(value, name)


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
    "date": DATE_JSON,
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
Turns = Annotated[str | None, validator_of(_fact), _said_json("turns")]
HitRate = Annotated[float | None, validator_of(_fact), _said_json("prefix_hit_rate")]
DatasetKind = Annotated[str | None, validator_of(_fact), _said_json("dataset_kind")]
Tier = Annotated[str | None, validator_of(_fact), _said_json("tier")]
CacheState = Annotated[str | None, validator_of(_fact), _said_json("cache_state")]
FieldName = Annotated[str, validator_of(_field_name), WithJsonSchema({"enum": [*FACTS, *SECTIONS]})]
ContextField = Annotated[Context, validator_of(_context_of_facts), WithJsonSchema(_CONTEXT_JSON)]
Changes = Annotated[dict[str, Any], validator_of(_changes), WithJsonSchema(_CONTEXT_JSON)]
