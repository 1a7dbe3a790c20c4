"""``xlsizing rightsize``: the tensor-parallel size worth trying."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from xlsizing.advice import (
    DEFAULT_DTYPE,
    DEFAULT_GPU_MEMORY_GB,
    DEFAULT_MEMORY_UTILIZATION,
    DEFAULT_TP,
    tp_advice,
)
from xlsizing.checks import number_in_text, refuse
from xlsizing.errors import InputError
from xlsizing.hosts.cli.flags import needed, only_with_spec, optional, outside_flag, ttft_flag, ttft_of
from xlsizing.hosts.cli.output import print_facts, print_json

__all__ = ["command"]

_FLAGS = {
    "total_b": "--total-b",
    "active_b": "--active-b",
    "dtype": "--dtype",
    "current_tp": "--current-tp",
    "gpu_memory_gb": "--gpu-mem-gb",
    "gpu_memory_utilization": "--gpu-memory-utilization",
}
_FIELDS = {
    "total_b": "model_size.total_b",
    "active_b": "model_size.active_b",
    "dtype": "context.weight_quantisation",
    "current_tp": "context.tp",
    "gpu_memory_gb": "model_size.gpu_mem_gb",
    "gpu_memory_utilization": "context.gpu_memory_utilization",
}
"""What the rule of thumb calls an input, and what it is called here."""


@click.command(name="rightsize", short_help="Say which tensor-parallel size a model needs.")
@click.option("--total-b", metavar="B", help="Total parameters of the model, in billions.")
@click.option("--active-b", metavar="B", help="Parameters active per token, in billions.")
@click.option("--dtype", metavar="NAME", default=DEFAULT_DTYPE, show_default=True, help="Weight dtype.")
@click.option("--current-tp", metavar="N", default=str(DEFAULT_TP), show_default=True, help="GPUs of a replica today.")
@click.option(
    "--gpu-mem-gb", metavar="GB", default=f"{DEFAULT_GPU_MEMORY_GB:g}", show_default=True, help="Memory of one GPU."
)
@click.option(
    "--gpu-memory-utilization",
    metavar="SHARE",
    default=str(DEFAULT_MEMORY_UTILIZATION),
    show_default=True,
    help="The serving flag.",
)
@click.option("--gpu-hourly-usd", metavar="USD", help="Price of one GPU-hour; 8.60 is assumed without it.")
@ttft_flag
@click.option("--spec", metavar="FILE", help="All of this from a sizing file: model_size, context and price.")
@outside_flag
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of sentences.")
def command(**flags: Any) -> int:
    """Say which tensor-parallel size a model needs: a rule of thumb, to be verified with an A/B."""
    named, given = (
        ({}, _from_flags(flags))
        if flags["spec"] is None
        else _from_spec(flags["spec"], allow_outside=flags["allow_outside"])
    )
    try:
        advice = tp_advice(**given, limits=ttft_of(flags))
    except InputError as error:
        names = _FLAGS if flags["spec"] is None else _FIELDS
        raise error.reworded(name=names.get(error.name, error.name), where=flags["spec"]) from None
    if flags["as_json"]:
        print_json({"model": named.get("Model", ""), **asdict(advice)})
        return 0
    print_facts(named)
    click.echo(advice.verdict)
    click.echo(f"{advice.label[0].upper()}{advice.label[1:]}.")
    if advice.usd_saved_per_month:
        unsourced = "" if flags["spec"] else ", no date or source given"
        rests_on = ", price assumed" if advice.price_assumed else unsourced
        click.echo(
            f"Per replica ({advice.gpu_hourly_usd:,.2f} $/GPU-hour{rests_on}): {advice.gpus_saved:,} GPUs and "
            f"${advice.usd_saved_per_month:,.0f}/month less if one replica still carries the same output tok/s; "
            "at equal tok/s per GPU nothing is saved."
        )
    return 0


def _from_flags(flags: dict[str, Any]) -> dict[str, Any]:
    return {
        "total_b": number_in_text(needed(flags, "total_b"), "--total-b"),
        "active_b": number_in_text(needed(flags, "active_b"), "--active-b"),
        "dtype": flags["dtype"],
        "current_tp": number_in_text(flags["current_tp"], "--current-tp"),
        "gpu_memory_gb": number_in_text(flags["gpu_mem_gb"], "--gpu-mem-gb"),
        "gpu_memory_utilization": number_in_text(
            flags["gpu_memory_utilization"], "--gpu-memory-utilization", share=True
        ),
        "gpu_hourly_usd": optional(flags, "gpu_hourly_usd"),
    }


def _from_spec(path: str, *, allow_outside: bool) -> tuple[dict[str, str], dict[str, Any]]:
    """Return what the file says of itself, and what it says of the model."""
    only_with_spec(("as_json", "ttft"))
    from xlsizing.spec import read_spec  # noqa: PLC0415  # pydantic and YAML are slow to import

    spec = read_spec(path, allow_outside=allow_outside)
    if spec.model_size is None:
        refuse("model_size", "must be in the sizing file", way_out="add total_b and active_b", where=path)
    known = {} if spec.context is None else spec.context.known()
    for name in ("weight_quantisation", "tp"):
        if name not in known:
            refuse(
                f"context.{name}", "must be in the sizing file", way_out="state what the replica runs today", where=path
            )
    given = {
        "total_b": spec.model_size.total_b,
        "active_b": spec.model_size.active_b,
        "dtype": known["weight_quantisation"],
        "current_tp": known["tp"],
        "gpu_memory_gb": spec.model_size.gpu_mem_gb,
        "gpu_memory_utilization": known.get("gpu_memory_utilization"),
        "gpu_hourly_usd": spec.price,
    }
    named = {"Model": spec.title or "", "Context": spec.context.label() if spec.context else ""}
    return named, {name: value for name, value in given.items() if value is not None}
