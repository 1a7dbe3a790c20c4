"""One row of a sizing as plain values, the same in every report."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from xlsizing.core.limits import WAITS, Asked, limits_of
from xlsizing.errors import shown
from xlsizing.rules import DEFAULT_CONFIDENCE, DRAFT, TOLERANCE, VERDICT

if TYPE_CHECKING:
    import pandas as pd

    from xlsizing.core.result import Sizing

__all__ = [
    "BUDGET",
    "COMMIT",
    "FUNCTION_TABLE",
    "KNOWN_IF_INFEASIBLE",
    "MAY_BE_NAN",
    "MEASURE_FIRST",
    "NO_CLAIM",
    "UNTOLD",
    "WAIT_FIELDS",
    "WIDE_RANGE",
    "SizingRow",
    "figures",
    "sizing_frame",
    "sizing_rows",
]

BUDGET: Final = "budget"
COMMIT: Final = "commit"
"""Which figure a row may be quoted with: a DRAFT with its budget, a VERDICT with its commitment [-]."""

MEASURE_FIRST: Final = "measure first"
"""What a row says that nobody may quote: its range is wide, and no budget is claimed [-]."""

WIDE_RANGE: Final = "wide range"
"""What a row says of a range with high above twice low where a figure can be quoted [-]."""

NO_CLAIM: Final = "no budget claimed"
"""What a row says whose budget is the commitment, with the reason [-]."""


FUNCTION_TABLE: Final = {
    "SLA tok/s/user": "sla",
    "GPUs to commit": "gpus_high",
    "GPUs estimate": "gpus",
    "GPUs low": "gpus_low",
    "pods estimate": "pods",
    "c*, estimate": "c_star",
    "tok/s per pod, estimate": "per_replica_tps",
    "$/month to commit": "usd_per_month_high",
    "$/month estimate": "usd_per_month",
    "regime": "regime",
    "remark": "remark",
    f"GPUs to budget, {100 * DEFAULT_CONFIDENCE:.0f} %": "gpus_budget",
    "c, commit": "c_commit",
    "max-num-seqs, commit": "max_num_seqs_commit",
    "$/month to budget": "usd_per_month_budget",
    "binds": "binding",
    "TTFT there, estimate [s]": "ttft_s",
    "TTFT there, commit [s]": "ttft_s_commit",
}
"""The columns of the Excel function SIZING_TABLE, by heading; new ones come last, as formulas count them [-]."""

UNTOLD: Final = "-"
"""What stands there for a wait that the curve does not tell [-]."""


@dataclass(frozen=True, slots=True)
class SizingRow:
    """One SLA and demand; where the SLA cannot be met every result is None.

    Parameters
    ----------
    sla : float
        Interactivity each user must see [tok/s/user]
    demand_tok_s : float
        Output throughput asked for [tok/s]
    regime : str
        The case the row fell into [-]
    feasible : bool
        Whether a measured point meets the SLA [-]
    reason : str or None
        Why it cannot be met [-]
    c_star : float or None
        Operating concurrency of one replica [requests/replica]
    tok_s_per_user : float or None
        Interactivity at c* [tok/s/user]
    per_replica_tps : float or None
        Output throughput of one replica at c* [tok/s]
    pods, pods_low, pods_budget, pods_high, total_pods : int or None
        The estimate, its range with the budget in it, and the estimate with spares [pods]
    gpus, gpus_low, gpus_budget, gpus_high, total_gpus, total_gpus_low, total_gpus_budget, total_gpus_high : int or None
        The estimate, its range (plan with `gpus_budget`, sign `gpus_high`), and the four with spares [GPUs]
    usd_per_month, usd_per_month_budget, usd_per_month_high : float or None
        Cost of the estimate, of the GPUs to budget and of those to commit to, spares included [USD/month]
    usd_per_million, usd_per_million_budget, usd_per_million_high : float or None
        The same per million output tokens at the demanded load [USD/1M tok]
    budget_confidence : float or None
        Share of public curves on which the need was at or below the budget [-]
    budget_claim : str or None
        Why that is not claimed of this row, whose budget is then the commitment; None where it is claimed [-]
    load, load_one_fewer : float or None
        Load after rounding up, and with one pod fewer (None for one pod) [-]
    max_num_seqs : int or None
        The serving flag of the pods of estimate and budget [requests/replica]
    load_at_max_num_seqs, load_at_max_num_seqs_budget : float or None
        The load of either with that flag; above 1 it does not carry the demand [-]
    c_commit, tok_s_per_user_commit, per_replica_tps_commit, load_commit : float or None
        Where the pods to commit to run: concurrency and interactivity measured there, output throughput of one, and their
        load [requests/replica, tok/s/user, tok/s, -]
    max_num_seqs_commit : int or None
        Their serving flag [requests/replica]
    too_wide : bool or None
        Whether the range is too wide to quote [-]
    measure_next : float or None
        The concurrency whose measurement tells most, None where none would [requests/replica]
    binding : str or None
        What keeps a replica from more, one of `limits.BINDINGS` [-]
    ttft_limit_s, ttfo_limit_s, e2e_limit_s : float or None
        Longest wait asked for: for the first token, the first of the answer, the whole answer; None for no limit [s]
    ttft_s, ttfo_s, e2e_s : float or None
        The waits at c*; None where the curve does not tell them [s]
    ttft_s_commit, ttfo_s_commit, e2e_s_commit : float or None
        The waits where the pods to commit to run, likewise [s]
    """

    sla: float
    demand_tok_s: float
    regime: str
    feasible: bool
    reason: str | None
    c_star: float | None
    tok_s_per_user: float | None
    per_replica_tps: float | None
    pods: int | None
    pods_low: int | None
    pods_budget: int | None
    pods_high: int | None
    total_pods: int | None
    gpus: int | None
    gpus_low: int | None
    gpus_budget: int | None
    gpus_high: int | None
    total_gpus: int | None
    total_gpus_low: int | None
    total_gpus_budget: int | None
    total_gpus_high: int | None
    usd_per_month: float | None
    usd_per_month_budget: float | None
    usd_per_month_high: float | None
    usd_per_million: float | None
    usd_per_million_budget: float | None
    usd_per_million_high: float | None
    budget_confidence: float | None
    budget_claim: str | None
    load: float | None
    load_one_fewer: float | None
    max_num_seqs: int | None
    load_at_max_num_seqs: float | None
    load_at_max_num_seqs_budget: float | None
    c_commit: float | None
    tok_s_per_user_commit: float | None
    per_replica_tps_commit: float | None
    load_commit: float | None
    max_num_seqs_commit: int | None
    too_wide: bool | None
    measure_next: float | None
    binding: str | None
    ttft_limit_s: float | None
    ttfo_limit_s: float | None
    e2e_limit_s: float | None
    ttft_s: float | None
    ttfo_s: float | None
    e2e_s: float | None
    ttft_s_commit: float | None
    ttfo_s_commit: float | None
    e2e_s_commit: float | None

    @property
    def asked(self) -> Asked:
        """What tells this row from others of one sizing and demand [tok/s/user, s]."""
        return self.sla, tuple(limits_of(self).items())

    @property
    def remark(self) -> str:
        """What a DRAFT row says beside its figures [-]."""
        return self.remark_as(DRAFT)

    def remark_as(self, standing: str) -> str:
        """Return how the range could be narrowed, and why no budget is claimed, on a row of that `standing` [-]."""
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
        """Return which figure a row of that `standing` may be quoted with: COMMIT, BUDGET, or None where none may [-]."""
        if not self.feasible or (standing != VERDICT and self.too_wide and self.budget_claim):
            return None
        return COMMIT if standing == VERDICT else BUDGET

    @property
    def overloaded(self) -> bool:
        """Whether the estimate's pods, held to `max_num_seqs`, do not carry the demand [-]."""
        return _above_one(self.load_at_max_num_seqs)

    @property
    def overloaded_budget(self) -> bool:
        """Whether the pods to budget, held to it, do not [-]."""
        return _above_one(self.load_at_max_num_seqs_budget)

    def overloaded_as(self, standing: str) -> bool:
        """Return whether the figure that a row of that `standing` may be quoted with does not; the estimate's where none may [-]."""
        quoted = self.quoted(standing)
        return self.overloaded if quoted is None else quoted == BUDGET and self.overloaded_budget


