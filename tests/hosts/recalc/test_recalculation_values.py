"""Small formulas of kinds that engines get wrong, and what Excel gives: Excel's stored answers in public workbooks.

Each kind is one fault that was found; LibreOffice agrees where it has the function.
"""

import pytest
from openpyxl.workbook.defined_name import DefinedName

from tests.hosts.recalc.foreign_books import workbook
from xlsizing.hosts.recalc import ErrorText, Recalculation

KINDS = {
    "conditional sums pass over errors": (
        {"A1": "pool-a", "A2": "pool-a", "A3": "pool-b", "B1": 12, "B2": "#N/A", "B3": 7},
        [
            ('=SUMIF(A1:A3,"pool-a",B1:B3)', "#N/A"),
            ('=AVERAGEIF(A1:A3,"pool-a",B1:B3)', "#N/A"),
            ('=SUMIF(A1:A3,"pool-b",B1:B3)', 7.0),
        ],
    ),
    "nan and infinity": (
        {"A1": 1e200, "A2": 4},
        [
            ("=SUMSQ(A1)", "#NUM!"),
            ("=PRODUCT(A1,A1)", "#NUM!"),
            ("=_xlfn.BINOM.DIST(A2,A2,1,FALSE)", 1.0),
            ("=_xlfn.POISSON.DIST(0,0,FALSE)", 1.0),
            ("=PV(-1,20,300)", "#DIV/0!"),
        ],
    ),
    "payments at the beginning": (
        {},
        [
            ("=IPMT(0.1,3,3,8000,0,1)", -265.8610271903324),
            ("=IPMT(0.1/12,2,36,8000,0,1)", -64.5332989183138),
            ("=CUMPRINC(0.01,36,8000,1,8,1)", -1602.74157189898),
        ],
    ),
    "cash flows with blanks": (
        {
            "A1": -20,
            "B1": 5,
            "C1": 5,
            "E1": -10,
            "F1": 5,
            "A2": -70,
            "B2": 12,
            "C2": 15,
            "A3": -100,
            "B3": 60,
            "D3": 60,
        },
        [
            ("=IRR(A1:F1)", -0.44892834955312866),
            ("=IRR(A3:D3)", 0.130662386291807),
            ("=IRR({-2,1})", -0.5),
        ],
    ),
    "indirect beside an external link": (
        {"A1": 7, "A2": 8},
        [
            ('=INDIRECT("A"&1)', 7.0),
            ('=IFERROR(INDIRECT("A"&2),0)', 8.0),
            ('=INDIRECT("A1")', 7.0),
        ],
    ),
    "left out argument of linest": (
        {"A1": 0.2, "A2": 0.3, "A3": 0.5, "A4": 0.9, "A5": 1.1, "B1": 1.1, "B2": 2, "B3": 3, "B4": 4, "B5": 5},
        [
            ("=INDEX(LINEST(A1:A5,B1:B5,,TRUE),1,1)", 0.24562864279766863),
            ("=INDEX(LINEST(A1:A5,B1:B5,TRUE,TRUE),1,1)", 0.24562864279766863),
        ],
    ),
    "criterion made from a blank": (
        {"A1": 5, "A2": 6, "A3": "x"},
        [
            ('=COUNTIF(A1:A5,">"&A5)', 0.0),
            ('=COUNTIFS(A1:A5,"<="&A5)', 0.0),
        ],
    ),
    "error as criterion": (
        {"A1": "#N/A", "A2": 1, "A3": "#N/A"},
        [
            ("=COUNTIF(A1:A3,A1)", 2.0),
        ],
    ),
    "truth value taken for text": (
        {"A1": True},
        [
            ("=LEFT(A1,2)", "TR"),
            ("=REPT(A1,2)", "TRUETRUE"),
            ('=TEXT(A1,"0")', "TRUE"),
            ('=SUBSTITUTE(A1,"T","x")', "xRUE"),
        ],
    ),
    "more than 15 digits as text": (
        {"A1": 0.3333333333333333, "A2": 1e21},
        [
            ("=LEN(A1)", 17.0),
            ("=REPT(A1,1)", "0.333333333333333"),
            ("=LEFT(A2,4)", "1E+2"),
        ],
    ),
    "reversed range": (
        {"A1": 1, "A2": 2, "A3": 3},
        [
            ("=SUM(A3:A1)", 6.0),
        ],
    ),
    "functions with an argument more": (
        {"A1": 12, "A2": 18, "A3": 24, "A4": "h100-sxm-80"},
        [
            ("=GCD(A1,A2,A3)", 6.0),
            ('=_xlfn.TEXTAFTER(A4,"-",1,0,0)', "sxm-80"),
            ("=_xlfn.CEILING.MATH(-5.5,2,1)", -6.0),
            ('=INDIRECT("R2C1",FALSE)', 18.0),
        ],
    ),
    "units unknown to convert": (
        {},
        [
            ('=CONVERT(80,"Gibyte","byte")', 85899345920.0),
            ('=CONVERT(1,"day","hr")', 24.0),
            ('=CONVERT(1,"byte","bit")', 8.0),
        ],
    ),
    "statistics with whole degrees": (
        {},
        [
            ("=_xlfn.T.DIST(3,5.2,TRUE)", 0.9849503760512687),
            ("=_xlfn.CHISQ.DIST(8,3.34,TRUE)", 0.9539882943107687),
            ("=_xlfn.CONFIDENCE.NORM(0.05,1,50.9)", 0.2771807648699355),
        ],
    ),
    "mode frequency lookup": (
        {
            "A1": 2,
            "A2": 2,
            "A3": 1,
            "A4": 1,
            "A5": 3,
            "B1": 0,
            "B2": 1,
            "B3": 2,
            "B4": 3,
            "C1": "a",
            "C2": "e",
            "C3": "i",
            "C4": "o",
            "D1": 10,
            "D2": 20,
            "D3": 15,
            "D4": 5,
            "E1": 1,
            "E2": 7,
            "E3": 23,
            "E4": 12,
            "E5": 13,
            "E6": 90,
        },
        [
            ("=MODE(A1:A5)", 2.0),
            ("=LOOKUP(2,B1:C4,C1:C4)", "i"),
            ("=INDEX(FREQUENCY(E1:E6,D1:D4),3)", 2.0),
        ],
    ),
    "errors that come out as numbers": (
        {"G1": True},
        [
            ("=TIME(0,0,-1)", "#NUM!"),
            ("=EDATE(61,-7)", "#NUM!"),
            ('=AVERAGE(1,2,TRUE,"5","CASE")', "#VALUE!"),
            ("=XNPV(0.1,{20,5},{44958,44900})", "#NUM!"),
            ("=0^0", "#NUM!"),
        ],
    ),
    "texts that are numbers or truths": (
        {"A1": "abc", "A2": "2.9", "A3": "1:23", "A4": "12"},
        [
            ("=RIGHT(A1,A2)", "bc"),
            ('=IF("true",1,2)', 1.0),
            ('=CHOOSE("2","a","b")', "b"),
            ("=VALUE(A9)", 0.0),
            ("=ISEVEN(A4)", True),
        ],
    ),
    "other": (
        {},
        [
            ('=SEARCH("~","Hi ~Bang!")', 1.0),
            ("=ROMAN(99,2)", "IC"),
            ("=DOLLARDE(12.1234,12)", 13.028333333333334),
        ],
    ),
    "nearest text in xlookup": (
        {"A1": 2, "A2": 3, "A3": 4, "A4": 5, "B1": "a", "B2": "b", "B3": "c", "B4": "d"},
        [
            ('=_xlfn.XLOOKUP("aa",B1:B4,A1:A4,,-1,2)', 2.0),
            ('=_xlfn.XLOOKUP("bz",B1:B4,A1:A4,,-1)', 3.0),
        ],
    ),
    "steps of ceiling and floor": (
        {"A1": '=""', "A2": 10, "A3": -7.1, "A4": 7.1},
        [
            ("=CEILING(A1,1)", "#VALUE!"),
            ("=FLOOR(A1,1)", "#VALUE!"),
            ("=MAX(1,CEILING(A1,1))*4", "#VALUE!"),
            ("=_xlfn.CEILING.PRECISE(A3,0.1)", -7.1000000000000005),
            ("=_xlfn.CEILING.MATH(A3,0.1)", -7.1000000000000005),
            ("=ROUNDUP(A1,0)", "#VALUE!"),
        ],
    ),
}


