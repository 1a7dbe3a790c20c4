"""A watch over work that cannot be interrupted, as inside an engine: the process ends before it takes far too much."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import Final

from xlsizing.checks import refusal
from xlsizing.hosts.cli.output import end_at_once

__all__ = ["LONGEST_S", "MOST_MEMORY", "watched"]

LONGEST_S: Final = 900.0
"""How long the work may take [s]."""

MOST_MEMORY: Final = 6_000_000_000
"""What the process may take of the machine's memory: twice what the engine may [B]."""

_EVERY_S: Final = 0.5
_SHARE: Final = 0.8  # of what was free: the rest is left to others


@contextmanager
def watched(done: str, file: str) -> Iterator[None]:
    """End the process if the work inside takes far too long, or more memory than the machine can spare.

    Nothing may have been written yet. What was taken is measured, twice a second.

    Parameters
    ----------
    done : str
        What cannot be done with the file then, "evaluated"
    file : str
        The file, as a sentence names it
    """
    ended = Event()
    Thread(target=_watch, args=[ended, done, file], daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _watch(ended: Event, done: str, file: str) -> None:
    begin = monotonic()
    while not ended.wait(_EVERY_S):
        rule, detail = f"must be one that can be {done}", None
        if monotonic() - begin > LONGEST_S:
            rule = f"{rule} within {LONGEST_S / 60:g} minutes"
        elif (most := _exceeded_memory()) is not None:
            detail = f"it needs more than the {most / 1e9:.1f} GB of memory that are there for it"
        else:
            continue
        if not ended.is_set():
            end_at_once(refusal("workbook", rule, detail=detail, where=file))


def _exceeded_memory() -> float | None:
    """Return what the process may take, if it took more [B]."""
    import psutil  # noqa: PLC0415  # most work has ended before it is asked for

    taken = psutil.Process(os.getpid()).memory_info().rss
    most = min(MOST_MEMORY, _SHARE * (taken + psutil.virtual_memory().available))
    return most if taken > most else None
