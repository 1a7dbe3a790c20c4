"""``xlsizing audit``: whether somebody's claim holds on a measured curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import click

from xlsizing.advice import NOT_ASKED, Audit, audit
from xlsizing.checks import number_in_text, refuse
from xlsizing.core import NO_LIMITS, SizingRow, limits_of, size, stacked
from xlsizing.errors import InfeasibleError
from xlsizing.hosts.cli.curve_flags import curve_flags, curve_of, source_of
from xlsizing.hosts.cli.flags import (
    demand_flags,
    demand_of,
    exactly_one,
    flag,
    only_with_spec,
    optional,
    outside_flag,
    planning_flags,
    ttft_flag,
    ttft_of,
)
from xlsizing.hosts.cli.output import print_facts, print_json
from xlsizing.reports import Report, not_asked, slas_listed
from xlsizing.rules import DRAFT, VERDICT

__all__ = ["command"]

_CLAIM = ("pods", "gpus", "sla", "concurrency")


@click.command(name="audit", short_help="Check a claim of pods or GPUs against a curve.")
@click.option("--pods", metavar="N", help="The claim: replicas.")
@click.option("--gpus", metavar="N", help="The claim: GPUs, with --gpus-per-pod.")
@click.option("--gpus-per-pod", metavar="N", help="GPUs of one replica.")
@click.option("--sla", metavar="S", help="The output tok/s that each user must see.")
@ttft_flag
@click.option("--concurrency", metavar="C", help="The concurrency the claim was sized at.")
@demand_flags
@curve_flags
@planning_flags
@click.option("--spec", metavar="FILE", help="Demand, curve, SLAs and utilisation from a sizing file.")
@outside_flag
@click.option("--allow-mismatch", is_flag=True, help="Internal use, with --spec: a curve of another workload.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of sentences.")
def command(**flags: Any) -> int:
    """Check a claim, such as 18 pods for 3,000,000 tokens per minute, against a measured curve."""
    exactly_one(flags, ("pods", "gpus"))
    claim = {name: optional(flags, name) for name in _CLAIM}
    report, found = _from_flags(flags, claim) if flags["spec"] is None else _from_spec(flags, claim)
    if flags["as_json"]:
        print_json(_record(report, found))
    else:
        context = report.context.label() if report.context else ""
        print_facts({"Model": report.model, "Curve": report.source, "Context": context} | _rigor(report))
        _print(found)
    return InfeasibleError.exit_code if any(each.reason for each in found) else 0


def _record(report: Report, found: Sequence[Audit]) -> dict[str, Any]:
    """Return the audits as plain data, each with the standing of its own SLA."""
    reasons = [[reason.why for reason in rigor.reasons] for rigor in report.standings]
    audits = [
        asdict(each) | {"rigor": rigor.label, "rigor_reasons": why}
        for each, rigor, why in zip(found, report.standings, reasons, strict=True)
    ]
    return {
        "model": report.model,
        "curve_source": report.source,
        "context_label": report.context.label() if report.context else None,
        "rigor": DRAFT if any(reasons) else VERDICT,
        "headline": report.headline,
        "rigor_reasons": list(dict.fromkeys(why for each in reasons for why in each)),
        "workload_mismatch": list(report.assessment.mismatch),
        "audits": audits,
    }


def _rigor(report: Report) -> dict[str, str]:
    """Return the standing of the audits, a line for each that differs."""
    rows: dict[str, list[SizingRow]] = {}
    for row, rigor in zip(report.rows, report.standings, strict=True):
        silent = not rigor.reasons and not_asked(limits_of(row))
        rows.setdefault(f"{rigor}: {NOT_ASKED}" if silent else str(rigor), []).append(row)
    if len(rows) == 1:
        return {"Rigor": next(iter(rows))}
    return {f"Rigor at {slas_listed(at)}": text for text, at in rows.items()}


_Found = tuple[Report, list[Audit]]
_Claim = dict[str, Any]


def _from_flags(flags: dict[str, Any], claim: _Claim) -> _Found:
    for name in ("allow_mismatch", "allow_outside"):
        if flags[name]:
            refuse(flag(name), "must be given with --spec, and only with it")
    curve, demand = curve_of(flags), demand_of(flags)
    planning: dict[str, Any] = {
        "util": number_in_text(flags["util"], "--util", share=True),
        "method": flags["method"],
        "limits": ttft_of(flags),
    }
    found = audit(curve, demand, **claim, gpus_per_pod=optional(flags, "gpus_per_pod"), **planning)  # type: ignore[arg-type]  # checked there
    # Without an SLA the plateau, as in the audit.
    sizing = size(curve, claim["sla"] or curve.tok_s_per_user[-1], demand, gpus_per_pod=1, **planning)
    return Report(sizing, source=source_of(flags)), [found]


def _from_spec(flags: dict[str, Any], claim: _Claim) -> _Found:
    only_with_spec((*_CLAIM, "ttft", "allow_mismatch", "as_json"))
    from xlsizing.reports.from_spec import spec_report  # noqa: PLC0415  # pydantic and YAML are slow to import
    from xlsizing.spec import read_spec  # noqa: PLC0415

    spec = read_spec(flags["spec"], allow_outside=flags["allow_outside"])
    asked = spec.rows()
    if claim["sla"] is not None:  # with the limits beside it in the file, where it is one of the file's
        asked = [row for row in asked if row[0] == claim["sla"]] or [(claim["sla"], NO_LIMITS)]
    if flags["ttft"] is not None:
        within = ttft_of(flags, spec.limits.statistic)
        asked = [(sla, within) for sla in dict.fromkeys(sla for sla, _ in asked)]
    slas, limits = zip(*asked, strict=True)
    report = spec_report(spec, allow_mismatch=flags["allow_mismatch"])
    planning: dict[str, Any] = {
        "gpus_per_pod": spec.gpus_per_pod,
        "util": spec.util,
        "method": spec.method,
    }
    found = [
        audit(spec.curve(), spec.demand(), **claim | {"sla": sla}, **planning, limits=within) for sla, within in asked
    ]
    sizing = size(spec.curve(), slas, spec.demand(), **planning, limits=stacked(limits))
    return replace(report, sizing=sizing, names=()), found  # the standing of the SLAs audited, not of those in the file


def _print(found: Sequence[Audit]) -> None:
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
