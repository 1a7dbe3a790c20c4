"""The words of the first page: each a state out of a few, or such states in a row; figures stand beside them as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xlsizing.advice import QUEUED, Rigor
from xlsizing.advice.standing_words import OUTSIDE
from xlsizing.core import (
    CLAIM,
    CLAIMS,
    IF_PRODUCT,
    NO_CLAIM,
    OVERLOADED,
    WIDE_RANGE,
    Calibration,
    SizingRow,
)
from xlsizing.errors import shown
from xlsizing.reports import CANNOT_BE_MET, RULE, THREE_FIGURES
from xlsizing.rules import BUDGET_SHARE, DRAFT, HEADROOM, KNEE_CAPPED, MEASURED, PLATEAU
from xlsizing.workbooks.customer.wait_steps import ASKED, LIMITED, in_other_statistic
from xlsizing.workbooks.writer import ROW, Page, letter, place

__all__ = [
    "CLAIM_LIVE",
    "EDITED",
    "LINES",
    "NO_BUDGET",
    "OPENING",
    "SPARES",
    "THREE_FIGURES_LIVE",
    "TO_BUDGET",
    "TO_DO",
    "basis",
    "basis_words",
    "beside",
    "claims",
    "own_words",
    "remark",
    "remark_words",
    "said",
    "unmet_sides",
]

TO_DO: Final = (
    '=IF(Checks_Failed>0,"No result is shown: see sheet Checks.",'
    'IF(COUNTIF(Row_State,3)=0,"No SLA is met by any measured point: see the remarks.",'
    'IF(COUNTIF(Row_State,2)>0,"Quote the figures in bold; what cannot be met: see the remarks.",'
    '"Every SLA is met by a measured point. Quote the figures in bold.")))'
)
"""The formula of what to do with the figures."""

EDITED: Final = (
    '=IF(Edited=0,"As delivered: no input and no result differs from the snapshot on sheet Checks.",'
    '"EDITED since delivery: see sheet Checks. Figures and next lever follow; texts marked as delivered do not.")'
)
"""The formula of whether this is the delivered copy."""

_IN_IT: Final = tuple(
    f"{HEADROOM} {which} in GPUs and dollars of this table." for which in ("Spares are", "No spares are")
)
SPARES: Final = f'=IF(Checks_Failed>0,"{_IN_IT[0]}",IF(Stand_By>0,"{_IN_IT[0]}","{_IN_IT[1]}"))'
"""The formula of what spare pods count in."""

THREE_FIGURES_LIVE: Final = f"Where no figure is bold, measure first. {THREE_FIGURES}"
"""What the three figures are for."""

OPENING: Final = f'=IF({ASKED}>0,"{RULE}, and the wait","{RULE}")'
"""The formula of what it all rests on."""

NO_BUDGET: Final = "No budget is claimed in any row; where figures differ the remark says why."
"""What stands in place of the claim."""

_LEVELS: Final = tuple(f"{100 * level:.0f}" for level in BUDGET_SHARE)
TO_BUDGET: Final = '=IF(Inputs_OK=1,CHOOSE(Budget_Level,{}),"to budget")'.format(
    ",".join(f'"to budget, {level} %"' for level in _LEVELS)
)
"""The formula of the heading of the budgets."""

CLAIM_LIVE: Final = f'=IF(Checks_Failed>0,"",IF(SUM(Row_Claims)=0,"{NO_BUDGET}",INDEX(Budget_Claims,Budget_Level+{len(_LEVELS)}*Has_T)))'
"""The formula of what the budget claims."""


def claims(calc: Page, first: str, calibration: Calibration | None) -> None:
    """Write what a budget may claim, below each other: without measured output tok/s, then with it, by level.

    Parameters
    ----------
    calc : Page
        The sheet Calc
    first : str
        The cell of the first
    calibration : Calibration or None
        What the budget rests on; None for public sweeps
    """
    on = "On public sweeps" if calibration is None else f"By a calibration on {calibration.words}"
    texts = [
        f"Budget: {CLAIM.format(on=on, covered=level, condition=condition)}"
        for condition in (f", {IF_PRODUCT}", "")
        for level in _LEVELS
    ]
    row, column = place(first)
    for at, text in enumerate(texts, start=row):
        calc.user(f"{letter(column)}{at}", text, "const.text", "calibration")
    calc.named("Budget_Claims", f"{first}:{letter(column)}{row + len(texts) - 1}")


_BASIS: Final = {PLATEAU: "flat: last point", MEASURED: "measured", KNEE_CAPPED: "past the knee: best"}
_BETWEEN: Final = "interpolated"
"""What a row rests on, by its regime; else it lies between two points."""


def basis(calc: Mapping[str, str]) -> str:
    """Return the formula of what a row rests on; `calc` holds the cell of each of its steps."""
    words = {"Word_Plateau": _BASIS[PLATEAU], "Word_Measured": _BASIS[MEASURED], "Word_Knee": _BASIS[KNEE_CAPPED]}
    formula = f'"{_BETWEEN}"'
    for regime, text in words.items():
        formula = f'IF({calc["regime"]}={regime},"{text}",{formula})'
    state = calc["state"]
    return f'=IF({state}=3,{formula},IF({state}=2,Word_Unmet,IF({state}=1,Word_Check,"")))'


def basis_words(row: SizingRow | None) -> str:
    """Return what that column must say of a `row`; None where the table has no SLA."""
    if row is None:
        return ""
    return _BASIS.get(row.regime, _BETWEEN) if row.feasible else CANNOT_BE_MET


def beside(calc: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return the formulas of the numbers beside basis and remark, of a row that is met and of one that is not; `calc` as for `basis`."""
    (wait,) = LIMITED
    late = f'IF({calc[f"i_{wait.key}"]}=0,{{}},"")'
    return {
        "ask_c": (f'IF({calc["too_wide"]}=1,{calc["measure_next"]},"")', calc["measure_next"]),
        "basis_c": (f"IF({calc['capped']}=1,{calc['c_star']},{calc['c_a']})", ""),
        "basis_to": (f'IF({calc["between"]}*(1-{calc["capped"]})=1,{calc["c_b"]},"")', ""),
        "ttft_first": ('""', late.format(wait.at("1"))),
        "ttft_over": ('""', late.format(f"{wait.at('1')}/{wait.limit(ROW)}")),
    }


