"""What cannot be evaluated as Excel would is listed with its reason, and so is all that depends on it: never a wrong value."""

import io
import re

import openpyxl
import pytest
from openpyxl.formatting.rule import FormulaRule
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import DataTableFormula
from openpyxl.worksheet.table import Table

from tests.hosts.recalc.foreign_books import (
    ANCHORS,
    AT,
    MAIN,
    as_excel_saves,
    edited,
    parts,
    with_dynamic_arrays,
    with_link,
    workbook,
)
from xlsizing.hosts.recalc import Recalculation

CELLS = {
    "A1": 1,
    "A2": 2,
    "A3": 3,
    "B1": 10,
    "B2": 20,
    "B3": 30,
    "C1": "x",
    "W1": 7,
    "W2": 5,
    "W3": 9,
    "X1": "5",
    "X2": 3,
    "X3": True,
}


def reasons(book):
    """The reason for each formula that could not be evaluated."""
    return {found.place.rpartition("!")[2]: found.reason for found in book.unevaluated}


def one(formula, **more):
    """A recalculation of one formula in Z9 and two that depend on it."""
    cells = CELLS | {"Z9": formula, "Z10": "=IFERROR(Z9,0)", "Z11": "=SUM(Z9:Z10)", "Y1": "=A1+1"}
    return Recalculation(workbook({"S": cells, "Other": {"A1": 7}}, **more))


