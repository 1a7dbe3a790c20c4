"""``xlsizing capacity``: a budget in, the most demand or the best SLA out; sizing the answer takes the budget."""

import json

import pytest

from tests.command_line import run

CURVE = ("--anchors", "1:215.5,10:122.2,256:41.8", "--gpus-per-pod", "4")


def record(capsys, *flags, code=0):
    """Return the JSON of a command."""
    done = run(capsys, "capacity", *CURVE, *flags, "--json")
    assert (done.code, done.err) == (code, "")
    return json.loads(done.out)


class TestAnswers:
    def test_gpus_to_tpm_and_back(self, capsys):
        # 59 pods of 1,222 tok/s at 0.7 carry 50,468.6 tok/s: 3,028,116 TPM to commit
        found = record(capsys, "--gpus", "236", "--sla", "100", "--tpm", "3e6")
        assert (found["pods"], found["gpus_idle"]) == (59, 0)
        assert found["most_tpm"]["commit"] == pytest.approx(3_028_116)
        assert found["best_sla_toks_per_user"]["commit"] == 122.2
        sized = run(capsys, "size", *CURVE, "--sla", "100", "--tpm", repr(found["most_tpm"]["commit"]), "--json")
        assert json.loads(sized.out)["rows"][0]["gpus_high"] == 236

    def test_nodes_dollars_and_power(self, capsys):
        # 3 nodes of 8 hold 6 pods; 226,008 $ at 8.60 pay 36 GPUs, 9 pods; 0.1 MW at 1.5 kW and 1.2 feed 55, 13 pods
        assert record(capsys, "--nodes", "3", "--gpus-per-node", "8", "--sla", "100")["pods"] == 6
        assert record(capsys, "--usd-per-month", "226008", "--sla", "100")["pods"] == 9
        assert record(capsys, "--usd-per-month", "226008", "--gpu-hourly-usd", "4.3", "--sla", "100")["pods"] == 18
        power = record(capsys, "--mw", "0.1", "--kw-per-gpu", "1.5", "--pue", "1.2", "--sla", "100")
        assert (power["gpus"], power["pods"], power["gpus_idle"]) == (55, 13, 3)

    def test_spares_are_held_back(self, capsys):
        found = record(capsys, "--gpus", "240", "--spare", "1", "--tpm", "3e6")
        assert (found["pods"], found["best_sla_toks_per_user"]["commit"]) == (59, 122.2)

    def test_a_limit_on_the_first_token(self, capsys):
        # 0.9 s is that of c=64, which carries 64 x 70 = 4,480 tok/s: 16 pods carry 50,176 at 0.7, 3,010,560 TPM
        anchors = "1:215.5::0.1,10:122.2::0.18,64:70::0.9,256:41.8::1.9"
        flags = (
            "--gpus",
            "64",
            "--gpus-per-pod",
            "4",
            "--anchors",
            anchors,
            "--ttft",
            "0.9",
            "--sla",
            "40",
            "--tpm",
            "3e6",
        )
        found = json.loads(run(capsys, "capacity", *flags, "--json").out)
        assert found["most_tpm"]["commit"] == pytest.approx(3_010_560)
        assert (found["best_sla_toks_per_user"]["commit"], found["ttft_limit_s"]) == (70, 0.9)
        out = run(capsys, "capacity", *flags).out
        assert "The most at 40 tok/s/user and TTFT of at most 0.9 s" in out
        assert "= 50,000 output tok/s, TTFT of at most 0.9 s" in out

    @pytest.mark.parametrize(("osl", "claimed"), [("256", False), ("257", True)])
    def test_short_answers_carry_no_budget(self, capsys, osl, claimed):
        """Without measured throughput a budget is claimed for answers of more than 256 tokens, as `size` does."""
        asked = ("--sla", "100", "--rps", "201", "--osl", osl)  # above the 50,468 tok/s to commit to at 122.2
        found = record(capsys, "--gpus", "236", *asked)
        most, best = found["most_tpm"], found["best_sla_toks_per_user"]
        assert (most["budget"] > most["commit"], best["budget"] > best["commit"]) == (claimed, claimed)
        sized = json.loads(run(capsys, "size", *CURVE, *asked, "--json").out)["rows"][0]
        assert (sized["gpus_budget"] < sized["gpus_high"]) == claimed
        text = run(capsys, "capacity", *CURVE, "--gpus", "236", *asked).out
        assert ("No budget is claimed: outputs up to 256 tokens" in text) != claimed

    def test_users(self, capsys):
        found = record(capsys, "--gpus", "236", "--sla", "122.2", "--users", "413")
        assert found["most_users"]["commit"] == pytest.approx(413)
        assert (found["most_tpm"], found["best_sla_toks_per_user"]["commit"]) == (None, 122.2)

    def test_in_words(self, capsys):
        done = run(capsys, "capacity", *CURVE, "--gpus", "236", "--sla", "100", "--tpm", "3e6")
        assert done.code == 0
        assert "Fleet: 236 GPUs: 59 pods x 4 GPUs = 236" in done.out
        assert "to commit  3,028,116  50,468" in done.out
        assert "The best SLA for 3,000,000 output tokens per minute = 50,000 output tok/s" in done.out
        assert done.out.startswith("DRAFT: no measurement context given")

    def test_a_demand_that_is_carried_at_no_sla(self, capsys):
        # 6 pods of 256 x 41.8 = 10,700.8 tok/s at 0.7: 44,943.36, where 50,000 are asked for
        found = record(capsys, "--gpus", "24", "--tpm", "3e6", code=3)
        assert found["best_sla_toks_per_user"] == {"estimate": None, "budget": None, "commit": None}
        assert found["reason"] == (
            "3,000,000 output tokens per minute = 50,000 output tok/s: carried at no SLA by 6 pods; at 41.8 tok/s/user, "
            "the lowest measured, the most in output tok/s is: to commit 44,943; to budget, 95 % 44,943; estimate 44,943"
        )
        assert found["notes"][0] == f"{found['reason']}."
        out = run(capsys, "capacity", *CURVE, "--gpus", "24", "--tpm", "3e6").out
        assert found["notes"][0] in " ".join(out.split())

    def test_of_one_carried_only_to_estimate_the_others_are_explained(self, capsys):
        """A wait that binds between points: 1.4 s, between c=64 and c=256, commits to c=64, 64 x 70 tok/s."""
        anchors = "1:215.5::0.1,10:122.2::0.18,64:70::0.9,256:41.8::1.9"
        asked = ("--gpus", "4", "--gpus-per-pod", "4", "--anchors", anchors, "--ttft", "1.4", "--tok-s", "3200")
        found = json.loads(run(capsys, "capacity", *asked, "--json").out)
        best = found["best_sla_toks_per_user"]
        assert (best["estimate"] > 41.8, best["commit"]) == (True, None)
        assert "to commit 3,136" in found["reason"]  # 4,480 x 0.7
        assert "estimate" not in found["reason"]


