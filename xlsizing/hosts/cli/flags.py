"""Flags that several commands share: each a decorator, and where several belong together one that hands over one value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from xlsizing.checks import given_with, number_in_text, refuse
from xlsizing.core import (
    DEMAND_FORMS,
    FORMS_WITH,
    METHODS,
    NO_LIMITS,
    WAITS,
    Demand,
    Limits,
    NodePlan,
    Wait,
    peak_factor,
)
from xlsizing.errors import BLANK, Phrase
from xlsizing.hosts.cli.declaring import Declaration, exactly_one, flag, only_with, option, shared, switch, takes
from xlsizing.hosts.cli.typed import FILE, NUMBER, SHARE, Typed, one_of, whole_number
from xlsizing.rules import (
    BUDGET_SHARE,
    DEFAULT_CONFIDENCE,
    DEFAULT_METHOD,
    DEFAULT_UTIL,
    MOST_GPUS_PER_POD,
    MOST_NODES_LOST,
    MOST_SLAS,
    MOST_SPARES,
    STATISTICS,
)

if TYPE_CHECKING:
    from xlsizing.core import Calibration

__all__ = [
    "GROWTH",
    "LIMITS",
    "PER_POD",
    "SLAS",
    "SPARES",
    "DemandFlags",
    "LimitFlags",
    "NodeFlags",
    "Planning",
    "Slas",
    "calibration_flag",
    "calibration_in",
    "confidence_flag",
    "json_flag",
    "method_flag",
    "mismatch_flag",
    "one_each",
    "outside_flag",
    "ttft_flag",
    "ttft_limit",
    "wait_flag",
]

PER_POD: Final = whole_number(1, MOST_GPUS_PER_POD)
SPARES: Final = whole_number(0, MOST_SPARES)

outside_flag = switch("--allow-outside", "With --spec: curve files may stand outside the folder of the sizing file.")
mismatch_flag = switch("--allow-mismatch", "Internal use, with --spec: a curve of another workload.")
ttft_flag = takes("--ttft", NUMBER, "S", "Longest time to the first token, in seconds.")
confidence_flag = takes(
    "--confidence",
    SHARE,
    "|".join(f"{level:.2f}" for level in BUDGET_SHARE),
    "Share of public curves whose need the budget covers.",
    default=f"{DEFAULT_CONFIDENCE:.2f}",
)
calibration_flag = takes("--calibration", FILE, "FILE", "What xlsizing calibrate wrote: the budget rests on it.")


def calibration_in(file: str | None) -> Calibration | None:
    """Return the calibration in a `file`; None where none is named."""
    if file is None:
        return None
    from xlsizing.core import read_calibration  # noqa: PLC0415  # only where a file is named

    return read_calibration(file)


def method_flag(words: str) -> Declaration:
    """Return the declaration of the interpolation, with its help in `words`."""
    return takes("--method", one_of(METHODS), "|".join(METHODS), words, default=DEFAULT_METHOD)


def json_flag(instead: str) -> Declaration:
    """Return the declaration of printing JSON instead of what is named in `instead`."""
    return switch("--json", f"Print JSON instead of {instead}.", to="as_json")


@dataclass(frozen=True)
class Planning:
    """How a sizing plans.

    Parameters
    ----------
    util : float
        The share of measured throughput [-]
    method : str
        Interpolation between anchors
    """

    util: float = option("--util", SHARE, "SHARE", "Planned share of throughput.", default=str(DEFAULT_UTIL))
    method: str = shared(method_flag("Interpolation."))


@dataclass(frozen=True)
class DemandFlags:
    """The demand, in exactly one form, with what is stated beside it.

    Parameters
    ----------
    tpm, tok_s, rps, people, requests_per_person_min, osl, users : float or None
        The forms, and what some need; `osl` may stand beside a limit on whole answers too [unit of each]
    peak_to_mean : float
        How many times as much is asked for at the peak [-]
    """

    tpm: float | None = option("--tpm", NUMBER, "N", "Demand: output tokens per minute.")
    tok_s: float | None = option("--tok-s", NUMBER, "N", "Demand: output tokens per second.")
    rps: float | None = option("--rps", NUMBER, "N", "Demand: requests per second, with --osl.")
    people: float | None = option("--people", NUMBER, "N", "Demand: people, with --requests-per-person-min and --osl.")
    requests_per_person_min: float | None = option(
        "--requests-per-person-min", NUMBER, "N", "Requests of one person per minute, with --people."
    )
    osl: float | None = option(
        "--osl", NUMBER, "N", "Output tokens per request, with --rps, --people or a limit on whole answers."
    )
    users: float | None = option("--users", NUMBER, "N", "Demand: requests in flight at peak.")
    peak_to_mean: float = option(
        "--peak-to-mean", Typed(lambda text, name: peak_factor(number_in_text(text, name), name)), "X",
        "The demand is a mean, and at the peak so many times as much.", default="1",
    )  # fmt: skip

    @property
    def forms(self) -> dict[str, float | None]:
        """What each form of a demand was given as [unit of the form]."""
        return {form: getattr(self, form) for form in DEMAND_FORMS}

    def demand(self, beside: str = "", *, answers: bool = False) -> Demand:
        """Return the demand that exactly one form states [unit of the demand].

        In a command with a flag `beside` that needs osl too, osl may be given for that: where `answers` are limited.
        """
        form, value = exactly_one(self.forms)
        parts = {part: getattr(self, part) for part in FORMS_WITH}
        for part, given in parts.items():
            needs, idle = part in DEMAND_FORMS[form], not (answers and part == "osl")
            if (needs and given is None) or (not needs and idle and given is not None):
                others = (beside,) if beside and part == "osl" else ()
                refuse(flag(part), given_with([*map(flag, FORMS_WITH[part]), *others]))
        return Demand.stated(form, value, **parts).at_peak(self.peak_to_mean)


@dataclass(frozen=True)
class NodeFlags:
    """The nodes that GPUs are bought in, and what of them may fail.

    Parameters
    ----------
    gpus_per_node, nodes_to_survive : int or None
        GPUs of one node, and full nodes that may fail at once [GPUs/node, nodes]
    availability, node_availability : float or None
        The share of time for which all pods asked for must run, and that of one node [-]
    """

    gpus_per_node: int | None = option(
        "--gpus-per-node", PER_POD, "N", "GPUs of one node: GPUs are bought in whole nodes."
    )
    nodes_to_survive: int | None = option(
        "--nodes-to-survive", whole_number(1, MOST_NODES_LOST), "N", "Full nodes that may fail, with --gpus-per-node."
    )
    availability: float | None = option(
        "--availability", SHARE, "SHARE", "Of the time all pods asked for must run, with --node-availability."
    )
    node_availability: float | None = option(
        "--node-availability", SHARE, "SHARE", "Of the time one node runs, with --availability."
    )

    def plan(self) -> NodePlan | None:
        """Return the nodes; None where GPUs are had one by one."""
        given = {name: getattr(self, name) for name in ("nodes_to_survive", "availability", "node_availability")}
        given = {name: value for name, value in given.items() if value is not None}
        if self.gpus_per_node is None:
            only_with("--gpus-per-node", given)
            return None
        if (self.availability is None) != (self.node_availability is None):
            refuse("--availability", "must be given with --node-availability, and only with it")
        return NodePlan(self.gpus_per_node, **given)


class Slas(NamedTuple):
    """SLAs as they were listed.

    Parameters
    ----------
    rates : list of float
        In the order given [tok/s/user]
    as_read : tuple of str
        How the list was read, where a decimal comma may be meant
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


