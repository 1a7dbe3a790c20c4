"""The curve of a sizing file: its anchors in the file itself, or in a file beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlsizing.anchors import curve_from_rows
from xlsizing.checks import refuse
from xlsizing.curve import Curve
from xlsizing.errors import InputError
from xlsizing.importers import read_curve
from xlsizing.spec.fields import FaultsError
from xlsizing.spec.text import Fault, Where

__all__ = ["Reading", "curve_in_file", "inline_curve"]


@dataclass
class Reading:
    """What reading a sizing file needs beside its text.

    Parameters
    ----------
    folder : Path
        Where the paths in it begin [-]
    valid : dict
        The fields of the file that were found right [-]
    """

    folder: Path
    valid: dict[str, Any] = field(default_factory=dict)


def inline_curve(rows: Sequence[Sequence[float | None]], pool_rises: float | None) -> Curve:
    """Return the curve in rows of anchors.

    Parameters
    ----------
    rows : sequence of sequences, shape (n, 2..4)
        Concurrency [requests/replica], tok/s/user [tok/s/user], output tok/s [tok/s] and TTFT [s]
    pool_rises : float or None
        Passed on to `Curve` [-]

    Returns
    -------
    Curve
        The curve

    Raises
    ------
    FaultsError
        If the anchors are no valid curve, with the rows at fault.
    """
    at: list[Where] = []

    def place(positions: tuple[int, ...], _column: int | None) -> str:
        at.extend(("anchors", i) for i in sorted(positions))
        return ""

    try:
        return curve_from_rows(rows, place, pool_rises=pool_rises)
    except InputError as error:
        raise FaultsError(
            [Fault(("pool_rises",) if error.name == "pool_rises" else ("anchors",), error, tuple(at))]
        ) from None


def curve_in_file(path: Path, pool_rises: float | None) -> Curve:
    """Return the curve at a path: anchors, or results of a benchmark tool.

    Parameters
    ----------
    path : Path
        A file or folder [-]
    pool_rises : float or None
        Passed on to `Curve` [-]

    Returns
    -------
    Curve
        The curve

    Raises
    ------
    FaultsError
        If the file cannot be read or holds no valid curve.
    """
    try:
        if _never_ends(path):
            refuse("curve file", "must be a file", got=path.name)
        on_the_shelf = path.name.startswith("public:")
        return read_curve(path.name if on_the_shelf else path, pool_rises=pool_rises)
    except InputError as error:
        raise FaultsError([Fault(("file",), error)]) from None


def _never_ends(path: Path) -> bool:
    """Tell whether the path is a pipe or a device, which reading would wait for."""
    try:
        return path.exists() and not path.is_file() and not path.is_dir()
    except (OSError, ValueError):  # a path that no file can have: reading says so
        return False