class TestFormulas:
    @pytest.mark.parametrize(
        ("formula", "reason"),
        [
            ("=OURS(1)", "function OURS is not known here"),
            ("=IFERROR(OURS(1),2)", "function OURS is not known here"),
            ("=IF(A1=1,_xll.ours(1),1)", "function OURS is not known here"),
            ("=IF(OURS(1),2,3)", "function OURS is not known here"),
            ("=SUM(A1:A3,OURS(1))", "function OURS is not known here"),
            ("='other.xlam'!OURS(A1)", "function OURS is not known here"),
            ("=SIZING_NOSUCH(A1)", "function SIZING_NOSUCH is not known here"),
            ('=SIZING_TPM(OURS(1),"tok/s")', "function OURS is not known here"),
            ('=WEBSERVICE("http://127.0.0.1:9/")', "function WEBSERVICE is not known here"),
            ('=RTD("a",,"b")', "function RTD is not known here"),
            ('=CELL("filename")', "CELL asks Excel itself"),
            ('=INFO("osversion")', "INFO asks Excel itself"),
            ("=[1]Rates!A1*2", "[1]Rates!A1 is in another workbook, and the file holds no value of it"),
            ("='[1]My rates'!A1", "'[1]My rates'!A1 is in another workbook"),
            ("='C:\\books\\[rates.xlsx]Rates'!$A$1", "'C:\\books\\[rates.xlsx]Rates'!$A$1 is in another workbook"),
            ("=[1]!Rate", "[1]!Rate is in another workbook"),
            ('=_xlfn.MAP(A1:A3,_xlfn.LAMBDA(_xlpm.x,SIZING_TPM(_xlpm.x,"tok/s")))', "SIZING_TPM in a LAMBDA cannot be evaluated here"),
            ("=Z10+1", "refers to itself"),
            ("=Z9+1", "refers to itself"),
            ("=SUM(Z1:Z9)", "refers to itself"),
            ('=REPT("x",32767)&"x"', "gives a text longer than a cell holds"),
            ("=" + "(" * 250 + "1" + ")" * 250, "cannot be read: it is nested more deeply than Excel allows"),
            ("=" + "ABS(" * 200 + "1" + ")" * 200, "cannot be read: it is nested more deeply than Excel allows"),
            ("=" + "ABS(" * 2000 + "1" + ")" * 2000, "cannot be read: it is longer than Excel allows"),
            ("=" + "-" * 5000 + "1", "cannot be read: it holds a hundred signs in a row"),
            ("=1" + "+1" * 5000, "cannot be read: it is longer than Excel allows"),
            ("=OURS(1", "cannot be read: a parenthesis does not close"),
            ("=OURS(1))", "cannot be read: a parenthesis closes that did not open"),
        ],
        ids=str,
    )  # fmt: skip
    def test_listed_with_its_reason_and_its_dependents(self, formula, reason):
        book = one(formula)
        found = reasons(book)
        assert found["Z9"].startswith(reason)
        assert set(found) == {"Z9", "Z10", "Z11"}
        assert [book.value(f"S!{cell}") for cell in ("Z9", "Z10", "Z11", "Y1")] == [None, None, None, 2]
        assert book.values["S"]["Z10"] is None
        assert (book.is_known("S!Z10"), book.is_known("S!Y1"), book.is_known("S!Y1:Z10")) == (False, True, False)

    def test_the_formula_is_the_one_of_the_file(self):
        (found, *_) = one("=IFERROR( ours(A1), 2)").unevaluated
        assert (found.place, found.formula) == ("S!Z9", "=IFERROR( ours(A1), 2)")

    @pytest.mark.parametrize(
        ("formula", "value"),
        [
            ("=IF(TRUE,1,_xll.ours(1))", 1),
            ("=IF(A1=2,OURS(1),5)", 5),
            ("=CHOOSE(2,OURS(1),7)", 7),
            ("=_xlfn.IFS(A1=2,OURS(1),A1=1,8)", 8),
            ("=_xlfn.SWITCH(A1,2,OURS(1),1,9,OURS(2))", 9),
            ("=IFERROR(A1,OURS(1))", 1),
            ("=IFNA(A2,OURS(1))", 2),
            ('=CELL("address",A1)', "$A$1"),
            ("=SUM(S:Other!A1)", 8),
            ("=SUM((A1:A2,B1))", 13),
            ("=SUM(A1:A3 A2:B2)", 2),
            ("=_xlfn.LAMBDA(_xlpm.x,_xlpm.x+1)(2)", 3),
            ('=_xlfn.LET(_xlpm.x,A2,SIZING_TPM(_xlpm.x,"tok/s")+_xlpm.x)', 122),
            ("=Nowhere", "#NAME?"),
            ("=SUM(Table9[a])", "#NAME?"),
            ("=A1:A3", "#VALUE!"),
            ("=SUM(A1:A3*B1:B3)", "#VALUE!"),
            ("=A2:A2", 2),
            ("=SUMPRODUCT(ABS(-A1:A3))", 6),
            ("=SUMPRODUCT(LEN(A1:A3))", 3),
            ("=SUM(ROUND({1.5,2.5},0))", 5),
            ("=SUM(LARGE(A1:A3,{1,2}))", 5),
            ("=MATCH(1,INDEX((A1:A3=2)*(B1:B3=20),0),0)", 2),
            ("=LOOKUP(2,1/(A1:A3=2),B1:B3)", 20),
            ('=_xlfn.XLOOKUP(6,W1:W3,B1:B3,"none",1)', 10),
            ('=COUNTIF(A1:A3,"10%")', 0),
            ('=SUMIF(A1:A3,">$1",B1:B3)', 50),
            ('=SUMIFS(A1:A3,B1:B2,">1")', "#VALUE!"),
            ('=TEXT(A1,"0.00E+00")', "1.00E+00"),
            ("=IFERROR(AGGREGATE(14,6,A1:A3,1),0)", 3),
            ('=1/3&" GPUs"', "0.333333333333333 GPUs"),
            ("=SHEETS()", 2),
            ('=SHEETS()+0*SIZING_TPM(1,"tok/s")', 2),
            ("=SUMPRODUCT(A1:A3*B1:B3)", 140),
            ("=SUMPRODUCT((A1:A3>1)*1)", 2),
            ("=SUMPRODUCT(-A1:A3,B1:B3%)", -1.4),
            ("=SUMPRODUCT(A1:A3^2)", 14),
            ("=" + "(" * 60 + "1" + ")" * 60, 1),
            ("=INDEX(A1:A3*2,2)", 4),
            ("=MATCH(4,INDEX(A1:A3*2,0),0)", 2),
            ("=SUM(A1*{1,2})", 3),
            ("=SUM(IF(A1>{0,2},5,7))", 12),
            ("=OR(A2={1,2})", True),
            ("=LARGE(A1:A3,2)+SMALL(B1:B3,1)", 12),
            ("=NPV(0,A1:A3)", 6),
            ('=SUMIFS(B1:B3,A1:A3,">1",B1:B3,"<30")', 20),
            ('=COUNTIFS(A1:A3,">1",B1:B3,"<30")', 1),
            ("=VLOOKUP(2,A1:B3,2,FALSE)+MATCH(30,B1:B3,0)", 23),
            ("=XLOOKUP(3,A1:A3,B1:B3)", 30),
            ("=ROUND(AVERAGE(A1:A3),0)", 2),
            ("=CHOOSE(2,A1,SUM(B1:B3))", 60),
            ("=RANK(2,A1:A3)", 2),
            ("=PERCENTILE(A1:A3,0.5)", 2),
            ("=FORECAST(4,B1:B3,A1:A3)", 40),
            ("=SUM(A1:INDEX(A1:A3,2))", 3),
            ("=SUM(Other!A1,A:A)", 13),
            ("=@A1:A9", None),
            ("=_xlfn.SINGLE(A$1:A$99)*0+5", 5),
            ("=_xlfn.CONCAT(A1:A3)", "123"),
            ("=LOOKUP(2,A1:A3,B1:B3)", 20),
            ('=LOOKUP(2,{0,2,5},{"a","b","c"})', "b"),
            ("=VLOOKUP(2.5,{0,10;2,20;5,30},2)", 20),
            ("=VLOOKUP(2.5,A1:B3,2)", 20),
            ("=VLOOKUP(2.5,A:B,2,TRUE)", 20),
            ("=MATCH(2.5,A:A)", 2),
            ("=MATCH(9,A1:A8)", 3),
            ("=MATCH(20,B1:B3,)", 2),
            ("=HLOOKUP(5,A1:B3,3)", 3),
            ('=XLOOKUP(2.5,A1:A3,B1:B3,"none",-1)', 20),
            ('=XLOOKUP(7,W1:W3,B1:B3,,0,-1)+XLOOKUP("w*",W1:W3,B1:B3,5,2)', 15),
            ("=XMATCH(5,W1:W3)", 2),
            ("=SUMPRODUCT(A1:A3,X1:X3)", 6),
            ("=SUMPRODUCT(A1:A3,X1:X3*1)", 14),
            ("=SUMPRODUCT((A1:A3>1),B1:B3)+SUMPRODUCT((A1:A3>1)*1,B1:B3)", 50),
            ("=SUMPRODUCT(A:A,B:B)", 140),
            ("=SUMPRODUCT(A1:A3,B1:B2)", "#VALUE!"),
            ("=SUMPRODUCT(A1:A3,1/(A1:A3-2))", "#DIV/0!"),
            ("=SUMPRODUCT(A2)", 2),
            ('=COUNTIF(A1:A3,2)+COUNTIF(A1:A3,">1.5")+COUNTIF(C1:C3,"x*")', 4),
            ('=SUMIFS(A:A,B:B,">10")', 5),
            ("=AGGREGATE(9,6,A1:A3)", 6),
            ('=TEXT(1234567.5,"#,##0.00")&TEXT(0.256,"0.0%")&TEXT(46349,"d mmm yyyy")', "1,234,567.5025.6%23 Nov 2026"),
            ('=TEXT(-1.5,"0.0;(0.0)")&TEXT(1234567,"$0.0,,""M""")', "(1.5)$1.2M"),
            ('=ROUND(1/3,4)&" of "&0.1', "0.3333 of 0.1"),
            ("=TREND(B1:B3,A1:A3,4)", 40),
            ("=PERCENTRANK(A1:A3,2)", 0.5),
            ("=CEILING(-4.2,-1)", -5),
            ("=CEILING(-4.2,1)", -4),
            ("=CEILING(4.2,-1)", "#NUM!"),
            ("=CEILING(4.2,0)", 0),
            ("=CEILING(6.3,0.1)", pytest.approx(6.3)),
            ("=CEILING(30,B2/5)", 32),
            ("=FLOOR(-4.7,-1)", -4),
            ("=FLOOR(-4.7,1)", -5),
            ("=FLOOR(4.7,-1)", "#NUM!"),
            ("=FLOOR(4.7,0)", "#DIV/0!"),
            ("=FLOOR(6.3,0.1)", pytest.approx(6.3)),
            ("=FLOOR(1/0,1)", "#DIV/0!"),
            ('=CEILING("a",1)', "#VALUE!"),
            ('=TRIM("  a   b "&CHAR(160))', "a b \u00a0"),
            ("=TRIM(1.5)&TRIM(TRUE)&TRIM(D9)", "1.5TRUE"),
            ("=COUNT(A1:B3,1)", 7),
            ("=IF(A1:A1=1,5,6)", 5),
            ('=SUMIF(A1:A3,">1",B1:B3)', 50),
            ("=IF(FALSE,1/0,3)", 3),
            ('="OURS(1)"', "OURS(1)"),
            ("=SUM(A1:A3)%", 0.06),
        ],
        ids=str,
    )
    def test_what_is_known_is_not_listed(self, formula, value):
        if formula == "=@A1:A9":  # row 9 is blank, and a reference to a blank is 0
            value = 0
        book = one(formula)
        assert (book.unevaluated, book.value("S!Z9")) == ([], value)

    @pytest.mark.parametrize(
        ("formula", "value"),
        [
            ("=SUM(A1:A3*B1:B3)", 140),
            ("=SUM(IF(A1:A3>1,B1:B3,0))", 50),
            ("=MAX(IF(A1:A3<3,B1:B3))", 20),
            ("=MATCH(1,(A1:A3=2)*(B1:B3=20),0)", 2),
            ("=SUM((A1:A3>1)*B1:B3)", 50),
            ("=LARGE(A1:A3*B1:B3,1)", 90),
            ("=SUM(MMULT(TRANSPOSE(A1:A3),B1:B3))", 140),
            ("=SUM(LEN(A1:A3))", 3),
            ("=SUM(IFERROR(B1:B3/A1:A3,0))", 30),
            ("=SUM(ABS(-A1:A3))", 6),
        ],
        ids=str,
    )
    def test_array_formulas(self, formula, value):
        book = Recalculation(workbook({"S": CELLS | {"Z9": ("Z9", formula)}}))
        assert (book.value("S!Z9"), book.unevaluated) == (value, [])

    def test_no_function_of_the_engine_is_taken_for_unknown(self):
        names = "SUM IF HYPERLINK INDEX SUBSTITUTE SUMPRODUCT ROUND CEILING DATE NPV IRR PMT XLOOKUP TODAY RAND OFFSET"
        cells = {f"A{i + 1}": f"=IF(FALSE,{name}(1,2,3),4)" for i, name in enumerate(names.split())}
        assert Recalculation(workbook({"S": cells})).unevaluated == []

    def test_an_input_error_is_no_reason(self):
        book = Recalculation(workbook({"S": {"A1": "#REF!", "A2": "=A1+1", "A3": "=IFERROR(A2,5)", "A4": "=#REF!+1"}}))
        assert (book.unevaluated, book.value("S!A2:A4")) == ([], [["#REF!"], [5], ["#REF!"]])


