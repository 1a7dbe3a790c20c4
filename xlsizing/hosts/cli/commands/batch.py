"""``xlsizing batch``: a table of scenarios in, the same table with its sizings out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from xlsizing.checks import refuse
from xlsizing.errors import InfeasibleError
from xlsizing.hosts.cli.curve_flags import curve_options, pool_rises_flag, throughput_flag
from xlsizing.hosts.cli.flags import calibration_flag, calibration_of
from xlsizing.hosts.cli.output import NOT_RIGHT, one_line, print_json, working

__all__ = ["command"]

_SPECS: Final = (".yaml", ".yml", ".json")


@click.command(name="batch", short_help="Size a table of scenarios, a row each.")
@click.argument("table", required=False, metavar="IN")
@click.option("-o", "--output", metavar="OUT", help="The sized table: .csv, .parquet or .xlsx.")
@click.option(
    "--curves", metavar="PATH", help="The curves that rows name: a folder, a table of points, a list of files."
)
@click.option("--curve", metavar="PATH", help="The one curve of all rows, as in size; public:NAME too.")
@pool_rises_flag
@throughput_flag
@calibration_flag
@click.option(
    "--sweep", metavar="AXES", help='IN is a sizing file: "util=0.5:0.9:0.1, sla=20:100:5" makes a grid of it.'
)
@click.option(
    "--allow-outside", is_flag=True, help="With --sweep: curve files may stand outside the folder of the sizing file."
)
@click.option("--by", metavar="COLUMN,...", help="Print totals per group of rows, kind of GPU and currency.")
@click.option("--totals", metavar="FILE", help="Write these totals there: .csv, .parquet or .xlsx.")
@click.option("--columns", metavar="NAME,...", help="Write these results only.")
@click.option("--list-columns", is_flag=True, help="List what is read and what is written, and do no more.")
@click.option("--strict", is_flag=True, help="Refuse the table where a row is wrong.")
@click.option("--force", is_flag=True, help="Overwrite existing files.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of sentences.")
def command(**flags: Any) -> int:
    """Size a table of scenarios: CSV, Parquet or .xlsx, by the end of its name; OUT likewise.

    A row that is wrong says so in the column error and leaves the others alone. Exit code 4 where there is one, else 3
    where a row cannot be met, else 0.
    """
    if flags["list_columns"]:
        _list_columns()
        return 0
    from xlsizing.batch import Job, size_table  # noqa: PLC0415  # of its own command alone

    table, output = _needed(flags, "table", "IN"), _needed(flags, "output", "--output")
    with _source(table, flags) as given:
        job = Job(**given, **_asked(flags, output))
        files = [path for path in (job.target, job.totals) if path is not None]
        with working("Rows sized") as told:
            outcome = size_table(job, fresh=() if flags["force"] else files, told=told)
    _print(outcome, files, as_json=flags["as_json"])
    if outcome.wrong:
        return NOT_RIGHT
    return InfeasibleError.exit_code if outcome.unmet else 0


def _needed(flags: dict[str, Any], name: str, called: str) -> str:
    if flags[name] is None:
        refuse(called, "must be given")
    return str(flags[name])


def _asked(flags: dict[str, Any], output: str) -> dict[str, Any]:
    """Return what the flags ask to be made of the table."""
    from xlsizing.batch import chosen_results, new_table  # noqa: PLC0415  # of its own command alone

    if flags["totals"] is not None and flags["by"] is None:
        refuse("--totals", "must be given with --by")
    return {
        "target": new_table(output, force=flags["force"]),
        "totals": None if flags["totals"] is None else new_table(flags["totals"], force=flags["force"]),
        "by": tuple(_names(flags["by"])),
        "results": chosen_results(None if flags["columns"] is None else _names(flags["columns"])),
        "strict": flags["strict"],
    }


def _names(text: str | None) -> list[str]:
    return [] if text is None else [name.strip() for name in text.split(",")]


@contextmanager
def _source(table: str, flags: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Open the table, or make a grid of the sizing file, and find its curves."""
    if flags["sweep"] is not None or Path(table).suffix.casefold() in _SPECS:
        yield _grid(table, flags)
        return
    if flags["allow_outside"]:
        refuse("--allow-outside", "must be given with --sweep, and only with it")
    from xlsizing.batch import (  # noqa: PLC0415
        Curves,
        curves_in,
        curves_of,
        opened_table,
    )
    from xlsizing.importers import read_curve  # noqa: PLC0415

    if (flags["curves"] is None) == (flags["curve"] is None):
        refuse("exactly one of --curves, --curve", "must be given")
    options = curve_options(flags)
    curves: Curves = (
        curves_in(Path(flags["curves"]), **options)
        if flags["curve"] is None
        else curves_of(read_curve(flags["curve"], **options))
    )
    with opened_table(Path(table)) as source:
        yield {"source": source, "curves": curves, "calibration": calibration_of(flags)}


