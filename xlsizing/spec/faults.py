"""Everything wrong with a sizing file, a sentence each: file, line, field, rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any, Final, Self, get_args, get_origin

from pydantic import ValidationError

from xlsizing.checks import given_with, refusal
from xlsizing.core import FORMS_WITH
from xlsizing.errors import BLANK, InputError, Phrase
from xlsizing.importers.yaml_text import Where
from xlsizing.spec.base import FORMS, Section
from xlsizing.spec.fields import FaultsError
from xlsizing.spec.sections import SizingFile
from xlsizing.spec.text import Document, Fault

__all__ = ["SpecError", "faults_in_fields", "faults_in_form", "sentences"]

MOST_FAULTS: Final = 50
"""Most sentences about one file; the rest are counted [-]."""

_LONGEST_NAME: Final = 80
_RULES: Final = {
    "missing": "must be given",
    "extra_forbidden": "must have known fields",
    "list_type": "must be a list",
    "too_short": "must hold at least one entry",
}
_MAPPING: Final = "must be a mapping of field names to values"


class SpecError(InputError):
    """A sizing file breaks rules; all of them are told at once.

    Parameters
    ----------
    faults : sequence of str
        A sentence each, with file, line and field

    Examples
    --------
    >>> print(SpecError(["sizing.yaml, line 7, demand.tpm: must be above 0 (got -5)"]))
    sizing.yaml, line 7, demand.tpm: must be above 0 (got -5)
    """

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("sizing file", "must have no faults", got=Phrase(str(len(self.faults))))

    def placed(self, where: str) -> Self:  # noqa: ARG002  # every sentence has its place
        """Return the same error, whatever `where` it came from: every sentence names its place."""
        return self

    def _sentence(self) -> str:
        return "\n".join(self.faults)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.faults,)


def sentences(document: Document, faults: Iterable[Fault]) -> list[str]:
    """Return a sentence for each of `faults` of a `document`, by line; at most `MOST_FAULTS`, then how many more."""
    placed = sorted(((_line_numbers(document, fault), fault) for fault in faults), key=lambda pair: pair[0])
    listed = [_sentence(document, lines, fault) for lines, fault in placed[:MOST_FAULTS]]
    more = len(placed) - MOST_FAULTS
    return [*listed, f"{document.name}: {more:,} more faults"] if more > 0 else listed


def faults_in_fields(error: ValidationError) -> Iterator[Fault]:
    """Yield the faults that the models found in fields, told by an `error` of pydantic's."""
    for line in error.errors(include_url=False):
        path, cause = line["loc"], line.get("ctx", {}).get("error")
        if isinstance(cause, FaultsError):
            for fault in cause.faults:
                yield Fault((*path, *fault.path), fault.error, tuple((*path, *at) for at in fault.at))
        elif isinstance(cause, ValidationError):  # of a value that has several forms
            for fault in faults_in_fields(cause):
                yield Fault((*path, *fault.path), fault.error, tuple((*path, *at) for at in fault.at))
        elif isinstance(cause, InputError):
            yield Fault(path, cause)
        elif line["type"] == "extra_forbidden":
            yield Fault(path[:-1], refusal("", _RULES["extra_forbidden"], got=path[-1]), (path,))
        else:
            got = None if line["type"] in ("missing", "too_short") else line["input"]
            rule = _RULES.get(line["type"], _MAPPING)
            yield Fault(path, refusal("", rule, got=BLANK if got is None and "type" in line["type"] else got))


def faults_in_form(value: object) -> Iterator[Fault]:
    """Yield the sections of a file's `value` that do not hold exactly one of the fields they may."""
    for path, section in _forms(value):
        names = FORMS["demand" if path == ("demand",) else "curve"]
        given = [name for name in names if name in section]
        if len(given) != 1:
            rule = f"must give exactly one of {', '.join(names)}"
            yield Fault(path, refusal("", rule, got=Phrase(" and ".join(given) or "none")))
        if path == ("demand",):
            yield from _misplaced_parts(path, section)
    for path, side in _lever_sides(value, "optimised"):
        if {"context", "context_changes"} <= set(side):
            yield Fault(path, refusal("", "must give context or context_changes, not both"))


