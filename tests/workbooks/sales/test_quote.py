"""Sheet Quote: the figures of the package, whatever is put in; where it is refused, true errors and the sentence."""

import re
from dataclasses import replace
from itertools import product

import pytest

from tests.workbooks.cases import GOOD, UNITS
from tests.workbooks.sales.decks import STARTERS
from tests.workbooks.sales.desk import NONE, RESULTS, SLAS, TEXTS, is_error, unlike
from xlsizing import Curve, Demand, size
from xlsizing.context.context import Context
from xlsizing.core.interpolation import AXES
from xlsizing.core.rows import BUDGET, COMMIT, MEASURE_FIRST, NO_CLAIM, WIDE_RANGE
from xlsizing.reports.opening import opening
from xlsizing.reports.tables import CANNOT_BE_MET
from xlsizing.rules import BUDGET_SHARE, VERDICT
from xlsizing.workbooks.sales.quote_sheet import NO_REMARK

pytestmark = pytest.mark.slow

WORKED = [(1, 215.5), (10, 122.2), (256, 41.8)]
PIECEWISE = "ILLUSTRATIVE, not measured: piecewise CUDA graphs"
THROUGHPUT = [
    replace(case, demand=case.demand * case.peak, peak=1, per_node=None, lost=0, slas=case.slas[:SLAS], spares=0)
    for case in GOOD
    if case.unit in UNITS[:3] and any(sla is not None for sla in case.slas[:SLAS]) and not any(case.limits)
]
"""The quote takes the demand at its peak and knows no nodes; it has one limit on the first token for all SLAs: see test_waits."""


def fill(desk, case):
    """Put a case into a curve without a context, which compares with itself, and into the quote; no lever is asked for."""
    desk.book.set("Levers!C6:E6", [[None] * 3])
    desk.curve(4, case.anchors).fact(4, 7, case.gpus_per_pod)
    desk.set(
        Quote_Curve="Curve 4",
        Compare_Curve_A="Curve 4",
        Compare_Curve_B="Curve 4",
        Quote_Demand=case.demand,
        Quote_Unit=case.unit,
        Quote_OSL=case.osl,
        Quote_Util=case.util,
        Quote_USD_per_GPU_Hour=case.usd,
        Quote_Hours=case.hours,
        Quote_Method=case.method,
        Quote_Confidence=case.confidence,
        Quote_SLA=case.slas,
    )
    return desk.calculate()


def own_curve(desk, anchors, gpus_per_pod=4, **facts):
    """Put anchors into a curve whose context holds nothing, or these fields alone, and take it for the quote."""
    desk.book.set("Levers!C6:E6", [[None] * 3])
    desk.curve(4, anchors).fact(4, 7, gpus_per_pod)
    desk.context(4, **facts)
    return desk.set(Quote_Curve="Curve 4", Compare_Curve_A="Curve 4", Compare_Curve_B="Curve 4")


class TestCases:
    def test_there_are_many_of_every_kind(self):
        assert len(THROUGHPUT) > 200
        assert {case.unit for case in THROUGHPUT} == {"tpm", "tok/s", "rps"}
        assert {case.method for case in THROUGHPUT} == set(AXES)

    @pytest.mark.parametrize("case", THROUGHPUT[::8], ids=lambda case: case.name)
    def test_the_same_answer_as_the_package(self, busy_desk, case):
        fill(busy_desk, case)
        assert busy_desk.sentences() == {}
        for at, row in enumerate([*case.rows(), *[None] * SLAS][:SLAS]):
            cells = busy_desk.row(at)
            if row is None:
                assert set(cells.values()) == {""}
            elif row.feasible:
                assert unlike(cells, row, case.hours) == []
            else:
                assert cells.pop("Quote_GPUs_Commit") == CANNOT_BE_MET
                assert cells.pop("Quote_Regime") == row.regime
                assert cells.pop("Quote_Remark") == "no measured point meets this SLA: see its next lever"
                assert set(cells.values()) == {""}

    @pytest.mark.parametrize(("confidence", "method"), list(product(BUDGET_SHARE, AXES)), ids=str)
    def test_the_same_budget_at_every_confidence_by_every_method(self, busy_desk, confidence, method):
        some = list(product(BUDGET_SHARE, AXES)).index((confidence, method))
        for case in THROUGHPUT[some::54]:
            case = replace(case, confidence=confidence, method=method)  # noqa: PLW2901
            fill(busy_desk, case)
            budget = ["" if row is None or not row.feasible else row.gpus_budget for row in case.rows()]
            assert busy_desk.column("Quote_GPUs_Budget")[: len(budget)] == budget, case.name

    def test_the_table_of_one_formula_says_the_same(self, busy_desk):
        fill(busy_desk, THROUGHPUT[0])
        _, *rows = busy_desk.value("Quote_Table")
        for at, row in enumerate(rows):
            cells = busy_desk.row(at)
            if cells["Quote_GPUs"] == "":
                continue
            assert row[1:4] == [cells[name] for name in ("Quote_GPUs_Commit", "Quote_GPUs", "Quote_GPUs_Low")]
            assert row[4:7] == [cells[name] for name in ("Quote_Pods", "Quote_Cstar", "Quote_Pod_Tps")]
            assert row[7:9] == pytest.approx([cells["Quote_USD_Commit"], cells["Quote_USD"]], rel=1e-9)
            assert row[9:11] == [cells["Quote_Regime"], cells["Quote_Remark"].replace(NO_REMARK, "")]
            assert row[11] == cells["Quote_GPUs_Budget"]


