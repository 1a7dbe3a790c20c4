"""Sheet Curves: named curves side by side, and the one that sheet Quote works with."""

from __future__ import annotations

from typing import Final

from openpyxl.worksheet.pagebreak import Break

from xlsizing.workbooks.sales.deck import Deck, free_name
from xlsizing.workbooks.sales.layout import (
    ANCHORS,
    MOST_HARDWARE,
    MOST_NAME,
    MOST_WORDS,
    WIDTH,
    across,
    column_of,
    first_column,
    given,
    if_known,
    inputs,
    no_throughput,
    position,
)
from xlsizing.workbooks.sales.starters import Starter
from xlsizing.workbooks.writer import Page, letter

__all__ = ["FACTS", "FIRST_ANCHOR", "FIRST_FACT", "KNEE_RATE", "THROUGHPUT", "curves_sheet", "fact_cell"]

FIRST_FACT: Final = 5
FIRST_ANCHOR: Final = 16
_LAST: Final = FIRST_ANCHOR + ANCHORS - 1
_LIST_ROW: Final = FIRST_FACT
_A_PAGE: Final = 3  # curves side by side on paper
_LINE: Final = 13.0  # pt
_A_LINE: Final = 38  # characters of a fact, wherever words break

FACTS: Final = (
    ("name", "name, as the drop-downs show it", "Curve_Names", "input.wrap"),
    ("hardware", "GPU type, one name such as GB300", "Curve_GPU_Type", "input.typed"),
    ("gpus_per_pod", "GPUs per pod", "Curve_GPUs_per_Pod", "input.int"),
    ("usd", "price [$/GPU-hour]", "Curve_USD_per_GPU_Hour", "input.price"),
    ("price_source", "date and source of the price", "Curve_Price_Source", "input.typed"),
    ("measured_on", "measured on [2026-03-31]", "Curve_Measured_On", "input.typed"),
    ("source", "source: file, campaign or command", "Curve_Source", "input.wrap"),
    ("caution", "its rows stay a DRAFT, because", "Curve_Caution", "input.wrap"),
)
"""Key, label, name of its list, and style of what is known of each curve."""

_HEADS: Final = ("concurrency [req/pod]", "tok/s/user", "output tok/s per pod", "TTFT [s]")

_C, _R, _T = (column_of("Picked_Place", column) for column in (1, 2, 3))
_NONE: Final = no_throughput("Picked_Place")
THROUGHPUT: Final = (
    f'=IF({_NONE},"not measured: c x tok/s/user overstates it",'
    f"IF(SUMPRODUCT(({_T}<Eta_Suspicious*{_C}*{_R})*1)>0,"
    '"measured, below "&Eta_Suspicious&" of c x tok/s/user: check","as measured"))'
)
"""Formula of the words for what the tok/s of a pod rest on, of the picked curve."""

_PRODUCT: Final = f"{_C}*{_R}"
KNEE_RATE: Final = (
    f"IF({_NONE},SUMPRODUCT(MAX(({_PRODUCT}>=SUMPRODUCT(MAX({_PRODUCT}))*(1-Tolerance))*{_R})),"
    f"SUMPRODUCT(MAX(({_T}>=MAX({_T})*(1-Tolerance))*{_R})))"
)
"""Formula of the tok/s/user up to which the GPUs to commit to are one number: of the first point that carries most."""


def fact_cell(key: str, curve: int) -> str:
    """Return the cell of the fact called `key` of the curve at the place `curve`, counted from 1 [-].

    >>> fact_cell("name", 2)
    'G5'
    """
    keys = [fact[0] for fact in FACTS]
    return f"{first_column(curve)}{FIRST_FACT + keys.index(key)}"


