"""What makes a lever and its baseline a matched pair: they differ in the named change and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlsizing.checks import refuse
from xlsizing.context import FACTS, Context
from xlsizing.context_fields import SECTIONS
from xlsizing.context_rules import check_gpus_per_pod, differences

if TYPE_CHECKING:
    from xlsizing.levers import Lever

__all__ = ["MAY_DIFFER", "NEVER_A_CHANGE", "check_matched"]

# A re-measurement differs in these whatever the lever changes.
MAY_DIFFER: Final = ("provenance", "baseline", "percent_of_sol", "sol_rigor", "trials", "num_prompts")
"""Fields, and whole sections, that a pair of measurements may differ in: they are of a run, not of a set-up [-]."""

_TP_CHANGES: Final = ("tp", "pp", "dp_in_pod", "ep")

NEVER_A_CHANGE: Final = ("model", "hf_path", "hardware", "engine", "dataset", "isl", "osl", "mean_input_tokens",
                          "mean_output_tokens", "turns", "basis")  # fmt: skip
"""Fields in which a lever may not differ: another model, GPU, workload or engine is another measurement [-]."""

_TUNED: Final = ("async_scheduling", "cudagraph_mode")
_OFF: Final = {"none", "off", "no", "false", "disabled", "0"}


def check_matched(lever: Lever) -> None:
    """Refuse a `lever` whose contexts differ in more than its named change, or that unlearns a tuning [-].

    Raises
    ------
    InputError
        Naming the fields.
    """
    _check_changes(lever)
    before, after = lever.baseline.context, lever.optimised_context
    if before is None or after is None:
        return
    allowed = (*lever.changes, *MAY_DIFFER, *(_TP_CHANGES if lever.kind == "tp-rightsize" else ()))
    found = differences(before, after, ignoring=allowed)
    if found:
        refuse(
            f'lever "{lever.name}"',
            "is confounded: baseline and lever must differ in nothing but the named change",
            detail=", ".join(map(str, found)),
            way_out="name the field as a change, or measure a matched pair",
        )
    for name in _TUNED:
        if _is_off(after, name) and not _is_off(before, name):
            refuse(f'lever "{lever.name}"', f"must not switch off {FACTS[name].label}: it belongs to the tuned curve")
    check_gpus_per_pod(before, lever.gpus_per_pod)
    check_gpus_per_pod(after, lever.optimised_gpus_per_pod or lever.gpus_per_pod)


def _check_changes(lever: Lever) -> None:
    for name in lever.changes:
        if name in SECTIONS or name in NEVER_A_CHANGE:
            refuse(
                f'lever "{lever.name}"',
                f"must not change {name}",
                way_out="name the single fields it changes; another model, GPU, engine or workload is another baseline",
            )


def _is_off(context: Context, name: str) -> bool:
    value = getattr(context, name)
    return value is False or (isinstance(value, str) and value.strip().casefold() in _OFF)
