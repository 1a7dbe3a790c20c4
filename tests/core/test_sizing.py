"""The sizing: known rows by hand, shapes, the laws of pods, the oracle's second opinion, and refusals."""

import pickle
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import oracle
from tests.strategies import METHODS, UTILS, anchors, cases, slas, token_demands, users
from xlsizing import Curve, Demand, InputError, size
from xlsizing.core.result import pods_needed

WORKED = Curve([1, 10, 256], [215.5, 122.2, 41.8])  # T: 215.5, 1,222, 10,700.8
HUMP = Curve([1, 8, 64], [100, 80, 8])  # T: 100, 640, 512
TWO_HUMPS = Curve([1, 8, 64, 128], [100, 80, 8, 6])  # T: 100, 640, 512, 768
UNIT = Curve([1], [1])  # T: 1
THREE_MILLION = Demand.tpm(3e6)  # 50,000 tok/s

NUMBERS = [
    "sla",
    "demand_tok_s",
    "c_star",
    "per_replica_tps",
    "tok_s_per_user",
    "max_num_seqs",
    "c_commit",
    "per_replica_tps_commit",
    "tok_s_per_user_commit",
    "max_num_seqs_commit",
    "load_commit",
    "pods",
    "pods_low",
    "pods_budget",
    "pods_high",
    "gpus",
    "gpus_low",
    "gpus_budget",
    "gpus_high",
    "total_pods",
    "total_gpus",
    "total_gpus_low",
    "total_gpus_budget",
    "total_gpus_high",
    "usd_per_month",
    "usd_per_month_budget",
    "usd_per_month_high",
    "usd_per_million",
    "usd_per_million_budget",
    "usd_per_million_high",
    "load",
    "load_one_fewer",
    "load_at_max_num_seqs",
    "measure_next",
]
FACTS = ["feasible", "regime", "too_wide", "budget_claim"]


def worked(sla, demand=THREE_MILLION, **options):
    """Return the sizing of the worked example: 4 GPUs a pod, util 0.70."""
    return size(WORKED, sla, demand, **{"gpus_per_pod": 4} | options)


class TestWorkedRows:
    @pytest.mark.parametrize(
        ("sla", "method", "pods", "low", "high"),
        [
            # by hand: 50,000/(T x 0.7). T at the anchors: 215.5 -> 332, 1,222 -> 59, 10,700.8 -> 7
            pytest.param(20, "log-c", 7, 7, 7, id="20: plateau"),
            pytest.param(50, "log-c", 8, 7, 59, id="50: 50,000/(9,195.7 x 0.7) = 7.8"),
            pytest.param(100, "log-c", 30, 7, 59, id="100: 50,000/(2,448.2 x 0.7) = 29.2"),
            pytest.param(122.2, "log-c", 59, 59, 59, id="122.2: measured"),
            pytest.param(150, "log-c", 95, 59, 332, id="150: 50,000/(755.3 x 0.7) = 94.6"),
            pytest.param(215, "log-c", 329, 59, 332, id="215: 50,000/(217.7 x 0.7) = 328.1"),
            pytest.param(300, "log-c", 332, 332, 332, id="300: infeasible, clamped"),
            pytest.param(20, "auto", 7, 7, 7, id="20-auto"),
            pytest.param(50, "auto", 9, 7, 59, id="50-auto: 50,000/(8,513.0 x 0.7) = 8.4"),
            pytest.param(100, "auto", 31, 7, 59, id="100-auto: 50,000/(2,358.0 x 0.7) = 30.3"),
            pytest.param(122.2, "auto", 59, 59, 59, id="122.2-auto"),
            pytest.param(150, "auto", 84, 59, 332, id="150-auto: 50,000/(858.3 x 0.7) = 83.2"),
            pytest.param(215, "auto", 326, 59, 332, id="215-auto: 50,000/(219.4 x 0.7) = 325.6"),
            pytest.param(50, "tpot", 9, 7, 59, id="50-tpot"),
            pytest.param(100, "tpot", 27, 7, 59, id="100-tpot"),
            pytest.param(150, "tpot", 87, 59, 332, id="150-tpot"),
            pytest.param(215, "tpot", 327, 59, 332, id="215-tpot"),
            pytest.param(20, "tpot", 7, 7, 7, id="20-tpot"),
            pytest.param(122.2, "tpot", 59, 59, 59, id="122.2-tpot"),
        ],
    )
    def test_pods_and_range(self, sla, method, pods, low, high):
        result = worked(sla, method=method)
        assert (result.pods, result.pods_low, result.pods_high) == (pods, low, high)
        assert (result.gpus, result.gpus_low, result.gpus_high) == (4 * pods, 4 * low, 4 * high)

    def test_throughput_cross_check(self):
        # 128 x 22.78125 = 2,916; 50,000/2,916 = 17.15
        result = size(Curve([128], [22.78125]), 22.78125, THREE_MILLION, gpus_per_pod=8, util=1.0)
        assert (result.pods, result.gpus, result.regime) == (18, 144, "below-knee-plateau")

    @pytest.mark.parametrize(
        ("curve", "sla", "pods", "low", "high"),
        [
            # 50,000/0.7 = 71,428.6 tok/s; over 640: 111.6; over 768: 93.01; over 512: 139.5; over 100: 714.3
            pytest.param(HUMP, 8, 112, 112, 112, id="plateau past the knee rests on the knee"),
            pytest.param(HUMP, 20, 112, 112, 112, id="between past the knee"),
            pytest.param(TWO_HUMPS, 7, 112, 94, 112, id="the second hump is only hoped for"),
            pytest.param(TWO_HUMPS, 6, 94, 94, 94, id="the second hump is measured"),
            pytest.param(Curve([1, 10], [100, 10]), 50, 715, 715, 715, id="equal throughput on both sides"),
        ],
    )
    def test_past_the_knee(self, curve, sla, pods, low, high):
        result = size(curve, sla, THREE_MILLION, gpus_per_pod=1)
        assert (result.pods, result.pods_low, result.pods_high) == (pods, low, high)

    @pytest.mark.parametrize(
        "demand", [THREE_MILLION, Demand.tok_s(50_000), Demand.rps(50, osl=1000), Demand.tpm(Decimal(3_000_000))]
    )
    def test_the_same_in_every_form_of_token_demand(self, demand):
        # auto, which nobody has to ask for: 50,000/0.7 over 10,700.8, 8,513.0 and 2,358.0
        assert worked([20, 50, 100], demand).pods.tolist() == [7, 9, 31]


