"""Sheet Compare: two curves, or one model on two GPU types, at the SLAs of sheet Quote."""

from __future__ import annotations

from typing import Final

from xlsizing.workbooks.sales.context_sheet import differing
from xlsizing.workbooks.sales.deck import Deck
from xlsizing.workbooks.sales.layout import across, alarm, anchors_of, even_month, given, inputs, of_curve, position
from xlsizing.workbooks.sales.quote_sheet import SLA_ROWS
from xlsizing.workbooks.sales.unclaimed import unclaimed
from xlsizing.workbooks.writer import Page

__all__ = ["compare_sheet"]

_PICKS: Final = {"A": 5, "B": 6}
_HEAD: Final = 11
_FIRST: Final = _HEAD + 1

# Column, heading and style; the columns of a side hold formulas of that side, the others the difference B - A.
_COLUMNS: Final = {
    ("commit", "A"): ("C", "A: GPUs to commit", "calc.int"),
    ("commit", "B"): ("D", "B: GPUs to commit", "calc.int"),
    ("commit", ""): ("E", "B - A, GPUs to commit", "calc.int"),
    ("usd_commit", "A"): ("F", "A: $/month to commit", "calc.usd"),
    ("usd_commit", "B"): ("G", "B: $/month to commit", "calc.usd"),
    ("usd_commit", ""): ("H", "B - A, $/month to commit", "calc.usd"),
    ("budget", "A"): ("I", "A: GPUs to budget", "calc.int"),
    ("budget", "B"): ("J", "B: GPUs to budget", "calc.int"),
    ("budget", ""): ("K", "B - A, GPUs to budget", "calc.int"),
    ("gpus", "A"): ("L", "A: GPUs, estimate", "calc.int"),
    ("gpus", "B"): ("M", "B: GPUs, estimate", "calc.int"),
    ("gpus", ""): ("N", "B - A, GPUs, estimate", "calc.int"),
    ("usd", "A"): ("O", "A: $/month, estimate", "calc.usd"),
    ("usd", "B"): ("P", "B: $/month, estimate", "calc.usd"),
    ("usd", ""): ("Q", "B - A, $/month, estimate", "calc.usd"),
}
_CHEAPER: Final = "R"
_REGIME: Final = {"A": "T", "B": "U"}
_NAMES: Final = {
    "commit": "GPUs_Commit",
    "usd_commit": "USD_Commit",
    "budget": "GPUs_Budget",
    "gpus": "GPUs",
    "usd": "USD",
}


def compare_sheet(page: Page, deck: Deck) -> None:
    """Write the two picks, what each rests on, and a row for each SLA of the quote.

    Parameters
    ----------
    page : Page
        The sheet
    deck : Deck
        The curves of the workbook
    """
    page.put("B1", "Compare: two curves at the quote's SLAs", "title")
    page.put(
        "B2",
        "Demand, utilisation, hours, confidence and interpolation are the quote's; GPUs per pod and price are each curve's.",
        "note",
    )
    across(page, f"B3:{_CHEAPER}3", _BANNER, "banner.text")
    page.tall(3, 22)
    alarm(page, f"B3:{_CHEAPER}3", "LEFT($B$3,LEN(Word_Check))=Word_Check")
    for column, head in zip(
        "BCGHIJQ", ("", "curve", "GPU type", "GPUs per pod", "$/GPU-hour", "measured on", "place"), strict=True
    ):
        page.put(f"{column}4", head, "strong")
    for side, starter in zip("AB", deck.compared, strict=True):
        _write_side(page, side, starter.name)
    page.put("B8", "fields of the set-up in which the two contexts differ (sheet Context)", "label")
    page.put("H8", f"={differing('Compare_Place_A', 'Compare_Place_B')}", "calc.int")
    page.named("Compare_Apart", "H8")
    page.put("B9", _UNCLAIMED, "note.text")
    inputs(page, "One of the names on sheet Curves", "C5", "C6", type="list", formula1="Curve_Names")
    page.put(f"B{_HEAD - 1}", "Result by interactivity SLA; a difference below 0: B needs less", "section")
    page.put(f"B{_HEAD}", "SLA, tok/s/user", "head")
    page.put(f"{_CHEAPER}{_HEAD}", "cheaper to commit to", "head")
    for column, heading, _ in _COLUMNS.values():
        page.put(f"{column}{_HEAD}", heading, "head")
    for side, column in _REGIME.items():
        page.put(f"{column}{_HEAD}", f"{side}: basis", "head")
    page.tall(_HEAD, 46)
    for row, live in enumerate(SLA_ROWS, start=_FIRST):
        page.tall(row, 18)
        _write_row(page, row, live)
    _name_columns(page)
    page.widths(A=1.5, B=10, R=13, S=2, T=22, U=22)
    page.widths(**dict.fromkeys("CDEIJKLMN", 11), **dict.fromkeys("FGHOPQ", 13.5))
    page.printed(tall=1)
    page.sheet.print_area = f"A1:{_CHEAPER}{_FIRST + len(SLA_ROWS)}"


_FIGURES: Final = f"$B${_FIRST}:${_CHEAPER}${_FIRST + len(SLA_ROWS) - 1}"
_UNCLAIMED: Final = (
    '=IF(Compare_Refused>0,"",IF(Compare_Unclaimed_A&Compare_Unclaimed_B="","","No budget is claimed, so it is the commitment: "'
    '&IF(Compare_Unclaimed_A="","","A: "&Compare_Unclaimed_A)'
    '&IF(OR(Compare_Unclaimed_A="",Compare_Unclaimed_B=""),"","; ")'
    '&IF(Compare_Unclaimed_B="","","B: "&Compare_Unclaimed_B)))'
)
_BANNER: Final = (
    '=IF(Compare_Failed>0,Word_Check&": "&Compare_Failed&" check(s) of this comparison failed. See sheet Checks.",'
    f'IF(ISERROR(SUM({_FIGURES})),Word_Check&": a figure is an error value. "&First_Failure,'
    'IF(Compare_Apart>0,Compare_Apart&" field(s) of the set-up differ between the two contexts (sheet Context). ",'
    '"The two contexts agree in every field of the set-up. ")&"DRAFT: this compares, quote from sheet Quote."))'
)


