"""Files of every kind: hostile ones are refused in one sentence, and a saved copy differs in nothing but values."""

import io
import random
import re
import shutil
import struct
import subprocess
import zipfile
import zlib

import openpyxl
import pytest
from openpyxl.chart import LineChart, Reference

from tests.hosts.recalc.foreign_books import AT, MAIN, as_excel_saves, edited, package, parts, same, workbook
from tests.workbooks.built import standard_report
from tests.workbooks.engines import LibreOfficeEngine, absent, libreoffice
from xlsizing.errors import InputError
from xlsizing.hosts.recalc import ErrorText, Recalculation, sheet_source, unpacking
from xlsizing.workbooks.customer.write import customer_workbook

pytestmark = pytest.mark.slow

CELLS = AT | {
    "D1": 100,
    "D2": 3e6,
    "E1": "=SIZING_GPUS(A2:B4,D1,D2,4)",
    "E2": "=E1*2",
    "E3": '=IF(E1>1,"<many & \u00e9>","")',
}


@pytest.fixture
def simple():
    """A workbook of one sheet."""
    return workbook({"Quote": CELLS})


def refused(data, sentence):
    """Check that a file is refused with one sentence."""
    with pytest.raises(InputError, match=re.escape(sentence)) as found:
        Recalculation(data)
    assert "\n" not in str(found.value)


