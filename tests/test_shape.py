"""The shape of the code: modules of at most 500 lines, functions of at most 50 code lines, half of them at most 8."""

import ast
import statistics
from pathlib import Path

import pytest

import xlsizing

PACKAGE = Path(xlsizing.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 500
MOST_CODE_LINES = 50


def named(path):
    """Return the path of a module as a test id."""
    return path.relative_to(PACKAGE).as_posix()


def code_lines(function, lines):
    """Return the lines of a function that are neither docstring, comment nor blank."""
    first = function.body[0]
    documented = ast.get_docstring(function, clean=False) is not None
    docstring = range(first.lineno, first.end_lineno + 1) if documented else ()
    texts = [lines[i - 1].strip() for i in range(function.lineno, function.end_lineno + 1) if i not in docstring]
    return sum(1 for text in texts if text and not text.startswith("#"))


def function_sizes(path):
    """Return the code lines of every function in a module, by name and line."""
    text = path.read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {f"{node.name}:{node.lineno}": code_lines(node, text.splitlines()) for node in functions}


def test_the_package_was_found():
    assert PACKAGE / "core" / "sizing.py" in MODULES


def test_code_lines_leave_out_docstring_comments_and_blanks():
    text = 'def f(x):\n    """Say\n    more."""\n    # why\n\n    y = x\n    return y\n'
    assert code_lines(ast.parse(text).body[0], text.splitlines()) == 3


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_modules_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_functions_are_short(path):
    assert {name: size for name, size in function_sizes(path).items() if size > MOST_CODE_LINES} == {}


def test_most_functions_are_far_shorter():
    sizes = sorted(size for path in MODULES for size in function_sizes(path).values())
    assert statistics.median(sizes) <= 8
    assert sizes[int(0.9 * len(sizes))] <= 25
