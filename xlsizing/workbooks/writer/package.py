"""A workbook of openpyxl as a package: the same bytes wherever it is made, in the order that the schema has."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Final
from xml.etree.ElementTree import canonicalize

from openpyxl.styles import Font
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.workbook import Workbook

from xlsizing.workbooks.writer.parts import read_parts

__all__ = ["SchemaFont", "begin_with", "saved_parts", "with_part"]

_TYPES: Final = "[Content_Types].xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_TYPE: Final = (
    '<Override PartName="/xl/{name}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
    "</Types>"
)
_RELATION: Final = (
    '<Relationship Id="rId{number}" Target="{name}" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"/></Relationships>'
)


class SchemaFont(Font):  # type: ignore[misc]  # openpyxl ships no types
    """A font that is written in the order of the schema; openpyxl's own has the name first and the size late."""

    __attrs__, __nested__ = Font.__attrs__, Font.__nested__  # openpyxl gathers them from a class alone
    __elements__ = ("b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color", "name",
                    "family", "charset", "scheme")  # fmt: skip


def begin_with(book: Workbook, font: SchemaFont) -> None:
    """Let `font` be the first of a new `book`: cells without a style have it, and it measures columns."""
    book._fonts = IndexedList([font])  # noqa: SLF001  # there is no other way


def saved_parts(book: Workbook) -> dict[str, bytes]:
    """Return the parts of `book` by name, the same whichever library writes openpyxl's XML.

    That is lxml where it is installed, and it writes empty elements and namespaces otherwise than the standard library.
    """
    stream = io.BytesIO()
    book.save(stream)
    return {name: canonicalize(part).encode() for name, part in read_parts(stream.getvalue()).items()}


def with_part(parts: Mapping[str, bytes], name: str, kind: str, content: bytes) -> dict[str, bytes]:
    """Return `parts` with one more that the workbook needs.

    Parameters
    ----------
    parts : mapping of str to bytes
        The parts of the .xlsx, as `saved_parts` gives them
    name : str
        The file of the part beside the workbook's own
    kind : str
        What it is, as types and relations of spreadsheets end
    content : bytes
        The part

    Returns
    -------
    dict of str to bytes
        The parts of the .xlsx
    """
    number = parts[_RELATIONS].count(b"<Relationship ") + 1
    types = _TYPE.format(name=name, kind=kind).encode()
    relations = _RELATION.format(number=number, name=name, kind=kind).encode()
    return {
        **parts,
        f"xl/{name}": content,
        _TYPES: parts[_TYPES].replace(b"</Types>", types),
        _RELATIONS: parts[_RELATIONS].replace(b"</Relationships>", relations),
    }