QUEUE = Curve([16, 1024], [95, 88], output_tok_s=[1520, 2472])  # 2,472/88 = 28 requests run at once


class TestUsers:
    @pytest.mark.parametrize(
        ("sla", "method", "pods", "low", "high"),
        [
            # 500/0.7 = 714.29 requests; over c: 256 -> 2.79, 183.91 -> 3.88, 24.48 -> 29.2, 10 -> 71.4, 1 -> 714.3
            pytest.param(20, "log-c", 3, 3, 3, id="plateau"),
            pytest.param(50, "log-c", 4, 3, 72, id="between"),
            pytest.param(100, "log-c", 30, 3, 72, id="between-higher"),
            pytest.param(122.2, "log-c", 72, 72, 72, id="anchor"),
            pytest.param(300, "log-c", 715, 715, 715, id="infeasible"),
            # by auto: over c: 170.26 -> 4.20, 23.58 -> 30.3
            pytest.param(20, "auto", 3, 3, 3, id="auto-plateau"),
            pytest.param(50, "auto", 5, 3, 72, id="auto-between"),
            pytest.param(100, "auto", 31, 3, 72, id="auto-between-higher"),
            pytest.param(122.2, "auto", 72, 72, 72, id="auto-anchor"),
            pytest.param(300, "auto", 715, 715, 715, id="auto-infeasible"),
        ],
    )
    def test_pods_by_concurrency(self, sla, method, pods, low, high):
        result = worked(sla, Demand.users(500), method=method)
        assert (result.pods, result.pods_low, result.pods_high) == (pods, low, high)

    @pytest.mark.parametrize(
        ("sla", "held", "pods", "low", "high"),
        [
            # T/(0.8 r): 1,520/76 = 20, so c=16 holds its 16; 2,472/70.4 = 35.11 of 1,024. 1,000/0.7 = 1,428.57 requests.
            pytest.param(80, 2472 / 70.4, 41, 41, 41, id="plateau"),
            pytest.param(95, 16, 90, 90, 90, id="anchor"),
            # halfway in r, log-c: c = 128, eta (1 + 0.02743)/2 = 0.51372, 128 x 0.51372/0.8 = 82.2, held to the next anchor's
            pytest.param(91.5, 2472 / 70.4, 41, 41, 90, id="between"),
        ],
    )
    def test_what_queues_is_not_held(self, sla, held, pods, low, high):
        result = size(QUEUE, sla, Demand.users(1000), gpus_per_pod=1, method="log-c")
        assert (result.pods, result.pods_low, result.pods_high) == (pods, low, high)
        assert (result.c_star, result.max_num_seqs) == (pytest.approx(held, rel=1e-12), int(held))
        assert result.load == pytest.approx(1000 / (pods * held), rel=1e-12)

    def test_where_more_queues_past_a_point_the_best_point_before_it_counts(self):
        # held: 8, then 64 x 0.3/0.8 = 24, then 128 x 0.1/0.8 = 16: the lowest anchor that holds 24 is c=64
        curve = Curve([8, 64, 128], [100, 50, 40], output_tok_s=[800, 960, 512])
        result = size(curve, [40, 30], Demand.users(1000), gpus_per_pod=1)
        assert result.c_star.tolist() == pytest.approx([24, 24])
        assert result.tok_s_per_user.tolist() == [50, 50]
        assert result.pods.tolist() == [60, 60]  # 1,000/(24 x 0.7) = 59.5

    def test_nothing_is_measured_beyond_a_queue(self):
        assert np.isnan(size(QUEUE, 80, Demand.users(1000), gpus_per_pod=1).measure_next)

    def test_without_measured_throughput_the_concurrency_counts(self):
        result = size(Curve([16, 1024], [95, 88]), 80, Demand.users(1000), gpus_per_pod=1)
        assert (result.pods, result.c_star) == (2, 1024)  # 1,428.57/1,024 = 1.4

    def test_the_guards_on_throughput_do_not_apply(self):
        # past the knee c* stays 64: 500/(64 x 0.7) = 11.2
        result = size(HUMP, 8, Demand.users(500), gpus_per_pod=1)
        assert (result.pods, result.pods_high, result.c_star, result.regime) == (12, 12, 64, "below-knee-plateau")

    def test_cost_per_token_is_at_users_times_the_sla(self):
        # 500/(170.26 x 0.7) = 4.2: 5 pods x 4 GPUs x 8.60 x 730 = 125,560
        # 500 x 50 = 25,000 tok/s x 3,600 x 730 = 65,700 million tokens
        result = worked(50, Demand.users(500))
        assert (result.demand_tok_s, result.usd_per_month) == (25_000, pytest.approx(125_560))
        assert result.usd_per_million == pytest.approx(125_560 / 65_700)


