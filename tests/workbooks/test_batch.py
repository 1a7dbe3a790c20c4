"""A long table: proven in pieces, and yet one workbook whose every cell is what the whole would give."""

import re
import subprocess
import sys
from itertools import chain
from pathlib import Path

import formualizer
import pytest

from tests.command_line import run
from tests.workbooks import engines
from tests.workbooks.agreement import FLOATS, INTEGERS, OUT
from tests.workbooks.built import long_report
from tests.workbooks.engines import FormualizerEngine, IronCalcEngine, boxes, parts
from tests.workbooks.test_engines import _as_read, unlike, used
from tests.workbooks.test_package import MAIN, SHEETS, formulas, opened, sheet_parts, tree
from xlsizing import Curve, Demand, InputError, size, write_workbook
from xlsizing.reports.report import Report
from xlsizing.reports.tables import CANNOT_BE_MET
from xlsizing.rules import MOST_SLAS
from xlsizing.workbooks.customer import book as customer
from xlsizing.workbooks.customer.book import drafted
from xlsizing.workbooks.customer.calc_sheet import calc_cells
from xlsizing.workbooks.customer.pieces import proven
from xlsizing.workbooks.customer.proof import ProofError
from xlsizing.workbooks.customer.write import customer_workbook
from xlsizing.workbooks.writer import names
from xlsizing.workbooks.writer.names import FIRST_SLA, LONGEST_PIECE, MOST_AT_ONCE, Layout

pytestmark = pytest.mark.slow

FIRST = FIRST_SLA
"""The row of the first SLA."""

LONG = 1_100


@pytest.fixture(scope="module")
def long_book():
    """A table of several pieces as they are."""
    return customer_workbook(long_report(LONG))


def with_texts(data):
    """Return the parts with the texts in their cells: the order in which these are shared follows the pieces."""
    found = parts(data)
    shared = [item.find(f"{MAIN}t").text for item in tree(data, "xl/sharedStrings.xml")]
    del found["xl/sharedStrings.xml"]
    cell = re.compile(rb't="s"><v>([0-9]+)<')
    return {name: cell.sub(lambda at: repr(shared[int(at[1])]).encode(), part) for name, part in found.items()}


def short_pieces(monkeypatch, rows):
    """Let a piece be of so many rows."""
    monkeypatch.setattr(names, "LONGEST_PIECE", rows)
    monkeypatch.setattr(names, "MOST_AT_ONCE", rows)


def after_rows(monkeypatch, what, change):
    """Call `change(page, piece)` after the rows of a piece are written by the function `what` of the draft."""
    write = getattr(customer, what)

    def changed(page, *given):
        write(page, *given)
        change(page, next(value for value in given if isinstance(value, range)))

    monkeypatch.setattr(customer, what, changed)


class TestPieces:
    @pytest.mark.parametrize("slas", [1, 12, 13, 500, 501, 1000, 1001, 10_000])
    def test_they_hold_every_row_once(self, slas):
        pieces = Layout.of(slas, 3).pieces
        assert list(chain(*pieces)) == list(range(max(slas, 12)))
        assert max(map(len, pieces)) <= 1000

    def test_a_short_table_is_one(self):
        assert Layout.of(MOST_AT_ONCE, 3).pieces == [range(MOST_AT_ONCE)]


class TestTheSameFormulas:
    def test_in_every_row(self, long_book):
        rows = {}
        for title, cell, formula in formulas(long_book):
            column, row = re.fullmatch(r"([A-Z]+)([0-9]+)", cell).groups()
            if title in ("Sizing", "Calc") and int(row) in range(FIRST, FIRST + LONG):
                own = re.sub(rf"(?<=[A-Z]){row}(?![0-9])", "#", formula)
                rows.setdefault(int(row), set()).add((title, column, own))
        assert len(rows) == LONG
        assert len(rows[FIRST]) > 60
        assert [row for row, found in rows.items() if found != rows[FIRST]] == []

    def test_as_in_a_short_table(self, long_book, standard):
        def of_first_row(data):
            return {
                entry
                for entry in formulas(data)
                if entry[0] in ("Sizing", "Calc") and re.fullmatch(rf"[A-Z]+{FIRST}", entry[1])
            }

        assert of_first_row(long_book) == of_first_row(standard) != set()

    def test_whatever_the_length_of_a_piece(self, monkeypatch, batch):
        for rows in (5, 49, 500):
            short_pieces(monkeypatch, rows)
            assert with_texts(customer_workbook(long_report(50))) == with_texts(batch)

    def test_the_same_bytes_again(self, monkeypatch, batch):
        short_pieces(monkeypatch, 12)
        assert customer_workbook(long_report(50)) == batch


