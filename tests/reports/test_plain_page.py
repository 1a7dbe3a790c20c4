"""A page in a pipe is what rich draws of it, at every width: rich is the independent engine here."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from xlsizing.reports.layout import cell_lines, paragraph_lines
from xlsizing.reports.plain_page import plain_lines
from xlsizing.reports.styled_page import _print_sections
from xlsizing.reports.tables import Table

NOWHERE = Console(file=io.StringIO())
TEXTS = st.text(st.sampled_from("ab cd  e-,.\t\u00e9\u6a21\u00b4[]"), max_size=60)
HEADER = ("SLA tok/s/user", "GPUs to budget, 95 %", "remark", "$/M\u00b4")
ROWS = [
    ("20", "1,328", "wide range: measure c=170 and then again, after a while", "1.00"),
    ("122.2", "CANNOT BE MET", "", "2"),
    ("5", "7", "\u6a21\u578b of two columns each, and [bold]brackets[/bold]", "x"),
]


def drawn(width, *page, encoding="utf-8"):
    """Return the lines that rich draws in a pipe."""
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="backslashreplace")
    console = Console(file=file, highlight=False, width=width, force_terminal=False)
    with console.capture() as captured:
        _print_sections(console, *page)
    return [line.rstrip() for line in captured.get().split("\n")][:-1]


@pytest.fixture(autouse=True)
def _a_pipe(monkeypatch):
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize("width", [20, 33, 40, 60, 80, 132])
@pytest.mark.parametrize("named", [{}, {"Demand": "3,000,000 output tokens per minute", "Spare pods": "0"}], ids=len)
def test_a_page_is_drawn_as_by_rich(width, encoding, named):
    table = Table("A title that is longer than a narrow terminal", HEADER, ROWS, bold=frozenset({(0, 1)}))
    lists = {
        "Notes": ["One sentence that goes on and on, until it breaks.", "Two."],
        "None": [],
        "Next": ["Measure c=5."],
    }
    page = ("A headline that is long enough to break somewhere.", named, [table, None], lists, ["An opening.", ""])
    assert list(plain_lines(width, *page, ascii_only=encoding == "ascii")) == drawn(width, *page, encoding=encoding)


@given(TEXTS, st.integers(3, 30))
def test_sentences_break_as_rich_breaks_them(text, width):
    lines = Text(text).wrap(NOWHERE, width, overflow="fold")
    assert [line.rstrip() for line in paragraph_lines(text, width)] == [line.plain.rstrip() for line in lines]


@given(TEXTS, st.integers(3, 30), st.sampled_from(["left", "right"]))
def test_cells_break_as_rich_breaks_them(text, width, justify):
    lines = Text(text).wrap(NOWHERE, width, justify=justify, overflow="ellipsis")
    assert list(cell_lines(text, width, justify)) == [line.plain for line in lines]
