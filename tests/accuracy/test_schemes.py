"""Which points are kept: every expected value is counted off by hand."""

import numpy as np
import pytest

from xlsizing import InputError
from xlsizing.accuracy.schemes import SCHEMES, scheme_named

DOUBLINGS = [1, 2, 4, 8, 16, 32, 64, 128, 256]


def kept(name, concurrency):
    return [[concurrency[i] for i in each] for each in SCHEMES[name].kept(np.array(concurrency, float))]


@pytest.mark.parametrize(
    ("name", "concurrency", "anchors"),
    [
        ("first, ~10, last", DOUBLINGS, [[1, 8, 256]]),
        ("first, ~10, last", [4, 16, 64], [[4, 16, 64]]),
        ("first, ~10, last", [1, 8, 12, 64], [[1, 8, 64]]),  # equally near: the lower
        ("first, ~10, last", [10, 20, 40], [[10, 20, 40]]),  # the ends are no middle
        ("first, last", DOUBLINGS, [[1, 256]]),
        ("every second", [1, 2, 4, 8, 16], [[1, 4, 16]]),
        ("every second", [1, 2, 4, 8, 16, 32], [[1, 4, 16, 32]]),
        ("leave one out", [1, 2, 4, 8], [[1, 4, 8], [1, 2, 8]]),
        ("five geometric", DOUBLINGS, [[1, 4, 16, 64, 256]]),  # 256^(k/4)
        ("five geometric", [1, 2, 32, 64, 128, 256], [[1, 2, 32, 64, 256]]),  # 4 is nearest to 2, 16 to 32, 64, 256
        ("five geometric", [1, 2, 3, 4, 5], [[1, 2, 3, 4, 5]]),
    ],
)
def test_anchors(name, concurrency, anchors):
    assert kept(name, concurrency) == anchors


def test_a_point_is_taken_once():
    # Targets 1, 5.6, 31.6, 177.8, 1000: of 900 and 1000 the fourth takes 900, as nothing else is left nearer.
    assert kept("five geometric", [1, 2, 900, 950, 1000]) == [[1, 2, 900, 950, 1000]]


@pytest.mark.parametrize(("concurrency", "suits"), [([8, 32], True), ([9, 32], False), ([8, 31], False)])
def test_only_around_ten_asks_how_far_a_curve_reaches(concurrency, suits):
    assert SCHEMES["first, ~10, last"].suits(np.array(concurrency, float)) is suits
    assert SCHEMES["first, last"].suits(np.array(concurrency, float))


def test_an_unknown_scheme_is_refused():
    with pytest.raises(InputError, match='scheme must be "first, ~10, last", "first, last"'):
        scheme_named("random")
