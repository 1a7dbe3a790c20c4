"""The tools of the MCP server: each a command of the command line, with typed inputs, and its JSON as the result.

Inputs are the command's own flags, so that both doors take the same and refuse it in the same sentence.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from xlsizing.checks import refuse
from xlsizing.core import FIGURES
from xlsizing.errors import BLANK, InfeasibleError, InputError, Phrase
from xlsizing.hosts.agents.tool_results import result_schema
from xlsizing.hosts.cli.main import command_named, outcome
from xlsizing.hosts.cli.output import kept_json, one_line
from xlsizing.reading import confined_to

__all__ = ["TOOLS", "Answer", "Tool", "called"]

_NO_INPUTS: Final = ("as_json", "allow_outside")
"""Flags that are no inputs: every tool answers in JSON, and no caller opens another folder."""

_UNMET: Final = InfeasibleError.exit_code
_OLD_FIGURES: Final = tuple(
    figure.key or name for name, figure in FIGURES.items() if figure.oldest and not figure.known_if_infeasible
)

_NUMBER: Final = {"type": "number"}
_WHOLE: Final = {"type": "integer"}
_TEXT: Final = {"type": "string"}
_FILES: Final = ("PATH", "PATH...", "FILE", "FILE.xlsx", "FILE.yaml")
"""What the help calls the name of a file."""

_SHAPES: Final[dict[str, dict[str, Any]]] = {
    **dict.fromkeys(("N", "S", "SHARE", "USD", "MW", "KW", "X", "C", "B", "GB"), _NUMBER),
    "S,S,...": {"type": "array", "items": _NUMBER, "minItems": 1},
    "S[,S...]": {"type": "array", "items": {"type": ["number", "null"]}, "minItems": 1},
    "C:R[:T[:TTFT[:TTFO]]],...": {
        "type": "array",
        "items": {"type": "array", "items": {"type": ["number", "null"]}, "minItems": 2, "maxItems": 5},
        "minItems": 1,
    },
    "FACTOR:MONTHS": {"type": "string", "pattern": "^[^:]+:[^:]+$"},
    **dict.fromkeys(("TEXT", "NAME", "FIELD", "A1:D9", "DIR", *_FILES), _TEXT),
}
"""The JSON schema of an input by what the help calls its value."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool.

    Parameters
    ----------
    name : str
        That of its command
    about : str
        What it is for, and what its result may not be used for
    writes : bool
        Whether it may write files
    """

    name: str
    about: str
    writes: bool = False

    @property
    def inputs(self) -> dict[str, Any]:
        """The JSON schema of its inputs."""
        options = list(_options(self.name))
        needed = [each.name for each in options if each.required]
        schema: dict[str, Any] = {"type": "object", "properties": {each.name: _shape(each) for each in options}}
        return schema | {"required": needed, "additionalProperties": False}

    @property
    def result(self) -> dict[str, Any]:
        """The JSON schema of its result."""
        return result_schema(self.name)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call gives.

    Parameters
    ----------
    record : dict or None
        The result; None where the call was refused
    sentences : tuple of str
        Why it was refused, as the command line says it
    """

    record: dict[str, Any] | None
    sentences: tuple[str, ...] = ()


_QUOTE: Final = "Quote only the figure that `quote` names; a row that is not feasible has none. DRAFT is no VERDICT: pass its reasons on."

TOOLS: Final = {
    tool.name: tool
    for tool in (
        Tool(
            "size",
            "GPUs and dollars for an interactivity SLA (output tok/s that each user sees) and a demand, from a measured "
            f"curve. {_QUOTE}",
            writes=True,
        ),
        Tool(
            "explain",
            f"How the GPUs of an SLA come about: steps, what binds, why DRAFT, what would change it. {_QUOTE}",
        ),
        Tool("audit", "Whether a claim of pods or GPUs, such as 18 pods for 3,000,000 TPM, holds on a measured curve."),
        Tool(
            "levers",
            "The optimisation levers of a sizing file, ranked. Each alone: gains are never multiplied together.",
        ),
        Tool("rightsize", "Which tensor-parallel size a model needs: a rule of thumb, to be verified with an A/B."),
        Tool("capacity", "What GPUs, nodes, dollars or megawatts carry at an SLA, and the best SLA for a demand."),
        Tool("import", "A curve file, with its measurement context, out of results of a benchmark tool.", writes=True),
    )
}
"""Every tool by its name."""


