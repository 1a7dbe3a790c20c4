"""``xlsizing levers``: what each optimisation lever changes, ranked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from xlsizing.core import Limits, in_words
from xlsizing.errors import InfeasibleError
from xlsizing.hosts.cli.declaring import OnceEach, switch
from xlsizing.hosts.cli.flags import json_flag, outside_flag, ttft_flag, ttft_limit
from xlsizing.hosts.cli.output import print_json, print_text

if TYPE_CHECKING:
    from xlsizing.reports import Report
    from xlsizing.spec import Spec

__all__ = ["command"]

_NONE = "No levers given: add them to the sizing file (xlsizing spec --example shows how)."
_ALONE = "Each lever alone: gains are never multiplied together."
_ABOUT = (
    "model",
    "context_label",
    "curve_source",
    "demand",
    "util",
    "gpu_hourly_usd",
    "price_assumed",
    "price_source",
    "hours_per_month",
)
"""Keys of the record of a sizing that say what its levers rest on."""

_FACTS = (
    "Customer",
    "Date",
    "Model",
    "Curve",
    "Context",
    "Customer's workload",
    "Demand",
    "Utilisation planned",
    "Price",
)


@click.command(cls=OnceEach, name="levers")
@click.option("--spec", metavar="FILE", required=True, help="The sizing file with the levers.")
@ttft_flag
@outside_flag
@switch("--allow-mismatch", "Internal use: a curve of another workload.")
@json_flag("the table")
def command(spec: str, *, allow_outside: bool, allow_mismatch: bool, as_json: bool, ttft: float | None) -> int:
    """Rank optimisation levers by GPUs saved per day of effort, each alone against its own baseline."""
    from xlsizing.reports import facts, levers_table, record  # noqa: PLC0415
    from xlsizing.reports.from_spec import spec_report  # noqa: PLC0415  # pydantic and YAML are slow to import
    from xlsizing.reports.terminal import print_parts  # noqa: PLC0415
    from xlsizing.spec import read_spec  # noqa: PLC0415

    ttft_limit(ttft)  # refused before a file is read
    given = read_spec(spec, allow_outside=allow_outside)
    limits = ttft_limit(ttft, given.limits.statistic)
    report = _with_limits(spec_report(given, allow_mismatch=allow_mismatch), given, limits)
    notes = report.lever_notes
    if as_json:
        told = record(report)
        asked = {wait.limit: limit for wait, limit in limits.single().items()}
        print_json({key: told[key] for key in _ABOUT} | asked | {"levers": told["levers"], "notes": notes})
    else:
        named = {name: text for name, text in facts(report).items() if name in _FACTS}
        table = levers_table(report.levers)
        within = in_words(limits.single())
        headline = (f"{_ALONE} Each within {within}." if within else _ALONE) if table or notes else _NONE
        print_text(lambda file: print_parts(file, headline, named, [table], {"Notes": notes}))
    return InfeasibleError.exit_code if report.levers_unmet else 0


def _with_limits(report: Report, spec: Spec, limits: Limits) -> Report:
    """Return a report with its levers within `limits` on waiting, where there are any, instead of those of its file."""
    from xlsizing.reports.from_spec import spec_levers  # noqa: PLC0415  # pydantic and YAML are slow to import

    return replace(report, **spec_levers(spec, limits)) if limits.asked else report
