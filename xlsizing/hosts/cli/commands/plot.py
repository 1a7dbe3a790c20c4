"""``xlsizing plot``: the pictures of a sizing."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import click

from xlsizing.checks import choice, refuse
from xlsizing.errors import BLANK, InfeasibleError
from xlsizing.hosts.cli.compare_flags import CompareFlags
from xlsizing.hosts.cli.declaring import OnceEach, group, switch
from xlsizing.hosts.cli.sizing_flags import SizingFlags, sizing_flags

__all__ = ["command"]

_SEVERAL = "cost-by-sla, or without a picture"


@click.command(cls=OnceEach, name="plot")
@click.argument("picture", required=False, metavar="[gpus-by-sla|curve|cost-by-sla|sensitivity|growth]")
@click.option("-o", "--output", metavar="PLACE", required=True, help="A file .svg or .png; without a picture a folder.")
@sizing_flags("picture", "output", *(each.name for each in fields(CompareFlags)), "force")
@group("others", CompareFlags)
@switch("--force", "Overwrite existing files.")
def command(
    *, picture: str | None, output: str, sizing: SizingFlags, spec: str | None, others: CompareFlags, force: bool
) -> int:
    """Draw one picture of a sizing into a file, or without a name all there are into a folder, as SVG and PNG.

    gpus-by-sla: plateau, steep rise and the SLAs asked for. curve: operating points and waits. cost-by-sla: curves
    compared, with --compare. sensitivity: what moves the figure to quote, and how far to the next pod. growth: GPUs by
    quarter, where the demand grows.
    """
    from xlsizing.drawing import check_installed  # noqa: PLC0415  # only here are pictures drawn
    from xlsizing.reports import write_whole  # noqa: PLC0415
    from xlsizing.reports.pictures import GALLERY  # noqa: PLC0415

    places = _places(picture, output, several=bool(others.compare), force=force)
    check_installed()
    report = sizing.report(spec)
    reports = [report, *others.reports(report, sizing.curve.how)]
    if report.growth is None:
        places = _without_growth(places, named=picture is not None)
    files: dict[Path, str | bytes] = {
        place: GALLERY[name].bytes_of(reports, place.suffix.lower().removeprefix("."))
        for name, each in places.items()
        for place in each
    }
    write_whole(files, fresh=() if force else files)
    click.echo(f"{report.headline}.\nWritten: {', '.join(map(str, files))}")
    return 0 if report.all_feasible else InfeasibleError.exit_code


def _without_growth(places: dict[str, list[Path]], *, named: bool) -> dict[str, list[Path]]:
    """Return the `places` of pictures of a demand that does not grow, and refuse one that is `named` and needs growth."""
    from xlsizing.reports.pictures import GALLERY  # noqa: PLC0415  # as above

    kept = {name: files for name, files in places.items() if not GALLERY[name].grows}
    if named and not kept:
        refuse("--growth", "must be given with this picture, or growth in a sizing file named with --spec")
    return kept


def _places(name: str | None, output: str, *, several: bool, force: bool) -> dict[str, list[Path]]:
    """Return where each picture that is asked for shall stand, in each of its forms."""
    from xlsizing.drawing import FORMATS  # noqa: PLC0415  # as above
    from xlsizing.reports import new_file  # noqa: PLC0415
    from xlsizing.reports.pictures import GALLERY  # noqa: PLC0415

    if not output.strip():
        refuse("output", "must name a file", got=BLANK)
    if name is None:
        return {
            each.name: [new_file(Path(output, f"{each.name}.{form}"), f".{form}", force=force) for form in FORMATS]
            for each in GALLERY.values()
            if several or not each.several
        }
    picture = GALLERY[choice(name, "the picture", tuple(GALLERY))]
    if picture.several != several:
        refuse("--compare", f"must be given with {_SEVERAL}, and only with it")
    suffix = Path(output).suffix.lower()
    if suffix.removeprefix(".") not in FORMATS:
        refuse("output", f"must end in {' or '.join(f'.{form}' for form in FORMATS)}", got=Path(output).name)
    return {name: [new_file(output, suffix, force=force)]}