class TestAsDelivered:
    def test_the_worked_rows(self, desk):
        # Worked rows by the method auto at 3,000,000 tok/min, 4 GPUs a pod, utilisation 0.70.
        assert desk.value("Quote_Method") == "auto"
        assert desk.column("Quote_Pods") == [7, 9, 31, 84, 326, "", "", ""]
        assert desk.column("Quote_GPUs") == [28, 36, 124, 336, 1304, "", "", ""]
        assert desk.column("Quote_GPUs_Budget") == [4 * pods for pods in (7, 25, 44, 178, 329)] + [""] * 3
        assert desk.column("Quote_GPUs_Commit") == [28, 236, 236, 1328, 1328, "", "", ""]
        assert desk.column("Quote_Pods_Commit") == [7, 59, 59, 332, 332, "", "", ""]
        assert desk.column("Quote_USD")[:2] == pytest.approx([28 * 8.6 * 730, 36 * 8.6 * 730], rel=1e-12)
        assert desk.column("Quote_USD_Commit")[1] == pytest.approx(236 * 8.6 * 730, rel=1e-12)

    def test_the_worked_rows_by_log_c(self, desk):
        desk.set(Quote_Method="log-c").calculate()
        assert desk.column("Quote_GPUs_Commit") == [28, 236, 236, 1328, 1328, "", "", ""]
        assert desk.column("Quote_GPUs") == [28, 32, 120, 380, 1316, "", "", ""]
        assert desk.column("Quote_Pods") == [7, 8, 30, 95, 329, "", "", ""]
        assert desk.column("Quote_USD")[:2] == [28 * 8.6 * 730, 32 * 8.6 * 730]
        assert desk.column("Quote_USD_Commit")[1] == pytest.approx(236 * 8.6 * 730, rel=1e-12)

    def test_what_they_rest_on(self, desk):
        assert desk.column("Quote_Rigor") == ["DRAFT"] * 5 + [""] * 3
        assert desk.value("Quote_Label").startswith("MiniMax-M2 | GB300 | nvfp4 | TP4")
        assert desk.value("Quote_Price_Rests_On") == "assumed: no price was given"
        assert desk.value("Quote!B3").startswith("DRAFT: 5 row(s) are not yet a VERDICT")

    def test_the_next_lever_is_that_of_the_widest_range(self, desk):
        # 150 and 215 tok/s/user are both 1,328 - 236 = 1,092 GPUs apart; the first counts.
        assert desk.column("Quote_Apart")[:5] == [0, 208, 208, 1092, 1092]
        assert desk.value("Quote!C25").startswith(
            "at 150 tok/s/user: Measure c=5: it narrows the range of 236 to 1,328"
        )

    def test_a_complete_context_at_the_customers_workload_earns_a_verdict(self, desk):
        desk.set(Quote_Curve=PIECEWISE, Quote_SLA=[30, 60, 75, 100, 112])
        desk.measured(2).calculate()
        assert desk.column("Quote_Rigor")[:5] == ["VERDICT"] * 5
        # The sizing file of the same curve, with its own price: 40, 72, 108, 168, 168 GPUs to commit.
        assert desk.column("Quote_GPUs_Commit")[:5] == [40, 72, 108, 168, 168]
        assert desk.value("Quote_USD_Used") == 7.25
        assert desk.column("Quote_USD")[0] == 40 * 7.25 * 730
        assert desk.value("Quote!B3").startswith("VERDICT in every row.")

    def test_what_a_draft_is_quoted_with(self, desk):
        assert desk.column("Quote_Figure") == [BUDGET] * 5 + [""] * 3
        assert desk.column("Quote_Quoted_GPUs") == [28, 100, 176, 712, 1316, "", "", ""]

    def test_figures_that_nobody_measured_earn_none(self, desk):
        desk.set(Quote_Curve=PIECEWISE, Quote_SLA=[60]).calculate()
        assert desk.column("Quote_Rigor")[0] == "DRAFT"
        assert "predicted, not measured" in desk.value("Quote!P15")


