"""Points into curves: what is equal in everything but concurrency is one, repeats of a point become its median."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from xlsizing.context import FACTS, Value, worded
from xlsizing.errors import InputError, shown
from xlsizing.importers.measurement import Measurement
from xlsizing.importers.points import Point
from xlsizing.rules import TOKENS_OFF

__all__ = ["OUTCOMES", "Anchor", "Group", "differing_fields", "distinct", "grouped"]

OUTCOMES: Final = ("prefix_hit_rate", "acceptance_length")
"""Fields that a run brings about: a curve has their mean."""

_OF_A_RUN: Final = frozenset(
    ("trials", "num_prompts", "measured_on", "command", "source_file", "source_sha256",
     "mean_input_tokens", "mean_output_tokens", "percent_of_sol", *OUTCOMES)
)  # fmt: skip
"""Fields that may differ from point to point of one curve."""

Identity = tuple[tuple[str, Value], ...]


class Anchor(NamedTuple):
    """One concurrency of a curve, with every run of it.

    Parameters
    ----------
    concurrency, tok_s_per_user : float
        The median over the runs [requests/replica, tok/s/user]
    output_tok_s, ttft_s, ttfo_s : float or None
        The same; None unless every run states it [tok/s, s, s]
    runs : tuple of Point
        The runs
    spread : float or None
        Coefficient of variation of tok/s/user over them; None for one run [-]
    """

    concurrency: float
    tok_s_per_user: float
    output_tok_s: float | None
    ttft_s: float | None
    ttfo_s: float | None
    runs: tuple[Point, ...]
    spread: float | None


@dataclass(frozen=True)
class Group:
    """The points of one curve.

    Parameters
    ----------
    identity : mapping
        What is the same at each of them [units of the fields]
    anchors : tuple of Anchor
        By rising concurrency
    """

    identity: Mapping[str, Value]
    anchors: tuple[Anchor, ...]

    @property
    def runs(self) -> list[Point]:
        """All runs of all points."""
        return [run for anchor in self.anchors for run in anchor.runs]

    @property
    def rises(self) -> list[float]:
        """How much tok/s/user rises above the least before it, for each point where it does [-]."""
        least, found = float("inf"), []
        for anchor in self.anchors:
            if anchor.tok_s_per_user > least * (1 + 1e-9):
                found.append(anchor.tok_s_per_user / least - 1)
            least = min(least, anchor.tok_s_per_user)
        return found


def distinct(measurements: Iterable[Measurement]) -> tuple[list[Measurement], list[tuple[Measurement, str]]]:
    """Return the runs among `measurements`, each once, and what stands for another of them with the reason."""
    first: dict[Any, Measurement] = {}
    found = list(measurements)
    single = [m for m in found if m.summary_of is None]
    covered = {(m.tool, m.concurrency, folder) for m in single for folder in m.path.resolve().parents}
    kept, dropped = [], []
    for m in found:
        if m.summary_of is not None and (m.tool, m.concurrency, m.summary_of.resolve()) in covered:
            dropped.append((m, "sums up single runs that are read too"))
            continue
        key = _fingerprint(m)
        if key is not None and key in first:
            dropped.append((m, f"the same run as in {first[key].path.name}"))
            continue
        first.setdefault(key, m)
        kept.append(m)
    return kept, dropped


def _fingerprint(m: Measurement) -> Any:
    """Return figures that no two runs share; None where the file states too few of them."""
    if m.duration_s is None or m.output_tok_s is None:
        return None
    said = (*m.context.items(), *m.also.items())
    figures = (m.concurrency, m.duration_s, m.output_tok_s, *(stat.value for stat in m.tpot_ms.values()))
    return m.tool, figures, frozenset((name, str(value)) for name, value in said)


def grouped(points: Sequence[Point], ignoring: Iterable[str] = ()) -> list[Group]:
    """Return the curves that `points` make, fields in `ignoring` left out of the comparison."""
    passed = _OF_A_RUN | set(ignoring)
    by_identity: dict[Identity, list[Point]] = {}
    for each in points:
        by_identity.setdefault(_identity(each, passed), []).append(each)
    groups = [
        Group(dict(identity), _anchors(runs))
        for identity, same in by_identity.items()
        for runs in _by_tokens(same, passed)
    ]
    return sorted(groups, key=lambda group: [(name, str(value)) for name, value in sorted(group.identity.items())])


def _identity(each: Point, passed: Iterable[str]) -> Identity:
    m = each.measurement
    values: dict[str, Any] = {name: _fact_value(name, value, m.place) for name, value in m.context.items()}
    values |= {**m.also, "format": m.tool, "basis": m.basis}
    if each.gpus is not None:
        values["GPUs of the replica"] = each.gpus
    return tuple(sorted((name, value) for name, value in values.items() if value is not None and name not in passed))


def _fact_value(name: str, value: object, place: str) -> Any:
    try:
        return FACTS[name].value(value, name)
    except InputError as error:
        raise error.placed(place) from None


def _by_tokens(points: list[Point], passed: Iterable[str]) -> Iterator[list[Point]]:
    """Yield the points apart where their measured tokens per request are, by more than a curve may be off."""
    parts = [points]
    for name in ("isl", "osl"):
        if name not in passed:
            parts = [part for whole in parts for part in _groups_by_tokens(whole, name)]
    yield from parts


def _groups_by_tokens(points: list[Point], name: str) -> list[list[Point]]:
    known = sorted((p for p in points if _mean_tokens(p, name)), key=lambda p: _mean_tokens(p, name))
    parts: list[list[Point]] = []
    for each in known:
        if parts and _mean_tokens(each, name) <= _mean_tokens(parts[-1][0], name) * (1 + TOKENS_OFF):
            parts[-1].append(each)
        else:
            parts.append([each])
    unknown = [p for p in points if not _mean_tokens(p, name)]
    return [*parts, unknown] if unknown else parts


def _mean_tokens(each: Point, name: str) -> float:
    return getattr(each.measurement, name) or 0.0


def _anchors(points: Sequence[Point]) -> tuple[Anchor, ...]:
    by_concurrency: dict[float, list[Point]] = {}
    for each in points:
        by_concurrency.setdefault(each.measurement.concurrency, []).append(each)
    return tuple(_anchor_of_runs(tuple(runs)) for _, runs in sorted(by_concurrency.items()))


def _anchor_of_runs(runs: tuple[Point, ...]) -> Anchor:
    rates = [run.tok_s_per_user for run in runs]
    spread = statistics.stdev(rates) / statistics.fmean(rates) if len(rates) > 1 else None
    return Anchor(
        concurrency=statistics.median(run.concurrency for run in runs),
        tok_s_per_user=statistics.median(rates),
        output_tok_s=_median([run.output_tok_s for run in runs]),
        ttft_s=_median([run.ttft_s for run in runs]),
        ttfo_s=_median([run.ttfo_s for run in runs]),
        runs=runs,
        spread=spread,
    )


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if len(known) == len(values) else None


def differing_fields(groups: Sequence[Group]) -> list[str]:
    """Return the fields in which `groups` differ, each with its values."""
    names = sorted({name for group in groups for name in group.identity})
    shapes = {name: [worded(group.identity.get(name)) for group in groups] for name in names}
    found = []
    for name, texts in (shapes | _tokens_apart(groups)).items():
        values = list(dict.fromkeys(texts))
        if len(values) > 1:
            found.append(f"{name} ({', '.join(values[:_MOST_NAMED])}{', ...' if len(values) > _MOST_NAMED else ''})")
    return found


_MOST_NAMED: Final = 4


def _tokens_apart(groups: Sequence[Group]) -> dict[str, list[str]]:
    """Return the measured tokens per request of each group, where they are too far apart for one curve."""
    found = {}
    for label, name in (("measured ISL", "isl"), ("measured OSL", "osl")):
        values = [_mean_tokens(group.anchors[0].runs[0], name) for group in groups]
        if max(values) > min(values) * (1 + TOKENS_OFF):
            found[label] = [shown(round(value)) if value else worded(None) for value in values]
    return found
