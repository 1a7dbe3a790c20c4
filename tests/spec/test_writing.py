"""The text of a new sizing file: whatever it holds is read back as it was, and each field has its comment."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.spec_files import plain, written
from xlsizing.spec import FieldText, sizing_text

PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=["C"]).filter(str.isprintable), max_size=60)
NUMBERS = st.one_of(st.integers(-(2**60), 2**60), st.floats(1e-6, 1e15), st.sampled_from([1e-6, 1e15, 2.0**53, 0.1]))
SCALARS = st.one_of(PRINTABLE, NUMBERS, st.booleans())
NESTED = st.one_of(
    SCALARS,
    st.lists(st.dictionaries(st.sampled_from(["a", "b", "tok_s_per_user"]), SCALARS, min_size=1), min_size=1, max_size=3),
    st.lists(st.lists(st.one_of(NUMBERS, st.none()), min_size=1, max_size=5), min_size=1, max_size=3),
)  # fmt: skip


class TestReadBack:
    @given(NESTED, NESTED)
    @example("3e6", "@quote")
    @example("no", "null")
    @example("a: #b", '"')
    @example("- x", "2026-11-01")
    @example("", "~")
    @example("ü漢字😀", "\\ \\n %TAG | > & * !")
    def test_any_value(self, tmp_path_factory, one, other):
        fields = [FieldText(("one",), "One [-]", one), FieldText(("section", "other"), "Other [-]", other)]
        file = written(tmp_path_factory.mktemp("written"), sizing_text("A heading.", fields), "sizing.yaml")
        assert plain(file) == {"one": one, "section": {"other": other}}

    @given(st.floats(1e-6, 1e15))
    def test_numbers_to_the_last_digit(self, value):
        line = sizing_text("A heading.", [FieldText(("one",), "One [-]", value)]).splitlines()[-1]
        assert math.ulp(float(line.removeprefix("one: ")) - value) == math.ulp(0.0)


class TestComments:
    def test_the_whole_text(self):
        fields = [
            FieldText(("who",), "Who? [-]", "A: #1"),
            FieldText(("demand",), "In what? [-]"),
            FieldText(("demand", "people"), "People? [people]", 2000.0),
            FieldText(("slas",), "How fast? [tok/s/user]", [{"tok_s_per_user": 40.0, "contract": True}]),
            FieldText(("price", "usd"), "How much? [USD]; left out"),
            FieldText(("demand", "osl"), "How long? [tok]; left out"),
            FieldText(("slas",), "Which? [-]"),
        ]
        assert sizing_text("A heading.", fields) == (
            "# A heading.\n\n"
            '# Who? [-]\nwho: "A: #1"\n\n'
            "# In what? [-]\ndemand:\n  # People? [people]\n  people: 2000\n  # How long? [tok]; left out\n\n"
            "# How fast? [tok/s/user]\n# Which? [-]\nslas:\n  - {tok_s_per_user: 40, contract: true}\n\n"
            "# How much? [USD]; left out\n"
        )

    @pytest.mark.parametrize(("value", "text"), [(2000.0, "2000"), (1.2, "1.2"), (1e15, "1000000000000000"), (7, "7")])
    def test_whole_numbers_have_no_point(self, value, text):
        assert sizing_text("A heading.", [FieldText(("n",), "N [-]", value)]).endswith(f"\nn: {text}\n")
