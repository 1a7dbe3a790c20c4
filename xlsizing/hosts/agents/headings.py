"""The heading that a line of a file stands under: where in doubt none, as a false citation is worse than none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

__all__ = ["Headings"]

_DATA: Final = (".json", ".jsonl", ".ndjson", ".csv", ".log")
"""Kinds of files that have no headings."""

_YAML: Final = (".yaml", ".yml")
_RULED: Final = ".rst"
"""The kind whose headings are underlined alone, in any of four characters: a hash is a remark there, and nothing fences."""

_TITLE: Final = re.compile(r" {0,3}#{1,6}\s+(.*?)(?:\s+#+)?\s*$")
_FENCE: Final = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)$")
_UNDERLINE: Final = re.compile(r"(={3,}|-{3,})\s*$")
_RULE: Final = re.compile(r"(={3,}|-{3,}|~{3,}|\^{3,})\s*$")
_KEY: Final = re.compile(r"([^\s#:'\"{\[-][^:]*):(\s|$)")
_NO_TITLE: Final = re.compile(r"\s|[|>#<]|[-*+](\s|$)|\[[^]]*\]:")
_ITEM: Final = re.compile(r"\d+[.)](\s|$)")
"""What begins code, a table, a quotation, a tag, a list or an address: no title, whatever rule stands below it."""


class Headings:
    """The heading that a line stands under, told line by line.

    Parameters
    ----------
    name : str
        The name of the file, whose end says of which kind it is
    lines : sequence of str
        All its lines: where it begins with a block between rules, that is front matter and says nothing

    Attributes
    ----------
    last : str
        The nearest heading above, of YAML the outermost key; empty where there is none
    """

    def __init__(self, name: str, lines: Sequence[str]) -> None:
        self.last = ""
        self._title, self._before, self._fence = "", "", ""
        self._kind = Path(name).suffix.casefold()
        self._front = 0 if self._kind in (*_YAML, *_DATA, _RULED) else _front_matter(lines)

    def read(self, line: str) -> None:
        """Take notice of the next line."""
        if self._front:
            self._front -= 1
        elif self._kind in _YAML:
            self._read_key(line)
        elif self._kind == _RULED:
            self._read_ruled(line)
        elif self._kind not in _DATA:
            self._read_prose(line)

    def _read_key(self, line: str) -> None:
        if line.startswith("---"):  # another document
            self.last = ""
        elif found := _KEY.match(line):
            self.last = found[1].strip()

    def _read_prose(self, line: str) -> None:
        if self._is_fenced(line):
            self._next("", "fence")
        elif found := _TITLE.match(line):
            self.last = found[1]
            self._next("", line)
        elif self._title and _UNDERLINE.match(line):
            self.last = self._title
            self._next("", line)
        else:
            self._next("" if self._before or _ITEM.match(line) else line, line)

    def _read_ruled(self, line: str) -> None:
        ruled = _RULE.match(line)
        if self._title and ruled and len(line.rstrip()) >= len(self._title):
            self.last = self._title
            self._next("", line)
        else:
            self._next("" if self._before and not _RULE.match(self._before) else line, line)

    def _next(self, title: str, line: str) -> None:
        """Remember a `line`, and what of it is a `title` if a rule follows: a paragraph of one line, below a blank one."""
        self._title = "" if _NO_TITLE.match(title) or _RULE.match(title) else title.strip()
        self._before = line.strip()

    def _is_fenced(self, line: str) -> bool:
        """Tell whether a line is code or one of its fences; the marker that opened the code closes it, or a longer one."""
        found = _FENCE.match(line)
        if not self._fence:
            self._fence = found[1] if found else ""
            return bool(found)
        if found and found[1].startswith(self._fence) and not found[2].strip():
            self._fence = ""
        return True


def _front_matter(lines: Sequence[str]) -> int:
    """Return how many lines the block between rules holds that a file begins with; 0 where there is none [-]."""
    if not lines or lines[0].rstrip() != "---":
        return 0
    return next((at for at, line in enumerate(lines[1:], 2) if line.rstrip() in ("---", "...")), 0)
