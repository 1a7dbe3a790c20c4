"""``xlsizing levers``: each lever alone, ranked within its SLA, losers last, and pairs without a difference named."""

import json

import pytest

from tests.command_line import run
from tests.spec_files import EXAMPLE, ILLUSTRATIVE

GRAPHS, KV, TP8 = (
    "Full CUDA graphs (illustrative)",
    "NVFP4 KV cache (illustrative)",
    "TP8 in place of TP4 (illustrative)",
)
KEYS = [
    *(
        "sla_toks_per_user",
        "ttft_limit_s",
        "ttfo_limit_s",
        "e2e_limit_s",
        "rank",
        "lever",
        "kind",
        "tier",
        "campaign",
        "effort_days",
        "source",
        "rigor",
    ),
    *("rigor_reasons", "baseline_gpus", "with_gpus", "delta_gpus"),
    *("baseline_gpus_high", "with_gpus_high", "delta_gpus_high", "delta_usd_per_month"),
    *("baseline_context", "with_lever_context", "baseline_anchors", "with_lever_anchors", "factor"),
    *("baseline_gpus_per_pod", "with_lever_gpus_per_pod"),
]

ABOUT = [
    *("model", "context_label", "curve_source", "demand", "util"),
    *("gpu_hourly_usd", "price_assumed", "price_source", "hours_per_month"),
]
"""What all of them rest on."""


@pytest.fixture
def told(capsys):
    """Return the JSON that a sizing file gives, and the exit code."""

    def told(file):
        code, out, err = run(capsys, "levers", "--spec", file, "--json")
        assert err == ""
        return code, json.loads(out)

    return told


class TestRanking:
    def test_on_the_plateau(self, told):
        # 50,000 tok/s at util 0.7: 7,690 a pod of 4 -> 9.3, 10 pods; graphs 8,613 -> 8.3, 9 pods; KV 1.3 x 7,690 = 9,997
        # -> 7.1, 8 pods; TP8 9,228 a pod of 8 -> 7.7, 8 pods. Saved per day: 4/3 above 8/8, and the loser last.
        code, answer = told(ILLUSTRATIVE)
        rows = [row for row in answer["levers"] if row["sla_toks_per_user"] == 30]
        assert code == 0
        assert [(row["rank"], row["lever"]) for row in rows] == [(1, GRAPHS), (2, KV), (3, TP8)]
        assert [(row["baseline_gpus"], row["with_gpus"]) for row in rows] == [(40, 36), (40, 32), (40, 64)]
        assert [row["delta_gpus"] for row in rows] == [-4, -8, 24]
        assert [row["delta_usd_per_month"] for row in rows] == pytest.approx([n * 7.25 * 730 for n in (-4, -8, 24)])

    def test_at_a_measured_point(self, told):
        # 112 is c=16, 1,740 tok/s: 41.05 -> 42 pods, 168 GPUs; KV 1.3 x 1,740 = 2,262: 31.6 -> 32 pods, 128 GPUs.
        _, answer = told(ILLUSTRATIVE)
        (row,) = [row for row in answer["levers"] if (row["sla_toks_per_user"], row["lever"]) == (112, KV)]
        assert (row["baseline_gpus"], row["with_gpus"], row["delta_gpus"]) == (168, 128, -40)

    def test_by_rising_sla_with_every_lever_at_each(self, told):
        _, answer = told(ILLUSTRATIVE)
        assert [row["sla_toks_per_user"] for row in answer["levers"]] == [
            s for s in (30, 60, 75, 100, 112) for _ in "abc"
        ]
        assert {row["lever"] for row in answer["levers"] if row["rank"] == 3} == {TP8}

    def test_keys(self, told):
        _, answer = told(ILLUSTRATIVE)
        assert list(answer) == [*ABOUT, "levers", "notes"]
        assert list(answer["levers"][0]) == KEYS
        assert (answer["notes"], {row["rigor"] for row in answer["levers"]}) == ([], {"VERDICT"})

    def test_what_its_dollars_rest_on_as_in_the_sizing(self, told, capsys):
        _, answer = told(ILLUSTRATIVE)
        sized = json.loads(run(capsys, "size", "--spec", ILLUSTRATIVE, "--json").out)
        assert {key: answer[key] for key in ABOUT} == {key: sized[key] for key in ABOUT}
        assert (answer["gpu_hourly_usd"], answer["price_assumed"], answer["hours_per_month"]) == (7.25, False, 730)
        assert (answer["util"], answer["demand"]) == (
            0.7,
            {"value": 3e6, "unit": "tpm", "osl": None, "requests_per_person_min": None, "peak_to_mean": 1},
        )
        graphs = answer["levers"][0]  # 4 GPUs less
        assert graphs["delta_usd_per_month"] == pytest.approx(-4 * answer["gpu_hourly_usd"] * answer["hours_per_month"])
        assert told(EXAMPLE)[1]["price_assumed"] is True

    def test_the_table_says_the_same(self, capsys):
        _, out, _ = run(capsys, "levers", "--spec", ILLUSTRATIVE)
        (graphs,) = [line.split() for line in out.splitlines() if line.split()[:4] == ["30", "1", "Full", "CUDA"]]
        assert graphs == ["30", "1", *GRAPHS.split(), "VERDICT", "-4", "-4", "-21,170"]
        assert out.startswith("Each lever alone: gains are never multiplied together.\n")
        assert "by GPUs saved per day of effort" in out


