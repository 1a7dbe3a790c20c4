"""What the first page says beside its table: labels with numbers beside them, and words that are a state out of a few."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from xlsizing.advice import Step, missing_sweep_points, step_of, step_row
from xlsizing.reports import RULE, Report
from xlsizing.rules import VERDICT
from xlsizing.workbooks.customer.comparing import differing
from xlsizing.workbooks.customer.live_next import gate_words, step_words
from xlsizing.workbooks.customer.live_rigor import ROWS, VERDICTS, standing, why
from xlsizing.workbooks.customer.wait_steps import LIMITED
from xlsizing.workbooks.writer import Page, Values

__all__ = [
    "BANNER_AT",
    "BY_SLA",
    "DEMAND_AT",
    "EDITED_AT",
    "GATE_AT",
    "OPENING_AT",
    "STEP_AT",
    "TO_DO_AT",
    "WHY_AT",
    "figures",
    "first_page_differences",
]

BANNER_AT: Final = "B3"
WHY_AT: Final = "D3"
TO_DO_AT: Final = "P3"
OPENING_AT: Final = "B4"
STEP_AT: Final = "J11"
GATE_AT: Final = "J12"
EDITED_AT: Final = "I16"
DEMAND_AT: Final = "D16"
"""Cells of sheet Sizing that hold words, and the demand."""

BY_SLA: Final = "by SLA"
"""What stands for the demand in output tok/s where users are the demand."""


class _Figure(NamedTuple):
    """A figure beside its label.

    Parameters
    ----------
    cell, label_at : str
        Where it stands, and the cells of its label
    label, formula, style : str
        What its cells hold
    """

    cell: str
    label_at: str
    label: str
    formula: str
    style: str


def _passed(formula: str) -> str:
    return f'IF(Checks_Failed>0,"",{formula})'


def _of_sla(name: str) -> str:
    """Return the formula of what the next step asks for: nothing where it is about the context or the sweep."""
    return f'IF(Next_Class=1,IF(Next_Closed=1,{name},""),{name})'


_WHOLE: Final = "nothing"
"""What a whole sweep lacks."""

_FIGURES: Final = (
    _Figure("F4", "E4", "flat GPUs to commit", _passed("Opening_Flat"), "calc.int"),
    _Figure("I4", "G4:H4", "up to the knee, tok/s/user", _passed("Opening_Knee"), "calc.num"),
    _Figure("L4", "J4:K4", "least to commit of rows met", _passed("Opening_Least"), "calc.int"),
    _Figure("O4", "M4:N4", "most to commit of rows met", _passed("Opening_Most"), "calc.int"),
    _Figure("S4", "P4:R4", "tightest SLA met, tok/s/user", _passed("Opening_Tightest"), "calc.num"),
    _Figure("S5", "P5:R5", "sweep lacks c", _passed(f'IF(Sweep_Lacking="","{_WHOLE}",Sweep_Lacking)'), "calc.left"),
    _Figure("L13", "I13:K13", "Measure at concurrency", "Next_c", "calc.num"),
    _Figure("L14", "I14:K14", "at SLA, tok/s/user", _of_sla("Next_SLA"), "calc.num"),
    _Figure("L15", "I15:K15", "and TTFT limit, s", _of_sla("Next_TTFT_Limit"), "calc.num"),
    _Figure("O13", "M13:N13", "GPUs, low end", "Next_Low", "calc.int"),
    _Figure("O14", "M14:N14", "GPUs, high end", "Next_High", "calc.int"),
    _Figure("O15", "M15:N15", "GPUs by now", "Next_All", "calc.int"),
    _Figure("S13", "P13:R13", "may free, GPUs", "Next_GPUs", "calc.int"),
    _Figure("S14", "P14:R14", "may free, $/month", "Next_USD", "calc.usd"),
    _Figure("S15", "P15:R15", "c* by now", "Next_Cstar", "calc.num"),
    _Figure("D17", "B17:C17", "Failed, on sheet Checks", "Checks_Failed", "calc.int"),
    _Figure("F17", "E17", "notes there", _passed("Notes_Found"), "calc.int"),
    _Figure("I17", "G17:H17", "SLAs asked", _passed(ROWS), "calc.int"),
    _Figure("L17", "J17:K17", "VERDICT rows", _passed(VERDICTS), "calc.int"),
    _Figure("O17", "M17:N17", "cannot be met", _passed("COUNTIF(Row_State,2)"), "calc.int"),
    _Figure("S17", "P17:R17", "edited since delivery", "Edited", "calc.int"),
)
"""The figures beside the table: what it rests on, the next step, the counts."""


def figures(page: Page) -> None:
    """Write the figures with their labels on sheet Sizing."""
    for figure in _FIGURES:
        first, _, more = figure.label_at.partition(":")
        page.put(first, figure.label, "label" if first.startswith("B") else "beside.wrap")
        if more:
            page.merge(figure.label_at)
        page.put(figure.cell, f"={figure.formula}", figure.style)


def first_page_differences(table: Values, report: Report) -> Iterator[str]:
    """Give a sentence for what stands beside the table of the first page and is not what the core says.

    Parameters
    ----------
    table : mapping
        The values of sheet Sizing by cell [units of the cells]
    report : Report
        The sizing that the workbook shows

    Yields
    ------
    str
        What differs, and where
    """
    labels = {figure.cell: f"{figure.label!r}" for figure in _FIGURES}
    wanted = _opening(report) | _next(report) | _counts(report)
    for cell, (what, text) in _without_numbers(report).items():
        labels[cell], wanted[cell] = what, text
    yield from differing("Sizing", table, ((cell, labels[cell], value) for cell, value in wanted.items()))


def _without_numbers(report: Report) -> dict[str, tuple[str, object]]:
    """Return what the cells of words must say, each with what it is."""
    demand = report.sizing.demand
    asked = BY_SLA if demand.counts_users else float(demand.output_tok_s(0))
    words: dict[str, tuple[str, object]] = {
        BANNER_AT: ("standing", standing(report)),
        WHY_AT: ("reason of the standing", why(report)),
        OPENING_AT: ("opening", f"{RULE}, and the wait" if report.sizing.points.limits.asked else RULE),
        STEP_AT: ("next step", step_words(report)),
        GATE_AT: ("its gate", gate_words(report)),
        DEMAND_AT: ("demand in output tok/s", asked),
    }
    if report.levers or report.levers_unmet or report.levers_reaching:
        del words[STEP_AT], words[GATE_AT]  # a lever's step is a user's words, which a cell may hold mended
    return words


def _opening(report: Report) -> dict[str, object]:
    """Return how the GPUs to commit move with the SLA, by cell."""
    sizing = report.sizing
    met = [(row.sla, row.total_gpus_high) for row in report.rows if row.feasible]
    gpus = [high for _, high in met if high is not None]
    return {
        "F4": int(sizing.gpus_with_spares(sizing.pods_plateau)),
        "I4": float(sizing.knee_tok_s_per_user),
        "L4": min(gpus, default=None),
        "O4": max(gpus, default=None),
        "S5": ", ".join(map(str, missing_sweep_points(sizing.curve))) or _WHOLE,
        "S4": None if sizing.points.limits.asked or not met else max(met)[0],
    }


def _next(report: Report) -> dict[str, object]:
    """Return the figures of the next step, by cell."""
    row, step = step_row(report.rows), report.next_lever
    kind = step_of(row)
    asks = kind is not Step.STANDING or bool(row.feasible and row.gpus_high != row.gpus_low)
    wanted: dict[str, object] = {"L13": step.concurrency}
    wanted |= {"L14": row.sla, "L15": getattr(row, LIMITED[0].wait.limit)} if asks else {"L14": None, "L15": None}
    between, flat, saves = kind is Step.BRACKET, kind is Step.PLATEAU, kind >= Step.PLATEAU
    shows: dict[str, tuple[bool, object]] = {
        "O13": (between, row.gpus_low),
        "O14": (between, row.gpus_high),
        "O15": (flat, row.gpus),
        "S13": (saves, step.unlock_gpus),
        "S14": (saves, step.unlock_usd_per_month),
        "S15": (flat, row.c_star),
    }
    return wanted | {cell: value if known else None for cell, (known, value) in shows.items()}


def _counts(report: Report) -> dict[str, object]:
    """Return the counts below the inputs, by cell."""
    return {
        "I17": len(report.rows),
        "L17": report.rigors.count(VERDICT),
        "O17": sum(not row.feasible for row in report.rows),
    }
