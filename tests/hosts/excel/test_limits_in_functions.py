"""A limit on TTFT in the Excel functions: `size`'s own answers, blanks, refusals, what binds, and without Excel.

The worked curve carries 215.5, 1,222, 4,480 and 10,700.8 tok/s; 3,000,000 TPM, 4 GPUs a pod, util 0.70.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.hosts.recalc.foreign_books import workbook
from xlsizing import Curve, Demand, Limits, size
from xlsizing.advice.audit import audit
from xlsizing.hosts.excel.registry import FUNCTIONS
from xlsizing.hosts.headless import OMITTED
from xlsizing.hosts.recalc import Recalculation

CURVE = [[1, 215.5, None, 0.1], [10, 122.2, None, 0.18], [64, 70, None, 0.9], [256, 41.8, None, 1.9]]
NO_TTFT = [row[:2] for row in CURVE]
TPM = 3_000_000
UNTOLD = (
    "#SIZING:VALUE: ttft_s must be a limit on a wait that the curve tells: no TTFT known; give the TTFT, or leave the "
    "limit out"
)
LATE = (
    "#SIZING:N/A: TTFT 0.05 s cannot be met: at the first measured point, c=1, it is 0.1 s, 2 times that; relax the limit "
    "or take a faster model"
)
LIMITED = {
    "SIZING_CSTAR": (CURVE, 40, OMITTED),
    "SIZING_POD_TPS": (CURVE, 40, OMITTED),
    "SIZING_BINDING": (CURVE, 40, OMITTED),
    "SIZING_PODS": (CURVE, 40, TPM, OMITTED, OMITTED),
    "SIZING_GPUS": (CURVE, 40, TPM, 4, OMITTED, OMITTED),
    "SIZING_GPUS_BUDGET": (CURVE, 40, TPM, 4, OMITTED, OMITTED, OMITTED),
    "SIZING_GPUS_COMMIT": (CURVE, 40, TPM, 4, OMITTED, OMITTED),
    "SIZING_COST": (CURVE, 40, TPM, 4, OMITTED, OMITTED, OMITTED),
}
"""Functions of one number, all but their last argument [-]."""

ADVISED = {
    "SIZING_REGIME": (CURVE, 40, OMITTED),
    "SIZING_RIGOR": (CURVE, 40, OMITTED),
    "SIZING_NEXT_LEVER": (CURVE, 40, TPM, 4, OMITTED, OMITTED, OMITTED),
    "SIZING_AUDIT": (CURVE, 16, TPM, OMITTED, 40, OMITTED),
    "SIZING_DELTA_GPUS": (CURVE, CURVE, 40, TPM, 4, OMITTED, OMITTED, OMITTED),
    "SIZING_MAX_TPM": (CURVE, 40, 64, 4, OMITTED, OMITTED),
}


def table(headless, slas, *limits, method=OMITTED):
    """Return the rows of SIZING_TABLE on the worked curve, without the header."""
    return headless.call("SIZING_TABLE", CURVE, slas, TPM, 4, OMITTED, OMITTED, method, *limits)[1:]


class TestByHand:
    def test_at_the_anchor_that_equals_the_limit(self, headless):
        # 50,000/(4,480 x 0.7) = 15.94: 16 pods, 64 GPUs, on every end of the range
        found = {name: headless.call(name, *arguments, 0.9) for name, arguments in LIMITED.items()}
        assert found == {
            "SIZING_CSTAR": 64,
            "SIZING_POD_TPS": 4480,
            "SIZING_BINDING": "TTFT",
            "SIZING_PODS": 16,
            "SIZING_GPUS": 64,
            "SIZING_GPUS_BUDGET": 64,
            "SIZING_GPUS_COMMIT": 64,
            "SIZING_COST": 64 * 8.6 * 730,
        }
        assert headless.call("SIZING_REGIME", *ADVISED["SIZING_REGIME"], 0.9) == "measured-anchor"

    def test_without_it_the_sla_alone_decides(self, headless):
        # plateau: 50,000/(10,700.8 x 0.7) = 6.7: 7 pods
        assert headless.call("SIZING_GPUS_COMMIT", CURVE, 40, TPM, 4) == 28

    @pytest.mark.parametrize(
        ("curve", "sla", "ttft_s", "word"),
        [
            (CURVE, 100, OMITTED, "tok/s/user"),
            (CURVE, 100, 0.9, "tok/s/user"),
            (CURVE, 40, 1.2, "TTFT"),
            (CURVE, 40, 2, "last point"),
            (CURVE, 40, OMITTED, "last point"),
            ([[1, 100, None, 0.1], [8, 80, None, 0.2], [64, 8, None, 5]], 5, 10, "knee"),  # T: 100, 640, 512
        ],
    )
    def test_every_word_of_what_binds(self, headless, curve, sla, ttft_s, word):
        assert headless.call("SIZING_BINDING", curve, sla, OMITTED, ttft_s) == word

    def test_advice_names_both(self, headless):
        both = "40 tok/s/user and TTFT of at most 0.9 s"
        assert headless.call("SIZING_AUDIT", *ADVISED["SIZING_AUDIT"], 0.9).startswith(f"Meets {both}: ")
        step = headless.call("SIZING_NEXT_LEVER", CURVE, 40, TPM, 4, OMITTED, OMITTED, "log-c", 1.2)
        assert step.startswith(
            "Measure c=97: it narrows the range of 28 to 64 GPUs at 40 tok/s/user and TTFT of at most"
        )
        assert "Gate: at least 40 tok/s/user and TTFT of at most 1.2 s at c=97." in step

    def test_both_curves_of_a_difference_keep_it(self, headless):
        # 0.9 s where TTFT is halved: c* = 64 x 4**0.9 carries 9,944 tok/s by log-c: 8 pods in place of 16
        quicker = [[c, rate, None, wait / 2] for c, rate, _, wait in CURVE]
        arguments = (CURVE, quicker, 40, TPM, 4, OMITTED, OMITTED, "log-c")
        assert headless.call("SIZING_DELTA_GPUS", *arguments, 0.9) == -32
        assert headless.call("SIZING_DELTA_GPUS", *arguments) == 0

    def test_rigor_rests_on_the_point_that_meets_both(self, headless):
        assert "interpolated between c=64 and c=256" in headless.call("SIZING_RIGOR", CURVE, 40, OMITTED, 1.2)
        assert "interpolated" not in headless.call("SIZING_RIGOR", CURVE, 40)


class TestTable:
    def test_a_limit_beside_each_sla_and_blanks_for_none(self, headless):
        rows = table(headless, [[40], [None], [40], [40]], [[0.9], [2], [None], [""]])
        assert [row[1] for row in rows] == [64, "", 28, 28]
        assert [row[15:] for row in rows] == [["TTFT", 0.9, 0.9], ["", "", ""], *[["last point", 1.9, 1.9]] * 2]

    def test_one_limit_for_all(self, headless):
        assert table(headless, [40, 100], 0.9) == table(headless, [[40], [100]], [[0.9, 0.9]])
        for none in (OMITTED, None, [[None], [None]]):
            assert table(headless, [40, 100], none) == table(headless, [40, 100])

    def test_ttft_at_the_estimate_and_at_what_to_commit_to(self, headless):
        # 100 tok/s/user by log-c is 22.2/52.2 of the way from c=10 to c=64
        (row,) = table(headless, 100, method="log-c")
        assert row[15:] == ["tok/s/user", pytest.approx(0.18 + 0.72 * 22.2 / 52.2), 0.18]

    def test_a_row_that_cannot_be_met_holds_its_regime_alone(self, headless):
        rows = table(headless, [40, 40], [[0.05, 0.9]])
        assert rows[0] == [*[""] * 9, "latency-tier-infeasible", *[""] * 8]
        assert rows[1][1] == 64

    def test_blanks_need_no_ttft_of_the_curve(self, headless):
        arguments = (NO_TTFT, [[40], [50]], TPM, 4, OMITTED, OMITTED, OMITTED)
        assert headless.call("SIZING_TABLE", *arguments, [[None], [None]]) == headless.call("SIZING_TABLE", *arguments)
        assert headless.call("SIZING_TABLE", *arguments, [[None], [1]]) == UNTOLD

    @pytest.mark.parametrize(
        ("limits", "refusal"),
        [
            ([[1], [2]], "VALUE: ttfts_s must be one limit, or one beside each SLA (got 2 limits, 3 SLAs)"),
            ([[1, 2], [3, 4]], "VALUE: ttfts_s must be one row or one column (got 2 rows, 2 columns)"),
            ([[1], [0], [3]], "NUM: ttft_s must be above 0 (got 0 in row 2, column 1 of ttfts_s)"),
            ([[1], ["2"], [3]], "VALUE: ttft_s must be a number (got '2' in row 2, column 1 of ttfts_s)"),
            ([[1], ["#N/A"], [3]], "VALUE: ttft_s must be a number (got the error #N/A in row 2, column 1 of ttfts_s)"),
        ],
    )
    def test_refused(self, headless, limits, refusal):
        found = headless.call("SIZING_TABLE", CURVE, [20, 30, 40], TPM, 4, OMITTED, OMITTED, OMITTED, limits)
        assert found.partition("; turn")[0] == f"#SIZING:{refusal}"


class TestRefusals:
    @pytest.mark.parametrize("name", [*LIMITED, *ADVISED])
    @pytest.mark.parametrize(
        ("cell", "refusal"),
        [
            (0, "NUM: ttft_s must be above 0 (got 0)"),
            (-2, "NUM: ttft_s must be above 0 (got -2)"),
            ("fast", "VALUE: ttft_s must be a number (got 'fast')"),
            (True, "VALUE: ttft_s must be a number (got TRUE)"),
            ("#REF!", "VALUE: ttft_s must be a number (got the error #REF!)"),
            ([[1], [2]], "VALUE: ttft_s must be a number (got a range of several cells)"),
        ],
    )
    def test_what_is_no_limit_is_refused(self, headless, name, cell, refusal):
        assert headless.call(name, *(LIMITED | ADVISED)[name], cell) == f"#SIZING:{refusal}"

    @pytest.mark.parametrize("name", [*LIMITED, *ADVISED])
    @pytest.mark.parametrize("cell", [None, ""])
    def test_a_blank_cell_is_no_limit(self, headless, name, cell):
        arguments = (LIMITED | ADVISED)[name]
        assert headless.call(name, *arguments, cell) == headless.call(name, *arguments)

    @pytest.mark.parametrize("name", [*LIMITED, *ADVISED])
    def test_a_curve_without_ttft(self, headless, name):
        arguments = [NO_TTFT if each is CURVE else each for each in (LIMITED | ADVISED)[name]]
        expected = UNTOLD
        if name == "SIZING_DELTA_GPUS":
            expected = (
                '#SIZING:VALUE: lever "optimised" must tell the waits that are limited: baseline: no TTFT known; bring '
                "curves of both sides that tell it, or leave the limit out"
            )
        assert headless.call(name, *arguments, 0.9) == expected
        assert not str(headless.call(name, *arguments)).startswith("#SIZING")

    @pytest.mark.parametrize("name", LIMITED)
    def test_a_limit_that_no_point_keeps(self, headless, name):
        assert headless.call(name, *LIMITED[name], 0.05) == LATE

    def test_sla_and_limit_missed(self, headless):
        assert headless.call("SIZING_GPUS", CURVE, 300, TPM, 4, OMITTED, OMITTED, 0.04).startswith(
            "#SIZING:N/A: 300 tok/s/user and TTFT 0.04 s cannot be met: the fastest measured point is 215.5 at c=1; "
        )
        assert headless.call("SIZING_REGIME", CURVE, 40, OMITTED, 0.05) == "latency-tier-infeasible"

    def test_every_function_of_an_sla_takes_it_last(self):
        takes = {
            name: [argument.name for argument in function.arguments]
            for name, function in FUNCTIONS.items()
            if {"sla", "slas"} & {argument.name for argument in function.arguments} and name != "SIZING_CHECK"
        }
        assert set(takes) == {*LIMITED, *ADVISED, "SIZING_TABLE"}
        assert {names[-1] for names in takes.values()} == {"ttft_s", "ttfts_s"}


def drawn(random):
    """Return a curve of up to eight points with waits that rise and fall, an SLA and a limit at, near and off it."""
    n = int(random.integers(1, 9))
    c = np.cumprod(1 + random.uniform(0.2, 4, n)).tolist()
    rates = (300 * np.cumprod(random.uniform(0.4, 1, n))).tolist()
    waits = (0.1 * np.cumprod(random.choice([1.0, 1.5, 0.9, 3.0], n))).tolist()
    sla = float(random.choice([random.uniform(rates[-1] / 2, rates[0] * 1.1), random.choice(rates)]))
    limit = float(random.choice([random.uniform(0.05, max(waits) * 1.2), random.choice(waits)]))
    tps = [each * rate * random.uniform(0.8, 1) for each, rate in zip(c, rates, strict=True)]
    return c, rates, tps if random.integers(2) else None, waits, sla, limit


class TestSameAsPython:
    pytestmark = pytest.mark.slow

    @pytest.mark.parametrize("method", ["auto", "log-c", "tpot"])
    def test_a_thousand_rows_a_method(self, headless, method):
        random = np.random.default_rng(2026)
        bound = set()
        for _ in range(1000):
            c, rates, tps, waits, sla, limit = drawn(random)
            cells = [list(row) for row in zip(c, rates, tps or [None] * len(c), waits, strict=True)]
            curve = Curve(c, rates, output_tok_s=tps, ttft_s=waits)
            within = Limits(ttft_s=limit)
            result = size(curve, sla, Demand.tpm(TPM), gpus_per_pod=4, util=0.7, method=method, limits=within)
            sized = (cells, sla, TPM, 4, 0.7)
            found = {
                "c_star": headless.call("SIZING_CSTAR", cells, sla, method, limit),
                "per_replica_tps": headless.call("SIZING_POD_TPS", cells, sla, method, limit),
                "binding": headless.call("SIZING_BINDING", cells, sla, method, limit),
                "pods": headless.call("SIZING_PODS", cells, sla, TPM, 0.7, method, limit),
                "gpus": headless.call("SIZING_GPUS", *sized, method, limit),
                "gpus_budget": headless.call("SIZING_GPUS_BUDGET", *sized, OMITTED, method, limit),
                "gpus_high": headless.call("SIZING_GPUS_COMMIT", *sized, method, limit),
                "usd_per_month": headless.call("SIZING_COST", *sized, 8.6, method, limit),
            }
            assert headless.call("SIZING_REGIME", cells, sla, method, limit) == result.regime
            (row,) = headless.call("SIZING_TABLE", *[cells, sla, TPM, 4, 0.7, 8.6, method], limit)[1:]
            checked = audit(curve, Demand.tpm(TPM), pods=20, sla=sla, method=method, limits=within)
            assert headless.call("SIZING_AUDIT", cells, 20, TPM, 0.7, sla, method, limit) == checked.verdict
            if not result.feasible:
                assert set(found.values()) == {f"#SIZING:N/A: {result.points.unmet()}"}
                continue
            assert found == {name: getattr(result, name) for name in found}
            (own,) = result.rows()
            assert row[15:] == [own.binding, own.ttft_s, own.ttft_s_commit]
            assert row[1:4] == [own.gpus_high, own.gpus, own.gpus_low]
            bound.add(own.binding)
        assert bound == {"tok/s/user", "TTFT", "knee", "last point"}


CELLS = {
    "A1": 1, "B1": 215.5, "D1": 0.1, "A2": 10, "B2": 122.2, "D2": 0.18, "A3": 64, "B3": 70, "D3": 0.9, "A4": 256,
    "B4": 41.8, "D4": 1.9, "F1": 40, "F2": 100, "F3": 40, "G1": 0.9, "G2": 0.9,
    "H1": "=SIZING_GPUS_COMMIT(A1:D4,F1,3000000,4,,,G1)",
    "H2": '=SIZING_BINDING(A1:D4,F1,,G1)&" "&SIZING_BINDING(A1:D4,F2,,G1)',
    "H3": '=IFERROR(SIZING_GPUS(A1:D4,F1,3000000,4,,,G1/18),"late")',
    "H4": "=SIZING_GPUS(A1:D4,F1,3000000,4,,,G3)",
    "H5": "=INDEX(SIZING_TABLE(A1:D4,F1:F3,3000000,4,,,,G1:G3),4,2)",
    "H6": "=INDEX(SIZING_TABLE(A1:D4,F1:F3,3000000,4,,,,G1:G3),2,16)",
    "H7": '=SIZING_NEXT_LEVER(A1:D4,F1,3000000,4,,,"log-c",1.2)',
}  # fmt: skip


class TestWithoutExcel:
    """`xlsizing recalc` lifts the functions out of the formulas, new arguments and all."""

    def test_every_formula(self):
        book = Recalculation(workbook({"Quote": CELLS}))
        book.calculate()
        assert book.unevaluated == []
        values = [book.value(f"Quote!H{row}") for row in range(1, 8)]
        assert values[:3] == [64, "TTFT tok/s/user", "late"]
        assert values[3] == 28
        assert values[4:6] == [28, "TTFT"]
        assert values[6].startswith("Measure c=97: ")
        book.set("Quote!G1", 2)
        book.calculate()
        assert book.value("Quote!H1") == 28
