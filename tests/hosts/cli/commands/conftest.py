"""Sizing files for commands: the illustrative one, changed."""

import pytest

from tests.spec_files import ILLUSTRATIVE, changed, plain, written


@pytest.fixture
def illustrative(tmp_path):
    """Return the path of the illustrative sizing file with values changed, each given by its path."""

    def illustrative(*changes):
        value = plain(ILLUSTRATIVE)
        for path, new in changes:
            value = changed(value, path, new)
        return written(tmp_path, value)

    return illustrative


@pytest.fixture
def mismatched(illustrative):
    """A sizing file whose curve was measured at 1,024 input tokens, for a customer who sends 8,192."""
    return illustrative((("workload", "isl"), 8192), (("slas",), [30, 100, 300]))
