"""The standing of the whole, live: DRAFT or VERDICT and why, for the inputs as they stand."""

from __future__ import annotations

import re
from typing import Final

from xlsizing.advice import context_reasons, other_statistic
from xlsizing.advice import standing_words as words
from xlsizing.reports import Report
from xlsizing.rules import SWEEP
from xlsizing.workbooks.customer.calc_sheet import CALC, calc_cells
from xlsizing.workbooks.customer.settings import IN_PART, listed
from xlsizing.workbooks.customer.wait_steps import ASKED, LIMITED, NO_REASON
from xlsizing.workbooks.writer import ROW, Layout, Page, letter

__all__ = ["FIRST_HELPER", "ROWS", "VERDICTS", "live_rigor", "rigor_rows", "standing", "why"]

VERDICTS: Final = "COUNTIF(Out_Rigor,Word_Verdict)"
ROWS: Final = "COUNT(Row_Outside)"
"""The formulas of the rows that are a VERDICT, and of all with an SLA."""

FIRST_HELPER: Final = 2 + len(CALC)
"""The first column of sheet Calc that is free beside the steps of a row [-]."""

_TOP: Final = 3
_STATIC: Final = 3  # rows of texts as delivered, before the live ones
_COLUMNS: Final = ("B", "C", "D")
_JOINED_COLUMNS: Final = ("E", "F", "G")
_SWEEP_COLUMNS: Final = ("H", "I", "J", "K")


def live_rigor(calc: Page, report: Report, layout: Layout) -> None:
    """Write why rows are a DRAFT, reason by reason, and the standing of the whole; `rigor_rows` writes the rows.

    Parameters
    ----------
    calc : Page
        The sheet Calc
    report : Report
        The sizing as delivered
    layout : Layout
        Where the tables stand
    """
    column = letter(FIRST_HELPER)
    calc.at(layout.sla_rows[0] - 1, FIRST_HELPER, "anchor, if outside the sweep", "head")
    calc.named("Row_Outside", f"{column}{layout.sla_rows[0]}:{column}{layout.sla_rows[-1]}")
    _write_sweep(calc)
    texts = {
        "Why_Context": (_context_reason_text(report), "the context, as delivered"),
        "Why_Delivered": (_other_reasons(report), "other, as delivered"),
        "Why_Statistic": (_statistic(report), "of rows with a limit on waiting, as delivered"),
    }
    for row, (name, (text, meaning)) in enumerate(texts.items(), start=_TOP):
        calc.put(f"{_COLUMNS[0]}{row}", name, "calc.text")
        calc.user(f"{_COLUMNS[1]}{row}", text or NO_REASON, "const.text", "rigor")
        calc.put(f"{_COLUMNS[2]}{row}", meaning, "note")
        calc.named(name, f"{_COLUMNS[1]}{row}")
    reasons = _live_reasons()
    listed(calc, _TOP + _STATIC, _COLUMNS, reasons)
    listed(calc, _TOP, _JOINED_COLUMNS, _joined_reasons(list(reasons)))


def _context_reason_text(report: Report) -> str:
    return "; ".join(reason.why for reason in context_reasons(report.context))


def _other_reasons(report: Report) -> str:
    """Return the reasons for all rows that neither the context nor the sweep gives."""
    lacks = words.LACKS.split("{", maxsplit=1)[0]
    known = {words.NO_THROUGHPUT, words.TOO_CLOSE, *(reason.why for reason in context_reasons(report.context))}
    reasons = [reason.why for reason in report.assessment.common if reason.why not in known]
    return "; ".join(why for why in reasons if not why.startswith(lacks))


def _statistic(report: Report) -> str:
    """Return what rows with a limit on waiting say of its statistic."""
    reason = other_statistic(report.sizing.points, " and ".join(wait.label for wait in LIMITED))
    return reason.why if reason else ""


def rigor_rows(calc: Page, layout: Layout, piece: range) -> None:
    """Write for each SLA at the positions `piece` the anchor below its bracket if outside the sweep, else 0."""
    cells = calc_cells(ROW)
    inside = f"AND({cells['c_a']}>=Sweep_Low*(1-Tolerance),{cells['c_b']}<=Sweep_High*(1+Tolerance))"
    between = f"AND({cells['between']}=1,{cells['capped']}=0,NOT({inside}))"
    met = f"IF({cells['state']}=3,IF({between},{cells['a']},0)"
    formula = f'={met},IF({cells["state"]}=2,0,""))'
    calc.repeat(layout.sla_rows[piece.start : piece.stop], [(FIRST_HELPER, formula, "calc.num")])


def _write_sweep(calc: Page) -> None:
    """Write which concurrencies of the sweep the curve lacks: all in words, and the first as a number."""
    label, cell, text, first = _SWEEP_COLUMNS
    for row, c in enumerate(SWEEP, start=_TOP):
        ends = {SWEEP[0]: "=Sweep_Low", SWEEP[-1]: "=Sweep_High"}
        calc.put(f"{label}{row}", "c of the sweep", "calc.text")
        calc.put(f"{cell}{row}", ends.get(c, c), "calc.num" if c in ends else "const.num")
        close = f"(Curve_c>={cell}{row}*(1-Tolerance))*(Curve_c<={cell}{row}*(1+Tolerance))"
        lacking = f"SUMPRODUCT({close})=0"
        before = f"{text}{row - 1}" if row > _TOP else '""'
        more = f'IF({lacking},{before}&IF({before}="","",", ")&{cell}{row},{before})'
        calc.put(f"{text}{row}", f'=IF(Rows_OK=1,{more},"")', "calc.text")
        earlier = f"{first}{row - 1}" if row > _TOP else '""'
        found = f'IF(NOT({earlier}=""),{earlier},IF({lacking},{cell}{row},""))'
        calc.put(f"{first}{row}", f'=IF(Rows_OK=1,{found},"")', "calc.num")
    calc.put(f"{label}{_TOP + len(SWEEP)}", "as far: lacking in words, the first", "note")
    calc.named("Sweep_Lacking", f"{text}{_TOP + len(SWEEP) - 1}")
    calc.named("Sweep_First", f"{first}{_TOP + len(SWEEP) - 1}")


