"""What `xlsizing workbook --lite` writes: the wheel with numpy alone and a stand-in for the decorators gives the functions' answers.

The answers are those of the headless mode, which other tests hold to the known cases.
"""

import ast
import base64
import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests import contexts
from tests.command_line import run
from tests.sized_cases import CASES
from tests.spec_files import ROOT
from xlsizing.hosts.excel.cells import ERROR_OF_KIND, MARK, OMITTED
from xlsizing.hosts.headless import Headless
from xlsizing.hosts.lite.wheel import WHEEL_NAME, wheel
from xlsizing.hosts.lite.writing import lite_files

FILES = lite_files()

PROGRAM = """
import json, sys, types
sys.path[:0] = json.loads(sys.argv[1])
described = {}
def func(function):
    return function
def arg(name, **options):
    def kept(function):
        described.setdefault(function.__name__, {})[name] = options
        return function
    return kept
sys.modules["xlwings"] = types.SimpleNamespace(func=func, arg=arg)
import main
answers = [getattr(main, name)(*values) for name, values in json.load(sys.stdin)]
foreign = {name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names - {"__main__", "__mp_main__"}
print(json.dumps({"answers": answers, "described": described, "foreign": sorted(foreign)}))
"""
"""main.py in a process that has the wheel, numpy and a stand-in for xlwings Lite, and no other package."""

MEASURED = [[1, 215.5, 210, 0.1], [10, 122.2, 1100, 0.2], [256, 41.8, 9000, 1.5]]
WORKED = [[1, 215.5], [10, 122.2], [256, 41.8], [None, None]]
CONTEXT = [[name, value] for name, value in contexts.COMPLETE.items()]
OTHERS = [
    ("SIZING_AUDIT", [WORKED, 18, 3e6, 0.7, 100]),
    ("SIZING_BEST_SLA", [WORKED, 3e6, 64, 4]),
    ("SIZING_BINDING", [MEASURED, 60, "auto", 1]),
    ("SIZING_CHECK", [WORKED, 100, 3e6, 4]),
    ("SIZING_CHECK", [WORKED, 300, 3e6, 4]),
    ("SIZING_CHECK", [WORKED, 100, 3e6, 4, 70]),
    ("SIZING_CHECK", [[[1, None]], 100]),
    ("SIZING_CHECK", [WORKED, "#N/A"]),
    ("SIZING_COST", [WORKED, 100, 3e6, 4, 0.7, 7.25]),
    ("SIZING_DELTA_GPUS", [WORKED, [[1, 230], [10, 150], [256, 60]], 50, 3e6, 4]),
    ("SIZING_GPUS", [WORKED, 100, 3e6, 4, 70]),
    ("SIZING_GPUS", [WORKED, "100", 3e6, 4]),
    ("SIZING_GPUS", [MEASURED, 60, 3e6, 4, 0.7, "auto", 1]),
    ("SIZING_GPUS_BUDGET", [WORKED, 100, 3e6, 4, 0.7, 0.99]),
    ("SIZING_LABEL", [CONTEXT]),
    ("SIZING_LABEL", [[["Measured on", 46112]]]),  # a date, as the add-in hands it over
    ("SIZING_MAX_TPM", [WORKED, 50, 64, 4]),
    ("SIZING_NEXT_LEVER", [WORKED, 100, 3e6, 4]),
    ("SIZING_RIGOR", [WORKED, 100, CONTEXT]),
    ("SIZING_TABLE", [WORKED, [[20], [None], [300]], 3e6, 4]),
    ("SIZING_TP", [230, 10]),
    ("SIZING_TPM", [50, "rps", 1000]),
]


def of_case(case):
    """The calls of a known case, as a workbook makes them."""
    tpm = case.demand * (60 if case.unit == "tok/s" else 1)
    point, sized = [case.rows, case.sla], [case.rows, case.sla, tpm]
    yield from ((name, [*point, case.method]) for name in ("SIZING_CSTAR", "SIZING_POD_TPS", "SIZING_REGIME"))
    yield "SIZING_PODS", [*sized, case.util, case.method]
    for name in ("SIZING_GPUS", "SIZING_GPUS_COMMIT"):
        yield name, [*sized, case.gpus_per_pod, case.util, case.method]
    yield "SIZING_GPUS_BUDGET", [*sized, case.gpus_per_pod, case.util, 0.95, case.method]


