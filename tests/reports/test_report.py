"""The words around a sizing: each note exactly when it must stand there, and one next step."""

from dataclasses import replace

import pytest

from tests import contexts
from xlsizing import Curve, Demand, size
from xlsizing.advice.levers import Lever, lever_delta
from xlsizing.advice.rigor import Workload
from xlsizing.advice.standing_words import NO_THROUGHPUT
from xlsizing.core.price import Price
from xlsizing.reports.report import Report
from xlsizing.rules import HEADROOM

SPARSE = [(1, 215.5), (10, 122.2), (256, 41.8)]
DENSE = [(8, 100), (16, 80), (32, 60)]  # neighbours 2x apart; T = 800, 1280, 1920
MEASURED = [(8, 100, 780), (16, 80, 1250), (32, 60, 1900)]


def note(report, start):
    """The one note that begins so, or None."""
    found = [text for text in report.notes if text.startswith(start)]
    assert len(found) <= 1
    return found[0] if found else None


class TestQuietCase:
    def test_a_measured_row_of_a_dense_measured_curve_has_one_note(self, report):
        quiet = report(MEASURED, [80], gpu_hourly_usd=2)
        assert quiet.notes == [
            (
                "Price: 2.00 $/GPU-hour as given, without date or source; 730 h/month is assumed. "
                "$/1M output tokens is at the demanded load."
            )
        ]


class TestInfeasibleNote:
    def test_names_every_such_sla(self, report):
        assert note(report(DENSE, [300, 60, 200]), "200") == (
            "200, 300 tok/s/user cannot be met: above the fastest measured point, 100 at c=8; "
            "concurrency below 8 was not measured: measure c=1 or relax the SLA."
        )

    def test_from_concurrency_1_there_is_no_faster_point_to_find(self, report):
        assert note(report(SPARSE, [300]), "300") == (
            "300 tok/s/user cannot be met: the fastest measured point is 215.5 at c=1; "
            "relax the SLA or take a faster model."
        )

    def test_absent_where_all_can_be_met(self, report):
        assert not [text for text in report(DENSE, [60, 100]).notes if "cannot be met" in text]


class TestNothingToQuote:
    """By log-c no budget is claimed; a range with high above twice low then leaves nothing to quote."""

    START = "Measure first"

    def test_at_just_above_twice(self, report):
        # 2001 tok/s between T = 1 x 100 (21 pods) and T = 4 x 50 (11): 21 <= 2 x 11. 2000 and T = 250: 20 against 8.
        assert note(report([(1, 100), (4, 50)], [75], Demand.tok_s(2001), method="log-c"), self.START) is None
        wide = report([(1, 100), (5, 50)], [75], Demand.tok_s(2000), method="log-c")
        assert note(wide, self.START) == (
            "Measure first, nothing to quote (no budget claimed, high above twice low), tok/s/user: 75 (8-20 GPUs; c=2)."
        )

    def test_exactly_twice_is_not_too_wide(self, report):
        assert note(report([(1, 100), (4, 50)], [75], Demand.tok_s(2000), method="log-c"), self.START) is None

    def test_where_a_budget_is_claimed_it_is_quoted(self, report):
        wide = report([(1, 100), (5, 50)], [75], Demand.tok_s(2000))
        assert (wide.rows[0].too_wide, wide.quoted, note(wide, self.START)) == (True, ["budget"], None)

    def test_without_a_whole_concurrency_between(self, report):
        # T = 0.3 x 100 = 30 and 1 x 90: 900 tok/s take 30 or 10 pods.
        closed = report([(0.3, 100), (1, 90)], [95], Demand.tok_s(900), method="log-c")
        assert note(closed, self.START).endswith("tok/s/user: 95 (10-30 GPUs; bracket closed).")

    def test_at_most_eight_are_listed(self, report):
        slas = [60 + i for i in range(10)]
        wide = report(SPARSE, slas, Demand.tok_s(50_000), method="log-c")
        assert note(wide, self.START).endswith(" and 2 more.")


class TestBudgetNote:
    START = "Budget: "

    def test_says_what_it_claims_and_what_it_does_not(self, report):
        assert note(report(SPARSE, [100], Demand.tok_s(50_000)), self.START) == (
            "Budget: On public sweeps, for one SLA on a curve that is measured from c <= 16 and does not rise around it, the need "
            "was at or below the budget number on at least 95 of 100 curves, if output throughput is c x tok/s/user. That is a "
            "statement about past benchmarks, not a guarantee for this deployment. The commit number needs no such assumption."
        )

    def test_measured_throughput_needs_no_condition(self, report):
        told = note(report(MEASURED, [70], Demand.tok_s(50_000)), self.START)
        assert "on at least 95 of 100 curves. That is a statement" in told

    def test_absent_where_none_is_claimed_or_all_figures_are_one(self, report):
        assert note(report(SPARSE, [100], Demand.tok_s(50_000), method="log-c"), self.START) is None
        assert note(report(SPARSE, [20, 122.2, 300], Demand.tok_s(50_000)), self.START) is None


