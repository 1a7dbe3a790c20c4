"""Pictures: the one place that knows the library which draws them."""

from xlsizing.drawing.canvas import FORMATS, LEAST_PT, check_installed, drawable, drawn, wrapped

__all__ = ["FORMATS", "LEAST_PT", "check_installed", "drawable", "drawn", "wrapped"]
