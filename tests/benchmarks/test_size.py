"""A million SLAs and demands: `size` against bare numpy that checks nothing, and against a loop over rows in Python."""

import math
from bisect import bisect_right
from itertools import pairwise

import numpy as np
import pytest

from xlsizing import Curve, Demand, size

pytestmark = pytest.mark.slow

ROWS = 1_000_000
LOOP_ROWS = 20_000
UTIL, GPUS_PER_POD, USD = 0.7, 4, 8.6
NAMES = (
    "pods", "gpus", "gpus_low", "gpus_high", "c_star", "per_replica_tps", "regime", "feasible", "usd_per_month",
    "pods_budget", "gpus_budget", "usd_per_month_budget",
)  # fmt: skip
MONEY = ("usd_per_month", "usd_per_month_budget")
SHARE = 0.55
"""Of the commitment in what a replica carries to budget, at 95 %; both curves claim it wherever it is asked."""
LABELS = ("latency-tier-infeasible", "below-knee-plateau", "measured-anchor", "interp", "knee-capped")
INFEASIBLE, PLATEAU, MEASURED, INTERP, KNEE_CAPPED = range(5)

CURVES = {
    "three anchors": Curve([1, 10, 256], [215.5, 122.2, 41.8]),
    "past a knee": Curve([1, 2, 4, 8, 16, 32, 64, 128], [215, 190, 160, 125, 90, 50, 22, 9]),
}


def made_pairs(rows):
    """Return so many SLAs from below to above the curves, and as many demands in tok/min."""
    random = np.random.default_rng(0)
    return random.uniform(5, 220, rows), random.uniform(1e5, 1e7, rows)


@pytest.fixture(scope="module")
def pairs():
    """A million of them."""
    return made_pairs(ROWS)


@pytest.fixture(params=list(CURVES), ids=lambda name: name.replace(" ", "-"))
def curve(request):
    """Both curves in turn."""
    return CURVES[request.param]


def ours(curve, sla, tpm):
    """Return every array of the public interface."""
    result = size(curve, sla, Demand.tpm(tpm), gpus_per_pod=GPUS_PER_POD, util=UTIL, gpu_hourly_usd=USD)
    return [getattr(result, name) for name in NAMES]


def powers(c, r):
    """Return the power of concurrency over which 1/r is straight, for each bracket: the definition of method auto."""
    a = [math.log(r[i] / r[i + 1]) / math.log(c[i + 1] / c[i]) for i in range(len(c) - 1)]
    return [0.8, *(min(1.2, max(0.3, 0.4 + right - 0.6 * left)) for left, right in pairwise(a))]


def bare(c, r, sla, tpm):
    """Return the same columns in numpy, as one would write them by hand: no checks, nothing computed twice."""
    t, p = c * r, np.append(powers(c, r), 1)
    best, last = np.maximum.accumulate(t), len(c) - 1
    slope = np.append(((c[1:] / c[:-1]) ** p[:-1] - 1) / np.diff(1 / r), 0)
    knee = np.searchsorted(best, best * (1 - 1e-9))
    meeting = np.searchsorted(-r, sla * (1e-9 - 1), side="right")
    feasible = meeting > 0
    i = np.maximum(meeting - 1, 0)
    between = feasible & (i < last) & (r[i] > sla * (1 + 1e-9))
    following = np.minimum(i + 1, last)
    after, proven = t[following], best[i]
    beyond = np.where(between, (1 / sla - 1 / r[i]) * slope[i], 0)
    c_between = np.minimum(np.maximum(c[i] * (1 + beyond) ** (1 / p[i]), c[i]), c[following])
    own = np.where(between, np.minimum(c_between * sla, after), t[i])
    capped = proven > own * (1 + 1e-9)
    tps = np.maximum(proven, own)
    c_star = np.where(capped, c[knee[i]], np.where(between, c_between, c[i]))
    case = np.where(between, INTERP, np.where(i == last, PLATEAU, MEASURED))
    case = np.where(feasible, np.where(capped, KNEE_CAPPED, case), INFEASIBLE)
    tok_s = tpm / 60
    hoped = np.where(between, np.maximum(proven, after), proven)
    planned = np.where(hoped <= 1.25 * proven, proven, proven * (tps / proven) ** (1 - SHARE))
    pods, low, high, budget = (
        np.maximum(1, np.ceil(tok_s / (carried * UTIL) * (1 - 1e-9))).astype(np.int64)
        for carried in (tps, hoped, proven, planned)
    )
    gpus, gpus_budget = pods * GPUS_PER_POD, budget * GPUS_PER_POD
    usd, usd_budget = gpus * (USD * 730), gpus_budget * (USD * 730)
    words = np.array(LABELS)[case]
    return [
        pods, gpus, low * GPUS_PER_POD, high * GPUS_PER_POD, c_star, tps, words, feasible, usd,
        budget, gpus_budget, usd_budget,
    ]  # fmt: skip


