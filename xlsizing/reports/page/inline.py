"""A picture inside a page: SVG without what belongs to a file of its own, and with ids that no other picture has."""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree as ET

__all__ = ["inline_svg"]

_SVG: Final = "http://www.w3.org/2000/svg"
_HREF: Final = "{http://www.w3.org/1999/xlink}href"
_DROPPED: Final = {f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"}
_REFERENCE: Final = re.compile(r"url\(#([^)]*)\)")


def inline_svg(picture: bytes, name: str, alt: str) -> str:
    """Return a picture as an element of a page.

    Parameters
    ----------
    picture : bytes
        A file of SVG, drawn here
    name : str
        What its ids begin with
    alt : str
        What it shows, for readers who cannot see it

    Returns
    -------
    str
        The element
    """
    root = ET.fromstring(picture)  # noqa: S314  # drawn a moment ago by our own library, from no document of others
    for parent in root.iter():
        for child in [child for child in parent if child.tag in _DROPPED]:
            parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
        _rename(element, name)
    for size in ("width", "height", "version"):
        root.attrib.pop(size, None)
    root.attrib |= {"role": "img", "aria-label": alt}
    return ET.tostring(root, encoding="unicode")


def _rename(element: ET.Element, name: str) -> None:
    """Let the ids of `element`, and what it refers to, begin with `name`."""
    for key, value in list(element.attrib.items()):
        if key == "id":
            element.set(key, f"{name}-{value}")
        elif key == _HREF:
            del element.attrib[key]
            element.set("href", f"#{name}-{value.removeprefix('#')}")
        elif "url(#" in value:
            element.set(key, _REFERENCE.sub(rf"url(#{name}-\1)", value))
