"""A table of truth: workbooks with values that Excel stored, recalculated, and compared formula by formula.

``python -m tests.benchmarks.recalc DIR...`` looks for .xlsx and .xlsm files in folders, such as a checkout of IronCalc's
``xlsx/tests/calc_tests`` or of Apache POI's and EPPlus' test files, and prints one line for each file that is not whole.
A stored #VALUE! whose cell has value metadata stands for an error that files cannot name, such as #CALC!.
"""

from __future__ import annotations

import math
import re
import sys
import warnings
import zipfile
from collections import Counter
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
from openpyxl.utils.datetime import to_excel

from xlsizing.errors import InputError
from xlsizing.hosts.recalc import ErrorText, Recalculation

VOLATILE = re.compile(r"\b(?:TODAY|NOW|RAND|RANDBETWEEN|RANDARRAY)\(", re.IGNORECASE)
UNNAMED = {"#CALC!", "#SPILL!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#PYTHON!"}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def stored(data):
    """Return the stored value of each cell with one, by sheet and cell; texts as Excel shows them."""
    book = openpyxl.load_workbook(BytesIO(data), data_only=True)
    return {
        sheet.title: {
            cell.coordinate: _plain(cell.value, book.epoch)
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        }
        for sheet in book.worksheets
    }


def compared(path):
    """Return what became of each formula of a workbook, and a line for each whose value differs."""
    data = path.read_bytes()
    book = Recalculation(data)
    values, expected = book.values, stored(data)
    reasons = {found.place: found.reason for found in book.unevaluated}
    tally, lines = Counter(), []
    for title, cells in values.items():
        for cell, value in cells.items():
            kind = _kind(value, expected.get(title, {}).get(cell))
            formula = book.formula(title, cell)
            if value is None:
                kind = f"unevaluated: {_reason(reasons, title, cell)}"
            elif kind != "equal" and VOLATILE.search(formula):
                kind = "volatile"
            tally[kind] += 1
            if kind not in ("equal", "nothing stored", "volatile"):
                lines.append(f"{title}!{cell} {formula[:80]}: {value!r}, Excel {expected.get(title, {}).get(cell)!r}")
    return tally, lines


def main(folders):
    """Compare every workbook in `folders`, and print the table."""
    total, whole, files, refused = Counter(), 0, 0, []
    for path in sorted(each for folder in folders for each in Path(folder).rglob("*.xls[xm]")):
        files += 1
        try:
            tally, lines = compared(path)
        except InputError as error:
            refused.append(f"{path.name}: {error}")
            continue
        except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:  # openpyxl cannot read what is stored
            refused.append(f"{path.name}: openpyxl: {error}")
            continue
        total += tally
        whole += not lines
        if lines:
            said(f"{path.name}: {len(lines)} of {sum(tally.values())}; first {lines[0]}")
    said(*refused, f"\n{files} files, {whole} whole, {len(refused)} refused")
    said(*(f"{count:10,}  {kind}" for kind, count in total.most_common()))


def said(*lines):
    """Print lines as soon as they are known."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def _plain(value, epoch):
    if isinstance(value, str):
        return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value)
    if isinstance(value, datetime | date | time | timedelta):
        return float(to_excel(value, epoch))
    return value


def _kind(value, expected):
    if expected is None:
        return "equal" if value == "" else "nothing stored"
    if isinstance(value, ErrorText):
        same = value == expected or (expected == "#VALUE!" and value in UNNAMED)
        return "equal" if same else "another error" if str(expected).startswith("#") else "an error, not a value"
    if isinstance(expected, bool) or isinstance(value, bool):
        return "equal" if value is expected else "another truth"
    if isinstance(value, float) and isinstance(expected, int | float):
        return "equal" if math.isclose(value, expected, rel_tol=1e-9, abs_tol=1e-11) else "another number"
    return "equal" if value == expected else "another text or kind"


def _reason(reasons, title, cell):
    found = reasons.get(f"{title}!{cell}") or reasons.get(f"'{title}'!{cell}") or "in an array"
    return re.sub(r"\d+|'[^']*'!\S+|\S+!\S+", "..", found)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(sys.argv[1:])
