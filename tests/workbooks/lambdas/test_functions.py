"""The LAMBDA functions in two engines: what Python gives, on random calls and on those that a reader can check."""

import pytest

from tests.workbooks.lambdas.calls import ENGINES, PYTHON, agrees, differences, expected
from xlsizing.hosts.headless import OMITTED
from xlsizing.workbooks.lambdas.functions import FUNCTIONS
from xlsizing.workbooks.lambdas.guide import ONLY_PYTHON

pytestmark = pytest.mark.slow

CURVE = [[1, 215.5], [10, 122.2], [256, 41.8]]
WAITS = [[64, 20, 1000, 2.0], [1, 100, 90, 0.2], [None] * 4, [8, 50, 350, 0.5]]
FULL = {"util": 0.7, "method": "auto", "ttft_s": None}

# Specification, worked rows: 3,000,000 output tok/min, util 0.70, of the default method and of log-c.
WORKED = {
    "auto": {20: 7, 50: 9, 100: 31, 122.2: 59, 150: 84, 215: 326, 300: "#N/A"},
    "log-c": {20: 7, 50: 8, 100: 30, 122.2: 59, 150: 95, 215: 329, 300: "#N/A"},
}

REFUSED = [
    [["ab", 122.2], [True, "#N/A"]],
    [["1,234", 122.2], [1, 2]],
    [["#N/A", 122.2], [1, 2]],
    [[None, None], [None, None]],
    [[1, 100], [2, None], [3, 50]],
    [[1, 100, 5], [2, 60, None], [3, 50, None]],
    [[1, 100], [2, -5], [3, 50]],
    [[1, 100], [2, 1e16], [3, 50]],
    [[1, 100], [8, 50], [1, 90], [None, None], [8, 49]],
    [[1, 100], [8, 50], [None, None], [16, 70]],
    [[1, 100], [8, 120], [64, 190.123456789]],
    [[8, 50, 480], [1, 100, 100]],
    [[8, 50, 3], [1, 100, 100]],
    [[8, 50, 200], [1, 100, 50]],
    [[1, 100, 100, 0.5, 0.4], [8, 50, 400, 0.6, 0.7]],
    [[1, "it's", 2], [2, 3, 4]],
    [[1, 'say "x" and it\'s a rather long text that is cut', 2], [2, 3, 4]],
    [[1], [2]],
    [[1, 2, 3, 4, 5, 6]],
]


def check(rows):
    """Return a call of SIZING_CHECK with every argument, of a range that ends in a blank row."""
    return "SIZING_CHECK", [[*rows, [None] * len(rows[0])], 60, 3e6, 4, 0.7, None]


def differing(calls, engine):
    """Return those of the calls that give something else in an engine than in Python."""
    both = [(call, expected(*call), got) for call, got in zip(calls, ENGINES[engine](calls), strict=True)]
    return [each for each in both if not agrees(each[0][0], *each[1:])]


@pytest.mark.parametrize(("engine", "count", "seed"), [("ironcalc", 800, 101), ("formulon", 200, 102)])
def test_random_calls_give_what_python_gives(engine, count, seed):
    compared, found = differences(count, engine, seed)
    assert found == []
    kinds = {kind for _, kind in compared}
    assert kinds == {"value", "#N/A", "#NUM!", "#VALUE!"}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("method", WORKED)
def test_the_worked_rows_of_the_specification(engine, method):
    calls = [("SIZING_PODS", [CURVE, sla, 3e6, 0.7, method, None]) for sla in WORKED[method]]
    assert ENGINES[engine](calls) == list(WORKED[method].values())


@pytest.mark.parametrize("engine", ENGINES)
def test_unsorted_anchors_and_blank_rows_change_nothing(engine):
    orders = [CURVE, CURVE[::-1], [CURVE[1], [None, None], CURVE[0], ["", ""], CURVE[2], [None, None]]]
    calls = [("SIZING_GPUS_COMMIT", [rows, 100, 3e6, 4, *FULL.values()]) for rows in orders]
    assert ENGINES[engine](calls) == [236.0] * 3


@pytest.mark.parametrize("engine", ENGINES)
def test_a_refusal_is_worded_as_in_python(engine):
    calls = [check(rows) for rows in REFUSED]
    assert differing(calls, engine) == []
    assert "OK" not in {expected(*call) for call in calls}


