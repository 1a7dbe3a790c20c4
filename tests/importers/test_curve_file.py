"""The curve file: what is written is read back to the last digit, by every door; what was changed badly is refused."""

import pytest

from tests.importers import results
from xlsizing import InputError
from xlsizing.importers import read_curve
from xlsizing.importers.curve_file import curve_text


@pytest.fixture
def written(imported, tmp_path):
    """Return the curve file of these results, and the curve that it was written from."""

    def written(files, **options):
        made = imported(files, **options)
        file = tmp_path / "curve.yaml"
        file.write_text(curve_text(made))
        return file, made

    return written


@pytest.mark.parametrize("name", list(results.FILES))
def test_it_is_read_back_to_the_last_digit(written, name):
    file, made = written(results.files(name))
    again = read_curve(file)
    assert again.concurrency.tolist() == made.curve.concurrency.tolist()
    assert again.tok_s_per_user.tolist() == made.curve.tok_s_per_user.tolist()
    assert again.output_tok_s.tolist() == made.curve.output_tok_s.tolist()
    assert (again.ttft_s is None) == (made.curve.ttft_s is None)
    assert again.ttft_s is None or again.ttft_s.tolist() == made.curve.ttft_s.tolist()
    assert again.context == made.context
    assert again.notes == made.curve.notes
    assert (again.cautions, again.measured_gpus) == (made.curve.cautions, made.gpus_per_pod)


def test_pooling_is_kept(written):
    files = results.files("table")
    text = files["anchors.csv"].replace("32,16.0,0.4,1616.0", "32,7.95,0.4,1616.0")
    file, made = written({"anchors.csv": text}, pool_rises=0.01)
    assert made.curve.pooled_share == pytest.approx(0.0031, abs=2e-4)
    assert read_curve(file).tok_s_per_user.tolist() == made.curve.tok_s_per_user.tolist()
    assert read_curve(file).measured_tok_s_per_user.tolist() == made.curve.measured_tok_s_per_user.tolist()


def test_each_point_has_its_source(written):
    file, _ = written(results.files("vllm"))
    assert file.read_text().count('"source": "run-') == 4
    assert file.read_text().count('"sha256": "') == 4


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("xlsizing_curve: 1", "xlsizing_curve: 2", "xlsizing_curve must be 1 (got 2 in curve.yaml)"),
        ("anchors:", "ankers:", "curve file must have the fields"),
        ("[1.0, 200.0", "[1.0, -200.0", "tok/s/user must be above 0 (got -200 in curve.yaml, anchor 1)"),
        ("[8.0, 125.0", "[8.0, 210.0", "tok/s/user must not rise with concurrency"),
        ("[1.0, 200.0, ", "[1.0, ", "anchors must not be half-blank: TTFT is blank"),
        ('model: "', 'modell: "', "context must have known fields (got 'modell'"),
        ("notes:\n  - ", "notes:\n  - [1]\n  - ", "notes must be text"),
    ],
)
def test_what_was_changed_badly(written, old, new, words):
    file, _ = written(results.files("vllm"))
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    with pytest.raises(InputError) as error:
        read_curve(file)
    assert str(error.value).startswith(words)
    assert len(str(error.value).splitlines()) == 1
