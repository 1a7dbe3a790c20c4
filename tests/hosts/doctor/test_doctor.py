"""What the doctor says of a machine: one sentence a check, in which nothing but the spoilt point differs.

No Windows is needed: the machine answers through its probes. What Windows itself does with them is unverified.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest
import xlwings

import xlsizing
from tests.hosts.doctor.machines import (
    BOOK,
    CONFIG,
    DLL,
    MODULES,
    OWN_CONF,
    PLATFORM,
    PYTHON,
    VENV,
    book,
    elsewhere,
    said,
    sick,
    windows,
)
from xlsizing.hosts.doctor.examination import examine
from xlsizing.hosts.doctor.machine import Answer, this_machine
from xlsizing.hosts.doctor.xlwings_config import settings

XLSIZING, XLWINGS = xlsizing.__version__, xlwings.__version__
PIP = f'"{PYTHON}" -m pip install'
SET_UP = "mend: follow the set-up in workbook/README.md"
FROM_PYTHON_ORG = "mend: install the 64-bit Python from python.org and follow the set-up in workbook/README.md"
INSTEAD = "open the customer workbook, use xlwings Lite, or recalculate with `xlsizing recalc FILE`"
SET_IT = f"mend: set INTERPRETER_WIN to {PYTHON} on the sheet xlwings.conf or in {OWN_CONF}"

WHOLE_PATH = "must be a whole path, from the drive on, with backslashes"


def own_file(interpreter):
    """The user's own settings, in the form that xlwings writes."""
    return {OWN_CONF: f'"INTERPRETER_WIN","{interpreter}"\r\n"SHOW CONSOLE",""\r\n'.encode()}


def named_by(interpreter):
    """The settings of a workbook that names an interpreter."""
    return (*CONFIG, ("INTERPRETER_WIN", interpreter))


class TestAllRight:
    def test_every_check_on_windows_passes(self):
        found = examine(windows(), book(), lambda _: MODULES)
        assert {each.state for each in found} == {"pass"}
        assert [each.check for each in found] == [
            "Python", "xlsizing", "xlwings", "Excel", "pywin32", "interpreter", "xlwings DLL", "functions", "macros",
            "place", "blocked", "xlwings in the workbook", "wrappers", "xlwings.conf", "UDF MODULES",
            "ADD_WORKBOOK_TO_PYTHONPATH", "SHOW CONSOLE", "DEBUG UDFS",
        ]  # fmt: skip

    def test_the_words_of_a_pass_say_what_was_found(self):
        lines = [str(each) for each in examine(windows(), book(), lambda _: MODULES)]
        assert lines[:8] == [
            f"Python: 3.12.8, 64-bit ({PYTHON})",
            f"xlsizing: {XLSIZING}",
            f"xlwings: {XLWINGS}, the version that xlsizing {XLSIZING} needs",
            "Excel: Excel.Application.16, 64-bit",
            "pywin32: 311",
            f"interpreter: {PYTHON}, named by {OWN_CONF}",
            f"xlwings DLL: xlwings64-{XLWINGS}.dll in {VENV}",
            f"functions: 18 from xlsizing {XLSIZING}, xlwings {XLWINGS}, Python 3.12.8",
        ]

    def test_without_a_workbook_the_machine_alone_is_looked_at(self):
        found = examine(windows(files=own_file(PYTHON)), None, lambda _: MODULES)
        assert {each.state for each in found} == {"pass"}
        assert [each.check for each in found][-1] == "functions"

    @pytest.mark.parametrize(("system", "name"), [("Darwin", "macOS"), ("Linux", "Linux")])
    def test_elsewhere_it_says_what_takes_excels_place(self, system, name):
        machine = elsewhere(system)
        assert sick(machine, book("/home/ana/quote.xlsm")) == []
        assert said("Excel", machine) == [
            f"skip Excel: on {name} it cannot call the Python functions of a workbook; instead: {INSTEAD}"
        ]
        checks = [each.check for each in examine(machine, book("/home/ana/quote.xlsm"), lambda _: MODULES)]
        assert not {"interpreter", "xlwings DLL", "pywin32", "blocked", "place"} & set(checks)
        assert {"functions", "wrappers", "xlwings in the workbook"} <= set(checks)


