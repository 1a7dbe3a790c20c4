"""The sizing file: what it gives the core, every fault at once with line and field, and the examples that are shipped."""

import json
import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError
from datetime import date

import numpy as np
import pytest

import xlsizing
from tests.spec_files import EXAMPLE, FULL, ILLUSTRATIVE, MINIMAL, changed, plain, spec_of, without, written
from xlsizing import InputError, NodePlan, SizingError
from xlsizing.advice.growth import Growth
from xlsizing.advice.levers import lever_delta, ranked
from xlsizing.advice.rigor import Workload, assess
from xlsizing.advice.standing_words import NO_THROUGHPUT
from xlsizing.context.context import Context
from xlsizing.core.limits import WAITS
from xlsizing.core.price import Price
from xlsizing.spec import ModelSize, SignOff, SpecError, example_text, read_spec


@pytest.fixture
def spec(tmp_path):
    """Return the spec of a value."""
    return lambda value, name="sizing.json": spec_of(tmp_path, value, name)


@pytest.fixture
def refused(tmp_path):
    """Return the sentences with which a value or a text is refused."""

    def refused(value, name="sizing.yaml"):
        with pytest.raises(SpecError) as error:
            spec_of(tmp_path, value, name)
        assert str(error.value) == "\n".join(error.value.faults)
        assert all(sentence.isprintable() for sentence in error.value.faults)
        return list(error.value.faults)

    return refused


