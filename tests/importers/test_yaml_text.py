"""YAML as plain data: what JSON says of the same text, lines counted by hand, limits at their edges, with libyaml or without."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from xlsizing.errors import InputError
from xlsizing.importers import yaml_text
from xlsizing.importers.yaml_text import PlainComposer, plain_data

# JSON within the basic plane is YAML: beyond it JSON writes two halves of a character, which YAML does not read.
TEXTS = st.text(st.characters(max_codepoint=0xD7FF), max_size=12)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=20,
)
HOSTILE = [
    "a: &x 1\nb: *x",
    "a: [1",
    "? [a]\n: 1",
    "a: !!int 5\nb: ! 6",
    "a: 'x\n  y'\nb: |\n  z\n",
    "a: 1\n---\nb: 2",
    "\ta: 1",
]


def outcome(text):
    """What the text holds, or the sentence that refuses it."""
    try:
        return plain_data(text, "a.yaml")
    except InputError as error:
        return str(error)


@given(VALUES, st.sampled_from([None, 1]))
def test_json_is_read_as_json_reads_it(value, indent):
    assert plain_data(json.dumps(value, indent=indent), "a.yaml") == value


@pytest.mark.parametrize("text", HOSTILE)
def test_without_libyaml_it_is_the_same(monkeypatch, text):
    with_it = outcome(text)
    monkeypatch.setattr(yaml_text, "_LOADER", yaml.BaseLoader)
    assert outcome(text) == with_it


def test_a_field_has_the_line_of_its_name_and_an_item_its_own():
    class Recording(PlainComposer):
        def placed(self, where):
            lines[where] = self.line

    lines = {}
    composer = Recording("a.yaml")
    assert composer.value_in("a:\n  - 1\n  - b: 2\n    c:\n      3\n") == {"a": [1, {"b": 2, "c": 3}]}
    assert lines == {("a",): 1, ("a", 0): 2, ("a", 1): 3, ("a", 1, "b"): 3, ("a", 1, "c"): 4}


def test_the_first_document_alone_is_read_and_its_names_are_text_as_written():
    assert plain_data("1: a\ntrue: b\n1.50: c\n---\n*x\n", "a.yaml") == {"1": "a", "true": "b", "1.50": "c"}
    assert plain_data("", "a.yaml") is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: &x [1]\nb: &x [2]\nc: *x\n", "YAML file must not use aliases (a.yaml, line 3)"),
        ("\n" + "[" * 65 + "]" * 65, "YAML file must be nested at most 64 deep (a.yaml, line 2)"),
        ("a: 1\n? [b]\n: 2\n", "YAML file must have text as names of fields (a.yaml, line 2)"),
    ],
)
def test_refused(text, sentence):
    assert outcome(text) == sentence


def test_up_to_the_limits_all_is_read(monkeypatch):
    assert str(outcome("[" * 64 + "]" * 64)) == "[" * 64 + "]" * 64
    monkeypatch.setattr(PlainComposer, "most", 4)
    assert outcome("a: 1\nb: [2, 3]\n") == "YAML file must hold at most 4 values (a.yaml, line 2)"  # the mapping is one
    assert outcome("a: 1\nb: [2]\n") == {"a": 1, "b": [2]}
