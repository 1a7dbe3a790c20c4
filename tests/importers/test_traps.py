"""What is easily read wrong in a format, one test a trap."""

import io
import json

import numpy as np
import pytest

from tests.importers import results
from tests.importers.results import RUNS
from xlsizing import CurveError


class TestVllm:
    def test_runs_appended_to_one_file(self, imported):
        text = "\n".join(json.dumps(results.vllm(run)) for run in RUNS)
        assert imported({"all.json": text}).curve.tok_s_per_user.tolist() == results.RATES

    def test_a_sweep_whose_summary_repeats_its_runs(self, imported):
        files = {f"c={run.c}/run=0.json": json.dumps(results.vllm(run)) for run in RUNS}
        summary = json.dumps([results.vllm(run) | {"run_number": 0} for run in RUNS])
        noise = {"summary.json": summary, "c=1/warmup.json": json.dumps([results.vllm(RUNS[0], median_tpot_ms=9.0)])}
        found = imported(files | noise | {"c=1/run=0.pytorch.json": "[]"})
        assert found.context.trials == 1
        assert found.curve.tok_s_per_user.tolist() == results.RATES

    def test_a_summary_alone_is_read(self, imported):
        assert len(imported({"summary.json": json.dumps(list(map(results.vllm, RUNS)))}).curve) == 4

    def test_no_concurrency_is_never_replaced_by_overlaps(self, refused):
        said = refused({"a.json": json.dumps(results.vllm(RUNS[0], max_concurrency=None))})
        assert said.startswith("max_concurrency must be given: the client was not limited")

    def test_an_older_key_with_a_colon(self, imported):
        record = results.vllm(RUNS[0]) | {"request_goodput:": None}
        del record["failed"]
        assert len(imported({"a.json": json.dumps(record)}).curve) == 1

    def test_metadata_fills_the_context(self, imported):
        more = {"gpu": "NVIDIA H200", "tensor_parallel_size": "2", "pp": "1", "dp": "1", "precision": "FP8"}
        found = imported({"a.json": json.dumps(results.vllm(RUNS[0], **more))})
        assert (found.context.hardware, found.context.tp, found.context.weight_quantisation) == ("H200", 2, "fp8")
        assert found.gpus_per_pod == 2

    def test_outcomes_of_speculation_are_the_mean_over_the_points(self, imported):
        files = {
            f"{run.c}.json": json.dumps(results.vllm(run, spec_decode_acceptance_length=length))
            for run, length in zip(RUNS, (2.0, 3.0, 3.0, 4.0), strict=True)
        }
        found = imported(files)
        assert (found.context.acceptance_length, len(found.curve)) == (3.0, 4)
        assert imported(files | {"1.json": json.dumps(results.vllm(RUNS[0]))}).context.acceptance_length is None

    def test_itl_is_never_taken(self, refused):
        record = {key: value for key, value in results.vllm(RUNS[0]).items() if "tpot" not in key}
        assert "it holds no TPOT" in refused({"a.json": json.dumps(record)})


class TestVllmBlock:
    def test_the_concurrency_in_the_block(self, imported):
        block = results.vllm_block(RUNS[1]).replace("Benchmark dur", "Maximum request concurrency:   8\nBenchmark dur")
        assert imported({"out.txt": f"log line: 1\n{block}"}).curve.concurrency.tolist() == [8]

    def test_what_sglang_prints_and_windows_line_ends(self, imported):
        block = results.vllm_block(RUNS[1]).replace(
            "Benchmark dur", "Max request concurrency:         8\nBenchmark dur"
        )
        assert imported({"out.txt": block.replace("\n", "\r\n")}).curve.concurrency.tolist() == [8]

    def test_a_block_and_a_name_that_differ(self, refused):
        block = results.vllm_block(RUNS[1]).replace("Benchmark dur", "Maximum request concurrency:   8\nBenchmark dur")
        assert "must be that in the file's name, 16 (got 8" in refused({"sweep-c16.txt": block})

    def test_no_concurrency_at_all(self, refused):
        assert "name the file by it, as in sweep-c8.txt" in refused({"out.txt": results.vllm_block(RUNS[1])})

    def test_speculative_tokens_are_a_curve_each(self, refused):
        files = {f"sweep-K{k}-c8.txt": results.vllm_block(RUNS[1]) for k in (0, 3)}
        assert "speculative_decoding (0 tokens, 3 tokens)" in refused(files)

    def test_a_block_cut_short(self, refused):
        assert "its last line is missing" in refused({"sweep-c8.txt": results.vllm_block(RUNS[1])[:-60]})


