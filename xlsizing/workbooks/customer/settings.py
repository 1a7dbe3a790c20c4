"""The constants and words of the formulas, each in a named cell of sheet Calc: a formula repeats none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Final

from xlsizing import rules
from xlsizing.context import FACTS, NONE, UNKNOWN
from xlsizing.core import (
    AXES,
    BUDGET,
    CLAIMS,
    COMMIT,
    KNEE,
    LAST_POINT,
    LATE,
    MEASURE_FIRST,
    METHOD,
    METHODS,
    SHORT,
    SPEED,
    Calibration,
    withheld_of,
)
from xlsizing.reports import CANNOT_BE_MET, Report
from xlsizing.workbooks.customer.axes import METHOD_CODE, METHOD_WORDS
from xlsizing.workbooks.customer.bought import BOUGHT, DEMAND, bought
from xlsizing.workbooks.customer.wait_steps import ASKED, LIMITED
from xlsizing.workbooks.writer import Page, column_of, letter

__all__ = [
    "CACHE_STATES",
    "CHECK_INPUTS",
    "DATASET_KINDS",
    "IN_PART",
    "LEVEL_CELLS",
    "LOOKS_PER_GPU",
    "TURNS",
    "UNITS",
    "claims_delivered",
    "constants",
    "listed",
    "no_source",
    "plain_source",
    "settings",
    "stands_for",
]

DATASET_KINDS: Final = FACTS["dataset_kind"].choices
CACHE_STATES: Final = FACTS["cache_state"].choices
"""What a customer's requests may be, and the server that they meet."""

TURNS: Final = FACTS["turns"].choices
"""Turn patterns of a workload."""

CHECK_INPUTS: Final = "CHECK INPUTS"
"""What every result says while an input is wrong."""

IN_PART: Final = f"{rules.DRAFT} in part"
"""The standing of the whole where some rows are a VERDICT."""

UNITS: Final = ("tpm", "tok/s", "rps", "people", "users")
"""Forms of a demand."""

LEVEL_CELLS: Final = {level: f"Budget_Level_{level * 100:.0f}" for level in rules.BUDGET_SHARE}
_SHARE_CELLS: Final = {level: f"Budget_Share_{level * 100:.0f}" for level in rules.BUDGET_SHARE}
"""The named cells of a confidence and of the budget's share at it, by confidence."""

