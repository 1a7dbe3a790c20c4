"""Headless mode: known answers, delivery as Excel would, refusals as marked text, and never an exception.

Known answers are the worked rows of the specification: 1:215.5, 10:122.2, 256:41.8; 3,000,000 TPM; 4 GPUs; util 0.70.
"""

import datetime as dt
import logging
import math
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlsizing
from xlsizing.errors import InputError
from xlsizing.hosts.excel import registry
from xlsizing.hosts.excel.excel_errors import EXCEL_ERRORS
from xlsizing.hosts.headless import OMITTED, Headless

CURVE = [[1, 215.5], [10, 122.2], [256, 41.8]]
TPM = 3_000_000
HEADER = [
    "SLA tok/s/user",
    "GPUs to commit",
    "GPUs estimate",
    "GPUs low",
    "pods estimate",
    "c*, estimate",
    "tok/s per pod, estimate",
    "$/month to commit",
    "$/month estimate",
    "regime",
    "remark",
    "GPUs to budget, 95 %",
    "c, commit",
    "max-num-seqs, commit",
    "$/month to budget",
    "binds",
    "TTFT there, estimate [s]",
    "TTFT there, commit [s]",
]
INFEASIBLE = (
    "#SIZING:N/A: 300 tok/s/user cannot be met: the fastest measured point is 215.5 at c=1; "
    "relax the SLA or take a faster model"
)
GPU_MONTH = 8.6 * 730  # $ of one GPU


