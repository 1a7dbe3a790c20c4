"""Results of benchmark tools to curves: files recognised and read, points checked, put together and described."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

from xlsizing.checks import refuse
from xlsizing.context import Context, gpus_in_context, merged
from xlsizing.core import Curve, curve_from_rows
from xlsizing.errors import InputError, Phrase, shown
from xlsizing.importers import formats
from xlsizing.importers.documents import files_below
from xlsizing.importers.grouping import OUTCOMES, Anchor, Group, differing_fields, distinct, grouped
from xlsizing.importers.measurement import SLOW_TAILS, Caution, Measurement
from xlsizing.importers.points import ACHIEVED, Options, Point, point
from xlsizing.importers.values import known_values
from xlsizing.rules import ETA_TOO_HIGH, SWEEP

__all__ = ["Imported", "Passed", "Results", "one_curve", "read_results", "results_of"]

Progress = Callable[[int, int], None]

_MOST_SUMS: Final = 30
"""More SHA-256 sums than this are summed up themselves, for the field of the context [-]."""


class Passed(NamedTuple):
    """A file, or a point in it, that no curve is made of.

    Parameters
    ----------
    place : str
        The file, and the item in it
    reason : str
        Why
    """

    place: str
    reason: str


@dataclass(frozen=True)
class Imported:
    """A curve out of results.

    Parameters
    ----------
    group : Group
        Its points
    options : Options
        How it was read
    """

    group: Group
    options: Options

    @cached_property
    def curve(self) -> Curve:
        """The curve with its context, or the refusal of what is none."""
        return self.curve_pooling(self.options.pool_rises)

    def curve_pooling(self, pool_rises: float | None) -> Curve:
        """Return the curve, its rises pooled up to the share `pool_rises` [-].

        Raises
        ------
        CurveError
            If the anchors are no valid curve; the files are named.
        """
        rows = [
            (a.concurrency, a.tok_s_per_user, out, a.ttft_s, a.ttfo_s)
            for a, out in zip(self.anchors, self._outputs, strict=True)
        ]
        stated = {"pool_rises": pool_rises, "throughput_per_replica": self.options.throughput_per_replica}
        curve = curve_from_rows(_without_half_columns(rows), self._run_places, **stated)
        return curve.with_context(self.context).with_remarks(self.notes, self.cautions, measured_gpus=self.gpus_per_pod)

    @property
    def anchors(self) -> tuple[Anchor, ...]:
        """The points by rising concurrency."""
        return self.group.anchors

    @cached_property
    def _outputs(self) -> list[float | None]:
        """Measured throughput by anchor; none where a slow tail of the latencies cannot stand beside it."""
        outputs = [anchor.output_tok_s for anchor in self.anchors]
        return [None] * len(outputs) if self._beyond_the_tail else outputs

    @cached_property
    def _beyond_the_tail(self) -> bool:
        tops = [a.output_tok_s / (a.concurrency * a.tok_s_per_user) for a in self.anchors if a.output_tok_s]
        return self.options.stat in SLOW_TAILS and max(tops, default=0.0) > ETA_TOO_HIGH

    def _run_places(self, at: tuple[int, ...], _column: int | None) -> str:
        return " and ".join(dict.fromkeys(self.anchors[i].runs[0].measurement.place for i in sorted(at)))

    @cached_property
    def gpus_per_pod(self) -> int | None:
        """GPUs of the replica, as far as files, context or options say [GPUs]."""
        known = {run.gpus for run in self.group.runs} - {None}
        return next(iter(known)) if known else gpus_in_context(self.context)

    @cached_property
    def context(self) -> Context:
        """What the measurement rests on: what every point says, and what the options add."""
        stated = _context_of(self.group, self.options.stat)
        return merged(stated, self.options.added) if self.options.added else stated

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know, a sentence each."""
        runs = self.group.runs
        found = list(dict.fromkeys(note for run in runs for note in run.measurement.notes))
        found += [f"{warning}." for run in runs for warning in run.warnings][:_MOST_WARNINGS]
        return (self._definition, *self._repeat_notes(), *self._column_notes(), *found)

    @property
    def _definition(self) -> str:
        sources = " or ".join(dict.fromkeys(run.source for run in self.group.runs))
        which = " at the achieved concurrency" if self.options.concurrency == ACHIEVED else ""
        return f"tok/s/user is 1000 / TPOT, {self.options.stat} over requests ({sources}){which}."

    def _repeat_notes(self) -> Iterator[str]:
        repeated = [anchor for anchor in self.anchors if anchor.spread is not None]
        if repeated:
            listed = ", ".join(
                f"c={shown(a.concurrency)} n={len(a.runs)} CV {100 * (a.spread or 0):.2g} %" for a in repeated
            )
            yield f"Points measured several times are their median: {listed}."

    def _column_notes(self) -> Iterator[str]:
        if self._beyond_the_tail:
            yield (
                f"Measured output tok/s is above c x the {self.options.stat} rate and is left out: "
                "c x tok/s/user stands in, which is lower."
            )
        for name, label in (("output_tok_s", "Measured output tok/s"), ("ttft_s", "TTFT"), ("ttfo_s", "TTFO")):
            given = sum(getattr(anchor, name) is not None for anchor in self.anchors)
            if 0 < given < len(self.anchors):
                yield f"{label} is stated at {given} of {len(self.anchors)} points and left out."

    @cached_property
    def cautions(self) -> tuple[Caution, ...]:
        """Why its figures stay a DRAFT, beside what its context and sweep lack."""
        return tuple(dict.fromkeys(caution for run in self.group.runs for caution in run.cautions))

    @property
    def missing_sweep(self) -> tuple[int, ...]:
        """Concurrencies that a VERDICT needs and that were not measured [requests/replica]."""
        measured = {anchor.concurrency for anchor in self.anchors}
        return tuple(c for c in SWEEP if c not in measured)


