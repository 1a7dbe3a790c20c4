"""The one next step, live: which row it is for, what to measure there, what that may unlock, and its gate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from xlsizing.advice import Step, context_step, step_of, step_row
from xlsizing.advice import next_words as words
from xlsizing.errors import shown
from xlsizing.reports import Report
from xlsizing.rules import ETA_SUSPICIOUS
from xlsizing.workbooks.customer.calc_sheet import calc_cells
from xlsizing.workbooks.customer.live_rigor import FIRST_HELPER
from xlsizing.workbooks.customer.settings import listed
from xlsizing.workbooks.customer.wait_steps import LIMITED
from xlsizing.workbooks.writer import ROW, Layout, Page, letter

__all__ = ["HEADING", "gate_words", "live_next", "next_rows", "step_words"]

_TOP: Final = 3
_FACTS: Final = ("N", "O", "P")
_CHOICE: Final = ("T", "U", "V")
_WORDS: Final = ("Z", "AA", "AB")
_HELPERS: Final = ("Next_Widths", "Next_Classes", "Next_In_Class", "Next_Picks")
_COLUMNS: Final = range(FIRST_HELPER + 1, FIRST_HELPER + 1 + len(_HELPERS))


def _here(template: str) -> str:
    """Return a sentence of the core's without its numbers, which stand beside it on the first page."""
    cells = {"{asked}": "this SLA", "c={c_star}": "c* by now", "c={c}": "this concurrency"}
    for place, word in cells.items():
        template = template.replace(place, word)
    return template


_STEPS: Final = {
    Step.FIRST_POINT: _here(words.FIRST_POINT),
    Step.PLATEAU: _here(words.PLATEAU_STEP).format(unlock="the GPUs below"),
    Step.BRACKET: "Measure this concurrency: it narrows the range of GPUs at this SLA",
}
_SWEEP: Final = _here(words.SWEEP_STEP)
_REACH, _REACH_GATE = _here(words.FIND_REACHING), _here(words.FIND_REACHING_GATE)
_AT: Final = _here(words.AT_C)
_HELD: Final = _AT + words.HOLDS.format(share=shown(100 * ETA_SUSPICIOUS))
_MORE: Final = _AT + _here(words.CARRIES_MORE)
"""The states of step and gate."""

_SPELT: Final = {
    "Next_Asked": "Next_SLA",
    "Spelt_low": "Next_Low",
    "Spelt_high": "Next_High",
    "Spelt_gpus": "Next_GPUs",
    "Spelt_all_gpus": "Next_All",
    "Spelt_usd": "Next_USD",
    "Spelt_flat": "Opening_Flat",
    "Spelt_most": "Opening_Most",
    "Spelt_least": "Opening_Least",
}
"""Names of numbers that formulas once spelt as texts: they lead to the numbers."""

HEADING: Final = (
    '=IF(Next_Closed=1,"Next lever: bracket closed, no whole concurrency is left to measure at this SLA",'
    '"Next lever (live: it follows the inputs; without spares and whole nodes)")'
)
"""The formula of what stands above the next step."""


def live_next(calc: Page, report: Report, layout: Layout) -> None:
    """Write the choice of the row, the numbers and the words of the next step; `next_rows` writes the rows.

    Parameters
    ----------
    calc : Page
        The sheet Calc
    report : Report
        The sizing as delivered
    layout : Layout
        Where the tables stand
    """
    _write_heads(calc, layout)
    _write_delivered(calc, report)
    first, last = layout.sla_rows[0], layout.sla_rows[-1]
    cells = calc_cells(first)
    columns = {key: cell.removeprefix("Calc!$").removesuffix(str(first)) for key, cell in cells.items()}
    of_row = {key: f"INDEX({column}${first}:{column}${last},Next_Row)" for key, column in columns.items()}
    listed(calc, _TOP, _CHOICE, dict(_choice_steps(of_row)))
    listed(calc, _TOP, _WORDS, dict(_said()))
    for spelt, name in _SPELT.items():
        calc.named(spelt, calc.names[name])


# A row's class is its `Step`. Within a class the widest range comes first, then the lowest SLA.


