"""`size_frame`: every row is what `size` gives for it alone, whatever stands around it."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlsizing
from tests.batch.one_by_one import CURVES, WRONG, assert_same, table
from tests.strategies import METHODS, UTILS, cases, token_demands, users
from xlsizing.batch.columns import INPUTS, RESULTS

ROWS = table(5000)
SLA = {"sla": [50.0], "tpm": [3e6], "gpus_per_pod": [4]}


def framed(rows):
    """Scenarios as a frame; a column that is all numbers and blanks becomes one of numbers, as readers of files make it."""
    return pd.DataFrame(rows)


def numeric(rows):
    """The same without text and booleans, in columns of float64 where NaN is a blank."""
    frame = framed([row for row in rows if not any(isinstance(row[n], str | bool) for n in INPUTS if INPUTS[n].valid)])
    return frame.astype({name: np.float64 for name, each in INPUTS.items() if each.valid})


class TestEachRow:
    def test_of_a_table_of_everything(self):
        assert_same(xlsizing.size_frame(framed(ROWS), CURVES).to_dict("records"), ROWS)

    def test_of_columns_of_numbers(self):
        frame = numeric(ROWS)
        assert len(frame) > 4000
        assert_same(xlsizing.size_frame(frame, CURVES).to_dict("records"), frame.to_dict("records"))

    @given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=4), st.floats(0, 1))
    def test_of_any_table(self, seeds, bad):
        rows = [row for seed in seeds for row in table(3, seed, bad=bad)]
        assert_same(xlsizing.size_frame(framed(rows), CURVES).to_dict("records"), rows)

    @given(st.lists(cases(), min_size=1, max_size=3), st.data())
    def test_of_any_curve(self, given_cases, data):
        curves = {f"c{number}": anchors.curve() for number, (anchors, _) in enumerate(given_cases)}
        rows = [
            {
                "curve": name,
                "sla": sla,
                "method": data.draw(METHODS),
                "util": data.draw(UTILS),
                "gpus_per_pod": 1,
                **form,
            }
            for name, (anchors, sla) in zip(curves, given_cases, strict=True)
            for form in (
                {"tok_s": data.draw(token_demands(anchors))[0].output_tok_s(1)},
                {"users": data.draw(users(anchors))},
            )
        ]
        frame = pd.DataFrame(rows).astype({"tok_s": float, "users": float})
        assert_same(xlsizing.size_frame(frame, curves).to_dict("records"), frame.to_dict("records"), curves)

    @pytest.mark.parametrize("name", [name for name in INPUTS if name not in ("curve", "sla")])
    @pytest.mark.parametrize("wrong", WRONG, ids=repr)
    def test_with_one_wrong_cell(self, name, wrong):
        row = {"curve": "waits", "sla": 60.0, "tok_s": 5e4, "gpus_per_pod": 4, name: wrong}
        rows = [row, {**row, name: None}]
        assert_same(xlsizing.size_frame(pd.DataFrame(rows, dtype=object), CURVES).to_dict("records"), rows)

    def test_more_rows_than_a_block(self):
        sla = np.linspace(5, 230, 40_000)
        found = xlsizing.size_frame(pd.DataFrame({"sla": sla, "tpm": 3e6, "gpus_per_pod": 4}), CURVES["three"])
        alone = xlsizing.size(CURVES["three"], sla, xlsizing.Demand.tpm(3e6), gpus_per_pod=4).to_frame()
        for each in RESULTS:
            if each.field and each.kind != "str":
                pd.testing.assert_series_equal(
                    found[each.name], alone[each.field].convert_dtypes(), check_names=False, check_dtype=False
                )


class TestFrame:
    def test_what_was_given_stays_as_it_is(self):
        frame = pd.DataFrame(
            {**{name: value * 2 for name, value in SLA.items()}, "customer": pd.Categorical(["a", "b"]),
             "day": pd.to_datetime(["2026-01-01", None]), 7: [None, [1]]},
            index=pd.Index(["x", "x"], name="row"),
        )  # fmt: skip
        found = xlsizing.size_frame(frame, CURVES["three"])
        pd.testing.assert_frame_equal(found[frame.columns], frame)
        assert list(found.columns) == [*frame.columns, *(each.name for each in RESULTS)]

    @pytest.mark.parametrize(
        "dtypes",
        [
            {"sla": "Float64", "tpm": "Float64", "gpus_per_pod": "Int64", "curve": "category"},
            {
                "sla": "float32[pyarrow]",
                "tpm": "double[pyarrow]",
                "gpus_per_pod": "int8[pyarrow]",
                "curve": "string[pyarrow]",
            },
            {"sla": object, "tpm": object, "gpus_per_pod": "category", "curve": object},
        ],
        ids=["nullable", "arrow", "objects"],
    )
    def test_whatever_type_the_columns_have(self, dtypes):
        frame = pd.DataFrame({"curve": ["three", "one"], "sla": [50, 60], "tpm": [3e6, None], "gpus_per_pod": [4, 4]})
        found = xlsizing.size_frame(frame.astype(dtypes), CURVES)
        assert found["gpus"].tolist() == [36, pd.NA]
        assert found["error"].iloc[1] == "exactly one of tpm, tok_s, rps, people, users must be given (got none)"
        assert dict(found.dtypes.iloc[:4]) == dict(frame.astype(dtypes).dtypes)

    def test_figures_out_of_all_bounds_warn_of_nothing(self):
        rows = [
            {"sla": s, "rps": r, "osl": o, "gpus_per_pod": 4.0}
            for s in (1e308, 5e-324)
            for r in (1e308, np.inf)
            for o in (0.0, 1e308)
        ]
        assert xlsizing.size_frame(pd.DataFrame(rows), CURVES["three"])["error"].notna().all()

    @pytest.mark.parametrize("rows", [[], ROWS[:1], ROWS[:200]], ids=len)
    def test_types_do_not_depend_on_values(self, rows):
        frame = pd.DataFrame(rows, columns=list(ROWS[0]))
        found = xlsizing.size_frame(frame, CURVES)
        kinds = {"int": "Int64", "float": "Float64", "bool": "boolean", "str": "string"}
        assert {each.name: str(found[each.name].dtype) for each in RESULTS} == {e.name: kinds[e.kind] for e in RESULTS}

    def test_defaults_are_those_of_size(self):
        found = xlsizing.size_frame(pd.DataFrame(SLA), CURVES["three"]).iloc[0]
        assert (found["gpus"], found["gpus_budget"], found["usd_per_month"]) == (36, 100, 226_008)  # 36 x 8.60 x 730
        assert found["price_assumed"]

    def test_gpus_per_pod_of_the_measurement(self):
        curve = CURVES["three"].with_remarks((), measured_gpus=8)
        frame = pd.DataFrame({"sla": [50.0, 50.0, 50.0], "tpm": 3e6, "gpus_per_pod": [None, 8, 4]})
        found = xlsizing.size_frame(frame, curve)
        assert found["gpus"].tolist() == [72, 72, pd.NA]
        assert found["error"].iloc[2] == "gpus_per_pod must be that of the replica that was measured, 8 (got 4)"
        assert xlsizing.size_frame(frame.drop(columns="gpus_per_pod"), curve)["gpus"].tolist() == [72, 72, 72]

    def test_other_names_of_columns(self):
        frame = pd.DataFrame({"curve_id": ["waits"], "tok_s_per_user": 60, "tpm": 3e6, "gpus_per_pod": 4, "spare": 2, "ttft_limit_s": 0.4})  # fmt: skip
        found = xlsizing.size_frame(frame, CURVES).iloc[0]
        assert (found["binding"], found["total_pods"] - found["pods"]) == ("TTFT", 2)
        assert found["hardware"] is pd.NA

    def test_hardware_of_the_context(self):
        frame = pd.DataFrame({"curve": ["measured", "three", "nowhere"], "sla": 60, "tpm": 3e6, "gpus_per_pod": 4})
        assert xlsizing.size_frame(frame, CURVES)["hardware"].tolist() == ["GB300", pd.NA, pd.NA]

    def test_columns_that_are_asked_for(self):
        found = xlsizing.size_frame(pd.DataFrame(SLA), CURVES["three"], columns=["usd_per_month", "pods"])
        assert list(found.columns) == [*SLA, "pods", "usd_per_month", "error"]

    def test_a_name_of_a_curve_may_be_a_number(self):
        frame = pd.DataFrame({"curve": [7.0, np.nan], "sla": 50, "tpm": 3e6, "gpus_per_pod": 4})
        assert xlsizing.size_frame(frame, {"7": CURVES["three"]})["gpus"].tolist() == [36, pd.NA]

    def test_curves_travel_to_other_processes(self):
        frame = pd.DataFrame(ROWS[:50])
        there = pickle.loads(pickle.dumps(CURVES))  # noqa: S301  # our own
        pd.testing.assert_frame_equal(xlsizing.size_frame(frame, there), xlsizing.size_frame(frame, CURVES))


class TestRefused:
    @pytest.mark.parametrize(
        ("frame", "curves", "words"),
        [
            ({"tpm": [1e6]}, "three", "table must have a column sla (got tpm)"),
            ({"sla": [50]}, "three", "table must have a column tpm, tok_s, rps, people or users (got sla)"),
            ({"sla": [50], "tpm": [1e6]}, None, "table must have a column curve (got sla, tpm)"),
            ({**SLA, "tok_s_per_user": [50]}, "three", "table must have one column sla (got sla and tok_s_per_user)"),
            ({**SLA, "pods": [1]}, "three", "table must not call a column as a result is called (got 'pods'); rename or drop it"),
        ],
    )  # fmt: skip
    def test_tables(self, frame, curves, words):
        with pytest.raises(xlsizing.InputError) as refused:
            xlsizing.size_frame(pd.DataFrame(frame), CURVES[curves] if curves else CURVES)
        assert str(refused.value) == words

    def test_names_of_curves_where_there_is_one(self):
        with pytest.raises(xlsizing.InputError, match="table must not name curves where one is given for all rows"):
            xlsizing.size_frame(pd.DataFrame({**SLA, "curve_id": ["a"]}), CURVES["three"])

    def test_a_column_twice(self):
        with pytest.raises(xlsizing.InputError, match="must name each column once"):
            xlsizing.size_frame(pd.DataFrame([[50, 60, 1e6]], columns=["sla", "sla", "tpm"]), CURVES["three"])

    @pytest.mark.parametrize("curves", [None, 7, {"a": 7}, [CURVES["three"]]], ids=repr)
    def test_what_is_no_curve(self, curves):
        with pytest.raises(xlsizing.InputError, match="must be "):
            xlsizing.size_frame(pd.DataFrame(SLA), curves)

    def test_a_result_that_there_is_not(self):
        with pytest.raises(xlsizing.InputError, match=r"columns must be names of results \(got 'gpu'\)"):
            xlsizing.size_frame(pd.DataFrame(SLA), CURVES["three"], columns=["gpu"])

    def test_strict(self):
        frame = pd.DataFrame({**SLA, "util": 70}, index=["first"])
        with pytest.raises(xlsizing.InputError) as refused:
            xlsizing.size_frame(frame, CURVES["three"], strict=True)
        assert str(refused.value) == "row must be right: util must be in (0, 1] (got 70) (row first)"


class TestNodes:
    """Scenarios know no whole nodes: what says them is refused rather than passed through in silence."""

    @pytest.mark.parametrize("name", ["gpus_per_node", "nodes_to_survive", "availability", "node_availability"])
    def test_a_column_of_nodes_is_refused(self, name):
        frame = pd.DataFrame({"sla": [20.0], "tpm": [3e6], "gpus_per_pod": [4], name: [8]})
        with pytest.raises(xlsizing.InputError) as error:
            xlsizing.size_frame(frame, CURVES["three"])
        assert str(error.value) == (
            f"table must not have a column {name}: scenarios know no whole nodes; size a file with it, or give spare_replicas"
        )
