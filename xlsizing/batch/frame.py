"""Scenarios in a pandas DataFrame, whole or a partition of it: no row knows of another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from xlsizing.batch.cells import Inputs, Numbers, Words, numbers_of, words_of
from xlsizing.batch.columns import ERROR, INPUTS, Result, chosen_results, columns_of
from xlsizing.batch.curves import curves_of
from xlsizing.batch.engine import Sized, size_rows
from xlsizing.checks import refuse

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["result_ddl", "size_frame"]

_DDL: Final = {"int": "bigint", "float": "double", "bool": "boolean", "str": "string"}


def size_frame(
    df: pd.DataFrame, curves: Any, *, columns: Sequence[str] | None = None, strict: bool = False
) -> pd.DataFrame:
    """Return `df` with the results of each row beside it.

    Parameters
    ----------
    df : pandas.DataFrame
        A scenario a row, in the columns of `batch.columns.INPUTS`; others are kept as they are. NaN is a blank
    curves : Curve, mapping of str to Curve, str or Path
        One curve for all rows; curves by the name in the column curve; or a folder or file of them
    columns : sequence of str, optional
        Which results; all of `batch.columns.RESULTS` where left out
    strict : bool, optional
        Refuse a row that is wrong rather than say so in the column error

    Returns
    -------
    pandas.DataFrame
        The same rows in the same order under the same index, with the results behind them. A row that cannot be met holds
        missing values and its reason, one that is wrong missing values and the sentence that says why

    Raises
    ------
    InputError
        If a column is missing or called as a result is, or, where `strict`, if a row is wrong.

    Notes
    -----
    Types do not depend on the values, and no row on another: the function may be mapped over partitions, by Dask's
    ``map_partitions`` or Spark's ``mapInPandas``.

    Examples
    --------
    >>> import pandas as pd
    >>> from xlsizing import Curve
    >>> curve = Curve(concurrency=[1, 10, 256], tok_s_per_user=[215.5, 122.2, 41.8])
    >>> rows = pd.DataFrame({"sla": [50.0, 300.0, -1.0], "tpm": 3e6, "gpus_per_pod": 4})
    >>> size_frame(rows, curve, columns=["gpus", "gpus_budget"])[["gpus", "gpus_budget", "error"]]
       gpus  gpus_budget                         error
    0    36          100                          <NA>
    1  <NA>         <NA>                          <NA>
    2  <NA>         <NA>  sla must be above 0 (got -1)
    """
    import pandas as pd  # noqa: PLC0415  # whoever has a frame has it

    known, results = curves_of(curves), chosen_results(columns)
    found = columns_of(list(df.columns), curve_needed=known.only is None, results=results)
    sized = size_rows(_frame_inputs(df, found), known, results)
    if strict and sized.errors:
        row, words = next(iter(sized.errors.items()))
        refuse("row", "must be right", detail=words, where=f"row {df.index[row]}")
    return pd.concat([df, _frame(sized, results, df.index)], axis=1)


def result_ddl(columns: Sequence[str] | None = None) -> str:
    """Return the result `columns` as a schema that Spark reads, to stand behind that of the rows given.

    >>> result_ddl(["gpus", "load"])
    'gpus bigint, load double, error string'
    """
    return ", ".join(f"{each.name} {_DDL[each.kind]}" for each in chosen_results(columns))


def _frame_inputs(df: pd.DataFrame, found: dict[str, str]) -> Inputs:
    numbers = {name: _series_numbers(df[column]) for name, column in found.items() if INPUTS[name].valid}
    words = {name: _series_words(df[column]) for name, column in found.items() if not INPUTS[name].valid}
    return Inputs(len(df), numbers, words)


def _series_numbers(series: pd.Series[Any]) -> Numbers:
    kind = getattr(series.dtype, "kind", "O")
    if kind in "iuf":  # pandas' own and numpy's
        return Numbers(series.to_numpy(dtype=np.float64, na_value=np.nan))
    return numbers_of(series.astype(object).tolist())


def _series_words(series: pd.Series[Any]) -> Words:
    return words_of(series.astype(object).tolist())


def _frame(sized: Sized, results: Sequence[Result], index: Any) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415

    return pd.DataFrame({each.name: _series(sized, each) for each in results}).set_index(index)


def _series(sized: Sized, result: Result) -> Any:
    import pandas as pd  # noqa: PLC0415

    text = pd.StringDtype("python")
    if result.name == ERROR:
        return pd.array([sized.errors.get(row) for row in range(sized.rows)], dtype=text)
    if result.kind == "str":
        words = sized.words[result.name]
        texts = np.array([*words.texts, None], dtype=object)
        return pd.array(texts[words.codes], dtype=text)
    values, missing = sized.columns[result.name]
    arrays: dict[str, Any] = {
        "int": pd.arrays.IntegerArray,
        "float": pd.arrays.FloatingArray,
        "bool": pd.arrays.BooleanArray,
    }
    return arrays[result.kind](values, missing.copy())