class TestSglang:
    def test_infinity_is_bare(self, imported):
        assert "Infinity" in results.files("sglang")["sglang_1123_32_1000_101.jsonl"]
        assert imported(results.files("sglang")).context.engine == "SGLang"

    def test_the_raw_dataclass(self, imported):
        record = results.sglang(RUNS[1]) | {"total_input": 32_000, "total_output": 3_232, "max_itl_ms": 99.0}
        del record["total_input_tokens"], record["total_output_tokens"]
        assert imported({"a.jsonl": json.dumps(record)}).context.mean_output_tokens == 101

    def test_older_runs_without_tag_and_server(self, imported):
        record = {k: v for k, v in results.sglang(RUNS[1]).items() if k not in ("tag", "server_info")}
        found = imported({"a.jsonl": json.dumps(record)})
        assert (found.context.model, found.context.engine) == (None, None)

    def test_lengths_that_vary_are_not_those_asked_for(self, imported):
        found = imported({"a.jsonl": json.dumps(results.sglang(RUNS[1], random_range_ratio=0.5))})
        assert (found.context.isl, found.context.mean_input_tokens) == (None, 1000)

    def test_dp_attention_shares_the_gpus_of_tp(self, imported):
        server = {"model_path": "m", "tp_size": 8, "pp_size": 1, "dp_size": 8, "kv_cache_dtype": "auto"}
        plain = imported({"a.jsonl": json.dumps(results.sglang(RUNS[1], server_info=server))})
        shared = imported(
            {"a.jsonl": json.dumps(results.sglang(RUNS[1], server_info=server | {"enable_dp_attention": True}))}
        )
        assert (plain.gpus_per_pod, shared.gpus_per_pod, shared.context.kv_cache_dtype) == (64, 8, None)

    def test_outcomes_of_single_requests_are_counted(self, refused):
        said = refused({"a.jsonl": json.dumps(results.sglang(RUNS[1], errors=["", "timeout", ""]))})
        assert said.startswith("failed requests must be at most 0.01 of all (got 1 of 33")


class TestInferenceX:
    def test_throughput_is_that_of_the_replica(self, imported):
        found = imported(results.files("inferencex"))
        assert found.gpus_per_pod == 4
        assert found.curve.output_tok_s.tolist() == pytest.approx(results.OUTPUT)

    def test_pipeline_and_context_parallelism_multiply(self, imported):
        row = results.inferencex(RUNS[1], tp=2, pp=2, pcp_size=2, output_tput_per_gpu=RUNS[1].output / 8)
        assert imported({"agg_a.json": json.dumps(row)}).gpus_per_pod == 8

    def test_what_older_rows_do_not_say_stays_missing(self, imported):
        row = results.inferencex(RUNS[1])
        del row["pp"]
        found = imported({"agg_a.json": json.dumps(row)})
        assert (found.gpus_per_pod, found.context.pp, found.context.dp_in_pod) == (4, None, None)

    def test_disaggregated_output_is_per_decode_gpu_and_the_pod_has_both_sides(self, imported):
        sides = {
            "disagg": True, "num_prefill_gpu": 4, "num_decode_gpu": 8, "prefill_tp": 4, "prefill_ep": 4,
            "prefill_num_workers": 1, "decode_tp": 4, "decode_num_workers": 2, "decode_dp_attention": True,
            "output_tput_per_gpu": RUNS[1].output / 8,
        }  # fmt: skip
        found = imported({"agg_a.json": json.dumps(results.inferencex(RUNS[1], **sides))})
        assert found.gpus_per_pod == 12
        assert found.curve.output_tok_s.tolist() == pytest.approx([results.OUTPUT[1]])
        c = found.context
        assert (c.prefill_instances, c.prefill_gpus, c.prefill_parallelism) == (1, 4, "TP4 EP4")
        assert (c.decode_instances, c.decode_gpus, c.decode_parallelism) == (2, 8, "TP4 DP attention")
        assert not {"tp", "pp", "dp_in_pod", "ep"} & set(c.missing())

    def test_disaggregated_without_counts_is_refused(self, refused):
        row = results.inferencex(RUNS[1], disagg=True, num_prefill_gpu=4)
        assert "num_decode_gpu must be given for a disaggregated unit" in refused({"a.json": json.dumps(row)})

    def test_rows_of_the_api(self, imported):
        row = results.inferencex(RUNS[1])
        metrics = {key: row.pop(key) for key in list(row) if key.startswith(("m", "p99")) and key != "model"} | {
            "output_tput_per_gpu": row.pop("output_tput_per_gpu")
        }
        row |= {
            "hardware": row.pop("hw"),
            "decode_tp": row.pop("tp"),
            "num_decode_gpu": 4,
            "num_prefill_gpu": 4,
            "metrics": metrics,
        }
        found = imported({"a.json": json.dumps([row])})
        assert (found.gpus_per_pod, found.curve.tok_s_per_user.tolist()) == (4, [125])

    @pytest.mark.parametrize("unit", ["ms", "s"])
    def test_its_csv_holds_seconds_whatever_it_says(self, imported, unit):
        head = f"Model,ISL,OSL,Hardware,Hardware Key,Framework,Precision,TP,Concurrency,Date,Output Throughput/GPU (tok/s),Median TTFT ({unit}),Median TPOT ({unit}),Median Interactivity (tok/s/user),Disaggregated"
        rows = [
            f"m,1024,1024,B200,b200_vllm,vllm,fp4,4,{r.c},2026-01-01,{r.output / 4},{r.ttft / 1000},{r.tpot / 1000},1,false"
            for r in RUNS
        ]
        found = imported({"export.csv": "\n".join([head, *rows])})
        assert found.curve.tok_s_per_user.tolist() == pytest.approx(results.RATES)
        assert found.curve.output_tok_s.tolist() == pytest.approx(results.OUTPUT)

    def test_its_custom_client(self, imported):
        record = results.vllm(RUNS[1]) | {"good_completed": None}
        record = {
            key.removesuffix("_ms"): value / 1000 if key.endswith("_ms") else value for key, value in record.items()
        }
        assert imported({"a.json": json.dumps(record)}).curve.tok_s_per_user.tolist() == [125]


