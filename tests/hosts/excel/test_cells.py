"""Cells: what each kind of Excel cell becomes, directly and through the functions, and how refusals leave.

What a cell arrives as was read off xlwings' COM code; `test_registration.py` runs that code itself.
"""

import datetime as dt
import math
from decimal import Decimal

import numpy as np
import pytest

from xlsizing import Curve
from xlsizing.errors import CurveError, InfeasibleError, InputError
from xlsizing.hosts.excel import cells, excel_errors
from xlsizing.hosts.headless import OMITTED

FIRST_ERROR = -2146826288  # CVErr(2000)
NAMED_ERRORS = {  # those that xlwings turns into text, by their CVErr number
    "#NULL!": 2000,
    "#DIV/0!": 2007,
    "#VALUE!": 2015,
    "#REF!": 2023,
    "#NAME?": 2029,
    "#NUM!": 2036,
    "#N/A": 2042,
}
MODERN_ERRORS = {  # those that stay whole numbers
    "#GETTING_DATA": 2043,
    "#SPILL!": 2045,
    "#CONNECT!": 2046,
    "#BLOCKED!": 2047,
    "#UNKNOWN!": 2048,
    "#FIELD!": 2049,
    "#CALC!": 2050,
}
ERRORS = NAMED_ERRORS | MODERN_ERRORS


def code(cv_err):
    """What COM delivers for CVErr(number): xlErrNull is 2000."""
    return FIRST_ERROR + cv_err - 2000


NUMBERS = {
    "number": (12.0, 12.0),
    "whole number": (12, 12.0),
    "currency": (Decimal("3.5000"), 3.5),
    "negative": (-3.0, -3.0),
    "above the errors": (-2146826199, -2146826199.0),
    "below the errors": (-2146826289, -2146826289.0),
}
REFUSED = {  # cell as xlwings hands it over, and how the sentence shows it
    "blank": (None, "a blank cell"),  # the first: in anchors it makes a row half-blank instead
    "TRUE": (True, "TRUE"),
    "FALSE": (False, "FALSE"),
    "word": ("many", "'many'"),
    "date": (dt.datetime(2026, 1, 2, 3, 4), "the date 2026-01-02"),  # noqa: DTZ001  # Excel knows no time zones
    "time": (dt.time(12, 30), "the time 12:30:00"),
    "long text": ("x" * 40_000, f"'{'x' * 37}..."),
    "control characters": ("a\x00\nb", r"'a\x00\nb'"),
    "half a surrogate pair": ("\ud800", r"'\ud800'"),
    "range": ([1.0, 2.0], "a range of several cells"),
    "unknown error": (FIRST_ERROR + 88, "the error -2146826200"),
}
REFUSED |= {f"text {name}": (name, f"the error {name}") for name in ERRORS}
REFUSED |= {f"number of {name}": (code(number), f"the error {name}") for name, number in ERRORS.items()}
LIKE_NUMBERS = ["12", " 12 ", "3,000,000", "0.7", "١٢"]

CURVE = [[1.0, 215.5], [10.0, 122.2], [256.0, 41.8]]
LABELS = ["concurrency", "tok/s/user", "output tok/s", "TTFT"]
COST = {"sla": 100, "tpm": 3e6, "gpus_per_pod": 4, "util": 0.7, "gpu_hourly_usd": 8.6}


def cost_with(headless, name, cell):
    """SIZING_COST with `cell` as the argument `name` and good values elsewhere."""
    return headless.call("SIZING_COST", CURVE, *(COST | {name: cell}).values())


class TestErrorNumbers:
    @pytest.mark.parametrize(("name", "number"), ERRORS.items())
    def test_name_of_each_error(self, name, number):
        assert excel_errors.EXCEL_ERRORS[code(number)] == name

    def test_there_are_no_others(self):
        assert set(excel_errors.EXCEL_ERRORS.values()) == set(ERRORS)

    @pytest.mark.parametrize(
        ("value", "is_error"), [(-2146826289, False), (-2146826288, True), (-2146826200, True), (-2146826199, False)]
    )
    def test_bounds(self, value, is_error):
        assert excel_errors.is_error_code(value) is is_error

    @pytest.mark.parametrize("name", ERRORS)
    def test_an_error_is_one_as_text_and_as_number(self, name):
        assert excel_errors.is_error(name)
        assert excel_errors.is_error(code(ERRORS[name]))

    @pytest.mark.parametrize("cell", [None, True, 2042.0, 2042, "N/A", "#n/a!", dt.date(2026, 1, 2), [["#N/A"]]])
    def test_nothing_else_is(self, cell):
        assert not excel_errors.is_error(cell)


