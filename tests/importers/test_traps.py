"""What is easily read wrong in a format, one test a trap."""

import json

import pytest

from tests.importers import results
from tests.importers.results import RUNS


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

    def test_itl_is_never_taken(self, refused):
        record = {key: value for key, value in results.vllm(RUNS[0]).items() if "tpot" not in key}
        assert "it holds no TPOT" in refused({"a.json": json.dumps(record)})


class TestVllmBlock:
    def test_the_concurrency_in_the_block(self, imported):
        block = results.vllm_block(RUNS[1]).replace("Benchmark dur", "Maximum request concurrency:   8\nBenchmark dur")
        assert imported({"out.txt": f"log line: 1\n{block}"}).curve.concurrency.tolist() == [8]

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

    def test_the_statistic_that_a_heading_names(self, imported, refused):
        files = {"a.csv": "c,p99 TPOT (ms),mean TPOT (ms)\n1,10,8\n"}
        assert imported(files, stat="p99").curve.tok_s_per_user.tolist() == [100]
        assert "it holds the p99, mean" in refused(files)

    def test_it_is_not_said_to_be_measured(self, imported):
        assert imported(results.files("table")).context.basis is None


class TestWorkbook:
    @pytest.fixture
    def book(self):
        import io  # noqa: PLC0415  # for this class alone

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
        assert "(got A, B in a.xlsx); pass --sheet NAME" in refused(files)
        assert len(imported(files, sheet="B").curve) == 2

    def test_a_range(self, imported, book):
        assert len(imported({"a.xlsx": book({"A": self.ROWS})}, cells="A3:C4").curve) == 1

    def test_an_excel_error(self, refused, book):
        rows = [["c", "tok/s/user"], [1, "#DIV/0!"]]
        assert refused({"a.xlsx": book({"A": rows})}).startswith(
            "'tok/s/user' must be a number (got '#DIV/0!' in a.xlsx, sheet A, row 2)"
        )
