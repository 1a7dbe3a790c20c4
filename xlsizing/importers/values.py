"""Values out of a record of a file: each is checked where it is read, and refused by its name and place.

A field that is absent or null is not known; one that is there must be what it claims to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from xlsizing.checks import number, number_in_text, refuse, whole
from xlsizing.context import UNKNOWN
from xlsizing.errors import BLANK, InputError, Phrase
from xlsizing.importers.measurement import Stat
from xlsizing.rules import STATISTICS

__all__ = ["Fields", "date_in_stamp", "hardware_token", "known_values", "quotient"]

_MOST_COUNT: Final = 10**9
_MOST_GPUS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one record.

    Parameters
    ----------
    record : mapping
        Names to values
    place : str
        File and item, as a sentence names them
    prefix : str, optional
        What stands before a name in a sentence, for a record inside another
    """

    record: Mapping[str, Any]
    place: str
    prefix: str = ""

    def has(self, *names: str) -> bool:
        """Whether each of `names` is given."""
        return all(self.record.get(name) is not None for name in names)

    def number(self, name: str, low: float = 1e-9) -> float:
        """Return the number in the field `name`, of at least `low` [unit of the field]."""
        if self.record.get(name) is None:
            self.refuse(name, "must be given", got=BLANK if name in self.record else None)
        return self._field_number(name, low)

    def maybe(self, name: str, low: float = 1e-9) -> float | None:
        """Return the same for `name` and `low`; None where it is not given [unit of the field]."""
        return None if self.record.get(name) is None else self._field_number(name, low)

    def count(self, name: str) -> float | None:
        """Return a count of 0 or more in the field `name`; None where it is not given [-]."""
        value = self.record.get(name)
        return None if value is None else float(self._whole_number(value, name, 0, _MOST_COUNT))

    def whole(self, name: str, low: int = 1) -> int | None:
        """Return a whole number of at least `low` in `name`, written as text too; None where not given [-]."""
        value = self.record.get(name)
        if value is None or (isinstance(value, str) and value.strip().casefold() in UNKNOWN):
            return None
        if isinstance(value, str):
            value = number_in_text(value, self.prefix + name, where=self.place)
        return self._whole_number(value, name, low, _MOST_GPUS)

    def text(self, name: str) -> str | None:
        """Return the text in the field `name`; None where it is not given or says that it is not known."""
        value = self.record.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self.refuse(name, "must be text", got=value)
        return None if value.strip().casefold() in UNKNOWN else value

    def flag(self, name: str) -> bool | None:
        """Return TRUE or FALSE in the field `name`; None where it is not given."""
        value = self.record.get(name)
        if isinstance(value, str) and value.strip().casefold() in ("true", "false"):
            return value.strip().casefold() == "true"
        if value is not None and not isinstance(value, bool):
            self.refuse(name, "must be true or false", got=value)
        return value

    def inside(self, *names: str) -> Fields:
        """Return the fields of the record below `names`; an empty one where it is not there."""
        found: Fields = self
        for name in names:
            value = found.record.get(name)
            if value is not None and not isinstance(value, dict):
                found.refuse(name, "must be an object", got=_kind_words(value))
            found = Fields(value or {}, self.place, f"{found.prefix}{name}.")
        return found

    def stats(self, names: Mapping[str, str], *, scale: float = 1.0) -> dict[str, Stat]:
        """Return the statistics in the fields that `names` gives by statistic, times `scale` [ms]."""
        found = {}
        for stat in STATISTICS:
            name = names.get(stat)
            if name is not None and self.record.get(name) is not None:
                found[stat] = Stat(self.number(name, 0.0) * scale, self.prefix + name)
        return found

    def refuse(self, name: str, rule: str, **parts: Any) -> NoReturn:
        """Refuse the field `name`, which breaks `rule` (see `InputError` for the parts)."""
        refuse(self.prefix + name, rule, where=self.place, **parts)

    def _field_number(self, name: str, low: float) -> float:
        try:
            return number(self.record[name], self.prefix + name, low=low)
        except InputError as error:
            raise error.placed(self.place) from None

    def _whole_number(self, value: object, name: str, low: int, high: int) -> int:
        try:
            return whole(value, self.prefix + name, low=low, high=high)
        except InputError as error:
            raise error.placed(self.place) from None


def quotient(total: float | None, parts: float | None) -> float | None:
    """Return `total` over `parts`; None where one of them is not known or 0 [unit of the total].

    >>> quotient(1600, 32)
    50.0
    """
    return total / parts if total and parts else None


def known_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of `values` that are known [units of the fields]."""
    return {name: value for name, value in values.items() if value is not None}


def hardware_token(text: str | None) -> str | None:
    """Return the GPU that a name in `text` stands for, as one token; the name itself where it is none we know.

    >>> hardware_token("NVIDIA-H100-80GB-HBM3"), hardware_token("h200_sxm"), hardware_token("My card")
    ('H100', 'H200', 'My-card')
    """
    if text is None:
        return None
    found = _GPU.search(text.upper())
    return found[0] if found else "-".join(text.split())


_GPU = re.compile(
    r"(?<![A-Z0-9])(?:GB[23]00|B[23]00|GH200|H[12]00|H20|H800|A100|A800|A10G?|L40S?|L4|V100|T4|TPU-?V\d[EP]?"
    r"|MI\d{3}[AX]?|GAUDI-?\d|TRN\d|RTX\s?\w+)(?![A-Z0-9])"
)


def date_in_stamp(stamp: str | None) -> str | None:
    """Return the day in a time `stamp` of a file, such as 20261123-164014; None where it holds none.

    >>> date_in_stamp("20261123-164014"), date_in_stamp("2026-05-23T00:00:00+00:00"), date_in_stamp("yesterday")
    ('2026-11-23', '2026-05-23', None)
    """
    found = _DAY.match(stamp or "")
    return "-".join(found.groups()) if found else None


_DAY = re.compile(r"(20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?!\d)")


def _kind_words(value: object) -> Phrase:
    kinds: Iterable[tuple[type | tuple[type, ...], str]] = (
        (bool, "true or false"), (str, "text"), (list, "a list"), ((int, float), "a number"),
    )  # fmt: skip
    return Phrase(next((words for kind, words in kinds if isinstance(value, kind)), "something else"))
