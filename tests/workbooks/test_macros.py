"""Macros put into a workbook: readable by others, nothing else changed, the same bytes each time."""

import hashlib
import io
import os
import random
import re
import subprocess
import sys
import zipfile
from xml.etree import ElementTree as ET

import openpyxl
import pyopenvba
import pytest
from openpyxl.chart import LineChart, Reference
from pyopenvba.apps.excel import ExcelApplication

from tests.workbooks.engines import ROOT, parts
from tests.workbooks.olevba import modules_by_olevba, without_attributes
from xlsizing.errors import InputError
from xlsizing.workbooks.writer.archive import zipped
from xlsizing.workbooks.writer.macros import modules_of, with_macros

CLASS = (
    "VERSION 1.0 CLASS\r\nBEGIN\r\n  MultiUse = -1  'True\r\nEND\r\n"
    'Attribute VB_Name = "Shelf"\r\nAttribute VB_GlobalNameSpace = False\r\nAttribute VB_Creatable = False\r\n'
    "Attribute VB_PredeclaredId = False\r\nAttribute VB_Exposed = True\r\n"
    "Option Explicit\r\n\r\nPublic Held As Long\r\n"
)
MODULES = {
    "Plain": "Option Explicit\r\n\r\nFunction Two() ' caf\u00e9\r\n    Two = 2\r\nEnd Function\r\n",
    "Named": 'Attribute VB_Name = "Named"\r\nSub Nothing_To_Do()\r\nEnd Sub\r\n',
    "Shelf": CLASS,
    "ThisWorkbook": "Option Explicit\r\n\r\nPrivate Sub Workbook_Open()\r\nEnd Sub\r\n",
}
BODIES = {
    "Plain": MODULES["Plain"],
    "Named": "Sub Nothing_To_Do()\r\nEnd Sub\r\n",
    "Shelf": "Option Explicit\r\n\r\nPublic Held As Long\r\n",
    "ThisWorkbook": MODULES["ThisWorkbook"],
}
BUILD = """
import hashlib, sys
from tests.workbooks.test_macros import MODULES
from xlsizing.workbooks.writer.macros import with_macros
print(hashlib.sha256(with_macros(sys.stdin.buffer.read(), MODULES)).hexdigest())
"""
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"


