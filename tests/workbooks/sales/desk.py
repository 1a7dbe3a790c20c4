"""The sales workbook as somebody works with it: inputs set by their names, formulas recalculated, results read."""

from __future__ import annotations

from functools import cache

from xlsizing.hosts.recalc import ErrorText, Recalculation
from xlsizing.hosts.sales import sales_bytes

SLAS, ANCHORS, WIDTH = 8, 32, 4

INTEGERS = {
    "Quote_GPUs_Commit": "gpus_high",
    "Quote_GPUs": "gpus",
    "Quote_GPUs_Low": "gpus_low",
    "Quote_Pods": "pods",
}
FLOATS = {
    "Quote_USD_Commit": "usd_per_month_high",
    "Quote_USD": "usd_per_month",
    "Quote_Cstar": "c_star",
    "Quote_Pod_Tps": "per_replica_tps",
}
TEXTS = {"Quote_Regime": "regime", "Quote_Remark": "remark"}
"""Names of results, and the field of a row that each must equal."""

RESULTS = (*INTEGERS, *FLOATS)


@cache
def built():
    """Return the bytes of the workbook, built once."""
    return sales_bytes()


class Desk:
    """One opened workbook."""

    def __init__(self):
        self.book = Recalculation(built())

    def set(self, **values):
        """Set named inputs; a list fills a column from its top, the rest of it becomes blank."""
        for name, value in values.items():
            if isinstance(value, list):
                room = len(self.book.value(name))
                assert len(value) <= room
                value = [[cell] for cell in [*value, *[None] * (room - len(value))]]  # noqa: PLW2901
            self.book.set(name, value)
        return self

    def curve(self, place, anchors):
        """Put `anchors`, rows of two to four cells, into the curve at a place."""
        rows = [[*(row or ()), *[None] * WIDTH][:WIDTH] for row in anchors]
        self.book.set(f"Curve_{place}", rows + [[None] * WIDTH] * (ANCHORS - len(rows)))
        return self

    def fact(self, place, row, value):
        """Set what stands in `row` of sheet Curves for the curve at a place."""
        self.book.set(f"Curves!{'CGKOSW'[place - 1]}{row}", value)
        return self

    def measured(self, place):
        """Say that the curve at a place was measured, in its context."""
        labels = [label for (label,) in self.book.value("Context!A1:A99")]
        self.book.set(f"Context!{'BCDEFG'[place - 1]}{labels.index('Basis') + 1}", "measured")
        return self

    def calculate(self):
        """Recalculate every formula."""
        self.book.calculate()
        return self

    def value(self, name):
        """Return the value of one named cell, or of a cell such as Quote!C5."""
        return self.book.value(name)

    def column(self, name):
        """Return the values of a named column; blanks are "" whatever made them."""
        return ["" if cell is None else cell for (cell,) in self.book.value(name)]

    def row(self, at=0):
        """Return every result of the SLA at a place counted from 0."""
        return {name: self.column(name)[at] for name in (*RESULTS, *TEXTS)}

    def sentences(self):
        """Return what failed: the words of the check and its sentence."""
        columns = (self.column(name) for name in ("Check_What", "Check_Sentence", "Check_Flag"))
        return {what: sentence for what, sentence, flag in zip(*columns, strict=True) if flag}


def is_error(cell):
    """Tell whether a cell holds a true error."""
    return isinstance(cell, ErrorText)


def unlike(cells, row, hours=730):
    """Return a line for each result that is not the package's, for an SLA that can be met."""
    found = [f"{name}: {cells[name]!r}" for name, field in TEXTS.items() if cells[name] != getattr(row, field)]
    found += [
        f"{name}: {cells[name]!r}, not {getattr(row, field)}"
        for name, field in INTEGERS.items()
        if cells[name] != getattr(row, field)
    ]
    for name, field in FLOATS.items():
        expected = getattr(row, field) * (hours / 730 if "USD" in name else 1)
        if is_error(cells[name]) or abs(cells[name] - expected) > 1e-9 * expected:
            found.append(f"{name}: {cells[name]!r}, not {expected!r}")
    return found
