"""The constants and words of the formulas, each in a named cell of sheet Calc: a formula repeats none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from openpyxl.utils import column_index_from_string

from xlsizing import rules
from xlsizing.context import FACTS
from xlsizing.context_rules import TOKENS_OFF
from xlsizing.reports.tables import CANNOT_BE_MET
from xlsizing.workbooks.names import letter
from xlsizing.workbooks.page import Page

__all__ = ["CHECK_INPUTS", "TURNS", "UNITS", "constants", "listed", "settings"]

TURNS: Final = FACTS["turns"].choices
"""Turn patterns of a workload [-]."""

CHECK_INPUTS: Final = "CHECK INPUTS"
"""What every result says while an input is wrong [-]."""

UNITS: Final = ("tpm", "tok/s", "rps", "users")
"""Forms of a demand [-]."""

_CONSTANTS: Final = {
    "Tolerance": (rules.TOLERANCE, "relative slack of comparisons and of rounding up"),
    "TPOT_Exponent": (rules.TPOT_EXPONENT, "1/r is linear in c to this power (tpot)"),
    "Wide_Ratio": (rules.WIDE_RATIO, "high/low above this is too wide to quote"),
    "Gap_Ratio": (rules.GAP_RATIO, "neighbouring anchors further apart are noted"),
    "Eta_Too_High": (rules.ETA_TOO_HIGH, "T/(c r) above this is refused"),
    "Eta_Too_Low": (rules.ETA_TOO_LOW, "T/(c r) below this is refused"),
    "Eta_Suspicious": (rules.ETA_SUSPICIOUS, "T/(c r) below this is noted"),
    "Lowest": (rules.LOWEST, "smallest input"),
    "Highest": (rules.HIGHEST, "largest input"),
    "Most_Pods": (rules.MOST_PODS, "more pods are refused"),
    "Most_GPUs_per_Pod": (rules.MOST_GPUS_PER_POD, "more GPUs per pod are refused"),
    "Most_Spares": (rules.MOST_SPARES, "more spare pods are refused"),
    "Most_Hours": (rules.MOST_HOURS_PER_MONTH, "more hours per month are refused"),
    "Tokens_Off": (TOKENS_OFF, "most that the workloads may differ"),
    "Sweep_Low": (rules.SWEEP[0], "lowest c of the sweep for a VERDICT"),
    "Sweep_High": (rules.SWEEP[-1], "highest c of the sweep for a VERDICT"),
    "Seconds_per_Minute": (60, "s/min"),
    "Seconds_per_Hour": (3600, "s/h"),
    "Tokens_per_Million": (1_000_000, "tok/1M tok"),
    "Beyond_Last": (2, "on a plateau measure this many times the last concurrency"),
    "Chart_Plateau": (0.5, "the charts draw the plateau from this share of its end"),
    "Thousand": (1000, "digits between separators in words"),
    "Parts_in_Words": (1000, "a concurrency inside words is rounded to this part of one"),
    "Word_Plateau": (rules.PLATEAU, "regime"),
    "Word_Measured": (rules.MEASURED, "regime"),
    "Word_Interp": (rules.INTERP, "regime"),
    "Word_Knee": (rules.KNEE_CAPPED, "regime"),
    "Word_Infeasible": (rules.INFEASIBLE, "regime"),
    "Word_Log_c": (rules.METHODS[0], "method"),
    "Word_Tpot": (rules.METHODS[1], "method"),
    "Word_TPM": (UNITS[0], "unit of demand: output tokens per minute"),
    "Word_Tok_s": (UNITS[1], "unit of demand: output tokens per second"),
    "Word_RPS": (UNITS[2], "unit of demand: requests per second"),
    "Word_Users": (UNITS[3], "unit of demand: requests in flight at peak"),
    "Word_Verdict": (rules.VERDICT, "rigor"),
    "Word_Draft": (rules.DRAFT, "rigor"),
    "Word_Check": (CHECK_INPUTS, "shown while an input is wrong"),
    "Word_Single": (TURNS[0], "turns of the workload"),
    "Word_Multi": (TURNS[1], "turns of the workload"),
    "Word_Unmet": (CANNOT_BE_MET, "shown where no anchor meets the SLA"),
}

_ASSUMED: Final = {
    "Hours_Assumed": (rules.HOURS_PER_MONTH, "h/month, 8,760 hours a year / 12"),
    "USD_Assumed": (rules.ASSUMED_USD_PER_GPU_HOUR, "$/GPU-hour where no price is given"),
}

_DERIVED: Final = {
    "Rows_OK": ("=IF(SUM(Row_Bad)=0,IF(COUNT(Anchor_c)>0,1,0),0)", "every anchor row is usable"),
    "N_Anchors": ("=COUNT(Anchor_c)", "anchors"),
    "Has_T": ("=IF(COUNTA(Anchor_T)>0,1,0)", "output tok/s was measured"),
    "Has_TTFT": ("=IF(COUNTA(Anchor_TTFT)>0,1,0)", "TTFT was measured"),
    "Is_Tpot": ("=IFERROR(IF(Method=Word_Tpot,1,0),0)", "method is tpot"),
    "Is_Users": ("=IFERROR(IF(Demand_Unit=Word_Users,1,0),0)", "demand is users"),
    "Demand_tok_s": (
        ('=IF(Inputs_OK=1,IF(Demand_Unit=Word_TPM,Demand_Value/Seconds_per_Minute,IF(Demand_Unit=Word_RPS,'
        'Demand_Value*Demand_OSL,IF(Demand_Unit=Word_Tok_s,Demand_Value,""))),"")'),
        "output tok/s asked for (blank for users: it depends on the SLA)",
    ),
    "Demand_Asked": (
        '=IF(Inputs_OK=1,IF(Is_Users=1,Demand_Value,Demand_tok_s),"")',
        "demand in the kind that a pod carries",
    ),
}  # fmt: skip


def settings(page: Page, first: int) -> int:
    """Write every constant and switch, from row `first` of the sheet, define its name, and return the last row [-]."""
    entries = _CONSTANTS | _DERIVED
    listed(page, first, ("B", "C", "D"), entries)
    return first + len(entries) - 1


def listed(page: Page, first: int, columns: tuple[str, str, str], entries: Mapping[str, tuple[object, str]]) -> None:
    """Write named values below each other, each with its name before and its meaning after it.

    Parameters
    ----------
    page : Page
        The sheet [-]
    first : int
        Row of the first [-]
    columns : tuple of str
        Letters of the columns for name, value and meaning [-]
    entries : mapping
        Value or formula, and meaning, by name [-]
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
        The sheet [-]
    first : int
        Row of the first [-]
    column : str
        Column of the names; value and meaning stand in the next two [-]
    names : sequence of str
        The constants [-]
    """
    left = column_index_from_string(column)
    for row, name in enumerate(names, start=first):
        value, words = (_CONSTANTS | _ASSUMED)[name]
        page.at(row, left, name, "calc.text")
        page.at(row, left + 1, value, "const.num")
        page.at(row, left + 2, words, "note.text")
        page.named(name, f"{letter(left + 1)}{row}")
