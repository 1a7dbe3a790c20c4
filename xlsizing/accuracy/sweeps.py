"""A table of measured sweeps: one line a point, a name for each curve, read without judging any of them.

    curve_id,concurrency,tok_s_per_user,output_tok_s_per_replica
    a-8-gpus,1,71.8,66.9

Other columns are passed over. Output tok/s, the fourth, may be left out or blank; a curve has it only if each of its points does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from xlsizing.checks import Floats, number, number_in_text, refuse
from xlsizing.errors import BLANK, InputError, Phrase
from xlsizing.importers import document

__all__ = ["Sweep", "Sweeps", "read_sweeps"]

_COLUMNS: Final = {
    "curve": ("curve_id", "curve"),
    "concurrency": ("concurrency",),
    "tok/s/user": ("tok_s_per_user",),
    "output tok/s": ("output_tok_s_per_replica", "output_tok_s"),
}
"""What a column is, and its headings."""

_NEEDED: Final = ("curve", "concurrency", "tok/s/user")


@dataclass(frozen=True)
class Sweep:
    """One measured curve, its points by rising concurrency; it need not be a valid one.

    Parameters
    ----------
    name : str
        The curve
    concurrency, tok_s_per_user : ndarray, shape (n,)
        Its points [requests/replica, tok/s/user]
    output_tok_s : ndarray, shape (n,), or None
        Output throughput of the replica; None unless every point has it [tok/s]
    """

    name: str
    concurrency: Floats
    tok_s_per_user: Floats
    output_tok_s: Floats | None = None

    def __len__(self) -> int:
        """Return the number of points [-]."""
        return self.concurrency.size


@dataclass(frozen=True)
class Sweeps:
    """The curves of a file.

    Parameters
    ----------
    curves : tuple of Sweep
        In the order of the file
    source : str
        The name of the file
    sha256 : str
        Of its bytes
    """

    curves: tuple[Sweep, ...]
    source: str
    sha256: str


def read_sweeps(path: str | Path) -> Sweeps:
    """Return the curves in the CSV file at `path`.

    Raises
    ------
    InputError
        If it cannot be read, lacks a column, or holds something else than a positive number; the line is named.
    """
    opened = document(Path(path))
    if opened.kind not in ("table", "text"):
        refuse("sweeps", "must be a CSV file, a line a measured point", where=opened.name)
    rows = [(line, cells) for line, cells in enumerate(opened.rows(), start=1) if any(cells)]
    if not rows:
        refuse("sweeps", "must hold a header and measured points", got=Phrase("an empty file"), where=opened.name)
    at = _positions(rows[0][1], f"{opened.name}, line {rows[0][0]}")
    points: dict[str, list[tuple[float, float, float | None]]] = {}
    for line, cells in rows[1:]:
        name, point = _point_in_cells(cells, at, f"{opened.name}, line {line}")
        points.setdefault(name, []).append(point)
    if not points:
        refuse("sweeps", "must hold measured points", got=Phrase("a header alone"), where=opened.name)
    curves = tuple(_sweep_of_points(name, listed) for name, listed in points.items())
    return Sweeps(curves, opened.name, opened.sha256)


def _positions(header: Sequence[str], where: str) -> dict[str, int]:
    names = [cell.casefold() for cell in header]
    found = {
        meaning: names.index(heading)
        for meaning, headings in _COLUMNS.items()
        for heading in headings[::-1]
        if heading in names
    }
    missing = [meaning for meaning in _NEEDED if meaning not in found]
    if missing:
        rule = f"must name the columns {', '.join(_COLUMNS[meaning][0] for meaning in _NEEDED)}"
        refuse("header of the sweeps", rule, detail=f"there is no {_COLUMNS[missing[0]][0]}", where=where)
    return found


def _point_in_cells(
    cells: Sequence[str], at: dict[str, int], where: str
) -> tuple[str, tuple[float, float, float | None]]:
    texts = {meaning: cells[i] if i < len(cells) else "" for meaning, i in at.items()}
    if not texts["curve"]:
        refuse("curve", "must be named on every line", got=BLANK, where=where)
    output = texts.get("output tok/s", "")
    concurrency, rate = (_placed_number(texts[name], name, where) for name in _NEEDED[1:])
    return texts["curve"], (concurrency, rate, _placed_number(output, "output tok/s", where) if output else None)


def _placed_number(text: str, name: str, where: str) -> float:
    try:
        return number(number_in_text(text, name), name)
    except InputError as error:
        raise error.placed(where) from None


def _sweep_of_points(name: str, points: list[tuple[float, float, float | None]]) -> Sweep:
    ordered = sorted(points, key=lambda point: point[0])
    concurrency, rates, outputs = zip(*ordered, strict=True)
    whole = None if None in outputs else np.array(outputs)
    return Sweep(name, np.array(concurrency), np.array(rates), whole)
