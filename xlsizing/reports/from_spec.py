"""The report of a sizing file."""

from __future__ import annotations

from typing import Any

from xlsizing.advice import LeverDelta, rank_levers
from xlsizing.core import Asked, Limits, answer_tokens
from xlsizing.reading import hashed_name
from xlsizing.reports.report import Report
from xlsizing.spec import Spec

__all__ = ["spec_levers", "spec_report"]


def spec_report(spec: Spec, *, allow_mismatch: bool = False) -> Report:
    """Return the report of what `spec` says.

    Parameters
    ----------
    spec : Spec
        The sizing file
    allow_mismatch : bool
        For internal output only: a curve measured at another workload

    Returns
    -------
    Report
        The sizing with everything the file says around it

    Raises
    ------
    InputError
        If the curve was measured at another workload, or the GPUs per pod contradict its context.
    """
    about = {"Customer": spec.customer, "Date": spec.date}
    return Report(
        spec.size(),
        model=spec.title or "",
        source=spec.path.name if spec.curve_file is None else hashed_name(spec.path.parent / spec.curve_file),
        workload=spec.workload(),
        allow_mismatch=allow_mismatch,
        about={name: text for name, text in about.items() if text},
        sla_names=_names_by_sla(spec),
        names=spec.sla_names,
        sized_on=spec.sized_on,
        method_chosen=spec.method_chosen,
        contract=spec.contract,
        prices=spec.prices,
        growth=spec.growth,
        sign_off=tuple(", ".join(filter(None, (line.role, line.name, line.date))) for line in spec.sign_off),
        **spec_levers(spec),
    )


def _names_by_sla(spec: Spec) -> dict[float, str]:
    """Return what each SLA is called; one that is given twice has both names."""
    names: dict[float, list[str]] = {}
    for sla, name in zip(spec.slas, spec.sla_names, strict=True):
        if name and name not in names.setdefault(sla, []):
            names[sla].append(name)
    return {sla: ", ".join(each) for sla, each in names.items() if each}


def spec_levers(spec: Spec, limits: Limits | None = None) -> dict[str, Any]:
    """Return what the levers of `spec` do at each SLA within its limits on waiting, by field of a report.

    Parameters
    ----------
    spec : Spec
        The sizing file
    limits : Limits, optional
        In place of those of the file, the same at every SLA [s]

    Returns
    -------
    dict
        "levers", "levers_unmet" and "levers_reaching" of `Report`; empty without levers
    """
    if not spec.levers():
        return {}
    rows = spec.rows() if limits is None else [(sla, limits) for sla in sorted(set(spec.slas))]
    tokens = answer_tokens(spec.curve(), spec.limits.output_tokens)  # whatever a lever's own curve was measured at
    levers: list[LeverDelta] = []
    unmet: list[str] = []
    reaching: dict[Asked, str] = {}
    for sla, within in rows:
        ranking = rank_levers(
            spec.levers(),
            [sla],
            spec.demand(),
            gpu_hourly_usd=spec.price.amount,
            util=spec.util,
            method=spec.method,
            workload=spec.workload(),
            sized_on=spec.sized_on,
            limits=within.of_answers(tokens),
        )
        levers += ranking.deltas
        unmet += ranking.unmet
        reaching |= {(sla, tuple(within.single().items())): name for name in ranking.reaching.values()}
    return {"levers": tuple(levers), "levers_unmet": tuple(unmet), "levers_reaching": reaching}
