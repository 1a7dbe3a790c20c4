"""The command line: flags in, a table or files out, one sentence on stderr where it cannot be."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

import xlsizing
from xlsizing.anchors import LABELS, curve_from_rows
from xlsizing.checks import number_in_text, printable, refuse
from xlsizing.curve import Curve
from xlsizing.demand import Demand
from xlsizing.errors import BLANK, InfeasibleError, InputError, Phrase, SizingError
from xlsizing.reports.report import Report
from xlsizing.rules import DEFAULT_METHOD, DEFAULT_UTIL, METHODS

__all__ = ["main"]

_BAD_INPUT = SizingError.exit_code
_UNMET = InfeasibleError.exit_code
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
    "gpu_hourly_usd": "--gpu-hourly-usd",
    "spare_replicas": "--spare",
    "method": "--method",
    "pool_rises": "--pool-rises",
}
"""What the core calls an input, and the flag that gives it here."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit.

    Parameters
    ----------
    arguments : sequence of str, optional
        Flags and values; the process's own where left out [-]

    Raises
    ------
    SystemExit
        With 0; 2 for bad input; 3 where an SLA cannot be met.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a model's name may not fit the terminal's encoding
    try:
        code = _commands.main(arguments, prog_name="xlsizing", standalone_mode=False)
    except click.exceptions.Abort:
        code = _failed("interrupted")
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "xlsizing"
        code = _failed(f"{error.format_message()} Try '{command} --help'.")
    except click.ClickException as error:
        code = _failed(error.format_message())
    except SizingError as error:
        code = _failed(_in_flags(error))
    except OSError as error:
        code = _failed(f"output must be writable: {error.strerror or error} (standard output)")
    sys.exit(code)


def _failed(sentence: str) -> int:
    """Write `sentence` on one line, whatever characters came with the input."""
    line = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in " ".join(sentence.split()))
    if len(line) > _LONGEST_SENTENCE:
        line = f"{line[:_LONGEST_SENTENCE]}..."
    click.echo(f"xlsizing: {line}", err=True)
    return _BAD_INPUT


def _in_flags(error: SizingError) -> str:
    """Return the sentence of `error` in the words of the command line."""
    if not isinstance(error, InputError):
        return str(error)
    item = f"item {error.index[0] + 1}" if error.name == "sla" and error.index else None
    worded = error.reworded(
        name=_FLAGS.get(error.name, error.name),
        way_out=error.way_out and error.way_out.replace("pool_rises", "--pool-rises"),
        where=item or error.where,
    )
    return str(worded)


