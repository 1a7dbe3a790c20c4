"""``xlsizing explain``: how the GPUs of an SLA come about, step by step."""

from __future__ import annotations

from typing import IO, Any

import click

from xlsizing.checks import refuse
from xlsizing.errors import InfeasibleError, shown
from xlsizing.hosts.cli.declaring import OnceEach
from xlsizing.hosts.cli.flags import json_flag
from xlsizing.hosts.cli.output import print_json, print_text
from xlsizing.hosts.cli.sizing_flags import SizingFlags, sizing_flags
from xlsizing.reports import Explained, Report, explained, explanation_record, steps_table

__all__ = ["command"]


@click.command(cls=OnceEach, name="explain")
@sizing_flags("sla", "as_json")
@json_flag("the table")
def command(*, sizing: SizingFlags, spec: str | None, as_json: bool) -> int:
    """Explain how the GPUs of an SLA come about: each step, what binds, why it is a DRAFT, what would change it."""
    report = sizing.report(spec)
    asked = sizing.sla.rates if spec is not None and sizing.sla is not None else None
    known = dict.fromkeys(row.sla for row in report.rows)
    unknown = [sla for sla in asked or () if sla not in known]
    if unknown:
        has = ", ".join(map(shown, known))
        refuse("--sla", "must be one of the sizing file's", got=unknown[0], way_out=f"it has {has}")
    rows = explained(report, asked)
    if as_json:
        print_json(_record(report, rows))
    else:
        print_text(lambda file: _print(file, report, rows))
    return 0 if all(one.row.feasible for one in rows) else InfeasibleError.exit_code


def _record(report: Report, rows: list[Explained]) -> dict[str, Any]:
    return {
        "model": report.model,
        "curve_source": report.source,
        "context_label": report.context_label or None,
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
    print_parts(file, "", {}, [], {"Notes": report.notes})