CALLS = [call for case in CASES if case.unit in {"tok/s", "tpm"} for call in of_case(case)] + OTHERS
MAIN = {each.name: each for each in ast.parse(FILES["main.py"]).body if isinstance(each, ast.FunctionDef)}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """What main.py answers to every call."""
    place = tmp_path_factory.mktemp("lite")
    for name, data in FILES.items():
        (place / name).write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    site = place / "site"
    site.mkdir()
    installed = Path(np.__file__).parent
    for folder in (installed, installed.with_name("numpy.libs")):  # its own libraries stand beside it in a Linux wheel
        if folder.exists():
            (site / folder.name).symlink_to(folder)
    paths = json.dumps([str(place), str(place / WHEEL_NAME), str(site)])
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", PROGRAM, paths], input=json.dumps([*CALLS, ("SIZING_VERSION", [])]),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def as_error(answer):
    """A refusal as the error that a sales workbook makes of it."""
    if isinstance(answer, str) and answer.startswith(MARK):
        return ERROR_OF_KIND[answer.removeprefix(MARK).partition(":")[0]]
    return answer


class TestAnswers:
    def test_are_those_of_the_functions(self, ran):
        headless = Headless()
        expected = [as_error(headless.call(name, *values)) for name, values in CALLS]
        assert len(CALLS) > 200
        assert ran["answers"][:-1] == expected
        assert {answer for answer in expected if isinstance(answer, str) and answer[:1] == "#"} == set(
            ERROR_OF_KIND.values()
        )

    def test_every_function_is_among_them(self, ran):
        assert {name for name, _ in CALLS} | {"SIZING_VERSION"} == {f.name for f in Headless().functions}
        assert re.fullmatch(r"xlsizing [\d.]+, xlwings Lite, Python [\d.]+", ran["answers"][-1])

    def test_nothing_but_numpy_was_loaded(self, ran):
        # The last is the stand-in; numpy 1.26 brings the names of what it was compiled with.
        compiled = {name for name in ran["foreign"] if "cython" in name}
        assert sorted({*ran["foreign"]} - compiled) == ["main", "numpy", "xlsizing", "xlwings"]


class TestMain:
    def test_has_each_function_of_the_registry_with_its_help(self, ran):
        registered = {function.name: function for function in Headless().functions}
        assert list(MAIN) == list(registered)
        for name, function in registered.items():
            assert ast.get_docstring(MAIN[name], clean=False) == function.doc
            described = ran["described"].get(name, {})
            assert described == {a.name: {"doc": a.doc} | a.xlwings_options for a in function.arguments}

    def test_defaults_are_those_of_the_functions(self):
        scope = {"OMITTED": OMITTED}
        for function in Headless().functions:
            node = MAIN[function.name]
            defaults = [eval(ast.unparse(value), scope) for value in node.args.defaults]  # noqa: S307  # our own text
            assert defaults == [argument.default for argument in function.arguments if argument.optional]


@pytest.fixture
def archive():
    """The wheel, opened."""
    return zipfile.ZipFile(io.BytesIO(FILES[WHEEL_NAME]))


class TestWheel:
    def test_is_the_same_each_time(self):
        assert wheel() == FILES[WHEEL_NAME]

    def test_its_record_lists_every_file_with_its_hash(self, archive):
        (record,) = (name for name in archive.namelist() if name.endswith(".dist-info/RECORD"))
        rows = {name: (digest, size) for name, digest, size in csv.reader(archive.read(record).decode().splitlines())}
        assert list(rows) == archive.namelist()
        assert rows.pop(record) == ("", "")
        for name, (digest, size) in rows.items():
            data = archive.read(name)
            expected = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            assert (digest, size) == (f"sha256={expected}", str(len(data)))

    def test_requires_numpy_alone_from_the_version_that_the_project_allows(self, archive):
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        required = re.findall(r"^Requires-Dist: (.*)", archive.read(metadata).decode(), flags=re.MULTILINE)
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
        assert required == [next(each for each in project if each.startswith("numpy")).partition(",")[0]]

    def test_its_modules_are_those_of_the_package_but_one(self, archive):
        differing = [
            name
            for name in archive.namelist()
            if name.startswith("xlsizing/") and archive.read(name) != (ROOT / name).read_bytes()
        ]
        assert [Path(name).name for name in differing] == ["host.py"]

    @pytest.mark.slow
    def test_pip_takes_it(self, tmp_path):
        (tmp_path / WHEEL_NAME).write_bytes(FILES[WHEEL_NAME])
        done = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", tmp_path / "site",
             tmp_path / WHEEL_NAME], capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "site" / "xlsizing" / "core" / "sizing.py").exists()


