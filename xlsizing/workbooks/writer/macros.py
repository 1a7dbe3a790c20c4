"""Macros in a workbook: an .xlsx becomes an .xlsm that holds given VBA modules, and a reader of such modules."""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from xlsizing.checks import refuse
from xlsizing.workbooks.writer.archive import zipped
from xlsizing.workbooks.writer.parts import read_parts

__all__ = ["modules_of", "with_macros"]

_TYPES: Final = "[Content_Types].xml"
_MACRO_FREE: Final = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_MACRO_ENABLED: Final = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
# What the archive's reader raises for what is none, is cut, or is encrypted.
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
_CLASS: Final = "VERSION 1.0 CLASS"


def with_macros(workbook: bytes, modules: Mapping[str, str]) -> bytes:
    """Return `workbook` as a macro workbook that holds `modules`; the same bytes for the same input.

    Parameters
    ----------
    workbook : bytes
        An .xlsx; of its parts only the list of content types, the workbook, its relationships and
        the sheets' code names change
    modules : mapping of str to str
        The source of each module by its name: an exported class, the workbook's own module
        ("ThisWorkbook"), or else a standard module; with or without the attributes at its top

    Returns
    -------
    bytes
        The .xlsm

    Raises
    ------
    InputError
        If the library that writes macros is not installed, or the workbook has macros already.
    """
    pyopenvba = _library()
    parts = read_parts(workbook)
    if parts[_TYPES].count(_MACRO_FREE) != 1:
        refuse("workbook", "must be an .xlsx without macros")
    parts |= {_TYPES: parts[_TYPES].replace(_MACRO_FREE, _MACRO_ENABLED)}
    with _opened_book(pyopenvba, zipped(parts, small=False)) as (book, path):
        project = book.add_vba_project()
        for name, source in modules.items():
            _put_module(pyopenvba, project, name, source)
        book.save()
        return zipped(read_parts(path.read_bytes()))


def modules_of(workbook: bytes, where: str = "the workbook") -> dict[str, str]:
    """Return the source of each VBA module of a workbook by name.

    The attributes at the top of a module are left out, as Excel's editor hides them; lines end in CR LF.

    Parameters
    ----------
    workbook : bytes
        An .xlsm
    where : str, optional
        What a refusal calls it, best its path

    Returns
    -------
    dict of str to str
        The modules in the file's order, its sheets' own ones among them

    Raises
    ------
    InputError
        If the library that reads macros is not installed, or the bytes are no workbook with
        readable macros.
    """
    pyopenvba = _library()
    try:
        with _opened_book(pyopenvba, workbook) as (book, _):
            modules = book.vba_project().modules if book.has_vba_project() else ()
            sources = {module.name: module.body for module in modules}
    except _DAMAGED:
        refuse("workbook", "must be an .xlsm file", where=where)
    except pyopenvba.PyOpenVBAError:
        refuse("macros", "must be readable", detail="the VBA project is damaged or protected", where=where)
    return sources or refuse("workbook", "must have macros", detail="it has none; take the .xlsm itself", where=where)


@contextmanager
def _opened_book(pyopenvba: Any, workbook: bytes) -> Iterator[tuple[Any, Path]]:
    """Open `workbook` for the library, which knows files alone, and give its path."""
    with tempfile.TemporaryDirectory(prefix="xlsizing-") as folder:
        path = Path(folder) / "book.xlsm"
        path.write_bytes(workbook)
        with pyopenvba.ExcelFile(path) as book:
            yield book, path


def _put_module(pyopenvba: Any, project: Any, name: str, source: str) -> None:
    """Put a module into a project that has one already for the workbook and for each sheet."""
    if name in project.module_names():
        project.get_module(name).body = source
    else:
        kind = pyopenvba.VBAModuleKind
        project.add_module(name, source, kind=kind.other if source.startswith(_CLASS) else kind.standard)


def _library() -> Any:
    try:
        import pyopenvba  # noqa: PLC0415  # only macros need it
    except ImportError:
        refuse("macros", "need the package pyopenvba", way_out='run: pip install "xlsizing[sales]"')
    return pyopenvba
