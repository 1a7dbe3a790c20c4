"""The progress of long work: shown once it takes over a second, to somebody who watches, and gone afterwards."""

import io
import sys

import pytest

from xlsizing.errors import InputError
from xlsizing.hosts.cli import output
from xlsizing.hosts.cli.output import working


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


def test_another_step_begins_anew_in_its_own_words(second, monkeypatch):
    terminal = watched(monkeypatch)
    with working("Recalculating") as told:
        told(1, 8, "Sheets read")
        second()
        assert "Sheets read" in terminal.getvalue()
        assert "1/8" in terminal.getvalue()
        told(0, 0, "Loading")
        told(3, 9, "Sheets written")
    for shown in ("Loading", "0/?", "Sheets written", "3/9"):
        assert shown in terminal.getvalue()


def test_who_ends_the_process_at_once_wipes_the_bar_and_shows_the_cursor(second, monkeypatch):
    terminal = watched(monkeypatch)
    codes = []
    monkeypatch.setattr(output.os, "_exit", codes.append)
    with working("Recalculating"):
        second()
        output.end_at_once(InputError("workbook", "must be small"))
        assert terminal.getvalue().endswith("\x1b[?25h\r\x1b[1A\x1b[2Kxlsizing: workbook must be small\n")
    assert codes == [2]
