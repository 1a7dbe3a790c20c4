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
def second(monkeypatch):
    """Call it to let the second pass after which work is shown; `second.started` tells whether anything waits for it."""

    class Second:
        started = False

        def __call__(self):
            self.pass_()

        def timer(self, seconds, call):
            assert seconds == 1.0
            self.pass_ = call
            return self

        def start(self):
            self.started = True

        def cancel(self):
            self.started = False

    made = Second()
    monkeypatch.setattr(output, "Timer", made.timer)
    monkeypatch.setenv("COLUMNS", "100")
    return made


def watched(monkeypatch):
    """Put standard error on a terminal, from within a test: pytest changes it between a fixture and its test."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


def test_nothing_where_the_whole_takes_less_than_a_second(second, monkeypatch):
    terminal = watched(monkeypatch)
    with working("Rows proven") as told:
        told(1100, 1100)
        assert second.started
    assert not second.started
    second()  # too late
    assert terminal.getvalue() == ""


def test_rows_of_all_rows_once_a_second_has_passed(second, monkeypatch):
    terminal = watched(monkeypatch)
    with working("Rows proven") as told:
        told(500, 10_000)
        assert terminal.getvalue() == ""
        second()
        assert "500/10000" in terminal.getvalue()
        told(10_000, 10_000)
    assert "10000/10000" in terminal.getvalue()
    assert terminal.getvalue().endswith("\x1b[2K")  # the last line is wiped


def test_work_that_tells_nothing_is_shown_too(second, monkeypatch):
    terminal = watched(monkeypatch)
    with working("Rows proven"):
        second()
        assert "Rows proven" in terminal.getvalue()


def test_nobody_watches(second, monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with working("Rows proven") as told:
        told(1, 10)
    assert (stream.getvalue(), second.started) == ("", False)


def test_no_standard_error(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    with working("Rows proven") as told:
        told(1, 10)


def test_an_error_ends_it(second, monkeypatch):
    terminal = watched(monkeypatch)

    def fail():
        with working("Rows proven") as told:
            second()
            told(1, 10)
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert terminal.getvalue().endswith("\x1b[2K")
    assert not second.started
