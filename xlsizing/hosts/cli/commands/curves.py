"""``xlsizing curves``: which curves a folder of results, or the shelf of public ones, holds."""

from __future__ import annotations

from typing import Any

import click

from xlsizing.checks import refuse
from xlsizing.hosts.cli.curve_flags import pool_rises_flag
from xlsizing.hosts.cli.output import print_json, print_text, working
from xlsizing.hosts.cli.result_flags import options_of, passed_lines, print_rows, result_flags

__all__ = ["command"]


@click.command(name="curves", short_help="List the curves in a folder of results.")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@result_flags
@pool_rises_flag
@click.option("--public", is_flag=True, help="The public curves that come with this tool instead.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
def command(paths: tuple[str, ...], *, public: bool, as_json: bool, **flags: Any) -> int:
    """List the curves in files and folders of results, a row each, and what keeps each from a VERDICT."""
    from xlsizing.importers import curve_rows, read_results  # noqa: PLC0415  # of its own command alone

    if public == bool(paths):
        refuse("a folder or --public", "must be given, one of them")
    how = options_of(flags)
    if public:
        from xlsizing.importers import shelf  # noqa: PLC0415

        results = shelf(how)
    else:
        with working("Files read") as progress:
            results = read_results(paths, how, progress)
    rows = curve_rows(results)
    lists = {"Passed over": passed_lines(results.passed), "Bad": passed_lines(results.bad)}
    if as_json:
        print_json({"curves": [row.record() for row in rows], "passed": list(results.passed), "bad": list(results.bad)})
    else:
        title = f"{len(rows)} curve{'s' * (len(rows) != 1)}"
        print_text(lambda file: print_rows(file, title, rows, lists))
    return 0
