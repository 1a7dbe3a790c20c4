"""The sales workbook as somebody works with it: inputs set by their names, formulas recalculated, results read."""

from __future__ import annotations

from functools import cache

from tests.workbooks.sales.decks import HAND_MADE
from xlsizing.core.rows import BUDGET, COMMIT
from xlsizing.hosts.recalc import ErrorText, Recalculation
from xlsizing.hosts.recalc.places import box_of
from xlsizing.hosts.sales.book import sales_bytes
from xlsizing.rules import DRAFT
from xlsizing.workbooks.sales.layout import first_column
from xlsizing.workbooks.sales.quote_sheet import NO_REMARK
from xlsizing.workbooks.writer.names import letter

SLAS, ANCHORS, WIDTH = 8, 32, 4

INTEGERS = {
    "Quote_GPUs_Commit": "gpus_high",
    "Quote_GPUs_Budget": "gpus_budget",
    "Quote_GPUs": "gpus",
    "Quote_GPUs_Low": "gpus_low",
    "Quote_Pods_Commit": "pods_high",
    "Quote_Pods": "pods",
}
FLOATS = {
    "Quote_USD_Commit": "usd_per_month_high",
    "Quote_USD": "usd_per_month",
    "Quote_Cstar": "c_star",
    "Quote_Pod_Tps": "per_replica_tps",
}
"""Names of results, and the field of a row that each must equal."""

TEXTS = ("Quote_Regime", "Quote_Remark")
QUOTED = {COMMIT: ("gpus_high", "usd_per_month_high"), BUDGET: ("gpus_budget", "usd_per_month_budget")}
"""The fields of a row that the figure to quote shows, its GPUs and dollars."""

NONE = "none"
RESULTS = (*INTEGERS, *FLOATS, "Quote_Figure", "Quote_Quoted_GPUs", "Quote_Quoted_USD")


@cache
def built():
    """Return the bytes of the workbook of hand-made curves, built once."""
    return sales_bytes(HAND_MADE)


class Kept(Recalculation):
    """A workbook that knows what stood in each cell before it was set."""

    def __init__(self, data):
        super().__init__(data)
        self._before = {}

    def set(self, place, value):
        """Set cells, and note what stood in them."""
        box = box_of(place, self._book)
        new = [(box.title, *at) for at in box.cells if (box.title, *at) not in self._before]
        self._before |= dict(zip(new, self._copy.get(new), strict=True))
        super().set(place, value)

    def undo(self):
        """Put back what stood in every cell that was set."""
        for place, value in self._before.items():
            self._copy.put(place, value)
        self._before, self._given, self._unknown = {}, {}, None


class Desk:
    """One opened workbook."""

    def __init__(self, data=None):
        self.book = Kept(built() if data is None else data)

    def undo(self):
        """Put the workbook back as it was delivered; the next value that is read is calculated anew."""
        self.book.undo()

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
        self.book.set(f"Curves!{first_column(place)}{row}", value)
        return self

    def context(self, place, **facts):
        """Set fields of the context of the curve at a place, by their labels on sheet Context."""
        labels = [label for (label,) in self.book.value("Context!A1:A99")]
        for label, value in facts.items():
            self.book.set(f"Context!{letter(1 + place)}{labels.index(label) + 1}", value)
        return self

    def measured(self, place):
        """Say that the curve at a place was measured, in its context."""
        return self.context(place, Basis="measured")

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


def unlike(cells, row, hours=730, standing=DRAFT):
    """Return a line for each result that is not the package's, for an SLA that can be met, on a row of that `standing`."""
    quoted = row.quoted(standing)
    gpus, usd = (getattr(row, field) for field in QUOTED[quoted]) if quoted else ("", "")
    exact = {name: getattr(row, field) for name, field in INTEGERS.items()} | {
        "Quote_Regime": row.regime,
        "Quote_Remark": row.remark_as(standing) or NO_REMARK,
        "Quote_Figure": quoted or NONE,
        "Quote_Quoted_GPUs": gpus,
    }
    floats = {name: getattr(row, field) for name, field in FLOATS.items()}
    if quoted:
        floats["Quote_Quoted_USD"] = usd
    else:
        exact["Quote_Quoted_USD"] = ""
    found = [f"{name}: {cells[name]!r}, not {value!r}" for name, value in exact.items() if cells[name] != value]
    for name, value in floats.items():
        expected = value * (hours / 730 if "USD" in name else 1)
        if is_error(cells[name]) or cells[name] == "" or abs(cells[name] - expected) > 1e-9 * expected:
            found.append(f"{name}: {cells[name]!r}, not {expected!r}")
    return found
