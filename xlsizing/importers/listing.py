"""What a folder of results holds, a row a curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from xlsizing.advice import context_reasons
from xlsizing.errors import InputError, shown
from xlsizing.importers.imported import Imported, Results
from xlsizing.rules import DRAFT, VERDICT

__all__ = ["HEADINGS", "CurveRow", "curve_rows", "listed"]

HEADINGS: Final = (
    "model", "hardware", "engine", "quant", "TP", "GPUs", "ISL/OSL", "points", "c", "best tok/s/user", "best tok/s",
    "rises", "rigor", "first thing missing",
)  # fmt: skip
"""Of the columns."""


class CurveRow(NamedTuple):
    """One curve of a list.

    Parameters
    ----------
    model, hardware, engine, quantisation, tp, gpus, tokens : str
        What was measured; "-" where it is not known
    points : int
        Concurrencies measured [-]
    concurrencies : str
        The lowest and the highest of them [requests/replica]
    best_rate, best_tps : float
        The highest tok/s/user, and the highest output tok/s of the replica [tok/s/user, tok/s]
    rises : str
        How often tok/s/user rises with concurrency, and the largest rise [%]
    rigor : str
        "DRAFT" or "VERDICT", as far as curve and context go; "refused" where it is no valid curve
    missing : str
        The first thing that keeps it from a VERDICT
    formats : str
        The format that it was read in
    source : str
        Where its files stand
    """

    model: str
    hardware: str
    engine: str
    quantisation: str
    tp: str
    gpus: str
    tokens: str
    points: int
    concurrencies: str
    best_rate: float
    best_tps: float
    rises: str
    rigor: str
    missing: str
    formats: str
    source: str

    def cells(self) -> list[str]:
        """Return the cells of the row under `HEADINGS`."""
        numbers = (str(self.points), self.concurrencies, f"{self.best_rate:,.1f}", f"{self.best_tps:,.0f}")
        return [*self[:7], *numbers, self.rises, self.rigor, self.missing]

    def record(self) -> dict[str, Any]:
        """Return the row for JSON."""
        return self._asdict()


def curve_rows(results: Results) -> list[CurveRow]:
    """Return a row for each curve of `results`, the most throughput first within model, hardware and tokens."""
    return [row for row, _ in listed(results)]


def listed(results: Results) -> list[tuple[CurveRow, Imported]]:
    """Return the curves of `results` behind their rows, in the order of the list."""
    rows = [(_curve_row(imported), imported) for imported in results.curves]
    return sorted(rows, key=lambda pair: _sort_key(pair[0]))


def _sort_key(row: CurveRow) -> tuple[Any, ...]:
    return row.model.casefold(), row.hardware, row.tokens, -row.best_tps, row


def _curve_row(imported: Imported) -> CurveRow:
    context, anchors = imported.context, imported.anchors
    rigor, missing = _standing_and_reason(imported)
    outputs = [anchor.output_tok_s or anchor.concurrency * anchor.tok_s_per_user for anchor in anchors]
    return CurveRow(
        model=context.model or "-",
        hardware=context.hardware or "-",
        engine=context.engine or "-",
        quantisation=context.weight_quantisation or "-",
        tp=str(context.tp or context.decode_parallelism or "-"),
        gpus="-" if imported.gpus_per_pod is None else str(imported.gpus_per_pod),
        tokens=f"{_tokens_text(context.isl, context.mean_input_tokens)}/{_tokens_text(context.osl, context.mean_output_tokens)}",
        points=len(anchors),
        concurrencies=_span(shown(float(f"{a.concurrency:.4g}")) for a in (anchors[0], anchors[-1])),
        best_rate=max(anchor.tok_s_per_user for anchor in anchors),
        best_tps=max(outputs),
        rises=_rises(imported.group.rises),
        rigor=rigor,
        missing=missing,
        formats=str(imported.group.identity.get("format", "-")),
        source=context.source_file or "-",
    )


def _tokens_text(asked: float | None, measured: float | None) -> str:
    tokens = measured if asked is None else asked
    return "-" if tokens is None else f"{tokens:.0f}"


def _span(ends: Any) -> str:
    low, high = ends
    return low if low == high else f"{low}-{high}"


def _rises(rises: Sequence[float]) -> str:
    return f"{len(rises)}, {100 * max(rises):.2g} %" if rises else "none"


def _standing_and_reason(imported: Imported) -> tuple[str, str]:
    """Return DRAFT or VERDICT, and the first thing missing; a customer's workload is not asked for here."""
    try:
        curve = imported.curve
    except InputError as error:
        return "refused", " ".join(str(error).split())
    reasons = [why for why, _ in curve.cautions]
    reasons += [reason.why for reason in context_reasons(imported.context)]
    if imported.missing_sweep:
        reasons.append(f"the sweep lacks c={', '.join(map(str, imported.missing_sweep))}")
    if curve.pooled_share is not None:
        reasons.append("rises of tok/s/user were pooled")
    return (DRAFT, reasons[0]) if reasons else (VERDICT, "-")
