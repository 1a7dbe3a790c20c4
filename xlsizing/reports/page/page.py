"""The page of a report: the tables, pictures and sentences of every other door, in HTML.

Whatever text comes in with a sizing is escaped by the template engine: none is markup here.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import xlsizing
from xlsizing.checks import refuse
from xlsizing.core import in_words, limits_of
from xlsizing.errors import Phrase
from xlsizing.reports.asked import facts
from xlsizing.reports.growth_tables import growth_tables
from xlsizing.reports.money import price_tables, quote_table, sold_table
from xlsizing.reports.page.inline import inline_svg
from xlsizing.reports.pictures.frame import MOST_MARKED, stamp
from xlsizing.reports.pictures.gallery import Picture, gallery
from xlsizing.reports.report import Report
from xlsizing.reports.sensitivity import moved, moved_table, room_table
from xlsizing.reports.tables import (
    CANNOT_BE_MET,
    QUOTE,
    WORDS,
    Table,
    answer_table,
    context_table,
    curve_table,
    figure_heads,
    levers_table,
    operation_table,
)

__all__ = ["MOST_ROWS", "page"]

MOST_ROWS: Final = 1_000
"""SLAs of one page; more are for a workbook [-]."""

_MOST_LETTERS: Final = 96
"""How wide a table may be for a page of A4 [-]."""

_HERE: Final = resources.files("xlsizing.reports.page")


@dataclass(frozen=True, slots=True)
class _Block:
    """A section of the page.

    Parameters
    ----------
    anchor : str
        Its id
    title : str
        Its heading
    tables : sequence of Table
        Its tables
    texts : sequence of str
        Its sentences
    picture : str
        Its picture as markup; empty without one
    """

    anchor: str
    title: str
    tables: Sequence[Table] = ()
    texts: Sequence[str] = ()
    picture: str = ""


def page(reports: Sequence[Report], *, pictures: bool = True) -> str:
    """Return the page of a report.

    Parameters
    ----------
    reports : sequence of Report
        The report, of one demand, and behind it those on curves that it is compared with
    pictures : bool, optional
        Whether pictures are drawn, which needs matplotlib

    Returns
    -------
    str
        An HTML document that refers to nothing outside itself

    Raises
    ------
    InputError
        If it would have more than MOST_ROWS rows, or pictures are asked for and nothing can draw them.
    """
    report = reports[0]
    if len(report.rows) > MOST_ROWS:
        way_out = "write a workbook, or Markdown with size --emit"
        refuse(
            "slas",
            f"must be at most {MOST_ROWS:,} on a page",
            got=Phrase(f"{len(report.rows):,} of them"),
            way_out=way_out,
        )
    style, script = (_HERE.joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    standing = stamp([report])
    environment = Environment(
        loader=PackageLoader("xlsizing.reports.page", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html").render(
        title=f"Capacity sizing{f': {report.model}' if report.model else ''}",
        report=report,
        stamp=standing,
        why=f"{report.headline.removeprefix(standing).removeprefix(': ')}.",
        report_id=report.report_id,
        version=xlsizing.__version__,
        glance=_glance(report) if len(report.rows) <= MOST_MARKED else [],
        facts=facts(report),
        blocks=list(_blocks(reports, gallery(reports) if pictures else ())),
        words=WORDS,
        unmet=CANNOT_BE_MET,
        style=Markup(style),  # noqa: S704  # ours, as the next
        script=Markup(script),  # noqa: S704
        script_hash=_hash(script),
    )


def _hash(script: str) -> str:
    """Return what tells the browser that this very script may run, and no other."""
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


def _blocks(reports: Sequence[Report], shown: Sequence[Picture]) -> Iterator[_Block]:
    """Give the sections in their order: figures first, what they rest on behind them."""
    report, rows = reports[0], moved(reports[0])
    room, inputs = room_table(report, rows), moved_table(report, rows)
    levers, curve = levers_table(report.levers), curve_table(report.sizing.curve)
    money = (answer_table(report), quote_table(report), sold_table(report), *price_tables(report))
    yield _Block("figures", "GPUs and dollars", [part for table in money if table for part in _fitting(table)])
    growth = growth_tables(report)
    if growth:
        yield _Block("growth", growth[0].title, [part for table in growth for part in _fitting(table)])
    for picture in shown:
        drawn = inline_svg(picture.bytes_of(reports, "svg"), picture.name, picture.alt)
        yield _Block(f"picture-{picture.name}", picture.title, picture=Markup(drawn))  # noqa: S704  # drawn here, its texts are outlines
    if room:
        yield _Block("room", room.title, [room])
    if levers:
        yield _Block("levers", "Levers", _fitting(levers))
    operation = operation_table(report)
    yield _Block("operation", operation.title, _fitting(operation))
    if inputs:
        yield _Block("inputs", inputs.title, [inputs])
    yield _Block("points", curve.title, [curve])
    lists = {"promotions": ("What would promote a DRAFT", report.promotions), "notes": ("Notes", report.notes)}
    lists |= {"next": ("Next step", [report.next_step])}
    for anchor, (title, texts) in lists.items():
        if texts:
            yield _Block(anchor, title, texts=texts)
    context = context_table(report)
    if context:
        yield _Block("context", context.title, [context])
    if report.sign_off_lines:
        yield _Block("sign-off", "Sign-off", texts=report.sign_off_lines)


def _glance(report: Report) -> list[dict[str, str | list[str]]]:
    """Return of each row what is asked for and what to quote: the bold cells of the table that multiplies it out."""
    table, heads = quote_table(report), figure_heads(report.sizing.bound)
    quote, gpus, usd = (table.header.index(name) for name in (QUOTE, "= GPUs", "= $/month"))
    return [
        {
            "asked": in_words(limits_of(row), row.sla) + (f" ({name})" if name else ""),
            "texts": [f"{cells[gpus]} GPUs", heads[cells[quote]], f"{cells[usd]} $/month"]
            if quoted
            else [cells[quote]],
            "standing": rigor,
        }
        for row, name, cells, quoted, rigor in zip(
            report.rows, report.row_names, table.rows, report.quoted, report.rigors, strict=True
        )
    ]


def _fitting(table: Table) -> list[Table]:
    """Return `table` whole where a page of A4 holds it, else in parts."""
    widths = table.widths()
    return [table] if sum(widths) + len(widths) <= _MOST_LETTERS else table.parts()
