"""Growth in a report: the tables by hand, whose SLA they are of, the JSON, and a review that finds each figure that is wrong."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reports.page.reader import read
from tests.reports.test_review import JSON, MARKDOWN, InMemory, fault, other, passes
from tests.spec_files import ROOT, leaves
from tests.strategies import METHODS, anchors, slas
from xlsizing import Curve, Demand, InputError, Limits, NodePlan, size
from xlsizing.advice import Growth
from xlsizing.advice.rigor import Workload
from xlsizing.core import COMMIT
from xlsizing.reports.from_spec import spec_report
from xlsizing.reports.growth_tables import growth_tables
from xlsizing.reports.markdown import markdown
from xlsizing.reports.outlook import MOST_NEEDS
from xlsizing.reports.page.page import page
from xlsizing.reports.record import json_text, record
from xlsizing.reports.report import Report
from xlsizing.reports.review import review
from xlsizing.spec import read_spec

WORKED = Curve([1, 10, 256], [215.5, 122.2, 41.8])
TTFT = Curve([1, 10, 64, 256], [215.5, 122.2, 70, 41.8], ttft_s=[0.1, 0.18, 0.9, 12])
START = date(2026, 11, 30)
QUARTERS, NEXT = "Growth by quarter", "When each next pod is needed"


def grows(slas, demand=None, growth=None, *, curve=WORKED, contract=None, **options):
    """A report whose demand grows, four times in a year where nothing else is said."""
    sizing = size(curve, slas, demand or Demand.tpm(3e6), **{"gpus_per_pod": 4} | options)
    return Report(sizing, growth=growth or Growth.evenly(4, 12, START), contract=contract)


@pytest.fixture(scope="module")
def contracted():
    """The sizing file of the README: people, nodes, a contracted SLA."""
    return spec_report(read_spec(ROOT / "workbook" / "examples" / "growth.yaml"))


class TestTables:
    def test_the_plateau_by_hand(self):
        # Pods of 7,490.56 tok/s: 7, 10, 14, 19 and 27 for 50,000 x 1, 1.41421, 2, 2.82843 and 4; 25,112 $/month each. Nothing
        # is interpolated, so that budget and commitment are one.
        quarters, _ = growth_tables(grows(20))
        asked = ("SLA tok/s/user", "date", "demand x", "demand output tok/min")
        figures = ("GPUs to commit", "GPUs to budget, 95 %", "$/month to commit", "$/month to budget, 95 %", "quote")
        assert quarters.header == (*asked, *figures)
        assert quarters.rows == [
            ("20", "2026-11-30", "1", "3,000,000", "28", "28", "175,784", "175,784", "budget"),
            ("20", "2027-02-28", "1.414", "4,242,641", "40", "40", "251,120", "251,120", "budget"),
            ("20", "2027-05-30", "2", "6,000,000", "56", "56", "351,568", "351,568", "budget"),
            ("20", "2027-08-30", "2.828", "8,485,281", "76", "76", "477,128", "477,128", "budget"),
            ("20", "2027-11-30", "4", "12,000,000", "108", "108", "678,024", "678,024", "budget"),
        ]
        assert quarters.bold == {(row, column) for row in range(5) for column in (5, 7)}

    def test_the_days_of_the_first_twelve_and_the_rest(self):
        _, following = growth_tables(grows(20))
        # pods 8 to 19 are listed, 20 to 27 counted
        assert (following.title, following.header[3]) == (NEXT, "pods")
        assert [row[3] for row in following.rows[:-1]] == list(map(str, range(8, 20)))
        assert following.rows[-1] == ("20", "8 more by 2027-11-30", "", "", "", "", "to budget, 95 %")
        assert len(following.rows) == MOST_NEEDS + 1

    def test_in_whole_nodes_with_spares(self):
        # 9, 12, 16, 21 and 29 pods with the two of a node that fails, on 5, 6, 8, 11 and 15 nodes of 8 GPUs
        quarters, following = growth_tables(grows(20, node_plan=NodePlan(8, nodes_to_survive=1)))
        nodes = quarters.header.index("nodes to commit")
        assert [row[nodes] for row in quarters.rows] == ["5", "6", "8", "11", "15"]
        assert [row[nodes - 2] for row in quarters.rows] == ["40", "48", "64", "88", "120"]
        assert quarters.header[nodes - 2] == "GPUs + spares to commit"
        assert following.title == "When each next node is needed"
        assert [row[3] for row in following.rows] == ["6", "7", "8", "9", "10", "11", "12", "13", "14", "15"]

    def test_a_mean_and_users_in_their_own_words(self):
        people = Demand.people(2000, requests_per_person_min=1.2, osl=700).at_peak(2.5)
        quarters, _ = growth_tables(grows(20, people))
        assert (quarters.header[3], quarters.rows[1][3]) == ("demand people in the mean", "2,828")
        quarters, _ = growth_tables(grows(20, Demand.users(0.5)))
        assert (quarters.header[3], quarters.rows[1][3]) == ("demand users", "0.7071")

    def test_nothing_new_is_needed(self):
        _, following = growth_tables(grows(20, growth=Growth.evenly(1, 7, START)))
        assert following.rows == [("20", "none by 2027-06-30", "", "", "", "", "to budget, 95 %")]

    def test_none_without_growth(self):
        report = replace(grows(20), growth=None)
        assert (growth_tables(report), record(report)["growth"], report.outlooks) == ([], None, [])

    def test_a_row_that_may_not_be_quoted_says_why(self):
        # by log-c no budget is claimed: the range of 50 tok/s/user, 7 to 59 pods, is too wide
        quarters, following = growth_tables(grows(50, method="log-c"))
        assert quarters.bold == set()
        assert all("measure first" in row[-1] for row in quarters.rows)
        assert following.rows[0][-1].startswith("to commit; measure first")

    def test_a_curve_of_another_workload_is_marked_on_every_row(self):
        curve = spec_report(read_spec(ROOT / "workbook" / "examples" / "illustrative-verdict.yaml")).sizing.curve
        sizing = size(curve, [30, 112, 300], Demand.tpm(3e6), gpus_per_pod=4)
        workload = Workload(isl=8192, osl=1024, turns="single-turn")
        report = Report(sizing, workload=workload, allow_mismatch=True, growth=Growth.evenly(2, 3, START))
        for table in growth_tables(report):
            assert all("WORKLOAD MISMATCH" in row[-1] for row in table.rows)
            assert table.bold == set()
        assert passes(report)


class TestWhose:
    def test_the_contracted_sla(self, contracted):
        assert [outlook.row.sla for outlook in contracted.outlooks] == [50]
        assert record(contracted)["growth"]["law"].endswith("; worked out for the contracted SLA, 50 tok/s/user")

    def test_each_of_three(self):
        report = grows([100, 20, 300])
        assert [outlook.row.sla for outlook in report.outlooks] == [20, 100, 300]
        quarters, following = growth_tables(report)
        assert [row for row in quarters.rows if row[0] == "300"] == [("300", "cannot be met", *[""] * 7)]
        assert following.rows[-1] == ("300", "cannot be met", *[""] * 5)
        assert "worked out" not in record(report)["growth"]["law"]

    def test_of_more_the_tightest_that_can_be_met(self):
        law = record(grows([20, 50, 300, 100]))["growth"]["law"]
        assert law.endswith("; worked out for 100 tok/s/user, the tightest SLA that can be met")
        law = record(grows([300, 301, 302, 303]))["growth"]["law"]
        assert law.endswith("; worked out for 303 tok/s/user, as none can be met")

    def test_with_its_limits_on_waiting(self):
        report = grows([40, 40], curve=TTFT, limits=Limits(ttft_s=[2, None]))
        # README's two rows, 64 and 28 GPUs
        assert sorted(outlook.quarters[0].row.total_gpus_high for outlook in report.outlooks) == [28, 64]


class TestRefused:
    def test_several_demands(self):
        with pytest.raises(InputError, match=r"growth must be of one demand \(got 2 of them\)"):
            grows(20, Demand.tpm([3e6, 4e6]))

    def test_more_pods_than_can_be_counted(self):
        with pytest.raises(InputError, match="growth must not need more than 100000000 pods"):
            grows(20, Demand.tok_s(1e10), Growth.evenly(1000, 12, START))


class TestReview:
    def test_each_value_of_the_growth(self, contracted):
        told = json.loads(json_text(contracted))
        text = markdown(contracted)
        for path in leaves(told["growth"], ("growth",)):
            changed = json.loads(json_text(contracted))
            inner = changed
            for key in path[:-1]:
                inner = inner[key]
            if inner[path[-1]] in ([], {}):
                continue
            inner[path[-1]] = other(inner[path[-1]])
            assert fault(text, changed), path

    @pytest.mark.parametrize("at", [0, 1])
    def test_each_cell_of_the_tables(self, contracted, at):
        text, told, table = markdown(contracted), json.loads(json_text(contracted)), growth_tables(contracted)[at]
        before, title, rest = text.partition(f"## {table.title}\n\n")
        own, end, after = rest.partition("\n\n")
        lines = own.split("\n")
        for line in range(2, len(lines)):  # below the header and its rule
            cells = lines[line].split("|")
            for column in range(1, len(cells) - 1):
                wrong = "|".join([*cells[:column], " 0.5 ", *cells[column + 1 :]])
                changed = "\n".join([*lines[:line], wrong, *lines[line + 1 :]])
                assert fault(before + title + changed + end + after, told).startswith(table.header[column - 1])

    def test_a_missing_table(self, contracted):
        text, told = markdown(contracted), json.loads(json_text(contracted))
        before, _, rest = text.partition(f"## {QUARTERS}")
        assert fault(before + rest[rest.index("## ") :], told) == (
            '"Growth by quarter" has 0 rows in CAPACITY-SIZING.md, the JSON 5'
        )

    def test_pods_that_fall_while_demand_grows(self):
        report = grows(20)
        told = json.loads(json_text(report))
        told["growth"]["rows"][0]["quarters"][3]["pods_high"] = 9
        assert fault(markdown(report), told) == (
            "pods fall as demand grows: pods_high 14 to 9 from 2 to 2.828427125 times the demand"
        )

    @given(
        made=anchors(at_most=6),
        data=st.data(),
        method=METHODS,
        factor=st.sampled_from([0.5, 1, 3, 40]),
        osl=st.sampled_from([None, 128]),
    )
    def test_right_reports_pass(self, made, data, method, factor, osl):
        asked = data.draw(st.lists(slas(made), min_size=1, max_size=5))
        stated = [(START + timedelta(days), factor ** (days / 200)) for days in (20, 120, 200)]
        growth = data.draw(st.sampled_from([Growth.evenly(factor, 8, START), Growth.on_dates(stated, START)]))
        plan = data.draw(st.sampled_from([None, NodePlan(8, nodes_to_survive=1)]))
        demand = data.draw(st.sampled_from([Demand.tok_s(5e4), Demand.users(900)]))
        contract = data.draw(st.sampled_from([None, len(asked) - 1]))
        sizing = size(made.curve(), asked, demand, gpus_per_pod=4, method=method, node_plan=plan)
        assert passes(Report(sizing, growth=growth, contract=contract, workload=Workload(osl=osl)))

    def test_where_no_budget_is_claimed_for_what_the_record_does_not_show(self):
        # pooled on request, so that no budget is claimed and it is the commitment on every quarter
        curve = Curve([1, 10, 20, 256], [215.5, 120, 122.2, 41.8], pool_rises=0.02)
        report = grows([50, 100], curve=curve)
        assert report.rows[0].budget_claim
        assert all(q.row.total_gpus_budget == q.row.total_gpus_high for out in report.outlooks for q in out.quarters)
        assert passes(report)


class TestRecord:
    def test_quarters_with_full_precision(self, contracted):
        growth = record(contracted)["growth"]
        assert (growth["start"], growth["months"]) == ("2026-11-23", 12)
        assert growth["stated"] == [{"date": "2027-11-23", "factor": 3.0}]
        (row,) = growth["rows"]
        assert row["quarters"][1]["factor"] == 3 ** (3 / 12)
        assert row["quarters"][1]["demand"] == 12_000 * 3 ** (3 / 12)
        assert [quarter["nodes_budget"] for quarter in row["quarters"]] == [4, 5, 6, 8, 10]
        assert (row["next_of"], row["next_unit"], row["next_rest"]) == ("budget", "node", 0)
        # each node of 72 GPUs at 8.60 x 730 an hour and month
        assert all(need["usd_per_month"] == pytest.approx(need["count"] * 72 * 6278) for need in row["next"])

    def test_the_first_quarter_is_the_row_of_today(self, contracted):
        told = record(contracted)
        (today,) = [row for row in told["rows"] if row["contract"]]
        (row,) = told["growth"]["rows"]
        shared = today.keys() & row["quarters"][0].keys()
        assert {"replicas", "total_gpus_budget", "usd_per_month", "quote"} <= shared
        assert {key: row["quarters"][0][key] for key in shared} == {key: today[key] for key in shared}

    def test_the_figure_of_a_verdict_is_the_commitment(self):
        report = spec_report(read_spec(ROOT / "workbook" / "examples" / "illustrative-verdict.yaml"))
        (row,) = record(replace(report, growth=Growth.evenly(2, 6, START)))["growth"]["rows"]
        assert (row["next_of"], {quarter["quote"] for quarter in row["quarters"]}) == (COMMIT, {COMMIT})


def test_the_page_has_both_tables(contracted):
    root = read(page([contracted]))
    found = [[[cell.text for cell in row.all("th", "td")] for row in table.all("tr")] for table in root.all("table")]
    for table in growth_tables(contracted):
        whole = [list(row) for row in (table.header, *table.rows)]
        assert whole in found or all([list(r) for r in (p.header, *p.rows)] in found for p in table.parts())
    assert "picture-growth" in page([contracted])


def test_the_files_pass_their_review(contracted):
    review({MARKDOWN: InMemory(markdown(contracted)), JSON: InMemory(json_text(contracted))})
