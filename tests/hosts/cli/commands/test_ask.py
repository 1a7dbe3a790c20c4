"""``xlsizing ask``: prompts that ask again, flags without prompts, and a file that is read back to what was answered."""

import json
import os
import select
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.command_line import run, typed
from xlsizing.hosts.cli.main import command_named
from xlsizing.hosts.cli.questions import QUESTIONS
from xlsizing.importers.public import names
from xlsizing.spec import read_spec

CURVE = "concurrency,tok_s_per_user,output_tok_s,ttft_s\n1,80,78,0.2\n8,60,460,0.5\n32,30,900,1.5\n"
ANSWERS = {
    "--people": "2000",
    "--requests-per-person-min": "1.2",
    "--osl": "700",
    "--sla": "40",
    "--curve": "curve.csv",
    "--gpus-per-pod": "4",
}
"""What has no default."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a curve, in which the command runs."""
    (tmp_path / "curve.csv").write_text(CURVE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def flags(**changes):
    """The flags that answer what has no default, changed: None leaves one out."""
    known = ANSWERS | {f"--{name.replace('_', '-')}": text for name, text in changes.items()}
    return ["ask", "--non-interactive", *(f"{name}={text}" for name, text in known.items() if text is not None)]


def refused(capsys, *more, **changes):
    """The sentence of a refusal, which writes nothing."""
    before = sorted(Path.cwd().rglob("*"))
    code, out, err = run(capsys, *flags(**changes), *more)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert sorted(Path.cwd().rglob("*")) == before
    return err.removeprefix("xlsizing: ").removesuffix("\n")


def asked(monkeypatch, *lines, arguments=()):
    """What the command leaves where `lines` are typed."""
    return typed(monkeypatch, lines, "ask", *arguments)


def in_a_line(text):
    """The words of a text, however the terminal folds them."""
    return " ".join(text.split())


# The customer's sentence, a line each: name, form, people, requests, peak, output, input, turns, SLA, contract, curve,
# GPUs per pod, TTFT, GPUs per node, nodes, price, date, source, share.
TYPED = (
    *("Café: #1", "", "2000", "1.2", "2.5", "700", "3000", "multi-turn", "40", "40", "curve.csv"),
    *("4", "2", "8", "1", "2.10", "2026-11-01", "@ a quote", ""),
)


class TestPrompts:
    def test_a_file_in_nineteen_answers(self, folder, monkeypatch):
        code, screen, errors = asked(monkeypatch, *TYPED)
        assert (code, errors) == (0, "")
        spec = read_spec(folder / "sizing.yaml")
        assert (spec.customer, spec.slas, spec.contract, spec.gpus_per_pod, spec.util) == ("Café: #1", (40,), 0, 4, 0.7)
        assert spec.demand().output_tok_s(40) == 70_000  # 2000 x 1.2 / 60 x 700 x 2.5
        assert (spec.workload().isl, spec.workload().osl, spec.workload().turns) == (3000, 700, "multi-turn")
        assert (spec.price.amount, spec.price.date, spec.price.source) == (2.1, "2026-11-01", "@ a quote")
        assert (spec.parts.node_plan.gpus_per_node, spec.parts.node_plan.nodes_to_survive) == (8, 1)
        assert (spec.curve_file, spec.limits.of(spec.limits.asked[0])) == ("curve.csv", [2])
        assert screen.endswith("Written: sizing.yaml\nNext: xlsizing size --spec sizing.yaml\n")

    def test_the_next_command_runs(self, folder, monkeypatch, capsys):
        _, screen, _ = asked(monkeypatch, *TYPED)
        monkeypatch.undo()
        monkeypatch.chdir(folder)
        code, out, err = run(capsys, *shlex.split(screen.splitlines()[-1].removeprefix("Next: "))[1:])
        assert (code, err) == (0, "")
        assert "Customer: Café: #1" in out

    def test_every_question_says_its_unit_and_its_default(self, folder, monkeypatch):
        _, screen, _ = asked(monkeypatch, *TYPED)
        put = [q for q in QUESTIONS if q.name not in ("rps", "tpm", "tok_s", "users")]
        words = in_a_line(screen)
        shown = {
            "customer": "none", "demand": "people", "peak_to_mean": "1", "isl": "not known", "turns": "not known",
            "contract": "none", "ttft": "no limit", "gpus_per_node": "none", "nodes_to_survive": "0",
            "gpu_hourly_usd": "8.60 assumed", "util": "0.7",
        }  # fmt: skip
        for question in put:
            default = f" ({shown[question.name]}):" if question.name in shown else ":"
            assert f"{question.words} [{question.unit}]{default}" in words

    @pytest.mark.parametrize(
        ("at", "wrong", "sentence"),
        [
            (0, "x" * 201, "customer must have at most 200 characters (got 201)"),
            (1, "tokens", 'demand must be "tpm", "tok_s", "rps", "people" or "users" (got \'tokens\')'),
            (2, "", "people must be given"),
            (2, "2,000", "people must be a number (got '2,000'); write 2000"),
            (2, "-5", "people must be above 0 (got -5)"),
            (3, "0", "requests_per_person_min must be above 0 (got 0)"),
            (4, "0.5", "peak_to_mean must be from 1 to 1,000 (got 0.5)"),
            (5, "many", "osl must be a number (got 'many')"),
            (6, "nan", "isl must be a number (got 'nan')"),
            (7, "three", 'turns must be "single-turn" or "multi-turn" (got \'three\')'),
            (8, "40,x", "sla must be a number (got 'x' in item 2)"),
            (8, "40,-1", "sla must be above 0 (got -1 in item 2)"),
            (9, "41", "contract must be one of the SLAs (got 41)"),
            (10, "none.csv", "curve file must be readable: No such file or directory (none.csv)"),
            (10, "public:none", "public curve must name a curve that xlsizing curves --public lists (got 'none')"),
            (10, "1", "curve file must be readable: No such file or directory (1)"),
            (10, "1:80,8:90", "a point, or pass --pool-rises=0.063 (anchors 1 and 2 of --anchors)"),
            (11, "4.5", "gpus_per_pod must be a whole number from 1 to 1000000 (got 4.5)"),
            (12, "0", "ttft_s must be above 0 (got 0 in element 1)"),
            (
                12,
                "2,3",
                "ttft must list one limit, or one for each SLA (got 2 for 1 SLA); write - where an SLA has none",
            ),
            (13, "0", "gpus_per_node must be a whole number of at least 1 (got 0)"),
            (14, "-1", "nodes_to_survive must be a whole number of at least 0 (got -1)"),
            (15, "$2", "gpu_hourly_usd must be a number (got '$2')"),
            (16, "tomorrow", "price_date must be a date such as 2026-03-31 (got 'tomorrow')"),
            (17, "", "price_source must be given"),
            (18, "70 %", "util must be a number (got '70 %'); write 0.7"),
            (18, "1.5", "util must be in (0, 1] (got 1.5)"),
        ],
    )
    def test_a_wrong_answer_is_refused_at_once_and_asked_again(self, folder, monkeypatch, at, wrong, sentence):
        code, screen, _ = asked(monkeypatch, *TYPED[:at], wrong, *TYPED[at:])
        assert code == 0
        assert in_a_line(screen).count(sentence) == 1
        words = [q for q in QUESTIONS if q.name not in ("rps", "tpm", "tok_s", "users")][at].words
        assert screen.count(words) == 2
        assert read_spec(folder / "sizing.yaml").demand().value == 2000

    def test_a_wait_that_the_curve_does_not_tell(self, folder, monkeypatch):
        (folder / "curve.csv").write_text("concurrency,tok_s_per_user\n1,80\n32,30\n")
        code, screen, _ = asked(monkeypatch, *TYPED[:12], "2", "", *TYPED[13:])
        assert (code, read_spec(folder / "sizing.yaml").limits.asked) == (0, ())
        assert "ttft_s must be a limit on a wait that the curve tells: no TTFT known" in in_a_line(screen)

    def test_other_demands_ask_other_questions(self, folder, monkeypatch):
        lines = ["", "users", "500", "", "", "", "20,50", "", "1:80,8:60,32:30", "4", "", "", "", ""]
        code, screen, _ = asked(monkeypatch, *lines)
        spec = read_spec(folder / "sizing.yaml")
        assert (code, spec.demand().unit, spec.demand().value, spec.slas) == (0, "users", 500, (20, 50))
        assert (spec.customer, spec.workload().osl, spec.price.assumed, spec.parts.node_plan) == (
            None,
            None,
            True,
            None,
        )
        assert not any(words in screen for words in ("people use it", "the peak? [-]", "fail at once", "quoted"))

    def test_what_a_flag_answers_is_not_asked(self, folder, monkeypatch):
        code, screen, _ = asked(monkeypatch, *TYPED[3:], arguments=["--customer", "Acme", "--people", "1000"])
        spec = read_spec(folder / "sizing.yaml")
        assert (code, spec.customer, spec.demand().value) == (0, "Acme", 1000)
        assert "Who is the customer" not in screen
        assert "stated in" not in screen

    def test_the_gpus_that_the_curve_knows_are_the_default(self, folder, monkeypatch):
        given = ["--customer=A", "--tpm=30000", "--sla=50", f"--curve=public:{names()[0]}"]
        _, screen, _ = asked(monkeypatch, *[""] * 20, arguments=given)
        spec = read_spec(folder / "sizing.yaml")
        assert f"How many GPUs has one replica? [GPUs/pod] ({spec.gpus_per_pod}): " in screen
        assert spec.gpus_per_pod == spec.curve().measured_gpus

    def test_the_end_of_what_is_typed_writes_nothing(self, folder, monkeypatch):
        code, _, errors = asked(monkeypatch, *TYPED[:5])
        assert (code, errors.strip()) == (2, "xlsizing: interrupted")
        assert sorted(path.name for path in folder.iterdir()) == ["curve.csv"]

    def test_an_existing_file_is_refused_before_the_first_question(self, folder, monkeypatch):
        (folder / "sizing.yaml").write_text("mine")
        code, screen, errors = asked(monkeypatch, *TYPED)
        assert (code, screen) == (2, "")
        assert errors == "xlsizing: output must not exist yet; pass --force to overwrite it (sizing.yaml)\n"
        assert (folder / "sizing.yaml").read_text() == "mine"

    def test_without_a_terminal(self, folder, capsys):
        sentence = (
            "xlsizing: ask must run on a terminal; pass --non-interactive, and a flag for each question that has no "
            "default (xlsizing ask --help)\n"
        )
        assert run(capsys, "ask") == (2, "", sentence)


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals there")
class TestRealTerminal:
    def session(self, folder, *lines, stop=None):
        """What a process on a pseudo-terminal leaves where lines are typed, and a signal may `stop` it then."""
        leader, follower = os.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "xlsizing", "ask"], cwd=folder, stdin=follower, stdout=follower, stderr=follower,
            env=os.environ | {"COLUMNS": "200", "TERM": "dumb", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )  # fmt: skip
        os.close(follower)
        shown = b""
        try:
            for line in lines:
                shown += self.until_a_prompt(leader)
                os.write(leader, line)
            shown += self.until_a_prompt(leader)
            if stop is not None:
                shown += self.stopped(process, leader, stop)
            while process.poll() is None:
                shown += self.until_a_prompt(leader, most=1)
            shown += self.until_a_prompt(leader, most=1)
            return process.wait(timeout=60), shown.decode().replace("\r\n", "\n")
        finally:
            process.kill()
            process.wait()
            os.close(leader)

    def until_a_prompt(self, leader, most=60):
        """What is shown up to a prompt, or to the end, or for so many seconds."""
        shown, begin = b"", time.monotonic()
        while not shown.endswith(b": ") and time.monotonic() - begin < most:
            if not select.select([leader], [], [], 0.2)[0]:
                continue
            try:
                piece = os.read(leader, 4096)
            except OSError:  # the process has ended
                break
            if not piece:
                break
            shown += piece
        return shown

    def stopped(self, process, leader, stop):
        """What is shown once the process has got a signal: again where the first came just before it began to read."""
        shown = b""
        for _ in range(10):
            if process.poll() is None:
                process.send_signal(stop)
            shown += self.until_a_prompt(leader, most=3)
        return shown

    def test_a_whole_session(self, folder):
        code, shown = self.session(folder, *(f"{line}\n".encode() for line in TYPED))
        assert code == 0
        assert shown.endswith("Written: sizing.yaml\nNext: xlsizing size --spec sizing.yaml\n")
        assert read_spec(folder / "sizing.yaml").customer == "Café: #1"

    @pytest.mark.parametrize(
        ("lines", "stop", "code"),
        [((b"A\n",), signal.SIGINT, 2), ((b"A\n", b"\x04"), None, 2), ((b"A\n",), signal.SIGTERM, -signal.SIGTERM)],
        ids=["Ctrl-C", "Ctrl-D", "SIGTERM"],
    )
    def test_stopped(self, folder, lines, stop, code):
        ended, shown = self.session(folder, *lines, stop=stop)
        assert ended == code
        assert "Traceback" not in shown
        assert code != 2 or shown.endswith("\nxlsizing: interrupted\n")
        assert sorted(path.name for path in folder.iterdir()) == ["curve.csv"]


