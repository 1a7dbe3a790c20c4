"""The example workbook that is shipped, and the picture of its first page that the README shows."""

import re
import shlex
from pathlib import Path

import pytest

from tests.command_line import run
from tests.test_readme import README, ROOT, shell_lines
from tests.workbooks.engines import parts
from tests.workbooks.test_package import opened

SHIPPED = ROOT / "workbook" / "examples" / "customer-sizing.xlsx"
PICTURE = "workbook/customer-workbook.png"


def contents(data, **how):
    """Return every cell of every sheet: its value or formula."""
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in opened(data, **how)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


@pytest.fixture(scope="module")
def command():
    """The command of the README."""
    (line,) = [line for line in shell_lines() if line.startswith("xlsizing workbook ") and line.endswith(SHIPPED.name)]
    return shlex.split(line)[1:]


def test_the_command_of_the_readme_makes_the_shipped_file_again(command, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    made = tmp_path / "made.xlsx"
    assert run(capsys, *command[:-1], made).code == 0
    assert Path(command[-1]).name == SHIPPED.name
    for how in ({}, {"data_only": True}):
        ours, theirs = (contents(data, **how) for data in (made.read_bytes(), SHIPPED.read_bytes()))
        assert ours.keys() == theirs.keys()
        numbers = {cell for cell, value in theirs.items() if isinstance(value, float)}
        assert {c: v for c, v in ours.items() if c not in numbers} == {
            c: v for c, v in theirs.items() if c not in numbers
        }
        # Releases of numpy differ in the last bits of powers; counts are whole and stay exact.
        assert [ours[c] for c in numbers] == pytest.approx([theirs[c] for c in numbers], rel=1e-12)
    assert sorted(parts(made.read_bytes())) == sorted(parts(SHIPPED.read_bytes()))


def test_the_readme_names_it_and_shows_its_first_page():
    assert SHIPPED.relative_to(ROOT).as_posix() in README
    assert re.findall(r"!\[(.+?)\]\((.+?)\)", README)[0][1] == PICTURE


def test_the_picture_is_a_small_wide_png():
    data = (ROOT / PICTURE).read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    assert len(data) < 150_000
    assert 1000 <= width <= 1600
    assert 1.3 < width / height < 2