class TestCost:
    def test_by_hand(self):
        # S=50: 9 pods, 36 GPUs x 8.60 x 730; budget 25 pods, 100 GPUs; high 59 pods, 236 GPUs
        # 50,000 tok/s x 3,600 x 730 = 131,400 million tokens
        result = worked(50)
        assert result.usd_per_month == pytest.approx(226_008)
        assert result.usd_per_month_budget == pytest.approx(627_800)
        assert result.usd_per_month_high == pytest.approx(1_481_608)
        assert result.usd_per_million == pytest.approx(226_008 / 131_400)
        assert result.usd_per_million_budget == pytest.approx(627_800 / 131_400)
        assert result.usd_per_million_high == pytest.approx(1_481_608 / 131_400)

    @pytest.mark.parametrize(("options", "assumed"), [({}, True), ({"gpu_hourly_usd": 8.6}, False)])
    def test_a_price_that_was_not_given_is_labelled(self, options, assumed):
        result = worked(50, **options)
        assert (result.gpu_hourly_usd, result.price_assumed) == (8.6, assumed)

    def test_spares_are_in_totals_and_dollars_only(self):
        # S=50: 9 + 2 pods, 44 GPUs x 1 USD x 730; low 7 + 2, 36; budget 25 + 2, 108; high 59 + 2, 244
        result = worked(50, spare_replicas=2, gpu_hourly_usd=1)
        assert (result.pods, result.gpus, result.pods_low, result.gpus_low) == (9, 36, 7, 28)
        assert (result.pods_budget, result.gpus_budget, result.pods_high, result.gpus_high) == (25, 100, 59, 236)
        assert (result.total_pods, result.total_gpus, result.total_gpus_low) == (11, 44, 36)
        assert (result.total_gpus_budget, result.total_gpus_high) == (108, 244)
        assert (result.usd_per_month, result.usd_per_month_budget, result.usd_per_month_high) == (
            32_120,
            78_840,
            178_120,
        )
        assert (result.load, result.load_commit) == (worked(50).load, worked(50).load_commit)


class TestLoad:
    @pytest.mark.parametrize(
        ("sla", "load", "one_fewer"),
        [
            pytest.param(20, 50_000 / (7 * 10700.8), 50_000 / (6 * 10700.8), id="20: 66.8 %, 77.9 %"),
            pytest.param(122.2, 50_000 / (59 * 1222), 50_000 / (58 * 1222), id="122.2: 69.4 %, 70.5 %"),
        ],
    )
    def test_after_rounding_up_and_with_one_pod_fewer(self, sla, load, one_fewer):
        result = worked(sla)
        assert (result.load, result.load_one_fewer) == pytest.approx((load, one_fewer), rel=1e-12)

    def test_one_pod_has_no_fewer(self):
        # 600 tpm = 10 tok/s over one pod of 10,700.8
        result = worked(20, Demand.tpm(600))
        assert result.load == pytest.approx(10 / 10700.8)
        assert np.isnan(result.load_one_fewer)

    def test_a_flag_between_one_and_two_does_not_carry_the_demand(self):
        # S=200: c* = 10^(15.5/93.3) = 1.466, T = 293.2, 171 pods; the flag 1 carries 215.5: 50,000/(171 x 215.5) = 1.357
        result = worked(200, util=1.0, method="log-c")
        assert (result.pods, result.max_num_seqs) == (171, 1)
        assert result.load_at_max_num_seqs == pytest.approx(50_000 / (171 * 215.5), rel=1e-12)


