"""Plain tables of anchors with any of the usual headings: CSV, TSV, .xlsx, and tables in Markdown.

Which column was taken for what is told in a note. A unit is never guessed: a latency needs it in its heading, and a
number that could be 1,900 or 1.9 is refused. Text columns of no known meaning must be the same at every point.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from xlsizing.checks import number_in_text, refuse
from xlsizing.errors import CurveError, Phrase
from xlsizing.importers.documents import Document
from xlsizing.importers.measurement import Measurement, Stat
from xlsizing.importers.points import Options
from xlsizing.importers.serving_keys import FLAGS, context_in_flags, gpus_of
from xlsizing.importers.text import DECIMAL_COMMA
from xlsizing.importers.values import Fields, known_values

__all__ = ["WANTS_OPTIONS", "read", "recognises"]

WANTS_OPTIONS: Final = True

_HEADINGS: Final = (
    (re.compile(r"@?(max )?(conc|concurrency|concurrent (requests|users)|users|c)( per replica)?"), "concurrency"),
    (re.compile(r"(output )?(tok|toks|tokens?|tps)( s)?( per)? user( \w+)?|interactivity( tok s user)?"), "rate"),
    (re.compile(r"tpot|time per output token"), "tpot"),
    (re.compile(r"ttft|time to first token"), "ttft"),
    (re.compile(r"ttfo|time to first (output|answer) token"), "ttfo"),
    (re.compile(r"(peak )?(output )?(tok|toks|tokens?|tps)( s)?( per)? gpu|output (throughput|tput)( per)? gpu( tok s gpu)?"), "per_gpu"),
    (re.compile(r"output( token)?( tok| toks| tokens?)? (s|throughput|tps)( per replica)?( tok s| tokens s)?|(tok|tokens) s"), "output"),
    (re.compile(r"(num )?(gpus|gpu count)( per (pod|replica))?"), "gpus"),
    (re.compile(r"isl|(mean )?input (tokens|len|length)"), "isl"),
    (re.compile(r"osl|(mean )?output (tokens|len|length)"), "osl"),
    (re.compile(r"(num )?prompts"), "num_prompts"),
    (re.compile(r"completed|successful requests"), "completed"),
    (re.compile(r"failed|failed requests"), "failed"),
    (re.compile(r"model( id| name)?"), "model"),
    (re.compile(r"trials"), "trials"),
)  # fmt: skip
"""Headings in plain words, and the column that each is."""

_STAT: Final = re.compile(r"^(median|mean|avg|average|p50|p90|p95|p99) | (median|mean|avg|average|p50|p90|p95|p99)$")
_STATS: Final = {"avg": "mean", "average": "mean", "p50": "median"}
_UNITS: Final = re.compile(r" (ms|milliseconds|s|sec|seconds|us)$")
_IN_MS: Final = {"ms": 1.0, "milliseconds": 1.0, "s": 1e3, "sec": 1e3, "seconds": 1e3, "us": 1e-3}
_LATENCIES: Final = ("tpot", "ttft", "ttfo")
_NEEDED: Final = ({"concurrency", "rate"}, {"concurrency", "tpot"})
_HEADER_WITHIN: Final = 30
_AMBIGUOUS: Final = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+")


class _Column(NamedTuple):
    """What a heading stands for."""

    meaning: str
    heading: str
    stat: str | None
    scale: float | None  # of a latency, to ms; None where the heading has no unit


class _Table(NamedTuple):
    """A table with the words for its place."""

    name: str
    header: int  # its row, counted from 1
    columns: list[_Column | None]
    headings: list[str]
    rows: list[list[str]]


def recognises(document: Document) -> bool:
    """Tell whether a `document` is a table with the columns of an anchor; an .xlsx is opened when it is read."""
    return document.kind == "xlsx" or (document.kind == "table" and _header_in(document.first_rows()) is not None)


def read(document: Document, options: Options) -> Iterator[Measurement]:
    """Yield the points in the table of a `document`; `options` name sheet and range of an .xlsx."""
    table = _table_in(document, options)
    commas = any(DECIMAL_COMMA.fullmatch(c) and not _AMBIGUOUS.fullmatch(c) for row in table.rows for c in row)
    note = _map_note(table)
    for offset, cells in enumerate(table.rows, start=1):
        if any(cells):
            place = f"{table.name}, row {table.header + offset}"
            yield _measurement(document, _Row(table, cells, place, decimal_commas=commas), note)


def _table_in(document: Document, options: Options) -> _Table:
    if document.kind == "xlsx":
        from xlsizing.importers.sheets import sheets_in  # noqa: PLC0415  # openpyxl is slow to import

        found = [(name, rows) for name, rows in sheets_in(document, options) if _header_in(rows) is not None]
        if len(found) != 1:
            names = ", ".join(name for name, _ in found) or "none"
            rule = "must be one with a concurrency and a tok/s/user or TPOT column"
            refuse(
                "sheet",
                rule,
                got=Phrase(names),
                way_out="make a curve file of it with xlsizing import, --sheet NAME and --range A1:D9",
                where=document.name,
            )
        place, rows = f"{document.name}, sheet {found[0][0]}", found[0][1]
    else:
        place, rows = document.name, document.rows()
    at = _header_in(rows)
    header = rows[at or 0]
    columns = _columns_in_header(header)
    return _Table(place, (at or 0) + 1, columns, header, rows[(at or 0) + 1 :])


def _header_in(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the position of the first row whose cells name the columns of an anchor."""
    for at, cells in enumerate(rows[:_HEADER_WITHIN]):
        meanings = {column.meaning for column in _columns_in_header(cells) if column}
        if any(needed <= meanings for needed in _NEEDED):
            return at
    return None


