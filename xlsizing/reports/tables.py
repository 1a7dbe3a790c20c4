"""The tables of a sizing as texts, the same in Markdown and in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Protocol

from xlsizing.core import (
    BUDGET,
    COMMIT,
    ESTIMATE,
    FIGURES,
    WAITS,
    Curve,
    Figure,
    Sizing,
    SizingRow,
    Wait,
    figure_named,
    in_section,
)
from xlsizing.errors import shown
from xlsizing.reports.report import Report
from xlsizing.reports.waiting import told

if TYPE_CHECKING:
    from xlsizing.advice import Growth, LeverDelta
    from xlsizing.core import Bound, Price
    from xlsizing.reports.outlook import Outlook

__all__ = [
    "CANNOT_BE_MET",
    "GIVES_WAY",
    "MOVED",
    "QUOTE",
    "STEP_COLUMNS",
    "WORDS",
    "WORKLOAD_MISMATCH",
    "Shown",
    "Table",
    "answer_table",
    "context_table",
    "curve_table",
    "figure_heads",
    "identity_columns",
    "levers_table",
    "operation_table",
    "remarks",
    "shown_grouped",
]

CANNOT_BE_MET: Final = "cannot be met"
QUOTE: Final = "quote"
_REMARK: Final = "remark"
_RIGOR: Final = "rigor"
WORKLOAD_MISMATCH: Final = "WORKLOAD MISMATCH"
"""What marks every row of a curve that was measured at another workload."""

STEP_COLUMNS: Final = ("step", "number", "unit", "how it follows")
"""The columns of a row that is explained."""

GIVES_WAY: Final = (
    _REMARK,
    _RIGOR,
    QUOTE,
    "name",
    "lever",
    "tier",
    "campaign",
    "formula",
    "rests on",
    STEP_COLUMNS[-1],
)
"""Columns of words that may break between words, where a terminal is too narrow for whole cells."""

_BINDS: Final = "binds"
"""The column that says what keeps a replica from more."""

MOVED: Final = "input moved"
"""The column that says which input was changed, and by how much."""

WORDS: Final = (
    *GIVES_WAY,
    _BINDS,
    MOVED,
    "step",
    "unit",
    "regime",
    "section",
    "field",
    "value",
    "place",
    "price",
    "currency",
    "valid until",
)
"""Columns that hold words, not figures."""


class Shown(Protocol):
    """What the tables of a sizing show, whether it was just made or read back from a file."""

    @property
    def sizing(self) -> Sizing:
        """The sizing."""

    @property
    def rows(self) -> Sequence[SizingRow]:
        """Its rows, by rising SLA."""

    @property
    def row_names(self) -> Sequence[str | None]:
        """What each of them is called; None where it has no name."""

    @property
    def rigors(self) -> Sequence[str]:
        """DRAFT or VERDICT, of each."""

    @property
    def quoted(self) -> Sequence[str | None]:
        """Which figure each may be quoted with; None where none may."""

    @property
    def mismatched(self) -> bool:
        """Whether the curve is that of another workload."""

    @property
    def contract_at(self) -> int | None:
        """Which of the rows is contracted, from 0; None where none is [-]."""

    @property
    def prices(self) -> Sequence[Price]:
        """Other prices, shown side by side with that of the sizing."""

    @property
    def growth(self) -> Growth | None:
        """How the demand grows; None where nothing is said."""

    @property
    def outlooks(self) -> Sequence[Outlook]:
        """How the rows of the table of growth grow."""

    @property
    def method_chosen(self) -> bool:
        """Whether somebody chose the interpolation rather than leaving it out."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts.

    Parameters
    ----------
    title : str
        What it shows
    header : tuple of str
        The columns, each with its unit
    rows : list of tuple of str
        A text for each column
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
        """Return the table as narrower ones that all begin with the columns that name a row."""
        ends = (*self.splits, len(self.header))
        return [self._part(start, end) for start, end in pairwise((0, *ends))]

    def _part(self, start: int, end: int) -> Table:
        """Return the columns from `start` to before `end`; behind the first part they follow those that name a row."""
        names = self.repeat if start else 0
        shown = [*range(names), *range(start, end)]
        header = tuple(self.header[column] for column in shown)
        rows = [tuple(self._part_cells(row, shown, start)) for row in self.rows]
        bold = frozenset((row, shown.index(column)) for row, column in self.bold if column in shown)
        return Table(f"{self.title}, continued" if start else self.title, header, rows, bold)

    def widths(self) -> list[int]:
        """Return how wide each column must be for whole cells and whole words of its header [-]."""
        columns = zip(self.header, *self.rows, strict=True)
        return [max(map(len, (*name.split(), *cells))) for name, *cells in columns]

    def _part_cells(self, row: tuple[str, ...], shown: list[int], start: int) -> list[str]:
        """Return the cells of `row` in the columns `shown`; each part says where an SLA cannot be met."""
        cells = [row[column] for column in shown]
        if start and CANNOT_BE_MET in row:
            cells[self.repeat] = CANNOT_BE_MET
        return cells


