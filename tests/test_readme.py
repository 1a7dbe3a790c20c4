"""The README says what is true: its commands run, its output is the real one, its tables are complete."""

from __future__ import annotations

import ast
import doctest
import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from tests.command_line import run, typed
from xlsizing.batch.columns import RESULTS
from xlsizing.hosts.cli import main as cli
from xlsizing.hosts.headless import Headless
from xlsizing.hosts.recalc import Recalculation
from xlsizing.hosts.sales.decks import built_in
from xlsizing.importers.public import NOT_OURS
from xlsizing.workbooks.sales.deck import LEAST_BLOCKS, MOST_BLOCKS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, flags=re.DOTALL)


def shell_lines():
    return [line for kind, text in BLOCKS if kind == "bash" for line in text.splitlines() if line]


def output_of(command):
    """Run the xlsizing call in a shell line of the README and return what it prints."""
    arguments = shlex.split(command[command.index("xlsizing size") :])[1:]
    done = subprocess.run(
        [sys.executable, "-m", "xlsizing", *arguments],
        cwd=ROOT, capture_output=True, encoding="utf-8", check=True, env={"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    return done.stdout


def after(command):
    """Return the block that follows the block of `command`."""
    at = next(i for i, (_, text) in enumerate(BLOCKS) if text.strip() == command)
    return BLOCKS[at + 1][1]


@pytest.mark.parametrize("command", [line for line in shell_lines() if "xlsizing size" in line])
def test_each_command_prints_what_is_shown(command):
    printed = output_of(command)
    excerpts = [part.strip("\n") for part in re.split(r"^\.\.\.\n", after(command), flags=re.MULTILINE)]
    assert any(excerpts)
    assert all(part in printed for part in excerpts)


def test_python_examples():
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner()
    text = "\n".join(text for kind, text in BLOCKS if kind == "python" and ">>>" in text)
    result = runner.run(parser.get_doctest(text, {}, "README", "README.md", 0))
    assert (result.failed, result.attempted) == (0, 6)


def test_formulas_give_the_numbers_beside_them():
    formulas = re.findall(r"`=(SIZING_\w+)\(A2:B4, (\d+), (\d+), (\d+)\)` is (\d+)", README)
    assert len(formulas) == 3
    curve = [[1, 215.5], [10, 122.2], [256, 41.8]]
    for name, sla, tpm, gpus_per_pod, shown in formulas:
        assert Headless().call(name, curve, int(sla), int(tpm), int(gpus_per_pod)) == int(shown)


def test_the_fixture_example():
    text = next(text for kind, text in BLOCKS if kind == "python" and text.startswith("def test_"))
    scope = {}
    exec(text, scope)  # noqa: S102  # the README's own code
    scope["test_quote"](Headless())


def test_the_workbook_example(capsys, monkeypatch, tmp_path):
    command = next(text for kind, text in BLOCKS if kind == "bash" and "xlsizing recalc" in text)
    (tmp_path / "workbook").symlink_to(ROOT / "workbook")
    monkeypatch.chdir(tmp_path)
    for line in command.splitlines():
        code, out, err = run(capsys, *shlex.split(line)[1:])
        assert (code, err) == (0, "")
    assert all(part.strip("\n") in out for part in after(command.strip()).split("...\n"))
    text = next(text for kind, text in BLOCKS if kind == "python" and "(sizing_workbook)" in text)
    scope = {}
    exec(text, scope)  # noqa: S102  # the README's own code
    scope["test_customer_workbook"](Recalculation)


def test_the_table_of_scenarios(capsys, monkeypatch, tmp_path):
    command = next(line for line in shell_lines() if line.startswith("xlsizing batch"))
    (tmp_path / "workbook").symlink_to(ROOT / "workbook")
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *shlex.split(command)[1:])
    assert (code, err) == (4, "")
    assert all(part.strip("\n ") in out for part in re.split(r"\.\.\.\n", after(command)))


def test_what_is_found_to_cite(capsys, monkeypatch):
    command = next(line for line in shell_lines() if line.startswith("xlsizing evidence"))
    monkeypatch.chdir(ROOT)
    code, out, err = run(capsys, *shlex.split(command)[1:])
    assert (code, err) == (0, "")
    assert out.startswith(after(command).partition("...\n")[0])


def test_the_line_that_an_assistant_starts_the_server_by():
    text = next(text for kind, text in BLOCKS if kind == "json" and "mcpServers" in text)
    line = json.loads(text)["mcpServers"]["xlsizing"]
    command = cli.command_named(line["args"][0])
    assert (line["command"], line["args"][1::2]) == ("xlsizing", [option.opts[0] for option in command.params])


def test_the_results_of_a_scenario_are_all_listed():
    listed = next(text for kind, text in BLOCKS if kind == "columns")
    assert re.split(r",\s+", listed.strip()) == [each.name for each in RESULTS]


def test_what_ask_shows(capsys, monkeypatch, tmp_path):
    """The session of the README is typed again, an answer a prompt; the same by flags is the same file."""
    transcript = after("xlsizing ask")
    prompt = re.compile(r"^(\S.* \[.*?\](?: \(.*?\))?:)(.*)$", re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    answers = [answer.strip() for _, answer in prompt.findall(transcript)]
    code, shown, errors = typed(monkeypatch, answers, "ask")
    assert (code, errors) == (0, "")
    assert "".join(shown.split()) == "".join(prompt.sub(r"\1", transcript).split())  # a terminal shows answers itself
    line = next(line for line in shell_lines() if line.startswith("xlsizing ask --non-interactive"))
    code, _, errors = run(capsys, *shlex.split(line)[1:])
    assert (code, errors) == (0, "")
    assert Path("acme.yaml").read_text(encoding="utf-8") == Path("sizing.yaml").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning")
def test_the_example_on_dask(monkeypatch, tmp_path):
    text = next(text for kind, text in BLOCKS if kind == "python" and "map_partitions" in text)
    (tmp_path / "workbook").symlink_to(ROOT / "workbook")
    monkeypatch.chdir(tmp_path)
    rows = pd.read_csv(ROOT / "workbook" / "examples" / "scenarios.csv").iloc[:5]  # the last has a percentage
    rows.assign(util=rows["util"].astype(float)).to_parquet("scenarios.parquet")
    scope = {}
    exec(text, scope)  # noqa: S102  # the README's own code
    assert scope["gpus"].to_dict() == {"Aster": 188, "Birch": 88, "Cedar": 0}


def test_the_example_on_spark_is_python():
    ast.parse(next(text for kind, text in BLOCKS if kind == "python" and "mapInPandas" in text))


def test_every_function_stands_in_the_table_with_its_arguments():
    shown = dict(re.findall(r"^\| `(SIZING_\w+)\((.*?)\)` \|", README, flags=re.MULTILINE))
    registered = {
        function.name: ", ".join(f"[{a.name}]" if a.optional else a.name for a in function.arguments)
        for function in Headless().functions
    }
    assert shown == registered


def test_every_command_stands_in_the_table():
    table = README.partition("\n## Command line\n")[2].partition("\n## ")[0]
    assert sorted(set(re.findall(r"^\| `xlsizing (\w+)", table, flags=re.MULTILINE))) == sorted(cli._MODULES)


@pytest.mark.parametrize("line", [line for line in shell_lines() if line.startswith("xlsizing ")])
def test_each_command_line_names_a_command_and_its_flags(line):
    _, name, *rest = shlex.split(line)
    flags = {flag for parameter in cli._commands.get_command(None, name).params for flag in parameter.opts}
    assert {word for word in rest if word.startswith("-")} <= flags


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"\]\((?!http)(.*?)\)", README) + re.findall(r"`(workbook/[^`]*)`", README)))
)
def test_what_it_points_to_is_there(path):
    assert (ROOT / path).exists()


