"""Scenarios from Parquet to Parquet: against pyarrow reading and writing the same columns, and what they take in memory."""

from pathlib import Path

import pytest

from tests.benchmarks.scenarios import copied, made, memory, sized

pytestmark = pytest.mark.slow

ROWS = 1_000_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the table and its curves, sized once."""
    place = tmp_path_factory.mktemp("scenarios")
    made(place, ROWS)
    assert sized(place).wrong == 0
    return place


def test_sizing_against_copying(compare, folder):
    compare("batch / pyarrow alone, 1,000,000 rows", lambda: sized(folder), lambda: copied(folder), most_rounds=5)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is asked of Linux")
def test_memory_does_not_grow_with_the_table(folder, tmp_path, capsys):
    few = tmp_path / "few"
    few.mkdir()
    made(few, ROWS // 4)
    taken = memory(few), memory(folder)
    with capsys.disabled():
        print(f"\nbatch, memory for 250,000 and 1,000,000 rows: {taken[0]:.0f} MB, {taken[1]:.0f} MB ", end="")  # noqa: T201
    assert taken[1] < 600
    assert taken[1] - taken[0] < 100  # the table itself is 500 MB
