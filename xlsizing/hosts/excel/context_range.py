"""A measurement context as a range of two columns: a label and its value, a row each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from xlsizing.advice import Workload
from xlsizing.checks import refuse
from xlsizing.context import BEYOND_SHAPE, FACTS, Context, Fact, values_in_pairs
from xlsizing.errors import InputError, Phrase, shown
from xlsizing.hosts.excel.cells import until_last_used
from xlsizing.hosts.excel.excel_errors import in_words, is_error

__all__ = ["MeasuredAt", "measured_at"]


@dataclass(frozen=True, slots=True)
class MeasuredAt:
    """What a curve was measured on, and the customer's requests where the range states them.

    Parameters
    ----------
    context : Context
        Of the curve
    workload : Workload
        Of the customer; unknown where no row states it
    sized_on : date, optional
        When the sizing was made; None where no row states it
    """

    context: Context
    workload: Workload
    sized_on: date | None = None


def measured_at(rows: Sequence[Sequence[Any]], name: str = "context") -> MeasuredAt:
    """Return the context in a range of two columns, label and value.

    Parameters
    ----------
    rows : sequence of sequences, shape (n, 2)
        A label of the context and its value a row; the labels "Customer ISL", "Customer OSL" [tok], "Customer turns",
        "Customer prefix-cache hit rate", "Customer dataset kind" and "Customer warm or cold" state the customer's
        requests, "Sizing date" the day of the sizing; blank rows and headings are ignored
    name : str
        The argument's name

    Returns
    -------
    MeasuredAt
        Context and workload

    Raises
    ------
    InputError
        If the range has not two columns, holds an error, or a row is not a known label, given once,
        with a value of its kind; every such row is named.
    """
    if any(len(row) != 2 for row in rows):  # noqa: PLR2004  # label and value
        refuse(name, "must have two columns, label and value", got=Phrase(str(max(map(len, rows)))))
    used = until_last_used(rows)
    for i, row in enumerate(used):
        for j, cell in enumerate(row):
            if is_error(cell):
                refuse(name, "must hold no error", got=in_words(cell), where=f"row {i + 1}, column {j + 1} of {name}")
    pairs = [(_label_cell(label), value) for label, value in used]
    values = values_in_pairs(pairs, lambda i: f"row {i + 1} of {name}", _LABELS)
    workload = Workload(**{field: values.pop(f"{_CUSTOMER}{field}", None) for field in Workload.__slots__})
    day = values.pop(_SIZED_ON, None)
    return MeasuredAt(Context(**values), workload, None if day is None else date.fromisoformat(day[:_DAY]))


class _Cell(Fact):
    """A field whose value comes from a cell, and which speaks of cells where it refuses one."""

    __slots__ = ()

    def value(self, given: object, name: str) -> Any:
        try:
            return Fact.value(self, given, name)
        except InputError as error:
            raise error.reworded(got=self._in_words(error.got)) from None

    def _in_words(self, got: object) -> object:
        if isinstance(got, float) and self.kind not in _NUMERIC:  # no number out of range: any number is wrong
            return Phrase(f"the number {shown(got)}")
        return in_words(got)


_NUMERIC: Final = ("whole", "number", "share", "fraction", "percent")
_CUSTOMER: Final = "customer_"
_SIZED_ON: Final = "sizing_date"
_DAY: Final = len("2026-03-31")
_LABELS: Final = {name: _Cell(**asdict(fact)) for name, fact in FACTS.items()} | {
    f"{_CUSTOMER}isl": _Cell("workload", "Customer ISL", "number", "tok"),
    f"{_CUSTOMER}osl": _Cell("workload", "Customer OSL", "number", "tok"),
    **{
        f"{_CUSTOMER}{name}": _Cell(**asdict(FACTS[name]) | {"label": f"Customer {FACTS[name].label.lower()}"})
        for name in ("turns", *BEYOND_SHAPE)
    },
    _SIZED_ON: _Cell("provenance", "Sizing date", "date"),
}


def _label_cell(cell: Any) -> Any:
    """Return a label as it is; what is no text as words, which are no label."""
    return cell if cell is None or isinstance(cell, str) else Phrase(shown(in_words(cell)))