_Column = tuple[str, Callable[[SizingRow], str]]


def figure_heads(bound: Bound) -> dict[str, str]:
    """Return what each figure with a budget of that `bound` is called in a heading, after its unit."""
    return {COMMIT: "to commit", BUDGET: f"to budget, {_percent(bound)}", ESTIMATE: ESTIMATE}


def _percent(bound: Bound) -> str:
    return f"{bound.confidence * 100:.0f} %"


def _section_columns(section: str, report: Shown) -> tuple[_Column, ...]:
    """Return the columns of one section of a table, as the table of figures has them."""
    spares = " + spares" if report.sizing.holds_spares else ""
    return tuple(
        (figure.heading.format(spares=spares, percent=_percent(report.sizing.bound)), _text_of(name, figure))
        for name, figure in in_section(FIGURES, section)
    )


def _text_of(name: str, figure: Figure) -> Callable[[SizingRow], str]:
    return lambda row: figure.text(getattr(row, name))


def identity_columns(report: Shown) -> tuple[_Column, ...]:
    """Return the columns that tell rows apart: the SLA, and the limits on waiting beside it."""
    asked = report.sizing.points.limits.asked
    limits = ((f"{wait.label} limit s", _text_of(wait.limit, FIGURES[wait.limit])) for wait in asked)
    return ("SLA tok/s/user", lambda row: shown(row.sla)), *limits


def _wait_columns(report: Shown) -> tuple[_Column, ...]:
    """Return what binds, and the waits where the pods of the estimate and those to commit to run."""
    there = (
        (f"{figure}: {wait.label} there s", _text_of(name, FIGURES[name]))
        for wait in told(report.sizing)
        for figure, name in ((ESTIMATE, wait.name), (COMMIT, wait.commit))
    )
    return (_BINDS, lambda row: row.binding or ""), *there


def answer_table(report: Shown) -> Table:
    """Return the three figures and what they cost, spares included, a row an SLA."""
    names = {id(row): name or "" for row, name in zip(report.rows, report.row_names, strict=True)}
    named = (("name", lambda row: names[id(row)]),) if any(names.values()) else ()
    identity = (*identity_columns(report), *named)
    gpus, dollars = _section_columns("GPUs", report), _section_columns("dollars", report)
    left = (*identity, *gpus, (_RIGOR, _rigor_text(report)))
    said = remarks(report)
    if any(said.values()):
        left += ((_REMARK, lambda row: said[id(row)]),)
    header, rows = _rows_as_texts(left + dollars, report, said_at=len(identity))
    of = {
        name: at
        for section, at in (("GPUs", len(identity)), ("dollars", len(left)))
        for name, at in _figure_columns(section, at)
    }
    bold = frozenset(
        (at, of[figure_named(measure, quoted)])
        for at, quoted in enumerate(report.quoted)
        if quoted
        for measure in ("total_gpus", "usd_per_month", "usd_per_million")
    )
    return Table("GPUs and dollars", header, rows, bold, splits=(len(left),), repeat=len(identity) - len(named))


def _figure_columns(section: str, first: int) -> list[tuple[str, int]]:
    """Return the figures of a section and the columns that they stand in, the first of them given."""
    return [(name, first + offset) for offset, (name, _) in enumerate(in_section(FIGURES, section))]


def remarks(report: Shown) -> dict[int, str]:
    """Return the remark of each row, by its identity."""
    return {
        id(row): row.remark_as(rigor) if row.feasible else ""
        for row, rigor in zip(report.rows, report.rigors, strict=True)
    }


