"""``xlsizing calibrate``, and what it writes in the hands of ``size``, the sizing file and workbooks."""

import json

import pytest

from tests.command_line import run
from tests.spec_files import MINIMAL, written
from xlsizing.core.calibration import read_calibration
from xlsizing.hosts.recalc import Recalculation
from xlsizing.workbooks.writer.names import FIRST_SLA

ANCHORS = ("--anchors", "1:215.5,10:122.2,256:41.8", "--tpm", "3000000", "--sla", "50,100,150", "--gpus-per-pod", "4")


def table(path, curves):
    """Write made-up sweeps: the k-th falls the more the larger k is."""
    lines = ["curve_id,concurrency,tok_s_per_user"]
    for k in range(curves):
        fall = 0.6 + 0.35 * k / curves
        lines += [f"made up {k},{2**i},{100 * fall**i:.6f}" for i in range(7)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def made(capsys, tmp_path):
    """Return a function that calibrates on 70 made-up curves for a method."""

    def made(method="auto"):
        path = tmp_path / f"{method}.json"
        sweeps = table(tmp_path / "ours.csv", 70)
        assert run(capsys, "calibrate", sweeps, "-o", path, "--method", method)[::2] == (0, "")
        return path

    return made


class TestCalibrate:
    def test_it_says_what_it_wrote(self, capsys, tmp_path):
        path = tmp_path / "own.json"
        code, out, err = run(capsys, "calibrate", table(tmp_path / "ours.csv", 70), "-o", path, "--method", "tpot")
        calibration = read_calibration(path)
        assert (code, err) == (0, "")
        assert (calibration.method, calibration.curves, calibration.date) == ("tpot", 70, "2026-11-25")
        facts = out.splitlines()
        assert facts[0].startswith("Budget calibration: q=")
        assert facts[1:] == ["Seed of the draw: 20260720", f"Written: {path}"]

    def test_scheme_and_truth_are_kept(self, capsys, tmp_path):
        path = tmp_path / "own.json"
        run(capsys, "calibrate", table(tmp_path / "ours.csv", 70), "-o", path, "--scheme", "every second")
        assert (read_calibration(path).scheme, read_calibration(path).truth) == ("every second", "c x r")

    def test_twice_gives_the_same_file(self, capsys, tmp_path):
        sweeps = table(tmp_path / "ours.csv", 70)
        for name in ("a.json", "b.json"):
            run(capsys, "calibrate", sweeps, "-o", tmp_path / name)
        assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()

    @pytest.mark.parametrize(("curves", "warned"), [(59, True), (60, False)])
    def test_few_curves_are_warned_about(self, capsys, tmp_path, curves, warned):
        code, _, err = run(capsys, "calibrate", table(tmp_path / "ours.csv", curves), "-o", tmp_path / "x.json")
        assert (code, err.startswith(f"xlsizing: warning: {curves} curves are fewer than 60")) == (0, warned)

    def test_too_few_are_refused_and_nothing_is_written(self, capsys, tmp_path):
        code, out, err = run(capsys, "calibrate", table(tmp_path / "ours.csv", 19), "-o", tmp_path / "x.json")
        assert (code, out, (tmp_path / "x.json").exists()) == (2, "", False)
        assert err.startswith("xlsizing: sweeps must hold at least 20 curves")

    @pytest.mark.parametrize(
        ("flags", "sentence"),
        [
            (["--method", "spline"], '--method must be "auto", "log-c" or "tpot" (got \'spline\')'),
            (["--scheme", "all"], '--scheme must be "first, ~10, last", '),
            (["--truth", "none"], '--truth must be "c x r", '),
            (["-o", "x.yaml"], "output must end in .json (got 'x.yaml')"),
        ],
    )
    def test_refusals(self, capsys, tmp_path, flags, sentence):
        code, out, err = run(capsys, "calibrate", table(tmp_path / "ours.csv", 70), *flags)
        assert (code, out) == (2, "")
        assert err.startswith(f"xlsizing: {sentence}")
        assert err.count("\n") == 1


class TestSize:
    def test_every_result_names_it(self, capsys, made, tmp_path):
        file = made()
        calibration = read_calibration(file)
        code, _, err = run(
            capsys, "size", *ANCHORS, "--method", "auto", "--calibration", file, "--emit", tmp_path / "out"
        )
        assert (code, err) == (0, "")  # written, read back and recomputed
        told = json.loads((tmp_path / "out" / "capacity_sizing.json").read_text(encoding="utf-8"))
        text = (tmp_path / "out" / "CAPACITY-SIZING.md").read_text(encoding="utf-8").replace("\\", "")
        assert told["calibration"] == calibration.record()
        assert f"- Budget calibration: {calibration.fact}" in text
        assert f"By a calibration on 70 curves of ours.csv (SHA-256 {calibration.sha256})" in text
        assert "On public sweeps" not in text

    def test_without_one_the_json_says_none(self, capsys):
        assert json.loads(run(capsys, "size", *ANCHORS, "--json").out)["calibration"] is None

    def test_one_of_another_method_is_refused(self, capsys, made):
        code, out, err = run(capsys, "size", *ANCHORS, "--method", "tpot", "--calibration", made())
        assert (code, out) == (2, "")
        assert err.startswith("xlsizing: --calibration must be made for the sizing's method, tpot (got 'auto')")

    def test_a_workbook_budgets_with_it_and_says_so(self, capsys, made, tmp_path):
        file, book = made(), tmp_path / "x.xlsx"
        given = run(capsys, "size", *ANCHORS, "--method", "auto", "--calibration", file, "--xlsx", book, "--json")
        assert given.code == 0
        row = json.loads(given.out)["rows"][0]
        live = Recalculation(book)
        assert live.value("Out_GPUs_Budget")[0][0] == row["gpus_budget"]
        words = live.value(f"Sizing!B{FIRST_SLA + 14}")
        assert words.startswith(f"Budget: By a calibration on {read_calibration(file).words}, for one SLA on a curve")
        about = [cell for line in live.value("About!B1:C60") for cell in line]
        assert read_calibration(file).fact in about

    def test_in_a_workbook_too_it_holds_for_its_method_alone(self, capsys, made, tmp_path):
        book = tmp_path / "x.xlsx"
        run(capsys, "size", *ANCHORS, "--method", "auto", "--calibration", made(), "--xlsx", book)
        live = Recalculation(book)
        live.set("Method", "tpot")
        assert live.value("Out_GPUs_Budget")[0][0] == live.value("Out_GPUs_Commit")[0][0]
        assert "no budget claimed: the calibration is of auto" in live.value("Out_Remark")[0][0]


class TestSizingFile:
    def test_its_field(self, capsys, made, tmp_path):
        file = made()
        spec = written(tmp_path, MINIMAL | {"method": "auto", "calibration": file.name})
        told = json.loads(run(capsys, "size", "--spec", spec, "--json").out)
        assert told["calibration"] == read_calibration(file).record()

    def test_one_of_another_method_is_a_fault_of_the_field(self, capsys, made, tmp_path):
        spec = written(tmp_path, MINIMAL | {"method": "tpot", "calibration": made().name})
        code, out, err = run(capsys, "size", "--spec", spec)
        assert (code, out) == (2, "")
        assert "calibration: must be made for the sizing's method, tpot (got 'auto')" in err

    def test_it_must_stand_beside_the_file_unless_that_is_trusted(self, capsys, made, tmp_path):
        made()
        inner = tmp_path / "inner"
        inner.mkdir()
        spec = written(inner, MINIMAL | {"method": "auto", "calibration": "../auto.json"})
        code, _, err = run(capsys, "size", "--spec", spec)
        assert (code, "calibration file must be in the folder of the sizing file" in err) == (2, True)
        assert run(capsys, "size", "--spec", spec, "--allow-outside").code == 0

    def test_a_workbook_of_it_rests_on_it(self, capsys, made, tmp_path):
        spec = written(tmp_path, MINIMAL | {"method": "auto", "calibration": made().name})
        assert run(capsys, "workbook", "--spec", spec, "-o", tmp_path / "x.xlsx").code == 0
        rows = json.loads(run(capsys, "size", "--spec", spec, "--json").out)["rows"]
        live = Recalculation(tmp_path / "x.xlsx").value("Out_GPUs_Budget")
        assert [cell for (cell,) in live[: len(rows)]] == [row["gpus_budget"] for row in rows]