class TestHostile:
    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            (b"", "workbook must be an Excel workbook (got an empty file); save it as .xlsx or .xlsm"),
            (b"a,b\n1,2\n", "workbook must be an Excel workbook (got something else); save it as .xlsx or .xlsm"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999), "got an old .xls, or one with a password"),
            (b"PK\x03\x04" + bytes(99), "workbook must be a whole file"),
            (bytes(range(256)) * 9, "got something else"),
            (package({"word/document.xml": "<a/>"}), "got another kind of archive"),
            (package({"xl/workbook.bin": "x", "[Content_Types].xml": "<a/>"}), "got the binary format .xlsb"),
            (package({"[Content_Types].xml": "<a/>"}), "got a package without a workbook"),
        ],
        ids=["empty", "csv:Text - txt - csv (StarCalc):44,34,76", "xls", "cut", "noise", "docx", "xlsb", "bare"],
    )
    def test_what_is_no_workbook(self, data, sentence):
        refused(data, sentence)

    def test_a_file_that_is_not_there(self, tmp_path):
        refused(tmp_path / "none.xlsx", "workbook must be readable: No such file or directory")
        refused(tmp_path, "workbook must be readable: Is a directory")
        refused("a\0b", "workbook must be readable")

    def test_a_file_is_named(self, tmp_path):
        path = tmp_path / "broken.xlsx"
        path.write_bytes(b"x")
        refused(path, f"({path})" if len(str(path)) < 1 else str(path))

    def test_too_large_packed(self, monkeypatch, simple):
        monkeypatch.setattr(unpacking, "MOST_BYTES", len(simple) - 1)
        refused(simple, "workbook must be at most 0 MB")

    def test_a_bomb(self):
        bomb = package({"[Content_Types].xml": "<a/>", "xl/bomb.xml": bytes(201_000_000)})
        assert len(bomb) < 250_000
        refused(bomb, "workbook must unpack to at most 200 MB")

    def test_a_bomb_that_lies_about_its_size(self, simple):
        bomb = bytearray(package({"[Content_Types].xml": "<a/>", "xl/bomb.xml": bytes(201_000_000)}))
        for found in re.finditer(re.escape(struct.pack("<I", 201_000_000)), bytes(bomb)):
            bomb[found.start() : found.end()] = struct.pack("<I", 100)
        with pytest.raises(InputError):
            Recalculation(bytes(bomb))

    def test_too_many_parts(self, simple):
        refused(
            package(parts(simple) | {f"x{i}": b"" for i in range(10_001)}),
            "must hold each part once, and at most 10,000",
        )

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_a_part_that_stands_twice(self, simple):
        stream = io.BytesIO(simple)
        with zipfile.ZipFile(stream, "a") as archive:
            archive.writestr("XL/worksheets/sheet1.xml", "<worksheet/>")
        refused(stream.getvalue(), "must hold each part once")

    def test_too_many_cells(self, monkeypatch, simple):
        monkeypatch.setattr(sheet_source, "MOST_CELLS", 5)
        refused(simple, "workbook must hold at most 5 cells on a sheet (sheet Quote)")

    @pytest.mark.parametrize("cells", ["A1:XFD1048576", "B1:B1000001"])
    def test_array_formulas_of_too_many_cells(self, cells):
        data = workbook({"Quote": {cells.partition(":")[0]: (cells, "=1")}})
        refused(data, "workbook must hold array formulas of at most 1,000,000 cells (sheet Quote)")

    def test_encrypted_parts(self, simple):
        data = bytearray(simple)
        for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            for found in re.finditer(re.escape(mark), bytes(data)):
                data[found.start() + offset] |= 1
        refused(bytes(data), "workbook must not be encrypted")

    def test_damaged_contents(self, simple):
        sheet = zlib.crc32(parts(simple)["xl/worksheets/sheet1.xml"])
        data = simple.replace(struct.pack("<I", sheet), struct.pack("<I", sheet ^ 1))
        assert data != simple
        refused(data, "workbook must be a whole file")

    @pytest.mark.parametrize("length", [30, 500, 2000])
    def test_cut_off(self, simple, length):
        refused(simple[:-length], "workbook must be a whole file")

    @pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml", "_rels/.rels"])
    @pytest.mark.parametrize(
        ("head", "sentence"),
        [
            ('<!DOCTYPE a [<!ENTITY b "c">]>', "must not declare document types"),
            ('<!DOCTYPE a SYSTEM "file:///etc/passwd">', "must not declare document types"),
            ("<unclosed>", "must hold well-formed XML"),
            ("\x00", "must hold well-formed XML"),
        ],
        ids=["entities", "external", "unclosed", "null"],
    )
    def test_hostile_xml(self, simple, part, head, sentence):
        contents = parts(simple)
        text = re.sub(rb"^<\?xml[^>]*>\s*", b"", contents[part])
        refused(package(contents | {part: head.encode() + text}), f"workbook {sentence}")

    @pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
    def test_other_encodings(self, simple, encoding):
        contents = parts(simple)
        text = contents["xl/worksheets/sheet1.xml"].decode()
        head = f'<?xml version="1.0" encoding="{encoding}"?>'
        sheet = (head + re.sub(r"^<\?xml[^>]*>", "", text)).encode(encoding)
        refused(package(contents | {"xl/worksheets/sheet1.xml": sheet}), "workbook must be written in UTF-8")

    @pytest.mark.parametrize(
        ("old", "new", "sentence"),
        [
            ('<c r="D1"', '<c r="D1x"', "must hold cells with addresses (got 'D1x' in sheet Quote)"),
            ('<c r="D1"', '<c r="AAAA1"', "must hold cells with addresses"),
            ('<row r="1"', '<row r="one"', "must hold well-formed XML"),
            ('<c r="D1"', '<c s="x" r="D1"', "must hold well-formed XML"),
        ],
    )
    def test_nonsense_in_a_sheet(self, simple, old, new, sentence):
        refused(edited(simple, (old, new)), f"workbook {sentence}")

    def test_targets_outside_the_file_are_not_followed(self, simple):
        rels = "xl/_rels/workbook.xml.rels"
        out = edited(simple, ("/xl/worksheets/sheet1.xml", "../../../../etc/passwd"), part=rels)
        refused(out, "workbook must hold at least one worksheet")
        out = edited(
            simple,
            ('Target="/xl/worksheets/sheet1.xml"', 'TargetMode="External" Target="http://127.0.0.1:9/"'),
            part=rels,
        )
        refused(out, "workbook must hold at least one worksheet")

    @pytest.mark.parametrize("seed", range(60))
    def test_noise_in_a_file_is_refused_or_harmless(self, simple, seed):
        chance = random.Random(seed)  # noqa: S311  # no secret
        contents = parts(simple)
        part = chance.choice(sorted(contents))
        data = bytearray(contents[part])
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.choice(b"<>\"'&=/ 0A\xff\x00")
        data = package(contents | {part: bytes(data)})
        assert "\n" not in _tried(data)


def _tried(data):
    """Recalculate a file, and return the sentence of a refusal; any other exception is a defect."""
    try:
        book = Recalculation(data)
        assert isinstance(book.values, dict)
        Recalculation(book.saved())
    except InputError as error:
        return str(error)
    return ""


