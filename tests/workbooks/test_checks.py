"""Sheet Checks in an edited copy: what blanks the results, as the package would refuse it, and what is only noted."""

from dataclasses import replace

import pytest

from tests.contexts import context
from tests.spec_files import ILLUSTRATIVE
from tests.workbooks.agreement import fill, slips
from tests.workbooks.built import SLAS, spec_workbook
from tests.workbooks.cases import WORKED, Case
from tests.workbooks.engines import CellError, FormualizerEngine, IronCalcEngine
from tests.workbooks.first_page import read
from xlsizing import Curve, Demand, SizingError, size
from xlsizing.context.context import Context
from xlsizing.context.matching import MISMATCH, check_gpus_per_pod, workload_mismatch
from xlsizing.reports.report import Report
from xlsizing.rules import HEADROOM
from xlsizing.workbooks.customer.first_page import DEMAND_AT
from xlsizing.workbooks.customer.write import customer_workbook
from xlsizing.workbooks.writer.names import PUBLIC

pytestmark = pytest.mark.slow

DELIVERED = Case("as delivered", WORKED, list(SLAS))


@pytest.fixture(scope="module", params=[FormualizerEngine, IronCalcEngine], ids=["formualizer", "ironcalc"])
def make(request):
    return request.param


@pytest.fixture(scope="module")
def engine(make, standard):
    """The worked rows, without context and without levers."""
    return make(standard)


@pytest.fixture
def verdict(make):
    """A complete context: TP4, measured at 1024 tokens in and out, single-turn."""
    return make(spec_workbook(ILLUSTRATIVE))


def found(engine):
    """Return what sheet Checks found, by the words of the check."""
    return {words: count for words, count in engine.sheet("Checks", "B6:C60") if words}


def refused(call, *given):
    """Tell whether the package refuses."""
    try:
        call(*given)
    except SizingError:
        return True
    return False


class TestContext:
    @pytest.mark.parametrize(("name", "field"), [("Workload_ISL", "isl"), ("Workload_OSL", "osl")])
    def test_another_number_of_tokens(self, verdict, name, field):
        # 10 % of the customer's: 1024/1.1 = 930.9 and 1024/0.9 = 1137.8 are the last that match.
        measured = context(isl=1024, osl=1024)
        for tokens in (100, 930, 931, 1024, 1137, 1138, 8192):
            verdict.set(name, tokens)
            verdict.recalculate()
            kinds = [reason.kind for reason in workload_mismatch(measured, **{field: tokens})]
            assert bool(slips(verdict)) == (MISMATCH not in kinds), tokens
            assert verdict.value("Checks_Failed") == kinds.count(MISMATCH), tokens
        verdict.set(name, None)
        verdict.recalculate()
        assert verdict.value("Checks_Failed") == 0

    def test_another_turn_pattern(self, verdict):
        verdict.set("Workload_Turns", "multi-turn")
        verdict.recalculate()
        assert slips(verdict) == []
        assert read(verdict)["why"].startswith("WORKLOAD MISMATCH")
        verdict.set("Workload_Turns", "single-turn")
        verdict.recalculate()
        assert verdict.value("Checks_Failed") == 0

    @pytest.mark.parametrize("sizes", [(2, 2, 1), (2, None, None), (4, 1, None)], ids=str)
    def test_gpus_per_pod_against_the_parallelism(self, make, sizes):
        around = context(**dict(zip(("tp", "pp", "dp_in_pod"), sizes, strict=True)))
        curve = Curve([1, 10, 256], [215.5, 122.2, 41.8], context=around)
        engine = make(customer_workbook(Report(size(curve, [50], Demand.tpm(3e6), gpus_per_pod=4))))
        for gpus in (1, 2, 3, 4, 6, 8, 12):
            engine.set("GPUs_per_Pod", gpus)
            engine.recalculate()
            assert engine.value("Checks_Failed") == int(refused(check_gpus_per_pod, around, gpus)), gpus


class TestErrorValues:
    """Pasted from another sheet: they neither pass for a blank nor spread to what is shown."""

    @pytest.mark.parametrize("formula", ["=NA()", "=1/0"])
    @pytest.mark.parametrize(
        "name", [name for name in PUBLIC if name not in ("Demand_OSL", "Checks_Failed") and not name.startswith("Out_")]
    )
    def test_one_leaves_no_number_and_no_error(self, standard, name, formula):
        engine = IronCalcEngine(standard)
        box = engine.boxes[name]
        engine.model.set_user_input(engine.sheets[box.sheet], box.top, box.left, formula)
        engine.recalculate()
        assert slips(engine) == []
        shown = [cell for rows in ("A1:AY4", "E5:AY51") for row in engine.sheet("Sizing", rows) for cell in row]
        shown += [cell for row in engine.sheet("Checks", "A1:M100") for cell in row]
        shown += [cell for row in engine.sheet("Intake", "A10:D60") for cell in row]
        assert [cell for cell in shown if isinstance(cell, CellError)] == []
        assert (read(engine)["standing"], read(engine)["failed"]) == ("CHECK INPUTS", 1)


