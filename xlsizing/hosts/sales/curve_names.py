"""Names for the curves of a workbook: short, and each one that no other curve has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from xlsizing.context import Context
from xlsizing.core import Curve
from xlsizing.errors import shown
from xlsizing.importers import NOT_OURS
from xlsizing.workbooks.sales import MOST_NAME, alike, free_names

__all__ = ["cut", "names_of"]

_NO_MODEL: Final = "model not known"
_TAIL: Final = MOST_NAME - 12  # so much of a model's name is always left
_CODE: Final = "=+-@' "
"""What a name never begins with: a spreadsheet would take what follows for a formula."""


def names_of(curves: Sequence[Curve]) -> list[str]:
    """Return a name for each of `curves`: model, or file, hardware and TP, then what tells it from those of the same.

    >>> a, b = (Curve([1], [9], context=Context(model="m/x", hardware="H200", tp=2, engine=e)) for e in ("vllm", "sglang"))
    >>> names_of([a, b])
    ['x, H200, TP2, vllm', 'x, H200, TP2, sglang']
    """
    contexts = [curve.context or Context() for curve in curves]
    models = [_model(context) for context in contexts]
    tails = [cut(_tail(context, curve), _TAIL) for context, curve in zip(contexts, curves, strict=True)]
    for words in _APART:
        names = list(map(_full_name, models, tails))
        said = [words(context) for context in contexts]
        tails = [_tail_with_words(*each) for each in zip(tails, said, _shared_names(names, said), strict=True)]
    return _numbered_names(list(map(_full_name, models, tails)))


def cut(text: str, most: int) -> str:
    """Return `text`, shortened to `most` characters where it is longer [-].

    >>> cut("interactivity", 6)
    'inter…'
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _model(context: Context) -> str:
    model = (context.model or "").strip("/").rpartition("/")[2]
    return _printable_text(model) or _printable_text(context.source_file or "") or _NO_MODEL


def _tail(context: Context, curve: Curve) -> str:
    size = f"TP{context.tp}" if context.tp else context.decode_parallelism
    parts = (context.hardware, size, "public" if NOT_OURS in curve.cautions else None)
    return "".join(f", {_printable_text(part)}" for part in parts if part)


def _full_name(model: str, tail: str) -> str:
    """Return the name: of a long one the model is cut, never what tells it from others."""
    return f"{cut(model, MOST_NAME - len(tail))}{tail}"


def _tail_with_words(tail: str, words: str, shared: bool) -> str:
    more = f"{tail}, {words}"
    return more if shared and words and len(more) <= _TAIL else tail


def _printable_text(text: str) -> str:
    shown_as = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(shown_as.split()).lstrip(_CODE)


def _token_words(context: Context) -> str:
    isl, osl = context.tokens("isl"), context.tokens("osl")
    return f"{shown(isl, digits=4)}/{shown(osl, digits=4)}" if isl and osl else ""


def _field_words(name: str, before: str = "") -> Callable[[Context], str]:
    """Return what words the field called `name`, "" where it is not known."""

    def words(context: Context) -> str:
        value = getattr(context, name)
        return "" if value is None else f"{before}{_printable_text(str(value))}"

    return words


_APART: Final = (
    _token_words, _field_words("weight_quantisation"), _field_words("speculative_decoding", "spec "), _field_words("engine"), _field_words("turns"),
    _field_words("ep", "EP"), _field_words("dp_in_pod", "DP"), _field_words("engine_version"), _field_words("cudagraph_mode", "graphs "),
    _field_words("max_num_seqs", "max-num-seqs "), _field_words("measured_on"), _field_words("source_file"),
)  # fmt: skip
"""What tells curves of one model, hardware and TP apart, in the order in which it is asked."""


def _shared_names(names: Sequence[str], said: Sequence[str]) -> list[bool]:
    """Tell of each of `names` whether several curves have it of which not all say the same."""
    words: dict[str, set[str]] = {}
    for name, each in zip(names, said, strict=True):
        words.setdefault(alike(name), set()).add(each)
    return [len(words[alike(name)]) > 1 for name in names]


def _numbered_names(names: Sequence[str]) -> list[str]:
    """Return `names` with a number behind each that is taken."""
    taken, found = set(map(alike, free_names())), []
    counts: Counter[str] = Counter()
    for name in names:
        new = name
        while alike(new) in taken:
            counts[alike(name)] += 1
            number = f" ({counts[alike(name)] + 1})"
            new = f"{cut(name, MOST_NAME - len(number))}{number}"
        taken.add(alike(new))
        found.append(new)
    return found
