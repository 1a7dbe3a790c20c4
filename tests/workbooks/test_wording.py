"""Basis and remark of a row: right words pass, wrong words, numbers and silence are found."""

import pytest

from tests.workbooks.built import standard_report
from tests.workbooks.test_batch import after_rows
from xlsizing import Curve, Demand, size, write_workbook
from xlsizing.core.figures import OVERLOADED
from xlsizing.workbooks.customer.proof import ProofError
from xlsizing.workbooks.customer.wording import wrong_basis, wrong_remark

ROWS = {row.sla: row for row in standard_report().sizing.rows()}
WORKED_CURVE = Curve([1, 10, 256], [215.5, 122.2, 41.8])
LOG_C = "no budget claimed: the method is log-c"
PLATEAU, CLAIMED, UNMET = ROWS[20], ROWS[50], ROWS[300]
WIDE = size(WORKED_CURVE, [50], Demand.tpm(3e6), gpus_per_pod=4, method="log-c").rows()[0]
MEASURED = size(Curve([1, 10], [215.5, 122.2]), [215.5], Demand.tpm(3e6), gpus_per_pod=4).rows()[0]
KNEE = size(Curve([1, 8, 16], [100, 60, 25]), [30], Demand.tpm(3e6), gpus_per_pod=4).rows()[0]
OVERLOADED_ROW = size(WORKED_CURVE, [190], Demand.tpm(3e6), gpus_per_pod=4, method="log-c").rows()[0]
ABOVE = size(Curve([8, 16], [100, 60]), [200], Demand.tpm(3e6), gpus_per_pod=4).rows()[0]


def test_the_rows_are_of_every_kind():
    assert [row.regime for row in (PLATEAU, WIDE, UNMET, MEASURED, KNEE)] == [
        "below-knee-plateau",
        "interp",
        "latency-tier-infeasible",
        "measured-anchor",
        "knee-capped",
    ]
    assert (WIDE.remark, OVERLOADED_ROW.overloaded) == (f"measure first: c=183; {LOG_C}", True)
    assert CLAIMED.remark == "wide range: measure c=170"


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
            (f"measure first: c=183; {LOG_C}", WIDE),
            ("wide range: measure c=170", CLAIMED),
            (f"measure first: c=2; {LOG_C}; max-num-seqs does not carry the demand", OVERLOADED_ROW),
            ("above the fastest measured point; relax the SLA", UNMET),
            ("above the fastest measured point; measure c=1 or relax the SLA", ABOVE),
        ],
    )
    def test_right(self, text, row):
        assert list(wrong_remark(text, row, "DRAFT")) == []

    def test_a_verdict_is_quoted_with_its_commitment(self):
        assert list(wrong_remark(f"wide range: measure c=183; {LOG_C}", WIDE, "VERDICT")) == []
        assert list(wrong_remark(f"measure first: c=183; {LOG_C}", WIDE, "VERDICT")) == [
            "not 'measure first'",
            "wide range",
        ]

    @pytest.mark.parametrize(
        ("text", "row", "wanted"),
        [
            ("", WIDE, ["measure first", LOG_C, "c=183"]),
            (f"measure first: bracket closed; {LOG_C}", WIDE, ["not 'bracket closed'", "c=183"]),
            (f"measure first: c=24; {LOG_C}", WIDE, ["c=183"]),
            ("measure first: c=183", WIDE, [LOG_C]),
            ("measure first: c=170", CLAIMED, ["not 'measure first'", "wide range"]),
            (f"wide range: measure c=170; {LOG_C}", CLAIMED, ["not 'no budget claimed'"]),
            ("wide range: measure c=512", PLATEAU, ["not 'wide range'", "no concurrency"]),
            (f"measure first: c=2; {LOG_C}", OVERLOADED_ROW, [OVERLOADED]),
            ("max-num-seqs does not carry the demand", PLATEAU, [f"not {OVERLOADED!r}"]),
            ("", UNMET, ["the fastest measured point"]),
            ("above the fastest measured point; relax the SLA", PLATEAU, ["not 'the fastest measured point'"]),
            ("above the fastest measured point; relax the SLA", ABOVE, ["c=1"]),
            ("wide range", None, ["nothing"]),
        ],
    )
    def test_wrong(self, text, row, wanted):
        assert list(wrong_remark(text, row, "DRAFT")) == wanted

    def test_a_claim_may_name_a_concurrency_of_its_own(self):
        # first anchor at c=32: no budget is claimed, and the phrase names c=16
        row = size(Curve([32, 256], [100, 40]), [60], Demand.tpm(3e8), gpus_per_pod=4).rows()[0]
        assert row.remark.endswith("no budget claimed: the first anchor is above c=16")
        assert list(wrong_remark(row.remark, row, "DRAFT")) == []


class TestInTheProof:
    @pytest.mark.parametrize(
        ("cell", "text", "sentence"),
        [
            (
                "U21",
                '="measured at c=10"',
                r"basis in row 21 .*SLA 50.* is 'measured at c=10' in Sizing!U21 and must say int",
            ),
            ("R21", '=""', r"remark in row 21 .*SLA 50.* is '' in Sizing!R21 and must say wide range; "),
            ("R20", '="at max-num-seqs it does not carry the demand"', "must say not 'does not carry the demand'"),
            ("R26", '="wide range"', r"remark in row 26 of sheet Sizing is 'wide range' .*must say nothing"),
        ],
    )
    def test_a_wrong_word_never_reaches_a_file(self, monkeypatch, tmp_path, cell, text, sentence):
        after_rows(monkeypatch, "sizing_rows", lambda page, _piece: page.put(cell, text, "calc.text"))
        with pytest.raises(ProofError, match=sentence):
            write_workbook(standard_report(), tmp_path / "a.xlsx")
        assert list(tmp_path.iterdir()) == []
