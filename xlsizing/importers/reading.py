"""The curve at a path, whatever stands there: anchors of our own shape, or results of a benchmark tool."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from xlsizing.core import COLUMNS, Curve
from xlsizing.importers.curve_csv import curve_in_csv
from xlsizing.reading import check_inside

__all__ = ["PUBLIC", "read_curve"]

PUBLIC: Final = "public:"
"""What begins the name of a curve of the shelf."""

Stated = dict[str, Any]
"""Keywords of `Curve`: pool_rises and throughput_per_replica."""

_HEAD_BYTES: Final = 65_536
_ROWS_IN_JSON: Final = re.compile(r'\s*\[\s*(\]|\[|\{[^{}]*"tok_s_per_user")')


def read_curve(
    path: str | Path, *, pool_rises: float | None = None, throughput_per_replica: bool = False, **options: Any
) -> Curve:
    """Return the curve at `path`, whatever holds it: chosen by content, not by name.

    Parameters
    ----------
    path : str or Path
        A file of anchors (CSV, JSON, or the YAML that ``xlsizing import`` writes), a file or folder of results of a
        benchmark tool, or public:NAME
    pool_rises, throughput_per_replica : float, bool, optional
        Passed on to `Curve` [-]
    options
        Of `importers.points.Options`, where results are read

    Returns
    -------
    Curve
        The curve, with the context that the file gives

    Raises
    ------
    InputError
        If nothing there is a valid curve, or there are several.
    """
    stated: Stated = {"pool_rises": pool_rises, "throughput_per_replica": throughput_per_replica}
    if str(path).startswith(PUBLIC):
        from xlsizing.importers.points import Options  # noqa: PLC0415  # a few files, read when asked for
        from xlsizing.importers.public import public_curve  # noqa: PLC0415  # as above

        return public_curve(str(path).removeprefix(PUBLIC), Options(**stated))
    file = Path(path)
    check_inside(file, "curve file")
    own = _own_shape(file)
    if own == "csv":
        return curve_in_csv(file, **stated)
    if own == "json":
        from xlsizing.importers.curve_json import curve_in_json  # noqa: PLC0415  # CSV needs no JSON

        return curve_in_json(file, **stated)
    if own == "yaml":
        from xlsizing.importers.curve_file import curve_in_yaml  # noqa: PLC0415  # YAML is slow to import

        return curve_in_yaml(file, **stated)
    return _curve_of_results(file, stated, options)


def _own_shape(file: Path) -> str | None:
    """Return which of our own shapes a file has, by its first lines; None for results and folders."""
    try:
        if file.is_dir():
            return None
        if not file.is_file():  # what is not there, and a pipe, is read or refused where a curve file is
            return "csv"
        with file.open("rb") as opened:
            head = opened.read(_HEAD_BYTES).decode("utf-8-sig", errors="replace")
    except (OSError, ValueError):
        return "csv"
    if _ROWS_IN_JSON.match(head):
        return "json"
    first = next((line for line in head.splitlines() if line.strip() and not line.lstrip(' \t"').startswith("#")), "")
    if first.startswith("xlsizing_curve:"):
        return "yaml"
    names = {cell.strip(' "').casefold() for cell in re.split(r"[,;\t]", first)}
    return "csv" if set(COLUMNS[:2]) <= names <= {*COLUMNS, ""} or not first else None


def _curve_of_results(file: Path, stated: Stated, options: dict[str, Any]) -> Curve:
    from xlsizing.importers.formats import NO_RESULT, measurements  # noqa: PLC0415
    from xlsizing.importers.imported import one_curve, read_results, results_of  # noqa: PLC0415  # anchors of our own need none of it
    from xlsizing.importers.points import Options  # noqa: PLC0415

    how = Options(**stated, **options)
    if file.is_file():
        measured, others = measurements(file, how)
        if [other.reason for other in others] == [NO_RESULT]:
            return _as_anchors(file, stated)
        if measured:
            return one_curve(results_of(measured, how), file.name).curve
    results = read_results([file], how)
    return one_curve(results, file.name or str(file)).curve


def _as_anchors(file: Path, stated: Stated) -> Curve:
    """Read a file that no tool wrote as anchors, so that the refusal says what anchors look like."""
    if file.suffix.casefold() == ".json":
        from xlsizing.importers.curve_json import curve_in_json  # noqa: PLC0415

        return curve_in_json(file, **stated)
    return curve_in_csv(file, **stated)
