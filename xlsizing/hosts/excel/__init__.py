"""The Excel functions' side of Excel: values in and out, the registry, and the VBA that calls them."""

from typing import Final

__all__ = [
    "UDF_MODULE",
    "cells",
    "excel_errors",
    "host",
    "lean",
    "registry",
    "wrappers",
]

UDF_MODULE: Final = "xlsizing.hosts.udfs"
"""The Python module that workbooks in use name: xlwings loads it, and the setting UDF MODULES holds it."""
