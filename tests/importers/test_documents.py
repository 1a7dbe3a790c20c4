"""Files as they lie about: folders walked, broken ones named, hostile ones refused before they do harm."""

import io
import json
import os
import resource
import sys
import zipfile
from pathlib import Path

import pytest

from tests.importers import results
from xlsizing import InputError
from xlsizing.importers import documents, read_curve
from xlsizing.importers.imported import read_results
from xlsizing.importers.points import Options

posix = pytest.mark.skipif(sys.platform == "win32", reason="has no named pipes or links of this kind")


class TestFolders:
    def test_what_is_no_result_is_listed(self, folder):
        top = folder(
            {**results.files("vllm"), "notes.txt": "hello", "schema.json": '{"type": "object"}', "a.png": b"\x89"}
        )
        found = read_results([top])
        assert sorted((Path(p.place).name, p.reason) for p in found.passed) == [
            ("a.png", "no kind of file that holds results"),
            ("notes.txt", "no result of a benchmark tool"),
            ("schema.json", "no result of a benchmark tool"),
        ]

    def test_an_empty_folder(self, refused):
        assert refused({"a/.hidden": ""}).endswith("no kind of file that holds results; see xlsizing import --help")

    def test_a_folder_with_nothing_in_it(self, tmp_path):
        with pytest.raises(InputError, match="must hold results of a benchmark tool: there is no file in it"):
            read_results([tmp_path])

    @posix
    def test_a_link_in_a_circle(self, folder):
        top = folder(results.files("vllm"))
        (top / "again").symlink_to(top)
        (top / "self.json").symlink_to(top / "self.json")
        found = read_results([top])
        assert len(found.curves[0].group.runs) == 4
        assert {"a link to a folder", "a link to nothing"} == {passed.reason for passed in found.passed}

    @posix
    def test_pipes_and_devices_are_not_opened(self, folder):
        top = folder(results.files("vllm"))
        os.mkfifo(top / "pipe.json")
        assert [passed.reason for passed in read_results([top]).passed] == ["a pipe or a device"]
        for path in (top / "pipe.json", "/dev/zero"):
            with pytest.raises(InputError, match="must be a file"):
                read_results([path])

    def test_a_file_named_twice_is_read_once(self, folder):
        top = folder(results.files("vllm"))
        assert len(read_results([top, top, top / "run-8.json"]).curves[0].group.runs) == 4

    def test_progress(self, folder):
        told = []
        read_results([folder(results.files("vllm"))], progress=lambda done, whole: told.append((done, whole)))
        assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


