"""Flags that name curves to compare a sizing with, and the same sizing on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from xlsizing.checks import printable, refuse
from xlsizing.errors import InputError, Phrase
from xlsizing.hosts.cli.declaring import option
from xlsizing.hosts.cli.typed import NUMBER
from xlsizing.reading import hashed_name
from xlsizing.reports import Report

__all__ = ["CompareFlags"]


@dataclass(frozen=True)
class CompareFlags:
    """The curves that are compared, and what their GPUs cost.

    Parameters
    ----------
    compare : tuple of str
        Their paths
    compare_usd : tuple of float
        Price of one GPU of each of them, in their order, or none [USD/GPU-hour]
    """

    compare: tuple[str, ...] = option(
        "--compare", None, "PATH", "A curve to compare the cost with; up to four.", multiple=True
    )
    compare_usd: tuple[float, ...] = option(
        "--compare-usd", NUMBER, "USD", "Price of one GPU-hour of each of them, in their order.", multiple=True
    )

    def reports(self, report: Report, options: Mapping[str, Any] = MappingProxyType({})) -> list[Report]:
        """Return what `report` asks for on each of the curves, read with these `options`."""
        if len(self.compare_usd) not in (0, len(self.compare)):
            got = Phrase(f"{len(self.compare_usd):,} for {len(self.compare):,}")
            refuse("--compare-usd", "must be given for each --compare, or for none", got=got)
        prices = self.compare_usd or [None] * len(self.compare)
        return [_on(report, path, price, options) for path, price in zip(self.compare, prices, strict=True)]


def _on(report: Report, path: str, price: float | None, options: Mapping[str, Any]) -> Report:
    from xlsizing.importers import read_curve  # noqa: PLC0415  # only where curves are compared
    from xlsizing.reports import compared  # noqa: PLC0415

    curve = read_curve(path, **options)
    try:
        return compared(report, curve, printable(hashed_name(Path(path)), "--compare"), price)
    except InputError as error:
        raise error.placed(f"--compare {path}") from None
