"""Totals per group, kind of GPU and currency, against pandas' own grouping."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import xlsizing
from tests.batch.one_by_one import CURVES, table
from tests.batch.test_tables import sized
from xlsizing.batch.totals import SUMS


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory):
    """A table with customers, regions and currencies, some of them blank, and the same as a sized frame."""
    random = np.random.default_rng(2)
    rows = [row for row in table(600, 8) if not any(isinstance(v, bool) or v in ("", "70%") for v in row.values())]
    frame = pd.DataFrame([row for row in rows if isinstance(row["method"], str | None)])
    frame = frame.astype({name: float for name in frame if name not in ("curve", "method")})
    frame["customer"] = random.choice(["Acme", "Brit", None], len(frame))
    frame["region"] = random.integers(1, 4, len(frame))
    frame["currency"] = random.choice(["USD", "EUR", ""], len(frame))
    path = tmp_path_factory.mktemp("totals") / "in.parquet"
    frame.to_parquet(path)
    return path, xlsizing.size_frame(frame, CURVES)


@pytest.mark.parametrize("by", [("customer",), ("customer", "region"), ("region", "hardware"), ("currency",)])
@pytest.mark.parametrize("piece", [64, 100_000])
def test_against_pandas(tmp_path, scenarios, by, piece):
    path, frame = scenarios
    if "hardware" in by:  # no column of the table: the one of the results
        with pytest.raises(xlsizing.InputError, match=r"^--by must name columns of the table \(got 'hardware'\)$"):
            sized(path, tmp_path / "out.parquet", by=by)
        return
    found = sized(path, tmp_path / "out.parquet", by=by, totals=tmp_path / "totals.parquet", piece=piece)
    keys = [*by, *(name for name in ("hardware", "currency") if name not in by)]
    frame = frame.assign(
        currency=frame["currency"].replace("", "USD"),
        unmet=~frame["feasible"],
        wrong=frame["error"].notna(),
        rows=1,
    )
    frame.loc[frame["unmet"].fillna(value=False), list(SUMS)] = 0
    grouped = frame.groupby(keys, dropna=False)[["rows", "unmet", "wrong", *SUMS]].sum()
    expected = {
        tuple(None if pd.isna(part) else part for part in key): row
        for key, row in zip(grouped.index, grouped.to_dict("records"), strict=True)
    }
    assert {tuple(row[name] for name in keys) for row in found.totals} == set(expected)
    for row in found.totals:
        other = expected[tuple(row[name] for name in keys)]
        assert {name: row[name] for name in other} == pytest.approx(
            {name: float(value) for name, value in other.items()}, rel=1e-12
        )
    assert pq.read_table(tmp_path / "totals.parquet").to_pylist() == found.totals


def test_by_hand(tmp_path):
    # 36 GPUs each at 50 tok/s/user (README), 226,008 USD a month; with a spare pod 40, and 251,120
    given = {
        "who": ["a", "b", "a", "a"],
        "sla": [50.0, 50, 50, 300],
        "tpm": 3e6,
        "gpus_per_pod": 4,
        "spare": [0, 0, 1, 0],
    }
    pq.write_table(pa.Table.from_pandas(pd.DataFrame(given)), tmp_path / "in.parquet")
    found = sized(tmp_path / "in.parquet", tmp_path / "out.csv", CURVES["three"], by=("who",))
    told = [
        (row["who"], row["rows"], row["unmet"], row["total_gpus"], round(row["usd_per_month"])) for row in found.totals
    ]
    assert told == [("a", 3, 1, 76, 477_128), ("b", 1, 0, 36, 226_008)]
    assert {(row["hardware"], row["currency"]) for row in found.totals} == {(None, "USD")}


def test_results_that_are_not_written_are_added_up_all_the_same(tmp_path, scenarios):
    from xlsizing.batch.columns import chosen_results  # noqa: PLC0415

    path, _ = scenarios
    few = sized(path, tmp_path / "few.parquet", by=("customer",), results=chosen_results(["pods"]))
    assert few.totals == sized(path, tmp_path / "all.parquet", by=("customer",)).totals
    assert pq.read_schema(tmp_path / "few.parquet").names[-2:] == ["pods", "error"]
