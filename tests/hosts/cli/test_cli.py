"""The command line: every flag, every exit code, and one sentence on stderr for every refusal."""

import errno
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

import xlsizing
from tests.command_line import run
from xlsizing.advice.standing_words import NO_THROUGHPUT
from xlsizing.hosts.cli import main as cli

ANCHORS = "1:215.5,10:122.2,256:41.8"
CURVE = Path(__file__).resolve().parents[3] / "workbook" / "curves" / "minimax-m2-gb300-tp4.csv"
TOP_KEYS = ["model", "tpm", "tok_per_s_target", "gpus_per_pod", "util", "gpu_hourly_usd", "anchors", "rows", "notes"]
ROW_KEYS = [
    "sla_toks_per_user",
    "concurrency",
    "per_replica_tps",
    "replicas",
    "gpus",
    "usd_per_month",
    "regime",
]
FLAGS = [
    *("--tpm", "--tok-s", "--rps", "--osl", "--users", "--sla", "--anchors", "--curve", "--pool-rises"),
    *("--people", "--requests-per-person-min", "--peak-to-mean", "--isl", "--contract"),
    *("--gpus-per-node", "--nodes-to-survive", "--availability", "--node-availability"),
    *("--gpus-per-pod", "--util", "--spare", "--gpu-hourly-usd", "--method", "--confidence", "--model", "--spec"),
]
FILES = ["CAPACITY-SIZING.md", "capacity_sizing.json"]
COMMANDS = [
    *(
        "size",
        "ask",
        "explain",
        "batch",
        "import",
        "curves",
        "workbook",
        "recalc",
        "levers",
        "rightsize",
        "audit",
        "capacity",
        "plot",
        "report",
        "accuracy",
        "calibrate",
    ),
    *("doctor", "spec", "evidence", "skill", "mcp"),
]
GIVEN = {"--tpm": "3000000", "--sla": "100", "--anchors": ANCHORS, "--gpus-per-pod": "4"}


def flags(**changes):
    """The flags of a sizing that works, changed: None leaves one out."""
    given = GIVEN | {f"--{name.replace('_', '-')}": value for name, value in changes.items()}
    return ["size", *(text for name, value in given.items() if value is not None for text in (name, str(value)))]


