"""``xlsizing plot`` and ``size --pictures``: files whole or not at all, and one sentence where it cannot be."""

import re
import sys

import pytest

from tests.command_line import run
from tests.spec_files import EXAMPLE

FLAGS = ("--tpm", "3e6", "--sla", "20,100", "--anchors", "1:215.5,10:122.2,256:41.8", "--gpus-per-pod", "4")
NAMES = ["curve", "gpus-by-sla", "sensitivity"]
REPORT = ["CAPACITY-SIZING.md", "capacity_sizing.json"]


@pytest.fixture
def without_matplotlib(monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def curve(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("concurrency,tok_s_per_user,output_tok_s\n1,200,190\n8,150,1150\n64,60,3500\n")
    return path


class TestPlot:
    def test_one_picture_into_a_file(self, capsys, tmp_path):
        code, out, err = run(capsys, "plot", "gpus-by-sla", "--spec", EXAMPLE, "-o", tmp_path / "a.SVG")
        assert (code, err) == (0, "")
        assert out.startswith("DRAFT: ")
        assert out.endswith(f"\nWritten: {tmp_path / 'a.SVG'}\n")
        assert (tmp_path / "a.SVG").read_text(encoding="utf-8").startswith("<?xml")

    def test_all_into_a_folder_as_svg_and_png(self, capsys, tmp_path, curve):
        code, _, err = run(capsys, "plot", *FLAGS, "-o", tmp_path / "new", "--compare", curve, "--compare-usd", "5")
        assert (code, err) == (0, "")
        assert names(tmp_path / "new") == sorted(
            f"{name}.{form}" for name in (*NAMES, "cost-by-sla") for form in ("svg", "png")
        )

    def test_a_demand_that_grows(self, capsys, tmp_path):
        assert run(capsys, "plot", *FLAGS, "--growth", "3:12", "-o", tmp_path / "new").code == 0
        assert names(tmp_path / "new") == sorted(
            f"{name}.{form}" for name in (*NAMES, "growth") for form in ("svg", "png")
        )
        assert run(capsys, "plot", "growth", *FLAGS, "--growth", "3:12", "-o", tmp_path / "a.svg").code == 0

    def test_an_sla_that_cannot_be_met(self, capsys, tmp_path):
        flags = [*FLAGS[:3], "300", *FLAGS[4:]]
        assert run(capsys, "plot", "curve", *flags, "-o", tmp_path / "a.png").code == 3
        assert names(tmp_path) == ["a.png"]

    def test_a_file_that_exists_stays(self, capsys, tmp_path):
        (tmp_path / "curve.png").write_text("mine")
        code, out, err = run(capsys, "plot", *FLAGS, "-o", tmp_path)
        assert (code, out) == (2, "")
        assert err == f"xlsizing: output must not exist yet; pass --force to overwrite it ({tmp_path / 'curve.png'})\n"
        assert names(tmp_path) == ["curve.png"]
        assert run(capsys, "plot", "curve", *FLAGS, "-o", tmp_path / "curve.png", "--force").code == 0
        assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["growths", "-o", "a.svg"], "the picture must be \"gpus-by-sla\", \"curve\", \"cost-by-sla\", \"sensitivity\" or \"growth\" (got 'growths')"),
            (["growth", "-o", "a.svg"], "--growth must be given with this picture, or growth in a sizing file named with --spec"),
            (["curve", "-o", "a.jpg"], "output must end in .svg or .png (got 'a.jpg')"),
            (["curve", "-o", ""], "output must name a file (got a blank)"),
            (["cost-by-sla", "-o", "a.svg"], "--compare must be given with cost-by-sla, or without a picture, and only with it"),
            (["curve", "-o", "a.svg", "--compare", "x"], "--compare must be given with cost-by-sla, or without a picture, and only with it"),
            (["-o", "new", "--compare", "x", "--compare-usd", "1", "--compare-usd", "2"], "--compare-usd must be given for each --compare, or for none (got 2 for 1)"),
            (["-o", "new", "--compare-usd", "1"], "--compare-usd must be given for each --compare, or for none (got 1 for 0)"),
        ],
    )  # fmt: skip
    def test_refusals(self, capsys, tmp_path, monkeypatch, arguments, sentence):
        monkeypatch.chdir(tmp_path)
        assert run(capsys, "plot", *arguments, *FLAGS) == (2, "", f"xlsizing: {sentence}\n")
        assert names(tmp_path) == []

    def test_a_curve_of_another_workload_is_refused_by_name(self, capsys, tmp_path):
        name = "public:inferencex-deepseek-r1-0528-b200-sglang-fp8-none-tp8-ep1-1024x8192"
        code, out, err = run(
            capsys, "plot", "cost-by-sla", "--spec", EXAMPLE, "-o", tmp_path / "a.svg", "--compare", name
        )
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "OSL 8192 measured, 1024 asked for" in err
        assert f"(--compare {name})" in err

    def test_without_the_library_one_sentence(self, capsys, tmp_path, without_matplotlib):
        code, out, err = run(capsys, "plot", *FLAGS, "-o", tmp_path / "new")
        assert (code, out) == (2, "")
        assert (
            err == "xlsizing: plot must have matplotlib to draw with; install it with: pip install 'xlsizing[plot]'\n"
        )
        assert names(tmp_path) == []


