"""What a command prints, to a standard output that may be closed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

import click

__all__ = ["print_facts", "print_json", "print_text", "working"]


def print_json(record: Any) -> None:
    """Print `record` as JSON, in ASCII: it survives any terminal and any encoding [-]."""
    if sys.stdout is not None:
        click.echo(json.dumps(record, indent=2, allow_nan=False))


def print_text(write: Callable[[IO[str]], None]) -> None:
    """Have `write` print to standard output, if there is one [-]."""
    if sys.stdout is not None:  # None where the caller closed it: only files were wanted
        write(sys.stdout)


def print_facts(named: Mapping[str, str]) -> None:
    """Print each text of `named` behind its name; an empty one is passed over [-]."""
    for name, text in named.items():
        if text:
            click.echo(f"{name}: {text}")


_LONG_TABLE = 300


@contextmanager
def working(words: str, rows: int) -> Iterator[None]:
    """Show that the work called `words` goes on, where its `rows` take over a second and somebody watches stderr [-]."""
    if rows < _LONG_TABLE or sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console  # noqa: PLC0415  # slow to import
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        bar.add_task(words, total=None)
        yield
