"""A calibration in a sizing: its constants in place of those of public sweeps, in its own words, or refused."""

import hashlib
import json

import pytest

from xlsizing import Curve, Demand, InputError, size
from xlsizing.core.budget import bound, claim_words
from xlsizing.core.calibration import Calibration, calibration_of, calibration_text, read_calibration

CURVE = Curve([1, 10, 256], [215.5, 122.2, 41.8])
MADE = Calibration(
    method="auto",
    shares={0.90: 0.25, 0.95: 0.5, 0.99: 1.0},
    curves=96,
    date="2026-11-20",
    source="ours.csv",
    sha256="0123456789abcdef" * 4,
    scheme="first, ~10, last",
    truth="c x r",
    seed=20260720,
)


def sized(method="auto", **options):
    return size(CURVE, [50, 100, 150], Demand.tpm(3e6), gpus_per_pod=4, method=method, **options)


@pytest.fixture
def written(tmp_path):
    """Write a calibration, with fields changed, and return where."""

    def write(**changes):
        path = tmp_path / "calibration.json"
        told = json.loads(calibration_text(MADE)) | changes
        path.write_text(json.dumps({name: value for name, value in told.items() if value is not ...}), encoding="utf-8")
        return path

    return write


class TestSizing:
    def test_the_budget_rests_on_its_share(self):
        # At S = 100, auto: c* = 23.5805, T = 2,358.05; best 1,222; T^0.5 best^0.5 = 1,697.5; 50,000/(1,697.5 x 0.7) = 42.08
        assert sized(calibration=MADE).pods_budget.tolist()[1] == 43

    @pytest.mark.parametrize(("confidence", "share"), [(0.90, 0.25), (0.95, 0.5), (0.99, 1.0)])
    def test_by_confidence(self, confidence, share):
        result = sized(calibration=MADE, confidence=confidence)
        assert (result.bound.share, result.bound.calibration) == (share, MADE)

    def test_a_share_of_one_is_the_commitment(self):
        result = sized(calibration=MADE, confidence=0.99)
        assert result.pods_budget.tolist() == result.pods_high.tolist()

    def test_without_one_nothing_changes(self):
        assert sized().pods_budget.tolist() == [25, 44, 178]  # the design's worked rows
        assert sized().bound.calibration is None

    def test_one_of_another_method_is_refused(self):
        with pytest.raises(InputError) as error:
            sized("tpot", calibration=MADE)
        assert str(error.value) == (
            "calibration must be made for the sizing's method, tpot (got 'auto'); calibrate anew with method tpot, or size "
            "with auto"
        )

    def test_something_else_is_refused(self):
        with pytest.raises(InputError, match="calibration must be a Calibration"):
            sized(calibration={"0.95": 0.5})

    def test_a_method_without_public_constants_may_have_its_own(self):
        own = calibration_of(MADE.record() | {"method": "log-c"})
        assert set(sized("log-c").budget_claim.tolist()) == {"the method is log-c"}
        assert set(sized("log-c", calibration=own).budget_claim.tolist()) == {""}

    def test_what_withholds_the_claim_of_a_curve_still_does(self):
        late = Curve([32, 64, 256], [215.5, 122.2, 41.8])
        result = size(late, 100, Demand.tpm(3e6), gpus_per_pod=4, method="auto", calibration=MADE)
        assert result.budget_claim == "the first anchor is above c=16"

    def test_the_claim_names_it_in_place_of_public_sweeps(self):
        result = sized(calibration=MADE)
        words = claim_words(result.points, result.bound)
        assert words.startswith(
            f"By a calibration on 96 curves of ours.csv (SHA-256 {MADE.sha256}), 2026-11-20, method auto,"
        )
        assert "ublic sweeps" not in words
        assert claim_words(result.points, bound()).startswith("On public sweeps, ")


class TestFile:
    def test_it_comes_back_as_it_was_with_its_own_hash(self, written):
        path = written()
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        back = read_calibration(path)
        assert back.file == f"calibration.json, SHA-256 {digest}"
        assert back.record() | {"file": ""} == MADE.record()
        assert calibration_of(back.record()) == back

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"xlsizing_calibration": 2}, "calibration file must be what xlsizing calibrate writes"),
            ({"method": "spline"}, "method of the calibration must be"),
            ({"curves": 19}, "curves of the calibration must be a whole number of at least 20"),
            ({"curves": ...}, "curves of the calibration must be given (got a blank"),
            ({"date": "soon"}, "date of the calibration must be a date"),
            ({"sha256": "abc"}, "sha256 of the calibration must be 64 hexadecimal digits"),
            ({"source": 5}, "source of the calibration must be text"),
            ({"source": "two\nlines"}, "source of the calibration must be one line"),
            ({"seed": -1}, "seed of the calibration must be a whole number"),
            ({"extra": 1}, "calibration must have the fields"),
            ({"shares": {"0.95": 0.5}}, "shares of the calibration must be one for each of 0.90, 0.95, 0.99"),
            ({"shares": {"0.90": 0.5, "0.95": 1.5, "0.99": 1}}, "share at 0.95 must be from 0 to 1"),
            ({"shares": {"0.90": 0.5, "0.95": 0.4, "0.99": 1}}, "shares of the calibration must not fall"),
            ({"shares": {"0.90": "0.5", "0.95": 0.6, "0.99": 1}}, "share at 0.90 must be a number"),
            ({"shares": {"0.90": True, "0.95": 0.6, "0.99": 1}}, "share at 0.90 must be a number"),
        ],
    )
    def test_a_changed_one_is_refused_in_a_sentence(self, written, changes, sentence):
        with pytest.raises(InputError) as error:
            read_calibration(written(**changes))
        assert str(error.value).startswith(sentence)
        assert "calibration.json" in str(error.value)

    @pytest.mark.parametrize("text", ["", "[1]", "{", "NaN", "curve_id,concurrency\n", "[" * 100_000])
    def test_another_file_is_refused(self, tmp_path, text):
        path = tmp_path / "other.json"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match="calibration file must be what xlsizing calibrate writes"):
            read_calibration(path)

    def test_bytes_are_refused(self, tmp_path):
        path = tmp_path / "other.json"
        path.write_bytes(b"\xff\xfe\x00")
        with pytest.raises(InputError, match="must be what xlsizing calibrate writes"):
            read_calibration(path)
