"""Hostile workbooks in a process of their own, with little memory and time: one sentence and an exit code, nothing else."""

import re
import resource
import subprocess
import sys

import pytest
from formulon import FormulonError
from openpyxl.worksheet.table import Table

from tests.hosts.recalc.foreign_books import MAIN, edited, package, parts, workbook
from tests.measured import measured
from xlsizing.errors import InputError
from xlsizing.hosts.recalc import Recalculation, engine
from xlsizing.hosts.recalc.unevaluated import in_circles

pytestmark = pytest.mark.slow

MEMORY, SECONDS = 3_500_000, 120
"""Kilobytes that a process may have used at most, and seconds of a processor."""


def limited():
    """Take time from a process; memory is measured, because the engine reserves addresses by the gigabyte."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def recalculated(path):
    """Exit code and standard error of ``xlsizing recalc``, which may print no traceback."""
    code = "import sys; from xlsizing.hosts.cli.main import main; main(sys.argv[1:])"
    run, most = measured(sys.executable, "-c", code, "recalc", path, timeout=2 * SECONDS, preexec_fn=limited)
    assert "Traceback" not in run.stderr, run.stderr
    assert "wasm" not in run.stderr
    assert most < MEMORY
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


def with_array(reference):
    """A file whose array formula fills other cells than there are."""
    array = f'<c r="A1"><f t="array" ref="{reference}">B1:B2*2</f></c>'
    return edited(workbook({"S": {"A1": 7}}), ('<c r="A1" t="n"><v>7</v></c>', array))


@pytest.mark.parametrize("reference", ["A1:B2:C3", "T!A1:B2", "A0", "A1048577", "XFE1", "A1 B2", "#REF!"])
def test_array_formulas_of_no_cells_are_refused(reference):
    with pytest.raises(
        InputError, match=re.escape(f"workbook must name cells such as A1:C9 (got '{reference}' in sheet S)")
    ):
        Recalculation(with_array(reference))


@pytest.mark.parametrize("reference", ["", "x", "A:A", "A1:XFD1048576"])
def test_array_formulas_of_too_many_cells_are_refused(reference):
    with pytest.raises(InputError, match=r"workbook must hold array formulas of at most 1,000,000 cells \(sheet S\)"):
        Recalculation(with_array(reference))


def test_an_array_formula_named_last_corner_first():
    assert Recalculation(with_array("B2:A1")).values == {"S": dict.fromkeys(("A1", "B1", "A2", "B2"), 0)}


@pytest.mark.parametrize(
    "attributes",
    ['ref="zz"', 'ref=""', 'ref="A1:B2" headerRowCount="x"', 'ref="A1:B2" totalsRowCount="-1"', ""],
)  # fmt: skip
def test_tables_of_no_cells_are_refused(attributes):
    def with_table(book):
        book["S"].add_table(Table(displayName="T", ref="A1:A2"))

    data = workbook({"S": {"A1": "a", "A2": 1, "B1": "=SUM(T[a])"}}, prepare=with_table)
    assert Recalculation(data).value("S!B1") == 1
    columns = '<tableColumns count="1"><tableColumn id="1" name="a"/></tableColumns>'
    broken = f'<table xmlns="{MAIN}" id="1" name="T" displayName="T" {attributes}>{columns}</table>'
    with pytest.raises(InputError, match="workbook must hold tables with cells, columns and counts of rows"):
        Recalculation(package(parts(data) | {"xl/tables/table1.xml": broken}))


def test_merged_cells_of_no_cells_are_refused_where_they_matter():
    merged = ("</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="A1 B2"/></mergeCells>')
    book = Recalculation(edited(workbook({"S": {"A1": 1, "B1": "=A1+1"}}), merged))
    assert book.value("S!B1") == 2
    with pytest.raises(InputError, match="workbook must name cells such as A1:C9"):
        book.set("S!A1", 2)


@pytest.mark.parametrize("argument", ["A0", "ZZZ9999999", "$A$0:B0", "XFE1", "1+", "[x", "A1:"])
def test_arguments_that_are_none_spoil_their_formula_alone(argument):
    book = Recalculation(workbook({"S": {"A1": f'=SIZING_TPM({argument},"tok/s")', "A2": "=1+1"}}))
    assert (book.value("S!A1"), book.value("S!A2")) in (("#VALUE!", 2), ("#NAME?", 2), (None, 2))


def test_more_calls_than_one_sheet_has_room_for_their_arguments():
    calls = {f"A{row}": f'=SIZING_TPM(B{row}+1,"tok/s")' for row in range(1, 5_101)}
    book = Recalculation(workbook({"S": calls | {"B5100": 1}}))
    assert (book.value("S!A1"), book.value("S!A5100"), book.unevaluated) == (60, 120, [])


def test_a_lost_reference_at_the_head_of_a_long_chain_is_followed_once():
    places = [("S", row, 1) for row in range(1, 100_001)]
    above = dict(zip(places[1:], places, strict=False))
    assert in_circles(set(places), lambda place: [above[place]] if place in above else []) == set()
    above |= {places[40_000]: places[40_001]}
    assert in_circles(set(places), lambda place: [above[place]] if place in above else []) == set(places[40_000:40_002])


def test_a_formula_that_works_out_too_much():
    said = "a formula, with the names in it, works out more than there is room for"
    with pytest.raises(InputError, match=said), engine._in_words("evaluated"):
        raise FormulonError(4)


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