def curves_sheet(page: Page, deck: Deck) -> None:
    """Write the curves, the picked one and the list of names.

    Parameters
    ----------
    page : Page
        The sheet
    deck : Deck
        The curves of the workbook
    """
    page.put("B1", "Curves", "title")  # column B repeats on the second page: its words must fit into it
    page.put(
        "C2",
        "Measured on one pod; anchors in any order, blank rows ignored. Output tok/s and TTFT: for all rows of a curve or none.",
        "note",
    )
    page.put(
        "C3", "To fill it from a folder of results: xlsizing workbook --sales --curves FOLDER -o FILE.xlsm", "note"
    )
    _write_labels(page, deck)
    for curve in deck.places:
        _write_curve(page, curve, deck.starter(curve))
    right = 2 + WIDTH * deck.blocks  # the last column of a curve
    picked = right + 2  # a narrow column stands between
    listed = picked + WIDTH + 1
    _write_rules(page, deck)
    _write_picked(page, picked)
    _write_list(page, listed, deck)
    page.named("Curve_Points", f"{first_column(1)}{FIRST_ANCHOR}:{letter(right)}{_LAST}")
    columns = {letter(column): 11.5 for column in range(3, listed)}
    page.widths(A=1.5, B=31, **columns | {letter(picked - 1): 3, letter(listed - 1): 3, letter(listed): 7})
    page.widths(**{letter(listed + 1 + i): width for i, width in enumerate((46, 10, 9, 9, 36, 12, 46, 46, 9, 36))})
    page.sheet.freeze_panes = f"C{FIRST_ANCHOR}"
    page.printed()
    page.sheet.sheet_properties.pageSetUpPr.fitToPage = False  # which would break a page within a curve
    page.sheet.page_setup.scale = 65
    for curve in range(_A_PAGE, deck.blocks, _A_PAGE):
        page.sheet.col_breaks.append(Break(id=2 + WIDTH * curve))
    page.sheet.print_title_cols = "B:B"
    page.sheet.print_area = f"B1:{letter(right)}{_LAST}"


