"""Flags of the commands that read results of benchmark tools, and the lists that they print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Final

import click

from xlsizing.checks import choice, number_in_text, refuse, share, whole
from xlsizing.context import Context
from xlsizing.hosts.cli.curve_flags import curve_options, throughput_flag
from xlsizing.hosts.cli.flags import Command, declared
from xlsizing.hosts.cli.output import one_line
from xlsizing.importers import ACHIEVED, FORMATS, HEADINGS, MOST_FAILED, NOMINAL, CurveRow, Options
from xlsizing.rules import MOST_GPUS_PER_POD, STATISTICS

__all__ = ["options_of", "passed_lines", "print_rows", "result_flags"]

_MOST_PASSED: Final = 20


def result_flags(command: Command) -> Command:
    """Declare how results are read on `command` [-]."""
    options = (
        click.option("--format", "form", metavar="NAME", help=f"Force a format: {', '.join(FORMATS)}."),
        click.option("--stat", metavar="|".join(STATISTICS), default=STATISTICS[0], show_default=True, help="Statistic of the latencies."),
        click.option("--concurrency", metavar=f"{NOMINAL}|{ACHIEVED}", default=NOMINAL, show_default=True,
                     help="As the client was set, or as it was measured."),
        throughput_flag,
        click.option("--gpus-per-pod", metavar="N", help="GPUs of the replica, where the files do not say."),
        click.option("--max-failed", metavar="SHARE", default=str(MOST_FAILED), show_default=True,
                     help="A point with more failed requests is refused."),
        click.option("--ignore", "ignoring", metavar="FIELD", multiple=True, help="A field that may differ within a curve; repeatable."),
        click.option("--skip-bad", is_flag=True, help="List bad files and go on without them."),
        click.option("--context", "added", metavar="FILE", help="YAML or JSON with context fields that the files lack."),
        click.option("--sheet", metavar="NAME", help="Sheet of an .xlsx file."),
        click.option("--range", "cells", metavar="A1:D9", help="Range of that sheet, its header included."),
    )  # fmt: skip
    return declared(command, *options)


def options_of(flags: dict[str, Any]) -> Options:
    """Return how results are read, as `flags` say [-]."""
    gpus = flags["gpus_per_pod"]
    if flags["form"] is not None:
        choice(flags["form"], "--format", tuple(FORMATS))
    return Options(
        form=flags["form"],
        stat=choice(flags["stat"], "--stat", STATISTICS),
        concurrency=choice(flags["concurrency"], "--concurrency", (NOMINAL, ACHIEVED)),
        gpus_per_pod=None
        if gpus is None
        else whole(number_in_text(gpus, "--gpus-per-pod"), "--gpus-per-pod", low=1, high=MOST_GPUS_PER_POD),
        most_failed=share(number_in_text(flags["max_failed"], "--max-failed"), "--max-failed"),
        skip_bad=flags["skip_bad"],
        ignoring=tuple(flags["ignoring"]),
        added=None if flags["added"] is None else _context_in(Path(flags["added"])),
        sheet=flags["sheet"],
        cells=flags["cells"],
        **curve_options({"pool_rises": None, **flags}),  # not every command pools
    )


def _context_in(path: Path) -> Context:
    """Return the context in a YAML or JSON file: its fields at the top, or under `context`."""
    from xlsizing.importers import document, plain_data  # noqa: PLC0415  # only where a file is named

    opened = document(path)
    value = (
        opened.only
        if opened.kind in ("records", "yaml")
        else plain_data(opened.value if opened.kind == "text" else "", path.name)
    )
    fields = value.get("context", value) if isinstance(value, dict) else None
    if not isinstance(fields, dict) or not fields:
        refuse("--context", "must be a file of context fields", where=path.name)
    return Context.from_mapping(fields)


def print_rows(file: IO[str], title: str, rows: Sequence[CurveRow], lists: dict[str, list[str]]) -> None:
    """Print `title`, a table of curve `rows` and `lists` of sentences to `file` [-]."""
    from rich import box  # noqa: PLC0415  # slow to import
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(file=file, highlight=False)
    if not console.is_terminal:
        console.width = 200
    console.print(Text(title, style="bold"))
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in HEADINGS:
        table.add_column(Text(name), overflow="fold", justify="right" if name in _NUMBERS else "left")
    for row in rows:
        table.add_row(*(Text(one_line(cell)) for cell in row.cells()))
    console.print(table)
    for name, sentences in lists.items():
        if sentences:
            console.print(Text(f"\n{name}", style="bold"))
            for sentence in sentences:
                console.print(Text(f"- {one_line(sentence)}"))


_NUMBERS: Final = ("points", "c", "GPUs", "best tok/s/user", "best tok/s")


def passed_lines(passed: Sequence[tuple[str, str]]) -> list[str]:
    """Return a line for each file that was `passed` over, the first few of many [-]."""
    lines = [f"{place}: {reason}" for place, reason in passed[:_MOST_PASSED]]
    return lines if len(passed) <= _MOST_PASSED else [*lines, f"and {len(passed) - _MOST_PASSED:,} more"]
