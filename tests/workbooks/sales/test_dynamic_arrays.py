"""The worked formulas stand in Excel 365 as they are to be typed, and the table spills: by the metadata that Excel writes."""

import io
import re
from xml.etree.ElementTree import canonicalize

import formulon
import pytest
import xlsxwriter
from openpyxl.utils import range_boundaries

from tests.workbooks.engines import boxes, parts
from tests.workbooks.sales.test_file import cells_with_formulas
from xlsizing.hosts import udfs
from xlsizing.hosts.headless import Headless
from xlsizing.hosts.recalc import Recalculation
from xlsizing.workbooks.sales.layout import SHEETS, SLAS, TABLE_STYLES
from xlsizing.workbooks.writer.archive import zipped

pytestmark = pytest.mark.slow

FUNCTIONS = SHEETS.index("Functions")
COUNT = len(udfs.__all__)
"""A worked formula for each function, that of SIZING_TABLE below the others."""


@pytest.fixture(scope="module")
def dynamic(sales):
    """The cells, with their sheets, whose formulas are dynamic arrays, and the cells that each fills in the file."""
    return {
        (title, cell): kind["ref"]
        for title, cell, _, kind, at in cells_with_formulas(sales)
        if at.get("cm") is not None
    }


def shown(data):
    """Return the formulas of sheet Functions as Excel 365 shows them, by formulon, without the texts in them."""
    book = formulon.Workbook.load(data)
    formulas = (book.get_formula(FUNCTIONS, cell.row, cell.col) for cell in book.iter_cells(FUNCTIONS))
    return [re.sub(r'"[^"]*"', '""', formula) for formula in formulas if formula]


def with_plain_formulas(data):
    """Return the workbook with what it had before: plain formulas, and an array formula for the table."""
    found = parts(data)
    name = f"xl/worksheets/sheet{FUNCTIONS + 1}.xml"
    found[name] = re.sub(rb'<f t="array" ref="F[0-9]+">', b"<f>", found[name].replace(b' cm="1"', b""))
    return zipped(found)


class TestShown:
    def test_as_they_are_to_be_typed(self, sales):
        formulas = shown(sales)
        assert {name for formula in formulas for name in re.findall(r"SIZING_\w+", formula)} == set(udfs.__all__)
        assert [formula for formula in formulas if "@" in formula] == []

    def test_with_a_sign_if_nothing_said_what_they_are(self, sales):
        formulas = shown(with_plain_formulas(sales))
        assert sum("@SIZING_" in formula for formula in formulas) == COUNT - 1


class TestMetadata:
    @pytest.fixture
    def theirs(self):
        """What XlsxWriter, which was compared with Excel's own files, writes of such a formula."""
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream) as book:
            book.add_worksheet().write_dynamic_array_formula("A1", "=SIZING_GPUS(B1:C3)")
        return parts(stream.getvalue())

    def test_is_what_excel_writes(self, sales, theirs):
        name = "xl/metadata.xml"
        assert canonicalize(parts(sales)[name]) == canonicalize(theirs[name])

    @pytest.mark.parametrize(
        ("part", "entry"),
        [
            ("[Content_Types].xml", rb'<Override (?=[^>]*PartName="/xl/metadata.xml")[^>]*ContentType="([^"]*)"'),
            ("xl/_rels/workbook.xml.rels", rb'<Relationship (?=[^>]*Target="metadata.xml")[^>]*Type="([^"]*)"'),
        ],
    )
    def test_is_found_where_excel_looks(self, sales, theirs, part, entry):
        assert re.findall(entry, parts(sales)[part]) == re.findall(entry, theirs[part]) != []

    def test_a_cell_says_the_same(self, sales, theirs):
        cell = rb'<c r="[A-Z]+[0-9]+"(?: s="[0-9]+")?( cm="1")[^>]*>(<f t="array" ref=)"'
        ours = re.findall(cell, parts(sales)[f"xl/worksheets/sheet{FUNCTIONS + 1}.xml"])
        assert {*ours} == {*re.findall(cell, theirs["xl/worksheets/sheet1.xml"])}
        assert len(ours) == COUNT


class TestWhere:
    """Only where no other cell looks: LibreOffice works such a formula out anew, without its macros to an error."""

    def test_on_the_sheet_of_functions_alone(self, dynamic):
        assert {title for title, _ in dynamic} == {"Functions"}
        assert len(dynamic) == COUNT

    def test_nothing_reads_them(self, sales, dynamic):
        assert [text for _, _, text, _, _ in cells_with_formulas(sales) if "Functions!" in text] == []
        read = {at for box in boxes(sales).values() if box.sheet == "Functions" for row in box.cells() for at in row}
        filled = {at for ref in dynamic.values() for at in _cells(ref)}
        assert len(filled) == COUNT - 1 + 4 * len(TABLE_STYLES)
        assert read.isdisjoint(filled)

    def test_the_table_of_the_quote_fills_its_cells_where_there_is_none(self, sales):
        book = Recalculation(sales)
        book.set("Quote_SLA", [[None]] * SLAS)
        assert book.value("Quote_Table") == [[""] * len(TABLE_STYLES)] * (SLAS + 1)


def test_the_table_holds_what_the_function_gives(sales, dynamic):
    book = Recalculation(sales)
    (cells,) = (ref for ref in dynamic.values() if ":" in ref)
    arguments = ("Example_Anchors", "Example_SLAs", "Example_TPM", "Example_GPUs", "Example_Util")
    answer = Headless().call("SIZING_TABLE", *map(book.value, arguments))
    assert book.value(f"Functions!{cells}") == answer
    assert len(answer) == 4


def _cells(reference):
    """Return row and column of each of the cells."""
    left, top, right, bottom = range_boundaries(reference)
    return [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
