"""``xlsizing explain``: how the GPUs of an SLA come about, step by step."""

from __future__ import annotations

from typing import IO, Any

import click

from xlsizing.checks import refuse
from xlsizing.errors import InfeasibleError, Phrase, shown
from xlsizing.hosts.cli.commands.size import SIZING_FILE, SizingFlags, sized_report
from xlsizing.hosts.cli.declaring import OnceEach, group, spec_flag
from xlsizing.hosts.cli.flags import json_flag, mismatch_flag, outside_flag
from xlsizing.hosts.cli.output import print_json, print_text
from xlsizing.reports import Explained, Report, explained, explanation_record, steps_table

__all__ = ["command"]


@click.command(cls=OnceEach, name="explain", short_help="Explain a row, step by step from SLA to GPUs.")
@group("asked", SizingFlags)
@spec_flag(SIZING_FILE, "sla", "allow_mismatch", "as_json")
@outside_flag
@mismatch_flag
@json_flag("the table")
def command(*, asked: SizingFlags, spec: str | None, allow_outside: bool, allow_mismatch: bool, as_json: bool) -> int:
    """Explain how the GPUs of an SLA come about: each step, what binds, why it is a DRAFT, what would change it."""
    one = None if spec is None or asked.sla is None else asked.sla.rates
    if one is not None and len(one) > 1:
        refuse("--sla", "must be one number beside --spec", got=Phrase(f"{len(one)} of them"))
    report = sized_report(asked, spec, allow_outside=allow_outside, allow_mismatch=allow_mismatch)
    sla = None if one is None else one[0]
    rows = explained(report, sla)
    if not rows:
        known = ", ".join(dict.fromkeys(shown(row.sla) for row in report.rows))
        refuse("--sla", "must be one of the sizing file's", got=sla, way_out=f"it has {known}")
    if as_json:
        print_json(_record(report, rows))
    else:
        print_text(lambda file: _print(file, report, rows))
    return 0 if all(one.row.feasible for one in rows) else InfeasibleError.exit_code


def _record(report: Report, rows: list[Explained]) -> dict[str, Any]:
    return {
        "model": report.model,
        "curve_source": report.source,
        "context_label": report.context.label() if report.context else None,
        "headline": report.headline,
        "rows": [explanation_record(report, one) for one in rows],
        "notes": report.notes,
    }


def _print(file: IO[str], report: Report, rows: list[Explained]) -> None:
    from xlsizing.reports import facts  # noqa: PLC0415  # not where JSON is asked for
    from xlsizing.reports.terminal import print_parts  # noqa: PLC0415  # rich is slow to import

    print_parts(file, f"{report.headline}.", facts(report), [], {})
    for one in rows:
        record = explanation_record(report, one)
        lists = {
            "Why it cannot be met": [f"{record['reason']}."] if record["reason"] else [],
            "Remark": [f"{record['remark']}."] if record["remark"] else [],
            f"Why it is a {record['rigor']}": [
                f"{each['why']}; {each['promote']}." for each in record["rigor_reasons"]
            ],
            "What would change it": [record["next_lever"]],
        }
        print_parts(file, "", {}, [steps_table(one)], lists)
