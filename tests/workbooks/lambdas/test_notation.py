"""How a LAMBDA is stored, and what Excel takes of it: lengths, names, texts and nesting."""

import re

import pytest
from openpyxl.formula import Tokenizer
from xlsxwriter.worksheet import Worksheet

from xlsizing.errors import InputError
from xlsizing.workbooks.customer.calc_sheet import CALC
from xlsizing.workbooks.lambdas.functions import FUNCTIONS, SHARED
from xlsizing.workbooks.lambdas.linking import STEPS, let
from xlsizing.workbooks.lambdas.notation import Lambda, folded, stored
from xlsizing.workbooks.writer.names import legal_name

ALL = (*SHARED, *FUNCTIONS)
KNOWN = frozenset(
    [
        "ABS",
        "AND",
        "CEILING",
        "CHOOSE",
        "COLUMNS",
        "COUNT",
        "ERROR.TYPE",
        "EXACT",
        "EXP",
        "FIND",
        "IF",
        "IFERROR",
        "INDEX",
        "INT",
        "ISERROR",
        "ISLOGICAL",
        "ISNUMBER",
        "ISTEXT",
        "LEFT",
        "LEN",
        "LN",
        "LOG10",
        "MATCH",
        "MAX",
        "MID",
        "MIN",
        "NOT",
        "OR",
        "REPT",
        "RIGHT",
        "ROUND",
        "ROWS",
        "SMALL",
        "SUBSTITUTE",
        "SUM",
        "SUMPRODUCT",
        "TEXT",
        "TRIM",
        "_xlfn.DROP",
        "_xlfn.HSTACK",
        "_xlfn.ISOMITTED",
        "_xlfn.LAMBDA",
        "_xlfn.LET",
        "_xlfn.MAP",
        "_xlfn.REDUCE",
        "_xlfn.SCAN",
        "_xlfn.SEQUENCE",
        "_xlfn.TAKE",
        "_xlfn.VSTACK",
    ]
)
"""Functions of Excel 2024 and 365, as a file holds them."""


def words(text):
    """Return the words of a stored formula outside of its texts."""
    return re.findall(r"[A-Za-z_][A-Za-z0-9_.]*", re.sub(r'"(?:[^"]|"")*"|#[A-Z/0]+[!?]?', "", text))


def depth(text):
    """Return how deep the brackets of a formula nest."""
    level = most = 0
    for character in re.sub(r'"(?:[^"]|"")*"', "", text):
        level += {"(": 1, ")": -1}.get(character, 0)
        most = max(most, level)
    return most


@pytest.mark.parametrize("each", ALL, ids=[each.name for each in ALL])
class TestWhatExcelTakes:
    def test_the_formula_is_short_enough(self, each):
        # Excel's specifications: 8,192 characters of a formula, 16,384 bytes of what it is compiled to, in which a text
        # takes two bytes a character; 64 levels.
        texts = sum(map(len, re.findall(r'"((?:[^"]|"")*)"', each.stored)))
        assert len(each.stored) <= 8192
        assert len(each.stored) + texts <= 16_384
        assert depth(each.stored) <= 64
        assert max(map(len, re.findall(r'"((?:[^"]|"")*)"', each.stored)), default=0) <= 255

    def test_names_are_legal_and_variables_have_their_prefix(self, each):
        names = {one.name for one in ALL}
        plain = [word for word in words(each.stored) if not word.startswith(("_xlpm.", "_xlop."))]
        assert set(plain) <= KNOWN | names | {"TRUE", "FALSE", "E"} | {each.name}
        variables = {word.partition(".")[2] for word in words(each.stored) if word.startswith(("_xlpm.", "_xlop."))}
        assert all(map(legal_name, (*variables, each.name)))
        assert len(variables) < 126  # LET takes so many

    def test_a_second_reader_reads_it(self, each):
        tokens = Tokenizer(f"={each.stored}").items
        assert [
            token.value for token in tokens if token.subtype == "RANGE" and "." in token.value[:6]
        ] != [] or not each.arguments
        opened = sum(token.subtype == "OPEN" for token in tokens)
        assert opened == sum(token.subtype == "CLOSE" for token in tokens) > 0

    def test_it_calls_only_names_before_it(self, each):
        before = [one.name for one in ALL[: ALL.index(each)]]
        assert {word for word in words(each.stored) if word.startswith("SIZING")} <= set(before)


