"""The sizing in a terminal, drawn by rich."""

from __future__ import annotations

from typing import IO

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from xlsizing.reports.report import DRAFT, Report
from xlsizing.reports.tables import CANNOT_BE_MET, Table, answer_table, facts, operation_table

__all__ = ["print_report"]

_WIDTH_OF_A_PIPE = 132


def print_report(report: Report, file: IO[str]) -> None:
    """Print `report` to `file`, as wide as the terminal, or 132 columns where there is none [-]."""
    console = Console(file=file, highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console.width = _WIDTH_OF_A_PIPE
    # Text, never markup: a model's name may hold brackets.
    console.print(Text(f"{DRAFT}.", style="bold yellow"))
    console.print(Text("; ".join(f"{name}: {text}" for name, text in facts(report).items())))
    for table in (answer_table(report), operation_table(report)):
        console.print(_drawn(table))
    console.print(Text("Notes", style="bold"))
    for note in report.notes:
        console.print(Padding(Text(f"- {note}"), (0, 0, 0, 1)))
    console.print(Text("Next step", style="bold"))
    console.print(Padding(Text(report.next_step), (0, 0, 0, 1)))


def _drawn(table: Table) -> RichTable:
    drawn = RichTable(title=Text(table.title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for i, name in enumerate(table.header):
        words = name == "regime"
        drawn.add_column(
            Text(name),
            justify="left" if words else "right",
            no_wrap=words,
            overflow="fold",
            style="bold" if i == table.key else None,
        )
    for row in table.rows:
        drawn.add_row(*map(Text, row), style="red" if CANNOT_BE_MET in row else None)
    return drawn
