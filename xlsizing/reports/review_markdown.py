"""The figures of a written CAPACITY-SIZING.md against those of its capacity_sizing.json."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Any, Final

import numpy as np

from xlsizing.core import WAITS, calibration_of
from xlsizing.errors import shown
from xlsizing.reports.tables import CANNOT_BE_MET, NO_SOURCE, WORKLOAD_MISMATCH, shown_grouped
from xlsizing.reports.waiting import statistic_words
from xlsizing.rules import BEFORE_AUTO, TOLERANCE, VERDICT

__all__ = ["differences"]

_FILE: Final = "CAPACITY-SIZING.md"
_Row = dict[str, Any]
_Cells = dict[str, Callable[[_Row], str]]


def differences(text: str, record: dict[str, Any]) -> Iterator[str]:
    """Yield how a report in Markdown differs from the same in JSON.

    Parameters
    ----------
    text : str
        The Markdown document [-]
    record : dict
        The JSON document [-]

    Yields
    ------
    str
        A sentence for each cell, row or table that differs [-]
    """
    anchors, rows, levers = record["anchors"], record["rows"], record["levers"]
    yield from _fact_differences(text, record)
    standing = _unmarked([*text.split("\n\n", maxsplit=2), ""][1])
    if standing != f"{' '.join(record['headline'].split())}.":
        yield f"the standing is {standing} in {_FILE}, {record['headline']} in the JSON"
    mark = f", {WORKLOAD_MISMATCH}" if record["workload_mismatch"] else ""
    answer = _answer(record) | {"rigor": lambda row: row["rigor"] + mark}
    yield from _table_differences(text, "GPUs and dollars", answer, rows)
    yield from _table_differences(text, _QUOTE_TITLE, _quote(record), rows)
    operation = _OPERATION | ({"rigor": answer["rigor"]} if mark else {})
    yield from _table_differences(text, "One replica at its operating point", operation, rows)
    rates = [anchor["toks_per_user_measured"] for anchor in anchors]
    pooled = any(rate > least * (1 + TOLERANCE) for least, rate in zip(accumulate(rates, min), rates[1:], strict=False))
    curve = ("Measured curve, rises pooled", _POOLED) if pooled else ("Measured curve", _CURVE)
    yield from _table_differences(text, *curve, anchors)
    if levers:
        yield from _table_differences(text, _LEVERS_TITLE, _LEVERS, levers)
    known = ("GPUs and dollars", _QUOTE_TITLE, "One replica at its operating point", curve[0], "Measurement context")
    for title in re.findall(r"^## ([^\n]*)\n\n\|", text, re.MULTILINE):
        if title not in (*known, *([_LEVERS_TITLE] if levers else [])):
            yield f'"{title}" is a table in {_FILE} that the JSON has no figures for'


def _fact_differences(text: str, record: _Row) -> Iterator[str]:
    """Yield each input that the head of the document gives otherwise than the JSON."""
    head = text.partition("\n## ")[0].splitlines()
    rests_on = "assumed" if record["price_assumed"] else record["price_source"] or NO_SOURCE
    told = {
        "Demand": _demand(record),
        "GPUs per pod": f"{record['gpus_per_pod']:,}",
        "Utilisation planned": f"{shown(record['util'])} of measured throughput",
        "Spare pods": f"{record['spare_replicas']:,}",
        "Price": f"{record['gpu_hourly_usd']:,.2f} $/GPU-hour ({rests_on})",
        "Interpolation": record["method"] + ("" if record["method_chosen"] else f" ({BEFORE_AUTO})"),
    }
    waits = _waits(record)
    if waits:
        told["Waits"] = waits
    if record["calibration"] is not None:
        told["Budget calibration"] = calibration_of(record["calibration"]).fact
    for name, expected in told.items():
        lines = [_unmarked(line.removeprefix(f"- {name}: ")) for line in head if line.startswith(f"- {name}: ")]
        if lines != [" ".join(expected.split())]:
            yield f"{name} is {', '.join(lines) or 'missing'} in {_FILE}, {expected} in the JSON"


def _waits(record: _Row) -> str:
    """Return which waits are told, and in which statistic."""
    anchors, rows = record["anchors"], record["rows"]
    known = [wait for wait in WAITS[:2] if None not in [anchor[wait.name] for anchor in anchors]]
    known += [wait for wait in WAITS[2:] if WAITS[0] in known and record["output_tokens"] is not None]
    asked = any(row[wait.limit] is not None for row in rows for wait in WAITS)
    measured = (record["context"] or {}).get("statistic")
    labels = [wait.label for wait in known]
    return statistic_words(labels, record["output_tokens"], measured, record["latency_statistic"] if asked else None)


def _demand(record: _Row) -> str:
    value, unit, osl = (record["demand"][key] for key in ("value", "unit", "osl"))
    if isinstance(value, list) or isinstance(osl, list):
        return f"{np.size(value):,} demands in {unit}"
    if unit == "users":
        return f"{shown_grouped(value)} users (requests in flight at peak)"
    total = f"{shown_grouped(record['tok_per_s_target'])} output tok/s"
    if unit == "tok/s":
        return total
    asked = f"{shown_grouped(value)} output tokens per minute"
    return f"{asked if osl is None else f'{shown_grouped(value)} requests/s x {shown_grouped(osl)} output tokens'} = {total}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:,.1f} %"


def _remark(row: _Row) -> str:
    """Return what the row says of its range, and why no budget is claimed."""
    claim, c, said = row["budget_claim"], row["measure_next"], []
    if row["too_wide"]:
        first = claim is not None and row["rigor"] != VERDICT
        at = f"c={shown(c)}" if c else "bracket closed"
        said = [f"measure first: {at}" if first else f"wide range: {'measure ' if c else ''}{at}"]
    if claim is not None and row["gpus_low"] != row["gpus_high"]:
        said.append(f"no budget claimed: {claim}")
    return "; ".join(said)


def _load_at_flag(row: _Row, figure: str = "") -> str:
    load = row[f"load_at_max_num_seqs{figure}"]
    return _percent(load) + (", does not carry the demand" if load > 1 + TOLERANCE else "")


def _seconds(key: str, digits: int = 10) -> Callable[[_Row], str]:
    return lambda row: "-" if row[key] is None else shown(row[key], digits=digits)


_IDENTITY: Final[_Cells] = {
    "SLA tok/s/user": lambda row: shown(row["sla_toks_per_user"]),
    **{f"{wait.label} limit s": _seconds(wait.limit) for wait in WAITS},
}


def _answer(record: _Row) -> _Cells:
    """Return the cells of the answer: three figures in GPUs, dollars a month and dollars a million tokens."""
    spares = " + spares" if record["spare_replicas"] else ""
    cells: _Cells = _IDENTITY | {
        "name": lambda row: row["sla_name"] or "",
        f"lowest GPUs{spares}": lambda row: f"{row['total_gpus_low']:,}",
        "pods to commit": lambda row: f"{row['pods_high']:,}",
        "remark": _remark,
    }
    for figure, name in _figures(record).items():
        cells |= {
            f"GPUs {name}{spares}": _number(f"total_gpus{figure}", ","),
            f"$/month {name}": _number(f"usd_per_month{figure}", ",.0f"),
            f"$/1M tok {name}": _number(f"usd_per_million{figure}", ",.2f"),
        }
    return cells


def _figures(record: _Row) -> dict[str, str]:
    return {"": "estimate", "_budget": f"to budget, {record['confidence'] * 100:.0f} %", "_high": "to commit"}


def _number(key: str, form: str) -> Callable[[_Row], str]:
    return lambda row: format(row[key], form)


def _quote(record: _Row) -> _Cells:
    """Return the cells of the figure in bold, multiplied out; those of a row without one are blank."""
    endings, spare, per_pod = {"commit": "_high", "budget": "_budget"}, record["spare_replicas"], record["gpus_per_pod"]
    mark = WORKLOAD_MISMATCH if record["workload_mismatch"] else ""

    def of(key: str, form: str) -> Callable[[_Row], str]:
        return lambda row: format(row[key + endings[row["quote"]]], form) if row["quote"] else ""

    def fixed(value: float, form: str) -> Callable[[_Row], str]:
        return lambda row: format(value, form) if row["quote"] else ""

    return _IDENTITY | {
        "quote": lambda row: row["quote"] or mark or _remark(row),
        "(pods": lambda row: (
            f"{row['total_gpus' + endings[row['quote']]] // per_pod - spare:,}" if row["quote"] else ""
        ),
        "+ spare pods)": fixed(spare, ","),
        "x GPUs per pod": fixed(per_pod, ","),
        "= GPUs": of("total_gpus", ","),
        "x $/GPU-hour": fixed(record["gpu_hourly_usd"], ",.2f"),
        "x h/month": fixed(record["hours_per_month"], ","),
        "= $/month": of("usd_per_month", ",.0f"),
        "$/1M tok": of("usd_per_million", ",.2f"),
    }


_QUOTE_TITLE: Final = "The figure in bold, multiplied out"

_OPERATION: Final[_Cells] = _IDENTITY | {
    "binds": lambda row: row["binding"],
    **{
        f"{figure}: {wait.label} there s": _seconds(name, digits=4)
        for wait in WAITS
        for figure, name in (("estimate", wait.name), ("commit", wait.commit))
    },
    "regime": lambda row: row["regime"],
    "estimate: c* per pod": lambda row: f"{row['concurrency']:,.2f}",
    "estimate: tok/s per pod": lambda row: f"{row['per_replica_tps']:,.1f}",
    "estimate: tok/s/user there": lambda row: shown(row["tok_s_per_user"], digits=7),
    "estimate: load": lambda row: _percent(row["load"]),
    "estimate: load, one pod fewer": lambda row: _percent(row["load_one_fewer"]),
    "estimate, budget: max-num-seqs": lambda row: f"{row['max_num_seqs']:,}",
    "estimate: load at max-num-seqs": _load_at_flag,
    "budget: load at max-num-seqs": lambda row: _load_at_flag(row, "_budget"),
    "commit: c per pod": lambda row: f"{row['c_commit']:,.2f}",
    "commit: tok/s per pod": lambda row: f"{row['per_replica_tps_commit']:,.1f}",
    "commit: tok/s/user there": lambda row: shown(row["tok_s_per_user_commit"], digits=7),
    "commit: load": lambda row: _percent(row["load_commit"]),
    "commit: max-num-seqs": lambda row: f"{row['max_num_seqs_commit']:,}",
}

_CURVE: Final[_Cells] = {
    "concurrency": lambda anchor: shown(anchor["concurrency"]),
    "tok/s/user": lambda anchor: shown(anchor["toks_per_user"]),
    "output tok/s (c x tok/s/user)": lambda anchor: shown(anchor["concurrency"] * anchor["toks_per_user"]),
    "output tok/s measured": lambda anchor: shown(anchor["output_tok_s"]),
    "TTFT s": lambda anchor: shown(anchor["ttft_s"]),
    "TTFO s": lambda anchor: shown(anchor["ttfo_s"]),
}

_POOLED: Final[_Cells] = {
    **{name: cell for name, cell in _CURVE.items() if name != "tok/s/user"},
    "tok/s/user measured": lambda anchor: shown(anchor["toks_per_user_measured"]),
    "tok/s/user pooled": lambda anchor: shown(anchor["toks_per_user"]),
}


def _lever_rigor(lever: _Row) -> str:
    mismatch = any(WORKLOAD_MISMATCH in reason for reason in lever["rigor_reasons"])
    return f"{lever['rigor']}{f', {WORKLOAD_MISMATCH}' if mismatch else ''}"


_LEVERS_TITLE: Final = "Levers, each alone against its own baseline, by GPUs saved per day of effort"

_LEVERS: Final[_Cells] = _IDENTITY | {
    "rank": lambda lever: f"{lever['rank']}",
    "lever": lambda lever: lever["lever"],
    "rigor": _lever_rigor,
    "delta GPUs to commit": lambda lever: f"{lever['delta_gpus_high']:+,}",
    "delta GPUs estimate": lambda lever: f"{lever['delta_gpus']:+,}",
    "delta $/month estimate": lambda lever: f"{lever['delta_usd_per_month']:+,.0f}",
    "effort days": lambda lever: shown(lever["effort_days"]),
    "baseline GPUs estimate": lambda lever: f"{lever['baseline_gpus']:,}",
    "with lever GPUs estimate": lambda lever: f"{lever['with_gpus']:,}",
    "tier": lambda lever: lever["tier"] or "-",
    "campaign": lambda lever: lever["campaign"] or "-",
}
"""For each column, the cell that a row of the JSON gives; columns that a table lacks are passed over [-]."""


def _table_differences(text: str, title: str, columns: _Cells, rows: Sequence[_Row]) -> Iterator[str]:
    lines = _table(text, title)
    if len(lines) - 1 != len(rows):
        yield f'"{title}" has {max(0, len(lines) - 1)} rows in {_FILE}, the JSON {len(rows)}'
        return
    header = lines[0]
    for name in header:
        if name not in columns or header.count(name) > 1:
            yield f'"{title}" has a column {name} in {_FILE} that the review does not know, or has twice'
    first = next(iter(columns))
    for line, row in zip(lines[1:], rows, strict=True):
        cells = dict(zip(header, line, strict=True))
        at = f"{line[0]} {first.removeprefix('SLA ')}"
        named = [name for name in columns if name in cells]
        if not row.get("feasible", True):
            if _shows_more(line):
                yield f"{_FILE} shows more than that {at} {CANNOT_BE_MET}"
            named = [name for name in named if name in _IDENTITY]
        for name in named:
            told = " ".join(columns[name](row).split())
            if cells[name] != told:
                yield f"{name} at {at} is {cells[name]} in {_FILE}, {told} in the JSON"


def _shows_more(line: Sequence[str]) -> bool:
    if CANNOT_BE_MET not in line:
        return True
    return any(cell not in ("", WORKLOAD_MISMATCH) for cell in line[line.index(CANNOT_BE_MET) + 1 :])


def _table(text: str, title: str) -> list[list[str]]:
    """Return header and rows of the table under `title`, without markup; empty where there is none."""
    section = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    lines = [line for line in section[1].splitlines() if line.startswith("|")] if section else []
    cells = [[_unmarked(cell) for cell in _split(line)] for line in lines]
    return cells[:1] + cells[2:]


def _split(line: str) -> list[str]:
    """Return the cells between the bars of `line`; a bar behind a backslash is text."""
    cells = re.findall(r"\|((?:\\.|[^\\|])*)(?=\|)", line)
    return [cell.strip() for cell in cells]


def _unmarked(cell: str) -> str:
    if "\\" not in cell and "*" not in cell:  # most cells of a long table
        return " ".join(cell.split())
    bold = re.fullmatch(r"\*\*(.*)\*\*", cell)
    return " ".join(re.sub(r"\\(.)", r"\1", bold[1] if bold else cell).split())
