"""Importing xlwings without what it would convert to: half of the start of a command that calls our functions."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

__all__ = ["lean_xlwings"]

_CONVERTED_TO: Final = ("pandas", "matplotlib", "PIL", "plotly", "polars")
"""Libraries that xlwings imports where they are installed; none of our functions takes or gives anything of theirs."""


@contextmanager
def lean_xlwings() -> Iterator[None]:
    """Let xlwings, imported inside the block for the first time, find none of them.

    For a process of the command line alone: other people's functions in Excel or in a test may well take a DataFrame.
    """
    hidden = [name for name in _CONVERTED_TO if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None is how an import is told that there is none
    try:
        yield
    finally:
        for name in hidden:
            if sys.modules.get(name, sys) is None:
                del sys.modules[name]