_CONSTANTS: Final = {
    "Tolerance": (rules.TOLERANCE, "relative slack of comparisons and of rounding up"),
    "Same_Rate": (rules.SAME_RATE, "a rate this near an SLA, or a wait this near its limit, meets and equals it"),
    "TPOT_Exponent": (rules.TPOT_EXPONENT, "1/r is linear in c to this power (tpot)"),
    "Auto_Level": (rules.AUTO_LEVEL, "power of c (auto), to which the bracket's steepness is added"),
    "Auto_Left": (rules.AUTO_LEFT, "share of the steepness to its left that is taken off"),
    "Auto_Two": (rules.AUTO_TWO, "share of the steepness that is added where there are two anchors only"),
    "Auto_First": (rules.AUTO_FIRST, "the power in the first of several brackets"),
    "Auto_Lowest": (rules.AUTO_LOWEST, "the lowest power"),
    "Auto_Highest": (rules.AUTO_HIGHEST, "the highest power"),
    "Wide_Ratio": (rules.WIDE_RATIO, "high/low above this is too wide to quote"),
    **{name: (level, "share of curves covered") for level, name in LEVEL_CELLS.items()},
    **{
        _SHARE_CELLS[level]: (share, "the budget's share of the way to the commitment, for that")
        for level, share in rules.BUDGET_SHARE.items()
    },
    "Narrow": (rules.NARROW, "brackets up to so wide: the budget is the commitment"),
    "Claim_From": (rules.CLAIM_FROM, "no budget is claimed where the first c is higher"),
    "Claim_Least_OSL": (
        rules.CLAIM_LEAST_OSL,
        "no budget is claimed for shorter outputs without measured output tok/s",
    ),
    "Claim_Widest": (rules.CLAIM_WIDEST, "no budget is claimed in wider brackets without measured output tok/s"),
    "Gap_Ratio": (rules.GAP_RATIO, "neighbouring anchors further apart are noted"),
    "Eta_Too_High": (rules.ETA_TOO_HIGH, "T/(c r) above this is refused"),
    "Eta_Too_Low": (rules.ETA_TOO_LOW, "T/(c r) below this is refused"),
    "Eta_Suspicious": (rules.ETA_SUSPICIOUS, "T/(c r) below this is noted"),
    "Per_GPU_Low": (rules.PER_GPU_LOW, "so many times T/(c r) from this on looks like one GPU's"),
    "Copied": (rules.COPIED, "T this near c r everywhere was not measured"),
    "Copied_Above": (rules.COPIED_ABOVE, "everywhere is above this c"),
    "Few": (2, "so many anchors at least tell a wrong column"),
    "TTFT_Off": (rules.TTFT_OFF, "T and what TTFT leaves of it may be so many times apart"),
    "Noise": (rules.NOISE, "a rise of tok/s/user up to this is pooled by itself"),
    "Noise_Apart": (2, "a fall of so many times that ends what is pooled together"),
    "Lowest": (rules.LOWEST, "smallest input"),
    "Highest": (rules.HIGHEST, "largest input"),
    "Most_Pods": (rules.MOST_PODS, "more pods are refused"),
    "Most_GPUs_per_Pod": (rules.MOST_GPUS_PER_POD, "more GPUs per pod are refused"),
    "Most_Spares": (rules.MOST_SPARES, "more spare pods are refused"),
    "Most_Peak": (rules.MOST_PEAK_TO_MEAN, "a higher peak over the mean is refused"),
    "Least_Growth": (rules.LEAST_GROWTH, "a smaller factor of growth is refused"),
    "Largest_Growth": (rules.LARGEST_GROWTH, "a larger one is refused"),
    "Most_Nodes_Lost": (rules.MOST_NODES_LOST, "more nodes to survive are refused"),
    "Most_Hours": (rules.MOST_HOURS_PER_MONTH, "more hours per month are refused"),
    "Tokens_Off": (rules.TOKENS_OFF, "most that the workloads may differ"),
    "Hit_Rate_Off": (rules.HIT_RATE_OFF, "most that two prefix-cache hit rates may be apart"),
    "Most_Changes": (rules.MOST_CHANGES, "a lever that changes more fields is no single change"),
    "Distinct": (rules.DISTINCT, "concurrencies nearer to each other are one point"),
    "Sweep_Low": (rules.SWEEP[0], "lowest c of the sweep for a VERDICT"),
    "Sweep_High": (rules.SWEEP[-1], "highest c of the sweep for a VERDICT"),
    "Seconds_per_Minute": (60, "s/min"),
    "Seconds_per_Hour": (3600, "s/h"),
    "Tokens_per_Million": (1_000_000, "tok/1M tok"),
    "Beyond_Last": (2, "on a plateau measure this many times the last concurrency"),
    "Chart_Plateau": (0.5, "the charts draw the plateau from this share of its end"),
    "Thousand": (1000, "no formula uses it any more"),
    "Parts_in_Words": (1000, "no formula uses it any more"),
    "Word_Plateau": (rules.PLATEAU, "regime"),
    "Word_Measured": (rules.MEASURED, "regime"),
    "Word_Interp": (rules.INTERP, "regime"),
    "Word_Knee": (rules.KNEE_CAPPED, "regime"),
    "Word_Infeasible": (rules.INFEASIBLE, "regime"),
    **{word: (name, "method") for word, name in METHOD_WORDS.items()},
    "Word_TPM": (UNITS[0], "unit of demand: output tokens per minute"),
    "Word_Tok_s": (UNITS[1], "unit of demand: output tokens per second"),
    "Word_RPS": (UNITS[2], "unit of demand: requests per second"),
    "Word_People": (UNITS[3], "unit of demand: people, with the requests of each"),
    "Word_Users": (UNITS[4], "unit of demand: requests in flight at peak"),
    "Word_Commit": (COMMIT, "figure to quote"),
    "Word_Budget": (BUDGET, "figure to quote"),
    "Word_Measure_First": (MEASURE_FIRST, "begins the remark of such a row"),
    "Word_None": ("none", "no figure to quote"),
    "Word_Speed": (SPEED, "what keeps a pod from more"),
    **{wait.word: (wait.label, "what keeps a pod from more") for wait in LIMITED},
    "Word_At_Knee": (KNEE, "what keeps a pod from more"),
    "Word_Last_Point": (LAST_POINT, "what keeps a pod from more"),
    **{f"Claim_{code}": (words, "why no budget is claimed") for code, words in enumerate(CLAIMS) if code},
    "Word_Verdict": (rules.VERDICT, "rigor"),
    "Word_Draft": (rules.DRAFT, "rigor"),
    "Word_Mixed": (IN_PART, "the standing of the whole where some rows are a VERDICT"),
    "Word_Check": (CHECK_INPUTS, "shown while an input is wrong"),
    "Word_Single": (TURNS[0], "turns of the workload"),
    "Word_Multi": (TURNS[1], "turns of the workload"),
    **{f"Word_{kind.title().replace(' ', '_')}": (kind, "kind of the dataset") for kind in DATASET_KINDS},
    "Word_Warm": (CACHE_STATES[0], "cache state"),
    "Word_Cold": (CACHE_STATES[1], "cache state"),
    "Word_Unmet": (CANNOT_BE_MET, "shown where no anchor meets the SLA"),
}

