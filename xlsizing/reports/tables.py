"""The tables of a sizing as texts, the same in Markdown and in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from xlsizing.errors import shown
from xlsizing.limits import WAITS, Wait
from xlsizing.ranking import with_ranks
from xlsizing.reports.report import Report
from xlsizing.reports.waiting import told, waits_fact
from xlsizing.rigor import Workload
from xlsizing.rows import BUDGET, COMMIT, SizingRow
from xlsizing.rules import BEFORE_AUTO, HOURS_PER_MONTH

if TYPE_CHECKING:
    from xlsizing.demand import Demand
    from xlsizing.levers import LeverDelta
    from xlsizing.result import Sizing

__all__ = [
    "BINDS",
    "CANNOT_BE_MET",
    "FIGURES",
    "GIVES_WAY",
    "MOVED",
    "NO_SOURCE",
    "OVERLOADED",
    "QUOTE",
    "REMARK",
    "RIGOR",
    "WORDS",
    "WORKLOAD_MISMATCH",
    "Table",
    "answer_table",
    "context_table",
    "curve_table",
    "demand_words",
    "facts",
    "figure_heads",
    "figure_of",
    "interpolation_words",
    "levers_table",
    "operation_table",
    "quote_table",
    "shown_grouped",
]

CANNOT_BE_MET: Final = "cannot be met"
NO_SOURCE: Final = "no date or source given"
OVERLOADED: Final = "does not carry the demand"
QUOTE: Final = "quote"
REMARK: Final = "remark"
RIGOR: Final = "rigor"
WORKLOAD_MISMATCH: Final = "WORKLOAD MISMATCH"
"""What marks every row of a curve that was measured at another workload [-]."""

GIVES_WAY: Final = (REMARK, RIGOR, QUOTE, "name", "lever", "tier", "campaign", "formula")
"""Columns of words that may break between words, where a terminal is too narrow for whole cells [-]."""

BINDS: Final = "binds"
"""The column that says what keeps a replica from more [-]."""

MOVED: Final = "input moved"
"""The column that says which input was changed, and by how much [-]."""

WORDS: Final = (*GIVES_WAY, BINDS, MOVED, "regime", "section", "field", "value", "place")
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
    bold : frozenset of tuple of int
        Row and column of the cells to set in bold, counted from 0 [-]
    splits : tuple of int
        Positions of the columns before which a table too wide is cut [-]
    repeat : int
        Leading columns that name a row, and so begin each part of a table that is cut [-]
    """

    title: str
    header: tuple[str, ...]
    rows: list[tuple[str, ...]]
    bold: frozenset[tuple[int, int]] = frozenset()
    splits: tuple[int, ...] = (1,)
    repeat: int = 1

    def parts(self) -> list[Table]:
        """Return the table as narrower ones that all begin with the columns that name a row [-]."""
        ends = (*self.splits, len(self.header))
        return [self._part(start, end) for start, end in pairwise((0, *ends))]

    def _part(self, start: int, end: int) -> Table:
        """Return the columns from `start` to before `end`; behind the first part they follow those that name a row."""
        names = self.repeat if start else 0
        shown = [*range(names), *range(start, end)]
        header = tuple(self.header[column] for column in shown)
        rows = [tuple(self._cells(row, shown, start)) for row in self.rows]
        bold = frozenset((row, shown.index(column)) for row, column in self.bold if column in shown)
        return Table(f"{self.title}, continued" if start else self.title, header, rows, bold)

    def widths(self) -> list[int]:
        """Return how wide each column must be for whole cells and whole words of its header [-]."""
        columns = zip(self.header, *self.rows, strict=True)
        return [max(map(len, (*name.split(), *cells))) for name, *cells in columns]

    def _cells(self, row: tuple[str, ...], shown: list[int], start: int) -> list[str]:
        """Return the cells of `row` in the columns `shown`; each part says where an SLA cannot be met."""
        cells = [row[column] for column in shown]
        if start and CANNOT_BE_MET in row:
            cells[self.repeat] = CANNOT_BE_MET
        return cells


_Column = tuple[str, Callable[[SizingRow], str]]

FIGURES: Final = {COMMIT: "high", BUDGET: "budget", "estimate": ""}
"""The figures of a row, and how their fields end: total_gpus_high, usd_per_month_budget [-]."""


def figure_of(row: SizingRow | Sizing, name: str, figure: str) -> Any:
    """Return what the field `name` of a `row`, or of all rows of a sizing, is for a `figure`, one of FIGURES [unit of the field]."""
    ending = FIGURES[figure]
    return getattr(row, f"{name}_{ending}" if ending else name)