class TestOpening:
    """The GPUs that an SLA commits to, in the figures of the case: 7 pods of 4 on the plateau, 59 from 41.8 on, 332."""

    @pytest.mark.parametrize(
        ("slas", "rest"),
        [
            ([20], ", and still so at 20, the tightest SLA asked."),
            ([20, 100], ", then rising to 236 at 100, the tightest SLA asked."),
            ([150, 100, 300], ", then rising to 1,328 at 150, the tightest SLA asked that can be met."),
            ([300], "; no SLA asked can be met."),
        ],
    )
    def test_known_cases(self, report, slas, rest):
        start = "The GPU count is the SLA you commit to: flat at 28 GPUs to commit up to the knee at 41.8 tok/s/user"
        told = report(SPARSE, slas, Demand.tpm(3e6), gpus_per_pod=4, util=0.7).opening
        assert told[0] == start + rest
        assert told[1].startswith("Three figures, three jobs: the estimate is a centre;")

    def test_past_the_knee_it_stays_flat_up_to_the_point_that_carries_most(self, report):
        # 16 x 215.5 = 3,448 and 100 x 122.2 = 12,220 tok/s; 256 x 41.8 = 10,700.8 is less: 50,000/(12,220 x 0.7) -> 6 pods
        late = [(16, 215.5), (100, 122.2), (256, 41.8)]
        told = report(late, [50, 100], Demand.tpm(3e6), gpus_per_pod=4, util=0.7).opening[0]
        assert told.endswith(
            "flat at 24 GPUs to commit up to the knee at 122.2 tok/s/user, and still so at 100, the tightest SLA asked."
        )

    def test_spares_are_in(self, report):
        told = report(SPARSE, [100], Demand.tpm(3e6), gpus_per_pod=4, util=0.7, spare_replicas=2).opening[0]
        assert "flat at 36 GPUs to commit (spares in) up to" in told
        assert "rising to 244 at 100" in told

    def test_users(self, report):
        # 1,792 users / (256 x 0.7) = 10 pods; at 122.2 10 of them run at once: 256 pods
        told = report(SPARSE, [122.2], Demand.users(1792), util=0.7).opening[0]
        assert "flat at 10 GPUs to commit up to the knee at 41.8 tok/s/user, then rising to 256 at 122.2" in told

    def test_several_demands_have_a_plateau_each(self, report):
        told = report(SPARSE, [20, 50], Demand.tok_s([1, 2])).opening[0]
        assert told == "The GPU count is the SLA you commit to: flat up to the knee at 41.8 tok/s/user, then rising."


class TestInterpolationNote:
    START = "Interpolated"

    def test_names_method_and_slas(self, report):
        assert note(report(DENSE, [70, 80, 90], method="tpot"), self.START) == (
            "Interpolated between measured points (tpot): 70, 90 tok/s/user. "
            "Estimate and budget rest on it there; the commitment rests on measured points alone."
        )

    @pytest.mark.parametrize("sla", [60, 80, 10, 300])
    def test_absent_on_anchors_plateau_and_above(self, report, sla):
        assert note(report(DENSE, [sla]), self.START) is None

    def test_absent_where_the_knee_caps(self, report):
        capped = report([(1, 100), (8, 50), (64, 5)], [20])
        assert capped.rows[0].regime == "knee-capped"
        assert note(capped, self.START) is None


class TestFlagNotes:
    def test_rounding_c_star_down_may_not_carry_the_demand(self, report):
        # c* = sqrt 2 carries 140.7 tok/s, so one pod; held to one request it carries 100.
        over = report([(1, 100), (2, 99)], [99.5], Demand.tok_s(140))
        assert over.rows[0].overloaded
        assert note(over, "Held to max-num-seqs") == (
            "Held to max-num-seqs, the estimate's pods do not carry the demand at 99.5 tok/s/user: "
            "c* rounds down too far; those to budget do."
        )

    def test_absent_where_it_does(self, report):
        assert note(report(DENSE, [70, 80]), "Held") is None

    def test_c_star_below_1(self, report):
        assert note(report([(0.5, 100), (0.75, 50)], [60, 10]), "c* is below 1") == (
            "c* is below 1 at 10, 60 tok/s/user: one request in flight already sees less than the SLA."
        )

    def test_absent_at_1(self, report):
        assert note(report(SPARSE, [215.5]), "c* is below 1") is None