def _write_side(page: Page, side: str, name: str) -> None:
    row = _PICKS[side]
    page.tall(row, 58)
    page.put(f"B{row}", side, "strong")
    given(page, f"C{row}:F{row}", name, "input.wrap")
    place = f"Compare_Place_{side}"
    usd = of_curve("Curve_USD_per_GPU_Hour", place)
    page.put(f"G{row}", f"={of_curve('Curve_GPU_Type', place)}", "calc.text")
    page.put(f"H{row}", f"={of_curve('Curve_GPUs_per_Pod', place)}", "calc.int")
    page.put(f"I{row}", f'=IF({usd}="",USD_Assumed,{usd})', "calc.price")
    across(page, f"J{row}:P{row}", f"=SIZING_LABEL(Compare_Context_{side})", "calc.wrap")
    page.put(f"Q{row}", f"={position(f'Compare_Curve_{side}')}", "calc.int")
    page.put(f"{_CHEAPER}{row}", f"={even_month(f'I{row}')}", "calc.price")
    page.put(f"{_REGIME['A']}{row}", f"={unclaimed(f'Compare_Context_{side}', place)}", "calc.text")
    names = {
        "Curve": "C",
        "GPUs_per_Pod": "H",
        "USD_per_GPU_Hour": "I",
        "Label": "J",
        "Place": "Q",
        "USD_Even_Month": _CHEAPER,
        "Unclaimed": _REGIME["A"],
    }
    for name_, column in names.items():
        page.named(f"Compare_{name_}_{side}", f"{column}{row}")
    page.put(f"{_CHEAPER}4", "$/GPU-h at 730 h", "strong")
    page.put(f"{_REGIME['A']}4", "no budget is claimed, as", "strong")


def _write_row(page: Page, row: int, live: int) -> None:
    page.put(f"B{row}", f'=IF(Quote!$B{live}="","",Quote!$B{live})', "calc.num")
    for side, column in _REGIME.items():
        place = f"Compare_Place_{side}"
        regime = f"SIZING_REGIME({anchors_of(place)},$B{row},Quote_Method,Quote_TTFT)"
        page.put(f"{column}{row}", f'=IF($B{row}="","",IF(Compare_Refused>0,NA(),{regime}))', "calc.text")
    for (what, side), (column, _, style) in _COLUMNS.items():
        page.put(f"{column}{row}", _formula(what, side, row), style)
    a, b = (_COLUMNS["usd_commit", side][0] for side in "AB")
    left, right = (f"${_REGIME[side]}{row}" for side in "AB")
    unmet = f'IF({left}={right},"neither",IF({left}=Word_Infeasible,"B","A"))'
    same = f"ABS(${a}{row}-${b}{row})<=Tolerance*${a}{row}"
    cheaper = f'IF({same},"equal",IF(${a}{row}<${b}{row},"A","B"))'
    page.put(f"{_CHEAPER}{row}", f'=IF($B{row}="","",IF({_unmet_condition(row)},{unmet},{cheaper}))', "calc.text")


def _unmet_condition(row: int) -> str:
    return f"OR(${_REGIME['A']}{row}=Word_Infeasible,${_REGIME['B']}{row}=Word_Infeasible)"


def _formula(what: str, side: str, row: int) -> str:
    """Return the formula of one figure; of the difference where there is no `side`."""
    if not side:
        a, b = (f"${_COLUMNS[what, each][0]}{row}" for each in "AB")
        # Where one side cannot meet the SLA there is no difference: words, never a number.
        return f'=IF($B{row}="","",IF({_unmet_condition(row)},"",{b}-{a}))'
    sized = f"{anchors_of(f'Compare_Place_{side}')},$B{row},Quote_TPM,Compare_GPUs_per_Pod_{side},Quote_Util"
    commit, gpus, usd = (f"${_COLUMNS[key, side][0]}{row}" for key in ("commit", "gpus", "usd"))
    met = {
        "commit": f"SIZING_GPUS_COMMIT({sized},Quote_Method,Quote_TTFT)",
        "budget": f'IF(Compare_Unclaimed_{side}="",SIZING_GPUS_BUDGET({sized},Quote_Confidence,Quote_Method,Quote_TTFT),{commit})',
        "gpus": f"SIZING_GPUS({sized},Quote_Method,Quote_TTFT)",
        "usd": f"IF(Quote_Price_Failed>0,NA(),SIZING_COST({sized},Compare_USD_Even_Month_{side},Quote_Method,Quote_TTFT))",
        "usd_commit": f"{commit}*{usd}/{gpus}",
    }[what]
    regime = f"${_REGIME[side]}{row}"
    unmet = "Word_Unmet" if what == "commit" else '""'
    return f'=IF({regime}="","",IF({regime}=Word_Infeasible,{unmet},{met}))'


def _name_columns(page: Page) -> None:
    last = _FIRST + len(SLA_ROWS) - 1
    page.named("Compare_SLA", f"B{_FIRST}:B{last}")
    for (what, side), (column, _, _) in _COLUMNS.items():
        page.named(f"Compare_{_NAMES[what]}_{side or 'Delta'}", f"{column}{_FIRST}:{column}{last}")
