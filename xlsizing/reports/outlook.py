"""How the figures of a sizing grow with its demand: each quarter a sizing of its own, and when more must be bought."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy.typing as npt

from xlsizing.advice import Growth, Need, grown, needs, sized_anew
from xlsizing.core import (
    COMMIT,
    WAITS,
    Limits,
    Sizing,
    SizingRow,
    figure_of,
    in_words,
    limits_of,
)
from xlsizing.reports.record import QUARTER_KEYS

if TYPE_CHECKING:
    from xlsizing.reports.tables import Shown

__all__ = ["MOST_NEEDS", "Outlook", "Quarter", "growth_record", "growth_words", "outlooks"]

MOST_NEEDS: Final = 12
"""Days on which more must be bought that are listed; the rest is counted [-]."""

_MOST_ROWS: Final = 3
"""Of so many SLAs each has its table of growth; of more the tightest that can be met [-]."""


@dataclass(frozen=True, slots=True)
class Quarter:
    """A row of the table of growth.

    Parameters
    ----------
    day : date
        The day
    factor : float
        The demand then over that of today [-]
    demand : float
        The demand then, in the unit in which it was stated [unit of the demand]
    row : SizingRow
        The sizing of that demand
    quoted : str or None
        The figure that it may be quoted with
    """

    day: date
    factor: float
    demand: float
    row: SizingRow
    quoted: str | None


@dataclass(frozen=True)
class Outlook:
    """How one row of a sizing grows.

    Parameters
    ----------
    at : int
        The row, counted from 0 [-]
    row : SizingRow
        The same as it is today
    sizing : Sizing
        The sizing of it alone
    growth : Growth
        How demand grows
    figure : str
        The figure to quote today, that to commit to where none may be quoted: of this the next nodes are told
    quarters : tuple of Quarter
        By date; empty where the row cannot be met, as are the needs
    needs : tuple of Need
        The first days on which more must be bought, at most MOST_NEEDS
    rest : int
        Nodes, or pods where there are no nodes, that are bought after these [nodes, or pods]
    """

    at: int
    row: SizingRow
    sizing: Sizing
    growth: Growth
    figure: str
    quarters: tuple[Quarter, ...] = ()
    needs: tuple[Need, ...] = ()
    rest: int = 0

    def sized(self, factors: npt.ArrayLike) -> Sizing:
        """Return the sizing at `factors` times the demand; where today's row claims no budget, none is claimed then [-]."""
        made = grown(self.sizing, factors)
        return made if self.row.budget_claim is None else replace(made, bound=replace(made.bound, share=1.0))


def outlooks(report: Shown, growth: Growth) -> list[Outlook]:
    """Return how the contracted row of a `report` grows by `growth`; where none is, each of at most _MOST_ROWS, else the tightest that can be met."""
    return [_outlook(report, growth, at) for at in _chosen(report)]


def _chosen(report: Shown) -> list[int]:
    if report.contract_at is not None:
        return [report.contract_at]
    every = list(range(len(report.rows)))
    if len(every) <= _MOST_ROWS:
        return every
    return [at for at in every if report.rows[at].feasible][-1:] or every[-1:]


def _outlook(report: Shown, growth: Growth, at: int) -> Outlook:
    row, own = report.rows[at], report.sizing.points.limits
    asked: dict[str, Any] = {wait.name: getattr(row, wait.limit) for wait in own.asked}
    limits = Limits(**asked, output_tokens=own.output_tokens, statistic=own.statistic)
    alone = sized_anew(report.sizing, sla=row.sla, limits=limits)
    outlook = Outlook(at, row, alone, growth, report.quoted[at] or COMMIT)
    if not row.feasible:
        return outlook
    # Where no budget is claimed it is the commitment, also where only a record says why.
    figure = outlook.figure if row.budget_claim is None else COMMIT
    listed = tuple(islice(needs(alone, growth, figure), MOST_NEEDS))
    return replace(
        outlook, quarters=_quarters(report, outlook), needs=listed, rest=_rest(outlook, listed) if listed else 0
    )


def _quarters(report: Shown, outlook: Outlook) -> tuple[Quarter, ...]:
    growth, rigor = outlook.growth, report.rigors[outlook.at]
    factors = growth.factors(growth.quarters)
    sizing = outlook.sized(factors)
    rows = [replace(row, budget_claim=outlook.row.budget_claim) for row in sizing.rows()]
    each = zip(growth.quarters, factors.tolist(), sizing.demand.value.tolist(), rows, strict=True)
    return tuple(Quarter(*given, None if report.mismatched else given[-1].quoted(rigor)) for given in each)


def _rest(outlook: Outlook, listed: tuple[Need, ...]) -> int:
    """Return what is bought after the needs that are `listed`, up to the highest demand [nodes, or pods]."""
    in_all = int(figure_of(outlook.sized(outlook.growth.highest), "total_gpus", outlook.figure))
    last = listed[-1]
    return (in_all - last.gpus) // (last.gpus // last.units)


def growth_words(report: Shown, growth: Growth) -> str:
    """Return the law of the `growth` of a `report`, and which of many SLAs it is worked out for."""
    first, *_ = report.outlooks
    if report.contract_at is not None:
        return f"{growth.words}; worked out for the contracted SLA, {in_words(limits_of(first.row), first.row.sla)}"
    if len(report.rows) <= _MOST_ROWS:
        return growth.words
    which = "the tightest SLA that can be met" if first.row.feasible else "as none can be met"
    return f"{growth.words}; worked out for {in_words(limits_of(first.row), first.row.sla)}, {which}"


def growth_record(report: Shown, growth: Growth) -> dict[str, Any]:
    """Return the `growth` of a `report` as plain data."""
    return {
        "law": growth_words(report, growth),
        "start": growth.start.isoformat(),
        "months": growth.months,
        "stated": [{"date": day.isoformat(), "factor": factor} for day, factor in growth.stated],
        "rows": [_outlook_record(report, outlook) for outlook in report.outlooks],
    }


def _outlook_record(report: Shown, outlook: Outlook) -> dict[str, Any]:
    return {
        "sla_toks_per_user": outlook.row.sla,
        **{wait.limit: getattr(outlook.row, wait.limit) for wait in WAITS},
        "feasible": outlook.row.feasible,
        "next_of": outlook.figure,
        "next_unit": "pod" if report.sizing.node_plan is None else "node",
        "quarters": [_quarter_record(quarter) for quarter in outlook.quarters],
        "next": [_need_record(need) for need in outlook.needs],
        "next_rest": outlook.rest,
    }


def _quarter_record(quarter: Quarter) -> dict[str, Any]:
    return {
        "date": quarter.day.isoformat(),
        "factor": quarter.factor,
        "demand": quarter.demand,
        "demand_tok_s": quarter.row.demand_tok_s,
        **{key: getattr(quarter.row, name) for name, key in QUARTER_KEYS.items()},
        "quote": quarter.quoted,
    }


def _need_record(need: Need) -> dict[str, Any]:
    return {
        "date": need.day.isoformat(),
        "factor": need.factor,
        "count": need.units,
        "gpus": need.gpus,
        "usd_per_month": need.usd_per_month,
    }
