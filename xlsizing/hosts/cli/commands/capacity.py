"""``xlsizing capacity``: what a budget of GPUs, nodes, dollars or megawatts carries."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Context
from functools import cached_property
from typing import IO, Any, Final

import click

from xlsizing.advice import Answers, Fleet
from xlsizing.checks import refuse
from xlsizing.core import (
    Demand,
    Price,
    Racks,
    bound,
    check_replica,
    gpus_for_power,
    gpus_for_usd,
    in_words,
    price_of,
    size,
)
from xlsizing.errors import InfeasibleError, shown
from xlsizing.hosts.cli.curve_flags import CurveFlags, gpus_of_replica
from xlsizing.hosts.cli.declaring import OnceEach, exactly_one, flag, group, needed, only_with, option, takes
from xlsizing.hosts.cli.flags import (
    PER_POD,
    SPARES,
    DemandFlags,
    Planning,
    confidence_flag,
    json_flag,
    ttft_flag,
    ttft_limit,
)
from xlsizing.hosts.cli.output import print_json, print_text
from xlsizing.hosts.cli.typed import NUMBER, whole_number
from xlsizing.reports import Report, Table, demand_record, demand_words, figure_heads, shown_grouped
from xlsizing.rules import HIGHEST, HOURS_PER_MONTH

__all__ = ["command"]

_NEEDS: Final = {"nodes": ("gpus_per_node",), "mw": ("kw_per_gpu", "pue")}
"""Flags that a form of a budget needs."""

_ONLY_WITH: Final = {"mw": _NEEDS["mw"], "usd_per_month": ("gpu_hourly_usd",)}
"""Flags that belong to one form of a budget."""

_ONE_OR_MORE: Final = whole_number(1, int(HIGHEST))


@dataclass(frozen=True)
class _Bought:
    """What the budget buys.

    Parameters
    ----------
    kind : str
        The form that the budget is given in
    amount : float
        How much there is of it [unit of the form]
    gpus : int
        What that is in GPUs [GPUs]
    words : str
        How one follows from the other; empty where the budget is GPUs
    rests_on : dict
        What else they follow from, each under its key
    """

    kind: str
    amount: float
    gpus: int
    words: str = ""
    rests_on: dict[str, Any] = field(default_factory=dict)

    @property
    def fact(self) -> str:
        """The budget as a division or product that can be worked out again; empty where it is GPUs."""
        return self.words and f"{self.words} = {self.gpus:,} GPUs"

    def record(self) -> dict[str, Any]:
        """Return the budget as plain data; what a form does not rest on is null."""
        keys = ("gpu_hourly_usd", "price_assumed", "hours_per_month", "kw_per_gpu", "pue")
        return {"budget": {"kind": self.kind, "amount": self.amount}, **{key: self.rests_on.get(key) for key in keys}}


def _for_usd(usd: float, price: Price) -> _Bought:
    words = f"{shown_grouped(usd)} $/month / ({price.label} x {HOURS_PER_MONTH} h)"
    rests_on = {
        "gpu_hourly_usd": price.amount,
        "price_assumed": price.assumed,
        "hours_per_month": HOURS_PER_MONTH,
    }
    return _Bought("usd_per_month", usd, gpus_for_usd(usd, price.amount), words, rests_on)


def _for_power(mw: float, kw_per_gpu: float, pue: float) -> _Bought:
    words = f"{shown_grouped(mw)} MW / ({shown(kw_per_gpu)} kW/GPU x PUE {shown(pue)})"
    return _Bought("mw", mw, gpus_for_power(mw, kw_per_gpu, pue), words, {"kw_per_gpu": kw_per_gpu, "pue": pue})


def _for_nodes(nodes: float, gpus_per_node: int) -> _Bought:
    words = f"{int(nodes):,} {'node' if nodes == 1 else 'nodes'} x {gpus_per_node:,} GPUs"
    return _Bought("nodes", nodes, int(nodes) * gpus_per_node, words)


@dataclass(frozen=True)
class _Budget:
    """What there is, in exactly one form, and what a form needs besides."""

    gpus: int | None = option("--gpus", _ONE_OR_MORE, "N", "The budget: GPUs.")
    nodes: int | None = option("--nodes", _ONE_OR_MORE, "N", "The budget: nodes, with --gpus-per-node.")
    usd_per_month: float | None = option(
        "--usd-per-month", NUMBER, "USD", "The budget: dollars a month; 8.60 $/GPU-hour is assumed."
    )
    mw: float | None = option("--mw", NUMBER, "MW", "The budget: power of the site, with --kw-per-gpu and --pue.")
    gpus_per_pod: int | None = option(
        "--gpus-per-pod", PER_POD, "N", "GPUs of one replica, where the curve does not say."
    )
    gpus_per_node: int | None = option(
        "--gpus-per-node", _ONE_OR_MORE, "N", "GPUs of one node: only whole nodes count."
    )
    gpu_hourly_usd: float | None = option(
        "--gpu-hourly-usd", NUMBER, "USD", "Price of one GPU-hour, with --usd-per-month."
    )
    kw_per_gpu: float | None = option(
        "--kw-per-gpu", NUMBER, "KW", "Power of one GPU with its share of the node, with --mw."
    )
    pue: float | None = option("--pue", NUMBER, "X", "Power of the site over that of its machines, with --mw.")

    def bought(self) -> _Bought:
        """Return what the budget buys, in whichever form it is given."""
        forms = {"gpus": self.gpus, "nodes": self.nodes, "usd_per_month": self.usd_per_month, "mw": self.mw}
        form, value = exactly_one(forms)
        needs = {name: needed(getattr(self, name), flag(name), f" with {flag(form)}") for name in _NEEDS.get(form, ())}
        for other, names in _ONLY_WITH.items():
            if other != form:
                only_with(flag(other), names)
        if form == "usd_per_month":
            return _for_usd(value, price_of(self.gpu_hourly_usd))
        if form == "mw":
            return _for_power(value, **needs)
        return _for_nodes(value, **needs) if form == "nodes" else _Bought(form, value, int(value))


@click.command(cls=OnceEach, name="capacity")
@group("budget", _Budget)
@takes("--spare", SPARES, "N", "Pods held back as spares.", default="0")
@takes("--sla", NUMBER, "S", "What do they carry at this output tok/s per user?")
@ttft_flag
@group("demand", DemandFlags)
@group("curve", CurveFlags)
@group("planning", Planning)
@confidence_flag
@json_flag("tables")
def command(
    *,
    budget: _Budget,
    spare: int,
    sla: float | None,
    ttft: float | None,
    demand: DemandFlags,
    curve: CurveFlags,
    planning: Planning,
    confidence: float,
    as_json: bool,
) -> int:
    """Say what a budget carries at --sla, and with a demand the best SLA that it holds."""
    measured = curve.read()
    per_pod = gpus_of_replica(budget.gpus_per_pod, measured)
    check_replica(measured, per_pod)
    racks, bought = Racks(per_pod, budget.gpus_per_node), budget.bought()
    pods = racks.pods(bought.gpus) - spare
    if pods < 1:
        refuse("--spare", "must leave a pod that serves", got=spare)
    level = bound(confidence, "--confidence")
    fleet = Fleet(measured, pods, util=planning.util, method=planning.method, limits=ttft_limit(ttft), level=level)
    wanted = demand.demand() if any(value is not None for value in demand.forms.values()) else None
    if sla is None and wanted is None:
        refuse("--sla or a demand", "must be given", way_out="--sla asks for the most TPM, --tpm for the best SLA")
    fleet = fleet if wanted is None else fleet.answering(wanted)
    asked = _Asked(fleet, racks, bought, spare, sla, wanted, curve.source)
    if as_json:
        print_json(_answers_record(asked))
    else:
        print_text(lambda file: _print_answers(file, asked))
    nothing = asked.best is not None and asked.best.estimate is None
    return InfeasibleError.exit_code if nothing else 0


@dataclass(frozen=True)
class _Asked:
    """What is asked for, and the answers."""

    fleet: Fleet
    racks: Racks
    bought: _Bought
    spare: int
    sla: float | None
    demand: Demand | None
    source: str

    @property
    def gpus_idle(self) -> int:
        """GPUs of the budget that no pod uses [GPUs]."""
        return self.bought.gpus - (self.fleet.pods + self.spare) * self.racks.gpus_per_pod

    @property
    def users(self) -> bool:
        """Whether requests in flight are counted rather than tokens."""
        return self.demand is not None and self.demand.counts_users

    @cached_property
    def most(self) -> Answers | None:
        """The most at the SLA; None where none is given."""
        return None if self.sla is None else self.fleet.most(self.sla, users=self.users)

    @cached_property
    def best(self) -> Answers | None:
        """The best SLA for the demand; None where none is given."""
        return None if self.demand is None else self.fleet.best_sla(self.demand)

    @cached_property
    def report(self) -> Report:
        """What the answers rest on: the point of the SLA given, else of the best to commit to, else of the plateau."""
        fleet = self.fleet
        sla = self.sla or (self.best and self.best.commit) or float(fleet.curve.tok_s_per_user[-1])
        planning: dict[str, Any] = {"method": fleet.method, "limits": fleet.limits}
        sizing = size(fleet.curve, sla, Demand.tok_s(1), gpus_per_pod=self.racks.gpus_per_pod, **planning)
        return Report(sizing.with_output_tokens(fleet.level.output_tokens), source=self.source)

    @cached_property
    def reason(self) -> str | None:
        """Why the demand is carried at no SLA, with the most at the lowest one measured; None where it is carried."""
        if self.best is None or self.demand is None or None not in self.best:
            return None
        lowest = float(self.fleet.curve.tok_s_per_user[-1])
        most, unit = self.fleet.most(lowest, users=self.users), "users" if self.users else "output tok/s"
        short = [
            f"{name} {_rounded_down(getattr(most, figure))}"
            for figure, name in figure_heads(self.fleet.level).items()
            if getattr(self.best, figure) is None
        ]
        return (
            f"{demand_words(self.demand)}: carried at no SLA by {self.fleet.pods:,} pods; at {shown(lowest)} tok/s/user, "
            f"the lowest measured, the most in {unit} is: {'; '.join(short)}"
        )

    @property
    def notes(self) -> list[str]:
        """What a reader must know beside the figures, a sentence each."""
        claim = self.report.given_rows[0].budget_claim
        told = [self.reason, f"No budget is claimed: {claim}" if claim else None]
        return [*(f"{each}." for each in told if each), *self.fleet.curve.notes]


def _print_answers(file: IO[str], asked: _Asked) -> None:
    from xlsizing.reports.terminal import print_parts  # noqa: PLC0415  # rich is slow to import

    report, tables = asked.report, [_most_table(asked), _best_table(asked)]
    named = {
        "Curve": asked.source,
        "Context": report.context_label,
        "Budget": asked.bought.fact,
        "Fleet": _fleet_words(asked),
        "Utilisation planned": f"{shown(asked.fleet.util)} of measured throughput",
        "Interpolation": asked.fleet.method,
    }
    named = {name: text for name, text in named.items() if text}
    print_parts(file, f"{report.headline}.", named, tables, {"Notes": asked.notes}, [_RULE])


_RULE: Final = (
    "Sign a VERDICT with the line to commit: it rests on measured points alone. Plan, and quote a DRAFT, with the budget; "
    "the estimate is a centre."
)


def _fleet_words(asked: _Asked) -> str:
    racks, pods = asked.racks, asked.fleet.pods
    spares = f" + {asked.spare:,} spare" if asked.spare else ""
    gpus, idle = asked.bought.gpus, asked.gpus_idle
    nodes = f" in nodes of {racks.gpus_per_node}" if racks.gpus_per_node else ""
    left = f", {idle:,} GPUs idle" if idle else ""
    return f"{gpus:,} GPUs{nodes}: {pods:,} pods{spares} x {racks.gpus_per_pod} GPUs = {gpus - idle:,}{left}"


def _most_table(asked: _Asked) -> Table | None:
    if asked.most is None or asked.sla is None:
        return None
    columns = {"users in flight": 1} if asked.users else {"output TPM": 60, "output tok/s": 1}
    rows = [
        (name, *(_rounded_down(times * getattr(asked.most, figure)) for times in columns.values()))
        for figure, name in figure_heads(asked.fleet.level).items()
    ]
    within = in_words(asked.fleet.limits.single(), asked.sla)
    return Table(f"The most at {within}", ("figure", *columns), rows, frozenset({(0, 1)}))


def _best_table(asked: _Asked) -> Table | None:
    if asked.best is None or asked.demand is None:
        return None
    rows: list[tuple[str, ...]] = []
    for figure, name in figure_heads(asked.fleet.level).items():
        sla = getattr(asked.best, figure)
        rows.append((name, "carried at no SLA" if sla is None else _sla_that_fits(sla)))
    within = in_words(asked.fleet.limits.single())
    title = f"The best SLA for {demand_words(asked.demand)}{f', {within}' if within else ''}"
    return Table(title, ("figure", "tok/s/user"), rows, frozenset({(0, 1)}))


def _rounded_down(value: float) -> str:
    """Return a most as whole numbers, rounded down: what is printed fits too."""
    return f"{int(value * (1 + 1e-12)):,}"


_FOUR_DIGITS: Final = Context(prec=4, rounding=ROUND_DOWN)


def _sla_that_fits(sla: float) -> str:
    """Return the best SLA in four digits, rounded down: what is printed fits too."""
    return shown(float(_FOUR_DIGITS.create_decimal(repr(sla))))


def _answers_record(asked: _Asked) -> dict[str, Any]:
    """Return the answers as plain data, at full precision, with the question and what they rest on."""
    fleet, most, best, report = asked.fleet, asked.most, asked.best, asked.report
    return {
        "headline": report.headline,
        "opening": _RULE,
        **asked.bought.record(),
        "gpus": asked.bought.gpus,
        "gpus_per_pod": asked.racks.gpus_per_pod,
        "gpus_per_node": asked.racks.gpus_per_node,
        "pods": fleet.pods,
        "spare_replicas": asked.spare,
        "gpus_idle": asked.gpus_idle,
        "util": fleet.util,
        "method": fleet.method,
        "budget_confidence": fleet.level.confidence,
        "demand": None if asked.demand is None else demand_record(asked.demand),
        "sla_toks_per_user": asked.sla,
        **{wait.limit: limit for wait, limit in fleet.limits.single().items()},
        "most_tpm": None if most is None or asked.users else {k: 60 * v for k, v in most._asdict().items()},
        "most_users": most._asdict() if most is not None and asked.users else None,
        "best_sla_toks_per_user": None if best is None else best._asdict(),
        "reason": asked.reason,
        "curve_source": asked.source,
        "context_label": asked.report.context_label or None,
        "rigor": report.rigors[0],
        "rigor_reasons": [reason._asdict() for reason in report.standings[0].reasons],
        "notes": asked.notes,
    }
