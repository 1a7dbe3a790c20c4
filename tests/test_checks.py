"""The checks of inputs: what passes, in which shape, and the whole sentence of each refusal."""

from array import array
from collections import deque
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsizing import CurveError, InputError
from xlsizing.checks import broadcast, choice, number, number_in_text, numbers, refuse, share, whole

RAGGED = "sla must be a rectangular array (got rows of different lengths)"
BEYOND = "sla must be a finite number (got a number beyond floating point)"


def sentence(check, *args, **kwargs):
    """Return the sentence with which a check refuses its arguments."""
    with pytest.raises(InputError) as caught:
        check(*args, **kwargs)
    return str(caught.value)


class TestNumbersAccepts:
    # Excel sends floats and lists of lists; scripts send anything that numpy or pandas calls a number.
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            pytest.param(50.0, 50.0, id="float"),
            pytest.param(50, 50.0, id="int"),
            pytest.param(Decimal("50.25"), 50.25, id="currency-cell"),
            pytest.param(np.float32(0.5), 0.5, id="float32"),
            pytest.param(np.float16(50), 50.0, id="float16"),
            pytest.param(np.longdouble(50), 50.0, id="longdouble"),
            pytest.param(np.int8(50), 50.0, id="int8"),
            pytest.param(np.uint64(2**40), 2.0**40, id="uint64"),
            pytest.param(np.array(50), 50.0, id="0-d"),
            pytest.param([50.0, 20.0], [50.0, 20.0], id="list-of-floats"),
            pytest.param([50, 20.5, Decimal(1), np.float32(2)], [50.0, 20.5, 1.0, 2.0], id="mixed-list"),
            pytest.param((50, 20), [50.0, 20.0], id="tuple"),
            pytest.param(range(1, 4), [1.0, 2.0, 3.0], id="range"),
            pytest.param(deque([1, 2]), [1.0, 2.0], id="deque"),
            pytest.param(array("d", [1.0, 2.0]), [1.0, 2.0], id="array.array"),
            pytest.param([[50.0], [20.0]], [[50.0], [20.0]], id="column"),
            pytest.param([[50.0, 20.0]], [[50.0, 20.0]], id="row"),
            pytest.param(np.array([50, 20], dtype=object), [50.0, 20.0], id="object-array"),
            pytest.param(pd.Series([50, 20], index=[7, 3]), [50.0, 20.0], id="series"),
            pytest.param(pd.Series([50, 20], dtype="Int64"), [50.0, 20.0], id="nullable-series"),
            pytest.param(pd.DataFrame([[50, 20]]), [[50.0, 20.0]], id="frame"),
            pytest.param(1e-6, 1e-6, id="lowest"),
            pytest.param(1e15, 1e15, id="highest"),
        ],
    )
    def test_as_float64_in_its_own_shape(self, value, expected):
        result = numbers(value, "sla")
        assert result.dtype == np.float64
        assert result.shape == np.shape(expected)
        assert (result == expected).all()

    def test_a_single_number_formats_as_numbers_do(self):
        assert [f"{numbers(value, 'tpm'):,.0f}" for value in (3e6, np.array(3e6), 3_000_000)] == ["3,000,000"] * 3

    @pytest.mark.parametrize("dtype", [float, int])
    def test_the_callers_array_is_not_shared(self, dtype):
        given_array = np.array([50, 20], dtype=dtype)
        assert not np.shares_memory(numbers(given_array, "sla"), given_array)

    @given(st.floats(1e-6, 1e15))
    def test_every_float_in_range_passes_unchanged(self, value):
        assert numbers(value, "sla") == numbers([value], "sla")[0] == numbers(np.array([value]), "sla")[0] == value