class TestEdits:
    def test_another_curve(self, desk):
        before = desk.column("Quote_GPUs")
        desk.set(Quote_Curve="ILLUSTRATIVE, not measured: full CUDA graphs").calculate()
        curve = Curve(
            [1, 8, 16, 32, 64, 128, 256],
            [239.7, 152.3, 125.4, 98.6, 73.9, 52.6, 34.7],
            output_tok_s=[235, 1182, 1949, 3063, 4592, 6530, 8613],
        )
        curve = curve.with_context(STARTERS[2].context)  # predicted: no budget is claimed
        rows = size(curve, [20, 50, 100, 150, 215], Demand.tpm(3e6), gpus_per_pod=4, gpu_hourly_usd=7.25).rows()
        assert desk.column("Quote_GPUs") != before
        assert [unlike(desk.row(at), row) for at, row in enumerate(rows)] == [[]] * 5

    @pytest.mark.parametrize(
        ("demand", "unit", "osl"), [(50_000, "tok/s", 1024), (50, "rps", 1000), (50, "rps", 1000.0)]
    )
    def test_another_unit_of_the_same_demand(self, desk, demand, unit, osl):
        before = desk.column("Quote_GPUs_Commit")
        desk.set(Quote_Demand=demand, Quote_Unit=unit, Quote_OSL=osl).calculate()
        assert desk.value("Quote_TPM") == 3e6
        assert desk.column("Quote_GPUs_Commit") == before

    def test_a_blank_sla_leaves_its_row_blank_and_the_others_as_they_were(self, desk):
        desk.set(Quote_SLA=[20, None, 100]).calculate()
        assert desk.column("Quote_GPUs_Commit") == [28, "", 236, "", "", "", "", ""]
        assert set(desk.row(1).values()) == {""}
        assert desk.sentences() == {}

    def test_no_sla_at_all_is_said(self, desk):
        desk.set(Quote_SLA=[]).calculate()
        assert desk.sentences() == {"Quote: SLAs": "at least one SLA must be given"}
        assert {cell for row in desk.value("Quote_Table") for cell in row} == {""}

    def test_what_cannot_be_met_is_words_and_not_a_fault(self, desk):
        desk.set(Quote_SLA=[20, 300]).calculate()
        assert desk.row(1)["Quote_GPUs_Commit"] == CANNOT_BE_MET
        assert [desk.row(1)[name] for name in RESULTS if name != "Quote_GPUs_Commit"] == [""] * (len(RESULTS) - 1)
        assert desk.sentences() == {}
        assert "1 SLA(s) cannot be met by any measured point" in desk.value("Quote!B3")

    def test_where_none_can_be_met_the_banner_promises_nothing(self, desk):
        desk.set(Quote_SLA=[300, 400]).calculate()
        words = "DRAFT: no SLA can be met by any measured point: there is nothing to commit to."
        assert desk.value("Quote!B3") == words

    def test_a_verdict_beside_an_sla_that_cannot_be_met(self, desk):
        desk.set(Quote_Curve=PIECEWISE, Quote_SLA=[60, 300])
        desk.measured(2).calculate()
        assert desk.value("Quote!B3").startswith(
            "VERDICT in every other row. TTFT not asked for. 1 SLA(s) cannot be met"
        )

    def test_hours_change_dollars_alone(self, desk):
        desk.set(Quote_Hours=365).calculate()
        assert desk.column("Quote_GPUs")[0] == 28
        assert desk.column("Quote_USD")[0] == pytest.approx(28 * 8.6 * 365, rel=1e-12)
        assert desk.value("Quote_Table")[1][8] == pytest.approx(28 * 8.6 * 365, rel=1e-12)

    def test_a_price_of_the_quote_stands_before_the_curves(self, desk):
        desk.set(Quote_USD_per_GPU_Hour=2, Quote_Price_Source="quote 4711").calculate()
        assert desk.column("Quote_USD")[0] == 28 * 2 * 730
        assert desk.value("Quote_Price_Rests_On") == "quote 4711"

    def test_gpus_per_pod_of_the_quote_stand_before_the_curves(self, desk):
        desk.fact(1, 7, None).set(Quote_GPUs_per_Pod=4).calculate()
        assert desk.column("Quote_GPUs_Commit")[0] == 28
        assert list(desk.sentences()) == ["GPUs per pod of MiniMax-M2-NVFP4, GB300, TP4"]

    @pytest.mark.parametrize(
        ("anchors", "words"),
        [
            (WORKED, "not measured: c x tok/s/user overstates it"),
            ([(1, 215.5, 210), (10, 122.2, 1100), (256, 41.8, 9000)], "as measured"),
            # 5,000 is 0.47 of 256 x 41.8.
            ([(1, 215.5, 210), (10, 122.2, 1100), (256, 41.8, 5000)], "measured, below 0.8 of c x tok/s/user: check"),
        ],
    )
    def test_what_the_throughput_rests_on(self, desk, anchors, words):
        desk.curve(1, anchors).calculate()
        assert desk.sentences() == {}
        assert desk.value("Quote_Throughput") == words

    def test_a_unit_in_capitals_is_the_same_unit(self, desk):
        desk.set(Quote_Demand=50, Quote_Unit="RPS", Quote_OSL=1000).calculate()
        assert desk.column("Quote_GPUs_Commit")[0] == 28
        assert desk.sentences() == {}

    def test_anchors_may_stand_in_any_order_with_blank_rows(self, desk):
        before = desk.column("Quote_GPUs")
        desk.curve(1, [None, (256, 41.8), None, (1, 215.5), (10, 122.2)]).calculate()
        assert desk.column("Quote_GPUs") == before

    def test_faults_of_other_sheets_leave_the_banner_of_the_quote_alone(self, desk):
        # The customer's tokens are another's than those of the curves that are compared.
        desk.set(Quote_ISL=2048).calculate()
        assert all(what.startswith(("Compare", "Levers")) for what in desk.sentences())
        assert desk.column("Quote_GPUs_Commit")[0] == 28
        banner = desk.value("Quote!B3")
        assert banner.startswith("DRAFT: 5 row(s)")
        assert "All checks of the quote passed, not those of sheets Compare and Levers." in banner
        assert desk.value("Compare!B3").startswith("CHECK INPUTS")
        assert desk.value("Levers!B4").startswith("CHECK INPUTS")

    @pytest.mark.parametrize(("method", "pods", "point"), [("auto", 31, 23), ("log-c", 30, 24), ("tpot", 27, 26)])
    def test_the_next_lever_is_by_the_method_of_the_quote(self, desk, method, pods, point):
        desk.set(Quote_Method=method).calculate()
        assert desk.column("Quote_Pods")[2] == pods
        assert desk.column("Quote_Next_Lever")[2].startswith(f"Measure c={point}: it narrows the range of 28 to 236")

    def test_the_next_lever_is_at_the_price_of_the_quote(self, desk):
        desk.set(Quote_USD_per_GPU_Hour=2.10, Quote_Price_Source="quote 4711").calculate()
        levers = desk.column("Quote_Next_Lever")[:5]
        # 236 - 28 = 208 and 1,328 - 236 = 1,092 GPUs apart, x 2.10 x 730; 7 - 4 = 3 pods of 4 fewer on the plateau.
        usd = ["18,396", "318,864", "318,864", "1,674,036", "1,674,036"]
        assert [re.search(r"\$([0-9,]+)/month", lever)[1] for lever in levers] == usd
        assert not [lever for lever in levers if "assumed" in lever or "8.6" in lever]
        assert desk.value("Quote!C25").startswith("at 150 tok/s/user: ")
        assert "$1,674,036/month" in desk.value("Quote!C25")