class TestAiperf:
    def test_a_warm_up_phase_is_not_the_load(self, imported):
        assert imported(results.files("aiperf")).curve.concurrency.tolist() == results.CONCURRENCY

    def test_the_layout_of_2025(self, imported):
        config = {"loadgen": {"concurrency": 8}, "endpoint": {"model_names": ["example/model-8b"]}}
        found = imported({"a/profile_export_aiperf.json": json.dumps(results.aiperf(RUNS[1], input_config=config))})
        assert (found.curve.concurrency.tolist(), found.context.model) == ([8], "example/model-8b")

    def test_genai_perf(self, imported):
        config = {"perf_analyzer": {"stimulus": {"concurrency": 8}}, "model_names": ["example/model-8b"]}
        record = results.aiperf(RUNS[1], input_config=config)
        found = imported({"a/x_genai_perf.json": json.dumps(record)})
        assert (found.curve.tok_s_per_user.tolist(), found.context.model) == ([125], "example/model-8b")

    def test_without_latencies_the_slow_tail_of_rates_is_the_low_one(self, imported):
        record = results.aiperf(
            RUNS[1], output_token_throughput_per_user=results.metric("tokens/sec/user", 125.0, p1=96.0)
        )
        del record["inter_token_latency"]
        assert imported({"a.json": json.dumps(record)}, stat="p99").curve.tok_s_per_user.tolist() == [96]

    def test_a_unit_that_is_not_known(self, refused):
        record = results.aiperf(RUNS[1], inter_token_latency=results.metric("fortnights", 8.0))
        assert refused({"a.json": json.dumps(record)}).startswith("inter_token_latency.unit must be one of ms")

    def test_seconds_are_seconds(self, imported):
        record = results.aiperf(RUNS[1], inter_token_latency=results.metric("s", 0.008))
        assert imported({"a.json": json.dumps(record)}).curve.tok_s_per_user.tolist() == [125]

    def test_errors_are_counted_where_they_are_given(self, refused):
        record = results.aiperf(RUNS[1], error_request_count={"unit": "requests", "avg": 3.0})
        assert "got 3 of 35" in refused({"a.json": json.dumps(record)})

    def test_a_cancelled_run(self, refused):
        assert refused({"a.json": json.dumps(results.aiperf(RUNS[1], was_cancelled=True))}).startswith(
            "was_cancelled must be false"
        )

    def test_the_sweep_aggregate_alone(self, imported):
        found = imported({"sweep_aggregate/profile_export_aiperf_sweep.json": json.dumps(results.aiperf_sweep(RUNS))})
        assert found.curve.tok_s_per_user.tolist() == results.RATES
        assert found.context.trials == 3

    def test_the_sweep_aggregate_beside_its_runs(self, imported):
        more = {"sweep_aggregate/profile_export_aiperf_sweep.json": json.dumps(results.aiperf_sweep(RUNS))}
        found = imported(results.files("aiperf") | more)
        assert found.context.trials == 1
        assert len(found.group.runs) == 4

    def test_the_csv_of_a_sweep_holds_means_only(self, imported, refused):
        names = ("inter_token_latency", "time_to_first_token", "output_token_throughput")
        lines = ["concurrency," + ",".join(f"{name}_{stat}" for name in names for stat in ("mean", "std", "min"))]
        lines += [f"{run.c}," + ",".join(f"{v!r},0.00,0.00" for v in (run.tpot, run.ttft, run.output)) for run in RUNS]
        text = "\n".join([*lines, "", "Metadata", "Field,Value", "Aggregation Type,sweep"])
        files = {"sweep_aggregate/profile_export_aiperf_sweep.csv": text}
        found = imported(files, stat="mean")
        assert found.curve.tok_s_per_user.tolist() == results.RATES
        assert found.curve.ttft_s.tolist() == [run.ttft / 1000 for run in RUNS]
        assert (found.context.trials, found.context.statistic) == (None, "mean")
        assert "the median TPOT must be in the file: it holds the mean; ask for --stat mean" in refused(files)
        more = {"sweep_aggregate/profile_export_aiperf_sweep.json": json.dumps(results.aiperf_sweep(RUNS))}
        assert len(imported(files | more).group.runs) == len(RUNS)

    def test_the_first_token_of_the_answer(self, imported):
        late = {"time_to_first_output_token": results.metric("ms", 4000.0)}
        found = imported({f"conc_{run.c}/a.json": json.dumps(results.aiperf(run, **late)) for run in RUNS})
        assert found.curve.ttfo_s.tolist() == [4.0] * len(RUNS)
        early = {"time_to_first_output_token": results.metric("ms", 0.01)}
        with pytest.raises(CurveError, match="TTFO must not be below TTFT"):
            _ = imported({f"conc_{run.c}/a.json": json.dumps(results.aiperf(run, **early)) for run in RUNS}).curve

    def test_the_csv(self, imported):
        text = (
            "Metric,avg,min,max,sum,p1,p5,p10,p25,p50,p75,p90,p95,p99,std\n"
            "Inter Token Latency (ms),8.00,7,9,1,1,1,1,1,8.00,8,8,8,9,1\n"
            "Time to First Token (ms),100.00,1,1,1,1,1,1,1,100.00,1,1,1,1,1\n\n"
            "Metric,Value\nOutput Token Throughput (tokens/sec),897.78\nRequest Count,32.00\n"
        )
        found = imported({"concurrency_8/profile_export_aiperf.csv": text})
        assert (found.curve.concurrency.tolist(), found.curve.tok_s_per_user.tolist()) == ([8], [125])


