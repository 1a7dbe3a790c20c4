"""Budget: `xlsizing size`, the whole process, at most 1.5x ``python -c "import numpy"``, in time of the processor."""

import pytest

from tests.benchmarks.processes import SIZE, process, processor_of_children

pytestmark = pytest.mark.slow

NUMPY = process("-c", "import numpy")


@pytest.mark.parametrize("more", [[], ["--json"]], ids=["table", "json"])
def test_whole_process(compare, more):
    words = f"xlsizing size {' '.join(more)} / import numpy".replace("  ", " ")
    compare(words, process(*SIZE, *more), NUMPY, clock=processor_of_children)


def test_whole_process_with_files(compare, tmp_path):
    ours = process(*SIZE, "--emit", tmp_path)
    compare("xlsizing size --emit / import numpy", ours, NUMPY, clock=processor_of_children)


@pytest.mark.parametrize("flag", ["--version", "--help"])
def test_what_needs_no_numpy(compare, flag):
    ours = process("-m", "xlsizing", flag)
    compare(f"xlsizing {flag} / import numpy", ours, NUMPY, clock=processor_of_children)
