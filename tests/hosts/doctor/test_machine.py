"""The probes of this very machine: what they answer where nothing is simulated."""

from __future__ import annotations

import platform
import sys
from dataclasses import replace
from importlib import metadata

import pytest
import xlwings

import xlsizing
from xlsizing.hosts.doctor.machine import Answer, this_machine
from xlsizing.hosts.excel.registry import FUNCTIONS


@pytest.fixture(scope="module")
def machine():
    return this_machine()


@pytest.fixture
def program(tmp_path):
    """Write a program that stands in for an interpreter."""
    if sys.platform == "win32":
        pytest.skip("the stand-ins are shell scripts")

    def program(text):
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    return program


class TestFacts:
    def test_of_the_interpreter(self, machine):
        assert (machine.system, machine.python) == (platform.system(), platform.python_version())
        assert (machine.executable, machine.base) == (sys.executable, sys.base_prefix)
        assert (machine.bits == 64) == (sys.maxsize > 2**32)

    def test_installed_versions(self, machine):
        assert machine.version_of("numpy") == metadata.version("numpy")
        assert machine.version_of("no-such-package") is None

    def test_the_pin_is_the_one_of_the_package(self, machine):
        assert f"xlwings=={machine.pinned}" in metadata.requires("xlsizing")
        assert machine.pinned == xlwings.__version__

    def test_files(self, machine, tmp_path):
        path = tmp_path / "a.conf"
        path.write_bytes(b"x")
        assert (machine.read(str(path)), machine.is_file(str(path))) == (b"x", True)
        for missing in (tmp_path, tmp_path / "b", "nul\0byte"):
            assert (machine.read(str(missing)), machine.is_file(str(missing))) == (None, False)

    def test_there_is_a_registry_on_windows_alone(self, machine):
        key = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
        value = machine.registry("HKEY_LOCAL_MACHINE", key, "ProductName")
        assert (value is None) == (sys.platform != "win32")

    @pytest.mark.parametrize(
        ("text", "expanded"),
        [
            (r"%LOCALAPPDATA%\x\%Name%.exe", r"C:\data\x\ana.exe"),
            (r"%unknown%\x", r"%unknown%\x"),
            ("100 % of it", "100 % of it"),
        ],
    )
    def test_variables(self, machine, text, expanded):
        known = replace(machine, environment={"LocalAppData": r"C:\data", "NAME": "ana"})
        assert known.expanded(text) == expanded


class TestAsking:
    def test_this_interpreter_loads_every_function(self, machine):
        assert machine.ask(sys.executable) == Answer(
            platform.python_version(), xlsizing.__version__, xlwings.__version__, len(FUNCTIONS)
        )

    def test_one_that_is_not_there(self, machine, tmp_path):
        assert machine.ask(str(tmp_path / "python")).failure.startswith("it does not start: ")

    @pytest.mark.parametrize(
        ("text", "failure"),
        [
            ("echo Traceback >&2; echo \"ModuleNotFoundError: No module named 'xlsizing'\" >&2; exit 1",
             "ModuleNotFoundError: No module named 'xlsizing'"),
            ("exit 9", "it ended with exit code 9"),
            ("echo hello", "it answered with something else than asked"),
            ("echo '[1, 2, 3, 4, 5, 6]'", "it answered with something else than asked"),
            ("true", "it answered with something else than asked"),
        ],
    )  # fmt: skip
    def test_one_that_does_not_answer(self, machine, program, text, failure):
        assert machine.ask(program(text)) == Answer(failure=failure)

    def test_a_file_of_our_name_where_it_was_started_does_not_stand_in(self, machine, tmp_path, monkeypatch):
        (tmp_path / "xlsizing.py").write_text("raise RuntimeError('not this one')", encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        assert machine.ask(sys.executable).failure == ""
