"""``xlsizing mcp``: the tools for an assistant, over standard input and output."""

from __future__ import annotations

import os
from pathlib import Path

import click

from xlsizing.checks import refuse
from xlsizing.errors import BLANK
from xlsizing.hosts.cli.declaring import OnceEach

__all__ = ["command"]


@click.command(cls=OnceEach, name="mcp")
@click.option("--folder", metavar="DIR", required=True, help="The folder that alone may be read and written.")
def command(folder: str) -> int:
    """Serve size, explain, audit, levers, rightsize, capacity and import to an assistant, by the Model Context Protocol.

    Standard input and output are the protocol's; paths are relative to --folder, and nothing outside it is read or
    written. Nothing is asked of the network.
    """
    place = Path(folder)
    if not folder.strip() or not place.is_dir():
        refuse("--folder", "must name a folder that exists", got=folder.strip() or BLANK)
    try:
        from xlsizing.hosts.agents.server import serve  # noqa: PLC0415  # slow to import, and an extra
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types"):
            raise
        refuse("mcp", "must be installed", way_out='install "xlsizing[mcp]"')
    from xlsizing.hosts.agents.skill import rules_text  # noqa: PLC0415  # as above

    os.chdir(place)
    serve(Path.cwd(), rules_text())
    return 0
