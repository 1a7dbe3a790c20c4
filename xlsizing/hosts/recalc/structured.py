"""Tables and defined names of a workbook as plain references: what an engine without either takes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from openpyxl.utils import range_boundaries

from xlsizing.workbooks.writer import letter

__all__ = ["References", "Table", "quoted"]

_AREA: Final = re.compile(
    r"(?:'((?:[^']|'')+)'|([^'!,:\[\]()\"]+))!\$[A-Z]{1,3}\$[0-9]+(?::\$[A-Z]{1,3}\$[0-9]+)?", re.ASCII
)
_CELLS: Final = re.compile(
    r"\$?[A-Z]{1,3}\$?[0-9]+(?::\$?[A-Z]{1,3}\$?[0-9]+)?|\$?[A-Z]{1,3}:\$?[A-Z]{1,3}|\$?[0-9]+:\$?[0-9]+",
    re.IGNORECASE | re.ASCII,
)
_STRUCTURED: Final = re.compile(r"([^\[\]!']+)\[(.*)\]", re.DOTALL)
_ITEM: Final = re.compile(r"\[((?:[^\[\]']|'.)*)\]\s*([:,]?)\s*", re.DOTALL)
_ESCAPED: Final = re.compile(r"'(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a worksheet.

    Parameters
    ----------
    title : str
        Its sheet
    reference : str
        Its cells, "A1:C9"
    headers, totals : int
        Rows of headers and of totals [rows]
    columns : tuple of str
        The names of its columns
    """

    title: str
    reference: str
    headers: int
    totals: int
    columns: tuple[str, ...]

    def area(self, inner: str, row: int) -> str | None:
        """Return the plain reference for the specifier `inner` of a formula in `row`; None where there is none [-]."""
        specials, columns = _specifier(inner)
        left, top, _, bottom = range_boundaries(self.reference)
        spans = {
            "#all": (top, bottom),
            "#data": (top + self.headers, bottom - self.totals),
            "#headers": (top, top + self.headers - 1),
            "#totals": (bottom - self.totals + 1, bottom),
            "#this row": (row, row),
        }
        chosen = [spans[special] for special in specials or ["#data"] if special in spans]
        names = [name.casefold() for name in self.columns]
        if len(chosen) < len(specials) or not set(columns) <= set(names) or any(a > b for a, b in chosen):
            return None
        first, last = min(a for a, _ in chosen), max(b for _, b in chosen)
        places = [names.index(column) for column in columns] or [0, len(names) - 1]
        lock = "" if specials == ["#this row"] else "$"  # a shared formula moves down with its row
        ends = [f"${letter(left + place)}{lock}{end}" for place, end in ((min(places), first), (max(places), last))]
        return f"{quoted(self.title)}!{ends[0] if ends[0] == ends[1] else ':'.join(ends)}"


class References:
    """What references of formulas stand for.

    Parameters
    ----------
    names : mapping
        The text of each defined name, by its sheet ("" for the whole workbook) and the name in small letters
    tables : mapping of str to Table
        The tables by name in small letters
    titles : sequence of str
        The worksheets
    """

    def __init__(
        self, names: Mapping[tuple[str, str], str], tables: Mapping[str, Table], titles: Sequence[str]
    ) -> None:
        self._names, self._tables = names, tables
        self._titles = {title.casefold() for title in titles}

    def plain(self, reference: str, title: str, row: int) -> str:
        """Return a reference in cells for a name or a table, others as they are.

        Parameters
        ----------
        reference : str
            The reference, as a formula holds it
        title : str
            The sheet of the formula
        row : int
            The row of the formula, counted from 1 [-]

        Returns
        -------
        str
            The reference
        """
        if _CELLS.fullmatch(reference):
            return reference
        text = self._name_text(reference, title)
        if text is not None:
            return text if self.is_area(text) else reference
        match = _STRUCTURED.fullmatch(reference)
        table = self._tables.get((match[1] if match else reference).casefold())
        return (table.area(match[2] if match else "", row) if table else None) or reference

    def tables(self) -> re.Pattern[str]:
        """Return what finds the names of tables in a formula."""
        names = "|".join(map(re.escape, self._tables))
        return re.compile(rf"(?<![\w.!'\"])(?:{names})(?![\w.(\"])" if names else r"(?!)", re.IGNORECASE)

    def _name_text(self, reference: str, title: str) -> str | None:
        sheet, _, name = reference.rpartition("!")
        scope = sheet.strip("'").replace("''", "'").casefold() or title.casefold()
        return self._names.get((scope, name.casefold()), self._names.get(("", name.casefold())))

    def is_area(self, text: str) -> bool:
        """Tell whether the `text` of a name is one area of a worksheet."""
        match = _AREA.fullmatch(text)
        return match is not None and (match[1] or match[2]).replace("''", "'").casefold() in self._titles


def quoted(title: str) -> str:
    """Return the `title` of a sheet as references hold it.

    >>> quoted("John's")
    "'John''s'"
    """
    doubled = title.replace("'", "''")
    return f"'{doubled}'"


def _specifier(inner: str) -> tuple[list[str], list[str]]:
    """Return the special items and the columns of a specifier, in small letters."""
    specials: list[str] = []
    text = inner.strip()
    if text.startswith("@"):
        specials, text = ["#this row"], text[1:]
    items = [match[1] for match in _ITEM.finditer(text)] if text.startswith("[") else [text] if text else []
    plain = [_ESCAPED.sub(r"\1", item).casefold() for item in items]
    starred = [item.startswith("#") for item in items]
    specials += [item for item, special in zip(plain, starred, strict=True) if special]
    return specials, [item for item, special in zip(plain, starred, strict=True) if not special]
