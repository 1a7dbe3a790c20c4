"""``xlsizing ask``: a first sizing file, from questions in the customer's words."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click

from xlsizing.checks import refuse
from xlsizing.errors import InputError
from xlsizing.hosts.cli.curve_flags import pool_rises_flag, throughput_flag
from xlsizing.hosts.cli.declaring import Command, OnceEach, switch
from xlsizing.hosts.cli.output import one_line
from xlsizing.hosts.cli.questions import QUESTIONS, Answers, Question, answered
from xlsizing.reports import new_file, write_whole

__all__ = ["command"]

_HEADING = (
    "A sizing file, written by xlsizing ask; xlsizing size --spec and its name size it. Dollars are of 730 h/month."
)


def _flags(command: Command) -> Command:
    """Declare a flag for each question that has one."""
    for each in reversed(QUESTIONS):
        if each.metavar:
            names = (each.flag, *each.also, each.name)
            command = click.option(*names, metavar=each.metavar, help=_help(each))(command)
    return command


def _help(question: Question) -> str:
    default = "" if callable(question.default) else question.default
    shown = "" if default is None else f"; default: {default or question.nothing}"
    return f"{question.words} [{question.unit}{shown}]"


@click.command(cls=OnceEach, name="ask")
@click.option(
    "-o", "--output", metavar="FILE.yaml", default="sizing.yaml", show_default=True, help="Where to write it."
)
@switch("--non-interactive", "Ask nothing: flags answer, and defaults where there are some.")
@_flags
@pool_rises_flag
@throughput_flag
@switch("--allow-outside", "The curve may stand outside the folder of the sizing file.")
@switch("--force", "Overwrite an existing file.")
def command(
    *,
    output: str,
    non_interactive: bool,
    pool_rises: float | None,
    throughput_per_replica: bool,
    allow_outside: bool,
    force: bool,
    **given: str | None,
) -> int:
    """Ask for a sizing in the customer's words, and write it as a sizing file.

    At a terminal each question that no flag answers is asked, with its unit in brackets and its default in
    parentheses; an empty answer takes the default. The curve is named as seen from here, and written as seen from
    the sizing file, in whose folder or below it must stand.
    """
    target = new_file(output, ".yaml", force=force)
    how = {"pool_rises": pool_rises, "throughput_per_replica": throughput_per_replica}
    answers = Answers(target, allow_outside, how)
    answered(given, answers, None if non_interactive else _prompt())
    _write(answers, force=force)
    _print_next(answers)
    return 0


def _prompt() -> Any:
    """Return what asks one question at the terminal."""
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):
        way_out = "pass --non-interactive, and a flag for each question that has no default (xlsizing ask --help)"
        refuse("ask", "must run on a terminal", way_out=way_out)
    from xlsizing.hosts.cli.prompts import asked  # noqa: PLC0415  # rich is slow to import

    return asked


def _write(answers: Answers, *, force: bool) -> None:
    from xlsizing.spec import FieldText, sizing_text  # noqa: PLC0415  # pydantic and YAML are slow to import

    fields = [
        FieldText(*each)
        for question in QUESTIONS
        if question.name in answers.values
        for each in question.written(answers)
    ]
    fresh = () if force else (answers.target,)
    write_whole({answers.target: sizing_text(_HEADING, fields)}, check=partial(_read_back, answers), fresh=fresh)


def _read_back(answers: Answers, staged: Mapping[str, Path]) -> None:
    """Refuse what was staged unless it is a right sizing file; its faults name the file as it will be called."""
    from xlsizing.spec import SpecError, read_spec  # noqa: PLC0415

    for name, path in staged.items():
        try:
            read_spec(path, allow_outside=answers.allow_outside)
        except SpecError as error:
            raise SpecError([fault.replace(path.name, name) for fault in error.faults]) from None


def _print_next(answers: Answers) -> None:
    """Print what was written, what a sizing will say against it, and the command to run next."""
    from xlsizing.reports.from_spec import spec_report  # noqa: PLC0415
    from xlsizing.spec import read_spec  # noqa: PLC0415

    for note in answers.slas.as_read:
        click.echo(f"Note: {note}")
    try:
        spec_report(read_spec(answers.target, allow_outside=answers.allow_outside))
    except InputError as error:
        click.echo(f"Note: a sizing will be refused: {one_line(str(error))}")
    click.echo(f"Written: {answers.target}")
    words = ["xlsizing", "size", "--spec", str(answers.target), *(["--allow-outside"] if answers.allow_outside else [])]
    click.echo(f"Next: {shlex.join(words)}")