class TestKnownAnswers:
    def test_the_call_of_the_readme(self):
        assert Headless().call("SIZING_GPUS", [[1, 215.5], [10, 122.2], [256, 41.8]], 100, 3e6, 4) == 124

    @pytest.mark.parametrize(
        ("sla", "c_star", "tok_s", "pods", "low", "high", "regime"),
        [
            (20, 256, 10_700.8, 7, 7, 7, "below-knee-plateau"),
            (50, 183.91, 9_195.7, 8, 7, 59, "interp"),
            (100, 24.48, 2_448.2, 30, 7, 59, "interp"),
            (122.2, 10, 1_222, 59, 59, 59, "measured-anchor"),
            (150, 5.04, 755.3, 95, 59, 332, "interp"),
            (215, 1.01, 217.7, 329, 59, 332, "interp"),
        ],
    )
    def test_worked_rows_by_log_c(self, headless, sla, c_star, tok_s, pods, low, high, regime):
        assert headless.call("SIZING_CSTAR", CURVE, sla, "log-c") == pytest.approx(c_star, abs=0.005)
        assert headless.call("SIZING_POD_TPS", CURVE, sla, "log-c") == pytest.approx(tok_s, abs=0.05)
        assert headless.call("SIZING_REGIME", CURVE, sla, "log-c") == regime
        assert headless.call("SIZING_PODS", CURVE, sla, TPM, OMITTED, "log-c") == pods
        assert headless.call("SIZING_GPUS", CURVE, sla, TPM, 4, OMITTED, "log-c") == 4 * pods
        assert headless.call("SIZING_GPUS_COMMIT", CURVE, sla, TPM, 4, OMITTED, "log-c") == 4 * high
        # no budget is claimed for log-c
        assert headless.call("SIZING_GPUS_BUDGET", CURVE, sla, TPM, 4, OMITTED, OMITTED, "log-c") == 4 * high
        cost = headless.call("SIZING_COST", CURVE, sla, TPM, 4, OMITTED, OMITTED, "log-c")
        assert cost == pytest.approx(4 * pods * GPU_MONTH)
        assert headless.call("SIZING_TABLE", CURVE, sla, TPM, 4, OMITTED, OMITTED, "log-c")[1][3] == 4 * low

    @pytest.mark.parametrize(
        ("sla", "c_star", "tok_s", "pods", "low", "budget", "high", "regime"),
        [
            # the worked rows by auto, which nobody has to ask for
            (20, 256, 10_700.8, 7, 7, 7, 7, "below-knee-plateau"),
            (50, 170.2601, 8_513.003, 9, 7, 25, 59, "interp"),
            (100, 23.5805, 2_358.049, 31, 7, 44, 59, "interp"),
            (122.2, 10, 1_222, 59, 59, 59, 59, "measured-anchor"),
            (150, 5.7218, 858.266, 84, 59, 178, 332, "interp"),
            (215, 1.0203, 219.355, 326, 59, 329, 332, "interp"),
        ],
    )
    def test_worked_rows(self, headless, sla, c_star, tok_s, pods, low, budget, high, regime):
        assert headless.call("SIZING_CSTAR", CURVE, sla) == pytest.approx(c_star, abs=0.00006)
        assert headless.call("SIZING_POD_TPS", CURVE, sla) == pytest.approx(tok_s, abs=0.0006)
        assert headless.call("SIZING_REGIME", CURVE, sla) == regime
        assert headless.call("SIZING_PODS", CURVE, sla, TPM) == pods
        assert headless.call("SIZING_GPUS", CURVE, sla, TPM, 4) == 4 * pods
        assert headless.call("SIZING_GPUS_BUDGET", CURVE, sla, TPM, 4) == 4 * budget
        assert headless.call("SIZING_GPUS_COMMIT", CURVE, sla, TPM, 4) == 4 * high
        assert headless.call("SIZING_COST", CURVE, sla, TPM, 4) == pytest.approx(4 * pods * GPU_MONTH)
        row = headless.call("SIZING_TABLE", CURVE, sla, TPM, 4)[1]
        assert (row[3], row[11]) == (4 * low, 4 * budget)

    @pytest.mark.parametrize(("sla", "pods"), [(50, (19, 25, 40)), (100, (40, 44, 52)), (150, (145, 178, 252))])
    def test_worked_budgets(self, headless, sla, pods):
        for confidence, each in zip((0.9, 0.95, 0.99), pods, strict=True):
            assert headless.call("SIZING_GPUS_BUDGET", CURVE, sla, TPM, 4, 0.7, confidence) == 4 * each
            assert headless.call("SIZING_GPUS_BUDGET", CURVE, sla, TPM, 4, OMITTED, confidence, "auto") == 4 * each

    @pytest.mark.parametrize(("sla", "pods"), [(50, 9), (100, 27), (150, 87), (215, 327)])
    def test_worked_rows_by_tpot(self, headless, sla, pods):
        assert headless.call("SIZING_PODS", CURVE, sla, TPM, 0.7, "tpot") == pods
        assert headless.call("SIZING_PODS", CURVE, sla, TPM, OMITTED, "tpot") == pods

    def test_throughput_cross_check(self, headless):
        arguments = ([[128, 22.78125]], 22.78125, TPM, 8, 1)  # 128 x 22.78125 = 2,916; 50,000/2,916 = 17.1
        assert headless.call("SIZING_GPUS", *arguments) == 144

    def test_own_price(self, headless):
        assert headless.call("SIZING_COST", CURVE, 20, TPM, 4, 0.7, 2) == 28 * 2 * 730

    def test_measured_throughput_counts(self, headless):
        measured = [[1, 215.5, 210], [10, 122.2, 1_100], [256, 41.8, 9_000]]
        assert headless.call("SIZING_POD_TPS", measured, 122.2) == 1_100
        assert headless.call("SIZING_PODS", measured, 122.2, TPM) == 65  # 50,000/(1,100 x 0.7) = 64.9

    @pytest.mark.parametrize(
        ("arguments", "tpm"), [((50_000, "tok/s"), 3e6), ((100, "rps", 500), 3e6), ((100, "tok/s", 500), 6e3)]
    )
    def test_tpm_is_sixty_seconds_of_it(self, headless, arguments, tpm):
        assert headless.call("SIZING_TPM", *arguments) == tpm

    def test_version_names_what_a_bug_report_needs(self, headless):
        assert headless.call("SIZING_VERSION").startswith(f"xlsizing {xlsizing.__version__}, xlwings 0.37.8, Python 3.")

    def test_name_in_any_case(self, headless):
        assert headless.call("sizing_gpus", CURVE, 100, TPM, 4) == 124