class TestFigureToQuote:
    """The figure in bold, and its dollars: GPUs x price x hours."""

    @staticmethod
    def multiplied_out(desk):
        price, hours = desk.value("Quote_USD_Used"), desk.value("Quote_Hours")
        columns = zip(desk.column("Quote_Quoted_GPUs"), desk.column("Quote_Quoted_USD"), strict=True)
        for gpus, usd in columns:
            assert (usd == "") if gpus == "" else (usd == pytest.approx(gpus * price * hours, rel=1e-12))
        return desk.column("Quote_Figure")

    @pytest.mark.parametrize("hours", [730, 720])
    def test_a_draft_with_its_budget(self, desk, hours):
        desk.set(Quote_USD_per_GPU_Hour=2.10, Quote_Hours=hours).calculate()
        assert self.multiplied_out(desk)[:5] == [BUDGET] * 5
        assert desk.column("Quote_Quoted_GPUs") == desk.column("Quote_GPUs_Budget")
        assert desk.column("Quote_Quoted_USD")[1] == pytest.approx(100 * 2.10 * hours)

    def test_a_verdict_with_its_commitment(self, desk):
        desk.set(Quote_Curve=PIECEWISE, Quote_SLA=[30, 60, 75, 300]).measured(2).calculate()
        assert self.multiplied_out(desk)[:4] == [COMMIT] * 3 + [""]
        assert desk.column("Quote_Quoted_GPUs")[:4] == [40, 72, 108, ""]
        assert desk.column("Quote_Quoted_USD")[1] == pytest.approx(72 * 7.25 * 730)

    def test_none_where_no_budget_is_claimed_of_a_wide_range(self, desk):
        desk.set(Quote_Method="log-c").calculate()
        assert self.multiplied_out(desk)[:5] == [BUDGET] + [NONE] * 4
        assert desk.column("Quote_Quoted_GPUs")[:5] == [28, "", "", "", ""]
        assert desk.column("Quote_GPUs_Budget") == desk.column("Quote_GPUs_Commit")
        words = desk.column("Quote_Remark")[1]
        assert words == f"{MEASURE_FIRST}: c=183; {NO_CLAIM}: the method is log-c"

    @pytest.mark.parametrize("method", AXES)
    def test_a_verdict_never_says_measure_first(self, desk, method):
        # From c=32 to c=64 a replica carries 1.02/0.81 x 2 x 62/66 = 2.4 times as much: a wide range inside the sweep.
        anchors = [(1, 214), (8, 136), (16, 112), (32, 66), (64, 62), (128, 47), (256, 31)]
        measured = [210, 1055, 1740, 1711, 4047, 5830, 7690]
        rows = [(c, rate, tps) for (c, rate), tps in zip(anchors, measured, strict=True)]
        desk.curve(2, rows).measured(2).set(Quote_Curve=PIECEWISE, Quote_SLA=[30, 64, 100], Quote_Method=method)
        desk.calculate()
        assert desk.column("Quote_Rigor")[:3] == [VERDICT] * 3
        curve = Curve(*zip(*anchors, strict=True), output_tok_s=measured)
        sized = size(curve, [30, 64, 100], Demand.tpm(3e6), gpus_per_pod=4, gpu_hourly_usd=7.25, method=method)
        row = sized.rows()[1]
        assert row.too_wide
        assert desk.column("Quote_Remark")[1] == row.remark_as(VERDICT)
        assert desk.column("Quote_Remark")[1].startswith(f"{WIDE_RANGE}: measure c=")
        assert MEASURE_FIRST not in "".join(desk.column("Quote_Remark"))
        assert desk.column("Quote_Figure")[:3] == [COMMIT] * 3
        assert [unlike(desk.row(at), each, standing=VERDICT) for at, each in enumerate(sized.rows())] == [[]] * 3

    @pytest.mark.parametrize("slas", [[20, 50, 100, 150, 215], [122.2, 300]])
    def test_a_predicted_curve_claims_no_budget(self, desk, slas):
        curve = Curve(*zip(*WORKED, strict=True), context=Context(basis="predicted"))
        rows = size(curve, slas, Demand.tpm(3e6), gpus_per_pod=4).rows()
        own_curve(desk, WORKED, Basis="predicted").set(Quote_SLA=slas).calculate()
        self.claims_none(desk, rows, "the curve is predicted, not measured")

    def test_short_outputs_without_measured_throughput_claim_no_budget(self, desk):
        slas = [20, 50, 100, 150, 215]
        curve = Curve(*zip(*WORKED, strict=True), context=Context(osl=256))
        rows = size(curve, slas, Demand.tpm(3e6), gpus_per_pod=4).rows()
        own_curve(desk, WORKED, **{"OSL [tok]": 256}).set(Quote_OSL=None).calculate()
        self.claims_none(desk, rows, "outputs up to 256 tokens, and output tok/s not measured")
        desk.context(4, **{"OSL [tok]": 257}).calculate()
        assert desk.value("Quote_Unclaimed") == ""
        assert desk.column("Quote_GPUs_Budget")[:5] == [28, 100, 176, 712, 1316]

    def test_short_outputs_with_measured_throughput_do(self, desk):
        anchors = [(1, 215.5, 210), (10, 122.2, 1200), (256, 41.8, 10000)]
        own_curve(desk, anchors, **{"OSL [tok]": 256}).set(Quote_OSL=None).calculate()
        curve = Curve(*list(zip(*anchors, strict=True))[:2], output_tok_s=[210, 1200, 10000], context=Context(osl=256))
        rows = size(curve, [20, 50, 100, 150, 215], Demand.tpm(3e6), gpus_per_pod=4).rows()
        assert desk.value("Quote_Unclaimed") == ""
        assert [unlike(desk.row(at), row) for at, row in enumerate(rows)] == [[]] * 5
        assert desk.column("Quote_GPUs_Budget")[1] < desk.column("Quote_GPUs_Commit")[1]

    def claims_none(self, desk, rows, why):
        """Assert that no row has a budget of its own, that each says why, and that all is as the package has it."""
        assert desk.value("Quote_Unclaimed") == why
        assert desk.column("Quote_GPUs_Budget")[: len(rows)] == [row.gpus_high or "" for row in rows]
        assert any(row.feasible for row in rows)
        assert not [line for at, row in enumerate(rows) if row.feasible for line in unlike(desk.row(at), row)]
        said = [why in cell for cell in desk.column("Quote_Remark")]
        assert said[: len(rows)] == [bool(row.feasible and row.gpus != row.gpus_high) for row in rows]
        self.multiplied_out(desk)


