"""Tables of many scenarios, and what reading and writing them takes without sizing anything.

``python -m tests.benchmarks.scenarios 10000000 FOLDER`` prints ratio and memory for a table of so many rows.
"""

import resource
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.benchmarks.processes import memory_of

PIECE = 65_536
NAMES = np.array([f"curve-{number:02d}" for number in range(20)])
RATES = (215, 190, 160, 125, 90, 60, 38, 22)


def made(folder, rows, seed=1):
    """Write a table of so many scenarios on twenty curves, each row with figures of its own, and the curves."""
    points = [
        f"{name},{2**at},{rate * (1 - number / 60):.4g},GB300"
        for number, name in enumerate(NAMES)
        for at, rate in enumerate(RATES)
    ]
    (folder / "curves.csv").write_text(
        "\n".join(["curve,concurrency,tok_s_per_user,hardware", *points]), encoding="utf-8"
    )
    random = np.random.default_rng(seed)
    writer = None
    for start in range(0, rows, 1_000_000):
        table = _table(random, min(1_000_000, rows - start))
        writer = writer or pq.ParquetWriter(folder / "in.parquet", table.schema)
        writer.write_table(table)
    writer.close()
    return folder / "in.parquet"


def _table(random, rows):
    names = pa.DictionaryArray.from_arrays(random.integers(0, len(NAMES), rows).astype(np.int32), NAMES)
    return pa.table({
        "customer": pa.array(random.integers(0, 500, rows)).cast(pa.string()), "curve": names.cast(pa.string()),
        "sla": random.uniform(5, 230, rows), "tpm": random.uniform(1e5, 1e7, rows), "gpus_per_pod": random.choice([4, 8], rows),
        "util": random.uniform(0.4, 1, rows), "gpu_hourly_usd": random.uniform(2, 12, rows), "spare_replicas": random.integers(0, 3, rows),
    })  # fmt: skip


def sized(folder):
    """Size the table from file to file, as the command does."""
    from xlsizing.batch.curves import curves_of  # noqa: PLC0415  # not what is measured in a process of its own
    from xlsizing.batch.stream import Job, size_table  # noqa: PLC0415
    from xlsizing.batch.tables import opened_table  # noqa: PLC0415

    with opened_table(folder / "in.parquet") as source:
        return size_table(Job(source, curves_of(folder / "curves.csv"), folder / "out.parquet"))


def copied(folder):
    """Read the scenarios and write the columns of the sized table with pyarrow alone, holding one piece of it."""
    done = pq.ParquetFile(folder / "out.parquet")
    given = pq.ParquetFile(folder / "in.parquet")
    results = next(done.iter_batches(batch_size=PIECE)).columns[len(given.schema_arrow) :]
    with pq.ParquetWriter(folder / "copied.parquet", done.schema_arrow) as writer:
        for batch in given.iter_batches(batch_size=PIECE):
            columns = [*batch.columns, *(column[: batch.num_rows] for column in results)]
            writer.write_table(pa.Table.from_arrays(columns, schema=done.schema_arrow), row_group_size=PIECE)


def memory(folder):
    """Return the most memory that a process of its own takes to size the table, on Linux [MB]."""
    imported = "from pathlib import Path; from tests.benchmarks.scenarios import sized"
    return memory_of(f"{imported}; sized(Path({str(folder)!r}))")


def main(rows, folder, rounds=3):
    """Print how long sizing takes over copying, round by round, and the memory."""
    made(folder, rows)
    sized(folder)
    for _ in range(rounds):
        times, used = [], []
        for work in (sized, copied):
            begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
            work(folder)
            after = resource.getrusage(resource.RUSAGE_SELF)
            times.append(time.perf_counter() - begin)
            used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        ratio, processor = times[0] / times[1], f"{used[0]:.1f} s / {used[1]:.1f} s of the processor"
        print(f"{rows:,} rows: {times[0]:.1f} s / {times[1]:.1f} s = {ratio:.2f}; {processor}")  # noqa: T201
    print(f"memory {memory(folder):.0f} MB")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
