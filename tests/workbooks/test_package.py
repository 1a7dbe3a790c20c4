"""The file as a package: what is in it, what is not, and what a reader sees without recalculating."""

import re
import warnings
from functools import cache
from io import BytesIO
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from openpyxl.formula import Tokenizer
from openpyxl.utils import column_index_from_string

from tests.workbooks.engines import boxes, parts

pytestmark = pytest.mark.slow

FUNCTIONS = frozenset(
    [
        "ABS",
        "AND",
        "CHOOSE",
        "CEILING",
        "COUNT",
        "COUNTA",
        "COUNTIF",
        "EXP",
        "IF",
        "IFERROR",
        "INDEX",
        "INT",
        "LEFT",
        "LEN",
        "ISNUMBER",
        "LN",
        "MATCH",
        "MAX",
        "MIN",
        "NA",
        "NOT",
        "OR",
        "SMALL",
        "SUM",
        "SUMPRODUCT",
    ]
)
"""All there from Excel 2007 on, in LibreOffice and in Google Sheets."""

NAMES = [
    "Demand_Value",
    "Demand_Unit",
    "Util",
    "GPUs_per_Pod",
    "Spare_Pods",
    "USD_per_GPU_Hour",
    "Hours_per_Month",
    "Method",
    "Anchor_c",
    "Anchor_r",
    "Anchor_T",
    "Anchor_TTFT",
    "SLA_In",
    "Out_Regime",
    "Out_Cstar",
    "Out_PodTps",
    "Out_Pods",
    "Out_GPUs",
    "Out_GPUs_Low",
    "Out_GPUs_Commit",
    "Out_USD_Month",
    "Checks_Failed",
]
INPUTS = NAMES[:13]
SHEETS = ["Sizing", "Intake", "Prices", "Growth", "Curve", "Calc", "Context", "Levers", "Checks", "About"]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.IGNORECASE)
_R1C1 = re.compile(r"R[0-9]*(C[0-9]*)?|C[0-9]*", re.IGNORECASE)


