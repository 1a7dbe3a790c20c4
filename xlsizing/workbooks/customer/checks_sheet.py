"""Sheet Checks: what would make a result wrong, and the snapshot that shows an edit."""

from __future__ import annotations

from itertools import zip_longest
from typing import Final

from xlsizing.core import FIGURES, SizingRow
from xlsizing.reports import CANNOT_BE_MET, Report
from xlsizing.rules import HOURS_PER_MONTH, LARGEST_GROWTH, LEAST_GROWTH, MOST_HOURS_PER_MONTH, MOST_PEAK_TO_MEAN
from xlsizing.workbooks.customer.axes import known_method
from xlsizing.workbooks.customer.bought import above, differs
from xlsizing.workbooks.customer.calc_sheet import calc_cells
from xlsizing.workbooks.customer.curve_sheet import NO, YES
from xlsizing.workbooks.customer.intake_sheet import intake_inputs
from xlsizing.workbooks.customer.settings import DATASET_KINDS, LEVEL_CELLS
from xlsizing.workbooks.customer.wait_steps import LIMITED, LiveWait
from xlsizing.workbooks.writer import BESIDE, ROW, Layout, Page, letter, tall

__all__ = ["checks_rows", "checks_sheet"]


def _number_fault(name: str, most: str = "Highest") -> str:
    return f"IF(ISNUMBER({name}),IF(OR({name}<Lowest,{name}>{most}),1,0),1)"


def _numbers_fault(name: str, low: str = "Lowest", high: str = "Highest") -> str:
    """Return the formula of the cells in `name`, each a number or blank, that are no number in range."""
    ends = f"IF(MIN({name})<{low},1,0)+IF(MAX({name})>{high},1,0)"
    return f"COUNTA({name})-COUNT({name})+IFERROR(IF(COUNT({name})=0,0,{ends}),0)"


def _limit_checks(wait: LiveWait) -> tuple[tuple[str, str], ...]:
    """Return what limits on a `wait` must be: a limit that cannot be held to never counts as none."""
    alone = f"IFERROR(SUMPRODUCT(({wait.limits}>0)*(SLA_In=0)),0)"
    return (
        (
            f"{wait.label} limits must be numbers above 0, each beside an SLA, or blank",
            f"{_numbers_fault(wait.limits)}+{alone}",
        ),
        (
            f"A {wait.label} limit needs the {wait.label} of every anchor (sheet Curve)",
            f"IF({wait.known}=0,COUNT({wait.limits}),0)",
        ),
    )


def _whole_fault(name: str, low: int, most: str) -> str:
    return f"IF(ISNUMBER({name}),IF(OR({name}<{low},{name}>{most},{name}<>INT({name})),1,0),1)"


def _unless_blank(name: str, formula: str) -> str:
    return f"IF(COUNTA({name})=0,0,{formula})"


def _one_of(name: str, *words: str) -> str:
    return f"IFERROR(IF(OR({','.join(f'{name}={word}' for word in words)}),0,1),1)"


_KINDS: Final = tuple(f"Word_{kind.title().replace(' ', '_')}" for kind in DATASET_KINDS)
_HIT_RATE: Final = "IF(ISNUMBER(Workload_Hit_Rate),IF(OR(Workload_Hit_Rate<0,Workload_Hit_Rate>1),1,0),1)"
_WORKLOAD: Final = "+".join(
    _unless_blank(name, formula)
    for name, formula in (
        ("Workload_ISL", _number_fault("Workload_ISL")),
        ("Workload_OSL", _number_fault("Workload_OSL")),
        ("Workload_Turns", _one_of("Workload_Turns", "Word_Single", "Word_Multi")),
        ("Workload_Hit_Rate", _HIT_RATE),
        ("Workload_Dataset_Kind", _one_of("Workload_Dataset_Kind", *_KINDS)),
        ("Workload_Cache", _one_of("Workload_Cache", "Word_Warm", "Word_Cold")),
    )
)

_REQUESTS_IDLE: Final = _unless_blank("Requests_per_Person", _number_fault("Requests_per_Person"))

