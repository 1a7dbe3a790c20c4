"""Every case with a known answer through Python, the Excel functions, both workbooks and the command line: the same integers."""

import json

import pytest

from tests.command_line import run
from tests.sized_cases import CASES, INFEASIBLE, as_written
from tests.workbooks.sales.desk import Desk, is_error
from xlsizing import Curve, Demand, size
from xlsizing.core.interpolation import AXES
from xlsizing.hosts.headless import Headless
from xlsizing.hosts.recalc import Recalculation
from xlsizing.reports.report import Report
from xlsizing.workbooks.customer.write import customer_workbook

pytestmark = pytest.mark.slow

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.case)
throughput_case = pytest.mark.parametrize(
    "case", [case for case in CASES if case.unit != "users"], ids=lambda case: case.case
)


def sized(case):
    return size(
        case.curve(),
        case.sla,
        case.asked(),
        gpus_per_pod=case.gpus_per_pod,
        util=case.util,
        method=case.method,
    )


class TestCases:
    def test_names_are_distinct_and_each_has_a_source(self):
        assert len({case.case for case in CASES}) == len(CASES) == 45
        assert all(case.source for case in CASES)

    def test_every_regime_method_and_unit_is_among_them(self):
        assert {case.regime for case in CASES} == {
            "below-knee-plateau",
            "measured-anchor",
            "interp",
            "knee-capped",
            INFEASIBLE,
        }
        assert {case.method for case in CASES} == set(AXES)
        assert {case.unit for case in CASES} == {"tpm", "tok/s", "rps", "users"}


class TestPython:
    @every_case
    def test_pods_and_gpus(self, case):
        result = sized(case)
        pods = (result.pods, result.pods_low, result.pods_budget, result.pods_high)
        assert pods == (case.pods, case.pods_low, case.pods_budget, case.pods_high)
        gpus = tuple(count * case.gpus_per_pod for count in pods)
        assert (result.gpus, result.gpus_low, result.gpus_budget, result.gpus_high) == gpus

    @every_case
    def test_operating_point(self, case):
        result = sized(case)
        assert result.regime == case.regime
        assert as_written(case.c_star, result.c_star) == case.c_star
        assert as_written(case.tok_s_per_pod, result.per_replica_tps) == case.tok_s_per_pod

    @every_case
    def test_a_row_shows_a_number_only_where_the_sla_can_be_met(self, case):
        (row,) = sized(case).rows()
        assert row.feasible is case.feasible
        assert (row.pods, row.gpus_high) == (
            (case.pods, case.pods_high * case.gpus_per_pod) if case.feasible else (None, None)
        )


class Spreadsheet:
    """The formulas of one case."""

    def __init__(self, case):
        self.case = case
        self.call = Headless().call

    @property
    def tpm(self):
        if self.case.unit == "tpm":
            return self.case.demand
        given = [self.case.demand, self.case.unit] + ([] if self.case.osl is None else [self.case.osl])
        return self.call("SIZING_TPM", *given)

    def point(self, name):
        return self.call(name, self.case.rows, self.case.sla, self.case.method)

    def pods(self):
        return self.call("SIZING_PODS", self.case.rows, self.case.sla, self.tpm, self.case.util, self.case.method)

    def gpus(self, name):
        case = self.case
        confidence = [0.95] if name == "SIZING_GPUS_BUDGET" else []
        return self.call(name, case.rows, case.sla, self.tpm, case.gpus_per_pod, case.util, *confidence, case.method)

    def table_row(self):
        case = self.case
        arguments = (case.rows, [[case.sla], [None]], self.tpm, case.gpus_per_pod, case.util, 8.6, case.method)
        header, row, blank = self.call("SIZING_TABLE", *arguments)
        assert set(blank) == {""}
        return dict(zip(header, row, strict=True))


