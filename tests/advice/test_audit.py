"""A claim against a curve: worked claims, its law with the sizing, the words, and refusals."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsizing import Curve, Demand, Limits, size
from xlsizing.advice.audit import audit
from xlsizing.context.context import Context
from xlsizing.errors import InputError

ONE = Curve([128], [22.78125])  # 128 * 22.78125 = 2,916 tok/s
THREE = Curve([1, 10, 256], [215.5, 122.2, 41.8])  # 215.5, 1,222 and 10,700.8 tok/s
TPM = Demand.tpm(3e6)  # 50,000 tok/s
LOG_C_AT_50 = {"sla": 50, "method": "log-c"}


class TestKnownClaims:
    def test_eighteen_pods_at_util_one(self):
        # 50,000 / 18 = 2,777.8 needed, 2,916 available; our own: 50,000 / 2,916 = 17.15 -> 18
        checked = audit(ONE, TPM, pods=18, gpus_per_pod=8, util=1.0)
        assert checked.needed_tok_s_per_pod == pytest.approx(2777.8, abs=0.05)
        assert checked.available_tok_s_per_pod == 2916
        assert (checked.fits, checked.gpus, checked.own_pods, checked.over_by_pods) == (True, 144, 18, 0)
        assert (checked.implied_concurrency, checked.implied_tok_s_per_user) == (128, 22.78125)

    def test_the_same_at_util_seventy_is_short_by_seven(self):
        # 50,000 / (18 * 0.7) = 3,968.3 needed; our own: 50,000 / (2,916 * 0.7) = 24.49 -> 25; 18 - 25 = -7
        checked = audit(ONE, TPM, gpus=144, gpus_per_pod=8)
        assert checked.needed_tok_s_per_pod == pytest.approx(3968.3, abs=0.05)
        assert (checked.pods, checked.fits, checked.own_pods, checked.over_by_pods) == (18, False, 25, -7)
        assert (checked.implied_concurrency, checked.implied_tok_s_per_user) == (None, None)

    @pytest.mark.parametrize(
        ("pods", "sla", "implied", "met", "over", "over_estimate"),
        [
            # 50,000/(59*.7) = 1,210.7 <= 1,222 at c=10, 122.2 >= 50; own 9 by auto, range 7 to 59
            pytest.param(59, 50, 10, True, 0, 50, id="the number to commit to"),
            # 50,000/(20*.7) = 3,571.4: first carried at c=256, 41.8 < 50
            pytest.param(20, 50, 256, False, -39, 11, id="inside the range"),
            # 50,000/(7*.7) = 10,204.1 <= 10,700.8 at c=256
            pytest.param(7, 50, 256, False, -52, -2, id="below the estimate"),
            # plateau: own 7 = ceil(50,000/7,490.56 = 6.68)
            pytest.param(9, 20, 256, True, 2, 2, id="plateau, over"),
            # 50,000/(400*.7) = 178.6 <= 215.5 at c=1; own at S=122.2: 59
            pytest.param(400, 122.2, 1, True, 341, 341, id="over by far"),
        ],
    )
    def test_with_an_sla(self, pods, sla, implied, met, over, over_estimate):
        checked = audit(THREE, TPM, pods=pods, sla=sla)
        assert (checked.implied_concurrency, checked.sla_met) == (implied, met)
        assert (checked.over_by_pods, checked.over_by_pods_estimate) == (over, over_estimate)

    @pytest.mark.parametrize(("pods", "over_estimate"), [(59, 51), (20, 12), (7, -1)])
    def test_the_estimate_is_that_of_the_method(self, pods, over_estimate):
        # by log-c T is 9,195.7 at S=50: 50,000/(9,195.7*.7) = 7.8, own 8
        assert audit(THREE, TPM, pods=pods, sla=50, method="log-c").over_by_pods_estimate == over_estimate

    def test_an_sla_that_cannot_be_met_leaves_no_number(self):
        checked = audit(THREE, TPM, pods=70, sla=300)
        assert (checked.own_pods, checked.own_pods_high, checked.over_by_pods) == (None, None, None)
        assert checked.sla_met is False
        assert checked.reason == "the fastest measured point is 215.5 at c=1; relax the SLA or take a faster model"

    def test_without_an_sla_there_is_nothing_to_meet(self):
        assert audit(THREE, TPM, pods=9).sla_met is None

    def test_users_ask_for_concurrency(self):
        # 500/(3*.7) = 238.1 requests a pod: c=256 holds it; own 500/(256*.7) = 2.79 -> 3
        checked = audit(THREE, Demand.users(500), pods=3, sla=40)
        assert checked.needed_concurrency_per_pod == pytest.approx(238.1, abs=0.05)
        assert (checked.needed_tok_s_per_pod, checked.demand_tok_s, checked.demand_users) == (None, None, 500)
        assert (checked.implied_concurrency, checked.sla_met, checked.over_by_pods) == (256, True, 0)

    def test_users_behind_a_queue(self):
        # 2,472/(0.8 x 88) = 35.11 of 1,024 run at once: 1,000 users over 2 pods at util 0.7 need 714.3 a pod, over 41 34.8
        queue = Curve([16, 1024], [95, 88], output_tok_s=[1520, 2472])
        short, enough = (audit(queue, Demand.users(1000), pods=pods, sla=80) for pods in (2, 41))
        assert (short.fits, short.own_pods_high, short.over_by_pods) == (False, 41, -39)
        assert (enough.fits, enough.sla_met, enough.over_by_pods) == (True, True, 0)
        assert "c=1024 was measured at 88 tok/s/user, 35.1 of them at once: the rest queue" in enough.verdict
        assert enough.load == pytest.approx(1000 / 41 / (2472 / 70.4))

    def test_requests_per_second(self):
        # 50 requests/s * 1,000 tok = 50,000 tok/s
        assert audit(ONE, Demand.rps(50, osl=1000), pods=18, util=1).demand_tok_s == 50_000

    def test_measured_throughput_is_what_is_available(self):
        # 2,600 < 2,777.8 although 128 * 22.78125 = 2,916
        checked = audit(Curve([128], [22.78125], output_tok_s=[2600]), TPM, pods=18, util=1)
        assert (checked.fits, checked.available_tok_s_per_pod) == (False, 2600)

    def test_past_the_knee_the_best_point_counts(self):
        # T = 1,000, 3,000, 2,500: 50,000/(30*.7) = 2,381 is first carried at c=50; 20 pods need 3,571: none,
        # and the most measured is 3,000 at c=50
        knee = Curve([10, 50, 100], [100, 60, 25])
        assert audit(knee, TPM, pods=30).implied_concurrency == 50
        assert audit(knee, TPM, pods=20).available_tok_s_per_pod == 3000

    def test_load(self):
        # 50,000 / (18 * 2,916) = 0.9526
        assert audit(ONE, TPM, pods=18).load == pytest.approx(0.9526, abs=5e-5)

    def test_float_noise_does_not_fail_a_claim(self):
        # 0.1 * 3 is 0.30000000000000004: 3 pods of 0.1 tok/s each carry it
        assert audit(Curve([1], [0.1]), Demand.tok_s(0.1 * 3), pods=3, util=1).fits

    def test_plain_data_and_frozen(self):
        checked = audit(THREE, TPM, pods=9, sla=50)
        kinds = {type(value) for value in asdict(checked).values()}
        assert kinds <= {int, float, bool, str, tuple, type(None)}
        with pytest.raises(FrozenInstanceError):
            checked.pods = 10


FOUR = Curve([1, 10, 64, 256], [215.5, 122.2, 70, 41.8], ttft_s=[0.1, 0.18, 0.9, 1.9])
"""Carries 215.5, 1,222, 4,480 and 10,700.8 tok/s."""


class TestWithinLimits:
    @pytest.mark.parametrize(
        ("pods", "implied", "ttft", "over", "answer"),
        [
            # 50,000/(16*.7) = 4,464.3 <= 4,480 at c=64, whose TTFT is the limit; our own: 15.94 -> 16
            pytest.param(16, 64, 0.9, 0, "Meets ", id="at the limit"),
            # 50,000/(15*.7) = 4,761.9: first carried at c=256, 41.8 >= 40 but 1.9 s
            pytest.param(15, 256, 1.9, -1, "Does not meet ", id="fast enough but late"),
            pytest.param(60, 10, 0.18, 44, "Meets ", id="more than enough"),
        ],
    )
    def test_the_point_must_meet_both(self, pods, implied, ttft, over, answer):
        checked = audit(FOUR, TPM, pods=pods, sla=40, limits=Limits(ttft_s=0.9))
        assert (checked.implied_concurrency, checked.implied_ttft_s, checked.over_by_pods) == (implied, ttft, over)
        assert (checked.sla_met, checked.waits_met) == (True, answer == "Meets ")
        assert (checked.ttft_limit_s, checked.e2e_limit_s, checked.implied_e2e_s) == (0.9, None, None)
        assert checked.verdict.startswith(f"{answer}40 tok/s/user and TTFT of at most 0.9 s: ")

    def test_what_is_late_is_said_with_its_numbers(self):
        # 1.9/0.9 = 2.111
        checked = audit(FOUR, TPM, pods=15, sla=40, limits=Limits(ttft_s=0.9))
        assert checked.findings[0] == "At the implied c=256 TTFT is 1.9 s, 111.1 % above the limit of 0.9 s."
        assert "below the SLA" not in " ".join(checked.findings)

    def test_by_interpolation_it_would_do(self):
        # at 1.2 s by log-c c* = 97.0 carries 5,969.7 tok/s: 11.97 -> 12 pods; to commit 16
        limits = Limits(ttft_s=1.2)
        checked = audit(FOUR, TPM, pods=12, sla=40, method="log-c", limits=limits)
        assert checked.verdict.startswith("Not shown to meet 40 tok/s/user and TTFT of at most 1.2 s: ")
        assert "By interpolation 12 would do, which no measured point shows: measure c=97." in checked.findings

    def test_a_limit_without_an_sla(self):
        checked = audit(FOUR, TPM, pods=16, limits=Limits(ttft_s=0.9))
        assert checked.verdict.startswith("Meets TTFT of at most 0.9 s; no tok/s/user checked: ")
        assert (checked.own_pods_high, checked.sla_met, checked.waits_met, checked.backwards) == (16, None, True, False)
        assert checked.findings[0].startswith(
            "The claim states no tok/s/user: 70 tok/s/user at c=64 is what it implies"
        )

    def test_a_limit_that_cannot_be_met_leaves_no_number(self):
        checked = audit(FOUR, TPM, pods=16, sla=40, limits=Limits(ttft_s=0.05))
        assert (checked.own_pods_high, checked.over_by_pods, checked.waits_met) == (None, None, False)
        assert checked.verdict.endswith(
            "the SLA of 40 tok/s/user and TTFT of at most 0.05 s cannot be met: at the first measured point, c=1, TTFT is "
            "0.1 s, 2 times that; relax the limit or take a faster model."
        )

    def test_a_claim_that_does_not_fit_has_no_point_to_judge(self):
        # 50,000/(6*.7) = 11,904.8, above all that was measured
        checked = audit(FOUR, TPM, pods=6, sla=40, limits=Limits(ttft_s=0.9))
        assert (checked.fits, checked.implied_ttft_s, checked.waits_met, checked.met) == (False, None, False, False)

    def test_the_stated_concurrency_may_be_what_the_limit_allows(self):
        checked = audit(FOUR, TPM, pods=16, sla=40, concurrency=64, limits=Limits(ttft_s=0.9))
        assert checked.backwards is False
        assert "The stated c=64 is what was asked for allows; it gives 16 pods at util 0.7." in checked.findings
        assert audit(FOUR, TPM, pods=16, sla=40, concurrency=64).backwards is True

    def test_whole_answers_are_as_long_as_those_of_the_curve(self):
        # 0.9 + 999/70 = 15.17 s at c=64
        measured = FOUR.with_context(Context(osl=1000))
        checked = audit(measured, TPM, pods=16, sla=10, limits=Limits(e2e_s=16))
        assert (checked.waits_met, checked.implied_e2e_s) == (True, pytest.approx(0.9 + 999 / 70))

    @pytest.mark.parametrize(
        ("curve", "limits", "sentence"),
        [
            (THREE, Limits(ttft_s=1), "ttft_s must be a limit on a wait that the curve tells: no TTFT known"),
            (FOUR, Limits(ttft_s=[1, 2]), "limits must be one of each kind (got an array of shape (2,))"),
        ],
    )
    def test_refused(self, curve, limits, sentence):
        with pytest.raises(InputError, match=re.escape(sentence)):
            audit(curve, TPM, pods=16, limits=limits)

    @given(st.integers(1, 400), st.floats(10, 250), st.floats(0.05, 3))
    def test_both_are_met_exactly_from_the_pods_to_commit_to(self, pods, sla, ttft_s):
        checked = audit(FOUR, TPM, pods=pods, sla=sla, limits=Limits(ttft_s=ttft_s))
        assert checked.met == (checked.over_by_pods is not None and checked.over_by_pods >= 0)


class TestContext:
    # A curve measured at TP4: pods alone say nothing of GPUs; claimed GPUs per pod must be its own.
    MEASURED = Curve([128], [22.78125], context=Context(tp=4, pp=1, dp_in_pod=1))

    def test_pods_alone_are_checked_whatever_the_pod(self):
        assert audit(self.MEASURED, TPM, pods=18, util=1.0).fits

    def test_claimed_gpus_per_pod_against_the_context(self):
        assert audit(self.MEASURED, TPM, gpus=72, gpus_per_pod=4, util=1.0).fits
        with pytest.raises(InputError, match=re.escape("gpus_per_pod must be TP 4 x PP 1 x DP inside the pod 1")):
            audit(self.MEASURED, TPM, gpus=144, gpus_per_pod=8, util=1.0)


class TestBackwards:
    @pytest.mark.parametrize(
        ("curve", "claim", "backwards", "c", "pods", "util"),
        [
            pytest.param(ONE, {"pods": 18, "util": 1.0}, True, 128, 18, 1.0, id="no SLA, c=128 gives it"),
            pytest.param(ONE, {"pods": 18}, True, 128, 18, 1.0, id="c=128 gives it without headroom"),
            pytest.param(ONE, {"pods": 18, "concurrency": 128}, True, 128, 25, 0.7, id="stated, arithmetic off"),
            # S=50 allows c*=183.9 by log-c, 8 pods
            pytest.param(
                THREE, LOG_C_AT_50 | {"pods": 8, "concurrency": 183}, False, 183, None, None, id="log-c, stated c*"
            ),
            pytest.param(
                THREE, LOG_C_AT_50 | {"pods": 8, "concurrency": 184}, True, 184, None, None, id="log-c, above c*"
            ),
            pytest.param(
                THREE, LOG_C_AT_50 | {"pods": 8, "concurrency": 100}, True, 100, None, None, id="log-c, not c*"
            ),
            pytest.param(THREE, LOG_C_AT_50 | {"pods": 7}, True, 256, 7, 0.7, id="log-c, c=256 whatever the SLA"),
            pytest.param(THREE, LOG_C_AT_50 | {"pods": 8}, False, None, None, None, id="log-c, follows from the SLA"),
            # and c*=170.3 by auto, 9 pods
            pytest.param(THREE, {"pods": 9, "sla": 50, "concurrency": 170}, False, 170, None, None, id="stated c*"),
            pytest.param(THREE, {"pods": 9, "sla": 50, "concurrency": 171}, True, 171, None, None, id="above c*"),
            pytest.param(THREE, {"pods": 9, "sla": 50, "concurrency": 100}, True, 100, None, None, id="not c*"),
            pytest.param(THREE, {"pods": 7, "sla": 50}, True, 256, 7, 0.7, id="c=256 whatever the SLA"),
            pytest.param(THREE, {"pods": 9, "sla": 50}, False, None, None, None, id="follows from the SLA"),
            pytest.param(THREE, {"pods": 59, "sla": 50}, False, None, None, None, id="commits to the SLA"),
            pytest.param(THREE, {"pods": 20, "sla": 50}, None, None, None, None, id="cannot be told"),
            pytest.param(THREE, {"pods": 1}, None, None, None, None, id="one pod tells nothing"),
            # 215.5 is the fastest: an SLA of 300 allows no concurrency
            pytest.param(THREE, {"pods": 59, "sla": 300, "concurrency": 10}, True, 10, 59, 0.7, id="SLA not met"),
        ],
    )
    def test_from_a_fixed_concurrency(self, curve, claim, backwards, c, pods, util):
        checked = audit(curve, TPM, **claim)
        assert checked.backwards is backwards
        assert (checked.fixed_concurrency, checked.fixed_pods, checked.fixed_util) == (c, pods, util)

    @pytest.mark.parametrize(
        ("method", "pods", "backwards"),
        [
            # 5,000/0.7 = 7,142.9 tok/s at S=100: over 2,358.0 by auto 3.03, over 2,358.0^0.45 x 1,222^0.55 = 1,642.6 4.35,
            # over 1,222 5.85. c=10 gives 5 pods too, at util 1: 5,000/1,222 = 4.09
            pytest.param("auto", 4, False, id="the estimate"),
            pytest.param("auto", 5, False, id="the budget"),
            pytest.param("auto", 6, False, id="the commitment"),
            # by log-c 7,142.9/2,448.2 = 2.92, and no budget is claimed
            pytest.param("log-c", 3, False, id="log-c, the estimate"),
            pytest.param("log-c", 5, True, id="log-c, none of the three"),
            pytest.param("log-c", 6, False, id="log-c, budget and commitment"),
        ],
    )
    def test_what_our_own_sizing_plans_with_follows_from_the_sla(self, method, pods, backwards):
        assert audit(THREE, Demand.tok_s(5000), pods=pods, sla=100, method=method).backwards is backwards

    def test_users_need_no_measured_point(self):
        # 500/(100 * 0.7) = 7.14 -> 8, not 5
        checked = audit(THREE, Demand.users(500), pods=5, concurrency=100)
        assert (checked.backwards, checked.fixed_pods) == (True, 8)


class TestWords:
    @pytest.mark.parametrize(
        ("curve", "demand", "claim", "verdict"),
        [
            pytest.param(
                ONE,
                TPM,
                {"pods": 18, "util": 1.0},
                "Carries the throughput; no SLA checked: 50,000 tok/s over 18 pods at util 1 is 2,777.8 tok/s needed per pod, 2,916 available at c=128, "
                "22.8 tok/s/user; equal to the 18 pods of our own sizing.",
                id="fits",
            ),
            pytest.param(
                ONE,
                TPM,
                {"pods": 18},
                "Does not fit: 50,000 tok/s over 18 pods at util 0.7 is 3,968.3 tok/s needed per pod, the most "
                "measured is 2,916 at c=128; short by 7 pods against the 25 pods of our own sizing.",
                id="does not fit",
            ),
            pytest.param(
                THREE,
                TPM,
                {"pods": 9, "sla": 20},
                "Meets 20 tok/s/user: 50,000 tok/s over 9 pods at util 0.7 is 7,936.5 tok/s needed per pod, 10,700.8 "
                "available at c=256, 41.8 tok/s/user; over by 2 pods against the 7 pods of our own sizing.",
                id="meets",
            ),
            pytest.param(
                THREE,
                TPM,
                {"pods": 20, "sla": 50},
                "Not shown to meet 50 tok/s/user: 50,000 tok/s over 20 pods at util 0.7 is 3,571.4 tok/s needed per "
                "pod, 10,700.8 available at c=256, 41.8 tok/s/user; short by 39 pods against the 59 pods to commit "
                "to (estimate 9, budget 25, range 7 to 59).",
                id="inside the range",
            ),
            pytest.param(
                THREE,
                TPM,
                LOG_C_AT_50 | {"pods": 20},
                "Not shown to meet 50 tok/s/user: 50,000 tok/s over 20 pods at util 0.7 is 3,571.4 tok/s needed per "
                "pod, 10,700.8 available at c=256, 41.8 tok/s/user; short by 39 pods against the 59 pods to commit "
                "to (estimate 8, budget 59, range 7 to 59).",
                id="inside the range by log-c",
            ),
            pytest.param(
                THREE,
                TPM,
                {"pods": 70, "sla": 300},
                "Does not meet 300 tok/s/user: 50,000 tok/s over 70 pods at util 0.7 is 1,020.4 tok/s needed per pod, "
                "1,222 available at c=10, 122.2 tok/s/user; the SLA of 300 tok/s/user cannot be met: the fastest "
                "measured point is 215.5 at c=1; relax the SLA or take a faster model.",
                id="cannot be met",
            ),
            pytest.param(
                THREE,
                Demand.users(500),
                {"pods": 2},
                "Does not fit: 500 requests in flight over 2 pods at util 0.7 is 357.1 requests needed per pod, the "
                "most measured is c=256; short by 1 pod against the 3 pods of our own sizing.",
                id="users",
            ),
            pytest.param(
                THREE,
                Demand.users(500),
                {"pods": 3},
                "Carries the throughput; no SLA checked: 500 requests in flight over 3 pods at util 0.7 is 238.1 requests needed per pod, c=256 was "
                "measured at 41.8 tok/s/user; equal to the 3 pods of our own sizing.",
                id="users fit",
            ),
        ],
    )
    def test_verdict(self, curve, demand, claim, verdict):
        assert audit(curve, demand, **claim).verdict == verdict

    @pytest.mark.parametrize(
        ("claim", "finding"),
        [
            (
                {"pods": 18, "util": 1.0},
                "The claim states no SLA: 22.8 tok/s/user at c=128 is what it implies, not what was asked for.",
            ),
            ({"pods": 2}, "The claim states no SLA: without one a number of pods cannot be judged."),
            ({"pods": 18}, "Load at c=128: 95.3 % of what was measured there, before any pod fails."),
            (
                {"pods": 18, "util": 1.0},
                "Util 1 leaves 0 % as headroom for latency and for the loss of a small share of the pods; at the default util 0.7 our own sizing is 25 pods.",
            ),
            (
                {"pods": 18},
                (
                    "Consistent with sizing backwards: from a fixed c=128, not from an SLA to a concurrency; "
                    "c=128 gives 18 pods at util 1."
                ),
            ),
            (
                {"pods": 18, "concurrency": 128},
                (
                    "Sized backwards: from a fixed c=128, not from an SLA to a concurrency; "
                    "c=128 gives 25 pods at util 0.7, not 18."
                ),
            ),
            (
                {"pods": 18, "concurrency": 64},
                (
                    "Sized backwards: from a fixed c=64, not from an SLA to a concurrency; "
                    "c=64 was not measured, so that what it gives was not checked."
                ),
            ),
            (
                {"pods": 25, "sla": 20, "concurrency": 128},
                "The stated c=128 is what the SLA allows; it gives 25 pods at util 0.7.",
            ),
        ],
    )
    def test_findings_on_one_anchor(self, claim, finding):
        assert finding in audit(ONE, TPM, **claim).findings

    def test_findings_below_the_sla(self):
        # 1 - 41.8/50 = 16.4 %
        findings = audit(THREE, TPM, pods=20, sla=50).findings
        assert "At the implied c=256 a user sees 41.8 tok/s, 16.4 % below the SLA of 50." in findings
        assert "By interpolation 9 would do, which no measured point shows: measure c=170." in findings

    def test_findings_follow_the_method(self):
        findings = audit(THREE, TPM, pods=20, sla=50, method="log-c").findings
        assert "By interpolation 8 would do, which no measured point shows: measure c=183." in findings

    def test_the_notes_of_the_curve_come_with_it(self):
        assert audit(THREE, TPM, pods=20).findings[-3:] == THREE.notes


curves = st.lists(st.tuples(st.integers(1, 4096), st.floats(1, 500)), min_size=1, max_size=6, unique_by=lambda p: p[0])
claims = st.tuples(curves, st.floats(0.5, 600), st.floats(10, 1e6), st.integers(1, 5000), st.floats(0.1, 1))


def falling(points):
    return Curve(sorted(c for c, _ in points), sorted((r for _, r in points), reverse=True))


class TestLaws:
    @given(claims, st.booleans())
    def test_the_sla_is_met_exactly_from_the_number_to_commit_to(self, claim, users):
        points, sla, demand, pods, util = claim
        curve, asked = falling(points), Demand.users(demand) if users else Demand.tok_s(demand)
        checked = audit(curve, asked, pods=pods, util=util, sla=sla)
        assert checked.sla_met is (checked.over_by_pods is not None and checked.over_by_pods >= 0)

    @given(claims)
    def test_without_an_sla_it_fits_exactly_from_our_own_sizing(self, claim):
        points, _, demand, pods, util = claim
        checked = audit(falling(points), Demand.tok_s(demand), pods=pods, util=util)
        assert checked.fits is (checked.over_by_pods >= 0)
        assert checked.own_pods_low == checked.own_pods == checked.own_pods_high

    @given(claims)
    def test_our_own_sizing_is_the_sizing(self, claim):
        points, sla, demand, pods, util = claim
        curve, asked = falling(points), Demand.tok_s(demand)
        own = size(curve, sla, asked, gpus_per_pod=4, util=util)
        checked = audit(curve, asked, pods=pods, gpus_per_pod=4, util=util, sla=sla)
        if own.feasible:
            assert (checked.own_pods, checked.own_pods_high) == (own.pods, own.pods_high)
        else:
            assert checked.own_pods is None

    @given(claims)
    def test_more_pods_never_imply_fewer_tokens_per_user(self, claim):
        points, sla, demand, pods, util = claim
        curve, asked = falling(points), Demand.tok_s(demand)
        few, more = (audit(curve, asked, pods=count, util=util, sla=sla) for count in (pods, pods + 1))
        assert (few.implied_tok_s_per_user or 0) <= (more.implied_tok_s_per_user or 0)


class TestRefusals:
    @pytest.mark.parametrize(
        ("claim", "message"),
        [
            ({}, "pods must be given, or gpus, but not both (got a blank)"),
            ({"pods": 18, "gpus": 144}, "pods must be given, or gpus, but not both (got both)"),
            ({"gpus": 144}, "gpus_per_pod must be given with gpus (got a blank)"),
            ({"gpus": 145, "gpus_per_pod": 8}, "gpus must be a multiple of gpus_per_pod, 8 (got 145)"),
            ({"pods": 0}, "pods must be a whole number of at least 1 (got 0)"),
            ({"pods": 1.5}, "pods must be a whole number from 1 to 100000000 (got 1.5)"),
            ({"pods": "18"}, "pods must be a number (got '18')"),
            ({"pods": 18, "gpus_per_pod": 0}, "gpus_per_pod must be a whole number of at least 1 (got 0)"),
            ({"pods": 18, "util": 70}, "util must be in (0, 1] (got 70)"),
            ({"pods": 18, "sla": 0}, "sla must be above 0 (got 0)"),
            ({"pods": 18, "concurrency": -1}, "concurrency must be above 0 (got -1)"),
            ({"pods": 18, "method": "linear"}, 'method must be "auto", "log-c" or "tpot" (got \'linear\')'),
        ],
    )
    def test_claim(self, claim, message):
        with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
            audit(ONE, TPM, **claim)

    def test_kinds(self):
        with pytest.raises(InputError, match=r"^demand must be a Demand \(got 3000000\)$"):
            audit(ONE, 3e6, pods=18)
        with pytest.raises(InputError, match=r"^curve must be a Curve \(got '128:22.78125'\)$"):
            audit("128:22.78125", TPM, pods=18)
        with pytest.raises(InputError, match=r"^limits must be a Limits \(got 2\)$"):
            audit(ONE, TPM, pods=18, limits=2)

    def test_several_demands(self):
        with pytest.raises(InputError, match=r"^demand must be one number \(got an array of shape \(2,\)\)$"):
            audit(ONE, Demand.tpm([1e6, 2e6]), pods=18)
