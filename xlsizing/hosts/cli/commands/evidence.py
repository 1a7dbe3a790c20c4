"""``xlsizing evidence``: what a folder of campaigns, reports and runbooks says, to be cited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xlsizing.hosts.agents.citations import Found, cited
from xlsizing.hosts.cli.declaring import OnceEach, switch, takes
from xlsizing.hosts.cli.flags import json_flag
from xlsizing.hosts.cli.output import one_line, print_json
from xlsizing.hosts.cli.result_flags import passed_lines
from xlsizing.hosts.cli.typed import whole_number

__all__ = ["command"]

_MOST = 1_000_000


@click.command(cls=OnceEach, name="evidence", short_help="Find what to cite in a folder of campaigns and reports.")
@click.argument("query", metavar="QUERY")
@click.argument("folder", metavar="DIR")
@switch("--case", "Upper and lower case differ.")
@switch("--words", "Whole words only.")
@takes("--limit", whole_number(1, _MOST), "N", "The most lines shown; all are counted.", default="20")
@json_flag("lines")
def command(query: str, folder: str, *, case: bool, words: bool, limit: int, as_json: bool) -> int:
    """Find the lines below DIR that hold every word of QUERY, in any order: file, line, heading above, text.

    Markdown, text, YAML, JSON and logs are searched; hidden files, files of other kinds and those above 10 MB are not.
    Finding nothing is an answer: it says so, and the exit code is 0.
    """
    found = cited(query, Path(folder), case=case, words=words, limit=limit)
    if as_json:
        print_json(_record(query, folder, found))
    else:
        _print(query, folder, found)
    return 0


def _record(query: str, folder: str, found: Found) -> dict[str, Any]:
    return {
        "query": query,
        "folder": folder,
        "files": found.files,
        "found": found.total,
        "hits": [hit._asdict() for hit in found.hits],
        "notes": found.notes,
        "passed": found.passed,
        "others": found.others,
    }


def _print(query: str, folder: str, found: Found) -> None:
    for hit in found.hits:
        heading = f" [{one_line(hit.heading)}]" if hit.heading else ""
        click.echo(f"{one_line(hit.file)}:{hit.line}:{heading} {one_line(hit.text)}")
    searched = f"{found.files:,} file{'s' * (found.files != 1)} in {one_line(folder)}"
    if not found.total:
        click.echo(f"Nothing found: no line of {searched} holds every word of '{one_line(query)}'.")
    else:
        more = f"; --limit {found.total} shows all" if found.total > len(found.hits) else ""
        click.echo(f"\n{len(found.hits):,} of {found.total:,} lines in {searched}{more}.")
    if found.others:
        click.echo(
            f"{found.others:,} file{'s' * (found.others != 1)} of other kinds {'were' if found.others != 1 else 'was'} not searched."
        )
    for title, lines in {"Notes": found.notes, "Passed over": passed_lines(found.passed)}.items():
        if lines:
            click.echo("\n".join((f"\n{title}", *(f"- {one_line(line)}" for line in lines))))
