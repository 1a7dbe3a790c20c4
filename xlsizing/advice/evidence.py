"""What a VERDICT needs beside a sweep and a complete context: each fact a row of one table."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from xlsizing.advice import standing_words as words
from xlsizing.errors import shown
from xlsizing.rules import DISTINCT, LEAST_OSL, LEAST_TRIALS, PROMPTS_PER_REQUEST, TOKENS_OFF, TOLERANCE

if TYPE_CHECKING:
    from xlsizing.context import Context
    from xlsizing.core import Curve

__all__ = ["Evidence", "Reason", "Workload", "of_context", "of_curve", "today"]


class Reason(NamedTuple):
    """Why a row is a DRAFT.

    Parameters
    ----------
    why : str
        What is missing or wrong
    promote : str
        What would remove the reason
    """

    why: str
    promote: str


@dataclass(frozen=True, slots=True)
class Workload:
    """The customer's requests; None is not stated.

    Parameters
    ----------
    isl, osl : float, optional
        Input and output tokens per request [tok]
    turns : str, optional
        "single-turn" or "multi-turn"
    prefix_hit_rate : float, optional
        Share of the input tokens that a prefix cache serves; 0 where prompts share nothing [-]
    dataset_kind : str, optional
        "random", "chat", "code", "long documents" or "own traffic"
    cache_state : str, optional
        "warm", or "cold" where requests meet a server without any cache
    """

    isl: float | None = None
    osl: float | None = None
    turns: str | None = None
    prefix_hit_rate: float | None = None
    dataset_kind: str | None = None
    cache_state: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the table looks at.

    Parameters
    ----------
    context : Context
        What the curve rests on
    highest : float
        The largest concurrency measured [requests/replica]
    workload : Workload
        The customer's requests
    sized_on : date
        When the sizing was made
    """

    context: Context
    highest: float
    workload: Workload
    sized_on: date


_Places = dict[str, str]


class _Fact(NamedTuple):
    """A fact: what stands against a VERDICT, what would remove it, and the words for both where it does; else None."""

    why: str
    promote: str
    against: Callable[[Evidence], _Places | None]


def today() -> date:
    """Return the day of a sizing that names none: today, or that of SOURCE_DATE_EPOCH where it is set."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    if fixed.isdecimal():
        return datetime.fromtimestamp(int(fixed), tz=UTC).date()
    return datetime.now().astimezone().date()


def of_curve(curve: Curve) -> Iterator[Reason]:
    """Give what a curve itself lacks, whatever its context.

    Parameters
    ----------
    curve : Curve
        The measured curve

    Yields
    ------
    Reason
        Why no row of it is a VERDICT
    """
    if not curve.measured_throughput:
        yield Reason(words.NO_THROUGHPUT, "measure the output tok/s of the replica at every point")
    if np.any(np.diff(curve.concurrency) <= DISTINCT * curve.concurrency[:-1]):
        yield Reason(words.TOO_CLOSE, "keep one measurement of each concurrency")


def of_context(evidence: Evidence) -> Iterator[Reason]:
    """Give what stands against a VERDICT in the run that a context tells of.

    Parameters
    ----------
    evidence : Evidence
        Context, largest concurrency, workload and date

    Yields
    ------
    Reason
        One for each fact of the table that does not hold; what is not known is another reason
    """
    for fact in _FACTS:
        places = fact.against(evidence)
        if places is not None:
            yield Reason(fact.why.format(**places), fact.promote.format(**places))


def _places_if(wrong: bool, **numbers: Any) -> _Places | None:
    return {name: shown(value) for name, value in numbers.items()} if wrong else None


def _short_answers(given: Evidence) -> _Places | None:
    context = given.context
    sizes = [size for size in (context.osl, context.mean_output_tokens, given.workload.osl) if size is not None]
    return _places_if(bool(sizes) and min(sizes) < LEAST_OSL, osl=min(sizes, default=0), least=LEAST_OSL)


def _few_trials(given: Evidence) -> _Places | None:
    trials = given.context.trials
    return _places_if(trials is not None and trials < LEAST_TRIALS, trials=trials, least=LEAST_TRIALS)


def _other_node(given: Evidence) -> _Places | None:
    return _places_if(given.context.same_node is False)


def _few_prompts(given: Evidence) -> _Places | None:
    prompts, needed = given.context.num_prompts, PROMPTS_PER_REQUEST * given.highest
    wrong = prompts is not None and prompts < needed * (1 - TOLERANCE)
    return _places_if(wrong, prompts=prompts, needed=np.ceil(needed), times=PROMPTS_PER_REQUEST, highest=given.highest)


def _few_seqs(given: Evidence) -> _Places | None:
    seqs = given.context.max_num_seqs
    return _places_if(seqs is not None and seqs < given.highest * (1 - TOLERANCE), seqs=seqs, highest=given.highest)


def _short_model_len(given: Evidence) -> _Places | None:
    """Compare with the longest request of the run: as measured, or as asked for."""
    context, limit = given.context, given.context.max_model_len
    isl = _longest_size(context.isl, context.mean_input_tokens)
    osl = _longest_size(context.osl, context.mean_output_tokens)
    return _places_if(limit is not None and limit < (isl + osl) * (1 - TOLERANCE), limit=limit, isl=isl, osl=osl)


def _longest_size(*sizes: float | None) -> float:
    return max((size for size in sizes if size is not None), default=0.0)


def _in_the_future(given: Evidence) -> _Places | None:
    measured = given.context.measured_on
    if measured is None or date.fromisoformat(measured[:_DAY]) <= given.sized_on:
        return None
    return {"measured": measured, "sized": given.sized_on.isoformat()}


def _mean_off(mean: str, stated: str) -> Callable[[Evidence], _Places | None]:
    def against(given: Evidence) -> _Places | None:
        had, asked = getattr(given.context, mean), getattr(given.context, stated)
        known = had is not None and asked is not None
        wrong = known and abs(had - asked) > TOKENS_OFF * asked * (1 + TOLERANCE)
        return _places_if(wrong, mean=had, stated=asked, share=100 * TOKENS_OFF)

    return against


_DAY: Final = len("2026-03-31")

_FACTS: Final = (
    _Fact(
        "OSL {osl} is below {least}: such answers are mostly the first token", "measure longer answers", _short_answers
    ),
    _Fact("{trials} trials a point, fewer than {least}", "repeat each point at least {least} times", _few_trials),
    _Fact("not measured on one and the same node", "measure curve and baseline on one node", _other_node),
    _Fact(
        "num-prompts {prompts} is below {needed}, {times} times c={highest}",
        "send at least {needed} prompts at c={highest}",
        _few_prompts,
    ),
    _Fact(
        "max-num-seqs {seqs} is below c={highest}: the rest of the requests queued",
        "serve with max-num-seqs of at least {highest}",
        _few_seqs,
    ),
    _Fact(
        "max-model-len {limit} is below ISL {isl} + OSL {osl}: such requests are refused or cut",
        "serve with a longer max-model-len",
        _short_model_len,
    ),
    _Fact(
        "measured on {measured}, after the sizing's date {sized}",
        "correct the date of the measurement or of the sizing",
        _in_the_future,
    ),
    _Fact(
        "mean input {mean} tok is more than {share} % off the stated ISL {stated}",
        "state the ISL that was measured",
        _mean_off("mean_input_tokens", "isl"),
    ),
    _Fact(
        "mean output {mean} tok is more than {share} % off the stated OSL {stated}",
        "state the OSL that was measured, or let every answer run to it",
        _mean_off("mean_output_tokens", "osl"),
    ),
)
"""Every fact, in the order in which reasons name them."""
