"""What cannot be evaluated as Excel would is listed with its reason, and so is all that depends on it: never a wrong value."""

import re

import pytest
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import DataTableFormula
from openpyxl.worksheet.table import Table

from tests.hosts.foreign_books import ANCHORS, AT, MAIN, as_excel_saves, edited, parts, workbook
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


ONE_CELL = "takes one cell of a range: enter it as an array formula (Ctrl+Shift+Enter), or name the cell"


class TestFormulas:
    @pytest.mark.parametrize(
        ("formula", "reason"),
        [
            ("=OURS(1)", "function OURS is not known here"),
            ("=IFERROR(OURS(1),2)", "function OURS is not known here"),
            ("=IF(TRUE,1,_xll.ours(1))", "function OURS is not known here"),
            ("='other.xlam'!OURS(A1)", "function OURS is not known here"),
            ("=SIZING_NOSUCH(A1)", "function SIZING_NOSUCH is not known here"),
            ('=WEBSERVICE("http://127.0.0.1:9/")', "function WEBSERVICE is not known here"),
            ('=RTD("a",,"b")', "RTD asks Excel itself"),
            ('=CELL("filename")', "CELL asks Excel itself"),
            ("=FORMULATEXT(Y1)", "FORMULATEXT asks Excel itself"),
            ("=[1]Rates!A1*2", "[1]Rates!A1 is in another workbook"),
            ("='[1]My rates'!A1", "'[1]My rates'!A1 is in another workbook"),
            ("='C:\\books\\[rates.xlsx]Rates'!$A$1", "'C:\\books\\[rates.xlsx]Rates'!$A$1 is in another workbook"),
            ("=[1]!Rate", "[1]!Rate is in another workbook"),
            ("=SUM(S:Other!A1)", "S:Other!A1 reaches over several sheets"),
            ("=SUM((A1:A2,B1))", "unions and intersections of ranges are not known here"),
            ("=SUM(A1:A3 A2:B2)", "unions and intersections of ranges are not known here"),
            ("=LAMBDA(x,x+1)(2)", "a function made by LAMBDA is not known here"),
            ("=Nowhere", "holds a name that the workbook does not define"),
            ("=Nowhere+A1", "holds a name that the workbook does not define"),
            ("=SUM(Table9[a])", "Table9[a] is no table of the workbook"),
            ("=1+", "cannot be read"),
            ("=SUM(A1", "cannot be read: "),
            ("=Z10+1", "refers to itself"),
            ("=A1:A3", ONE_CELL),
            ("=A1:A3*2", ONE_CELL),
            ("=SUM(A1:A3*B1:B3)", ONE_CELL),
            ("=SUM(-A1:A3)", ONE_CELL),
            ("=SUM((A1:A3)>1)", ONE_CELL),
            ("=SUM(IF(A1:A3>1,1,0))", ONE_CELL),
            ("=SUMPRODUCT(IF(A1:A3>1,1,0))", ONE_CELL),
            ("=SUM(LN(A1:A3))", ONE_CELL),
            ("=SUM(IF(A1:A3,1,0))", ONE_CELL),
            ("=SUM(COUNTIF(A1:A3,B1:B3))", ONE_CELL),
            ("=VLOOKUP(A1:A3,A1:B3,2,FALSE)", ONE_CELL),
            ("=INDEX(A1:A3,1):A3", ONE_CELL),
            ("=SUM(A:A*2)", ONE_CELL),
            ("=TRANSPOSE(A1:A3)", "gives several values: enter it as an array formula (Ctrl+Shift+Enter)"),
            ("=INDEX(A1:B3,0,1)", "gives several values: enter it as an array formula (Ctrl+Shift+Enter)"),
            ("=SUMPRODUCT(ABS(-A1:A3))", "ABS works on one value at a time here"),
            ("=SUMPRODUCT(ISNUMBER(A1:A3)*1)", "ISNUMBER works on one value at a time here"),
            ("=SUMPRODUCT(LEN(A1:A3))", "LEN works on one value at a time here"),
            ("=SUMPRODUCT(COUNTIF(A1:A3,A1:A3))", "COUNTIF works on one value at a time here"),
            ("=SUMPRODUCT(ROW(A1:A3))", "ROW works on one value at a time here"),
            ("=SUM(ROUND({1.5,2.5},0))", "ROUND works on one value at a time here"),
            ("=SUM(INDEX(A1:A3,{1,2}))", "INDEX works on one value at a time here"),
            ("=SUM(LARGE(A1:A3,{1,2}))", "LARGE works on one value at a time here"),
            ("=SUM(ABS(INDEX(A1:A3,0)))", "ABS works on one value at a time here"),
            ("=SUM(ABS(IF(A1>{0,9},1,2)))", "ABS works on one value at a time here"),
            ('=SUMPRODUCT((A:A="")*1)', "reckons with a whole column or row"),
            ("=SUMPRODUCT((1:2)*1)", "reckons with a whole column or row"),
            ("=SUMPRODUCT(S!$C$1:$XFD$62*1)", "reckons with a whole column or row"),
            ('=REPT("x",32767)&"x"', "gives a text longer than a cell holds"),
            ("=" + "(" * 250 + "1" + ")" * 250, "cannot be read: it is nested more deeply than Excel allows"),
            ("=" + "ABS(" * 2000 + "1" + ")" * 2000, "cannot be read"),
            ("=" + "-" * 5000 + "1", "cannot be read"),
            ("=LOOKUP(2,1/(A1:A3=2),B1:B3)", "LOOKUP of the nearest in what is worked out"),
            ('=XLOOKUP(4,W1:W3,B1:B3,"none",1)', "XLOOKUP of the nearest in cells that are blank or not in rising order"),
            ("=_xlfn.XMATCH(8,W1:W3,A1)", "XMATCH of the nearest in cells that are blank or not in rising order"),
            ('=XLOOKUP(7,W1:W3,B1:B3,"none",0,2)', "XLOOKUP of the nearest in cells that are blank or not in rising order"),
            ('=XLOOKUP(7,A1:A3,B1:B3,"none",0,-2)', "XLOOKUP of the nearest in cells that are blank or not in falling order"),
            ("=SUMPRODUCT(A:A,Other!A:A)", "reckons with whole columns of several sheets"),
            ("=LOOKUP(2,{5,2,0})", "LOOKUP of the nearest in what is worked out, or out of order"),
            ("=MATCH(2,INDEX(A1:A3*2,0))", "MATCH of the nearest in what is worked out"),
            ("=MATCH(2,A1:A3,-1)", "MATCH of the nearest in cells that are blank or not in falling order"),
            ("=VLOOKUP(5,W1:W3,1)", "VLOOKUP of the nearest in cells that are blank or not in rising order"),
            ("=LOOKUP(9,A1:A8)", "LOOKUP of the nearest in cells that are blank or not in rising order"),
            ("=LOOKUP(9,A:A)", "LOOKUP of the nearest in cells that are blank or not in rising order"),
            ("=IFERROR(AGGREGATE(14,6,A1:A3,1),0)", "AGGREGATE is known here with its functions 1 to 11"),
            ('=COUNTIF(A1:A3,"10%")', 'the criterion "10%" is not known here'),
            ('=SUMIF(A1:A3,">$1",B1:B3)', 'the criterion ">$1" is not known here'),
            ('=COUNTIFS(B1:B3,"1,000")', 'the criterion "1,000" is not known here'),
            ('=SUMIFS(A1:A3,B1:B3,"<>#N/A")', 'the criterion "<>#N/A" is not known here'),
            ('=SUMIFS(A1:A3,B1:B2,">1")', "SUMIFS takes ranges of one size"),
            ("=COUNTIFS(A1:A3,1,B1:B2,10)", "COUNTIFS takes ranges of one size"),
            ('=TEXT(A1,"0.00E+00")', 'TEXT with the format "0.00E+00" is not known here'),
            ('=TEXT(A1,"# ?/?")', 'TEXT with the format "# ?/?" is not known here'),
            ('=TEXT(A1,"[>5]""big"";0")', 'TEXT with the format "[>5]"big";0" is not known here'),
            ("=TEXT(A1,C1)", "TEXT with a format that is worked out is not known here"),
            ('=1/3&" GPUs"', "shows more digits of a number than Excel would"),
            ("=CONCATENATE(100000*1.1)", "shows more digits of a number than Excel would"),
            ('=PROPER("2nd a")', "PROPER is not known here"),
            ("=ROWS(_xlfn.UNIQUE(C1:C3))", "UNIQUE is not known here"),
            ("=ISFORMULA(Y1)", "ISFORMULA is not known here"),
            ("=COUNT(1/0,1)", "COUNT of what is worked out inside it is not known here"),
            ("=TYPE(A1)", "TYPE is not known here"),
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
            ("=SUM(MMULT(TRANSPOSE(A1:A3),B1:B3))", None),
            ("=SUM(LEN(A1:A3))", None),
            ("=SUM(IFERROR(B1:B3/A1:A3,0))", None),
            ("=SUM(ABS(-A1:A3))", None),
        ],
        ids=str,
    )
    def test_array_formulas(self, formula, value):
        book = Recalculation(workbook({"S": CELLS | {"Z9": ("Z9", formula)}}))
        assert book.value("S!Z9") == value
        assert bool(book.unevaluated) is (value is None)

    def test_no_function_of_the_engine_is_taken_for_unknown(self):
        names = "SUM IF HYPERLINK INDEX SUBSTITUTE SUMPRODUCT ROUND CEILING DATE NPV IRR PMT XLOOKUP TODAY RAND OFFSET"
        cells = {f"A{i + 1}": f"=IF(FALSE,{name}(1,2,3),4)" for i, name in enumerate(names.split())}
        assert Recalculation(workbook({"S": cells})).unevaluated == []

    def test_the_order_is_that_of_the_values_as_they_are(self):
        tiers = {"A1": 0, "A2": 10, "A3": "=A2*2", "A4": None, "C1": 15, "C2": "=VLOOKUP(C1,A1:B4,1)", "C3": "=Tier+1"}
        book = Recalculation(
            workbook({"S": tiers | {"C4": "=MATCH(C1,Tiers)"}}, names={"Tiers": "S!$A$1:$A$4", "Tier": "S!$C$2"})
        )
        assert (book.unevaluated, book.value("S!C2:C4")) == ([], [[10], [11], [2]])
        book.set("S!A2", -5)
        found = reasons(book)
        assert found["C2"] == "VLOOKUP of the nearest in cells that are blank or not in rising order is not known here"
        assert (found["C4"][:5], found["C3"]) == ("MATCH", "depends, through a name, on what could not be evaluated")
        book.set("S!A2", 10)
        book.set("S!A4", 5)
        assert {"C2", "C4"} <= set(reasons(book))
        book.set("S!A4", 50)
        assert book.unevaluated == []

    def test_an_input_error_is_no_reason(self):
        book = Recalculation(workbook({"S": {"A1": "#REF!", "A2": "=A1+1", "A3": "=IFERROR(A2,5)", "A4": "=#REF!+1"}}))
        assert (book.unevaluated, book.value("S!A2:A4")) == ([], [["#REF!"], [5], ["#REF!"]])


