"""Flags that several commands share: their declarations, and what they say in the core's terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from xlsizing.checks import number_in_text, refuse
from xlsizing.core import DEMAND_FORMS, NO_LIMITS, WAITS, Demand, Limits, Wait
from xlsizing.errors import BLANK, Phrase
from xlsizing.rules import (
    BUDGET_SHARE,
    DEFAULT_CONFIDENCE,
    DEFAULT_METHOD,
    DEFAULT_UTIL,
    METHODS,
    MOST_SLAS,
    STATISTICS,
)

if TYPE_CHECKING:
    from xlsizing.core import Calibration

__all__ = [
    "Command",
    "calibration_flag",
    "calibration_of",
    "confidence_flag",
    "declared",
    "demand_flags",
    "demand_of",
    "exactly_one",
    "flag",
    "limit_flags",
    "limits_of",
    "needed",
    "only_with",
    "only_with_spec",
    "optional",
    "outside_flag",
    "planning_flags",
    "slas_of",
    "ttft_flag",
    "ttft_of",
    "wait_flag",
]

_LIKE_DECIMALS = re.compile(r"[0-9]{1,2}", re.ASCII)
_ANSWER = "e2e"
"""The limit that depends on how long an answer is [-]."""

Command = Callable[..., Any]


def outside_flag(command: Command) -> Command:
    """Declare on `command` that a sizing file may name curves anywhere [-]."""
    words = "With --spec: curve files may stand outside the folder of the sizing file."
    return declared(command, click.option("--allow-outside", is_flag=True, help=words))


def demand_flags(command: Command) -> Command:
    """Declare the four forms of a demand on `command` [-]."""
    return declared(
        command,
        click.option("--tpm", metavar="N", help="Demand: output tokens per minute."),
        click.option("--tok-s", metavar="N", help="Demand: output tokens per second."),
        click.option("--rps", metavar="N", help="Demand: requests per second, with --osl."),
        click.option("--osl", metavar="N", help="Output tokens per request, with --rps or a limit on whole answers."),
        click.option("--users", metavar="N", help="Demand: requests in flight at peak."),
    )


def limit_flags(command: Command) -> Command:
    """Declare on `command` the limits on waiting beside the SLAs, and the statistic that the customer speaks of [-]."""
    limits = (
        click.option(wait_flag(wait), metavar="S[,S...]", help=f"Longest {wait.meaning} [s]: one, or one for each SLA.")
        for wait in WAITS
    )
    statistic = click.option(
        "--latency-stat", metavar="|".join(STATISTICS), help="Statistic of these limits; else that of the curve."
    )
    return declared(command, *limits, statistic)


def ttft_flag(command: Command) -> Command:
    """Declare on `command` how long a first token may take [-]."""
    return declared(command, click.option("--ttft", metavar="S", help="Longest time to the first token, in seconds."))


def confidence_flag(command: Command) -> Command:
    """Declare on `command` how many of 100 curves the budget is to cover [-]."""
    return declared(
        command,
        click.option(
            "--confidence",
            metavar="|".join(f"{level:.2f}" for level in BUDGET_SHARE),
            default=f"{DEFAULT_CONFIDENCE:.2f}",
            show_default=True,
            help="Share of public curves whose need the budget covers.",
        ),
    )


def calibration_flag(command: Command) -> Command:
    """Declare on `command` the calibration of one's own that the budget rests on [-]."""
    words = "What xlsizing calibrate wrote: the budget rests on it."
    return declared(command, click.option("--calibration", metavar="FILE", help=words))


def planning_flags(command: Command) -> Command:
    """Declare utilisation and interpolation on `command` [-]."""
    return declared(
        command,
        click.option(
            "--util",
            metavar="SHARE",
            default=str(DEFAULT_UTIL),
            show_default=True,
            help="Planned share of throughput.",
        ),
        click.option(
            "--method", metavar="|".join(METHODS), default=DEFAULT_METHOD, show_default=True, help="Interpolation."
        ),
    )


def demand_of(flags: dict[str, Any]) -> Demand:
    """Return the demand that exactly one of the forms in `flags` states [unit of the demand]."""
    form = exactly_one(flags, DEMAND_FORMS)
    value = number_in_text(flags[form], flag(form))
    missing = form == "rps" and flags["osl"] is None
    idle = flags["osl"] is not None and form != "rps" and flags.get(_ANSWER) is None
    if missing or idle:
        beside = f" or {flag(_ANSWER)}, and only with one of them" if _ANSWER in flags else ", and only with it"
        refuse("--osl", f"must be given with --rps{beside}")
    return Demand.stated(form, value, osl=optional(flags, "osl") if form == "rps" else None)


def calibration_of(flags: dict[str, Any]) -> Calibration | None:
    """Return the calibration in the file that `flags` name; None where they name none [-]."""
    if flags["calibration"] is None:
        return None
    from xlsizing.core import read_calibration  # noqa: PLC0415  # only where a file is named

    return read_calibration(flags["calibration"])


