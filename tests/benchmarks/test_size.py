"""A million SLAs and demands: `size` against bare numpy that checks nothing, and against a loop over rows in Python."""

import math
from bisect import bisect_right

import numpy as np
import pytest

from xlsizing import Curve, Demand, size

pytestmark = pytest.mark.slow

ROWS = 1_000_000
LOOP_ROWS = 20_000
UTIL, GPUS_PER_POD, USD = 0.7, 4, 8.6
NAMES = ("pods", "gpus", "gpus_low", "gpus_high", "c_star", "per_replica_tps", "regime", "feasible", "usd_per_month")
LABELS = ("latency-tier-infeasible", "below-knee-plateau", "measured-anchor", "interp", "knee-capped")
INFEASIBLE, PLATEAU, MEASURED, INTERP, KNEE_CAPPED = range(5)

CURVES = {
    "three anchors": Curve([1, 10, 256], [215.5, 122.2, 41.8]),
    "past a knee": Curve([1, 2, 4, 8, 16, 32, 64, 128], [215, 190, 160, 125, 90, 50, 22, 9]),
}


@pytest.fixture(scope="module")
def pairs():
    """A million SLAs from below to above the curves, and as many demands in tok/min."""
    random = np.random.default_rng(0)
    return random.uniform(5, 220, ROWS), random.uniform(1e5, 1e7, ROWS)


@pytest.fixture(params=list(CURVES), ids=lambda name: name.replace(" ", "-"))
def curve(request):
    """Both curves in turn."""
    return CURVES[request.param]


def ours(curve, sla, tpm):
    """Return every array of the public interface."""
    result = size(curve, sla, Demand.tpm(tpm), gpus_per_pod=GPUS_PER_POD, util=UTIL, gpu_hourly_usd=USD)
    return [getattr(result, name) for name in NAMES]


def bare(c, r, sla, tpm):
    """Return the same columns in numpy, as one would write them by hand: no checks, nothing computed twice."""
    t, x = c * r, np.log(c)
    best, last = np.maximum.accumulate(t), len(c) - 1
    slope = np.append(np.diff(x) / np.diff(r), 0)
    knee = np.searchsorted(best, best * (1 - 1e-9))
    meeting = np.searchsorted(-r, sla * (1e-9 - 1), side="right")
    feasible = meeting > 0
    i = np.maximum(meeting - 1, 0)
    between = feasible & (i < last) & (r[i] > sla * (1 + 1e-9))
    following = np.minimum(i + 1, last)
    after, proven = t[following], best[i]
    c_between = np.minimum(np.maximum(np.exp(x[i] + slope[i] * (sla - r[i])), c[i]), c[following])
    own = np.where(between, np.minimum(c_between * sla, after), t[i])
    capped = proven > own * (1 + 1e-9)
    tps = np.maximum(proven, own)
    c_star = np.where(capped, c[knee[i]], np.where(between, c_between, c[i]))
    case = np.where(between, INTERP, np.where(i == last, PLATEAU, MEASURED))
    case = np.where(feasible, np.where(capped, KNEE_CAPPED, case), INFEASIBLE)
    tok_s = tpm / 60
    pods, low, high = (
        np.maximum(1, np.ceil(tok_s / (carried * UTIL) * (1 - 1e-9))).astype(np.int64)
        for carried in (tps, np.where(between, np.maximum(proven, after), proven), proven)
    )
    gpus = pods * GPUS_PER_POD
    usd = gpus * (USD * 730)
    return [pods, gpus, low * GPUS_PER_POD, high * GPUS_PER_POD, c_star, tps, np.array(LABELS)[case], feasible, usd]


def loop(c, r, sla, tpm):
    """Return the same columns from a loop over rows in pure Python, with all that rows share worked out before it."""
    t = [x * y for x, y in zip(c, r, strict=True)]
    best = [max(t[: i + 1]) for i in range(len(t))]
    knee = [next(j for j, carried in enumerate(t) if carried >= top * (1 - 1e-9)) for top in best]
    shared = c, r, t, best, knee, [-rate for rate in r], [math.log(value) for value in c]
    rows = [_row(shared, *pair) for pair in zip(sla, tpm, strict=True)]
    return list(zip(*rows, strict=True))


def _row(shared, sla, tpm):
    c, r, t, best, knee, falling, x = shared
    i = bisect_right(falling, sla * (1e-9 - 1)) - 1
    case, i = (INFEASIBLE, 0) if i < 0 else (PLATEAU if i == len(c) - 1 else MEASURED, i)
    c_star, own, proven = c[i], t[i], best[i]
    hoped = proven
    if case == MEASURED and r[i] > sla * (1 + 1e-9):
        case = INTERP
        c_star = math.exp(x[i] + (x[i + 1] - x[i]) / (r[i + 1] - r[i]) * (sla - r[i]))
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
    gpus = pods * GPUS_PER_POD
    usd = gpus * (USD * 730)
    return pods, gpus, low * GPUS_PER_POD, high * GPUS_PER_POD, c_star, tps, LABELS[case], case != INFEASIBLE, usd


def assert_same(columns, expected):
    """Assert that two readings agree: words, counts and facts exactly, floats to 1e-12."""
    for name, column, other in zip(NAMES, columns, expected, strict=True):
        compared = np.testing.assert_allclose if name in ("c_star", "per_replica_tps", "usd_per_month") else None
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
