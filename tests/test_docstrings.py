"""Docstrings are data: every public name has one, it names the parameters of the signature, and numbers carry a [unit].

Two forms are allowed. In the numpy form the section *Parameters* lists exactly the parameters of the signature, each number
with its unit, and so does *Returns*. In the short form the text carries the unit of a number that comes back, and names
every parameter, unless its type is a class of ours or the module's docstring names it. [-] is of numbers without a unit.
"""

import importlib
import inspect
import pkgutil
import re
from dataclasses import is_dataclass

import pytest

import xlsizing

MODULES = ["xlsizing"] + [found.name for found in pkgutil.walk_packages(xlsizing.__path__, "xlsizing.")]
SECTION = re.compile(r"^(?P<title>[A-Z]\w+)\n-{3,}\n(?P<body>.*?)(?=^[A-Z]\w+\n-{3,}\n|\Z)", re.MULTILINE | re.DOTALL)
ENTRY = re.compile(r"^(?P<head>\S.*)\n(?P<text>(?:(?:[ ]+.*)?\n?)*)", re.MULTILINE)
UNIT = re.compile(r"\[(-|-?[A-Za-z$%][^\[\]]*)\]")
# Excel shows help argument by argument: it stands at the arguments there.
ARGUMENT_HELP = ("xlsizing.hosts.udfs", "xlsizing.hosts.udfs_advice")


def public_names():
    """Return every public function, class, method and property of the package by its full name."""
    found = {}
    for module in map(importlib.import_module, MODULES):
        own = {name: member for name, member in vars(module).items() if is_ours(name, member, module)}
        found |= {f"{module.__name__}.{name}": member for name, member in own.items()}
        for name, owner in own.items():
            found |= {f"{module.__name__}.{name}.{key}": value for key, value in members(owner).items()}
    return found


def is_ours(name, member, module):
    """Tell whether a module itself defines a public function or class."""
    defined = inspect.isclass(member) or inspect.isroutine(member) or callable(member)
    return defined and not name.startswith("_") and getattr(member, "__module__", None) == module.__name__


def members(owner):
    """Return the public methods and properties that a class itself defines."""
    own = vars(owner).items() if inspect.isclass(owner) else ()
    return {name: value for name, value in own if not name.startswith("_") and function(value) is not None}


def function(member):
    """Return the function behind a method or property, None for anything else."""
    member = getattr(member, "fget", None) or getattr(member, "func", None) or getattr(member, "__func__", member)
    return member if inspect.isfunction(member) else None


PUBLIC = public_names()
CALLABLE = {name: function(member) for name, member in PUBLIC.items() if function(member) is not None}
BUILT = {
    name: member
    for name, member in PUBLIC.items()
    if inspect.isclass(member)
    and not getattr(member, "_is_protocol", False)
    and ("__init__" in vars(member) or is_dataclass(member))
    and inspect.signature(member).parameters
}
DESCRIBED = CALLABLE | BUILT


def sections(member):
    """Return the numpy sections of a docstring by title."""
    return {found["title"]: found["body"] for found in SECTION.finditer(inspect.getdoc(member) + "\n")}


def entries(member, title):
    """Return the entries of a section: what stands before the indented text, and the text."""
    return [(found["head"], found["text"]) for found in ENTRY.finditer(sections(member).get(title, ""))]


def parameters(member):
    """Return the parameters that a caller gives."""
    given = inspect.signature(member).parameters.values()
    return [parameter for parameter in given if parameter.name not in ("self", "cls")]


def is_our_class(annotation):
    """Tell whether an annotation names classes of the package, perhaps in a list or with None."""
    words = set(re.findall(r"\w+", str(annotation))) - {"None", "list", "tuple", "Sequence"}
    return bool(words) and words <= {
        name.rpartition(".")[2] for name, member in PUBLIC.items() if inspect.isclass(member)
    }


NUMBERS = {"float", "int", "complex", "number", "ndarray", "array_like", "NDArray", "Floats", "Integers", "Decimal"}


def is_number(described):
    """Tell whether an annotation, or the type that a docstring names, is of a number, or of several."""
    words = set(re.findall(r"\w+", str(described)))
    return bool(words & NUMBERS) and not words & {"dict", "Mapping", "mapping", "Callable"}


NUMPY = sorted(name for name, member in DESCRIBED.items() if "Parameters" in sections(member))
SHORT = sorted(set(CALLABLE) - set(NUMPY))


def test_the_public_names_were_found():
    assert {"xlsizing.core.sizing.size", "xlsizing.core.curve.Curve", "xlsizing.core.result.Sizing.pods"} <= set(PUBLIC)
    assert {"xlsizing.core.sizing.size", "xlsizing.core.curve.Curve"} <= set(NUMPY)
    assert {"xlsizing.core.result.Sizing.pods", "xlsizing.core.demand.Demand.tpm"} <= set(SHORT)


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_is_for(name):
    module = importlib.import_module(name)
    if inspect.getsource(module).strip():
        assert inspect.getdoc(module)


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_public_name_has_a_docstring(name):
    assert getattr(PUBLIC[name], "__doc__", None)


@pytest.mark.parametrize("name", sorted(BUILT))
def test_a_class_that_is_built_lists_what_it_is_built_from(name):
    assert name in NUMPY


@pytest.mark.parametrize("name", NUMPY)
class TestNumpyForm:
    def test_parameters_are_those_of_the_signature_in_its_order(self, name):
        heads = [head.split(" : ")[0] for head, _ in entries(DESCRIBED[name], "Parameters")]
        listed = [part.strip().lstrip("*") for head in heads for part in head.split(",")]
        assert listed == [parameter.name for parameter in parameters(DESCRIBED[name])]

    def test_every_number_has_a_unit(self, name):
        described = [
            pair for title in ("Parameters", "Returns", "Attributes") for pair in entries(DESCRIBED[name], title)
        ]
        numbers = [(head, text) for head, text in described if is_number(head.rpartition(" : ")[2])]
        assert [head for head, text in numbers if not UNIT.search(text)] == []

    def test_nothing_else_has_the_unit_of_a_number_without_one(self, name):
        described = [
            pair for title in ("Parameters", "Returns", "Attributes") for pair in entries(DESCRIBED[name], title)
        ]
        others = [(head, text) for head, text in described if not is_number(head.rpartition(" : ")[2])]
        assert [head for head, text in others if text.rstrip().endswith(" [-]")] == []


@pytest.mark.parametrize("name", SHORT)
class TestShortForm:
    def test_the_text_has_the_unit_of_a_number(self, name):
        if is_number(inspect.signature(CALLABLE[name]).return_annotation):
            assert UNIT.search(CALLABLE[name].__doc__)

    def test_the_text_names_every_parameter(self, name):
        member = CALLABLE[name]
        text = f"{member.__doc__} {importlib.import_module(member.__module__).__doc__}"
        if member.__module__ not in ARGUMENT_HELP:
            others = [p.name for p in parameters(member) if not is_our_class(p.annotation)]
            assert [other for other in others if not re.search(rf"\b{other}\b", text)] == []
