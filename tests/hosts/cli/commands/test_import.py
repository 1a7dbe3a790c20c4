"""xlsizing import and xlsizing curves: results in, a curve file or a list out, nothing written where it is refused."""

import json

import pytest

from tests.command_line import run
from tests.importers import results
from xlsizing.importers import read_curve


@pytest.fixture
def folder(tmp_path):
    """Return a new folder that holds these files, given by name."""

    def made(files, name="results"):
        for file, text in files.items():
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path / name

    return made


class TestImport:
    def test_results_to_gpus(self, capsys, folder, tmp_path):
        """At 62.5 tok/s/user c*=32 and T=1,616: 50,000/(1,616 x 0.7) = 44.2, so 45 pods of 4."""
        out = tmp_path / "curve.yaml"
        done = run(capsys, "import", folder(results.files("inferencex")), "-o", out)
        assert done.code == 0
        assert str(out) in "".join(done.out.split("\n"))
        sized = run(capsys, "size", "--curve", out, "--tpm", "3e6", "--sla", "62.5", "--json")
        assert sized.code == 0
        assert json.loads(sized.out)["rows"][0]["gpus"] == 180

    def test_a_folder_to_gpus_in_one_line(self, capsys, folder):
        sized = run(
            capsys, "size", "--curve", folder(results.files("inferencex")), "--tpm", "3e6", "--sla", "62.5", "--json"
        )
        assert json.loads(sized.out)["rows"][0]["gpus"] == 180

    def test_gpus_per_pod_that_are_not_those_measured(self, capsys, folder):
        done = run(
            capsys,
            "size",
            "--curve",
            folder(results.files("inferencex")),
            "--tpm",
            "3e6",
            "--sla",
            "62.5",
            "--gpus-per-pod",
            "8",
        )
        assert (done.code, done.err) == (
            2,
            "xlsizing: --gpus-per-pod must be that of the replica that was measured, 4 (got 8)\n",
        )

    def test_throughput_that_looks_like_that_of_one_gpu(self, capsys, folder, tmp_path):
        """4 x 24 and 4 x 96 are 0.96 of c x tok/s/user; 24 tok/s at c=1 carry 1,000/60/(24 x 0.7) = 0.99: one pod."""
        table = folder({"curve.csv": "concurrency,tok/s/user,output tok/s\n1,100,24\n8,50,96\n"})
        out = tmp_path / "curve.yaml"
        refused = run(capsys, "import", table, "-o", out)
        assert refused.code == 2
        assert "looks like" in refused.err or "of one GPU" in refused.err
        assert run(capsys, "import", table, "-o", out, "--throughput-per-replica").code == 0
        assert "\nthroughput_per_replica: true\n" in out.read_text()
        flags = ("--tpm", "1000", "--sla", "100", "--gpus-per-pod", "1")
        sized = run(capsys, "size", "--curve", out, *flags, "--json")
        assert json.loads(sized.out)["rows"][0]["gpus"] == 1

    def test_what_is_missing_is_listed(self, capsys, folder, tmp_path):
        done = run(capsys, "import", folder(results.files("vllm")), "-o", tmp_path / "c.yaml")
        assert "Not in the files" in done.out
        assert "Hugging Face path, Hardware" in done.out

    def test_a_context_file_adds_it(self, capsys, folder, tmp_path):
        more = tmp_path / "more.yaml"
        more.write_text("context:\n  hardware: B200\n  tp: 8\n  pp: 1\n  dp_in_pod: 1\n")
        out = tmp_path / "c.yaml"
        assert run(capsys, "import", folder(results.files("vllm")), "-o", out, "--context", more).code == 0
        curve = read_curve(out)
        assert (curve.context.hardware, curve.measured_gpus) == ("B200", 8)

    def test_a_context_file_may_not_contradict(self, capsys, folder, tmp_path):
        more = tmp_path / "more.yaml"
        more.write_text("model: another\n")
        done = run(capsys, "import", folder(results.files("vllm")), "-o", tmp_path / "c.yaml", "--context", more)
        assert done.code == 2
        assert "model (example/model-8b against another)" in done.err

    def test_several_curves_are_refused_or_split(self, capsys, folder, tmp_path):
        top = folder(
            results.files("vllm") | {"other.json": json.dumps(results.vllm(results.RUNS[0], model_id="other"))}
        )
        refused = run(capsys, "import", top, "-o", tmp_path / "c.yaml")
        assert refused.code == 2
        assert "they differ in model" in refused.err
        assert "2 curves" in refused.out
        assert not (tmp_path / "c.yaml").exists()
        assert run(capsys, "import", top, "-o", tmp_path / "split", "--split").code == 0
        assert sorted(file.name for file in (tmp_path / "split").iterdir()) == [
            "model-8b-isl1000-osl101.yaml",
            "other-isl1000-osl101.yaml",
        ]

    def test_an_existing_file_is_kept(self, capsys, folder, tmp_path):
        out = tmp_path / "c.yaml"
        out.write_text("mine")
        done = run(capsys, "import", folder(results.files("vllm")), "-o", out)
        assert (done.code, out.read_text()) == (2, "mine")
        assert run(capsys, "import", folder(results.files("vllm")), "-o", out, "--force").code == 0

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            (["--stat", "p42"], "--stat must be"),
            (["--format", "x"], "--format must be"),
            (["--concurrency", "x"], "--concurrency must be"),
            (["--gpus-per-pod", "0"], "--gpus-per-pod must be a whole number"),
            (["--max-failed", "2"], "--max-failed must be in (0, 1]"),
            (["--context", "no.yaml"], "result file must be readable"),
        ],
    )
    def test_bad_flags(self, capsys, folder, tmp_path, more, words):
        done = run(capsys, "import", folder(results.files("vllm")), "-o", tmp_path / "c.yaml", *more)
        assert done.code == 2
        assert done.err.startswith(f"xlsizing: {words}")
        assert not (tmp_path / "c.yaml").exists()

    def test_the_output_must_be_yaml(self, capsys, folder, tmp_path):
        assert run(capsys, "import", folder(results.files("vllm")), "-o", tmp_path / "c.csv").code == 2


