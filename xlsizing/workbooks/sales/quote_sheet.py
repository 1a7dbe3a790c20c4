"""Sheet Quote: one customer, one curve, up to eight SLAs; what to commit to, what it costs, what to do next."""

from __future__ import annotations

from typing import Final

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill

from xlsizing.advice import NOT_ASKED, PRICE_CHANGED
from xlsizing.core import CLAIM, FUNCTION_TABLE, IF_PRODUCT, MEASURE_FIRST, METHODS, NO_CLAIM, NO_SOURCE, WIDE_RANGE
from xlsizing.reports import RULE, THREE_FIGURES
from xlsizing.rules import (
    DEFAULT_CONFIDENCE,
    DEFAULT_METHOD,
    DEFAULT_UTIL,
    HOURS_PER_MONTH,
    MOST_HOURS_PER_MONTH,
)
from xlsizing.workbooks.customer import CACHE_STATES, DATASET_KINDS, NO_BUDGET, TURNS, UNITS
from xlsizing.workbooks.sales.curves_sheet import KNEE_RATE, THROUGHPUT
from xlsizing.workbooks.sales.deck import Deck
from xlsizing.workbooks.sales.layout import (
    SLAS,
    TABLE_STYLES,
    across,
    alarm,
    even_month,
    given,
    inputs,
    no_throughput,
    of_curve,
)
from xlsizing.workbooks.sales.unclaimed import unclaimed
from xlsizing.workbooks.writer import AMBER, GOOD, GREY, Page, SchemaFont, letter, sentence

__all__ = ["NO_REMARK", "RESULTS", "SLA_ROWS", "THROUGHPUT_UNITS", "quote_sheet"]

SLA_ROWS: Final = range(15, 15 + SLAS)
"""Rows of the SLAs."""

THROUGHPUT_UNITS: Final = UNITS[:3]
"""Units of the demand that the functions take; users are for the customer workbook."""

NO_REMARK: Final = "-"
"""What stands for no remark."""

_EXAMPLE_SLAS: Final = (20, 50, 100, 150, 215)

_SIZED: Final = "Picked_Anchors,$B{row},Quote_TPM,Quote_GPUs_Used,Quote_Util"
_MODE: Final = "Quote_Method,Quote_TTFT"
_COSTED: Final = f"{_SIZED},Quote_USD_Even_Month,{_MODE}"


def _of_table(column: str, more: str = "") -> str:
    """Return the formula of what no function of its own gives: it comes out of SIZING_TABLE, and rests on no price.

    An error is passed on as it is: engines differ in which one INDEX makes of it.
    """
    place = 1 + list(FUNCTION_TABLE).index(column)
    table = f"SIZING_TABLE({_SIZED},USD_Assumed,{_MODE})"
    return f"IF(ISERROR($D{{row}}),$D{{row}},INDEX({table},2,{place}){more})"


# Never an empty text: LibreOffice works such a cell out anew when it opens the file, and has no functions to do so.
_END: Final = '&"."'
_TABLE_REMARK: Final = "LEFT($AF{row},LEN($AF{row})-1)"
_FIRST_WORDS, _WIDE_WORDS = (f'"{MEASURE_FIRST}:"', f'"{WIDE_RANGE}: measure"')
_CLOSED: Final = tuple(f'"{words}: bracket"' for words in (MEASURE_FIRST, WIDE_RANGE))
# A function knows neither standing nor context. A VERDICT is signed with the commitment, whatever its budget claims; what
# was predicted, or measured with short outputs, has no budget, whatever the function says.
_AS_VERDICT: Final = f"SUBSTITUTE(SUBSTITUTE({_TABLE_REMARK},{_CLOSED[0]},{_CLOSED[1]}),{_FIRST_WORDS},{_WIDE_WORDS})"
_UNCLAIMED: Final = (
    f"SUBSTITUTE(SUBSTITUTE({_TABLE_REMARK},{_CLOSED[1]},{_CLOSED[0]}),{_WIDE_WORDS},{_FIRST_WORDS})"
    f'&IF(OR($D{{row}}=$G{{row}},ISNUMBER(SEARCH("{NO_CLAIM}",{_TABLE_REMARK}))),"",'
    f'IF({_TABLE_REMARK}="","","; ")&"{NO_CLAIM}: "&Quote_Unclaimed)'
)
_SAID: Final = f'IF($M{{row}}=Word_Verdict,{_AS_VERDICT},IF(Quote_Unclaimed="",{_TABLE_REMARK},{_UNCLAIMED}))'
_REMARK: Final = f'IF({_TABLE_REMARK}&Quote_Unclaimed="","{NO_REMARK}",IF({_SAID}="","{NO_REMARK}",{_SAID}))'

