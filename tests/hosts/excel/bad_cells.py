"""Cells that people get wrong: what arrives, which Excel error it must be, and the sentence that says why.

The how-to quotes these sentences, so both are held to the same ones.
"""

from __future__ import annotations

import datetime as dt

CURVE = [[1, 215.5], [10, 122.2], [256, 41.8]]
GOOD = {"anchors": CURVE, "sla": 100, "tpm": 3_000_000, "gpus_per_pod": 4, "util": 0.7}
SPILL = -2146826243  # what COM delivers for #SPILL!, which xlwings leaves as it is

BAD_CELLS = {
    "an error": ("tpm", "#REF!", "#VALUE!", "tpm must be a number (got the error #REF!)"),
    "an error of today's Excel": ("tpm", SPILL, "#VALUE!", "tpm must be a number (got the error #SPILL!)"),
    "an error in the curve": (
        "anchors",
        [*CURVE[:2], [256, "#N/A"]],
        "#VALUE!",
        "tok/s/user must be a number (got the error #N/A in row 3, column 2 of anchors)",
    ),
    "a number as text": (
        "sla",
        "100",
        "#VALUE!",
        "sla must be a number (got '100'); turn the text into a number (Data > Text to Columns)",
    ),
    "a number as text with separators": (
        "tpm",
        "3,000,000",
        "#VALUE!",
        "tpm must be a number (got '3,000,000'); turn the text into a number (Data > Text to Columns)",
    ),
    "a number as text in the curve": (
        "anchors",
        [*CURVE[:2], ["256", 41.8]],
        "#VALUE!",
        (
            "concurrency must be a number (got '256' in row 3, column 1 of anchors); "
            "turn the text into a number (Data > Text to Columns)"
        ),
    ),
    "a half-blank anchor": (
        "anchors",
        [*CURVE[:2], [256, None]],
        "#VALUE!",
        (
            "anchors must not be half-blank: tok/s/user is blank; fill in the cell or clear the whole row "
            "(row 3, column 2 of anchors)"
        ),
    ),
    "a blank cell passed on": ("util", None, "#VALUE!", "util must be a number (got a blank cell)"),
    "an empty text passed on": ("util", "", "#VALUE!", "util must be a number (got a blank cell)"),
    "a date": (
        "sla",
        dt.datetime(2026, 3, 15, tzinfo=dt.UTC),
        "#VALUE!",
        "sla must be a number (got the date 2026-03-15)",
    ),
    "a date in the curve": (
        "anchors",
        [*CURVE[:2], [dt.datetime(2026, 3, 15, tzinfo=dt.UTC), 41.8]],
        "#VALUE!",
        "concurrency must be a number (got the date 2026-03-15 in row 3, column 1 of anchors)",
    ),
    "a tick box": ("sla", True, "#VALUE!", "sla must be a number (got TRUE)"),
    "several cells for one": ("sla", [[50, 100]], "#VALUE!", "sla must be a number (got a range of several cells)"),
    "a percentage as a whole number": ("util", 70, "#NUM!", "util must be in (0, 1] (got 70)"),
    "an SLA that cannot be met": (
        "sla",
        300,
        "#N/A",
        (
            "300 tok/s/user cannot be met: the fastest measured point is 215.5 at c=1; "
            "relax the SLA or take a faster model"
        ),
    ),
}
"""By name: the argument, what its cell or range holds, the Excel error that follows, and what SIZING_CHECK says."""


def arguments(name, cell):
    """Return good arguments of SIZING_GPUS, and of SIZING_CHECK, with one replaced."""
    return list((GOOD | {name: cell}).values())