def _write_heads(calc: Page, layout: Layout) -> None:
    first, last = layout.sla_rows[0], layout.sla_rows[-1]
    for column, name, heading in zip(
        _COLUMNS, _HELPERS, ("GPUs apart", "class", "in the class", "its SLA"), strict=True
    ):
        calc.at(first - 1, column, heading, "head")
        calc.named(name, f"{letter(column)}{first}:{letter(column)}{last}")


def next_rows(calc: Page, layout: Layout, piece: range) -> None:
    """Write what the choice rests on for each SLA at the positions `piece`, counted from 0."""
    cells, (width, kind, apart, _) = calc_cells(ROW), (f"${letter(column)}{ROW}" for column in _COLUMNS)
    state, known = cells["state"], f"ISNUMBER({cells['measure_next']})"
    met = f"IF({known},IF({width}>0,4,IF({cells['case']}=Word_Plateau,3,1)),1)"
    formulas = (
        f"=IF({state}=3,{cells['gpus_high']}-{cells['gpus_low']},0)",
        f'=IF({state}=3,{met},IF({state}=2,IF({known},2,0),""))',
        f'=IF(ISNUMBER({kind}),IF({kind}=Next_Class,{width},""),"")',
        f'=IF(ISNUMBER({apart}),IF({apart}=Next_Width,{cells["s"]},""),"")',
    )
    written = [(column, formula, "calc.num") for column, formula in zip(_COLUMNS, formulas, strict=True)]
    calc.repeat(layout.sla_rows[piece.start : piece.stop], written)


def _write_delivered(calc: Page, report: Report) -> None:
    """Write what no formula can say: the step of the context, and levers."""
    asked = context_step(report.context)
    levers = bool(report.levers or report.levers_unmet or report.levers_reaching)
    facts = {
        "Next_By_Context": (int(asked is not None), "1: the context asks for a step"),
        "Context_Step": (asked.step if asked else "-", "its step"),
        "Context_Gate": (asked.gate if asked else "-", "its gate"),
        "Levers_Given": (int(levers), "1: levers were given"),
        "Delivered_Step": (report.next_lever.step, "the next step as delivered"),
        "Delivered_Gate": (report.next_lever.gate, "its gate as delivered"),
    }
    label, cell, note = _FACTS
    for row, (name, (value, meaning)) in enumerate(facts.items(), start=_TOP):
        calc.put(f"{label}{row}", name, "calc.text")
        calc.put(f"{note}{row}", meaning, "note")
        calc.named(name, f"{cell}{row}")
        if isinstance(value, str):
            calc.user(f"{cell}{row}", value, "const.text", "lever")
        else:
            calc.put(f"{cell}{row}", value, "const.num")


