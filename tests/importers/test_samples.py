"""Outputs of the tools themselves, read by path where they lie beside this checkout: each sweep sizes end to end."""

from pathlib import Path

import pytest

import xlsizing
from xlsizing import CurveError
from xlsizing.importers.imported import read_results
from xlsizing.importers.points import Options

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"

SWEEPS = {
    "vllm": {}, "sglang": {}, "aiperf/sweep": {}, "guidellm/guidellm-0.8.1_concurrent.json": {}, "gpu-perf-tune/bench": {},
    "gpu-perf-tune/roofline": {}, "gpu-perf-tune/leaderboards": {}, "gpu-perf-tune/campaigns": {}, "aiconfigurator": {},
    "inference-perf/vllm": {"stat": "mean"}, "inference-perf/vllm+batch_size": {"stat": "mean"},
    "inference-perf/vllm+chunking_and_prefix_caching": {"stat": "mean"}, "inference-perf/vllm+eagle": {"stat": "mean"},
    "inference-perf/vllm+quantization": {"stat": "mean"}, "inference-perf/vllm+v0_engine": {"stat": "mean"},
    "dynamo-profiler": {"gpus_per_pod": 1},
}  # fmt: skip
RISES = {"dynamo-profiler", "inferencex", "gpu-perf-tune/campaigns"}
"""Folders some of whose curves rise, and are refused for it [-]."""


@pytest.mark.parametrize("name", [*SWEEPS, "inferencex"])
def test_every_curve_of_three_points_sizes(name):
    if not SAMPLES.is_dir():
        pytest.skip(f"the samples are not here: {name}")
    results = read_results([SAMPLES / name], Options(**SWEEPS.get(name, {})))
    found = [imported for imported in results.curves if len(imported.anchors) >= 3]
    assert found
    for imported in found:
        try:
            curve = imported.curve
        except CurveError as error:
            assert name in RISES and "must not rise" in str(error)  # noqa: PT017, PT018  # the one reason that is allowed
            continue
        sla = float(curve.tok_s_per_user[1])
        sizing = xlsizing.size(curve, sla, xlsizing.Demand.tpm(3e6), gpus_per_pod=curve.measured_gpus or 4)
        assert sizing.feasible
        assert sizing.gpus > 0


@pytest.mark.parametrize("name", ["br_v0_1_json_schema.json", "br_v0_2_json_schema.json", "br_v0_2_1_json_schema.json"])
def test_a_schema_is_passed_over(name):
    if not SAMPLES.is_dir():
        pytest.skip(f"the samples are not here: {name}")
    with pytest.raises(xlsizing.InputError, match="no result of a benchmark tool"):
        read_results([SAMPLES / "llm-d-benchmark" / name])
