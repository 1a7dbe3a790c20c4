"""xlwings' real code for Excel on Windows, loaded on any system: stand-ins take the place of pywin32.

Real are xlwings' decorators, COM server, conversion and VBA generator. Stand-ins are pywin32 (only
the names that xlwings touches), and what Excel would pass in: ranges, a workbook, the calling cell.
Whatever is loaded here stays out of `sys.modules` except inside `ComHost.in_place`.
"""

from __future__ import annotations

import atexit
import ctypes
import datetime as dt
import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import MagicMock, patch

import xlwings  # the ordinary one: with it all its own imports are loaded before the platform is patched

import xlsizing

MISSING = -2147352572
"""What pywin32 delivers for an argument left out: DISP_E_PARAMNOTFOUND."""

UDF_MODULE = "xlsizing.hosts.udfs"
ORDINARY_XLWINGS = xlwings

_LOADED_FIRST = ("asyncio", "concurrent.futures", "shlex")  # by xlwings on Windows alone
_RELOADED = ("xlwings", "xlsizing.hosts")
_RANGE_IID = "{00020846-0000-0000-C000-000000000046}"
_NO_SUCH_MODULE = -2147352567


class ComHost:
    """xlwings and our functions as Excel on Windows loads them; see `in_place`.

    Attributes
    ----------
    loaded_beside : set of str
        Modules other than xlwings, ours and the stand-ins that were loaded while the platform was
        patched: none, or they could keep what they saw.
    """

    def __init__(self) -> None:
        self._modules = {module.__name__: module for module in _pywin32()}
        self._hosts: ModuleType | None = None
        with self.in_place():
            for name in _LOADED_FIRST:
                importlib.import_module(name)
            before = set(sys.modules)
            with _as_windows():
                self.xlwings = importlib.import_module("xlwings")
                self._com_server = importlib.import_module("xlwings.com_server")
            self.loaded_beside = {name for name in set(sys.modules) - before if not _is_reloaded(name)}
            self.udfs = importlib.import_module(UDF_MODULE)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Put what was loaded here in the place of the ordinary modules, for the while."""
        names = _PYWIN32_NAMES | {name for name in sys.modules if _is_reloaded(name)}
        ordinary = {name: sys.modules.pop(name) for name in names if name in sys.modules}
        hosts = vars(xlsizing).get("hosts")
        sys.modules.update(self._modules)
        _set_hosts(self._hosts)
        try:
            yield
        finally:
            self._hosts = vars(xlsizing).get("hosts")
            mine = [name for name in sys.modules if name in _PYWIN32_NAMES or _is_reloaded(name)]
            self._modules = {name: sys.modules.pop(name) for name in mine}
            sys.modules.update(ordinary)
            _set_hosts(hosts)

    def call(self, name: str, *arguments: object) -> Any:
        """Return what xlwings' COM server hands to Excel for ``=name(arguments...)``."""
        with self.in_place():
            return self._com_server.XLPython().CallUDF(UDF_MODULE, name, arguments, Workbook(), Range([[None]]))

    def import_functions(self, workbook: Workbook) -> None:
        """Do what the ribbon's *Import Functions* does."""
        with self.in_place():
            self.xlwings.import_udfs(UDF_MODULE, workbook)

    def close(self) -> None:
        """Undo what xlwings left outside `sys.modules`: an event loop and an exit hook."""
        self._com_server.loop.close()
        atexit.unregister(self._modules["xlwings._xlwindows"].cleanup)


class ComObject:
    """An object of Excel as pywin32 shows it: the given properties, nothing else; counts reads."""

    def __init__(self, **properties: object) -> None:
        self._properties = properties
        self.reads = 0

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._properties:
            raise AttributeError(name)
        self.reads += 1
        return self._properties[name]


class Workbook(ComObject):
    """A workbook; keeps the VBA modules imported into it and the help registered for its macros."""

    def __init__(self) -> None:
        self.imported: list[str] = []
        self.macro_options: list[tuple[str, dict[str, Any]]] = []
        application = SimpleNamespace(Version="16.0", Hwnd=1, MacroOptions=self._keep_options)
        project = SimpleNamespace(VBComponents=_VbaComponents(self.imported))
        super().__init__(Application=application, VBProject=project, Name="Sales.xlsm", Worksheets=[])

    def _keep_options(self, macro: str, **options: object) -> None:
        self.macro_options.append((macro, options))