class TestCurves:
    def test_a_row_a_curve(self, capsys, folder):
        folder(results.files("vllm"), "results/a")
        top = folder(results.files("inferencex"), "results/b").parent
        listed = json.loads(run(capsys, "curves", top, "--json").out)["curves"]
        assert [(row["formats"], row["points"], row["concurrencies"], row["rigor"]) for row in listed] == [
            ("vllm", 4, "1-128", "DRAFT"), ("inferencex", 4, "1-128", "DRAFT"),
        ]  # fmt: skip
        assert listed[0]["best_tps"] == pytest.approx(2308.571, abs=0.01)

    def test_a_curve_that_is_none_is_listed_as_refused(self, capsys, folder):
        text = results.files("table")["anchors.csv"].replace("32,16.0", "32,7.0")
        listed = json.loads(run(capsys, "curves", folder({"a.csv": text}), "--json").out)["curves"]
        assert (listed[0]["rigor"], listed[0]["rises"]) == ("refused", "1, 14 %")

    def test_the_public_ones(self, capsys):
        done = run(capsys, "curves", "--public", "--json")
        assert len(json.loads(done.out)["curves"]) == 24
        assert "public benchmark of others" in json.loads(done.out)["curves"][0]["missing"]

    def test_a_folder_or_the_shelf(self, capsys):
        assert run(capsys, "curves").code == 2
        assert run(capsys, "curves", ".", "--public").code == 2


class TestSizingFile:
    def test_a_folder_as_the_curve(self, capsys, folder, tmp_path):
        folder(results.files("inferencex"))
        spec = tmp_path / "sizing.yaml"
        spec.write_text(
            "demand: {tpm: 3000000}\nslas: [62.5]\ngpus_per_pod: 4\ncurve: {file: results}\ncontext: {cache_state: cold}\n"
        )
        done = run(capsys, "size", "--spec", spec, "--json")
        assert done.code == 0
        record = json.loads(done.out)
        assert record["rows"][0]["gpus"] == 180
        assert "cold" in json.dumps(record)
        assert "B200" in json.dumps(record)

    def test_a_context_that_contradicts_the_results(self, capsys, folder, tmp_path):
        folder(results.files("inferencex"))
        spec = tmp_path / "sizing.yaml"
        spec.write_text(
            "demand: {tpm: 3000000}\nslas: [62.5]\ngpus_per_pod: 4\ncurve: {file: results}\ncontext: {tp: 8}\n"
        )
        done = run(capsys, "size", "--spec", spec)
        assert done.code == 2
        assert "tp (4 against 8)" in done.err

    def test_a_public_curve(self, capsys, tmp_path):
        spec = tmp_path / "sizing.yaml"
        name = "public:inferencex-deepseek-r1-0528-b200-sglang-fp8-none-tp8-ep1-1024x1024"
        spec.write_text(f"demand: {{tpm: 3000000}}\nslas: [70]\ngpus_per_pod: 8\ncurve: {{file: '{name}'}}\n")
        done = run(capsys, "size", "--spec", spec)
        assert done.code == 0
        assert "public benchmark of others, not this deployment" in " ".join(done.out.split())


class TestJson:
    def test_says_what_was_read_and_written(self, capsys, folder, tmp_path):
        out = tmp_path / "curve.yaml"
        code, printed, err = run(capsys, "import", folder(results.files("inferencex")), "-o", out, "--json")
        record = json.loads(printed)
        assert (code, err, record["written"]) == (0, "", [str(out)])
        assert [curve["points"] for curve in record["curves"]] == [len(read_curve(out))]

    def test_several_curves_are_refused_without_a_table(self, capsys, folder, tmp_path):
        files = results.files("vllm") | {f"other/{name}": text for name, text in results.files("sglang").items()}
        code, printed, err = run(capsys, "import", folder(files), "-o", tmp_path / "curve.yaml", "--json")
        assert (code, printed) == (2, "")
        assert err
