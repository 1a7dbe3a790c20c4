"""Plain text search over a folder of campaigns, reports and runbooks: file, line and heading, to cite what a lever rests on."""

from __future__ import annotations

import codecs
import os
import re
import stat
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from xlsizing.checks import refuse
from xlsizing.errors import BLANK, InputError
from xlsizing.hosts.agents.headings import Headings
from xlsizing.reading import check_inside, file_data, leads_out

__all__ = ["Found", "Hit", "cited"]

_SUFFIXES: Final = (
    "", ".md", ".markdown", ".txt", ".rst", ".yaml", ".yml", ".json", ".jsonl", ".ndjson", ".csv", ".log",
)  # fmt: skip
_LARGEST: Final = 10_000_000
_MOST_FILES: Final = 20_000
_AROUND: Final = 120
"""Characters of a long line that are shown on either side of what was found [-]."""

_ENCODINGS: Final = {
    codecs.BOM_UTF32_LE: "utf-32",  # begins as that of UTF-16 does, and so comes before it
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""How text is written that begins with these bytes."""


class Hit(NamedTuple):
    """One line that holds what was asked for.

    Parameters
    ----------
    file : str
        Its file, relative to the folder
    line : int
        Its number, counted from 1 [-]
    heading : str
        The nearest heading above it, of YAML the outermost key; empty where there is none
    text : str
        The line; of a long one what stands around the first word found
    """

    file: str
    line: int
    heading: str
    text: str


@dataclass
class Found:
    """What a search found.

    Parameters
    ----------
    hits : list of Hit
        The first lines found; files of a folder come before those of folders in it
    total : int
        How many there are [-]
    files : int
        How many files were searched [-]
    notes : list of str
        How a file was read that is not UTF-8
    passed : list of (str, str)
        Files of these kinds and folders that were not searched, and why
    others : Counter of str
        How many files there are of each other kind, by suffix
    hidden : int
        Hidden files and folders, which were not looked into [-]
    whole : bool
        Whether all was searched; not, where there is more than the most files
    """

    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    files: int = 0
    notes: list[str] = field(default_factory=list)
    passed: list[tuple[str, str]] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    hidden: int = 0
    whole: bool = True


def cited(query: str, folder: Path, *, case: bool = False, words: bool = False, limit: int = 20) -> Found:
    """Return the lines in the files below a folder that hold every word of a query.

    Parameters
    ----------
    query : str
        Words, in any order
    folder : Path
        A folder, or one file
    case : bool
        Whether upper and lower case differ
    words : bool
        Whether only whole words count
    limit : int
        The most lines returned; the others are counted [-]

    Returns
    -------
    Found
        The lines, and what was passed over

    Raises
    ------
    InputError
        If the query is blank, or there is no such folder.
    """
    patterns = _patterns(query, case=case, words=words)
    found = Found()
    for path, name in _files(folder, found):
        if found.files == _MOST_FILES:
            found.whole = False
            found.notes.append(
                f"The first {_MOST_FILES:,} files were searched and the rest was not: search its folders one by one."
            )
            break
        text = _text(path, name, found)
        if text is None:
            continue
        found.files += 1
        for hit in _hits(text, name, patterns):
            found.total += 1
            if found.total <= limit:
                found.hits.append(hit)
    return found


def _patterns(query: str, *, case: bool, words: bool) -> list[re.Pattern[str]]:
    parts = _normal(query).split()
    if not parts:
        refuse("QUERY", "must hold a word", got=BLANK)
    edge = (r"(?<!\w)", r"(?!\w)") if words else ("", "")
    return [re.compile(f"{edge[0]}{re.escape(part)}{edge[1]}", 0 if case else re.IGNORECASE) for part in parts]


def _normal(text: str) -> str:
    """Return `text` with each accented letter in one way of writing it."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _files(folder: Path, found: Found) -> Iterator[tuple[Path, str]]:
    """Yield the files to search, each with its name relative to the folder."""
    check_inside(folder, "DIR")
    if folder.is_file():
        yield folder, folder.name
        return
    if not folder.is_dir():
        refuse("DIR", "must be a folder, or a file, that exists", got=str(folder))
    for path in _below(folder, found):
        name = path.relative_to(folder).as_posix()
        if (suffix := path.suffix.casefold()) not in _SUFFIXES:
            found.others[suffix] += 1
        elif reason := _why_passed(path, folder):
            found.passed.append((name, reason))
        else:
            yield path, name


def _below(folder: Path, found: Found) -> Iterator[Path]:
    """Yield what stands below a folder, by name; what is hidden is counted, and no link to a folder is followed."""
    for place, folders, names in os.walk(folder, onerror=_passing(folder, found)):
        here = Path(place)
        found.hidden += sum(name.startswith(".") for name in (*folders, *names))
        seen = sorted(name for name in folders if not name.startswith("."))
        linked = [name for name in seen if here.joinpath(name).is_symlink()]
        found.passed += [(here.joinpath(name).relative_to(folder).as_posix(), "a link to a folder") for name in linked]
        folders[:] = [name for name in seen if name not in linked]
        yield from (here / name for name in sorted(names) if not name.startswith("."))


def _passing(folder: Path, found: Found) -> Callable[[OSError], None]:
    """Return what takes notice of a folder that cannot be read, and refuses the outermost one."""

    def passed(error: OSError) -> None:
        place, detail = Path(error.filename), error.strerror or str(error)
        if place == folder:
            refuse("DIR", "must be readable", detail=detail, where=str(folder))
        found.passed.append((place.relative_to(folder).as_posix(), detail))

    return passed


def _why_passed(path: Path, folder: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return "a link to nothing"
    if not stat.S_ISREG(found.st_mode):
        return "a pipe or a device"
    if leads_out(path, folder):
        return "a link out of the folder"
    return f"larger than {_LARGEST // 1_000_000} MB" if found.st_size > _LARGEST else ""


def _text(path: Path, name: str, found: Found) -> str | None:
    """Return what a file holds; None where it is no text, which is then said."""
    try:
        data = file_data(path, "file", largest=_LARGEST)
    except InputError as error:
        found.passed.append((name, str(error.detail or error)))
        return None
    text, note = _decoded(data)
    if "\0" in text:
        found.passed.append((name, "no text"))
        return None
    if note:
        found.notes.append(f"{name} {note}")
    return _normal(text)


def _decoded(data: bytes) -> tuple[str, str]:
    """Return the text of the bytes, and what is to be said of how they were read."""
    encoding = next((encoding for mark, encoding in _ENCODINGS.items() if data.startswith(mark)), "utf-8-sig")
    try:
        return data.decode(encoding), ""
    except UnicodeDecodeError:
        if encoding != "utf-8-sig":
            return data.decode(encoding, errors="replace"), f"is damaged {encoding.upper()}: parts could not be read."
        return data.decode("latin-1"), "is not UTF-8: it was read as Latin-1, and accented letters may be wrong."


def _hits(text: str, name: str, patterns: Sequence[re.Pattern[str]]) -> Iterator[Hit]:
    if not all(pattern.search(text) for pattern in patterns):
        return
    lines = re.split(r"\r\n|\r|\n", text)
    headings = Headings(name, lines)
    for number, line in enumerate(lines, 1):
        headings.read(line)
        at = [pattern.search(line) for pattern in patterns]
        if all(at):
            yield Hit(name, number, headings.last, _excerpt(line, min(one.start() for one in at if one)))


def _excerpt(line: str, at: int) -> str:
    start, end = max(0, at - _AROUND), at + 2 * _AROUND
    before, after = "…" * (start > 0), "…" * (end < len(line))
    return f"{before}{line[start:end].strip()}{after}"
