"""The MCP server through the SDK's own client: in this process, and as an assistant starts it."""

import json
import re
import subprocess
import sys
from pathlib import Path
from threading import Event

import anyio
import pytest
from mcp import StdioServerParameters, stdio_client
from mcp.client import Client

import xlsizing
from tests.command_line import run
from tests.spec_files import ROOT
from xlsizing.hosts.agents import server as serving
from xlsizing.hosts.agents.server import server
from xlsizing.hosts.agents.skill import rules_text
from xlsizing.hosts.agents.tools import TOOLS, Answer

ANCHORS = [[1, 215.5], [10, 122.2], [256, 41.8]]
SIZED = {"anchors": ANCHORS, "tpm": 3e6, "sla": [100, 300], "gpus_per_pod": 4}

WATCHED = """
import os, sys
watched = os.open({log!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def hook(event, args):
    wrote = event == "open" and isinstance(args[0], str) and (args[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if wrote or event.startswith(("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.fork", "urllib.", "os.system")):
        os.write(watched, (event + " " + str(args[0] if args else "") + chr(10)).encode())
sys.addaudithook(hook)
from xlsizing.hosts.cli.main import main
main(["mcp", "--folder", {folder!r}])
"""
"""A server that notes what it opens to write, and whatever would reach the network or another process."""


def talked(connection, talk, mode="auto"):
    """What `talk` returns that is given a client of `connection`."""

    async def run_it():
        async with Client(connection, mode=mode) as client:
            return await talk(client)

    return anyio.run(run_it)


def in_process(box, talk, mode="auto"):
    return talked(server(box, rules_text()), talk, mode)