def called(name: str, given: Mapping[str, Any], folder: Path) -> Answer:
    """Return what the tool `name` answers to what is `given`, with files in `folder` alone.

    Nothing is printed: standard output may be the protocol's.
    """
    if name not in TOOLS:
        return Answer(None, (f"{one_line(name)} is no tool of xlsizing; there are {', '.join(TOOLS)}",))
    try:
        words = [name, "--json", *_arguments(name, given)]
    except InputError as error:
        return Answer(None, (str(error),))
    with kept_json() as kept, confined_to(folder), redirect_stdout(sys.stderr):
        code, sentences = outcome(words)
    if code not in (0, _UNMET) or not kept:
        return Answer(None, tuple(sentences) or ("nothing was answered",))
    return Answer(_without_unmet_figures(kept[-1]))


def _without_unmet_figures(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record that holds no figure of a row that cannot be met; scripts of old read those of the first anchor."""
    for row in record.get("rows", ()):
        if not row["feasible"]:
            row.update({name: None for name in _OLD_FIGURES if name in row})
    return record


def _options(name: str) -> Iterator[click.Parameter]:
    """Yield the parameters of a command that a tool takes."""
    for parameter in command_named(name).params:
        if parameter.name not in _NO_INPUTS:
            yield parameter


def _shape(parameter: click.Parameter) -> dict[str, Any]:
    """Return the JSON schema of one input."""
    words: dict[str, Any] = {"description": help_} if (help_ := getattr(parameter, "help", None)) else {}
    whole = getattr(parameter.type, "whole", False)
    if isinstance(parameter.default, str) and parameter.default:
        words["default"] = int(parameter.default) if whole else _value(parameter.default)
    if isinstance(parameter, click.Option) and parameter.is_flag:
        return {"type": "boolean", **words}
    metavar = parameter.metavar or ""
    if "|" in metavar and "," not in metavar:
        choices = [_value(text) for text in metavar.split("|")]
        return {"enum": choices, **words}
    shape = _WHOLE if whole else _SHAPES[metavar]
    if parameter.nargs == -1 or getattr(parameter, "multiple", False):
        shape = {"type": "array", "items": shape}
    return shape | words


def _value(text: str) -> Any:
    """Return one of the values that the help lists: a number where it looks like one."""
    return float(text) if text.replace(".", "", 1).isdigit() else text


def _arguments(name: str, given: Mapping[str, Any]) -> list[str]:
    """Return what was `given` as the words of a command line; a null is what many clients send for what is left out."""
    known = {each.name: each for each in _options(name)}
    flags, words = [], []
    for key, value in given.items():
        parameter = known.get(key)
        if parameter is None:
            refuse(one_line(key), f"must be an input of {name}", way_out=f"there are {', '.join(known)}")
        elif value is None:
            continue
        elif isinstance(parameter, click.Argument):
            words += [_text(each) for each in _checked(parameter, key, _listed(value))]
        else:
            flags += _flag(parameter, value)
    return [*flags, *(("--", *words) if words else ())]


def _flag(parameter: click.Parameter, value: Any) -> list[str]:
    option = max(parameter.opts, key=len)
    if getattr(parameter, "is_flag", False):
        if not isinstance(value, bool):
            refuse(option, "must be true or false", got=value)
        return [option] if value else []
    if getattr(parameter, "multiple", False):
        return [f"{option}={_text(each)}" for each in _listed(value)]
    if value == []:
        refuse(
            option, "must list something", got=Phrase("an empty list"), way_out="leave it out where there is nothing"
        )
    return [f"{option}={_text(each)}" for each in _checked(parameter, option, [value])]


def _checked(parameter: click.Parameter, name: str, values: list[Any]) -> list[Any]:
    """Return `values` of the `parameter`, called `name` in the sentence, and refuse a blank that is to name a file."""
    if parameter.metavar in _FILES and any(not _text(each).strip() for each in values):
        refuse(name, "must name a file", got=BLANK)
    return values


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any, joined_by: str = ",") -> str:
    """Return a value as the command line writes it: numbers in full, a null as a blank."""
    if isinstance(value, list):
        return joined_by.join(_text(each, ":") for each in value)
    if value is None:
        return ""
    return value if isinstance(value, str) else repr(value)
