"""Pytest fixtures: the Excel functions, and workbooks that call them, without Excel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xlsizing.hosts.headless import Headless
    from xlsizing.hosts.recalc import Recalculation

__all__ = ["sizing_functions", "sizing_workbook"]


@pytest.fixture(scope="session")
def sizing_functions() -> Headless:
    """Return the registered Excel functions, callable by name: ``sizing_functions.call("SIZING_GPUS", ...)``."""
    from xlsizing.hosts.headless import Headless  # noqa: PLC0415  # xlwings loads only where a test asks for it

    return Headless()


@pytest.fixture(scope="session")
def sizing_workbook() -> type[Recalculation]:
    """Return what opens a workbook for recalculation: ``book = sizing_workbook("quote.xlsm")``."""
    from xlsizing.hosts.recalc import Recalculation  # noqa: PLC0415  # xlwings loads only where a test asks for it

    return Recalculation
