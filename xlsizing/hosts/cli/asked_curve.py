"""The curve that is named in answer to a question, and how a sizing file names it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from xlsizing.checks import refuse
from xlsizing.context import gpus_in_context
from xlsizing.core import Curve
from xlsizing.hosts.cli.curve_flags import ANCHORS, curve_of_anchors
from xlsizing.reading import leads_out

__all__ = ["AskedCurve", "asked_curve"]

_LIKE_ANCHORS: Final = re.compile(r"[0-9.]+\s*:")
_SHELF: Final = "public:"


class AskedCurve(NamedTuple):
    """A curve that was named or typed.

    Parameters
    ----------
    curve : Curve
        The curve
    file : str or None
        How the sizing file names it; None where it was typed
    anchors : list of list or None
        The anchors that were typed, None in it for what was not measured
    """

    curve: Curve
    file: str | None = None
    anchors: list[list[float | None]] | None = None

    @property
    def gpus_per_pod(self) -> int | None:
        """GPUs of one replica where the results or their context say so; else None [GPUs/pod]."""
        context = self.curve.context
        return self.curve.measured_gpus or (None if context is None else gpus_in_context(context))


def asked_curve(text: str, name: str, target: Path, how: Mapping[str, Any], *, allow_outside: bool) -> AskedCurve:
    """Return the curve that `text` names, or types as anchors.

    Parameters
    ----------
    text : str
        A path as seen from here, public:NAME, or anchors; a file called like anchors is named with ./ before it
    name : str
        What was asked for, in a refusal
    target : Path
        Where the sizing file shall stand
    how : mapping
        How the curve is read, by the names of arguments of `Curve`
    allow_outside : bool
        Whether the curve may stand outside the folder of the sizing file

    Returns
    -------
    AskedCurve
        The curve, with its path as seen from the sizing file

    Raises
    ------
    InputError
        If it cannot be read, is no valid curve, or stands outside that folder.
    """
    if _LIKE_ANCHORS.match(text):
        rows = ANCHORS.read(text, name)
        return AskedCurve(curve_of_anchors(rows, how), anchors=[_without_blank_end(row) for row in rows])
    from xlsizing.importers import read_curve  # noqa: PLC0415  # only where a file is named

    curve = read_curve(text, **how)
    return AskedCurve(curve, text if text.startswith(_SHELF) else _seen_from(text, name, target, allow_outside))


def _without_blank_end(row: list[float | None]) -> list[float | None]:
    """Return an anchor without the columns at its end that were not measured."""
    return row[: max(at for at, cell in enumerate(row, start=1) if cell is not None)]


def _seen_from(text: str, name: str, target: Path, allow_outside: bool) -> str:
    """Return the path `text` as a sizing file at `target` names it."""
    folder = target.parent
    if not allow_outside and leads_out(Path(text), folder):
        way_out = "put the sizing file beside it with -o, or pass --allow-outside if you trust that file"
        refuse(name, "must be in the folder of the sizing file, or below it", got=text, way_out=way_out)
    real = os.path.realpath(text)
    try:
        found = os.path.relpath(text, folder)
        if os.path.realpath(folder / found) != real:  # a link on the way: dots do not lead back through it
            found = os.path.relpath(real, os.path.realpath(folder))
    except ValueError:
        refuse(name, "must be on the drive of the sizing file", got=text, way_out="put the sizing file there with -o")
    path = Path(found).as_posix()
    plain = not path.startswith(("\\", _SHELF)) and path[1:2] != ":"
    return path if plain else f"./{path}"
