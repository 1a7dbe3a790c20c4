"""Files as plain data: found in folders, limited in size, read once, with their SHA-256.

What a file is follows from its content; only to tell YAML and tables from other text its name is asked too.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from xlsizing.checks import refuse
from xlsizing.errors import Phrase
from xlsizing.importers.curve_json import whole_number
from xlsizing.reading import check_inside, file_data

__all__ = ["LARGEST_BYTES", "Document", "Found", "document", "files_below"]

LARGEST_BYTES: Final = 64_000_000
"""Larger files are refused: parsed, they would take ten times that in memory [B]."""

LARGEST_TABLE: Final = 10_000_000
"""Longer tables are refused [characters]."""

_HEAD: Final = 65_536

SUFFIXES: Final = frozenset((".json", ".jsonl", ".ndjson", ".yaml", ".yml", ".csv", ".tsv", ".xlsx", ".npz", ".txt", ".md", ".log"))  # fmt: skip
"""Names of files in a folder that are looked into."""

_YAML = re.compile(r"(version|xlsizing_curve):\s")
_WORDS = "result file"
_MOST_NAMES: Final = 100_000


@dataclass(frozen=True)
class Document:
    """A file as plain data.

    Parameters
    ----------
    path : Path
        The file
    kind : str
        "records" (JSON values), "yaml", "table", "text", "npz" or "xlsx"
    sha256 : str
        Of its bytes
    value : object
        A list of JSON values; what a YAML file holds; the text; the bytes of the last two kinds
    """

    path: Path
    kind: str
    sha256: str
    value: Any = field(repr=False)

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.path.name

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The JSON objects in the file, those of a list at its top among them; empty for other kinds."""
        if self.kind != "records":
            return []
        values = self.value[0] if len(self.value) == 1 and isinstance(self.value[0], list) else self.value
        return [value for value in values if isinstance(value, dict)]

    @property
    def only(self) -> dict[str, Any]:
        """The one object that a JSON or YAML file is; empty for all else."""
        value = self.value if self.kind == "yaml" else self.value[0] if self._is_one() else None
        return value if isinstance(value, dict) else {}

    def _is_one(self) -> bool:
        return self.kind == "records" and len(self.value) == 1

    def rows(self) -> list[list[str]]:
        """Return the cells of a table, line by line; blank lines and comments have none."""
        if self.kind == "table" and len(self.value) > LARGEST_TABLE:
            rule = f"must be at most {LARGEST_TABLE // 1_000_000} MB as a table"
            refuse(_WORDS, rule, way_out="keep the anchors only", where=self.name)
        return self._table_rows(self.value) if self.kind in ("table", "text") else []

    def first_rows(self) -> list[list[str]]:
        """Return the cells of the first lines of a table, in which its header stands."""
        return (
            self._table_rows(self.value[:_HEAD].rpartition("\n")[0] or self.value[:_HEAD])
            if self.kind == "table"
            else []
        )

    def _table_rows(self, text: str) -> list[list[str]]:
        lines = ["" if line.lstrip(' \t"').startswith("#") else line for line in text.splitlines()]
        delimiter = max("\t;,", key=next(filter(str.strip, lines), "").count)
        try:
            return [
                [cell.strip() for cell in row] for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)
            ]
        except csv.Error:
            refuse(
                _WORDS,
                "must be a table",
                way_out="check its quotes: one that is never closed takes in all that follows",
                where=self.name,
            )

    def place(self, item: int | None = None) -> str:
        """Return file and `item`, counted from 1, as a sentence names them [-]."""
        return self.name if item is None else f"{self.name}, item {item}"


class Found(NamedTuple):
    """What stands below a path.

    Parameters
    ----------
    files : list of Path
        Files to look into, sorted
    passed : list of tuple
        Path and reason of each entry that is none
    """

    files: list[Path]
    passed: list[tuple[Path, str]]


