"""Curves, Compare, Levers, Context, Checks and Functions: the figures of the package, and the sentence for each fault."""

import json
from dataclasses import replace

import formualizer
import pytest
from openpyxl.utils import coordinate_to_tuple

from tests.command_line import run
from tests.spec_files import EXAMPLE, ILLUSTRATIVE
from tests.workbooks.sales.decks import STARTERS
from tests.workbooks.sales.desk import built, is_error
from xlsizing import Curve, Demand, size
from xlsizing.advice.audit import audit
from xlsizing.advice.levers import Lever, lever_delta
from xlsizing.advice.rightsize import tp_advice
from xlsizing.core.budget import CLAIMS, PREDICTED
from xlsizing.hosts import udfs
from xlsizing.hosts.headless import Headless
from xlsizing.hosts.recalc import Recalculation
from xlsizing.importers.curve_csv import curve_in_csv
from xlsizing.reports.tables import CANNOT_BE_MET
from xlsizing.spec import read_spec
from xlsizing.workbooks.sales.functions_sheet import WORKED

pytestmark = pytest.mark.slow

MINIMAX, PIECEWISE, FULL = (starter.name for starter in STARTERS)
SLAS = [20, 50, 100, 150, 215]
ANCHORS = "1:215.5,10:122.2,256:41.8"


def sized(place, slas=SLAS, **changes):
    starter = STARTERS[place - 1]
    given = {"gpus_per_pod": starter.gpus_per_pod, "gpu_hourly_usd": starter.usd_per_gpu_hour} | changes
    return size(starter.curve, slas, Demand.tpm(3e6), **given).rows()


def field_row(desk, label):
    """Return the row of a field on sheet Context."""
    return next(row for row in range(6, 70) if desk.value(f"Context!A{row}") == label)


class TestStarters:
    """The curves stand in files too: the two must say the same."""

    @pytest.mark.parametrize(("place", "path"), [(1, EXAMPLE), (2, ILLUSTRATIVE)])
    def test_as_in_the_sizing_file(self, place, path):
        starter, spec = STARTERS[place - 1], read_spec(path)
        assert _anchors(starter.curve) == _anchors(spec.curve())
        # The file shows what a VERDICT takes; among real curves nothing made up may earn one.
        said = {} if place == 1 else {"basis": "predicted"}
        assert starter.context == replace(spec.curve().context, **said)
        assert starter.gpus_per_pod == spec.gpus_per_pod

    def test_the_first_is_the_curve_file_too(self):
        path = ILLUSTRATIVE.parents[1] / "curves" / "minimax-m2-gb300-tp4.csv"
        assert _anchors(STARTERS[0].curve) == _anchors(curve_in_csv(path))

    def test_the_third_is_the_tuned_curve_of_the_sizing_file(self):
        (lever, *_) = read_spec(ILLUSTRATIVE).levers()
        assert _anchors(STARTERS[2].curve) == _anchors(lever.optimised)
        ours, theirs = STARTERS[2].context.known(), lever.optimised.context.known()
        # Sheet Curves fills the source, which the file leaves out; the basis as above.
        assert {name for name in ours if ours[name] != theirs.get(name)} <= {"source_file", "basis"}

    def test_what_is_not_measured_says_so(self):
        for starter in STARTERS[1:]:
            assert "ILLUSTRATIVE" in starter.name
            assert "not a measurement" in starter.source


def _anchors(curve):
    columns = (curve.concurrency, curve.tok_s_per_user, curve.output_tok_s, curve.ttft_s)
    return [None if values is None else values.tolist() for values in columns]