class Range(ComObject):
    """A range; as in Excel, `Value` is a scalar for one cell and a tuple of row tuples otherwise."""

    CLSID = _RANGE_IID

    def __init__(self, rows: Sequence[Sequence[object]]) -> None:
        cells = tuple(tuple(row) for row in rows)
        single = len(cells) == len(cells[0]) == 1
        self._oleobj_ = SimpleNamespace(GetTypeInfo=lambda: SimpleNamespace(GetTypeAttr=_range_type))
        super().__init__(
            Value=cells[0][0] if single else cells,
            Row=1,
            Column=1,
            Count=len(cells) * len(cells[0]),
            Rows=SimpleNamespace(Count=len(cells)),
            Columns=SimpleNamespace(Count=len(cells[0])),
            Worksheet=_WORKSHEET,
            Address="$A$1",
            GetAddress=lambda *_, **__: "$A$1",
        )


class ComError(Exception):
    """pywintypes.com_error."""

    @property
    def hresult(self) -> int:
        return self.args[0]


class _VbaComponents:
    """The VBA modules of a workbook: none yet, and those imported are kept as text."""

    def __init__(self, imported: list[str]) -> None:
        self._imported = imported

    def __call__(self, name: str) -> None:
        raise ComError(_NO_SUCH_MODULE, f"no module {name}")

    def Remove(self, component: object) -> None:  # noqa: N802  # Excel's name
        raise AssertionError(f"{component!r} was never there")

    def Import(self, path: str) -> None:  # noqa: N802  # Excel's name
        self._imported.append(Path(path).read_text(encoding="utf-8"))


_WORKSHEET = SimpleNamespace(Name="Sizing", Index=1, Parent=SimpleNamespace(Application=SimpleNamespace(Hwnd=1)))


def _range_type() -> SimpleNamespace:
    return SimpleNamespace(iid=_RANGE_IID)


def _is_reloaded(name: str) -> bool:
    return name in _RELOADED or name.startswith(tuple(f"{package}." for package in _RELOADED))


def _set_hosts(module: ModuleType | None) -> None:
    """Make `xlsizing.hosts` the given module; an import leaves the last one loaded there."""
    if module is None:
        vars(xlsizing).pop("hosts", None)
    else:
        xlsizing.hosts = module


@contextmanager
def _as_windows() -> Iterator[None]:
    """Let imports take this for Windows, whose DLLs answer every call with a mock."""
    with ExitStack() as patches:
        patches.enter_context(patch.object(sys, "platform", "win32"))
        for library in ("windll", "oledll", "PyDLL"):
            patches.enter_context(patch.object(ctypes, library, MagicMock(), create=True))
        yield


def _pywin32() -> Iterator[ModuleType]:
    """The names of pywin32 that xlwings touches when it loads and when it calls a function."""
    yield _module("pywintypes", com_error=ComError, error=ComError, IID=str, TimeType=type("Time", (dt.datetime,), {}))
    yield _module(
        "pythoncom",
        __file__="pythoncom",
        com_error=ComError,
        ole_error=ComError,
        IID_IDispatch="IDispatch",
        TypeIIDs={"IDispatch": type("PyIDispatch", (), {})},
        CoInitialize=_nothing,
    )
    for name in ("win32api", "win32con", "win32event", "win32gui", "win32timezone"):
        yield _module(name)
    yield _module("win32process", GetWindowThreadProcessId=lambda window: (1, window))
    yield from _win32com()


def _win32com() -> Iterator[ModuleType]:
    client = _module("win32com.client", gencache=SimpleNamespace(EnsureModule=_nothing), Dispatch=_first)
    for name in ("CDispatch", "DispatchEx", "DispatchBaseClass", "CoClassBaseClass"):
        setattr(client, name, type(name, (), {}))
    util = _module("win32com.server.util", unwrap=_not_wrapped)
    dispatcher, policy = _module("win32com.server.dispatcher"), _module("win32com.server.policy")
    server = _module("win32com.server", util=util, dispatcher=dispatcher, policy=policy)
    yield from (client, util, dispatcher, policy, server, _module("win32com", client=client, server=server))


def _module(name: str, **names: object) -> ModuleType:
    module = ModuleType(name)
    module.__dict__.update(names)
    return module


def _nothing(*_: object, **__: object) -> None:
    return None


def _first(value: object, *_: object, **__: object) -> object:
    return value


def _not_wrapped(value: object) -> None:
    raise ComError(_NO_SUCH_MODULE, f"{value!r} is no Python object in disguise")


_PYWIN32_NAMES = frozenset(module.__name__ for module in _pywin32())