class TestNotes:
    def test_each_counts_what_it_says(self, engine):
        # By rising c: 1 to 10 and 10 to 256 are gaps; 10 stands after 256 and 1 after both; 300 is above 215.5;
        # 50 needs 28 to 236 GPUs, 122.2 is measured, 20 on the plateau; the edits are a note too.
        # By log-c no budget is claimed: nothing of so wide a range can be quoted.
        anchors = [WORKED[2], WORKED[1], WORKED[0]]
        fill(engine, replace(DELIVERED, anchors=anchors, slas=[300, 50, 122.2, 20], method="log-c"))
        counts = found(engine)
        expected = {
            "Anchors out of order": 2,
            "Neighbouring anchors more than 5x apart": 2,
            "Output tok/s below 80 % of c x tok/s/user": 0,
            "No output throughput was measured": 1,
            "SLAs that no measured point meets": 1,
            "SLAs with no figure to quote": 1,
            "Fields missing from the measurement context": len(Context().missing()),
            "Values that differ from the snapshot below": engine.value("Edited"),
        }
        got = {words: count for note in expected for words, count in counts.items() if words.startswith(note)}
        assert list(got.values()) == list(expected.values())
        assert counts["Notes"] == 7
        assert read(engine)["notes"] == 7


class TestFirstPage:
    def test_the_line_of_the_spare_pods(self, engine):
        fill(engine, replace(DELIVERED, spares=3))
        line = engine.sheet("Sizing", "B32:B32")[0][0]
        assert line == f"{HEADROOM} Spares are in GPUs and dollars of this table."
        assert engine.column("Out_Quote_Spares")[:5] == [3] * 5
        fill(engine, DELIVERED)
        assert engine.sheet("Sizing", "B32:B32")[0][0] == f"{HEADROOM} No spares are in GPUs and dollars of this table."

    @pytest.mark.parametrize(
        ("unit", "demand", "osl", "words", "tok_s"),
        [
            ("tpm", 3e6, None, "output tokens per minute", 50_000),
            ("tok/s", 700, None, "output tokens per second", 700),
            ("rps", 50, 128, "requests per second", 6400),
            ("users", 400, None, "requests in flight at peak", "by SLA"),
        ],
    )
    def test_the_demand_in_words_and_in_tokens(self, engine, unit, demand, osl, words, tok_s):
        fill(engine, replace(DELIVERED, unit=unit, demand=demand, osl=osl))
        assert engine.sheet("Sizing", "E6:E6") == [[words]]
        assert engine.sheet("Sizing", f"{DEMAND_AT}:{DEMAND_AT}") == [[tok_s]]

    def test_the_number_of_edits(self, engine):
        # The price, and of five rows that can be met both dollars: none of their other figures.
        fill(engine, replace(DELIVERED, usd=9))
        assert engine.value("Edited") == 1 + 5 * 2
        assert read(engine)["edited"] == 11
        assert read(engine)["edits"].startswith("EDITED since delivery: ")


