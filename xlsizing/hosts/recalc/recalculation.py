"""A workbook recalculated without Excel: native formulas and the SIZING_ functions together.

A place is a cell or a range with its sheet, "Quote!C5" or "'My sheet'!$C$5:$D$9", or a defined name
of such cells. A value is a float, a text, a bool, None (a blank), or an error of Excel as
`ErrorText`, which equals its text, "#N/A"; dates are the numbers that cells store.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from xlsizing.checks import refuse
from xlsizing.errors import Phrase
from xlsizing.hosts.excel.excel_errors import is_error
from xlsizing.hosts.recalc.copied import EngineCopy
from xlsizing.hosts.recalc.engine import LOCALES
from xlsizing.hosts.recalc.foreign import ForeignWorkbook
from xlsizing.hosts.recalc.places import Box, Place, address, boundaries, box_in, box_of, in_rows, placed
from xlsizing.hosts.recalc.progress import Tell, counted, untold
from xlsizing.hosts.recalc.sheet_source import At, ErrorText
from xlsizing.hosts.recalc.structured import quoted
from xlsizing.hosts.recalc.unpacking import workbook_data
from xlsizing.workbooks.writer import cell_text, with_points, zipped

__all__ = ["ErrorText", "Recalculation", "Unevaluated"]

_POINTS: Final = re.compile(
    rb"<((?:c:)?)numRef><(?:c:)?f>([^<]*)</(?:c:)?f><(?:c:)?numCache>.*?</(?:c:)?numCache></(?:c:)?numRef>", re.DOTALL
)
_NOT_KNOWN: Final = ErrorText("#N/A")


class Unevaluated(NamedTuple):
    """A formula that could not be evaluated.

    Parameters
    ----------
    place : str
        Its cell, "Quote!C5"
    formula : str
        The formula, as the file holds it
    reason : str
        Why not
    """

    place: str
    formula: str
    reason: str


class Recalculation:
    """A workbook whose inputs can be set and whose formulas are evaluated; the file is only read.

    No macro runs and no link is followed. What cannot be evaluated as Excel would is listed in
    `unevaluated`, with all that depends on it, and has no value.

    Parameters
    ----------
    source : str, Path or bytes
        The workbook, .xlsx or .xlsm: its path, or its bytes
    locale : str, optional
        Whose rules functions follow where they read and write texts, "de_DE"; else "en_US"
    now : datetime, optional
        What NOW and TODAY give; else the time at which it is calculated
    told : callable, optional
        Called with how much is done, of how much (0 where that is not known), and a text of what is done

    Raises
    ------
    InputError
        If it is no such workbook, it is too large, or there is no such locale.
    """

    def __init__(
        self,
        source: str | Path | bytes,
        *,
        locale: str | None = None,
        now: datetime | None = None,
        told: Tell = untold,
    ) -> None:
        if locale is not None and locale not in LOCALES:
            refuse("locale", "must be one that is known", got=locale, way_out=f"there are {', '.join(LOCALES)}")
        data = source if isinstance(source, bytes) else workbook_data(Path(source))
        self._book = ForeignWorkbook(data, None if isinstance(source, bytes) else str(source), told)
        self._copy = EngineCopy(self._book, locale, told)
        self._now, self._told = now, told
        self._given: dict[Place, object] = {}
        self._unknown: dict[Place, str] | None = None
        self._owners: dict[Place, Place] = {}
        self._note_owners()

    def set(self, place: str, value: Any) -> None:
        """Set the cell at `place` to `value`, or a range to a list; `calculate` shows the effect.

        Parameters
        ----------
        place : str
            A cell, a range or a name that no formula fills
        value : float, str, bool, None or list of these
            What to put there; None empties the cell, and a text such as "#N/A" is that error [units of the cell]

        Raises
        ------
        InputError
            If the place is no input of this workbook, or a cell cannot hold the value.
        """
        box = box_of(place, self._book)
        rows = in_rows(value, box, place)
        changed = {}
        for at, cell in zip(box.cells, (cell for row in rows for cell in row), strict=True):
            self._check_input(box.title, at)
            changed[box.title, *at] = _cell_value(cell, place)
        for where, cell in changed.items():
            self._copy.put(where, cell)
        self._given |= changed
        self._unknown = None

    def calculate(self) -> None:
        """Evaluate every formula with the inputs as they are now."""
        self._unknown = self._copy.evaluate(self._now or datetime.now())  # noqa: DTZ005  # the clock on the wall
        self._note_owners()

    def value(self, place: str) -> Any:
        """Return the value at `place`, a cell's or the rows of a range; None where it is not known [units of the cell]."""
        box = box_of(place, self._book)
        self._unknown_reasons()
        values = iter(self._values_at([(box.title, *at) for at in box.cells]))
        rows = [[next(values) for _ in row] for row in box.rows]
        return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows

    @property
    def values(self) -> dict[str, dict[str, Any]]:
        """The value of every formula by sheet and cell; None where it could not be evaluated [units of the cells]."""
        found: dict[str, dict[str, Any]] = {title: {} for title in self._book.sheets}
        self._unknown_reasons()
        places = sorted(self._owners, key=lambda place: place[1:])
        for place, value in zip(places, self._values_at(places), strict=True):
            found[place[0]][address(place[1:])] = value
        return {title: cells for title, cells in found.items() if cells}

    def formula(self, title: str, cell: str) -> str:
        """Return the formula that fills a `cell` of the sheet `title`, as the file means it; "" where none does."""
        box = boundaries(title, cell)
        owner = self._owners.get((title, box.top, box.left))
        return self._copy.formula(owner) if owner else ""

    @property
    def names(self) -> dict[str, str]:
        """The place of each defined name of a cell or a range."""
        areas = {name: text for (scope, name), text in self._book.names.items() if not scope}
        found = {self._book.spelled[name]: text for name, text in areas.items() if self._book.references.is_area(text)}
        return {name: text.replace("$", "") for name, text in found.items()}

    def is_known(self, place: str) -> bool:
        """Tell whether every formula at `place` could be evaluated."""
        box = box_of(place, self._book)
        owners = (self._owners.get((box.title, *at)) for at in box.cells)
        return self._unknown_reasons().keys().isdisjoint(owner for owner in owners if owner)

    @property
    def unevaluated(self) -> list[Unevaluated]:
        """The formulas that could not be evaluated, and why."""
        order = {title: position for position, title in enumerate(self._book.sheets)}
        found = sorted(self._unknown_reasons().items(), key=lambda item: (order[item[0][0]], item[0][1:]))
        rules = (
            Unevaluated(f"{quoted(title)}!{cells}", f"={formula}", "is a conditional format or a validation")
            for title, cells, formula in self._book.rules
        )
        return [Unevaluated(_reference_of(place), self._copy.formula(place), reason) for place, reason in found] + list(
            rules
        )

    @property
    def sizing(self) -> dict[str, str]:
        """The formulas that call a SIZING_ function, by their cells."""
        return {_reference_of(place): self._copy.formula(place) for place in self._copy.ours}

    @property
    def reasons(self) -> dict[str, str]:
        """Why a SIZING_ function gave an error, in one sentence, by its cell."""
        self._unknown_reasons()
        return {_reference_of(place): reason for place, reason in self._copy.said.items()}

    def saved(self) -> bytes:
        """Return the file with the inputs that were set and a fresh value in every formula.

        Returns
        -------
        bytes
            The file; a formula that could not be evaluated holds #N/A, and every other byte of
            every part is as it was
        """
        self._unknown_reasons()
        changed = {}
        for title, source in counted(self._book.sheets.items(), "Sheets written", self._told):
            resized = {place: each for place, each in self._copy.resized.items() if place[0] == title}
            emptied: dict[At, object] = {at: None for old, _ in resized.values() for at in old.cells}
            places = [place for place in self._owners if place[0] == title]
            values = zip((place[1:] for place in places), self._values_at(places), strict=True)
            known = {at: _NOT_KNOWN if value is None else value for at, value in values}
            given = {place[1:]: value for place, value in self._given.items() if place[0] == title}
            given = {at: value for at, value in (emptied | given).items() if at not in known}
            if known or given:
                spills = {place[1:]: new.corners for place, (_, new) in resized.items()}
                changed[title] = source.with_values(known, given, spills)
        return zipped(self._with_charts(self._book.with_sheets(changed)))

    def _with_charts(self, parts: dict[str, bytes]) -> dict[str, bytes]:
        """Return the parts with fresh points in the charts, if this package made the workbook."""

        def renewed(match: re.Match[bytes]) -> bytes:
            reference = match[2].decode()
            box = box_in(reference, "", self._book)
            if box is None:
                return match[0]
            values = self._values_at([(box.title, *at) for at in box.cells])
            return with_points(match[1].decode(), reference, values)

        charts = {name: part for name, part in parts.items() if name.startswith("xl/charts/chart")}
        return parts | {name: _POINTS.sub(renewed, part) for name, part in charts.items() if self._book.is_ours}

    @property
    def linked(self) -> dict[str, list[str]]:
        """The references to other workbooks whose values were taken as the file holds them, by cell."""
        return {_reference_of(place): sorted(found) for place, found in self._copy.linked.items() if place[1]}

    def _note_owners(self) -> None:
        """Note which formula fills which cell."""
        self._owners = {place: place for place in self._copy.formulas}
        for place, box in self._copy.boxes.items():
            self._owners |= {(box.title, *at): place for at in box.cells}

    def _unknown_reasons(self) -> dict[Place, str]:
        if self._unknown is None:
            self.calculate()
        return self._unknown or {}

    def _values_at(self, places: Sequence[Place]) -> list[Any]:
        unknown = self._unknown_reasons()
        owners = [self._owners.get(place) for place in places]
        return [
            None if owner in unknown else 0.0 if value is None and owner is not None else value
            for owner, value in zip(owners, self._copy.get(places), strict=True)
        ]

    def _check_input(self, title: str, at: At) -> None:
        place = _reference_of((title, *at))
        if (title, *at) in self._owners:
            refuse(place, "must be an input", got=Phrase("a formula"), way_out="set the cells that it reads")
        for box in self._merged_boxes(title):
            if box.holds(at) and at != (box.top, box.left):
                first = _reference_of((title, box.top, box.left))
                refuse(place, "must not be covered by a merged cell", way_out=f"set {first}")

    def _merged_boxes(self, title: str) -> list[Box]:
        return [boundaries(title, reference) for reference in self._book.sheets[title].merged]


def _reference_of(place: Place) -> str:
    return placed(place[0], place[1:])


def _cell_value(value: Any, place: str) -> object:
    """Return a value as a cell holds it."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | ErrorText):
        return value
    if isinstance(value, int | float | Decimal) and math.isfinite(value):
        return float(value)
    if not isinstance(value, str):
        refuse(place, "must be a finite number, a text, TRUE, FALSE or a blank", got=value)
    cell_text(value, place)
    return ErrorText(value) if is_error(value) else value
