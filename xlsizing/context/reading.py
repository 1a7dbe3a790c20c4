"""A measurement context as files and sheets hold it: names and values, right or wrong.

The fields themselves are passed in; the table of them is `xlsizing.context.context.FACTS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from xlsizing.checks import refuse
from xlsizing.context.fields import MOST_FAULTS, SECTIONS, Fact, refuse_all
from xlsizing.errors import BLANK, InputError

__all__ = ["Facts", "Place", "faults_in", "field_named", "values_in_pairs"]

Facts = Mapping[str, Fact]
Place = Callable[[int], str]


def faults_in(values: object, facts: Facts) -> list[InputError]:
    """Return everything wrong with a mapping of field names to values.

    Parameters
    ----------
    values : object
        What came as the mapping [units of the fields]
    facts : mapping of str to Fact
        The fields

    Returns
    -------
    list of InputError
        One for each wrong entry, in order, `MOST_FAULTS` at most
    """
    faults: list[InputError] = []
    try:
        entries = _mapping(values).items()
    except InputError as fault:
        return [fault]
    for name, value in entries:
        try:
            facts[field_named(name, facts)].value(value, name)
        except InputError as fault:
            faults.append(fault)
        if len(faults) == MOST_FAULTS:
            break
    return faults


def _mapping(values: object) -> Mapping[Any, Any]:
    if isinstance(values, Mapping):
        return values
    refuse("context", "must be a mapping of field names to values", got=_or_blank(values))


def values_in_pairs(rows: object, place: Place, facts: Facts) -> dict[str, Any]:
    """Return the values in rows of two cells, a label and a value.

    Parameters
    ----------
    rows : object
        What came as the rows; blank ones and section headings are ignored [units of the fields]
    place : callable
        Gives the words for a row from its position, counted from 0
    facts : mapping of str to Fact
        The fields

    Returns
    -------
    dict
        Field names to values, None where unknown [units of the fields]

    Raises
    ------
    InputError
        If a row is not a known label, given once, with a value of its kind; every such row is
        named.
    """
    if isinstance(rows, str | Mapping) or not isinstance(rows, Iterable):
        refuse("context", "must be rows of label and value", got=_or_blank(rows))
    names = _fields_by_words(facts)
    values: dict[str, Any] = {}
    faults: list[InputError] = []
    for position, row in enumerate(rows):
        try:
            _add_pair(row, values, names, facts)
        except InputError as fault:
            faults.append(fault.placed(place(position)))
        if len(faults) == MOST_FAULTS:
            break
    refuse_all(faults)
    return values


def field_named(name: object, facts: Facts) -> str:
    """Return `name` if it is the name of a field.

    Parameters
    ----------
    name : object
        What came as a field name
    facts : mapping of str to Fact
        The fields

    Returns
    -------
    str
        The name

    Raises
    ------
    InputError
        If it is none; the nearest name is suggested.
    """
    if not (isinstance(name, str) and name in facts):
        names, plain = _fields_by_words(facts), _plain_label(name)
        near = get_close_matches(plain, names, n=1) or [known for known in names if plain and known.startswith(plain)]
        way_out = f"did you mean {names[near[0]]}?" if near else None
        refuse("context", "must have known fields", got=_or_blank(name), way_out=way_out)
    return name


def _add_pair(row: object, values: dict[str, Any], names: Mapping[str, str], facts: Facts) -> None:
    cells = tuple(row) if isinstance(row, Iterable) and not isinstance(row, str) else (row,)
    if len(cells) != _PAIR:
        refuse("context", "must have 2 columns, label and value", got=len(cells))
    label, value = (None if isinstance(cell, str) and not cell.strip() else cell for cell in cells)
    if label is None and value is None:
        return
    if label is None:
        refuse("context", "must have a label beside every value", got=BLANK)
    if value is None and _plain_label(label) in SECTIONS:
        return
    name = names.get(_plain_label(label)) or field_named(label, facts)
    if name in values:
        refuse("context", "must hold each field once", got=label)
    values[name] = facts[name].value(value, facts[name].label)


def _fields_by_words(facts: Facts) -> dict[str, str]:
    """Return the fields by every plain word for them."""
    return {_plain_label(words): name for name, fact in facts.items() for words in (name, fact.label)}


def _plain_label(label: object) -> str:
    """Return a label without its unit, capitals and punctuation."""
    return re.sub(r"\[[^]]*\]\s*$|[\W_]", "", str(label)[:_LONGEST_NAME].casefold())


def _or_blank(value: object) -> object:
    return BLANK if value is None else value


_PAIR = 2
_LONGEST_NAME = 80
