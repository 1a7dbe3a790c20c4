"""Budget: 10,000 SLAs, sized and printed, in at most a fifth of the time that rich takes to draw their tables alone."""

import io

import pytest
from rich.console import Console
from rich.table import Table

from xlsizing import Curve, Demand, size
from xlsizing.reports.money import quote_table
from xlsizing.reports.report import Report
from xlsizing.reports.tables import answer_table, operation_table
from xlsizing.reports.terminal import print_report

pytestmark = pytest.mark.slow

ROWS = 10_000
DRAWN = 200
CURVE = Curve([1, 10, 256], [215.5, 122.2, 41.8])


class Terminal(io.StringIO):
    """A terminal, as far as rich asks."""

    encoding = "utf-8"

    def isatty(self):
        return True


def report(rows=ROWS):
    """A report of as many SLAs, from below to above the curve."""
    return Report(size(CURVE, [15 + 205 * at / rows for at in range(rows)], Demand.tpm(3e6), gpus_per_pod=4))


def drawing(file, rows=ROWS):
    """Return what has rich draw some rows of their tables, `DRAWN` or fewer."""
    tables = [make(report(rows)) for make in (answer_table, quote_table, operation_table)]

    def drawn():
        console = Console(file=file(), highlight=False)
        for table in tables:
            grid = Table(*table.header)
            for row in table.rows[:: max(1, rows // DRAWN)]:
                grid.add_row(*row)
            console.print(grid)

    return drawn


@pytest.mark.parametrize("file", [io.StringIO, Terminal], ids=["pipe", "terminal"])
def test_long_tables(compare, file, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "132")
    words = f"tables of 10,000 SLAs, {file.__name__} / rich drawing their rows"
    compare(words, lambda: print_report(report(), file()), drawing(file), scale=ROWS / DRAWN)
