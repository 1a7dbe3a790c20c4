"""Work that goes on while its results are used: the next piece is made by another thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any, Final, TypeVar

__all__ = ["ahead"]

_Item = TypeVar("_Item")
_PATIENCE: Final = 0.1


@contextmanager
def ahead(items: Iterator[_Item]) -> Iterator[Iterator[_Item]]:
    """Have another thread go one item ahead through `items` until the block ends, however it ends.

    Parameters
    ----------
    items : iterator
        What is worked out item by item

    Yields
    ------
    iterator
        The same items, and what is raised among them, in their order
    """
    made: Queue[tuple[str, Any]] = Queue(maxsize=1)
    stop = Event()
    # In a copy of this context: what the thread reads is remembered as an input of this run.
    worker = Thread(target=copy_context().run, args=(_make_items, items, made, stop), daemon=True)
    worker.start()
    try:
        yield _items_made(made)
    finally:
        stop.set()
        with suppress(Empty):
            made.get_nowait()
        worker.join()


def _make_items(items: Iterator[_Item], made: Queue[tuple[str, Any]], stop: Event) -> None:
    try:
        for item in items:
            _put_in_queue(made, ("item", item), stop)
            if stop.is_set():
                return
    except BaseException as error:  # noqa: BLE001  # raised again where the items are used
        _put_in_queue(made, ("error", error), stop)
    else:
        _put_in_queue(made, ("end", None), stop)


def _put_in_queue(made: Queue[tuple[str, Any]], what: tuple[str, Any], stop: Event) -> None:
    while not stop.is_set():
        with suppress(Full):
            made.put(what, timeout=_PATIENCE)
            return


def _items_made(made: Queue[tuple[str, Any]]) -> Iterator[Any]:
    while True:
        kind, what = made.get()
        if kind == "error":
            raise what
        if kind == "end":
            return
        yield what