def sized(capsys, *more, **changes):
    """The JSON of a sizing that works."""
    code, out, err = run(capsys, *flags(**changes), *more, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def refused(capsys, *more, **changes):
    """The sentence of a sizing that is refused: one line, exit code 2, nothing on stdout."""
    code, out, err = run(capsys, *flags(**changes), *more)
    assert (code, out) == (2, "")
    assert err.startswith("xlsizing: ")
    assert err.endswith("\n")
    assert err.count("\n") == 1
    return err.removeprefix("xlsizing: ").removesuffix("\n")


def process(*arguments, **options):
    """The command in a process of its own."""
    command = [sys.executable, "-m", "xlsizing", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **options)


def listing(folder):
    """What a folder holds, to the byte."""
    return {path.name: path.read_bytes() if path.is_file() else None for path in sorted(folder.iterdir())}


class TestDemand:
    @pytest.mark.parametrize(
        ("given", "unit"),
        [
            ({"tpm": "3000000"}, "tpm"),
            ({"tpm": "3e6"}, "tpm"),
            ({"tpm": None, "tok_s": "50000"}, "tok/s"),
            ({"tpm": None, "rps": "100", "osl": "500"}, "rps"),
        ],
        ids=str,
    )
    def test_three_ways_to_ask_for_50000_tok_s(self, capsys, given, unit):
        answer = sized(capsys, **given)
        assert answer["demand"]["unit"] == unit
        assert (answer["tpm"], answer["tok_per_s_target"]) == (3_000_000, 50_000)
        assert answer["rows"][0]["replicas"] == 31  # worked row by auto
        assert sized(capsys, method="log-c", **given)["rows"][0]["replicas"] == 30

    def test_users_have_no_tpm(self, capsys):
        answer = sized(capsys, tpm=None, users="1792", sla="20")
        assert (answer["tpm"], answer["tok_per_s_target"]) == (None, None)
        assert answer["demand"] == {
            "value": 1792,
            "unit": "users",
            "osl": None,
            "requests_per_person_min": None,
            "peak_to_mean": 1,
        }
        assert answer["rows"][0]["replicas"] == 10  # 1792 / (256 x 0.7)
        assert answer["rows"][0]["demand_tok_s"] == 35_840  # 1792 x 20

    def test_people_at_their_peak_in_nodes(self, capsys):
        given = {"people": "2000", "requests_per_person_min": "1.2", "osl": "700", "peak_to_mean": "2.5"}
        answer = sized(capsys, tpm=None, **given, isl="3000", gpus_per_node="8", nodes_to_survive="1", contract="100")
        assert (answer["tpm_mean"], answer["tpm"], answer["input_tpm"]) == (1.68e6, 4.2e6, 18e6)
        assert answer["node_plan"] == {
            "gpus_per_node": 8, "nodes_to_survive": 1, "availability": None, "node_availability": None,
        }  # fmt: skip
        (row,) = answer["rows"]
        # 43, 61 and 82 pods at 70,000 tok/s; with two spares in nodes of two pods 23, 32 and 42 nodes
        assert (row["nodes"], row["nodes_budget"], row["nodes_high"]) == (23, 32, 42)
        assert answer["contract"].endswith(
            "61 pods x 4 + 2 spare pods x 4 + 4 GPUs idle in nodes = 256 GPUs x 8.60 $/GPU-hour (assumed) x 730 h/month = "
            "1,607,168 $/month; a DRAFT is quoted, not signed: to commit 336 GPUs, 2,109,408 $/month"
        )

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"people": "5", "osl": "7"}, "--requests-per-person-min must be given with --people, and only with it"),
            (
                {"people": "5", "requests_per_person_min": "1"},
                "--osl must be given with --rps, --people or --e2e, and only with one of them",
            ),
            (
                {"tpm": "5", "requests_per_person_min": "1"},
                "--requests-per-person-min must be given with --people, and only with it",
            ),
            ({"tpm": "5", "peak_to_mean": "0.5"}, "--peak-to-mean must be from 1 to 1,000 (got 0.5)"),
            (
                {"users": "5", "peak_to_mean": "2"},
                "--peak-to-mean must be 1 where users are the demand, in flight at peak (got 2); give the users at the peak",
            ),
            (
                {"tpm": "5", "nodes_to_survive": "1"},
                "--nodes-to-survive must be given with --gpus-per-node, and only with it",
            ),
            (
                {"tpm": "5", "gpus_per_node": "8", "availability": "0.9"},
                "--availability must be given with --node-availability, and only with it",
            ),
            (
                {"tpm": "5", "gpus_per_node": "8", "nodes_to_survive": "1", "spare": "1"},
                "--spare must be 0 where nodes that fail say how many there are (got 1); leave one of them out",
            ),
            ({"tpm": "5", "contract": "99"}, "--contract must be one of the SLAs of --sla (got 99)"),
        ],
        ids=str,
    )
    def test_intake_refused(self, capsys, given, sentence):
        assert refused(capsys, **{"tpm": None} | given) == sentence

    def test_rps_keeps_its_parts(self, capsys):
        answer = sized(capsys, tpm=None, rps="100", osl="500")
        assert answer["demand"] == {
            "value": 100,
            "unit": "rps",
            "osl": 500,
            "requests_per_person_min": None,
            "peak_to_mean": 1,
        }


