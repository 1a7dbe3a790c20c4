"""The price of a GPU-hour, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from xlsizing.checks import number, refuse
from xlsizing.rules import ASSUMED_USD_PER_GPU_HOUR, HOURS_PER_MONTH

__all__ = ["ASSUMED_PRICE", "NO_SOURCE", "OWN_PRICE", "Price", "price_of"]

NO_SOURCE: Final = "no date or source given"

OWN_PRICE: Final = "this sizing's"
"""What the price of a sizing is called beside others, where it has no name."""


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one GPU for one hour.

    Parameters
    ----------
    amount : float
        In the currency [currency/GPU-hour]
    currency : str, optional
        Its code by ISO 4217
    date, source : str, optional
        When it was quoted, and by whom
    assumed : bool, optional
        Whether nobody gave one, so that the default stands
    name : str, optional
        What it is called beside others: on demand, one year, a provider
    term_months : int, optional
        How long it is committed to [months]
    valid_until : str, optional
        The last day on which it can be had
    """

    amount: float
    currency: str = "USD"
    date: str | None = None
    source: str | None = None
    assumed: bool = False
    name: str = ""
    term_months: int | None = None
    valid_until: str | None = None

    @property
    def quoted(self) -> str:
        """When and by whom it was quoted; empty where neither is known."""
        return ", ".join(filter(None, (self.date, self.source)))

    @property
    def rests_on(self) -> str:
        """What it rests on, in a word or two.

        >>> ASSUMED_PRICE.rests_on, Price(7.25, source="a quote").rests_on, Price(7.25).rests_on
        ('assumed', 'a quote', 'no date or source given')
        """
        return "assumed" if self.assumed else self.quoted or NO_SOURCE

    @property
    def label(self) -> str:
        """The price and what it rests on, in one phrase.

        >>> ASSUMED_PRICE.label
        '8.60 $/GPU-hour (assumed)'
        """
        return f"{self.amount:,.2f} $/GPU-hour ({self.rests_on})"

    def for_months(self, gpus: int, months: float) -> float:
        """Return what `gpus` cost over so many `months` of 730 hours [currency].

        >>> Price(2.10).for_months(168, 1)
        257544.0
        """
        return gpus * self.amount * HOURS_PER_MONTH * months


ASSUMED_PRICE: Final = Price(ASSUMED_USD_PER_GPU_HOUR, assumed=True)
"""The price where none is given."""


def price_of(gpu_hourly_usd: Any) -> Price:
    """Return what was given as `gpu_hourly_usd` as a price: a number of dollars, a `Price`, or None for the assumed one.

    Raises
    ------
    InputError
        If it is not a number in range, or a price in another currency than the dollar.
    """
    if gpu_hourly_usd is None:
        return ASSUMED_PRICE
    if isinstance(gpu_hourly_usd, Price):
        _check_price(gpu_hourly_usd)
        return gpu_hourly_usd
    return Price(number(gpu_hourly_usd, "gpu_hourly_usd"))


def _check_price(price: Price) -> None:
    number(price.amount, "price")
    if price.currency != "USD":
        refuse("price", "must be in USD: sizings are in dollars, and nothing is converted", got=price.currency)
    for name in ("date", "source"):
        text = getattr(price, name)
        if text is not None and not isinstance(text, str):
            refuse(f"{name} of the price", "must be text", got=text)
