"""Results of every tool in small, all of one made-up server, whose curve is worked out by hand here.

    c     TPOT  TTFT   e2e = TTFT + 100 TPOT   tok/s/user   output tok/s = c x 101 / e2e
    1     5     50     550 ms                  200          183.6363...
    8     8     100    900 ms                  125          897.7777...
    32    16    400    2,000 ms                62.5         1,616
    128   40    1,600  5,600 ms                25           2,308.5714...

with 1,000 tokens in and 101 out; 4c prompts are sent, so that a run takes 4 e2e.
"""

import json
from typing import NamedTuple

CONCURRENCY = [1, 8, 32, 128]
TPOT_MS = [5.0, 8.0, 16.0, 40.0]
TTFT_MS = [50.0, 100.0, 400.0, 1600.0]
RATES = [200.0, 125.0, 62.5, 25.0]
ISL, OSL = 1000, 101
E2E_MS = [550.0, 900.0, 2000.0, 5600.0]
OUTPUT = [101 / 0.55, 808 / 0.9, 1616.0, 12928 / 5.6]


class Run(NamedTuple):
    """One measured point of the made-up server."""

    c: int
    tpot: float
    ttft: float
    e2e: float
    output: float

    @property
    def sent(self):
        """Prompts sent."""
        return 4 * self.c

    @property
    def seconds(self):
        """Length of the run."""
        return 4 * self.e2e / 1000


RUNS = [Run(*each) for each in zip(CONCURRENCY, TPOT_MS, TTFT_MS, E2E_MS, OUTPUT, strict=True)]


def vllm(run, **more):
    """Return what ``vllm bench serve --save-result`` writes."""
    latencies = {}
    for name, value in (("ttft", run.ttft), ("tpot", run.tpot)):
        latencies |= {
            f"mean_{name}_ms": value,
            f"median_{name}_ms": value,
            f"std_{name}_ms": 0.1,
            f"p99_{name}_ms": 1.3 * value,
        }
    return {
        "date": "20261123-164014", "endpoint_type": "openai", "backend": "openai", "label": None,
        "model_id": "example/model-8b", "tokenizer_id": "example/model-8b", "num_prompts": run.sent,
        "request_rate": "inf", "burstiness": 1.0, "max_concurrency": run.c, "duration": run.seconds,
        "completed": run.sent, "failed": 0, "total_input_tokens": run.sent * ISL, "total_output_tokens": run.sent * OSL,
        "request_throughput": run.sent / run.seconds, "output_throughput": run.output,
        "total_token_throughput": run.output * 11, "max_output_tokens_per_s": 2 * run.output,
        "max_concurrent_requests": 3 * run.c, **latencies, "mean_itl_ms": 2 * run.tpot, "median_itl_ms": run.tpot / 2,
        "p99_itl_ms": 9 * run.tpot, **more,
    }  # fmt: skip


def vllm_block(run):
    """Return the block that the same tool prints."""
    return (
        "============ Serving Benchmark Result ============\n"
        f"Successful requests:                     {run.sent}\nFailed requests:                         0\n"
        f"Benchmark duration (s):                  {run.seconds}\n"
        f"Total input tokens:                      {run.sent * ISL}\n"
        f"Total generated tokens:                  {run.sent * OSL}\n"
        f"Output token throughput (tok/s):         {run.output}\n"
        "---------------Time to First Token----------------\n"
        f"Mean TTFT (ms):                          {run.ttft}\nMedian TTFT (ms):                        {run.ttft}\n"
        "-----Time per Output Token (excl. 1st token)------\n"
        f"Mean TPOT (ms):                          {run.tpot}\nMedian TPOT (ms):                        {run.tpot}\n"
        "---------------Inter-token Latency----------------\n"
        f"Median ITL (ms):                         {run.tpot / 2}\n"
        "==================================================\n"
    )