class TestTable:
    def test_header_rows_blanks_and_infeasible_rows(self, headless):
        table = headless.call("SIZING_TABLE", CURVE, [[300], [None], [20], [""]], TPM, 4)
        assert table[0] == HEADER
        assert table[1] == [*[""] * 9, "latency-tier-infeasible", *[""] * 8]
        assert table[2] == table[4] == [""] * 18
        assert table[3] == [
            20,
            28,
            28,
            28,
            7,
            256,
            pytest.approx(10_700.8),
            *[28 * GPU_MONTH] * 2,
            "below-knee-plateau",
            "",
            28,
            256,
            256,
            28 * GPU_MONTH,
            "last point",
            "-",
            "-",
        ]
        assert len(table) == 5

    def test_a_wide_range_says_so_and_what_may_be_quoted(self, headless):
        # 28 to 236 GPUs at 100 tok/s/user: 236 > 2 x 28; c* = 23.58 by auto, whose budget is claimed; 44 pods of 4, or 59
        # at the measured c=10.
        row = headless.call("SIZING_TABLE", CURVE, [100], TPM, 4)[1]
        assert row[10:] == ["wide range: measure c=23", 176, 10, 10, 176 * 8.6 * 730, "tok/s/user", "-", "-"]

    def test_a_wide_range_without_a_claimed_budget_says_that_nobody_may_quote_it(self, headless):
        # c* = 24.48 by log-c: the budget is the commitment.
        row = headless.call("SIZING_TABLE", CURVE, [100], TPM, 4, OMITTED, OMITTED, "log-c")[1]
        said = "measure first: c=24; no budget claimed: the method is log-c"
        assert row[10:] == [said, 236, 10, 10, 236 * 8.6 * 730, "tok/s/user", "-", "-"]

    def test_cells_are_those_of_the_single_functions(self, headless):
        row = headless.call("SIZING_TABLE", CURVE, [100], TPM, 4, 0.6, 3, "tpot")[1]
        cost = headless.call("SIZING_COST", CURVE, 100, TPM, 4, 0.6, 3, "tpot")
        arguments = (CURVE, 100, TPM, 4, 0.6, "tpot")
        assert row[1] == headless.call("SIZING_GPUS_COMMIT", *arguments)
        assert row[2] == headless.call("SIZING_GPUS", *arguments)
        assert row[7:9] == [row[1] * 3 * 730, cost]
        assert row[11] == headless.call("SIZING_GPUS_BUDGET", CURVE, 100, TPM, 4, 0.6, OMITTED, "tpot")

    def test_a_row_of_slas_gives_a_row_for_each(self, headless):
        column = headless.call("SIZING_TABLE", CURVE, [[20], [50]], TPM, 4)
        assert headless.call("SIZING_TABLE", CURVE, [[20, 50]], TPM, 4) == column

    def test_a_refused_table_is_one_cell(self, headless):
        refused = headless.call("SIZING_TABLE", CURVE, [[20], [None], [-5]], TPM, 4)
        assert refused == "#SIZING:NUM: sla must be above 0 (got -5 in row 3, column 1 of slas)"


class TestListing:
    def test_every_function_with_its_arguments_and_defaults(self, headless):
        listed = {function.name: [(a.name, a.default) for a in function.arguments] for function in headless.functions}
        assert len(listed) == 21
        assert listed["SIZING_COST"] == [
            *[(name, OMITTED) for name in ("anchors", "sla", "tpm", "gpus_per_pod")],
            ("util", 0.7),
            ("gpu_hourly_usd", 8.6),
            ("method", "auto"),
            ("ttft_s", OMITTED),
        ]
        assert listed["SIZING_GPUS_BUDGET"][4:] == [
            ("util", 0.7),
            ("confidence", 0.95),
            ("method", "auto"),
            ("ttft_s", OMITTED),
        ]
        assert listed["SIZING_AUDIT"][3:] == [("util", 0.7), ("sla", OMITTED), ("method", "auto"), ("ttft_s", OMITTED)]
        assert listed["SIZING_NEXT_LEVER"][4:] == [
            ("util", 0.7),
            ("gpu_hourly_usd", OMITTED),
            ("method", "auto"),
            ("ttft_s", OMITTED),
        ]
        assert listed["SIZING_CHECK"] == [
            (name, OMITTED) for name in ("anchors", "sla", "tpm", "gpus_per_pod", "util", "ttft_s")
        ]
        assert listed["SIZING_RIGOR"] == [(name, OMITTED) for name in ("anchors", "sla", "context", "ttft_s")]
        assert listed["SIZING_DELTA_GPUS"][5:] == [
            ("util", 0.7),
            ("optimised_gpus_per_pod", OMITTED),
            ("method", "auto"),
            ("ttft_s", OMITTED),
        ]
        assert listed["SIZING_TP"][2:] == [("dtype", "nvfp4"), ("current_tp", 4), ("gpu_mem_gb", 284)]

    def test_what_may_be_left_out_and_what_is_a_range(self, headless):
        table = next(function for function in headless.functions if function.name == "SIZING_TABLE")
        assert [a.name for a in table.arguments if a.optional] == ["util", "gpu_hourly_usd", "method", "ttfts_s"]
        ranges = {a.name for function in headless.functions for a in function.arguments if a.is_range}
        assert ranges == {"anchors", "slas", "ttfts_s", "context", "baseline", "optimised"}

    def test_help_is_one_sentence_each(self, headless):
        docs = [text.doc for function in headless.functions for text in (function, *function.arguments)]
        assert all(10 < len(doc) <= 255 and "\n" not in doc for doc in docs)

    def test_omitted_shows_as_such(self):
        assert repr(OMITTED) == "OMITTED"


