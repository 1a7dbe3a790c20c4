"""The sizing in a terminal, drawn by rich."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import IO, Final, Literal

from rich import box
from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style
from rich.table import Table as RichTable
from rich.text import Text

from xlsizing.reports.asked import facts
from xlsizing.reports.money import sizing_tables
from xlsizing.reports.report import Report
from xlsizing.reports.tables import CANNOT_BE_MET, GIVES_WAY, WORDS, Table

__all__ = ["print_parts", "print_report"]

_WIDTH_OF_A_PIPE = 132
_WIDTH = re.compile(r"[1-9][0-9]{1,3}", re.ASCII)
_GAP = 2
_NARROWEST = 11
_AT_ONCE = 1000
"""Rows that are drawn and shown together [-]."""

_PLAIN, _UNMET = Style(), Style(color="red")
_BOLD: Final = {style: style + Style(bold=True) for style in (_PLAIN, _UNMET)}
_Justify = Literal["left", "right"]

_NOWHERE: Final = Console(file=io.StringIO(), highlight=False)
"""What rich asks for the width of a tab."""


def print_report(report: Report, file: IO[str]) -> None:
    """Print `report` to `file`."""
    tables = sizing_tables(report, report.levers)
    lists = {
        "What would promote a DRAFT": report.promotions,
        "Notes": report.notes,
        "Next step": [report.next_step],
    }
    print_parts(file, f"{report.headline}.", facts(report), tables, lists, report.opening)


def print_parts(
    file: IO[str],
    headline: str,
    named: Mapping[str, str],
    tables: Sequence[Table | None],
    lists: Mapping[str, list[str]],
    opening: Sequence[str] = (),
) -> None:
    """Print a page, as wide as the terminal; where there is none as COLUMNS says, or 132 columns.

    Parameters
    ----------
    file : text file
        Where to
    headline : str
        The first line
    named : mapping of str to str
        Facts by name
    tables : sequence of Table or None
        Tables in order; None is passed over
    lists : mapping of str to list of str
        Sentences by title; an empty list is passed over
    opening : sequence of str
        Sentences below the first line
    """
    console = Console(file=file, highlight=False, soft_wrap=False)
    if console.is_terminal:
        _print_sections(console, headline, named, tables, lists, opening)
        return
    console.width = _asked_width() or _WIDTH_OF_A_PIPE
    with console.capture() as captured:
        _print_sections(console, headline, named, tables, lists, opening)
    file.write("\n".join(map(str.rstrip, captured.get().split("\n"))))
    file.flush()


def _asked_width() -> int | None:
    """Return the width that the environment asks for, None where it asks for none that a page could have."""
    text = os.environ.get("COLUMNS", "")
    return int(text) if _WIDTH.fullmatch(text) else None


def _print_sections(
    console: Console,
    headline: str,
    named: Mapping[str, str],
    tables: Sequence[Table | None],
    lists: Mapping[str, list[str]],
    opening: Sequence[str],
) -> None:
    # Text, never markup: a model's name may hold brackets.
    console.print(Text(headline, style="bold yellow"))
    for sentence in opening:
        console.print(Text(sentence))
    console.print(_bullet_grid([f"{name}: {text}" for name, text in named.items()], ""))
    for table in filter(None, tables):
        for part in [table] if _total_width(table.widths()) <= console.width else table.parts():
            _print_table(part, console)
    for title, texts in lists.items():
        if texts:
            console.print(Text(f"\n{title}", style="bold"))
            console.print(_bullet_grid(texts, "-" if len(texts) > 1 else ""))


def _bullet_grid(texts: list[str], bullet: str) -> RichTable:
    grid = RichTable.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=1)
    grid.add_column(overflow="fold")
    for text in texts:
        grid.add_row(bullet, Text(text))
    return grid


def _print_table(table: Table, console: Console) -> None:
    """Print `table` with every figure on one line: only headers and remarks break, between words.

    rich draws the header and breaks what does not fit. Rows are put together here: it would measure each cell anew.
    """
    widths = _column_widths(table, console.width)
    drawn = RichTable(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), width=_total_width(widths)
    )
    justified: list[_Justify] = ["left" if name in WORDS else "right" for name in table.header]
    for name, width, justify in zip(table.header, widths, justified, strict=True):
        drawn.add_column(Text(name), justify=justify, width=width)
    console.print(Text(f"\n{table.title}", style="bold"))
    console.print(drawn, crop=False)  # a terminal too narrow wraps the line, which loses nothing
    columns = list(zip(widths, justified, strict=True))
    for start in range(0, len(table.rows), _AT_ONCE):
        segments = _joined_segments(_drawn_rows(table, start, columns), styled=console.color_system is not None)
        console.print(Segments(segments), crop=False)


def _joined_segments(segments: Iterator[Segment], *, styled: bool) -> Iterator[Segment]:
    """Give the same text in fewer segments: those without a style, or all where none is shown, in one."""
    texts: list[str] = []
    for segment in segments:
        if styled and segment.style:
            yield Segment("".join(texts))
            texts.clear()
            yield segment
        else:
            texts.append(segment.text)
    yield Segment("".join(texts))


def _drawn_rows(table: Table, start: int, columns: list[tuple[int, _Justify]]) -> Iterator[Segment]:
    """Give the rows from `start` on, as rich draws them: each cell in its width, and a gap between two."""
    last = len(columns) - 1
    for at, row in enumerate(table.rows[start : start + _AT_ONCE], start):
        style = _UNMET if CANNOT_BE_MET in row else _PLAIN
        cells = [_cell_lines(text, *column) for text, column in zip(row, columns, strict=True)]
        for line in range(max(map(len, cells))):
            for i, lines in enumerate(cells):
                if line < len(lines):
                    yield Segment(lines[line], _BOLD[style] if (at, i) in table.bold else style)
                    if i < last:
                        yield Segment(" ", style)
                else:
                    yield Segment(" " * (columns[i][0] + (i < last)), style)
                yield Segment("\n" if i == last else " ")


def _cell_lines(text: str, width: int, justify: _Justify) -> Sequence[str]:
    """Return the lines of a cell, each as wide as its column."""
    if len(text) <= width and text.isascii() and text.isprintable() and text == text.strip():
        return (text.ljust(width) if justify == "left" else text.rjust(width),)
    return _wrapped_lines(text, width, justify)


@lru_cache(maxsize=4096)
def _wrapped_lines(text: str, width: int, justify: _Justify) -> Sequence[str]:
    """Return the same of a text that may not fit, or not be as wide as it is long, as rich breaks it."""
    return tuple(line.plain for line in Text(text).wrap(_NOWHERE, width, justify=justify, overflow="ellipsis"))


def _column_widths(table: Table, most: int) -> list[int]:
    """Return the width of each column; words give way, the widest first, where `most` characters do not hold all."""
    widths = table.widths()
    words = [i for i, name in enumerate(table.header) if name in GIVES_WAY]
    while words and _total_width(widths) > most:
        widest = max(words, key=widths.__getitem__)
        if widths[widest] <= _NARROWEST:
            break
        widths[widest] -= 1
    return widths


def _total_width(widths: list[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)
