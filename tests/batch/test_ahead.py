"""Work of another thread: in order, its errors where its items are used, and ended with whoever uses it."""

import threading
from contextvars import ContextVar

import pytest

from xlsizing.batch.ahead import ahead

SEEN = ContextVar("seen", default=0)


def test_in_order_in_the_same_context():
    SEEN.set(7)
    with ahead(number + SEEN.get() for number in range(100)) as items:
        assert list(items) == list(range(7, 107))


def test_an_error_comes_after_the_items_before_it():
    def items():
        yield 1
        raise KeyError("two")

    with ahead(items()) as made:
        assert next(made) == 1
        with pytest.raises(KeyError, match="two"):
            next(made)


def test_whoever_stops_early_leaves_no_thread():
    before = threading.active_count()
    with ahead(iter(range(10**9))) as items:
        assert next(items) == 0
    assert threading.active_count() == before
