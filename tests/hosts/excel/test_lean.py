"""A command that calls our functions starts without what xlwings would convert to; another program is left alone."""

import json
import subprocess
import sys
from pathlib import Path

BOOK = Path(__file__).parents[3] / "workbook" / "capacity-sizing.xlsm"
HEAVY = ("pandas", "matplotlib", "PIL", "plotly", "polars")


def told_by(program):
    """Return what a fresh interpreter prints as JSON."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_nothing_heavy_is_loaded_and_the_functions_answer():
    program = (
        "import sys, json\n"
        "from xlsizing.hosts.excel.lean import lean_xlwings\n"
        "with lean_xlwings():\n"
        "    from xlsizing.hosts.headless import Headless\n"
        "answer = Headless().call('SIZING_GPUS', [[1, 215.5], [10, 122.2], [256, 41.8]], 100, 3e6, 4)\n"
        f"print(json.dumps([answer, [name for name in {HEAVY} if name in sys.modules]]))"
    )
    assert told_by(program) == [124, []]


def test_what_was_hidden_can_be_imported_afterwards():
    program = (
        "import sys, json\n"
        "from xlsizing.hosts.excel.lean import lean_xlwings\n"
        "with lean_xlwings():\n"
        "    hidden = sys.modules['pandas'] is None\n"
        "import pandas\n"
        "print(json.dumps([hidden, pandas.DataFrame({'a': [1]}).shape]))"
    )
    assert told_by(program) == [True, [1, 1]]


def test_what_is_loaded_already_stays():
    program = (
        "import sys, json, pandas\n"
        "from xlsizing.hosts.excel.lean import lean_xlwings\n"
        "with lean_xlwings():\n"
        "    kept = sys.modules['pandas'] is pandas\n"
        "print(json.dumps([kept, sys.modules['pandas'] is pandas]))"
    )
    assert told_by(program) == [True, True]


def test_recalc_is_such_a_command():
    program = (
        "import sys, json, io, contextlib\n"
        "from xlsizing.hosts.cli.main import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        f"    main(['recalc', {str(BOOK)!r}])\n"
        "print(json.dumps([name for name in ('pandas', 'matplotlib', 'xlwings') if name in sys.modules]))"
    )
    assert told_by(program) == ["xlwings"]  # Pillow comes with openpyxl, where it is installed
