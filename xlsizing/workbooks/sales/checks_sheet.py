"""Sheet Checks: a sentence for every block of inputs, "OK" or what is wrong, and how many are wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xlsizing.context import FACTS
from xlsizing.rules import MOST_HOURS_PER_MONTH
from xlsizing.workbooks.customer import LEVEL_CELLS, METHOD_WORDS, constants, known_method, no_source, plain_source
from xlsizing.workbooks.sales.context_sheet import label_cell, value_cell
from xlsizing.workbooks.sales.curves_sheet import fact_cell
from xlsizing.workbooks.sales.deck import Deck
from xlsizing.workbooks.sales.layout import alarm, anchors_of, column_of, of_curve
from xlsizing.workbooks.sales.levers_sheet import LEVER_ROWS
from xlsizing.workbooks.sales.quote_sheet import SLA_ROWS
from xlsizing.workbooks.sales.workload import (
    BEYOND_SHAPE,
    TOKENS,
    measured_tokens,
    same_beyond,
    same_tokens,
    same_turns,
)
from xlsizing.workbooks.writer import Page

__all__ = ["checks_sheet"]

_FIRST: Final = 6
_OK: Final = "OK"
_GOOD: Final = "Example_Anchors,Example_SLA"  # a curve and an SLA that are never refused
_NO_CURVE: Final = "must be one of the names on sheet Curves, which only one curve has"

_CONSTANTS: Final = (
    "Tolerance", "Tokens_Off", "Hit_Rate_Off", "Most_Changes", "Eta_Suspicious", "Hours_Assumed", "Most_Hours", "USD_Assumed", "Word_Infeasible", "Word_Unmet", "Word_Check", "Word_TPM",
    "Word_Tok_s", "Word_RPS", "Word_Verdict", "Word_Draft", "Word_Commit",
    "Word_Budget", "Word_None", "Word_Measure_First", *LEVEL_CELLS.values(), *METHOD_WORDS,
)  # fmt: skip

_Check = tuple[str, str]
"""What is checked, and the formula of its sentence, without "="."""


def checks_sheet(page: Page, deck: Deck) -> None:
    """Write the checks by block, their sums, and the constants that formulas of other sheets take.

    Parameters
    ----------
    page : Page
        The sheet
    deck : Deck
        The curves of the workbook
    """
    page.put("B1", "Checks: what would make a figure wrong", "title")
    page.put(
        "B2",
        "A figure that rests on a wrong input is a true error (#VALUE!, #NUM!, #N/A), so that sums break in sight; the sentence "
        "here says why.",
        "note",
    )
    for column, head in zip("BCDE", ("check", "what the functions say", "status", "counts"), strict=True):
        page.put(f"{column}{_FIRST - 1}", head, "head")
    row, ends = _FIRST, {}
    for block, checks in _blocks(deck).items():
        ends[block] = row, row + len(checks) - 1
        for check in checks:
            _write_check(page, row, *check)
            row += 1
    _write_totals(page, ends, row + 1, deck)
    page.put("G4", "Constants and words of the formulas", "section")
    constants(page, _FIRST, "G", _CONSTANTS)
    page.widths(A=1.5, B=52, C=104, D=18, E=8, F=3, G=18, H=24, I=52)
    page.sheet.freeze_panes = f"A{_FIRST}"
    page.printed(repeat=f"{_FIRST - 1}:{_FIRST - 1}")
    page.sheet.print_area = f"A1:E{row + 12}"
    alarm(page, f"B{_FIRST}:E{row - 1}", f"$E{_FIRST}=1")


def _blocks(deck: Deck) -> dict[str, list[_Check]]:
    """Return the checks; the block "refused" is part of the quote, "refused pair" of the comparison."""
    return {
        "curves": [*_standings(deck), *_curve_facts(deck)],
        "quote": _quote_checks(),
        "price": _price_checks(),
        "refused": [_picked_check(), *_context_checks("Picked_Context", "Picked_Place", "Quote_GPUs_Used", "quote")],
        "rows": _row_checks(),
        "compare": _compare_checks(),
        "refused pair": _refused_pair(),
        "levers": _lever_checks(),
    }


def _write_check(page: Page, row: int, words: str, sentence: str) -> None:
    page.put(f"B{row}", f"={words}" if words.startswith('"') else words, "calc.text")
    page.put(f"C{row}", f"={sentence}", "calc.text")
    page.put(f"E{row}", f'=IF(ISERROR(C{row}),1,IF(OR(C{row}="",C{row}="{_OK}"),0,1))', "calc.int")
    page.put(f"D{row}", f'=IF(E{row}=1,Word_Check,IF(C{row}="","nothing to check","ok"))', "calc.text")


def _standings(deck: Deck) -> list[_Check]:
    return [
        (f'"Anchors of "&INDEX(Curve_Names,{curve})', f'IF(COUNTA(Curve_{curve})=0,"",SIZING_CHECK(Curve_{curve}))')
        for curve in deck.places
    ]


def _curve_facts(deck: Deck) -> Iterator[_Check]:
    for curve in deck.places:
        check = f"SIZING_CHECK({_GOOD},Example_TPM,Curves!{fact_cell('gpus_per_pod', curve)})"
        yield f'"GPUs per pod of "&INDEX(Curve_Names,{curve})', f'IF(COUNTA(Curve_{curve})=0,"",{check})'
    for curve in deck.places:
        usd = f"Curves!{fact_cell('usd', curve)}"
        yield f'"Price of "&INDEX(Curve_Names,{curve})', _unless_blank(usd, _number_check(usd, "price"))
    twice = "SUMPRODUCT((Curve_Names=INDEX(Curve_Names,{0}))*1)"
    same = "+".join(f"({twice.format(curve)}>1)" for curve in deck.places)
    yield (
        "Names of the curves",
        f'IFERROR(IF({same}>0,"each curve must have a name of its own","{_OK}"),"a name must not be an error value")',
    )


def _number_check(cell: str, what: str) -> str:
    """Return the formula of what the functions say of the number in `cell`, under the name `what`."""
    return f'SUBSTITUTE(SIZING_CHECK({_GOOD},{cell}),"tpm","{what}")'


def _unless_blank(cell: str, said: str, blank: str = '""') -> str:
    """Return the formula of `said`, or of `blank` where `cell` is blank; an error in it is no blank."""
    return f'IF(ISERROR({cell}),{said},IF({cell}="",{blank},{said}))'


def _once_picked(place: str, sentence: str) -> str:
    """Return the formula of a `sentence` about a curve that the quote or the comparison has found."""
    return f'IF(ISERROR({place}),"",{sentence})'


def _of_picked(said: str, place: str = "Picked_Place") -> str:
    return _once_picked(place, f"INDEX({said},{place})")


def _ok_where(condition: str, words: str) -> str:
    """Return the formula of "OK" where `condition` holds, else of `words`; an error value does not hold."""
    return f'IFERROR(IF({condition},"{_OK}","{words}"),"{words}")'


def _quote_checks() -> list[_Check]:
    sized = f"SIZING_CHECK({_GOOD},Example_TPM"
    osl = "output tokens per request must be a number above 0 where the unit is rps"
    curve_gpus = _of_picked("Curve_GPUs_Said")
    return [
        ("Quote: demand", f"SIZING_CHECK({_GOOD},Quote_Demand)"),
        ("Quote: unit of the demand", _ok_where(
            "OR(Quote_Unit=Word_TPM,Quote_Unit=Word_Tok_s,Quote_Unit=Word_RPS)", "unit must be one of the list")),
        ("Quote: output tokens per request", _ok_where(
            "IF(Quote_Unit=Word_RPS,IF(ISNUMBER(Quote_OSL),Quote_OSL>0,FALSE),TRUE)", osl)),
        ("Quote: customer's ISL", _unless_blank("Quote_ISL", _number_check("Quote_ISL", "ISL"))),
        ("Quote: customer's OSL", _unless_blank("Quote_OSL", _number_check("Quote_OSL", "OSL"))),
        ("Quote: first token", _unless_blank("Quote_TTFT", f"IF(ISNUMBER(Quote_TTFT),{_waits_known()},{_number_check('Quote_TTFT', 'first token')})")),
        ("Quote: planned utilisation", f"{sized},Example_GPUs,Quote_Util)"),
        ("Quote: GPUs per pod", _unless_blank("Quote_GPUs_per_Pod", f"{sized},Quote_GPUs_per_Pod)", curve_gpus)),
        ("Quote: interpolation", _ok_where(  # the functions tell capitals from small letters, "=" does not
            known_method("Quote_Method", exact=True), "interpolation must be one of the list")),
        ("Quote: budget", _ok_where(
            f"OR({','.join(f'Quote_Confidence={cell}' for cell in LEVEL_CELLS.values())})",
            "the budget must cover 90 %, 95 % or 99 %")),
        ("Quote: SLAs", _ok_where("COUNTA(Quote_SLA)>0", "at least one SLA must be given")),
    ]  # fmt: skip


def _waits_known() -> str:
    """Return the formula of what stands against a limit on the first token: a number, or a curve that does not tell it."""
    told = f"COUNT({column_of('Picked_Place', 4)})=COUNT({column_of('Picked_Place', 1)})"
    untold = "a limit on the first token needs the TTFT of the curve at every point"
    said = f'IF({told},{_number_check("Quote_TTFT", "first token")},"{untold}")'
    return _once_picked("Picked_Place", said)


def _price_checks() -> list[_Check]:
    own = _number_check("Quote_USD_per_GPU_Hour", "price")
    words = "date and source of the price must be text"
    hours = _number_check("Quote_Hours", "hours per month")
    too_many = f"hours per month must be at most {MOST_HOURS_PER_MONTH}, the hours of 31 days"
    return [
        ("Quote: price", _unless_blank("Quote_USD_per_GPU_Hour", own, _of_picked("Curve_Price_Said"))),
        ("Quote: price from", _once_picked("Picked_Place", _ok_where("NOT(ISERROR(Quote_Price_Rests_On))", words))),
        (
            "Quote: hours per month",
            f'IF(ISNUMBER(Quote_Hours),IF(Quote_Hours>Most_Hours,"{too_many}",{hours}),{hours})',
        ),
    ]


def _picked_check() -> _Check:
    # Of the curve where it stands: the copy beside it makes a plain number of a date.
    return "Quote: curve", f'IF(ISERROR(Picked_Place),"{_NO_CURVE}",SIZING_CHECK({anchors_of("Picked_Place")}))'


def _context_checks(block: str, place: str, gpus: str, what: str) -> list[_Check]:
    """Return the checks of a context that leave no figure standing: unreadable, another workload, another size of pod."""
    name = f"{what[0].upper()}{what[1:]}"
    readable = _ok_where(
        f"NOT(ISERROR({label_cell(block)}))", "a value is not of its kind: see column not readable on sheet Context"
    )
    checks = {
        "context of the curve": readable,
        "customer's ISL against the curve's": same_tokens(_tokens_formula("ISL", block), "Quote_ISL"),
        "customer's OSL against the curve's": same_tokens(_tokens_formula("OSL", block), "Quote_OSL"),
        "customer's turns against the curve's": same_turns(value_cell(block, "turns"), "Quote_Turns"),
        **{
            f"customer's {FACTS[field].label.lower()} against the curve's": same_beyond(
                field, lambda name: value_cell(block, name), asked
            )
            for field, asked in BEYOND_SHAPE.items()
        },
        "GPUs per pod against the context": _sizes(block, gpus),
    }
    return [(f"{name}: {words}", _once_picked(place, sentence)) for words, sentence in checks.items()]


def _tokens_formula(kind: str, block: str) -> str:
    return measured_tokens(kind, lambda field: value_cell(block, field))


def _sizes(block: str, gpus: str) -> str:
    """Return the formula of whether the `gpus` of a pod are those that its context states, by the package's rule."""
    sizes = [value_cell(block, name) for name in ("tp", "pp", "dp_in_pod")]
    sides = [value_cell(block, name) for name in ("prefill_gpus", "decode_gpus")]
    some, both = f"COUNT({','.join(sizes)})", f"COUNT({','.join(sides)})"
    # Never PRODUCT or SUM over INDEX: a blank among them is a text to engines that take its value, not the cell.
    product = "*".join(f"IF(ISNUMBER({cell}),{cell},1)" for cell in sizes)
    total = "+".join(f"IF(ISNUMBER({cell}),{cell},0)" for cell in sides)
    fits = f"IF({some}=3,{gpus}={product},INT({gpus}/({product}))*{product}={gpus})"
    held = f"IF({both}=2,{gpus}={total},{gpus}>{total})"
    words = f'"GPUs per pod must be TP x PP x DP inside the pod of the context, "&{product}&", not "&{gpus}'
    apart = f'"GPUs per pod must be prefill + decode GPUs of the context, "&({total})&", not "&{gpus}'
    one = f'IF({some}=0,"",IF({fits},"{_OK}",{words}))'
    return f'IF(ISNUMBER({gpus}),IF({both}=0,{one},IF({held},"{_OK}",{apart})),"")'


