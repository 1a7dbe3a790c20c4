"""Hostile workbooks in a process of their own, with little memory and time: one sentence and an exit code, nothing else."""

import resource
import subprocess
import sys

import pytest

from tests.hosts.foreign_books import edited, package, parts, workbook

pytestmark = pytest.mark.slow

MEMORY, SECONDS = 3_500_000, 120
"""Kilobytes that a process may have used at most, and seconds of a processor."""


def limited():
    """Take time from a process; memory is measured, because the engine reserves addresses by the gigabyte."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def recalculated(path):
    """Exit code and standard error of ``xlsizing recalc``, which may print no traceback."""
    code = "import sys; from xlsizing.hosts.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", code, "recalc", str(path)]
    run = subprocess.run(
        command, capture_output=True, text=True, timeout=2 * SECONDS, check=False, preexec_fn=limited
    )  # fmt: skip
    assert "Traceback" not in run.stderr, run.stderr
    assert "wasm" not in run.stderr
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MEMORY
    return run.returncode, run.stderr


def chain(count):
    """A column of formulas of which each reads the one above it."""
    return {"A1": 1} | {f"A{row}": f"=A{row - 1}+1" for row in range(2, count + 1)}


HARMLESS = {
    "a circle of a hundred": {"A100": "=A1"} | {f"A{row}": f"=A{row + 1}" for row in range(1, 100)},
    "texts doubled over and over": {"A1": '=REPT("x",30000)'} | {f"A{row}": f"=A{row - 1}&A{row - 1}" for row in range(2, 60)},
    "a formula of a million cells": {"A1": "=SUMPRODUCT((B1:CZ9999=1)*1)"},
    "a whole sheet": {"A1": "=COUNTBLANK(B1:XFD1048576)"},
    "four thousand terms": {"A1": "=1" + "+1" * 4000},
    "four thousand powers": {"A1": "=1" + "^1" * 4000},
    "four thousand joins": {"A1": "=1" + "&1" * 4000},
    "many percents": {"A1": "=1" + "%" * 8000},
    "many unions": {"A1": "=SUM((A2" + ",A2" * 2500 + "))"},
    "a long chain": chain(20_000),
    "a table of a million": {"A1": "=SIZING_TABLE(B1:C2,D1:D1048576,3e6,4)"},
    "sequences": {"A1": "=SUM(_xlfn.SEQUENCE(1048576,16384))"},
}  # fmt: skip


@pytest.mark.parametrize("kind", HARMLESS)
def test_hostile_formulas_end_in_values_or_in_one_sentence(tmp_path, kind):
    path = tmp_path / "hostile.xlsx"
    path.write_bytes(workbook({"S": HARMLESS[kind]}))
    code, errors = recalculated(path)
    assert code in (0, 2, 4)
    assert (errors.count("\n") == 1 and errors.startswith("xlsizing: workbook must be")) if code == 2 else not errors


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda data: data[:-700], "workbook must be a whole file"),
        (lambda data: b"\xd0\xcf\x11\xe0" + data, "got an old .xls, or one with a password"),
        (lambda _: package({"[Content_Types].xml": "<a/>", "b": bytes(201_000_000)}), "must unpack to at most 200 MB"),
        (
            lambda data: package(parts(data) | {"../../../etc/x.xml": "<a/>"}),
            "must be one that can be read: a part of it is damaged",
        ),
        (lambda data: edited(data, ("<sheetData>", '<sheetData a="&b;">')), "must hold well-formed XML"),
    ],
    ids=["cut", "encrypted", "bomb", "path names", "entities"],
)
def test_hostile_files_are_refused_in_one_sentence(tmp_path, change, sentence):
    path = tmp_path / "hostile.xlsx"
    path.write_bytes(change(workbook({"S": {"A1": 1, "A2": "=A1+1"}})))
    code, errors = recalculated(path)
    assert code == (2 if sentence else 0)
    assert sentence in errors
    assert errors.count("\n") == bool(sentence)


LITTLE_MEMORY = """
import sys
from xlsizing.errors import InputError
from xlsizing.hosts.recalc import Recalculation, engine

engine.MOST_MEMORY = 34_000_000
try:
    Recalculation(sys.argv[1]).calculate()
except InputError as error:
    print(error)
engine.MOST_MEMORY = 3_000_000_000
book = Recalculation(sys.argv[1])
print(book.value("S!A20000"), len(book.unevaluated))
"""


def test_too_little_memory_is_one_sentence_and_the_engine_starts_anew(tmp_path):
    path = tmp_path / "large.xlsx"
    filled = {f"{column}{row}": f"=A{row}*2" for column in "BCDEFGH" for row in range(1, 20_001)}
    path.write_bytes(workbook({"S": chain(20_000) | filled}))
    run = subprocess.run(
        [sys.executable, "-c", LITTLE_MEMORY, str(path)], capture_output=True, text=True, timeout=300, check=True
    )
    assert run.stdout.splitlines() == [
        "workbook must be one that can be read: it needs more than 3 GB of memory here",
        "20000.0 0",
    ]


def test_without_a_place_to_keep_the_compiled_engine_it_is_compiled_anew(tmp_path):
    path = tmp_path / "small.xlsx"
    path.write_bytes(workbook({"S": {"A1": 20, "A2": "=A1+1"}}))
    code = (
        "import sys; from xlsizing.hosts.recalc import Recalculation; print(Recalculation(sys.argv[1]).value('S!A2'))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
        env={"HOME": "/proc/nonexistent"},
    )
    assert run.stdout == "21.0\n"
