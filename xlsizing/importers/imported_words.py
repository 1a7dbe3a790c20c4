"""What is said of each point of an imported curve: its runs, their files and fields."""

from __future__ import annotations

from typing import Any

__all__ = ["point_records"]


def point_records(imported: Any) -> list[dict[str, Any]]:
    """Return a record a run of an `imported` curve: where it comes from, and what was measured there."""
    return [_run_record(anchor, run) for anchor in imported.anchors for run in anchor.runs]


def _run_record(anchor: Any, run: Any) -> dict[str, Any]:
    m = run.measurement
    record = {
        "concurrency": m.concurrency,
        "runs": len(anchor.runs) if anchor.spread is not None else None,
        "cv": anchor.spread,
        "tok_s_per_user": run.tok_s_per_user,
        "field": run.source,
        "output_tok_s": run.output_tok_s,
        "ttft_s": run.ttft_s,
        "ttfo_s": run.ttfo_s,
        "achieved": m.achieved,
        "isl": m.isl,
        "osl": m.osl,
        "completed": m.completed,
        "failed": m.failed,
        "num_prompts": m.num_prompts,
        "duration_s": m.duration_s,
        "format": m.tool,
        "tool": m.context.get("benchmark_tool"),
        "source": m.place,
        "sha256": m.sha256,
    }
    return {name: value for name, value in record.items() if value is not None}
