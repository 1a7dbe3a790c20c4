"""What contexts must satisfy: matching each other, the customer's workload, and the GPUs of a pod."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from xlsizing.checks import refuse, whole
from xlsizing.context.context import FACTS, Context, worded
from xlsizing.context.fields import Value
from xlsizing.context.reading import field_named
from xlsizing.context.workload import MISMATCH, MISSING, WorkloadReason, workload_mismatch
from xlsizing.rules import MOST_GPUS_PER_POD, TOLERANCE

__all__ = [
    "MISMATCH",
    "MISSING",
    "Difference",
    "WorkloadReason",
    "check_gpus_per_pod",
    "differences",
    "gpus_in_context",
    "merged",
    "workload_mismatch",
]


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which two contexts differ.

    Parameters
    ----------
    name : str
        The field
    first, second : str, int, float, bool or None
        Its values; None where unknown [unit of the field]

    Examples
    --------
    >>> print(Difference("kv_cache_dtype", "fp8", None))
    kv_cache_dtype (fp8 against unknown)
    """

    name: str
    first: Value | None
    second: Value | None

    def __str__(self) -> str:
        return f"{self.name} ({worded(self.first)} against {worded(self.second)})"


def differences(a: Context, b: Context, ignoring: Iterable[str] = ()) -> tuple[Difference, ...]:
    """Return the fields in which two contexts differ; known differs from unknown.

    Parameters
    ----------
    a, b : Context
        The contexts
    ignoring : iterable of str, optional
        Names of fields, or of whole sections, that may differ

    Returns
    -------
    tuple of Difference
        In the order of the table of fields

    Raises
    ------
    InputError
        If `ignoring` names neither a field nor a section.

    Examples
    --------
    >>> a, b = Context(tp=4, kv_cache_dtype="fp8"), Context(tp=4, kv_cache_dtype="nvfp4", trials=3)
    >>> print(*differences(a, b, ignoring=["grounding"]))
    kv_cache_dtype (fp8 against nvfp4)
    """
    passed = _passed_over(ignoring)
    pairs = ((name, getattr(a, name), getattr(b, name)) for name in FACTS if name not in passed)
    return tuple(Difference(name, first, second) for name, first, second in pairs if not _is_same_value(first, second))


def _passed_over(ignoring: Iterable[str]) -> set[str]:
    if isinstance(ignoring, str):
        refuse("ignoring", "must be a sequence of field names", got=ignoring)
    passed: set[str] = set()
    for name in ignoring:
        in_section = {known for known, fact in FACTS.items() if fact.section == name}
        passed |= in_section or {field_named(name, FACTS)}
    return passed


def _is_same_value(first: Value | None, second: Value | None) -> bool:
    if isinstance(first, float) and isinstance(second, float):
        return math.isclose(first, second, rel_tol=TOLERANCE)
    return first == second


def check_gpus_per_pod(context: Context, gpus_per_pod: int) -> str | None:
    """Return None if `gpus_per_pod` is the product of the context's parallelism, or why that is open.

    Parameters
    ----------
    context : Context
        Of the measured curve
    gpus_per_pod : int
        GPUs of one replica [GPUs/pod]

    Returns
    -------
    str or None
        Which sizes are not known, so that the product cannot be checked

    Raises
    ------
    InputError
        If it is not ``TP x PP x DP inside the pod``, or no multiple of those that are known; of a disaggregated
        pod, if it is not the sum of the GPUs of prefill and decode.

    Examples
    --------
    >>> check_gpus_per_pod(Context(tp=4, pp=1, dp_in_pod=2), 8)
    >>> check_gpus_per_pod(Context(tp=4), 8)
    'gpus_per_pod 8 cannot be checked: PP and DP inside the pod are not known'
    """
    gpus = whole(gpus_per_pod, "gpus_per_pod", low=1, high=MOST_GPUS_PER_POD)
    if _is_disaggregated(context):
        return _check_both_sides(context, gpus)
    sizes: dict[str, int | None] = {FACTS[name].label: getattr(context, name) for name in ("tp", "pp", "dp_in_pod")}
    known = {words: size for words, size in sizes.items() if size is not None}
    product = math.prod(known.values())
    unknown = [words for words in sizes if words not in known]
    if product != gpus if not unknown else gpus % product:
        multiple = "a multiple of " if unknown else ""
        parts = " x ".join(f"{words} {size}" for words, size in known.items())
        refuse("gpus_per_pod", f"must be {multiple}{parts} of the context, {product}", got=gpus)
    if not unknown:
        return None
    words = " and ".join([", ".join(unknown[:-1]), unknown[-1]] if len(unknown) > 1 else unknown)
    return f"gpus_per_pod {gpus} cannot be checked: {words} {'are' if len(unknown) > 1 else 'is'} not known"


def _is_disaggregated(context: Context) -> bool:
    return context.prefill_gpus is not None or context.decode_gpus is not None


def _check_both_sides(context: Context, gpus: int) -> str | None:
    sides = {"prefill": context.prefill_gpus, "decode": context.decode_gpus}
    known = {words: size for words, size in sides.items() if size is not None}
    total = sum(known.values())
    if gpus <= total if len(known) < len(sides) else gpus != total:
        rule = "must be" if len(known) == len(sides) else "must be more than"
        parts = " + ".join(f"{words} {size}" for words, size in known.items())
        refuse("gpus_per_pod", f"{rule} {parts} GPUs of the context, {total}", got=gpus)
    unknown = [words for words in sides if words not in known]
    return f"gpus_per_pod {gpus} cannot be checked: GPUs of {unknown[0]} are not known" if unknown else None


def gpus_in_context(context: Context) -> int | None:
    """Return the GPUs of a pod that a context states in full; None where a factor is not known [GPUs].

    >>> gpus_in_context(Context(prefill_gpus=4, decode_gpus=8)), gpus_in_context(Context(tp=4))
    (12, None)
    """
    if _is_disaggregated(context):
        both = (context.prefill_gpus, context.decode_gpus)
        return None if None in both else sum(size or 0 for size in both)
    sizes = (context.tp, context.pp, context.dp_in_pod)
    return None if None in sizes else math.prod(size or 0 for size in sizes)


def merged(context: Context, added: Context) -> Context:
    """Return a context with what `added` knows and it does not.

    Parameters
    ----------
    context, added : Context
        As measured, and what somebody adds to it

    Returns
    -------
    Context
        Both

    Raises
    ------
    InputError
        If they contradict each other; the fields are named.
    """
    ours, theirs = context.known(), added.known()
    wrong = [
        Difference(n, ours[n], value)
        for n, value in theirs.items()
        if n in ours and n != "source_file" and not _is_same_value(ours[n], value)
    ]
    if wrong:
        refuse("context", "must not contradict what the curve states", detail="; ".join(map(str, wrong)))
    return Context.from_mapping(ours | theirs)