class TestQuestion:
    """The record says what was asked, what the budget rests on and which figure to quote, as the text does."""

    def test_dollars(self, capsys):
        # 500,000 / (8.60 x 730 = 6,278) = 79.6
        asked = ("--usd-per-month", "500000", "--sla", "50", "--tpm", "3e6")
        found = record(capsys, *asked)
        assert found["budget"] == {"kind": "usd_per_month", "amount": 500_000}
        assert (found["gpu_hourly_usd"], found["price_assumed"], found["hours_per_month"]) == (8.6, True, 730)
        assert (found["gpus"], found["kw_per_gpu"], found["pue"]) == (79, None, None)
        line = "Budget: 500,000 $/month / (8.60 $/GPU-hour (assumed) x 730 h) = 79 GPUs"
        assert line in run(capsys, "capacity", *CURVE, *asked).out
        given = (*asked, "--gpu-hourly-usd", "8.6")
        assert record(capsys, *given)["price_assumed"] is False
        assert "8.60 $/GPU-hour (no date or source given) x 730 h" in run(capsys, "capacity", *CURVE, *given).out

    @pytest.mark.parametrize(
        ("asked", "budget", "line"),
        [
            (
                ("--mw", "0.1", "--kw-per-gpu", "1.5", "--pue", "1.2"),
                {"budget": {"kind": "mw", "amount": 0.1}, "kw_per_gpu": 1.5, "pue": 1.2, "gpus": 55},
                "Budget: 0.1 MW / (1.5 kW/GPU x PUE 1.2) = 55 GPUs",
            ),
            (
                ("--nodes", "3", "--gpus-per-node", "8"),
                {"budget": {"kind": "nodes", "amount": 3}, "gpus_per_node": 8, "gpus": 24},
                "Budget: 3 nodes x 8 GPUs = 24 GPUs",
            ),
            (("--gpus", "24"), {"budget": {"kind": "gpus", "amount": 24}, "gpus": 24}, "Fleet: 24 GPUs: 6 pods"),
        ],
    )
    def test_other_forms(self, capsys, asked, budget, line):
        found = record(capsys, *asked, "--sla", "100")
        assert {key: found[key] for key in budget} == budget
        assert (found["gpu_hourly_usd"], found["price_assumed"], found["hours_per_month"]) == (None, None, None)
        assert line in run(capsys, "capacity", *CURVE, *asked, "--sla", "100").out

    def test_the_demand_as_in_a_sizing(self, capsys):
        asked = ("--sla", "100", "--rps", "100", "--osl", "500")
        sized = json.loads(run(capsys, "size", *CURVE, *asked, "--json").out)
        assert record(capsys, "--gpus", "236", *asked)["demand"] == sized["demand"]
        assert sized["demand"] == {
            "value": 100,
            "unit": "rps",
            "osl": 500,
            "requests_per_person_min": None,
            "peak_to_mean": 1,
        }
        assert record(capsys, "--gpus", "236", "--sla", "100")["demand"] is None

    def test_its_standing_in_a_word_with_reasons_and_notes(self, capsys):
        found = record(capsys, "--gpus", "236", "--sla", "100", "--tpm", "3e6")
        out = " ".join(run(capsys, "capacity", *CURVE, "--gpus", "236", "--sla", "100", "--tpm", "3e6").out.split())
        why = "; ".join(reason["why"] for reason in found["rigor_reasons"])
        assert (found["rigor"], found["headline"]) == ("DRAFT", f"DRAFT: {why}")
        assert (found["context_label"], found["reason"], len(found["notes"])) == (None, None, 3)
        assert out.startswith(f"{found['headline']}. {found['opening']}")
        assert "Sign a VERDICT with the line to commit" in found["opening"]
        assert all(note in out for note in found["notes"])

    def test_the_context_of_its_curve(self, capsys):
        curve = ("--curve", "public:inferencex-gpt-oss-120b-h200-vllm-fp4-none-tp2-ep1-1024x1024", "--sla", "40")
        found = json.loads(run(capsys, "capacity", *curve, "--gpus", "64", "--json").out)
        assert "H200" in found["context_label"]
        assert f"Context: {found['context_label']}" in " ".join(
            run(capsys, "capacity", *curve, "--gpus", "64").out.split()
        )


