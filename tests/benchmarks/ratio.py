"""How much longer one callable takes than another: measured in one run, in turns, so that a busy machine slows both."""

import gc
import statistics
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """Time of a subject over the time of its yardstick: the middle, the lowest and the highest of all rounds.

    With a format or rounded it is its median: ``f"{found:.2f}x"``, ``round(found, 2)``.
    """

    median: float
    low: float
    high: float
    subject_s: float
    yardstick_s: float
    rounds: int

    def __str__(self):
        times = f"{self.subject_s * 1e3:.3g} ms / {self.yardstick_s * 1e3:.3g} ms"
        return f"{self.median:.3g} ({self.low:.3g} to {self.high:.3g}; {times}; {self.rounds} rounds)"

    def __round__(self, digits=None):
        return round(self.median, digits)

    def __format__(self, spec):
        return format(self.median, spec) if spec else str(self)


def ratio(subject, yardstick, rounds=5, *, scale=1.0, clock=time.perf_counter):
    """Return the time of `subject` over `scale` times that of `yardstick`, taken round by round after one warm-up.

    Each round runs both, in turns first, with the garbage collector off. `scale` above 1 is for a yardstick that does
    only a part of the work: 50 where it does a fiftieth. `clock` tells the time [s].
    """
    subject()
    yardstick()
    pairs = [_in_turn(subject, yardstick, clock, subject_first=number % 2 == 0) for number in range(rounds)]
    ratios = [ours / (theirs * scale) for ours, theirs in pairs]
    ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
    return Ratio(statistics.median(ratios), min(ratios), max(ratios), ours, theirs * scale, rounds)


def _in_turn(subject, yardstick, clock, *, subject_first):
    if subject_first:
        ours = seconds(subject, clock)
        return ours, seconds(yardstick, clock)
    theirs = seconds(yardstick, clock)
    return seconds(subject, clock), theirs


def seconds(work, clock=time.perf_counter):
    """Return how long `work` takes by a `clock`, with the garbage collector off [s]."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        begin = clock()
        work()
        return clock() - begin
    finally:
        if collecting:
            gc.enable()
