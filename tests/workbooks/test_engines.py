"""The workbook's live formulas answer as the package does, in four engines that share no code with it."""

from dataclasses import replace
from io import BytesIO
from itertools import zip_longest

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName

from tests.workbooks import engines
from tests.workbooks.agreement import OUT, differences, fill, slips
from tests.workbooks.built import SLAS as SLAS_DELIVERED
from tests.workbooks.cases import BAD, GOOD, SLAS, WAITING, WORKBOOK_ALONE, WORKED, Case
from tests.workbooks.engines import CellError, FormualizerEngine, FormulonEngine, IronCalcEngine
from tests.workbooks.test_package import opened
from xlsizing.advice.rigor import Workload
from xlsizing.core.interpolation import AXES
from xlsizing.reports.report import Report
from xlsizing.rules import HOURS_PER_MONTH, REGIMES
from xlsizing.workbooks.customer import proof
from xlsizing.workbooks.customer.calc_sheet import calc_cells
from xlsizing.workbooks.customer.intake_sheet import intake_differences
from xlsizing.workbooks.writer.names import FIRST_SLA, Layout

pytestmark = pytest.mark.slow

AS_DELIVERED = Case("as delivered", WORKED, list(SLAS_DELIVERED))
IN_PROCESS = {"formualizer": FormualizerEngine, "ironcalc": IronCalcEngine}
LAST_STEP = max((cell.split("$")[1] for cell in calc_cells("$1").values()), key=lambda column: (len(column), column))
GOOD_SAMPLE = [case for at, case in enumerate(GOOD) if at % 5 == 0 or case.limits]
BAD_SAMPLE = BAD[::3]
CONTRACTED = [
    replace(case, contract=1 + at % len(case.slas))
    for at, case in enumerate(GOOD)
    if (case.per_node or case.peak != 1 or case.unit == "people")
    and case.slas[at % len(case.slas)] is not None
    and case.hours == HOURS_PER_MONTH
][::3]
"""Each with one of its rows contracted, whether it can be met or not."""


def by_name(cases):
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.name)


@pytest.fixture(scope="session", params=list(IN_PROCESS))
def engine(request, standard):
    """The standard workbook, loaded once: each case sets every input anew."""
    return IN_PROCESS[request.param](standard)


@pytest.fixture(scope="session")
def formulon(standard):
    return FormulonEngine(standard)


@pytest.fixture(scope="session")
def office(standard):
    """The standard workbook in LibreOffice."""
    engine = engines.libreoffice(standard)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def together(standard, office):
    """The standard workbook in all engines at once."""
    return {name: make(standard) for name, make in IN_PROCESS.items()} | {"libreoffice": office}


def by_cell(engine):
    """Return the rows of the SLAs on both sheets as the proof reads them."""
    found = {}
    for title, last in (("Sizing", "AY"), ("Calc", LAST_STEP)):
        rows = engine.sheet(title, f"A{FIRST_SLA}:{last}{FIRST_SLA + SLAS - 1}")
        cells = ((row, column, cell) for row, line in enumerate(rows, FIRST_SLA) for column, cell in enumerate(line, 1))
        found[title] = {
            f"{get_column_letter(column)}{row}": float(cell) if isinstance(cell, int | float) else cell
            for row, column, cell in cells
        }
    return found


def used(data):
    """Return the range of each sheet that holds anything."""
    return {sheet.title: sheet.dimensions for sheet in opened(data)}


def unlike(expected, got):
    """Return the cells that differ: numbers by more than 1e-9 of them, words at all; a truth is 1 or 0."""
    pairs = [(a, b) for rows in zip(expected, got, strict=True) for a, b in zip(*rows, strict=True)]
    return [pair for pair in pairs if not _like(*pair)]


def _like(a, b):
    if isinstance(a, int | float) and isinstance(b, int | float):
        return abs(a - b) <= 1e-9 * abs(a)
    return a == b


def _as_read(cell):
    """Return the value of a cell of a file as engines give it."""
    return CellError(cell.value) if cell.data_type == "e" else "" if cell.value is None else cell.value


def _as_openpyxl_has_it(value):
    """Return a value as openpyxl reads it: of a shared text it drops whatever looks like the escape of an underscore."""
    return value.replace("x005F_", "") if isinstance(value, str) else value


