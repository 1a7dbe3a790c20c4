"""An audit in words: the verdict and the findings, each sentence with its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsizing.core import in_time, in_words, limits_of
from xlsizing.errors import shown
from xlsizing.rules import DEFAULT_UTIL, TOLERANCE

if TYPE_CHECKING:
    from xlsizing.advice.audit import Audit

__all__ = ["findings_of", "verdict_of"]


def verdict_of(audit: Audit) -> str:
    """Return the answer in one sentence.

    Parameters
    ----------
    audit : Audit
        The figures [-]

    Returns
    -------
    str
        The sentence [-]
    """
    over = f"{_demand(audit)} over {_pods(audit.pods)} at util {audit.util:g}"
    return f"{_answer(audit)}: {over} is {_needed(audit)}, {_available(audit)}; {_compared(audit)}."


def findings_of(audit: Audit) -> list[str]:
    """Return what else a reader must know, a sentence each.

    Parameters
    ----------
    audit : Audit
        The figures [-]

    Returns
    -------
    list of str
        The sentences [-]
    """
    return [
        *_sla_findings(audit),
        *_wait_findings(audit),
        *_load_findings(audit),
        *_range_findings(audit),
        *_fixed_findings(audit),
    ]


def _answer(audit: Audit) -> str:
    if not audit.fits:
        return "Does not fit"
    asked = _asked(audit)
    if not asked:
        return "Carries the throughput; no SLA checked"
    if audit.met:
        return f"Meets {asked}" + ("; no tok/s/user checked" if audit.sla is None else "")
    between = audit.over_by_pods_estimate is not None and audit.over_by_pods_estimate >= 0
    if audit.own_pods_budget is not None and audit.own_pods_high is not None:
        within = audit.own_pods_budget <= audit.pods < audit.own_pods_high
        if within:
            return f"Within the budget for {asked}, not shown by a measured point"
    return f"{'Not shown to meet' if between else 'Does not meet'} {asked}"


def _asked(audit: Audit) -> str:
    """Return the SLA and the limits that were stated; empty where none was."""
    rate = "" if audit.sla is None else f"{_figure(audit.sla)} tok/s/user"
    return " and ".join(filter(None, (rate, in_words(limits_of(audit)))))


def _demand(audit: Audit) -> str:
    if audit.demand_tok_s is None:
        return f"{_figure(audit.demand_users)} requests in flight"
    return f"{_figure(audit.demand_tok_s)} tok/s"


def _needed(audit: Audit) -> str:
    if audit.needed_tok_s_per_pod is None:
        return f"{_figure(audit.needed_concurrency_per_pod)} requests needed per pod"
    return f"{_figure(audit.needed_tok_s_per_pod)} tok/s needed per pod"


def _available(audit: Audit) -> str:
    c, tps = f"c={audit.available_concurrency_per_pod:.10g}", _figure(audit.available_tok_s_per_pod)
    queued = _queued(audit)
    if not audit.fits:
        return f"the most measured is {c + queued if audit.demand_tok_s is None else f'{tps} at {c}'}"
    there = [(wait.label, getattr(audit, f"implied_{wait.name}")) for wait in limits_of(audit)]
    waits = [f"{label} {shown(had)} s" for label, had in there if had is not None]
    rate = ", ".join([f"{_figure(audit.implied_tok_s_per_user)} tok/s/user", *waits])
    return f"{c} was measured at {rate}{queued}" if audit.demand_tok_s is None else f"{tps} available at {c}, {rate}"


def _queued(audit: Audit) -> str:
    """Return how many requests run at once where users are the demand and some of them queue; else nothing."""
    if audit.demand_users is None:
        return ""
    held = audit.demand_users / (audit.pods * audit.load)
    if held >= audit.available_concurrency_per_pod * (1 - TOLERANCE):
        return ""
    return f", {_figure(held)} of them at once: the rest queue"


def _compared(audit: Audit) -> str:
    high, over = audit.own_pods_high, audit.over_by_pods
    if high is None or over is None:
        return f"the SLA of {_asked(audit)} cannot be met: {audit.reason}"
    ours = f"the {_pods(high)} of our own sizing"
    if audit.own_pods_low != high:
        ours = f"the {_pods(high)} to commit to (estimate {audit.own_pods:,}, budget {audit.own_pods_budget:,}, range {audit.own_pods_low:,} to {high:,})"
    if over:
        return f"{'over' if over > 0 else 'short'} by {_pods(abs(over))} against {ours}"
    return f"equal to {ours}"


def _sla_findings(audit: Audit) -> list[str]:
    rate, c = _figure(audit.implied_tok_s_per_user), f"c={audit.available_concurrency_per_pod:.10g}"
    if audit.sla is None:
        stated = "SLA" if audit.waits_met is None else "tok/s/user"
        implied = f"{rate} tok/s/user at {c} is what it implies, not what was asked for" if audit.fits else ""
        return [f"The claim states no {stated}: {implied or 'without one a number of pods cannot be judged'}."]
    if audit.implied_tok_s_per_user is None or audit.sla_met:
        return []
    short = 100 * (1 - audit.implied_tok_s_per_user / audit.sla)
    return [f"At the implied {c} a user sees {rate} tok/s, {short:.1f} % below the SLA of {_figure(audit.sla)}."]


def _wait_findings(audit: Audit) -> list[str]:
    c = f"c={audit.available_concurrency_per_pod:.10g}"
    waits = [(wait.label, getattr(audit, f"implied_{wait.name}"), limit) for wait, limit in limits_of(audit).items()]
    return [
        f"At the implied {c} {label} is {shown(had)} s, {100 * (had / limit - 1):,.1f} % above the limit of {shown(limit)} s."
        for label, had, limit in waits
        if had is not None and not in_time(had, limit)
    ]


def _load_findings(audit: Audit) -> list[str]:
    c = f"c={audit.available_concurrency_per_pod:.10g}"
    found = [f"Load at {c}: {100 * audit.load:,.1f} % of what was measured there, before any pod fails."]
    if audit.own_pods_with_headroom is not None:
        found.append(
            f"Util {audit.util:g} leaves {100 * (1 - audit.util):.0f} % as headroom for latency and for the loss of a small share of the pods; at the default "
            f"util {DEFAULT_UTIL:g} our own sizing is {_pods(audit.own_pods_with_headroom)}."
        )
    return found


def _range_findings(audit: Audit) -> list[str]:
    over, estimate = audit.over_by_pods, audit.over_by_pods_estimate
    if over is None or estimate is None or over >= 0 or estimate < 0:
        return []
    step = f": measure c={audit.measure_next:.10g}" if audit.measure_next is not None else ""
    return [f"By interpolation {audit.own_pods:,} would do, which no measured point shows{step}."]


def _fixed_findings(audit: Audit) -> list[str]:
    if audit.fixed_concurrency is None:
        return []
    c = f"c={audit.fixed_concurrency:.10g}"
    gives = "was not measured, so that what it gives was not checked"
    if audit.fixed_pods is not None:
        claimed = "" if audit.fixed_pods == audit.pods else f", not {audit.pods:,}"
        gives = f"gives {_pods(audit.fixed_pods)} at util {audit.fixed_util:g}{claimed}"
    if not audit.backwards:
        return [
            f"The stated {c} is what {'the SLA' if audit.waits_met is None else 'was asked for'} allows; it {gives}."
        ]
    how = "Sized" if audit.stated_concurrency is not None else "Consistent with sizing"
    return [f"{how} backwards: from a fixed {c}, not from an SLA to a concurrency; {c} {gives}."]


def _pods(count: int) -> str:
    return f"{count:,} pod{'' if count == 1 else 's'}"


def _figure(value: float | None) -> str:
    """Return a number as people read it: separators, one decimal, three digits where it is small."""
    if value is None:
        return "-"
    if value == round(value):
        return f"{value:,.0f}"
    return f"{value:,.1f}" if value >= _SMALL else f"{value:.3g}"


_SMALL = 10
