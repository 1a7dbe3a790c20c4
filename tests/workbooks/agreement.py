"""What must hold between a case, the package's answer to it, and what stands in a recalculated workbook."""

from __future__ import annotations

from numbers import Real

from tests.workbooks.cases import SLAS
from tests.workbooks.engines import CellError
from xlsizing.reports.tables import CANNOT_BE_MET
from xlsizing.rules import HOURS_PER_MONTH

INTEGERS = {
    "Out_Pods": "pods",
    "Out_GPUs": "gpus",
    "Out_GPUs_Low": "gpus_low",
    "Out_GPUs_Budget": "gpus_budget",
    "Out_GPUs_Commit": "gpus_high",
    "Out_Total_GPUs_Budget": "total_gpus_budget",
    "Out_Total_GPUs_Commit": "total_gpus_high",
    "Out_Max_Num_Seqs": "max_num_seqs",
}
FLOATS = {
    "Out_Cstar": "c_star",
    "Out_PodTps": "per_replica_tps",
    "Out_Rate": "tok_s_per_user",
    "Out_Load": "load",
    "Out_USD_Month": "usd_per_month",
    "Out_USD_Month_Budget": "usd_per_month_budget",
    "Out_USD_Month_Commit": "usd_per_month_high",
    "Out_USD_per_1M": "usd_per_million",
    "Out_USD_per_1M_Commit": "usd_per_million_high",
}
"""Defined names, and the field of a row that each must equal."""

WAITS = {"Out_TTFT": "ttft_s", "Out_TTFT_Commit": "ttft_s_commit"}
"""The same of those that a curve may not tell: a dash then."""

OUT = ("Out_Regime", "Out_Binding", *INTEGERS, *FLOATS, *WAITS)
RELATIVE = 1e-9


def fill(engine, case):
    """Set every input of a case through the defined names, and recalculate."""
    columns = list(zip(*case.table(), strict=True)) or [()] * 4
    inputs = {
        "Demand_Value": case.demand,
        "Demand_Unit": case.unit,
        "Demand_OSL": case.osl,
        "Requests_per_Person": case.each,
        "Peak_to_Mean": case.peak,
        "GPUs_per_Node": case.per_node,
        "Nodes_to_Survive": case.lost,
        "Contract_Row": case.contract,
        "Util": case.util,
        "GPUs_per_Pod": case.gpus_per_pod,
        "Spare_Pods": case.spares,
        "USD_per_GPU_Hour": case.usd,
        "Hours_per_Month": case.hours,
        "Method": case.method,
        "Confidence": case.confidence,
        **dict(zip(("Anchor_c", "Anchor_r", "Anchor_T", "Anchor_TTFT"), map(list, columns), strict=True)),
        "SLA_In": case.slas,
        "TTFT_Limit_In": case.limits,
    }
    for name, value in inputs.items():
        engine.set(name, value)
    engine.recalculate()


def differences(engine, case):
    """Return a line for everything in the outputs of a recalculated workbook that is not the package's answer."""
    out = {name: engine.column(name) for name in OUT}
    found = [] if engine.value("Checks_Failed") == 0 else [f"Checks_Failed is {engine.value('Checks_Failed')!r}"]
    rows = case.rows()
    for at, row in enumerate([*rows, *[None] * (SLAS - len(rows))]):
        cells = {name: out[name][at] for name in OUT}
        expected = _blank if row is None else _as_sized if row.feasible else _infeasible
        found += [f"row {at + 1}: {line}" for line in expected(cells, row, case)]
    return found


def _blank(cells, row, case):
    return [f"{name} is {cell!r}, not blank" for name, cell in cells.items() if cell != ""]


def _infeasible(cells, row, case):
    found = [f"{name} is {cell!r}, not words" for name, cell in cells.items() if not isinstance(cell, str)]
    words = cells["Out_GPUs_Commit"]
    return found + _regime(cells, row) + ([] if words == CANNOT_BE_MET else [f"Out_GPUs_Commit says {words!r}"])


def _as_sized(cells, row, case):
    found = _regime(cells, row)
    for name, field in INTEGERS.items():
        if not number(cells[name]) or cells[name] != getattr(row, field):
            found.append(f"{name} is {cells[name]!r}, not {getattr(row, field)}")
    for name, field in FLOATS.items():
        # The package's month has 730 hours; dollars per token do not depend on it.
        expected = getattr(row, field) * (case.hours / HOURS_PER_MONTH if "_Month" in name else 1)
        if not number(cells[name]) or abs(cells[name] - expected) > RELATIVE * expected:
            found.append(f"{name} is {cells[name]!r}, not {expected!r}")
    if cells["Out_Binding"] != row.binding:
        found.append(f"Out_Binding is {cells['Out_Binding']!r}, not {row.binding!r}")
    for name, field in WAITS.items():
        expected = getattr(row, field)
        told = (
            number(cells[name]) and abs(cells[name] - expected) <= RELATIVE * expected
            if expected
            else cells[name] == "-"
        )
        if not told:
            found.append(f"{name} is {cells[name]!r}, not {expected!r}")
    return found


def _regime(cells, row):
    return [] if cells["Out_Regime"] == row.regime else [f"Out_Regime is {cells['Out_Regime']!r}, not {row.regime!r}"]


def slips(engine):
    """Return a line for every number or error value in the outputs of a workbook with bad input, and for a quiet check."""
    failed = engine.value("Checks_Failed")
    found = [] if number(failed) and failed > 0 else [f"Checks_Failed is {failed!r}"]
    for name in OUT:
        wrong = [cell for cell in engine.column(name) if number(cell) or isinstance(cell, CellError | bool)]
        found += [f"{name} shows {cell!r}" for cell in wrong]
    return found


def number(cell):
    """Tell whether a cell holds a number."""
    return isinstance(cell, Real) and not isinstance(cell, bool)
