"""CAPACITY-SIZING.md: the sizing on paper."""

from __future__ import annotations

from xlsizing.reports.report import DRAFT, Report
from xlsizing.reports.tables import WORDS, Table, answer_table, curve_table, facts, operation_table

__all__ = ["markdown"]


def markdown(report: Report) -> str:
    """Return `report` as a Markdown document [-]."""
    sections = [
        f"# Capacity sizing{f': {_escaped(report.model)}' if report.model else ''}",
        f"**{DRAFT}.** Commit to the numbers in bold: they rest on measured points alone.",
        "\n".join(f"- {name}: {_escaped(text)}" for name, text in facts(report).items()),
        *map(_section, (answer_table(report), operation_table(report), curve_table(report))),
        "## Notes\n\n" + "\n".join(f"- {_escaped(note)}" for note in report.notes),
        f"## Next step\n\n{_escaped(report.next_step)}",
    ]
    return "\n\n".join(sections) + "\n"


def _section(table: Table) -> str:
    lines = [
        [_cell(name, i, table) for i, name in enumerate(table.header)],
        [":---" if name in WORDS else "---:" for name in table.header],
        *([_cell(text, i, table) for i, text in enumerate(row)] for row in table.rows),
    ]
    return f"## {table.title}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str, column: int, table: Table) -> str:
    return f"**{_escaped(text)}**" if column == table.key and text else _escaped(text)


def _escaped(text: str) -> str:
    """Return `text` with the characters that Markdown would read as markup shown as they are."""
    return "".join(f"\\{char}" if char in "\\`*_[]<>|#$~&" else char for char in text)
