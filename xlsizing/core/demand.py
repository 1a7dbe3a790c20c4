"""What the customer asks for, in any of the four ways that people state it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from xlsizing.checks import Floats, broadcast, numbers
from xlsizing.errors import BLANK

__all__ = ["DEMAND_FORMS", "Demand"]

DEMAND_FORMS: Final = ("tpm", "tok_s", "rps", "users")
"""What a demand is called wherever it is stated: the classmethods of `Demand`, flags, keys and columns."""


@dataclass(frozen=True)
class Demand:
    """A demand on the whole deployment; build it with `tpm`, `tok_s`, `rps` or `users`.

    Parameters
    ----------
    unit : str
        "tpm", "tok/s", "rps" or "users"
    value : ndarray
        The demand in that unit [unit]
    osl : ndarray or None
        Output tokens per request, for "rps" only [tok]

    Examples
    --------
    >>> print(Demand.tpm(3e6).output_tok_s(sla=100))
    50000.0
    >>> print(Demand.users(500).output_tok_s(sla=100))
    50000.0
    """

    unit: str
    value: Floats
    osl: Floats | None = None

    @classmethod
    def stated(cls, form: str, value: npt.ArrayLike, *, osl: npt.ArrayLike | None = None) -> Demand:
        """Return a demand of `value` in one of `DEMAND_FORMS`; requests are of `osl` output tokens [unit of the form].

        >>> Demand.stated("rps", 2, osl=250) == Demand.rps(2, osl=250)
        True
        """
        if form == "rps":
            return cls.rps(value, osl=BLANK if osl is None else osl)
        made: Demand = getattr(cls, form)(value)
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
    def users(cls, value: npt.ArrayLike) -> Demand:
        """Return a demand of `value` requests in flight at peak [requests]."""
        return cls("users", numbers(value, "users"))

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the demand [-]."""
        return self.value.shape if self.osl is None else np.broadcast_shapes(self.value.shape, self.osl.shape)

    @property
    def counts_users(self) -> bool:
        """Whether the demand is concurrency rather than throughput."""
        return self.unit == "users"

    def output_tok_s(self, sla: npt.ArrayLike) -> Floats:
        """Return the output throughput asked for [tok/s].

        Parameters
        ----------
        sla : array_like
            Interactivity each user sees; only users need it [tok/s/user]

        Returns
        -------
        ndarray, the shape of the demand (of demand and `sla` for users)
            Output throughput of the whole deployment [tok/s]
        """
        if self.unit == "tpm":
            return (self.value / 60)[()]
        if self.osl is not None:
            return (self.value * self.osl)[()]
        return (self.value * np.asarray(sla))[()] if self.counts_users else self.value[()]

    @property
    def output_tpm(self) -> Floats | None:
        """Output tokens per minute over the whole deployment; None where users are the demand [tok/min]."""
        if self.counts_users:
            return None
        return self.value if self.unit == "tpm" else self.output_tok_s(0) * 60
