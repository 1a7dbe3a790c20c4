"""``xlsizing doctor``: a line a check, exit code 4 where one fails, and the same as JSON."""

import json
import sys

import pytest

from tests.command_line import run
from tests.hosts.doctor.machines import CALL, CONFIG, xlsm, xlsx
from xlsizing.hosts.excel.registry import FUNCTIONS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def good():
    return xlsm(CALL)


def written(folder, name, data):
    path = folder / name
    path.write_bytes(data)
    return path


def lines(out):
    """Return the checks that were printed, each with its state."""
    checks, _, _ = out.rpartition("\n\n")
    return [tuple(line.split(maxsplit=1)) for line in checks.splitlines()]


@pytest.mark.skipif(sys.platform == "win32", reason="a Windows without Excel is not fit")
class TestHere:
    def test_this_machine_is_fit(self, capsys):
        code, out, err = run(capsys, "doctor")
        assert (code, err) == (0, "")
        assert {state for state, _ in lines(out)} <= {"pass", "skip"}
        assert out.endswith("\n\nNothing fails.\n")

    def test_a_sound_workbook_is_fit(self, capsys, tmp_path, good):
        code, out, err = run(capsys, "doctor", written(tmp_path, "quote.xlsm", good))
        assert (code, err) == (0, "")
        assert ("pass", "macros: 6 modules") in lines(out)
        assert any(line.startswith(f"wrappers: {len(FUNCTIONS)}, those of xlsizing ") for _, line in lines(out))

    def test_the_file_is_not_changed(self, capsys, tmp_path, good):
        path = written(tmp_path, "quote.xlsm", good)
        run(capsys, "doctor", path)
        assert path.read_bytes() == good
        assert [each.name for each in tmp_path.iterdir()] == ["quote.xlsm"]


class TestNotRight:
    def test_a_macro_free_copy(self, capsys, tmp_path):
        code, out, err = run(capsys, "doctor", written(tmp_path, "quote.xlsx", xlsx(CALL)))
        assert (code, err) == (4, "")
        failing = [line for state, line in lines(out) if state == "FAIL"]
        assert len(failing) == 1
        assert failing[0].startswith("macros: none, but cells call SIZING_ functions: a macro-free copy; mend: ")
        assert out.splitlines()[-1].startswith("1 of ")

    def test_as_json(self, capsys, tmp_path):
        path = written(tmp_path, "quote.xlsx", xlsx(CALL))
        code, out, err = run(capsys, "doctor", path, "--json")
        record = json.loads(out)
        assert (code, err, record["failed"], record["file"]) == (4, "", 1, str(path))
        (macros,) = [check for check in record["checks"] if check["check"] == "macros"]
        assert macros["state"] == "FAIL"
        assert set(macros) == {"check", "state", "words", "mend"}

    def test_hostile_settings_stay_on_their_line(self, capsys, tmp_path):
        config = [("UDF MODULES", "evil\n\npass        all: well \u202e"), *CONFIG[1:]]
        code, out, _ = run(capsys, "doctor", written(tmp_path, "quote.xlsx", xlsx(CALL, config=config)))
        assert code == 4
        (line,) = [line for _, line in lines(out) if "evil" in line]
        assert line.startswith("UDF MODULES: is evil pass all: well \\u202e; mend: set it to xlsizing.hosts.udfs")


class TestBadInput:
    @pytest.mark.parametrize(
        ("file", "sentence"),
        [
            ("nowhere.xlsm", "workbook must be readable: No such file or directory (nowhere.xlsm)"),
            (".", "workbook must be readable: Is a directory (.)"),
            (
                "https://d.docs.live.net/1/q.xlsm",
                (
                    "workbook must be on this machine (got 'https://d.docs.live.net/1/q.xlsm'); "
                    "save a copy in a local folder and name that"
                ),
            ),
        ],
    )
    def test_a_file_that_is_not_there(self, capsys, file, sentence):
        assert run(capsys, "doctor", file) == (2, "", f"xlsizing: {sentence}\n")

    def test_a_file_that_is_no_workbook(self, capsys, tmp_path):
        code, out, err = run(capsys, "doctor", written(tmp_path, "quote.csv", b"1,2\n"))
        assert (code, out) == (2, "")
        assert err.startswith("xlsizing: workbook must be an Excel workbook (got something else")


def test_help_states_the_exit_codes(capsys):
    code, out, _ = run(capsys, "doctor", "--help")
    assert code == 0
    assert "Exit code 0 where nothing fails, 4 where something does." in out
    assert "4 done, but something is not right (recalc, batch, doctor, evidence)" in " ".join(
        run(capsys, "--help").out.split()
    )