class TestGuidellm:
    def test_its_tpot_is_never_taken(self, imported):
        assert "inter_token_latency_ms" in imported(results.files("guidellm")).notes[0]

    def test_a_rate_has_the_measured_concurrency_and_no_cap(self, imported):
        report = results.guidellm(RUNS[1:2])
        report["benchmarks"][0]["config"]["strategy"] = {"type_": "constant", "rate": 4.0, "max_concurrency": 10240}
        found = imported({"a.json": json.dumps(report)})
        assert found.curve.concurrency.tolist() == [pytest.approx(7.84)]
        assert any("The load was a rate of requests" in note for note in found.notes)

    def test_schema_1(self, imported):
        report = results.guidellm(RUNS)
        report |= {"metadata": {"version": 1}, "args": {"model": "example/model-8b", "data": ["prompt_tokens=1000"]}}
        del report["config"]
        found = imported({"a.json": json.dumps(report)})
        assert (found.context.model, found.curve.tok_s_per_user.tolist()) == ("example/model-8b", results.RATES)

    def test_one_stream(self, imported):
        report = results.guidellm(RUNS[:1])
        report["benchmarks"][0]["config"]["strategy"] = {"type_": "synchronous"}
        assert imported({"a.json": json.dumps(report)}).curve.concurrency.tolist() == [1]


