"""The workbook of the functions: its values, its package, and the command that writes it, whole or not at all."""

import io
import re
import tempfile
import zipfile
from pathlib import Path

import ironcalc
import openpyxl
import pytest
import xlsxwriter

from tests.command_line import run
from xlsizing.hosts.headless import Headless
from xlsizing.hosts.lambdas import book as lambdas
from xlsizing.hosts.lambdas.book import functions_bytes
from xlsizing.workbooks.customer.proof import ProofError
from xlsizing.workbooks.lambdas.book import SHEETS
from xlsizing.workbooks.lambdas.examples import EXAMPLES, INPUTS, TABLE
from xlsizing.workbooks.lambdas.functions import FUNCTIONS, SHARED, VERSION

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def data():
    return functions_bytes()


@pytest.fixture(scope="module")
def values(data):
    return openpyxl.load_workbook(io.BytesIO(data), data_only=True)


@pytest.fixture(scope="module")
def engine(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "functions.xlsx"
        path.write_bytes(data)
        model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()
    return model


def examples(sheet):
    """Return function and value of each worked example but the table's."""
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6, min_col=2, max_col=5)]
    return {row[0].split("(")[0]: row[3] for row in rows[: len(EXAMPLES)]}


class TestValues:
    def test_each_example_has_the_value_of_python(self, values):
        python, shown = Headless(), examples(values["Functions"])
        assert list(shown) == [example.function for example in EXAMPLES]
        for example in EXAMPLES:
            if example not in (TABLE, EXAMPLES[-1]):
                wanted = python.call(example.function, *(INPUTS[name].value for name in example.arguments))
                assert shown[example.function] == wanted

    def test_figures_that_the_specification_has(self, values):
        shown = examples(values["Functions"])
        assert shown["SIZING_PODS"] == 31
        assert shown["SIZING_GPUS_BUDGET"] == 4 * 44
        assert shown["SIZING_GPUS_COMMIT"] == 4 * 59
        assert shown["SIZING_CSTAR"] == pytest.approx(23.5805, abs=5e-5)
        assert shown["SIZING_VERSION"] == VERSION

    def test_an_engine_that_shares_nothing_gives_them_again(self, values, engine):
        sheet = values["Functions"]
        for row in range(6, 6 + len(EXAMPLES)):
            wanted, got = sheet.cell(row, 5).value, engine.get_cell_value(0, row, 5)
            assert got == (pytest.approx(wanted, rel=1e-9) if isinstance(wanted, (int, float)) else wanted)

    def test_the_table_fills_its_cells(self, values, engine):
        sheet = values["Functions"]
        (top,) = (row for row in range(20, 40) if sheet.cell(row, 7).value == "SLA tok/s/user")
        wanted = Headless().call(TABLE.function, *(INPUTS[name].value for name in TABLE.arguments))
        for i, row in enumerate(wanted):
            for j, cell in enumerate(row):
                stored, got = sheet.cell(top + i, 7 + j).value, engine.get_cell_value(0, top + i, 7 + j)
                assert (stored or "") == cell
                assert (got or "") == (pytest.approx(cell, rel=1e-9) if isinstance(cell, float) else cell)

    def test_an_edit_of_the_example_is_followed(self, engine):
        engine.set_user_input(0, 15, 8, "50")  # the SLA
        engine.evaluate()
        # Specification, worked rows: 9 pods at 50 tok/s/user, budget 25.
        assert [engine.get_cell_value(0, row, 5) for row in (10, 11, 12, 13)] == [9, 36, 100, 236]
        engine.set_user_input(0, 15, 8, "100")
        engine.evaluate()


