"""The page of a report: one HTML file that needs no network, and no script to be read."""

from xlsizing.reports.page.page import page

__all__ = ["page"]
