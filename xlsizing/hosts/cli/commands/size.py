"""``xlsizing size``: a sizing as a table, as files, or as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

import xlsizing
from xlsizing.checks import number_in_text, printable, refuse
from xlsizing.errors import BLANK, InfeasibleError
from xlsizing.hosts.cli.curve_flags import curve_flags, curve_of, gpus_per_pod_of, source_of
from xlsizing.hosts.cli.flags import (
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
from xlsizing.hosts.cli.output import print_json, print_text, working
from xlsizing.reports import Report

__all__ = ["command", "sized_report", "sizing_flags"]

_UNMET = InfeasibleError.exit_code


def sizing_flags(command: Command) -> Command:
    """Declare on `command` all that a sizing is made of, by flags or in a sizing file [-]."""
    options = (
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
    return declared(command, *options)


@click.command(name="size")
@sizing_flags
@click.option("--emit", metavar="DIR", help="Write CAPACITY-SIZING.md and capacity_sizing.json there.")
@click.option("--xlsx", metavar="FILE.xlsx", help="Write a customer's workbook there, proven equal to this table.")
@click.option("--force", is_flag=True, help="Let --xlsx overwrite an existing file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
def command(**flags: Any) -> int:
    """Size a deployment from a measured curve and interactivity SLAs."""
    report = sized_report(flags, beside_spec=("allow_mismatch", "emit", "xlsx", "force", "as_json"))
    _print(report, _written(report, flags), as_json=flags["as_json"])
    return 0 if report.all_feasible else _UNMET


def sized_report(flags: dict[str, Any], *, beside_spec: Sequence[str]) -> Report:
    """Return the report of what `flags` say, or the sizing file that they name, `beside_spec` the only other ones [-]."""
    return _report(flags) if flags["spec"] is None else _from_spec(flags, beside_spec)


def _from_spec(flags: dict[str, Any], beside_spec: Sequence[str]) -> Report:
    only_with_spec(beside_spec)
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


def _written(report: Report, flags: dict[str, Any]) -> list[Path]:
    """Write the workbook and the report's files that are asked for, all or none, and return where."""
    if flags["xlsx"] is None and flags["emit"] is None:
        return []
    from xlsizing.reports import write_whole  # noqa: PLC0415  # only where files are asked for

    book = {} if flags["xlsx"] is None else _workbook(report, flags["xlsx"], force=flags["force"])
    pair = {} if flags["emit"] is None else _pair(report, flags["emit"])
    write_whole(book | pair, check=_reviewed if pair else None, fresh=() if flags["force"] else book)
    return [*book, *pair]


def _workbook(report: Report, file: str, *, force: bool) -> dict[Path, str | bytes]:
    """Return the customer's workbook, by where it shall stand."""
    from xlsizing.reports import new_file  # noqa: PLC0415  # only where files are asked for
    from xlsizing.workbooks.customer import customer_workbook  # noqa: PLC0415  # openpyxl and the engine are slow to import

    target = new_file(file, ".xlsx", force=force)
    with working("Rows proven") as progress:
        return {target: customer_workbook(report, progress)}


def _pair(report: Report, folder: str) -> dict[Path, str | bytes]:
    """Return the report's two files, by where they shall stand."""
    from xlsizing.reports import json_text, markdown  # noqa: PLC0415  # only where files are asked for

    if not folder.strip():
        refuse("--emit", "must name a directory", got=BLANK, way_out='write "." for the current one')
    return {
        Path(folder, "CAPACITY-SIZING.md"): markdown(report),
        Path(folder, "capacity_sizing.json"): json_text(report),
    }


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
