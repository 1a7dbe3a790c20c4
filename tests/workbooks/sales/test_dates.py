"""Dates among the inputs: a copied date is a plain number, so each must be found where it stands."""

from datetime import datetime
from io import BytesIO

import openpyxl
import pytest

from tests.workbooks.sales.desk import Desk, built, is_error
from xlsizing.hosts.recalc import Recalculation

pytestmark = pytest.mark.slow

GPUS, DOLLARS = "Quote_GPUs_Commit", "Quote_USD_Commit"


def dated(place):
    """Return the workbook with 4 April 1900, the number 95, in a cell that shows dates."""
    book = openpyxl.load_workbook(BytesIO(built()), keep_vba=True)
    title, _, cell = place.partition("!")
    book[title][cell].value = datetime(1900, 4, 4)  # noqa: DTZ001  # cells have no zone
    book[title][cell].number_format = "yyyy-mm-dd"
    stream = BytesIO()
    book.save(stream)
    desk = Desk()
    desk.book = Recalculation(stream.getvalue())
    return desk.calculate()


class TestDates:
    @pytest.mark.parametrize(
        ("place", "what", "broken"),
        [
            ("Quote!D7", "Quote: demand", GPUS),
            ("Quote!D9", "Quote: customer's ISL", GPUS),
            ("Quote!D10", "Quote: customer's OSL", GPUS),
            ("Quote!J6", "Quote: planned utilisation", GPUS),
            ("Quote!J7", "Quote: GPUs per pod", GPUS),
            ("Quote!J8", "Quote: price", DOLLARS),
            ("Quote!J10", "Quote: hours per month", DOLLARS),
            ("Quote!B14", "Quote: SLA 1", GPUS),
            ("Curves!D16", "Quote: curve", GPUS),
            ("Curves!C7", "GPUs per pod of MiniMax-M2-NVFP4, GB300, TP4", GPUS),
            ("Curves!C8", "Price of MiniMax-M2-NVFP4, GB300, TP4", DOLLARS),
        ],
    )
    def test_it_is_a_true_error_and_said(self, place, what, broken):
        desk = dated(place)
        assert is_error(desk.column(broken)[0])
        assert "the date 1900-04-04" in desk.sentences()[what]
        assert desk.value("Quote!B3").startswith("CHECK INPUTS")