def _above_one(load: float | None) -> bool:
    return load is not None and load > 1 + TOLERANCE


_NAMES = tuple(field.name for field in fields(SizingRow))
_WAIT_COLUMNS: Final[dict[str, Callable[[Sizing], Any]]] = {
    name: partial(value, wait)
    for wait in WAITS
    for name, value in (
        (wait.limit, lambda wait, sizing: sizing.limit(wait)),
        (wait.name, lambda wait, sizing: sizing.wait(wait)),
        (wait.commit, lambda wait, sizing: sizing.wait_commit(wait)),
    )
}
"""The columns on waits, each by what it is of a sizing [-]."""

WAIT_FIELDS: Final = tuple(_WAIT_COLUMNS)
"""The fields of a row on waits: of each the limit, the wait at c*, and that where the GPUs to commit to run [-]."""

MAY_BE_NAN: Final = {"load_one_fewer", "measure_next", *_WAIT_COLUMNS}
"""Those whose number may be none: a missing value then [-]."""

KNOWN_IF_INFEASIBLE: Final = {
    "sla", "demand_tok_s", "regime", "feasible", "reason", "measure_next", *(wait.limit for wait in WAITS),
}  # fmt: skip
"""Those that stand on a row which cannot be met [-]."""


def figures(sizing: Sizing, name: str) -> Any:
    """Return what `sizing` holds under the `name` of a field of a row; of a shape that broadcasts to its own [unit of the field]."""
    return _WAIT_COLUMNS[name](sizing) if name in _WAIT_COLUMNS else getattr(sizing, name)


