"""A field dropped, emptied, renamed or of another type: the right curve or one sentence, never a traceback or a default."""

import copy
import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.importers import results
from xlsizing import InputError
from xlsizing.importers.imported import one_curve, read_results

pytestmark = pytest.mark.slow

RUN = results.RUNS[1]
RECORDS = {
    "vllm": results.vllm(RUN, tensor_parallel_size="4", gpu="H200", latencies=[0.9, 0.9]),
    "sglang": results.sglang(RUN),
    "inferencex": results.inferencex(RUN),
    "aiperf": results.aiperf(RUN),
    "aiperf sweep": results.aiperf_sweep([RUN]),
    "guidellm": results.guidellm([RUN]),
    "inference-perf": results.inference_perf(RUN),
    "llm-d": results.llm_d(RUN),
    "atlas": results.atlas(RUN),
    "roofline": results.roofline(RUN),
    "proof-packet": results.proof_packet(RUN),
    "ml-energy": results.ml_energy(RUN),
}
OTHERS = [
    None,
    "",
    "8",
    "x",
    True,
    False,
    0,
    -1,
    1.5,
    math.nan,
    math.inf,
    -math.inf,
    10**400,
    [],
    [1],
    {},
    {"a": 1},
    "\u0000",
]


def paths(value, path=()):
    """Return the path of every value below."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, below in items for found in ((*path, key), *paths(below, (*path, key)))]


def mutated(record, path, change, other):
    """Return the record with the value at a path changed."""
    made = copy.deepcopy(record)
    above = made
    for key in path[:-1]:
        above = above[key]
    key = path[-1]
    if change == "retype":
        above[key] = other
    elif change == "rename" and isinstance(above, dict):
        above[f"{key}x"] = above.pop(key)
    else:
        del above[key]
    return made


def one_sentence(error):
    """Return the sentence of a refusal."""
    (sentence,) = str(error).splitlines()
    return sentence


def outcome(folder, record, **names):
    """Return the curve in a file of this record, or the sentence of its refusal."""
    file = folder / names.get("name", "concurrency_8.json")
    file.write_text(json.dumps(record))
    try:
        return one_curve(read_results([file]), "file").curve
    except InputError as error:
        return one_sentence(error)


def is_right(curve):
    """Tell whether a curve has the figures of the run, or none where none can be known."""
    rate = curve.tok_s_per_user.tolist() == pytest.approx([125])
    output = curve.output_tok_s is None or curve.output_tok_s.tolist() == pytest.approx([results.OUTPUT[1]])
    ttft = curve.ttft_s is None or curve.ttft_s.tolist() == pytest.approx([0.1])
    return rate and output and ttft and curve.concurrency.tolist() == pytest.approx([8])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder named by the concurrency, as AIPerf's are."""
    made = tmp_path_factory.mktemp("mutated") / "concurrency_8"
    made.mkdir()
    return made


@pytest.mark.parametrize("name", RECORDS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_field(folder, name, data):
    path = data.draw(st.sampled_from(paths(RECORDS[name])))
    change = data.draw(st.sampled_from(["drop", "rename", "retype"]))
    other = data.draw(st.sampled_from(OTHERS)) if change == "retype" else None
    made = outcome(folder, mutated(RECORDS[name], path, change, other))
    assert isinstance(made, str) or is_right(made) or _is_another_number(path, other)


def _is_another_number(path, other):
    """Tell whether a figure was replaced by another that could be one: no file can tell."""
    return isinstance(other, int | float) and not isinstance(other, bool) and other > 0 and bool(path)


@pytest.mark.parametrize("name", RECORDS)
def test_every_field_dropped_emptied_or_renamed(folder, name):
    for path in paths(RECORDS[name]):
        for change, other in (("drop", None), ("rename", None), ("retype", None), ("retype", "x")):
            made = outcome(folder, mutated(RECORDS[name], path, change, other))
            assert isinstance(made, str) or is_right(made), (path, change, other)


@pytest.mark.parametrize("name", ["vllm-text", "table", "aiconfigurator"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_text(folder, name, data):
    """Characters dropped, doubled or put in: whatever comes, it is a curve or one sentence."""
    file, text = next(iter(results.files(name).items()))
    at = data.draw(st.integers(0, len(text) - 1))
    put = data.draw(st.sampled_from(["", "x", ",", "-", "\n", "\u0000", "\ufeff", '"', "9"]))
    path = folder / file.replace("/", "-")
    path.write_text(text[:at] + put + text[at + data.draw(st.integers(0, 9)) :], encoding="utf-8")
    try:
        assert len(one_curve(read_results([path]), "file").curve) >= 1
    except InputError as error:
        one_sentence(error)
