"""Dates among the inputs: a copied date is a plain number, so each must be found where it stands."""

from datetime import datetime
from io import BytesIO

import openpyxl
import pytest
from openpyxl.utils import coordinate_to_tuple

from tests.workbooks.sales.desk import built, is_error
from xlsizing.hosts.recalc import Recalculation

pytestmark = pytest.mark.slow

GPUS, DOLLARS = "Quote_GPUs_Commit", "Quote_USD_Commit"
DAY = 95  # 4 April 1900


@pytest.fixture
def dated(desk):
    """Return what puts a day into a cell that shows dates: a style that no other cell has."""
    book, changed, dates = desk.book._book, {}, desk.book._book.dates

    def put(place):
        title, _, cell = place.partition("!")
        found = book.sheets[title].cells[coordinate_to_tuple(cell)]
        changed[place] = found, found.style
        found.style, book.dates = -1, dates | {-1}
        desk.book.set(place, DAY)
        return desk.calculate()

    yield put
    book.dates = dates
    for found, style in changed.values():
        found.style = style


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
            ("Quote!B15", "Quote: SLA 1", GPUS),
            ("Curves!D16", "Quote: curve", GPUS),
            ("Curves!C7", "GPUs per pod of MiniMax-M2-NVFP4, GB300, TP4", GPUS),
            ("Curves!C8", "Price of MiniMax-M2-NVFP4, GB300, TP4", DOLLARS),
        ],
    )
    def test_it_is_a_true_error_and_said(self, dated, place, what, broken):
        desk = dated(place)
        assert is_error(desk.column(broken)[0])
        assert "the date 1900-04-04" in desk.sentences()[what]
        assert desk.value("Quote!B3").startswith("CHECK INPUTS")

    def test_a_share_that_is_a_date(self, dated):
        desk = dated("Quote!J12")
        assert is_error(desk.column("Quote_GPUs_Budget")[0])
        assert "Quote: budget" in " ".join(desk.sentences())

    def test_saved_in_the_file_it_is_one_too(self):
        book = openpyxl.load_workbook(BytesIO(built()), keep_vba=True)
        book["Quote"]["D7"].value = datetime(1900, 4, 4)  # noqa: DTZ001  # cells have no zone
        book["Quote"]["D7"].number_format = "yyyy-mm-dd"
        stream = BytesIO()
        book.save(stream)
        found = Recalculation(stream.getvalue())
        found.calculate()
        assert is_error(found.value("Quote_GPUs_Commit")[0][0])
        assert "Quote: demand: tpm must be a number (got the date 1900-04-04)" in found.value("Quote!B3")
