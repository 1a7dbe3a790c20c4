"""``xlsizing size``: a sizing as a table, as files, or as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from click.core import ParameterSource

import xlsizing
from xlsizing.core import WAITS
from xlsizing.errors import InfeasibleError
from xlsizing.hosts.cli.curve_flags import CurveFlags, gpus_of_replica
from xlsizing.hosts.cli.declaring import (
    OR_SPEC,
    OnceEach,
    group,
    needed,
    only_with,
    option,
    shared,
    spec_flag,
    switch,
    takes,
)
from xlsizing.hosts.cli.flags import (
    PER_POD,
    SLAS,
    SPARES,
    DemandFlags,
    LimitFlags,
    Planning,
    Slas,
    calibration_flag,
    calibration_in,
    confidence_flag,
    json_flag,
    mismatch_flag,
    outside_flag,
    wait_flag,
)
from xlsizing.hosts.cli.output import print_json, print_text, working
from xlsizing.hosts.cli.typed import FOLDER, LINE, NUMBER
from xlsizing.reports import Report

__all__ = ["SIZING_FILE", "SizingFlags", "command", "sized_report"]

_UNMET = InfeasibleError.exit_code


@dataclass(frozen=True)
class SizingFlags:
    """What a sizing is made of, where no sizing file says it.

    Parameters
    ----------
    demand, sla, limits, curve : DemandFlags, Slas or None, LimitFlags, CurveFlags
        What is asked, and the curve that it is sized by [-]
    gpus_per_pod : int or None
        GPUs of one replica, where the curve does not say [GPUs/pod]
    planning, confidence, calibration : Planning, float, str or None
        How it is planned, and what the budget is to cover and rests on [-]
    spare : int
        Spare replicas [pods]
    gpu_hourly_usd : float or None
        Price of one GPU-hour [USD/GPU-hour]
    model : str or None
        The title [-]
    """

    demand: DemandFlags = shared(group("demand", DemandFlags))
    sla: Slas | None = option("--sla", SLAS, "S,S,...", "Output tok/s that each user must see.")
    limits: LimitFlags = shared(group("limits", LimitFlags))
    curve: CurveFlags = shared(group("curve", CurveFlags))
    gpus_per_pod: int | None = option("--gpus-per-pod", PER_POD, "N", "GPUs of one replica.")
    planning: Planning = shared(group("planning", Planning))
    confidence: float = shared(confidence_flag)
    calibration: str | None = shared(calibration_flag)
    spare: int = option("--spare", SPARES, "N", "Spare replicas.", default="0")
    gpu_hourly_usd: float | None = option(
        "--gpu-hourly-usd", NUMBER, "USD", "Price of one GPU-hour; 8.60 is assumed without it."
    )
    model: str | None = option("--model", LINE, "TEXT", "What was measured, for the title.")

    def report(self) -> Report:
        """Return the report of what the flags say [-]."""
        only_with("--spec", ("allow_mismatch", "allow_outside"))
        slas = needed(self.sla, "--sla", OR_SPEC)
        curve = self.curve.read()
        sizing = xlsizing.size(
            curve,
            slas.rates,
            self.demand.demand(wait_flag(WAITS[-1]), answers=self.limits.e2e is not None),
            gpus_per_pod=gpus_of_replica(self.gpus_per_pod, curve, OR_SPEC),
            util=self.planning.util,
            gpu_hourly_usd=self.gpu_hourly_usd,
            spare_replicas=self.spare,
            method=self.planning.method,
            confidence=self.confidence,
            calibration=calibration_in(self.calibration),
            limits=self.limits.limits(len(slas.rates), self.demand.osl),
        )
        title, source = self.model or "", self.curve.source
        return Report(sizing, title, source, as_read=slas.as_read, method_chosen=_chosen("method"))


SIZING_FILE: Final = "All of this from a sizing file (see: xlsizing spec --example)."


@click.command(cls=OnceEach, name="size")
@group("asked", SizingFlags)
@spec_flag(SIZING_FILE, "allow_mismatch", "emit", "xlsx", "force", "as_json")
@outside_flag
@mismatch_flag
@takes("--emit", FOLDER, "DIR", "Write CAPACITY-SIZING.md and capacity_sizing.json there.")
@takes("--xlsx", None, "FILE.xlsx", "Write a customer's workbook there, proven equal to this table.")
@switch("--force", "Let --xlsx overwrite an existing file.")
@json_flag("the table")
def command(
    *,
    asked: SizingFlags,
    spec: str | None,
    allow_outside: bool,
    allow_mismatch: bool,
    emit: Path | None,
    xlsx: str | None,
    force: bool,
    as_json: bool,
) -> int:
    """Size a deployment from a measured curve and interactivity SLAs."""
    report = sized_report(asked, spec, allow_outside=allow_outside, allow_mismatch=allow_mismatch)
    _print(report, _written(report, emit, xlsx, force=force), as_json=as_json)
    return 0 if report.all_feasible else _UNMET


def sized_report(asked: SizingFlags, spec: str | None, *, allow_outside: bool, allow_mismatch: bool) -> Report:
    """Return the report of what is `asked`, or of the sizing file `spec` read as `allow_outside`, `allow_mismatch` say [-]."""
    if spec is None:
        return asked.report()
    from xlsizing.reports.from_spec import spec_report  # noqa: PLC0415  # pydantic and YAML are slow to import
    from xlsizing.spec import read_spec  # noqa: PLC0415

    return spec_report(read_spec(spec, allow_outside=allow_outside), allow_mismatch=allow_mismatch)


def _chosen(name: str) -> bool:
    """Tell whether the flag `name` was given rather than left at its default."""
    return click.get_current_context().get_parameter_source(name) is not ParameterSource.DEFAULT


def _written(report: Report, emit: Path | None, xlsx: str | None, *, force: bool) -> list[Path]:
    """Write the workbook and the report's files that are asked for, all or none, and return where."""
    if xlsx is None and emit is None:
        return []
    from xlsizing.reports import write_whole  # noqa: PLC0415  # only where files are asked for

    book = {} if xlsx is None else _workbook(report, xlsx, force=force)
    pair = {} if emit is None else _pair(report, emit)
    write_whole(book | pair, check=_reviewed if pair else None, fresh=() if force else book)
    return [*book, *pair]


