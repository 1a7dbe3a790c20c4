"""Demand that grows: by which factor on which day, sized anew on each, and when the next node is needed."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from xlsizing.advice.sensitivity import scaled, sized_anew
from xlsizing.checks import Floats, number, refuse, whole
from xlsizing.core import Sizing, figure_of
from xlsizing.errors import Phrase, shown
from xlsizing.rules import HOURS_PER_MONTH, LARGEST_GROWTH, LEAST_GROWTH, LONGEST_GROWTH, MOST_GROWTH_DATES

__all__ = ["QUARTER", "Growth", "Need", "grown", "growth_factor", "growth_months", "months_after", "needs"]

QUARTER: Final = 3
"""From one row of a table of growth to the next [months]."""


def growth_factor(value: Any, name: str = "factor") -> float:
    """Return `value`, a demand over that of today that is called `name`, or refuse it unless it is within LEAST_GROWTH..LARGEST_GROWTH [-]."""
    factor = number(value, name, low=-np.inf, high=np.inf)
    if not LEAST_GROWTH <= factor <= LARGEST_GROWTH:
        refuse(name, f"must be from {shown(LEAST_GROWTH)} to {LARGEST_GROWTH:,}", got=factor)
    return factor


def growth_months(value: Any, name: str = "months") -> int:
    """Return `value`, which is called `name`, or refuse it unless it is a whole number from 1 to LONGEST_GROWTH [months]."""
    return whole(value, name, low=1, high=LONGEST_GROWTH)


def months_after(start: date, months: int) -> date:
    """Return the day so many `months` after `start`; the last of its month where that has no such day [months].

    >>> months_after(date(2026, 11, 30), 3)
    datetime.date(2027, 2, 28)
    """
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Growth:
    """How a demand grows from that of the sizing's date on; build it with `evenly` or `on_dates`.

    Parameters
    ----------
    start : date
        The sizing's date, on which the factor is 1
    stated : tuple of (date, float)
        Dates and the demand then over that of today [-]
    months : int, optional
        In how many months the one that is stated is reached, by the same percentage each month [months]

    Raises
    ------
    InputError
        If a factor is out of range, dates do not rise or lie too far off, or there are too many of them.

    Notes
    -----
    Between two dates the factor is geometric by days: the same percentage each day. Even growth is ``factor^(t/months)``
    after ``t`` whole months, and geometric by days within a month.

    Examples
    --------
    >>> growth = Growth.evenly(4, 12, date(2026, 11, 23))
    >>> [(str(day), growth.factor(day)) for day in growth.quarters][:3]
    [('2026-11-23', 1.0), ('2027-02-23', 1.4142135623730951), ('2027-05-23', 2.0)]
    """

    start: date
    stated: tuple[tuple[date, float], ...]
    months: int | None = None

    @classmethod
    def evenly(cls, factor: Any, months: Any, start: date) -> Growth:
        """Return a growth to `factor` times today's demand in so many `months` from `start`, the same percentage each month [-, months]."""
        reached, after = growth_factor(factor), growth_months(months)
        return cls(start, ((_day_after(start, after), reached),), after)

    @classmethod
    def on_dates(cls, stated: Sequence[tuple[date, Any]], start: date) -> Growth:
        """Return a growth from `start` of which the factor is known on each of the dates `stated` [-]."""
        return cls(start, tuple((day, growth_factor(factor)) for day, factor in stated))

    def __post_init__(self) -> None:
        if not 1 <= len(self.stated) <= MOST_GROWTH_DATES:
            got = Phrase(f"{len(self.stated):,} of them")
            refuse("growth", f"must have 1 to {MOST_GROWTH_DATES} dates", got=got)
        last = _day_after(self.start, LONGEST_GROWTH)
        days = [self.start, *(day for day, _ in self.stated)]
        for at, (before, day) in enumerate(pairwise(days)):
            if day <= before:
                of = "the sizing's date" if at == 0 else "that before"
                refuse("date", f"must be after {of}, {before}", got=Phrase(day), index=(at,))
            if day > last:
                rule = f"must be at most {LONGEST_GROWTH} months after the sizing's date, {self.start}"
                refuse("date", rule, got=Phrase(day), index=(at,))

    @property
    def end(self) -> date:
        """The last day of which anything is said."""
        return self.stated[-1][0]

    @property
    def highest(self) -> float:
        """The highest factor on any day [-]."""
        return max(1.0, *(factor for _, factor in self.stated))

    @cached_property
    def _knots(self) -> tuple[npt.NDArray[np.int64], Floats]:
        """Days, counted as Python does, between which the factor is geometric, and the factors then."""
        stated = list(self.stated)
        if self.months is not None:
            factor = stated[0][1]
            after = range(1, self.months + 1)
            stated = [(months_after(self.start, t), factor ** (t / self.months)) for t in after]
        days, factors = zip((self.start, 1.0), *stated, strict=True)
        return np.array([day.toordinal() for day in days]), np.array(factors, float)

    def factors(self, days: Sequence[date]) -> Floats:
        """Return the demand on each of `days` over that of today; the last factor that is known after the end [-]."""
        knots, known = self._knots
        at = np.array([day.toordinal() for day in days])
        left = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(knots) - 1)
        right = np.minimum(left + 1, len(knots) - 1)
        share = (at - knots[left]) / np.maximum(1, knots[right] - knots[left])
        factors: Floats = known[left] * (known[right] / known[left]) ** share
        return factors

    def factor(self, day: date) -> float:
        """Return the demand on a `day` over that of today [-]."""
        return float(self.factors([day])[0])

    @cached_property
    def quarters(self) -> tuple[date, ...]:
        """The sizing's date, each third month from it, and the end."""
        made = [self.start]
        while made[-1] < self.end:
            made.append(min(self.end, months_after(self.start, QUARTER * len(made))))
        return tuple(made)

    @cached_property
    def days(self) -> tuple[date, ...]:
        """Each day from the sizing's date to the end."""
        return tuple(self.start + timedelta(at) for at in range((self.end - self.start).days + 1))

    @property
    def words(self) -> str:
        """The law in one phrase."""
        first, (end, factor) = f"from {self.start}", self.stated[-1]
        if self.months is not None:
            t = "1 month" if self.months == 1 else f"{self.months} months"
            each = f"the same percentage each month: x {shown(factor)}^(t/{self.months}) after t months"
            return f"demand x {shown(factor)} in {t} {first} to {end}, {each}"
        between = "the same percentage each day between two dates"
        if len(self.stated) > _MOST_NAMED:
            return (
                f"demand as stated on {len(self.stated)} dates {first}, the last x {shown(factor)} on {end}; {between}"
            )
        named = ", ".join(f"x {shown(each)} on {day}" for day, each in self.stated)
        return f"demand {named}, {first}; {between}"


