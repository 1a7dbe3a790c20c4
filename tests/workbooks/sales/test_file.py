"""The file: what is in it, that it can be built again to the same, and that it is the one in the repository."""

import json
import os
import re
import subprocess
import sys
from io import BytesIO
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from tests.command_line import run
from tests.spec_files import EXAMPLE, ROOT
from tests.workbooks.engines import parts
from tests.workbooks.sales.desk import ANCHORS, SLAS, WIDTH, Desk
from tests.workbooks.test_package import MAIN, functions, legal, opened, sheet_parts
from xlsizing.hosts import udfs
from xlsizing.workbooks.sales.layout import SHEETS

pytestmark = pytest.mark.slow

COMMITTED = ROOT / "workbook" / "capacity-sizing.xlsm"

NATIVE = frozenset(
    [
        "ABS", "AND", "COUNT", "COUNTA", "COUNTIF", "EXACT", "FIND", "IF", "IFERROR", "INDEX", "INT", "ISERROR", "ISNA",
        "ISNUMBER", "LEFT", "LEN", "MATCH", "MAX", "MIN", "NA", "NOT", "OR", "PRODUCT", "SEARCH", "SUBSTITUTE", "SUM", "SUMPRODUCT",
    ]
)  # fmt: skip
"""All there from Excel 2007 on."""

NAMES = [
    "Quote_Demand", "Quote_Unit", "Quote_OSL", "Quote_Util", "Quote_GPUs_per_Pod", "Quote_USD_per_GPU_Hour",
    "Quote_Hours", "Quote_Curve", "Quote_SLA", "Quote_Method", "Quote_GPUs_Commit", "Quote_GPUs_Budget",
    "Quote_Pods_Commit", "Quote_Figure", "Quote_Quoted_GPUs", "Quote_Quoted_USD", "Quote_Confidence", "Quote_Opening",
    "Quote_GPUs", "Quote_Pods", "Quote_USD_Commit", "Quote_Table", "Picked_Anchors", "Picked_Context", "Checks_Failed", "Curve_Names", "Curve_1",
    "Curve_6", "Compare_Curve_A", "Compare_Curve_B", "Compare_GPUs_Commit_Delta", "Lever_Delta_GPUs", "Audit_Verdict",
    "TP_Size",
]  # fmt: skip
INPUTS = [
    *NAMES[:10],
    "Quote_Confidence",
    "Curve_1",
    "Curve_6",
    "Compare_Curve_A",
    "Audit_Pods",
    "TP_Dtype",
    "Lever_SLA",
]
VALUE = re.compile(rb"<v>(-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?)</v>")


def cells_with_formulas(data):
    """Return sheet, cell, text and kind of each formula, as the XML holds them."""
    found = []
    for name, title in zip(sheet_parts(data), SHEETS, strict=True):
        for cell in ET.fromstring(parts(data)[name]).iter(f"{MAIN}c"):  # noqa: S314  # our own file
            formula = cell.find(f"{MAIN}f")
            if formula is not None:
                found.append((title, cell.get("r"), formula.text, formula.attrib, cell))
    return found


@pytest.fixture(scope="module")
def formulas(sales):
    return cells_with_formulas(sales)


