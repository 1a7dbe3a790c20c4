"""Made-up sweeps whose figures can be worked out by hand."""

import numpy as np
import pytest

from xlsizing.accuracy.sweeps import Sweep


def swept(concurrency, rates, output=None, name="made up"):
    """Return a sweep of lists."""
    return Sweep(
        name, np.array(concurrency, float), np.array(rates, float), None if output is None else np.array(output, float)
    )


@pytest.fixture
def five():
    """Five points, none of which turns back; c x r is 100, 180, 280, 400, 480."""
    return swept([1, 2, 4, 8, 16], [100, 90, 70, 50, 30])


@pytest.fixture
def table(tmp_path):
    """Write lines of a table of sweeps and return where."""

    def written(*lines, header="curve_id,concurrency,tok_s_per_user,output_tok_s_per_replica"):
        path = tmp_path / "sweeps.csv"
        path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
        return path

    return written