class TestOpening:
    """The first sentence is that of every report; a formula's text has no thousands separators."""

    @pytest.mark.parametrize("method", AXES)
    @pytest.mark.parametrize(
        "slas", [[20, 50, 100, 150, 215], [215, 20], [20, 30], [122.2, 300], [300, 400], [41.8], [42.5]], ids=str
    )
    def test_as_delivered(self, desk, slas, method):
        desk.set(Quote_SLA=slas, Quote_Method=method).calculate()
        self.same(desk, STARTERS[0].curve, slas, 4, method=method)

    @pytest.mark.parametrize(("demand", "gpus"), [(60, 1), (60, 2), (3e7, 8)])
    def test_of_other_demands_and_pods(self, desk, demand, gpus):
        own_curve(desk, WORKED, gpus).set(Quote_Demand=demand, Quote_SLA=[20, 150]).calculate()
        self.same(desk, Curve(*zip(*WORKED, strict=True)), [20, 150], gpus, demand=demand)

    def test_there_is_none_where_a_check_fails(self, desk):
        desk.set(Quote_Util=80).calculate()
        assert desk.value("Quote_Opening") == ""

    @staticmethod
    def same(desk, curve, slas, gpus, demand=3e6, method="auto"):
        sizing = size(curve, slas, Demand.tpm(demand), gpus_per_pod=gpus, method=method)
        assert desk.value("Quote_Opening") == re.sub(r"(?<=\d),(?=\d)", "", opening(sizing))