class TestContents:
    def test_the_sheets_in_their_order(self, sales):
        assert opened(sales).sheetnames == list(SHEETS)

    def test_only_known_functions(self, formulas):
        allowed = NATIVE | set(udfs.__all__)
        assert len(formulas) > 1000
        assert {used for _, _, text, _, _ in formulas for used in functions(f"={text}")} <= allowed
        assert {used for _, _, text, _, _ in formulas for used in functions(f"={text}")} >= set(udfs.__all__)

    def test_the_tables_and_the_worked_formulas_are_array_formulas(self, formulas):
        arrays = [(title, kind["ref"]) for title, _, _, kind, _ in formulas if kind.get("t") == "array"]
        assert [title for title, cells in arrays if ":" in cells] == ["Quote", "Functions"]
        assert {title for title, cells in arrays if ":" not in cells} == {"Functions"}
        assert {kind.get("t") for _, _, _, kind, _ in formulas} == {"array", None}

    def test_every_formula_has_a_value_and_none_is_an_error(self, formulas):
        for title, place, _, _, cell in formulas:
            assert cell.find(f"{MAIN}v") is not None, (title, place)
            assert cell.get("t") != "e", (title, place)

    def test_nothing_is_linked(self, sales):
        relations = b"".join(data for name, data in parts(sales).items() if name.endswith(".rels"))
        assert b'TargetMode="External"' not in relations
        assert not [name for name in parts(sales) if "externalLink" in name]

    def test_names_are_legal_and_lead_somewhere(self, sales):
        defined = opened(sales).defined_names
        assert [name for name in defined if not legal(name)] == []
        assert set(NAMES) <= set(defined)

    def test_every_name_in_a_formula_is_defined(self, sales, formulas):
        defined = set(opened(sales).defined_names)
        words = set()
        for _, _, text, _, _ in formulas:
            bare = re.sub(r'"[^"]*"', "", text)
            words |= set(re.findall(r"(?<![!\w$])([A-Z][A-Za-z0-9]*_\w+)(?![\w(!])", bare))
        assert words - defined == set()

    def test_currency_formats_stay_off_what_functions_read(self, sales):
        # A cell in a currency format arrives with four digits.
        book = opened(sales)
        for name in ("Quote_USD_Even_Month", "Quote_USD_per_GPU_Hour", "Compare_USD_Even_Month_A", "Quote_TPM"):
            ((sheet, place),) = book.defined_names[name].destinations
            assert "$" not in book[sheet][place.replace("$", "")].number_format

    def test_xlwings_finds_its_settings(self, sales):
        sheet = opened(sales)["xlwings.conf"]
        rows = {row[0].value: row[1].value for row in sheet.iter_rows(max_col=2)}
        assert {key: value for key, value in rows.items() if key} == {
            "UDF MODULES": "xlsizing.hosts.udfs",
            "ADD_WORKBOOK_TO_PYTHONPATH": "FALSE",
            "SHOW CONSOLE": "FALSE",
        }
        assert [sheet.cell(row, 1).value is None for row in range(1, 6)] == [False] * 3 + [True] * 2

    def test_excel_is_told_to_recalculate(self, sales):
        assert opened(sales).calculation.fullCalcOnLoad


class TestTests:
    def test_a_desk_that_was_put_back_is_as_delivered(self, desk):
        before = desk.calculate().book.values
        desk.set(Quote_SLA=[300, None, 20], Quote_Method="tpot", Quote_Curve="none", Quote_Unit="rps", Quote_OSL=None)
        desk.curve(1, [(1, 2)]).fact(2, 8, "#N/A").measured(2).calculate()
        assert desk.book.values != before
        desk.undo()
        assert desk.calculate().book.values == before == Desk().calculate().book.values


class TestInputs:
    def test_they_can_be_edited_and_formulas_cannot(self, sales, formulas):
        book = opened(sales)
        for sheet in book:
            assert sheet.protection.sheet
            assert not sheet.protection.password
        for title, place, *_ in formulas:
            assert book[title][place].protection.locked, (title, place)
        for name in INPUTS:
            for cell in _cells(book, name):
                assert not cell.protection.locked, name

    def test_every_one_says_what_it_takes(self, sales):
        book = opened(sales)
        missing = []
        for sheet in book.worksheets[:-1]:
            rules = [rule for rule in sheet.data_validations.dataValidation if rule.error and rule.prompt]
            for row in sheet.iter_rows():
                for cell in row:
                    is_input = not getattr(cell, "protection", None) or not cell.protection.locked
                    covered = type(cell).__name__ == "MergedCell"
                    if is_input and not covered and not any(cell.coordinate in rule.sqref for rule in rules):
                        missing.append((sheet.title, cell.coordinate))
        assert missing == []

    def test_ranges_have_their_room(self, sales):
        book = opened(sales)
        assert len(_cells(book, "Curve_1")) == ANCHORS * WIDTH
        assert len(_cells(book, "Quote_SLA")) == len(_cells(book, "Quote_GPUs_Commit")) == SLAS

    def test_the_quote_prints_on_two_landscape_pages(self, sales):
        sheet = opened(sales)["Quote"]
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToWidth == 1
        # The quote itself, and behind the SLAs and their names the operating points of both fleets.
        assert sheet.print_area == "'Quote'!$B$1:$O$28,'Quote'!$T$14:$AD$22"
        assert sheet.print_title_cols.replace("$", "") == "B:C"
        assert all(page.oddFooter.center.text == "&A" for page in opened(sales))