class TestCases:
    def test_there_are_enough_of_every_kind(self):
        rows = [row for case in GOOD for row in case.rows() if row is not None]
        assert len(GOOD) >= 300
        assert min(sum(row.regime == regime for row in rows) for regime in REGIMES) >= 200
        assert {case.unit for case in GOOD} == {"tpm", "tok/s", "rps", "people", "users"}
        assert {case.method for case in GOOD} == set(AXES)
        assert sum(any(row and len(row) > 2 for row in case.anchors) for case in GOOD) >= 100
        assert max(len(case.anchors) for case in GOOD) == 32
        assert max(len(case.slas) for case in GOOD) == SLAS
        assert len(GOOD_SAMPLE) + len(BAD_SAMPLE) >= 60

    def test_names_tell_them_apart(self):
        names = [case.name for case in (*GOOD, *BAD)]
        assert len(set(names)) == len(names)

    @by_name([case for case in BAD if not case.name.startswith(WORKBOOK_ALONE)])
    def test_the_package_refuses_bad_ones_too(self, case):
        with pytest.raises((ValueError, KeyError)):
            case.sizing  # noqa: B018  # computed at first use


def wrong_intake(engine, case):
    """Return what is wrong on sheet Intake, whose contract is the row of the case's first SLA that is met."""
    cells = engine.sheet("Intake", "C1:C60")
    values = {f"C{row}": float(cell) if isinstance(cell, int | float) else cell for row, (cell,) in enumerate(cells, 1)}
    given = [sla for sla in case.slas if sla is not None]
    known = Workload(isl=3000, osl=700)
    return list(
        intake_differences(
            values, Report(case.sizing, contract=given.index(case.slas[case.contract - 1]), workload=known)
        )
    )


def wrong_steps_and_words(engine, case):
    """Return what the proof says of each row: what is compared before a file is handed over holds in an edited copy too."""
    report, values = Report(case.sizing), by_cell(engine)
    rows, rigors = report.given_rows, report.given_standings
    brackets = proof._brackets(report, range(len(rows)))
    known, found = iter(range(len(rows))), []
    for sla, live in zip_longest(case.slas, Layout().sla_rows):
        at = None if sla is None else next(known)
        row, rigor, bracket = (None, None, (0, 0)) if at is None else (rows[at], rigors[at], brackets[at])
        found += proof._row_differences(row, rigor, live, values["Sizing"], values["Calc"])
        found += proof._wrong_words(report, row, rigor, bracket, live, values["Sizing"])
    return found


class TestInProcess:
    @by_name(GOOD)
    def test_the_same_answer(self, engine, case):
        fill(engine, case)
        assert differences(engine, case) == []

    @by_name([case for case in GOOD if case.hours == HOURS_PER_MONTH])
    def test_every_step_and_word_of_a_row(self, engine, case):
        fill(engine, case)
        assert wrong_steps_and_words(engine, case) == []

    @by_name(CONTRACTED)
    def test_the_demand_as_it_is_said_and_the_contract(self, engine, case):
        engine.set("Workload_ISL", 3000)
        engine.set("Workload_OSL", 700)
        fill(engine, case)
        found = wrong_intake(engine, case)
        engine.set("Workload_ISL", None)
        engine.set("Workload_OSL", None)
        assert found == []

    @by_name(BAD)
    def test_bad_input_leaves_no_number(self, engine, case):
        fill(engine, case)
        assert slips(engine) == []

    def test_it_recovers_from_bad_input(self, engine):
        good = Case("worked rows", WORKED, [20, 50, 100, 300])
        for case in BAD:
            fill(engine, case)
        fill(engine, good)
        assert differences(engine, good) == []


class TestFormulon:
    """The engine of `recalc`, ten times slower than the other two: samples of the same."""

    @by_name(GOOD[::6])
    def test_the_same_answer_and_steps(self, formulon, case):
        fill(formulon, case)
        assert differences(formulon, case) == []
        assert case.hours != HOURS_PER_MONTH or wrong_steps_and_words(formulon, case) == []

    @by_name(BAD[::6])
    def test_bad_input_leaves_no_number(self, formulon, case):
        fill(formulon, case)
        assert slips(formulon) == []


class TestLibreOffice:
    @by_name(GOOD_SAMPLE)
    def test_the_same_answer(self, office, case):
        fill(office, case)
        assert differences(office, case) == []

    @by_name(BAD_SAMPLE)
    def test_bad_input_leaves_no_number(self, office, case):
        fill(office, case)
        assert slips(office) == []

    def test_it_draws_both_charts(self, office):
        assert office.charts("Sizing") == 2


