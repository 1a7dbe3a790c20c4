"""``--growth`` and ``growth:``: from the sizing's date to files that pass their review, and one sentence where it is wrong."""

import json

import pytest

from tests.command_line import run
from tests.spec_files import MINIMAL, written

FLAGS = ("--tpm", "3e6", "--sla", "20", "--anchors", "1:215.5,10:122.2,256:41.8", "--gpus-per-pod", "4")
NOV_30_2026 = "1795996800"


def grown(capsys, *flags):
    code, out, err = run(capsys, "size", *flags, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)["growth"]


def test_from_the_day_that_is_fixed(capsys, monkeypatch):
    # 50,000 tok/s x 1, 1.41421, 2, 2.82843 and 4 on pods of 7,490.56 tok/s: 7, 10, 14, 19 and 27 of 4 GPUs
    monkeypatch.setenv("SOURCE_DATE_EPOCH", NOV_30_2026)
    growth = grown(capsys, *FLAGS, "--growth", "4:12")
    quarters = growth["rows"][0]["quarters"]
    assert [quarter["date"] for quarter in quarters] == [
        "2026-11-30", "2027-02-28", "2027-05-30", "2027-08-30", "2027-11-30",
    ]  # fmt: skip
    assert [quarter["total_gpus_budget"] for quarter in quarters] == [28, 40, 56, 76, 108]


def test_a_sizing_file_without_a_date_says_the_same(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", NOV_30_2026)
    path = written(tmp_path, MINIMAL | {"slas": [20], "growth": {"factor": 4, "months": 12}})
    assert grown(capsys, "--spec", path) == grown(capsys, *FLAGS, "--growth", "4:12")


def test_files_that_pass_their_review(capsys, tmp_path):
    code, out, err = run(capsys, "size", *FLAGS, "--growth", "4:12", "--emit", tmp_path)
    assert (code, err) == (0, "")
    assert "Growth by quarter" in out
    assert "## When each next pod is needed" in (tmp_path / "CAPACITY-SIZING.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("3", "--growth must be a factor and months, such as 3:12 (got '3')"),
        ("3:12:1", "--growth must be a factor and months, such as 3:12 (got '3:12:1')"),
        ("", "--growth must be a factor and months, such as 3:12 (got a blank)"),
        ("3:", "--growth must be a number (got a blank)"),
        ("0:12", "the factor of --growth must be from 0.01 to 1,000 (got 0)"),
        ("1001:12", "the factor of --growth must be from 0.01 to 1,000 (got 1001)"),
        ("3:0", "the months of --growth must be a whole number of at least 1 (got 0)"),
        ("3:1.5", "the months of --growth must be a whole number from 1 to 120 (got 1.5)"),
        ("3:121", "the months of --growth must be a whole number from 1 to 120 (got 121)"),
    ],
)
def test_refusals(capsys, tmp_path, text, sentence):
    folder = tmp_path / "new"
    assert run(capsys, "size", *FLAGS, f"--growth={text}", "--emit", folder) == (2, "", f"xlsizing: {sentence}\n")
    assert not folder.exists()


def test_more_pods_than_can_be_counted(capsys):
    code, out, err = run(capsys, "size", "--tok-s", "1e10", *FLAGS[2:], "--growth", "1000:12")
    assert (code, out) == (2, "")
    assert err.startswith("xlsizing: growth must not need more than 100000000 pods")


def test_not_beside_a_sizing_file(capsys, tmp_path):
    path = written(tmp_path, MINIMAL)
    code, _, err = run(capsys, "size", "--spec", path, "--growth", "3:12")
    assert (code, err) == (2, "xlsizing: --growth must not be given beside --spec; change the sizing file instead\n")