RATES = '<row r="1"><cell r="A1"><v>8.6</v></cell><cell r="B1"><v>2</v></cell></row>'
LINKED = {"A1": 7, "B1": "=[1]Rates!A1*2", "B2": "=SUM([1]Rates!A1:B1)", "B3": '=INDIRECT("A"&1)', "B4": "=Price+1"}


class TestLinks:
    def test_values_that_the_file_holds_are_used_and_said(self):
        data = workbook({"S": LINKED}, names={"Price": "[1]Rates!$A$1"})
        book = Recalculation(with_link(data, RATES))
        assert book.value("S!B1:B4") == [[17.2], [10.6], [7], [9.6]]
        assert (book.unevaluated, book.linked) == ([], {"S!B1": ["[1]Rates!A1"], "S!B2": ["[1]Rates!A1:B1"]})

    def test_without_values_they_are_listed_and_nothing_else_is(self):
        data = workbook({"S": LINKED | {"B5": "=[1]Other!A1"}}, names={"Price": "[2]Rates!$A$1"})
        book = Recalculation(with_link(data, RATES))
        assert reasons(book) == {
            "B4": "name Price cannot be evaluated here",
            "B5": "[1]Other!A1 is in another workbook, and the file holds no value of it",
        } | {"B3": "may read cells that could not be evaluated"}
        assert book.value("S!B1") == 17.2


