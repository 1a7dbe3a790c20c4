"""``xlsizing plot``: the pictures of a sizing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xlsizing.checks import choice, refuse
from xlsizing.errors import BLANK, InfeasibleError
from xlsizing.hosts.compare_flags import COMPARE, compare_flags, compared_of
from xlsizing.hosts.curve_flags import curve_options
from xlsizing.hosts.sizing_flags import report_of, sizing_flags

__all__ = ["command"]

_BESIDE = ("picture", "output", *COMPARE, "force")


@click.command(name="plot", short_help="Draw a sizing: GPUs, curve, cost, sensitivity.")
@click.argument("picture", required=False, metavar="[gpus-by-sla|curve|cost-by-sla|sensitivity]")
@click.option("-o", "--output", metavar="PLACE", required=True, help="A file .svg or .png; without a picture a folder.")
@sizing_flags
@compare_flags
@click.option("--force", is_flag=True, help="Overwrite existing files.")
def command(**flags: Any) -> int:
    """Draw one picture of a sizing into a file, or without a name all there are into a folder, as SVG and PNG.

    gpus-by-sla: plateau, steep rise and the SLAs asked for. curve: operating points and waits. cost-by-sla: curves
    compared, with --compare. sensitivity: what moves the figure to quote, and how far to the next pod.
    """
    from xlsizing.drawing.canvas import check_installed  # noqa: PLC0415  # only here are pictures drawn
    from xlsizing.reports.files import write_whole  # noqa: PLC0415
    from xlsizing.reports.pictures.gallery import GALLERY  # noqa: PLC0415

    places = _places(flags)
    check_installed()
    report = report_of(flags, _BESIDE)
    reports = [report, *compared_of(report, flags, curve_options(flags))]
    files: dict[Path, str | bytes] = {
        place: GALLERY[name].bytes_of(reports, place.suffix.lower().removeprefix("."))
        for name, each in places.items()
        for place in each
    }
    write_whole(files, fresh=() if flags["force"] else files)
    click.echo(f"{report.headline}.\nWritten: {', '.join(map(str, files))}")
    return 0 if report.all_feasible else InfeasibleError.exit_code


def _places(flags: dict[str, Any]) -> dict[str, list[Path]]:
    """Return where each picture that is asked for shall stand, in each of its forms."""
    from xlsizing.drawing.canvas import FORMATS  # noqa: PLC0415  # as above
    from xlsizing.reports.files import new_file  # noqa: PLC0415
    from xlsizing.reports.pictures.gallery import GALLERY  # noqa: PLC0415

    name, output, several = flags["picture"], flags["output"], bool(flags["compare"])
    if not output.strip():
        refuse("output", "must name a file", got=BLANK)
    if name is None:
        shown = [each.name for each in GALLERY.values() if several or not each.several]
        files = {each: [f"{each}.{form}" for form in FORMATS] for each in shown}
        return {
            each: [new_file(Path(output, file), Path(file).suffix, force=flags["force"]) for file in names]
            for each, names in files.items()
        }
    picture = GALLERY[choice(name, "the picture", tuple(GALLERY))]
    if picture.several != several:
        refuse("--compare", f"must be given with {_SEVERAL}, and only with it")
    suffix = Path(output).suffix.lower()
    if suffix.removeprefix(".") not in FORMATS:
        refuse("output", f"must end in {' or '.join(f'.{form}' for form in FORMATS)}", got=Path(output).name)
    return {name: [new_file(output, suffix, force=flags["force"])]}


_SEVERAL = "cost-by-sla, or without a picture"
