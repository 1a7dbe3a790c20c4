"""capacity_sizing.json: a golden file, keys that scripts rely on, and JSON that any parser reads."""

import json

import pytest

from xlsizing import Demand
from xlsizing.core.limits import WAITS
from xlsizing.reports.record import json_text, record

SPARSE = [(1, 215.5), (10, 122.2), (256, 41.8)]


class TestGolden:
    def test_readme_example(self, golden, readme_report, monkeypatch):
        monkeypatch.setattr("xlsizing.__version__", "0.0.0")  # the file outlives releases
        golden("capacity_sizing.json", json_text(readme_report))


class TestHistoricalKeys:
    def test_values(self, readme_report):
        told = record(readme_report)
        assert told["model"] == "MiniMax-M2-NVFP4, GB300, TP4"
        assert (told["tpm"], told["tok_per_s_target"], told["gpus_per_pod"]) == (3e6, 50_000, 4)
        assert (told["util"], told["gpu_hourly_usd"]) == (0.7, 8.6)
        assert [(a["concurrency"], a["toks_per_user"]) for a in told["anchors"]] == SPARSE
        assert [row["replicas"] for row in told["rows"]] == [7, 9, 31, 84, 326]  # worked rows of auto
        assert [row["gpus"] for row in told["rows"]] == [28, 36, 124, 336, 1304]
        assert told["notes"] == readme_report.notes

    def test_cost_is_that_of_the_estimate_as_it_always_was(self, readme_report):
        row = record(readme_report)["rows"][2]
        assert row["usd_per_month"] == pytest.approx(124 * 8.6 * 730, rel=1e-12)

    def test_infeasible_rows_hold_the_first_anchor(self, report):
        (row,) = record(report(SPARSE, [300], Demand.tpm(3e6), gpus_per_pod=4, util=0.7))["rows"]
        historical = ("concurrency", "per_replica_tps", "replicas", "gpus", "regime")
        assert [row[name] for name in historical] == [1, 215.5, 332, 1328, "latency-tier-infeasible"]
        assert row["usd_per_month"] == pytest.approx(1328 * 8.6 * 730, rel=1e-12)


class TestNewKeys:
    def test_null_where_the_sla_cannot_be_met(self, report):
        low, high = record(report(SPARSE, [20, 300]))["rows"]
        null = {name for name, value in high.items() if value is None}
        assert null == {
            *("gpus_high", "gpus_low", "pods_high", "pods_low", "total_pods", "total_gpus", "total_gpus_high"),
            *("replicas_budget", "gpus_budget", "total_gpus_low", "total_gpus_budget", "usd_per_month_budget"),
            *("usd_per_month_high", "usd_per_million", "usd_per_million_high", "usd_per_million_budget"),
            *("tok_s_per_user", "budget_confidence", "budget_claim", "c_commit", "tok_s_per_user_commit"),
            *("per_replica_tps_commit", "load_commit", "max_num_seqs_commit", "quote"),
            "load_at_max_num_seqs_budget",
            *("sla_name", "binding", *(name for wait in WAITS for name in (wait.limit, wait.name, wait.commit))),
            *(f"{name}{end}" for name in ("spare_pods", "gpus_idle", "nodes") for end in ("", "_budget", "_high")),
            *(f"usd_per_million_{at}{end}" for at in ("mean", "full") for end in ("", "_budget", "_high")),
            *("load_budget", "load_mean", "load_mean_budget", "load_mean_commit"),
            *("load", "load_one_fewer", "max_num_seqs", "load_at_max_num_seqs", "too_wide", "measure_next"),
        }
        assert high["reason"].startswith("the fastest measured point is 215.5 at c=1")
        assert low["reason"] is None

    def test_users(self, report):
        told = record(report(SPARSE, [20], Demand.users(256)))
        assert (told["tpm"], told["tok_per_s_target"]) == (None, None)
        assert told["rows"][0]["demand_tok_s"] == 5120  # 256 x 20

    def test_measured_throughput_is_kept(self, report):
        assert record(report([(8, 100, 780)], [80]))["anchors"] == [
            {
                "concurrency": 8,
                "toks_per_user": 100,
                "toks_per_user_measured": 100,
                "output_tok_s": 780,
                "ttft_s": None,
                "ttfo_s": None,
            }
        ]

    def test_pooled_anchors_keep_what_was_measured(self, report):
        anchors = record(report([(4, 100), (8, 102)], [90], pool_rises=0.02))["anchors"]
        assert [(a["toks_per_user_measured"], a["toks_per_user"]) for a in anchors] == [(100, 101), (102, 101)]


class TestText:
    def test_reads_back_to_the_last_digit(self, readme_report):
        assert json.loads(json_text(readme_report)) == record(readme_report)

    def test_no_nan_for_a_single_pod(self, report):
        text = json_text(report(SPARSE, [20, 300], Demand.tok_s(1)))
        assert "NaN" not in text
        assert json.loads(text)["rows"][0]["load_one_fewer"] is None

    def test_ascii_with_a_newline_at_the_end(self, report):
        text = json_text(report(SPARSE, [20], model="模型 🚀"))
        assert text.isascii()
        assert text.endswith("}\n")
        assert json.loads(text)["model"] == "模型 🚀"

    def test_several_demands(self, report):
        told = record(report(SPARSE, [20, 20], Demand.tpm([60, 120])))
        assert (told["tpm"], told["tok_per_s_target"]) == ([60, 120], [1, 2])