class TestNumber:
    @pytest.mark.parametrize(("cell", "number"), NUMBERS.values(), ids=NUMBERS)
    def test_taken(self, cell, number):
        taken = cells.number(cell, "sla")
        assert taken == number
        assert type(taken) is float

    @pytest.mark.parametrize(("cell", "shown"), REFUSED.values(), ids=REFUSED)
    def test_refused(self, cell, shown):
        with pytest.raises(InputError) as refusal:
            cells.number(cell, "sla")
        assert str(refusal.value) == f"sla must be a number (got {shown})"

    @pytest.mark.parametrize("cell", LIKE_NUMBERS)
    def test_text_that_looks_like_a_number_is_refused_with_a_way_out(self, cell):
        sentence = f"sla must be a number (got {cell!r}); turn the text into a number (Data > Text to Columns)"
        with pytest.raises(InputError) as refusal:
            cells.number(cell, "sla")
        assert str(refusal.value) == sentence

    @pytest.mark.parametrize("cell", [10**400, -(10**400), Decimal("sNaN")], ids=["huge", "minus huge", "sNaN"])
    def test_what_no_float_holds_is_refused(self, cell):
        with pytest.raises(InputError) as refusal:
            cells.number(cell, "sla", "row 1, column 2 of slas")
        got = "a number beyond floating point in row 1, column 2 of slas"
        assert str(refusal.value) == f"sla must be a finite number (got {got})"


class TestNumberThroughFunctions:
    @pytest.mark.parametrize("name", COST)
    def test_currency_is_a_number(self, headless, name):
        assert cost_with(headless, name, Decimal(str(COST[name]))) == cost_with(headless, name, COST[name])

    @pytest.mark.parametrize("name", COST)
    @pytest.mark.parametrize(("cell", "shown"), REFUSED.values(), ids=REFUSED)
    def test_refused(self, headless, name, cell, shown):
        assert cost_with(headless, name, cell) == f"#SIZING:VALUE: {name} must be a number (got {shown})"

    @pytest.mark.parametrize("name", COST)
    def test_empty_text_is_a_blank(self, headless, name):
        assert cost_with(headless, name, "") == f"#SIZING:VALUE: {name} must be a number (got a blank cell)"

    @pytest.mark.parametrize("name", ["util", "gpu_hourly_usd"])
    def test_left_out_takes_the_default(self, headless, name):
        assert cost_with(headless, name, OMITTED) == cost_with(headless, name, COST[name])


class TestText:
    def test_taken(self):
        assert cells.text("log-c", "method") == "log-c"

    @pytest.mark.parametrize(
        ("cell", "shown"),
        [
            (None, "a blank cell"),
            (12.0, "the number 12"),
            (Decimal("3.5000"), "3.5000"),
            (True, "TRUE"),
            ("#N/A", "the error #N/A"),
            (code(2045), "the error #SPILL!"),
            ([["a", "b"]], "a range of several cells"),
        ],
    )
    def test_refused(self, cell, shown):
        with pytest.raises(InputError) as refusal:
            cells.text(cell, "method")
        assert str(refusal.value) == f"method must be text (got {shown})"

    def test_a_number_for_text_is_no_number_out_of_range(self, headless):
        assert headless.call("SIZING_CSTAR", CURVE, 100, 12) == "#SIZING:VALUE: method must be text (got the number 12)"


