"""One row of a sizing as plain values, the same in every report."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from xlsizing.errors import InfeasibleError, shown
from xlsizing.rules import TOLERANCE

if TYPE_CHECKING:
    import pandas as pd

    from xlsizing.result import Sizing

__all__ = ["TOO_WIDE", "SizingRow", "sizing_frame", "sizing_rows"]

TOO_WIDE: Final = "too wide to quote"
"""What a row says of its range where nobody may quote it [-]."""


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
    pods, pods_low, pods_high, total_pods : int or None
        The estimate, its range, and the estimate with spares [pods]
    gpus, gpus_low, gpus_high, total_gpus, total_gpus_high : int or None
        The estimate, its range (commit to `gpus_high`), and both with spares [GPUs]
    usd_per_month, usd_per_month_high : float or None
        Cost of the estimate and of the GPUs to commit to, spares included [USD/month]
    usd_per_million, usd_per_million_high : float or None
        The same per million output tokens at the demanded load [USD/1M tok]
    load, load_one_fewer : float or None
        Load after rounding up, and with one pod fewer (None for one pod) [-]
    max_num_seqs : int or None
        The serving flag [requests/replica]
    load_at_max_num_seqs : float or None
        The load with that flag; above 1 it does not carry the demand [-]
    too_wide : bool or None
        Whether the range is too wide to quote [-]
    measure_next : float or None
        The concurrency whose measurement tells most, None where none would [requests/replica]
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
    pods_high: int | None
    total_pods: int | None
    gpus: int | None
    gpus_low: int | None
    gpus_high: int | None
    total_gpus: int | None
    total_gpus_high: int | None
    usd_per_month: float | None
    usd_per_month_high: float | None
    usd_per_million: float | None
    usd_per_million_high: float | None
    load: float | None
    load_one_fewer: float | None
    max_num_seqs: int | None
    load_at_max_num_seqs: float | None
    too_wide: bool | None
    measure_next: float | None

    @property
    def remark(self) -> str:
        """What the row says beside its range: that it is too wide to quote, and what would narrow it [-]."""
        if not self.too_wide:
            return ""
        return f"{TOO_WIDE}: {f'measure c={shown(self.measure_next)}' if self.measure_next else 'bracket closed'}"

    @property
    def overloaded(self) -> bool:
        """Whether the estimate's pods, held to `max_num_seqs`, do not carry the demand [-]."""
        return self.load_at_max_num_seqs is not None and self.load_at_max_num_seqs > 1 + TOLERANCE


_NAMES = tuple(field.name for field in fields(SizingRow))
_KNOWN_IF_INFEASIBLE = {"sla", "demand_tok_s", "regime", "feasible", "reason", "measure_next"}


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
    values = np.broadcast_to(getattr(sizing, name), sizing.shape).ravel().tolist()
    if name in ("load_one_fewer", "measure_next"):
        values = [None if math.isnan(value) else value for value in values]
    if name in _KNOWN_IF_INFEASIBLE:
        return values
    met = np.broadcast_to(sizing.feasible, sizing.shape).ravel().tolist()
    return [value if ok else None for value, ok in zip(values, met, strict=True)]


def _reasons(sizing: Sizing) -> list[str | None]:
    curve = sizing.curve
    met = np.broadcast_to(sizing.feasible, sizing.shape).ravel().tolist()
    slas = np.broadcast_to(sizing.sla, sizing.shape).ravel().tolist()
    return [
        None if ok else InfeasibleError(sla, curve.fastest, curve.lowest_concurrency).reason()
        for sla, ok in zip(slas, met, strict=True)
    ]
