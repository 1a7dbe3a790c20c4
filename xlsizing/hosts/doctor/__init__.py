"""Whether a machine and a workbook will work together, a finding a check."""

__all__ = ["examination", "findings", "machine", "workbook_file"]