def figure_heads(report: Report) -> dict[str, str]:
    """Return what each figure of `report` is called in a heading, after its unit [-]."""
    percent = f"{report.sizing.bound.confidence * 100:.0f} %"
    return {COMMIT: "to commit", BUDGET: f"to budget, {percent}", "estimate": "estimate"}


_WHERE: Final[tuple[_Column, ...]] = (
    ("regime", lambda row: row.regime),
    ("estimate: c* per pod", lambda row: f"{row.c_star:,.2f}"),
    ("estimate: tok/s per pod", lambda row: f"{row.per_replica_tps:,.1f}"),
    ("estimate: tok/s/user there", lambda row: shown(row.tok_s_per_user, digits=7)),
)
"""Where a replica of the estimate runs [-]."""

_LOADS: Final[tuple[_Column, ...]] = (
    ("estimate: load", lambda row: _percent(row.load)),
    ("estimate: load, one pod fewer", lambda row: _percent(row.load_one_fewer)),
    ("estimate, budget: max-num-seqs", lambda row: f"{row.max_num_seqs:,}"),
    (
        "estimate: load at max-num-seqs",
        lambda row: _percent(row.load_at_max_num_seqs) + (f", {OVERLOADED}" if row.overloaded else ""),
    ),
    (
        "budget: load at max-num-seqs",
        lambda row: _percent(row.load_at_max_num_seqs_budget) + (f", {OVERLOADED}" if row.overloaded_budget else ""),
    ),
)
"""What the pods of estimate and budget carry there [-]."""

_COMMIT: Final[tuple[_Column, ...]] = (
    ("commit: c per pod", lambda row: f"{row.c_commit:,.2f}"),
    ("commit: tok/s per pod", lambda row: f"{row.per_replica_tps_commit:,.1f}"),
    ("commit: tok/s/user there", lambda row: shown(row.tok_s_per_user_commit, digits=7)),
    ("commit: load", lambda row: _percent(row.load_commit)),
    ("commit: max-num-seqs", lambda row: f"{row.max_num_seqs_commit:,}"),
)
"""The same of the pods to commit to [-]."""

_SHORT: Final = 4
"""Digits of a wait that follows from others; a limit has those that were given [-]."""


def _identity(report: Report) -> tuple[_Column, ...]:
    """Return the columns that tell rows apart: the SLA, and the limits on waiting beside it."""
    limits = ((f"{wait.label} limit s", _seconds(wait.limit)) for wait in report.sizing.points.limits.asked)
    return ("SLA tok/s/user", lambda row: shown(row.sla)), *limits


def _waiting(report: Report) -> tuple[_Column, ...]:
    """Return what binds, and the waits where the pods of the estimate and those to commit to run."""
    there = (
        (f"{figure}: {wait.label} there s", _seconds(name, digits=_SHORT))
        for wait in told(report.sizing)
        for figure, name in (("estimate", wait.name), (COMMIT, wait.commit))
    )
    return (BINDS, lambda row: row.binding or ""), *there


def _seconds(name: str, *, digits: int = 10) -> Callable[[SizingRow], str]:
    """Return how a row shows the wait or limit in its field `name`."""

    def text(row: SizingRow) -> str:
        seconds = getattr(row, name)
        return "-" if seconds is None else shown(seconds, digits=digits)

    return text


def answer_table(report: Report) -> Table:
    """Return the three figures and what they cost, spares included, a row an SLA [-]."""
    heads, spares = figure_heads(report), " + spares" if report.sizing.spare_replicas else ""
    names = {id(row): name or "" for row, name in zip(report.rows, report.row_names, strict=True)}
    named = (("name", lambda row: names[id(row)]),) if any(names.values()) else ()
    identity = (*_identity(report), *named)
    left = (
        *identity,
        *((f"GPUs {head}{spares}", _cell("total_gpus", figure, ",")) for figure, head in heads.items()),
        (f"lowest GPUs{spares}", lambda row: f"{row.total_gpus_low:,}"),
        ("pods to commit", lambda row: f"{row.pods_high:,}"),
        (RIGOR, _rigor(report)),
    )
    remarks = _remarks(report)
    if any(remarks.values()):
        left += ((REMARK, lambda row: remarks[id(row)]),)
    right = (
        *((f"$/month {head}", _cell("usd_per_month", figure, ",.0f")) for figure, head in heads.items()),
        *((f"$/1M tok {head}", _cell("usd_per_million", figure, ",.2f")) for figure, head in heads.items()),
    )
    header, rows = _filled(left + right, report, said_at=len(identity))
    bold = frozenset(
        (at, column)
        for at, quoted in enumerate(report.quoted)
        if quoted
        for column, (name, _) in enumerate(left + right)
        if name.removesuffix(spares).endswith(heads[quoted]) and not name.startswith("pods")
    )
    return Table("GPUs and dollars", header, rows, bold, splits=(len(left),), repeat=len(identity) - len(named))


