"""``xlsizing accuracy``: how far sizings are from points that were measured and hidden."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlsizing.budget import bound
from xlsizing.checks import number_in_text, refuse
from xlsizing.errors import BLANK
from xlsizing.hosts.flags import confidence_flag
from xlsizing.hosts.output import print_json, print_text, working
from xlsizing.reports.files import new_file, write_whole

if TYPE_CHECKING:
    from xlsizing.accuracy.summary import Summary

__all__ = ["command"]


@click.command(name="accuracy", short_help="Hide measured points and size for them.")
@click.argument("sweeps", metavar="SWEEPS.csv")
@confidence_flag
@click.option("--emit", metavar="DIR", help="Write ACCURACY.md and accuracy.json there.")
@click.option("--plot", metavar="FILE.png", help="Draw the error by gap there; needs the extra plot.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of Markdown.")
@click.option("--force", is_flag=True, help="Overwrite existing files.")
def command(sweeps: str, *, confidence: str, emit: str | None, plot: str | None, as_json: bool, force: bool) -> int:
    """Hide points of measured curves, size for them from the points kept, and print how far off that is.

    SWEEPS.csv holds a line a point: curve_id, concurrency, tok_s_per_user, and where measured output_tok_s_per_replica.
    """
    from xlsizing.accuracy.measure import measured  # noqa: PLC0415  # of its own command alone
    from xlsizing.accuracy.plot import error_by_gap  # noqa: PLC0415
    from xlsizing.accuracy.summary import markdown, record, summary  # noqa: PLC0415
    from xlsizing.accuracy.sweeps import read_sweeps  # noqa: PLC0415
    from xlsizing.drawing.canvas import check_installed  # noqa: PLC0415

    level = bound(number_in_text(confidence, "--confidence"), "--confidence")
    picture = None if plot is None else new_file(plot, ".png", force=force)
    if picture is not None:
        check_installed()
    folder = None if emit is None else _folder(emit)
    swept = read_sweeps(sweeps)
    with working("Curves measured") as progress:
        found = measured(swept.curves, level, progress)
    files: dict[Path, str | bytes] = {}
    told = summary(swept, found, level)
    if folder is not None:
        files |= _pair(told, folder)
    if picture is not None:
        files[picture] = error_by_gap(found, found[0].truth, swept.source)
    if files:
        write_whole(files, fresh=() if force else files)
    if as_json:
        print_json(record(told))
        return 0
    print_text(lambda file: print(markdown(told), end="", file=file))
    if files:
        click.echo(f"\nWritten: {', '.join(map(str, files))}")
    return 0


def _folder(emit: str) -> Path:
    if not emit.strip():
        refuse("--emit", "must name a directory", got=BLANK, way_out='write "." for the current one')
    return Path(emit)


def _pair(told: Summary, folder: Path) -> dict[Path, str | bytes]:
    from xlsizing.accuracy.summary import markdown, record  # noqa: PLC0415  # as above

    text = json.dumps(record(told), indent=2, allow_nan=False) + "\n"
    return {folder / "ACCURACY.md": markdown(told), folder / "accuracy.json": text}