def _choice_steps(of_row: Mapping[str, str]) -> Iterator[tuple[str, tuple[object, str]]]:
    """Give what the step is worked out from; `of_row` holds the formula of each step of the chosen row."""

    def where(condition: str, formula: str) -> str:
        return f'=IF(ISNUMBER(Next_Row),IF({condition},{formula},""),"")'

    least = f"MAX(1,CEILING({of_row['q']}/Next_Gain*(1-Tolerance),1))*GPUs_per_Pod"
    doubled = "Beyond_Last*INDEX(Curve_c,N_Anchors)*INDEX(Curve_r,N_Anchors)*Eta_Too_High"
    gain = f"IF(OR(Is_Users=1,Has_T=0),Beyond_Last,MAX(1,{doubled}/INDEX(Curve_best,N_Anchors)))"
    sweep = "AND(Next_Class=1,Next_By_Context=0,ISNUMBER(Sweep_First))"
    measured = f'IF(Next_Class>1,{of_row["measure_next"]},IF({sweep},Sweep_First,""))'
    (limit,) = (f"INDEX({wait.limits},Next_Row)" for wait in LIMITED)
    yield "Next_Class", ('=IF(COUNT(Next_Classes)=0,"",MAX(Next_Classes))', "class of the row that it is for")
    yield "Next_Width", ('=IF(COUNT(Next_Classes)=0,"",MAX(Next_In_Class))', "its GPUs apart")
    yield "Next_Row", ('=IF(COUNT(Next_Picks)=0,"",MATCH(MIN(Next_Picks),Next_Picks,0))', "its place in the table")
    yield "Next_SLA", (where("Next_Row>0", of_row["s"]), "its SLA")
    yield "Next_TTFT_Limit", (where(f"{limit}>0", limit), "the limit beside it")
    yield "Next_Closed", (where("Next_Class=1", "IF(Next_Width>0,1,0)"), "1: no whole concurrency is left to measure")
    yield "Next_c", (where("Next_Row>0", measured), "concurrency to measure")
    yield "Next_Gain", (where("Next_Class=3", gain), "most that one pod may carry more there")
    yield "Next_All", (where("Next_Class=3", of_row["gpus"]), "GPUs by now")
    yield (
        "Next_GPUs",
        (where("Next_Class>2", f"IF(Next_Class=4,Next_Width,Next_All-{least})"), "GPUs that it may unlock"),
    )
    yield "Next_USD", (where("Next_Class>2", "Next_GPUs*USD_per_GPU_Hour*Hours_per_Month"), "the same in $/month")
    yield "Next_Low", (where("Next_Class=4", of_row["gpus_low"]), "low end of its range")
    yield "Next_High", (where("Next_Class=4", of_row["gpus_high"]), "high end of its range")
    yield "Next_Cstar", (where("Next_Class=3", of_row["c_star"]), "c* by now")


def _said() -> Iterator[tuple[str, tuple[object, str]]]:
    """Give the words of the step and of its gate: each a state out of a few."""
    stale = '"Size the levers anew: sheet Levers is for the delivered inputs"'
    given = 'IF(Next_Row="","",IF(Levers_Given=0,IF(Next_Class=1,"{saving}","{reaching}"),IF(Edited=0,{delivered},{stale})))'
    step = given.format(saving=words.FIND_SAVING, reaching=_REACH, delivered="Delivered_Step", stale=stale)
    gate = given.format(
        saving=words.FIND_SAVING_GATE,
        reaching=_REACH_GATE,
        delivered="Delivered_Gate",
        stale=f'"{words.FIND_SAVING_GATE}"',
    )
    yield "Lever_Step", (f"={step}", "where no measurement helps")
    yield "Lever_Gate", (f"={gate}", "its gate")
    standing = 'IF(Next_By_Context=1,Context_{kind},IF(ISNUMBER(Sweep_First),"{sweep}",Lever_{kind}))'
    steps = [f'"{_STEPS[kind]}"' for kind in sorted(_STEPS)]
    held = f'IF(Is_Users*Has_T=1,"{_HELD}","{_AT}")'
    gates = (f'"{_AT}"', f'IF(Is_Users=1,{held},"{_MORE}")', held)
    yield "Next_Step", (_by_class("Step", standing.format(kind="Step", sweep=_SWEEP), *steps), "the next step")
    yield "Next_Gate", (_by_class("Gate", standing.format(kind="Gate", sweep=words.SWEEP_GATE), *gates), "its gate")


def _by_class(kind: str, *texts: str) -> str:
    return f'=IF(Next_Row="",Word_Check,CHOOSE(1+Next_Class,Lever_{kind},{",".join(texts)}))'


def step_words(report: Report) -> str:
    """Return the words of the next step of a `report` without levers, as the first page says them."""
    kind = step_of(step_row(report.rows))
    if kind is Step.STANDING:
        asked = context_step(report.context)
        return asked.step if asked else _SWEEP if report.next_lever.concurrency else words.FIND_SAVING
    return _STEPS.get(kind, _REACH)


def gate_words(report: Report) -> str:
    """Return the words of its gate."""
    kind, sizing = step_of(step_row(report.rows)), report.sizing
    if kind <= Step.STANDING:
        return _REACH_GATE if kind is Step.REACH else report.next_lever.gate
    if kind is Step.PLATEAU and not sizing.demand.counts_users:
        return _MORE
    queues = kind is not Step.FIRST_POINT and sizing.demand.counts_users and sizing.curve.measured_throughput
    return _HELD if queues else _AT