def _once_inputs_pass(sentence: str) -> str:
    """Return the formula of a `sentence` that would only repeat what is wrong with an input of the quote."""
    return f'IF(Quote_Inputs_Failed>0,"",{sentence})'


def _row_checks() -> list[_Check]:
    checks = []
    for place, row in enumerate(SLA_ROWS, start=1):
        sized = f"SIZING_CHECK(Picked_Anchors,Quote!$B{row},Quote_TPM,Quote_GPUs_Used,Quote_Util)"
        # Asked only where a cell of the row is an error: what no point meets is an answer, not a fault.
        wrong = f"ISERROR(SUM(Quote!$B{row}:$R{row}))"
        said = f'IF({sized}="{_OK}","a figure of this row is an error value",{sized})'
        given = f'IF({wrong},{said},IF(Quote!$B{row}="","","{_OK}"))'
        checks.append((f"Quote: SLA {place}", _once_inputs_pass(f'IF(Quote_Refused>0,"",{given})')))
    return checks


def _compare_checks() -> list[_Check]:
    places = {side: f"Compare_Place_{side}" for side in "AB"}
    return [
        (f"Compare: curve {side}", f'IF(ISERROR({place}),"{_NO_CURVE}",SIZING_CHECK({anchors_of(place)}))')
        for side, place in places.items()
    ]