def sglang(run, **more):
    """Return a line of SGLang's bench_serving, before infinity is written."""
    record = {
        "tag": None, "backend": "sglang", "dataset_name": "random", "request_rate": float("inf"),
        "max_concurrency": run.c, "sharegpt_output_len": None, "random_input_len": ISL, "random_output_len": OSL,
        "random_range_ratio": 1.0, "server_info": {"model_path": "example/model-8b", "tp_size": 4, "version": "0.5.10"},
        "duration": run.seconds, "completed": run.sent, "total_input_tokens": run.sent * ISL,
        "total_output_tokens": run.sent * OSL, "total_output_tokens_retokenized": run.sent * OSL - 1,
        "request_throughput": run.sent / run.seconds, "output_throughput": run.output, "concurrency": 0.99 * run.c,
        "accept_length": None, "max_concurrent_requests": 3 * run.c,
    }  # fmt: skip
    for name, value in (("ttft", run.ttft), ("tpot", run.tpot), ("itl", run.tpot / 2)):
        record |= {f"mean_{name}_ms": value, f"median_{name}_ms": value, f"p99_{name}_ms": 1.3 * value}
    return record | more


def inferencex(run, **more):
    """Return a row of InferenceX, in seconds, throughput per GPU of four."""
    record = {
        "hw": "b200", "conc": run.c, "image": "example/vllm:1", "model": "example/model-8b", "framework": "vllm",
        "precision": "fp4", "spec_decoding": "none", "disagg": False, "isl": 1024, "osl": 1024, "tp": 4, "pp": 1,
        "ep": 1, "dp_attention": False, "tput_per_gpu": 11 * run.output / 4, "output_tput_per_gpu": run.output / 4,
        "input_tput_per_gpu": 10 * run.output / 4,
    }  # fmt: skip
    for name, value in (("ttft", run.ttft), ("tpot", run.tpot), ("itl", run.tpot / 2)):
        record |= {f"mean_{name}": value / 1000, f"median_{name}": value / 1000, f"p99_{name}": 1.3 * value / 1000}
    return record | {"median_intvty": 3.0, "std_intvty": 1e6} | more


def metric(unit, value, **more):
    """Return a metric of AIPerf's whose statistics are all the same."""
    same = dict.fromkeys(("avg", "p1", "p5", "p10", "p50", "p90", "p95", "p99", "min", "max"), value)
    return {"unit": unit, **same, **more}


def aiperf(run, **more):
    """Return AIPerf's export of one run."""
    return {
        "schema_version": "1.4", "aiperf_version": "0.13.0", "benchmark_id": "1",
        "request_throughput": {"unit": "requests/sec", "avg": run.sent / run.seconds},
        "request_latency": metric("ms", run.e2e), "request_count": {"unit": "requests", "avg": float(run.sent)},
        "time_to_first_token": metric("ms", run.ttft), "inter_token_latency": metric("ms", run.tpot, p99=1.3 * run.tpot),
        "output_token_throughput": {"unit": "tokens/sec", "avg": run.output},
        "output_token_throughput_per_user": metric("tokens/sec/user", 1000 / run.tpot, avg=1100 / run.tpot),
        "e2e_output_token_throughput": metric("tokens/sec/user", 101000 / run.e2e),
        "output_sequence_length": metric("tokens", float(OSL)), "input_sequence_length": metric("tokens", float(ISL)),
        "benchmark_duration": {"unit": "sec", "avg": run.seconds}, "effective_concurrency": metric("requests", 0.98 * run.c),
        "input_config": {
            "models": {"items": [{"name": "example/model-8b"}]},
            "datasets": [{"name": "main", "type": "synthetic", "prompts": {"isl": {"mean": ISL, "stddev": 0.0}, "osl": {"mean": OSL, "stddev": 0.0}}}],
            "phases": [{"name": "warmup", "kind": "warmup", "concurrency": 2}, {"name": "profiling", "kind": "profiling", "concurrency": run.c}],
        },
        "run_info": {"cli_command": "aiperf profile"}, "was_cancelled": False, "is_complete": True, "error_summary": [],
        "start_time": "2026-11-23T16:45:46.506398", "end_time": "2026-11-23T16:45:49.811051", **more,
    }  # fmt: skip