class TestNonInteractive:
    def test_defaults_are_taken(self, folder, capsys):
        assert run(capsys, *flags()) == (0, "Written: sizing.yaml\nNext: xlsizing size --spec sizing.yaml\n", "")
        spec = read_spec(folder / "sizing.yaml")
        assert (spec.customer, spec.util, spec.contract, spec.limits.asked) == (None, 0.7, None, ())
        assert (spec.demand().peak_to_mean, spec.price.assumed, spec.parts.node_plan) == (1, True, None)

    def test_the_whole_file(self, folder, capsys):
        run(capsys, *flags(sla="20,40", ttft="-,2", contract="40", gpus_per_node="8", customer='A "b": #c'))
        assert (folder / "sizing.yaml").read_text(encoding="utf-8") == WHOLE

    def test_each_question_has_its_comment_with_its_unit(self, folder, capsys):
        run(capsys, *flags(gpu_hourly_usd="2", price_date="2026-11-01", price_source="x", gpus_per_node="8"))
        comments = [line.strip() for line in (folder / "sizing.yaml").read_text().splitlines() if "#" in line]
        for question in QUESTIONS:
            if question.name not in ("rps", "tpm", "tok_s", "users"):
                assert any(line.startswith(f"# {question.words} [{question.unit}]") for line in comments)

    @pytest.mark.parametrize("name", ["requests_per_person_min", "osl", "sla", "curve", "gpus_per_pod"])
    def test_what_has_no_default_is_refused_by_name(self, folder, capsys, name):
        assert refused(capsys, **{name: None}) == f"--{name.replace('_', '-')} must be given"
        assert refused(capsys, **{name: " "}) == f"--{name.replace('_', '-')} must be given"

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            (
                {"people": None},
                "exactly one of --tpm, --tok-s, --rps, --people, --users must be given (got none)",
            ),
            (
                {"tpm": "3e6"},
                "exactly one of --tpm, --tok-s, --rps, --people, --users must be given (got --tpm and --people)",
            ),
            (
                {"people": None, "users": "5"},
                "--requests-per-person-min must be given with --people, and only with it",
            ),
            (
                {"people": None, "requests_per_person_min": None, "users": "5", "peak_to_mean": "2"},
                "--peak-to-mean must be 1 where users are the demand, in flight at peak (got 2); give the users at the peak",
            ),
            ({"people": "0"}, "--people must be above 0 (got 0)"),
            ({"sla": "50,x"}, "--sla must be a number (got 'x' in item 2)"),
            ({"contract": "41"}, "--contract must be one of the SLAs (got 41)"),
            ({"sla": "40,40", "contract": "40"}, "--contract must be one of the SLAs (got 40)"),
            ({"nodes_to_survive": "1"}, "--nodes-to-survive must be given with --gpus-per-node, and only with it"),
            ({"gpus_per_node": "8", "nodes_to_survive": "1001"},
             "--nodes-to-survive must be a whole number from 0 to 1000 (got 1001)"),
            ({"price_date": "2026-11-01"}, "--price-date must be given with --gpu-hourly-usd, and only with it"),
            ({"price_source": "x"}, "--price-source must be given with --gpu-hourly-usd, and only with it"),
            ({"gpu_hourly_usd": "2"}, "--price-date must be given"),
            ({"gpu_hourly_usd": "2", "price_date": "2026-11-01"}, "--price-source must be given"),
            ({"customer": "two\nlines"}, "--customer must be one line of printable text (got 'two\\nlines')"),
            ({"ttft": "2,3"}, "--ttft must list one limit, or one for each SLA (got 2 for 1 SLA); write - where an SLA has none"),
            ({"curve": "1:80,8"}, "--anchors must be concurrency:tok/s/user, and where measured :output tok/s:TTFT:TTFO (got '8' in anchor 2 of --anchors)"),
            ({"sla": "-1"}, "--sla must be above 0 (got -1 in item 1)"),
            ({"curve": "1:80,8:0"}, "tok/s/user must be above 0 (got 0 in anchor 2 of --anchors)"),
            ({"util": "0"}, "--util must be in (0, 1] (got 0)"),
        ],
    )  # fmt: skip
    def test_refusals(self, folder, capsys, changes, sentence):
        assert refused(capsys, **changes) == sentence

    def test_faults_between_fields_name_the_file_as_it_would_be_called(self, folder, capsys):
        # 1e15 people are more pods than can be counted: only the whole sizing tells.
        sentence = refused(capsys, people="1e15")
        assert sentence.startswith("sizing.yaml, line 6, demand: ")

    def test_it_stands_alone(self, folder, capsys):
        assert refused(capsys, "word") == "a word stands there that belongs to no option; try 'xlsizing ask --help'"
        assert refused(capsys, "--people=1", "--people=2") == (
            "--people must be given once (got 3 of them); leave one of them out"
        )

    def test_anchors_have_their_flag(self, folder, capsys):
        code, _, _ = run(capsys, *flags(curve=None), "--anchors", "1:80::0.2,8:60::0.5,32:30::2")
        spec = read_spec(folder / "sizing.yaml")
        assert (code, spec.curve_file) == (0, None)
        assert (
            "  anchors:\n    - [1, 80, null, 0.2]\n    - [8, 60, null, 0.5]\n    - [32, 30, null, 2]\n"
            in (folder / "sizing.yaml").read_text()
        )

    def test_how_the_curve_is_read_is_written(self, folder, capsys):
        (folder / "curve.csv").write_text("concurrency,tok_s_per_user\n1,80\n4,50\n8,50.5\n32,30\n")
        assert refused(capsys) == (
            "tok/s/user must not rise with concurrency: 50 at c=4, 50.5 at c=8 (+1 %); drop or re-measure a point, or pass "
            "--pool-rises=0.005 (curve.csv, lines 3 and 4)"
        )
        assert run(capsys, *flags(), "--pool-rises", "0.02").code == 0
        assert "  pool_rises: 0.02\n" in (folder / "sizing.yaml").read_text()
        assert read_spec(folder / "sizing.yaml").curve().tok_s_per_user.tolist() == [80, 50.25, 50.25, 30]

    def test_a_decimal_comma_is_noted(self, folder, capsys):
        _, out, _ = run(capsys, *flags(sla="50,5"))
        assert out.startswith("Note: --sla was read as 2 SLAs, 50 and 5 tok/s/user; for a decimal write 50.5.\n")

    def test_a_sizing_that_will_be_refused_is_noted(self, folder, capsys):
        """A curve of 1024 tokens in and out is none for 3000 in and 700 out."""
        source = Path(__file__).resolve().parents[4] / "workbook" / "curves" / "illustrative-vllm-sweep"
        (folder / "results").symlink_to(source)
        code, out, _ = run(capsys, *flags(curve="results", isl="3000", gpus_per_pod=None), "--allow-outside")
        assert code == 0
        assert out.startswith("Note: a sizing will be refused: ")


