"""The same scenarios one by one, each as somebody would write it in Python: the yardstick of every table."""

import math
from dataclasses import fields

import numpy as np
import pandas as pd

from xlsizing import Curve, Demand, InputError, Limits, SizingRow, size
from xlsizing.batch.columns import RESULTS
from xlsizing.context.context import Context

CURVES = {
    "three": Curve([1, 10, 256], [215.5, 122.2, 41.8]),
    "measured": Curve([1, 8, 64, 128], [200, 150, 60, 30], output_tok_s=[150, 900, 2900, 2700],
                      context=Context.from_mapping({"hardware": "GB300", "tp": 4, "mean_output_tokens": 512})),
    "waits": Curve([4, 16, 64], [180, 120, 50], output_tok_s=[500, 1500, 2700], ttft_s=[0.2, 0.5, 1.5]),
    "answers": Curve([1, 4, 16, 64], [180, 150, 90, 40], ttft_s=[0.3, 0.2, 0.9, 2], ttfo_s=[1, 1.5, 2, 4],
                     context=Context.from_mapping({"hardware": "B200", "osl": 200})),
    "late": Curve([32, 64], [80, 50]),
    "one": Curve([8], [100]),
    "knee": Curve([1, 2, 4, 8, 16, 32, 64, 128], [215, 190, 160, 125, 90, 50, 22, 9]),
    "per gpu": Curve([1, 10, 100], [100, 80, 30], output_tok_s=[30, 250, 970]),
}  # fmt: skip
"""One of each kind; the last is refused with three GPUs a pod [-]."""

PARTS = {"rps": ("osl",), "people": ("requests_per_person_min", "osl")}
MISPLACED = {
    "osl": "osl must be given with rps, people or e2e_s, and only with one of them",
    "requests_per_person_min": "requests_per_person_min must be given with people, and only with it",
}
LIMITS = ("ttft_s", "ttfo_s", "e2e_s")


def sized(row, curves=CURVES):
    """Return the `SizingRow` of a scenario given as a dict without its blanks, or the sentence that refuses it."""
    given = {name: value for name, value in row.items() if not missing(value)}
    try:
        return _sized(row, given, curves)
    except InputError as error:
        return str(error)


def _sized(row, given, curves):
    if "curve" not in given or given["curve"] not in curves:
        got = f"'{given['curve']}'" if "curve" in given else "a blank"
        return f"curve must be {'one of the curves' if 'curve' in given else 'named'} (got {got})"
    forms = [name for name in ("tpm", "tok_s", "rps", "people", "users") if name in given]
    if len(forms) != 1:
        return f"exactly one of tpm, tok_s, rps, people, users must be given (got {' and '.join(forms) or 'none'})"
    (form,) = forms
    for part in ("osl", "requests_per_person_min"):
        needed, idle = part in PARTS.get(form, ()), part != "osl" or "e2e_s" not in given
        if (needed and part not in given) or (not needed and idle and part in given):
            return MISPLACED[part]
        if part in given:
            Demand.people(
                1, **{"osl": 1, "requests_per_person_min": 1} | {part: given[part]}
            )  # refused by its own name
    demand = Demand.stated(form, given[form], **{part: given[part] for part in PARTS.get(form, ())})
    demand = demand.at_peak(given.get("peak_to_mean", 1))
    others = {name: row[name] for name in ("method", "util", "spare_replicas", "confidence") if name in row}
    return size(
        curves[given["curve"]],
        None if missing(row["sla"]) else row["sla"],
        demand,
        gpus_per_pod=given.get("gpus_per_pod"),
        gpu_hourly_usd=given.get("gpu_hourly_usd"),
        limits=Limits(
            **{name: given[name] for name in LIMITS if name in given},
            output_tokens=None if form in PARTS else given.get("osl"),
        ),
        **{name: None if missing(value) else value for name, value in others.items()},
    ).rows()[0]


def missing(value):
    """Tell whether a cell is blank."""
    return value is None or value is pd.NA or (isinstance(value, float | np.floating) and math.isnan(value))


def assert_same(found, rows, curves=CURVES):
    """Assert that records of a sized table are what each row gives by itself: words and counts exactly, floats to 1e-12."""
    for number, (record, row) in enumerate(zip(found, rows, strict=True)):
        expected = sized(row, curves)
        told = f"row {number}: {row}"
        if isinstance(expected, str):
            assert record["error"] == expected, told
            assert all(missing(record[each.name]) for each in RESULTS if each.name != "error"), told
            continue
        assert missing(record["error"]), f"{told}: {record['error']}"
        _assert_row(record, expected, told)


def _assert_row(record, expected, told):
    assert isinstance(expected, SizingRow)
    values = {field.name: getattr(expected, field.name) for field in fields(SizingRow)}
    for each in RESULTS:
        if not each.field:
            continue
        value, got = values[each.field], record[each.name]
        if value is None:
            assert missing(got), f"{told}: {each.name} is {got}"
        elif each.kind == "float":
            assert math.isclose(got, value, rel_tol=1e-12, abs_tol=1e-300), f"{told}: {each.name} {got} {value}"
        else:
            assert got == value, f"{told}: {each.name} {got} {value}"


def table(count, seed=0, *, bad=0.1):
    """Return so many random scenarios as dicts: all forms of demand, and a share of them bad in one column."""
    random = np.random.default_rng(seed)
    return [_scenario(random, bad) for _ in range(count)]


def _scenario(random, bad):
    row = {
        "curve": str(random.choice(list(CURVES))), "sla": float(random.choice([random.uniform(5, 230), 122.2, 50, 41.8, 300])),
        "tpm": None, "tok_s": None, "rps": None, "people": None,
        "requests_per_person_min": None, "osl": None, "users": None, "peak_to_mean": random.choice([None, 1.0, 2.5]), "ttft_s": None, "ttfo_s": None, "e2e_s": None,
        "gpus_per_pod": int(random.choice([4, 4, 4, 8, 3])), "method": str(random.choice(["auto", "tpot", "log-c"])),
        "util": float(random.choice([0.5, 0.7, random.uniform(0.1, 1)])),
        "gpu_hourly_usd": random.choice([None, 8.6, float(random.uniform(1, 20))]),
        "spare_replicas": int(random.choice([0, 0, 1, 5])), "confidence": float(random.choice([0.9, 0.95, 0.99])),
    }  # fmt: skip
    form = str(random.choice(["tpm", "tok_s", "rps", "people", "users"]))
    row[form] = float(10 ** random.uniform(1, 6))
    if form == "people":
        row["requests_per_person_min"] = float(10 ** random.uniform(-1, 1))
    if form == "users":
        row["peak_to_mean"] = None
    if form in PARTS or random.random() < 0.05:
        row["osl"] = float(random.choice([128, 256, 1024, random.integers(1, 4000)]))
    for name in ("ttft_s", "ttfo_s", "e2e_s"):
        if random.random() < 0.12:
            row[name] = float(10 ** random.uniform(-1, 2))
    if random.random() < bad:
        _spoil(row, random)
    return row


WRONG = (None, -1.0, 0.0, 1e20, float("inf"), 70.5, "70%", "", True)


def _spoil(row, random):
    name = str(random.choice([name for name in row if name != "curve"]))
    row[name] = WRONG[random.integers(len(WRONG))]
    if random.random() < 0.2:
        row["curve"] = [None, "nowhere"][random.integers(2)]
    if random.random() < 0.2:
        row["users"], row["tpm"] = 1e4, 1e30
