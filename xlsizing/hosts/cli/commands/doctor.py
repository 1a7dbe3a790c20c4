"""``xlsizing doctor``: whether this machine and a workbook will work together."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

import click

from xlsizing.hosts.cli.declaring import OnceEach
from xlsizing.hosts.cli.flags import json_flag
from xlsizing.hosts.cli.output import NOT_RIGHT, one_line, print_json
from xlsizing.hosts.doctor.findings import FAIL, UNVERIFIED, Finding

__all__ = ["command"]


@click.command(cls=OnceEach, name="doctor")
@click.argument("file", required=False)
@json_flag("lines")
def command(*, file: str | None, as_json: bool) -> int:
    """Say whether this machine and the workbook FILE will work together, one line a check, each with its mend.

    Exit code 0 where nothing fails, 4 where something does.
    """
    findings = _findings(file)
    counts = Counter(finding.state for finding in findings)
    if as_json:
        print_json({"file": file, "failed": counts[FAIL], "checks": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            click.echo(f"{finding.state:<{len(UNVERIFIED)}}  {one_line(str(finding))}")
        click.echo(f"\n{_summary_sentence(counts)}")
    return NOT_RIGHT if counts[FAIL] else 0


def _findings(file: str | None) -> list[Finding]:
    from xlsizing.hosts.doctor.examination import examine  # noqa: PLC0415  # xlwings is slow to import
    from xlsizing.hosts.doctor.machine import this_machine  # noqa: PLC0415
    from xlsizing.hosts.doctor.workbook_file import workbook_file  # noqa: PLC0415
    from xlsizing.workbooks.writer import modules_of  # noqa: PLC0415

    book = None if file is None else workbook_file(file)
    return examine(this_machine(), book, modules_of)


def _summary_sentence(counts: Counter[str]) -> str:
    failing = f"{counts[FAIL]} of {counts.total()} checks fail" if counts[FAIL] else "Nothing fails"
    open_ = f"; {counts[UNVERIFIED]} could not be made" if counts[UNVERIFIED] else ""
    return f"{failing}{open_}."
