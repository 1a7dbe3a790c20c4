"""``xlsizing evidence``: what a folder of campaigns, reports and runbooks says, to be cited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xlsizing.checks import refuse
from xlsizing.errors import BLANK
from xlsizing.hosts.agents.citations import Found, cited
from xlsizing.hosts.cli.declaring import OnceEach, switch, takes
from xlsizing.hosts.cli.flags import json_flag
from xlsizing.hosts.cli.output import NOT_RIGHT, one_line, passed_lines, print_json
from xlsizing.hosts.cli.typed import whole_number

__all__ = ["command"]

_MOST = 1_000_000
_KINDS = 10
"""Kinds of files that were not searched, named in a line [-]."""


@click.command(cls=OnceEach, name="evidence")
@click.argument("query", metavar="QUERY")
@click.argument("folder", metavar="DIR")
@switch("--case", "Upper and lower case differ.")
@switch("--words", "Whole words only.")
@takes("--limit", whole_number(1, _MOST), "N", "The most lines shown; all are counted.", default="20")
@json_flag("lines")
def command(query: str, folder: str, *, case: bool, words: bool, limit: int, as_json: bool) -> int:
    """Find the lines below DIR that hold every word of QUERY, in any order: file, line, heading above, text.

    Markdown, text, YAML, JSON, CSV and logs are searched; hidden files, links to folders, files of other kinds and those
    above 10 MB are not, and it says so. Finding nothing is an answer: the exit code is 0. It is 4 where there are more
    than 20,000 files, of which the first are searched.
    """
    if not folder.strip():
        refuse("DIR", "must be a folder, or a file, that exists", got=BLANK, way_out='write "." for the current one')
    found = cited(query, Path(folder), case=case, words=words, limit=limit)
    if as_json:
        print_json(_record(query, folder, found))
    else:
        _print(query, folder, found)
    return 0 if found.whole else NOT_RIGHT


def _record(query: str, folder: str, found: Found) -> dict[str, Any]:
    return {
        "query": query,
        "folder": folder,
        "files": found.files,
        "found": found.total,
        "hits": [hit._asdict() for hit in found.hits],
        "notes": found.notes,
        "passed": found.passed,
        "others": found.others.total(),
        "other_kinds": dict(sorted(found.others.items())),
        "hidden": found.hidden,
        "whole": found.whole,
    }


def _kinds(found: Found) -> str:
    """Return the kinds of files that were not searched, those with the most files first."""
    kinds = [one_line(kind) for kind, _ in sorted(found.others.items(), key=lambda each: (-each[1], each[0]))]
    return ", ".join(kinds[:_KINDS]) + " and others" * (len(kinds) > _KINDS)


def _print_unsearched(count: int, name: str, more: str = "", *, plural: str = "") -> None:
    """Print how many of what is called `name` were not searched [-]."""
    words = name if count == 1 else plural or f"{name}s"
    click.echo(f"{count:,} {words}{more} {'was' if count == 1 else 'were'} not searched.")


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
        _print_unsearched(found.others.total(), "file", f" of other kinds ({_kinds(found)})")
    if found.hidden:
        _print_unsearched(found.hidden, "hidden file or folder", plural="hidden files and folders")
    for title, lines in {"Notes": found.notes, "Passed over": passed_lines(found.passed)}.items():
        if lines:
            click.echo("\n".join((f"\n{title}", *(f"- {one_line(line)}" for line in lines))))
