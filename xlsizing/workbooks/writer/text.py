"""Text of users in cells: shown as they wrote it, never a formula, never a broken file."""

from __future__ import annotations

import re
from typing import Final

from xlsizing.checks import refuse
from xlsizing.errors import Phrase

__all__ = ["LONGEST_TEXT", "cell_text", "escaped", "header_text", "looks_like_code"]

LONGEST_TEXT: Final = 32_767
"""Longest text of a cell; spreadsheets cut longer ones without a word [characters]."""

_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_UNSHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_CODE = ("=", "+", "-", "@", "#", "'", "\t")


def cell_text(text: str, name: str) -> str:
    r"""Return `text` as a cell holds it: control characters and lone surrogates become U+FFFD [-].

    Parameters
    ----------
    text : str
        What the user wrote
    name : str
        The input in the caller's words

    Returns
    -------
    str
        The text to store

    Raises
    ------
    InputError
        If it is longer than a cell holds.

    Examples
    --------
    >>> cell_text("a_x0041_b", "customer")
    'a_x005F_x0041_b'
    """
    mended = _UNSHOWN.sub("\N{REPLACEMENT CHARACTER}", text)
    stored = _ESCAPE.sub("_x005F_", mended)
    # Spreadsheets count in UTF-16; the escapes count too, because openpyxl cuts what it stores.
    length = max(len(mended.encode("utf-16-le")) // 2, len(stored))
    if length > LONGEST_TEXT:
        refuse(name, f"must have at most {LONGEST_TEXT:,} characters", got=Phrase(f"{length:,} as a cell holds them"))
    return stored


def looks_like_code(text: str) -> bool:
    """Tell whether a spreadsheet would read `text` as something else if it were typed.

    >>> looks_like_code("=1+1"), looks_like_code("MiniMax-M2")
    (True, False)
    """
    return text.startswith(_CODE)


def escaped(text: str) -> str:
    """Return `text` as XML holds it between tags; the standard library's own loads its client of the web.

    >>> escaped("a<b&c")
    'a&lt;b&amp;c'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def header_text(text: str) -> str:
    """Return `text` for a page header or footer, where ``&`` begins a code.

    >>> header_text("R&D")
    'R&&D'
    """
    return text.replace("&", "&&")
