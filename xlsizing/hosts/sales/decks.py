"""Decks of the sales workbook: the one that it comes with, and those of a user's own curves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

from xlsizing.checks import refuse
from xlsizing.context import MISSING, Context, workload_mismatch
from xlsizing.core import Curve, Demand, size
from xlsizing.errors import BLANK, InputError
from xlsizing.hosts.sales.curve_names import cut, names_of
from xlsizing.importers import NOT_OURS, PUBLIC, Options, Results, listed, public_curve, read_results
from xlsizing.workbooks.sales import EXAMPLE, MOST_WORDS, Deck, FirstLever, Starter

__all__ = ["built_in", "deck_at", "deck_of"]

_PUBLIC_PAIR: Final = (
    "inferencex-gpt-oss-120b-h200-vllm-fp4-none-tp2-ep1-1024x1024",
    "inferencex-gpt-oss-120b-h200-vllm-fp4-none-tp8-ep1-1024x1024",
)
"""One model on one GPU at one workload: wide pods carry less per GPU, and more at a fast SLA."""

_WIDER: Final = FirstLever(
    "TP8 instead of TP2 (public benchmark)", 130, 3, "a same-node pair of sweeps at the customer's workload"
)


def built_in() -> Deck:
    """Return what the sales workbook begins with where no curves are given: the example and two of the shelf."""
    public = [public_curve(name) for name in _PUBLIC_PAIR]
    asked = public[0].context or Context()
    return Deck(
        (EXAMPLE, *_starters(public)),
        pair=(2, 3),
        lever=_WIDER,
        workload=Context(isl=asked.isl, osl=asked.osl, turns=asked.turns),
    )


def deck_at(
    paths: Sequence[str], options: Options, progress: Callable[[int, int], None] | None = None
) -> tuple[Deck, Results]:
    """Return the deck of the curves at paths, and what was passed over.

    Parameters
    ----------
    paths : sequence of str
        Files and folders of results, curve files, and curves of the shelf as public:NAME
    options : Options
        How results are read
    progress : callable, optional
        Told how many files were read, and of how many

    Returns
    -------
    tuple of Deck and Results
        The curves of the paths in the order of `xlsizing curves`, then those of the shelf as named

    Raises
    ------
    InputError
        If a file is bad, a curve is none, or one cannot stand in the workbook.
    """
    if not all(path.strip() for path in paths):
        refuse("--curves", "must name files, folders or public curves", got=BLANK)
    files = [path for path in paths if not path.startswith(PUBLIC)]
    public = dict.fromkeys(path.removeprefix(PUBLIC) for path in paths if path.startswith(PUBLIC))
    results = read_results(files, options, progress) if files else Results((), (), ())
    shelved = replace(options, gpus_per_pod=None, added=None)  # the shelf states both itself
    curves = [imported.curve for _, imported in listed(results)] + [public_curve(name, shelved) for name in public]
    if not curves:
        refuse("--curves", "must hold a point that can be used", detail=results.bad[0].reason)
    return deck_of(curves), results


def deck_of(curves: Sequence[Curve]) -> Deck:
    """Return the deck of a user's own curves: the customer's facts are blank, no lever is shown.

    Parameters
    ----------
    curves : sequence of Curve
        With their contexts and the GPUs of their replicas, the one to quote first in front

    Returns
    -------
    Deck
        Sheet Compare begins with the first two of the same workload, else with the first curve twice

    Raises
    ------
    InputError
        If the GPUs of a replica are not known, or a curve has no place in a workbook.
    """
    return Deck(tuple(_starters(curves)), pair=_pair_to_compare(curves))


def _starters(curves: Sequence[Curve]) -> list[Starter]:
    return [_starter(curve, name) for curve, name in zip(curves, names_of(curves), strict=True)]


def _starter(curve: Curve, name: str) -> Starter:
    context = curve.context or Context()
    source = _source_words(curve, context)
    gpus = curve.measured_gpus
    where = name if source in name else cut(f"{name}, from {source}", MOST_WORDS)
    if gpus is None:
        refuse("GPUs per pod", "must be known of every curve", way_out="pass --gpus-per-pod N", where=where)
    _check_sizes(curve, gpus, where)
    caution = cut("; ".join(why for why, _ in curve.cautions), MOST_WORDS)
    return Starter(name, gpus, curve, cut(source, MOST_WORDS), caution=caution)


def _check_sizes(curve: Curve, gpus: int, where: str) -> None:
    """Refuse what the functions of the workbook would refuse: they see the anchors alone, and nothing stated of them."""
    way_out = {"way_out": _STATED} if curve.throughput_per_replica else {}
    columns = curve.concurrency, curve.tok_s_per_user
    try:
        size(curve, curve.fastest, Demand.tpm(1e6), gpus_per_pod=gpus)
    except InputError as error:
        raise error.placed(where) from error
    try:
        seen = Curve(*columns, output_tok_s=curve.output_tok_s, ttft_s=curve.ttft_s, context=curve.context)
        size(seen, curve.fastest, Demand.tpm(1e6), gpus_per_pod=gpus)
    except InputError as error:
        raise error.reworded(where=where, **way_out) from error


_STATED: Final = "functions in a cell cannot be told that it is: size this curve with xlsizing size or a sizing file"


def _source_words(curve: Curve, context: Context) -> str:
    """Return where the figures are from: of a curve of the shelf whose they are, not the file that it came in."""
    said = (None if NOT_OURS in curve.cautions else context.source_file, context.command)
    return "; ".join(filter(None, said)) or "not stated"


def _pair_to_compare(curves: Sequence[Curve]) -> tuple[int, int]:
    contexts = [curve.context or Context() for curve in curves]
    same = ((a, b) for a, b in combinations(range(len(contexts)), 2) if _same_workload(contexts[a], contexts[b]))
    one, other = next(same, (0, 0))
    return one + 1, other + 1


def _same_workload(one: Context, other: Context) -> bool:
    """Tell whether tokens are known of both and nothing that is known of both differs, by the rule for a customer's."""
    reasons = workload_mismatch(
        one,
        isl=other.tokens("isl"),
        osl=other.tokens("osl"),
        turns=other.turns,
        prefix_hit_rate=other.prefix_hit_rate,
        dataset_kind=other.dataset_kind,
        cache_state=other.cache_state,
    )
    return all(reason.kind == MISSING and reason.name not in ("isl", "osl") for reason in reasons)
