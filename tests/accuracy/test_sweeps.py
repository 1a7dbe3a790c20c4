"""The table of sweeps: points by curve and concurrency, and one sentence for what is none."""

import hashlib

import pytest

from xlsizing import InputError
from xlsizing.accuracy.sweeps import read_sweeps


def test_points_are_gathered_by_curve_and_sorted(table):
    path = table("a,8,50,390", "b,1,70,", "a,1,100,95", "b,2,60,110")
    sweeps = read_sweeps(path)
    a, b = sweeps.curves
    assert (a.name, a.concurrency.tolist(), a.tok_s_per_user.tolist(), a.output_tok_s.tolist()) == (
        "a", [1, 8], [100, 50], [95, 390],
    )  # fmt: skip
    assert (b.name, b.concurrency.tolist(), b.output_tok_s) == ("b", [1, 2], None)
    assert (sweeps.source, sweeps.sha256) == ("sweeps.csv", hashlib.sha256(path.read_bytes()).hexdigest())


def test_output_may_be_left_out_and_other_columns_are_passed_over(table):
    (curve,) = read_sweeps(table("a,H100,2,90", header="curve,hardware,concurrency,tok_s_per_user")).curves
    assert (curve.concurrency.tolist(), curve.tok_s_per_user.tolist(), curve.output_tok_s) == ([2], [90], None)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("a,one,50,", "concurrency must be a number (got 'one' in sweeps.csv, line 2)"),
        ("a,1,-5,", "tok/s/user must be above 0 (got -5 in sweeps.csv, line 2)"),
        ("a,1,,", "tok/s/user must be a number (got a blank in sweeps.csv, line 2)"),
        ("a,1,5,x", "output tok/s must be a number (got 'x' in sweeps.csv, line 2)"),
        (",1,5,", "curve must be named on every line (got a blank in sweeps.csv, line 2)"),
    ],
)
def test_a_bad_line_is_named(table, line, sentence):
    with pytest.raises(InputError) as error:
        read_sweeps(table(line))
    assert str(error.value) == sentence


def test_a_missing_column_is_named(table):
    with pytest.raises(
        InputError, match=r"^header of the sweeps must name .*: there is no concurrency \(sweeps.csv, line 1\)$"
    ):
        read_sweeps(table("a,50", header="curve_id,tok_s_per_user"))


def test_a_header_alone_is_refused(table):
    with pytest.raises(InputError, match="must hold measured points"):
        read_sweeps(table())


def test_json_is_refused(tmp_path):
    path = tmp_path / "sweeps.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="sweeps must be a CSV file"):
        read_sweeps(path)