@cache
def opened(data, **how):
    """Return a workbook opened with every warning an error; nobody changes it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return openpyxl.load_workbook(BytesIO(data), **how)


@cache
def formulas(data):
    """Return (sheet, cell, formula) for each formula."""
    book = opened(data)
    return [
        (sheet.title, cell.coordinate, cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]


def tree(data, name):
    """Return the XML of one part."""
    return ET.fromstring(parts(data)[name])  # noqa: S314  # our own file


def sheet_parts(data):
    """Return the names of the worksheet parts, in the order of the sheets."""
    found = [name for name in parts(data) if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)]
    return sorted(found, key=lambda name: (len(name), name))


def functions(formula):
    """Return the functions that a formula calls."""
    tokens = Tokenizer(formula).items
    return {token.value.strip(":(").upper() for token in tokens if token.type == "FUNC" and token.subtype == "OPEN"}


def legal(name):
    """Tell whether Excel takes a name for a range: no reference in either style, begins with a letter or underscore."""
    cell = _CELL.fullmatch(name)
    reference = cell and column_index_from_string(cell[1]) <= 16384 and 1 <= int(cell[2]) <= 1048576
    return bool(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]{0,254}", name)) and not reference and not _R1C1.fullmatch(name)


class TestLegal:
    @pytest.mark.parametrize("name", ["H100", "GPU8", "SLA1", "R", "C", "r", "R1C1", "C12", "XFD1", "1a", "a b"])
    def test_refuses_references(self, name):
        assert not legal(name)

    @pytest.mark.parametrize("name", ["Out_Pods", "XFE1", "Anchor_c", "Util", "H100_"])
    def test_takes_words(self, name):
        assert legal(name)


class TestContents:
    def test_it_opens_without_a_warning(self, anybook):
        assert [name for name in opened(anybook).sheetnames if name in SHEETS] == SHEETS

    def test_nothing_runs_and_nothing_is_linked(self, anybook):
        names = list(parts(anybook))
        assert [
            name for name in names if "externalLink" in name or "vba" in name.casefold() or name.endswith(".bin")
        ] == []
        assert b"macroEnabled" not in parts(anybook)["[Content_Types].xml"]
        relations = b"".join(data for name, data in parts(anybook).items() if name.endswith(".rels"))
        assert b'TargetMode="External"' not in relations

    def test_no_array_formula_and_no_function_beyond_the_list(self, anybook):
        found = formulas(anybook)
        assert len(found) > 200
        assert [entry for entry in found if not isinstance(entry[2], str)] == []
        assert [(*entry, functions(entry[2]) - FUNCTIONS) for entry in found if functions(entry[2]) - FUNCTIONS] == []

    def test_no_formula_holds_an_address_outside_the_file_or_an_error(self, anybook):
        text = " ".join(formula for *_, formula in formulas(anybook))
        assert "[" not in text
        assert "#REF!" not in text

    def test_conditional_formats_and_validations_use_the_same_functions(self, anybook):
        found = []
        for name in sheet_parts(anybook):
            for tag in ("formula", "formula1", "formula2"):
                found += [element.text or "" for element in tree(anybook, name).iter(MAIN + tag)]
        assert [formula for formula in found if functions(f"={formula}") - FUNCTIONS] == []

    def test_every_name_is_legal_and_leads_somewhere(self, anybook):
        book = opened(anybook)
        assert [name for name in book.defined_names if not legal(name)] == []
        assert set(NAMES) <= set(boxes(anybook))

    def test_metadata(self, anybook):
        properties = opened(anybook).properties
        assert "xlsizing" in " ".join(filter(None, (properties.creator, properties.description, properties.title)))


class TestProtection:
    def test_every_sheet_is_protected_without_a_password(self, anybook):
        for sheet in opened(anybook):
            assert sheet.protection.sheet, sheet.title
            assert not sheet.protection.password, sheet.title

    def test_inputs_can_be_edited_and_formulas_cannot(self, anybook):
        book = opened(anybook)
        for name in INPUTS:
            box = boxes(anybook)[name]
            cells = [book[box.sheet].cell(*at) for row in box.cells() for at in row]
            assert [cell.coordinate for cell in cells if cell.protection.locked] == [], name
            assert [cell.coordinate for cell in cells if cell.data_type == "f"] == [], name
        unlocked = [(name, at) for name, at, _ in formulas(anybook) if not book[name][at].protection.locked]
        assert unlocked == []

    def test_every_input_says_what_it_takes(self, anybook):
        book = opened(anybook)
        for name in INPUTS:
            box = boxes(anybook)[name]
            at = book[box.sheet].cell(box.top, box.left).coordinate
            rules = [rule for rule in book[box.sheet].data_validations.dataValidation if at in rule.sqref]
            assert [rule for rule in rules if rule.error or rule.prompt], name


class TestCachedValues:
    def test_every_formula_has_one(self, anybook):
        for name in sheet_parts(anybook):
            cells = [cell for cell in tree(anybook, name).iter(MAIN + "c") if cell.find(MAIN + "f") is not None]
            assert [cell.get("r") for cell in cells if cell.find(MAIN + "v") is None] == [], name

    def test_no_error_value_is_shown(self, anybook):
        book = opened(anybook, data_only=True)
        shown = [
            (sheet.title, cell.coordinate, cell.value)
            for sheet in book
            if sheet.title not in ("Calc", "Curve")  # workings and chart data use #N/A for "no point here"
            for row in sheet.iter_rows()
            for cell in row
            if cell.data_type == "e"
        ]
        assert shown == []

    def test_charts_have_their_points(self, standard):
        charts = [name for name in parts(standard) if re.fullmatch(r"xl/charts/chart\d+\.xml", name)]
        assert len(charts) == 2
        for name in charts:
            caches = list(tree(standard, name).iter(CHART + "numCache"))
            references = list(tree(standard, name).iter(CHART + "numRef"))
            assert len(caches) == len(references) > 0
            assert any(list(cache.iter(CHART + "pt")) for cache in caches)

    def test_excel_is_told_to_recalculate(self, anybook):
        assert opened(anybook).calculation.fullCalcOnLoad


class TestCharts:
    def test_they_say_in_words_what_they_show(self, anybook, batch):
        drawings = [name for name in parts(anybook) if re.fullmatch(r"xl/drawings/drawing\d+\.xml", name)]
        frames = [frame for name in drawings for frame in tree(anybook, name).iter(DRAWING + "cNvPr")]
        assert len(frames) == (0 if anybook is batch else 2)  # a long table has none
        assert [frame.get("name") for frame in frames if not frame.get("descr")] == []


class TestPrint:
    def test_the_first_sheet_is_two_pages_side_by_side_at_a_scale_that_can_be_read(self, anybook):
        sheet = opened(anybook)["Sizing"]
        assert sheet.page_setup.orientation == "landscape"
        assert not sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.scale == 80  # letters of 10 pt are 8 pt
        assert [stop.id for stop in sheet.col_breaks.brk] == [19]  # after the remark
