"""``xlsizing audit``: a claim against a curve, from flags or from a sizing file, with what the answer rests on."""

import hashlib
import json

import pytest

from tests.command_line import run
from tests.spec_files import EXAMPLE, ILLUSTRATIVE
from xlsizing.advice.standing_words import NO_THROUGHPUT
from xlsizing.hosts.cli.commands.audit import command

CLAIM = {"--pods": "18", "--gpus-per-pod": "8", "--tpm": "3000000", "--anchors": "128:22.78125", "--util": "1.0"}
BESIDE = {"pods", "gpus", "sla", "ttft", "concurrency", "spec", "allow_mismatch", "allow_outside", "as_json"}


def claimed(*more, **changes):
    """The flags of the claim of 18 pods of 8 GPUs for 3,000,000 TPM, changed: None leaves one out."""
    given = CLAIM | {f"--{name.replace('_', '-')}": value for name, value in changes.items()}
    return ["audit", *(text for name, value in given.items() if value is not None for text in (name, value)), *more]


def audited(capsys, *arguments, code=0):
    """The JSON of an audit."""
    left, out, err = run(capsys, *arguments, "--json")
    assert (left, err) == (code, "")
    return json.loads(out)


class TestClaim:
    # 50,000 tok/s / 18 = 2,777.8 a pod; 128 x 22.78125 = 2,916; at 0.70: 50,000 / (2,916 x 0.7) = 24.5, 25 pods.

    def test_without_headroom_it_fits(self, capsys):
        (found,) = audited(capsys, *claimed())["audits"]
        assert (found["fits"], found["over_by_pods"], found["gpus"]) == (True, 0, 144)
        assert found["needed_tok_s_per_pod"] == pytest.approx(50_000 / 18)
        assert (found["available_tok_s_per_pod"], found["own_pods_with_headroom"]) == (2916, 25)

    def test_at_70_percent_it_is_7_pods_short(self, capsys):
        (found,) = audited(capsys, *claimed(util=None))["audits"]
        assert (found["fits"], found["over_by_pods"], found["own_pods_high"]) == (False, -7, 25)

    def test_in_words(self, capsys):
        code, out, err = run(capsys, *claimed())
        assert (code, err) == (0, "")
        assert out.startswith(
            "Rigor: DRAFT: no measurement context given; the sweep lacks c=8, 16, 32, 64; "
            f"{NO_THROUGHPUT}\n\n"
            "Carries the throughput; no SLA checked: 50,000 tok/s over 18 pods at util 1 is 2,777.8 tok/s needed per pod, 2,916 available at c=128, "
            "22.8 tok/s/user; equal to the 18 pods of our own sizing.\n- "
        )
        assert "short by 7 pods" in run(capsys, *claimed(util=None)).out

    def test_gpus_for_pods(self, capsys):
        assert audited(capsys, *claimed(pods=None, gpus="144")) == audited(capsys, *claimed())


class TestFlags:
    def test_sla_and_concurrency(self, capsys):
        (found,) = audited(capsys, *claimed(sla="20", concurrency="128"))["audits"]
        assert (found["sla"], found["sla_met"], found["stated_concurrency"]) == (20, True, 128)

    def test_an_sla_that_cannot_be_met(self, capsys):
        (found,) = audited(capsys, *claimed(sla="30"), code=3)["audits"]
        assert (found["sla_met"], found["own_pods"]) == (False, None)

    def test_users(self, capsys):
        (found,) = audited(capsys, *claimed(tpm=None, users="2000"))["audits"]
        assert found["needed_concurrency_per_pod"] == pytest.approx(2000 / 18)

    def test_curve_from_a_file_is_named(self, capsys, tmp_path):
        file = tmp_path / "curve.csv"
        file.write_text("concurrency,tok_s_per_user\n128,22.78125\n")
        named = f"curve.csv, SHA-256 {hashlib.sha256(file.read_bytes()).hexdigest()}"
        assert audited(capsys, *claimed(anchors=None, curve=str(file)))["curve_source"] == named
        assert run(capsys, *claimed(anchors=None, curve=str(file))).out.startswith(f"Curve: {named}\nRigor: DRAFT: ")

    def test_method(self, capsys):
        given = {"anchors": "1:215.5,10:122.2,256:41.8", "util": "0.7", "sla": "100"}
        pods = [audited(capsys, *claimed(method=m, **given))["audits"][0]["own_pods"] for m in ("log-c", "tpot")]
        assert pods == [30, 27]  # worked rows of the specification

    def test_help(self, capsys):
        out = run(capsys, "audit", "--help").out
        assert all(f"{option.opts[0]} " in out for option in command.params)

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"pods": None}, "exactly one of --pods, --gpus must be given (got none)"),
            ({"gpus": "144"}, "exactly one of --pods, --gpus must be given (got --pods and --gpus)"),
            ({"pods": "4.5"}, "--pods must be a whole number from 1 to 100000000 (got 4.5)"),
            ({"pods": None, "gpus": "9"}, "--gpus must be a multiple of gpus_per_pod, 8 (got 9)"),
            ({"sla": "0"}, "--sla must be above 0 (got 0)"),
            ({"util": "80"}, "--util must be in (0, 1] (got 80)"),
            ({"tpm": None}, "exactly one of --tpm, --tok-s, --rps, --people, --users must be given (got none)"),
        ],
        ids=str,
    )
    def test_refusals(self, capsys, changes, sentence):
        assert run(capsys, *claimed(**changes)) == (2, "", f"xlsizing: {sentence}\n")


