"""How an input is refused: the one place where input errors are raised, without what the checks of numbers need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from xlsizing.errors import InputError

__all__ = ["given_with", "refusal", "refuse"]


def refuse(name: str, rule: str, *, kind: type[InputError] = InputError, **parts: Any) -> NoReturn:
    """Raise `kind` for the input `name` that breaks `rule` (see `InputError` for the parts)."""
    raise kind(name, rule, **parts)


def given_with(names: Sequence[str]) -> str:
    """Return the rule of an input that must be given with one of `names`, and stands with nothing else.

    >>> given_with(["--rps", "--people", "--e2e"])
    'must be given with --rps, --people or --e2e, and only with one of them'
    """
    *first, last = names
    listed = f"{', '.join(first)} or {last}" if first else last
    return f"must be given with {listed}, and only with {'one of them' if first else 'it'}"


def refusal(name: str, rule: str, **parts: Any) -> InputError:
    """Return the error that `refuse` raises for `name`, `rule` and `parts`, for who hands it on."""
    return InputError(name, rule, **parts)