class TestDelivery:
    @pytest.mark.parametrize(
        "anchors",
        [
            tuple(map(tuple, CURVE)),
            np.array(CURVE),
            np.array(CURVE, dtype=object),
            pd.DataFrame(CURVE),
            [[np.int64(c), np.float32(r) * 0 + r] for c, r in CURVE],
            [[Decimal(c), Decimal(str(r))] for c, r in CURVE],
            [*CURVE, [None, ""], [None, None]],
            [["", None], *CURVE[::-1]],
            [[*row, None, None] for row in CURVE],
        ],
        ids=["tuples", "array", "objects", "frame", "numpy cells", "currency", "blank rows", "unsorted", "4 columns"],
    )
    def test_ways_to_write_a_range(self, headless, anchors):
        assert headless.call("SIZING_GPUS", anchors, 100, TPM, 4) == 124

    @pytest.mark.parametrize("sla", [100, 100.0, np.int64(100), np.array(100), [[100]], [100], Decimal("100.0000")])
    def test_ways_to_write_a_cell(self, headless, sla):
        assert headless.call("SIZING_GPUS", CURVE, sla, TPM, 4) == 124

    def test_a_flat_list_is_one_row(self, headless):
        assert headless.call("SIZING_PODS", [128, 22.78125], 22.78125, TPM, 1) == 18
        assert len(headless.call("SIZING_TABLE", CURVE, [20, 50, 100], TPM, 4)) == 4

    def test_functions_see_floats_where_python_has_whole_numbers(self, echo, headless):
        assert headless.call("ECHO", 3) == "float"
        assert headless.call("ECHO", np.int32(3)) == "float"
        assert headless.call("ECHO", True) == "bool"
        assert headless.call("ECHO", Decimal(3)) == "Decimal"
        assert headless.call("ECHO", "") == "NoneType"
        assert headless.call("ECHO", "#N/A") == "str"
        assert headless.call("ECHO", "#SPILL!") == "int"
        assert headless.call("ECHO", -2146826246) == "str"
        assert headless.call("ECHO", np.datetime64("2026-01-02", "ns")) == "datetime"

    def test_from_python_the_plain_function_knows_its_defaults_too(self):
        from xlsizing.hosts.udfs import SIZING_GPUS  # noqa: PLC0415  # the one test that calls it plainly

        assert SIZING_GPUS([[float(c), r] for c, r in CURVE], 100.0, 3e6, 4.0) == 124

    @pytest.mark.parametrize("tz", [None, dt.UTC])
    def test_dates_are_no_numbers(self, headless, tz):
        cell = dt.datetime(2026, 1, 2, tzinfo=tz)
        got = "#SIZING:VALUE: sla must be a number (got the date 2026-01-02)"
        assert headless.call("SIZING_PODS", CURVE, cell, TPM) == got
        assert headless.call("SIZING_PODS", CURVE, np.datetime64("2026-01-02", "ns"), TPM) == got
        assert headless.call("SIZING_PODS", CURVE, pd.Timestamp(cell), TPM) == got


@pytest.fixture
def extra_function():
    """Register a function for one test; give back the way to do so."""
    known = dict(registry.FUNCTIONS)
    yield registry.excel_function()
    registry.FUNCTIONS.clear()
    registry.FUNCTIONS.update(known)


@pytest.fixture
def echo(extra_function, monkeypatch):
    """A function ECHO that tells the type in which its cell arrived."""
    clean = (lambda cell, _: type(cell).__name__, False, "Any cell.")
    monkeypatch.setitem(registry._ARGUMENTS, "cell", clean)

    def ECHO(cell):  # noqa: N802  # an Excel name
        return cell

    return extra_function(ECHO)


@pytest.fixture
def log_file(tmp_path, monkeypatch):
    """The log of defects, in a place of its own."""
    path = tmp_path / "errors.log"
    monkeypatch.setattr(registry, "LOG_FILE", path)
    logger = logging.getLogger("xlsizing")
    yield path
    for handler in logger.handlers[:]:
        if getattr(handler, "baseFilename", None) == str(path):
            logger.removeHandler(handler)
            handler.close()


@pytest.fixture
def broken(extra_function):
    """A function BROKEN with a defect of ours."""

    def BROKEN(sla):  # noqa: N802  # an Excel name
        raise RuntimeError(f"secret {sla}")

    return extra_function(BROKEN)