class TestWhereTheCurveStands:
    def test_beside_the_sizing_file_or_below_it(self, folder, capsys):
        (folder / "deal" / "curves").mkdir(parents=True)
        (folder / "deal" / "curves" / "a.csv").write_text(CURVE)
        code, out, _ = run(capsys, *flags(curve="deal/curves/a.csv"), "-o", "deal/sizing.yaml")
        assert (code, read_spec(folder / "deal" / "sizing.yaml").curve_file) == (0, "curves/a.csv")
        assert out.endswith("Next: xlsizing size --spec deal/sizing.yaml\n")

    def test_named_in_full(self, folder, capsys):
        run(capsys, *flags(curve=str(folder / "curve.csv")))
        assert read_spec(folder / "sizing.yaml").curve_file == "curve.csv"

    def test_elsewhere(self, folder, capsys):
        (folder / "deal").mkdir()
        assert refused(capsys, "-o", "deal/sizing.yaml") == (
            "--curve must be in the folder of the sizing file, or below it (got 'curve.csv'); put the sizing file beside "
            "it with -o, or pass --allow-outside if you trust that file"
        )
        code, out, _ = run(capsys, *flags(), "-o", "deal/sizing.yaml", "--allow-outside")
        assert (code, read_spec(folder / "deal" / "sizing.yaml", allow_outside=True).curve_file) == (0, "../curve.csv")
        assert out.endswith("Next: xlsizing size --spec deal/sizing.yaml --allow-outside\n")

    def test_past_a_link(self, folder, capsys):
        """Dots do not lead back through a link to a folder."""
        (folder / "real" / "deep").mkdir(parents=True)
        (folder / "link").symlink_to(folder / "real" / "deep")
        code, _, _ = run(capsys, *flags(), "-o", "link/sizing.yaml", "--allow-outside")
        assert code == 0
        assert read_spec(folder / "link" / "sizing.yaml", allow_outside=True).curve_file == "../../curve.csv"

    def test_in_a_folder_that_is_made(self, folder, capsys):
        code, _, _ = run(capsys, *flags(), "-o", "new/sizing.yaml", "--allow-outside")
        assert (code, read_spec(folder / "new" / "sizing.yaml", allow_outside=True).curve_file) == (0, "../curve.csv")

    @pytest.mark.parametrize(
        "name", ["c:x.csv", "a: #b.csv", "é 漢.csv", "-x.csv", '"q".csv', "\\x.csv", "public:x.csv"]
    )
    @pytest.mark.skipif(os.name == "nt", reason="no such names there")
    def test_names_of_every_kind(self, folder, capsys, name):
        (folder / name).write_text(CURVE)
        code, _, err = run(capsys, *flags(curve=f"./{name}"))
        assert (code, err) == (0, "")
        assert read_spec(folder / "sizing.yaml").curve().concurrency.tolist() == [1, 8, 32]


