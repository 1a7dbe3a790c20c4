"""The text of a sizing file: YAML 1.2 and JSON as plain values with lines; hostile text is refused in a sentence."""

import json
import time

import pytest

from xlsizing.errors import InputError
from xlsizing.spec.text import read_document


@pytest.fixture
def read(tmp_path):
    """Return the document in a file of this text or these bytes."""

    def read(text, name="sizing.yaml"):
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_document(file)

    return read


@pytest.fixture
def refused(read):
    """Return the sentence with which such a file is refused, at once."""

    def refused(text, name="sizing.yaml"):
        start = time.perf_counter()
        with pytest.raises(InputError) as error:
            read(text, name)
        assert time.perf_counter() - start < 20  # seconds where it should be hundredths: a slow machine passes
        sentence = str(error.value)
        assert sentence.isprintable()
        return sentence

    return refused


class TestScalars:
    # YAML 1.2.2, section 10.3.2, without octal and hexadecimal numbers, which no sizing file needs.
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("3e6", 3e6), ("3E+6", 3e6), ("3000000", 3_000_000), ("-5", -5), ("+7", 7), ("007", 7), ("0.7", 0.7),
            (".5", 0.5), ("5.", 5.0), (".inf", float("inf")), ("-.INF", float("-inf")), ("9" * 900, float("inf")),
            ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
            ("yes", "yes"), ("off", "off"), ("12:30", "12:30"), ("1_000", "1_000"), ("0x10", "0x10"), ("0o7", "0o7"),
            ("2026-11-23", "2026-11-23"), ("'3'", "3"), ('"3e6"', "3e6"), ("3e", "3e"), ("1,000", "1,000"),
            ("e3", "e3"), ("٣", "٣"), ("nan", "nan"), ("infinity", "infinity"),
        ],
    )  # fmt: skip
    def test_core_schema(self, read, text, value):
        got = read(f"a: {text}\n").value["a"]
        assert got == value
        assert type(got) is type(value)

    def test_nan(self, read):
        assert str(read("a: .nan").value["a"]) == "nan"

    def test_a_directive_of_yaml_1_1_changes_nothing(self, read):
        assert read("%YAML 1.1\n---\na: 3e6\nb: yes\n").value == {"a": 3e6, "b": "yes"}

    def test_names_are_text(self, read):
        assert read("1: a\ntrue: b\n~: c\n").value == {"1": "a", "true": "b", "~": "c"}


