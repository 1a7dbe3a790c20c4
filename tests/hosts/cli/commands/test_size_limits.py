"""``xlsizing size --ttft``: the same rows as `size()`, and every list that is none refused in one sentence."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.command_line import run
from xlsizing import Curve, Demand, Limits, size
from xlsizing.core.limits import WAITS
from xlsizing.hosts.cli.flags import wait_flag

C, R = [1, 10, 64, 256], [215.5, 122.2, 70, 41.8]
TTFT, TTFO = [0.1, 0.18, 0.9, 12], [0.5, 0.7, 3, 20]
CURVE = Curve(C, R, ttft_s=TTFT, ttfo_s=TTFO)
ANCHORS = ",".join(f"{c}:{r}::{ttft}:{ttfo}" for c, r, ttft, ttfo in zip(C, R, TTFT, TTFO, strict=True))
ASKED = ("size", "--tpm", "3e6", "--gpus-per-pod", "4", "--anchors", ANCHORS)

_FIELDS = (
    "pods_low",
    "pods_high",
    "gpus_high",
    "max_num_seqs",
    "binding",
    "feasible",
    "reason",
    *(name for wait in WAITS for name in (wait.limit, wait.name, wait.commit)),
)


def printed(capsys, *arguments):
    """Return the JSON that a sizing prints, which must end well or with an SLA that cannot be met."""
    code, out, err = run(capsys, *ASKED, *arguments, "--json")
    assert (code in (0, 3), err) == (True, "")
    return json.loads(out)


def listed(limits):
    """Return limits as a flag lists them."""
    return ",".join("-" if limit is None else repr(limit) for limit in limits)


ROWS = st.lists(
    st.tuples(
        st.sampled_from([41.8, 40.0, 55.0, 70.0, 122.2, 300.0]),
        *[st.sampled_from([None, 0.05, 0.18, 0.5, 0.9, 2.0, 12.0, 30.0])] * len(WAITS),
    ),
    min_size=1,
    max_size=5,
)
"""SLAs with limits at anchors, between them, on neither side met, and none [tok/s/user, s]."""


class TestParity:
    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(ROWS)
    def test_the_rows_are_those_of_the_core(self, capsys, rows):
        slas, *columns = (list(column) for column in zip(*rows, strict=True))
        flags = [f"--sla={','.join(map(str, slas))}", *("--osl=500" for _ in "e" if any(columns[-1]))]
        flags += [
            f"{wait_flag(wait)}={listed(column)}" for wait, column in zip(WAITS, columns, strict=True) if any(column)
        ]
        told = printed(capsys, *flags)
        limits = Limits(*columns, output_tokens=500 if any(columns[-1]) else None)
        again = size(CURVE, slas, Demand.tpm(3e6), gpus_per_pod=4, limits=limits).rows()
        for row, expected in zip(told["rows"], sorted(again, key=lambda row: row.sla), strict=True):
            assert {name: row[name] for name in _FIELDS} == {name: getattr(expected, name) for name in _FIELDS}

    def test_one_limit_is_that_of_each_sla(self, capsys):
        rows = printed(capsys, "--sla", "40,60", "--ttft", "2")["rows"]
        assert [(row["ttft_limit_s"], row["binding"]) for row in rows] == [(2, "TTFT"), (2, "TTFT")]

    @pytest.mark.parametrize("text", ["2,,-", " 2 , - , ", "2,-,-"])
    def test_a_blank_or_a_hyphen_is_none(self, capsys, text):
        rows = printed(capsys, "--sla", "40,60,70", "--ttft", text)["rows"]
        assert [row["ttft_limit_s"] for row in rows] == [2, None, None]

    def test_limits_stay_with_the_slas_they_were_given_for(self, capsys):
        rows = printed(capsys, "--sla", "60,40,40", "--ttft", "0.9,2,-")["rows"]
        assert [(row["sla_toks_per_user"], row["ttft_limit_s"]) for row in rows] == [(40, 2), (40, None), (60, 0.9)]

    def test_the_statistic_and_the_answer_s_length_are_kept(self, capsys):
        told = printed(capsys, "--sla", "40", "--e2e", "20", "--osl", "500", "--latency-stat", "p95")
        assert (told["latency_statistic"], told["output_tokens"], told["rows"][0]["e2e_limit_s"]) == ("p95", 500, 20)
        assert "e2e p95 asked, statistic not stated measured" in told["headline"]

    def test_requests_say_how_long_their_answers_are(self, capsys):
        code, out, _ = run(
            capsys, "size", "--rps", "50", "--osl", "500", "--e2e", "20", "--sla", "20", *ASKED[3:], "--json"
        )
        assert (code, json.loads(out)["output_tokens"]) == (0, 500)

    def test_an_sla_met_and_a_limit_missed_is_3(self, capsys, tmp_path):
        code, out, err = run(capsys, *ASKED, "--sla", "40", "--ttft", "0.05", "--emit", tmp_path)
        assert (code, err, len(list(tmp_path.iterdir()))) == (3, "", 2)
        assert "TTFT 0.05 s cannot be met: at the first measured point, c=1, it is 0.1 s" in " ".join(out.split())


TOLD = "must be a limit on a wait that the curve tells"
NOT_TOLD = [
    (["--ttfo", "2"], f"--ttfo {TOLD}: no TTFO known; give the TTFO, or leave the limit out"),
    (["--e2e", "2"], f"--e2e {TOLD}: no output tokens of an answer known; give --osl, or leave the limit out"),
]


class TestRefusals:
    @pytest.mark.parametrize(
        ("flags", "sentence"),
        [
            (["--ttft", "2,3,4"], "--ttft must list one limit, or one for each SLA (got 3 for 2 SLAs); write - where an SLA has none"),
            (["--ttft", "-,-"], "--ttft must list a limit (got '-,-'); leave it out where there is none"),
            (["--ttft", ""], "--ttft must list a limit (got a blank); leave it out where there is none"),
            (["--ttft", "2,fast"], "--ttft must be a number (got 'fast' in item 2)"),
            (["--ttft", "2,0"], "--ttft must be above 0 (got 0 in item 2)"),
            (["--ttft", "-1,2"], "--ttft must be above 0 (got -1 in item 1)"),
            (["--ttft", "2", "--ttft", "3"], "--ttft must be given once (got 2 of them); leave one of them out"),
            (["--ttft", "2", "--latency-stat", "p97"], '--latency-stat must be "median", "mean", "p90", "p95" or "p99" (got \'p97\')'),
            (["--latency-stat", "p95"], "--latency-stat must be given with --ttft, --ttfo or --e2e, and only with one of them"),
            (["--osl", "500"], "--osl must be given with --rps, --people or --e2e, and only with one of them"),
            (["--e2e", "9", "--osl", "0"], "--osl must be above 0 (got 0)"),
            *NOT_TOLD,
        ],
    )  # fmt: skip
    def test_one_sentence(self, capsys, flags, sentence):
        anchors = ",".join(f"{c}:{r}::{ttft}" for c, r, ttft in zip(C, R, TTFT, strict=True))
        given = ("size", "--tpm", "3e6", "--gpus-per-pod", "4", "--anchors", anchors, "--sla", "40,60")
        assert run(capsys, *given, *flags) == (2, "", f"xlsizing: {sentence}\n")

    def test_a_curve_without_ttft(self, capsys):
        given = ("size", "--tpm", "3e6", "--gpus-per-pod", "4", "--anchors", "1:100,8:50", "--sla", "60", "--ttft", "2")
        assert (
            run(capsys, *given).err
            == f"xlsizing: --ttft {TOLD}: no TTFT known; give the TTFT, or leave the limit out\n"
        )


class TestAnchors:
    def test_the_fourth_and_fifth_number(self, capsys):
        told = printed(capsys, "--sla", "40")["anchors"]
        assert [(each["output_tok_s"], each["ttft_s"], each["ttfo_s"]) for each in told] == [
            (None, ttft, ttfo) for ttft, ttfo in zip(TTFT, TTFO, strict=True)
        ]

    def test_half_a_column(self, capsys):
        given = ("size", "--tpm", "3e6", "--gpus-per-pod", "4", "--sla", "40", "--anchors", "1:100::0.1,8:50")
        assert run(capsys, *given).err == (
            "xlsizing: anchors must not be half-blank: TTFT is blank; fill in the cell or clear the whole row "
            "(anchor 2 of --anchors)\n"
        )

    def test_an_answer_before_the_first_token(self, capsys):
        given = ("size", "--tpm", "3e6", "--gpus-per-pod", "4", "--sla", "40", "--anchors", "1:100::0.2:0.1")
        assert run(capsys, *given).err.startswith("xlsizing: TTFO must not be below TTFT: 0.1 s against 0.2 s")
