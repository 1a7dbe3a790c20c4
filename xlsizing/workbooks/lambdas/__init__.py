"""The Excel functions as defined names that hold LAMBDA formulas, for a plain .xlsx without macros and without Python."""

from xlsizing.workbooks.lambdas.arguments import LEFT_OUT
from xlsizing.workbooks.lambdas.book import SHEETS, functions_workbook
from xlsizing.workbooks.lambdas.examples import EXAMPLES, INPUTS, Example
from xlsizing.workbooks.lambdas.functions import FUNCTIONS, VERSION
from xlsizing.workbooks.lambdas.notation import all_given

__all__ = [
    "EXAMPLES",
    "FUNCTIONS",
    "INPUTS",
    "LEFT_OUT",
    "SHEETS",
    "VERSION",
    "Example",
    "all_given",
    "functions_workbook",
]
