"""What one check of `xlsizing doctor` found, in one line: pass or fail, what stands there, and the mend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = [
    "FAIL",
    "PASS",
    "SET_UP",
    "SKIP",
    "UNVERIFIED",
    "Finding",
    "failed",
    "passed",
    "skipped",
    "unverified",
]

PASS: Final = "pass"  # noqa: S105  # no password
FAIL: Final = "FAIL"
SKIP: Final = "skip"
UNVERIFIED: Final = "unverified"

SET_UP: Final = "follow the set-up in workbook/README.md"
"""The mend of an installation that is not what the sales workbook needs."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check.

    Parameters
    ----------
    check : str
        What was looked at
    state : str
        "pass", "FAIL", "skip" (does not apply here) or "unverified" (applies, could not be looked at)
    words : str
        What stands there
    mend : str
        What to do about it; empty where there is nothing to do
    """

    check: str
    state: str
    words: str
    mend: str = ""

    def __str__(self) -> str:
        way_out = f"; {'instead' if self.state == SKIP else 'mend'}: {self.mend}" if self.mend else ""
        return f"{self.check}: {self.words}{way_out}"


def passed(check: str, words: str) -> Finding:
    """Return that the `check` passed, with what it found in `words`."""
    return Finding(check, PASS, words)


def failed(check: str, words: str, mend: str) -> Finding:
    """Return that the `check` failed, with what it found in `words` and the `mend`."""
    return Finding(check, FAIL, words, mend)


def skipped(check: str, words: str, mend: str = "") -> Finding:
    """Return that the `check` does not apply, why in `words`, and what takes its place as the `mend`."""
    return Finding(check, SKIP, words, mend)


def unverified(check: str, words: str, mend: str) -> Finding:
    """Return that the `check` applies but could not be made, why in `words`, and the `mend`."""
    return Finding(check, UNVERIFIED, words, mend)
