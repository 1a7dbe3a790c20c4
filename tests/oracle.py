"""The rules of sizing once more: one row at a time, pure Python, exact fractions where a comparison or a ceiling decides.

Written from the specification alone. It shares no code, no numpy and no data layout with the package, so that an error has to
be made twice, in two shapes, before the two agree on it.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

TOLERANCE = Fraction(1, 10**9)
SAME_RATE = TOLERANCE + Fraction(1, 10**14)  # with room for the noise of numbers of fifteen digits
QUEUES_BELOW = Fraction(8, 10)
HOURS_PER_MONTH = 730


@dataclass(frozen=True)
class Point:
    """One anchor: requests in flight, tok/s/user and output tok/s of the replica."""

    c: float
    r: float
    t: float


@dataclass(frozen=True)
class Row:
    """What the specification says about one SLA and one demand."""

    regime: str
    feasible: bool
    c_star: float
    tps: float
    tok_s_per_user: float
    pods: int
    pods_low: int
    pods_budget: int
    pods_high: int
    max_num_seqs: int
    load: float
    load_one_fewer: float | None
    measure_next: int | None


def to_budget(points, i, estimate, proven, hoped, method, share=0.55, osl=None):
    """What a replica carries for the budget, without a measurement context: between anchors `i` and `i + 1`.

    `osl` are the output tokens that the customer asks for, where known.
    """
    low, high = points[i], points[i + 1]
    if Fraction(hoped) <= Fraction(5, 4) * Fraction(proven) * (1 + TOLERANCE):
        return proven
    if method == "log-c" or Fraction(points[0].c) > 16 * (1 + TOLERANCE):
        return proven
    etas = [Fraction(point.t) / (Fraction(point.c) * Fraction(point.r)) for point in points]
    if all(abs(eta - 1) < TOLERANCE for eta in etas):  # c x r stands in for output tok/s, or equals it
        if Fraction(high.c) > 64 * Fraction(low.c) * (1 + TOLERANCE) or (osl is not None and osl <= 256):
            return proven
    elif min(etas[i], etas[i + 1]) < QUEUES_BELOW * (1 - TOLERANCE):
        return proven
    return estimate ** (1 - share) * proven**share


def meets(r, sla):
    """Whether an anchor at `r` tok/s/user meets the SLA: never more than 1e-9 of the SLA below it."""
    return Fraction(r) / Fraction(sla) - 1 >= -SAME_RATE


def equals(r, sla):
    """Whether the last anchor that meets the SLA equals it: it is not more than 1e-9 of the SLA above it."""
    return Fraction(r) / Fraction(sla) - 1 <= SAME_RATE


def exceeds(t, other):
    """Whether a throughput is above another by more than 1e-9 of it."""
    return Fraction(t) > Fraction(other) * (1 + TOLERANCE)


def pods_for(demand, capacity, util):
    """Whole replicas: max(1, ceil(q (1 - 1e-9))) with q = demand / (capacity util), in exact arithmetic."""
    q = Fraction(demand) / (Fraction(capacity) * Fraction(util))
    return max(1, math.ceil(q * (1 - TOLERANCE)))


def pooled(rates):
    """Unweighted isotonic regression to a falling sequence: neighbours that rise are averaged until none does."""
    blocks = []
    for rate in rates:
        blocks.append([rate])
        while len(blocks) > 1 and _mean(blocks[-1]) > _mean(blocks[-2]):
            last = blocks.pop()
            blocks[-1].extend(last)
    return [_mean(block) for block in blocks for _ in block]


def _mean(values):
    return math.fsum(values) / len(values)


def points(concurrency, tok_s_per_user, output_tok_s=None):
    """Anchors by rising concurrency, their tok/s/user as a running minimum, their throughput measured or c x r."""
    measured = output_tok_s if output_tok_s is not None else [None] * len(concurrency)
    lowest, out = math.inf, []
    for c, r, t in sorted(zip(concurrency, tok_s_per_user, measured, strict=True), key=lambda anchor: anchor[0]):
        lowest = min(lowest, r)
        out.append(Point(c, lowest, c * lowest if t is None else t))
    return out


def power(curve, i, method):
    """The power of the concurrency in which TPOT is a straight line from anchor `i` to the next."""
    if method == "tpot":
        return 0.7
    if len(curve) > 2 and i == 0:
        return 0.8
    steep = steepness(curve[i], curve[i + 1])
    level = 0.4 + 0.8 * steep if len(curve) == 2 else 0.4 + steep - 0.6 * steepness(curve[i - 1], curve[i])
    return min(1.2, max(0.3, level))


def steepness(low, high):
    """How steeply tok/s/user falls between two anchors, on log-log paper."""
    return math.log(low.r / high.r) / math.log(high.c / low.c)


def concurrency_at(curve, i, sla, method):
    """The concurrency between anchor `i` and the next at which the method sees the SLA."""
    low, high = curve[i], curve[i + 1]
    if method == "log-c":
        share = (low.r - sla) / (low.r - high.r)
        return math.exp(math.log(low.c) + share * (math.log(high.c) - math.log(low.c)))
    p, share = power(curve, i, method), (1 / sla - 1 / low.r) / (1 / high.r - 1 / low.r)
    return low.c * (1 + share * ((high.c / low.c) ** p - 1)) ** (1 / p)


def rate_at(curve, i, c, method):
    """The tok/s/user which the method sees at a concurrency between anchor `i` and the next."""
    low, high = curve[i], curve[i + 1]
    if method == "log-c":
        share = (math.log(c) - math.log(low.c)) / (math.log(high.c) - math.log(low.c))
        return low.r + share * (high.r - low.r)
    p = power(curve, i, method)
    share = ((c / low.c) ** p - 1) / ((high.c / low.c) ** p - 1)
    return 1 / (1 / low.r + share * (1 / high.r - 1 / low.r))


def eta_at(low, high, c):
    """Measured throughput as a share of c x r, linear in ln c between two anchors."""
    share = (math.log(c) - math.log(low.c)) / (math.log(high.c) - math.log(low.c))
    at_low, at_high = low.t / (low.c * low.r), high.t / (high.c * high.r)
    return at_low + share * (at_high - at_low)


@dataclass(frozen=True)
class _Place:
    """Where the SLA falls on the curve, before any guard on throughput: `own` is what the row itself would carry."""

    case: str
    i: int
    c: float
    own: float


def place(curve, sla, method="log-c"):
    """The first case of the specification's table that matches: case, last anchor that meets, c*, the row's own throughput."""
    meeting = [index for index, point in enumerate(curve) if meets(point.r, sla)]
    if not meeting:
        return _Place("latency-tier-infeasible", 0, curve[0].c, curve[0].t)
    i = meeting[-1]
    if i == len(curve) - 1:
        return _Place("below-knee-plateau", i, curve[i].c, curve[i].t)
    if equals(curve[i].r, sla):
        return _Place("measured-anchor", i, curve[i].c, curve[i].t)
    c = concurrency_at(curve, i, sla, method)
    return _Place("interp", i, c, eta_at(curve[i], curve[i + 1], c) * c * sla)


@dataclass(frozen=True)
class Wait:
    """A limit in seconds and the wait at each point, by rising concurrency, as measured."""

    label: str
    seconds: list[float]
    limit: float

    def longest(self, i):
        """The longest wait up to a point: waits do not fall with concurrency."""
        return max(self.seconds[: i + 1])

    def met(self, i):
        """Whether the wait there is within the limit, or beyond it by no more than 1e-9 of it."""
        return meets(1 / Fraction(self.longest(i)), 1 / Fraction(self.limit))

    def reached_at(self, curve, i):
        """The concurrency between two points at which the wait is the limit: straight in ln c; the first point where it equals it."""
        if equals(1 / Fraction(self.longest(i)), 1 / Fraction(self.limit)):
            return curve[i].c
        share = (self.limit - self.longest(i)) / (self.longest(i + 1) - self.longest(i))
        return math.exp(math.log(curve[i].c) + share * math.log(curve[i + 1].c / curve[i].c))


def place_within(curve, sla, waits, method="log-c"):
    """The same with limits on waiting: the place, tok/s/user there, and what binds before any guard on throughput."""
    meeting = [i for i, point in enumerate(curve) if meets(point.r, sla) and all(wait.met(i) for wait in waits)]
    if not meeting:
        return _Place("latency-tier-infeasible", 0, curve[0].c, curve[0].t), curve[0].r, ""
    i = meeting[-1]
    if i == len(curve) - 1:
        return _Place("below-knee-plateau", i, curve[i].c, curve[i].t), curve[i].r, "last point"
    ends = {}
    if not meets(curve[i + 1].r, sla):
        ends["tok/s/user"] = curve[i].c if equals(curve[i].r, sla) else concurrency_at(curve, i, sla, method)
    ends |= {wait.label: wait.reached_at(curve, i) for wait in waits if not wait.met(i + 1)}
    binding = min(ends, key=ends.get)  # the first of equals
    c = ends[binding]
    if c == curve[i].c:
        return _Place("measured-anchor", i, c, curve[i].t), curve[i].r, binding
    rate = sla if binding == "tok/s/user" else rate_at(curve, i, c, method)
    return _Place("interp", i, c, eta_at(curve[i], curve[i + 1], c) * c * rate), rate, binding


def row_for_tokens(curve, sla, tok_s, util=0.7, method="log-c", osl=None):
    """The row for a demand in output tok/s: throughput decides, and never less of it than a point that meets the SLA gave."""
    at = place(curve, sla, method)
    best = max(point.t for point in curve[: at.i + 1])
    between = at.case == "interp"
    beyond = max(best, curve[at.i + 1].t) if between else best
    own = min(at.own, curve[at.i + 1].t) if between else at.own
    knee = exceeds(best, own)
    tps = max(best, own)
    peak = next(point for point in curve if not exceeds(best, point.t)) if knee else curve[at.i]
    regime = "knee-capped" if knee else at.case
    c_star = peak.c if knee else at.c
    pods = pods_for(tok_s, tps, util)
    return Row(
        regime=regime,
        feasible=at.case != "latency-tier-infeasible",
        c_star=c_star,
        tps=tps,
        tok_s_per_user=sla if regime == "interp" else peak.r,
        pods=pods,
        pods_low=pods_for(tok_s, beyond, util),
        pods_budget=pods_for(
            tok_s, to_budget(curve, at.i, tps, best, beyond, method, osl=osl) if between else best, util
        ),
        pods_high=pods_for(tok_s, best, util),
        max_num_seqs=flag(c_star),
        load=float(tok_s) / (pods * tps),
        load_one_fewer=float(tok_s) / ((pods - 1) * tps) if pods > 1 else None,
        measure_next=next_concurrency(curve, at, c_star, capped=knee),
    )


def row_for_users(curve, sla, users, util=0.7, method="log-c"):
    """The row for requests in flight: what decides is how many of them run at once, at a point that meets the SLA.

    Load is the share of the requests that the pods hold: users x S over pods x c x S.
    """
    at = place(curve, sla, method)
    between = at.case == "interp"
    proven = max(running(point) for point in curve[: at.i + 1])
    hoped = max(proven, running(curve[at.i + 1])) if between else proven
    held, best = proven, max(point.t for point in curve[: at.i + 1])
    own = min(at.own, curve[at.i + 1].t) if between else at.own
    if between:
        eta = eta_at(curve[at.i], curve[at.i + 1], at.c)
        held = min(max(proven, at.c * min(1.0, eta / float(QUEUES_BELOW))), hoped)
    pods = pods_for(users, held, util)
    lowest = next(point for point in curve if not exceeds(proven, running(point)))
    return Row(
        regime=at.case,
        feasible=at.case != "latency-tier-infeasible",
        c_star=held,
        tps=max(best, own),
        tok_s_per_user=sla if between else lowest.r,
        pods=pods,
        pods_low=pods_for(users, hoped, util),
        pods_budget=pods_for(users, to_budget(curve, at.i, held, proven, hoped, method) if between else proven, util),
        pods_high=pods_for(users, proven, util),
        max_num_seqs=flag(held),
        load=users / (pods * held),
        load_one_fewer=users / ((pods - 1) * held) if pods > 1 else None,
        measure_next=next_concurrency(curve, at, held, capped=exceeds(curve[-1].c, held) and not between),
    )


def running(point):
    """The requests that run at once at an anchor: more than T/(0.8 r) queue."""
    return min(point.c, point.t / (float(QUEUES_BELOW) * point.r))


def flag(c_star):
    """The serving flag: the whole concurrency at c*, at least one."""
    return max(1, math.floor(Fraction(c_star) * (1 + TOLERANCE)))


def next_concurrency(curve, at, c_star, *, capped=False):
    """The concurrency to measure next, or None where none would tell more.

    Between anchors a whole number strictly between them; on the plateau twice its concurrency, unless past the knee; above a
    curve that starts later, 1.
    """
    if at.case == "latency-tier-infeasible":
        return 1 if curve[0].c > 1 else None
    if at.case == "below-knee-plateau":
        return None if capped else 2 * at.c
    if at.case == "measured-anchor":
        return None
    c_low, c_high = curve[at.i].c, curve[at.i + 1].c
    m = min(max(math.floor(Fraction(c_star) * (1 + TOLERANCE)), math.floor(c_low) + 1), math.ceil(c_high) - 1)
    return m if c_low < m < c_high else None


def usd_per_month(pods, gpus_per_pod, gpu_hourly_usd, spare_replicas=0):
    """Dollars a month: every replica paid for, spares included."""
    return (pods + spare_replicas) * gpus_per_pod * gpu_hourly_usd * HOURS_PER_MONTH


def usd_per_million_tokens(monthly_usd, tok_s):
    """Dollars per million output tokens, at the demanded load."""
    return monthly_usd / (float(tok_s) * 3600 * HOURS_PER_MONTH / 1e6)
