"""``xlsizing plot``: the pictures of a sizing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from xlsizing.checks import choice, number_in_text, printable, refuse
from xlsizing.errors import BLANK, InfeasibleError, InputError, Phrase
from xlsizing.hosts.curve_flags import curve_options
from xlsizing.hosts.sizing_flags import report_of, sizing_flags
from xlsizing.reading import hashed_name
from xlsizing.reports.report import Report

__all__ = ["command"]

_BESIDE = ("picture", "output", "compare", "compare_usd", "force")


@click.command(name="plot", short_help="Draw a sizing: GPUs, curve, cost, sensitivity.")
@click.argument("picture", required=False, metavar="[gpus-by-sla|curve|cost-by-sla|sensitivity]")
@click.option("-o", "--output", metavar="PLACE", required=True, help="A file .svg or .png; without a picture a folder.")
@sizing_flags
@click.option(
    "--compare", metavar="PATH", multiple=True, help="Another curve, for cost-by-sla; may be given four times."
)
@click.option(
    "--compare-usd", metavar="USD", multiple=True, help="Price of one GPU-hour of each curve compared, in their order."
)
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
    reports = [report, *_compared(report, flags)]
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


def _compared(report: Report, flags: dict[str, Any]) -> list[Report]:
    """Return the same sizing on each curve that the flags compare with."""
    paths: Sequence[str] = flags["compare"]
    if len(flags["compare_usd"]) not in (0, len(paths)):
        got = Phrase(f"{len(flags['compare_usd'])} for {len(paths)}")
        refuse("--compare-usd", "must be given for each --compare, or for none", got=got)
    given = [number_in_text(usd, "--compare-usd") for usd in flags["compare_usd"]]
    prices: list[float] | list[None] = given or [None] * len(paths)
    return [_on(path, price, report, flags) for path, price in zip(paths, prices, strict=True)]


def _on(path: str, price: float | None, report: Report, flags: dict[str, Any]) -> Report:
    from xlsizing.importers import read_curve  # noqa: PLC0415  # only where curves are compared
    from xlsizing.reports.compared import compared  # noqa: PLC0415

    curve = read_curve(path, **curve_options(flags))
    try:
        return compared(report, curve, printable(hashed_name(Path(path)), "--compare"), price)
    except InputError as error:
        raise error.placed(f"--compare {path}") from None
