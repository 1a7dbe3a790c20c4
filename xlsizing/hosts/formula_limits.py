"""What the engine cannot evaluate as Excel does: found in the formula, before a wrong value could look like a right one."""

from __future__ import annotations

import re
from typing import Final

import formualizer

from xlsizing.hosts.formula_arrays import array_reason
from xlsizing.hosts.formula_constants import constant_reason
from xlsizing.hosts.formula_order import order_reason
from xlsizing.hosts.formulas import Call, Formula, Resolve, Word, is_external

__all__ = ["Limits", "joins_texts", "reads_by_text"]

_THREE_D: Final = re.compile(r"(?:'[^'\[\]]+:[^'\[\]]+'|[^'!\[\]:]+:[^'!\[\]:]+)!")
_ABOUT_EXCEL: Final = frozenset({"CELL", "FORMULATEXT", "INFO", "GETPIVOTDATA", "RTD", "CALL"})
_OTHERWISE: Final = frozenset({"TYPE", "ISFORMULA", "PROPER", "UNIQUE"})  # the engine gives other values than Excel
_HIDDEN: Final = frozenset({"SUBTOTAL", "AGGREGATE"})
_BY_TEXT: Final = frozenset({"INDIRECT", "OFFSET"})
_JOINS: Final = frozenset({"CONCATENATE", "CONCAT", "TEXTJOIN"})
_UNKNOWN_OPERATORS: Final = ("", ",")


class Limits:
    """Finds in a formula what cannot be evaluated.

    Parameters
    ----------
    hides_rows : bool
        Whether a sheet of the workbook hides rows [-]
    """

    def __init__(self, *, hides_rows: bool) -> None:
        self._hides_rows = hides_rows
        self._known: dict[str, bool] = {"SINGLE": True, "ANCHORARRAY": True}

    def reason(self, formula: Formula, resolve: Resolve, *, single: bool) -> str | None:
        """Return why `formula` cannot be evaluated, None where it can [-].

        Parameters
        ----------
        formula : Formula
            The formula [-]
        resolve : callable
            Gives the reference that the engine takes for one of the file [-]
        single : bool
            Whether one cell holds it, not an array formula [-]

        Returns
        -------
        str or None
            The reason [-]
        """
        return (
            self._of_functions(formula)
            or self._of_references(formula, resolve)
            or _of_operators(formula.whole)
            or array_reason(formula.whole, resolve, single=single)
            or constant_reason(formula, resolve)
            or order_reason(formula, resolve)
        )

    def _of_functions(self, formula: Formula) -> str | None:
        for written, name in formula.functions.items():
            if name in _ABOUT_EXCEL:
                return f"{name} asks Excel itself"
            if name in _OTHERWISE:
                return f"{name} is not known here"
            if name in _HIDDEN and self._hides_rows:
                return f"{name} may leave out hidden rows"
            if not self._knows(written):
                return f"function {name} is not known here"
        return None

    def _of_references(self, formula: Formula, resolve: Resolve) -> str | None:
        for reference in sorted(formula.references):
            if is_external(reference):
                return f"{reference} is in another workbook"
            if _THREE_D.match(reference):
                return f"{reference} reaches over several sheets"
            if "[" in resolve(reference):
                return f"{reference} is no table of the workbook"
        return None

    def _knows(self, written: str) -> bool:
        """Tell whether the engine has a function of that name: it says so of a call without arguments."""
        formula = Formula(f"{written}()")
        (call,) = formula.whole.arguments[0]
        if call.is_ours:
            return True
        if call.name not in self._known:
            scratch = formualizer.Workbook()
            scratch.add_sheet("S")
            scratch.set_formula("S", 1, 1, f"={written}()")
            scratch.evaluate_all()
            value = scratch.get_value("S", 1, 1)
            self._known[call.name] = not (isinstance(value, dict) and value.get("kind") in ("Name", "NImpl"))
        return self._known[call.name]


def reads_by_text(formula: Formula) -> bool:
    """Tell whether `formula` works out at run time which cells it reads [-]."""
    return not _BY_TEXT.isdisjoint(formula.functions.values())


def joins_texts(formula: Formula) -> bool:
    """Tell whether `formula` joins texts, and so may write out a number [-]."""
    return not _JOINS.isdisjoint(formula.functions.values()) or any(
        isinstance(item, Word) and item.kind == "OpInfix" and item.written.strip() == "&" for item in formula.items
    )


def _of_operators(call: Call) -> str | None:
    for argument in call.arguments:
        for item in argument:
            if isinstance(item, Call):
                if call.name == "COUNT":  # the engine passes on an error that Excel would not count
                    return "COUNT of what is worked out inside it is not known here"
                found = "a function made by LAMBDA is not known here" if item.name == "LAMBDA" else _of_operators(item)
                if found:
                    return found
            elif call.name == "COUNT" and item.kind.startswith("Op") and item.kind != "Operand" and item.written != ":":
                return "COUNT of what is worked out inside it is not known here"
            elif item.kind == "OpInfix" and item.written.strip() in _UNKNOWN_OPERATORS:
                return "unions and intersections of ranges are not known here"
    return None
