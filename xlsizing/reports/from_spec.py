"""The report of a sizing file."""

from __future__ import annotations

from xlsizing.ranking import LeverRanking, rank_levers
from xlsizing.reading import hashed_name
from xlsizing.reports.report import Report
from xlsizing.spec import Spec

__all__ = ["spec_levers", "spec_report"]


def spec_report(spec: Spec, *, allow_mismatch: bool = False) -> Report:
    """Return the report of what `spec` says.

    Parameters
    ----------
    spec : Spec
        The sizing file [-]
    allow_mismatch : bool
        For internal output only: a curve measured at another workload [-]

    Returns
    -------
    Report
        The sizing with everything the file says around it [-]

    Raises
    ------
    InputError
        If the curve was measured at another workload, or the GPUs per pod contradict its context.
    """
    ranking = spec_levers(spec)
    about = {"Customer": spec.customer, "Date": spec.date}
    return Report(
        spec.size(),
        model=spec.title or "",
        source=spec.path.name if spec.curve_file is None else hashed_name(spec.path.parent / spec.curve_file),
        workload=spec.workload(),
        allow_mismatch=allow_mismatch,
        levers=ranking.deltas,
        levers_unmet=ranking.unmet,
        levers_reaching=ranking.reaching,
        price_source=", ".join(filter(None, (spec.price.date, spec.price.source))),
        about={name: text for name, text in about.items() if text},
        sla_names=_names(spec),
        names=spec.sla_names,
        sized_on=spec.sized_on,
        method_chosen=spec.method_chosen,
        sign_off=tuple(", ".join(filter(None, (line.role, line.name, line.date))) for line in spec.sign_off),
    )


def _names(spec: Spec) -> dict[float, str]:
    """Return what each SLA is called; one that is given twice has both names."""
    names: dict[float, list[str]] = {}
    for sla, name in zip(spec.slas, spec.sla_names, strict=True):
        if name and name not in names.setdefault(sla, []):
            names[sla].append(name)
    return {sla: ", ".join(each) for sla, each in names.items() if each}


def spec_levers(spec: Spec) -> LeverRanking:
    """Return what the levers of `spec` do at each of its SLAs [-]."""
    return rank_levers(
        spec.levers(),
        spec.slas,
        spec.demand(),
        gpu_hourly_usd=spec.price.usd_per_gpu_hour,
        util=spec.util,
        method=spec.method,
        workload=spec.workload(),
        sized_on=spec.sized_on,
    )
