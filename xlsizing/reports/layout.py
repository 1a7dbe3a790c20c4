"""How wide the columns of a printed table are, and where its texts break: the same in a terminal and in a pipe.

What is plain ASCII is broken here, as rich breaks it; rich itself, which is slow to import, breaks the rest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal

from xlsizing.reports.tables import GIVES_WAY, WORDS, Table

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Justify", "cell_lines", "column_widths", "justified", "paragraph_lines", "parts_fitting", "total_width"]

Justify = Literal["left", "right"]

_GAP = 2
_NARROWEST = 11
_WORD = re.compile(r"\s*\S+\s*")


def total_width(widths: list[int]) -> int:
    """Return the width of a table whose columns have `widths`, with what is between them [characters]."""
    return sum(widths) + _GAP * (len(widths) - 1)


def parts_fitting(table: Table, most: int) -> Sequence[Table]:
    """Return `table`, or its parts where it is wider than `most` characters."""
    return [table] if total_width(table.widths()) <= most else table.parts()


def column_widths(table: Table, most: int) -> list[int]:
    """Return the width of each column of `table`; words give way, the widest first, where `most` do not hold all [characters]."""
    widths = table.widths()
    words = [i for i, name in enumerate(table.header) if name in GIVES_WAY]
    while words and total_width(widths) > most:
        widest = max(words, key=widths.__getitem__)
        if widths[widest] <= _NARROWEST:
            break
        widths[widest] -= 1
    return widths


def justified(table: Table) -> list[Justify]:
    """Return the side that each column stands at."""
    return ["left" if name in WORDS else "right" for name in table.header]


def cell_lines(text: str, width: int, justify: Justify) -> Sequence[str]:
    """Return the lines of a cell with a `text`, each of the `width` of its column, where it may `justify` left or right."""
    if len(text) <= width and _is_plain(text) and text == text.strip():
        return (text.ljust(width) if justify == "left" else text.rjust(width),)
    return _wrapped_cell(text, width, justify)


@lru_cache(maxsize=4096)
def _wrapped_cell(text: str, width: int, justify: Justify) -> Sequence[str]:
    """Return the same of a text that may not fit, or not be as wide as it is long."""
    lines = _broken_between_words(text, width)
    if lines is None:
        from rich.text import Text  # noqa: PLC0415  # slow to import

        return tuple(line.plain for line in Text(text).wrap(_nowhere(), width, justify=justify, overflow="ellipsis"))
    return tuple(line.ljust(width) if justify == "left" else line.rjust(width) for line in lines)


def paragraph_lines(text: str, width: int) -> Sequence[str]:
    """Return the lines of a `text` of sentences; what is longer than the `width` of a line goes on in the next."""
    lines = _broken_between_words(text, width)
    if lines is None:
        from rich.text import Text  # noqa: PLC0415  # slow to import

        return [line.plain for line in Text(text).wrap(_nowhere(), width, overflow="fold")]
    return lines


def _broken_between_words(text: str, width: int) -> list[str] | None:
    """Return the lines of a text whose words all fit, each without the space behind it; None of another."""
    if not _is_plain(text):
        return None
    lines = [""]
    for word in _WORD.findall(text):
        length = len(word.rstrip())
        if length > width:
            return None
        if len(lines[-1]) + length <= width:
            lines[-1] += word
        else:
            lines.append(word)
    return [line.rstrip() for line in lines]


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


@cache
def _nowhere() -> Console:
    """Return what rich asks for the width of a tab."""
    import io  # noqa: PLC0415

    from rich.console import Console  # noqa: PLC0415  # slow to import

    return Console(file=io.StringIO(), highlight=False)
