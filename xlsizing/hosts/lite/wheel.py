"""The wheel of core and functions for xlwings Lite: pure Python, requiring numpy alone, the same bytes each time."""

from __future__ import annotations

import ast
import base64
import hashlib
import importlib.util
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import xlsizing
from xlsizing.hosts.excel import host as excel_host
from xlsizing.hosts.lite import door
from xlsizing.lazily import home_of

__all__ = ["WHEEL_NAME", "wheel"]

_NAME: Final = "xlsizing_lite"
_REQUIRES: Final = "numpy>=1.26"
WHEEL_NAME: Final = f"{_NAME}-{xlsizing.__version__}-py3-none-any.whl"
"""The name of the wheel's file, which says what is in it."""

_OWN: Final = "xlsizing"
_INFO: Final = f"{_NAME}-{xlsizing.__version__}.dist-info"
_WHEN: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every file in it: the first that a ZIP file knows [-]."""

_MODE: Final = 0o644 << 16

_METADATA: Final = f"""\
Metadata-Version: 2.1
Name: xlsizing-lite
Version: {xlsizing.__version__}
Summary: The core and the Excel functions of xlsizing, for xlwings Lite.
License: MIT
Requires-Python: >=3.11
Requires-Dist: {_REQUIRES}
"""

_WHEEL: Final = f"""\
Wheel-Version: 1.0
Generator: xlsizing ({xlsizing.__version__})
Root-Is-Purelib: true
Tag: py3-none-any
"""

_HOST: Final = '''\
"""In place of what hands the functions to Excel elsewhere: in xlwings Lite the workbook's own main.py does."""

__all__ = ["HOST", "handed_over"]

HOST = "xlwings Lite"


def handed_over(function, _options, _category):
    """Return the function as it is."""
    return function
'''


def wheel() -> bytes:
    """Return the wheel: the modules that the functions import, each as it stands here, but what hands them to Excel."""
    files = {**_modules(), f"{_INFO}/METADATA": _METADATA.encode(), f"{_INFO}/WHEEL": _WHEEL.encode()}
    record = f"{_INFO}/RECORD"
    listed = "".join(f"{name},{_hashed(data)},{len(data)}\n" for name, data in files.items())
    files[record] = f"{listed}{record},,\n".encode()
    return _zipped(files)


def _hashed(data: bytes) -> str:
    return f"sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()}"


def _zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, _WHEN)
            info.external_attr, info.compress_type = _MODE, zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return made.getvalue()


def _modules() -> dict[str, bytes]:
    """Return the source of every module that the door needs, by its place in the wheel."""
    found: dict[str, tuple[str, bytes]] = {}
    waiting = [door.__name__]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        file = _file_of(name)
        source = _HOST.encode() if name == excel_host.__name__ else file.read_bytes()
        found[name] = _place(name, file), source
        waiting += [*_packages_of(name), *_imported(source)]
    return dict(found[name] for name in sorted(found))


def _file_of(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"no source of {name}")  # ours, and named by an import of ours
    return Path(spec.origin)


def _place(name: str, file: Path) -> str:
    parts = "/".join(name.split("."))
    return f"{parts}/__init__.py" if file.name == "__init__.py" else f"{parts}.py"


def _packages_of(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]


def _imported(source: bytes) -> Iterator[str]:
    """Yield our own modules that the `source` of one imports, wherever in it; what only a type checker reads is left out."""
    for node in _run_nodes(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if _is_own(alias.name))
        elif isinstance(node, ast.ImportFrom) and node.module and _is_own(node.module):
            for alias in node.names:
                inside = f"{node.module}.{alias.name}"
                yield inside if _is_module(inside) else node.module
                home = None if _is_module(inside) else home_of(node.module, alias.name)
                if home:
                    yield home


def _is_own(name: str) -> bool:
    return name.partition(".")[0] == _OWN


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # what stands before the last dot is a module, not a package
        return False


def _run_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield every node but those below ``if TYPE_CHECKING``."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from _run_nodes(node)
