"""``xlsizing batch``: files in and out, exit codes, totals, a grid, and tables that are whole or not there."""

import json
import os
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.command_line import run
from tests.spec_files import EXAMPLE
from xlsizing.batch.columns import INPUTS, RESULTS

ANCHORS = "concurrency,tok_s_per_user\n1,215.5\n10,122.2\n256,41.8\n"
HEADER = "customer,curve,sla,tpm,gpus_per_pod\n"
MET, UNMET, WRONG = "Acme,a,50,3e6,4\n", "Acme,a,300,3e6,4\n", "Brit,a,50,-1,4\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a curve, which is where the command runs."""
    (tmp_path / "curves").mkdir()
    (tmp_path / "curves" / "a.csv").write_text(ANCHORS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sized(capsys, folder, rows, *arguments, output="out.csv"):
    """Run the command on rows in CSV."""
    (folder / "in.csv").write_text(HEADER + rows, encoding="utf-8")
    return run(capsys, "batch", "in.csv", "--curves", "curves", "-o", output, *arguments)


class TestExitCodes:
    @pytest.mark.parametrize(
        ("rows", "code"), [(MET, 0), (MET + UNMET, 3), (MET + WRONG, 4), (UNMET + WRONG, 4), ("", 0)]
    )
    def test_wrong_rows_before_unmet_ones(self, capsys, folder, rows, code):
        assert sized(capsys, folder, rows).code == code
        assert len((folder / "out.csv").read_text(encoding="utf-8").splitlines()) == 1 + rows.count("\n")

    def test_what_is_said(self, capsys, folder):
        told = sized(capsys, folder, MET + UNMET + WRONG * 7, "--columns", "gpus")
        assert told.err == ""
        assert told.out.splitlines() == [
            "9 rows: 1 sized, 1 cannot be met, 7 wrong.",
            *(f"Row {row}: tpm must be above 0 (got -1)" for row in range(3, 8)),
            "Further ones are in the column error.",
            "Written: out.csv",
        ]
        lines = (folder / "out.csv").read_text(encoding="utf-8").splitlines()
        assert lines[:4] == [
            "customer,curve,sla,tpm,gpus_per_pod,gpus,error",
            "Acme,a,50,3e6,4,36,",
            "Acme,a,300,3e6,4,,",
            "Brit,a,50,-1,4,,tpm must be above 0 (got -1)",
        ]

    def test_strict(self, capsys, folder):
        told = sized(capsys, folder, MET + WRONG, "--strict")
        assert (told.code, told.out) == (2, "")
        assert (
            told.err
            == "xlsizing: table must hold no row that is wrong: tpm must be above 0 (got -1) (row 2 of in.csv)\n"
        )
        assert not (folder / "out.csv").exists()

    def test_json(self, capsys, folder):
        told = sized(capsys, folder, MET + WRONG, "--json", "--by", "customer")
        record = json.loads(told.out)
        assert (told.code, record["rows"], record["wrong"], record["unmet"]) == (4, 2, 1, 0)
        assert record["first_wrong"] == [{"row": 2, "error": "tpm must be above 0 (got -1)"}]
        assert [(row["customer"], row["total_gpus"]) for row in record["totals"]] == [("Acme", 36), ("Brit", 0)]


class TestFiles:
    def test_totals(self, capsys, folder):
        told = sized(capsys, folder, MET * 2, "--by", "customer", "--totals", "totals.csv")
        assert told.code == 0
        assert told.out.splitlines()[1].split()[:6] == ["customer", "hardware", "currency", "rows", "unmet", "wrong"]
        assert (
            (folder / "totals.csv")
            .read_text(encoding="utf-8")
            .splitlines()[1]
            .startswith("Acme,,USD,2,0,0,56,72,200,472,")
        )

    @pytest.mark.parametrize("output", ["out.csv", "out.parquet", "out.xlsx"])
    def test_nothing_is_overwritten_without_force(self, capsys, folder, output):
        assert sized(capsys, folder, MET, output=output).code == 0
        before = (folder / output).read_bytes()
        told = sized(capsys, folder, MET + MET, output=output)
        assert (told.code, told.err) == (
            2,
            f"xlsizing: output must not exist yet; pass --force to overwrite it ({output})\n",
        )
        assert (folder / output).read_bytes() == before
        assert sized(capsys, folder, MET + MET, "--force", output=output).code == 0
        assert (folder / output).read_bytes() != before

    @pytest.mark.parametrize("output", ["in.csv", "curves/a.csv"])
    def test_nothing_that_was_read_is_overwritten(self, capsys, folder, output):
        told = sized(capsys, folder, MET, "--force", output=output)
        assert (told.code, "must not be a file that is read" in told.err) == (2, True)
        assert (folder / "curves" / "a.csv").read_text(encoding="utf-8") == ANCHORS

    @pytest.mark.parametrize("totals", ["out.csv", "missing/totals/totals.csv"])
    def test_both_files_or_none(self, capsys, folder, totals):
        told = sized(capsys, folder, MET, "--by", "customer", "--totals", totals)
        assert (told.code, told.err.count("\n")) == (2, 1)
        assert sorted(path.name for path in folder.iterdir()) == ["curves", "in.csv"]

    def test_a_folder_that_may_not_be_written(self, capsys, folder):
        if os.geteuid() == 0:
            pytest.skip("root may write anywhere")
        (folder / "closed").mkdir(mode=0o500)
        told = sized(capsys, folder, MET, output="closed/out.csv")
        assert (told.code, told.err) == (2, "xlsizing: output must be writable: Permission denied (closed/out.csv)\n")

    @pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
    def test_a_disk_that_is_full(self, folder, suffix):
        pq.write_table(
            pa.table(
                {"curve": ["a"] * 50_000, "sla": [50.0] * 50_000, "tpm": [3e6] * 50_000, "gpus_per_pod": [4] * 50_000}
            ),
            folder / "in.parquet",
        )
        columns = "gpus" if suffix == ".xlsx" else ",".join(each.name for each in RESULTS)
        program = (
            "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000)); from xlsizing.hosts.cli.main import main;"
            f"main(['batch', 'in.parquet', '--curves', 'curves', '-o', 'out{suffix}', '--columns', '{columns}'])"
        )
        done = subprocess.run(
            [sys.executable, "-B", "-c", program],  # or the interpreter would write half of its own bytecode
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.splitlines() == ["xlsizing: output must be writable: File too large (.)"]
        assert sorted(path.name for path in folder.iterdir()) == ["curves", "in.parquet"]


class TestOneCurve:
    def test_no_column_is_needed_for_it(self, capsys, folder):
        (folder / "in.csv").write_text("sla,tpm,gpus_per_pod\n50,3e6,4\n", encoding="utf-8")
        told = run(capsys, "batch", "in.csv", "--curve", "curves/a.csv", "-o", "out.csv", "--columns", "gpus")
        assert (told.code, (folder / "out.csv").read_text(encoding="utf-8").splitlines()[1]) == (0, "50,3e6,4,36,")


class TestSweep:
    def test_a_grid_of_one_file(self, capsys, folder):
        told = run(
            capsys, "batch", EXAMPLE, "--sweep", "util=0.5:0.9:0.1,sla=20:100:40", "-o", "grid.csv", "--columns", "gpus"
        )
        assert (told.code, told.out.splitlines()[0]) == (0, "15 rows: 15 sized, 0 cannot be met, 0 wrong.")
        header, *lines = (folder / "grid.csv").read_text(encoding="utf-8").splitlines()
        at = header.split(",").index
        assert [(line.split(",")[at("util")], line.split(",")[at("sla")]) for line in lines[:4]] == [
            ("0.5", "20"), ("0.5", "60"), ("0.5", "100"), ("0.6", "20")
        ]  # fmt: skip

    def test_the_file_says_all_else(self, capsys, folder):
        told = run(capsys, "batch", EXAMPLE, "--sweep", "util=0.5", "--curve", "curves/a.csv", "-o", "grid.csv")
        assert told.err == "xlsizing: --curve must not be given beside a sizing file; change the sizing file instead\n"


class TestRefused:
    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["in.csv", "-o", "out.csv"], "exactly one of --curves, --curve must be given"),
            (["-o", "out.csv"], "IN must be given"),
            (["in.csv"], "--output must be given"),
            (["in.csv", "-o", "out.csv", "--curves", "curves", "--totals", "t.csv"], "--totals must be given with --by"),
            (["in.csv", "-o", "out.csv", "--curves", "curves", "--by", "x"], "--by must name columns of the table (got 'x')"),
            (["in.csv", "-o", "out.csv", "--curves", "curves", "--columns", "x"],
             "columns must be names of results (got 'x'); xlsizing batch --list-columns lists them"),
            (["in.csv", "-o", "out.csv", "--curves", "curves", "--allow-outside"], "--allow-outside must be given with --sweep, and only with it"),
            (["in.csv", "-o", "out.csv", "--curves", "nowhere"], "curves must end in .csv, .tsv, .parquet or .xlsx (got 'nowhere')"),
        ],
    )  # fmt: skip
    def test_in_one_sentence(self, capsys, folder, arguments, words):
        (folder / "in.csv").write_text(HEADER + MET, encoding="utf-8")
        told = run(capsys, "batch", *arguments)
        assert (told.code, told.out, told.err) == (2, "", f"xlsizing: {words}\n")
        assert sorted(path.name for path in folder.iterdir()) == ["curves", "in.csv"]


def test_columns_are_listed(capsys):
    told = run(capsys, "batch", "--list-columns")
    lines = told.out.splitlines()
    assert told.code == 0
    assert [line.split()[0] for line in lines[-len(RESULTS) :]] == [each.name for each in RESULTS]
    assert {line.split()[0].rstrip(":") for line in lines} >= set(INPUTS)


def test_a_bar_only_where_somebody_watches(capsys, folder):
    # stderr is no terminal here: nothing of a bar, and nothing else, is on it
    assert sized(capsys, folder, MET * 1000).err == ""
