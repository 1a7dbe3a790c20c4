"""Direction of imports: hosts -> reports, workbooks -> spec, accuracy -> importers, drawing -> core -> numpy; one writer of input errors."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import xlsizing

PACKAGE = Path(xlsizing.__file__).parent
MODULES = {
    ".".join(("xlsizing", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
HEAVY = (
    "pandas",
    "openpyxl",
    "xlwings",
    "click",
    "rich",
    "pydantic",
    "yaml",
    "pyopenvba",
    "matplotlib",
    "pyarrow",
    "jinja2",
)

# A layer may import itself and those named beside it; hosts may import all layers.
LAYERS = {
    "core": {"core"},
    "importers": {"core", "importers"},
    "drawing": {"core", "drawing"},
    "accuracy": {"core", "importers", "drawing", "accuracy"},
    "spec": {"core", "importers", "spec"},
    "reports": {"core", "reports", "spec", "drawing"},
    "workbooks": {"core", "reports", "workbooks"},
    "batch": {"core", "importers", "spec", "reports", "workbooks", "batch"},
}
WRITERS = {"xlsizing.errors", "xlsizing.checks"}


def layer(module):
    """Return the layer of a module: the name of its subpackage, or core."""
    parts = module.split(".")
    below = len(parts) > 1 and (parts[1] in LAYERS or parts[1] == "hosts" or parts[1] == "__main__")
    return {"__main__": "hosts"}.get(parts[1], parts[1]) if below else "core"


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


def loaded_by(statement):
    """Return the top-level modules that a fresh interpreter has loaded after a statement."""
    program = (
        f"import sys, json; {statement}; print(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    )
    run = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(run.stdout))


class TestFreshInterpreter:
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


class TestDirection:
    def test_the_modules_were_found(self):
        assert {"xlsizing", "xlsizing.sizing", "xlsizing.hosts"} <= set(MODULES)
        assert imported("xlsizing.sizing") >= {"xlsizing.curve", "xlsizing.checks"}

    @pytest.mark.parametrize("module", [module for module in MODULES if layer(module) in LAYERS])
    def test_no_module_imports_back(self, module):
        back = {name for name in imported(module) if name.split(".")[0] == "xlsizing"}
        assert {name for name in back if layer(name) not in LAYERS[layer(module)]} == set()

    @pytest.mark.parametrize("module", [module for module in MODULES if layer(module) == "core"])
    def test_the_core_imports_numpy_and_the_standard_library_only(self, module):
        allowed = sys.stdlib_module_names | {"xlsizing", "numpy"}
        foreign = {name for name in imported(module) if name.split(".")[0] not in allowed}
        assert foreign <= ({"pandas"} if module in ("xlsizing.rows", "xlsizing.result") else set())

    @pytest.mark.parametrize("library", HEAVY)
    def test_only_one_layer_knows_a_host_library(self, library):
        homes = {
            "pandas": {"core", "batch"},  # for to_frame and size_frame, inside a function
            "openpyxl": {"workbooks", "hosts", "importers", "batch"},
            "xlwings": {"hosts"},
            "click": {"hosts"},
            "rich": {"reports", "hosts"},
            "pydantic": {"spec"},
            "yaml": {"spec", "importers"},
            "pyopenvba": {"workbooks"},
            "matplotlib": {"drawing"},
            "pyarrow": {"batch"},
            "jinja2": {"reports"},
        }
        users = {layer(module) for module in MODULES if library in {name.split(".")[0] for name in imported(module)}}
        assert users <= homes[library]


class TestOneWriterOfErrors:
    # A door may word a refusal anew for its users (`reworded`); the rule stays the one written in one place.
    @pytest.mark.parametrize("module", sorted(set(MODULES) - WRITERS))
    def test_others_refuse_through_checks(self, module):
        tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
        written = [call for call in calls if call.func.id in ("InputError", "CurveError")]
        assert [ast.unparse(call) for call in written] == []
