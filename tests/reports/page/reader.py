"""Reading a page as a browser does: its elements, their attributes and their text, by the standard library's parser."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "input", "link"}


@dataclass
class Element:
    """An element, what stands in it, and its text."""

    tag: str
    attributes: dict
    children: list = field(default_factory=list)

    def all(self, *tags):
        """Return the elements of these tags, in their order, nested ones too."""
        found = [self] if self.tag in tags or not tags else []
        return found + [one for child in self.children if isinstance(child, Element) for one in child.all(*tags)]

    @property
    def text(self):
        """Return the text, on one line."""
        parts = (child if isinstance(child, str) else child.text for child in self.children)
        return " ".join("".join(parts).split())


class Reader(HTMLParser):
    """Builds the tree; every tag that is opened must be closed."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs))
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.open[-1].children.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag

    def handle_data(self, data):
        self.open[-1].children.append(data)


def read(text):
    """Return the tree of a page."""
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == [reader.root]
    return reader.root
