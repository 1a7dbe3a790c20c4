"""The generated VBA as text: names and arguments as xlwings would generate them, within the limits of VBA's editor.

Limits (1,023 characters a line, 24 continuations) are those of Microsoft's VBA language reference.
"""

import io
import re
from pathlib import Path

import openpyxl
import pyopenvba
import pytest
import xlwings
from pyopenvba.apps.excel import ExcelApplication

from tests.hosts.excel.test_registration import RESERVED_IN_VBA, SIGNATURES
from tests.hosts.macro_book import MacroBook
from tests.hosts.windows_stand_ins import Workbook
from tests.workbooks.olevba import modules_by_olevba, without_attributes
from xlsizing.errors import InputError
from xlsizing.hosts import udfs
from xlsizing.hosts.excel import UDF_MODULE
from xlsizing.hosts.excel.cells import OMITTED
from xlsizing.hosts.excel.registry import FUNCTIONS, Argument, ExcelFunction
from xlsizing.hosts.excel.wrappers import (
    WORKBOOK_MODULE,
    WRAPPER_MODULE,
    declared_functions,
    macro_modules,
    this_workbook,
    wrapper_module,
)
from xlsizing.hosts.headless import Headless
from xlsizing.workbooks.writer.macros import modules_of, with_macros

SHIPPED = Headless().functions
OURS = {"wrappers": wrapper_module(SHIPPED), "workbook": this_workbook(SHIPPED)}


def function(name="SIZING_F", doc="Gives f [-].", docs=("An argument.",)):
    """Return a function with arguments a, b, ... of the given help."""
    arguments = tuple(Argument(chr(97 + i), text, False, False, OMITTED) for i, text in enumerate(docs))
    return ExcelFunction(name, doc, arguments, print, False)


@pytest.fixture(scope="module")
def imported(excel):
    """The module that xlwings' *Import Functions* generates."""
    workbook = Workbook()
    excel.import_functions(workbook)
    (source,) = workbook.imported
    return source


class TestAgainstXlwings:
    def test_names_and_arguments_are_those_that_import_functions_generates(self, imported):
        declared = declared_functions(OURS["wrappers"])
        assert declared == declared_functions(imported)
        assert len(declared) == len(SIGNATURES)

    def test_they_are_the_specified_ones(self):
        specified = {name.lower(): tuple(filter(None, text.split(", "))) for name, text in SIGNATURES.items()}
        assert declared_functions(OURS["wrappers"]) == specified

    def test_each_makes_the_same_call(self, imported):
        calls = re.findall(r"XLPy\.CallUDF\(.*, ThisWorkbook, Application\.Caller\)", OURS["wrappers"])
        theirs = re.findall(r"XLPy\.CallUDF\(.*, ThisWorkbook, Application\.Caller\)", imported)
        assert [call.rstrip(")") for call in calls] == [call.rstrip(")") for call in theirs]
        assert len(calls) == len(SIGNATURES)

    def test_the_module_is_the_one_that_import_functions_replaces(self, imported):
        assert imported.startswith(f'Attribute VB_Name = "{WRAPPER_MODULE}"')

    def test_the_python_module_is_the_registered_one(self):
        assert udfs.__name__ == UDF_MODULE
        assert [function.name for function in SHIPPED] == udfs.__all__

    def test_xlwings_modules_are_those_of_the_installed_package(self):
        modules = macro_modules(SHIPPED)
        assert list(modules) == ["xlwings", "Dictionary", "xlwings_udfs", "ThisWorkbook"]
        folder = Path(xlwings.__file__).parent
        assert modules["xlwings"].encode() == (folder / "xlwings.bas").read_bytes()
        assert modules["Dictionary"].encode() == (folder / "addin" / "Dictionary.cls").read_bytes()
        assert f'XLWINGS_VERSION As String = "{xlwings.__version__}"' in modules["xlwings"]
        assert "BSD 3-clause license" in modules["xlwings"]
        assert "mit-license" in modules["Dictionary"]


class TestDeclaredFunctions:
    def test_case_kind_and_layout_do_not_matter(self):
        source = "Public Function A(X, Optional Y)\r\nEnd Function\r\nfunction b()\r\nend function\r\n"
        assert declared_functions(source) == {"a": ("x", "[y]"), "b": ()}

    def test_private_functions_and_subs_are_left_out(self):
        assert declared_functions("Private Function A(x)\nSub B()\n' Function C(x)\n") == {}

    def test_a_changed_wrapper_is_told_from_ours(self):
        changed = OURS["wrappers"].replace("Optional osl", "osl")
        assert declared_functions(changed) != declared_functions(OURS["wrappers"])