class TestCurves:
    def test_the_picked_curve_stands_beside(self, desk):
        rows = desk.value("Picked_Anchors")
        assert [row[:2] for row in rows[:3]] == [[1, 215.5], [10, 122.2], [256, 41.8]]
        assert {cell for row in rows[3:] for cell in row} == {""}

    def test_a_new_curve_is_on_every_list(self, desk):
        desk.fact(4, 5, "Mine").fact(4, 6, "B200").fact(4, 7, 8).curve(4, [(1, 100), (8, 60), (64, 20)])
        desk.set(Quote_Curve="Mine", Quote_SLA=[20]).calculate()
        (row,) = size(Curve([1, 8, 64], [100, 60, 20]), [20], Demand.tpm(3e6), gpus_per_pod=8).rows()
        assert desk.column("Quote_GPUs_Commit")[0] == row.gpus_high
        assert desk.value("Quote!N6") == "B200"
        assert "B200" in desk.value("Quote_Label")
        assert desk.column("Curve_Names")[3] == "Mine"

    @pytest.mark.parametrize(
        ("price", "sentence"),
        [
            ("7", "price must be a number"),
            (-1, "price must be above 0"),
            ("#N/A", "price must be a number (got the error #N/A)"),
        ],
    )
    def test_a_wrong_price_is_said(self, desk, price, sentence):
        desk.fact(2, 8, price).calculate()
        assert sentence in desk.sentences()[f"Price of {PIECEWISE}"]

    @pytest.mark.parametrize("gpus", [None, "4", 0])
    def test_wrong_gpus_per_pod_are_said(self, desk, gpus):
        desk.fact(1, 7, gpus).calculate()
        assert desk.sentences()[f"GPUs per pod of {MINIMAX}"].startswith("gpus_per_pod must be")
        assert all(is_error(cell) for cell in desk.column("Quote_GPUs_Commit")[:5])


class TestCompare:
    def test_as_the_package_sizes_each(self, desk):
        a, b = sized(2), sized(3)
        for at, (one, other) in enumerate(zip(a, b, strict=True)):
            for name, field in {"GPUs_Commit": "gpus_high", "GPUs_Budget": "gpus_budget", "GPUs": "gpus"}.items():
                left, right = getattr(one, field), getattr(other, field)
                found = [desk.column(f"Compare_{name}_{side}")[at] for side in ("A", "B", "Delta")]
                if left is None:
                    assert found == [CANNOT_BE_MET if name == "GPUs_Commit" else "", right, ""]
                else:
                    assert found == [left, right, right - left]

    def test_dollars_and_which_is_cheaper(self, desk):
        a, b = sized(2, [20]), sized(3, [20])
        delta = b[0].usd_per_month_high - a[0].usd_per_month_high
        assert desk.column("Compare_USD_Commit_Delta")[0] == pytest.approx(delta, rel=1e-9)
        assert desk.column("Compare_USD_Delta")[0] == pytest.approx(b[0].usd_per_month - a[0].usd_per_month, rel=1e-9)
        assert [desk.value(f"Compare!R{row}") for row in range(12, 20)] == ["B"] * 5 + [""] * 3

    def test_one_model_on_two_gpu_types(self, desk):
        desk.fact(4, 5, "Other").fact(4, 6, "B200").fact(4, 7, 8).fact(4, 8, 3.5).curve(4, [(1, 100), (64, 20)])
        desk.set(Compare_Curve_A=MINIMAX, Compare_Curve_B="Other", Quote_SLA=[20]).calculate()
        (a,) = sized(1, [20])
        (b,) = size(Curve([1, 64], [100, 20]), [20], Demand.tpm(3e6), gpus_per_pod=8, gpu_hourly_usd=3.5).rows()
        assert desk.column("Compare_GPUs_Commit_Delta")[0] == b.gpus_high - a.gpus_high
        assert desk.column("Compare_USD_Commit_Delta")[0] == pytest.approx(b.usd_per_month_high - a.usd_per_month_high)

    def test_a_curve_with_itself(self, desk):
        desk.set(Compare_Curve_A=MINIMAX, Compare_Curve_B=MINIMAX).calculate()
        assert desk.column("Compare_GPUs_Commit_Delta")[:5] == [0] * 5
        assert desk.value("Compare!R12") == "equal"
        assert desk.value("Compare_Apart") == 0

    def test_a_curve_without_a_claim_is_budgeted_with_its_commitment(self, desk):
        desk.set(Compare_Curve_A=MINIMAX, Compare_Curve_B=MINIMAX).calculate()
        assert (desk.column("Compare_GPUs_Budget_A")[1], desk.column("Compare_GPUs_Commit_A")[1]) == (100, 236)
        assert desk.value("Compare!B9") == ""
        desk.book.set(f"Context!B{field_row(desk, 'Basis')}", "predicted")
        desk.calculate()
        for side in "AB":
            assert desk.column(f"Compare_GPUs_Budget_{side}")[:5] == desk.column(f"Compare_GPUs_Commit_{side}")[:5]
        reason = CLAIMS[PREDICTED]
        assert desk.value("Compare!B9") == (f"No budget is claimed, so it is the commitment: A: {reason}; B: {reason}")

    def test_the_confidence_is_the_quotes(self, desk):
        desk.set(Compare_Curve_A=MINIMAX, Compare_Curve_B=MINIMAX, Quote_Confidence=0.99).calculate()
        assert desk.column("Compare_GPUs_Budget_B")[1] == 160  # 40 pods of 4

    def test_the_fields_of_the_set_up_that_differ(self, desk):
        assert desk.value("Compare_Apart") == 1  # the mode of CUDA graphs
        desk.set(Compare_Curve_A=MINIMAX).calculate()
        assert desk.value("Compare_Apart") > 10

    def test_curves_of_two_workloads_are_not_compared(self, desk):
        desk.book.set(f"Context!D{field_row(desk, 'ISL [tok]')}", 8192)
        desk.calculate()
        assert desk.sentences()["Compare: ISL of A against B"].startswith("WORKLOAD MISMATCH")
        assert all(is_error(cell) for cell in desk.column("Compare_GPUs_Commit_Delta")[:5])
        assert "check(s) of this comparison failed" in desk.value("Compare!B3")

    @pytest.mark.parametrize("edit", [{"Quote_Demand": "many"}, {"Quote_Hours": None}, {"Quote_Method": "TPOT"}])
    def test_an_error_in_the_quote_turns_its_banner_too(self, desk, edit):
        desk.set(**edit).calculate()
        assert desk.value("Compare!B3").startswith("CHECK INPUTS: a figure is an error value. Quote: ")

    def test_a_wrong_pick_is_said(self, desk):
        desk.set(Compare_Curve_B="none").calculate()
        assert list(desk.sentences()) == ["Compare: curve B"]
        assert "must be one of the names" in desk.sentences()["Compare: curve B"]
        assert all(is_error(cell) for cell in desk.column("Compare_GPUs_Commit_B")[:5])
        assert desk.column("Quote_GPUs_Commit")[0] == 28


