"""Sheet Context: what each curve was measured on, and the columns that the functions read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xlsizing.advice import MAY_DIFFER, NEVER_A_CHANGE
from xlsizing.context import FACTS, SECTIONS, Fact, worded
from xlsizing.workbooks.sales.curves_sheet import fact_cell
from xlsizing.workbooks.sales.deck import Deck
from xlsizing.workbooks.sales.layout import if_known, inputs
from xlsizing.workbooks.writer import Page, letter

__all__ = [
    "CUSTOMER",
    "confounding",
    "context_sheet",
    "curve_value",
    "differing",
    "known_to_differ",
    "label_cell",
    "value_cell",
]

_TOP: Final = 6
_A_PAGE: Final = 8  # curves side by side on paper
_LINE: Final = 11.0  # pt
_A_LINE: Final = 20  # characters of a value, wherever words break

_FROM_CURVES: Final = {"hardware": "hardware", "measured_on": "measured_on", "source_file": "source"}
"""Fields that stand on sheet Curves already: a fact stands once."""

CUSTOMER: Final = (
    ("Customer ISL [tok]", "Quote_ISL"),
    ("Customer OSL [tok]", "Quote_OSL"),
    ("Customer turns", "Quote_Turns"),
    ("Customer prefix-cache hit rate", "Quote_Hit_Rate"),
    ("Customer dataset kind", "Quote_Dataset_Kind"),
    ("Customer warm or cold", "Quote_Cache"),
    ("Sizing date", "Quote_Date"),
)
"""The customer's workload, and the date of the quote: label and the cell of sheet Quote."""


def _lines_by_row() -> Iterator[tuple[int, str, Fact | None]]:
    """Give row, name and field of each line; a section has a name only."""
    lines: list[tuple[str, Fact | None]] = []
    for section in SECTIONS:
        lines.append((section, None))
        lines += [(name, fact) for name, fact in FACTS.items() if fact.section == section]
    for row, line in enumerate(lines, start=_TOP):
        yield row, *line


_FIELD_ROWS: Final = {name: row for row, name, fact in _lines_by_row() if fact}

_LAST_ROW: Final = max(_FIELD_ROWS.values()) + 1 + len(CUSTOMER)  # the customer's workload stands below the fields

_BLOCKS: Final = (
    ("Picked_Context", "Picked on sheet Quote", "Picked_Place", "Quote_Label"),
    ("Compare_Context_A", "A of sheet Compare", "Compare_Place_A", "Compare_Label_A"),
    ("Compare_Context_B", "B of sheet Compare", "Compare_Place_B", "Compare_Label_B"),
)
"""Defined name, heading, where the place of its curve stands, and where its label does."""

_Columns = tuple[str, str, int]


def _columns_behind_curves(deck: Deck) -> _Columns:
    """Return the columns right of the curves: what a pair must agree in, what is never a change, the first block."""
    return letter(2 + deck.blocks), letter(3 + deck.blocks), 5 + deck.blocks


