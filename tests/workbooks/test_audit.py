"""Every workbook that is written passes openxml-audit: nothing for Excel to repair, and nothing that it writes anew."""

import io
import os
import subprocess
import sys
import zipfile

import pytest

from tests.spec_files import EXAMPLE, ROOT
from tests.workbooks.audited import findings
from tests.workbooks.built import spec_workbook
from tests.workbooks.engines import absent, parts
from xlsizing.hosts.cli.main import main
from xlsizing.hosts.recalc import Recalculation
from xlsizing.hosts.sales.book import sales_bytes

pytestmark = pytest.mark.slow

SUFFIXES = {
    "sales": "xlsm",
    "filled": "xlsm",
    "recalculated sales": "xlsm",
    "recalculated customer": "xlsx",
    "batch": "xlsx",
    "command": "xlsx",
    "functions": "xlsx",
}
ALLOWED = {
    # A table is written row by row, so that its memory does not grow: shared texts would stay to the end, one column of
    # 1,048,575 different ones in 150 MB. XlsxWriter does the same where memory counts (constant_memory).
    "batch": {"Excel_InlineStrCells"},
}
"""The rules that find something, by the kind of workbook, and why that stays; what they no longer find is to go."""

CURVES = ROOT / "workbook" / "curves"


@pytest.fixture(scope="module")
def sales():
    return sales_bytes()


@pytest.fixture(scope="module")
def made(sales, tmp_path_factory):
    """Return the workbook of a kind."""
    folder = tmp_path_factory.mktemp("made")

    def written(name, *arguments):
        with pytest.raises(SystemExit):
            main([*map(str, arguments), "-o", str(folder / name)])
        return (folder / name).read_bytes()

    kinds = {
        "sales": lambda: sales,
        "filled": lambda: written("a.xlsm", "workbook", "--sales", "--curves", CURVES, "--gpus-per-pod", 4),
        "recalculated sales": lambda: edited(sales, Quote_Demand=7e6, Quote_Curve="none of the names", Quote_SLA=SLAS),
        "recalculated customer": lambda: edited(spec_workbook(EXAMPLE), Demand_Value=7e6, Method="tpot"),
        "batch": lambda: written("b.xlsx", "batch", ROOT / "workbook/examples/scenarios.csv", "--curves", CURVES),
        "functions": lambda: written("f.xlsx", "workbook", "--functions"),
        "command": lambda: written("c.xlsx", "workbook", "--spec", EXAMPLE),
    }
    return lambda kind: kinds[kind]()


SLAS = [[20], [45.5], ["#N/A"], [None], [None], [None], [None], [None]]


def edited(data, **inputs):
    """Return what `xlsizing recalc` writes of a workbook once its inputs are others."""
    book = Recalculation(data)
    for name, value in inputs.items():
        book.set(name, value)
    return book.saved()


class TestNothingIsFound:
    def test_in_customer_workbooks_of_every_kind(self, anybook, tmp_path):
        assert findings(anybook, "xlsx", tmp_path, "office2019") == []
        assert findings(anybook, "xlsx", tmp_path, "microsoft365") == []

    @pytest.mark.parametrize("kind", SUFFIXES)
    def test_but_what_is_allowed(self, made, kind, tmp_path):
        data = made(kind)
        for version in ("office2019", "microsoft365"):
            found = findings(data, SUFFIXES[kind], tmp_path, version)
            assert {rule for rule, *_ in found} == ALLOWED.get(kind, set()), found

    def test_in_the_committed_ones(self, tmp_path):
        for path in (ROOT / "workbook").rglob("*.xls[xm]"):
            assert findings(path.read_bytes(), path.suffix[1:], tmp_path) == [], path


class TestTheAudit:
    """What it must find, or its silence says nothing."""

    @pytest.mark.parametrize(
        ("part", "ours", "wrong", "sentence"),
        [
            ("xl/styles.xml", b'<sz val="10"></sz><name val="Arial"></name>', b'<name val="Arial"></name><sz val="10"></sz>',
             "Unexpected element 'sz' found"),
            ("xl/sharedStrings.xml", b"uniqueCount", b"uniqueNumber", "The 'uniqueNumber' attribute is not declared."),
            ("xl/worksheets/sheet1.xml", b't="s"><v>', b't="s"><v>9999', "Shared string index 9999"),
            ("xl/worksheets/sheet7.xml", b'cm="1"', b'cm="one"', "Invalid value for attribute 'cm'"),
            ("xl/metadata.xml", b'fDynamic="1"', b'fDynamic="yes"', "Invalid value for attribute 'fDynamic'"),
        ],
    )  # fmt: skip
    def test_finds(self, sales, tmp_path, part, ours, wrong, sentence):
        found = parts(sales)
        assert ours in found[part]
        found[part] = found[part].replace(ours, wrong, 1)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as package:
            for name, content in found.items():
                package.writestr(name, content)
        told = findings(stream.getvalue(), "xlsm", tmp_path)
        assert [about for _, about, said in told if sentence in said] == [f"/{part}"]


def test_the_same_bytes_with_lxml_and_without(tmp_path):
    """openpyxl writes XML through lxml where that is installed, otherwise than without."""
    program = (
        "import sys, openpyxl; from tests.workbooks.built import spec_workbook; from tests.spec_files import EXAMPLE; "
        "from xlsizing.hosts.sales.book import sales_bytes; print(openpyxl.LXML); "
        "open(sys.argv[1], 'wb').write(spec_workbook(EXAMPLE) + sales_bytes())"
    )
    written = {}
    for chosen in ("True", "False"):
        run = [sys.executable, "-c", program, str(tmp_path / chosen)]
        env = {**os.environ, "OPENPYXL_LXML": chosen}
        done = subprocess.run(run, check=True, capture_output=True, text=True, cwd=ROOT, env=env, timeout=120)
        if done.stdout.strip() != chosen:
            absent("no lxml (pip install lxml)")
        written[chosen] = (tmp_path / chosen).read_bytes()
    assert written["True"] == written["False"]
