"""What the README claims of accuracy is what the public sweeps give: run where they stand beside the project."""

import hashlib
import re
from pathlib import Path

import pytest

from xlsizing.accuracy.measure import measured
from xlsizing.accuracy.schemes import SCHEMES
from xlsizing.accuracy.summary import summary
from xlsizing.accuracy.sweeps import read_sweeps
from xlsizing.core.budget import bound

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("\n## How accurate\n")[2].partition("\n## ")[0]
CLAIMED = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in SECTION.splitlines() if line.startswith("|")
]
STATED = re.search(r"SHA-256 `([0-9a-f]+)`", SECTION)[1]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def told(sweeps_path):
    """The figures of the very file that the README names."""
    digest = hashlib.sha256(sweeps_path.read_bytes()).hexdigest()
    if not digest.startswith(STATED):
        pytest.skip(f"{sweeps_path} is not the file that the README names: SHA-256 {digest}, not {STATED}...")
    level, sweeps = bound(0.95), read_sweeps(sweeps_path)
    found = summary(sweeps, measured(sweeps.curves, level), level)
    assert found.swept == 480
    return {(row.scheme, row.truth, row.method): row for row in found.rows}


def test_every_scheme_is_claimed():
    assert [row[0] for row in CLAIMED[2:]] == list(SCHEMES)


@pytest.mark.parametrize("claimed", CLAIMED[2:], ids=[row[0] for row in CLAIMED[2:]])
def test_the_table(told, claimed):
    log_c, tpot, auto = (told[claimed[0], "c x r", method] for method in ("log-c", "tpot", "auto"))
    assert claimed[1:] == [
        f"{auto.curves:,}",
        f"{auto.points:,}",
        *(f"{100 * row.error_median:.1f} %" for row in (log_c, tpot, auto)),
        f"{100 * auto.error_p90:.1f} %",
        f"{100 * auto.short:.1f} %",
        f"{100 * auto.budget_coverage:.1f} %",
        f"{auto.budget_width:.2f}",
        f"{auto.budget_width_p90:.2f}",
    ]


def test_the_commitment_always_covers_where_throughput_is_what_the_anchors_know(told):
    for (_, truth, _), row in told.items():
        if truth != "measured, not at the anchors":
            assert row.commit_coverage == 1