class TestOverwriting:
    def test_an_existing_file_stays(self, folder, capsys):
        (folder / "sizing.yaml").write_text("mine")
        assert refused(capsys) == "output must not exist yet; pass --force to overwrite it (sizing.yaml)"
        assert (folder / "sizing.yaml").read_text() == "mine"

    def test_force(self, folder, capsys):
        (folder / "sizing.yaml").write_text("mine")
        assert run(capsys, *flags(), "--force").code == 0
        assert read_spec(folder / "sizing.yaml").slas == (40,)

    def test_force_with_a_fault_leaves_the_old_one(self, folder, capsys):
        (folder / "sizing.yaml").write_text("mine")
        refused(capsys, "--force", people="1e15")
        assert (folder / "sizing.yaml").read_text() == "mine"

    def test_the_curve_is_never_overwritten(self, folder, capsys):
        (folder / "curve.yaml").write_text(json.dumps({"anchors": [{"concurrency": 1, "tok_s_per_user": 80}]}))
        before = (folder / "curve.yaml").read_bytes()
        refused(capsys, "-o", "curve.yaml", "--force", curve="curve.yaml")
        assert (folder / "curve.yaml").read_bytes() == before

    def test_other_names(self, folder, capsys):
        assert refused(capsys, "-o", "sizing.txt") == "output must end in .yaml (got 'sizing.txt')"