def quote_table(report: Report) -> Table:
    """Return the figure in bold of each SLA, multiplied out from pods to dollars on one line [-]."""
    sizing, remarks, rows = report.sizing, _remarks(report), []
    identity = _identity(report)
    for row, quoted in zip(report.rows, report.quoted, strict=True):
        asked = [text(row) for _, text in identity]
        if quoted is None:
            mark = WORKLOAD_MISMATCH if report.assessment.mismatch else ""
            none = (mark or remarks[id(row)], "") if row.feasible else (CANNOT_BE_MET, mark)
            rows.append((*asked, none[0], *[""] * 7, none[1]))
            continue
        gpus = figure_of(row, "total_gpus", quoted)
        rows.append((
            *asked, quoted, f"{gpus // sizing.gpus_per_pod - sizing.spare_replicas:,}",
            f"{sizing.spare_replicas:,}", f"{sizing.gpus_per_pod:,}", f"{gpus:,}", f"{sizing.gpu_hourly_usd:,.2f}",
            f"{HOURS_PER_MONTH:,}", f"{figure_of(row, 'usd_per_month', quoted):,.0f}",
            f"{figure_of(row, 'usd_per_million', quoted):,.2f}",
        ))  # fmt: skip
    header = (
        *(name for name, _ in identity), QUOTE, "(pods", "+ spare pods)", "x GPUs per pod", "= GPUs", "x $/GPU-hour", "x h/month",
        "= $/month", "$/1M tok",
    )  # fmt: skip
    in_bold = (header.index("= GPUs"), header.index("= $/month"))
    bold = frozenset((at, column) for at, quoted in enumerate(report.quoted) if quoted for column in in_bold)
    splits = (in_bold[0] + 1,)
    return Table("The figure in bold, multiplied out", header, rows, bold, splits=splits, repeat=len(identity))


def _cell(name: str, figure: str, form: str) -> Callable[[SizingRow], str]:
    return lambda row: format(figure_of(row, name, figure), form)


def _remarks(report: Report) -> dict[int, str]:
    """Return the remark of each row, by its identity."""
    return {
        id(row): row.remark_as(rigor.label) if row.feasible else ""
        for row, rigor in zip(report.rows, report.standings, strict=True)
    }


def operation_table(report: Report) -> Table:
    """Return where a replica runs, in the fleet of estimate and budget and in that of the commitment, a row an SLA [-]."""
    identity, waiting = _identity(report), _waiting(report)
    rigor = ((RIGOR, _rigor(report)),) if report.assessment.mismatch else ()
    where = len(identity) + len(_WHERE)
    loads = where + len(waiting)
    header, rows = _filled((*identity, *_WHERE, *waiting, *_LOADS, *_COMMIT, *rigor), report, said_at=len(identity))
    splits = [where] * (len(waiting) > 1) + [loads]  # what binds is no part of its own
    splits += [loads + 2] * (len(identity) > 1) + [loads + len(_LOADS)]  # with limits in each part the loads take two
    return Table("One replica at its operating point", header, rows, splits=tuple(splits), repeat=len(identity))


def curve_table(report: Report) -> Table:
    """Return the measured anchors [-]."""
    curve = report.sizing.curve
    pooled = curve.pooled_share is not None or curve.noise_share is not None
    rates = {"tok/s/user measured": curve.measured_tok_s_per_user, "tok/s/user pooled": curve.tok_s_per_user}
    columns = {
        "concurrency": curve.concurrency,
        **(rates if pooled else {"tok/s/user": curve.tok_s_per_user}),
        "output tok/s measured"
        if curve.measured_throughput
        else "output tok/s (c x tok/s/user)": curve.per_replica_tps,
    }
    columns |= {f"{wait.label} s": waits for wait in WAITS if (waits := getattr(curve, wait.name, None)) is not None}
    texts = [[shown(value) for value in values.tolist()] for values in columns.values()]
    title = "Measured curve, rises pooled" if pooled else "Measured curve"
    return Table(title, tuple(columns), list(zip(*texts, strict=True)))


def context_table(report: Report) -> Table | None:
    """Return every field of the measurement context, unknown ones too; None without a context [-]."""
    if report.context is None:
        return None
    from xlsizing.context import worded  # noqa: PLC0415  # only where there is a context

    rows: list[tuple[str, ...]] = [(section, label, worded(value)) for section, label, value in report.context.table()]
    return Table("Measurement context", ("section", "field", "value"), rows)


