"""The VBA stored in a macro workbook, run by an interpreter, calls xlwings' real code, which calls our functions.

Expected values are the worked rows of the specification and the headless mode's; error numbers are Microsoft's.
"""

import re

import pytest

from tests.hosts.excel.test_registration import CALLS, CURVE
from tests.hosts.macro_book import CvError, MacroBook, fits_a_file, in_a_cell
from tests.hosts.stored_vba import StoredVba, plain
from xlsizing.hosts.excel.registry import FUNCTIONS, ExcelFunction
from xlsizing.hosts.excel.wrappers import wrapper_module
from xlsizing.hosts.headless import OMITTED, Headless
from xlsizing.workbooks.writer.macros import with_macros


def can_be_called(name, *arguments):
    """Return whether a file can hold the arguments, and VBA itself can make the call: only optional ones left out."""
    needed = [not argument.optional for argument in FUNCTIONS[name].arguments]
    return all(
        fits_a_file(value) and not (value is OMITTED and must) for must, value in zip(needed, arguments, strict=False)
    )


CALLED = {kind: call for kind, call in CALLS.items() if can_be_called(*call)}
NO_DLL = "Could not load xlwings64-0.37.8.dll from either of the following folders: \r\nC:\\py\r\n, C:\\"


@pytest.fixture(scope="module")
def book():
    """A workbook with the arguments of all calls."""
    book = MacroBook()
    for _, *arguments in CALLED.values():
        for argument in arguments:
            book.place(argument)
    return book


@pytest.fixture(scope="module")
def path(book, tmp_path_factory):
    path = tmp_path_factory.mktemp("macros") / "Anna's sizing.xlsm"
    path.write_bytes(book.xlsm())
    return path


@pytest.fixture(scope="module")
def vba(path, excel):
    return StoredVba(path, excel)


@pytest.fixture
def broken(path, excel):
    """The same where xlwings' library cannot be loaded, in xlwings' own words."""
    vba = StoredVba(path, excel)
    vba.missing = NO_DLL
    return vba


class TestCalls:
    def test_every_function_is_called(self):
        assert len(CALLED) > 200
        assert {name for name, *_ in CALLED.values()} == set(FUNCTIONS)

    @pytest.mark.parametrize("call", CALLED.values(), ids=CALLED)
    def test_a_cell_gets_the_headless_answer_or_its_error(self, vba, book, headless, call):
        name, *arguments = call
        got = vba.call(name, *map(book.place, arguments))
        assert got == in_a_cell(name, headless.call(name, *arguments))

    @pytest.mark.parametrize(("kind", "gpus"), [("gpus", 124), ("gpus, currency cells", 124), ("gpus to budget", 100)])
    def test_worked_row(self, vba, book, kind, gpus):
        name, *arguments = CALLED[kind]
        assert vba.call(name, *map(book.place, arguments)) == gpus

    @pytest.mark.parametrize(
        ("kind", "number"),
        [
            ("infeasible", 2042),
            ("audit refused", 2036),
            ("util: text 12", 2015),
            ("util: blank", 2015),
            ("util: date", 2015),
            ("util: #DIV/0!", 2015),
            ("half-blank anchor", 2015),
            ("table refused", 2036),
        ],
    )
    def test_each_refusal_is_a_true_error(self, vba, book, kind, number):
        name, *arguments = CALLED[kind]
        assert vba.call(name, *map(book.place, arguments)) == CvError(number)

    def test_check_says_why_in_words(self, vba, book):
        name, *arguments = CALLED["check refused"]
        assert vba.call(name, *map(book.place, arguments)) == "util must be in (0, 1] (got 70)"

    def test_a_table_keeps_an_sla_that_cannot_be_met_as_a_row(self, vba, book):
        name, *arguments = CALLED["table"]  # SLAs 20, blank, 300, 100
        table = vba.call(name, *map(book.place, arguments))
        assert [row[1] for row in table] == ["GPUs to commit", 28, "", "", 236]
        assert table[3][9] == "latency-tier-infeasible"

    def test_constants_and_arguments_between_commas_arrive(self, vba, book):
        anchors = f'Worksheets("Cells").Range("{book.place(CURVE)}")'
        assert vba.app.evaluate(f"SIZING_GPUS({anchors}, 100, 3000000, 4)") == 124
        assert vba.app.evaluate(f'SIZING_GPUS({anchors}, 100, 3000000, 4, , "log-c")') == 120
        assert vba.app.evaluate(f'SIZING_GPUS({anchors}, 100, 3000000, 4, , "tpot")') == 27 * 4  # worked row of tpot


