"""Which points of a measured curve are kept as anchors; the others are hidden, and then sized for.

    first, ~10, last     the ends and the point nearest to c=10 between them, the lower of two equally near;
                         curves measured from c <= 8 to c >= 32
    first, last          the ends
    every second         the first, third, fifth ... point, and the last
    leave one out        all but one, for each point between the ends
    five geometric       for each of five concurrencies in equal ratios from end to end, in turn, the nearest point in
                         ln c that is not kept yet; of two equally near the last bit of the logarithm decides

The ends are always kept: no hidden point lies outside its anchors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from xlsizing.checks import Floats, choice

__all__ = ["LEAST_POINTS", "SCHEMES", "Scheme", "scheme_named"]

LEAST_POINTS: Final = 5
"""Shorter curves are passed over [-]."""

_TEN: Final = 10.0
_FROM: Final = 8.0
_TO: Final = 32.0
_GEOMETRIC: Final = 5

Kept = tuple[int, ...]


class Scheme(NamedTuple):
    """One way to keep anchors.

    Parameters
    ----------
    name : str
        What it is called
    kept : callable
        Of the concurrencies by rising order, the positions that are kept, once or for several tries
    lowest, highest : float
        The first point must be at most here, the last at least there [requests/replica]
    """

    name: str
    kept: Callable[[Floats], Iterator[Kept]]
    lowest: float = math.inf
    highest: float = 0.0

    def suits(self, concurrency: Floats) -> bool:
        """Tell whether the curve at `concurrency` reaches far enough [requests/replica]."""
        return bool(concurrency[0] <= self.lowest and concurrency[-1] >= self.highest)


def scheme_named(name: object) -> Scheme:
    """Return the scheme called `name`.

    Raises
    ------
    InputError
        If there is none.
    """
    return SCHEMES[choice(name, "scheme", tuple(SCHEMES))]


def _around_ten(concurrency: Floats) -> Iterator[Kept]:
    last = concurrency.size - 1
    yield 0, min(range(1, last), key=lambda i: abs(concurrency[i] - _TEN)), last


def _both_ends(concurrency: Floats) -> Iterator[Kept]:
    yield 0, concurrency.size - 1


def _every_second(concurrency: Floats) -> Iterator[Kept]:
    last = concurrency.size - 1
    yield tuple(sorted({*range(0, last, 2), last}))


def _all_but_one(concurrency: Floats) -> Iterator[Kept]:
    for hidden in range(1, concurrency.size - 1):
        yield tuple(i for i in range(concurrency.size) if i != hidden)


def _five_geometric(concurrency: Floats) -> Iterator[Kept]:
    logs = [math.log(c) for c in concurrency.tolist()]  # by the C library: the same on every processor
    first, last = logs[0], logs[-1]
    kept: list[int] = []
    for step in range(_GEOMETRIC):
        target = first + (last - first) * step / (_GEOMETRIC - 1)
        free = (i for i in range(len(logs)) if i not in kept)
        kept.append(min(free, key=lambda i: abs(logs[i] - target)))
    yield tuple(sorted(kept))


SCHEMES: Final = {
    scheme.name: scheme
    for scheme in (
        Scheme("first, ~10, last", _around_ten, lowest=_FROM, highest=_TO),
        Scheme("first, last", _both_ends),
        Scheme("every second", _every_second),
        Scheme("leave one out", _all_but_one),
        Scheme("five geometric", _five_geometric),
    )
}
"""Every scheme by its name [-]."""
