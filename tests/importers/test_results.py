"""A sweep of one made-up server in every format gives one curve, that of the hand arithmetic in `results`."""

import json
import re
from pathlib import Path

import pytest

from tests.importers import results
from xlsizing.importers.formats import FORMATS

NAMES = list(results.FILES)


@pytest.mark.parametrize("name", NAMES)
class TestEveryFormat:
    def test_the_curve(self, imported, name):
        curve = imported(results.files(name)).curve
        assert curve.concurrency.tolist() == results.CONCURRENCY
        assert curve.tok_s_per_user.tolist() == pytest.approx(results.RATES, rel=1e-9)
        assert curve.output_tok_s.tolist() == pytest.approx(results.OUTPUT, rel=1e-6)
        expected = None if name in _WITHOUT_TTFT else pytest.approx([0.05, 0.1, 0.4, 1.6], rel=1e-9)
        assert (curve.ttft_s if curve.ttft_s is None else curve.ttft_s.tolist()) == expected

    def test_it_is_recognised_by_its_content(self, imported, name):
        found = imported(results.files(name))
        assert found.group.identity["format"] == name
        assert name in FORMATS

    def test_a_format_can_be_forced(self, imported, name):
        assert imported(results.files(name), form=name).curve.concurrency.tolist() == results.CONCURRENCY

    def test_the_field_is_told(self, imported, name):
        notes = imported(results.files(name)).curve.notes
        assert any("1000 / TPOT, median over requests" in note for note in notes)

    def test_files_have_their_sums(self, imported, name):
        files = results.files(name)
        found = imported(files).context
        assert len(found.source_sha256.split()) == len(files)

    def test_a_single_run_is_one_trial_and_a_table_does_not_say(self, imported, name):
        assert imported(results.files(name)).context.trials == (None if name in _TELL_NO_TRIALS else 1)

    def test_a_statistic_that_no_file_holds_is_refused(self, refused, name):
        if name != "ml-energy":  # whose statistics are worked out from its requests
            files = {file: text.replace("p90", "q90") for file, text in results.files(name).items()}
            assert re.match("the p90 TPOT must be in the file: it holds the me(di)?an", refused(files, stat="p90"))

    def test_it_is_measured_or_said_not_to_be(self, imported, name):
        expected = {"table": None, "aiconfigurator": "predicted"}.get(name, "measured")
        assert imported(results.files(name)).context.basis == expected


_TELL_NO_TRIALS = {"table", "aiconfigurator"}
_WITHOUT_TTFT = {"proof-packet", "ml-energy"}
WITH_TAILS = ["vllm", "sglang", "inferencex", "aiperf", "guidellm", "inference-perf", "llm-d"]


@pytest.mark.parametrize("name", WITH_TAILS)
def test_the_slow_tail_is_slower_and_its_throughput_is_left_out(imported, name):
    """P99 of TPOT is 1.3 times the median, so measured throughput is up to 1.19 c x the p99 rate."""
    curve = imported(results.files(name), stat="p99").curve
    assert curve.tok_s_per_user.tolist() == pytest.approx([rate / 1.3 for rate in results.RATES])
    assert curve.output_tok_s is None
    assert any("above c x the p99 rate" in note for note in curve.notes)


def test_the_readme_names_every_format():
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## Curves from results")[2].partition("\n## ")[0]
    assert [name for name in FORMATS if f"`{name}`" not in section] == []


class TestRepeats:
    def test_the_median_stands_with_n_and_its_spread(self, imported):
        """Three runs of c=8 at 8, 10 and 7 ms: 125, 100 and 142.857 tok/s/user, median 125, CV 21.5/122.6."""
        run = results.RUNS[1]
        texts = {
            f"{i}.json": json.dumps(results.vllm(run, median_tpot_ms=t, duration=i + 1))
            for i, t in enumerate((8, 10, 7))
        }
        found = imported(texts)
        assert found.curve.tok_s_per_user.tolist() == [125]
        assert found.context.trials == 3
        assert "c=8 n=3 CV 18 %" in " ".join(found.notes)

    def test_trials_are_the_fewest_of_all_points(self, imported):
        files = results.files("vllm")
        more = json.dumps(results.vllm(results.RUNS[0], duration=9.0))
        assert imported(files | {"again.json": more}).context.trials == 1

    def test_a_run_that_stands_in_two_files_counts_once(self, imported):
        files = results.files("vllm")
        found = imported(files | {"copy.json": files["run-8.json"]})
        assert found.context.trials == 1
        assert len(found.group.runs) == 4