class TestObjects:
    def test_the_least_that_can_be_sized(self, spec):
        made = spec(MINIMAL)
        assert (made.slas, made.sla_names, made.gpus_per_pod) == ((20, 50), (None, None), 4)
        assert (made.util, made.spare_pods, made.method) == (0.70, 0, "auto")
        assert (made.title, made.customer, made.date, made.context, made.model_size) == (None,) * 5
        assert (made.levers(), made.sign_off, made.workload()) == ([], (), Workload())
        assert (made.limits.asked, made.limits.statistic) == ((), None)
        assert made.curve().context is None

    def test_everything(self, spec):
        made = spec(FULL)
        assert (made.title, made.customer, made.date) == ("A title", "A customer", "2026-11-23")
        assert (made.slas, made.sla_names) == ((20, 50), (None, "chat"))
        stated = ((date(2027, 3, 1), 1.5), (date(2027, 11, 23), 3))
        assert made.growth == Growth(date(2026, 11, 23), stated)
        assert made.price == Price(7.25, date="2026-11-01", source="a quote")
        assert made.model_size == ModelSize(230, 10, 284)
        assert made.sign_off == (SignOff("Sales engineer", "A. Person", "2026-11-24"),)
        assert made.workload() == Workload(1024, 1000, "multi-turn")
        assert made.curve().output_tok_s.tolist() == [210, 1200]
        assert made.curve().ttft_s.tolist() == [0.1, 0.2]
        assert made.curve().ttfo_s.tolist() == [0.3, 0.4]
        assert [made.limits.of(wait).tolist() for wait in WAITS] == [[np.inf, 2], [np.inf, 5], [np.inf, 60]]
        assert (made.limits.output_tokens, made.limits.statistic) == (1000, "p95")
        assert made.curve().context is made.context
        assert made.context == Context.from_mapping(FULL["context"])

    def test_the_sizing_is_the_core_s(self, spec):
        made = spec(FULL)
        expected = xlsizing.size(
            made.curve(), [20, 50], xlsizing.Demand.rps(50, osl=1000), gpus_per_pod=4, util=0.8,
            gpu_hourly_usd=7.25, spare_replicas=2, method="tpot",
            limits=xlsizing.Limits([None, 2], [None, 5], [None, 60], output_tokens=1000),
        )  # fmt: skip
        assert made.size().gpus.tolist() == expected.gpus.tolist()
        assert made.size().usd_per_month.tolist() == expected.usd_per_month.tolist()
        assert not made.size().price_assumed

    # The worked rows of these anchors by auto: 7, 9, 31, 84 and 326 pods of 4 GPUs; 25, 44, 178 and 329 to budget.
    def test_known_answers(self):
        made = read_spec(EXAMPLE).size()
        assert made.pods.tolist() == [7, 9, 31, 84, 326]
        assert made.pods_budget.tolist() == [7, 25, 44, 178, 329]
        assert made.pods_high.tolist() == [7, 59, 59, 332, 332]

    # By log-c, the form of earlier sizings: 7, 8, 30, 95 and 329 pods of 4 GPUs.
    def test_known_answers_by_log_c(self, spec):
        made = spec(plain(EXAMPLE) | {"method": "log-c"}).size()
        assert made.pods.tolist() == [7, 8, 30, 95, 329]

    @pytest.mark.parametrize(
        ("demand", "unit", "tok_s"),
        [
            ({"tpm": 3e6}, "tpm", 50_000),
            ({"tok_s": 50_000}, "tok/s", 50_000),
            ({"rps": 50, "osl": 1000}, "rps", 50_000),
            ({"users": 500}, "users", 50_000),  # at 100 tok/s/user
        ],
    )
    def test_demand(self, spec, demand, unit, tok_s):
        made = spec(MINIMAL | {"demand": demand}).demand()
        assert (made.unit, float(made.output_tok_s(100))) == (unit, tok_s)

    def test_price(self, spec):
        assert spec(MINIMAL).price.label == "8.60 $/GPU-hour (assumed)"
        assert spec(MINIMAL).size().price_assumed
        assert spec(FULL).price.label == "7.25 $/GPU-hour (2026-11-01, a quote)"

    def test_other_prices(self, spec):
        other = {"name": "EU", "per_gpu_hour": 1.95, "currency": "eur", "date": "2026-10-01", "source": "list"}
        made = spec(MINIMAL | {"prices": [other | {"term_months": 12, "valid_until": "2027-01-31"}]})
        expected = Price(1.95, "EUR", "2026-10-01", "list", name="EU", term_months=12, valid_until="2027-01-31")
        assert made.prices == (expected,)
        assert spec(MINIMAL).prices == ()

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            (
                {"currency": "euro"},
                "prices item 1, currency: must be a code of three letters by ISO 4217, such as EUR (got 'euro')",
            ),
            ({"per_gpu_hour": 0}, "prices item 1, per_gpu_hour: must be above 0 (got 0)"),
            ({"term_months": 0}, "prices item 1, term_months: must be a whole number of at least 1 (got 0)"),
            ({"valid_until": "soon"}, "prices item 1, valid_until: must be a date such as 2026-03-31 (got 'soon')"),
        ],
    )
    def test_other_prices_refused(self, refused, change, sentence):
        other = {"name": "EU", "per_gpu_hour": 1.95, "date": "2026-10-01", "source": "list"}
        (found,) = refused(MINIMAL | {"prices": [other | change]}, "sizing.json")
        assert found.partition(", ")[2].partition(", ")[2] == sentence

    def test_a_price_called_as_that_of_the_sizing(self, refused):
        other = {"name": "this sizing's", "per_gpu_hour": 1.95, "date": "2026-10-01", "source": "list"}
        (found,) = refused(MINIMAL | {"prices": [other]}, "sizing.json")
        assert found.endswith("name: must be another than that of the sizing's price (got \"this sizing's\")")

    def test_prices_of_one_name(self, refused):
        other = {"name": "EU", "per_gpu_hour": 1.95, "date": "2026-10-01", "source": "list"}
        (found,) = refused(MINIMAL | {"prices": [other, other | {"per_gpu_hour": 2}]}, "sizing.json")
        assert found.endswith("prices item 2, name: must be another for each price of a currency (got item 1 too)")

    def test_it_is_frozen(self, spec):
        with pytest.raises(FrozenInstanceError):
            spec(MINIMAL).util = 1

    def test_yaml_and_json_say_the_same(self, spec):
        one, other = spec(FULL), spec(FULL, "sizing.yaml")
        assert one.size().gpus.tolist() == other.size().gpus.tolist()
        assert (one.context, one.price, one.sign_off) == (other.context, other.price, other.sign_off)

    def test_pooling(self, spec):
        rising = {"anchors": [[1, 100], [2, 101]], "pool_rises": 0.02}
        assert spec(MINIMAL | {"curve": rising}).curve().pooled_share == pytest.approx(0.005)


