"""The shelf: labelled curves of public benchmarks that come with this package, DRAFT by nature.

Their source, licence and commit stand in the NOTICE beside the data and in the context of each curve.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any, Final

from xlsizing.checks import refuse
from xlsizing.core import Curve
from xlsizing.importers.grouping import grouped
from xlsizing.importers.imported import Imported, Results
from xlsizing.importers.measurement import Caution, Measurement, Stat
from xlsizing.importers.points import Options, point

__all__ = ["NOT_OURS", "names", "public_curve", "shelf"]

NOT_OURS: Final = Caution(
    "public benchmark of others, not this deployment", "measure the curve on the deployment that is sized"
)
"""Why every figure from the shelf is a DRAFT."""

_FILE: Final = "public_curves.csv"


def _shelf_rows() -> tuple[list[dict[str, str]], str]:
    """Return the rows of the shelf, and the SHA-256 of its file."""
    data = resources.files("xlsizing").joinpath("importers", "shelf", _FILE).read_bytes()
    return list(csv.DictReader(io.StringIO(data.decode("utf-8")))), hashlib.sha256(data).hexdigest()


def names() -> list[str]:
    """Return the names of the curves on the shelf."""
    return list(dict.fromkeys(row["curve_id"] for row in _shelf_rows()[0]))


def shelf(options: Options | None = None) -> Results:
    """Return every curve on the shelf, read as `options` say."""
    how = options or Options()
    points = [point(measured, how) for measured in _measurements()]
    return Results(tuple(Imported(group, how) for group in grouped(points)), (), ())


def public_curve(name: str, options: Options | None = None) -> Curve:
    """Return the curve of that `name` on the shelf, read as `options` say.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    how = options or Options()
    points = [point(measured, how) for measured in _measurements() if measured.also["public"] == name]
    if not points:
        near = get_close_matches(name, names(), n=1, cutoff=0.5)
        way_out = f"did you mean public:{near[0]}?" if near else None
        rule = "must name a curve that xlsizing curves --public lists"
        refuse("public curve", rule, got=name, way_out=way_out)
    (group,) = grouped(points)
    return Imported(group, how).curve


def _measurements() -> Iterator[Measurement]:
    rows, digest = _shelf_rows()
    for row in rows:
        yield _measurement(row, digest)


def _measurement(row: dict[str, str], digest: str) -> Measurement:
    output = float(row["output_tok_s_per_replica"]) if row["output_tok_s_per_replica"] else None
    return Measurement(
        tool="public",
        place=f"{row['curve_id']}, c={row['concurrency']}",
        path=Path(_FILE),
        sha256=digest,
        concurrency=float(row["concurrency"]),
        tpot_ms={"median": Stat(1000 / float(row["tok_s_per_user"]), "median TPOT")},
        output_tok_s=output,
        gpus=int(row["gpus"]),
        trials=None,
        context=_context(row),
        also={"public": row["curve_id"]},
        notes=(f"Public curve {row['curve_id']}: {row['source']}.",),
        cautions=(NOT_OURS,),
    )


def _context(row: dict[str, str]) -> dict[str, Any]:
    return {
        "model": row["model"],
        "hf_path": row["model"],
        "hardware": row["hardware"],
        "weight_quantisation": row["precision"],
        "tp": int(row["tp"]),
        "ep": int(row["ep"]),
        "speculative_decoding": row["speculation"],
        "dataset": "random",
        "isl": int(row["isl"]),
        "osl": int(row["osl"]),
        "turns": "single-turn",
        "engine": row["engine"],
        "benchmark_tool": "InferenceX",
        "command": row["source"],
    }
