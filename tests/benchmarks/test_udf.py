"""Budgets: one scalar Excel function at most 2.5x a function that returns its input, 3.5x with another curve in each call.

Both run through xlwings' real `call_udf` (on stand-ins for pywin32), with inputs that no call before had. Cells come as
plain values: reading real ranges from Excel costs both the same, much more than either, and would flatter the ratio.
"""

import itertools
import sys
from contextlib import contextmanager

import pytest

from tests.hosts.windows_stand_ins import MISSING, UDF_MODULE, ComHost, Range

pytestmark = pytest.mark.slow

CELLS = 400  # of each in a round
CALLER = Range([[None]])
CURVE = ((1.0, 215.5), (10.0, 122.2), (256.0, 41.8))


@contextmanager
def calls_through_xlwings():
    """Give what makes so many calls of a function, through xlwings' own `call_udf`, by a function of their arguments.

    Ours and the yardstick ECHO are registered by xlwings' decorators.
    """
    host = ComHost()
    try:
        with host.in_place():
            host.udfs.ECHO = _echo(host.xlwings)
            call_udf = sys.modules["xlwings.udfs"].call_udf

            def calls(name, arguments, numbers, times=CELLS):
                return [call_udf(UDF_MODULE, name, arguments(next(numbers)), None, CALLER) for _ in range(times)]

            yield calls
    finally:
        host.close()


@pytest.fixture(scope="module")
def calls():
    if sys.platform == "win32":
        pytest.skip("on Windows pywin32 is real and wants a running Excel: the stand-ins would hide it")
    with calls_through_xlwings() as calls:
        yield calls


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
def test_one_cell(compare, calls, arguments):
    numbers = itertools.count()

    def cells(name):
        return calls(name, arguments, numbers)

    assert cells("ECHO") == [[[arguments(number)[1]]] for number in range(CELLS)]
    assert all(gpus >= 28 for ((gpus,),) in cells("SIZING_GPUS"))  # 28 on the plateau: the fewest on this curve
    words = f"SIZING_GPUS / a function that returns its input, {arguments.__name__.replace('_', ' ')}"
    compare(words, lambda: cells("SIZING_GPUS"), lambda: cells("ECHO"))
