"""The tools of the MCP server without the protocol: the commands' own JSON and sentences, files in one folder alone."""

import json
import shutil

import hypothesis
import jsonschema
import pytest
from hypothesis import strategies as st

from tests.command_line import run
from tests.sized_cases import CASES
from tests.spec_files import ILLUSTRATIVE
from xlsizing.hosts.agents.tools import TOOLS, called

ANCHORS = [[1, 215.5], [10, 122.2], [256, 41.8]]
WAITING = [[1, 215.5, None, 0.1], [10, 122.2, None, 0.18], [64, 70, None, 0.9], [256, 41.8, None, 12]]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
"""What JSON can hold."""
SIZED = {"anchors": ANCHORS, "tpm": 3e6, "sla": [100], "gpus_per_pod": 4}
CALLS = {
    "size": ({"spec": "sizing.yaml"}, ["--spec", "sizing.yaml"]),
    "explain": ({"spec": "sizing.yaml", "sla": [75]}, ["--spec", "sizing.yaml", "--sla", "75"]),
    "audit": ({"spec": "sizing.yaml", "pods": 18}, ["--spec", "sizing.yaml", "--pods", "18"]),
    "levers": ({"spec": "sizing.yaml", "ttft": 2}, ["--spec", "sizing.yaml", "--ttft", "2"]),
    "rightsize": ({"total_b": 230, "active_b": 10}, ["--total-b", "230", "--active-b", "10"]),
    "capacity": (
        {"curve": "results", "gpus": 64, "sla": 50, "tpm": 3e6},
        ["--curve", "results", "--gpus", "64", "--sla", "50", "--tpm", "3e6"],
    ),
    "import": ({"paths": ["results"], "output": "curve.yaml"}, ["results", "-o", "curve.yaml", "--force"]),
}


def answered(box, name, **given):
    """The record of a call that is not refused."""
    answer = called(name, given, box)
    assert answer.sentences == ()
    jsonschema.validate(answer.record, TOOLS[name].result)
    return answer.record


def refused(box, name, **given):
    """The sentences of a call that is refused."""
    answer = called(name, given, box)
    assert answer.record is None
    return answer.sentences


def test_they_are_those_asked_for():
    assert sorted(TOOLS) == sorted(CALLS)


@pytest.mark.parametrize("name", CALLS)
class TestEachTool:
    def test_gives_the_json_of_its_command_whose_keys_are_all_typed(self, capsys, box, name):
        given, flags = CALLS[name]
        found = answered(box, name, **given)
        printed = capsys.readouterr()
        assert (printed.out, printed.err) == ("", "")
        code, out, _ = run(capsys, name, *flags, "--json")
        assert code == (3 if name == "levers" else 0)  # one of its SLAs is not met within 2 s
        assert found == json.loads(out)
        jsonschema.validate(given, TOOLS[name].inputs)

    def test_its_schemas_are_schemas_that_allow_no_other_key(self, name):
        for schema in (TOOLS[name].inputs, TOOLS[name].result):
            jsonschema.Draft202012Validator.check_schema(schema)
            assert schema["additionalProperties"] is False

    def test_every_input_says_what_it_is(self, name):
        described = {
            key: shape for key, shape in TOOLS[name].inputs["properties"].items() if "description" not in shape
        }
        assert set(described) <= {"paths"}


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("size", {"anchors": ANCHORS, "users": 500, "sla": [20, 300], "gpus_per_pod": 4}),
        (
            "size",
            {"anchors": WAITING, "rps": 50, "osl": 1000, "sla": [100], "e2e": [20], "gpus_per_pod": 4, "spare": 2},
        ),
        ("explain", {"anchors": ANCHORS, "users": 500, "sla": [20, 300], "gpus_per_pod": 4}),
        ("audit", {"anchors": [[128, 22.78125]], "gpus": 144, "gpus_per_pod": 8, "users": 2000, "sla": 300}),
        ("capacity", {"anchors": ANCHORS, "nodes": 8, "gpus_per_node": 8, "gpus_per_pod": 4, "users": 5000, "sla": 50}),
        ("capacity", {"anchors": ANCHORS, "gpus": 4, "gpus_per_pod": 4, "tpm": 1e9}),  # carried at no SLA
        ("capacity", {"anchors": ANCHORS, "usd_per_month": 5e5, "gpus_per_pod": 4, "sla": 50}),
        ("capacity", {"anchors": ANCHORS, "mw": 1, "kw_per_gpu": 1.5, "pue": 1.2, "gpus_per_pod": 4, "sla": 50}),
        ("rightsize", {"total_b": 30, "active_b": 3, "current_tp": 1}),  # nothing is saved
        ("rightsize", {"total_b": 2000, "active_b": 100, "dtype": "bf16", "ttft": 2}),  # fits nowhere
        ("import", {"paths": ["results"], "output": "curves", "split": True}),
    ],
)
def test_other_forms_of_a_result_are_typed_too(box, name, given):
    assert answered(box, name, **given)


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("size", {"gpus_per_pod": None, "spare": 0, "gpus_per_node": None, "nodes_to_survive": None}),
        ("explain", {"gpus_per_pod": None, "spare": 0, "gpus_per_node": None, "nodes_to_survive": None}),
        ("audit", {"gpus_per_pod": None, "pods": None, "gpus": None}),
        ("capacity", {"gpus_per_pod": None, "spare": 0, "gpus": None, "nodes": None, "gpus_per_node": None}),
        ("rightsize", {"current_tp": 4}),
        ("import", {"gpus_per_pod": None}),
        ("levers", {}),
    ],
)
def test_whole_numbers_are_integers_and_nothing_else_is(name, whole):
    shapes = TOOLS[name].inputs["properties"]
    found = {key: shape.get("default") for key, shape in shapes.items() if shape.get("type") == "integer"}
    assert found == whole
    assert not any(isinstance(value, float) for value in found.values())


