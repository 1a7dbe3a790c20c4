"""A formula that gives something else than the core never reaches a file."""

import pytest

from tests.command_line import run
from tests.spec_files import EXAMPLE
from tests.workbooks.built import standard_report
from xlsizing import Curve, Demand, Limits, SizingError, size, write_workbook
from xlsizing.reports.report import Report
from xlsizing.workbooks.customer import (
    calc_sheet,
    curve_sheet,
    first_page,
    live_next,
    live_rigor,
    settings,
    sizing_sheet,
)
from xlsizing.workbooks.customer.book import drafted
from xlsizing.workbooks.customer.pieces import proven
from xlsizing.workbooks.customer.proof import ProofError
from xlsizing.workbooks.writer.cells import cell_xml
from xlsizing.workbooks.writer.names import place

pytestmark = pytest.mark.slow

SLAS = [10, 15, 18, 20, 22, 25, 40, 60, 80, 100, 120]
KNEE = Curve([1, 8, 16, 32, 64], [100, 60, 25, 20, 15], output_tok_s=[95, 450, 390, 600, 800])
WAITING = Curve([1, 8, 16, 32, 64], [100, 60, 25, 20, 15], ttft_s=[0.2, 0.1, 0.5, 1, 4])
LIMITS = Limits(ttft_s=[5, 2, 1, 0.3, 0.2, 0.1, None, 0.5, 0.4, 3, 0.2])
REPORTS = {
    "tokens": Report(size(KNEE, SLAS, Demand.tpm(3e6), gpus_per_pod=4, spare_replicas=2)),
    "users": Report(size(KNEE, SLAS, Demand.users(3000), gpus_per_pod=4, method="tpot")),
    "waits": Report(size(WAITING, SLAS, Demand.tpm(3e6), gpus_per_pod=4, limits=LIMITS)),
}
"""Every case of the rules between them, with measured throughput and spares."""

PLATEAU = Report(size(Curve([1, 8], [100, 60]), [20], Demand.tpm(3e6), gpus_per_pod=4))
"""A next step past the last measured point."""

UNPROVEN = {"D17", "F17", "S17"}
"""Sums of sheet Checks on the first page, which is proven by itself."""

NOTES_ALONE = {"odd", "gap"}
"""Workings behind a note on sheet Checks: no result follows from them."""

EDITS_ALONE = {"cut", "group", "sum", "mean", "end", "given", "left"}
"""Workings that act on anchors which somebody edits: delivered ones are pooled and checked already."""

FOR_USERS = {"u_a", "u_b", "u", "held", "u_r", "u_at"}
FOR_WAITS = {"i_ttft", "c_ttft", "y_line", "waited", "ttft", "ttft_commit"}


def report_for(wrong):
    """Return the report whose figures a working bears on."""
    return REPORTS["users" if wrong in FOR_USERS else "waits" if wrong in FOR_WAITS else "tokens"]


def spoiled(steps, wrong):
    """Return steps with one formula made wrong."""
    return tuple((key, head, f"({formula})+1" if key == wrong else formula) for key, head, formula in steps)


def keys(steps):
    return [key for key, _, formula in steps if formula and key not in NOTES_ALONE | EDITS_ALONE]


def refusal(what, path):
    """Return the sentence that refuses to write a workbook."""
    with pytest.raises(ProofError) as refused:
        write_workbook(what, path)
    return str(refused.value)


class TestAWrongFormula:
    def test_the_reports_hold_every_case(self):
        regimes = {row.regime for report in REPORTS.values() for row in report.sizing.rows()}
        assert len(regimes) == 5

    @pytest.mark.parametrize("wrong", keys(calc_sheet.CALC))
    def test_of_a_row(self, monkeypatch, tmp_path, wrong):
        monkeypatch.setattr(calc_sheet, "CALC", spoiled(calc_sheet.CALC, wrong))
        refusal(report_for(wrong), tmp_path / "a.xlsx")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("wrong", keys(curve_sheet.WORKINGS))
    def test_of_the_curve(self, monkeypatch, tmp_path, wrong):
        monkeypatch.setattr(curve_sheet, "WORKINGS", spoiled(curve_sheet.WORKINGS, wrong))
        refusal(report_for(wrong), tmp_path / "a.xlsx")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("name", "value"), [("Tolerance", 0.5), ("TPOT_Exponent", 0.8), ("Wide_Ratio", 1), ("Word_Interp", "between")]
    )
    def test_of_a_constant(self, monkeypatch, tmp_path, name, value):
        monkeypatch.setitem(settings._CONSTANTS, name, (value, "wrong"))
        refusal(REPORTS["users"], tmp_path / "a.xlsx")

    def test_a_column_that_shows_another_result(self, monkeypatch, tmp_path):
        shown = {column: key for column, key, *_ in sizing_sheet.RESULTS}
        swapped = {"E": shown["G"], "G": shown["E"]}
        results = tuple((entry[0], swapped.get(entry[0], entry[1]), *entry[2:]) for entry in sizing_sheet.RESULTS)
        monkeypatch.setattr(sizing_sheet, "RESULTS", results)
        assert "GPUs to commit with spares in row " in refusal(REPORTS["tokens"], tmp_path / "a.xlsx")

    def test_rounding_up_without_the_tolerance(self, monkeypatch, tmp_path):
        curve = Curve([1, 10, 256], [215.5, 122.2, 41.8])
        tps = 10 * 122.2
        multiples = (
            size(curve, [122.2], Demand.tok_s(tps * util * pods), gpus_per_pod=4, util=util)
            for util in (0.1, 0.3, 0.7)
            for pods in range(2, 500)
        )
        report = Report(next(sizing for sizing in multiples if sizing.pods_unrounded > sizing.pods))
        plain = tuple(
            (key, head, "MAX(1,CEILING({q},1))" if key == "pods" else formula) for key, head, formula in calc_sheet.CALC
        )
        write_workbook(report, tmp_path / "right.xlsx")
        monkeypatch.setattr(calc_sheet, "CALC", plain)
        assert "pods in row " in refusal(report, tmp_path / "wrong.xlsx")


