"""Whatever stands in a sizing file, reading it gives a spec or one kind of error, at once, and runs nothing."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.spec_files import EXAMPLE, FULL, ILLUSTRATIVE, changed, leaves, nodes, plain, spec_of
from xlsizing import InputError
from xlsizing.importers.curve_json import curve_in_json
from xlsizing.spec import Spec, SpecError, read_spec

pytestmark = pytest.mark.slow

LIMIT_S = 5.0  # hundredths of a second are usual; a slow or busy machine passes, a quadratic parser does not

ILLUSTRATED = plain(ILLUSTRATIVE)
TEXTS = {"example": EXAMPLE.read_text(encoding="utf-8"), "illustrative": ILLUSTRATIVE.read_text(encoding="utf-8")}

JUNK = [
    None, True, False, 0, -1, 10**400, float("nan"), float("inf"), -float("inf"), 1e-300, "", " ", "text", "3e6", "\x00", "a\nb",
    "x" * 5000, "é😀", [], {}, [None], [[[[]]]], [1] * 500, {"a": {"b": {"c": 1}}}, {"tok_s_per_user": 1}, {"": 1}, [{}],
]  # fmt: skip

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["tpm", "3e6", "~", "!!python/object/apply:os.system [id]"]),
)
KEYS = st.one_of(st.sampled_from(sorted({str(part) for path in nodes(FULL) for part in path})), st.text(max_size=8))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder for all files: Hypothesis runs many examples in one test."""
    return tmp_path_factory.mktemp("specs")


def outcome(folder, value, name="sizing.json"):
    """Return the spec, or the faults: printable lines that name the file."""
    start = time.perf_counter()
    try:
        return spec_of(folder, value, name)
    except SpecError as error:
        faults = error.faults
    assert time.perf_counter() - start < LIMIT_S
    assert faults
    assert all(fault.isprintable() and "sizing." in fault for fault in faults)
    return faults


# One anchor of each curve and one lever: the others are of the same fields.
LEAVES = [
    path
    for path in leaves(ILLUSTRATED)
    if path[:1] != ("levers",) or path[1] == 0
    if "anchors" not in path or path[-2] == 0
]


@pytest.mark.parametrize("path", LEAVES, ids=lambda path: ".".join(map(str, path)))
def test_each_leaf_replaced_by_junk_of_every_type(folder, path):
    for junk in JUNK:
        assert outcome(folder, changed(ILLUSTRATED, path, junk))


@pytest.mark.parametrize("path", list(nodes(FULL)), ids=lambda path: ".".join(map(str, path)))
def test_each_section_replaced_by_junk_of_every_type(folder, path):
    for junk in JUNK:
        assert outcome(folder, changed(FULL, path, junk))


@given(data=st.data())
def test_several_values_replaced_at_once(folder, data):
    made = FULL
    for _ in range(3):
        path = data.draw(st.sampled_from(list(nodes(made))))
        made = changed(made, path, data.draw(VALUES))
    assert outcome(folder, made)
    assert outcome(folder, made, "sizing.yaml")


@given(value=VALUES)
def test_any_value_at_all(folder, value):
    assert not isinstance(outcome(folder, value if not isinstance(value, str) else json.dumps(value)), Spec)


@given(text=st.text())
def test_any_text_at_all(folder, text):
    assert not isinstance(outcome(folder, text.encode("utf-8", "replace").decode(), "sizing.yaml"), Spec)
    assert not isinstance(outcome(folder, text.encode("utf-8", "replace").decode(), "sizing.json"), Spec)


@given(text=st.text(alphabet=" \t\n-:?[]{},#&*!|>'\"%@`a1.~\\", max_size=60))
def test_any_text_of_the_characters_that_mean_something(folder, text):
    assert not isinstance(outcome(folder, text, "sizing.yaml"), Spec)


@given(data=st.binary(max_size=200))
def test_any_bytes_at_all(folder, data):
    for name in ("sizing.yaml", "sizing.json"):
        (folder / name).write_bytes(data)
        with pytest.raises(SpecError):
            read_spec(folder / name)


@settings(max_examples=200)
@given(name=st.sampled_from(sorted(TEXTS)), share=st.floats(0, 1))
def test_truncated_files(folder, name, share):
    text = TEXTS[name]
    assert outcome(folder, text[: int(share * len(text))], "sizing.yaml")


@settings(max_examples=200)
@given(name=st.sampled_from(sorted(TEXTS)), share=st.floats(0, 1), piece=st.text(min_size=1, max_size=3))
def test_files_with_a_piece_put_in(folder, name, share, piece):
    text = TEXTS[name]
    at = int(share * len(text))
    assert outcome(folder, text[:at] + piece.encode("utf-8", "replace").decode() + text[at:], "sizing.yaml")


@given(share=st.floats(0, 1))
def test_truncated_json(folder, share):
    text = json.dumps(FULL)
    assert isinstance(outcome(folder, text[: int(share * (len(text) - 1))]), tuple)


@pytest.mark.parametrize(
    "tag",
    ["!!python/object/apply:os.system", "!!python/object:subprocess.Popen", "!!python/name:os.system", "!!map", "!x"],
)
@pytest.mark.parametrize("place", ["{}", "{} {{}}", "demand: {} [touch PATH]", "slas: [{} 20]", "{} a: 1"])
def test_tags_build_nothing(folder, tag, place):
    witness = folder / "witness"
    text = place.format(tag).replace("PATH", str(witness))
    assert isinstance(outcome(folder, text, "sizing.yaml"), tuple)
    assert not witness.exists()


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"k{i}: 1\n" for i in range(9000)),
        "context:\n" + "".join(f"  k{i}: 1\n" for i in range(9000)),
        "slas: [" + "x, " * 9000 + "]",
        "levers:\n" + "- {kind: a}\n" * 4000,
        "levers: [{changes: [" + "zz, " * 9000 + "]}]",
        "levers:\n" + "- {changes: [" + "zz, " * 90 + "]}\n",
        "curve: {anchors: [" + "[1, x], " * 3000 + "]}",
        "gpus_per_pod: " + "9" * 900_000,
        "util: 0." + "9" * 900_000,
        "customer: " + "x" * 900_000,
        "? " + "x" * 900 + "\n: 1",
        "curve: {file: " + "../" * 3000 + "etc/passwd}",
        "curve: {file: " + "x" * 150 + "/" + "y" * 40 + "}",
        "date: " + "9" * 5000,
        "context: {source_sha256: " + "ab " * 9000 + "}",
    ],
    ids=lambda text: text[:20],
)
def test_huge_and_wrong(folder, text):
    found = outcome(folder, text, "sizing.yaml")
    assert isinstance(found, tuple)
    assert len(found) <= 51
    assert max(map(len, found)) < 9500  # a long path is named in full


@given(value=VALUES)
def test_a_curve_of_any_value(folder, value):
    file = folder / "curve.json"
    file.write_text(json.dumps(value), encoding="utf-8")
    sentence = ""
    try:
        curve_in_json(file)
    except InputError as error:
        sentence = str(error)
    assert sentence.isprintable()
