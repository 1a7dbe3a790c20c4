"""The sales workbook, whose formulas call the Excel functions: one module a sheet."""
