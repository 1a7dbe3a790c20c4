"""A curve from a JSON file: rows or objects are read, everything else is refused by item."""

import json

import pytest

from xlsizing import CurveError, InputError
from xlsizing.importers.curve_json import curve_in_json


@pytest.fixture
def read(tmp_path):
    """Return the curve in a file of this value, text or bytes."""

    def read(value, **options):
        file = tmp_path / "curve.json"
        text = value if isinstance(value, str | bytes) else json.dumps(value)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return curve_in_json(file, **options)

    return read


@pytest.fixture
def refused(read):
    """Return the sentence with which such a file is refused."""

    def refused(value, **options):
        with pytest.raises(InputError) as error:
            read(value, **options)
        sentence = str(error.value)
        assert len(sentence.splitlines()) == 1
        return sentence

    return refused


class TestRead:
    def test_rows(self, read):
        curve = read([[10, 122.2], [1, 215.5], [256, 41.8]])
        assert curve.concurrency.tolist() == [1, 10, 256]
        assert curve.tok_s_per_user.tolist() == [215.5, 122.2, 41.8]
        assert curve.output_tok_s is None

    def test_objects(self, read):
        first = {"tok_s_per_user": 100, "concurrency": 1, "ttft_s": 0.1}
        curve = read([first, {"concurrency": 8, "tok_s_per_user": 50, "ttft_s": 0.2}])
        assert curve.tok_s_per_user.tolist() == [100, 50]
        assert curve.ttft_s.tolist() == [0.1, 0.2]

    def test_rows_of_different_widths_and_blank_ones(self, read):
        curve = read([[1, 100, 99], [], [8, 50, 390, None], [None, None]])
        assert curve.output_tok_s.tolist() == [99, 390]

    def test_a_byte_order_mark(self, read):
        assert len(read(b"\xef\xbb\xbf[[1, 100]]")) == 1

    def test_pooling_is_passed_on(self, read):
        assert read([[1, 100], [2, 101]], pool_rises=0.02).pooled_share == pytest.approx(0.005)


class TestRefusals:
    @pytest.mark.parametrize(
        ("value", "sentence"),
        [
            ([[1, 100], [1, 90]], "concurrency must be distinct: 1 appears twice; keep one measurement of each point (curve.json, items 1 and 2)"),
            ([[1, 100], [2, "90"]], "tok/s/user must be a number (got '90' in curve.json, item 2)"),
            ([[1, True]], "tok/s/user must be a number (got TRUE in curve.json, item 1)"),
            ([[1, -1]], "tok/s/user must be above 0 (got -1 in curve.json, item 1)"),
            ("[[1, NaN]]", "tok/s/user must be a finite number (got nan in curve.json, item 1)"),
            ("[[1, 1e999]]", "tok/s/user must be a finite number (got inf in curve.json, item 1)"),
            (f"[[1, {'9' * 9000}]]", "tok/s/user must be a finite number (got inf in curve.json, item 1)"),
            ([[1, 100, 90], [2, 90]], "anchors must not be half-blank: output tok/s is blank; fill in the cell or clear the whole row (curve.json, item 2)"),
            ([], "anchors must hold at least one measured point (got none)"),
            ({}, "curve file must be a list of anchors (got an object in curve.json)"),
            ("7", "curve file must be a list of anchors (got a number in curve.json)"),
            ("[[1, 100]", "curve file must be JSON; check commas, colons, quotes and brackets there (curve.json, line 1)"),
            ("[" * 100_000, "curve file must be JSON: nested too deep (curve.json)"),
            (b"[[1, 100]]\xff", "curve file must be UTF-8 text; save it as UTF-8"),
        ],
    )  # fmt: skip
    def test_sentence(self, refused, value, sentence):
        assert refused(value).startswith(sentence)

    def test_text_that_is_no_json_names_the_line(self, refused):
        said = refused("[\n[1, 100],\n[2 90]]")  # the detail is the words of the Python in use
        assert said.startswith("curve file must be JSON")
        assert said.endswith(" (curve.json, line 3)")

    @pytest.mark.parametrize("item", [[1], [1, 2, 3, 4, 5], 7, "1:2", None, True])
    def test_an_item_that_is_no_anchor(self, refused, item):
        assert refused([[8, 100], item]).startswith("anchor must be a row of 2 to 4 numbers or an object (got ")

    @pytest.mark.parametrize("item", [{"concurrency": 1}, {"concurrency": 1, "tok_s_per_user": 2, "x\x1b": 3}, {}])
    def test_an_object_of_other_columns(self, refused, item):
        said = refused([item])
        assert said.startswith("anchor must name the columns of an anchor (got ")
        assert "\x1b" not in said

    def test_a_column_given_twice(self, refused):
        said = refused('[{"concurrency": 1, "concurrency": 2, "tok_s_per_user": 3}]')
        assert said == "anchor must hold each column once (got 'concurrency' in curve.json)"

    def test_rises_are_curve_errors(self, read):
        with pytest.raises(CurveError, match=r"must not rise .*\(curve.json, items 1 and 2\)$"):
            read([[1, 100], [2, 200]])

    def test_more_than_10_mb(self, refused):
        assert refused(" " * 10_000_001).startswith("curve file must be at most 10 MB; keep the anchors only (")

    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(InputError, match=r"^curve file must be readable: No such file or directory \("):
            curve_in_json(tmp_path / "no.json")
