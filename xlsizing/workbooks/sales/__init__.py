"""The sales workbook: sheets whose cells call our functions."""

from xlsizing.workbooks.sales.book import sales_workbook
from xlsizing.workbooks.sales.deck import Deck, FirstLever, alike, free_names
from xlsizing.workbooks.sales.functions_sheet import ARGUMENTS_NOTE, NUMBERS, OPTIMISED, SLAS, FunctionHelp
from xlsizing.workbooks.sales.layout import MOST_NAME, MOST_WORDS, TABLE_STYLES
from xlsizing.workbooks.sales.starters import EXAMPLE, Starter

__all__ = [
    "ARGUMENTS_NOTE",
    "EXAMPLE",
    "MOST_NAME",
    "MOST_WORDS",
    "NUMBERS",
    "OPTIMISED",
    "SLAS",
    "TABLE_STYLES",
    "Deck",
    "FirstLever",
    "FunctionHelp",
    "Starter",
    "alike",
    "free_names",
    "sales_workbook",
]
