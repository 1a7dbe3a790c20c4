"""Where the command line begins: light, so that even an interrupt in its first moments is one line."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, NoReturn

__all__ = ["main", "stopped_by_signals"]

_BAD_INPUT: Final = 2
_ENDING: Final = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))


def main() -> None:
    """Import the command line and run it on the process's own arguments.

    Raises
    ------
    SystemExit
        With the exit code of `cli.main`; 2 where it was interrupted.
    """
    # Libraries that are half imported turn an exception into noise: until they are, an interrupt ends at once.
    signal.signal(signal.SIGINT, _end_at_once)
    try:
        from xlsizing.hosts.cli import main as run  # noqa: PLC0415  # slow to import, and so guarded

        signal.signal(signal.SIGINT, signal.default_int_handler)
        run()
    except KeyboardInterrupt:
        _end_at_once()
    finally:
        signal.signal(signal.SIGINT, _end_at_once)  # the interpreter's own end is no place for a traceback either


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Let a signal that ends the process first leave the block as an exception does, so that nothing half-done stays [-]."""
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


def _end_at_once(*_: Any) -> NoReturn:
    if sys.stderr is not None:
        os.write(2, b"\nxlsizing: interrupted\n")  # after ^C
    os._exit(_BAD_INPUT)