class TestDefects:
    def test_a_defect_is_shown_without_its_traceback(self, headless, broken, log_file):
        shown = f"#SIZING:VALUE: internal error in BROKEN; please report it with {log_file}"
        assert headless.call("BROKEN", 5) == shown

    def test_a_function_that_explains_shows_it_in_words(self, headless, extra_function, log_file):
        def SPOILT(sla):  # noqa: N802  # an Excel name
            raise RuntimeError

        registry.excel_function(refusal=str)(SPOILT)  # the fixture forgets it again
        assert headless.call("SPOILT", 5) == f"internal error in SPOILT; please report it with {log_file}"
        assert headless.call("SPOILT", None) == "sla must be a number (got a blank cell)"

    def test_a_defect_is_logged_in_full_each_time_once(self, headless, broken, log_file):
        headless.call("BROKEN", 5)
        headless.call("BROKEN", 6)
        log = log_file.read_text(encoding="utf-8")
        assert log.count("BROKEN failed") == log.count("Traceback") == 2
        assert "RuntimeError: secret 5.0" in log
        assert "RuntimeError: secret 6.0" in log

    def test_text_that_utf8_cannot_hold_is_logged_escaped(self, headless, broken, log_file):
        headless.call("BROKEN", 5)
        (handler,) = [
            h for h in logging.getLogger("xlsizing").handlers if getattr(h, "baseFilename", "") == str(log_file)
        ]
        handler.emit(logging.makeLogRecord({"msg": "a cell held \ud800"}))
        assert "a cell held \\ud800" in log_file.read_text(encoding="utf-8")

    def test_a_log_that_cannot_be_written_changes_nothing(self, headless, broken, log_file):
        log_file.mkdir()
        assert headless.call("BROKEN", 5).startswith("#SIZING:VALUE: internal error in BROKEN;")

    def test_a_user_mistake_is_not_logged(self, headless, log_file):
        assert headless.call("SIZING_PODS", CURVE, -1, TPM).startswith("#SIZING:NUM:")
        assert not log_file.exists()

    def test_an_answer_that_no_cell_can_show_is_a_defect(self, headless, extra_function, log_file):
        def NAN(sla):  # noqa: N802  # an Excel name
            return sla * math.nan

        extra_function(NAN)
        assert headless.call("NAN", 5).startswith("#SIZING:VALUE: internal error in NAN;")
        assert "a cell cannot show nan" in log_file.read_text(encoding="utf-8")


GOOD = {"anchors": CURVE, "sla": 100, "tpm": TPM, "gpus_per_pod": 4, "util": 0.7, "gpu_hourly_usd": 8.6}
BAD = {
    "tpm zero": ("tpm", 0, "NUM", "tpm must be above 0 (got 0)"),
    "tpm negative": ("tpm", -3e6, "NUM", "tpm must be above 0 (got -3000000)"),
    "tpm too large": ("tpm", 1e16, "NUM", "tpm must be from 1e-06 to 1e+15 (got 1e+16)"),
    "tpm NaN": ("tpm", math.nan, "VALUE", "tpm must be a finite number (got nan)"),
    "tpm text": ("tpm", "3M", "VALUE", "tpm must be a number (got '3M')"),
    "tpm blank": ("tpm", None, "VALUE", "tpm must be a number (got a blank cell)"),
    "tpm error": ("tpm", "#REF!", "VALUE", "tpm must be a number (got the error #REF!)"),
    "sla zero": ("sla", 0, "NUM", "sla must be above 0 (got 0)"),
    "sla negative": ("sla", -1, "NUM", "sla must be above 0 (got -1)"),
    "sla too small": ("sla", 1e-7, "NUM", "sla must be from 1e-06 to 1e+15 (got 1e-07)"),
    "sla infinite": ("sla", math.inf, "VALUE", "sla must be a finite number (got inf)"),
    "sla TRUE": ("sla", True, "VALUE", "sla must be a number (got TRUE)"),
    "sla infeasible": ("sla", 300, "N/A", INFEASIBLE.removeprefix("#SIZING:N/A: ")),
    "util zero": ("util", 0, "NUM", "util must be in (0, 1] (got 0)"),
    "util percent": ("util", 70, "NUM", "util must be in (0, 1] (got 70)"),
    "util NaN": ("util", math.nan, "VALUE", "util must be a finite number (got nan)"),
    "util blank": ("util", None, "VALUE", "util must be a number (got a blank cell)"),
    "gpus zero": ("gpus_per_pod", 0, "NUM", "gpus_per_pod must be a whole number of at least 1 (got 0)"),
    "gpus half": ("gpus_per_pod", 4.5, "NUM", "gpus_per_pod must be a whole number from 1 to 1000000 (got 4.5)"),
    "gpus text": ("gpus_per_pod", "four", "VALUE", "gpus_per_pod must be a number (got 'four')"),
    "no anchors": ("anchors", [[None, None]], "VALUE", "anchors must hold at least one measured point (got none)"),
    "half-blank anchor": (
        "anchors",
        [[1, 215.5], [10, None]],
        "VALUE",
        (
            "anchors must not be half-blank: tok/s/user is blank; fill in the cell or clear the whole row "
            "(row 2, column 2 of anchors)"
        ),
    ),
    "anchor error": (
        "anchors",
        [[1, 215.5], [10, "#N/A"]],
        "VALUE",
        "tok/s/user must be a number (got the error #N/A in row 2, column 2 of anchors)",
    ),
    "anchor zero": (
        "anchors",
        [[0, 215.5]],
        "NUM",
        "concurrency must be above 0 (got 0 in row 1, column 1 of anchors)",
    ),
    "rising curve": (
        "anchors",
        [[10, 100], [256, 200]],
        "VALUE",
        (
            "tok/s/user must not rise with concurrency: 100 at c=10, 200 at c=256 (+100 %), as where data-parallel ranks idle "
            "below c = DP; drop the points below c = DP (rows 1 and 2 of anchors)"
        ),
    ),
    "throughput too high": (  # c x tok/s/user is 10 x 100
        "anchors",
        [[10, 100, 2_000]],
        "VALUE",
        (
            "output tok/s must not exceed c x tok/s/user by more than 5%: 2000 at c=10 where c x tok/s/user is 1000; "
            "the columns contradict each other (row 1, column 3 of anchors)"
        ),
    ),
    "too many pods": (  # 1e15/60/(10,700.8 x 0.7) is 2.2e9 pods and more
        "tpm",
        1e15,
        "NUM",
        "demand must not need more than 100000000 pods (got 19484062040); check the units of demand and curve",
    ),
}