class TestNumbersRefuses:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            pytest.param("80", "sla must be a number (got '80')", id="text"),
            pytest.param(["80"], "sla must be a number (got '80' in element 1)", id="text-in-list"),
            pytest.param([50.0, ""], "sla must be a number (got '' in element 2)", id="empty-text"),
            pytest.param(b"80", "sla must be a number (got b'80')", id="bytes"),
            pytest.param(np.str_("50"), "sla must be a number (got <U2 values)", id="numpy-text"),
            pytest.param(np.array(["a"]), "sla must be a number (got <U1 values)", id="text-array"),
            pytest.param(
                pd.Series(["a"], dtype=object), "sla must be a number (got 'a' in element 1)", id="text-series"
            ),
            pytest.param(None, "sla must be a number (got a blank)", id="blank"),
            pytest.param([50.0, None], "sla must be a number (got a blank in element 2)", id="blank-in-list"),
            pytest.param(
                [[1.0, 2.0], [None, 3.0]], "sla must be a number (got a blank in element 3)", id="blank-in-range"
            ),
            pytest.param(True, "sla must be a number (got TRUE)", id="boolean"),
            pytest.param([1.0, False], "sla must be a number (got FALSE in element 2)", id="boolean-in-list"),
            pytest.param([np.True_, 1.0], "sla must be a number (got TRUE in element 1)", id="numpy-boolean-in-list"),
            pytest.param(np.array([True]), "sla must be a number (got bool values)", id="boolean-array"),
            pytest.param(pd.Series([True]), "sla must be a number (got bool values)", id="boolean-series"),
            pytest.param(1j, "sla must be a number (got 0+1j)", id="complex"),
            pytest.param(np.array([1j]), "sla must be a number (got complex128 values)", id="complex-array"),
            pytest.param(Fraction(1, 3), "sla must be a number (got Fraction(1, 3))", id="fraction"),
            pytest.param(
                datetime(2026, 1, 2, tzinfo=UTC),
                "sla must be a number (got datetime.datetime(2026, 1, 2, 0, 0, tz...)",
                id="date-cell",
            ),
            pytest.param(
                np.datetime64("2026-01-02"), "sla must be a number (got datetime64[D] values)", id="datetime64"
            ),
            pytest.param(np.timedelta64(5, "s"), "sla must be a number (got timedelta64[s] values)", id="timedelta64"),
            pytest.param(
                [np.timedelta64(5, "s"), 1.0],
                "sla must be a number (got 5 seconds in element 1)",
                id="timedelta64-in-list",
            ),
            pytest.param(pd.NA, "sla must be a number (got <NA>)", id="NA"),
            pytest.param(pd.NaT, "sla must be a number (got NaT)", id="NaT"),
            pytest.param([[1, 2], [3]], RAGGED, id="ragged"),
            pytest.param([[1, 2], "ab"], RAGGED, id="text-beside-a-list"),
            pytest.param(
                np.ma.array([1.0, 2.0], mask=[False, True]),
                "sla must not be a masked array (got masked_array(data=[1.0, --], mask=[Fal...); "
                "fill or drop the masked elements",
                id="masked",
            ),
            pytest.param(
                (x for x in [1.0]), "sla must be a number or a sequence of numbers (got a generator)", id="generator"
            ),
            pytest.param({1.0, 2.0}, "sla must be a number or a sequence of numbers (got a set)", id="set"),
            pytest.param({1: 2}, "sla must be a number or a sequence of numbers (got a dict)", id="dict"),
            pytest.param([], "sla must hold at least one number (got none)", id="empty"),
            pytest.param([[]], "sla must hold at least one number (got none)", id="empty-row"),
            pytest.param(np.zeros(0), "sla must hold at least one number (got none)", id="empty-array"),
            pytest.param(0, "sla must be above 0 (got 0)", id="zero"),
            pytest.param(-1.0, "sla must be above 0 (got -1)", id="negative"),
            pytest.param([50.0, -1.0], "sla must be above 0 (got -1 in element 2)", id="negative-in-list"),
            pytest.param(float("nan"), "sla must be a finite number (got nan)", id="nan"),
            pytest.param([50.0, float("nan")], "sla must be a finite number (got nan in element 2)", id="nan-in-list"),
            pytest.param([50, float("nan")], "sla must be a finite number (got nan in element 2)", id="nan-beside-int"),
            pytest.param(float("inf"), "sla must be a finite number (got inf)", id="inf"),
            pytest.param([-float("inf")], "sla must be a finite number (got -inf in element 1)", id="-inf-in-list"),
            pytest.param(Decimal("NaN"), "sla must be a finite number (got nan)", id="decimal-nan"),
            pytest.param(Decimal("sNaN"), BEYOND, id="decimal-snan"),
            pytest.param(Decimal("1e400"), "sla must be a finite number (got inf)", id="decimal-beyond"),
            pytest.param(10**400, BEYOND, id="huge-int"),
            pytest.param([1.0, 10**400], BEYOND, id="huge-int-in-list"),
            pytest.param(9.9e-7, "sla must be from 1e-06 to 1e+15 (got 9.9e-07)", id="below-lowest"),
            pytest.param(1.1e15, "sla must be from 1e-06 to 1e+15 (got 1.1e+15)", id="above-highest"),
            pytest.param(
                np.uint64(2**63), "sla must be from 1e-06 to 1e+15 (got 9.22337203685478e+18)", id="uint64-max"
            ),
        ],
    )
    def test_with_one_sentence(self, value, expected):
        assert sentence(numbers, value, "sla") == expected

    def test_the_first_offender_is_the_one_named(self):
        with pytest.raises(InputError) as caught:
            numbers([50.0, -1.0, float("nan")], "sla")
        assert (caught.value.index, caught.value.got) == ((1,), -1.0)

    def test_with_the_error_that_the_caller_asked_for(self):
        with pytest.raises(CurveError, match=r"^TTFT must be above 0 \(got 0\)$"):
            numbers(0, "TTFT", kind=CurveError)