def _columns_in_header(cells: Sequence[str]) -> list[_Column | None]:
    return [_column_in_heading(cell) for cell in cells]


def _column_in_heading(heading: str) -> _Column | None:
    plain = " ".join(re.sub(r"[^a-z0-9@%]+", " ", heading.casefold()).split())
    unit = _UNITS.search(plain)
    if unit:
        found = _meaning_in(plain[: unit.start()])
        if found and found[0] in _LATENCIES:
            return _Column(found[0], heading, found[1], _IN_MS[unit[1]])
    found = _meaning_in(plain)
    if found:
        return _Column(found[0], heading, found[1], None)
    flag = FLAGS.get(plain.replace(" ", "_"))
    return _Column(f"context {plain.replace(' ', '_')}", heading, None, None) if flag else None


def _meaning_in(plain: str) -> tuple[str, str | None] | None:
    """Return what plain words mean, and the statistic among them."""
    found = _STAT.search(plain)
    word = next(filter(None, found.groups())) if found else None
    rest = plain.removeprefix(f"{word} ").removesuffix(f" {word}") if word else plain
    for pattern, meaning in _HEADINGS:
        if pattern.fullmatch(rest):
            return meaning, _STATS.get(word, word) if word else None
    return None


class _Row:
    """The cells of one row by the meaning of their columns."""

    def __init__(self, table: _Table, cells: Sequence[str], place: str, *, decimal_commas: bool) -> None:
        self.place, self._commas = place, decimal_commas
        self.cells = [
            (column, cell) for column, cell in zip(table.columns, cells, strict=False) if column and cell.strip()
        ]
        self.other = {
            heading: cell
            for column, heading, cell in zip(table.columns, table.headings, cells, strict=False)
            if column is None and cell.strip() and not _is_number(cell)
        }

    def number(self, meaning: str) -> float | None:
        """Return the number in the first column of a meaning; None where its cell is blank or says NA."""
        for column, cell in self.cells:
            if column.meaning == meaning and cell.casefold() not in ("na", "n/a", "-"):
                return self.value(cell, column.heading)
        return None

    def value(self, cell: str, heading: str) -> float:
        """Return the number in a cell, in one of the two ways of writing decimals."""
        if _AMBIGUOUS.fullmatch(cell) and not self._commas:
            way_out = "write it without separators"
            refuse(
                f"'{heading}'", "must be written plainly", got=cell, way_out=way_out, where=self.place, kind=CurveError
            )
        if self._commas and DECIMAL_COMMA.fullmatch(cell):
            cell = cell.replace(",", ".")
        elif self._commas and "." in cell:
            rule = "must be written with a comma, as the others are"
            refuse(f"'{heading}'", rule, got=cell, where=self.place, kind=CurveError)
        return number_in_text(cell, f"'{heading}'", where=self.place)

    def latencies(self, meaning: str) -> dict[str, Stat]:
        """Return the statistics of a latency [ms]."""
        found = {}
        for column, cell in self.cells:
            if column.meaning != meaning or cell.casefold() in ("na", "n/a", "-"):
                continue
            if column.scale is None:
                rule = "must name its unit, as in TTFT (ms)"
                refuse("heading", rule, got=column.heading, where=self.place, kind=CurveError)
            found[column.stat or "median"] = _stat(self.value(cell, column.heading) * column.scale, column)
        return found

    def rates(self) -> dict[str, Stat]:
        """Return TPOT out of the columns of tok/s/user [ms]."""
        found = {}
        for column, cell in self.cells:
            if column.meaning == "rate" and cell.casefold() not in ("na", "n/a", "-"):
                rate = self.value(cell, column.heading)
                if rate <= 0:
                    refuse(f"'{column.heading}'", "must be above 0", got=rate, where=self.place, kind=CurveError)
                found[column.stat or "median"] = _stat(1000 / rate, column)
        return found

    def context(self) -> dict[str, Any]:
        """Return the fields of the context in the columns that name one, and model, ISL and OSL."""
        flags = {c.meaning.removeprefix("context "): cell for c, cell in self.cells if c.meaning.startswith("context ")}
        found = context_in_flags(Fields(flags, self.place), flags)
        model = next((cell for column, cell in self.cells if column.meaning == "model"), None)
        return known_values({"model": model, **found})


