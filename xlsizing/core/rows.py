"""One row of a sizing as plain values, the same in every report."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from xlsizing.core.figures import documented, figure, figures_of, function_columns, is_overload
from xlsizing.core.limits import WAITS, Asked, limits_of
from xlsizing.errors import shown
from xlsizing.rules import DEFAULT_CONFIDENCE, DRAFT, VERDICT

if TYPE_CHECKING:
    import pandas as pd

    from xlsizing.core.result import Sizing

__all__ = [
    "BUDGET",
    "COMMIT",
    "ENDINGS",
    "ESTIMATE",
    "FIGURES",
    "FUNCTION_TABLE",
    "MEASURE_FIRST",
    "NO_CLAIM",
    "WIDE_RANGE",
    "SizingRow",
    "figure_named",
    "figure_of",
    "figures",
    "sizing_frame",
    "sizing_rows",
]

ESTIMATE: Final = "estimate"
BUDGET: Final = "budget"
COMMIT: Final = "commit"
"""The figures of a row. It may be quoted, as a DRAFT, with its budget; as a VERDICT with its commitment."""

MEASURE_FIRST: Final = "measure first"
"""What a row says that nobody may quote: its range is wide, and no budget is claimed."""

WIDE_RANGE: Final = "wide range"
"""What a row says of a range with high above twice low where a figure can be quoted."""

NO_CLAIM: Final = "no budget claimed"
"""What a row says whose budget is the commitment, with the reason."""


@dataclass(frozen=True, slots=True)
class SizingRow:
    """One SLA and demand; where the SLA cannot be met every result is None."""

    # fmt: off
    sla: float = figure("Interactivity each user must see", "tok/s/user",
        oldest=1, form="given", known_if_infeasible=True, key="sla_toks_per_user", function=(1, "SLA tok/s/user"))
    demand_tok_s: float = figure("Output throughput asked for", "tok/s", form="one", known_if_infeasible=True)
    regime: str = figure("The case the row fell into", "",
        words="regime", oldest=7, known_if_infeasible=True, section="where", heading="regime", place=1, function=(10, "regime"))
    feasible: bool = figure("Whether a measured point meets the SLA, and the limits beside it", "",
        known_if_infeasible=True)
    reason: str | None = figure("Why it cannot be met", "", known_if_infeasible=True)
    c_star: float | None = figure("Operating concurrency of one replica", "requests/replica",
        oldest=2, form="two", words="c*", key="concurrency", section="where", heading="estimate: c* per pod", place=2,
        function=(6, "c*, estimate"),
        column=("AA", "c*, requests per pod", "Out_Cstar", 8))
    tok_s_per_user: float | None = figure("Interactivity at c*", "tok/s/user",
        form="rate", words="tok/s/user there", section="where", heading="estimate: tok/s/user there", place=4,
        column=("AC", "tok/s/user there", "Out_Rate", 8))
    per_replica_tps: float | None = figure("Output throughput of one replica at c*", "tok/s",
        oldest=3, form="one", words="tok/s per pod", section="where", heading="estimate: tok/s per pod", place=3,
        function=(7, "tok/s per pod, estimate"),
        column=("AD", "tok/s per pod", "Out_PodTps", 8))
    pods: int | None = figure("Pods of the estimate", "pods",
        oldest=4, form="int", words="pods", key="replicas", function=(5, "pods estimate"),
        column=("Y", "pods", "Out_Pods", 6.5))
    pods_low: int | None = figure("Pods at the low end of the range", "pods", form="int", words="pods, low end")
    pods_budget: int | None = figure("Pods to budget", "pods",
        form="int", words="pods to budget", key="replicas_budget",
        column=("AF", "pods", "Out_Pods_Budget", 6.5))
    pods_high: int | None = figure("Pods to commit to", "pods",
        form="int", words="pods to commit", section="GPUs", heading="pods to commit", place=5,
        column=("AH", "pods", "Out_Pods_Commit", 6.5))
    total_pods: int | None = figure("Pods of the estimate, with spares", "pods", form="int")
    gpus: int | None = figure("GPUs of the estimate", "GPUs", oldest=5, form="int", words="GPUs", function=(3, "GPUs estimate"),
        column=("Z", "GPUs", "Out_GPUs", 6.5))
    gpus_low: int | None = figure("GPUs at the low end of the range", "GPUs",
        form="int", words="GPUs, low end", function=(4, "GPUs low"),
        column=("AO", "GPUs, low end", "Out_GPUs_Low", 6))
    gpus_budget: int | None = figure("GPUs to budget: plan with them", "GPUs",
        form="int", words="GPUs to budget", function=(12, f"GPUs to budget, {100 * DEFAULT_CONFIDENCE:.0f} %"),
        column=("AG", "GPUs", "Out_GPUs_Budget", 6.5))
    gpus_high: int | None = figure("GPUs to commit to: sign them", "GPUs",
        form="int", words="GPUs to commit", function=(2, "GPUs to commit"),
        column=("AI", "GPUs", "Out_GPUs_Commit", 12))
    total_gpus: int | None = figure("GPUs of the estimate, with spares, in whole nodes where they are bought so", "GPUs",
        form="int", words="GPUs with spares", section="GPUs", heading="GPUs estimate{spares}", place=3,
        column=("G", "estimate", "Out_Total_GPUs", 8.5))
    total_gpus_low: int | None = figure("GPUs at the low end of the range, likewise", "GPUs",
        form="int", words="GPUs with spares, low end", section="GPUs", heading="lowest GPUs{spares}", place=4,
        column=("AY", "GPUs, low end", "Out_Total_GPUs_Low", 9))
    total_gpus_budget: int | None = figure("GPUs to budget, likewise", "GPUs",
        form="int", words="GPUs to budget with spares", section="GPUs", heading="GPUs to budget, {percent}{spares}",
        place=2,
        column=("F", "to budget", "Out_Total_GPUs_Budget", 9.5))
    total_gpus_high: int | None = figure("GPUs to commit to, likewise", "GPUs",
        form="int", words="GPUs to commit with spares", section="GPUs", heading="GPUs to commit{spares}", place=1,
        column=("E", "to commit", "Out_Total_GPUs_Commit", 12.5))
    spare_pods: int | None = figure("Spare pods beside those of the estimate", "pods", form="int", words="spare pods")
    spare_pods_budget: int | None = figure("Spare pods beside those to budget", "pods", form="int", words="spare pods to budget")
    spare_pods_high: int | None = figure("Spare pods beside those to commit to", "pods", form="int", words="spare pods to commit")
    gpus_idle: int | None = figure("GPUs of the estimate's nodes that no pod uses", "GPUs", form="int", words="GPUs idle in nodes")
    gpus_idle_budget: int | None = figure("The same of the nodes to budget", "GPUs", form="int", words="GPUs idle in nodes to budget")
    gpus_idle_high: int | None = figure("The same of the nodes to commit to", "GPUs", form="int", words="GPUs idle in nodes to commit")
    nodes: int | None = figure("Nodes of the estimate, spares included; None where GPUs are had one by one", "nodes",
        form="int", words="nodes", may_be_nan=True)
    nodes_budget: int | None = figure("Nodes to budget, likewise", "nodes", form="int", words="nodes to budget", may_be_nan=True)
    nodes_high: int | None = figure("Nodes to commit to, likewise", "nodes", form="int", words="nodes to commit", may_be_nan=True)
    usd_per_month: float | None = figure("Cost of the estimate, spares included", "USD/month",
        oldest=6, form="usd", words="$/month", section="dollars", heading="$/month estimate", place=3,
        function=(9, "$/month estimate"),
        column=("AU", "$/month, estimate", "Out_USD_Month", 14))
    usd_per_month_budget: float | None = figure("Cost of the GPUs to budget, spares included", "USD/month",
        form="usd", words="$/month to budget", section="dollars", heading="$/month to budget, {percent}", place=2,
        function=(15, "$/month to budget"),
        column=("AT", "$/month to budget", "Out_USD_Month_Budget", 14))
    usd_per_month_high: float | None = figure("Cost of the GPUs to commit to, spares included", "USD/month",
        form="usd", words="$/month to commit", section="dollars", heading="$/month to commit", place=1,
        function=(8, "$/month to commit"),
        column=("AS", "$/month to commit", "Out_USD_Month_Commit", 14))
    usd_per_million: float | None = figure("Cost of the estimate per million output tokens at the demanded load", "USD/1M tok",
        form="usd2", words="$/1M tok", section="dollars", heading="$/1M tok estimate", place=6,
        column=("AX", "$/1M tok, estimate", "Out_USD_per_1M", 10))
    usd_per_million_budget: float | None = figure("The same of the GPUs to budget", "USD/1M tok",
        form="usd2", words="$/1M tok to budget", section="dollars", heading="$/1M tok to budget, {percent}", place=5,
        column=("AW", "$/1M tok to budget", "Out_USD_per_1M_Budget", 10))
    usd_per_million_high: float | None = figure("The same of the GPUs to commit to", "USD/1M tok",
        form="usd2", words="$/1M tok to commit", section="dollars", heading="$/1M tok to commit", place=4,
        column=("AV", "$/1M tok to commit", "Out_USD_per_1M_Commit", 10))
    usd_per_million_mean: float | None = figure("Cost of the estimate per million output tokens at the mean load, which is sold", "USD/1M tok",
        form="usd2", words="$/1M tok at the mean")
    usd_per_million_mean_budget: float | None = figure("The same of the GPUs to budget", "USD/1M tok",
        form="usd2", words="$/1M tok at the mean, to budget")
    usd_per_million_mean_high: float | None = figure("The same of the GPUs to commit to", "USD/1M tok",
        form="usd2", words="$/1M tok at the mean, to commit")
    usd_per_million_full: float | None = figure("Cost of the estimate per million output tokens if its pods ran full", "USD/1M tok",
        form="usd2", words="$/1M tok at full load")
    usd_per_million_full_budget: float | None = figure("The same of the GPUs to budget", "USD/1M tok",
        form="usd2", words="$/1M tok at full load, to budget")
    usd_per_million_full_high: float | None = figure("The same of the GPUs to commit to", "USD/1M tok",
        form="usd2", words="$/1M tok at full load, to commit")
    budget_confidence: float | None = figure("Share of public curves on which the need was at or below the budget", "-",
        form="pct")
    budget_claim: str | None = figure("Why that is not claimed of this row, whose budget is then the commitment; None where it is claimed", "")
    load: float | None = figure("Load of the estimate after rounding up", "-",
        form="pct", words="load", section="loads", heading="estimate: load", place=1,
        column=("AE", "load", "Out_Load", 6))
    load_one_fewer: float | None = figure("The same with one pod fewer; None for one pod", "-",
        form="pct", words="load with one pod fewer", may_be_nan=True, section="loads",
        heading="estimate: load, one pod fewer", place=2)
    max_num_seqs: int | None = figure("The serving flag of the pods of estimate and budget", "requests/replica",
        form="int", words="max-num-seqs", section="loads", heading="estimate, budget: max-num-seqs", place=3,
        column=("AB", "max-num-seqs", "Out_Max_Num_Seqs", 8))
    load_at_max_num_seqs: float | None = figure("The load of the estimate with that flag; above 1 it does not carry the demand", "-",
        form="held", words="load at max-num-seqs", section="loads", heading="estimate: load at max-num-seqs", place=4)
    load_at_max_num_seqs_budget: float | None = figure("The same of the pods to budget", "-",
        form="held", words="load of the pods to budget at max-num-seqs", section="loads",
        heading="budget: load at max-num-seqs", place=5)
    c_commit: float | None = figure("Concurrency measured where the pods to commit to run", "requests/replica",
        form="two", words="c of the pods to commit", section="commit", heading="commit: c per pod", place=1,
        function=(13, "c, commit"),
        column=("AJ", "c, requests per pod", "Out_C_Commit", 8))
    tok_s_per_user_commit: float | None = figure("Interactivity measured there", "tok/s/user",
        form="rate", words="tok/s/user of the pods to commit", section="commit", heading="commit: tok/s/user there",
        place=3,
        column=("AL", "tok/s/user there", "Out_Rate_Commit", 8))
    per_replica_tps_commit: float | None = figure("Output throughput of one replica there", "tok/s",
        form="one", section="commit", heading="commit: tok/s per pod", place=2)
    load_commit: float | None = figure("Load of the pods to commit to", "-",
        form="pct", words="load of the pods to commit", section="commit", heading="commit: load", place=4,
        column=("AN", "load", "Out_Load_Commit", 6))
    load_budget: float | None = figure("Load of the pods to budget at c*", "-", form="pct", words="load of the pods to budget")
    load_mean: float | None = figure("Load of the estimate in the mean, where the demand is that of the peak", "-",
        form="pct", words="load in the mean")
    load_mean_budget: float | None = figure("Load of the pods to budget in the mean", "-",
        form="pct", words="load of the pods to budget in the mean")
    load_mean_commit: float | None = figure("Load of the pods to commit to in the mean", "-",
        form="pct", words="load of the pods to commit in the mean")
    max_num_seqs_commit: int | None = figure("Their serving flag", "requests/replica",
        form="int", words="max-num-seqs of the pods to commit", section="commit", heading="commit: max-num-seqs",
        place=5, function=(14, "max-num-seqs, commit"),
        column=("AK", "max-num-seqs", "Out_Max_Num_Seqs_Commit", 8))
    too_wide: bool | None = figure("Whether the range is too wide to quote", "", words="range too wide")
    measure_next: float | None = figure("The concurrency whose measurement tells most, None where none would", "requests/replica",
        form="given", words="concurrency to measure next", known_if_infeasible=True, may_be_nan=True)
    binding: str | None = figure("What keeps a replica from more, one of `limits.BINDINGS`", "",
        words="what binds", function=(16, "binds"),
        column=("O", "what binds", "Out_Binding", 10))
    ttft_limit_s: float | None = figure("Longest time to the first token asked for; None for no limit", "s",
        form="given", known_if_infeasible=True, may_be_nan=True)
    ttfo_limit_s: float | None = figure("The same to the first token of the answer", "s",
        form="given", known_if_infeasible=True, may_be_nan=True)
    e2e_limit_s: float | None = figure("The same to the whole answer", "s",
        form="given", known_if_infeasible=True, may_be_nan=True)
    ttft_s: float | None = figure("Time to the first token at c*; None where the curve does not tell it", "s",
        form="wait", words="TTFT at c*", may_be_nan=True, function=(17, "TTFT there, estimate [s]"),
        column=("Q", "TTFT s, estimate", "Out_TTFT", 8))
    ttfo_s: float | None = figure("Time to the first token of the answer, likewise", "s", form="wait", may_be_nan=True)
    e2e_s: float | None = figure("Time to the whole answer, likewise", "s", form="wait", may_be_nan=True)
    ttft_s_commit: float | None = figure("Time to the first token where the pods to commit to run, likewise", "s",
        form="wait", words="TTFT of the pods to commit", may_be_nan=True, function=(18, "TTFT there, commit [s]"),
        column=("P", "TTFT s, to commit", "Out_TTFT_Commit", 7.5))
    ttfo_s_commit: float | None = figure("Time to the first token of the answer there", "s",
        form="wait", may_be_nan=True)
    e2e_s_commit: float | None = figure("Time to the whole answer there", "s", form="wait", may_be_nan=True)
    # fmt: on

    @property
    def asked(self) -> Asked:
        """What tells this row from others of one sizing and demand [tok/s/user, s]."""
        return self.sla, tuple(limits_of(self).items())

    @property
    def remark(self) -> str:
        """What a DRAFT row says beside its figures."""
        return self.remark_as(DRAFT)

    def remark_as(self, standing: str) -> str:
        """Return how the range could be narrowed, and why no budget is claimed, on a row of that `standing`."""
        unclaimed = f"{NO_CLAIM}: {self.budget_claim}" if self.budget_claim and self.gpus_low != self.gpus_high else ""
        return "; ".join(filter(None, (self._range_words(standing), unclaimed)))

    def _range_words(self, standing: str) -> str:
        if not self.too_wide:
            return ""
        at = f"c={shown(self.measure_next)}" if self.measure_next else "bracket closed"
        if self.quoted(standing) is None:
            return f"{MEASURE_FIRST}: {at}"
        return f"{WIDE_RANGE}: {'measure ' if self.measure_next else ''}{at}"

    def quoted(self, standing: str) -> str | None:
        """Return which figure a row of that `standing` may be quoted with: COMMIT, BUDGET, or None where none may."""
        if not self.feasible or (standing != VERDICT and self.too_wide and self.budget_claim):
            return None
        return COMMIT if standing == VERDICT else BUDGET

    @property
    def overloaded(self) -> bool:
        """Whether the estimate's pods, held to `max_num_seqs`, do not carry the demand."""
        return is_overload(self.load_at_max_num_seqs)

    @property
    def overloaded_budget(self) -> bool:
        """Whether the pods to budget, held to it, do not."""
        return is_overload(self.load_at_max_num_seqs_budget)

    def overloaded_as(self, standing: str) -> bool:
        """Return whether the figure that a row of that `standing` may be quoted with does not; the estimate's where none may."""
        quoted = self.quoted(standing)
        return self.overloaded if quoted is None else quoted == BUDGET and self.overloaded_budget


