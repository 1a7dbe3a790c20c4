"""How far a recalculation is, told to whoever shows it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

__all__ = ["Tell", "counted", "untold"]

Tell = Callable[[int, int, str], None]
"""Called with how much is done, of how much (0 where that is not known), and what is done."""

_T = TypeVar("_T")


def untold(*_step: object) -> None:
    """Tell nobody of a step, `_step`."""


def counted(items: Collection[_T], words: str, tell: Tell) -> Iterator[_T]:
    """Return the `items`, and `tell` of each how many came before it; `words` say what becomes of them."""
    for at, item in enumerate(items):
        tell(at, len(items), words)
        yield item
