"""Reading a report back before it is handed over: every number again, from its own curve and formula.

The files are read from disk, as a reader would, and compared with a sizing of what they themselves say was measured and
asked for: the record figure by figure, the Markdown cell by cell with the tables of that sizing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NoReturn

from xlsizing.core import WAITS
from xlsizing.errors import SizingError, shown
from xlsizing.reports.markdown import read_facts, read_headline, read_tables, stated_id
from xlsizing.reports.read_back import ReadBack
from xlsizing.reports.record import LEVER_FIGURES, clamped, content_id, row_record
from xlsizing.reports.tables import (
    CANNOT_BE_MET,
    WORKLOAD_MISMATCH,
    Table,
    curve_table,
    demand_words,
    sizing_facts,
    sizing_tables,
)
from xlsizing.rules import HOURS_PER_MONTH, PLATEAU, TOLERANCE

__all__ = ["ReviewError", "review"]

_JSON: Final = "capacity_sizing.json"
_MARKDOWN: Final = "CAPACITY-SIZING.md"
_CONTEXT: Final = "Measurement context"

_Record = dict[str, Any]


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
        _check_laws(record)
        again = ReadBack(record)
        for what, written, expected in (
            *_anchor_pairs(again),
            *_row_pairs(again),
            *_demand_pairs(again),
            *_lever_pairs(again),
        ):
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


def _check_laws(record: _Record) -> None:
    met = [row for row in record["rows"] if row["feasible"]]
    for looser, tighter in pairwise(met):
        _check_falling(looser, tighter)
    _check_plateau(met, users=record["demand"]["unit"] == "users")


def _check_falling(looser: _Record, tighter: _Record) -> None:
    """Refuse fewer pods at a tighter SLA, unless less is asked for beside it."""
    slas = f"{shown(looser['sla_toks_per_user'])} to {shown(tighter['sla_toks_per_user'])} tok/s/user"
    if looser["sla_toks_per_user"] > tighter["sla_toks_per_user"]:
        _fail(f"rows are not by rising SLA: {slas}")
    less = looser["demand_tok_s"] > tighter["demand_tok_s"] * (1 + TOLERANCE)
    longer = any((looser[wait.limit] or math.inf) < (tighter[wait.limit] or math.inf) for wait in WAITS)
    for key in () if less or longer else ("replicas", "replicas_budget", "pods_high"):
        if tighter[key] < looser[key]:
            _fail(f"pods fall as the SLA tightens: {key} {looser[key]} to {tighter[key]} from {slas}")


def _check_plateau(met: Sequence[_Record], *, users: bool) -> None:
    """Refuse different pods for one demand where the last anchor is reached: no limit on waiting stands before it."""
    flat: dict[str, set[int]] = {}
    for row in met:
        if row["regime"] == PLATEAU:
            asked = row["demand_tok_s"] / (row["sla_toks_per_user"] if users else 1)
            flat.setdefault(f"{asked:.9g}", set()).add(row["replicas"])
    for pods in flat.values():
        if len(pods) > 1:
            _fail(f"the plateau is not flat: {' and '.join(map(str, sorted(pods)))} pods for one demand")


_Pairs = Iterator[tuple[str, Any, Any]]
"""What is compared, as it was written, and as curve and formula give it."""


def _anchor_pairs(again: ReadBack) -> _Pairs:
    sides = [again.record["anchors"]]
    for lever in again.record["levers"]:
        sides += [side for side in (lever["baseline_anchors"], lever["with_lever_anchors"]) if side]
    for anchors in sides:
        for anchor, rate in zip(
            anchors, ReadBack({"anchors": anchors}).measured_curve.tok_s_per_user.tolist(), strict=True
        ):
            yield f"toks_per_user at c={shown(anchor['concurrency'])}", anchor["toks_per_user"], rate


def _row_pairs(again: ReadBack) -> _Pairs:
    oldest = clamped(again.sizing)
    for i, (row, figures) in enumerate(zip(again.record["rows"], again.sizing.rows(), strict=True)):
        at = f" at {shown(row['sla_toks_per_user'])} tok/s/user"
        said = again.rows[i] if row["budget_claim"] is not None else figures
        expected = row_record(said) | {key: values[i] for key, values in oldest.items()} | {"quote": again.quoted[i]}
        yield from ((key + at, row[key], value) for key, value in expected.items())


def _demand_pairs(again: ReadBack) -> _Pairs:
    yield "hours_per_month", again.record["hours_per_month"], HOURS_PER_MONTH
    if not again.demand.shape:
        tpm = again.demand.output_tpm
        per_second = None if tpm is None else float(again.demand.output_tok_s(0))
        yield "tpm", again.record["tpm"], None if tpm is None else float(tpm)
        yield "tok_per_s_target", again.record["tok_per_s_target"], per_second


def _lever_pairs(again: ReadBack) -> _Pairs:
    for said, delta in zip(again.record["levers"], again.levers, strict=True):
        at = f" of the lever {said['lever']} at {shown(said['sla_toks_per_user'])} tok/s/user"
        yield from ((key + at, said[key], getattr(delta, key)) for key in LEVER_FIGURES)
        if said["kind"] != "tp-rightsize":
            gpus = said["baseline_gpus_per_pod"]
            yield f"with_lever_gpus_per_pod of the lever {said['lever']}", said["with_lever_gpus_per_pod"], gpus


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