def aiperf_sweep(runs):
    """Return AIPerf's aggregate of a sweep."""
    entries = []
    for run in runs:
        metrics = {name: value for name, value in aiperf(run).items() if isinstance(value, dict) and "unit" in value}
        metrics = {name: {"mean": value["avg"], **value} for name, value in metrics.items()}
        entries.append({"parameters": {"concurrency": run.c}, "metrics": metrics})
    metadata = {"sweep_parameters": [{"name": "concurrency"}], "num_trials_per_value": 3}
    return {"aggregation_type": "sweep", "metadata": metadata, "per_combination_metrics": entries, "failed_runs": []}


def _distribution(value, **more):
    return {"mean": value, "median": value, "percentiles": {"p90": value, "p95": value, "p99": 1.3 * value}, **more}


def guidellm(runs):
    """Return guidellm's report, schema 2."""
    benchmarks = []
    for run in runs:
        figures = {
            "inter_token_latency_ms": run.tpot, "time_per_output_token_ms": run.e2e / OSL, "time_to_first_token_ms": run.ttft,
            "prompt_token_count": float(ISL), "output_token_count": float(OSL), "request_concurrency": 0.98 * run.c,
        }  # fmt: skip
        metrics = {name: {"successful": _distribution(value)} for name, value in figures.items()}
        metrics["output_tokens_per_second"] = {"successful": _distribution(run.output, median=7e6)}
        metrics["request_totals"] = {"successful": run.sent, "errored": 0, "incomplete": 0, "total": run.sent}
        strategy = {"type_": "concurrent", "streams": run.c, "max_concurrency": run.c}
        benchmarks.append(
            {
                "type_": "generative_benchmark",
                "config": {"strategy": strategy},
                "metrics": metrics,
                "duration": run.seconds,
            }
        )
    spec = {
        "backend": {"kind": "openai_http", "model": "example/model-8b"},
        "data": [{"kind": "synthetic_text", "prompt_tokens": ISL, "output_tokens": OSL, "turns": 1}],
    }
    return {"metadata": {"version": 2, "guidellm_version": "0.8.1"}, "config": {"spec": spec}, "benchmarks": benchmarks}


def inference_perf(run, **more):
    """Return a stage of inference-perf 0.7 at a set concurrency, all in seconds."""

    def spread(value):
        return {"mean": value, "median": value, "p90": value, "p95": value, "p99": 1.3 * value}

    latency = {
        "request_latency": spread(run.e2e / 1000), "normalized_time_per_output_token": spread(run.e2e / 1000 / OSL),
        "time_per_output_token": spread(run.tpot / 1000), "time_to_first_token": spread(run.ttft / 1000),
        "inter_token_latency": spread(run.tpot / 2000),
    }  # fmt: skip
    throughput = {"output_tokens_per_sec": run.output, "requests_per_sec": run.output / OSL}
    successes = {
        "count": run.sent,
        "latency": latency,
        "throughput": throughput,
        "prompt_tokens": {"mean": float(ISL)},
        "output_tokens": {"mean": float(OSL)},
    }
    load = {
        "count": run.sent,
        "schedule_delay": {"mean": 0.7},
        "requested_rate": 1e4,
        "achieved_rate": 10.0,
        "concurrency": run.c,
    }
    failures = {"count": 0, "request_latency": None}
    return {
        "benchmark_time_seconds": run.seconds,
        "load_summary": load,
        "successes": successes,
        "failures": failures,
        **more,
    }


