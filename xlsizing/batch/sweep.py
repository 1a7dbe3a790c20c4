"""A grid of scenarios out of one sizing file: every combination of the values that some of its figures take.

    util=0.5:0.9:0.1, sla=20:100:5, method=auto|tpot

A range has both its ends, as far as whole steps reach; values apart are separated by bars. The last axis runs fastest.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from xlsizing.batch.columns import INPUTS
from xlsizing.batch.extra import arrow
from xlsizing.batch.tables import Piece, Source, arrow_inputs
from xlsizing.checks import number_in_text, refuse
from xlsizing.core import DEMAND_FORMS, DEMAND_PARTS, PEAK_TO_MEAN
from xlsizing.errors import Phrase

if TYPE_CHECKING:
    from xlsizing.spec import Spec

__all__ = ["MOST_SCENARIOS", "Grid", "axes_in"]

MOST_SCENARIOS: Final = 100_000_000
"""Larger grids are refused [rows]."""

_MOST_VALUES: Final = 1_000_000


def axes_in(text: str) -> dict[str, list[float] | list[str]]:
    """Return the values of each axis in the `text` of a sweep [unit of each].

    Raises
    ------
    InputError
        If it names something else than a figure of a scenario, or its values are no numbers.

    Examples
    --------
    >>> axes_in("util=0.5:0.9:0.2, method=auto|tpot")
    {'util': [0.5, 0.7, 0.9], 'method': ['auto', 'tpot']}
    """
    axes: dict[str, list[float] | list[str]] = {}
    names = {name: each.name for each in INPUTS.values() for name in (each.name, each.other) if name and each.check}
    for part in text.split(","):
        name, equals, values = (piece.strip() for piece in part.partition("="))
        if not equals or name not in names:
            refuse(
                "--sweep",
                f"must be NAME=FROM:TO:STEP or NAME=A|B with NAME one of {', '.join(names)}",
                got=part.strip(),
            )
        if names[name] in axes:
            refuse("--sweep", "must name each figure once", got=name)
        axes[names[name]] = _swept_words(values) if INPUTS[names[name]].valid is None else _swept_numbers(values, name)
    return axes


def _swept_words(values: str) -> list[str]:
    return [value.strip() for value in values.split("|")]


def _swept_numbers(values: str, name: str) -> list[float]:
    if ":" not in values:
        return [number_in_text(value, f"--sweep {name}") for value in values.split("|")]
    ends = values.split(":")
    if len(ends) != 3:  # noqa: PLR2004  # from, to and step
        refuse("--sweep", "must be FROM:TO:STEP", got=values)
    try:
        low, high, step = (
            Decimal(str(end.strip())) for end in ends if number_in_text(end, f"--sweep {name}") is not None
        )
    except InvalidOperation:  # pragma: no cover  # it was read as a number
        refuse("--sweep", "must be FROM:TO:STEP", got=values)
    if step <= 0 or high < low:
        refuse("--sweep", "must rise from FROM to TO by STEP", got=values)
    count = (high - low) // step + 1
    if count > _MOST_VALUES:
        refuse("--sweep", f"must have at most {_MOST_VALUES:,} values of a figure", got=Phrase(f"{count:,}"))
    # Decimal numbers as they are written: 0.5 and twice 0.1 are 0.7, not 0.7000000000000001.
    return [float(low + step * i) for i in range(int(count))]


class Grid(Source):
    """The scenarios of a sizing file under a sweep, worked out piece by piece.

    Parameters
    ----------
    spec : Spec
        The sizing file
    axes : mapping of str to list
        The values that figures take in place of those of the file
    """

    def __init__(self, spec: Spec, axes: Mapping[str, list[Any]]) -> None:
        if spec.parts.node_plan is not None:
            rule, way_out = "must be of a sizing file without whole nodes", "leave gpus_per_node out, or size the file"
            refuse("--sweep", rule, got=f"gpus_per_node {spec.parts.node_plan.gpus_per_node}", way_out=way_out)
        fixed = _spec_figures(spec)
        if any(name in axes for name in DEMAND_FORMS):
            parts = {part: fixed[part] for form in axes for part in DEMAND_FORMS.get(form, ()) if part in fixed}
            fixed = {name: value for name, value in fixed.items() if name not in (*DEMAND_FORMS, *DEMAND_PARTS)} | parts
            if "users" in axes:
                fixed.pop(PEAK_TO_MEAN, None)
        fixed = {name: [value] for name, value in fixed.items() if name not in axes}
        # Of each axis the columns that run along it: the SLAs of the file do with the limits beside them.
        self._axes = [fixed, _rows_asked(spec, axes), *({name: values} for name, values in axes.items())]
        self._place = {name: number for number, axis in enumerate(self._axes) for name in axis}
        self.names = [name for name in INPUTS if name in self._place]
        self.name = spec.path.name
        self._sizes = [max(map(len, axis.values()), default=1) for axis in self._axes]
        self.count = math.prod(self._sizes)
        if self.count > MOST_SCENARIOS:
            refuse("--sweep", f"must make at most {MOST_SCENARIOS:,} scenarios", got=Phrase(f"{self.count:,}"))

    @property
    def schema(self) -> Any:
        """Names and types of its columns, as pyarrow has them."""
        pa = arrow()
        return pa.schema([(name, pa.float64() if INPUTS[name].valid else pa.string()) for name in self.names])

    def pieces(self, found: Mapping[str, str], rows: int) -> Iterator[Piece]:
        """Yield the grid, so many `rows` at a time; the columns of its inputs were `found` [-]."""
        for start in range(0, self.count, rows):
            stop = min(start + rows, self.count)
            columns = self._columns_at(np.unravel_index(np.arange(start, stop), self._sizes))
            yield Piece(stop - start, columns, arrow_inputs(columns, found, stop - start))

    def _columns_at(self, at: tuple[Any, ...]) -> dict[str, Any]:
        pa, columns = arrow(), {}
        for name in self.names:
            values = np.array(self._axes[self._place[name]][name], dtype=object)[at[self._place[name]]]
            columns[name] = pa.array(values, pa.float64() if INPUTS[name].valid else pa.string())
        return columns

    def whole(self, _done: int) -> int:
        """Return how many scenarios there are, however many are `_done` [-]."""
        return self.count


def _rows_asked(spec: Spec, axes: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """Return the SLAs of a sizing file with the limits beside them, as far as they are not swept themselves.

    Where SLAs are swept, a limit that the file has beside each of its own holds for all; others are refused.
    """
    limits = {wait.name: spec.limits.of(wait) for wait in spec.limits.asked if wait.name not in axes}
    columns: dict[str, list[Any]] = {
        name: [value if math.isfinite(value) else None for value in np.broadcast_to(limit, len(spec.slas)).tolist()]
        for name, limit in limits.items()
        if limit is not None
    }
    if "sla" not in axes:
        return {"sla": list(spec.slas), **columns}
    for name, values in columns.items():
        if len(set(values)) > 1:
            way_out = f"sweep {name} too"
            refuse(
                "--sweep",
                f"must not take the place of SLAs with different {name} beside them",
                got="sla",
                way_out=way_out,
            )
    return {name: values[:1] for name, values in columns.items()}


def _spec_figures(spec: Spec) -> dict[str, Any]:
    """Return the figures of a sizing file by the columns that they are."""
    demand = spec.demand()
    figures: dict[str, Any] = {
        demand.form: float(demand.value),
        **{part: float(value) for part, value in demand.parts.items()},
        "gpus_per_pod": spec.gpus_per_pod,
        "method": spec.method,
        "util": spec.util,
        "spare_replicas": spec.spare_pods,
        "confidence": spec.confidence,
    }
    if demand.peak_to_mean != 1:
        figures[PEAK_TO_MEAN] = demand.peak_to_mean
    return figures if spec.price.assumed else {**figures, "gpu_hourly_usd": spec.price.amount}
