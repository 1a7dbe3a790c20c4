"""What a reader of the first page learns: its cells read back into the sentences that the package says."""

from openpyxl.utils import get_column_letter

from xlsizing.advice import next_words as words
from xlsizing.advice import standing_words as standing
from xlsizing.errors import shown
from xlsizing.reports.opening import RULE
from xlsizing.rules import DRAFT, ETA_SUSPICIOUS, SWEEP, VERDICT
from xlsizing.workbooks.customer.settings import CHECK_INPUTS

CELLS = {
    "standing": "B3", "why": "D3", "to do": "P3", "rule": "B4", "flat": "F4", "knee": "I4", "least": "L4", "most": "O4",
    "tightest": "S4", "lacking": "S5", "heading": "I10", "step": "J11", "gate": "J12", "c": "L13", "sla": "L14",
    "limit": "L15", "low": "O13", "high": "O14", "now": "O15", "gpus": "S13", "usd": "S14", "c_star": "S15",
    "edits": "I16", "failed": "D17", "notes": "F17", "asked": "I17", "verdicts": "L17", "unmet": "O17", "edited": "S17",
}  # fmt: skip
"""Where each stands on sheet Sizing; the label of a number stands at its left."""

STEPS = {
    "Measure this concurrency: it narrows the range of GPUs at this SLA": words.BRACKET,
    "Measure this concurrency, twice the last measured point: it saves the GPUs below at best": words.PLATEAU_STEP,
    "Measure c=1: whether any concurrency reaches this SLA is not known": words.FIRST_POINT,
    "Measure this concurrency, missing from the sweep": words.SWEEP_STEP,
    "Find a lever to reach this SLA: none given here does": words.FIND_REACHING,
}
GATES = {
    "at least this SLA at this concurrency": words.AT_C,
    "at least this SLA at this concurrency, with more output tok/s than at c* by now": words.AT_C + words.CARRIES_MORE,
    "at least this SLA at this concurrency, with output tok/s of at least 80 % of c x tok/s/user: else requests queue": (
        words.AT_C + words.HOLDS.format(share=f"{100 * ETA_SUSPICIOUS:.0f}")
    ),
    "at least this SLA with it": words.FIND_REACHING_GATE,
}
"""The words of step and gate, and the sentence that they and the numbers below stand for."""


def cells(engine, reference="A1:S17"):
    """Return every cell of the top of the first page by its address."""
    rows = engine.sheet("Sizing", reference)
    return {
        f"{get_column_letter(column)}{row}": cell
        for row, line in enumerate(rows, 1)
        for column, cell in enumerate(line, 1)
    }


def read(engine):
    """Return what stands beside the table, by what it is."""
    page = cells(engine)
    return {name: page[cell] for name, cell in CELLS.items()}


def next_step(engine):
    """Return step and gate as the package says them."""
    page = read(engine)
    closed = _filled(words.CLOSED, page) if page["heading"].startswith("Next lever: bracket closed") else ""
    step, gate = STEPS.get(page["step"], page["step"]), GATES.get(page["gate"], page["gate"])
    return closed + _filled(step, page, engine), _filled(gate, page)


def _filled(template, page, engine=None):
    spares = ""
    if engine:
        spares = (
            words.NODES_OUT
            if engine.value("Has_Nodes") == 1
            else words.SPARES_OUT
            if engine.value("Stand_By") > 0
            else ""
        )
    numbers = {name: f"{page[name]:,.0f}" for name in ("low", "high", "gpus", "usd") if not isinstance(page[name], str)}
    unlock = words.NO_UNLOCK
    if page["gpus"]:
        unlock = words.UNLOCK.format(
            all_gpus=f"{_number(page['now']):,.0f}", spares=spares, **{"gpus": "", "usd": ""} | numbers
        )
    asked = "" if page["sla"] == "" else f"{shown(page['sla'])} tok/s/user"
    asked += "" if page["limit"] == "" else f" and TTFT of at most {shown(page['limit'])} s"
    places = {
        "c": _shown(page["c"]),
        "c_star": _shown(page["c_star"]),
        "asked": asked,
        "unlock": unlock,
        "spares": spares,
    }
    return template.format(**places, **numbers)


def _number(cell):
    return 0 if isinstance(cell, str) else cell


def _shown(cell):
    return cell if isinstance(cell, str) else shown(cell)


def headline(engine):
    """Return the standing of the whole as the package says it, with the reasons that all rows share."""
    page = read(engine)
    if page["standing"] == CHECK_INPUTS:
        return CHECK_INPUTS
    if page["standing"] == f"{DRAFT} in part":
        drafts = page["asked"] - page["verdicts"]
        return standing.MIXED.format(
            verdicts=shown(page["verdicts"]),
            rows=shown(page["asked"]),
            verdict=VERDICT,
            drafts=shown(drafts),
            draft=DRAFT,
        )
    lacks = standing.LACKS.format(points=page["lacking"])
    ends = zip(engine.column("Out_Basis_From"), engine.column("Out_Basis_To"), strict=True)
    low, high = next((pair for pair in ends if not isinstance(pair[1], str)), ("", ""))  # of a row between two points
    outside = standing.OUTSIDE.format(low=_shown(low), high=_shown(high), sweep_low=SWEEP[0], sweep_high=SWEEP[-1])
    why = page["why"].replace("the sweep lacks points", lacks)
    why = why.replace(
        f"interpolated between two points that are not inside the sweep c={SWEEP[0]}..{SWEEP[-1]}", outside
    )
    return f"{page['standing']}: {why}" if why else page["standing"]


def opening(engine):
    """Return the sentence that everything rests on as the package says it."""
    page = read(engine)
    spares = " (spares in)" if engine.value("Stand_By") > 0 else ""
    start = f"flat at {_gpus(page['flat'])} to commit{spares} up to the knee at {shown(page['knee'])} tok/s/user"
    met = page["asked"] - page["unmet"]
    asked = " that can be met" if page["unmet"] else ""
    if page["rule"] == f"{RULE}, and the wait":
        least = "" if page["least"] == page["most"] else f"{page['least']:,.0f} to "
        within = f"the rows asked{asked} commit to {least}{_gpus(page['most'])}" if met else "no row asked can be met"
        return f"{page['rule']}: {start} without the limits on waiting; with them {within}."
    if not met:
        return f"{page['rule']}: {start}; no SLA asked can be met."
    rise = ", and still so at" if page["most"] <= page["flat"] else f", then rising to {page['most']:,.0f} at"
    return f"{page['rule']}: {start}{rise} {shown(page['tightest'])}, the tightest SLA asked{asked}."


def _gpus(count):
    return f"{count:,.0f} {'GPU' if count == 1 else 'GPUs'}"