_LACKS: Final = "the sweep lacks points"
_OUTSIDE: Final = f"interpolated between two points that are not inside the sweep c={SWEEP[0]}..{SWEEP[-1]}"
_MIXED: Final = "some rows are a VERDICT, others not: see column rigor, the remarks, and sheet About"
"""What stands for sentences with numbers: the points lacking, the bracket and the counts have cells of their own."""


def _live_reasons() -> dict[str, tuple[object, str]]:
    """Return the live reasons in the order in which the core names them."""
    edited = "SUM(Edited_Anchors)+SUM(Edited_Workload)"
    same = "AND(MIN(Row_Outside)>0,MIN(Row_Outside)=MAX(Row_Outside))"
    queued = "AND(SUM(Row_Queued)>0,SUM(Row_Queued)=COUNT(Row_Outside))"
    limits = "+".join(f"ISNUMBER({wait.limits})" for wait in LIMITED)
    limited = f"AND({ROWS}>0,SUMPRODUCT((Row_State=3)*(({limits})>0))={ROWS})"
    bracket = f'IF(COUNTIF(Row_State,2)=COUNT(Row_Outside),"{words.UNMET}",IF({same},"{_OUTSIDE}",""))'
    statistic = f'IF(Why_Statistic="{NO_REASON}","",IF({limited},Why_Statistic,""))'
    steps = (
        ("the context", f'=IF(Why_Context="{NO_REASON}","",Why_Context)'),
        ("the sweep", f'=IF(Sweep_Lacking="","","{_LACKS}")'),
        ("throughput", f'=IF(Has_T=1,"","{words.NO_THROUGHPUT}")'),
        ("concurrencies", f'=IF(SUM(Curve_close)=0,"","{words.TOO_CLOSE}")'),
        ("as delivered, until edited", f'=IF(OR({edited}>0,Why_Delivered="{NO_REASON}"),"",Why_Delivered)'),
        ("edits", f'=IF({edited}>0,"the anchors or the workload were edited since delivery","")'),
        ("the price", f'=IF(Price_Unsourced=1,"{words.PRICE_CHANGED}","")'),
        ("bracket of all rows", f'=IF(Checks_Failed>0,"",{bracket})'),
        ("points of all rows", f'=IF(Checks_Failed>0,"",IF({queued},"{words.QUEUED}",""))'),
        ("limits of all rows", f'=IF(Checks_Failed>0,"",{statistic})'),
    )
    return {f"Why_{at}": (formula, meaning) for at, (meaning, formula) in enumerate(steps, start=1)}


def _joined_reasons(reasons: list[str]) -> dict[str, tuple[object, str]]:
    """Return the standing of the whole and why, and below it the cells named `reasons`, each joined to those before it."""
    steps: dict[str, tuple[object, str]] = {}
    before = reasons[0]
    for position, reason in enumerate(reasons[1:], start=2):
        name = f"Why_to_{position}"
        steps[name] = (f'={before}&IF({reason}="","",IF({before}="","","; ")&{reason})', "joined as far")
        before = name
    verdict = f'IF({ASKED}=0,"{words.NOT_ASKED}","")'
    draft = f'IF({before}="","{words.NAMED_BELOW}",{before})'
    first = "INDEX(Check_What,MATCH(1,Check_Flag,0))"
    lines: dict[str, tuple[object, str]] = {
        "Rigor_Line": (
            _by_standing("Word_Check", "Word_Verdict", "Word_Mixed", "Word_Draft"),
            "the standing of the whole",
        ),
        "All_Verdict": (f"=IF(Checks_Failed>0,0,IF({VERDICTS}={ROWS},1,0))", "1: every row is a VERDICT"),
        "Rigor_Why": (_by_standing(first, verdict, f'"{_MIXED}"', draft), "why, or the first check that fails"),
    }
    return lines | steps


def _by_standing(check: str, verdict: str, mixed: str, draft: str) -> str:
    """Return the formula that takes one of four by the standing of the whole."""
    return f"=IF(Checks_Failed>0,{check},IF(All_Verdict=1,{verdict},IF({VERDICTS}>0,{mixed},{draft})))"


def standing(report: Report) -> str:
    """Return the standing of the whole in words: VERDICT, DRAFT, or that some rows are either."""
    labels = set(report.rigors)
    return IN_PART if len(labels) > 1 else labels.pop()


def why(report: Report) -> str:
    """Return why that is so, as the first page says it: the core's reasons without their numbers."""
    if len(set(report.rigors)) > 1:
        return _MIXED
    text = report.headline.partition(": ")[2]
    for template, word in ((words.LACKS, _LACKS), (words.OUTSIDE, _OUTSIDE)):
        text = re.sub(re.sub(r"\\{\w+\\}", _NUMBERS, re.escape(template)), word, text)
    return text


_NUMBERS: Final = r"[0-9][0-9.e+-]*(?:, [0-9]+)*"
"""One number or several, as the core's reasons spell them."""