class TestInferencePerf:
    @pytest.fixture
    def by_rate(self):
        def by_rate(run, sent=None, waited=0.001):
            """Return a stage that sent requests at the rate that the run answers."""
            rate = run.output / results.OSL
            load = {
                "count": run.sent,
                "schedule_delay": {"mean": waited},
                "requested_rate": rate,
                "achieved_rate": sent or rate,
            }
            return results.inference_perf(run, load_summary=load)

        return by_rate

    def test_littles_law_gives_the_concurrency_of_a_rate(self, imported, by_rate):
        """Output/101 requests/s x e2e is c again: the runs are consistent."""
        found = imported({f"stage_{i}.json": json.dumps(by_rate(run)) for i, run in enumerate(RUNS)})
        assert found.curve.concurrency.tolist() == pytest.approx(results.CONCURRENCY)
        assert any("Little's law" in note for note in found.notes)

    def test_saturated_stages_are_no_points(self, imported, by_rate, refused):
        files = {f"stage_{i}.json": json.dumps(by_rate(run)) for i, run in enumerate(RUNS)}
        files["stage_2.json"] = json.dumps(by_rate(RUNS[2], sent=15.0))
        files["stage_3.json"] = json.dumps(by_rate(RUNS[3], waited=3.5))
        assert len(imported(files).curve) == 2

    def test_a_saturated_stage_alone(self, refused, by_rate):
        assert "saturated: 15 of 16 requests/s were sent" in refused(
            {"s.json": json.dumps(by_rate(RUNS[2], sent=15.0))}
        )

    def test_chunks_are_not_tokens(self, refused, imported):
        """Half the TPOT is stated; latency, TTFT and tokens give (900 - 100)/100 = 8 ms."""
        stage = results.inference_perf(RUNS[1])
        stage["successes"]["latency"]["time_per_output_token"] = {"mean": 0.004, "median": 0.004}
        files = {"stage_0.json": json.dumps(stage)}
        assert "it holds the mean; ask for --stat mean" in refused(files)
        found = imported(files, stat="mean")
        assert found.curve.tok_s_per_user.tolist() == [pytest.approx(125)]
        assert any("counts chunks" in note for note in found.notes)

    def test_the_lengths_of_2025(self, imported):
        stage = results.inference_perf(RUNS[1])
        done = stage["successes"]
        done["prompt_len"], done["output_len"] = done.pop("prompt_tokens"), done.pop("output_tokens")
        assert imported({"s.json": json.dumps(stage)}).context.mean_output_tokens == 101

    def test_the_configuration_beside_it(self, imported):
        config = "server:\n  model_name: m\ndata:\n  type: random\n  input_distribution: {min: 1000, max: 1000}\n"
        found = imported(results.files("inference-perf") | {"config.yaml": config})
        assert (found.context.model, found.context.isl, found.context.osl) == ("m", 1000, None)

    def test_the_summary_over_stages(self, imported):
        stage = results.inference_perf(RUNS[1], load_summary={"count": 9, "schedule_delay": {"mean": 0.1}})
        found = imported(results.files("inference-perf") | {"summary_lifecycle_metrics.json": json.dumps(stage)})
        assert len(found.group.runs) == 4


