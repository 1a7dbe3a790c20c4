"""What is bought for the figure that may be quoted: multiplied out, as a contract, and at the load that is sold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from xlsizing.core import BUDGET, COMMIT, FIGURES, OWN_PRICE, UNTOLD, Price, SizingRow, figure_of, in_words, limits_of
from xlsizing.reports.tables import (
    CANNOT_BE_MET,
    QUOTE,
    WORKLOAD_MISMATCH,
    Shown,
    Table,
    answer_table,
    figure_heads,
    identity_columns,
    levers_table,
    operation_table,
    remarks,
)
from xlsizing.rules import DRAFT, HOURS_PER_MONTH, MONTHS_PER_YEAR, VERDICT

if TYPE_CHECKING:
    from xlsizing.advice import LeverDelta

__all__ = ["LOADS", "contract_words", "gpus_quoted", "price_tables", "quote_table", "sizing_tables", "sold_table"]


def sizing_tables(report: Shown, levers: Sequence[LeverDelta]) -> list[Table]:
    """Return the tables of a sizing, in their order."""
    money = (quote_table(report), sold_table(report), *price_tables(report), *_growth_tables(report))
    tables = (answer_table(report), *money, levers_table(levers), operation_table(report))
    return [table for table in tables if table]


def _growth_tables(report: Shown) -> list[Table]:
    if report.growth is None:
        return []
    from xlsizing.reports.growth_tables import growth_tables  # noqa: PLC0415  # only where demand grows

    return growth_tables(report)


def quote_table(report: Shown) -> Table:
    """Return the figure in bold of each SLA, multiplied out from pods to dollars on one line."""
    sizing, in_nodes = report.sizing, report.sizing.node_plan is not None
    nodes = ("+ idle GPUs",), ("nodes",)
    idle, counted = nodes if in_nodes else ((), ())
    header = (
        "(pods", "+ spare pods)", "x GPUs per pod", *idle, "= GPUs", *counted, "x $/GPU-hour", "x h/month",
        "= $/month", "$/1M tok",
    )  # fmt: skip
    form = {"x $/GPU-hour": ",.2f", "= $/month": ",.0f", "$/1M tok": ",.2f"}

    def multiplied(row: SizingRow, quoted: str) -> list[str]:
        values = {
            "(pods": figure_of(row, "pods", quoted),
            "+ spare pods)": figure_of(row, "spare_pods", quoted),
            "x GPUs per pod": sizing.gpus_per_pod,
            "+ idle GPUs": figure_of(row, "gpus_idle", quoted),
            "= GPUs": figure_of(row, "total_gpus", quoted),
            "nodes": figure_of(row, "nodes", quoted),
            "x $/GPU-hour": sizing.gpu_hourly_usd,
            "x h/month": HOURS_PER_MONTH,
            "= $/month": figure_of(row, "usd_per_month", quoted),
            "$/1M tok": figure_of(row, "usd_per_million", quoted),
        }
        return [format(values[name], form.get(name, ",")) for name in header]

    return _of_quoted(report, "The figure in bold, multiplied out", header, multiplied, ("= GPUs", "= $/month"))


LOADS: Final = {COMMIT: ("load_commit", "load_mean_commit"), BUDGET: ("load_budget", "load_mean_budget")}
"""The loads of a figure at the peak and in the mean."""


def sold_table(report: Shown) -> Table | None:
    """Return load and dollars per million tokens at the peak, in the mean and full, a row an SLA; None without a peak."""
    if report.sizing.demand.peak_to_mean == 1:
        return None
    dollars = {
        "$/1M tok at the peak": "usd_per_million",
        "$/1M tok in the mean, sold": "usd_per_million_mean",
        "$/1M tok at full load": "usd_per_million_full",
    }

    def at_loads(row: SizingRow, quoted: str) -> list[str]:
        loads = [FIGURES[name].text(getattr(row, name)) for name in LOADS[quoted]]
        return [*loads, *(f"{figure_of(row, measure, quoted):,.2f}" for measure in dollars.values())]

    header = ("load at the peak", "load in the mean", *dollars)
    return _of_quoted(report, "The figure in bold at the mean, which is what is sold", header, at_loads, (header[3],))


def _of_quoted(report: Shown, title: str, header: tuple[str, ...], cells: Any, in_bold: tuple[str, ...]) -> Table:
    """Return a table of what `cells` gives of each row and the figure that it may be quoted with; why where none may."""
    identity, said, rows = identity_columns(report), remarks(report), []
    for row, quoted in zip(report.rows, report.quoted, strict=True):
        asked = [text(row) for _, text in identity]
        if quoted is None:
            mark = WORKLOAD_MISMATCH if report.mismatched else ""
            why, end = (mark or said[id(row)], "") if row.feasible else (CANNOT_BE_MET, mark)
            rows.append((*asked, why, *[""] * (len(header) - 1), end))
        else:
            rows.append((*asked, quoted, *cells(row, quoted)))
    whole = (*(name for name, _ in identity), QUOTE, *header)
    bold = frozenset((at, whole.index(name)) for at, quoted in enumerate(report.quoted) if quoted for name in in_bold)
    splits = (whole.index("= GPUs") + 1,) if "= GPUs" in whole else (len(identity) + 3,)
    return Table(title, whole, rows, bold, splits=splits, repeat=len(identity))


def price_tables(report: Shown) -> list[Table]:
    """Return the prices side by side, and what each SLA costs a month at each of them; none where there is one price."""
    if not report.prices:
        return []
    prices = [replace(report.sizing.price, name=report.sizing.price.name or OWN_PRICE), *report.prices]
    at = report.contract_at
    gpus = None if at is None else gpus_quoted(report, at)
    contract = ("contract a month", "contract a year", "contract over the term") if gpus else ()
    header = ("price", "per GPU-hour", "currency", "term months", "rests on", "valid until", *contract)
    rows = []
    for price in prices:
        spans = (1, MONTHS_PER_YEAR, price.term_months)
        costs = [price.for_months(gpus, months) if months else None for months in spans] if gpus else []
        rows.append((
            price.name, f"{price.amount:,.2f}", price.currency, f"{price.term_months or UNTOLD}", price.rests_on, price.valid_until or UNTOLD,
            *(UNTOLD if cost is None else f"{cost:,.0f}" for cost in costs),
        ))  # fmt: skip
    return [Table("Prices side by side, nothing converted", header, rows, splits=(6,)), _monthly_table(report, prices)]


def _monthly_table(report: Shown, prices: Sequence[Price]) -> Table:
    """Return what the GPUs of each row cost a month at each of the `prices`."""
    heads = [f"{price.name} {price.currency} a month" for price in prices]

    def costs(row: SizingRow, quoted: str) -> list[str]:
        gpus = figure_of(row, "total_gpus", quoted)
        return [f"{gpus:,}", *(f"{price.for_months(gpus, 1):,.0f}" for price in prices)]

    return _of_quoted(report, "The figure in bold at each price", ("= GPUs", *heads), costs, ())


def gpus_quoted(report: Shown, at: int) -> int | None:
    """Return the GPUs of the figure that the row at that place may be quoted with; None where none may [GPUs]."""
    quoted = report.quoted[at]
    return None if quoted is None else int(figure_of(report.rows[at], "total_gpus", quoted))


def contract_words(report: Shown) -> str:
    """Return the contracted SLA with its GPUs and dollars multiplied out; empty where none is marked."""
    if report.contract_at is None:
        return ""
    at = report.contract_at
    row, quoted, standing = report.rows[at], report.quoted[at], report.rigors[at]
    asked = in_words(limits_of(row), row.sla)
    if not row.feasible:
        return f"{asked} {CANNOT_BE_MET}"
    if quoted is None:
        return f"{asked}: {WORKLOAD_MISMATCH if report.mismatched else row.remark_as(standing)}; nothing to sign"
    sizing = report.sizing
    pods, spares, idle, total = (
        figure_of(row, name, quoted) for name in ("pods", "spare_pods", "gpus_idle", "total_gpus")
    )
    each = f"x {sizing.gpus_per_pod:,}"
    parts = [
        f"{_counted(pods, 'pod')} {each}",
        *([f"{_counted(spares, 'spare pod')} {each}"] if spares else []),
        *([f"{_counted(idle, 'GPU')} idle in nodes"] if idle else []),
    ]
    price = f"{sizing.gpu_hourly_usd:,.2f} $/GPU-hour{' (assumed)' if sizing.price_assumed else ''}"
    usd = f"x {price} x {HOURS_PER_MONTH} h/month = {figure_of(row, 'usd_per_month', quoted):,.0f} $/month"
    head = f"{standing}, GPUs {figure_heads(sizing.bound)[quoted]}, at {asked}"
    return f"{head}: {' + '.join(parts)} = {total:,} GPUs {usd}{_not_signed(row, standing)}"


def _not_signed(row: SizingRow, standing: str) -> str:
    """Return what the line of a DRAFT adds: the figures that a VERDICT would be signed with; nothing where they are the same."""
    if standing == VERDICT or row.total_gpus_high == row.total_gpus_budget:
        return ""
    high = f"{row.total_gpus_high:,} GPUs, {row.usd_per_month_high:,.0f} $/month"
    return f"; a {DRAFT} is quoted, not signed: to commit {high}"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
