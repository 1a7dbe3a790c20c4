"""Limits on TTFT in the customer's workbook: thousands of rows against the package, set and cleared live, and in words."""

import random

import pytest

from tests.contexts import CONCURRENCY, RATES, context
from tests.workbooks import engines
from tests.workbooks.agreement import number
from tests.workbooks.cases import WAITING
from tests.workbooks.engines import FormualizerEngine, IronCalcEngine
from tests.workbooks.first_page import headline, next_step, opening, read
from xlsizing import Curve, Demand, InputError, Limits, size
from xlsizing.advice.rigor import Workload
from xlsizing.advice.standing_words import NOT_ASKED
from xlsizing.core.interpolation import AXES
from xlsizing.reports.report import Report
from xlsizing.workbooks.customer.write import customer_workbook

C, R, TTFT = [1, 10, 64, 256], [215.5, 122.2, 70, 41.8], [0.1, 0.18, 0.9, 1.9]
CURVE = Curve(C, R, ttft_s=TTFT)
ENGINES = {"formualizer": FormualizerEngine, "ironcalc": IronCalcEngine}
ROWS = 360
EXACT = {
    "Out_Pods": "pods",
    "Out_GPUs_Low": "gpus_low",
    "Out_Pods_Budget": "pods_budget",
    "Out_GPUs_Commit": "gpus_high",
}
WORDS = {"Out_Regime": "regime", "Out_Binding": "binding"}
CLOSE = {"Out_Cstar": "c_star", "Out_Rate": "tok_s_per_user", "Out_PodTps": "per_replica_tps", "Out_TTFT": "ttft_s"}


def report(slas, curve=CURVE, **limits):
    """The report of a sizing with limits on TTFT: 4 GPUs a pod, util 0.70, at the workload of `proven_curve`."""
    sizing = size(curve, slas, Demand.tpm(3e6), gpus_per_pod=4, limits=Limits(**limits))
    return Report(sizing, workload=Workload(1024, 1024, "single-turn"), about={"Date": "2026-11-23"})


def drawn(seed):
    """Anchors, SLAs and limits: on anchors, a hair off them, between, above and below; every fifth row has no limit."""
    rng = random.Random(seed)  # noqa: S311  # nothing secret
    c, r, wait, anchors = 1.0, 260.0, 0.1, []
    measured = seed % 2 == 1
    for _ in range(rng.randint(2, 9)):
        anchors.append((c, r, rng.uniform(0.7, 1.04) * c * r if measured else None, wait))
        c, r = round(c * rng.uniform(1.4, 4)) + 1, r * rng.uniform(0.3, 1)
        wait *= rng.choice([1, 1.5, 0.9, 3])
    rates, waits = ([anchor[at] for anchor in anchors] for at in (1, 3))

    def near(values, low, high):
        exact = rng.choice(values) * rng.choice([1, 1 + 5e-10, 1 - 5e-10, 1 + 3e-9, 1 - 3e-9])
        return rng.choice([exact, rng.uniform(low, high), rng.uniform(low, high)])

    slas = [near(rates, rates[-1] / 2, rates[0] * 1.1) for _ in range(ROWS)]
    limits = [near(waits, waits[0] * 0.8, max(waits) * 1.1) for _ in range(ROWS)]
    return anchors, slas, [None if at % 5 == 0 else limit for at, limit in enumerate(limits)]


SETTINGS = [(seed, method, seed in (2, 3, 7)) for seed, method in enumerate(list(AXES) * 3)]
"""Seed, method, and whether users are the demand: with and without measured throughput of each."""


def asked(seed, method, users):
    """The sizing of the package."""
    anchors, slas, limits = drawn(seed)
    c, r, t, w = (list(column) for column in zip(*anchors, strict=True))
    curve = Curve(c, r, output_tok_s=None if None in t else t, ttft_s=w)
    demand = Demand.users(4e4) if users else Demand.tok_s(5e4)
    return size(curve, slas, demand, gpus_per_pod=4, method=method, limits=Limits(ttft_s=limits))


def wrong(engine, setting):
    """Return what is not the package's, once the workbook holds what `setting` asks for."""
    seed, method, users = setting
    anchors, slas, limits = drawn(seed)
    columns = zip(
        ("Anchor_c", "Anchor_r", "Anchor_T", "Anchor_TTFT"), map(list, zip(*anchors, strict=True)), strict=True
    )
    inputs = {**dict(columns), "SLA_In": slas, "TTFT_Limit_In": limits, "Method": method}
    inputs |= {"Demand_Unit": "users" if users else "tok/s", "Demand_Value": 4e4 if users else 5e4}
    for name, value in inputs.items():
        engine.set(name, value)
    engine.recalculate()
    assert engine.value("Checks_Failed") == 0
    return unlike(engine, asked(*setting).rows())


