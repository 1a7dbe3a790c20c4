"""A pytest fixture that calls the Excel functions without Excel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xlsizing.hosts.headless import Headless

__all__ = ["sizing_functions"]


@pytest.fixture(scope="session")
def sizing_functions() -> Headless:
    """Return the registered Excel functions, callable by name: ``sizing_functions.call("SIZING_GPUS", ...)`` [-]."""
    from xlsizing.hosts.headless import Headless  # noqa: PLC0415  # xlwings loads only where a test asks for it

    return Headless()
