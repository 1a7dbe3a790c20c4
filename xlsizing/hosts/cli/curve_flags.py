"""Flags that say what was measured: the curve, how it is read, and the replica that it is of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from xlsizing.checks import number_in_text, printable, refuse
from xlsizing.core import LABELS, Curve, curve_from_rows
from xlsizing.errors import BLANK
from xlsizing.hosts.cli.flags import Command, declared, exactly_one, needed, optional
from xlsizing.reading import hashed_name

__all__ = [
    "curve_flags",
    "curve_of",
    "curve_options",
    "gpus_per_pod_of",
    "pool_rises_flag",
    "source_of",
    "throughput_flag",
]

_FEWEST = 2
"""Numbers of an anchor that cannot be left out: concurrency and tok/s/user [-]."""


def curve_flags(command: Command) -> Command:
    """Declare the measured curve on `command` [-]."""
    return declared(
        command,
        click.option(
            "--anchors",
            metavar="C:R[:T[:TTFT[:TTFO]]],...",
            help="Measured points: concurrency, tok/s/user, [output tok/s], [TTFT, TTFO in s].",
        ),
        click.option(
            "--curve", metavar="PATH", help="Measured points: a curve file, results of a benchmark tool, public:NAME."
        ),
        pool_rises_flag,
        throughput_flag,
    )


def pool_rises_flag(command: Command) -> Command:
    """Declare on `command` how far pooling may move a point [-]."""
    words = "Pool rises of tok/s/user that move no point by more."
    return declared(command, click.option("--pool-rises", metavar="SHARE", help=words))


def throughput_flag(command: Command) -> Command:
    """Declare on `command` that throughput is of the replica, whatever it looks like [-]."""
    words = "Output tok/s is of the whole replica although it looks like that of one GPU."
    return declared(command, click.option("--throughput-per-replica", is_flag=True, help=words))


def curve_of(flags: dict[str, Any]) -> Curve:
    """Return the curve that `flags` give, in a file or point by point [-]."""
    exactly_one(flags, ("anchors", "curve"))
    options = curve_options(flags)
    if flags["curve"] is None:
        rows = [_anchor(item, i) for i, item in enumerate(flags["anchors"].split(","), start=1)]
        return curve_from_rows(rows, lambda at, _: _nth_anchor([i + 1 for i in at]), **options)
    from xlsizing.importers import read_curve  # noqa: PLC0415  # only where a file is asked for

    return read_curve(flags["curve"], **options)


def curve_options(flags: dict[str, Any]) -> dict[str, Any]:
    """Return how a curve is read, as `flags` say, by the names of the arguments of `read_curve` [-]."""
    return {
        "pool_rises": optional(flags, "pool_rises", share=True),
        "throughput_per_replica": flags["throughput_per_replica"],
    }


def gpus_per_pod_of(flags: dict[str, Any], curve: Curve) -> float:
    """Return the GPUs of a replica that `flags` give, else those that the results of the `curve` say [GPUs/pod]."""
    if flags["gpus_per_pod"] is None and curve.measured_gpus is not None:
        return curve.measured_gpus
    return number_in_text(needed(flags, "gpus_per_pod"), "--gpus-per-pod")


def source_of(flags: dict[str, Any]) -> str:
    """Return the file that `flags` take the curve from, with its SHA-256; empty where it is given point by point [-]."""
    return printable(hashed_name(Path(flags["curve"])), "--curve") if flags["curve"] else ""


def _anchor(item: str, position: int) -> list[float | None]:
    parts = item.split(":")
    if not _FEWEST <= len(parts) <= len(LABELS):
        rule = f"must be {':'.join(LABELS[:_FEWEST])}, and where measured :{':'.join(LABELS[_FEWEST:])}"
        refuse("--anchors", rule, got=item.strip() or BLANK, where=_nth_anchor([position]))
    texts = [*parts, *[""] * (len(LABELS) - len(parts))]
    return [
        number_in_text(text, label, where=_nth_anchor([position])) if text.strip() else None
        for text, label in zip(texts, LABELS, strict=True)
    ]


def _nth_anchor(positions: Sequence[int]) -> str:
    listed = " and ".join(map(str, sorted(positions)))
    return f"anchor{'s' * (len(positions) > 1)} {listed} of --anchors"