def _stat(latency_ms: float, column: _Column) -> Stat:
    source = f"'{column.heading}'" if column.stat else f"'{column.heading}', statistic not stated"
    return Stat(latency_ms, source, stated=column.stat is not None)


def _is_number(cell: str) -> bool:
    return bool(re.fullmatch(r"[$€]?[+-]?[\d.,]+([eE][+-]?\d+)?%?", cell.strip()))


def _measurement(document: Document, row: _Row, note: str) -> Measurement:
    concurrency = row.number("concurrency")
    if concurrency is None:
        refuse("concurrency", "must be given", where=row.place, kind=CurveError)
    context = row.context()
    gpus = row.number("gpus")
    if gpus is not None and (gpus < 1 or gpus != int(gpus)):
        refuse("GPUs", "must be a whole number of at least 1", got=gpus, where=row.place, kind=CurveError)
    trials = row.number("trials")
    return Measurement(
        tool="table",
        place=row.place,
        path=document.path,
        sha256=document.sha256,
        concurrency=_positive_number(concurrency, "concurrency", row),
        tpot_ms=row.rates() or row.latencies("tpot"),
        ttft_ms=row.latencies("ttft"),
        ttfo_ms=row.latencies("ttfo"),
        output_tok_s=_positive_or_none(row, "output"),
        output_tok_s_per_gpu=_positive_or_none(row, "per_gpu"),
        isl=_positive_or_none(row, "isl"),
        osl=_positive_or_none(row, "osl"),
        num_prompts=_positive_or_none(row, "num_prompts"),
        completed=row.number("completed"),
        failed=row.number("failed"),
        gpus=gpus_of(context) if gpus is None else int(gpus),
        trials=int(trials) if trials and trials >= 1 else None,
        basis=None,
        context=context,
        also=row.other,
        notes=(note,),
    )


def _positive_or_none(row: _Row, meaning: str) -> float | None:
    value = row.number(meaning)
    return None if value is None else _positive_number(value, meaning.replace("_", " "), row)


def _positive_number(value: float, name: str, row: _Row) -> float:
    if not value > 0:
        refuse(name, "must be above 0", got=value, where=row.place, kind=CurveError)
    return value


_WORDS: Final = {
    "rate": "tok/s/user",
    "output": "output tok/s",
    "per_gpu": "output tok/s per GPU",
    "tpot": "TPOT",
    "ttft": "TTFT",
    "ttfo": "TTFO",
}


def _map_note(table: _Table) -> str:
    """Return which heading was taken for what."""
    taken = [f"'{c.heading}' as {_WORDS.get(c.meaning, c.meaning.replace('_', ' '))}" for c in table.columns if c]
    passed = [
        f"'{heading}'"
        for heading, column in zip(table.headings, table.columns, strict=True)
        if column is None and heading
    ]
    rest = f"; passed over: {', '.join(passed)}" if passed else ""
    return f"Columns of {table.name}: {', '.join(taken)}{rest}."
