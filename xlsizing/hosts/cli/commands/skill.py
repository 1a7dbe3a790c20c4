"""``xlsizing skill``: SKILL.md, for an assistant that is to size with this tool."""

from __future__ import annotations

import click

from xlsizing.hosts.cli.declaring import OnceEach

__all__ = ["command"]


@click.command(cls=OnceEach, name="skill")
def command() -> int:
    """Print SKILL.md: when to use this tool, what to ask, the commands, how to read an answer, what never to do."""
    from xlsizing.hosts.agents.skill import skill_text  # noqa: PLC0415  # of its own command alone

    click.echo(skill_text(), nl=False)
    return 0
