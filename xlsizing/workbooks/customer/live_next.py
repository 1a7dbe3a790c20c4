"""The one next step, live: which row it is for, what to measure there, what that may unlock, and its gate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from xlsizing.advice import context_step
from xlsizing.advice import next_words as words
from xlsizing.core import SPEED
from xlsizing.errors import shown
from xlsizing.reports import Report
from xlsizing.rules import ETA_SUSPICIOUS, TOLERANCE
from xlsizing.workbooks.customer.calc_sheet import calc_cells
from xlsizing.workbooks.customer.live_rigor import FIRST_HELPER
from xlsizing.workbooks.customer.phrases import SPELT_CELLS, grouped_steps, in_words, sentence
from xlsizing.workbooks.customer.settings import listed
from xlsizing.workbooks.customer.wait_steps import LIMITED
from xlsizing.workbooks.writer import ROW, Layout, Page, Values, letter

__all__ = ["live_next", "next_differences", "next_rows"]

_TOP: Final = 3
_FACTS: Final = ("N", "O", "P")
_CHOICE: Final = ("T", "U", "V")
_SPELT: Final = 26  # column Z
_HELPERS: Final = ("Next_Widths", "Next_Classes", "Next_In_Class", "Next_Picks")
_COLUMNS: Final = range(FIRST_HELPER + 1, FIRST_HELPER + 1 + len(_HELPERS))
_NUMBERS: Final = ("low", "high", "gpus", "all_gpus", "usd", "flat", "most", "least")


def live_next(calc: Page, report: Report, layout: Layout) -> None:
    """Write the choice of the row, the numbers and the words of the next step; `next_rows` writes the rows.

    Parameters
    ----------
    calc : Page
        The sheet Calc [-]
    report : Report
        The sizing as delivered [-]
    layout : Layout
        Where the tables stand [-]
    """
    _heads(calc, layout)
    _delivered(calc, report)
    first, last = layout.sla_rows[0], layout.sla_rows[-1]
    cells = calc_cells(first)
    columns = {key: cell.removeprefix("Calc!$").removesuffix(str(first)) for key, cell in cells.items()}
    of_row = {key: f"INDEX({column}${first}:{column}${last},Next_Row)" for key, column in columns.items()}
    listed(calc, _TOP, _CHOICE, dict(_choice(of_row)))
    _spell(calc)
    listed(calc, _TOP + len(_NUMBERS) + 1, tuple(letter(_SPELT + i) for i in range(3)), dict(_sentences()))  # type: ignore[arg-type]


# A row's class, best first: 4 a range that a measurement narrows, 3 the plateau, 2 above a curve that starts above c=1,
# 1 any other that is met, 0 any other that is not. Within a class the widest range comes first, then the lowest SLA.


def _heads(calc: Page, layout: Layout) -> None:
    first, last = layout.sla_rows[0], layout.sla_rows[-1]
    for column, name, heading in zip(
        _COLUMNS, _HELPERS, ("GPUs apart", "class", "in the class", "its SLA"), strict=True
    ):
        calc.at(first - 1, column, heading, "head")
        calc.named(name, f"{letter(column)}{first}:{letter(column)}{last}")


def next_rows(calc: Page, layout: Layout, piece: range) -> None:
    """Write what the choice rests on for each SLA at the positions `piece`, counted from 0 [-]."""
    cells, (width, kind, apart, _) = calc_cells(ROW), (f"${letter(column)}{ROW}" for column in _COLUMNS)
    state, known = cells["state"], f"ISNUMBER({cells['next_c']})"
    met = f"IF({known},IF({width}>0,4,IF({cells['case']}=Word_Plateau,3,1)),1)"
    formulas = (
        f"=IF({state}=3,{cells['gpus_high']}-{cells['gpus_low']},0)",
        f'=IF({state}=3,{met},IF({state}=2,IF({known},2,0),""))',
        f'=IF(ISNUMBER({kind}),IF({kind}=Next_Class,{width},""),"")',
        f'=IF(ISNUMBER({apart}),IF({apart}=Next_Width,{cells["s"]},""),"")',
    )
    written = [(column, formula, "calc.num") for column, formula in zip(_COLUMNS, formulas, strict=True)]
    calc.repeat(layout.sla_rows[piece.start : piece.stop], written)


def _delivered(calc: Page, report: Report) -> None:
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


def _choice(of_row: Mapping[str, str]) -> Iterator[tuple[str, tuple[object, str]]]:
    """Give what the step is worked out from; `of_row` holds the formula of each step of the chosen row."""

    def where(condition: str, formula: str) -> str:
        return f'=IF(ISNUMBER(Next_Row),IF({condition},{formula},""),"")'

    least = f"MAX(1,CEILING({of_row['q']}/Next_Gain*(1-Tolerance),1))*GPUs_per_Pod"
    doubled = "Beyond_Last*INDEX(Curve_c,N_Anchors)*INDEX(Curve_r,N_Anchors)*Eta_Too_High"
    gain = f"IF(OR(Is_Users=1,Has_T=0),Beyond_Last,MAX(1,{doubled}/INDEX(Curve_best,N_Anchors)))"
    sweep = "AND(Next_Class=1,Next_By_Context=0,ISNUMBER(Sweep_First))"
    measured = f'IF(Next_Class>1,{of_row["next_c"]},IF({sweep},Sweep_First,""))'
    yield "Next_Class", ('=IF(COUNT(Next_Classes)=0,"",MAX(Next_Classes))', "class of the row that it is for")
    yield "Next_Width", ('=IF(COUNT(Next_Classes)=0,"",MAX(Next_In_Class))', "its GPUs apart")
    yield "Next_Row", ('=IF(COUNT(Next_Picks)=0,"",MATCH(MIN(Next_Picks),Next_Picks,0))', "its place in the table")
    yield "Next_SLA", (where("Next_Row>0", _short(of_row["s"])), "its SLA in words")
    yield "Next_Asked", (where("Next_Row>0", _asked()), "what it asks for, limits on waiting beside the SLA")
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


def _asked() -> str:
    """Return the formula of what the chosen row asks for, as `limits.in_words` says it."""
    limits = {wait.label: f"INDEX({wait.limits},Next_Row)" for wait in LIMITED}
    beside = (f'IF({cell}>0," and {label} of at most "&{_short(cell)}&" s","")' for label, cell in limits.items())
    return "&".join((f'Next_SLA&" {SPEED}"', *beside))


def _short(number: str) -> str:
    """Return the formula of `number` in words; one that rounding would make 0 stays as it is."""
    return f"IF({number}*Parts_in_Words<1,{number},{in_words(number)})"


def _spell(calc: Page) -> None:
    """Write the numbers of the sentences with their thousands apart."""
    sources = dict(
        zip(
            _NUMBERS,
            (
                "Next_Low",
                "Next_High",
                "Next_GPUs",
                "Next_All",
                "Next_USD",
                "Opening_Flat",
                "Opening_Most",
                "Opening_Least",
            ),
            strict=True,
        )
    )
    for row, (name, source) in enumerate(sources.items(), start=_TOP):
        cells = [f"${letter(_SPELT + offset)}{row}" for offset in range(SPELT_CELLS)]
        calc.at(row, _SPELT, f"=IF(ISNUMBER({source}),INT({source}+0.5),0)", "calc.num")
        for offset, formula in enumerate(grouped_steps(cells), start=1):
            calc.at(row, _SPELT + offset, f"={formula}", "calc.num")
        calc.named(f"Spelt_{name}", f"{letter(_SPELT + SPELT_CELLS - 1)}{row}")


def _sentences() -> Iterator[tuple[str, tuple[object, str]]]:
    """Give the words of the step and of its gate."""
    cells = {"c": in_words("Next_c"), "asked": "Next_Asked", "c_star": in_words("Next_Cstar")}
    cells |= {name: f"Spelt_{name}" for name in _NUMBERS}
    cells["spares"] = f'IF(Spare_Pods>0,"{words.SPARES_OUT}","")'

    def said(template: str) -> str:
        return sentence(template.replace(f"{{sla}} {SPEED}", "{asked}"), **cells)

    saved = f'IF(Next_GPUs>0,{said(words.UNLOCK)},"{words.NO_UNLOCK}")'
    plateau = sentence(words.PLATEAU_STEP, c="Next_c", unlock=saved)
    held = f'IF(Is_Users*Has_T=1,"{words.HOLDS.format(share=shown(100 * ETA_SUSPICIOUS))}","")'
    more = f"IF(Is_Users=1,{held},{said(words.CARRIES_MORE)})"
    closed = f'IF(Next_Width>0,{said(words.CLOSED)},"")'
    sweep = f"IF(ISNUMBER(Sweep_First),{closed}&{said(words.SWEEP_STEP)},Lever_Step)"
    standing = f"IF(Next_By_Context=1,{closed}&Context_Step,{sweep})"
    sweep_gate = f'IF(ISNUMBER(Sweep_First),"{words.SWEEP_GATE}",Lever_Gate)'
    nothing = f'IF(Next_Class=1,{closed}&"{words.FIND_SAVING}",{said(words.FIND_REACHING)})'
    no_gate = f'IF(Next_Class=1,"{words.FIND_SAVING_GATE}",{said(words.FIND_REACHING_GATE)})'
    stale = '"Size the levers anew: sheet Levers is for the delivered inputs"'
    lever = f'=IF(Next_SLA="","",IF(Levers_Given=0,{nothing},IF(Edited=0,Delivered_Step,{stale})))'
    gate = f'=IF(Next_SLA="","",IF(Levers_Given=0,{no_gate},IF(Edited=0,Delivered_Gate,"{words.FIND_SAVING_GATE}")))'
    yield "Lever_Step", (lever, "where no measurement helps")
    yield "Lever_Gate", (gate, "its gate")
    steps = (said(words.BRACKET), plateau, said(words.FIRST_POINT), standing)
    gates = (f"{said(words.AT_C)}&{held}", f"{said(words.AT_C)}&{more}", said(words.AT_C), _gate_of_context(sweep_gate))
    yield "Next_Step", (_by_class(steps, "Lever_Step"), "the next step")
    yield "Next_Gate", (_by_class(gates, "Lever_Gate"), "its gate")


def _gate_of_context(else_gate: str) -> str:
    return f"IF(Next_By_Context=1,Context_Gate,{else_gate})"


def _by_class(texts: tuple[str, ...], last: str) -> str:
    formula = last
    for kind, text in zip((1, 2, 3, 4), reversed(texts), strict=True):
        formula = f"IF(Next_Class={kind},{text},{formula})"
    return f'=IF(Next_SLA="",Word_Check,{formula})'


def next_differences(values: Values, report: Report) -> Iterator[str]:
    """Give a sentence for each number of the next step that is not the core's.

    Parameters
    ----------
    values : mapping
        The values of sheet Calc by cell [-]
    report : Report
        The sizing that the workbook shows [-]
    """
    step = report.next_lever
    wanted = {"Next_c": step.concurrency}
    if step.concurrency is not None and step.unlock_gpus is not None:
        wanted |= {"Next_GPUs": step.unlock_gpus, "Next_USD": step.unlock_usd_per_month}
    names = [name for name, _ in _choice(defaultdict(str))]
    for name, value in wanted.items():
        cell = f"{_CHOICE[1]}{_TOP + names.index(name)}"
        got = values.get(cell)
        if value is not None and not (isinstance(got, float) and abs(got - value) <= TOLERANCE * abs(value)):
            yield f"{name} of the next step is {shown(got)} in Calc!{cell} and {shown(value)} in Python"