class TestPackage:
    def test_the_names_are_those_of_the_formulas(self, data, values):
        assert values.sheetnames == list(SHEETS)
        assert set(values.defined_names) - {"_xlnm.Print_Titles"} == {each.name for each in (*SHARED, *FUNCTIONS)}
        listed = {row[0].value: row[1].value for row in values["Formulas"].iter_rows(min_row=5, min_col=2, max_col=3)}
        assert listed == {each.name: each.shown for each in (*SHARED, *FUNCTIONS)}

    def test_no_macro_and_no_link_is_in_it(self, data):
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
        assert [name for name in names if "vba" in name.lower() or "external" in name.lower()] == []

    def test_the_macro_workbook_has_no_name_of_theirs(self):
        macros = openpyxl.load_workbook(ROOT / "workbook" / "capacity-sizing.xlsm")
        assert {each.name for each in (*SHARED, *FUNCTIONS)} & set(macros.defined_names) == set()

    def test_dynamic_arrays_are_marked_as_another_writer_marks_them(self, data):
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream, {"in_memory": True})
        book.add_worksheet().write_dynamic_array_formula("A1:A2", "=UNIQUE(B1:B9)")
        book.close()
        ours, theirs = (zipfile.ZipFile(io.BytesIO(each)) for each in (data, stream.getvalue()))
        plain = [re.sub(rb"^<\?xml[^>]*>\s*", b"", each.read("xl/metadata.xml")).strip() for each in (ours, theirs)]
        assert plain[0] == plain[1]
        for part, value in (
            ("[Content_Types].xml", rb'<Override (?=[^>]*PartName="/xl/metadata.xml")[^>]*ContentType="([^"]*)"'),
            ("xl/_rels/workbook.xml.rels", rb'<Relationship (?=[^>]*Target="metadata.xml")[^>]*Type="([^"]*)"'),
        ):
            assert len({re.search(value, each.read(part))[1] for each in (ours, theirs)}) == 1
        cells = re.findall(rb'<c r="[A-Z0-9]+"[^>]*cm="1"', ours.read("xl/worksheets/sheet1.xml"))
        assert len(cells) == len(EXAMPLES)

    def test_it_is_the_same_on_every_run(self, data):
        assert functions_bytes() == data

    def test_how_to_brings_them_along_in_four_lines(self, values):
        column = [cell.value for cell in values["How to"]["B"]]
        assert [text for text in column if text in ("1", "2", "3", "4")] == ["1", "2", "3", "4"]
        assert {"SIZING_RIGOR", "SIZING_LABEL", "SIZING_NEXT_LEVER", "SIZING_TP"} <= set(column)


class TestWriting:
    def test_the_command_writes_it(self, capsys, tmp_path, data):
        target = tmp_path / "sizing-functions.xlsx"
        done = run(capsys, "workbook", "--functions", "-o", target)
        assert (done.code, done.out) == (0, f"Written: {target}\n")
        assert target.read_bytes() == data
        again = run(capsys, "workbook", "--functions", "-o", target)
        assert again.code == 2
        assert run(capsys, "workbook", "--functions", "-o", target, "--force").code == 0

    @pytest.mark.parametrize("flags", [(), ("--sales", "--functions"), ("--spec", "x.yaml", "--functions")])
    def test_one_kind_of_workbook_is_asked_for(self, capsys, tmp_path, flags):
        done = run(capsys, "workbook", *flags, "-o", tmp_path / "x.xlsx")
        assert done.code == 2
        assert done.err.startswith("xlsizing: --spec, --sales and --functions must ")
        assert list(tmp_path.iterdir()) == []

    def test_curves_are_not_for_it(self, capsys, tmp_path):
        done = run(capsys, "workbook", "--functions", "--curves", "x", "-o", tmp_path / "x.xlsx")
        assert (done.code, list(tmp_path.iterdir())) == (2, [])

    @pytest.mark.parametrize(("right", "wrong"), [("Auto_Left,0.6", "Auto_Left,0.5"), ('"interp"', '"interpolated"')])
    def test_a_formula_that_differs_is_not_handed_over(self, monkeypatch, tmp_path, right, wrong):
        held = lambdas.all_given
        monkeypatch.setattr(lambdas, "all_given", lambda text: held(text).replace(right, wrong))
        target = tmp_path / "x.xlsx"
        with pytest.raises(ProofError, match="in the workbook and"):
            lambdas.write_functions_workbook(target)
        assert not target.exists()