class TestThroughputNotes:
    def test_overstatement_where_none_was_measured(self, report):
        assert note(report(DENSE, [60]), "No output throughput was measured").endswith(
            "with real throughput below it, more GPUs are needed than shown."
        )
        assert note(report(MEASURED, [60]), "No output throughput was measured") is None

    def test_low_eta_names_the_anchor(self, report):
        # 790 of 1000 is 79 %, 80 % itself is not below.
        low = report([(10, 100, 800), (20, 50, 790)], [50])
        assert [text for text in low.notes if text.startswith("Measured")] == [
            (
                "Measured output throughput at c=20 is 79% of c x tok/s/user (below 80%): "
                "the client never reached that concurrency, or requests queued."
            )
        ]


class TestCurveNotes:
    def test_gap_above_5x_only(self, report):
        notes = report([(1, 100), (5, 90), (26, 80)], [80]).notes
        assert [text for text in notes if text.startswith("Anchors")] == [
            (
                "Anchors c=5 and c=26 are 5.2x apart (more than 5x): figures between them rest on interpolation "
                "over a wide gap; measure a point between."
            )
        ]

    def test_pooling_says_how_far(self, report):
        pooled = report([(4, 100), (8, 102)], [90], pool_rises=0.02)
        assert note(pooled, "Rises of tok/s/user were pooled") == (
            "Rises of tok/s/user were pooled (isotonic regression), moving a point by up to 1.00%; "
            "rows stay DRAFT until the points are measured again."
        )

    def test_pooling_that_moves_nothing_is_not_mentioned(self, report):
        assert note(report(DENSE, [60], pool_rises=0.02), "Rises") is None


class TestMoneyNotes:
    def test_an_assumed_price_is_labelled(self, report):
        assert note(report(DENSE, [60]), "Price") == (
            "Price: 8.60 $/GPU-hour is assumed, not quoted; 730 h/month is assumed. "
            "$/1M output tokens is at the demanded load."
        )

    def test_the_same_price_given_is_not(self, report):
        assert note(report(DENSE, [60], gpu_hourly_usd=8.6), "Price").startswith(
            "Price: 8.60 $/GPU-hour as given, without date or source;"
        )

    def test_date_and_source_of_a_given_price(self, report):
        quoted = report(DENSE, [60], gpu_hourly_usd=Price(9, date="2026-11-01", source="a quote"))
        assert note(quoted, "Price").startswith("Price: 9.00 $/GPU-hour as given (2026-11-01, a quote);")

    def test_spares(self, report):
        assert note(report(DENSE, [60], spare_replicas=2, gpus_per_pod=4), "2 spare") == (
            f"2 spare pods (8 GPUs) are in the GPUs of the tables and in all dollars, not in pods or load. {HEADROOM}"
        )
        assert note(report(DENSE, [60]), "0 spare") is None

    def test_one_spare_of_one_gpu(self, report):
        assert note(report(DENSE, [60], spare_replicas=1), "1 spare") == (
            f"1 spare pod (1 GPU) is in the GPUs of the tables and in all dollars, not in pods or load. {HEADROOM}"
        )


