"""A workbook that somebody else made: its sheets, names, tables and formats, each part kept as it is."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from typing import Final

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from xlsizing.checks import refuse
from xlsizing.errors import Phrase
from xlsizing.hosts.recalc.progress import Tell, counted, untold
from xlsizing.hosts.recalc.sheet_source import SheetSource
from xlsizing.hosts.recalc.structured import References, Table
from xlsizing.hosts.recalc.unpacking import WAY_OUT, related, unpacked
from xlsizing.workbooks.writer import parsed

__all__ = ["ForeignWorkbook", "is_external"]

_STRICT: Final = {
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    b"http://purl.oclc.org/ooxml/officeDocument/": b"http://schemas.openxmlformats.org/officeDocument/2006/",
}
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PREFIXED: Final = re.compile(
    rb"^(?:<\?[^>]*\?>|\s|<!--.*?-->)*<(\w+):(?:worksheet|workbook|sst|styleSheet)\b", re.DOTALL
)
_RULE: Final = re.compile(
    rb"<(?:\w+:)?(conditionalFormatting|dataValidation)\b[^>]*\ssqref=\"([^\"]*)\"[^>]*>.*?</(?:\w+:)?\1>", re.DOTALL
)
_RULE_FORMULA: Final = re.compile(rb"<(?:\w+:)?formula[12]?>([^<]*SIZING_[^<]*)<", re.IGNORECASE)
_FIRST_ID: Final = 60_000
_SHEET: Final = f'<sheet xmlns="{_MAIN}" xmlns:r="{_RELATIONS}" name="{{0}}" sheetId="{{1}}" r:id="{{0}}"/>'
_RELATION: Final = (
    '<Relationship xmlns="http://schemas.openxmlformats.org/package/2006/relationships" Id="{0}" '
    f'Type="{_RELATIONS}/worksheet" Target="/xl/{{0}}.xml"/>'
)
_TYPE: Final = (
    '<Override xmlns="http://schemas.openxmlformats.org/package/2006/content-types" PartName="/xl/{0}.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
)
_EMPTY: Final = f'<worksheet xmlns="{_MAIN}"><sheetData/></worksheet>'.encode()
_TRUE: Final = ("1", "true")
_XML: Final = (".xml", ".rels")
_AREA: Final = re.compile(r"[A-Z]{1,3}[0-9]{1,7}(?::[A-Z]{1,3}[0-9]{1,7})?", re.ASCII)
_COUNT: Final = re.compile(r"[0-9]{1,7}", re.ASCII)
_EXTERNAL: Final = re.compile(r"'?[^'!]*\[[^\]']+\][^!]*!|\[[0-9]+\]!?[^,]")
_LINKED: Final = re.compile(r"'?\[([0-9]+)\]([^!]*?)'?!(.*)", re.DOTALL)
_OURS: Final = re.compile(rb"<dc:creator[^>]*>xlsizing ")
_LOCALE: Final = re.compile(r"\[\$-[^\]]*\]")
_MONEY: Final = re.compile(r"[$\u00a3\u00a5\u20a0-\u20cf]")


class ForeignWorkbook:
    """The parts of an .xlsx or .xlsm, and what of them a recalculation needs.

    Parameters
    ----------
    data : bytes
        The file
    where : str, optional
        The file, as a sentence names it
    tell : callable, optional
        Told how many sheets were read

    Raises
    ------
    InputError
        If it is no such file, or too large.
    """

    def __init__(self, data: bytes, where: str | None = None, tell: Tell = untold) -> None:
        self.parts = unpacked(data, where)
        self._where = where
        main = self._main_part = self._workbook_part()
        self._related_to = related(self.parts, main, "/worksheet")
        self.names: dict[tuple[str, str], str] = {}
        self.spelled: dict[str, str] = {}
        self.part_of: dict[str, str] = {}
        self.titles: list[str] = []
        """Every sheet, those of charts too."""
        self.is_1904 = self.iterates = False
        self._links: list[str] = []
        self._read_workbook(main)
        self.dates, self.currencies = self._formats(main)
        self.sheets = {
            title: SheetSource(self.parts[name], f"sheet {title}")
            for title, name in counted(self.part_of.items(), "Sheets read", tell)
        }
        found = related(self.parts, main, "/externalLink")
        self._held = [self._held_by(found.get(identity)) for identity in self._links]
        self.references = References(self.names, dict(self._named_tables()), list(self.part_of))

    def with_sheets(self, changed: dict[str, bytes]) -> dict[str, bytes]:
        """Return the parts with the sheets `changed`, given by title."""
        return self.parts | {self.part_of[title]: part for title, part in changed.items()}

    @property
    def sheet_count(self) -> int:
        """How many sheets it has, those of charts too [-]."""
        return len(self.titles)

    @property
    def is_ours(self) -> bool:
        """Whether this package made it."""
        return _OURS.search(self.parts.get("docProps/core.xml", b"")) is not None

    def for_engine(self, changed: dict[str, bytes], more: Sequence[str]) -> dict[str, bytes]:
        """Return the parts with the sheets `changed`, in the dialect that the engine reads, and empty sheets `more`."""
        parts = self.with_sheets(changed)
        parts = {name: _transitional_part(part) if name.endswith(_XML) else part for name, part in parts.items()}
        folder, _, name = self._main_part.rpartition("/")
        for part, closing, made in (
            (self._main_part, b"sheets", _SHEET),
            (f"{folder}/_rels/{name}.rels", b"Relationships", _RELATION),
            ("[Content_Types].xml", b"Types", _TYPE),
        ):
            added = "".join(made.format(title, _FIRST_ID + at) for at, title in enumerate(more)).encode()
            end = max(re.finditer(rb"</(?:\w+:)?%s>" % closing, parts[part]), key=re.Match.start, default=None)
            if end is not None:
                parts[part] = parts[part][: end.start()] + added + parts[part][end.start() :]
        return parts | {f"xl/{title}.xml": _EMPTY for title in more}

    @property
    def rules(self) -> list[tuple[str, str, str]]:
        """The sheet, the cells and the formula of each conditional format and validation that calls a function of ours."""
        return [
            (title, html.unescape(rule[2].decode()), html.unescape(formula.decode()))
            for title, source in self.sheets.items()
            for rule in _RULE.finditer(source.part)
            for formula in _RULE_FORMULA.findall(rule[0])
        ]

    def holds(self, reference: str) -> bool:
        """Tell whether the file holds the values of a `reference` to another workbook."""
        match = _LINKED.fullmatch(reference)
        if match is None or not 0 < int(match[1]) <= len(self._held):
            return False
        return (match[2].replace("''", "'") or match[3]).casefold() in self._held[int(match[1]) - 1]

    def _held_by(self, part: str | None) -> frozenset[str]:
        """Return the sheets and the names of another workbook of which a `part` holds values, in small letters."""
        titles: list[str] = []
        names: set[str] = set()
        data: list[int] = []
        held: set[int] = set()

        def start(tag: str, attributes: dict[str, str], _at: int) -> None:
            kind = tag.rpartition(":")[2]
            if kind == "sheetName":
                titles.append(attributes.get("val", "").casefold())
            elif kind == "definedName":
                names.add(attributes.get("name", "").casefold())
            elif kind == "sheetData" and attributes.get("refreshError") not in _TRUE:
                data.append(int(attributes.get("sheetId", "0")))
            elif kind == "cell":
                held.update(data[-1:])

        if part:
            parsed(self.parts[part], part, start=start)
        return frozenset(title for at, title in enumerate(titles) if at in held) | (names if held else set())

    def _workbook_part(self) -> str:
        for name in related(self.parts, "", "/officeDocument").values():
            return name
        kind = Phrase("a package without a workbook")
        refuse("workbook", "must be an Excel workbook", got=kind, way_out=WAY_OUT, where=self._where)

    def _read_workbook(self, main: str) -> None:
        """Note the worksheets, the names, and whether days count from 1904."""
        titles = self.titles
        reading: list[tuple[str, str]] = []

        def start(tag: str, attributes: dict[str, str], _at: int) -> None:
            name = tag.rpartition(":")[2]
            if name == "sheet":
                titles.append(attributes.get("name", ""))
                identity = next((text for key, text in attributes.items() if key.rpartition(":")[2] == "id"), "")
                if identity in self._related_to:  # chart sheets have no cells
                    self.part_of[titles[-1]] = self._related_to[identity]
            elif name in ("workbookPr", "calcPr"):
                self.is_1904 |= attributes.get("date1904") in _TRUE
                self.iterates |= attributes.get("iterate") in _TRUE
            elif name == "externalReference":
                self._links.append(next((text for key, text in attributes.items() if key.endswith(":id")), ""))
            elif name == "definedName":
                local = attributes.get("localSheetId")
                scope = titles[int(local)].casefold() if local and int(local) < len(titles) else ""
                reading.append((scope, attributes.get("name", "").casefold()))
                self.spelled[reading[-1][1]] = attributes.get("name", "")
                self.names[reading[-1]] = ""

        def text(characters: str) -> None:
            if reading:
                self.names[reading[-1]] += characters

        parsed(self.parts[main], main, start=start, end=lambda _tag, _at: reading.clear(), text=text)
        if not self.part_of:
            refuse("workbook", "must hold at least one worksheet", where=self._where)

    def _named_tables(self) -> Iterator[tuple[str, Table]]:
        for title, source in self.part_of.items():
            for name in related(self.parts, source, "/table").values():
                yield self._named_table(title, name)

    def _named_table(self, title: str, part: str) -> tuple[str, Table]:
        found: list[dict[str, str]] = []
        parsed(self.parts[part], part, start=lambda _tag, attributes, _at: found.append(attributes))
        head, rest = found[0], found[1:]
        columns = tuple(each["name"] for each in rest if "name" in each and "id" in each)
        counts = [head.get("headerRowCount", "1"), head.get("totalsRowCount", "0")]
        reference = head.get("ref", "")
        if not (columns and _AREA.fullmatch(reference) and all(_COUNT.fullmatch(count) for count in counts)):
            refuse("workbook", "must hold tables with cells, columns and counts of rows", where=part)
        made = Table(title, reference, int(counts[0]), int(counts[1]), columns)
        return head.get("displayName", head.get("name", "")).casefold(), made

    def _formats(self, main: str) -> tuple[frozenset[int], frozenset[int]]:
        """Return the positions of the styles that show a date, and of those that show money."""
        codes = dict(BUILTIN_FORMATS)
        used: list[int] = []
        inside: list[bool] = []

        def start(tag: str, attributes: dict[str, str], _at: int) -> None:
            name = tag.rpartition(":")[2]
            if name == "numFmt":
                codes[int(attributes.get("numFmtId", "0"))] = attributes.get("formatCode", "")
            elif name == "cellXfs":
                inside.append(True)
            elif name == "xf" and inside:
                used.append(int(attributes.get("numFmtId", "0")))

        def end(tag: str, _at: int) -> None:
            if tag.rpartition(":")[2] == "cellXfs":
                inside.clear()

        for name in related(self.parts, main, "/styles").values():
            parsed(self.parts[name], name, start=start, end=end)
        shown = [codes.get(code, "General") for code in used]
        dates = {at for at, code in enumerate(shown) if is_date_format(code)}
        currencies = {at for at, code in enumerate(shown) if at not in dates and _MONEY.search(_LOCALE.sub("", code))}
        return frozenset(dates), frozenset(currencies)


def is_external(reference: str) -> bool:
    r"""Tell whether `reference`, as a formula holds it, points into another workbook.

    >>> is_external("[1]Rates!A1"), is_external("'C:\\[b.xlsx]S'!A1"), is_external("Table1[[#This Row],[a]]")
    (True, True, False)
    """
    return _EXTERNAL.match(reference) is not None


def _transitional_part(part: bytes) -> bytes:
    """Return a part with the names that files had before Strict Open XML, and without a prefix of the main ones."""
    for strict, usual in _STRICT.items():
        part = part.replace(strict, usual)
    prefixed = _PREFIXED.search(part)  # the engine reads elements of the main namespace without a prefix alone
    if prefixed is None:
        return part
    bare = re.sub(rb"<(/?)%s:" % re.escape(prefixed[1]), rb"<\1", part)
    return bare.replace(b"xmlns:%s=" % prefixed[1], b"xmlns=", 1)
