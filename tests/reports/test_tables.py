"""The tables: which columns stand there, what each cell says, and how a wide table is cut."""

import pytest

from xlsizing import Demand
from xlsizing.reports.asked import facts
from xlsizing.reports.money import quote_table
from xlsizing.reports.tables import Table, answer_table, curve_table, operation_table, shown_grouped

SPARSE = [(1, 215.5), (10, 122.2), (256, 41.8)]
DENSE = [(8, 100), (16, 80), (32, 60)]


@pytest.fixture
def worked(report):
    """Return the worked rows of the specification at SLAs."""

    def worked(slas, **options):
        return report(SPARSE, slas, Demand.tpm(3e6), gpus_per_pod=4, util=0.7, **options)

    return worked


def cells(table):
    """The rows of a table as dictionaries."""
    return [dict(zip(table.header, row, strict=True)) for row in table.rows]


class TestAnswerTable:
    def test_the_three_figures_stand_in_one_order(self, worked):
        table = answer_table(worked([100]))
        assert table.header[:6] == (
            *(
                "SLA tok/s/user",
                "GPUs to commit",
                "GPUs to budget, 95 %",
                "GPUs estimate",
                "lowest GPUs",
                "pods to commit",
            ),
        )
        for unit in ("$/month", "$/1M tok"):
            places = [table.header.index(f"{unit} {figure}") for figure in ("to commit", "to budget, 95 %", "estimate")]
            assert places == sorted(places)

    def test_a_worked_row(self, worked):
        # x 8.6 x 730 = 6,278 $/GPU and month: 124 GPUs 778,472, 176 (44 pods) 1,104,928, 236 1,481,608;
        # 50000 tok/s x 3600 x 730 = 131,400 M tokens.
        assert cells(answer_table(worked([100]))) == [
            {
                "SLA tok/s/user": "100",
                "GPUs to commit": "236",
                "GPUs to budget, 95 %": "176",
                "GPUs estimate": "124",
                "lowest GPUs": "28",
                "pods to commit": "59",
                "rigor": "DRAFT",
                "remark": "wide range: measure c=23",
                "$/month to commit": "1,481,608",
                "$/month to budget, 95 %": "1,104,928",
                "$/month estimate": "778,472",
                "$/1M tok to commit": "11.28",
                "$/1M tok to budget, 95 %": "8.41",
                "$/1M tok estimate": "5.92",
            }
        ]

    def test_a_draft_has_its_budget_in_bold_in_each_unit(self, worked):
        table = answer_table(worked([100]))
        bold = {table.header[column] for _, column in table.bold}
        assert bold == {"GPUs to budget, 95 %", "$/month to budget, 95 %", "$/1M tok to budget, 95 %"}

    def test_nothing_is_bold_where_no_budget_is_claimed_and_the_range_is_wide(self, worked):
        table = answer_table(worked([20, 100], method="log-c"))
        assert {row for row, _ in table.bold} == {0}  # on the plateau all figures are one
        assert cells(table)[1]["remark"] == "measure first: c=24; no budget claimed: the method is log-c"

    def test_another_coverage_is_in_the_headings(self, worked):
        row = cells(answer_table(worked([100], confidence=0.99)))[0]
        assert row["GPUs to budget, 99 %"] == "208"  # 52 pods

    def test_no_remark_column_without_a_remark(self, worked):
        assert "remark" not in answer_table(worked([20, 122.2])).header

    def test_a_closed_bracket_is_no_call_to_measure(self, report):
        table = answer_table(report([(0.3, 100), (1, 90)], [95], Demand.tok_s(900)))
        assert cells(table)[0]["remark"] == "wide range: bracket closed"

    def test_spares_are_in_every_gpu_and_dollar_and_not_in_pods(self, worked):
        row = cells(answer_table(worked([20], spare_replicas=2)))[0]
        assert (row["GPUs to commit + spares"], row["GPUs estimate + spares"], row["pods to commit"]) == (
            "36",
            "36",
            "7",
        )
        assert row["$/month estimate"] == row["$/month to budget, 95 %"] == "226,008"  # 36 x 8.6 x 730
        assert "GPUs to commit" not in row

    def test_infeasible_shows_no_number(self, worked):
        _, row = answer_table(worked([100, 300])).rows
        assert row[:2] == ("300", "cannot be met")
        assert set(row[2:]) == {""}


class TestQuoteTable:
    """The figure in bold multiplies out on its line: (44 + 2) pods x 4 GPUs = 184, x 8.6 x 730 = 1,155,152 $."""

    def test_a_worked_row(self, worked):
        assert cells(quote_table(worked([100], spare_replicas=2))) == [
            {
                "SLA tok/s/user": "100",
                "quote": "budget",
                "(pods": "44",
                "+ spare pods)": "2",
                "x GPUs per pod": "4",
                "= GPUs": "184",
                "x $/GPU-hour": "8.60",
                "x h/month": "730",
                "= $/month": "1,155,152",
                "$/1M tok": "8.79",
            }
        ]

    def test_where_there_is_nothing_to_quote_it_says_what_to_measure(self, worked):
        first, unmet = quote_table(worked([100, 300], method="log-c")).rows
        assert first[:2] == ("100", "measure first: c=24; no budget claimed: the method is log-c")
        assert unmet[:2] == ("300", "cannot be met")
        assert set(first[2:]) == set(unmet[2:]) == {""}