class TestNames:
    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("[1]Rates!$A$1", "name Rate cannot be evaluated here"),
            ("OURS(1)", "name Rate cannot be evaluated here"),
            ("OFFSET(S!$A$1,0,0,2,1)", "name Rate cannot be evaluated here"),
            ("SIZING_TPM(5,&quot;tok/s&quot;)".replace("&quot;", '"'), "name Rate cannot be evaluated here"),
        ],
    )
    def test_names_that_the_engine_leaves_out(self, text, reason):
        book = one("=IFERROR(SUM(Rate),3)", names={"Rate": text})
        assert reasons(book)["Z9"] == reason
        assert book.value("S!Z11") is None

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
            "D1": "depends, through a name, on what could not be evaluated",
            "D2": "depends on S!D1",
            "D4": "may read cells that could not be evaluated",
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

    @pytest.mark.parametrize(
        "reference", ["Deals[nosuch]", "Deals[[#Nosuch],[gpus]]", "Lost[gpus]", "Deals[[#This Row],[no]]"]
    )
    def test_what_is_no_column(self, reference):
        assert (
            reasons(Recalculation(self.deals(f"=SUM({reference})")))["E3"] == f"{reference} is no table of the workbook"
        )

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
        assert reasons(one("=SUBTOTAL(109,A1:A3)", prepare=hide))["Z9"] == "SUBTOTAL may leave out hidden rows"

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
        book = Recalculation(edited(data, ('<c r="D1"', '<c r="D1" cm="1"')))
        assert (book.unevaluated, book.value("S!D1:D2"), book.value("S!E1")) == ([], [[2], [3]], 5)
        book.set("S!A1", 9)
        found = reasons(book)
        assert found["D1"] == "takes another number of cells than the file gives it: Excel must open it"
        assert (found["E1"], book.value("S!E1")) == ("depends on S!D1", None)
        book.set("S!A1", 1)
        assert book.unevaluated == []

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
