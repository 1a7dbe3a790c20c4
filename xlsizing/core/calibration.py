"""A calibration: how far the budget must lie from the estimate, measured on curves of one's own.

`xlsizing calibrate` writes it as JSON; what it holds stands beside every figure that rests on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812  # `date` is a field here
from pathlib import Path
from typing import Any, Final

from xlsizing.checks import choice, number, printable, refuse, whole
from xlsizing.core.interpolation import METHODS
from xlsizing.errors import BLANK, InputError, Phrase
from xlsizing.reading import file_data
from xlsizing.rules import BUDGET_SHARE, HIGHEST, LEAST_CALIBRATION

__all__ = ["Calibration", "calibration_of", "calibration_text", "read_calibration"]

_MARK: Final = "xlsizing_calibration"
_VERSION: Final = 1
_LARGEST: Final = 1_000_000
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_NAME: Final = "calibration"


@dataclass(frozen=True, slots=True)
class Calibration:
    """The shares of a budget, and the curves that they were measured on.

    Parameters
    ----------
    method : str
        The interpolation that it holds for
    shares : mapping of float to float
        By confidence how far the budget lies from the estimate, 0, to the commitment, 1
    curves : int
        Curves with a point that counts [-]
    date : str
        When it was made
    source : str
        The file of the curves
    sha256 : str
        Of that file
    scheme : str
        Which anchors were kept, and so which points were hidden
    truth : str
        What the truth at a hidden point is
    seed : int
        From which the hidden point of each curve was drawn [-]
    file : str
        Where the calibration itself stands, with its SHA-256; empty where it was never written
    """

    method: str
    shares: Mapping[float, float]
    curves: int
    date: str
    source: str
    sha256: str
    scheme: str
    truth: str
    seed: int
    file: str = ""

    @property
    def words(self) -> str:
        """What it rests on, in one phrase."""
        return (
            f"{self.curves:,} curves of {self.source} (SHA-256 {self.sha256}), {self.date}, method {self.method}, "
            f"anchors kept: {self.scheme}, truth: {self.truth}"
        )

    @property
    def fact(self) -> str:
        """The same with its constants and its own file, for a list of facts."""
        q = ", ".join(f"q={share:.3g} at {level * 100:.0f} %" for level, share in self.shares.items())
        return f"{q}; {self.words}{f'; {self.file}' if self.file else ''}"

    def record(self) -> dict[str, Any]:
        """Return it as plain data, with the names of its file's fields."""
        named = {name: getattr(self, name) for name in _FIELDS}
        shares = {f"{level:.2f}": share for level, share in self.shares.items()}
        return {"method": self.method, "shares": shares, **named, "file": self.file}


_TEXTS: Final = ("source", "scheme", "truth")
_FIELDS: Final = ("curves", "date", "source", "sha256", "scheme", "truth", "seed")


def calibration_text(calibration: Calibration) -> str:
    """Return the file of a `calibration`, in JSON."""
    import json  # noqa: PLC0415  # only where a calibration is written

    told = {_MARK: _VERSION, **calibration.record()}
    del told["file"]
    return json.dumps(told, indent=2, allow_nan=False) + "\n"


def read_calibration(path: str | Path) -> Calibration:
    """Return the calibration in the file at `path`, as `xlsizing calibrate` writes it.

    Raises
    ------
    InputError
        If the file cannot be read, or is none.
    """
    import hashlib  # noqa: PLC0415  # only where a file is read, and slow to import: with it comes OpenSSL
    import json  # noqa: PLC0415

    place = Path(path)
    data = file_data(place, "calibration file", largest=_LARGEST)
    try:
        told = json.loads(data.decode("utf-8")) if len(data) <= _LARGEST else None
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or told.get(_MARK) != _VERSION:
        refuse("calibration file", "must be what xlsizing calibrate writes", where=str(place))
    fields = {name: value for name, value in told.items() if name != _MARK}
    fields["file"] = f"{place.name}, SHA-256 {hashlib.sha256(data).hexdigest()}"
    try:
        return calibration_of(fields)
    except InputError as error:
        raise error.placed(str(place)) from None


def calibration_of(told: Mapping[str, Any]) -> Calibration:
    """Return the calibration that is `told` as plain data.

    Raises
    ------
    InputError
        If a field is missing, unknown, or breaks its rule.
    """
    needed = ("method", "shares", *_FIELDS)
    odd = next((name for name in told if name not in (*needed, "file")), None)
    if odd is not None:
        refuse(_NAME, f"must have the fields {', '.join(needed)} only", got=odd)
    missing = next((name for name in needed if told.get(name) is None), None)
    if missing is not None:
        refuse(f"{missing} of the calibration", "must be given", got=BLANK)
    texts = {name: _text(told[name], name) for name in _TEXTS}
    return Calibration(
        method=choice(told["method"], "method of the calibration", METHODS),
        shares=_shares(told["shares"]),
        curves=whole(told["curves"], "curves of the calibration", low=LEAST_CALIBRATION, high=int(HIGHEST)),
        date=_day(told["date"]),
        sha256=_digest(told["sha256"]),
        seed=whole(told["seed"], "seed of the calibration", low=0, high=int(HIGHEST)),
        file=str(told.get("file", "")),
        **texts,
    )


def _text(value: object, name: str) -> str:
    label = f"{name} of the calibration"
    if not isinstance(value, str) or not value.strip():
        refuse(label, "must be text", got=value)
    return printable(value, label)


def _shares(value: object) -> dict[float, float]:
    """Return the shares by confidence: one for each that a budget may have, none falling as it rises."""
    wanted = {f"{level:.2f}": level for level in BUDGET_SHARE}
    if not isinstance(value, dict) or set(value) != set(wanted):
        refuse("shares of the calibration", f"must be one for each of {', '.join(wanted)}")
    shares = {level: number(value[name], f"share at {name}", low=0.0, high=1.0) for name, level in wanted.items()}
    rising = sorted(shares.values())
    if list(shares.values()) != rising:
        got = Phrase(", ".join(f"{share:g}" for share in shares.values()))
        refuse("shares of the calibration", "must not fall as the confidence rises", got=got)
    return shares


def _day(value: object) -> str:
    try:
        return Date.fromisoformat(str(value)).isoformat()
    except ValueError:
        refuse("date of the calibration", "must be a date such as 2026-03-31", got=value)


def _digest(value: object) -> str:
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        refuse("sha256 of the calibration", "must be 64 hexadecimal digits", got=value)
    return value