class TestBadFiles:
    @pytest.mark.parametrize(
        ("name", "data", "words"),
        [
            ("a.json", b'{"model_id": "x", "median_tpot_ms": 8', "result file must be JSON: Expecting ',' delimiter (a.json, line 1)"),
            ("a.json", b"", "result file must hold something (a.json)"),
            ("a.json", b"\xff\xfe{", "result file must be UTF-8 text; save it as UTF-8 (a.json)"),
            ("a.json", b"[" * 200_000, "result file must be JSON: nested too deep (a.json)"),
            ("a.jsonl", b'{"a": 1}\n{"a":\n', "result file must be JSON: Expecting value (a.jsonl, line 3)"),
            ("a.yaml", b"a: [1", "YAML file must be YAML; check indentation, colons, quotes and brackets there and on the line above (a.yaml, line 1)"),
            ("a.yaml", b"a: &x 1\nb: *x\n", "YAML file must not use aliases (a.yaml, line 2)"),
            ("a.xlsx", b"PK\x03\x04rubbish", "result file must be an .xlsx workbook: a part of it is missing or damaged (a.xlsx)"),
        ],
    )  # fmt: skip
    def test_one_sentence(self, refused, name, data, words):
        assert refused({name: data}) == words

    def test_one_among_many_is_refused_or_listed(self, folder, refused):
        files = results.files("vllm") | {"run-8.json": '{"model_id": '}
        assert refused(files).startswith("result file must be JSON")
        found = read_results([folder(files)], Options(skip_bad=True))
        assert found.curves[0].curve.concurrency.tolist() == [1, 32, 128]
        assert [Path(bad.place).name for bad in found.bad] == ["run-8.json"]

    @pytest.mark.parametrize("value", ["NaN", "Infinity", "-5", "0", '"8"', "true", "[8]", "1e999"])
    def test_a_number_that_is_none(self, refused, value):
        text = json.dumps(results.vllm(results.RUNS[1])).replace('"median_tpot_ms": 8.0', f'"median_tpot_ms": {value}')
        assert refused({"a.json": text}).startswith("median_tpot_ms must be")

    @posix
    def test_two_gigabytes_are_refused_by_their_size(self, tmp_path):
        file = tmp_path / "large.json"
        with file.open("wb") as opened:
            opened.truncate(2_000_000_000)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with pytest.raises(InputError, match="must be at most 64 MB; save the results without the figures of single"):
            read_results([file])
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # KB

    def test_a_table_of_many_megabytes(self, refused):
        text = "c,tok/s/user\n" + "1,100\n" * 2_000_000
        assert refused({"a.csv": text}) == "result file must be at most 10 MB as a table; keep the anchors only (a.csv)"

    def test_a_small_workbook_that_unpacks_to_a_large_one(self, tmp_path, refused):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
            book.writestr("xl/workbook.xml", b" " * 100_000_000)
        assert len(file.getvalue()) < 200_000
        assert (
            refused({"a.xlsx": file.getvalue()})
            == "result file must unpack to at most 50 MB; keep the anchors only (a.xlsx)"
        )


class TestReadCurve:
    """One door for --curve and the sizing file: chosen by content, whatever the name."""

    def test_results_in_a_folder(self, folder):
        assert read_curve(folder(results.files("sglang"))).tok_s_per_user.tolist() == results.RATES

    def test_a_file_of_results(self, folder):
        top = folder(results.files("guidellm"))
        assert read_curve(top / "benchmarks.json").context.benchmark_tool == "guidellm 0.8.1"

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("a.csv", "# x\nconcurrency,tok_s_per_user\n1,100\n8,50\n"),
            ("a.json", "[[1, 100], [8, 50]]"),
            ("a.dat", '[{"concurrency": 1, "tok_s_per_user": 100}, {"concurrency": 8, "tok_s_per_user": 50}]'),
            ("a.txt", "concurrency;tok_s_per_user\n1;100\n8;50\n"),
            ("a.csv", "Conc,tok/s/user\n1,100\n8,50\n"),
            ("b.yaml", "xlsizing_curve: 1\nanchors:\n  - [1, 100]\n  - [8, 50]\n"),
        ],
    )
    def test_anchors(self, folder, name, text):
        assert read_curve(folder({name: text}) / name).tok_s_per_user.tolist() == [100, 50]

    @pytest.mark.parametrize(
        ("name", "text", "words"),
        [
            ("a.csv", "x,y\n1,2\n", "header must name the columns concurrency, tok_s_per_user"),
            ("a.json", "{}", "curve file must be a list of anchors (got an object in a.json)"),
            ("a.json", "[[1, 100]", "curve file must be JSON"),
            ("no.csv", None, "curve file must be readable: No such file or directory"),
        ],
    )
    def test_what_is_neither(self, folder, name, text, words):
        with pytest.raises(InputError) as error:
            read_curve(folder({"other": ""} if text is None else {name: text}) / name)
        assert str(error.value).startswith(words)

    def test_several_curves(self, folder):
        top = folder(results.files("vllm") | results.files("sglang"))
        with pytest.raises(InputError, match="must hold the points of one curve") as error:
            read_curve(top)
        assert "format (sglang, vllm)" in str(error.value)


def test_the_limit_is_what_the_sentence_says():
    assert documents.LARGEST_BYTES == 64_000_000
