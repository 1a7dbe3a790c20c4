"""First token and speed together on paper: no silent VERDICT, rows of one SLA apart, and what must be known of waits."""

import json
import re

import numpy as np
import pytest

from tests import contexts
from tests.reports.test_review import InMemory, fault, passes, with_cell
from tests.spec_files import MINIMAL, spec_of
from xlsizing import Curve, Demand, Limits, size
from xlsizing.advice.rigor import Workload
from xlsizing.context.context import Context
from xlsizing.reports.asked import facts
from xlsizing.reports.from_spec import spec_report
from xlsizing.reports.markdown import markdown
from xlsizing.reports.money import quote_table
from xlsizing.reports.opening import opening
from xlsizing.reports.record import json_text, record
from xlsizing.reports.report import Report
from xlsizing.reports.review import ReviewError, review
from xlsizing.reports.tables import answer_table, curve_table, operation_table

ASKED = Workload(1024, 1024, "single-turn")
C, R = contexts.CONCURRENCY, contexts.RATES
LATE = [0.1, 0.2, 0.3, 0.6, 1.5, 5, 12]
"""TTFT of a complete sweep that ends at 12 s."""


def complete(ttft=LATE, ttfo=None, **changes):
    """Return a curve that earns a VERDICT, with waits."""
    tps = [0.998 * c * r for c, r in zip(C, R, strict=True)]
    return Curve(C, R, output_tok_s=tps, ttft_s=ttft, ttfo_s=ttfo, context=contexts.context(osl=16384, **changes))


def reported(slas, curve=None, demand=None, **limits):
    """Return the report of a complete curve, whose answers are long enough for its TTFT to agree with its output."""
    curve = complete() if curve is None else curve
    sizing = size(curve, slas, demand or Demand.tpm(3e6), gpus_per_pod=4, limits=Limits(**limits))
    return Report(sizing, workload=Workload(1024, 16384, "single-turn"))


@pytest.fixture(autouse=True)
def long_context(monkeypatch):
    monkeypatch.setitem(contexts.COMPLETE, "max_model_len", 32768)


def cells(table):
    """The rows of a table as dictionaries."""
    return [dict(zip(table.header, row, strict=True)) for row in table.rows]


class TestNoSilentVerdict:
    """30 tok/s/user at c=256: all is measured and complete, and the first token takes 12 seconds."""

    def test_the_page_says_that_nobody_asked_and_shows_the_wait(self):
        given = reported([30])
        assert {rigor.label for rigor in given.standings} == {"VERDICT"}
        assert given.headline == "VERDICT: TTFT not asked for"
        text = markdown(given)
        assert "\n**VERDICT: TTFT not asked for.**\n" in text
        (row,) = cells(operation_table(given))
        assert (row["estimate: TTFT there s"], row["commit: TTFT there s"], row["binds"]) == ("12", "12", "last point")
        told = record(given)
        assert (told["headline"], told["rows"][0]["ttft_s_commit"]) == (given.headline, 12)

    def test_within_two_seconds_it_runs_elsewhere(self):
        # 2 s lies between 1.5 at c=64 and 5 at c=128: 64 x 80 x 0.998 = 5,109.76; 50,000/(5,109.76 x 0.7) = 13.98: 14 pods
        given = reported([30], ttft_s=2)
        (row,) = given.rows
        assert given.headline == "VERDICT"
        assert (row.binding, row.c_commit, row.gpus_high, row.ttft_s_commit) == ("TTFT", 64, 56, 1.5)
        assert 64 < row.c_star < 128
        assert row.ttft_s == pytest.approx(2)

    def test_or_cannot_be_met(self):
        given = reported([30], ttft_s=0.05)
        assert not given.all_feasible
        assert given.notes[0] == (
            "TTFT 0.05 s cannot be met: at the first measured point, c=1, it is 0.1 s, 2 times that; relax the limit or take a "
            "faster model."
        )
        assert cells(answer_table(given))[0]["GPUs to commit"] == "cannot be met"

    def test_a_limit_on_the_whole_answer_does_not_ask_for_the_first_token(self):
        assert reported([30], e2e_s=1e4).headline == "VERDICT: TTFT not asked for"

    def test_a_limit_on_the_answer_s_first_token_does(self):
        assert reported([30], complete(ttfo=LATE), ttfo_s=20).headline == "VERDICT"

    def test_single_rows_without_one_are_named(self):
        given = reported([50, 30], ttft_s=[None, 20])
        assert given.headline == "VERDICT"
        assert "TTFT not asked for at 50 tok/s/user." in given.notes
        assert not [note for note in reported([50, 30]).notes if "not asked" in note]

    def test_beside_drafts_too(self):
        given = reported([30, 190])  # between c=1 and c=8: not inside the sweep
        assert given.headline == "1 of 2 rows VERDICT, 1 DRAFT"
        assert "TTFT not asked for at 30 tok/s/user." in given.notes

    def test_a_verdict_is_signed_either_way(self):
        for limits in ({}, {"ttft_s": 2}):
            sizing = reported([30], **limits).sizing
            signed = Report(sizing, workload=Workload(1024, 16384, "single-turn"), sign_off=("Planner",))
            assert signed.sign_off_lines == ["Planner: ____________________"]


