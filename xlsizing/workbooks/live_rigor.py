"""The standing of the whole in one line, live: DRAFT or VERDICT and why, for the inputs as they stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xlsizing import next_words as words
from xlsizing.errors import shown
from xlsizing.reports.report import Report
from xlsizing.rigor import context_reasons
from xlsizing.rules import SWEEP
from xlsizing.workbooks.calc_sheet import CALC, calc_cells
from xlsizing.workbooks.cells import ROW, Values
from xlsizing.workbooks.names import Layout, letter
from xlsizing.workbooks.page import Page
from xlsizing.workbooks.phrases import in_words, joined, sentence
from xlsizing.workbooks.settings import listed

__all__ = ["FIRST_HELPER", "live_rigor", "rigor_differences", "rigor_rows"]

FIRST_HELPER: Final = 2 + len(CALC)
"""The first column of sheet Calc that is free beside the steps of a row [-]."""

_TOP: Final = 3
_STATIC: Final = 2  # rows of texts as delivered, before the live ones
_COLUMNS: Final = ("B", "C", "D")
_SWEEP_COLUMNS: Final = ("H", "I", "J", "K")


def live_rigor(calc: Page, report: Report, layout: Layout) -> None:
    """Write why rows are a DRAFT, reason by reason, and the line of the first page; `rigor_rows` writes the rows.

    Parameters
    ----------
    calc : Page
        The sheet Calc [-]
    report : Report
        The sizing as delivered [-]
    layout : Layout
        Where the tables stand [-]
    """
    column = letter(FIRST_HELPER)
    calc.at(layout.sla_rows[0] - 1, FIRST_HELPER, "anchor, if outside the sweep", "head")
    calc.named("Row_Outside", f"{column}{layout.sla_rows[0]}:{column}{layout.sla_rows[-1]}")
    _sweep(calc)
    texts = {
        "Why_Context": (_context(report), "the context, as delivered"),
        "Why_Delivered": (_others(report), "other, as delivered"),
    }
    for row, (name, (text, meaning)) in enumerate(texts.items(), start=_TOP):
        calc.put(f"{_COLUMNS[0]}{row}", name, "calc.text")
        calc.user(f"{_COLUMNS[1]}{row}", text or _NOTHING, "const.text", "rigor")
        calc.put(f"{_COLUMNS[2]}{row}", meaning, "note")
        calc.named(name, f"{_COLUMNS[1]}{row}")
    listed(calc, _TOP + _STATIC, _COLUMNS, _reasons(_TOP + _STATIC))


_NOTHING: Final = "-"
"""Stands for no reason: engines differ on blank cells and empty texts [-]."""


def _context(report: Report) -> str:
    return "; ".join(reason.why for reason in context_reasons(report.context))


def _others(report: Report) -> str:
    """Return the reasons for all rows that neither the context nor the sweep gives."""
    lacks = words.LACKS.split("{", maxsplit=1)[0]
    known = {reason.why for reason in context_reasons(report.context)}
    reasons = [reason.why for reason in report.assessment.common if reason.why not in known]
    return "; ".join(why for why in reasons if not why.startswith(lacks))


def rigor_rows(calc: Page, layout: Layout, piece: range) -> None:
    """Write for each SLA at the positions `piece` the anchor below its bracket if outside the sweep, else 0 [-]."""
    cells = calc_cells(ROW)
    inside = f"AND({cells['c_a']}>=Sweep_Low*(1-Tolerance),{cells['c_b']}<=Sweep_High*(1+Tolerance))"
    between = f"AND({cells['between']}=1,{cells['capped']}=0,NOT({inside}))"
    met = f"IF({cells['state']}=3,IF({between},{cells['a']},0)"
    formula = f'={met},IF({cells["state"]}=2,0,""))'
    calc.repeat(layout.sla_rows[piece.start : piece.stop], [(FIRST_HELPER, formula, "calc.num")])


def _sweep(calc: Page) -> None:
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


def _reasons(row: int) -> dict[str, tuple[object, str]]:
    """Return the live reasons, from `row` on, each joined to those before it."""
    edited = "SUM(Edited_Anchors)+SUM(Edited_Workload)"
    lacks = sentence(words.LACKS, points="Sweep_Lacking")
    low, high = (in_words(f"INDEX(Curve_c,MAX(Row_Outside){more})") for more in ("", "+1"))
    outside = sentence(words.OUTSIDE, low=low, high=high, sweep_low="Sweep_Low", sweep_high="Sweep_High")
    same = "AND(MIN(Row_Outside)>0,MIN(Row_Outside)=MAX(Row_Outside))"
    why = joined("Why_1", "Why_2", "Why_3", "Why_4", "Why_5")
    steps = {
        "Why_1": f'=IF(Why_Context="{_NOTHING}","",Why_Context)',
        "Why_2": f'=IF(Sweep_Lacking="","",{lacks})',
        "Why_3": f'=IF(OR({edited}>0,Why_Delivered="{_NOTHING}"),"",Why_Delivered)',
        "Why_4": f'=IF({edited}>0,"the anchors or the workload were edited since delivery","")',
        "Why_5": (
            f'=IF(Checks_Failed>0,"",IF(COUNTIF(Row_State,2)=COUNT(Row_Outside),"{words.UNMET}",'
            f'IF({same},{outside},"")))'
        ),
    }
    meanings = ("the context", "the sweep", "as delivered, until edited", "edits", "shared by all rows")
    found: dict[str, tuple[object, str]] = {
        name: (formula, meaning) for (name, formula), meaning in zip(steps.items(), meanings, strict=True)
    }
    last = row + len(found)
    for position, formula in enumerate(why[1:]):
        before = "Why_1" if position == 0 else f"{_COLUMNS[1]}{last + position - 1}"
        found[f"Why_to_{position + 2}"] = (f"={formula.format(before=before)}", "joined as far")
    found["Rigor_Line"] = (_line(), "the line of the first page")
    return found


def _line() -> str:
    rows, verdicts = "COUNT(Row_Outside)", "COUNTIF(Out_Rigor,Word_Verdict)"
    mixed = sentence(
        words.MIXED, verdicts=verdicts, rows=rows, verdict="Word_Verdict", drafts=f"({rows}-{verdicts})",
        draft="Word_Draft",
    )  # fmt: skip
    draft = f'Word_Draft&": "&IF(Why_to_5="","{words.NAMED_BELOW}",Why_to_5)'
    return f"=IF(Checks_Failed>0,Word_Check,IF({verdicts}={rows},Word_Verdict,IF({verdicts}>0,{mixed},{draft})))"


def rigor_differences(values: Values, report: Report) -> Iterator[str]:
    """Give a sentence where the standing of the whole is not the core's; its reasons are words, the standing is not.

    Parameters
    ----------
    values : mapping
        The values of sheet Calc by cell [-]
    report : Report
        The sizing that the workbook shows [-]
    """
    cell = f"{_COLUMNS[1]}{_TOP + _STATIC + list(_reasons(0)).index('Rigor_Line')}"
    got, wanted = (str(line).split(":", maxsplit=1)[0] for line in (values.get(cell), report.headline))
    if got != wanted:
        yield f"standing is {shown(got)} in Calc!{cell} and {shown(wanted)} in Python"