def _refused_pair() -> list[_Check]:
    checks = []
    for side in "AB":
        block, gpus = f"Compare_Context_{side}", f"Compare_GPUs_per_Pod_{side}"
        place = f"Compare_Place_{side}"
        checks += _context_checks(block, place, gpus, f"compare {side}")
        checks.append((f"Compare {side}: GPUs per pod", _of_picked("Curve_GPUs_Said", place)))
        checks.append((f"Compare {side}: price", _of_picked("Curve_Price_Said", place)))
    both = "Compare_Place_A+Compare_Place_B"
    for kind in TOKENS:
        a, b = (_tokens_formula(kind, f"Compare_Context_{side}") for side in "AB")
        checks.append((f"Compare: {kind} of A against B", _once_picked(both, same_tokens(a, b))))
    for field in BEYOND_SHAPE:
        beyond = same_beyond(
            field, lambda name: value_cell("Compare_Context_A", name), value_cell("Compare_Context_B", field)
        )
        checks.append((f"Compare: {FACTS[field].label.lower()} of A against B", _once_picked(both, beyond)))
    a, b = (value_cell(f"Compare_Context_{side}", "turns") for side in "AB")
    return [*checks, ("Compare: turns of A against B", _once_picked(both, same_turns(a, b)))]


def _lever_checks() -> list[_Check]:
    checks = []
    for row in LEVER_ROWS:
        before, after = (
            f"SIZING_CHECK({anchors_of(f'Levers!$P{row}')},Levers!$E{row},Quote_TPM,Levers!$M{row},Quote_Util)",
            f"SIZING_CHECK({anchors_of(f'Levers!$Q{row}')},Levers!$E{row},Quote_TPM,Levers!$N{row},Quote_Util)",
        )
        effort = _ok_where(
            f'IF(Levers!$F{row}="",TRUE,IF(ISNUMBER(Levers!$F{row}),Levers!$F{row}>0,FALSE))', "effort must be above 0"
        )
        sides = f'IF({before}="{_OK}",IF({after}="{_OK}",{effort},"optimised: "&{after}),"baseline: "&{before})'
        pair = f'IF(Levers!$S{row}="",{sides},Levers!$S{row})'
        place = f'IF(OR(ISERROR(Levers!$P{row}),ISERROR(Levers!$Q{row})),"both curves {_NO_CURVE}",{pair})'
        checks.append((f"Levers: row {row}", _once_inputs_pass(f'IF(Levers!$R{row}=0,"",{place})')))
    pods = _ok_where(
        "NOT(ISERROR(Audit_Verdict))", "claimed pods must be a whole number of at least 1, on a curve that is usable"
    )
    size = _ok_where(
        "IF(ISERROR(TP_Size),ISNA(TP_Size),TRUE)",
        "parameters, dtype, size in use and memory must be as their help says",
    )
    return [
        *checks,
        ("Levers: audit", _once_inputs_pass(f'IF(ISERROR(Audit_Place),"the curve {_NO_CURVE}",{pods})')),
        ("Levers: right-size", size),
    ]


