"""The JSON schema of a sizing file says what the reader does, as far as a schema can say it."""

import jsonschema
import pytest

from tests.spec_files import EXAMPLE, FULL, ILLUSTRATIVE, MINIMAL, changed, nodes, plain, spec_of, without
from xlsizing.advice.levers import KINDS
from xlsizing.context.context import FACTS
from xlsizing.spec import SpecError, schema

SCHEMA = schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
JUNK = [None, True, 0, -1, 4.5, 1e99, "", " ", "junk", "5", [], [1], [[1, 1]], {}, {"x": 1}, 10**30]

PLACEHOLDERS = ["-", "--", "NA", "n.a.", "#N/A", "null", "none", "nil", "??", "TBC", "not known", "see above"]

# What the reader accepts beyond the schema: other spellings of the same value, which the schema keeps to one.
SPELLINGS = {"turns": ("Single", "multi"), "basis": ("MEASURED",), "prefix_caching": ("yes", "TRUE")}

SPELLED = "only the reader accepts it"

# What a schema of one field cannot say.
BEYOND_SCHEMA = (
    "curve file must be",  # whether there is such a file
    "must not rise with concurrency",
    "must be distinct",
    "c x tok/s/user",
    "half-blank",
    "columns contradict",
    "is confounded",
    "of the context",  # gpus_per_pod against the parallelism
    "must be the workload's",
    "must not need more than",
    "must be a date such as",  # that the day exists
    "must give optimised_gpus_per_pod",
    "must cover the largest move",
    "a wait that the curve tells",
    "must not be below TTFT",
)


def accepted_by_reader(folder, value):
    """Return None if the reader takes a value, else its sentences."""
    try:
        spec_of(folder, value)
    except SpecError as error:
        return error.faults
    return None


def disagreement(folder, value):
    """Return how schema and reader disagree about a value, None if they agree."""
    says, said = VALIDATOR.is_valid(value), accepted_by_reader(folder, value)
    if says and said is not None and not all(any(words in sentence for words in BEYOND_SCHEMA) for sentence in said):
        return f"only the schema accepts it: {said}"
    return SPELLED if not says and said is None else None


class TestSchema:
    def test_it_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)
        assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert SCHEMA["title"] == "xlsizing sizing file"

    def test_every_field_is_described_with_its_unit(self):
        sections = {"": SCHEMA} | SCHEMA["$defs"]
        fields = {
            f"{section}.{name}": field for section, it in sections.items() for name, field in it["properties"].items()
        }
        fields |= {f"context.{name}": field for name, field in fields[".context"]["properties"].items()}
        plain_fields = {name: field for name, field in fields.items() if "$ref" not in field}
        assert len(plain_fields) > 80
        assert [name for name, field in plain_fields.items() if not field["description"].endswith("]")] == []
        assert all(it["description"] and it["additionalProperties"] is False for it in sections.values())

    def test_no_field_may_be_null_outside_context_and_anchors(self):
        assert '"type": "null"' not in str(SCHEMA).replace("'", '"')

    def test_it_lists_what_may_be_chosen(self):
        assert set(SCHEMA["properties"]["context"]["properties"]) == set(FACTS)
        assert SCHEMA["$defs"]["LeverSection"]["properties"]["kind"]["enum"] == list(KINDS)
        assert SCHEMA["required"] == ["demand", "slas", "gpus_per_pod", "curve"]
        assert SCHEMA["properties"]["method"]["default"] == "auto"
        assert SCHEMA["properties"]["method"]["enum"] == ["auto", "log-c", "tpot"]


@pytest.mark.slow
class TestAgreement:
    @pytest.mark.parametrize(
        "value",
        [plain(EXAMPLE), plain(ILLUSTRATIVE), FULL, MINIMAL],
        ids=["example", "illustrative", "full", "minimal"],
    )
    def test_what_is_shipped_is_valid(self, value):
        assert [error.message for error in VALIDATOR.iter_errors(value)] == []

    @pytest.mark.parametrize("path", list(nodes(FULL)), ids=lambda path: ".".join(map(str, path)))
    def test_any_value_replaced_by_junk(self, tmp_path, path):
        found = {str(junk): disagreement(tmp_path, changed(FULL, path, junk)) for junk in JUNK}
        assert {junk: how for junk, how in found.items() if how} == {}

    @pytest.mark.parametrize("path", list(nodes(FULL)), ids=lambda path: ".".join(map(str, path)))
    def test_any_value_left_out(self, tmp_path, path):
        assert disagreement(tmp_path, without(FULL, path)) is None

    @pytest.mark.parametrize(
        "path",
        [(), *(path for path in nodes(FULL) if path[-1] in ("demand", "price", "curve", "context", "optimised"))],
    )
    def test_any_unknown_field(self, tmp_path, path):
        made = changed(FULL, (*path, "unheard_of"), 1)
        assert not VALIDATOR.is_valid(made)
        assert "must have known fields (got 'unheard_of')" in str(accepted_by_reader(tmp_path, made))

    @pytest.mark.parametrize(
        "demand",
        [
            {},
            {"tpm": 1},
            {"tok_s": 1},
            {"users": 1},
            {"rps": 1},
            {"rps": 1, "osl": 9},
            {"osl": 9},
            {"tpm": 1, "users": 1},
            {"tpm": 1, "osl": 9},
        ],
    )
    def test_forms_of_demand(self, tmp_path, demand):
        assert disagreement(tmp_path, MINIMAL | {"demand": demand}) is None

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("factor", [{}, {"factor": 1.2}, {"factor": 0.001}, {"factor": 101}])
    @pytest.mark.parametrize(
        "optimised",
        [
            {},
            {"optimised": {}},
            {"optimised": {"curve": {"anchors": [[1, 1]]}}},
            {"optimised": {"context": {}, "context_changes": {}}},
        ],
    )
    @pytest.mark.parametrize("gpus", [{}, {"optimised_gpus_per_pod": 8}])
    def test_forms_of_lever(self, tmp_path, kind, factor, optimised, gpus):
        lever = {"name": "n", "kind": kind, "effort_days": 1} | factor | optimised | gpus
        assert disagreement(tmp_path, MINIMAL | {"levers": [lever]}) is None

    @pytest.mark.parametrize("name", list(FACTS))
    def test_fields_of_a_context(self, tmp_path, name):
        values = [
            *JUNK,
            *PLACEHOLDERS,
            "unknown",
            "GB300",
            "nvfp4",
            "a" * 64,
            "2026-11-23",
            "measured",
            "on",
            "L2",
            "warm",
        ]
        found = {str(value): disagreement(tmp_path, MINIMAL | {"context": {name: value}}) for value in values}
        assert {value: how for value, how in found.items() if how} == {}

    @pytest.mark.parametrize(
        ("name", "value"), [(name, value) for name, values in SPELLINGS.items() for value in values]
    )
    def test_the_schema_keeps_to_one_spelling(self, tmp_path, name, value):
        assert disagreement(tmp_path, MINIMAL | {"context": {name: value}}) == SPELLED