class TestTheWhole:
    """What stands in the file is what an engine makes of the file, which it has never seen as a whole."""

    def test_every_value_recalculated(self, long_book):
        engine = formualizer.Workbook.from_bytes(long_book)
        engine.evaluate_all()
        assert differing(long_book, engine) == []

    def test_rows_of_every_piece_against_the_core(self, long_book):
        engine = FormualizerEngine(long_book)
        engine.recalculate()
        rows = long_report(LONG).sizing.rows()
        out = {name: engine.column(name) for name in OUT}
        for at in (0, 1, LONGEST_PIECE - 1, LONGEST_PIECE, 2 * LONGEST_PIECE, 1000, 1001, LONG - 2, LONG - 1):
            assert_row({name: column[at] for name, column in out.items()}, rows[at])

    def test_by_an_engine_that_did_not_prove_it(self, batch):
        engine = IronCalcEngine(batch)
        engine.recalculate()
        for title, reference in used(batch).items():
            cached = [[_as_read(cell) for cell in row] for row in opened(batch, data_only=True)[title][reference]]
            assert unlike(cached, engine.sheet(title, reference)) == [], title

    def test_an_sla_that_is_there_twice(self, batch):
        sheet = opened(batch, data_only=True)["Sizing"]
        first, last = ([cell.value for cell in sheet[row]] for row in (FIRST, FIRST + 49))
        assert first == last
        assert "twice" in first

    def test_it_recovers_from_an_edit_in_any_piece(self, batch):
        engine = FormualizerEngine(batch)
        for text in ("soon", 40):
            engine.book.set_value("Sizing", FIRST + 45, 2, text)
            engine.recalculate()
            good = isinstance(text, int)
            assert (engine.value("Checks_Failed") == 0) == good
            assert {isinstance(cell, str) for cell in engine.column("Out_Pods")[:3]} == {not good}
        assert engine.value("Edited") > 0

    def test_names_span_the_table(self, long_book):
        found = boxes(long_book)
        assert {found[name].shape for name in (*OUT, "SLA_In", "Row_State", "Edited_Rows")} == {(LONG, 1)}


def differing(data, engine):
    """Return the cells whose stored value is not the engine's, and assert that every formula has one."""
    found, seen = [], 0
    for title, name in zip(SHEETS, sheet_parts(data), strict=True):
        for cell in tree(data, name).iter(MAIN + "c"):
            if cell.find(MAIN + "f") is not None:
                stored, at = cell.find(MAIN + "v").text or "", names.place(cell.get("r"))
                value = engine.get_value(title, *at)
                if cell.get("t") == "e":
                    same = isinstance(value, dict)
                elif cell.get("t") == "str":
                    same = (value or "") == stored
                else:
                    same = float(stored) == value
                found += [] if same else [(title, cell.get("r"), stored, value)]
                seen += 1
    assert seen > 10
    return found


def assert_row(cells, row):
    """Assert that the results of a row are those of the core."""
    assert cells["Out_Regime"] == row.regime
    if not row.feasible:
        assert cells["Out_GPUs_Commit"] == CANNOT_BE_MET
        return
    assert {name: cells[name] for name in INTEGERS} == {name: getattr(row, field) for name, field in INTEGERS.items()}
    assert {name: cells[name] for name in FLOATS} == pytest.approx(
        {name: getattr(row, field) for name, field in FLOATS.items()}, rel=1e-9
    )


class TestAWrongFormula:
    @pytest.mark.parametrize("row", [FIRST, FIRST + LONGEST_PIECE - 1, 1050, FIRST + LONG - 1])
    def test_is_named_by_its_row_in_the_file(self, monkeypatch, tmp_path, row):
        pods = calc_cells(row)["pods"].removeprefix("Calc!").replace("$", "")

        def spoil(page, piece):
            if row - FIRST in piece:
                page.put(pods, "=1", "calc.num")

        after_rows(monkeypatch, "calc_rows", spoil)
        with pytest.raises(
            ProofError, match=rf"^workbook must equal the core in every row: pods in row {row} of "
        ) as no:
            write_workbook(long_report(LONG), tmp_path / "a.xlsx")
        assert f" is 1 in Calc!{pods} and " in str(no.value)
        assert list(tmp_path.iterdir()) == []

    def test_that_only_all_rows_together_show(self, monkeypatch):
        short_pieces(monkeypatch, 12)
        checks_sheet = customer.checks_sheet

        def spoiled(page, report, layout):
            first = checks_sheet(page, report, layout)
            page.put("D6", '=IF(COUNT(SLA_In)>12,Word_Check,"ok")', "calc.text")
            return first

        monkeypatch.setattr(customer, "checks_sheet", spoiled)
        assert customer_workbook(long_report(12))
        with pytest.raises(ProofError, match=r"the check in Checks!D6 fails on inputs that the core takes"):
            customer_workbook(long_report(13))


