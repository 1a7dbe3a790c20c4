"""What hands the functions to Excel: xlwings, through its decorators.

The wheel for xlwings Lite holds another module in the place of this one, as there the workbook's own main.py does it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import xlwings as xw

__all__ = ["HOST", "handed_over"]

HOST: Final = f"xlwings {xw.__version__}"
"""What hands over, with its version."""


def handed_over(function: Callable[..., Any], options: dict[str, dict[str, Any]], category: str) -> Callable[..., Any]:
    """Return a `function` as Excel's, with the `options` of each argument by its name, in a `category` of Excel's list.

    It registers on Windows, and does nothing elsewhere.
    """
    registered = function
    for name in reversed(options):
        registered = xw.arg(name, **options[name])(registered)
    found: Callable[..., Any] = xw.func(category=category)(registered)
    return found