class TestCommit:
    """Where the pods to commit to run: the lowest anchor that carries what they rest on."""

    @pytest.mark.parametrize(
        ("curve", "sla", "demand", "c", "rate", "tps", "load"),
        [
            # 50,000 tok/s over 59 x 1,222, 7 x 10,700.8 and 332 x 215.5
            pytest.param(WORKED, 50, THREE_MILLION, 10, 122.2, 1222, 50_000 / (59 * 1222), id="between"),
            pytest.param(WORKED, 20, THREE_MILLION, 256, 41.8, 10700.8, 50_000 / (7 * 10700.8), id="plateau"),
            pytest.param(WORKED, 150, THREE_MILLION, 1, 215.5, 215.5, 50_000 / (332 * 215.5), id="between, the first"),
            # 500/0.7 = 714.29 requests over 10: 72 pods
            pytest.param(WORKED, 50, Demand.users(500), 10, 122.2, 1222, 500 / (72 * 10), id="users"),
            # T: 100, 640, 512; 71,428.6/640 = 111.6
            pytest.param(HUMP, 8, THREE_MILLION, 8, 80, 640, 50_000 / (112 * 640), id="past the knee: the knee"),
            # users take the 64 requests; 500/(64 x 0.7) = 11.2. One replica carried 640 tok/s at c=8
            pytest.param(HUMP, 8, Demand.users(500), 64, 8, 640, 500 / (12 * 64), id="users past the knee"),
        ],
    )
    def test_by_hand(self, curve, sla, demand, c, rate, tps, load):
        result = size(curve, sla, demand, gpus_per_pod=4)
        assert (result.c_commit, result.tok_s_per_user_commit, result.max_num_seqs_commit) == (c, rate, c)
        assert result.per_replica_tps_commit == pytest.approx(tps, rel=1e-12)
        assert result.load_commit == pytest.approx(load, rel=1e-12)

    def test_what_queues_is_not_held(self):
        # 2,472/70.4 = 35.1 requests run at once at c=1,024: the flag is 35
        result = size(QUEUE, 80, Demand.users(1000), gpus_per_pod=1)
        assert (result.c_commit, result.max_num_seqs_commit) == (pytest.approx(2472 / 70.4, rel=1e-12), 35)


class TestTooWide:
    @pytest.mark.parametrize(("sla", "wide"), [(20, False), (50, True), (122.2, False), (150, True)])
    def test_worked_rows(self, sla, wide):
        assert worked(sla).too_wide == wide

    @pytest.mark.parametrize(("tok_s", "wide"), [(200, False), (201, True)])
    def test_twice_is_not_above_twice(self, tok_s, wide):
        # T 100 and 200, util 1: 200 tok/s is 2 pods or 1; 201 tok/s is 3 pods or 2, which is 1.5; 20,100 is 201 or 101
        result = size(Curve([1, 4], [100, 50]), 75, Demand.tok_s(tok_s * (100 if wide else 1)), gpus_per_pod=1, util=1)
        assert result.too_wide == (result.pods_high > 2 * result.pods_low)
        assert (result.pods_high, result.pods_low) == ((201, 101) if wide else (2, 1))


class TestMeasureNext:
    @pytest.mark.parametrize(
        ("curve", "sla", "expected"),
        [
            # min(max(floor c*, floor c_i + 1), ceil c_{i+1} - 1)
            pytest.param(WORKED, 50, 170, id="floor of 170.26"),
            pytest.param(WORKED, 150, 5, id="floor of 5.72"),
            pytest.param(WORKED, 215, 2, id="1.02: just above the anchor at 1"),
            pytest.param(WORKED, 20, 512, id="plateau: twice the last"),
            pytest.param(Curve([8, 9], [100, 50]), 75, None, id="bracket closed: 8, 9"),
            pytest.param(Curve([8, 10], [100, 50]), 75, 9, id="8, 10"),
            pytest.param(Curve([8.5, 9.2], [100, 50]), 75, 9, id="8.5, 9.2"),
            pytest.param(Curve([8.2, 8.8], [100, 50]), 75, None, id="8.2, 8.8"),
            pytest.param(WORKED, 300, None, id="infeasible with c=1 measured"),
            pytest.param(Curve([8], [100]), 300, 1, id="infeasible without c=1"),
            pytest.param(WORKED, 122.2, None, id="anchor"),
            pytest.param(HUMP, 20, 9, id="knee-capped between 8 and 64"),
        ],
    )
    def test_known_steps(self, curve, sla, expected):
        step = size(curve, sla, THREE_MILLION, gpus_per_pod=1).measure_next
        assert (None if np.isnan(step) else step) == expected

    def test_it_follows_the_method(self):
        # log-c: 183.91 and 5.04
        assert worked([50, 150], method="log-c").measure_next.tolist() == [183, 5]


