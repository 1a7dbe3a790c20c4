"""Workbooks that several tests read, built once."""

import pytest

from tests.spec_files import EXAMPLE, ILLUSTRATIVE
from tests.workbooks.built import hostile_report, spec_workbook, standard_report
from xlsizing.workbooks.write import customer_workbook


@pytest.fixture(scope="session")
def standard():
    """The worked rows without a context: nothing but the arithmetic constrains the inputs."""
    return customer_workbook(standard_report())


@pytest.fixture(scope="session", params=["standard", "example", "verdict", "hostile"])
def anybook(request, standard):
    """Workbooks of every kind in turn: bare, from both sizing files that are shipped, and with hostile texts."""
    if request.param == "standard":
        return standard
    if request.param == "hostile":
        return customer_workbook(hostile_report())
    return spec_workbook(EXAMPLE if request.param == "example" else ILLUSTRATIVE)
