"""``xlsizing import``: results of a benchmark tool to a curve file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from xlsizing.checks import refuse
from xlsizing.errors import BLANK
from xlsizing.hosts.cli.curve_flags import pool_rises_flag
from xlsizing.hosts.cli.declaring import OnceEach, group, switch
from xlsizing.hosts.cli.flags import json_flag
from xlsizing.hosts.cli.output import passed_lines, print_json, print_text, working
from xlsizing.hosts.cli.result_flags import ResultFlags, print_rows

if TYPE_CHECKING:
    from xlsizing.importers import CurveRow, Imported, Results

__all__ = ["command"]


@click.command(cls=OnceEach, name="import")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("-o", "--output", metavar="FILE.yaml", required=True, help="Where to write it; with --split a folder.")
@group("results", ResultFlags)
@pool_rises_flag
@switch("--split", "Write one curve for each group of points that differ in more than concurrency.")
@switch("--force", "Overwrite existing files.")
@json_flag("the table")
def command(
    paths: tuple[str, ...],
    *,
    output: str,
    results: ResultFlags,
    pool_rises: float | None,
    split: bool,
    force: bool,
    as_json: bool,
) -> int:
    """Read results of a benchmark tool, files and folders, and write the curve that they make with its context."""
    from xlsizing.importers import Results, curve_rows, one_curve, read_results  # noqa: PLC0415  # of its own command alone
    from xlsizing.reports import write_whole  # noqa: PLC0415

    targets = _targets(output, split=split)
    with working("Files read") as progress:
        found = read_results(paths, results.options(pool_rises), progress)
    if len(found.curves) > 1 and not (split or as_json):  # the refusal names the fields, the table shows the groups
        rows = curve_rows(found)
        print_text(lambda stream: print_rows(stream, f"{len(rows)} curves", rows, {}))
    curves = list(found.curves) if split else [one_curve(found, " ".join(paths))]
    files = _texts_by_path(curves, targets, split=split)
    write_whole(files, fresh=() if force else files)
    rows = curve_rows(Results(tuple(curves), (), ()))
    said = _said(curves)
    if as_json:
        print_json(_record(rows, said, found, files))
    else:
        print_text(lambda stream: _print_curves(stream, rows, said, found, files))
    return 0


def _targets(output: str, *, split: bool) -> Path:
    target = Path(output)
    if not output.strip():
        refuse("-o", "must name a file", got=BLANK)
    if split and target.suffix:
        refuse("-o", "must name a folder with --split", got=output)
    if not split and (target.suffix not in (".yaml", ".yml") or target.is_dir()):
        refuse("-o", "must name a file that ends in .yaml", got=output)
    return target


def _texts_by_path(curves: list[Imported], target: Path, *, split: bool) -> dict[Path, str]:
    """Return the texts of all curve files by their paths; nothing is written if one of the curves is none."""
    from xlsizing.importers import curve_text  # noqa: PLC0415  # as above

    if not split:
        return {target: curve_text(curves[0])}
    files: dict[Path, str] = {}
    for imported in curves:
        stem, number = _stem(imported), 1
        while (path := target / f"{stem}{f'-{number}' if number > 1 else ''}.yaml") in files:
            number += 1
        files[path] = curve_text(imported)
    return files


def _stem(imported: Imported) -> str:
    """Return the name of a curve's file: what tells it from others."""
    c = imported.context
    tp = f"tp{c.tp}" if c.tp else None
    shape = [
        f"{name}{value:.0f}"
        for name, value in (("isl", c.isl or c.mean_input_tokens), ("osl", c.osl or c.mean_output_tokens))
        if value
    ]
    parts = [(c.model or "").rpartition("/")[2], c.hardware, c.engine, c.weight_quantisation, tp, *shape]
    words = "-".join(re.sub(r"[^A-Za-z0-9.]+", "-", part).strip("-.") for part in parts if part)
    return words.lower()[:120] or "curve"


def _said(curves: list[Imported]) -> dict[str, list[str]]:
    """Return what a reader must know of `curves`, each sentence once."""
    return {
        "Notes": list(dict.fromkeys(note for imported in curves for note in imported.notes)),
        "Why it stays a DRAFT": list(
            dict.fromkeys(caution.why for imported in curves for caution in imported.cautions)
        ),
        "Not in the files": list(dict.fromkeys(_missing_words(imported) for imported in curves)),
    }


def _record(
    rows: list[CurveRow], said: dict[str, list[str]], results: Results, files: Iterable[Path]
) -> dict[str, Any]:
    notes, reasons, missing = said.values()
    return {
        "curves": [row.record() for row in rows],
        "notes": notes,
        "draft_reasons": reasons,
        "missing": missing,
        "passed": list(results.passed),
        "bad": list(results.bad),
        "written": list(map(str, files)),
    }


def _print_curves(
    stream: IO[str], rows: list[CurveRow], said: dict[str, list[str]], results: Results, files: Iterable[Path]
) -> None:
    lists = said | {
        "Passed over": passed_lines(results.passed),
        "Bad, and left out": passed_lines(results.bad),
        "Written": list(map(str, files)),
    }
    print_rows(stream, f"{len(rows)} curve{'s' * (len(rows) != 1)}", rows, lists)


def _missing_words(imported: Imported) -> str:
    return ", ".join(imported.context.missing_labels()) or "nothing: the context is complete"
