"""The budget: worked figures, where it is claimed and why not, just inside each limit, refusals, and its laws.

Worked curve: 1:215.5, 10:122.2, 256:41.8; 3,000,000 TPM = 50,000 tok/s, util 0.70: 71,428.57 tok/s to carry. By auto T is
8,513.003 at S=50, 2,358.049 at 100, 858.266 at 150 and 219.355 at 215; what was measured carries 1,222 and 215.5.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import oracle
from tests.strategies import METHODS, UTILS, anchors, cases, slas, token_demands, users
from xlsizing import Curve, Demand, InputError, size
from xlsizing.advice.rigor import Workload
from xlsizing.context.context import Context
from xlsizing.core.budget import CLAIMS, IF_PRODUCT, bound, claim_words
from xlsizing.core.operating import operating_points
from xlsizing.reports.report import Report

C, R = [1, 10, 256], [215.5, 122.2, 41.8]
WORKED = Curve(C, R)
MEASURED = [200, 1150, 10_000]  # eta 0.928, 0.941, 0.934
THREE_MILLION = Demand.tpm(3e6)
SHARES = {0.90: 0.40, 0.95: 0.55, 0.99: 0.80}  # of the way to the commitment, on a logarithmic scale
LEVELS = st.sampled_from(sorted(SHARES))

PREDICTED = "the curve is predicted, not measured"
POOLED = "rises of tok/s/user were pooled"
LOG_C = "the method is log-c"
LATE = "the first anchor is above c=16"
SHORT = "outputs up to 256 tokens, and output tok/s not measured"
WIDE = "bracket wider than 64x, and output tok/s not measured"
QUEUED = "requests queued at an anchor of the bracket"
LATE_NEXT = "the next anchor fails a limit on waiting"


def sized(curve, sla, demand=THREE_MILLION, **options):
    """Return the sizing of a curve with four GPUs a pod."""
    return size(curve, sla, demand, **{"gpus_per_pod": 4} | options)


def three(result):
    """Return the pods of estimate, budget and commitment."""
    return int(result.pods), int(result.pods_budget), int(result.pods_high)


class TestWorked:
    @pytest.mark.parametrize(
        ("sla", "confidence", "pods"),
        [
            # 71,428.57/(T^(1-q) best^q): q 0.40, 0.55 and 0.80
            pytest.param(50, 0.90, 19, id="50: 8,513.0^0.60 x 1,222^0.40 = 3,916.3; 18.2"),
            pytest.param(50, 0.95, 25, id="50: 8,513.0^0.45 x 1,222^0.55 = 2,926.4; 24.4"),
            pytest.param(50, 0.99, 40, id="50: 8,513.0^0.20 x 1,222^0.80 = 1,801.3; 39.7"),
            pytest.param(100, 0.90, 40, id="100: 2,358.0^0.60 x 1,222^0.40 = 1,813.0; 39.4"),
            pytest.param(100, 0.95, 44, id="100: 2,358.0^0.45 x 1,222^0.55 = 1,642.6; 43.5"),
            pytest.param(100, 0.99, 52, id="100: 2,358.0^0.20 x 1,222^0.80 = 1,393.6; 51.3"),
            pytest.param(150, 0.90, 145, id="150: 858.3^0.60 x 215.5^0.40 = 493.6; 144.7"),
            pytest.param(150, 0.95, 178, id="150: 858.3^0.45 x 215.5^0.55 = 401.2; 178.0"),
            pytest.param(150, 0.99, 252, id="150: 858.3^0.20 x 215.5^0.80 = 284.1; 251.4"),
            pytest.param(215, 0.95, 329, id="215: 219.4^0.45 x 215.5^0.55 = 217.2; 328.8"),
        ],
    )
    def test_pods(self, sla, confidence, pods):
        result = sized(WORKED, sla, confidence=confidence)
        assert (result.pods_budget, result.gpus_budget) == (pods, 4 * pods)
        assert (result.budget_confidence, result.budget_claim) == (confidence, "")
        (row,) = result.rows()
        assert (row.pods_budget, row.gpus_budget) == (pods, 4 * pods)
        assert (row.budget_confidence, row.budget_claim) == (confidence, None)

    def test_the_confidence_is_95_percent_where_none_is_given(self):
        result = sized(WORKED, [50, 100, 150, 215])
        assert result.pods_budget.tolist() == [25, 44, 178, 329]
        assert result.budget_confidence == 0.95

    def test_dollars_and_spares(self):
        # S=100: 44 + 1 pods of 4 GPUs x 2 $ x 730 = 262,800; 131,400 million tokens a month
        (row,) = sized(WORKED, 100, spare_replicas=1, gpu_hourly_usd=2).rows()
        assert (row.gpus_budget, row.total_gpus_budget, row.usd_per_month_budget) == (176, 180, 262_800)
        assert row.usd_per_million_budget == pytest.approx(2)

    def test_users(self):
        # 1,000/0.7 = 1,428.57 requests over c* = 23.5805, over 23.5805^0.45 x 10^0.55 = 14.711, and over 10
        result = sized(WORKED, 100, Demand.users(1000))
        assert three(result) == (61, 98, 143)
        assert result.budget_claim == ""

    def test_tpot_is_bounded_too(self):
        # 10^0.7 = 5.01187, 256^0.7 = 48.50290; 1/100 lies 0.115418 of the way: c* = 10.03152^(1/0.7) = 26.948, T = 2,694.8;
        # 2,694.8^0.45 x 1,222^0.55 = 1,744.3: 40.95
        result = sized(WORKED, 100, method="tpot")
        assert three(result) == (27, 41, 59)
        assert result.budget_claim == ""


class TestEqualToTheCommitment:
    @pytest.mark.parametrize(
        ("sla", "pods"),
        [
            pytest.param(20, 7, id="plateau"),
            pytest.param(41.8, 7, id="the last anchor"),
            pytest.param(122.2, 59, id="anchor"),
            pytest.param(215.5, 332, id="the first anchor"),
        ],
    )
    @pytest.mark.parametrize("confidence", SHARES)
    def test_where_nothing_is_interpolated(self, sla, pods, confidence):
        result = sized(WORKED, sla, confidence=confidence)
        assert three(result) == (pods, pods, pods)
        assert result.budget_claim == ""

    @pytest.mark.parametrize(
        ("rate", "pods"),
        [
            # T is 1,000 at c=10: 71.4 pods. At 62.5 tok/s/user 20 carry 1,250, exactly 1.25 times as much
            pytest.param(62.5, 72, id="1.25 exactly: the commitment"),
            pytest.param(62.5 * (1 + 0.9e-9), 72, id="within 1e-9 of it"),
            # 63 x 20 = 1,260: a = ln(100/63)/ln 2 = 0.66658, p = 0.4 + 0.8 a = 0.93326; 1/80 lies 0.42568 of the way;
            # c* = 10 (1 + 0.42568 (2^p - 1))^(1/p) = 14.206, T = 1,136.5; 1,136.5^0.45 x 1,000^0.55 = 1,059.3; 67.4
            pytest.param(63, 68, id="1.26: weighed"),
        ],
    )
    def test_in_a_narrow_bracket_without_withholding_the_claim(self, rate, pods):
        result = sized(Curve([10, 20], [100, rate]), 80)
        assert (result.pods_budget, result.pods_high) == (pods, 72)
        assert result.pods < 72
        assert result.budget_claim == ""

    def test_where_no_anchor_meets_the_sla_nothing_is_told(self):
        (row,) = sized(WORKED, 300).rows()
        told = (row.pods_budget, row.gpus_budget, row.total_gpus_budget, row.usd_per_month_budget)
        assert (*told, row.usd_per_million_budget, row.budget_confidence, row.budget_claim) == (None,) * 7


def in_context(**fields):
    """Return the worked curve with a context."""
    return Curve(C, R, context=Context(**fields))


def pooled(one, other, **given):
    """Return the worked curve with two points at c=8 and 10 in the place of one, whose mean is 122.2."""
    return Curve([1, 8, 10, 256], [215.5, one, other, 41.8], **given)


WITHHELD = [
    pytest.param(in_context(basis="predicted"), 100, "auto", PREDICTED, 59, id="predicted"),
    pytest.param(pooled(121, 123.4, pool_rises=0.02), 100, "auto", POOLED, 59, id="pooled on request"),
    pytest.param(WORKED, 100, "log-c", LOG_C, 59, id="log-c"),
    # 17 x 100 = 1,700 tok/s: 42.02
    pytest.param(Curve([17, 160], [100, 50]), 70, "auto", LATE, 43, id="the first anchor at 17"),
    pytest.param(Curve([16 * (1 + 2e-9), 160], [100, 50]), 70, "auto", LATE, 45, id="2e-9 above 16"),
    pytest.param(in_context(osl=256), 100, "auto", SHORT, 59, id="256 tokens"),
    pytest.param(in_context(osl=1024, mean_output_tokens=256.0), 100, "auto", SHORT, 59, id="256 tokens on average"),
    # 100 tok/s: 714.3
    pytest.param(Curve([1, 65], [100, 50]), 75, "auto", WIDE, 715, id="65x"),
    pytest.param(Curve([1, 64 * (1 + 2e-9)], [100, 50]), 75, "auto", WIDE, 715, id="2e-9 above 64x"),
    # 0.79 x 256 x 41.8 = 8,453.63; 71,428.57/1,150 = 62.1
    pytest.param(Curve(C, R, output_tok_s=[200, 1150, 8453.63]), 100, "auto", QUEUED, 63, id="queue at the next anchor"),
    # 0.79 x 10 x 122.2 = 965.38: 73.99
    pytest.param(Curve(C, R, output_tok_s=[200, 965.38, 10_000]), 100, "auto", QUEUED, 74, id="queue at the anchor"),
]  # fmt: skip

# Each one just inside the limit of the one above: pods of the estimate, to budget and to commit.
CLAIMED = [
    # as without a context
    pytest.param(in_context(basis="measured"), 100, (31, 44, 59), id="measured"),
    # the bracket to the left is flat: p = 0.4 + 0.33083; c* = 27.94, T = 2,794; 2,794^0.45 x 1,222^0.55 = 1,772.8; 40.3
    pytest.param(pooled(122, 122.4), 100, (26, 41, 59), id="noise was pooled"),
    # a = ln 2/ln 10, p = 0.64082; 1/70 lies 3/7 of the way: c* = 16 x 2.44576^(1/p) = 64.60, T = 4,522.1, 2,553.4: 27.97
    pytest.param(Curve([16, 160], [100, 50]), 70, (16, 28, 45), id="16 exactly"),
    pytest.param(Curve([16 * (1 + 0.9e-9), 160], [100, 50]), 70, (16, 28, 45), id="within 1e-9 of 16"),
    pytest.param(in_context(osl=257), 100, (31, 44, 59), id="257 tokens"),
    pytest.param(in_context(osl=128, mean_output_tokens=257.0), 100, (31, 44, 59), id="257 tokens on average"),
    # a = 1/6, p = 0.53333; 1/75 lies 1/3 of the way: c* = (1 + (64^p - 1)/3)^(1/p) = 11.80, T = 885.1, 266.8: 267.7
    pytest.param(Curve([1, 64], [100, 50]), 75, (81, 268, 715), id="64x exactly"),
    pytest.param(Curve([1, 64 * (1 + 0.9e-9)], [100, 50]), 75, (81, 268, 715), id="within 1e-9 of 64x"),
]  # fmt: skip


class TestWithheld:
    def test_the_reasons_are_these_and_no_others(self):
        assert CLAIMS == ("", PREDICTED, POOLED, LOG_C, LATE, SHORT, WIDE, QUEUED, LATE_NEXT)

    @pytest.mark.parametrize("confidence", SHARES)
    @pytest.mark.parametrize(("curve", "sla", "method", "words", "commit"), WITHHELD)
    def test_the_budget_is_the_commitment_and_says_why(self, curve, sla, method, words, commit, confidence):
        result = sized(curve, sla, method=method, confidence=confidence)
        assert result.regime == "interp"
        assert result.budget_claim == words
        assert result.pods < result.pods_high
        assert result.pods_budget == result.pods_high == commit
        assert result.usd_per_month_budget == result.usd_per_month_high
        (row,) = result.rows()
        assert (row.budget_claim, row.gpus_budget) == (words, 4 * commit)
        assert row.remark.endswith(f"no budget claimed: {words}")

    @pytest.mark.parametrize(("curve", "sla", "method", "words", "commit"), WITHHELD)
    def test_for_users_as_well(self, curve, sla, method, words, commit):
        result = sized(curve, sla, Demand.users(10_000), method=method)
        assert result.budget_claim == words
        assert result.pods_budget == result.pods_high

    @pytest.mark.parametrize(("curve", "sla", "pods"), CLAIMED)
    def test_just_inside_the_limit_it_is_claimed(self, curve, sla, pods):
        result = sized(curve, sla)
        assert result.budget_claim == ""
        assert three(result) == pods
        assert "no budget claimed" not in result.rows()[0].remark

    @pytest.mark.parametrize(("curve", "sla"), [(Curve(C, R), 100), (Curve([1, 64], [100, 50]), 75)])
    def test_only_log_c_is_not_bounded(self, curve, sla):
        claims = {method: str(sized(curve, sla, method=method).budget_claim) for method in ("auto", "log-c", "tpot")}
        assert claims == {"auto": "", "log-c": LOG_C, "tpot": ""}

    @pytest.mark.parametrize(
        ("given", "sla", "anchors"),
        [
            pytest.param({"context": Context(osl=256)}, 100, (C, R), id="short outputs"),
            pytest.param({}, 75, ([1, 65], [100, 50]), id="wide bracket"),
        ],
    )
    def test_measured_throughput_makes_the_claim(self, given, sla, anchors):
        c, r = anchors
        throughput = [0.93 * x * y for x, y in zip(c, r, strict=True)]
        assert sized(Curve(c, r, **given), sla).budget_claim != ""
        result = sized(Curve(c, r, output_tok_s=throughput, **given), sla)
        assert result.budget_claim == ""
        assert result.pods < result.pods_budget < result.pods_high

    def test_measured_throughput_does_not_make_up_for_the_rest(self):
        measured = {"output_tok_s": MEASURED}
        assert sized(Curve(C, R, context=Context(basis="predicted"), **measured), 100).budget_claim == PREDICTED
        assert sized(Curve(C, R, **measured), 100, method="log-c").budget_claim == LOG_C
        late = Curve([17, 160], [100, 50], output_tok_s=[1600, 7500])
        assert sized(late, 70).budget_claim == LATE
        rising = pooled(121, 123.4, pool_rises=0.02, output_tok_s=[200, 900, 1150, 10_000])
        assert sized(rising, 100).budget_claim == POOLED

    @pytest.mark.parametrize(
        ("eta", "words"),
        [(0.8, ""), (0.8 * (1 - 0.9e-9), ""), (0.8 * (1 - 1.1e-9), QUEUED), (0.79, QUEUED)],
        ids=["0.8 exactly", "within 1e-9 of it", "beyond 1e-9", "0.79"],
    )
    @pytest.mark.parametrize("at", [1, 2], ids=["at the anchor", "at the next anchor"])
    def test_queues_around_eta_of_four_fifths(self, eta, words, at):
        throughput = [200, 1150, 10_000]
        throughput[at] = eta * C[at] * R[at]
        result = sized(Curve(C, R, output_tok_s=throughput), 100)
        assert result.budget_claim == words
        assert (result.pods_budget == result.pods_high) == bool(words)

    def test_a_queue_concerns_its_own_brackets_alone(self):
        # at c=256 alone: the bracket from 10 to it; not from 1 to 10, and the plateau has no bracket
        result = sized(Curve(C, R, output_tok_s=[200, 1150, 8453.63]), [20, 50, 100, 122.2, 150, 215])
        assert result.budget_claim.tolist() == ["", QUEUED, QUEUED, "", "", ""]
        assert (result.pods_budget[:4] == result.pods_high[:4]).all()
        assert result.pods_budget[4] < result.pods_high[4]

    def test_a_wide_bracket_concerns_itself_alone(self):
        result = sized(Curve([1, 10, 1000], [215.5, 122.2, 41.8]), [20, 100, 122.2, 150])
        assert result.budget_claim.tolist() == ["", WIDE, "", ""]
        assert result.pods_budget[1] == result.pods_high[1] == 59
        assert result.pods_budget[3] == 178  # the worked row: nothing changed between 1 and 10

    def test_what_concerns_the_curve_concerns_every_row(self):
        result = sized(in_context(basis="predicted"), [20, 50, 122.2, 150])
        assert result.budget_claim.tolist() == [PREDICTED] * 4

    def test_of_several_reasons_the_first_is_told(self):
        everything = Curve(
            [17, 32, 4096], [100, 101, 50], context=Context(basis="predicted", osl=10), pool_rises=0.02
        )  # fmt: skip
        assert sized(everything, 70, method="log-c").budget_claim == PREDICTED
        but_predicted = everything.with_context(Context(osl=10))
        assert sized(but_predicted, 70, method="log-c").budget_claim == POOLED
        late = Curve([17, 4096], [100, 50], context=Context(osl=10))
        assert sized(late, 70, method="log-c").budget_claim == LOG_C
        assert sized(late, 70).budget_claim == LATE
        assert sized(Curve([16, 4096], [100, 50], context=Context(osl=10)), 70).budget_claim == SHORT


class TestConfidence:
    @pytest.mark.parametrize(
        ("confidence", "sentence"),
        [
            (0.8, "confidence must be 0.90, 0.95 or 0.99 (got 0.8)"),
            (95, "confidence must be 0.90, 0.95 or 0.99 (got 95)"),
            ("95", "confidence must be a number (got '95')"),
            (None, "confidence must be a number (got a blank)"),
            (True, "confidence must be a number (got TRUE)"),
            (float("nan"), "confidence must be a finite number (got nan)"),
            ([0.9, 0.95], "confidence must be one number (got 2 of them)"),
        ],
    )
    def test_another_is_refused(self, confidence, sentence):
        for ask in (bound, lambda level: sized(WORKED, 100, confidence=level)):
            with pytest.raises(InputError) as caught:
                ask(confidence)
            assert str(caught.value) == sentence

    def test_a_refusal_has_the_name_of_the_input(self):
        with pytest.raises(InputError, match=r"^level must be 0\.90, 0\.95 or 0\.99 \(got 0\.5\)$"):
            bound(0.5, "level")

    def test_a_share_for_each(self):
        assert {level: bound(level).share for level in SHARES} == SHARES
        assert (bound().confidence, bound().share) == (0.95, 0.55)

    @given(st.data(), METHODS, UTILS)
    def test_more_of_it_never_needs_fewer_pods(self, data, method, util):
        given_anchors, sla = data.draw(cases())
        demand, _ = data.draw(token_demands(given_anchors))
        curve = given_anchors.curve()
        pods = [sized(curve, sla, demand, method=method, util=util, confidence=level).pods_budget for level in SHARES]
        assert pods == sorted(pods)


class TestWords:
    @pytest.mark.parametrize(("confidence", "covered"), [(0.9, "90"), (0.95, "95"), (0.99, "99")])
    def test_without_measured_throughput_the_claim_rests_on_the_product(self, confidence, covered):
        words = claim_words(operating_points(WORKED, 100), bound(confidence))
        assert IF_PRODUCT == "if output throughput is c x tok/s/user"
        assert words == (
            "On public sweeps, for one SLA on a curve that is measured from c <= 16 and does not rise around it, the need "
            f"was at or below the budget number on at least {covered} of 100 curves, {IF_PRODUCT}. That is a statement "
            "about past benchmarks, not a guarantee for this deployment. The commit number needs no such assumption."
        )

    def test_with_measured_throughput_it_does_not(self):
        words = claim_words(operating_points(Curve(C, R, output_tok_s=MEASURED), 100), bound(0.95))
        assert IF_PRODUCT not in words
        assert "on at least 95 of 100 curves. That is a statement about past benchmarks" in words

    def test_throughput_that_was_worked_out_is_not_measured(self):
        copied = Curve([8, 16, 64], [100, 80, 50], output_tok_s=[800, 1280, 3200])
        assert IF_PRODUCT in claim_words(operating_points(copied, 60), bound())


def by_oracle(points, sla, tok_s, util, method, confidence, osl=None):
    """Return the pods to budget in exact arithmetic, for a curve without a context."""
    row = oracle.row_for_tokens(points, sla, tok_s, util, method)
    at = oracle.place(points, sla, method)
    proven = max(point.t for point in points[: at.i + 1])
    if at.case != "interp":
        return oracle.pods_for(tok_s, proven, util)
    hoped = max(proven, points[at.i + 1].t)
    carried = oracle.to_budget(points, at.i, row.tps, proven, hoped, method, SHARES[confidence], osl)
    return oracle.pods_for(tok_s, carried, util)


CONTEXTS = st.sampled_from(
    [None, Context(), Context(basis="predicted"), Context(osl=256), Context(osl=257), Context(mean_output_tokens=9.0)]
)


@st.composite
def contexts_and_cases(draw):
    """Anchors, their curve with or without a context, and an SLA."""
    given_anchors, sla = draw(cases())
    return given_anchors, given_anchors.curve().with_context(draw(CONTEXTS)), sla


class TestLaws:
    @given(st.data(), METHODS, UTILS, LEVELS)
    def test_it_lies_between_estimate_and_commitment(self, data, method, util, confidence):
        given_anchors, curve, sla = data.draw(contexts_and_cases())
        for demand in (data.draw(token_demands(given_anchors))[0], Demand.users(data.draw(users(given_anchors)))):
            result = sized(curve, sla, demand, method=method, util=util, confidence=confidence)
            assert result.pods_low <= result.pods <= result.pods_budget <= result.pods_high
            assert result.usd_per_month <= result.usd_per_month_budget <= result.usd_per_month_high

    @given(st.data(), METHODS, UTILS, LEVELS)
    def test_it_never_falls_as_the_sla_tightens(self, data, method, util, confidence):
        given_anchors = data.draw(anchors())
        curve = given_anchors.curve().with_context(data.draw(CONTEXTS))
        tightening = sorted(data.draw(st.lists(slas(given_anchors), min_size=2, max_size=20)))
        for demand in (data.draw(token_demands(given_anchors))[0], Demand.users(data.draw(users(given_anchors)))):
            result = sized(curve, tightening, demand, method=method, util=util, confidence=confidence)
            assert (np.diff(result.pods_budget[result.feasible]) >= 0).all()

    @given(st.data(), METHODS, UTILS, LEVELS)
    def test_withheld_it_is_the_commitment(self, data, method, util, confidence):
        given_anchors, curve, sla = data.draw(contexts_and_cases())
        for demand in (data.draw(token_demands(given_anchors))[0], Demand.users(data.draw(users(given_anchors)))):
            result = sized(curve, sla, demand, method=method, util=util, confidence=confidence)
            assert result.budget_claim in CLAIMS
            if result.budget_claim:
                assert result.pods_budget == result.pods_high

    @given(st.data(), METHODS, UTILS, LEVELS)
    def test_the_form_of_the_demand_does_not_matter(self, data, method, util, confidence):
        given_anchors, curve, sla = data.draw(contexts_and_cases())
        # Whole numbers: 60 times as much and a 1,024th of it are exact. At most a million pods' worth, as in the strategies.
        tok_s = data.draw(st.integers(1, min(10**6, max(1, int(10**6 * given_anchors.points()[0].t)))))
        forms = (Demand.tok_s(tok_s), Demand.tpm(60 * tok_s), Demand.rps(tok_s / 1024, osl=1024))
        options = {"method": method, "util": util, "confidence": confidence}
        results = [sized(curve, sla, demand, **options) for demand in forms]
        assert len({int(result.pods_budget) for result in results}) == 1
        of_users = sized(curve, sla, Demand.users(1), **options)
        assert {str(result.budget_claim) for result in [*results, of_users]} == {str(of_users.budget_claim)}

    @settings(max_examples=300)
    @given(st.data(), METHODS, UTILS, LEVELS)
    def test_it_is_the_oracles(self, data, method, util, confidence):
        given_anchors, sla = data.draw(cases())
        demand, tok_s = data.draw(token_demands(given_anchors))
        result = sized(given_anchors.curve(), sla, demand, method=method, util=util, confidence=confidence)
        assert result.pods_budget == by_oracle(given_anchors.points(), sla, tok_s, util, method, confidence, demand.osl)


class TestOutputsOfTheCustomer:
    """Where the curve does not say how long its outputs were, those that are asked for decide."""

    def test_short_ones_withhold_the_claim(self):
        result = size(WORKED, 100, Demand.rps(400, osl=128), gpus_per_pod=4)
        assert result.budget_claim == "outputs up to 256 tokens, and output tok/s not measured"
        assert result.pods_budget == result.pods_high

    def test_longer_ones_do_not(self):
        result = size(WORKED, 100, Demand.rps(400, osl=257), gpus_per_pod=4)
        assert result.budget_claim == ""

    def test_stated_with_the_workload_too(self):
        plain = size(WORKED, 100, Demand.tpm(3e6), gpus_per_pod=4)
        report = Report(plain, workload=Workload(osl=128))
        assert plain.budget_claim == ""
        assert report.rows[0].budget_claim == "outputs up to 256 tokens, and output tok/s not measured"


class TestAtTheFlag:
    """Held to a whole number of requests, c* rounded down, a pod may carry less than the budget counts on."""

    def test_pods_to_budget_may_fall_short_too(self):
        # c* = 1.979, flag 1: one pod then carries 215.5 tok/s, 199 of them 42,884.5 of 50,000: 116.6 %
        result = size(WORKED, 195.12, Demand.tpm(3e6), gpus_per_pod=4, util=0.9)
        (row,) = result.rows()
        assert (row.pods_budget, row.max_num_seqs) == (199, 1)
        assert row.load_at_max_num_seqs_budget == pytest.approx(50_000 / (199 * 215.5), rel=1e-9)
        assert (row.overloaded_budget, row.overloaded_as("DRAFT"), row.overloaded_as("VERDICT")) == (True, True, False)

    def test_at_more_headroom_they_do_not(self):
        (row,) = size(WORKED, 195.12, Demand.tpm(3e6), gpus_per_pod=4).rows()
        assert (row.overloaded, row.overloaded_budget, row.overloaded_as("DRAFT")) == (True, False, False)
