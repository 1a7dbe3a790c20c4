"""Words inside formulas: a template of ours becomes a text joined from its parts and from cells."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["literal", "sentence"]

_PLACE = re.compile(r"\{(\w+)\}")
_LONGEST: Final = 240


def sentence(template: str, **cells: str) -> str:
    """Return the formula of `template`, each place in it filled by the formula in `cells` of that name.

    >>> sentence("at c={c}, {sla} tok/s", c="B2", sla="A2")
    '"at c="&B2&", "&A2&" tok/s"'
    """
    pieces = _PLACE.split(template)
    texts = [literal(text) for text in pieces[::2]]
    places = [cells[name] for name in pieces[1::2]]
    both = [piece for pair in zip(texts, [*places, ""], strict=True) for piece in pair]
    return "&".join(piece for piece in both if piece)


def literal(text: str) -> str:
    """Return `text` as literals of a formula: Excel takes none of more than 255 characters."""
    pieces = [text[at : at + _LONGEST] for at in range(0, len(text), _LONGEST)]
    return "&".join('"' + piece.replace('"', '""') + '"' for piece in pieces)
