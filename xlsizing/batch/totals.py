"""Totals of a sized table: per group of its rows, kind of GPU and currency, which are never added together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from xlsizing.batch.columns import RESULTS, Result
from xlsizing.batch.engine import Sized
from xlsizing.batch.extra import arrow
from xlsizing.checks import refuse
from xlsizing.errors import Phrase

__all__ = ["CURRENCY", "SUMS", "Totals"]

SUMS: Final = (
    "total_gpus_low", "total_gpus", "total_gpus_budget", "total_gpus_high",
    "usd_per_month", "usd_per_month_budget", "usd_per_month_high",
)  # fmt: skip
"""What is added up: of rows that can be met and are right."""

CURRENCY: Final = "currency"
"""The column that names the currency of a row's price; without it prices are in USD."""

_COUNTS: Final = ("rows", "unmet", "wrong")
_USD: Final = "USD"
_HARDWARE: Final = "hardware"


class Totals:
    """Totals that grow piece by piece.

    Parameters
    ----------
    by : sequence of str
        The columns whose values make a group
    names : sequence of str
        Every column of the table

    Raises
    ------
    InputError
        If there is no such column.
    """

    def __init__(self, by: Sequence[str], names: Sequence[str]) -> None:
        for name in by:
            if name not in names:
                refuse("--by", "must name columns of the table", got=name)
        beside = [name for name in (_HARDWARE, CURRENCY) if name not in by]
        self._by, self._currency = tuple(by), CURRENCY in names
        self.names = (*by, *beside, *_COUNTS, *SUMS)
        self._keys = (*by, *beside)
        self._sums: dict[tuple[Any, ...], list[float]] = {}

    @property
    def needed(self) -> tuple[Result, ...]:
        """The results that are added up or looked at."""
        return tuple(each for each in RESULTS if each.name in (*SUMS, "feasible", _HARDWARE))

    def add(self, columns: Mapping[str, Any], sized: Sized) -> None:
        """Add the rows of a piece, its `columns` as they were given and their results."""
        if not sized.rows:
            return
        words = [self._group_codes(name, columns, sized) for name in self._keys]
        key = np.ravel_multi_index([codes for codes, _ in words], [max(1, len(texts)) for _, texts in words])
        groups, first, which = np.unique(key, return_index=True, return_inverse=True)
        sums = np.stack([np.bincount(which, weights=one, minlength=groups.size) for one in _summands(sized)], axis=1)
        for row, summed in zip(first.tolist(), sums.tolist(), strict=True):
            named = tuple(texts[codes[row]] for codes, texts in words)
            before = self._sums.setdefault(named, [0.0] * len(summed))
            self._sums[named] = [one + other for one, other in zip(before, summed, strict=True)]

    def _group_codes(
        self, name: str, columns: Mapping[str, Any], sized: Sized
    ) -> tuple[npt.NDArray[np.int64], list[Any]]:
        """Return the position of each row's value among the values of a column, the last of them none."""
        if name == CURRENCY and not self._currency:
            return np.zeros(sized.rows, dtype=np.int64), [_USD]
        if name == _HARDWARE and name not in columns:
            found = sized.words[_HARDWARE]
            return np.where(found.codes < 0, len(found.texts), found.codes), [*found.texts, None]
        column = columns[name]
        if isinstance(column, list):
            column = arrow().array([None if cell is None else str(cell) for cell in column])
        encoded = column if arrow().types.is_dictionary(column.type) else column.dictionary_encode()
        texts = encoded.dictionary.to_pylist()
        codes = encoded.indices.cast("int64").fill_null(len(texts)).to_numpy(zero_copy_only=False)
        blank = _USD if name == CURRENCY else None
        return codes, [*(blank if text == "" else text for text in texts), blank]

    def rows(self) -> list[dict[str, Any]]:
        """Return a row a group, in the order of their names."""
        listed = sorted(self._sums.items(), key=lambda item: tuple((value is None, str(value)) for value in item[0]))
        whole = len(_COUNTS) + len([name for name in SUMS if name.startswith("total_")])
        return [
            dict(zip(self.names, (*named, *map(round, sums[:whole]), *sums[whole:]), strict=True))
            for named, sums in listed
        ]

    def table(self) -> tuple[Any, dict[str, Any]]:
        """Return the schema and the columns of the same, as pyarrow has them."""
        pa, rows = arrow(), self.rows()
        kinds = {name: pa.float64() if name.startswith("usd_") else pa.int64() for name in (*_COUNTS, *SUMS)}
        columns = {name: [row[name] for row in rows] for name in self.names}
        arrays = {
            name: pa.array(column, kinds[name]) if name in kinds else _arrow_array(column)
            for name, column in columns.items()
        }
        return pa.schema([(name, array.type) for name, array in arrays.items()]), arrays


def _arrow_array(column: list[Any]) -> Any:
    pa = arrow()
    try:
        return pa.array(column) if any(value is not None for value in column) else pa.nulls(len(column), pa.string())
    except (pa.ArrowException, TypeError):
        refuse("--by", "must name columns whose values are of one kind", got=Phrase("several kinds"))


def _summands(sized: Sized) -> list[npt.NDArray[np.float64]]:
    feasible, wrong = sized.columns["feasible"]
    met = feasible.astype(bool) & ~wrong
    counts = [np.ones(sized.rows), (~met & ~wrong).astype(np.float64), wrong.astype(np.float64)]
    return [*counts, *(np.where(met, sized.columns[name][0], 0.0) for name in SUMS)]
