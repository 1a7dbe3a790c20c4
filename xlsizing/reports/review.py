"""Reading a report back before it is handed over: every number again, from its own curve and formula.

The files are read from disk, as a reader would, and compared with a sizing of what they themselves say was measured and
asked for: the record figure by figure, the Markdown cell by cell with the tables of that sizing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

from xlsizing.errors import SizingError
from xlsizing.reports.asked import demand_words, sizing_facts
from xlsizing.reports.laws import broken_laws
from xlsizing.reports.markdown import read_facts, read_headline, read_tables, stated_id
from xlsizing.reports.money import sizing_tables
from xlsizing.reports.read_back import ReadBack
from xlsizing.reports.record import content_id
from xlsizing.reports.tables import CANNOT_BE_MET, WORKLOAD_MISMATCH, Table, curve_table
from xlsizing.rules import TOLERANCE

__all__ = ["ReviewError", "review"]

_JSON: Final = "capacity_sizing.json"
_MARKDOWN: Final = "CAPACITY-SIZING.md"
_CONTEXT: Final = "Measurement context"


class ReviewError(SizingError):
    """A written report does not say what its curve and the formula give: a defect of ours."""

    exit_code = 1


def review(files: Mapping[str, Path]) -> None:
    """Check the written report in `files`.

    Parameters
    ----------
    files : mapping of str to Path
        "capacity_sizing.json" and "CAPACITY-SIZING.md" by name, where they stand

    Raises
    ------
    ReviewError
        If the two files are not of one run, a number does not recompute, pods fall as the SLA tightens, the plateau is not flat, the
        two files differ, or one of them cannot be read.
    """
    try:
        record = json.loads(files[_JSON].read_text(encoding="utf-8"))
        text = files[_MARKDOWN].read_text(encoding="utf-8")
        _check_pair(record["report_id"], stated_id(text))
        for law in broken_laws(record):
            _fail(law)
        again = ReadBack(record)
        for what, written, expected in again.figures():
            _check_equal(what, written, expected)
        for difference in _markdown_differences(text, again):
            _fail(difference)
        _check_equal("report_id", record["report_id"], content_id(record))
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # among them what the core refuses
        _fail(f"it cannot be read back ({type(error).__name__}: {error})")


def _check_pair(of_json: str, of_markdown: str | None) -> None:
    """Refuse a mix of two runs, as one that was killed between two renames leaves it."""
    if of_json != of_markdown:
        stated = f"{_MARKDOWN} says {of_markdown or 'none'}, {_JSON} {of_json}"
        raise ReviewError(f"the report's two files are not of one run: {stated}; write them again with --emit")


def _markdown_differences(text: str, again: ReadBack) -> Iterator[str]:
    """Yield how a report in Markdown differs from the same in JSON."""
    head = read_facts(text)
    for name, told in (sizing_facts(again) | {"Demand": demand_words(again.demand)}).items():
        if told and head.get(name, []) != [_single_spaced(told)]:
            yield f"{name} is {', '.join(head.get(name, [])) or 'missing'} in {_MARKDOWN}, {told} in the JSON"
    standing, headline = read_headline(text), again.record["headline"]
    if standing != f"{_single_spaced(headline)}.":
        yield f"the standing is {standing} in {_MARKDOWN}, {headline} in the JSON"
    written = read_tables(text)
    expected = [*sizing_tables(again, again.levers), curve_table(again.measured_curve)]
    for table in expected:
        yield from _table_differences(written.get(table.title, []), table)
    for title in written.keys() - {*(table.title for table in expected), _CONTEXT}:
        yield f'"{title}" is a table in {_MARKDOWN} that the JSON has no figures for'


def _table_differences(lines: Sequence[Sequence[str]], table: Table) -> Iterator[str]:
    header, *rows = lines or [[]]
    if len(rows) != len(table.rows):
        yield f'"{table.title}" has {len(rows)} rows in {_MARKDOWN}, the JSON {len(table.rows)}'
        return
    for name in header:
        if name not in table.header or header.count(name) > 1:
            yield f'"{table.title}" has a column {name} in {_MARKDOWN} that the review does not know, or has twice'
    yield from (f'"{table.title}" has no column {name} in {_MARKDOWN}' for name in table.header if name not in header)
    unit = table.header[0].removeprefix("SLA ")
    for line, row in zip(rows, table.rows, strict=True):
        at, cells = f"{line[0]} {unit}", dict(zip(header, line, strict=True))
        if CANNOT_BE_MET in row and _shows_more(line):
            yield f"{_MARKDOWN} shows more than that {at} {CANNOT_BE_MET}"
        for name, told in zip(table.header, row, strict=True):
            if cells[name] != _single_spaced(told):
                yield f"{name} at {at} is {cells[name]} in {_MARKDOWN}, {_single_spaced(told)} in the JSON"


def _shows_more(line: Sequence[str]) -> bool:
    if CANNOT_BE_MET not in line:
        return True
    return any(cell not in ("", WORKLOAD_MISMATCH) for cell in line[line.index(CANNOT_BE_MET) + 1 :])


def _single_spaced(text: str) -> str:
    return " ".join(text.split())


def _check_equal(what: str, written: Any, again: Any) -> None:
    if isinstance(again, float):
        equal = type(written) in (int, float) and math.isclose(written, again, rel_tol=TOLERANCE)
    else:
        equal = type(written) is type(again) and written == again
    if not equal:
        _fail(f"{what} is {written}, curve and formula give {again}")


def _fail(why: str) -> NoReturn:
    raise ReviewError(f"the report failed its own review and was removed: {why}; please report this")
