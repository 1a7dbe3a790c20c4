"""Workbooks without macros and without Python: live formulas, proven equal to the core before they are handed over."""
