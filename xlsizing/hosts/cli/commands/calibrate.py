"""``xlsizing calibrate``: the constants of the budget out of sweeps of one's own."""

from __future__ import annotations

import click

from xlsizing.hosts.cli.declaring import OnceEach, switch, takes
from xlsizing.hosts.cli.flags import method_flag
from xlsizing.hosts.cli.output import print_facts, working
from xlsizing.reports import new_file, write_whole
from xlsizing.rules import FEW_FOR_CALIBRATION

__all__ = ["command"]

_SCHEME = "first, ~10, last"
_TRUTH = "c x r"


@click.command(cls=OnceEach, name="calibrate")
@click.argument("sweeps", metavar="SWEEPS.csv")
@click.option(
    "-o", "--output", metavar="FILE.json", default="calibration.json", show_default=True, help="Where to write it."
)
@method_flag("Interpolation, the sizing's.")
@takes("--scheme", None, "NAME", "Anchors kept, as accuracy names them.", default=_SCHEME)
@takes("--truth", None, "NAME", "Truth, as accuracy names it.", default=_TRUTH)
@switch("--force", "Overwrite an existing file.")
def command(sweeps: str, *, output: str, method: str, scheme: str, truth: str, force: bool) -> int:
    """Measure how far the budget must lie from the estimate, and write that for size --calibration.

    SWEEPS.csv is what accuracy reads; one hidden point of each curve counts. At least 20 curves, better 60 or more.
    """
    from xlsizing.accuracy import calibrated, read_sweeps, scheme_named, truth_named  # noqa: PLC0415  # of its own command alone
    from xlsizing.advice import today  # noqa: PLC0415
    from xlsizing.core import calibration_text  # noqa: PLC0415

    kept, true = scheme_named(scheme), truth_named(truth)
    target = new_file(output, ".json", force=force, reads=sweeps)
    swept = read_sweeps(sweeps)
    with working("Curves measured") as progress:
        made = calibrated(swept, method, kept, true, today(), progress)
    write_whole({target: calibration_text(made)}, fresh=() if force else (target,))
    if made.curves < FEW_FOR_CALIBRATION:
        _warn(made.curves)
    print_facts({"Budget calibration": made.fact, "Seed of the draw": str(made.seed), "Written": str(target)})
    return 0


def _warn(curves: int) -> None:
    click.echo(
        f"xlsizing: warning: {curves} curves are fewer than {FEW_FOR_CALIBRATION}: the constants are coarse, and those of "
        "high confidence are the commitment",
        err=True,
    )