class TestNextStep:
    def test_the_widest_bracket(self, readme_report):
        # 332 - 59 pods x 4 = 1,092 GPUs at 150 and 215; the first of them, at 8.60 x 730 $ a GPU.
        assert readme_report.next_step == (
            "Measure c=5: it narrows the range of 236 to 1,328 GPUs at 150 tok/s/user "
            "(1,092 GPUs, $6,855,576/month apart). Gate: at least 150 tok/s/user at c=5."
        )

    def test_a_bracket_that_saves_nothing_gives_way_to_the_plateau(self, report):
        # 100 tok/s: one pod at each end of the bracket, and one on the plateau.
        assert report(DENSE, [50, 70], Demand.tok_s(100)).next_step == (
            "Measure c=64, twice the last measured point: it saves no GPU at best. "
            "Gate: at least 50 tok/s/user at c=64, with more output tok/s than at c=32."
        )

    def test_a_bracket_that_saves_nothing_is_not_worth_a_run(self, report):
        assert report(DENSE, [70], Demand.tok_s(100)).next_step.startswith("Record the measurement context")

    def test_plateau(self, report):
        # 19,200 tok/s / 1,920 = 10 pods of 4; at best 3,840 a pod: 5. 20 GPUs x 1 $ x 730 h.
        plateau = report(DENSE, [60], Demand.tok_s(19_200), gpus_per_pod=4, gpu_hourly_usd=1)
        assert plateau.next_step == (
            "Measure c=64, twice the last measured point: it saves 20 of 40 GPUs ($14,600/month) at best. "
            "Gate: at least 60 tok/s/user at c=64, with more output tok/s than at c=32."
        )

    def test_plateau_for_users(self, report):
        # 320 users / (32 x 0.5) = 20 pods; at best 64 in flight a pod: 10.
        plateau = report(DENSE, [60], Demand.users(320), util=0.5, gpu_hourly_usd=1)
        assert "it saves 10 of 20 GPUs ($7,300/month) at best" in plateau.next_step

    def test_infeasible_above_a_late_start(self, report):
        assert report(DENSE, [200, 300]).next_step == (
            "Measure c=1: whether any concurrency reaches 200 tok/s/user is not known. "
            "Gate: at least 200 tok/s/user at c=1."
        )

    def test_infeasible_from_concurrency_1(self, report):
        assert report(SPARSE, [300]).next_step == (
            "Find a lever to reach 300 tok/s/user: none given here does. Gate: at least 300 tok/s/user with it."
        )

    def test_bracket_closed(self, report):
        closed = report([(4, 100), (5, 90), (6, 80)], [95], Demand.tok_s(10_000))
        assert closed.rows[0].measure_next is None
        assert closed.next_step == (
            "Bracket closed: no whole concurrency is left to measure at 95 tok/s/user. "
            "Record the measurement context (hardware, engine, workload, date): without it no figure leaves DRAFT. "
            "Gate: every field is known, with its source."
        )

    def test_a_closed_bracket_gives_way_to_an_open_one(self, report):
        # At 95: 400 to 450 tok/s between neighbours, 25 or 23 pods; at 70: 450 to 960, c* = 5 x 3.2^(2/3) = 10.9.
        both = report([(4, 100), (5, 90), (16, 60)], [95, 70], Demand.tok_s(10_000))
        assert both.next_step.startswith("Measure c=10: it narrows the range of 11 to 23 GPUs at 70 tok/s/user ")

    def test_a_wider_closed_bracket_too(self, report):
        both = report([(1, 100), (2, 90), (4, 50)], [95, 60], Demand.tok_s(10_000))
        assert [(row.gpus_low, row.gpus_high) for row in both.rows] == [(50, 56), (56, 100)]
        assert both.next_step.startswith("Measure c=3: it narrows the range of 50 to 56 GPUs at 60 tok/s/user ")

    def test_anchor(self, report):
        assert report(DENSE, [80]).next_step == (
            "Record the measurement context (hardware, engine, workload, date): without it no figure leaves DRAFT. "
            "Gate: every field is known, with its source."
        )


class TestPromotions:
    def test_common_ones_say_what_to_do_and_own_ones_why_as_well(self, readme_report):
        between = "interpolated between c=1 and c=10, not inside the sweep c=8..128"
        lacking = "no measurement context given; the sweep lacks c=8, 16, 32, 64, 128"
        assert readme_report.headline == f"DRAFT: {lacking}; {NO_THROUGHPUT}"
        assert readme_report.promotions[:3] == [
            "All rows: record the measurement context.",
            "All rows: measure c=8, 16, 32, 64, 128.",
            "All rows: measure the output tok/s of the replica at every point.",
        ]
        assert readme_report.promotions[4] == (
            f"150, 215 tok/s/user: {between}; measure a point between c=1 and c=10 that meets the SLA."
        )

    def test_some_rows(self):
        # A full sweep with its context: 160 lies between c=8 and c=16, 190 below the sweep, 150 is measured.
        sizing = size(contexts.curve(), [150, 160, 190], Demand.tpm(3e6), gpus_per_pod=4)
        some = Report(sizing, workload=Workload(1024, 1024, "single-turn"))
        assert some.headline == "2 of 3 rows VERDICT, 1 DRAFT"
        assert [rigor.label for rigor in some.standings] == ["VERDICT", "VERDICT", "DRAFT"]
        assert some.promotions == [
            (
                "190 tok/s/user: interpolated between c=1 and c=8, not inside the sweep c=8..128; "
                "measure a point between c=1 and c=8 that meets the SLA."
            )
        ]