class TestLevers:
    def test_as_the_package_has_it(self, desk):
        lever = Lever(
            "full", "tuned-curve", STARTERS[1].curve, 4, optimised=STARTERS[2].curve, changes=("cudagraph_mode",)
        )
        delta = lever_delta(lever, 75, Demand.tpm(3e6), gpu_hourly_usd=8.6)
        assert desk.column("Lever_Delta_GPUs")[0] == delta.delta_gpus
        assert desk.column("Lever_Delta_GPUs_Commit")[0] == delta.delta_gpus_high
        assert desk.column("Lever_Delta_USD")[0] == pytest.approx(delta.delta_usd_per_month)
        assert desk.value("Levers!K6") == pytest.approx(-delta.delta_gpus / 3)
        assert desk.column("Lever_Apart")[0] == 1
        assert desk.column("Lever_Delta_GPUs")[1:] == [""] * 7

    def test_another_size_of_pod(self, desk):
        desk.fact(4, 5, "TP8").fact(4, 7, 8).curve(4, [(1, 256.8), (8, 163.2), (64, 79.2), (256, 37.2)])
        desk.book.set("Levers!C7", PIECEWISE)
        desk.book.set("Levers!D7", "TP8")
        desk.book.set("Levers!E7", 60)
        desk.calculate()
        other = Curve([1, 8, 64, 256], [256.8, 163.2, 79.2, 37.2])
        lever = Lever("tp", "tp-rightsize", STARTERS[1].curve, 4, optimised=other, optimised_gpus_per_pod=8)
        assert (
            desk.column("Lever_Delta_GPUs")[1] == lever_delta(lever, 60, Demand.tpm(3e6), gpu_hourly_usd=8.6).delta_gpus
        )
        assert desk.value("Levers!K7") == ""  # no effort was given

    @pytest.mark.parametrize(
        ("cell", "value", "sentence"),
        [
            ("E6", 500, "baseline: 500 tok/s/user cannot be met"),
            ("E6", "75", "baseline: sla must be a number (got '75')"),
            ("E6", None, "baseline: sla must be a number (got a blank cell)"),
            ("D6", None, "both curves must be one of the names on sheet Curves"),
            ("F6", "3", "effort must be above 0"),
        ],
    )
    def test_a_wrong_row_is_an_error_and_said(self, desk, cell, value, sentence):
        desk.book.set(f"Levers!{cell}", value)
        desk.calculate()
        assert desk.sentences()["Levers: row 6"].startswith(sentence)
        assert is_error(desk.value("Levers!K6"))
        assert is_error(desk.value("Levers!I6")) is (cell != "F6")

    def test_by_the_method_of_the_quote(self, desk):
        desk.book.set("Levers!E6", 40)  # where the methods differ
        desk.set(Quote_Method="tpot").calculate()
        before, after = (
            size(starter.curve, 40, Demand.tpm(3e6), gpus_per_pod=4, method="tpot").gpus for starter in STARTERS[1:]
        )
        assert desk.column("Lever_Delta_GPUs")[0] == after - before

    @pytest.mark.parametrize("label", ["Hardware", "Model", "OSL [tok]", "Engine"])
    def test_a_confounded_pair_gives_no_figure(self, desk, label):
        cell = "Curves!K6" if label == "Hardware" else f"Context!D{field_row(desk, label)}"
        desk.book.set(cell, 2048 if "tok" in label else "another")
        desk.calculate()
        assert {str(desk.value(f"Levers!{column}6")) for column in "HIJK"} == {"#N/A"}
        assert desk.sentences()["Levers: row 6"].startswith("confounded: another model, GPU type, engine or workload")
        assert desk.value("Levers!B4").startswith("CHECK INPUTS: 1 check(s) of this sheet failed")

    @pytest.mark.parametrize("edit", [{"Quote_ISL": 2048}, {"Quote_OSL": 500}, {"Quote_Turns": "multi-turn"}])
    def test_a_pair_of_another_workload_gives_no_figure(self, desk, edit):
        desk.set(**edit).calculate()
        assert desk.column("Lever_Delta_GPUs")[0] == desk.column("Lever_Delta_GPUs_Commit")[0] == "#N/A"
        assert desk.sentences()["Levers: row 6"].startswith("WORKLOAD MISMATCH")

    @pytest.mark.parametrize("pods", [2, 18, 331, 332, 400])
    @pytest.mark.parametrize("slas", [SLAS, [20, 30], [50, 122.2], [20, 300]], ids=str)
    def test_the_audit_of_a_claim_is_at_the_tightest_sla(self, desk, capsys, pods, slas):
        desk.set(Audit_Pods=pods, Quote_SLA=slas).calculate()
        assert desk.value("Audit_SLA") == max(slas)
        claim = ("audit", "--pods", pods, "--sla", max(slas), "--tpm", 3_000_000, "--anchors", ANCHORS, "--json")
        printed = json.loads(run(capsys, *claim).out)
        (found,) = printed.get("audits", [printed])
        assert desk.value("Audit_Verdict") == found["verdict"]
        assert found["verdict"] == audit(STARTERS[0].curve, Demand.tpm(3e6), pods=pods, sla=max(slas)).verdict

    def test_a_claim_that_cannot_be_audited(self, desk):
        assert desk.value("Audit_Verdict").startswith("Does not meet 215 tok/s/user")
        desk.set(Audit_Pods=2).calculate()
        assert desk.value("Audit_Verdict").startswith("Does not fit")
        desk.set(Audit_Pods=1.5).calculate()
        assert is_error(desk.value("Audit_Verdict"))
        assert "whole number" in desk.sentences()["Levers: audit"]

    def test_the_size_to_try(self, desk):
        assert desk.value("TP_Size") == tp_advice(230, 10).recommended_tp
        desk.set(TP_Total_B=2000).calculate()
        assert desk.value("TP_Size") == "#N/A"
        assert desk.sentences() == {}
        desk.set(TP_Active_B="ten").calculate()
        assert desk.value("TP_Size") == "#VALUE!"
        assert "Levers: right-size" in desk.sentences()


