"""``xlsizing rightsize``: the six models of the rule of thumb, every flag, the sizing file, and refusals in its words."""

import json

import pytest

from tests.command_line import run
from tests.spec_files import EXAMPLE, ILLUSTRATIVE, MINIMAL, changed, plain, without, written
from xlsizing.core import Price
from xlsizing.hosts.cli.commands.rightsize import command

SAVED = (
    "Per replica, at 8.60 $/GPU-hour (assumed): 3 GPUs and $18,834/month less if one replica still carries the same output "
    "tok/s; at equal tok/s per GPU nothing is saved."
)
MEASURED = "rule of thumb, measured on 30B-A3B models on GB300"
EXTRAPOLATED = "extrapolated: verify with a same-node TP A/B"
CASES = [  # total B, active B, dtype, current TP: recommended TP, status, GPUs saved, label; from the specification
    (30, 3.6, "nvfp4", 4, 1, "over-provisioned", 3, MEASURED),
    (30, 3, "nvfp4", 1, 1, "right-sized", 0, MEASURED),
    (80, 3, "nvfp4", 4, 1, "over-provisioned", 3, EXTRAPOLATED),
    (119, 13, "nvfp4", 4, 4, "right-sized", 0, EXTRAPOLATED),  # 3.25 B active a GPU
    (236, 23, "fp8", 4, 4, "right-sized", 0, EXTRAPOLATED),  # 5.75 B active a GPU
    (671, 37, "nvfp4", 4, 4, "right-sized", 0, EXTRAPOLATED),  # 335.5 GB / 2 above 0.55 x 0.9 x 284 = 140.58
]


