"""The errors of xlsizing: one tree, one sentence each.

    SizingError                  everything xlsizing refuses or cannot answer
    |-- InputError (ValueError)  an input breaks a rule
    |   `-- CurveError           a measured curve breaks a rule
    `-- InfeasibleError          no measured point meets the SLA

A sentence names the input, the rule, what came, the way out where there is one, and the place:

    util must be in (0, 1] (got 80)

The class carries the exit code; the door that catches the error decides how it looks.
"""

from __future__ import annotations

from functools import partial
from numbers import Number
from typing import Any, Self

__all__ = ["BLANK", "CurveError", "InfeasibleError", "InputError", "Phrase", "SizingError", "shown"]


class SizingError(Exception):
    """Base class of every error that xlsizing raises on purpose."""

    exit_code = 2


class InputError(SizingError, ValueError):
    """An input breaks a rule; the parts of the sentence stay readable as attributes.

    Parameters
    ----------
    name : str
        The input, in the caller's words
    rule : str
        What it must be, beginning with a verb
    got : object, optional
        What came; a number out of range stays a number
    detail : str, optional
        What exactly is wrong, where `got` alone does not say it
    way_out : str, optional
        What the reader can do
    where : str, optional
        File and line, or row and column of a range
    index : tuple of int, optional
        Positions of the offending elements in the input, counted from 0 [-]

    Examples
    --------
    >>> print(InputError("util", "must be in (0, 1]", got=80))
    util must be in (0, 1] (got 80)
    """

    def __init__(
        self,
        name: str,
        rule: str,
        *,
        got: object = None,
        detail: str | None = None,
        way_out: str | None = None,
        where: str | None = None,
        index: tuple[int, ...] = (),
    ) -> None:
        self.name, self.rule, self.got, self.detail = name, rule, got, detail
        self.way_out, self.where, self.index = way_out, where, index
        super().__init__(self._sentence())

    def placed(self, where: str) -> Self:
        """Return the same error, naming the place `where` the input stands."""
        return self.reworded(where=where)

    def reworded(self, **parts: Any) -> Self:
        """Return the same error with some `parts` in the words of another door.

        >>> print(InputError("util", "must be in (0, 1]", got=80).reworded(name="--util"))
        --util must be in (0, 1] (got 80)
        """
        changed = {"name": self.name, "rule": self.rule, **self._sentence_parts()} | parts
        return type(self)(changed.pop("name"), changed.pop("rule"), **changed)

    def _sentence(self) -> str:
        sentence = f"{self.name} {self.rule}"
        place = self.where
        if self.got is not None:
            sentence += f" (got {shown(self.got, digits=15)}{f' in {place}' if place else ''})"
            place = None
        if self.detail:
            sentence += f": {self.detail}"
        if self.way_out:
            sentence += f"; {self.way_out}"
        return sentence + (f" ({place})" if place else "")

    def _sentence_parts(self) -> dict[str, Any]:
        return {part: getattr(self, part) for part in ("got", "detail", "way_out", "where", "index")}

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions pickle their positional arguments only; ours are keywords.
        return partial(type(self), **self._sentence_parts()), (self.name, self.rule)


class CurveError(InputError):
    """A measured curve breaks a rule of a valid curve."""


