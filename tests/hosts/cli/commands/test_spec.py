"""``xlsizing spec``: the example runs, the schema is the schema, a check tells everything that is wrong."""

import json

import pytest

from tests.command_line import run
from tests.spec_files import EXAMPLE, ILLUSTRATIVE, MINIMAL, written
from xlsizing.spec import schema


class TestExample:
    def test_is_the_shipped_file_to_the_letter(self, capsys):
        assert run(capsys, "spec", "--example") == (0, EXAMPLE.read_text(encoding="utf-8"), "")

    @pytest.mark.parametrize(
        "command", [["size"], ["levers"], ["rightsize"], ["audit", "--pods", "18"]], ids=lambda c: c[0]
    )
    def test_what_it_prints_runs(self, capsys, tmp_path, command):
        file = tmp_path / "sizing.yaml"
        file.write_text(run(capsys, "spec", "--example").out, encoding="utf-8")
        code, out, err = run(capsys, *command, "--spec", file)
        assert (code, err) == (0, "")
        assert "MiniMax-M2-NVFP4 on GB300, TP4" in out


class TestSchema:
    def test_is_the_schema(self, capsys):
        code, out, err = run(capsys, "spec", "--schema")
        assert (code, err) == (0, "")
        assert json.loads(out) == schema()


class TestCheck:
    @pytest.mark.parametrize("file", [EXAMPLE, ILLUSTRATIVE], ids=lambda file: file.name)
    def test_shipped_files(self, capsys, file):
        assert run(capsys, "spec", "--check", file) == (0, "OK\n", "")

    def test_everything_wrong_at_once(self, capsys, tmp_path):
        file = written(tmp_path, MINIMAL | {"util": 70, "slas": [], "spare_pods": -1})
        code, out, err = run(capsys, "spec", "--check", file)
        assert (code, out, len(err.splitlines())) == (2, "", 3)
        assert all(line.startswith("xlsizing: ") for line in err.splitlines())


class TestUsage:
    @pytest.mark.parametrize("given", [[], ["--example", "--schema"], ["--schema", "--check", "x"]], ids=str)
    def test_exactly_one(self, capsys, given):
        sentence = "xlsizing: exactly one of --example, --schema, --check must be given\n"
        assert run(capsys, "spec", *given) == (2, "", sentence)
