"""``xlsizing evidence``: file, line, heading and text, counted by hand in small files."""

import json
import os

import pytest

from tests.command_line import run
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
        assert (record["hits"], record["others"], record["files"]) == ([], 1, 3)
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
