"""What every report says: the rows by rising SLA, what they rest on, the notes, and the next step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from xlsizing.advice import Assessment, NextLever, Reason, Rigor, Workload, assess, next_lever, today, top_next_lever
from xlsizing.advice import standing_words as words
from xlsizing.checks import refuse
from xlsizing.core import Asked, Price, Sizing, SizingRow, limits_of
from xlsizing.errors import InputError, Phrase
from xlsizing.reports.notes import lever_notes, notes, slas_listed
from xlsizing.reports.opening import NO_FIGURE, THREE_FIGURES, opening
from xlsizing.reports.waiting import not_asked
from xlsizing.rules import DRAFT, VERDICT

if TYPE_CHECKING:
    from xlsizing.advice import Growth, LeverDelta
    from xlsizing.context import Context
    from xlsizing.reports.outlook import Outlook

__all__ = ["Report"]


@dataclass(frozen=True)
class Report:
    """A sizing with the words around it.

    Parameters
    ----------
    sizing : Sizing
        The sizing; its curve carries the measurement context
    model : str
        What was measured, in the caller's words; may be empty
    source : str
        Where the curve stands, in the caller's words; may be empty
    workload : Workload, optional
        The customer's requests
    allow_mismatch : bool
        For internal output only: a curve measured at another workload
    levers : tuple of LeverDelta
        Optimisation levers at each SLA, ranked within it
    levers_unmet : tuple of str
        Levers that have no difference at an SLA, and why
    levers_reaching : mapping of Asked to str
        At SLAs, and limits beside them, that this curve cannot meet, a lever that does [tok/s/user, s]
    about : mapping of str to str
        Facts beside the inputs, such as customer and date
    sla_names : mapping of float to str
        What an SLA is called [tok/s/user]
    names : tuple of str or None
        What each row is called, in the order of the SLAs given, where rows of one SLA have names of their own
    sign_off : tuple of str
        Lines to be signed
    sized_on : date, optional
        The sizing's date; today where it has none
    as_read : tuple of str
        How an input was read that could have been meant otherwise, a sentence each
    method_chosen : bool
        Whether somebody chose the interpolation rather than leaving it out
    contract : int, optional
        The position of the SLA that is contracted, in the order given, from 0 [-]
    prices : tuple of Price
        Other prices, shown side by side with that of the sizing [currency/GPU-hour]
    growth : Growth, optional
        How the demand, which must be one, grows

    Raises
    ------
    InputError
        If the curve was measured at another workload, or the GPUs per pod contradict its context.
    """

    sizing: Sizing
    model: str = ""
    source: str = ""
    workload: Workload | None = None
    allow_mismatch: bool = False
    levers: tuple[LeverDelta, ...] = ()
    levers_unmet: tuple[str, ...] = ()
    levers_reaching: Mapping[Asked, str] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    sla_names: Mapping[float, str] = field(default_factory=dict)
    names: tuple[str | None, ...] = ()
    sign_off: tuple[str, ...] = ()
    sized_on: date | None = None
    as_read: tuple[str, ...] = ()
    method_chosen: bool = True
    contract: int | None = None
    prices: tuple[Price, ...] = ()
    growth: Growth | None = None

    def __post_init__(self) -> None:
        if self.workload is not None:
            # Its outputs decide whether a budget is claimed, where those of the curve are not known.
            object.__setattr__(self, "sizing", self.sizing.with_output_tokens(self.workload.osl))
        if self.growth is not None:
            self._check_growth(self.growth)
        self.assessment  # noqa: B018  # a report of the wrong curve must not come into being

    def _check_growth(self, growth: Growth) -> None:
        """Refuse growth of several demands, and one to more pods than can be counted."""
        from xlsizing.advice import grown  # noqa: PLC0415  # only where demand grows

        if self.sizing.demand.shape:
            refuse("growth", "must be of one demand", got=Phrase(f"{self.sizing.demand.value.size:,} of them"))
        try:
            grown(self.sizing, growth.highest)
        except InputError as error:
            raise error.reworded(name="growth") from None

    @cached_property
    def assessment(self) -> Assessment:
        """What the operating points rest on, in the order of the SLAs given."""
        return assess(
            self.sizing.points,
            workload=self.workload,
            gpus_per_pod=self.sizing.gpus_per_pod,
            allow_mismatch=self.allow_mismatch,
            sized_on=self.sized_on,
        )

    @cached_property
    def order(self) -> list[int]:
        """Positions of the rows of the sizing, by rising SLA and demand [-]."""
        keys = (self.sizing.demand_tok_s, self.sizing.sla)  # numpy sorts by the last one first
        order: list[int] = np.lexsort([np.broadcast_to(key, self.sizing.shape).ravel() for key in keys]).tolist()
        return order

    @cached_property
    def contract_at(self) -> int | None:
        """Which of `rows` is contracted, from 0; None where none is [-]."""
        return None if self.contract is None else self.order.index(self.contract)

    @cached_property
    def given_rows(self) -> list[SizingRow]:
        """The rows in the order of the SLAs given."""
        return self.sizing.rows()

    @cached_property
    def rows(self) -> list[SizingRow]:
        """The rows by rising SLA."""
        return [self.given_rows[i] for i in self.order]

    @cached_property
    def given_names(self) -> list[str | None]:
        """What each of `given_rows` is called; None where it has no name."""
        return list(self.names) or [self.sla_names.get(row.sla) for row in self.given_rows]

    @cached_property
    def row_names(self) -> list[str | None]:
        """The same of each of `rows`."""
        return [self.given_names[i] for i in self.order]

    @cached_property
    def points_at(self) -> list[int]:
        """The position of the operating point of each of `rows` [-]."""
        which = self.sizing.point_of_row
        return [which[i] for i in self.order]

    @cached_property
    def given_standings(self) -> list[Rigor]:
        """DRAFT or VERDICT, with the reasons, for each of `given_rows`."""
        return [self.assessment.rows[which] for which in self.sizing.point_of_row]

    @cached_property
    def standings(self) -> list[Rigor]:
        """The same for each of `rows`."""
        return [self.given_standings[i] for i in self.order]

    @cached_property
    def rigors(self) -> list[str]:
        """DRAFT or VERDICT, of each of `rows`."""
        return [rigor.label for rigor in self.standings]

    @property
    def mismatched(self) -> bool:
        """Whether the curve is that of another workload."""
        return bool(self.assessment.mismatch)

    @cached_property
    def quoted(self) -> list[str | None]:
        """Which figure each of `rows` may be quoted with; None where none may, as on every row of another workload."""
        if self.assessment.mismatch:
            return [None] * len(self.rows)
        return [row.quoted(rigor) for row, rigor in zip(self.rows, self.rigors, strict=True)]

    @cached_property
    def outlooks(self) -> list[Outlook]:
        """How the rows of the table of growth grow; none without growth."""
        if self.growth is None:
            return []
        from xlsizing.reports.outlook import outlooks  # noqa: PLC0415  # only where demand grows

        return outlooks(self, self.growth)

    @cached_property
    def opening(self) -> tuple[str, str]:
        """What it all rests on, and what the figures are for, a sentence or two each."""
        return opening(self.sizing), NO_FIGURE if self.assessment.mismatch else THREE_FIGURES

    @property
    def context(self) -> Context | None:
        """What the curve was measured on."""
        return self.sizing.curve.context

    @property
    def context_label(self) -> str:
        """The same in one line; empty where it is not known."""
        return self.context.label() if self.context else ""

    @cached_property
    def report_id(self) -> str:
        """What tells the files of this report from those of others."""
        from xlsizing.reports.record import record  # noqa: PLC0415  # the record is made of the report

        return str(record(self)["report_id"])

    @property
    def all_feasible(self) -> bool:
        """Whether every SLA can be met."""
        return all(row.feasible for row in self.rows)

    @cached_property
    def headline(self) -> str:
        """The standing of the whole in one line."""
        drafts = sum(rigor.label == DRAFT for rigor in self.standings)
        if not drafts:
            return f"{VERDICT}: {words.NOT_ASKED}" if not_asked(self.sizing.points.limits.asked) else VERDICT
        mismatched = [f"WORKLOAD MISMATCH, internal use only: {why}" for why in self.assessment.mismatch]
        kinds = {id(rigor): rigor for rigor in self.standings}.values()  # rows of one kind share one object
        first, *rest = ([reason.why for reason in rigor.reasons] for rigor in kinds)
        shared = [why for why in first if all(why in each for each in rest)]
        why = "; ".join([*mismatched, *(each for each in shared if not each.startswith("WORKLOAD MISMATCH"))])
        if drafts == len(self.standings):
            return f"{DRAFT}: {why or words.NAMED_BELOW}"
        verdicts, rows = len(self.standings) - drafts, len(self.standings)
        return words.MIXED.format(verdicts=verdicts, rows=rows, verdict=VERDICT, drafts=drafts, draft=DRAFT)

    @cached_property
    def promotions(self) -> list[str]:
        """What would promote each DRAFT; the headline says why all rows are one, this why single rows are."""
        common = self.assessment.common
        own: dict[Reason, list[SizingRow]] = {}
        for row, rigor in zip(self.rows, self.standings, strict=True):
            for reason in rigor.reasons[len(common) :]:
                own.setdefault(reason, []).append(row)
        return [
            *(f"All rows: {promote}." for promote in dict.fromkeys(reason.promote for reason in common)),
            *(f"{slas_listed(rows)}: {reason.why}; {reason.promote}." for reason, rows in own.items()),
        ]

    @cached_property
    def notes(self) -> list[str]:
        """What a reader must know beside the figures, a sentence each."""
        unchecked = self.assessment.unchecked
        return [
            *self.as_read,
            *notes(self.sizing, self.rows, self.points_at, self.quoted),
            *self._silent_verdicts,
            *([f"{unchecked}."] if unchecked else []),
            *self.lever_notes,
            *self._bare_levers,
            *self._lapsed_prices,
        ]

    @property
    def _bare_levers(self) -> list[str]:
        """What the GPUs of levers leave out that those of the tables beside them have in."""
        bare = self.levers and (self.sizing.holds_spares or self.sizing.node_plan is not None)
        return ["GPUs and dollars of levers are without spares and whole nodes."] if bare else []

    @property
    def _lapsed_prices(self) -> list[str]:
        """The prices that could no longer be had on the day of the sizing."""
        day = (self.sized_on or today()).isoformat()
        lapsed = [price for price in self.prices if price.valid_until and price.valid_until[:10] < day]
        return [f"The price {price.name} was valid until {price.valid_until}: ask for it again." for price in lapsed]

    @property
    def _silent_verdicts(self) -> list[str]:
        """The rows that are a VERDICT and say nothing of the first token, where the headline does not say so."""
        if words.NOT_ASKED in self.headline:
            return []
        pairs = zip(self.rows, self.standings, strict=True)
        silent = [row for row, rigor in pairs if rigor.label == VERDICT and not_asked(limits_of(row))]
        return [f"{words.NOT_ASKED} at {slas_listed(silent)}."] if silent else []

    @property
    def sign_off_lines(self) -> list[str]:
        """Lines for signatures; a DRAFT has none to sign."""
        if self.sign_off and any(rigor.label == DRAFT for rigor in self.standings):
            return [f"Not for signature: this sizing is a {DRAFT}."]
        return [f"{line}: ____________________" for line in self.sign_off]

    @cached_property
    def lever_notes(self) -> list[str]:
        """What a reader must know beside the levers, a sentence each."""
        return [*lever_notes(self.levers, self.context), *self.levers_unmet]

    @cached_property
    def best_levers(self) -> dict[Asked, LeverDelta]:
        """The best-ranked lever on this very curve at each SLA and the limits beside it [tok/s/user, s]."""
        if not self.levers:
            return {}
        from xlsizing.advice import own_best  # noqa: PLC0415  # most reports have no levers

        return own_best(self.levers, self.sizing.curve, self.sizing.gpus_per_pod)

    @cached_property
    def next_lever(self) -> NextLever:
        """The one step that would tell or save most, and its gate."""
        return self._rematch or top_next_lever(self.sizing, self.rows, self.best_levers, self.levers_reaching)

    @property
    def next_step(self) -> str:
        """The same in one sentence."""
        return str(self.next_lever)

    @cached_property
    def next_levers(self) -> list[NextLever]:
        """The next step of each of `rows`."""
        best, reaching = self.best_levers, self.levers_reaching
        return [
            self._rematch or next_lever(self.sizing, row, best.get(row.asked), reaching.get(row.asked))
            for row in self.rows
        ]

    @property
    def _rematch(self) -> NextLever | None:
        """The step before all others where the curve is that of another workload; else None."""
        if not self.assessment.mismatch:
            return None
        step = "Measure a curve at the customer's workload: until then no figure here may be quoted"
        return NextLever(step, "ISL and OSL within 10 % of the customer's, and the same turn pattern")
