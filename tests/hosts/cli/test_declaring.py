"""Flags alone and in groups: one typed value a group, in the order of its fields; what a command cannot do is said first."""

from dataclasses import dataclass

import click
import pytest

from xlsizing.errors import InputError
from xlsizing.hosts.cli.declaring import OnceEach, exactly_one, group, needed, option, shared, spec_flag, switch, takes
from xlsizing.hosts.cli.typed import FOLDER, NUMBER, SHARE, one_of, whole_number


@dataclass(frozen=True)
class Pair:
    pods: int = option("--pods", whole_number(1, 8), "N", "How many.", default="2")
    share: float | None = option("--part", SHARE, "SHARE", "Which part.", to="share")
    quick: bool = shared(switch("--quick", "At once."))


@click.command(cls=OnceEach)
@takes("--before", NUMBER, "N", "First.")
@group("pair", Pair)
@spec_flag("A file.", "before")
def command(*, before, pair, spec):
    """Hand back what was handed over."""
    return before, pair, spec


def called(*words):
    return command.main(list(words), standalone_mode=False)


def test_a_group_is_one_value_and_the_rest_stays_named():
    assert called("--part", "0.5", "--before", "3e6") == (3e6, Pair(2, 0.5, quick=False), None)
    assert called("--pods", "8", "--quick") == (None, Pair(8, None, quick=True), None)


def test_the_help_keeps_the_order_of_the_declarations():
    with click.Context(command) as context:
        told = command.get_help(context)
    at = [
        told.index(words)
        for words in ("--before N ", "--pods N ", "[default: 2]", "--part SHARE ", "--quick ", "--spec FILE ")
    ]
    assert at == sorted(at)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--pods", "9"], "--pods must be a whole number from 1 to 8 (got 9)"),
        (["--part", "70%"], "--part must be a number (got '70%'); write 0.7"),
        (["--pods", "1", "--pods", "x"], "--pods must be given once (got 2 of them); leave one of them out"),
        (["--before", "x", "--pods", "x", "--spec", "f"], "--pods must not be given beside --spec; change the sizing file instead"),
        (["--spec", "f", "--quick"], "--quick must not be given beside --spec; change the sizing file instead"),
    ],
)  # fmt: skip
def test_one_sentence(words, sentence):
    with pytest.raises(InputError) as error:
        called(*words)
    assert str(error.value) == sentence


def test_what_may_stand_beside_a_file_does():
    assert called("--spec", "f", "--before", "1") == (1, Pair(2, None, quick=False), "f")


def test_a_value_that_was_made_stays():
    assert (NUMBER.convert(7, None, None), one_of(["a"]).convert("a", None, None)) == (7, "a")
    with pytest.raises(InputError, match="must name a directory"):
        FOLDER.convert(" ", None, None)


def test_the_one_that_is_given():
    assert exactly_one({"a_b": None, "c": 0}) == ("c", 0)
    assert needed(0, "--c") == 0
    with pytest.raises(InputError, match=r"^exactly one of --a-b, --c must be given \(got --a-b and --c\)$"):
        exactly_one({"a_b": 1, "c": 2})
    with pytest.raises(InputError, match=r"^--c must be given with --d$"):
        needed(None, "--c", " with --d")