class TestPodsNeeded:
    @pytest.mark.parametrize(
        ("quotient", "pods"),
        [
            pytest.param(1e-9, 1, id="at least one"),
            pytest.param(1.0, 1, id="one"),
            pytest.param(3.0000000000000004, 3, id="noise above a multiple"),
            pytest.param(3 * (1 + 0.9e-9), 3, id="within 1e-9"),
            pytest.param(3 * (1 + 1.1e-9), 4, id="above 1e-9"),
            pytest.param(1e8, 100_000_000, id="the most"),
            pytest.param(99_999_999.5, 100_000_000, id="half a pod at the most"),
        ],
    )
    def test_rounding_up(self, quotient, pods):
        result = pods_needed(np.array([quotient]))
        assert (result.dtype, result.tolist()) == (np.int64, [pods])

    @pytest.mark.parametrize("hundredths", range(1, 101))
    def test_exact_multiples_never_round_up(self, hundredths):
        # demand = k x T x util in floating point, k = 1..2,000; plain ceil adds a pod in about a fifth of them
        k, util = np.arange(1, 2001), hundredths / 100
        result = size(WORKED, 122.2, Demand.tok_s(k * 1222 * util), gpus_per_pod=1, util=util)
        assert (result.pods == k).all()


class TestShapes:
    @pytest.mark.parametrize(
        ("sla", "demand", "shape"),
        [
            pytest.param(50, 3e6, (), id="number"),
            pytest.param(np.array(50.0), np.array(3e6), (), id="0-d"),
            pytest.param([50], 3e6, (1,), id="list-of-one"),
            pytest.param([20, 50, 100], 3e6, (3,), id="row"),
            pytest.param(50, [1e6, 2e6], (2,), id="demands"),
            pytest.param([20, 50], [1e6, 2e6], (2,), id="pairs"),
            pytest.param([[20], [50], [100]], [1e6, 2e6], (3, 2), id="broadcast"),
            pytest.param([[20, 50]], 3e6, (1, 2), id="excel-row"),
            pytest.param([[20], [50]], 3e6, (2, 1), id="excel-column"),
            pytest.param(pd.Series([20, 50], index=[4, 9]), 3e6, (2,), id="series"),
        ],
    )
    @pytest.mark.parametrize("form", [Demand.tpm, Demand.users])
    def test_every_array_has_the_broadcast_shape(self, sla, demand, form, shape):
        result = worked(sla, form(np.asarray(demand) / 60))
        assert {name: np.shape(getattr(result, name)) for name in NUMBERS + FACTS} == dict.fromkeys(
            NUMBERS + FACTS, shape
        )

    @pytest.mark.parametrize("name", NUMBERS)
    @pytest.mark.parametrize("demand", [THREE_MILLION, Demand.users(500)])
    def test_scalars_give_numbers_that_format_compare_and_count(self, name, demand):
        value = getattr(worked(50, demand), name)
        assert f"{value:,}" == f"{value.item():,}"
        assert value == value.item()
        assert isinstance(value + 1, np.number)

    def test_counts_are_whole_numbers(self):
        names = ("pods", "pods_low", "pods_budget", "pods_high", "gpus", "gpus_budget", "gpus_high", "total_gpus")
        names += ("total_gpus_low", "total_gpus_budget", "total_gpus_high", "max_num_seqs", "max_num_seqs_commit")
        assert {getattr(worked(sla), name).dtype for name in names for sla in (50, [50])} == {np.dtype(np.int64)}

    def test_regime_and_feasible_of_a_scalar_are_plain_in_use(self):
        result = worked(300)
        assert f"{result.regime}" == "latency-tier-infeasible"
        assert not result.feasible

    def test_rows_keep_the_order_given(self):
        assert worked([100, 20, 50]).pods.tolist() == [31, 7, 9]

    @given(st.data(), METHODS, UTILS)
    def test_a_scalar_is_an_element_of_a_vector(self, data, method, util):
        given_anchors = data.draw(anchors())
        many = data.draw(st.lists(slas(given_anchors), min_size=1, max_size=5))
        curve, demand = given_anchors.curve(), data.draw(st.one_of(token_demands(given_anchors).map(lambda d: d[0])))
        options = {"gpus_per_pod": 8, "util": util, "method": method}
        vector = size(curve, many, demand, **options)
        scalars = [size(curve, sla, demand, **options) for sla in many]
        for name in NUMBERS + FACTS:
            np.testing.assert_array_equal(getattr(vector, name), [getattr(scalar, name) for scalar in scalars])

    @pytest.mark.parametrize(
        "curve", [WORKED, Curve([1, 8, 64, 128], [100, 80, 8, 6], output_tok_s=[90, 600, 500, 700])]
    )
    @pytest.mark.parametrize("form", [Demand.tpm, Demand.users])
    def test_many_rows_are_the_same_as_a_few_at_a_time(self, curve, form):
        random = np.random.default_rng(7)
        sla, demand = random.uniform(5, 220, 40_000), random.uniform(1e3, 1e6, 40_000)
        whole = size(curve, sla, form(demand), gpus_per_pod=4)
        few = [slice(start, start + 9_000) for start in range(0, 40_000, 9_000)]
        parts = [size(curve, sla[rows], form(demand[rows]), gpus_per_pod=4) for rows in few]
        for name in NUMBERS + FACTS:
            apart = np.concatenate([getattr(part, name) for part in parts])
            np.testing.assert_array_equal(getattr(whole, name), apart, err_msg=name)


