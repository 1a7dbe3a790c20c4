"""One measured point, whatever tool wrote it down: what every importer gives and all that follows reads.

A reader takes each statistic that a file holds, in one definition: TPOT = (e2e - TTFT)/(OSL - 1) per request, never
the gap between chunks. Which of them a curve is made of is decided later, in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from xlsizing.context import Value
from xlsizing.rules import STATISTICS

__all__ = ["SLOW_TAILS", "Caution", "Measurement", "NotAPoint", "Stat", "Stats"]

SLOW_TAILS: Final = STATISTICS[2:]
"""Those of the slowest requests: a p99 of TPOT is the p1 of tok/s/user."""


class Stat(NamedTuple):
    """One statistic of a latency.

    Parameters
    ----------
    value : float
        The latency [ms]
    source : str
        The field of the file that holds it
    stated : bool
        Whether the file says which statistic it is
    """

    value: float
    source: str
    stated: bool = True


Stats = Mapping[str, Stat]
"""A latency by statistic [ms]."""


class Caution(NamedTuple):
    """Why figures from a point stay a DRAFT.

    Parameters
    ----------
    why : str
        What is wrong or not known
    promote : str
        What would remove the reason
    """

    why: str
    promote: str


class NotAPoint(NamedTuple):
    """What stands in a file of results and is no point of a curve, by its nature rather than by a fault.

    Parameters
    ----------
    place : str
        File and item
    reason : str
        Why not
    """

    place: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One measured point, as a file holds it.

    Parameters
    ----------
    tool : str
        The format, a name in the table of formats
    place : str
        File and item, as a sentence names them
    path : Path
        The file
    sha256 : str
        Of the file
    concurrency : float
        Requests in flight on the replica, as the client was set [requests/replica]
    tpot_ms : mapping of str to Stat
        Time per output token by statistic [ms]
    ttft_ms, ttfo_ms : mapping of str to Stat
        Time to the first token, and to the first of the answer, by statistic [ms]
    output_tok_s : float, optional
        Measured output throughput of the replica [tok/s]
    output_tok_s_per_gpu : float, optional
        The same by GPU, where only that is stated; it needs the replica's GPUs [tok/s/GPU]
    achieved : float, optional
        Requests in flight as measured [requests/replica]
    isl, osl : float, optional
        Input and output tokens per request, as measured [tok]
    completed, failed : float, optional
        Requests that succeeded and that did not [requests]
    num_prompts : float, optional
        Requests sent [requests]
    duration_s : float, optional
        Length of the run [s]
    gpus : int, optional
        GPUs of the replica [GPUs]
    trials : int, optional
        Runs behind the point; None where the file does not say [-]
    basis : str or None
        "measured" or "predicted"; None where the file does not say
    context : mapping
        Fields of the measurement context that the file gives [units of the fields]
    also : mapping of str to str
        What else must be the same at every point of a curve
    notes : tuple of str
        What a reader of the curve must know
    cautions : tuple of Caution
        Why the curve stays a DRAFT
    summary_of : Path, optional
        The folder whose single runs this figure sums up: where those are read too, it is none of its own
    """

    tool: str
    place: str
    path: Path
    sha256: str
    concurrency: float
    tpot_ms: Stats
    ttft_ms: Stats = field(default_factory=dict)
    ttfo_ms: Stats = field(default_factory=dict)
    output_tok_s: float | None = None
    output_tok_s_per_gpu: float | None = None
    achieved: float | None = None
    isl: float | None = None
    osl: float | None = None
    completed: float | None = None
    failed: float | None = None
    num_prompts: float | None = None
    duration_s: float | None = None
    gpus: int | None = None
    trials: int | None = 1
    basis: str | None = "measured"
    context: Mapping[str, Value] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    cautions: tuple[Caution, ...] = ()
    summary_of: Path | None = None

    @property
    def central_tpot_ms(self) -> float | None:
        """The mean TPOT, else the median: what measured throughput can be compared with [ms]."""
        return _mean_or_median(self.tpot_ms)

    @property
    def central_ttft_ms(self) -> float | None:
        """The mean TTFT, else the median [ms]."""
        return _mean_or_median(self.ttft_ms)


def _mean_or_median(stats: Stats) -> float | None:
    found = stats.get("mean") or stats.get("median")
    return found.value if found else None
