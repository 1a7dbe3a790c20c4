"""The curves of a table of scenarios, by name: a folder, a table of points, a list of files, or objects in Python.

    a folder            CURVE is the file or folder CURVE, CURVE.csv, CURVE.yaml ... in it
    a table of points   curve, concurrency, tok_s_per_user, and where measured output_tok_s, ttft_s, ttfo_s; hardware
    a list of files     curve, path: any file or folder that --curve takes, from the list's folder; or public:NAME

A curve is read when the first row asks for it. One that cannot be read is a fault of the rows that name it, no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from xlsizing.checks import refuse
from xlsizing.core import COLUMNS, Curve, curve_from_rows
from xlsizing.errors import BLANK, InputError, Phrase
from xlsizing.importers import PUBLIC, read_curve

__all__ = ["Curves", "curves_in", "curves_of"]

_ID: Final = ("curve", "curve_id")
_PATH: Final = ("path", "file")
_SUFFIXES: Final = (".csv", ".yaml", ".yml", ".json", ".jsonl", ".tsv", ".xlsx", ".txt", ".md")

Find = Callable[[str], Curve]


class Curves:
    """Curves by name, each found once.

    Parameters
    ----------
    find : callable
        Returns the curve of a name, or refuses
    only : Curve, optional
        The one curve, where no row names any
    """

    def __init__(self, find: Find, only: Curve | None = None) -> None:
        self._find, self.only = find, only
        self._found: dict[object, Curve | str] = {}

    def get(self, name: object) -> Curve | str:
        """Return the curve called `name`, or the sentence that says why there is none."""
        if name not in self._found:
            try:
                self._found[name] = self._find(_curve_name(name))
            except InputError as error:
                self._found[name] = str(error)
        return self._found[name]


def _curve_name(name: object) -> str:
    if name is None:
        refuse("curve", "must be named", got=BLANK)
    # A number is a name too: of a column that a spreadsheet or pandas keeps as numbers.
    return str(int(name)) if isinstance(name, float) and name.is_integer() else str(name).strip()


def curves_of(curves: object, **options: Any) -> Curves:
    """Return `curves` by name.

    Parameters
    ----------
    curves : Curve, mapping of str to Curve, str, Path or Curves
        One curve for all rows; curves by name; or where they stand
    options
        Of `Curve`, where they are read: pool_rises and throughput_per_replica

    Returns
    -------
    Curves
        The same

    Raises
    ------
    InputError
        If they are none of these, or what stands there cannot be read.
    """
    if isinstance(curves, Curves):
        return curves
    if isinstance(curves, Curve):
        return Curves(_Named({}), curves)
    if isinstance(curves, Mapping):
        wrong = [value for value in curves.values() if not isinstance(value, Curve)]
        if wrong:
            refuse("curves", "must be Curve objects by name", got=wrong[0])
        return Curves(_Named({str(name): curve for name, curve in curves.items()}))
    if isinstance(curves, str | Path):
        return curves_in(Path(curves), **options)
    refuse("curves", "must be a Curve, Curve objects by name, or a path", got=curves)


def curves_in(path: Path, **options: Any) -> Curves:
    """Return the curves at `path`, a folder or a file with a table; `options` of `Curve` hold for each of them.

    Raises
    ------
    InputError
        If there is neither, or the table has not the columns of points or of files.
    """
    if path.is_dir():
        return Curves(_InFolder(path, options))
    from xlsizing.batch.tables import whole_table  # noqa: PLC0415  # curves given in Python need no file

    header, rows = whole_table(path, "curves")
    names = [str(cell).strip().casefold() for cell in header]
    at = {name: names.index(name) for name in dict.fromkeys(names)}
    key = next((name for name in _ID if name in at), None)
    file = next((name for name in _PATH if name in at), None)
    if key is None or (file is None and not set(COLUMNS[:2]) <= set(at)):
        rule = f"must have the columns {_ID[0]} and {_PATH[0]}, or {', '.join((_ID[0], *COLUMNS[:2]))}"
        refuse("curves", rule, got=Phrase(", ".join(names)), where=path.name)
    if file is not None:
        listed = {
            _curve_name(row[at[key]]): str(row[at[file]] or "").strip() for row in rows if row[at[key]] is not None
        }
        return Curves(_Listed(path.parent, listed, path.name, options))
    return Curves(_Points(rows, at, key, path.name, options))


class _Named:
    """Curves that are there."""

    def __init__(self, curves: Mapping[str, Curve]) -> None:
        self._curves = curves

    def __call__(self, name: str) -> Curve:
        if name not in self._curves:
            refuse("curve", "must be one of the curves", got=name)
        return self._curves[name]


class _InFolder:
    """Curves in a folder, by the names of their files."""

    def __init__(self, folder: Path, options: dict[str, Any]) -> None:
        self._folder, self._options = folder, options

    def __call__(self, name: str) -> Curve:
        if name.startswith(PUBLIC):
            return read_curve(name, **self._options)
        if Path(name).name != name or name in ("", ".", ".."):
            refuse("curve", "must be the name of a file in the folder of the curves", got=name)
        places = [self._folder / name, *(self._folder / f"{name}{suffix}" for suffix in _SUFFIXES)]
        there = [place for place in places if place.exists()]
        if len(there) != 1:
            got = Phrase(f"{name!r}: {', '.join(place.name for place in there)}") if there else name
            refuse("curve", "must be one of the curves", got=got, where=str(self._folder))
        return read_curve(there[0], **self._options)


class _Listed:
    """Curves in files that a list names."""

    def __init__(self, folder: Path, files: dict[str, str], source: str, options: dict[str, Any]) -> None:
        self._folder, self._files, self._source, self._options = folder, files, source, options

    def __call__(self, name: str) -> Curve:
        if name.startswith(PUBLIC):
            return read_curve(name, **self._options)
        if name not in self._files:
            refuse("curve", "must be one of the curves", got=name, where=self._source)
        file = self._files[name]
        if not file:
            refuse("path", "must name a file", got=BLANK, where=f"{self._source}, curve {name}")
        return read_curve(file if file.startswith(PUBLIC) else self._folder / file, **self._options)


class _Points:
    """Curves whose points stand in one table."""

    def __init__(
        self, rows: Sequence[Sequence[Any]], at: dict[str, int], key: str, source: str, options: dict[str, Any]
    ) -> None:
        self._at, self._source, self._options = at, source, options
        self._rows: dict[str, list[tuple[int, Sequence[Any]]]] = {}
        for position, row in enumerate(rows, start=2):
            if row[at[key]] is not None:
                self._rows.setdefault(_curve_name(row[at[key]]), []).append((position, row))

    def __call__(self, name: str) -> Curve:
        if name not in self._rows:
            refuse("curve", "must be one of the curves", got=name, where=self._source)
        positions, rows = zip(*self._rows[name], strict=True)
        anchors = [[row[self._at[column]] if column in self._at else None for column in COLUMNS] for row in rows]

        def place(at: tuple[int, ...], _column: int | None) -> str:
            return f"{self._source}, row{'s' * (len(at) > 1)} {' and '.join(str(positions[i]) for i in sorted(at))}"

        curve = curve_from_rows(anchors, place, **self._options)
        hardware = {str(row[self._at["hardware"]] or "").strip() for row in rows} if "hardware" in self._at else set()
        return _with_hardware(curve, hardware - {""}, f"{self._source}, curve {name}")


def _with_hardware(curve: Curve, hardware: set[str], where: str) -> Curve:
    if not hardware:
        return curve
    if len(hardware) > 1:
        refuse(
            "hardware",
            "must be the same at every point of a curve",
            got=Phrase(" and ".join(sorted(hardware))),
            where=where,
        )
    from xlsizing.context import Context  # noqa: PLC0415  # most tables say nothing of it

    return curve.with_context(Context.from_mapping({"hardware": hardware.pop()}))