class TestCurve:
    def test_rows_become_anchors(self):
        curve = cells.curve([[10.0, 122.2, 1100.0, 0.2], [1.0, 215.5, 210.0, 0.1]])
        assert curve.concurrency.tolist() == [1, 10]
        assert curve.tok_s_per_user.tolist() == [215.5, 122.2]
        assert curve.output_tok_s.tolist() == [210, 1100]
        assert curve.ttft_s.tolist() == [0.1, 0.2]

    def test_blank_rows_and_blank_last_columns_are_ignored(self):
        blank = [None] * 4
        curve = cells.curve([blank, [1.0, 215.5, None, None], blank, [10.0, 122.2, None, None], blank, blank])
        assert curve.concurrency.tolist() == [1, 10]
        assert curve.output_tok_s is None

    def test_currency_and_whole_numbers_are_numbers(self):
        assert cells.curve([[Decimal(1), 215]]).tok_s_per_user.tolist() == [215]

    @pytest.mark.parametrize(("cell", "shown"), list(REFUSED.values())[1:], ids=list(REFUSED)[1:])
    @pytest.mark.parametrize(("column", "label"), list(enumerate(LABELS)), ids=str)
    def test_bad_cell_is_named_by_row_and_column(self, column, label, cell, shown):
        rows = [[None] * 4, [1.0, 215.5, 210.0, 0.1], [10.0, 122.2, 1100.0, 0.2]]
        rows[2][column] = cell
        with pytest.raises(InputError) as refusal:
            cells.curve(rows)
        place = f"row 3, column {column + 1} of anchors"
        assert str(refusal.value) == f"{label} must be a number (got {shown} in {place})"

    @pytest.mark.parametrize(
        ("rows", "sentence"),
        [
            ([[1.0]], "anchors must have 2 to 5 columns (got 1)"),
            ([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]], "anchors must have 2 to 5 columns (got 6)"),
            ([[None]], "anchors must hold at least one measured point (got none)"),
            ([[None, None]] * 3, "anchors must hold at least one measured point (got none)"),
            (
                [[None, None], [1.0, None]],
                (
                    "anchors must not be half-blank: tok/s/user is blank; fill in the cell or clear the whole row "
                    "(row 2, column 2 of anchors)"
                ),
            ),
            (
                [[1.0, 100.0, 100.0], [2.0, 90.0, None]],
                (
                    "anchors must not be half-blank: output tok/s is blank; fill in the cell or clear the whole row "
                    "(row 2, column 3 of anchors)"
                ),
            ),
            ([[1.0, 100.0], [-2.0, 90.0]], "concurrency must be above 0 (got -2 in row 2, column 1 of anchors)"),
            ([[1.0, 100.0], [2.0, 0.0]], "tok/s/user must be above 0 (got 0 in row 2, column 2 of anchors)"),
            ([[0.0, 0.0]], "concurrency must be above 0 (got 0 in row 1, column 1 of anchors)"),
            ([[1.0, math.nan]], "tok/s/user must be a finite number (got nan in row 1, column 2 of anchors)"),
            ([[1.0, math.inf]], "tok/s/user must be a finite number (got inf in row 1, column 2 of anchors)"),
            (
                [[8.0, 100.0], [None, None], [8.0, 90.0]],
                (
                    "concurrency must be distinct: 8 appears twice; keep one measurement of each point "
                    "(rows 1 and 3 of anchors)"
                ),
            ),
            (  # 200/100 is +100 %; pooling is no argument of a formula
                [[256.0, 200.0], [None, None], [10.0, 100.0]],
                (
                    "tok/s/user must not rise with concurrency: 100 at c=10, 200 at c=256 (+100 %), "
                    "as where data-parallel ranks idle below c = DP; drop the points below c = DP (rows 1 and 3 of anchors)"
                ),
            ),
        ],
    )
    def test_refused(self, rows, sentence):
        with pytest.raises(CurveError) as refusal:
            cells.curve(rows)
        assert str(refusal.value) == sentence

    def test_sentence_names_the_formulas_argument(self):
        with pytest.raises(CurveError) as refusal:
            cells.curve([[1.0]], "baseline")
        assert str(refusal.value) == "baseline must have 2 to 5 columns (got 1)"

    @pytest.mark.parametrize("name", ["baseline", "optimised"])
    @pytest.mark.parametrize(
        ("row", "sentence"),
        [
            ([2.0, None], "{0} must not be half-blank: tok/s/user is blank; {1} (row 2, column 2 of {0})"),
            ([2.0, True], "tok/s/user must be a number (got TRUE in row 2, column 2 of {0})"),
        ],
    )
    def test_a_cell_of_another_curve_is_placed_in_it(self, name, row, sentence):
        with pytest.raises(InputError) as refusal:
            cells.curve([[1.0, 100.0], row], name)
        assert str(refusal.value) == sentence.format(name, "fill in the cell or clear the whole row")

    def test_the_same_cells_give_the_same_curve(self):
        assert cells.curve([[1.0, 3.25]]) is cells.curve([[1.0, 3.25], [None, None]])

    @pytest.mark.parametrize("impostor", [True, "1", dt.date(2026, 1, 2), code(2042)])
    def test_a_cached_curve_serves_no_impostor(self, headless, impostor):
        rows = [[1.0, 1.0]]
        assert isinstance(cells.curve(rows), Curve)
        with pytest.raises(InputError):
            cells.curve([[1.0, impostor]])
        assert headless.call("SIZING_CSTAR", rows, 1) == 1
        assert str(headless.call("SIZING_CSTAR", [[1.0, impostor]], 1)).startswith("#SIZING:VALUE: tok/s/user must be")


