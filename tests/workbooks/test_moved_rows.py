"""Which rows of a long table an engine may work out in the place of others: where nothing but inputs tells them apart."""

import io
import zipfile

import pytest

from tests.workbooks.built import long_report
from tests.workbooks.test_batch import after_rows, short_pieces
from xlsizing.workbooks.customer import engine
from xlsizing.workbooks.customer.long_table import OwnRows
from xlsizing.workbooks.customer.moved_rows import MovedRows
from xlsizing.workbooks.customer.write import customer_workbook
from xlsizing.workbooks.writer import BESIDE, ROW, Repeated, Rows, packed, unpacked, zipped

STARTS = {"Sizing": 20, "Calc": 20, "Checks": 90}


def rows(sheet, formula, span=range(3), beside=0, cells=None):
    """Return the rows of a table of which one sheet holds a formula."""
    made = {}
    for title, start in STARTS.items():
        own = range(start + span.start, start + span.stop)
        cell = f'<c r="B{ROW}" s="1"\0><f>{formula}</f>\0</c>'
        repeated = [Repeated(own, {2: cell}, beside)] if title == sheet else []
        made[title] = OwnRows(own, Rows("", []), cells or {}, repeated)
    return made


def moves(formula, sheet="Calc", beside=0, later=frozenset()):
    """Tell whether rows with a formula may be worked out in the place of others that hold it too."""
    columns = {title: later if title == sheet else frozenset() for title in STARTS}
    moved = MovedRows(rows(sheet, formula, beside=beside), STARTS, columns, {"SLA_In"})
    return moved.equal(rows(sheet, formula, range(3, 6), beside))


@pytest.mark.parametrize(
    "formula",
    [
        f"$C{ROW}*2",
        f"IF(Sizing!$B{ROW}&lt;Tolerance,INDEX(Curve_c,$D{ROW}),LOG10(Curve!$B$12))",
        f'"row B20 of ROW(1)"&amp;$C{ROW}',
        f"SUM(Sizing!$B{ROW}:$D{ROW})+Calc!$B$4",
    ],
)
def test_own_cells_and_what_stays_in_its_place(formula):
    assert moves(formula)


@pytest.mark.parametrize(
    "formula",
    [
        "ROW()*2",
        f"OFFSET($C{ROW},1,0)",
        "COUNT(SLA_In)",
        "$B20*2",
        "Sizing!$B20*2",
        "$B$20*2",
        "SUM(Sizing!$B$4:$B$25)",
        f"Checks!$B{ROW}",
        "Curve!$B12",
        "SUM($20:$20)",
    ],
)
def test_nothing_else(formula):
    assert not moves(formula)


def test_a_column_whose_value_comes_last_may_name_the_whole_table():
    assert moves("COUNT(SLA_In)", later=frozenset((2,)))


def test_a_row_beside_it_on_another_sheet():
    assert moves(f"Sizing!$B{BESIDE}-$B{ROW}", "Checks", -70)
    assert not moves(f"Sizing!$B{BESIDE}-$B{ROW}", "Checks", -69)
    assert not moves(f"Sizing!$B{ROW}", "Checks", -70)


def test_another_formula_in_one_row():
    moved = MovedRows(rows("Calc", f"$C{ROW}*2"), STARTS, dict.fromkeys(STARTS, frozenset()), ())
    assert not moved.equal(rows("Calc", f"$C{ROW}*3"))
    assert not moved.equal(rows("Calc", f"$C{ROW}*2", cells={21: {3: '<c r="C21" s="1"\0><f>1</f>\0</c>'}}))


class TestPieces:
    @pytest.fixture
    def loaded(self, monkeypatch):
        """The first rows on sheet Sizing of the pieces that an engine was given as they stand."""
        short_pieces(monkeypatch, 5)
        found, made = [], engine._Engine.__init__

        def noted(self, draft, table, rows, moved):
            found.append(rows["Sizing"].span.start)
            made(self, draft, table, rows, moved)

        monkeypatch.setattr(engine._Engine, "__init__", noted)
        return found

    def test_the_first_and_the_last_stand_as_they_are(self, loaded):
        customer_workbook(long_report(50))
        assert loaded == [20, 65]

    def test_so_does_one_with_a_formula_of_its_own(self, loaded, monkeypatch):
        def change(page, piece):
            if 12 in piece:
                page.put("DZ32", "=1+1", "calc.num")

        after_rows(monkeypatch, "calc_rows", change)
        customer_workbook(long_report(50))
        assert loaded == [20, 30, 35, 65]  # the one after it as well: the engine holds another formula

    def test_in_the_place_of_others_they_give_the_same_bytes(self, loaded, monkeypatch):
        in_place = customer_workbook(long_report(50))
        monkeypatch.setattr(engine._Engine, "took", lambda *_: False)
        loaded.clear()
        assert customer_workbook(long_report(50)) == in_place
        assert len(loaded) == 10


class TestArchive:
    def test_the_standard_library_reads_what_is_packed_in_pieces(self):
        texts = [b"abc" * 1000, b"", b"<row/>" * 50]
        data = zipped({"a/long.xml": [packed(text) for text in texts], "b.xml": b"short"})
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert archive.testzip() is None
            assert {name: archive.read(name) for name in archive.namelist()} == {
                "a/long.xml": b"".join(texts),
                "b.xml": b"short",
            }
        assert len(data) < 500
        assert [unpacked(packed(text)) for text in texts] == texts

    @pytest.mark.parametrize("small", [True, False])
    def test_short_parts_are_stored_as_it_would(self, small):
        parts = {"a.xml": b"<a/>" * 100, "b/c.xml": b""}
        how, stream = zipfile.ZIP_DEFLATED if small else zipfile.ZIP_STORED, io.BytesIO()
        with zipfile.ZipFile(stream, "w", how) as archive:
            for name, content in parts.items():
                entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                entry.compress_type, entry.external_attr, entry.create_system = how, 0o600 << 16, 3
                archive.writestr(entry, content)
        assert zipped(parts, small=small) == stream.getvalue()