class TestInAFile:
    """The modules that ship, put into a workbook and read by others."""

    @pytest.fixture
    def path(self, tmp_path):
        path = tmp_path / "book.xlsm"
        path.write_bytes(MacroBook().xlsm())
        return path

    def test_olevba_reads_each_as_it_was_generated(self, path):
        given = {name: without_attributes(source) for name, source in macro_modules(SHIPPED).items()}
        read = {name: without_attributes(source) for name, source in modules_by_olevba(path).items()}
        assert {name: read[name] for name in given} == given
        assert set(read) - set(given) == {"Sheet1", "Sheet2"}

    def test_our_reader_gives_the_generated_text(self, path):
        read = modules_of(path.read_bytes())
        assert read[WRAPPER_MODULE] == OURS["wrappers"]
        assert read[WORKBOOK_MODULE] == OURS["workbook"]

    def test_nothing_of_ours_leaves_variables_undeclared(self, path):
        foreign = ("xlwings", "Dictionary")
        code = {name: source for name, source in modules_of(path.read_bytes()).items() if name not in foreign}
        assert {name for name, source in code.items() if not source.startswith("Option Explicit")} == {
            "Sheet1",
            "Sheet2",
        }
        assert code["Sheet1"] == code["Sheet2"] == ""  # no code at all

    def test_no_fault_is_found_in_the_file(self, path):
        assert pyopenvba.check_file(path).issues == ()


@pytest.mark.parametrize("source", OURS.values(), ids=OURS)
class TestText:
    def test_variables_must_be_declared(self, source):
        assert source.startswith("Option Explicit\r\n")

    def test_lines_end_as_in_vba(self, source):
        assert source.endswith("\r\n")
        assert source.count("\n") == source.count("\r\n") == source.count("\r")

    def test_it_is_the_same_in_every_code_page(self, source):
        assert source.isascii()

    def test_lines_and_statements_are_short_enough(self, source):
        lines = source.split("\r\n")
        assert max(map(len, lines)) <= 1023
        assert (
            max(len(run) for run in re.findall(r"c+", "".join("c" if x.endswith(" _") else "." for x in lines))) <= 24
        )

    def test_libreoffice_can_read_it(self, source):
        assert not re.search(r"^\s*#|TypeOf", source, re.MULTILINE)

    def test_names_are_legal(self, source):
        declared = re.findall(r"(?:Dim|ByVal|Optional|Function|Sub) (\w+)", source)
        assert declared
        assert not {name.lower() for name in declared} & RESERVED_IN_VBA - {"byval"}


class TestStrings:
    """Help texts survive as they are: the interpreter reads them back."""

    @staticmethod
    def read_back(tmp_path, text):
        stream = io.BytesIO()
        openpyxl.Workbook().save(stream)
        source = this_workbook([function(doc=text, docs=[text])])
        path = tmp_path / "book.xlsm"
        path.write_bytes(with_macros(stream.getvalue(), {WORKBOOK_MODULE: source, WRAPPER_MODULE: wrapper_module([])}))
        (statement,) = re.findall(
            r'Describe "SIZING_F", (.*), Array\( _\r\n +(.*)\)\r\n', modules_of(path.read_bytes())[WORKBOOK_MODULE]
        )
        app = ExcelApplication.open(path, with_vba=False)
        app.add_module("", name="Any")
        units = [app.evaluate(expression).encode("utf-16", "surrogatepass") for expression in statement]
        return [text.decode("utf-16") for text in units]

    @pytest.mark.parametrize(
        "text",
        [
            'Method: "log-c" (if left out) or "tpot".',
            '"',
            '""" _',
            "",
            "' no comment _",
            "na\u00efve \u2264 3 \u03bcs",
            "\U0001f600 beyond the first 65,536",
            "two\r\nlines\tand a tab",
            '"' * 255,
        ],
    )
    def test_any_text_is_read_back(self, tmp_path, text):
        assert self.read_back(tmp_path, text) == [text, text]

    def test_what_the_editor_could_not_hold_is_refused(self):
        with pytest.raises(
            InputError, match=r"^VBA must have lines of at most 1023 characters \(got \d+ in line \d+\)$"
        ):
            this_workbook([function(doc="\u2264" * 255)])
        with pytest.raises(InputError, match=r"^VBA must have statements of at most 25 lines \(got 26\)$"):
            this_workbook([function(docs=["An argument."] * 25)])
        assert this_workbook([function(docs=["An argument."] * 24)])


def test_only_functions_that_explain_leave_errors_in_words():
    assert {name for name, found in FUNCTIONS.items() if found.explains} == {"SIZING_CHECK", "SIZING_VERSION"}
