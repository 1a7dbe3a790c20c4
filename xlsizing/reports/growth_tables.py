"""The tables of growth: the figures of each quarter, and the days on which the next node is needed."""

from __future__ import annotations

from typing import Final

from xlsizing.advice import Need
from xlsizing.core import BUDGET, COMMIT, FIGURES, SizingRow, figure_named
from xlsizing.errors import shown
from xlsizing.reports.outlook import Outlook, Quarter
from xlsizing.reports.tables import (
    CANNOT_BE_MET,
    QUOTE,
    WORKLOAD_MISMATCH,
    Shown,
    Table,
    figure_heads,
    identity_columns,
    shown_grouped,
)

__all__ = ["growth_tables"]

_DATE: Final = "date"
_FACTOR: Final = "demand x"
_UNITS: Final = {
    "tpm": "output tok/min",
    "tok/s": "output tok/s",
    "rps": "requests/s",
    "people": "people",
    "users": "users",
}
_FIGURES: Final = tuple(
    (measure, figure) for measure in ("total_gpus", "nodes", "usd_per_month") for figure in (COMMIT, BUDGET)
)
_DIGITS: Final = 4


def growth_tables(report: Shown) -> list[Table]:
    """Return the two tables of growth of a `report`; none without growth."""
    return [_by_quarter(report), _next_needs(report)] if report.outlooks else []


def _by_quarter(report: Shown) -> Table:
    """Return demand, GPUs and dollars of each quarter, the figure to quote in bold."""
    identity, demand = identity_columns(report), report.sizing.demand
    heads = _heads(report)
    asked = f"demand {_UNITS[demand.unit]}{'' if demand.peak_to_mean == 1 else ' in the mean'}"
    header = (*(name for name, _ in identity), _DATE, _FACTOR, asked, *heads.values(), QUOTE)
    rows: list[tuple[str, ...]] = []
    bold: set[tuple[int, int]] = set()
    for outlook in report.outlooks:
        for quarter in outlook.quarters:
            if quarter.quoted:
                named = (figure_named(measure, quarter.quoted) for measure in ("total_gpus", "usd_per_month"))
                bold |= {(len(rows), header.index(heads[name])) for name in named}
            rows.append((*_asked(report, outlook), *_quarter_texts(report, outlook, quarter, list(heads))))
        if not outlook.quarters:
            rows.append(_unmet(report, outlook, len(header)))
    repeat = len(identity) + 1
    return Table("Growth by quarter", header, rows, frozenset(bold), splits=(repeat + 2,), repeat=repeat)


def _heads(report: Shown) -> dict[str, str]:
    """Return what the figures of a quarter are called, by their fields."""
    sizing, heads = report.sizing, figure_heads(report.sizing.bound)
    spares = " + spares" if sizing.holds_spares else ""
    words = {"total_gpus": f"GPUs{spares}", "nodes": "nodes", "usd_per_month": "$/month"}
    shown_there = (pair for pair in _FIGURES if pair[0] != "nodes" or sizing.node_plan is not None)
    return {figure_named(measure, figure): f"{words[measure]} {heads[figure]}" for measure, figure in shown_there}


def _asked(report: Shown, outlook: Outlook) -> tuple[str, ...]:
    return tuple(text(outlook.row) for _, text in identity_columns(report))


def _quarter_texts(report: Shown, outlook: Outlook, quarter: Quarter, names: list[str]) -> tuple[str, ...]:
    figures = (FIGURES[name].text(getattr(quarter.row, name)) for name in names)
    said = quarter.quoted or _unquoted(report, outlook, quarter.row)
    return f"{quarter.day}", shown(quarter.factor, digits=_DIGITS), _demand_text(quarter.demand), *figures, said


def _demand_text(value: float) -> str:
    """Return a demand in whole numbers, or a small one in so many digits as tell it."""
    return shown_grouped(round(value) if value >= 10 ** (_DIGITS - 1) else float(shown(value, digits=_DIGITS)))


def _unquoted(report: Shown, outlook: Outlook, row: SizingRow) -> str:
    """Return why a row may not be quoted."""
    return WORKLOAD_MISMATCH if report.mismatched else row.remark_as(report.rigors[outlook.at])


def _unmet(report: Shown, outlook: Outlook, columns: int) -> tuple[str, ...]:
    asked, mark = _asked(report, outlook), WORKLOAD_MISMATCH if report.mismatched else ""
    return (*asked, CANNOT_BE_MET, *[""] * (columns - len(asked) - 2), mark)


def _next_needs(report: Shown) -> Table:
    """Return the first days on which more nodes than ever must be bought, or without nodes more pods; the rest counted."""
    plan, heads = report.sizing.node_plan, figure_heads(report.sizing.bound)
    unit = "pod" if plan is None else "node"
    spares = " + spares" if report.sizing.holds_spares else ""
    identity = identity_columns(report)
    header = (
        *(name for name, _ in identity), _DATE, _FACTOR, f"{unit}s{spares}", f"GPUs{spares}", "$/month", QUOTE,
    )  # fmt: skip
    rows: list[tuple[str, ...]] = []
    for outlook in report.outlooks:
        asked, figure = _asked(report, outlook), heads[outlook.figure]
        if not outlook.quarters:
            rows.append(_unmet(report, outlook, len(header)))
            continue
        why = "" if report.quoted[outlook.at] else _unquoted(report, outlook, outlook.row)
        said = f"{figure}; {why}" if why else figure
        rows += [(*asked, *_need_texts(need), said) for need in outlook.needs]
        blanks = [""] * 4
        if not outlook.needs:
            rows.append((*asked, f"none by {outlook.growth.end}", *blanks, said))
        elif outlook.rest:
            rows.append((*asked, f"{outlook.rest:,} more by {outlook.growth.end}", *blanks, said))
    repeat = len(identity) + 1
    return Table(f"When each next {unit} is needed", header, rows, splits=(repeat + 2,), repeat=repeat)


def _need_texts(need: Need) -> tuple[str, ...]:
    factor = shown(need.factor, digits=_DIGITS)
    return f"{need.day}", factor, f"{need.units:,}", f"{need.gpus:,}", f"{need.usd_per_month:,.0f}"
