"""Cells and rows as the parts of an .xlsx hold them, with gaps for the values of formulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from xlsizing.workbooks.writer.dynamic_arrays import DYNAMIC
from xlsizing.workbooks.writer.names import letter, place
from xlsizing.workbooks.writer.text import escaped

__all__ = [
    "BESIDE",
    "ERROR_VALUES",
    "ROW",
    "CellValue",
    "Rows",
    "Values",
    "cell_xml",
    "dynamic_cells",
    "is_formula",
    "text_xml",
    "value_xml",
]

CellValue = float | str | None
Values = Mapping[str, CellValue]
"""The values of a sheet by cell, "B12"; errors are texts such as "#N/A" [units of the cells]."""

ROW: Final = "\ue000"
"""Stands for the row's own number in formulas that many rows share; no text of ours holds it."""

BESIDE: Final = "\ue002"
"""Stands for the number of a row of another sheet that moves with it, in the same formulas."""

_GAP: Final = "\0"  # no text holds it: users' control characters are replaced
_ERRORS: Final = {"Na": "#N/A", "Div": "#DIV/0!", "Name": "#NAME?", "Num": "#NUM!", "Ref": "#REF!"}
ERROR_VALUES: Final = frozenset((*_ERRORS.values(), "#VALUE!"))
"""What a cell shows in place of a value."""


class Rows(NamedTuple):
    """Rows of a sheet.

    Parameters
    ----------
    text : str
        The rows, with two gaps in every formula: for the kind of its value and for the value
    formulas : list of tuple of int
        Row and column of each formula with gaps, counted from 1, in the order of `text` [-]
    """

    text: str
    formulas: list[tuple[int, int]]

    @property
    def without_values(self) -> str:
        """The rows with formulas alone."""
        return self.text.replace(_GAP, "")

    def with_values(
        self, values: Sequence[object], later: frozenset[int] = frozenset()
    ) -> tuple[Rows, dict[str, CellValue]]:
        """Return the rows with a value in every formula, and those values by cell.

        Parameters
        ----------
        values : sequence
            What an engine made of each of its formulas, in their order [units of the cells]
        later : frozenset of int, optional
            Columns whose formulas keep their gaps, counted from 1 [-]

        Returns
        -------
        Rows
            The rows, their formulas those that still have gaps
        dict of str to float, str or None
            The values by cell, of columns for later too [units of the cells]
        """
        stored = _stored_results(values)
        kinds, texts = [kind for kind, _, _ in stored], [text for _, text, _ in stored]
        left = [at for at in self.formulas if at[1] in later] if later else []
        if left:
            for position, (_, column) in enumerate(self.formulas):
                if column in later:
                    kinds[position] = texts[position] = _GAP
        pieces = self.text.split(_GAP)
        filled = [""] * (2 * len(pieces) - 1)
        filled[::4], filled[2::4], filled[1::4], filled[3::4] = pieces[::2], pieces[1::2], kinds, texts
        letters = {column: letter(column) for column in {column for _, column in self.formulas}}
        cells = [f"{letters[column]}{row}" for row, column in self.formulas]
        return Rows("".join(filled), left), dict(zip(cells, [plain for _, _, plain in stored], strict=True))


def cell_xml(place: str, value: object, style: int) -> str:
    """Return the cell at `place` with `value`, a number, a formula or nothing, in `style` [-].

    >>> cell_xml("B2", 7, 3)
    '<c r="B2" s="3"><v>7</v></c>'
    """
    if value is None:
        return f'<c r="{place}" s="{style}"/>'
    if isinstance(value, int | float):
        number = int(value) if isinstance(value, int) else float(value)
        return f'<c r="{place}" s="{style}"><v>{number!r}</v></c>'
    return f'<c r="{place}" s="{style}"{_GAP}><f>{escaped(str(value)[1:])}</f>{_GAP}</c>'


def text_xml(place: str, number: int, style: int) -> str:
    """Return the cell at `place` with the text at `number` among the shared ones, whatever it begins with, in `style` [-].

    >>> text_xml("B2", 7, 3)
    '<c r="B2" s="3" t="s"><v>7</v></c>'
    """
    return f'<c r="{place}" s="{style}" t="s"><v>{number}</v></c>'


def dynamic_cells(
    first: str, formula: str, values: Sequence[Sequence[CellValue]], styles: Sequence[int]
) -> dict[tuple[int, int], str]:
    """Return the cells that a `formula` in the cell `first` fills, by row and column counted from 1.

    Parameters
    ----------
    first : str
        The cell that holds it
    formula : str
        Without "="
    values : sequence of sequences
        What it gives, in rows [units of the cells]
    styles : sequence of int
        The style of each column [-]

    Returns
    -------
    dict of tuple to str
        The cells as the sheet's part holds them
    """
    top, left = place(first)
    last = f"{letter(left + len(values[0]) - 1)}{top + len(values) - 1}"
    made = {}
    for i, row in enumerate(values):
        for j, value in enumerate(row):
            kind, text, _ = _stored_result(value)
            own = f'<f t="array" ref="{first}:{last}">{escaped(formula)}</f>' if i == j == 0 else ""
            array = DYNAMIC if own else ""
            at = f"{letter(left + j)}{top + i}"
            made[top + i, left + j] = f'<c r="{at}" s="{styles[j]}"{kind}{array}>{own}<v>{text}</v></c>'
    return made


def value_xml(place: str, value: CellValue) -> str:
    """Return the cell at `place` with the `value` of a formula without the formula, for an engine alone."""
    if isinstance(value, float):
        return f'<c r="{place}" s="0"><v>{value!r}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escaped(value or "")}</t></is></c>'


def is_formula(cell: str) -> bool:
    """Tell whether a `cell` as `cell_xml` makes it holds a formula."""
    return _GAP in cell


def _stored_results(values: Sequence[object]) -> list[tuple[str, str, CellValue]]:
    """Return what `_stored_result` does of each of `values`, the text between its tags, each value worked out once."""
    if {float, str, type(None)}.issuperset(map(type, values)):
        known = {value: _tagged_result(value) for value in set(values)}
        return list(map(known.__getitem__, values))
    return [_tagged_result(value) for value in values]  # a truth equals 1.0, and an error cannot be looked up


def _tagged_result(value: object) -> tuple[str, str, CellValue]:
    kind, text, plain = _stored_result(value)
    return kind, f"<v>{text}</v>", plain


def _stored_result(value: object) -> tuple[str, str, CellValue]:
    """Return the attribute, the text and the plain value of a result."""
    if isinstance(value, bool | int | float):
        return "", repr(value + 0), float(value)
    if isinstance(value, dict):  # the engine's errors
        error = _ERRORS.get(value.get("kind", ""), "#VALUE!")
        return ' t="e"', error, error
    text = "" if value is None else str(value)
    return ' t="str"', escaped(text), text
