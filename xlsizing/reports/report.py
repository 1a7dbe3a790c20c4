"""What every report says: the rows by rising SLA, the notes, and the next step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xlsizing.errors import shown
from xlsizing.result import Sizing, pods_needed
from xlsizing.rows import SizingRow
from xlsizing.rules import HOURS_PER_MONTH, INTERP, PLATEAU, TOLERANCE

__all__ = ["DRAFT", "Report"]

DRAFT = "DRAFT: no measurement context given"

_MOST_LISTED = 8
_CLOSED = "Bracket closed: no whole concurrency is left to measure"
_RECORD_CONTEXT = (
    "Record the measurement context (hardware, engine, workload, date): without it no figure leaves DRAFT."
)


@dataclass(frozen=True)
class Report:
    """A sizing with the words around it.

    Parameters
    ----------
    sizing : Sizing
        The sizing [-]
    model : str
        What was measured, in the caller's words; may be empty [-]
    source : str
        Where the curve stands, in the caller's words; may be empty [-]
    """

    sizing: Sizing
    model: str = ""
    source: str = ""

    @cached_property
    def rows(self) -> list[SizingRow]:
        """The rows by rising SLA [-]."""
        return sorted(self.sizing.rows(), key=lambda row: (row.sla, row.demand_tok_s))

    @property
    def all_feasible(self) -> bool:
        """Whether every SLA can be met [-]."""
        return all(row.feasible for row in self.rows)

    @cached_property
    def notes(self) -> list[str]:
        """What a reader must know beside the figures, a sentence each [-]."""
        return [
            *self._infeasible_notes(),
            *self._wide_notes(),
            *self._interpolation_notes(),
            *self._flag_notes(),
            *self.sizing.curve.notes,
            *self._money_notes(),
        ]

    @cached_property
    def next_step(self) -> str:
        """The one measurement or fact that would tell most, and the gate that proves or refutes it [-]."""
        by_width = sorted(self.rows, key=_gpus_apart, reverse=True)
        for row in by_width:
            if row.measure_next and _gpus_apart(row):
                return self._bracket_step(row)
        for row in self.rows:
            if row.measure_next and row.regime == PLATEAU:
                return self._plateau_step(row)
        for row in self.rows:
            if row.measure_next and not row.feasible:
                return (
                    f"Measure c=1: whether any concurrency reaches {shown(row.sla)} tok/s/user is not known. "
                    f"Gate: at least {shown(row.sla)} tok/s/user at c=1."
                )
        closed = f"{_CLOSED} at {shown(by_width[0].sla)} tok/s/user. " if _gpus_apart(by_width[0]) else ""
        return f"{closed}{_RECORD_CONTEXT}"

    def _bracket_step(self, row: SizingRow) -> str:
        fewer = _gpus_apart(row)
        c = shown(row.measure_next)
        return (
            f"Measure c={c}: it narrows the range of {row.gpus_low:,} to {row.gpus_high:,} GPUs at {shown(row.sla)} "
            f"tok/s/user ({fewer:,} GPUs, {self._usd(fewer)} apart). "
            f"Gate: at least {shown(row.sla)} tok/s/user at c={c}."
        )

    def _plateau_step(self, row: SizingRow) -> str:
        """Say what twice the concurrency could save: throughput doubles at best, as tok/s/user does not rise."""
        c, gpus = shown(row.measure_next), row.gpus or 0
        quotient = (row.pods or 0) * (row.load or 0) / self.sizing.util
        at_best = int(pods_needed(np.float64(quotient / 2))) * self.sizing.gpus_per_pod  # type: ignore[arg-type]
        unlock = f"{gpus - at_best:,} of {gpus:,} GPUs ({self._usd(gpus - at_best)})" if gpus > at_best else "no GPU"
        return (
            f"Measure c={c}, twice the last measured point: it saves {unlock} at best. "
            f"Gate: at least {shown(row.sla)} tok/s/user at c={c}, with more output tok/s than at c={shown(row.c_star)}."
        )

    def _usd(self, gpus: int) -> str:
        return f"${gpus * self.sizing.gpu_hourly_usd * HOURS_PER_MONTH:,.0f}/month"

    def _infeasible_notes(self) -> list[str]:
        unmet = [row for row in self.rows if not row.feasible]
        if not unmet:
            return []
        return [f"{_slas(unmet)} cannot be met: {unmet[0].reason}."]

    def _wide_notes(self) -> list[str]:
        wide = [row for row in self.rows if row.too_wide]
        named = [
            f"{shown(row.sla)} ({row.gpus_low:,}-{row.gpus_high:,} GPUs; "
            + (f"measure c={shown(row.measure_next)})" if row.measure_next else "bracket closed)")
            for row in wide[:_MOST_LISTED]
        ]
        return [f"Too wide to quote (high above twice low), tok/s/user: {_and_more(named, len(wide))}."] if wide else []

    def _interpolation_notes(self) -> list[str]:
        between = [row for row in self.rows if row.regime == INTERP]
        if not between:
            return []
        interpolated = f"Interpolated between measured points ({self.sizing.points.method.name}): {_slas(between)}."
        return [f"{interpolated} GPUs there are estimates; the GPUs to commit to rest on measured points alone."]

    def _flag_notes(self) -> list[str]:
        over = [row for row in self.rows if row.overloaded]
        notes = []
        if over:
            notes.append(
                f"Held to max-num-seqs, the estimate's pods do not carry the demand at {_slas(over)}: "
                "c* rounds down too far; take the GPUs to commit."
            )
        below_one = [row for row in self.rows if row.c_star and row.c_star < 1 - TOLERANCE]
        if below_one:
            notes.append(f"c* is below 1 at {_slas(below_one)}: one request in flight already sees less than the SLA.")
        return notes

    def _money_notes(self) -> list[str]:
        price = f"{self.sizing.gpu_hourly_usd:,.2f} $/GPU-hour"
        label = f"Price: {price} is assumed, not quoted" if self.sizing.price_assumed else f"Price: {price} as given"
        notes = [f"{label}; {HOURS_PER_MONTH} h/month is assumed. $/1M output tokens is at the demanded load."]
        if self.sizing.spare_replicas:
            notes.append(
                f"{self.sizing.spare_replicas} spare pods ({self.sizing.spare_replicas * self.sizing.gpus_per_pod:,} "
                "GPUs) are in the totals and in all dollars, not in pods, GPUs, range or load."
            )
        return notes


def _gpus_apart(row: SizingRow) -> int:
    return (row.gpus_high or 0) - (row.gpus_low or 0)


def _slas(rows: Iterable[SizingRow]) -> str:
    slas = [shown(row.sla) for row in rows]
    return f"{_and_more(slas[:_MOST_LISTED], len(slas))} tok/s/user"


def _and_more(texts: list[str], total: int) -> str:
    return ", ".join(texts) + (f" and {total - len(texts):,} more" if total > len(texts) else "")
