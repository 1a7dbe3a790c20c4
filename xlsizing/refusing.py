"""How an input is refused: the one place where input errors are raised, without what the checks of numbers need."""

from __future__ import annotations

from typing import Any, NoReturn

from xlsizing.errors import InputError

__all__ = ["refusal", "refuse"]


def refuse(name: str, rule: str, *, kind: type[InputError] = InputError, **parts: Any) -> NoReturn:
    """Raise `kind` for the input `name` that breaks `rule` (see `InputError` for the parts)."""
    raise kind(name, rule, **parts)


def refusal(name: str, rule: str, **parts: Any) -> InputError:
    """Return the error that `refuse` raises for `name`, `rule` and `parts`, for who hands it on."""
    return InputError(name, rule, **parts)