def _cells(book, name):
    ((sheet, place),) = book.defined_names[name].destinations
    cells = book[sheet][place.replace("$", "")]
    return [cell for row in cells for cell in row] if isinstance(cells, tuple) else [cells]


def without_numbers(part):
    """Return a part without its numbers, and these apart: machines may differ in the last digit."""
    numbers = [float(text) for text in VALUE.findall(part)]
    return VALUE.sub(b"<v/>", part), numbers


class TestBuild:
    def test_the_committed_file_is_what_the_sources_give(self, sales):
        committed, now = parts(COMMITTED.read_bytes()), parts(sales)
        assert list(committed) == list(now)
        for name, part in now.items():
            if name.startswith("xl/worksheets/"):
                (theirs, their_numbers), (ours, our_numbers) = map(without_numbers, (committed[name], part))
                assert theirs == ours, name
                assert their_numbers == pytest.approx(our_numbers, rel=1e-9), name
            else:
                assert committed[name] == part, name

    def test_another_process_with_another_hash_seed_gives_the_same_bytes(self, sales, tmp_path):
        target = tmp_path / "again.xlsm"
        subprocess.run(
            [sys.executable, "-m", "xlsizing", "workbook", "--sales", "-o", str(target)],
            check=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": "7"},
            capture_output=True,
        )
        assert target.read_bytes() == sales

    def test_openpyxl_keeps_its_values(self, sales):
        book = openpyxl.load_workbook(BytesIO(sales), data_only=True)
        assert [cell.value for (cell,) in book["Quote"]["D15:D19"]] == [28, 236, 236, 1328, 1328]


class TestCommand:
    def test_it_writes_the_file_once(self, capsys, tmp_path, sales):
        target = tmp_path / "capacity-sizing.xlsm"
        assert run(capsys, "workbook", "--sales", "-o", target) == (0, f"Written: {target}\n", "")
        assert target.read_bytes() == sales
        code, _, err = run(capsys, "workbook", "--sales", "-o", target)
        assert (code, err) == (2, f"xlsizing: output must not exist yet; pass --force to overwrite it ({target})\n")
        assert run(capsys, "workbook", "--sales", "-o", target, "--force").code == 0

    @pytest.mark.parametrize(
        ("flags", "rule"), [([], "given, one of them"), (["--sales", "--spec", EXAMPLE], "not be given")]
    )
    def test_it_takes_a_sizing_file_or_none(self, capsys, tmp_path, flags, rule):
        code, out, err = run(capsys, "workbook", *flags, "-o", tmp_path / "x.xlsm")
        assert (code, out) == (2, "")
        assert rule in err
        assert list(tmp_path.iterdir()) == []

    def test_it_must_end_in_xlsm(self, capsys, tmp_path):
        code, _, err = run(capsys, "workbook", "--sales", "-o", tmp_path / "x.xlsx")
        assert (code, err) == (2, "xlsizing: output must end in .xlsm (got 'x.xlsx')\n")

    def test_recalc_takes_it(self, capsys, tmp_path, sales):
        target = tmp_path / "capacity-sizing.xlsm"
        target.write_bytes(sales)
        code, out, err = run(capsys, "recalc", target, "--set", "Quote_Demand=6000000", "--json")
        assert (code, err) == (0, "")
        assert json.loads(out)["values"]["Quote"]["D15"] == 56  # twice 50,000 / (10,700.8 x 0.7) = 13.35: 14 pods of 4