class TestFigures:
    @pytest.mark.parametrize("case", [case for case in CASES if case.unit == "tpm"][::4], ids=lambda case: case.case)
    def test_are_the_known_ones(self, box, case):
        (row,) = answered(
            box, "size", anchors=case.rows, sla=[case.sla], tpm=case.demand, gpus_per_pod=case.gpus_per_pod,
            util=case.util, method=case.method,
        )["rows"]  # fmt: skip
        known = (case.pods * case.gpus_per_pod, case.pods_high * case.gpus_per_pod) if case.feasible else (None, None)
        assert (row["gpus"], row["gpus_high"]) == known

    def test_a_row_that_cannot_be_met_has_none(self, box):
        met, unmet = answered(box, "size", **SIZED | {"sla": [100, 300]})["rows"]
        told = {
            "sla_toks_per_user": 300,
            "regime": "latency-tier-infeasible",
            "feasible": False,
            "contract": False,
            "demand_tok_s": 50_000,
        }
        figures = {key: value for key, value in unmet.items() if isinstance(value, int | float)}
        assert figures == {key: value for key, value in told.items() if not isinstance(value, str)}
        assert unmet["reason"].startswith("the fastest measured point is 215.5 at c=1")
        assert (met["gpus"], met["gpus_budget"], met["gpus_high"]) == (124, 176, 236)  # the worked row

    def test_limits_beside_each_sla(self, box):
        rows = answered(box, "size", **SIZED | {"anchors": WAITING, "sla": [40, 40], "ttft": [2, None]})["rows"]
        assert [row["gpus_high"] for row in rows] == [64, 28]  # README, "First token and speed together"


def test_growth_is_typed(box):
    growth = answered(box, "size", **SIZED | {"sla": [20], "growth": "4:12"})["growth"]
    # 50,000 tok/s x 1, 1.41421, 2, 2.82843 and 4 on pods of 7,490.56 tok/s
    assert [quarter["pods_high"] for quarter in growth["rows"][0]["quarters"]] == [7, 10, 14, 19, 27]
    assert refused(box, "size", **SIZED | {"growth": "3"}) == (
        "--growth must be a factor and months, such as 3:12 (got '3')",
    )


