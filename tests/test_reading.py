"""Reading a named file: regular files and fed pipes; everything that would wait or never end is refused at once."""

import os
import socket
import threading
import time
from pathlib import Path

import pytest

from tests.command_line import run
from xlsizing import InputError
from xlsizing.reading import file_data, is_input, keeping_inputs

FLAGS = ("--sla", 20, "--tpm", 3e6, "--gpus-per-pod", 4)
posix = pytest.mark.skipif(os.name == "nt", reason="has no such pipes and devices")


def refused(path):
    start = time.monotonic()
    with pytest.raises(InputError) as error:
        file_data(Path(path), "curve file", largest=99)
    assert time.monotonic() - start < 2
    return str(error.value)


class TestReads:
    @pytest.mark.parametrize("size", [0, 1, 99, 100, 5000])
    def test_at_most_one_byte_too_many(self, tmp_path, size):
        (tmp_path / "a").write_bytes(b"x" * size)
        assert file_data(tmp_path / "a", "curve file", largest=99) == b"x" * min(size, 100)

    @posix
    @pytest.mark.parametrize("size", [1, 99, 5000])
    def test_a_pipe_that_somebody_writes_to(self, tmp_path, size):
        os.mkfifo(tmp_path / "pipe")
        writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=[b"x" * size])
        writer.start()
        data = file_data(tmp_path / "pipe", "curve file", largest=9999)
        writer.join()
        assert data == b"x" * size

    @posix
    def test_what_a_shell_pipes_in(self):
        taken, given = os.pipe()
        os.write(given, b"concurrency")
        os.close(given)
        assert file_data(Path(f"/dev/fd/{taken}"), "curve file", largest=99) == b"concurrency"
        os.close(taken)


class TestRefuses:
    @posix
    def test_a_pipe_without_a_writer(self, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        said = f"curve file must be a file (got a pipe that nobody writes to in {tmp_path / 'pipe'})"
        assert refused(tmp_path / "pipe") == said

    @posix
    @pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/random"])
    def test_a_device(self, tmp_path, device):
        assert refused(device) == f"curve file must be a file (got a device in {device})"
        (tmp_path / "link").symlink_to(device)
        assert refused(tmp_path / "link") == f"curve file must be a file (got a device in {tmp_path / 'link'})"

    @posix
    def test_a_socket(self, tmp_path):
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(tmp_path / "s"))
            assert refused(tmp_path / "s") == f"curve file must be a file (got a socket in {tmp_path / 's'})"

    def test_a_folder_and_what_is_not_there(self, tmp_path):
        assert refused(tmp_path) == f"curve file must be readable: Is a directory ({tmp_path})"
        assert refused(tmp_path / "no").startswith("curve file must be readable: No such file or directory (")

    @posix
    @pytest.mark.parametrize(
        "arguments",
        [
            ("size", *FLAGS, "--curve"),
            ("audit", "--pods", 8, "--tpm", 3e6, "--curve"),
            ("size", "--spec"),
            ("levers", "--spec"),
            ("rightsize", "--spec"),
            ("spec", "--check"),
            ("workbook", "-o", "out.xlsx", "--spec"),
            ("recalc",),
            ("doctor",),
        ],
        ids=lambda arguments: " ".join(map(str, arguments[:1])),
    )
    def test_in_every_command(self, capsys, tmp_path, monkeypatch, arguments):
        monkeypatch.chdir(tmp_path)
        os.mkfifo("pipe")
        for place, words in (("pipe", "a pipe that nobody writes to"), ("/dev/zero", "a device")):
            start = time.monotonic()
            outcome = run(capsys, *arguments, place)
            assert (outcome.code, outcome.out) == (2, "")
            assert f"must be a file (got {words} in {place})" in outcome.err
            assert time.monotonic() - start < 5
        assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


class TestInputs:
    def test_are_known_by_what_they_are_only_while_asked(self, tmp_path):
        for name in "ab":
            (tmp_path / name).write_text("x")
        os.link(tmp_path / "a", tmp_path / "hard")
        with keeping_inputs():
            file_data(tmp_path / "a", "curve file", largest=9)
            assert [is_input((tmp_path / name).stat()) for name in ("a", "hard", "b")] == [True, True, False]
        assert not is_input((tmp_path / "a").stat())


class TestNoCommandDestroysItsInput:
    SPEC = "demand: {tpm: 3e6}\nslas: [20]\ngpus_per_pod: 4\ncurve: {anchors: [[1, 215.5], [256, 41.8]]}\n"
    JSON = '{"demand": {"tpm": 3e6}, "slas": [20], "gpus_per_pod": 4, "curve": {"file": "CAPACITY-SIZING.md"}}'
    CURVE = "concurrency,tok_s_per_user\n1,215.5\n256,41.8\n"

    def unharmed(self, capsys, folder, *arguments):
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        outcome = run(capsys, *arguments)
        assert (outcome.code, outcome.out) == (2, "")
        assert "output must not be a file that is read; write to another place (" in outcome.err
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before

    def test_the_sizing_file(self, capsys, tmp_path):
        file = tmp_path / "capacity_sizing.json"
        file.write_text(self.JSON.replace('"file": "CAPACITY-SIZING.md"', '"anchors": [[1, 215.5]]'))
        self.unharmed(capsys, tmp_path, "size", "--spec", file, "--emit", tmp_path)

    def test_the_curve_that_it_names(self, capsys, tmp_path):
        (tmp_path / "s.json").write_text(self.JSON)
        (tmp_path / "CAPACITY-SIZING.md").write_text(self.CURVE)
        self.unharmed(capsys, tmp_path, "size", "--spec", tmp_path / "s.json", "--emit", tmp_path)

    @pytest.mark.parametrize("link", [None, os.symlink, os.link], ids=["itself", "symbolic", "hard"])
    @pytest.mark.parametrize("command", ["size", "workbook"])
    def test_under_any_name_by_any_output(self, capsys, tmp_path, link, command):
        spec, out = tmp_path / "s.xlsx", tmp_path / ("out.xlsx" if link else "s.xlsx")
        spec.write_text(self.SPEC)
        if link:
            link(spec, out)
        self.unharmed(
            capsys, tmp_path, command, "--spec", spec, "--xlsx" if command == "size" else "-o", out, "--force"
        )

    def test_the_curve_file(self, capsys, tmp_path):
        curve = tmp_path / "capacity_sizing.json"
        curve.write_text(self.CURVE)
        self.unharmed(capsys, tmp_path, "size", *FLAGS, "--curve", curve, "--emit", tmp_path)

    def test_where_one_output_is_refused_none_is_written(self, capsys, tmp_path):
        curve = tmp_path / "capacity_sizing.json"
        curve.write_text(self.CURVE)
        out = tmp_path / "out.xlsx"
        self.unharmed(capsys, tmp_path, "size", *FLAGS, "--curve", curve, "--emit", tmp_path, "--xlsx", out)
