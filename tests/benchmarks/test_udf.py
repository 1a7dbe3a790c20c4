"""Budget: one scalar Excel function at most 3x a function of the same arguments that returns its input.

Both run through xlwings' real `call_udf` (on stand-ins for pywin32), with inputs that no call before had. Cells come as
plain values: reading real ranges from Excel costs both the same, much more than either, and would flatter the ratio.
"""

import itertools
import sys

import pytest

from tests.hosts.windows_stand_ins import MISSING, UDF_MODULE, ComHost, Range

pytestmark = pytest.mark.slow

CELLS = 400  # of each in a round
CALLER = Range([[None]])
CURVE = ((1.0, 215.5), (10.0, 122.2), (256.0, 41.8))


@pytest.fixture(scope="module")
def host():
    if sys.platform == "win32":
        pytest.skip("on Windows pywin32 is real and wants a running Excel: the stand-ins would hide it")
    host = ComHost()
    with host.in_place():
        host.udfs.ECHO = _echo(host.xlwings)
    yield host
    host.close()


@pytest.fixture
def call_udf(host):
    """xlwings' own `call_udf`, with our functions and the yardstick ECHO registered by its decorators."""
    with host.in_place():
        yield sys.modules["xlwings.udfs"].call_udf


def _echo(xlwings):
    def ECHO(anchors, sla, tpm, gpus_per_pod, util=0.7, method="log-c", ttft_s=None):  # noqa: N802  # an Excel name
        return sla

    for name in ("sla", "tpm", "gpus_per_pod", "util", "method", "ttft_s"):
        ECHO = xlwings.arg(name, err_to_str=True)(ECHO)  # noqa: N806
    return xlwings.func(xlwings.arg("anchors", ndim=2, err_to_str=True)(ECHO))


def fixed_curve(number):
    """A sheet that varies SLA and demand over one curve."""
    return CURVE, 20.0 + number % 190_000 / 1000, 3e6 + number, 4.0, MISSING, MISSING, MISSING


def fresh_curve(number):
    """A sheet in which no two cells share a curve."""
    return ((1.0, 215.5 + number / 1e6), *CURVE[1:]), 100.0, 3e6 + number, 4.0, MISSING, MISSING, MISSING


@pytest.mark.parametrize("arguments", [fixed_curve, fresh_curve])
def test_one_cell(compare, call_udf, arguments):
    numbers = itertools.count()

    def cells(name):
        return [call_udf(UDF_MODULE, name, arguments(next(numbers)), None, CALLER) for _ in range(CELLS)]

    assert cells("ECHO") == [[[arguments(number)[1]]] for number in range(CELLS)]
    assert all(gpus >= 28 for ((gpus,),) in cells("SIZING_GPUS"))  # 28 on the plateau: the fewest on this curve
    words = f"SIZING_GPUS / a function that returns its input, {arguments.__name__.replace('_', ' ')} (budget 3)"
    compare(words, lambda: cells("SIZING_GPUS"), lambda: cells("ECHO"))
