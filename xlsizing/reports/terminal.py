"""The sizing in a terminal, drawn by rich."""

from __future__ import annotations

from typing import IO, Literal

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from xlsizing.reports.report import DRAFT, Report
from xlsizing.reports.tables import CANNOT_BE_MET, REMARK, WORDS, Table, answer_table, facts, operation_table

__all__ = ["print_report"]

_WIDTH_OF_A_PIPE = 132
_GAP = 2
_NARROWEST_REMARK = 13


def print_report(report: Report, file: IO[str]) -> None:
    """Print `report` to `file`, as wide as the terminal, or 132 columns where there is none [-]."""
    console = Console(file=file, highlight=False, soft_wrap=False)
    if console.is_terminal:
        _print(report, console)
        return
    console.width = _WIDTH_OF_A_PIPE
    with console.capture() as captured:
        _print(report, console)
    file.write("\n".join(map(str.rstrip, captured.get().split("\n"))))
    file.flush()


def _print(report: Report, console: Console) -> None:
    # Text, never markup: a model's name may hold brackets.
    console.print(Text(f"{DRAFT}.", style="bold yellow"))
    console.print(_listed([f"{name}: {text}" for name, text in facts(report).items()], ""))
    for table in (answer_table(report), operation_table(report)):
        for part in [table] if _total(table.widths()) <= console.width else table.parts():
            _print_table(part, console)
    console.print(Text("\nNotes", style="bold"))
    console.print(_listed(report.notes, "-"))
    console.print(Text("\nNext step", style="bold"))
    console.print(_listed([report.next_step], ""))


def _listed(texts: list[str], bullet: str) -> RichTable:
    grid = RichTable.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=1)
    grid.add_column(overflow="fold")
    for text in texts:
        grid.add_row(bullet, Text(text))
    return grid


def _print_table(table: Table, console: Console) -> None:
    """Print `table` with every figure on one line: only headers and remarks break, between words."""
    widths = _fitted(table, console.width)
    drawn = RichTable(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), width=_total(widths))
    for i, (name, width) in enumerate(zip(table.header, widths, strict=True)):
        justify: Literal["left", "right"] = "left" if name in WORDS else "right"
        drawn.add_column(Text(name), justify=justify, width=width, style="bold" if i == table.key else None)
    for row in table.rows:
        drawn.add_row(*map(Text, row), style="red" if CANNOT_BE_MET in row else None)
    console.print(Text(f"\n{table.title}", style="bold"))
    console.print(drawn, crop=False)  # a terminal too narrow wraps the line, which loses nothing


def _fitted(table: Table, most: int) -> list[int]:
    """Return the width of each column; a remark gives way where `most` characters do not hold them all."""
    widths = table.widths()
    if REMARK in table.header:
        at = table.header.index(REMARK)
        widths[at] = max(_NARROWEST_REMARK, min(widths[at], widths[at] + most - _total(widths)))
    return widths


def _total(widths: list[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)