_MOST_WARNINGS: Final = 20


def _without_half_columns(rows: Sequence[Sequence[float | None]]) -> list[list[float | None]]:
    """Return the rows without what some of them lack."""
    columns = [column if None not in column else [None] * len(rows) for column in zip(*rows, strict=True)]
    return [list(row) for row in zip(*columns, strict=True)]


def _context_of(group: Group, stat: str) -> Context:
    runs = [run.measurement for run in group.runs]
    stated = {n: value for n, value in runs[0].context.items() if all(run.context.get(n) == value for run in runs)}
    means: dict[str, Any] = {
        "mean_input_tokens": _mean_of_all(run.isl for run in runs),
        "mean_output_tokens": _mean_of_all(run.osl for run in runs),
    }
    means |= {name: _mean_of_all(_outcome(run, name) for run in runs) for name in OUTCOMES}
    dates = [str(run.context["measured_on"]) for run in runs if run.context.get("measured_on")]
    of_the_runs: dict[str, Any] = {
        "num_prompts": _num_prompts(runs),
        "statistic": stat if all(run.stated for run in group.runs) else None,
        "trials": _trials(group),
        "measured_on": max(dates) if len(dates) == len(runs) else None,
        "source_file": _file_words(runs),
        "source_sha256": _sums(runs),
    }
    return Context.from_mapping({"basis": runs[0].basis} | stated | known_values(means | of_the_runs))


def _mean_of_all(values: Iterable[float | None]) -> float | None:
    given = list(values)
    known = [value for value in given if value is not None]
    return float(f"{sum(known) / len(known):.6g}") if known and len(known) == len(given) else None


def _outcome(run: Measurement, name: str) -> float | None:
    value = run.context.get(name)
    return float(value) if isinstance(value, int | float) else None


def _num_prompts(runs: Sequence[Measurement]) -> int | None:
    """Return the prompts of the largest concurrency where every point had 2c, else of the point that had fewest for its c."""
    if any(run.num_prompts is None for run in runs):
        return None
    worst = min(runs, key=lambda run: (run.num_prompts or 0) / run.concurrency)
    enough = (worst.num_prompts or 0) >= 2 * worst.concurrency
    taken = max(runs, key=lambda run: run.concurrency) if enough else worst
    return int(taken.num_prompts or 0) or None


def _trials(group: Group) -> int | None:
    counts = [[run.measurement.trials for run in anchor.runs] for anchor in group.anchors]
    if any(count is None for runs in counts for count in runs):
        return None
    return min(sum(count or 0 for count in runs) for runs in counts)


def _file_words(runs: Sequence[Measurement]) -> str:
    paths = sorted({run.path for run in runs})
    if len(paths) == 1:
        return _printable_text(paths[0].name)
    folder = Path(os.path.commonpath([path.absolute().parent for path in paths]))
    return _printable_text(f"{folder.name or folder}: {len(paths)} files")


def _printable_text(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)


def _sums(runs: Sequence[Measurement]) -> str:
    sums = sorted({run.sha256 for run in runs})
    return " ".join(sums) if len(sums) <= _MOST_SUMS else hashlib.sha256("\n".join(sums).encode()).hexdigest()


