"""How cells look: blue on pale yellow is an input, black a formula, grey a key result."""

from __future__ import annotations

import math
from typing import Final

from openpyxl.styles import Alignment, Border, PatternFill, Protection, Side
from openpyxl.workbook import Workbook

from xlsizing.core import FORMS
from xlsizing.workbooks.writer.package import SchemaFont, begin_with

__all__ = ["AMBER", "BAD", "CAUTION", "DARK", "FONT", "GOOD", "GREY", "RED", "YELLOW", "Styles", "tall"]

FONT: Final = "Arial"
"""On every Windows and Mac; elsewhere Liberation Sans has the same widths, so that nothing shifts."""

DARK: Final = "1F3864"
GREY: Final = "E7E6E6"
YELLOW: Final = "FFF9DB"
GOOD: Final = "E2EFDA"
CAUTION: Final = "FFE699"
BAD: Final = "FBE3E0"
AMBER: Final = "FCE4D6"
"""Fills; text on each has a contrast above 4.5:1 [RGB]."""

RED: Final = "9C0006"
"""Words of what is wrong or was edited, on white or on BAD [RGB]."""

_BLUE, _BLACK, _WHITE, _MUTED = "0000C8", "000000", "FFFFFF", "595959"
_LINE = Side(style="thin", color="BFBFBF")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)

_FORMATS: Final = {
    **{kind: form.cell for kind, form in FORMS.items()},
    "num": "General",
    "signed": "+#,##0;-#,##0;0",
    "signed_usd": "+$#,##0;-$#,##0;$0",
    "row": '"row "0',
    "share": "0.0%",
    "price": "#,##0.00##",
    "left": "General",
    "wrap": "General",
    "typed": "@",
    "int left": "#,##0",
    "price left": "#,##0.00##",
}
"""Kinds of content and their number formats."""

_LEFT: Final = ("row", "text", "left", "wrap", "typed", "int left", "price left")


_LINE_HEIGHT: Final = 13.5
_TALLEST: Final = 400  # pt; a row of more than 409 breaks a file


def tall(text: str, width: float, *, lines: int = 1) -> float:
    """Return the height of a row for `text` that breaks into lines, in a column of `width`, or for so many `lines` [pt].

    >>> tall("x" * 50, 24), tall("", 24)
    (42.5, 15.5)
    """
    needed = sum(max(1, math.ceil(len(line) / width)) for line in text.split("\n"))
    return min(_TALLEST, _LINE_HEIGHT * max(lines, needed) + 2)


class Styles:
    """The styles of one workbook, each made once: a named style for every cell would cost half of the build.

    Parameters
    ----------
    book : Workbook
        The workbook
    """

    def __init__(self, book: Workbook) -> None:
        self._book = book
        begin_with(book, SchemaFont(name=FONT, size=10))
        self._scratch = book.create_sheet("scratch")
        self._made: dict[str, int] = {}

    def __getitem__(self, name: str) -> int:
        """Return the index of the style of that name: "input.int", "title", "label.text'" for text that is no code [-]."""
        if name not in self._made:
            self._made[name] = self._make_style(name)
        return self._made[name]

    def done(self) -> None:
        """Remove the sheet on which the styles were made: from here on another style is an error."""
        self._book.remove(self._scratch)
        del self._scratch

    def _make_style(self, name: str) -> int:
        role, _, kind = name.rstrip("'").partition(".")
        cell = self._scratch.cell(1 + len(self._made), 1)  # one each: the book keeps its style as it is
        cell.font, cell.fill, cell.border = _font(role), _fill(role), _border(role)
        cell.number_format = _FORMATS.get(kind, "General")
        cell.alignment = _alignment(role, kind)
        cell.protection = Protection(locked=role != "input")
        cell.quotePrefix = name.endswith("'")
        return int(cell.style_id)


def _font(role: str) -> SchemaFont:
    sizes = {"title": 16, "subtitle": 11, "section": 11, "banner": 11}
    colours = {"input": _BLUE, "head": _WHITE, "note": _MUTED, "title": DARK, "section": DARK, "const": _BLACK}
    bold = role in ("title", "section", "head", "key", "banner", "strong")
    return SchemaFont(
        name=FONT, size=sizes.get(role, 10), bold=bold, italic=role == "note", color=f"FF{colours.get(role, _BLACK)}"
    )


def _fill(role: str) -> PatternFill:
    colours = {"input": YELLOW, "head": DARK, "key": GREY, "banner": CAUTION, "bad": BAD}
    if role not in colours:
        return PatternFill()
    return PatternFill("solid", fgColor=f"FF{colours[role]}")


def _border(role: str) -> Border:
    return _BOX if role in ("input", "head", "key", "calc", "words", "const", "static") else Border()


def _alignment(role: str, kind: str) -> Alignment:
    wrap = kind == "wrap" or role == "head"
    sides = {**dict.fromkeys(_LEFT, "left"), "wait": "right"}  # a dash stands where a wait is not known
    horizontal = "center" if role == "head" else sides.get(kind)
    indent = 1 if horizontal == "left" and role in ("input", "calc", "words", "static", "note", "beside") else 0
    vertical = "top" if kind == "wrap" and role in ("label", "strong") else "center"
    # Words in a column of numbers shrink; numbers in General round themselves to the width instead.
    numbers = kind != "num" and (role != "input" or kind != "text")
    shrink = role in ("calc", "words", "key", "const", "input") and numbers and not wrap
    return Alignment(horizontal=horizontal, vertical=vertical, wrap_text=wrap, shrink_to_fit=shrink, indent=indent)