class TestRefusals:
    @pytest.mark.parametrize(("name", "cell", "kind", "sentence"), BAD.values(), ids=BAD)
    def test_marked_text_and_never_a_number(self, headless, name, cell, kind, sentence):
        cost = headless.call("SIZING_COST", *(GOOD | {name: cell}).values())
        assert cost == f"#SIZING:{kind}: {sentence}"

    @pytest.mark.parametrize(("name", "cell", "kind", "sentence"), BAD.values(), ids=BAD)
    def test_check_gives_the_same_sentence_without_the_mark(self, headless, name, cell, kind, sentence):
        assert headless.call("SIZING_CHECK", *list((GOOD | {name: cell}).values())[:5]) == sentence

    @pytest.mark.parametrize("function", ["SIZING_CSTAR", "SIZING_POD_TPS", "SIZING_PODS", "SIZING_GPUS_COMMIT"])
    def test_an_sla_that_cannot_be_met_is_na_in_every_function(self, headless, function):
        arguments = {"SIZING_PODS": (TPM,), "SIZING_GPUS_COMMIT": (TPM, 4)}.get(function, ())
        assert headless.call(function, CURVE, 300, *arguments) == INFEASIBLE

    def test_its_regime_is_an_answer(self, headless):
        assert headless.call("SIZING_REGIME", CURVE, 300) == "latency-tier-infeasible"

    def test_above_a_curve_that_starts_late(self, headless):
        assert headless.call("SIZING_PODS", [[8, 100]], 150, TPM) == (
            "#SIZING:N/A: 150 tok/s/user cannot be met: above the fastest measured point, 100 at c=8; "
            "concurrency below 8 was not measured: measure c=1 or relax the SLA"
        )

    def test_a_price_must_be_above_zero(self, headless):
        refused = headless.call("SIZING_COST", *(GOOD | {"gpu_hourly_usd": 0}).values())
        assert refused == "#SIZING:NUM: gpu_hourly_usd must be above 0 (got 0)"

    @pytest.mark.parametrize(
        ("confidence", "kind", "sentence"),
        [
            (0.8, "NUM", "confidence must be 0.90, 0.95 or 0.99 (got 0.8)"),
            (95, "NUM", "confidence must be 0.90, 0.95 or 0.99 (got 95)"),
            (None, "VALUE", "confidence must be a number (got a blank cell)"),
            (True, "VALUE", "confidence must be a number (got TRUE)"),
            ("#N/A", "VALUE", "confidence must be a number (got the error #N/A)"),
        ],
    )
    def test_a_confidence_must_be_one_of_three(self, headless, confidence, kind, sentence):
        refused = headless.call("SIZING_GPUS_BUDGET", CURVE, 100, TPM, 4, 0.7, confidence)
        assert refused == f"#SIZING:{kind}: {sentence}"

    def test_unknown_method(self, headless):
        refused = headless.call("SIZING_CSTAR", CURVE, 100, "linear")
        assert refused == '#SIZING:VALUE: method must be "auto", "log-c" or "tpot" (got \'linear\')'

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            ((5, "users"), '#SIZING:VALUE: unit must be "tok/s" or "rps" (got \'users\')'),
            ((5, "rps"), '#SIZING:VALUE: osl must be given with the unit "rps"; add the output tokens per request'),
            ((5, "rps", None), "#SIZING:VALUE: osl must be a number (got a blank cell)"),
            ((-5, "tok/s"), "#SIZING:NUM: value must be above 0 (got -5)"),
            ((5, "rps", 0), "#SIZING:NUM: osl must be above 0 (got 0)"),
        ],
    )
    def test_tpm(self, headless, arguments, sentence):
        assert headless.call("SIZING_TPM", *arguments) == sentence

    @pytest.mark.parametrize(
        ("name", "cell", "sentence"),
        [
            ("anchors", 1, "anchors must have 2 to 5 columns (got 1)"),
            ("anchors", [[1]], "anchors must have 2 to 5 columns (got 1)"),
            ("anchors", None, "anchors must hold at least one measured point (got none)"),
            ("anchors", OMITTED, "anchors must hold at least one measured point (got none)"),
            ("sla", [[20], [50]], "sla must be a number (got a range of several cells)"),
            ("sla", [[20, 50], [20, 50]], "sla must be a number (got a range of several cells)"),
            ("sla", [[[]]], "sla must be a number (got a range of several cells)"),
            ("sla", [[[20, 50]]], "sla must be a number (got a range of several cells)"),
            ("sla", OMITTED, "sla must be a number (got a blank cell)"),
            ("sla", "x" * 40_000, f"sla must be a number (got '{'x' * 37}...)"),
        ],
    )
    def test_the_wrong_shape(self, headless, name, cell, sentence):
        assert headless.call("SIZING_COST", *(GOOD | {name: cell}).values()) == f"#SIZING:VALUE: {sentence}"


