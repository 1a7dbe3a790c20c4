"""Where a replica may run at an interactivity SLA: c*, its throughput, and what brackets both."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from xlsizing.checks import Floats, broadcast, numbers
from xlsizing.core.blocks import in_blocks
from xlsizing.core.comparison import last_meeting, meets, positions
from xlsizing.core.curve import Curve
from xlsizing.core.interpolation import Interpolation, interpolation
from xlsizing.core.limits import (
    BINDINGS,
    KNEE,
    LAST_POINT,
    NO_LIMITS,
    Limits,
    Side,
    Wait,
    in_time,
    waits_at,
    waits_between,
    waits_of,
)
from xlsizing.errors import InfeasibleError
from xlsizing.rules import (
    DEFAULT_METHOD,
    ETA_SUSPICIOUS,
    INFEASIBLE,
    INTERP,
    KNEE_CAPPED,
    MEASURED,
    PLATEAU,
    REGIMES,
    TOLERANCE,
)

__all__ = ["OperatingPoints", "operating_points", "rate_at"]

_LABELS = np.array(REGIMES)
_PLATEAU, _MEASURED, _INTERP, _KNEE_CAPPED, _INFEASIBLE = (
    np.int8(REGIMES.index(regime)) for regime in (PLATEAU, MEASURED, INTERP, KNEE_CAPPED, INFEASIBLE)
)

_BINDINGS = np.array(BINDINGS)
_KNEE, _LAST_POINT = (np.int8(BINDINGS.index(name)) for name in (KNEE, LAST_POINT))

Codes = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]


@dataclass(frozen=True)
class OperatingPoints:
    """The operating point of one replica at each SLA; every array has the shape of `sla`.

    Parameters
    ----------
    curve : Curve
        The measured curve
    method : Interpolation
        The interpolation between anchors
    counts_users : bool
        Whether users are the demand: c* is then what a replica holds, not what was offered to it
    sla : ndarray
        Interactivity each user must see [tok/s/user]
    anchor : ndarray of int
        Position of the last anchor that meets the SLA; 0 where none does [-]
    feasible, between, capped : ndarray of bool
        Whether an anchor meets the SLA; whether the SLA falls strictly between two anchors;
        whether a lower concurrency carries more, which does not matter to users [-]
    c_star : ndarray
        Operating concurrency; for users the requests that run at once [requests/replica]
    per_replica_tps : ndarray
        Output throughput of one replica there [tok/s]
    rate : ndarray or None
        Interactivity at an interpolated c*: the SLA, or more where a limit binds; None without limits [tok/s/user]
    side : ndarray of int or None
        What decides between anchors or at one, as a position in `limits.BINDINGS`; None without limits [-]
    late_next : ndarray of bool or None
        Whether the next anchor fails a limit on waiting; None without limits [-]
    limits : Limits
        The limits on waiting beside each SLA, in the shape of `sla`
    """

    curve: Curve
    method: Interpolation
    counts_users: bool
    sla: Floats
    anchor: Positions
    feasible: Mask
    between: Mask
    capped: Mask
    c_star: Floats
    per_replica_tps: Floats
    rate: Floats | None = None
    side: Codes | None = None
    late_next: Mask | None = None
    limits: Limits = NO_LIMITS

    def __getitem__(self, rows: slice) -> OperatingPoints:
        """Return the operating points of some `rows`, which need one dimension."""
        given = {name: getattr(self, name) for name in _ARRAYS}
        return replace(self, **{name: values[rows] for name, values in given.items() if values is not None})

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of every array [-]."""
        return self.sla.shape

    @cached_property
    def next_anchor(self) -> Positions:
        """Position of the anchor just past the SLA; the same as `anchor` except between two."""
        return self.anchor + self.between

    @property
    def regime_codes(self) -> Codes:
        """The case each row fell into, as a position in `rules.REGIMES`."""
        code = _where(self.anchor == len(self.curve) - 1, _PLATEAU, _MEASURED)
        code = _where(self.between, _INTERP, code)
        code = _where(self.capped, _KNEE_CAPPED, code)
        codes: Codes = _where(self.feasible, code, _INFEASIBLE)
        return codes

    @cached_property
    def regime(self) -> npt.NDArray[np.str_]:
        """The case each row fell into, one of `rules.REGIMES` [-]."""
        labels: npt.NDArray[np.str_] = _LABELS.take(self.regime_codes)
        return labels

    @cached_property
    def on_interpolation(self) -> Mask:
        """Whether the row rests on an interpolated concurrency."""
        return self.between & ~self.capped

    @cached_property
    def tok_s_per_user(self) -> Floats:
        """Interactivity at c*: the SLA where interpolated, else that of the anchor [tok/s/user]."""
        inside = self.sla if self.rate is None else self.rate
        rates: Floats = _where(self.on_interpolation, inside, self.curve.tok_s_per_user[self._anchor_there])
        return rates

    @cached_property
    def _anchor_there(self) -> Positions:
        """The anchor at which the estimate runs where it does not rest on an interpolated concurrency."""
        if self.counts_users:
            return self.curve.held_anchor[self.anchor]
        at: Positions = _where(self.capped, self.curve.knee_anchor[self.anchor], self.anchor)
        return at

    @property
    def best_carried(self) -> Floats:
        """The most of what is demanded that an anchor or one before it carries, for each anchor [requests/replica or tok/s]."""
        return self.curve.best_held if self.counts_users else self.curve.best_tps

    @property
    def binding_codes(self) -> Codes:
        """What keeps a replica from more at each SLA, as a position in `limits.BINDINGS`."""
        code = np.zeros(self.shape, np.int8) if self.side is None else self.side
        code = _where(~self.between & (self.anchor == len(self.curve) - 1), _LAST_POINT, code)
        codes: Codes = _where(self.capped, _KNEE, code)
        return codes

    @property
    def binding(self) -> npt.NDArray[np.str_]:
        """The same, one of `limits.BINDINGS` [-]."""
        words: npt.NDArray[np.str_] = _BINDINGS.take(self.binding_codes)
        return words

    def wait(self, wait: Wait) -> Floats | None:
        """Return a `wait` at c*, the longest up to there; None where the curve does not tell it [s]."""
        at_anchors = waits_of(self.curve, wait, self.limits.output_tokens)
        if at_anchors is None:
            return None
        between = waits_between(np.log(self.curve.concurrency), at_anchors, np.log(self.c_star))
        waits: Floats = _where(self.on_interpolation, between, waits_at(at_anchors, self._anchor_there))
        return waits

    def wait_commit(self, wait: Wait) -> Floats | None:
        """Return a `wait` where the GPUs to commit to run, likewise [s]."""
        at_anchors = waits_of(self.curve, wait, self.limits.output_tokens)
        return None if at_anchors is None else waits_at(at_anchors, self._anchor_proven)

    def unmet(self, row: int = 0, side: str | None = None) -> InfeasibleError:
        """Return why no anchor meets the SLA of a `row`, counted through all dimensions, and its limits [-].

        Where two curves are compared, `side` is which of them this one is.
        """
        sla, fastest = float(self.sla.flat[row]), self.curve.fastest
        waits = [one.at_first(row) for one in self._limited_sides]
        asked = (each for each in waits if np.isfinite(each[1]))  # another row may have that limit, this one not
        late = tuple(each for each in asked if not in_time(each[2], each[1]))
        slow = not late or not meets(fastest, sla)
        return InfeasibleError(sla, fastest, self.curve.lowest_concurrency, side, late, slow)

    @cached_property
    def _limited_sides(self) -> tuple[Side, ...]:
        return self.limits.sides(self.curve)

    @cached_property
    def tps_proven(self) -> Floats:
        """Throughput of the best measured point that meets the SLA [tok/s]."""
        return self.curve.best_tps[self.anchor]

    @cached_property
    def tps_hoped(self) -> Floats:
        """Most throughput the bracket around the SLA could hold [tok/s]."""
        return np.maximum(self.tps_proven, self.curve.per_replica_tps[self.next_anchor])

    @cached_property
    def held_proven(self) -> Floats:
        """Most requests that ran at once at a measured point that meets the SLA [requests/replica]."""
        return self.curve.best_held[self.anchor]

    @cached_property
    def held_hoped(self) -> Floats:
        """Most requests that the bracket around the SLA could hold [requests/replica]."""
        return self.curve.best_held[self.next_anchor]

    @property
    def carried(self) -> Floats:
        """What one replica carries in the kind that is demanded [requests/replica for users, else tok/s]."""
        return self.c_star if self.counts_users else self.per_replica_tps

    @property
    def carried_proven(self) -> Floats:
        """The most of it at a measured point that meets the SLA [requests/replica or tok/s]."""
        return self.held_proven if self.counts_users else self.tps_proven

    @property
    def carried_hoped(self) -> Floats:
        """The most of it that the bracket around the SLA could hold [requests/replica or tok/s]."""
        return self.held_hoped if self.counts_users else self.tps_hoped

    @cached_property
    def max_num_seqs(self) -> npt.NDArray[np.int64]:
        """The serving flag of estimate and budget: c* rounded down, at least 1 [requests/replica]."""
        return _max_num_seqs(self.c_star)

    @cached_property
    def _anchor_proven(self) -> Positions:
        """The lowest anchor that carries what the GPUs to commit to rest on."""
        return (self.curve.held_anchor if self.counts_users else self.curve.knee_anchor)[self.anchor]

    @property
    def c_commit(self) -> Floats:
        """Concurrency of a replica of the GPUs to commit to, a measured one; for users what runs at once [requests/replica]."""
        return self.held_proven if self.counts_users else self.curve.concurrency[self._anchor_proven]

    @property
    def tok_s_per_user_commit(self) -> Floats:
        """Interactivity there [tok/s/user]."""
        return self.curve.tok_s_per_user[self._anchor_proven]

    @property
    def max_num_seqs_commit(self) -> npt.NDArray[np.int64]:
        """The serving flag there [requests/replica]."""
        return _max_num_seqs(self.c_commit)

    @cached_property
    def tps_at_max_num_seqs(self) -> Floats:
        """Throughput of one replica held to `max_num_seqs`, never above `per_replica_tps` [tok/s]."""
        flag = np.asarray(self.max_num_seqs, dtype=np.float64)
        rate = rate_at(self.curve, flag, self.method)
        tps = flag * rate * _eta_at(self.curve, np.log(flag))
        return np.minimum(tps, self.per_replica_tps)

    @cached_property
    def measure_next(self) -> Floats:
        """The concurrency whose measurement tells most; NaN where none would [requests/replica].

        Between two anchors it is a whole number strictly between them, near c*; on the plateau
        twice the last anchor, unless users already queue there; above the curve 1, if the curve
        starts later.
        """
        c = self.curve.concurrency
        above, below = c[self.anchor], c[self.next_anchor]
        near = np.maximum(np.floor(self.c_star * (1 + TOLERANCE)), np.floor(above) + 1)
        inside = np.minimum(near, np.ceil(below) - 1)
        inside = np.where((above < inside) & (inside < below), inside, np.nan)
        full = not self.counts_users or self.curve.best_held[-1] >= c[-1] * (1 - TOLERANCE)
        beyond = np.where((self.anchor == len(c) - 1) & ~self.capped & full, 2 * c[-1], np.nan)
        first = 1.0 if c[0] > 1 else np.nan
        return np.where(self.feasible, np.where(self.between, inside, beyond), first)