class TestIntake:
    """The demand as it is said, nodes and the contract: 2,000 x 1.2/60 x 700 = 28,000 tok/s, 70,000 at the peak."""

    def test_people_at_their_peak(self, spec):
        made = spec(
            MINIMAL | {"demand": {"people": 2000, "requests_per_person_min": 1.2, "osl": 700, "peak_to_mean": 2.5}}
        )
        assert (made.demand().mean_tok_s(0), made.demand().output_tok_s(0)) == (28_000, 70_000)
        assert made.size().demand.peak_to_mean == 2.5

    @pytest.mark.parametrize(
        ("given", "plan"),
        [
            ({}, None),
            ({"gpus_per_node": 8}, NodePlan(8)),
            ({"gpus_per_node": 8, "nodes_to_survive": 1}, NodePlan(8, 1)),
            (
                {"gpus_per_node": 8, "availability": 0.999, "node_availability": 0.99},
                NodePlan(8, availability=0.999, node_availability=0.99),
            ),
        ],
    )
    def test_nodes(self, spec, given, plan):
        assert spec(MINIMAL | given).size().node_plan == plan

    def test_the_contract(self, spec):
        assert spec(MINIMAL).contract is None
        assert spec(MINIMAL | {"slas": [20, {"tok_s_per_user": 50, "contract": True}]}).contract == 1

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            (
                {"demand": {"people": 5, "osl": 7}},
                "demand: requests_per_person_min must be given with people, and only with it",
            ),
            (
                {"demand": {"people": 5, "requests_per_person_min": 1}},
                "demand: osl must be given with rps or people, and only with one of them",
            ),
            (
                {"demand": {"users": 5, "peak_to_mean": 2}},
                "demand.peak_to_mean: must be 1 where users are the demand, in flight at peak (got 2); give the users at the peak",
            ),
            ({"demand": {"tpm": 5, "peak_to_mean": 0.5}}, "demand.peak_to_mean: must be from 1 to 1,000 (got 0.5)"),
            ({"nodes_to_survive": 1}, "nodes_to_survive: must be given with gpus_per_node"),
            ({"availability": 0.9}, "availability: must be given with gpus_per_node"),
            (
                {"gpus_per_node": 8, "availability": 0.9},
                "availability: must be given with node_availability, and only with it",
            ),
            (
                {"gpus_per_node": 8, "nodes_to_survive": 1, "spare_pods": 2},
                "nodes_to_survive: spare_replicas must be 0 where nodes that fail say how many there are (got 2); leave one of them out",
            ),
            (
                {"slas": [{"tok_s_per_user": 20, "contract": True}, {"tok_s_per_user": 50, "contract": True}]},
                "slas item 2, contract: must be true for one SLA at most (got item 1 too)",
            ),
        ],
    )
    def test_refused(self, refused, given, sentence):
        (found,) = refused(MINIMAL | given, "sizing.json")
        assert found.partition(", ")[2].partition(", ")[2] == sentence


class TestLimits:
    """Limits on waiting beside the SLAs, as the customer says them: 40 tok/s and the first token within 2 seconds."""

    WAITING = MINIMAL | {"curve": {"anchors": [[1, 215.5, None, 0.1], [10, 122.2, None, 0.18], [256, 41.8, None, 12]]}}

    def test_rows_of_one_sla_keep_their_own(self, spec):
        slas = [{"tok_s_per_user": 40, "ttft_s": 2}, 40, {"tok_s_per_user": 40, "ttft_s": 0.05}]
        rows = spec(self.WAITING | {"slas": slas}).size().rows()
        assert [(row.feasible, row.binding, row.ttft_limit_s) for row in rows] == [
            (True, "TTFT", 2),
            (True, "last point", None),
            (False, None, 0.05),
        ]

    def test_the_whole_answer_is_as_long_as_the_customer_s(self, spec):
        slas = [{"tok_s_per_user": 20, "e2e_s": 0.18 + 499 / 122.2}]
        made = spec(self.WAITING | {"slas": slas, "workload": {"osl": 500}})
        assert made.size().c_star == pytest.approx(10)
        asked = spec(self.WAITING | {"slas": slas, "demand": {"rps": 1, "osl": 500}})
        assert asked.size().c_star == pytest.approx(10)

    def test_waits_that_the_curve_does_not_tell(self, refused):
        slas = [20, *({"tok_s_per_user": 40} | {f"{name}_s": 9 for name in ("ttft", "ttfo", "e2e")} for _ in "ab")]
        told = "must be a limit on a wait that the curve tells: no {lacking} known; give the {lacking}, or leave the limit out"
        assert [sentence.partition(", slas ")[2] for sentence in refused(MINIMAL | {"slas": slas})] == [
            f"item 2, {name}_s: {told.format(lacking=lacking)}"
            for name, lacking in (("ttft", "TTFT"), ("ttfo", "TTFO"), ("e2e", "TTFT"))
        ]
        (sentence,) = refused(self.WAITING | {"slas": [{"tok_s_per_user": 40, "e2e_s": 9}]})
        assert "slas item 1, e2e_s: " in sentence
        assert told.format(lacking="output tokens of an answer") in sentence


