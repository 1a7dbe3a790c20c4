"""The same customer, demand and SLAs on another curve, to stand beside a report."""

from __future__ import annotations

from dataclasses import replace

from xlsizing.advice import sized_anew
from xlsizing.core import Curve
from xlsizing.reports.report import Report

__all__ = ["compared"]

_FIRST = "that of the first curve"
"""What the price of a curve rests on that was given none of its own."""


def compared(report: Report, curve: Curve, source: str, usd_per_gpu_hour: float | None = None) -> Report:
    """Return what `report` asks for, on another curve.

    Parameters
    ----------
    report : Report
        Whose demand, SLAs and planning are taken
    curve : Curve
        The other curve; the GPUs of its replica are those that its results say, else those of the report
    source : str
        Where it stands
    usd_per_gpu_hour : float, optional
        The price of its GPUs; that of the report where it is left out [USD/GPU-hour]

    Returns
    -------
    Report
        Without levers, sign-off lines and other facts of the first curve

    Raises
    ------
    InputError
        If the curve was measured at another workload than the customer's.
    """
    own = report.sizing.price
    price = usd_per_gpu_hour or (own if own.assumed else replace(own, date=None, source=_FIRST))
    sizing = sized_anew(report.sizing, curve=curve, gpus_per_pod=curve.measured_gpus, gpu_hourly_usd=price)
    return replace(
        report, sizing=sizing, model="", source=source,
        levers=(), levers_unmet=(), levers_reaching={}, sign_off=(),
    )  # fmt: skip
