"""Reading a file that somebody named: never a device, never a wait for a pipe that nobody writes to.

Whoever writes files asks here what was read, so that no command destroys its own input.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final, TypeVar

from xlsizing.errors import Phrase
from xlsizing.refusing import refuse

__all__ = [
    "check_input",
    "check_inside",
    "confined_to",
    "file_data",
    "hashed_name",
    "is_confined",
    "is_input",
    "keeping_inputs",
    "leads_out",
]

_FLAGS: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_GRACE: Final = 0.25
"""A pipe gets this long to find its writer [s]."""

_PIECE: Final = 1_000_000
_KINDS: Final = (
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)

_Result = TypeVar("_Result")
_Identity = tuple[int, int]
_READ: ContextVar[set[_Identity] | None] = ContextVar("files read", default=None)
_FOLDER: ContextVar[str | None] = ContextVar("the folder that alone may be read and written", default=None)


@contextmanager
def keeping_inputs() -> Iterator[None]:
    """Remember, until the block ends, which files were read: `is_input` then knows them."""
    before = _READ.set(set())
    try:
        yield
    finally:
        _READ.reset(before)


@contextmanager
def confined_to(folder: Path) -> Iterator[None]:
    """Refuse, until the block ends, every file outside `folder` that is to be read or written."""
    before = _FOLDER.set(os.path.realpath(folder))
    try:
        yield
    finally:
        _FOLDER.reset(before)


def is_confined() -> bool:
    """Tell whether `confined_to` holds: no permission of the caller's then opens another folder."""
    return _FOLDER.get() is not None


def leads_out(path: Path, folder: str | Path) -> bool:
    """Tell whether a `path` leads out of a `folder`, by dots or by a link."""
    try:
        return not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
    except (OSError, ValueError):  # a path that no file can have: who reads it says so
        return False


def check_inside(path: Path, name: str) -> None:
    """Refuse a `path`, called `name` in the sentence, that leads out of the folder of `confined_to`, by dots or by a link."""
    folder = _FOLDER.get()
    if folder is not None and leads_out(path, folder):
        way_out = "name a file of that folder, relative to it"
        refuse(name, "must be in the folder that was given at the start", got=str(path), way_out=way_out)


def is_input(found: os.stat_result) -> bool:
    """Tell whether the file that was `found` was read inside `keeping_inputs`: no link hides it."""
    return (found.st_dev, found.st_ino) in (_READ.get() or ())


def hashed_name(path: Path) -> str:
    """Return the name of the file at `path` with the SHA-256 of its bytes; of a folder or a pipe the name alone."""
    check_inside(path, "file")
    if not path.is_file():
        return path.name
    import hashlib  # noqa: PLC0415  # slow to import: with it comes OpenSSL

    with path.open("rb") as file:
        return f"{path.name}, SHA-256 {hashlib.file_digest(file, 'sha256').hexdigest()}"


def check_input(path: Path, name: str) -> None:
    """Refuse a `path` that is no file, called `name` in the sentence, and remember the file as one that is read.

    For files that another reads, piece by piece; pipes cannot be, as they are read once.
    """
    check_inside(path, name)
    found = _step_or_refusal(path.stat, path, name)
    _check_kind(found.st_mode, path, name)
    if stat.S_ISFIFO(found.st_mode):
        refuse(name, "must be a file", got=Phrase("a pipe"), where=str(path))
    read = _READ.get()
    if read is not None:
        read.add((found.st_dev, found.st_ino))


def file_data(path: Path, name: str, *, largest: int) -> bytes:
    """Return the bytes of the file at `path`.

    Parameters
    ----------
    path : Path
        A file, or a pipe that somebody writes to
    name : str
        What it is, in the caller's words
    largest : int
        No more than one byte beyond this is read, so that the caller sees that there is more [B]

    Returns
    -------
    bytes
        What it holds

    Raises
    ------
    InputError
        If it cannot be read, is a directory or a device, or is a pipe that nobody writes to.
    """
    check_inside(path, name)
    _check_kind(
        _step_or_refusal(lambda: path.stat().st_mode, path, name), path, name
    )  # opening alone may rewind a tape
    opened = _step_or_refusal(lambda: os.open(path, _FLAGS), path, name)
    try:
        found = os.fstat(opened)
        _check_kind(found.st_mode, path, name)  # another one may have taken its place
        read = _READ.get()
        if read is not None:
            read.add((found.st_dev, found.st_ino))
        take = _from_pipe if stat.S_ISFIFO(found.st_mode) else _from_file
        data = _step_or_refusal(lambda: take(opened, largest), path, name)
    finally:
        os.close(opened)
    if data is None:
        refuse(name, "must be a file", got=Phrase("a pipe that nobody writes to"), where=str(path))
    return data


def _step_or_refusal(step: Callable[[], _Result], path: Path, name: str) -> _Result:
    try:
        return step()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        detail = getattr(error, "strerror", None) or str(error)
        refuse(name, "must be readable", detail=detail, where=str(path))


def _check_kind(mode: int, path: Path, name: str) -> None:
    if stat.S_ISDIR(mode):
        refuse(name, "must be readable", detail=os.strerror(errno.EISDIR), where=str(path))
    for is_kind, words in _KINDS:
        if is_kind(mode):
            refuse(name, "must be a file", got=Phrase(words), where=str(path))


def _from_file(opened: int, largest: int) -> bytes:
    pieces: list[bytes] = []
    left = largest + 1
    while left > 0 and (piece := os.read(opened, min(left, _PIECE))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _from_pipe(opened: int, largest: int) -> bytes | None:
    """Return what comes through a pipe; None where nobody has opened it to write."""
    deadline = time.monotonic() + _GRACE
    while (first := _pipe_bytes(opened)) == b"":
        if time.monotonic() > deadline:
            return None
        time.sleep(_GRACE / 25)
    os.set_blocking(opened, True)
    return (first or b"") + _from_file(opened, largest - len(first or b""))


def _pipe_bytes(opened: int) -> bytes | None:
    """Return what a pipe holds now: nothing where there is no writer, None where a writer has written nothing yet."""
    try:
        return os.read(opened, _PIECE)
    except BlockingIOError:
        return None