def unlike(engine, rows):
    """Return the figures and words of the workbook that are not those of `rows`, with the place of each."""
    found = []
    for name, field in (EXACT | WORDS | CLOSE).items():
        for at, (cell, row) in enumerate(zip(engine.column(name), rows, strict=False)):
            value = getattr(row, field)
            if not row.feasible and field != "regime":
                right = isinstance(cell, str)
            elif name in CLOSE:
                right = number(cell) and abs(cell - value) <= 1e-9 * value
            else:
                right = cell == value
            found += [] if right else [(at, name, cell, value)]
    return found


@pytest.fixture(scope="module")
def long():
    """A table of so many rows, one of them with a limit."""
    return customer_workbook(report(drawn(0)[1], ttft_s=[None] * (ROWS - 1) + [1]))


@pytest.fixture(scope="module", params=list(ENGINES))
def engine(request, long):
    return ENGINES[request.param](long)


@pytest.fixture(scope="module")
def office(long):
    """The same in LibreOffice."""
    found = engines.libreoffice(long)
    yield found
    found.close()


class TestThousandsOfRows:
    pytestmark = pytest.mark.slow

    def test_they_are_of_every_kind_and_more_than_three_thousand(self):
        rows = [row for setting in SETTINGS for row in asked(*setting).rows()]
        assert len(rows) > 3_000
        assert {row.binding for row in rows} == {"tok/s/user", "TTFT", "knee", "last point", None}
        assert sum(row.binding == "TTFT" and row.regime == "interp" for row in rows) > 300
        assert sum(row.binding == "TTFT" and row.regime == "measured-anchor" for row in rows) > 100
        assert sum(not row.feasible for row in rows) > 100

    @pytest.mark.parametrize("setting", SETTINGS, ids=str)
    def test_in_process(self, engine, setting):
        assert wrong(engine, setting) == []

    @pytest.mark.parametrize("setting", SETTINGS, ids=str)
    def test_in_libreoffice(self, office, setting):
        assert wrong(office, setting) == []


@pytest.fixture(params=list(ENGINES))
def make(request):
    return ENGINES[request.param]


class TestLive:
    def test_the_row_worked_by_hand(self, make):
        # 0.9 s at c=64, which carries 64 x 70 = 4,480 tok/s; 50,000/(4,480 x 0.7) = 15.94: 16 pods
        engine = make(customer_workbook(report([40], ttft_s=[0.9])))
        engine.recalculate()
        basis = ("Out_Basis", "Out_Basis_From", "Out_Basis_To")
        row = {name: engine.column(name)[0] for name in (*EXACT, *WORDS, *CLOSE, "Out_TTFT_Commit", *basis)}
        assert row == {
            "Out_Pods": 16, "Out_GPUs_Low": 64, "Out_Pods_Budget": 16, "Out_GPUs_Commit": 64,
            "Out_Regime": "measured-anchor", "Out_Binding": "TTFT", "Out_Cstar": 64, "Out_Rate": 70, "Out_PodTps": 4480,
            "Out_TTFT": 0.9, "Out_TTFT_Commit": 0.9, "Out_Basis": "measured",
            "Out_Basis_From": 64, "Out_Basis_To": "",
        }  # fmt: skip

    def test_a_limit_is_set_and_cleared(self, make):
        engine = make(customer_workbook(report([40, 100])))
        for limits in ([0.9, 0.5], [None, 1.2], [None, None], [0.2, None]):
            engine.set("TTFT_Limit_In", limits)
            engine.recalculate()
            rows = report([40, 100], ttft_s=limits).given_rows
            assert unlike(engine, rows) == []
            assert (engine.value("Edited") > 0) == (limits != [None, None])

    def test_a_limit_that_the_curve_does_not_tell_is_none_of_no_limit(self, make):
        engine = make(customer_workbook(report([40, 100], Curve(C, R))))
        engine.set("TTFT_Limit_In", [0.9])
        engine.recalculate()
        assert engine.column("Out_GPUs_Commit")[:2] == ["CHECK INPUTS"] * 2
        assert "A TTFT limit needs the TTFT of every anchor" in read(engine)["why"]
        engine.set("Anchor_TTFT", TTFT)
        engine.recalculate()
        assert unlike(engine, report([40, 100], ttft_s=[0.9, None]).given_rows) == []

    def test_without_ttft_a_dash_stands_for_it(self, make):
        engine = make(customer_workbook(report([40, 300], Curve(C, R))))
        engine.recalculate()
        assert [engine.column(name)[:3] for name in ("Out_TTFT", "Out_TTFT_Commit")] == [["-", "", ""]] * 2

    def test_the_remark_says_which_side_fails_and_by_how_much(self, make):
        engine = make(customer_workbook(report([40, 300, 300], ttft_s=[0.05, 2, 0.04])))
        engine.recalculate()
        assert engine.column("Out_Remark")[:3] == [
            "TTFT above the limit at the first point; relax the limit",
            "above the fastest measured point; relax the SLA",
            ("above the fastest measured point; TTFT above the limit at the first point; relax the SLA and the limit"),
        ]
        assert engine.column("Out_TTFT_First")[:3] == [0.1, "", 0.1]
        assert engine.column("Out_TTFT_Over")[:3] == [2, "", 2.5]

    def test_the_remark_asks_for_the_first_point_where_that_was_not_measured(self, make):
        engine = make(customer_workbook(report([40], Curve(C[1:], R[1:], ttft_s=TTFT[1:]), ttft_s=[0.1])))
        engine.recalculate()
        words = "TTFT above the limit at the first point; measure c=1 or relax the limit"
        numbers = [engine.column(name)[0] for name in ("Out_TTFT_First", "Out_TTFT_Over", "Out_Measure_Next")]
        assert (engine.column("Out_Remark")[0], numbers) == (words, pytest.approx([0.18, 1.8, 1]))

    def test_step_gate_and_opening_follow_the_limit(self, make):
        engine = make(customer_workbook(report([40, 100])))
        for limits in ([1.2, 0.5], [None, None], [2.5, None], [0.02, 0.03]):
            wanted = report([40, 100], ttft_s=limits)
            engine.set("TTFT_Limit_In", limits)
            engine.recalculate()
            assert next_step(engine) == (wanted.next_lever.step, wanted.next_lever.gate)
            assert opening(engine) == wanted.opening[0]

    def test_no_budget_is_claimed_where_the_next_anchor_fails_a_limit(self, make):
        engine = make(customer_workbook(report([40, 40], ttft_s=[1.2, None])))
        engine.recalculate()
        remark = "no budget claimed: the next anchor fails a limit on waiting"
        assert [remark in words for words in engine.column("Out_Remark")[:2]] == [True, False]