def _workbook(report: Report, file: str, *, force: bool) -> dict[Path, str | bytes]:
    """Return the customer's workbook, by where it shall stand."""
    from xlsizing.reports import new_file  # noqa: PLC0415  # only where files are asked for
    from xlsizing.workbooks.customer import customer_workbook  # noqa: PLC0415  # openpyxl and the engine are slow to import

    target = new_file(file, ".xlsx", force=force)
    with working("Rows proven") as progress:
        return {target: customer_workbook(report, progress)}


def _pair(report: Report, folder: Path) -> dict[Path, str | bytes]:
    """Return the report's two files, by where they shall stand."""
    from xlsizing.reports import json_text, markdown  # noqa: PLC0415  # only where files are asked for

    return {folder / "CAPACITY-SIZING.md": markdown(report), folder / "capacity_sizing.json": json_text(report)}


def _reviewed(files: Mapping[str, Path]) -> None:
    from xlsizing.reports import review  # noqa: PLC0415  # only where files are asked for

    review(files)


def _print(report: Report, written: list[Path], *, as_json: bool) -> None:
    if as_json:
        from xlsizing.reports import record  # noqa: PLC0415  # only where JSON is asked for

        print_json(record(report))
        return
    from xlsizing.reports.terminal import print_report  # noqa: PLC0415  # rich is slow to import

    print_text(lambda file: print_report(report, file))
    if written:
        click.echo(f"Written: {', '.join(map(str, written))}")