class TestOperationTable:
    def test_a_worked_row(self, worked):
        # 50000 / (31 x 2358.05) = 68.4 %; with 30 pods 70.7 %; 59 pods at c=10: 50000/(59 x 1222) = 69.4 %.
        row = cells(operation_table(worked([100])))[0]
        assert row == {
            "SLA tok/s/user": "100",
            "regime": "interp",
            "estimate: c* per pod": "23.58",
            "estimate: tok/s per pod": "2,358.0",
            "estimate: tok/s/user there": "100",
            "binds": "tok/s/user",
            "estimate: load": "68.4 %",
            "estimate: load, one pod fewer": "70.7 %",
            "estimate, budget: max-num-seqs": "23",
            "estimate: load at max-num-seqs": "69.7 %",
            "budget: load at max-num-seqs": "49.1 %",
            "commit: c per pod": "10.00",
            "commit: tok/s per pod": "1,222.0",
            "commit: tok/s/user there": "122.2",
            "commit: load": "69.4 %",
            "commit: max-num-seqs": "10",
        }

    def test_one_pod_has_no_fewer(self, report):
        assert cells(operation_table(report(DENSE, [80], Demand.tok_s(1))))[0]["estimate: load, one pod fewer"] == "-"

    def test_a_flag_that_does_not_carry_says_so(self, report):
        # c* = sqrt 2 carries 140.7 tok/s; max-num-seqs 1 carries 100 of the 140.
        row = cells(operation_table(report([(1, 100), (2, 99)], [99.5], Demand.tok_s(140))))[0]
        assert row["estimate: load at max-num-seqs"] == "140.0 %, does not carry the demand"

    def test_infeasible_shows_no_number(self, worked):
        (row,) = operation_table(worked([300])).rows
        assert row == ("300", "cannot be met", *[""] * 14)


class TestCurveTable:
    def test_what_was_not_measured_says_how_it_was_made(self, report):
        table = curve_table(report(DENSE, [80]).sizing.curve)
        assert table.header == ("concurrency", "tok/s/user", "output tok/s (c x tok/s/user)")
        assert table.rows == [("8", "100", "800"), ("16", "80", "1280"), ("32", "60", "1920")]

    def test_measured_throughput(self, report):
        table = curve_table(report([(8, 100, 780)], [80]).sizing.curve)
        assert (table.header[2], table.rows) == ("output tok/s measured", [("8", "100", "780")])

    def test_pooled_rises_show_both(self, report):
        table = curve_table(report([(4, 100), (8, 102)], [90], pool_rises=0.02).sizing.curve)
        assert table.title == "Measured curve, rises pooled"
        assert table.header[:3] == ("concurrency", "tok/s/user measured", "tok/s/user pooled")
        assert [row[:3] for row in table.rows] == [("4", "100", "101"), ("8", "102", "101")]

    def test_pooling_that_moves_nothing_is_not_shown(self, report):
        assert curve_table(report(DENSE, [80], pool_rises=0.02).sizing.curve).title == "Measured curve"


class TestFacts:
    @pytest.mark.parametrize(
        ("demand", "words"),
        [
            (Demand.tpm(3e6), "3,000,000 output tokens per minute = 50,000 output tok/s"),
            (Demand.tok_s(0.5), "0.5 output tok/s"),
            (Demand.rps(2.5, osl=400), "2.5 requests/s x 400 output tokens = 1,000 output tok/s"),
            (Demand.users(1000), "1,000 users (requests in flight at peak)"),
            (Demand.tok_s([1, 2]), "2 demands in tok/s"),
        ],
        ids=lambda value: value if isinstance(value, str) else value.unit,
    )
    def test_demand(self, report, demand, words):
        slas = [80, 60] if demand.shape else 80
        assert facts(report(DENSE, slas, demand))["Demand"] == words

    def test_the_rest(self, worked):
        assert facts(worked([100], model="M2", gpu_hourly_usd=1234.5, spare_replicas=1, method="tpot")) == {
            "Model": "M2",
            "Demand": "3,000,000 output tokens per minute = 50,000 output tok/s",
            "GPUs per pod": "4",
            "Utilisation planned": "0.7 of measured throughput",
            "Spare pods": "1",
            "Price": "1,234.50 $/GPU-hour (no date or source given)",
            "Interpolation": "tpot",
        }

    def test_an_assumed_price_says_so(self, worked):
        assert facts(worked([100]))["Price"] == "8.60 $/GPU-hour (assumed)"


class TestTable:
    TABLE = Table(
        "t", ("SLA", "GPUs to commit", "a b", "c"), [("1", "2", "3", "4"), ("5", "cannot be met", "", "")],
        frozenset({(0, 1), (1, 3)}), splits=(2,),
    )  # fmt: skip

    def test_widths_hold_whole_cells_and_whole_words(self):
        assert self.TABLE.widths() == [3, 13, 1, 1]

    def test_parts_repeat_the_first_column(self):
        left, right = self.TABLE.parts()
        assert (left.header, left.bold) == (("SLA", "GPUs to commit"), {(0, 1)})
        assert right.header == ("SLA", "a b", "c")
        assert right.rows[0] == ("1", "3", "4")
        assert (right.title, right.bold) == ("t, continued", {(1, 2)})

    def test_parts_repeat_all_columns_that_name_a_row(self):
        _, right = Table("t", ("SLA", "rank", "a", "b"), [("1", "2", "3", "4")], splits=(3,), repeat=2).parts()
        assert (right.header, right.rows) == (("SLA", "rank", "b"), [("1", "2", "4")])

    def test_both_parts_say_what_cannot_be_met(self):
        left, right = self.TABLE.parts()
        assert left.rows[1] == ("5", "cannot be met")
        assert right.rows[1] == ("5", "cannot be met", "")


class TestShownGrouped:
    @pytest.mark.parametrize(
        ("value", "text"),
        [(3e6, "3,000,000"), (1234.5, "1,234.5"), (0.1 + 0.2, "0.3"), (1e15, "1,000,000,000,000,000")],
    )
    def test_known(self, value, text):
        assert shown_grouped(value) == text
