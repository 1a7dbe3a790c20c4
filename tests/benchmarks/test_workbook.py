"""Budgets: a standard workbook, proven and written, at most 0.6 s whole process; 1,000 SLA rows under 2 s.

The yardstick writes the same cells with XlsxWriter in the same run: values, formulas and one style, neither recalculated nor
proven.
"""

import io
import subprocess
import sys

import openpyxl
import pytest
import xlsxwriter

from tests.spec_files import EXAMPLE
from xlsizing import Curve, Demand, size
from xlsizing.reports.from_spec import spec_report
from xlsizing.reports.report import Report
from xlsizing.spec import read_spec
from xlsizing.workbooks.write import customer_workbook

CURVE = Curve([1, 10, 256], [215.5, 122.2, 41.8])


def standard():
    """The report of the sizing file that is shipped."""
    return spec_report(read_spec(EXAMPLE))


def long_table(rows):
    """A report of as many SLAs, from below to above the curve."""
    slas = [20 + 200 * position / rows for position in range(rows)]
    return Report(size(CURVE, slas, Demand.tpm(3e6), gpus_per_pod=4))


def cells(data):
    """Return (sheet, row, column, value) of every cell that holds something, counted from 0."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [
        (sheet.title, cell.row - 1, cell.column - 1, cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]


def written(entries):
    """Return a workbook of the same cells by XlsxWriter."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        style = book.add_format({"num_format": "#,##0.00", "border": 1})
        sheets = {}
        for title, row, column, value in entries:
            sheet = sheets.get(title) or sheets.setdefault(title, book.add_worksheet(title))
            sheet.write(row, column, value, style)
    return stream.getvalue()


@pytest.mark.parametrize("rows", [None, 12, 1000], ids=["as-shipped", "12-slas", "1000-slas"])
def test_proven_bytes_against_the_same_cells_by_xlsxwriter(compare, rows):
    report = standard() if rows is None else long_table(rows)
    entries = cells(customer_workbook(report))
    assert len(entries) > 2000
    some = entries[:: len(entries) // 3000]  # in place of a yardstick that takes longer than its subject
    words = f"workbook of {rows or 'the shipped'} SLAs, proven / its {len(entries):,} cells by XlsxWriter"
    compare(words, lambda: customer_workbook(report), lambda: written(some), scale=len(entries) / len(some))


def test_whole_process_against_the_imports(compare, tmp_path):
    def process(*arguments):
        run = [sys.executable, *map(str, arguments)]
        return lambda: subprocess.run(run, check=True, stdout=subprocess.DEVNULL, timeout=120)

    ours = process("-m", "xlsizing", "workbook", "--spec", EXAMPLE, "--force", "-o", tmp_path / "a.xlsx")
    imports = process("-c", "import numpy, openpyxl, formualizer, pydantic, yaml")
    compare("xlsizing workbook, whole process (budget 0.6 s) / its imports", ours, imports)
