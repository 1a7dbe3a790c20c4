"""The quote within a limit on the first token: the package's figures, what binds, the TTFT of both fleets, and refusals."""

import pytest

from tests.workbooks.sales.desk import is_error
from tests.workbooks.sales.test_quote import PIECEWISE, own_curve
from xlsizing import Curve, Demand, Limits, size
from xlsizing.core.interpolation import AXES
from xlsizing.reports.opening import opening

pytestmark = pytest.mark.slow

CURVES = {
    "without throughput": [(1, 215.5, None, 0.1), (10, 122.2, None, 0.18), (64, 70, None, 0.9), (256, 41.8, None, 1.9)],
    "with throughput": [(1, 215.5, 200, 0.1), (10, 122.2, 1150, 0.3), (64, 70, 4200, 0.25), (256, 41.8, 9000, 2.5)],
}
SLAS = [20, 40, 60, 70, 100, 122.2, 200, 215]
LIMITS = (None, 0.05, 0.18, 0.9, 1.2)
FIELDS = {
    "Quote_GPUs_Commit": "gpus_high",
    "Quote_GPUs_Budget": "gpus_budget",
    "Quote_GPUs": "gpus",
    "Quote_GPUs_Low": "gpus_low",
    "Quote_Binds": "binding",
}
WAITS = {"Quote_TTFT_Commit": "ttft_s_commit", "Quote_TTFT_There": "ttft_s"}


def rows(anchors, limit, method):
    """Return the rows of the package, in the order of the SLAs."""
    curve = Curve(*zip(*[each[:2] for each in anchors], strict=True), ttft_s=[each[3] for each in anchors])
    if anchors[0][2]:
        columns = list(zip(*anchors, strict=True))
        curve = Curve(columns[0], columns[1], output_tok_s=columns[2], ttft_s=columns[3])
    limits = Limits(ttft_s=limit)
    return size(curve, SLAS, Demand.tpm(3e6), gpus_per_pod=4, method=method, limits=limits).rows()


@pytest.mark.parametrize("method", AXES)
@pytest.mark.parametrize("anchors", CURVES.values(), ids=CURVES)
def test_the_figures_of_the_package(busy_desk, anchors, method):
    desk = own_curve(busy_desk, anchors)
    desk.set(Quote_Demand=3e6, Quote_Unit="tpm", Quote_Util=0.7, Quote_Method=method, Quote_SLA=SLAS)
    bound = set()
    for limit in LIMITS:
        desk.set(Quote_TTFT=limit).calculate()
        assert desk.value("Quote_Failed") == 0
        found = {name: desk.column(name) for name in (*FIELDS, *WAITS, "Quote_Regime")}
        for at, row in enumerate(rows(anchors, limit, method)):
            assert found["Quote_Regime"][at] == row.regime
            if not row.feasible:
                assert (found["Quote_GPUs_Commit"][at], found["Quote_GPUs"][at]) == ("cannot be met", "")
                continue
            bound.add(row.binding)
            assert {name: found[name][at] for name in FIELDS} == {n: getattr(row, field) for n, field in FIELDS.items()}
            for name, field in WAITS.items():
                assert found[name][at] == pytest.approx(getattr(row, field), rel=1e-9)
    assert {"TTFT", "tok/s/user", "last point"} <= bound


def test_the_row_by_hand(desk):
    # 0.9 s is that of c=64: 4,480 tok/s; 50,000/(4,480 x 0.7) = 15.94: 16 pods of 4
    own_curve(desk, CURVES["without throughput"]).set(Quote_SLA=[40], Quote_TTFT=0.9).calculate()
    assert [desk.column(name)[0] for name in ("Quote_GPUs_Commit", "Quote_GPUs", "Quote_Cstar")] == [64, 64, 64]
    assert (desk.column("Quote_Binds")[0], desk.column("Quote_TTFT_Commit")[0]) == ("TTFT", 0.9)


@pytest.mark.parametrize("limit", [0.9, 0.12, 0.05])
def test_the_opening_is_that_of_a_report(desk, limit):
    own_curve(desk, CURVES["without throughput"]).set(Quote_SLA=[40, 100], Quote_TTFT=limit).calculate()
    curve = Curve(*zip(*[each[:2] for each in CURVES["without throughput"]], strict=True), ttft_s=[0.1, 0.18, 0.9, 1.9])
    sizing = size(curve, [40, 100], Demand.tpm(3e6), gpus_per_pod=4, limits=Limits(ttft_s=limit))
    assert desk.value("Quote!H1").replace(",", "") == opening(sizing).replace(",", "")


def test_a_curve_that_tells_no_ttft(desk):
    own_curve(desk, [(1, 215.5), (10, 122.2), (256, 41.8)]).set(Quote_SLA=[40]).calculate()
    assert (desk.column("Quote_TTFT_Commit")[0], desk.column("Quote_TTFT_There")[0]) == ("-", "-")
    desk.set(Quote_TTFT=2).calculate()
    assert desk.sentences() == {
        "Quote: first token": "a limit on the first token needs the TTFT of the curve at every point"
    }
    assert is_error(desk.column("Quote_GPUs_Commit")[0])


@pytest.mark.parametrize("limit", ["fast", 0, -1, True])
def test_a_limit_that_is_none(desk, limit):
    own_curve(desk, CURVES["without throughput"]).set(Quote_SLA=[40], Quote_TTFT=limit).calculate()
    assert "first token must be" in desk.sentences()["Quote: first token"]
    assert is_error(desk.column("Quote_GPUs_Commit")[0])


def test_a_verdict_says_that_ttft_was_not_asked_for(desk):
    desk.set(Quote_Curve=PIECEWISE, Quote_SLA=[30, 60])
    desk.measured(2).calculate()
    assert desk.value("Quote!B3").startswith("VERDICT in every row. TTFT not asked for. ")
    desk.set(Quote_TTFT=5).calculate()
    assert desk.value("Quote!B3").startswith("VERDICT in every row. Every SLA is met")
