"""From a measurement to a point of a curve: one statistic, one unit, checked against everything else the file says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple, NoReturn

from xlsizing.checks import refuse
from xlsizing.context import Context
from xlsizing.errors import CurveError, Phrase, shown
from xlsizing.importers.measurement import SLOW_TAILS, Caution, Measurement, Stats
from xlsizing.rules import ETA_SUSPICIOUS, ETA_TOO_HIGH, ETA_TOO_LOW, STATISTICS, TOLERANCE

__all__ = ["ACHIEVED", "MOST_FAILED", "NOMINAL", "Options", "Point", "point"]

NOMINAL: Final = "nominal"
ACHIEVED: Final = "achieved"
"""Which concurrency a point has: as the client was set, or as it was measured."""

MOST_FAILED: Final = 0.01
"""Most requests that may have failed, as a share [-]."""

_FASTEST_MS: Final = 0.2
_SLOWEST_MS: Final = 5_000.0
"""A TPOT outside is taken for one in another unit: 5,000 and 0.2 tok/s/user [ms]."""

_LONGEST_WAIT_MS: Final = 3_600_000.0
_OFF: Final = 1.10
_FAR_OFF: Final = 3.0
"""Output tok/s against Little's law: above the first a warning, above the second refused [-]."""

_FEW_PROMPTS: Final = 2
_FROM_CONCURRENCY: Final = 16
"""Fewer prompts than 2c from c = 16 on: ramp and drain weigh on the throughput [requests]."""


@dataclass(frozen=True, slots=True)
class Options:
    """How results are read.

    Parameters
    ----------
    form : str or None
        The format, where it is forced
    stat : str
        Which statistic of the latencies a curve is made of
    concurrency : str
        `NOMINAL` or `ACHIEVED`
    gpus_per_pod : int or None
        GPUs of the replica, where the files do not say [GPUs]
    most_failed : float
        A point with a larger share of failed requests is refused [-]
    pool_rises, throughput_per_replica : float or None, bool
        Passed on to `Curve` [-]
    skip_bad : bool
        Whether a bad file is listed and skipped rather than refused
    ignoring : tuple of str
        Fields that may differ within a curve
    added : Context or None
        What the files do not say
    sheet, cells : str or None
        Sheet and range of an .xlsx file
    """

    form: str | None = None
    stat: str = STATISTICS[0]
    concurrency: str = NOMINAL
    gpus_per_pod: int | None = None
    most_failed: float = MOST_FAILED
    pool_rises: float | None = None
    throughput_per_replica: bool = False
    skip_bad: bool = False
    ignoring: tuple[str, ...] = ()
    added: Context | None = None
    sheet: str | None = None
    cells: str | None = None


class Point(NamedTuple):
    """A point of a curve.

    Parameters
    ----------
    measurement : Measurement
        What it comes from
    concurrency : float
        As asked for in the options [requests/replica]
    tok_s_per_user : float
        1000 / TPOT [tok/s/user]
    source : str
        The field that the TPOT stands in
    stated : bool
        Whether the file says that it is of the statistic asked for
    output_tok_s : float or None
        Of the replica [tok/s]
    ttft_s, ttfo_s : float or None
        In the same statistic as the TPOT [s]
    gpus : int or None
        Of the replica [GPUs]
    warnings : tuple of str
        What does not add up, without being refused
    cautions : tuple of Caution
        Why the curve stays a DRAFT
    """

    measurement: Measurement
    concurrency: float
    tok_s_per_user: float
    source: str
    stated: bool
    output_tok_s: float | None
    ttft_s: float | None
    ttfo_s: float | None
    gpus: int | None
    warnings: tuple[str, ...]
    cautions: tuple[Caution, ...]


