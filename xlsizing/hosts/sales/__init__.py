"""The sales workbook, whole: its decks of curves, the values that the functions give, and its macros."""

from xlsizing.hosts.sales.book import function_help, sales_target, write_sales_workbook
from xlsizing.hosts.sales.decks import deck_at

__all__ = ["deck_at", "function_help", "sales_target", "write_sales_workbook"]
