"""``xlsizing workbook``: the customer's workbook of a sizing file, the sales workbook, or that of the functions alone."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

import click

from xlsizing.checks import refuse
from xlsizing.errors import InfeasibleError
from xlsizing.hosts.cli.declaring import OnceEach, group, needed, only_with, switch, takes
from xlsizing.hosts.cli.flags import outside_flag
from xlsizing.hosts.cli.output import one_line, passed_lines, working
from xlsizing.hosts.cli.result_flags import ResultFlags

__all__ = ["command"]


@click.command(cls=OnceEach, name="workbook")
@takes("--spec", None, "FILE", "The sizing file of the customer's workbook.")
@outside_flag
@switch("--sales", "The sales workbook instead: its formulas are the Excel functions.")
@switch("--functions", "The Excel functions instead, as LAMBDA names without macros and without Python.")
@click.option(
    "--curves",
    metavar="PATH...",
    multiple=True,
    help="With --sales: its curves, from results of benchmark tools, their folders, curve files and public:NAME.",
)
@takes("--lite", None, "DIR", "Instead, the functions for xlwings Lite: main.py, requirements, a wheel.")
@click.argument("paths", nargs=-1, metavar="")
@click.option("-o", "--output", metavar="FILE", help="Where to write it: .xlsx, with --sales .xlsm.")
@switch("--force", "Overwrite an existing file.")
@group("results", ResultFlags)
def command(
    *,
    spec: str | None,
    allow_outside: bool,
    sales: bool,
    functions: bool,
    curves: tuple[str, ...],
    lite: str | None,
    paths: tuple[str, ...],
    output: str | None,
    force: bool,
    results: ResultFlags,
) -> int:
    """Write a workbook with live formulas for a customer, proven equal to this tool before it is written.

    With --sales, write the macro workbook of sales engineers, which needs no sizing file; --curves fills it. With
    --functions, write the functions that are arithmetic as LAMBDA names, for Excel 365 and 2024 on any system. With --lite,
    write what xlwings Lite takes, so that all functions work on a Mac and in a browser.
    """
    if paths and not curves:
        refuse("a path", "must follow --curves", got=paths[0])
    of_results = [each.name for each in fields(ResultFlags)]
    if lite is not None:
        if spec is not None or sales or functions:
            refuse("--lite", "must not be given beside --spec, --sales or --functions")
        only_with("--spec or --sales", ("allow_outside", "curves", "output", *of_results))
        return _lite(lite, force=force)
    output = needed(output, "--output")
    kinds = (spec is not None, sales, functions)
    if sum(kinds) != 1:
        rule = "must not be given together" if any(kinds) else "must be given, one of them"
        refuse("--spec, --sales and --functions", rule, way_out=_WAY_OUT)
    if not sales:
        only_with("--sales", ("curves",))
    if not curves:
        only_with("--curves", of_results)
    if functions:
        return _functions(output, force=force)
    if spec is not None:
        return _write_customer_book(spec, output, force=force, allow_outside=allow_outside)
    return (
        _write_with_curves((*curves, *paths), output, results, force=force)
        if curves
        else _write_sales_book(output, force=force)
    )


_WAY_OUT: Final = (
    "--spec FILE writes a customer's workbook, --sales the sales workbook, --functions the functions without macros"
)


def _functions(output: str, *, force: bool) -> int:
    from xlsizing.hosts.lambdas import write_functions_workbook  # noqa: PLC0415  # xlwings and openpyxl are slow to import

    click.echo(f"Written: {write_functions_workbook(output, force=force)}")
    return 0


def _write_customer_book(spec: str, output: str, *, force: bool, allow_outside: bool) -> int:
    from xlsizing.reports.from_spec import spec_report  # noqa: PLC0415  # pydantic, YAML and openpyxl are slow to import
    from xlsizing.spec import read_spec  # noqa: PLC0415

    report = spec_report(read_spec(spec, allow_outside=allow_outside))
    from xlsizing.workbooks.customer import write_workbook  # noqa: PLC0415  # slow to import

    with working("Rows proven") as progress:
        written = write_workbook(report, output, force=force, progress=progress)
    click.echo(f"Written: {written}")
    return 0 if report.all_feasible else InfeasibleError.exit_code


def _write_sales_book(output: str, *, force: bool) -> int:
    from xlsizing.hosts.sales import write_sales_workbook  # noqa: PLC0415  # xlwings and openpyxl are slow to import

    click.echo(f"Written: {write_sales_workbook(output, force=force)}")
    return 0


def _lite(folder: str, *, force: bool) -> int:
    from xlsizing.hosts.lite import write_lite  # noqa: PLC0415  # xlwings is slow to import

    click.echo(f"Written: {', '.join(map(str, write_lite(folder, force=force)))}")
    return 0


def _write_with_curves(paths: tuple[str, ...], output: str, results: ResultFlags, *, force: bool) -> int:
    """Write the sales workbook with the curves at `paths`, and say which they are and what was left out."""
    from xlsizing.hosts.sales import (  # noqa: PLC0415
        deck_at,  # as above
        sales_target,
        write_sales_workbook,
    )

    sales_target(output, force=force, reads=paths)  # better said before a folder is read than after it
    with working("Files read") as progress:
        deck, read = deck_at(paths, results.options(), progress)
    written = write_sales_workbook(output, force=force, deck=deck)
    lists = {
        "Curves": [starter.name for starter in deck.starters],
        "Passed over": passed_lines(read.passed),
        "Bad, and left out": passed_lines(read.bad),
    }
    for title, lines in lists.items():
        if lines:
            click.echo("\n".join((title, *(f"- {one_line(line)}" for line in lines), "")))
    click.echo(f"Written: {written}")
    return 0
