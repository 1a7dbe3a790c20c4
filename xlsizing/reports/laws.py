"""What holds of the rows of every report: rising SLAs, pods that never fall with them, and one number on the plateau."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Any

from xlsizing.core import WAITS
from xlsizing.errors import shown
from xlsizing.rules import PLATEAU, TOLERANCE

__all__ = ["broken_laws"]

_Row = Mapping[str, Any]


def broken_laws(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield each law that the rows of a `record` of a report break, in a sentence."""
    met = [row for row in record["rows"] if row["feasible"]]
    for looser, tighter in pairwise(met):
        yield from _falling_pods(looser, tighter)
    yield from _falling_growth(record["growth"])
    yield from _unflat_plateau(met, users=record["demand"]["unit"] == "users")


def _falling_pods(looser: _Row, tighter: _Row) -> Iterator[str]:
    """Yield fewer pods at a tighter SLA, unless less is asked for beside it."""
    slas = f"{shown(looser['sla_toks_per_user'])} to {shown(tighter['sla_toks_per_user'])} tok/s/user"
    if looser["sla_toks_per_user"] > tighter["sla_toks_per_user"]:
        yield f"rows are not by rising SLA: {slas}"
    less = looser["demand_tok_s"] > tighter["demand_tok_s"] * (1 + TOLERANCE)
    longer = any((looser[wait.limit] or math.inf) < (tighter[wait.limit] or math.inf) for wait in WAITS)
    for key in () if less or longer else ("replicas", "replicas_budget", "pods_high"):
        if tighter[key] < looser[key]:
            yield f"pods fall as the SLA tightens: {key} {looser[key]} to {tighter[key]} from {slas}"


def _falling_growth(growth: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield fewer pods where demand has grown."""
    for row in [] if growth is None else growth["rows"]:
        quarters = sorted(row["quarters"], key=itemgetter("factor"))
        for less, more in pairwise(quarters):
            for key in ("replicas", "replicas_budget", "pods_high"):
                if more[key] < less[key]:
                    factors = f"{shown(less['factor'])} to {shown(more['factor'])} times the demand"
                    yield f"pods fall as demand grows: {key} {less[key]} to {more[key]} from {factors}"


def _unflat_plateau(met: Sequence[_Row], *, users: bool) -> Iterator[str]:
    """Yield different pods for one demand where the last anchor is reached: no limit on waiting stands before it."""
    flat: dict[str, set[int]] = {}
    for row in met:
        if row["regime"] == PLATEAU:
            asked = row["demand_tok_s"] / (row["sla_toks_per_user"] if users else 1)
            flat.setdefault(f"{asked:.9g}", set()).add(row["replicas"])
    for pods in flat.values():
        if len(pods) > 1:
            yield f"the plateau is not flat: {' and '.join(map(str, sorted(pods)))} pods for one demand"