class TestEveryCell:
    """Beyond the named results: notes, words, workings and checks on all sheets."""

    @by_name([*GOOD[::45], *BAD[::19]])
    def test_the_same_in_every_engine(self, standard, together, case):
        for engine in together.values():
            fill(engine, case)
        first, *others = together
        for title, reference in used(standard).items():
            expected = together[first].sheet(title, reference)
            for other in others:
                assert unlike(expected, together[other].sheet(title, reference)) == [], (title, first, other)

    def test_as_delivered_they_hold_what_another_engine_finds(self, anybook):
        engine = IronCalcEngine(anybook)
        engine.recalculate()
        for title, reference in used(anybook).items():
            delivered = opened(anybook, data_only=True)[title][reference]
            cached = [[_as_read(cell) for cell in row] for row in delivered]
            found = [[_as_openpyxl_has_it(value) for value in row] for row in engine.sheet(title, reference)]
            assert unlike(cached, found) == [], title


class TestEdited:
    @pytest.fixture
    def delivered(self, engine):
        fill(engine, AS_DELIVERED)
        assert engine.value("Edited") == 0
        return engine

    @pytest.mark.parametrize(
        "change",
        [
            {"util": 0.71},
            {"usd": 8.61},
            {"hours": 720},
            {"method": "tpot"},
            {"unit": "tok/s", "demand": 50_000},
            {"anchors": [*WORKED, (300, 40)]},
            {"anchors": WORKED[::-1]},
            {"slas": list(SLAS_DELIVERED[:-1])},
            {"util": 80},
            {"anchors": WAITING, "limits": [None, 0.5]},
        ],
        ids=str,
    )
    def test_a_copy_shows_that_it_was(self, delivered, change):
        fill(delivered, replace(AS_DELIVERED, **change))
        assert delivered.value("Edited") > 0


class TestNames:
    def test_outputs_line_up_with_the_slas(self, standard):
        boxes = engines.boxes(standard)
        sla = boxes["SLA_In"]
        assert sla.shape == (SLAS, 1)
        assert {(boxes[name].top, boxes[name].bottom, boxes[name].shape[1]) for name in OUT} == {
            (sla.top, sla.bottom, 1)
        }


# The interface itself, on a workbook small enough to know by heart.


@pytest.fixture(scope="module")
def toy():
    """Numbers in A, formulas in B: a sum, a text or "", a quotient, a comparison."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "In put"
    for row, formula in enumerate(
        ("=SUM(A1:A4)", '=IF(A1="x","text","")', "=1/A2", "=NA()", "=COUNTA(A1:A4)"), start=1
    ):
        sheet.cell(row, 1, row if row < 5 else None).number_format = "0.00"
        sheet.cell(row, 2, formula)
    book.defined_names["In"] = DefinedName("In", attr_text="'In put'!$A$1:$A$4")
    book.defined_names["Out"] = DefinedName("Out", attr_text="'In put'!$B$1:$B$5")
    file = BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("make", [*IN_PROCESS.values(), engines.libreoffice], ids=[*IN_PROCESS, "libreoffice"])
def test_an_engine_sets_recalculates_and_reads(toy, make):
    engine = make(toy)
    try:
        engine.recalculate()
        assert engine.column("Out") == [10, "", 0.5, CellError("#N/A"), 4]
        engine.set("In", ["x", None, "=1+1", 0.1])
        engine.recalculate()
        assert engine.column("In") == ["x", "", "=1+1", 0.1]  # a text stays one, whatever it begins with
        assert engine.column("Out") == [0.1, "text", CellError("#DIV/0!"), CellError("#N/A"), 3]
        engine.set("In", [[2]])
        engine.recalculate()
        assert engine.column("In") == [2, "", "", ""]
    finally:
        engine.close()


class TestWhereAnEngineIsMissing:
    def test_a_test_is_skipped_with_the_reason(self, monkeypatch):
        monkeypatch.delenv("CI", raising=False)
        with pytest.raises(pytest.skip.Exception, match="no such office"):
            engines.absent("no such office")

    def test_it_fails_where_nothing_may_be_missing(self, monkeypatch):
        monkeypatch.setenv("CI", "true")
        with pytest.raises(pytest.fail.Exception, match="no such office"):
            engines.absent("no such office")