class TestNames:
    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("[1]Rates!$A$1", "name Rate cannot be evaluated here"),
            ("OURS(1)", "name Rate cannot be evaluated here"),
            ('SIZING_TPM(S!A1,"tok/s")', "name Rate cannot be evaluated here"),
        ],
    )
    def test_names_that_cannot_be_evaluated(self, text, reason):
        book = one("=IFERROR(SUM(Rate),3)", names={"Rate": text})
        assert reasons(book)["Z9"] == reason
        assert book.value("S!Z11") is None

    def test_names_that_call_our_functions(self):
        names = {"Rate": 'SIZING_TPM(S!$A$2,"tok/s")', "Twice": "2*Rate"}
        book = one("=Twice+Rate", names=names)
        assert (book.value("S!Z9"), book.unevaluated) == (360, [])
        book.set("S!A2", 3)
        assert book.value("S!Z9") == 540

    def test_names_of_cells_of_constants_and_of_formulas(self):
        names = {"ABC": "S!$A$1:$A$3", "Rate": "0.5", "Word": '"a"', "Total": "SUM(S!$A$1:$A$3)", "Lost": "#REF!"}
        assert one("=SUM(abc)*Rate", names=names).value("S!Z9") == 3
        assert one("=Word&Total", names=names).value("S!Z9") == "a6"
        assert one("=Lost+1", names=names).value("S!Z9") == "#REF!"

    def test_what_depends_through_a_name(self):
        cells = CELLS | {
            "A2": "=OURS(1)",
            "D1": "=IFERROR(SUM(Some),0)",
            "D2": "=D1+1",
            "D3": "=SUM(Others)",
            "D4": "=Sum_Some",
        }
        names = {"Some": "S!$A$1:$A$3", "Others": "S!$B$1:$B$3", "Sum_Some": "SUM(S!$A$1:$A$3)"}
        found = reasons(Recalculation(workbook({"S": cells}, names=names)))
        assert found == {
            "A2": "function OURS is not known here",
            "D1": "depends on S!A2",
            "D2": "depends on S!A2",
            "D4": "depends on S!A2",
        }

    @pytest.mark.parametrize("formula", ['=INDIRECT("A"&1)', "=OFFSET(B1,0,-1)", "=SUM(OFFSET(B1,0,-1,3,1))"])
    def test_what_finds_its_cells_at_run_time(self, formula):
        book = Recalculation(workbook({"S": CELLS | {"A1": "=OURS(1)", "D1": formula}}))
        assert "D1" in reasons(book)
        assert Recalculation(workbook({"S": CELLS | {"D1": formula}})).unevaluated == []

    def test_a_name_of_one_sheet_comes_first(self):
        def local(book):
            book["Other"].defined_names["Rate"] = DefinedName("Rate", attr_text="Other!$A$1")
            book["Other"]["B1"] = "=Rate"

        book = one("=Rate", names={"Rate": "S!$B$1"}, prepare=local)
        assert (book.value("S!Z9"), book.value("Other!B1"), book.value("Rate")) == (10, 7, 10)


