"""The banner and the next lever follow the inputs: the words in an edited copy are those of the package for that input."""

from dataclasses import replace

import pytest

from tests.contexts import CONCURRENCY, RATES, context
from tests.spec_files import ILLUSTRATIVE
from tests.workbooks import engines
from tests.workbooks.agreement import fill, number
from tests.workbooks.built import SLAS as DELIVERED
from tests.workbooks.built import spec_workbook, standard_report
from tests.workbooks.cases import BAD, GOOD, WORKED, Case
from tests.workbooks.engines import FormualizerEngine, FormulonEngine, IronCalcEngine
from tests.workbooks.first_page import headline, next_step, opening, read
from tests.workbooks.test_package import opened
from xlsizing import Curve, Demand, size
from xlsizing.advice.rigor import Workload
from xlsizing.advice.standing_words import NO_THROUGHPUT, NOT_ASKED
from xlsizing.reports.from_spec import spec_report
from xlsizing.reports.report import Report
from xlsizing.rules import HOURS_PER_MONTH
from xlsizing.spec import read_spec
from xlsizing.workbooks.customer.settings import CHECK_INPUTS
from xlsizing.workbooks.customer.sizing_words import NO_BUDGET
from xlsizing.workbooks.customer.write import customer_workbook

pytestmark = pytest.mark.slow

IN_PROCESS = {"formualizer": FormualizerEngine, "ironcalc": IronCalcEngine, "formulon": FormulonEngine}
EDITED = "the anchors or the workload were edited since delivery"
PRICE = "price changed, no source"
DELIVERED_CASE = Case("as delivered", WORKED, list(DELIVERED))
SAMPLE = GOOD[::3]
SAID = [case for case in GOOD[::2] if case.hours == HOURS_PER_MONTH]
"""Cases whose month is the package's, so that its dollars are too."""


@pytest.fixture(scope="module", params=list(IN_PROCESS))
def make(request):
    return IN_PROCESS[request.param]


@pytest.fixture(scope="module")
def engine(make, standard):
    """The worked rows, without context and without levers."""
    return make(standard)


def report(case):
    return Report(case.sizing)


def by_name(cases):
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.name)


class TestNextLever:
    @by_name(SAMPLE)
    def test_the_same_measurement_and_unlock(self, engine, case):
        fill(engine, case)
        step = report(case).next_lever
        found, unlock = engine.value("Next_c"), engine.value("Next_GPUs")
        assert found == (pytest.approx(step.concurrency, rel=1e-9) if step.concurrency else "")
        if step.unlock_gpus is not None:
            assert unlock == step.unlock_gpus

    @by_name(SAID)
    def test_the_cells_say_what_the_sentences_do(self, engine, case):
        fill(engine, case)
        told = report(case)
        assert next_step(engine) == (told.next_lever.step, told.next_lever.gate)
        assert opening(engine) == told.opening[0]
        assert headline(engine).replace(f"; {EDITED}", "").replace(f"; {PRICE}", "") == told.headline

    def test_there_are_words_of_every_kind(self):
        steps = [report(case).next_lever.step for case in SAID]
        assert len(steps) >= 40
        for kind in (
            "narrows the range",
            "twice the last",
            "whether any concurrency",
            "Find a lever to reach",
            "Record",
        ):
            assert any(kind in step for step in steps), kind

    def test_of_the_most_digits(self, engine):
        # 10^8 pods of 10^6 GPUs: fifteen digits and their dollars.
        case = Case("many", [(1, 3), (3, 2)], [2.5], unit="tok/s", demand=3e8, util=1, gpus_per_pod=1_000_000)
        fill(engine, case)
        assert next_step(engine)[0] == report(case).next_lever.step
        assert engine.value("Next_High") == 1e14
        assert engine.value("Spelt_high") == 1e14

    @by_name(BAD[::6])
    def test_says_nothing_while_an_input_is_wrong(self, engine, case):
        fill(engine, case)
        assert (engine.value("Next_Step"), engine.value("Next_Gate")) == (CHECK_INPUTS, CHECK_INPUTS)
        assert [engine.value(name) for name in ("Next_c", "Next_GPUs", "Next_USD")] == ["", "", ""]

    @pytest.mark.parametrize("case", [SAMPLE[0], SAMPLE[-1]], ids=lambda case: case.name)
    def test_in_libreoffice(self, standard, case):
        office = engines.libreoffice(standard)
        try:
            fill(office, case)
            step = report(case).next_lever
            assert office.value("Next_c") == (pytest.approx(step.concurrency, rel=1e-9) if step.concurrency else "")
            assert next_step(office) == (step.step, step.gate)
        finally:
            office.close()