class TestExcel:
    @throughput_case
    def test_scalar_functions(self, case):
        sheet = Spreadsheet(case)
        names = ("SIZING_GPUS", "SIZING_GPUS_COMMIT", "SIZING_GPUS_BUDGET")
        answers = [sheet.pods(), *map(sheet.gpus, names)]
        if case.feasible:
            counts = (case.pods, case.pods_high, case.pods_budget)
            assert answers == [case.pods, *(pods * case.gpus_per_pod for pods in counts)]
        else:
            fastest, c = case.rows[0][1], case.rows[0][0]
            start = f"#SIZING:N/A: {case.sla:g} tok/s/user cannot be met: "
            assert all(answer.startswith(start) for answer in answers)
            assert all(f"{fastest:g} at c={c:g}" in answer for answer in answers)

    @throughput_case
    def test_operating_point(self, case):
        sheet = Spreadsheet(case)
        c_star, tps = sheet.point("SIZING_CSTAR"), sheet.point("SIZING_POD_TPS")
        assert sheet.point("SIZING_REGIME") == case.regime
        if case.feasible:
            assert as_written(case.c_star, c_star) == case.c_star
            assert as_written(case.tok_s_per_pod, tps) == case.tok_s_per_pod
        else:
            assert c_star.startswith("#SIZING:N/A: ")
            assert tps.startswith("#SIZING:N/A: ")

    @throughput_case
    def test_table(self, case):
        row = Spreadsheet(case).table_row()
        assert row.pop("regime") == case.regime
        if not case.feasible:
            assert set(row.values()) == {""}
            return
        counts = (case.pods_high, case.pods, case.pods_low, case.pods_budget)
        names = ("GPUs to commit", "GPUs estimate", "GPUs low", "GPUs to budget, 95 %")
        assert [row[name] for name in names] == [pods * case.gpus_per_pod for pods in counts]
        assert (row["SLA tok/s/user"], row["pods estimate"]) == (case.sla, case.pods)


class TestCustomerWorkbook:
    @every_case
    def test_it_recalculates_to_the_same(self, case):
        book = Recalculation(customer_workbook(Report(sized(case))))
        found = {name: book.value(f"Out_{name}")[0][0] for name in ("Pods", "GPUs", "GPUs_Commit", "Regime")}
        commit = case.pods_high * case.gpus_per_pod
        expected = [case.pods, case.pods * case.gpus_per_pod, commit] if case.feasible else ["", "", "cannot be met"]
        assert found == dict(zip(found, [*expected, case.regime], strict=True))


@pytest.fixture(scope="module")
def desk():
    """The sales workbook, with one case after another put into an empty curve and the quote."""
    desk = Desk().set(Quote_Curve="Curve 4", Compare_Curve_A="Curve 4", Compare_Curve_B="Curve 4")
    desk.book.set("Levers!C6:E6", [[None] * 3])  # its curves are not of every case's workload
    return desk


class TestSalesWorkbook:
    @throughput_case
    def test_it_recalculates_to_the_same(self, desk, case):
        desk.curve(4, case.rows).fact(4, 7, case.gpus_per_pod)
        desk.set(Quote_Demand=case.demand, Quote_Unit=case.unit, Quote_OSL=case.osl, Quote_Util=case.util)
        desk.set(Quote_Method=case.method, Quote_SLA=[case.sla]).calculate()
        found = desk.row()
        assert (desk.sentences(), found["Quote_Regime"]) == ({}, case.regime)
        figures = [found[name] for name in ("Quote_Pods", "Quote_GPUs", "Quote_GPUs_Low", "Quote_GPUs_Commit")]
        low, high = (pods * case.gpus_per_pod for pods in (case.pods_low, case.pods_high))
        gpus = case.pods * case.gpus_per_pod
        assert figures == ([case.pods, gpus, low, high] if case.feasible else ["", "", "", "cannot be met"])
        if case.feasible:
            assert as_written(case.c_star, found["Quote_Cstar"]) == case.c_star
            assert as_written(case.tok_s_per_pod, found["Quote_Pod_Tps"]) == case.tok_s_per_pod

    def test_users_are_for_the_customer_workbook(self, desk):
        desk.set(Quote_Unit="users").calculate()
        assert is_error(desk.row()["Quote_GPUs_Commit"])
        assert desk.sentences()["Quote: unit of the demand"] == "unit must be one of the list"


EDGES = [rate * (1 + k * 1e-10) for rate in (215.5, 122.2, 41.8) for k in range(-20, 21)]
"""SLAs at and just beside the anchors of the worked rows, where meeting and equalling part."""

EDGE_ROWS = [[1, 215.5], [10, 122.2], [256, 41.8]]


@pytest.fixture(scope="module")
def edges():
    """What Python answers there."""
    return size(Curve(*zip(*EDGE_ROWS, strict=True)), EDGES, Demand.tpm(3e6), gpus_per_pod=4).rows()


