"""Flags that several commands share: each a decorator, and where several belong together one that hands over one value."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import click
from click.core import ParameterSource

from xlsizing.checks import number_in_text, refuse
from xlsizing.core import DEMAND_FORMS, NO_LIMITS, WAITS, Demand, Limits, Wait
from xlsizing.errors import BLANK, Phrase
from xlsizing.hosts.cli.typed import NUMBER, SHARE, Typed, one_of, whole_number
from xlsizing.rules import (
    BUDGET_SHARE,
    DEFAULT_CONFIDENCE,
    DEFAULT_METHOD,
    DEFAULT_UTIL,
    METHODS,
    MOST_GPUS_PER_POD,
    MOST_SLAS,
    MOST_SPARES,
    STATISTICS,
)

if TYPE_CHECKING:
    from xlsizing.core import Calibration

__all__ = [
    "OR_SPEC",
    "PER_POD",
    "SLAS",
    "SPARES",
    "DemandFlags",
    "LimitFlags",
    "Planning",
    "Slas",
    "SpecOption",
    "calibration_flag",
    "confidence_flag",
    "exactly_one",
    "flag",
    "group",
    "json_flag",
    "method_flag",
    "mismatch_flag",
    "needed",
    "only_with",
    "option",
    "outside_flag",
    "shared",
    "ttft_flag",
    "ttft_limit",
    "wait_flag",
]

Command = Callable[..., Any]
_Value = TypeVar("_Value")

PER_POD: Final = whole_number(1, MOST_GPUS_PER_POD)
SPARES: Final = whole_number(0, MOST_SPARES)


def option(*names: str, **attributes: Any) -> Any:
    """Return a field of a group: click's option of these `names` and `attributes`, which hands over as the field is called [-]."""
    return shared(click.option(*names, **attributes))


def shared(declare: Callable[[Command], Command]) -> Any:
    """Return a field of a group: the option that other commands `declare` alone [-]."""
    return field(metadata={"declare": declare})


def group(name: str, kind: type[Any]) -> Callable[[Command], Command]:
    """Return what declares the options of a dataclass `kind` on a command, which gets one of it as its argument `name` [-]."""

    def declare(command: Command) -> Command:
        @wraps(command)
        def gathering(**values: Any) -> Any:
            own = {each.name: values.pop(each.name) for each in fields(kind)}
            return command(**values, **{name: kind(**own)})

        for each in reversed(fields(kind)):
            gathering = each.metadata["declare"](gathering)
        return gathering

    return declare


def flag(name: str) -> str:
    """Return the flag of the parameter `name` [-].

    >>> flag("gpus_per_pod")
    '--gpus-per-pod'
    """
    return f"--{name.replace('_', '-')}"


def exactly_one(given: Mapping[str, _Value | None]) -> tuple[str, _Value]:
    """Return the one of `given` whose value is not None, its name and its value, and refuse none or several [-]."""
    found = [(name, value) for name, value in given.items() if value is not None]
    if len(found) != 1:
        got = " and ".join(flag(name) for name, _ in found) or "none"
        refuse(f"exactly one of {', '.join(map(flag, given))}", "must be given", got=Phrase(got))
    return found[0]


OR_SPEC: Final = ", or a sizing file named with --spec"
"""How a refusal goes on where a sizing file may say it too [-]."""


def needed(value: _Value | None, name: str, more: str = "") -> _Value:
    """Return the `value` of the flag `name`, which has no default; the refusal goes on with `more` words [-]."""
    if value is None:
        refuse(name, f"must be given{more}")
    return value


def only_with(other: str, names: Collection[str]) -> None:
    """Refuse each flag of `names`, as the command calls them, that was given: it says how the flag `other` is read [-]."""
    context = click.get_current_context()
    for each in context.command.params:
        if each.name in names and context.get_parameter_source(each.name) is ParameterSource.COMMANDLINE:
            refuse(each.opts[0], f"must be given with {other}, and only with it")


