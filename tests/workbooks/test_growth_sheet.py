"""Sheet Growth of the customer's workbook: each factor is an input, and each row what the package sizes at it."""

import numpy as np
import pytest

from tests.workbooks.engines import ROOT, FormualizerEngine, IronCalcEngine
from xlsizing.advice.growth import grown
from xlsizing.reports.from_spec import spec_report
from xlsizing.spec import read_spec
from xlsizing.workbooks.customer import ProofError, customer_workbook, growth_sheet

SPEC = ROOT / "workbook" / "examples" / "growth.yaml"
FIRST = 7
COLUMNS = ("pods_high", "total_gpus_high", "nodes_high", "usd_per_month_high")
BUDGET = ("pods_budget", "total_gpus_budget", "nodes_budget", "usd_per_month_budget")


@pytest.fixture(scope="module")
def report():
    return spec_report(read_spec(SPEC))


@pytest.fixture(scope="module")
def book(report):
    return customer_workbook(report)


@pytest.fixture(params=[FormualizerEngine, IronCalcEngine])
def engine(request, book):
    return request.param(book)


def shown(engine, rows):
    engine.recalculate()
    return engine.sheet("Growth", f"E{FIRST}:L{FIRST + rows - 1}")


def expected(report, factors):
    """The figures of the contracted SLA at so many times the demand."""
    sizing = grown(report.sizing, np.array(factors)[:, np.newaxis])
    at = report.contract
    return [[float(getattr(sizing, name)[row, at]) for name in (*COLUMNS, *BUDGET)] for row in range(len(factors))]


def test_as_delivered_by_hand(engine):
    # 100,000 tok/s at the peak; at c=10 a pod carries 1,222: 100,000/(1,222 x 0.7) = 116.9; 18 pods a node of 72, one spare:
    # (117 + 18)/18 = 7.5, 8 nodes, 576 GPUs; three times as much: 350.7 pods, (351 + 18)/18 = 20.5, 21 nodes
    (first, *_, last) = shown(engine, 5)
    assert first[:3] == [117, 576, 8]
    assert last[:3] == [351, 1512, 21]


def test_factors_are_inputs(engine, report):
    factors = [1, 0.3, 1.7, 9.25, 40]
    engine.set("Growth_Factors", factors)
    found = shown(engine, len(factors))
    assert np.allclose(np.array(found, float), expected(report, factors), rtol=1e-9, atol=0)


def test_another_row_may_be_contracted_and_none(engine, report):
    engine.set("Contract_Row", 1)
    (first, *_) = shown(engine, 1)
    sizing = report.sizing  # 20 tok/s/user, the first row
    assert first[0] == sizing.pods_high[0]
    engine.set("Contract_Row", None)
    assert set(shown(engine, 1)[0]) == {""}


@pytest.mark.parametrize("wrong", ["three", -1, 0, 0.001, 1001])
def test_a_wrong_factor_blanks_every_result(engine, wrong):
    engine.set("Growth_Factors", [1, wrong])
    assert set(shown(engine, 2)[0]) == {""}
    assert engine.value("Checks_Failed") == 1


def test_a_wrong_formula_is_named_and_nothing_is_written(report, monkeypatch):
    right = growth_sheet._formulas
    monkeypatch.setattr(growth_sheet, "_formulas", lambda row: right(row) | {"F": ("=1", "calc.int")})
    with pytest.raises(ProofError, match="total_gpus_high on 2026-11-23 is 1 in Growth!F7 and 576 in Python"):
        customer_workbook(report)
