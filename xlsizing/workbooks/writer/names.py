"""Defined names: what people script against, and where the tables of the workbook stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName

from xlsizing.checks import refuse

__all__ = [
    "LONGEST_PIECE",
    "MOST_AT_ONCE",
    "PUBLIC",
    "ROOM_SLAS",
    "SHEETS",
    "Layout",
    "column_of",
    "define",
    "legal_name",
    "letter",
    "place",
]

SHEETS: Final = ("Sizing", "Intake", "Prices", "Growth", "Curve", "Calc", "Context", "Levers", "Checks", "About")
"""The sheets in order."""

PUBLIC: Final = (
    "Demand_Value", "Demand_Unit", "Demand_OSL", "Util", "GPUs_per_Pod", "Spare_Pods", "USD_per_GPU_Hour",
    "Requests_per_Person", "Peak_to_Mean", "GPUs_per_Node", "Nodes_to_Survive", "Contract_Row", "Hours_per_Month", "Method", "Anchor_c", "Anchor_r", "Anchor_T", "Anchor_TTFT", "SLA_In", "Out_Regime",
    "Out_Cstar", "Out_PodTps", "Out_Pods", "Out_GPUs", "Out_GPUs_Low", "Out_GPUs_Commit", "Out_USD_Month",
    "Out_USD_Month_Commit", "TTFT_Limit_In", "Out_Binding", "Out_TTFT", "Out_TTFT_Commit", "Checks_Failed",
)  # fmt: skip
"""Names that do not change meaning: inputs, results aligned with SLA_In, and the number of failed checks."""

FIRST_SLA: Final = 20
FIRST_ANCHOR: Final = 12
ROOM_SLAS: Final = 12
ROOM_ANCHORS: Final = 32

MOST_AT_ONCE: Final = 1000
"""SLAs of the longest table that is proven as a whole [rows]."""

LONGEST_PIECE: Final = 50
"""SLAs of each piece in which a longer table is proven, to keep its memory small [rows]."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*", re.ASCII)
_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*([Cc][0-9]*)?|[Cc][0-9]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the tables stand; the same rows on every sheet.

    Parameters
    ----------
    slas : int
        Rows for SLAs [rows]
    anchors : int
        Rows for anchors [rows]
    charts : bool
        Whether there is a first page with charts, or one long table
    """

    slas: int = ROOM_SLAS
    anchors: int = ROOM_ANCHORS
    charts: bool = True

    @classmethod
    def of(cls, slas: int, anchors: int) -> Layout:
        """Return the layout with room for so many `slas` and `anchors` [rows]."""
        return cls(max(slas, ROOM_SLAS), max(anchors, ROOM_ANCHORS), slas <= ROOM_SLAS)

    @property
    def sla_rows(self) -> range:
        """Row numbers of the SLAs, on Sizing, Calc and Checks alike."""
        return range(FIRST_SLA, FIRST_SLA + self.slas)

    @property
    def pieces(self) -> list[range]:
        """Positions of the SLAs, counted from 0, in the pieces that are proven one after the other."""
        if self.slas <= MOST_AT_ONCE:
            return [range(self.slas)]
        return [range(first, min(first + LONGEST_PIECE, self.slas)) for first in range(0, self.slas, LONGEST_PIECE)]

    @property
    def anchor_rows(self) -> range:
        """Row numbers of the anchors on Curve."""
        return range(FIRST_ANCHOR, FIRST_ANCHOR + self.anchors)

    @property
    def constants(self) -> int:
        """Row number of the first constant on Calc, below all that the charts draw [-]."""
        return self.sla_rows[-1] + 4 + (2 * self.anchors + 4 if self.charts else 0)


@cache
def letter(column: int) -> str:
    """Return the letters of a column counted from 1 [-].

    >>> letter(28)
    'AB'
    """
    return str(get_column_letter(column))


@cache
def column_of(letters: str) -> int:
    """Return the number of a column, counted from 1, by its `letters` [-]."""
    return int(column_index_from_string(letters))


def place(cell: str) -> tuple[int, int]:
    """Return row and column of `cell`, counted from 1 [-].

    >>> place("AB12")
    (12, 28)
    """
    letters = cell.rstrip("0123456789")
    return int(cell[len(letters) :]), column_of(letters)


def legal_name(name: str) -> bool:
    """Tell whether a spreadsheet takes `name`: no cell address, no R1C1 address.

    >>> legal_name("SLA_In"), legal_name("SLA1"), legal_name("R")
    (True, False, False)
    """
    return bool(_NAME.fullmatch(name)) and not _CELL.fullmatch(name)


def define(book: Workbook, name: str, sheet: str, cells: str) -> None:
    """Define `name` in `book` for `cells` of `sheet`, given as "B12" or "B12:B43"."""
    if not legal_name(name):
        refuse("name", "must be one that spreadsheets take", got=name)
    ends = [re.sub(r"([A-Z]+)([0-9]+)", r"$\1$\2", end) for end in cells.split(":")]
    book.defined_names[name] = DefinedName(name, attr_text=f"{sheet}!{':'.join(ends)}")