class TestTtft:
    @pytest.fixture
    def curve(self, tmp_path):
        """The worked curve with TTFT, in a file: 4,480 tok/s at c=64 and 0.9 s, 10,700.8 at c=256 and 1.9 s."""
        file = tmp_path / "curve.csv"
        file.write_text("concurrency,tok_s_per_user,ttft_s\n1,215.5,0.1\n10,122.2,0.18\n64,70,0.9\n256,41.8,1.9\n")
        return {"anchors": None, "curve": str(file), "util": "0.7", "gpus_per_pod": "4"}

    def test_the_claim_is_judged_at_the_point_that_meets_both(self, capsys, curve):
        # 50,000/(16 x 0.7) = 4,464.3 is carried at c=64; with 15 pods 4,761.9 only at c=256
        for pods, met, over in (("16", True, 0), ("15", False, -1)):
            (found,) = audited(capsys, *claimed(pods=pods, sla="40", ttft="0.9", **curve))["audits"]
            assert (found["sla_met"], found["waits_met"], found["over_by_pods"]) == (True, met, over)
            assert (found["ttft_limit_s"], found["implied_ttft_s"]) == (0.9, 0.9 if met else 1.9)

    def test_the_verdict_alone_shows_the_wait_that_decides(self, capsys, curve):
        # 41.8 tok/s/user meet 40, and 10,700.8 are more than the 4,761.9 needed: what fails is the wait
        (found,) = audited(capsys, *claimed(pods="15", sla="40", ttft="0.9", **curve))["audits"]
        assert "10,700.8 available at c=256, 41.8 tok/s/user, TTFT 1.9 s; short by 1 pod" in found["verdict"]

    def test_a_limit_that_no_point_keeps(self, capsys, curve):
        code, out, _ = run(capsys, *claimed(pods="16", sla="40", ttft="0.05", **curve))
        assert code == 3
        assert "40 tok/s/user and TTFT of at most 0.05 s cannot be met: at the first measured point, c=1" in out

    def test_beside_a_sizing_file(self, capsys):
        # c=64 carries the 3,968 tok/s that 18 pods need, at 66 tok/s/user and 0.52 s
        (found,) = audited(capsys, "audit", "--spec", ILLUSTRATIVE, "--pods", "18", "--sla", "60", "--ttft", "0.5")[
            "audits"
        ]
        assert (found["sla_met"], found["waits_met"], found["implied_ttft_s"]) == (True, False, 0.52)

    def test_the_statistic_of_the_file_holds_for_the_flag(self, capsys, illustrative):
        # The customer speaks of p95, the curve of no statistic: no VERDICT, whoever gives the limit.
        file = illustrative((("latency_statistic",), "p95"), (("slas",), [{"tok_s_per_user": 60, "ttft_s": 0.5}]))
        why = "TTFT p95 asked, statistic not stated measured"
        for given in ([], ["--ttft", "0.6"], ["--sla", "60"], ["--sla", "75", "--ttft", "0.6"]):
            told = audited(capsys, "audit", "--spec", file, "--pods", "18", *given)
            assert told["rigor_reasons"] == [why], given

    def test_an_sla_of_the_file_keeps_its_limits(self, capsys, illustrative):
        file = illustrative(
            (("slas",), [60, {"tok_s_per_user": 60, "ttft_s": 0.5}, {"tok_s_per_user": 75, "ttft_s": 1}])
        )
        for sla, limits in (("60", [None, 0.5]), ("75", [1]), ("100", [None])):
            told = audited(capsys, "audit", "--spec", file, "--pods", "18", "--sla", sla)
            assert sorted(str(found["ttft_limit_s"]) for found in told["audits"]) == sorted(
                "None" if limit is None else str(float(limit)) for limit in limits
            )

    @pytest.mark.parametrize(
        ("ttft", "sentence"),
        [
            ("0", "--ttft must be above 0 (got 0)"),
            (
                "1",
                (
                    "--ttft must be a limit on a wait that the curve tells: no TTFT known; give the TTFT, or leave the "
                    "limit out"
                ),
            ),
        ],
    )
    def test_refusals(self, capsys, ttft, sentence):
        assert run(capsys, *claimed(ttft=ttft)) == (2, "", f"xlsizing: {sentence}\n")


