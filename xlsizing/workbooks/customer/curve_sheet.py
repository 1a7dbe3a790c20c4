"""Sheet Curve: the measured anchors, and the curve that the formulas work with beside them."""

from __future__ import annotations

from typing import Final

from xlsizing.core import Curve
from xlsizing.workbooks.customer import axes
from xlsizing.workbooks.writer import Layout, Page, letter

__all__ = ["BLOCK", "NO", "WORKINGS", "YES", "curve_sheet"]

YES: Final = "yes"
NO: Final = "no"
"""Whether output tok/s is stated to be of the whole pod."""

_STATUS, _BAD, _UNSORTED, _RANK, _FIRST = "F", "G", "H", "I", 10  # J is the first column of the workings

BLOCK: Final = (
    "(Curve_rank>={k})*(Curve_group={group})*(Curve_sum-IF({cut}=1,0,{before}))"
    "/((Curve_rank-{k}+1)*(Curve_rank>={k})+(Curve_rank<{k}))"
)
"""The mean of the rates from a row to each later one of its group; 0 for others [tok/s/user]."""

WORKINGS: Final = (
    ("c", "c, sorted", "SMALL(Anchor_c,MIN({k},COUNT(Anchor_c)))"),
    ("raw", "tok/s/user as given", "INDEX(Anchor_r,MATCH({c},Anchor_c,0))"),
    ("low", "lowest as far", "IF({k}=1,{raw},MIN({low_above},{raw}))"),
    ("rise", "rise above the lowest before", "IF({own},IF({k}=1,0,{raw}/{low_above}-1),0)"),
    # Noise is pooled: each row that begins a block takes the highest mean of the rows from there on (the slope of the
    # least concave majorant of their sums). No block reaches across a fall that is deeper than noise: sums begin anew.
    ("cut", "a group begins", "IF({k}=1,1,IF({raw}*(1+Noise_Apart*Noise)<{low_above},1,0))"),
    ("group", "group", "IF({own},IF({k}=1,1,{group_above}+{cut}),0)"),
    ("sum", "sum in the group", "IF({cut}=1,{raw},{sum_above}+{raw})"),
    ("mean", "pooled", "IF(Pool_On=1,IF({begins},SUMPRODUCT(MAX({block})),{mean_above}),0)"),
    (
        "end",
        "last of its block",
        "IF(Pool_On=1,IF({begins},SUMPRODUCT(MAX(({block}>={mean})*Curve_rank)),{end_above}),0)",
    ),
    ("fell", "tok/s/user, not rising", "IF(Pool_On=1,{mean},{low})"),
    ("r", "tok/s/user, running minimum", "IF({k}=1,{fell},MIN({r_above},{fell}))"),
    ("given", "pod tok/s as given", 'IF(Given_T*{own}=1,INDEX(Anchor_T,MATCH({c},Anchor_c,0)),"")'),
    ("share", "their share of c r as given", 'IF(ISNUMBER({given}),{given}/({c}*{raw}),"")'),
    ("off", "off c r, above the lowest c", 'IF(ISNUMBER({share}),IF({c}>Copied_Above,ABS({share}-1),""),"")'),
    ("T", "pod tok/s", "IF(Has_T=1,INDEX(Anchor_T,MATCH({c},Anchor_c,0)),{c}*{r})"),
    ("best", "best pod tok/s so far", "IF({k}=1,{T},MAX({best_above},{T}))"),
    ("steep", "steepness to the next", "IF({k}<N_Anchors,LN({r}/{r_below})/LN({c_below}/{c}),0)"),
    ("p", "power of the method, to the next", axes.power("{k}", "{steep}", "{steep_above}")),
    ("x", "x of the method", axes.x_of_c("{c}", "{p}")),
    ("x_end", "x of the next at this power", f"IF({{k}}<N_Anchors,{axes.x_of_c('{c_below}', '{p}')},{{x}})"),
    ("y", "y of the method", axes.y_of_r("{r}")),
    ("lnc", "ln c", "LN({c})"),
    ("eta", "eta = T/(c r)", "IF(Has_T=1,{T}/({c}*{r}),1)"),
    ("knee", "first anchor within tolerance of the best", "SUMPRODUCT((Curve_best<{best}*(1-Tolerance))*1)+1"),
    ("knee_c", "its c", "INDEX(Curve_c,{knee})"),
    ("knee_r", "its tok/s/user", "INDEX(Curve_r,{knee})"),
    ("held", "requests that run at once", "{c}*MIN(1,{eta}/Eta_Suspicious)"),
    ("u", "most of them so far", "IF({k}=1,{held},MAX({u_above},{held}))"),
    ("u_at", "first anchor that holds them", "SUMPRODUCT((Curve_u<{u}*(1-Tolerance))*1)+1"),
    ("u_r", "its tok/s/user", "INDEX(Curve_r,{u_at})"),
    ("waited", "TTFT as given", 'IF(Has_TTFT=1,INDEX(Anchor_TTFT,MATCH({c},Anchor_c,0)),"")'),
    ("ttft", "longest TTFT so far", 'IF(Has_TTFT=1,IF({k}=1,{waited},MAX({ttft_above},{waited})),"")'),
    ("rises", "rises by more than noise", "IF({rise}>Noise*(1+Tolerance),1,0)"),
    ("high", "eta too high", "IF(ISNUMBER({share}),IF({share}*(1-Pooled_Slack)>Eta_Too_High*(1+Tolerance),1,0),0)"),
    ("below", "eta too low", "IF(ISNUMBER({share}),IF({share}*(1+Pooled_Slack)<Eta_Too_Low*(1-Tolerance),1,0),0)"),
    ("odd", "eta suspicious", "IF({own},IF({eta}<Eta_Suspicious*(1-Tolerance),1,0),0)"),
    ("close", "same c as the next", "IF({k}<N_Anchors,IF({c_below}-{c}<=Distinct*{c},1,0),0)"),
    ("gap", "gap to the next", "IF({k}<N_Anchors,IF({c_below}>Gap_Ratio*{c},1,0),0)"),
    (
        "left",
        "tok/s that TTFT leaves, over T",
        ('IF(Has_T*Has_TTFT*{own}*ISNUMBER(Curve_OSL)=1,{c}*Curve_OSL/({waited}+MAX(0,Curve_OSL-1)/{raw})/{T},"")'),
    ),
    ("late", "TTFT off", "IF(ISNUMBER({left}),IF(MAX({left},1/{left})>TTFT_Off*(1+Tolerance)*(1+Pooled_Slack),1,0),0)"),
)
"""Key, heading and formula of each working column; `_above` and `_below` are the neighbouring rows."""