def test_ci_runs_the_test_command():
    whole, quick = [line for line in shell_lines() if "-m pytest" in line]
    ran = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert whole in ran
    assert quick.replace(".venv/", ".venv-lowest/") in ran


def test_dependencies_are_the_declared_ones():
    declared = re.search(
        r"^dependencies = \[\n(.*?)^\]", (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert declared is not None
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    beside = {
        re.match(r"[\w.-]+?(?=>=)", package)[0] for package in (*extras["batch"], *extras["dask"], *extras["mcp"])
    }
    names = [*re.findall(r'^ +"([\w.-]+)', declared[1], flags=re.MULTILINE), *beside]
    table = README[README.index("## Dependencies") :]
    assert re.findall(r"^\| ([A-Za-z][\w.-]*)(?: \(.*?\))? \|", table, flags=re.MULTILINE)[1:] == sorted(
        names, key=_given_first
    )


def test_the_lowest_versions_are_those_that_the_project_allows():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = (ROOT / ".ci" / "lowest.txt").read_text("utf-8").splitlines()
    lowest = dict(line.split("==") for line in lines if not line.startswith("#"))
    allowed = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    bounds = dict(re.match(r"([\w.-]+?)[>=]=([\w.]+)", requirement).groups() for requirement in allowed)
    assert {re.match(r"[\w.-]+?(?=[>=]=)", requirement)[0] for requirement in project["dependencies"]} <= set(lowest)
    assert {name: [*bounds[name].rstrip(".").split("."), "0", "0"][:3] for name in lowest} == {
        name: version.split(".") for name, version in lowest.items()
    }


def test_each_extra_is_named():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    text = README[README.index("## Dependencies") :]
    assert set(re.findall(r"the extra `(\w+)`", text, flags=re.IGNORECASE)) == set(extras)
    assert [package.partition(">")[0] for package in extras["sales"]] == ["pyopenvba"]
    assert "The extra `sales` adds pyopenvba" in text


def test_the_curves_that_come_with_the_sales_workbook():
    starters = built_in().starters
    public = [starter for starter in starters if starter.caution == NOT_OURS.why]
    assert (LEAST_BLOCKS, MOST_BLOCKS, len(starters), len(public)) == (6, 100, 3, 2)
    assert "has room for six curves,\npicked by name, and comes with the built-in example and two public" in README
    assert "up\nto 100 with their contexts" in README


def _given_first(name):
    given = ("numpy", "pandas", "openpyxl", "xlwings")
    return (given.index(name) if name in given else len(given), name.lower())


def test_the_folders_for_contributors_are_those_of_the_package():
    block = re.search(r"```folders\n(.*?)```", README, re.DOTALL)[1]
    named = set(re.findall(r"^  ([a-z/]+)/ ", block, re.MULTILINE))
    package = ROOT / "xlsizing"
    folders = {path.parent.relative_to(package).as_posix() for path in package.rglob("__init__.py")} - {"."}
    hosts = {
        f"hosts/{name}" for name in re.findall(r"([a-z]+)/(?= |$)", block.partition("headless;")[2].partition("\n")[0])
    }
    assert named | hosts == folders - {"workbooks", "hosts/cli/commands"}
