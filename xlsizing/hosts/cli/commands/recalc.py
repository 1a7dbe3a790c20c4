"""``xlsizing recalc``: any workbook recalculated without Excel, native formulas and SIZING_ functions together."""

from __future__ import annotations

import re
from datetime import datetime, time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from xlsizing.checks import number_in_text, refuse
from xlsizing.errors import BLANK, InputError
from xlsizing.hosts.cli.declaring import OnceEach, switch, takes
from xlsizing.hosts.cli.output import NOT_RIGHT, one_line, print_json, print_text, working
from xlsizing.hosts.cli.typed import Typed
from xlsizing.hosts.cli.watch import watched
from xlsizing.hosts.excel.lean import lean_xlwings
from xlsizing.reports import new_file, write_whole

if TYPE_CHECKING:
    from xlsizing.hosts.recalc import Recalculation
    from xlsizing.reports import Table

__all__ = ["command"]

_ASSIGNMENT: Final = re.compile(r"((?:'(?:[^']|'')*'!)?[^=]+)=(.*)", re.DOTALL)
_QUOTED: Final = re.compile(r"\"(.*)\"|'(.*)'", re.DOTALL)
_LIKE_A_NUMBER: Final = re.compile(r"[-+$\u20ac\u00a3]?[0-9][0-9.,_ ']*[%kKmM]?")
_TRUTHS: Final = {"true": True, "false": False}
_WIDEST: Final = 56
_LIBRARIES: Final = ("xlsizing", "formulon", "xlwings")
_FIRST_YEAR: Final = 1900


def _time(text: str, name: str) -> datetime:
    form = {"--date": "2026-11-25", "--now": "2026-11-25T14:30"}[name]
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        refuse(name, f"must be written as {form}", got=text or BLANK)
    in_form = name == "--now" or found == datetime.combine(found.date(), time())
    if found.tzinfo is not None or not in_form or found.year < _FIRST_YEAR:
        refuse(name, f"must be written as {form}, from 1900 on, without a zone", got=text)
    return found


def _assignment(text: str, name: str) -> tuple[str, object]:
    match = _ASSIGNMENT.fullmatch(text)
    if match is None:
        refuse(name, "must be PLACE=VALUE, such as Quote!C5=6e6", got=text or BLANK)
    return match[1].strip(), _value_in_text(match[2].strip(), match[1].strip())


def _value_in_text(text: str, place: str) -> object:
    """Return the value written in `text`."""
    quoted = _QUOTED.fullmatch(text)
    if quoted is not None:
        return quoted[1] if quoted[1] is not None else quoted[2]
    if not text or text.casefold() in _TRUTHS:
        return _TRUTHS.get(text.casefold())
    try:
        return number_in_text(text, place)
    except InputError as error:
        if _LIKE_A_NUMBER.fullmatch(text):
            raise error.reworded(way_out='write 3000000, 3e6 or 0.7, or a text in "quotation marks"') from None
        return text


@click.command(cls=OnceEach, name="recalc")
@click.argument("file", metavar="FILE")
@takes("--set", Typed(_assignment), "PLACE=VALUE", "An input, 'Quote!C5=6e6'; repeatable.", to="changes", multiple=True)
@switch("--json", "Print every formula's value as JSON instead of a table.", to="as_json")
@click.option("-o", "--output", metavar="OUT", help="Write a copy with the inputs set and fresh values.")
@takes("--locale", None, "NAME", "Whose rules for texts functions follow, such as de_DE [default: en_US].")
@takes("--date", Typed(_time), "YYYY-MM-DD", "What TODAY gives, so that a run can be repeated [default: today].")
@takes("--now", Typed(_time), "YYYY-MM-DDTHH:MM", "What NOW gives, with the time of day [default: now].")
@switch("--force", "Overwrite an existing OUT.")
def command(
    *,
    file: str,
    changes: tuple[tuple[str, object], ...],
    as_json: bool,
    output: str | None,
    locale: str | None,
    date: datetime | None,
    now: datetime | None,
    force: bool,
) -> int:
    """Recalculate a workbook without Excel: native formulas and SIZING_ functions together.

    PLACE is a cell, Quote!C5 or 'My sheet'!C5, or a defined name. VALUE is a number, TRUE, FALSE, an error such as #N/A,
    a text ("quoted" if it looks like one of these), or nothing for a blank. FILE is never changed; no macro runs and no
    link is followed. Exit code 4: some formulas could not be evaluated (they are listed and have no
    value), or the workbook's own checks refuse its inputs.
    """
    from xlsizing.hosts.recalc import Recalculation  # noqa: PLC0415  # openpyxl is slow to import

    target = None if output is None else _target(output, file, force=force)
    if date is not None and now is not None:
        refuse("--date", "must not be given beside --now, which names the day too", got=f"{date:%Y-%m-%d}")
    given = dict(changes)
    with working("Recalculating") as told, watched("evaluated", file), lean_xlwings():
        recalculation = Recalculation(file, locale=locale, now=date or now, told=told)
        for place, value in given.items():
            recalculation.set(place, value)
        recalculation.calculate()
        saved = None if target is None else recalculation.saved()
    if target is not None and saved is not None:
        write_whole({target: saved}, fresh=() if force else (target,))
    if as_json:
        print_json(_values_record(recalculation, file, given))
    else:
        print_text(lambda out: _print_values(recalculation, out))
        if target is not None:
            click.echo(f"\nWritten: {target}")
    return NOT_RIGHT if recalculation.unevaluated or _is_refused(recalculation) else 0