def _write_totals(page: Page, ends: dict[str, tuple[int, int]], row: int, deck: Deck) -> None:
    first, last = _FIRST, ends["levers"][1]
    page.named("Check_What", f"B{first}:B{last}")
    page.named("Check_Sentence", f"C{first}:C{last}")
    page.named("Check_Flag", f"E{first}:E{last}")
    for block, name in enumerate(("Curve_Standing", "Curve_GPUs_Said", "Curve_Price_Said")):
        top = ends["curves"][0] + deck.blocks * block
        page.named(name, f"C{top}:C{top + deck.blocks - 1}")
    found = "INDEX(Check_Sentence,MATCH(1,Check_Flag,0))"
    silent = '"no answer from Python: enable macros, then run xlsizing doctor on this file"'
    totals = (
        ("Checks failed", "Checks_Failed", "=SUM(Check_Flag)"),
        ("Checks of the quote failed", "Quote_Failed", _sum(ends, "curves", "quote", "price", "refused", "rows")),
        ("Checks of the quote's inputs failed", "Quote_Inputs_Failed", _sum(ends, "quote", "price")),
        ("Checks of the price failed: no dollars", "Quote_Price_Failed", _sum(ends, "price")),
        ("Checks that leave no figure of the quote standing", "Quote_Refused", _sum(ends, "quote", "refused")),
        ("Checks of the comparison failed", "Compare_Failed", _sum(ends, "compare", "refused pair")),
        ("Checks that leave no figure of the comparison standing", "Compare_Refused", _sum(ends, "quote", "refused pair")),
        ("Checks of sheet Levers failed", "Levers_Failed", _sum(ends, "levers")),
        ("Source of the price without its punctuation", "Quote_Source_Plain",
         f'=IFERROR({plain_source(f"({_PRICE_SOURCE})")},"")'),
        ("1: price changed, no source: rows stay DRAFT", "Quote_Price_Unsourced", f"={_unsourced_price()}"),
        ("First failure", "First_Failure",
         f'=IF(Checks_Failed=0,"",INDEX(Check_What,MATCH(1,Check_Flag,0))&": "&IF(ISERROR({found}),{silent},{found}))'),
    )  # fmt: skip
    for at, (words, name, formula) in enumerate(totals, start=row):
        page.put(f"B{at}", words, "strong")
        page.put(f"C{at}", formula, "key.text")
        page.named(name, f"C{at}")


