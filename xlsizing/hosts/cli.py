"""The command line: flags in, a table or files out, one sentence on stderr where it cannot be."""

from __future__ import annotations

import io
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from copy import copy
from functools import partial
from importlib import import_module
from keyword import iskeyword
from typing import Any

import click

import xlsizing
from xlsizing.checks import refuse
from xlsizing.errors import InputError, Phrase, SizingError
from xlsizing.hosts.flags import wait_flag
from xlsizing.hosts.output import one_line
from xlsizing.hosts.signals import stopped_by_signals
from xlsizing.limits import WAITS
from xlsizing.reading import keeping_inputs

__all__ = ["main"]

_BAD_INPUT = SizingError.exit_code
_LONGEST_SENTENCE = 1000

_FLAGS = {
    "sla": "--sla",
    "tpm": "--tpm",
    "tok_s": "--tok-s",
    "rps": "--rps",
    "osl": "--osl",
    "users": "--users",
    "gpus_per_pod": "--gpus-per-pod",
    "util": "--util",
    "confidence": "--confidence",
    "gpu_hourly_usd": "--gpu-hourly-usd",
    "spare_replicas": "--spare",
    "method": "--method",
    "pool_rises": "--pool-rises",
    "pue": "--pue",
    "kw_per_gpu": "--kw-per-gpu",
    "megawatts": "--mw",
    "usd_per_month": "--usd-per-month",
    "pods": "--pods",
    "gpus": "--gpus",
    "calibration": "--calibration",
    "scheme": "--scheme",
    "truth": "--truth",
    "statistic": "--latency-stat",
    "output_tokens": "--osl",
    **{wait.name: wait_flag(wait) for wait in WAITS},
}
"""What the core calls an input, and the flag that gives it here."""

_LISTS = ("sla", *(wait.name for wait in WAITS))
"""Inputs that a flag lists."""

_IN_FLAGS = {
    "pool_rises": "--pool-rises",
    "throughput_per_replica": "--throughput-per-replica",
    "allow the mismatch": "pass --allow-mismatch",
    "give the output tokens of an answer": "give --osl",
}
_WAYS_OUT = re.compile("|".join(_IN_FLAGS))
"""What a way out is called here."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit.

    Parameters
    ----------
    arguments : sequence of str, optional
        Flags and values; the process's own where left out [-]

    Raises
    ------
    SystemExit
        With 0; 2 for bad input; 3 where an SLA cannot be met; 1 where written files failed their review; 4 where
        something is not right.
    """
    os.environ.setdefault(
        "PYDANTIC_DISABLE_PLUGINS", "__all__"
    )  # other packages' plugins: slow to find, of no use here
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a model's name may not fit the terminal's encoding
    try:
        with keeping_inputs(), stopped_by_signals():
            code = _commands.main(arguments, prog_name="xlsizing", standalone_mode=False)
    except click.exceptions.Abort:
        code = _failed("interrupted")
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "xlsizing"
        code = _failed(f"{_usage(error)}; try '{command} --help'")
    except SizingError as error:
        for sentence in getattr(error, "faults", None) or [_in_flags(error)]:
            _failed(sentence)
        code = error.exit_code
    except OSError as error:
        code = _failed(f"output must be writable: {error.strerror or error} ({error.filename or 'standard output'})")
    sys.exit(code)


def _failed(sentence: str) -> int:
    """Write `sentence` on one line, whatever characters came with the input."""
    line = one_line(sentence)
    if len(line) > _LONGEST_SENTENCE:
        line = f"{line[:_LONGEST_SENTENCE]}..."
    click.echo(f"xlsizing: {line}", err=True)
    return _BAD_INPUT


def _usage(error: click.UsageError) -> str:
    """Return what is wrong with the words of the command line, in ours: the library's differ from release to release."""
    if isinstance(error, _Unknown):
        return error.message
    if isinstance(error, click.NoSuchOption):
        near = f" (did you mean {' or '.join(sorted(error.possibilities))}?)" if error.possibilities else ""
        return f"{error.option_name} is no option of this command{near}"
    if isinstance(error, click.BadOptionUsage):
        return f"{error.option_name} must be followed by a value"
    if isinstance(error, click.BadParameter) and error.param is not None:
        option = isinstance(error.param, click.Option)
        name = max(error.param.opts, key=len) if option else error.param.metavar or error.param.opts[0]
        missing = isinstance(error, click.MissingParameter)
        return f"{name} must be given" if missing else f"{name} must be one of the values that the help lists"
    at_top = error.ctx is not None and isinstance(error.ctx.command, click.Group)
    return "a command must be given" if at_top else "a word stands there that belongs to no option"


class _Unknown(click.UsageError):
    """A command that there is none of, in our words."""


def _in_flags(error: SizingError) -> str:
    """Return the sentence of `error` in the words of the command line."""
    if not isinstance(error, InputError):
        return str(error)
    item = f"item {error.index[0] + 1}" if error.name in _LISTS and error.index else None
    worded = error.reworded(
        name=_FLAGS.get(error.name, error.name),
        way_out=error.way_out and _WAYS_OUT.sub(lambda found: _IN_FLAGS[found[0]], error.way_out),
        where=item or error.where,
    )
    return str(worded)


class _Commands(click.Group):
    """Imports a command when it is asked for: none pays for the libraries of another."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_MODULES)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args[0] not in _MODULES and not args[0].startswith("-"):
            raise _Unknown(f"{args[0]} is no command of xlsizing", ctx)
        return super().resolve_command(ctx, args)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in _MODULES:
            return None
        module = f"{name}_" if iskeyword(name) else name
        command: click.Command = copy(import_module(f"xlsizing.hosts.commands.{module}").command)
        command.make_parser = partial(_once_each, command.make_parser)  # type: ignore[method-assign]  # of this copy
        return command


def _once_each(make_parser: Callable[[click.Context], Any], context: click.Context) -> Any:
    """Return the parser of a command that refuses an option of one value where it is given twice."""
    parser = make_parser(context)
    parse = parser.parse_args

    def parsed(args: list[str]) -> Any:
        values, rest, order = parse(args)
        for option, times in Counter(order).items():
            if times > 1 and isinstance(option, click.Option) and not (option.multiple or option.is_flag):
                name = max(option.opts, key=len)
                refuse(name, "must be given once", got=Phrase(f"{times} of them"), way_out="leave one of them out")
        return values, rest, order

    parser.parse_args = parsed
    return parser


_MODULES = (
    "size",
    "batch",
    "import",
    "curves",
    "workbook",
    "recalc",
    "levers",
    "rightsize",
    "audit",
    "capacity",
    "plot",
    "report",
    "accuracy",
    "calibrate",
    "doctor",
    "spec",
)


@click.group(
    cls=_Commands, name="xlsizing", no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(xlsizing.__version__, message="xlsizing %(version)s")
def _commands() -> None:
    """Answer how many GPUs a customer needs.

    Exit codes: 0 done, 2 bad input, 3 an SLA that cannot be met (the table is still printed), 1 files that failed
    their own review and were removed, 4 done, but something is not right (recalc, batch, doctor).
    """