def over_stdio(box, log, talk):
    """The same with a server that an assistant would start, on pipes."""
    program = WATCHED.format(log=str(log), folder=str(box))
    environment = {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", "PYTHONDONTWRITEBYTECODE": "1"}
    return talked(
        stdio_client(StdioServerParameters(command=sys.executable, args=["-c", program], env=environment)), talk
    )


class TestInProcess:
    def test_it_says_who_it_is_and_what_never_to_do(self, box):
        async def talk(client):
            return client.server_info, client.instructions

        info, instructions = in_process(box, talk)
        assert (info.name, info.version) == ("xlsizing", xlsizing.__version__)
        assert "Never multiply levers" in instructions
        assert "```" not in instructions

    def test_what_it_says_holds_of_tools(self):
        """No words of the command line, and none on keys that a tool leaves empty."""
        text = rules_text()
        assert "--" not in text
        assert re.findall("bold|first measured point|oldest|[\0\1]", text) == []
        named = set(re.findall(r"`([a-z_]+)`", text))
        inputs = {key for tool in TOOLS.values() for key in tool.inputs["properties"]}
        assert named <= {*inputs, *TOOLS, "quote"}
        assert "allow_mismatch" in named

    def test_nulls_are_left_out(self, box):
        async def talk(client):
            return await client.call_tool("size", SIZED | {"spec": None, "curve": None, "users": None})

        assert not in_process(box, talk).is_error

    def test_tools_with_their_types(self, box):
        async def talk(client):
            return (await client.list_tools()).tools

        tools = in_process(box, talk)
        assert [tool.name for tool in tools] == list(TOOLS)
        assert all(tool.input_schema == TOOLS[tool.name].inputs for tool in tools)
        assert all(tool.output_schema == TOOLS[tool.name].result for tool in tools)
        assert {tool.name for tool in tools if not tool.annotations.read_only_hint} == {"size", "import"}
        assert {tool.name for tool in tools if tool.annotations.destructive_hint} == {"size", "import"}

    @pytest.mark.parametrize("mode", ["auto", "legacy"])  # as of 2026-07-28, and with the handshake of before
    def test_a_result_is_typed_and_stands_as_text_too(self, box, mode):
        async def talk(client):
            return await client.call_tool("size", SIZED)  # which holds the result to the schema

        answer = in_process(box, talk, mode)
        assert not answer.is_error
        assert json.loads(answer.content[0].text) == answer.structured_content
        assert [row["gpus_high"] for row in answer.structured_content["rows"]] == [
            236,
            None,
        ]  # the worked row, and none

    def test_a_refusal_is_the_sentence_of_the_command_line(self, box, capsys):
        async def talk(client):
            return await client.call_tool("size", SIZED | {"util": 80})

        answer = in_process(box, talk)
        flags = ["--anchors", "1:215.5,10:122.2", "--tpm", "3e6", "--sla", "100", "--gpus-per-pod", "4", "--util", "80"]
        assert (answer.is_error, answer.structured_content) == (True, None)
        assert f"xlsizing: {answer.content[0].text}\n" == run(capsys, "size", *flags).err


class TestMeanwhile:
    """A call that takes long: `called` stands still until it is let go."""

    @pytest.fixture
    def slow(self, monkeypatch):
        begun, go, seen = Event(), Event(), []

        def called(name, _given, _folder):
            seen.append(name)
            begun.set()
            seen.append("let go" if go.wait(10) else "nobody was served meanwhile")
            return Answer(None, ("done",))

        monkeypatch.setattr(serving, "called", called)
        return begun, go, seen

    def test_others_are_answered(self, box, slow):
        begun, go, seen = slow

        async def talk(client):
            async with anyio.create_task_group() as calls:
                calls.start_soon(client.call_tool, "size", SIZED)
                await anyio.to_thread.run_sync(begun.wait, 10)
                await client.list_tools()
                go.set()

        in_process(box, talk, "legacy")
        assert seen == ["size", "let go"]

    def test_one_at_a_time_and_none_that_was_called_off(self, box, slow):
        begun, go, seen = slow

        async def talk(client):
            async with anyio.create_task_group() as calls:
                calls.start_soon(client.call_tool, "size", SIZED)
                await anyio.to_thread.run_sync(begun.wait, 10)
                with anyio.move_on_after(0.2) as waited:
                    await client.call_tool("audit", {})
                await client.list_tools()  # behind what calls it off
                calls.start_soon(client.call_tool, "levers", {})
                await client.list_tools()
                assert (waited.cancelled_caught, seen) == (True, ["size"])
                go.set()

        in_process(box, talk, "legacy")
        assert seen == ["size", "let go", "levers", "let go"]


@pytest.mark.slow
class TestOverStdio:
    def test_an_assistant_sizes_imports_and_explains_and_nothing_else_happens(self, box, tmp_path):
        async def talk(client):
            answers = [await client.call_tool("import", {"paths": ["results"], "output": "curve.yaml"})]
            answers.append(await client.call_tool("explain", {"curve": "curve.yaml", "tpm": 3e6, "sla": [50]}))
            answers.append(await client.call_tool("size", {"spec": "sizing.yaml", "emit": "report"}))
            answers.append(await client.call_tool("size", {"spec": "../sizing.yaml"}))
            return answers

        log = tmp_path / "log"
        imported, explained, sized, refused = over_stdio(box, log, talk)
        assert imported.structured_content["written"] == ["curve.yaml"]
        steps = {step["step"]: step["value"] for step in explained.structured_content["rows"][0]["steps"]}
        assert steps["GPUs to commit"] == 84  # README: 84 GPUs at 50 tok/s/user of this sweep
        assert len(sized.structured_content["rows"]) == 5
        assert "must be in the folder that was given at the start" in refused.content[0].text
        written = log.read_text().splitlines()
        # Its own self-pipe aside (a pair of sockets of the event loop), no socket; nothing opened to write but in the folder.
        assert [line for line in written if line.split()[0] not in ("open", "socket.__new__")] == []
        opened = {box / line.removeprefix("open ") for line in written if line.startswith("open ")}
        assert {path for path in opened if not path.resolve().is_relative_to(box)} <= {Path("/dev/null")}

    def test_it_ends_when_the_assistant_does(self, box):
        done = subprocess.run(
            [sys.executable, "-m", "xlsizing", "mcp", "--folder", box], input=b"no json\n", capture_output=True,
            check=False, timeout=60, env={"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert done.returncode == 0
        assert all(json.loads(line)["jsonrpc"] == "2.0" for line in done.stdout.splitlines())


class TestCommand:
    @pytest.mark.parametrize("folder", ["", "missing", "a-file"])
    def test_a_folder_must_be_one(self, capsys, tmp_path, monkeypatch, folder):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "a-file").write_text("")
        code, out, err = run(capsys, "mcp", "--folder", folder)
        assert (code, out) == (2, "")
        assert err.startswith("xlsizing: --folder must name a folder that exists (got ")

    def test_without_the_extra_it_says_what_to_install(self, capsys, tmp_path, monkeypatch):
        monkeypatch.setitem(sys.modules, "mcp", None)
        monkeypatch.setitem(sys.modules, "mcp_types", None)
        monkeypatch.delitem(sys.modules, "xlsizing.hosts.agents.server", raising=False)
        code, _, err = run(capsys, "mcp", "--folder", tmp_path)
        assert (code, err) == (2, 'xlsizing: mcp must be installed; install "xlsizing[mcp]"\n')