def slas_of(flags: dict[str, Any]) -> tuple[list[float], tuple[str, ...]]:
    """Return the SLAs that `flags` list [tok/s/user], and how they were read where a decimal comma may be meant [-]."""
    texts = needed(flags, "sla").split(",")
    if len(texts) > MOST_SLAS:
        refuse("--sla", f"must list at most {MOST_SLAS:,} SLAs", got=Phrase(f"{len(texts):,} of them"))
    slas = [number_in_text(text, "--sla", where=f"item {i}") for i, text in enumerate(texts, start=1)]
    if len(slas) == 1 or slas[1] >= slas[0] or not _LIKE_DECIMALS.fullmatch(texts[1].strip()):
        return slas, ()
    first, second = texts[0].strip(), texts[1].strip()
    rest = " and so on" if len(slas) > 2 else ""  # noqa: PLR2004  # more than the two named
    decimal = "" if "." in first else f"; for a decimal write {first}.{second}"
    return slas, (f"--sla was read as {len(slas):,} SLAs, {first} and {second}{rest} tok/s/user{decimal}.",)


def limits_of(flags: dict[str, Any], slas: Sequence[float]) -> Limits:
    """Return the limits on waiting that `flags` give beside the `slas` [s]."""
    asked: dict[str, Any] = {
        wait.name: _one_each(flags[_parameter(wait)], wait_flag(wait), len(slas))
        for wait in WAITS
        if flags[_parameter(wait)] is not None
    }
    if not asked:
        if flags["latency_stat"] is not None:
            *first, last = map(wait_flag, WAITS)
            refuse("--latency-stat", f"must be given with {', '.join(first)} or {last}, and only with one of them")
        return NO_LIMITS
    return Limits(**asked, output_tokens=optional(flags, "osl"), statistic=flags["latency_stat"])


def ttft_of(flags: dict[str, Any], statistic: str | None = None) -> Limits:
    """Return the limit on the first token that `flags` give, in the `statistic` of the customer [s]."""
    seconds = optional(flags, "ttft")
    return NO_LIMITS if seconds is None else Limits(ttft_s=seconds, statistic=statistic)


def _one_each(text: str, name: str, rows: int) -> list[float | None]:
    """Return the limits listed in the `text` of a flag, one for each of `rows` SLAs; a blank or a hyphen is none."""
    texts = [item.strip() for item in text.split(",")]
    if len(texts) not in (1, rows):
        got = Phrase(f"{len(texts):,} for {rows:,} {'SLA' if rows == 1 else 'SLAs'}")
        refuse(name, "must list one limit, or one for each SLA", got=got, way_out="write - where an SLA has none")
    none = ("", "-")
    limits = [
        None if item in none else number_in_text(item, name, where=f"item {at}") for at, item in enumerate(texts, 1)
    ]
    if limits.count(None) == len(limits):
        refuse(name, "must list a limit", got=text.strip() or BLANK, way_out="leave it out where there is none")
    return limits * rows if len(limits) == 1 else limits


def wait_flag(wait: Wait) -> str:
    """Return the flag of the limit on a `wait` [-].

    >>> [wait_flag(wait) for wait in WAITS]
    ['--ttft', '--ttfo', '--e2e']
    """
    return flag(_parameter(wait))


def _parameter(wait: Wait) -> str:
    return wait.name.removesuffix("_s")


def exactly_one(flags: dict[str, Any], names: tuple[str, ...]) -> str:
    """Return the one of `names` that `flags` give, and refuse none or several [-]."""
    given = [name for name in names if flags[name] is not None]
    if len(given) != 1:
        listed = ", ".join(map(flag, names))
        refuse(f"exactly one of {listed}", "must be given", got=Phrase(" and ".join(map(flag, given)) or "none"))
    return given[0]


def needed(flags: dict[str, Any], name: str) -> str:
    """Return the text of the flag `name` in `flags`, which has no default [-]."""
    if flags[name] is None:
        refuse(flag(name), f"must be given{', or a sizing file named with --spec' if 'spec' in flags else ''}")
    return str(flags[name])


def optional(flags: dict[str, Any], name: str, *, share: bool = False) -> float | None:
    """Return the number, or the `share`, in the flag `name` of `flags`; None where it is left out [unit of the flag]."""
    return None if flags[name] is None else number_in_text(flags[name], flag(name), share=share)


def only_with(other: str, names: Collection[str]) -> None:
    """Refuse each flag of `names`, as the command calls them, that was given: it says how the flag `other` is read [-]."""
    context = click.get_current_context()
    for option in context.command.params:
        if option.name in names and context.get_parameter_source(option.name) is ParameterSource.COMMANDLINE:
            refuse(option.opts[0], f"must be given with {other}, and only with it")


def only_with_spec(allowed: Sequence[str]) -> None:
    """Refuse every flag given beside --spec but those `allowed`: the file alone says what is sized [-]."""
    context = click.get_current_context()
    given = [
        name
        for name in context.params
        if name not in ("spec", "allow_outside", *allowed)
        and context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if given:
        refuse(flag(given[0]), "must not be given beside --spec", way_out="change the sizing file instead")


def flag(name: str) -> str:
    """Return the flag of the parameter `name` [-].

    >>> flag("gpus_per_pod")
    '--gpus-per-pod'
    """
    return f"--{name.replace('_', '-')}"


def declared(command: Command, *options: Callable[[Command], Command]) -> Command:
    """Declare `options` on `command`, in their order [-]."""
    for option in reversed(options):
        command = option(command)
    return command
