"""Writing files whole or not at all, whatever ends the run: the one module that writes what a user asked for.

Each file is staged beside its place, synced, and takes its place by one rename; the good file of
before is never moved away. Several files take their places under a lock, undisturbed by signals. A
run that is killed leaves at most a staged file, which a later run removes.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Final, NoReturn

from xlsizing.checks import refuse
from xlsizing.errors import BLANK
from xlsizing.reading import check_inside, is_input
from xlsizing.reports.guards import hidden_name, locked, sweep, sync_folder, undisturbed

__all__ = ["new_file", "write_whole"]


Check = Callable[[Mapping[str, Path]], None]
Write = Callable[[IO[bytes]], None]

_STAGE_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINKS: Final = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)


@dataclass
class _File:
    """A file on its way to its place."""

    named: Path  # as the caller calls it
    place: Path  # where it stands, links followed
    data: bytes | Write
    fresh: bool  # must not exist yet
    stage: Path = field(init=False)
    old: Path = field(init=False)  # a second name of the file of before, for the way back
    had_old: bool = False
    placed: bool = False

    def __post_init__(self) -> None:
        self.stage, self.old = (hidden_name(self.place.parent) for _ in range(2))


def write_whole(
    texts: Mapping[Path, str | bytes | Write], *, check: Check | None = None, fresh: Collection[Path] = ()
) -> None:
    """Write every file of `texts`, or leave everything as it was.

    Parameters
    ----------
    texts : mapping of Path to str, bytes or callable
        The files, and what each shall hold, text or bytes, or what writes them to a file, in turn; a folder is made if its parent exists. A
        link stays a link: the file that it names is written. A file keeps its mode and its owner
    check : callable, optional
        Reads the staged files, given by name, before they take their place; what it raises
        removes them
    fresh : collection of Path, optional
        Those of the files that must not exist, not even since the caller looked

    Raises
    ------
    InputError
        If a file cannot be written, is one that was read, or exists though it must not; every file
        is then as before.
    """
    where = str(next(iter(texts)).parent)
    if any("\0" in str(target) for target in texts):
        refuse("output", "must be writable", detail="no path holds a NUL", where=where)
    for target in texts:
        check_inside(target, "output")
    with ExitStack() as cleanup:
        files: list[_File] = []
        try:
            for folder in dict.fromkeys(target.parent for target in texts):
                _make_folder(folder, cleanup)
            for target, text in texts.items():
                data = text.encode("utf-8") if isinstance(text, str) else text
                files.append(_File(target, Path(os.path.realpath(target)), data, target in fresh))
                _look_at(files[-1])
            _check_distinct(files)
            _write_staged(files, check, cleanup)
        except OSError as error:
            refuse(
                "output",
                "must be writable",
                detail=error.strerror or str(error),
                where=_file_in_error(error, files, where),
            )
        cleanup.pop_all()


def new_file(path: str | Path, suffix: str, *, force: bool, reads: str | Path | None = None) -> Path:
    """Return `path` as that of a file which may be written.

    Parameters
    ----------
    path : str or Path
        What was asked for
    suffix : str
        How its name must end, ".xlsx"
    force : bool
        Whether it may exist already
    reads : str or Path, optional
        A file that will be read, and so must be another

    Returns
    -------
    Path
        The same

    Raises
    ------
    InputError
        If it names no file, a directory, a file of another kind, or one that exists.
    """
    if not str(path).strip():
        refuse("output", "must name a file", got=BLANK)
    target = Path(path)
    check_inside(target, "output")
    try:
        exists, is_folder = target.exists(), target.is_dir()
        if reads is not None and exists and Path(reads).exists() and target.samefile(reads):
            _refuse_input(target)
    except OSError as error:  # too long a name: better said before the work than after it
        refuse("output", "must be writable", detail=error.strerror, where=str(target))
    if is_folder:
        refuse("output", "must be a file", detail="it is a directory", where=str(target))
    if target.suffix.lower() != suffix:
        refuse("output", f"must end in {suffix}", got=target.name)
    if exists and not force:
        _refuse_existing(target)
    return target


def _refuse_existing(target: Path) -> NoReturn:
    refuse("output", "must not exist yet", where=str(target), way_out="pass --force to overwrite it")


def _refuse_input(target: Path) -> NoReturn:
    refuse("output", "must not be a file that is read", way_out="write to another place", where=str(target))


def _make_folder(folder: Path, cleanup: ExitStack) -> None:
    if not folder.exists():
        folder.mkdir()
        cleanup.callback(_do_quietly, folder.rmdir)
        sync_folder(folder.parent)


def _look_at(file: _File) -> None:
    """Refuse a place that cannot be written, and note what stands there."""
    target = file.named
    try:
        found = file.place.stat()
    except FileNotFoundError:
        return
    except NotADirectoryError as error:
        raise NotADirectoryError(error.errno, error.strerror, str(target.parent)) from None
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    if not stat.S_ISREG(found.st_mode):
        refuse("output", "must be a file", detail="it is a pipe, a device or a socket", where=str(target))
    if is_input(found):
        _refuse_input(target)
    if file.fresh:
        _refuse_existing(target)
    if not os.access(file.place, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    file.had_old = True


def _check_distinct(files: Sequence[_File]) -> None:
    for i, file in enumerate(files):
        for other in files[:i]:
            if file.place == other.place or (file.had_old and other.had_old and file.place.samefile(other.place)):
                refuse("output", "must be another file than the other output", where=str(file.named))


def _file_in_error(error: OSError, files: Sequence[_File], where: str) -> str:
    """Return the file that `error` is about, or the folder: never a name of ours inside it."""
    names = {str(each): str(file.named) for file in files for each in (file.named, file.place)}
    names |= {str(file.named.parent): str(file.named.parent) for file in files}
    names |= {str(file.stage): str(file.named) for file in files if os.path.islink(file.named)}  # noqa: PTH114  # never raises
    return next((names[name] for name in (error.filename2, error.filename) if name in names), where)


def _write_staged(files: Sequence[_File], check: Check | None, cleanup: ExitStack) -> None:
    """Stage every file, check them, then put them in place; undo that where one of them cannot be."""
    with ExitStack() as done:
        for file in files:
            done.callback(_do_quietly, file.stage.unlink)
            done.callback(_do_quietly, file.old.unlink)
            _stage(file)
        if check is not None:
            check({file.named.name: file.stage for file in files})
        folders = sorted({file.place.parent for file in files})
        with ExitStack() as locks:
            if len(files) > 1:  # one alone is whole by its rename
                for folder in folders:
                    locks.enter_context(locked(folder))
            with undisturbed():
                _put_all(files, folders)
                cleanup.pop_all()  # from here on the files are there, and their folders with them


def _stage(file: _File) -> None:
    opened = os.open(file.stage, _STAGE_FLAGS, 0o666)
    try:
        if file.had_old:
            _take_after(file)
        if callable(file.data):
            with os.fdopen(opened, "wb", closefd=False) as stream:
                file.data(stream)
            _look_at(file)  # what writes may have read meanwhile
        else:
            left = memoryview(file.data)
            while left:
                left = left[os.write(opened, left) :]
        os.fsync(opened)
    finally:
        os.close(opened)
    sweep(file.stage)


def _take_after(file: _File) -> None:
    """Give the staged file the owner, the mode and what else is known of the file of before."""
    new, old = file.stage.stat(), file.place.stat()
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        try:
            os.chown(file.stage, old.st_uid, old.st_gid)
        except PermissionError:
            way_out = "write to another name, or let the owner write it"
            refuse("output", "must be yours, or it would change its owner", way_out=way_out, where=str(file.named))
    shutil.copystat(file.place, file.stage)
    os.utime(file.stage)


def _put_all(files: Sequence[_File], folders: Sequence[Path]) -> None:
    try:
        for file in files:
            if file.fresh:
                _put_fresh(file)
            else:
                _keep_old(file)
                _put_in_place(file)
            file.placed = True
        for folder in folders:
            sync_folder(folder)
    except BaseException:
        for file in files:
            _do_quietly(partial(_undo, file))
        raise


def _undo(file: _File) -> None:
    if file.placed and file.had_old:
        os.replace(file.old, file.place)  # noqa: PTH105
    elif file.placed:
        file.place.unlink(missing_ok=True)


def _put_in_place(file: _File) -> None:
    os.replace(file.stage, file.place)  # noqa: PTH105  # tests count the calls of `os`


def _put_fresh(file: _File) -> None:
    """Put a file where none may be: by a link, which unlike a rename never takes the place of another."""
    try:
        if os.name == "nt":
            os.rename(file.stage, file.place)  # noqa: PTH104  # there it refuses to overwrite
        else:
            os.link(file.stage, file.place)
    except FileExistsError:
        _refuse_existing(file.named)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _claim_and_put(file)


def _claim_and_put(file: _File) -> None:
    """Do the same on a drive without links, as many sticks are: by an empty file that is ours."""
    try:
        os.close(os.open(file.place, _STAGE_FLAGS, 0o666))
    except FileExistsError:
        _refuse_existing(file.named)
    file.placed = True
    _put_in_place(file)


def _keep_old(file: _File) -> None:
    """Give the file of before a second name; the first stays where it is."""
    file.had_old = False
    with suppress(FileNotFoundError):
        try:
            os.link(file.place, file.old)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            shutil.copy2(file.place, file.old)
        file.had_old = True


def _do_quietly(action: Callable[[], object]) -> None:
    with suppress(OSError):
        action()
