"""The text of a sizing file as plain values, and the line where each of them stands.

YAML or, in a file named .json, JSON. Only the structure is left to the parser: libyaml's events,
without construction of objects. Scalars follow the core schema of YAML 1.2.2 (section 10.3.2),
which is that of JSON: 3e6 is a number, and yes, 12:30 and 1_000 are text.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import yaml

from xlsizing.checks import refusal, refuse
from xlsizing.errors import InputError
from xlsizing.importers import file_text, parsed, whole_number
from xlsizing.rules import MOST_SLAS

__all__ = ["Document", "Fault", "Where", "read_document"]

Where = tuple[str | int, ...]
"""Where a value stands: names of fields, and positions in lists counted from 0."""

LARGEST_BYTES = 10_000_000
MOST_VALUES = 5 * MOST_SLAS  # each with a name, and as many anchors again
MOST_REPEATED = 50
DEEPEST = 16
_NESTED = f"must be nested at most {DEEPEST} deep"

WHAT = "sizing file"

_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_HALF = re.compile("[\ud800-\udfff]")
_JSON_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_WHOLE = re.compile(r"[-+]?[0-9]+", re.ASCII)
_REAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_NAMED = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{f"{sign}{word}": float(f"{sign}inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
}
# libyaml's parser is 10 to 100 times faster than any in Python; without it the events are the same.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a document.

    Parameters
    ----------
    path : tuple
        The field that the sentence names [-]
    error : InputError
        The rule that it breaks [-]
    at : tuple of tuples
        The values whose lines it names; `path` alone where empty [-]
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
        Name of the file [-]
    value : object
        What it holds [-]
    lines : dict
        The line of each value, counted from 1; of a field, the line of its name [-]
    faults : list of Fault
        Fields that are repeated [-]
    """

    name: str
    value: Any = None
    lines: dict[Where, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, path: Where) -> int:
        """Return the line of the value at `path`, or of the nearest one around it [-]."""
        return next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), 1)

    def at(self, path: Where) -> Any:
        """Return the value at `path`, None where there is none [-]."""
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
        The sizing file [-]

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
        WHAT,
        largest=LARGEST_BYTES,
        too_large="keep long curves in a CSV file and name it under curve.file",
        save_as="UTF-8",
        instead="give a YAML or JSON file (xlsizing spec --example prints one)",
    )
    wrong = _NOT_TEXT.search(text)
    if wrong:
        builder = _Builder(path.name)
        builder.line = len(text[: wrong.start() + 1].splitlines())
        builder.refuse("must be text without control characters", got=wrong[0])
    return _json(text, path.name) if path.suffix.casefold() == ".json" else _yaml(text, path.name)


class _Builder:
    """Values put together one by one; `line` is where the next one stands."""

    def __init__(self, name: str) -> None:
        self.document = Document(name)
        self.value: Any = None
        self.line = 1
        self.documents = 0
        self._open: list[tuple[Any, Where]] = []  # containers from the outside in
        self._field: str | None = None
        self._count = 0

    def refuse(self, rule: str, **parts: Any) -> NoReturn:
        refuse(f"{self.document.name}, line {self.line}:", rule, **parts)

    @property
    def wants_field(self) -> bool:
        """Whether the next scalar is the name of a field."""
        return bool(self._open) and isinstance(self._open[-1][0], dict) and self._field is None

    def name(self, text: str) -> None:
        """Take the name of a field."""
        container, path = self._open[-1]
        if text in container:
            self._repeated(text, path)
        else:
            self.document.lines[*path, text] = self.line
        self._field = text

    def _repeated(self, text: str, path: Where) -> None:
        faults, lines = self.document.faults, self.document.lines
        if len(faults) < MOST_REPEATED:
            detail = f"it stands on line {lines[*path, text]} already"
            again: Where = (*path, text, self.line)  # the second field of that name, for its line alone
            lines[again] = self.line
            faults.append(Fault(path, refusal("", "must hold each field once", got=text, detail=detail), (again,)))

    def put(self, value: object) -> None:
        """Take a value; what follows goes into it where it is a container."""
        self._count += 1
        if self._count > MOST_VALUES:
            self.refuse(f"must hold at most {MOST_VALUES:,} values")
        if self.wants_field:
            self.refuse("must have text as names of fields")
        path = self._place(value)
        if isinstance(value, dict | list):
            if len(self._open) == DEEPEST:
                self.refuse(_NESTED)
            self._open.append((value, path))

    def close(self) -> None:
        """End the innermost container."""
        self._open.pop()

    def _place(self, value: object) -> Where:
        if not self._open:
            self.value = value
            return ()
        container, above = self._open[-1]
        if isinstance(container, list):
            container.append(value)
            path = (*above, len(container) - 1)
            self.document.lines[path] = self.line
            return path
        name, self._field = self._field or "", None
        container[name] = value
        return (*above, name)

    def finished(self) -> Document:
        """Return the document."""
        return Document(self.document.name, self.value, self.document.lines, self.document.faults)


