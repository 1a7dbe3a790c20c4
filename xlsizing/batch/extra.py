"""The libraries of the extras `batch` and `dask`: imported where they are used, missed in one sentence."""

from __future__ import annotations

import importlib
from typing import Any

from xlsizing.checks import refuse

__all__ = ["arrow"]


def arrow(part: str = "") -> Any:
    """Return pyarrow, or a `part` of it.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        return importlib.import_module(f"pyarrow.{part}" if part else "pyarrow")
    except ImportError:
        refuse("pyarrow", "must be installed", way_out='install "xlsizing[batch]"')