class TestUnmet:
    SENTENCE = (
        f"No difference at 300 tok/s/user for {GRAPHS}, {KV}, {TP8}: baseline: 300 tok/s/user cannot be met: "
        "the fastest measured point is 214 at c=1; relax the SLA or take a faster model."
    )

    def test_pairs_are_named_once_an_sla(self, told, illustrative):
        code, answer = told(illustrative((("slas",), [30, 300])))
        assert (code, answer["notes"]) == (3, [self.SENTENCE])
        assert [row["sla_toks_per_user"] for row in answer["levers"]] == [30, 30, 30]

    def test_alone(self, capsys, illustrative):
        code, out, err = run(capsys, "levers", "--spec", illustrative((("slas",), [300])))
        assert (code, err) == (3, "")
        assert self.SENTENCE in " ".join(out.split())


class TestDraft:
    def test_why_is_said_once_for_all_slas(self, capsys, illustrative):
        file = illustrative((("levers", 1, "optimised", "context_changes", "basis"), "predicted"))
        _, out, _ = run(capsys, "levers", "--spec", file)
        assert (
            f"{KV} at 30, 60, 75, 100, 112 tok/s/user: DRAFT, with the lever: the curve is predicted, not measured."
        ) in " ".join(out.split())

    def test_mismatch_marks_every_row(self, capsys, mismatched):
        code, out, _ = run(capsys, "levers", "--spec", mismatched, "--allow-mismatch")
        assert (code, out.count("DRAFT, WORKLOAD MISMATCH")) == (3, 2 * 3)  # 300 cannot be met


class TestContext:
    def test_labels_of_both_sides(self, told):
        _, answer = told(ILLUSTRATIVE)
        (kv,) = [row for row in answer["levers"] if (row["sla_toks_per_user"], row["lever"]) == (30, KV)]
        assert kv["baseline_context"] == answer["context_label"]
        assert "nvfp4, kv nvfp4" in kv["with_lever_context"]

    def test_another_baseline_is_named(self, capsys, illustrative):
        curve = {"anchors": [[1, 200], [8, 140], [256, 30]]}
        baseline = {"curve": curve, "context": {"model": "Another", "tp": 4}, "gpus_per_pod": 4}
        lever = {"name": "x", "kind": "rate-factor", "effort_days": 1, "factor": 1.2, "baseline": baseline}
        out = run(capsys, "levers", "--spec", illustrative((("levers",), [lever]))).out
        assert "Lever x was measured against: Another | TP4; missing: " in " ".join(out.split())


class TestNone:
    def test_says_so(self, capsys):
        code, out, err = run(capsys, "levers", "--spec", EXAMPLE)
        assert (code, err) == (0, "")
        assert out.startswith("No levers given: add them to the sizing file")

    def test_json(self, told):
        code, answer = told(EXAMPLE)
        assert (code, answer["levers"], answer["notes"]) == (0, [], [])

    def test_a_file_is_needed(self, capsys):
        assert run(capsys, "levers") == (2, "", "xlsizing: --spec must be given; try 'xlsizing levers --help'\n")


class TestTtft:
    def test_levers_whose_waits_are_known_are_ranked_within_it(self, capsys):
        code, out, err = run(capsys, "levers", "--spec", ILLUSTRATIVE, "--ttft", "2", "--json")
        told = json.loads(out)
        assert (code, err, told["ttft_limit_s"]) == (3, "", 2)
        assert {row["lever"] for row in told["levers"]} == {GRAPHS, TP8}
        assert told["notes"][0] == (
            f"No difference at 30 tok/s/user and TTFT of at most 2 s for {KV}: a factor says nothing of TTFT."
        )

    def test_a_limit_that_binds_counts_on_both_sides(self, capsys):
        # 0.4 s binds both curves at 30 tok/s/user: fewer GPUs apart or more, but never those of the plateau, 40 and 36
        out = run(capsys, "levers", "--spec", ILLUSTRATIVE, "--ttft", "0.4", "--json").out
        (row,) = [r for r in json.loads(out)["levers"] if (r["sla_toks_per_user"], r["lever"]) == (30, GRAPHS)]
        assert row["baseline_gpus"] > 40
        assert row["with_gpus"] > 36

    def test_the_statistic_of_the_file_holds_for_the_flag(self, capsys, illustrative):
        file = illustrative((("latency_statistic",), "p95"))  # the curves state none
        out = run(capsys, "levers", "--spec", file, "--ttft", "0.5", "--json").out
        assert {row["rigor"] for row in json.loads(out)["levers"]} == {"DRAFT"}

    def test_the_table_says_so(self, capsys):
        out = run(capsys, "levers", "--spec", ILLUSTRATIVE, "--ttft", "2").out
        assert out.startswith(
            "Each lever alone: gains are never multiplied together. Each within TTFT of at most 2 s.\n"
        )

    def test_refused(self, capsys):
        sentence = "xlsizing: --ttft must be above 0 (got -1)\n"
        assert run(capsys, "levers", "--spec", ILLUSTRATIVE, "--ttft", "-1") == (2, "", sentence)
