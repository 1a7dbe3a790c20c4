"""The archive that an .xlsx is: the same bytes for the same parts, long parts compressed a piece at a time beforehand.

The standard library's archives cannot take what is compressed already; this is all of the format that a workbook needs.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import Final, NamedTuple

__all__ = ["Part", "packed", "unpacked", "zipped"]

Part = bytes | list[bytes]
"""The content of a part; of a long one what `packed` made of its pieces, in their order."""

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_VERSION: Final = 20
_UNIX: Final = 3 << 8  # where it was made, whichever system that was
_DATE: Final = 1 << 5 | 1  # the first of January 1980, at 0:00
_MODE: Final = 0o600 << 16
_STORED, _DEFLATED = 0, zlib.DEFLATED
_LAST_BLOCK: Final = b"\x03\x00"  # an empty one: those of the pieces before all say that more follows


class _Entry(NamedTuple):
    """A part as the archive holds it.

    Parameters
    ----------
    how : int
        Stored or deflated [-]
    check : int
        The checksum of its content [-]
    size : int
        The length of its content [B]
    data : list of bytes
        The content as stored or deflated
    """

    how: int
    check: int
    size: int
    data: list[bytes]


def packed(piece: bytes, level: int = zlib.Z_DEFAULT_COMPRESSION) -> bytes:
    """Return a `piece` of a part as the archive will hold it, or at another `level` of compression [-]."""
    stream = _deflating(level)
    return stream.compress(piece) + stream.flush(zlib.Z_SYNC_FLUSH)


def unpacked(piece: bytes) -> bytes:
    """Return the content of a packed `piece`."""
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(piece)


def zipped(parts: Mapping[str, Part], *, small: bool = True) -> bytes:
    """Return the archive of `parts`, `small` or as they are: the same bytes for the same parts."""
    chunks: list[bytes] = []
    directory: list[bytes] = []
    at = 0
    for name, content in parts.items():
        entry, title = _entry(content, small=small), name.encode("ascii")
        length = sum(map(len, entry.data))
        facts = (_VERSION, 0, entry.how, 0, _DATE, entry.check, length, entry.size, len(title), 0)
        chunks += (_LOCAL.pack(b"PK\x03\x04", *facts), title, *entry.data)
        directory += (_CENTRAL.pack(b"PK\x01\x02", _UNIX + _VERSION, *facts, 0, 0, 0, _MODE, at), title)
        at += _LOCAL.size + len(title) + length
    size = sum(map(len, directory))
    end = _END.pack(b"PK\x05\x06", 0, 0, len(parts), len(parts), size, at, 0)
    return b"".join((*chunks, *directory, end))


def _entry(content: Part, *, small: bool) -> _Entry:
    if isinstance(content, bytes):
        check = zlib.crc32(content)
        if not small:
            return _Entry(_STORED, check, len(content), [content])
        stream = _deflating(zlib.Z_DEFAULT_COMPRESSION)
        return _Entry(_DEFLATED, check, len(content), [stream.compress(content) + stream.flush()])
    check = size = 0
    for piece in content:
        text = unpacked(piece)
        check, size = zlib.crc32(text, check), size + len(text)
    return _Entry(_DEFLATED, check, size, [*content, _LAST_BLOCK])


def _deflating(level: int) -> zlib._Compress:
    return zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