class TestNumber:
    @pytest.mark.parametrize("value", [4, 4.0, Decimal(4), np.int64(4), np.array(4)])
    def test_one_number_is_a_float(self, value):
        result = number(value, "gpu_hourly_usd")
        assert (type(result), result) == (float, 4.0)

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ([4.0], "gpu_hourly_usd must be one number (got 1 of them)"),
            ([[1.0, 2.0]], "gpu_hourly_usd must be one number (got 2 of them)"),
            ("4", "gpu_hourly_usd must be a number (got '4')"),
            (0.0, "gpu_hourly_usd must be above 0 (got 0)"),
        ],
    )
    def test_refusals(self, value, expected):
        assert sentence(number, value, "gpu_hourly_usd") == expected


class TestShare:
    @pytest.mark.parametrize("value", [1e-6, 0.7, 1, 1.0, Decimal("0.7"), np.float64(0.5)])
    def test_accepts_up_to_one(self, value):
        assert share(value, "util") == float(value)

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (80, "util must be in (0, 1] (got 80)"),
            (0, "util must be in (0, 1] (got 0)"),
            (-0.1, "util must be in (0, 1] (got -0.1)"),
            (float("inf"), "util must be in (0, 1] (got inf)"),
            (float("nan"), "util must be a finite number (got nan)"),
            (True, "util must be a number (got TRUE)"),
            (None, "util must be a number (got a blank)"),
            ("70%", "util must be a number (got '70%')"),
            ([0.7, 0.8], "util must be one number (got 2 of them)"),
            (1e-7, "util must be from 1e-06 to 1e+15 (got 1e-07)"),
        ],
    )
    def test_refusals(self, value, expected):
        assert sentence(share, value, "util") == expected


