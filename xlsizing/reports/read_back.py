"""The sizing again, from what a written record says was measured and asked for; nothing of the run that wrote it is used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from xlsizing.advice import Growth, Lever, LeverDelta, lever_delta
from xlsizing.context import Context
from xlsizing.core import WAITS, Curve, Demand, Limits, NodePlan, Price, Sizing, SizingRow, calibration_of, size
from xlsizing.errors import shown
from xlsizing.reports.outlook import Outlook, growth_record, outlooks
from xlsizing.reports.record import LEVER_FIGURES, clamped, row_record
from xlsizing.rules import HOURS_PER_MONTH

__all__ = ["Pair", "ReadBack"]

Pair = tuple[str, Any, Any]

_Record = dict[str, Any]


@dataclass(frozen=True)
class ReadBack:
    """What the tables of a sizing show, worked out again from a record.

    Parameters
    ----------
    record : dict
        The record as it was read
    """

    record: _Record

    @cached_property
    def sizing(self) -> Sizing:
        """The sizing, its rows in the order of the record's."""
        record = self.record
        return size(
            self.curve,
            [row["sla_toks_per_user"] for row in record["rows"]],
            self._demand_of_rows,
            gpus_per_pod=record["gpus_per_pod"],
            util=record["util"],
            gpu_hourly_usd=self._price,
            spare_replicas=record["spare_replicas"],
            node_plan=None if record["node_plan"] is None else NodePlan(**record["node_plan"]),
            method=record["method"],
            confidence=record["confidence"],
            calibration=None if record["calibration"] is None else calibration_of(record["calibration"]),
            limits=_limits_of(record["rows"], record["output_tokens"], record["latency_statistic"]),
        )

    @cached_property
    def rows(self) -> list[SizingRow]:
        """The rows; one whose record claims no budget holds the commitment as its budget, as the record must."""
        # Why none is claimed may be what the record's anchors do not show: a prediction, pooling, short outputs.
        given = [row["budget_claim"] for row in self.record["rows"]]
        if not any(given):
            return self._claiming_rows
        pairs = zip(given, self._claiming_rows, self._unclaimed_rows, strict=True)
        return [claiming if claim is None else replace(other, budget_claim=claim) for claim, claiming, other in pairs]

    @cached_property
    def _unclaimed_rows(self) -> list[SizingRow]:
        """The rows where no budget is claimed: it lies all the way to the commitment."""
        return replace(self.sizing, bound=replace(self.sizing.bound, share=1.0)).rows()

    @cached_property
    def _claiming_rows(self) -> list[SizingRow]:
        """The rows as curve and formula give them."""
        return self.sizing.rows()

    @property
    def row_names(self) -> list[str | None]:
        """What each row is called."""
        return [row["sla_name"] for row in self.record["rows"]]

    @property
    def rigors(self) -> list[str]:
        """DRAFT or VERDICT, as the record says."""
        return [row["rigor"] for row in self.record["rows"]]

    @cached_property
    def quoted(self) -> list[str | None]:
        """Which figure each row may be quoted with."""
        if self.mismatched:
            return [None] * len(self.rows)
        return [row.quoted(rigor) for row, rigor in zip(self.rows, self.rigors, strict=True)]

    @property
    def mismatched(self) -> bool:
        """Whether the curve is that of another workload."""
        return bool(self.record["workload_mismatch"])

    @property
    def _price(self) -> Price:
        said = self.record
        return Price(said["gpu_hourly_usd"], source=said["price_source"], assumed=said["price_assumed"])

    @property
    def contract_at(self) -> int | None:
        """Which of the rows is contracted, from 0; None where none is [-]."""
        return next((at for at, row in enumerate(self.record["rows"]) if row["contract"]), None)

    @cached_property
    def growth(self) -> Growth | None:
        """How the demand grows; None where nothing is said."""
        said = self.record["growth"]
        if said is None:
            return None
        start, *days = map(date.fromisoformat, (said["start"], *(point["date"] for point in said["stated"])))
        factors = (point["factor"] for point in said["stated"])
        return Growth(start, tuple(zip(days, factors, strict=True)), said["months"])

    @cached_property
    def outlooks(self) -> list[Outlook]:
        """How the rows of the table of growth grow."""
        return [] if self.growth is None else outlooks(self, self.growth)

    @property
    def prices(self) -> list[Price]:
        """Other prices, as the record says."""
        return [Price(**price) for price in self.record["prices"]]

    @property
    def method_chosen(self) -> bool:
        """Whether somebody chose the interpolation."""
        return bool(self.record["method_chosen"])

    @cached_property
    def curve(self) -> Curve:
        """The curve that was sized on: its rates as pooled, with the statistic of its waits."""
        stated = (self.record["context"] or {}).get("statistic")
        context = None if stated is None else Context(statistic=stated)
        return _curve_of(self.record["anchors"], "toks_per_user").with_context(context)

    @cached_property
    def measured_curve(self) -> Curve:
        """The curve as measured, pooled anew."""
        return _pooled_curve(self.record["anchors"])

    @cached_property
    def demand(self) -> Demand:
        """The demand as it was stated."""
        asked = self.record["demand"]
        return _stated_demand(**asked)

    @property
    def _demand_of_rows(self) -> Demand:
        """The demand of each row; where several were stated, they are in another order than the rows."""
        if not self.demand.shape:
            return self.demand
        rows = self.record["rows"]
        tok_s = [row["demand_tok_s"] for row in rows]
        if not self.demand.counts_users:
            return Demand.tok_s(tok_s)
        return Demand.users([each / row["sla_toks_per_user"] for each, row in zip(tok_s, rows, strict=True)])

    @cached_property
    def levers(self) -> list[LeverDelta]:
        """What the levers change, with the standing that the record says."""
        return [self._delta(lever) for lever in self.record["levers"]]

    def _delta(self, said: _Record) -> LeverDelta:
        again = lever_delta(
            _lever_of(said),
            said["sla_toks_per_user"],
            self.demand,
            gpu_hourly_usd=self.record["gpu_hourly_usd"],
            util=self.record["util"],
            method=self.record["method"],
            limits=_limits_of(said, self.record["output_tokens"], None),
        )
        return replace(again, rigor=said["rigor"], reasons=tuple(said["rigor_reasons"]))

    def figures(self) -> Iterator[Pair]:
        """Yield every figure that follows from others: what it is, as it was written, and as curve and formula give it."""
        yield from self._anchors()
        yield from self._rows()
        yield from self._demands()
        yield from self._levers()
        if self.growth is not None:
            yield from _leaves("growth", self.record["growth"], growth_record(self, self.growth))

    def _anchors(self) -> Iterator[Pair]:
        curves = [(self.record["anchors"], self.measured_curve)]
        for lever in self.record["levers"]:
            sides = (side for side in (lever["baseline_anchors"], lever["with_lever_anchors"]) if side)
            curves += [(side, _pooled_curve(side)) for side in sides]
        for anchors, pooled in curves:
            for anchor, rate in zip(anchors, pooled.tok_s_per_user.tolist(), strict=True):
                yield f"toks_per_user at c={shown(anchor['concurrency'])}", anchor["toks_per_user"], rate

    def _rows(self) -> Iterator[Pair]:
        oldest = clamped(self.sizing)
        for i, (row, figures) in enumerate(zip(self.record["rows"], self._claiming_rows, strict=True)):
            at = f" at {shown(row['sla_toks_per_user'])} tok/s/user"
            said = self.rows[i] if row["budget_claim"] is not None else figures
            expected = row_record(said) | {key: values[i] for key, values in oldest.items()} | {"quote": self.quoted[i]}
            yield from ((key + at, row[key], value) for key, value in expected.items())

    def _demands(self) -> Iterator[Pair]:
        yield "hours_per_month", self.record["hours_per_month"], HOURS_PER_MONTH
        if not self.demand.shape:
            tpm = self.demand.output_tpm
            per_second = None if tpm is None else float(self.demand.output_tok_s(0))
            yield "tpm", self.record["tpm"], None if tpm is None else float(tpm)
            yield "tpm_mean", self.record["tpm_mean"], None if tpm is None else 60 * float(self.demand.mean_tok_s(0))
            yield "tok_per_s_target", self.record["tok_per_s_target"], per_second

    def _levers(self) -> Iterator[Pair]:
        for said, delta in zip(self.record["levers"], self.levers, strict=True):
            at = f" of the lever {said['lever']} at {shown(said['sla_toks_per_user'])} tok/s/user"
            yield from ((key + at, said[key], getattr(delta, key)) for key in LEVER_FIGURES)
            if said["kind"] != "tp-rightsize":
                gpus = said["baseline_gpus_per_pod"]
                yield f"with_lever_gpus_per_pod of the lever {said['lever']}", said["with_lever_gpus_per_pod"], gpus


