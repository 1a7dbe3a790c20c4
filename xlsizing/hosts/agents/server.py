"""The MCP server: the tools over standard input and output, for an assistant that sizes."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import anyio
import mcp_types as types
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server

import xlsizing
from xlsizing.hosts.agents.tools import TOOLS, Answer, Tool, called

__all__ = ["serve", "server"]

_Context = ServerRequestContext[Any]


def server(folder: Path, instructions: str) -> Server[Any]:
    """Return the server of the tools, with files in `folder` alone, and `instructions` for the assistant.

    Calls are worked off one by one beside the event loop, so that a ping and the end of a call are answered meanwhile.
    """
    one_by_one = Lock()

    async def list_tools(_context: _Context, _params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=list(map(_described, TOOLS.values())))

    async def call_tool(_context: _Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        work = partial(_in_turn, one_by_one, params, folder)
        answer = await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
        if answer.record is None:
            return types.CallToolResult(content=_text("\n".join(answer.sentences)), is_error=True)
        return types.CallToolResult(content=_text(json.dumps(answer.record)), structured_content=answer.record)

    version = xlsizing.__version__
    return Server(
        "xlsizing", version=version, instructions=instructions, on_list_tools=list_tools, on_call_tool=call_tool
    )


def _in_turn(one_by_one: Lock, params: types.CallToolRequestParams, folder: Path) -> Answer:
    """Return what a call gives, once those before it are done; one that was called off meanwhile is not begun."""
    with one_by_one:
        anyio.from_thread.check_cancelled()
        return called(params.name, params.arguments or {}, folder)


def serve(folder: Path, instructions: str) -> None:
    """Serve the tools to the process that holds standard input and output, until it closes them.

    Parameters
    ----------
    folder : Path
        The folder that alone may be read and written
    instructions : str
        What an assistant is to know before it calls a tool
    """
    anyio.run(_serve, server(folder, instructions))


async def _serve(made: Server[Any]) -> None:
    async with stdio_server() as (incoming, outgoing):
        await made.run(incoming, outgoing, made.create_initialization_options())


def _described(tool: Tool) -> types.Tool:
    # What stood where a tool writes may be replaced: by its own report without asking, by anything else with force.
    hints = types.ToolAnnotations(read_only_hint=not tool.writes, destructive_hint=tool.writes, open_world_hint=False)
    return types.Tool(
        name=tool.name,
        description=tool.about,
        input_schema=tool.inputs,
        output_schema=tool.result,
        annotations=hints,
    )


def _text(text: str) -> list[types.ContentBlock]:
    return [types.TextContent(text=text)]
