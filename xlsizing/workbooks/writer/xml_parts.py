"""XML from files of unknown origin: read without entities, written element by element."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from xlsizing.checks import refuse
from xlsizing.errors import InputError, Phrase

__all__ = ["element", "parsed"]

_UTF_8: Final = ("UTF-8", "UTF8", "US-ASCII", None)


def element(tag: str, attributes: Mapping[str, str], inner: str) -> str:
    """Return the XML of an element, its `tag`, `attributes` and `inner` XML."""
    opened = "".join(f" {name}={quoteattr(text)}" for name, text in attributes.items())
    return f"<{tag}{opened}>{inner}</{tag}>" if inner else f"<{tag}{opened}/>"


def parsed(part: bytes, where: str, *, start: Any = None, end: Any = None, text: Any = None) -> None:
    """Read XML from a file of unknown origin: no document types, hence no entities, and UTF-8 alone.

    Parameters
    ----------
    part : bytes
        The XML
    where : str
        What it is, as a sentence names it
    start, end, text : callable, optional
        Called with a tag, its attributes and its place in bytes; a tag and its place; characters

    Raises
    ------
    InputError
        If it is no such XML.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refused(*_: Any) -> None:
        refuse("workbook", "must not declare document types", where=where)

    def declared(_version: str, encoding: str | None, _standalone: int) -> None:
        if (encoding and encoding.upper()) not in _UTF_8:
            refuse("workbook", "must be written in UTF-8", got=encoding, where=where)

    parser.StartDoctypeDeclHandler, parser.XmlDeclHandler = refused, declared
    if start is not None:
        parser.StartElementHandler = lambda tag, attributes: start(tag, attributes, parser.CurrentByteIndex)
    if end is not None:
        parser.EndElementHandler = lambda tag: end(tag, parser.CurrentByteIndex)
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        if part.startswith((b"\xff\xfe", b"\xfe\xff")):
            refuse("workbook", "must be written in UTF-8", got=Phrase("UTF-16"), where=where)
        parser.Parse(part, True)
    except InputError:
        raise
    except (expat.ExpatError, ValueError, LookupError) as error:
        refuse("workbook", "must hold well-formed XML", detail=_fault_words(error), where=where)


def _fault_words(error: Exception) -> str:
    if isinstance(error, expat.ExpatError):
        return f"it breaks off at line {error.lineno}, column {error.offset}"
    return "a number or a name in it is none"