class TestOwnership:
    def test_later_changes_of_the_inputs_change_no_result(self):
        slas_given, tpm = np.array([50.0, 100.0]), np.array([3e6, 3e6])
        result = worked(slas_given, Demand.tpm(tpm))
        slas_given[:], tpm[:] = 20, 1e9
        assert (result.sla.tolist(), result.pods.tolist()) == ([50, 100], [9, 31])

    def test_survives_pickling(self):
        result = worked([50, 100])
        assert pickle.loads(pickle.dumps(result)).rows() == result.rows()  # noqa: S301  # our own bytes


class TestLaws:
    @given(st.data(), METHODS, UTILS)
    def test_pods_never_fall_as_the_sla_tightens(self, data, method, util):
        given_anchors = data.draw(anchors())
        tightening = sorted(data.draw(st.lists(slas(given_anchors), min_size=2, max_size=20)))
        demand = data.draw(
            st.one_of(token_demands(given_anchors).map(lambda d: d[0]), users(given_anchors).map(Demand.users))
        )
        result = size(given_anchors.curve(), tightening, demand, gpus_per_pod=1, util=util, method=method)
        for pods in (result.pods, result.pods_low, result.pods_budget, result.pods_high):
            assert (np.diff(pods[result.feasible]) >= 0).all()

    @given(st.data(), METHODS, UTILS)
    def test_the_estimate_lies_in_its_range_and_carries_the_demand(self, data, method, util):
        given_anchors, sla = data.draw(cases())
        demand, tok_s = data.draw(token_demands(given_anchors))
        result = size(given_anchors.curve(), sla, demand, gpus_per_pod=1, util=util, method=method)
        assert result.pods_low <= result.pods <= result.pods_budget <= result.pods_high
        carried = float(result.per_replica_tps) * util
        assert result.pods * carried >= float(tok_s) * (1 - 2e-9)
        assert result.pods == 1 or (result.pods - 1) * carried < float(tok_s)

    @given(st.data(), METHODS, UTILS)
    def test_pods_hold_the_users_and_one_fewer_does_not(self, data, method, util):
        given_anchors, sla = data.draw(cases())
        asked = data.draw(users(given_anchors))
        result = size(given_anchors.curve(), sla, Demand.users(asked), gpus_per_pod=1, util=util, method=method)
        assert result.pods_low <= result.pods <= result.pods_budget <= result.pods_high
        held = float(result.c_star) * util
        assert result.pods * held >= asked * (1 - 2e-9)
        assert result.pods == 1 or (result.pods - 1) * held < asked

    @given(st.data(), METHODS, st.integers(1, 1000))
    def test_more_demand_never_needs_fewer_pods(self, data, method, times):
        given_anchors, sla = data.draw(cases())
        asked = data.draw(users(given_anchors))
        for form in (Demand.users, Demand.tok_s):
            result = size(given_anchors.curve(), sla, form([asked / times, asked]), gpus_per_pod=1, method=method)
            assert result.pods[0] <= result.pods[1]

    @given(st.data(), st.randoms())
    def test_the_order_of_anchors_is_irrelevant(self, data, random):
        given_anchors, sla = data.draw(cases(at_most=8))
        order = random.sample(range(len(given_anchors.concurrency)), len(given_anchors.concurrency))
        demand = Demand.users(data.draw(users(given_anchors)))
        first, second = (
            size(a.curve(), sla, demand, gpus_per_pod=2) for a in (given_anchors, given_anchors.ordered(order))
        )
        assert first.rows() == second.rows()


