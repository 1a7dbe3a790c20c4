"""``xlsizing batch``: a table of scenarios in, the same table with its sizings out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from xlsizing.checks import refuse
from xlsizing.errors import InfeasibleError
from xlsizing.hosts.cli.curve_flags import pool_rises_flag, throughput_flag
from xlsizing.hosts.cli.declaring import OnceEach, flag, group, needed, only_with, option, shared, switch, takes
from xlsizing.hosts.cli.flags import calibration_flag, calibration_in, json_flag
from xlsizing.hosts.cli.output import NOT_RIGHT, one_line, print_json, working
from xlsizing.hosts.cli.typed import Typed

__all__ = ["command"]

_SPECS: Final = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class _Given:
    """By what the rows are sized, and whether IN is a sizing file that is swept."""

    curves: str | None = option(
        "--curves", None, "PATH", "The curves that rows name: a folder, a table of points, a list of files."
    )
    curve: str | None = option("--curve", None, "PATH", "The one curve of all rows, as in size; public:NAME too.")
    pool_rises: float | None = shared(pool_rises_flag)
    throughput_per_replica: bool = shared(throughput_flag)
    calibration: str | None = shared(calibration_flag)
    sweep: str | None = option(
        "--sweep", None, "AXES", 'IN is a sizing file: "util=0.5:0.9:0.1, sla=20:100:5" makes a grid of it.'
    )
    allow_outside: bool = shared(
        switch("--allow-outside", "With --sweep: curve files may stand outside the folder of the sizing file.")
    )

    @contextmanager
    def opened(self, table: str) -> Iterator[dict[str, Any]]:
        """Open the table, or make a grid of the sizing file, and find its curves."""
        if self.sweep is not None or Path(table).suffix.casefold() in _SPECS:
            yield self._grid(table)
            return
        only_with("--sweep", ("allow_outside",))
        from xlsizing.batch import curves_in, curves_of, opened_table  # noqa: PLC0415  # of its own command alone
        from xlsizing.importers import read_curve  # noqa: PLC0415

        if (self.curves is None) == (self.curve is None):
            refuse("exactly one of --curves, --curve", "must be given")
        how: dict[str, Any] = {
            "pool_rises": self.pool_rises,
            "throughput_per_replica": self.throughput_per_replica,
        }
        curves = (
            curves_of(read_curve(self.curve, **how))
            if self.curve is not None
            else curves_in(Path(str(self.curves)), **how)
        )
        with opened_table(Path(table)) as source:
            yield {"source": source, "curves": curves, "calibration": calibration_in(self.calibration)}

    def _grid(self, table: str) -> dict[str, Any]:
        """Return the grid of a sizing file, which says all but what is swept."""
        for name in ("curves", "curve", "pool_rises", "calibration", "throughput_per_replica"):
            if getattr(self, name) is not None and getattr(self, name) is not False:
                refuse(flag(name), "must not be given beside a sizing file", way_out="change the sizing file instead")
        from xlsizing.batch import Grid, axes_in, curves_of  # noqa: PLC0415
        from xlsizing.reports.from_spec import spec_report  # noqa: PLC0415  # pydantic and YAML are slow to import
        from xlsizing.spec import read_spec  # noqa: PLC0415

        spec = read_spec(table, allow_outside=self.allow_outside)
        spec_report(spec)  # a curve of another workload is refused here as everywhere
        return {
            "source": Grid(spec, {} if self.sweep is None else axes_in(self.sweep)),
            "curves": curves_of(spec.curve()),
            "calibration": spec.calibration,
            "output_tokens": spec.workload().osl,
        }


def _names_in_list(text: str, _name: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


_NAMES: Final = Typed(_names_in_list)


@click.command(cls=OnceEach, name="batch")
@click.argument("table", required=False, metavar="IN")
@click.option("-o", "--output", metavar="OUT", help="The sized table: .csv, .parquet or .xlsx.")
@group("given", _Given)
@takes("--by", _NAMES, "COLUMN,...", "Print totals per group of rows, kind of GPU and currency.")
@takes("--totals", None, "FILE", "Write these totals there: .csv, .parquet or .xlsx.")
@takes("--columns", _NAMES, "NAME,...", "Write these results only.")
@switch("--list-columns", "List what is read and what is written, and do no more.")
@switch("--strict", "Refuse the table where a row is wrong.")
@switch("--force", "Overwrite existing files.")
@json_flag("sentences")
def command(
    table: str | None,
    *,
    output: str | None,
    given: _Given,
    by: tuple[str, ...] | None,
    totals: str | None,
    columns: tuple[str, ...] | None,
    list_columns: bool,
    strict: bool,
    force: bool,
    as_json: bool,
) -> int:
    """Size a table of scenarios: CSV, Parquet or .xlsx, by the end of its name; OUT likewise.

    A row that is wrong says so in the column error and leaves the others alone. Exit code 4 where there is one, else 3
    where a row cannot be met, else 0.
    """
    if list_columns:
        _list_columns()
        return 0
    from xlsizing.batch import Job, chosen_results, new_table, size_table  # noqa: PLC0415  # of its own command alone

    source, target = needed(table, "IN"), needed(output, "--output")
    with given.opened(source) as opened:
        if totals is not None and by is None:
            refuse("--totals", "must be given with --by")
        job = Job(
            **opened,
            target=new_table(target, force=force),
            totals=None if totals is None else new_table(totals, force=force),
            by=by or (),
            results=chosen_results(columns),
            strict=strict,
        )
        files = [path for path in (job.target, job.totals) if path is not None]
        with working("Rows sized") as told:
            outcome = size_table(job, fresh=() if force else files, told=told)
    _print_outcome(outcome, files, as_json=as_json)
    if outcome.wrong:
        return NOT_RIGHT
    return InfeasibleError.exit_code if outcome.unmet else 0


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


def _print_outcome(outcome: Any, files: Sequence[Path], *, as_json: bool) -> None:
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
    lines = [list(totals[0]), *([_value_in_words(value) for value in row.values()] for row in totals)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    numeric = [isinstance(value, int | float) for value in totals[0].values()]
    for line in lines:
        cells = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ]
        click.echo("  ".join(cells).rstrip())


def _value_in_words(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else "-" if value is None else one_line(str(value))
