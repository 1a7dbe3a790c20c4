"""The text of a file, whatever stands in it: read whole, limited in size, refused in one sentence."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from xlsizing.checks import refuse
from xlsizing.core import COLUMNS
from xlsizing.errors import Phrase
from xlsizing.reading import file_data

__all__ = ["DECIMAL_COMMA", "LARGEST_CURVE_BYTES", "delimiter_in", "file_text", "shown_names"]

LARGEST_CURVE_BYTES = 10_000_000
"""Larger curve files are refused [B]."""

DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+([eE][-+]?[0-9]+)?")
"""A number with a decimal comma, or with a separator of thousands that looks like one."""

_SEPARATOR = re.compile(r'"?sep=([,;\t])"?', re.IGNORECASE)
_PLAIN_NUMBER = re.compile(r"[-+0-9.,eE]+")
_PACKED = "a file packed with gzip"
_KINDS = {
    b"PK\x03\x04": "an Excel workbook, or another packed file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook, or one with a password",
    b"\x1f\x8b": _PACKED,
    b"%PDF": "a PDF",
}
"""How files begin that people take for text, and what they are."""


def delimiter_in(line: str) -> tuple[str, bool]:
    """Return what separates the cells below the first `line` of a table, and whether that line says so and no more, as Excel's do.

    >>> delimiter_in("curve;sla"), delimiter_in("sep=,")
    ((';', False), (',', True))
    """
    stated = _SEPARATOR.fullmatch(line.strip(" \r\n"))
    return (stated[1], True) if stated else (max(",;\t", key=line.count), False)


def file_text(path: Path, name: str, *, largest: int, too_large: str, save_as: str, instead: str) -> str:
    """Return the text of a UTF-8 file.

    Parameters
    ----------
    path : Path
        The file
    name : str
        What it is, in the caller's words
    largest : int
        A larger file is refused [B]
    too_large : str
        What a reader can do about a file that is
    save_as : str
        The name of the encoding, as a spreadsheet or editor offers it
    instead : str
        What a reader can do who gave a workbook or a PDF

    Returns
    -------
    str
        The text, without a byte order mark

    Raises
    ------
    InputError
        If the file cannot be read, is too large or is no UTF-8 text.
    """
    data = file_data(path, name, largest=largest)
    if len(data) > largest:
        refuse(name, f"must be at most {largest // 1_000_000} MB", way_out=too_large, where=str(path))
    kind = next((kind for start, kind in _KINDS.items() if data.startswith(start)), None)
    if kind:
        way_out = "unpack it first" if kind is _PACKED else instead
        refuse(name, "must be text", got=Phrase(kind), way_out=way_out, where=str(path))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse(name, "must be UTF-8 text", way_out=f"save it as {save_as}", where=str(path))


def shown_names(names: Collection[str], columns: Collection[str]) -> Phrase:
    """Return `names` as a sentence shows them, if one of the `columns` they give is that of a curve.

    Otherwise the file is no curve, and whoever named it may have no business with what it holds.
    """
    if all(not name or _PLAIN_NUMBER.fullmatch(name) for name in columns):
        return Phrase("a line of numbers")
    if set(columns).isdisjoint(COLUMNS):
        return Phrase("none of them")
    return Phrase("".join(char if char.isprintable() else "?" for char in ", ".join(names)))
