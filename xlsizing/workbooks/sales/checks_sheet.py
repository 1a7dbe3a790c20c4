"""Sheet Checks: a sentence for every block of inputs, "OK" or what is wrong, and how many are wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill

from xlsizing.reports.tables import WORKLOAD_MISMATCH
from xlsizing.workbooks.page import Page
from xlsizing.workbooks.sales.context_sheet import value_cell
from xlsizing.workbooks.sales.layout import CURVES, chosen
from xlsizing.workbooks.sales.levers_sheet import LEVER_ROWS
from xlsizing.workbooks.sales.quote_sheet import SLA_ROWS
from xlsizing.workbooks.settings import constants
from xlsizing.workbooks.styles import BAD

__all__ = ["checks_sheet"]

_FIRST: Final = 6
_OK: Final = "OK"
_GOOD: Final = "Example_Anchors,Example_SLA"  # a curve and an SLA that are never refused
_NO_CURVE: Final = "must be one of the names on sheet Curves, which only one curve has"

_CONSTANTS: Final = (
    "Tolerance", "Tokens_Off", "Hours_Assumed", "USD_Assumed", "Word_Infeasible", "Word_Unmet", "Word_Check", "Word_TPM",
    "Word_Tok_s", "Word_RPS", "Word_Verdict", "Word_Draft", "Word_Log_c", "Word_Tpot",
)  # fmt: skip

_Check = tuple[str, str]
"""What is checked, and the formula of its sentence, without "=" [-]."""


def checks_sheet(page: Page) -> None:
    """Write the checks by block, their sums, and the constants that formulas of other sheets take.

    Parameters
    ----------
    page : Page
        The sheet [-]
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
    for block, checks in _blocks().items():
        ends[block] = row, row + len(checks) - 1
        for check in checks:
            _line(page, row, *check)
            row += 1
    _totals(page, ends, row + 1)
    page.put("G4", "Constants and words of the formulas", "section")
    constants(page, _FIRST, "G", _CONSTANTS)
    page.widths(A=1.5, B=52, C=104, D=18, E=8, F=3, G=18, H=24, I=52)
    page.sheet.freeze_panes = f"A{_FIRST}"
    page.printed(repeat=f"{_FIRST - 1}:{_FIRST - 1}")
    page.sheet.print_area = f"A1:E{row + 9}"
    red = {"font": Font(color="FF9C0006", bold=True), "fill": PatternFill("solid", bgColor=f"FF{BAD}")}
    page.sheet.conditional_formatting.add(f"B{_FIRST}:E{row - 1}", FormulaRule(formula=[f"$E{_FIRST}=1"], **red))


def _blocks() -> dict[str, list[_Check]]:
    """Return the checks; the block "refused" is part of the quote, "refused pair" of the comparison."""
    return {
        "curves": [*_standings(), *_curve_facts()],
        "quote": _quote(),
        "refused": _refused("Picked_Context", "Quote_GPUs_Used", "quote"),
        "rows": _rows(),
        "compare": _compare(),
        "refused pair": _refused_pair(),
        "levers": _levers(),
    }


def _line(page: Page, row: int, words: str, sentence: str) -> None:
    page.put(f"B{row}", f"={words}" if words.startswith('"') else words, "calc.text")
    page.put(f"C{row}", f"={sentence}", "calc.text")
    page.put(f"E{row}", f'=IF(ISERROR(C{row}),1,IF(OR(C{row}="",C{row}="{_OK}"),0,1))', "calc.int")
    page.put(f"D{row}", f'=IF(E{row}=1,Word_Check,IF(C{row}="","nothing to check","ok"))', "calc.text")


def _standings() -> list[_Check]:
    return [
        (f'"Anchors of "&INDEX(Curve_Names,{curve})', f'IF(COUNTA(Curve_{curve})=0,"",SIZING_CHECK(Curve_{curve}))')
        for curve in range(1, CURVES + 1)
    ]


