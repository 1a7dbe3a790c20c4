"""The two methods between anchors: straight lines in their own axes, exact at the anchors, each the inverse of itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import oracle
from tests.strategies import METHODS, anchors
from xlsizing import InputError
from xlsizing.interpolation import brackets, interpolation

# tpot is easy by hand where c^0.7 is a power of two: 1024^0.7 = 2^7 = 128.
WIDE = np.array([1.0, 1024.0]), np.array([100.0, 20.0])


class TestInterpolation:
    @pytest.mark.parametrize(
        ("method", "c", "x"),
        [
            pytest.param("log-c", np.e**2, 2.0, id="log-c: ln c"),
            pytest.param("tpot", 1024.0, 128.0, id="tpot: c^0.7"),
        ],
    )
    def test_axis_of_concurrency(self, method, c, x):
        how = interpolation(method)
        assert how.x_of_c(c) == pytest.approx(x, rel=1e-14)
        assert how.c_of_x(x) == pytest.approx(c, rel=1e-14)

    @pytest.mark.parametrize(("method", "y"), [("log-c", 50.0), ("tpot", 0.02)])
    def test_axis_of_interactivity(self, method, y):
        how = interpolation(method)
        assert (how.y_of_r(50.0), how.r_of_y(y)) == (y, 50.0)

    @given(METHODS, st.floats(1e-6, 1e15))
    def test_the_axes_return_where_they_came_from(self, method, value):
        how = interpolation(method)
        assert how.c_of_x(how.x_of_c(value)) == pytest.approx(value, rel=1e-13)
        assert how.r_of_y(how.y_of_r(value)) == pytest.approx(value, rel=1e-15)

    @pytest.mark.parametrize(
        ("method", "got"), [("linear", "'linear'"), ("Log-C", "'Log-C'"), (None, "a blank"), (0.7, "0.7"), ("", "''")]
    )
    def test_refusal(self, method, got):
        with pytest.raises(InputError) as caught:
            interpolation(method)
        assert str(caught.value) == f'method must be "log-c" or "tpot" (got {got})'


class TestBrackets:
    @pytest.mark.parametrize(
        ("method", "slope"),
        [
            pytest.param("log-c", np.log(1024) / (20 - 100), id="log-c: ln 1024 over -80 tok/s/user"),
            pytest.param("tpot", (128 - 1) / (0.05 - 0.01), id="tpot: 127 over 40 ms"),
        ],
    )
    def test_slope_by_hand_and_none_after_the_last(self, method, slope):
        assert brackets(*WIDE, interpolation(method)).slope == pytest.approx([slope, 0.0], rel=1e-14)

    @pytest.mark.parametrize("method", ["log-c", "tpot"])
    def test_a_flat_has_no_slope(self, method):
        lines = brackets(np.array([1.0, 2.0, 4.0]), np.array([9.0, 9.0, 9.0]), interpolation(method))
        assert lines.slope.tolist() == [0.0, 0.0, 0.0]

    @pytest.mark.parametrize("method", ["log-c", "tpot"])
    def test_one_anchor_is_no_line(self, method):
        lines = brackets(np.array([4.0]), np.array([9.0]), interpolation(method))
        assert lines.slope.tolist() == [0.0]

    @given(anchors(), METHODS)
    def test_lines_run_from_anchor_to_anchor(self, given_anchors, method):
        curve, how = given_anchors.curve(), interpolation(method)
        x, y, slope = curve.brackets(how)
        falls = curve.tok_s_per_user[1:] < curve.tok_s_per_user[:-1]
        end = (x[:-1] + slope[:-1] * (y[1:] - y[:-1]))[falls]
        assert end == pytest.approx(x[1:][falls], rel=1e-12, abs=1e-12)

    @given(anchors(at_most=2), METHODS, st.floats(0.001, 0.999))
    def test_between_two_anchors_as_the_oracle(self, given_anchors, method, share):
        low, high = given_anchors.points()[0], given_anchors.points()[-1]
        sla = low.r + share * (high.r - low.r)
        how, lines = interpolation(method), given_anchors.curve().brackets(interpolation(method))
        if not oracle.meets(high.r, sla) and not oracle.equals(low.r, sla):
            c = how.c_of_x(lines.x[0] + lines.slope[0] * (how.y_of_r(sla) - lines.y[0]))
            assert c == pytest.approx(oracle.concurrency_at(low, high, sla, method), rel=1e-9)
