"""The errors: one tree, one sentence each, and fields that survive a process boundary."""

import copy
import pickle
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from xlsizing import Curve, CurveError, InfeasibleError, InputError, SizingError
from xlsizing.errors import BLANK, Phrase, shown

PARTS = {
    "got": 80,
    "detail": "80 of 100",
    "way_out": "divide by 100",
    "where": "sizing.csv, line 3",
    "index": (1, 2),
}


class TestTree:
    @pytest.mark.parametrize(
        ("kind", "base", "exit_code"),
        [
            (InputError, SizingError, 2),
            (InputError, ValueError, 2),
            (CurveError, InputError, 2),
            (InfeasibleError, SizingError, 3),
            (SizingError, Exception, 2),
        ],
    )
    def test_bases_and_exit_codes(self, kind, base, exit_code):
        assert issubclass(kind, base)
        assert kind.exit_code == exit_code

    def test_an_sla_that_cannot_be_met_is_no_bad_input(self):
        assert not issubclass(InfeasibleError, ValueError)


class TestSentence:
    # Name, rule, what came, detail, way out, place: in this order, each only where it is known.
    @pytest.mark.parametrize(
        ("parts", "sentence"),
        [
            pytest.param({}, "util must be in (0, 1]", id="bare"),
            pytest.param({"got": 80}, "util must be in (0, 1] (got 80)", id="got"),
            pytest.param({"got": 0}, "util must be in (0, 1] (got 0)", id="got-nothing-but-zero"),
            pytest.param({"got": "80"}, "util must be in (0, 1] (got '80')", id="got-text"),
            pytest.param({"got": True}, "util must be in (0, 1] (got TRUE)", id="got-boolean"),
            pytest.param({"got": BLANK}, "util must be in (0, 1] (got a blank)", id="got-blank"),
            pytest.param({"got": 80, "where": "B2"}, "util must be in (0, 1] (got 80 in B2)", id="got-where"),
            pytest.param({"where": "B2"}, "util must be in (0, 1] (B2)", id="where"),
            pytest.param({"detail": "80 of 100"}, "util must be in (0, 1]: 80 of 100", id="detail"),
            pytest.param({"way_out": "write 0.8"}, "util must be in (0, 1]; write 0.8", id="way-out"),
            pytest.param(
                PARTS,
                "util must be in (0, 1] (got 80 in sizing.csv, line 3): 80 of 100; divide by 100",
                id="all-parts",
            ),
        ],
    )
    def test_known_sentences(self, parts, sentence):
        assert str(InputError("util", "must be in (0, 1]", **parts)) == sentence

    def test_placed_adds_the_place_and_keeps_the_rest(self):
        error = CurveError("util", "must be in (0, 1]", **PARTS).placed("Inputs!B2")
        assert type(error) is CurveError
        assert str(error) == "util must be in (0, 1] (got 80 in Inputs!B2): 80 of 100; divide by 100"
        assert {name: getattr(error, name) for name in PARTS} == PARTS | {"where": "Inputs!B2"}


class TestInfeasibleError:
    @pytest.mark.parametrize(
        ("concurrency", "sentence"),
        [
            pytest.param(
                1,
                "300 tok/s/user cannot be met: the fastest measured point is 215.5 at c=1; "
                "relax the SLA or take a faster model",
                id="c=1-measured",
            ),
            pytest.param(
                8,
                "300 tok/s/user cannot be met: above the fastest measured point, 215.5 at c=8; "
                "concurrency below 8 was not measured: measure c=1 or relax the SLA",
                id="c=1-not-measured",
            ),
        ],
    )
    def test_known_sentences(self, concurrency, sentence):
        assert str(InfeasibleError(300.0, 215.5, concurrency)) == sentence

    def test_reason_is_the_sentence_without_the_sla(self):
        error = InfeasibleError(300.0, 215.5, 8.0)
        assert str(error) == f"300 tok/s/user cannot be met: {error.reason()}"


class TestProcessBoundary:
    @pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])  # noqa: S301  # our own bytes
    @pytest.mark.parametrize(
        "error",
        [
            InputError("util", "must be in (0, 1]", **PARTS),
            InputError("util", "must be a number", got=BLANK),
            CurveError("tok/s/user", "must not rise with concurrency", **PARTS),
            InfeasibleError(300.0, 215.5, 1.0),
            SizingError("anything else"),
        ],
        ids=lambda error: type(error).__name__,
    )
    def test_type_sentence_and_fields_survive(self, error, copied):
        other = copied(error)
        assert type(other) is type(error)
        assert str(other) == str(error)
        assert vars(other) == vars(error)

    def test_a_refusal_of_the_core_survives(self):
        with pytest.raises(CurveError) as caught:
            Curve([1, 8], [100, 200])
        other = pickle.loads(pickle.dumps(caught.value))  # noqa: S301  # our own bytes
        assert (other.name, other.index) == ("tok/s/user", (0, 1))


class TestShown:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (80, "80"),
            (80.0, "80"),
            (1e15, "1e+15"),
            (3_000_000, "3000000"),
            (1 / 3, "0.3333333333"),
            (Decimal("8.60"), "8.60"),
            (np.float64(0.1) + 0.2, "0.3"),
            (np.int64(4), "4"),
            (float("nan"), "nan"),
            (True, "TRUE"),
            (False, "FALSE"),
            ("80", "'80'"),
            ("", "''"),
            (None, "None"),
            (Phrase("a blank"), "a blank"),
            (Fraction(1, 3), "Fraction(1, 3)"),
            (10**400, "a number beyond floating point"),
            (np.timedelta64(5, "s"), "5 seconds"),
            (np.zeros((2, 2)), "array([[0., 0.], [0., 0.]])"),
            ("x" * 39, "'" + "x" * 39 + "'"),  # 41 characters with the quotes: the longest shown whole
            ("x" * 40, "'" + "x" * 37 + "..."),
            ("a\nb", r"'a\nb'"),
        ],
    )
    def test_known_texts(self, value, text):
        assert shown(value) == text
