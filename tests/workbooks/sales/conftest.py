"""The sales workbook: as delivered for tests that read it, and with hand-made curves for those that edit it."""

import pytest

from tests.workbooks.sales.desk import Desk
from xlsizing.hosts.sales.book import sales_bytes


@pytest.fixture(scope="session")
def sales():
    """The workbook as it is delivered, with the curves that come with it."""
    return sales_bytes()


@pytest.fixture(scope="session")
def shared_desk():
    """The one workbook behind `desk`: opening a file takes several times as long as calculating it."""
    return Desk()


@pytest.fixture
def desk(shared_desk):
    """The workbook of hand-made curves; what a test puts into it is taken out after it."""
    yield shared_desk
    shared_desk.undo()


@pytest.fixture(scope="module")
def busy_desk():
    """One workbook that many cases are put into, one after another: nothing of an earlier one may remain."""
    return Desk()
