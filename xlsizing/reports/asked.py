"""What was asked for and planned with, as facts beside a sizing: the inputs that its figures follow from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsizing.core import Demand, NodePlan, Sizing
from xlsizing.errors import shown
from xlsizing.reports.money import contract_words
from xlsizing.reports.report import Report
from xlsizing.reports.tables import Shown, shown_grouped
from xlsizing.reports.waiting import waits_fact
from xlsizing.rules import BEFORE_AUTO

if TYPE_CHECKING:
    from xlsizing.advice import Workload

__all__ = [
    "demand_words",
    "facts",
    "input_tok_s",
    "interpolation_words",
    "mean_requests_s",
    "node_words",
    "sizing_facts",
]


def facts(report: Report) -> dict[str, str]:
    """Return the inputs of the sizing, name and text."""
    rests_on = sizing_facts(report)
    named = {
        "Contract": rests_on["Contract"],
        **report.about,
        "Model": report.model,
        "Curve": report.source,
        "Context": report.context_label,
        "Customer's workload": _workload_words(report.workload),
        "Input tokens": _input_words(report),
        **rests_on,
    }
    return {name: text for name, text in named.items() if text}


def sizing_facts(report: Shown) -> dict[str, str]:
    """Return those of them that the figures follow from; empty where one does not apply."""
    sizing = report.sizing
    return {
        "Contract": contract_words(report),
        "Demand": demand_words(sizing.demand),
        "Growth": _growth_words(report),
        "Waits": waits_fact(sizing),
        "GPUs per pod": f"{sizing.gpus_per_pod:,}",
        "Utilisation planned": f"{shown(sizing.util)} of measured throughput",
        "Nodes": node_words(sizing.node_plan, sizing.gpus_per_pod),
        "Spare pods": _spares_words(sizing),
        "Price": sizing.price.label,
        "Interpolation": interpolation_words(report),
        "Budget calibration": sizing.bound.calibration.fact if sizing.bound.calibration else "",
    }


def _growth_words(report: Shown) -> str:
    if report.growth is None:
        return ""
    from xlsizing.reports.outlook import growth_words  # noqa: PLC0415  # only where demand grows

    return growth_words(report, report.growth)


def _workload_words(workload: Workload | None) -> str:
    if workload is None:
        return ""
    parts = {"ISL": workload.isl, "OSL": workload.osl}
    texts = [f"{name} {shown(tokens)}" for name, tokens in parts.items() if tokens is not None]
    if workload.turns:
        texts.append(workload.turns)
    if workload.prefix_hit_rate is not None:
        texts.append(f"prefix-cache hit rate {shown(workload.prefix_hit_rate)}")
    return ", ".join([*texts, *filter(None, (workload.dataset_kind, workload.cache_state))])


def interpolation_words(report: Shown) -> str:
    """Return the method of `report`; where nobody chose it, with what figures on file were made by."""
    name = report.sizing.points.method.name
    return name if report.method_chosen else f"{name} ({BEFORE_AUTO})"


def node_words(plan: NodePlan | None, gpus_per_pod: int) -> str:
    """Return the nodes of a `plan`, and what of them may fail, for pods of `gpus_per_pod`; empty without a plan [GPUs/pod]."""
    if plan is None:
        return ""
    racks = plan.racks(gpus_per_pod)
    holds = f"{racks.pods_per_node:,} a node" if racks.pods_per_node else f"{racks.nodes_per_pod:,} nodes a pod"
    return f"GPUs are bought in nodes of {plan.gpus_per_node:,}; pods of {gpus_per_pod:,}: {holds}"


def _spares_words(sizing: Sizing) -> str:
    plan = sizing.node_plan
    if plan is None or not plan.holds_spares:
        return f"{sizing.spare_replicas:,}"
    if plan.availability is None:
        nodes = plan.nodes_to_survive
        count = int(sizing.spares_beside(1))
        return f"{count:,}, as many as {nodes:,} failed {'node takes' if nodes == 1 else 'nodes take'} down"
    return (
        f"those of the least spare nodes with which all pods asked for run {100 * plan.availability:.10g} % of the time, "
        f"where one node runs {100 * (plan.node_availability or 0):.10g} % of it"
    )


def mean_requests_s(report: Report) -> float | None:
    """Return the customer's requests per second in the mean; None where they are not known [requests/s]."""
    demand, workload = report.sizing.demand, report.workload
    if demand.shape or demand.counts_users:
        return None
    if demand.requests_s is not None:
        return float(demand.requests_s)
    return None if workload is None or workload.osl is None else float(demand.mean_tok_s(0) / workload.osl)


def input_tok_s(report: Report) -> tuple[float, float] | None:
    """Return the customer's input throughput in the mean and at the peak; None where their requests are not known [tok/s]."""
    workload, requests = report.workload, mean_requests_s(report)
    if workload is None or workload.isl is None or requests is None:
        return None
    mean = requests * workload.isl
    return mean, mean * report.sizing.demand.peak_to_mean


def _input_words(report: Report) -> str:
    found = input_tok_s(report)
    if found is None:
        return ""
    mean, peak = found
    words = f"{_tokens_words(mean, 'input')} in the mean" if mean != peak else _tokens_words(mean, "input")
    return words if mean == peak else f"{words}, {_tokens_words(peak, 'input')} at the peak"


def _tokens_words(tok_s: float, kind: str) -> str:
    return f"{shown_grouped(tok_s)} {kind} tok/s = {shown_grouped(60 * tok_s)} {kind} tokens per minute"


def demand_words(demand: Demand) -> str:
    """Return a `demand` as a chain from what was said to output tok/s, at the peak where that is told apart."""
    if demand.shape:
        return f"{demand.value.size:,} demands in {demand.unit}"
    value = shown_grouped(float(demand.value))
    if demand.counts_users:
        return f"{value} users (requests in flight at peak)"
    mean = _mean_words(demand, value)
    if demand.peak_to_mean == 1:
        return mean
    peak = _tokens_words(float(demand.output_tok_s(0)), "output")
    return f"{mean} in the mean, x {shown_grouped(demand.peak_to_mean)} at the peak = {peak}"


def _mean_words(demand: Demand, value: str) -> str:
    tok_s = float(demand.mean_tok_s(0))
    total = f"{shown_grouped(tok_s)} output tok/s"
    if demand.requests_per_person_min is not None:
        each, requests = (shown_grouped(float(n or 0)) for n in (demand.requests_per_person_min, demand.requests_s))
        asked = (
            f"{value} people x {each} requests/min = {requests} requests/s x {shown_grouped(float(demand.osl or 0))}"
        )
        return f"{asked} output tokens = {_tokens_words(tok_s, 'output')}"
    if demand.osl is not None:
        return f"{value} requests/s x {shown_grouped(float(demand.osl))} output tokens = {total}"
    return total if demand.unit == "tok/s" else f"{value} output tokens per minute = {total}"
