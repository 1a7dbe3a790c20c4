"""A sizing as one would script it in plain Python: log-c interpolation, a table, and the answer as JSON and Markdown.

``python plain_script.py FOLDER`` imports nothing but the standard library, checks nothing and explains nothing.
"""

import json
import math
import sys
from itertools import pairwise
from pathlib import Path

ANCHORS = ((1, 215.5), (10, 122.2), (256, 41.8))
SLAS = (20, 50, 100, 150, 215)
TOK_S, UTIL, GPUS_PER_POD, USD = 3_000_000 / 60, 0.70, 4, 8.60


def concurrency_at(sla):
    """Return the concurrency at which each user gets `sla`, with tok/s/user linear in the logarithm of concurrency."""
    for (c0, r0), (c1, r1) in pairwise(ANCHORS):
        if r1 <= sla <= r0:
            return c0 * (c1 / c0) ** ((r0 - sla) / (r0 - r1))
    return ANCHORS[-1][0]


def row(sla):
    """Return the sizing of one SLA."""
    c = concurrency_at(sla)
    tok_s = c * max(sla, ANCHORS[-1][1])
    pods = max(1, math.ceil(TOK_S / (tok_s * UTIL)))
    gpus = pods * GPUS_PER_POD
    return {"sla": sla, "c": c, "tok_s_per_pod": tok_s, "pods": pods, "gpus": gpus, "usd_per_month": gpus * USD * 730}


def main(folder):
    """Print the table, and write it as JSON and as Markdown."""
    rows = [row(sla) for sla in SLAS]
    texts = [tuple(rows[0])] + [tuple(f"{value:,.6g}" for value in each.values()) for each in rows]
    sys.stdout.write("".join("".join(f"{text:>16}" for text in each) + "\n" for each in texts))
    (folder / "sizing.json").write_text(json.dumps(rows, indent=2), encoding="utf-8")
    lines = [f"| {' | '.join(each)} |" for each in (texts[0], ["---"] * len(texts[0]), *texts[1:])]
    (folder / "sizing.md").write_text("# Sizing\n\n" + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
