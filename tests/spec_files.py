"""Sizing files for tests: the two that are shipped, and ways to change one of their values."""

import copy
import json
from pathlib import Path

from xlsizing.spec import read_spec
from xlsizing.spec.text import read_document

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "xlsizing" / "examples" / "sizing.yaml"
ILLUSTRATIVE = ROOT / "workbook" / "examples" / "illustrative-verdict.yaml"

MINIMAL = {
    "demand": {"tpm": 3e6},
    "slas": [20, 50],
    "gpus_per_pod": 4,
    "curve": {"anchors": [[1, 215.5], [10, 122.2], [256, 41.8]]},
}

_CONTEXT = {"hardware": "GB300", "tp": 4, "pp": 1, "dp_in_pod": 1, "cudagraph_mode": "piecewise", "trials": 3}

FULL = MINIMAL | {
    "title": "A title",
    "customer": "A customer",
    "date": "2026-11-23",
    "demand": {"rps": 50, "osl": 1000},
    "growth": [{"date": "2027-03-01", "factor": 1.5}, {"date": "2027-11-23", "factor": 3}],
    "workload": {"isl": 1024, "osl": 1000, "turns": "multi-turn"},
    "slas": [20, {"tok_s_per_user": 50, "name": "chat", "ttft_s": 2, "ttfo_s": 5, "e2e_s": 60}],
    "latency_statistic": "p95",
    "util": 0.8,
    "spare_pods": 2,
    "method": "tpot",
    "price": {"usd_per_gpu_hour": 7.25, "date": "2026-11-01", "source": "a quote"},
    "curve": {"anchors": [[1, 215.5, 210, 0.1, 0.3], [10, 122.2, 1200, 0.2, 0.4]], "pool_rises": 0.02},
    "context": _CONTEXT,
    "model_size": {"total_b": 230, "active_b": 10, "gpu_mem_gb": 284},
    "levers": [
        {
            "name": "tuned",
            "kind": "tuned-curve",
            "effort_days": 3,
            "tier": "throughput",
            "campaign": "a campaign",
            "source": "a file",
            "changes": ["cudagraph_mode"],
            "baseline": {"curve": {"anchors": [[1, 200], [10, 110]]}, "context": {"tp": 4}, "gpus_per_pod": 8},
            "optimised": {
                "curve": {"anchors": [[1, 220], [10, 130]]},
                "context_changes": {"cudagraph_mode": "full"},
            },
        },
        {
            "name": "faster",
            "kind": "rate-factor",
            "effort_days": 1,
            "factor": 1.2,
            "optimised": {"context": dict(_CONTEXT)},
        },
    ],
    "sign_off": [{"role": "Sales engineer", "name": "A. Person", "date": "2026-11-24"}],
}
"""Every field of a sizing file but those that exclude each other [-]."""


def plain(path):
    """Return the values of a sizing file."""
    return read_document(path).value


def leaves(value, path=()):
    """Yield the path of every value that holds no others."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from leaves(item, (*path, key))
    if not isinstance(value, dict | list):
        yield path


def nodes(value, path=()):
    """Yield the path of every value inside `value`."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from nodes(item, (*path, key))


def changed(value, path, junk):
    """Return a copy of `value` with `junk` at `path`."""
    made = copy.deepcopy(value)
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = junk
    return made


def without(value, path):
    """Return a copy of `value` without what stands at `path`."""
    made = changed(value, path, None)
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return made


def written(folder, value, name="sizing.json"):
    """Return the path of a file that holds a value as JSON, which YAML reads as well, or a text."""
    file = folder / name
    file.write_text(value if isinstance(value, str) else json.dumps(value, indent=1), encoding="utf-8")
    return file


def spec_of(folder, value, name="sizing.json"):
    """Return the spec of a value or a text."""
    return read_spec(written(folder, value, name))
