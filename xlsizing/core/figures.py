"""What stands once of each result: its unit, its words, how it is written, and where it is shown.

A field of `rows.SizingRow` is declared with a `figure`, and so is one row of one table: the rows, the frame, the JSON,
the tables of reports, their review, the proof of a workbook, its columns and the docs walk these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from typing import Any, Final, NamedTuple

from xlsizing.errors import shown
from xlsizing.rules import TOLERANCE

__all__ = [
    "FORMS",
    "OVERLOADED",
    "UNTOLD",
    "Figure",
    "Form",
    "documented",
    "figure",
    "figures_of",
    "function_columns",
    "in_section",
    "is_overload",
]

UNTOLD: Final = "-"
"""What stands in place of a number that is not known on a row that can be met."""

OVERLOADED: Final = "does not carry the demand"
"""What is said of a load above 1."""


class Form(NamedTuple):
    """How a figure is written.

    Parameters
    ----------
    text : callable
        In texts, from a value that is known
    cell : str
        In cells: Excel's number format
    """

    text: Callable[[Any], str]
    cell: str


def is_overload(load: float | None) -> bool:
    """Tell whether a `load` is above 1, of which what is rounding off [-]."""
    return load is not None and load > 1 + TOLERANCE


def _percent_words(share: float) -> str:
    return f"{100 * share:,.1f} %"


def _load_words(load: float) -> str:
    return _percent_words(load) + (f", {OVERLOADED}" if is_overload(load) else "")


_RATE_DIGITS, _WAIT_DIGITS = 7, 4  # a wait follows from others; a limit has the digits that were given

FORMS: Final = {
    "text": Form(str, "General"),
    "int": Form(lambda value: f"{value:,}", "#,##0"),
    "one": Form(lambda value: f"{value:,.1f}", "#,##0.0"),
    "two": Form(lambda value: f"{value:,.2f}", "#,##0.00"),
    "rate": Form(lambda value: shown(value, digits=_RATE_DIGITS), "#,##0.00"),
    "given": Form(shown, "General"),
    "wait": Form(lambda value: shown(value, digits=_WAIT_DIGITS), "0.000"),
    "usd": Form(lambda value: f"{value:,.0f}", "$#,##0"),
    "usd2": Form(lambda value: f"{value:,.2f}", "$#,##0.00"),
    "pct": Form(_percent_words, "0.0%"),
    "held": Form(_load_words, "0.0%"),
}
"""Every form by its name; a workbook calls its styles by the same names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One result of a sizing.

    Parameters
    ----------
    meaning, unit : str
        What it is, and in which unit; none for words and states
    form : str
        How it is written, one of `FORMS`
    words : str
        What a sentence calls it; its meaning where that is left out
    known_if_infeasible, may_be_nan : bool
        Whether it stands on a row that cannot be met; whether its number may be none
    key : str
        In the JSON, where that is not its name
    oldest : int
        Its place among the oldest keys of a row of the JSON, from 1, which hold the first anchor's figures where the SLA
        cannot be met; 0 for newer ones [-]
    section, heading : str
        The part of a table that shows it, and what it is called there; empty where none does
    place : int
        Its place in that part, from 1; those without one come last, as they are declared [-]
    function : tuple of int and str, optional
        Its place in the Excel function SIZING_TABLE, from 1, and its heading there [-]
    column : tuple of str, str, str, float, optional
        In the customer's workbook: the column, its heading, the defined name of its cells, and its width [characters]
    """

    meaning: str
    unit: str
    form: str = "text"
    words: str = ""
    known_if_infeasible: bool = False
    may_be_nan: bool = False
    key: str = ""
    oldest: int = 0
    section: str = ""
    heading: str = ""
    place: int = 1_000
    function: tuple[int, str] | None = None
    column: tuple[str, str, str, float] | None = None

    def text(self, value: Any) -> str:
        """Return a `value` as a table shows it [unit of the figure]."""
        return UNTOLD if value is None else FORMS[self.form].text(value)


def figure(meaning: str, unit: str, **more: Any) -> Any:
    """Return the declaration of a field with what stands of it in one table.

    Parameters
    ----------
    meaning, unit : str
        What it is, and in which unit
    more
        As of `Figure`

    Returns
    -------
    Any
        The field of a dataclass
    """
    return field(metadata={"figure": Figure(meaning=meaning, unit=unit, **more)})


def figures_of(rows: type) -> dict[str, Figure]:
    """Return every figure of a class of `rows`, by the name of its field."""
    return {each.name: each.metadata["figure"] for each in fields(rows)}


def in_section(figures: dict[str, Figure], section: str) -> list[tuple[str, Figure]]:
    """Return the `figures` that one `section` of a table shows, in their order there."""
    shown_there = ((name, each) for name, each in figures.items() if each.section == section)
    return sorted(shown_there, key=lambda pair: pair[1].place)


def function_columns(figures: dict[str, Figure], *others: tuple[int, str, str]) -> dict[str, str]:
    """Return the names of those `figures` that SIZING_TABLE shows, by heading, `others` (place, heading, name) among them."""
    found: Iterable[tuple[int, str, str]] = (
        (*each.function, name) for name, each in figures.items() if each.function is not None
    )
    return {heading: name for _, heading, name in sorted([*found, *others])}


def documented(rows: type) -> str:
    """Return the part of a docstring that names the fields of a class of `rows`, each with its type, meaning and unit."""
    entries = (
        f"{each.name} : {str(each.type).replace(' | ', ' or ')}\n    {figure.meaning}{f' [{figure.unit}]' if figure.unit else ''}"
        for each, figure in zip(fields(rows), figures_of(rows).values(), strict=True)
    )
    return "\n".join(("Parameters", "----------", *entries))
