"""YAML text as plain data: libyaml's events alone, so that no object is made, no alias multiplied, no tag obeyed."""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

from xlsizing.checks import refuse
from xlsizing.importers.curve_json import whole_number

__all__ = ["plain_data"]

_MEND = "check indentation, colons, quotes and brackets there and on the line above"

_DEEPEST: Final = 64
_MOST_VALUES: Final = 500_000
_WHOLE = re.compile(r"[-+]?[0-9]+", re.ASCII)
_REAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_WORDS: Final = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{f"{sign}{word}": float(f"{sign}inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def plain_data(text: str, name: str) -> Any:
    """Return what the first document of YAML text holds.

    Parameters
    ----------
    text : str
        The text [-]
    name : str
        Name of the file, for a sentence [-]

    Returns
    -------
    object
        Mappings, lists, numbers, text, booleans and None [-]

    Raises
    ------
    InputError
        If it is no YAML, uses aliases, or is nested too deep or too long.
    """
    maker = _Maker(name)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.DocumentEndEvent):
                break
            maker.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        last = len(text.splitlines()) or 1  # libyaml places the end of a file after it
        line = getattr(mark, "line", None)
        where = name if line is None else f"{name}, line {min(line + 1, last)}"
        refuse("YAML file", "must be YAML", way_out=_MEND, where=where)
    except yaml.YAMLError:
        refuse("YAML file", "must be YAML", way_out=_MEND, where=name)
    return maker.value


class _Maker:
    """Plain data put together event by event."""

    def __init__(self, name: str) -> None:
        self.name, self.value, self.count = name, None, 0
        self._open: list[Any] = []
        self._keys: list[Any] = []

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            refuse("YAML file", "must not use aliases", where=f"{self.name}, line {line}")
        if isinstance(event, yaml.ScalarEvent):
            plain = event.implicit[0] and not event.style
            self._put(_scalar(event.value) if plain else event.value, event)
        elif isinstance(event, yaml.CollectionStartEvent):
            made: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            self._put(made, event)
            self._open.append(made)
            self._keys.append(_NONE)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
            self._keys.pop()

    def _put(self, value: Any, event: Any) -> None:
        self.count += 1
        if self.count > _MOST_VALUES or len(self._open) > _DEEPEST:
            refuse("YAML file", "must be smaller", where=f"{self.name}, line {event.start_mark.line + 1}")
        if not self._open:
            self.value = value
        elif isinstance(self._open[-1], list):
            self._open[-1].append(value)
        elif self._keys[-1] is _NONE:
            self._keys[-1] = value if isinstance(value, str) else str(value)
        else:
            self._open[-1][self._keys[-1]], self._keys[-1] = value, _NONE


_NONE: Final = object()


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return whole_number(text)
    return float(text) if _REAL.fullmatch(text) else text
