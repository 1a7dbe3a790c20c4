"""How time grows with what is given: each a work by its size, and the exponent of the power law through its larger sizes."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.benchmarks import test_size, test_workbook
from tests.benchmarks.ratio import seconds
from xlsizing import Curve, size_frame
from xlsizing.workbooks.customer.write import customer_workbook

ROWS_PER_RUN = 100_000


@dataclass(frozen=True)
class Growth:
    """A work that is made ready for a size; sizes above `usually` take minutes."""

    name: str
    sizes: tuple[int, ...]
    ready: Callable[[int], Callable[[], object]]
    usually: int

    def measured(self, rounds, most):
        """Return the best time of each size up to `most` [s]."""
        return {size: self._best(size, rounds) for size in self.sizes if size <= most}

    def _best(self, size, rounds):
        work, budget = self.ready(size), time.perf_counter() + 10
        times = []
        while len(times) < rounds and (not times or time.perf_counter() < budget):
            times.append(seconds(work))
        return min(times)


def exponent(times):
    """Return the power of the size by which `times` grow, fitted by least squares over the larger half of the sizes [-].

    Below them what every run costs hides the growth. None with fewer than two.
    """
    larger = sorted(times)[len(times) // 2 :] if len(times) > 3 else sorted(times)
    if len(larger) < 2:
        return None
    return float(np.polyfit(np.log(larger), np.log([times[size] for size in larger]), 1)[0])


def _pairs(size):
    sla, tpm = test_size.made_pairs(size)
    return lambda: test_size.ours(test_size.CURVES["three anchors"], sla, tpm)


def _book(size):
    report = test_workbook.long_table(size)
    return lambda: customer_workbook(report)


def _anchors(size):
    c = np.round(np.geomspace(1, 100_000, size)).cumsum()
    r = np.linspace(220, 10, size)
    sla, tpm = test_size.made_pairs(ROWS_PER_RUN)
    return lambda: test_size.ours(Curve(c, r), sla, tpm)


def _curves(size):
    curves = {f"c{i}": Curve([1, 10, 256], [215.5 + i / 100, 122.2, 41.8]) for i in range(size)}
    sla, tpm = test_size.made_pairs(ROWS_PER_RUN)
    names = [f"c{i % size}" for i in range(ROWS_PER_RUN)]
    frame = pd.DataFrame({"curve": names, "sla": sla, "tpm": tpm, "gpus_per_pod": 4})
    return lambda: size_frame(frame, curves, columns=["gpus", "gpus_budget"])


GROWTHS = (
    Growth("size, pairs", (1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000), _pairs, 10_000_000),
    Growth("customer's workbook, SLAs", (1, 10, 100, 1000, 10_000, 100_000), _book, 1000),
    Growth(f"size, anchors, with {ROWS_PER_RUN:,} pairs", (3, 10, 30, 100, 300, 1000), _anchors, 1000),
    Growth(f"size_frame, curves, with {ROWS_PER_RUN:,} rows", (1, 10, 100, 1000), _curves, 1000),
)