class TestLines:
    YAML = "# comment\na:\n  b: 1\n  c:\n    - 2\n    - d: 3\ne: [4,\n  5]\n"
    JSON = '\n{"a":\n{"b": 1,\n"c":\n[2,\n{"d": 3}]},\n"e": [4,\n5]}\n'

    @pytest.mark.parametrize(("text", "name"), [(YAML, "s.yaml"), (JSON, "s.json"), (JSON, "s.JSON")])
    def test_a_field_has_the_line_of_its_name(self, read, text, name):
        document = read(text, name)
        assert document.value == {"a": {"b": 1, "c": [2, {"d": 3}]}, "e": [4, 5]}
        assert {path: document.line(path) for path in document.lines} == {
            ("a",): 2,
            ("a", "b"): 3,
            ("a", "c"): 4,
            ("a", "c", 0): 5,
            ("a", "c", 1): 6,
            ("a", "c", 1, "d"): 6,
            ("e",): 7,
            ("e", 0): 7,
            ("e", 1): 8,
        }

    def test_what_is_not_there_has_the_line_of_what_is_around_it(self, read):
        document = read("a:\n  b: {c: 1}\n")
        assert document.line(("a", "b", "x", 0)) == 2
        assert document.line(("z",)) == 1

    def test_windows_lines_and_a_byte_order_mark(self, read):
        document = read(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
        assert (document.value, document.line(("b",))) == ({"a": 1, "b": 2}, 2)

    @pytest.mark.parametrize(
        ("text", "name"), [("a: 1\nb: 2\na: 3\n", "s.yaml"), ('{"a": 1,\n"b": 2,\n"a": 3}', "s.json")]
    )
    def test_a_field_that_is_repeated(self, read, text, name):
        (fault,) = read(text, name).faults
        assert (fault.path, [read(text, name).line(path) for path in fault.at]) == ((), [3])
        assert str(fault.error).strip() == "must hold each field once (got 'a'): it stands on line 1 already"

    def test_strings_of_json_that_look_like_structure(self, read):
        given = {'a"]}': "\\", "b,:": ['{"', '[\\"\n', "é😀"]}
        assert read(json.dumps(given, indent=1), "s.json").value == given


class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("a: !!python/object/apply:os.system ['exit 1']", "line 1: must not use YAML tags (got 'tag:yaml.org,2002:python/object/apply...); leave the tag out"),
            ("a: 1\nb: !!str 5", "line 2: must not use YAML tags (got 'tag:yaml.org,2002:str'); leave the tag out"),
            ("a: ! 5", "line 1: must not use YAML tags (got '!'); leave the tag out"),
            ("!<!%0a%1b> {}", "line 1: must not use YAML tags (got '!\\n\\x1b'); leave the tag out"),
            ("a: &x 1\nb: *x", "line 1: must not use YAML anchors or aliases; write the value out"),
            ("\n- *x", "line 2: must not use YAML anchors or aliases; write the value out"),
            ("a: 1\n---\nb: 2", "line 2: must hold one document; leave out the line of dashes"),
            ("? [a]\n: 1", "line 1: must have text as names of fields"),
            ("a: b: c", "line 1: must be YAML; write one field a line, and put quotes around a text that holds a colon"),
            ("a: [1,\n2", "line 2: must be YAML; close the quote or bracket that is open at the end of the file"),
            ('a: "\n', "line 1: must be YAML; close the quote or bracket that is open at the end of the file"),
            ("\ta: 1", "line 1: must be YAML; indent with spaces, not tabs"),
            ("a:\n  b: 1\n c: 2", "line 3: must be YAML; check indentation, colons, quotes and brackets there and on the line above"),
            ("a: 1\nb: \0", "line 2: must be text without control characters (got '\\x00')"),
            ("a: \x1b[31m", "line 1: must be text without control characters (got '\\x1b')"),
            ("a: 1\n\nb: \u2028", "line 3: must be text without control characters (got '\\u2028')"),
            ("a: \x85", "line 1: must be text without control characters (got '\\x85')"),
        ],
    )  # fmt: skip
    def test_yaml(self, refused, text, sentence):
        assert refused(text) == f"sizing.yaml, {sentence}"

    def test_json(self, refused):
        assert (
            refused('{"a": 1,\n"b" 2}', "s.json")
            == "sizing file must be JSON; check commas, colons, quotes and brackets there (s.json, line 2)"
        )
        assert refused("{a: 1}", "s.json").startswith("sizing file must be JSON; ")
        assert (
            refused('{"a":\n"\\ud800"}', "s.json")
            == "s.json, line 2: must be text without half surrogate pairs (got '\\ud800')"
        )

    def test_bytes_that_are_no_utf_8(self, refused, tmp_path):
        assert refused(b"a: \xff") == f"sizing file must be UTF-8 text; save it as UTF-8 ({tmp_path / 'sizing.yaml'})"
        assert refused("a: 1".encode("utf-16")).startswith("sizing file must be UTF-8 text")

    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(InputError, match=r"^sizing file must be readable: No such file or directory \("):
            read_document(tmp_path / "no.yaml")

    @pytest.mark.parametrize("name", ["s.yaml", "s.json"])
    def test_more_than_10_mb(self, refused, name):
        assert refused(" " * 10_000_001, name).startswith(
            "sizing file must be at most 10 MB; keep long curves in a CSV"
        )


MB = 999_000


class TestHostileSizes:
    @pytest.mark.parametrize(
        "text",
        [
            "[" * MB, "{a: " * (MB // 4), "- " * (MB // 2), "? " * (MB // 2), "".join(" " * i + "a:\n" for i in range(1000)),
        ],
        ids=["flow lists", "flow maps", "block lists", "complex names", "block maps"],
    )  # fmt: skip
    def test_deep_nesting(self, refused, text):
        assert "nested at most 16 deep" in (said := refused(text)) or "text as names" in said

    @pytest.mark.parametrize("text", ["[" * MB, '{"a":' * (MB // 5), "[" * 17 + "]" * 17])
    def test_deep_nesting_in_json(self, refused, text):
        assert "nested" in refused(text, "s.json")

    @pytest.mark.parametrize("text", ["- 1\n" * 500_001, "[" + "1," * 500_001 + "1]"])
    def test_many_values(self, refused, text):
        assert "must hold at most 500,000 values" in refused(text)

    def test_many_values_in_json(self, refused):
        assert refused("[" + "1," * 500_001 + "1]", "s.json").endswith("must hold at most 500,000 values")

    @pytest.mark.parametrize(
        "text", ["!" * MB, '"' + "a" * MB, '"' + "\\n" * (MB // 2), ":" * MB, "%YAML " * (MB // 6), "&a" * (MB // 2)]
    )
    def test_one_long_token(self, refused, text):
        assert len(refused(text)) < 200

    @pytest.mark.parametrize(
        "text", ["a" * MB, "a " * (MB // 2), "a\n" * (MB // 2), "#\n" * (MB // 2), "\n" * MB, "a: |\n" + " " * MB]
    )
    def test_long_text_is_read_quickly(self, read, text):
        start = time.perf_counter()
        read(text)
        assert time.perf_counter() - start < 20

    def test_a_field_repeated_ten_thousand_times_is_noted_fifty_times(self, read):
        assert len(read("a: 1\n" * 9_999).faults) == 50

    def test_a_billion_laughs(self, refused):
        bomb = "a: &a [x, x]\n" + "".join(
            f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
        )
        assert refused(bomb) == "sizing.yaml, line 1: must not use YAML anchors or aliases; write the value out"