def _grid(table: str, flags: dict[str, Any]) -> dict[str, Any]:
    """Return the grid of a sizing file, which says all but what is swept."""
    given = [name for name in ("curves", "curve", "pool_rises", "calibration") if flags[name] is not None]
    if given or flags["throughput_per_replica"]:
        name = (given or ["throughput_per_replica"])[0].replace("_", "-")
        refuse(f"--{name}", "must not be given beside a sizing file", way_out="change the sizing file instead")
    from xlsizing.batch import (  # noqa: PLC0415
        Grid,
        axes_in,
        curves_of,
    )
    from xlsizing.reports.from_spec import spec_report  # noqa: PLC0415  # pydantic and YAML are slow to import
    from xlsizing.spec import read_spec  # noqa: PLC0415

    spec = read_spec(table, allow_outside=flags["allow_outside"])
    spec_report(spec)  # a curve of another workload is refused here as everywhere
    return {
        "source": Grid(spec, {} if flags["sweep"] is None else axes_in(flags["sweep"])),
        "curves": curves_of(spec.curve()),
        "calibration": spec.calibration,
        "output_tokens": spec.workload().osl,
    }


def _list_columns() -> None:
    from xlsizing.batch import INPUTS, RESULTS  # noqa: PLC0415

    click.echo("Read, in any order; other columns pass through:")
    for each in INPUTS.values():
        other = f" (or {each.other})" if each.other else ""
        default = "" if each.default is None else f"; {each.default} where there is no such column"
        click.echo(f"  {each.name}{other}: {re.sub(' +', ' ', each.meaning)}{default}")
    click.echo("Written, in this order, behind the columns given:")
    for result in RESULTS:
        click.echo(f"  {result.name}")


def _print(outcome: Any, files: Sequence[Path], *, as_json: bool) -> None:
    if as_json:
        first = [{"row": row, "error": words} for row, words in outcome.first]
        counts = {"rows": outcome.rows, "unmet": outcome.unmet, "wrong": outcome.wrong}
        print_json({**counts, "first_wrong": first, "totals": outcome.totals, "written": list(map(str, files))})
        return
    click.echo(
        f"{outcome.rows:,} rows: {outcome.rows - outcome.unmet - outcome.wrong:,} sized, {outcome.unmet:,} cannot be met, "
        f"{outcome.wrong:,} wrong."
    )
    for row, words in outcome.first:
        click.echo(f"Row {row:,}: {one_line(words)}")
    if outcome.wrong > len(outcome.first):
        click.echo("Further ones are in the column error.")
    if outcome.totals:
        _print_totals(outcome.totals)
    click.echo(f"Written: {', '.join(map(str, files))}")


def _print_totals(totals: Sequence[dict[str, Any]]) -> None:
    lines = [list(totals[0]), *([_shown(value) for value in row.values()] for row in totals)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    numeric = [isinstance(value, int | float) for value in totals[0].values()]
    for line in lines:
        cells = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ]
        click.echo("  ".join(cells).rstrip())


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else "-" if value is None else one_line(str(value))