_ARRAYS = tuple(one.name for one in fields(OperatingPoints))[3:-1]


def operating_points(
    curve: Curve,
    sla: npt.ArrayLike,
    method: str = DEFAULT_METHOD,
    *,
    counts_users: bool = False,
    limits: Limits = NO_LIMITS,
) -> OperatingPoints:
    """Return the operating point of one replica at each SLA.

    Parameters
    ----------
    curve : Curve
        The measured curve
    sla : array_like, any shape
        Interactivity each user must see [tok/s/user]
    method : str
        One of `interpolation.METHODS`
    counts_users : bool
        Whether users are the demand: c* is then what a replica holds
    limits : Limits, optional
        Limits on waiting beside each SLA; their shape broadcasts with that of `sla` [s]

    Returns
    -------
    OperatingPoints
        Arrays of the shape of `sla` and `limits`; rows that no anchor meets hold the first anchor's figures
        with ``feasible`` False

    Raises
    ------
    InputError
        If an SLA is not a number within range, the method is unknown, or the curve does not tell a wait that is limited.

    Notes
    -----
    With i the last anchor that meets S: the plateau where i is the last anchor; the anchor where
    r_i equals S; else c* lies between i and i+1 by `method` and
    ``T = max(best_i, min(eta c* S, T_{i+1}))``. So T never falls as S loosens and never exceeds
    what was measured. Where best_i wins, past-the-knee concurrency carries less, and c* is the
    lowest anchor that carries best_i.

    With limits on waiting an anchor must meet each; c* is the least of the concurrencies at which the SLA and each limit
    are reached, and in ``eta c* r`` stands r at c* by `method`.

    For users what counts is the requests that run at once, ``u_i``, the most of
    ``min(c_j, T_j/(0.8 r_j))`` over j <= i: beyond that they queue (Little's law). Then c* is
    ``min(max(u_i, c* min(1, eta/0.8)), u_{i+1})`` between two anchors and u_i elsewhere.

    Examples
    --------
    >>> curve = Curve(concurrency=[1, 10, 256], tok_s_per_user=[215.5, 122.2, 41.8])
    >>> point = operating_points(curve, 100)
    >>> print(point.c_star.round(2), point.per_replica_tps.round(1), point.regime)
    23.58 2358.0 interp
    """
    how = interpolation(method)
    s = numbers(sla, "sla")
    if limits.asked:
        shape = broadcast(s.shape, limits.shape, ("sla", limits.asked[0].name))
        s, limits = np.broadcast_to(s, shape), limits.spread(shape)
    sides = limits.sides(curve)

    def found(some: Floats, *limited: Floats) -> tuple[npt.NDArray[Any], ...]:
        return _point_arrays(curve, how, counts_users, some, list(zip(sides, limited, strict=True)))

    arrays = in_blocks(found, s, *(side.limit for side in sides))
    named = dict(zip(_ARRAYS, (s, *arrays), strict=False))
    return OperatingPoints(curve, how, counts_users, limits=limits, **named)


