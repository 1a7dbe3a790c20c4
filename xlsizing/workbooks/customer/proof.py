"""The proof: what an engine of its own made of a workbook must equal the core's in every row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from xlsizing.advice import QUEUED, Rigor
from xlsizing.core import FIGURES, SizingRow, figure_of
from xlsizing.errors import SizingError, shown
from xlsizing.reports import CANNOT_BE_MET, Report
from xlsizing.rules import INTERP, KNEE_CAPPED
from xlsizing.workbooks.customer.calc_sheet import STEPS, calc_cells, point_steps
from xlsizing.workbooks.customer.comparing import is_shown
from xlsizing.workbooks.customer.first_page import first_page_differences
from xlsizing.workbooks.customer.growth_sheet import growth_differences
from xlsizing.workbooks.customer.intake_sheet import intake_differences
from xlsizing.workbooks.customer.prices_sheet import prices_differences
from xlsizing.workbooks.customer.sizing_words import basis_words, own_words, remark_words, unmet_sides
from xlsizing.workbooks.customer.wait_steps import LIMITED
from xlsizing.workbooks.writer import ERROR_VALUES, Layout, Values, column_of

__all__ = ["ProofError", "check_rows", "check_whole"]

_BEFORE_MET: Final = frozenset(key for key, _, _ in point_steps(LIMITED))
"""Steps that are worked out before it is known whether an anchor meets the SLA."""

_SHOWN: Final = dict(
    sorted(
        ((figure.column[0], name) for name, figure in FIGURES.items() if figure.column is not None),
        key=lambda shown: column_of(shown[0]),
    )
)
"""Columns of the customer's table and the figure that each shows."""

_BASIS, _REMARK, _RIGOR = "V", "S", "N"


class ProofError(SizingError):
    """A formula of the workbook gives something else than the core; nothing is written.

    Parameters
    ----------
    detail : str
        What differs, and where
    """

    def __init__(self, detail: str) -> None:
        super().__init__(f"workbook must equal the core in every row: {detail}; nothing was written")


def check_rows(report: Report, layout: Layout, piece: range, values: Mapping[str, Values]) -> None:
    """Refuse a workbook in which the row of an SLA differs from the core's.

    Parameters
    ----------
    report : Report
        The sizing that it shows
    layout : Layout
        Where its tables stand
    piece : range
        Positions of the SLAs that it holds, counted from 0
    values : mapping of str to mapping
        What the engine made of its formulas, by sheet and cell [units of the cells]

    Raises
    ------
    ProofError
        If a row differs, which is named, or a check fails.
    """
    table, calc = values["Sizing"], values["Calc"]
    rows, rigors, brackets = report.given_rows, report.given_standings, _brackets(report, piece)
    found: list[tuple[int, str]] = []
    for position in piece:
        known = position < len(rows)
        row, rigor = (rows[position], rigors[position]) if known else (None, None)
        live = layout.sla_rows[position]
        found += _row_differences(row, rigor, live, table, calc)
        found += _wrong_words(report, row, rigor, brackets[position - piece.start] if known else (0, 0), live, table)
    _refuse(found, values["Checks"])


def check_whole(report: Report, values: Mapping[str, Values]) -> None:
    """Refuse a workbook whose banner or next step differs from the core's, or in which a check over all rows fails.

    Parameters
    ----------
    report : Report
        The sizing that it shows
    values : mapping of str to mapping
        What the engine made of its formulas, by sheet and cell [units of the cells]

    Raises
    ------
    ProofError
        If it does, if a check fails, or if anything differs from the snapshot.
    """
    table = values["Sizing"]
    found = [f"Sizing!{cell} is {value}" for cell, value in table.items() if value in ERROR_VALUES]
    found += first_page_differences(table, report)
    found += intake_differences(values["Intake"], report)
    found += prices_differences(values["Prices"], report)
    found += growth_differences(values["Growth"], report)
    _refuse([(1, sentence) for sentence in found], values["Checks"])


