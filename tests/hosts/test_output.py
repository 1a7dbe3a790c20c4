"""The progress of long work: shown once it takes over a second, to somebody who watches, and gone afterwards."""

import io
import sys

import pytest

from xlsizing.hosts import output
from xlsizing.hosts.output import working


class Terminal(io.StringIO):
    """Standard error on a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still: set `clock.now` to move it."""

    class Clock:
        now = 100.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(output, "time", clock)
    return clock


def shown(monkeypatch, clock, steps, stream):
    """Return what stands on standard error after each of the steps: seconds since the beginning, done, of how much."""
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("COLUMNS", "100")
    texts = []
    with working("Rows proven") as told:
        for seconds, done, whole in steps:
            clock.now = 100 + seconds
            told(done, whole)
            texts.append(stream.getvalue())
    return texts


def test_nothing_where_the_whole_takes_less_than_a_second(monkeypatch, clock):
    stream = Terminal()
    assert shown(monkeypatch, clock, [(0.2, 500, 1100), (0.5, 1000, 1100), (0.9, 1100, 1100)], stream)[-1] == ""
    assert stream.getvalue() == ""


def test_rows_of_all_rows_as_soon_as_a_second_is_to_be_expected(monkeypatch, clock):
    stream = Terminal()
    texts = shown(monkeypatch, clock, [(0.6, 500, 10_000), (1.2, 1000, 10_000), (12, 10_000, 10_000)], stream)
    assert "Rows proven" in texts[0]
    assert "10000/10000" in stream.getvalue()
    assert stream.getvalue().endswith("\x1b[2K")  # the last line is wiped


def test_nobody_watches(monkeypatch, clock):
    assert shown(monkeypatch, clock, [(5, 1, 10)], io.StringIO()) == [""]


def test_no_standard_error(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    with working("Rows proven") as told:
        told(1, 10)


def test_an_error_ends_it(monkeypatch, clock):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)

    def fail():
        with working("Rows proven") as told:
            clock.now = 200
            told(1, 10)
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert stream.getvalue().endswith("\x1b[2K")