_ASSUMED: Final = {
    "Hours_Assumed": (rules.HOURS_PER_MONTH, "h/month, 8,760 hours a year / 12"),
    "USD_Assumed": (rules.ASSUMED_USD_PER_GPU_HOUR, "$/GPU-hour where no price is given"),
}

_YES: Final = "yes"  # as on sheet Curve


LOOKS_PER_GPU: Final = (
    "AND({k}*MIN(Curve_share)*(1-Pooled_Slack)>=Per_GPU_Low*(1-Tolerance),"
    "{k}*MAX(Curve_share)*(1+Pooled_Slack)<=Eta_Too_High*(1+Tolerance))"
)
"""The condition that output tok/s is that of one of {k} GPUs of a pod."""


def _per_gpu() -> str:
    """Return the formula of the GPUs a pod may have, for which output tok/s is that of one; 0 where there are none."""
    looks = f"IF({LOOKS_PER_GPU},{{k}},0)"
    factors = ",".join(looks.format(k=k) for k in rules.PER_GPU_FACTORS)
    pod = f"IF(ISNUMBER(GPUs_per_Pod),IF(GPUs_per_Pod>1,{looks.format(k='GPUs_per_Pod')},0),0)"
    return f"=IF(T_Stated=1,0,IF(COUNT(Curve_share)<Few,0,MAX({factors},{pod})))"


def plain_source(text: str) -> str:
    """Return the formula of the source of a price, `text`, without the signs of placeholders."""
    return reduce(lambda inner, sign: f'SUBSTITUTE({inner},"{sign}","")', " -./#?_()", text)


def no_source(plain: str) -> str:
    """Return the condition that `plain`, the cell of a `plain_source`, names no source; "=" takes any capitals."""
    return _one_of(plain, ("", *(word.replace(" ", "") for word in _UNSAID)))


def _one_of(cell: str, words: Sequence[str]) -> str:
    return f"OR({','.join(f'{cell}={chr(34)}{word}{chr(34)}' for word in words)})"


_UNSAID: Final = (NONE, "assumed", *UNKNOWN)
_SPELT: Final = ("n/a", "n.a.", "#n/a", "t.b.d.", "-", "--", "---", ".", "...", "?", "??", "???", "/", "x")
"""Placeholders as people type them, for a workbook without functions that could take their punctuation out."""


def _by_level(values: Iterable[object]) -> str:
    """Return the formula of that of `values` which belongs to the level asked for; 1 at any other level."""
    formula = "1"
    for cell, value in reversed(list(zip(LEVEL_CELLS.values(), values, strict=True))):
        formula = f"IF(ABS(Confidence-{cell})<=Tolerance,{value},{formula})"
    return formula


_PLATEAU_PODS: Final = "MAX(1,CEILING(Demand_Asked/(IF(Is_Users=1,INDEX(Curve_u,N_Anchors),INDEX(Curve_best,N_Anchors))*Util)*(1-Tolerance),1))"
"""The formula of the pods to commit at every SLA up to the last anchor's."""

