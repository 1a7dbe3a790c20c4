"""What `xlsizing workbook --lite` writes: main.py, the list of requirements, the wheel, and how they get into Excel."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import xlsizing
from xlsizing.checks import refuse
from xlsizing.errors import BLANK
from xlsizing.hosts import udfs
from xlsizing.hosts.excel.cells import ERROR_OF_KIND
from xlsizing.hosts.excel.registry import FUNCTIONS
from xlsizing.hosts.lite.main_text import main_text
from xlsizing.hosts.lite.wheel import WHEEL_NAME, wheel
from xlsizing.reports import write_whole

__all__ = ["lite_files", "write_lite"]

_HOST: Final = "https://YOUR-HOST/"
"""What the address of the wheel begins with until it is known where it lies."""

_REQUIREMENTS: Final = f"""\
numpy
{_HOST}{WHEEL_NAME}
"""

_README: Final = f"""\
xlsizing {xlsizing.__version__} in xlwings Lite
==============================

xlwings Lite is an add-in from the Office store: Python inside Excel, on Windows, on a Mac and in a browser. It is
proprietary and free, for commercial use too; it is not part of xlsizing. Its code runs on your machine, in the browser
that Excel itself uses.

UNVERIFIED: nobody has run this in Excel. What was tried: the wheel with numpy alone, in an ordinary Python, gives the
answers of the Windows functions; Pyodide, the Python that xlwings Lite runs on, compiles every module of it. How the
add-in takes a package and hands over cells is as its documentation and its source say.

How it gets there
-----------------
1. Put {WHEEL_NAME} on a web server that Excel's browser may read from:
   https, and an answer that lets other sites read it (the header Access-Control-Allow-Origin). A server of your
   company or GitHub Pages will do; a file on your disk will not: the add-in installs from PyPI and from addresses.
   The wheel holds no measurement and no price, only the code.
2. In Excel: Add-ins, search for xlwings Lite, Add. Open its pane.
3. Tab requirements.txt: keep the line that says xlwings, add the two lines of the file requirements.txt, with the
   address of your wheel in the place of {_HOST}. It installs at once; its Output says what went wrong.
4. Tab main.py: replace what is there by the file main.py.
5. In a cell: =SIZING_VERSION(). Then the formulas of the sales workbook's sheet Functions.

The code is kept in the workbook: whoever has the add-in and opens it has the functions.

What differs from Windows
-------------------------
- Do not use this in a workbook that has functions of the same names from elsewhere: macros of the sales workbook, or
  a LAMBDA of that name.
- A blank cell as an optional argument counts as left out: the add-in does not tell the two apart. On Windows it is
  refused.
- Dates of a context arrive as numbers, and are refused: write them as text, '2026-03-31.
- A refusal is an Excel error ({", ".join(ERROR_OF_KIND.values())}); =SIZING_CHECK(...) says why.
"""


def lite_files() -> dict[str, str | bytes]:
    """Return what is written, by its name."""
    functions = [FUNCTIONS[name] for name in udfs.__all__]
    return {
        "main.py": main_text(functions),
        "requirements.txt": _REQUIREMENTS,
        WHEEL_NAME: wheel(),
        "README.txt": _README,
    }


def write_lite(folder: str, *, force: bool = False) -> list[Path]:
    """Write the files for xlwings Lite, all or none.

    Parameters
    ----------
    folder : str
        Where to; it is made if its parent exists
    force : bool
        Whether files may be overwritten

    Returns
    -------
    list of Path
        The files

    Raises
    ------
    InputError
        If they cannot be written, or one exists.
    """
    if not folder.strip():
        refuse("--lite", "must name a directory", got=BLANK, way_out='write "." for the current one')
    files = {Path(folder, name): data for name, data in lite_files().items()}
    write_whole(files, fresh=() if force else files)
    return list(files)