def curve_sheet(page: Page, curve: Curve, layout: Layout) -> None:
    """Write the anchors of `curve`, room for more, and the workings [tok/s/user against requests/replica].

    Parameters
    ----------
    page : Page
        The sheet
    curve : Curve
        The measured curve, pooled if it was
    layout : Layout
        Where the tables stand
    """
    page.put("B2", "Measured curve of one replica (pod)", "title")
    page.put(
        "B3",
        "Type or paste anchors here, in any order; blank rows are ignored. Columns D and E are for all rows or for none. "
        "The workings, from column J on, are not printed.",
        "note.wrap",
    )
    page.merge("B3:F3")
    page.tall(3, 28)
    page.put("B4", "This curve is", "label")
    page.put("D4", '=IF(Curve_Failed=0,"usable","CHECK INPUTS: see column status and sheet Checks")', "strong")
    # What the columns must not contradict is the measurement, and pooled anchors are no longer that.
    page.put("B5", "Moved by pooling, at most", "label")
    page.put("D5", curve.pooled_share or curve.noise_share or 0, "static.share")
    page.named("Pooled_Share", "D5")
    page.put("B6", "Column D is per pod, stated", "label")
    page.put("D6", YES if curve.throughput_per_replica else NO, "input.text")
    page.put("F6", "yes / no: only where it looks like that of one GPU", "note.text")
    page.validate("D6", "One of the list", type="list", formula1=f'"{NO},{YES}"')
    page.named("T_Per_Pod_Stated", "D6")
    _write_headings(page, layout)
    _write_anchors(page, curve, layout)
    _write_statuses(page, layout)
    _write_workings(page, layout)
    _name_columns(page, layout)
    page.widths(A=2, B=14, C=12, D=16, E=10, F=46, G=7, H=9, I=6)
    page.widths(**{letter(_FIRST + offset): 11 for offset in range(len(WORKINGS))})
    page.sheet.freeze_panes = f"A{layout.anchor_rows[0]}"
    page.printed(landscape=False, tall=1)
    page.sheet.print_area = f"A1:{_STATUS}{layout.anchor_rows[-1]}"
    first, last = layout.anchor_rows[0], layout.anchor_rows[-1]
    page.reddens("D4", "Curve_Failed>0")
    page.reddens(f"{_STATUS}{first}:{_STATUS}{last}", f"{_BAD}{first}=1")


