"""Folders that import what they offer when it is first asked for: a command pays for nothing that it does not use."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

__all__ = ["home_of", "offered"]


def offered(folder: str, names: Mapping[str, str]) -> None:
    """Let the `folder`, while it is imported, offer `names`, with spaces between, by the module below it they are imported from."""
    module = sys.modules[folder]
    vars(module)["_homes"] = {name: home for home, of_home in names.items() for name in of_home.split()}
    module.__class__ = _Folder


def home_of(folder: str, name: str) -> str | None:
    """Return the module from which the `folder` imports a `name` that it offers; None where it does not, or imports it at once."""
    home = vars(import_module(folder)).get("_homes", {}).get(name)
    return None if home is None else f"{folder}.{home}"


class _Folder(ModuleType):
    """A package whose names come from its modules when they are asked for."""

    _homes: Mapping[str, str]

    def __getattr__(self, name: str) -> Any:
        """Import a name that is offered."""
        if name not in self._homes:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        found = getattr(import_module(f"{self.__name__}.{self._homes[name]}"), name)
        setattr(self, name, found)
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a name; a module called as what it is imported for, which imports it here, does not stand before that."""
        if isinstance(value, ModuleType) and self._homes.get(name) == name:
            value = getattr(value, name)
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        """Name what is offered, imported or not."""
        return sorted({*super().__dir__(), *self._homes})
