"""CAPACITY-SIZING.md: the sizing on paper."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from xlsizing.reports.asked import facts
from xlsizing.reports.money import sizing_tables
from xlsizing.reports.report import Report
from xlsizing.reports.tables import WORDS, Table, context_table, curve_table

if TYPE_CHECKING:
    from xlsizing.reports.pictures.gallery import Picture

__all__ = ["markdown", "read_facts", "read_headline", "read_tables", "stated_id"]


_ID: Final = "Report id: {}. The file capacity\\_sizing.json of the same run has the same."
_ID_LINE: Final = re.compile(r"^Report id: (\S+)\. The file ", re.MULTILINE)


def stated_id(text: str) -> str | None:
    """Return the id that the `text` of a Markdown report states; None where it states none."""
    found = _ID_LINE.findall(text)
    return found[-1] if found else None


def markdown(report: Report, pictures: Mapping[str, Picture] = MappingProxyType({})) -> str:
    """Return `report` as a Markdown document that shows the `pictures` in the files beside it."""
    tables = (*sizing_tables(report, report.levers), curve_table(report.sizing.curve))
    sections = [
        f"# Capacity sizing{f': {_escaped_text(report.model)}' if report.model else ''}",
        f"**{_escaped_text(report.headline)}.**",
        *map(_escaped_text, report.opening),
        "\n".join(f"- {name}: {_escaped_text(text)}" for name, text in facts(report).items()),
        *map(_section, tables),
        *(f"## {picture.title}\n\n![{_escaped_text(picture.alt)}]({file})" for file, picture in pictures.items()),
        *_bullet_list("What would promote a DRAFT", report.promotions),
        *_bullet_list("Notes", report.notes),
        f"## Next step\n\n{_escaped_text(report.next_step)}",
        *(_section(table) for table in (context_table(report),) if table),
        *_bullet_list("Sign-off", report.sign_off_lines),
        _ID.format(report.report_id),
    ]
    return "\n\n".join(sections) + "\n"


def _bullet_list(title: str, texts: Sequence[str]) -> list[str]:
    return [f"## {title}\n\n" + "\n".join(f"- {_escaped_text(text)}" for text in texts)] if texts else []


def _section(table: Table) -> str:
    lines = [
        [_escaped_text(name) for name in table.header],
        [":---" if name in WORDS else "---:" for name in table.header],
        *([_cell_markup(text, (at, i), table) for i, text in enumerate(row)] for at, row in enumerate(table.rows)),
    ]
    return f"## {table.title}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell_markup(text: str, at: tuple[int, int], table: Table) -> str:
    return f"**{_escaped_text(text)}**" if at in table.bold and text else _escaped_text(text)


_MARKUP: Final = str.maketrans({char: f"\\{char}" for char in "\\`*_[]<>|#$~&"})


def _escaped_text(text: str) -> str:
    """Return `text` on one line, with the characters that Markdown would read as markup shown as they are."""
    return " ".join(text.splitlines()).translate(_MARKUP)


def read_headline(text: str) -> str:
    """Return the standing that the `text` of a Markdown report states."""
    return _text_in_cell([*text.split("\n\n", maxsplit=2), ""][1])


def read_facts(text: str) -> dict[str, list[str]]:
    """Return what the head of the `text` of a Markdown report states under each name, however often."""
    found: dict[str, list[str]] = {}
    for line in text.partition("\n## ")[0].splitlines():
        name, colon, fact = line.removeprefix("- ").partition(": ")
        if line.startswith("- ") and colon:
            found.setdefault(name, []).append(_text_in_cell(fact))
    return found


def read_tables(text: str) -> dict[str, list[list[str]]]:
    """Return header and rows of each table in the `text` of a Markdown report, without markup, by its title."""
    tables: dict[str, list[list[str]]] = {}
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, rest = section.partition("\n")
        cells = [
            [_text_in_cell(cell) for cell in _cells_in_line(line)] for line in rest.splitlines() if line.startswith("|")
        ]
        if cells:
            tables.setdefault(title, cells[:1] + cells[2:])
    return tables


def _cells_in_line(line: str) -> list[str]:
    """Return the cells between the bars of `line`; a bar behind a backslash is text."""
    cells = re.findall(r"\|((?:\\.|[^\\|])*)(?=\|)", line)
    return [cell.strip() for cell in cells]


def _text_in_cell(cell: str) -> str:
    if "\\" not in cell and "*" not in cell:  # most cells of a long table
        return " ".join(cell.split())
    bold = re.fullmatch(r"\*\*(.*)\*\*", cell)
    return " ".join(re.sub(r"\\(.)", r"\1", bold[1] if bold else cell).split())