def _point_arrays(
    curve: Curve, how: Interpolation, counts_users: bool, s: Floats, limited: list[tuple[Side, Floats]]
) -> tuple[npt.NDArray[Any], ...]:
    """Return the arrays of `OperatingPoints` for the SLAs `s`, those after its limits only where waits are `limited`."""
    tps = curve.per_replica_tps
    meeting, between = last_meeting(curve.tok_s_per_user, curve.reach if s.ndim else None, s)
    feasible, anchor, after = positions(meeting, len(curve))
    c_star = _where(between, _concurrency_at(curve, s, anchor, after, how), curve.concurrency[anchor])
    rate: Floats = s
    decided: tuple[npt.NDArray[Any], ...] = ()
    if limited:
        meeting, between, c_star, side, late = _within_limits(curve, meeting, between, c_star, limited)
        feasible, anchor, after = positions(meeting, len(curve))
        rate = _where(side > 0, rate_at(curve, c_star, how), s)
        decided = rate, side, late
    best = curve.best_tps[anchor]
    eta = _eta_at(curve, np.log(c_star)) if curve.measured_throughput else None
    own = c_star * rate if eta is None else c_star * rate * eta
    own = _where(between, _minimum(own, tps[after]), tps[anchor])
    throughput = _maximum(best, own)
    if counts_users:
        capped = feasible & False
        c_star = _running_requests(curve, c_star, eta, anchor, after, between)
    else:
        capped = best > own * (1 + TOLERANCE)
        if capped.any():
            c_star = _where(capped, curve.concurrency[curve.knee_anchor[anchor]], c_star)
    return anchor, feasible, between, capped, c_star, throughput, *decided


