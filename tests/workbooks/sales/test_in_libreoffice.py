"""The whole sales workbook in LibreOffice: its own macros run, and reach xlwings' real code in this process.

Calc shows what VBA's CVErr makes as a text, "Error 2042", which no formula takes for an error: only states without a
refusal are compared in full. Its Basic hands a function that waits for another one the other's answer, so that the
demand stays in tokens per minute here: SIZING_TPM would stand between.
"""

import shutil
import subprocess
from io import BytesIO

import openpyxl
import pytest
from openpyxl.utils import coordinate_to_tuple, rows_from_range
from openpyxl.worksheet.formula import ArrayFormula

from tests.hosts.test_libreoffice_macros import MacroOffice
from tests.hosts.windows_stand_ins import ComHost
from tests.workbooks.engines import CellError, absent, libreoffice
from tests.workbooks.sales.decks import STARTERS
from tests.workbooks.sales.desk import Desk, built

pytestmark = pytest.mark.slow

EDITS = {
    "as delivered": {},
    "another curve, whose rows earn a verdict": {"Quote_Curve": STARTERS[1].name, "Quote_SLA": [30, None, 300, 112]},
    "another demand": {"Quote_Demand": 7e6, "Quote_ISL": None, "Quote_SLA": [20, 45.5, 100]},
    "another method, price and month": {"Quote_Method": "tpot", "Quote_USD_per_GPU_Hour": 2.5, "Quote_Hours": 700},
    "another comparison": {"Compare_Curve_A": STARTERS[0].name, "Compare_Curve_B": STARTERS[0].name},
    "another claim": {"Audit_Pods": 3, "TP_Total_B": 30, "TP_Active_B": 3.6},
}


@pytest.fixture(scope="module")
def excel():
    host = ComHost()
    yield host
    host.close()


@pytest.fixture(scope="module")
def office(excel):
    office = libreoffice(built(), MacroOffice)
    office.excel = excel
    yield office
    office.close()


@pytest.fixture(scope="module")
def desk():
    """The same workbook without LibreOffice; every edit is made in both, and stays."""
    return Desk()


def unlike(office, desk):
    """Return each formula cell that LibreOffice shows otherwise than the file recalculated without it."""
    found = []
    for title, cells in desk.book.values.items():
        shown = office.sheet(title, "A1:AQ120")
        for cell, value in cells.items():
            row, column = coordinate_to_tuple(cell)
            if not alike(shown[row - 1][column - 1], value):
                found.append((title, cell, shown[row - 1][column - 1], value))
    return found


def alike(shown, value):
    """Tell whether two engines show the same."""
    if isinstance(value, float):
        return isinstance(shown, float | int) and shown == pytest.approx(value, rel=1e-9)
    return shown == ("" if value is None else value)


class TestInLibreOffice:
    @pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
    def test_every_formula_of_every_sheet_shows_the_same(self, office, desk, edit):
        for name, value in edit.items():
            office.set(name, value)
        office.recalculate()
        desk.set(**edit).calculate()
        assert desk.sentences() == {}
        assert unlike(office, desk) == []

    def test_a_wrong_input_shows_its_sentence(self, office, desk):
        slas = [20, 45.5, 100]
        office.set("Quote_SLA", slas)
        desk.set(Quote_SLA=slas)
        office.set("Quote_Util", 80)
        office.recalculate()
        shown, banner = office.column("Quote_GPUs_Commit"), office.sheet("Quote", "B3:B3")[0][0]
        office.set("Quote_Util", 0.7)  # tests come in any order, and edits stay
        assert shown[:5] == [CellError("#N/A")] * 3 + [""] * 2
        assert "Quote: planned utilisation: util must be in (0, 1] (got 80)" in banner


@pytest.fixture(scope="module")
def opened_without_macros(tmp_path_factory):
    """Return what LibreOffice makes of a workbook that it opens without its macros, as stored values."""

    def opened(data):
        soffice = shutil.which("soffice")
        if soffice is None:
            absent("no LibreOffice: soffice is not on the path (Debian: apt-get install libreoffice-calc)")
        folder = tmp_path_factory.mktemp("office")
        (folder / "book.xlsm").write_bytes(data)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        convert = ["--headless", "--convert-to", "xlsx", "--outdir", str(folder), str(folder / "book.xlsm")]
        subprocess.run([soffice, profile, *convert], check=True, capture_output=True, timeout=180)
        return openpyxl.load_workbook(folder / "book.xlsx", data_only=True)

    return opened


class TestWithoutMacros:
    """Functions cannot be called then: every cell of the page must show the value that the file holds."""

    EDITS = (
        {},
        {"Quote_Curve": STARTERS[1].name, "Quote_SLA": [30, None, 300, 112]},
        {"Quote_Method": "log-c", "Quote_SLA": [20, 50, 300]},
        {"Quote_SLA": [20]},
    )

    @pytest.mark.parametrize("edit", EDITS, ids=str)
    def test_no_cell_of_the_quote_shows_an_error_that_is_not_stored(self, opened_without_macros, edit):
        data = Desk().set(**edit).calculate().book.saved()
        stored = openpyxl.load_workbook(BytesIO(data), data_only=True)["Quote"]
        shown, arrays = opened_without_macros(data)["Quote"], _in_arrays(data)
        found = {
            cell.coordinate: (shown[cell.coordinate].value, cell.value)
            for row in stored.iter_rows()
            for cell in row
            if cell.coordinate not in arrays and not _same(shown[cell.coordinate].value, cell.value)
        }
        assert found == {}

    def test_as_built(self, opened_without_macros):
        stored = openpyxl.load_workbook(BytesIO(built()), data_only=True)
        shown = opened_without_macros(built())
        for sheet in shown:
            wrong = {
                cell.coordinate
                for row in sheet.iter_rows()
                for cell in row
                if cell.data_type == "e" and stored[sheet.title][cell.coordinate].data_type != "e"
            }
            # LibreOffice works out an array formula anew, whatever stands in it: the table below the page, and the worked ones.
            assert wrong <= _in_arrays(built(), sheet.title), sheet.title
        assert min(coordinate_to_tuple(cell)[0] for cell in _in_arrays(built())) > 27


def _in_arrays(data, title="Quote"):
    """Return the cells of a sheet that array formulas fill."""
    sheet = openpyxl.load_workbook(BytesIO(data))[title]
    ranges = [cell.value.ref for row in sheet.iter_rows() for cell in row if isinstance(cell.value, ArrayFormula)]
    return {cell for cells in ranges for row in rows_from_range(cells) for cell in row}


def _same(shown, stored):
    if isinstance(stored, float):
        return isinstance(shown, float | int) and shown == pytest.approx(stored, rel=1e-12)
    return (shown or "") == (stored or "")