class TestAtTheEdges:
    def test_an_anchor_is_met_and_equalled_up_to_1e_9_and_not_beyond(self, edges):
        # 59 pods at c=10 (3e6/60/(1,222 x 0.7) = 58.45), 332 at c=1, 7 at c=256; above c=1 nothing is met
        regimes = [row.regime for row in edges]
        at, between = ["measured-anchor"] * 10, ["interp"] * 10
        assert regimes[:41] == [*between, *at, at[0], *at, *[INFEASIBLE] * 10]
        assert regimes[41:82] == [*between, *at, at[0], *at, *between]
        assert regimes[82:] == [*["below-knee-plateau"] * 31, *between]
        assert {row.pods_high for row in edges[51:72]} == {row.pods_low for row in edges[51:72]} == {59}

    def test_low_estimate_commit_in_this_order(self, edges):
        for row in edges:
            assert not row.feasible or row.pods_low <= row.pods <= row.pods_high <= 332

    def test_excel_functions(self, edges):
        slas = [[sla] for sla in EDGES]
        table = Headless().call("SIZING_TABLE", EDGE_ROWS, slas, 3e6, 4)
        found = [dict(zip(table[0], row, strict=True)) for row in table[1:]]
        assert [row["regime"] for row in found] == [row.regime for row in edges]
        figures = [[row[name] for name in ("GPUs to commit", "GPUs estimate", "GPUs low")] for row in found]
        assert figures == [[row.gpus_high, row.gpus, row.gpus_low] if row.feasible else ["", "", ""] for row in edges]

    @pytest.mark.parametrize("demand", [Demand.tpm(3e6), Demand.users(500)], ids=["tokens", "users"])
    def test_customer_workbook(self, demand):
        sizing = size(Curve(*zip(*EDGE_ROWS, strict=True)), EDGES, demand, gpus_per_pod=4)
        book = Recalculation(customer_workbook(Report(sizing)))  # 123 rows, each proven before it is handed over
        for name, field in {
            "Regime": "regime",
            "GPUs": "gpus",
            "GPUs_Low": "gpus_low",
            "GPUs_Commit": "gpus_high",
        }.items():
            wanted = [
                getattr(row, field) if row.feasible or field == "regime" else "cannot be met" if "C" in name else ""
                for row in sizing.rows()
            ]
            assert [cell for (cell,) in book.value(f"Out_{name}")][: len(EDGES)] == wanted

    def test_sales_workbook(self, desk, edges):
        desk.curve(4, EDGE_ROWS).fact(4, 7, 4)
        desk.set(Quote_Demand=3e6, Quote_Unit="tpm", Quote_OSL=None, Quote_Util=0.7, Quote_Method="auto")
        for row in edges[::3]:
            found = desk.set(Quote_SLA=[row.sla]).calculate().row()
            assert found["Quote_Regime"] == row.regime
            assert found["Quote_GPUs_Commit"] == (row.gpus_high if row.feasible else "cannot be met")
            assert found["Quote_GPUs_Budget"] == (row.gpus_budget if row.feasible else "")
            assert found["Quote_GPUs"] == (row.gpus if row.feasible else "")

    def test_command_line(self, capsys, edges):
        slas, anchors = ",".join(map(repr, EDGES)), "1:215.5,10:122.2,256:41.8"
        flags = ("--tpm", "3000000", "--gpus-per-pod", "4", "--sla", slas, "--anchors", anchors)
        code, out, _ = run(capsys, "size", *flags, "--json")
        found = [(row["regime"], row["gpus"] if row["feasible"] else None) for row in json.loads(out)["rows"]]
        assert code == 3
        assert found == [(row.regime, row.gpus) for row in sorted(edges, key=lambda row: row.sla)]


class TestCommandLine:
    @every_case
    def test_json(self, capsys, case):
        code, out, err = run(capsys, "size", *case.flags(), "--json")
        (row,) = json.loads(out)["rows"]
        assert (code, err) == (0 if case.feasible else 3, "")
        assert (row["replicas"], row["gpus"]) == (case.pods, case.pods * case.gpus_per_pod)
        assert (row["regime"], row["feasible"]) == (case.regime, case.feasible)
        assert as_written(case.c_star, row["concurrency"]) == case.c_star
        assert as_written(case.tok_s_per_pod, row["per_replica_tps"]) == case.tok_s_per_pod
        high = case.pods_high * case.gpus_per_pod
        assert row["gpus_high"] == (high if case.feasible else None)
        counts = (case.pods_low, case.pods_budget, case.pods_high) if case.feasible else (None, None, None)
        assert (row["pods_low"], row["replicas_budget"], row["pods_high"]) == counts
        assert row["gpus_budget"] == (case.pods_budget * case.gpus_per_pod if case.feasible else None)

    @every_case
    def test_printed(self, capsys, case):
        _, out, _ = run(capsys, "size", *case.flags())
        assert ("cannot be met" in out) is not case.feasible
        assert (f" {case.pods_high * case.gpus_per_pod:,}" in out) or not case.feasible
