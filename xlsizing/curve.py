"""A measured curve: tok/s/user and output tok/s of one replica against its concurrency.

A `Curve` that exists is valid: sorted, checked, pooled if asked. Everything the sizing needs per
anchor is worked out once, here.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from xlsizing.checks import Floats, refuse
from xlsizing.curve_checks import check_distinct, check_throughput, column, falling
from xlsizing.errors import shown
from xlsizing.interpolation import Brackets, Interpolation, brackets
from xlsizing.rules import ETA_SUSPICIOUS, GAP_RATIO, TOLERANCE

if TYPE_CHECKING:
    from xlsizing.context import Context

__all__ = ["Curve"]


class Curve:
    """A measured curve of one replica.

    Parameters
    ----------
    concurrency : array_like, shape (n,)
        Requests in flight on the replica, distinct, in any order [requests/replica]
    tok_s_per_user : array_like, shape (n,)
        Interactivity there, 1/TPOT; must not rise with concurrency [tok/s/user]
    output_tok_s : array_like, shape (n,), optional
        Measured output throughput of the replica; without it c x tok/s/user stands in [tok/s]
    ttft_s : array_like, shape (n,), optional
        Time to first token, kept with the curve [s]
    context : Context, optional
        What the measurement rests on [-]
    pool_rises : float, optional
        Largest share by which isotonic regression may move a point to remove a rise of
        tok/s/user, in (0, 1]; without it a rise is refused [-]

    Attributes
    ----------
    concurrency, tok_s_per_user : ndarray, shape (n,)
        The anchors by rising concurrency [requests/replica, tok/s/user]
    measured_tok_s_per_user : ndarray, shape (n,)
        Interactivity as measured, before any pooling [tok/s/user]
    output_tok_s, ttft_s : ndarray or None
        As measured, in the same order [tok/s, s]
    per_replica_tps, best_tps : ndarray, shape (n,)
        Throughput at each anchor, measured or c x tok/s/user, and its running maximum [tok/s]
    falling_rates : ndarray, shape (n,)
        `tok_s_per_user` negated and so rising, for a binary search [-tok/s/user]
    pooled_share : float or None
        The largest share by which pooling moved a point [-]
    remarks : tuple of str
        Notes that came with the results [-]
    cautions : tuple of pairs of str
        Why every figure from this curve stays a DRAFT, and what would remove the reason [-]
    measured_gpus : int or None
        GPUs of the replica that was measured, where the results say [GPUs]
    notes : tuple of str
        What a reader of any figure from this curve must know [-]

    Raises
    ------
    CurveError
        If the columns differ in length, hold something else than positive numbers, repeat a
        concurrency, let tok/s/user rise, or contradict the measured throughput.

    Notes
    -----
    A rise within 1e-9 is float noise: the running minimum is used. ``eta = T/(c r)`` compares the
    measured throughput with Little's law (Little, Operations Research 9(3), 1961); above 1.05 the
    columns contradict each other. Pooling is unweighted isotonic regression by
    pool-adjacent-violators (Ayer et al., Annals of Mathematical Statistics 26(4), 1955).

    Examples
    --------
    >>> Curve(concurrency=[1, 10, 256], tok_s_per_user=[215.5, 122.2, 41.8])
    Curve(concurrency=[1, 10, 256], tok_s_per_user=[215.5, 122.2, 41.8])
    """

    def __init__(
        self,
        concurrency: npt.ArrayLike,
        tok_s_per_user: npt.ArrayLike,
        *,
        output_tok_s: npt.ArrayLike | None = None,
        ttft_s: npt.ArrayLike | None = None,
        context: Context | None = None,
        pool_rises: float | None = None,
    ) -> None:
        c = column(concurrency, "concurrency", None)
        order = c.argsort(kind="stable")
        rates = column(tok_s_per_user, "tok/s/user", c.size)[order]
        self.context = None if context is None else _checked(context)
        self.concurrency: Floats = c[order]
        self.output_tok_s = _sorted(output_tok_s, "output tok/s", order)
        self.ttft_s = _sorted(ttft_s, "TTFT", order)
        check_distinct(self.concurrency, order)
        check_throughput(self.concurrency, rates, self.output_tok_s, order)
        self.measured_tok_s_per_user: Floats = rates
        self.pooled_share, self.tok_s_per_user = falling(self.concurrency, rates, pool_rises, order)
        # Plain attributes, not cached properties: those take a lock at each first read, and a
        # worksheet builds a curve per call.
        self.per_replica_tps: Floats = self._per_replica_tps()
        self.best_tps: Floats = np.maximum.accumulate(self.per_replica_tps)
        self.falling_rates: Floats = -self.tok_s_per_user
        self._brackets: dict[str, Brackets] = {}
        self.cautions: tuple[tuple[str, str], ...] = ()
        self.remarks: tuple[str, ...] = ()
        self.measured_gpus: int | None = None
        for array in vars(self).values():  # nobody may change a curve under the results that rest on it
            if isinstance(array, np.ndarray):
                array.flags.writeable = False

    def __repr__(self) -> str:
        given = {name: getattr(self, name) for name in ("concurrency", "tok_s_per_user", "output_tok_s", "ttft_s")}
        texts = [
            f"{name}=[{', '.join(map(shown, array.tolist()))}]" for name, array in given.items() if array is not None
        ]
        return f"Curve({', '.join(texts)})"

    def __len__(self) -> int:
        """Return the number of anchors [-]."""
        return self.concurrency.size

    def _per_replica_tps(self) -> Floats:
        return self.concurrency * self.tok_s_per_user if self.output_tok_s is None else self.output_tok_s

    @property
    def fastest(self) -> float:
        """The best interactivity measured [tok/s/user]."""
        return float(self.tok_s_per_user[0])

    @property
    def lowest_concurrency(self) -> float:
        """The concurrency where that was measured [requests/replica]."""
        return float(self.concurrency[0])

    @property
    def measured_throughput(self) -> bool:
        """Whether output tok/s was measured rather than taken as c x tok/s/user [-]."""
        return self.output_tok_s is not None

    @cached_property
    def knee_anchor(self) -> npt.NDArray[np.intp]:
        """For each anchor, the lowest one whose throughput is within 1e-9 of the best so far [-]."""
        # best_tps is the running maximum of per_replica_tps, so the first anchor whose running
        # maximum reaches the floor is the first whose own throughput does.
        return np.searchsorted(self.best_tps, self.best_tps * (1 - TOLERANCE))

    @cached_property
    def eta(self) -> Floats:
        """Throughput over c x tok/s/user at each anchor; 1 where none was measured [-]."""
        return self.per_replica_tps / (self.concurrency * self.tok_s_per_user)

    def with_context(self, context: Context | None) -> Curve:
        """Return the same curve with `context`, what its measurement rests on [-]."""
        curve = copy(self)
        curve.context = None if context is None else _checked(context)
        return curve

    def with_remarks(
        self, notes: Sequence[str], cautions: Sequence[tuple[str, str]] = (), measured_gpus: int | None = None
    ) -> Curve:
        """Return the same curve with `notes`, `cautions` that keep it a DRAFT, and its `measured_gpus` [GPUs]."""
        curve = copy(self)
        vars(curve).pop("notes", None)
        curve.remarks = (*self.remarks, *notes)
        curve.cautions = (*self.cautions, *cautions)
        curve.measured_gpus = self.measured_gpus if measured_gpus is None else measured_gpus
        return curve

    def brackets(self, method: Interpolation) -> Brackets:
        """Return the straight lines between the anchors in the axes of `method` [-]."""
        if method.name not in self._brackets:
            self._brackets[method.name] = brackets(self.concurrency, self.tok_s_per_user, method)
        return self._brackets[method.name]

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a reader of any figure from this curve must know, a sentence each [-]."""
        return (*_throughput_notes(self), *_pooling_notes(self), *_gap_notes(self), *self.remarks)


