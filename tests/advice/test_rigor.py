"""DRAFT or VERDICT: everything that must hold, and each reason alone when it does not."""

from __future__ import annotations

import re

import pytest

from tests.contexts import CONCURRENCY, RATES, context, curve
from xlsizing.advice.rigor import Rigor, Workload, assess, context_reasons, missing_sweep_points
from xlsizing.context.context import FACTS
from xlsizing.core.curve import Curve
from xlsizing.core.demand import Demand
from xlsizing.core.operating import operating_points
from xlsizing.core.sizing import size
from xlsizing.errors import InputError

TPS = [0.998 * c * r for c, r in zip(CONCURRENCY, RATES, strict=True)]
SAME = Workload(isl=1024, osl=1024, turns="single-turn")


def rigor(measured: Curve, sla: float, workload: Workload = SAME, **options) -> Rigor:
    (only,) = assess(operating_points(measured, sla), workload=workload, **options).rows
    return only


def whys(measured: Curve, sla: float = 100, workload: Workload = SAME, **options) -> list[str]:
    return [reason.why for reason in rigor(measured, sla, workload, **options).reasons]


class TestVerdict:
    @pytest.mark.parametrize(
        ("sla", "rests_on"),
        [(100, "the bracket 32..64"), (180, "the bracket's edge, an anchor"), (150, "an anchor"), (20, "the plateau")],
    )
    def test_a_complete_measured_sweep_earns_it(self, sla, rests_on):
        assert str(rigor(curve(), sla)) == "VERDICT", rests_on

    def test_tokens_may_be_off_by_ten_percent(self):
        # 1,024 measured against 1,130 asked for: 9.4 % off; against 1,138: 10.02 %.
        assert rigor(curve(), 100, Workload(1130, 1024, "single-turn")).label == "VERDICT"


class TestDraft:
    """Each case takes one thing away from the VERDICT above and gives exactly one reason."""

    def test_no_context(self):
        assert whys(Curve(CONCURRENCY, RATES, output_tok_s=TPS)) == ["no measurement context given"]

    @pytest.mark.parametrize(
        "name", [name for name, fact in FACTS.items() if fact.needed and name not in ("isl", "osl", "turns")]
    )
    def test_one_unknown_field(self, name):
        assert whys(curve(**{name: None})) == [f"the context lacks {FACTS[name].label}"]

    def test_many_unknown_fields_are_counted(self):
        unknown = dict.fromkeys(("model", "hf_path", "hardware", "engine", "tp"))
        assert whys(curve(**unknown)) == ["the context lacks Model, Hugging Face path, Hardware and 2 more"]

    def test_predicted(self):
        assert whys(curve(basis="predicted")) == ["the curve is predicted, not measured"]

    def test_a_sweep_point_missing(self):
        kept = [(c, r) for c, r in zip(CONCURRENCY, RATES, strict=True) if c != 16]
        assert whys(curve(*map(list, zip(*kept, strict=True)))) == ["the sweep lacks c=16"]

    def test_pooled(self):
        # 120 and 121 pool to 120.5, moving a point by 0.42 %; a rise of 0.83 % is more than noise.
        rates = [200.0, 180.0, 150.0, 120.0, 121.0, 50.0, 30.0]
        tps = [0.99 * c * r for c, r in zip(CONCURRENCY, rates, strict=True)]
        pooled = Curve(CONCURRENCY, rates, output_tok_s=tps, context=context(), pool_rises=0.02)
        assert whys(pooled) == ["rises of tok/s/user were pooled"]

    @pytest.mark.parametrize("asked", [{}, {"pool_rises": 0.02}])
    def test_noise_costs_nothing(self, asked):
        rates = [200.0, 180.0, 150.0, 120.0, 120.5, 50.0, 30.0]  # 120.5/120 is +0.42 %
        tps = [0.99 * c * r for c, r in zip(CONCURRENCY, rates, strict=True)]
        assert whys(Curve(CONCURRENCY, rates, output_tok_s=tps, context=context(), **asked)) == []

    @pytest.mark.parametrize(("sla", "bracket"), [(190, "c=1 and c=8"), (40, "c=128 and c=256")])
    def test_interpolated_outside_the_sweep(self, sla, bracket):
        assert whys(curve(), sla) == [f"interpolated between {bracket}, not inside the sweep c=8..128"]

    def test_no_point_meets_the_sla(self):
        assert whys(curve(), 300) == ["no measured point meets the SLA"]

    def test_workload_of_the_customer_not_stated(self):
        expected = (
            "workload not compared (ISL of the customer not known, OSL of the customer not known, "
            "turn pattern of the customer not known)"
        )
        assert whys(curve(), workload=Workload()) == [expected]

    def test_mismatch_allowed_for_internal_use(self):
        found = whys(curve(), workload=Workload(8192, 1024, "single-turn"), allow_mismatch=True)
        assert found == ["WORKLOAD MISMATCH: ISL 1024 measured, 8192 asked for: off by 87.5 %, above 10 %"]

    def test_every_reason_says_what_would_promote_it(self):
        kept = Curve([1, 256], [200, 30], output_tok_s=[199, 7600], context=context(model=None, basis="predicted"))
        reasons = rigor(kept, 100).reasons
        assert [reason.promote for reason in reasons] == [
            "record Model",
            "measure the curve",
            "measure c=8, 16, 32, 64, 128",
            "measure a point between c=1 and c=256 that meets the SLA",
        ]