class TestHelp:
    def test_every_question_is_a_flag_with_its_unit(self, capsys, monkeypatch):
        monkeypatch.setenv("COLUMNS", "200")
        code, out, err = run(capsys, "ask", "--help")
        words = in_a_line(out).replace("- ", "-")
        assert (code, err) == (0, "")
        for question in QUESTIONS:
            if question.metavar:
                assert question.flag in words
                assert f"{question.words} [{question.unit}" in words
        assert all(flag in words for flag in ("--non-interactive", "--force", "--allow-outside", "--output"))

    def test_flags_are_called_as_those_of_size(self):
        def called(name):
            return {opt: each for each in command_named(name).params for opt in each.opts}

        ask, size = called("ask"), called("size")
        assert set(ask) - set(size) == {
            "-o", "--output", "--non-interactive", "--customer", "--turns", "--price-date", "--price-source",
        }  # fmt: skip
        shared = [opt for opt in ask if opt in size and opt != "--anchors"]
        assert {opt: ask[opt].metavar for opt in shared} == {opt: size[opt].metavar for opt in shared}


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C"]).filter(str.isprintable), max_size=40)
_ANY = st.one_of(
    _TEXT, st.sampled_from(["a: b", "# c", '"', "'", "@x", "3e6", "no", "~", "- x", "{a}", "ü 漢 😀", "\\n"])
)
_LINES = _ANY.filter(str.strip)
_FORMS = st.one_of(
    st.tuples(st.just("people"), st.fixed_dictionaries({"people": st.floats(1, 1e4), "requests_per_person_min": st.floats(0.1, 10), "osl": st.floats(1, 5000)})),
    st.tuples(st.just("rps"), st.fixed_dictionaries({"rps": st.floats(0.1, 1e3), "osl": st.floats(1, 5000)})),
    *(st.tuples(st.just(form), st.fixed_dictionaries({form: st.floats(1, 1e6)})) for form in ("tpm", "tok_s", "users")),
)  # fmt: skip