def sizing_rows(sizing: Sizing) -> list[SizingRow]:
    """Return the rows of `sizing` as plain Python values [-]."""
    columns = [_column(sizing, name) for name in _NAMES]
    return [SizingRow(*values) for values in zip(*columns, strict=True)]


def sizing_frame(sizing: Sizing) -> pd.DataFrame:
    """Return the rows of `sizing` as a DataFrame; missing values where a row cannot be met [-]."""
    import pandas as pd  # noqa: PLC0415  # the one place where the core meets pandas, and only when asked

    frame = pd.DataFrame({name: _column(sizing, name) for name in _NAMES})
    return frame.astype({name: kind for name, kind in _FRAME_TYPES.items() if name in frame})


_FRAME_TYPES = {
    field.name: {"int | None": "Int64", "float | None": "Float64", "bool | None": "boolean"}[str(field.type)]
    for field in fields(SizingRow)
    if str(field.type) in ("int | None", "float | None", "bool | None")
}


def _column(sizing: Sizing, name: str) -> list[Any]:
    if name == "reason":
        return _reasons(sizing)
    values = np.broadcast_to(figures(sizing, name), sizing.shape).ravel().tolist()
    if name == "budget_claim":
        values = [value or None for value in values]
    if name in MAY_BE_NAN:
        values = [value if math.isfinite(value) else None for value in values]
    if name in KNOWN_IF_INFEASIBLE:
        return values
    met = np.broadcast_to(sizing.feasible, sizing.shape).ravel().tolist()
    return [value if ok else None for value, ok in zip(values, met, strict=True)]


def _reasons(sizing: Sizing) -> list[str | None]:
    points = sizing.points
    met = np.broadcast_to(sizing.feasible, sizing.shape).ravel().tolist()
    return [None if ok else points.unmet(row).reason() for row, ok in zip(sizing.point_of_row, met, strict=True)]
