"""``xlsizing size --spec``: the sizing file alone says what is sized, and a wrong curve is refused or marked."""

import json

import pytest

from tests.command_line import run
from tests.spec_files import EXAMPLE, ILLUSTRATIVE, MINIMAL, written
from xlsizing.hosts.cli.commands.size import command
from xlsizing.spec.text import read_document

FILES = ["CAPACITY-SIZING.md", "capacity_sizing.json"]
BESIDE = {"spec", "allow_mismatch", "allow_outside", "emit", "pictures", "xlsx", "force", "as_json"}
MISMATCH = "ISL 1024 measured, 8192 asked for: off by 87.5 %, above 10 %"  # 1 - 1024 / 8192


class TestSpec:
    def test_the_example(self, capsys):
        # The worked rows of the specification, at util 0.70 and by auto.
        code, out, err = run(capsys, "size", "--spec", EXAMPLE, "--json")
        told = json.loads(out)
        assert (code, err) == (0, "")
        assert [row["replicas"] for row in told["rows"]] == [7, 9, 31, 84, 326]
        assert [row["replicas_budget"] for row in told["rows"]] == [7, 25, 44, 178, 329]
        assert (told["method"], told["confidence"]) == ("auto", 0.95)
        assert [row["sla_name"] for row in told["rows"]] == [None, "chat", None, None, None]
        assert (told["model"], told["curve_source"]) == ("MiniMax-M2-NVFP4 on GB300, TP4", "sizing.yaml")
        assert told["about"] == {"Customer": "Example customer", "Date": "2026-11-23"}
        assert told["sign_off"] == ["Sales engineer", "Capacity planner"]

    def test_its_table_names_customer_slas_and_price_once(self, capsys):
        _, out, _ = run(capsys, "size", "--spec", ILLUSTRATIVE)
        lines = [line.strip() for line in out.splitlines()]
        assert out.startswith("VERDICT: TTFT not asked for.\n")
        assert [line for line in lines if line.startswith("Price")] == [
            "Price: 7.25 $/GPU-hour (2026-11-01, illustrative price, no quote)"
        ]
        assert "Customer: Illustrative customer" in lines

    def test_emit(self, capsys, tmp_path):
        code, out, _ = run(capsys, "size", "--spec", ILLUSTRATIVE, "--emit", tmp_path)
        assert (code, sorted(path.name for path in tmp_path.iterdir())) == (0, FILES)
        assert out.endswith(f"Written: {tmp_path / FILES[0]}, {tmp_path / FILES[1]}\n")

    def test_an_sla_that_cannot_be_met(self, capsys, illustrative):
        code, out, err = run(capsys, "size", "--spec", illustrative((("slas",), [30, 300])))
        assert (code, err) == (3, "")
        assert "300  cannot be met" in out
        assert "No difference at 300 tok/s/user for Full CUDA graphs (illustrative), " in out


class TestRefusals:
    @pytest.mark.parametrize("flag", [o.opts[0] for o in command.params if o.name not in BESIDE])
    def test_a_flag_beside_the_file_is_refused_by_name(self, capsys, flag):
        switch = next(option for option in command.params if flag in option.opts).is_flag
        given = run(capsys, "size", "--spec", EXAMPLE, flag, *([] if switch else ["0.7"]))
        sentence = f"xlsizing: {flag} must not be given beside --spec; change the sizing file instead\n"
        assert given == (2, "", sentence)

    def test_each_fault_on_a_line_of_its_own(self, capsys, tmp_path):
        file = written(tmp_path, MINIMAL | {"util": 70, "demnd": 5, "gpus_per_pod": 0})
        code, out, err = run(capsys, "size", "--spec", file)
        assert (code, out) == (2, "")
        assert [line.partition(", line ")[2].lstrip("0123456789") for line in err.splitlines()] == [
            ", gpus_per_pod: must be a whole number of at least 1 (got 0)",
            ", util: must be in (0, 1] (got 70)",
            ": must have known fields (got 'demnd'); did you mean demand?",
        ]
        assert all(line.startswith("xlsizing: sizing.json, line ") for line in err.splitlines())

    def test_no_such_file(self, capsys, tmp_path):
        code, out, err = run(capsys, "size", "--spec", tmp_path / "no.yaml")
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "No such file or directory" in err

    def test_faults_leave_no_files(self, capsys, tmp_path):
        file = written(tmp_path, MINIMAL | {"util": 70})
        assert run(capsys, "size", "--spec", file, "--emit", tmp_path / "out").code == 2
        assert list(tmp_path.iterdir()) == [file]


