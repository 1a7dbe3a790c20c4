"""The text of a sizing file as plain values, and the line where each of them stands.

YAML or, in a file named .json, JSON, which goes the same way once it is known to be JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

import yaml

from xlsizing.checks import refusal, refuse
from xlsizing.errors import InputError
from xlsizing.importers import file_text, parsed
from xlsizing.importers.yaml_text import PlainComposer, Where
from xlsizing.rules import MOST_SLAS

__all__ = ["Document", "Fault", "read_document"]

_LARGEST_BYTES: Final = 10_000_000
_MOST_REPEATED: Final = 50
_WHAT: Final = "sizing file"

_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_HALF = re.compile("[\ud800-\udfff]")
_JSON_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]|[^\s{}\[\],:"]+')
_NOT_JSON: Final = {"NaN": ".nan", "Infinity": ".inf", "-Infinity": "-.inf"}
"""Numbers that the standard library reads as JSON, in YAML."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a document.

    Parameters
    ----------
    path : tuple
        The field that the sentence names
    error : InputError
        The rule that it breaks
    at : tuple of tuples
        The values whose lines it names; `path` alone where empty
    """

    path: Where
    error: InputError
    at: tuple[Where, ...] = ()


@dataclass(frozen=True)
class Document:
    """A sizing file as plain values.

    Parameters
    ----------
    name : str
        Name of the file
    value : object
        What it holds
    lines : dict
        The line of each value, counted from 1; of a field, the line of its name
    faults : list of Fault
        Fields that are repeated
    """

    name: str
    value: Any
    lines: dict[Where, int]
    faults: list[Fault]

    def line(self, path: Where) -> int:
        """Return the line of the value at `path`, or of the nearest one around it [-]."""
        return next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), 1)

    def at(self, path: Where) -> Any:
        """Return the value at `path`, None where there is none."""
        value = self.value
        for part in path:
            if isinstance(value, dict):
                value = value.get(part)
            else:
                value = value[part] if isinstance(value, list) and isinstance(part, int) else None
        return value


def read_document(path: Path) -> Document:
    """Return what the file at `path` holds.

    Parameters
    ----------
    path : Path
        The sizing file

    Returns
    -------
    Document
        Its values and their lines

    Raises
    ------
    InputError
        If it cannot be read, is too large or nested too deep, is no YAML or JSON, or uses what
        only YAML has: tags, anchors, aliases, several documents.
    """
    text = file_text(
        path,
        _WHAT,
        largest=_LARGEST_BYTES,
        too_large="keep long curves in a CSV file and name it under curve.file",
        save_as="UTF-8",
        instead="give a YAML or JSON file (xlsizing spec --example prints one)",
    )
    composer = _Composer(path.name)
    if wrong := _NOT_TEXT.search(text):
        composer.line = len(text[: wrong.start() + 1].splitlines())
        composer.refuse("must be text without control characters", got=wrong[0])
    if path.suffix.casefold() == ".json":
        parsed(text, _WHAT, path.name)
        value = composer.value_of(_json_events(text))
    else:
        value = composer.value_in(text)
    return Document(path.name, value, composer.lines, composer.faults)


class _Composer(PlainComposer):
    """Allows nothing that JSON has not, and says what to do instead."""

    deepest = 16
    most = 5 * MOST_SLAS  # each with a name, and as many anchors again

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.lines: dict[Where, int] = {}
        self.faults: list[Fault] = []

    def refuse(self, rule: str, **parts: Any) -> NoReturn:
        refuse(f"{self.name}, line {self.line}:", rule, **parts)

    def check(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self.refuse("must not use YAML anchors or aliases", way_out="write the value out")
        if event.tag is not None:
            self.refuse("must not use YAML tags", got=event.tag, way_out="leave the tag out")
        if isinstance(event, yaml.ScalarEvent) and _HALF.search(event.value):
            self.refuse("must be text without half surrogate pairs", got=event.value)

    def placed(self, where: Where) -> None:
        self.lines[where] = self.line

    def repeated(self, name: str) -> None:
        if len(self.faults) < _MOST_REPEATED:
            detail = f"it stands on line {self.lines[*self.path, name]} already"
            again: Where = (*self.path, name, self.line)  # the second field of that name, for its line alone
            self.placed(again)
            error = refusal("", "must hold each field once", got=name, detail=detail)
            self.faults.append(Fault(self.path, error, (again,)))

    def value_of(self, events: Iterator[Any]) -> Any:
        value = super().value_of(events)
        if self.check_node():
            self.line = self.peek_event().start_mark.line + 1
            self.refuse("must hold one document", way_out="leave out the line of dashes")
        return value

    def wrong(self, text: str, *, open_end: bool) -> NoReturn:
        if _open_brackets(text, self.line) > self.deepest:  # libyaml looks so far ahead that it gives up first
            self.too_deep()
        if way_out := _mend(text, self.line, open_end=open_end):
            self.refuse("must be YAML", way_out=way_out)
        super().wrong(text, open_end=open_end)


def _open_brackets(text: str, line: int) -> int:
    """Return how many more brackets open than close up to the end of `line` [-]."""
    read = "\n".join(text.splitlines()[:line])
    return sum(map(read.count, "[{")) - sum(map(read.count, "]}"))


def _mend(text: str, line: int, *, open_end: bool) -> str | None:
    """Return what mends a `line` that is no YAML, None where it does not show, in our words: those of parsers change."""
    here = (text.splitlines() or [""])[line - 1]
    if "\t" in here[: len(here) - len(here.lstrip())]:
        return "indent with spaces, not tabs"
    if open_end:
        return "close the quote or bracket that is open at the end of the file"
    if here.count(": ") > 1:
        return "write one field a line, and put quotes around a text that holds a colon"
    return None


def _json_events(text: str) -> Iterator[yaml.Event]:
    """Yield what a parser of YAML would of JSON text, which libyaml does not read whole: names may be long."""
    line = last = 0
    yield yaml.StreamStartEvent()
    yield yaml.DocumentStartEvent()
    for token in _JSON_TOKEN.finditer(text):
        line += text.count("\n", last, token.start())
        last = token.start()
        yield _json_event(token[0], yaml.Mark("", 0, line, 0, None, 0))
    yield yaml.DocumentEndEvent()
    yield yaml.StreamEndEvent()


def _json_event(token: str, mark: yaml.Mark) -> yaml.Event:
    if token in _CLOSING:
        return _CLOSING[token](mark)
    if token in _OPENING:
        return _OPENING[token](None, None, True, mark)
    quoted = token.startswith('"')
    value = json.loads(token) if quoted else _NOT_JSON.get(token, token)
    return yaml.ScalarEvent(None, None, (not quoted, quoted), value, mark)


_OPENING: Final = {"{": yaml.MappingStartEvent, "[": yaml.SequenceStartEvent}
_CLOSING: Final = {"}": yaml.MappingEndEvent, "]": yaml.SequenceEndEvent}
