"""Budget: `xlsizing size`, the whole process, at most 2x ``python -c "import numpy"``."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

CURVE = Path(__file__).resolve().parents[2] / "workbook" / "curves" / "minimax-m2-gb300-tp4.csv"
SIZE = ["-m", "xlsizing", "size", "--tpm", "3000000", "--sla", "20,50,100,150,215", "--gpus-per-pod", "4"]


def process(*arguments):
    """Return a run of Python in a process of its own, as this interpreter starts."""

    def run():
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, timeout=120)

    return run


@pytest.mark.parametrize("more", [[], ["--json"]], ids=["table", "json"])
def test_whole_process(compare, more):
    ours = process(*SIZE, "--curve", CURVE, *more)
    compare(f"xlsizing size {' '.join(more)} / import numpy".replace("  ", " "), ours, process("-c", "import numpy"))


def test_whole_process_with_files(compare, tmp_path):
    ours = process(*SIZE, "--curve", CURVE, "--emit", tmp_path)
    compare("xlsizing size --emit / import numpy", ours, process("-c", "import numpy"))
