"""Random calls of the functions, good and bad, with what Python gives for each; and the same calls in a spreadsheet engine.

Run as a module with a number, an engine and a seed, it holds so many rows against Python:

    python -m tests.workbooks.lambdas.calls 100000 ironcalc 1
"""

import math
import random
import sys
import tempfile
from collections import Counter
from io import BytesIO
from pathlib import Path

import formulon
import ironcalc
import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula

from xlsizing.core.interpolation import AXES
from xlsizing.hosts.excel.cells import ERROR_OF_KIND, MARK
from xlsizing.hosts.headless import OMITTED, Headless
from xlsizing.workbooks.lambdas.functions import FUNCTIONS, SHARED
from xlsizing.workbooks.lambdas.notation import all_given

PYTHON = Headless()
ARGUMENTS = {each.name: each.arguments for each in PYTHON.functions}
NAMES = [each.name for each in FUNCTIONS if each.name not in ("SIZING_VERSION", "SIZING_TABLE")]
INTEGERS = ("SIZING_PODS", "SIZING_GPUS", "SIZING_GPUS_BUDGET", "SIZING_GPUS_COMMIT", "SIZING_DELTA_GPUS")
METHODS = tuple(AXES)
BAD = ("abc", "1,234", "it's", None, True, 0, -3, 1e16, 2e-7, "#N/A", "", 1.5)
BATCH = 1000


def curve(rng, *, bad):
    """Return rows of anchors: valid, with noise, ties, measured throughput and TTFT by chance; broken where `bad`."""
    count = rng.choice((1, 2, 3, 3, 4, 5, 6, 8, 12, 32))
    c, r = [rng.choice((1, 1, 8, rng.uniform(0.5, 20)))], [rng.choice((215.5, 100, rng.uniform(20, 900)))]
    while len(c) < count:
        c.append(c[-1] * rng.choice((2, 1.25, 4, rng.uniform(1.05, 6))))
        falls = [rng.uniform(0.4, 0.99), rng.uniform(0.8, 1)] * 4 + [1.0, rng.uniform(1, 1.004)]
        r.append(r[-1] * rng.choice(falls))
    columns = [c, r]
    if rng.random() < 0.55:
        high = rng.uniform(0.6, 1.04)
        columns.append(
            [x * y * high * rng.uniform(0.3 if rng.random() < 0.2 else 0.9, 1.0) for x, y in zip(c, r, strict=True)]
        )
        if rng.random() < 0.1:
            columns[2] = [x * y for x, y in zip(c, r, strict=True)]
    if rng.random() < 0.45:
        columns += [[None] * count] * (3 - len(columns))
        columns.append(waits := [rng.uniform(0.05, 0.2) * x ** rng.uniform(0.2, 0.9) for x in c])
        if rng.random() < 0.3:
            columns.append([wait * rng.uniform(1, 3) for wait in waits])
    rows = [list(row) for row in zip(*columns, strict=True)]
    if bad:
        break_curve(rng, rows)
    if rng.random() < 0.5:
        rng.shuffle(rows)
    if rng.random() < 0.3:
        rows.insert(rng.randrange(len(rows) + 1), [None] * len(rows[0]))
    return rows


def break_curve(rng, rows):
    """Spoil a cell, or what the cells say together."""
    row, width = rng.choice(rows), len(rows[0])
    how = rng.random()
    if how < 0.5:
        row[rng.randrange(width)] = rng.choice(BAD)
    elif how < 0.6:
        row[0] = rng.choice(rows)[0]
    elif how < 0.75:
        row[1] *= rng.choice((1.006, 1.02, 1.7))
    elif how < 0.9 and width > 2 and row[2] is not None:
        row[2] *= rng.choice((3, 0.02, 0.4))
    elif how < 0.95:
        for each in rows:
            each.extend([each[0]] * (6 - width))
    else:
        for each in rows:
            del each[1:]


def sla(rng, rows):
    """Return an SLA on, near, between or beyond the anchors."""
    rates = [row[1] for row in rows if len(row) > 1 and type(row[1]) in (int, float) and row[1] > 0] or [50]
    rate = rng.choice(rates)
    near = rate * (1 + rng.randint(-15, 15) * 1e-10)
    return rng.choice((rate, near, rng.uniform(min(rates), max(rates)), rng.uniform(min(rates) / 2, max(rates) * 1.1)))


def value(rng, name, rows):
    """Return a good value of an argument."""
    made = {
        "sla": lambda: sla(rng, rows),
        "tpm": lambda: rng.choice((3e6, 10 ** rng.uniform(2, 8))),
        "gpus_per_pod": lambda: rng.choice((1, 2, 4, 8)),
        "optimised_gpus_per_pod": lambda: rng.choice((1, 2, 4, 8)),
        "util": lambda: rng.choice((0.7, 1, 0.85, rng.uniform(0.05, 1))),
        "gpu_hourly_usd": lambda: rng.choice((8.6, 2, rng.uniform(0.5, 20))),
        "confidence": lambda: rng.choice((0.9, 0.95, 0.99)),
        "method": lambda: rng.choice(METHODS),
        "ttft_s": lambda: rng.choice((None, None, rng.uniform(0.05, 3))),
        "pods": lambda: rng.choice((18, rng.randint(1, 500))),
        "gpus": lambda: rng.choice((236, rng.randint(1, 4000))),
        "value": lambda: rng.choice((50, rng.uniform(0.1, 1e6))),
        "unit": lambda: rng.choice(("rps", "tok/s")),
        "osl": lambda: rng.choice((1000, rng.randint(1, 9000))),
    }
    return made[name]()


