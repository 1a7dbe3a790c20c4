"""The text of a file, whatever stands in it: read whole, limited in size, refused in one sentence."""

from __future__ import annotations

from pathlib import Path

from xlsizing.checks import refuse

__all__ = ["LARGEST_CURVE_BYTES", "file_text"]

LARGEST_CURVE_BYTES = 10_000_000
"""Larger curve files are refused [B]."""


def file_text(path: Path, name: str, *, largest: int, too_large: str, save_as: str) -> str:
    """Return the text of a UTF-8 file.

    Parameters
    ----------
    path : Path
        The file [-]
    name : str
        What it is, in the caller's words [-]
    largest : int
        A larger file is refused [B]
    too_large : str
        What a reader can do about a file that is [-]
    save_as : str
        The name of the encoding, as a spreadsheet or editor offers it [-]

    Returns
    -------
    str
        The text, without a byte order mark [-]

    Raises
    ------
    InputError
        If the file cannot be read, is too large or is no UTF-8 text.
    """
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        detail = getattr(error, "strerror", None) or str(error)
        refuse(name, "must be readable", detail=detail, where=str(path))
    if len(data) > largest:
        refuse(name, f"must be at most {largest // 1_000_000} MB", way_out=too_large, where=str(path))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse(name, "must be UTF-8 text", way_out=f"save it as {save_as}", where=str(path))
