"""Sheet Sizing: the one page a customer reads, changes, prints and signs."""

from __future__ import annotations

from typing import Final

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill

from xlsizing.reports.report import Report
from xlsizing.reports.tables import facts
from xlsizing.rules import HOURS_PER_MONTH, METHODS
from xlsizing.workbooks.calc_sheet import calc_cells
from xlsizing.workbooks.names import Layout
from xlsizing.workbooks.page import Page
from xlsizing.workbooks.settings import UNITS
from xlsizing.workbooks.styles import BAD, GOOD

__all__ = ["RESULTS", "sizing_sheet"]

RESULTS: Final = (
    ("D", "gpus_high", "GPUs to commit", "key.int", "Out_GPUs_Commit", 12),
    ("E", "pods", "pods, estimate", "calc.int", "Out_Pods", 12),
    ("F", "gpus", "GPUs, estimate", "calc.int", "Out_GPUs", 9),
    ("G", "gpus_low", "GPUs, low end of range", "calc.int", "Out_GPUs_Low", 10),
    ("H", "usd_high", "$/month to commit", "key.usd", "Out_USD_Month_Commit", 13),
    ("I", "usd", "$/month, estimate", "calc.usd", "Out_USD_Month", 13),
    ("J", "usd_m_high", "$/1M output tok to commit", "calc.usd2", "Out_USD_per_1M_Commit", 11),
    ("K", "usd_m", "$/1M output tok, estimate", "calc.usd2", "Out_USD_per_1M", 11),
    ("M", "c_star", "c*, requests per pod", "calc.two", "Out_Cstar", 10),
    ("N", "flag", "max-num-seqs", "calc.int", "Out_Max_Num_Seqs", 9),
    ("O", "rate", "tok/s/user there", "calc.two", "Out_Rate", 10),
    ("P", "tps", "tok/s per pod", "calc.one", "Out_PodTps", 10),
    ("Q", "load", "load after rounding up", "calc.pct", "Out_Load", 9),
    ("R", "rigor", "rigor", "calc.text", "Out_Rigor", 9),
)
"""Column, step of Calc, heading, style, defined name and width of each result [-]."""

_INPUT_COLUMN: Final = "E"


def sizing_sheet(page: Page, report: Report, layout: Layout) -> None:
    """Write the first page: inputs, table, what it rests on, the next step.

    Parameters
    ----------
    page : Page
        The sheet [-]
    report : Report
        The sizing with the words around it [-]
    layout : Layout
        Where the tables stand [-]
    """
    for row in (*range(5, 17), *layout.sla_rows):
        page.tall(row, 18)
    _top(page, report)
    _inputs(page, report)
    _basis(page, report)
    _table(page, report, layout)
    _below(page, report, layout)
    _colours(page, layout)
    page.widths(A=1.5, B=11, C=13, L=28, S=44, **{column: width for column, _, _, _, _, width in RESULTS})
    page.printed(tall=1 if layout.charts else 0, repeat=None if layout.charts else _head_rows(layout))
    page.sheet.freeze_panes = None if layout.charts else f"A{layout.sla_rows[0]}"


def _head_rows(layout: Layout) -> str:
    return f"{layout.sla_rows[0] - 1}:{layout.sla_rows[0] - 1}"


def _top(page: Page, report: Report) -> None:
    page.put("B1", "GPU sizing: interactivity SLA to pods, GPUs and dollars", "title")
    page.tall(1, 24)
    page.put("B2", "Customer", "strong")
    page.user("C2", report.about.get("Customer", "not named"), "subtitle.text", "customer")
    page.put("H2", "Date", "strong")
    page.user("I2", report.about.get("Date", "not dated"), "subtitle.text", "date")
    page.put("L2", "Model", "strong")
    page.user("M2", report.model or "not named", "subtitle.text", "model")
    page.merge("B3:S3")
    page.put("B3", _BANNER, "banner.text")
    page.tall(3, 20)
    page.put(
        "B4",
        '=IF(Edited=0,"As delivered: no input and no result differs from the snapshot on sheet Checks.",'
        '"EDITED since delivery: "&Edited&" values differ from the snapshot on sheet Checks.")',
        "note.text",
    )


_BANNER: Final = (
    '=IF(Checks_Failed>0,Word_Check&": "&Checks_Failed&" check(s) failed; no result is shown. First: "'
    '&INDEX(Check_What,MATCH(1,Check_Flag,0))&". See sheet Checks.",'
    'IF(COUNTIF(Row_State,2)>0,COUNTIF(Row_State,2)&" SLA(s) cannot be met by any measured point: in red, in words. ",'
    '"Every SLA is met by a measured point. ")&"All checks passed. Commit to the first bold column.")'
)


