"""The engine that evaluates workbooks, formulon: the one module that knows it. It runs as WebAssembly, within limits.

Compiling it takes seconds, so wasmtime keeps the compiled form in its own cache (`~/.cache/wasmtime` on Linux), keyed by
its content and wasmtime's version. Where nothing can be kept it is compiled every time.

A workbook is given to it as a file: entered cell by cell, 10,000, 90,000 and 300,000 formulas took 5 to 10 times as long,
through formulon's methods as through bare calls, for the same values and memory. Of what it does inside one
call it tells nothing, so a bar can only say which step it is at.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from itertools import accumulate
from types import SimpleNamespace
from typing import Any, Final, NoReturn, cast, get_args
from weakref import WeakSet

import formulon
import wasmtime
from formulon import _c
from formulon.workbook import ExcelProfileId

from xlsizing.checks import refuse
from xlsizing.hosts.recalc.places import Place, placed
from xlsizing.hosts.recalc.sheet_source import ErrorText

__all__ = ["LOCALES", "MOST_MEMORY", "Engine", "Place", "availability"]

_PROFILE: Final = "win-365-"
LOCALES: Final = tuple(
    sorted(each.removeprefix(_PROFILE) for each in get_args(ExcelProfileId) if each.startswith(_PROFILE))
)
"""The locales whose rules for reading and writing texts functions can follow."""

MOST_MEMORY: Final = 3_000_000_000
"""What the engine may take: about 1,500,000 cells with formulas [B]."""

_TOO_LARGE: Final = f"it needs more than {MOST_MEMORY // 1_000_000_000} GB of memory here"
_DAMAGED: Final = "a part of it is damaged, or of a kind that the engine does not know"
_TOO_MUCH: Final = "a formula, with the names in it, works out more than there is room for"
_FULL: Final = "kOutOfMemory"  # of its own making: less than the memory that it may take
_NOT_READ: Final = "kParser"
_TOO_DEEP: Final = "a formula is nested too deeply, or formulas follow each other in too long a chain"
_ADDRESS, _VALUE, _RECORD = struct.Struct("<III"), struct.Struct("<i4x8s"), struct.Struct("<IIII8s")
_MISSING: Final = 3  # a name that the engine reads, and no function behind it
_BLANK, _NUMBER, _BOOL, _TEXT, _ERROR = range(5)

# Reads and writes many cells in one call. Read, each is 16 bytes that `fm_workbook_get_value` writes; a text stands in a buffer of
# the engine until the next one is read, so it is copied, and `release` gives the copies back.
_TRANSFER: Final = """(module
  (import "engine" "memory" (memory 0))
  (import "engine" "get" (func $get (param i32 i32 i32 i32 i32) (result i32)))
  (import "engine" "malloc" (func $malloc (param i32) (result i32)))
  (import "engine" "free" (func $free (param i32)))
  (import "engine" "number" (func $number (param i32 i32 i32 i32 f64) (result i32)))
  (import "engine" "bool" (func $bool (param i32 i32 i32 i32 i32) (result i32)))
  (import "engine" "text" (func $text (param i32 i32 i32 i32 i32) (result i32)))
  (import "engine" "error" (func $error (param i32 i32 i32 i32 i32) (result i32)))
  (import "engine" "blank" (func $blank (param i32 i32 i32 i32) (result i32)))
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
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
  (func (export "write") (param $book i32) (param $at i32) (param $count i32) (result i32)
    (local $s i32) (local $r i32) (local $c i32) (local $kind i32) (local $value i32) (local $failed i32)
    (loop $next
      (local.set $s (i32.load (local.get $at)))
      (local.set $r (i32.load offset=4 (local.get $at)))
      (local.set $c (i32.load offset=8 (local.get $at)))
      (local.set $kind (i32.load offset=12 (local.get $at)))
      (local.set $value (i32.load offset=16 (local.get $at)))
      (block $set
        (block $as_error (block $as_text (block $as_bool (block $as_number (block $as_blank
          (br_table $as_blank $as_number $as_bool $as_text $as_error (local.get $kind)))
          (local.set $failed (i32.or (local.get $failed)
            (call $blank (local.get $book) (local.get $s) (local.get $r) (local.get $c))))
          (br $set))
          (local.set $failed (i32.or (local.get $failed)
            (call $number (local.get $book) (local.get $s) (local.get $r) (local.get $c) (f64.load offset=16 (local.get $at)))))
          (br $set))
          (local.set $failed (i32.or (local.get $failed)
            (call $bool (local.get $book) (local.get $s) (local.get $r) (local.get $c) (local.get $value))))
          (br $set))
          (local.set $failed (i32.or (local.get $failed)
            (call $text (local.get $book) (local.get $s) (local.get $r) (local.get $c) (local.get $value))))
          (br $set))
        (local.set $failed (i32.or (local.get $failed)
          (call $error (local.get $book) (local.get $s) (local.get $r) (local.get $c) (local.get $value)))))
      (local.set $at (i32.add (local.get $at) (i32.const 24)))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
    (local.get $failed)))"""


class Engine:
    """A workbook in the engine. Its values are floats, texts, bools, None for a blank, and errors as `ErrorText`.

    Parameters
    ----------
    data : bytes
        The workbook, an .xlsx
    locale : str, optional
        One of `LOCALES`

    Raises
    ------
    InputError
        If the engine cannot read it, here and in every method: not without more memory, or not at all.
    """

    def __init__(self, data: bytes, locale: str | None = None) -> None:
        self._cells = _start_engine()
        with _in_words("read"):
            self._book: Any = formulon.Workbook.load(data)
            _OPEN.add(self)
            if locale is not None:
                self._book.set_excel_profile_id(cast("ExcelProfileId", _PROFILE + locale))
            titles = [self._book.sheet_name(at) for at in range(self._book.sheet_count())]
        self._sheets = {title: at for at, title in enumerate(titles)}

    def name(self, name: str, text: str, scope: str = "") -> None:
        """Let the defined `name`, of the sheet `scope` or of the workbook, stand for the formula `text`."""
        with _in_words("evaluated"):
            self._book.set_defined_name_scoped(name, text, self._sheets.get(scope, -1))

    def enter(self, place: Place, formula: str) -> None:
        """Enter a `formula` in the cell at `place`, which fills as many cells as it gives values; #NAME? for what is none."""
        with _in_words("evaluated"):
            try:
                self._book.set_formula(*self._zero_based(place), f"={formula}")
            except formulon.FormulonError as error:
                if not error.status_name.startswith(_NOT_READ):
                    raise
                self._book.set_error(*self._zero_based(place), formulon.ErrorCode.NAME)  # as where a file holds it

    def put(self, values: Mapping[Place, object]) -> None:
        """Set cells to `values`."""
        if not values:
            return
        library = _c.LIB
        texts = {value: value.encode("utf-8", "replace") + b"\0" for value in values.values() if type(value) is str}
        starts = dict(zip(texts, accumulate(map(len, texts.values()), initial=0), strict=False))
        with _in_words("evaluated"), library.call_lock:
            start = library.alloc(_RECORD.size * len(values) + sum(map(len, texts.values())))
            behind = start + _RECORD.size * len(values)
            records = (
                _RECORD.pack(*self._zero_based(place), *_encoded_value(value, behind, starts))
                for place, value in values.items()
            )
            library.write_bytes(start, b"".join(records) + b"".join(texts.values()))
            failed = self._cells["write"](library.store, self._book._handle, start, len(values))  # noqa: SLF001
            library.free(start)
        if failed:
            refuse("place", "must be one that can be set", got=", ".join(placed(p[0], p[1:]) for p in list(values)[:3]))

    def calculate(self, moment: datetime) -> None:
        """Evaluate every formula as of the `moment`."""
        with _in_words("evaluated"):
            # The engine takes what it knows of a formula's cells for complete; another clock makes it evaluate all.
            self._book.clear_pinned_now()
            self._book.set_pinned_now(moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
            self._book.recalc()

    def calculate_entered(self) -> None:
        """Evaluate the formulas that were entered since every one was evaluated, as of the same moment."""
        with _in_words("evaluated"):
            self._book.recalc()

    def values(self, places: Sequence[Place]) -> list[Any]:
        """Return the values of the cells at `places` [units of the cells]."""
        if not places:
            return []
        count, library = len(places), _c.LIB
        with _in_words("evaluated"), library.call_lock:
            start = library.alloc((_ADDRESS.size + _VALUE.size) * count)
            out = start + _ADDRESS.size * count
            library.write_bytes(start, b"".join(_ADDRESS.pack(*self._zero_based(place)) for place in places))
            self._cells["read"](library.store, self._book._handle, start, out, count)  # noqa: SLF001  # no public bulk reading
            raw = library.read_bytes(out, _VALUE.size * count)
            found = [_decoded_value(kind, stored) for kind, stored in _VALUE.iter_unpack(raw)]
            self._cells["release"](library.store, out, count)
            library.free(start)
        return found

    def spill(self, place: Place) -> tuple[int, int]:
        """Return how many rows and columns the formula at `place` fills [cells]."""
        with _in_words("evaluated"):
            found = self._book.spill_info(*self._zero_based(place))
        return (found.rows, found.cols) if found.engaged else (1, 1)

    def dependents(self, place: Place) -> list[Place]:
        """Return the formulas that read the cell at `place` themselves, or through a name."""
        with _in_words("evaluated"):
            return self._places(self._book.dependents(*self._zero_based(place)))

    def precedents(self, place: Place) -> list[Place]:
        """Return the cells that the formula at `place` reads itself, or through a name."""
        with _in_words("evaluated"):
            return self._places(self._book.precedents(*self._zero_based(place)))

    def _zero_based(self, place: Place) -> tuple[int, int, int]:
        return self._sheets[place[0]], place[1] - 1, place[2] - 1

    def _places(self, nodes: list[formulon.CellNode]) -> list[Place]:
        titles = list(self._sheets)
        return [(titles[node.sheet], node.row + 1, node.col + 1) for node in nodes]


@cache
def availability(name: str) -> int | None:
    """Return 0 for the `name` of a function that the engine has, 2 for one that asks its host; None for one that it lacks [-]."""
    _start_engine()
    found = formulon.Workbook.function_metadata(name)
    return found.availability if found is not None and found.availability != _MISSING else None


def _encoded_value(value: object, behind: int, starts: Mapping[str, int]) -> tuple[int, bytes]:
    """Return the kind and the eight bytes of a value."""
    if value is None:
        return _BLANK, bytes(8)
    if isinstance(value, ErrorText):
        return _ERROR, struct.pack("<q", _error_codes().get(value, formulon.ErrorCode.VALUE))
    if isinstance(value, str):
        return _TEXT, struct.pack("<q", behind + starts[value])
    if isinstance(value, bool):
        return _BOOL, struct.pack("<q", value)
    return _NUMBER, struct.pack("<d", value)


def _decoded_value(kind: int, stored: bytes) -> Any:
    if kind == _NUMBER:
        return struct.unpack("<d", stored)[0]
    number = struct.unpack("<I4x", stored)[0]
    if kind == _TEXT:
        return _c.LIB.read_cstr(number)
    if kind == _BOOL:
        return bool(number)
    return _error_text(number) if kind == _ERROR else None


@cache
def _error_text(code: int) -> ErrorText:
    return ErrorText(formulon.error_display_name(code))


@cache
def _error_codes() -> dict[str, int]:
    return {_error_text(code): code for code in formulon.ErrorCode}


_OPEN: Final[WeakSet[Engine]] = WeakSet()


@contextmanager
def _in_words(done: str) -> Iterator[None]:
    """Turn a failure of the engine into one sentence; after one that broke it off, the engine starts anew."""
    try:
        yield
    except (formulon.FormulonError, wasmtime.WasmtimeError, MemoryError) as error:
        _refuse_error(done, error)


def _refuse_error(done: str, error: Exception) -> NoReturn:
    words, why = str(error), _TOO_MUCH if getattr(error, "status_name", "") == _FULL else _DAMAGED
    if "wasm backtrace" in words or isinstance(error, MemoryError):
        for engine in _OPEN:
            engine._book._handle = 0  # noqa: SLF001  # its memory is gone
        _start_engine.cache_clear()
        _c.LIB.__init__()
        why = _TOO_DEEP if "call stack" in words else _TOO_LARGE
    refuse("workbook", f"must be one that can be {done}", detail=why)


@cache
def _start_engine() -> dict[str, Callable[..., Any]]:
    """Start the engine, and return what reads and writes many cells."""
    kept = _c.wasmtime
    _c.wasmtime = SimpleNamespace(**vars(wasmtime) | {"Engine": _compiler})
    try:
        _c.LIB._ensure()  # noqa: SLF001  # starting it is private, and how it is compiled not to be chosen otherwise
    finally:
        _c.wasmtime = kept
    library = _c.LIB
    library.store.set_limits(memory_size=MOST_MEMORY)
    exports = library._exports  # noqa: SLF001
    setters = (f"fm_workbook_set_{kind}" for kind in ("number", "bool", "text", "error", "blank"))
    imports = [exports[name] for name in ("memory", "fm_workbook_get_value", "malloc", "free", *setters)]
    module = wasmtime.Module(library._engine, _TRANSFER)  # noqa: SLF001
    made = wasmtime.Instance(library.store, module, imports).exports(library.store)
    return {name: cast("Callable[..., Any]", made[name]) for name in ("read", "release", "write")}


def _compiler() -> wasmtime.Engine:
    """Return what compiles, with its cache where that can be kept."""
    config = wasmtime.Config()
    try:
        config.cache = True
    except wasmtime.WasmtimeError:  # no home, or none that can be written
        config = wasmtime.Config()
    return wasmtime.Engine(config)
