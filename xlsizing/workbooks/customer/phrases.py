"""Words inside formulas: a template of ours becomes a text joined from its parts and from cells."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["SPELT_CELLS", "grouped_steps", "in_words", "joined", "literal", "sentence"]

_PLACE = re.compile(r"\{(\w+)\}")
_LONGEST: Final = 240
_GROUPS: Final = 5  # thousands up to 10^15, more digits than a spreadsheet keeps
SPELT_CELLS: Final = 2 * (_GROUPS + 1)
"""Cells of a number and of the formulas that spell it [cells]."""


def sentence(template: str, **cells: str) -> str:
    """Return the formula of `template`, each place in it filled by the formula in `cells` of that name [-].

    >>> sentence("at c={c}, {sla} tok/s", c="B2", sla="A2")
    '"at c="&B2&", "&A2&" tok/s"'
    """
    pieces = _PLACE.split(template)
    texts = [literal(text) for text in pieces[::2]]
    places = [cells[name] for name in pieces[1::2]]
    both = [piece for pair in zip(texts, [*places, ""], strict=True) for piece in pair]
    return "&".join(piece for piece in both if piece)


def literal(text: str) -> str:
    """Return `text` as literals of a formula: Excel takes none of more than 255 characters [-]."""
    pieces = [text[at : at + _LONGEST] for at in range(0, len(text), _LONGEST)]
    return "&".join('"' + piece.replace('"', '""') + '"' for piece in pieces)


def in_words(number: str) -> str:
    """Return the formula of a `number` inside words: rounded, because engines spell out 15 to 17 digits [-].

    >>> in_words("B2")
    'INT(B2*Parts_in_Words+0.5)/Parts_in_Words'
    """
    return f"INT({number}*Parts_in_Words+0.5)/Parts_in_Words"


def joined(*texts: str) -> list[str]:
    """Return the formulas of `texts` joined with semicolons, text by text: "{before}" is the cell of the one before [-].

    >>> joined("A1", "A2")
    ['A1', '{before}&IF(A2="","",IF({before}="","","; ")&A2)']
    """
    first, *rest = texts
    return [first, *(f'{{before}}&IF({text}="","",IF({{before}}="","","; ")&{text})' for text in rest)]


def grouped_steps(cells: list[str]) -> list[str]:
    """Return the formulas that spell a whole number with its thousands apart: no function for it suits every language.

    Parameters
    ----------
    cells : list of str
        Where the number stands, and after it the cells of these formulas in order [-]

    Returns
    -------
    list of str
        Quotients by thousand, then the text from its largest group on; the last is whole [-]
    """
    numbers, texts = cells[: _GROUPS + 1], cells[_GROUPS + 1 :]
    quotients = [f"INT({number}/Thousand)" for number in numbers[:-1]]
    spelt = [f'IF({numbers[-1]}=0,"",{numbers[-1]}&"")']
    for before, number, above in zip(texts, numbers[-2::-1], numbers[:0:-1], strict=False):
        alone = f'{number}&""' if number == numbers[0] else f'IF({number}=0,"",{number}&"")'
        rest = f"({number}-{above}*Thousand)"
        padded = f'IF({rest}<10,",00",IF({rest}<100,",0",","))&{rest}'
        spelt.append(f'IF({before}="",{alone},{before}&{padded})')
    return [*quotients, *spelt]