def _curve_facts() -> Iterator[_Check]:
    for curve in range(1, CURVES + 1):
        gpus, usd = (f"INDEX({name},{curve})" for name in ("Curve_GPUs_per_Pod", "Curve_USD_per_GPU_Hour"))
        check = f"SIZING_CHECK({_GOOD},Example_TPM,{gpus})"
        yield f'"GPUs per pod of "&INDEX(Curve_Names,{curve})', f'IF(COUNTA(Curve_{curve})=0,"",{check})'
        yield (
            f'"Price of "&INDEX(Curve_Names,{curve})',
            f'IFERROR(IF({usd}="","",{_above_0(usd, "price")}),{_said("price")})',
        )
    twice = "SUMPRODUCT((Curve_Names=INDEX(Curve_Names,{0}))*1)"
    same = "+".join(f"({twice.format(curve)}>1)" for curve in range(1, CURVES + 1))
    yield (
        "Names of the curves",
        f'IFERROR(IF({same}>0,"each curve must have a name of its own","{_OK}"),{_said("a name")})',
    )


def _said(what: str) -> str:
    return f'"{what} must not be an error value"'


def _above_0(cell: str, what: str) -> str:
    return f'IF(ISNUMBER({cell}),IF({cell}>0,"{_OK}","{what} must be above 0"),"{what} must be a number")'


def _native(condition: str, words: str) -> str:
    """Return the formula of "OK" where `condition` holds, else of `words`; an error value does not hold."""
    return f'IFERROR(IF({condition},"{_OK}","{words}"),"{words}")'


def _quote() -> list[_Check]:
    sized = f"SIZING_CHECK({_GOOD},Example_TPM"
    osl = "output tokens per request must be a number above 0 where the unit is rps"
    return [
        ("Quote: curve", f'IF(ISERROR(Picked_Place),"{_NO_CURVE}",SIZING_CHECK(Picked_Anchors))'),
        ("Quote: demand", f"SIZING_CHECK({_GOOD},Quote_Demand)"),
        ("Quote: unit of the demand", _native(
            "OR(Quote_Unit=Word_TPM,Quote_Unit=Word_Tok_s,Quote_Unit=Word_RPS)", "unit must be one of the list")),
        ("Quote: output tokens per request", _native(
            "IF(Quote_Unit=Word_RPS,IF(ISNUMBER(Quote_OSL),Quote_OSL>0,FALSE),TRUE)", osl)),
        ("Quote: customer's tokens", _native(
            'AND(OR(Quote_ISL="",ISNUMBER(Quote_ISL)),OR(Quote_OSL="",ISNUMBER(Quote_OSL)))',
            "ISL and OSL must be numbers, or blank where they are not known")),
        ("Quote: planned utilisation", f"{sized},Example_GPUs,Quote_Util)"),
        ("Quote: GPUs per pod", f"{sized},Quote_GPUs_Used)"),
        ("Quote: price", f"IFERROR({_above_0('Quote_USD_Used', 'price')},{_said('price')})"),
        ("Quote: hours per month", f"IFERROR({_above_0('Quote_Hours', 'hours per month')},{_said('hours per month')})"),
        ("Quote: interpolation", _native(
            "OR(Quote_Method=Word_Log_c,Quote_Method=Word_Tpot)", "interpolation must be one of the list")),
        ("Quote: context of the curve", _native(
            "NOT(ISERROR(Quote_Label))", "a value is not of its kind: see column not readable on sheet Context")),
        ("Quote: SLAs", _native("COUNTA(Quote_SLA)>0", "at least one SLA must be given")),
    ]  # fmt: skip


