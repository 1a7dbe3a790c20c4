"""What the customer asks for, in any of the ways that people state it, at the peak of their traffic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from xlsizing.checks import Floats, broadcast, number, numbers, refuse
from xlsizing.errors import BLANK, Phrase
from xlsizing.rules import MOST_PEAK_TO_MEAN

__all__ = ["DEMAND_FORMS", "DEMAND_PARTS", "FORMS_WITH", "PEAK_TO_MEAN", "Demand", "peak_factor"]

DEMAND_FORMS: Final[Mapping[str, tuple[str, ...]]] = {
    "tpm": (),
    "tok_s": (),
    "rps": ("osl",),
    "people": ("requests_per_person_min", "osl"),
    "users": (),
}
"""What a demand is called wherever it is stated (the classmethods of `Demand`, flags, keys and columns), and what is stated with it."""

DEMAND_PARTS: Final = tuple(dict.fromkeys(part for parts in DEMAND_FORMS.values() for part in parts))
"""All that is stated with some form: `requests_per_person_min` [requests/min] and `osl` [tok]."""

FORMS_WITH: Final = {
    part: tuple(form for form, parts in DEMAND_FORMS.items() if part in parts) for part in DEMAND_PARTS
}
"""The forms that each of them is stated with."""

PEAK_TO_MEAN: Final = "peak_to_mean"
"""What the peak of the traffic over its mean is called."""


@dataclass(frozen=True)
class Demand:
    """A demand on the whole deployment; build it with `tpm`, `tok_s`, `rps`, `people` or `users`.

    Parameters
    ----------
    unit : str
        "tpm", "tok/s", "rps", "people" or "users"
    value : ndarray
        The demand in that unit, a mean where `peak_to_mean` is above 1 [unit]
    osl : ndarray or None
        Output tokens per request, for "rps" and "people" only [tok]
    requests_per_person_min : ndarray or None
        Requests of one person, for "people" only [requests/min]
    peak_to_mean : float
        How many times the mean is asked for at the peak, at which everything is sized [-]

    Examples
    --------
    >>> print(Demand.tpm(3e6).output_tok_s(sla=100))
    50000.0
    >>> print(Demand.users(500).output_tok_s(sla=100))
    50000.0
    >>> chat = Demand.people(2000, requests_per_person_min=1.2, osl=700).at_peak(2.5)
    >>> print(chat.mean_tok_s(sla=40), chat.output_tok_s(sla=40))
    28000.0 70000.0
    """

    unit: str
    value: Floats
    osl: Floats | None = None
    requests_per_person_min: Floats | None = None
    peak_to_mean: float = 1.0

    @classmethod
    def stated(cls, form: str, value: npt.ArrayLike, **parts: npt.ArrayLike | None) -> Demand:
        """Return a demand of `value` in one of `DEMAND_FORMS`, with the `parts` that it needs [unit of the form].

        >>> Demand.stated("rps", 2, osl=250) == Demand.rps(2, osl=250)
        True
        """
        needed = {part: BLANK if parts.get(part) is None else parts[part] for part in DEMAND_FORMS[form]}
        made: Demand = getattr(cls, form)(value, **needed)
        return made

    @classmethod
    def tpm(cls, value: npt.ArrayLike) -> Demand:
        """Return a demand of `value` output tokens per minute [tok/min]."""
        return cls("tpm", numbers(value, "tpm"))

    @classmethod
    def tok_s(cls, value: npt.ArrayLike) -> Demand:
        """Return a demand of `value` output tokens per second [tok/s]."""
        return cls("tok/s", numbers(value, "tok_s"))

    @classmethod
    def rps(cls, value: npt.ArrayLike, *, osl: npt.ArrayLike) -> Demand:
        """Return a demand of `value` requests per second [requests/s] of `osl` output tokens [tok]."""
        rate, tokens = numbers(value, "rps"), numbers(osl, "osl")
        broadcast(rate.shape, tokens.shape, ("rps", "osl"))
        return cls("rps", rate, tokens)

    @classmethod
    def people(cls, value: npt.ArrayLike, *, requests_per_person_min: npt.ArrayLike, osl: npt.ArrayLike) -> Demand:
        """Return a demand of `value` people [people], each with `requests_per_person_min` of `osl` output tokens [requests/min, tok]."""
        count, tokens = numbers(value, "people"), numbers(osl, "osl")
        each = numbers(requests_per_person_min, "requests_per_person_min")
        shape = broadcast(count.shape, each.shape, ("people", "requests_per_person_min"))
        broadcast(shape, tokens.shape, ("people", "osl"))
        return cls("people", count, tokens, each)

    @classmethod
    def users(cls, value: npt.ArrayLike) -> Demand:
        """Return a demand of `value` requests in flight at peak [requests]."""
        return cls("users", numbers(value, "users"))

    def at_peak(self, peak_to_mean: Any) -> Demand:
        """Return the same demand as a mean, whose peak is `peak_to_mean` times as much [-].

        Raises
        ------
        InputError
            If that is no number of at least 1, or users are the demand: they are those in flight at the peak.
        """
        factor = peak_factor(peak_to_mean)
        if self.counts_users and factor != 1:
            way_out = "give the users at the peak"
            refuse(PEAK_TO_MEAN, "must be 1 where users are the demand, in flight at peak", got=factor, way_out=way_out)
        return replace(self, peak_to_mean=factor)

    @property
    def form(self) -> str:
        """Which of `DEMAND_FORMS` it is stated in."""
        return "tok_s" if self.unit == "tok/s" else self.unit

    @property
    def parts(self) -> dict[str, Floats]:
        """What is stated with its form, by name."""
        return {part: getattr(self, part) for part in DEMAND_FORMS[self.form]}

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the demand [-]."""
        return np.broadcast_shapes(self.value.shape, *(part.shape for part in self.parts.values()))

    @property
    def counts_users(self) -> bool:
        """Whether the demand is concurrency rather than throughput."""
        return self.unit == "users"

    @property
    def requests_s(self) -> Floats | None:
        """Requests per second in the mean; None where the demand does not tell [requests/s]."""
        if self.requests_per_person_min is not None:
            return (self.value * self.requests_per_person_min / 60)[()]
        return None if self.osl is None else self.value[()]

    def mean_tok_s(self, sla: npt.ArrayLike) -> Floats:
        """Return the output throughput in the mean, which is what is sold [tok/s]; `sla` as of `output_tok_s`."""
        requests = self.requests_s
        if requests is not None and self.osl is not None:
            return (requests * self.osl)[()]
        if self.unit == "tpm":
            return (self.value / 60)[()]
        return (self.value * np.asarray(sla))[()] if self.counts_users else self.value[()]

    def output_tok_s(self, sla: npt.ArrayLike) -> Floats:
        """Return the output throughput asked for at the peak [tok/s].

        Parameters
        ----------
        sla : array_like
            Interactivity each user sees; only users need it [tok/s/user]

        Returns
        -------
        ndarray, the shape of the demand (of demand and `sla` for users)
            Output throughput of the whole deployment [tok/s]
        """
        mean, peak = self.mean_tok_s(sla), self.peak_to_mean
        return mean if np.ndim(peak) == 0 and peak == 1 else mean * peak  # scenarios have one each

    @property
    def output_tpm(self) -> Floats | None:
        """Output tokens per minute at the peak over the whole deployment; None where users are the demand [tok/min]."""
        if self.counts_users:
            return None
        return self.value * self.peak_to_mean if self.unit == "tpm" else self.output_tok_s(0) * 60


def peak_factor(value: Any, name: str = PEAK_TO_MEAN) -> float:
    """Return `value`, the peak over the mean that is called `name`, or refuse it unless it is 1 to a thousand [-]."""
    factor = number(value, name)
    if not 1 <= factor <= MOST_PEAK_TO_MEAN:
        refuse(name, f"must be from 1 to {MOST_PEAK_TO_MEAN:,}", got=Phrase(f"{factor:g}"))
    return factor
