"""Basis and remark of a row: words out of a few, the numbers beside them, and no other in a file."""

import pytest

from tests.workbooks.built import standard_report
from tests.workbooks.test_batch import after_rows
from xlsizing import Curve, Demand, size, write_workbook
from xlsizing.advice.rigor import Reason, Rigor
from xlsizing.advice.standing_words import QUEUED
from xlsizing.workbooks.customer.proof import ProofError
from xlsizing.workbooks.customer.sizing_words import basis_words, own_words, remark_words

ROWS = {row.sla: row for row in standard_report().sizing.rows()}
WORKED_CURVE = Curve([1, 10, 256], [215.5, 122.2, 41.8])
LOG_C = "no budget claimed: the method is log-c"
PLATEAU, CLAIMED, UNMET = ROWS[20], ROWS[50], ROWS[300]
WIDE = size(WORKED_CURVE, [50], Demand.tpm(3e6), gpus_per_pod=4, method="log-c").rows()[0]
MEASURED = size(Curve([1, 10], [215.5, 122.2]), [215.5], Demand.tpm(3e6), gpus_per_pod=4).rows()[0]
KNEE = size(Curve([1, 8, 16], [100, 60, 25]), [30], Demand.tpm(3e6), gpus_per_pod=4).rows()[0]
OVERLOADED_ROW = size(WORKED_CURVE, [190], Demand.tpm(3e6), gpus_per_pod=4, method="log-c").rows()[0]
ABOVE = size(Curve([8, 16], [100, 60]), [200], Demand.tpm(3e6), gpus_per_pod=4).rows()[0]
CLOSED = size(Curve([0.3, 1], [100, 90]), [95], Demand.tpm(3e6), gpus_per_pod=4).rows()[0]
OUTSIDE = "interpolated between c=1 and c=10, not inside the sweep c=8..128"
STATISTIC = "TTFT p99 asked, mean measured"


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
        ("row", "words"),
        [
            (PLATEAU, "flat: last point"),
            (WIDE, "interpolated"),
            (MEASURED, "measured"),
            (KNEE, "past the knee: best"),
            (UNMET, "cannot be met"),
            (None, ""),
        ],
    )
    def test_it_is_one_of_a_few_words(self, row, words):
        assert basis_words(row) == words


class TestRemark:
    @pytest.mark.parametrize(
        ("row", "words"),
        [
            (PLATEAU, ""),
            (WIDE, f"measure first; {LOG_C}"),
            (CLAIMED, "wide range"),
            (OVERLOADED_ROW, f"measure first; {LOG_C}; max-num-seqs does not carry the demand"),
            (UNMET, "above the fastest measured point; relax the SLA"),
            (ABOVE, "above the fastest measured point; measure c=1 or relax the SLA"),
            (CLOSED, "wide range: bracket closed"),
        ],
    )
    def test_it_is_the_core_s_without_the_number_that_stands_beside_it(self, row, words):
        assert remark_words(row, "DRAFT") == words

    def test_a_row_without_an_sla_has_none(self):
        assert remark_words(None, "") == ""

    def test_a_verdict_is_quoted_with_its_commitment(self):
        assert remark_words(WIDE, "VERDICT") == f"wide range; {LOG_C}"

    @pytest.mark.parametrize(
        ("whys", "words"),
        [
            ([OUTSIDE, QUEUED, STATISTIC], f"DRAFT: {STATISTIC}"),
            ([OUTSIDE, QUEUED], "DRAFT: output tok/s too low at a point used"),
            ([OUTSIDE], "DRAFT: bracket outside the sweep"),
        ],
    )
    def test_a_draft_among_verdicts_says_why(self, whys, words):
        own = own_words(Rigor(tuple(Reason(why, "") for why in whys)))
        assert (own, remark_words(PLATEAU, "DRAFT", own)) == (words, words)

    def test_a_claim_may_name_a_concurrency_of_its_own(self):
        # first anchor at c=32: no budget is claimed, and the phrase names c=16
        row = size(Curve([32, 256], [100, 40]), [60], Demand.tpm(3e8), gpus_per_pod=4).rows()[0]
        assert remark_words(row, "DRAFT").endswith("no budget claimed: the first anchor is above c=16")


class TestInTheProof:
    @pytest.mark.parametrize(
        ("cell", "text", "sentence"),
        [
            (
                "V21",
                '="measured"',
                r"basis in row 21 .*SLA 50.* is 'measured' in Sizing!V21 and 'interpolated' in Python",
            ),
            ("W21", "=11", "c of the basis in row 21 .* is 11 in Sizing!W21 and 10 in Python"),
            ("X21", '=""', "higher c of the basis in row 21 .* is '' in Sizing!X21 and 256 in Python"),
            ("R21", "=171", "c to measure in row 21 .* is 171 in Sizing!R21 and 170 in Python"),
            ("S21", '=""', r"remark in row 21 .*SLA 50.* is '' in Sizing!S21 and 'wide range' in Python"),
            ("S20", '="wide range"', "is 'wide range' in Sizing!S20 and '' in Python"),
            ("S26", '="wide range"', r"remark in row 26 of sheet Sizing is 'wide range' .* and '' in Python"),
            ("AP25", "=1", "TTFT of the first point in row 25 .* is 1 in Sizing!AP25 and '' in Python"),
            ("AQ25", "=1", "times the limit in row 25 .* is 1 in Sizing!AQ25 and '' in Python"),
        ],
    )
    def test_a_wrong_word_never_reaches_a_file(self, monkeypatch, tmp_path, cell, text, sentence):
        after_rows(monkeypatch, "sizing_rows", lambda page, _piece: page.put(cell, text, "calc.text"))
        with pytest.raises(ProofError, match=sentence):
            write_workbook(standard_report(), tmp_path / "a.xlsx")
        assert list(tmp_path.iterdir()) == []