RESULTS: Final = (
    ("D", "GPUs to commit", "calc.int", "Quote_GPUs_Commit", 13, f"SIZING_GPUS_COMMIT({_SIZED},{_MODE})"),
    ("E", '="GPUs to budget"&IF(Quote_Confidence<=1,", "&INT(100*Quote_Confidence+0.5)&" %","")', "calc.int",
     "Quote_GPUs_Budget", 11,
     f'IF(Quote_Unclaimed="",SIZING_GPUS_BUDGET({_SIZED},Quote_Confidence,{_MODE}),$D{{row}})'),
    ("F", "GPUs, estimate", "calc.int", "Quote_GPUs", 10, f"SIZING_GPUS({_SIZED},{_MODE})"),
    ("G", "GPUs, low end of range", "calc.int", "Quote_GPUs_Low", 10, _of_table("GPUs low")),
    ("H", "figure to quote", "calc.text", "Quote_Figure", 9,
     "IF($M{row}=Word_Verdict,Word_Commit,IF(LEFT($N{row},LEN(Word_Measure_First))=Word_Measure_First,Word_None,Word_Budget))"),
    ("I", "its pods", "calc.int", "Quote_Quoted_Pods", 9,
     'IF($H{row}=Word_Commit,$D{row}/Quote_GPUs_Used,IF($H{row}=Word_Budget,$E{row}/Quote_GPUs_Used,""))'),
    ("J", '="x "&Quote_GPUs_Used&" GPUs per pod"', "key.int", "Quote_Quoted_GPUs", 11,
     "IF(ISNUMBER($I{row}),$I{row}*Quote_GPUs_Used,$I{row})"),
    ("K", '="x "&Quote_USD_Used&" $ x "&Quote_Hours&" h = $/month"', "key.usd", "Quote_Quoted_USD", 14,
     "IF(ISNUMBER($J{row}),$J{row}*$Y{row}/$F{row},$J{row})"),
    ("N", "remark", "calc.wrap", "Quote_Remark", 39, _REMARK),
    ("O", "TTFT where committed, s", "calc.two", "Quote_TTFT_Commit", 11, _of_table("TTFT there, commit [s]")),
    ("T", "estimate: pods", "calc.int", "Quote_Pods", 10,
     f"SIZING_PODS({_SIZED.replace('Quote_GPUs_Used,', '')},{_MODE})"),
    ("U", "estimate: c*, requests per pod", "calc.two", "Quote_Cstar", 12,
     f"SIZING_CSTAR(Picked_Anchors,$B{{row}},{_MODE})"),
    ("V", "estimate, budget: max-num-seqs", "calc.int", "Quote_Max_Num_Seqs", 12, "MAX(1,INT($U{row}*(1+Tolerance)))"),
    ("W", "estimate: tok/s per pod", "calc.one", "Quote_Pod_Tps", 14,
     f"SIZING_POD_TPS(Picked_Anchors,$B{{row}},{_MODE})"),
    ("X", "$/month to commit", "calc.usd", "Quote_USD_Commit", 15, "$D{row}*$Y{row}/$F{row}"),
    ("Y", "$/month, estimate", "calc.usd", "Quote_USD", 15, f"SIZING_COST({_COSTED})"),
    ("Z", "commit: pods", "calc.int", "Quote_Pods_Commit", 10, "$D{row}/Quote_GPUs_Used"),
    ("AA", "commit: c, requests per pod, measured", "calc.two", "Quote_C_Commit", 12, _of_table("c, commit")),
    ("AB", "commit: max-num-seqs", "calc.int", "Quote_Max_Num_Seqs_Commit", 12, "MAX(1,INT($AA{row}*(1+Tolerance)))"),
    ("AC", "what binds", "calc.text", "Quote_Binds", 11, _of_table("binds")),
    ("AD", "estimate: TTFT there, s", "calc.two", "Quote_TTFT_There", 11, _of_table("TTFT there, estimate [s]")),
    ("AF", "remark of the function, with a full stop", "calc.text", "Quote_Table_Remark", 42, _of_table("remark", _END)),
)  # fmt: skip
"""Column, heading, style, defined name, width and formula of each result of an SLA that can be met [-]."""

