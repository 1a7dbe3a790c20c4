"""Limits on waiting beside tok/s/user: until the first token, the first token of the answer, the whole answer.

A limit L is met where the wait at an anchor is at most L (1 + 1e-9). Waits do not fall with concurrency: where a
measured one does, the running maximum of those before it stands in. Between two anchors a wait is linear in ln c.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from xlsizing.checks import Floats, broadcast, choice, number, numbers, refuse
from xlsizing.core.comparison import Reach, last_meeting, last_meeting_each, meets, reach
from xlsizing.errors import Phrase, shown
from xlsizing.rules import STATISTICS

if TYPE_CHECKING:
    from xlsizing.core.curve import Curve

__all__ = [
    "BINDINGS",
    "KNEE",
    "LAST_POINT",
    "NO_LIMITS",
    "SPEED",
    "WAITS",
    "Asked",
    "Limits",
    "Side",
    "Wait",
    "answer_tokens",
    "in_time",
    "in_words",
    "limits_of",
    "measured_waits",
    "stacked",
    "waits_at",
    "waits_between",
    "waits_of",
]

SPEED: Final = "tok/s/user"
KNEE: Final = "knee"
LAST_POINT: Final = "last point"


class Wait(NamedTuple):
    """A kind of wait that may be limited.

    Parameters
    ----------
    name : str
        Of its argument, its key and its row; with hyphens and without the unit, of its flag
    label : str
        As a table shows it
    meaning : str
        In words
    """

    name: str
    label: str
    meaning: str

    @property
    def limit(self) -> str:
        """The name of the limit of a row, as reports and records hold it."""
        return f"{self.name.removesuffix('_s')}_limit_s"

    @property
    def commit(self) -> str:
        """The name of the wait where the GPUs to commit to run, likewise."""
        return f"{self.name}_commit"


_TTFT, _TTFO, _E2E = WAITS = (
    Wait("ttft_s", "TTFT", "time to the first token"),
    Wait("ttfo_s", "TTFO", "time to the first token of the answer"),
    Wait("e2e_s", "e2e", "time to the whole answer"),
)
"""Every wait, in the order of the arguments of `Limits`."""

BINDINGS: Final = (SPEED, *(wait.label for wait in WAITS), KNEE, LAST_POINT)
"""What may decide where a replica runs."""


class Limits:
    """The limits on waiting beside each SLA.

    Parameters
    ----------
    ttft_s, ttfo_s, e2e_s : array_like, optional
        Longest wait for the first token, the first token of the answer, the whole answer; None in a list is no limit [s]
    output_tokens : float, optional
        Output tokens of the answer that is waited for: those of the customer; without it those of the curve [tok]
    statistic : str, optional
        Of which the customer speaks, one of `rules.STATISTICS`; without it that of the curve

    Attributes
    ----------
    asked : tuple of Wait
        The waits that some row limits
    shape : tuple of int
        Broadcast shape of the limits; () without any [-]

    Raises
    ------
    InputError
        If a limit is no number within range, or their shapes do not broadcast.

    Examples
    --------
    >>> Limits(ttft_s=[2, None]).of(WAITS[0])
    array([ 2., inf])
    """

    def __init__(
        self,
        ttft_s: npt.ArrayLike | None = None,
        ttfo_s: npt.ArrayLike | None = None,
        e2e_s: npt.ArrayLike | None = None,
        *,
        output_tokens: float | None = None,
        statistic: str | None = None,
    ) -> None:
        given = {
            wait: _limit_numbers(value, wait.name) for wait, value in zip(WAITS, (ttft_s, ttfo_s, e2e_s), strict=True)
        }
        self._limits = {wait: limit for wait, limit in given.items() if limit is not None}
        self.output_tokens = None if output_tokens is None else number(output_tokens, "output_tokens")
        self.statistic = None if statistic is None else choice(statistic, "statistic", STATISTICS)
        self.asked: tuple[Wait, ...] = tuple(self._limits)
        self.shape: tuple[int, ...] = ()
        for wait, limit in self._limits.items():
            self.shape = broadcast(self.shape, limit.shape, (self.asked[0].name, wait.name))

    def of(self, wait: Wait) -> Floats | None:
        """Return the limit on a `wait`, infinity where a row has none; None where no row has one [s]."""
        return self._limits.get(wait)

    def single(self) -> dict[Wait, float]:
        """Return each limit, where they are of one row [s].

        Raises
        ------
        InputError
            If they are of several rows.
        """
        if self.shape:
            refuse("limits", "must be one of each kind", got=Phrase(f"an array of shape {self.shape}"))
        return {wait: float(limit) for wait, limit in self._limits.items()}

    def row(self, at: int) -> Limits:
        """Return those of the row `at` this position alone [-]."""
        found = {wait.name: float(limit.flat[at if limit.ndim else 0]) for wait, limit in self._limits.items()}
        own: dict[str, Any] = {name: limit for name, limit in found.items() if np.isfinite(limit)}
        return Limits(**own, output_tokens=self.output_tokens, statistic=self.statistic)

    def spread(self, shape: tuple[int, ...]) -> Limits:
        """Return the limits in a `shape` that theirs broadcasts to [-]."""
        return self._copy_with(limits={wait: np.broadcast_to(limit, shape) for wait, limit in self._limits.items()})

    def of_answers(self, osl: npt.ArrayLike | None) -> Limits:
        """Return the limits for answers of `osl` tokens [tok].

        Raises
        ------
        InputError
            If whole answers are limited that have different lengths, or another than these limits are for.
        """
        if osl is None:
            return self
        own = [] if self.output_tokens is None else [self.output_tokens]
        lengths = sorted({*own, *np.ravel(osl).tolist()})
        if len(lengths) == 1:
            return self._copy_with(output_tokens=float(lengths[0]))
        if _E2E in self.asked:
            listed = " and ".join(map(shown, lengths[:2]))
            refuse("e2e_s", "must be a limit on answers of one length", got=Phrase(f"{listed} output tokens"))
        return self

    @classmethod
    def of_rows(
        cls, limits: dict[Wait, Floats], shape: tuple[int, ...], output_tokens: float | Floats | None = None
    ) -> Limits:
        """Return `limits` that were checked, in one `shape`, infinity for none, on answers of `output_tokens` [s, tok]."""
        rows = cls()._copy_with(limits=limits)  # noqa: SLF001  # our own
        rows.asked, rows.shape = tuple(limits), shape if limits else ()
        rows.output_tokens = output_tokens  # type: ignore[assignment]  # for `waits_of`: one for all rows, or one for each
        return rows

    def sides(self, curve: Curve) -> tuple[Side, ...]:
        """Return each limit against the waits of a `curve`.

        Raises
        ------
        InputError
            If the curve does not tell a wait that is limited.
        """
        return tuple(_side_of(curve, wait, limit, self.output_tokens) for wait, limit in self._limits.items())

    def _copy_with(self, *, limits: dict[Wait, Floats] | None = None, output_tokens: float | None = None) -> Limits:
        other = copy(self)
        other._limits = self._limits if limits is None else limits  # noqa: SLF001  # a copy of our own kind
        other.output_tokens = self.output_tokens if output_tokens is None else output_tokens
        return other


class Side(NamedTuple):
    """One limit against the waits of a curve.

    Parameters
    ----------
    wait : Wait
        What is waited for
    code : int
        Its position in `BINDINGS` [-]
    waits : ndarray, shape (n,) or (m, n)
        At each anchor, not falling; of each row where answers differ in length [s]
    limit : ndarray
        Of each row; infinity where it has none [s]
    known : Reach or None
        Where each anchor decides, in waits turned upside down, so that they fall as rates do; None where rows differ [1/s]
    """

    wait: Wait
    code: int
    waits: Floats
    limit: Floats
    known: Reach | None

    def at_first(self, row: int) -> tuple[str, float, float]:
        """Return what a `row` waits for, its limit and the wait at the first anchor [s]."""
        waits = self.waits if self.waits.ndim == 1 else self.waits[row]
        return self.wait.label, float(self.limit.flat[row]), float(waits[0])

    def reached(self, log_c: Floats, limit: Floats) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_], Floats]:
        """Return how far each row may go by this limit.

        Parameters
        ----------
        log_c : ndarray, shape (n,)
            Logarithms of the anchors' concurrency [-]
        limit : ndarray, shape (m,)
            Of the rows asked for [s]

        Returns
        -------
        ndarray of int, ndarray of bool, ndarray of float
            How many anchors meet it; whether it lies strictly between the last of them and the next; the logarithm of the
            concurrency where it is reached, that of the last anchor that meets it where it lies not between [-]
        """
        each = self.waits.ndim > 1
        meeting, between = (
            last_meeting_each(1 / self.waits, 1 / limit)
            if each
            else last_meeting(1 / self.waits, self.known, 1 / limit)
        )
        anchor = meeting - (meeting > 0)
        after = anchor + between
        had = waits_at(self.waits, anchor)
        rise = np.where(between, waits_at(self.waits, after) - had, 1.0)
        share = np.where(between, (limit - had) / rise, 0.0)
        share = np.minimum(np.maximum(share, 0.0), 1.0)
        return meeting, between, log_c[anchor] + share * (log_c[after] - log_c[anchor])


Asked = tuple[float, tuple[tuple[Wait, float], ...]]
"""What tells rows apart: the SLA, and the limits on waiting beside it [tok/s/user, s]."""


def stacked(rows: Sequence[Limits]) -> Limits:
    """Return the limits of single `rows` as those of an array of them, for answers and in a statistic as in the first [s]."""
    by_wait: dict[str, Any] = {wait.name: [limits.single().get(wait) for limits in rows] for wait in WAITS}
    return Limits(**by_wait, output_tokens=rows[0].output_tokens, statistic=rows[0].statistic)


def in_time(wait_s: float, limit_s: float) -> bool:
    """Tell whether a wait of `wait_s` keeps the limit `limit_s` [s].

    >>> in_time(2 * (1 + 1e-9), 2), in_time(2.0001, 2)
    (True, False)
    """
    return meets(1 / wait_s, 1 / limit_s)


def limits_of(row: object) -> dict[Wait, float]:
    """Return the limits of a `row` of a sizing, or of an audit, which holds them under the same names [s]."""
    held = {wait: getattr(row, wait.limit) for wait in WAITS}
    return {wait: limit for wait, limit in held.items() if limit is not None}


def in_words(limits: Mapping[Wait, float], sla: float | None = None) -> str:
    """Return what `limits` in seconds ask for, and an `sla` in tok/s/user before them; empty without any [-].

    >>> in_words({WAITS[0]: 2, WAITS[2]: 30}, 40)
    '40 tok/s/user and TTFT of at most 2 s and e2e of at most 30 s'
    """
    rate = [] if sla is None else [f"{shown(sla)} {SPEED}"]
    return " and ".join([*rate, *(f"{wait.label} of at most {shown(limit)} s" for wait, limit in limits.items())])


def waits_at(waits: Floats, anchor: npt.NDArray[np.intp]) -> Floats:
    """Return the `waits` of each row at its `anchor`: waits of all rows, or a line of them for each [s]."""
    return waits[anchor] if waits.ndim == 1 else np.take_along_axis(waits, anchor[:, np.newaxis], axis=1)[:, 0]


def waits_between(log_c: Floats, waits: Floats, at: Floats) -> Floats:
    """Return the `waits` of anchors, of all rows or a line of them for each, `at` logarithms of the concurrency.

    Parameters
    ----------
    log_c : ndarray, shape (n,)
        Logarithms of the anchors' concurrency [-]
    waits : ndarray, shape (n,) or (m, n)
        At each anchor [s]
    at : ndarray, shape (m,)
        Where they are asked for [-]

    Returns
    -------
    ndarray, shape (m,)
        Linear between anchors [s]
    """
    if waits.ndim == 1:
        return np.interp(at, log_c, waits)
    above = np.minimum(np.maximum(log_c.searchsorted(at, side="right"), 1), log_c.size - 1)
    below = above - (log_c.size > 1)
    rise = log_c[above] - log_c[below]
    slope = (waits_at(waits, above) - waits_at(waits, below)) / np.where(rise > 0, rise, 1.0)
    there: Floats = waits_at(waits, below) + slope * np.maximum(at - log_c[below], 0.0)
    return there


def waits_of(curve: Curve, wait: Wait, output_tokens: float | Floats | None = None) -> Floats | None:
    """Return the waits at the anchors of a curve, each the longest up to there; None where the curve does not tell.

    Parameters
    ----------
    curve : Curve
        The measured curve
    wait : Wait
        One of `WAITS`
    output_tokens : float or ndarray, shape (m,), optional
        Output tokens of the answer, for its end, or of the answer of each row; those of the curve where it is not given [tok]

    Returns
    -------
    ndarray, shape (n,) or (m, n), or None
        ``TTFT``, ``TTFO``, or ``TTFT + (OSL - 1)/r``, as running maxima [s]
    """
    raw = measured_waits(curve, wait, output_tokens)
    return None if raw is None else np.maximum.accumulate(raw, axis=-1)


def measured_waits(curve: Curve, wait: Wait, output_tokens: float | Floats | None = None) -> Floats | None:
    """Return the same as they were measured, which may fall with concurrency [s].

    `wait` is one of `WAITS`, `output_tokens` are those of the answer, where not those of the `curve` [tok].
    """
    if wait is _E2E:
        return _whole_answer(curve, output_tokens)
    return {_TTFT: curve.ttft_s, _TTFO: curve.ttfo_s}[wait]


def answer_tokens(curve: Curve, output_tokens: float | None = None) -> float | None:
    """Return the `output_tokens` of the answer that is waited for, else those of the `curve`; None where unknown [tok]."""
    if output_tokens is not None or curve.context is None:
        return output_tokens
    return curve.context.output_tokens


def _whole_answer(curve: Curve, output_tokens: float | Floats | None) -> Floats | None:
    tokens = output_tokens if isinstance(output_tokens, np.ndarray) else answer_tokens(curve, output_tokens)
    if tokens is None or curve.ttft_s is None:
        return None
    later = np.maximum(np.expand_dims(tokens, -1) - 1, 0)
    answers: Floats = curve.ttft_s + later / curve.tok_s_per_user
    return answers


def _side_of(curve: Curve, wait: Wait, limit: Floats, output_tokens: float | None) -> Side:
    found = waits_of(curve, wait, output_tokens)
    if found is None:
        lacking = "TTFO" if wait is _TTFO else "TTFT" if curve.ttft_s is None else "output tokens of an answer"
        refuse(
            wait.name,
            "must be a limit on a wait that the curve tells",
            detail=f"no {lacking} known",
            way_out=f"give the {lacking}, or leave the limit out",
        )
    known = reach(1 / found) if found.ndim == 1 else None
    return Side(wait, BINDINGS.index(wait.label), found, limit, known)


def _limit_numbers(value: npt.ArrayLike | None, name: str) -> Floats | None:
    """Return limits as numbers, infinity for none; None where no row has one."""
    if value is None:
        return None
    listed = value if isinstance(value, list | tuple) else []
    none = [item is None for item in listed]
    if not any(none):
        return numbers(value, name)
    given = numbers([1.0 if item is None else item for item in listed], name)
    return None if all(none) else np.where(none, np.inf, given)


NO_LIMITS: Final = Limits()
