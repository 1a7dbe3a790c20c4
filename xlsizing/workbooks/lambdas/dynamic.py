"""Formulas that fill as many cells as they give values: what a file must hold so that Excel 365 takes them for such.

Without it Excel reads a formula as one of before dynamic arrays: it shows ``=@NAME(...)``, and only the first value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xlsizing.workbooks.parts import Part

__all__ = ["with_dynamic_arrays"]

_METADATA: Final = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<metadata xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    b'xmlns:xda="http://schemas.microsoft.com/office/spreadsheetml/2017/dynamicarray">'
    b'<metadataTypes count="1"><metadataType name="XLDAPR" minSupportedVersion="120000" copy="1" pasteAll="1" '
    b'pasteValues="1" merge="1" splitFirst="1" rowColShift="1" clearFormats="1" clearComments="1" assign="1" coerce="1" '
    b'cellMeta="1"/></metadataTypes>'
    b'<futureMetadata name="XLDAPR" count="1"><bk><extLst><ext uri="{bdbb8cdc-fa1e-496e-a857-3c3f30c029c3}">'
    b'<xda:dynamicArrayProperties fDynamic="1" fCollapsed="0"/></ext></extLst></bk></futureMetadata>'
    b'<cellMetadata count="1"><bk><rc t="1" v="0"/></bk></cellMetadata></metadata>'
)
_TYPES: Final = "[Content_Types].xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_TYPE: Final = (
    b'<Override PartName="/xl/metadata.xml" '
    b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheetMetadata+xml"/>'
)
_RELATION: Final = (
    b'<Relationship Id="rIdMetadata" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sheetMetadata" Target="metadata.xml"/>'
)


def with_dynamic_arrays(parts: Mapping[str, Part]) -> dict[str, Part]:
    """Return the `parts` of a workbook with the one that `cm="1"` of a cell points to [-]."""
    return {
        **parts,
        _TYPES: _before(parts[_TYPES], b"</Types>", _TYPE),
        _RELATIONS: _before(parts[_RELATIONS], b"</Relationships>", _RELATION),
        "xl/metadata.xml": _METADATA,
    }


def _before(part: Part, end: bytes, added: bytes) -> bytes:
    """Return a short part with something `added` before its `end`."""
    whole = part if isinstance(part, bytes) else b"".join(part)
    return whole.replace(end, added + end)
