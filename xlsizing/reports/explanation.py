"""One row explained: the steps from SLA to GPUs with their numbers, what binds, why it is a DRAFT, what would change it.

Each step says in words how its number follows from those above it, so that a reader can work it out again.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np

from xlsizing.core import (
    NO_CLAIM,
    UNTOLD,
    WAITS,
    OperatingPoints,
    Sizing,
    SizingRow,
    carried_to_budget,
    figure_of,
    in_words,
    limits_of,
)
from xlsizing.errors import shown
from xlsizing.reports.asked import demand_words
from xlsizing.reports.report import Report
from xlsizing.reports.tables import CANNOT_BE_MET, STEP_COLUMNS, WORKLOAD_MISMATCH, Table, shown_grouped
from xlsizing.rules import HOURS_PER_MONTH, INTERP, KNEE_CAPPED, MEASURED, NARROW, PLATEAU

__all__ = ["Explained", "Step", "explained", "explanation_record", "steps_table"]


class Step(NamedTuple):
    """One number on the way.

    Parameters
    ----------
    step : str
        What it is
    value : float or None
        The number; None where there is none to give [unit of the step]
    unit : str
        Its unit
    how : str
        What it follows from
    """

    step: str
    value: float | None
    unit: str
    how: str


class Explained(NamedTuple):
    """One row of a report, with its steps.

    Parameters
    ----------
    row : SizingRow
        The row
    at : int
        Its position among the rows of the report, by rising SLA [-]
    steps : list of Step
        From the SLA to the figure to quote; up to the reason where the row cannot be met
    """

    row: SizingRow
    at: int
    steps: list[Step]


def explained(report: Report, slas: Collection[float] | None = None) -> list[Explained]:
    """Return the rows of a `report` at the `slas` [tok/s/user], all where that is None, each with its steps."""
    chosen = [(at, row) for at, row in enumerate(report.rows) if slas is None or row.sla in slas]
    return [Explained(row, at, _steps(report, row, at)) for at, row in chosen]


def explanation_record(report: Report, one: Explained) -> dict[str, Any]:
    """Return `one` row of a `report` explained, as plain data at full precision."""
    row, rigor = one.row, report.standings[one.at]
    return {
        "sla_toks_per_user": row.sla,
        **{wait.limit: getattr(row, wait.limit) for wait in WAITS},
        "feasible": row.feasible,
        "reason": row.reason,
        "regime": row.regime,
        "binding": row.binding,
        "steps": [step._asdict() for step in one.steps],
        "quote": report.quoted[one.at],
        "remark": row.remark_as(rigor.label),
        "rigor": rigor.label,
        "rigor_reasons": [reason._asdict() for reason in rigor.reasons],
        "next_lever": str(report.next_levers[one.at]),
    }


def steps_table(one: Explained) -> Table:
    """Return the steps of `one` row as a table."""
    asked = in_words(limits_of(one.row), one.row.sla)
    rows: list[tuple[str, ...]] = [(step.step, _shown(step.value), step.unit, step.how) for step in one.steps]
    title = f"From the SLA to GPUs: {asked}" if one.row.feasible else f"{asked}: {CANNOT_BE_MET}"
    return Table(title, STEP_COLUMNS, rows, splits=())


def _shown(value: float | None) -> str:
    """Return a number in at most six digits, whole ones in full."""
    if value is None:
        return UNTOLD
    return shown_grouped(value) if value == int(value) else f"{value:,.6g}"


def _steps(report: Report, row: SizingRow, at: int) -> list[Step]:
    point = _Point(report.sizing, report.points_at[at])
    asked = [Step("SLA", row.sla, "tok/s/user", "asked for")]
    asked += [Step(f"limit on {wait.label}", limit, "s", "asked for") for wait, limit in limits_of(row).items()]
    if not row.feasible:
        return [*asked, point.first()]
    needed = _Needed(report.sizing, row, point)
    figures = [needed.estimate(), needed.budget(), needed.commit()]
    return [*asked, *point.bracket(), *_operating(report, row, point), needed.demand(), *figures, *_quoted(report, at)]


class _Point:
    """The operating point of a row, number by number."""

    def __init__(self, sizing: Sizing, which: int) -> None:
        self.points: OperatingPoints = sizing.points
        self.curve = sizing.curve
        self.which = which
        self.anchor = int(self.of(self.points.anchor))
        self.next = int(self.of(self.points.next_anchor))

    def of(self, values: Any) -> float:
        """Return the element of the row in an array of the operating points."""
        return float(np.ravel(np.broadcast_to(values, self.points.shape))[self.which])

    def first(self) -> Step:
        return self._measured("first measured point", 0, "does not meet it")

    def bracket(self) -> list[Step]:
        met = self._measured("last measured point that meets it", self.anchor, "meets it")
        return [met] if self.next == self.anchor else [met, self._measured("next one", self.next, "does not")]

    def _measured(self, name: str, at: int, does: str) -> Step:
        c, rate = self.curve.concurrency[at], self.curve.tok_s_per_user[at]
        ttft = "" if self.curve.ttft_s is None else f", TTFT {shown(self.curve.ttft_s[at])} s"
        return Step(name, float(c), "requests/replica", f"{shown(rate)} tok/s/user{ttft}: {does}")


_AT: dict[str, str] = {
    PLATEAU: "the last measured point: more was not measured",
    MEASURED: "that measured point",
    KNEE_CAPPED: "the measured point that carries most: beyond it more concurrency carries less",
    INTERP: "between the two, interpolated by {method}",
}
"""Where c* lies, by regime."""


def _operating(report: Report, row: SizingRow, point: _Point) -> list[Step]:
    """Return c*, the speed there and what one replica carries."""
    users, c_star = report.sizing.demand.counts_users, row.c_star or 0.0
    words = _AT[row.regime].format(method=point.points.method.name)
    if users:
        words = f"{words}; of the requests that run at once, without a queue"
    binds = f"; binds: {row.binding}"
    rate = Step("tok/s/user at c*", row.tok_s_per_user or 0.0, "tok/s/user", _rate_words(row))
    steps = [Step("c*", c_star, "requests/replica", f"{words}{binds}"), rate]
    steps += [
        Step(f"{wait.label} at c*", found, "s", "measured there, or between the two")
        for wait in WAITS
        if (found := getattr(row, wait.name)) is not None
    ]
    return steps if users else [*steps, _carried(row, point)]


def _rate_words(row: SizingRow) -> str:
    return "the SLA itself" if row.tok_s_per_user == row.sla else "at c* on the curve"


def _carried(row: SizingRow, point: _Point) -> Step:
    tps, product = row.per_replica_tps or 0.0, (row.c_star or 0.0) * (row.tok_s_per_user or 0.0)
    how = f"{_shown(row.c_star or 0.0)} x {_shown(row.tok_s_per_user or 0.0)}"
    if point.curve.measured_throughput:
        how = f"{how} x {_shown(tps / product)}, the measured share of it, kept between what was measured around it"
        how = how if row.regime == INTERP else "measured"
    return Step("output of one replica", tps, "tok/s", how)


class _Needed:
    """The pods and GPUs that a row asks for."""

    def __init__(self, sizing: Sizing, row: SizingRow, point: _Point) -> None:
        self.sizing, self.row, self.point = sizing, row, point
        self.users = sizing.demand.counts_users
        self.asked = float(np.ravel(sizing.demand.value)[0]) if self.users else row.demand_tok_s
        self.unit = "users" if self.users else "tok/s"

    def demand(self) -> Step:
        given = demand_words(self.sizing.demand)
        return Step("demand", self.asked, self.unit, given)

    def estimate(self) -> Step:
        return self._gpus("GPUs, estimate", self.row.pods, self.point.of(self.point.points.carried), "")

    def budget(self) -> Step:
        carried = self.point.of(carried_to_budget(self.point.points, self.sizing.bound))
        return self._gpus("GPUs to budget", self.row.pods_budget, carried, self._budget_words(carried))

    def _budget_words(self, carried: float) -> str:
        points, q = self.point.points, self.sizing.bound.share
        if self.row.gpus_low == self.row.gpus_high:
            return "the same, as nothing is interpolated: "
        if self.row.budget_claim:
            return f"{NO_CLAIM} ({self.row.budget_claim}), so that it is what to commit to: "
        estimate, proven = (self.point.of(each) for each in (points.carried, points.carried_proven))
        if carried == proven:
            return f"what to commit to, as a replica carries at most {NARROW:g} of it here: "
        share = (
            f"at {100 * self.sizing.bound.confidence:.0f} %, {_shown(estimate)}^{1 - q:.4g} x {_shown(proven)}^{q:.4g}"
        )
        return f"{share} = {_shown(carried)}: "

    def commit(self) -> Step:
        row = self.row
        words = f"at the measured c={shown(row.c_commit)}, {shown(row.tok_s_per_user_commit)} tok/s/user: "
        carried = self.point.of(self.point.points.carried_proven)
        return self._gpus("GPUs to commit", row.pods_high, carried, words)

    def _gpus(self, name: str, pods: int | None, carried: float, words: str) -> Step:
        each, util = self.sizing.gpus_per_pod, self.sizing.util
        quotient = self.asked / (carried * util)
        how = f"{_shown(self.asked)} / ({_shown(carried)} x {shown(util)}) = {_shown(quotient)}, rounded up to {pods:,} pods, x {each}"
        return Step(name, float((pods or 0) * each), "GPUs", f"{words}{how}")


def _quoted(report: Report, at: int) -> list[Step]:
    """Return the figure to quote with its spares, and its dollars; where none may be quoted, why."""
    sizing, row = report.sizing, report.rows[at]
    quoted = report.quoted[at]
    if quoted is None:
        why = WORKLOAD_MISMATCH if report.mismatched else row.remark_as(report.rigors[at])
        beside = "; any of these figures with spares" if sizing.holds_spares else ""
        return [Step("GPUs to quote: none", None, "GPUs", f"{why}{beside}")]
    measures = ("total_gpus", "gpus", "usd_per_month", "spare_pods", "gpus_idle")
    total, gpus, usd, stand_by, idle = (float(figure_of(row, each, quoted) or 0) for each in measures)
    spares = f" + {_shown(stand_by)} spare pods x {sizing.gpus_per_pod}" if stand_by else ", no spares"
    in_nodes = f" + {_shown(idle)} GPUs idle in nodes" if idle else ""
    price = f"{_shown(total)} x {sizing.gpu_hourly_usd:,.2f} $/GPU-hour{', assumed,' if sizing.price_assumed else ''}"
    return [
        Step(f"GPUs to quote: {quoted}", total, "GPUs", f"{_shown(gpus)}{spares}{in_nodes}"),
        Step("cost", usd, "$/month", f"{price} x {HOURS_PER_MONTH} h"),
    ]