class TestLlmD:
    def test_units_are_read(self, imported):
        report = results.llm_d(RUNS[1])
        latency = report["results"]["request_performance"]["aggregate"]["latency"]
        for name, unit in (("time_per_output_token", "ms/token"), ("time_to_first_token", "ms")):
            latency[name] = {key: 1000 * value for key, value in latency[name].items() if key != "units"} | {
                "units": unit
            }
        assert imported({"r.json": json.dumps(report)}).curve.tok_s_per_user.tolist() == [125]

    def test_an_infinite_concurrency_is_a_rate(self, imported):
        text = json.dumps(results.llm_d(RUNS[1])).replace('"concurrency": 8', '"concurrency": .inf')
        assert imported({"r.yaml": text}).curve.concurrency.tolist() == [pytest.approx(8)]

    def test_failures_that_aiperf_reported_count_nothing(self, imported):
        report = results.llm_d(RUNS[1])
        report["scenario"]["load"]["standardized"]["tool"] = "aiperf"
        report["results"]["request_performance"]["aggregate"]["requests"]["failures"] = 9
        assert imported({"r.json": json.dumps(report)}).group.runs[0].measurement.failed is None

    def test_results_without_a_load(self, refused):
        report = results.llm_d(RUNS[1])
        del report["scenario"]
        assert "a report of results alone: it names no load" in refused({"r.yaml": json.dumps(report)})

    def test_two_sides_are_one_pod(self, imported):
        report = results.llm_d(RUNS[1])
        (engine,) = report["scenario"]["stack"]
        prefill = json.loads(json.dumps(engine))
        engine["standardized"] |= {"role": "decode", "replicas": 2}
        prefill["standardized"] |= {"role": "prefill"}
        report["scenario"]["stack"].append(prefill)
        found = imported({"r.json": json.dumps(report)})
        assert found.gpus_per_pod == 12
        assert (found.context.prefill_gpus, found.context.decode_gpus, found.context.decode_instances) == (4, 8, 2)

    def test_a_schema_is_no_report(self, refused):
        assert "no result of a benchmark tool" in refused({"schema.json": '{"version": "0.2", "properties": {}}'})


class TestPerfTune:
    def test_rows_that_are_no_points(self, imported):
        more = [
            results.atlas(RUNS[0], status="evicted", concurrency=0),
            results.atlas(RUNS[0], extra={"phase": "prefill"}),
        ]
        found = imported({"atlas.jsonl": results.lines([*map(results.atlas, RUNS), *more])})
        assert len(found.group.runs) == 4

    def test_an_undercount_keeps_it_a_draft(self, imported):
        row = results.atlas(RUNS[2], extra={"steady_window_undercount": True})
        assert "undercounts" in imported({"atlas.jsonl": json.dumps(row)}).curve.cautions[0].why

    def test_another_importer_wrote_the_mean_ttft(self, imported):
        text = results.lines([results.atlas(run, backend="vllm-sweep") for run in RUNS])
        assert imported({"atlas.jsonl": text}).curve.ttft_s is None

    def test_unknown_is_no_value(self, imported):
        context = imported(results.files("atlas")).context
        assert (context.dataset, context.cache_state, context.speculative_decoding) == (None, None, "none")

    def test_cells_are_curves_of_their_own(self, refused):
        rows = [results.atlas(RUNS[0]), results.atlas(RUNS[1], cell_id="other", max_num_batched_tokens=1024)]
        said = refused({"atlas.jsonl": results.lines(rows)})
        assert "cell_id (b200-fp8-tp4, other); max_num_batched_tokens (8192, 1024)" in said

    def test_the_manifest_beside_a_roofline(self, imported):
        manifest = {
            "model": "m",
            "hardware": "GB300",
            "quant": "NVFP4",
            "tensor_parallel": 4,
            "kv_dtype": "fp8",
            "mtp": False,
        }
        found = imported(results.files("roofline") | {"roofline_sweep_manifest.json": json.dumps(manifest)})
        assert (found.context.hardware, found.context.tp, found.context.kv_cache_dtype) == ("GB300", 4, "fp8")

    def test_a_sweep_of_prefill_is_no_curve(self, imported):
        line = json.dumps(results.roofline(RUNS[0], tag="p2048"))
        assert len(imported(results.files("roofline") | {"prefill_sweep.jsonl": line}).group.runs) == 4

    def test_a_leaderboard_joined_with_the_knee_is_a_draft_that_says_so(self, imported):
        """c=1: 53.9 x 4 = 215.6 tok/s; c=10: 305.5 x 4 = 1,222; the knee 2,600 x 4 = 10,400 at c=256."""
        aa = results.AA.replace("| 2 | N | 140.2 | 130.1 | 32.5 |\n", "")
        found = imported({"AA-FLEET-LEADERBOARD-GB300.md": aa, "THROUGHPUT-FLEET-LEADERBOARD-GB300.md": results.KNEE})
        assert found.curve.concurrency.tolist() == [1, 10, 256]
        assert found.curve.tok_s_per_user.tolist() == pytest.approx([215.5, 122.2, 41.8])
        assert found.curve.output_tok_s.tolist() == pytest.approx([215.6, 1222, 10_400])
        assert "different workloads" in found.curve.cautions[0].why
        assert (found.context.isl, found.context.osl, found.context.hardware) == (None, None, "GB300")

    def test_na_is_absent(self, imported):
        aa = results.AA.replace("| 1 | M | 95.0 | 215.5 | 53.9 |\n", "").replace("| 1 | M |", "| 1 | N |")
        assert imported({"AA-FLEET-LEADERBOARD-GB300.md": aa}).curve.concurrency.tolist() == [1, 10]

    def test_the_knee_alone_is_a_point(self, imported):
        found = imported({"THROUGHPUT-FLEET-LEADERBOARD-GB300.md": results.KNEE})
        assert (found.curve.concurrency.tolist(), found.curve.output_tok_s.tolist()) == ([256], [10_400])

    def test_a_packet_whose_requests_failed(self, refused):
        packet = results.proof_packet(RUNS[2])
        packet["measurements"]["reliability"]["success_rate"] = 0.9
        assert "got 13 of 128" in refused({"p.json": json.dumps(packet)})

    def test_launch_flags_of_a_packet(self, imported):
        context = imported(results.files("proof-packet")).context
        assert (context.tp, context.prefix_caching, context.engine_version) == (4, True, "0.10")


