"""``xlsizing accuracy``: printed, written and drawn, whole or not at all."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import run

LINES = ["curve_id,concurrency,tok_s_per_user,output_tok_s_per_replica"] + [
    f"made up {k},{c},{rate},{'' if k else 0.9 * c * rate}"
    for k in range(3)
    for c, rate in zip([1, 2, 4, 8, 16], [100, 90 - k, 70, 50, 30], strict=True)
]


@pytest.fixture
def sweeps(tmp_path):
    path = tmp_path / "ours.csv"
    path.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    return path


def test_markdown_is_printed(capsys, sweeps):
    code, out, err = run(capsys, "accuracy", sweeps)
    assert (code, err) == (0, "")
    assert out.startswith("# How accurate a sizing is\n\n3 curves of ours.csv, SHA-256 ")
    assert [line for line in out.splitlines() if line.startswith("## ")] == [
        "## Truth: c x r",
        "## Truth: measured",
        "## Truth: measured, not at the anchors",
    ]


def test_json(capsys, sweeps):
    code, out, err = run(capsys, "accuracy", sweeps, "--json", "--confidence", "0.90")
    told = json.loads(out)
    assert (code, err, told["confidence"], told["share"], told["curves"]) == (0, "", 0.9, 0.4, 3)
    rows = {(row["scheme"], row["truth"], row["method"]): row for row in told["rows"]}
    assert len(rows) == 5 * 3 * 3
    assert (rows["first, last", "c x r", "auto"]["curves"], rows["first, last", "c x r", "auto"]["points"]) == (3, 9)
    assert rows["first, last", "measured", "auto"]["curves"] == 1
    assert rows["five geometric", "c x r", "auto"]["error_median"] is None


def test_files(capsys, sweeps, tmp_path):
    folder, picture = tmp_path / "out", tmp_path / "error.png"
    code, out, _ = run(capsys, "accuracy", sweeps, "--emit", folder, "--plot", picture)
    written = [folder / "ACCURACY.md", folder / "accuracy.json", picture]
    assert (code, out.splitlines()[-1]) == (0, f"Written: {', '.join(map(str, written))}")
    assert out.startswith(written[0].read_text(encoding="utf-8"))
    assert json.loads(written[1].read_text(encoding="utf-8"))["source"] == "ours.csv"
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_nothing_is_replaced_without_force(capsys, sweeps, tmp_path):
    (tmp_path / "accuracy.json").write_text("mine", encoding="utf-8")
    code, _, err = run(capsys, "accuracy", sweeps, "--emit", tmp_path)
    assert (code, "output must not exist yet" in err) == (2, True)
    assert not (tmp_path / "ACCURACY.md").exists()
    assert run(capsys, "accuracy", sweeps, "--emit", tmp_path, "--force").code == 0


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--confidence", "0.5"], "--confidence must be 0.90, 0.95 or 0.99 (got 0.5)"),
        (["--plot", "x.svg"], "output must end in .png (got 'x.svg')"),
        (["--emit", " "], '--emit must name a directory (got a blank); write "." for the current one'),
    ],
)
def test_refusals(capsys, sweeps, flags, sentence):
    assert run(capsys, "accuracy", sweeps, *flags) == (2, "", f"xlsizing: {sentence}\n")


def test_a_missing_library_is_said_before_the_work(capsys, sweeps, tmp_path, monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, out, err = run(capsys, "accuracy", sweeps, "--plot", tmp_path / "x.png")
    assert (code, out) == (2, "")
    assert err == "xlsizing: plot must have matplotlib to draw with; install it with: pip install 'xlsizing[plot]'\n"


def test_the_door_of_the_benchmarks(sweeps):
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.accuracy", sweeps, "--json"],
        cwd=Path(__file__).resolve().parents[4], capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["curves"] == 3
