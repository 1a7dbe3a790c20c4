"""Anchors from rows of cells: blanks are ignored or refused, and every refusal names its place."""

import pytest

from xlsizing import CurveError
from xlsizing.context.context import Context
from xlsizing.core.anchors import COLUMNS, LABELS, curve_from_rows


def place(rows, column):
    """Return a place as a test can read it: rows counted from 0, and the column where it is one."""
    return f"rows {list(rows)}" + ("" if column is None else f", column {column}")


def refusal(rows, **options):
    """Return the sentence with which rows are refused."""
    with pytest.raises(CurveError) as caught:
        curve_from_rows(rows, place, **options)
    return str(caught.value)


class TestCurveFromRows:
    @pytest.mark.parametrize(
        "rows",
        [
            pytest.param([[1, 100], [8, 50]], id="two-columns"),
            pytest.param([(8, 50), (1, 100)], id="any-order"),
            pytest.param([[1, 100], [None, None], [8, 50], [None, None]], id="blank-rows-anywhere"),
            pytest.param([[1, 100, None, None], [8, 50, None, None]], id="blank-columns"),
            pytest.param([[1, 100], [8, 50, None], [None] * 4], id="rows-of-different-widths"),
        ],
    )
    def test_two_anchors(self, rows):
        assert repr(curve_from_rows(rows, place)) == "Curve(concurrency=[1, 8], tok_s_per_user=[100, 50])"

    @pytest.mark.parametrize(
        ("rows", "expected"),
        [
            pytest.param([[8, 50, 380], [1, 100, 90]], "output_tok_s=[90, 380]", id="three-columns"),
            pytest.param([[8, 50, 380, 2], [1, 100, 90, 0.5]], "output_tok_s=[90, 380], ttft_s=[0.5, 2]", id="four"),
            pytest.param([[8, 50, None, 2], [1, 100, None, 0.5]], "ttft_s=[0.5, 2]", id="ttft-alone"),
        ],
    )
    def test_more_columns(self, rows, expected):
        curve = curve_from_rows(rows, place)
        assert repr(curve) == f"Curve(concurrency=[1, 8], tok_s_per_user=[100, 50], {expected})"

    def test_options_reach_the_curve(self):
        context = Context(hardware="GB300")
        curve = curve_from_rows([[1, 100], [2, 102]], place, pool_rises=0.02, context=context)
        assert (curve.tok_s_per_user.tolist(), curve.context) == ([101, 101], context)

    def test_each_column_has_a_name_and_words(self):
        assert len(COLUMNS) == len(LABELS) == 5


class TestRefusals:
    @pytest.mark.parametrize(
        ("rows", "expected"),
        [
            pytest.param([], "anchors must hold at least one measured point (got none)", id="no-rows"),
            pytest.param(
                [[None, None], [None, None]], "anchors must hold at least one measured point (got none)", id="blank"
            ),
            pytest.param([[1], [8]], "anchors must have 2 to 5 columns (got 1)", id="one-column"),
            pytest.param([[1, 2, 3, 4, 5, 6]], "anchors must have 2 to 5 columns (got 6)", id="six-columns"),
            pytest.param(
                [[1, 100], [None, None], [8, None]],
                "anchors must not be half-blank: tok/s/user is blank; "
                "fill in the cell or clear the whole row (rows [2], column 1)",
                id="half-blank-rate",
            ),
            pytest.param(
                [[None, 100], [8, 50]],
                "anchors must not be half-blank: concurrency is blank; "
                "fill in the cell or clear the whole row (rows [0], column 0)",
                id="half-blank-concurrency",
            ),
            pytest.param(
                [[1, 100, 90], [8, 50, None]],
                "anchors must not be half-blank: output tok/s is blank; "
                "fill in the cell or clear the whole row (rows [1], column 2)",
                id="throughput-for-some",
            ),
            pytest.param(
                [[1, 100, 90], [8, 50]],
                "anchors must not be half-blank: output tok/s is blank; "
                "fill in the cell or clear the whole row (rows [1], column 2)",
                id="throughput-for-some-in-rows-of-different-widths",
            ),
            pytest.param(
                [[1, 100, None, 0.1], [8, 50, None, None]],
                "anchors must not be half-blank: TTFT is blank; "
                "fill in the cell or clear the whole row (rows [1], column 3)",
                id="ttft-for-some",
            ),
            pytest.param(
                [[None, None], [1, 100], [8, "fast"]],
                "tok/s/user must be a number (got 'fast' in rows [2], column 1)",
                id="text-is-placed-in-the-rows-as-given",
            ),
            pytest.param(
                [[1, 100], [None, None], [-8, 50]],
                "concurrency must be above 0 (got -8 in rows [2], column 0)",
                id="negative",
            ),
            pytest.param(
                [[8, 50], [None, None], [8, 49]],
                "concurrency must be distinct: 8 appears twice; keep one measurement of each point (rows [0, 2])",
                id="twice",
            ),
            pytest.param(
                [[None, None], [256, 200], [10, 100]],
                "tok/s/user must not rise with concurrency: 100 at c=10, 200 at c=256 (+100 %), as where data-parallel ranks idle "
                "below c = DP; drop the points below c = DP, or pass pool_rises=0.5 (rows [2, 1])",
                id="rise",
            ),
            pytest.param(
                [[None, None, None], [1, 100, 200]],
                "output tok/s must not exceed c x tok/s/user by more than 5%: 200 at c=1 where c x tok/s/user is 100; "
                "the columns contradict each other (rows [1], column 2)",
                id="eta",
            ),
        ],
    )
    def test_with_one_sentence(self, rows, expected):
        assert refusal(rows) == expected

    def test_pooling_beyond_the_limit_is_placed(self):
        assert refusal([[None, None], [1, 100], [2, 102]], pool_rises=0.001) == (
            "pool_rises must cover the largest move, 1.00% (got 0.001 in rows [1]): 100 at c=1 would become 101; "
            "drop or re-measure the point"
        )