@pytest.mark.slow
def test_pyodide_compiles_it_and_imports_what_needs_no_numpy(request, tmp_path):
    folder = request.config.getoption("--pyodide")
    if folder is None or shutil.which("node") is None:
        pytest.skip("no Pyodide: name the folder of npm's package pyodide with --pyodide PATH, and have node")
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    script = Path(__file__).with_name("lite_in_pyodide.mjs")
    done = subprocess.run(
        ["node", script, folder.resolve(), tmp_path / WHEEL_NAME, tmp_path / "main.py"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    modules = [name for name in zipfile.ZipFile(io.BytesIO(FILES[WHEEL_NAME])).namelist() if name.endswith(".py")]
    assert (told["system"], told["compiled"], told["lacking"]) == ("emscripten", len(modules) + 1, ["numpy"])
    assert len(told["imported"]) >= 10


class TestCommand:
    def test_writes_all_or_nothing(self, capsys, tmp_path):
        folder = tmp_path / "lite"
        code, out, err = run(capsys, "workbook", "--lite", folder)
        assert (code, err) == (0, "")
        assert out == f"Written: {', '.join(str(folder / name) for name in FILES)}\n"
        assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
        (folder / "README.txt").unlink()
        code, _, err = run(capsys, "workbook", "--lite", folder)
        assert (code, "must not exist yet; pass --force" in err) == (2, True)
        assert not (folder / "README.txt").exists()
        assert run(capsys, "workbook", "--lite", folder, "--force").code == 0
        assert (folder / "README.txt").exists()

    @pytest.mark.parametrize(
        ("flags", "sentence"),
        [
            (["--sales"], "--lite must not be given beside --spec, --sales or --functions"),
            (["--spec", "x.yaml"], "--lite must not be given beside --spec, --sales or --functions"),
            (["-o", "x.xlsx"], "-o must be given with --spec or --sales, and only with it"),
            (["--curves", "x"], "--curves must be given with --spec or --sales, and only with it"),
            (["--stat", "p90"], "--stat must be given with --spec or --sales, and only with it"),
            (["x"], "a path must follow --curves (got 'x')"),
        ],
    )
    def test_stands_alone(self, capsys, tmp_path, flags, sentence):
        assert run(capsys, "workbook", "--lite", tmp_path / "x", *flags) == (2, "", f"xlsizing: {sentence}\n")
        assert list(tmp_path.iterdir()) == []

    def test_a_blank_folder(self, capsys):
        code, _, err = run(capsys, "workbook", "--lite", " ")
        assert (code, err) == (
            2,
            'xlsizing: --lite must name a directory (got a blank); write "." for the current one\n',
        )

    def test_other_workbooks_still_need_a_place(self, capsys):
        assert run(capsys, "workbook", "--sales") == (2, "", "xlsizing: --output must be given\n")


class TestReadMe:
    def test_says_how_it_gets_there_and_what_is_not_known(self):
        text = FILES["README.txt"]
        assert all(
            words in text for words in (WHEEL_NAME, "UNVERIFIED", "proprietary and free", "Access-Control-Allow-Origin")
        )
        assert FILES["requirements.txt"].splitlines() == ["numpy", f"https://YOUR-HOST/{WHEEL_NAME}"]
        assert all(error in text for error in ERROR_OF_KIND.values())

    def test_no_line_is_too_long_for_a_text_editor(self):
        longest = max(map(len, FILES["README.txt"].splitlines()))
        assert longest <= 120