@click.group(name="xlsizing", no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(xlsizing.__version__, message="xlsizing %(version)s")
def _commands() -> None:
    """Answer how many GPUs a customer needs.

    Exit codes: 0 done, 2 bad input, 3 an SLA that cannot be met (the table is still printed).
    """


@_commands.command()
@click.option("--tpm", metavar="N", help="Demand: output tokens per minute.")
@click.option("--tok-s", metavar="N", help="Demand: output tokens per second.")
@click.option("--rps", metavar="N", help="Demand: requests per second, with --osl.")
@click.option("--osl", metavar="N", help="Output tokens per request, with --rps.")
@click.option("--users", metavar="N", help="Demand: requests in flight at peak.")
@click.option("--sla", metavar="S,S,...", required=True, help="Output tok/s that each user must see.")
@click.option("--anchors", metavar="C:R[:T],...", help="Measured points: concurrency, tok/s/user, [output tok/s].")
@click.option("--curve", metavar="FILE.csv", help="Measured points from a file.")
@click.option("--pool-rises", metavar="SHARE", help="Pool rises of tok/s/user that move no point by more.")
@click.option("--gpus-per-pod", metavar="N", required=True, help="GPUs of one replica.")
@click.option(
    "--util", metavar="SHARE", default=str(DEFAULT_UTIL), show_default=True, help="Planned share of throughput."
)
@click.option("--spare", metavar="N", default="0", show_default=True, help="Spare replicas.")
@click.option("--gpu-hourly-usd", metavar="USD", help="Price of one GPU-hour; 8.60 is assumed without it.")
@click.option("--method", metavar="|".join(METHODS), default=DEFAULT_METHOD, show_default=True, help="Interpolation.")
@click.option("--model", metavar="TEXT", default="", help="What was measured, for the title.")
@click.option("--emit", metavar="DIR", help="Write CAPACITY-SIZING.md and capacity_sizing.json there.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
def size(**flags: Any) -> int:
    """Size a deployment from a measured curve and interactivity SLAs."""
    report = _report(flags)
    written = [] if flags["emit"] is None else _emit(report, flags["emit"])
    _print(report, written, as_json=flags["as_json"])
    return 0 if report.all_feasible else _UNMET


def _report(flags: dict[str, Any]) -> Report:
    sizing = xlsizing.size(
        _curve(flags),
        [number_in_text(item, "--sla", where=f"item {i}") for i, item in enumerate(flags["sla"].split(","), start=1)],
        _demand(flags),
        gpus_per_pod=number_in_text(flags["gpus_per_pod"], "--gpus-per-pod"),  # type: ignore[arg-type]  # checked there
        util=number_in_text(flags["util"], "--util"),
        gpu_hourly_usd=_optional(flags, "gpu_hourly_usd"),
        spare_replicas=number_in_text(flags["spare"], "--spare"),  # type: ignore[arg-type]  # checked there
        method=flags["method"],
    )
    source = Path(flags["curve"]).name if flags["curve"] else ""
    return Report(sizing, printable(flags["model"], "--model"), printable(source, "--curve"))


def _curve(flags: dict[str, Any]) -> Curve:
    _exactly_one(flags, ("anchors", "curve"))
    pool_rises = _optional(flags, "pool_rises")
    if flags["curve"] is None:
        rows = [_anchor(item, i) for i, item in enumerate(flags["anchors"].split(","), start=1)]
        return curve_from_rows(rows, lambda at, _: _nth_anchor([i + 1 for i in at]), pool_rises=pool_rises)
    from xlsizing.importers.curve_csv import read_curve  # noqa: PLC0415  # only where a file is asked for

    return read_curve(flags["curve"], pool_rises=pool_rises)


def _anchor(item: str, position: int) -> list[float | None]:
    parts = item.split(":")
    if len(parts) not in (2, 3):
        rule = "must be concurrency:tok/s/user or concurrency:tok/s/user:output tok/s"
        refuse("--anchors", rule, got=item.strip() or BLANK, where=_nth_anchor([position]))
    texts = [*parts, ""][:3]
    return [
        number_in_text(text, label, where=_nth_anchor([position])) if text.strip() else None
        for text, label in zip(texts, LABELS[:3], strict=True)
    ]


def _nth_anchor(positions: Sequence[int]) -> str:
    listed = " and ".join(map(str, sorted(positions)))
    return f"anchor{'s' * (len(positions) > 1)} {listed} of --anchors"


def _demand(flags: dict[str, Any]) -> Demand:
    form = _exactly_one(flags, ("tpm", "tok_s", "rps", "users"))
    value = number_in_text(flags[form], _flag(form))
    if (form == "rps") != (flags["osl"] is not None):
        refuse("--osl", "must be given with --rps, and only with it")
    if form == "rps":
        return Demand.rps(value, osl=number_in_text(flags["osl"], "--osl"))
    forms = {"tpm": Demand.tpm, "tok_s": Demand.tok_s, "users": Demand.users}
    return forms[form](value)


def _exactly_one(flags: dict[str, Any], names: tuple[str, ...]) -> str:
    given = [name for name in names if flags[name] is not None]
    if len(given) != 1:
        listed = ", ".join(map(_flag, names))
        refuse(f"exactly one of {listed}", "must be given", got=Phrase(" and ".join(map(_flag, given)) or "none"))
    return given[0]


def _optional(flags: dict[str, Any], name: str) -> float | None:
    return None if flags[name] is None else number_in_text(flags[name], _flag(name))


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _emit(report: Report, folder: str) -> list[Path]:
    """Write the report's files, and return where."""
    from xlsizing.reports.files import write_whole  # noqa: PLC0415  # only where files are asked for
    from xlsizing.reports.markdown import markdown  # noqa: PLC0415
    from xlsizing.reports.record import json_text  # noqa: PLC0415

    if not folder.strip():
        refuse("--emit", "must name a directory", got=BLANK, way_out='write "." for the current one')
    names = {"CAPACITY-SIZING.md": markdown(report), "capacity_sizing.json": json_text(report)}
    files = {Path(folder, name): text for name, text in names.items()}
    write_whole(files)
    return list(files)


def _print(report: Report, written: list[Path], *, as_json: bool) -> None:
    if sys.stdout is None:  # closed by the caller: only files were wanted
        return
    if as_json:
        from xlsizing.reports.record import json_text  # noqa: PLC0415  # only where JSON is asked for

        click.echo(json_text(report), nl=False)
        return
    from xlsizing.reports.terminal import print_report  # noqa: PLC0415  # rich is slow to import

    print_report(report, sys.stdout)
    if written:
        click.echo(f"Written: {', '.join(map(str, written))}")