_DERIVED: Final = {
    "Rows_OK": ("=IF(SUM(Row_Bad)=0,IF(COUNT(Anchor_c)>0,1,0),0)", "every anchor row is usable"),
    "N_Anchors": ("=COUNT(Anchor_c)", "anchors"),
    "Given_T": ("=IF(COUNTA(Anchor_T)>0,1,0)", "output tok/s were given"),
    "T_Copied": (
        "=IF(COUNT(Curve_off)<Few,0,IF(MAX(Curve_off)<=(Copied-Few*Pooled_Slack)*(1+Tolerance),1,0))",
        "they equal c x tok/s/user: worked out, not measured",
    ),
    "Has_T": ("=IF(T_Copied=1,0,Given_T)", "output tok/s was measured"),
    "T_Stated": (f'=IFERROR(IF(T_Per_Pod_Stated="{_YES}",1,0),0)', "they are stated to be per pod"),
    "Pooled_Slack": ("=IF(SUM(Edited_Anchors)=0,Pooled_Share,0)", "pooled anchors as delivered may be off by this"),
    "Pool_On": (
        "=IF(Rows_OK=1,IF(MAX(Curve_rise)>Same_Rate,IF(MAX(Curve_rise)<=Noise*(1+Tolerance),1,0),0),0)",
        "rises are noise, and pooled",
    ),
    "T_Per_GPU": (_per_gpu(), "output tok/s look like those of one GPU of so many"),
    "Has_TTFT": ("=IF(COUNTA(Anchor_TTFT)>0,1,0)", "TTFT was measured"),
    "Method_Code": (METHOD_CODE, "the method, counted in the order of its words"),
    "Method_Bounded": (
        (
            "=IF(Calibrated_Method=0,"
            f"CHOOSE(Method_Code,{','.join(str(int(axes.bounded)) for axes in AXES.values())}),"
            "IF(Method_Code=Calibrated_Method,1,0))"
        ),
        "the budget was made for the method",
    ),
    "Budget_Share": (
        f"=IFERROR({_by_level(_SHARE_CELLS.values())},1)",
        "the budget's share of the way from the estimate to the commitment",
    ),
    "Budget_Level": (f"=IFERROR({_by_level(range(1, 1 + len(LEVEL_CELLS)))},1)", "the level asked for, counted from 1"),
    "Output_Tokens": (
        (
            "=IF(ISNUMBER(Curve_OSL),Curve_OSL,IF(ISNUMBER(Workload_OSL),Workload_OSL,"
            'IF(OR(Demand_Unit=Word_RPS,Demand_Unit=Word_People),IF(ISNUMBER(Demand_OSL),Demand_OSL,""),"")))'
        ),
        "output tokens of a request: the curve's, else the customer's",
    ),
    "Short_Outputs": (
        "=IF(ISNUMBER(Output_Tokens),IF(Output_Tokens<=Claim_Least_OSL,1,0),0)",
        "1: too short for a claim without measured output tok/s",
    ),
    "Claim_Curve": (
        (
            f"=IF(Rows_OK=0,0,IF(Claim_Delivered>0,Claim_Delivered,IF(Method_Bounded=0,{METHOD},"
            f"IF(INDEX(Curve_c,1)>Claim_From*(1+Tolerance),{LATE},IF(AND(Has_T=0,Short_Outputs=1),{SHORT},0)))))"
        ),
        "why no budget is claimed in any row; 0: it is",
    ),
    "Is_Users": ("=IFERROR(IF(Demand_Unit=Word_Users,1,0),0)", "demand is users"),
    **DEMAND,
    **BOUGHT,
    "Opening_Flat": (
        f'=IF(Inputs_OK=1,{bought(_PLATEAU_PODS)},"")',
        "GPUs to commit with spares at every SLA up to the last anchor's",
    ),
    "Opening_Knee": (
        '=IF(Inputs_OK=1,IF(Is_Users=1,INDEX(Curve_u_r,N_Anchors),INDEX(Curve_knee_r,N_Anchors)),"")',
        "tok/s/user up to which that is so",
    ),
    "Opening_Most": (
        f'=IF(COUNT(Row_GPUs_Commit)=0,"",{bought("MAX(Row_GPUs_Commit)/GPUs_per_Pod")})',
        "most of them: those at the tightest SLA that is met, where no wait is limited",
    ),
    "Opening_Least": (
        f'=IF(COUNT(Row_GPUs_Commit)=0,"",{bought("MIN(Row_GPUs_Commit)/GPUs_per_Pod")})',
        "least GPUs to commit with spares of a row that is met",
    ),
    "Opening_Tightest": (
        f'=IF(OR({ASKED}>0,COUNTIF(Row_State,3)=0),"",SMALL(SLA_In,COUNTIF(Row_State,3)))',
        "that SLA: looser ones are met too; with limits on waiting they need not be",
    ),
    "Price_Unsourced": (
        f"=IF(Edited_Price=0,0,IF(Edited_Price_Source=0,1,IFERROR(IF({_one_of('Price_Source', ('', *_UNSAID, *_SPELT))},1,0),1)))",
        "1: the price was changed since delivery, its source was not",
    ),
    "Demand_Asked": (
        '=IF(Inputs_OK=1,IF(Is_Users=1,Demand_Value,Demand_tok_s),"")',
        "demand in the kind that a pod carries",
    ),
}  # fmt: skip