class TestVersions:
    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"bits": 32}, f"Python: 3.12.8, 32-bit; {FROM_PYTHON_ORG}"),
            (
                {"base": r"C:\Program Files\WindowsApps\PythonSoftwareFoundation.Python.3.12_3.12.2288.0_x64"},
                f"Python: 3.12.8, 64-bit, from the Microsoft Store, which hides its files from Excel; {FROM_PYTHON_ORG}",
            ),
            (
                {"versions": {"xlsizing": None}},
                f"xlsizing: {XLSIZING} runs from a folder and is not installed; {SET_UP}",
            ),
            (
                {"registry": {r"Excel.Application\CurVer": None}},
                f"Excel: not installed on this machine; mend: install Excel for Windows; without it {INSTEAD}",
            ),
            ({"versions": {"pywin32": None}}, f'pywin32: not installed; mend: {PIP} "pywin32"'),
        ],
    )
    def test_one_thing_wrong_gives_one_sentence(self, changes, sentence):
        assert sick(windows(**changes), book()) == [sentence]

    def test_another_xlwings_than_the_pinned_one(self):
        old = windows(versions={"xlwings": "0.33.1"}, answer=Answer("3.12.8", XLSIZING, "0.33.1", 18))
        assert said("xlwings", old) == [
            f'FAIL xlwings: 0.33.1, but xlsizing {XLSIZING} needs {XLWINGS}; mend: {PIP} "xlwings=={XLWINGS}"'
        ]

    def test_no_xlwings_at_all(self):
        none = windows(versions={"xlwings": None}, answer=Answer(failure="No module named 'xlwings'"))
        assert said("xlwings", none)[0].startswith(f"FAIL xlwings: not installed, but xlsizing {XLSIZING} needs")

    def test_32_bit_excel_wants_the_other_library(self):
        machine = windows(registry={PLATFORM: "x86"})
        assert said("Excel", machine) == ["pass Excel: Excel.Application.16, 32-bit"]
        assert sick(machine, book()) == [
            (
                rf"xlwings DLL: no xlwings32-{XLWINGS}.dll in {VENV}\Scripts or the folder above; "
                f'mend: "{PYTHON}" -m pip install --force-reinstall --no-deps "xlwings=={XLWINGS}"'
            )
        ]

    def test_an_excel_of_unknown_width_wants_both(self):
        other = rf"{VENV}\xlwings32-{XLWINGS}.dll"
        machine = windows(registry={PLATFORM: None}, files={other: b""})
        assert said("Excel", machine) == ["pass Excel: Excel.Application.16, 32 or 64-bit"]
        assert said("xlwings DLL", machine) == [
            f"pass xlwings DLL: xlwings32-{XLWINGS}.dll in {VENV}, xlwings64-{XLWINGS}.dll in {VENV}"
        ]
        for name in (DLL, other):
            (line,) = sick(replace(machine, is_file=lambda path, gone=name: path != gone and machine.is_file(path)))
            assert f"no {name.rpartition(chr(92))[2]} in" in line


