"""``xlsizing audit``: whether somebody's claim holds on a measured curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import click

from xlsizing.advice import NOT_ASKED, Audit, audit
from xlsizing.core import NO_LIMITS, SizingRow, limits_of, size, stacked
from xlsizing.errors import InfeasibleError
from xlsizing.hosts.cli.curve_flags import CurveFlags
from xlsizing.hosts.cli.declaring import OnceEach, exactly_one, group, only_with, option, shared, spec_flag
from xlsizing.hosts.cli.flags import (
    PER_POD,
    DemandFlags,
    Planning,
    json_flag,
    mismatch_flag,
    outside_flag,
    ttft_flag,
    ttft_limit,
)
from xlsizing.hosts.cli.output import print_facts, print_json
from xlsizing.hosts.cli.typed import NUMBER, WHOLE
from xlsizing.reports import Report, not_asked, slas_listed
from xlsizing.rules import DRAFT, VERDICT

__all__ = ["command"]


@dataclass(frozen=True)
class _Claim:
    """What is claimed, and what each user must see."""

    pods: float | None = option("--pods", WHOLE, "N", "The claim: replicas.")
    gpus: float | None = option("--gpus", WHOLE, "N", "The claim: GPUs, with --gpus-per-pod.")
    gpus_per_pod: int | None = option("--gpus-per-pod", PER_POD, "N", "GPUs of one replica.")
    sla: float | None = option("--sla", NUMBER, "S", "The output tok/s that each user must see.")
    ttft: float | None = shared(ttft_flag)
    concurrency: float | None = option("--concurrency", NUMBER, "C", "The concurrency the claim was sized at.")

    def arguments(self) -> dict[str, Any]:
        """Return those of the audit that say what is claimed, checked there."""
        return {name: getattr(self, name) for name in ("pods", "gpus", "sla", "concurrency")}


@click.command(cls=OnceEach, name="audit")
@group("claim", _Claim)
@group("demand", DemandFlags)
@group("curve", CurveFlags)
@group("planning", Planning)
@spec_flag(
    "Demand, curve, SLAs and utilisation from a sizing file.",
    "pods",
    "gpus",
    "sla",
    "concurrency",
    "ttft",
    "allow_mismatch",
    "as_json",
)
@outside_flag
@mismatch_flag
@json_flag("sentences")
def command(
    *,
    claim: _Claim,
    demand: DemandFlags,
    curve: CurveFlags,
    planning: Planning,
    spec: str | None,
    allow_outside: bool,
    allow_mismatch: bool,
    as_json: bool,
) -> int:
    """Check a claim, such as 18 pods for 3,000,000 tokens per minute, against a measured curve."""
    exactly_one({"pods": claim.pods, "gpus": claim.gpus})
    if spec is None:
        only_with("--spec", ("allow_mismatch", "allow_outside"))
        report, found = _from_flags(claim, demand, curve, planning)
    else:
        report, found = _from_spec(spec, claim, allow_outside=allow_outside, allow_mismatch=allow_mismatch)
    if as_json:
        print_json(_audits_record(report, found))
    else:
        facts = {"Model": report.model, "Curve": report.source, "Context": report.context_label}
        print_facts(facts | _rigor_lines(report))
        _print_audits(found)
    return InfeasibleError.exit_code if any(each.reason for each in found) else 0


def _audits_record(report: Report, found: Sequence[Audit]) -> dict[str, Any]:
    """Return the audits as plain data, each with the standing of its own SLA."""
    reasons = [[reason.why for reason in rigor.reasons] for rigor in report.standings]
    audits = [
        asdict(each) | {"rigor": rigor.label, "rigor_reasons": why}
        for each, rigor, why in zip(found, report.standings, reasons, strict=True)
    ]
    return {
        "model": report.model,
        "curve_source": report.source,
        "context_label": report.context_label or None,
        "rigor": DRAFT if any(reasons) else VERDICT,
        "headline": report.headline,
        "rigor_reasons": list(dict.fromkeys(why for each in reasons for why in each)),
        "workload_mismatch": list(report.assessment.mismatch),
        "audits": audits,
    }


def _rigor_lines(report: Report) -> dict[str, str]:
    """Return the standing of the audits, a line for each that differs."""
    rows: dict[str, list[SizingRow]] = {}
    for row, rigor in zip(report.rows, report.standings, strict=True):
        silent = not rigor.reasons and not_asked(limits_of(row))
        rows.setdefault(f"{rigor}: {NOT_ASKED}" if silent else str(rigor), []).append(row)
    if len(rows) == 1:
        return {"Rigor": next(iter(rows))}
    return {f"Rigor at {slas_listed(at)}": text for text, at in rows.items()}


_Found = tuple[Report, list[Audit]]


def _from_flags(claim: _Claim, asked: DemandFlags, given: CurveFlags, planning: Planning) -> _Found:
    curve, demand = given.read(), asked.demand()
    how: dict[str, Any] = {**vars(planning), "limits": ttft_limit(claim.ttft)}
    found = audit(curve, demand, **claim.arguments(), gpus_per_pod=claim.gpus_per_pod, **how)
    # Without an SLA the plateau, as in the audit.
    sizing = size(curve, claim.sla or curve.tok_s_per_user[-1], demand, gpus_per_pod=1, **how)
    return Report(sizing, source=given.source), [found]


def _from_spec(path: str, claim: _Claim, *, allow_outside: bool, allow_mismatch: bool) -> _Found:
    from xlsizing.reports.from_spec import spec_report  # noqa: PLC0415  # pydantic and YAML are slow to import
    from xlsizing.spec import read_spec  # noqa: PLC0415

    spec = read_spec(path, allow_outside=allow_outside)
    asked = spec.rows()
    if claim.sla is not None:  # with the limits beside it in the file, where it is one of the file's
        asked = [row for row in asked if row[0] == claim.sla] or [(claim.sla, NO_LIMITS)]
    if claim.ttft is not None:
        within = ttft_limit(claim.ttft, spec.limits.statistic)
        asked = [(sla, within) for sla in dict.fromkeys(sla for sla, _ in asked)]
    slas, limits = zip(*asked, strict=True)
    report = spec_report(spec, allow_mismatch=allow_mismatch)
    planning: dict[str, Any] = {
        "gpus_per_pod": spec.gpus_per_pod,
        "util": spec.util,
        "method": spec.method,
    }
    found = [
        audit(spec.curve(), spec.demand(), **claim.arguments() | {"sla": sla}, **planning, limits=within)
        for sla, within in asked
    ]
    sizing = size(spec.curve(), slas, spec.demand(), **planning, limits=stacked(limits))
    return replace(report, sizing=sizing, names=()), found  # the standing of the SLAs audited, not of those in the file


def _print_audits(found: Sequence[Audit]) -> None:
    """Print each audit; what holds for all of several stands once, at the end."""
    shared = [finding for finding in found[0].findings if all(finding in each.findings for each in found[1:])]
    shared = shared if len(found) > 1 else []
    for each in found:
        click.echo(f"\n{each.verdict}")
        for finding in each.findings:
            if finding not in shared:
                click.echo(f"- {finding}")
    if shared:
        click.echo("\nFor every SLA:")
        for finding in shared:
            click.echo(f"- {finding}")
