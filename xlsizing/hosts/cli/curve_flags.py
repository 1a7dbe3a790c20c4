"""Flags that say what was measured: the curve, how it is read, and the replica that it is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xlsizing.checks import number_in_text, printable, refuse
from xlsizing.core import LABELS, Curve, curve_from_rows
from xlsizing.errors import BLANK
from xlsizing.hosts.cli.declaring import exactly_one, needed, option, shared, switch, takes
from xlsizing.hosts.cli.typed import FILE, SHARE, Typed
from xlsizing.reading import hashed_name

__all__ = ["ANCHORS", "CurveFlags", "curve_of_anchors", "gpus_of_replica", "pool_rises_flag", "throughput_flag"]

_FEWEST: Final = 2
"""Numbers of an anchor that cannot be left out: concurrency and tok/s/user [-]."""

_Rows = list[list[float | None]]

pool_rises_flag = takes("--pool-rises", SHARE, "SHARE", "Pool rises of tok/s/user that move no point by more.")
throughput_flag = switch(
    "--throughput-per-replica", "Output tok/s is of the whole replica although it looks like that of one GPU."
)


def _anchors(text: str, _name: str) -> _Rows:
    return [_anchor_cells(item, _nth_anchor([i])) for i, item in enumerate(text.split(","), start=1)]


def _anchor_cells(item: str, where: str) -> list[float | None]:
    parts = item.split(":")
    if not _FEWEST <= len(parts) <= len(LABELS):
        rule = f"must be {':'.join(LABELS[:_FEWEST])}, and where measured :{':'.join(LABELS[_FEWEST:])}"
        refuse("--anchors", rule, got=item.strip() or BLANK, where=where)
    texts = [*parts, *[""] * (len(LABELS) - len(parts))]
    return [
        number_in_text(text, label, where=where) if text.strip() else None
        for text, label in zip(texts, LABELS, strict=True)
    ]


def _nth_anchor(positions: Sequence[int]) -> str:
    listed = " and ".join(map(str, sorted(positions)))
    return f"anchor{'s' * (len(positions) > 1)} {listed} of --anchors"


ANCHORS: Final = Typed(_anchors)


def curve_of_anchors(rows: _Rows, how: Mapping[str, Any]) -> Curve:
    """Return the curve of anchors that were typed in `rows`, read as `how` says, by the names of arguments of `Curve`."""
    return curve_from_rows(rows, lambda at, _: _nth_anchor([i + 1 for i in at]), **how)


@dataclass(frozen=True)
class CurveFlags:
    """The measured curve, in one of two forms.

    Parameters
    ----------
    anchors : list of lists, or None
        Points as `core.curve_from_rows` takes them
    curve : str or None
        A path, or public:NAME
    pool_rises, throughput_per_replica : float or None, bool
        Passed on to `Curve` [-]
    """

    anchors: _Rows | None = option(
        "--anchors",
        ANCHORS,
        "C:R[:T[:TTFT[:TTFO]]],...",
        "Measured points: concurrency, tok/s/user, [output tok/s], [TTFT, TTFO in s].",
    )
    curve: str | None = option(
        "--curve", FILE, "PATH", "Measured points: a curve file, results of a benchmark tool, public:NAME."
    )
    pool_rises: float | None = shared(pool_rises_flag)
    throughput_per_replica: bool = shared(throughput_flag)

    def read(self) -> Curve:
        """Return the curve, in a file or point by point."""
        exactly_one({"anchors": self.anchors, "curve": self.curve})
        if self.anchors is not None:
            return curve_of_anchors(self.anchors, self.how)
        from xlsizing.importers import read_curve  # noqa: PLC0415  # only where a file is asked for

        return read_curve(str(self.curve), **self.how)

    @property
    def how(self) -> dict[str, Any]:
        """How a curve is read, by the names of the arguments of `read_curve`."""
        return {"pool_rises": self.pool_rises, "throughput_per_replica": self.throughput_per_replica}

    @property
    def source(self) -> str:
        """The file that the curve is taken from, with its SHA-256; empty where it is given point by point."""
        return printable(hashed_name(Path(self.curve)), "--curve") if self.curve else ""


def gpus_of_replica(given: int | None, curve: Curve, more: str = "") -> int:
    """Return the GPUs of a replica that are `given`, else those that the `curve` says; a refusal has `more` words [GPUs/pod]."""
    found = curve.measured_gpus if given is None else given
    return needed(found, "--gpus-per-pod", more)
