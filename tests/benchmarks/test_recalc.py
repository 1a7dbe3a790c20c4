"""Budget: `xlsizing recalc` of the sales workbook, the whole process, at most 1.2x what it took on the engine before.

That engine is no dependency any more (0.96 in turns with it, on its own last workbook), so the yardstick is what both load.
"""

from pathlib import Path

import pytest

from tests.benchmarks.processes import process

pytestmark = pytest.mark.slow

WORKBOOK = Path(__file__).resolve().parents[2] / "workbook" / "capacity-sizing.xlsm"
IMPORTS = "import numpy, openpyxl, formulon, xlwings"


def test_whole_process(compare):
    ours = process("-m", "xlsizing", "recalc", WORKBOOK)
    compare("xlsizing recalc, whole process / its imports", ours, process("-c", IMPORTS))
