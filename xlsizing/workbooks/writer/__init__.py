"""Any workbook: its sheets while they are written, cells, names, styles, parts, and the macros in it."""

from xlsizing.workbooks.writer.archive import Part, packed, unpacked, zipped
from xlsizing.workbooks.writer.cells import BESIDE, ERROR_VALUES, ROW, CellValue, Rows, Values, is_formula, value_xml
from xlsizing.workbooks.writer.macros import modules_of, with_macros
from xlsizing.workbooks.writer.names import (
    LONGEST_PIECE,
    ROOM_SLAS,
    SHEETS,
    Layout,
    column_of,
    legal_name,
    letter,
    place,
)
from xlsizing.workbooks.writer.package import SchemaFont, begin_with, saved_parts
from xlsizing.workbooks.writer.page import Page
from xlsizing.workbooks.writer.parts import UNDATED, drawn, filled, read_parts, reproducible, sheet_part, with_points
from xlsizing.workbooks.writer.phrases import literal, sentence
from xlsizing.workbooks.writer.plain_book import finish, new_pages, written
from xlsizing.workbooks.writer.repeated import Repeated
from xlsizing.workbooks.writer.shared_strings import SharedStrings
from xlsizing.workbooks.writer.styles import AMBER, BAD, FONT, GOOD, GREY, RED, Styles, tall
from xlsizing.workbooks.writer.text import LONGEST_TEXT, cell_text
from xlsizing.workbooks.writer.xml_parts import element, parsed

__all__ = [
    "AMBER",
    "BAD",
    "BESIDE",
    "ERROR_VALUES",
    "FONT",
    "GOOD",
    "GREY",
    "LONGEST_PIECE",
    "LONGEST_TEXT",
    "RED",
    "ROOM_SLAS",
    "ROW",
    "SHEETS",
    "UNDATED",
    "CellValue",
    "Layout",
    "Page",
    "Part",
    "Repeated",
    "Rows",
    "SchemaFont",
    "SharedStrings",
    "Styles",
    "Values",
    "begin_with",
    "cell_text",
    "column_of",
    "drawn",
    "element",
    "filled",
    "finish",
    "is_formula",
    "legal_name",
    "letter",
    "literal",
    "modules_of",
    "new_pages",
    "packed",
    "parsed",
    "place",
    "read_parts",
    "reproducible",
    "saved_parts",
    "sentence",
    "sheet_part",
    "tall",
    "unpacked",
    "value_xml",
    "with_macros",
    "with_points",
    "written",
    "zipped",
]
