"""Calls that the engine does not know, ours and other people's, lifted out of a formula: what stands in their place.

    SIZING_GPUS(A2:B4,,D3)
    CHOOSE(1,scratch!$A$7,A2:B4,D3)

The cell of the scratch sheet holds what the function gave. The arguments stay, never evaluated there, so that the
engine still knows which cells the formula depends on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from xlsizing.hosts.recalc.places import Box, Place
from xlsizing.hosts.recalc.structured import quoted

__all__ = ["PREFIX", "Call", "Lifting", "Resolve", "called", "words"]

PREFIX: Final = "SIZING_"
"""How the names of our functions begin."""

_BRACKETS: Final = r"\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\]"
_WORD: Final = rf"(?>(?:[\w.$!:?\\~\u0080-\uffff]+|'(?:[^']|'')*'|{_BRACKETS})+)"
_TOKEN: Final = re.compile(
    rf"(?P<text>\"(?:[^\"]|\"\")*\")|(?P<open>(?:{_WORD})?\(|\{{)|(?P<word>{_WORD})|(?P<close>[)}}])|(?P<next>[,;])|.",
    re.DOTALL,
)
_CALLED: Final = re.compile(r"([^\W\d][\w.]*)\(")
_PREFIXES: Final = re.compile(r"(?:.*[!:])?(?:_xlfn\.|_xlws\.|_xll\.|_xludf\.)*", re.IGNORECASE | re.DOTALL)
_LOCAL: Final = re.compile(r"_xl[po][mp]\.", re.IGNORECASE)
_DEEPEST: Final = 100  # Excel allows 64 levels of functions, and parentheses between them
_ROW_OF_SIGNS: Final = re.compile(r"[-+]{100}")
_TEXT_OR_NUMBER: Final = re.compile(r"\"[^\"]*\"|[0-9.]*", re.DOTALL)
_LIKE_TABLES: Final = frozenset({"SIZING_TABLE"})
_WIDEST, _HIGHEST, _TABLES_A_BAND = 64, 10_000, 250

_BRANCHES: Final[dict[str, Callable[[int, int], bool]]] = {
    "IF": lambda at, _: at > 0,
    "IFERROR": lambda at, _: at > 0,
    "IFNA": lambda at, _: at > 0,
    "CHOOSE": lambda at, _: at > 0,
    "IFS": lambda at, _: at % 2 == 1,
    "SWITCH": lambda at, count: at > 1 and (at % 2 == 0 or at == count - 1),
}
"""Functions that evaluate one of several arguments: whether the one at a position, of so many, is such."""

Resolve = Callable[[str], tuple[str, str]]
"""Gives for a reference of the file those that the engine takes, in the same cell and on another sheet."""

_OF_ITSELF: Final = ("ROW", "COLUMN")
_INDIRECT: Final = 'IF(ISNUMBER(FIND("!",{0})),{0},"{1}!"&{0})'
_FAILS: Final = {"IFERROR": "ISERROR", "IFNA": "ISNA"}


class _Word(str):
    """A reference or a name."""

    __slots__ = ()


@dataclass(slots=True)
class _Node:
    """What opens and closes, a function, a parenthesis or an array, or a whole formula."""

    opening: str = ""
    arguments: list[list[Any]] = field(default_factory=lambda: [[]])
    separators: list[str] = field(default_factory=list)
    closing: str = ""
    written: list[str] = field(default_factory=list)  # its arguments as the engine reads them on another sheet

    @property
    def name(self) -> str:
        """The function in capitals, without workbook and prefixes; "" for what is none."""
        return called(self.opening[:-1]) if self.opening.endswith("(") else ""

    def joined(self, arguments: list[str]) -> str:
        """Return it with other texts as its `arguments`."""
        inner = arguments[0] + "".join(map("".join, zip(self.separators, arguments[1:], strict=True)))
        return f"{self.opening}{inner}{self.closing}"

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands between opening and closing."""
        return len(self.arguments) == 1 and not "".join(map(str, self.arguments[0])).strip()