class TestLevers:
    def test_a_lever_of_its_own_baseline(self, spec):
        lever = spec(FULL).levers()[0]
        assert (lever.name, lever.kind, lever.gpus_per_pod, lever.changes) == (
            "tuned",
            "tuned-curve",
            8,
            ("cudagraph_mode",),
        )
        assert (lever.tier, lever.campaign, lever.effort_days, lever.source) == (
            "throughput",
            "a campaign",
            3,
            "a file",
        )
        assert lever.baseline.tok_s_per_user.tolist() == [200, 110]
        assert lever.baseline.context == Context(tp=4)
        assert lever.optimised.context == Context(tp=4, cudagraph_mode="full")

    def test_the_file_s_own_curve_is_the_baseline_where_none_is_given(self, spec):
        made = spec(FULL | {"levers": [{"name": "n", "kind": "rate-factor", "effort_days": 1, "factor": 1.2}]})
        (lever,) = made.levers()
        assert lever.baseline.tok_s_per_user.tolist() == made.curve().tok_s_per_user.tolist()
        assert (lever.baseline.context, lever.gpus_per_pod, lever.factor_context) == (made.context, 4, None)

    def test_a_baseline_without_context_does_not_borrow_the_file_s(self, spec):
        assert spec(without(FULL, ("levers", 0, "baseline", "context"))).levers()[0].baseline.context is None

    def test_what_belongs_to_a_run_is_not_taken_over(self, spec):
        context = {
            "tp": 4,
            "trials": 3,
            "num_prompts": 99,
            "measured_on": "2026-01-01",
            "command": "x",
            "basis": "measured",
        }
        made = changed(FULL, ("levers", 0, "baseline", "context"), context)
        after = spec(made).levers()[0].optimised.context
        assert after.known() == {"tp": 4, "cudagraph_mode": "full"}

    def test_a_confounded_pair_names_the_fields(self, refused):
        made = changed(FULL, ("levers", 0, "optimised", "context_changes", "kv_cache_dtype"), "nvfp4")
        (sentence,) = refused(made)
        assert ', levers item 1: lever "tuned" is confounded: ' in sentence
        assert "kv_cache_dtype (unknown against nvfp4)" in sentence

    @pytest.mark.parametrize(
        ("lever", "sentence"),
        [
            ({"kind": "rate-factor"}, 'levers item 1: lever "n" must give a factor: its kind is rate-factor'),
            ({"kind": "tuned-curve"}, 'levers item 1: lever "n" must bring an optimised curve: its kind is tuned-curve'),
            ({"kind": "rate-factor", "factor": 500}, "levers item 1: factor must be from 0.01 to 100 (got 500)"),
            ({"kind": "rate-factor", "factor": 1.1, "optimised_gpus_per_pod": 8},
             'levers item 1: lever "n" must give optimised_gpus_per_pod where, and only where, TP changes'),
            ({"kind": "rate-factor", "factor": 1.1, "changes": ["kv_cache"]},
             "levers item 1, changes item 1: must have known fields (got 'kv_cache'); did you mean kv_cache_dtype?"),
        ],
    )  # fmt: skip
    def test_refusals(self, refused, lever, sentence):
        (said,) = refused(MINIMAL | {"levers": [{"name": "n", "effort_days": 1} | lever]})
        assert said.partition(", ")[2].partition(", ")[2].endswith(sentence)


BAD = """\
customre: x
date: soon
demand: {tpm: -5, users: yes}
workload: {isl: "1024", turns: many}
slas: [20, fast, {tok_s_per_user: .nan, nam: x}, true, ~]
util: 80
price: {usd_per_gpu_hour: 0, source: " "}
curve:
  anchors:
    - [10, 100]
    - [1, 50]
    - [100, 20]
context:
  hardwear: GB300
  tp: 0
levers:
  - name: a
    kind: wrong
    effort_days: 1
  - name: b
    kind: rate-factor
    effort_days: 1
sign_off:
title:
util: 0.7
"""