class TestInterpreter:
    def test_missing(self):
        assert sick(windows(without=[PYTHON]), book()) == [
            f"interpreter: there is no {PYTHON}, named by {OWN_CONF}; {SET_IT}"
        ]

    def test_nobody_names_one(self):
        assert sick(windows(without=[OWN_CONF]), book()) == [
            f"interpreter: INTERPRETER_WIN is not set: Excel would start whatever Python the PATH holds; {SET_IT}"
        ]

    def test_the_sheet_may_name_our_own_with_a_variable(self):
        machine = windows(files={rf"{VENV}\Scripts\pythonw.exe": b""}, without=[OWN_CONF])
        workbook = book(config=named_by(r"%LocalAppData%\xlsizing\Scripts\pythonw.exe"))
        assert sick(machine, workbook) == []
        assert said("interpreter", machine, workbook) == [
            rf"pass interpreter: {VENV}\Scripts\pythonw.exe, named by the sheet xlwings.conf"
        ]

    def test_a_name_with_an_accent_is_read_as_excel_reads_it(self):
        own = "C:\\Users\\J\u00f6rg\\xlsizing\\Scripts\\python.exe"
        files = {OWN_CONF: f'"INTERPRETER_WIN","{own}"'.encode("cp1252"), own: b""}
        assert said("interpreter", windows(files=files), book()) == [f"pass interpreter: {own}, named by {OWN_CONF}"]

    @pytest.mark.skipif(sys.platform == "darwin", reason="there xlwings writes another setting")
    def test_what_xlwings_itself_writes(self, tmp_path):
        home = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
        xlwings_cli = [sys.executable, "-c", "from xlwings.cli import main; main()", "config", "create"]
        subprocess.run(xlwings_cli, check=True, capture_output=True, env=os.environ | home)
        here = replace(this_machine(), environment=home)
        assert settings(here, None, None).value("INTERPRETER_WIN") == sys.executable

    @pytest.mark.parametrize("name", ["python", "pythonw"])
    def test_a_bare_name_is_not_an_interpreter(self, name):
        assert "INTERPRETER_WIN is not set" in sick(windows(), book(config=named_by(name)))[0]

    @pytest.mark.parametrize(
        ("path", "fault"),
        [
            (r"%NOWHERE%\pythonw.exe", r"%NOWHERE%\pythonw.exe holds a variable that this machine does not set"),
            (r"Scripts\pythonw.exe", rf"Scripts\pythonw.exe {WHOLE_PATH}"),
            ("C:/py/pythonw.exe", f"C:/py/pythonw.exe {WHOLE_PATH}"),  # xlwings' VBA knows backslashes alone
            (r"\\evil\x\pythonw.exe", r"\\evil\x\pythonw.exe is on the network, where a workbook must not point"),
        ],
    )
    def test_a_path_that_cannot_serve(self, path, fault):
        assert sick(windows(), book(config=named_by(path))) == [
            f"interpreter: {fault}, named by the sheet xlwings.conf; {SET_IT}"
        ]

    def test_the_users_own_file_counts_where_the_sheet_is_silent(self):
        other = r"D:\py\pythonw.exe"
        files = own_file(other) | {other: b"", rf"D:\py\xlwings64-{XLWINGS}.dll": b""}
        asked = []
        machine = windows(files=files, asked=asked)
        assert sick(machine, book()) == []
        assert set(asked) == {other}
        assert said("interpreter", machine, book()) == [f"pass interpreter: {other}, named by {OWN_CONF}"]

    def test_the_file_beside_the_workbook_comes_before_the_users_own(self):
        files = own_file(PYTHON) | {r"C:\Users\ana\Documents\xlwings.conf": rb'"interpreter_win","D:\no\pythonw.exe"'}
        (line,) = sick(windows(files=files), book())
        assert line.startswith(
            r"interpreter: there is no D:\no\pythonw.exe, named by C:\Users\ana\Documents\xlwings.conf;"
        )

    @pytest.mark.parametrize(
        "there", [r"D:\py\pythonw.exe", rf"{VENV}\Scripts\..\evil\pythonw.exe", rf"{VENV}\Scripts\other.exe"]
    )
    def test_what_a_workbook_names_is_never_started_unless_it_is_our_own(self, there):
        asked = []
        machine = windows(files={there: b""}, asked=asked)
        (line,) = sick(machine, book(config=named_by(there)))
        assert line == (
            f"interpreter: {there}, named by the sheet xlwings.conf: not started, since it is not the Python "
            "that runs this; mend: if you set it up yourself, run its own doctor; if not, delete that row"
        )
        assert asked == []

    @pytest.mark.parametrize(
        ("environment", "folder"),
        [("base", r"D:\conda"), ("sizing", r"D:\conda\envs\sizing"), (r"E:\envs\x", r"E:\envs\x")],
    )
    def test_a_conda_environment(self, environment, folder):
        own = f'"CONDA PATH","D:\\conda"\n"CONDA ENV","{environment}"\n'.encode()
        files = {OWN_CONF: own, rf"{folder}\python.exe": b"", rf"{folder}\xlwings64-{XLWINGS}.dll": b""}
        assert sick(windows(files=files), book()) == []

    def test_a_conda_that_the_workbook_names_in_part_is_not_started_either(self):
        asked = []
        files = {OWN_CONF: b'"CONDA ENV","base"\n', r"D:\evil\python.exe": b""}
        config = (*CONFIG, ("CONDA PATH", r"D:\evil"))
        (line,) = sick(windows(files=files, asked=asked), book(config=config))
        assert line.startswith(r"interpreter: D:\evil\python.exe, named by the sheet xlwings.conf: not started")
        assert asked == []

    def test_a_broken_own_file_is_no_crash(self):
        machine = windows(files={OWN_CONF: b'"INTERPRETER_WIN\xff\n\x00"' * 20})
        assert "INTERPRETER_WIN is not set" in sick(machine, book())[0]


