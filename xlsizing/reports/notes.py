"""What a reader must know beside the figures, a sentence each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from xlsizing.core import Asked, Sizing, SizingRow, claim_words, in_words, limits_of
from xlsizing.errors import shown
from xlsizing.reports.waiting import wait_notes
from xlsizing.rules import ETA_SUSPICIOUS, HEADROOM, HOURS_PER_MONTH, INTERP, TOLERANCE

if TYPE_CHECKING:
    from xlsizing.advice import LeverDelta
    from xlsizing.context import Context

__all__ = ["MOST_LISTED", "lever_notes", "notes", "slas_listed"]

MOST_LISTED = 8
"""SLAs named in one sentence before the rest is counted [-]."""

Rows = Sequence[SizingRow]


def notes(sizing: Sizing, rows: Rows, points_at: Sequence[int], quoted: Sequence[str | None]) -> list[str]:
    """Return the notes on a sizing.

    Parameters
    ----------
    sizing : Sizing
        The sizing
    rows : sequence of SizingRow
        Its rows by rising SLA
    points_at : sequence of int
        The position of the operating point of each [-]
    quoted : sequence of str or None
        Which figure each may be quoted with

    Returns
    -------
    list of str
        A sentence each, the most pressing first
    """
    return [
        *_infeasible_notes(sizing, rows, points_at),
        *_unquoted_notes(rows, quoted),
        *_claim_notes(sizing, rows),
        *_interpolation_notes(rows, sizing.points.method.name),
        *_flag_notes(rows),
        *_queue_notes(sizing),
        *wait_notes(sizing),
        *sizing.curve.notes,
        *_money_notes(sizing),
    ]


def _infeasible_notes(sizing: Sizing, rows: Rows, points_at: Sequence[int]) -> list[str]:
    unmet = {at: row for row, at in zip(rows, points_at, strict=True) if not row.feasible}
    if not unmet:
        return []
    if not sizing.points.limits.asked:  # the SLA alone fails, and for one reason
        return [f"{slas_listed(unmet.values())} cannot be met: {next(iter(unmet.values())).reason}."]
    told = dict.fromkeys(f"{sizing.points.unmet(at)}." for at in list(unmet)[:MOST_LISTED])
    more = len(unmet) - MOST_LISTED
    return [*told, *([f"{more:,} more rows cannot be met."] if more > 0 else [])]


def _unquoted_notes(rows: Rows, quoted: Sequence[str | None]) -> list[str]:
    wide = [row for row, figure in zip(rows, quoted, strict=True) if row.too_wide and figure is None]
    named = [
        f"{_sla_in_words(row)} ({row.gpus_low:,}-{row.gpus_high:,} GPUs; "
        + (f"c={shown(row.measure_next)})" if row.measure_next else "bracket closed)")
        for row in wide[:MOST_LISTED]
    ]
    if not wide:
        return []
    return [
        f"Measure first, nothing to quote (no budget claimed, high above twice low), tok/s/user: {_and_more(named, len(wide))}."
    ]


def _claim_notes(sizing: Sizing, rows: Rows) -> list[str]:
    claimed = any(row.feasible and not row.budget_claim and row.gpus_low != row.gpus_high for row in rows)
    return [f"Budget: {claim_words(sizing.points, sizing.bound)}"] if claimed else []


def _interpolation_notes(rows: Rows, method: str) -> list[str]:
    between = [row for row in rows if row.regime == INTERP]
    if not between:
        return []
    interpolated = f"Interpolated between measured points ({method}): {slas_listed(between)}."
    return [f"{interpolated} Estimate and budget rest on it there; the commitment rests on measured points alone."]


def _flag_notes(rows: Rows) -> list[str]:
    estimate = [row for row in rows if row.overloaded and not row.overloaded_budget]
    both = [row for row in rows if row.overloaded_budget]
    notes = [
        f"Held to max-num-seqs, the {whose} do not carry the demand at {slas_listed(over)}: "
        f"c* rounds down too far; {way_out}."
        for whose, over, way_out in (
            ("estimate's pods", estimate, "those to budget do"),
            ("pods of estimate and budget", both, "take the GPUs to commit"),
        )
        if over
    ]
    below_one = [row for row in rows if row.c_star and row.c_star < 1 - TOLERANCE]
    if below_one:
        notes.append(
            f"c* is below 1 at {slas_listed(below_one)}: one request in flight already sees less than the SLA."
        )
    return notes


def _queue_notes(sizing: Sizing) -> list[str]:
    curve = sizing.curve
    if not sizing.demand.counts_users or not np.any(curve.held < curve.concurrency * (1 - TOLERANCE)):
        return []
    most = f"at most output tok/s / ({ETA_SUSPICIOUS:g} x tok/s/user) of them at a measured point"
    return [
        f"A pod carries the users whose requests run at once, {most}: beyond that they queue. c* and max-num-seqs are of these."
    ]


def _money_notes(sizing: Sizing) -> list[str]:
    quoted = sizing.price.quoted
    given = f"as given ({quoted})" if quoted else "as given, without date or source"
    standing = "is assumed, not quoted" if sizing.price_assumed else given
    price = f"Price: {sizing.gpu_hourly_usd:,.2f} $/GPU-hour {standing}"
    peak = sizing.demand.peak_to_mean
    load = (
        "the demanded load" if peak == 1 else f"the peak, {shown(peak)} times the mean, unless a column says otherwise"
    )
    return [
        f"{price}; {HOURS_PER_MONTH} h/month is assumed. $/1M output tokens is at {load}.",
        *_mean_notes(sizing),
        *_spare_notes(sizing),
    ]


def _mean_notes(sizing: Sizing) -> list[str]:
    if sizing.demand.unit != "people" or sizing.demand.peak_to_mean != 1:
        return []
    return [
        "The fleet is sized at the mean of the people's requests: without peak_to_mean it does not carry a busier hour."
    ]


def _spare_notes(sizing: Sizing) -> list[str]:
    if not sizing.holds_spares:
        return []
    where = "in the GPUs of the tables and in all dollars, not in pods or load"
    if sizing.node_plan is not None and sizing.node_plan.holds_spares:
        return [f"Spare pods for failed nodes are {where}. {HEADROOM}"]
    pods, gpus = sizing.spare_replicas, sizing.spare_replicas * sizing.gpus_per_pod
    counted = f"{pods:,} spare {'pod' if pods == 1 else 'pods'} ({gpus:,} {'GPU' if gpus == 1 else 'GPUs'})"
    return [f"{counted} {'is' if pods == 1 else 'are'} {where}. {HEADROOM}"]


def lever_notes(deltas: Sequence[LeverDelta], context: Context | None) -> list[str]:
    """Return why levers are a DRAFT, where estimate and commitment part, and what else they rest on.

    Parameters
    ----------
    deltas : sequence of LeverDelta
        Levers at SLAs
    context : Context or None
        That of the curve they stand beside

    Returns
    -------
    list of str
        A sentence for each set of reasons, with the levers and SLAs that it holds for; one for each
        lever and SLA whose GPUs to commit do not move as its estimate does; one for each lever
        whose baseline has another context
    """
    return [*_draft_notes(deltas), *_commit_notes(deltas), *_context_notes(deltas, context)]


def _commit_notes(deltas: Sequence[LeverDelta]) -> list[str]:
    return [
        f"Lever {delta.lever.name} at {in_words(dict(delta.limits), delta.sla)}: the estimate {_estimate_change(delta.delta_gpus)}, "
        f"the GPUs to commit {_commit_change(delta.delta_gpus_high)}."
        for delta in deltas
        if np.sign(delta.delta_gpus) != np.sign(delta.delta_gpus_high)
    ]


def _estimate_change(delta: int) -> str:
    gpus = f"{abs(delta):,} {'GPU' if abs(delta) == 1 else 'GPUs'}"
    return f"{'saves' if delta < 0 else 'adds'} {gpus}" if delta else "stays as it is"


def _commit_change(delta: int) -> str:
    return f"{'fall' if delta < 0 else 'rise'} by {abs(delta):,}" if delta else "stay as they are"


def _context_notes(deltas: Iterable[LeverDelta], context: Context | None) -> list[str]:
    own = context.label() if context else None
    labels = {delta.lever.name: found.label() if (found := delta.lever.baseline.context) else None for delta in deltas}
    return [
        f"Lever {name} was measured against: {label or 'no measurement context given'}."
        for name, label in labels.items()
        if label != own
    ]


def _draft_notes(deltas: Iterable[LeverDelta]) -> list[str]:
    why: dict[tuple[str, ...], dict[str, list[Asked]]] = {}
    for delta in deltas:
        if delta.reasons:
            why.setdefault(delta.reasons, {}).setdefault(delta.lever.name, []).append(delta.asked)
    return [
        f"{'; '.join(f'{name} at {_slas_in_words(asked)}' for name, asked in levers.items())}: DRAFT, {'; '.join(reasons)}."
        for reasons, levers in why.items()
    ]


def slas_listed(rows: Iterable[SizingRow]) -> str:
    """Return the SLAs of `rows` as one phrase, with their limits on waiting where any has one."""
    return _slas_in_words([row.asked for row in rows])


def _sla_in_words(row: SizingRow) -> str:
    """Return the SLA of a `row` behind which its unit is known, with its limits on waiting."""
    limits = limits_of(row)
    return f"{shown(row.sla)} with {in_words(limits)}" if limits else shown(row.sla)


def _slas_in_words(asked: Sequence[Asked]) -> str:
    named = asked[:MOST_LISTED]
    if any(limits for _, limits in named):
        return _and_more([in_words(dict(limits), sla) for sla, limits in named], len(asked))
    return f"{_and_more([shown(sla) for sla, _ in named], len(asked))} tok/s/user"


def _and_more(texts: list[str], total: int) -> str:
    return ", ".join(texts) + (f" and {total - len(texts):,} more" if total > len(texts) else "")