class TestSpec:
    def test_an_audit_for_each_sla_of_the_file(self, capsys):
        # The first point that carries 50,000 / (18 x 0.7) = 3,968 tok/s a pod is c=64 with 4,100 at 66 tok/s/user.
        told = audited(capsys, "audit", "--spec", ILLUSTRATIVE, "--pods", "18")
        assert [found["sla"] for found in told["audits"]] == [30, 60, 75, 100, 112]
        assert [found["sla_met"] for found in told["audits"]] == [True, True, False, False, False]
        assert {found["implied_concurrency"] for found in told["audits"]} == {64}
        assert (told["rigor"], told["rigor_reasons"], told["workload_mismatch"]) == ("VERDICT", [], [])

    def test_one_sla_of_the_claim(self, capsys):
        told = audited(capsys, "audit", "--spec", ILLUSTRATIVE, "--gpus", "72", "--sla", "60")
        assert [(found["sla"], found["pods"]) for found in told["audits"]] == [(60, 18)]

    def test_rigor_is_that_of_the_audited_sla(self, capsys):
        # The sweep 8..128 is full; 190 lies between c=1 and c=8, 60 inside it. The file itself names neither.
        why = "interpolated between c=1 and c=8, not inside the sweep c=8..128"
        code, out, _ = run(capsys, "audit", "--spec", ILLUSTRATIVE, "--pods", "18", "--sla", "190")
        assert (code, out.count(f"\nRigor: DRAFT: {why}\n"), "VERDICT" in out) == (0, 1, False)
        told = audited(capsys, "audit", "--spec", ILLUSTRATIVE, "--pods", "18", "--sla", "190")
        assert (told["rigor"], told["rigor_reasons"]) == ("DRAFT", [why])

    def test_rigor_of_each_of_several_slas(self, capsys, illustrative):
        file = illustrative((("slas",), [60, 190]))
        out = run(capsys, "audit", "--spec", file, "--pods", "18").out
        assert (
            "\nRigor at 60 tok/s/user: VERDICT: TTFT not asked for\nRigor at 190 tok/s/user: DRAFT: interpolated between "
            in out
        )
        told = audited(capsys, "audit", "--spec", file, "--pods", "18")
        assert (told["rigor"], [found["rigor"] for found in told["audits"]]) == ("DRAFT", ["VERDICT", "DRAFT"])

    def test_a_verdict_says_that_ttft_was_not_asked_for(self, capsys):
        asked = ("audit", "--spec", ILLUSTRATIVE, "--pods", "18", "--sla", "60")
        assert "\nRigor: VERDICT: TTFT not asked for\n" in run(capsys, *asked).out
        assert "\nRigor: VERDICT\n" in run(capsys, *asked, "--ttft", "1").out

    def test_what_holds_for_every_sla_stands_once(self, capsys):
        code, out, _ = run(capsys, "audit", "--spec", EXAMPLE, "--pods", "18")
        assert (code, out.count("No output throughput was measured"), out.count("needed per pod")) == (0, 1, 5)
        assert out.startswith("Model: MiniMax-M2-NVFP4 on GB300, TP4\nCurve: sizing.yaml\nContext: MiniMax-M2 | GB300")

    @pytest.mark.parametrize(
        "given",
        [(o.opts[0],) if o.is_flag else (o.opts[0], "1") for o in command.params if o.name not in BESIDE],
        ids=" ".join,
    )
    def test_a_flag_beside_the_file_is_refused_by_name(self, capsys, given):
        sentence = f"xlsizing: {given[0]} must not be given beside --spec; change the sizing file instead\n"
        assert run(capsys, "audit", "--spec", EXAMPLE, "--pods", "18", *given) == (2, "", sentence)

    def test_mismatch_is_marked(self, capsys, mismatched):
        code, out, _ = run(capsys, "audit", "--spec", mismatched, "--pods", "18", "--allow-mismatch")
        assert code == 3  # 300 tok/s/user cannot be met
        mismatch = "DRAFT: WORKLOAD MISMATCH: ISL 1024 measured, 8192 asked for: off by 87.5 %, above 10 %"
        assert f"\nRigor at 30, 100 tok/s/user: {mismatch}\n" in out
        assert f"\nRigor at 300 tok/s/user: {mismatch}; no measured point meets the SLA\n" in out
        told = audited(capsys, "audit", "--spec", mismatched, "--pods", "18", "--allow-mismatch", code=3)
        assert (told["rigor"], len(told["workload_mismatch"])) == ("DRAFT", 1)
