"""What is bought for the figure that may be quoted: contracted, in nodes, and at the mean, by hand."""

import json
from dataclasses import replace
from datetime import date
from io import BytesIO

import openpyxl
import pytest

from tests.reports.test_review import fault, reviewed
from xlsizing import Curve, Demand, InputError, NodePlan, size
from xlsizing.advice.rigor import Workload
from xlsizing.core.price import Price
from xlsizing.reports.asked import demand_words, facts, input_tok_s
from xlsizing.reports.markdown import markdown
from xlsizing.reports.money import contract_words, price_tables, quote_table, sold_table
from xlsizing.reports.record import record
from xlsizing.reports.report import Report
from xlsizing.workbooks.customer import ProofError, customer_workbook, intake_sheet

SPARSE = Curve([1, 10, 256], [215.5, 122.2, 41.8])
PEOPLE = Demand.people(2000, requests_per_person_min=1.2, osl=700)


@pytest.fixture
def asked():
    """The sizing of 2,000 people at 2.5 times their mean, in nodes of 8 of which one may fail, 60 tok/s/user contracted."""
    sizing = size(
        SPARSE, [60, 20], PEOPLE.at_peak(2.5), gpus_per_pod=4, gpu_hourly_usd=2.1,
        node_plan=NodePlan(8, nodes_to_survive=1),
    )  # fmt: skip
    return Report(sizing, contract=0, workload=Workload(isl=3000, osl=700))


class TestContract:
    def test_it_multiplies_out(self, asked):
        # (39 + 2) x 4 = 164 GPUs, in nodes of 8 168; x 2.10 x 730 = 257,544; to commit (82 + 2) x 4 = 336, 515,088
        assert contract_words(asked) == (
            "DRAFT, GPUs to budget, 95 %, at 60 tok/s/user: 39 pods x 4 + 2 spare pods x 4 + 4 GPUs idle in nodes = 168 GPUs x "
            "2.10 $/GPU-hour x 730 h/month = 257,544 $/month; a DRAFT is quoted, not signed: to commit 336 GPUs, 515,088 $/month"
        )
        assert asked.contract_at == 1  # rows are by rising SLA

    def test_terms_that_are_none_are_left_out_and_an_assumed_price_says_so(self):
        report = Report(size(SPARSE, 20, Demand.tpm(3e6), gpus_per_pod=4), contract=0)
        # 7 x 4 = 28 GPUs x 8.60 x 730 = 175,784
        assert contract_words(report) == (
            "DRAFT, GPUs to budget, 95 %, at 20 tok/s/user: 7 pods x 4 = 28 GPUs x 8.60 $/GPU-hour (assumed) x 730 h/month = "
            "175,784 $/month"
        )

    @pytest.mark.parametrize(
        ("sla", "method", "words"),
        [
            (300, "auto", "300 tok/s/user cannot be met"),
            (
                100,
                "log-c",
                "100 tok/s/user: measure first: c=24; no budget claimed: the method is log-c; nothing to sign",
            ),
        ],
    )
    def test_without_a_figure_to_sign(self, sla, method, words):
        report = Report(size(SPARSE, sla, Demand.tpm(3e6), gpus_per_pod=4, method=method), contract=0)
        assert contract_words(report) == words

    def test_none_is_marked(self, asked):
        assert contract_words(replace(asked, contract=None)) == ""
        assert record(replace(asked, contract=None))["contract"] is None

    def test_it_stands_first(self, asked):
        assert next(iter(facts(asked))) == "Contract"
        assert markdown(asked).index("- Contract: ") < markdown(asked).index("- Customer's workload")
        assert record(asked)["contract"] == contract_words(asked)
        assert [row["contract"] for row in record(asked)["rows"]] == [False, True]


class TestNodes:
    def test_the_row_adds_up(self, asked):
        table = quote_table(asked)
        assert table.header[2:] == (
            "(pods", "+ spare pods)", "x GPUs per pod", "+ idle GPUs", "= GPUs", "nodes", "x $/GPU-hour", "x h/month",
            "= $/month", "$/1M tok",
        )  # fmt: skip
        # 20: 70,000/(10,700.8 x 0.7) = 9.35: 10 pods, with spares 12, 48 GPUs, 6 nodes; x 2.1 x 730 = 73,584
        assert table.rows[0][2:10] == ("10", "2", "4", "0", "48", "6", "2.10", "730")
        assert table.rows[1][2:11] == ("39", "2", "4", "4", "168", "21", "2.10", "730", "257,544")

    @pytest.mark.parametrize(
        ("plan", "gpus_per_pod", "nodes", "spares"),
        [
            (NodePlan(8), 4, "GPUs are bought in nodes of 8; pods of 4: 2 a node", "0"),
            (
                NodePlan(8, 2),
                4,
                "GPUs are bought in nodes of 8; pods of 4: 2 a node",
                "4, as many as 2 failed nodes take down",
            ),
            (
                NodePlan(4, 1),
                8,
                "GPUs are bought in nodes of 4; pods of 8: 2 nodes a pod",
                "1, as many as 1 failed node takes down",
            ),
            (
                NodePlan(8, availability=0.999, node_availability=0.99),
                4,
                "GPUs are bought in nodes of 8; pods of 4: 2 a node",
                "those of the least spare nodes with which all pods asked for run 99.9 % of the time, where one node runs 99 % of it",
            ),
        ],
    )
    def test_in_words(self, plan, gpus_per_pod, nodes, spares):
        report = Report(size(SPARSE, 20, Demand.tpm(3e6), gpus_per_pod=gpus_per_pod, node_plan=plan))
        told = facts(report)
        assert (told["Nodes"], told["Spare pods"]) == (nodes, spares)