def _inputs(page: Page, report: Report) -> None:
    sizing, demand = report.sizing, report.sizing.demand
    page.put("B5", "Inputs (blue on yellow: change them)", "section")
    osl = None if demand.osl is None else float(demand.osl)
    asked = float(demand.value)
    grouped = "input.int" if asked == round(asked) else "input.num"
    unit_words = (
        '=IF(Inputs_OK=0,"",IF(Is_Users=1,"requests in flight at peak",IF(Demand_Unit=Word_TPM,'
        '"output tokens per minute",IF(Demand_Unit=Word_RPS,"requests per second","output tokens per second"))))'
    )
    entries = (
        ("Throughput demand", "Demand_Value", asked, grouped, unit_words),
        ("Unit of the demand", "Demand_Unit", demand.unit, "input.text", " / ".join(UNITS)),
        ("Output tokens per request", "Demand_OSL", osl, "input.num", "tok; for rps only"),
        ("Planned utilisation", "Util", sizing.util, "input.share", "share of measured throughput, in (0, 1]"),
        ("GPUs per pod", "GPUs_per_Pod", sizing.gpus_per_pod, "input.int", "GPUs of one replica"),
        ("Spare pods", "Spare_Pods", sizing.spare_replicas, "input.int", "N+k; in dollars only"),
        (
            "Price",
            "USD_per_GPU_Hour",
            sizing.gpu_hourly_usd,
            "input.price",
            "$/GPU-hour; its source stands at the right",
        ),
        ("Hours per month", "Hours_per_Month", HOURS_PER_MONTH, "input.num", "h/month, assumed"),
        ("Interpolation", "Method", sizing.points.method.name, "input.text", " / ".join(METHODS)),
    )
    for row, (label, name, value, style, words) in enumerate(entries, start=6):
        page.put(f"B{row}", label, "label")
        page.put(f"{_INPUT_COLUMN}{row}", value, style)
        page.put(f"F{row}", words, "note.text")
        page.named(name, f"{_INPUT_COLUMN}{row}")
    _validations(page)


def _validations(page: Page) -> None:
    above_0 = {"type": "decimal", "operator": "greaterThan", "formula1": "0"}
    for row in (6, 8, 12, 13):
        page.validate(f"E{row}", "A number above 0", **above_0)
    page.validate("E7", "One of the list", type="list", formula1=f'"{",".join(UNITS)}"')
    page.validate("E9", "A share above 0 %, at most 100 %", type="decimal", formula1="0.000001", formula2="1")
    page.validate("E10", "A whole number, at least 1", type="whole", operator="greaterThanOrEqual", formula1="1")
    page.validate("E11", "A whole number, at least 0", type="whole", operator="greaterThanOrEqual", formula1="0")
    page.validate("E14", "One of the list", type="list", formula1=f'"{",".join(METHODS)}"')


def _basis(page: Page, report: Report) -> None:
    page.put("L5", "What it rests on (as delivered)", "section")
    texts = {
        "Curve": report.source or "given point by point",
        "Context": report.context.label() if report.context else "none given: every row is a DRAFT",
        "Rigor": report.headline,
        "Price": facts(report)["Price"],
        "Next lever": report.next_lever.step,
        "Gate": report.next_lever.gate,
    }
    row = 6
    for label, text in texts.items():
        tall = 2 if label in ("Context", "Rigor", "Next lever") else 1
        page.put(f"L{row}", label, "strong")
        page.merge(f"M{row}:S{row + tall - 1}")
        page.user(f"M{row}", text, "label.wrap", label)
        row += tall
    page.put("B15", "Demand in output tok/s", "label")
    page.put("E15", '=IF(Checks_Failed=0,IF(Is_Users=1,"by SLA",Demand_tok_s),Word_Check)', "calc.one")
    page.put("F15", "users x SLA where users are the demand", "note.text")


def _table(page: Page, report: Report, layout: Layout) -> None:
    head, first, last = layout.sla_rows[0] - 1, layout.sla_rows[0], layout.sla_rows[-1]
    page.put(f"B{head - 1}", "Result by interactivity SLA", "section")
    heads = {"B": "SLA, tok/s/user", "C": "name", "L": "basis", "S": "remark"}
    for column, text in (heads | {column: text for column, _, text, *_ in RESULTS}).items():
        page.put(f"{column}{head}", text, "head")
    page.tall(head, 44)
    slas = [float(sla) for sla in report.sizing.sla.ravel()]
    for position, row in enumerate(layout.sla_rows):
        sla = slas[position] if position < len(slas) else None
        page.put(f"B{row}", sla, "input.num")
        page.user(f"C{row}", report.sla_names.get(sla, "") if sla is not None else "", "input.text", "SLA name")
        _results(page, row)
    page.named("SLA_In", f"B{first}:B{last}")
    for column, _, _, _, name, _ in RESULTS:
        page.named(name, f"{column}{first}:{column}{last}")
    page.validate(
        f"B{first}:B{last}", "A number above 0, or blank", type="decimal", operator="greaterThan", formula1="0"
    )


