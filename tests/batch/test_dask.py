"""Partitions of Dask: however a table is cut, and in whichever process its parts are sized, the rows are the same."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import xlsizing
from tests.batch.one_by_one import CURVES, table

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning"),
]

ROWS = [
    row for row in table(2000, 4) if not any(isinstance(value, bool) or value in ("", "70%") for value in row.values())
]
NUMBERS = [name for name in ROWS[0] if name not in ("curve", "method")]


def framed(rows):
    """Scenarios in columns of one type each, as files of many rows have them."""
    frame = pd.DataFrame([row for row in rows if isinstance(row["method"], str)], columns=list(ROWS[0]))
    return frame.astype(dict.fromkeys(NUMBERS, np.float64)).assign(customer="Acme", when=pd.Timestamp("2026-01-05"))


@pytest.fixture(scope="module")
def client():
    """Two processes on this machine."""
    from distributed import Client, LocalCluster  # noqa: PLC0415  # slow to import

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield client


def alone(frame):
    """Return the same from this process, in the types in which Dask gives text back."""
    return xlsizing.size_frame(frame, CURVES)


def assert_same(found, expected):
    """Assert that two frames hold the same, whichever of pandas' types of text they hold it in."""
    assert list(found.columns) == list(expected.columns)
    for name in expected:
        if pd.api.types.is_string_dtype(expected[name].dtype):
            assert (
                found[name].astype(object).where(found[name].notna(), None).tolist()
                == expected[name].astype(object).where(expected[name].notna(), None).tolist()
            )
        else:
            pd.testing.assert_series_equal(found[name], expected[name])


@pytest.mark.parametrize("partitions", [1, 2, 7])
def test_of_a_table_cut_evenly(client, partitions):
    import dask.dataframe as dd  # noqa: PLC0415  # slow to import

    frame = framed(ROWS)
    parts = dd.from_pandas(frame, npartitions=partitions)
    assert parts.npartitions == partitions
    assert_same(parts.map_partitions(xlsizing.size_frame, CURVES).compute(), alone(frame))


def test_of_parts_that_are_uneven_or_empty(client):
    import dask.dataframe as dd  # noqa: PLC0415
    from dask import delayed  # noqa: PLC0415

    frame = framed(ROWS)
    ends = [0, 0, 1, 7, 7, 900, len(frame), len(frame)]
    cut = [frame.iloc[start:stop] for start, stop in pairwise(ends)]
    parts = dd.from_delayed([delayed(part) for part in cut], meta=frame.iloc[:0])
    assert_same(parts.map_partitions(xlsizing.size_frame, CURVES).compute(), alone(frame))


def test_the_types_are_known_before_any_row_is_sized(client):
    import dask.dataframe as dd  # noqa: PLC0415

    frame = framed(ROWS)
    sized = dd.from_pandas(frame, npartitions=2).map_partitions(xlsizing.size_frame, CURVES, columns=["gpus", "load"])
    assert {name: str(kind) for name, kind in sized.dtypes.items()}["gpus"] == "Int64"
    assert sized["gpus"].sum().compute() == alone(frame)["gpus"].sum()


def test_a_generator_of_frames_as_spark_hands_them_over():
    # mapInPandas calls a function with an iterator of frames, in each of its processes.
    frame = framed(ROWS)
    frames = iter([frame.iloc[:3], frame.iloc[3:3], frame.iloc[3:]])
    found = pd.concat([xlsizing.size_frame(part, CURVES) for part in frames])
    pd.testing.assert_frame_equal(found, alone(frame))
