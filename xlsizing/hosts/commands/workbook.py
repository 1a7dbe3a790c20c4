"""``xlsizing workbook``: the customer's workbook of a sizing file."""

from __future__ import annotations

import click

from xlsizing.errors import InfeasibleError
from xlsizing.hosts.output import working

__all__ = ["command"]


@click.command(name="workbook")
@click.option("--spec", metavar="FILE", required=True, help="The sizing file.")
@click.option("-o", "--output", metavar="FILE.xlsx", required=True, help="Where to write the workbook.")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
def command(*, spec: str, output: str, force: bool) -> int:
    """Write a workbook with live formulas for a customer, proven equal to this tool before it is written."""
    from xlsizing.reports.from_spec import spec_report  # noqa: PLC0415  # pydantic, YAML and openpyxl are slow to import
    from xlsizing.spec import read_spec  # noqa: PLC0415
    from xlsizing.workbooks.write import write_workbook  # noqa: PLC0415

    report = spec_report(read_spec(spec))
    with working("Rows proven") as progress:
        written = write_workbook(report, output, force=force, progress=progress)
    click.echo(f"Written: {written}")
    return 0 if report.all_feasible else InfeasibleError.exit_code