class SpecOption(click.Option):
    """--spec: the file alone says what is sized, so that other flags are refused before they are read.

    Parameters
    ----------
    names : list of str
        What the option is called [-]
    beside : sequence of str
        The parameters that may be given too [-]
    attributes
        Those of click's options
    """

    def __init__(self, names: Sequence[str], beside: Sequence[str] = (), **attributes: Any) -> None:
        super().__init__(names, is_eager=True, metavar="FILE", **attributes)
        self._beside = {*beside, "spec", "allow_outside"}

    def handle_parse_result(
        self, ctx: click.Context, opts: Mapping[str, Any], args: list[str]
    ) -> tuple[Any, list[str]]:
        """Return the file and the `args` left over, with `ctx` and `opts` as the parser gives them [-]."""
        flags = {each.name: each.opts[0] for each in ctx.command.params}
        others = [name for name in opts if name in flags and name not in self._beside]
        if "spec" in opts and others:
            way_out = "change the sizing file instead"
            refuse(flags[others[0]], "must not be given beside --spec", way_out=way_out)
        return super().handle_parse_result(ctx, opts, args)


outside_flag = click.option(
    "--allow-outside",
    is_flag=True,
    help="With --spec: curve files may stand outside the folder of the sizing file.",
)
mismatch_flag = click.option(
    "--allow-mismatch", is_flag=True, help="Internal use, with --spec: a curve of another workload."
)
ttft_flag = click.option("--ttft", type=NUMBER, metavar="S", help="Longest time to the first token, in seconds.")
confidence_flag = click.option(
    "--confidence",
    type=SHARE,
    metavar="|".join(f"{level:.2f}" for level in BUDGET_SHARE),
    default=f"{DEFAULT_CONFIDENCE:.2f}",
    show_default=True,
    help="Share of public curves whose need the budget covers.",
)


def _calibration(text: str, _name: str) -> Calibration:
    from xlsizing.core import read_calibration  # noqa: PLC0415  # only where a file is named

    return read_calibration(text)


calibration_flag = click.option(
    "--calibration",
    type=Typed(_calibration),
    metavar="FILE",
    help="What xlsizing calibrate wrote: the budget rests on it.",
)


def method_flag(words: str) -> Callable[[Command], Command]:
    """Return the declaration of the interpolation, with its help in `words` [-]."""
    return click.option(
        "--method",
        type=one_of(METHODS),
        metavar="|".join(METHODS),
        default=DEFAULT_METHOD,
        show_default=True,
        help=words,
    )


def json_flag(instead: str) -> Callable[[Command], Command]:
    """Return the declaration of printing JSON instead of what is named in `instead` [-]."""
    return click.option("--json", "as_json", is_flag=True, help=f"Print JSON instead of {instead}.")


@dataclass(frozen=True)
class Planning:
    """The share `util` of throughput that is planned for, and the `method` of interpolation [-]."""

    util: float = option(
        "--util",
        type=SHARE,
        metavar="SHARE",
        default=str(DEFAULT_UTIL),
        show_default=True,
        help="Planned share of throughput.",
    )
    method: str = shared(method_flag("Interpolation."))


@dataclass(frozen=True)
class DemandFlags:
    """The demand as `tpm`, `tok_s`, `rps` or `users`, and the output tokens `osl` of a request [unit of the flag]."""

    tpm: float | None = option("--tpm", type=NUMBER, metavar="N", help="Demand: output tokens per minute.")
    tok_s: float | None = option("--tok-s", type=NUMBER, metavar="N", help="Demand: output tokens per second.")
    rps: float | None = option("--rps", type=NUMBER, metavar="N", help="Demand: requests per second, with --osl.")
    osl: float | None = option(
        "--osl",
        type=NUMBER,
        metavar="N",
        help="Output tokens per request, with --rps or a limit on whole answers.",
    )
    users: float | None = option("--users", type=NUMBER, metavar="N", help="Demand: requests in flight at peak.")

    @property
    def forms(self) -> dict[str, float | None]:
        """What each form of a demand was given as [unit of the form]."""
        return {form: getattr(self, form) for form in DEMAND_FORMS}

    def demand(self, *, beside: str = "", answers: bool = False) -> Demand:
        """Return the demand that exactly one form states [unit of the demand].

        Parameters
        ----------
        beside : str, optional
            The other flag of the command that takes osl [-]
        answers : bool, optional
            Whether that one was given [-]

        Returns
        -------
        Demand
            What is asked for
        """
        form, value = exactly_one(self.forms)
        missing = form == "rps" and self.osl is None
        idle = self.osl is not None and form != "rps" and not answers
        if missing or idle:
            also = f" or {beside}, and only with one of them" if beside else ", and only with it"
            refuse("--osl", f"must be given with --rps{also}")
        return Demand.stated(form, value, osl=self.osl if form == "rps" else None)