class TestSlas:
    def test_row_and_column_keep_their_blanks(self):
        assert cells.slas([[20.0, None, 50.0]]) == [20, None, 50]
        assert cells.slas([[20.0], [None], [Decimal(50)]]) == [20, None, 50]

    @pytest.mark.parametrize(
        ("rows", "sentence"),
        [
            ([[1.0, 2.0], [3.0, 4.0]], "slas must be one row or one column (got 2 rows, 2 columns)"),
            ([[None, None]], "slas must hold at least one number (got a blank)"),
            ([[20.0, None, -1.0]], "sla must be above 0 (got -1 in row 1, column 3 of slas)"),
            ([[20.0], [None], [True]], "sla must be a number (got TRUE in row 3, column 1 of slas)"),
            ([[20.0], ["#N/A"]], "sla must be a number (got the error #N/A in row 2, column 1 of slas)"),
            ([[20.0], [math.nan]], "sla must be a finite number (got nan in row 2, column 1 of slas)"),
            ([[1e16]], "sla must be from 1e-06 to 1e+15 (got 1e+16 in row 1, column 1 of slas)"),
        ],
    )
    def test_refused(self, rows, sentence):
        with pytest.raises(InputError) as refusal:
            cells.slas(rows)
        assert str(refusal.value) == sentence


class TestAnswer:
    @pytest.mark.parametrize("value", [120, 120.0, np.int64(120), np.float64(120)])
    def test_numbers_leave_as_floats(self, value):
        assert type(cells.answer(value)) is float
        assert cells.answer(value) == 120

    def test_text_leaves_as_plain_text(self):
        assert type(cells.answer(np.str_("interp"))) is str

    def test_tables_keep_their_shape(self):
        table = cells.answer([["GPUs", np.str_("regime")], [np.int64(28), ""]])
        assert table == [["GPUs", "regime"], [28.0, ""]]
        assert [type(cell) for row in table for cell in row] == [str, str, float, str]

    @pytest.mark.parametrize("value", [None, math.nan, math.inf, np.nan, np.array([1.0]), {}, dt.date(2026, 1, 2)])
    def test_what_no_cell_can_show_is_a_defect(self, value):
        with pytest.raises(TypeError, match="a cell cannot show"):
            cells.answer(value)


class TestMarks:
    @pytest.mark.parametrize(
        ("error", "text"),
        [
            (InputError("util", "must be in (0, 1]", got=80), "#SIZING:NUM: util must be in (0, 1] (got 80)"),
            (InputError("util", "must be in (0, 1]", got=0.0), "#SIZING:NUM: util must be in (0, 1] (got 0)"),
            (InputError("sla", "must be a number", got="x"), "#SIZING:VALUE: sla must be a number (got 'x')"),
            (InputError("sla", "must be a number", got=True), "#SIZING:VALUE: sla must be a number (got TRUE)"),
            (InputError("sla", "must be finite", got=math.nan), "#SIZING:VALUE: sla must be finite (got nan)"),
            (CurveError("anchors", "must fall"), "#SIZING:VALUE: anchors must fall"),
            (
                InfeasibleError(300, 215.5, 1),
                (
                    "#SIZING:N/A: 300 tok/s/user cannot be met: the fastest measured point is 215.5 at c=1; "
                    "relax the SLA or take a faster model"
                ),
            ),
        ],
    )
    def test_kind_of_error_and_reason(self, error, text):
        assert cells.marked(error) == text

    def test_a_number_beyond_floating_point_is_marked_too(self):
        assert cells.marked(InputError("sla", "must be small", got=10**400)).startswith(
            "#SIZING:NUM: sla must be small"
        )


def test_ways_out_that_formulas_do_not_have_are_not_named():
    with pytest.raises(CurveError) as per_gpu:
        cells.curve([[8.0, 100.0, 400.0], [64.0, 50.0, 1600.0]])
    assert str(per_gpu.value).endswith(
        "multiply by GPUs per replica, or size it with xlsizing size --throughput-per-replica if it is per replica after "
        "all (row 1, column 3 of anchors)"
    )
    with pytest.raises(CurveError) as rise:
        cells.curve([[100.0, 100.0], [200.0, 104.0]])
    assert str(rise.value).endswith("(+4 %); drop or re-measure a point (rows 1 and 2 of anchors)")