def point(measured: Measurement, options: Options) -> Point:
    """Return the point of a curve that a measurement gives.

    Parameters
    ----------
    measured : Measurement
        The measurement
    options : Options
        Statistic, concurrency and limits

    Returns
    -------
    Point
        The point

    Raises
    ------
    CurveError
        If it lacks the statistic, is in another unit, contradicts itself, or too many requests failed.
    """
    tpot = measured.tpot_ms.get(options.stat) or _refuse_stat(measured, options.stat)
    for stat in (tpot, *measured.tpot_ms.values()):
        _check_unit(measured, stat.value, stat.source)
    _check_failed(measured, options.most_failed)
    gpus = _gpus_of_replica(measured, options)
    output = _output(measured, gpus)
    concurrency = _concurrency(measured, options.concurrency)
    warnings = _cross_checked(measured, concurrency, output)
    return Point(
        measurement=measured,
        concurrency=concurrency,
        tok_s_per_user=1000 / tpot.value,
        source=tpot.source,
        stated=tpot.stated,
        output_tok_s=output,
        ttft_s=_wait_s(measured, measured.ttft_ms, options.stat),
        ttfo_s=_wait_s(measured, measured.ttfo_ms, options.stat),
        gpus=gpus,
        warnings=tuple(f"{measured.place}: {warning}" for warning in warnings),
        cautions=(*measured.cautions, *_cautions(measured, options)),
    )


def _wait_s(measured: Measurement, waits: Stats, stat: str) -> float | None:
    found = waits.get(stat)
    if found is None:
        return None
    if not 0 < found.value <= _LONGEST_WAIT_MS:
        rule = f"must be above 0 and at most {shown(_LONGEST_WAIT_MS)} ms"
        refuse(found.source, rule, got=found.value, where=measured.place, kind=CurveError)
    return found.value / 1000


def _refuse_stat(measured: Measurement, stat: str) -> NoReturn:
    held = ", ".join(measured.tpot_ms)
    refuse(
        f"the {stat} TPOT",
        "must be in the file",
        detail=f"it holds the {held}" if held else "it holds no TPOT",
        way_out=f"ask for --stat {next(iter(measured.tpot_ms))}" if held else None,
        where=measured.place,
        kind=CurveError,
    )


def _check_unit(measured: Measurement, tpot_ms: float, source: str) -> None:
    if _FASTEST_MS <= tpot_ms <= _SLOWEST_MS:
        return
    unit = "seconds or microseconds" if tpot_ms < _FASTEST_MS else "microseconds"
    refuse(
        source,
        f"must be a TPOT from {shown(_FASTEST_MS)} to {shown(_SLOWEST_MS)} ms",
        got=Phrase(f"{shown(tpot_ms)} ms"),
        way_out=f"the field looks like {unit}" if tpot_ms > 0 else None,
        where=measured.place,
        kind=CurveError,
    )


def _check_failed(measured: Measurement, most: float) -> None:
    failed, completed = measured.failed, measured.completed
    if completed == 0:
        refuse("requests", "must have succeeded", got=Phrase("none"), where=measured.place, kind=CurveError)
    if not failed or completed is None:
        return
    share = failed / (failed + completed)
    if share > most * (1 + TOLERANCE):
        refuse(
            "failed requests",
            f"must be at most {most:.3g} of all",
            got=Phrase(f"{shown(failed)} of {shown(failed + completed)}, {100 * share:.3g} %"),
            way_out="measure the point again, or pass --max-failed",
            where=measured.place,
            kind=CurveError,
        )


def _gpus_of_replica(measured: Measurement, options: Options) -> int | None:
    stated, asked = measured.gpus, options.gpus_per_pod
    if stated is not None and asked is not None and stated != asked:
        rule = f"must be that of the file, {stated}"
        refuse("gpus_per_pod", rule, got=asked, where=measured.place)
    return asked if stated is None else stated


def _output(measured: Measurement, gpus: int | None) -> float | None:
    if measured.output_tok_s is not None or measured.output_tok_s_per_gpu is None:
        return measured.output_tok_s
    if gpus is None:
        rule = "must be known, the throughput is stated per GPU"
        refuse("GPUs of the replica", rule, way_out="pass --gpus-per-pod", where=measured.place)
    return measured.output_tok_s_per_gpu * gpus