class TestHeadline:
    """Reasons that all rows share stand in the headline, in order; else it points to the reasons below."""

    WORKLOAD = Workload(1024, 1024, "single-turn")
    OUTSIDE = "interpolated between c=1 and c=8, not inside the sweep c=8..128"

    def headline(self, slas, curve=None):
        sizing = size(curve or contexts.curve(), slas, Demand.tpm(3e6), gpus_per_pod=4)
        return Report(sizing, workload=self.WORKLOAD).headline

    def test_a_single_row(self):
        assert self.headline([190]) == f"DRAFT: {self.OUTSIDE}"
        assert self.headline([300]) == "DRAFT: no measured point meets the SLA"

    def test_what_all_rows_share(self):
        assert self.headline([185, 190]) == f"DRAFT: {self.OUTSIDE}"
        predicted = contexts.curve(basis="predicted")
        assert self.headline([190], predicted) == f"DRAFT: the curve is predicted, not measured; {self.OUTSIDE}"
        assert self.headline([150, 190], predicted) == "DRAFT: the curve is predicted, not measured"

    def test_nothing_shared(self):
        assert self.headline([190, 300]) == "DRAFT: for reasons named below"


class TestLeverNotes:
    SPARSER = Curve([1, 64], [215.5, 104.9])
    DEMAND = Demand.tpm(3e6)

    def delta(self, lever, sla=105):
        return lever_delta(lever, sla, self.DEMAND, gpu_hourly_usd=10.0)

    def lever_notes(self, report, lever, sla=105):
        return replace(report(SPARSE, [105], self.DEMAND), levers=(self.delta(lever, sla),)).lever_notes

    def test_an_estimate_that_saves_where_the_commitment_rises(self, report):
        # At 105 the baseline commits to c=10, 1,222 tok/s: 59 pods; the sparser curve to c=1, 215.5: 332.
        lever = Lever("x", "tuned-curve", Curve([1, 10, 256], [215.5, 122.2, 41.8]), 4, optimised=self.SPARSER)
        saved = -self.delta(lever).delta_gpus
        assert saved > 0
        assert (
            f"Lever x at 105 tok/s/user: the estimate saves {saved} GPUs, the GPUs to commit rise by 1,092."
        ) in self.lever_notes(report, lever)

    def test_a_commitment_that_falls_where_the_estimate_rises(self, report):
        lever = Lever("x", "tuned-curve", self.SPARSER, 4, optimised=Curve([1, 10, 256], [215.5, 122.2, 41.8]))
        added = self.delta(lever).delta_gpus
        assert (
            f"Lever x at 105 tok/s/user: the estimate adds {added} GPUs, the GPUs to commit fall by 1,092."
        ) in self.lever_notes(report, lever)

    def test_a_commitment_that_stays(self, report):
        # 1.01 times the rate reaches no further anchor at 105; the estimate saves.
        lever = Lever("x", "concurrency-factor", Curve([1, 10, 256], [215.5, 122.2, 41.8]), 4, factor=1.0)
        assert not [text for text in self.lever_notes(report, lever) if "to commit" in text]

    def test_another_context_is_named_once_a_lever(self, report):
        baseline = contexts.curve()
        levers = Lever("x", "rate-factor", baseline, 4, factor=1.5, factor_context=contexts.context())
        given = replace(report(SPARSE, [60, 105]), levers=(self.delta(levers, 60), self.delta(levers)))
        label = f"Lever x was measured against: {contexts.context().label()}."
        assert given.lever_notes.count(label) == 1
        assert given.notes.count(label) == 1

    def test_the_same_context_is_not(self):
        lever = Lever("x", "rate-factor", contexts.curve(), 4, factor=1.5, factor_context=contexts.context())
        sizing = size(contexts.curve(), [105], self.DEMAND, gpus_per_pod=4)
        assert not [text for text in Report(sizing, levers=(self.delta(lever),)).lever_notes if "against" in text]

    def test_none_at_all_beside_one(self):
        lever = Lever("x", "rate-factor", Curve([1, 256], [200, 30]), 4, factor=1.5)
        sizing = size(contexts.curve(), [105], self.DEMAND, gpus_per_pod=4)
        assert "Lever x was measured against: no measurement context given." in (
            Report(sizing, levers=(self.delta(lever),)).lever_notes
        )


class TestRows:
    def test_by_rising_sla_then_demand(self, report):
        unsorted = report(DENSE, [80, 60, 80], Demand.tok_s([2, 3, 1]))
        assert [(row.sla, row.demand_tok_s) for row in unsorted.rows] == [(60, 3), (80, 1), (80, 2)]

    @pytest.mark.parametrize(("slas", "met"), [([60, 80], True), ([60, 300], False), (300, False)])
    def test_all_feasible(self, report, slas, met):
        assert report(DENSE, slas).all_feasible is met