FIGURES: Final = figures_of(SizingRow)
"""Every result by the name of its field, in the order of the fields."""

SizingRow.__doc__ = f"{SizingRow.__doc__}\n\n{documented(SizingRow)}"

FUNCTION_TABLE: Final = function_columns(FIGURES, (11, "remark", "remark"))
"""The columns of the Excel function SIZING_TABLE, by heading; new ones come last, as formulas count them."""

_WAIT_COLUMNS: Final[dict[str, Callable[[Sizing], Any]]] = {
    name: partial(value, wait)
    for wait in WAITS
    for name, value in (
        (wait.limit, lambda wait, sizing: sizing.limit(wait)),
        (wait.name, lambda wait, sizing: sizing.wait(wait)),
        (wait.commit, lambda wait, sizing: sizing.wait_commit(wait)),
    )
}
"""The columns on waits, each by what it is of a sizing."""


ENDINGS: Final = {COMMIT: "_high", BUDGET: "_budget", ESTIMATE: ""}
"""The three figures of a row, and how the fields of their measures end: total_gpus_high, usd_per_month_budget."""


def figure_named(measure: str, figure: str) -> str:
    """Return the field that holds a `measure` of a `figure`, one of ENDINGS."""
    return f"{measure}{ENDINGS[figure]}"


