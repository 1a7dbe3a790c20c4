"""The command line: flags in, a table or files out, one sentence on stderr where it cannot be."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword
from typing import Any

import click

import xlsizing
from xlsizing.errors import InputError, SizingError
from xlsizing.hosts.cli.output import one_line
from xlsizing.hosts.cli.signals import stopped_by_signals
from xlsizing.reading import keeping_inputs

__all__ = ["command_named", "main", "outcome"]

_BAD_INPUT = SizingError.exit_code
_LONGEST_SENTENCE = 1000

_SAME = (
    "sla", "tpm", "tok_s", "rps", "osl", "users", "gpus_per_pod", "util", "confidence", "gpu_hourly_usd", "method",
    "people", "requests_per_person_min", "peak_to_mean", "gpus_per_node", "nodes_to_survive", "availability",
    "node_availability", "pool_rises", "pue", "kw_per_gpu", "usd_per_month", "pods", "gpus", "calibration", "scheme", "truth",
)  # fmt: skip
_OTHERS = {
    "spare_replicas": "--spare",
    "megawatts": "--mw",
    "statistic": "--latency-stat",
    "output_tokens": "--osl",
}
"""What the core calls an input, and the flag that gives it here: that of its name, or another."""

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
        Flags and values; the process's own where left out

    Raises
    ------
    SystemExit
        With 0; 2 for bad input; 3 where an SLA cannot be met; 1 where written files failed their review; 4 where
        something is not right.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a model's name may not fit the terminal's encoding
    code, sentences = outcome(arguments)
    for sentence in sentences:
        click.echo(f"xlsizing: {sentence}", err=True)
    sys.exit(code)


def outcome(arguments: Sequence[str] | None = None) -> tuple[int, list[str]]:
    """Run a command by its `arguments`; return its exit code, and why it did not do what was asked, a sentence each [-]."""
    os.environ.setdefault(
        "PYDANTIC_DISABLE_PLUGINS", "__all__"
    )  # other packages' plugins: slow to find, of no use here
    try:
        with keeping_inputs(), stopped_by_signals():
            return _commands.main(arguments, prog_name="xlsizing", standalone_mode=False), []
    except click.exceptions.Abort:
        return _print_failure("interrupted")
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "xlsizing"
        return _print_failure(f"{_usage(error)}; try '{command} --help'")
    except SizingError as error:
        sentences = getattr(error, "faults", None) or [_in_flags(error)]
        return error.exit_code, list(map(_line, sentences))
    except OSError as error:
        return _print_failure(
            f"output must be writable: {error.strerror or error} ({error.filename or 'standard output'})"
        )


def command_named(name: str) -> click.Command:
    """Return the command called `name`, one of those that the help lists."""
    module = f"{name}_" if iskeyword(name) else name
    command: click.Command = import_module(f"xlsizing.hosts.cli.commands.{module}").command
    return command


def _print_failure(sentence: str) -> tuple[int, list[str]]:
    return _BAD_INPUT, [_line(sentence)]


def _line(sentence: str) -> str:
    """Return `sentence` on one line, whatever characters came with the input."""
    line = one_line(sentence)
    return f"{line[:_LONGEST_SENTENCE]}..." if len(line) > _LONGEST_SENTENCE else line


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
        from xlsizing.hosts.cli.typed import called  # noqa: PLC0415  # the command that refused has imported it

        option = isinstance(error.param, click.Option)
        name = called(error.param) if option else error.param.metavar or error.param.opts[0]
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
    from xlsizing.core import WAITS  # noqa: PLC0415  # the command that refused has imported them
    from xlsizing.hosts.cli.declaring import flag  # noqa: PLC0415
    from xlsizing.hosts.cli.flags import wait_flag  # noqa: PLC0415

    waits = {wait.name: wait_flag(wait) for wait in WAITS}
    flags = {name: flag(name) for name in _SAME} | _OTHERS | waits
    item = f"item {error.index[0] + 1}" if error.name in ("sla", *waits) and error.index else None
    worded = error.reworded(
        name=flags.get(error.name, error.name),
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

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_MODULES.items()))

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in _MODULES:
            return None
        return command_named(name)


_MODULES = {
    "size": "Size a deployment from a measured curve and interactivity SLAs.",
    "ask": "Write a first sizing file from questions.",
    "explain": "Explain a row, step by step from SLA to GPUs.",
    "batch": "Size a table of scenarios, a row each.",
    "import": "Turn results of a benchmark tool into a curve file.",
    "curves": "List the curves in a folder of results.",
    "workbook": "Write a workbook with live formulas.",
    "recalc": "Recalculate a workbook without Excel.",
    "levers": "Rank optimisation levers by GPUs saved per day of effort.",
    "rightsize": "Say which tensor-parallel size a model needs.",
    "audit": "Check a claim of pods or GPUs against a curve.",
    "capacity": "Turn it round: what GPUs, nodes, dollars or MW carry.",
    "plot": "Draw a sizing: GPUs, curve, cost, growth.",
    "report": "Write the page of a sizing, to mail and to print.",
    "accuracy": "Hide measured points and size for them.",
    "calibrate": "Calibrate the budget on sweeps of your own.",
    "doctor": "Say whether machine and workbook will work together.",
    "spec": "Show how a sizing file is written, or check one.",
    "evidence": "Find what to cite in a folder of campaigns and reports.",
    "skill": "Print SKILL.md, for an assistant that sizes.",
    "mcp": "Serve the tools to an assistant (MCP, over stdio).",
}
"""What the help says of each command: none is imported for that."""


@click.group(
    cls=_Commands, name="xlsizing", no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(xlsizing.__version__, message="xlsizing %(version)s")
def _commands() -> None:
    """Answer how many GPUs a customer needs.

    Exit codes: 0 done, 2 bad input, 3 an SLA that cannot be met (the table is still printed), 1 files that failed
    their own review and were removed, 4 done, but something is not right (recalc, batch, doctor,
    evidence).
    """