_TABLE_TOP: Final = SLA_ROWS[-1] + 8


def quote_sheet(page: Page, deck: Deck) -> None:
    """Write the page that a sales engineer works on.

    Parameters
    ----------
    page : Page
        The sheet
    deck : Deck
        The curves of the workbook
    """
    _write_title(page)
    _write_demand(page, deck)
    _write_planning(page)
    _write_basis(page)
    _write_rules(page)
    _write_table(page)
    _write_reasons(page)
    _write_footer(page)
    _write_colours(page)
    page.widths(A=1.5, B=10, C=12, L=19, M=11, P=215, Q=170, R=9, S=9, AE=2)
    page.widths(**{column: width for column, _, _, _, width, _ in RESULTS})
    page.printed()
    page.sheet.print_area = [f"B1:O{_TABLE_TOP - 2}", f"T{SLA_ROWS[0] - 1}:AD{SLA_ROWS[-1]}"]
    page.sheet.print_title_cols = "B:C"  # the second page, of operating points, begins with the SLAs
    page.sheet.sheet_view.zoomScale = 85


def _write_title(page: Page) -> None:
    page.put("B1", "Quote: interactivity SLA to GPUs", "title")
    across(page, "H1:N1", _OPENING, "strong.wrap")
    page.named("Quote_Opening", "H1")
    page.tall(1, 30)
    for label, words, cells, name, value in (
        ("B2", "Customer", "C2:F2", "Quote_Customer", "Example customer"),
        ("H2", "Date", "I2:J2", "Quote_Date", "2026-11-23"),
        ("M2", "Quoted by", "N2", "Quote_By", "your name"),
    ):
        page.put(label, words, "strong")
        _write_input(page, cells, value, "input.typed", name)
    page.tall(2, 20)
    across(page, "B3:O3", _BANNER, "banner.text")
    page.tall(3, 22)
    page.put("B4", "Measured on", "strong.wrap")
    across(page, "C4:N4", "=SIZING_LABEL(Picked_Context)", "label.wrap")
    page.named("Quote_Label", "C4")
    page.tall(4, 30)


_NOT_ASKED: Final = NOT_ASKED[:1].upper() + NOT_ASKED[1:]
_DRAFTS, _UNMET = "COUNTIF(Quote_Rigor,Word_Draft)", "COUNTIF(Quote_Regime,Word_Infeasible)"
_MET: Final = "COUNT(Quote_GPUs_Commit)"
_BANNER: Final = (
    '=IF(Quote_Failed>0,Word_Check&": "&Quote_Failed&" check(s) failed. First: "&First_Failure,'
    f'IF({_MET}=0,Word_Draft&": no SLA can be met by any measured point: there is nothing to commit to.",'
    f'IF({_DRAFTS}>0,Word_Draft&": "&{_DRAFTS}&" row(s) are not yet a VERDICT to sign on. ",'
    f'Word_Verdict&" in every "&IF({_UNMET}>0,"other ","")&"row. "&IF(Quote_TTFT="","{_NOT_ASKED}. ",""))'
    f'&IF({_UNMET}>0,{_UNMET}&" SLA(s) cannot be met by any measured point. ","Every SLA is met by a measured point. ")'
    '&"All checks "&IF(Checks_Failed>0,"of the quote passed, not those of sheets Compare and Levers","passed")'
    '&". Quote the figures in bold."))'
)