class TestPredicted:
    def test_configurations_are_curves_of_their_own(self, refused):
        rows = [results.pareto(RUNS[0]), results.pareto(RUNS[1]).replace(",4,4,1,1,1,1,", ",8,8,1,1,1,1,")]
        assert "GPUs of the replica (4, 8)" in refused({"pareto.csv": "\n".join([results.PARETO, *rows])})

    def test_the_best_of_them_once_more(self, imported):
        best = "\n".join([f"{results.PARETO},replicas_needed", f"{results.pareto(RUNS[0])},3"])
        assert len(imported(results.files("aiconfigurator") | {"agg/best_config_topn.csv": best}).group.runs) == 4

    def test_disaggregated(self, imported):
        head = (
            "model,isl,osl,concurrency,(p)workers,(d)workers,ttft,tpot,tokens/s,tokens/s/user,num_total_gpus,"
            "(p)tp,(p)pp,(p)dp,(d)tp,(d)pp,(d)dp,(d)system"
        )
        row = "m,1000,101,8,2,1,100,8,897.8,125,6,1,1,1,4,1,1,h200_sxm"
        found = imported({"pareto.csv": f"{head}\n{row}"})
        assert (found.gpus_per_pod, found.context.prefill_gpus, found.context.decode_gpus) == (6, 2, 4)
        assert found.context.hardware == "H200"

    @pytest.fixture
    def surface(self):
        def surface(**more):
            """Return the surface of two points of one context length, 10,000 tokens of KV cache at most."""
            arrays = {
                "x_kv_usage": np.array([0.1, 0.8]),
                "y_context_length": np.array([1000.0, 1000.0]),
                "z_itl": np.array([5.0, 8.0]),
                "z_thpt_per_gpu": np.array([45.0, 240.0]),
                "max_kv_tokens": np.array([10_000]),
            }
            file = io.BytesIO()
            np.savez(file, **arrays | more)
            return file.getvalue()

        return surface

    def test_a_surface_of_dynamo(self, imported, refused, surface):
        """0.1 and 0.8 of 10,000 tokens in contexts of 1,000 are 1 and 8 requests."""
        assert "pass --gpus-per-pod" in refused({"raw_data.npz": surface()})
        found = imported({"raw_data.npz": surface()}, gpus_per_pod=4)
        assert found.curve.concurrency.tolist() == pytest.approx([1, 8])
        assert found.curve.tok_s_per_user.tolist() == [200, 125]
        assert found.curve.output_tok_s.tolist() == [180, 960]
        assert found.context.basis == "predicted"

    def test_no_code_of_a_file_runs(self, refused, surface):
        said = refused({"raw_data.npz": surface(z_itl=np.array([{"a": 1}], dtype=object))})
        assert said.startswith("result file must hold arrays of numbers: an array in it is damaged")


class TestMlEnergy:
    def test_what_is_taken(self, imported):
        """The steady state: 50 x output J over 5 J/token in 10 s is the output; the whole run's rate is half of it here."""
        found = imported(results.files("ml-energy"))
        assert found.gpus_per_pod == 4
        assert found.curve.output_tok_s.tolist() == pytest.approx(results.OUTPUT)