def _refused(block: str, gpus: str, what: str) -> list[_Check]:
    """Return the checks of a context that leave no figure standing: another workload, another size of pod."""
    isl, osl = (_measured(block, *names) for names in (("mean_input_tokens", "isl"), ("mean_output_tokens", "osl")))
    name = f"{what[0].upper()}{what[1:]}"
    return [
        (f"{name}: customer's ISL against the curve's", _tokens(isl, "Quote_ISL")),
        (f"{name}: customer's OSL against the curve's", _tokens(osl, "Quote_OSL")),
        (f"{name}: customer's turns against the curve's", _turns(value_cell(block, "turns"), "Quote_Turns")),
        (f"{name}: GPUs per pod against the context", _sizes(block, gpus)),
    ]


def _measured(block: str, mean: str, given: str) -> str:
    """Return the formula of the tokens of a request: the measured mean stands before what was asked for."""
    cells = value_cell(block, mean), value_cell(block, given)
    return f"IF(ISNUMBER({cells[0]}),{cells[0]},{cells[1]})"


def _tokens(measured: str, asked: str) -> str:
    off = f"ABS({measured}-{asked})>Tokens_Off*{asked}*(1+Tolerance)"
    words = f'"{WORKLOAD_MISMATCH}: "&{measured}&" tokens per request measured, "&{asked}&" asked for"'
    return f'IF(ISNUMBER({asked})*ISNUMBER({measured})=1,IF({off},{words},"{_OK}"),"")'


def _turns(measured: str, asked: str) -> str:
    letters = 5  # "single" and "multi" are taken for "single-turn" and "multi-turn"
    same = f"LEFT({measured},{letters})=LEFT({asked},{letters})"
    words = f'"{WORKLOAD_MISMATCH}: "&{measured}&" measured, "&{asked}&" asked for"'
    return f'IF(OR({measured}="",{asked}=""),"",IF({same},"{_OK}",{words}))'


def _sizes(block: str, gpus: str) -> str:
    cells = ",".join(value_cell(block, name) for name in ("tp", "pp", "dp_in_pod"))
    product = f"PRODUCT({cells})"
    fits = f"IF(COUNT({cells})=3,{gpus}={product},INT({gpus}/{product})*{product}={gpus})"
    words = f'"GPUs per pod must be TP x PP x DP inside the pod of the context, "&{product}&", not "&{gpus}'
    return f'IF(ISNUMBER({gpus})*(COUNT({cells})>0)=1,IF({fits},"{_OK}",{words}),"")'


def _once_inputs_pass(sentence: str) -> str:
    """Return the formula of a `sentence` that would only repeat what is wrong with an input of the quote."""
    return f'IF(Quote_Inputs_Failed>0,"",{sentence})'


def _rows() -> list[_Check]:
    checks = []
    for place, row in enumerate(SLA_ROWS, start=1):
        sized = f"SIZING_CHECK(Picked_Anchors,Quote!$B{row},Quote_TPM,Quote_GPUs_Used,Quote_Util)"
        # What no point meets is an answer, not a fault; a row whose basis is an error has one.
        regime = f"Quote!$K{row}"
        answer = f'IF(ISERROR({regime}),{sized},IF({regime}=Word_Infeasible,"{_OK}",{sized}))'
        given = f'IF(ISERROR(Quote!$B{row}),{sized},IF(Quote!$B{row}="","",{answer}))'
        checks.append((f"Quote: SLA {place}", _once_inputs_pass(given)))
    return checks


def _compare() -> list[_Check]:
    checks = []
    for side in "AB":
        place = f"Compare_Place_{side}"
        checks += [
            (f"Compare: curve {side}", f'IF(ISERROR({place}),"{_NO_CURVE}",SIZING_CHECK({chosen(place)}))'),
            (f"Compare: context of {side}", _native(
                f"NOT(ISERROR(Compare_Label_{side}))", "a value is not of its kind: see column not readable on sheet Context")),
        ]  # fmt: skip
    return checks