_UNMET_REMARK: Final = (
    '"no measured point meets this SLA"&IF(Quote_TTFT="",""," and the TTFT limit")&": see its next lever"'
)
_FLAT: Final = "SIZING_GPUS_COMMIT(Picked_Anchors,MIN(INDEX(Picked_Anchors,0,2)),Quote_TPM,Quote_GPUs_Used,Quote_Util,Quote_Method)"
_WITHIN: Final = (
    f'IF({_MET}=0,"with them no row asked can be met","with them the rows asked"&IF({_UNMET}>0," that can be met","")'
    '&" commit to "&IF(MIN(Quote_GPUs_Commit)<MAX(Quote_GPUs_Commit),MIN(Quote_GPUs_Commit)&" to ","")'
    '&MAX(Quote_GPUs_Commit)&IF(MAX(Quote_GPUs_Commit)=1," GPU"," GPUs"))'
)
_OPENING: Final = (
    f'=IF(Quote_Failed>0,"","{RULE}"&IF(Quote_TTFT="","",", and the wait")'
    f'&": flat at "&{_FLAT}&IF({_FLAT}=1," GPU"," GPUs")&" to commit up to the knee at "'
    f'&{KNEE_RATE}&" tok/s/user"&IF(Quote_TTFT<>""," without the limits on waiting; "&{_WITHIN},'
    f'IF(COUNT(Quote_GPUs_Commit)=0,"; no SLA asked can be met",IF(MAX(Quote_GPUs_Commit)<={_FLAT},", and still so at ",'
    '", then rising to "&MAX(Quote_GPUs_Commit)&" at ")&MAX(Quote_Met_SLA)&", the tightest SLA asked"'
    f'&IF({_UNMET}>0," that can be met","")))&".")'
)


def _write_input(page: Page, cells: str, value: object, style: str, name: str) -> None:
    given(page, cells, value, style)
    page.named(name, cells.partition(":")[0])


def _write_demand(page: Page, deck: Deck) -> None:
    page.put("B5", "Demand (blue on yellow: change it)", "section")
    words = (
        '=IF(Quote_Unit=Word_TPM,"output tokens per minute",IF(Quote_Unit=Word_Tok_s,"output tokens per second",'
        'IF(Quote_Unit=Word_RPS,"requests per second","not a unit of the list")))'
    )
    entries = (
        ("Curve", "Quote_Curve", deck.starters[0].name, "input.wrap", None),
        ("Demand", "Quote_Demand", 3_000_000, "input.int", words),
        ("Unit", "Quote_Unit", UNITS[0], "input.text", " / ".join(THROUGHPUT_UNITS)),
        ("Customer's ISL [tok]", "Quote_ISL", deck.workload.isl, "input.int", "hit rate"),
        ("OSL [tok]; rps needs it", "Quote_OSL", deck.workload.osl, "input.int", "dataset"),
        ("Customer's turns", "Quote_Turns", deck.workload.turns, "input.text", "cache"),
        ("First token within [s]", "Quote_TTFT", None, "input.num", "blank: no limit"),
    )
    for row, (label, name, value, style, note) in enumerate(entries, start=6):
        page.tall(row, 27 if name == "Quote_Curve" else 20)
        page.put(f"B{row}", label, "label")
        _write_input(page, f"D{row}:G{row}" if name == "Quote_Curve" else f"D{row}", value, style, name)
        page.put(f"E{row}", note, "note.text") if note else None
    # What bears on speed only with caching or speculation on, or on a curve measured cold.
    for row, name in enumerate(("Quote_Hit_Rate", "Quote_Dataset_Kind", "Quote_Cache"), start=9):
        _write_input(page, f"F{row}:G{row}", None, "input.num" if name == "Quote_Hit_Rate" else "input.text", name)


def _write_planning(page: Page) -> None:
    page.put("H5", "Plan and price", "section")
    entries = (
        ("Planned utilisation", "Quote_Util", DEFAULT_UTIL, "input.share", None, "of measured throughput"),
        ("GPUs per pod", "Quote_GPUs_per_Pod", None, "input.int", "calc.int", "blank: curve's"),
        ("$/GPU-hour", "Quote_USD_per_GPU_Hour", None, "input.price", "calc.price", "blank: curve's"),
        ("Price date and source", "Quote_Price_Source", None, "input.typed", None, None),
        ("Hours per month", "Quote_Hours", HOURS_PER_MONTH, "input.num", None, "h/month, assumed"),
        ("Interpolation", "Quote_Method", DEFAULT_METHOD, "input.text", None, " / ".join(METHODS)),
        (
            "Budget covers",
            "Quote_Confidence",
            DEFAULT_CONFIDENCE,
            "input.share",
            None,
            "90, 95 or 99 % of public curves",
        ),
    )
    for row, (label, name, value, style, used, note) in enumerate(entries, start=6):
        page.put(f"H{row}", label, "label")
        _write_input(page, f"J{row}:K{row}" if style == "input.typed" else f"J{row}", value, style, name)
        page.put(f"{'L' if used else 'K'}{row}", note, "note.text") if note else None
    page.put("L9", f'=IF(Quote_Price_Unsourced=1,"{PRICE_CHANGED}","")', "note.text")
    alarm(page, "L9", "Quote_Price_Unsourced=1")
    gpus, usd = of_curve("Curve_GPUs_per_Pod", "Picked_Place"), of_curve("Curve_USD_per_GPU_Hour", "Picked_Place")
    page.put("K7", f'=IF(Quote_GPUs_per_Pod="",{gpus},Quote_GPUs_per_Pod)', "calc.int")
    assumed = f'IF({usd}="",USD_Assumed,{usd})'
    page.put("K8", f'=IF(Quote_USD_per_GPU_Hour="",{assumed},Quote_USD_per_GPU_Hour)', "calc.price")
    page.named("Quote_GPUs_Used", "K7")
    page.named("Quote_USD_Used", "K8")


