"""The figures of a written CAPACITY-SIZING.md against those of its capacity_sizing.json."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Any, Final

import numpy as np

from xlsizing.errors import shown
from xlsizing.reports.tables import CANNOT_BE_MET, NO_SOURCE, WORKLOAD_MISMATCH, shown_grouped
from xlsizing.rules import TOLERANCE

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
    mark = f", {WORKLOAD_MISMATCH}" if record["workload_mismatch"] else ""
    answer = _ANSWER | {"rigor": lambda row: row["rigor"] + mark}
    yield from _table_differences(text, "GPUs and dollars", answer, rows)
    operation = _OPERATION | ({"rigor": answer["rigor"]} if mark else {})
    yield from _table_differences(text, "One replica at its operating point", operation, rows)
    rates = [anchor["toks_per_user_measured"] for anchor in anchors]
    pooled = any(rate > least * (1 + TOLERANCE) for least, rate in zip(accumulate(rates, min), rates[1:], strict=False))
    curve = ("Measured curve, rises pooled", _POOLED) if pooled else ("Measured curve", _CURVE)
    yield from _table_differences(text, *curve, anchors)
    if levers:
        yield from _table_differences(text, _LEVERS_TITLE, _LEVERS, levers)
    known = ("GPUs and dollars", "One replica at its operating point", curve[0], "Measurement context")
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
        "Interpolation": record["method"],
    }
    for name, expected in told.items():
        lines = [_unmarked(line.removeprefix(f"- {name}: ")) for line in head if line.startswith(f"- {name}: ")]
        if lines != [" ".join(expected.split())]:
            yield f"{name} is {', '.join(lines) or 'missing'} in {_FILE}, {expected} in the JSON"


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


def _range(row: _Row) -> str:
    low, high = row["gpus_low"], row["gpus_high"]
    return f"{high:,}" if low == high else f"{low:,}-{high:,}"


def _remark(row: _Row) -> str:
    if not row["too_wide"]:
        return ""
    c = row["measure_next"]
    return f"too wide to quote: {f'measure c={shown(c)}' if c else 'bracket closed'}"


def _load_at_flag(row: _Row) -> str:
    load = row["load_at_max_num_seqs"]
    return _percent(load) + (", does not carry the demand" if load > 1 + TOLERANCE else "")


_ANSWER: Final[_Cells] = {
    "SLA tok/s/user": lambda row: shown(row["sla_toks_per_user"]),
    "name": lambda row: row["sla_name"] or "",
    "GPUs to commit": lambda row: f"{row['gpus_high']:,}",
    "range GPUs": _range,
    "estimate GPUs": lambda row: f"{row['gpus']:,}",
    "estimate pods": lambda row: f"{row['replicas']:,}",
    "GPUs to commit + spares": lambda row: f"{row['total_gpus_high']:,}",
    "estimate GPUs + spares": lambda row: f"{row['total_gpus']:,}",
    "remark": _remark,
    "$/month to commit": lambda row: f"{row['usd_per_month_high']:,.0f}",
    "$/month estimate": lambda row: f"{row['usd_per_month']:,.0f}",
    "$/1M tok to commit": lambda row: f"{row['usd_per_million_high']:,.2f}",
    "$/1M tok estimate": lambda row: f"{row['usd_per_million']:,.2f}",
}

_OPERATION: Final[_Cells] = {
    "SLA tok/s/user": lambda row: shown(row["sla_toks_per_user"]),
    "regime": lambda row: row["regime"],
    "c* per pod": lambda row: f"{row['concurrency']:,.2f}",
    "tok/s per pod": lambda row: f"{row['per_replica_tps']:,.1f}",
    "tok/s/user there": lambda row: shown(row["tok_s_per_user"]),
    "load": lambda row: _percent(row["load"]),
    "load, one pod fewer": lambda row: _percent(row["load_one_fewer"]),
    "max-num-seqs": lambda row: f"{row['max_num_seqs']:,}",
    "load at max-num-seqs": _load_at_flag,
}

_CURVE: Final[_Cells] = {
    "concurrency": lambda anchor: shown(anchor["concurrency"]),
    "tok/s/user": lambda anchor: shown(anchor["toks_per_user"]),
    "output tok/s (c x tok/s/user)": lambda anchor: shown(anchor["concurrency"] * anchor["toks_per_user"]),
    "output tok/s measured": lambda anchor: shown(anchor["output_tok_s"]),
    "TTFT s": lambda anchor: shown(anchor["ttft_s"]),
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

_LEVERS: Final[_Cells] = {
    "SLA tok/s/user": lambda lever: shown(lever["sla_toks_per_user"]),
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
        if not row.get("feasible", True):
            if _shows_more(line):
                yield f"{_FILE} shows more than that {at} {CANNOT_BE_MET}"
            continue
        for name in [name for name in columns if name in cells]:
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
    bold = re.fullmatch(r"\*\*(.*)\*\*", cell)
    return " ".join(re.sub(r"\\(.)", r"\1", bold[1] if bold else cell).split())
