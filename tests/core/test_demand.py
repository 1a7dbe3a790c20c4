"""What the customer asks for: ways to state it, one throughput, and the peak."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsizing import Demand, InputError

IN_RANGE = st.floats(1e-3, 1e9)


class TestOutputTokS:
    @pytest.mark.parametrize(
        ("demand", "tok_s"),
        [
            pytest.param(Demand.tpm(3e6), 50_000.0, id="tpm: 3,000,000/60"),
            pytest.param(Demand.tok_s(50_000), 50_000.0, id="tok/s"),
            pytest.param(Demand.rps(50, osl=1000), 50_000.0, id="rps: 50 x 1,000"),
            pytest.param(Demand.users(500), 50_000.0, id="users: 500 x 100 tok/s/user"),
        ],
    )
    def test_four_ways_to_ask_the_same(self, demand, tok_s):
        assert demand.output_tok_s(sla=100) == tok_s
        assert f"{demand.output_tok_s(sla=100):,.0f}" == "50,000"

    @pytest.mark.parametrize(
        ("demand", "shape"),
        [
            pytest.param(Demand.tpm(3e6), (), id="number"),
            pytest.param(Demand.tpm([3e6, 6e6]), (2,), id="list"),
            pytest.param(Demand.tok_s([[1], [2], [3]]), (3, 1), id="column"),
            pytest.param(Demand.rps([1, 2], osl=[[128], [1024], [8192]]), (3, 2), id="rps-and-osl-broadcast"),
            pytest.param(Demand.rps(1, osl=[128, 1024]), (2,), id="osl-alone"),
            pytest.param(Demand.users(np.array([1.0, 2.0])), (2,), id="users"),
        ],
    )
    def test_shapes(self, demand, shape):
        assert demand.shape == np.shape(demand.output_tok_s(sla=1.0)) == shape

    def test_users_take_the_shape_of_the_slas_too(self):
        assert Demand.users([1, 2]).output_tok_s([[10], [20]]).tolist() == [[10, 20], [20, 40]]

    @given(IN_RANGE)
    def test_a_minute_is_sixty_seconds(self, value):
        assert Demand.tpm(value).output_tok_s(1) * 60 == pytest.approx(Demand.tok_s(value).output_tok_s(1), rel=1e-15)


class TestOutputTpm:
    @pytest.mark.parametrize(
        ("demand", "tpm"),
        [
            pytest.param(Demand.tpm(3e6), 3e6, id="tpm"),
            pytest.param(Demand.tok_s(50_000), 3e6, id="tok/s"),
            pytest.param(Demand.rps(50, osl=1000), 3e6, id="rps"),
        ],
    )
    def test_tokens_a_minute(self, demand, tpm):
        assert demand.output_tpm == tpm

    def test_users_have_none(self):
        assert Demand.users(500).output_tpm is None


class TestDemand:
    def test_only_users_count_users(self):
        demands = Demand.tpm(1), Demand.tok_s(1), Demand.rps(1, osl=1), Demand.users(1)
        assert [demand.counts_users for demand in demands] == [False, False, False, True]

    @pytest.mark.parametrize("form", [Demand.tpm, Demand.tok_s, Demand.users, lambda x: Demand.rps(x, osl=1)])
    def test_the_callers_array_is_not_shared(self, form):
        asked = np.array([1.0, 2.0])
        demand = form(asked)
        asked[0] = -1.0
        assert demand.value.tolist() == [1.0, 2.0]


class TestRefusals:
    @pytest.mark.parametrize(
        ("form", "value", "expected"),
        [
            (Demand.tpm, 0, "tpm must be above 0 (got 0)"),
            (Demand.tpm, -3e6, "tpm must be above 0 (got -3000000)"),
            (Demand.tpm, "3M", "tpm must be a number (got '3M')"),
            (Demand.tpm, None, "tpm must be a number (got a blank)"),
            (Demand.tpm, True, "tpm must be a number (got TRUE)"),
            (Demand.tpm, float("nan"), "tpm must be a finite number (got nan)"),
            (Demand.tpm, [3e6, float("inf")], "tpm must be a finite number (got inf in element 2)"),
            (Demand.tok_s, -1, "tok_s must be above 0 (got -1)"),
            (Demand.tok_s, 1e16, "tok_s must be from 1e-06 to 1e+15 (got 1e+16)"),
            (Demand.users, 0, "users must be above 0 (got 0)"),
            (Demand.users, [], "users must hold at least one number (got none)"),
        ],
    )
    def test_with_one_sentence(self, form, value, expected):
        with pytest.raises(InputError) as caught:
            form(value)
        assert str(caught.value) == expected

    @pytest.mark.parametrize(
        ("rps", "osl", "expected"),
        [
            (0, 1000, "rps must be above 0 (got 0)"),
            (50, 0, "osl must be above 0 (got 0)"),
            (50, None, "osl must be a number (got a blank)"),
            (
                [1, 2],
                [1, 2, 3],
                (
                    "rps and osl must have the same length, or one of them must be a single number "
                    "(got shapes (2,) and (3,))"
                ),
            ),
        ],
    )
    def test_of_requests_and_their_length(self, rps, osl, expected):
        with pytest.raises(InputError) as caught:
            Demand.rps(rps, osl=osl)
        assert str(caught.value) == expected


CHAT = Demand.people(2000, requests_per_person_min=1.2, osl=700)


class TestPeople:
    def test_by_hand(self):
        # 2,000 x 1.2 / 60 = 40 requests/s; x 700 = 28,000 tok/s; x 60 = 1,680,000 a minute
        assert (CHAT.requests_s, CHAT.mean_tok_s(0), CHAT.output_tok_s(0), CHAT.output_tpm) == (
            40,
            28_000,
            28_000,
            1.68e6,
        )

    def test_it_is_that_of_its_requests(self):
        assert CHAT.output_tok_s(0) == Demand.rps(40, osl=700).output_tok_s(0)

    def test_shapes_broadcast(self):
        asked = Demand.people([1000, 2000], requests_per_person_min=[[1.2], [2.4], [3.6]], osl=700)
        assert asked.shape == asked.output_tok_s(0).shape == (3, 2)
        assert asked.output_tok_s(0)[0, 1] == 28_000

    @pytest.mark.parametrize("part", ["requests_per_person_min", "osl"])
    @pytest.mark.parametrize("value", [0, -1, "1", True, np.nan, None])
    def test_refused(self, part, value):
        with pytest.raises(InputError, match=f"^{part} must "):
            Demand.people(2000, **{"requests_per_person_min": 1.2, "osl": 700} | {part: value})


class TestPeak:
    def test_by_hand(self):
        peak = CHAT.at_peak(2.5)
        assert (peak.mean_tok_s(0), peak.output_tok_s(0), peak.output_tpm) == (28_000, 70_000, 4.2e6)

    @pytest.mark.parametrize(
        "demand", [Demand.tpm(3e6), Demand.tok_s(5e4), Demand.rps(50, osl=1000), CHAT], ids=lambda each: each.unit
    )
    def test_of_every_form_it_is_so_many_times_the_mean(self, demand):
        peak = demand.at_peak(2.5)
        assert peak.output_tok_s(0) == 2.5 * demand.output_tok_s(0)
        assert peak.output_tpm == 2.5 * demand.output_tpm
        assert peak.mean_tok_s(0) == demand.output_tok_s(0)

    @given(IN_RANGE)
    def test_of_1_is_what_it_was(self, value):
        assert Demand.tpm(value).at_peak(1) == Demand.tpm(value)

    def test_users_are_those_at_the_peak(self):
        assert Demand.users(5).at_peak(1) == Demand.users(5)
        with pytest.raises(InputError) as error:
            Demand.users(5).at_peak(2)
        assert str(error.value) == (
            "peak_to_mean must be 1 where users are the demand, in flight at peak (got 2); give the users at the peak"
        )

    @pytest.mark.parametrize("value", [0.99, 0, -2, 1001, "2", True, np.nan, None, [2, 3]])
    def test_refused(self, value):
        with pytest.raises(InputError, match=r"^peak_to_mean must "):
            CHAT.at_peak(value)