class TestFlags:
    def test_util_defaults_to_70_percent(self, capsys):
        assert sized(capsys)["util"] == 0.7
        assert sized(capsys, util="1.0", sla="20")["rows"][0]["replicas"] == 5  # 50000 / 10700.8 = 4.67

    def test_spares_count_in_totals_and_dollars_only(self, capsys):
        answer = sized(capsys, spare="2", sla="20")
        row = answer["rows"][0]
        assert (answer["spare_replicas"], row["replicas"], row["gpus"]) == (2, 7, 28)
        assert (row["total_pods"], row["total_gpus"], row["total_gpus_high"]) == (9, 36, 36)
        assert row["usd_per_month"] == pytest.approx(36 * 8.6 * 730, rel=1e-12)

    def test_price_is_assumed_only_where_none_is_given(self, capsys):
        given, assumed = sized(capsys, gpu_hourly_usd="2.5", sla="20"), sized(capsys, sla="20")
        assert (given["gpu_hourly_usd"], given["price_assumed"]) == (2.5, False)
        assert (assumed["gpu_hourly_usd"], assumed["price_assumed"]) == (8.6, True)
        assert given["rows"][0]["usd_per_month"] == pytest.approx(28 * 2.5 * 730, rel=1e-12)

    @pytest.mark.parametrize(
        ("method", "pods"), [("auto", [9, 31, 84, 326]), ("log-c", [8, 30, 95, 329]), ("tpot", [9, 27, 87, 327])]
    )
    def test_method(self, capsys, method, pods):
        answer = sized(capsys, method=method, sla="50,100,150,215")
        assert answer["method"] == method
        assert [row["replicas"] for row in answer["rows"]] == pods  # worked rows of the specification

    @pytest.mark.parametrize(
        ("confidence", "pods"), [("0.9", [19, 40, 145]), ("0.95", [25, 44, 178]), ("0.99", [40, 52, 252])]
    )
    def test_confidence(self, capsys, confidence, pods):
        answer = sized(capsys, confidence=confidence, sla="50,100,150")
        assert answer["confidence"] == float(confidence)
        assert [row["replicas_budget"] for row in answer["rows"]] == pods  # worked budgets of the specification
        assert [row["gpus_budget"] for row in answer["rows"]] == [4 * each for each in pods]
        assert [row["budget_confidence"] for row in answer["rows"]] == [float(confidence)] * 3

    def test_pool_rises(self, capsys):
        # 100 and 102 pool to 101 each: a move of 1 %, so T = 8 x 101 at c=8.
        answer = sized(capsys, anchors="1:200,4:100,8:102", pool_rises="0.02", sla="90")
        assert [anchor["toks_per_user"] for anchor in answer["anchors"]] == [200, 101, 101]
        assert answer["rows"][0]["per_replica_tps"] == 808
        assert any("pooled" in note for note in answer["notes"])

    def test_anchors_may_hold_measured_throughput(self, capsys):
        answer = sized(capsys, anchors="1:100:90,4:50:160", sla="100")
        assert [anchor["output_tok_s"] for anchor in answer["anchors"]] == [90, 160]
        assert answer["rows"][0]["per_replica_tps"] == 90

    def test_curve_from_a_file(self, capsys):
        answer = sized(capsys, anchors=None, curve=CURVE, sla="20,50,100,150,215")
        assert [row["replicas"] for row in answer["rows"]] == [7, 9, 31, 84, 326]
        assert (
            answer["curve_source"]
            == f"minimax-m2-gb300-tp4.csv, SHA-256 {hashlib.sha256(CURVE.read_bytes()).hexdigest()}"
        )

    def test_model_is_the_title(self, capsys):
        assert sized(capsys, model="MiniMax-M2")["model"] == "MiniMax-M2"
        _, out, _ = run(capsys, *flags(model="MiniMax-M2"))
        assert "Model: MiniMax-M2" in out

    def test_rows_by_rising_sla_whatever_the_order(self, capsys):
        one, other = sized(capsys, sla="20,100,50,215"), sized(capsys, sla="100,215,50,20")
        assert [row["sla_toks_per_user"] for row in one["rows"]] == [20, 50, 100, 215]
        assert one == other

    def test_a_repeated_sla_stays_a_row(self, capsys):
        assert [row["replicas"] for row in sized(capsys, sla="100,100")["rows"]] == [31, 31]

    def test_every_flag_is_in_the_help(self, capsys):
        code, out, err = run(capsys, "size", "--help")
        assert (code, err) == (0, "")
        assert all(f"{flag} " in out for flag in [*FLAGS, "--emit", "--json", "--allow-mismatch"])

    def test_version(self, capsys):
        assert run(capsys, "--version") == (0, f"xlsizing {xlsizing.__version__}\n", "")

    def test_help_names_the_exit_codes_and_the_commands(self, capsys):
        code, out, _ = run(capsys, "-h")
        told = " ".join(out.split())
        assert code == 0
        assert "0 done, 2 bad input, 3 an SLA that cannot be met (the table is still printed), 1 files that" in told
        listed = out.partition("Commands:\n")[2].splitlines()
        assert [line.split()[0] for line in listed] == COMMANDS
        assert all(line.endswith(".") and not line.endswith("...") for line in listed)