def _refused_pair() -> list[_Check]:
    checks = []
    for side in "AB":
        block, gpus = f"Compare_Context_{side}", f"Compare_GPUs_per_Pod_{side}"
        checks += _refused(block, gpus, f"compare {side}")
    pairs = (("ISL", "mean_input_tokens", "isl"), ("OSL", "mean_output_tokens", "osl"))
    for label, mean, given in pairs:
        a, b = (_measured(f"Compare_Context_{side}", mean, given) for side in "AB")
        checks.append((f"Compare: {label} of A against B", _tokens(a, b)))
    a, b = (value_cell(f"Compare_Context_{side}", "turns") for side in "AB")
    return [*checks, ("Compare: turns of A against B", _turns(a, b))]


def _levers() -> list[_Check]:
    checks = []
    for row in LEVER_ROWS:
        before, after = (
            f"SIZING_CHECK({chosen(f'Levers!$P{row}')},Levers!$E{row},Quote_TPM,Levers!$M{row},Quote_Util)",
            f"SIZING_CHECK({chosen(f'Levers!$Q{row}')},Levers!$E{row},Quote_TPM,Levers!$N{row},Quote_Util)",
        )
        effort = _native(
            f'IF(Levers!$F{row}="",TRUE,IF(ISNUMBER(Levers!$F{row}),Levers!$F{row}>0,FALSE))', "effort must be above 0"
        )
        sides = f'IF({before}="{_OK}",IF({after}="{_OK}",{effort},"optimised: "&{after}),"baseline: "&{before})'
        place = f'IF(OR(ISERROR(Levers!$P{row}),ISERROR(Levers!$Q{row})),"both curves {_NO_CURVE}",{sides})'
        checks.append((f"Levers: row {row}", _once_inputs_pass(f'IF(Levers!$R{row}=0,"",{place})')))
    pods = _native(
        "NOT(ISERROR(Audit_Verdict))", "claimed pods must be a whole number of at least 1, on a curve that is usable"
    )
    size = _native(
        "IF(ISERROR(TP_Size),ISNA(TP_Size),TRUE)",
        "parameters, dtype, size in use and memory must be as their help says",
    )
    return [
        *checks,
        ("Levers: audit", _once_inputs_pass(f'IF(ISERROR(Audit_Place),"the curve {_NO_CURVE}",{pods})')),
        ("Levers: right-size", size),
    ]


def _totals(page: Page, ends: dict[str, tuple[int, int]], row: int) -> None:
    first, last = _FIRST, ends["levers"][1]
    page.named("Check_What", f"B{first}:B{last}")
    page.named("Check_Sentence", f"C{first}:C{last}")
    page.named("Check_Flag", f"E{first}:E{last}")
    page.named("Curve_Standing", f"C{ends['curves'][0]}:C{ends['curves'][0] + CURVES - 1}")
    found = "INDEX(Check_Sentence,MATCH(1,Check_Flag,0))"
    silent = '"no answer from Python: enable macros, then run xlsizing doctor on this file"'
    totals = (
        ("Checks failed", "Checks_Failed", "=SUM(Check_Flag)"),
        ("Checks of the quote's inputs failed", "Quote_Inputs_Failed", _sum(ends, "quote")),
        ("Checks that leave no figure of the quote standing", "Quote_Refused", _sum(ends, "refused")),
        ("Checks of the comparison failed", "Compare_Failed", _sum(ends, "compare", "refused pair")),
        ("Checks that leave no figure of the comparison standing", "Compare_Refused", _sum(ends, "refused pair")),
        ("First failure", "First_Failure",
         f'=IF(Checks_Failed=0,"",INDEX(Check_What,MATCH(1,Check_Flag,0))&": "&IF(ISERROR({found}),{silent},{found}))'),
    )  # fmt: skip
    for at, (words, name, formula) in enumerate(totals, start=row):
        page.put(f"B{at}", words, "strong")
        page.put(f"C{at}", formula, "key.text")
        page.named(name, f"C{at}")


def _sum(ends: dict[str, tuple[int, int]], *blocks: str) -> str:
    return f"=SUM({','.join(f'E{ends[block][0]}:E{ends[block][1]}' for block in blocks)})"