class InfeasibleError(SizingError):
    """No measured point meets the SLA.

    Only doors that must give one number raise it; the core answers ``feasible=False``.

    Parameters
    ----------
    sla : float
        The interactivity asked for [tok/s/user]
    fastest : float
        The best interactivity measured [tok/s/user]
    concurrency : float
        Where that was measured [requests/replica]
    side : str, optional
        Which of two curves falls short, where two are compared
    late : tuple of (str, float, float), optional
        Waits that even this point does not meet: what is waited for, the limit and what was measured [s]
    slow : bool
        Whether the SLA is missed; not, where `late` waits alone are

    Examples
    --------
    >>> print(InfeasibleError(300, 215.5, 1))
    300 tok/s/user cannot be met: the fastest measured point is 215.5 at c=1; relax the SLA or take a faster model
    >>> print(InfeasibleError(40, 215.5, 1, late=(("TTFT", 0.05, 0.1),), slow=False))
    TTFT 0.05 s cannot be met: at the first measured point, c=1, it is 0.1 s, 2 times that; relax the limit or take a faster model
    """

    exit_code = 3

    def __init__(
        self,
        sla: float,
        fastest: float,
        concurrency: float,
        side: str | None = None,
        late: tuple[tuple[str, float, float], ...] = (),
        slow: bool = True,
    ) -> None:
        self.sla, self.fastest, self.concurrency, self.side, self.late = sla, fastest, concurrency, side, late
        self.slow = slow
        missed = [f"{shown(sla)} tok/s/user"] if slow else []
        missed += [f"{label} {shown(limit)} s" for label, limit, _ in late]
        sentence = f"{' and '.join(missed)} cannot be met: {self._reason_words(said=True)}"
        super().__init__(f"{side}: {sentence}" if side else sentence)

    def reason(self) -> str:
        """Return why the SLA or a limit cannot be met and what to change; it names the wait, as it may stand alone."""
        return self._reason_words(said=False)

    def _reason_words(self, *, said: bool) -> str:
        """Return the reason; where one wait alone is missed and `said` before, it is not named again."""
        reasons = [self._too_slow()] if self.slow else []
        short = said and len(self.late) == 1 and not self.slow
        return "; ".join([*reasons, *(self._too_late("it" if short else label, *had) for label, *had in self.late)])

    def _too_late(self, name: str, limit: float, had: float) -> str:
        c = shown(self.concurrency)
        begin = f"at the first measured point, c={c}, {name} is {shown(had)} s, {_times(had / limit)} times that"
        if self.concurrency > 1:
            return f"{begin}; concurrency below {c} was not measured: measure c=1 or relax the limit"
        return f"{begin}; relax the limit or take a faster model"

    def _too_slow(self) -> str:
        fastest, c = shown(self.fastest), shown(self.concurrency)
        if self.concurrency > 1:
            return (
                f"above the fastest measured point, {fastest} at c={c}; "
                f"concurrency below {c} was not measured: measure c=1 or relax the SLA"
            )
        return f"the fastest measured point is {fastest} at c={c}; relax the SLA or take a faster model"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.sla, self.fastest, self.concurrency, self.side, self.late, self.slow)


def _times(ratio: float) -> str:
    """Return a ratio above 1 in three digits, or in as many as tell it from 1."""
    return next((text for digits in (3, 5, 8) if (text := f"{ratio:.{digits}g}") != "1"), f"{ratio:.12g}")


def shown(value: object, *, digits: int = 10) -> str:
    """Return `value` as a sentence shows it: text quoted, numbers to so many significant `digits` [-].

    >>> shown(80.0), shown(1 / 3), shown("80"), shown("x" * 99)
    ('80', '0.3333333333', "'80'", "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...")
    """
    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):  # numpy's is not Python's
        return str(value).upper()
    if isinstance(value, Number):
        try:
            return f"{value:.{digits}g}"
        except OverflowError:
            return "a number beyond floating point"
        except (TypeError, ValueError):  # numbers that do not format as such: a fraction, a time span
            pass
    # What numpy writes around a scalar differs from release to release; its text does not.
    scalar = type(value).__module__ == "numpy" and getattr(value, "ndim", None) == 0
    written = str(value) if scalar or isinstance(value, Phrase) else repr(value)
    text = " ".join(line.strip() for line in written.splitlines())
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "..."


class Phrase(str):
    """Words of ours inside a sentence, shown without quotation marks."""

    __slots__ = ()


BLANK = Phrase("a blank")
_LONGEST_SHOWN = 41
