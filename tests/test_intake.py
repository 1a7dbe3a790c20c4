"""One customer's sentence through four doors, each with the figures that tests/cases/intake.csv works out by hand.

"2,000 people chat, 1.2 requests a minute each, 700 tokens out, 3,000 in, 40 tok/s, first token in 2 s, H100s at 2.10 $/h,
peak is 2.5 times the mean, must survive one node failing." The curve is made up: 0.9 x c x tok/s/user at each point.
"""

import csv
import json
from pathlib import Path

import pytest

from tests.command_line import run
from tests.sized_cases import as_written
from xlsizing import Demand, size
from xlsizing.advice import Workload
from xlsizing.core import FIGURES, Limits, NodePlan
from xlsizing.importers import read_curve
from xlsizing.reports import Report, record

CURVE = """\
xlsizing_curve: 1
gpus_per_pod: 4
anchors:  # concurrency, tok_s_per_user, output_tok_s, ttft_s
  - [8, 100, 720, 0.4]
  - [32, 50, 1440, 0.8]
  - [128, 25, 2880, 1.6]
context:
  hardware: H100
  isl: 3000
  osl: 700
"""
SIZING_FILE = """\
demand: {people: 2000, requests_per_person_min: 1.2, osl: 700, peak_to_mean: 2.5}
workload: {isl: 3000, osl: 700}
slas:
  - {tok_s_per_user: 40, ttft_s: 2}
gpus_per_pod: 4
gpus_per_node: 8
nodes_to_survive: 1
price: {usd_per_gpu_hour: 2.10, date: 2026-11-01, source: the customer}
curve: {file: h100.yaml}
"""
SAID = [
    *("--people", "2000", "--requests-per-person-min", "1.2", "--osl", "700", "--isl", "3000", "--peak-to-mean", "2.5"),
    *("--sla", "40", "--ttft", "2", "--curve", "h100.yaml", "--gpus-per-node", "8", "--nodes-to-survive", "1"),
    *("--gpu-hourly-usd", "2.10"),
]
OF_THE_DEMAND = {"mean_tpm": "tpm_mean", "peak_tok_s": "tok_per_s_target", "peak_tpm": "tpm"}
"""What the JSON calls the demand."""

with (Path(__file__).parent / "cases" / "intake.csv").open(encoding="utf-8", newline="") as _file:
    CASES = list(csv.DictReader(_file))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the curve, in which commands run."""
    (tmp_path / "h100.yaml").write_text(CURVE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sized(capsys, *given):
    """The JSON of `xlsizing size` with these flags."""
    code, out, err = run(capsys, "size", *given, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def in_json(answer):
    """Each quantity of the case in the JSON of a sizing."""
    (row,) = answer["rows"]
    demand = answer["demand"]
    found = {name: answer[OF_THE_DEMAND.get(name, name)] for name in ("input_tpm_mean", "input_tpm", *OF_THE_DEMAND)}
    found["requests_s"] = demand["value"] * demand["requests_per_person_min"] / 60
    found["mean_tok_s"] = found["requests_s"] * demand["osl"]
    return found | {name: row[figure.key or name] for name, figure in FIGURES.items()}


def by_flags(capsys, _folder):
    return in_json(sized(capsys, *SAID))


def by_a_sizing_file(capsys, folder):
    (folder / "sizing.yaml").write_text(SIZING_FILE)
    return in_json(sized(capsys, "--spec", "sizing.yaml"))


def by_ask(capsys, _folder):
    code, out, err = run(
        capsys, "ask", "--non-interactive", *SAID, "--price-date", "2026-11-01", "--price-source", "the customer"
    )
    assert (code, out, err) == (0, "Written: sizing.yaml\nNext: xlsizing size --spec sizing.yaml\n", "")
    return in_json(sized(capsys, "--spec", "sizing.yaml"))


def in_python(_capsys, folder):
    demand = Demand.people(2000, requests_per_person_min=1.2, osl=700).at_peak(2.5)
    sizing = size(
        read_curve(folder / "h100.yaml"), 40, demand, gpus_per_pod=4, gpu_hourly_usd=2.10, limits=Limits(ttft_s=2),
        node_plan=NodePlan(8, nodes_to_survive=1),
    )  # fmt: skip
    (row,) = sizing.rows()
    told = record(Report(sizing, workload=Workload(isl=3000, osl=700)))
    return {
        "requests_s": demand.requests_s,
        "mean_tok_s": demand.mean_tok_s(40),
        "mean_tpm": demand.mean_tok_s(40) * 60,
        "peak_tok_s": demand.output_tok_s(40),
        "peak_tpm": demand.output_tpm,
        "input_tpm_mean": told["input_tpm_mean"],
        "input_tpm": told["input_tpm"],
        **{name: getattr(row, name) for name in FIGURES},
    }


DOORS = [by_flags, by_a_sizing_file, by_ask, in_python]


@pytest.mark.parametrize("door", DOORS)
def test_every_figure_is_that_worked_out_by_hand(capsys, folder, door):
    found = door(capsys, folder)
    figures = {case["quantity"]: as_written(case["value"], found[case["quantity"]]) for case in CASES}
    assert figures == {case["quantity"]: case["value"] for case in CASES}


@pytest.mark.parametrize("door", DOORS[1:])
def test_all_doors_give_the_same_to_the_last_digit(capsys, folder, door):
    first, other = by_flags(capsys, folder), door(capsys, folder)
    assert {name: other[name] for name in first} == first


def test_the_sentence_is_said_back(capsys, folder):
    """The chain from people to tokens, nodes and spares stands above the table."""
    _, out, _ = run(capsys, "size", *SAID)
    words = " ".join(out.split())
    for said in (
        "2,000 people x 1.2 requests/min = 40 requests/s x 700 output tokens = 28,000 output tok/s",
        "x 2.5 at the peak = 70,000 output tok/s = 4,200,000 output tokens per minute",
        "7,200,000 input tokens per minute in the mean",
        "18,000,000 input tokens per minute at the peak",
        "GPUs are bought in nodes of 8; pods of 4: 2 a node",
        "2, as many as 1 failed node takes down",
    ):
        assert said in words


def test_the_workload_is_the_one_that_was_measured(capsys, folder):
    assert sized(capsys, *SAID)["workload_mismatch"] == []