def _concurrency(measured: Measurement, which: str) -> float:
    if which == NOMINAL:
        return measured.concurrency
    if measured.achieved is None:
        rule = "must be in the file"
        refuse("achieved concurrency", rule, way_out="leave out --concurrency achieved", where=measured.place)
    return measured.achieved


def _cross_checked(measured: Measurement, c: float, output: float | None) -> list[str]:
    """Return what throughput and latencies do not agree on; refuse what cannot both be true."""
    tpot = measured.central_tpot_ms
    if output is None or tpot is None:
        return []
    eta = output * tpot / (1000 * c)
    if not ETA_TOO_LOW * (1 - TOLERANCE) <= eta <= ETA_TOO_HIGH * (1 + TOLERANCE):
        limit = f"at most {ETA_TOO_HIGH} x" if eta > 1 else f"at least {ETA_TOO_LOW} x"
        refuse(
            "output tok/s",
            f"must be {limit} concurrency x 1000 / TPOT",
            got=Phrase(shown(output)),
            detail=f"c={shown(c)} at {shown(tpot)} ms is {shown(1000 * c / tpot)}",
            way_out="they are not of one unit, or not of one replica",
            where=measured.place,
            kind=CurveError,
        )
    return _against_little(measured, c, output, tpot)


def _against_little(measured: Measurement, c: float, output: float, tpot: float) -> list[str]:
    ttft, osl = measured.central_ttft_ms, measured.osl
    if ttft is None or osl is None:
        return []
    expected = _throughput_by_little(c, osl, ttft, tpot)
    off = max(output / expected, expected / output)
    if off > _FAR_OFF:
        refuse(
            "output tok/s",
            "must agree with TTFT and TPOT",
            got=Phrase(f"{shown(output)} where {shown(float(f'{expected:.4g}'))} follow"),
            way_out=_likely_unit(c, osl, ttft, tpot, output),
            where=measured.place,
            kind=CurveError,
        )
    if off > _OFF:
        return [f"output tok/s {shown(output)} is {output / expected - 1:+.0%} off what its TTFT and TPOT give"]
    return []


def _throughput_by_little(c: float, osl: float, ttft_ms: float, tpot_ms: float) -> float:
    """Return the output tok/s of `c` requests that each take TTFT + (OSL - 1) TPOT."""
    return 1000 * c * osl / (ttft_ms + max(osl - 1, 0) * tpot_ms)


def _likely_unit(c: float, osl: float, ttft: float, tpot: float, output: float) -> str:
    guesses = {"the TTFT is likely in s, not in ms": ttft * 1000, "the TTFT is likely in us, not in ms": ttft / 1000}
    for words, other in guesses.items():
        expected = _throughput_by_little(c, osl, other, tpot)
        if max(output / expected, expected / output) <= _OFF * _OFF:
            return words
    return "one of the columns is in another unit, or the run never reached its concurrency"


def _cautions(measured: Measurement, options: Options) -> list[Caution]:
    found, c = [], measured.concurrency
    sent = measured.num_prompts
    if sent is not None and c >= _FROM_CONCURRENCY and sent < _FEW_PROMPTS * c:
        why = (
            f"{shown(sent)} prompts at c={shown(c)}, fewer than {_FEW_PROMPTS}c: throughput undercounts ramp and drain"
        )
        found.append(Caution(why, f"measure c={shown(c)} with at least {shown(_FEW_PROMPTS * c)} prompts"))
    reached = measured.achieved
    if options.concurrency == NOMINAL and reached is not None and reached < ETA_SUSPICIOUS * c * (1 - TOLERANCE):
        why = f"c={shown(c)} was never reached: {shown(float(f'{reached:.4g}'))} requests in flight on average"
        found.append(Caution(why, "measure it longer, or import with --concurrency achieved"))
    if options.stat in SLOW_TAILS and options.stat not in measured.ttft_ms and measured.ttft_ms:
        found.append(Caution(f"no {options.stat} TTFT is stated", f"record the {options.stat} TTFT"))
    return found