def _write_labels(page: Page, deck: Deck) -> None:
    facts = [_fact_values(curve, deck.starter(curve)) for curve in deck.places]
    for row, (key, label, _, style) in enumerate(FACTS, start=FIRST_FACT):
        page.put(f"B{row}", label, "strong")
        if style == "input.wrap":
            longest = max(len(str(each.get(key) or "")) for each in facts)
            page.tall(row, 6 + _LINE * max(2, 1 + longest // _A_LINE))
    page.put(f"B{FIRST_ANCHOR - 2}", "this curve is (sheet Checks)", "strong")
    page.tall(FIRST_ANCHOR - 2, 46)
    page.tall(FIRST_ANCHOR - 1, 32)
    page.put(f"B{FIRST_ANCHOR - 1}", "anchors", "strong")


def _write_curve(page: Page, curve: int, starter: Starter | None) -> None:
    left = 3 + WIDTH * (curve - 1)
    across(page, _row_cells(left, FIRST_FACT - 1), f"Curve {curve}", "head")
    facts = _fact_values(curve, starter)
    for row, (key, _, _, style) in enumerate(FACTS, start=FIRST_FACT):
        given(page, _row_cells(left, row), facts.get(key), style)
    across(page, _row_cells(left, FIRST_ANCHOR - 2), f"=INDEX(Curve_Standing,{curve})", "calc.wrap")
    curve_given = starter.curve if starter else None
    for j, head in enumerate(_HEADS):
        page.at(FIRST_ANCHOR - 1, left + j, head, "head")
        values = _curve_column(curve_given, j)
        for i in range(ANCHORS):
            page.at(FIRST_ANCHOR + i, left + j, values[i] if i < len(values) else None, "input.num")
    page.named(f"Curve_{curve}", f"{letter(left)}{FIRST_ANCHOR}:{letter(left + WIDTH - 1)}{_LAST}")


def _row_cells(left: int, row: int) -> str:
    return f"{letter(left)}{row}:{letter(left + WIDTH - 1)}{row}"


def _curve_column(curve: object, j: int) -> list[float]:
    names = ("concurrency", "tok_s_per_user", "output_tok_s", "ttft_s")
    values = getattr(curve, names[j], None)
    return [] if values is None else list(values.tolist())


def _fact_values(curve: int, starter: Starter | None) -> dict[str, object]:
    if starter is None:
        return {"name": free_name(curve)}
    return {
        "name": starter.name,
        "hardware": starter.context.hardware,
        "gpus_per_pod": starter.gpus_per_pod,
        "usd": starter.usd_per_gpu_hour,
        "price_source": starter.price_source or None,
        "measured_on": starter.context.measured_on,
        "source": starter.source,
        "caution": starter.caution or None,
    }


def _write_rules(page: Page, deck: Deck) -> None:
    last = letter(2 + WIDTH * deck.blocks)
    above_0 = {"type": "decimal", "operator": "greaterThan", "formula1": "0"}
    inputs(page, "A number above 0, or blank", f"{first_column(1)}{FIRST_ANCHOR}:{last}{_LAST}", **above_0)
    each = {key: [fact_cell(key, curve) for curve in deck.places] for key, *_ in FACTS}
    whole = {"type": "whole", "operator": "greaterThanOrEqual", "formula1": "1"}
    inputs(page, "A whole number, at least 1", *each["gpus_per_pod"], **whole)
    inputs(page, "A number above 0, or blank: 8.60 is then assumed, and labelled so", *each["usd"], **above_0)
    short = {"type": "textLength", "operator": "lessThanOrEqual"}
    inputs(
        page,
        f"A name that no other curve has, at most {MOST_NAME} characters",
        *each["name"],
        **short,
        formula1=str(MOST_NAME),
    )
    inputs(page, "One exact token such as GB300 or B200", *each["hardware"], **short, formula1=str(MOST_HARDWARE))
    inputs(page, "The day in the form 2026-03-31", *each["measured_on"], **short, formula1="20")
    inputs(
        page,
        f"Text, at most {MOST_WORDS} characters",
        *each["price_source"],
        *each["source"],
        *each["caution"],
        **short,
        formula1=str(MOST_WORDS),
    )


def _write_picked(page: Page, left: int) -> None:
    across(page, _row_cells(left, FIRST_FACT - 1), "Picked on sheet Quote", "head")
    across(page, _row_cells(left, FIRST_FACT), f"={if_known('Quote_Curve')}", "key.wrap")
    page.at(FIRST_FACT + 1, left, "its place", "label")
    page.at(FIRST_FACT + 1, left + 1, f"={position('Quote_Curve')}", "calc.int")
    page.named("Picked_Place", f"{letter(left + 1)}{FIRST_FACT + 1}")
    for j, head in enumerate(_HEADS):
        page.at(FIRST_ANCHOR - 1, left + j, head, "head")
        for i in range(ANCHORS):
            # A blank stays blank, an error an error and a text a text: the functions then say what is wrong.
            cell = f"INDEX(Curve_Points,{i + 1},{WIDTH}*(Picked_Place-1)+{j + 1})"
            page.at(FIRST_ANCHOR + i, left + j, f"={if_known(cell)}", "calc.num")
    page.named("Picked_Anchors", f"{letter(left)}{FIRST_ANCHOR}:{letter(left + WIDTH - 1)}{_LAST}")


def _write_list(page: Page, left: int, deck: Deck) -> None:
    """Write what is known of each curve once more, a row a curve: drop-downs and INDEX need a column."""
    last = _LIST_ROW + deck.blocks - 1
    page.at(_LIST_ROW - 1, left, "place", "head")
    page.named("Curve_Places", f"{letter(left)}{_LIST_ROW}:{letter(left)}{last}")
    for offset, (key, label, name, _) in enumerate(FACTS, start=1):
        column = letter(left + offset)
        page.put(f"{column}{_LIST_ROW - 1}", label, "head")
        page.named(name, f"{column}{_LIST_ROW}:{column}{last}")
        for curve in deck.places:
            page.put(f"{column}{_LIST_ROW + curve - 1}", f"={if_known(fact_cell(key, curve))}", "calc.num")
    for curve in deck.places:
        page.at(_LIST_ROW + curve - 1, left, curve, "const.int")
    _delivered_prices(page, left + 1 + len(FACTS), last, deck)


def _delivered_prices(page: Page, left: int, last: int, deck: Deck) -> None:
    """Write price and source as delivered: a price that was changed beside its old source has none."""
    for column, key in enumerate(("usd", "price_source"), start=left):
        page.at(_LIST_ROW - 1, column, f"{key} as delivered", "head")
        name = {"usd": "Delivered_USD_per_GPU_Hour", "price_source": "Delivered_Price_Source"}[key]
        page.named(name, f"{letter(column)}{_LIST_ROW}:{letter(column)}{last}")
        for curve in deck.places:
            value = _fact_values(curve, deck.starter(curve)).get(key)
            page.at(_LIST_ROW + curve - 1, column, value, "const.text" if key == "price_source" else "const.num")
