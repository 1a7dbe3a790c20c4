"""What a command prints, to a standard output that may be closed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock, Timer
from typing import IO, TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["NOT_RIGHT", "one_line", "print_facts", "print_json", "print_text", "working"]

NOT_RIGHT: Final = 4
"""Exit code: done, but something is not right [-]."""


def one_line(text: str) -> str:
    """Return `text` on one line, whatever characters came with the input [-].

    >>> one_line("two" + chr(10) + "lines")
    'two lines'
    """
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in " ".join(text.split()))


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


_LONG = 1.0
"""Work that takes longer is shown [s]."""


@contextmanager
def working(words: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far the work called `words` is, once it took over a second and if somebody watches stderr.

    Parameters
    ----------
    words : str
        What is done [-]

    Yields
    ------
    callable
        To be called with how much is done, and of how much [-]
    """
    if not _watched():
        yield _untold
        return
    bar = _Bar(words)
    timer = Timer(_LONG, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield bar.told
    finally:
        timer.cancel()
        bar.stop()


def _watched() -> bool:
    if sys.stderr is None:  # where the caller closed it
        return False
    return sys.stderr.isatty()


def _untold(_done: int, _whole: int) -> None:
    """Say nothing: nobody watches."""


class _Bar:
    """A bar on stderr that another thread starts, perhaps never."""

    def __init__(self, words: str) -> None:
        self._words, self._done, self._whole = words, 0, 0
        self._bar: Progress | None = None
        self._ended = False
        self._lock = Lock()

    def told(self, done: int, whole: int) -> None:
        self._done, self._whole = done, whole
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done, total=whole)

    def start(self) -> None:
        from rich.console import Console  # noqa: PLC0415  # slow to import
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

        with self._lock:
            if self._ended:
                return
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            bar = Progress(*columns, console=Console(stderr=True), transient=True)
            bar.add_task(self._words, completed=self._done, total=self._whole or None)  # without a whole it pulses
            bar.start()
            self._bar = bar

    def stop(self) -> None:
        with self._lock:
            self._ended = True
            if self._bar is not None:
                self._bar.stop()