def _brackets(report: Report, piece: range) -> list[tuple[float, float]]:
    """Return the concurrencies around each SLA at the positions `piece`, in the order of the sizing."""
    points = report.sizing.points
    ends = (at.ravel()[piece.start : piece.stop] for at in (points.anchor, points.next_anchor))
    return list(zip(*(points.curve.concurrency[each].tolist() for each in ends), strict=True))


def _refuse(found: list[tuple[int, str]], checks: Values) -> None:
    """Refuse a workbook with differences, or with a check that fails although the core takes the inputs."""
    failed = [cell for cell, value in checks.items() if cell.startswith("D") and value == "CHECK INPUTS"]
    if found:  # a failed check blanks every row: the first figure that is wrong by itself says more
        _, sentence = min(found, key=lambda difference: difference[0])
        raise ProofError(f"{sentence} (the check in Checks!{failed[0]} fails too)" if failed else sentence)
    if failed:
        raise ProofError(f"the check in Checks!{failed[0]} fails on inputs that the core takes")
    if checks["E1"] != 0:
        raise ProofError(f"{shown(checks['E1'])} values differ from the snapshot on sheet Checks")


def _row_differences(
    row: SizingRow | None, rigor: Rigor | None, live: int, table: Values, calc: Values
) -> Iterator[tuple[int, str]]:
    """Give a rank and a sentence for each difference between a row of the core and row `live` of the workbook.

    The figures of sheet Calc rank first, 0: what other sheets show follows from them.
    """
    for words, sheet, column, wanted in _expected_cells(row, rigor):
        cell = f"{column}{live}"
        got = (calc if sheet == "Calc" else table).get(cell)
        if got != wanted and not is_shown(got, wanted):
            rank = 0 if sheet == "Calc" and words != "regime" else 1
            yield rank, _sentence(words, row, live, got, f"{sheet}!{cell}", wanted)


def _sentence(words: str, row: SizingRow | None, live: int, got: object, place: str, wanted: object) -> str:
    of_sla = f" (SLA {shown(row.sla)} tok/s/user)" if row else ""
    return f"{words} in row {live} of sheet Sizing{of_sla} is {shown(got)} in {place} and {shown(wanted)} in Python"


def _wrong_words(
    report: Report, row: SizingRow | None, rigor: Rigor | None, bracket: tuple[float, float], live: int, table: Values
) -> Iterator[tuple[int, str]]:
    """Give a rank, after all figures, and a sentence for words of row `live`, or numbers beside them, that are not the core's."""
    own = "" if rigor is None or report.assessment.common else own_words(rigor)
    told = {
        ("basis", _BASIS): basis_words(row),
        ("remark", _REMARK): remark_words(row, rigor.label if rigor else "", own),
        **_beside(report, row, bracket),
    }
    for (words, column), wanted in told.items():
        got = table.get(f"{column}{live}")
        if got != wanted and not is_shown(got, wanted):
            yield 2, _sentence(words, row, live, got, f"Sizing!{column}{live}", wanted)


def _beside(report: Report, row: SizingRow | None, bracket: tuple[float, float]) -> dict[tuple[str, str], object]:
    """Return what the numbers beside basis and remark must be, by what they are and their column."""
    low = high = asked = first = over = None
    if row and row.feasible:
        low = row.c_star if row.regime == KNEE_CAPPED else bracket[0]
        high = bracket[1] if row.regime == INTERP else None
        asked = row.measure_next if row.too_wide else None
    elif row:
        asked, waits = row.measure_next, report.sizing.curve.ttft_s
        if row.ttft_limit_s and waits is not None and unmet_sides(row)[1]:
            first = float(waits[0])
            over = first / row.ttft_limit_s
    pairs = {"W": low, "X": high, "R": asked, "AP": first, "AQ": over}
    return {(words, column): "" if pairs[column] is None else pairs[column] for column, words in _BESIDE.items()}


