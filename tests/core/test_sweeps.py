"""Real sweeps: every measured curve is sized by the rules, or refused with a sentence.

The sweeps are public measurements that are no part of the project; `--sweeps PATH` names a CSV of them.
"""

import csv
from collections import defaultdict

import numpy as np
import pytest

from tests import oracle
from xlsizing import Curve, CurveError, Demand, size
from xlsizing.core.interpolation import AXES

pytestmark = pytest.mark.slow

METHODS = tuple(AXES)
UTIL = 0.7
SHARES = np.linspace(0, 1, 41)  # SLAs between the slowest and the fastest point of a curve
TOK_S = 1e6


@pytest.fixture(scope="module")
def columns(sweeps_path):
    """Concurrency, tok/s/user and output tok/s of every sweep, by its id."""
    sweeps = defaultdict(lambda: ([], [], []))
    with sweeps_path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            texts = line["concurrency"], line["tok_s_per_user"], line["output_tok_s_per_replica"]
            for column, text in zip(sweeps[line["curve_id"]], texts, strict=True):
                column.append(float(text) if text else None)
    return dict(sweeps)


@pytest.fixture(scope="module", params=["measured", "c x r"])
def judged(request, columns):
    """Accepted curves and refusals, with the throughput as measured or without it."""
    curves, refusals = {}, {}
    for name, (concurrency, rates, output) in columns.items():
        measured = request.param == "measured" and None not in output
        try:
            curves[name] = Curve(concurrency, rates, output_tok_s=output if measured else None)
        except CurveError as error:
            refusals[name] = error
    return request.param, curves, refusals


@pytest.fixture(params=METHODS)
def sized(request, judged):
    """Every accepted curve with its sizing at its anchors and at 41 SLAs between, loosest first."""
    pairs = []
    for curve in judged[1].values():
        rates = curve.tok_s_per_user
        tightening = np.sort(np.concatenate((rates, rates[-1] + SHARES * (rates[0] - rates[-1]), [rates[-1] / 2])))
        result = size(curve, tightening, Demand.tok_s(TOK_S), gpus_per_pod=8, util=UTIL, method=request.param)
        pairs.append((curve, result))
    return pairs


def test_most_are_accepted_and_every_refusal_says_why(judged, columns, record_property, capsys):
    reading, curves, refusals = judged
    with capsys.disabled():
        print(f"\nsweeps ({reading}): {len(curves)} accepted, {len(refusals)} refused ", end="")  # noqa: T201  # the count is the report
    record_property("accepted", len(curves))
    assert len(curves) + len(refusals) == len(columns)
    assert len(curves) > len(refusals)
    assert [name for name, error in refusals.items() if not is_sentence(error)] == []


def is_sentence(error):
    """Tell whether a refusal names its input and rule, in one line that ends with the place."""
    text = str(error)
    return text.startswith(f"{error.name} {error.rule}") and "\n" not in text and text.endswith(f"({error.where})")


def test_no_sweep_looks_like_throughput_of_one_gpu(judged, columns, sweeps_path):
    with sweeps_path.open(encoding="utf-8", newline="") as file:
        pods = {line["curve_id"]: int(float(line["gpus"])) for line in csv.DictReader(file) if line["gpus"]}
    for name, curve in judged[1].items():
        curve.check_per_gpu([pods[name]] if pods.get(name, 1) > 1 else [])
    assert [name for name, error in judged[2].items() if "per GPU" in str(error)] == []


def test_every_row_is_feasible(sized):
    assert all(result.feasible.all() for _, result in sized)


def test_pods_never_fall_as_the_sla_tightens(sized):
    for _, result in sized:
        for pods in (result.pods, result.pods_low, result.pods_budget, result.pods_high):
            assert (np.diff(pods) >= 0).all()


def test_the_estimate_lies_in_its_range(sized):
    for _, result in sized:
        assert (result.pods_low <= result.pods).all()
        assert (result.pods <= result.pods_budget).all()
        assert (result.pods_budget <= result.pods_high).all()


def test_pods_carry_the_demand_and_one_fewer_does_not(sized):
    for _, result in sized:
        carried = result.per_replica_tps * UTIL
        assert (result.pods * carried >= TOK_S * (1 - 2e-9)).all()
        assert ((result.pods - 1) * carried < TOK_S).all()


def test_every_eighth_row_is_the_oracles(sized):
    for curve, result in sized:
        points = oracle.points(
            curve.concurrency.tolist(), curve.tok_s_per_user.tolist(), curve.per_replica_tps.tolist()
        )
        method = result.points.method.name
        for row in result.rows()[::8]:
            expected = oracle.row_for_tokens(points, row.sla, TOK_S, UTIL, method)
            assert (row.regime, row.measure_next) == (expected.regime, expected.measure_next)
            pods = (row.pods, row.pods_low, row.pods_budget, row.pods_high)
            assert pods == (expected.pods, expected.pods_low, expected.pods_budget, expected.pods_high)
            assert (row.c_star, row.per_replica_tps) == pytest.approx((expected.c_star, expected.tps), rel=1e-9)


def test_throughput_rests_on_what_was_measured_around(sized):
    for curve, result in sized:
        assert (result.per_replica_tps >= curve.best_tps[result.points.anchor]).all()
        assert (result.per_replica_tps <= result.points.tps_hoped).all()


@pytest.mark.parametrize("method", METHODS)
def test_anchors_are_reproduced_exactly_where_none_below_carries_more(judged, method):
    for curve in judged[1].values():
        last_of_flat = np.append(np.diff(curve.tok_s_per_user) < 0, True)
        kept = last_of_flat & (curve.per_replica_tps == curve.best_tps)
        result = size(curve, curve.tok_s_per_user[kept], Demand.tok_s(TOK_S), gpus_per_pod=8, method=method)
        assert result.per_replica_tps.tolist() == curve.per_replica_tps[kept].tolist()
        assert (result.pods == result.pods_high).all()


def test_pooling_accepts_more_and_never_moves_a_point_further_than_allowed(columns, judged):
    pooled = {}
    for name in judged[2]:
        concurrency, rates, _ = columns[name]
        try:
            pooled[name] = Curve(concurrency, rates, pool_rises=0.1)
        except CurveError:
            continue
    assert pooled
    assert max(curve.pooled_share or 0 for curve in pooled.values()) <= 0.1 * (1 + 1e-9)
