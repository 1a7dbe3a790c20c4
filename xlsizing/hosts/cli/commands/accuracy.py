"""``xlsizing accuracy``: how far sizings are from points that were measured and hidden."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlsizing.core import bound
from xlsizing.hosts.cli.declaring import OnceEach, switch, takes
from xlsizing.hosts.cli.flags import confidence_flag, json_flag
from xlsizing.hosts.cli.output import print_json, print_text, working
from xlsizing.hosts.cli.typed import FOLDER
from xlsizing.reports import new_file, write_whole

if TYPE_CHECKING:
    from xlsizing.accuracy import Summary

__all__ = ["command"]


@click.command(cls=OnceEach, name="accuracy")
@click.argument("sweeps", metavar="SWEEPS.csv")
@confidence_flag
@takes("--emit", FOLDER, "DIR", "Write ACCURACY.md and accuracy.json there.")
@takes("--plot", None, "FILE.png", "Draw the error by gap there; needs the extra plot.")
@json_flag("Markdown")
@switch("--force", "Overwrite existing files.")
def command(sweeps: str, *, confidence: float, emit: Path | None, plot: str | None, as_json: bool, force: bool) -> int:
    """Hide points of measured curves, size for them from the points kept, and print how far off that is.

    SWEEPS.csv holds a line a point: curve_id, concurrency, tok_s_per_user, and where measured output_tok_s_per_replica.
    """
    from xlsizing.accuracy import (  # noqa: PLC0415
        error_by_gap,
        markdown,
        measured,  # of its own command alone
        read_sweeps,
        record,
        summary,
    )
    from xlsizing.drawing import check_installed  # noqa: PLC0415

    level = bound(confidence, "--confidence")
    picture = None if plot is None else new_file(plot, ".png", force=force)
    if picture is not None:
        check_installed()
    swept = read_sweeps(sweeps)
    with working("Curves measured") as progress:
        found = measured(swept.curves, level, progress)
    files: dict[Path, str | bytes] = {}
    told = summary(swept, found, level)
    if emit is not None:
        files |= _report_files(told, emit)
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


def _report_files(told: Summary, folder: Path) -> dict[Path, str | bytes]:
    from xlsizing.accuracy import markdown, record  # noqa: PLC0415  # as above

    text = json.dumps(record(told), indent=2, allow_nan=False) + "\n"
    return {folder / "ACCURACY.md": markdown(told), folder / "accuracy.json": text}
