"""YAML text as plain data, each value with its line: events of libyaml, where there is one, and PyYAML's own composer.

No object is made, no alias multiplied, no tag obeyed; each event is checked before the next is asked for. Scalars follow
the core schema of YAML 1.2.2 (section 10.3.2), which is that of JSON: 3e6 is a number, and yes, 12:30 and 1_000 are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NoReturn

import yaml
from yaml.composer import Composer

from xlsizing.checks import refuse
from xlsizing.errors import InputError
from xlsizing.importers.curve_json import whole_number

__all__ = ["PlainComposer", "Where", "plain_data"]

Where = tuple[str | int, ...]
"""Where a value stands: names of fields, and positions in lists counted from 0."""

_WHOLE = re.compile(r"[-+]?[0-9]+", re.ASCII)
_REAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_WORDS: Final = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{f"{sign}{word}": float(f"{sign}inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
}
# libyaml's parser is 10 to 100 times faster than any in Python; without it the events are the same.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class PlainComposer(Composer):
    """PyYAML's composer, which makes plain values instead of nodes and refuses what is too deep or too much.

    Parameters
    ----------
    name : str
        Name of the file, for a sentence

    Attributes
    ----------
    line : int
        Where the event stands that was taken last, counted from 1 [-]
    path : tuple
        Where the value stands that is being made
    """

    deepest = 64
    most = 500_000

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.line = name, 1
        self.path: Where = ()
        self._names: set[str] = set()
        self._count = 0
        self._events: Iterator[Any] = iter(())
        self._ahead: Any = None

    def refuse(self, rule: str, **parts: Any) -> NoReturn:
        """Refuse the text, which breaks `rule` at the line that was reached; `parts` as in `checks.refuse`."""
        refuse("YAML file", rule, where=f"{self.name}, line {self.line}", **parts)

    def check(self, event: Any) -> None:
        """Refuse an `event` of a kind that must not be there."""
        if isinstance(event, yaml.AliasEvent):
            self.refuse("must not use aliases")

    def too_deep(self) -> NoReturn:
        """Refuse the text, which is nested too deep at the line that was reached."""
        self.refuse(f"must be nested at most {self.deepest} deep")

    def placed(self, where: Where) -> None:
        """Take note that what stands at `where`, an item of a list or the name of a field, is at the line that was reached."""

    def repeated(self, name: str) -> None:
        """Take note that the field `name` of the mapping at `path` is there already; the last one counts."""

    def wrong(self, text: str, *, open_end: bool) -> NoReturn:  # noqa: ARG002  # for those who say more
        """Refuse a `text` that is no YAML from the line that was reached, or to whose end something is open: `open_end`."""
        self.refuse(
            "must be YAML", way_out="check indentation, colons, quotes and brackets there and on the line above"
        )

    def value_in(self, text: str) -> Any:
        """Return what the only document of YAML `text` holds."""
        try:
            return self.value_of(yaml.parse(text, Loader=_LOADER))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            last = len(text.splitlines()) or 1  # libyaml places the end of a file after it
            self.line = min(mark.line + 1, last) if mark else self.line
            self.wrong(text, open_end=mark is None or mark.line + 1 > last)
        except InputError:
            raise
        except (yaml.YAMLError, ValueError, OverflowError):  # the parser in Python lets some through
            self.wrong(text, open_end=False)

    def value_of(self, events: Iterator[Any]) -> Any:
        """Return what the first document in `events` holds."""
        self._events = events
        return self.get_node() if self.check_node() else None

    def check_event(self, *kinds: type) -> bool:
        """Tell whether the next event is one of `kinds`."""
        return isinstance(self.peek_event(), kinds)

    def peek_event(self) -> Any:
        """Return the next event, which is made when it is first asked for."""
        if self._ahead is None:
            self._ahead = next(self._events, None)
        return self._ahead

    def get_event(self) -> Any:
        """Take the next event."""
        taken, self._ahead = self.peek_event(), None
        return taken

    def resolve(self, *asked: Any) -> str:  # noqa: ARG002  # a composer's resolver is asked; ours has nothing to say
        """Return the tag of a list or a mapping, whatever is `asked`: nobody reads it."""
        return ""

    descend_resolver = ascend_resolver = resolve

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Return the next value, which is at `index` of `parent`, or the name of its next field."""
        event = self.peek_event()
        self.line = event.start_mark.line + 1
        self.check(event)
        scalar = isinstance(event, yaml.ScalarEvent)
        if index is None and parent is not None:
            return self._field(event.value) if scalar else self.refuse("must have text as names of fields")
        self._count += 1
        if self._count > self.most:
            self.refuse(f"must hold at most {self.most:,} values")
        above = self.path
        if parent is not None:
            self.path = (*above, index)
            if isinstance(index, int):
                self.placed(self.path)
        if scalar:
            self.get_event()
            value = _scalar(event.value) if event.implicit[0] and not event.style else event.value
        else:
            if len(self.path) == self.deepest:
                self.too_deep()
            event.anchor = None  # nobody may refer to it
            value = super().compose_node(parent, index)
        self.path = above
        return value

    def _field(self, name: str) -> str:
        self.get_event()
        if name in self._names:
            self.repeated(name)
        else:
            self._names.add(name)
            self.placed((*self.path, name))
        return name

    def compose_sequence_node(self, anchor: Any) -> Any:
        """Return the next list, to which no `anchor` refers."""
        return super().compose_sequence_node(anchor).value

    def compose_mapping_node(self, anchor: Any) -> Any:
        """Return the next mapping, to which no `anchor` refers."""
        above, self._names = self._names, set()
        pairs = super().compose_mapping_node(anchor).value
        self._names = above
        return dict(pairs)


def plain_data(text: str, name: str) -> Any:
    """Return what the first document of YAML text holds.

    Parameters
    ----------
    text : str
        The text
    name : str
        Name of the file, for a sentence

    Returns
    -------
    object
        Mappings, lists, numbers, text, booleans and None

    Raises
    ------
    InputError
        If it is no YAML, uses aliases, or is nested too deep or too long.
    """
    return PlainComposer(name).value_in(text)


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return whole_number(text)
    return float(text) if _REAL.fullmatch(text) else text