def _write_headings(page: Page, layout: Layout) -> None:
    row = layout.anchor_rows[0] - 1
    heads = (
        "concurrency [requests/pod]", "tok/s/user", "output tok/s per pod, measured", "TTFT [s]", "status", "bad row",
        "out of order", "rank",
    )  # fmt: skip
    for column, head in enumerate((*heads, *(heading for _, heading, _ in WORKINGS)), start=2):
        page.at(row, column, head, "head")
    page.tall(row, 58)
    page.put(f"B{row - 2}", "Measured (input)", "section")
    page.put(f"{letter(_FIRST)}{row - 2}", "Workings: sorted, the tail repeats the last anchor", "section")


def _write_anchors(page: Page, curve: Curve, layout: Layout) -> None:
    columns = (curve.concurrency, curve.tok_s_per_user, curve.output_tok_s, curve.ttft_s)
    for j, values in enumerate(columns):
        given = [] if values is None else values.tolist()
        for position, row in enumerate(layout.anchor_rows):
            page.at(row, 2 + j, given[position] if position < len(given) else None, "input.num")
    first, last = layout.anchor_rows[0], layout.anchor_rows[-1]
    page.validate(
        f"B{first}:E{last}",
        "A number above 0, or blank",
        type="decimal",
        operator="greaterThan",
        formula1="0",
    )


def _write_statuses(page: Page, layout: Layout) -> None:
    first = layout.anchor_rows[0]
    for rank, row in enumerate(layout.anchor_rows, start=1):
        page.put(f"{_STATUS}{row}", _status(row), "calc.text")
        page.put(f"{_BAD}{row}", f'=IF(OR({_STATUS}{row}="",{_STATUS}{row}="ok"),0,1)', "calc.int")
        page.put(
            f"{_UNSORTED}{row}",
            f"=IF(Rows_OK=1,IF(ISNUMBER(B{row}),IF(B{row}<MAX(B${first}:B{row}),1,0),0),0)",
            "calc.int",
        )
        page.put(f"{_RANK}{row}", rank, "const.int")


def _status(row: int) -> str:
    """Return the formula that says what is wrong with the anchor in `row`."""
    both = f"B{row}:C{row}"
    rules = (
        (f"COUNTA(B{row}:E{row})=0", ""),
        (f"COUNT({both})<2", "concurrency or tok/s/user missing or not a number"),
        (f"OR(MIN({both})<Lowest,MAX({both})>Highest)", "must be above 0 and within range"),
        (f"COUNTIF(Anchor_c,B{row})>1", "duplicate concurrency"),
        *(
            rule
            for column, flag, label in (("D", "Given_T", "output tok/s"), ("E", "Has_TTFT", "TTFT"))
            for rule in (
                (f"AND({flag}=1,COUNT({column}{row})=0)", f"{label} missing or not a number"),
                (
                    f"AND({flag}=1,OR(MIN({column}{row})<Lowest,MAX({column}{row})>Highest))",
                    f"{label} must be above 0 and within range",
                ),
            )
        ),
    )
    formula = '"ok"'
    for condition, words in reversed(rules):
        formula = f'IF({condition},"{words}",{formula})'
    return f"={formula}"


def _write_workings(page: Page, layout: Layout) -> None:
    for row in layout.anchor_rows:
        rank = f"${_RANK}{row}"
        cells = {"k": rank, "own": f"({rank}<=N_Anchors)"}  # beyond them the rows repeat the last anchor
        for offset, (key, _, _) in enumerate(WORKINGS):
            column = letter(_FIRST + offset)
            cells |= {key: f"{column}{row}", f"{key}_above": f"{column}{row - 1}", f"{key}_below": f"{column}{row + 1}"}
        first = row == layout.anchor_rows[0]
        cells["before"] = "0" if first else cells["sum_above"]
        cells["begins"] = "{k}=1" if first else "{end_above}<{k}"
        cells |= {name: text.format(**cells) for name, text in (("begins", cells["begins"]), ("block", BLOCK))}
        for offset, (_, _, formula) in enumerate(WORKINGS):
            page.at(row, _FIRST + offset, f'=IF(Rows_OK=1,{formula.format(**cells)},"")', "calc.num")


def _name_columns(page: Page, layout: Layout) -> None:
    first, last = layout.anchor_rows[0], layout.anchor_rows[-1]
    columns = {"Anchor_c": "B", "Anchor_r": "C", "Anchor_T": "D", "Anchor_TTFT": "E", "Row_Bad": _BAD}
    columns |= {"Row_Unsorted": _UNSORTED, "Curve_rank": _RANK}
    columns |= {f"Curve_{key}": letter(_FIRST + offset) for offset, (key, _, _) in enumerate(WORKINGS)}
    for name, column in columns.items():
        page.named(name, f"{column}{first}:{column}{last}")
