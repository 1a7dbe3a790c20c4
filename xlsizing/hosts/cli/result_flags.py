"""Flags of the commands that read results of benchmark tools, and the lists that they print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from xlsizing.checks import number_in_text, refuse, share
from xlsizing.context import Context
from xlsizing.hosts.cli.curve_flags import throughput_flag
from xlsizing.hosts.cli.declaring import option, shared, switch
from xlsizing.hosts.cli.flags import PER_POD
from xlsizing.hosts.cli.output import one_line
from xlsizing.hosts.cli.typed import Typed, one_of
from xlsizing.importers import ACHIEVED, FORMATS, HEADINGS, MOST_FAILED, NOMINAL, CurveRow, Options
from xlsizing.rules import STATISTICS

__all__ = ["ResultFlags", "print_rows"]


def _context_in(path: Path) -> Context:
    """Return the context in a YAML or JSON file: its fields at the top, or under `context`."""
    from xlsizing.importers import document  # noqa: PLC0415  # only where a file is named
    from xlsizing.importers.yaml_text import plain_data  # noqa: PLC0415  # YAML is slow to import

    opened = document(path)
    value = (
        opened.only
        if opened.kind in ("records", "yaml")
        else plain_data(opened.value if opened.kind == "text" else "", path.name)
    )
    fields = value.get("context", value) if isinstance(value, dict) else None
    if not isinstance(fields, dict) or not fields:
        refuse("--context", "must be a file of context fields", where=path.name)
    return Context.from_mapping(fields)


@dataclass(frozen=True)
class ResultFlags:
    """How results are read.

    Parameters
    ----------
    form, stat, concurrency, throughput_per_replica, gpus_per_pod, max_failed, ignoring, skip_bad, added, sheet, cells
        As in `importers.Options`, but `max_failed` is its `most_failed`, and `added` the name of a file
    """

    form: str | None = option(
        "--format", one_of(tuple(FORMATS)), "NAME", f"Force a format: {', '.join(FORMATS)}.", to="form"
    )
    stat: str = option(
        "--stat", one_of(STATISTICS), "|".join(STATISTICS), "Statistic of the latencies.", default=STATISTICS[0]
    )
    concurrency: str = option(
        "--concurrency",
        one_of((NOMINAL, ACHIEVED)),
        f"{NOMINAL}|{ACHIEVED}",
        "As the client was set, or as it was measured.",
        default=NOMINAL,
    )
    throughput_per_replica: bool = shared(throughput_flag)
    gpus_per_pod: int | None = option(
        "--gpus-per-pod", PER_POD, "N", "GPUs of the replica, where the files do not say."
    )
    max_failed: float = option(
        "--max-failed",
        Typed(lambda text, name: share(number_in_text(text, name), name)),
        "SHARE",
        "A point with more failed requests is refused.",
        default=str(MOST_FAILED),
    )
    ignoring: tuple[str, ...] = option(
        "--ignore", None, "FIELD", "A field that may differ within a curve; repeatable.", to="ignoring", multiple=True
    )
    skip_bad: bool = shared(switch("--skip-bad", "List bad files and go on without them."))
    added: str | None = option(
        "--context", None, "FILE", "YAML or JSON with context fields that the files lack.", to="added"
    )
    sheet: str | None = option("--sheet", None, "NAME", "Sheet of an .xlsx file.")
    cells: str | None = option("--range", None, "A1:D9", "Range of that sheet, its header included.", to="cells")

    def options(self, pool_rises: float | None = None) -> Options:
        """Return them as importers take them, with rises of up to `pool_rises` pooled where the command pools [-]."""
        added = None if self.added is None else _context_in(Path(self.added))
        own = vars(self) | {"added": added, "pool_rises": pool_rises}
        return Options(most_failed=own.pop("max_failed"), **own)


def print_rows(file: IO[str], title: str, rows: Sequence[CurveRow], lists: dict[str, list[str]]) -> None:
    """Print `title`, a table of curve `rows` and `lists` of sentences to `file`."""
    from rich import box  # noqa: PLC0415  # slow to import
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(file=file, highlight=False)
    if not console.is_terminal:
        console.width = 200
    console.print(Text(title, style="bold"))
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in HEADINGS:
        table.add_column(Text(name), overflow="fold", justify="right" if name in _NUMBERS else "left")
    for row in rows:
        table.add_row(*(Text(one_line(cell)) for cell in row.cells()))
    console.print(table)
    for name, sentences in lists.items():
        if sentences:
            console.print(Text(f"\n{name}", style="bold"))
            for sentence in sentences:
                console.print(Text(f"- {one_line(sentence)}"))


_NUMBERS: Final = ("points", "c", "GPUs", "best tok/s/user", "best tok/s")