class TestSaved:
    def test_every_other_part_is_byte_identical(self):
        data = _with_everything()
        book = Recalculation(data)
        book.set("Quote!D1", 50)
        before, after = parts(data), parts(book.saved())
        assert list(before) == list(after)
        assert {name for name in before if before[name] != after[name]} == {"xl/worksheets/sheet1.xml"}
        assert {"xl/vbaProject.bin", "xl/charts/chart1.xml", "xl/drawings/drawing1.xml"} <= set(before)

    def test_in_a_changed_sheet_only_values_change(self):
        data = _with_everything()
        book = Recalculation(data)
        book.set("Quote!D1", 50)

        def bare(part):
            return re.sub(rb"<v>[^<]*</v>|<v ?/>|<v></v>| t=\"\w+\"", b"", part)

        before, after = (parts(each)["xl/worksheets/sheet1.xml"] for each in (data, book.saved()))
        assert bare(before) == bare(after)

    def test_saved_twice_it_is_the_same(self, simple):
        once = Recalculation(simple).saved()
        assert Recalculation(once).saved() == once
        assert Recalculation(simple).saved() == once

    def test_openpyxl_reads_the_values(self, simple):
        book = Recalculation(simple)
        book.set("Quote!D1", 300)
        book.set("Quote!H9", "=1+1 <&> \u05e9")
        book.set("Quote!D2", ErrorText("#REF!"))
        book.set("Quote!G1", True)
        sheet = openpyxl.load_workbook(io.BytesIO(book.saved()), data_only=True)["Quote"]
        read = [sheet[cell].value for cell in ("D1", "E1", "E2", "E3", "H9", "D2", "G1")]
        assert read == [300, "#VALUE!", "#VALUE!", "#VALUE!", "=1+1 <&> \u05e9", "#REF!", True]
        kinds = [sheet[cell].data_type for cell in ("E1", "E2", "H9", "D2", "G1")]
        assert kinds == ["e", "e", "s", "e", "b"]
        formulas = openpyxl.load_workbook(io.BytesIO(book.saved()))["Quote"]
        assert [formulas[cell].value for cell in ("E1", "E2", "E3")] == [CELLS["E1"], CELLS["E2"], CELLS["E3"]]

    def test_texts_keep_their_characters(self, simple):
        book = Recalculation(simple)
        book.set("Quote!D1", 50)
        sheet = openpyxl.load_workbook(io.BytesIO(book.saved()), data_only=True)["Quote"]
        assert (sheet["E1"].value, sheet["E2"].value, sheet["E3"].value) == (36, 72, "<many & \u00e9>")

    def test_cells_that_the_file_does_not_hold(self, simple):
        book = Recalculation(simple)
        places = {"B1": 1, "C3": 2, "Z3": 3, "A9": 4, "C9": 5, "A7": 6, "XFD1048576": 7, "A5": None}
        for cell, value in places.items():
            book.set(f"Quote!{cell}", value)
        data = book.saved()
        sheet = openpyxl.load_workbook(io.BytesIO(data), data_only=True)["Quote"]
        assert {cell: sheet[cell].value for cell in places} == places
        text = parts(data)["xl/worksheets/sheet1.xml"].decode()
        rows = [int(row) for row in re.findall(r'<row r="(\d+)"', text)]
        assert rows == sorted(set(rows))
        for row in re.findall(r"<row .*?</row>", text, flags=re.DOTALL):
            columns = [openpyxl.utils.column_index_from_string(name) for name in re.findall(r'<c r="([A-Z]+)', row)]
            assert columns == sorted(set(columns))

    @pytest.mark.parametrize(
        "data", ["<sheetData/>", '<sheetData><row r="3" ht="20"/></sheetData>', "<sheetData></sheetData>"]
    )
    def test_cells_on_an_empty_sheet(self, data):
        book = Recalculation(as_excel_saves(f'<worksheet xmlns="{MAIN}">{data}</worksheet>'))
        book.set("Quote!B3", 5)
        book.set("Quote!A1", "a")
        again = Recalculation(book.saved())
        assert again.value("Quote!A1:B3") == [["a", None], [None, None], [None, 5]]
        if "ht" in data:
            assert b'<row r="3" ht="20"><c r="B3">' in parts(book.saved())["xl/worksheets/sheet1.xml"]

    def test_emptied_cells_keep_their_format(self):
        book = Recalculation(workbook({"S": {"A1": 5, "A2": "=ISBLANK(A1)"}}, formats={"S!A1": "0.00"}))
        book.set("S!A1", None)
        sheet = openpyxl.load_workbook(io.BytesIO(book.saved()), data_only=True)["S"]
        assert (sheet["A1"].value, sheet["A1"].number_format, sheet["A2"].value) == (None, "0.00", True)

    def test_what_could_not_be_evaluated_is_na_and_never_an_old_value(self):
        data = workbook({"S": {"A1": "=OURS(1)", "A2": "=IFERROR(A1,7)", "A3": "=1+1"}})
        stale = edited(data, ("<f>OURS(1)</f><v />", "<f>OURS(1)</f><v>123</v>"))
        book = Recalculation(stale)
        sheet = openpyxl.load_workbook(io.BytesIO(book.saved()), data_only=True)["S"]
        assert [sheet[cell].value for cell in ("A1", "A2", "A3")] == ["#N/A", "#N/A", 2]

    def test_arrays(self):
        table = {"G1": ("G1:R4", "=SIZING_TABLE(A2:B4,D1:D2,3e6,4)")}
        book = Recalculation(workbook({"Quote": AT | {"D1": 100, "D2": 50} | table}))
        sheet = openpyxl.load_workbook(io.BytesIO(book.saved()), data_only=True)["Quote"]
        assert [[cell.value for cell in row] for row in sheet["G2:H4"]] == [[100, 236], [50, 236], ["#N/A", "#N/A"]]
        assert openpyxl.load_workbook(io.BytesIO(book.saved()))["Quote"]["G1"].value.ref == "G1:R4"

    def test_values_kept_in_an_array_do_not_stand_in_its_way(self):
        table = {"G1": ("G1:R4", "=SIZING_TABLE(A2:B4,D1:D2,3e6,4)"), "Z1": "=SUM(H2:H3)"}
        kept = Recalculation(workbook({"Quote": AT | {"D1": 100, "D2": 50} | table})).saved()
        book = Recalculation(kept)
        assert (book.unevaluated, book.value("Quote!G2:H2"), book.value("Quote!Z1")) == ([], [[100, 236]], 472)
        book.set("Quote!D1", 20)
        assert (book.value("Quote!G2:H2"), book.value("Quote!Z1")) == ([[20, 28]], 264)
        assert Recalculation(book.saved()).values == book.values

    def test_the_customer_workbook_keeps_its_values(self):
        data = customer_workbook(standard_report())
        sheets = [
            openpyxl.load_workbook(io.BytesIO(each), data_only=True) for each in (data, Recalculation(data).saved())
        ]
        count = 0
        for before, after in zip(*(book.worksheets for book in sheets), strict=True):
            for rows in zip(before.iter_rows(), after.iter_rows(), strict=True):
                for one, other in zip(*rows, strict=True):
                    assert same(one.value or None, other.value or None), one
                    count += 1
        assert count > 5000


