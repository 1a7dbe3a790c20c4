"""Budget: 10,000 result files within a minute on two cores and 500 MB; the time and the memory are reported, not asserted."""

import json
import resource
import subprocess
import sys

import pytest

from tests.importers import results

pytestmark = pytest.mark.slow

FILES = 10_000
PROGRAM = """
import json, resource, sys, time
from xlsizing.importers.imported import read_results
begin = time.perf_counter()
found = read_results([sys.argv[1]])
spent = time.perf_counter() - begin
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
print(json.dumps([spent, peak, len(found.curves), sum(len(curve.group.runs) for curve in found.curves)]))
"""


@pytest.fixture
def folder(tmp_path):
    """Return a folder of so many runs: 2,500 repeats of four points, each with the outcomes of single requests."""
    for i in range(FILES):
        run = results.RUNS[i % 4]
        more = {"duration": run.seconds + i, "latencies": [run.e2e / 1000 + j / 1e6 for j in range(200)]}
        path = tmp_path / f"node-{i % 50}" / f"run-{i}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(results.vllm(run, **more)))
    return tmp_path


def test_ten_thousand_files(benchmark, folder, capsys):
    def imported():
        done = subprocess.run([sys.executable, "-c", PROGRAM, folder], check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    spent, peak, curves, runs = benchmark.pedantic(imported, rounds=1, iterations=1)
    assert (curves, runs) == (1, FILES)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss > 0
    with capsys.disabled():
        print(f"\n{FILES:,} files: {spent:.1f} s, {peak:.0f} MB ", end="")  # noqa: T201  # the figures are the report