class TestTables:
    def test_rows_of_one_sla_are_told_apart_in_each(self):
        given = reported([30, 30, 30], ttft_s=[2, None, 0.05])
        for table in (answer_table(given), quote_table(given), operation_table(given)):
            assert table.header[:2] == ("SLA tok/s/user", "TTFT limit s")
            assert [row[:2] for row in table.rows] == [("30", "2"), ("30", "-"), ("30", "0.05")]
            assert all(part.header[:2] == table.header[:2] for part in table.parts())
            assert [row[2] for part in table.parts() for row in part.rows[2:]] == ["cannot be met"] * len(table.parts())

    def test_bold_stays_with_its_figures(self):
        table = quote_table(reported([30], ttft_s=2))
        assert {table.header[column] for _, column in table.bold} == {"= GPUs", "= $/month"}
        table = answer_table(reported([30], ttft_s=2))
        assert {table.header[column] for _, column in table.bold} == {
            *("GPUs to commit", "$/month to commit", "$/1M tok to commit"),
        }

    def test_each_part_of_the_operation_fits_a_narrow_terminal(self):
        table = operation_table(reported([30, 40], ttft_s=[2, None]))
        assert [sum(part.widths()) + 2 * (len(part.header) - 1) <= 80 for part in table.parts()] == [True] * 5

    def test_the_whole_answer_where_its_length_is_known(self):
        (row,) = cells(operation_table(reported([30])))
        assert row["commit: e2e there s"] == "558.1"  # 12 + 16,383/30
        told = Report(size(Curve([1], [10], ttft_s=[1]), 10, Demand.tpm(60), gpus_per_pod=1))
        assert "commit: e2e there s" not in operation_table(told).header

    def test_the_curve_shows_both_first_tokens(self):
        table = curve_table(reported([30], complete(ttfo=[1, 2, 3, 4, 5, 6, 13])).sizing.curve)
        assert table.header[-2:] == ("TTFT s", "TTFO s")
        assert table.rows[-1][-2:] == ("12", "13")

    def test_names_of_rows_of_one_sla(self, tmp_path):
        curve = {"anchors": [[1, 215.5, None, 0.1], [10, 122.2, None, 0.18], [256, 41.8, None, 12]]}
        slas = [
            {"tok_s_per_user": 40, "ttft_s": 2, "name": "chat"},
            {"tok_s_per_user": 40, "name": "batch"},
            {"tok_s_per_user": 20, "ttft_s": 1},
        ]
        given = spec_report(spec_of(tmp_path, MINIMAL | {"slas": slas, "curve": curve}))
        assert [(row["name"], row["TTFT limit s"]) for row in cells(answer_table(given))] == [
            *(("", "1"), ("chat", "2"), ("batch", "-")),
        ]
        assert [row["sla_name"] for row in record(given)["rows"]] == [None, "chat", "batch"]