class TestRefusals:
    @pytest.mark.parametrize(
        ("changed", "flags"),
        [
            ({"util": 80}, {"--util": "80"}),
            ({"util": "70%"}, {"--util": "70%"}),
            ({"util": ""}, {"--util": ""}),
            ({"sla": ["fast"]}, {"--sla": "fast"}),
            ({"calibration": " "}, {"--calibration": " "}),
            ({"emit": ""}, {"--emit": ""}),
            ({"gpus_per_pod": 4.5}, {"--gpus-per-pod": "4.5"}),
            ({"anchors": [[1, 9], [2, 20]]}, {"--anchors": "1:9,2:20"}),
            ({"anchors": [[1, None]]}, {"--anchors": "1:"}),
            ({"users": 5}, {"--users": "5"}),
            ({"method": "magic"}, {"--method": "magic"}),
            ({"spec": "sizing.yaml"}, {"--spec": "sizing.yaml"}),
            ({"spec": "none.yaml"}, {"--spec": "none.yaml"}),
            ({"curve": "results"}, {"--curve": "results"}),
        ],
        ids=str,
    )
    def test_are_the_sentences_of_the_command_line(self, capsys, box, changed, flags):
        given = {
            "--anchors": "1:215.5,10:122.2,256:41.8",
            "--tpm": "3e6",
            "--sla": "100",
            "--gpus-per-pod": "4",
        } | flags
        code, _, err = run(capsys, "size", *(f"{flag}={text}" for flag, text in given.items()))
        assert code == 2
        assert [f"xlsizing: {sentence}" for sentence in refused(box, "size", **SIZED | changed)] == err.splitlines()

    @pytest.mark.parametrize(
        ("name", "given"), [("size", SIZED), ("rightsize", CALLS["rightsize"][0]), ("import", CALLS["import"][0])]
    )
    def test_a_null_is_left_out(self, box, name, given):
        nulls = dict.fromkeys(TOOLS[name].inputs["properties"])
        assert (
            answered(box, name, **nulls | given | {"force": True})
            if name == "import"
            else (answered(box, name, **nulls | given) == answered(box, name, **given))
        )
        (sentence,) = refused(box, name, **given | {"nonsense": None})
        assert sentence.startswith("nonsense must be an input of ")

    @pytest.mark.parametrize("path", ["", " ", "\t"])
    def test_a_blank_path(self, capsys, box, path):
        for name, key, given in [
            ("size", "--spec", {"spec": path}),
            ("levers", "--spec", {"spec": path}),
            ("capacity", "--curve", {"curve": path, "gpus": 64, "sla": 50}),
            ("size", "--xlsx", SIZED | {"xlsx": path}),
            ("import", "paths", {"paths": ["results", path], "output": "curve.yaml"}),
            ("import", "--output", {"paths": ["results"], "output": path}),
        ]:
            assert refused(box, name, **given) == (f"{key} must name a file (got a blank)",)
        assert sorted(path.name for path in box.iterdir()) == ["results", "sizing.yaml"]
        for flag in ("spec", "curve", "calibration"):
            code, out, err = run(capsys, "size", f"--{flag}={path}")
            assert (code, out, err) == (2, "", f"xlsizing: --{flag} must name a file (got a blank)\n")

    @pytest.mark.parametrize("key", ["sla", "anchors", "ttft"])
    def test_an_empty_list(self, box, key):
        assert refused(box, "size", **SIZED | {key: []}) == (
            f"--{key} must list something (got an empty list); leave it out where there is nothing",
        )

    def test_a_boolean_is_no_number_and_a_number_no_switch(self, box):
        assert refused(box, "size", **SIZED | {"util": True}) == ("--util must be a number (got 'True')",)
        assert refused(box, "size", **SIZED | {"force": 1}) == ("--force must be true or false (got 1)",)

    @pytest.mark.parametrize("key", ["help", "as_json", "json", "--util", "h", "slas"])
    def test_what_is_no_input(self, box, key):
        (sentence,) = refused(box, "size", **SIZED | {key: "x"})
        assert sentence.startswith(f"{key} must be an input of size; there are tpm, tok_s, ")

    def test_no_such_tool(self, box):
        assert refused(box, "doctor")[0].startswith("doctor is no tool of xlsizing; there are size, explain, ")

    def test_a_value_is_never_a_flag(self, box):
        (sentence,) = refused(box, "size", **SIZED | {"util": "--help"})
        assert sentence.startswith("--util must be a number (got '--help')")
        (sentence,) = refused(box, "import", paths=["--help"], output="curve.yaml")
        assert sentence.startswith("result file must be readable")

    @hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture], deadline=None)
    @hypothesis.given(key=st.sampled_from(sorted(TOOLS["size"].inputs["properties"])), value=ANYTHING)
    def test_whatever_comes_it_is_answered_or_refused_in_a_line(self, box, key, value):
        answer = called("size", SIZED | {key: value}, box)
        if answer.record is None:
            assert answer.sentences
            assert all(sentence.isprintable() for sentence in answer.sentences)
        else:
            jsonschema.validate(answer.record, TOOLS["size"].result)

    def test_all_faults_of_a_sizing_file(self, box):
        (box / "bad.yaml").write_text("slas: [fast]\nutil: 80\n")
        assert len(refused(box, "size", spec="bad.yaml")) > 1


