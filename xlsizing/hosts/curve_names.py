"""Names for the curves of a workbook: short, and each one that no other curve has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from xlsizing.context import Context
from xlsizing.curve import Curve
from xlsizing.errors import shown
from xlsizing.importers.public import NOT_OURS
from xlsizing.workbooks.sales.deck import alike, free_names
from xlsizing.workbooks.sales.layout import MOST_NAME

__all__ = ["cut", "names_of"]

_NO_MODEL: Final = "model not known"
_CODE: Final = "=+-@' "
"""What a name never begins with: a spreadsheet would take what follows for a formula."""


def names_of(curves: Sequence[Curve]) -> list[str]:
    """Return a name for each of `curves`: model, or file, hardware and TP, then what tells it from those of the same [-].

    >>> a, b = (Curve([1], [9], context=Context(model="m/x", hardware="H200", tp=2, engine=e)) for e in ("vllm", "sglang"))
    >>> names_of([a, b])
    ['x, H200, TP2, vllm', 'x, H200, TP2, sglang']
    """
    contexts = [curve.context or Context() for curve in curves]
    names = [cut(_base(context, curve), MOST_NAME) for context, curve in zip(contexts, curves, strict=True)]
    for words in _APART:
        said = [words(context) for context in contexts]
        shared = _shared(zip(names, said, strict=True))
        longer = [
            f"{name}, {more}" if more and alike(name) in shared else name
            for name, more in zip(names, said, strict=True)
        ]
        names = [new if len(new) <= MOST_NAME else old for new, old in zip(longer, names, strict=True)]
    return _numbered(names)


def cut(text: str, most: int) -> str:
    """Return `text`, shortened to `most` characters where it is longer [-].

    >>> cut("interactivity", 6)
    'inter…'
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _base(context: Context, curve: Curve) -> str:
    model = (context.model or "").strip("/").rpartition("/")[2]
    size = f"TP{context.tp}" if context.tp else context.decode_parallelism
    parts = (
        _plain(model) or _plain(context.source_file or "") or _NO_MODEL,
        context.hardware,
        size,
        "public" if NOT_OURS in curve.cautions else None,
    )
    return ", ".join(_plain(part) for part in parts if part)


def _plain(text: str) -> str:
    shown_as = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(shown_as.split()).lstrip(_CODE)


def _tokens(context: Context) -> str:
    isl, osl = context.tokens("isl"), context.tokens("osl")
    return f"{shown(isl, digits=4)}/{shown(osl, digits=4)}" if isl and osl else ""


def _field(name: str, before: str = "") -> Callable[[Context], str]:
    """Return what words the field called `name`, "" where it is not known."""

    def words(context: Context) -> str:
        value = getattr(context, name)
        return "" if value is None else f"{before}{_plain(str(value))}"

    return words


_APART: Final = (
    _field("weight_quantisation"), _field("engine"), _tokens, _field("turns"), _field("speculative_decoding", "speculation "),
    _field("ep", "EP"), _field("dp_in_pod", "DP"), _field("engine_version"), _field("cudagraph_mode", "graphs "),
    _field("max_num_seqs", "max-num-seqs "), _field("measured_on"), _field("source_file"),
)  # fmt: skip
"""What tells curves of one model, hardware and TP apart, in the order in which it is asked [-]."""


def _shared(named: Iterable[tuple[str, str]]) -> set[str]:
    """Return the names that several curves have of which not all say the same."""
    said: dict[str, set[str]] = {}
    for name, words in named:
        said.setdefault(alike(name), set()).add(words)
    return {name for name, words in said.items() if len(words) > 1}


def _numbered(names: Sequence[str]) -> list[str]:
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
