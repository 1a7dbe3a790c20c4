"""A measured curve in a JSON file: a list with one anchor an item, as rows or as objects.

    [[1, 215.5], [10, 122.2]]
    [{"concurrency": 1, "tok_s_per_user": 215.5}, {"concurrency": 10, "tok_s_per_user": 122.2}]

The columns are those of `anchors.COLUMNS`; the last two are optional, and null is a blank.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from xlsizing.checks import number, refuse
from xlsizing.core import COLUMNS, LABELS, Curve, curve_from_rows
from xlsizing.errors import CurveError, InputError, Phrase
from xlsizing.importers.text import LARGEST_CURVE_BYTES, file_text, shown_names

__all__ = ["curve_in_json", "parsed", "whole_number"]

_MOST_DIGITS = 400
_WIDTHS = (2, 3, 4)
_LIKE_A_NUMBER = re.compile(r"[-+0-9.,eE %]{0,20}")


def curve_in_json(path: str | Path, *, pool_rises: float | None = None, throughput_per_replica: bool = False) -> Curve:
    """Return the curve in the JSON file at `path`.

    Parameters
    ----------
    path : str or Path
        The file
    pool_rises, throughput_per_replica : float, bool, optional
        Passed on to `Curve` [-]

    Returns
    -------
    Curve
        The curve

    Raises
    ------
    InputError
        If the file cannot be read or holds no valid curve; the item is named.
    """
    name = Path(path).name
    text = file_text(
        Path(path),
        "curve file",
        largest=LARGEST_CURVE_BYTES,
        too_large="keep the anchors only",
        save_as="UTF-8",
        instead="give a .json or .csv file",
    )
    items = parsed(text, "curve file", name, partial(_columns_once, name))
    if not isinstance(items, list):
        refuse("curve file", "must be a list of anchors", got=_kind_words(items), where=name, kind=CurveError)
    rows = [_anchor_cells(item, f"{name}, item {i}") for i, item in enumerate(items, start=1)]

    def place(at: tuple[int, ...], _column: int | None) -> str:
        listed = " and ".join(str(i + 1) for i in sorted(at))
        return f"{name}, item{'s' * (len(at) > 1)} {listed}"

    return curve_from_rows(rows, place, pool_rises=pool_rises, throughput_per_replica=throughput_per_replica)


def parsed(text: str, what: str, name: str, pairs: Callable[[list[tuple[str, Any]]], Any] = dict) -> Any:
    """Return the value that JSON text holds.

    Parameters
    ----------
    text : str
        The text
    what : str
        What it is, in the caller's words
    name : str
        Name of the file, for the place in a sentence
    pairs : callable, optional
        What makes an object of its names and values; a dict keeps the last value of a repeated name

    Returns
    -------
    object
        Plain data

    Raises
    ------
    InputError
        If the text is no JSON; the line is named.
    """
    try:
        return json.loads(text, parse_int=whole_number, object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        # The parser's own words differ from release to release.
        mend = "check commas, colons, quotes and brackets there"
        refuse(what, "must be JSON", way_out=mend, where=f"{name}, line {error.lineno}")
    except RecursionError:
        refuse(what, "must be JSON", detail="nested too deep", where=name)


def whole_number(text: str) -> int | float:
    """Return the whole number that `text` writes; infinity where it has more than 400 digits [-]."""
    return int(text) if len(text) <= _MOST_DIGITS else float(text)


def _anchor_cells(item: object, where: str) -> list[float | None]:
    if isinstance(item, dict):
        if not set(COLUMNS[:2]) <= set(item) <= set(COLUMNS):
            _refuse_item("must name the columns of an anchor", shown_names(item, item), where)
        cells = [item.get(column) for column in COLUMNS]
    elif isinstance(item, list) and (len(item) in _WIDTHS or not item):
        cells = [*item, *[None] * (len(COLUMNS) - len(item))]
    else:
        got = f"{len(item)} values" if isinstance(item, list) else _kind_words(item)
        _refuse_item("must be a row of 2 to 4 numbers or an object", got, where)
    return [_anchor_number(cell, label, where) for cell, label in zip(cells, LABELS, strict=True)]


def _columns_once(file: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        name = next(name for i, (name, _) in enumerate(pairs) if name in dict(pairs[:i]))
        twice = name if name in COLUMNS else Phrase("another name twice")
        refuse("anchor", "must hold each column once", got=twice, where=file, kind=CurveError)
    return made


def _refuse_item(rule: str, got: str, where: str) -> Any:
    columns = f"{COLUMNS[0]}, {COLUMNS[1]} and, where measured, {COLUMNS[2]}, {COLUMNS[3]}"
    refuse("anchor", rule, got=Phrase(got or "none"), way_out=f"give {columns}", where=where, kind=CurveError)


def _anchor_number(cell: object, label: str, where: str) -> float | None:
    try:
        return None if cell is None else number(cell, label)
    except InputError as error:
        kept = isinstance(cell, str) and not _LIKE_A_NUMBER.fullmatch(cell)  # it may be no curve, but a secret
        raise error.reworded(where=where, **({"got": Phrase("text")} if kept else {})) from None


def _kind_words(value: object) -> Phrase:
    kinds = {dict: "an object", str: "text", type(None): "null", bool: "TRUE or FALSE", list: "a list"}
    return Phrase(kinds.get(type(value), "a number"))
