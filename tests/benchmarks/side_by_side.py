"""What is measured against what, and what it may take: each work of ours beside its yardstick, in turns, in one run."""

import functools
import io
import itertools
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from tests.benchmarks import scenarios, test_recalc, test_size, test_terminal, test_udf, test_workbook
from tests.benchmarks.processes import SIZE, process, processor_of_children
from tests.benchmarks.ratio import ratio
from tests.spec_files import EXAMPLE
from xlsizing import size_frame
from xlsizing.reports.terminal import print_report
from xlsizing.workbooks.customer.write import customer_workbook

CURVE = test_size.CURVES["three anchors"]
OTHER_TOOLS = ("aiconfigurator", "slosizer")


@dataclass(frozen=True)
class Sizes:
    """How much of each is measured."""

    pairs: int = 1_000_000
    loop: int = 20_000
    cells: int = 400
    sla_rows: int = 10_000
    book_rows: int = 1000
    scenarios: int = 1_000_000
    rounds: int = 5


QUICK = Sizes(pairs=2000, loop=500, cells=20, sla_rows=500, book_rows=20, scenarios=2000, rounds=1)


@dataclass(frozen=True)
class Work:
    """Something of ours, and what does the same or a part of it: `scale` times as much is ours.

    The budget is the most of the ratio, or, with `budget_s`, of our time [s]; None where there is none. `most_rounds`
    is for what takes long.
    """

    name: str
    yardstick: str
    ours: Callable[[], object]
    theirs: Callable[[], object]
    budget: float | None = None
    scale: float = 1.0
    clock: Callable[[], float] = time.perf_counter
    budget_s: float | None = None
    most_rounds: int = 1000

    def measured(self, rounds):
        """Return the ratio."""
        return ratio(self.ours, self.theirs, min(rounds, self.most_rounds), scale=self.scale, clock=self.clock)


def works(sizes, folder):
    """Give each work, ready to run, and the name of each tool that is not installed beside None."""
    yield from _arrays(sizes)
    yield from _functions(sizes)
    yield from _pages_and_books(sizes)
    yield from _processes(sizes, folder)
    yield from _tables(sizes, folder)


def _arrays(sizes):
    sla, tpm = test_size.made_pairs(sizes.pairs)
    c, r = CURVE.concurrency, CURVE.tok_s_per_user
    some = [column[: sizes.loop].tolist() for column in (sla, tpm)]
    ours = functools.partial(test_size.ours, CURVE, sla, tpm)
    yield Work(
        f"size, {sizes.pairs:,} pairs, every array", "bare numpy", ours, lambda: test_size.bare(c, r, sla, tpm), 1.2
    )
    loop = functools.partial(test_size.loop, c.tolist(), r.tolist(), *some)
    yield Work(
        f"size, {sizes.pairs:,} pairs, every array",
        "a Python loop over rows",
        ours,
        loop,
        1 / 20,
        scale=sizes.pairs / sizes.loop,
    )
    frame = pd.DataFrame({"sla": sla, "tpm": tpm, "gpus_per_pod": test_size.GPUS_PER_POD})
    part, shared = frame[: sizes.loop], test_size.shared_of(c.tolist(), r.tolist())

    def applied():
        return part.apply(lambda row: test_size.row_of(shared, row["sla"], row["tpm"]), axis=1, result_type="expand")

    yield Work(
        f"size_frame, {sizes.pairs:,} rows, every column", "DataFrame.apply, 12 columns",
        lambda: size_frame(frame, CURVE), applied, scale=sizes.pairs / sizes.loop, most_rounds=5,
    )  # fmt: skip


def _functions(sizes):
    if sys.platform == "win32":  # pywin32 is real there, and wants a running Excel
        return
    with ExitStack() as stack:
        calls = stack.enter_context(test_udf.calls_through_xlwings())
        for arguments, budget in ((test_udf.fixed_curve, 2.5), (test_udf.fresh_curve, 3.5)):
            called = functools.partial(calls, arguments=arguments, numbers=itertools.count(), times=sizes.cells)
            words = f"SIZING_GPUS through xlwings, {arguments.__name__.replace('_', ' ')}"
            ours, theirs = functools.partial(called, "SIZING_GPUS"), functools.partial(called, "ECHO")
            yield Work(words, "a function that returns its input", ours, theirs, budget)


def _pages_and_books(sizes):
    rows = sizes.sla_rows
    yield Work(
        f"tables of {rows:,} SLAs, sized and printed", "rich drawing their rows",
        lambda: print_report(test_terminal.report(rows), io.StringIO()), test_terminal.drawing(io.StringIO, rows), 1 / 5,
        scale=rows / min(rows, test_terminal.DRAWN), most_rounds=3,
    )  # fmt: skip
    for words, report in (
        ("customer's workbook as shipped, proven", test_workbook.standard()),
        (f"customer's workbook of {sizes.book_rows:,} SLAs, proven", test_workbook.long_table(sizes.book_rows)),
    ):
        book = functools.partial(customer_workbook, report)
        entries, some = test_workbook.sampled_cells(book())
        yield Work(
            words, f"its {entries:,} cells by XlsxWriter, unproven", book, functools.partial(test_workbook.written, some),
            scale=entries / len(some), most_rounds=3,
        )  # fmt: skip


def _processes(sizes, folder):
    numpy = process("-c", "import numpy")
    size, used = process(*SIZE), {"clock": processor_of_children}
    yield Work("xlsizing size, whole process", "import numpy", size, numpy, 1.5, **used)
    yield Work(
        "xlsizing --version, whole process", "import numpy", process("-m", "xlsizing", "--version"), numpy, 1, **used
    )
    files = process(*SIZE, "--method", "log-c", "--emit", folder)
    script = process(Path(__file__).with_name("plain_script.py"), folder)
    yield Work("xlsizing size --emit, whole process", "a plain Python script, unchecked", files, script, **used)
    for tool in OTHER_TOOLS:
        if find_spec(tool) is None:
            yield tool, None
        else:
            yield Work(
                "xlsizing size, whole process", f"import {tool} alone", size, process("-c", f"import {tool}"), **used
            )
    book = folder / "book.xlsx"
    ours = process("-m", "xlsizing", "workbook", "--spec", EXAMPLE, "--force", "-o", book)
    yield Work("xlsizing workbook, whole process", "its imports", ours, test_workbook.IMPORTS, 2, budget_s=0.6)
    ours = process(*test_workbook.SIZE_TO_XLSX, *test_workbook.flags_of(sizes.book_rows), "--xlsx", book)
    words = f"xlsizing size --xlsx, {sizes.book_rows:,} SLAs, whole process"
    yield Work(words, "its imports", ours, test_workbook.IMPORTS, budget_s=2)
    ours = process("-m", "xlsizing", "recalc", test_recalc.WORKBOOK)
    yield Work(
        "xlsizing recalc of the sales workbook", "its imports", ours, process("-c", test_recalc.IMPORTS), most_rounds=3
    )


def _tables(sizes, folder):
    scenarios.made(folder, sizes.scenarios)
    scenarios.sized(folder)
    yield Work(
        f"batch, {sizes.scenarios:,} scenarios, Parquet to Parquet", "pyarrow alone, the same columns",
        lambda: scenarios.sized(folder), lambda: scenarios.copied(folder), 2, most_rounds=3,
    )  # fmt: skip