_INPUT: Final = (
    ("Demand must be a number above 0", _number_fault("Demand_Value")),
    (
        "Unit of the demand must be one of the list",
        "IFERROR(IF(OR(Demand_Unit=Word_TPM,Demand_Unit=Word_Tok_s,Demand_Unit=Word_RPS,Demand_Unit=Word_People,Demand_Unit=Word_Users),0,1),1)",
    ),
    (
        "Output tokens per request must be a number above 0 where the demand is rps or people",
        f"IFERROR(IF(OR(Demand_Unit=Word_RPS,Demand_Unit=Word_People),{_number_fault('Demand_OSL')},0),0)",
    ),
    (
        "Requests per person and minute must be a number above 0 where the demand is people (sheet Intake)",
        f"IF(IFERROR(IF(Demand_Unit=Word_People,1,0),0)=1,{_number_fault('Requests_per_Person')},{_REQUESTS_IDLE})",
    ),
    (
        f"Peak over mean must be from 1 to {MOST_PEAK_TO_MEAN:,}, and 1 where users are the demand (sheet Intake)",
        "IF(ISNUMBER(Peak_to_Mean),IF(OR(Peak_to_Mean<1,Peak_to_Mean>Most_Peak),1,IF(Is_Users=1,IF(Peak_to_Mean=1,0,1),0)),1)",
    ),
    ("Utilisation must be above 0, at most 1", "IF(ISNUMBER(Util),IF(OR(Util<Lowest,Util>1),1,0),1)"),
    ("GPUs per pod must be a whole number of at least 1", _whole_fault("GPUs_per_Pod", 1, "Most_GPUs_per_Pod")),
    ("Spare pods must be a whole number of at least 0", _whole_fault("Spare_Pods", 0, "Most_Spares")),
    (
        "GPUs per node must be a whole number of at least 1, or blank where GPUs are had one by one (sheet Intake)",
        _unless_blank("GPUs_per_Node", _whole_fault("GPUs_per_Node", 1, "Most_GPUs_per_Pod")),
    ),
    (
        "Nodes to survive must be a whole number, with GPUs per node and without spare pods of one's own (sheet Intake)",
        (
            f"{_whole_fault('Nodes_to_Survive', 0, 'Most_Nodes_Lost')}"
            f"+IF({above('Nodes_to_Survive', 0)},IF(COUNTA(GPUs_per_Node)=0,1,IF({above('Spare_Pods', 0)},1,0)),0)"
        ),
    ),
    (
        "The contracted row must be the place of a row in the table of sheet Sizing, or blank (sheet Intake)",
        _unless_blank(
            "Contract_Row",
            "IFERROR(IF(OR(Contract_Row<1,Contract_Row<>INT(Contract_Row),Contract_Row>Most_Rows),1,0),1)",
        ),
    ),
    ("Price must be a number above 0", _number_fault("USD_per_GPU_Hour")),
    (
        "Other prices and their terms must be numbers above 0, or blank (sheet Prices)",
        f"{_numbers_fault('Other_Prices')}+{_numbers_fault('Other_Terms')}",
    ),
    (
        f"Factors of growth must be numbers from {LEAST_GROWTH:g} to {LARGEST_GROWTH:,}, or blank (sheet Growth)",
        _numbers_fault("Growth_Factors", "Least_Growth", "Largest_Growth"),
    ),
    (
        f"Hours per month must be a number above 0, at most {MOST_HOURS_PER_MONTH}",
        _number_fault("Hours_per_Month", "Most_Hours"),
    ),
    ("Interpolation must be one of the list", f"IFERROR(IF({known_method('Method')},0,1),1)"),
    (
        "Budget must cover 90 %, 95 % or 99 %",
        f"IFERROR(IF(OR({','.join(f'ABS(Confidence-{cell})<=Tolerance' for cell in LEVEL_CELLS.values())}),0,1),1)",
    ),
    # Not by a flag in each row: LibreOffice takes a hundred rows of one formula as one, and the rows that rest on the sum of
    # such flags for a circle (Err:522).
    ("SLAs must be numbers above 0", _numbers_fault("SLA_In")),
    ("At least one SLA must be given", "IF(COUNTA(SLA_In)=0,1,0)"),
    *(check for wait in LIMITED for check in _limit_checks(wait)),
    (
        "GPUs per pod must be TP x PP x DP inside the pod of the context",
        (
            "IF(ISNUMBER(Context_GPUs),IF(ISNUMBER(GPUs_per_Pod),IF(Context_GPUs_Exact=1,"
            "IF(GPUs_per_Pod=Context_GPUs,0,1),IF(INT(GPUs_per_Pod/Context_GPUs)*Context_GPUs=GPUs_per_Pod,0,1)),0),0)"
        ),
    ),
    (
        "Workload of the customer must be numbers above 0, a hit rate, words of the lists, or blank (sheet Context)",
        _WORKLOAD,
    ),
    ("WORKLOAD MISMATCH: the curve was measured at another workload (sheet Context)", "SUM(Workload_Off)"),
)

