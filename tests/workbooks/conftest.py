"""Workbooks that several tests read, built once."""

import pytest

from tests.spec_files import EXAMPLE, ILLUSTRATIVE
from tests.workbooks.built import hostile_report, long_report, spec_workbook, standard_report
from xlsizing.workbooks.customer.write import customer_workbook
from xlsizing.workbooks.writer import names


@pytest.fixture(scope="session")
def standard():
    """The worked rows without a context: nothing but the arithmetic constrains the inputs."""
    return customer_workbook(standard_report())


@pytest.fixture(scope="session")
def batch():
    """Fifty SLAs, proven in pieces of twelve: what a table of thousands is, small enough for every test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(names, "LONGEST_PIECE", 12)
        patch.setattr(names, "MOST_AT_ONCE", 12)
        return customer_workbook(long_report(50))


@pytest.fixture(scope="session", params=["standard", "example", "verdict", "hostile", "batch"])
def anybook(request, standard, batch):
    """Workbooks of every kind in turn: bare, from both shipped sizing files, with hostile texts, and a long table."""
    if request.param in ("standard", "batch"):
        return {"standard": standard, "batch": batch}[request.param]
    if request.param == "hostile":
        return customer_workbook(hostile_report())
    return spec_workbook(EXAMPLE if request.param == "example" else ILLUSTRATIVE)
