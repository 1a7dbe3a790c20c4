"""What depends on formulas that could not be evaluated, and which formulas refer to themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import Final

from xlsizing.hosts.recalc.places import Place, cells_of, placed

__all__ = ["in_circles", "names_cell", "with_dependents"]

_REFERENCE: Final = re.compile(
    r"\"(?:[^\"]|\"\")*\"|(?:(?:'((?:[^']|'')*)'|([\w.]+))!)?(?<![\w.$])(\$?[A-Z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Z]{1,3}\$?[0-9]{1,7})?)(?![\w.(!])",
    re.IGNORECASE,
)


def with_dependents(
    found: dict[Place, str],
    dependents: Callable[[Place], list[Place]],
    cells: Callable[[Place], Iterable[Place]],
    by_text: Collection[Place],
    formulas: Collection[Place],
) -> dict[Place, str]:
    """Return what could not be evaluated with all that depends on it: an IFERROR would hide the fault.

    Parameters
    ----------
    found : dict
        What could not be evaluated, and why
    dependents : callable
        Gives the formulas that read a cell
    cells : callable
        Gives the cells that a formula fills
    by_text : collection of tuple
        The formulas that work out which cells they read: any may be among them
    formulas : collection of tuple
        The formulas of the workbook: what is not among them stands for a name

    Returns
    -------
    dict
        The same and more
    """
    known = dict(found)
    left = [(place, place) for place in found]
    for place in by_text:
        if place not in known:
            known[place] = "may read cells that could not be evaluated"
            left.append((place, place))
    while left:
        source, place = left.pop()
        for cell in cells(place):
            for reader in dependents(cell):
                if reader not in known:
                    known[reader] = (
                        f"depends on {placed(source[0], source[1:])}" if source in formulas else found[source]
                    )
                    left.append((source, reader))
    return known


def in_circles(broken: set[Place], precedents: Callable[[Place], list[Place]]) -> set[Place]:
    """Return the formulas of which each reads others of them and is read: circles, which the engine gives #REF! for.

    Parameters
    ----------
    broken : set of tuple
        The formulas that give #REF!
    precedents : callable
        Gives the cells that a formula reads

    Returns
    -------
    set of tuple
        Those in circles, and between two of them
    """
    reads = {place: {each for each in precedents(place) if each in broken} for place in broken}
    readers: dict[Place, set[Place]] = {place: set() for place in broken}
    for place, those in reads.items():
        for each in those:
            readers[each].add(place)
    left = [place for place in broken if not (reads[place] and readers[place])]
    while left:
        place = left.pop()
        for ways, back in ((reads, readers), (readers, reads)):
            for each in ways.pop(place, ()):
                back[each].discard(place)
                if not back[each]:
                    left.append(each)
    return set(reads)


def names_cell(text: str, place: Place) -> bool:
    """Tell whether the formula `text` in the cell at `place` names that cell itself.

    >>> names_cell("SUM(A1:B9)", ("S", 5, 2)), names_cell("T!B5+B6", ("S", 5, 2))
    (True, False)
    """
    for match in _REFERENCE.finditer(text):
        title = (match[1] or match[2] or place[0]).replace("''", "'")
        box = cells_of(title, match[3]) if match[3] and title.casefold() == place[0].casefold() else None
        if box is not None and box.holds(place[1:]):
            return True
    return False
