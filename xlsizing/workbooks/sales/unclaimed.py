"""Why no budget is claimed for a curve, as far as the functions, which see its anchors alone, cannot say it."""

from __future__ import annotations

from xlsizing.core import CLAIMS, PREDICTED, SHORT
from xlsizing.rules import CLAIM_LEAST_OSL
from xlsizing.workbooks.sales.context_sheet import value_cell
from xlsizing.workbooks.sales.layout import no_throughput
from xlsizing.workbooks.sales.workload import measured_tokens

__all__ = ["unclaimed"]


def unclaimed(block: str, place: str) -> str:
    """Return the formula of the reason that the context gives, "" where it gives none [-].

    Parameters
    ----------
    block : str
        Name of the context's block
    place : str
        Cell of the curve's place on sheet Curves
    """
    tokens = measured_tokens("OSL", lambda field: value_cell(block, field))
    asked = f"IF(ISNUMBER({tokens}),{tokens},Quote_OSL)"  # the customer's, where the curve's are not known
    short = f'IF(ISNUMBER({asked}),IF({asked}<={CLAIM_LEAST_OSL},"{CLAIMS[SHORT]}",""),"")'
    return f'IF({value_cell(block, "basis")}="predicted","{CLAIMS[PREDICTED]}",IF({no_throughput(place)},{short},""))'