class TestAgainstTheOracle:
    @settings(max_examples=300)
    @given(st.data(), METHODS, UTILS)
    def test_tokens(self, data, method, util):
        given_anchors, sla = data.draw(cases())
        demand, tok_s = data.draw(token_demands(given_anchors))
        result = size(given_anchors.curve(), sla, demand, gpus_per_pod=1, util=util, method=method)
        osl = None if demand.osl is None else float(demand.osl)
        agrees(result, oracle.row_for_tokens(given_anchors.points(), sla, tok_s, util, method, osl))

    @settings(max_examples=200)
    @given(st.data(), METHODS, UTILS)
    def test_users(self, data, method, util):
        given_anchors, sla = data.draw(cases())
        asked = data.draw(users(given_anchors))
        result = size(given_anchors.curve(), sla, Demand.users(asked), gpus_per_pod=1, util=util, method=method)
        agrees(result, oracle.row_for_users(given_anchors.points(), sla, asked, util, method))

    @given(st.integers(1, 10**6), st.integers(1, 16), st.floats(0.01, 100), st.integers(0, 9))
    def test_dollars(self, pods, gpus_per_pod, price, spares):
        result = size(
            UNIT, 1, Demand.tok_s(pods), gpus_per_pod=gpus_per_pod, util=1, gpu_hourly_usd=price, spare_replicas=spares
        )
        usd = oracle.usd_per_month(pods, gpus_per_pod, price, spares)
        assert result.usd_per_month == pytest.approx(usd, rel=1e-12)
        assert result.usd_per_million == pytest.approx(oracle.usd_per_million_tokens(usd, pods), rel=1e-12)


def agrees(result, row):
    """Assert that a scalar sizing is the oracle's row: integers and words equal, floats to 1e-9."""
    (ours,) = result.rows()
    if row.feasible:
        assert (ours.load, ours.load_one_fewer or 0) == pytest.approx((row.load, row.load_one_fewer or 0), rel=1e-9)
        assert (ours.max_num_seqs, ours.tok_s_per_user) == (row.max_num_seqs, pytest.approx(row.tok_s_per_user))
    assert ours.measure_next == row.measure_next
    assert (result.regime, result.feasible) == (row.regime, row.feasible)
    pods = (result.pods, result.pods_low, result.pods_budget, result.pods_high)
    assert pods == (row.pods, row.pods_low, row.pods_budget, row.pods_high)
    assert (result.c_star, result.per_replica_tps) == pytest.approx((row.c_star, row.tps), rel=1e-9)


