"""Curves by name: in a folder, in a table of points, in a list of files, on the shelf; one that is bad is a sentence."""

import shutil
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import xlsizing
from xlsizing.batch.curves import curves_in, curves_of
from xlsizing.importers.public import names

SHIPPED = Path(__file__).parents[2] / "workbook" / "curves"
POINTS = [
    ["curve", "concurrency", "tok_s_per_user", "output_tok_s", "hardware", "remark"],
    ["a", 1, 215.5, None, "GB300", "x"],
    ["b", 1, 100, 90, "", None],
    ["a", 10, 122.2, None, "GB300", None],
    ["b", 8, 60, 400, None, None],
    [7, 1, 100, None, "B200", None],
    ["rises", 1, 50, None, None, None],
    ["rises", 2, 90, None, None, None],
    ["mixed", 1, 50, None, "B200", None],
    ["mixed", 2, 40, None, "H200", None],
    ["blank", 1, None, None, None, None],
    [None, None, None, None, None, None],
]


def points(path):
    """Write the table of points to a file of any kind."""
    if path.suffix == ".csv":
        path.write_text(
            "\n".join(",".join("" if c is None else str(c) for c in row) for row in POINTS), encoding="utf-8"
        )
    elif path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in POINTS:
            book.active.append(row)
        book.save(path)
    else:
        header, *rows = POINTS
        kinds = [pa.string(), pa.int64(), pa.float64(), pa.float64(), pa.string(), pa.string()]
        columns = [[str(c) if name == "curve" and c is not None else c for c in cells] for name, cells in zip(header, zip(*rows, strict=True), strict=True)]  # fmt: skip
        pq.write_table(pa.table([pa.array(c, k) for c, k in zip(columns, kinds, strict=True)], names=header), path)
    return path


class TestFolder:
    def test_files_and_folders_by_their_names(self):
        curves = curves_in(SHIPPED)
        assert len(curves.get("minimax-m2-gb300-tp4")) == 3
        assert curves.get("minimax-m2-gb300-tp4") is curves.get("minimax-m2-gb300-tp4")
        assert curves.get("illustrative-vllm-sweep").context is not None
        assert isinstance(curves.get("minimax-m2-gb300-tp4.csv"), xlsizing.Curve)

    def test_the_shelf(self):
        assert isinstance(curves_in(SHIPPED).get(f"public:{names()[0]}"), xlsizing.Curve)

    @pytest.mark.parametrize("name", ["../curves/minimax-m2-gb300-tp4", "..", "", "/etc/passwd", "a\0b"])
    def test_nothing_outside_the_folder(self, name):
        assert (
            "must be the name of a file in the folder of the curves" in str(curves_in(SHIPPED).get(name))
            or "\0" in name
        )

    def test_two_files_of_a_name(self, tmp_path):
        for suffix in (".csv", ".txt"):
            shutil.copy(SHIPPED / "minimax-m2-gb300-tp4.csv", tmp_path / f"a{suffix}")
        assert curves_in(tmp_path).get("a") == f"curve must be one of the curves (got 'a': a.csv, a.txt in {tmp_path})"

    def test_a_bad_file(self, tmp_path):
        (tmp_path / "a.csv").write_text("concurrency,tok_s_per_user\n1,\n", encoding="utf-8")
        assert "a.csv, line 2" in curves_in(tmp_path).get("a")


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
class TestPoints:
    def test_curves(self, tmp_path, suffix):
        curves = curves_in(points(tmp_path / f"curves{suffix}"))
        assert (len(curves.get("a")), curves.get("a").context.hardware) == (2, "GB300")
        assert curves.get("b").output_tok_s.tolist() == [90, 400]
        assert (len(curves.get(7.0)), len(curves.get("7"))) == (1, 1)

    def test_what_is_none(self, tmp_path, suffix):
        curves = curves_in(points(tmp_path / f"curves{suffix}"))
        assert curves.get("c") == f"curve must be one of the curves (got 'c' in curves{suffix})"
        assert curves.get(None) == "curve must be named (got a blank)"
        assert f"curves{suffix}, rows 7 and 8" in curves.get("rises")
        assert "must not be half-blank" in curves.get("blank")
        assert "hardware must be the same at every point of a curve (got B200 and H200" in curves.get("mixed")

    def test_options_hold_for_each(self, tmp_path, suffix):
        assert "pooled" in " ".join(curves_in(points(tmp_path / f"curves{suffix}"), pool_rises=0.9).get("rises").notes)


class TestList:
    def test_files(self, tmp_path):
        shutil.copy(SHIPPED / "minimax-m2-gb300-tp4.csv", tmp_path / "a.csv")
        listed = tmp_path / "ids.csv"
        listed.write_text(f"curve_id,path\nA,a.csv\nP,public:{names()[0]}\nN,\nM,missing.csv\n", encoding="utf-8")
        curves = curves_in(listed)
        assert [isinstance(curves.get(name), xlsizing.Curve) for name in ("A", "P", "N", "M", "Z")] == [
            True,
            True,
            False,
            False,
            False,
        ]
        assert curves.get("N") == "path must name a file (got a blank in ids.csv, curve N)"
        assert curves.get("Z") == "curve must be one of the curves (got 'Z' in ids.csv)"


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "curve,concurrency\na,1\n", "path\na.csv\n"])
def test_a_table_of_something_else(tmp_path, text):
    (tmp_path / "curves.csv").write_text(text, encoding="utf-8")
    with pytest.raises(
        xlsizing.InputError, match="curves must have the columns curve and path, or curve, concurrency, tok_s_per_user"
    ):
        curves_of(str(tmp_path / "curves.csv"))