def bad(desk, **values):
    """Return the errors of the first row, and the sentences, after a bad edit."""
    desk.set(**values).calculate()
    return {name: desk.row(0)[name] for name in (*RESULTS, *TEXTS)}, desk.sentences()


class TestBadInput:
    @pytest.mark.parametrize(
        ("edit", "what", "sentence"),
        [
            ({"Quote_Demand": "3000000"}, "Quote: demand",
             "tpm must be a number (got '3000000'); turn the text into a number (Data > Text to Columns)"),
            ({"Quote_Demand": -1}, "Quote: demand", "tpm must be above 0 (got -1)"),
            ({"Quote_Demand": "#N/A"}, "Quote: demand", "tpm must be a number (got the error #N/A)"),
            ({"Quote_Demand": None}, "Quote: demand", "tpm must be a number (got a blank cell)"),
            ({"Quote_Demand": True}, "Quote: demand", "tpm must be a number (got TRUE)"),
            ({"Quote_Util": 80}, "Quote: planned utilisation", "util must be in (0, 1] (got 80)"),
            ({"Quote_Util": None}, "Quote: planned utilisation", "util must be a number (got a blank cell)"),
            ({"Quote_GPUs_per_Pod": 2.5}, "Quote: GPUs per pod", "gpus_per_pod must be a whole number from 1 to 1000000 (got 2.5)"),
            *(({"Quote_Confidence": share}, "Quote: budget", "the budget must cover 90 %, 95 % or 99 %")
              for share in (0.5, 0.96, 95, None, "95 %", "#N/A")),
            ({"Quote_Unit": "tok/h"}, "Quote: unit of the demand", "unit must be one of the list"),
            ({"Quote_Unit": "rps", "Quote_OSL": None}, "Quote: output tokens per request",
             "output tokens per request must be a number above 0 where the unit is rps"),
        ],
    )  # fmt: skip
    def test_an_input_that_is_refused(self, desk, edit, what, sentence):
        cells, said = bad(desk, **edit)
        assert {str(cell) for cell in cells.values()} == {"#N/A"}
        assert said[what] == sentence
        assert f"First: {next(iter(said))}: " in desk.value("Quote!B3")
        assert all(block.startswith(("Quote: ", "GPUs per pod of")) for block in said)
        assert not [block for block in said if block.startswith("Quote: SLA ")]  # they would only say it again

    @pytest.mark.parametrize("price", ["8.6", -2, 0, True, 1e20])
    def test_a_wrong_price_breaks_every_dollar_and_no_gpu(self, desk, price):
        cells, said = bad(desk, Quote_USD_per_GPU_Hour=price)
        assert (cells["Quote_GPUs_Commit"], cells["Quote_GPUs_Low"], cells["Quote_Remark"]) == (28, 28, NO_REMARK)
        assert (cells["Quote_GPUs_Budget"], cells["Quote_Quoted_GPUs"]) == (28, 28)
        assert cells["Quote_USD"] == cells["Quote_USD_Commit"] == cells["Quote_Quoted_USD"] == "#N/A"
        assert is_error(cells["Quote_USD"])
        assert is_error(cells["Quote_Quoted_USD"])
        assert list(said) == ["Quote: price"]

    @pytest.mark.parametrize("hours", ["730", -2, None, 1e20, 744.001, 8760])
    def test_wrong_hours_too(self, desk, hours):
        cells, said = bad(desk, Quote_Hours=hours)
        assert cells["Quote_GPUs_Commit"] == 28
        assert is_error(cells["Quote_USD"])
        assert is_error(cells["Quote_USD_Commit"])
        assert list(said) == ["Quote: hours per month"]

    @pytest.mark.parametrize(
        ("anchors", "sentence"),
        [
            ([(1, 215.5), (10, None)], "tok/s/user"),
            ([(1, 215.5), (10, "122.2")], "tok/s/user must be a number (got '122.2' in row 2, column 2 of anchors)"),
            ([(1, 100), (10, 122.2)], "must not rise with concurrency"),
            ([(1, 215.5), (1, 122.2)], "rows 1 and 2"),
            ([], "anchors must hold at least one"),
        ],
    )
    def test_a_broken_curve(self, desk, anchors, sentence):
        desk.curve(1, anchors)
        cells, said = bad(desk)
        assert all(is_error(cell) for cell in cells.values()), cells
        assert sentence in said["Quote: curve"]
        assert "check(s) failed" in desk.value("Quote!B3")

    def test_an_error_cell_among_the_anchors(self, desk):
        desk.book.set("Curves!D16", "#DIV/0!")
        cells, said = bad(desk)
        assert all(is_error(cell) for cell in cells.values())
        assert "the error #DIV/0!" in said["Quote: curve"]

    @pytest.mark.parametrize("name", ["no such curve", None, "Curve*", "MiniMax-M2-NVFP4, GB300, TP?"])
    def test_a_curve_that_is_not_on_the_list(self, desk, name):
        cells, said = bad(desk, Quote_Curve=name)
        assert {str(cell) for cell in cells.values()} == {"#N/A"}
        assert said["Quote: curve"] == "must be one of the names on sheet Curves, which only one curve has"

    def test_two_curves_of_one_name(self, desk):
        desk.fact(4, 5, "minimax-m2-nvfp4, GB300, TP4")  # spreadsheets compare without capitals
        cells, said = bad(desk)
        assert {str(cell) for cell in cells.values()} == {"#N/A"}
        assert said["Names of the curves"] == "each curve must have a name of its own"

    @pytest.mark.parametrize("sla", ["50", -5, True])
    def test_a_wrong_sla_breaks_its_row_alone(self, desk, sla):
        desk.set(Quote_SLA=[sla, 100]).calculate()
        assert all(is_error(cell) for cell in desk.row(0).values())
        assert desk.row(1)["Quote_GPUs_Commit"] == 236
        assert list(desk.sentences()) == ["Quote: SLA 1"]
        assert desk.sentences()["Quote: SLA 1"].startswith("sla must be")

    def test_another_workload_leaves_no_figure(self, desk):
        desk.set(Quote_Curve=PIECEWISE, Quote_ISL=8192, Quote_SLA=[60])
        cells, said = bad(desk)
        assert {str(cell) for cell in cells.values()} == {"#N/A"}
        assert is_error(desk.column("Quote_Rigor")[0])
        words = "WORKLOAD MISMATCH: 1024 tokens per request measured, 8192 asked for"
        assert said["Quote: customer's ISL against the curve's"] == words
        assert is_error(desk.value("Quote_Table")[0][0])

    def test_another_pattern_of_turns_leaves_none(self, desk):
        desk.set(Quote_Curve=PIECEWISE, Quote_Turns="multi-turn")
        cells, said = bad(desk)
        assert {str(cell) for cell in cells.values()} == {"#N/A"}
        words = "WORKLOAD MISMATCH: single-turn measured, multi-turn asked for"
        assert said["Quote: customer's turns against the curve's"] == words

    @pytest.mark.parametrize(
        ("edit", "what", "sentence"),
        [
            ({"Quote_ISL": -5}, "Quote: customer's ISL", "ISL must be above 0 (got -5)"),
            ({"Quote_OSL": True}, "Quote: customer's OSL", "OSL must be a number (got TRUE)"),
            ({"Quote_ISL": "#N/A"}, "Quote: customer's ISL", "ISL must be a number (got the error #N/A)"),
            ({"Quote_Turns": "singel"}, "Quote: context of the curve", "a value is not of its kind"),
        ],
    )
    def test_a_workload_that_cannot_be_read_leaves_none(self, desk, edit, what, sentence):
        cells, said = bad(desk, **edit)
        assert {str(cell) for cell in cells.values()} == {"#N/A"}
        assert said[what].startswith(sentence)

    @pytest.mark.parametrize("method", ["TPOT", "Log-C", None, "linear"])
    def test_a_method_that_functions_refuse_is_said(self, desk, method):
        cells, said = bad(desk, Quote_Method=method)
        assert is_error(cells["Quote_GPUs"])
        assert said == {"Quote: interpolation": "interpolation must be one of the list"}

    def test_a_curve_that_is_not_there_is_said_once(self, desk):
        assert list(bad(desk, Quote_Curve="none")[1]) == ["Quote: curve"]

    def test_an_error_as_source_of_the_price_is_said(self, desk):
        desk.fact(1, 8, 5).fact(1, 9, "#N/A").calculate()
        assert list(desk.sentences()) == ["Quote: price from"]

    def test_a_pod_of_another_size_than_the_contexts_leaves_none(self, desk):
        cells, said = bad(desk, Quote_GPUs_per_Pod=6)
        assert {str(cell) for cell in cells.values()} == {"#N/A"}
        words = "GPUs per pod must be TP x PP x DP inside the pod of the context, 4, not 6"
        assert said == {"Quote: GPUs per pod against the context": words}

    def test_a_value_of_another_kind_in_the_context_is_found(self, desk):
        desk.book.set("Context!B13", "four")
        desk.set(Quote_GPUs_per_Pod=4).calculate()
        assert is_error(desk.value("Quote_Label"))
        assert desk.sentences()["Quote: context of the curve"].startswith("a value is not of its kind")
        assert [cell for cell in desk.column("Picked_Context_Fault") if cell] == ["not of its kind"]
