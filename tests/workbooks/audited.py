"""openxml-audit: the schemas of Microsoft's Open XML SDK, its rules beyond them, and what Excel was seen to write anew."""

from functools import cache

from tests.workbooks.engines import absent


@cache
def validator(version):
    """Return what audits files for one version of Office; not installed: skip, or fail under CI=true."""
    try:
        from openxml_audit import FileFormat, OpenXmlValidator  # noqa: PLC0415  # it is asked for by name
    except ImportError:
        absent("no openxml-audit (pip install openxml-audit)")
    return OpenXmlValidator(file_format=FileFormat(version), max_errors=0)


def findings(data, suffix, folder, version="microsoft365"):
    """Return the rule, else the kind, of each error and warning about a workbook, with its part and sentence."""
    path = folder / f"audited.{suffix}"
    path.write_bytes(data)
    found = validator(version).validate(path).errors
    return [(each.id or each.error_type.value, each.part_uri, each.description) for each in found]