class Slas(NamedTuple):
    """SLAs as they were listed.

    Parameters
    ----------
    rates : list of float
        In the order given [tok/s/user]
    as_read : tuple of str
        How the list was read, where a decimal comma may be meant [-]
    """

    rates: list[float]
    as_read: tuple[str, ...]


_LIKE_DECIMALS = re.compile(r"[0-9]{1,2}", re.ASCII)


def _slas(text: str, name: str) -> Slas:
    texts = text.split(",")
    if len(texts) > MOST_SLAS:
        refuse(name, f"must list at most {MOST_SLAS:,} SLAs", got=Phrase(f"{len(texts):,} of them"))
    slas = [number_in_text(item, name, where=f"item {i}") for i, item in enumerate(texts, start=1)]
    if len(slas) == 1 or slas[1] >= slas[0] or not _LIKE_DECIMALS.fullmatch(texts[1].strip()):
        return Slas(slas, ())
    first, second = texts[0].strip(), texts[1].strip()
    rest = " and so on" if len(slas) > 2 else ""  # noqa: PLR2004  # more than the two named
    decimal = "" if "." in first else f"; for a decimal write {first}.{second}"
    return Slas(slas, (f"{name} was read as {len(slas):,} SLAs, {first} and {second}{rest} tok/s/user{decimal}.",))


SLAS: Final = Typed(_slas)


def wait_flag(wait: Wait) -> str:
    """Return the flag of the limit on a `wait` [-].

    >>> [wait_flag(wait) for wait in WAITS]
    ['--ttft', '--ttfo', '--e2e']
    """
    return flag(wait.name.removesuffix("_s"))


def ttft_limit(ttft: float | None, statistic: str | None = None) -> Limits:
    """Return the limit on the first token of `ttft` seconds, in the `statistic` of the customer [s]."""
    return NO_LIMITS if ttft is None else Limits(ttft_s=ttft, statistic=statistic)


_Listed = list[float | None]


def _limits(text: str, name: str) -> _Listed:
    """Return the limits that a flag lists; a blank or a hyphen is none."""
    texts = [item.strip() for item in text.split(",")]
    limits = [
        None if item in ("", "-") else number_in_text(item, name, where=f"item {at}")
        for at, item in enumerate(texts, 1)
    ]
    if limits.count(None) == len(limits):
        refuse(name, "must list a limit", got=text.strip() or BLANK, way_out="leave it out where there is none")
    return limits


def _limit(wait: Wait) -> Callable[[Command], Command]:
    words = f"Longest {wait.meaning} [s]: one, or one for each SLA."
    return click.option(wait_flag(wait), type=Typed(_limits), metavar="S[,S...]", help=words)


@dataclass(frozen=True)
class LimitFlags:
    """The limits `ttft`, `ttfo` and `e2e` beside the SLAs, and the statistic `latency_stat` that the customer speaks of [s]."""

    ttft: _Listed | None = shared(_limit(WAITS[0]))
    ttfo: _Listed | None = shared(_limit(WAITS[1]))
    e2e: _Listed | None = shared(_limit(WAITS[2]))
    latency_stat: str | None = option(
        "--latency-stat",
        type=one_of(STATISTICS),
        metavar="|".join(STATISTICS),
        help="Statistic of these limits; else that of the curve.",
    )

    def limits(self, rows: int, output_tokens: float | None) -> Limits:
        """Return the limits beside so many `rows` of SLAs, on answers of `output_tokens` [s]."""
        listed = {wait_flag(wait): each for wait, each in zip(WAITS, (self.ttft, self.ttfo, self.e2e), strict=True)}
        asked: list[Any] = [each and _one_each(each, name, rows) for name, each in listed.items()]
        if any(asked):
            return Limits(*asked, output_tokens=output_tokens, statistic=self.latency_stat)
        if self.latency_stat is not None:
            *first, last = listed
            refuse("--latency-stat", f"must be given with {', '.join(first)} or {last}, and only with one of them")
        return NO_LIMITS


def _one_each(limits: _Listed, name: str, rows: int) -> _Listed:
    """Return the limits of the flag `name`, one for each of `rows` SLAs."""
    if len(limits) not in (1, rows):
        got = Phrase(f"{len(limits):,} for {rows:,} {'SLA' if rows == 1 else 'SLAs'}")
        refuse(name, "must list one limit, or one for each SLA", got=got, way_out="write - where an SLA has none")
    return limits * rows if len(limits) == 1 else limits
