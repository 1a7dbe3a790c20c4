"""Sheet Intake: the demand as the customer says it, the nodes that are bought, and the contract multiplied out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from xlsizing.core import SizingRow, figure_of
from xlsizing.reports import LOADS, Report, input_tok_s, mean_requests_s
from xlsizing.rules import HEADROOM, HOURS_PER_MONTH, MOST_NODES_LOST, MOST_PEAK_TO_MEAN
from xlsizing.workbooks.customer.comparing import differing
from xlsizing.workbooks.writer import Layout, Page, Values, tall

__all__ = ["contract_is_live", "intake_differences", "intake_inputs", "intake_sheet"]


class _Line(NamedTuple):
    """A line of the sheet.

    Parameters
    ----------
    label : str
        What it is
    formula : str
        Of its cell
    style : str
        Of its cell
    words : str
        What stands beside it
    """

    label: str
    formula: str
    style: str
    words: str = ""


_FIRST: Final = 5
_CHAIN: Final = 14
_CONTRACT: Final = 26
_WIDTHS: Final = {"A": 2, "B": 40, "C": 16, "D": 62}
_LINE: Final = 118


def intake_inputs(report: Report) -> dict[str, float | None]:
    """Return the inputs of the sheet by the names of their cells [unit of each]."""
    sizing = report.sizing
    demand, plan = sizing.demand, sizing.node_plan
    each = demand.requests_per_person_min
    return {
        "Requests_per_Person": None if each is None else float(each),
        "Peak_to_Mean": demand.peak_to_mean,
        "GPUs_per_Node": None if plan is None else plan.gpus_per_node,
        "Nodes_to_Survive": 0 if plan is None else plan.nodes_to_survive,
        "Contract_Row": None if report.contract is None else report.contract + 1,
    }


_INPUTS: Final = {
    "Requests_per_Person": (
        "Requests per person and minute",
        "input.num",
        "requests/min; where the demand on sheet Sizing is people",
    ),
    "Peak_to_Mean": ("Peak over mean", "input.num", "times; the fleet is sized at the peak, what is sold is the mean"),
    "GPUs_per_Node": ("GPUs per node", "input.int", "GPUs are bought in whole nodes; blank: one by one"),
    "Nodes_to_Survive": ("Nodes to survive", "input.int", "full nodes that may fail: they give the spare pods"),
    "Contract_Row": ("Contracted row", "input.int", "its place in the table of sheet Sizing, from 1; blank: none"),
}
"""Label, style and words of each input."""

_REQUESTS: Final = (
    "IF(Demand_Unit=Word_People,Demand_Value*Requests_per_Person/Seconds_per_Minute,IF(Demand_Unit=Word_RPS,Demand_Value,"
    'IF(ISNUMBER(Workload_OSL)*ISNUMBER(Demand_Mean)=1,Demand_Mean/Workload_OSL,"")))'
)


def _passed(formula: str) -> str:
    return f'IF(Checks_Failed>0,"",{formula})'


def _times(cell: str, factor: str) -> str:
    return f'IF(ISNUMBER({cell}),{cell}*{factor},"")'


_CHAIN_LINES: Final = (
    _Line(
        "Requests per second, in the mean",
        _passed(_REQUESTS),
        "calc.num",
        "people x requests / 60; else demand / output tokens",
    ),
    _Line(
        "Output tok/s, in the mean",
        _passed("Demand_Mean"),
        "calc.one",
        "requests per second x output tokens per request",
    ),
    _Line(
        "Output tokens per minute, in the mean",
        _passed(_times("C15", "Seconds_per_Minute")),
        "calc.int",
        "what is sold",
    ),
    _Line(
        "Output tok/s, at the peak",
        _passed("Demand_tok_s"),
        "calc.one",
        "x peak over mean: what the fleet is sized for",
    ),
    _Line("Output tokens per minute, at the peak", _passed(_times("C17", "Seconds_per_Minute")), "calc.int"),
    _Line(
        "Input tokens per minute, in the mean",
        _passed('IF(ISNUMBER(C14)*ISNUMBER(Workload_ISL)=1,C14*Workload_ISL*Seconds_per_Minute,"")'),
        "calc.int",
        "requests per second x input tokens (sheet Context) x 60; carried by the curve as it was measured",
    ),
    _Line("Input tokens per minute, at the peak", _passed(_times("C19", "Peak_to_Mean")), "calc.int"),
    _Line("Spare pods", _passed("Stand_By"), "calc.int", "of the nodes to survive, or as given on sheet Sizing"),
    _Line(
        "Pods per node",
        _passed('IF(Pods_per_Node>0,Pods_per_Node,"")'),
        "calc.int",
        "blank where a pod takes several nodes, or there are none",
    ),
)
"""The demand as a chain, and the hardware that it is bought in."""


def _of_row(name: str) -> str:
    return f'IF(Contract_Shown=1,INDEX({name},Contract_Row),"")'


def _if_quoted(formula: str) -> str:
    return f'IF(ISNUMBER(C30),{formula},"")'


_CONTRACT_LINES: Final = (
    _Line("SLA, tok/s/user", _of_row("SLA_In"), "calc.num"),
    _Line("TTFT limit, s", 'IF(Contract_Shown=1,IF(ISNUMBER(INDEX(TTFT_Limit_In,Contract_Row)),INDEX(TTFT_Limit_In,Contract_Row),""),"")', "calc.num"),
    _Line("standing", _of_row("Out_Rigor"), "calc.left"),
    _Line("figure to quote", _of_row("Out_Quote"), "calc.left", "to commit to on a VERDICT, the budget on a DRAFT"),
    _Line("pods", _of_row("Out_Quote_Pods"), "calc.int"),
    _Line("+ spare pods", _of_row("Out_Quote_Spares"), "calc.int"),
    _Line("x GPUs per pod", _if_quoted("GPUs_per_Pod"), "calc.int"),
    _Line("+ GPUs idle in nodes", _if_quoted("C34-(C30+C31)*C32"), "calc.int"),
    _Line("GPUs, in all", _of_row("Out_Quote_GPUs"), "key.int"),
    _Line("in so many nodes", _if_quoted('IF(Has_Nodes=1,C34/GPUs_per_Node,"")'), "calc.int"),
    _Line("x $/GPU-hour", _if_quoted("USD_per_GPU_Hour"), "calc.usd2", "source on sheet Sizing"),
    _Line("x hours per month", _if_quoted("Hours_per_Month"), "calc.num"),
    _Line("$/month, in all", _of_row("Out_Quote_USD_Month"), "key.usd"),
    _Line("load at the peak", _if_quoted(
        "IF(C29=Word_Commit,INDEX(Out_Load_Commit,Contract_Row),INDEX(Out_Load,Contract_Row)*INDEX(Out_Pods,Contract_Row)/C30)"
    ), "calc.pct", "of what the pods carry, spares excluded"),
    _Line("load in the mean", _if_quoted("C39/Peak_to_Mean"), "calc.pct"),
    _Line("$/1M output tokens at the peak", _of_row("Out_Quote_USD_per_1M"), "calc.usd2"),
    _Line("$/1M output tokens in the mean", _if_quoted("C41*Peak_to_Mean"), "key.usd2", "what is sold"),
    _Line("$/1M output tokens at full load", _if_quoted("C41*C39"), "calc.usd2"),
)  # fmt: skip
"""The contracted row, multiplied out."""

_STATE: Final = (
    '=IF(Checks_Failed>0,Word_Check,IF(COUNTA(Contract_Row)=0,"No row is contracted.",IF(Contract_Shown=1,'
    'IF(ISNUMBER(C30),"Multiplied out:","Nothing to sign: measure first."),'
    'IF(INDEX(Row_State,Contract_Row)=2,Word_Unmet,"No SLA stands in that row."))))'
)


def intake_sheet(page: Page, report: Report, layout: Layout) -> None:
    """Write the inputs, the chain of the demand and the contract.

    Parameters
    ----------
    page : Page
        The sheet
    report : Report
        The sizing with the words around it
    layout : Layout
        Where the tables stand; beside a long one the contract is live where a row is contracted, as it takes memory
    """
    page.put("B1", "Intake: the demand as it is said, what is bought, and the contract", "title")
    page.put(
        "B2", "Demand, its unit and output tokens are on sheet Sizing, input tokens on sheet Context.", "note.text"
    )
    page.put(f"B{_FIRST - 1}", "Inputs (blue on yellow: change them)", "section")
    delivered = intake_inputs(report)
    for row, (name, (label, style, words)) in enumerate(_INPUTS.items(), start=_FIRST):
        page.put(f"B{row}", label, "label")
        page.put(f"C{row}", delivered[name], style)
        page.put(f"D{row}", words, "note.text")
        page.named(name, f"C{row}")
    _validate(page)
    page.merge("B10:D10")
    page.put("B10", HEADROOM, "label.wrap")
    page.tall(10, tall(HEADROOM, _LINE))
    page.put(f"B{_CHAIN - 1}", "What that is (live)", "section")
    _write_lines(page, _CHAIN, _CHAIN_LINES)
    page.put(f"B{_CONTRACT - 2}", "Contract (live)", "section")
    page.put(f"D{_CONTRACT - 1}", "each row of sheet Sizing is an alternative, not a part of a total", "note.text")
    if contract_is_live(report, layout):
        page.put(f"C{_CONTRACT - 1}", _STATE, "calc.left")
        _write_lines(page, _CONTRACT, _CONTRACT_LINES)
    else:
        page.put(f"C{_CONTRACT - 1}", "none was marked when this long table was written", "label.text")
    page.named("Contract_GPUs", "C34")
    page.widths(**_WIDTHS)
    page.printed(landscape=False, tall=1)


def contract_is_live(report: Report, layout: Layout) -> bool:
    """Tell whether the workbook can multiply out whichever row is contracted: that needs columns of all rows at once."""
    return layout.charts or report.contract is not None


def _write_lines(page: Page, first: int, lines: tuple[_Line, ...]) -> None:
    for row, line in enumerate(lines, start=first):
        page.put(f"B{row}", line.label, "strong" if line.style.startswith("key") else "label")
        page.put(f"C{row}", f"={line.formula}", line.style)
        if line.words:
            page.put(f"D{row}", line.words, "note.text")


def _validate(page: Page) -> None:
    whole = {"type": "whole", "operator": "between"}
    rules = (
        ("A number above 0, or blank", {"type": "decimal", "operator": "greaterThan", "formula1": "0"}),
        (f"From 1 to {MOST_PEAK_TO_MEAN:,}", {"type": "decimal", "formula1": "1", "formula2": str(MOST_PEAK_TO_MEAN)}),
        (
            "A whole number of at least 1, or blank",
            {"type": "whole", "operator": "greaterThanOrEqual", "formula1": "1"},
        ),
        ("A whole number, at least 0", whole | {"formula1": "0", "formula2": str(MOST_NODES_LOST)}),
        ("The place of a row, or blank", {"type": "whole", "operator": "greaterThanOrEqual", "formula1": "1"}),
    )
    for row, (message, rule) in enumerate(rules, start=_FIRST):
        page.validate(f"C{row}", message, **rule)


def intake_differences(sheet: Values, report: Report) -> Iterator[str]:
    """Give a sentence for each line of the sheet that is not what the core says.

    Parameters
    ----------
    sheet : mapping
        The values of sheet Intake by cell [units of the cells]
    report : Report
        The sizing that the workbook shows

    Yields
    ------
    str
        What differs, and where
    """
    yield from differing(
        "Intake",
        sheet,
        (
            *_numbered(_CHAIN, _CHAIN_LINES, _chain(report)),
            *_numbered(_CONTRACT, _CONTRACT_LINES, _contract(report)),
        ),
    )


def _numbered(first: int, lines: tuple[_Line, ...], values: list[object]) -> Iterator[tuple[str, str, object]]:
    for row, (line, value) in enumerate(zip(lines, values, strict=True), start=first):
        yield f"C{row}", f"{line.label!r}", value


def _chain(report: Report) -> list[object]:
    sizing, demand = report.sizing, report.sizing.demand
    mean, peak = (None, None) if demand.counts_users else (float(demand.mean_tok_s(0)), float(demand.output_tok_s(0)))
    held = 0 if sizing.node_plan is None else sizing.node_plan.racks(sizing.gpus_per_pod).pods_per_node
    return [
        mean_requests_s(report),
        mean,
        _per_minute(mean),
        peak,
        _per_minute(peak),
        *map(_per_minute, input_tok_s(report) or (None, None)),
        int(sizing.spares_beside(1)),
        held or None,
    ]


def _per_minute(tok_s: float | None) -> float | None:
    return None if tok_s is None else 60 * tok_s


def _contract(report: Report) -> list[object]:
    """Return what the lines of the contract must hold: all blank where no row is contracted, or it cannot be met."""
    blank: list[object] = [None] * len(_CONTRACT_LINES)
    row = None if report.contract is None else report.given_rows[report.contract]
    if row is None or not row.feasible:
        return blank
    standing = report.given_standings[report.contract or 0].label
    quoted = row.quoted(standing)
    head: list[object] = [row.sla, row.ttft_limit_s, standing, quoted or "none"]
    return [*head, *(blank[len(head) :] if quoted is None else _multiplied(report, row, quoted))]


def _multiplied(report: Report, row: SizingRow, quoted: str) -> list[object]:
    sizing = report.sizing
    return [
        *(figure_of(row, name, quoted) for name in ("pods", "spare_pods")),
        sizing.gpus_per_pod,
        *(figure_of(row, name, quoted) for name in ("gpus_idle", "total_gpus", "nodes")),
        sizing.gpu_hourly_usd,
        float(HOURS_PER_MONTH),
        figure_of(row, "usd_per_month", quoted),
        *(getattr(row, name) for name in LOADS[quoted]),
        *(figure_of(row, name, quoted) for name in ("usd_per_million", "usd_per_million_mean", "usd_per_million_full")),
    ]
