"""The types of flags: each turns text into what a command computes with, and refuses it in the words of the checks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from xlsizing.checks import choice, number_in_text, printable, refuse, whole
from xlsizing.errors import BLANK

__all__ = ["FILE", "FOLDER", "LINE", "NUMBER", "SHARE", "WHOLE", "Typed", "called", "one_of", "whole_number"]

if TYPE_CHECKING:
    _Type = click.ParamType[Any, str]
else:
    _Type = click.ParamType  # no generic class in the lowest version allowed


class Typed(_Type):
    """The type of a flag whose text a function reads.

    Parameters
    ----------
    read : callable
        What makes the value of the text and of the flag's name, or refuses it
    whole : bool
        Whether the value is a whole number
    """

    name = "text"

    def __init__(self, read: Callable[[str, str], Any], *, whole: bool = False) -> None:
        self.read, self.whole = read, whole

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002  # click's
        """Return what the text `value` of `param` says, whatever the context `ctx`; a value that was made stays."""
        return self.read(value, called(param)) if isinstance(value, str) else value


def called(param: click.Parameter | None) -> str:
    """Return the flag of `param`, the long one of several."""
    return "" if param is None else max(param.opts, key=len)


def whole_number(low: int, high: int) -> Typed:
    """Return the type of a whole number from `low` to `high` [-]."""
    return Typed(lambda text, name: whole(number_in_text(text, name), name, low=low, high=high), whole=True)


def one_of(options: Sequence[str]) -> Typed:
    """Return the type of a word that is one of `options`."""
    return Typed(lambda text, name: choice(text, name, options))


def _folder(text: str, name: str) -> Path:
    if not text.strip():
        refuse(name, "must name a directory", got=BLANK, way_out='write "." for the current one')
    return Path(text)


def _file(text: str, name: str) -> str:
    if not text.strip():
        refuse(name, "must name a file", got=BLANK)
    return text


NUMBER: Final = Typed(number_in_text)
WHOLE: Final = Typed(number_in_text, whole=True)
"""A number that the core holds to be whole, in its own words."""

SHARE: Final = Typed(partial(number_in_text, share=True))
"""A number that a refusal words as a share; the core says from where to where."""

LINE: Final = Typed(printable)
FILE: Final = Typed(_file)
FOLDER: Final = Typed(_folder)
