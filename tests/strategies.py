"""Hypothesis strategies: valid curves of every shape, and SLAs and demands where the rules decide."""

from dataclasses import dataclass, field
from fractions import Fraction

from hypothesis import strategies as st

from tests import oracle
from xlsizing import Curve, Demand
from xlsizing.core.interpolation import AXES

UTILS = st.one_of(st.sampled_from([0.1, 0.5, 0.7, 0.85, 1.0]), st.floats(0.05, 1.0))
METHODS = st.sampled_from(list(AXES))


@dataclass(frozen=True)
class Anchors:
    """The columns of a curve, in the order given, and both readings of them."""

    concurrency: list[float]
    tok_s_per_user: list[float]
    output_tok_s: list[float] | None = field(default=None)

    def curve(self):
        """Return the curve of the package."""
        return Curve(self.concurrency, self.tok_s_per_user, output_tok_s=self.output_tok_s)

    def points(self):
        """Return the points of the oracle."""
        return oracle.points(self.concurrency, self.tok_s_per_user, self.output_tok_s)

    def ordered(self, order):
        """Return the same anchors, in another order."""
        columns = (self.concurrency, self.tok_s_per_user, self.output_tok_s)
        return Anchors(*(None if column is None else [column[i] for i in order] for column in columns))


# Steps in concurrency: finer than x2, x2, wide gaps. Falls of tok/s/user: none, slight, ordinary, past a knee.
_STEPS = st.one_of(st.sampled_from([1.25, 2.0, 4.0, 32.0]), st.floats(1.01, 8.0))
_FALLS = st.one_of(st.sampled_from([1.0, 0.999, 0.5, 0.1]), st.floats(0.2, 0.999))
_ETAS = st.floats(0.02, 1.05)
_STARTS = st.one_of(st.sampled_from([1.0, 8.0]), st.floats(0.1, 16.0))
_FASTEST = st.one_of(st.sampled_from([100.0, 215.5]), st.floats(1.0, 2000.0))


@st.composite
def anchors(draw, *, at_most=32):
    """Anchors of a valid curve, sometimes measured, in any order."""
    links = draw(st.lists(st.tuples(_STEPS, _FALLS), max_size=at_most - 1))
    c, r = [draw(_STARTS)], [draw(_FASTEST)]
    for step, fall in links:
        if c[-1] * step > 1e12 or r[-1] * fall < 1e-3:
            break
        c.append(c[-1] * step)
        r.append(r[-1] * fall)
    output = _output(c, r, [draw(_ETAS) for _ in c]) if draw(st.booleans()) else None
    order = draw(st.permutations(range(len(c)))) if draw(st.booleans()) else range(len(c))
    return Anchors(c, r, output).ordered(order)


def _output(c, r, etas):
    """Return measured output tok/s that look neither like those of one GPU nor like c x tok/s/user."""
    per_gpu = any(all(0.79 <= k * eta <= 1.06 for eta in etas) for k in range(2, 54))
    copied = all(abs(eta - 1) < 2e-3 for x, eta in zip(c, etas, strict=True) if x > 4)
    if per_gpu or copied:
        etas = [*etas[:-1], 0.7]
    return [eta * x * y for x, y, eta in zip(c, r, etas, strict=True)]


@st.composite
def slas(draw, given):
    """An SLA exactly at an anchor, within 2e-9 of one, above or below the curve, or anywhere on it."""
    rate = draw(st.sampled_from(given.tok_s_per_user))
    close = st.integers(-20, 20).map(lambda k: rate * (1 + k * 1e-10))
    near = st.one_of(close, st.sampled_from([rate * (1 + 1e-7), rate * (1 - 1e-7)]))
    fastest, slowest = max(given.tok_s_per_user), min(given.tok_s_per_user)
    return draw(st.one_of(near, st.floats(slowest / 2, fastest * 1.5), st.sampled_from([slowest / 2, fastest * 4])))


@st.composite
def cases(draw, **shape):
    """Anchors with an SLA on, at or off them."""
    given = draw(anchors(**shape))
    return given, draw(slas(given))


@st.composite
def token_demands(draw, given):
    """A demand in tokens, in one of its three forms, with the exact tok/s it asks for: up to a million pods."""
    tok_s = max(2e-3, draw(st.floats(0.01, 1e6)) * given.points()[0].t)
    osl = draw(st.sampled_from([1.0, 128.0, 1024.0]))
    forms = [
        (Demand.tok_s(tok_s), Fraction(tok_s)),
        (Demand.tpm(tok_s), Fraction(tok_s) / 60),
        (Demand.rps(tok_s / osl, osl=osl), Fraction(tok_s / osl) * Fraction(osl)),
    ]
    return draw(st.sampled_from(forms))


@st.composite
def users(draw, given):
    """Requests in flight: up to a hundred thousand pods that hold them all."""
    return max(1e-3, draw(st.floats(0.01, 1e5)) * given.points()[0].c)
