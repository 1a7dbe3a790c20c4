"""A page as lines of text, for a pipe and for a file: what a terminal shows, without its colours and without rich."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xlsizing.reports.layout import (
    Justify,
    cell_lines,
    column_widths,
    justified,
    paragraph_lines,
    parts_fitting,
    total_width,
)
from xlsizing.reports.tables import Table

__all__ = ["plain_lines"]


def plain_lines(
    width: int,
    headline: str,
    named: Mapping[str, str],
    tables: Sequence[Table | None],
    lists: Mapping[str, list[str]],
    opening: Sequence[str],
    *,
    ascii_only: bool = False,
) -> Iterator[str]:
    """Give the lines of a page, of the parts that `print_parts` takes.

    Parameters
    ----------
    width : int
        Of the page [characters]
    headline : str
        The first line
    named : mapping of str to str
        Facts by name
    tables : sequence of Table or None
        Tables in order; None is passed over
    lists : mapping of str to list of str
        Sentences by title; an empty list is passed over
    opening : sequence of str
        Sentences below the first line
    ascii_only : bool
        Whether headers are ruled off in ASCII

    Yields
    ------
    str
        A line, without spaces at its end
    """
    for sentence in (headline, *opening):
        yield from paragraph_lines(sentence, width)
    yield from _indented_lines([f"{name}: {text}" for name, text in named.items()], "", width)
    for table in filter(None, tables):
        for part in parts_fitting(table, width):
            yield from _table_lines(part, width, ascii_only=ascii_only)
    for title, texts in lists.items():
        if texts:
            yield from ("", *paragraph_lines(title, width))
            yield from _indented_lines(texts, "-" if len(texts) > 1 else "", width)


def _indented_lines(texts: list[str], bullet: str, width: int) -> Iterator[str]:
    for text in texts:
        for at, line in enumerate(paragraph_lines(text, width - 2)):
            yield f"{'' if at else bullet:<2}{line}".rstrip()


def _table_lines(table: Table, width: int, *, ascii_only: bool) -> Iterator[str]:
    """Give the lines of `table` with every figure on one: only headers and remarks break, between words."""
    widths = column_widths(table, width)
    columns = list(zip(widths, justified(table), strict=True))
    yield from ("", *paragraph_lines(table.title, width))
    yield from _header_lines(table.header, columns, " |" if ascii_only else "  ")
    yield "+".join("-" * (each + 1) for each in widths)[:-1] if ascii_only else "─" * total_width(widths)
    for row in table.rows:
        cells = [cell_lines(text, *column) for text, column in zip(row, columns, strict=True)]
        yield from _joined_lines(cells, widths, "  ")


def _header_lines(header: Sequence[str], columns: list[tuple[int, Justify]], gap: str) -> Iterator[str]:
    """Give the lines of the header, which stands at the bottom."""
    cells = [cell_lines(name, *column) for name, column in zip(header, columns, strict=True)]
    most = max(map(len, cells))
    widths = [width for width, _ in columns]
    return _joined_lines(
        [[" " * width] * (most - len(lines)) + list(lines) for lines, width in zip(cells, widths, strict=True)],
        widths,
        gap,
    )


def _joined_lines(cells: Sequence[Sequence[str]], widths: list[int], gap: str) -> Iterator[str]:
    for line in range(max(map(len, cells))):
        texts = (lines[line] if line < len(lines) else " " * width for lines, width in zip(cells, widths, strict=True))
        yield gap.join(texts).rstrip()