def files_below(path: Path) -> Found:
    """Return the files to look into at `path`, a file or a folder.

    Raises
    ------
    InputError
        If there is no file or folder, or it is a pipe or a device.
    """
    check_inside(path, _WORDS)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path; OSError too for a link to itself
        refuse(_WORDS, "must be readable", detail=getattr(error, "strerror", None) or str(error), where=str(path))
    if stat.S_ISREG(mode):
        return Found([path], [])
    if not stat.S_ISDIR(mode):
        refuse(_WORDS, "must be a file or a folder", got=Phrase("a pipe or a device"), where=str(path))
    found = Found([], [])
    for entry in _files_in_order(path, found.passed):
        reason = _why_passed(entry)
        found.passed.append((entry, reason)) if reason else found.files.append(entry)
        if len(found.files) + len(found.passed) > _MOST_NAMES:
            refuse("folder", f"must hold at most {_MOST_NAMES:,} files", where=str(path))
    return found


def _files_in_order(top: Path, passed: list[tuple[Path, str]]) -> Iterator[Path]:
    """Yield the files below a folder in order; links to folders are not followed, so none goes round in a circle."""
    for folder, folders, names in os.walk(
        top, onerror=lambda error: passed.append((Path(error.filename), "not readable"))
    ):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        passed.extend((Path(folder, name), "a link to a folder") for name in folders if Path(folder, name).is_symlink())
        yield from (Path(folder, name) for name in sorted(names))


def _why_passed(path: Path) -> str:
    if path.name.startswith(".") or path.suffix.casefold() not in SUFFIXES:
        return "no kind of file that holds results"
    try:
        return "" if stat.S_ISREG(path.stat().st_mode) else "a pipe or a device"
    except OSError:
        return "a link to nothing"


def document(path: Path) -> Document:
    """Return the file at `path` as plain data.

    Raises
    ------
    InputError
        If it cannot be read, is too large, or is not what its content begins as.
    """
    data = _bytes(path)
    digest = hashlib.sha256(data).hexdigest()
    if data[:4] == b"PK\x03\x04":
        return Document(path, "npz" if path.suffix.casefold() == ".npz" else "xlsx", digest, data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse(_WORDS, "must be UTF-8 text", way_out="save it as UTF-8", where=path.name)
    del data
    if "\r\n" in text:  # output redirected on Windows
        text = text.replace("\r\n", "\n")
    kind = _kind_of_file(path, text)
    return Document(path, kind, digest, _VALUES[kind](text, path.name))


def _bytes(path: Path) -> bytes:
    data = file_data(path, _WORDS, largest=LARGEST_BYTES)
    if len(data) > LARGEST_BYTES:
        way_out = "save the results without the figures of single requests"
        refuse(_WORDS, f"must be at most {LARGEST_BYTES // 1_000_000} MB", way_out=way_out, where=path.name)
    return data


def _kind_of_file(path: Path, text: str) -> str:
    suffix = path.suffix.casefold()
    if suffix in (".yaml", ".yml"):
        return "yaml"
    if suffix in (".json", ".jsonl", ".ndjson") or text.lstrip()[:1] in ("{", "["):
        return "records"
    if suffix in (".csv", ".tsv"):
        return "table"
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    return "yaml" if _YAML.match(first) else "text"


def _records(text: str, name: str) -> list[Any]:
    """Return the JSON values that stand one after another in a text: one, one a line, or appended."""
    decoder = json.JSONDecoder(parse_int=whole_number)
    values, at = [], _past_blanks(text, 0)
    try:
        while at < len(text):
            value, end = decoder.raw_decode(text, at)
            values.append(value)
            at = _past_blanks(text, end)
    except json.JSONDecodeError as error:
        refuse(_WORDS, "must be JSON", detail=error.msg, where=f"{name}, line {error.lineno}")
    except RecursionError:
        refuse(_WORDS, "must be JSON", detail="nested too deep", where=name)
    if not values:
        refuse(_WORDS, "must hold something", where=name)
    return values


_BLANKS = re.compile(r"[ \t\r\n]*")


def _past_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def _yaml_data(text: str, name: str) -> Any:
    from xlsizing.importers.yaml_text import plain_data  # noqa: PLC0415  # YAML is slow to import

    return plain_data(text, name)


def _as_it_is(text: str, _name: str) -> str:
    return text


_VALUES: Final = {"records": _records, "yaml": _yaml_data, "table": _as_it_is, "text": _as_it_is}