class TestNativeFormulas:
    """What Excel's own functions make of a result, by the interpreter's model of Excel."""

    @pytest.mark.parametrize(("sla", "number"), [(300, 2042), (0, 2036), ('"12"', 2015)])
    def test_sum_breaks_and_iferror_catches(self, path, excel, book, sla, number):
        vba = StoredVba(path, excel)
        vba.run(f"""
            Sub Test()
                With Worksheets("Cells")
                    .Range("Z1").Value = SIZING_GPUS(.Range("{book.place(CURVE)}"), {sla}, 3000000, 4)
                    .Range("Z2").Formula = "=SUM(Z1,1)"
                    .Range("Z3").Formula = "=IFERROR(Z1,""caught"")"
                    .Range("Z4").Formula = "=ISERROR(Z1)"
                End With
            End Sub""")
        sheet = vba.app.sheet("Cells")
        values = [plain(sheet.value(f"Z{row}")) for row in (1, 2, 3, 4)]
        assert values == [CvError(number), CvError(number), "caught", True]

    def test_a_number_adds_up(self, path, excel, book):
        vba = StoredVba(path, excel)
        vba.run(f"""
            Sub Test()
                With Worksheets("Cells")
                    .Range("Z1").Value = SIZING_GPUS(.Range("{book.place(CURVE)}"), 100, 3000000, 4)
                    .Range("Z2").Formula = "=SUM(Z1,1)"
                End With
            End Sub""")
        assert vba.app.sheet("Cells").value("Z2") == 125


class TestPythonDoesNotAnswer:
    @pytest.mark.parametrize("function", Headless().functions, ids=lambda function: function.name)
    def test_every_function_is_an_error_and_two_say_why(self, broken, book, function):
        got = broken.call(
            function.name, *[book.place(CURVE) for argument in function.arguments if not argument.optional]
        )
        if function.name in ("SIZING_CHECK", "SIZING_VERSION"):
            assert got == (
                "Python did not answer: error 1, Could not load xlwings64-0.37.8.dll from either of the following "
                "folders:  C:\\py , C:\\; run xlsizing doctor on this workbook"
            )
        else:
            assert got == CvError(2015)

    def test_it_answers_again_without_reopening(self, broken):
        broken.missing = ""
        assert broken.call("SIZING_VERSION").startswith("xlsizing ")

    def test_an_exception_in_the_server_is_an_error_and_its_words(self, excel, tmp_path):
        # Functions that the installed package does not have, as after an update of the workbook alone.
        gone = [ExcelFunction(name, "-", (), print, explains) for name, explains in (("F", False), ("G", True))]
        vba = self.opened(excel, tmp_path, gone)
        assert vba.call("F") == CvError(2015)
        assert re.fullmatch(
            r"Python did not answer: error -2147352567, Unexpected Python Error: Traceback .*"
            r"AttributeError: module 'xlsizing.hosts.udfs' has no attribute 'G' ?; run xlsizing doctor on this workbook",
            vba.call("G"),
        )

    @staticmethod
    def opened(excel, tmp_path, functions):
        path = tmp_path / "book.xlsm"
        path.write_bytes(
            with_macros(MacroBook().xlsx(), {"xlwings_udfs": wrapper_module(functions), "ThisWorkbook": ""})
        )
        return StoredVba(path, excel)


class TestOpening:
    def test_help_of_each_function_is_registered_with_excel(self, path, excel):
        vba = StoredVba(path, excel)
        vba.app.run("ThisWorkbook.Workbook_Open")
        assert vba.options == [
            (
                f"'Anna''s sizing.xlsm'!{function.name}",
                function.doc,
                "GPU sizing",
                [argument.doc for argument in function.arguments] or None,
            )
            for function in Headless().functions
        ]

    def test_a_failure_to_register_is_passed_over_and_leaves_no_changes_to_save(self, path, excel):
        vba = StoredVba(path, excel)
        vba.refuses_help = True
        vba.app.run("ThisWorkbook.Workbook_Open")
        assert vba.options == []
        assert vba.app.workbook.saved is True
