"""Files that hold a measured curve, or the results it is made of, each format read by one module."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsizing.core.curve import Curve

__all__ = ["read_curve"]


def read_curve(
    path: str | Path, *, pool_rises: float | None = None, throughput_per_replica: bool = False, **options: Any
) -> Curve:
    """Return the curve at `path`, whatever holds it: chosen by content, not by name.

    Parameters
    ----------
    path : str or Path
        A file of anchors (CSV, JSON, or the YAML that ``xlsizing import`` writes), a file or folder of results of a
        benchmark tool, or public:NAME [-]
    pool_rises, throughput_per_replica : float, bool, optional
        Passed on to `Curve` [-]
    options
        Of `importers.points.Options`, where results are read

    Returns
    -------
    Curve
        The curve, with the context that the file gives [-]

    Raises
    ------
    InputError
        If nothing there is a valid curve, or there are several.
    """
    from xlsizing.importers.reading import curve_at  # noqa: PLC0415  # a curve given point by point needs none of it

    stated = {"pool_rises": pool_rises, "throughput_per_replica": throughput_per_replica}
    return curve_at(path, stated, **options)