def of_full_context(slas, points=CONCURRENCY, rates=RATES, **changes):
    """Return the report of a sweep with a complete context that the customer's workload matches."""
    tps = [0.95 * c * r for c, r in zip(points, rates, strict=True)]
    measured = Curve(points, rates, output_tok_s=tps, context=context(**changes))
    return Report(size(measured, slas, Demand.tpm(3e6), gpus_per_pod=4))


class TestWhereNoMeasurementHelps:
    """The row is a measured point: what comes next depends on the context, the sweep and the levers."""

    def test_a_missing_field_of_the_context(self, make):
        self.same(make, of_full_context([RATES[1]], engine=None))

    def test_a_missing_point_of_the_sweep(self, make):
        self.same(make, of_full_context([RATES[1]], CONCURRENCY[:2], RATES[:2]))

    def test_a_lever_where_none_was_given(self, make):
        self.same(make, of_full_context([RATES[2]]))

    def test_a_closed_bracket(self, make):
        self.same(make, of_full_context([95], [1, 2], [100, 90]))

    def same(self, make, report):
        engine = make(customer_workbook(report))
        engine.recalculate()
        step = report.next_lever
        assert next_step(engine) == (step.step, step.gate)

    def test_levers_as_delivered_do_not_outlive_an_edit(self, make):
        engine = make(spec_workbook(ILLUSTRATIVE))
        engine.set("SLA_In", [112])
        engine.recalculate()
        assert engine.value("Next_Step") == "Size the levers anew: sheet Levers is for the delivered inputs"


