"""Scenarios sized together: every row by its own figures, each curve in one go.

Rows of one curve, method, confidence and kind of demand are one call of `size_each`, whatever else they differ in.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from xlsizing.batch.cells import Inputs, Words
from xlsizing.batch.checked import Checked, Faults, checked, said
from xlsizing.batch.columns import RESULTS, Result
from xlsizing.batch.curves import Curves
from xlsizing.checks import Floats
from xlsizing.core import (
    BINDINGS,
    BLOCK_ROWS,
    CLAIMS,
    FIGURES,
    METHODS,
    NO_LIMITS,
    Bound,
    Calibration,
    Curve,
    Demand,
    Limits,
    Sizing,
    Wait,
    bound,
    check_calibration,
    check_pods,
    claim_codes,
    figures,
    size_each,
    too_many,
)
from xlsizing.rules import BUDGET_SHARE, CLAIM_LEAST_OSL, REGIMES

__all__ = ["Sized", "size_rows"]

Mask = npt.NDArray[np.bool_]
Rows = slice | npt.NDArray[np.intp]

_DTYPES: Final = {"int": np.int64, "float": np.float64, "bool": np.bool_, "str": np.int32}
_LEVELS: Final = tuple(BUDGET_SHARE)


@dataclass(frozen=True)
class Sized:
    """The results of some rows, in their order.

    Parameters
    ----------
    rows : int
        How many [-]
    columns : dict of str to (ndarray, ndarray)
        Figures and facts by name, and which of them are missing [unit of the column]
    words : dict of str to Words
        Words by name
    errors : dict of int to str
        What is wrong with a row, by its position
    unmet : int
        Rows whose SLA or limit no measured point meets [-]
    """

    rows: int
    columns: dict[str, tuple[npt.NDArray[Any], Mask]]
    words: dict[str, Words]
    errors: dict[int, str]
    unmet: int


def size_rows(
    inputs: Inputs,
    curves: Curves,
    results: Sequence[Result] = RESULTS,
    *,
    calibration: Calibration | None = None,
    output_tokens: float | None = None,
) -> Sized:
    """Return the results of the rows in `inputs`.

    Parameters
    ----------
    inputs : Inputs
        The cells of the rows
    curves : Curves
        The curves that they name
    results : sequence of Result, optional
        Which results
    calibration : Calibration, optional
        What the budget rests on in place of public sweeps
    output_tokens : float, optional
        Output tokens of a request, where the demand does not tell [tok]

    Returns
    -------
    Sized
        In the order of the rows; one that is wrong has no figures, and a sentence
    """
    faults = Faults(inputs.rows)
    given = checked(inputs, curves, faults, output_tokens)
    grouped = _Grouped(given, faults.ok)
    out = _Out(inputs.rows, results)
    for group in grouped.groups():
        _size_group(given, group, faults, out, calibration)
    return out.sized(given, faults, grouped.back)


@dataclass(frozen=True)
class _Group:
    """Rows that one call sizes, and where they begin among all once these are in the order of groups."""

    rows: npt.NDArray[np.intp]
    start: int
    curve: Curve
    method: str
    confidence: float
    users: bool
    short: bool
    waits: tuple[Wait, ...]


class _Grouped:
    """The rows that hold, those together that have all but figures in common.

    Results are put down group by group, and brought back into the order of the rows in one go: that is several times as
    fast as putting each where it belongs.
    """

    def __init__(self, given: Checked, ok: Mask) -> None:
        self._given, self._short = given, given.tokens <= CLAIM_LEAST_OSL
        key = self._key(ok)
        rows = np.flatnonzero(ok)
        self._rows = rows[np.argsort(key[rows], kind="stable")]
        self._ends = np.flatnonzero(np.diff(key[self._rows])) + 1
        order = np.concatenate([self._rows, np.flatnonzero(~ok)])
        self.back = np.empty_like(order)
        self.back[order] = np.arange(order.size)

    def _key_parts(self) -> list[npt.NDArray[Any]]:
        given = self._given
        limited = map(np.isfinite, given.limits.values())
        return [given.curve, given.method, given.confidence, given.users, self._short, *limited]

    def _key(self, ok: Mask) -> npt.NDArray[Any]:
        parts = self._key_parts()
        sizes = [max(1, len(self._given.curves)), len(METHODS), len(_LEVELS), *[2] * (len(parts) - 3)]
        key = np.ravel_multi_index([np.where(ok, part, 0).astype(np.int64) for part in parts], sizes)
        # Of 16 bits: numpy sorts those by counting, ten times as fast.
        return key.astype(np.uint16) if math.prod(sizes) <= np.iinfo(np.uint16).max else key

    def groups(self) -> Iterator[_Group]:
        """Yield the groups, those of many rows a block at a time."""
        given, parts, start = self._given, self._key_parts(), 0
        for together in np.split(self._rows, self._ends) if self._rows.size else ():
            number, method, level, users, short, *limited = (int(part[together[0]]) for part in parts)
            curve = given.curves[number]
            waits = tuple(wait for wait, asked in zip(given.limits, limited, strict=True) if asked)
            for at in range(0, together.size, BLOCK_ROWS):
                block = together[at : at + BLOCK_ROWS]
                if isinstance(curve, Curve):
                    yield _Group(
                        block, start + at, curve, METHODS[method], _LEVELS[level], bool(users), bool(short), waits
                    )
            start += together.size


def _size_group(given: Checked, group: _Group, faults: Faults, out: _Out, calibration: Calibration | None) -> None:
    rows = group.rows
    other = said(lambda: check_calibration(calibration, group.method))
    if other:
        faults.ok[rows] = False
        faults.sentences.update(dict.fromkeys(rows.tolist(), other))
        return
    sizing = _group_sizing(given, group, rows, calibration)
    many = too_many(sizing)
    if many.any():
        for row, pods in zip(rows[many].tolist(), sizing.pods_high_unrounded[many].tolist(), strict=True):
            faults.ok[row] = False
            faults.sentences[row] = said(partial(check_pods, pods))
        rows = rows[~many]
        if not rows.size:
            return
        sizing = _group_sizing(given, group, rows, calibration)
        out.fill(group.start + np.flatnonzero(~many), sizing)
    else:
        out.fill(slice(group.start, group.start + rows.size), sizing)


def _group_sizing(given: Checked, group: _Group, rows: npt.NDArray[np.intp], calibration: Calibration | None) -> Sizing:
    tokens = _answer_tokens(given.tokens[rows])
    level = bound(group.confidence, calibration=calibration)
    return size_each(
        group.curve,
        given.sla[rows],
        Demand("users" if group.users else "tok/s", given.asked[rows], peak_to_mean=_peaks(given.peak_to_mean[rows])),
        gpus_per_pod=given.gpus_per_pod[rows],
        util=given.util[rows],
        gpu_hourly_usd=given.gpu_hourly_usd[rows],
        spare_replicas=given.spare_replicas[rows],
        method=group.method,
        bound=Bound(level.confidence, level.share, calibration, _deciding_tokens(tokens)),
        limits=_limits({wait: given.limits[wait][rows] for wait in group.waits}, group.curve, tokens),
    )


def _peaks(each: Floats) -> Any:
    """Return the peaks over the mean of the rows: one number where there are none."""
    return each if (each != 1).any() else 1.0


def _answer_tokens(tokens: Floats) -> float | Floats | None:
    """Return the output tokens of requests: one number where it is that of all, None where none is told."""
    known = ~np.isnan(tokens)
    if not known.any():
        return None
    first = float(tokens[known][0])
    return first if bool((tokens == first).all()) else tokens


def _deciding_tokens(tokens: float | Floats | None) -> float | None:
    """Return the tokens that decide a claim: of rows on one side of the limit any will do, unless none is told."""
    if isinstance(tokens, np.ndarray):
        return float(np.nanmax(tokens)) if not np.isnan(tokens).any() else None
    return tokens


def _limits(limits: dict[Wait, Floats], curve: Curve, tokens: float | Floats | None) -> Limits:
    if isinstance(tokens, np.ndarray):
        own = None if curve.context is None else curve.context.output_tokens
        tokens = tokens if own is None else np.where(np.isnan(tokens), own, tokens)
        if curve.ttft_s is None:
            tokens = None
    if not limits and tokens is None:
        return NO_LIMITS
    shape = next(iter(limits.values())).shape if limits else ()
    return Limits.of_rows(limits, shape, tokens)


class _Out:
    """Where the results of blocks come together, in the order of groups."""

    def __init__(self, rows: int, results: Sequence[Result]) -> None:
        self._rows = rows
        self._results = [each for each in results if each.field]
        self._names = [each.name for each in results]
        self._values: dict[str, npt.NDArray[Any]] = {
            each.name: np.zeros(rows, dtype=_DTYPES[each.kind]) for each in self._results
        }
        self._missing = {
            each.name: np.ones(rows, dtype=bool)
            for each in self._results
            if each.kind != "str" and FIGURES[each.field].may_be_nan
        }
        self._met = np.zeros(rows, dtype=bool)
        self._reasons: dict[str, int] = {}

    def fill(self, rows: Rows, sizing: Sizing) -> None:
        met = sizing.feasible
        self._met[rows] = met
        for each in self._results:
            if each.kind == "str":
                self._values[each.name][rows] = self._result_codes(each.field, sizing)
                continue
            values = figures(sizing, each.field)
            self._values[each.name][rows] = values
            if each.name in self._missing:
                unknown = ~np.isfinite(values)
                self._missing[each.name][rows] = unknown if FIGURES[each.field].known_if_infeasible else unknown | ~met

    def _result_codes(self, name: str, sizing: Sizing) -> npt.NDArray[Any]:
        points = sizing.points
        if name == "reason":
            return self._reason_codes(sizing)
        if name == "regime":
            return points.regime_codes
        if name == "binding":
            return np.where(points.feasible, points.binding_codes, -1)
        claims = claim_codes(points, sizing.bound)
        return np.where(points.feasible & (claims > 0), claims, -1)

    def _reason_codes(self, sizing: Sizing) -> npt.NDArray[np.int64]:
        points = sizing.points
        codes = np.full(points.shape, -1, dtype=np.int64)
        unmet = np.flatnonzero(~points.feasible)
        if not unmet.size:
            return codes
        if not points.limits.asked:  # then it is the curve's alone
            codes[unmet] = self._reason_code(points.unmet(int(unmet[0])).reason())
        else:
            codes[unmet] = [self._reason_code(points.unmet(row).reason()) for row in unmet.tolist()]
        return codes

    def _reason_code(self, reason: str) -> int:
        return self._reasons.setdefault(reason, len(self._reasons))

    def sized(self, given: Checked, faults: Faults, back: npt.NDArray[np.intp]) -> Sized:
        wrong, ok = ~faults.ok, faults.ok
        unmet = ~self._met[back]
        columns: dict[str, tuple[npt.NDArray[Any], Mask]] = {}
        words: dict[str, Words] = {}
        texts = {"regime": list(REGIMES), "binding": list(BINDINGS), "budget_claim": list(CLAIMS)}
        texts["reason"] = list(self._reasons)
        for each in self._results:
            values = self._values[each.name].take(back)
            if each.kind == "str":
                words[each.name] = Words(np.where(ok, values, -1), texts[each.field])
            else:
                known = wrong if FIGURES[each.field].known_if_infeasible else unmet
                own = self._missing.get(each.name)
                columns[each.name] = values, known if own is None else own.take(back)
        self._add_facts(given, columns, words, wrong)
        return Sized(self._rows, columns, words, dict(sorted(faults.sentences.items())), int((ok & unmet).sum()))

    def _add_facts(self, given: Checked, columns: dict[str, Any], words: dict[str, Words], wrong: Mask) -> None:
        """Add what is no figure of a row: the price's standing, and the hardware of the curve."""
        if "price_assumed" in self._names:
            columns["price_assumed"] = given.price_assumed, wrong
        if "hardware" in self._names:
            listed = [_hardware(curve) for curve in given.curves]
            known = np.array([bool(text) for text in listed], dtype=bool)[given.curve] & ~wrong
            words["hardware"] = Words(np.where(known, given.curve, -1), listed)


def _hardware(curve: Curve | str) -> str:
    context = None if isinstance(curve, str) else curve.context
    return (context.hardware if context else None) or ""
