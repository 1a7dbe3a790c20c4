"""Growth in a sizing file: a factor and the months in which it is reached, or a list of dates and factors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, WrapValidator

from xlsizing.advice import Growth, today
from xlsizing.checks import refuse
from xlsizing.rules import MOST_GROWTH_DATES
from xlsizing.spec.base import Section
from xlsizing.spec.fields import Day, GrowthFactor, GrowthMonths, at_most

__all__ = ["GrowthField", "GrowthPointSection", "GrowthSection", "growth_of"]


class GrowthSection(Section):
    """Even growth: the demand over that of today, and in how many months it is reached."""

    factor: GrowthFactor = Field(description="Demand over that of the sizing's date [-]")
    months: GrowthMonths = Field(description="In how many months, by the same percentage each month [months]")


class GrowthPointSection(Section):
    """The demand on one date; between two dates it grows by the same percentage each day."""

    date: Day = Field(description="The day, after the sizing's date and the one before [-]")
    factor: GrowthFactor = Field(description="Demand over that of the sizing's date [-]")


_Points = Annotated[
    list[GrowthPointSection], Field(min_length=1, max_length=MOST_GROWTH_DATES), at_most(MOST_GROWTH_DATES)
]


def _either(value: Any, _union: Callable[[Any], Any]) -> Any:
    """Return the form that `value` has, so that its faults are told as those of that form."""
    if isinstance(value, list):
        return TypeAdapter(_Points).validate_python(value)
    if not isinstance(value, dict):
        refuse("growth", "must be a mapping with factor and months, or a list of dates and factors", got=value)
    return GrowthSection.model_validate(value)


GrowthField = Annotated[GrowthSection | _Points, WrapValidator(_either)]


def growth_of(section: GrowthSection | list[GrowthPointSection], sized_on: str | None) -> Growth:
    """Return the growth that a `section` says, from the day `sized_on`; from today where the file has no date."""
    start = today() if sized_on is None else _day(sized_on)
    if isinstance(section, GrowthSection):
        return Growth.evenly(section.factor, section.months, start)
    return Growth.on_dates([(_day(point.date), point.factor) for point in section], start)


def _day(stated: str) -> date:
    return date.fromisoformat(stated[:10])