class TestTables:
    @pytest.mark.parametrize(
        ("formula", "value"),
        [
            ("=SUM(Deals[gpus])", 60),
            ("=SUM(deals[GPUS])", 60),
            ("=Deals[[#This Row],[gpus]]*2", 40),
            ("=SUM(Deals[[#This Row],[gpus]:[price '#]])", 22),
            ("=SUM(Deals[[#All],[gpus]])", 120),
            ("=SUM(Deals[[#Totals],[gpus]])", 60),
            ("=Deals[[#Headers],[price '#]]", "price #"),
            ("=SUM(Deals[])", 66),
            ("=SUM(Deals)", 66),
            ("=COUNTA(Deals[#All])", 10),
            ("=SUM(Deals[[#Data],[#Totals],[gpus]])", 120),
        ],
        ids=str,
    )
    def test_structured_references(self, formula, value):
        book = Recalculation(self.deals(formula))
        assert (book.unevaluated, book.value("S!E3")) == ([], value)
        book.set("S!A2", 110)
        assert book.value("S!E9") == 160

    @pytest.mark.parametrize("reference", ["Deals[nosuch]", "Deals[[#Nosuch],[gpus]]", "Lost[gpus]"])
    def test_what_is_no_column_is_an_error(self, reference):
        book = Recalculation(self.deals(f"=SUM({reference})"))
        assert (book.unevaluated, str(book.value("S!E3"))) in (([], "#NAME?"), ([], "#REF!"))

    def test_what_depends_through_a_table(self):
        found = reasons(Recalculation(self.deals("=1", a3="=OURS(1)")))
        assert found == {"A3": "function OURS is not known here", "A5": "depends on S!A3", "E9": "depends on S!A3"}

    @staticmethod
    def deals(formula, a3=20):
        """A table of three rows and a row of totals, a formula in its second row, and one below."""

        def with_table(book):
            table = Table(displayName="Deals", ref="A1:B5", totalsRowCount=1)
            table._initialise_columns()
            for column, name in zip(table.tableColumns, ("gpus", "price #"), strict=True):
                column.name = name
            book["S"].add_table(table)

        rows = {
            "A1": "gpus",
            "B1": "price #",
            "A2": 10,
            "A3": a3,
            "A4": 30,
            "B2": 1,
            "B3": 2,
            "B4": 3,
            "A5": "=SUM(A2:A4)",
        }
        cells = rows | {"B5": "sum", "E3": formula, "E9": "=SUM(Deals[gpus])"}
        return workbook({"S": cells}, prepare=with_table)