def _leaves(what: str, written: Any, again: Any) -> Iterator[Pair]:
    """Yield each value of two records of one shape; where shapes differ, the two."""
    if isinstance(again, dict) and isinstance(written, dict) and again.keys() == written.keys():
        for key, value in again.items():
            yield from _leaves(f"{what} {key}", written[key], value)
    elif isinstance(again, list) and isinstance(written, list) and len(again) == len(written):
        for at, value in enumerate(again, start=1):
            yield from _leaves(f"{what} {at}", written[at - 1], value)
    else:
        yield what, written, again


def _limits_of(asked: _Record | Sequence[_Record], output_tokens: float | None, statistic: str | None) -> Limits:
    """Return the limits beside one row, or beside each of several."""
    limits: dict[str, Any] = {
        wait.name: asked[wait.limit] if isinstance(asked, dict) else [row[wait.limit] for row in asked]
        for wait in WAITS
    }
    return Limits(**limits, output_tokens=output_tokens, statistic=statistic)


def _stated_demand(*, value: Any, unit: str, peak_to_mean: float, **parts: Any) -> Demand:
    form = "tok_s" if unit == "tok/s" else unit
    return Demand.stated(form, value, **parts).at_peak(peak_to_mean)


def _curve_of(anchors: Sequence[_Record], rates: str, **options: Any) -> Curve:
    waits: dict[str, Any] = {wait.name: _column_or_none(anchors, wait.name) for wait in WAITS[:2]}
    concurrency, given = ([anchor[key] for anchor in anchors] for key in ("concurrency", rates))
    curve = Curve(concurrency, given, **waits, **options)
    measured = _column_or_none(anchors, "output_tok_s")
    # Throughput was checked against the rates as measured, and these may be pooled: it is taken as it stands.
    return curve if measured is None else curve.with_throughput(measured)


def _pooled_curve(anchors: Sequence[_Record]) -> Curve:
    return _curve_of(anchors, "toks_per_user_measured", pool_rises=1.0)


def _column_or_none(anchors: Sequence[_Record], name: str) -> list[float] | None:
    """Return a column that may not have been measured."""
    column = [anchor[name] for anchor in anchors]
    return None if None in column else column


def _lever_of(said: _Record) -> Lever:
    optimised, gpus = said["with_lever_anchors"], said["with_lever_gpus_per_pod"]
    return Lever(
        said["lever"],
        said["kind"],
        _curve_of(said["baseline_anchors"], "toks_per_user"),
        said["baseline_gpus_per_pod"],
        tier=said["tier"],
        campaign=said["campaign"],
        effort_days=said["effort_days"],
        optimised=None if optimised is None else _curve_of(optimised, "toks_per_user"),
        optimised_gpus_per_pod=gpus if said["kind"] == "tp-rightsize" else None,
        factor=said["factor"],
    )
