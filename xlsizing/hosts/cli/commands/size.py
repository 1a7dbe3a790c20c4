"""``xlsizing size``: a sizing as a table, as files, or as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from xlsizing.errors import InfeasibleError
from xlsizing.hosts.cli.declaring import OnceEach, switch, takes
from xlsizing.hosts.cli.flags import json_flag
from xlsizing.hosts.cli.output import print_json, print_text, working
from xlsizing.hosts.cli.sizing_flags import SizingFlags, sizing_flags
from xlsizing.hosts.cli.typed import FOLDER
from xlsizing.reports import Report

__all__ = ["command"]

_UNMET = InfeasibleError.exit_code


@click.command(cls=OnceEach, name="size")
@sizing_flags("emit", "xlsx", "force", "as_json")
@takes("--emit", FOLDER, "DIR", "Write CAPACITY-SIZING.md and capacity_sizing.json there.")
@takes("--xlsx", None, "FILE.xlsx", "Write a customer's workbook there, proven equal to this table.")
@switch("--force", "Let --xlsx overwrite an existing file.")
@json_flag("the table")
def command(
    *, sizing: SizingFlags, spec: str | None, emit: Path | None, xlsx: str | None, force: bool, as_json: bool
) -> int:
    """Size a deployment from a measured curve and interactivity SLAs."""
    report = sizing.report(spec)
    _print(report, _written(report, emit, xlsx, force=force), as_json=as_json)
    return 0 if report.all_feasible else _UNMET


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
