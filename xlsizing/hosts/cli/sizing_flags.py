"""All that a sizing is made of, by flags or in a sizing file: one value for the commands that size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import xlsizing
from xlsizing.advice import Workload
from xlsizing.checks import refuse
from xlsizing.core import WAITS
from xlsizing.hosts.cli.curve_flags import CurveFlags, gpus_of_replica
from xlsizing.hosts.cli.declaring import (
    OR_SPEC,
    Command,
    Declaration,
    group,
    needed,
    only_with,
    option,
    shared,
    spec_flag,
    was_given,
)
from xlsizing.hosts.cli.flags import (
    GROWTH,
    PER_POD,
    SLAS,
    SPARES,
    DemandFlags,
    LimitFlags,
    NodeFlags,
    Planning,
    Slas,
    calibration_flag,
    calibration_in,
    confidence_flag,
    mismatch_flag,
    outside_flag,
    wait_flag,
)
from xlsizing.hosts.cli.typed import LINE, NUMBER
from xlsizing.reports import Report

if TYPE_CHECKING:
    from xlsizing.advice import Growth

__all__ = ["SizingFlags", "sizing_flags"]


@dataclass(frozen=True)
class SizingFlags:
    """A sizing as flags state it.

    Parameters
    ----------
    demand : DemandFlags
        The demand
    isl : float or None
        The customer's input tokens per request [tok]
    sla : Slas or None
        The SLAs
    limits : LimitFlags
        Limits on waiting beside them
    curve : CurveFlags
        The curve
    gpus_per_pod : int or None
        GPUs of one replica [GPUs/pod]
    planning : Planning
        How it plans
    confidence : float
        Share of public curves whose need the budget covers [-]
    calibration : str or None
        A file that the budget rests on
    spare : int
        Spare replicas [pods]
    nodes : NodeFlags
        The nodes that GPUs are bought in
    contract : float or None
        The one of the SLAs that is contracted [tok/s/user]
    growth : tuple of float and int, or None
        A factor over today's demand, and in how long it is reached [months]
    gpu_hourly_usd : float or None
        Price of one GPU [USD/GPU-hour]
    model : str or None
        What was measured
    allow_outside, allow_mismatch : bool
        How a sizing file is read
    """

    demand: DemandFlags = shared(group("demand", DemandFlags))
    isl: float | None = option("--isl", NUMBER, "N", "The customer's input tokens per request: shown as input TPM.")
    sla: Slas | None = option("--sla", SLAS, "S,S,...", "Output tok/s that each user must see.")
    limits: LimitFlags = shared(group("limits", LimitFlags))
    curve: CurveFlags = shared(group("curve", CurveFlags))
    gpus_per_pod: int | None = option("--gpus-per-pod", PER_POD, "N", "GPUs of one replica.")
    planning: Planning = shared(group("planning", Planning))
    confidence: float = shared(confidence_flag)
    calibration: str | None = shared(calibration_flag)
    spare: int = option("--spare", SPARES, "N", "Spare replicas.", default="0")
    nodes: NodeFlags = shared(group("nodes", NodeFlags))
    contract: float | None = option("--contract", NUMBER, "S", "The one of the SLAs that is contracted.")
    growth: tuple[float, int] | None = option(
        "--growth", GROWTH, "FACTOR:MONTHS", "Demand grows evenly to so many times in so many months, such as 3:12."
    )
    gpu_hourly_usd: float | None = option(
        "--gpu-hourly-usd", NUMBER, "USD", "Price of one GPU-hour; 8.60 is assumed without it."
    )
    model: str | None = option("--model", LINE, "TEXT", "What was measured, for the title.")
    allow_outside: bool = shared(outside_flag)
    allow_mismatch: bool = shared(mismatch_flag)

    def report(self, spec: str | None) -> Report:
        """Return the report of the sizing file `spec`, or of what the flags state where there is none.

        Raises
        ------
        InputError
            If something is missing or wrong.
        """
        if spec is not None:
            from xlsizing.reports.from_spec import spec_report  # noqa: PLC0415  # pydantic and YAML are slow to import
            from xlsizing.spec import read_spec  # noqa: PLC0415

            return spec_report(read_spec(spec, allow_outside=self.allow_outside), allow_mismatch=self.allow_mismatch)
        only_with("--spec", ("allow_mismatch", "allow_outside"))
        slas = needed(self.sla, "--sla", OR_SPEC)
        measured = self.curve.read()
        sizing = xlsizing.size(
            measured,
            slas.rates,
            self.demand.demand(wait_flag(WAITS[-1]), answers=self.limits.e2e is not None),
            gpus_per_pod=gpus_of_replica(self.gpus_per_pod, measured, OR_SPEC),
            util=self.planning.util,
            gpu_hourly_usd=self.gpu_hourly_usd,
            spare_replicas=self.spare,
            node_plan=self.nodes.plan(),
            method=self.planning.method,
            confidence=self.confidence,
            calibration=calibration_in(self.calibration),
            limits=self.limits.limits(len(slas.rates), self.demand.osl),
        )
        return Report(
            sizing,
            self.model or "",
            self.curve.source,
            as_read=slas.as_read,
            method_chosen=was_given("method"),
            contract=self._contracted(slas.rates),
            growth=self._grown(),
            workload=None if self.isl is None else Workload(isl=self.isl, osl=self.demand.osl),
        )

    def _grown(self) -> Growth | None:
        """Return how the demand grows from today on; None where it does not."""
        if self.growth is None:
            return None
        from xlsizing.advice import Growth, today  # noqa: PLC0415  # only where demand grows

        return Growth.evenly(*self.growth, today())

    def _contracted(self, rates: list[float]) -> int | None:
        """Return which of the SLAs is contracted, from 0; None where none is."""
        if self.contract is None:
            return None
        if rates.count(self.contract) != 1:
            refuse("--contract", "must be one of the SLAs of --sla", got=self.contract)
        return rates.index(self.contract)


def sizing_flags(*beside: str) -> Declaration:
    """Return what declares a sizing on a command, which gets it as `sizing` and `spec`; beside a sizing file the parameters `beside` may be given."""

    def declare(command: Command) -> Command:
        words = "All of this from a sizing file (see: xlsizing spec --example)."
        return group("sizing", SizingFlags)(spec_flag(words, "allow_mismatch", *beside)(command))

    return declare