class TestCheck:
    @pytest.mark.parametrize("count", range(1, 6))
    def test_ok_with_any_number_of_arguments(self, headless, count):
        assert headless.call("SIZING_CHECK", *list(GOOD.values())[:count]) == "OK"

    @pytest.mark.parametrize("fast", [1e15, 1e-6])
    def test_what_is_left_out_is_never_the_reason(self, headless, fast):
        assert headless.call("SIZING_CHECK", [[1, fast]]) == "OK"

    @pytest.mark.parametrize("given", ["tpm", "gpus_per_pod", "util"])
    def test_each_argument_is_checked_without_the_others(self, headless, given):
        arguments = [0 if name == given else OMITTED for name in ("sla", "tpm", "gpus_per_pod", "util")]
        assert headless.call("SIZING_CHECK", CURVE, *arguments).startswith(f"{given} must be")

    def test_of_several_reasons_it_gives_the_functions(self, headless):
        arguments = (CURVE, -1, -1, 0, 70)
        assert headless.call("SIZING_GPUS", *arguments) == f"#SIZING:NUM: {headless.call('SIZING_CHECK', *arguments)}"


class TestWhatExcelWouldNotAccept:
    """A formula that Excel refuses at the keyboard is an error of the caller, not of a cell."""

    @pytest.mark.parametrize(
        ("call", "sentence"),
        [
            (("SIZING_GPU",), "name must be a registered Excel function (got 'SIZING_GPU'); did you mean SIZING_GPUS"),
            (("SIZING_PODS", CURVE, 100), "SIZING_PODS takes 3 to 6 arguments (got 2)"),
            (("SIZING_PODS", CURVE, 100, TPM, 0.7, "tpot", 1, 1), "SIZING_PODS takes 3 to 6 arguments (got 7)"),
            (("SIZING_VERSION", 1), "SIZING_VERSION takes 0 arguments (got 1)"),
            (
                ("SIZING_PODS", [[1, 2], [3]], 100, TPM),
                "anchors must be a rectangular range (got rows of different lengths, or none)",
            ),
            (
                ("SIZING_PODS", [[1, 2], 3], 100, TPM),
                "anchors must be a rectangular range (got rows of different lengths, or none)",
            ),
            (
                ("SIZING_PODS", CURVE, [], TPM),
                "sla must be a rectangular range (got rows of different lengths, or none)",
            ),
        ],
    )
    def test_refused(self, headless, call, sentence):
        with pytest.raises(InputError) as refusal:
            headless.call(*call)
        assert str(refusal.value) == sentence

    def test_an_unrelated_name_lists_what_there_is(self, headless):
        with pytest.raises(InputError, match=r"there are SIZING_AUDIT, SIZING_BEST_SLA, .*SIZING_VERSION"):
            headless.call("VLOOKUP")


