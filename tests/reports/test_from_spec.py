"""The report of a sizing file: golden files of the illustrative one, and what only a sizing file brings."""

import json

import pytest

from tests.command_line import run
from tests.reports.test_review import fault, passes
from tests.spec_files import EXAMPLE, FULL, ILLUSTRATIVE, MINIMAL, changed, plain, spec_of
from xlsizing import InputError
from xlsizing.reports.asked import facts
from xlsizing.reports.from_spec import spec_levers, spec_report
from xlsizing.reports.markdown import markdown
from xlsizing.reports.record import json_text, record
from xlsizing.reports.tables import answer_table, levers_table
from xlsizing.spec import read_spec

PHRASE = "illustrative figures, not a measurement"


@pytest.fixture
def illustrative():
    return spec_report(read_spec(ILLUSTRATIVE))


class TestGolden:
    def test_markdown(self, golden, illustrative):
        golden("illustrative-CAPACITY-SIZING.md", markdown(illustrative))

    def test_json(self, golden, illustrative, monkeypatch):
        monkeypatch.setattr("xlsizing.__version__", "0.0.0")  # the file outlives releases
        golden("illustrative-capacity_sizing.json", json_text(illustrative))


class TestIllustrative:
    def test_every_row_is_a_verdict(self, illustrative):
        assert illustrative.headline == "VERDICT: TTFT not asked for"
        assert {rigor.label for rigor in illustrative.standings} == {"VERDICT"}
        assert illustrative.promotions == []

    def test_name_context_and_files_say_what_it_is(self, illustrative):
        assert "illustrative" in ILLUSTRATIVE.name
        assert PHRASE in illustrative.model.lower()
        assert PHRASE in illustrative.context.label()
        assert PHRASE in markdown(illustrative).split("\n")[0].lower()
        assert PHRASE in json.loads(json_text(illustrative))["model"].lower()

    def test_pods(self, illustrative):
        # 50,000 tok/s at util 0.7: 30 on the plateau of 7,690 -> 9.3, 10 pods; 112 at c=16, 1,740 -> 41.05, 42 pods.
        rows = {row.sla: row for row in illustrative.rows}
        assert (rows[30].pods, rows[30].gpus_high, rows[30].total_gpus) == (10, 40, 44)
        assert (rows[112].pods, rows[112].gpus_high, rows[112].total_gpus) == (42, 168, 172)


class TestWhatTheFileBrings:
    def test_everything(self, tmp_path):
        given = spec_report(spec_of(tmp_path, FULL), allow_mismatch=True)
        assert given.about == {"Customer": "A customer", "Date": "2026-11-23"}
        assert (given.model, given.source, given.sizing.price.quoted) == (
            "A title",
            "sizing.json",
            "2026-11-01, a quote",
        )
        assert given.sla_names == {50: "chat"}
        assert given.sign_off == ("Sales engineer, A. Person, 2026-11-24",)
        assert facts(given)["Price"] == "7.25 $/GPU-hour (2026-11-01, a quote)"
        assert facts(given)["Customer's workload"] == "ISL 1024, OSL 1000, multi-turn"

    def test_names_of_slas_are_a_column(self, tmp_path):
        table = answer_table(spec_report(spec_of(tmp_path, FULL), allow_mismatch=True))
        assert table.header[4] == "name"  # behind the SLA and three limits
        assert [row[4] for row in table.rows] == ["", "chat"]
        assert table.header[5].startswith("GPUs to commit")

    def test_each_row_of_one_sla_has_its_own_name(self, tmp_path):
        slas = [20, *({"tok_s_per_user": 50, "name": name} for name in ("chat", "agents", "chat"))]
        given = spec_report(spec_of(tmp_path, MINIMAL | {"slas": slas}))
        assert given.sla_names == {50: "chat, agents"}
        assert [row[1] for row in answer_table(given).rows] == ["", "chat", "agents", "chat"]

    def test_the_least(self, tmp_path):
        given = spec_report(spec_of(tmp_path, MINIMAL))
        assert (given.about, given.sizing.price.quoted, given.sla_names, given.sign_off) == ({}, "", {}, ())
        assert facts(given)["Price"] == "8.60 $/GPU-hour (assumed)"
        assert "name" not in answer_table(given).header

    def test_levers_at_each_sla(self):
        found = spec_levers(read_spec(ILLUSTRATIVE))
        assert (len(found["levers"]), found["levers_unmet"], found["levers_reaching"]) == (3 * 5, (), {})
        assert spec_levers(read_spec(EXAMPLE)) == {}


