"""Sheet Calc: one row an SLA, one step a column; the customer's table only shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from xlsizing.core import FIGURES, LATE_NEXT, QUEUED, WIDE_BRACKET
from xlsizing.reports import Report
from xlsizing.workbooks.customer import axes
from xlsizing.workbooks.customer.bought import bought
from xlsizing.workbooks.customer.settings import claims_delivered, settings
from xlsizing.workbooks.customer.sizing_words import said
from xlsizing.workbooks.customer.wait_steps import (
    LIMITED,
    LiveWait,
    binding,
    fewest,
    first_reached,
    in_other_statistic,
    late,
    meeting,
    place_reached,
    reached,
    room,
    there,
)
from xlsizing.workbooks.writer import LONGEST_PIECE, ROW, Layout, Page, letter, tall

__all__ = ["CALC", "MET", "STEPS", "calc_cells", "calc_rows", "calc_sheet", "pods_steps", "point_steps", "write_steps"]

Step = tuple[str, str, str]


def point_steps(waits: tuple[LiveWait, ...]) -> tuple[Step, ...]:
    """Return key, heading and formula of the steps that every row in use takes; each may name earlier keys.

    With limits on the `waits` beside the SLA; without any for what tok/s/user alone gives.
    """
    more, past = "{i_s}>{i}", "{r_a}/{s}-1>Same_Rate"
    c_at = axes.c_of_x("{x_at}", "INDEX(Curve_p,{a})")
    return (
        ("on", "row in use", ""),
        ("s", "SLA [tok/s/user]", "{sla}"),
        ("i_s", "anchors that meet the SLA", "MIN(N_Anchors,SUMPRODUCT((Curve_r/{s}-1>=-Same_Rate)*1))"),
        *meeting(waits),
        ("i", "last anchor that meets all", fewest(waits)),
        ("met", "met", "IF({i}>0,1,0)"),
        ("a", "anchor", "MAX(1,{i})"),
        ("r_a", "tok/s/user of the anchor", "INDEX(Curve_r,{a})"),
        ("c_a", "c of the anchor", "INDEX(Curve_c,{a})"),
        (
            "between",
            "between two",
            f"IF(AND({{met}}=1,{{a}}<N_Anchors,IF({more},TRUE,{past}){room(waits)}),1,0)",
        ),
        ("b", "next anchor", "{a}+{between}"),
        ("c_b", "c of the next anchor", "INDEX(Curve_c,{b})"),
        (
            "x_at",
            "x at the SLA",
            (
                "IF(AND({between}=1,{i_s}={i}),INDEX(Curve_x,{a})+(INDEX(Curve_x_end,{a})-INDEX(Curve_x,{a}))"
                f"/(INDEX(Curve_y,{{b}})-INDEX(Curve_y,{{a}}))*({axes.y_of_r('{s}')}-INDEX(Curve_y,{{a}})),INDEX(Curve_x,{{a}}))"
            ),
        ),
        ("c_s", "c where the SLA is reached", place_reached(more, past, c_at)),
        *reached(waits),
        ("c_line", "c at the first of them, between the two", f"IF({{between}}=1,{first_reached(waits)},{{c_a}})"),
        *(_rate_by_wait() if waits else ()),
        (
            "eta",
            "eta there",
            (
                "IF(Has_T*{between}=1,INDEX(Curve_eta,{a})+(INDEX(Curve_eta,{b})-INDEX(Curve_eta,{a}))"
                "*(LN({c_line})-INDEX(Curve_lnc,{a}))/(INDEX(Curve_lnc,{b})-INDEX(Curve_lnc,{a})),1)"
            ),
        ),
        (
            "t_line",
            "pod tok/s there, held to the next anchor's",
            (
                f"IF({{between}}=1,MIN({{c_line}}*{'{r_line}' if waits else '{s}'}*{{eta}},INDEX(Curve_T,{{b}})),"
                "INDEX(Curve_T,{a}))"
            ),
        ),
        *_CARRIED,
    )


def _rate_by_wait() -> tuple[Step, ...]:
    """Return the steps of tok/s/user between two anchors: the SLA, or more where a limit on waiting is reached before it."""
    waits, y = "AND({between}=1,{c_s}>{c_line})", axes.y_at("{c_line}", "{a}", "{b}")
    held = f"MIN({{r_a}},MAX(INDEX(Curve_r,{{b}}),{axes.y_of_r('{y_line}')}))"
    return (
        ("y_line", "y there, where a limit on waiting decides", f"IF({waits},{y},0)"),
        ("r_line", "tok/s/user there", f"IF({waits},{held},{{s}})"),
    )


_CARRIED: Final[tuple[Step, ...]] = (
    ("best", "best measured that meets it", "INDEX(Curve_best,{a})"),
    ("capped", "past the knee", "IF(Is_Users=1,0,IF({best}>{t_line}*(1+Tolerance),1,0))"),
    ("per_replica_tps", "pod tok/s", "MAX({best},{t_line})"),
    ("u_a", "requests that run at once, proven", "INDEX(Curve_u,{a})"),
    ("u_b", "most that could", "INDEX(Curve_u,{b})"),
    (
        "u",
        "requests that run at once",
        "IF({between}=1,MIN(MAX({u_a},{c_line}*MIN(1,{eta}/Eta_Suspicious)),{u_b}),{u_a})",
    ),
    ("c_star", "c*", "IF(Is_Users=1,{u},IF({capped}=1,INDEX(Curve_knee_c,{a}),{c_line}))"),
    ("carried", "one pod carries", "IF(Is_Users=1,{c_star},{per_replica_tps})"),
    ("proven", "proven by measurement", "IF(Is_Users=1,{u_a},{best})"),
    ("hoped", "most it could be", "IF(Is_Users=1,{u_b},MAX({best},INDEX(Curve_T,{b})))"),
    ("q_high", "pods to commit, unrounded", "Demand_Asked/({proven}*Util)"),
)
"""What a pod carries there, in tok/s or users, and was proven to carry."""


def pods_steps(waits: tuple[LiveWait, ...]) -> tuple[Step, ...]:
    """Return the steps of pods and GPUs of rows that an anchor meets, with limits on the `waits`."""
    queued = "{between}*(MIN(INDEX(Curve_eta,{a}),INDEX(Curve_eta,{b}))<Eta_Suspicious*(1-Tolerance))=1"
    wide, other = "{c_b}>Claim_Widest*{c_a}*(1+Tolerance)", late(waits, LATE_NEXT)
    bracket = f"IF(Has_T=1,IF({queued},{QUEUED},{other}),IF({wide},{WIDE_BRACKET},{other}))"
    claim = f"IF(Claim_Curve>0,Claim_Curve,{bracket})"
    return (("claim", "why no budget is claimed, by number; 0: it is", claim), *_PODS)


_PODS: Final[tuple[Step, ...]] = (
    (
        "budget",
        "one pod carries for the budget",
        (
            "IF(AND({between}=1,{claim}=0,{hoped}>Narrow*{proven}*(1+Tolerance)),"
            "MIN({carried},MAX({proven},{carried}^(1-Budget_Share)*{proven}^Budget_Share)),{proven})"
        ),
    ),
    ("q", "pods, unrounded", "Demand_Asked/({carried}*Util)"),
    ("q_low", "low end, unrounded", "Demand_Asked/({hoped}*Util)"),
    ("pods", "pods", "MAX(1,CEILING({q}*(1-Tolerance),1))"),
    ("pods_budget", "pods to budget", "MAX(1,CEILING(Demand_Asked/({budget}*Util)*(1-Tolerance),1))"),
    ("pods_high", "pods to commit", "MAX(1,CEILING({q_high}*(1-Tolerance),1))"),
    ("pods_low", "pods, low end", "MAX(1,CEILING({q_low}*(1-Tolerance),1))"),
    ("gpus", "GPUs", "{pods}*GPUs_per_Pod"),
    ("gpus_budget", "GPUs to budget", "{pods_budget}*GPUs_per_Pod"),
    ("gpus_high", "GPUs to commit", "{pods_high}*GPUs_per_Pod"),
    ("gpus_low", "GPUs, low end", "{pods_low}*GPUs_per_Pod"),
)

MET: Final[tuple[Step, ...]] = (
    *pods_steps(LIMITED),
    (
        "k",
        "anchor at c*, or below it",
        (
            "IF({capped}=1,INDEX(Curve_knee,{a}),IF(Is_Users=0,{a},IF({between}=0,INDEX(Curve_u_at,{a}),"
            "MAX(1,MIN(N_Anchors,SUMPRODUCT((Curve_c<={c_star})*1))))))"
        ),
    ),
    ("tok_s_per_user", "tok/s/user at c*", "IF(AND({between}=1,{capped}=0),{r_line},INDEX(Curve_r,{k}))"),
    ("total_gpus", "GPUs with spares", bought("{pods}")),
    ("total_gpus_budget", "GPUs to budget with spares", bought("{pods_budget}")),
    ("total_gpus_high", "GPUs to commit with spares", bought("{pods_high}")),
    ("total_gpus_low", "GPUs, low end, with spares", bought("{pods_low}")),
    ("usd_per_month", "$/month", "{total_gpus}*USD_per_GPU_Hour*Hours_per_Month"),
    ("usd_per_month_budget", "$/month to budget", "{total_gpus_budget}*USD_per_GPU_Hour*Hours_per_Month"),
    ("usd_per_month_high", "$/month to commit", "{total_gpus_high}*USD_per_GPU_Hour*Hours_per_Month"),
    ("tok_s", "demand [tok/s]", "IF(Is_Users=1,Demand_Value*{s},Demand_tok_s)"),
    ("usd_per_million", "$/1M tok", "{usd_per_month}/({tok_s}*Seconds_per_Hour*Hours_per_Month/Tokens_per_Million)"),
    (
        "usd_per_million_budget",
        "$/1M tok to budget",
        "{usd_per_month_budget}/({tok_s}*Seconds_per_Hour*Hours_per_Month/Tokens_per_Million)",
    ),
    (
        "usd_per_million_high",
        "$/1M tok to commit",
        "{usd_per_month_high}/({tok_s}*Seconds_per_Hour*Hours_per_Month/Tokens_per_Million)",
    ),
    ("load", "load", "Demand_Asked/({pods}*{carried})"),
    ("load_one_fewer", "load, one pod fewer", 'IF({pods}>1,Demand_Asked/(({pods}-1)*{carried}),"-")'),
    ("max_num_seqs", "max-num-seqs", "MAX(1,INT({c_star}*(1+Tolerance)))"),
    ("j", "anchor at or below it", "MAX(1,MIN(N_Anchors,SUMPRODUCT((Curve_c<={max_num_seqs})*1)))"),
    ("j_next", "the one after", "MIN(N_Anchors,{j}+1)"),
    (
        "y_flag",
        "y at max-num-seqs",
        f"IF({{j_next}}={{j}},INDEX(Curve_y,{{j}}),{axes.y_at('{max_num_seqs}', '{j}', '{j_next}')})",
    ),
    (
        "eta_flag",
        "eta at max-num-seqs",
        (
            "IF({j_next}={j},INDEX(Curve_eta,{j}),INDEX(Curve_eta,{j})+MAX(0,(LN({max_num_seqs})-INDEX(Curve_lnc,{j}))"
            "/(INDEX(Curve_lnc,{j_next})-INDEX(Curve_lnc,{j})))*(INDEX(Curve_eta,{j_next})-INDEX(Curve_eta,{j})))"
        ),
    ),
    (
        "t_flag",
        "pod tok/s at max-num-seqs",
        f"MIN({{max_num_seqs}}*{axes.y_of_r('{y_flag}')}*{{eta_flag}},{{per_replica_tps}})",
    ),
    ("load_at_max_num_seqs", "load at max-num-seqs", "Demand_Asked/({pods}*IF(Is_Users=1,{max_num_seqs},{t_flag}))"),
    (
        "load_at_max_num_seqs_budget",
        "load of the pods to budget at max-num-seqs",
        "Demand_Asked/({pods_budget}*IF(Is_Users=1,{max_num_seqs},{t_flag}))",
    ),
    ("k_commit", "anchor of the pods to commit", "IF(Is_Users=1,INDEX(Curve_u_at,{a}),INDEX(Curve_knee,{a}))"),
    ("c_commit", "c of the pods to commit", "IF(Is_Users=1,{u_a},INDEX(Curve_c,{k_commit}))"),
    ("tok_s_per_user_commit", "tok/s/user of the pods to commit", "INDEX(Curve_r,{k_commit})"),
    *there(LIMITED),
    (
        "binding",
        "what keeps a pod from more",
        f"IF({{capped}}=1,Word_At_Knee,IF(AND({{between}}=0,{{a}}=N_Anchors),Word_Last_Point,{binding(LIMITED)}))",
    ),
    ("max_num_seqs_commit", "max-num-seqs of the pods to commit", "MAX(1,INT({c_commit}*(1+Tolerance)))"),
    ("load_commit", "load of the pods to commit", "Demand_Asked/({pods_high}*{proven})"),
    ("too_wide", "high end above twice the low end", "IF({pods_high}>Wide_Ratio*{pods_low},1,0)"),
    ("inside", "c to measure inside", "MIN(MAX(INT({c_star}*(1+Tolerance)),INT({c_a})+1),CEILING({c_b},1)-1)"),
    (
        "queued",
        "1: output tok/s is below Eta_Suspicious of c r at a point used",
        (
            "IF(MIN(INDEX(Curve_eta,{k_commit}),"
            "IF({capped}=1,1,MIN(INDEX(Curve_eta,{a}),INDEX(Curve_eta,{b}))))<Eta_Suspicious*(1-Tolerance),1,0)"
        ),
    ),
    (
        "rigor",
        "rigor",
        (
            f"IF({in_other_statistic(LIMITED)},Word_Draft,"
            "IF(Verdict_Possible=1,IF(OR({between}=0,{capped}=1,AND({c_a}>=Sweep_Low*(1-Tolerance),"
            "{c_b}<=Sweep_High*(1+Tolerance))),IF({queued}=1,Word_Draft,Word_Verdict),Word_Draft),Word_Draft))"
        ),
    ),
    (
        "sound",
        "invariants hold",
        (
            "IF(AND({pods}*{carried}*Util>=Demand_Asked*(1-Tolerance)*(1-Tolerance),"
            "OR({pods}=1,({pods}-1)*{carried}*Util<Demand_Asked),{pods_high}>={pods_budget},{pods_budget}>={pods},"
            "{pods}>={pods_low}),1,0)"
        ),
    ),
    (
        "quote",
        "figure to quote",
        "IF({rigor}=Word_Verdict,Word_Commit,IF(AND({too_wide}=1,{claim}>0),Word_None,Word_Budget))",
    ),
    ("unquoted", "1: no figure to quote", "IF({quote}=Word_None,1,0)"),
    ("claims", "1: a budget is claimed between figures that differ", "IF(AND({claim}=0,{gpus_low}<{gpus_high}),1,0)"),
    (
        "quote_pods",
        "pods of the figure to quote",
        'IF({quote}=Word_None,"",IF({quote}=Word_Commit,{pods_high},{pods_budget}))',
    ),
    ("quote_spares", "spare pods of it", 'IF({quote}=Word_None,"",Stand_By)'),
    ("quote_gpus", "GPUs of it", f'IF({{quote}}=Word_None,"",{bought("{quote_pods}")})'),
    ("quote_usd", "$/month of it", 'IF({quote}=Word_None,"",{quote_gpus}*USD_per_GPU_Hour*Hours_per_Month)'),
    (
        "quote_usd_m",
        "$/1M tok of it",
        'IF({quote}=Word_None,"",{quote_usd}/({tok_s}*Seconds_per_Hour*Hours_per_Month/Tokens_per_Million))',
    ),
)
"""The same for the steps of rows that an anchor meets."""

_LAST: Final[tuple[Step, ...]] = (
    (
        "measure_next",
        "c to measure next",
        (
            'IF({met}=0,IF(INDEX(Curve_c,1)>1,1,""),IF({between}=1,IF(AND({inside}>{c_a},{inside}<{c_b}),{inside},""),'
            'IF(AND({a}=N_Anchors,{capped}=0,OR(Is_Users=0,{u_a}>={c_a}*(1-Tolerance))),Beyond_Last*INDEX(Curve_c,N_Anchors),"")))'
        ),
    ),
    (
        "case",
        "case",
        (
            "IF({met}=0,Word_Infeasible,IF({capped}=1,Word_Knee,IF({between}=1,Word_Interp,"
            "IF({a}=N_Anchors,Word_Plateau,Word_Measured))))"
        ),
    ),
    ("said", "remark, with a semicolon after each part", ""),
    ("state", "0 blank, 1 check, 2 unmet, 3 met", ""),
    ("regime", "regime", ""),
)

CALC: Final[tuple[Step, ...]] = (*point_steps(LIMITED), *MET, *_LAST)
"""Every step of a row, in the order of the columns from B."""

_OF_WAITS: Final = {
    name: key
    for wait in LIMITED
    for name, key in ((wait.wait.name, wait.key), (wait.wait.commit, f"{wait.key}_commit"))
}
STEPS: Final = {
    name: _OF_WAITS.get(name, name) for name in FIGURES if name in _OF_WAITS or name in {key for key, _, _ in CALC}
}
"""The step of each figure of a row that the sheet works out: called as it, but for waits."""

_NAMED: Final = {
    "regime": "Out_Regime",
    "q_high": "Q_High",
    "budget": "Row_Carried_Budget",
    "sound": "Row_Sound",
    "state": "Row_State",
    "too_wide": "Row_Wide",
    "queued": "Row_Queued",
    "unquoted": "Row_Unquoted",
    "claims": "Row_Claims",
    "gpus_high": "Row_GPUs_Commit",
}

_FIRST_COLUMN: Final = 2
_MET_KEYS: Final = frozenset(("per_replica_tps", "c_star", "carried", "hoped", *(key for key, _, _ in MET)))


@lru_cache(maxsize=2 * LONGEST_PIECE)
def calc_cells(row: int | str) -> Mapping[str, str]:
    """Return the cell of each step in `row`, as other sheets name it [-]."""
    return {key: f"Calc!${letter(_FIRST_COLUMN + offset)}{row}" for offset, (key, _, _) in enumerate(CALC)}


def calc_sheet(page: Page, report: Report, layout: Layout) -> None:
    """Write the constants and the heads of the steps; `calc_rows` writes the steps.

    Parameters
    ----------
    page : Page
        The sheet
    report : Report
        The sizing as delivered
    layout : Layout
        Where the tables stand
    """
    page.put("B1", "Calculation: one row an SLA, one step a column", "title")
    constants = layout.constants
    page.put(
        "B2", f"Nothing to change here. Constants and words of the formulas stand from row {constants} on.", "note"
    )
    head = layout.sla_rows[0] - 1
    for offset, (_, heading, _) in enumerate(CALC):
        page.at(head, _FIRST_COLUMN + offset, heading, "head")
    page.tall(head, 58)
    first, last = layout.sla_rows[0], layout.sla_rows[-1]
    cells = calc_cells(first)
    for key, name in _NAMED.items():
        column = cells[key].removeprefix("Calc!$").removesuffix(str(first))
        page.named(name, f"{column}{first}:{column}{last}")
    page.sheet.freeze_panes = f"D{first}"
    for offset in range(len(CALC)):
        page.widths(**{letter(_FIRST_COLUMN + offset): 12})
    page.widths(A=2, B=19, C=22)
    page.put(f"B{constants - 1}", "Constants and words of the formulas, each with its name", "section")
    last = settings(page, constants, claims_delivered(report) | {"Most_Rows": (layout.slas, "rows for SLAs")})
    page.printed(landscape=False)
    if layout.charts:
        # On paper a hundred columns would be too small to read: one row is printed instead, a step a line. A long table
        # has none, as all of it would have to be in memory for that one row: there the constants are printed.
        page.sheet.print_area = f"A{last + 3}:D{_write_worked_row(page, layout, last + 3)}"
        page.widths(D=70)
    else:
        page.sheet.print_area = f"A{constants - 1}:I{last}"


def _write_worked_row(page: Page, layout: Layout, top: int) -> int:
    """Write the steps of one row, each with its name, its value and how it follows from others; return the last line."""
    first, last = layout.sla_rows[0], layout.sla_rows[-1]
    page.put(f"B{top}", "One row worked out: that of the next lever, else the first", "section")
    page.put(f"B{top + 1}", "place of the row among the SLAs", "calc.text")
    page.put(f"C{top + 1}", "=IF(ISNUMBER(Next_Row),Next_Row,1)", "calc.int")
    page.named("Worked_Row", f"C{top + 1}")
    for column, head in zip("BCD", ("step", "value", "follows from"), strict=True):
        page.put(f"{column}{top + 2}", head, "head")
    headings = {key: f"[{heading}]" for key, heading, _ in CALC} | {"sla": "[SLA]"}
    headings |= {f"limit_{wait.key}": f"[{wait.label} limit]" for wait in LIMITED}
    row = top + 2
    for key, heading, formula in CALC:
        if not formula or key == "on":
            continue
        row += 1
        column = calc_cells(first)[key].removeprefix("Calc!$").removesuffix(str(first))
        page.put(f"B{row}", heading, "calc.wrap")
        value = f"INDEX({column}${first}:{column}${last},Worked_Row)"
        page.put(f"C{row}", f'=IFERROR({value},"")', "calc.num")
        text = formula.format_map(headings)
        page.user(f"D{row}", text, "calc.wrap", "step")
        page.tall(row, max(tall(text, _STEP_LINE), tall(heading, _HEADING_LINE)))
    return row


_STEP_LINE: Final = 78
_HEADING_LINE: Final = 20
"""Characters of a line of a step's formula, and of its name [characters]."""