def _yaml(text: str, name: str) -> Document:
    builder = _Builder(name)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            _take(builder, event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        last = len(text.splitlines()) or 1  # libyaml places the end of a file after it
        builder.line = min(mark.line + 1, last) if mark else builder.line
        if _open_brackets(text, builder.line) > DEEPEST:  # libyaml looks so far ahead that it gives up first
            builder.refuse(_NESTED)
        builder.refuse("must be YAML", way_out=_mend(text, builder.line, open_end=mark is None or mark.line + 1 > last))
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # the parser in Python lets some through
        if isinstance(error, InputError):
            raise
        builder.refuse("must be YAML", way_out=_mend(text, builder.line, open_end=False))
    return builder.finished()


def _open_brackets(text: str, line: int) -> int:
    """Return how many more brackets open than close up to the end of `line` [-]."""
    read = "\n".join(text.splitlines()[:line])
    return sum(map(read.count, "[{")) - sum(map(read.count, "]}"))


def _mend(text: str, line: int, *, open_end: bool) -> str:
    """Return what to do about a `line` that is no YAML, in our words: those of parsers differ from release to release."""
    here = (text.splitlines() or [""])[line - 1]
    if "\t" in here[: len(here) - len(here.lstrip())]:
        return "indent with spaces, not tabs"
    if open_end:
        return "close the quote or bracket that is open at the end of the file"
    if here.count(": ") > 1:
        return "write one field a line, and put quotes around a text that holds a colon"
    return "check indentation, colons, quotes and brackets there and on the line above"


def _take(builder: _Builder, event: Any) -> None:
    builder.line = event.start_mark.line + 1
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
        builder.refuse("must not use YAML anchors or aliases", way_out="write the value out")
    if getattr(event, "tag", None) is not None:
        builder.refuse("must not use YAML tags", got=event.tag, way_out="leave the tag out")
    if isinstance(event, yaml.ScalarEvent):
        plain = event.implicit[0] and not event.style
        if builder.wants_field:
            builder.name(event.value)
        else:
            builder.put(_scalar(event.value) if plain else event.value)
    elif isinstance(event, yaml.CollectionStartEvent):
        builder.put({} if isinstance(event, yaml.MappingStartEvent) else [])
    elif isinstance(event, yaml.CollectionEndEvent):
        builder.close()
    elif isinstance(event, yaml.DocumentStartEvent):
        builder.documents += 1
        if builder.documents > 1:
            builder.refuse("must hold one document", way_out="leave out the line of dashes")


def _scalar(text: str) -> Any:
    if text in _NAMED:
        return _NAMED[text]
    if _WHOLE.fullmatch(text):
        return whole_number(text)
    return float(text) if _REAL.fullmatch(text) else text


def _json(text: str, name: str) -> Document:
    """Return the document in JSON text: parsed by the standard library, then walked for its lines."""
    parsed(text, WHAT, name)
    builder = _Builder(name)
    last = 0
    for token in _JSON_TOKEN.finditer(text):
        builder.line += text.count("\n", last, token.start())
        last = token.start()
        if token[0] in ("{", "["):
            builder.put({} if token[0] == "{" else [])
        elif token[0] in ("}", "]"):
            builder.close()
        elif token[0] not in (",", ":"):
            value = json.loads(token[0], parse_int=whole_number)
            if isinstance(value, str) and _HALF.search(value):
                builder.refuse("must be text without half surrogate pairs", got=value)
            if builder.wants_field:
                builder.name(value)
            else:
                builder.put(value)
    return builder.finished()
