"""Bad cells: the right kind of error from every function that takes them, and SIZING_CHECK says why in one line."""

from __future__ import annotations

import pytest

from tests.hosts.excel.bad_cells import BAD_CELLS, GOOD, arguments
from xlsizing.hosts.excel.cells import ERROR_OF_KIND, MARK

KINDS = {error: kind for kind, error in ERROR_OF_KIND.items()}
TAKES_ALL = ("SIZING_GPUS", "SIZING_GPUS_BUDGET", "SIZING_GPUS_COMMIT", "SIZING_COST")


@pytest.fixture(params=["headless", "excel"])
def call(request):
    """The functions twice: without Excel, and through xlwings' COM server with stand-ins for Windows."""
    host = request.getfixturevalue(request.param)
    if request.param == "headless":
        return host.call
    from tests.hosts.windows_stand_ins import Range  # noqa: PLC0415  # with the stand-ins alone

    return lambda name, *cells: host.call(name, *(Range(c) if isinstance(c, list) else Range([[c]]) for c in cells))


def test_good_ones_pass(call):
    assert call("SIZING_GPUS", *GOOD.values()) == 124  # worked row: 31 pods of 4
    assert call("SIZING_GPUS_BUDGET", *GOOD.values()) == 176  # 44 pods of 4
    assert call("SIZING_CHECK", *GOOD.values()) == "OK"


@pytest.mark.parametrize(("name", "cell", "error", "sentence"), BAD_CELLS.values(), ids=BAD_CELLS)
class TestEach:
    @pytest.mark.parametrize("function", TAKES_ALL)
    def test_is_the_error_and_never_a_number(self, call, function, name, cell, error, sentence):
        assert call(function, *arguments(name, cell)) == f"{MARK}{KINDS[error]}: {sentence}"

    def test_check_says_why(self, call, name, cell, error, sentence):
        assert call("SIZING_CHECK", *arguments(name, cell)) == sentence