@st.composite
def _answers(draw):
    """A valid set of answers, by name of the question."""
    form, answers = draw(_FORMS)
    answers |= {"sla": draw(st.lists(st.floats(1, 70), min_size=1, max_size=4, unique=True))}
    answers |= {"gpus_per_pod": draw(st.integers(1, 64)), "util": draw(st.floats(0.05, 1.0))}
    optional = {
        "customer": _LINES,
        "isl": st.floats(1, 1e5),
        "turns": st.sampled_from(["single-turn", "multi-turn"]),
        "contract": st.sampled_from(answers["sla"]),
        "ttft": st.lists(
            st.one_of(st.none(), st.floats(0.2, 60)), min_size=len(answers["sla"]), max_size=len(answers["sla"])
        ).filter(any),
        "gpus_per_node": st.integers(1, 64),
        "gpu_hourly_usd": st.floats(0.01, 100),
    }
    if form != "users":
        optional["peak_to_mean"] = st.floats(1, 10)
    if "osl" not in answers:
        optional["osl"] = st.floats(1, 5000)
    answers |= {name: draw(values) for name, values in optional.items() if draw(st.booleans())}
    if "gpus_per_node" in answers:
        answers["nodes_to_survive"] = draw(st.integers(0, 5))
    if "gpu_hourly_usd" in answers:
        answers |= {"price_date": "2026-11-01", "price_source": draw(_LINES)}
    return form, answers


