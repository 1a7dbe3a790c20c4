"""Sheet Levers: optimisations ranked by GPUs saved per person-day, each alone against its own baseline."""

from __future__ import annotations

from typing import Final

from xlsizing.advice import LeverDelta
from xlsizing.reports import Report
from xlsizing.workbooks.writer import Page, tall

__all__ = ["levers_sheet"]

_HEADS: Final = (
    "SLA, tok/s/user", "rank", "lever", "tier", "campaign", "rigor", "baseline GPUs to commit",
    "with lever, GPUs to commit", "delta GPUs to commit", "baseline GPUs, estimate", "with lever, GPUs, estimate",
    "delta GPUs, estimate", "delta $/month, estimate", "effort, person-days", "source", "why a DRAFT",
)  # fmt: skip


_TEXT_WIDTHS: Final = {"D": 26, "E": 12, "F": 18, "G": 10, "P": 24, "Q": 36}


def levers_sheet(page: Page, report: Report) -> None:
    """Write the ranked levers as delivered.

    Parameters
    ----------
    page : Page
        The sheet
    report : Report
        The sizing with its levers
    """
    page.put("B1", "Levers: what each optimisation would change", "title")
    page.put(
        "B2",
        '=IF(Edited=0,"As delivered. A delta below 0 saves. Each lever stands alone: gains are never multiplied together.",'
        '"EDITED since delivery: these figures are for the delivered inputs and do not follow the changes.")',
        "note.text",
    )
    page.reddens("B2", "Edited>0")
    if report.levers:
        _write_levers(page, report.levers)
    else:
        page.put("B4", "No levers were given with this sizing.", "label")
        page.sheet.sheet_state = "visible" if report.levers_unmet else "hidden"  # nobody prints an empty page
    for row, sentence in enumerate(report.levers_unmet, start=7 + len(report.levers)):
        page.user(f"B{row}", sentence, "note.text", "lever")
    page.widths(A=1.5, O=9, **{column: float(width) for column, width in _TEXT_WIDTHS.items()})
    page.widths(B=10, C=6, H=10, I=11, J=10, K=10, L=11, M=10, N=12)
    page.printed(repeat="4:4")
    if page.sheet.sheet_state == "visible":  # LibreOffice prints an area of a hidden sheet
        page.sheet.print_area = f"A1:Q{7 + len(report.levers) + len(report.levers_unmet)}"


def _write_levers(page: Page, levers: tuple[LeverDelta, ...]) -> None:
    for column, head in enumerate(_HEADS, start=2):
        page.at(4, column, head, "head")
    page.tall(4, 46)
    ranks: dict[float, int] = {}
    for row, delta in enumerate(levers, start=5):
        ranks[delta.sla] = ranks.get(delta.sla, 0) + 1
        _write_lever(page, row, delta, ranks[delta.sla])


def _write_lever(page: Page, row: int, delta: LeverDelta, rank: int) -> None:
    lever = delta.lever
    numbers = {
        "B": (delta.sla, "static.num"),
        "C": (rank, "static.int"),
        "H": (delta.baseline_gpus_high, "static.int"),
        "I": (delta.with_gpus_high, "static.int"),
        "J": (delta.delta_gpus_high, "key.signed"),
        "K": (delta.baseline_gpus, "static.int"),
        "L": (delta.with_gpus, "static.int"),
        "M": (delta.delta_gpus, "key.signed"),
        "N": (delta.delta_usd_per_month, "static.signed_usd"),
        "O": (lever.effort_days, "static.num"),
    }
    for column, (value, style) in numbers.items():
        page.put(f"{column}{row}", value, style)
    texts = {"D": lever.name, "E": lever.tier, "F": lever.campaign, "G": delta.rigor, "P": lever.source}
    texts["Q"] = "; ".join(delta.reasons)
    page.tall(row, max(tall(text, _TEXT_WIDTHS[column]) for column, text in texts.items()))
    for column, text in texts.items():
        page.user(f"{column}{row}", text, "static.wrap", "lever")