class TestJson:
    def test_historical_keys_come_first_and_keep_their_order(self, capsys):
        answer = sized(capsys)
        assert list(answer)[: len(TOP_KEYS)] == TOP_KEYS
        assert list(answer["rows"][0])[: len(ROW_KEYS)] == ROW_KEYS
        assert list(answer["anchors"][0])[:2] == ["concurrency", "toks_per_user"]

    def test_full_precision(self, capsys):
        row = sized(capsys)["rows"][0]
        result = xlsizing.size(
            xlsizing.Curve([1, 10, 256], [215.5, 122.2, 41.8]), 100, xlsizing.Demand.tpm(3e6), gpus_per_pod=4
        )
        assert row["concurrency"] == float(result.c_star)
        assert row["usd_per_million"] == float(result.usd_per_million)
        assert row["concurrency"] != round(row["concurrency"], 6)

    def test_infeasible_rows_hold_clamped_old_keys_and_null_new_ones(self, capsys):
        code, out, err = run(capsys, *flags(sla="300"), "--json")
        row = json.loads(out)["rows"][0]
        assert (code, err) == (3, "")
        assert (row["concurrency"], row["per_replica_tps"], row["replicas"], row["gpus"]) == (1, 215.5, 332, 1328)
        assert row["feasible"] is False
        known = {
            "contract",
            "feasible",
            "reason",
            "demand_tok_s",
            "measure_next",
            "rigor",
            "rigor_reasons",
            "next_lever",
        }
        assert all(value is None for name, value in row.items() if name not in {*ROW_KEYS, *known})

    def test_a_name_in_any_script_survives(self, capsys):
        assert sized(capsys, model="模型 🚀 ü")["model"] == "模型 🚀 ü"


class TestExitCodes:
    def test_0_prints_the_table(self, capsys):
        code, out, err = run(capsys, *flags())
        assert (code, err) == (0, "")
        assert "236" in out
        assert " ".join(out.split()).startswith(
            f"DRAFT: no measurement context given; the sweep lacks c=8, 16, 32, 64, 128; {NO_THROUGHPUT}; interpolated "
        )

    def test_3_prints_the_table_and_writes_the_files(self, capsys, tmp_path):
        code, out, err = run(capsys, *flags(sla="100,300"), "--emit", tmp_path)
        assert (code, err) == (3, "")
        assert "cannot be met" in out
        assert list(listing(tmp_path)) == FILES
        assert "cannot be met" in (tmp_path / FILES[0]).read_text(encoding="utf-8")

    def test_2_prints_nothing_and_writes_nothing(self, capsys, tmp_path):
        refused(capsys, "--emit", tmp_path / "out", util="80")
        assert list(tmp_path.iterdir()) == []


