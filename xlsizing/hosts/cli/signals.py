"""What a signal that ends the process does while a command works."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, NoReturn

__all__ = ["stopped_by_signals"]

_ENDING: Final = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Let a signal that ends the process first leave the block as an exception does, so that nothing half-done stays."""
    mine = [each for each in _ENDING if signal.getsignal(each) is signal.SIG_DFL] if _in_main_thread() else []
    for each in mine:
        signal.signal(each, _raise)
    try:
        yield
    except _Stopped as stop:
        signal.signal(stop.number, signal.SIG_DFL)
        signal.raise_signal(stop.number)  # whoever started us sees what ended us
        raise
    finally:
        for each in mine:
            signal.signal(each, signal.SIG_DFL)


class _Stopped(SystemExit):
    """A signal asks the process to end."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(128 + number)


def _raise(number: int, _frame: FrameType | None) -> NoReturn:
    raise _Stopped(number)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
