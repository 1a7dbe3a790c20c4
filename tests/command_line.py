"""Running the command line in this process: exit code, standard output and standard error."""

import io
import sys
from typing import NamedTuple

import pytest

from xlsizing.hosts.cli.main import main


class Outcome(NamedTuple):
    """What a run left."""

    code: int
    out: str
    err: str


def run(capsys, *arguments):
    """Return what ``xlsizing ARGUMENTS`` does."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    return Outcome(stop.value.code, *capsys.readouterr())


class Screen(io.StringIO):
    """What stands for a terminal of 80 columns."""

    def isatty(self):
        return True


def typed(monkeypatch, lines, *arguments):
    """Return what ``xlsizing ARGUMENTS`` does at a terminal where `lines` are typed, which itself shows none of them."""
    with monkeypatch.context() as patch:
        screen, errors = Screen(), io.StringIO()
        patch.setattr(sys, "stdin", Screen("".join(f"{line}\n" for line in lines)))
        patch.setattr(sys, "stdout", screen)
        patch.setattr(sys, "stderr", errors)
        patch.setenv("TERM", "dumb")
        with pytest.raises(SystemExit) as stop:
            main(list(arguments))
    return Outcome(stop.value.code, screen.getvalue(), errors.getvalue())
