"""``xlsizing size``: a sizing as a table, as files, or as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlsizing.checks import choice, refuse
from xlsizing.errors import BLANK, InfeasibleError
from xlsizing.hosts.output import print_json, print_text, working
from xlsizing.hosts.sizing_flags import report_of, sizing_flags
from xlsizing.reports.report import Report

if TYPE_CHECKING:
    from xlsizing.reports.pictures.gallery import Picture

__all__ = ["command"]

_UNMET = InfeasibleError.exit_code


@click.command(name="size")
@sizing_flags
@click.option("--emit", metavar="DIR", help="Write CAPACITY-SIZING.md and capacity_sizing.json there.")
@click.option(
    "--pictures", metavar="svg|png", help="With --emit: draw the report's pictures too; needs the extra plot."
)
@click.option("--xlsx", metavar="FILE.xlsx", help="Write a customer's workbook there, proven equal to this table.")
@click.option("--force", is_flag=True, help="Let --xlsx overwrite an existing file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
def command(**flags: Any) -> int:
    """Size a deployment from a measured curve and interactivity SLAs."""
    report = report_of(flags, beside=("emit", "pictures", "xlsx", "force", "as_json"))
    _print(report, _written(report, flags), as_json=flags["as_json"])
    return 0 if report.all_feasible else _UNMET


def _written(report: Report, flags: dict[str, Any]) -> list[Path]:
    """Write the workbook and the report's files that are asked for, all or none, and return where."""
    if flags["pictures"] is not None and flags["emit"] is None:
        refuse("--pictures", "must be given with --emit, and only with it")
    if flags["xlsx"] is None and flags["emit"] is None:
        return []
    from xlsizing.reports.files import write_whole  # noqa: PLC0415  # only where files are asked for

    book = {} if flags["xlsx"] is None else _workbook(report, flags["xlsx"], force=flags["force"])
    pair = {} if flags["emit"] is None else _pair(report, flags["emit"], flags["pictures"])
    write_whole(book | pair, check=_reviewed if pair else None, fresh=() if flags["force"] else book)
    return [*book, *pair]


def _workbook(report: Report, file: str, *, force: bool) -> dict[Path, str | bytes]:
    """Return the customer's workbook, by where it shall stand."""
    from xlsizing.reports.files import new_file  # noqa: PLC0415  # only where files are asked for
    from xlsizing.workbooks.write import customer_workbook  # noqa: PLC0415  # openpyxl and the engine are slow to import

    target = new_file(file, ".xlsx", force=force)
    with working("Rows proven") as progress:
        return {target: customer_workbook(report, progress)}


def _pair(report: Report, folder: str, form: str | None) -> dict[Path, str | bytes]:
    """Return the report's two files and its pictures in a `form`, if one is asked for, by where they shall stand."""
    from xlsizing.reports.markdown import markdown  # noqa: PLC0415  # only where files are asked for
    from xlsizing.reports.record import json_text  # noqa: PLC0415

    if not folder.strip():
        refuse("--emit", "must name a directory", got=BLANK, way_out='write "." for the current one')
    drawn = {} if form is None else _pictures(report, form)
    return {
        Path(folder, "CAPACITY-SIZING.md"): markdown(report, {name: picture for name, (picture, _) in drawn.items()}),
        Path(folder, "capacity_sizing.json"): json_text(report),
        **{Path(folder, name): data for name, (_, data) in drawn.items()},
    }


def _pictures(report: Report, form: str) -> dict[str, tuple[Picture, bytes]]:
    """Return each picture of the report, and what its file holds, by the name of the file."""
    from xlsizing.drawing.canvas import FORMATS  # noqa: PLC0415  # only where pictures are asked for
    from xlsizing.reports.pictures.gallery import gallery  # noqa: PLC0415

    choice(form, "--pictures", FORMATS)
    return {
        f"CAPACITY-SIZING-{picture.name}.{form}": (picture, picture.bytes_of([report], form))
        for picture in gallery([report])
    }


def _reviewed(files: Mapping[str, Path]) -> None:
    from xlsizing.reports.review import review  # noqa: PLC0415  # only where files are asked for

    review(files)


def _print(report: Report, written: list[Path], *, as_json: bool) -> None:
    if as_json:
        from xlsizing.reports.record import record  # noqa: PLC0415  # only where JSON is asked for

        print_json(record(report))
        return
    from xlsizing.reports.terminal import print_report  # noqa: PLC0415  # rich is slow to import

    print_text(lambda file: print_report(report, file))
    if written:
        click.echo(f"Written: {', '.join(map(str, written))}")