def is_same(value, expected):
    """Whether a value is the one that Excel stored, its kind too; numbers to 12 digits."""
    if isinstance(expected, bool):
        return value is expected
    if isinstance(expected, float):
        return type(value) is float and value == pytest.approx(expected, rel=1e-12, abs=1e-300)
    return value == expected and isinstance(value, ErrorText) is expected.startswith("#")


@pytest.mark.parametrize("kind", KINDS)
def test_it_gives_what_excel_stored(kind):
    inputs, formulas = KINDS[kind]
    # Kept apart from the inputs, far below and to the right: some of them name whole cells that stay blank.
    cells = inputs | {f"T{row}": formula for row, (formula, _) in enumerate(formulas, 50)}
    book = Recalculation(workbook({"S": cells}))
    assert book.unevaluated == []
    found = [book.value(f"S!T{row}") for row in range(50, 50 + len(formulas))]
    assert all(map(is_same, found, (expected for _, expected in formulas))), found


@pytest.mark.parametrize("title", ["sheet1", "SHEET1", "Sheet1", "sHeet1"])
def test_a_first_sheet_of_any_name_keeps_its_values(title):
    cells = {"A1": 215.5, "A2": 41.8, "B1": "=A1*2", "B3": '=IF(A1>100,"fast","slow")'}
    book = Recalculation(workbook({title: cells}))
    assert (book.value(f"{title}!B1"), book.value(f"{title}!B3"), book.unevaluated) == (431, "fast", [])


def test_a_name_of_one_sheet_with_its_sheet():
    def local(book):
        book["T"].defined_names["Loc"] = DefinedName("Loc", attr_text="T!$A$1")

    sheets = {"S": {"A1": 5, "C1": "=T!Loc", "C3": "=Loc"}, "T": {"A1": 9}}
    book = Recalculation(workbook(sheets, names={"Loc": "S!$A$1"}, prepare=local))
    assert (book.value("S!C1"), book.value("S!C3"), book.unevaluated) == (9, 5, [])