class TestSold:
    def test_by_hand(self, asked):
        # 20: 73,584 $ over 28,000 x 3,600 x 730 = 73,584 M tokens in the mean: 1.00; at the peak 0.40; full at 65.4 % of it: 0.26
        table = sold_table(asked)
        assert table.rows[0][2:] == ("65.4 %", "26.2 %", "0.40", "1.00", "0.26")

    def test_without_a_peak_there_is_none(self, asked):
        assert sold_table(Report(size(SPARSE, 20, PEOPLE, gpus_per_pod=4))) is None

    def test_what_cannot_be_met_shows_no_number(self):
        report = Report(size(SPARSE, [20, 300], PEOPLE.at_peak(2), gpus_per_pod=4))
        assert sold_table(report).rows[1] == ("300", "cannot be met", "", "", "", "", "")


class TestDemand:
    def test_the_chain_from_people_to_tokens(self):
        assert demand_words(PEOPLE.at_peak(2.5)) == (
            "2,000 people x 1.2 requests/min = 40 requests/s x 700 output tokens = 28,000 output tok/s = 1,680,000 output tokens per "
            "minute in the mean, x 2.5 at the peak = 70,000 output tok/s = 4,200,000 output tokens per minute"
        )

    def test_the_mean_alone_is_noted(self):
        (note,) = [each for each in Report(size(SPARSE, 20, PEOPLE, gpus_per_pod=4)).notes if "peak_to_mean" in each]
        assert note.startswith("The fleet is sized at the mean")

    def test_input_tokens(self, asked):
        # 40 x 3,000 = 120,000 in the mean, 300,000 at the peak: 7.2 and 18 M a minute
        assert input_tok_s(asked) == (120_000, 300_000)
        assert (record(asked)["input_tpm_mean"], record(asked)["input_tpm"]) == (7.2e6, 18e6)
        assert (record(asked)["tpm_mean"], record(asked)["tpm"]) == (1.68e6, 4.2e6)

    def test_from_tokens_a_minute_by_the_outputs_of_a_request(self):
        # 3,000,000/60/500 = 100 requests/s x 2,000
        report = Report(size(SPARSE, 20, Demand.tpm(3e6), gpus_per_pod=4), workload=Workload(isl=2000, osl=500))
        assert input_tok_s(report) == (200_000, 200_000)

    @pytest.mark.parametrize(
        ("demand", "workload"),
        [(Demand.tpm(3e6), Workload(isl=2000)), (Demand.users(9), Workload(isl=2000, osl=500)), (PEOPLE, None)],
    )
    def test_unknown(self, demand, workload):
        report = Report(size(SPARSE, 20, demand, gpus_per_pod=4), workload=workload)
        assert input_tok_s(report) is None
        assert record(report)["input_tpm"] is None
        assert "Input tokens" not in facts(report)


class TestReview:
    def test_a_whole_report_passes(self, asked):
        reviewed(markdown(asked), json.loads(json.dumps(record(asked))))

    @pytest.mark.parametrize(
        ("written", "wrong"),
        [
            ("39 pods x 4", "38 pods x 4"),
            ("= 168 GPUs x", "= 164 GPUs x"),
            ("x 2.5 at the peak", "x 2.4 at the peak"),
            ("| 21 |", "| 20 |"),
        ],
    )
    def test_a_wrong_number_in_the_text(self, asked, written, wrong):
        text = markdown(asked)
        assert written in text
        assert fault(text.replace(written, wrong), record(asked))

    @pytest.mark.parametrize(
        "key", ["nodes_budget", "gpus_idle_budget", "spare_pods_budget", "usd_per_million_mean_budget"]
    )
    def test_a_wrong_number_in_the_record(self, asked, key):
        told = record(asked)
        told["rows"][1][key] += 1
        assert "curve and formula give" in fault(markdown(asked), told)

    def test_a_pooled_curve_between_two_points(self, report):
        # The rise of 1 % is pooled: no budget is claimed, whatever the record's anchors show.
        given = report([(1, 215.5), (10, 122.2), (32, 123.4), (256, 41.8)], [100], pool_rises=0.02)
        assert given.rows[0].budget_claim
        reviewed(markdown(given), record(given))


