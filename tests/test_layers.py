"""Direction of imports: hosts -> reports, workbooks -> spec, importers -> advice -> core -> context -> ground; one writer of errors."""

import ast
import importlib
import json
import subprocess
import sys
from itertools import permutations
from pathlib import Path

import pytest

import xlsizing

PACKAGE = Path(xlsizing.__file__).parent
MODULES = {
    ".".join(("xlsizing", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
HEAVY = (
    "pandas", "openpyxl", "xlwings", "click", "rich", "pydantic", "yaml", "pyopenvba", "matplotlib", "pyarrow", "mcp", "mcp_types", "anyio",
    "jinja2",
)  # fmt: skip

GROUND = {"errors", "checks", "lazily", "refusing", "rules", "reading", "number_words"}

# A folder may import itself, the ground and those named beside it; what is in none of them is the ground, or the package.
FOLDERS = {
    "context": set(),
    "core": {"context"},
    "advice": {"core", "context"},
    "drawing": set(),
    "importers": {"advice", "core", "context"},
    "accuracy": {"drawing", "importers", "advice", "core", "context"},
    "spec": {"importers", "advice", "core", "context"},
    "reports": {"drawing", "spec", "advice", "core", "context"},
    "workbooks.writer": {"core", "context"},
    "workbooks.customer": {"workbooks.writer", "reports", "advice", "core", "context"},
    "workbooks.sales": {"workbooks.customer", "workbooks.writer", "reports", "advice", "core", "context"},
    "workbooks.lambdas": {"workbooks.sales", "workbooks.customer", "workbooks.writer", "core", "context"},
    "batch": {"workbooks.writer", "reports", "spec", "importers", "core", "context"},
}
# The doors import all of these, and each other in this direction only.
HOSTS = {
    "hosts": {"hosts.excel", "hosts.recalc"},
    "hosts.excel": set(),
    "hosts.recalc": {"hosts", "hosts.excel"},
    "hosts.sales": {"hosts", "hosts.excel", "hosts.recalc"},
    "hosts.doctor": {"hosts", "hosts.excel", "hosts.recalc"},
    "hosts.lite": {"hosts", "hosts.excel"},
    "hosts.agents": {"hosts.cli"},
    "hosts.lambdas": {"hosts", "hosts.excel", "hosts.recalc", "hosts.sales"},
    "hosts.cli": {
        "hosts",
        "hosts.excel",
        "hosts.recalc",
        "hosts.sales",
        "hosts.doctor",
        "hosts.lite",
        "hosts.agents",
        "hosts.lambdas",
    },
}
ALLOWED = FOLDERS | {folder: beside | set(FOLDERS) for folder, beside in HOSTS.items()}
WRITERS = {"xlsizing.errors", "xlsizing.refusing"}


def folder(module):
    """Return the folder that a module lives in, "" for the ground."""
    parts = module.split(".")[1:]
    whole = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((name for name in whole if name in ALLOWED), "")


def layer(module):
    """Return the topmost folder of a module, or ground."""
    return "hosts" if module == "xlsizing.__main__" else folder(module).partition(".")[0] or "ground"


def imported(module):
    """Return the names of all modules that a module imports, wherever in it the import stands."""
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            origin = ".".join(filter(None, (base, node.module)))
            names |= {f"{origin}.{alias.name}" for alias in node.names}
    return {_module_of(name) for name in names}


def _module_of(name):
    """Return the module that an imported name is or lives in."""
    while name.startswith("xlsizing.") and name not in MODULES:
        name = name.rpartition(".")[0]
    return name


def taken(module):
    """Return the full names that a module takes from others of ours."""
    found = ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8")))
    imports = [
        node for node in found if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("xlsizing")
    ]
    return [f"{node.module}.{alias.name}" for node in imports for alias in node.names]


def exported(name):
    """Tell whether a name is of the ground, or of what its folder offers to others: its own names, or modules."""
    home = folder(name)
    if not home:
        return True
    rest = name.removeprefix(f"xlsizing.{home}.").split(".")
    return home == "hosts" or rest[0] in importlib.import_module(f"xlsizing.{home}").__all__


def loaded_by(statement):
    """Return the top-level modules that a fresh interpreter has loaded after a statement."""
    program = (
        f"import sys, json; {statement}; print(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    )
    run = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(run.stdout))


class TestFreshInterpreter:
    def test_import_loads_not_even_numpy(self):
        assert loaded_by("import xlsizing").isdisjoint({"numpy", *HEAVY})

    def test_import_loads_no_host_library(self):
        loaded = loaded_by("import xlsizing; xlsizing.size")
        assert "numpy" in loaded
        assert loaded.isdisjoint(HEAVY)

    def test_sizing_loads_none_either(self):
        loaded = loaded_by(
            "import xlsizing as x; "
            "x.size(x.Curve([1, 8], [100, 50]), [60, 300], x.Demand.tpm(3e6), gpus_per_pod=4).rows()"
        )
        assert loaded.isdisjoint(HEAVY)

    def test_only_a_frame_loads_pandas(self):
        loaded = loaded_by(
            "import xlsizing as x; x.size(x.Curve([1], [100]), 60, x.Demand.tpm(3e6), gpus_per_pod=4).to_frame()"
        )
        assert loaded & set(HEAVY) - {"pyarrow"} == {"pandas"}  # which loads pyarrow itself where it is installed


def modules_after(*arguments):
    """Return the full names of the modules that a command has loaded in a fresh interpreter, its output in a pipe."""
    program = (
        "import sys\nfrom xlsizing.hosts.cli.start import main\n"
        "try: main()\nexcept SystemExit as end: print(*sys.modules, file=sys.stderr); sys.exit(end.code)"
    )
    run = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    return set(run.stderr.split())


class TestCommandLine:
    """A command loads what it uses: each of these was in the way of the answer once."""

    @pytest.mark.parametrize("flag", ["--version", "--help"])
    def test_version_and_help_need_no_numpy_and_no_command(self, flag):
        loaded = modules_after(flag)
        assert "xlsizing.hosts.cli.main" in loaded
        assert loaded.isdisjoint(
            {"numpy", "rich", "xlsizing.core", "xlsizing.checks", "xlsizing.hosts.cli.commands.size"}
        )

    def test_a_table_in_a_pipe_needs_no_rich_no_context_and_no_files(self):
        curve = ("--anchors", "1:215.5,10:122.2,256:41.8", "--gpus-per-pod", "4")
        loaded = modules_after("size", "--tpm", "3000000", "--sla", "20,150", *curve)
        beside = {"advice.levers", "advice.audit", "context", "reports.files", "reports.record", "reports.styled_page"}
        assert "xlsizing.reports.terminal" in loaded
        bare = subprocess.run(
            [sys.executable, "-c", "import sys, numpy; print(*sys.modules)"], capture_output=True, text=True, check=True
        )
        others = {"rich", "hashlib", "json", "shutil"} - set(bare.stdout.split())  # older releases of numpy load some
        assert loaded.isdisjoint({*others, *(f"xlsizing.{name}" for name in beside)})


class TestOfferedLazily:
    @pytest.mark.parametrize("folder", ["xlsizing", "xlsizing.advice", "xlsizing.reports"])
    def test_each_name_is_of_the_module_that_type_checkers_take_it_from(self, folder):
        imports = [name.rpartition(".") for name in taken(folder) if name != "xlsizing.lazily.offered"]
        told = {name: home for home, _, name in imports if home != "xlsizing"}
        offered = importlib.import_module(folder)._homes
        of_types = {name: f"{folder}.{home}" for name, home in offered.items()}
        assert of_types | told == of_types
        assert set(offered) - set(told) <= {"size_frame", "write_workbook"}  # the others' types are not in need of it
        assert set(offered) <= set(importlib.import_module(folder).__all__)

    @pytest.mark.parametrize("first", ["import xlsizing.reports.record", "from xlsizing.reports import record", "pass"])
    def test_a_function_stands_before_the_module_of_its_name(self, first):
        program = f"{first}; from xlsizing.reports import record; import xlsizing.reports.review as module; import xlsizing.reports as reports; print(record.__name__, callable(reports.review), module)"
        run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert run.stdout.startswith("record True")

    def test_what_is_not_offered_is_no_attribute(self):
        with pytest.raises(AttributeError, match=r"^module 'xlsizing.reports' has no attribute 'nothing'$"):
            importlib.import_module("xlsizing.reports").nothing  # noqa: B018


class TestDirection:
    def test_the_modules_were_found(self):
        assert {"xlsizing", "xlsizing.core.sizing", "xlsizing.hosts"} <= set(MODULES)
        assert imported("xlsizing.core.sizing") >= {"xlsizing.core.curve", "xlsizing.checks"}

    def test_every_module_is_of_a_folder_or_of_the_ground(self):
        beside = {module.removeprefix("xlsizing.") for module in MODULES if not folder(module)}
        assert beside == {*GROUND, "xlsizing", "__main__", "workbooks"}

    @pytest.mark.parametrize("module", [module for module in MODULES if folder(module)])
    def test_no_module_imports_back(self, module):
        own = folder(module)
        others = {folder(name) for name in imported(module) if name.split(".")[0] == "xlsizing"}
        assert others - ALLOWED[own] - {own, ""} == set()

    @pytest.mark.parametrize("module", sorted(f"xlsizing.{name}" for name in GROUND))
    def test_the_ground_imports_the_ground_only(self, module):
        ours = {name for name in imported(module) if name.split(".")[0] == "xlsizing"}
        assert ours <= {"xlsizing", *(f"xlsizing.{name}" for name in GROUND)}

    def test_no_two_folders_import_each_other(self):
        back = {(one, other) for one, beside in ALLOWED.items() for other in beside if one in ALLOWED[other]}
        assert back == {
            *permutations(
                ("hosts", "hosts.recalc")
            ),  # recalculation calls the functions; the test fixtures recalculate
            *permutations(("hosts.agents", "hosts.cli")),  # the tools are commands; one command serves the tools
        }

    @pytest.mark.parametrize("module", sorted(MODULES))
    def test_a_folder_is_used_by_what_it_exports(self, module):
        own = folder(module)
        assert [name for name in taken(module) if folder(name) != own and not exported(name)] == []

    @pytest.mark.parametrize(
        "module", [module for module in MODULES if layer(module) in ("ground", "context", "core", "advice")]
    )
    def test_the_core_imports_numpy_and_the_standard_library_only(self, module):
        allowed = sys.stdlib_module_names | {"xlsizing", "numpy"}
        foreign = {name for name in imported(module) if name.split(".")[0] not in allowed}
        assert foreign <= ({"pandas"} if module in ("xlsizing.core.rows", "xlsizing.core.result") else set())

    @pytest.mark.parametrize("library", HEAVY)
    def test_only_one_layer_knows_a_host_library(self, library):
        homes = {
            "pandas": {"core", "batch"},  # for to_frame and size_frame, inside a function
            "openpyxl": {"workbooks", "hosts", "importers", "batch"},
            "xlwings": {"hosts"},
            "click": {"hosts"},
            "rich": {"reports", "hosts"},
            "pydantic": {"spec", "hosts"},  # there for the schemas of what the tools of the MCP server return
            "yaml": {"spec", "importers"},
            "pyopenvba": {"workbooks"},
            "matplotlib": {"drawing"},
            "pyarrow": {"batch"},
            "mcp": {"hosts"},
            "mcp_types": {"hosts"},
            "anyio": {"hosts"},
            "jinja2": {"reports"},
        }
        users = {layer(module) for module in MODULES if library in {name.split(".")[0] for name in imported(module)}}
        assert users <= homes[library]

    def test_one_module_knows_the_protocol_of_assistants(self):
        users = {module for module in MODULES if {"mcp", "mcp_types"} & {n.split(".")[0] for n in imported(module)}}
        assert users == {"xlsizing.hosts.agents.server"}


class TestOneWriterOfErrors:
    # A door may word a refusal anew for its users (`reworded`); the rule stays the one written in one place.
    @pytest.mark.parametrize("module", sorted(set(MODULES) - WRITERS))
    def test_others_refuse_through_checks(self, module):
        tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
        written = [call for call in calls if call.func.id in ("InputError", "CurveError")]
        assert [ast.unparse(call) for call in written] == []