def _as_text(value):
    if isinstance(value, list):
        return ",".join("-" if each is None else repr(each) for each in value)
    return value if isinstance(value, str) else repr(value)


class TestAnyAnswers:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(_answers(), st.sampled_from(["curve.csv", "c: #'1.csv"]))
    def test_are_read_back(self, folder, capsys, answered, curve):
        form, answers = answered
        (folder / curve).write_text(CURVE)
        words = [f"--{name.replace('_', '-')}={_as_text(value)}" for name, value in answers.items()]
        code, _, err = run(capsys, "ask", "--non-interactive", "--force", f"--curve={curve}", *words)
        assert (code, err) == (0, "")
        spec = read_spec(folder / "sizing.yaml")
        held = dict.fromkeys(["customer", "isl", "osl", "turns", "contract", "ttft", "gpus_per_node", "gpu_hourly_usd"])
        expected = held | answers
        demand, workload, plan, price = spec.demand(), spec.workload(), spec.parts.node_plan, spec.price
        found = {
            form: float(demand.value),
            "sla": list(spec.slas),
            "gpus_per_pod": spec.gpus_per_pod,
            "util": spec.util,
            "customer": spec.customer,
            "isl": workload.isl,
            "osl": workload.osl,
            "turns": workload.turns,
            "contract": None if spec.contract is None else spec.slas[spec.contract],
            "ttft": _limits_of(spec),
            "gpus_per_node": plan and plan.gpus_per_node,
            "gpu_hourly_usd": None if price.assumed else price.amount,
        }
        found |= {part: float(value) for part, value in demand.parts.items()}
        found |= {"peak_to_mean": demand.peak_to_mean} if "peak_to_mean" in answers else {}
        found |= {"nodes_to_survive": plan.nodes_to_survive} if plan else {}
        found |= {} if price.assumed else {"price_date": price.date, "price_source": price.source}
        texts = {name: expected[name].strip() for name in ("customer", "price_source") if expected.get(name)}
        assert found == expected | texts
        assert spec.curve_file.removeprefix("./") == curve


