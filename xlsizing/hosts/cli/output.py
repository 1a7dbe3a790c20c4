"""What a command prints, to a standard output that may be closed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock, Timer
from typing import IO, TYPE_CHECKING, Any, Final, NoReturn, Protocol

import click

if TYPE_CHECKING:
    from rich.progress import Progress

    from xlsizing.errors import SizingError

__all__ = [
    "NOT_RIGHT",
    "end_at_once",
    "kept_json",
    "one_line",
    "passed_lines",
    "print_facts",
    "print_json",
    "print_text",
    "working",
]

NOT_RIGHT: Final = 4
"""Exit code: done, but something is not right [-]."""

_MOST_PASSED: Final = 20


def one_line(text: str) -> str:
    """Return `text` on one line, whatever characters came with the input.

    >>> one_line("two" + chr(10) + "lines")
    'two lines'
    """
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in " ".join(text.split()))


def passed_lines(passed: Sequence[tuple[str, str]]) -> list[str]:
    """Return a line for each file that was `passed` over, the first few of many."""
    lines = [f"{place}: {reason}" for place, reason in passed[:_MOST_PASSED]]
    return lines if len(passed) <= _MOST_PASSED else [*lines, f"and {len(passed) - _MOST_PASSED:,} more"]


def print_json(record: Any) -> None:
    """Print `record` as JSON, in ASCII: it survives any terminal and any encoding; inside `kept_json` keep it."""
    import json  # noqa: PLC0415  # a table needs none

    kept = _KEPT.get()
    if kept is not None:
        kept.append(json.loads(json.dumps(record, allow_nan=False)))
    elif sys.stdout is not None:
        click.echo(json.dumps(record, indent=2, allow_nan=False))


@contextmanager
def kept_json() -> Iterator[list[Any]]:
    """Keep what `print_json` would print until the block ends, for a caller that is no terminal.

    Yields
    ------
    list
        The records, as a reader of the JSON has them
    """
    kept: list[Any] = []
    before = _KEPT.set(kept)
    try:
        yield kept
    finally:
        _KEPT.reset(before)


_KEPT: ContextVar[list[Any] | None] = ContextVar("records kept", default=None)


def print_text(write: Callable[[IO[str]], None]) -> None:
    """Have `write` print to standard output, if there is one."""
    if sys.stdout is not None:  # None where the caller closed it: only files were wanted
        write(sys.stdout)


def print_facts(named: Mapping[str, str]) -> None:
    """Print each text of `named` behind its name; an empty one is passed over."""
    for name, text in named.items():
        if text:
            click.echo(f"{name}: {text}")


_LONG = 1.0
"""Work that takes longer is shown [s]."""

_SHOWN: Final[list[_Bar]] = []


class _Told(Protocol):
    """Called with how far work is."""

    def __call__(self, done: int, whole: int, words: str = "", /) -> None:
        """Show how much is `done` of the `whole`, 0 where that is not known, and `words` for what is done from now on."""


@contextmanager
def working(words: str) -> Iterator[_Told]:
    """Show how far the work called `words` is, once it took over a second and if somebody watches stderr.

    Parameters
    ----------
    words : str
        What is done

    Yields
    ------
    callable
        To be called with how much is done, of how much, and, where another step begins, what that does
    """
    if not _is_watched():
        yield _say_nothing
        return
    bar = _Bar(words)
    timer = Timer(_LONG, bar.start)
    timer.daemon = True
    timer.start()
    _SHOWN.append(bar)
    try:
        yield bar.told
    finally:
        timer.cancel()
        bar.stop()
        _SHOWN.remove(bar)


def end_at_once(error: SizingError) -> NoReturn:
    """End the process, whatever its other threads are at, with the sentence and the exit code of `error`."""
    for bar in _SHOWN:
        bar.stop()  # it hid the cursor
    click.echo(f"xlsizing: {one_line(str(error))}", err=True)
    os._exit(error.exit_code)


def _is_watched() -> bool:
    if sys.stderr is None:  # where the caller closed it
        return False
    return sys.stderr.isatty()


def _say_nothing(_done: int, _whole: int, _words: str = "") -> None:
    """Say nothing: nobody watches."""


class _Bar:
    """A bar on stderr that another thread starts, perhaps never."""

    def __init__(self, words: str) -> None:
        self._words, self._done, self._whole = words, 0, 0
        self._bar: Progress | None = None
        self._ended = False
        self._lock = Lock()

    def told(self, done: int, whole: int, words: str = "") -> None:
        self._done, self._whole, self._words = done, whole, words or self._words
        if self._bar is None:
            return
        task = self._bar.tasks[0]
        if task.description == self._words:
            self._bar.update(task.id, completed=done, total=whole or None)
        else:
            self._bar.remove_task(task.id)
            self._add_to(self._bar)

    def start(self) -> None:
        from rich.console import Console  # noqa: PLC0415  # slow to import
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

        with self._lock:
            if self._ended:
                return
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._add_to(bar)
            bar.start()
            self._bar = bar

    def _add_to(self, bar: Progress) -> None:
        bar.add_task(self._words, completed=self._done, total=self._whole or None)  # without a whole it pulses

    def stop(self) -> None:
        with self._lock:
            self._ended = True
            if self._bar is not None:
                self._bar.stop()