_BESIDE: Final = {
    "W": "c of the basis",
    "X": "higher c of the basis",
    "R": "c to measure",
    "AP": "TTFT of the first point",
    "AQ": "times the limit",
}
"""Columns of the numbers beside basis and remark, and what each is."""


_Expected = tuple[str, str, str, object]
"""What a cell is called, its sheet, its column, and what it must hold."""


def _expected_cells(row: SizingRow | None, rigor: Rigor | None) -> Iterator[_Expected]:
    """Give what the cells of a row must hold."""
    met = row is not None and row.feasible
    for column, field, words in _SHOWN_WORDS:
        unmet = CANNOT_BE_MET if row and field in ("gpus_high", "total_gpus_high") else ""
        yield words, "Sizing", column, _shown_value(row, field) if met else unmet
    queued = rigor is not None and any(reason.why == QUEUED for reason in rigor.reasons)
    yield "rigor", "Sizing", _RIGOR, rigor.label if rigor and met else ""
    yield from _quoted_cells(row if met else None, rigor)
    yield "output tok/s too low at a point used", "Calc", _STEP_COLUMNS["queued"], queued if met else ""
    unquoted = row is not None and rigor is not None and row.quoted(rigor.label) is None
    yield "no figure to quote", "Calc", _STEP_COLUMNS["unquoted"], unquoted if met else ""
    claims = row is not None and not row.budget_claim and row.gpus_low != row.gpus_high
    yield "a budget is claimed", "Calc", _STEP_COLUMNS["claims"], claims if met else ""
    for column, field, words, before_met in _STEP_WORDS:
        if row and not met and before_met:
            continue  # the workings hold the first anchor's figures there; no sheet shows them
        yield words, "Calc", column, _shown_value(row, field)


def _words(field: str) -> str:
    """Return what a sentence calls a figure."""
    return FIGURES[field].words or FIGURES[field].meaning


_STEP_COLUMNS: Final = {key: cell.removeprefix("Calc!$").removesuffix("1") for key, cell in calc_cells("1").items()}
_SHOWN_WORDS: Final = tuple((column, field, _words(field)) for column, field in _SHOWN.items())
_STEP_WORDS: Final = tuple(
    (_STEP_COLUMNS[step], field, _words(field), step in _BEFORE_MET) for field, step in STEPS.items()
)
"""Column, figure and words of each cell that shows one on either sheet, and whether it holds before a row is met."""

_MAY_LACK: Final = ("load_one_fewer", "ttft_s", "ttft_s_commit")
"""Fields of a row that is met in place of which a dash stands where they are not known."""


def _shown_value(row: SizingRow | None, field: str) -> object:
    """Return what a cell shows of a `field` of a row."""
    value = getattr(row, field) if row else None
    if value is None:
        return "-" if row and row.feasible and field in _MAY_LACK else ""
    return value


def _quoted_cells(row: SizingRow | None, rigor: Rigor | None) -> Iterator[_Expected]:
    """Give what the columns of the figure to quote must hold: all blank where there is no row, or none to quote."""
    quoted = row.quoted(rigor.label) if row and rigor else None
    values: dict[str, object] = dict.fromkeys("IJKLM", "")
    if row and quoted:
        spares = figure_of(row, "spare_pods", quoted)
        totals = (figure_of(row, name, quoted) for name in ("total_gpus", "usd_per_month", "usd_per_million"))
        values = dict(zip("IJKLM", (figure_of(row, "pods", quoted), spares, *totals), strict=True))
    for column, value in values.items():
        yield _QUOTED[column], "Sizing", column, value


_QUOTED: Final = {
    "I": "pods quoted", "J": "spare pods quoted", "K": "GPUs quoted", "L": "$/month quoted", "M": "$/1M tok quoted",
}  # fmt: skip
"""The columns of the figure to quote, multiplied out, and what a sentence calls each."""
