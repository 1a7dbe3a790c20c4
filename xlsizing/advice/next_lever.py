"""The one next step a result ends with: what to do, what it may unlock, what proves or refutes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from xlsizing.advice import next_words as words
from xlsizing.advice.rigor import missing_sweep_points
from xlsizing.core import Asked, Sizing, SizingRow, in_words, limits_of, pods_needed
from xlsizing.errors import shown
from xlsizing.rules import ETA_SUSPICIOUS, ETA_TOO_HIGH, HOURS_PER_MONTH, PLATEAU

if TYPE_CHECKING:
    from xlsizing.advice.levers import LeverDelta
    from xlsizing.context import Context

__all__ = ["NextLever", "Step", "context_step", "next_lever", "step_of", "step_row", "top_next_lever"]


class Step(IntEnum):
    """What a next step is about; the most telling is the highest."""

    REACH = 0
    STANDING = 1
    FIRST_POINT = 2
    PLATEAU = 3
    BRACKET = 4


@dataclass(frozen=True, slots=True)
class NextLever:
    """One next step.

    Parameters
    ----------
    step : str
        What to do and what it may unlock, in words
    gate : str
        What proves or refutes it
    unlock_gpus : int, optional
        GPUs that it may settle or save; None where that is not known before [GPUs]
    unlock_usd_per_month : float, optional
        The same in dollars [USD/month]
    concurrency : float, optional
        The concurrency to measure, where the step is a measurement [requests/replica]
    """

    step: str
    gate: str
    unlock_gpus: int | None = None
    unlock_usd_per_month: float | None = None
    concurrency: float | None = None

    def __str__(self) -> str:
        return f"{self.step}. Gate: {self.gate}."


def next_lever(
    sizing: Sizing, row: SizingRow, best: LeverDelta | None = None, reaching: str | None = None
) -> NextLever:
    """Return the next step for one row.

    Parameters
    ----------
    sizing : Sizing
        The sizing that `row` is from
    row : SizingRow
        The row
    best : LeverDelta, optional
        The best-ranked optimisation lever on this curve
    reaching : str, optional
        A lever that meets an SLA which the curve does not

    Returns
    -------
    NextLever
        What to do, its unlock and its gate

    Notes
    -----
    Between anchors: measure the concurrency that closes the bracket; unlock is the range. On the
    plateau: measure twice the last concurrency; unlock is bounded by twice its throughput. Above
    the curve: measure c=1, if the curve starts later. On a measured point, or where no whole
    concurrency is left inside the bracket: the first unknown context field, else the next missing
    point of the sweep, else the top lever. Limits on waiting stand beside the SLA in every step and gate.
    """
    kind, c = step_of(row), row.measure_next or 1.0
    if kind is Step.BRACKET:
        return _bracket(sizing, row, c)
    if kind is Step.PLATEAU:
        return _plateau(sizing, row, c)
    if kind is Step.STANDING:
        return _standing_step(sizing, row, best)
    return _first_point(row) if kind is Step.FIRST_POINT else _reaching_lever(row, reaching)


def step_of(row: SizingRow) -> Step:
    """Return what the next step of a `row` is about."""
    if not row.feasible:
        return Step.FIRST_POINT if row.measure_next else Step.REACH
    if row.measure_next and _gpus_apart(row):
        return Step.BRACKET
    return Step.PLATEAU if row.measure_next and row.regime == PLATEAU else Step.STANDING


def step_row(rows: Sequence[SizingRow]) -> SizingRow:
    """Return that of `rows`, by rising SLA, which the next step of a whole result is for.

    The row whose range a measurement narrows most; where no range is open, the plateau, a row above the curve, or the
    widest row, in this order.
    """
    return max(rows, key=lambda row: (step_of(row), _gpus_apart(row)))


def top_next_lever(
    sizing: Sizing,
    rows: Sequence[SizingRow],
    best: Mapping[Asked, LeverDelta] | None = None,
    reaching: Mapping[Asked, str] | None = None,
) -> NextLever:
    """Return the next step for a whole result.

    Parameters
    ----------
    sizing : Sizing
        The sizing
    rows : sequence of SizingRow
        Its rows by rising SLA
    best : mapping of Asked to LeverDelta, optional
        The best-ranked optimisation lever on this curve at each SLA and the limits beside it [tok/s/user, s]
    reaching : mapping of Asked to str, optional
        Where the curve does not meet them, a lever that does [tok/s/user, s]

    Returns
    -------
    NextLever
        That of the row which `step_row` names
    """
    row = step_row(rows)
    return next_lever(sizing, row, (best or {}).get(row.asked), (reaching or {}).get(row.asked))


def _gpus_apart(row: SizingRow) -> int:
    return (row.gpus_high or 0) - (row.gpus_low or 0)


def _bracket(sizing: Sizing, row: SizingRow, c: float) -> NextLever:
    gpus = _gpus_apart(row)
    usd = _usd(sizing, gpus)
    step = _step_sentence(
        words.BRACKET,
        row,
        c=shown(c),
        low=f"{row.gpus_low:,}",
        high=f"{row.gpus_high:,}",
        gpus=f"{gpus:,}",
        usd=f"{usd:,.0f}",
        spares=_spares_out(sizing),
    )
    return NextLever(step, _step_sentence(words.AT_C, row, c=shown(c)) + _if_held(sizing), gpus, usd, c)


def _plateau(sizing: Sizing, row: SizingRow, c: float) -> NextLever:
    """Say what twice the concurrency could save, as tok/s/user does not rise with it."""
    quotient = (row.pods or 0) * (row.load or 0) / sizing.util
    at_best = int(pods_needed(np.asarray(quotient / _most_gain(sizing)))) * sizing.gpus_per_pod
    gpus = (row.gpus or 0) - at_best
    usd = _usd(sizing, gpus)
    spares = _spares_out(sizing)
    saved = words.UNLOCK.format(gpus=f"{gpus:,}", all_gpus=f"{row.gpus:,}", usd=f"{usd:,.0f}", spares=spares)
    step = words.PLATEAU_STEP.format(c=shown(c), unlock=saved if gpus else words.NO_UNLOCK)
    more = _if_held(sizing) if sizing.demand.counts_users else words.CARRIES_MORE.format(c_star=shown(row.c_star))
    return NextLever(step, _step_sentence(words.AT_C, row, c=shown(c)) + more, gpus, usd, c)


def _spares_out(sizing: Sizing) -> str:
    if sizing.node_plan is not None:
        return words.NODES_OUT
    return words.SPARES_OUT if sizing.holds_spares else ""


def _if_held(sizing: Sizing) -> str:
    """Return what a gate asks beside the rate where users are the demand: that they do not queue."""
    if sizing.demand.counts_users and sizing.curve.measured_throughput:
        return words.HOLDS.format(share=shown(100 * ETA_SUSPICIOUS))
    return ""


def _most_gain(sizing: Sizing) -> float:
    """Return by how much twice the last concurrency may raise what a replica carries, at most."""
    curve = sizing.curve
    if sizing.demand.counts_users or curve.output_tok_s is None:
        return 2.0
    # Measured throughput may rise to 1.05 of c x tok/s/user, from wherever it was.
    ceiling = 2 * curve.concurrency[-1] * curve.tok_s_per_user[-1] * ETA_TOO_HIGH
    return float(max(ceiling / curve.best_tps[-1], 1.0))


def _first_point(row: SizingRow) -> NextLever:
    return NextLever(_step_sentence(words.FIRST_POINT, row), _step_sentence(words.AT_C, row, c=1), concurrency=1.0)


def _standing_step(sizing: Sizing, row: SizingRow, best: LeverDelta | None) -> NextLever:
    """Return what promotes a row whose range no measurement narrows further."""
    closed = _step_sentence(words.CLOSED, row) if _gpus_apart(row) else ""
    found = context_step(sizing.curve.context) or _sweep_step(sizing) or _top_lever(row, best)
    return replace(found, step=closed + found.step)


def context_step(context: Context | None) -> NextLever | None:
    """Return the step that a measurement context asks for: to record it, or its first missing field.

    Parameters
    ----------
    context : Context or None
        Of the curve

    Returns
    -------
    NextLever or None
        None where the context is complete
    """
    if context is None:
        step = "Record the measurement context (hardware, engine, workload, date): without it no figure leaves DRAFT"
        return NextLever(step, "every field is known, with its source")
    missing = context.missing_labels()
    return NextLever(f"Record the {missing[0]} of the measurement", "it is known, with its source") if missing else None


def _sweep_step(sizing: Sizing) -> NextLever | None:
    lacking = missing_sweep_points(sizing.curve)
    if not lacking:
        return None
    return NextLever(words.SWEEP_STEP.format(c=lacking[0]), words.SWEEP_GATE, concurrency=float(lacking[0]))


def _reaching_lever(row: SizingRow, lever: str | None) -> NextLever:
    gate = _step_sentence(words.FIND_REACHING_GATE, row)
    if lever is None:
        return NextLever(_step_sentence(words.FIND_REACHING, row), gate)
    return NextLever(f"Size with the lever {lever}: its curve reaches {_sla_in_words(row)}, this one does not", gate)


def _top_lever(row: SizingRow, best: LeverDelta | None) -> NextLever:
    if best is None or best.delta_gpus >= 0:
        return NextLever(words.FIND_SAVING, words.FIND_SAVING_GATE)
    step = (
        f"Apply the lever {best.lever.name}: {-best.delta_gpus:,} GPUs, ${-best.delta_usd_per_month:,.0f}/month "
        f"fewer by estimate at {_sla_in_words(row)} ({best.rigor})"
    )
    gate = f"the saving holds in a matched A/B at {_sla_in_words(row)}"
    return NextLever(step, gate, -best.delta_gpus, -best.delta_usd_per_month)


def _step_sentence(template: str, row: SizingRow, **others: object) -> str:
    """Return a sentence with the SLA of a `row`, and its limits on waiting beside it."""
    return template.format(asked=_sla_in_words(row), **others)


def _sla_in_words(row: SizingRow) -> str:
    """Return what a `row` asks of a replica, in words."""
    return in_words(limits_of(row), row.sla)


def _usd(sizing: Sizing, gpus: int) -> float:
    return gpus * sizing.gpu_hourly_usd * HOURS_PER_MONTH