def call(rng, *, whole):
    """Return a random call: the function and its arguments; every argument where `whole`, else some left out."""
    name = rng.choice(NAMES)
    bad = rng.random() < 0.25
    given, rows = [], []
    for argument in ARGUMENTS[name]:
        if argument.is_range:
            rows = curve(rng, bad=bad and rng.random() < 0.6)
            given.append(rows)
        elif argument.optional and not whole and rng.random() < 0.5:
            given.append(OMITTED)
        else:
            given.append(value(rng, argument.name, rows))
    single = [at for at, argument in enumerate(ARGUMENTS[name]) if not argument.is_range and given[at] is not OMITTED]
    if bad and single and rng.random() < 0.6:
        # Both engines hand a single error on without asking the function.
        given[rng.choice(single)] = rng.choice([each for each in BAD if each != "#N/A"])
    while given and given[-1] is OMITTED:
        given.pop()
    return name, given


def expected(name, given):
    """Return what Python gives: a value, or the error that its refusal is."""
    answer = PYTHON.call(name, *given)
    if isinstance(answer, str) and answer.startswith(MARK):
        return ERROR_OF_KIND[answer.removeprefix(MARK).split(":")[0]]
    return answer


def book(calls, *, whole, size=(1, 1)):
    """Return a workbook with the names, the arguments of the calls in cells, and the calls on a sheet of their own.

    A call fills so many rows and columns; where these are more than one cell there is one call.
    """
    made = openpyxl.Workbook()
    cells, formulas = made.active, made.create_sheet("calls")
    cells.title = "cells"
    for each in (*SHARED, *FUNCTIONS):
        text = all_given(each.stored) if whole else each.stored
        made.defined_names[each.name] = DefinedName(each.name, attr_text=text)
    top = 1
    for at, (name, given) in enumerate(calls, start=1):
        references = []
        for argument in given:
            if argument is OMITTED:
                references.append("")
                continue
            table = argument if isinstance(argument, list) else [[argument]]
            for i, row in enumerate(table):
                fill(cells, top + i, row)
            last = f"{get_column_letter(len(table[0]))}{top + len(table) - 1}"
            references.append(f"cells!A{top}:{last}" if isinstance(argument, list) else f"cells!A{top}")
            top += len(table)
        formula = f"={name}({','.join(references)})"
        filled = f"A1:{get_column_letter(size[1])}{size[0]}"
        formulas.cell(at, 1).value = formula if size == (1, 1) else ArrayFormula(filled, formula)
    stream = BytesIO()
    made.save(stream)
    return stream.getvalue()


def fill(sheet, at, row):
    """Write a row of cells: an error as a formula that gives it."""
    for j, content in enumerate(row, start=1):
        if content is not None:
            sheet.cell(at, j, "=NA()" if content == "#N/A" else content)


def in_ironcalc(calls, size=(1, 1)):
    """Return what IronCalc makes of the calls, or the cells that one fills."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calls.xlsx"
        path.write_bytes(book(calls, whole=False, size=size))
        model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()
    return read(lambda row, column: model.get_cell_value(1, row, column), len(calls), size)


def in_formulon(calls, size=(1, 1)):
    """Return the same of formulon, with every argument given."""
    model = formulon.Workbook.load(book(calls, whole=True, size=size))
    model.recalc()

    def value(row, column):
        found = model.get_value(1, row - 1, column - 1)
        failed = found.kind == formulon.ValueKind.ERROR
        return formulon.error_display_name(found.error_code) if failed else found.to_python()

    return read(value, len(calls), size)


def read(value, count, size):
    """Return the value of each call, or the rows that one call fills."""
    if size == (1, 1):
        return [value(at, 1) for at in range(1, count + 1)]
    return [[value(row, column) for column in range(1, size[1] + 1)] for row in range(1, size[0] + 1)]


def agrees(name, wanted, got):
    """Tell whether an engine gave what Python gives: integers and words exactly, other numbers to 1e-9 of it."""
    if isinstance(wanted, float) and isinstance(got, (int, float)) and not isinstance(got, bool):
        return got == wanted if name in INTEGERS else math.isclose(got, wanted, rel_tol=1e-9)
    return wanted == got


def differences(count, engine, seed):
    """Return how many calls of each function were compared, and those that differ: function, arguments, wanted, got."""
    rng = random.Random(seed)  # noqa: S311  # rows, no secrets
    evaluate, whole = ENGINES[engine], engine == "formulon"
    compared, found = Counter(), []
    for start in range(0, count, BATCH):
        calls = [call(rng, whole=whole) for _ in range(min(BATCH, count - start))]
        for (name, given), got in zip(calls, evaluate(calls), strict=True):
            wanted = expected(name, given)
            compared[name, wanted if wanted in ERROR_OF_KIND.values() else "value"] += 1
            if not agrees(name, wanted, got):
                found.append((name, given, wanted, got))
    return compared, found


ENGINES = {"ironcalc": in_ironcalc, "formulon": in_formulon}

if __name__ == "__main__":
    counted, wrong = differences(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
    lines = [f"{function:20} {kind:8} {number:7}" for (function, kind), number in sorted(counted.items())]
    lines += ["\n  ".join(map(str, each)) for each in wrong[:20]]
    sys.stdout.write("\n".join([*lines, f"{sum(counted.values())} compared, {len(wrong)} differ\n"]))