def context_sheet(page: Page, deck: Deck) -> None:
    """Write a value column for each curve, and the two columns, label and value, that functions read.

    Parameters
    ----------
    page : Page
        The sheet
    deck : Deck
        The curves of the workbook
    """
    page.put("A1", "Context: what each curve was measured on", "title")
    page.put(
        "A2",
        "A figure without its context is a DRAFT. Leave blank what is not known; nothing is filled in. GPU type, date and "
        "source come from sheet Curves.",
        "note",
    )
    page.put("A3", "Only a complete context, measured, at the customer's workload, can become a VERDICT.", "note")
    page.put(f"A{_TOP - 1}", "field", "head")
    set_up, never, first_block = _columns_behind_curves(deck)
    for curve in deck.places:
        page.at(_TOP - 1, 1 + curve, f"=INDEX(Curve_Names,{curve})", "head")
    page.tall(_TOP - 1, 46)
    for row, name, fact in _lines_by_row():
        page.at(row, 1, fact.heading if fact else name.capitalize(), "calc.text" if fact else "section")
        if fact:
            _write_field(page, row, name, fact, deck)
            agreed = name not in MAY_DIFFER and fact.section not in MAY_DIFFER
            page.put(f"{set_up}{row}", int(agreed), "const.int")
            page.put(f"{never}{row}", int(name in NEVER_A_CHANGE), "const.int")
    for row, (label, _) in enumerate(CUSTOMER, start=_LAST_ROW - len(CUSTOMER) + 1):
        page.at(row, 1, label, "calc.text")
        page.at(row, 2, "from sheet Quote", "note.text")
    for position, block in enumerate(_BLOCKS):
        _write_block(page, first_block + 4 * position, deck, *block)
    last = _LAST_ROW - len(CUSTOMER)
    page.put(f"{set_up}{_TOP - 1}", "1: a pair must agree in it", "head")
    page.put(f"{never}{_TOP - 1}", "1: never a lever's change", "head")
    page.named("Context_Never", f"{never}{_TOP}:{never}{last}")
    page.named("Context_Values", f"B{_TOP}:{letter(1 + deck.blocks)}{last}")
    page.named("Context_Set_Up", f"{set_up}{_TOP}:{set_up}{last}")
    page.sheet.freeze_panes = f"B{_TOP}"
    _set_widths(page, deck)
    page.printed(tall=1, wide=1 + (deck.blocks - 1) // _A_PAGE)
    page.sheet.print_title_cols = "A:A"
    page.sheet.print_area = f"A1:{set_up}{_LAST_ROW}"


def _set_widths(page: Page, deck: Deck) -> None:
    set_up, never, first_block = _columns_behind_curves(deck)
    page.widths(A=32, **{letter(2 + curve): 24 for curve in range(deck.blocks)} | {set_up: 13, never: 13})
    for position in range(len(_BLOCKS)):
        left = first_block + 4 * position
        page.widths(**{letter(left - 1): 3, letter(left): 28, letter(left + 1): 48, letter(left + 2): 24})


def _write_field(page: Page, row: int, name: str, fact: Fact, deck: Deck) -> None:
    linked = _FROM_CURVES.get(name)
    if linked == "source":
        longest = max(len(starter.source) for starter in deck.starters)
        page.tall(row, 6 + _LINE * max(2, 1 + longest // _A_LINE))
    for curve in deck.places:
        cell = f"{letter(1 + curve)}{row}"
        if linked:
            page.put(cell, f"={if_known(f'Curves!{fact_cell(linked, curve)}')}", "calc.wrap")
            continue
        starter = deck.starter(curve)
        _write_value(page, cell, getattr(starter.context, name) if starter else None, fact)
    if not linked:
        message, rule = _rule(fact)
        inputs(page, message, f"B{row}:{letter(1 + deck.blocks)}{row}", **rule)


def _write_value(page: Page, cell: str, value: object, fact: Fact) -> None:
    style = "input.num" if fact.kind in _NUMBERS else "input.typed"  # typed: digits stay text
    if isinstance(value, bool | str):
        page.user(cell, worded(value), style, fact.label)
    else:
        page.put(cell, value, style)


_NUMBERS: Final = ("whole", "number", "share", "fraction", "percent")


_RULES: Final = {
    "whole": ("A whole number, at least 1, or blank", {"type": "whole", "operator": "greaterThanOrEqual", "formula1": "1"}),
    "percent": (
        "A percentage above 1, at most 100 (62 for 62 %), or blank",
        {"type": "decimal", "formula1": "1", "formula2": "100"},
    ),
    "fraction": ("A share from 0 to 1, or blank", {"type": "decimal", "formula1": "0", "formula2": "1"}),
    "share": (
        "A share above 0, at most 1, or blank", {"type": "decimal", "formula1": "0.000001", "formula2": "1"},
    ),
    "number": ("A number above 0, or blank", {"type": "decimal", "operator": "greaterThan", "formula1": "0"}),
}  # fmt: skip
"""What numbers of a kind may be, in words and as a validation."""


def _rule(fact: Fact) -> tuple[str, dict[str, str]]:
    """Return what a field takes, in words and as a validation."""
    if fact.kind in ("choice", "flag"):
        choices = fact.choices or ("on", "off")
        return f"{' or '.join(choices)}, or blank", {"type": "list", "formula1": f'"{",".join(choices)}"'}
    text = ("Text, or blank", {"type": "textLength", "operator": "lessThanOrEqual", "formula1": "2000"})
    return _RULES.get(fact.kind, text)


def _write_block(page: Page, left: int, deck: Deck, name: str, head: str, place: str, line: str) -> None:
    """Write the labels and the values of one curve, side by side, and beside them what is wrong with a value."""
    label, value, fault = (letter(left + i) for i in range(3))
    for column, text in ((label, head), (value, "value"), (fault, "not readable")):
        page.put(f"{column}{_TOP - 1}", text, "head")
    for row in (*_FIELD_ROWS.values(), *range(_LAST_ROW - len(CUSTOMER) + 1, _LAST_ROW + 1)):
        given = f"INDEX($B{row}:${letter(1 + deck.blocks)}{row},{place})"
        if row > _LAST_ROW - len(CUSTOMER):
            given = CUSTOMER[row - _LAST_ROW + len(CUSTOMER) - 1][1]
        page.put(f"{label}{row}", f"=$A{row}", "calc.text")
        page.put(f"{value}{row}", f"={if_known(given)}", "calc.text")
        # Asked only where the whole is refused: a call for each field is slow.
        alone = f'IF(ISERROR(SIZING_LABEL({label}{row}:{value}{row})),"not of its kind","")'
        page.put(f"{fault}{row}", f'=IF(ISERROR({line}),{alone},"")', "calc.text")
    page.named(name, f"{label}{_TOP}:{value}{_LAST_ROW}")
    page.named(f"{name}_Fault", f"{fault}{_TOP}:{fault}{_LAST_ROW}")


def differing(one: str, other: str) -> str:
    """Return the formula of how many fields of the set-up differ between the curves at the places `one` and `other`."""
    columns = (f"INDEX(Context_Values,0,{place})" for place in (one, other))
    return f"SUMPRODUCT(({'<>'.join(columns)})*Context_Set_Up)"


def confounding(one: str, other: str) -> str:
    """Return the formula of how many fields differ that are known of `one` and the `other` place and are never one change."""
    a, b = (f"INDEX(Context_Values,0,{place})" for place in (one, other))
    return f'SUMPRODUCT(({a}<>{b})*({a}<>"")*({b}<>"")*Context_Never)'


def known_to_differ(one: str, other: str) -> str:
    """Return the formula of how many fields of the set-up are known of the places `one` and `other` and differ."""
    a, b = (f"INDEX(Context_Values,0,{place})" for place in (one, other))
    return f'SUMPRODUCT(({a}<>{b})*({a}<>"")*({b}<>"")*Context_Set_Up)'


def curve_value(field: str, place: str) -> str:
    """Return the formula of the value of `field` of the curve whose place the cell `place` holds."""
    return f"INDEX(Context_Values,{_FIELD_ROWS[field] - _TOP + 1},{place})"


def label_cell(block: str) -> str:
    """Return the name of the cell with the one-line label of the columns named `block`.

    >>> label_cell("Picked_Context")
    'Quote_Label'
    """
    (line,) = (line for name, *_, line in _BLOCKS if name == block)
    return line


def value_cell(block: str, field: str) -> str:
    """Return the reference to the value of `field` among the columns named `block`.

    >>> value_cell("Picked_Context", "tp")
    'INDEX(Picked_Context,8,2)'
    """
    return f"INDEX({block},{_FIELD_ROWS[field] - _TOP + 1},2)"