class TestRefusals:
    def test_another_workload(self):
        expected = (
            "curve must be measured at the customer's workload: ISL 1024 measured, 8192 asked for: off by 87.5 %, "
            "above 10 %; single-turn measured, multi-turn asked for; take a curve of that shape, or allow the "
            "mismatch for internal use"
        )
        with pytest.raises(InputError, match=f"^{re.escape(expected)}$"):
            assess(operating_points(curve(), 100), workload=Workload(8192, 1024, "multi-turn"))

    def test_gpus_per_pod_against_the_context(self):
        with pytest.raises(InputError, match=re.escape("gpus_per_pod must be TP 4 x PP 1 x DP inside the pod 1")):
            assess(operating_points(curve(), 100), workload=SAME, gpus_per_pod=8)

    def test_gpus_per_pod_against_the_context_in_every_sizing(self):
        with pytest.raises(InputError, match=re.escape("gpus_per_pod must be TP 4 x PP 1 x DP inside the pod 1")):
            size(curve(), 100, Demand.tpm(3e6), gpus_per_pod=8)

    def test_gpus_per_pod_that_cannot_be_checked_is_said(self):
        assessed = assess(operating_points(curve(pp=None), 100), workload=SAME, gpus_per_pod=4)
        assert assessed.unchecked == "gpus_per_pod 4 cannot be checked: PP is not known"


class TestRows:
    def test_one_a_row_in_order(self):
        assessed = assess(operating_points(curve(), [20, 190, 100, 300]), workload=SAME)
        assert [row.label for row in assessed.rows] == ["VERDICT", "DRAFT", "VERDICT", "DRAFT"]

    def test_a_knee_capped_row_rests_on_a_measured_point(self):
        # T: 200, 1440, 2400, 3840, 5120, 6400, 2560: past c=128 more concurrency carries less.
        rates = [*RATES[:-1], 10.0]
        points = operating_points(curve(rates=rates), [5, 30])
        assert points.regime.tolist() == ["knee-capped", "knee-capped"]
        assert [row.label for row in assess(points, workload=SAME).rows] == ["VERDICT", "VERDICT"]


class TestMissingSweepPoints:
    def test_extra_points_do_not_matter(self):
        assert missing_sweep_points(curve()) == ()

    def test_all(self):
        assert missing_sweep_points(Curve([1], [10])) == (8, 16, 32, 64, 128)


class TestContextReasons:
    def test_complete_and_measured(self):
        assert context_reasons(context()) == []

    def test_absent(self):
        assert [reason.why for reason in context_reasons(None)] == ["no measurement context given"]