class TestLibreOffice:
    def test_it_opens_a_saved_copy_and_finds_the_same(self):
        book = Recalculation(customer_workbook(standard_report()))
        book.set("Demand_Value", 6e6)
        book.set("SLA_In", [100, 122.2, 300] + [None] * 9)
        engine = libreoffice(book.saved())
        try:
            assert isinstance(engine, LibreOfficeEngine)
            engine.recalculate()
            assert engine.column("Out_GPUs_Commit")[:3] == [
                468,
                468,
                "cannot be met",
            ]  # 100,000 / (1,222 x 0.7) = 116.9: 117 pods of 4
            for name in ("Out_GPUs_Commit", "Out_GPUs", "Out_Pods", "Out_Regime"):
                assert engine.column(name) == [value for (value,) in book.value(name)]
        finally:
            engine.close()

    def test_it_reads_the_values_of_our_functions(self, tmp_path, simple):
        if shutil.which("soffice") is None:
            absent("no LibreOffice: soffice is not on the path (Debian: apt-get install libreoffice-calc)")
        book = Recalculation(simple)
        book.set("Quote!D1", 50)
        (tmp_path / "copy.xlsx").write_bytes(book.saved())
        profile = f"-env:UserInstallation=file://{tmp_path}/profile"
        command = [
            "soffice",
            profile,
            "--headless",
            "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76",
            "--outdir",
            str(tmp_path),
            str(tmp_path / "copy.xlsx"),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        rows = (tmp_path / "copy.csv").read_text(encoding="utf-8").splitlines()
        assert rows[:3] == [",,,50,36", "1,215.5,,3000000,72", "10,122.2,,,<many & \u00e9>"]


def _with_everything():
    """A workbook with a chart, a comment, a validation and (a stand-in for) macros."""

    def prepare(book):
        sheet = book["Quote"]
        chart = LineChart()
        chart.add_data(Reference(sheet, min_col=2, min_row=2, max_row=4))
        sheet.add_chart(chart, "J2")
        sheet["A1"].comment = openpyxl.comments.Comment("a note", "somebody")

    data = workbook({"Quote": CELLS, "Notes": {"A1": "text"}}, prepare=prepare)
    return package(parts(data) | {"xl/vbaProject.bin": bytes(range(256)) * 4})