def stands_for(name: str) -> object:
    """Return the number, the word or the formula in the cell of that `name`; None where there is none."""
    value, _ = (_CONSTANTS | _ASSUMED | _DERIVED).get(name, (None, ""))
    return value


def claims_delivered(report: Report) -> dict[str, tuple[object, str]]:
    """Return what of `report` withholds the budget's claim and cannot be edited here."""
    code = withheld_of(report.sizing.curve)
    return {
        "Claim_Delivered": (code, "why no budget is claimed in any row, as delivered; 0: it is"),
        **_calibration_settings(report.sizing.bound.calibration),
    }


def _calibration_settings(calibration: Calibration | None) -> dict[str, tuple[object, str]]:
    """Return what stands otherwise where the budget rests on a `calibration`: its shares, and the one method it holds for."""
    if calibration is None:
        return {"Calibrated_Method": (0, "the only method a calibration holds for; 0: there is none")}
    return {
        "Calibrated_Method": (1 + METHODS.index(calibration.method), "the only method the calibration holds for"),
        f"Claim_{METHOD}": (f"the calibration is of {calibration.method}", "why no budget is claimed"),
        **{_SHARE_CELLS[level]: (share, "as calibrated") for level, share in calibration.shares.items()},
    }


def settings(page: Page, first: int, delivered: Mapping[str, tuple[object, str]]) -> int:
    """Write every constant and switch, from row `first` of the sheet, define its name, and return the last row [-].

    `delivered` holds facts of the delivered curve, likewise.
    """
    entries = _CONSTANTS | dict(delivered) | _DERIVED
    listed(page, first, ("B", "C", "D"), entries)
    return first + len(entries) - 1


def listed(page: Page, first: int, columns: tuple[str, str, str], entries: Mapping[str, tuple[object, str]]) -> None:
    """Write named values below each other, each with its name before and its meaning after it.

    Parameters
    ----------
    page : Page
        The sheet
    first : int
        Row of the first [-]
    columns : tuple of str
        Letters of the columns for name, value and meaning
    entries : mapping
        Value or formula, and meaning, by name
    """
    label, cell, note = columns
    for row, (name, (value, words)) in enumerate(entries.items(), start=first):
        live = isinstance(value, str) and value.startswith("=")
        page.put(f"{label}{row}", name, "calc.text")
        page.put(f"{cell}{row}", value, "calc.num" if live else "const.num")
        page.put(f"{note}{row}", words, "note.text")
        page.named(name, f"{cell}{row}")


def constants(page: Page, first: int, column: str, names: Sequence[str]) -> None:
    """Write those of the constants that are in `names`, one a row from row `first`, and define their names.

    Parameters
    ----------
    page : Page
        The sheet
    first : int
        Row of the first [-]
    column : str
        Column of the names; value and meaning stand in the next two
    names : sequence of str
        The constants
    """
    known, left = _CONSTANTS | _ASSUMED, column_of(column)
    listed(page, first, (column, letter(left + 1), letter(left + 2)), {name: known[name] for name in names})