class TestPlainTable:
    def test_decimal_commas_between_semicolons(self, imported):
        text = "Conc;tok/s/user;Output tok/s\n1;215,5;214,9\n10;122,2;1200,5\n"
        found = imported({"a.csv": text})
        assert found.curve.tok_s_per_user.tolist() == [215.5, 122.2]
        assert "'Conc' as concurrency, 'tok/s/user' as tok/s/user" in found.notes[-1]

    def test_a_number_that_may_be_two(self, refused):
        said = refused({"a.tsv": "concurrency\ttok/s/user\tTTFT (ms)\n1\t100\t1,900\n"})
        assert said.startswith("'TTFT (ms)' must be written plainly (got '1,900' in a.tsv, row 2)")

    def test_a_latency_without_a_unit(self, refused):
        assert "must name its unit" in refused({"a.csv": "concurrency,TPOT\n1,8\n"})

    def test_throughput_per_gpu_needs_the_gpus(self, refused, imported):
        text = "c,tok/s/user,tok/s/GPU\n1,200,45.9\n8,125,224.4\n"
        assert "GPUs of the replica must be known, the throughput is stated per GPU" in refused({"a.csv": text})
        assert imported({"a.csv": text}, gpus_per_pod=4).curve.output_tok_s.tolist() == [183.6, 897.6]

    def test_text_of_no_known_meaning_must_be_the_same(self, refused):
        assert "setup (a, b)" in refused({"a.csv": "c,tok/s/user,setup\n1,200,a\n8,125,b\n"})

    def test_titles_above_the_header_and_notes_below(self, imported):
        text = "Measured in November,,\n\nConcurrency,TPOT (ms),GPU\n1,5,H200\n8,8,H200\n"
        found = imported({"a.csv": text})
        assert (found.curve.tok_s_per_user.tolist(), found.context.hardware) == ([200, 125], "H200")

    def test_a_statistic_that_no_heading_names_is_not_claimed(self, imported):
        text = "concurrency,tok/s/user,TTFO (s)\n1,100,0.5\n8,50,2\n"
        found = imported({"a.csv": text})
        assert (found.context.statistic, found.curve.ttfo_s.tolist()) == (None, [0.5, 2])
        assert imported({"a.csv": text.replace("tok/s/user", "p95 TPOT (ms)")}, stat="p95").context.statistic == "p95"

    def test_the_statistic_that_a_heading_names(self, imported, refused):
        files = {"a.csv": "c,p99 TPOT (ms),mean TPOT (ms)\n1,10,8\n"}
        assert imported(files, stat="p99").curve.tok_s_per_user.tolist() == [100]
        assert "it holds the p99, mean" in refused(files)

    def test_it_is_not_said_to_be_measured(self, imported):
        assert imported(results.files("table")).context.basis is None


class TestWorkbook:
    @pytest.fixture
    def book(self):
        import openpyxl  # noqa: PLC0415  # slow to import

        def book(sheets):
            made = openpyxl.Workbook()
            made.remove(made.active)
            for name, rows in sheets.items():
                sheet = made.create_sheet(name)
                for row in rows:
                    sheet.append(row)
            file = io.BytesIO()
            made.save(file)
            return file.getvalue()

        return book

    ROWS = (["Results"], [], ["Concurrency", "tok/s/user", "Output tok/s"], [1, 200, 183.6], [8, 125.5, 897.7])

    def test_the_one_sheet_with_anchors(self, imported, book):
        found = imported({"a.xlsx": book({"Notes": [["x"]], "Sweep": self.ROWS})})
        assert found.curve.tok_s_per_user.tolist() == [200, 125.5]
        assert "Columns of a.xlsx, sheet Sweep" in found.notes[-1]

    def test_two_such_sheets(self, refused, imported, book):
        files = {"a.xlsx": book({"A": self.ROWS, "B": self.ROWS})}
        assert "(got A, B in a.xlsx); make a curve file of it with xlsizing import, --sheet NAME" in refused(files)
        assert len(imported(files, sheet="B").curve) == 2

    def test_a_range(self, imported, book):
        assert len(imported({"a.xlsx": book({"A": self.ROWS})}, cells="A3:C4").curve) == 1

    def test_an_excel_error(self, refused, book):
        rows = [["c", "tok/s/user"], [1, "#DIV/0!"]]
        assert refused({"a.xlsx": book({"A": rows})}).startswith(
            "'tok/s/user' must be a number (got '#DIV/0!' in a.xlsx, sheet A, row 2)"
        )
