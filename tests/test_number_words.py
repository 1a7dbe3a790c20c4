"""What to write instead of a text that is no number: expected words written by hand, and what they say is readable."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command_line import run
from xlsizing.checks import number_in_text
from xlsizing.number_words import instead_of

GENERAL = "write 3000000 or 3e6, without separators or units"
SHARE = "write a share such as 0.7"


class TestInsteadOf:
    @pytest.mark.parametrize(
        ("text", "words", "of_a_share"),
        [
            ("70%", "write 70, without %", "write 0.7"),
            ("2.5 %", "write 2.5, without %", "write 0.025"),
            ("2,10", "write 2.10, with a decimal point", ...),
            ("0,7", "write 0.7, with a decimal point", ...),
            ("0,125", "write 0.125, with a decimal point", ...),
            ("3,000", "write 3000, or 3.000 if that is meant", ...),
            ("3,000,000", "write 3000000, without separators", ...),
            ("3 000 000", "write 3000000, without separators", ...),
            ("3'000'000", "write 3000000, without separators", ...),
            ("3.000.000,5", "write 3000000.5, without separators", ...),
            ("3,000.5", "write 3000.5, without separators", ...),
            ("3M", "write 3e6", ...),
            ("2.5 million", "write 2.5e6", ...),
            ("50k", "write 50e3", ...),
            ("$2.10", "write 2.10, without units", ...),
            ("2,10 EUR", "write 2.10, without units", ...),
            ("50 tok/s", "write 50, without units", ...),
            ("4x", "write 4, without units", ...),
            ("-5 GPUs", "write -5, without units", ...),
            ("1,215,5", GENERAL, SHARE),
            ("7o", GENERAL, SHARE),
            ("1/2", GENERAL, SHARE),
            ("12:30", GENERAL, SHARE),
            ("--5", GENERAL, SHARE),
            ("1 2", GENERAL, SHARE),
            ("fast", None, None),
            ("", None, None),
        ],
    )
    def test_words(self, text, words, of_a_share):
        assert instead_of(text) == words
        assert instead_of(text, share=True) == (words if of_a_share is ... else of_a_share)

    @given(st.text("0123456789.,' -+%kMe$€", max_size=12))
    def test_what_it_says_to_write_can_be_read(self, text):
        words = instead_of(text, share=True)
        for number in re.findall(r"(?:write|or) ([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)", words or ""):
            number_in_text(number.rstrip("."), "x")


class TestInCommands:
    @pytest.mark.parametrize(
        ("flag", "text", "words"),
        [
            ("--util", "70%", "; write 0.7"),
            ("--pool-rises", "2 %", "; write 0.02"),
            ("--gpu-hourly-usd", "2,10", "; write 2.10, with a decimal point"),
            ("--gpus-per-pod", "4x", "; write 4, without units"),
            ("--spare", "one", ""),
        ],
    )
    def test_the_sentence_fits_the_option(self, capsys, flag, text, words):
        flags = {"--anchors": "1:215.5", "--sla": 20, "--tpm": 3e6, "--gpus-per-pod": 4} | {flag: text}
        outcome = run(capsys, "size", *(each for pair in flags.items() for each in pair))
        assert outcome == (2, "", f"xlsizing: {flag} must be a number (got '{text}'){words}\n")
