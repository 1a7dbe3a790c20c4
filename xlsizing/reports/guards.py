"""What holds while files take their places: a lock on the folder, signals put off, hidden names.

The lock ends with the process that holds it, however that ends.

Where the system can lock a folder itself (Linux, macOS), nothing is left behind. Elsewhere (Windows,
some network drives) a hidden file beside the files is locked instead, and removed with the lock.
Windows is unverified: there the file is one that the system deletes with its last holder.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from xlsizing.checks import refuse

__all__ = ["hidden_name", "locked", "sweep", "sync_folder", "undisturbed"]

_STAGED: Final = re.compile(r"\.xlsizing-[0-9a-f]{16}")
_ABANDONED: Final = 3600.0
"""A staged file that nothing changed for so long is that of a run which was killed [s]."""

_LONGEST_WAIT: Final = 30.0
"""A writer holds the lock for milliseconds; after this one is taken to be stuck [s]."""

_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)
_PAUSE: Final = 0.002
_NAME: Final = ".xlsizing-lock"
_CLOEXEC: Final = getattr(os, "O_CLOEXEC", 0)
_BUSY: Final = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
_NO_LOCKS: Final = (errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP)


def hidden_name(folder: Path) -> Path:
    """Return a name in `folder` that no file has, for one on its way to its place."""
    return folder / f".xlsizing-{secrets.token_hex(8)}"


def sweep(staged: Path) -> None:
    """Remove what killed runs left long ago in the folder of a `staged` file, by the clock of its drive."""
    with contextlib.suppress(OSError):
        now = staged.stat().st_ctime
        for path in staged.parent.iterdir():
            if _STAGED.fullmatch(path.name) and now - path.lstat().st_ctime > _ABANDONED:
                path.unlink()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold `folder` against every other writer of xlsizing until the block ends.

    Raises
    ------
    InputError
        If another process held it for half a minute.
    OSError
        If the folder cannot be opened.
    """
    deadline = time.monotonic() + _LONGEST_WAIT
    while (held := _held_lock(folder)) is None:
        if time.monotonic() > deadline:
            way_out = "wait for it to end, or end it"
            refuse("output", "must not be held by another run", way_out=way_out, where=str(folder))
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        held.close()


def _held_lock(folder: Path) -> contextlib.ExitStack | None:
    """Return what holds the lock until it is closed; None where another process has it."""
    with contextlib.ExitStack() as held:
        if _lock_windows_file(folder, held) if os.name == "nt" else _lock_folder(folder, held):
            return held.pop_all()
    return None


def _lock_folder(folder: Path, held: contextlib.ExitStack) -> bool:
    import fcntl  # noqa: PLC0415  # not on Windows

    opened = os.open(folder, os.O_RDONLY | _CLOEXEC)
    held.callback(os.close, opened)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _NO_LOCKS:  # a network drive that locks only files that are open for writing
            return _lock_file(folder / _NAME, held)
        if error.errno not in _BUSY:
            raise
        return False
    return True


def _lock_file(path: Path, held: contextlib.ExitStack) -> bool:
    import fcntl  # noqa: PLC0415  # not on Windows

    opened = os.open(path, os.O_RDWR | os.O_CREAT | _CLOEXEC, 0o666)
    held.callback(os.close, opened)
    try:
        fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(opened), path.stat()):
            return False  # the one before removed it meanwhile: this is no lock any more
    except FileNotFoundError:
        return False
    except OSError as error:
        if error.errno not in _BUSY:
            raise
        return False
    held.callback(path.unlink, missing_ok=True)  # before it is closed: nobody can lock it in between
    return True


def _lock_windows_file(folder: Path, held: contextlib.ExitStack) -> bool:
    import msvcrt  # noqa: PLC0415  # on Windows alone

    flags = os.O_RDWR | os.O_CREAT | os.O_TEMPORARY | os.O_NOINHERIT  # type: ignore[attr-defined]
    try:
        opened = os.open(folder / _NAME, flags)
        held.callback(os.close, opened)
        msvcrt.locking(opened, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError as error:
        if error.errno not in _BUSY:
            raise
        return False
    return True


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put off signals that would end the run until the block has ended; only the main thread gets any."""
    came: list[int] = []
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for number in _SIGNALS:
            if signal.getsignal(number) not in (None, signal.SIG_IGN):
                before[number] = signal.signal(number, lambda got, _frame: came.append(got))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in dict.fromkeys(came):
            signal.raise_signal(number)


def sync_folder(folder: Path) -> None:
    """Have the names in `folder` on the disk; Windows has no such call, and some drives refuse it."""
    if os.name == "nt":
        return
    try:
        opened = os.open(folder, os.O_RDONLY)
    except PermissionError:  # a folder that may be written to, not read
        return
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(opened)