class TestFolder:
    """Whatever names a file outside the folder, by dots, from the root or by a link, is refused, to read and to write."""

    RULE = "must be in the folder that was given at the start"

    @pytest.fixture
    def outside(self, box):
        """Files outside, and links to them inside."""
        place = box.parent / "outside"
        shutil.copytree(box / "results", place / "results")
        shutil.copy(ILLUSTRATIVE, place / "sizing.yaml")
        (box / "link.yaml").symlink_to(place / "sizing.yaml")
        (box / "linked").symlink_to(place)
        (box / "results" / "conc-2.json").symlink_to(place / "results" / "conc-8.json")
        return place

    @pytest.mark.parametrize(
        "path", ["../outside/sizing.yaml", "link.yaml", "linked/sizing.yaml", "{outside}/sizing.yaml"]
    )
    def test_of_sizing_files(self, box, outside, path):
        for name, more in {"size": {}, "explain": {}, "audit": {"pods": 9}, "levers": {}, "rightsize": {}}.items():
            (sentence,) = refused(box, name, spec=path.format(outside=outside), **more)
            assert self.RULE in sentence

    @pytest.mark.parametrize(
        "path", ["../outside/results", "linked/results", "{outside}/results", "..", "/", "results"]
    )
    def test_of_curves(self, box, outside, path):
        place = path.format(outside=outside)
        for name, given in {
            "size": {"curve": place, "tpm": 3e6, "sla": [50]},
            "capacity": {"curve": place, "gpus": 64, "sla": 50},
            "import": {"paths": [place], "output": "curve.yaml"},
        }.items():
            assert any(self.RULE in sentence for sentence in refused(box, name, **given))
        assert not (box / "curve.yaml").exists()

    @pytest.mark.parametrize("path", ["../new", "linked/new", "{outside}/new", "../../new"])
    def test_of_what_is_written(self, box, outside, path):
        place = path.format(outside=outside)
        before = sorted(box.parent.rglob("*"))
        for name, given in {
            "size": SIZED | {"emit": place},
            "import": {"paths": ["results/conc-8.json", "results/conc-16.json"], "output": f"{place}.yaml"},
        }.items():
            (sentence,) = refused(box, name, **given)
            assert sentence.startswith(f"output {self.RULE}")
        (sentence,) = refused(box, "size", **SIZED | {"xlsx": f"{place}.xlsx"})
        assert sentence.startswith(f"output {self.RULE}")
        assert sorted(box.parent.rglob("*")) == before

    def test_what_a_sizing_file_names(self, box, outside):
        text = "demand: {tpm: 3e6}\nslas: [50]\ngpus_per_pod: 4\ncurve: {file: %s}\n"
        (box / "own.yaml").write_text(text % "linked/results")
        (sentence,) = refused(box, "size", spec="own.yaml")
        assert "must be in the folder of the sizing file, or below it" in sentence
        assert "; put it there" in sentence
        assert "allow" not in sentence

    @pytest.mark.parametrize("name", TOOLS)
    def test_no_input_opens_another_folder(self, box, name):
        assert "allow_outside" not in TOOLS[name].inputs["properties"]
        (sentence,) = refused(box, name, allow_outside=True)
        assert sentence.startswith(f"allow_outside must be an input of {name}; there are ")

    def test_what_is_inside_is_read_and_written(self, box):
        answered(box, "size", **SIZED | {"emit": str(box / "report")})
        assert {path.name for path in (box / "report").iterdir()} == {"CAPACITY-SIZING.md", "capacity_sizing.json"}
        answered(
            box,
            "size",
            curve="public:inferencex-gpt-oss-120b-h200-vllm-fp4-none-tp2-ep1-1024x1024",
            tpm=3e6,
            sla=[50],
        )

    def test_the_command_line_itself_is_not_confined(self, capsys, box, outside):
        called("size", {"spec": "link.yaml"}, box)
        assert run(capsys, "size", "--spec", "link.yaml").code == 0
