"""``xlsizing workbook``: the customer's workbook of a sizing file, or the sales workbook."""

from __future__ import annotations

import click

from xlsizing.checks import refuse
from xlsizing.errors import InfeasibleError
from xlsizing.hosts.flags import outside_flag
from xlsizing.hosts.output import working

__all__ = ["command"]


@click.command(name="workbook", short_help="Write a workbook with live formulas.")
@click.option("--spec", metavar="FILE", help="The sizing file of the customer's workbook.")
@outside_flag
@click.option("--sales", is_flag=True, help="The sales workbook instead: its formulas are the Excel functions.")
@click.option("-o", "--output", metavar="FILE", required=True, help="Where to write it: .xlsx, with --sales .xlsm.")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
def command(*, spec: str | None, allow_outside: bool, sales: bool, output: str, force: bool) -> int:
    """Write a workbook with live formulas for a customer, proven equal to this tool before it is written.

    With --sales, write the macro workbook of sales engineers, which needs no sizing file.
    """
    if (spec is not None) == sales:
        rule = "must not be given together" if sales else "must be given, one of them"
        refuse(
            "--spec and --sales", rule, way_out="--spec FILE writes a customer's workbook, --sales the sales workbook"
        )
    return (
        _sales(output, force=force)
        if spec is None
        else _customer(spec, output, force=force, allow_outside=allow_outside)
    )


def _customer(spec: str, output: str, *, force: bool, allow_outside: bool) -> int:
    from xlsizing.reports.from_spec import spec_report  # noqa: PLC0415  # pydantic, YAML and openpyxl are slow to import
    from xlsizing.spec import read_spec  # noqa: PLC0415

    report = spec_report(read_spec(spec, allow_outside=allow_outside))
    from xlsizing.workbooks.write import write_workbook  # noqa: PLC0415  # slow to import

    with working("Rows proven") as progress:
        written = write_workbook(report, output, force=force, progress=progress)
    click.echo(f"Written: {written}")
    return 0 if report.all_feasible else InfeasibleError.exit_code


def _sales(output: str, *, force: bool) -> int:
    from xlsizing.hosts.sales import write_sales_workbook  # noqa: PLC0415  # xlwings and openpyxl are slow to import

    click.echo(f"Written: {write_sales_workbook(output, force=force)}")
    return 0