def operation_table(report: Shown) -> Table:
    """Return where a replica runs, in the fleet of estimate and budget and in that of the commitment, a row an SLA."""
    identity, waiting = identity_columns(report), _wait_columns(report)
    rigor = ((_RIGOR, _rigor_text(report)),) if report.mismatched else ()
    at, loads_there, commit = (_section_columns(section, report) for section in ("where", "loads", "commit"))
    where = len(identity) + len(at)
    loads = where + len(waiting)
    header, rows = _rows_as_texts(
        (*identity, *at, *waiting, *loads_there, *commit, *rigor), report, said_at=len(identity)
    )
    splits = [where] * (len(waiting) > 1) + [loads]  # what binds is no part of its own
    splits += [loads + 2] * (len(identity) > 1) + [
        loads + len(loads_there)
    ]  # with limits in each part the loads take two
    return Table("One replica at its operating point", header, rows, splits=tuple(splits), repeat=len(identity))


def curve_table(curve: Curve) -> Table:
    """Return the measured anchors."""
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
    """Return every field of the measurement context, unknown ones too; None without a context."""
    if report.context is None:
        return None
    from xlsizing.context import worded  # noqa: PLC0415  # only where there is a context

    rows: list[tuple[str, ...]] = [(section, label, worded(value)) for section, label, value in report.context.table()]
    return Table("Measurement context", ("section", "field", "value"), rows)


def levers_table(levers: Sequence[LeverDelta]) -> Table | None:
    """Return `levers`, ranked within each SLA, as a table; None where there are none."""
    if not levers:
        return None
    from xlsizing.advice import with_ranks  # noqa: PLC0415  # most reports have no levers

    limited = [wait for wait in WAITS if any(wait in dict(delta.limits) for delta in levers)]
    header = (
        "SLA tok/s/user", *(f"{wait.label} limit s" for wait in limited), "rank", "lever", _RIGOR, "delta GPUs to commit", "delta GPUs estimate",
        "delta $/month estimate", "effort days", "baseline GPUs estimate", "with lever GPUs estimate", "tier",
        "campaign",
    )  # fmt: skip
    rows = [_lever_row(delta, rank, limited) for rank, delta in with_ranks(levers)]
    title = "Levers, each alone against its own baseline, by GPUs saved per day of effort"
    return Table(title, header, rows, splits=(7 + len(limited),), repeat=2 + len(limited))


def _lever_row(delta: LeverDelta, rank: int, limited: Sequence[Wait]) -> tuple[str, ...]:
    lever = delta.lever
    mismatch = any(WORKLOAD_MISMATCH in reason for reason in delta.reasons)
    limits = dict(delta.limits)
    return (
        shown(delta.sla), *(shown(limits[wait]) if wait in limits else "-" for wait in limited), f"{rank}", lever.name, delta.rigor + (f", {WORKLOAD_MISMATCH}" if mismatch else ""),
        f"{delta.delta_gpus_high:+,}", f"{delta.delta_gpus:+,}", f"{delta.delta_usd_per_month:+,.0f}",
        shown(lever.effort_days), f"{delta.baseline_gpus:,}", f"{delta.with_gpus:,}", lever.tier or "-", lever.campaign or "-",
    )  # fmt: skip


def shown_grouped(value: float) -> str:
    """Return `value` with thousands separators and without noise digits [-].

    >>> shown_grouped(3e6), shown_grouped(0.125)
    ('3,000,000', '0.125')
    """
    return f"{value:,.0f}" if value == round(value) else f"{value:,.10g}"


def _rigor_text(report: Shown) -> Callable[[SizingRow], str]:
    """Return how a row shows its standing; rows of another workload say so."""
    mismatch = f", {WORKLOAD_MISMATCH}" if report.mismatched else ""
    labels = {id(row): rigor + mismatch for row, rigor in zip(report.rows, report.rigors, strict=True)}
    return lambda row: labels[id(row)]


def _rows_as_texts(
    columns: tuple[_Column, ...], report: Shown, *, said_at: int
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return header and rows; a row that cannot be met says so in column `said_at`, and shows no figure."""
    header = tuple(name for name, _ in columns)
    blank = dict.fromkeys(header, "") | {_RIGOR: WORKLOAD_MISMATCH if report.mismatched else ""}
    unmet = (CANNOT_BE_MET, *(blank[name] for name in header[said_at + 1 :]))
    rows = [
        tuple(text(row) for _, text in columns)
        if row.feasible
        else (*(text(row) for _, text in columns[:said_at]), *unmet)
        for row in report.rows
    ]
    return header, rows
