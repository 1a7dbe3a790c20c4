"""The engine that evaluates workbooks, formulon: the one module that knows it. It runs as WebAssembly, within limits.

Compiling it takes seconds, so wasmtime keeps the compiled form in its own cache (`~/.cache/wasmtime` on Linux), keyed by
its content and wasmtime's version. Where nothing can be kept it is compiled every time.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from types import SimpleNamespace
from typing import Any, Final, NoReturn, get_args
from weakref import WeakSet

import formulon
import wasmtime
from formulon import _c
from formulon.workbook import ExcelProfileId

from xlsizing.checks import refuse
from xlsizing.hosts.recalc.sheet_source import ErrorText

__all__ = ["LOCALES", "MOST_MEMORY", "Engine", "Place", "availability"]

Place = tuple[str, int, int]
"""Sheet, row and column, counted from 1 [-]."""

_PROFILE: Final = "win-365-"
LOCALES: Final = tuple(
    sorted(each.removeprefix(_PROFILE) for each in get_args(ExcelProfileId) if each.startswith(_PROFILE))
)
"""The locales whose rules for reading and writing texts functions can follow [-]."""

MOST_MEMORY: Final = 3_000_000_000
"""What the engine may take: about 1,500,000 cells with formulas [B]."""

_TOO_LARGE: Final = f"it needs more than {MOST_MEMORY // 1_000_000_000} GB of memory here"
_TOO_DEEP: Final = "a formula is nested too deeply, or formulas follow each other in too long a chain"
_ADDRESS, _VALUE = struct.Struct("<III"), struct.Struct("<i4x8s")
_MISSING: Final = 3  # a name that the engine reads, and no function behind it
_BLANK, _NUMBER, _BOOL, _TEXT, _ERROR = range(5)

# Reads many cells in one call, each as 16 bytes that `fm_workbook_get_value` writes. A text stands in a buffer of the
# engine until the next one is read, so it is copied; `release` gives the copies back.
_READER: Final = """(module
  (import "engine" "memory" (memory 0))
  (import "engine" "get" (func $get (param i32 i32 i32 i32 i32) (result i32)))
  (import "engine" "malloc" (func $malloc (param i32) (result i32)))
  (import "engine" "free" (func $free (param i32)))
  (func $copied (param $text i32) (result i32) (local $end i32) (local $copy i32)
    (local.set $end (local.get $text))
    (block $found (loop $next
      (br_if $found (i32.eqz (i32.load8_u (local.get $end))))
      (local.set $end (i32.add (local.get $end) (i32.const 1)))
      (br $next)))
    (local.set $end (i32.add (i32.sub (local.get $end) (local.get $text)) (i32.const 1)))
    (local.set $copy (call $malloc (local.get $end)))
    (if (i32.eqz (local.get $copy)) (then unreachable))
    (memory.copy (local.get $copy) (local.get $text) (local.get $end))
    (local.get $copy))
  (func (export "read") (param $book i32) (param $at i32) (param $out i32) (param $count i32)
    (loop $next
      (drop (call $get (local.get $book) (i32.load (local.get $at)) (i32.load offset=4 (local.get $at))
        (i32.load offset=8 (local.get $at)) (local.get $out)))
      (if (i32.eq (i32.load (local.get $out)) (i32.const 3))
        (then (i32.store offset=8 (local.get $out) (call $copied (i32.load offset=8 (local.get $out))))))
      (local.set $at (i32.add (local.get $at) (i32.const 12)))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
  (func (export "release") (param $out i32) (param $count i32)
    (loop $next
      (if (i32.eq (i32.load (local.get $out)) (i32.const 3))
        (then (call $free (i32.load offset=8 (local.get $out)))))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))))"""


class Engine:
    """A workbook in the engine. Its values are floats, texts, bools, None for a blank, and errors as `ErrorText`.

    Parameters
    ----------
    data : bytes
        The workbook, an .xlsx [-]
    locale : str, optional
        One of `LOCALES` [-]

    Raises
    ------
    InputError
        If the engine cannot read it, here and in every method: not without more memory, or not at all.
    """

    def __init__(self, data: bytes, locale: str | None = None) -> None:
        self._read, self._release = _started()
        with _in_words("read"):
            self._book = formulon.Workbook.load(data)
            _OPEN.add(self)
            if locale is not None:
                self._book.set_excel_profile_id(_PROFILE + locale)  # type: ignore[arg-type]
            titles = [self._book.sheet_name(at) for at in range(self._book.sheet_count())]
        self._sheets = {title: at for at, title in enumerate(titles)}

    def add_sheet(self, title: str) -> None:
        """Add an empty sheet after the others."""
        self._book.add_sheet(title)
        self._sheets[title] = len(self._sheets)

    def name(self, name: str, text: str, scope: str = "") -> None:
        """Let the defined `name`, of the sheet `scope` or of the workbook, stand for the formula `text`."""
        with _in_words("evaluated"):
            self._book.set_defined_name_scoped(name, text, self._sheets.get(scope, -1))

    def enter(self, place: Place, formula: str) -> None:
        """Enter a `formula` in the cell at `place`, which fills as many cells as it gives values."""
        with _in_words("evaluated"):
            self._book.set_formula(*self._at(place), f"={formula}")

    def put(self, place: Place, value: object) -> None:
        """Set the cell at `place` to `value`."""
        at = self._at(place)
        with _in_words("evaluated"):
            if value is None:
                self._book.set_blank(*at)
            elif isinstance(value, bool):
                self._book.set_bool(*at, value)
            elif isinstance(value, ErrorText):
                self._book.set_error(*at, _codes().get(value, formulon.ErrorCode.VALUE))
            elif isinstance(value, str):
                self._book.set_text(*at, value)
            else:
                self._book.set_number(*at, float(value))  # type: ignore[arg-type]

    def calculate(self, moment: datetime) -> None:
        """Evaluate every formula as of the `moment`."""
        with _in_words("evaluated"):
            # The engine takes what it knows of a formula's cells for complete; another clock makes it evaluate all.
            self._book.clear_pinned_now()
            self._book.set_pinned_now(
                moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second
            )
            self._book.recalc()

    def values(self, places: Sequence[Place]) -> list[Any]:
        """Return the values of the cells at `places` [units of the cells]."""
        if not places:
            return []
        count, library = len(places), _c.LIB
        with _in_words("evaluated"), library.call_lock:
            start = library.alloc((_ADDRESS.size + _VALUE.size) * count)
            out = start + _ADDRESS.size * count
            library.write_bytes(start, b"".join(_ADDRESS.pack(*self._at(place)) for place in places))
            self._read(library.store, self._book._handle, start, out, count)  # noqa: SLF001  # no public bulk reading
            raw = library.read_bytes(out, _VALUE.size * count)
            found = [_decoded(kind, stored) for kind, stored in _VALUE.iter_unpack(raw)]
            self._release(library.store, out, count)
            library.free(start)
        return found

    def spill(self, place: Place) -> tuple[int, int]:
        """Return how many rows and columns the formula at `place` fills [cells]."""
        with _in_words("evaluated"):
            found = self._book.spill_info(*self._at(place))
        return (found.rows, found.cols) if found.engaged else (1, 1)

    def dependents(self, place: Place) -> list[Place]:
        """Return the formulas that read the cell at `place` themselves, or through a name [-]."""
        with _in_words("evaluated"):
            return self._places(self._book.dependents(*self._at(place)))

    def precedents(self, place: Place) -> list[Place]:
        """Return the cells that the formula at `place` reads itself, or through a name [-]."""
        with _in_words("evaluated"):
            return self._places(self._book.precedents(*self._at(place)))

    def _at(self, place: Place) -> tuple[int, int, int]:
        return self._sheets[place[0]], place[1] - 1, place[2] - 1

    def _places(self, nodes: list[formulon.CellNode]) -> list[Place]:
        titles = list(self._sheets)
        return [(titles[node.sheet], node.row + 1, node.col + 1) for node in nodes]


@cache
def availability(name: str) -> int | None:
    """Return 0 for the `name` of a function that the engine has, 2 for one that asks its host; None for one that it lacks [-]."""
    _started()
    found = formulon.Workbook.function_metadata(name)
    return found.availability if found is not None and found.availability != _MISSING else None


def _decoded(kind: int, stored: bytes) -> Any:
    if kind == _NUMBER:
        return struct.unpack("<d", stored)[0]
    number = struct.unpack("<I4x", stored)[0]
    if kind == _TEXT:
        return _c.LIB.read_cstr(number)
    if kind == _BOOL:
        return bool(number)
    return _error(number) if kind == _ERROR else None


@cache
def _error(code: int) -> ErrorText:
    return ErrorText(formulon.error_display_name(code))


@cache
def _codes() -> dict[str, int]:
    return {_error(code): code for code in formulon.ErrorCode}


_OPEN: Final[WeakSet[Engine]] = WeakSet()


@contextmanager
def _in_words(done: str) -> Iterator[None]:
    """Turn a failure of the engine into one sentence; after one that broke it off, the engine starts anew."""
    try:
        yield
    except (formulon.FormulonError, wasmtime.WasmtimeError, MemoryError) as error:
        _refused(done, error)


def _refused(done: str, error: Exception) -> NoReturn:
    words = str(error)
    if "wasm backtrace" in words or isinstance(error, MemoryError):
        for engine in _OPEN:
            engine._book._handle = 0  # noqa: SLF001  # its memory is gone
        _started.cache_clear()
        _c.LIB.__init__()  # type: ignore[misc]
        words = _TOO_DEEP if "call stack" in words else _TOO_LARGE
    refuse("workbook", f"must be one that can be {done}", detail=words.partition("\n")[0])


@cache
def _started() -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Start the engine, and return what reads many cells, and what gives their texts back."""
    kept = _c.wasmtime
    _c.wasmtime = SimpleNamespace(**vars(wasmtime) | {"Engine": _compiler})
    try:
        _c.LIB._ensure()  # noqa: SLF001  # starting it is private, and how it is compiled not to be chosen otherwise
    finally:
        _c.wasmtime = kept
    library = _c.LIB
    library.store.set_limits(memory_size=MOST_MEMORY)
    exports = library._exports  # noqa: SLF001
    imports = [exports[name] for name in ("memory", "fm_workbook_get_value", "malloc", "free")]
    module = wasmtime.Module(library._engine, _READER)  # noqa: SLF001
    made = wasmtime.Instance(library.store, module, imports).exports(library.store)
    return made["read"], made["release"]


def _compiler() -> wasmtime.Engine:
    """Return what compiles, with its cache where that can be kept."""
    config = wasmtime.Config()
    try:
        config.cache = True
    except wasmtime.WasmtimeError:  # no home, or none that can be written
        config = wasmtime.Config()
    return wasmtime.Engine(config)