def levers_table(levers: Sequence[LeverDelta]) -> Table | None:
    """Return `levers`, ranked within each SLA, as a table; None where there are none [-]."""
    limited = [wait for wait in WAITS if any(wait in dict(delta.limits) for delta in levers)]
    header = (
        "SLA tok/s/user", *(f"{wait.label} limit s" for wait in limited), "rank", "lever", RIGOR, "delta GPUs to commit", "delta GPUs estimate",
        "delta $/month estimate", "effort days", "baseline GPUs estimate", "with lever GPUs estimate", "tier",
        "campaign",
    )  # fmt: skip
    rows = [_lever_row(delta, rank, limited) for rank, delta in with_ranks(levers)]
    title = "Levers, each alone against its own baseline, by GPUs saved per day of effort"
    return Table(title, header, rows, splits=(7 + len(limited),), repeat=2 + len(limited)) if rows else None


def _lever_row(delta: LeverDelta, rank: int, limited: Sequence[Wait]) -> tuple[str, ...]:
    lever = delta.lever
    mismatch = any(WORKLOAD_MISMATCH in reason for reason in delta.reasons)
    limits = dict(delta.limits)
    return (
        shown(delta.sla), *(shown(limits[wait]) if wait in limits else "-" for wait in limited), f"{rank}", lever.name, delta.rigor + (f", {WORKLOAD_MISMATCH}" if mismatch else ""),
        f"{delta.delta_gpus_high:+,}", f"{delta.delta_gpus:+,}", f"{delta.delta_usd_per_month:+,.0f}",
        shown(lever.effort_days), f"{delta.baseline_gpus:,}", f"{delta.with_gpus:,}", lever.tier or "-", lever.campaign or "-",
    )  # fmt: skip


def facts(report: Report) -> dict[str, str]:
    """Return the inputs of the sizing, name and text [-]."""
    sizing = report.sizing
    named = {
        **report.about,
        "Model": report.model,
        "Curve": report.source,
        "Context": report.context.label() if report.context else "",
        "Customer's workload": _workload(report.workload),
        "Demand": demand_words(sizing.demand),
        "Waits": waits_fact(sizing),
        "GPUs per pod": f"{sizing.gpus_per_pod:,}",
        "Utilisation planned": f"{shown(sizing.util)} of measured throughput",
        "Spare pods": f"{sizing.spare_replicas:,}",
        "Price": _price(report),
        "Interpolation": interpolation_words(report),
        "Budget calibration": sizing.bound.calibration.fact if sizing.bound.calibration else "",
    }
    return {name: text for name, text in named.items() if text}


def interpolation_words(report: Report) -> str:
    """Return the method of `report`; where nobody chose it, with what figures on file were made by [-]."""
    name = report.sizing.points.method.name
    return name if report.method_chosen else f"{name} ({BEFORE_AUTO})"


def _price(report: Report) -> str:
    rests_on = "assumed" if report.sizing.price_assumed else report.price_source or NO_SOURCE
    return f"{report.sizing.gpu_hourly_usd:,.2f} $/GPU-hour ({rests_on})"


def _workload(workload: Workload | None) -> str:
    if workload is None:
        return ""
    parts = {"ISL": workload.isl, "OSL": workload.osl}
    texts = [f"{name} {shown(tokens)}" for name, tokens in parts.items() if tokens is not None]
    if workload.turns:
        texts.append(workload.turns)
    if workload.prefix_hit_rate is not None:
        texts.append(f"prefix-cache hit rate {shown(workload.prefix_hit_rate)}")
    return ", ".join([*texts, *filter(None, (workload.dataset_kind, workload.cache_state))])


def demand_words(demand: Demand) -> str:
    """Return a `demand` in its own unit and in output tok/s [-]."""
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


def _rigor(report: Report) -> Callable[[SizingRow], str]:
    """Return how a row shows its standing; rows of another workload say so."""
    mismatch = f", {WORKLOAD_MISMATCH}" if report.assessment.mismatch else ""
    labels = {id(row): rigor.label + mismatch for row, rigor in zip(report.rows, report.standings, strict=True)}
    return lambda row: labels[id(row)]


def _filled(
    columns: tuple[_Column, ...], report: Report, *, said_at: int
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return header and rows; a row that cannot be met says so in column `said_at`, and shows no figure."""
    header = tuple(name for name, _ in columns)
    blank = dict.fromkeys(header, "") | {RIGOR: WORKLOAD_MISMATCH if report.assessment.mismatch else ""}
    unmet = (CANNOT_BE_MET, *(blank[name] for name in header[said_at + 1 :]))
    rows = [
        tuple(text(row) for _, text in columns)
        if row.feasible
        else (*(text(row) for _, text in columns[:said_at]), *unmet)
        for row in report.rows
    ]
    return header, rows


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:,.1f} %"
