"""Machines and workbooks for the doctor: one where everything is right, to be spoilt in one point."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import openpyxl
import xlwings

import xlsizing
from xlsizing.hosts.doctor.examination import examine
from xlsizing.hosts.doctor.machine import Answer, Machine
from xlsizing.hosts.doctor.workbook_file import WorkbookFile
from xlsizing.hosts.excel.wrappers import macro_modules
from xlsizing.hosts.headless import Headless
from xlsizing.workbooks.writer.macros import with_macros

VENV = r"C:\Users\ana\AppData\Local\xlsizing"
PYTHON = rf"{VENV}\Scripts\python.exe"
DLL = rf"{VENV}\xlwings64-{xlwings.__version__}.dll"
OWN_CONF = r"C:\Users\ana\.xlwings\xlwings.conf"
BOOK = r"C:\Users\ana\Documents\quote.xlsm"
CONFIG = (
    ("UDF MODULES", "xlsizing.hosts.udfs"),
    ("ADD_WORKBOOK_TO_PYTHONPATH", "False"),
    ("SHOW CONSOLE", "False"),
)
ENVIRONMENT = {
    "LocalAppData": r"C:\Users\ana\AppData\Local",
    "USERPROFILE": r"C:\Users\ana",
    "OneDrive": r"C:\Users\ana\OneDrive",
    "OneDriveCommercial": r"C:\Users\ana\OneDrive - Example",
}
VERSIONS = {"xlsizing": xlsizing.__version__, "xlwings": xlwings.__version__, "pywin32": "311", "pyopenvba": "6.5.0"}
PLATFORM = r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration\Platform"
EXCEL = {r"Excel.Application\CurVer": "Excel.Application.16", PLATFORM: "x64"}
LOADED = Answer("3.12.8", xlsizing.__version__, xlwings.__version__, 18)
MODULES = macro_modules(Headless().functions)
CALL = "=SIZING_VERSION()"


def windows(*, files=(), without=(), versions=(), registry=(), answer=LOADED, **changes):
    """A Windows machine set up as the how-to says: `files` are added, those named `without` are taken away."""
    named = f'"INTERPRETER_WIN","{PYTHON}"\r\n'.encode("cp1252")  # as `xlwings config create` writes it
    there = {PYTHON: b"", DLL: b"", OWN_CONF: named} | dict(files)
    held = {path.casefold(): data for path, data in there.items() if path not in without}
    asked = changes.pop("asked", [])
    machine = Machine(
        system="Windows",
        python="3.12.8",
        bits=64,
        executable=PYTHON,
        base=r"C:\Program Files\Python312",
        encoding="cp1252",
        environment=ENVIRONMENT,
        version_of=(VERSIONS | dict(versions)).get,
        pinned=xlwings.__version__,
        read=lambda path: held.get(path.casefold()),
        is_file=lambda path: path.casefold() in held,
        registry=lambda _root, key, name: (EXCEL | dict(registry)).get("\\".join(filter(None, (key, name)))),
        ask=lambda path: asked.append(path) or answer,
    )
    return replace(machine, **changes)


def elsewhere(system, **changes):
    """A machine with another system."""
    return replace(windows(), system=system, executable="/opt/venv/bin/python", base="/usr", **changes)


def book(path=BOOK, *, config=CONFIG, **changes):
    """The sales workbook, without its bytes."""
    whole = WorkbookFile(path, b"", macro_type=True, has_macros=True, calls_us=True, config=config)
    return replace(whole, **changes)


def sick(machine, workbook=None, modules=MODULES):
    """Return what is not right, as printed."""
    return [
        str(found) for found in examine(machine, workbook, lambda _: modules) if found.state not in ("pass", "skip")
    ]


def said(check, machine, workbook=None, modules=MODULES):
    """Return what one check says, with its state."""
    found = [each for each in examine(machine, workbook, lambda _: modules) if each.check == check]
    return [f"{each.state} {each}" for each in found]


def xlsx(*formulas, config=CONFIG):
    """The bytes of a workbook with formulas in column A and settings on the sheet xlwings.conf."""
    workbook, stream = openpyxl.Workbook(), BytesIO()
    for row, formula in enumerate(formulas, start=1):
        workbook.active.cell(row, 1, formula)
    if config is not None:
        sheet = workbook.create_sheet("xlwings.conf")
        for row in config:
            sheet.append(row)
    workbook.save(stream)
    return stream.getvalue()


def xlsm(*formulas, config=CONFIG, modules=MODULES):
    """The same with macros."""
    return with_macros(xlsx(*formulas, config=config), modules)
