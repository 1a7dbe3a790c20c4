"""The picture of errors by gap: drawn whatever the points, and a sentence where nothing can draw."""

import sys

import pytest
from matplotlib.figure import Figure

from tests.accuracy.conftest import swept
from xlsizing import InputError
from xlsizing.accuracy.measure import measured
from xlsizing.accuracy.plot import error_by_gap
from xlsizing.core.budget import bound
from xlsizing.drawing.canvas import check_installed

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("curves", [0, 30])
def test_it_is_a_png_and_the_same_each_time(five, curves):
    found = measured([five] * curves, bound())
    drawn = error_by_gap(found, "c x r", "odd $name_.csv")
    assert drawn.startswith(PNG)
    assert drawn == error_by_gap(found, "c x r", "odd $name_.csv")


def test_gaps_that_are_no_doublings(five):
    found = measured([five, swept([1, 3, 10, 31, 100], [90, 80, 50, 30, 10])], bound())
    assert error_by_gap(found, "c x r", "x.csv").startswith(PNG)


def test_numbers_of_the_axes_are_numbers(five, monkeypatch):
    made = []

    def drawn(draw, inches):
        made.append(Figure(inches))
        draw(made[0])
        made[0].draw_without_rendering()
        return b""

    monkeypatch.setattr("xlsizing.accuracy.plot.drawn", drawn)
    error_by_gap(measured([five] * 30, bound()), "c x r", "x.csv")
    for panel in made[0].axes:
        assert {"1", "2", "4"} <= {label.get_text() for label in panel.get_xticklabels()}  # gaps of doublings


def test_without_the_library_one_sentence_says_how_to_install_it(monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(InputError) as error:
        check_installed()
    assert str(error.value) == "plot must have matplotlib to draw with; install it with: pip install 'xlsizing[plot]'"
