"""``xlsizing levers``: what each optimisation lever changes, ranked."""

from __future__ import annotations

import click

from xlsizing.errors import InfeasibleError
from xlsizing.hosts.flags import outside_flag
from xlsizing.hosts.output import print_json, print_text

__all__ = ["command"]

_NONE = "No levers given: add them to the sizing file (xlsizing spec --example shows how)."
_ALONE = "Each lever alone: gains are never multiplied together."
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


@click.command(name="levers", short_help="Rank optimisation levers by GPUs saved per day of effort.")
@click.option("--spec", metavar="FILE", required=True, help="The sizing file with the levers.")
@outside_flag
@click.option("--allow-mismatch", is_flag=True, help="Internal use: a curve of another workload.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
def command(spec: str, *, allow_outside: bool, allow_mismatch: bool, as_json: bool) -> int:
    """Rank optimisation levers by GPUs saved per day of effort, each alone against its own baseline."""
    from xlsizing.reports.from_spec import spec_report  # noqa: PLC0415  # pydantic and YAML are slow to import
    from xlsizing.reports.record import lever_records  # noqa: PLC0415
    from xlsizing.reports.tables import facts, levers_table  # noqa: PLC0415
    from xlsizing.reports.terminal import print_parts  # noqa: PLC0415
    from xlsizing.spec import read_spec  # noqa: PLC0415

    report = spec_report(read_spec(spec, allow_outside=allow_outside), allow_mismatch=allow_mismatch)
    notes = report.lever_notes
    if as_json:
        label = report.context.label() if report.context else None
        print_json(
            {"model": report.model, "context_label": label, "levers": lever_records(report.levers), "notes": notes}
        )
    else:
        named = {name: text for name, text in facts(report).items() if name in _FACTS}
        table = levers_table(report.levers)
        headline = _ALONE if table or notes else _NONE
        print_text(lambda file: print_parts(file, headline, named, [table], {"Notes": notes}))
    return InfeasibleError.exit_code if report.levers_unmet else 0
