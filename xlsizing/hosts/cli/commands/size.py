"""``xlsizing size``: a sizing as a table, as files, or as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from xlsizing.checks import choice
from xlsizing.errors import InfeasibleError
from xlsizing.hosts.cli.declaring import OnceEach, only_with, switch, takes
from xlsizing.hosts.cli.flags import json_flag
from xlsizing.hosts.cli.output import print_json, print_text, working
from xlsizing.hosts.cli.sizing_flags import SizingFlags, sizing_flags
from xlsizing.hosts.cli.typed import FOLDER, Typed
from xlsizing.reports import Report

if TYPE_CHECKING:
    from xlsizing.reports.pictures import Picture

__all__ = ["command"]

_UNMET = InfeasibleError.exit_code


def _form(text: str, name: str) -> str:
    from xlsizing.drawing import FORMATS  # noqa: PLC0415  # only where pictures are asked for

    return choice(text, name, FORMATS)


_FORM: Final = Typed(_form)


@click.command(cls=OnceEach, name="size")
@sizing_flags("emit", "pictures", "xlsx", "force", "as_json")
@takes("--emit", FOLDER, "DIR", "Write CAPACITY-SIZING.md and capacity_sizing.json there.")
@takes("--pictures", _FORM, "svg|png", "With --emit: draw the report's pictures too; needs the extra plot.")
@takes("--xlsx", None, "FILE.xlsx", "Write a customer's workbook there, proven equal to this table.")
@switch("--force", "Let --xlsx overwrite an existing file.")
@json_flag("the table")
def command(
    *,
    sizing: SizingFlags,
    spec: str | None,
    emit: Path | None,
    pictures: str | None,
    xlsx: str | None,
    force: bool,
    as_json: bool,
) -> int:
    """Size a deployment from a measured curve and interactivity SLAs."""
    report = sizing.report(spec)
    if emit is None:
        only_with("--emit", ("pictures",))
    book = {} if xlsx is None else _workbook(report, xlsx, force=force)
    pair = {} if emit is None else _report_files(report, emit, pictures)
    if book or pair:
        from xlsizing.reports import write_whole  # noqa: PLC0415  # only where files are asked for

        write_whole(book | pair, check=_review_files if pair else None, fresh=() if force else book)
    _print_sizing(report, [*book, *pair], as_json=as_json)
    return 0 if report.all_feasible else _UNMET


def _workbook(report: Report, file: str, *, force: bool) -> dict[Path, str | bytes]:
    """Return the customer's workbook, by where it shall stand."""
    from xlsizing.reports import new_file  # noqa: PLC0415  # only where files are asked for
    from xlsizing.workbooks.customer import customer_workbook  # noqa: PLC0415  # openpyxl and the engine are slow to import

    target = new_file(file, ".xlsx", force=force)
    with working("Rows proven") as progress:
        return {target: customer_workbook(report, progress)}


def _report_files(report: Report, folder: Path, form: str | None) -> dict[Path, str | bytes]:
    """Return the report's two files and its pictures in a `form`, if one is asked for, by where they shall stand."""
    from xlsizing.reports import json_text, markdown  # noqa: PLC0415  # only where files are asked for

    drawn = {} if form is None else _pictures(report, form)
    return {
        folder / "CAPACITY-SIZING.md": markdown(report, {name: picture for name, (picture, _) in drawn.items()}),
        folder / "capacity_sizing.json": json_text(report),
        **{folder / name: data for name, (_, data) in drawn.items()},
    }


def _pictures(report: Report, form: str) -> dict[str, tuple[Picture, bytes]]:
    """Return each picture of the report, and what its file holds, by the name of the file."""
    from xlsizing.reports.pictures import gallery  # noqa: PLC0415  # only where pictures are asked for

    return {
        f"CAPACITY-SIZING-{picture.name}.{form}": (picture, picture.bytes_of([report], form))
        for picture in gallery([report])
    }


def _review_files(files: Mapping[str, Path]) -> None:
    from xlsizing.reports import review  # noqa: PLC0415  # only where files are asked for

    review(files)


def _print_sizing(report: Report, written: list[Path], *, as_json: bool) -> None:
    if as_json:
        from xlsizing.reports import record  # noqa: PLC0415  # only where JSON is asked for

        print_json(record(report))
        return
    from xlsizing.reports.terminal import print_report  # noqa: PLC0415  # rich is slow to import

    print_text(lambda file: print_report(report, file))
    if written:
        click.echo(f"Written: {', '.join(map(str, written))}")