def calc_rows(page: Page, layout: Layout, piece: range) -> None:
    """Write the steps of the SLAs at the positions `piece`, counted from 0."""
    sla = f"Sizing!$B{ROW}"
    own = {"on": _on_formula(sla), "state": _state(ROW), "regime": _regime(ROW)}
    own["said"] = said(calc_cells(ROW))
    steps = _step_formulas(ROW, _FIRST_COLUMN, CALC, sla, own)
    page.repeat(layout.sla_rows[piece.start : piece.stop], [(column, text, "calc.num") for column, text in steps])


def write_steps(page: Page, row: int, column: int, steps: Sequence[Step], sla: str, own: Mapping[str, str]) -> None:
    """Write `steps` into `row`, from `column` on.

    Parameters
    ----------
    page : Page
        The sheet
    row, column : int
        Where the first step goes, counted from 1 [-]
    steps : sequence
        Key, heading and formula of each
    sla : str
        The cell that holds the SLA [tok/s/user]
    own : mapping
        Formulas of the steps that have their own condition, by key; "on" among them
    """
    for at, text in _step_formulas(row, column, steps, sla, own):
        page.at(row, at, text, "calc.num")


def _step_formulas(
    row: int | str, column: int, steps: Sequence[Step], sla: str, own: Mapping[str, str]
) -> Iterator[tuple[int, str]]:
    """Give column and formula of each of `steps` in `row`."""
    cells = {key: f"${letter(column + offset)}{row}" for offset, (key, _, _) in enumerate(steps)}
    cells["sla"] = sla
    cells |= {f"limit_{wait.key}": wait.limit(row) for wait in LIMITED}
    for offset, (key, _, formula) in enumerate(steps):
        if key in own:
            text = own[key]
        elif key in _MET_KEYS:
            text = f'=IF({cells["on"]}=1,IF({cells["met"]}=1,{formula.format_map(cells)},""),"")'
        else:
            text = f'=IF({cells["on"]}=1,{formula.format_map(cells)},"")'
        yield column + offset, text


def _on_formula(sla: str) -> str:
    return f"=IF(Inputs_OK=1,IF(ISNUMBER({sla}),1,0),0)"


def _state(row: str) -> str:
    sla, cells = f"Sizing!$B{row}", calc_cells(row)
    return f"=IF(Checks_Failed=0,IF(ISNUMBER({sla}),IF({cells['met']}=1,3,2),0),IF(COUNTA({sla})=0,0,1))"


def _regime(row: str) -> str:
    cells = calc_cells(row)
    return f'=IF({cells["state"]}=0,"",IF({cells["state"]}=1,Word_Check,{cells["case"]}))'
