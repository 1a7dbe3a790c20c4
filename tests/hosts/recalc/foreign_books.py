"""Workbooks as other people make them: written by openpyxl, then changed in their XML where openpyxl cannot."""

import io
import math
import zipfile

import openpyxl
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula

ANCHORS = [[1, 215.5], [10, 122.2], [256, 41.8]]
"""The worked curve of the specification."""

AT = {f"{column}{row + 2}": value for row, pair in enumerate(ANCHORS) for column, value in zip("AB", pair, strict=True)}
"""The same in cells A2:B4."""

ULPS = 1e-14
"""How far two engines may be apart in a number that comes from a power, which none rounds exactly [-]."""


def same(one, other):
    """Whether two values of a cell are the same: numbers that are not whole up to the last places."""
    if isinstance(one, float) and isinstance(other, float) and not one.is_integer():
        return math.isclose(one, other, rel_tol=ULPS)
    return one == other


def workbook(sheets, *, names=None, formats=None, prepare=None):
    """Return the bytes of a workbook: values by sheet and cell, defined names, number formats by "sheet!cell"."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, cells in sheets.items():
        sheet = book.create_sheet(title)
        for cell, value in cells.items():
            sheet[cell] = ArrayFormula(*value) if isinstance(value, tuple) else value
    for name, text in (names or {}).items():
        book.defined_names[name] = DefinedName(name, attr_text=text)
    for place, code in (formats or {}).items():
        title, _, cell = place.rpartition("!")
        book[title][cell].number_format = code
    if prepare:
        prepare(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def parts(data):
    """Return the parts of a file by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def package(contents, how=zipfile.ZIP_DEFLATED):
    """Return the file of some parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return stream.getvalue()


def edited(data, *changes, part="xl/worksheets/sheet1.xml"):
    """Return a file with texts of one part replaced, each of which must be there."""
    contents = parts(data)
    for old, new in changes:
        assert old.encode() in contents[part], (old, contents[part])
        contents[part] = contents[part].replace(old.encode(), new.encode())
    return package(contents)


RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def as_excel_saves(sheet_xml, *, strings=(), workbook_more=""):
    """Return a workbook of one sheet, "Quote", put together part by part: shared strings, calcChain and all."""
    relation = f'<Relationship Id="rId%d" Type="{RELATIONS}/%s" Target="%s"/>'
    rels = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>'
    items = "".join(f"<si><t>{text}</t></si>" for text in strings)
    return package(
        {
            "[Content_Types].xml": '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPES}.worksheet+xml"/>'
            f'<Override PartName="/xl/sharedStrings.xml" ContentType="{TYPES}.sharedStrings+xml"/></Types>',
            "_rels/.rels": rels % (relation % (1, "officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{workbook_more}'
            '<sheets><sheet name="Quote" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": rels
            % (
                relation % (1, "worksheet", "worksheets/sheet1.xml")
                + relation % (2, "sharedStrings", "sharedStrings.xml")
            ),
            "xl/worksheets/sheet1.xml": sheet_xml,
            "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}" count="{len(strings)}">{items}</sst>',
        }
    )


def with_dynamic_arrays(data):
    """Return a workbook whose cells with cm="1" hold dynamic arrays: with the part that says so."""
    contents = parts(data)
    spill = "http://schemas.microsoft.com/office/spreadsheetml/2017/dynamicarray"
    contents["xl/metadata.xml"] = (
        f'<metadata xmlns="{MAIN}" xmlns:xda="{spill}"><metadataTypes count="1"><metadataType name="XLDAPR" '
        'minSupportedVersion="120000" cellMeta="1"/></metadataTypes><futureMetadata name="XLDAPR" count="1"><bk><extLst>'
        '<ext uri="{bdbb8cdc-fa1e-496e-a857-3c3f30c029c3}"><xda:dynamicArrayProperties fDynamic="1" fCollapsed="0"/></ext>'
        '</extLst></bk></futureMetadata><cellMetadata count="1"><bk><rc t="1" v="0"/></bk></cellMetadata></metadata>'
    )
    _connected(contents, "sheetMetadata", "metadata.xml", f"{TYPES}.sheetMetadata+xml")
    return package(contents)


def with_link(data, cells, target="rates.xlsx"):
    """Return a workbook linked to another one, whose sheet Rates had these cells, given as XML."""
    contents = parts(data)
    contents["xl/externalLinks/externalLink1.xml"] = (
        f'<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{RELATIONS}" r:id="rId1"><sheetNames><sheetName val="Rates"/>'
        f'<sheetName val="Other"/></sheetNames><sheetDataSet><sheetData sheetId="0">{cells}</sheetData></sheetDataSet>'
        "</externalBook></externalLink>"
    )
    contents["xl/externalLinks/_rels/externalLink1.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/externalLinkPath" Target="{target}" TargetMode="External"/></Relationships>'
    )
    _connected(contents, "externalLink", "externalLinks/externalLink1.xml", f"{TYPES}.externalLink+xml")
    reference = f'<externalReferences xmlns:r="{RELATIONS}"><externalReference r:id="rId90"/></externalReferences>'
    mark = b"<definedNames" if b"<definedNames" in contents["xl/workbook.xml"] else b"<calcPr"
    contents["xl/workbook.xml"] = contents["xl/workbook.xml"].replace(mark, reference.encode() + mark, 1)
    return package(contents)


def _connected(contents, kind, target, content_type):
    relation = f'<Relationship Id="rId90" Type="{RELATIONS}/{kind}" Target="{target}"/></Relationships>'
    override = f'<Override PartName="/xl/{target}" ContentType="{content_type}"/></Types>'
    for name, end, more in (
        ("xl/_rels/workbook.xml.rels", b"</Relationships>", relation),
        ("[Content_Types].xml", b"</Types>", override),
    ):
        contents[name] = contents[name].replace(end, more.encode())