def llm_d(run, **more):
    """Return a report of llm-d-benchmark, version 0.2, in seconds."""
    latency = {"request_latency": run.e2e, "time_per_output_token": run.tpot, "time_to_first_token": run.ttft}
    units = {"request_latency": "s", "time_per_output_token": "s/token", "time_to_first_token": "s"}
    standard = {
        "kind": "inference_engine", "tool": "vllm", "role": "replica", "replicas": 1, "model": {"name": "example/model-8b"},
        "accelerator": {"model": "NVIDIA-H100-80GB-HBM3", "count": 4, "parallelism": {"tp": 4, "pp": 1, "dp": 1, "ep": 1}},
    }  # fmt: skip
    aggregate = {
        "requests": {"total": run.sent, "failures": 0, "input_length": {"units": "count", "mean": ISL}, "output_length": {"units": "count", "mean": OSL}},
        "latency": {name: {"units": units[name], "mean": value / 1000, "p50": value / 1000, "p99": 1.3 * value / 1000} for name, value in latency.items()},
        "throughput": {"output_token_rate": {"units": "tokens/s", "mean": run.output}, "request_rate": {"units": "queries/s", "mean": run.output / OSL}},
    }  # fmt: skip
    load = {
        "tool": "inference-perf",
        "tool_version": "0.3.0",
        "concurrency": run.c,
        "input_seq_len": {"distribution": "fixed", "value": ISL},
    }
    scenario = {"stack": [{"standardized": standard}], "load": {"standardized": load}}
    run_time = {"time": {"start": "2025-11-05T18:00:42Z"}}
    return {
        "version": "0.2",
        "run": run_time,
        "scenario": scenario,
        "results": {"request_performance": {"aggregate": aggregate}},
        **more,
    }


def atlas(run, **more):
    """Return a row of atlas.jsonl, a median TTFT under a name that says mean."""
    return {
        "backend": "roofline", "captured_at": "2026-05-23T00:00:00+00:00", "cell_id": "b200-fp8-tp4", "concurrency": run.c,
        "extra": {"num_prompts": run.sent}, "hardware": "B200", "max_num_batched_tokens": 8192, "model": "example/model-8b",
        "mtp": False, "output_tps_per_gpu": run.output / 4, "output_tps_per_user": 1000 / run.tpot, "parallel_strategy": "TP",
        "quant": "FP8", "status": "full", "tensor_parallel": 4, "ttft_avg_ms": run.ttft, "dataset": "unknown",
        "mean_input_tokens": float(ISL), "mean_output_tokens": float(OSL), "cache_mode": "unknown", **more,
    }  # fmt: skip


def roofline(run, **more):
    """Return a line of decode_sweep.jsonl."""
    bench = {
        "duration": run.seconds, "completed": run.sent, "total_input_tokens": run.sent * ISL, "total_output_tokens": run.sent * OSL,
        "output_throughput": run.output, "median_ttft_ms": run.ttft, "median_tpot_ms": run.tpot, "median_itl_ms": run.tpot / 2,
    }  # fmt: skip
    return {
        "tag": f"c{run.c}",
        "c": run.c,
        "isl": ISL,
        "osl": OSL,
        "num_prompts": run.sent,
        "bench": bench,
        "dcgm_steady": {},
        **more,
    }


def proof_packet(run, **more):
    """Return a workload proof packet."""
    return {
        "schema_version": "workload_proof_packet_v1", "status": "draft", "created_at_utc": "2026-07-06T00:00:00Z",
        "workload": {"model_id": "example/model-8b", "dataset": "d", "input_tokens": ISL, "output_tokens": OSL, "concurrency": run.c, "request_count": run.sent},
        "target": {"gpu_sku": "B200", "gpu_count": 4},
        "stack": {"container_image": "i:1", "serving_engine": "vLLM", "engine_version": "0.10", "launch_flags": ["--tensor-parallel-size=4", "--enable-prefix-caching"]},
        "measurements": {"latency": {"ms_p50": 1.0, "tpot_ms": run.tpot}, "throughput": {"output_tokens_per_second": run.output}, "reliability": {"success_rate": 1.0}},
        **more,
    }  # fmt: skip


def ml_energy(run, **more):
    """Return ML.ENERGY's results of one run: three requests, of which one failed."""
    request = {
        "success": True,
        "latency": run.e2e / 1000,
        "ttft": run.ttft / 1000,
        "output_len": OSL,
        "itl": [0.1, 0.0],
    }
    return {
        "model_id": "example/model-8b", "gpu_model": "H100", "num_gpus": 4, "max_num_seqs": run.c, "num_prompts": run.sent,
        "completed": run.sent, "duration": run.seconds, "total_output_tokens": run.sent * OSL, "output_throughput": run.output / 2,
        "steady_state_duration": 10.0, "steady_state_energy": 50.0 * run.output, "steady_state_energy_per_token": 5.0,
        "results": [request, request, {"success": False, "latency": 9e9}], **more,
    }  # fmt: skip