class TestWrongColumns:
    """The complete example with one column changed, as people change it."""

    @pytest.fixture
    def changed(self, tmp_path):
        """Return a function that writes the example with each anchor's column times a factor."""

        def change(column, by, width=4, **more):
            value = read_document(ILLUSTRATIVE).value
            value["curve"]["anchors"] = [
                [cell * by if at == column else cell for at, cell in enumerate(row[:width])]
                for row in value["curve"]["anchors"]
            ]
            return written(tmp_path, {**value, "levers": [], "curve": value["curve"] | more})

        return change

    def test_output_divided_by_the_gpus_of_a_pod(self, capsys, changed):
        code, out, err = run(capsys, "size", "--spec", changed(2, 1 / 4))
        assert (code, out) == (2, "")
        assert "4 times it is 97% to 98% of c x tok/s/user at every anchor; column 3 looks like tok/s per GPU" in err

    def test_it_is_sized_where_it_is_stated_to_be_of_the_replica(self, capsys, changed):
        code, out, err = run(capsys, "size", "--spec", changed(2, 1 / 4, 3, throughput_per_replica=True), "--json")
        assert (code, err) == (0, "")
        # the example commits 10 pods at 30 tok/s/user: 50,000/(7,690 x 0.7) = 9.3; of a quarter of that, 37.2
        assert json.loads(out)["rows"][0]["pods_high"] == 38

    @pytest.mark.parametrize(("by", "unit"), [(60, "divide by 60"), (1000, "milliseconds; divide by 1000")])
    def test_ttft_in_another_unit(self, capsys, changed, by, unit):
        code, out, err = run(capsys, "size", "--spec", changed(3, by))
        assert (code, out) == (2, "")
        assert "curve: TTFT must leave output tok/s within 3 times of what was measured" in err
        assert unit in err

    def test_a_statement_does_not_silence_the_ttft(self, capsys, changed):
        code, _, err = run(capsys, "size", "--spec", changed(2, 1 / 4, throughput_per_replica=True))
        assert (code, "TTFT must leave output tok/s within 3 times" in err) == (2, True)

    def test_by_flags(self, capsys):
        flags = ("--tpm", "3e6", "--sla", "50", "--gpus-per-pod", "3", "--anchors", "8:100:250,64:50:1000")
        code, _, err = run(capsys, "size", *flags)
        assert code == 2
        assert "3 times it is 94% of c x" in err.replace("94% to 94%", "94%")
        assert "state that it is per replica after all with --throughput-per-replica" in err
        assert run(capsys, "size", *flags, "--throughput-per-replica")[0] == 0


class TestMismatch:
    @pytest.mark.parametrize("command", [["size"], ["levers"], ["audit", "--pods", "18"]], ids=lambda words: words[0])
    def test_refused(self, capsys, mismatched, command):
        assert run(capsys, *command, "--spec", mismatched) == (
            2,
            "",
            (
                f"xlsizing: curve must be measured at the customer's workload: {MISMATCH}; "
                "take a curve of that shape, or pass --allow-mismatch for internal use\n"
            ),
        )

    @pytest.mark.parametrize("command", ["size", "audit"])
    def test_without_a_file_there_is_no_workload_to_mismatch(self, capsys, command):
        given = [command, "--allow-mismatch", "--tpm", "3e6", "--anchors", "8:100", "--pods", "1"]
        given = [*given[:-2], "--sla", "50", "--gpus-per-pod", "1"] if command == "size" else given
        sentence = "xlsizing: --allow-mismatch must be given with --spec, and only with it\n"
        assert run(capsys, *given) == (2, "", sentence)

    def test_every_row_is_marked_in_json(self, capsys, mismatched):
        code, out, _ = run(capsys, "size", "--spec", mismatched, "--allow-mismatch", "--json")
        told = json.loads(out)
        assert (code, told["rigor"], told["workload_mismatch"]) == (3, "DRAFT", [MISMATCH])
        assert len(told["rows"]) == 3
        for row in told["rows"]:
            assert row["rigor"] == "DRAFT"
            assert f"WORKLOAD MISMATCH: {MISMATCH}" in row["rigor_reasons"]
            assert row["next_lever"].startswith("Measure a curve at the customer's workload")

    def test_every_row_is_marked_in_the_terminal(self, capsys, mismatched):
        _, out, _ = run(capsys, "size", "--spec", mismatched, "--allow-mismatch")
        assert out.startswith(f"DRAFT: WORKLOAD MISMATCH, internal use only: {MISMATCH}.\n")
        answer = out.partition("GPUs and dollars")[2].partition("\n\n")[0]
        rows = [line for line in answer.splitlines() if line.split()[:1] in (["30"], ["100"], ["300"])]
        assert len(rows) == 3
        assert all("WORKLOAD MISMATCH" in row for row in rows)

    def test_every_row_is_marked_in_markdown(self, capsys, mismatched, tmp_path):
        assert run(capsys, "size", "--spec", mismatched, "--allow-mismatch", "--emit", tmp_path / "out").code == 3
        text = (tmp_path / "out" / FILES[0]).read_text(encoding="utf-8")
        rows = [line for line in text.splitlines() if line.startswith(("| 30 |", "| 100 |", "| 300 |"))]
        # answer, what it multiplies out from, and operation; and three levers at the two SLAs that can be met
        assert len(rows) == 3 * 3 + 2 * 3
        assert all("WORKLOAD MISMATCH" in row for row in rows)
        assert "Commit to the numbers" not in text
        assert "Three figures, three jobs" not in text
        assert "Quote none of these numbers" in text

    def test_a_match_is_not_marked(self, capsys):
        _, out, _ = run(capsys, "size", "--spec", ILLUSTRATIVE, "--allow-mismatch")
        assert "MISMATCH" not in out


class TestIllustrative:
    """Every page of the illustrative file says that its figures are no measurement."""

    PHRASE = "illustrative figures, not a measurement"

    @pytest.mark.parametrize("more", [[], ["--json"]], ids=["text", "json"])
    @pytest.mark.parametrize("command", ["size", "levers", "audit", "rightsize"])
    def test_all_that_is_printed(self, capsys, command, more):
        given = ["--pods", "18"] if command == "audit" else []
        code, out, _ = run(capsys, command, "--spec", ILLUSTRATIVE, *given, *more)
        assert code == 0
        assert self.PHRASE in " ".join(out.lower().split())

    def test_all_that_is_written(self, capsys, tmp_path):
        run(capsys, "size", "--spec", ILLUSTRATIVE, "--emit", tmp_path)
        assert [self.PHRASE in (tmp_path / name).read_text(encoding="utf-8").lower() for name in FILES] == [True] * 2
