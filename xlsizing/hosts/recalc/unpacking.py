"""The parts of a workbook that somebody else made: unpacked within limits, or refused in one sentence."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from xlsizing.checks import refuse
from xlsizing.errors import Phrase
from xlsizing.reading import file_data
from xlsizing.workbooks.writer import parsed

__all__ = ["MOST_BYTES", "WAY_OUT", "related", "unpacked", "workbook_data"]

MOST_BYTES: Final = 50_000_000
"""Larger files are refused [B]."""

WAY_OUT: Final = "save it as .xlsx or .xlsm"
"""What the reader of a refusal can do."""

_MOST_UNPACKED: Final = 200_000_000
_MOST_PARTS: Final = 10_000
_OLE: Final = b"\xd0\xcf\x11\xe0"
_ZIP: Final = b"PK\x03\x04"
_ENCRYPTED: Final = 1


def workbook_data(path: Path) -> bytes:
    """Return the bytes of the file at `path`, which is only read.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    return file_data(path, "workbook", largest=MOST_BYTES)


def unpacked(data: bytes, where: str | None) -> dict[str, bytes]:
    """Return the parts of a workbook by name, in their order.

    Parameters
    ----------
    data : bytes
        The file
    where : str or None
        The file, as a sentence names it

    Returns
    -------
    dict of str to bytes
        The parts

    Raises
    ------
    InputError
        If it is no .xlsx or .xlsm, is encrypted, or is too large, packed or unpacked.
    """
    kind = _other_kind(data)
    if kind:
        refuse("workbook", "must be an Excel workbook", got=Phrase(kind), way_out=WAY_OUT, where=where)
    if len(data) > MOST_BYTES:
        refuse("workbook", f"must be at most {MOST_BYTES // 1_000_000} MB", where=where)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = _unpacked_parts(archive, where)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        refuse("workbook", "must be a whole file", detail="a part of it is missing, damaged or encrypted", where=where)
    if "xl/workbook.bin" in parts or "[Content_Types].xml" not in parts:
        kind = "the binary format .xlsb" if "xl/workbook.bin" in parts else "another kind of archive"
        refuse("workbook", "must be an Excel workbook", got=Phrase(kind), way_out=WAY_OUT, where=where)
    return parts


def related(parts: Mapping[str, bytes], source: str, kind: str) -> dict[str, str]:
    """Return the parts that another one names; never anything outside the file.

    Parameters
    ----------
    parts : mapping of str to bytes
        The parts of the file by name
    source : str
        The part that names them, "" for the file itself
    kind : str
        How the type of the relationship ends

    Returns
    -------
    dict of str to str
        Names of parts by the id of the relationship
    """
    folder, name = posixpath.split(source)
    found: dict[str, str] = {}

    def start(_tag: str, attributes: dict[str, str], _at: int) -> None:
        if attributes.get("Type", "").endswith(kind) and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
            if target in parts:
                found[attributes.get("Id", "")] = target

    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations in parts:
        parsed(parts[relations], relations, start=start)
    return found


def _other_kind(data: bytes) -> str | None:
    if not data:
        return "an empty file"
    if data.startswith(_OLE):
        return "an old .xls, or one with a password"
    return None if data.startswith(_ZIP) else "something else"


def _unpacked_parts(archive: zipfile.ZipFile, where: str | None) -> dict[str, bytes]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > _MOST_PARTS or len({entry.filename.lower() for entry in entries}) < len(entries):
        refuse("workbook", "must hold each part once, and at most 10,000", got=Phrase(f"{len(entries)}"), where=where)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        refuse("workbook", "must not be encrypted", where=where)
    parts: dict[str, bytes] = {}
    left = _MOST_UNPACKED
    for entry in entries:
        with archive.open(entry) as part:  # the size in the directory may lie: what comes out is counted
            parts[entry.filename] = part.read(left + 1)
        left -= len(parts[entry.filename])
        if left < 0:
            refuse("workbook", f"must unpack to at most {_MOST_UNPACKED // 1_000_000} MB", where=where)
    return parts