_CURVE: Final = (
    ("Anchors must be whole rows of numbers above 0, each concurrency once (sheet Curve)", "SUM(Row_Bad)"),
    ("At least one anchor must be given", "IF(COUNTA(Anchor_c)=0,1,0)"),
    ("tok/s/user must not rise with concurrency by more than 0.5 %: drop or re-measure a point", "SUM(Curve_rises)"),
    ("Output tok/s must not exceed c x tok/s/user by more than 5 %: the columns contradict", "SUM(Curve_high)"),
    ("Output tok/s is far below c x tok/s/user: column D does not look like output tok/s", "SUM(Curve_below)"),
    (
        "Output tok/s must be per pod: column D looks like tok/s per GPU, multiply by GPUs per pod or state it on sheet Curve",
        "IF(T_Per_GPU>0,1,0)",
    ),
    ("TTFT must agree with output tok/s within 3 times: is column E in ms? (sheet Curve)", "SUM(Curve_late)"),
)

_RESULT: Final = (
    (
        "No row may need more than 100,000,000 pods, today or grown: check the units",
        "IF(Inputs_OK=1,IF(MAX(Q_High)*MAX(1,MAX(Growth_Factors))>Most_Pods,1,0),0)",
    ),
    (
        "Every row carries the demand, one pod fewer would not, low <= estimate <= budget <= commit",
        "COUNT(Row_Sound)-SUM(Row_Sound)",
    ),
)

_NOTES: Final = (
    ("Anchors out of order (they are sorted; nothing to do)", "SUM(Row_Unsorted)"),
    ("Neighbouring anchors more than 5x apart: figures between rest on a wide gap", "SUM(Curve_gap)"),
    ("Output tok/s below 80 % of c x tok/s/user: requests queued, or c was never reached", "SUM(Curve_odd)"),
    ("No output throughput was measured: c x tok/s/user overstates it, more GPUs may be needed", "1-Has_T"),
    ("Output tok/s equals c x tok/s/user: worked out, not measured, and treated as not given", "T_Copied"),
    ("tok/s/user rises by up to 0.5 %: pooled as noise", "Pool_On"),
    ("SLAs that no measured point meets", "COUNTIF(Row_State,2)"),
    (
        "SLAs with no figure to quote: no budget claimed, high end above twice the low end",
        "SUM(Row_Unquoted)",
    ),
    ("Fields missing from the measurement context", "Context_Missing"),
    ("Values that differ from the snapshot below", "Edited"),
)

_FIRST: Final = 6
_SNAPSHOT_HEADS: Final = (
    "SLA", "regime", *(f"{wait.label} limit, s" for wait in LIMITED), "pods", "GPUs", "GPUs to budget", "GPUs to commit",
    "$/month", "$/month to commit", "c*",
)  # fmt: skip
_SNAPSHOT: Final = ("pods", "gpus", "gpus_budget", "gpus_high", "usd_per_month", "usd_per_month_high", "c_star")
"""The figures in it, behind the SLA, the regime and the limits."""

_SNAPSHOT_KINDS: Final = ("num", "left", *("num" for _ in LIMITED), *(FIGURES[name].form for name in _SNAPSHOT))
_SNAPSHOT_COLUMNS: Final = tuple(column[0] for name in _SNAPSHOT if (column := FIGURES[name].column))