class TestRigor:
    @pytest.mark.parametrize("slas", [[20, 50, 100], [50, 60], [150], [300, 400], [20, 300], [122.2]], ids=str)
    def test_of_edited_slas(self, engine, slas):
        case = replace(DELIVERED_CASE, slas=slas)
        fill(engine, case)
        assert headline(engine) == report(case).headline

    @pytest.mark.parametrize("slas", [[60, 75], [30, 220], [112, 140], [140, 150], [300]], ids=str)
    def test_of_edited_slas_where_rows_may_be_a_verdict(self, make, slas):
        data = spec_workbook(ILLUSTRATIVE)
        engine = make(data)
        engine.set("SLA_In", slas)
        engine.recalculate()
        sizing = illustrative().sizing
        expected = replace(
            illustrative(), sizing=size(sizing.curve, slas, sizing.demand, gpus_per_pod=4, gpu_hourly_usd=7.25)
        )
        assert headline(engine) == expected.headline

    def test_of_each_row(self, make):
        # A VERDICT lies between c=8 and c=128, a hair of noise aside, or is an anchor, the plateau or past the knee (40).
        points = [1, 4, 8 * (1 - 5e-10), 16, 32, 64, 128 * (1 + 5e-10), 256, 512]
        rates = [200, 180, 160, 140, 120, 100, 80, 60, 20]
        slas = [10, 20, 40, 60, 70, 90, 150, 160, 170, 190, 200, 201]
        asked = Workload(1024, 1024, "single-turn")
        held = {"max_num_seqs": 512, "num_prompts": 1024}
        expected = replace(of_full_context(slas, points, rates, **held), workload=asked)
        engine = make(customer_workbook(replace(of_full_context([100], points, rates, **held), workload=asked)))
        engine.set("SLA_In", slas)
        engine.recalculate()
        labels = [
            "" if not row.feasible else rigor.label
            for row, rigor in zip(expected.rows, expected.standings, strict=True)
        ]
        assert engine.column("Out_Rigor") == labels
        assert labels == [
            "VERDICT", "VERDICT", "VERDICT", "VERDICT", "DRAFT", "VERDICT", "VERDICT", "VERDICT", "DRAFT", "DRAFT", "VERDICT", ""
        ]  # fmt: skip
        assert headline(engine) == expected.headline

    def test_edited_anchors_are_no_longer_vouched_for(self, make):
        engine = make(spec_workbook(ILLUSTRATIVE))
        engine.recalculate()
        assert headline(engine) == f"VERDICT: {NOT_ASKED}"
        fill(engine, replace(DELIVERED_CASE, anchors=[(8, 100), (16, 90), (32, 80)], slas=[85], usd=7.25))
        assert headline(engine) == f"DRAFT: the sweep lacks c=64, 128; {NO_THROUGHPUT}; {EDITED}"

    def test_an_edited_workload_is_no_longer_vouched_for(self, make):
        engine = make(spec_workbook(ILLUSTRATIVE))
        engine.set("Workload_ISL", 1025)
        engine.recalculate()
        assert engine.value("Checks_Failed") == 0
        assert headline(engine) == f"DRAFT: {EDITED}"
        assert engine.value("Edited") > 0

    def test_a_price_beside_its_old_source(self, make):
        engine = make(spec_workbook(ILLUSTRATIVE))
        engine.set("USD_per_GPU_Hour", 6.5)
        engine.recalculate()
        assert headline(engine) == f"DRAFT: {PRICE}"
        assert set(engine.column("Out_Rigor")) == {"DRAFT", ""}
        assert PRICE in [cell for row in engine.sheet("Sizing", "E12:E12") for cell in row]
        for source in ("TBC", "n.a.", "--", "unknown"):
            engine.set("Price_Source", source)
            engine.recalculate()
            assert headline(engine) == f"DRAFT: {PRICE}", source
        engine.set("Price_Source", "2026-11-24, quote 4711")
        engine.recalculate()
        assert headline(engine) == f"VERDICT: {NOT_ASKED}"

    @pytest.mark.parametrize(
        ("eta_at", "slas", "labels"),
        [
            ({64: 0.7}, [30, 60, 75, 100, 112], ["VERDICT", "DRAFT", "DRAFT", "VERDICT", "VERDICT"]),
            ({64: 0.7}, [60, 75], ["DRAFT", "DRAFT"]),
            ({8: 0.5}, [112, 136, 120], ["VERDICT", "DRAFT", "DRAFT"]),
            ({256: 0.5}, [30, 40], ["VERDICT", "VERDICT"]),  # past the knee: c=128 alone
        ],
        ids=str,
    )
    def test_a_point_that_queued(self, make, eta_at, slas, labels):
        delivered = illustrative()
        c, r = delivered.sizing.curve.concurrency, delivered.sizing.curve.tok_s_per_user
        tps = [eta_at.get(at, 0.95) * at * rate for at, rate in zip(c.tolist(), r.tolist(), strict=True)]
        measured = Curve(c, r, output_tok_s=tps, context=delivered.context)
        made = {
            tuple(some): replace(
                delivered, sizing=size(measured, some, Demand.tpm(3e6), gpus_per_pod=4), levers=(), levers_unmet=()
            )
            for some in ([100], slas)
        }
        expected = made[tuple(slas)]
        engine = make(customer_workbook(made[100,]))
        engine.set("SLA_In", slas)
        engine.recalculate()
        by_sla = dict(zip((row.sla for row in expected.rows), (one.label for one in expected.standings), strict=True))
        assert [by_sla[sla] for sla in slas] == labels
        assert engine.column("Out_Rigor")[: len(slas)] == labels
        assert headline(engine) == expected.headline

    @pytest.mark.parametrize(
        ("changes", "name", "value", "failed"),
        [
            ({"prefix_caching": True, "prefix_hit_rate": 0.5, "dataset_kind": "chat"}, "Workload_Hit_Rate", 0.61, 1),
            ({"prefix_caching": True, "prefix_hit_rate": 0.5, "dataset_kind": "chat"}, "Workload_Hit_Rate", 0.6, 0),
            ({"prefix_caching": True, "prefix_hit_rate": 0.5, "dataset_kind": "chat"}, "Workload_Hit_Rate", 7, 2),
            (
                {"prefix_caching": True, "prefix_hit_rate": 0.5, "dataset_kind": "chat"},
                "Workload_Dataset_Kind",
                "code",
                1,
            ),
            ({"prefix_caching": True, "prefix_hit_rate": 0.5, "dataset_kind": "chat"}, "Workload_Dataset_Kind", "x", 2),
            ({}, "Workload_Dataset_Kind", "code", 0),
            ({}, "Workload_Hit_Rate", 0.9, 0),
            ({}, "Workload_Cache", "cold", 1),
            ({}, "Workload_Cache", "warm", 0),
        ],
        ids=str,
    )
    def test_the_whole_workload_is_compared_live(self, make, changes, name, value, failed):
        asked = Workload(1024, 1024, "single-turn", 0.5 if changes else None, "chat" if changes else None)
        made = replace(of_full_context([100], **changes), workload=asked)
        assert made.headline == f"VERDICT: {NOT_ASKED}"
        engine = make(customer_workbook(made))
        engine.set(name, value)
        engine.recalculate()
        assert engine.value("Checks_Failed") == failed
        assert headline(engine) == ("CHECK INPUTS" if failed else f"DRAFT: {EDITED}")


def illustrative():
    return spec_report(read_spec(ILLUSTRATIVE))


