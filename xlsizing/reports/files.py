"""Writing files whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from xlsizing.checks import refuse
from xlsizing.errors import BLANK

__all__ = ["new_file", "write_whole"]


Check = Callable[[Mapping[str, Path]], None]


def write_whole(texts: Mapping[Path, str | bytes], *, check: Check | None = None) -> None:
    """Write every file of `texts`, or leave the directory as it was.

    Parameters
    ----------
    texts : mapping of Path to str or bytes
        The files, all in one directory, and what each shall hold, text or bytes; the directory is
        made if its parent exists [-]
    check : callable, optional
        Reads the written files, given by name, before they take their place; what it raises
        removes them [-]

    Raises
    ------
    InputError
        If a file cannot be written; every file is then as before.
    """
    folder = next(iter(texts)).parent
    if "\0" in str(folder) or any("\0" in name.name for name in texts):
        refuse("output", "must be writable", detail="no path holds a NUL", where=str(folder))
    made = not folder.exists()
    try:
        if made:
            folder.mkdir()
        _replace_all(texts, folder, check)
    except BaseException as error:
        if made:
            with contextlib.suppress(OSError):
                folder.rmdir()
        if not isinstance(error, OSError):
            raise
        refuse("output", "must be writable", detail=error.strerror or str(error), where=_place(error, texts, folder))


def new_file(path: str | Path, suffix: str, *, force: bool) -> Path:
    """Return `path` as that of a file which may be written.

    Parameters
    ----------
    path : str or Path
        What was asked for [-]
    suffix : str
        How its name must end, ".xlsx" [-]
    force : bool
        Whether it may exist already [-]

    Returns
    -------
    Path
        The same [-]

    Raises
    ------
    InputError
        If it names no file, a directory, a file of another kind, or one that exists.
    """
    if not str(path).strip():
        refuse("output", "must name a file", got=BLANK)
    target = Path(path)
    if target.is_dir():
        refuse("output", "must be a file", detail="it is a directory", where=str(target))
    if target.suffix.lower() != suffix:
        refuse("output", f"must end in {suffix}", got=target.name)
    if target.exists() and not force:
        refuse("output", "must not exist yet", where=str(target), way_out="pass --force to overwrite it")
    return target


def _place(error: OSError, texts: Mapping[Path, str | bytes], folder: Path) -> str:
    """Return the file that `error` is about, or the folder: never a name of ours inside it."""
    about = [name for name in (error.filename2, error.filename) if name in map(str, texts)]
    return str(about[0] if about else folder)


def _replace_all(texts: Mapping[Path, str | bytes], folder: Path, check: Check | None) -> None:
    """Stage every file beside its place, then rename; undo the renames if one fails."""
    with tempfile.TemporaryDirectory(prefix=".xlsizing-", dir=folder) as stage:
        for target, text in texts.items():
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, "Is a directory", str(target))
            (Path(stage) / target.name).write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        if check is not None:
            check({target.name: Path(stage) / target.name for target in texts})
        kept: dict[Path, Path | None] = {}
        try:
            for target in texts:
                kept[target] = _moved_aside(target, Path(stage))
                (Path(stage) / target.name).replace(target)
        except BaseException:  # an interrupt too must leave the files as they were
            for target, old in kept.items():
                target.unlink(missing_ok=True) if old is None else old.replace(target)
            raise


def _moved_aside(target: Path, stage: Path) -> Path | None:
    if not target.exists():
        return None
    old = stage / f"{target.name}.old"
    target.replace(old)
    return old
