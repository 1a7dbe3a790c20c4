"""Basis and remark of a row: right words pass, wrong words, numbers and silence are found."""

import pytest

from tests.workbooks.built import standard_report
from tests.workbooks.test_batch import after_rows
from xlsizing import Curve, Demand, size, write_workbook
from xlsizing.reports.tables import OVERLOADED
from xlsizing.workbooks.proof import ProofError
from xlsizing.workbooks.wording import wrong_basis, wrong_remark

ROWS = {row.sla: row for row in standard_report().sizing.rows()}
PLATEAU, WIDE, UNMET = ROWS[20], ROWS[50], ROWS[300]
MEASURED = size(Curve([1, 10], [215.5, 122.2]), [215.5], Demand.tpm(3e6), gpus_per_pod=4).rows()[0]
KNEE = size(Curve([1, 8, 16], [100, 60, 25]), [30], Demand.tpm(3e6), gpus_per_pod=4).rows()[0]
OVERLOADED_ROW = size(Curve([1, 10, 256], [215.5, 122.2, 41.8]), [190], Demand.tpm(3e6), gpus_per_pod=4).rows()[0]
ABOVE = size(Curve([8, 16], [100, 60]), [200], Demand.tpm(3e6), gpus_per_pod=4).rows()[0]


def test_the_rows_are_of_every_kind():
    assert [row.regime for row in (PLATEAU, WIDE, UNMET, MEASURED, KNEE)] == [
        "below-knee-plateau",
        "interp",
        "latency-tier-infeasible",
        "measured-anchor",
        "knee-capped",
    ]
    assert (WIDE.remark, OVERLOADED_ROW.overloaded) == ("too wide to quote: measure c=183", True)


class TestBasis:
    @pytest.mark.parametrize(
        ("text", "row", "bracket"),
        [
            ("flat: last measured point, c=256", PLATEAU, (256, 256)),
            ("interpolated, c=10 to 256", WIDE, (10, 256)),
            ("interpolated, c=0.333 to 1.5E+15", WIDE, (1 / 3, 1.5e15)),
            ("measured at c=1", MEASURED, (1, 1)),
            ("past the knee: best at c=8", KNEE, (8, 16)),
            ("cannot be met", UNMET, (1, 1)),
            ("", None, (0, 0)),
        ],
    )
    def test_right(self, text, row, bracket):
        assert list(wrong_basis(text, row, bracket)) == []

    @pytest.mark.parametrize(
        ("text", "row", "wanted"),
        [
            ("measured at c=10", WIDE, ["interpolated", "c=10 to c=256"]),
            ("interpolated, c=10 to 25.6", WIDE, ["c=10 to c=256"]),
            ("interpolated, c=10", WIDE, ["c=10 to c=256"]),
            ("interpolated", WIDE, ["c=10 to c=256"]),
            ("", WIDE, ["interpolated", "c=10 to c=256"]),
            ("interpolated, c=10 to 256", UNMET, ["cannot be met"]),
            ("CHECK INPUTS", None, ["nothing"]),
        ],
    )
    def test_wrong(self, text, row, wanted):
        assert list(wrong_basis(text, row, (10, 256))) == wanted


class TestRemark:
    @pytest.mark.parametrize(
        ("text", "row"),
        [
            ("", PLATEAU),
            ("", None),
            ("too wide to quote: measure c=183", WIDE),
            ("too wide to quote: measure c=2; at max-num-seqs it does not carry the demand", OVERLOADED_ROW),
            ("above the fastest measured point; relax the SLA", UNMET),
            ("above the fastest measured point; measure c=1 or relax the SLA", ABOVE),
        ],
    )
    def test_right(self, text, row):
        assert list(wrong_remark(text, row)) == []

    @pytest.mark.parametrize(
        ("text", "row", "wanted"),
        [
            ("", WIDE, ["too wide to quote: measure", "c=183"]),
            ("too wide to quote: bracket closed", WIDE, ["too wide to quote: measure", "c=183"]),
            ("too wide to quote: measure c=24", WIDE, ["c=183"]),
            ("too wide to quote: measure c=512", PLATEAU, ["not 'too wide to quote'", "no concurrency"]),
            ("too wide to quote: measure c=2", OVERLOADED_ROW, [OVERLOADED]),
            ("at max-num-seqs it does not carry the demand", PLATEAU, [f"not {OVERLOADED!r}"]),
            ("", UNMET, ["the fastest measured point"]),
            ("above the fastest measured point; relax the SLA", PLATEAU, ["not 'the fastest measured point'"]),
            ("above the fastest measured point; relax the SLA", ABOVE, ["c=1"]),
            ("too wide to quote", None, ["nothing"]),
        ],
    )
    def test_wrong(self, text, row, wanted):
        assert list(wrong_remark(text, row)) == wanted


class TestInTheProof:
    @pytest.mark.parametrize(
        ("cell", "text", "sentence"),
        [
            (
                "L20",
                '="measured at c=10"',
                r"basis in row 20 .*SLA 50.* is 'measured at c=10' in Sizing!L20 and must say int",
            ),
            (
                "S20",
                '=""',
                r"remark in row 20 .*SLA 50.* is '' in Sizing!S20 and must say too wide to quote: measure; ",
            ),
            ("S19", '="at max-num-seqs it does not carry the demand"', "must say not 'does not carry the demand'"),
            (
                "S25",
                '="too wide to quote"',
                r"remark in row 25 of sheet Sizing is 'too wide to quote' .*must say nothing",
            ),
        ],
    )
    def test_a_wrong_word_never_reaches_a_file(self, monkeypatch, tmp_path, cell, text, sentence):
        after_rows(monkeypatch, "sizing_rows", lambda page, _piece: page.put(cell, text, "calc.text"))
        with pytest.raises(ProofError, match=sentence):
            write_workbook(standard_report(), tmp_path / "a.xlsx")
        assert list(tmp_path.iterdir()) == []
