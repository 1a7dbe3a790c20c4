"""The tables of a sizing as texts, the same in Markdown and in the terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from xlsizing.errors import shown
from xlsizing.reports.report import Report
from xlsizing.rows import SizingRow

__all__ = ["Table", "answer_table", "curve_table", "facts", "operation_table", "shown_grouped"]

CANNOT_BE_MET: Final = "cannot be met"
REMARK: Final = "remark"
WORDS: Final = ("regime", REMARK)
"""Columns that hold words, not figures [-]."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts.

    Parameters
    ----------
    title : str
        What it shows [-]
    header : tuple of str
        The columns, each with its unit [-]
    rows : list of tuple of str
        A text for each column [-]
    key : int
        Position of the column to set in bold; -1 for none [-]
    split : int
        Position of the column before which a table too wide is cut [-]
    """

    title: str
    header: tuple[str, ...]
    rows: list[tuple[str, ...]]
    key: int = -1
    split: int = 1

    def parts(self) -> tuple[Table, Table]:
        """Return the table as two narrower ones that both begin with the first column [-]."""
        left = Table(self.title, self.header[: self.split], [row[: self.split] for row in self.rows], self.key)
        header = (self.header[0], *self.header[self.split :])
        rows = [(row[0], *self._rest(row)) for row in self.rows]
        return left, Table(f"{self.title}, continued", header, rows)

    def widths(self) -> list[int]:
        """Return how wide each column must be for whole cells and whole words of its header [-]."""
        columns = zip(self.header, *self.rows, strict=True)
        return [max(map(len, (*name.split(), *cells))) for name, *cells in columns]

    def _rest(self, row: tuple[str, ...]) -> tuple[str, ...]:
        """Return the cells right of the split; they too say where an SLA cannot be met."""
        rest = row[self.split :]
        return (CANNOT_BE_MET, *rest[1:]) if CANNOT_BE_MET in row else rest


_Column = tuple[str, Callable[[SizingRow], str]]

_ANSWER: Final[tuple[_Column, ...]] = (
    ("SLA tok/s/user", lambda row: shown(row.sla)),
    ("GPUs to commit", lambda row: f"{row.gpus_high:,}"),
    (
        "range GPUs",
        lambda row: f"{row.gpus_low:,}-{row.gpus_high:,}" if row.gpus_low != row.gpus_high else f"{row.gpus:,}",
    ),
    ("estimate GPUs", lambda row: f"{row.gpus:,}"),
    ("estimate pods", lambda row: f"{row.pods:,}"),
    ("$/month to commit", lambda row: f"{row.usd_per_month_high:,.0f}"),
    ("$/month estimate", lambda row: f"{row.usd_per_month:,.0f}"),
    ("$/1M tok to commit", lambda row: f"{row.usd_per_million_high:,.2f}"),
    ("$/1M tok estimate", lambda row: f"{row.usd_per_million:,.2f}"),
)

_WITH_SPARES: Final[tuple[_Column, ...]] = (
    ("GPUs to commit + spares", lambda row: f"{row.total_gpus_high:,}"),
    ("estimate GPUs + spares", lambda row: f"{row.total_gpus:,}"),
)

_OPERATION: Final[tuple[_Column, ...]] = (
    ("SLA tok/s/user", lambda row: shown(row.sla)),
    ("regime", lambda row: row.regime),
    ("c* per pod", lambda row: f"{row.c_star:,.2f}"),
    ("tok/s per pod", lambda row: f"{row.per_replica_tps:,.1f}"),
    ("tok/s/user there", lambda row: shown(row.tok_s_per_user)),
    ("load", lambda row: _percent(row.load)),
    ("load, one pod fewer", lambda row: _percent(row.load_one_fewer)),
    ("max-num-seqs", lambda row: f"{row.max_num_seqs:,}"),
    (
        "load at max-num-seqs",
        lambda row: _percent(row.load_at_max_num_seqs) + (", does not carry the demand" if row.overloaded else ""),
    ),
)


def answer_table(report: Report) -> Table:
    """Return what to commit to and what it costs, a row an SLA [-]."""
    left = _ANSWER[:5]
    if any(row.too_wide for row in report.rows):
        left += ((REMARK, _remark),)
    right = (_WITH_SPARES if report.sizing.spare_replicas else ()) + _ANSWER[5:]
    return Table("GPUs and dollars", *_filled(left + right, report), key=1, split=len(left))


def operation_table(report: Report) -> Table:
    """Return where one replica runs, a row an SLA [-]."""
    return Table("One replica at its operating point", *_filled(_OPERATION, report), split=5)


def curve_table(report: Report) -> Table:
    """Return the measured anchors [-]."""
    curve = report.sizing.curve
    columns = {
        "concurrency": curve.concurrency,
        "tok/s/user": curve.tok_s_per_user,
        "output tok/s measured"
        if curve.measured_throughput
        else "output tok/s (c x tok/s/user)": curve.per_replica_tps,
    }
    if curve.ttft_s is not None:
        columns["TTFT s"] = curve.ttft_s
    texts = [[shown(value) for value in values.tolist()] for values in columns.values()]
    return Table("Measured curve", tuple(columns), list(zip(*texts, strict=True)))


def facts(report: Report) -> dict[str, str]:
    """Return the inputs of the sizing, name and text [-]."""
    sizing = report.sizing
    named = {
        "Model": report.model,
        "Curve": report.source,
        "Demand": _demand(report),
        "GPUs per pod": f"{sizing.gpus_per_pod:,}",
        "Utilisation planned": f"{shown(sizing.util)} of measured throughput",
        "Spare pods": f"{sizing.spare_replicas:,}",
        "Price": f"{sizing.gpu_hourly_usd:,.2f} $/GPU-hour{' (assumed)' if sizing.price_assumed else ''}",
        "Interpolation": sizing.points.method.name,
    }
    return {name: text for name, text in named.items() if text}


def _demand(report: Report) -> str:
    demand = report.sizing.demand
    if demand.shape:
        return f"{demand.value.size:,} demands in {demand.unit}"
    value = shown_grouped(float(demand.value))
    if demand.counts_users:
        return f"{value} users (requests in flight at peak)"
    total = f"{shown_grouped(float(demand.output_tok_s(0)))} output tok/s"
    if demand.osl is not None:
        return f"{value} requests/s x {shown_grouped(float(demand.osl))} output tokens = {total}"
    return total if demand.unit == "tok/s" else f"{value} output tokens per minute = {total}"


def shown_grouped(value: float) -> str:
    """Return `value` with thousands separators and without noise digits [-].

    >>> shown_grouped(3e6), shown_grouped(0.125)
    ('3,000,000', '0.125')
    """
    return f"{value:,.0f}" if value == round(value) else f"{value:,.10g}"


def _remark(row: SizingRow) -> str:
    if not row.too_wide:
        return ""
    return "too wide to quote: " + (f"measure c={shown(row.measure_next)}" if row.measure_next else "bracket closed")


def _filled(columns: tuple[_Column, ...], report: Report) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    header = tuple(name for name, _ in columns)
    unmet = ("",) * (len(columns) - 2)
    rows = [
        tuple(text(row) for _, text in columns) if row.feasible else (shown(row.sla), CANNOT_BE_MET, *unmet)
        for row in report.rows
    ]
    return header, rows


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:,.1f} %"