REFUSALS = {
    "tpm zero": ({"tpm": "0"}, "--tpm must be above 0 (got 0)"),
    "tpm negative": ({"tpm": "-5"}, "--tpm must be above 0 (got -5)"),
    "tpm nan": ({"tpm": "nan"}, "--tpm must be a number (got 'nan')"),
    "tpm infinite": ({"tpm": "inf"}, "--tpm must be a number (got 'inf')"),
    "tpm overflows": ({"tpm": "1e999"}, "--tpm must be a finite number (got inf)"),
    "tpm boolean": ({"tpm": "TRUE"}, "--tpm must be a number (got 'TRUE')"),
    "tpm blank": ({"tpm": ""}, "--tpm must be a number (got a blank)"),
    "tpm with separators": (
        {"tpm": "3,000,000"},
        "--tpm must be a number (got '3,000,000'); write 3000000, without separators",
    ),
    "tpm with a unit": (
        {"tpm": "3M"},
        "--tpm must be a number (got '3M'); write 3e6",
    ),
    "tpm too large": ({"tpm": "1e16"}, "--tpm must be from 1e-06 to 1e+15 (got 1e+16)"),
    "more than 1e8 pods": (
        {"tpm": "1e15", "util": "1", "anchors": "1:100"},  # 1e15 / 60 / 100
        "demand must not need more than 100000000 pods (got 166666666700); check the units of demand and curve",
    ),
    "tok/s zero": ({"tpm": None, "tok_s": "0"}, "--tok-s must be above 0 (got 0)"),
    "rps zero": ({"tpm": None, "rps": "0", "osl": "5"}, "--rps must be above 0 (got 0)"),
    "osl zero": ({"tpm": None, "rps": "5", "osl": "0"}, "--osl must be above 0 (got 0)"),
    "users zero": ({"tpm": None, "users": "0"}, "--users must be above 0 (got 0)"),
    "rps without osl": (
        {"tpm": None, "rps": "5"},
        "--osl must be given with --rps, --people or --e2e, and only with one of them",
    ),
    "osl without rps": ({"osl": "5"}, "--osl must be given with --rps, --people or --e2e, and only with one of them"),
    "no demand": ({"tpm": None}, "exactly one of --tpm, --tok-s, --rps, --people, --users must be given (got none)"),
    "two demands": (
        {"users": "5"},
        "exactly one of --tpm, --tok-s, --rps, --people, --users must be given (got --tpm and --users)",
    ),
    "sla zero": ({"sla": "20,0,50"}, "--sla must be above 0 (got 0 in item 2)"),
    "sla text": ({"sla": "fast"}, "--sla must be a number (got 'fast' in item 1)"),
    "sla blank item": ({"sla": "20,,50"}, "--sla must be a number (got a blank in item 2)"),
    "sla overflows": ({"sla": "20,1e999"}, "--sla must be a finite number (got inf in item 2)"),
    "util percent": ({"util": "80"}, "--util must be in (0, 1] (got 80)"),
    "util zero": ({"util": "0"}, "--util must be in (0, 1] (got 0)"),
    "gpus_per_pod part": ({"gpus_per_pod": "4.5"}, "--gpus-per-pod must be a whole number from 1 to 1000000 (got 4.5)"),
    "gpus_per_pod zero": ({"gpus_per_pod": "0"}, "--gpus-per-pod must be a whole number of at least 1 (got 0)"),
    "spare negative": ({"spare": "-1"}, "--spare must be a whole number of at least 0 (got -1)"),
    "spare part": ({"spare": "0.5"}, "--spare must be a whole number from 0 to 1000000 (got 0.5)"),
    "price zero": ({"gpu_hourly_usd": "0"}, "--gpu-hourly-usd must be above 0 (got 0)"),
    "confidence unknown": ({"confidence": "0.8"}, "--confidence must be 0.90, 0.95 or 0.99 (got 0.8)"),
    "confidence percent": ({"confidence": "95"}, "--confidence must be 0.90, 0.95 or 0.99 (got 95)"),
    "confidence text": ({"confidence": "high"}, "--confidence must be a number (got 'high')"),
    "method unknown": ({"method": "cubic"}, '--method must be "auto", "log-c" or "tpot" (got \'cubic\')'),
    "pool_rises zero": ({"pool_rises": "0"}, "--pool-rises must be in (0, 1] (got 0)"),
    "pool_rises too small": (
        {"anchors": "1:100,10:200", "pool_rises": "0.02"},  # both become 150
        (
            "--pool-rises must cover the largest move, 50.00% (got 0.02 in anchor 1 of --anchors): "
            "100 at c=1 would become 150; drop or re-measure the point"
        ),
    ),
    "no curve": ({"anchors": None}, "exactly one of --anchors, --curve must be given (got none)"),
    "two curves": (
        {"curve": CURVE},
        "exactly one of --anchors, --curve must be given (got --anchors and --curve)",
    ),
    "no anchors": (
        {"anchors": ""},
        (
            "--anchors must be concurrency:tok/s/user, and where measured :output tok/s:TTFT:TTFO "
            "(got a blank in anchor 1 of --anchors)"
        ),
    ),
    "only blank anchors": ({"anchors": ":,:"}, "anchors must hold at least one measured point (got none)"),
    "anchor of six parts": (
        {"anchors": "1:2:3:4:5:6"},
        (
            "--anchors must be concurrency:tok/s/user, and where measured :output tok/s:TTFT:TTFO "
            "(got '1:2:3:4:5:6' in anchor 1 of --anchors)"
        ),
    ),
    "half-blank anchor": (
        {"anchors": "1:100,2:"},
        (
            "anchors must not be half-blank: tok/s/user is blank; fill in the cell or clear the whole row "
            "(anchor 2 of --anchors)"
        ),
    ),
    "throughput for some anchors": (
        {"anchors": "1:100:90,2:80"},
        (
            "anchors must not be half-blank: output tok/s is blank; fill in the cell or clear the whole row "
            "(anchor 2 of --anchors)"
        ),
    ),
    "anchor at zero": ({"anchors": "0:100"}, "concurrency must be above 0 (got 0 in anchor 1 of --anchors)"),
    "anchor text": ({"anchors": "1:x"}, "tok/s/user must be a number (got 'x' in anchor 1 of --anchors)"),
    "repeated concurrency": (
        {"anchors": "1:100,1:90"},
        (
            "concurrency must be distinct: 1 appears twice; keep one measurement of each point "
            "(anchors 1 and 2 of --anchors)"
        ),
    ),
    "rising curve": (
        {"anchors": "10:200,1:100"},
        (
            "tok/s/user must not rise with concurrency: 100 at c=1, 200 at c=10 (+100 %), as where data-parallel ranks idle "
            "below c = DP; drop the points below c = DP, or pass --pool-rises=0.5 (anchors 1 and 2 of --anchors)"
        ),
    ),
    "throughput above c x r": (
        {"anchors": "1:100:190"},
        (
            "output tok/s must not exceed c x tok/s/user by more than 5%: 190 at c=1 where c x tok/s/user is 100; "
            "the columns contradict each other (anchor 1 of --anchors)"
        ),
    ),
    "throughput that is none": (
        {"anchors": "1:100:1"},
        (
            "output tok/s must be at least 2% of c x tok/s/user: 1 at c=1 where c x tok/s/user is 100; "
            "column 3 does not look like output tok/s (anchor 1 of --anchors)"
        ),
    ),
    "model of two lines": ({"model": "a\nb"}, "--model must be one line of printable text (got 'a\\nb')"),
    "model with an escape": (
        {"model": "\x1b[31mred"},
        "--model must be one line of printable text (got '\\x1b[31mred')",
    ),
    "model with a surrogate": ({"model": "\udcff"}, "--model must be one line of printable text (got '\\udcff')"),
    "model without end": ({"model": "x" * 40_000}, "--model must have at most 200 characters (got 40000)"),
    "no sla": ({"sla": None}, "--sla must be given, or a sizing file named with --spec"),
    "no gpus-per-pod": ({"gpus_per_pod": None}, "--gpus-per-pod must be given, or a sizing file named with --spec"),
    "emit nowhere": (
        {"emit": ""},
        '--emit must name a directory (got a blank); write "." for the current one',
    ),
    "no such curve file": (
        {"anchors": None, "curve": "no-such.csv"},
        "curve file must be readable: No such file or directory (no-such.csv)",
    ),
}


