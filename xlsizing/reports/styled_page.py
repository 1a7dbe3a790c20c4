"""A page in a terminal, drawn by rich."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Final

from rich import box
from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style
from rich.table import Table as RichTable
from rich.text import Text

from xlsizing.reports.layout import Justify, cell_lines, column_widths, justified, parts_fitting, total_width
from xlsizing.reports.tables import CANNOT_BE_MET, Table

__all__ = ["printed_in_terminal"]

_AT_ONCE = 1000
"""Rows that are drawn and shown together [-]."""

_PLAIN, _UNMET = Style(), Style(color="red")
_BOLD: Final = {style: style + Style(bold=True) for style in (_PLAIN, _UNMET)}


def printed_in_terminal(
    file: IO[str],
    headline: str,
    named: Mapping[str, str],
    tables: Sequence[Table | None],
    lists: Mapping[str, list[str]],
    opening: Sequence[str],
) -> bool:
    """Print a page to `file`, if that is a terminal, and tell whether it is one.

    Its parts are those that `print_parts` takes: `headline`, `named`, `tables`, `lists`, `opening`.
    """
    console = Console(file=file, highlight=False, soft_wrap=False)
    if console.is_terminal:
        _print_sections(console, headline, named, tables, lists, opening)
    return console.is_terminal


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
        for part in parts_fitting(table, console.width):
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
    widths = column_widths(table, console.width)
    drawn = RichTable(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), width=total_width(widths)
    )
    columns = list(zip(widths, justified(table), strict=True))
    for name, (width, justify) in zip(table.header, columns, strict=True):
        drawn.add_column(Text(name), justify=justify, width=width)
    console.print(Text(f"\n{table.title}", style="bold"))
    console.print(drawn, crop=False)  # a terminal too narrow wraps the line, which loses nothing
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


def _drawn_rows(table: Table, start: int, columns: list[tuple[int, Justify]]) -> Iterator[Segment]:
    """Give the rows from `start` on, as rich draws them: each cell in its width, and a gap between two."""
    last = len(columns) - 1
    for at, row in enumerate(table.rows[start : start + _AT_ONCE], start):
        style = _UNMET if CANNOT_BE_MET in row else _PLAIN
        cells = [cell_lines(text, *column) for text, column in zip(row, columns, strict=True)]
        for line in range(max(map(len, cells))):
            for i, lines in enumerate(cells):
                if line < len(lines):
                    yield Segment(lines[line], _BOLD[style] if (at, i) in table.bold else style)
                    if i < last:
                        yield Segment(" ", style)
                else:
                    yield Segment(" " * (columns[i][0] + (i < last)), style)
                yield Segment("\n" if i == last else " ")