class TestShown:
    """The best SLA in four digits, rounded down, so that what is printed can be kept."""

    @pytest.mark.parametrize("gpus", ["240", "320", "400", "564"])
    def test_still_fits_and_a_digit_more_does_not(self, capsys, gpus):
        asked = ("--gpus", gpus, "--tpm", "3e6")
        exact = record(capsys, *asked)["best_sla_toks_per_user"]["estimate"]
        (line,) = [x.split() for x in run(capsys, "capacity", *CURVE, *asked).out.splitlines() if "estimate  " in x]
        assert len(line[1].replace(".", "")) <= 4
        assert float(line[1]) <= exact

        def sized(sla):
            out = run(capsys, "size", *CURVE, "--sla", repr(sla), "--tpm", "3e6", "--json").out
            return json.loads(out)["rows"][0]["gpus"]

        step = 10.0 ** (len(str(int(exact))) - 4)  # one in the fourth digit
        assert sized(float(line[1])) <= int(gpus) < sized(float(line[1]) + step)

    @pytest.mark.parametrize(
        ("rate", "shown"), [("41.8", "41.8"), ("41.879", "41.87"), ("7.00009", "7"), ("122.2", "122.2")]
    )
    def test_a_measured_point(self, capsys, rate, shown):
        asked = ("--anchors", f"1:215.5,256:{rate}", "--gpus-per-pod", "4", "--gpus", "4", "--tok-s")
        out = run(capsys, "capacity", *asked, repr(0.7 * 256 * float(rate))).out
        assert f"to commit {shown} " in " ".join(out.split())


