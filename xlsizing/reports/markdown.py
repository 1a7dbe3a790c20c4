"""CAPACITY-SIZING.md: the sizing on paper."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from xlsizing.reports.record import record
from xlsizing.reports.report import Report
from xlsizing.reports.tables import (
    WORDS,
    Table,
    answer_table,
    context_table,
    curve_table,
    facts,
    levers_table,
    operation_table,
    quote_table,
)

if TYPE_CHECKING:
    from xlsizing.reports.pictures.gallery import Picture

__all__ = ["markdown", "stated_id"]


_ID: Final = "Report id: {}. The file capacity\\_sizing.json of the same run has the same."
_ID_LINE: Final = re.compile(r"^Report id: (\S+)\. The file ", re.MULTILINE)


def stated_id(text: str) -> str | None:
    """Return the id that the `text` of a Markdown report states; None where it states none [-]."""
    found = _ID_LINE.findall(text)
    return found[-1] if found else None


def markdown(report: Report, pictures: Mapping[str, Picture] = MappingProxyType({})) -> str:
    """Return `report` as a Markdown document that shows the `pictures` in the files beside it [-]."""
    levers = levers_table(report.levers)
    tables = (answer_table(report), quote_table(report), levers, operation_table(report), curve_table(report))
    sections = [
        f"# Capacity sizing{f': {_escaped(report.model)}' if report.model else ''}",
        f"**{_escaped(report.headline)}.**",
        *map(_escaped, report.opening),
        "\n".join(f"- {name}: {_escaped(text)}" for name, text in facts(report).items()),
        *(_section(table) for table in tables if table),
        *(f"## {picture.title}\n\n![{_escaped(picture.alt)}]({file})" for file, picture in pictures.items()),
        *_listed("What would promote a DRAFT", report.promotions),
        *_listed("Notes", report.notes),
        f"## Next step\n\n{_escaped(report.next_step)}",
        *(_section(table) for table in (context_table(report),) if table),
        *_listed("Sign-off", report.sign_off_lines),
        _ID.format(record(report)["report_id"]),
    ]
    return "\n\n".join(sections) + "\n"


def _listed(title: str, texts: Sequence[str]) -> list[str]:
    return [f"## {title}\n\n" + "\n".join(f"- {_escaped(text)}" for text in texts)] if texts else []


def _section(table: Table) -> str:
    lines = [
        [_escaped(name) for name in table.header],
        [":---" if name in WORDS else "---:" for name in table.header],
        *([_cell(text, (at, i), table) for i, text in enumerate(row)] for at, row in enumerate(table.rows)),
    ]
    return f"## {table.title}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str, at: tuple[int, int], table: Table) -> str:
    return f"**{_escaped(text)}**" if at in table.bold and text else _escaped(text)


_MARKUP: Final = str.maketrans({char: f"\\{char}" for char in "\\`*_[]<>|#$~&"})


def _escaped(text: str) -> str:
    """Return `text` on one line, with the characters that Markdown would read as markup shown as they are."""
    return " ".join(text.splitlines()).translate(_MARKUP)
