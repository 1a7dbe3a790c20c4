"""Pictures as bytes: the same whatever is set up, and text that stays text and inside its line."""

import os
import subprocess
import sys

import matplotlib as mpl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsizing.drawing import canvas
from xlsizing.drawing.canvas import FORMATS, drawable, drawn, wrapped

PROGRAM = """
import hashlib
from xlsizing.drawing.canvas import drawn
def draw(figure):
    panel = figure.subplots()
    panel.fill_between([1, 2], [1, 1], [2, 3], hatch="///", label="a $range$")
    panel.plot([1, 2], [1, 2], label="x_y^z")
    panel.legend()
print([hashlib.sha256(drawn(draw, (3, 2), form)).hexdigest() for form in ("svg", "png")])
"""


def draw(figure):
    figure.subplots().plot([1, 2], [1, 2], label="a")


class TestBytes:
    def test_the_same_in_another_process_with_another_seed_and_settings(self, tmp_path):
        (tmp_path / "matplotlibrc").write_text("font.size: 30\nsvg.hashsalt: other\nlines.linewidth: 9\n")
        out = [
            subprocess.run(
                [sys.executable, "-c", PROGRAM], env=os.environ | other, capture_output=True, text=True, check=True
            ).stdout
            for other in (
                {"PYTHONHASHSEED": "1"},
                {"PYTHONHASHSEED": "2", "MATPLOTLIBRC": str(tmp_path), "SOURCE_DATE_EPOCH": "1"},
            )
        ]
        assert out[0] == out[1] != ""

    @pytest.mark.parametrize("form", FORMATS)
    def test_settings_of_this_process_change_nothing_and_stay(self, form):
        plain = drawn(draw, (3, 2), form)
        with mpl.rc_context({"font.size": 30, "lines.linewidth": 9}):
            assert drawn(draw, (3, 2), form) == plain
            assert mpl.rcParams["font.size"] == 30

    def test_no_date_and_no_name_of_the_library(self):
        picture = drawn(draw, (3, 2), "svg").decode()
        assert "dc:date" not in picture
        assert "dc:creator" not in picture


class TestText:
    @given(st.text(max_size=80))
    def test_what_is_drawn_has_a_letter_in_the_font_and_stands_on_one_line(self, text):
        assert all(ord(letter) in canvas._letters() for letter in drawable(text))
        assert "\n" not in drawable(text)

    @given(st.text(alphabet="Wi. -", max_size=300), st.floats(40, 400), st.integers(1, 4))
    def test_lines_fit_and_say_so_where_they_do_not_hold_all(self, text, width, most):
        lines = wrapped(text, width, 8, most)
        assert len(lines) <= most
        assert all(canvas._width(line, 8) <= width for line in lines)
        whole = wrapped(text, width, 8, 1000)
        assert "".join(whole).replace(" ", "") == drawable(text).replace(" ", "")
        assert (lines == whole) == (len(whole) <= most)
        assert len(whole) <= most or lines[-1].endswith("...")