PARETO = "model,isl,osl,concurrency,ttft,tpot,tokens/s,tokens/s/user,num_total_gpus,tp,pp,dp,moe_tp,moe_ep,gemm,kvcache,backend,version,system"


def pareto(run):
    """Return a row of aiconfigurator's pareto.csv."""
    return f"example/model-8b,1000,101,{run.c},{run.ttft},{run.tpot},{run.output},{1000 / run.tpot},4,4,1,1,1,1,fp8,fp8,vllm,0.24.0,h200_sxm"


AA = """# Artificial Analysis (AA) fleet leaderboard - GB300 TP4 NVFP4
### aa-1k (c=1)
| rank | model | TTFT (ms) | output tok/s/user | tok/s/GPU |
| ---: | --- | ---: | ---: | ---: |
| 1 | M | 95.0 | 215.5 | 53.9 |
| 2 | N | 140.2 | 130.1 | 32.5 |
### aa-1k (c=10)
| rank | model | TTFT (ms) | tok/s/user | tok/s/GPU |
| ---: | --- | ---: | ---: | ---: |
| 1 | M | 180.0 | 122.2 | 305.5 |
| 2 | N | 260.0 | NA | NA |
"""

KNEE = """# Throughput fleet leaderboard (peak tok/s/GPU) - GB300 NVFP4
| rank | model | quant | TP | peak tok/s/GPU | @conc | tok/s/user@peak | TTFT@peak (ms) | $/1M out |
| ---: | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
| 1 | M | NVFP4 | 4 | 2600.0 | 256 | 41.8 | 1900.0 | $0.92 |
"""


def lines(records):
    """Return JSON lines, infinity as Python and SGLang write it."""
    return "".join(json.dumps(record) + "\n" for record in records)


def files(name):
    """Return the files of a sweep in a format, text by file name."""
    return FILES[name]()


FILES = {
    "vllm": lambda: {f"run-{run.c}.json": json.dumps(vllm(run)) for run in RUNS},
    "vllm-text": lambda: {f"sweep-c{run.c}.txt": vllm_block(run) for run in RUNS},
    "sglang": lambda: {"sglang_1123_32_1000_101.jsonl": lines(map(sglang, RUNS))},
    "inferencex": lambda: {"agg_bmk.json": json.dumps(list(map(inferencex, RUNS)))},
    "aiperf": lambda: {f"concurrency_{run.c}/profile_export_aiperf.json": json.dumps(aiperf(run)) for run in RUNS},
    "guidellm": lambda: {"benchmarks.json": json.dumps(guidellm(RUNS))},
    "inference-perf": lambda: {
        f"stage_{i}_lifecycle_metrics.json": json.dumps(inference_perf(run)) for i, run in enumerate(RUNS)
    },
    "llm-d": lambda: {f"br_{run.c}.yaml": "# report\n" + json.dumps(llm_d(run), indent=1) for run in RUNS},
    "atlas": lambda: {"atlas.jsonl": lines(map(atlas, RUNS))},
    "roofline": lambda: {"decode_sweep.jsonl": lines(map(roofline, RUNS))},
    "proof-packet": lambda: {f"{run.c}/workload-proof-packet.json": json.dumps(proof_packet(run)) for run in RUNS},
    "ml-energy": lambda: {f"{run.c}/results.json": json.dumps(ml_energy(run)) for run in RUNS},
    "aiconfigurator": lambda: {"agg/pareto.csv": "\n".join([PARETO, *map(pareto, RUNS)])},
    "table": lambda: {
        "anchors.csv": "Concurrency,Median TPOT (ms),Median TTFT (s),Output tok/s\n"
        + "".join(f"{run.c},{run.tpot},{run.ttft / 1000},{run.output}\n" for run in RUNS)
    },
}
"""A sweep by format: file names and texts [-]."""
