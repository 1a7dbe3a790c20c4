"""``xlsizing curves``: which curves a folder of results, or the shelf of public ones, holds."""

from __future__ import annotations

import click

from xlsizing.checks import refuse
from xlsizing.hosts.cli.curve_flags import pool_rises_flag
from xlsizing.hosts.cli.declaring import OnceEach, group, switch
from xlsizing.hosts.cli.flags import json_flag
from xlsizing.hosts.cli.output import passed_lines, print_json, print_text, working
from xlsizing.hosts.cli.result_flags import ResultFlags, print_rows

__all__ = ["command"]


@click.command(cls=OnceEach, name="curves")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@group("results", ResultFlags)
@pool_rises_flag
@switch("--public", "The public curves that come with this tool instead.")
@json_flag("the table")
def command(
    paths: tuple[str, ...], *, results: ResultFlags, pool_rises: float | None, public: bool, as_json: bool
) -> int:
    """List the curves in files and folders of results, a row each, and what keeps each from a VERDICT."""
    from xlsizing.importers import curve_rows, read_results  # noqa: PLC0415  # of its own command alone

    if public == bool(paths):
        refuse("a folder or --public", "must be given, one of them")
    how = results.options(pool_rises)
    if public:
        from xlsizing.importers import shelf  # noqa: PLC0415

        found = shelf(how)
    else:
        with working("Files read") as progress:
            found = read_results(paths, how, progress)
    rows = curve_rows(found)
    lists = {"Passed over": passed_lines(found.passed), "Bad": passed_lines(found.bad)}
    if as_json:
        print_json({"curves": [row.record() for row in rows], "passed": list(found.passed), "bad": list(found.bad)})
    else:
        title = f"{len(rows)} curve{'s' * (len(rows) != 1)}"
        print_text(lambda file: print_rows(file, title, rows, lists))
    return 0
