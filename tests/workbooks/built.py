"""Reports to build workbooks from."""

from itertools import cycle

from tests.contexts import context
from tests.workbooks.cases import WORKED
from xlsizing import Curve, Demand, size
from xlsizing.reports.from_spec import spec_report
from xlsizing.reports.report import Report
from xlsizing.spec import read_spec
from xlsizing.workbooks.customer.write import customer_workbook

SLAS = (20.0, 50.0, 100.0, 150.0, 215.0, 300.0)

HOSTILE = {
    "formula": "=1+1",
    "command": "=cmd|' /C calc'!A0",
    "link": '=HYPERLINK("http://localhost","here")',
    "plus": "+1",
    "minus": "-1+1",
    "at": "@SUM(1)",
    "error": "#N/A",
    "tab": "\t=1+1",
    "quotation": "'=1+1",
    "markup": '<b>&amp;"x"</b> ]]>',
    "header code": "R&D &P &[Page] 100 %",
    "escape": "a_x0041_b _x000D_ _X0041_ _x005F_x0041_",
    "right to left": "\u05e9\u05dc\u05d5\u05dd \u202eabc\u202c \u0645\u0631\u062d\u0628\u0627",
    "beyond the basic plane": "\U0001f600 \U00020000",
    "spaces": "  two before, two after  ",
    "lines": "first\nsecond",
    "like a number": "1e5",
    "like a date": "2026-11-23",
    "like a truth": "TRUE",
}
"""Texts that a cell must show as they are."""

UNSHOWABLE = {
    "null": "a\x00b",
    "bell": "a\x07b",
    "vertical tab": "a\x0bb",
    "escape": "a\x1bb",
    "high surrogate": "a\ud800b",
    "low surrogate": "a\udc00b",
    "not a character": "a\uffffb",
}
"""Texts that no cell holds as they are: they are mended in sight."""

TOO_LONG = {
    "40,000 characters": "x" * 40_000,
    "20,000 characters that count twice": "\U0001f600" * 20_000,
    "escapes that make it too long": "_x0041_" * 4_600,
}
"""Texts that no cell holds at all: they are refused."""


def standard_report(**changes):
    """Return the report of the worked rows, without a context."""
    return Report(_sizing(WORKED, SLAS), **{"about": {"Date": "2026-11-23"}} | changes)


def _sizing(anchors, slas, **given):
    c, r = zip(*anchors, strict=True)
    return size(Curve(c, r, **given), list(slas), Demand.tpm(3e6), gpus_per_pod=4)


def hostile_report(texts=None, *, with_context=True):
    """Return a report with a hostile text in every place that takes one; a context refuses some by itself."""
    around = cycle(HOSTILE.values() if texts is None else texts)
    fields = ("model", "hf_path", "dataset", "image_or_commit", "baseline", "command")
    hostile_context = context(**{name: next(around) for name in fields}) if with_context else None
    slas = [20 + 10 * position for position in range(12)]
    return Report(
        _sizing(WORKED, slas, context=hostile_context),
        model=next(around),
        source=next(around),
        about={"Customer": next(around), "Date": "2026-11-23"},
        sla_names={float(sla): next(around) for sla in slas},
        sign_off=(next(around), next(around), next(around)),
    )


def long_report(rows):
    """Return a report of so many SLAs: from the plateau to above the curve, unsorted, some of them twice, some named."""
    slas = [30 + 190 * (7 * position % rows) / rows for position in range(rows)]
    slas[-1] = slas[0]
    names = {slas[0]: "twice", slas[-2]: "=1+1"}
    return Report(_sizing(WORKED, slas), sla_names=names, about={"Date": "2026-11-23"})


def spec_workbook(path):
    """Return the workbook of a sizing file."""
    return customer_workbook(spec_report(read_spec(path)))