class TestStatistic:
    @pytest.mark.parametrize(
        ("measured", "asked", "limited", "words"),
        [
            ("median", None, True, "TTFT in the median of the curve"),
            (None, None, True, "TTFT, statistic not stated"),
            ("median", "p95", True, "TTFT in the median of the curve; p95 asked for"),
            (None, "p95", True, "TTFT, statistic not stated; p95 asked for"),
            ("p95", "p95", True, "TTFT in the p95 of the curve"),
            ("p95", None, False, "TTFT in the p95 of the curve"),
        ],
    )
    def test_it_is_named(self, measured, asked, limited, words):
        curve = Curve(C, R, ttft_s=LATE, context=Context(statistic=measured))
        limits = Limits(ttft_s=2 if limited else None, statistic=asked)
        given = Report(size(curve, [30], Demand.tpm(3e6), gpus_per_pod=4, limits=limits))
        assert facts(given)["Waits"] == words
        assert passes(given)

    def test_the_length_of_the_answer_too(self):
        assert facts(reported([30]))["Waits"] == "TTFT, e2e of 16,384 output tokens, statistic not stated"

    def test_nothing_of_a_curve_without_waits(self, report):
        assert "Waits" not in facts(report([(8, 100)], [80]))


class TestNotes:
    def test_a_wait_that_falls(self):
        given = reported([30], complete([0.1, 0.5, 0.3, 0.6, 0.55, 5, 12]))
        notes = [note for note in given.notes if "falls" in note]
        assert notes == ["TTFT falls with concurrency at c=16, c=64: the longest measured up to there is taken."]
        assert not [note for note in reported([30]).notes if "falls" in note]

    @pytest.mark.parametrize(
        ("limits", "said"),
        [
            ({}, "neither is limited"),
            ({"ttft_s": 2}, "limits are compared with TTFT"),
            ({"ttft_s": 2, "ttfo_s": 9}, "limits are compared with TTFT and TTFO"),
        ],
    )
    def test_which_first_token_is_compared(self, limits, said):
        given = reported([30], complete(ttfo=[1, 2, 3, 4, 5, 6, 20]), **limits)
        (note,) = [note for note in given.notes if note.startswith("The answer begins")]
        assert note == (
            "The answer begins after the first token, up to 8 s later at c=256: TTFO is the wait for the answer, TTFT that for "
            f"any token; {said}."
        )

    def test_none_where_both_are_one(self):
        assert not [note for note in reported([30], complete(ttfo=LATE)).notes if note.startswith("The answer begins")]

    def test_rows_are_listed_with_their_limits(self):
        given = reported([30, 60], ttft_s=[2, None])
        (note,) = [note for note in given.notes if note.startswith("Interpolated")]
        assert ": 30 tok/s/user and TTFT of at most 2 s, 60 tok/s/user. Estimate" in note

    def test_each_row_that_cannot_be_met_says_why(self):
        given = reported([300, 30, 30], ttft_s=[None, 0.05, 2])
        assert given.notes[0].startswith(
            "TTFT 0.05 s cannot be met: at the first measured point, c=1, it is 0.1 s, 2 times that;"
        )
        assert given.notes[1].startswith(
            "300 tok/s/user cannot be met: the fastest measured point is 200 at c=1; relax the SLA"
        )
        many = reported([30 + i / 100 for i in range(20)], ttft_s=[0.01 * (i + 1) / 10 for i in range(20)])
        assert many.notes[8] == "12 more rows cannot be met."


class TestOpening:
    """8 s bind above 5 s at c=128 and below 12 at c=256: the plateau of 10 pods is not for these rows."""

    def test_it_is_true_of_limited_rows(self):
        told = opening(reported([30, 60], ttft_s=[2, None]).sizing)
        # 50,000/(256 x 30 x 0.998 x 0.7) = 9.32: 10 pods; 64 x 80: 14 at either row
        assert told == (
            "The GPU count is the SLA you commit to, and the wait: flat at 40 GPUs to commit up to the knee at 30 tok/s/user "
            "without the limits on waiting; with them the rows asked commit to 56 GPUs."
        )
        several = opening(reported([30, 100, 150, 300], ttft_s=2).sizing)
        assert several.endswith("with them the rows asked that can be met commit to 56 to 120 GPUs.")
        assert opening(reported([30], ttft_s=0.01).sizing).endswith("; with them no row asked can be met.")

    def test_several_demands(self):
        told = opening(reported([30, 60], demand=Demand.tok_s([1, 2]), ttft_s=2).sizing)
        assert told.endswith("then rising; the limits on waiting asked may take more.")