def figure_of(row: SizingRow | Sizing, measure: str, figure: str) -> Any:
    """Return a `measure` of a `figure` of a `row`, or of all rows of a sizing [unit of the field]."""
    return getattr(row, figure_named(measure, figure))


def figures(sizing: Sizing, name: str) -> Any:
    """Return what `sizing` holds under the `name` of a field of a row; of a shape that broadcasts to its own [unit of the field]."""
    return _WAIT_COLUMNS[name](sizing) if name in _WAIT_COLUMNS else getattr(sizing, name)


def sizing_rows(sizing: Sizing) -> list[SizingRow]:
    """Return the rows of `sizing` as plain Python values."""
    columns = [_result_column(sizing, name) for name in FIGURES]
    return [SizingRow(*values) for values in zip(*columns, strict=True)]


def sizing_frame(sizing: Sizing) -> pd.DataFrame:
    """Return the rows of `sizing` as a DataFrame; missing values where a row cannot be met."""
    import pandas as pd  # noqa: PLC0415  # the one place where the core meets pandas, and only when asked

    frame = pd.DataFrame({name: _result_column(sizing, name) for name in FIGURES})
    kinds = {field.name: _FRAME_TYPES.get(str(field.type)) for field in fields(SizingRow)}
    return frame.astype({name: kind for name, kind in kinds.items() if kind})


_FRAME_TYPES: Final = {"int | None": "Int64", "float | None": "Float64", "bool | None": "boolean"}
"""What pandas calls the types of figures that a row may lack."""


def _result_column(sizing: Sizing, name: str) -> list[Any]:
    if name == "reason":
        return _unmet_reasons(sizing)
    values = np.broadcast_to(figures(sizing, name), sizing.shape).ravel().tolist()
    if name == "budget_claim":
        values = [value or None for value in values]
    if FIGURES[name].may_be_nan:
        values = [value if math.isfinite(value) else None for value in values]
    if FIGURES[name].known_if_infeasible:
        return values
    met = np.broadcast_to(sizing.feasible, sizing.shape).ravel().tolist()
    return [value if ok else None for value, ok in zip(values, met, strict=True)]


def _unmet_reasons(sizing: Sizing) -> list[str | None]:
    points = sizing.points
    met = np.broadcast_to(sizing.feasible, sizing.shape).ravel().tolist()
    return [None if ok else points.unmet(row).reason() for row, ok in zip(sizing.point_of_row, met, strict=True)]
