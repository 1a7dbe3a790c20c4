"""Flags that say what is sized, in a sizing file or one by one, and the report of what they say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
from click.core import ParameterSource

import xlsizing
from xlsizing.checks import number_in_text, printable, refuse
from xlsizing.hosts.curve_flags import curve_flags, curve_of, gpus_per_pod_of, source_of
from xlsizing.hosts.flags import (
    Command,
    calibration_flag,
    calibration_of,
    confidence_flag,
    declared,
    demand_flags,
    demand_of,
    flag,
    limit_flags,
    limits_of,
    only_with_spec,
    optional,
    outside_flag,
    planning_flags,
    slas_of,
)
from xlsizing.reports.report import Report

__all__ = ["report_of", "sizing_flags"]


def sizing_flags(command: Command) -> Command:
    """Declare on `command` what is sized [-]."""
    return declared(
        command,
        demand_flags,
        click.option("--sla", metavar="S,S,...", help="Output tok/s that each user must see."),
        limit_flags,
        curve_flags,
        click.option("--gpus-per-pod", metavar="N", help="GPUs of one replica."),
        planning_flags,
        confidence_flag,
        calibration_flag,
        click.option("--spare", metavar="N", default="0", show_default=True, help="Spare replicas."),
        click.option("--gpu-hourly-usd", metavar="USD", help="Price of one GPU-hour; 8.60 is assumed without it."),
        click.option("--model", metavar="TEXT", default="", help="What was measured, for the title."),
        click.option("--spec", metavar="FILE", help="All of this from a sizing file (see: xlsizing spec --example)."),
        outside_flag,
        click.option("--allow-mismatch", is_flag=True, help="Internal use, with --spec: a curve of another workload."),
    )


def report_of(flags: dict[str, Any], beside: Sequence[str]) -> Report:
    """Return the report of what `flags` say; those named `beside` may be given with a sizing file too [-]."""
    return _report(flags) if flags["spec"] is None else _from_spec(flags, beside)


def _from_spec(flags: dict[str, Any], beside: Sequence[str]) -> Report:
    only_with_spec(("allow_mismatch", *beside))
    from xlsizing.reports.from_spec import spec_report  # noqa: PLC0415  # pydantic and YAML are slow to import
    from xlsizing.spec import read_spec  # noqa: PLC0415

    return spec_report(
        read_spec(flags["spec"], allow_outside=flags["allow_outside"]), allow_mismatch=flags["allow_mismatch"]
    )


def _report(flags: dict[str, Any]) -> Report:
    for name in ("allow_mismatch", "allow_outside"):
        if flags[name]:
            refuse(flag(name), "must be given with --spec, and only with it")
    slas, as_read = slas_of(flags)
    curve = curve_of(flags)
    sizing = xlsizing.size(
        curve,
        slas,
        demand_of(flags),
        gpus_per_pod=gpus_per_pod_of(flags, curve),  # type: ignore[arg-type]  # checked there
        util=number_in_text(flags["util"], "--util", share=True),
        gpu_hourly_usd=optional(flags, "gpu_hourly_usd"),
        spare_replicas=number_in_text(flags["spare"], "--spare"),  # type: ignore[arg-type]  # checked there
        method=flags["method"],
        confidence=number_in_text(flags["confidence"], "--confidence", share=True),
        calibration=calibration_of(flags),
        limits=limits_of(flags, slas),
    )
    return Report(
        sizing, printable(flags["model"], "--model"), source_of(flags), as_read=as_read, method_chosen=_chosen("method")
    )


def _chosen(name: str) -> bool:
    """Tell whether the flag `name` was given rather than left at its default."""
    return click.get_current_context().get_parameter_source(name) is not ParameterSource.DEFAULT