cells = st.one_of(
    st.none(),
    st.floats(),
    st.integers(),
    st.sampled_from([*EXCEL_ERRORS, *EXCEL_ERRORS.values(), 10**400, -(10**400)]),
    st.booleans(),
    st.text(st.characters(exclude_categories=()), max_size=20),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.decimals(),
    st.sampled_from([pd.NA, pd.NaT, np.float32(3), np.True_, np.datetime64("NaT"), b"bytes", 1j, {}, OMITTED]),
)
positive = st.floats(1e-3, 1e6)
ranges = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(cells | positive, min_size=width, max_size=width), min_size=1, max_size=5)
)
anything = st.recursive(cells, lambda inner: st.lists(inner, max_size=3), max_leaves=6) | ranges | positive


def is_cell(value):
    return type(value) is str or (type(value) is float and math.isfinite(value))


def is_answer(value):
    """Whether xlwings can write `value`: a cell, or a table of them with rows of one length."""
    if not isinstance(value, list):
        return is_cell(value)
    return len({len(row) for row in value}) == 1 and all(is_cell(cell) for row in value for cell in row)


def is_rectangular(value):
    """Whether `value` is a cell or a range that Excel could hold, the only thing a call may refuse otherwise."""
    if not isinstance(value, list):
        return True
    rows = value if any(isinstance(row, list) for row in value) else [value]
    widths = {len(row) if isinstance(row, list) else 0 for row in rows}
    return len(widths) == 1 and widths != {0}


class TestAnythingAtAll:
    @given(st.sampled_from(sorted(registry.FUNCTIONS)), st.data())
    def test_any_cells_give_a_value_or_a_marked_text(self, name, data):
        values = [data.draw(anything.filter(is_rectangular)) for _ in registry.FUNCTIONS[name].arguments]
        got = Headless().call(name, *values)
        assert is_answer(got)
        assert "internal error" not in str(got)

    @given(anything, st.sampled_from(["sla", "tpm", "gpus_per_pod", "util", "gpu_hourly_usd"]))
    def test_one_odd_cell_among_good_ones(self, cell, name):
        if is_rectangular(cell):
            got = Headless().call("SIZING_COST", *(GOOD | {name: cell}).values())
            assert is_answer(got)
            assert "internal error" not in str(got)

    @given(ranges, ranges)
    def test_any_ranges(self, anchors, slas):
        got = Headless().call("SIZING_TABLE", anchors, slas, TPM, 4)
        assert is_answer(got)
        assert "internal error" not in str(got)

    @given(st.text(st.characters(exclude_categories=())))
    def test_a_refusal_is_one_printable_line(self, text):
        got = Headless().call("SIZING_CSTAR", CURVE, 100, text)
        assert str(got).isprintable()
        assert len(str(got)) < 120

    @given(anything)
    def test_what_is_no_rectangle_is_refused_as_such(self, value):
        if not is_rectangular(value):
            with pytest.raises(InputError, match="anchors must be a rectangular range"):
                Headless().call("SIZING_CSTAR", value, 100)


@st.composite
def curves(draw):
    size = draw(st.integers(1, 6))
    concurrency = draw(st.lists(st.integers(1, 4096), min_size=size, max_size=size, unique=True))
    rates = draw(st.lists(st.floats(1, 500), min_size=size, max_size=size))
    return [list(row) for row in zip(sorted(concurrency), sorted(rates, reverse=True), strict=True)]


class TestSameAsPython:
    @given(
        curves(), st.floats(1, 600), st.floats(1e3, 1e7), st.integers(1, 72), st.floats(0.01, 1),
        st.sampled_from(["log-c", "tpot"]),
    )  # fmt: skip
    def test_same_integers(self, rows, sla, tpm, gpus, util, method):
        curve = xlsizing.Curve(*map(list, zip(*rows, strict=True)))
        demand = xlsizing.Demand.tpm(tpm)
        size = xlsizing.size(curve, sla, demand, gpus_per_pod=gpus, util=util, method=method)
        arguments = (rows, sla, tpm, gpus, util, method)
        got = [Headless().call(name, *arguments) for name in ("SIZING_GPUS", "SIZING_GPUS_COMMIT")]
        if size.feasible:
            assert got == [size.gpus, size.gpus_high]
        else:
            assert [text[:12] for text in got] == ["#SIZING:N/A:"] * 2

    def test_many_threads_get_the_answers_of_one(self, headless):
        calls = [("SIZING_TABLE", [[1, 300 + i], *CURVE[1:]], [[20, 100 + i]], TPM, 4) for i in range(200)]
        alone = [headless.call(*call) for call in calls]
        with ThreadPoolExecutor(8) as threads:
            together = list(threads.map(lambda call: Headless().call(*call), calls))
        assert together == alone
        assert len({table[2][5] for table in alone}) == 200
