"""What a long table is packed in, and that each of its pieces is recalculated as the file has it."""

import io
import zipfile

import pytest

from tests.workbooks.built import long_report
from tests.workbooks.test_batch import short_pieces
from xlsizing.workbooks.customer import engine
from xlsizing.workbooks.customer.write import customer_workbook
from xlsizing.workbooks.writer import packed, unpacked, zipped


def test_every_piece_stands_in_the_engine_in_its_own_rows(monkeypatch):
    short_pieces(monkeypatch, 5)
    found, loaded = [], engine._loaded

    def noted(draft, table, rows):
        found.append(rows["Calc"].span)
        return loaded(draft, table, rows)

    monkeypatch.setattr(engine, "_loaded", noted)
    customer_workbook(long_report(50))
    assert found == [range(first, first + 5) for first in range(20, 70, 5)]


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