@pytest.fixture(scope="module")
def plain():
    """An .xlsx with formulas, a chart, a defined name, validation, a style, and a sheet with a page set up."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Quote"
    for row in ([1, 215.5], [10, 122.2], [256, 41.8]):
        sheet.append(row)
    sheet["D1"] = "=SUM(B1:B3)"
    sheet["D1"].number_format = "#,##0.0"
    chart = LineChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3))
    sheet.add_chart(chart, "F2")
    second = book.create_sheet("xlwings.conf")
    second.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(fitToPage=True)
    second.sheet_properties.tabColor = "1F4E79"
    book.defined_names["Rates"] = openpyxl.workbook.defined_name.DefinedName("Rates", attr_text="Quote!$B$1:$B$3")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.fixture(scope="module")
def macro(plain):
    return with_macros(plain, MODULES)


@pytest.fixture(scope="module")
def path(macro, tmp_path_factory):
    path = tmp_path_factory.mktemp("macros") / "book.xlsm"
    path.write_bytes(macro)
    return path


@pytest.fixture(scope="module")
def seen_by_olevba(path):
    return modules_by_olevba(path)


def tree(data, name):
    """Return a part as XML."""
    return ET.fromstring(parts(data)[name])  # noqa: S314  # our own file


class TestModules:
    def test_olevba_reads_each_module_as_it_was_given(self, seen_by_olevba):
        assert set(seen_by_olevba) == {*MODULES, "Sheet1", "Sheet2"}
        read = {name: without_attributes(code) for name, code in seen_by_olevba.items()}
        assert {name: read[name] for name in MODULES} == {
            name: body.replace("\r\n", "\n") for name, body in BODIES.items()
        }
        assert read["Sheet1"] == read["Sheet2"] == ""

    def test_our_reader_agrees(self, macro):
        assert modules_of(macro) == BODIES | {"Sheet1": "", "Sheet2": ""}

    def test_a_class_is_a_class_and_the_workbook_module_the_workbook(self, seen_by_olevba):
        assert 'VB_Base = "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}"' in seen_by_olevba["Shelf"]  # of every class
        assert 'VB_Base = "0{00020819-0000-0000-C000-000000000046}"' in seen_by_olevba["ThisWorkbook"]  # Excel.Workbook
        assert 'VB_Base = "0{00020820-0000-0000-C000-000000000046}"' in seen_by_olevba["Sheet1"]  # Excel.Worksheet
        assert "VB_Base" not in seen_by_olevba["Plain"]

    def test_the_interpreter_runs_one(self, path):
        assert ExcelApplication.open(path).run("Two") == 2

    def test_no_fault_is_found_in_the_file(self, path):
        report = pyopenvba.check_file(path)
        assert report.ok
        assert report.issues == ()


class TestPackage:
    def test_only_what_macros_need_is_changed(self, plain, macro):
        before, after = parts(plain), parts(macro)
        assert set(after) - set(before) == {"xl/vbaProject.bin"}
        assert {name for name in before if after[name] != before[name]} == {
            "[Content_Types].xml",
            "xl/workbook.xml",
            "xl/_rels/workbook.xml.rels",
            "xl/worksheets/sheet1.xml",
            "xl/worksheets/sheet2.xml",
        }
        assert before["xl/charts/chart1.xml"] == after["xl/charts/chart1.xml"]

    def test_code_names_are_those_of_the_document_modules(self, macro):
        code_names = [tree(macro, "xl/workbook.xml").find(f"{MAIN}workbookPr").get("codeName")]
        for sheet in ("sheet1", "sheet2"):
            properties = tree(macro, f"xl/worksheets/{sheet}.xml").find(f"{MAIN}sheetPr")
            code_names.append(properties.get("codeName"))
        assert code_names == ["ThisWorkbook", "Sheet1", "Sheet2"]
        declared = self.project(parts(macro)["xl/vbaProject.bin"])
        assert [name for kind, name in declared if kind == "Document"] == code_names

    def test_code_names_are_all_that_is_new_in_the_sheets(self, plain, macro):
        before, after = parts(plain), parts(macro)
        for name in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"):
            assert re.sub(rb' codeName="\w+"', b"", after[name]) == before[name]

    def test_modules_are_declared_by_their_kind(self, macro):
        declared = self.project(parts(macro)["xl/vbaProject.bin"])
        assert [pair for pair in declared if pair[0] != "Document"] == [
            ("Module", "Plain"),
            ("Module", "Named"),
            ("Class", "Shelf"),
        ]

    @staticmethod
    def project(data):
        """Return the declarations in the text of a VBA project, without the library that wrote it."""
        text = re.search(rb"ID=\"\{.*?\[Host", data, re.DOTALL)[0].decode("cp1252")
        return re.findall(r"^(Document|Module|Class)=(\w+)", text, re.MULTILINE)

    def test_content_types_are_those_of_a_macro_workbook(self, macro):
        types = tree(macro, "[Content_Types].xml")
        overrides = {found.get("PartName"): found.get("ContentType") for found in types.iter(f"{TYPES}Override")}
        defaults = {found.get("Extension"): found.get("ContentType") for found in types.iter(f"{TYPES}Default")}
        assert overrides["/xl/workbook.xml"] == "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
        assert defaults["bin"] == "application/vnd.ms-office.vbaProject"
        assert all(f"/{name}" in overrides or name.rpartition(".")[2] in defaults for name in parts(macro))

    def test_the_workbook_points_to_its_macros_once(self, macro):
        relationships = list(tree(macro, "xl/_rels/workbook.xml.rels"))
        kind = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
        assert [found.get("Target") for found in relationships if found.get("Type") == kind] == ["vbaProject.bin"]
        assert len({found.get("Id") for found in relationships}) == len(relationships)

    def test_the_archive_is_sound(self, macro):
        with zipfile.ZipFile(io.BytesIO(macro)) as archive:
            assert archive.testzip() is None
            names = archive.namelist()
            assert len(names) == len(set(names))
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_DEFLATED}

    def test_openpyxl_reads_the_cells(self, macro):
        book = openpyxl.load_workbook(io.BytesIO(macro))
        assert book.sheetnames == ["Quote", "xlwings.conf"]
        assert book["Quote"]["D1"].value == "=SUM(B1:B3)"

    def test_code_names_given_before_are_kept(self, plain):
        given = parts(plain)
        sheet = "xl/worksheets/sheet1.xml"
        given[sheet] = given[sheet].replace(b"<sheetPr>", b'<sheetPr codeName="QuoteSheet">', 1)
        assert b"QuoteSheet" in given[sheet]
        assert set(modules_of(with_macros(zipped(given), MODULES))) == {*MODULES, "QuoteSheet", "Sheet2"}


class TestReproducible:
    def test_twice_in_one_process(self, plain, macro):
        assert with_macros(plain, MODULES) == macro

    @pytest.mark.parametrize("seed", ["1", "2"])
    def test_in_another_process(self, plain, macro, seed):
        run = subprocess.run(
            [sys.executable, "-c", BUILD],
            input=plain,
            capture_output=True,
            check=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": "Pacific/Auckland"},
        )
        assert run.stdout.decode().split() == [hashlib.sha256(macro).hexdigest()]

    def test_a_changed_module_changes_the_bytes(self, plain, macro):
        assert with_macros(plain, MODULES | {"Plain": "' other\r\n"}) != macro


class TestRefusals:
    def test_a_workbook_without_macros(self, plain):
        with pytest.raises(
            InputError, match=r"^workbook must have macros: it has none; take the \.xlsm itself \(a\.xlsx\)$"
        ):
            modules_of(plain, "a.xlsx")

    @pytest.mark.parametrize("data", [b"", b"PK", b"not a workbook", zipped({"x": b"1"})[:-3]])
    def test_what_is_no_workbook(self, data):
        with pytest.raises(InputError, match=r"^workbook must be an \.xlsm file \(the workbook\)$"):
            modules_of(data)

    @pytest.mark.parametrize("damage", [lambda data: data[:100], lambda data: b"", lambda data: b"x" * len(data)])
    def test_macros_that_are_damaged(self, macro, damage):
        found = parts(macro)
        found["xl/vbaProject.bin"] = damage(found["xl/vbaProject.bin"])
        with pytest.raises(InputError, match=r"^macros must be readable: .* \(a\.xlsm\)$"):
            modules_of(zipped(found), "a.xlsm")

    def test_a_cut_project_is_refused_or_read_wherever_it_is_cut(self, macro):
        found = parts(macro)
        project = found["xl/vbaProject.bin"]
        for length in range(0, len(project), 997):
            try:
                modules_of(zipped(found | {"xl/vbaProject.bin": project[:length]}, small=False))
            except InputError as error:
                assert str(error).startswith("macros must be readable: ")  # noqa: PT017  # either outcome is right

    def test_bytes_changed_at_random_are_refused_or_read(self, macro):
        chance = random.Random(3)  # noqa: S311  # the same each time
        refused = 0
        for _ in range(300):
            data = bytearray(macro)
            for _ in range(5):
                data[chance.choice([chance.randrange(len(data)), -chance.randrange(1, 1200)])] = chance.randrange(256)
            try:
                modules_of(bytes(data))
            except InputError:
                refused += 1
        assert refused > 100

    def test_macros_twice(self, macro):
        with pytest.raises(InputError, match=r"^workbook must be an \.xlsx without macros$"):
            with_macros(macro, MODULES)

    @pytest.mark.parametrize("use", [lambda data: with_macros(data, MODULES), modules_of])
    def test_without_the_library(self, plain, monkeypatch, use):
        monkeypatch.setitem(sys.modules, "pyopenvba", None)
        with pytest.raises(
            InputError, match=r'^macros need the package pyopenvba; run: pip install "xlsizing\[sales\]"$'
        ):
            use(plain)
