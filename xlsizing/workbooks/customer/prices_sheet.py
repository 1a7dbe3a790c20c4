"""Sheet Prices: what the contract costs at each of several prices, side by side, nothing converted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xlsizing.advice import PRICE_CHANGED
from xlsizing.core import OWN_PRICE, Price
from xlsizing.reports import Report, gpus_quoted
from xlsizing.rules import MONTHS_PER_YEAR, MOST_PRICES
from xlsizing.workbooks.customer.bought import differs
from xlsizing.workbooks.customer.comparing import differing
from xlsizing.workbooks.writer import Page, Values

__all__ = ["prices_differences", "prices_sheet"]

_HEAD: Final = 5
_OWN: Final = 6
_OTHERS: Final = range(_OWN + 1, _OWN + 1 + MOST_PRICES)
_HEADS: Final = (
    "price", "per GPU-hour", "currency", "term, months", "date and source", "valid until", "contract a month",
    "contract a year", "contract over the term", "changed since delivery",
)  # fmt: skip
_WIDTHS: Final = {
    "A": 1.5,
    "B": 22,
    "C": 12,
    "D": 10,
    "E": 9,
    "F": 34,
    "G": 12,
    "H": 14,
    "I": 14,
    "J": 16,
    "K": 24,
    "L": 1.5,
}


def prices_sheet(page: Page, report: Report) -> None:
    """Write the price of the sizing, room for others, and what the contracted row costs at each.

    Parameters
    ----------
    page : Page
        The sheet
    report : Report
        The sizing with its other prices
    """
    page.put("B1", "Prices side by side: the contracted row at each of them", "title")
    page.put("B2", "Nothing is converted: each row is in its own currency. Blue on yellow: change them.", "note.text")
    page.put(
        "B3",
        '=IF(Checks_Failed>0,Word_Check,IF(ISNUMBER(Contract_GPUs),"GPUs of the contract, spares and whole nodes in:",'
        '"No row is contracted, or it has no figure to quote: see sheet Intake."))',
        "label.text",
    )
    page.put("H3", "=Contract_GPUs", "key.int")
    for column, head in enumerate(_HEADS, start=2):
        page.at(_HEAD, column, head, "head")
    page.tall(_HEAD, 30)
    own = report.sizing.price
    page.user(f"B{_OWN}", own.name or OWN_PRICE, "calc.text", "price")
    page.put(f"C{_OWN}", '=IF(ISNUMBER(USD_per_GPU_Hour),USD_per_GPU_Hour,"")', "calc.usd2")
    page.put(f"D{_OWN}", own.currency, "calc.text")
    page.put(f"E{_OWN}", own.term_months, "static.num")
    page.user(f"G{_OWN}", own.valid_until or "", "calc.text", "price")
    changed = f'IF(Price_Unsourced=1,"{PRICE_CHANGED}",IF(Edited_Price>0,"price and source changed",""))'
    page.put(f"K{_OWN}", f"=IFERROR({changed},Word_Check)", "note.text")
    page.put(f"F{_OWN}", '=IFERROR(IF(COUNTA(Price_Source)=0,"",Price_Source),Word_Check)', "calc.text")
    _write_costs(page, _OWN, "E6")
    for row, price in zip(_OTHERS, (*report.prices, *[None] * (MOST_PRICES - len(report.prices))), strict=True):
        _write_price(page, row, price)
    page.named("Edited_Prices", f"O{_OTHERS[0]}:O{_OTHERS[-1]}")
    page.named("Other_Prices", f"C{_OTHERS[0]}:C{_OTHERS[-1]}")
    page.named("Other_Terms", f"E{_OTHERS[0]}:E{_OTHERS[-1]}")
    above_0 = {"type": "decimal", "operator": "greaterThan", "formula1": "0"}
    page.validate(f"C{_OTHERS[0]}:C{_OTHERS[-1]}", "A number above 0, or blank", **above_0)
    page.validate(f"E{_OTHERS[0]}:E{_OTHERS[-1]}", "Months, above 0, or blank", **above_0)
    page.widths(**_WIDTHS)
    page.printed()
    if not report.prices:
        page.sheet.sheet_state = "hidden"  # nobody prints an empty page
    else:
        page.sheet.print_area = f"A1:K{_OTHERS[-1]}"


def _write_price(page: Page, row: int, price: Price | None) -> None:
    """Write one of the other prices, with what of it was delivered at the right."""
    amount = None if price is None else price.amount
    texts = {"B": "", "D": "", "F": "", "G": ""}
    if price is not None:
        texts = {"B": price.name, "D": price.currency, "F": price.quoted, "G": price.valid_until or ""}
    for column, text in texts.items():
        page.user(f"{column}{row}", text, "input.text", "price")
    page.put(f"C{row}", amount, "input.price")
    page.put(f"E{row}", None if price is None else price.term_months, "input.int")
    page.put(f"M{row}", amount, "static.num")
    page.put(f"O{row}", f"={differs(f'M{row}', f'C{row}')}", "calc.int")
    page.user(f"N{row}", texts["F"], "static.left", "price source")
    _write_costs(page, row, f"E{row}")
    same = f"IF(ISNUMBER(M{row}),IF(ISNUMBER(C{row}),IF(C{row}=M{row},1,0),0),1)"
    page.put(
        f"K{row}", f'=IFERROR(IF({same}=1,"",IF(F{row}=N{row},"{PRICE_CHANGED}","price and source changed")),Word_Check)',
        "note.text",
    )  # fmt: skip


def _write_costs(page: Page, row: int, term: str) -> None:
    month = f"Contract_GPUs*C{row}*Hours_per_Month"
    for column, months in {"H": "1", "I": str(MONTHS_PER_YEAR), "J": term}.items():
        known = f"ISNUMBER(Contract_GPUs)*ISNUMBER(C{row})" + (f"*ISNUMBER({term})" if column == "J" else "")
        cost = f'IF({known}=1,{month}*{months},"")'
        page.put(f"{column}{row}", f'=IF(Checks_Failed>0,"",{cost})', "calc.int" if row != _OWN else "calc.usd")


def prices_differences(sheet: Values, report: Report) -> Iterator[str]:
    """Give a sentence for each cost on the sheet that is not what the core says.

    Parameters
    ----------
    sheet : mapping
        The values of sheet Prices by cell [units of the cells]
    report : Report
        The sizing that the workbook shows

    Yields
    ------
    str
        What differs, and where
    """
    at = report.contract_at
    gpus = None if at is None else gpus_quoted(report, at)
    yield from differing(
        "Prices",
        sheet,
        (
            (
                f"{column}{row}",
                f"the cost at the price {price.name or OWN_PRICE!r}",
                price.for_months(gpus, months) if gpus and months else None,
            )
            for row, price in zip((_OWN, *_OTHERS), (report.sizing.price, *report.prices), strict=False)
            for column, months in zip("HIJ", (1, MONTHS_PER_YEAR, price.term_months), strict=True)
        ),
    )
