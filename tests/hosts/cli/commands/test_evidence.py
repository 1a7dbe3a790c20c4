"""``xlsizing evidence``: file, line, heading and text, counted by hand in small files."""

import errno
import json
import os

import pytest

from tests.command_line import run
from xlsizing.hosts.agents import citations
from xlsizing.hosts.agents.tools import called

RUNBOOK = """\
# Campaigns

Intro about the KV cache.

## KV cache 2026-11

```bash
# kv_cache of NVFP4 is no heading
```
NVFP4 KV cache: 1.6x the concurrency.

Results
=======
nvfp4 kv CACHE again
"""
SPEC = """\
levers:
  - name: NVFP4 KV cache
    campaign: KV cache 2026-11
"""


@pytest.fixture
def folder(tmp_path):
    """A folder of campaigns."""
    place = tmp_path / "campaigns"
    (place / "2026").mkdir(parents=True)
    (place / "2026" / "kv.md").write_text(RUNBOOK)
    (place / "sizing.yaml").write_text(SPEC)
    (place / "run.log").write_text("NVFP4 kv cache on\r\nother\r\n")
    return place


def found(capsys, *arguments):
    """The record of a search."""
    code, out, err = run(capsys, "evidence", *arguments, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def lines(record):
    return [(hit["file"], hit["line"], hit["heading"]) for hit in record["hits"]]


class TestFinds:
    def test_every_word_in_any_order_and_case_with_the_heading_above(self, capsys, folder):
        record = found(capsys, "cache nvfp4", folder)
        assert lines(record) == [
            ("run.log", 1, ""),
            ("sizing.yaml", 2, "levers"),
            ("2026/kv.md", 8, "KV cache 2026-11"),
            ("2026/kv.md", 10, "KV cache 2026-11"),
            ("2026/kv.md", 14, "Results"),
        ]
        assert (record["found"], record["files"]) == (5, 3)
        assert record["hits"][3]["text"] == "NVFP4 KV cache: 1.6x the concurrency."

    def test_case(self, capsys, folder):
        assert lines(found(capsys, "NVFP4 KV", folder, "--case")) == [
            ("sizing.yaml", 2, "levers"),
            ("2026/kv.md", 10, "KV cache 2026-11"),
        ]

    def test_whole_words(self, capsys, folder):
        assert found(capsys, "camp", folder)["found"] == 2  # Campaigns, campaign
        assert found(capsys, "camp", folder, "--words")["found"] == 0
        assert found(capsys, "campaign", folder, "--words")["found"] == 1

    def test_a_limit_counts_what_it_leaves_out(self, capsys, folder):
        record = found(capsys, "cache", folder, "--limit", "2")
        assert (len(record["hits"]), record["found"]) == (2, 8)
        assert "\n2 of 8 lines in 3 files in " in run(capsys, "evidence", "cache", folder, "--limit", "2").out

    def test_in_words(self, capsys, folder):
        out = run(capsys, "evidence", "1.6x", folder).out
        assert out.startswith(
            "2026/kv.md:10: [KV cache 2026-11] NVFP4 KV cache: 1.6x the concurrency.\n\n1 of 1 lines in "
        )

    def test_one_file(self, capsys, folder):
        assert lines(found(capsys, "campaign", folder / "sizing.yaml")) == [("sizing.yaml", 3, "levers")]

    def test_what_a_pattern_would_be_is_plain_text(self, capsys, folder):
        (folder / "a.txt").write_text("a.c\nabc\n")
        assert lines(found(capsys, "a.c", folder)) == [("a.txt", 1, "")]

    def test_accents_however_they_are_written(self, capsys, folder):
        (folder / "a.txt").write_text("Mesure re\u0301pe\u0301te\u0301e\n", encoding="utf-8")
        assert found(capsys, "r\u00e9p\u00e9t\u00e9e", folder)["found"] == 1

    def test_of_a_long_line_what_stands_around(self, capsys, folder):
        (folder / "a.json").write_text(f"{'x' * 5000} needle {'y' * 5000}")
        (hit,) = found(capsys, "needle", folder)["hits"]
        assert hit["text"].startswith("…xxx")
        assert hit["text"].endswith("yyy…")
        assert "needle" in hit["text"]
        assert len(hit["text"]) < 400


HEADINGS = {
    "a rule below a paragraph of several lines": ("# A\n\none\ntwo\n---\nneedle", "A"),
    "a rule directly below a heading's paragraph": ("# A\none\n---\nneedle", "A"),
    "a rule below a blank line": ("# A\n\n---\nneedle", "A"),
    "a rule below a list": ("# A\n\n- one\n---\nneedle", "A"),
    "a rule below a numbered list": ("# A\n\n1. one\n---\nneedle", "A"),
    "a rule below a table": ("# A\n\n| one |\n---\nneedle", "A"),
    "two rules": ("# A\n\n---\n---\nneedle", "A"),
    "an underlined line that stands alone": ("# A\n\nB\n---\nneedle", "B"),
    "an underlined line at the top": ("B\n===\nneedle", "B"),
    "front matter": ("---\ntitle: foo\n---\nneedle", ""),
    "in front matter": ("---\n# remark\ntitle: needle\n---\n# A", ""),
    "front matter that dots end": ("---\ntitle: foo\n...\n# A\nneedle", "A"),
    "a heading after front matter": ("---\ntitle: foo\n---\n\nB\n---\nneedle", "B"),
    "a rule at the top that nothing closes": ("---\n\n# A\nneedle", "A"),
    "another marker closes nothing": ("# A\n```\n~~~\n# no\n```\nneedle", "A"),
    "a shorter marker closes nothing": ("# A\n````\n```\n# no\n````\nneedle", "A"),
    "a marker with words closes nothing": ("# A\n```\n```bash\n# no\n```\nneedle", "A"),
    "a longer marker closes": ("# A\n~~~\n# no\n~~~~~\n# B\nneedle", "B"),
    "code in a line opens nothing": ("# A\n```x```\n# B\nneedle", "B"),
    "an underline in code": ("# A\n\n```\nno\n---\n```\nneedle", "A"),
    "a hash that belongs to the name": ("# In C#\nneedle", "In C#"),
    "hashes that close": ("## A ##\nneedle", "A"),
}


class TestHeadings:
    @pytest.mark.parametrize(("text", "heading"), HEADINGS.values(), ids=HEADINGS)
    def test_of_markdown(self, capsys, folder, text, heading):
        (folder / "x.md").write_text(text)
        (hit,) = found(capsys, "needle", folder)["hits"]
        assert hit["heading"] == heading

    @pytest.mark.parametrize(
        ("text", "heading"),
        [
            ("A\n=\n\nB\n~~~~\n\nneedle", "B"),  # no fence; a line of one character underlines nothing
            ("====\nAbcd\n====\n\n   # no\n\nneedle", "Abcd"),
            ("A long title\n---\n\nneedle", ""),  # shorter than the title
            ("1. First\n^^^^^^^^\nneedle", "1. First"),
        ],
    )
    def test_of_restructured_text(self, capsys, folder, text, heading):
        (folder / "x.rst").write_text(text)
        (hit,) = found(capsys, "needle", folder)["hits"]
        assert hit["heading"] == heading

    @pytest.mark.parametrize("name", ["x.csv", "x.log", "x.json"])
    def test_data_has_none(self, capsys, folder, name):
        (folder / name).write_text("# A\nneedle\n")
        assert lines(found(capsys, "needle", folder)) == [(name, 2, "")]

    def test_of_a_second_yaml_document_those_of_its_own(self, capsys, folder):
        (folder / "x.yaml").write_text("one:\n  a: 1\n---\n- needle\n")
        assert lines(found(capsys, "needle", folder)) == [("x.yaml", 4, "")]


class TestPassesOver:
    def test_hidden_binary_large_and_other_files_and_links_out(self, capsys, folder, tmp_path):
        (folder / ".hidden.md").write_text("needle")
        (folder / ".git").mkdir()
        (folder / ".git" / "notes.md").write_text("needle")
        (folder / "binary.txt").write_bytes(b"needle\0")
        (folder / "picture.png").write_bytes(b"needle")
        (tmp_path / "outside.md").write_text("needle")
        (folder / "link.md").symlink_to(tmp_path / "outside.md")
        (folder / "nothing.md").symlink_to(tmp_path / "missing.md")
        with (folder / "large.log").open("wb") as file:
            file.truncate(10_000_001)
        os.mkfifo(folder / "pipe.log")
        record = found(capsys, "needle", folder)
        assert (record["hits"], record["others"], record["files"], record["hidden"]) == ([], 1, 3, 2)
        assert dict(record["passed"]) == {
            "binary.txt": "no text",
            "large.log": "larger than 10 MB",
            "link.md": "a link out of the folder",
            "nothing.md": "a link to nothing",
            "pipe.log": "a pipe or a device",
        }

    def test_what_is_not_utf_8_is_read_and_said(self, capsys, folder):
        (folder / "old.txt").write_bytes("Größe 5".encode("latin-1"))
        record = found(capsys, "größe", folder)
        assert lines(record) == [("old.txt", 1, "")]
        assert record["notes"] == ["old.txt is not UTF-8: it was read as Latin-1, and accented letters may be wrong."]

    def test_folders_are_told_that_were_not_searched(self, capsys, folder, tmp_path, monkeypatch):
        (tmp_path / "outside").mkdir()
        (tmp_path / "outside" / "kv.md").write_text("needle")
        (folder / "2026" / "linked").symlink_to(tmp_path / "outside")
        (folder / "closed" / "deep").mkdir(parents=True)
        (folder / "closed" / "deep" / "kv.md").write_text("needle")
        scandir = os.scandir

        def closed(place):  # root, who may run this, may read whatever its mode says
            if os.fspath(place).endswith("deep"):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), place)
            return scandir(place)

        monkeypatch.setattr(os, "scandir", closed)
        record = found(capsys, "needle", folder)
        assert record["hits"] == []
        assert dict(record["passed"]) == {
            "2026/linked": "a link to a folder",
            "closed/deep": "Permission denied",
        }
        out = run(capsys, "evidence", "needle", folder).out
        assert "\nPassed over\n" in out
        assert "2026/linked" in out

    def test_a_folder_that_cannot_be_read_at_all(self, capsys, folder, monkeypatch):
        def closed(place):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), place)

        monkeypatch.setattr(os, "scandir", closed)
        code, _, err = run(capsys, "evidence", "needle", folder)
        assert (code, err) == (2, f"xlsizing: DIR must be readable: Permission denied ({folder})\n")

    def test_hidden_ones_are_counted_in_a_line(self, capsys, folder):
        assert "\n" not in run(capsys, "evidence", "zebra", folder).out.rstrip()
        (folder / ".one.md").write_text("zebra")
        assert "\n1 hidden file or folder was not searched.\n" in run(capsys, "evidence", "zebra", folder).out
        (folder / "2026" / ".two").mkdir()
        (folder / "2026" / ".two" / ".three.md").write_text("zebra")
        assert "\n2 hidden files and folders were not searched.\n" in run(capsys, "evidence", "zebra", folder).out

    def test_kinds_that_are_not_searched_are_named(self, capsys, folder):
        for name in ("a.pdf", "b.PDF", "c.html"):
            (folder / name).write_text("zebra")
        record = found(capsys, "zebra", folder)
        assert (record["others"], record["other_kinds"]) == (3, {".html": 1, ".pdf": 2})
        line = "\n3 files of other kinds (.pdf, .html) were not searched.\n"
        assert line in run(capsys, "evidence", "zebra", folder).out
        for name in "abcdefghijk":
            (folder / f"x.{name}").write_text("")
        line = "\n14 files of other kinds (.pdf, .a, .b, .c, .d, .e, .f, .g, .h, .html and others) were not searched.\n"
        assert line in run(capsys, "evidence", "zebra", folder).out

    def test_beyond_so_many_files_what_was_found_is_told(self, capsys, folder, monkeypatch):
        for name in "abcdef":
            (folder / f"{name}.png").write_bytes(b"")  # of another kind: not counted
        monkeypatch.setattr(citations, "_MOST_FILES", 3)
        assert found(capsys, "cache", folder)["whole"] is True
        monkeypatch.setattr(citations, "_MOST_FILES", 2)
        code, out, err = run(capsys, "evidence", "nvfp4", folder)
        assert (code, err) == (4, "")
        assert "\n2 of 2 lines in 2 files in " in out
        assert "- The first 2 files were searched and the rest was not: search its folders one by one.\n" in out
        assert json.loads(run(capsys, "evidence", "nvfp4", folder, "--json").out)["whole"] is False

    @pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
    def test_text_of_windows_is_read(self, capsys, folder, encoding):
        (folder / "win.md").write_bytes("\ufeff# Messung\r\n\r\nGröße 5\r\n".encode(encoding))
        record = found(capsys, "größe", folder)
        assert (lines(record), record["notes"], record["passed"]) == ([("win.md", 3, "Messung")], [], [])

    def test_damaged_text_of_windows(self, capsys, folder):
        (folder / "cut.txt").write_bytes("\ufeffneedle".encode("utf-16-le") + b"x")
        record = found(capsys, "needle", folder)
        assert (record["found"], record["notes"]) == (1, ["cut.txt is damaged UTF-16: parts could not be read."])
        (folder / "binary.txt").write_bytes(b"\xff\xfeneedle\0\0")
        assert found(capsys, "zebra", folder)["passed"] == [["binary.txt", "no text"]]

    def test_nothing_found_is_an_answer(self, capsys, folder):
        code, out, err = run(capsys, "evidence", "zebra", folder)
        assert (code, err) == (0, "")
        assert out == f"Nothing found: no line of 3 files in {folder} holds every word of 'zebra'.\n"

    def test_no_escape_sequence_reaches_the_terminal(self, capsys, folder):
        (folder / "a.log").write_text("needle \x1b[2J\n")
        assert "\x1b" not in run(capsys, "evidence", "needle", folder).out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["  ", "{folder}"], "QUERY must hold a word (got a blank)"),
        (["x", "{folder}/missing"], "DIR must be a folder, or a file, that exists (got "),
        (["x", ""], 'DIR must be a folder, or a file, that exists (got a blank); write "." for the current one\n'),
        (["x", " "], "DIR must be a folder, or a file, that exists (got a blank)"),
        (["x", "{folder}", "--limit", "0"], "--limit must be a whole number of at least 1 (got 0)"),
        (["x", "{folder}", "--limit", "many"], "--limit must be a number (got 'many')"),
    ],
)
def test_refused(capsys, folder, arguments, sentence):
    code, out, err = run(capsys, "evidence", *(text.format(folder=folder) for text in arguments))
    assert (code, out) == (2, "")
    assert err.startswith(f"xlsizing: {sentence}")


def test_it_is_no_tool_of_the_server(folder):
    assert called("evidence", {}, folder).record is None
