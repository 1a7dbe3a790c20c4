"""Where the command line begins: next to nothing is imported before an interrupt is one line, not a traceback."""

from __future__ import annotations

import gc
import os
import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["main"]

_BAD_INPUT = 2
_SELDOM = 50_000  # objects; by itself the interpreter looks for circles after 700


def main() -> None:
    """Import the command line and run it on the process's own arguments.

    Raises
    ------
    SystemExit
        With the exit code of `cli.main`; 2 where it was interrupted.
    """
    gc.set_threshold(_SELDOM)  # libraries make objects by the ten thousand that stay: looking through them takes longer
    # Libraries that are half imported turn an exception into noise: until they are, an interrupt ends at once.
    signal.signal(signal.SIGINT, _end_at_once)
    try:
        from xlsizing.hosts.cli.main import main as run  # noqa: PLC0415  # slow to import, and so guarded

        if sys.argv[1:] and not sys.argv[1].startswith("-"):
            import xlsizing.core  # noqa: F401, PLC0415  # slower, with numpy, and likewise; the help and the version need none

        signal.signal(signal.SIGINT, signal.default_int_handler)
        run()
    except KeyboardInterrupt:
        _end_at_once()
    finally:
        signal.signal(signal.SIGINT, _end_at_once)  # the interpreter's own end is no place for a traceback either
        gc.freeze()  # what is left ends with the process, and looking through it once more took a tenth of a second


def _end_at_once(*_: object) -> NoReturn:
    if sys.stderr is not None:
        os.write(2, b"\nxlsizing: interrupted\n")  # after ^C
    os._exit(_BAD_INPUT)
