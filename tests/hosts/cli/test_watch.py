"""Work that takes far too long, or too much of the machine's memory, ends the process with one sentence."""

import sys
import time
from types import SimpleNamespace

import psutil
import pytest

from tests.hosts.recalc.foreign_books import MAIN, package, parts, workbook
from tests.measured import measured
from xlsizing.hosts.cli import watch
from xlsizing.hosts.cli.watch import watched

LIMITED = """
import sys
from xlsizing.hosts.cli import watch
from xlsizing.hosts.cli.start import main

watch.{0}
watch._EVERY_S = 0.02
sys.argv[0] = "xlsizing"
main()
"""


def ended(limit, *arguments):
    """Run the command line with one limit of the watch set; what it printed, and the most memory that it took [kB]."""
    run, most = measured(sys.executable, "-c", LIMITED.format(limit), *arguments)
    assert (run.returncode, run.stdout) == (2, "")
    return run.stderr, most


@pytest.fixture
def large(tmp_path):
    """A workbook whose reading takes over a second."""
    path = tmp_path / "large.xlsx"
    path.write_bytes(workbook({"S": {"A1": 1} | {f"A{row}": f"=A{row - 1}+1" for row in range(2, 30_000)}}))
    return path


@pytest.mark.slow
def test_what_takes_too_long_ends_and_writes_nothing(large, tmp_path):
    said, _ = ended("LONGEST_S = 0.3", "recalc", large, "-o", tmp_path / "out.xlsx")
    assert said == f"xlsizing: workbook must be one that can be evaluated within 0.005 minutes ({large})\n"
    assert [path.name for path in tmp_path.iterdir()] == ["large.xlsx"]


def many_cells(path):
    """A file of a few kilobytes whose four million cells would take over 2 GB."""
    rows = "<row>" + "<c/>" * 2000 + "</row>"
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{rows * 490}</sheetData></worksheet>'
    contents = parts(workbook({title: {} for title in "STUV"}))
    path.write_bytes(package(contents | {f"xl/worksheets/sheet{at}.xml": sheet for at in range(1, 5)}))


@pytest.mark.slow
def test_what_takes_too_much_memory_ends_before_it_has_taken_it(tmp_path):
    path = tmp_path / "many.xlsx"
    many_cells(path)
    assert path.stat().st_size < 40_000
    said, most = ended("MOST_MEMORY = 250_000_000", "recalc", path)
    detail = "it needs more than the 0.2 GB of memory that are there for it"
    assert said == f"xlsizing: workbook must be one that can be evaluated: {detail} ({path})\n"
    assert most < 1_500_000


def test_limits_are_fifteen_minutes_and_six_gigabytes():
    assert (watch.LONGEST_S, watch.MOST_MEMORY) == (900, 6_000_000_000)


@pytest.fixture
def memory(monkeypatch):
    """Let the process have taken so much of a machine on which so much is free [B]."""

    def memory(taken, free):
        monkeypatch.setattr(psutil.Process, "memory_info", lambda _: SimpleNamespace(rss=taken))
        monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=free))

    return memory


@pytest.mark.parametrize(
    ("taken", "free", "most"),
    [
        (1e9, 63e9, None),
        (6e9, 63e9, None),
        (6.1e9, 63e9, 6e9),
        (1e9, 0.3e9, None),
        (1e9, 0.2e9, 0.96e9),
    ],
)
def test_memory_is_what_the_machine_can_spare_and_at_most_six_gigabytes(memory, taken, free, most):
    memory(taken, free)
    assert watch._exceeded_memory() == most


def test_what_ends_in_time_is_left_alone(monkeypatch):
    ends = []
    monkeypatch.setattr(watch, "end_at_once", ends.append)
    monkeypatch.setattr(watch, "_EVERY_S", 0.01)
    monkeypatch.setattr(watch, "LONGEST_S", 0.1)
    with watched("evaluated", "a.xlsx"):
        pass
    time.sleep(0.2)
    assert ends == []
