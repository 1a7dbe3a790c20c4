"""What to write instead of a text that is no number: the number that it seems to mean, as we read it."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["instead_of"]

_SPACES: Final = re.compile(r"(?<=[0-9])[ _'\u2019\u00a0\u202f](?=[0-9]{3}(?![0-9]))")
_PARTS: Final = re.compile(
    r"[^-+.,0-9\n]*?([-+]?[0-9][0-9.,]*(?:[eE][-+]?[0-9]+)?)((?:\s+[^\s0-9]|[^\s0-9.,:/eEoOlI])[^0-9\n]*)?"
)
"""A sign of money, a number, a unit; what could be a slip for a digit is no unit."""

_GROUPED: Final = {
    ",": re.compile(r"[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?"),
    ".": re.compile(r"[-+]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?"),
}
_DECIMAL_COMMA: Final = re.compile(r"[-+]?[0-9]+,[0-9]+")
_PLAIN: Final = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_OPEN: Final = re.compile(r"([-+]?[1-9][0-9]{0,2}),([0-9]{3})")
_POWERS: Final = {"k": "e3", "thousand": "e3", "m": "e6", "mio": "e6", "million": "e6", "b": "e9", "billion": "e9"}


def instead_of(text: str, *, share: bool = False) -> str | None:
    """Return what to write instead of `text`, for a `share` as one; None where it has no digit.

    >>> instead_of("70%", share=True), instead_of("2,10"), instead_of("3M")
    ('write 0.7', 'write 2.10, with a decimal point', 'write 3e6')
    """
    if not any(map(str.isdigit, text)):
        return None
    found = _PARTS.fullmatch(_SPACES.sub("", text.strip()))
    number = _plain_number(found[1]) if found else None
    if found is None or number is None:
        return "write a share such as 0.7" if share else "write 3000000 or 3e6, without separators or units"
    unit = (found[2] or "").strip().casefold()
    if unit or found.start(1):
        return _with_unit(number, unit, share=share)
    return _way_to_write(found[1], number)


def _with_unit(number: str, unit: str, *, share: bool) -> str:
    if unit == "%":
        return f"write {float(number) / 100:.10g}" if share else f"write {number}, without %"
    if unit in _POWERS and "e" not in number.casefold():
        return f"write {number}{_POWERS[unit]}"
    return f"write {number}, without units"


def _way_to_write(given: str, number: str) -> str:
    if _OPEN.fullmatch(given):
        return "write {0}{1}, or {0}.{1} if that is meant".format(*given.split(","))
    if _DECIMAL_COMMA.fullmatch(given):
        return f"write {number}, with a decimal point"
    return f"write {number}, without separators"


def _plain_number(number: str) -> str | None:
    """Return a number without separators of thousands and with a decimal point; None where it is none."""
    if _PLAIN.fullmatch(number):
        return number
    if _DECIMAL_COMMA.fullmatch(number) and not _OPEN.fullmatch(number):
        return number.replace(",", ".")
    for separator, pattern in _GROUPED.items():
        if pattern.fullmatch(number):
            return number.replace(separator, "").replace(",", ".")
    return None
