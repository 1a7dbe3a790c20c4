"""The sales workbook, as delivered for each test that edits it, and built once for those that read."""

import pytest

from tests.workbooks.sales.desk import Desk, built


@pytest.fixture(scope="session")
def sales():
    return built()


@pytest.fixture(scope="session")
def shared_desk():
    """The one workbook behind `desk`: opening a file takes several times as long as calculating it."""
    return Desk()


@pytest.fixture
def desk(shared_desk):
    """The workbook as delivered; what a test puts into it is taken out after it."""
    yield shared_desk
    shared_desk.undo()


@pytest.fixture(scope="module")
def busy_desk():
    """One workbook that many cases are put into, one after another: nothing of an earlier one may remain."""
    return Desk()
