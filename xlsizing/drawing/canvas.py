"""A picture as bytes: the same from the same release of matplotlib, whatever is set up on the machine."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from typing import Any, Final

from xlsizing.checks import refuse

__all__ = ["FORMATS", "LEAST_PT", "check_installed", "drawable", "drawn", "wrapped"]

FORMATS: Final = ("svg", "png")
"""What a picture may be written as: the endings of its file."""

LEAST_PT: Final = 8.0
"""The smallest letters of a picture at its own width [pt]."""

_DIGITS: Final = 6
_PACKAGE: Final = "matplotlib"
_METADATA: Final = {"svg": {"Creator": None, "Date": None}, "png": {"Software": None}}
"""What would make the bytes of one picture differ from day to day."""

_STYLE: Final = {
    "font.family": "DejaVu Sans",  # it comes with the library, and so is on every machine
    "font.size": LEAST_PT,
    "axes.labelsize": LEAST_PT,
    "axes.titlesize": 9.0,
    "legend.fontsize": LEAST_PT,
    "xtick.labelsize": LEAST_PT,
    "ytick.labelsize": LEAST_PT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "hatch.linewidth": 0.5,
    "hatch.color": "0.6",
    "legend.frameon": False,
    "text.parse_math": False,  # a model's name may hold dollars
    "svg.fonttype": "path",  # letters look the same where the font is not installed
    "svg.hashsalt": "xlsizing",
    "savefig.dpi": 200,
}


def check_installed() -> None:
    """Refuse to go on where the library that draws is missing: better said before the work than after it."""
    _library("figure")


def drawn(draw: Callable[[Any], None], inches: tuple[float, float], form: str = "png") -> bytes:
    """Return a picture.

    Parameters
    ----------
    draw : callable
        Draws on the matplotlib Figure that it is given
    inches : tuple of float
        Width and height [in]
    form : str, optional
        One of `FORMATS`

    Returns
    -------
    bytes
        The picture in that form

    Raises
    ------
    InputError
        If the library that draws is not installed.
    """
    figures = _library("figure")
    with _library("style").context(["default", _STYLE]):
        figure = figures.Figure(figsize=inches, layout="constrained")
        draw(figure)
        _lay_out(figure)
        picture = BytesIO()
        figure.savefig(picture, format=form, metadata=_METADATA[form])
    return picture.getvalue()


def _lay_out(figure: Any) -> None:
    """Place the panels, once, and not to the last digits: those are the solver's, and differ from run to run."""
    if figure.axes:  # with none there is nothing to place, and the library warns
        figure.get_layout_engine().execute(figure)
    figure.set_layout_engine("none")
    for panel in figure.axes:
        panel.set_position([round(edge, _DIGITS) for edge in panel.get_position().bounds])


def drawable(text: str) -> str:
    r"""Return `text` on one line, with what the font has no letter for written as its number.

    >>> drawable("two" + chr(10) + "lines"), drawable(chr(233) + chr(27169))
    ('two lines', 'é\\u6a21')
    """
    known = _letters()
    shown = (letter if ord(letter) in known else ascii(letter)[1:-1] for letter in " ".join(text.split()))
    return "".join(shown)


def wrapped(text: str, width: float, size: float, most: int) -> list[str]:
    """Return `text` in lines.

    Parameters
    ----------
    text : str
        What to break between words, and within one that is too long
    width : float
        How wide a line may be [pt]
    size : float
        Of its letters [pt]
    most : int
        Lines at the most; the last then ends in three dots [-]

    Returns
    -------
    list of str
        The lines
    """
    lines: list[str] = []
    rest = drawable(text)
    while rest and len(lines) < most:
        end = _fitting(rest, width, size)
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    if rest:
        last = lines[-1]
        while last and _width(f"{last}...", size) > width:
            last = last[:-1]
        lines[-1] = f"{last.rstrip()}..."
    return lines


def _fitting(text: str, width: float, size: float) -> int:
    """Return how many letters of `text` fit into `width`, whole words if one fits."""
    if _width(text, size) <= width:
        return len(text)
    fits, fails = 1, len(text)
    while fails - fits > 1:
        middle = (fits + fails) // 2
        fits, fails = (middle, fails) if _width(text[:middle], size) <= width else (fits, middle)
    space = text.rfind(" ", 0, fits + 1)
    return space if space > 0 else fits


def _width(text: str, size: float) -> float:
    paths, font = _library("textpath").text_to_path, _library("font_manager").FontProperties
    width, _, _ = paths.get_text_width_height_descent(text, font(family=_STYLE["font.family"], size=size), ismath=False)
    return float(width)


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    """Return what the font has letters for."""
    fonts = _library("font_manager")
    found = fonts.findfont(fonts.FontProperties(family=_STYLE["font.family"]))
    return frozenset(fonts.get_font(found).get_charmap())


def _library(module: str) -> Any:
    try:
        return importlib.import_module(f"{_PACKAGE}.{module}")
    except ImportError:
        way_out = "install it with: pip install 'xlsizing[plot]'"
        refuse("plot", f"must have {_PACKAGE} to draw with", way_out=way_out)
