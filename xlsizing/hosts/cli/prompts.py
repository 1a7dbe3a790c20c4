"""Questions at the terminal: each with its unit and its default, asked again until its answer is right."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.prompt import InvalidResponse, PromptBase
from rich.text import Text

from xlsizing.errors import InputError, SizingError
from xlsizing.hosts.cli.declaring import flag
from xlsizing.hosts.cli.output import one_line
from xlsizing.hosts.cli.questions import Answers, Question

__all__ = ["asked"]


class _Prompt(PromptBase[Any]):
    """The prompt of one question."""

    def __init__(self, question: Question, answers: Answers, words: Text) -> None:
        super().__init__(words, console=Console(highlight=False), show_default=False, show_choices=False)
        self._question, self._answers = question, answers

    def process_response(self, value: str) -> Any:
        """Return what the typed `value` says; a refusal is printed, and the question asked again."""
        try:
            return self._question.answer(value, self._question.name, self._answers)
        except SizingError as error:
            raise InvalidResponse(Text(f"  {one_line(str(self._worded(error)))}", style="red")) from None

    def _worded(self, error: SizingError) -> SizingError:
        """Return `error` with the flags that say how a curve is read, which are no questions, called as they are here."""
        if not isinstance(error, InputError) or error.way_out is None:
            return error
        way_out = error.way_out
        for name in self._answers.how:
            way_out = way_out.replace(name, flag(name))
        return error.reworded(way_out=way_out)


def asked(question: Question, answers: Answers) -> Any:
    """Return the answer to a `question` after the `answers` before, as somebody types it."""
    words = Text(f"{question.words} [{question.unit}]")
    default = question.default_after(answers)
    if default is not None:
        words.append(f" ({default or question.nothing})", style="cyan")
    return _Prompt(question, answers, words)()
