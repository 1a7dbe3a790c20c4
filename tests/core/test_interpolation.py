"""The methods between anchors: straight lines in their own axes, exact at the anchors, each the inverse of itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import oracle
from tests.strategies import METHODS, anchors
from xlsizing import InputError
from xlsizing.core.interpolation import AXES, brackets, interpolation
from xlsizing.core.interpolation import METHODS as METHODS_OF_RULES
from xlsizing.core.operating import rate_at

# tpot is easy by hand where c^0.7 is a power of two: 1024^0.7 = 2^7 = 128.
WIDE = np.array([1.0, 1024.0]), np.array([100.0, 20.0])


class TestInterpolation:
    @pytest.mark.parametrize(
        ("method", "c", "x"),
        [
            pytest.param("log-c", np.e**2, 2.0, id="log-c: ln c"),
            pytest.param("tpot", 1024.0, 128.0, id="tpot: c^0.7"),
            pytest.param("auto", 1024.0, 128.0, id="auto: c^p, here p = 0.7"),
        ],
    )
    def test_axis_of_concurrency(self, method, c, x):
        how = interpolation(method)
        assert how.x_of_c(c, 0.7) == pytest.approx(x, rel=1e-14)
        assert how.c_of_x(x, 0.7) == pytest.approx(c, rel=1e-14)

    @pytest.mark.parametrize(("method", "y"), [("auto", 0.02), ("log-c", 50.0), ("tpot", 0.02)])
    def test_axis_of_interactivity_is_its_own_inverse(self, method, y):
        how = interpolation(method)
        assert (how.y_of_r(50.0), how.y_of_r(y)) == (y, 50.0)

    @given(METHODS, st.floats(1e-6, 1e15), st.floats(0.3, 1.2))
    def test_the_axes_return_where_they_came_from(self, method, value, power):
        how = interpolation(method)
        assert how.c_of_x(how.x_of_c(value, power), power) == pytest.approx(value, rel=1e-13)
        assert how.y_of_r(how.y_of_r(value)) == pytest.approx(value, rel=1e-15)

    def test_the_table_holds_every_method_that_may_be_asked_for(self):
        assert tuple(AXES) == METHODS_OF_RULES
        assert [axes.name for axes in AXES.values()] == list(AXES)

    @pytest.mark.parametrize(
        ("method", "got"), [("linear", "'linear'"), ("Log-C", "'Log-C'"), (None, "a blank"), (0.7, "0.7"), ("", "''")]
    )
    def test_refusal(self, method, got):
        with pytest.raises(InputError) as caught:
            interpolation(method)
        assert str(caught.value) == f'method must be "auto", "log-c" or "tpot" (got {got})'


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

    @pytest.mark.parametrize("method", list(AXES))
    def test_a_flat_has_no_slope(self, method):
        lines = brackets(np.array([1.0, 2.0, 4.0]), np.array([9.0, 9.0, 9.0]), interpolation(method))
        assert lines.slope.tolist() == [0.0, 0.0, 0.0]

    @pytest.mark.parametrize("method", list(AXES))
    def test_one_anchor_is_no_line(self, method):
        lines = brackets(np.array([4.0]), np.array([9.0]), interpolation(method))
        assert lines.slope.tolist() == [0.0]

    @given(anchors(), METHODS)
    def test_lines_run_from_anchor_to_anchor(self, given_anchors, method):
        curve, how = given_anchors.curve(), interpolation(method)
        power, x, y, slope, rise = curve.brackets(how)
        falls = curve.tok_s_per_user[1:] < curve.tok_s_per_user[:-1]
        ends = how.x_of_c(curve.concurrency[1:], power[:-1])
        assert (x[:-1] + slope[:-1] * (y[1:] - y[:-1]))[falls] == pytest.approx(ends[falls], rel=1e-12, abs=1e-12)
        assert y[:-1] + rise[:-1] * (ends - x[:-1]) == pytest.approx(y[1:], rel=1e-9)

    @given(st.data(), METHODS, st.floats(0.001, 0.999))
    def test_between_two_anchors_as_the_oracle(self, data, method, share):
        given_anchors = data.draw(anchors().filter(lambda some: len(some.concurrency) > 1))
        points, curve, how = given_anchors.points(), given_anchors.curve(), interpolation(method)
        i = data.draw(st.integers(0, len(points) - 2))
        low, high = points[i], points[i + 1]
        sla = low.r + share * (high.r - low.r)
        power, x, y, slope, _ = curve.brackets(how)
        if not oracle.meets(high.r, sla) and not oracle.equals(low.r, sla):
            c = how.c_of_x(x[i] + slope[i] * (how.y_of_r(sla) - y[i]), power[i])
            assert c == pytest.approx(oracle.concurrency_at(points, i, sla, method), rel=1e-9)
        c = low.c + share * (high.c - low.c)
        assert rate_at(curve, np.asarray(c), how) == pytest.approx(oracle.rate_at(points, i, c, method), rel=1e-9)


class TestPower:
    """The power of `auto`, from log-log steepness: rates 100, 50, 25 at 1, 2, 8 fall with 1 and ln 2/ln 4 = 1/2."""

    def of(self, c, r):
        return interpolation("auto").power(np.array(c, float), np.array(r, float)).tolist()

    @pytest.mark.parametrize(
        ("c", "r", "powers"),
        [
            pytest.param([4], [9], [0.8], id="one anchor has no bracket"),
            pytest.param([1, 4], [100, 50], [0.8, 0.8], id="two anchors: 0.4 + 0.8 x 1/2"),
            pytest.param([1, 2], [100, 25], [1.2, 1.2], id="two anchors: 0.4 + 0.8 x 2 is above 1.2"),
            pytest.param([1, 2], [100, 100], [0.4, 0.4], id="two anchors and flat"),
            pytest.param([1, 2, 8], [100, 50, 25], [0.8, 0.3, 0.3], id="0.4 + 1/2 - 0.6 x 1"),
            pytest.param([1, 4, 8], [100, 50, 25], [0.8, 1.1, 1.1], id="0.4 + 1 - 0.6 x 1/2"),
            pytest.param(
                [1, 2, 4, 8], [8, 4, 4, 4], [0.8, 0.3, 0.4, 0.4], id="0.4 - 0.6 is below 0.3; 0.4 after a flat"
            ),
            pytest.param([1, 2, 4], [9, 9, 1], [0.8, 1.2, 1.2], id="0.4 + 3.2 is above 1.2"),
        ],
    )
    def test_by_hand(self, c, r, powers):
        assert self.of(c, r) == pytest.approx(powers, abs=1e-12)

    def test_worked_row(self):
        # a = ln(122.2/41.8)/ln 25.6 = 0.33083, aL = ln(215.5/122.2)/ln 10 = 0.24637; 0.4 + 0.33083 - 0.14782 = 0.58301
        assert self.of([1, 10, 256], [215.5, 122.2, 41.8]) == pytest.approx([0.8, 0.58301, 0.58301], abs=1e-5)