class TestRefusals:
    @pytest.mark.parametrize(("changes", "sentence"), REFUSALS.values(), ids=REFUSALS)
    def test_sentence(self, capsys, monkeypatch, tmp_path, changes, sentence):
        monkeypatch.chdir(tmp_path)
        assert refused(capsys, **changes) == sentence
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("as_json", [True, False])
    def test_json_too(self, capsys, as_json):
        assert refused(capsys, *["--json"] * as_json, util="80") == "--util must be in (0, 1] (got 80)"

    def test_line_of_a_file_is_named(self, capsys, tmp_path):
        file = tmp_path / "curve.csv"
        file.write_text("concurrency,tok_s_per_user\n1,100\n10,200\n")
        assert refused(capsys, anchors=None, curve=file) == (
            "tok/s/user must not rise with concurrency: 100 at c=1, 200 at c=10 (+100 %), as where data-parallel ranks idle "
            "below c = DP; drop the points below c = DP, or pass --pool-rises=0.5 (curve.csv, lines 2 and 3)"
        )

    def test_a_path_with_control_characters_stays_one_harmless_line(self, capsys):
        sentence = refused(capsys, anchors=None, curve="no\x1b[31m\nsuch")
        assert sentence == "curve file must be readable: No such file or directory (no\\x1b[31m such)"

    def test_a_path_without_end_is_cut(self, capsys):
        sentence = refused(capsys, anchors=None, curve="x" * 40_000)
        assert sentence.startswith("curve file must be readable: File name too long (xxx")
        assert len(sentence) < 1_100


PRESS = """
import os, signal, sys
name = sys.argv.pop(1)


class Press:
    def find_spec(self, wanted, *_):
        if wanted == name:
            os.kill(os.getpid(), signal.SIGINT)


sys.meta_path.insert(0, Press())
from xlsizing.hosts.cli.start import main

main()
"""
"""Ctrl-C is pressed at the moment when a module is asked for."""


class TestInterrupt:
    @pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process alone")
    @pytest.mark.parametrize(
        "module",
        [
            "xlsizing.hosts.cli.main",
            "click",
            "xlsizing.hosts.cli.commands.size",
            "numpy",
            "numpy.linalg",
            "xlsizing.reports.terminal",
        ],
    )
    def test_while_modules_are_imported(self, module):
        # What the interpreter says before it has read a line of ours, nobody can change.
        done = subprocess.run(
            [sys.executable, "-c", PRESS, module, *flags()], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr.strip()) == (2, "xlsizing: interrupted")


