"""What one field of a measurement context may hold, and the words for it.

A field is a `Fact`: its section, label, unit and kind. Unknown is None, however it was written;
nothing is ever filled in.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from xlsizing.checks import choice, number, refuse, share, whole
from xlsizing.errors import InputError, Phrase

__all__ = [
    "KINDS",
    "MOST_FAULTS",
    "NONE",
    "SECTIONS",
    "UNKNOWN",
    "Fact",
    "Value",
    "is_off",
    "is_placeholder",
    "placeholders",
    "refuse_all",
]

Value = str | int | float | bool
"""What a known field holds: plain data, as JSON and a cell can take it."""

SECTIONS: Final = (
    "identity", "parallelism", "serving", "workload", "regime", "stack", "grounding", "provenance",
)  # fmt: skip
"""The sections of a context, in the order they are printed."""

UNKNOWN: Final = (
    "unknown", "unk", "na", "nan", "nil", "null", "tba", "tbc", "tbd", "todo", "xxx", "not available", "not applicable",
    "not given", "not known", "not recorded", "not specified", "not stated", "pending", "see above", "see below",
    "same as above", "as above", "dont know",
)  # fmt: skip
"""Words that say a field is not known, whatever their case, spaces and punctuation: none may pass for a value.

Punctuation alone says so too, and nothing at all.
"""

NONE: Final = "none"
"""Says that a field is not known, except where it is a value: "none" of speculation is speculation off."""

MOST_FAULTS: Final = 20
"""Reading stops after this many faults, so that a file of another kind is refused at once [-]."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One field of a context, as declared beside its name.

    Parameters
    ----------
    section : str
        One of `SECTIONS`
    label : str
        The field in a reader's words
    kind : str
        One of `KINDS`, or "choice"
    unit : str
        Unit of the value; "-" where there is none
    choices : tuple of str
        All values allowed, for "choice" only
    needed : bool
        Whether a context without it is incomplete
    instead : str or None
        Name of a field that may be known in its place
    needed_if : tuple of str
        Fields of which one that is on makes this one needed
    none_is_value : bool
        Whether "none" says that there is none, rather than that nothing is known
    """

    section: str
    label: str
    kind: str = "text"
    unit: str = "-"
    choices: tuple[str, ...] = ()
    needed: bool = True
    instead: str | None = None
    needed_if: tuple[str, ...] = ()
    none_is_value: bool = False

    @property
    def heading(self) -> str:
        """The label with its unit, as a table shows it."""
        return self.label if self.unit == "-" else f"{self.label} [{self.unit}]"

    def value(self, given: object, name: str) -> Any:
        """Return `given` in the type of this field; None where it is unknown.

        Parameters
        ----------
        given : object
            What came from a file, a cell or a caller [unit of the field]
        name : str
            The field in the caller's words

        Returns
        -------
        str, int, float, bool or None
            The value [unit of the field]

        Raises
        ------
        InputError
            If `given` is not of the field's kind.
        """
        if given is None or (isinstance(given, str) and is_placeholder(given, none_too=not self.none_is_value)):
            return None
        if self.kind == "choice":
            return _one_option(given, name, self.choices)
        return KINDS[self.kind](given, name)


def placeholders(*, none_too: bool = True) -> str:
    """Return the pattern of texts that stand for "not known", for Python and for a JSON schema alike.

    Parameters
    ----------
    none_too : bool, optional
        Whether "none" is among them

    Returns
    -------
    str
        A regular expression for the whole text
    """
    words = (*UNKNOWN, NONE) if none_too else UNKNOWN
    # Each letter in both cases, as the patterns of a schema take no flag; anything that is none may stand between.
    spelt = ("".join(f"[{c.upper()}{c}]{_GAP}" for c in word if c != " ") for word in words)
    return f"^{_GAP}(?:{'|'.join(spelt)})?$"


def is_placeholder(text: str, *, none_too: bool = True) -> bool:
    """Tell whether `text` stands for "not known"; "none" does where `none_too`.

    >>> is_placeholder("N.A."), is_placeholder("--"), is_placeholder("none", none_too=False), is_placeholder("fp8")
    (True, True, False, False)
    """
    plain = unicodedata.normalize("NFKC", text)
    return bool(_PLACEHOLDER[none_too].match(plain))


def is_off(value: Value | None) -> bool:
    """Tell whether a `value` of a serving field says that the feature was off; unknown does not.

    >>> is_off("none"), is_off("enforce_eager"), is_off("mtp"), is_off(None)
    (True, True, False, False)
    """
    return value is False or (isinstance(value, str) and re.sub(r"[\W_]", "", value.casefold()) in _OFF)


def _one_option(given: object, name: str, options: tuple[str, ...]) -> str:
    word = _in_small_letters(given)
    for option in options:
        if word in (option.casefold(), option.casefold().partition("-")[0]):  # "single" is "single-turn"
            return option
    return choice(given, name, options)


def _text(given: object, name: str) -> str:
    if not isinstance(given, str):
        refuse(name, "must be text", got=given, way_out="put quotes around it, in a cell an apostrophe before it")
    text = " ".join(given.split())
    if len(text) > _LONGEST_TEXT:
        refuse(name, f"must be at most {_LONGEST_TEXT} characters", got=len(text))
    if not text.isprintable():
        refuse(name, "must be printable text", got=text)
    return text


def _token(given: object, name: str) -> str:
    text = _text(given, name)
    if " " in text:
        refuse(name, "must be one exact token such as GB300 or B200", got=text)
    return text


def _dtype(given: object, name: str) -> str:
    return _text(given, name).casefold()


def _whole_number(given: object, name: str) -> int:
    return whole(given, name, low=1, high=_MOST)


def _fraction(given: object, name: str) -> float:
    fraction = number(given, name, low=-math.inf, high=math.inf)
    if not 0 <= fraction <= 1:  # 0 is a value: prompts that share nothing
        refuse(name, "must be from 0 to 1", got=fraction, way_out="write 0.62 for 62 %")
    return fraction


def _percent(given: object, name: str) -> float:
    percent = number(given, name, low=0.0)
    if not 1 < percent <= _ALL_PERCENT:  # a cell formatted as a percentage sends 0.62 for 62 %
        refuse(name, "must be a percentage above 1 and at most 100", got=percent, way_out="write 62 for 62 %")
    return percent


def _flag(given: object, name: str) -> bool:
    word = _in_small_letters(given)
    if isinstance(word, bool):
        return word
    if not isinstance(word, str) or word not in _FLAGS:
        refuse(name, 'must be TRUE or FALSE, or "on" or "off"', got=given)
    return _FLAGS[word]


def _day(given: object, name: str) -> str:
    """Return the date, and the time where there is one, in ISO 8601."""
    text = given.isoformat() if isinstance(given, date) else given
    try:
        when = datetime.fromisoformat(text.strip() if isinstance(text, str) else "")
    except ValueError:
        refuse(name, "must be a date such as 2026-03-31", got=text)
    midnight = when.tzinfo is None and when.time() == datetime.min.time()
    return when.date().isoformat() if midnight else when.isoformat(sep=" ", timespec="seconds")


def _digests(given: object, name: str) -> str:
    digests = _text(given, name).casefold().replace(",", " ").split()
    for digest in digests:
        if not _SHA256.fullmatch(digest):
            refuse(name, "must be one or more SHA-256 sums of 64 hexadecimal digits", got=digest)
    return " ".join(digests)


def _in_small_letters(given: object) -> Any:
    return given.strip().casefold() if isinstance(given, str) else given


_GAP = r"[\W_]*"
_PLACEHOLDER = {none_too: re.compile(placeholders(none_too=none_too)) for none_too in (False, True)}
_OFF = {"none", "off", "no", "false", "disabled", "0", "eager", "enforceeager", "eagermode"}
_LONGEST_TEXT = 2000
_MOST = 1_000_000_000
_ALL_PERCENT = 100
_FLAGS = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}
_SHA256 = re.compile(r"[0-9a-f]{64}")

KINDS: Final[dict[str, Callable[[object, str], Value]]] = {
    "text": _text,
    "token": _token,
    "dtype": _dtype,
    "whole": _whole_number,
    "number": number,
    "share": share,
    "fraction": _fraction,
    "percent": _percent,
    "flag": _flag,
    "date": _day,
    "sha256": _digests,
}
"""The kinds of field beside "choice", each with the check that returns the value."""


def refuse_all(faults: list[InputError]) -> None:
    """Raise what is wrong with a context: the one fault, or one sentence that lists all of them.

    Parameters
    ----------
    faults : list of InputError
        What was found; nothing is raised where it is empty

    Raises
    ------
    InputError
        If there is any fault.
    """
    if len(faults) == 1:
        raise faults[0]
    if faults:
        count = f"{len(faults)}{' or more' if len(faults) >= MOST_FAULTS else ''}"
        refuse("context", "must have no faults", got=Phrase(count), detail="; ".join(map(str, faults)))