class TestFunctions:
    def test_no_library_beside_the_interpreter(self):
        assert sick(windows(without=[DLL]), book()) == [
            (
                rf"xlwings DLL: no xlwings64-{XLWINGS}.dll in {VENV}\Scripts or the folder above; "
                f'mend: "{PYTHON}" -m pip install --force-reinstall --no-deps "xlwings=={XLWINGS}"'
            )
        ]

    def test_not_installed_in_the_interpreter(self):
        failure = "ModuleNotFoundError: No module named 'xlsizing'"
        assert sick(windows(answer=Answer(failure=failure)), book()) == [
            f"functions: xlsizing.hosts.udfs cannot be loaded by {PYTHON}: {failure}; {SET_UP}, with {PYTHON}"
        ]

    def test_another_xlsizing_in_the_interpreter(self):
        other = Answer("3.12.8", "0.0.9", XLWINGS, 16)
        assert sick(windows(answer=other), book()) == [
            (
                f"functions: 16 from xlsizing 0.0.9, xlwings {XLWINGS}, Python 3.12.8, but this command has xlsizing {XLSIZING}, "
                f"xlwings {XLWINGS}; {SET_UP}, with {PYTHON}"
            )
        ]


class TestPlace:
    MARKED = b"[ZoneTransfer]\r\nZoneId=%d\r\nHostUrl=https://mail.example.com/\r\n"

    @pytest.mark.parametrize("zone", [3, 4])
    def test_a_mailed_file_is_blocked(self, zone):
        machine = windows(files={f"{BOOK}:Zone.Identifier": self.MARKED % zone})
        assert sick(machine, book()) == [
            (
                f"blocked: the file carries the mark of the internet (ZoneId={zone}): Excel blocks its macros; "
                "mend: right-click the file in Explorer > Properties > tick Unblock > OK"
            )
        ]

    @pytest.mark.parametrize("stream", [MARKED % 0, MARKED % 1, MARKED % 2, b"", b"\xff\xfe"])
    def test_another_mark_does_not_block(self, stream):
        assert sick(windows(files={f"{BOOK}:Zone.Identifier": stream}), book()) == []

    @pytest.mark.parametrize("folder", [r"c:\users\ANA\onedrive", r"C:\Users\ana\OneDrive - Example\Sales"])
    def test_onedrive_does_no_harm_with_our_settings(self, folder):
        path = rf"{folder}\quote.xlsm"
        assert sick(windows(), book(path)) == []
        assert said("place", windows(), book(path)) == [
            "pass place: under OneDrive, which does no harm since ADD_WORKBOOK_TO_PYTHONPATH is FALSE"
        ]

    def test_onedrive_with_the_folder_on_the_path(self):
        config = (CONFIG[0], *CONFIG[2:])
        lines = sick(windows(), book(r"C:\Users\ana\OneDrive\quote.xlsm", config=config))
        assert lines[0] == (
            "place: under OneDrive, where Excel gives xlwings a web address, and ADD_WORKBOOK_TO_PYTHONPATH is not FALSE; "
            "mend: set ADD_WORKBOOK_TO_PYTHONPATH to FALSE on the sheet xlwings.conf, or move the file"
        )
        assert len(lines) == 2

    def test_a_folder_that_only_begins_alike_is_not_onedrive(self):
        machine = replace(windows(), environment={"OneDrive": r"C:\Users\ana\One"})
        assert said("place", machine, book(r"C:\Users\ana\OneDrive2\quote.xlsm", config=named_by(PYTHON))) == [
            "pass place: not under OneDrive"
        ]