def checks_sheet(page: Page, report: Report, layout: Layout) -> int:
    """Write the checks, their sums, and the snapshot of the delivered inputs; `checks_rows` that of the results.

    Parameters
    ----------
    page : Page
        The sheet
    report : Report
        The sizing as delivered
    layout : Layout
        Where the tables stand

    Returns
    -------
    int
        The row of the first result [-]
    """
    page.put("B1", "Checks", "title")
    page.put("B2", "An error blanks every result. A note changes no figure.", "note")
    row = _write_checks(page)
    row = _delivered_inputs(page, report, row + 2)
    row = _delivered_anchors(page, report, layout, row + 2)
    page.widths(A=2, B=66, C=16, D=22, E=11, F=11, G=12, H=12, I=14, J=13, K=13, L=10, M=9)
    page.printed()
    return _delivered_head(page, layout, row + 2)


def _write_checks(page: Page) -> int:
    for column, head in zip("BCDE", ("check", "found", "status", "counts"), strict=True):
        page.put(f"{column}{_FIRST - 1}", head, "head")
    row = _FIRST
    sums: dict[str, str] = {}
    for group, entries in (("inputs", _INPUT), ("curve", _CURVE), ("result", _RESULT), ("notes", _NOTES)):
        start = row
        for words, formula in entries:
            _write_check(page, row, words, formula, error=group != "notes")
            row += 1
        sums[group] = f"$E${start}:$E${row - 1}"
    last_error = row - len(_NOTES) - 1
    page.named("Check_What", f"B{_FIRST}:B{last_error}")
    page.named("Check_Flag", f"E{_FIRST}:E{last_error}")
    page.reddens(f"D{_FIRST}:D{last_error}", f"E{_FIRST}=1")
    totals = (
        ("Checks failed", "Checks_Failed", f"=SUM({sums['inputs']},{sums['curve']},{sums['result']})"),
        ("Curve checks failed", "Curve_Failed", f"=SUM({sums['curve']})"),
        ("Inputs usable", "Inputs_OK", f"=IF(SUM({sums['inputs']},{sums['curve']})=0,1,0)"),
        ("Notes", "Notes_Found", f"=SUM({sums['notes']})"),
    )
    for words, name, formula in totals:
        page.put(f"B{row}", words, "strong")
        page.put(f"C{row}", formula, "key.int")
        page.named(name, f"C{row}")
        row += 1
    return row


def _write_check(page: Page, row: int, words: str, formula: str, *, error: bool) -> None:
    page.put(f"B{row}", words, "calc.text")
    page.put(f"C{row}", f"={formula}", "calc.int")
    page.put(f"D{row}", f'=IF(C{row}=0,"ok",{"Word_Check" if error else chr(34) + "note" + chr(34)})', "calc.text")
    page.put(f"E{row}", f"=IF(C{row}=0,0,1)", "calc.int")


_PRICE: Final = {"USD_per_GPU_Hour": "Edited_Price", "Price_Source": "Edited_Price_Source"}


def _delivered_inputs(page: Page, report: Report, row: int) -> int:
    sizing, demand = report.sizing, report.sizing.demand
    values = {
        "Demand_Value": float(demand.value),
        "Demand_Unit": demand.unit,
        "Demand_OSL": None if demand.osl is None else float(demand.osl),
        **intake_inputs(report),
        "Util": sizing.util,
        "GPUs_per_Pod": sizing.gpus_per_pod,
        "Spare_Pods": sizing.spare_replicas,
        "USD_per_GPU_Hour": sizing.gpu_hourly_usd,
        "Hours_per_Month": HOURS_PER_MONTH,
        "Method": sizing.points.method.name,
        "Confidence": sizing.bound.confidence,
        "T_Per_Pod_Stated": YES if sizing.curve.throughput_per_replica else NO,
        "Price_Source": sizing.price.rests_on,
    }
    page.put(f"B{row}", "As delivered: inputs", "section")
    _write_heads(page, row + 1, ("input", "delivered", "differs"))
    for name, value in values.items():
        at = row + 2 + list(values).index(name)
        page.put(f"B{at}", name, "calc.text")
        if name == "Price_Source":
            page.user(f"C{at}", str(value), "static.left", "price source")
        else:
            page.put(f"C{at}", value, "static.left" if isinstance(value, str) else "static.num")
        page.put(f"D{at}", f"={differs(f'C{at}', name)}", "calc.int")
        if name in _PRICE:
            page.named(_PRICE[name], f"D{at}")
    last = row + 1 + len(values)
    page.named("Edited_Inputs", f"D{row + 2}:D{last}")
    return last