def _within_limits(
    curve: Curve, meeting: Positions, between: Mask, c_star: Floats, limited: list[tuple[Side, Floats]]
) -> tuple[Positions, Mask, Floats, Codes, Mask]:
    """Return what limits on waiting leave of how far the SLAs let a replica go, and which side decides.

    The side that the fewest anchors meet decides; of several in one bracket that which is reached at the lowest
    concurrency, the SLA before a wait.
    """
    log_c, side, counts = np.log(curve.concurrency), np.zeros(np.shape(meeting), np.int8), []
    for one, limit in limited:
        count, inside, log_reached = one.reached(log_c, limit)
        reached = _where(inside, np.exp(log_reached), curve.concurrency[count - (count > 0)])
        # A tie is the side's before it: the SLA's before that of a wait.
        first = (count < meeting) | ((count == meeting) & (reached < c_star))
        meeting, between = _where(first, count, meeting), _where(first, inside, between)
        c_star, side = _where(first, reached, c_star), _where(first, np.int8(one.code), side)
        counts.append(count)
    late = between & np.any([count == meeting for count in counts], axis=0)
    return meeting, between, c_star, side, late


def _max_num_seqs(concurrency: Floats) -> npt.NDArray[np.int64]:
    whole: npt.NDArray[np.int64] = np.maximum(1, np.floor(concurrency * (1 + TOLERANCE))).astype(np.int64)
    return whole


