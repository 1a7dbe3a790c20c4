"""Files that hold a measured curve, or the results it is made of, each format read by one module; `read_curve` chooses."""

from xlsizing.importers.curve_file import curve_text
from xlsizing.importers.curve_json import parsed, whole_number
from xlsizing.importers.documents import document
from xlsizing.importers.formats import FORMATS
from xlsizing.importers.imported import Imported, Results, one_curve, read_results
from xlsizing.importers.listing import HEADINGS, CurveRow, curve_rows, listed
from xlsizing.importers.points import ACHIEVED, MOST_FAILED, NOMINAL, Options
from xlsizing.importers.public import NOT_OURS, public_curve, shelf
from xlsizing.importers.reading import PUBLIC, read_curve
from xlsizing.importers.text import DECIMAL_COMMA, delimiter_in, file_text

__all__ = [
    "ACHIEVED",
    "DECIMAL_COMMA",
    "FORMATS",
    "HEADINGS",
    "MOST_FAILED",
    "NOMINAL",
    "NOT_OURS",
    "PUBLIC",
    "CurveRow",
    "Imported",
    "Options",
    "Results",
    "curve_rows",
    "curve_text",
    "delimiter_in",
    "document",
    "file_text",
    "listed",
    "one_curve",
    "parsed",
    "public_curve",
    "read_curve",
    "read_results",
    "shelf",
    "whole_number",
    "yaml_text",
]