class TestSheets:
    def test_hidden_rows(self):
        def hide(book):
            book["S"].row_dimensions[2].hidden = True

        assert one("=SUBTOTAL(109,A1:A3)").value("S!Z9") == 6
        assert one("=SUBTOTAL(109,A1:A3)", prepare=hide).value("S!Z9") == 4
        assert one("=SUBTOTAL(9,A1:A3)", prepare=hide).value("S!Z9") == 6

    def test_rules_of_formats_and_validations_that_call_our_functions(self):
        def with_rules(book):
            sheet = book["S"]
            sheet.conditional_formatting.add("A1:A3", FormulaRule(formula=['SIZING_TPM(A1,"tok/s")>60']))
            sheet.conditional_formatting.add("B1:B3", FormulaRule(formula=["B1>1"]))
            sheet.add_data_validation(DataValidation("custom", formula1='SIZING_TPM(C1,"tok/s")>60', sqref="C1"))

        found = one("=A1", prepare=with_rules).unevaluated
        assert [(each.place, each.formula) for each in found] == [
            ("'S'!A1:A3", '=SIZING_TPM(A1,"tok/s")>60'),
            ("'S'!C1", '=SIZING_TPM(C1,"tok/s")>60'),
        ]

    def test_hidden_sheets_and_chart_sheets(self):
        def more(book):
            book["Other"].sheet_state = "veryHidden"
            book.create_chartsheet("Chart", index=0)

        book = one('=SIZING_TPM(Other!A1,"tok/s")+Other!A1', prepare=more)
        assert (book.unevaluated, book.value("S!Z9"), book.value("Other!A1")) == ([], 427, 7)

    def test_a_chart_sheet_first_keeps_formats_apart(self):
        def more(book):
            book.create_chartsheet("Chart", index=0)

        cells = {"A1": 100, "A2": "=SIZING_GPUS(Other!A2:B4,A1,3e6,4)"}
        data = workbook({"S": cells, "Other": AT}, formats={"S!A1": "yyyy-mm-dd"}, prepare=more)
        assert Recalculation(data).value("S!A2") == "#VALUE!"

    def test_data_tables(self):
        def what_if(book):
            book["S"]["E1"] = DataTableFormula(ref="E1:E3", dt2D=False, r1="A1")
            book["S"]["E2"] = 7

        book = one("=SUM(E1:E3)", prepare=what_if)
        assert reasons(book)["E1"] == "is a data table (What-If Analysis)"
        assert reasons(book)["Z9"] == "depends on S!E1"
        assert book.value("S!E1:E3") == [[None], [None], [None]]

    def test_arrays_that_take_as_many_cells_as_they_need(self):
        data = workbook(
            {"S": CELLS | {"D1": ("D1:D2", "=_xlfn._xlws.FILTER(A1:A3,A1:A3>1)"), "E1": "=IFERROR(SUM(D1:D3),0)"}}
        )
        book = Recalculation(with_dynamic_arrays(edited(data, ('<c r="D1"', '<c r="D1" cm="1"'))))
        assert (book.unevaluated, book.value("S!D1:D2"), book.value("S!E1")) == ([], [[2], [3]], 5)
        book.set("S!A1", 9)
        assert (book.unevaluated, book.value("S!D1:D4"), book.value("S!E1")) == ([], [[9], [2], [3], [None]], 14)
        again = Recalculation(book.saved())
        assert (again.unevaluated, again.value("S!D1:D4"), again.value("S!E1")) == ([], [[9], [2], [3], [None]], 14)
        book.set("S!A1:A3", [0, 0, 7])
        saved = openpyxl.load_workbook(io.BytesIO(book.saved()), data_only=True)["S"]
        assert [saved[f"D{row}"].value for row in (1, 2, 3)] == [7, None, None]
        assert openpyxl.load_workbook(io.BytesIO(book.saved()))["S"]["D1"].value.ref == "D1"

    def test_circles_that_the_file_allows(self):
        data = workbook(
            {"S": {"A1": "=B1/2+1", "B1": "=A1/2"}}, prepare=lambda book: setattr(book.calculation, "iterate", True)
        )
        book = Recalculation(data)
        assert book.unevaluated == []
        assert book.value("S!A1") == pytest.approx(4 / 3, abs=1e-2)  # a = a/4 + 1