class TestOnce:
    """An option that takes one value is refused where it is given twice: neither of them is silently taken."""

    @pytest.mark.parametrize("name", ["size", "workbook", "recalc", "levers", "rightsize", "audit", "import"])
    def test_every_option_of_one_value(self, capsys, name):
        command = cli._commands.get_command(None, name)
        single = [o for o in command.params if isinstance(o, click.Option) and not (o.is_flag or o.multiple)]
        assert single
        words = ["x"] * any(isinstance(o, click.Argument) for o in command.params)
        for option in single:
            flag = max(option.opts, key=len)
            code, out, err = run(capsys, name, *words, flag, "1", flag, "1")
            assert (code, out) == (2, "")
            assert err == f"xlsizing: {flag} must be given once (got 2 of them); leave one of them out\n"


class TestDecimalComma:
    NOTE = "--sla was read as 2 SLAs, 50 and 5 tok/s/user; for a decimal write 50.5."

    def test_a_falling_list_with_a_short_second_item_is_noted_not_refused(self, capsys):
        code, out, err = run(capsys, *flags(sla="50,5"), "--json")
        assert (code, err) == (0, "")
        made = json.loads(out)
        assert ([row["sla_toks_per_user"] for row in made["rows"]], made["notes"][0]) == ([5, 50], self.NOTE)

    @pytest.mark.parametrize("sla", ["5,50", "50", "200,100", "50,50"])
    def test_other_lists_are_not(self, capsys, sla):
        _, out, _ = run(capsys, *flags(sla=sla), "--json")
        assert not [note for note in json.loads(out)["notes"] if "was read as" in note]


class TestUsage:
    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            ([], "a command must be given; try 'xlsizing --help'"),
            (["resize"], "resize is no command of xlsizing"),
            ([*flags(), "--tpm"], "--tpm must be followed by a value"),
            ([*flags(), "extra"], "a word stands there that belongs to no option"),
            ([*flags(), "--gpus", "4"], "--gpus is no option of this command"),
        ],
        ids=["no command", "unknown command", "no value", "extra", "unknown flag"],
    )
    def test_one_line(self, capsys, arguments, sentence):
        code, out, err = run(capsys, *arguments)
        assert (code, out) == (2, "")
        assert err.startswith(f"xlsizing: {sentence}")
        assert err.endswith(" --help'\n")
        assert err.count("\n") == 1

    def test_interrupted(self, capsys, monkeypatch):
        def interrupt(*_, **__):
            raise KeyboardInterrupt

        monkeypatch.setattr(xlsizing, "size", interrupt)
        assert run(capsys, *flags()) == (2, "", "\nxlsizing: interrupted\n")  # a new line after ^C


class TestEmit:
    def test_writes_both_files_and_says_where(self, capsys, tmp_path):
        code, out, err = run(capsys, *flags(), "--emit", tmp_path)
        assert (code, err) == (0, "")
        assert out.endswith(f"Written: {tmp_path / FILES[0]}, {tmp_path / FILES[1]}\n")
        assert list(listing(tmp_path)) == FILES

    def test_makes_the_directory(self, capsys, tmp_path):
        assert run(capsys, *flags(), "--emit", tmp_path / "new").code == 0
        assert list(listing(tmp_path / "new")) == FILES

    @pytest.mark.parametrize("more", [[], ["--json"]], ids=["table", "json"])
    def test_without_a_standard_output(self, capsys, monkeypatch, tmp_path, more):
        monkeypatch.setattr(sys, "stdout", None)  # as after >&- in a shell
        assert run(capsys, *flags(), "--emit", tmp_path, *more) == (0, "", "")
        assert list(listing(tmp_path)) == FILES

    def test_with_json_stdout_is_the_file(self, capsys, tmp_path):
        _, out, _ = run(capsys, *flags(), "--json", "--emit", tmp_path)
        assert out == (tmp_path / FILES[1]).read_text(encoding="utf-8")

    def test_replaces_what_was_there(self, capsys, tmp_path):
        for name in FILES:
            (tmp_path / name).write_text("old")
        run(capsys, *flags(), "--emit", tmp_path)
        assert b"old" not in listing(tmp_path).values()
        assert list(listing(tmp_path)) == FILES

    def test_markup_in_the_model_is_text(self, capsys, tmp_path):
        model = "[bold]x[/bold] *y* | <b> `z`"
        _, out, _ = run(capsys, *flags(model=model), "--emit", tmp_path)
        assert f"Model: {model}" in out
        assert r"\[bold\]x\[/bold\] \*y\* \| \<b\> \`z\`" in (tmp_path / FILES[0]).read_text(encoding="utf-8")


