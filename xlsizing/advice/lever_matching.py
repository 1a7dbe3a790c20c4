"""What makes a lever and its baseline a matched pair: they differ in the named change and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlsizing.checks import refuse
from xlsizing.context import (
    FACTS,
    SECTIONS,
    Context,
    Difference,
    check_gpus_per_pod,
    differences,
    is_off,
    is_placeholder,
    worded,
)
from xlsizing.rules import HIT_RATE_OFF, MOST_CHANGES, TOKENS_OFF, TOLERANCE

if TYPE_CHECKING:
    from xlsizing.advice.levers import Lever

__all__ = ["MAY_DIFFER", "NEVER_A_CHANGE", "OUTCOMES", "check_matched", "tells_apart"]

OUTCOMES: Final = ("prefix_hit_rate", "acceptance_length", "ttfo_s", "launch_flags")
"""What a run found or was started with: each run has its own, and takes over none of another [-]."""

# A re-measurement differs in these whatever the lever changes.
MAY_DIFFER: Final = ("provenance", "baseline", "percent_of_sol", "sol_rigor", "trials", "num_prompts", *OUTCOMES)
"""Fields, and whole sections, that a pair of measurements may differ in: they are of a run, not of a set-up [-]."""

_TP_CHANGES: Final = ("tp", "pp", "dp_in_pod", "ep")

NEVER_A_CHANGE: Final = (
    "model", "hf_path", "hardware", "interconnect", "engine", "dataset", "dataset_kind", "isl", "osl",
    "mean_input_tokens", "mean_output_tokens", "turns", "cache_state", "tier", "benchmark_tool", "same_node", "basis",
)  # fmt: skip
"""Fields in which a lever may not differ: another model, GPU, node, workload, tool or engine is another measurement [-]."""

_TUNED: Final = ("async_scheduling", "cudagraph_mode")

_GOVERNED: Final = {"prefix_hit_rate": "prefix_caching", "acceptance_length": "speculative_decoding"}
"""Outcomes of a feature, by the field that says whether it was on [-]."""


def check_matched(lever: Lever) -> None:
    """Refuse a `lever` whose contexts differ in more than its named change, or that is not what it says [-].

    Raises
    ------
    InputError
        Naming the fields.
    """
    _check_changes(lever)
    before, after = lever.baseline.context, lever.optimised_context
    for context in (before, after):
        _check_tier(lever, context)
    if before is None or after is None:
        return
    allowed = (*lever.changes, *MAY_DIFFER, *(_TP_CHANGES if lever.kind == "tp-rightsize" else ()))
    apart = (one for one in differences(before, after, ignoring=allowed) if not _does_not_bear(one, before, after))
    found = (*apart, *_outcomes_apart(lever, before, after))
    if found:
        refuse(
            f'lever "{lever.name}"',
            "is confounded: baseline and lever must differ in nothing but the named change",
            detail=", ".join(map(str, found)),
            way_out="name the field as a change, or measure a matched pair",
        )
    _check_changed(lever, before, after)
    for name in _TUNED:
        if is_off(getattr(after, name)) and not is_off(getattr(before, name)):
            refuse(f'lever "{lever.name}"', f"must not switch off {FACTS[name].label}: it belongs to the tuned curve")
    check_gpus_per_pod(before, lever.gpus_per_pod)
    check_gpus_per_pod(after, lever.optimised_gpus_per_pod or lever.gpus_per_pod)


def tells_apart(lever: Lever) -> bool:
    """Tell whether any field of the set-up differs between a `lever` and its baseline, or one of them is not known [-]."""
    before, after = lever.baseline.context, lever.optimised_context
    return before is None or after is None or bool(differences(before, after, ignoring=MAY_DIFFER))


def _check_changes(lever: Lever) -> None:
    for name in lever.changes:
        if name in SECTIONS or name in NEVER_A_CHANGE:
            refuse(
                f'lever "{lever.name}"',
                f"must not change {name}",
                way_out="name the single fields it changes; another model, GPU, engine or workload is another baseline",
            )
        if name in MAY_DIFFER or FACTS[name].section in MAY_DIFFER:
            refuse(
                f'lever "{lever.name}"',
                f"must not name {name} as its change: it is of a run, not of a set-up",
                way_out="name the fields of the set-up that it changes",
            )
    named = len(set(lever.changes))
    if named > MOST_CHANGES:
        way_out = "measure them one after the other, each against the one before"
        refuse(f'lever "{lever.name}"', f"must change at most {MOST_CHANGES} fields", got=named, way_out=way_out)


def _check_tier(lever: Lever, context: Context | None) -> None:
    if is_placeholder(lever.tier):
        return
    tier = FACTS["tier"].value(lever.tier, f'tier of the lever "{lever.name}"')
    if context is not None and context.tier not in (None, tier):
        rule = f"must be of the tier that its context names, {context.tier}"
        refuse(f'lever "{lever.name}"', rule, got=lever.tier)


def _check_changed(lever: Lever, before: Context, after: Context) -> None:
    """Refuse a named change that changes nothing; what is unknown on a side is a DRAFT elsewhere."""
    names = lever.changes
    sizes = [(getattr(before, name), getattr(after, name)) for name in _TP_CHANGES]
    if lever.kind == "tp-rightsize" and before.tp is not None and all(first == second for first, second in sizes):
        refuse(f'lever "{lever.name}"', "must change a size of its parallelism: its kind is tp-rightsize")
    for name in names:
        if _same(before, after, name):
            refuse(
                f'lever "{lever.name}"',
                f"must change {name}, which it names as its change",
                got=worded(getattr(after, name)),
                detail="both sides have the same",
            )


def _same(before: Context, after: Context, name: str) -> bool:
    value = getattr(before, name)
    return value is not None and value == getattr(after, name)


def _does_not_bear(one: Difference, before: Context, after: Context) -> bool:
    """Tell whether a field is unknown on a side where it bears on nothing: no feature that needs it was on there."""
    needed_if = FACTS[one.name].needed_if
    sides = ((one.first, before), (one.second, after))
    return bool(needed_if) and any(value is None and not any(map(side.on, needed_if)) for value, side in sides)


def _outcomes_apart(lever: Lever, before: Context, after: Context) -> list[Difference]:
    """Return outcomes of a feature that differ by more than runs do, although the lever leaves the feature alone."""
    found = []
    for name, feature in _GOVERNED.items():
        first, second = getattr(before, name), getattr(after, name)
        if feature in lever.changes or None in (first, second):
            continue
        room = HIT_RATE_OFF if name == "prefix_hit_rate" else TOKENS_OFF * first
        if abs(first - second) > room + TOLERANCE:
            found.append(Difference(name, first, second))
    return found