_MOST_NAMED: Final = 8


def _day_after(start: date, months: int) -> date:
    try:
        return months_after(start, months)
    except ValueError:  # beyond the last year that Python counts
        refuse("date", "must leave room for growth before the year 10000", got=Phrase(start))


def grown(sizing: Sizing, factors: Any) -> Sizing:
    """Return a `sizing` of one demand at so many times that demand [-].

    Parameters
    ----------
    sizing : Sizing
        The sizing
    factors : array_like
        Times its demand; several give a sizing of several demands [-]

    Returns
    -------
    Sizing
        By `size` itself, everything else as it is

    Raises
    ------
    InputError
        If a row would need more pods than can be counted.
    """
    return sized_anew(sizing, demand=scaled(sizing.demand, np.asarray(factors, float)[()]))


@dataclass(frozen=True, slots=True)
class Need:
    """A day on which more must be bought than ever before.

    Parameters
    ----------
    day : date
        The day
    factor : float
        The demand then over that of today [-]
    units : int
        Nodes from then on, spares included; without nodes pods [nodes, or pods]
    gpus : int
        Their GPUs [GPUs]
    usd_per_month : float
        What they cost [USD/month]
    """

    day: date
    factor: float
    units: int
    gpus: int
    usd_per_month: float


def needs(sizing: Sizing, growth: Growth, figure: str) -> Iterator[Need]:
    """Yield the days on which a `figure` of a `sizing` of one SLA takes more nodes than before, or without nodes more pods.

    Parameters
    ----------
    sizing : Sizing
        A sizing of one SLA that can be met and one demand
    growth : Growth
        How the demand grows
    figure : str
        COMMIT, BUDGET or ESTIMATE

    Yields
    ------
    Need
        By date; what was bought once is not given back where demand falls

    Notes
    -----
    Pods are those of `size` on every day; what is bought for them does not fall as they rise, so that the days are found
    by halving.

    Examples
    --------
    >>> from xlsizing import Curve, Demand, size
    >>> curve = Curve(concurrency=[1, 10, 256], tok_s_per_user=[215.5, 122.2, 41.8])
    >>> sizing = size(curve, 20, Demand.tpm(3e6), gpus_per_pod=4)  # a pod carries 7,490.56 tok/s: 7 pods up to 52,433.92
    >>> for need in needs(sizing, Growth.evenly(1.2, 1, date(2026, 11, 1)), "commit"):
    ...     print(need.day, need.units, need.gpus)  # ln(52,433.92/50,000)/ln(1.2) x 30 = 7.8 days
    2026-11-09 8 32
    2026-12-01 9 36
    """
    factors = growth.factors(growth.days)
    pods = np.maximum.accumulate(figure_of(grown(sizing, factors), "pods", figure))
    plan, size_of_unit = sizing.node_plan, sizing.gpus_per_pod
    if plan is not None:
        size_of_unit = plan.gpus_per_node

    def gpus(at: int) -> int:
        return int(sizing.gpus_with_spares(pods[at]))

    for at in _rises(gpus, len(pods) - 1):
        bought = gpus(at)
        usd = bought * (sizing.gpu_hourly_usd * HOURS_PER_MONTH)
        yield Need(growth.days[at], float(factors[at]), bought // size_of_unit, bought, usd)


def _rises(count: Callable[[int], int], last: int) -> Iterator[int]:
    """Yield each position up to the `last` at which a `count` that never falls is more than at the one before [-]."""
    at, most = 0, count(last)
    while (before := count(at)) < most:
        low, high = at, last
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if count(middle) > before else (middle, high)
        yield high
        at = high
