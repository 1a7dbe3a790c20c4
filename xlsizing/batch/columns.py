"""The columns of a table of scenarios, in one table each: those that are read, and those that are worked out.

A row is what `size` would be called with: a column that is left out takes the default, a blank cell is what `size` says
of a blank. Blank may be the three demands that a row does not state, limits, the price and the GPUs per pod of a curve
whose measurement knows them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from xlsizing.batch.text_table import Typed
from xlsizing.checks import Floats, number, refuse, share, whole
from xlsizing.core import (
    DEMAND_FORMS,
    ENDINGS,
    PEAK_TO_MEAN,
    WAITS,
    NodePlan,
    SizingRow,
    bound,
    figure_named,
    interpolation,
    peak_factor,
)
from xlsizing.errors import InputError, Phrase
from xlsizing.rules import (
    ASSUMED_USD_PER_GPU_HOUR,
    BUDGET_SHARE,
    DEFAULT_CONFIDENCE,
    DEFAULT_METHOD,
    DEFAULT_UTIL,
    HIGHEST,
    LOWEST,
    MOST_GPUS_PER_POD,
    MOST_PEAK_TO_MEAN,
    MOST_SPARES,
    TOLERANCE,
)

__all__ = ["ERROR", "INPUTS", "RESULTS", "Input", "Result", "chosen_results", "columns_of", "sentence"]

Mask = npt.NDArray[np.bool_]

ERROR: Final = "error"
"""The column with the sentence that says what is wrong with a row; the last one."""


class Input(NamedTuple):
    """A column that is read.

    Parameters
    ----------
    name : str
        Of the column, as `size` calls the input
    other : str
        Another name for it; empty where there is none
    check : callable or None
        Refuses a value that breaks its rule; None for the curve, which is looked up
    valid : callable or None
        Tells of an array of numbers which keep the rule; None for words
    default : float or str or None
        What stands where there is no such column; None where nothing does [unit of the column]
    meaning : str
        In words, with the unit
    """

    name: str
    other: str
    check: Callable[[object], Any] | None
    valid: Callable[[Floats], Mask] | None
    default: float | str | None
    meaning: str


def _is_within(low: float, high: float, values: Floats) -> Mask:
    return (values >= low) & (values <= high)


def _is_whole(low: float, high: float, values: Floats) -> Mask:
    whole: Mask = _is_within(low, high, values) & (values == np.floor(values))
    return whole


def _is_level(values: Floats) -> Mask:
    known: Mask = (np.abs(values[:, np.newaxis] - np.array(list(BUDGET_SHARE))) <= TOLERANCE).any(axis=1)
    return known


_positive = partial(_is_within, LOWEST, HIGHEST)


def _number_input(name: str, meaning: str, *, other: str = "", default: float | None = None) -> Input:
    return Input(name, other, lambda value: number(value, name), _positive, default, meaning)


def _count_input(
    name: str, low: int, high: int, meaning: str, *, other: str = "", default: float | None = None
) -> Input:
    def check(value: object) -> int:
        return whole(value, name, low=low, high=high)

    return Input(name, other, check, partial(_is_whole, low, high), default, meaning)


_LISTED: Final = (
    Input("curve", "curve_id", None, None, None, "the curve, by its name among the curves [-]"),
    _number_input("sla", "interactivity each user must see [tok/s/user]", other="tok_s_per_user"),
    _number_input("tpm", "demand: output tokens per minute [tok/min]"),
    _number_input("tok_s", "demand: output tokens per second [tok/s]"),
    _number_input("rps", "demand: requests per second, with osl [requests/s]"),
    _number_input("people", "demand: people, with requests_per_person_min and osl [people]"),
    _number_input("requests_per_person_min", "requests of one person, with people and only with it [requests/min]"),
    _number_input("osl", "output tokens per request, with rps, people or e2e_s and only with one of them [tok]"),
    _number_input("users", "demand: requests in flight at peak [requests]"),
    Input(
        PEAK_TO_MEAN, "", peak_factor, partial(_is_within, 1, MOST_PEAK_TO_MEAN), 1.0,
        "times the mean at the peak, which is sized; 1 where users are the demand [-]",
    ),
    *(_number_input(wait.name, f"limit on the {wait.meaning} [s]", other=wait.limit) for wait in WAITS),
    _count_input("gpus_per_pod", 1, MOST_GPUS_PER_POD, "GPUs of one replica [GPUs/pod]"),
    Input("method", "", interpolation, None, DEFAULT_METHOD, "interpolation between measured points [-]"),
    Input(
        "util", "", lambda value: share(value, "util"), partial(_is_within, LOWEST, 1), DEFAULT_UTIL,
        "planned share of measured throughput [-]",
    ),
    _number_input("gpu_hourly_usd", "price of one GPU-hour [USD/GPU-hour]", default=ASSUMED_USD_PER_GPU_HOUR),
    _count_input("spare_replicas", 0, MOST_SPARES, "spare replicas [pods]", other="spare", default=0),
    Input("confidence", "", bound, _is_level, DEFAULT_CONFIDENCE, "share of public curves that the budget covers [-]"),
)  # fmt: skip

INPUTS: Final[Mapping[str, Input]] = {each.name: each for each in _LISTED}
"""Every column that is read, by its name, in the order of the documentation [-]."""


class Result(NamedTuple):
    """A column that is worked out.

    Parameters
    ----------
    name : str
        Of the column
    field : str
        Of `SizingRow`; empty for what is no figure of a row
    kind : str
        "int", "float", "bool" or "str"
    """

    name: str
    field: str
    kind: str


_READ: Final = {"sla", *(wait.limit for wait in WAITS)}
_OF_A_PLAN: Final = tuple(each.name for each in fields(NodePlan))
"""What says how nodes are bought, which scenarios cannot say yet: never passed over in silence."""

_OF_NODES: Final = {figure_named(measure, figure) for measure in ("nodes", "gpus_idle") for figure in ENDINGS}
"""Figures of whole nodes, which scenarios do not have."""

_ALSO_READ: Final = {name for each in _LISTED for name in (each.name, each.other)}


def _result(name: str, kind: str) -> Result:
    # A figure of the estimate that would be called as a column that is read is told from it by its end.
    return Result(f"{name}_estimate" if name in _ALSO_READ else name, name, kind.removesuffix(" | None"))


RESULTS: Final = (
    *(_result(field.name, str(field.type)) for field in fields(SizingRow) if field.name not in _READ | _OF_NODES),
    Result("hardware", "", "str"),
    Result("price_assumed", "", "bool"),
    Result(ERROR, "", "str"),
)
"""Every column that is worked out, in the order in which they stand behind those that were given."""


def chosen_results(names: Sequence[str] | None) -> tuple[Result, ...]:
    """Return the results called `names`, all where that is None, in the order of `RESULTS`; the error is always among them.

    Raises
    ------
    InputError
        If there is none of a name.
    """
    if names is None:
        return RESULTS
    known = {each.name for each in RESULTS}
    unknown = [name for name in names if name not in known]
    if unknown:
        refuse(
            "columns", "must be names of results", got=unknown[0], way_out="xlsizing batch --list-columns lists them"
        )
    return tuple(each for each in RESULTS if each.name in (*names, ERROR))


def columns_of(given: Sequence[object], *, curve_needed: bool, results: Collection[Result] = RESULTS) -> dict[str, str]:
    """Return which of the columns `given` is which input.

    Parameters
    ----------
    given : sequence of object
        The names in the header of a table
    curve_needed : bool
        Whether there is more than one curve
    results : collection of Result
        What will stand beside them

    Returns
    -------
    dict of str to str
        The name in the header of each input that is there

    Raises
    ------
    InputError
        If a column is given twice, is called as a result, names curves where there is one, or one that is needed is not
        there.
    """
    _check_names(given, {each.name for each in results})
    for name in _OF_A_PLAN:
        if name in given:
            way_out = "size a file with it, or give spare_replicas"
            refuse("table", f"must not have a column {name}: scenarios know no whole nodes", way_out=way_out)
    found: dict[str, str] = {}
    for each in _LISTED:
        there = [name for name in (each.name, each.other) if name and name in given]
        if len(there) > 1:
            refuse("table", f"must have one column {each.name}", got=Phrase(" and ".join(there)))
        if there:
            found[each.name] = there[0]
    if "curve" in found and not curve_needed:
        way_out = "leave the column out, or give the curves by name"
        refuse("table", "must not name curves where one is given for all rows", got=found["curve"], way_out=way_out)
    needed = [name for name in ("curve", "sla") if (name != "curve" or curve_needed) and name not in found]
    if needed:
        refuse("table", f"must have a column {needed[0]}", got=_names_phrase(given))
    if not any(name in found for name in DEMAND_FORMS):
        *first, last = DEMAND_FORMS
        refuse("table", f"must have a column {', '.join(first)} or {last}", got=_names_phrase(given))
    return found


def _check_names(given: Sequence[object], taken: set[str]) -> None:
    seen: set[object] = set()
    for name in given:
        if name in seen:
            refuse("table", "must name each column once", got=name)
        if name in taken:
            refuse("table", "must not call a column as a result is called", got=name, way_out="rename or drop it")
        seen.add(name)


def _names_phrase(given: Sequence[object]) -> Phrase:
    return Phrase(", ".join(map(str, given)) or "no columns")


def sentence(name: str, value: object) -> str:
    """Return what is wrong with a `value` in the column `name`: what `size` says of it."""
    try:
        return _fault_sentence(name, value)
    except TypeError:  # a value that no dictionary takes
        return _fault_sentence.__wrapped__(name, value)


@lru_cache(maxsize=4096, typed=True)
def _fault_sentence(name: str, value: object) -> str:
    check = INPUTS[name].check
    try:
        if isinstance(value, Typed):
            value.refused(name)
        if check is not None:
            check(value)
    except InputError as error:
        return str(error)
    raise AssertionError(f"{name} {value!r} was refused and is allowed")  # pragma: no cover
