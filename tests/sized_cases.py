"""The cases of tests/cases/sizings.csv: anchors, SLA and demand, and what the sizing must answer.

The budget is at 95 %: demand over T^0.45 best^0.55 between anchors (as the oracle and a hand calculation have it), the
commitment elsewhere, and where the claim is withheld: for log-c always.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from xlsizing import Curve, Demand

FILE = Path(__file__).parent / "cases" / "sizings.csv"
INFEASIBLE = "latency-tier-infeasible"


@dataclass(frozen=True)
class Case:
    """One line of the file; c* and tok/s per pod are kept as written, so that their decimals say how exact they are."""

    case: str
    anchors: str
    sla: float
    unit: str
    demand: float
    osl: float | None
    gpus_per_pod: int
    util: float
    method: str
    regime: str
    c_star: str
    tok_s_per_pod: str
    pods: int
    pods_low: int
    pods_budget: int
    pods_high: int
    source: str

    @property
    def feasible(self):
        """Whether the SLA can be met."""
        return self.regime != INFEASIBLE

    @property
    def rows(self):
        """The anchors as rows of numbers, the way a range or a file holds them."""
        return [[float(part) for part in anchor.split(":")] for anchor in self.anchors.split()]

    def curve(self):
        """The curve of the package."""
        names = ("concurrency", "tok_s_per_user", "output_tok_s")
        return Curve(**dict(zip(names, zip(*self.rows, strict=True), strict=False)))

    def asked(self):
        """The demand of the package."""
        if self.unit == "rps":
            return Demand.rps(self.demand, osl=self.osl)
        return {"tpm": Demand.tpm, "tok/s": Demand.tok_s, "users": Demand.users}[self.unit](self.demand)

    def flags(self):
        """The same as flags of the command line."""
        flag = {"tpm": "--tpm", "tok/s": "--tok-s", "rps": "--rps", "users": "--users"}[self.unit]
        given = {
            flag: self.demand,
            "--osl": self.osl,
            "--sla": self.sla,
            "--anchors": self.anchors.replace(" ", ","),
            "--gpus-per-pod": self.gpus_per_pod,
            "--util": self.util,
            "--method": self.method,
        }
        return [text for name, value in given.items() if value is not None for text in (name, str(value))]


def as_written(text, value):
    """Return `value` with as many decimals as `text`."""
    return f"{value:.{len(text.partition('.')[2])}f}"


_TYPES = {
    "sla": float,
    "demand": float,
    "osl": lambda text: float(text) if text else None,
    "gpus_per_pod": int,
    "util": float,
    "pods": int,
    "pods_low": int,
    "pods_budget": int,
    "pods_high": int,
}


def _read():
    with FILE.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    return [Case(**{name: _TYPES.get(name, str)(text) for name, text in line.items()}) for line in lines]


CASES = _read()
