"""What means alone give: the concurrency of a load by rate, and the TPOT where a tool counted chunks."""

from __future__ import annotations

from typing import Final

from xlsizing.importers.measurement import Stat

__all__ = ["BY_RATE", "CHUNKS", "checked_tpot", "tpot_of_means"]

BY_RATE: Final = "The load was a rate of requests: concurrency is requests/s x mean latency (Little's law)."
"""Note on points whose concurrency was not set."""

CHUNKS: Final = "The tool's TPOT counts chunks, not tokens: (mean latency - mean TTFT)/(mean OSL - 1) stands in."
"""Note on points whose own TPOT contradicts their latency."""

_OFF: Final = 1.10


def tpot_of_means(latency_ms: float | None, ttft_ms: float | None, osl: float | None) -> float | None:
    """Return the mean TPOT out of the mean `latency_ms` [ms], the mean `ttft_ms` [ms] and `osl` [tok]; None if unknown [ms].

    >>> tpot_of_means(900, 100, 101)
    8.0
    """
    if latency_ms is None or ttft_ms is None or osl is None or osl <= 1 or latency_ms <= ttft_ms:
        return None
    return (latency_ms - ttft_ms) / (osl - 1)


def checked_tpot(
    stated: dict[str, Stat], by_means: float | None, source: str
) -> tuple[dict[str, Stat], tuple[str, ...]]:
    """Return TPOT as `stated`, or what follows `by_means` out of `source` where the two are apart, and a note on it [ms]."""
    mean = stated.get("mean")
    if by_means is None or mean is None or not mean.value > 0:
        return stated, ()
    if max(mean.value / by_means, by_means / mean.value) <= _OFF:
        return stated, ()
    return {"mean": Stat(by_means, source)}, (CHUNKS,)
