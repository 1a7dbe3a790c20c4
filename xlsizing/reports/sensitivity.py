"""How the figures to quote move with their inputs, in the words and tables of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_UP, Context
from typing import Any, Final

import numpy as np

from xlsizing.advice import SHARE, Room, room, sized_anew, swings
from xlsizing.core import COMMIT, ENDINGS, Limits, Sizing, SizingRow, figure_of, in_words, limits_of
from xlsizing.errors import shown
from xlsizing.reports.report import Report
from xlsizing.reports.tables import CANNOT_BE_MET, MOVED, QUOTE, Table, figure_heads, identity_columns

__all__ = ["End", "Moved", "moved", "moved_table", "room_table"]

_MOST_MOVED: Final = 6
"""SLAs whose inputs are moved; of more, so many from the loosest to the tightest [-]."""

_DIGITS: Final = 4
_DOWN, _UP = (Context(prec=_DIGITS, rounding=rounding) for rounding in (ROUND_DOWN, ROUND_UP))


@dataclass(frozen=True, slots=True)
class End:
    """One input of a row, lowered or raised.

    Parameters
    ----------
    share : float
        By how much [-]
    row : SizingRow
        The row then
    """

    share: float
    row: SizingRow


@dataclass(frozen=True, slots=True)
class Moved:
    """How one row moves with its inputs.

    Parameters
    ----------
    row : SizingRow
        The row as it was asked for
    figure : str
        The figure to quote; that to commit to where none may be quoted
    head : str
        What that is called
    ends : mapping of str to pair of End
        Each input lowered, and raised
    room : Room
        How far each may move before the figure takes another pod
    """

    row: SizingRow
    figure: str
    head: str
    ends: Mapping[str, tuple[End, End]]
    room: Room

    @property
    def title(self) -> str:
        """The figure, and what the row asks for."""
        gpus, usd = (figure_of(self.row, name, self.figure) for name in ("total_gpus", "usd_per_month"))
        return f"{gpus:,} GPUs {self.head}, {usd:,.0f} $/month, at {in_words(limits_of(self.row), self.row.sla)}"

    @property
    def room_words(self) -> str:
        """How far each input may move, in a sentence."""
        return (
            f"As many pods carry demand up to {self.demand_room}, or utilisation down to {self.util_room}, or an SLA up to "
            f"{self.sla_room}."
        )

    @property
    def demand_room(self) -> str:
        """By how much demand may rise, rounded down [%]."""
        return f"{_DOWN.create_decimal(repr(max(0.0, 100 * self.room.demand))).normalize():+f} %"

    @property
    def util_room(self) -> str:
        """The least utilisation, rounded up."""
        return f"{_UP.create_decimal(repr(self.room.util)).normalize():f}"

    @property
    def sla_room(self) -> str:
        """The tightest SLA, rounded down, but never below that asked for [tok/s/user]."""
        return shown(max(self.row.sla, float(_DOWN.create_decimal(repr(self.room.sla)))))

    def change(self, end: End, name: str) -> Any:
        """Return what the figure in the field `name` gains at one end; None where the row cannot be met there [unit of the field]."""
        if not end.row.feasible:
            return None
        return figure_of(end.row, name, self.figure) - figure_of(self.row, name, self.figure)


def moved(report: Report) -> list[Moved]:
    """Return how the rows of `report` that can be met move with their inputs, at most _MOST_MOVED of them."""
    met = [(row, quoted or COMMIT) for row, quoted in zip(report.rows, report.quoted, strict=True) if row.feasible]
    if not met:
        return []
    at = dict.fromkeys(np.linspace(0, len(met) - 1, min(len(met), _MOST_MOVED)).round().astype(int).tolist())
    chosen, heads = [met[i] for i in at], figure_heads(report.sizing.bound)
    sizing = _of_rows(report.sizing, [row for row, _ in chosen])
    found = {swing.name: swing for swing in swings(sizing)}
    ends = {name: list(zip(swing.lowered.rows(), swing.raised.rows(), strict=True)) for name, swing in found.items()}
    return [
        Moved(
            row,
            figure,
            heads[figure],
            {
                name: (End(-found[name].fall, each[i][0]), End(found[name].rise, each[i][1]))
                for name, each in ends.items()
            },
            room(sizing, i, figure),
        )
        for i, (row, figure) in enumerate(chosen)
    ]


def _of_rows(sizing: Sizing, rows: Sequence[SizingRow]) -> Sizing:
    """Return the `sizing` of some of its `rows` alone."""
    own = sizing.points.limits
    asked: dict[str, Any] = {wait.name: [getattr(row, wait.limit) for row in rows] for wait in own.asked}
    limits = Limits(**asked, output_tokens=own.output_tokens, statistic=own.statistic)
    return sized_anew(sizing, sla=[row.sla for row in rows], limits=limits)


def _identity(report: Report, row: SizingRow) -> dict[str, str]:
    return {name: text(row) for name, text in identity_columns(report)}


def room_table(report: Report, rows: Sequence[Moved]) -> Table | None:
    """Return how far each input of `rows` may move before one more pod, as a table; None without rows."""
    lines = [
        _identity(report, each.row)
        | {
            QUOTE: each.head,
            "GPUs": f"{figure_of(each.row, 'total_gpus', each.figure):,}",
            "demand up to": each.demand_room,
            "utilisation down to": each.util_room,
            "SLA up to": each.sla_room,
        }
        for each in rows
    ]
    return _table("How far an input may move before the next pod", lines)


def moved_table(report: Report, rows: Sequence[Moved]) -> Table | None:
    """Return the figures of `rows` with each input moved, as a table; None without rows."""
    heads = figure_heads(report.sizing.bound)
    lines: list[dict[str, str]] = []
    bold: set[tuple[int, int]] = set()
    for each in rows:
        changed = [(f"{name} {100 * end.share:+.3g} %", end.row) for name, ends in each.ends.items() for end in ends]
        for what, row in (("as asked", each.row), *changed):
            line = _identity(report, each.row) | {MOVED: what} | _figures(row, heads)
            bold |= {(len(lines), list(line).index(f"GPUs {each.head}"))} if row.feasible else set()
            lines.append(line)
    return _table(f"Each input {100 * SHARE:g} % lower and higher, alone", lines, frozenset(bold))


def _figures(row: SizingRow, heads: Mapping[str, str]) -> dict[str, str]:
    names = {"GPUs": ("total_gpus", ","), "$/month": ("usd_per_month", ",.0f")}
    texts = {
        f"{unit} {heads[figure]}": format(figure_of(row, name, figure), form) if row.feasible else ""
        for unit, (name, form) in names.items()
        for figure in ENDINGS
    }
    return texts if row.feasible else texts | {next(iter(texts)): CANNOT_BE_MET}


def _table(
    title: str, lines: Sequence[Mapping[str, str]], bold: frozenset[tuple[int, int]] = frozenset()
) -> Table | None:
    if not lines:
        return None
    return Table(title, tuple(lines[0]), [tuple(line.values()) for line in lines], bold)