class TestWrongWords:
    """Banner and next lever: their figures and the standing are compared, and no error value is handed over."""

    def test_another_measurement(self, monkeypatch, tmp_path):
        choice = live_next._choice_steps

        def spoiled_choice(of_row):
            return ((name, (f"={f[1:]}+1" if name == "Next_c" else f, words)) for name, (f, words) in choice(of_row))

        monkeypatch.setattr(live_next, "_choice_steps", spoiled_choice)
        assert "'Measure at concurrency' is 6 in Sizing!L13 and 5 in Python" in refusal(
            standard_report(), tmp_path / "a.xlsx"
        )
        assert list(tmp_path.iterdir()) == []

    def test_another_standing(self, monkeypatch, tmp_path):
        monkeypatch.setattr(live_rigor, "_by_standing", lambda *words: "=Word_Verdict")
        assert "standing is 'VERDICT' in Sizing!B3 and 'DRAFT' in Python" in refusal(
            standard_report(), tmp_path / "a.xlsx"
        )

    def test_an_error_value_on_the_first_page(self, monkeypatch, tmp_path):
        monkeypatch.setattr(sizing_sheet, "TO_DO", "=Checks_Failed/0")
        assert "Sizing!P3 is #DIV/0!" in refusal(standard_report(), tmp_path / "a.xlsx")


class TestAnotherSentence:
    """Beside the table: the same words as in Python, and the same numbers but for rounding."""

    @pytest.mark.parametrize(
        "places",
        [{"J11": "Next_Gate"}, {"J12": "Next_Step"}, {"J11": "Rigor_Line"}, {"D3": "Rigor_Line"}, {"B4": "Rigor_Line"}],
        ids=str,
    )
    def test_a_cell_that_shows_another_text(self, places):
        draft = drafted(standard_report())
        for cell, name in places.items():
            draft.pages["Sizing"]._settled[place(cell)[0]][place(cell)[1]] = cell_xml(cell, f"={name}", 0)
        with pytest.raises(ProofError, match=f"in Sizing!{next(iter(places))} and "):
            proven(draft)

    def test_a_demand_in_another_unit(self, monkeypatch, tmp_path):
        monkeypatch.setattr(sizing_sheet, "DEMAND_AT", "D17")
        assert "demand in output tok/s is None in Sizing!D16 and 50000 in Python" in refusal(
            standard_report(), tmp_path / "a.xlsx"
        )

    @pytest.mark.parametrize("cell", [figure.cell for figure in first_page._FIGURES if figure.cell not in UNPROVEN])
    def test_a_number_that_is_another(self, cell):
        report = REPORTS["waits"] if cell == "L15" else PLATEAU if cell in ("O15", "S15") else standard_report()
        draft = drafted(report)
        draft.pages["Sizing"]._settled[place(cell)[0]][place(cell)[1]] = cell_xml(cell, "=12345", 0)
        with pytest.raises(ProofError, match=f"is 12345 in Sizing!{cell} and "):
            proven(draft)

    def test_a_reason_left_out(self, monkeypatch, tmp_path):
        joined = live_rigor._joined_reasons
        monkeypatch.setattr(live_rigor, "_joined_reasons", lambda reasons: joined(reasons[:1]))
        assert "reason of the standing is 'no measurement context given' in Sizing!D3" in refusal(
            standard_report(), tmp_path / "a.xlsx"
        )


class TestWhatIsLeft:
    @pytest.fixture
    def wrong(self, monkeypatch):
        """Make every estimate one pod too many."""
        monkeypatch.setattr(calc_sheet, "CALC", spoiled(calc_sheet.CALC, "pods"))

    def test_the_sentence_names_the_row_and_both_figures(self, wrong, tmp_path):
        sentence = refusal(standard_report(), tmp_path / "a.xlsx")
        assert sentence.startswith("workbook must equal the core in every row: ")
        assert " (SLA 20 tok/s/user) is 8 in " in sentence
        assert " and 7 in Python (the check in Checks!D" in sentence
        assert sentence.endswith(" fails too); nothing was written")

    def test_an_old_file_stays_as_it_was(self, wrong, tmp_path):
        file = tmp_path / "a.xlsx"
        file.write_bytes(b"old")
        with pytest.raises(ProofError):
            write_workbook(standard_report(), file, force=True)
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.xlsx": b"old"}

    def test_the_command_line_says_so_and_writes_nothing(self, wrong, tmp_path, capsys):
        outcome = run(capsys, "workbook", "--spec", EXAMPLE, "-o", tmp_path / "a.xlsx")
        assert outcome.code == 2
        assert outcome.out == ""
        assert outcome.err.count("\n") == 1
        assert "workbook must equal the core in every row" in outcome.err
        assert list(tmp_path.iterdir()) == []

    def test_it_is_an_error_of_ours(self):
        assert issubclass(ProofError, SizingError)
