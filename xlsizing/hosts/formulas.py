"""Formulas as the engine's own tokenizer reads them, made ready for an engine that knows cells by values alone.

Excel tells a function which cell it was called from, which arguments were left out, and whether a
number is shown as a date or as money. The engine does not, so each call of ours is written anew:

    SIZING_GPUS(A2:B4,,D3)
    SIZING_GPUS.CALL("0|ror|",ROW(),COLUMN(),<place>,A2:B4,,<place>,D3)

The text names the sheet and says of each argument: v, a value; o, left out; r, cells, whose place
(sheet, row, column) then stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import formualizer

from xlsizing.hosts import udfs

__all__ = ["CALL", "OURS", "Call", "Formula", "Resolve", "Word", "is_external"]

CALL: Final = ".CALL"
"""What the name of a function of ours ends in, once its call is written anew [-]."""

OURS: Final = frozenset(udfs.__all__)
"""The names of our functions [-]."""

_PREFIX: Final = re.compile(r"(?:.*!)?(?:_xlfn\.|_xlws\.|_xll\.|_xludf\.)*", re.IGNORECASE)
_EXTERNAL: Final = re.compile(r"'?[^'!]*\[[^\]']+\][^!]*!|\[[0-9]+\]!?[^,]")
_GIVES_CELLS: Final = frozenset({"INDEX", "OFFSET", "INDIRECT", "CHOOSE", "IF"})
_OPERATORS: Final = {"SINGLE": "@({})", "ANCHORARRAY": "{}#"}  # what files hold for @ and #
_DEEPEST: Final = 200  # Excel allows 64 levels of functions, and parentheses between them
_OPENS: Final = frozenset({"Func", "Paren", "Array"})

Resolve = Callable[[str], str]
"""Gives the reference that the engine takes for one of the file [-]."""


@dataclass(frozen=True, slots=True)
class Word:
    """One token that holds no others.

    Parameters
    ----------
    written : str
        Its text [-]
    kind : str
        "Operand", "OpInfix", "OpPrefix", "OpPostfix" or "Whitespace" [-]
    is_range : bool
        Whether it is a reference or a name [-]
    """

    written: str
    kind: str
    is_range: bool


@dataclass(slots=True)
class Call:
    """A function, a parenthesis, an array constant, or a whole formula: how it opens, and its arguments.

    Parameters
    ----------
    opening : str
        Its first token [-]
    kind : str
        "Func", "Paren", "Array", or "" for a whole formula [-]
    arguments : list of list
        The words and calls of each argument [-]
    separators : list of str
        What stands between the arguments [-]
    closing : str
        Its last token [-]
    """

    opening: str
    kind: str
    arguments: list[list[Any]] = field(default_factory=lambda: [[]])
    separators: list[str] = field(default_factory=list)
    closing: str = ""

    @property
    def written_name(self) -> str:
        """The name of the function as the file writes it; "" for anything else [-]."""
        return self.opening[:-1] if self.kind == "Func" else ""

    @property
    def name(self) -> str:
        """The name of the function in capitals, without workbook and prefixes [-]."""
        return _PREFIX.sub("", self.written_name, count=1).upper()

    @property
    def is_ours(self) -> bool:
        """Whether it calls a function of ours [-]."""
        return self.name in OURS

    def alone(self, position: int) -> str:
        """Return the one word that the argument at `position` is, with its sign; "" where there is no such [-]."""
        items = _used(self.arguments[position]) if position < len(self.arguments) else []
        words = [item for item in items if isinstance(item, Word)]
        signs = [word for word in words[:-1] if word.kind == "OpPrefix"]
        is_one = bool(words) and len(words) == len(items) == len(signs) + 1
        return "".join(word.written for word in words) if is_one else ""


class Formula:
    """A formula.

    Parameters
    ----------
    text : str
        The formula without its equals sign, as the file holds it [-]

    Raises
    ------
    ValueError
        If the engine cannot read it.
    """

    def __init__(self, text: str) -> None:
        try:
            self.whole = _tree(formualizer.tokenize(f"={text}"))
        except (formualizer.TokenizerError, formualizer.ParserError) as error:
            raise ValueError(str(error)) from None

    @property
    def items(self) -> Iterator[Any]:
        """Every word and call, however deep [-]."""
        return _walk(self.whole)

    @property
    def functions(self) -> dict[str, str]:
        """The name of each function that it calls, by that name as written [-]."""
        return {item.written_name: item.name for item in self.items if isinstance(item, Call) and item.kind == "Func"}

    @property
    def references(self) -> frozenset[str]:
        """Every reference and name in it, as written [-]."""
        return frozenset(item.written for item in self.items if isinstance(item, Word) and item.is_range)

    @property
    def is_ours(self) -> bool:
        """Whether it calls a function of ours [-]."""
        return any(isinstance(item, Call) and item.is_ours for item in self.items)

    @property
    def needs_rewriting(self) -> bool:
        """Whether the engine takes it only when written anew [-]."""
        return any(
            item.is_ours or item.name in _OPERATORS if isinstance(item, Call) else item.is_range and "[" in item.written
            for item in self.items
        )

    def rewritten(self, sheet: int, resolve: Resolve, *, single: bool) -> str:
        """Return the formula for the engine, without its equals sign [-].

        Parameters
        ----------
        sheet : int
            The sheet that it stands on, counted from 0 [-]
        resolve : callable
            Gives the reference that the engine takes for one of the file [-]
        single : bool
            Whether one cell holds it, which shows the first value of a table [-]

        Returns
        -------
        str
            The formula with each call of ours written anew [-]
        """
        outermost = _used(self.whole.arguments[0])
        alone = outermost[0] if single and len(outermost) == 1 else None
        return "".join(_rewritten(item, sheet, resolve, alone) for item in self.whole.arguments[0])


def is_external(reference: str) -> bool:
    r"""Tell whether `reference`, as a formula holds it, points into another workbook [-].

    >>> is_external("[1]Rates!A1"), is_external("'C:\\[b.xlsx]S'!A1"), is_external("Table1[[#This Row],[a]]")
    (True, True, False)
    """
    return _EXTERNAL.match(reference) is not None


def _tree(tokens: Any) -> Call:
    stack = [Call("", "")]
    for token in tokens:
        kind, part = str(token.token_type), str(token.subtype)
        if kind in _OPENS and part == "Open":
            made = Call(token.value, kind)
            stack[-1].arguments[-1].append(made)
            stack.append(made)
            if len(stack) > _DEEPEST:
                raise formualizer.ParserError("it is nested more deeply than Excel allows")
        elif kind in _OPENS and part == "Close":
            stack.pop().closing = token.value
        elif kind == "Sep":
            stack[-1].separators.append(token.value)
            stack[-1].arguments.append([])
        else:
            word = Word(token.value, kind, kind == "Operand" and part == "Range")
            stack[-1].arguments[-1].append(word)
    return stack[0]


def _walk(call: Call) -> Iterator[Any]:
    for item in (item for argument in call.arguments for item in argument):
        yield item
        if isinstance(item, Call):
            yield from _walk(item)


def _used(items: Sequence[Any]) -> list[Any]:
    return [item for item in items if not (isinstance(item, Word) and item.kind == "Whitespace")]


def _rewritten(item: Any, sheet: int, resolve: Resolve, alone: Any = None) -> str:
    if isinstance(item, Word):
        return resolve(item.written) if item.is_range else item.written
    texts = ["".join(_rewritten(each, sheet, resolve) for each in argument) for argument in item.arguments]
    if item.is_ours:
        return _called(item, texts, sheet, is_single=item is alone)
    if item.name in _OPERATORS and len(texts) == 1:
        return _OPERATORS[item.name].format(texts[0])
    inner = texts[0] + "".join(a + b for a, b in zip(item.separators, texts[1:], strict=True))
    return f"{item.opening}{inner}{item.closing}"


def _called(item: Call, texts: list[str], sheet: int, *, is_single: bool) -> str:
    if len(texts) == 1 and not texts[0].strip():
        texts = []
    letters, written = "", []
    for argument, text in zip(item.arguments, texts, strict=False):
        letter = _letter(argument)
        letters += letter
        written += [_place(text), text] if letter == "r" else [text]
    head = f'"{sheet}|{letters}|{"s" * is_single}"'
    return f"{item.name}{CALL}({','.join([head, 'ROW()', 'COLUMN()', *written])})"


def _letter(argument: Sequence[Any]) -> str:
    """Say whether an argument is left out, names cells, or gives a value."""
    items = _used(argument)
    if len(items) != 1:
        return "v" if items else "o"
    (item,) = items
    if isinstance(item, Word):
        return "r" if item.is_range else "v"
    if item.kind == "Paren":
        return _letter(item.arguments[0]) if len(item.arguments) == 1 else "v"
    nested = any(isinstance(inner, Call) and inner.is_ours for inner in _walk(item))
    return "r" if item.name in _GIVES_CELLS and not nested else "v"


def _place(text: str) -> str:
    first = f"INDEX({text},1,1)"
    return f"IFERROR(SHEET({first}),0),IFERROR(ROW({first}),0),IFERROR(COLUMN({first}),0)"
