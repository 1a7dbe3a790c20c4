"""Settings shared by all tests: how hard Hypothesis tries, which day it is, and where measured sweeps stand."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("xlsizing", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("xlsizing"), max_examples=25)
# In CI the same examples on every run: a change is judged by what it changes. Whoever develops keeps looking further.
settings.register_profile("ci", settings.get_profile("xlsizing"), derandomize=True)
settings.register_profile("ci-quick", settings.get_profile("quick"), derandomize=True)
CI = os.environ.get("CI") == "true"
settings.load_profile("ci" if CI else "xlsizing")

# A sizing without a date is of today, and nothing may be measured later: the tests' own day, in their processes too.
os.environ["SOURCE_DATE_EPOCH"] = "1795608000"  # 2026-11-25 12:00 UTC

# Tests that change the XML of openpyxl's files know one form of it; with lxml, which openxml-audit brings, it has another.
os.environ["OPENPYXL_LXML"] = "False"

SWEEPS = Path(__file__).resolve().parents[2] / "shared" / "data" / "sweeps.csv"


def pytest_addoption(parser):
    """Take the rounds of a benchmark, and the path of a CSV of measured sweeps, which are no part of the project."""
    parser.addoption(
        "--ratio-rounds",
        type=int,
        default=1,
        metavar="N",
        help="rounds of each ratio in tests/benchmarks; take 15 or more for a figure to keep (default: %(default)s)",
    )
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the files of tests/reports/golden anew instead of comparing with them; read the difference",
    )
    parser.addoption(
        "--pyodide",
        type=Path,
        metavar="PATH",
        help="folder of npm's package pyodide (npm install pyodide), for tests/hosts/test_lite.py",
    )
    parser.addoption(
        "--sweeps",
        type=Path,
        default=SWEEPS,
        metavar="PATH",
        help="CSV of measured sweeps with the columns curve_id, concurrency, tok_s_per_user and "
        "output_tok_s_per_replica, for tests/test_sweeps.py and tests/accuracy (default: %(default)s)",
    )


def pytest_configure(config):
    """Try fewer examples where the slow tests are left out: that is the loop while writing."""
    os.environ.pop("COLUMNS", None)  # what a terminal around the tests, or their worker, is wide is no matter here
    if config.option.markexpr == "not slow":
        settings.load_profile("ci-quick" if CI else "quick")


@pytest.fixture(scope="session")
def sweeps_path(request):
    """Path of the sweeps; the tests are skipped where there is none."""
    path = request.config.getoption("--sweeps")
    if not path.is_file():
        if os.environ.get("CI") == "true" and path == SWEEPS and SWEEPS.parents[1].is_dir():
            pytest.fail(
                f"the folder beside the project has no measured sweeps at {path}: what is claimed of them is untested"
            )
        pytest.skip(f"no measured sweeps at {path}: name a CSV with --sweeps PATH")
    return path
