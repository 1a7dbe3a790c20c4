"""How a LAMBDA is written: by us as a reader of Excel sees it, in a file with the prefixes that Excel stores.

A variable is stored with `_xlpm.` before it, an optional argument is declared with `_xlop.`, and functions that came
after Excel 2007 carry `_xlfn.`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from xlsizing.checks import refuse
from xlsizing.workbooks.writer import legal_name

__all__ = ["MOST_CHARACTERS", "Lambda", "all_given", "folded", "identifiers", "stored"]

MOST_CHARACTERS: Final = 8192
"""Longest formula of a name, as it is stored [characters]."""

_MOST_TEXT: Final = 255
"""Longest text between quotation marks in a formula [characters]."""

_TOKEN: Final = re.compile(
    r'"(?:[^"]|"")*"|#[A-Z/0]+[!?A]?|[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|[A-Za-z_][A-Za-z0-9_.]*|\s+|[^A-Za-z0-9_]'
)
_OMITTED: Final = re.compile(r"_xlfn\.ISOMITTED\(_xlpm\.\w+\)")
_WORD: Final = re.compile(r"[A-Za-z_]")

_LATER: Final = {
    name: f"_xlfn.{name}"
    for name in ("DROP", "HSTACK", "ISOMITTED", "LAMBDA", "LET", "MAP", "REDUCE", "SCAN", "SEQUENCE", "TAKE", "VSTACK")
}  # fmt: skip
"""Functions of Excel 2024 and 365 that these formulas use, as files hold them."""


@dataclass(frozen=True, slots=True)
class Lambda:
    """A defined name that holds a LAMBDA.

    Parameters
    ----------
    name : str
        The name
    arguments : tuple of str
        Those that a formula must give
    body : str
        The formula over the arguments, as Excel shows it
    optional : tuple of str
        Those that it may leave out, which come last
    """

    name: str
    arguments: tuple[str, ...]
    body: str
    optional: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The formula as Excel shows it and takes it, with optional arguments in brackets."""
        arguments = [*self.arguments, *(f"[{name}]" for name in self.optional)]
        return f"=LAMBDA({','.join([*arguments, self.body])})"

    @property
    def stored(self) -> str:
        """The formula as a file holds it, without "="."""
        declared = [*(f"_xlpm.{name}" for name in self.arguments), *(f"_xlop.{name}" for name in self.optional)]
        body = stored(self.body, (*self.arguments, *self.optional))
        text = f"_xlfn.LAMBDA({','.join([*declared, body])})"
        if not legal_name(self.name) or len(text) > MOST_CHARACTERS:
            rule = f"must have a legal name and at most {MOST_CHARACTERS} characters"
            refuse(f"the formula {self.name}", rule, got=len(text))
        return text


def identifiers(formula: str) -> list[str]:
    """Return the names that a `formula` needs, each once: not those of functions, nor variables that it declares itself.

    >>> identifiers('LET(x,MAX(a,1E-9),x&"b")')
    ['a']
    """
    tokens = _tokens(formula)
    own = _declared(tokens)
    return list(dict.fromkeys(text for text, called in _words(tokens) if not called and text not in own))


def stored(formula: str, arguments: Sequence[str] = ()) -> str:
    """Return a `formula` over `arguments` as a file holds it: variables and later functions with their prefixes.

    >>> stored("LET(x,a+1,MAX(x,b))", ["a"])
    '_xlfn.LET(_xlpm.x,_xlpm.a+1,MAX(_xlpm.x,b))'
    """
    tokens = _tokens(formula)
    variables = {*arguments, *_declared(tokens)}
    functions = {token for position, token in enumerate(tokens) if _called(tokens, position)}
    alike = len({name.upper() for name in variables} - functions) < len(variables)  # formulon mixes them up
    if alike or not all(map(legal_name, variables)):
        rule = "must be ones that spreadsheets take, and tell apart whatever their capitals, functions too"
        refuse("variables of a formula", rule, got=", ".join(sorted(variables)))
    if any(token.startswith('"') and len(token) > _MOST_TEXT + 2 for token in tokens):
        refuse("a text in a formula", f"must have at most {_MOST_TEXT} characters", got=max(tokens, key=len))
    made = []
    for position, token in enumerate(tokens):
        called = _called(tokens, position)
        if called and token in _LATER:
            made.append(_LATER[token])
        elif token in variables:  # also one that holds a function of its own
            made.append(f"_xlpm.{token}")
        elif not token.isspace():
            made.append(token)
    return "".join(made)


def all_given(formula: str) -> str:
    """Return a stored `formula` whose optional arguments must all be given: some engines know no others.

    >>> all_given("_xlfn.LAMBDA(_xlop.a,IF(_xlfn.ISOMITTED(_xlpm.a),1,_xlpm.a))")
    '_xlfn.LAMBDA(_xlpm.a,IF(FALSE,1,_xlpm.a))'
    """
    return _OMITTED.sub("FALSE", formula.replace("_xlop.", "_xlpm."))


def folded(formula: str, condition: str, *, holds: bool) -> str:
    """Return a `formula` in which each IF that asks for `condition` is the part that then counts.

    >>> folded("IF(Is_Users=1,a,MAX(b,IF(Is_Users=1,1,2)))+1", "Is_Users=1", holds=False)
    'MAX(b,2)+1'
    """
    start = formula.find(f"IF({condition},")
    if start < 0:
        return formula
    end, parts = _parts(formula, start + len("IF("))
    return folded(formula[:start] + parts[1 if holds else 2] + formula[end:], condition, holds=holds)


def _parts(formula: str, start: int) -> tuple[int, list[str]]:
    """Return where the call whose arguments begin at `start` ends, and the arguments."""
    position, depth, parts = start, 1, [""]
    for token in _TOKEN.findall(formula[start:]):
        position += len(token)
        depth += {"(": 1, ")": -1}.get(token, 0)
        if not depth:
            break
        if (depth, token) == (1, ","):
            parts.append("")
        else:
            parts[-1] += token
    return position, parts


def _tokens(formula: str) -> list[str]:
    tokens = _TOKEN.findall(formula)
    if "".join(tokens) != formula or tokens.count("(") != tokens.count(")"):
        refuse("formula", "must be one that can be read", got=formula)
    return tokens


def _words(tokens: list[str]) -> Iterator[tuple[str, bool]]:
    """Give each word, and whether it is called as a function."""
    return ((text, _called(tokens, at)) for at, text in enumerate(tokens) if _WORD.match(text))


def _called(tokens: list[str], position: int) -> bool:
    return position + 1 < len(tokens) and tokens[position + 1] == "("


@dataclass(slots=True)
class _Call:
    """A call while its arguments are read: the function, how many came before, and the words of this one."""

    function: str
    count: int = 0
    own: list[str] = field(default_factory=list)

    @property
    def declares(self) -> bool:
        return len(self.own) == 1 and (self.function == "LAMBDA" or (self.function == "LET" and self.count % 2 == 0))


def _declared(tokens: list[str]) -> set[str]:
    """Return the variables that LET and LAMBDA declare anywhere in a formula."""
    found: set[str] = set()
    calls = [_Call("")]
    for position, token in enumerate(tokens):
        match token:
            case "(":
                calls.append(_Call(tokens[position - 1] if position else ""))
            case ")":
                calls.pop()
                calls[-1].own.append(token)  # a call is no single name
            case ",":
                call = calls[-1]
                found.update(call.own if call.declares else ())
                call.count, call.own = call.count + 1, []
            case _ if not token.isspace():
                calls[-1].own.append(token)
    return found