@dataclass(slots=True)
class Call:
    """A call that was lifted.

    Parameters
    ----------
    name : str
        The function
    number : int
        Which call it is, counted from 1 [-]
    owner : tuple
        The cell of its formula; the sheet, 0 and 0 for a defined name
    place : tuple
        Where its value stands: the first cell of its part of the scratch sheet
    arguments : list of str
        What it is called with, as the engine reads it on another sheet; "" where left out
    within : list
        The functions around it, and in which of their arguments it stands
    """

    name: str
    number: int
    owner: Place
    place: Place
    arguments: list[str]
    within: list[tuple[_Node, int]]

    @property
    def is_ours(self) -> bool:
        """Whether the function is named as ours are."""
        return self.name.startswith(PREFIX)

    @property
    def is_table(self) -> bool:
        """Whether it may give several values."""
        return self.name in _LIKE_TABLES

    @property
    def size(self) -> tuple[Place, Place]:
        """Where it stands how many rows and columns a table has."""
        title, _, _ = self.place
        return (title, self.number, 1), (title, self.number, 2)

    @property
    def reference(self) -> str:
        """The reference to what it gave, all of it."""
        first = self._cell_reference(self.place)
        height, width = map(self._cell_reference, self.size)
        return f"OFFSET({first},0,0,{height},{width})" if self.is_table else first

    @property
    def first(self) -> str:
        """The reference to the first value that it gave."""
        return self._cell_reference(self.place)

    @staticmethod
    def _cell_reference(place: Place) -> str:
        return Box(*place, *place[1:]).reference

    @property
    def in_lambda(self) -> bool:
        """Whether it stands in a LAMBDA, whose parameters have many values."""
        return any(node.name == "LAMBDA" for node, _ in self.within)

    @property
    def choices(self) -> Iterator[tuple[str, int]]:
        """Formulas that each give a number, and which it must be: then the call is evaluated [-]."""
        for node, position in self.within:
            chosen = _BRANCHES.get(node.name)
            if chosen is None or not chosen(position, len(node.written)):
                continue
            if node.name in _FAILS:
                yield self.inside(f"IF({_FAILS[node.name]}({node.written[0]}),1,0)"), 1
                continue
            texts = [str(at) if chosen(at, len(node.written)) else text for at, text in enumerate(node.written)]
            yield self.inside(f"{node.opening}{','.join(texts)})"), position

    def inside(self, text: str) -> str:
        """Return `text`, a part of its formula, with the names that LET gives there."""
        for node, position in reversed(self.within):
            if node.name == "LET" and position > 1:
                text = f"{node.opening}{','.join(node.written[: position // 2 * 2])},{text})"
        return text