class TestRefusals:
    @pytest.mark.parametrize(
        ("flags", "sentence"),
        [
            (["--sla", "100"], "exactly one of --gpus, --nodes, --usd-per-month, --mw must be given (got none)"),
            (["--gpus", "8", "--nodes", "1", "--sla", "9"], "exactly one of --gpus, --nodes, --usd-per-month, --mw"),
            (["--gpus", "8"], "--sla or a demand must be given; --sla asks for the most TPM"),
            (["--gpus", "3", "--sla", "9"], "the budget must hold a pod of 4 GPUs (got 3 GPUs)"),
            (["--gpus", "4.5", "--sla", "9"], "--gpus must be a whole number"),
            (["--gpus", "8", "--spare", "2", "--sla", "9"], "--spare must leave a pod that serves (got 2)"),
            (["--nodes", "2", "--sla", "9"], "--gpus-per-node must be given with --nodes"),
            (["--mw", "1", "--pue", "1.2", "--sla", "9"], "--kw-per-gpu must be given with --mw"),
            (["--mw", "1", "--pue", "0.5", "--kw-per-gpu", "1", "--sla", "9"], "--pue must be at least 1"),
            (["--gpus", "8", "--pue", "1.2", "--sla", "9"], "--pue must be given with --mw, and only with it"),
            (["--gpus", "8", "--gpu-hourly-usd", "2", "--sla", "9"], "--gpu-hourly-usd must be given with --usd-per"),
            (
                ["--usd-per-month", "9e5", "--gpu-hourly-usd", "0", "--sla", "9"],
                "--gpu-hourly-usd must be above 0 (got 0)",
            ),
        ],
    )
    def test_with_one_sentence(self, capsys, flags, sentence):
        done = run(capsys, "capacity", *CURVE, *flags)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"xlsizing: {sentence}")

    def test_a_replica_that_was_not_measured(self, capsys):
        """As `size`: results of 2 GPUs say nothing of pods of 4, and where they say how many, no flag need repeat it."""
        curve = ("--curve", "public:inferencex-gpt-oss-120b-h200-vllm-fp4-none-tp2-ep1-1024x1024", "--sla", "40")
        done = run(capsys, "capacity", *curve, "--gpus", "64", "--gpus-per-pod", "4")
        sentence = "xlsizing: --gpus-per-pod must be that of the replica that was measured, 2 (got 4)\n"
        assert (done.code, done.out, done.err) == (2, "", sentence)
        found = json.loads(run(capsys, "capacity", *curve, "--gpus", "64", "--json").out)
        assert (found["gpus_per_pod"], found["pods"]) == (2, 32)

    def test_gpus_per_pod_that_nobody_says(self, capsys):
        done = run(capsys, "capacity", *CURVE[:2], "--gpus", "64", "--sla", "40")
        assert (done.code, done.err) == (2, "xlsizing: --gpus-per-pod must be given\n")

    def test_an_sla_that_cannot_be_met(self, capsys):
        done = run(capsys, "capacity", *CURVE, "--gpus", "8", "--sla", "500")
        assert (done.code, done.out) == (3, "")
        assert done.err.startswith("xlsizing: 500 tok/s/user cannot be met: the fastest measured point is 215.5 at c=1")
