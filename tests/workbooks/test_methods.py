"""Three methods and three coverages through every door: more than 10,000 rows in each, equal to the integer."""

import json
from itertools import product

import pytest

from tests.command_line import run
from tests.workbooks import engines
from tests.workbooks.engines import FormualizerEngine, IronCalcEngine
from xlsizing import Curve, Demand, size
from xlsizing.core.interpolation import AXES
from xlsizing.hosts.headless import Headless
from xlsizing.reports.report import Report
from xlsizing.rules import BUDGET_SHARE
from xlsizing.workbooks.customer.write import customer_workbook

pytestmark = pytest.mark.slow

ANCHORS = [(1, 214.3), (7, 140.2), (12, 120.9), (40, 77.1), (41, 76.9), (160, 33.0), (256, 30.2)]
SLAS = sorted([*(20 + 0.16 * i for i in range(1_160)), 140.2, 77.1])
SETTINGS = list(product(AXES, BUDGET_SHARE))
FIGURES = ("pods", "pods_low", "pods_budget", "pods_high")
NAMES = ("Out_Pods", "Out_GPUs_Low", "Out_Pods_Budget", "Out_GPUs_Commit")
"""A table of a hundred rows or more also meets what LibreOffice does with columns of one formula. GPUs are pods here, with one GPU each."""


def sized(method, confidence):
    """The sizing of the package; nothing is above the curve."""
    curve = Curve(*zip(*ANCHORS, strict=True))
    return size(curve, SLAS, Demand.tpm(3e6), gpus_per_pod=1, method=method, confidence=confidence)


def test_the_rows_are_of_every_kind_and_more_than_ten_thousand():
    rows = [row for setting in SETTINGS for row in sized(*setting).rows()]
    assert len(rows) > 10_000
    assert all(row.feasible for row in rows)
    assert len({row.regime for row in rows}) == 3
    between = [row for row in rows if row.regime == "interp" and not row.budget_claim]
    assert sum(row.pods < row.pods_budget < row.pods_high for row in between) > 1_000


@pytest.fixture(scope="module")
def data():
    return customer_workbook(Report(sized("auto", 0.95)))


@pytest.fixture(scope="module", params=[FormualizerEngine, IronCalcEngine], ids=["formualizer", "ironcalc"])
def engine(request, data):
    return request.param(data)


def unlike(setting, columns):
    """Return the rows in which `columns`, one a figure, are not the package's."""
    result = sized(*setting)
    wanted = list(zip(*(getattr(result, figure).tolist() for figure in FIGURES), strict=True))
    got = list(zip(*columns, strict=True))
    return [pair for pair in zip(SLAS, wanted, got, strict=True) if pair[1] != pair[2]]


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_customer_workbook(engine, setting):
    engine.set("Method", setting[0])
    engine.set("Confidence", setting[1])
    engine.recalculate()
    assert engine.value("Checks_Failed") == 0
    assert unlike(setting, [engine.column(name) for name in NAMES]) == []


@pytest.fixture(scope="module")
def office(data):
    """The workbook in LibreOffice."""
    found = engines.libreoffice(data)
    yield found
    found.close()


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_customer_workbook_in_libreoffice(office, setting):
    office.set("Method", setting[0])
    office.set("Confidence", setting[1])
    office.recalculate()
    assert unlike(setting, [office.column(name) for name in NAMES]) == []


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_functions(setting):
    method, confidence = setting
    call, given = Headless().call, (3e6, 1, 0.7)
    table = call("SIZING_TABLE", ANCHORS, [[sla] for sla in SLAS], 3e6, 1, 0.7, 8.6, method)
    low = [row[3] for row in table[1:]]
    columns = [
        [call("SIZING_GPUS", ANCHORS, sla, *given, method) for sla in SLAS],
        low,
        [call("SIZING_GPUS_BUDGET", ANCHORS, sla, *given, confidence, method) for sla in SLAS],
        [call("SIZING_GPUS_COMMIT", ANCHORS, sla, *given, method) for sla in SLAS],
    ]
    assert unlike(setting, columns) == []


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_command_line(capsys, setting):
    method, confidence = setting
    code, out, _ = run(
        capsys, "size", "--anchors", ",".join(f"{c}:{r}" for c, r in ANCHORS), "--sla", ",".join(map(repr, SLAS)),
        "--tpm", "3e6", "--gpus-per-pod", "1", "--method", method, "--confidence", confidence, "--json",
    )  # fmt: skip
    rows = json.loads(out)["rows"]
    keys = ("replicas", "pods_low", "replicas_budget", "pods_high")
    assert code == 0
    assert unlike(setting, [[row[key] for row in rows] for key in keys]) == []
