"""LibreOffice loads the macro workbook and runs its wrappers from cells; they reach xlwings' real code in this process.

Calc shows what VBA's CVErr makes as a text, "Error 2042": which error it is can be seen here, what SUM and IFERROR make
of it cannot. Dates and booleans reach its macros as numbers, an argument left out between commas as 0: no such calls.
"""

from __future__ import annotations

import datetime as dt
import json

import pytest

from tests.hosts.excel.test_registration import CALLS, CURVE, as_range
from tests.hosts.macro_book import CvError, MacroBook, in_a_cell
from tests.hosts.test_stored_vba import CALLED, NO_DLL
from tests.hosts.windows_stand_ins import MISSING, UDF_MODULE
from tests.workbooks.engines import CellError, LibreOfficeEngine, libreoffice
from xlsizing.hosts.excel.registry import FUNCTIONS
from xlsizing.hosts.headless import OMITTED

pytestmark = pytest.mark.slow


def arrives_whole(*arguments):
    """Return whether LibreOffice hands the arguments to a macro as they are."""
    cells = [cell for value in arguments for row in (value if isinstance(value, list) else [[value]]) for cell in row]
    last = max((at for at, value in enumerate(arguments) if value is not OMITTED), default=-1)
    return OMITTED not in arguments[:last] and not any(isinstance(cell, bool | dt.datetime) for cell in cells)


SHOWN = {kind: call for kind, call in CALLED.items() if arrives_whole(*call[1:])}


class MacroOffice(LibreOfficeEngine):
    """LibreOffice whose macros call xlwings' COM server here."""

    server, suffix = "tests.hosts.libreoffice_macros", "xlsm"
    excel = None

    def formula(self, cell, text):
        """Put a formula into a cell."""
        self._ask("formula", cell=cell, text=text)

    def array(self, cells, text):
        """Put one formula into a whole range."""
        self._ask("array", range=cells, text=text)

    def rows(self, cells):
        """Return the values of a range."""
        return [[self._plain(value) for value in row] for row in self._ask("read", name=cells)]

    def modules(self):
        """Return the names of the VBA modules."""
        return self._ask("modules")

    def breaks(self, reason):
        """Let XLPy fail for a reason; without one it works again."""
        self._ask("break", reason=reason)

    def _answer(self):
        while True:
            line = self.process.stdout.readline()
            assert line, f"LibreOffice ended with exit code {self.process.wait(20)}"
            said = json.loads(line)
            assert "error" not in said, said["error"]
            if "call" not in said:
                return said["value"]
            self.process.stdin.write(json.dumps(self._called(*said["call"])) + "\n")
            self.process.stdin.flush()

    def _called(self, module, name, arguments):
        try:
            assert module == UDF_MODULE
            return {"value": self.excel.call(name, *map(self._delivered, arguments))}
        except Exception as error:  # noqa: BLE001  # as pywin32: to the caller
            return {"fails": f"Unexpected Python Error: {error}"}

    def _delivered(self, value):
        if not isinstance(value, dict):
            return float(value) if isinstance(value, int) else value
        if "missing" in value:
            return MISSING
        rows = [[self._plain(cell) for cell in row] for row in value["rows"]]
        return as_range([[cell.kind if isinstance(cell, CellError) else cell for cell in row] for row in rows])


@pytest.fixture(scope="module")
def book():
    book = MacroBook()
    for _, *arguments in SHOWN.values():
        for argument in arguments:
            book.place(argument)
    return book


@pytest.fixture(scope="module")
def office(book, excel):
    office = libreoffice(book.xlsm(), MacroOffice)
    office.excel = excel
    yield office
    office.close()


@pytest.fixture(scope="module")
def shown(office, book, headless):
    """What the cells show after one recalculation, by the kind of call."""
    places, row = {}, 1
    for kind, (name, *arguments) in SHOWN.items():
        formula = formula_of(book, name, *arguments)
        answer = headless.call(name, *arguments)
        if isinstance(answer, list):
            places[kind] = f"Calls!A{row}:{chr(64 + len(answer[0]))}{row + len(answer) - 1}"
            office.array(places[kind], formula)
        else:
            places[kind] = f"Calls!A{row}"
            office.formula(places[kind], formula)
        row += len(answer) if isinstance(answer, list) else 1
    office.recalculate()
    rows = {kind: office.rows(place) for kind, place in places.items()}
    return {kind: found if ":" in places[kind] else found[0][0] for kind, found in rows.items()}


def formula_of(book, name, *arguments):
    """Return a formula with every argument in cells."""
    places = [f"$Cells.{place}" for value in arguments if (place := book.place(value)) is not None]
    return f"={name}({';'.join(places)})"


class TestWrappersInCells:
    def test_every_function_is_shown(self):
        assert len(SHOWN) > 150
        assert {name for name, *_ in SHOWN.values()} == set(FUNCTIONS)
        assert "sla: TRUE" in CALLS
        assert "sla: TRUE" not in SHOWN

    def test_it_loads_every_module(self, office):
        assert set(office.modules()) == {"ThisWorkbook", "Sheet1", "Sheet2", "xlwings", "Dictionary", "xlwings_udfs"}

    @pytest.mark.parametrize("kind", SHOWN)
    def test_a_cell_shows_the_headless_answer_or_its_error(self, shown, headless, kind):
        name, *arguments = SHOWN[kind]
        expected = in_a_cell(name, headless.call(name, *arguments))
        assert shown[kind] == (f"Error {int(expected)}" if isinstance(expected, CvError) else expected)

    def test_constants_arrive(self, office, book):
        office.formula("Calls!Z1", f'=SIZING_CSTAR($Cells.{book.place(CURVE)};100;"tpot")+SIZING_TPM(1;"tok/s")')
        office.formula("Calls!Z2", f"=SIZING_GPUS($Cells.{book.place(CURVE)};100;3000000;4)")
        office.recalculate()
        assert office.rows("Calls!Z2") == [[124]]  # worked row of the specification
        assert office.rows("Calls!Z1")[0][0] > 60

    def test_a_changed_input_changes_the_result(self, office, book):
        sla = f"$Cells.{book.place(100)}"
        office.formula("Calls!Z3", f"=SIZING_GPUS($Cells.{book.place(CURVE)};Z4;3000000;4)")
        for value, gpus in ((20, 28), (50, 36), (150, 336)):  # worked rows of the specification
            office.formula("Calls!Z4", f"={sla}-100+{value}")
            office.recalculate()
            assert office.rows("Calls!Z3") == [[gpus]]

    def test_without_python_cells_are_errors_and_one_says_why(self, office, book):
        curve = f"$Cells.{book.place(CURVE)}"
        for row, formula in enumerate(("SIZING_CSTAR({0};100)", "SIZING_CHECK({0})", "SIZING_VERSION()"), 11):
            office.formula(f"Calls!Z{row}", f"={formula.format(curve)}")
        office.breaks(NO_DLL)
        office.recalculate()
        number, check, version = [value for (value,) in office.rows("Calls!Z11:Z13")]
        office.breaks("")
        office.recalculate()
        assert number == "Error 2015"
        assert check == version
        assert version.startswith("Python did not answer: error 1, Could not load xlwings64-0.37.8.dll from")
        assert office.rows("Calls!Z12") == [["OK"]]
