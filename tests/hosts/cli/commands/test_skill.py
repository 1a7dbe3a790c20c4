"""``xlsizing skill``: every command line that it shows runs, and its words are those of the tool."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.command_line import run
from tests.spec_files import ROOT
from xlsizing.hosts.agents.skill import rules_text, skill_text
from xlsizing.hosts.cli import main as cli
from xlsizing.rules import SWEEP

TEXT = skill_text()
BLOCKS = re.findall(r"```bash\n(.*?)```", TEXT, flags=re.DOTALL)
LINES = [line for block in BLOCKS for line in block.splitlines()]


def test_it_is_printed_to_the_letter(capsys):
    assert run(capsys, "skill") == (0, TEXT, "")


def test_it_begins_as_a_skill_does():
    _, head, body = TEXT.split("---\n", 2)
    assert re.fullmatch(r"name: [a-z-]{1,64}\ndescription: .{1,1024}\n", head)
    assert body.startswith("\n# ")


def test_it_survives_a_redirection_on_any_code_page():
    assert TEXT.isascii()


def test_its_sections():
    assert re.findall(r"^## (.*)", TEXT, flags=re.MULTILINE) == [
        "When to use it", "Ask first", "Commands", "How to read an answer", "Never",
    ]  # fmt: skip
    assert re.findall(r"^## (.*)", rules_text(), flags=re.MULTILINE) == ["How to read an answer", "Never"]


def test_nothing_is_left_to_be_filled_in():
    assert re.findall(r"\$\w+|\$\{", TEXT) == []
    assert f"c = {', '.join(map(str, SWEEP))} measured" in TEXT


def test_every_command_that_it_names_exists():
    named = {line.split()[1] for line in LINES}
    assert named <= set(cli._MODULES)
    use = TEXT.partition("## When to use it")[2].partition("\n## ")[0]
    assert set(re.findall(r"`(\w+)`", use)) <= named  # each has a line that shows how


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What an assistant finds: results and campaigns."""
    place = tmp_path_factory.mktemp("skill")
    shutil.copytree(ROOT / "workbook" / "curves" / "illustrative-vllm-sweep", place / "results")
    (place / "campaigns").mkdir()
    (place / "campaigns" / "kv.md").write_text("# KV cache 2026-11\nNVFP4 KV cache\n")
    return place


def test_every_line_runs(capsys, folder, monkeypatch):
    """To the letter and in the order of the text, as a shell does: later lines use what earlier ones write."""
    monkeypatch.chdir(folder)
    assert len(LINES) == 18
    for line in LINES:
        command, _, target = line.partition(" > ")
        program, *words = shlex.split(command)
        code, out, err = run(capsys, *words)
        assert (program, err) == ("xlsizing", "")
        assert code == 0, line
        assert out
        if target:
            Path(target).write_text(out)


def test_every_exit_code_is_told():
    told = TEXT.partition("Exit codes: ")[2].partition("\n## ")[0]
    assert re.findall(r"(?:^|; )\s*(\d)\s", told.replace("\n", " ")) == ["0", "1", "2", "3", "4"]


def test_what_holds_on_the_command_line_alone_is_in_the_skill_alone():
    for words in ("tables print in bold", "The oldest JSON keys of such a row", "look at `feasible` first"):
        assert words in " ".join(TEXT.split())
        assert words not in " ".join(rules_text().split())
    assert "`--allow-mismatch` is for internal use" in TEXT
    assert "`allow_mismatch` is for internal use" in rules_text()