def _results(page: Page, row: int) -> None:
    calc = calc_cells(row)
    state = calc["state"]
    for column, key, _, style, _, _ in RESULTS:
        unmet = f'IF({state}=2,Word_Unmet,"")' if key == "gpus_high" else '""'
        page.put(f"{column}{row}", f"=IF({state}=3,{calc[key]},IF({state}=1,Word_Check,{unmet}))", style)
    page.put(f"L{row}", _basis_words(calc), "calc.text")
    page.put(f"S{row}", _remark(calc), "calc.text")


def _basis_words(calc: dict[str, str]) -> str:
    above, below, best = (_in_words(calc[key]) for key in ("c_a", "c_b", "c_star"))
    return (
        f'=IF({calc["state"]}=0,"",IF({calc["state"]}=1,Word_Check,IF({calc["state"]}=2,Word_Unmet,'
        f'IF({calc["regime"]}=Word_Plateau,"flat: last measured point, c="&{above},'
        f'IF({calc["regime"]}=Word_Measured,"measured at c="&{above},'
        f'IF({calc["regime"]}=Word_Knee,"past the knee: best at c="&{best},'
        f'"interpolated, c="&{above}&" to "&{below}))))))'
    )


def _in_words(concurrency: str) -> str:
    """Return the formula of a concurrency inside words: rounded, because engines spell out 15 to 17 digits."""
    return f"INT({concurrency}*Parts_in_Words+0.5)/Parts_in_Words"


def _remark(calc: dict[str, str]) -> str:
    measure = f'IF(ISNUMBER({calc["next_c"]}),"measure c="&{calc["next_c"]},"bracket closed")'
    return (
        f'=IF({calc["state"]}=2,IF(ISNUMBER({calc["next_c"]}),"above the fastest measured point; measure c=1 or relax '
        'the SLA","above the fastest measured point; relax the SLA"),'
        f'IF({calc["state"]}=3,IF({calc["wide"]}=1,"too wide to quote: "&{measure},"")'
        f'&IF({calc["load_flag"]}>1+Tolerance,IF({calc["wide"]}=1,"; ","")&"at max-num-seqs it does not carry the '
        'demand",""),""))'
    )


def _below(page: Page, report: Report, layout: Layout) -> None:
    row = layout.sla_rows[-1] + 1
    page.put(
        f"B{row}",
        '=IF(Checks_Failed>0,"",IF(Spare_Pods>0,"Dollars include "&Spare_Pods&" spare pods ("&Spare_Pods*GPUs_per_Pod'
        '&" GPUs); pods, GPUs, range and load do not.","No spare pods: utilisation is headroom, not redundancy."))',
        "note.text",
    )
    page.put(
        f"B{row + 1}",
        "Commit to the bold column: it rests on measured points alone. The estimate interpolates between them; the truth "
        "lies between the low end and the commitment. $/1M tok is at the demanded load.",
        "note.text",
    )
    sign = row + (28 if layout.charts else 3)
    for position, line in enumerate(report.sign_off or ("Customer", "Sizing engineer")):
        column = ("B", "H", "M")[position % 3]
        page.user(f"{column}{sign + 2 * (position // 3)}", line, "strong.text", "sign_off")
        after = ("D", "J", "O")[position % 3]
        page.put(f"{after}{sign + 2 * (position // 3)}", "____________________  date ____________", "label")


def _colours(page: Page, layout: Layout) -> None:
    first, last = layout.sla_rows[0], layout.sla_rows[-1]
    state = calc_cells(first)["state"]
    red = {"font": Font(color="FF9C0006", bold=True), "fill": PatternFill("solid", bgColor=f"FF{BAD}")}
    rules = page.sheet.conditional_formatting
    rules.add(f"B{first}:S{last}", FormulaRule(formula=[f"OR({state}=1,{state}=2)"], **red))
    rules.add("B3:S3", FormulaRule(formula=["Checks_Failed>0"], **red))
    rules.add("B4", FormulaRule(formula=["Edited>0"], font=Font(color="FF9C0006", bold=True)))
    fine = PatternFill("solid", bgColor=f"FF{GOOD}")
    rules.add(f"R{first}:R{last}", FormulaRule(formula=[f"R{first}=Word_Verdict"], fill=fine))
