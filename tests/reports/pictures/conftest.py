"""Pictures as figures: what was drawn, before it becomes bytes."""

import matplotlib.style
import pytest
from matplotlib.figure import Figure

from tests.spec_files import EXAMPLE, ILLUSTRATIVE
from xlsizing.drawing import canvas
from xlsizing.reports.from_spec import spec_report
from xlsizing.reports.pictures import frame
from xlsizing.reports.pictures.gallery import GALLERY
from xlsizing.spec import read_spec


@pytest.fixture
def figure_of(monkeypatch):
    """Return the figure of a picture of reports, laid out."""

    def figure_of(name, *reports):
        made = []

        def drawn(draw, inches, _):
            with matplotlib.style.context(["default", canvas._STYLE]):
                figure = Figure(figsize=inches, layout="constrained")
                draw(figure)
                canvas._lay_out(figure)
                figure.draw_without_rendering()
            made.append(figure)
            return b""

        monkeypatch.setattr(frame, "drawn", drawn)
        GALLERY[name].bytes_of(reports, "svg")
        return made[0]

    return figure_of


@pytest.fixture(scope="session")
def example():
    """The report of the sizing file that comes along: a DRAFT."""
    return spec_report(read_spec(EXAMPLE))


@pytest.fixture(scope="session")
def illustrative():
    """The report that earns a VERDICT, with a spare pod, measured throughput and TTFT."""
    return spec_report(read_spec(ILLUSTRATIVE))
