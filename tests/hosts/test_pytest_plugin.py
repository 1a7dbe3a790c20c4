"""The pytest plugin: any project with xlsizing installed has the fixture, and loads xlwings only when it asks."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

ASKS = """
def test_asks(sizing_functions):
    assert sizing_functions.call("SIZING_GPUS", [[1, 215.5], [10, 122.2], [256, 41.8]], 100, 3e6, 4) == 124
"""
ASKS_NOT = """
import sys
def test_asks_not():
    assert "xlsizing.hosts.pytest_plugin" in sys.modules
    assert not {"xlwings", "pandas", "openpyxl", "formualizer", "xlsizing.hosts.headless"} & set(sys.modules)
"""
OPENS = """
import openpyxl
def test_opens(sizing_workbook, tmp_path):
    book = openpyxl.Workbook()
    book.active.append([1, 215.5, "=SIZING_GPUS(A1:B3,D1,3000000,4)", 20])
    book.active.append([10, 122.2])
    book.active.append([256, 41.8])
    book.save(tmp_path / "quote.xlsx")
    quote = sizing_workbook(tmp_path / "quote.xlsx")
    quote.set("Sheet!D1", 100)
    assert (quote.value("Sheet!C1"), quote.unevaluated) == (124, [])
"""
SHARES = """
def test_one(sizing_functions):
    sizing_functions.mark = 1
def test_two(sizing_functions):
    assert sizing_functions.mark == 1
"""


def pytest_in(folder, source, *options):
    """Run pytest on `source` in a project of its own, with warnings as errors and no settings of ours."""
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", encoding="utf-8")
    (folder / "test_project.py").write_text(source, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("source", [ASKS, SHARES, OPENS], ids=["asks", "shares", "opens"])
def test_a_fresh_project_has_the_fixture(tmp_path, source):
    run = pytest_in(tmp_path, source)
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_project_that_does_not_ask_imports_nothing(tmp_path):
    run = pytest_in(tmp_path, ASKS_NOT)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_fixture_is_listed_with_its_purpose(tmp_path):
    listed = pytest_in(tmp_path, ASKS, "--fixtures").stdout
    assert "sizing_functions [session scope]" in listed
    assert "Return the registered Excel functions, callable by name" in listed
    assert "sizing_workbook [session scope]" in listed
    assert "Return what opens a workbook for recalculation" in listed
