"""How flags are declared: alone, or in groups that a command gets as one value; and which of them go together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import field, fields
from functools import wraps
from typing import Any, Final, TypeVar

import click
from click.core import ParameterSource

from xlsizing.errors import Phrase
from xlsizing.hosts.cli.typed import FILE, Typed, called
from xlsizing.refusing import refuse

__all__ = [
    "OR_SPEC",
    "Declaration",
    "OnceEach",
    "exactly_one",
    "flag",
    "group",
    "needed",
    "only_with",
    "option",
    "shared",
    "spec_flag",
    "switch",
    "takes",
    "was_given",
]

Command = Callable[..., Any]
Declaration = Callable[[Command], Command]
_Value = TypeVar("_Value")


def takes(name: str, read: Typed | None, metavar: str, words: str, to: str = "", **more: Any) -> Declaration:
    """Return the declaration of the flag `name`, whose value the help calls `metavar` and of which it says `words`.

    Its text is `read`, where it does not stay as it is, for the parameter `to`, where that is not called as the flag;
    `more` are click's attributes, among them the text that is read where the flag is left out.
    """
    names = filter(None, (name, to))
    return click.option(*names, type=read, metavar=metavar, help=words, show_default="default" in more, **more)


def switch(name: str, words: str, to: str = "") -> Declaration:
    """Return the declaration of the flag `name` that takes no value, of which the help says `words`; `to` as in `takes`."""
    return click.option(*filter(None, (name, to)), is_flag=True, help=words)


def option(*given: Any, **more: Any) -> Any:
    """Return a field of a group: a flag that takes a value, with what is `given` and `more` as in `takes`."""
    return shared(takes(*given, **more))


def shared(declare: Declaration) -> Any:
    """Return a field of a group: the option that other commands `declare` alone."""
    return field(metadata={"declare": declare})


def group(name: str, kind: type[Any]) -> Declaration:
    """Return what declares the options of a dataclass `kind` on a command, which gets one of it as its argument `name`."""

    def declare(command: Command) -> Command:
        @wraps(command)
        def gathering(**values: Any) -> Any:
            own = {each.name: values.pop(each.name) for each in fields(kind)}
            return command(**values, **{name: kind(**own)})

        for each in reversed(fields(kind)):
            gathering = each.metadata["declare"](gathering)
        return gathering

    return declare


def flag(name: str) -> str:
    """Return the flag of the parameter `name`.

    >>> flag("gpus_per_pod")
    '--gpus-per-pod'
    """
    return f"--{name.replace('_', '-')}"


def exactly_one(given: Mapping[str, _Value | None]) -> tuple[str, _Value]:
    """Return the one of `given` whose value is not None, its name and its value, and refuse none or several."""
    found = [(name, value) for name, value in given.items() if value is not None]
    if len(found) != 1:
        got = " and ".join(flag(name) for name, _ in found) or "none"
        refuse(f"exactly one of {', '.join(map(flag, given))}", "must be given", got=Phrase(got))
    return found[0]


OR_SPEC: Final = ", or a sizing file named with --spec"
"""How a refusal goes on where a sizing file may say it too."""


def needed(value: _Value | None, name: str, more: str = "") -> _Value:
    """Return the `value` of the flag `name`, which has no default; the refusal goes on with `more` words."""
    if value is None:
        refuse(name, f"must be given{more}")
    return value


def was_given(name: str) -> bool:
    """Tell whether the parameter `name` of the command that runs was given rather than left at its default."""
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE


def only_with(other: str, names: Collection[str]) -> None:
    """Refuse each flag of `names`, as the command calls them, that was given: it says how the flag `other` is read."""
    for each in click.get_current_context().command.params:
        if each.name in names and was_given(each.name):
            refuse(each.opts[0], f"must be given with {other}, and only with it")


class OnceEach(click.Command):
    """A command that refuses an option of one value where it is given twice."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Return the words of `args` that belong to no option, with the values of the others in `ctx`."""
        _, _, order = self.make_parser(ctx).parse_args(list(args))
        for each, times in Counter(order).items():
            if times > 1 and isinstance(each, click.Option) and not (each.multiple or each.is_flag):
                refuse(
                    called(each), "must be given once", got=Phrase(f"{times} of them"), way_out="leave one of them out"
                )
        return super().parse_args(ctx, args)


def spec_flag(words: str, *beside: str) -> Declaration:
    """Return the declaration of --spec, of which the help says `words`; the parameters `beside` may be given too."""
    return click.option("--spec", cls=_SpecOption, type=FILE, metavar="FILE", is_eager=True, help=words, beside=beside)


class _SpecOption(click.Option):
    """--spec: the file alone says what is sized, so that other flags are refused before they are read."""

    def __init__(self, *names: Any, beside: Collection[str], **attributes: Any) -> None:
        super().__init__(*names, **attributes)
        self._beside = {*beside, "spec", "allow_outside"}

    def handle_parse_result(
        self, ctx: click.Context, opts: Mapping[str, Any], args: list[str]
    ) -> tuple[Any, list[str]]:
        flags = {each.name: each.opts[0] for each in ctx.command.params}
        others = [name for name in opts if name in flags and name not in self._beside]
        if "spec" in opts and others:
            refuse(flags[others[0]], "must not be given beside --spec", way_out="change the sizing file instead")
        return super().handle_parse_result(ctx, opts, args)