def _limits_of(spec):
    """The limits on the first token, None where an SLA has none; None without any [s]."""
    rows = [spec.limits.row(at).single() for at in range(len(spec.slas))]
    limits = [next(iter(row.values()), None) for row in rows]
    return limits if any(limits) else None


WHOLE = """\
# A sizing file, written by xlsizing ask; xlsizing size --spec and its name size it. Dollars are of 730 h/month.

# Who is the customer? [-]
customer: "A \\"b\\": #c"

# What is the demand stated in: tpm, tok_s, rps, people, users? [-]
demand:
  # How many people use it? [people]
  people: 2000
  # How many requests does one person send? [requests/min]
  requests_per_person_min: 1.2
  # How many times that mean is the peak? [-]
  peak_to_mean: 1
  # How many output tokens has one answer? [tok]
  osl: 700

workload:
  # How many output tokens has one answer? [tok]
  osl: 700
  # How many input tokens has one request? [tok]; left out
  # Has a conversation one turn or several? [-]; left out

# How many tokens a second must each user see: S or S,S,...? [tok/s/user]
# Which of these is contracted? [tok/s/user]
# How long may the first token take: S, or one for each SLA? [s]
slas:
  - {tok_s_per_user: 20}
  - {tok_s_per_user: 40, ttft_s: 2, contract: true}

curve:
  # Which curve: PATH, public:NAME or C:R,C:R,...? [requests : tok/s/user]
  file: "curve.csv"

# How many GPUs has one replica? [GPUs/pod]
gpus_per_pod: 4

# How many GPUs has one node, if nodes are bought? [GPUs/node]
gpus_per_node: 8

# How many full nodes may fail at once? [nodes]
nodes_to_survive: 0

# What does one GPU cost an hour? [USD/GPU-hour]; left out

# What share of measured throughput is planned with? [-]
util: 0.7
"""
