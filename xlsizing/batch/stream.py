"""A table of scenarios from file to file, a piece at a time: memory does not grow with the table.

While one piece is written the next is sized and the one after that is read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from xlsizing.batch.ahead import ahead
from xlsizing.batch.columns import RESULTS, Result, columns_of
from xlsizing.batch.curves import Curves
from xlsizing.batch.engine import Sized, size_rows
from xlsizing.batch.extra import arrow
from xlsizing.batch.tables import Piece, Source
from xlsizing.batch.totals import Totals
from xlsizing.batch.writing import WRITERS, Writer, result_arrays, result_schema
from xlsizing.checks import refuse
from xlsizing.core import Calibration
from xlsizing.errors import BLANK
from xlsizing.reports import new_file, write_whole

__all__ = ["PIECE", "Job", "Outcome", "new_table", "size_table"]

PIECE: Final = 65_536
"""Rows that are read, sized and written at a time [rows]."""

_SHOWN: Final = 5

Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Job:
    """What is to be made of a table.

    Parameters
    ----------
    source : Source
        The scenarios
    curves : Curves
        The curves that they name
    target : Path
        Where the sized table shall stand
    results : tuple of Result
        Which results it shall hold
    by : tuple of str
        Columns by which totals are made; none where it is empty
    totals : Path or None
        Where these shall stand; None where they are shown only
    strict : bool
        Whether a row that is wrong refuses the table
    calibration : Calibration or None
        What the budget rests on in place of public sweeps
    output_tokens : float or None
        Output tokens of a request, where the demand does not tell [tok]
    """

    source: Source
    curves: Curves
    target: Path
    results: tuple[Result, ...] = RESULTS
    by: tuple[str, ...] = ()
    totals: Path | None = None
    strict: bool = False
    calibration: Calibration | None = None
    output_tokens: float | None = None


@dataclass
class Outcome:
    """What came of a table.

    Parameters
    ----------
    rows, unmet, wrong : int
        Rows in all, those that no measured point meets, and those with an error [-]
    first : list of (int, str)
        The first rows with an error, counted from 1, and what is wrong with them [-]
    totals : list of dict
        A row a group, where totals were asked for
    """

    rows: int = 0
    unmet: int = 0
    wrong: int = 0
    first: list[tuple[int, str]] = field(default_factory=list)
    totals: list[dict[str, Any]] = field(default_factory=list)

    def count(self, sized: Sized) -> None:
        """Count the rows of a piece that was `sized`."""
        left = _SHOWN - len(self.first)
        self.first += [(self.rows + row + 1, words) for row, words in list(sized.errors.items())[:left]]
        self.rows += sized.rows
        self.unmet += sized.unmet
        self.wrong += len(sized.errors)


def new_table(path: str | Path, *, force: bool) -> Path:
    """Return `path` as that of a table which may be written, over one that exists where `force` allows it.

    Raises
    ------
    InputError
        If it names no file, one of another kind, or one that exists.
    """
    if not str(path).strip():
        refuse("output", "must name a file", got=BLANK)
    suffix = Path(path).suffix.casefold()
    if suffix not in WRITERS:
        *most, last = WRITERS
        refuse("output", f"must end in {', '.join(most)} or {last}", got=Path(path).name)
    return new_file(path, suffix, force=force)


def size_table(job: Job, *, fresh: Collection[Path] = (), told: Told | None = None, piece: int = PIECE) -> Outcome:
    """Size a table and write it, whole or not at all.

    Parameters
    ----------
    job : Job
        What is to be made
    fresh : collection of Path, optional
        Those of the files that must not exist yet
    told : callable, optional
        Called with how many rows are done, and of how many, 0 where that is not known [rows]
    piece : int, optional
        Rows that are read, sized and written at a time [rows]

    Returns
    -------
    Outcome
        What came of it

    Raises
    ------
    InputError
        If the table cannot be read, lacks a column, holds a row that is wrong where the job is strict, or cannot be
        written; no file is then written.
    """
    work = _Work(job, told or _say_nothing, piece)
    files: dict[Path, str | bytes | Callable[[IO[bytes]], None]] = {job.target: work.table}
    if job.totals is not None:
        if job.totals == job.target:
            refuse("output", "must be another file than the totals", where=str(job.target))
        files[job.totals] = work.totals
    write_whole(files, fresh=fresh)
    return work.outcome


def _say_nothing(_done: int, _whole: int) -> None:
    """Say nothing."""


class _Work:
    """A table on its way from file to file."""

    def __init__(self, job: Job, told: Told, piece: int) -> None:
        self._job, self._told, self._piece = job, told, piece
        names = job.source.names
        self._found = columns_of(names, curve_needed=job.curves.only is None, results=job.results)
        self._totals = Totals(job.by, names) if job.by else None
        wanted = {*job.results, *(self._totals.needed if self._totals else ())}
        self._sized = tuple(each for each in RESULTS if each in wanted)
        self.outcome = Outcome()

    def table(self, file: IO[bytes]) -> None:
        """Write the sized table to a file."""
        schema = self._job.source.schema
        for name, kind in result_schema(self._job.results):
            schema = schema.append(arrow().field(name, kind))
        writer = WRITERS[self._job.target.suffix.casefold()](file, schema)
        try:
            self._write_pieces(writer)
        except BaseException:
            writer.drop()
            raise
        if self._totals is not None:
            self.outcome.totals = self._totals.rows()

    def _write_pieces(self, writer: Writer) -> None:
        source = self._job.source
        with ahead(source.pieces(self._found, self._piece)) as pieces, ahead(self._sized_pieces(pieces)) as results:
            for columns, rows, done in results:
                writer.write(columns, rows)
                self._told(done, source.whole(done))
        writer.end()

    def _sized_pieces(self, pieces: Iterator[Piece]) -> Iterator[tuple[dict[str, Any], int, int]]:
        """Yield the columns of each piece with the results behind them, how many rows it has, and how many are done."""
        job = self._job
        for piece in pieces:
            sized = size_rows(
                piece.inputs, job.curves, self._sized, calibration=job.calibration, output_tokens=job.output_tokens
            )
            self.outcome.count(sized)
            if job.strict and self.outcome.first:
                row, words = self.outcome.first[0]
                refuse("table", "must hold no row that is wrong", detail=words, where=f"row {row} of {job.source.name}")
            if self._totals is not None:
                self._totals.add(piece.columns, sized)
            yield {**piece.columns, **result_arrays(sized, job.results)}, piece.rows, self.outcome.rows

    def totals(self, file: IO[bytes]) -> None:
        """Write the totals to a file, once the table is."""
        if self._totals is None or self._job.totals is None:
            return
        schema, columns = self._totals.table()
        writer: Writer = WRITERS[self._job.totals.suffix.casefold()](file, schema)
        writer.write(columns, len(self.outcome.totals))
        writer.end()
