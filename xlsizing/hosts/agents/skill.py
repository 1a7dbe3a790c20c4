"""SKILL.md: what an assistant is to know before it sizes; its figures and words are the tool's own."""

from __future__ import annotations

import re
from importlib import resources
from string import Template
from typing import Final

from xlsizing.core import BUDGET, COMMIT, MEASURE_FIRST, NO_CLAIM
from xlsizing.errors import InfeasibleError
from xlsizing.reports import CANNOT_BE_MET
from xlsizing.rules import (
    ASSUMED_USD_PER_GPU_HOUR,
    DEFAULT_CONFIDENCE,
    DEFAULT_UTIL,
    DRAFT,
    HOURS_PER_MONTH,
    SWEEP,
    TOKENS_OFF,
    VERDICT,
)

__all__ = ["rules_text", "skill_text"]

_WORDS: Final = {
    "draft": DRAFT,
    "verdict": VERDICT,
    "sweep": ", ".join(map(str, SWEEP)),
    "util": f"{DEFAULT_UTIL:.2f}",
    "price": f"{ASSUMED_USD_PER_GPU_HOUR:.2f}",
    "hours": HOURS_PER_MONTH,
    "confidence": f"{100 * DEFAULT_CONFIDENCE:.0f}",
    "tokens_off": f"{100 * TOKENS_OFF:.0f}",
    "budget": BUDGET,
    "commit": COMMIT,
    "measure_first": MEASURE_FIRST,
    "no_claim": NO_CLAIM,
    "cannot_be_met": CANNOT_BE_MET,
    "assumed": "assumed",
    "unmet": InfeasibleError.exit_code,
}
_CLI: Final = ("\0", "\1")
"""Marks around what holds on the command line alone, $cli and $end in the template."""

_FLAG: Final = re.compile(r"`--([a-z-]+)`")
_RULES: Final = ("How to read an answer", "Never")
"""The sections that hold for who calls tools rather than commands too."""


def skill_text() -> str:
    """Return SKILL.md, in Markdown."""
    return _filled("", "")


def rules_text() -> str:
    """Return the sections of SKILL.md on reading answers and on what never to do, for who calls tools.

    What holds on the command line alone is left out; a flag is called as the input that it is there.
    """
    begin, end = _CLI
    text = re.sub(f"{begin}.*?{end}", "", _filled(begin, end), flags=re.DOTALL)
    sections = re.split(
        r"^(?=## )", _FLAG.sub(lambda found: f"`{found[1].replace('-', '_')}`", text), flags=re.MULTILINE
    )
    return "".join(section for section in sections if section.startswith(tuple(f"## {name}\n" for name in _RULES)))


def _filled(cli: str, end: str) -> str:
    """Return the template with its words, and these marks around what holds on the command line alone."""
    text = resources.files("xlsizing").joinpath("examples", "SKILL.md").read_text(encoding="utf-8")
    return Template(text).substitute(_WORDS, cli=cli, end=end)
