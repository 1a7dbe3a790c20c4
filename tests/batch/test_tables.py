"""Tables from file to file: what was given stays, what is worked out is what `size` gives, wherever pieces end."""

import csv
import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import xlsizing
from tests.batch.one_by_one import CURVES, assert_same, missing, table
from tests.batch.one_by_one import sized as alone
from tests.core.test_calibration import MADE
from xlsizing.batch.columns import INPUTS, RESULTS, columns_of
from xlsizing.batch.curves import curves_of
from xlsizing.batch.stream import Job, new_table, size_table
from xlsizing.batch.tables import opened_table, whole_table

ROWS = [
    row
    for row in table(400, 3)
    if not any(isinstance(value, bool) or value == "" for value in row.values())
    and all(isinstance(row[name], str | None) for name in ("curve", "method"))
]
RIGHT = table(300, 5, bad=0)


def sized(source, target, curves=CURVES, **options):
    """Size a table from file to file and return what came of it."""
    how = {name: options.pop(name) for name in ("piece", "told") if name in options}
    with opened_table(Path(source)) as opened:
        return size_table(Job(opened, curves_of(curves), Path(target), **options), **how)


def parquet(path, rows):
    """Write rows of numbers, blanks and words as Parquet."""
    kinds = {name: pa.float64() if each.valid else pa.string() for name, each in INPUTS.items()}
    pq.write_table(pa.table({name: pa.array([row[name] for row in rows], kinds[name]) for name in kinds}), path)
    return path


def comma(path, rows, delimiter=",", decimal="."):
    """Write rows as CSV, with either way of writing decimals."""

    def shown(value):
        return "" if value is None else value if isinstance(value, str) else repr(value).replace(".", decimal)

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(INPUTS)
        writer.writerows([shown(row[name]) for name in INPUTS] for row in rows)
    return path


