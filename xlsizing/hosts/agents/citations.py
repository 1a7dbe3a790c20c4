"""Plain text search over a folder of campaigns, reports and runbooks: file, line and heading, to cite what a lever rests on."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from xlsizing.checks import refuse
from xlsizing.errors import BLANK, InputError
from xlsizing.reading import check_inside, file_data

__all__ = ["Found", "Hit", "cited"]

_SUFFIXES: Final = ("", ".md", ".markdown", ".txt", ".rst", ".yaml", ".yml", ".json", ".jsonl", ".ndjson", ".log")
_LARGEST: Final = 10_000_000
_MOST_FILES: Final = 20_000
_AROUND: Final = 120
"""Characters of a long line that are shown on either side of what was found [-]."""

_TITLE: Final = re.compile(r" {0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_UNDERLINE: Final = re.compile(r"(=+|-+|~+|\^+)\s*$")
_FENCE: Final = re.compile(r" {0,3}(```|~~~)")
_KEY: Final = re.compile(r"([^\s#:'\"{\[-][^:]*):(\s|$)")


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
        Files of these kinds that were not searched, and why
    others : int
        Files of other kinds [-]
    """

    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    files: int = 0
    notes: list[str] = field(default_factory=list)
    passed: list[tuple[str, str]] = field(default_factory=list)
    others: int = 0


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
    for seen, path in enumerate(_below(folder), 1):
        name = path.relative_to(folder).as_posix()
        if seen > _MOST_FILES:
            refuse("DIR", f"must hold at most {_MOST_FILES:,} files", where=str(folder))
        if path.suffix.casefold() not in _SUFFIXES:
            found.others += 1
        elif reason := _why_passed(path, folder):
            found.passed.append((name, reason))
        else:
            yield path, name


def _below(folder: Path) -> Iterator[Path]:
    """Yield what stands below a folder, by name; nothing hidden, and no link to a folder is followed."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place, name) for name in sorted(names) if not name.startswith("."))


def _why_passed(path: Path, folder: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return "a link to nothing"
    if not stat.S_ISREG(found.st_mode):
        return "a pipe or a device"
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        return "a link out of the folder"
    return f"larger than {_LARGEST // 1_000_000} MB" if found.st_size > _LARGEST else ""


def _text(path: Path, name: str, found: Found) -> str | None:
    """Return what a file holds; None where it is no text, which is then said."""
    try:
        data = file_data(path, "file", largest=_LARGEST)
    except InputError as error:
        found.passed.append((name, str(error.detail or error)))
        return None
    if b"\0" in data:
        found.passed.append((name, "no text"))
        return None
    try:
        return _normal(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        found.notes.append(f"{name} is not UTF-8: it was read as Latin-1, and accented letters may be wrong.")
        return data.decode("latin-1")


def _hits(text: str, name: str, patterns: Sequence[re.Pattern[str]]) -> Iterator[Hit]:
    if not all(pattern.search(text) for pattern in patterns):
        return
    headings = _Headings(name)
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        headings.read(line)
        at = [pattern.search(line) for pattern in patterns]
        if all(at):
            yield Hit(name, number, headings.last, _excerpt(line, min(one.start() for one in at if one)))


def _excerpt(line: str, at: int) -> str:
    start, end = max(0, at - _AROUND), at + 2 * _AROUND
    before, after = "…" * (start > 0), "…" * (end < len(line))
    return f"{before}{line[start:end].strip()}{after}"


class _Headings:
    """The heading that a line stands under, told line by line."""

    def __init__(self, name: str) -> None:
        self.last, self._before, self._fenced = "", "", False
        suffix = Path(name).suffix.casefold()
        self._yaml, self._data = suffix in (".yaml", ".yml"), suffix in (".json", ".jsonl", ".ndjson", ".log")

    def read(self, line: str) -> None:
        """Take notice of a line."""
        if self._yaml:
            self._read_key(line)
        elif not self._data:
            self._read_prose(line)

    def _read_key(self, line: str) -> None:
        if found := _KEY.match(line):
            self.last = found[1].strip()

    def _read_prose(self, line: str) -> None:
        if _FENCE.match(line):
            self._fenced = not self._fenced
        elif not self._fenced:
            if found := _TITLE.match(line):
                self.last = found[1]
            elif self._before and _UNDERLINE.match(line) and len(line.strip()) >= _LEAST_UNDERLINE:
                self.last = self._before
        # A table, a quotation or a list is no title, whatever rule stands below it.
        self._before = "" if line[:1] in ("|", ">", "-", "*", " ", "\t", "#") else line.strip()


_LEAST_UNDERLINE: Final = 3
