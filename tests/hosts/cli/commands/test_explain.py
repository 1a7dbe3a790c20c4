"""``xlsizing explain``: the steps follow from one another by plain arithmetic, and end in the numbers of the sizing."""

import json
import math
import re

import pytest

from tests.command_line import run
from tests.sized_cases import CASES
from tests.spec_files import ILLUSTRATIVE

WORKED = ["--anchors", "1:215.5,10:122.2,256:41.8", "--tpm", "3000000", "--gpus-per-pod", "4"]
DIVISION = re.compile(r"([\d.,e+]+) / \(([\d.,e+]+) x ([\d.]+)\) = ([\d.,e+]+), rounded up to ([\d,]+) pods, x (\d+)$")


def explained(capsys, *flags, code=0):
    """The rows of an explanation."""
    left, out, err = run(capsys, "explain", *flags, "--json")
    assert (left, err) == (code, "")
    return json.loads(out)["rows"]


def by_name(row):
    return {step["step"]: step["value"] for step in row["steps"]}


class TestWorkedRow:
    """S=100 of the worked example: c* = 23.5805, 31 pods, 44 to budget, 59 to commit (10 x 122.2 = 1,222 tok/s)."""

    @pytest.fixture
    def row(self, capsys):
        (row,) = explained(capsys, *WORKED, "--sla", "100")
        return row

    def test_its_steps_in_order(self, row):
        assert [
            (
                step["step"],
                float(f"{step['value']:.9g}" if step["value"] > 1e5 else f"{step['value']:.6g}"),
                step["unit"],
            )
            for step in row["steps"]
        ] == [
            ("SLA", 100, "tok/s/user"),
            ("last measured point that meets it", 10, "requests/replica"),
            ("next one", 256, "requests/replica"),
            ("c*", 23.5805, "requests/replica"),
            ("tok/s/user at c*", 100, "tok/s/user"),
            ("output of one replica", 2358.05, "tok/s"),
            ("demand", 50_000, "tok/s"),
            ("GPUs, estimate", 124, "GPUs"),
            ("GPUs to budget", 176, "GPUs"),
            ("GPUs to commit", 236, "GPUs"),
            ("GPUs to quote: budget", 176, "GPUs"),
            ("cost", 1_104_928, "$/month"),  # 176 x 8.60 x 730
        ]

    def test_what_binds_why_draft_and_what_would_change_it(self, row):
        assert (row["binding"], row["quote"], row["rigor"]) == ("tok/s/user", "budget", "DRAFT")
        assert all(reason["why"] and reason["promote"] for reason in row["rigor_reasons"])
        assert row["next_lever"].startswith("Measure c=23: it narrows the range of 28 to 236 GPUs")

    def test_in_words(self, capsys):
        code, out, err = run(capsys, "explain", *WORKED, "--sla", "100")
        assert (code, err) == (0, "")
        assert "10  requests/replica  122.2 tok/s/user: meets it" in out
        assert "50,000 / (1,222 x 0.7) =" in out
        # the budget's share q at 95 % is 0.55: exp(0.45 ln 2358.05 + 0.55 ln 1222) = 1642.62
        assert "at 95 %, 2,358.05^0.45 x 1,222^0.55 = 1,642.62" in out
        assert "\nWhat would change it\n" in out


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case)
def test_every_known_case(capsys, case):
    (row,) = explained(capsys, *case.flags(), code=0 if case.feasible else 3)
    found = by_name(row)
    if not case.feasible:
        assert list(found) == ["SLA", "first measured point"]
        assert row["reason"]
        return
    counts = {"GPUs, estimate": case.pods, "GPUs to budget": case.pods_budget, "GPUs to commit": case.pods_high}
    assert {name: found[name] for name in counts} == {name: n * case.gpus_per_pod for name, n in counts.items()}
    for step in row["steps"]:
        if step["step"] in counts:
            asked, carried, util, quotient, pods, each = (
                float(part.replace(",", "")) for part in DIVISION.search(step["how"]).groups()
            )
            assert asked / (carried * util) == pytest.approx(quotient, rel=2e-5)  # six digits are shown
            # Where six digits cannot tell on which side of a whole number it lies, they tell nothing of the rounding.
            assert pods == max(1, math.ceil(quotient)) or quotient == pytest.approx(round(quotient), rel=2e-5)
            assert step["value"] == pods * each


class TestSizingFile:
    def test_one_of_its_slas_with_spares_and_price(self, capsys):
        # README: 112 GPUs to quote at 75, 27 pods + 1 spare of 4; x 7.25 x 730 = 592,760
        (row,) = explained(capsys, "--spec", ILLUSTRATIVE, "--sla", "75")
        found = by_name(row)
        assert (row["rigor"], row["rigor_reasons"], found["GPUs to commit"]) == ("VERDICT", [], 108)
        assert (found["GPUs to quote: commit"], found["cost"]) == (112, 592_760)

    def test_all_of_them(self, capsys):
        rows = explained(capsys, "--spec", ILLUSTRATIVE)
        assert [row["sla_toks_per_user"] for row in rows] == [30, 60, 75, 100, 112]

    def test_one_that_it_has_not(self, capsys):
        code, out, err = run(capsys, "explain", "--spec", ILLUSTRATIVE, "--sla", "76")
        assert (code, out) == (2, "")
        assert err == "xlsizing: --sla must be one of the sizing file's (got 76); it has 30, 60, 75, 100, 112\n"

    def test_the_file_alone_says_what_is_sized(self, capsys):
        code, _, err = run(capsys, "explain", "--spec", ILLUSTRATIVE, "--util", "0.5")
        assert (code, err) == (2, "xlsizing: --util must not be given beside --spec; change the sizing file instead\n")


def test_a_limit_that_binds(capsys):
    """README, "First token and speed together": 40 tok/s/user within 2 s is 64 GPUs to commit, c* where TTFT is 2 s."""
    anchors = "1:215.5::0.1,10:122.2::0.18,64:70::0.9,256:41.8::12"
    given = ["--anchors", anchors, "--tpm", "3000000", "--gpus-per-pod", "4", "--sla", "40", "--ttft", "2"]
    (row,) = explained(capsys, *given)
    found = by_name(row)
    assert (row["binding"], row["ttft_limit_s"], found["GPUs to commit"]) == ("TTFT", 2, 64)
    assert found["TTFT at c*"] == pytest.approx(2)