def loop(c, r, sla, tpm):
    """Return the same columns from a loop over rows in pure Python, with all that rows share worked out before it."""
    shared = shared_of(c, r)
    return list(zip(*(row_of(shared, *pair) for pair in zip(sla, tpm, strict=True)), strict=True))


def shared_of(c, r):
    """Return what all rows on a curve share."""
    t = [x * y for x, y in zip(c, r, strict=True)]
    best = [max(t[: i + 1]) for i in range(len(t))]
    knee = [next(j for j, carried in enumerate(t) if carried >= top * (1 - 1e-9)) for top in best]
    p = powers(c, r)
    slope = [((c[i + 1] / c[i]) ** p[i] - 1) / (1 / r[i + 1] - 1 / r[i]) for i in range(len(p))]
    return c, r, t, best, knee, [-rate for rate in r], p, slope


def row_of(shared, sla, tpm):
    """Return the columns of one row, in pure Python."""
    c, r, t, best, knee, falling, p, slope = shared
    i = bisect_right(falling, sla * (1e-9 - 1)) - 1
    case, i = (INFEASIBLE, 0) if i < 0 else (PLATEAU if i == len(c) - 1 else MEASURED, i)
    c_star, own, proven = c[i], t[i], best[i]
    hoped = proven
    if case == MEASURED and r[i] > sla * (1 + 1e-9):
        case = INTERP
        c_star = c[i] * (1 + (1 / sla - 1 / r[i]) * slope[i]) ** (1 / p[i])
        c_star = min(max(c_star, c[i]), c[i + 1])
        own = min(c_star * sla, t[i + 1])
        hoped = max(proven, t[i + 1])
    if proven > own * (1 + 1e-9):
        case, c_star = KNEE_CAPPED, c[knee[i]]
    tps = max(proven, own)
    tok_s = tpm / 60
    pods = max(1, math.ceil(tok_s / (tps * UTIL) * (1 - 1e-9)))
    low = max(1, math.ceil(tok_s / (hoped * UTIL) * (1 - 1e-9)))
    high = max(1, math.ceil(tok_s / (proven * UTIL) * (1 - 1e-9)))
    planned = proven if hoped <= 1.25 * proven else proven * (tps / proven) ** (1 - SHARE)
    budget = max(1, math.ceil(tok_s / (planned * UTIL) * (1 - 1e-9)))
    gpus, gpus_budget = pods * GPUS_PER_POD, budget * GPUS_PER_POD
    usd, usd_budget = gpus * (USD * 730), gpus_budget * (USD * 730)
    return (
        pods, gpus, low * GPUS_PER_POD, high * GPUS_PER_POD, c_star, tps, LABELS[case], case != INFEASIBLE, usd,
        budget, gpus_budget, usd_budget,
    )  # fmt: skip


def assert_same(columns, expected):
    """Assert that two readings agree: words, counts and facts exactly, floats to 1e-12."""
    for name, column, other in zip(NAMES, columns, expected, strict=True):
        compared = np.testing.assert_allclose if name in ("c_star", "per_replica_tps", *MONEY) else None
        if compared:
            compared(column, other, rtol=1e-12, err_msg=name)
        else:
            np.testing.assert_array_equal(column, other, err_msg=name)


def test_size_against_bare_numpy(compare, curve, pairs):
    c, r = np.array(curve.concurrency), np.array(curve.tok_s_per_user)
    assert_same(ours(curve, *pairs), bare(c, r, *pairs))
    compare("size / bare numpy, 1,000,000 rows", lambda: ours(curve, *pairs), lambda: bare(c, r, *pairs))


def test_a_loop_over_rows_against_size(compare, curve, pairs):
    c, r = curve.concurrency.tolist(), curve.tok_s_per_user.tolist()
    rows = [column[:LOOP_ROWS].tolist() for column in pairs]
    assert_same([column[:LOOP_ROWS] for column in ours(curve, *pairs)], loop(c, r, *rows))
    share = LOOP_ROWS / ROWS
    compare("Python loop / size, 1,000,000 rows", lambda: loop(c, r, *rows), lambda: ours(curve, *pairs), scale=share)
