"""Rows of a table checked a column at a time: those that hold, as arrays; of each other the first thing wrong with it.

What is looked at first: the curve, the demand, limits on waiting, the GPUs per pod, the method, the SLA, the limits
against the curve, utilisation, price, spares, confidence, and last how many pods it would take. That is the order in
which building the arguments and calling `size` would refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from xlsizing.batch.cells import Inputs, Numbers
from xlsizing.batch.columns import INPUTS, sentence
from xlsizing.batch.curves import Curves
from xlsizing.checks import Floats, given_with, refuse
from xlsizing.core import (
    DEMAND_FORMS,
    FORMS_WITH,
    METHODS,
    PEAK_TO_MEAN,
    WAITS,
    Curve,
    Demand,
    Limits,
    Wait,
    check_replica,
    waits_of,
)
from xlsizing.errors import InputError, Phrase
from xlsizing.rules import BUDGET_SHARE

__all__ = ["Checked", "Faults", "checked", "said"]

Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]

_LEVELS: Final = np.array(list(BUDGET_SHARE))


class Faults:
    """The first thing wrong with each of so many rows.

    Parameters
    ----------
    rows : int
        How many there are [-]

    Attributes
    ----------
    ok : ndarray of bool, shape (rows,)
        Whether nothing is wrong with a row so far [-]
    sentences : dict of int to str
        What is wrong with each other row
    """

    def __init__(self, rows: int) -> None:
        self.ok: Mask = np.ones(rows, dtype=bool)
        self.sentences: dict[int, str] = {}

    def add(self, bad: Mask, say: Callable[[int], str]) -> None:
        """Note what there is to `say` of the rows that are `bad`, unless something was wrong with them before."""
        found = np.flatnonzero(bad & self.ok)
        if found.size:
            self.ok[found] = False
            self.sentences.update((row, say(row)) for row in found.tolist())


@dataclass(frozen=True)
class Checked:
    """What `size_each` takes of every row; figures of rows with a fault mean nothing.

    Parameters
    ----------
    curves : list of Curve or str
        The curves that rows name, or why there is none
    curve, method, confidence : ndarray of int, shape (n,)
        Positions among these, in `interpolation.METHODS` and `rules.BUDGET_SHARE` [-]
    users : ndarray of bool, shape (n,)
        Whether users are the demand [-]
    asked : ndarray, shape (n,)
        The demand in the mean [requests in flight or tok/s]
    peak_to_mean : ndarray, shape (n,)
        How many times as much is asked for at the peak [-]
    tokens : ndarray, shape (n,)
        Output tokens of a request; NaN where it is not told [tok]
    limits : dict of Wait to ndarray
        Limits on waiting, infinity for none [s]
    sla, util, gpu_hourly_usd : ndarray, shape (n,)
        As given or by default [tok/s/user, -, USD/GPU-hour]
    gpus_per_pod, spare_replicas : ndarray of int, shape (n,)
        Likewise [GPUs/pod, pods]
    price_assumed : ndarray of bool, shape (n,)
        Whether the price is the default [-]
    """

    curves: list[Curve | str]
    curve: Codes
    method: Codes
    confidence: Codes
    users: Mask
    asked: Floats
    peak_to_mean: Floats
    tokens: Floats
    limits: dict[Wait, Floats]
    sla: Floats
    util: Floats
    gpu_hourly_usd: Floats
    gpus_per_pod: Codes
    spare_replicas: Codes
    price_assumed: Mask


def checked(inputs: Inputs, curves: Curves, faults: Faults, output_tokens: float | None = None) -> Checked:
    """Return the cells of `inputs` as arrays.

    Parameters
    ----------
    inputs : Inputs
        The cells
    curves : Curves
        The curves that rows may name
    faults : Faults
        Of the same rows; what is wrong is noted there
    output_tokens : float, optional
        Of a request, where the demand does not tell [tok]

    Returns
    -------
    Checked
        Every row
    """
    faults.add(_wrong_mask(inputs.wrong, inputs.rows), inputs.wrong.__getitem__)
    look = _Look(inputs, faults)
    found, codes = look.curves(curves)
    asked, users, tokens = look.demand(output_tokens)
    peak = look.peak_to_mean(users)
    limits = {wait: look.limit(wait.name) for wait in WAITS if wait.name in inputs.numbers}
    gpus = look.gpus_per_pod(found, codes)
    method = look.method()
    sla = look.number("sla")
    look.waits(found, codes, limits, tokens)
    util, price = look.number("util"), look.number("gpu_hourly_usd", may_be_blank=True)
    spares, confidence = look.number("spare_replicas"), look.number("confidence")
    levels = np.abs(confidence[:, np.newaxis] - _LEVELS).argmin(axis=1)
    return Checked(
        curves=found, curve=codes, method=method, confidence=levels, users=users, asked=asked,
        peak_to_mean=peak, tokens=tokens,
        limits=limits, sla=sla, util=util, gpu_hourly_usd=price, gpus_per_pod=gpus,
        spare_replicas=look.whole(spares), price_assumed=look.assumed(),
    )  # fmt: skip


def _wrong_mask(wrong: dict[int, str], rows: int) -> Mask:
    among = np.zeros(rows, dtype=bool)
    among[list(wrong)] = True
    return among


class _Look:
    """The columns of some rows, each looked at in turn."""

    def __init__(self, inputs: Inputs, faults: Faults) -> None:
        self._inputs, self._faults, self._rows = inputs, faults, inputs.rows

    def curves(self, curves: Curves) -> tuple[list[Curve | str], Codes]:
        if curves.only is not None:
            return [curves.only], np.zeros(self._rows, dtype=np.int64)
        words = self._inputs.words["curve"]
        blank = words.codes < 0
        found = [*map(curves.get, words.texts), *([curves.get(None)] if blank.any() else [])]
        codes = np.where(blank, len(words.texts), words.codes)
        wrong = np.array([isinstance(each, str) for each in found], dtype=bool)
        if wrong.any():
            self._faults.add(wrong[codes], lambda row: str(found[codes[row]]))
        return found, codes

    def demand(self, output_tokens: float | None) -> tuple[Floats, Mask, Floats]:
        given = {name: self._inputs.numbers[name].given for name in DEMAND_FORMS if name in self._inputs.numbers}
        count = np.sum(list(given.values()), axis=0)
        self._faults.add(count != 1, lambda row: _not_one([name for name, there in given.items() if there[row]]))
        none = np.zeros(self._rows, dtype=bool)
        parts = {
            part: self._part(part, sum((given.get(form, none) for form in forms), none))
            for part, forms in FORMS_WITH.items()
        }
        asked = np.full(self._rows, np.nan)
        for form, there in given.items():
            self._judge(form, there)
            values = self._inputs.numbers[form].values / (60 if form == "tpm" else 1)
            with np.errstate(over="ignore", invalid="ignore"):  # rows that are wrong
                for part in DEMAND_FORMS[form]:
                    values = values * parts[part] / (60 if part.endswith("_min") else 1)
            asked = np.where(there, values, asked)
        tokens = parts["osl"]
        told = np.where(np.isnan(tokens), np.nan if output_tokens is None else output_tokens, tokens)
        return asked, given.get("users", none), told

    def peak_to_mean(self, users: Mask) -> Floats:
        if PEAK_TO_MEAN not in self._inputs.numbers:
            return np.ones(self._rows)
        column = self._inputs.numbers[PEAK_TO_MEAN]
        self._judge(PEAK_TO_MEAN, column.given)
        peak = np.where(column.given, column.values, 1.0)
        self._faults.add(users & (peak != 1), lambda row: said(lambda: Demand.users(1).at_peak(peak[row])))
        return peak

    def _part(self, name: str, needed: Mask) -> Floats:
        """Return what is stated beside some forms of a demand, NaN where it is not; it may stand nowhere else."""
        if name not in self._inputs.numbers:
            self._faults.add(needed, lambda _row: _part_misplaced(name))
            return np.full(self._rows, np.nan)
        column, whole = self._inputs.numbers[name], self._inputs.numbers.get("e2e_s")
        wanted = needed if whole is None or name != "osl" else needed | whole.given
        self._faults.add((needed & ~column.given) | (column.given & ~wanted), lambda _row: _part_misplaced(name))
        self._judge(name, column.given)
        return np.where(column.given, column.values, np.nan)

    def limit(self, name: str) -> Floats:
        there = self._inputs.numbers[name].given
        self._judge(name, there)
        return np.where(there, self._inputs.numbers[name].values, np.inf)

    def number(self, name: str, *, may_be_blank: bool = False) -> Floats:
        default: Any = INPUTS[name].default
        if name not in self._inputs.numbers:
            return np.full(self._rows, default)
        column = self._inputs.numbers[name]
        self._judge(name, column.given if may_be_blank else None)
        return np.where(np.isnan(column.values), default, column.values) if may_be_blank else column.values

    def assumed(self) -> Mask:
        price = self._inputs.numbers.get("gpu_hourly_usd")
        return np.ones(self._rows, dtype=bool) if price is None else ~price.given

    def method(self) -> Codes:
        words = self._inputs.words.get("method")
        if words is None:
            return np.full(self._rows, METHODS.index(str(INPUTS["method"].default)))
        places = [METHODS.index(text) if isinstance(text, str) and text in METHODS else -1 for text in words.texts]
        codes: Codes = np.array([*places, -1])[words.codes]  # the last is that of a blank
        self._faults.add(codes < 0, lambda row: sentence("method", words.at(row)))
        return codes

    def gpus_per_pod(self, curves: list[Curve | str], codes: Codes) -> Codes:
        measured = np.array([_measured_gpus(each) for each in curves], dtype=np.float64)[codes]
        column = self._inputs.numbers.get("gpus_per_pod") or Numbers(np.full(self._rows, np.nan))
        self._judge("gpus_per_pod", column.given | np.isnan(measured), column)
        values = np.where(column.given, column.values, measured)
        self._replicas(curves, codes, values)
        return self.whole(values)

    def _replicas(self, curves: list[Curve | str], codes: Codes, values: Floats) -> None:
        """Hold each size of replica against each curve that it is sized by, once."""
        first, which = _combinations(self._faults.ok, codes, values)
        said = [_of_replica(curves[codes[row]], int(values[row])) for row in first]
        wrong = np.array([bool(words) for words in said], dtype=bool)
        if wrong.any():
            self._faults.add(wrong[which] & self._faults.ok, lambda row: said[which[row]])

    def waits(self, curves: list[Curve | str], codes: Codes, limits: dict[Wait, Floats], tokens: Floats) -> None:
        """Refuse limits on a wait that the curve does not tell."""
        for wait, limit in limits.items():
            known = ~np.isnan(tokens)
            told = np.array(
                [[_tells_wait(curve, wait, tokens=each) for each in (False, True)] for curve in curves], dtype=bool
            )
            told = told.reshape(-1, 2)  # where there is no row, there may be no curve
            untold = np.isfinite(limit) & ~told[codes, known.astype(np.intp)]
            self._faults.add(untold, partial(_why_untold, wait, curves, codes, tokens))

    def whole(self, values: Floats) -> Codes:
        return np.where(self._faults.ok, values, 0).astype(np.int64)

    def _judge(self, name: str, where: Mask | None, column: Numbers | None = None) -> None:
        """Note the cells of a column that break its rule, among the rows asked for."""
        cells = self._inputs.numbers[name] if column is None else column
        valid = INPUTS[name].valid
        bad = ~valid(cells.values) if valid else np.zeros(self._rows, dtype=bool)
        self._faults.add(bad if where is None else bad & where, lambda row: sentence(name, cells.at(row)))


def said(refused: Callable[[], Any]) -> str:
    """Return what a check says that is `refused`; nothing where it lets pass."""
    try:
        refused()
    except InputError as error:
        return str(error)
    return ""


def _not_one(given: Iterable[str]) -> str:
    rule = Phrase(" and ".join(given) or "none")
    return said(lambda: refuse(f"exactly one of {', '.join(DEMAND_FORMS)}", "must be given", got=rule))


def _part_misplaced(name: str) -> str:
    beside = ("e2e_s",) if name == "osl" else ()
    return said(lambda: refuse(name, given_with([*FORMS_WITH[name], *beside])))


def _of_replica(curve: Curve | str, gpus: int) -> str:
    return "" if isinstance(curve, str) else said(lambda: check_replica(curve, gpus))


def _measured_gpus(curve: Curve | str) -> float:
    return np.nan if isinstance(curve, str) or curve.measured_gpus is None else curve.measured_gpus


def _tells_wait(curve: Curve | str, wait: Wait, *, tokens: bool) -> bool:
    return not isinstance(curve, str) and waits_of(curve, wait, 1.0 if tokens else None) is not None


def _why_untold(wait: Wait, curves: list[Curve | str], codes: Codes, tokens: Floats, row: int) -> str:
    curve, length = curves[codes[row]], None if np.isnan(tokens[row]) else float(tokens[row])
    limits = Limits.of_rows({wait: np.ones(1)}, (1,), length)
    return "" if isinstance(curve, str) else said(lambda: limits.sides(curve))


def _combinations(ok: Mask, codes: Codes, values: Floats) -> tuple[list[int], Codes]:
    """Return a row of each combination of the two among the rows that are `ok`, and for each row which it has."""
    which = np.zeros(ok.size, dtype=np.int64)
    rows = np.flatnonzero(ok)
    if not rows.size:
        return [], which
    sizes, size_codes = np.unique(values[rows], return_inverse=True)
    _, first, inverse = np.unique(codes[rows] * sizes.size + size_codes, return_index=True, return_inverse=True)
    which[rows] = inverse
    return rows[first].tolist(), which