class TestPrices:
    PRICES = (
        Price(1.6, date="2026-11-01", source="quote 17", name="one year", term_months=12),
        Price(1.95, "EUR", "2026-10-01", "list", name="EU provider", valid_until="2026-10-31"),
    )

    def test_side_by_side_by_hand(self, asked):
        # 168 GPUs x 730 = 122,640 GPU-hours a month: x 2.10 = 257,544, x 1.60 = 196,224, x 1.95 = 239,148; x 12 a year
        told, monthly = price_tables(replace(asked, prices=self.PRICES))
        assert [row[0] for row in told.rows] == ["this sizing's", "one year", "EU provider"]
        assert [row[6:] for row in told.rows] == [
            ("257,544", "3,090,528", "-"),
            ("196,224", "2,354,688", "2,354,688"),
            ("239,148", "2,869,776", "-"),
        ]
        assert told.rows[2][1:6] == ("1.95", "EUR", "-", "2026-10-01, list", "2026-10-31")
        # at 20 tok/s/user 48 GPUs: 35,040 GPU-hours
        assert monthly.header[2:] == (
            "= GPUs",
            "this sizing's USD a month",
            "one year USD a month",
            "EU provider EUR a month",
        )
        assert monthly.rows[0][2:] == ("48", "73,584", "56,064", "68,328")

    def test_one_price_needs_no_table(self, asked):
        assert price_tables(asked) == []

    def test_without_a_contract_there_is_no_contract_at_a_price(self, asked):
        told, _ = price_tables(replace(asked, contract=None, prices=self.PRICES))
        assert told.header[-1] == "valid until"

    @pytest.mark.parametrize(("day", "notes"), [(date(2026, 10, 31), 0), (date(2026, 11, 1), 1)])
    def test_one_that_lapsed_is_noted(self, asked, day, notes):
        told = replace(asked, prices=self.PRICES, sized_on=day).notes
        assert told.count("The price EU provider was valid until 2026-10-31: ask for it again.") == notes

    def test_they_are_reviewed(self, asked):
        given = replace(asked, prices=self.PRICES)
        text = markdown(given)
        reviewed(text, json.loads(json.dumps(record(given))))
        assert fault(text.replace("239,148", "239,149"), record(given))


class TestWorkbook:
    """The customer's workbook of the same: proven before it is written, and a wrong formula on either sheet is named."""

    @pytest.fixture
    def priced(self, asked):
        return replace(asked, prices=TestPrices.PRICES)

    def test_it_shows_what_the_report_does(self, priced):
        book = openpyxl.load_workbook(BytesIO(customer_workbook(priced)), data_only=True)
        intake, prices = book["Intake"], book["Prices"]
        assert [intake[f"C{row}"].value for row in (14, 15, 16, 17, 18)] == [40, 28_000, 1.68e6, 70_000, 4.2e6]
        assert [intake[f"C{row}"].value for row in range(30, 36)] == [39, 2, 4, 4, 168, 21]
        assert intake["C38"].value == 257_544
        assert [prices[f"H{row}"].value for row in (6, 7, 8)] == pytest.approx([257_544, 196_224, 239_148], rel=1e-12)
        assert prices["H9"].value in (None, "")
        assert prices.sheet_state == "visible"

    @pytest.mark.parametrize(
        ("lines", "at", "wrong", "said"),
        [
            (
                "_CHAIN_LINES",
                3,
                "Demand_Mean",
                "'Output tok/s, at the peak' is 28000 in Intake!C17 and 70000 in Python",
            ),
            ("_CONTRACT_LINES", 7, "0", "'+ GPUs idle in nodes' is 0 in Intake!C33 and 4 in Python"),
        ],
    )
    def test_a_wrong_line_is_named_and_nothing_is_written(self, priced, monkeypatch, lines, at, wrong, said):
        changed = list(getattr(intake_sheet, lines))
        changed[at] = changed[at]._replace(formula=wrong)
        monkeypatch.setattr(intake_sheet, lines, tuple(changed))
        with pytest.raises(ProofError) as error:
            customer_workbook(priced)
        assert said in str(error.value)

    def test_spares_by_availability_are_refused_with_their_number(self, asked):
        plan = NodePlan(8, availability=0.999, node_availability=0.99)
        report = Report(size(SPARSE, 20, Demand.tpm(3e6), gpus_per_pod=4, node_plan=plan))
        # 7 pods in 4 nodes: 4 of 5 run 0.99^5 + 5 x 0.01 x 0.99^4 = 0.99902 of the time, one spare node
        with pytest.raises(InputError) as error:
            customer_workbook(report)
        assert str(error.value) == (
            "availability must be left out of a workbook (got 0.999); give spare pods, 2 at the most here, or nodes to survive"
        )