@dataclass(frozen=True)
class Results:
    """What was read.

    Parameters
    ----------
    curves : tuple of Imported
        What the points make, one each
    passed : tuple of Passed
        Files that are no result, and runs that stand elsewhere too
    bad : tuple of Passed
        Files and points that were skipped because something is wrong with them
    """

    curves: tuple[Imported, ...]
    passed: tuple[Passed, ...]
    bad: tuple[Passed, ...]


def read_results(
    paths: Sequence[str | Path], options: Options | None = None, progress: Progress | None = None
) -> Results:
    """Return the curves in files and folders of results.

    Parameters
    ----------
    paths : sequence of str or Path
        Files and folders; folders are walked
    options : Options, optional
        How they are read
    progress : callable, optional
        Told how many files were read, and of how many

    Returns
    -------
    Results
        Curves and everything that was passed over

    Raises
    ------
    InputError
        If a file is bad (unless `skip_bad`), or nothing is a result.
    """
    how = options or Options()
    passed: list[Passed] = []
    bad: list[Passed] = []
    files = _files_once(paths, passed)
    measured: list[Measurement] = []
    for done, path in enumerate(files, start=1):
        try:
            found, others = formats.measurements(path, how)
        except InputError as error:
            _pass_or_raise(error, path, how, bad)
            continue
        finally:
            if progress:
                progress(done, len(files))
        measured += found
        passed += [Passed(*other) for other in others]
    if not measured and not bad:
        _refuse_nothing(paths, passed)
    return results_of(measured, how, passed, bad)


def results_of(
    measured: Sequence[Measurement], how: Options, passed: Sequence[Passed] = (), bad: Sequence[Passed] = ()
) -> Results:
    """Return the curves that measurements make.

    Parameters
    ----------
    measured : sequence of Measurement
        The measurements
    how : Options
        How they are read
    passed, bad : sequence of Passed
        What was passed over, and what was skipped, before

    Returns
    -------
    Results
        The curves
    """
    kept, dropped = distinct(measured)
    passed = [*passed, *(Passed(m.place, why) for m, why in dropped)]
    bad = list(bad)
    points = list(_points_of_kept(kept, how, bad))
    return Results(tuple(Imported(group, how) for group in grouped(points, how.ignoring)), tuple(passed), tuple(bad))


def _files_once(paths: Sequence[str | Path], passed: list[Passed]) -> list[Path]:
    """Return every file to look into once, in the order of the paths."""
    files: dict[Any, Path] = {}
    for path in paths:
        found = files_below(Path(path))
        passed += [Passed(str(entry), why) for entry, why in found.passed]
        for file in found.files:
            status = file.stat()
            key = (status.st_dev, status.st_ino) if status.st_ino else file.resolve()  # some file systems number none
            files.setdefault(key, file)
    return list(files.values())


def _pass_or_raise(error: InputError, path: Path, how: Options, bad: list[Passed]) -> None:
    if not how.skip_bad:
        raise error
    bad.append(Passed(str(path), str(error)))


def _points_of_kept(kept: Sequence[Measurement], how: Options, bad: list[Passed]) -> Iterator[Point]:
    for measured in kept:
        try:
            yield point(measured, how)
        except InputError as error:
            _pass_or_raise(error, measured.path, how, bad)


def _refuse_nothing(paths: Sequence[str | Path], passed: Sequence[Passed]) -> None:
    words = ", ".join(map(str, paths))
    if len(passed) == 1:
        detail = f"{Path(passed[0].place).name}: {passed[0].reason}"
    else:
        detail = f"{len(passed)} files passed over" if passed else "there is no file in it"
    refuse(
        words or "results", "must hold results of a benchmark tool", detail=detail, way_out="see xlsizing import --help"
    )


def one_curve(results: Results, words: str) -> Imported:
    """Return the one curve that `results` hold, and refuse several in the caller's `words` for the path.

    Raises
    ------
    InputError
        If the points are no single curve; the fields in which they differ are named.
    """
    curves = results.curves
    if not curves:
        detail = results.bad[0].reason if results.bad else None
        refuse(words, "must hold a point that can be used", detail=detail)
    if len(curves) > 1:
        detail = "; ".join(differing_fields([each.group for each in curves])[:_MOST_FIELDS])
        refuse(
            words,
            "must hold the points of one curve",
            got=Phrase(f"points of {len(curves)}"),
            detail=f"they differ in {detail}",
            way_out="name the files of one (xlsizing curves lists them), or import with --split or --ignore FIELD",
        )
    return curves[0]


_MOST_FIELDS: Final = 6