def workbook(path, rows):
    """Write rows of cells as a workbook."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cell in (cell for row in book.active.iter_rows() for cell in row if cell.data_type == "f"):
        cell.data_type = "s"  # text, as somebody typed it behind an apostrophe
    book.save(path)
    return path


def read(path):
    """Return the records of a file that was written, blanks as None."""
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    if path.suffix == ".xlsx":
        header, *rows = openpyxl.load_workbook(io.BytesIO(path.read_bytes())).active.iter_rows(values_only=True)
        return [dict(zip(header, [*row, *[None] * (len(header) - len(row))], strict=True)) for row in rows]
    return [_told(row) for row in csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8"), newline=""))]


def _told(row):
    kinds = {"int": int, "float": float, "bool": lambda text: text == "true", "str": str}
    known = {each.name: kinds[each.kind] for each in RESULTS}
    return {name: (known.get(name, str)(cell) if cell else None) for name, cell in row.items()}


class TestRoundTrip:
    @pytest.mark.parametrize("target", [".csv", ".parquet", ".xlsx"])
    def test_from_parquet(self, tmp_path, target):
        rows = [row for row in ROWS if not any(isinstance(row[name], str) for name in INPUTS if INPUTS[name].valid)]
        sized(parquet(tmp_path / "in.parquet", rows), tmp_path / f"out{target}", piece=97)
        assert_same(read(tmp_path / f"out{target}"), rows)

    @pytest.mark.parametrize(("delimiter", "decimal"), [(",", "."), (";", ","), (";", "."), ("\t", ",")])
    def test_from_text(self, tmp_path, delimiter, decimal):
        # What could be thousands in that way of writing is not among the numbers here.
        rows = [{name: _few_digits(value) for name, value in row.items()} for row in RIGHT]
        outcome = sized(comma(tmp_path / "in.csv", rows, delimiter, decimal), tmp_path / "out.parquet", piece=50)
        assert outcome.wrong == sum(record["error"] is not None for record in read(tmp_path / "out.parquet"))
        assert_same(read(tmp_path / "out.parquet"), rows)

    def test_from_a_workbook(self, tmp_path):
        rows = [{name: None if value == float("inf") else value for name, value in row.items()} for row in ROWS]
        given = [list(INPUTS), *([row[name] for name in INPUTS] for row in rows)]
        sized(workbook(tmp_path / "in.xlsx", given), tmp_path / "out.xlsx", piece=77)
        assert_same(read(tmp_path / "out.xlsx"), rows)

    @pytest.mark.parametrize("piece", [1, 7, 299, 300, 301])
    def test_wherever_pieces_end(self, tmp_path, piece):
        source = parquet(tmp_path / "in.parquet", RIGHT)
        sized(source, tmp_path / "whole.parquet")
        sized(source, tmp_path / "pieces.parquet", piece=piece)
        assert pq.read_table(tmp_path / "whole.parquet").equals(pq.read_table(tmp_path / "pieces.parquet"))

    def test_the_same_as_a_frame(self, tmp_path):
        source = parquet(tmp_path / "in.parquet", ROWS[:0] + RIGHT)
        sized(source, tmp_path / "out.parquet")
        frame = xlsizing.size_frame(pd.read_parquet(source), CURVES)
        found = pd.read_parquet(tmp_path / "out.parquet")
        for each in RESULTS:
            assert [None if missing(v) else v for v in found[each.name]] == [
                None if missing(v) else v for v in frame[each.name]
            ]


def _few_digits(value):
    return round(value, 2) if isinstance(value, float) else value

    def test_whoever_watches_is_told(self, tmp_path):
        told = []
        source = parquet(tmp_path / "in.parquet", RIGHT)
        sized(source, tmp_path / "out.csv", piece=100, told=lambda done, whole: told.append((done, whole)))
        assert told == [(100, 300), (200, 300), (300, 300)]
        sized(comma(tmp_path / "in.csv", RIGHT), tmp_path / "again.csv", piece=100, told=lambda *one: told.append(one))
        assert told[-1] == (300, 300)

    def test_a_calibration_of_another_method_is_a_fault_of_the_rows(self, tmp_path):
        sized(parquet(tmp_path / "in.parquet", RIGHT), tmp_path / "out.parquet", calibration=MADE)
        for record, row in zip(read(tmp_path / "out.parquet"), RIGHT, strict=True):
            right = isinstance(alone(row), xlsizing.SizingRow)
            refused = "calibration must be made for the sizing's method" in (record["error"] or "")
            assert refused == (right and row["method"] != MADE.method)


class TestOtherColumns:
    def test_types_of_parquet_stay(self, tmp_path):
        given = pa.table({
            "sla": pa.array([50, 60], pa.int16()), "tpm": pa.array([Decimal("3000000.5"), None]), "gpus_per_pod": pa.array([4, 4], pa.uint8()),
            "day": pa.array([dt.date(2026, 1, 1), None]), "at": pa.array([1, 2], pa.timestamp("ns", "Europe/Berlin")),
            "tags": pa.array([["a"], []]), "kind": pa.array(["x", "y"]).dictionary_encode(), "raw": pa.array([b"\0", None]),
            "span": pa.array([1, 2], pa.duration("s")), "odd": pa.array([{"a": 1}, None]),
        })  # fmt: skip
        pq.write_table(given, tmp_path / "in.parquet")
        sized(tmp_path / "in.parquet", tmp_path / "out.parquet", CURVES["three"])
        found = pq.read_table(tmp_path / "out.parquet")
        assert found.select(given.column_names).equals(pq.read_table(tmp_path / "in.parquet"))
        assert found["gpus"].to_pylist() == [36, None]
        assert found.column_names == [*given.column_names, *(each.name for each in RESULTS)]
        for target in ("out.csv", "out.xlsx"):
            sized(tmp_path / "in.parquet", tmp_path / target, CURVES["three"])
            assert [record["gpus"] for record in read(tmp_path / target)] == [36, None]

    def test_text_of_csv_stays(self, tmp_path):
        cells = ["007", "1.10", "2026-01-05", '=1+1, "x"', " a\nb ", "05.01.26", "", "TRUE", "ümlaut"]
        path = tmp_path / "in.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(
                [["sla", "tpm", "gpus_per_pod", "text"], *([50, "3e6", 4, cell] for cell in cells)]
            )
        for target in ("out.csv", "out.parquet"):
            sized(path, tmp_path / target, CURVES["three"])
            assert [row["text"] or "" for row in read(tmp_path / target)] == cells

    def test_cells_of_a_workbook_stay(self, tmp_path):
        cells = [7, 1.5, "a", True, dt.datetime(2026, 1, 5, 12), None, "=1+1"]  # noqa: DTZ001  # a sheet has no zones
        rows = [[50, 3e6, 4, cell, dt.datetime(2026, 1, 5), 3, 3.5] for cell in cells]  # noqa: DTZ001
        given = workbook(tmp_path / "in.xlsx", [["sla", "tpm", "gpus_per_pod", "mixed", "day", "n", "m"], *rows])
        sized(given, tmp_path / "out.xlsx", CURVES["three"], piece=2)
        assert [row["mixed"] for row in read(tmp_path / "out.xlsx")] == cells
        sized(given, tmp_path / "out.parquet", CURVES["three"], piece=2)
        found = pq.read_table(tmp_path / "out.parquet")
        assert found["mixed"].to_pylist() == [None if cell is None else str(cell) for cell in cells]
        assert [str(found.schema.field(name).type) for name in ("day", "n", "m")] == [
            "timestamp[us]",
            "int64",
            "double",
        ]

    def test_text_in_a_workbook_is_no_formula(self, tmp_path):
        path = comma(tmp_path / "in.csv", [])
        path.write_text('sla,tpm,gpus_per_pod,=name\n50,3e6,4,"=HYPERLINK(""http://x"")"\n', encoding="utf-8")
        sized(path, tmp_path / "out.xlsx", CURVES["three"])
        cells = {
            cell.value: cell.data_type
            for row in openpyxl.load_workbook(tmp_path / "out.xlsx").active.iter_rows()
            for cell in row
        }
        assert (cells["=name"], cells['=HYPERLINK("http://x")']) == ("s", "s")


OPEN = "must not leave open whether its comma or point marks thousands or decimals"
WRITE = "write a decimal comma, and no separators of thousands"


class TestText:
    def sentences(self, tmp_path, text):
        """Return the errors of a table in CSV."""
        (tmp_path / "in.csv").write_text(text, encoding="utf-8")
        sized(tmp_path / "in.csv", tmp_path / "out.parquet", CURVES["three"])
        return [row["error"] for row in read(tmp_path / "out.parquet")]

    def test_rows_that_are_blank_and_lines_above_the_header(self, tmp_path):
        text = "\n# of June\nsep=;\nsla;tpm;gpus_per_pod\n\n50;3e6;4\n;;\n60;3e6;4;;\n"
        assert self.sentences(tmp_path, text) == [None, None]

    def test_a_line_that_says_tabs_separate_cells(self, tmp_path):
        assert self.sentences(tmp_path, "sep=\t\r\nsla\ttpm\tgpus_per_pod\r\n50\t3e6\t4\r\n") == [None]

    def test_rows_of_another_width(self, tmp_path):
        found = self.sentences(tmp_path, "sla,tpm,gpus_per_pod\n50,3e6\n50,3e6,4,5\n50,3e6,4\n")
        assert found == [
            "row must have 3 cells (got 2 in in.csv, line 2)",
            "row must have 3 cells (got 4 in in.csv, line 3)",
            None,
        ]

    @pytest.mark.parametrize(
        ("cell", "words"),
        [
            ("70%", "util must be a number (got '70%'); write 0.7"),
            ("", "util must be a number (got a blank)"),
            ("1e400", "util must be in (0, 1] (got inf)"),
            ("nan", "util must be a number (got 'nan')"),
            ("0;7", "row must have 4 cells (got 5 in in.csv, line 2)"),
            ("0,7", None),
            ("3,000", f"util {OPEN} (got '3,000'); {WRITE}"),
            ("0.7", f"util {OPEN} (got '0.7'); {WRITE}"),
        ],
    )  # fmt: skip
    def test_cells_that_are_no_number(self, tmp_path, cell, words):
        assert self.sentences(tmp_path, f"sla;tpm;gpus_per_pod;util\n50,5;3e6;4;{cell}\n") == [words]

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "table must begin with a line that names its columns (in.csv)"),
            (b"sla,,tpm\n1,2,3\n", "table must begin with a line that names its columns (in.csv)"),
            (b"sla,tpm\n50,\xff\n", 'table must be UTF-8 text; save it as "CSV UTF-8" (in.csv)'),
            (b'sla,tpm\n50,"' + b"x" * 200_000, "table must be CSV; check its quotes: one that is never closed takes in all that follows (in.csv)"),
        ],
    )  # fmt: skip
    def test_files_that_are_none(self, tmp_path, data, words):
        (tmp_path / "in.csv").write_bytes(data)
        with pytest.raises(xlsizing.InputError) as refused:
            sized(tmp_path / "in.csv", tmp_path / "out.csv", CURVES["three"])
        assert str(refused.value) == words
        assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


class TestRefused:
    @pytest.mark.parametrize("suffix", [".parquet", ".xlsx"])
    @pytest.mark.parametrize("data", [b"", b"PAR1", b"PK\x03\x04", b"x" * 1000], ids=repr)
    def test_what_is_no_such_file(self, tmp_path, suffix, data):
        path = tmp_path / f"in{suffix}"
        path.write_bytes(data)
        with pytest.raises(xlsizing.InputError, match=r"^table must be (a Parquet file|an .xlsx workbook): "):
            sized(path, tmp_path / "out.csv")

    def test_a_parquet_file_that_is_cut(self, tmp_path):
        source = parquet(tmp_path / "in.parquet", RIGHT)
        data = bytearray(source.read_bytes())
        data[100:1500] = b"\xff" * 1400
        source.write_bytes(data)
        with pytest.raises(xlsizing.InputError, match="a part of it is damaged"):
            sized(source, tmp_path / "out.parquet")
        assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]

    @pytest.mark.parametrize("name", ["in.json", "in", "missing.csv", "folder.csv"])
    def test_what_is_no_table(self, tmp_path, name):
        (tmp_path / "folder.csv").mkdir()
        with pytest.raises(xlsizing.InputError, match=r"^table must "):
            sized(tmp_path / name, tmp_path / "out.csv")

    @pytest.mark.parametrize("name", ["", "out.txt", "out.tsv", "out"])
    def test_a_place_for_no_table(self, tmp_path, name):
        with pytest.raises(xlsizing.InputError, match=r"^output must "):
            new_table(str(tmp_path / name) if name else "", force=False)

    def test_more_rows_than_a_sheet_has(self, tmp_path, monkeypatch):
        monkeypatch.setattr("xlsizing.batch.writing._MOST_ROWS", 299)
        with pytest.raises(
            xlsizing.InputError,
            match=r"must have at most 299 rows as a workbook \(got more\); write a .parquet or .csv file",
        ):
            sized(parquet(tmp_path / "in.parquet", RIGHT), tmp_path / "out.xlsx", piece=100)

    def test_a_missing_library(self, tmp_path, monkeypatch):
        def missing(name):
            raise ImportError(name)

        source = parquet(tmp_path / "in.parquet", RIGHT)
        monkeypatch.setattr("importlib.import_module", missing)
        with pytest.raises(xlsizing.InputError, match=r'^pyarrow must be installed; install "xlsizing\[batch\]"$'):
            sized(source, tmp_path / "out.parquet")


class TestWholeTable:
    def test_numbers_and_words(self, tmp_path):
        (tmp_path / "in.csv").write_text("curve,concurrency\n a ,1\n7,\n", encoding="utf-8")
        assert whole_table(tmp_path / "in.csv", "curves") == (["curve", "concurrency"], [["a", 1.0], [7.0, None]])

    def test_columns_of_any_order(self):
        assert columns_of(["x", "tpm", "sla"], curve_needed=False) == {"sla": "sla", "tpm": "tpm"}