class TestContext:
    def test_what_the_functions_read_is_what_the_curve_was_measured_on(self, desk):
        call = Headless().call
        for starter in STARTERS:
            desk.set(Quote_Curve=starter.name).calculate()
            read = dict(desk.value("Picked_Context"))
            assert read["Hardware"] == "GB300"
            assert (read["Customer ISL [tok]"], read["Customer turns"]) == (1024, "single-turn")
            label = call("SIZING_LABEL", desk.value("Picked_Context"))
            known = STARTERS[STARTERS.index(starter)].context
            assert desk.value("Quote_Label") == label == known.label()

    def test_the_customers_workload_is_compared_by_the_rule_of_the_package(self, desk):
        desk.set(Quote_Curve=PIECEWISE)
        for isl, fits in ((931, True), (930, False), (1137, True), (1138, True), (1139, False)):
            # 1024 is within 10 % of what is asked for from 930.9 to 1137.8.
            desk.set(Quote_ISL=isl).calculate()
            reasons = Headless().call("SIZING_RIGOR", desk.value("Picked_Anchors"), 60, desk.value("Picked_Context"))
            assert reasons.startswith("#SIZING:VALUE") is (desk.value("Quote_Refused") > 0), isl
            if isl != 1138:
                assert (desk.value("Quote_Refused") == 0) is fits, isl

    def test_a_measured_mean_stands_before_the_asked_for(self, desk):
        desk.book.set(f"Context!C{field_row(desk, 'Mean input [tok]')}", 500)
        desk.set(Quote_Curve=PIECEWISE).calculate()
        words = "WORKLOAD MISMATCH: 500 tokens per request measured, 1024 asked for"
        assert desk.sentences()["Quote: customer's ISL against the curve's"] == words