class TestFaults:
    def test_all_of_them_at_once_by_line(self, refused):
        assert refused(BAD) == [f"sizing.yaml, {sentence}" for sentence in (
            "line 1, gpus_per_pod: must be given",
            "line 1: must have known fields (got 'customre'); did you mean customer?",
            "line 2, date: must be a date such as 2026-03-31 (got 'soon')",
            "line 3, demand: must give exactly one of tpm, tok_s, rps, people, users (got tpm and users)",
            "line 3, demand.tpm: must be above 0 (got -5)",
            "line 3, demand.users: must be a number (got 'yes')",
            "line 4, workload.isl: must be a number (got '1024')",
            'line 4, workload.turns: must be "single-turn" or "multi-turn" (got \'many\')',
            "line 5, slas item 2: must be a number (got 'fast')",
            "line 5, slas item 3, tok_s_per_user: must be a finite number (got nan)",
            "line 5, slas item 3: must have known fields (got 'nam'); did you mean name?",
            "line 5, slas item 4: must be a number (got TRUE)",
            "line 5, slas item 5: must be a number (got a blank)",
            "line 7, price.usd_per_gpu_hour: must be above 0 (got 0)",
            "line 7, price.date: must be given",
            "line 7, price.source: must be text (got a blank); fill it in or leave the line out",
            ("lines 10 and 11, curve.anchors: tok/s/user must not rise with concurrency: 50 at c=1, 100 at c=10 (+100 %), "
             "as where data-parallel ranks idle below c = DP; drop the points below c = DP, or pass pool_rises=0.5"),
            "line 14, context: must have known fields (got 'hardwear'); did you mean hardware?",
            "line 15, context.tp: must be a whole number of at least 1 (got 0)",
            ('line 18, levers item 1, kind: must be "tuned-curve", "rate-factor", "concurrency-factor", '
             "\"throughput-factor\" or \"tp-rightsize\" (got 'wrong')"),
            'line 20, levers item 2: lever "b" must give a factor: its kind is rate-factor',
            "line 23, sign_off: must be a list (got a blank)",
            "line 24, title: must not be blank (got a blank); fill it in or leave the line out",
            "line 25: must hold each field once (got 'util'): it stands on line 6 already",
        )]  # fmt: skip

    @pytest.mark.parametrize(
        ("path", "junk", "sentence"),
        [
            (("demand",), {}, "demand: must give exactly one of tpm, tok_s, rps, people, users (got none)"),
            (("demand",), {"rps": 5}, "demand: osl must be given with rps or people, and only with one of them"),
            (("demand",), {"tpm": 5, "osl": 1000}, "demand: osl must be given with rps or people, and only with one of them"),
            (("demand",), None, "demand: must be a mapping of field names to values (got a blank)"),
            (("demand",), 3e6, "demand: must be a mapping of field names to values (got 3000000)"),
            (("demand", "osl"), 900, "demand.osl: must be the workload's, 1000 (got 900)"),
            (("growth",), 3, "growth: must be a mapping with factor and months, or a list of dates and factors (got 3)"),
            (("growth",), None, "growth: must not be blank (got a blank); fill it in or leave the line out"),
            (("growth",), [], "growth: must hold at least one entry"),
            (("growth",), {"factor": 3}, "growth.months: must be given"),
            (("growth",), {"factor": 1001, "months": 12}, "growth.factor: must be from 0.01 to 1,000 (got 1001)"),
            (("growth",), {"factor": 3, "months": 121}, "growth.months: must be a whole number from 1 to 120 (got 121)"),
            (("growth",), {"factor": 3, "months": 12, "month": 1}, "growth: must have known fields (got 'month'); did you mean months?"),
            (("growth",), [{"date": "2027-03-01", "factor": 2}] * 41, "growth: must hold at most 40 entries (got 41)"),
            (("growth", 0), 3, "growth item 1: must be a mapping of field names to values (got 3)"),
            (("growth", 0, "dates"), 3, "growth item 1: must have known fields (got 'dates'); did you mean date?"),
            (("growth", 0, "factor"), 0, "growth item 1, factor: must be from 0.01 to 1,000 (got 0)"),
            (("growth", 0, "date"), "soon", "growth item 1, date: must be a date such as 2026-03-31 (got 'soon')"),
            (("growth", 0, "date"), "2026-11-23", "growth item 1, date: must be after the sizing's date, 2026-11-23 (got 2026-11-23)"),
            (("growth", 1, "date"), "2027-02-01", "growth item 2, date: must be after that before, 2027-03-01 (got 2027-02-01)"),
            (("growth", 1, "date"), "2036-11-24", "growth item 2, date: must be at most 120 months after the sizing's date, 2026-11-23 (got 2036-11-24)"),
            (("slas",), [], "slas: must hold at least one entry"),
            (("slas",), 20, "slas: must be a list (got 20)"),
            (("slas", 1, "ttft_s"), "2", "slas item 2, ttft_s: must be a number (got '2')"),
            (("slas", 1, "ttft_s"), None, "slas item 2, ttft_s: must not be blank (got a blank); fill it in or leave the line out"),
            (("slas", 1, "ttfo_s"), -1, "slas item 2, ttfo_s: must be above 0 (got -1)"),
            (("slas", 1, "ttft"), 2, "slas item 2: must have known fields (got 'ttft'); did you mean ttft_s?"),
            (("latency_statistic",), "p97", 'latency_statistic: must be "median", "mean", "p90", "p95" or "p99" (got \'p97\')'),
            (("slas",), [1] * 100_001, "slas: must hold at most 100,000 entries (got 100001)"),
            (("gpus_per_pod",), 4.5, "gpus_per_pod: must be a whole number from 1 to 1000000 (got 4.5)"),
            (("gpus_per_pod",), 8, "gpus_per_pod: must be TP 4 x PP 1 x DP inside the pod 1 of the context, 4 (got 8)"),
            (("util",), 1.5, "util: must be in (0, 1] (got 1.5)"),
            (("util",), "0.7", "util: must be a number (got '0.7')"),
            (("util",), [0.7, 0.8], "util: must be one number (got 2 of them)"),
            (("spare_pods",), -1, "spare_pods: must be a whole number of at least 0 (got -1)"),
            (("method",), "linear", 'method: must be "auto", "log-c" or "tpot" (got \'linear\')'),
            (("customer",), 5, "customer: must be text (got 5); put quotes around it"),
            (("customer",), "a\tb", "customer: must be one line of printable text (got 'a\\tb')"),
            (("customer",), "x" * 201, "customer: must have at most 200 characters (got 201)"),
            (("price",), None, "price: must not be blank (got a blank); fill it in or leave the line out"),
            (("curve",), {}, "curve: must give exactly one of anchors, file (got none)"),
            (("curve", "file"), "a.csv", "curve: must give exactly one of anchors, file (got anchors and file)"),
            (("curve", "anchors"), [], "curve.anchors: must hold at least one entry"),
            (("curve", "anchors", 1), [1], "curve.anchors item 2: an anchor must be a list of 2 to 5 numbers, concurrency, tok/s/user, output tok/s, TTFT, TTFO (got 1 of them)"),
            (("curve", "anchors", 1), None, "curve.anchors item 2: an anchor must be a list of 2 to 5 numbers, concurrency, tok/s/user, output tok/s, TTFT, TTFO (got a blank)"),
            (("curve", "anchors", 1, 1), "122", "curve.anchors item 2: tok/s/user must be a number (got '122')"),
            (("curve", "anchors", 1, 2), None, "curve.anchors: must not be half-blank: output tok/s is blank; fill in the cell or clear the whole row"),
            (("curve", "anchors", 1, 2), 9999, "curve.anchors: output tok/s must not exceed c x tok/s/user by more than 5%: 9999 at c=10 where c x tok/s/user is 1222; the columns contradict each other"),
            (("curve", "pool_rises"), 2, "curve.pool_rises: must be in (0, 1] (got 2)"),
            (("context",), None, "context: must not be blank (got a blank); fill it in or leave the line out"),
            (("context",), [1], "context: must be a mapping of field names to values (got [1])"),
            (("context", "trials"), "3", "context.trials: must be a number (got '3')"),
            (("levers", 0, "optimised", "context"), {}, "levers item 1, optimised: must give context or context_changes, not both"),
            (("levers", 0, "baseline", "curve"), {"file": "x.csv", "anchors": [[1, 1]]}, "levers item 1, baseline.curve: must give exactly one of anchors, file (got anchors and file)"),
            (("levers", 0, "optimised", "context_changes", "tp"), 0, "levers item 1, optimised.context_changes.tp: must be a whole number of at least 1 (got 0)"),
        ],
    )  # fmt: skip
    def test_one(self, refused, path, junk, sentence):
        (said,) = refused(changed(FULL, path, junk))
        file, line, rest = said.split(", ", 2)
        assert (file, rest) == ("sizing.yaml", sentence)
        assert line.startswith("line ")

    def test_growth_to_more_pods_than_can_be_counted(self, refused):
        made = MINIMAL | {"demand": {"tok_s": 1e10}, "growth": {"factor": 1000, "months": 12}}
        assert refused(made)[0].partition(", ")[2].partition(", ")[2].startswith(
            "growth: demand must not need more than 100000000 pods"
        )  # fmt: skip

    @pytest.mark.parametrize(
        "path",
        [
            ("demand",),
            ("slas",),
            ("gpus_per_pod",),
            ("curve",),
            ("price", "date"),
            ("levers", 0, "kind"),
            ("sign_off", 0, "role"),
        ],
    )
    def test_a_required_field_that_is_missing_names_the_line_around_it(self, refused, path):
        (said,) = refused(without(FULL, path))
        assert said.endswith(f"{path[-1]}: must be given")
        lines = json.dumps(without(FULL, path), indent=1).splitlines()
        number = int(said.split("line ")[1].partition(",")[0])
        parent = next((part for part in reversed(path[:-1]) if isinstance(part, str)), None)
        assert number == 1 or f'"{parent}"' in lines[number - 1] or lines[number - 1].strip() == "{"

    def test_more_pods_than_can_be_counted(self, refused):
        (said,) = refused(changed(FULL, ("demand",), {"tok_s": 1e15}))
        assert ", demand: must not need more than 100000000 pods (got 1" in said  # 1e15 / (1200 * 0.8) = 1.04e12

    def test_more_than_fifty(self, refused):
        sentences = refused("".join(f"k{i}: 1\n" for i in range(100)))
        assert (len(sentences), sentences[-1]) == (51, "sizing.yaml: 54 more faults")  # 100 unknown, 4 missing

    def test_faults_between_fields_come_with_the_others(self, refused):
        sentences = refused(changed(changed(FULL, ("gpus_per_pod",), 8), ("util",), 80))
        assert [sentence.split(", ", 2)[2].partition(":")[0] for sentence in sentences] == ["gpus_per_pod", "util"]

    def test_the_error(self, tmp_path):
        with pytest.raises(SpecError) as caught:
            read_spec(tmp_path / "no.yaml")
        error = caught.value
        assert isinstance(error, InputError)
        assert isinstance(error, SizingError)
        assert error.exit_code == 2
        assert error.faults == (f"sizing file must be readable: No such file or directory ({tmp_path / 'no.yaml'})",)
        assert pickle.loads(pickle.dumps(error)).faults == error.faults  # noqa: S301  # our own bytes
        assert str(error.placed("elsewhere")) == str(error)


