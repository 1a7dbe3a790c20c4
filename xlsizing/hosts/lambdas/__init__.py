"""The workbook of the functions as LAMBDA names, proven equal to Python before it is written."""

from xlsizing.hosts.lambdas.book import functions_bytes, write_functions_workbook

__all__ = ["functions_bytes", "write_functions_workbook"]