class TestAsExcelSaves:
    SHEET = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:dimension ref="A1:F4"/><x:sheetData>'
        '<x:row r="1" spans="1:6"><x:c r="A1"><x:v>1</x:v></x:c><x:c r="B1"><x:v>215.5</x:v></x:c><x:c r="C1" t="s"><x:v>1</x:v></x:c>'
        '<x:c r="D1"><x:v>50</x:v></x:c>'
        '<x:c r="E1"><x:f t="shared" ref="E1:E3" si="0">SIZING_GPUS($A$1:$B$3,D1,3000000,4,,$C$1)</x:f><x:v>9</x:v></x:c></x:row>'
        '<x:row r="2"><x:c r="A2"><x:v>10</x:v></x:c><x:c r="B2"><x:v>122.2</x:v></x:c><x:c r="D2"><x:v>100</x:v></x:c>'
        '<x:c r="E2"><x:f t="shared" si="0"/><x:v>9</x:v></x:c></x:row>'
        '<x:row r="3"><x:c r="A3"><x:v>256</x:v></x:c><x:c r="B3"><x:v>41.8</x:v></x:c><x:c r="D3" t="e"><x:v>#N/A</x:v></x:c>'
        '<x:c r="E3"><x:f t="shared" si="0"></x:f></x:c></x:row>'
        '<x:row><x:c><x:f>SUM(E1:E2)</x:f></x:c><x:c t="inlineStr"><x:is><x:t>in line</x:t></x:is></x:c>'
        '<x:c t="b"><x:v>1</x:v></x:c><x:c t="str"><x:f>C1&amp;"!"</x:f><x:v>old</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )  # fmt: skip

    def test_prefixes_shared_formulas_shared_strings_and_cells_without_addresses(self):
        book = Recalculation(as_excel_saves(self.SHEET, strings=("log-c", "tpot")))
        # Worked rows of the specification for tpot: 9 pods at 50 and 27 at 100 tok/s/user.
        assert book.value("Quote!E1:E3") == [[36], [108], ["#VALUE!"]]
        assert book.value("Quote!A4:D4") == [[144, "in line", True, "tpot!"]]
        assert book.reasons == {"Quote!E3": "sla must be a number (got the error #N/A)"}
        assert book.sizing["Quote!E3"] == "=SIZING_GPUS($A$1:$B$3,D3,3000000,4,,$C$1)"

    def test_saved_it_reads_back_the_same(self):
        book = Recalculation(as_excel_saves(self.SHEET, strings=("log-c", "tpot")))
        book.set("Quote!D1", 100)
        book.set("Quote!H2", "new")
        book.set("Quote!B9", 5)
        again = Recalculation(book.saved())
        assert again.values == book.values
        assert again.value("Quote!E1:E2") == [[108], [108]]
        assert (again.value("Quote!H2"), again.value("Quote!B9")) == ("new", 5)
        text = re.search(rb"<x:row r=.2.>.*?</x:row>", _sheet(book.saved()), re.DOTALL)[0]
        assert text.endswith(
            b'<x:c r="H2" t="inlineStr"><x:is><x:t xml:space="preserve">new</x:t></x:is></x:c></x:row>'
        )

    def test_a_shared_formula_whose_text_is_lost(self):
        sheet = self.SHEET.replace(' ref="E1:E3" si="0"', ' ref="E1:E3" si="7"')
        found = reasons(Recalculation(as_excel_saves(sheet, strings=("log-c", "tpot"))))
        assert found["E2"] == "shares the formula of a cell that holds none"
        assert "E1" not in found

    def test_shared_unknown_functions(self):
        sheet = self.SHEET.replace("SIZING_GPUS(", "OURS(")
        found = reasons(Recalculation(as_excel_saves(sheet, strings=("log-c", "tpot"))))
        assert [found[cell] for cell in ("E1", "E2", "E3")] == ["function OURS is not known here"] * 3
        assert found["A4"].startswith("depends on Quote!E")


def _sheet(data):
    return parts(data)["xl/worksheets/sheet1.xml"]


def test_the_worked_curve_is_that_of_the_cells():
    assert [[AT[f"A{row}"], AT[f"B{row}"]] for row in (2, 3, 4)] == ANCHORS