_CHECKS = "Checks_Failed"
"""The name under which our workbooks count inputs that they refuse."""

_OUTPUT = "Out_"
"""What begins the names of their results."""


def _is_refused(recalculation: Recalculation) -> bool:
    """Tell whether the workbook says itself that its inputs are wrong: its results are words then, not numbers."""
    if _CHECKS not in recalculation.names or not recalculation.is_known(recalculation.names[_CHECKS]):
        return False
    failed = recalculation.value(recalculation.names[_CHECKS])
    return isinstance(failed, int | float) and failed > 0


def _target(output: str, file: str, *, force: bool) -> Path:
    return new_file(output, Path(file).suffix.lower(), force=force, reads=file)


def _values_record(recalculation: Recalculation, file: str, given: dict[str, object]) -> dict[str, Any]:
    return {
        "file": file,
        "set": given,
        "values": recalculation.values,
        "names": {name: recalculation.value(place) for name, place in recalculation.names.items()},
        "reasons": recalculation.reasons,
        "linked": recalculation.linked,
        "unevaluated": [found._asdict() for found in recalculation.unevaluated],
        "versions": {name: version(name) for name in _LIBRARIES},
    }


def _print_values(recalculation: Recalculation, out: Any) -> None:
    from xlsizing.reports.terminal import print_parts  # noqa: PLC0415  # rich is slow to import

    missing = recalculation.unevaluated
    count = sum(map(len, recalculation.values.values()))
    headline = (
        f"{len(missing):,} of {count:,} formulas could not be evaluated" if missing else "Every formula was evaluated"
    )
    lists = {
        "Errors of SIZING_ functions": [one_line(f"{place}: {why}") for place, why in recalculation.reasons.items()],
        "Values of other workbooks, as the file holds them": [
            one_line(f"{place}: {', '.join(found)}") for place, found in recalculation.linked.items()
        ],
        "Could not be evaluated": [one_line(f"{each.place} {each.formula}: {each.reason}") for each in missing],
    }
    if _is_refused(recalculation):
        headline += "; the workbook's own checks refuse its inputs"
    print_parts(out, f"{headline}.", {"Cells with formulas": f"{count:,}"}, _tables(recalculation), lists)


def _tables(recalculation: Recalculation) -> list[Table | None]:
    """Return a table of the formulas that call our functions, and one of the defined names."""
    rows: list[tuple[str, ...]] = [
        (place, _cut_line(formula), _cut_line(_values_in_words(recalculation, place)))
        for place, formula in recalculation.sizing.items()
    ]
    named: list[tuple[str, ...]] = [
        (name, place, _cut_line(_values_in_words(recalculation, place)))
        for name, place in sorted(recalculation.names.items(), key=lambda named: not named[0].startswith(_OUTPUT))
    ]
    return [
        _values("SIZING_ functions", ("place", "formula", "value"), rows),
        _values("Defined names", ("name", "place", "value"), named),
    ]


def _values(title: str, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table | None:
    """Return a table whose last column, the values, is in bold; none without rows."""
    from xlsizing.reports import Table  # noqa: PLC0415  # slow to import

    last = len(header) - 1
    return Table(title, header, rows, frozenset((at, last) for at in range(len(rows)))) if rows else None


def _values_in_words(recalculation: Recalculation, place: str) -> str:
    """Return a value in words; those of a range in one line."""
    if not recalculation.is_known(place):
        return "not evaluated"
    value = recalculation.value(place)
    cells = [cell for row in value for cell in row] if isinstance(value, list) else [value]
    return "; ".join(map(_in_words, cells)).rstrip("; ")


def _in_words(value: object) -> str:
    from xlsizing.reports import shown_grouped  # noqa: PLC0415  # slow to import

    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return shown_grouped(value)
    return "" if value is None else str(value)


def _cut_line(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _WIDEST else f"{line[: _WIDEST - 3]}..."
