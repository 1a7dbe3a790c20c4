"""The sizing where it is printed: drawn by rich in a terminal, as plain text in a pipe."""

from __future__ import annotations

import builtins
import os
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import IO, Final

from xlsizing.reports.asked import facts
from xlsizing.reports.money import sizing_tables
from xlsizing.reports.plain_page import plain_lines
from xlsizing.reports.report import Report
from xlsizing.reports.tables import Table

__all__ = ["print_parts", "print_report"]

_WIDTH_OF_A_PIPE: Final = 132
_WIDTH: Final = re.compile(r"[1-9][0-9]{1,3}", re.ASCII)
_ASKS_FOR_STYLES: Final = ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE")
_AT_ONCE: Final = 1000
"""Lines that are written together [-]."""


def print_report(report: Report, file: IO[str]) -> None:
    """Print `report` to `file`."""
    tables = sizing_tables(report, report.levers)
    lists = {
        "What would promote a DRAFT": report.promotions,
        "Notes": report.notes,
        "Next step": [report.next_step],
    }
    print_parts(file, f"{report.headline}.", facts(report), tables, lists, report.opening)


def print_parts(
    file: IO[str],
    headline: str,
    named: Mapping[str, str],
    tables: Sequence[Table | None],
    lists: Mapping[str, list[str]],
    opening: Sequence[str] = (),
) -> None:
    """Print a page, as wide as the terminal; where there is none as COLUMNS says, or 132 columns.

    Parameters
    ----------
    file : text file
        Where to
    headline : str
        The first line
    named : mapping of str to str
        Facts by name
    tables : sequence of Table or None
        Tables in order; None is passed over
    lists : mapping of str to list of str
        Sentences by title; an empty list is passed over
    opening : sequence of str
        Sentences below the first line
    """
    page = headline, named, tables, lists, opening
    if _may_be_a_terminal(file):
        from xlsizing.reports.styled_page import printed_in_terminal  # noqa: PLC0415  # rich is slow to import

        if printed_in_terminal(file, *page):
            return
    encoding = getattr(file, "encoding", None) or "utf-8"
    width = _asked_width() or _WIDTH_OF_A_PIPE
    lines = plain_lines(width, *page, ascii_only=not encoding.lower().startswith("utf"))
    while some := list(islice(lines, _AT_ONCE)):
        file.write("".join(f"{line}\n" for line in some))
    file.flush()


def _may_be_a_terminal(file: IO[str]) -> bool:
    """Tell whether rich must say if `file` is a terminal: it is one, or a variable or a notebook may make it one."""
    return file.isatty() or any(map(os.environ.get, _ASKS_FOR_STYLES)) or hasattr(builtins, "get_ipython")


def _asked_width() -> int | None:
    """Return the width that the environment asks for, None where it asks for none that a page could have."""
    text = os.environ.get("COLUMNS", "")
    return int(text) if _WIDTH.fullmatch(text) else None