def _write_basis(page: Page) -> None:
    page.put("M5", "What it rests on", "section")
    usd = of_curve("Curve_USD_per_GPU_Hour", "Picked_Place")
    source = of_curve("Curve_Price_Source", "Picked_Place")
    named = f'IF({{0}}="","{NO_SOURCE}",{{0}})'
    price = (
        f'=IF(Quote_USD_per_GPU_Hour<>"",{named.format("Quote_Price_Source")},'
        f'IF({usd}="","assumed: no price was given",{named.format(source)}))'
    )
    tpm = (
        "=IF(Quote_Unit=Word_TPM,Quote_Demand,IF(Quote_Unit=Word_RPS,"
        "SIZING_TPM(Quote_Demand,Word_RPS,Quote_OSL),SIZING_TPM(Quote_Demand,IF(Quote_Unit=Word_Tok_s,Word_Tok_s,Quote_Unit))))"
    )
    entries = (
        ("GPU type", f"={of_curve('Curve_GPU_Type', 'Picked_Place')}", "label.text", None),
        ("Curve from", f"={of_curve('Curve_Source', 'Picked_Place')}", "label.text", None),
        ("Price from", price, "label.text", "Quote_Price_Rests_On"),
        ("tok/min", tpm, "label.int left", "Quote_TPM"),
        ("$ at 730 h", f"={even_month('Quote_USD_Used')}", "label.price left", "Quote_USD_Even_Month"),
        ("pod tok/s", THROUGHPUT, "label.text", "Quote_Throughput"),
        (
            '=IF(Quote_Unclaimed="","","no budget:")',
            f"={unclaimed('Picked_Context', 'Picked_Place')}",
            "label.text",
            "Quote_Unclaimed",
        ),
    )
    for row, (label, formula, style, name) in enumerate(entries, start=6):
        page.put(f"M{row}", label, "label")
        page.put(f"N{row}", formula, style)
        if name:
            page.named(name, f"N{row}")


def _write_rules(page: Page) -> None:
    above_0 = {"type": "decimal", "operator": "greaterThan", "formula1": "0"}
    inputs(page, "A number above 0", "D7", **above_0)
    hours = {"type": "decimal", "formula1": "0.000001", "formula2": str(MOST_HOURS_PER_MONTH)}
    inputs(page, f"Hours of one month: above 0, at most {MOST_HOURS_PER_MONTH}", "J10", **hours)
    inputs(page, "A number above 0, or blank where it is not known", "D9:D10", **above_0)
    inputs(page, "A number above 0, or blank for the curve's own price", "J8", **above_0)
    inputs(page, "One of the names on sheet Curves", "D6", type="list", formula1="Curve_Names")
    inputs(page, "One of the list", "D8", type="list", formula1=f'"{",".join(THROUGHPUT_UNITS)}"')
    for cell, choices in (("D11", TURNS), ("F10", DATASET_KINDS), ("F11", CACHE_STATES)):
        inputs(page, f"{' or '.join(choices)}, or blank", cell, type="list", formula1=f'"{",".join(choices)}"')
    hits = "Share of the input tokens that a prefix cache serves, 0 to 1 (0: prompts share nothing), or blank"
    inputs(page, hits, "F9", type="decimal", formula1="0", formula2="1")
    inputs(page, "One of the list", "J11", type="list", formula1=f'"{",".join(METHODS)}"')
    inputs(page, "90 %, 95 % or 99 %", "J12", type="decimal", formula1="0.9", formula2="0.99")
    inputs(page, "Seconds above 0, or blank for no limit; the curve needs its TTFT", "D12", **above_0)
    inputs(page, "A share above 0 %, at most 100 %", "J6", type="decimal", formula1="0.000001", formula2="1")
    whole = {"type": "whole", "operator": "greaterThanOrEqual", "formula1": "1"}
    inputs(page, "A whole number, at least 1, or blank for the curve's own", "J7", **whole)
    short = {"type": "textLength", "operator": "lessThanOrEqual", "formula1": "120"}
    inputs(page, "The day in the form 2026-03-31: no curve may be measured later", "I2", **short)
    inputs(page, "Text, at most 120 characters", "C2", "N2", "J9", f"C{SLA_ROWS[0]}:C{SLA_ROWS[-1]}", **short)
    inputs(page, "A number above 0, or blank", f"B{SLA_ROWS[0]}:B{SLA_ROWS[-1]}", **above_0)