class TestFirstPage:
    def page(self, engine):
        return {(row, column): cell for row, cells in enumerate(engine.sheet("Sizing", "B1:P17"), 1)
                for column, cell in zip("BCDEFGHIJKLMNOP", cells, strict=True)}  # fmt: skip

    def test_the_banner_says_draft_and_why(self, engine):
        fill(engine, DELIVERED_CASE)
        page = read(engine)
        assert (headline(engine), page["unmet"]) == (standard_report().headline, 1)
        assert page["to do"] == "Quote the figures in bold; what cannot be met: see the remarks."
        assert "As delivered" in page["edits"]
        assert opening(engine) == standard_report().opening[0]

    def test_where_nothing_can_be_met_it_offers_no_commitment(self, engine):
        fill(engine, replace(DELIVERED_CASE, slas=[300, 400]))
        assert read(engine)["to do"] == "No SLA is met by any measured point: see the remarks."
        assert opening(engine).endswith("; no SLA asked can be met.")

    @pytest.mark.parametrize("change", [{"util": 0.71}, {"usd": 9}, {"slas": [20]}, {"util": 80}], ids=str)
    def test_an_edit_shows(self, engine, change):
        fill(engine, replace(DELIVERED_CASE, **change))
        page = self.page(engine)
        assert page[16, "I"].startswith("EDITED since delivery: ")
        assert "AS DELIVERED, before the edits" in page[5, "I"]

    def test_bad_input_turns_the_banner(self, engine):
        fill(engine, replace(DELIVERED_CASE, util=80))
        page = read(engine)
        assert (page["standing"], page["failed"]) == ("CHECK INPUTS", 1)
        assert page["to do"].startswith("No result is shown")
        assert page["why"].startswith("Utilisation must be above 0")
        numbers = [cell for (row, column), cell in self.page(engine).items() if column > "E" and number(cell)]
        assert numbers == []

    def test_the_last_column_of_the_second_page_is_the_last_printed(self, standard):
        # 12 SLAs from row 20, three texts, one row of signatures
        assert opened(standard)["Sizing"].print_area == "'Sizing'!$B$1:$AQ$35"

    def claim(self, engine):
        return engine.sheet("Sizing", "B34:B34")[0][0]

    def test_the_claim_stands_only_where_it_is_made(self, engine):
        fill(engine, DELIVERED_CASE)
        assert self.claim(engine).startswith(
            "Budget: On public sweeps, for one SLA on a curve that is measured from c <= 16"
        )
        assert "on at least 95 of 100 curves, if output throughput is c x tok/s/user." in self.claim(engine)
        for change in ({"method": "log-c"}, {"slas": [20]}, {"slas": [300]}):
            fill(engine, replace(DELIVERED_CASE, **change))
            assert self.claim(engine) == NO_BUDGET, change

    @pytest.mark.parametrize("typed", [95, 0.8])
    def test_a_coverage_that_there_is_none_for_is_in_no_sentence(self, engine, typed):
        fill(engine, replace(DELIVERED_CASE, confidence=typed))
        assert (self.claim(engine), engine.sheet("Sizing", "F19:F19")) == ("", [["to budget"]])
        assert (read(engine)["standing"], read(engine)["failed"]) == ("CHECK INPUTS", 1)
        fill(engine, replace(DELIVERED_CASE, confidence=0.9 + 0.09))  # 0.9900000000000001 or so is 99 %
        assert "on at least 99 of 100 curves" in self.claim(engine)

    def test_spares_are_said_to_be_out_of_the_next_step(self, engine):
        fill(engine, replace(DELIVERED_CASE, spares=2))
        assert "the range of 236 to 1,328 GPUs without spares at 150 tok/s/user" in next_step(engine)[0]
        assert read(engine)["heading"].endswith("it follows the inputs; without spares and whole nodes)")

    def test_so_are_whole_nodes(self, engine):
        fill(engine, replace(DELIVERED_CASE, per_node=8))
        assert "the range of 236 to 1,328 GPUs without spares and whole nodes at 150 tok/s/user" in next_step(engine)[0]

    def test_a_table_too_long_for_charts_says_so(self):
        sizing = standard_report().sizing
        many = size(sizing.curve, [20 + 5 * i for i in range(13)], sizing.demand, gpus_per_pod=4)
        texts = [cell.value for row in opened(customer_workbook(Report(many)))["Sizing"].iter_rows() for cell in row]
        assert "Charts are drawn for up to 12 SLAs; this table has more." in texts
        assert opened(customer_workbook(Report(many)))["Sizing"]._charts == []
