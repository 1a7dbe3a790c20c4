"""The sales workbook, fresh for a test that edits it, and built once for those that read."""

import pytest

from tests.workbooks.sales.desk import Desk, built


@pytest.fixture(scope="session")
def sales():
    return built()


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture(scope="module")
def busy_desk():
    """One workbook that many cases are put into, one after another: nothing of an earlier one may remain."""
    return Desk()