class TestRowsThatFollowTheWhole:
    """A row may use a figure over all rows: its value then comes last."""

    @pytest.fixture
    def with_ranks(self, monkeypatch):
        """Add columns to Calc: whether the row needs the most GPUs of all, the count of these, and a note in words."""
        short_pieces(monkeypatch, 5)
        first = FIRST
        calc_rows, calc_sheet = customer.calc_rows, customer.calc_sheet

        def fixed(page, report, layout):
            calc_sheet(page, report, layout)
            last = layout.sla_rows[-1]
            for row, (name, formula) in enumerate(
                (
                    ("Most", "=MAX(Out_GPUs)"),
                    ("Tops", "=SUM(Row_Top)"),
                    ("Widest", f"=MAX($DA${first}:$DA${last})"),
                    ("Shown", '="largest: "&Most&", rows: "&Tops&", at "&INDEX(SLA_In,MATCH(1,Row_Top,0))'),
                ),
                start=3,
            ):
                page.put(f"DF{row}", formula, "calc.num")
                page.named(name, f"DF{row}")
            page.named("Row_Top", f"DB{first}:DB{last}")

        def rows(page, layout, piece):
            calc_rows(page, layout, piece)
            for row in layout.sla_rows[piece.start : piece.stop]:
                page.put(f"DA{row}", f"=IF(ISNUMBER(Sizing!$Z{row}),Sizing!$Z{row},0)", "calc.num")
                page.put(f"DB{row}", f"=IF(DA{row}=Most,1,0)", "calc.num")
                page.put(f"DC{row}", f'=IF(DB{row}=1,"top <&> of "&Tops,"")', "calc.text")
                page.put(f"DD{row}", f"=DA{row}/2", "calc.num")

        monkeypatch.setattr(customer, "calc_sheet", fixed)
        monkeypatch.setattr(customer, "calc_rows", rows)

    def test_every_value_recalculated(self, with_ranks):
        data = customer_workbook(long_report(23))
        engine = formualizer.Workbook.from_bytes(data)
        engine.evaluate_all()
        assert differing(data, engine) == []
        shown = opened(data, data_only=True)["Calc"]
        most = max(row.gpus for row in long_report(23).sizing.rows() if row.feasible)
        assert (shown["DF3"].value, shown["DF5"].value) == (most, most)
        assert shown["DF6"].value.startswith(f"largest: {most}, rows: {shown['DF4'].value:g}, at ")
        words = [shown[f"DC{row}"].value for row in range(FIRST, FIRST + 23)]
        assert words.count(f"top <&> of {shown['DF4'].value:g}") == shown["DF4"].value >= 1


class TestRefuses:
    def test_more_rows_than_a_workbook_holds(self):
        many = size(Curve([1], [100]), [50] * (MOST_SLAS + 1), Demand.tpm(3e6), gpus_per_pod=4)
        with pytest.raises(InputError, match=r"^sla must be at most 100,000 in a workbook \(got 100,001 of them\); "):
            drafted(Report(many))


class TestProgress:
    def test_after_every_piece(self, monkeypatch):
        short_pieces(monkeypatch, 12)
        calls = []
        proven(drafted(long_report(50)), lambda *told: calls.append(told))
        assert calls == [(12, 50), (24, 50), (36, 50), (48, 50), (50, 50)]

    def test_of_a_table_with_fewer_slas_than_rows(self, tmp_path):
        calls = []
        write_workbook(long_report(7), tmp_path / "a.xlsx", progress=lambda *told: calls.append(told))
        assert calls == [(7, 7)]


class TestCommandLine:
    def test_a_table_of_two_pieces(self, monkeypatch, tmp_path, capsys):
        short_pieces(monkeypatch, 12)
        slas = ",".join(f"{20 + position / 10:g}" for position in range(13))
        flags = ("--anchors", "1:215.5,10:122.2,256:41.8", "--tpm", 3e6, "--sla", slas, "--gpus-per-pod", 4)
        outcome = run(capsys, "size", *flags, "--xlsx", tmp_path / "a.xlsx", "--json")
        assert (outcome.code, outcome.err) == (0, "")
        assert boxes((tmp_path / "a.xlsx").read_bytes())["SLA_In"].shape == (13, 1)


def test_memory_does_not_grow_with_the_table(tmp_path):
    """Budget: 10,000 rows under 250 MB. In pieces 3,000 take less than 225 MB, at once they took twice as much."""
    if not Path("/proc/self/status").exists():
        engines.absent("no /proc/self/status to read the peak of a process from")
    program = (
        "import sys; from tests.workbooks.built import long_report; from xlsizing import write_workbook; "
        "write_workbook(long_report(3000), sys.argv[1]); print(open('/proc/self/status').read())"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "a.xlsx")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    peak_kb = int(re.search(r"VmHWM:\s+([0-9]+) kB", done.stdout)[1])
    assert peak_kb * 1024 < 225e6