@pytest.mark.parametrize("name", sorted(name.removeprefix("_xlfn.") for name in KNOWN if name.startswith("_xlfn.")))
def test_another_writer_gives_a_later_function_the_same_prefix(name):
    assert stored(f"{name}(A1)") == Worksheet()._prepare_formula(f"={name}(A1)", True)


class TestStored:
    def test_a_variable_of_an_inner_lambda_has_the_prefix_too(self):
        assert stored("MAP(a,LAMBDA(k,k+b))", ["a"]) == "_xlfn.MAP(_xlpm.a,_xlfn.LAMBDA(_xlpm.k,_xlpm.k+b))"

    def test_words_in_texts_stay(self):
        assert stored('LET(x,"x, LET(x",x&"x")') == '_xlfn.LET(_xlpm.x,"x, LET(x",_xlpm.x&"x")'

    def test_the_last_argument_of_let_declares_nothing(self):
        assert stored("LET(x,1,y)") == "_xlfn.LET(_xlpm.x,1,y)"

    def test_an_optional_argument_is_declared_as_excel_does(self):
        made = Lambda("SIZING_X", ("a",), "IF(ISOMITTED(b),a,b)", ("b",))
        assert made.stored == "_xlfn.LAMBDA(_xlpm.a,_xlop.b,IF(_xlfn.ISOMITTED(_xlpm.b),_xlpm.a,_xlpm.b))"
        assert made.shown == "=LAMBDA(a,[b],IF(ISOMITTED(b),a,b))"

    @pytest.mark.parametrize(
        "formula", ["LET(C,1,C)", "LET(H100,1,H100)", "LET(x,1,X,2,x)", "LET(rows,1,ROWS(rows))", "MAX(1", "a ~ b~"]
    )
    def test_what_a_spreadsheet_does_not_take_is_refused(self, formula):
        with pytest.raises(InputError):
            _ = stored(formula) if formula != "a ~ b~" else Lambda("H100", (), "1").stored

    def test_a_long_formula_is_refused(self):
        with pytest.raises(InputError, match="at most 8192 characters"):
            _ = Lambda("SIZING_X", ("a",), "+".join(["a"] * 1200)).stored

    def test_a_long_text_is_refused(self):
        with pytest.raises(InputError, match="at most 255 characters"):
            stored(f'"{"x" * 256}"')


class TestFolded:
    def test_both_branches(self):
        assert folded('IF(U=1,MAX(a,"x"),b)', "U=1", holds=True) == 'MAX(a,"x")'
        assert folded("IF(U=1,a,b)*IF(U=1,c,d)", "U=1", holds=False) == "b*d"


class TestLinked:
    def test_a_step_of_the_customers_workbook_is_taken_as_it_stands(self):
        # Calc: pods, over the names of its cells; only the name of the demand is another here.
        (formula,) = (formula for key, _, formula in CALC if key == "pods")
        assert STEPS["pods"] == formula.format(q="q")
        made = let("pods", {"Demand_Asked": "d", "carried": "t"}, ["d", "t", "Util"])
        assert made == (
            "LET(Demand_Asked,d,carried_,t,q,Demand_Asked/(carried*Util),Tolerance,1E-09,pods,MAX(1,CEILING(q*(1-Tolerance),1)),pods)"
        ).replace("carried_,t,", "carried,t,")

    def test_users_are_left_out_of_every_formula(self):
        assert [each.name for each in ALL if re.search("Demand_Unit|Demand_Value|Word_Users|Curve_u", each.body)] == []

    def test_a_name_that_stands_for_nothing_is_refused(self):
        with pytest.raises(InputError, match="must stand for something"):
            let("pods", {"Demand_Asked": "d"}, ["Util"])  # what a pod carries rests on a curve that is not there
