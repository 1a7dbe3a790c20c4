"""The deck: the curves that a sales workbook begins with, and the blocks that it has for them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from xlsizing.checks import refuse
from xlsizing.context import Context
from xlsizing.workbooks.sales.layout import ANCHORS, MOST_HARDWARE, MOST_NAME, MOST_WORDS
from xlsizing.workbooks.sales.starters import Starter

__all__ = ["LEAST_BLOCKS", "MOST_BLOCKS", "Deck", "FirstLever", "alike", "free_name", "free_names"]

LEAST_BLOCKS: Final = 6
"""Blocks of a deck of few curves: the others wait for curves that are typed [curves]."""

MOST_BLOCKS: Final = 100
"""Most curves of a workbook: the formula that finds two of one name counts each, and Excel takes 8,192 characters [curves]."""


def free_name(place: int) -> str:
    """Return what the block at `place`, from 1, is called while no curve stands in it [-]."""
    return f"Curve {place}"


def free_names() -> Iterable[str]:
    """Return every name that a block without a curve may have."""
    return map(free_name, range(1, LEAST_BLOCKS + 1))


def alike(name: str) -> str:
    """Return what is the same of two names that a spreadsheet may take for one `name`.

    >>> alike("TP4") == alike("tp4"), alike("TP4") == alike("TP8")
    (True, False)
    """
    return unicodedata.normalize("NFKC", name).casefold()


class FirstLever(NamedTuple):
    """The change that the first row of sheet Levers shows: from one curve of the pair to the other.

    Parameters
    ----------
    name : str
        The change in words
    sla : float
        Where it is looked at [tok/s/user]
    effort_days : float
        What it takes [person-days]
    gate : str
        What proves or refutes it
    """

    name: str
    sla: float
    effort_days: float
    gate: str


@dataclass(frozen=True, slots=True)
class Deck:
    """The curves of a sales workbook.

    Parameters
    ----------
    starters : tuple of Starter
        The curves that it begins with, the one that it quotes first, 1 to `MOST_BLOCKS` of them
    pair : tuple of int
        Places, from 1, of the two that sheet Compare begins with [-]
    lever : FirstLever, optional
        The change from the one to the other, where the pair shows one
    workload : Context, optional
        The customer's tokens and turns on the quote; blank what is not known of them

    Raises
    ------
    InputError
        If there are none or too many, two have one name, or one does not fit on sheet Curves.
    """

    starters: tuple[Starter, ...]
    pair: tuple[int, int]
    lever: FirstLever | None = None
    workload: Context = field(default_factory=Context)

    def __post_init__(self) -> None:
        """Refuse what a workbook has no place for."""
        if not 1 <= len(self.starters) <= MOST_BLOCKS:
            rule = f"must be 1 to {MOST_BLOCKS}"
            refuse("curves of a sales workbook", rule, got=len(self.starters), way_out="name fewer results at once")
        taken = set(map(alike, free_names()))
        for starter in self.starters:
            _check_starter(starter)
            if alike(starter.name) in taken:
                refuse("name of a curve", "must be one that no other curve has", got=starter.name)
            taken.add(alike(starter.name))

    @property
    def blocks(self) -> int:
        """Blocks for curves, side by side [curves]."""
        return max(LEAST_BLOCKS, len(self.starters))

    @property
    def places(self) -> range:
        """The places of the blocks, from 1."""
        return range(1, self.blocks + 1)

    @property
    def compared(self) -> tuple[Starter, Starter]:
        """The two that sheet Compare begins with."""
        one, other = (self.starters[place - 1] for place in self.pair)
        return one, other

    def starter(self, place: int) -> Starter | None:
        """Return what the block at `place`, from 1, begins with; None where it is empty [-]."""
        return self.starters[place - 1] if place <= len(self.starters) else None


def _check_starter(starter: Starter) -> None:
    """Refuse a curve that does not fit into a block, or whose standing the sheets cannot show."""
    if starter.curve.pooled_share is not None:
        refuse(
            "curve of a sales workbook",
            "must not rest on pooled rises",
            way_out="measure the points that rise again",
            where=starter.name,
        )
    if len(starter.curve) > ANCHORS:
        rule = f"must be at most {ANCHORS} in a workbook"
        refuse("anchors of a curve", rule, got=len(starter.curve), way_out="leave points out", where=starter.name)
    texts = {
        "name of a curve": (starter.name, MOST_NAME),
        "GPU type": (starter.context.hardware, MOST_HARDWARE),
        "source of a curve": (starter.source, MOST_WORDS),
        "caution of a curve": (starter.caution, MOST_WORDS),
    }
    for what, (text, most) in texts.items():
        if len(text or "") > most:
            refuse(what, f"must have at most {most} characters", got=len(text or ""), where=starter.name)