class TestEmitFails:
    """A folder that cannot take the files is left as it was, to the byte."""

    def test_missing_parent(self, capsys, tmp_path):
        place = tmp_path / "no" / "such"
        assert refused(capsys, emit=place) == f"output must be writable: No such file or directory ({place})"
        assert listing(tmp_path) == {}

    def test_a_file_where_the_folder_should_be(self, capsys, tmp_path):
        (tmp_path / "file").write_text("mine")
        place = tmp_path / "file"
        assert refused(capsys, emit=place) == f"output must be writable: Not a directory ({place})"
        assert listing(tmp_path) == {"file": b"mine"}

    def test_below_a_file(self, capsys, tmp_path):
        (tmp_path / "file").write_text("mine")
        place = tmp_path / "file" / "below"
        assert refused(capsys, emit=place) == f"output must be writable: Not a directory ({place})"
        assert listing(tmp_path) == {"file": b"mine"}

    @pytest.mark.parametrize("name", FILES)
    def test_a_folder_where_a_file_should_be(self, capsys, tmp_path, name):
        (tmp_path / name).mkdir()
        (other,) = set(FILES) - {name}
        (tmp_path / other).write_text("mine")
        before = listing(tmp_path)
        assert refused(capsys, emit=tmp_path) == f"output must be writable: Is a directory ({tmp_path / name})"
        assert listing(tmp_path) == before

    @pytest.mark.parametrize("existing", [True, False])
    def test_the_second_rename_fails(self, capsys, monkeypatch, tmp_path, existing):
        for name in FILES if existing else []:
            (tmp_path / name).write_text("mine")
        before = listing(tmp_path)
        replace = os.replace

        def fails_for_the_second(path, target):
            if Path(target).name == FILES[1]:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path), None, str(target))
            return replace(path, target)

        monkeypatch.setattr(os, "replace", fails_for_the_second)
        sentence = refused(capsys, emit=tmp_path)
        assert sentence == f"output must be writable: No space left on device ({tmp_path / FILES[1]})"
        assert listing(tmp_path) == before


class TestProcess:
    """What only a process of its own shows: exit status, streams that close, bytes in argv."""

    def test_installed_as_a_module(self):
        done = process(*flags())
        assert (done.returncode, done.stderr) == (0, "")
        assert "236" in done.stdout

    def test_bad_input(self):
        done = process(*flags(util="80"))
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == "xlsizing: --util must be in (0, 1] (got 80)\n"

    def test_an_sla_that_cannot_be_met(self):
        done = process(*flags(sla="300"))
        assert (done.returncode, done.stderr) == (3, "")
        assert "cannot be met" in done.stdout

    @pytest.mark.skipif(os.name == "nt", reason="Windows hands argv over as text")
    def test_bytes_that_are_no_text(self):
        done = process(*flags(), b"--model", b"M\xff2")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == "xlsizing: --model must be one line of printable text (got 'M\\udcff2')\n"

    @pytest.mark.parametrize("more", [[], ["--json"]], ids=["table", "json"])
    def test_a_reader_that_stops_early_sees_no_traceback(self, more):
        slas = ",".join(map(str, range(1, 600)))  # more than a pipe holds
        command = [sys.executable, "-m", "xlsizing", *flags(sla=slas), *more]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            running.stdout.readline()
            running.stdout.close()
            assert running.stderr.read() == b""

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
    @pytest.mark.parametrize("more", [[], ["--json"]], ids=["table", "json"])
    def test_a_full_disk_behind_stdout(self, more):
        command = [sys.executable, "-m", "xlsizing", *flags(), *more]
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
        assert done.returncode == 2
        assert done.stderr == "xlsizing: output must be writable: No space left on device (standard output)\n"

    def test_a_terminal_that_cannot_show_the_name(self):
        done = process(*flags(model="模型"), env={**os.environ, "PYTHONIOENCODING": "cp1252"})
        assert (done.returncode, done.stderr) == (0, "")
        assert r"Model: \u6a21\u578b" in done.stdout
