"""Running the command line in this process: exit code, standard output and standard error."""

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