def _misplaced_parts(path: Where, section: dict[str, Any]) -> Iterator[Fault]:
    """Yield what a form of the demand lacks, and what stands beside no form that it belongs to."""
    for part, forms in FORMS_WITH.items():
        if any(form in section for form in forms) != (part in section):
            yield Fault(path, refusal(part, given_with(forms)))


def _forms(value: object) -> Iterator[tuple[Where, dict[str, Any]]]:
    if not isinstance(value, dict):
        return
    found: list[tuple[Where, Any]] = [((name,), value.get(name)) for name in FORMS]
    for side in ("baseline", "optimised"):
        found += [((*path, "curve"), section.get("curve")) for path, section in _lever_sides(value, side)]
    yield from ((path, section) for path, section in found if isinstance(section, dict))


def _lever_sides(value: object, side: str) -> Iterator[tuple[Where, dict[str, Any]]]:
    levers = value.get("levers") if isinstance(value, dict) else None
    for i, lever in enumerate(levers if isinstance(levers, list) else ()):
        section = lever.get(side) if isinstance(lever, dict) else None
        if isinstance(section, dict):
            yield ("levers", i, side), section


def _line_numbers(document: Document, fault: Fault) -> list[int]:
    return sorted({document.line(path) for path in fault.at or (fault.path,)})


def _sentence(document: Document, lines: Sequence[int], fault: Fault) -> str:
    error = fault.error
    place = f"{document.name}, line{'s' * (len(lines) > 1)} {' and '.join(map(str, lines))}"
    words = _path_words(_shown_part(document, fault.path))
    head = f"{place}, {words}:" if words else f"{place}:"
    named_by_path = error.name in fault.path or not error.name or (error.name == "context" and not error.got)
    way_out = error.way_out
    if error.rule == _RULES["extra_forbidden"]:
        named_by_path = True
        way_out = way_out or _did_you_mean(fault.path, error.got)
    name = head if named_by_path else f"{head} {error.name}"
    return str(refusal(name, error.rule, got=error.got, detail=error.detail, way_out=way_out, where=error.where))


def _shown_part(document: Document, path: Where) -> Where:
    """Return `path` without a field that only a longer form of the value would have."""
    short = path[:-1]
    return short if short and isinstance(short[-1], int) and not isinstance(document.at(short), dict) else path


def _path_words(path: Where) -> str:
    """Return a path as a sentence shows it: fields with dots between, positions counted from 1."""
    words = ""
    for part in path:
        if isinstance(part, int):
            words += f" item {part + 1}"
        else:
            words += f"{', ' if words.endswith(tuple('0123456789')) else '.' if words else ''}{part}"
    return words


def _did_you_mean(path: Where, key: object) -> str | None:
    section = _section_at(path)
    known = list(section.model_fields) if section else []
    near = get_close_matches(str(key)[:_LONGEST_NAME].casefold().replace("-", "_"), known, n=1)
    return f"did you mean {near[0]}?" if near else None


def _section_at(path: Where) -> type[Section] | None:
    annotation: Any = SizingFile
    for part in path:
        if isinstance(part, str):
            section = _section_in(annotation)
            known = section.model_fields.get(part) if section else None
            annotation = known.annotation if known else None
        else:
            annotation = _list_in(annotation)
    return _section_in(annotation)


def _list_in(annotation: Any) -> Any:
    """Return the type of a list in an `annotation`, where a value may be something else too."""
    if get_origin(annotation) is list:
        return annotation
    return next(filter(None, map(_list_in, get_args(annotation))), None)


def _section_in(annotation: Any) -> type[Section] | None:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    return next(filter(None, map(_section_in, get_args(annotation))), None)
