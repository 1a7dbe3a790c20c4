"""Writing the customer's workbook: built, proven, whole or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from xlsizing.core import Sizing
from xlsizing.reports import Report, new_file, write_whole
from xlsizing.workbooks.customer.book import drafted
from xlsizing.workbooks.customer.charts import ALT_TEXTS
from xlsizing.workbooks.customer.pieces import Progress, proven
from xlsizing.workbooks.writer import UNDATED, drawn, reproducible, zipped

__all__ = ["customer_workbook", "write_workbook"]


def write_workbook(
    what: Report | Sizing, path: str | Path, *, force: bool = False, progress: Progress | None = None
) -> Path:
    """Write the customer's workbook of a sizing: live formulas, proven equal to Python before the file exists.

    Parameters
    ----------
    what : Report or Sizing
        The sizing, best with the words around it
    path : str or Path
        Where to, a name that ends in .xlsx
    force : bool, optional
        Overwrite an existing file
    progress : callable, optional
        Called with the number of SLAs proven so far and of all, after each piece of a long table

    Returns
    -------
    Path
        The file

    Raises
    ------
    InputError
        If the file cannot be written or exists, the curve was measured at another workload, or a
        text does not fit a cell.
    ProofError
        If a formula gives something else than the core; the row is named, and nothing is written.
    """
    target = new_file(path, ".xlsx", force=force)
    data = customer_workbook(what if isinstance(what, Report) else Report(what), progress)
    write_whole({target: data}, fresh=() if force else (target,))
    return target


def customer_workbook(report: Report, progress: Progress | None = None) -> bytes:
    """Return the bytes of the workbook of `report`, proven; the same for the same report.

    Parameters
    ----------
    report : Report
        The sizing with the words around it
    progress : callable, optional
        Called with the number of SLAs proven so far and of all

    Returns
    -------
    bytes
        The .xlsx

    Raises
    ------
    InputError, ProofError
        As `write_workbook` does.
    """
    parts, values = proven(drafted(report), progress)
    return zipped(reproducible(drawn(parts, values, ALT_TEXTS), _report_date(report)))


def _report_date(report: Report) -> datetime:
    """Return the date of the report; a fixed one where it has none, so that the bytes reproduce."""
    try:
        return datetime.fromisoformat(report.about.get("Date", "")).replace(tzinfo=UTC)
    except ValueError:
        return UNDATED