class TestReview:
    @pytest.fixture
    def limited(self):
        return reported(
            [30, 60, 30, 80], complete(ttfo=LATE), ttft_s=[2, None, 0.05, 1.5], e2e_s=[None, 400, None, None]
        )

    def test_a_right_report_passes(self, limited):
        assert passes(limited)
        assert passes(reported([30, 60]))
        assert passes(reported([60, 30], demand=Demand.users([50, 600]), ttft_s=2))
        assert passes(reported([30, 60, 80], ttft_s=[0.5, 3, 9]))  # longer waits at tighter SLAs: fewer pods

    @pytest.mark.parametrize(
        ("key", "wrong"),
        [("ttft_s", 1.0), ("ttft_s_commit", 1.0), ("e2e_s", 7.0), ("binding", "knee"), ("ttfo_s", None)],
    )
    def test_a_wait_or_what_binds_is_tampered_with(self, limited, key, wrong):
        told = record(limited)
        told["rows"][0][key] = wrong
        assert fault(markdown(limited), told).startswith(f"{key} at 30 tok/s/user is {wrong}, curve and formula give ")

    @pytest.mark.parametrize("limit", [None, 12.0, 0.3])
    def test_a_limit_is_tampered_with(self, limited, limit):
        told = record(limited)
        told["rows"][0]["ttft_limit_s"] = limit
        found = fault(markdown(limited), told)
        assert "curve and formula give" in found or found.startswith("pods fall as the SLA tightens")

    def test_a_limit_beside_a_row_that_cannot_be_met(self, limited):
        text = with_cell(markdown(limited), "GPUs and dollars", 1, "TTFT limit s", "3")
        assert fault(text, record(limited)) == (
            "TTFT limit s at 30 tok/s/user is 3 in CAPACITY-SIZING.md, 0.05 in the JSON"
        )

    @pytest.mark.parametrize("key", ["ttft_s", "ttfo_s"])
    def test_the_waits_of_an_anchor(self, limited, key):
        told = record(limited)
        told["anchors"][4][key] = 1.6
        assert fault(markdown(limited), told)

    @pytest.mark.parametrize(
        ("change", "name"),
        [
            ({"latency_statistic": "p99"}, "Waits"),
            ({"output_tokens": 500}, "e2e_s"),
            ({"headline": "VERDICT"}, "standing"),
        ],
    )
    def test_what_is_said_of_all(self, limited, change, name):
        assert name in fault(markdown(limited), record(limited) | change)

    def test_the_standing_on_paper(self):
        given = reported([30])
        text = markdown(given).replace("**VERDICT: TTFT not asked for.**", "**VERDICT.**")
        assert fault(text, record(given)) == (
            "the standing is VERDICT. in CAPACITY-SIZING.md, VERDICT: TTFT not asked for in the JSON"
        )

    @pytest.mark.parametrize("column", ["TTFT limit s", "binds", "estimate: TTFT there s", "commit: e2e there s"])
    def test_each_cell(self, limited, column):
        text = with_cell(markdown(limited), "One replica at its operating point", 0, column, "7")
        assert fault(text, record(limited)).startswith(f"{column} at 30 tok/s/user is 7 in ")

    def test_files_that_do_not_know_waits_are_no_report(self, limited):
        told = json.loads(json_text(limited))
        del told["rows"][0]["binding"]
        with pytest.raises(ReviewError, match=re.escape("it cannot be read back (KeyError: 'binding')")):
            review(
                {"CAPACITY-SIZING.md": InMemory(markdown(limited)), "capacity_sizing.json": InMemory(json.dumps(told))}
            )


class TestOrder:
    def test_rows_come_by_rising_sla_and_then_as_given(self):
        given = reported([60, 30, 30], ttft_s=[9, 2, 0.3])
        assert [(row.sla, row.ttft_limit_s) for row in given.rows] == [(30, 2), (30, 0.3), (60, 9)]
        assert np.all(np.diff([row.sla for row in given.rows]) >= 0)
