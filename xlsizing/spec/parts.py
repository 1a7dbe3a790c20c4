"""The core's objects in a sizing file, and the rules that hold between its fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final, NamedTuple

from xlsizing.advice import OUTCOMES, Growth, Lever, Workload, scaled
from xlsizing.checks import refusal, refuse
from xlsizing.context import FACTS, Context, merged
from xlsizing.core import (
    DEMAND_FORMS,
    OWN_PRICE,
    PEAK_TO_MEAN,
    WAITS,
    Curve,
    Demand,
    Limits,
    NodePlan,
    check_calibration,
    check_measured_gpus,
    size,
    spares_beside,
)
from xlsizing.errors import CurveError, InputError, Phrase, shown
from xlsizing.importers.yaml_text import Where
from xlsizing.rules import TOLERANCE
from xlsizing.spec.base import STAND_IN
from xlsizing.spec.growth_section import growth_of
from xlsizing.spec.lever_sections import BaselineSection, LeverSection, OptimisedSection
from xlsizing.spec.sections import SizingFile
from xlsizing.spec.text import Fault

__all__ = ["Parts", "core_parts"]

_OF_A_RUN: Final = ("grounding", "provenance")
"""Sections of a context that tell of one run, so that no other takes them over."""

Valid = dict[str, Any]


class Parts(NamedTuple):
    """The core's objects that a sizing file describes, each called as its field or method there.

    Parameters
    ----------
    curve : Curve
        The measured curve, its context attached [tok/s/user against requests/replica]
    demand : Demand
        What the customer asks for [unit of the demand]
    growth : Growth or None
        How that grows
    workload : Workload
        The customer's requests [tok]
    node_plan : NodePlan or None
        The nodes that GPUs are bought in
    limits : Limits
        The limits on waiting beside the SLAs [s]
    levers : tuple of Lever
        Each with its own baseline, in the order of the file
    """

    curve: Curve
    demand: Demand
    growth: Growth | None
    workload: Workload
    node_plan: NodePlan | None
    limits: Limits
    levers: tuple[Lever, ...]


def core_parts(valid: Valid, value: object) -> tuple[Valid, list[Fault]]:
    """Return the core's objects by field of `Parts`, and what is wrong between fields.

    Parameters
    ----------
    valid : dict
        The fields of the file that are right in themselves
    value : object
        What the file holds; fields that it does not give have their defaults

    Returns
    -------
    dict
        Those whose fields are right
    list of Fault
        Rules broken between fields that are right in themselves
    """
    given = value if isinstance(value, dict) else {}
    known = _defaults(given) | valid
    parts: Valid = {}
    faults: list[Fault] = []
    for needed, add in _STEPS:
        if needed <= set(known):
            faults += add(known, parts)
    return parts, faults


def _defaults(given: Valid) -> Valid:
    fields = SizingFile.model_fields.items()
    return {name: field.get_default() for name, field in fields if name not in given and not field.is_required()}


def _add_curve(known: Valid, parts: Valid) -> Iterator[Fault]:
    curve: Curve = known["curve"].curve
    yield from _faults_of_check(
        ("context",), lambda: known.update(context=_merged_context(curve.context, known["context"]))
    )
    try:
        parts["curve"] = curve.with_context(known["context"])
    except InputError as error:
        del known["context"]  # so that no lever says the same again
        yield Fault(("curve",), error)


def _merged_context(brought: Context | None, stated: Context | None) -> Context | None:
    """Return the context that came with the curve, with what the sizing file adds; they may not contradict."""
    if brought is None or stated is None:
        return brought if stated is None else stated
    return merged(brought, stated)


def _add_demand(known: Valid, parts: Valid) -> Iterator[Fault]:
    demand = known["demand"]
    for form in DEMAND_FORMS:
        value = getattr(demand, form)
        beside = {part: getattr(demand, part) for part in DEMAND_FORMS[form]}
        if value is None or None in beside.values():  # what is missing is said already
            continue
        parts["demand"] = Demand.stated(form, value, **beside)
    if "demand" in parts:
        at_peak = partial(parts["demand"].at_peak, demand.peak_to_mean)
        yield from _faults_of_check(("demand", PEAK_TO_MEAN), lambda: parts.update(demand=at_peak()))


def _add_growth(known: Valid, parts: Valid) -> Iterator[Fault]:
    parts["growth"], stated = None, known["growth"]
    if stated is None:
        return
    try:
        parts["growth"] = growth_of(stated, known["date"])
    except InputError as error:
        yield Fault(("growth", *error.index, "date") if error.index else ("growth",), error)


def _add_node_plan(known: Valid, parts: Valid) -> Iterator[Fault]:
    """Add the nodes that are bought; what says how many fail needs their size."""
    given = {name: known[name] for name in ("nodes_to_survive", "availability", "node_availability") if known[name]}
    parts["node_plan"] = None
    if known["gpus_per_node"] is None:
        for name in given:
            yield Fault((name,), refusal(name, "must be given with gpus_per_node"))
        return

    def add() -> None:
        parts["node_plan"] = plan = NodePlan(known["gpus_per_node"], **given)
        spares_beside(plan, known["spare_pods"])

    yield from _faults_of_check((next(iter(given), "gpus_per_node"),), add)


def _distinct_prices(known: Valid, _parts: Valid) -> Iterator[Fault]:
    names = [(price.name, price.currency) for price in known["prices"]]
    for at, (name, _) in enumerate(names):
        if name == OWN_PRICE:
            yield Fault(
                ("prices", at, "name"), refusal("name", "must be another than that of the sizing's price", got=name)
            )
    for at, name in enumerate(names):
        if name in names[:at]:
            got = Phrase(f"item {names.index(name) + 1} too")
            yield Fault(
                ("prices", at, "name"), refusal("name", "must be another for each price of a currency", got=got)
            )


def _one_contract(known: Valid, _parts: Valid) -> Iterator[Fault]:
    marked = [at for at, sla in enumerate(known["slas"]) if sla.contract]
    for at in marked[1:]:
        got = Phrase(f"item {marked[0] + 1} too")
        yield Fault(("slas", at, "contract"), refusal("contract", "must be true for one SLA at most", got=got))


def _add_workload(known: Valid, parts: Valid) -> Iterator[Fault]:
    asked = known["workload"]
    parts["workload"] = Workload(**{name: getattr(asked, name) for name in Workload.__slots__})
    return iter(())


def _same_osl(known: Valid, _parts: Valid) -> Iterator[Fault]:
    demanded, asked = known["demand"].osl, known["workload"].osl
    if None not in (demanded, asked) and abs(demanded - asked) > TOLERANCE * asked:
        rule = f"must be the workload's, {shown(asked)}"
        yield from _faults_of_check(("demand", "osl"), lambda: refuse("osl", rule, got=demanded))


def _add_limits(known: Valid, parts: Valid) -> Iterator[Fault]:
    """Add the limits on waiting; one on a wait that the curve does not tell is refused where it first stands."""
    if known["curve"].curve is STAND_IN or "curve" not in parts:  # what is wrong with the curve is said already
        return
    slas, statistic = known["slas"], known["latency_statistic"]
    osl = known["workload"].osl if known["demand"].osl is None else known["demand"].osl
    by_wait = {wait: [getattr(sla, wait.name) for sla in slas] for wait in WAITS}
    limits = Limits(*by_wait.values(), output_tokens=osl, statistic=statistic)
    untold: list[Fault] = []
    for wait in limits.asked:
        first = next(at for at, limit in enumerate(by_wait[wait]) if limit is not None)
        alone: Valid = {wait.name: by_wait[wait]}
        sides = Limits(output_tokens=osl, **alone).sides
        untold += _faults_of_check(("slas", first, wait.name), partial(sides, parts["curve"]))
    if not untold:  # else a sizing would say the same again
        parts["limits"] = limits
    yield from untold


def _same_method(known: Valid, _parts: Valid) -> Iterator[Fault]:
    yield from _faults_of_check(("calibration",), lambda: check_calibration(known["calibration"], known["method"]))


def _gpus_as_measured(known: Valid, parts: Valid) -> Iterator[Fault]:
    try:
        check_measured_gpus(parts["curve"], known["gpus_per_pod"])
    except InputError as error:
        del known["gpus_per_pod"]  # so that no lever says the same again
        yield Fault(("gpus_per_pod",), error)


def _sizing_faults(known: Valid, parts: Valid) -> Iterator[Fault]:
    """Size once, for what only a sizing can tell: more pods than can be counted, throughput of one GPU of a pod."""
    if not {"curve", "demand", "limits"} <= set(parts):
        return
    slas = [sla.tok_s_per_user for sla in known["slas"]]
    options = {name: known[name] for name in ("gpus_per_pod", "util", "method")}
    try:
        size(parts["curve"], slas, parts["demand"], limits=parts["limits"], **options)
        if parts.get("growth"):
            highest = scaled(parts["demand"], parts["growth"].highest)
            yield from _faults_of_check(
                ("growth",), lambda: size(parts["curve"], slas, highest, limits=parts["limits"], **options)
            )
    except InputError as error:
        yield Fault(("curve",) if isinstance(error, CurveError) else ("demand",), error)


def _add_levers(known: Valid, parts: Valid) -> Iterator[Fault]:
    parts["levers"] = ()
    for i, lever in enumerate(known["levers"]):
        try:
            parts["levers"] += (_lever_of_section(lever, known),)
        except InputError as error:
            yield Fault(("levers", i), error)


def _lever_of_section(lever: LeverSection, known: Valid) -> Lever:
    base = lever.baseline or BaselineSection.model_construct(curve=known["curve"], context=known["context"])
    measured = _merged_context(base.curve.curve.context, base.context)
    before = base.curve.curve.with_context(measured)
    after = _context_with(lever.optimised, measured)
    brought = None if lever.optimised is None else lever.optimised.curve
    optimised = None if brought is None else brought.curve.with_context(_merged_context(brought.curve.context, after))
    gpus_per_pod = base.gpus_per_pod or known["gpus_per_pod"]
    return lever.lever(before, after if optimised is None else None, gpus_per_pod, optimised)


def _context_with(side: OptimisedSection | None, before: Context | None) -> Context | None:
    """Return the context with the lever: as given, or the baseline's with the fields that differ."""
    if side is None or side.context_changes is None:
        return None if side is None else side.context
    kept = {} if before is None else before.known()
    own = ("num_prompts", *OUTCOMES)
    shared = {name: fact for name, fact in kept.items() if FACTS[name].section not in _OF_A_RUN and name not in own}
    return Context.from_mapping(shared | side.context_changes)


def _faults_of_check(path: Where, check: Callable[[], object]) -> Iterator[Fault]:
    try:
        check()
    except InputError as error:
        yield Fault(path, error)


_STEPS: Final[tuple[tuple[set[str], Callable[[Valid, Valid], Iterator[Fault]]], ...]] = (
    ({"curve", "context"}, _add_curve),
    ({"demand"}, _add_demand),
    ({"growth", "date"}, _add_growth),
    ({"workload"}, _add_workload),
    ({"demand", "workload"}, _same_osl),
    ({"spare_pods", "gpus_per_node", "nodes_to_survive", "availability", "node_availability"}, _add_node_plan),
    ({"slas"}, _one_contract),
    ({"prices"}, _distinct_prices),
    ({"demand", "workload", "slas", "latency_statistic", "curve"}, _add_limits),
    ({"calibration", "method"}, _same_method),
    ({"curve", "context", "gpus_per_pod"}, _gpus_as_measured),
    ({"demand", "slas", "curve", "context", "gpus_per_pod", "util", "method"}, _sizing_faults),
    ({"levers", "curve", "context", "gpus_per_pod"}, _add_levers),
)