def _write_table(page: Page) -> None:
    head, first, last = SLA_ROWS[0] - 1, SLA_ROWS[0], SLA_ROWS[-1]
    page.put(f"B{head - 1}", "Alternatives by interactivity SLA", "section")
    for column, text in {"B": "SLA, tok/s/user", "C": "name", "L": "basis", "M": "rigor"}.items():
        page.put(f"{column}{head}", text, "head")
    page.tall(head, 42)
    for column, heading, _, name, _, _ in RESULTS:
        page.put(f"{column}{head}", heading, "head")
        page.named(name, f"{column}{first}:{column}{last}")
    page.tall(head - 1, 22)
    for place, row in enumerate(SLA_ROWS):
        page.tall(row, 27)
        page.put(f"B{row}", _EXAMPLE_SLAS[place] if place < len(_EXAMPLE_SLAS) else None, "input.num")
        page.put(f"C{row}", None, "input.typed")
        _write_row(page, row)
    for column, name in {"B": "Quote_SLA", "C": "Quote_SLA_Name", "L": "Quote_Regime", "M": "Quote_Rigor"}.items():
        page.named(name, f"{column}{first}:{column}{last}")


def _write_row(page: Page, row: int) -> None:
    """Write the formulas of one SLA.

    Nothing here catches an error. A blank SLA and one that cannot be met are told apart beforehand, by a test of the
    SLA and of the regime; whatever else is wrong stays a true error in every cell that rests on it.
    """
    refused = f"IF(Quote_Refused>0,NA(),SIZING_REGIME(Picked_Anchors,$B{row},{_MODE}))"
    page.put(f"L{row}", f'=IF($B{row}="","",{refused})', "calc.text")
    for column, _, style, name, _, formula in RESULTS:
        unmet = {"D": "Word_Unmet", "N": _UNMET_REMARK}.get(column, '""')
        met = formula.format(row=row)
        if "USD" in name:  # a wrong price leaves the GPUs standing
            met = f"IF(Quote_Price_Failed>0,NA(),{met})"
        page.put(f"{column}{row}", f'=IF($L{row}="","",IF($L{row}=Word_Infeasible,{unmet},{met}))', style)
    page.put(
        f"M{row}",
        f'=IF($L{row}="","",IF($L{row}=Word_Infeasible,"",IF(LEFT($P{row},LEN(Word_Verdict))=Word_Verdict,Word_Verdict,'
        "Word_Draft)))",
        "calc.text",
    )


_CAUTION: Final = of_curve("Curve_Caution", "Picked_Place")
_CAUTIONED: Final = f'IF({_CAUTION}="","",Word_Draft&": "&{_CAUTION}&"; without that: ")'


def _write_reasons(page: Page) -> None:
    """Write what each row rests on and its next step, right of the printed page."""
    head, first, last = SLA_ROWS[0] - 1, SLA_ROWS[0], SLA_ROWS[-1]
    for column, text in {
        "P": "rigor, with its reasons",
        "Q": "next lever",
        "R": "GPUs apart",
        "S": "SLA, if met",
    }.items():
        page.put(f"{column}{head}", text, "head")
    for row in SLA_ROWS:
        rigor = f"SIZING_RIGOR(Picked_Anchors,$B{row},Picked_Context,Quote_TTFT)"
        unsourced = f'IF(Quote_Price_Unsourced=1,Word_Draft&": {PRICE_CHANGED}; without that: ","")'
        page.put(f"P{row}", f'=IF($L{row}="","",{unsourced}&{_CAUTIONED}&{rigor})', "label.text")
        lever = f"IF(Quote_Price_Failed>0,NA(),SIZING_NEXT_LEVER({_COSTED.format(row=row)}))"
        page.put(f"Q{row}", f'=IF($L{row}="","",{lever})', "label.text")
        apart = f"IF(ISNUMBER($D{row})*ISNUMBER($G{row})=1,$D{row}-$G{row},0)"
        page.put(f"R{row}", f'=IF($B{row}="","",{apart})', "calc.int")
        page.put(f"S{row}", f'=IF(ISNUMBER($D{row}),$B{row},"")', "calc.num")
    for column, name in {
        "P": "Quote_Rigor_Reasons",
        "Q": "Quote_Next_Lever",
        "R": "Quote_Apart",
        "S": "Quote_Met_SLA",
    }.items():
        page.named(name, f"{column}{first}:{column}{last}")


