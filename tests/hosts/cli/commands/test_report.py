"""``xlsizing report``: one page, whole or not at all."""

import pytest

from tests.command_line import run
from tests.reports.page.reader import read
from tests.spec_files import EXAMPLE


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_page(capsys, tmp_path):
    code, out, err = run(capsys, "report", "--spec", EXAMPLE, "-o", tmp_path / "a.html")
    assert (code, err) == (0, "")
    assert out.startswith("DRAFT: the context lacks")
    assert out.endswith(f"\nWritten: {tmp_path / 'a.html'}\n")
    assert len(read((tmp_path / "a.html").read_text(encoding="utf-8")).all("svg")) == 3


def test_curves_compared(capsys, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("concurrency,tok_s_per_user\n1,200\n8,150\n64,60\n")
    flags = ("--compare", other, "--compare-usd", "5.25")
    assert run(capsys, "report", "--spec", EXAMPLE, "-o", tmp_path / "a.html", *flags).code == 0
    assert len(read((tmp_path / "a.html").read_text(encoding="utf-8")).all("svg")) == 4


def test_an_sla_that_cannot_be_met(capsys, tmp_path, illustrative):
    given = illustrative((("slas",), [30, 300]))
    code, _, err = run(capsys, "report", "--spec", given, "-o", tmp_path / "a.html", "--no-pictures")
    assert (code, err) == (3, "")
    assert not read((tmp_path / "a.html").read_text(encoding="utf-8")).all("svg")


def test_a_curve_of_another_workload_is_refused(capsys, tmp_path, mismatched):
    code, out, err = run(capsys, "report", "--spec", mismatched, "-o", tmp_path / "a.html")
    assert (code, out) == (2, "")
    assert "ISL 1024 measured, 8192 asked for" in err
    assert not (tmp_path / "a.html").exists()
    assert run(capsys, "report", "--spec", mismatched, "-o", tmp_path / "a.html", "--allow-mismatch").code == 2


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("a.txt", "output must end in .html (got 'a.txt')"),
        ("", "output must name a file (got a blank)"),
        ("mine.html", "output must not exist yet; pass --force to overwrite it (mine.html)"),
    ],
)
def test_refusals(capsys, tmp_path, monkeypatch, output, sentence):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.html").write_text("mine")
    assert run(capsys, "report", "--spec", EXAMPLE, "-o", output) == (2, "", f"xlsizing: {sentence}\n")
    assert names(tmp_path) == ["mine.html"]
    assert (tmp_path / "mine.html").read_text() == "mine"