class TestGroups:
    def test_two_models_are_not_one_curve(self, refused):
        files = results.files("vllm") | {"other.json": json.dumps(results.vllm(results.RUNS[0], model_id="other"))}
        assert "they differ in model (example/model-8b, other)" in refused(files)

    def test_metadata_of_no_known_meaning_must_be_the_same(self, refused):
        files = {f"{run.c}.json": json.dumps(results.vllm(run, node=f"n{run.c}")) for run in results.RUNS}
        assert "they differ in node (n1, n128, n32, n8)" in refused(files)

    def test_a_field_may_be_ignored(self, imported):
        files = {f"{run.c}.json": json.dumps(results.vllm(run, node=f"n{run.c}")) for run in results.RUNS}
        assert len(imported(files, ignoring=("node",)).curve) == 4

    def test_metadata_that_is_the_concurrency_is_no_difference(self, imported):
        files = {f"{run.c}.json": json.dumps(results.vllm(run, conc=str(run.c))) for run in results.RUNS}
        assert len(imported(files).curve) == 4

    def test_tokens_more_than_ten_percent_apart_are_another_curve(self, refused):
        other = results.vllm(results.RUNS[0], total_input_tokens=4 * 8000)
        assert "measured ISL (1000, 8000)" in refused(results.files("vllm") | {"long.json": json.dumps(other)})

    def test_a_rise_after_a_median_is_refused_with_its_files(self, refused):
        files = results.files("vllm")
        files["run-32.json"] = json.dumps(results.vllm(results.RUNS[2], median_tpot_ms=7.9, mean_tpot_ms=16.0))
        assert "must not rise with concurrency" in (said := refused(files))
        assert "run-8.json and run-32.json" in said


class TestPoints:
    def test_failed_requests(self, refused, imported):
        run = results.RUNS[2]
        files = {"a.json": json.dumps(results.vllm(run, completed=126, failed=2))}
        assert refused(files).startswith("failed requests must be at most 0.01 of all (got 2 of 128, 1.56 %")
        assert len(imported(files, most_failed=0.02).curve) == 1

    def test_failures_follow_from_prompts_where_they_are_not_counted(self, refused):
        record = results.vllm(results.RUNS[2], completed=100)
        del record["failed"]
        assert "28 of 128, 21.9 %" in refused({"a.json": json.dumps(record)})

    def test_all_failed(self, refused):
        record = results.vllm(results.RUNS[0], completed=0, failed=4)
        assert refused({"a.json": json.dumps(record)}).startswith("requests must have succeeded (got none")

    @pytest.mark.parametrize(("tpot", "words"), [(12_000, "12000 ms"), (0.002, "0.002 ms")])
    def test_a_unit_error(self, refused, tpot, words):
        said = refused({"a.json": json.dumps(results.vllm(results.RUNS[0], median_tpot_ms=tpot))})
        assert said.startswith(f"median_tpot_ms must be a TPOT from 0.2 to 5000 ms (got {words} in a.json)")

    def test_throughput_beyond_the_latencies(self, refused):
        """At c=8 and 8 ms no more than 1,000 tok/s can come out."""
        said = refused({"a.json": json.dumps(results.vllm(results.RUNS[1], output_throughput=1100))})
        assert said.startswith("output tok/s must be at most 1.05 x concurrency x 1000 / TPOT (got 1100 in a.json)")

    def test_ttft_in_seconds_is_named(self, refused):
        """c=128, OSL 2: 128 x 2/(1.6 s + 0.04 s) = 156 tok/s; with 1.6 read as ms 6,154 would follow."""
        more = {"total_output_tokens": 512 * 2, "output_throughput": 156.1, "mean_ttft_ms": 1.6, "median_ttft_ms": 1.6}
        said = refused({"a.json": json.dumps(results.vllm(results.RUNS[3], **more))})
        assert said.startswith("output tok/s must agree with TTFT and TPOT (got 156.1 where 6154 follow in a.json)")
        assert "the TTFT is likely in s, not in ms" in said

    def test_a_warning_where_throughput_is_ten_percent_off(self, imported):
        found = imported({"a.json": json.dumps(results.vllm(results.RUNS[2], output_throughput=1400))})
        assert any("-13% off what its TTFT and TPOT give" in note for note in found.curve.notes)

    def test_too_few_prompts_keep_it_a_draft(self, imported):
        run = results.RUNS[2]
        more = {"num_prompts": 63, "completed": 63, "total_output_tokens": 63 * 101, "total_input_tokens": 63_000}
        found = imported({"a.json": json.dumps(results.vllm(run, **more))})
        assert found.curve.cautions[0].why.startswith("63 prompts at c=32, fewer than 2c")
        assert found.context.num_prompts == 63

    def test_the_prompts_of_the_largest_concurrency_where_all_had_enough(self, imported):
        assert imported(results.files("vllm")).context.num_prompts == 512

    def test_a_concurrency_that_was_never_reached(self, imported):
        line = results.lines([results.sglang(results.RUNS[2], concurrency=20.0, output_throughput=1000.0)])
        assert (
            imported({"a.jsonl": line})
            .curve.cautions[0]
            .why.startswith("c=32 was never reached: 20 requests in flight")
        )
        achieved = imported({"a.jsonl": line}, concurrency="achieved")
        assert achieved.curve.concurrency.tolist() == [20]
        assert "at the achieved concurrency" in achieved.notes[0]

    def test_gpus_per_pod_must_be_that_of_the_file(self, refused):
        assert refused(results.files("inferencex"), gpus_per_pod=8).startswith(
            "gpus_per_pod must be that of the file, 4 (got 8"
        )