def _running_requests(
    curve: Curve, c_star: Floats, eta: Floats | None, anchor: Positions, after: Positions, between: Mask
) -> Floats:
    """Return the requests that run at once where `c_star` are in flight [requests/replica]."""
    proven = curve.best_held[anchor]
    if eta is not None:
        c_star = c_star * np.minimum(1.0, eta / ETA_SUSPICIOUS)
    held = _minimum(_maximum(proven, c_star), curve.best_held[after])
    result: Floats = _where(between, held, proven)
    return result


def _where(condition: Mask, yes: Any, no: Any) -> Any:
    """Return numpy.where, without its overhead for the single row that an Excel cell asks for."""
    if condition.ndim:
        return np.where(condition, yes, no)
    return yes if condition else no


def _minimum(one: Any, other: Any) -> Any:
    """Return numpy.minimum, without its overhead for a single row."""
    return np.minimum(one, other) if one.ndim else min(one, other)


def _maximum(one: Any, other: Any) -> Any:
    """Return numpy.maximum, likewise."""
    return np.maximum(one, other) if one.ndim else max(one, other)


def rate_at(curve: Curve, concurrency: Floats, method: Interpolation) -> Floats:
    """Return tok/s/user at `concurrency` by `method`, held at the ends of the curve.

    Parameters
    ----------
    curve : Curve
        The measured curve
    concurrency : ndarray, any shape
        Requests in flight on the replica [requests/replica]
    method : Interpolation
        The interpolation between anchors

    Returns
    -------
    ndarray, the shape of `concurrency`
        Interactivity there [tok/s/user]
    """
    power, x, y, _, rise = curve.brackets(method)
    c = np.minimum(np.maximum(concurrency, curve.concurrency[0]), curve.concurrency[-1])
    at = np.maximum(np.searchsorted(curve.concurrency, c, side="right") - 1, 0)
    after = np.minimum(at + 1, len(curve) - 1)
    rates = method.y_of_r(y[at] + rise[at] * (method.x_of_c(c, power[at]) - x[at]))
    held: Floats = np.minimum(np.maximum(rates, curve.tok_s_per_user[after]), curve.tok_s_per_user[at])
    return held


def _concurrency_at(curve: Curve, sla: Floats, anchor: Positions, after: Positions, method: Interpolation) -> Floats:
    """Return the concurrency where the rate equals the SLA [requests/replica].

    Rounding must not carry it past the anchors that it lies between, and an SLA above the curve, whose row is infeasible
    and discards the value, must not carry it anywhere.
    """
    power, x, y, slope, _ = curve.brackets(method)
    at = x[anchor] + slope[anchor] * (method.y_of_r(sla) - y[anchor])
    concurrency = method.c_of_x(at, power[anchor])
    within: Floats = _minimum(_maximum(concurrency, curve.concurrency[anchor]), curve.concurrency[after])
    return within


def _eta_at(curve: Curve, log_concurrency: Floats) -> Floats:
    """Return eta [-], linear in ln c between anchors and held at the ends."""
    if not curve.measured_throughput:
        return np.ones_like(log_concurrency)
    return np.interp(log_concurrency, np.log(curve.concurrency), curve.eta)
