"""``xlsizing rightsize``: the tensor-parallel size worth trying."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import click

from xlsizing.advice import (
    DEFAULT_DTYPE,
    DEFAULT_GPU_MEMORY_GB,
    DEFAULT_MEMORY_UTILIZATION,
    DEFAULT_TP,
    TpAdvice,
    tp_advice,
)
from xlsizing.checks import refuse
from xlsizing.core import Price, price_of
from xlsizing.errors import InputError, shown
from xlsizing.hosts.cli.declaring import OR_SPEC, OnceEach, flag, group, needed, option, spec_flag, was_given
from xlsizing.hosts.cli.flags import PER_POD, json_flag, outside_flag, ttft_flag, ttft_limit
from xlsizing.hosts.cli.output import print_facts, print_json
from xlsizing.hosts.cli.typed import NUMBER, SHARE

__all__ = ["command"]

_FIELDS = {
    "total_b": "model_size.total_b",
    "active_b": "model_size.active_b",
    "dtype": "context.weight_quantisation",
    "current_tp": "context.tp",
    "gpu_mem_gb": "model_size.gpu_mem_gb",
    "gpu_memory_utilization": "context.gpu_memory_utilization",
}
"""What a flag is called in the record, and what in the sizing file."""

_FLAGS = {name: flag(name) for name in _FIELDS}

_DEFAULTS: Final[dict[str, Any]] = {
    "current_tp": DEFAULT_TP,
    "dtype": DEFAULT_DTYPE,
    "gpu_mem_gb": DEFAULT_GPU_MEMORY_GB,
    "gpu_memory_utilization": DEFAULT_MEMORY_UTILIZATION,
}
"""What is assumed where nobody says it."""


@dataclass(frozen=True)
class _Replica:
    """What the rule of thumb asks for, each field called as its flag."""

    total_b: float | None = option("--total-b", NUMBER, "B", "Total parameters of the model, in billions.")
    active_b: float | None = option("--active-b", NUMBER, "B", "Parameters active per token, in billions.")
    dtype: str = option("--dtype", None, "NAME", "Weight dtype.", default=DEFAULT_DTYPE)
    current_tp: int = option("--current-tp", PER_POD, "N", "GPUs of a replica today.", default=str(DEFAULT_TP))
    gpu_mem_gb: float = option("--gpu-mem-gb", NUMBER, "GB", "Memory of one GPU.", default=f"{DEFAULT_GPU_MEMORY_GB:g}")
    gpu_memory_utilization: float = option(
        "--gpu-memory-utilization", SHARE, "SHARE", "The serving flag.", default=str(DEFAULT_MEMORY_UTILIZATION)
    )
    gpu_hourly_usd: float | None = option(
        "--gpu-hourly-usd", NUMBER, "USD", "Price of one GPU-hour; 8.60 is assumed without it."
    )

    def given(self) -> dict[str, Any]:
        """Return what was given, without what is assumed."""
        for name in ("total_b", "active_b"):
            needed(getattr(self, name), flag(name), OR_SPEC)
        return {name: value for name, value in vars(self).items() if was_given(name)}


@click.command(cls=OnceEach, name="rightsize")
@group("replica", _Replica)
@ttft_flag
@spec_flag("All of this from a sizing file: model_size, context and price.", "as_json", "ttft")
@outside_flag
@json_flag("sentences")
def command(*, replica: _Replica, ttft: float | None, spec: str | None, allow_outside: bool, as_json: bool) -> int:
    """Say which tensor-parallel size a model needs: a rule of thumb, to be verified with an A/B."""
    names = _FIELDS if spec else _FLAGS
    named, given = ({}, replica.given()) if spec is None else _from_spec(spec, allow_outside=allow_outside)
    used, assumed = _DEFAULTS | given, [name for name in _DEFAULTS if name not in given]
    try:
        advice = _advice(**used, limits=ttft_limit(ttft))
    except InputError as error:
        raise error.reworded(name=names.get(error.name, error.name), where=spec) from None
    saving = _saving_condition(advice, price_of(given.get("gpu_hourly_usd")))
    if as_json:
        memory = {name: used[name] for name in ("gpu_mem_gb", "gpu_memory_utilization")}
        told = {"model": named.get("Model", ""), **asdict(advice), **memory}
        print_json(told | {"saving_condition": saving, "assumed": assumed})
        return 0
    print_facts(named | {"Assumed": ", ".join(f"{names[name]} {_value(used[name])}" for name in assumed)})
    click.echo(advice.verdict)
    click.echo(f"{advice.label[0].upper()}{advice.label[1:]}.")
    if saving:
        click.echo(saving)
    return 0


def _advice(*, gpu_mem_gb: float, **given: Any) -> TpAdvice:
    """Return the advice on a replica of GPUs of `gpu_mem_gb` [GB]; a refusal calls that as the flag does."""
    try:
        return tp_advice(**given, gpu_memory_gb=gpu_mem_gb)
    except InputError as error:
        raise error.reworded(name="gpu_mem_gb" if error.name == "gpu_memory_gb" else error.name) from None


def _value(value: Any) -> str:
    return value if isinstance(value, str) else shown(value)


def _saving_condition(advice: TpAdvice, price: Price) -> str | None:
    """Return what is saved, and on which condition, in one sentence; None where nothing is."""
    if not advice.usd_saved_per_month:
        return None
    return (
        f"Per replica, at {price.label}: {advice.gpus_saved:,} GPUs and ${advice.usd_saved_per_month:,.0f}/month less "
        "if one replica still carries the same output tok/s; at equal tok/s per GPU nothing is saved."
    )


def _from_spec(path: str, *, allow_outside: bool) -> tuple[dict[str, str], dict[str, Any]]:
    """Return what the file says of itself, and what it says of the model."""
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
        "gpu_mem_gb": spec.model_size.gpu_mem_gb,
        "gpu_memory_utilization": known.get("gpu_memory_utilization"),
        "gpu_hourly_usd": spec.price,
    }
    named = {"Model": spec.title or "", "Context": spec.context.label() if spec.context else ""}
    return named, {name: value for name, value in given.items() if value is not None}