def advised(capsys, *arguments):
    """The JSON of advice."""
    code, out, err = run(capsys, "rightsize", *arguments, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


class TestCases:
    @pytest.mark.parametrize(("total", "active", "dtype", "tp", "recommended", "status", "saved", "label"), CASES)
    def test_json(self, capsys, total, active, dtype, tp, recommended, status, saved, label):
        given = ["--total-b", total, "--active-b", active, "--dtype", dtype, "--current-tp", tp]
        told = advised(capsys, *given)
        assert (told["recommended_tp"], told["status"], told["gpus_saved"]) == (recommended, status, saved)
        assert (told["label"], told["gpu_ratio"]) == (label, tp / recommended)

    def test_in_words(self, capsys):
        # 3 GPUs x 8.60 x 730 = 18,834.
        assert run(capsys, "rightsize", "--total-b", 30, "--active-b", 3.6).out.splitlines() == [
            "Assumed: --current-tp 4, --dtype nvfp4, --gpu-mem-gb 284, --gpu-memory-utilization 0.9",
            (
                "TP4 is over-provisioned (0.90 B active parameters per GPU, below 3 B): TP1 takes 4x fewer GPUs per replica, "
                "to be sized on a curve measured at TP1."
            ),
            "Rule of thumb, measured on 30B-A3B models on GB300.",
            SAVED,
        ]

    def test_nothing_saved_is_not_priced(self, capsys):
        out = run(capsys, "rightsize", "--total-b", 30, "--active-b", 3, "--current-tp", 1).out
        assert "right-sized" in out
        assert "$" not in out

    @pytest.mark.parametrize(
        ("given", "status"),
        [
            (("--total-b", 30, "--active-b", 3, "--current-tp", 1), "right-sized"),
            (("--total-b", 671, "--active-b", 37, "--current-tp", 1), "too small"),  # 335.5 GB of 140.58: nowhere to go
        ],
    )
    def test_the_record_has_the_condition_of_a_saving_and_none_without_one(self, capsys, given, status):
        told = advised(capsys, *given)
        assert (told["status"], told["saving_condition"]) == (status, None)
        assert advised(capsys, "--total-b", 30, "--active-b", 3.6)["saving_condition"] == SAVED


class TestAssumed:
    """What nobody said stands in the record and in one line, with its value."""

    def test_all_four(self, capsys):
        told = advised(capsys, "--total-b", 30, "--active-b", 3.6)
        assert told["assumed"] == ["current_tp", "dtype", "gpu_mem_gb", "gpu_memory_utilization"]
        assert [told[name] for name in told["assumed"]] == [4, "nvfp4", 284, 0.9]

    def test_what_is_given_is_not_even_where_it_is_the_default(self, capsys):
        given = ("--total-b", 30, "--active-b", 3.6, "--current-tp", 4, "--gpu-mem-gb", 80)
        told = advised(capsys, *given)
        assert (told["assumed"], told["gpu_mem_gb"]) == (["dtype", "gpu_memory_utilization"], 80)
        out = run(capsys, "rightsize", *given).out
        assert out.startswith("Assumed: --dtype nvfp4, --gpu-memory-utilization 0.9\n")
        out = run(capsys, "rightsize", *given, "--dtype", "fp8", "--gpu-memory-utilization", 0.8).out
        assert "Assumed" not in out

    def test_of_a_sizing_file(self, capsys, tmp_path):
        bare = plain(ILLUSTRATIVE)
        bare["model_size"].pop("gpu_mem_gb", None)
        bare["context"].pop("gpu_memory_utilization", None)
        file = written(tmp_path, bare)
        assert advised(capsys, "--spec", file)["assumed"] == ["gpu_mem_gb", "gpu_memory_utilization"]
        line = "Assumed: model_size.gpu_mem_gb 284, context.gpu_memory_utilization 0.9\n"
        assert line in run(capsys, "rightsize", "--spec", file).out
        file = written(
            tmp_path,
            changed(changed(bare, ("model_size", "gpu_mem_gb"), 284), ("context", "gpu_memory_utilization"), 0.9),
        )
        assert advised(capsys, "--spec", file)["assumed"] == []


class TestFlags:
    def test_price(self, capsys):
        told = advised(capsys, "--total-b", 30, "--active-b", 3.6, "--gpu-hourly-usd", 2)
        assert (told["usd_saved_per_month"], told["price_assumed"]) == (3 * 2 * 730, False)

    def test_a_price_by_flag_has_no_source(self, capsys):
        given = ["rightsize", "--total-b", 30, "--active-b", 3.6, "--gpu-hourly-usd", 2]
        assert "at 2.00 $/GPU-hour (no date or source given): " in run(capsys, *given).out
        quoted = Price(7.25, **{key: plain(ILLUSTRATIVE)["price"].get(key) for key in ("date", "source")})
        assert quoted.quoted
        assert f"at {quoted.label}: " in run(capsys, "rightsize", "--spec", ILLUSTRATIVE).out

    def test_memory(self, capsys):
        # 30 B x 0.5 = 15 GB; 0.55 x 0.5 x 40 = 11 GB a GPU: TP2.
        given = ["--total-b", 30, "--active-b", 3.6, "--gpu-mem-gb", 40, "--gpu-memory-utilization", 0.5]
        told = advised(capsys, *given)
        assert (told["budget_gb"], told["minimum_tp"], told["recommended_tp"]) == (pytest.approx(11), 2, 2)

    def test_help(self, capsys):
        out = run(capsys, "rightsize", "--help").out
        assert all(f"{option.opts[0]} " in out for option in command.params)


class TestSpec:
    def test_model_size_context_and_price_come_from_the_file(self, capsys):
        # 10 B active / TP4 = 2.5, below 3; 115 GB on one GPU; 3 x 7.25 x 730 = 15,877.5.
        told = advised(capsys, "--spec", ILLUSTRATIVE)
        assert (told["recommended_tp"], told["current_tp"], told["dtype"]) == (1, 4, "nvfp4")
        assert told["usd_saved_per_month"] == pytest.approx(15_877.5)
        assert advised(capsys, "--spec", EXAMPLE)["price_assumed"] is True

    def test_the_file_names_its_model(self, capsys):
        assert run(capsys, "rightsize", "--spec", EXAMPLE).out.startswith(
            "Model: MiniMax-M2-NVFP4 on GB300, TP4\nContext: MiniMax-M2 | GB300 | nvfp4 | TP4"
        )

    @pytest.mark.parametrize(
        "flag", [o.opts[0] for o in command.params if o.name not in ("spec", "ttft", "allow_outside", "as_json")]
    )
    def test_a_flag_beside_the_file_is_refused_by_name(self, capsys, flag):
        sentence = f"xlsizing: {flag} must not be given beside --spec; change the sizing file instead\n"
        assert run(capsys, "rightsize", "--spec", EXAMPLE, flag, "1") == (2, "", sentence)

    def test_without_a_model_size(self, capsys, tmp_path):
        file = written(tmp_path, MINIMAL)
        sentence = f"xlsizing: model_size must be in the sizing file; add total_b and active_b ({file})\n"
        assert run(capsys, "rightsize", "--spec", file) == (2, "", sentence)

    @pytest.mark.parametrize("name", ["weight_quantisation", "tp"])
    def test_without_what_runs_today(self, capsys, tmp_path, name):
        file = written(tmp_path, without(plain(EXAMPLE), ("context", name)))
        sentence = f"context.{name} must be in the sizing file; state what the replica runs today ({file})\n"
        assert run(capsys, "rightsize", "--spec", file) == (2, "", f"xlsizing: {sentence}")

    def test_a_dtype_without_a_size_is_the_files(self, capsys, tmp_path):
        file = written(tmp_path, changed(plain(EXAMPLE), ("context", "weight_quantisation"), "int4"))
        code, out, err = run(capsys, "rightsize", "--spec", file)
        assert (code, out) == (2, "")
        assert err.startswith('xlsizing: context.weight_quantisation must be "nvfp4", ')
        assert err.endswith(f"(got 'int4' in {file})\n")


class TestRefusals:
    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ([], "--total-b must be given, or a sizing file named with --spec"),
            (["--total-b", "5"], "--active-b must be given, or a sizing file named with --spec"),
            (["--total-b", "5", "--active-b", "8"], "--active-b must not be above total_b, 5 (got 8)"),
            (["--total-b", "x", "--active-b", "8"], "--total-b must be a number (got 'x')"),
            (
                ["--total-b", "5", "--active-b", "1", "--current-tp", "0"],
                "--current-tp must be a whole number of at least 1",
            ),
            (["--total-b", "5", "--active-b", "1", "--gpu-mem-gb", "0"], "--gpu-mem-gb must be above 0 (got 0)"),
            (
                ["--total-b", "5", "--active-b", "1", "--gpu-memory-utilization", "2"],
                "--gpu-memory-utilization must be in (0, 1] (got 2)",
            ),
            (["--total-b", "5", "--active-b", "1", "--dtype", "int4"], '--dtype must be "nvfp4", '),
            (
                ["--total-b", "5", "--active-b", "1", "--gpu-hourly-usd", "0"],
                "--gpu-hourly-usd must be above 0 (got 0)",
            ),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, list) else "",
    )
    def test_one_line(self, capsys, given, sentence):
        code, out, err = run(capsys, "rightsize", *given)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert err.startswith(f"xlsizing: {sentence}")


@pytest.mark.parametrize("given", [["--total-b", "30", "--active-b", "3.6"], ["--spec", str(ILLUSTRATIVE)]], ids=str)
def test_a_limit_on_ttft_is_to_be_measured(capsys, given):
    assert " must show TTFT of at most 2 s" in advised(capsys, *given, "--ttft", "2")["verdict"]
