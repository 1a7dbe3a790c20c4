"""Flags that name curves to compare a sizing with, and the same sizing on them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from xlsizing.checks import number_in_text, printable, refuse
from xlsizing.errors import InputError, Phrase
from xlsizing.hosts.flags import Command, declared
from xlsizing.reading import hashed_name
from xlsizing.reports.report import Report

__all__ = ["COMPARE", "compare_flags", "compared_of"]

COMPARE = ("compare", "compare_usd")
"""The parameters that these flags fill [-]."""


def compare_flags(command: Command) -> Command:
    """Declare on `command` the curves that are compared, and what their GPUs cost [-]."""
    return declared(
        command,
        click.option("--compare", metavar="PATH", multiple=True, help="A curve to compare the cost with; up to four."),
        click.option(
            "--compare-usd", metavar="USD", multiple=True, help="Price of one GPU-hour of each of them, in their order."
        ),
    )


def compared_of(report: Report, flags: dict[str, Any], options: dict[str, Any]) -> list[Report]:
    """Return what `report` asks for on each curve that `flags` name, read with these `options` [-]."""
    paths: Sequence[str] = flags["compare"]
    given = [number_in_text(usd, "--compare-usd") for usd in flags["compare_usd"]]
    if len(given) not in (0, len(paths)):
        got = Phrase(f"{len(given):,} for {len(paths):,}")
        refuse("--compare-usd", "must be given for each --compare, or for none", got=got)
    prices: list[float] | list[None] = given or [None] * len(paths)
    return [_on(report, path, price, options) for path, price in zip(paths, prices, strict=True)]


def _on(report: Report, path: str, price: float | None, options: dict[str, Any]) -> Report:
    from xlsizing.importers import read_curve  # noqa: PLC0415  # only where curves are compared
    from xlsizing.reports.compared import compared  # noqa: PLC0415

    curve = read_curve(path, **options)
    try:
        return compared(report, curve, printable(hashed_name(Path(path)), "--compare"), price)
    except InputError as error:
        raise error.placed(f"--compare {path}") from None
