"""The table of figures: complete, and all that a new figure needs but for its property and its step on sheet Calc."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import xlsizing
from xlsizing import Curve, Demand, SizingRow, size
from xlsizing.core.figures import FORMS, documented, figures_of, function_columns, in_section
from xlsizing.core.rows import FIGURES, FUNCTION_TABLE

PACKAGE = Path(xlsizing.__file__).parent


class TestTable:
    def test_is_the_fields_of_a_row_in_their_order(self):
        (row,) = size(Curve([1, 8], [100, 50]), [60], Demand.tpm(3e6), gpus_per_pod=4).rows()
        assert list(FIGURES) == list(SizingRow.__slots__) == [name for name in FIGURES if hasattr(row, name)]

    def test_every_form_is_known(self):
        assert {figure.form for figure in FIGURES.values()} <= set(FORMS)

    def test_the_docstring_has_every_field_with_its_unit(self):
        assert "gpus_high : int or None\n    GPUs to commit to: sign them [GPUs]" in SizingRow.__doc__
        assert SizingRow.__doc__.endswith(documented(SizingRow))

    @pytest.mark.parametrize("section", ["where", "loads", "commit", "GPUs", "dollars"])
    def test_places_in_a_section_are_counted_from_one(self, section):
        assert [figure.place for _, figure in in_section(FIGURES, section)] == list(
            range(1, 1 + len(in_section(FIGURES, section)))
        )

    def test_the_oldest_keys_are_the_seven_that_scripts_have_always_read(self):
        by_age = sorted((figure.oldest, figure.key or name) for name, figure in FIGURES.items() if figure.oldest)
        assert [key for _, key in by_age] == [
            "sla_toks_per_user", "concurrency", "per_replica_tps", "replicas", "gpus", "usd_per_month", "regime",
        ]  # fmt: skip

    def test_columns_of_the_function_are_counted_from_one(self):
        places = [figure.function[0] for figure in figures_of(SizingRow).values() if figure.function]
        assert sorted([*places, 11]) == list(range(1, 1 + len(FUNCTION_TABLE)))
        assert function_columns(FIGURES, (11, "remark", "remark")) == FUNCTION_TABLE

    @pytest.mark.parametrize(
        ("form", "value", "text"),
        [
            ("int", 1328, "1,328"),
            ("usd", 8337184.0, "8,337,184"),
            ("usd2", 63.449, "63.45"),
            ("pct", 0.6996, "70.0 %"),
            ("held", 1.02, "102.0 %, does not carry the demand"),
            ("held", 1.0, "100.0 %"),
            ("wait", 1.23456, "1.235"),
        ],
    )
    def test_forms(self, form, value, text):
        assert FORMS[form].text(value) == text


ROW = """    spare_share: float | None = figure("Share of the GPUs that are spare", "-",
        form="pct", words="share of spares", section="where", heading="spared", function=(19, "spared"),
        column=("BA", "spared", "Out_Spared", 8))
    # fmt: on
"""
STEP = """    ("spare_share", "share of spares", "Stand_By/({pods}+Stand_By)"),
    ("load", "load", """
PROPERTY = '''    @property
    def spare_share(self) -> Floats:
        """Share of the GPUs that are spare [-]."""
        return np.asarray(self.spare_replicas / self.total_pods)[()]

    @property
    def gpus(self) -> Integers:
'''
PROGRAM = """
import io, json, sys
import xlsizing
from xlsizing import Curve, Demand, size
from xlsizing.batch import RESULTS
from xlsizing.hosts.headless import Headless
from xlsizing.reports import Report, json_text, markdown, review
from xlsizing.reports.terminal import print_report
from xlsizing.workbooks.customer import customer_workbook
from openpyxl import load_workbook
from xlsizing.hosts.lambdas import functions_bytes
from pathlib import Path

sizing = size(Curve([1, 10, 256], [215.5, 122.2, 41.8]), [100], Demand.tpm(3e6), gpus_per_pod=4, spare_replicas=1)
report, printed, folder = Report(sizing), io.StringIO(), Path(sys.argv[1])
print_report(report, printed)
files = {"capacity_sizing.json": json_text(report), "CAPACITY-SIZING.md": markdown(report)}
for name, text in files.items():
    (folder / name).write_text(text, encoding="utf-8")
review({name: folder / name for name in files})
book = load_workbook(io.BytesIO(customer_workbook(report)), data_only=True)
(sheet, cells), = book.defined_names["Out_Spared"].destinations
table = Headless().call("SIZING_TABLE", [[1, 215.5], [10, 122.2], [256, 41.8]], [[100]], 3e6, 4)
print(json.dumps({
    "package": xlsizing.__file__,
    "row": sizing.rows()[0].spare_share,
    "frame": sizing.to_frame()["spare_share"].tolist(),
    "docs": "Share of the GPUs that are spare" in xlsizing.SizingRow.__doc__,
    "json": json.loads(files["capacity_sizing.json"])["rows"][0]["spare_share"],
    "markdown": files["CAPACITY-SIZING.md"],
    "terminal": printed.getvalue(),
    "function": [column[-1] for column in table],
    "batch": [each.name for each in RESULTS],
    "workbook": book[sheet][cells][0][0].value,
    "lambdas": any("spared" in str(cell.value) for row in load_workbook(io.BytesIO(functions_bytes()))["Formulas"] for cell in row),
}))
"""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made-up")
    copy = folder / "xlsizing"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for path, old, new in (
        ("core/rows.py", "    # fmt: on\n", ROW),
        ("workbooks/customer/calc_sheet.py", '    ("load", "load", ', STEP),
        ("core/bought.py", "    @property\n    def gpus(self) -> Integers:\n", PROPERTY),
    ):
        text = (copy / path).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (copy / path).write_text(text.replace(old, new), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, folder], cwd=folder, capture_output=True, encoding="utf-8", check=False
    )
    assert run.returncode == 0, run.stderr[-1500:]
    told = json.loads(run.stdout)
    assert told["package"].startswith(str(copy))
    return told


@pytest.mark.slow
class TestAMadeUpFigure:
    """One row of the table, one property and one step on sheet Calc, in a copy of the package, show in every output."""

    # 31 pods with auto, one spare: 1/32 = 3.125 %
    @pytest.mark.parametrize("output", ["row", "json", "workbook"])
    def test_as_a_number(self, outputs, output):
        assert outputs[output] == 1 / 32

    def test_in_the_frame(self, outputs):
        assert outputs["frame"] == [1 / 32]

    @pytest.mark.parametrize("output", ["markdown", "terminal"])
    def test_in_the_tables(self, outputs, output):
        assert "spared" in outputs[output]
        assert "3.1 %" in outputs[output]

    def test_in_the_function(self, outputs):
        assert outputs["function"] == ["spared", 0.0]  # the function knows no spares

    def test_in_the_docs_in_batch_and_in_the_names(self, outputs):
        assert outputs["docs"]
        assert outputs["lambdas"]
        assert "spare_share" in outputs["batch"]