class TestChecks:
    def test_they_count_anchors_not_the_rows_that_repeat_the_last(self, engine):
        # eta of 32:20:500 is 0.78, of 64:15:700 0.73, of 1:100:95 0.95: two of three.
        anchors = [(1, 100, 95), (32, 20, 500), (64, 15, 700)]
        fill(engine, replace(DELIVERED, anchors=anchors, slas=[15]))
        counts = dict(engine.sheet("Checks", "B6:C60"))
        (words,) = [words for words in counts if str(words).startswith("Output tok/s below 80 %")]
        assert counts[words] == 2

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            *(("Workload_ISL", value) for value in ("1k", 0, 2e15)),
            *(("Workload_OSL", value) for value in ("1024", -1, 1e-7)),
            *(("Workload_Turns", value) for value in ("some", 2)),
        ],
    )
    def test_a_workload_that_is_none_leaves_no_number(self, engine, name, value):
        fill(engine, DELIVERED)
        engine.set(name, value)
        engine.recalculate()
        found, why = slips(engine), read(engine)["why"]
        engine.set(name, None)
        assert found == []
        assert why.startswith("Workload of the customer must be numbers above 0")

    def test_pooled_anchors_are_not_held_to_what_was_measured(self, make):
        # Pooling moves 50 and 50.9 to 50.45: 1060/(20*50.9) = 1.041 was measured, 1060/(20*50.45) = 1.0505 stands there;
        # and 10/(10*50) = 0.02 was, 10/(10*50.45) = 0.0198 stands.
        for tps in ([104, 520, 1060, 1900], [50, 10, 1000, 1900]):
            curve = Curve([1, 10, 20, 100], [100, 50, 50.9, 20], output_tok_s=tps, pool_rises=0.01)
            engine = make(customer_workbook(Report(size(curve, [50, 60, 30], Demand.tpm(3e6), gpus_per_pod=4))))
            engine.recalculate()
            assert engine.value("Checks_Failed") == 0
            assert engine.value("Pooled_Share") == pytest.approx(0.009)
            engine.set(
                "Anchor_T", [tps[0], tps[1], 1080, tps[3]]
            )  # 1080/(20*50.45) is 1.07, more than pooling explains
            engine.recalculate()
            # once edited, they are what somebody states: no slack is left, and the second curve's 0.0198 is too low
            assert engine.value("Checks_Failed") == (1 if tps[1] == 520 else 2)

    def test_throughput_of_one_gpu_is_refused_until_it_is_stated_to_be_of_the_pod(self, make):
        c, r, tps = [8, 64], [100, 50], [400, 1600]
        curve = Curve(c, r)
        engine = make(customer_workbook(Report(size(curve, [50, 60], Demand.tpm(3e6), gpus_per_pod=4))))
        engine.set("Anchor_T", tps)
        engine.recalculate()
        assert engine.value("Checks_Failed") == 1
        assert engine.column("Out_GPUs_Commit")[:2] == ["CHECK INPUTS"] * 2
        assert "looks like tok/s per GPU" in read(engine)["why"]
        engine.set("T_Per_Pod_Stated", "yes")
        engine.recalculate()
        stated = Curve(c, r, output_tok_s=tps, throughput_per_replica=True)
        expected = size(stated, [50, 60], Demand.tpm(3e6), gpus_per_pod=4)
        assert engine.value("Checks_Failed") == 0
        assert engine.column("Out_GPUs_Commit")[:2] == expected.gpus_high.tolist()
        assert engine.column("Out_GPUs")[:2] == expected.gpus.tolist()

    def test_the_gpus_of_the_pod_count_too(self, make):
        curve = Curve([8, 64], [100, 50], output_tok_s=[800 * 0.95 / 3, 3200 * 0.85 / 3])
        engine = make(customer_workbook(Report(size(curve, [50], Demand.tpm(3e6), gpus_per_pod=1))))
        for gpus, failed in ((3, 1), (72, 0), (1, 0)):
            engine.set("GPUs_per_Pod", gpus)
            engine.recalculate()
            assert engine.value("Checks_Failed") == failed

    def test_ttft_in_milliseconds_is_refused(self, make):
        columns = {"output_tok_s": [790, 3000], "ttft_s": [0.1, 1]}
        curve = Curve([8, 64], [100, 50], context=context(osl=1001), **columns)
        engine = make(customer_workbook(Report(size(curve, [50], Demand.tpm(3e6), gpus_per_pod=4))))
        engine.recalculate()
        assert engine.value("Checks_Failed") == 0
        engine.set("Anchor_TTFT", [100, 1000])
        engine.recalculate()
        assert engine.value("Checks_Failed") == 1
        assert "is column E in ms?" in read(engine)["why"]

    def test_noise_as_delivered_is_noted_and_stays_noise_when_edited(self, make):
        given = [95, 88, 88.3, 70]
        curve = Curve([16, 32, 64, 128], given)
        engine = make(customer_workbook(Report(size(curve, [60, 88.15], Demand.tpm(3e6), gpus_per_pod=4))))
        engine.recalculate()
        assert (engine.value("Checks_Failed"), engine.value("Pooled_Share")) == (0, pytest.approx(0.0017, rel=0.01))
        assert engine.column("Anchor_r")[1:3] == [88.15, 88.15]
        delivered = engine.column("Out_GPUs_Commit")
        engine.set("Anchor_r", given)
        engine.recalculate()
        assert (engine.value("Checks_Failed"), engine.value("Pool_On")) == (0, 1)
        assert engine.column("Out_GPUs_Commit") == delivered
