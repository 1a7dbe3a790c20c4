"""``xlsizing capacity``: what a budget of GPUs, nodes, dollars or megawatts carries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import IO, Any, Final

import click

from xlsizing.advice import Answers, Fleet
from xlsizing.checks import refuse
from xlsizing.core import Demand, Racks, bound, check_replica, gpus_for_power, gpus_for_usd, in_words, size
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
from xlsizing.reports import Report, Table, demand_words
from xlsizing.rules import ASSUMED_USD_PER_GPU_HOUR, HIGHEST

__all__ = ["command"]

_NEEDS: Final = {"nodes": ("gpus_per_node",), "mw": ("kw_per_gpu", "pue")}
"""Flags that a form of a budget needs."""

_ONLY_WITH: Final = {"mw": _NEEDS["mw"], "usd_per_month": ("gpu_hourly_usd",)}
"""Flags that belong to one form of a budget."""

_FIGURES: Final = {"commit": "to commit", "budget": "to budget, {level:.0f} %", "estimate": "estimate"}
"""What each figure is called, in the order of the table."""

_ONE_OR_MORE: Final = whole_number(1, int(HIGHEST))


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

    def all_gpus(self) -> int:
        """Return the GPUs of the budget, in whichever form it is given."""
        forms = {"gpus": self.gpus, "nodes": self.nodes, "usd_per_month": self.usd_per_month, "mw": self.mw}
        form, value = exactly_one(forms)
        needs = {name: needed(getattr(self, name), flag(name), f" with {flag(form)}") for name in _NEEDS.get(form, ())}
        for other, names in _ONLY_WITH.items():
            if other != form:
                only_with(flag(other), names)
        if form == "usd_per_month":
            price = self.gpu_hourly_usd
            return gpus_for_usd(value, ASSUMED_USD_PER_GPU_HOUR if price is None else price)
        return gpus_for_power(value, **needs) if form == "mw" else int(value) * needs.get("gpus_per_node", 1)


@click.command(cls=OnceEach, name="capacity", short_help="Turn it round: what GPUs, nodes, dollars or MW carry.")
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
    racks, gpus = Racks(per_pod, budget.gpus_per_node), budget.all_gpus()
    pods = racks.pods(gpus) - spare
    if pods < 1:
        refuse("--spare", "must leave a pod that serves", got=spare)
    level = bound(confidence, "--confidence")
    fleet = Fleet(measured, pods, util=planning.util, method=planning.method, limits=ttft_limit(ttft), level=level)
    wanted = demand.demand() if any(value is not None for value in demand.forms.values()) else None
    if sla is None and wanted is None:
        refuse("--sla or a demand", "must be given", way_out="--sla asks for the most TPM, --tpm for the best SLA")
    fleet = fleet if wanted is None else fleet.answering(wanted)
    asked = _Asked(fleet, racks, gpus, spare, sla, wanted, curve.source)
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
    gpus: int
    spare: int
    sla: float | None
    demand: Demand | None
    source: str

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


def _print_answers(file: IO[str], asked: _Asked) -> None:
    from xlsizing.reports.terminal import print_parts  # noqa: PLC0415  # rich is slow to import

    report, tables = asked.report, [_most_table(asked), _best_table(asked)]
    named = {
        "Curve": asked.source,
        "Fleet": _fleet_words(asked),
        "Utilisation planned": f"{shown(asked.fleet.util)} of measured throughput",
        "Interpolation": asked.fleet.method,
    }
    named = {name: text for name, text in named.items() if text}
    claim = report.given_rows[0].budget_claim
    notes = [*([f"No budget is claimed: {claim}."] if claim else []), *asked.fleet.curve.notes]
    print_parts(file, f"{report.headline}.", named, tables, {"Notes": notes}, [_RULE])


_RULE: Final = (
    "Sign the line to commit: it rests on measured points alone. The budget is to plan with, the estimate is a centre."
)


def _fleet_words(asked: _Asked) -> str:
    racks, pods = asked.racks, asked.fleet.pods
    spares = f" + {asked.spare:,} spare" if asked.spare else ""
    used = (pods + asked.spare) * racks.gpus_per_pod
    idle = f", {asked.gpus - used:,} GPUs idle" if asked.gpus > used else ""
    nodes = f" in nodes of {racks.gpus_per_node}" if racks.gpus_per_node else ""
    return f"{asked.gpus:,} GPUs{nodes}: {pods:,} pods{spares} x {racks.gpus_per_pod} GPUs = {used:,}{idle}"


def _figure_headings(asked: _Asked) -> dict[str, str]:
    return {figure: words.format(level=100 * asked.fleet.level.confidence) for figure, words in _FIGURES.items()}


def _most_table(asked: _Asked) -> Table | None:
    if asked.most is None or asked.sla is None:
        return None
    columns = {"users in flight": 1} if asked.users else {"output TPM": 60, "output tok/s": 1}
    rows = [
        (name, *(_rounded_down(times * getattr(asked.most, figure)) for times in columns.values()))
        for figure, name in _figure_headings(asked).items()
    ]
    within = in_words(asked.fleet.limits.single(), asked.sla)
    return Table(f"The most at {within}", ("figure", *columns), rows, frozenset({(0, 1)}))


def _best_table(asked: _Asked) -> Table | None:
    if asked.best is None or asked.demand is None:
        return None
    rows: list[tuple[str, ...]] = []
    for figure, name in _figure_headings(asked).items():
        sla = getattr(asked.best, figure)
        rows.append((name, "carried at no SLA" if sla is None else shown(sla)))
    within = in_words(asked.fleet.limits.single())
    title = f"The best SLA for {demand_words(asked.demand)}{f', {within}' if within else ''}"
    return Table(title, ("figure", "tok/s/user"), rows, frozenset({(0, 1)}))


def _rounded_down(value: float) -> str:
    """Return a most as whole numbers, rounded down: what is printed fits too."""
    return f"{int(value * (1 + 1e-12)):,}"


def _answers_record(asked: _Asked) -> dict[str, Any]:
    """Return the answers as plain data, at full precision."""
    fleet, most, best = asked.fleet, asked.most, asked.best
    return {
        "gpus": asked.gpus,
        "gpus_per_pod": asked.racks.gpus_per_pod,
        "gpus_per_node": asked.racks.gpus_per_node,
        "pods": fleet.pods,
        "spare_replicas": asked.spare,
        "gpus_idle": asked.gpus - (fleet.pods + asked.spare) * asked.racks.gpus_per_pod,
        "util": fleet.util,
        "method": fleet.method,
        "budget_confidence": fleet.level.confidence,
        "sla_toks_per_user": asked.sla,
        **{wait.limit: limit for wait, limit in fleet.limits.single().items()},
        "most_tpm": None if most is None or asked.users else {k: 60 * v for k, v in most._asdict().items()},
        "most_users": most._asdict() if most is not None and asked.users else None,
        "best_sla_toks_per_user": None if best is None else best._asdict(),
        "curve_source": asked.source,
        "rigor": asked.report.headline,
    }