def proven_curve():
    """A curve that bears a VERDICT, with TTFT."""
    tps = [0.97 * x * y for x, y in zip(CONCURRENCY, RATES, strict=True)]
    waits = [0.1, 0.2, 0.3, 0.5, 1, 2, 4]
    return Curve(CONCURRENCY, RATES, output_tok_s=tps, ttft_s=waits, context=context())


class TestStanding:
    def test_a_verdict_says_that_ttft_was_not_asked_for(self, make):
        engine = make(customer_workbook(report([60], proven_curve())))
        engine.recalculate()
        assert headline(engine) == f"VERDICT: {NOT_ASKED}"
        engine.set("TTFT_Limit_In", [1])
        engine.recalculate()
        assert headline(engine) == "VERDICT"
        assert engine.value("All_Verdict") == 1

    def test_another_statistic_is_a_reason_for_a_draft(self, make):
        engine = make(customer_workbook(report([60], proven_curve(), ttft_s=[1], statistic="p99")))
        engine.recalculate()
        assert "TTFT p99 asked, " in read(engine)["why"]
        assert engine.column("Out_Rigor")[0] == "DRAFT"
        engine.set("TTFT_Limit_In", None)
        engine.recalculate()
        assert headline(engine) == f"VERDICT: {NOT_ASKED}"
        assert engine.column("Out_Rigor")[0] == "VERDICT"

    def test_another_statistic_counts_against_rows_with_a_limit_alone(self, make):
        data = customer_workbook(report([60, 60], proven_curve(), ttft_s=[1, None], statistic="p99"))
        engine = make(data)
        engine.recalculate()
        assert engine.column("Out_Rigor")[:2] == ["DRAFT", "VERDICT"]
        assert "TTFT p99 asked, " in engine.column("Out_Remark")[0]


class TestRefused:
    @pytest.mark.parametrize(("wait", "label"), [("ttfo_s", "TTFO"), ("e2e_s", "e2e")])
    def test_waits_that_the_table_cannot_limit(self, wait, label):
        curve = Curve(C, R, ttft_s=TTFT, ttfo_s=[2 * seconds for seconds in TTFT])
        with pytest.raises(InputError) as error:
            customer_workbook(report([40], curve, **{wait: 20, "output_tokens": 1024}))
        sentence = "must be left out of a workbook: its table holds limits on TTFT alone; write a report for it"
        assert str(error.value) == f"the limit on {label} {sentence}"


def test_the_anchors_of_the_cases_are_these():
    assert [(c, r, w) for c, r, _, w in WAITING] == list(zip(C, R, TTFT, strict=True))