def _delivered_anchors(page: Page, report: Report, layout: Layout, row: int) -> int:
    curve = report.sizing.curve
    page.put(f"B{row}", "As delivered: anchors", "section")
    _write_heads(page, row + 1, ("place on sheet Curve", "c", "tok/s/user", "output tok/s", "TTFT s", "differs"))
    columns = [
        [] if values is None else values.tolist()
        for values in (curve.concurrency, curve.tok_s_per_user, curve.output_tok_s, curve.ttft_s)
    ]
    for position, live in enumerate(layout.anchor_rows):
        at = row + 2 + position
        page.put(f"B{at}", live, "calc.row")
        pairs = []
        for j, values in enumerate(columns):
            page.at(at, 3 + j, values[position] if position < len(values) else None, "static.num")
            pairs.append(differs(f"{letter(3 + j)}{at}", f"Curve!{letter(2 + j)}{live}"))
        page.put(f"G{at}", f"={'+'.join(pairs)}", "calc.int")
    last = row + 1 + layout.anchors
    page.named("Edited_Anchors", f"G{row + 2}:G{last}")
    return last


def _delivered_head(page: Page, layout: Layout, row: int) -> int:
    """Write the heads of the delivered results, and return the row of the first one."""
    page.put(f"B{row}", "As delivered: results", "section")
    _write_heads(page, row + 1, ("place on sheet Sizing", *_SNAPSHOT_HEADS, "differs"))
    column = letter(3 + len(_SNAPSHOT_HEADS))
    page.named("Edited_Rows", f"{column}{row + 2}:{column}{row + 1 + layout.slas}")
    page.put("F1", "values edited since delivery", "note.text")
    page.put(
        "E1",
        "=SUM(Edited_Inputs)+SUM(Edited_Anchors)+SUM(Edited_Workload)+SUM(Edited_Rows)+SUM(Edited_Prices)+SUM(Edited_Growth)",
        "key.int",
    )
    page.named("Edited", "E1")
    return row + 2


def checks_rows(page: Page, report: Report, layout: Layout, piece: range, first: int) -> None:
    """Write the delivered results of the SLAs at the positions `piece`, counted from 0.

    Parameters
    ----------
    page : Page
        The sheet
    report : Report
        The sizing as delivered
    layout : Layout
        Where the tables stand
    piece : range
        Positions in the table
    first : int
        The row of the first result of all [-]
    """
    delivered = report.given_rows[piece.start : piece.stop]
    for position, row in zip_longest(piece, delivered):
        at, live = first + position, layout.sla_rows[position]
        page.put(f"B{at}", live, "calc.row")
        values = _snapshot(row) if row else [None] * len(_SNAPSHOT_HEADS)
        for j, value in enumerate(values):
            page.at(at, 3 + j, value, "static.left" if isinstance(value, str) else f"static.{_SNAPSHOT_KINDS[j]}")
    results = [f"Sizing!${column}{BESIDE}" for column in _SNAPSHOT_COLUMNS]
    limits = [wait.limit(BESIDE) for wait in LIMITED]
    shown = (f"Sizing!$B{BESIDE}", calc_cells(BESIDE)["regime"], *limits, *results)
    pairs = [differs(f"{letter(3 + j)}{ROW}", cell) for j, cell in enumerate(shown)]
    rows = range(first + piece.start, first + piece.stop)
    whole = (3 + len(shown), f"={'+'.join(pairs)}", "calc.int")
    page.repeat(rows, [whole], beside=layout.sla_rows[0] - first)


def _snapshot(row: SizingRow) -> list[object]:
    asked = (row.sla, row.regime, *(wait.asked(row) for wait in LIMITED))
    if not row.feasible:
        return [*asked, None, None, None, CANNOT_BE_MET, None, None, None]
    return [*asked, *(getattr(row, name) for name in _SNAPSHOT)]


def _write_heads(page: Page, row: int, texts: tuple[str, ...]) -> None:
    page.tall(row, tall("", 1, lines=2))
    for offset, text in enumerate(texts):
        page.at(row, 2 + offset, text, "head")
