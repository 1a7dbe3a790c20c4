"""Budgets: a standard workbook, proven and written, 0.6 s whole process; 1,000 SLAs under 2 s; 10,000 under 250 MB.

The yardstick writes the same cells with XlsxWriter in the same run: values, formulas and one style, neither recalculated nor
proven.
"""

import io
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from tests.benchmarks.processes import memory_of, process
from tests.spec_files import EXAMPLE
from tests.workbooks.engines import parts
from xlsizing import Curve, Demand, size
from xlsizing.reports.from_spec import spec_report
from xlsizing.reports.report import Report
from xlsizing.spec import read_spec
from xlsizing.workbooks.customer.write import customer_workbook

pytestmark = pytest.mark.slow

LONG = 10_000
ROUNDS_TO_KEEP = 5
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


def count(data):
    """Return the number of cells that hold something."""
    sheets = (part for name, part in parts(data).items() if name.startswith("xl/worksheets/sheet"))
    return sum(sheet.count(b"</c>") for sheet in sheets)


def sampled_cells(data, like=None):
    """Return the number of cells of a workbook, and some: in place of a yardstick that takes longer than its subject.

    They are those of a workbook `like` it, where reading its own takes minutes.
    """
    entries = cells(data if like is None else like)
    return count(data), entries[:: max(1, len(entries) // 3000)]


def only_for_figures_to_keep(request, rows):
    """Skip what takes minutes, unless as many rounds are asked for as a figure to keep needs."""
    if rows == LONG and request.config.getoption("--ratio-rounds") < ROUNDS_TO_KEEP:
        pytest.skip(f"takes minutes: run it with --ratio-rounds {ROUNDS_TO_KEEP} or more")


@pytest.mark.parametrize("rows", [None, 12, 1000, LONG], ids=["as-shipped", "12-slas", "1000-slas", "10000-slas"])
def test_proven_bytes_against_the_same_cells_by_xlsxwriter(compare, request, rows):
    only_for_figures_to_keep(request, rows)
    report = standard() if rows is None else long_table(rows)
    whole, some = sampled_cells(customer_workbook(report), customer_workbook(long_table(500)) if rows == LONG else None)
    assert whole > 2000
    words = f"workbook of {rows or 'the shipped'} SLAs, proven / its {whole:,} cells by XlsxWriter"
    ours, theirs = lambda: customer_workbook(report), lambda: written(some)
    compare(words, ours, theirs, scale=whole / len(some), most_rounds=1 if rows == LONG else None)


IMPORTS = process("-c", "import numpy, openpyxl, formualizer, pydantic, yaml")


def test_whole_process_against_the_imports(compare, tmp_path):
    ours = process("-m", "xlsizing", "workbook", "--spec", EXAMPLE, "--force", "-o", tmp_path / "a.xlsx")
    compare("xlsizing workbook, whole process (budget 0.6 s) / its imports", ours, IMPORTS)


SIZE_TO_XLSX = (
    "-c",
    "import sys; from xlsizing.hosts.cli.main import main\ntry: main(sys.argv[1:])\nexcept SystemExit: pass",
    "size",
)
"""`xlsizing size`, with exit code 0 where an SLA cannot be met, too."""


def flags_of(rows):
    """Return the flags of a sizing of so many SLAs, one in forty of which cannot be met."""
    unmet = rows // 40
    slas = [f"{20 + position * 195 / rows:g}" for position in range(rows - unmet)]
    curve = ("--anchors", "1:215.5,10:122.2,256:41.8", "--tpm", 3_000_000, "--gpus-per-pod", 4)
    return (*curve, "--sla", ",".join([*slas, *["300"] * unmet]), "--json", "--force")


def test_whole_process_of_a_thousand_slas_against_the_imports(compare, tmp_path):
    ours = process(*SIZE_TO_XLSX, *flags_of(1000), "--xlsx", tmp_path / "a.xlsx")
    compare("xlsizing size --xlsx of 1000 SLAs, whole process (budget 2 s) / its imports", ours, IMPORTS)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc/self/status to read memory from")
def test_memory_of_ten_thousand_slas(request, benchmark, capsys):
    only_for_figures_to_keep(request, LONG)
    imported = "from tests.benchmarks import test_workbook as it"
    ours = (  # without this module: what it imports is none of a user's memory
        "from xlsizing import Curve, Demand, size; from xlsizing.reports import Report; "
        "from xlsizing.workbooks.customer.write import customer_workbook; "
        f"slas = [20 + 200 * position / {LONG} for position in range({LONG})]; "
        "curve = Curve([1, 10, 256], [215.5, 122.2, 41.8]); "
        "customer_workbook(Report(size(curve, slas, Demand.tpm(3e6), gpus_per_pod=4)))"
    )
    entries = f"{imported}; entries = it.cells(it.customer_workbook(it.long_table(500)))"
    theirs = f"{entries}; it.written([cell for _ in range({LONG // 500}) for cell in entries])"
    megabytes = [memory_of(program) for program in (ours, theirs)]
    benchmark.extra_info["MB, ours and by XlsxWriter"] = megabytes
    benchmark.pedantic(lambda: None, rounds=1, iterations=1)
    words = "workbook of 10,000 SLAs, most memory (budget 250 MB): {:.0f} MB; its cells by XlsxWriter: {:.0f} MB"
    with capsys.disabled():
        print(f"\n{words.format(*megabytes)} ", end="")  # noqa: T201  # the figure is the report