def _growth(text: str, name: str) -> tuple[float, int]:
    """Return the factor and the months that a flag states."""
    from xlsizing.advice import growth_factor, growth_months  # noqa: PLC0415  # only where growth is stated

    texts = text.split(":")
    if len(texts) != len(("factor", "months")):
        refuse(name, "must be a factor and months, such as 3:12", got=text.strip() or BLANK)
    factor, months = (number_in_text(each, name) for each in texts)
    return growth_factor(factor, f"the factor of {name}"), growth_months(months, f"the months of {name}")


GROWTH: Final = Typed(_growth)
"""A factor over today's demand, and the months in which it is reached."""


def wait_flag(wait: Wait) -> str:
    """Return the flag of the limit on a `wait`.

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


LIMITS: Final = Typed(_limits)


def _limit(wait: Wait) -> Declaration:
    words = f"Longest {wait.meaning} [s]: one, or one for each SLA."
    return takes(wait_flag(wait), LIMITS, "S[,S...]", words)


@dataclass(frozen=True)
class LimitFlags:
    """The limits on waiting beside the SLAs.

    Parameters
    ----------
    ttft, ttfo, e2e : list of float or None
        As they were listed, None for none [s]
    latency_stat : str or None
        The statistic that the customer speaks of
    """

    ttft: _Listed | None = shared(_limit(WAITS[0]))
    ttfo: _Listed | None = shared(_limit(WAITS[1]))
    e2e: _Listed | None = shared(_limit(WAITS[2]))
    latency_stat: str | None = option(
        "--latency-stat", one_of(STATISTICS), "|".join(STATISTICS), "Statistic of these limits; else that of the curve."
    )

    def limits(self, rows: int, output_tokens: float | None) -> Limits:
        """Return the limits beside so many `rows` of SLAs, on answers of `output_tokens` [s]."""
        listed = {wait_flag(wait): each for wait, each in zip(WAITS, (self.ttft, self.ttfo, self.e2e), strict=True)}
        asked: list[Any] = [each and one_each(each, name, rows) for name, each in listed.items()]
        if any(asked):
            return Limits(*asked, output_tokens=output_tokens, statistic=self.latency_stat)
        if self.latency_stat is not None:
            refuse("--latency-stat", given_with(list(listed)))
        return NO_LIMITS


def one_each(limits: _Listed, name: str, rows: int) -> _Listed:
    """Return the `limits` of the flag `name`, one for each of `rows` SLAs [s]."""
    if len(limits) not in (1, rows):
        got = Phrase(f"{len(limits):,} for {rows:,} {'SLA' if rows == 1 else 'SLAs'}")
        refuse(name, "must list one limit, or one for each SLA", got=got, way_out="write - where an SLA has none")
    return limits * rows if len(limits) == 1 else limits