@pytest.mark.parametrize("engine", ENGINES)
def test_an_argument_is_refused_in_the_words_of_python(engine):
    bad = {2: (-5, 1e16, "x", None), 3: (4.5, 0, 2_000_000), 4: (80, 0, 1e-7), 5: (-1, "1 s")}
    calls = [("SIZING_CHECK", [WAITS, 30, 3e6, 4, 0.7, 1.0])]
    for place, values in bad.items():
        calls += [(name, [*given[:place], value, *given[place + 1 :]]) for name, given in calls[:1] for value in values]
    calls += [("SIZING_CHECK", [CURVE, 30, 3e6, 4, 0.7, 1.0]), ("SIZING_CHECK", [CURVE, 300, 3e6, 4, 0.7, None])]
    calls += [("SIZING_CHECK", [WAITS, sla, 3e6, 4, 0.7, wait]) for sla in (30, 300) for wait in (0.05, 0.1999)]
    calls += [("SIZING_CHECK", [CURVE, 100, 1e15, 4, 0.7, None])]
    assert differing(calls, engine) == []
    assert [expected(*call) for call in calls].count("OK") == 1


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "given",
    [
        (CURVE, [[20], [50], [None], [100], [150], [300]], 3e6, 4, 0.7, 8.6, "auto", None),
        (WAITS, [[20, 30, 60, 90, 200]], 3e6, 4, 0.7, 8.6, "log-c", [[None, 1, 0.4, 0.3, 0.3]]),
        (WAITS, [[20], [60]], 3e6, 4, 1, 2.5, "tpot", [[1.5]]),
        (WAITS, [["x"], [60]], 3e6, 8, 0.7, 8.6, "tpot", None),
        (WAITS, [[3], [-60]], 3e6, 8, 0.7, 8.6, "tpot", None),
        (CURVE, [[3, 4], [60, 7]], 3e6, 8, 0.7, 8.6, "tpot", None),
        (CURVE, [[3], [60]], 3e6, 8, 0.7, 8.6, "tpot", [[3.0]]),
        (WAITS, [[3, 4]], 3e6, 8, 0.7, 8.6, "tpot", [[1, 2, 3]]),
        (CURVE, [[60], [3]], 1e15, 8, 0.7, 8.6, "tpot", None),
    ],
)
def test_a_table_is_that_of_python(engine, given):
    wanted = PYTHON.call("SIZING_TABLE", *given)
    if isinstance(wanted, str):
        assert ENGINES[engine]([("SIZING_TABLE", list(given))]) == [expected("SIZING_TABLE", given)]
        return
    got = ENGINES[engine]([("SIZING_TABLE", list(given))], size=(len(wanted), len(wanted[0])))
    pairs = [
        (one, other or "")
        for row, others in zip(wanted, got, strict=True)
        for one, other in zip(row, others, strict=True)
    ]
    assert [pair for pair in pairs if not agrees("", *pair)] == []


def test_an_argument_left_out_between_others_takes_its_default():
    calls = [
        ("SIZING_GPUS", [CURVE, 100, 3e6, 4, OMITTED, "log-c"]),
        ("SIZING_GPUS", [CURVE, 100, 3e6, 4]),
        ("SIZING_CHECK", [CURVE]),
        ("SIZING_CHECK", [CURVE, 300]),
        ("SIZING_AUDIT", [CURVE, 18, 3e6]),
        ("SIZING_DELTA_GPUS", [CURVE, CURVE, 100, 3e6, 4, OMITTED, 8]),
    ]
    assert differing(calls, "ironcalc") == []
    assert ENGINES["ironcalc"](calls)[:2] == [120.0, 124.0]  # 30 and 31 pods of 4 GPUs, as above


@pytest.mark.parametrize("engine", ENGINES)
def test_an_audit_rounds_halves_to_the_even_digit_as_python_does(engine):
    rates = (366.25, 366.75, 12.5, 99.96, 1234.04, 20.000000000000004)
    calls = [("SIZING_AUDIT", [[[1, rate], [64, 10]], 18, 3e4, 0.7, 5, "auto", None]) for rate in rates]
    calls.append(("SIZING_AUDIT", [CURVE, 320, 3e6, 1, 20, "auto", None]))
    assert differing(calls, engine) == []
    assert " is 156.2 tok/s needed" in expected(*calls[-1])  # 50,000/320 = 156.25


def test_every_function_of_python_is_there_or_said_to_be_missing():
    python = {each.name: each for each in PYTHON.functions}
    here = {each.name: each for each in FUNCTIONS}
    assert set(here) | set(ONLY_PYTHON) == set(python)
    assert set(here) & set(ONLY_PYTHON) == set()
    for name, each in here.items():
        arguments = [*each.arguments, *(f"[{argument}]" for argument in each.optional)]
        shown = [f"[{one.name}]" if one.optional else one.name for one in python[name].arguments]
        assert arguments == shown, name
