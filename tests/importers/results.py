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
    "table": lambda: {
        "anchors.csv": "Concurrency,Median TPOT (ms),Median TTFT (s),Output tok/s\n"
        + "".join(f"{run.c},{run.tpot},{run.ttft / 1000},{run.output}\n" for run in RUNS)
    },
}
"""A sweep by format: file names and texts [-]."""
