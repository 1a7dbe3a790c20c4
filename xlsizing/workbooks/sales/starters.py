"""A curve that the sales workbook begins with, and the built-in example; each says itself what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xlsizing.context import Context
from xlsizing.core import Curve

__all__ = ["EXAMPLE", "Starter"]


@dataclass(frozen=True, slots=True)
class Starter:
    """A named curve with what is known of it.

    Parameters
    ----------
    name : str
        What the drop-downs call it
    gpus_per_pod : int
        GPUs of one replica [GPUs/pod]
    curve : Curve
        The anchors and their context
    source : str
        Where the figures are from
    usd_per_gpu_hour : float, optional
        Price of one GPU; None is assumed, and labelled so [USD/GPU-hour]
    price_source : str, optional
        Date and source of the price
    caution : str, optional
        Why its rows stay a DRAFT, where its context cannot say it
    """

    name: str
    gpus_per_pod: int
    curve: Curve
    source: str
    usd_per_gpu_hour: float | None = None
    price_source: str = ""
    caution: str = ""

    @property
    def context(self) -> Context:
        """What the curve was measured on, as far as it is known."""
        return self.curve.context or Context()


EXAMPLE: Final = Starter(
    "MiniMax-M2-NVFP4, GB300, TP4",
    4,
    Curve(
        [1, 10, 256],
        [215.5, 122.2, 41.8],
        context=Context(
            model="MiniMax-M2",
            hardware="GB300",
            weight_quantisation="nvfp4",
            tp=4,
            pp=1,
            dp_in_pod=1,
            basis="measured",
        ),
    ),
    "built-in example, three points alone",
)
"""The built-in example: the worked rows of every document rest on it."""
