"""A measured curve: tok/s/user and output tok/s of one replica against its concurrency.

A `Curve` that exists is valid: sorted, checked, pooled if asked. Everything the sizing needs per
anchor is worked out once, here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from xlsizing.checks import Floats, refuse
from xlsizing.core.comparison import Reach, reach
from xlsizing.core.curve_checks import (
    check_distinct,
    check_per_gpu,
    check_throughput,
    check_ttfo,
    check_ttft,
    column,
    copied,
    falling,
)
from xlsizing.core.interpolation import Brackets, Interpolation, brackets
from xlsizing.errors import shown
from xlsizing.rules import COPIED, ETA_SUSPICIOUS, GAP_RATIO, NOISE, PER_GPU_FACTORS, TOLERANCE

if TYPE_CHECKING:
    from xlsizing.context import Context

__all__ = ["ANCHOR_COLUMNS", "Curve"]

ANCHOR_COLUMNS: Final = ("concurrency", "tok_s_per_user", "output_tok_s", "ttft_s", "ttfo_s")
"""The columns of a curve, in the order of every table of anchors; the last three may be absent."""


class Curve:
    """A measured curve of one replica.

    Parameters
    ----------
    concurrency : array_like, shape (n,)
        Requests in flight on the replica, distinct, in any order [requests/replica]
    tok_s_per_user : array_like, shape (n,)
        Interactivity there, 1/TPOT; must not rise with concurrency [tok/s/user]
    output_tok_s : array_like, shape (n,), optional
        Measured output throughput of the replica; without it c x tok/s/user stands in. A column
        that equals c x tok/s/user is no measurement, and treated as none [tok/s]
    ttft_s : array_like, shape (n,), optional
        Time to the first token, for limits on it [s]
    context : Context, optional
        What the measurement rests on
    pool_rises : float, optional
        Largest share by which isotonic regression may move a point to remove a rise of
        tok/s/user, in (0, 1]; without it a rise above 0.5 % is refused [-]
    throughput_per_replica : bool, optional
        States that `output_tok_s` is of the whole replica although it looks like that of one GPU
    ttfo_s : array_like, shape (n,), optional
        Time to the first token of the answer, where a reasoning model thinks before it; not below TTFT [s]

    Attributes
    ----------
    concurrency, tok_s_per_user : ndarray, shape (n,)
        The anchors by rising concurrency [requests/replica, tok/s/user]
    measured_tok_s_per_user : ndarray, shape (n,)
        Interactivity as measured, before any pooling [tok/s/user]
    output_tok_s, ttft_s, ttfo_s : ndarray or None
        As measured, in the same order [tok/s, s, s]
    per_replica_tps, best_tps : ndarray, shape (n,)
        Throughput at each anchor, measured or c x tok/s/user, and its running maximum [tok/s]
    pooled_share, noise_share : float or None
        The largest share by which pooling moved a point: pooling that was asked for, and that of
        rises up to 0.5 %, which are noise and cost no claim; at most one of the two [-]
    copied_throughput : bool
        Whether `output_tok_s` was given and treated as none
    remarks : tuple of str
        Notes that came with the results
    cautions : tuple of pairs of str
        Why every figure from this curve stays a DRAFT, and what would remove the reason
    measured_gpus : int or None
        GPUs of the replica that was measured, where the results say [GPUs]
    notes : tuple of str
        What a reader of any figure from this curve must know

    Raises
    ------
    CurveError
        If the columns differ in length, hold something else than positive numbers, repeat a
        concurrency, let tok/s/user rise, or contradict the measured throughput.

    Notes
    -----
    A rise is ``r_j/min(earlier r) - 1``. Within 1e-9 it is float noise: the running minimum is
    used; up to 0.5 % it is pooled by itself and noted. ``eta = T/(c r)`` compares the
    measured throughput with Little's law (Little, Operations Research 9(3), 1961); above 1.05 the
    columns contradict each other. Where 2, 4, 8 or 16 times T is 0.80 to 1.05 of c r at every anchor,
    T is of one GPU. Pooling is unweighted isotonic regression by
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
        throughput_per_replica: bool = False,
        ttfo_s: npt.ArrayLike | None = None,
    ) -> None:
        c = column(concurrency, "concurrency", None)
        self._order = order = c.argsort(kind="stable")
        rates = column(tok_s_per_user, "tok/s/user", c.size)[order]
        self.concurrency: Floats = c[order]
        self.output_tok_s = _sorted_column(output_tok_s, "output tok/s", order)
        self.ttft_s = _sorted_column(ttft_s, "TTFT", order)
        self.ttfo_s = _sorted_column(ttfo_s, "TTFO", order)
        self.measured_tok_s_per_user: Floats = rates
        self.throughput_per_replica = _flag(throughput_per_replica)
        check_distinct(self.concurrency, order)
        check_ttfo(self.ttft_s, self.ttfo_s, order)
        check_throughput(self.concurrency, rates, self.output_tok_s, order)
        self.check_per_gpu(PER_GPU_FACTORS)
        self.copied_throughput = copied(self.concurrency, rates, self.output_tok_s)
        if self.copied_throughput:
            self.output_tok_s = None
        self.tok_s_per_user, moved, noise = falling(self.concurrency, rates, pool_rises, order)
        self.pooled_share: float | None = None if noise else moved
        self.noise_share: float | None = moved if noise else None
        self.cautions: tuple[tuple[str, str], ...] = ()
        self.remarks: tuple[str, ...] = ()
        self.measured_gpus: int | None = None
        self.context = None if context is None else self._checked_context(context)
        self._derive(self.concurrency * self.tok_s_per_user if self.output_tok_s is None else self.output_tok_s)

    def _derive(self, tps: Floats) -> None:
        """Work out what each sizing needs of the throughput `tps`, and lock every array."""
        # Plain attributes, not cached properties: those take a lock at each first read, and a
        # worksheet builds a curve per call.
        self.per_replica_tps: Floats = tps
        self.best_tps: Floats = np.maximum.accumulate(tps)
        self._brackets: dict[str, Brackets] = {}
        for array in vars(self).values():  # nobody may change a curve under the results that rest on it
            if isinstance(array, np.ndarray):
                array.flags.writeable = False

    def __repr__(self) -> str:
        given = {name: getattr(self, name) for name in ANCHOR_COLUMNS}
        texts = [
            f"{name}=[{', '.join(map(shown, array.tolist()))}]" for name, array in given.items() if array is not None
        ]
        return f"Curve({', '.join(texts)})"

    def __len__(self) -> int:
        """Return the number of anchors [-]."""
        return self.concurrency.size

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
        """Whether output tok/s was measured rather than taken as c x tok/s/user."""
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

    @cached_property
    def held(self) -> Floats:
        """Requests that run at once at each anchor: beyond T/(0.8 r) of them queue [requests/replica]."""
        return self.concurrency * np.minimum(1.0, self.eta / ETA_SUSPICIOUS)

    @cached_property
    def best_held(self) -> Floats:
        """The most of them at this anchor or one before it [requests/replica]."""
        return np.maximum.accumulate(self.held)

    @cached_property
    def held_anchor(self) -> npt.NDArray[np.intp]:
        """For each anchor, the lowest one that holds within 1e-9 of the most so far [-]."""
        return np.searchsorted(self.best_held, self.best_held * (1 - TOLERANCE))

    @cached_property
    def reach(self) -> Reach:
        """The SLAs at which each anchor decides [tok/s/user]."""
        return reach(self.tok_s_per_user)

    def check_per_gpu(self, factors: Iterable[int]) -> None:
        """Refuse measured throughput that one of `factors` times is that of the replica, unless stated to be so [-]."""
        if self.output_tok_s is not None and not self.throughput_per_replica:
            eta = self.output_tok_s / (self.concurrency * self.measured_tok_s_per_user)
            check_per_gpu(eta, factors, self._order)

    def with_context(self, context: Context | None) -> Curve:
        """Return the same curve with `context`, what its measurement rests on."""
        curve = copy(self)
        curve.context = None if context is None else self._checked_context(context)
        return curve

    def with_throughput(self, output_tok_s: npt.ArrayLike) -> Curve:
        """Return the same curve with other throughput `output_tok_s`, not held against the rates [tok/s].

        By rising concurrency; it is what a record holds or a lever claims, no measurement of this curve.
        """
        curve = copy(self)
        for name in ("knee_anchor", "eta", "held", "best_held", "held_anchor", "notes"):
            vars(curve).pop(name, None)
        curve.output_tok_s = column(output_tok_s, "output tok/s", len(self)).copy()
        curve.throughput_per_replica = True
        curve._derive(curve.output_tok_s)  # noqa: SLF001  # a copy of our own kind
        return curve

    def scaled(self, factor: float) -> Curve:
        """Return the curve of a replica that is `factor` times as fast at every anchor: tok/s/user, and output tok/s with it [-].

        What the measurement rests on, waits for the first token and the standing stay; it is no measurement.
        """
        curve = copy(self)
        for name in ("knee_anchor", "eta", "held", "best_held", "held_anchor", "reach", "notes"):
            vars(curve).pop(name, None)
        curve.tok_s_per_user = self.tok_s_per_user * factor
        curve.measured_tok_s_per_user = self.measured_tok_s_per_user * factor
        curve.output_tok_s = None if self.output_tok_s is None else self.output_tok_s * factor
        curve._derive(self.per_replica_tps * factor)  # noqa: SLF001  # a copy of our own kind
        return curve

    def _checked_context(self, context: Context) -> Context:
        """Return `context`, once it is one and does not contradict the anchors."""
        from xlsizing.context import Context  # noqa: PLC0415  # most curves carry none, and pay nothing for it

        if not isinstance(context, Context):
            refuse("context", "must be a Context", got=context, way_out="build one with Context.from_mapping")
        osl = context.output_tokens
        if osl is not None and self.ttft_s is not None and self.output_tok_s is not None:
            columns = (self.concurrency, self.measured_tok_s_per_user, self.output_tok_s, self.ttft_s)
            check_ttft(*columns, float(osl), self._order)
        return context

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
        """Return the straight lines between the anchors in the axes of `method`."""
        if method.name not in self._brackets:
            self._brackets[method.name] = brackets(self.concurrency, self.tok_s_per_user, method)
        return self._brackets[method.name]

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a reader of any figure from this curve must know, a sentence each."""
        return (*_throughput_notes(self), *_pooling_notes(self), *_gap_notes(self), *self.remarks)


def _flag(stated: object) -> bool:
    if type(stated) is not bool and not isinstance(stated, np.bool_):
        refuse("throughput_per_replica", "must be True or False", got=stated)
    return bool(stated)


def _sorted_column(values: npt.ArrayLike | None, name: str, order: npt.NDArray[np.intp]) -> Floats | None:
    return None if values is None else column(values, name, order.size)[order]


_OVERSTATED = (
    "No output throughput was measured: tok/s per pod is c x tok/s/user, which in public sweeps overstated the "
    "measured figure by 2.5 % to 5.8 % (median, by token lengths), 19 % at p90, and 34 % to 560 % for 128-token "
    "outputs; with real throughput below it, more GPUs are needed than shown."
)


_COPIED = (
    f"The output tok/s given equal c x tok/s/user within {COPIED:.1%} at every anchor above c=4: they were worked out, "
    "not measured, and are treated as not given."
)


def _throughput_notes(curve: Curve) -> list[str]:
    if curve.output_tok_s is None:
        return [*([_COPIED] if curve.copied_throughput else []), _OVERSTATED]
    eta = curve.eta
    low = np.flatnonzero(eta < ETA_SUSPICIOUS * (1 - TOLERANCE))
    return [
        f"Measured output throughput at c={shown(curve.concurrency[i])} is {eta[i]:.0%} of c x tok/s/user "
        f"(below {ETA_SUSPICIOUS:.0%}): the client never reached that concurrency, or requests queued."
        for i in low.tolist()
    ]


def _pooling_notes(curve: Curve) -> list[str]:
    if curve.noise_share is not None:
        pooled = f"Rises of tok/s/user of at most {NOISE:.1%} were pooled as noise (isotonic regression)"
        return [f"{pooled}, moving a point by up to {curve.noise_share:.3%}."]
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
