"""The text of a sizing file: fields with a comment each, texts quoted so that they are read back as they were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

import yaml

__all__ = ["FieldText", "sizing_text"]

_EXACT: Final = 2**53  # floats hold every whole number up to here
_ONE_LINE: Final = float("inf")


class FieldText(NamedTuple):
    """One field of a sizing file as it is to be written.

    Parameters
    ----------
    path : tuple of str
        The field: of the file, or of a section of it
    comment : str
        One line above it, in words of ours
    value : object
        What it holds; None where it is left out, and only the comment stands there
    """

    path: tuple[str, ...]
    comment: str
    value: Any = None


def sizing_text(heading: str, fields: Iterable[FieldText]) -> str:
    """Return the YAML text of `fields`, in their order by sections, under a comment `heading`.

    >>> print(sizing_text("A file.", [FieldText(("customer",), "Who? [-]", "A: #1"), FieldText(("util",), "Share [-]")]))
    # A file.
    <BLANKLINE>
    # Who? [-]
    customer: "A: #1"
    <BLANKLINE>
    # Share [-]
    <BLANKLINE>
    """
    listed = list(fields)
    names = list(dict.fromkeys(field.path[0] for field in listed))
    parts = [_section_lines(name, [field for field in listed if field.path[0] == name]) for name in names]
    return "\n\n".join(["# " + heading, *map("\n".join, parts)]) + "\n"


def _section_lines(name: str, fields: Sequence[FieldText]) -> list[str]:
    inner = [field for field in fields if len(field.path) > 1]
    lines = _field_lines([field for field in fields if len(field.path) == 1], "")
    if any(field.value is not None for field in inner):
        lines.append(f"{name}:")
    indent = "  " if lines and lines[-1] == f"{name}:" else ""
    by_path = sorted(inner, key=lambda field: [each.path for each in inner].index(field.path))
    for _, same in groupby(by_path, key=lambda field: field.path):
        lines += _field_lines(list(same), indent)
    return lines


def _field_lines(same: Sequence[FieldText], indent: str) -> list[str]:
    """Return the comments of what is the `same` field, then the field."""
    lines = [f"{indent}# {field.comment}" for field in same]
    for field in same:
        if isinstance(field.value, list):
            lines.append(f"{indent}{field.path[-1]}:")
            lines += [f"{indent}  - {_flow(each)}" for each in field.value]
        elif field.value is not None:
            lines.append(f"{indent}{field.path[-1]}: {_flow(field.value)}")
    return lines


def _flow(value: Any) -> str:
    """Return a value on one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {_flow(each)}' for name, each in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
        value = int(value)
    # Quoted, whatever it is: 3e6 and no are text to one reader of YAML, and not to another.
    style = '"' if isinstance(value, str) else None
    dumped: str = yaml.safe_dump(value, default_style=style, allow_unicode=True, width=_ONE_LINE)
    return dumped.splitlines()[0]