class TestRefusals:
    def test_a_replica_that_was_not_measured(self):
        """Whoever asks: a curve whose results say that they are of 2 GPUs gives no figure for pods of 4."""
        of_two = WORKED.with_remarks([], measured_gpus=2)
        assert size(of_two, 100, Demand.tpm(3e6), gpus_per_pod=2).gpus == 62  # 50,000/(2,319 x 0.7): 31 pods
        with pytest.raises(
            InputError, match=r"^gpus_per_pod must be that of the replica that was measured, 2 \(got 4\)$"
        ):
            size(of_two, 100, Demand.tpm(3e6), gpus_per_pod=4)

    @pytest.mark.parametrize(
        ("changed", "expected"),
        [
            pytest.param({"curve": None}, "curve must be a Curve (got a blank)", id="no-curve"),
            pytest.param({"curve": "1:215.5"}, "curve must be a Curve (got '1:215.5')", id="curve-as-text"),
            pytest.param({"demand": 3e6}, "demand must be a Demand (got 3000000)", id="bare-demand"),
            pytest.param({"limits": 2}, "limits must be a Limits (got 2)", id="bare-limit"),
            pytest.param({"limits": None}, "limits must be a Limits (got a blank)", id="no-limits"),
            pytest.param({"sla": 0}, "sla must be above 0 (got 0)", id="sla-0"),
            pytest.param({"sla": float("nan")}, "sla must be a finite number (got nan)", id="sla-nan"),
            pytest.param({"sla": [50, None]}, "sla must be a number (got a blank in element 2)", id="sla-blank"),
            pytest.param({"sla": True}, "sla must be a number (got TRUE)", id="sla-boolean"),
            pytest.param({"util": 0}, "util must be in (0, 1] (got 0)", id="util-0"),
            pytest.param({"util": 70}, "util must be in (0, 1] (got 70)", id="util-percent"),
            pytest.param({"util": None}, "util must be a number (got a blank)", id="util-blank"),
            pytest.param(
                {"gpus_per_pod": 0}, "gpus_per_pod must be a whole number of at least 1 (got 0)", id="no-gpus"
            ),
            pytest.param(
                {"gpus_per_pod": 4.5},
                "gpus_per_pod must be a whole number from 1 to 1000000 (got 4.5)",
                id="half-a-gpu",
            ),
            pytest.param({"gpus_per_pod": None}, "gpus_per_pod must be a number (got a blank)", id="gpus-blank"),
            pytest.param({"gpus_per_pod": True}, "gpus_per_pod must be a number (got TRUE)", id="gpus-boolean"),
            pytest.param({"gpu_hourly_usd": 0}, "gpu_hourly_usd must be above 0 (got 0)", id="free"),
            pytest.param({"gpu_hourly_usd": "8.60"}, "gpu_hourly_usd must be a number (got '8.60')", id="price-text"),
            pytest.param(
                {"spare_replicas": -1}, "spare_replicas must be a whole number of at least 0 (got -1)", id="spares"
            ),
            pytest.param(
                {"spare_replicas": 1.5},
                "spare_replicas must be a whole number from 0 to 1000000 (got 1.5)",
                id="half-a-spare",
            ),
            pytest.param(
                {"method": "spline"}, 'method must be "auto", "log-c" or "tpot" (got \'spline\')', id="method"
            ),
            pytest.param(
                {"sla": [20, 50, 100], "demand": Demand.tpm([1, 2])},
                "sla and demand must have the same length, or one of them must be a single number "
                "(got shapes (3,) and (2,))",
                id="shapes",
            ),
        ],
    )
    def test_with_one_sentence(self, changed, expected):
        arguments = {"curve": WORKED, "sla": 50, "demand": THREE_MILLION, "gpus_per_pod": 4} | changed
        with pytest.raises(InputError) as caught:
            size(**arguments)
        assert str(caught.value) == expected

    def test_up_to_a_hundred_million_pods(self):
        result = size(UNIT, 1, Demand.tok_s(1e8), gpus_per_pod=1_000_000, util=1)
        assert (result.pods, result.gpus) == (100_000_000, 100_000_000_000_000)

    @pytest.mark.parametrize("form", [Demand.tok_s, Demand.users])
    @pytest.mark.parametrize("value", [1.0001e8, [1.0, 1.0001e8]])
    def test_beyond_a_hundred_million_pods(self, form, value):
        with pytest.raises(InputError) as caught:
            size(UNIT, 1, form(value), gpus_per_pod=1, util=1)
        assert str(caught.value) == (
            "demand must not need more than 100000000 pods (got 100010000); check the units of demand and curve"
        )


class TestPeakAndMean:
    """2,000 people, 1.2 requests a minute of 700 tokens: 28,000 tok/s in the mean, 70,000 at 2.5 times that."""

    PEOPLE = Demand.people(2000, requests_per_person_min=1.2, osl=700)

    def test_the_fleet_is_sized_at_the_peak(self):
        at_peak = size(WORKED, [20, 100], self.PEOPLE.at_peak(2.5), gpus_per_pod=4)
        as_said = size(WORKED, [20, 100], Demand.tok_s(70_000), gpus_per_pod=4)
        assert at_peak.pods.tolist() == as_said.pods.tolist() == [10, 43]
        assert at_peak.usd_per_million.tolist() == as_said.usd_per_million.tolist()

    def test_what_is_sold_is_the_mean_by_hand(self):
        # 10 pods x 4 x 2 $ x 730 = 58,400 $; 28,000 x 3,600 x 730 = 73,584 M tokens sold; 10 full pods carry
        # 107,008 tok/s: 281,217.024 M; the load at the mean is 28,000/107,008
        (row,) = size(WORKED, 20, self.PEOPLE.at_peak(2.5), gpus_per_pod=4, gpu_hourly_usd=2).rows()
        assert row.usd_per_month_high == 58_400
        assert row.usd_per_million_mean_high == pytest.approx(58_400 / 73_584, rel=1e-12)
        assert row.usd_per_million_high == pytest.approx(58_400 / (2.5 * 73_584), rel=1e-12)
        assert row.usd_per_million_full_high == pytest.approx(58_400 / 281_217.024, rel=1e-12)
        assert (row.load, row.load_mean) == pytest.approx((70_000 / 107_008, 28_000 / 107_008), rel=1e-12)

    @given(cases(), st.floats(1, 1000), METHODS)
    def test_a_peak_of_1_changes_nothing(self, case, tok_s, method):
        given_anchors, sla = case
        plain = size(given_anchors.curve(), sla, Demand.tok_s(tok_s), gpus_per_pod=1, method=method)
        peaked = size(given_anchors.curve(), sla, Demand.tok_s(tok_s).at_peak(1), gpus_per_pod=1, method=method)
        assert plain.rows() == peaked.rows()