def _write_footer(page: Page) -> None:
    row = SLA_ROWS[-1] + 1
    condition = f'IF({no_throughput("Picked_Place")},", {IF_PRODUCT}","")'
    claim = sentence(
        f"Budget: {CLAIM}", on='"On public sweeps"', covered="INT(100*Quote_Confidence+0.5)", condition=condition
    )
    words = sentence(f"{THREE_FIGURES} Each row's reasons and next lever stand at the right, in columns P and Q.")
    unclaimed = f'SUMPRODUCT(ISNUMBER(SEARCH("{NO_CLAIM}",Quote_Table_Remark))*1)>={_MET}'
    claim = f'IF(OR(ISNUMBER(Quote_Confidence)=FALSE,Quote_Confidence>1,Quote_Unclaimed<>"",{unclaimed}),"{NO_BUDGET}",{claim})'
    for line, text in enumerate((words, claim), start=row):
        across(page, f"B{line}:N{line}", f"={text}", "label.wrap")
        page.tall(line, 30)
    row += 1
    widest = "MATCH(MAX(Quote_Apart),Quote_Apart,0)"
    at = f'"at "&INDEX(Quote_SLA,{widest})&" tok/s/user: "'
    for line, (label, name) in enumerate(
        {"Next lever": "Quote_Next_Lever", "Why a DRAFT": "Quote_Rigor_Reasons"}.items(), start=row + 1
    ):
        page.put(f"B{line}", label, "strong.wrap")
        across(page, f"C{line}:N{line}", f'=IF(COUNT(Quote_Apart)=0,"",{at}&INDEX({name},{widest}))', "label.wrap")
        page.tall(line, 44)
    top, bottom = _TABLE_TOP, _TABLE_TOP + SLAS
    page.put(f"B{top - 1}", "The same from one formula, SIZING_TABLE over all SLAs", "section")
    cells = f"B{top}:{letter(1 + len(TABLE_STYLES))}{bottom}"
    slas = _COSTED.replace("$B{row}", "Quote_SLA")
    # Not dynamic: where there is no table, all of Quote_Table must show why, not its first cell alone.
    page.array(
        cells,
        f'=IF(COUNTA(Quote_SLA)=0,"",IF(Quote_Refused+Quote_Price_Failed>0,NA(),SIZING_TABLE({slas})))',
        TABLE_STYLES,
    )
    page.named("Quote_Table", cells)


def _write_colours(page: Page) -> None:
    first, last = SLA_ROWS[0], SLA_ROWS[-1]
    alarm(page, f"B{first}:N{last}", f'IF(ISERROR($L{first}),$B{first}<>"",$L{first}=Word_Infeasible)')
    alarm(page, "B3:O3", "Quote_Failed>0")
    key = {"font": SchemaFont(bold=True), "fill": PatternFill("solid", bgColor=f"FF{GREY}")}
    for column, word in {"D": "Word_Commit", "E": "Word_Budget"}.items():
        bold = FormulaRule(formula=[f"IF(ISERROR($H{first}),FALSE,$H{first}={word})"], **key)
        page.sheet.conditional_formatting.add(f"{column}{first}:{column}{last}", bold)
    unsure, fine = f"{_DRAFTS}+{_UNMET}>0", f"M{first}=Word_Verdict"
    for cells, condition, colour in (("B3:O3", unsure, AMBER), (f"M{first}:M{last}", fine, GOOD)):
        fill = PatternFill("solid", bgColor=f"FF{colour}")
        page.sheet.conditional_formatting.add(cells, FormulaRule(formula=[condition], fill=fill))