class TestWhole:
    @pytest.mark.parametrize("value", [4, 4.0, Decimal(4), np.int64(4), np.float32(4)])
    def test_whole_numbers_are_ints(self, value):
        result = whole(value, "gpus_per_pod", low=1, high=8)
        assert (type(result), result) == (int, 4)

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (4.5, "gpus_per_pod must be a whole number from 1 to 8 (got 4.5)"),
            (9, "gpus_per_pod must be a whole number from 1 to 8 (got 9)"),
            (0, "gpus_per_pod must be a whole number of at least 1 (got 0)"),
            (-4, "gpus_per_pod must be a whole number of at least 1 (got -4)"),
            (0.5, "gpus_per_pod must be a whole number of at least 1 (got 0.5)"),
            (float("inf"), "gpus_per_pod must be a whole number from 1 to 8 (got inf)"),
            (float("nan"), "gpus_per_pod must be a finite number (got nan)"),
            (True, "gpus_per_pod must be a number (got TRUE)"),
            ("4", "gpus_per_pod must be a number (got '4')"),
            (None, "gpus_per_pod must be a number (got a blank)"),
            ([4], "gpus_per_pod must be one number (got 1 of them)"),
            (10**400, "gpus_per_pod must be a finite number (got a number beyond floating point)"),
        ],
    )
    def test_refusals(self, value, expected):
        assert sentence(whole, value, "gpus_per_pod", low=1, high=8) == expected


class TestChoice:
    @pytest.mark.parametrize("value", ["tpot", np.str_("tpot")])
    def test_an_option_comes_back_as_plain_text(self, value):
        assert (type(choice(value, "method", ("log-c", "tpot"))), choice(value, "method", ("tpot",))) == (str, "tpot")

    @pytest.mark.parametrize(
        ("value", "options", "expected"),
        [
            ("linear", ("log-c", "tpot"), 'method must be "log-c" or "tpot" (got \'linear\')'),
            ("TPOT", ("log-c", "tpot"), 'method must be "log-c" or "tpot" (got \'TPOT\')'),
            (None, ("log-c", "tpot"), 'method must be "log-c" or "tpot" (got a blank)'),
            (1, ("a", "b", "c"), 'method must be "a", "b" or "c" (got 1)'),
            (True, ("a",), 'method must be "a" (got TRUE)'),
            (10**400, ("a",), 'method must be "a" (got a number beyond floating point)'),
        ],
    )
    def test_refusals(self, value, options, expected):
        assert sentence(choice, value, "method", options) == expected


class TestNumberInText:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [("3000000", 3e6), (" 3e6 ", 3e6), ("+.5", 0.5), ("7.", 7.0), ("-1", -1.0), ("1E-3", 0.001), ("\t4\n", 4.0)],
    )
    def test_plain_and_scientific_notation(self, text, expected):
        assert number_in_text(text, "tpm") == expected

    @pytest.mark.parametrize("text", ["0x10", "٣", "1e", "1.2.3"])
    def test_separators_and_units_are_refused_with_the_way_out(self, text):
        assert sentence(number_in_text, text, "tpm") == (
            f"tpm must be a number (got {text!r}); write 3000000 or 3e6, without separators or units"
        )

    @pytest.mark.parametrize("text", ["nan", "inf", "-Infinity", "#N/A", "abc"])
    def test_words_are_refused(self, text):
        assert sentence(number_in_text, text, "tpm") == f"tpm must be a number (got {text!r})"

    def test_the_place_is_named(self):
        expected = "tpm must be a number (got a blank in a.csv, line 2)"
        assert sentence(number_in_text, "  ", "tpm", where="a.csv, line 2") == expected


class TestBroadcast:
    @pytest.mark.parametrize(
        ("first", "second", "expected"),
        [((), (), ()), ((3,), (), (3,)), ((3,), (3,), (3,)), ((3, 1), (4,), (3, 4)), ((1,), (5,), (5,))],
    )
    def test_shapes(self, first, second, expected):
        assert broadcast(first, second, ("sla", "demand")) == expected

    def test_refusal(self):
        assert sentence(broadcast, (3,), (2,), ("sla", "demand")) == (
            "sla and demand must have the same length, or one of them must be a single number (got shapes (3,) and (2,))"
        )


class TestRefuse:
    @pytest.mark.parametrize("kind", [InputError, CurveError])
    def test_raises_the_kind_with_its_parts(self, kind):
        with pytest.raises(kind, match=r"^osl must be above 0 \(got 0 in B2\)$") as caught:
            refuse("osl", "must be above 0", kind=kind, got=0, where="B2")
        assert (type(caught.value), caught.value.where) == (kind, "B2")
