"""The deck: the curves that a sales workbook begins with, and the blocks that it has for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xlsizing.checks import refuse
from xlsizing.workbooks.sales.starters import STARTERS, Starter

__all__ = ["BUILT_IN", "LEAST_BLOCKS", "MOST_BLOCKS", "Deck"]

LEAST_BLOCKS: Final = 6
"""Blocks of a deck of few curves: the others wait for curves that are typed [curves]."""

MOST_BLOCKS: Final = 100
"""Most curves of a workbook: a formula that picks one names each [curves]."""


@dataclass(frozen=True, slots=True)
class Deck:
    """The curves of a sales workbook.

    Parameters
    ----------
    starters : tuple of Starter
        The curves that it begins with, the one that it quotes first, 1 to `MOST_BLOCKS` of them [-]
    pair : tuple of int
        Places, from 1, of the two that sheet Compare begins with [-]
    lever : tuple, optional
        Name, effort and gate of the change from the one to the other, where the pair shows one [-]
    workload : bool, optional
        The customer's tokens and turns stand on the quote as the built-in curves have them; else they are blank [-]

    Raises
    ------
    InputError
        If there are none or too many.
    """

    starters: tuple[Starter, ...]
    pair: tuple[int, int]
    lever: tuple[str, float, str] | None = None
    workload: bool = False

    def __post_init__(self) -> None:
        """Refuse what a workbook has no place for."""
        if not 1 <= len(self.starters) <= MOST_BLOCKS:
            refuse("curves of a sales workbook", f"must be 1 to {MOST_BLOCKS}", got=len(self.starters))

    @property
    def blocks(self) -> int:
        """Blocks for curves, side by side [curves]."""
        return max(LEAST_BLOCKS, len(self.starters))

    @property
    def places(self) -> range:
        """The places of the blocks, from 1 [-]."""
        return range(1, self.blocks + 1)

    @property
    def compared(self) -> tuple[Starter, Starter]:
        """The two that sheet Compare begins with [-]."""
        one, other = (self.starters[place - 1] for place in self.pair)
        return one, other

    def starter(self, place: int) -> Starter | None:
        """Return what the block at `place`, from 1, begins with; None where it is empty [-]."""
        return self.starters[place - 1] if place <= len(self.starters) else None

    def chosen(self, cell: str) -> str:
        """Return the reference to the anchors of the curve whose place `cell` holds [-]."""
        return f"CHOOSE({cell},{','.join(f'Curve_{place}' for place in self.places)})"


BUILT_IN: Final = Deck(
    STARTERS,
    pair=(2, 3),
    lever=("Full CUDA graphs (illustrative)", 3, "a same-node pair of sweeps at the customer's workload"),
    workload=True,
)
"""What the sales workbook begins with where no curves are given [-]."""