class TestCurveFiles:
    def test_csv_and_json_beside_the_file(self, spec, tmp_path):
        (tmp_path / "curves").mkdir()
        (tmp_path / "curves" / "a.csv").write_text("concurrency,tok_s_per_user\n1,215.5\n10,122.2\n256,41.8\n")
        (tmp_path / "b.json").write_text("[[1, 215.5], [10, 122.2], [256, 41.8]]")
        for name in ("curves/a.csv", "b.json"):
            made = spec(MINIMAL | {"curve": {"file": name}, "context": {"tp": 4}})
            assert made.size().pods.tolist() == [7, 9]
            assert made.curve().context == Context(tp=4)

    @pytest.mark.parametrize("inside", ["../curves/c.csv", "below/../../curves/c.csv", "link.csv", "linked/c.csv"])
    def test_a_folder_beside_that_of_the_sizing_file_where_it_is_allowed(self, tmp_path, inside):
        folder, curves = tmp_path / "examples", tmp_path / "curves"
        for made in (folder, folder / "below", curves):
            made.mkdir()
        (curves / "c.csv").write_text("concurrency,tok_s_per_user\n1,100\n")
        if inside.startswith("link"):
            (folder / "link.csv").symlink_to(curves / "c.csv")
            (folder / "linked").symlink_to(curves)
        file = written(folder, MINIMAL | {"curve": {"file": inside}})
        assert len(read_spec(file, allow_outside=True).curve()) == 1
        with pytest.raises(SpecError) as error:
            read_spec(file)
        rule = "curve file must be in the folder of the sizing file, or below it"
        way_out = "pass --allow-outside if you trust the sizing file"
        assert str(error.value).endswith(f"curve.file: {rule} (got '{inside}'); {way_out}")

    def test_a_folder_below_that_of_the_sizing_file(self, tmp_path):
        (tmp_path / "below").mkdir()
        (tmp_path / "below" / "c.csv").write_text("concurrency,tok_s_per_user\n1,100\n")
        (tmp_path / "link.csv").symlink_to("below/c.csv")
        for inside in ("below/c.csv", "below/../below/c.csv", "link.csv"):
            assert len(spec_of(tmp_path, MINIMAL | {"curve": {"file": inside}}).curve()) == 1

    SECRET = "s3cr3t-root-password"  # noqa: S105  # it is one for the test

    @pytest.mark.parametrize(
        "text",
        [
            "{0}:x:0:0\n", "{0},{0}\n", '[["{0}", "{0}"]]', '[{{"{0}": 1}}]', '{{"{0}": 1}}', '[{{"{0}": 1, "{0}": 2}}]', '"{0}"',
            '[["{0}"]]', "[{0}", "{0}: {0}\n", "# {0}\n",
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("name", ["f.csv", "f.json"])
    def test_nothing_of_a_file_that_is_no_curve_is_told(self, tmp_path, name, text):
        (tmp_path / name).write_text(text.format(self.SECRET))
        for allow in (False, True):
            with pytest.raises(SpecError) as error:
                read_spec(written(tmp_path, MINIMAL | {"curve": {"file": name}}), allow_outside=allow)
            assert self.SECRET not in str(error.value)

    @pytest.mark.parametrize(
        ("name", "sentence"),
        [
            ("no.csv", "curve file must be readable: No such file or directory ("),
            ("no.json", "curve file must be readable: No such file or directory ("),
            (".", "'tok_s_per_user' must be a number (got 'x' in bad.csv, row 3)"),
            ("x" * 199, "header must name the columns"),
            ("/etc/passwd", "must be a path relative to the sizing file (got '/etc/passwd')"),
            ("\\\\server\\share\\c.csv", "must be a path relative to the sizing file (got "),
            ("C:\\c.csv", "must be a path relative to the sizing file (got 'C:"),
            ("bad.csv", "tok/s/user must be a number (got 'x' in bad.csv, line 3)"),
            ("bad.json", "curve file must be JSON; "),
        ],
    )
    def test_refusals_name_the_line_of_the_sizing_file(self, refused, tmp_path, name, sentence):
        (tmp_path / "bad.csv").write_text("concurrency,tok_s_per_user\n1,100\n2,x\n")
        (tmp_path / "bad.json").write_text("[[1, 100]")
        (tmp_path / ("x" * 199)).write_text("1,2\n")
        (said,) = refused(f"demand: {{tpm: 1}}\nslas: [20]\ngpus_per_pod: 4\ncurve:\n  file: '{name}'\n")
        assert said.startswith(f"sizing.yaml, line 5, curve.file: {sentence}")

    @pytest.mark.skipif(sys.platform == "win32", reason="has no named pipes of this kind")
    def test_a_pipe_is_not_waited_for(self, refused, tmp_path):
        import os  # noqa: PLC0415  # mkfifo is not on every system

        os.mkfifo(tmp_path / "pipe.csv")
        (said,) = refused(MINIMAL | {"curve": {"file": "pipe.csv"}})
        assert said.endswith(
            f"curve.file: curve file must be a file (got a pipe that nobody writes to in {tmp_path / 'pipe.csv'})"
        )


class TestExample:
    def test_it_runs_and_is_the_text_that_is_given(self, spec):
        made = spec(example_text(), "example.yaml")
        assert (made.slas, made.gpus_per_pod, made.util) == ((20, 50, 100, 150, 215), 4, 0.70)
        assert made.size().gpus_high.tolist() == [28, 236, 236, 1328, 1328]
        assert example_text() == EXAMPLE.read_text(encoding="utf-8")

    def test_it_stays_a_draft_for_these_reasons(self):
        made = read_spec(EXAMPLE)
        assessment = assess(made.size().points, workload=made.workload(), gpus_per_pod=made.gpus_per_pod)
        assert [reason.why for reason in assessment.common] == [
            "the context lacks Hugging Face path, KV-cache dtype, EP and 27 more",
            "the sweep lacks c=8, 16, 32, 64, 128",
            NO_THROUGHPUT,
            "workload not compared (ISL of the curve not known, OSL of the curve not known, turn pattern of the curve not known)",
        ]
        own = [[reason.why for reason in row.reasons[4:]] for row in assessment.rows]
        assert own == [
            [],  # the plateau
            ["interpolated between c=10 and c=256, not inside the sweep c=8..128"],
            ["interpolated between c=10 and c=256, not inside the sweep c=8..128"],
            ["interpolated between c=1 and c=10, not inside the sweep c=8..128"],
            ["interpolated between c=1 and c=10, not inside the sweep c=8..128"],
        ]

    def test_what_it_comments_out_runs_too(self, spec):
        lines = example_text().splitlines()
        start = {
            name: next(i for i, line in enumerate(lines) if line.startswith(f"# {name}:"))
            for name in ("price", "levers")
        }
        for first in start.values():
            for i in range(first, len(lines)):
                if not lines[i].startswith("# "):
                    break
                lines[i] = lines[i][2:]
        made = spec("\n".join(lines), "example.yaml")
        assert made.price.label == "7.25 $/GPU-hour (2026-11-01, quote 4711 of the cloud provider)"
        assert [lever.kind for lever in made.levers()] == ["concurrency-factor"]
        assert made.levers()[0].factor_context.kv_cache_dtype == "nvfp4"


class TestIllustrativeVerdict:
    def test_every_row_is_a_verdict(self):
        made = read_spec(ILLUSTRATIVE)
        assessment = assess(made.size().points, workload=made.workload(), gpus_per_pod=made.gpus_per_pod)
        assert [str(row) for row in assessment.rows] == ["VERDICT"] * 5
        assert (assessment.common, assessment.mismatch, assessment.unchecked) == ((), (), None)
        assert made.context.missing() == ()
        assert made.curve().notes == tuple(note for note in made.curve().notes if "c=1 and c=8" in note)

    def test_it_says_everywhere_that_it_is_no_measurement(self):
        text = ILLUSTRATIVE.read_text(encoding="utf-8")
        made = read_spec(ILLUSTRATIVE)
        words = "illustrative figures, not a measurement"
        assert words.upper() in text.splitlines()[0]
        assert "illustrative" in ILLUSTRATIVE.name
        for field in (
            made.title,
            made.context.model,
            made.context.dataset,
            made.context.source_file,
            made.context.command,
        ):
            assert words in field.lower()
        assert words in made.context.label()
        assert all(words in lever.source and "illustrative" in lever.name for lever in made.levers())

    def test_its_levers_are_of_three_kinds_and_one_loses(self):
        made = read_spec(ILLUSTRATIVE)
        for sla in made.slas:
            deltas = [
                lever_delta(lever, sla, made.demand(), gpu_hourly_usd=7.25, workload=made.workload())
                for lever in made.levers()
            ]
            assert [delta.rigor for delta in deltas] == ["VERDICT"] * 3, sla
            assert [delta.lever.kind for delta in deltas] == ["tuned-curve", "concurrency-factor", "tp-rightsize"]
            assert [np.sign(delta.delta_gpus) for delta in deltas] == [-1, -1, 1]
            assert ranked(deltas)[-1].lever.kind == "tp-rightsize"


class TestImports:
    def test_xlsizing_does_not_load_it(self):
        program = "import sys, xlsizing; print(sorted({'pydantic', 'yaml', 'xlsizing.spec'} & set(sys.modules)))"
        run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert run.stdout.strip() == "[]"


def test_written_files_are_read_back(tmp_path):
    assert read_spec(str(written(tmp_path, MINIMAL))).path == tmp_path / "sizing.json"
