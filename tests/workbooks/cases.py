"""Sizings as somebody types them into the customer workbook, and what the package answers: the same for every engine.

Generated from fixed seeds, so that a failure names a case that anybody can repeat.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import zip_longest

from xlsizing import Demand, Limits, NodePlan, size
from xlsizing.core.anchors import curve_from_rows

ROOM = 32
"""Anchors that the workbook has room for."""

SLAS = 12
"""SLAs that it has room for."""

COLUMNS = 4
"""Concurrency, tok/s/user, output tok/s and TTFT of an anchor."""

UNITS = ("tpm", "tok/s", "rps", "users", "people")


@dataclass(frozen=True)
class Case:
    """What stands in the input cells; None is a blank cell, in `anchors` a blank row, in `limits` on TTFT none."""

    name: str
    anchors: list
    slas: list
    unit: str = "tpm"
    demand: object = 3e6
    osl: object = None
    each: object = None
    peak: object = 1
    per_node: object = None
    lost: object = 0
    contract: object = None
    util: object = 0.7
    gpus_per_pod: object = 4
    spares: object = 0
    usd: object = 8.6
    hours: object = 730
    method: object = "auto"
    confidence: object = 0.95
    limits: list = field(default_factory=list)
    refused: bool = field(default=False)

    @cached_property
    def sizing(self):
        """The sizing of the package at the SLAs that are given, in their order."""
        return size(
            curve_from_rows(self.table(), lambda rows, column: f"rows {rows}, column {column}"),
            [sla for sla in self.slas if sla is not None],
            self.asked(),
            gpus_per_pod=self.gpus_per_pod,
            util=self.util,
            gpu_hourly_usd=self.usd,
            spare_replicas=self.spares,
            method=self.method,
            confidence=self.confidence,
            node_plan=None if self.per_node is None and not self.lost else NodePlan(self.per_node, self.lost),
            limits=Limits(ttft_s=[limit for sla, limit in zip_longest(self.slas, self.limits) if sla is not None]),
        )

    def asked(self):
        """The demand of the package."""
        form = {"tok/s": "tok_s"}.get(self.unit, self.unit)
        beside = {"rps": {"osl": self.osl}, "people": {"requests_per_person_min": self.each, "osl": self.osl}}
        return Demand.stated(form, self.demand, **beside.get(form, {})).at_peak(self.peak)

    def rows(self):
        """Return a row of the sizing for each SLA cell, None for a blank one."""
        rows = iter(self.sizing.rows())
        return [None if sla is None else next(rows) for sla in self.slas]

    def table(self):
        """Return the anchors as the cells of a table."""
        return [[*(row or ()), *[None] * COLUMNS][:COLUMNS] for row in self.anchors]


# ---------------------------------------------------------------------------------------------------------- curves


def _grid(rng, count, low=1.25, high=4.0, start=None):
    """Return rising concurrencies, whole numbers more often than not."""
    whole = rng.random() < 0.7
    found = [start or rng.choice([1, 1, 2, 8, 0.5])]
    while len(found) < count:
        after = found[-1] * rng.uniform(low, high)
        found.append(max(round(after), int(found[-1]) + 1) if whole else after)
    return found


def _falling(rng, count, fastest=None, low=0.45, high=0.98):
    """Return falling tok/s/user, rounded as tools print them more often than not."""
    rates = [fastest or rng.choice([100.0, 215.5, rng.uniform(20, 900)])]
    for _ in range(count - 1):
        rates.append(rates[-1] * rng.uniform(low, high))
    digits = rng.choice([2, 3, 12])
    return [round(rate, digits) for rate in rates]


def _measured(rng, c, r):
    """Return measured output tok/s that the other columns allow."""
    return [round(rng.uniform(0.6, 1.04) * x * y, 4) for x, y in zip(c, r, strict=True)]


def _rates_for(c, tps):
    """Return the tok/s/user that gives these throughputs, kept from rising."""
    rates = []
    for x, t in zip(c, tps, strict=True):
        rates.append(min(t / x, rates[-1] if rates else t / x))
    return rates


def single(rng):
    return [(_grid(rng, 1)[0], _falling(rng, 1)[0])]


def pair(rng):
    return list(zip(_grid(rng, 2), _falling(rng, 2), strict=True))


def ordinary(rng):
    count = rng.randint(3, 10)
    return list(zip(_grid(rng, count), _falling(rng, count), strict=True))


def flat(rng):
    """Neighbours with the same rate, in the middle and at either end; noise within 1e-9 in some."""
    count = rng.randint(3, 9)
    rates = _falling(rng, count)
    for _ in range(rng.randint(1, count)):
        at = rng.randrange(1, count)
        rates[at:] = [rates[at - 1]] + [min(rate, rates[at - 1]) for rate in rates[at + 1 :]]
    rates = sorted(rates, reverse=True)
    if rng.random() < 0.4:
        at = rng.randrange(1, count)
        rates[at] = rates[at - 1] * (1 + 5e-10)
        rates = rates[: at + 1] + [min(rate, rates[at - 1]) for rate in rates[at + 1 :]]
    return list(zip(_grid(rng, count), rates, strict=True))


def all_flat(rng):
    count = rng.randint(2, 6)
    return [(c, 50.0) for c in _grid(rng, count)]


def knee(rng):
    """Throughput rises to a peak and falls after it."""
    count = rng.randint(3, 9)
    c = _grid(rng, count)
    peak = rng.randrange(count)
    tps = [100.0]
    for i in range(1, count):
        grown = min(c[i] / c[i - 1], rng.uniform(1.05, 2)) if i <= peak else rng.uniform(0.5, 0.95)
        tps.append(tps[-1] * grown)
    return list(zip(c, _rates_for(c, tps), strict=True))


def humps(rng):
    """Two peaks of throughput, the second lower, equal or higher."""
    c = _grid(rng, 7, low=1.6, high=2.5)
    second = rng.choice([1.4, 1.0, 1.9])
    tps = [100.0, 150.0, 110.0, 90.0, 100.0 * second, 150.0 * second / 1.4, 80.0]
    return list(zip(c, _rates_for(c, tps), strict=True))


def equal_peaks(rng):
    """The same throughput at several anchors: the lowest concurrency counts."""
    c = [1, 4, 16, 64][: rng.randint(2, 4)]
    return [(x, 120 / x) for x in c]


def gaps(rng):
    """Neighbours 5 to 100 times apart."""
    count = rng.randint(2, 5)
    return list(zip(_grid(rng, count, low=5.1, high=100), _falling(rng, count, low=0.1, high=0.8), strict=True))


def full(rng):
    """As many anchors as there is room for."""
    return list(zip(_grid(rng, ROOM, low=1.05, high=1.5), _falling(rng, ROOM, low=0.8, high=0.999), strict=True))


def extreme(rng):
    """Numbers near the ends of what is taken."""
    scale, rate = rng.choice([(1e-3, 1e4), (1e6, 1e-3), (1, 1e7)])
    return [(scale * 10**i, rate / 3**i) for i in range(rng.randint(2, 5))]


CURVES = (single, pair, ordinary, flat, all_flat, knee, humps, equal_peaks, gaps, full, extreme)


# ------------------------------------------------------------------------------------------------------- whole cases


def _slas(rng, rates):
    """Return SLAs on, just beside, between, below and above the measured rates, in any order."""
    fast, slow = max(rates), min(rates)
    some = [rng.choice(rates) for _ in range(6)]
    pool = [
        *some[:2],
        some[2] * (1 + 1e-10),
        some[3] * (1 - 1e-10),
        some[4] * (1 + 1e-7),
        some[5] * (1 - 1e-7),
        slow / 2,
        fast * 1.2,
        fast * 40,
        *(rng.uniform(slow * 0.8, fast * 1.1) for _ in range(6)),
    ]
    return rng.sample(pool, rng.choice([1, 3, 5, SLAS]))


def _laid_out(rng, rows):
    """Return the anchors in the order and with the blank rows of somebody in a hurry."""
    rows = list(rows)
    if rng.random() < 0.4:
        rng.shuffle(rows)
    while len(rows) < ROOM and rng.random() < 0.35:
        rows.insert(rng.randrange(len(rows) + 1), None)
    return rows


def _case(seed, shape, unit, method, *, measured):
    rng = random.Random(f"{shape.__name__} {unit} {method} {measured} {seed}")  # noqa: S311  # nothing secret
    rows = shape(rng)
    c, r = ([row[i] for row in rows] for i in (0, 1))
    if measured:
        tps = _measured(rng, c, r)
        rows = (
            list(zip(c, r, tps, strict=True))
            if rng.random() < 0.7
            else [(*row, 0.1) for row in zip(c, r, tps, strict=True)]
        )
    demand, osl = _demand(rng, c, r, unit)
    each = rng.choice([0.2, 1.2, 6]) if unit == "people" else None
    per_node = rng.choice([None, None, 4, 8, 72])
    lost = 0 if per_node is None else rng.choice([0, 1, 3])
    return Case(
        name=f"{shape.__name__} {unit} {method}{' measured' if measured else ''} {seed}",
        anchors=_laid_out(rng, rows),
        slas=_with_blanks(rng, _slas(rng, r)),
        unit=unit,
        demand=demand,
        osl=osl,
        each=each,
        peak=1 if unit == "users" else rng.choice([1, 1, 2.5, round(rng.uniform(1, 8), 2)]),
        per_node=per_node,
        lost=lost,
        util=rng.choice([0.7, 0.7, 1.0, 0.5, 0.85, round(rng.uniform(0.05, 1), 3)]),
        gpus_per_pod=rng.choice([1, 2, 4, 8, 16, 72]),
        spares=0 if lost else rng.choice([0, 0, 1, 2, 7]),
        usd=rng.choice([8.6, 8.6, 2.95, round(rng.uniform(0.5, 20), 2)]),
        hours=rng.choice([730, 730, 720, 744]),
        method=method,
        confidence=rng.choice([0.95, 0.95, 0.9, 0.99]),
    )


def _with_blanks(rng, slas):
    slas = list(slas)
    while len(slas) < SLAS and rng.random() < 0.25:
        slas.insert(rng.randrange(len(slas) + 1), None)
    return slas


def _demand(rng, c, r, unit):
    """Return a demand of a fraction of a pod up to ten thousand of the smallest ones, and its tokens per request."""
    pods = 10 ** rng.uniform(-1, 4)
    if unit == "users":
        return rng.choice([pods * c[0], max(1, round(pods * c[0]))]), None
    tok_s = max(1e-3, pods * min(x * y for x, y in zip(c, r, strict=True)))
    if unit in ("rps", "people"):
        osl = rng.choice([1, 128, 1024, 350.5])
        return tok_s / osl, osl
    return tok_s * (60 if unit == "tpm" else 1), None


def _multiples():
    """Demands that are exact multiples of what pods carry: ceilings of float noise, a hair less and a hair more."""
    found = []
    for seed in range(40):
        rng = random.Random(f"multiples {seed}")  # noqa: S311  # nothing secret
        rows = ordinary(rng)
        c, r = rng.choice(rows)
        util, pods = rng.choice([0.7, 0.1, 0.3, 0.9, 1.0]), rng.randint(1, 4000)
        carried = (c * r) * util * pods
        unit = rng.choice(["tpm", "tok/s"])
        found.append(
            Case(
                name=f"{pods} pods exactly {unit} {seed}",
                anchors=rows,
                slas=[rate for _, rate in rows[:SLAS]],
                unit=unit,
                demand=carried
                * (60 if unit == "tpm" else 1)
                * rng.choice([1, 1, 1 + 1e-10, 1 - 1e-10, 1 + 1e-7, 1 - 1e-7]),
                util=util,
            )
        )
    return found


WORKED = [(1, 215.5), (10, 122.2), (256, 41.8)]
"""The anchors of the worked rows."""


def _named():
    """Cases that somebody has thought of."""
    slas = [20, 50, 100, 150, 215, 122.2, 300]
    return [
        Case("worked rows", WORKED, slas),
        Case("worked rows, tpot", WORKED, slas, method="tpot"),
        Case("worked rows, auto", WORKED, slas, method="auto"),
        Case("two anchors, auto", [(1, 200, None), (64, 30, None)], [30, 60, 100, 199], method="auto"),
        Case("worked rows backwards", WORKED[::-1], slas[::-1]),
        Case("cross-check", [(128, 22.78125)], [22.78125], gpus_per_pod=8, util=1),
        Case("blank rows first", [None, None, *WORKED], slas),
        Case("blank rows last and between", [WORKED[0], None, WORKED[1], None, None, WORKED[2], None], slas),
        Case("in the last rows", [None] * (ROOM - 3) + WORKED, slas),
        Case("the same SLA twice", WORKED, [50, 50, 50]),
        Case("nothing can be met", WORKED, [300, 400, 216]),
        Case("starts above c=1", [(8, 100), (64, 40)], [101, 100, 60, 40, 10]),
        Case("an interpolated c* below 2", [(1, 200), (2, 100)], [199, 150, 101]),
        Case("one user", WORKED, slas, unit="users", demand=1),
        Case("many users", WORKED, slas, unit="users", demand=1e6),
        Case("a thousandth of a pod", WORKED, slas, demand=1),
        Case("near the most pods", WORKED, [100], unit="tok/s", demand=8e10),
        Case("the most spares", WORKED, slas, spares=1_000_000),
        Case("the most GPUs per pod", WORKED, slas, gpus_per_pod=1_000_000),
        Case("throughput at the upper limit of eta", [(1, 100, 105), (10, 50, 525)], [100, 70, 50]),
        Case("throughput a hair above the limit of eta", [(1, 100, 105 * (1 + 5e-10)), (10, 50, 525)], [100, 70, 50]),
        Case("throughput a hair below the limit of eta", [(1, 100, 2 * (1 - 5e-10)), (10, 50, 10)], [100, 70, 50]),
        Case("peaks alike but for noise", [(1, 100), (2, 50 * (1 + 5e-10)), (4, 20)], [20, 10, 30, 50]),
        Case("past the peak by no more than noise", [(1, 100), (2, 50 * (1 - 5e-10)), (4, 20)], [50, 49, 20]),
        Case("one pod carries it all", WORKED, [20, 50, 122.2, 215], demand=60),
        Case("throughput at the lower limit of eta", [(1, 100, 2), (10, 50, 10)], [100, 70, 50]),
        Case(
            "measured throughput falls although c x r rises",
            [(1, 100, 100), (10, 60, 80), (40, 30, 300)],
            [100, 90, 60, 45, 30],
        ),
        Case(
            "the clamp to the next anchor acts",
            [(1, 100, 100), (10, 90, 120), (100, 50, 130)],
            [99, 95, 91, 89, 60, 51],
        ),
        Case(
            "users behind a queue", [(16, 95, 1520), (1024, 88, 2472)], [80, 88, 90, 94, 95], unit="users", demand=1e3
        ),
        Case("users past a queue", [(8, 100, 800), (64, 50, 960), (128, 40, 512)], [30, 40, 45, 70], unit="users"),
        Case("rises as noise", [(64, 88.57, 2107), (16, 95.08, 1531), (32, 88.53, 1933), (128, 88.38, 2409)], [60, 90]),
        Case("rises in two groups", [*zip(range(1, 9), (100, 98, 98.3, 98.1, 98.2, 50, 50.1, 40), strict=True)], slas),
        Case("a rise of a hair", [(1, 215.5), (10, 122.2), (256, 122.2 * (1 + 2e-9))], slas),
        Case("throughput worked out", [(1, 100, 60), (8, 80, 640), (64, 50, 3200), (128, 30, 3840)], [90, 60, 40, 20]),
        Case("people at their peak, in nodes", WORKED, slas, "people", 2000, 700, 1.2, 2.5, 8, 1),
        Case("pods that fill no node", WORKED, slas, gpus_per_pod=3, per_node=8, lost=2),
        Case("pods of two nodes", WORKED, slas, gpus_per_pod=12, per_node=8, lost=1),
        Case("the most that may fail", WORKED, slas, gpus_per_pod=1, per_node=1_000_000, lost=1000),
        Case("nodes alone, and spares of one's own", WORKED, slas, per_node=16, spares=3),
        Case("the steepest peak", WORKED, slas, demand=3000, peak=1000),
        Case("TTFT without throughput", [(1, 100, None, 0.1), (10, 50, None, 0.4)], [100, 70, 50]),
    ]


WAITING = [(1, 215.5, None, 0.1), (10, 122.2, None, 0.18), (64, 70, None, 0.9), (256, 41.8, None, 1.9)]
"""Anchors with TTFT, as in the tests of limits in the core."""


def _limited():
    """Cases with limits on TTFT that somebody has thought of."""
    slas = [40, 40, 100, 100, 300, 300, None, 20, 20, 70]
    limits = [0.9, 1.2, 0.5, None, 2, 0.04, None, 5, 1.9, 0.05]
    falls = [(1, 100, None, 0.1), (8, 80, None, 0.5), (16, 60, None, 0.3), (32, 40, None, 0.6)]
    flat = [(1, 100, None, 0.1), (8, 50, None, 0.5), (16, 50, None, 0.5), (32, 50, None, 0.6)]
    hair = [0.9 * (1 + k * 1e-10) for k in range(-20, 21, 4)]
    measured = [(8, 100, 790, 0.2), (64, 50, 1600, 0.8), (128, 40, 2600, 3)]
    hump = [(1, 100, None, 0.1), (8, 80, None, 0.2), (64, 8, None, 5), (80, 7.9, None, 6)]
    return [
        Case("limits", WAITING, slas, limits=limits),
        Case("limits cleared", WAITING, slas),
        Case("limits set anew", WAITING, slas[::-1], limits=limits[::-1], method="log-c"),
        Case("limits of users", WAITING, slas, limits=limits, unit="users", demand=500, method="tpot"),
        Case("a limit a hair off an anchor", WAITING, [40] * len(hair), limits=hair),
        Case(
            "both a hair off an anchor",
            WAITING,
            [70 * (1 + 9e-10), 70 * (1 - 9e-10), 70],
            limits=[0.9, 0.9, 0.9 - 8e-10],
        ),
        Case("TTFT that falls", falls[::-1], [30, 30, 30, 45], limits=[0.4, 0.5, 0.55, 0.59]),
        Case("rates and waits that stand still", flat, [50, 50, 49, 60, 10], limits=[0.5, 0.55, 0.5, 0.5, 0.6]),
        Case("limits with measured throughput", measured, [30, 45, 90, 30, 30], limits=[1, 2, 0.5, 2.9, 0.1]),
        Case("limits of users behind a queue", measured, [30, 45, 90], limits=[1, 2, 0.5], unit="users", demand=900),
        Case("limits past the knee", hump, [5, 5, 7.9], limits=[10, 5.5, 6]),
        Case("limits where the curve starts late", WAITING[1:], [130, 40, 130], limits=[2, 0.1, 0.1]),
        Case("a limit and one anchor", WAITING[1:2], [100, 100, 100], limits=[0.18, 0.2, 0.17]),
    ]


def _edges():
    """SLAs at and just beside measured rates, in steps of 1e-10 up to 2e-9: where meeting and equalling part."""
    curves = {
        "worked": WORKED,
        "rates all but alike": [(10, 1), (256, 0.999999999)],
        "a steep fall": [(10, 1), (256, 0.5)],
        "behind a queue": [(16, 95, 1520), (1024, 88, 2472)],
    }
    steps = range(-20, 21)
    found = []
    for (name, rows), method, unit in zip(
        curves.items(), ("auto", "log-c", "tpot", "auto"), ("tpm", "users") * 2, strict=True
    ):
        for rate in (row[1] for row in rows):
            for start in range(0, len(steps), SLAS):
                slas = [rate * (1 + k * 1e-10) for k in steps[start : start + SLAS]]
                demand = 3e4 if unit == "tpm" else 500
                found.append(
                    Case(f"{name}, {rate:.10g} from {start}", rows, slas, unit=unit, demand=demand, method=method)
                )
    return found


def _generated():
    # Extremes would need more pods than are taken at most of these demands, or nearly none: they get their own demand above.
    found = []
    for shape in CURVES:
        for method in ("auto", "log-c", "tpot"):
            for measured in (False, True):
                for at, unit in enumerate(UNITS):
                    if unit == "people" and method != "auto":
                        continue  # once on each curve: they are requests by another name
                    found.append(_case(at, shape, unit, method, measured=measured))
    return found


GOOD = [*_named(), *_limited(), *_edges(), *_multiples(), *_generated()]
"""Cases that the package sizes."""


# ------------------------------------------------------------------------------------------------------- bad input


_BAD_ANCHORS = {
    "no anchors": [],
    "duplicate concurrency": [*WORKED, (10, 120)],
    "duplicate row": [*WORKED, WORKED[1]],
    "duplicate in unsorted rows": [WORKED[1], WORKED[2], WORKED[0], WORKED[1]],
    "tok/s/user rises": [(1, 215.5), (10, 122.2), (256, 141.8)],
    "tok/s/user rises in unsorted rows": [(256, 141.8), (1, 215.5), (10, 122.2)],
    "tok/s/user rises by more than noise": [(1, 215.5), (10, 122.2), (256, 122.2 * 1.0051)],
    "tok/s/user creeps up": [(1, 100), (2, 100.4), (4, 100.8), (8, 50)],
    "throughput of one GPU of 4": [(8, 100, 195), (64, 50, 780)],
    "throughput of one GPU of 16": [(8, 100, 50), (64, 50, 180), (256, 20, 310)],
    "concurrency blank": [*WORKED[:2], (None, 41.8)],
    "tok/s/user blank": [*WORKED[:2], (256, None)],
    "only throughput": [*WORKED, (None, None, 100)],
    "only TTFT": [*WORKED, (None, None, None, 1)],
    "text as concurrency": [*WORKED[:2], ("many", 41.8)],
    "number as text": [*WORKED[:2], ("256", 41.8)],
    "text as tok/s/user": [*WORKED[:2], (256, "n/a")],
    "a space": [*WORKED, (" ", None)],
    "concurrency zero": [(0, 300), *WORKED],
    "tok/s/user zero": [*WORKED, (300, 0)],
    "negative concurrency": [(-1, 300), *WORKED],
    "negative tok/s/user": [*WORKED, (300, -5)],
    "concurrency too small": [(1e-7, 300), *WORKED],
    "concurrency too large": [*WORKED, (2e15, 1)],
    "throughput on some anchors only": [(1, 215.5, 210), (10, 122.2), (256, 41.8, 9000)],
    "throughput as text": [(1, 215.5, "210"), (10, 122.2, 1200), (256, 41.8, 9000)],
    "throughput zero": [(1, 215.5, 210), (10, 122.2, 0), (256, 41.8, 9000)],
    "throughput negative": [(1, 215.5, 210), (10, 122.2, -1200), (256, 41.8, 9000)],
    "throughput above c x tok/s/user": [(1, 215.5, 210), (10, 122.2, 1300), (256, 41.8, 9000)],
    "throughput hardly anything": [(1, 215.5, 210), (10, 122.2, 20), (256, 41.8, 9000)],
    "TTFT on some anchors only": [(1, 215.5, None, 0.1), (10, 122.2), (256, 41.8, None, 0.3)],
    "TTFT as text": [(1, 215.5, None, "fast"), (10, 122.2, None, 0.2), (256, 41.8, None, 0.3)],
}
_BAD_CELLS = {
    "demand": [None, 0, -3e6, "3,000,000", 1e-7, 2e15],
    "unit": ["tokens", None],
    "util": [None, 0, 80, 1.0001, -0.7, "70 %"],
    "gpus_per_pod": [None, 0, -4, 2.5, "4", 2_000_000],
    "spares": [-1, 0.5, "one", 2_000_000],
    "usd": [None, 0, -8.6, "8.60"],
    "hours": [None, 0, -730, "730", 744.1, 8760],
    "method": ["linear", None],
    "peak": [None, 0, 0.99, 1001, "2"],
    "per_node": [0, -8, 1.5, "8", 2_000_000],
    "lost": [-1, 0.5, "one", 1],
}


def _bad():
    good = Case("good", WORKED, [20, 50, 100, 300], refused=True)
    found = [replace(good, name=name, anchors=rows) for name, rows in _BAD_ANCHORS.items()]
    found += [
        replace(good, name=f"{cell}: {value!r}", **{cell: value})
        for cell, values in _BAD_CELLS.items()
        for value in values
    ]
    found += [
        replace(good, name=f"SLA {value!r}", slas=[20, value, 100]) for value in (0, -20, "fast", "50", 1e-7, 2e15)
    ]
    found += [
        replace(good, name="no SLA", slas=[]),
        replace(good, name="users at a peak", unit="users", demand=100, peak=2),
        replace(good, name="nodes that fail, and spares of one's own", per_node=8, lost=1, spares=1),
        replace(good, name="more nodes that fail than are taken", per_node=8, lost=1001),
        *(
            replace(good, name=f"people without requests: {value!r}", unit="people", demand=50, osl=700, each=value)
            for value in (None, 0, -1, "1.2")
        ),
        *(
            replace(good, name=f"people without tokens: {value!r}", unit="people", demand=50, osl=value, each=1.2)
            for value in (None, 0, "700")
        ),
        *(replace(good, name=f"contract of row {value!r}", contract=value) for value in (0, 1.5, "2", 13)),
        replace(good, name="a limit that the curve does not tell", limits=[0.5]),
        replace(good, name="a limit beside no SLA", anchors=WAITING, slas=[20, None], limits=[1, 1]),
        *(
            replace(good, name=f"limit {value!r}", anchors=WAITING, limits=[1, value])
            for value in (0, -1, "1 s", "2", 1e-7, 2e15)
        ),
        replace(good, name="more pods than are taken", unit="tok/s", demand=1e15),
        replace(good, name="more pods than are taken for users", unit="users", demand=1e12),
        *(
            replace(good, name=f"requests without tokens: {value!r}", unit="rps", demand=50, osl=value)
            for value in (None, 0, -1, "1000")
        ),
    ]
    return found


BAD = _bad()
"""Cases that the package refuses, each with the default of everything else."""


WORKBOOK_ALONE = ("hours: ", "usd: None", "a limit beside no SLA", "lost: 1", "contract of row")
"""Beginnings of names of cases that the package has no argument for, or a default."""