class TestRowsOfOneSla:
    """40 tok/s/user within 0.4 s, within 0.05 s and without a limit; a lever that halves the wait and one that is a factor."""

    BASE = ((1, 215.5, None, 0.1), (10, 122.2, None, 0.4), (64, 70, None, 1.6), (256, 41.8, None, 12))
    WITH = tuple((c, r, None, ttft / 4) for c, r, _, ttft in BASE)
    LEVERS = (
        {"name": "quick", "kind": "tuned-curve", "effort_days": 1, "optimised": {"curve": {"anchors": WITH}}},
        {"name": "fast", "kind": "rate-factor", "effort_days": 1, "factor": 1.2},
    )
    SLAS = ({"tok_s_per_user": 40, "ttft_s": 0.4}, 40, {"tok_s_per_user": 40, "ttft_s": 0.05})

    @pytest.fixture
    def given(self, tmp_path):
        value = MINIMAL | {"curve": {"anchors": self.BASE}, "levers": list(self.LEVERS), "slas": list(self.SLAS)}
        return spec_report(spec_of(tmp_path, value))

    def test_each_has_its_own_levers(self, given):
        # 0.4 s: c=10 carries 1,222 tok/s, 59 pods; with the lever c=64 carries 4,480, 16 pods: -43 x 4
        found = {
            (delta.lever.name, *(limit for _, limit in delta.limits)): delta.delta_gpus_high for delta in given.levers
        }
        assert found == {("quick", 0.4): -172, ("quick",): 0, ("fast",): pytest.approx(-4, abs=4)}
        assert [note.partition(":")[0] for note in given.levers_unmet] == [
            "No difference at 40 tok/s/user and TTFT of at most 0.4 s for fast",
            "No difference at 40 tok/s/user and TTFT of at most 0.05 s for quick",
            "No difference at 40 tok/s/user and TTFT of at most 0.05 s for fast",
        ]
        assert list(given.levers_reaching.values()) == ["quick"]

    def test_each_is_ranked_and_stepped_alone(self, given):
        table = levers_table(given.levers)
        assert [row[:4] for row in table.rows] == [
            *(("40", "0.4", "1", "quick"), ("40", "-", "1", "fast"), ("40", "-", "2", "quick")),
        ]
        late = given.next_levers[2]
        assert late.step.startswith(
            "Size with the lever quick: its curve reaches 40 tok/s/user and TTFT of at most 0.05 s"
        )

    def test_the_review_recomputes_them(self, given):
        assert passes(given)
        told = record(given)
        assert [lever["ttft_limit_s"] for lever in told["levers"]] == [0.4, None, None]
        told["levers"][0]["ttft_limit_s"] = 1.6
        assert "of the lever quick at 40 tok/s/user is " in fault(markdown(given), told)

    def test_an_audit_of_the_file_keeps_them(self, capsys, tmp_path, given):
        assert given.rows
        code, out, err = run(capsys, "audit", "--spec", tmp_path / "sizing.json", "--pods", "16", "--json")
        told = json.loads(out)["audits"]
        assert (code, err) == (3, "")
        assert [(each["sla"], each["ttft_limit_s"]) for each in told] == [(40, 0.4), (40, None), (40, 0.05)]


class TestWorkload:
    FILE = changed(plain(ILLUSTRATIVE), ("workload", "turns"), "multi-turn")

    def test_another_one_is_refused(self, tmp_path):
        with pytest.raises(
            InputError, match=r"^curve must be measured at the customer's workload: single-turn measured, "
        ):
            spec_report(spec_of(tmp_path, self.FILE))

    def test_or_comes_first_in_headline_and_next_step(self, tmp_path):
        given = spec_report(spec_of(tmp_path, self.FILE), allow_mismatch=True)
        why = "single-turn measured, multi-turn asked for"
        assert given.headline == f"DRAFT: WORKLOAD MISMATCH, internal use only: {why}"
        assert given.promotions == ["All rows: measure a curve at the customer's workload."]
        step = "Measure a curve at the customer's workload: until then no figure here may be quoted"
        gate = "ISL and OSL within 10 % of the customer's, and the same turn pattern"
        assert {str(lever) for lever in (given.next_lever, *given.next_levers)} == {f"{step}. Gate: {gate}."}
