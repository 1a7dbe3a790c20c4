"""A grid out of a sizing file: the combinations, their order, and the figures that stay."""

import pytest

from tests.batch.one_by_one import missing
from tests.spec_files import EXAMPLE, MINIMAL, spec_of, written
from xlsizing import InputError
from xlsizing.batch.columns import RESULTS
from xlsizing.batch.curves import curves_of
from xlsizing.batch.engine import size_rows
from xlsizing.batch.sweep import Grid, axes_in
from xlsizing.spec import read_spec


def records(grid, piece=1000):
    """Return the scenarios of a grid, piece by piece."""
    pieces = grid.pieces({name: name for name in grid.names}, piece)
    return [row for each in pieces for row in _rows(each)]


def _rows(piece):
    columns = {name: column.to_pylist() for name, column in piece.columns.items()}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


class TestAxes:
    def test_ranges_by_decimal_steps(self):
        assert axes_in("util=0.5:0.9:0.1, sla=20:101:40") == {
            "util": [0.5, 0.6, 0.7, 0.8, 0.9],
            "sla": [20.0, 60.0, 100.0],
        }

    def test_values_apart_and_other_names(self):
        assert axes_in("tok_s_per_user=50|60,spare=1,method=auto | tpot") == {
            "sla": [50.0, 60.0], "spare_replicas": [1.0], "method": ["auto", "tpot"]
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "--sweep must be NAME=FROM:TO:STEP or NAME=A|B with NAME one of sla, "),
            ("curve=a|b", "--sweep must be NAME=FROM:TO:STEP"),
            ("sla=50,tok_s_per_user=60", "--sweep must name each figure once (got 'tok_s_per_user')"),
            ("sla=50:60", "--sweep must be FROM:TO:STEP (got '50:60')"),
            ("sla=50:60:0", "--sweep must rise from FROM to TO by STEP (got '50:60:0')"),
            ("sla=60:50:1", "--sweep must rise from FROM to TO by STEP (got '60:50:1')"),
            ("sla=x:50:1", "--sweep sla must be a number (got 'x')"),
            ("util=70%", "--sweep util must be a number (got '70%')"),
            ("sla=1:1e9:1", "--sweep must have at most 1,000,000 values of a figure (got 1,000,000,000)"),
        ],
    )
    def test_refused(self, text, words):
        with pytest.raises(InputError) as refused:
            axes_in(text)
        assert str(refused.value).startswith(words)


class TestGrid:
    @pytest.fixture
    def spec(self):
        return read_spec(EXAMPLE)

    @pytest.mark.parametrize("piece", [1, 4, 1000])
    def test_every_combination_the_last_axis_fastest(self, spec, piece):
        found = records(Grid(spec, axes_in("util=0.5:0.7:0.1, sla=50|100")), piece)
        assert [(row["util"], row["sla"]) for row in found] == [(u, s) for u in (0.5, 0.6, 0.7) for s in (50, 100)]
        assert {row["tpm"] for row in found} == {float(spec.demand().value)}

    def test_a_file_with_whole_nodes_is_refused(self, tmp_path):
        spec = spec_of(tmp_path, MINIMAL | {"gpus_per_node": 8, "nodes_to_survive": 1}, "nodes.json")
        with pytest.raises(
            InputError, match=r"^--sweep must be of a sizing file without whole nodes \(got 'gpus_per_node 8'\)"
        ):
            Grid(spec, {})

    def test_without_an_axis_it_is_the_file(self, spec):
        grid = Grid(spec, {})
        (piece,) = grid.pieces({name: name for name in grid.names}, 1000)
        sized = size_rows(piece.inputs, curves_of(spec.curve()), output_tokens=spec.workload().osl)
        expected = spec.size().rows()
        assert not sized.errors
        for each in RESULTS:
            if each.field and each.kind != "str":
                values, absent = sized.columns[each.name]
                for row, (value, none) in enumerate(zip(values.tolist(), absent.tolist(), strict=True)):
                    other = getattr(expected[row], each.field)
                    assert none if missing(other) else value == pytest.approx(other, rel=1e-12)

    def test_another_demand_takes_the_place_of_the_files(self, spec):
        grid = Grid(spec, axes_in("users=100|200"))
        assert ("users" in grid.names, "tpm" in grid.names) == (True, False)
        assert grid.count == 2 * len(spec.slas)

    def test_too_many(self, spec):
        with pytest.raises(InputError, match=r"must make at most 100,000,000 scenarios \(got 1,000,000,000\)"):
            Grid(spec, axes_in("sla=1:1000:1,util=0.001:1:0.001,tpm=1:1000:1"))


class TestLimits:
    @pytest.fixture
    def spec(self, tmp_path):
        given = MINIMAL | {
            "slas": [20, {"tok_s_per_user": 50, "ttft_s": 2}],
            "curve": {"anchors": [[1, 215.5, 210, 0.1], [10, 122.2, 1200, 0.2], [256, 41.8, 9000, 3]]},
        }
        return read_spec(written(tmp_path, given))

    def test_they_stand_beside_their_slas(self, spec):
        found = records(Grid(spec, axes_in("util=0.5|0.7")))
        assert [(row["sla"], row["ttft_s"], row["util"]) for row in found] == [
            (20, None, 0.5), (20, None, 0.7), (50, 2, 0.5), (50, 2, 0.7)
        ]  # fmt: skip

    def test_swept_ones_take_their_place(self, spec):
        found = records(Grid(spec, axes_in("sla=30|40,ttft_s=1|2")))
        assert [(row["sla"], row["ttft_s"]) for row in found] == [(30, 1), (30, 2), (40, 1), (40, 2)]

    def test_those_of_some_slas_do_not_hold_for_others(self, spec):
        with pytest.raises(InputError) as refused:
            Grid(spec, axes_in("sla=30|40"))
        assert str(refused.value) == (
            "--sweep must not take the place of SLAs with different ttft_s beside them (got 'sla'); sweep ttft_s too"
        )