_OWN: Final = "Quote_USD_per_GPU_Hour"
_CURVES_USD, _CURVES_SOURCE, _HAD_USD, _HAD_SOURCE = (
    of_curve(name, "Picked_Place")
    for name in ("Curve_USD_per_GPU_Hour", "Curve_Price_Source", "Delivered_USD_per_GPU_Hour", "Delivered_Price_Source")
)
_PRICE_SOURCE: Final = f'IF({_OWN}<>"",Quote_Price_Source,{_CURVES_SOURCE})'


def _unsourced_price() -> str:
    """Return the formula of 1 where a price stands beside the source of another, or beside none.

    The quote's own price is another one unless it is the curve's; that of a curve, unless it is the delivered one.
    """
    nothing = no_source("Quote_Source_Plain")
    own = f'IF({_OWN}={_CURVES_USD},0,IF(OR(Quote_Price_Source&""={_CURVES_SOURCE}&"",{nothing}),1,0))'
    changed = f'AND({_CURVES_SOURCE}&""={_HAD_SOURCE}&"",{_CURVES_USD}<>{_HAD_USD})'
    of_the_curve = f'IF({_CURVES_USD}="",0,IF(OR({changed},{nothing}),1,0))'
    return f'IFERROR(IF({_OWN}<>"",{own},{of_the_curve}),1)'


def _sum(ends: dict[str, tuple[int, int]], *blocks: str) -> str:
    return f"=SUM({','.join(f'E{ends[block][0]}:E{ends[block][1]}' for block in blocks)})"