_CLOSED: Final = ": bracket closed"
_SLOW: Final = "above the fastest measured point"
_LATE: Final = "{label} above the limit at the first point"
"""What keeps a row from being met."""

_FLAG: Final = f"max-num-seqs {OVERLOADED}"
_TOO_LOW: Final = "DRAFT: output tok/s too low at a point used"
_OUTSIDE: Final = "DRAFT: bracket outside the sweep"


def said(calc: Mapping[str, str]) -> str:
    """Return the formula of what a reader must know of a row, "; " after each part; `calc` holds the cells of its steps."""
    closed = f'IF(ISNUMBER({calc["measure_next"]}),"","{_CLOSED}")&"; "'
    first = f'IF({calc["quote"]}=Word_None,Word_Measure_First,"{WIDE_RANGE}")'
    wide = f'IF({calc["too_wide"]}=0,"",{first}&{closed})'
    reasons = ",".join(f"Claim_{code}" for code in range(1, len(CLAIMS)))
    unclaimed = f'IF({calc["claim"]}=0,"",IF({calc["gpus_low"]}={calc["gpus_high"]},"","{NO_CLAIM}: "&CHOOSE({calc["claim"]},{reasons})&"; "))'
    loads = f"IF({calc['quote']}=Word_Commit,0,IF({calc['quote']}=Word_Budget,{calc['load_at_max_num_seqs_budget']},{calc['load_at_max_num_seqs']}))"
    flag = f'IF({loads}>1+Tolerance,"{_FLAG}; ","")'
    limits = {f"limit_{wait.key}": wait.limit(ROW) for wait in LIMITED}
    why = f'IF({calc["queued"]}=1,"{_TOO_LOW}; ","{_OUTSIDE}; ")'
    why = f'IF({in_other_statistic(LIMITED).format_map(limits)},"DRAFT: "&Why_Statistic&"; ",{why})'
    draft = f'IF(AND(Verdict_Possible=1,{calc["rigor"]}=Word_Draft),{why},"")'
    state = calc["state"]
    return f'=IF({state}=2,{_unmet_words(calc)},IF({state}=3,{wide}&{unclaimed}&{flag}&{draft},""))'


def remark(calc: Mapping[str, str]) -> str:
    """Return the formula of what a reader must know of a row; `calc` holds the cell of each of its steps."""
    return f'=IF({calc["said"]}="","",LEFT({calc["said"]},LEN({calc["said"]})-2))'


def remark_words(row: SizingRow | None, standing: str, own: str = "") -> str:
    """Return what that column must say of a row: what the core says, without the numbers in columns of their own.

    Parameters
    ----------
    row : SizingRow or None
        The row; None where the table has no SLA
    standing : str
        DRAFT or VERDICT
    own : str, optional
        Why it is a DRAFT among others that are not, as `own_words` says it
    """
    if row is None:
        return ""
    if not row.feasible:
        slow, late = unmet_sides(row)
        relaxed = " and ".join(["the SLA"] * slow + ["the limit"] * late)
        ask = "measure c=1 or relax" if row.measure_next else "relax"
        return "; ".join([_SLOW] * slow + [_LATE.format(label=LIMITED[0].label)] * late + [f"{ask} {relaxed}"])
    c = shown(row.measure_next)
    words = row.remark_as(standing).replace(f": measure c={c}", "", 1).replace(f": c={c}", "", 1)
    return "; ".join(filter(None, (words, _FLAG if row.overloaded_as(standing) else "", own)))


def own_words(rigor: Rigor) -> str:
    """Return why a row of that `rigor`, of reasons of its own alone, is a DRAFT: the first of statistic, queue and bracket."""
    prefix = OUTSIDE.partition("{")[0]
    whys = [reason.why for reason in rigor.reasons]
    other = [f"{DRAFT}: {why}" for why in whys if why != QUEUED and not why.startswith(prefix)]
    return [*other, _TOO_LOW if QUEUED in whys else _OUTSIDE][0] if whys else ""


def unmet_sides(row: SizingRow) -> tuple[bool, bool]:
    """Tell whether the first anchor of a `row` that is not met is too slow, and whether it is too late."""
    reason = row.reason or ""
    return "fastest measured point" in reason, "times that" in reason


def _unmet_words(calc: Mapping[str, str]) -> str:
    """Return the formula of which sides the first anchor does not meet, and what to do."""
    late = [(f"{calc[f'i_{wait.key}']}=0", _LATE.format(label=wait.label)) for wait in LIMITED]
    sides = "&".join(f'IF({fails},"{words}; ","")' for fails, words in ((f"{calc['i_s']}=0", _SLOW), *late))
    ask = f'IF(ISNUMBER({calc["measure_next"]}),"measure c=1 or relax ","relax ")'
    both = f'IF(OR({",".join(fails for fails, _ in late)}),"the SLA and the limit; ","the SLA; ")'
    return f'{sides}&{ask}&IF({calc["i_s"]}>0,"the limit; ",{both})'


LINES: Final = f'=IF({ASKED}>0,"Lines: by tok/s/user alone; a row with a limit on waiting may stand above them.","")'
"""The formula of what the lines of the chart of GPUs are."""