class TestChecks:
    def test_all_pass_as_delivered(self, desk):
        assert desk.value("Checks_Failed") == 0
        assert desk.value("First_Failure") == ""

    def test_where_python_does_not_answer_every_block_fails(self):
        # A copy whose functions no engine knows: what a macro-free copy shows.
        engine = formualizer.Workbook.from_bytes(built())
        engine.evaluate_all()
        names = Recalculation(built()).names
        sheet, _, cell = names["Checks_Failed"].partition("!")
        assert engine.get_value(sheet, *coordinate_to_tuple(cell)) > 10
        first = names["First_Failure"].partition("!")[2]
        words = engine.get_value(sheet, *coordinate_to_tuple(first))
        assert words.endswith("no answer from Python: enable macros, then run xlsizing doctor on this file")
        assert "CHECK INPUTS" in engine.get_value("Quote", 3, 2)


class TestFunctions:
    def test_every_function_is_there_with_its_arguments(self, desk):
        functions = Headless().functions
        assert [function.name for function in functions] == udfs.__all__
        assert set(WORKED) == set(udfs.__all__)
        for row, function in enumerate(functions, start=6):
            signature = desk.value(f"Functions!B{row}")
            assert signature.startswith(f"{function.name}(")
            assert all(argument.name in signature for argument in function.arguments)
            assert desk.value(f"Functions!C{row}") == function.doc
            assert desk.value(f"Functions!E{row}") == WORKED[function.name]
            value = desk.value(f"Functions!F{row}")
            assert value not in ("", None)
            assert not is_error(value)

    def test_the_worked_figures(self, desk):
        values = {
            desk.value(f"Functions!B{row}").partition("(")[0]: desk.value(f"Functions!F{row}")
            for row in range(6, 6 + len(udfs.__all__))
        }
        assert (values["SIZING_GPUS"], values["SIZING_GPUS_COMMIT"], values["SIZING_PODS"]) == (124, 236, 31)
        assert values["SIZING_GPUS_BUDGET"] == 176
        assert values["SIZING_COST"] == pytest.approx(124 * 8.6 * 730, rel=1e-12)
        assert values["SIZING_TPM"] == 50 * 1000 * 60
        assert values["SIZING_TP"] == 1
        assert values["SIZING_CHECK"] == "OK"
        assert "Python" not in values["SIZING_VERSION"]  # the file must not depend on who built it
