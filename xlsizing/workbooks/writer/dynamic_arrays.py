"""Dynamic arrays: what says of a cell that Excel shows its formula as it is and gives it as many cells as it needs.

Without this Excel 365 writes ``@`` before a function that may give several values, and shows the first one. Older
versions read such a cell as an array formula over the cells that it fills in the file.
"""

from __future__ import annotations

from typing import Final

__all__ = ["DYNAMIC", "METADATA"]

DYNAMIC: Final = ' cm="1"'
"""The attribute of a cell whose formula is a dynamic array: the first entry of `METADATA`."""

_FLAGS: Final = " ".join(
    f'{flag}="1"'
    for flag in (
        "copy", "pasteAll", "pasteValues", "merge", "splitFirst", "rowColShift", "clearFormats", "clearComments",
        "assign", "coerce", "cellMeta",
    )
)  # fmt: skip
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ARRAYS: Final = "http://schemas.microsoft.com/office/spreadsheetml/2017/dynamicarray"
METADATA: Final = (
    f'<metadata xmlns="{_MAIN}" xmlns:xda="{_ARRAYS}">'
    f'<metadataTypes count="1"><metadataType name="XLDAPR" minSupportedVersion="120000" {_FLAGS}/></metadataTypes>'
    '<futureMetadata name="XLDAPR" count="1"><bk><extLst><ext uri="{bdbb8cdc-fa1e-496e-a857-3c3f30c029c3}">'
    '<xda:dynamicArrayProperties fDynamic="1" fCollapsed="0"/></ext></extLst></bk></futureMetadata>'
    '<cellMetadata count="1"><bk><rc t="1" v="0"/></bk></cellMetadata></metadata>'
).encode()
"""The part that defines the attribute, as Excel writes it."""