def _checked(context: Context) -> Context:
    from xlsizing.context import Context  # noqa: PLC0415  # most curves carry none, and pay nothing for it

    if not isinstance(context, Context):
        refuse("context", "must be a Context", got=context, way_out="build one with Context.from_mapping")
    return context


def _sorted(values: npt.ArrayLike | None, name: str, order: npt.NDArray[np.intp]) -> Floats | None:
    return None if values is None else column(values, name, order.size)[order]


_OVERSTATED = (
    "No output throughput was measured: tok/s per pod is c x tok/s/user, which in public sweeps overstated the "
    "measured figure by 2.5 % to 5.8 % (median, by token lengths), 19 % at p90, and 34 % to 560 % for 128-token "
    "outputs; with real throughput below it, more GPUs are needed than shown."
)


def _throughput_notes(curve: Curve) -> list[str]:
    if curve.output_tok_s is None:
        return [_OVERSTATED]
    eta = curve.eta
    low = np.flatnonzero(eta < ETA_SUSPICIOUS * (1 - TOLERANCE))
    return [
        f"Measured output throughput at c={shown(curve.concurrency[i])} is {eta[i]:.0%} of c x tok/s/user "
        f"(below {ETA_SUSPICIOUS:.0%}): the client never reached that concurrency, or requests queued."
        for i in low.tolist()
    ]


def _pooling_notes(curve: Curve) -> list[str]:
    if curve.pooled_share is None:
        return []
    moved = f"Rises of tok/s/user were pooled (isotonic regression), moving a point by up to {curve.pooled_share:.2%}"
    return [f"{moved}; rows stay DRAFT until the points are measured again."]


def _gap_notes(curve: Curve) -> list[str]:
    c = curve.concurrency
    wide = np.flatnonzero(c[1:] > GAP_RATIO * c[:-1])
    return [
        f"Anchors c={shown(c[i])} and c={shown(c[i + 1])} are {c[i + 1] / c[i]:.1f}x apart (more than {GAP_RATIO}x): "
        "figures between them rest on interpolation over a wide gap; measure a point between."
        for i in wide.tolist()
    ]