class Lifting:
    """Lifts calls out of formulas.

    Parameters
    ----------
    scratch : str
        The title of the scratch sheet
    is_known : callable
        Tells of a function's name, and of its first argument as it is written, whether the engine evaluates it
    sheets : int
        How many sheets the workbook has: the engine sees one more [-]
    """

    def __init__(self, scratch: str, is_known: Callable[[str, str], bool], sheets: int) -> None:
        self.calls: list[Call] = []
        """Every call that was lifted, an inner one before the one around it."""
        self._scratch, self._is_known, self._sheets = scratch, is_known, sheets

    def lifted(self, text: str, owner: Place, resolve: Resolve, *, single: bool) -> str:
        """Return a formula without its calls.

        Parameters
        ----------
        text : str
            The formula without its equals sign
        owner : tuple
            Its cell
        resolve : callable
            Gives for a reference of the file those that the engine takes, in the same cell and on another sheet
        single : bool
            Whether it fills one cell, which shows the first value of a table

        Returns
        -------
        str
            The formula for the engine

        Raises
        ------
        ValueError
            If it cannot be read.
        """
        root = _tree(text)
        top = [item for item in root.arguments[0] if not (isinstance(item, str) and not item.strip())]
        alone = top[0] if single and len(root.arguments) == 1 and len(top) == 1 else None
        return self._function_texts(root, [], owner, resolve, alone)[0]

    def _function_texts(
        self, node: _Node, within: list[tuple[_Node, int]], owner: Place, resolve: Resolve, alone: Any
    ) -> tuple[str, str]:
        """Return what a function becomes in its own cell, and on another sheet."""
        here: list[str] = []
        for at, argument in enumerate(node.arguments):
            inner = [*within, (node, at)]
            pairs = [
                self._function_texts(item, inner, owner, resolve, alone)
                if isinstance(item, _Node)
                else resolve(item)
                if isinstance(item, _Word)
                else (item, item)
                for item in argument
            ]
            here.append("".join(pair[0] for pair in pairs))
            node.written.append("".join(pair[1] for pair in pairs))
        if node.name and not self._is_known(node.name, node.written[0]):
            return self._lift_call(node, here, within, owner, first=node is alone)
        if node.name == "SHEETS" and node.is_empty:
            return (str(self._sheets),) * 2
        if node.name == "INDIRECT" and owner[0]:
            node.written[0] = _INDIRECT.format(node.written[0], quoted(owner[0]).replace('"', '""'))
        there = f"{owner[1 + _OF_ITSELF.index(node.name)]}" if node.name in _OF_ITSELF and node.is_empty else None
        return node.joined(here), there or node.joined(node.written)

    def _lift_call(
        self, node: _Node, here: list[str], within: list[tuple[_Node, int]], owner: Place, *, first: bool
    ) -> tuple[str, str]:
        arguments = [] if node.is_empty else [text.strip() for text in node.written]
        number = len(self.calls) + 1
        call = Call(node.name, number, owner, self._free_place(node.name, number), arguments, within)
        self.calls.append(call)
        value = call.first if first else call.reference
        return _choose_formula(value, here), _choose_formula(value, node.written)

    def _free_place(self, name: str, number: int) -> Place:
        """Return where the next value stands: single ones in column A, tables beside each other."""
        if name not in _LIKE_TABLES:
            return self._scratch, number, 1
        band, position = divmod(sum(call.is_table for call in self.calls), _TABLES_A_BAND)
        return self._scratch, 1 + band * _HIGHEST, 1 + _WIDEST + position * _WIDEST


def _choose_formula(value: str, arguments: list[str]) -> str:
    reads = [text for text in arguments if not _TEXT_OR_NUMBER.fullmatch(text.strip())]
    return f"CHOOSE({','.join(['1', value, *reads])})"


def called(written: str) -> str:
    """Return the name of a function as it is `written`, in capitals, without workbook and prefixes.

    >>> called("_xlfn._xlws.Sort"), called("'other.xlam'!Ours")
    ('SORT', 'OURS')
    """
    return _PREFIXES.sub("", written, count=1).upper()


def words(text: str) -> Iterator[str]:
    """Return the names of the functions that the formula `text` may call, as they are written."""
    return (word for word in _CALLED.findall(text) if not _LOCAL.match(word))


def _tree(text: str) -> _Node:
    if _ROW_OF_SIGNS.search(text):
        raise ValueError("it holds a hundred signs in a row")
    stack = [_Node()]
    for match in _TOKEN.finditer(text):
        kind, written = match.lastgroup, match[0]
        if kind == "open":
            node = _Node(written)
            stack[-1].arguments[-1].append(node)
            stack.append(node)
            if len(stack) > _DEEPEST:
                raise ValueError("it is nested more deeply than Excel allows")
        elif kind == "close" and len(stack) > 1:
            stack.pop().closing = written
        elif kind == "close":
            raise ValueError("a parenthesis closes that did not open")
        elif kind == "next":
            stack[-1].separators.append(written)
            stack[-1].arguments.append([])
        else:
            stack[-1].arguments[-1].append(_Word(written) if kind == "word" else written)
    if len(stack) > 1:
        raise ValueError("a parenthesis does not close")
    return stack[0]
