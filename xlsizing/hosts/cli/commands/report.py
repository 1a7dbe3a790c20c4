"""``xlsizing report``: the page of a sizing file, to be mailed and printed."""

from __future__ import annotations

import click

from xlsizing.errors import InfeasibleError
from xlsizing.hosts.cli.compare_flags import CompareFlags
from xlsizing.hosts.cli.declaring import OnceEach, group, switch
from xlsizing.hosts.cli.flags import outside_flag

__all__ = ["command"]


@click.command(cls=OnceEach, name="report")
@click.option("--spec", metavar="FILE", required=True, help="The sizing file.")
@outside_flag
@click.option("-o", "--output", metavar="FILE.html", required=True, help="Where to write it.")
@click.option(
    "--pictures/--no-pictures", default=True, show_default=True, help="Draw pictures, which needs the extra plot."
)
@group("others", CompareFlags)
@switch("--force", "Overwrite an existing file.")
def command(*, spec: str, allow_outside: bool, output: str, pictures: bool, others: CompareFlags, force: bool) -> int:
    """Write one HTML page with tables, pictures, context and notes: no network and no script is needed to read it.

    A curve that was measured at another workload than the customer's is refused: the page is for customers.
    """
    from xlsizing.drawing import check_installed  # noqa: PLC0415  # only here, as the next four
    from xlsizing.reports import new_file, write_whole  # noqa: PLC0415
    from xlsizing.reports.from_spec import spec_report  # noqa: PLC0415
    from xlsizing.reports.page import page  # noqa: PLC0415
    from xlsizing.spec import read_spec  # noqa: PLC0415

    target = new_file(output, ".html", force=force, reads=spec)
    if pictures:
        check_installed()
    report = spec_report(read_spec(spec, allow_outside=allow_outside))
    written = page([report, *others.reports(report)], pictures=pictures)
    write_whole({target: written}, fresh=() if force else (target,))
    click.echo(f"{report.headline}.\nWritten: {target}")
    return 0 if report.all_feasible else InfeasibleError.exit_code