class TestEmit:
    @pytest.mark.parametrize("form", ["svg", "png"])
    def test_pictures_stand_beside_the_report_which_shows_them(self, capsys, tmp_path, form):
        code, _, err = run(capsys, "size", *FLAGS, "--emit", tmp_path, "--pictures", form)
        assert (code, err) == (0, "")
        text = (tmp_path / REPORT[0]).read_text(encoding="utf-8")
        shown = re.findall(r"^!\[[^\]]+\]\(([^)]+)\)$", text, re.MULTILINE)
        assert sorted(shown) == [f"CAPACITY-SIZING-{name}.{form}" for name in NAMES]
        assert names(tmp_path) == sorted([*REPORT, *shown])

    def test_without_them_nothing_changes_where_nothing_can_draw(self, capsys, tmp_path, request):
        run(capsys, "size", *FLAGS, "--emit", tmp_path / "with", "--pictures", "svg")
        run(capsys, "size", *FLAGS, "--emit", tmp_path / "plain")
        request.getfixturevalue("without_matplotlib")
        assert run(capsys, "size", *FLAGS, "--emit", tmp_path / "none").code == 0
        for name in REPORT:
            assert (tmp_path / "none" / name).read_bytes() == (tmp_path / "plain" / name).read_bytes()
        assert (tmp_path / "with" / REPORT[1]).read_bytes() == (tmp_path / "plain" / REPORT[1]).read_bytes()
        lines = (tmp_path / "with" / REPORT[0]).read_text().split("\n\n")
        plain = (tmp_path / "plain" / REPORT[0]).read_text().split("\n\n")
        assert len([line for line in lines if line not in plain]) == 2 * len(NAMES)  # a heading and a picture each

    def test_refusals(self, capsys, tmp_path, without_matplotlib):
        given = run(capsys, "size", *FLAGS, "--pictures", "svg")
        assert given == (2, "", "xlsizing: --pictures must be given with --emit, and only with it\n")
        given = run(capsys, "size", *FLAGS, "--emit", tmp_path / "new", "--pictures", "jpg")
        assert given == (2, "", 'xlsizing: --pictures must be "svg" or "png" (got \'jpg\')\n')
        given = run(capsys, "size", *FLAGS, "--emit", tmp_path / "new", "--pictures", "svg")
        assert (
            given.err
            == "xlsizing: plot must have matplotlib to draw with; install it with: pip install 'xlsizing[plot]'\n"
        )
        assert names(tmp_path) == []
