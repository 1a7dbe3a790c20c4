"""The texts of a workbook's cells, each once in a part of its own, as Excel stores them itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xlsizing.workbooks.writer.package import with_part
from xlsizing.workbooks.writer.text import escaped

__all__ = ["SharedStrings"]

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


class SharedStrings:
    """The texts of one workbook; cells hold their places, counted from 0."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place(self, text: str) -> int:
        """Return the place of `text`, the same for the same text [-]."""
        return self._places.setdefault(text, len(self._places))

    def texts(self) -> list[str]:
        """Return the texts so far in the order of their places."""
        return list(self._places)

    @property
    def part(self) -> bytes:
        """The part that holds the texts so far."""
        texts = "".join([f'<si><t xml:space="preserve">{escaped(text)}</t></si>' for text in self._places])
        return f'<sst xmlns="{_MAIN}" uniqueCount="{len(self._places)}">{texts}</sst>'.encode()

    def added_to(self, parts: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return `parts` of the workbook with that part among them."""
        return with_part(parts, "sharedStrings.xml", "sharedStrings", self.part)
