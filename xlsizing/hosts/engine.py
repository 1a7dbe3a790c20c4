"""The engine that evaluates workbooks: opened within limits, its cells by sheet, row and column."""

from __future__ import annotations

from typing import Final

import formualizer

from xlsizing.checks import refuse
from xlsizing.hosts.places import address, boundaries
from xlsizing.workbooks.structured import quoted

__all__ = ["Place", "dependents", "evaluated", "opened", "spills"]

Place = tuple[str, int, int]
"""Sheet, row and column, counted from 1 [-]."""

_ALL: Final = (1 << 32) - 1
_LONGEST: Final = 300


def opened(data: bytes) -> formualizer.Workbook:
    """Return the workbook `data` in the engine, dates as numbers [-].

    Raises
    ------
    InputError
        If the engine cannot read it.
    """
    limits = formualizer.EvaluationConfig()
    limits.max_eval_time_ms = 1000 * _LONGEST
    try:
        engine = formualizer.Workbook.from_bytes(data, config=formualizer.WorkbookConfig(eval_config=limits))
    except (OSError, ValueError, RuntimeError) as error:
        refuse("workbook", "must be one that can be read", detail=str(error))
    engine.set_temporal_egress("serial")
    return engine


def evaluated(engine: formualizer.Workbook) -> None:
    """Evaluate every formula in `engine`.

    Raises
    ------
    InputError
        If that fails as a whole, or takes longer than five minutes.
    """
    try:
        engine.evaluate_all()
    except (formualizer.ExcelEvaluationError, RuntimeError) as error:
        refuse("workbook", "must be one that can be evaluated", detail=str(error))


def spills(engine: formualizer.Workbook, place: Place) -> bool:
    """Tell whether the formula at `place` in `engine` fills other cells too [-]."""
    spill = engine.inspect_cell(_address(place), include_values=False).cell.spill
    if spill is None or spill.extent is None:
        return spill is not None
    first, _, last = spill.extent.rpartition("!")[2].partition(":")
    return bool(first != last)


def dependents(engine: formualizer.Workbook, place: Place) -> list[Place]:
    """Return the formulas in `engine` that read the cell at `place` themselves, but for those that name it [-]."""
    report = engine.dependents(_address(place), max_results=_ALL, max_work=_ALL)
    return [_place(dependent.cell) for dependent in report.dependents]


def _address(place: Place) -> str:
    return f"{quoted(place[0])}!{address(place[1:])}"


def _place(cell: str) -> Place:
    title, _, reference = cell.rpartition("!")
    title = title[1:-1].replace("''", "'") if title.startswith("'") else title
    box = boundaries(title, reference)
    return title, box.top, box.left
