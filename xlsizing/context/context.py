"""The measurement context: what a measured figure rests on, and what is not known about it.

The body of `Context` is the one table of fields. Construction, completeness, the descriptor, the
full table and the comparison of two contexts all follow from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, get_type_hints

from xlsizing.context.fields import Fact, Value, is_off, refuse_all
from xlsizing.context.reading import Place, faults_in, values_in_pairs
from xlsizing.errors import InputError, shown
from xlsizing.rules import STATISTICS

__all__ = ["FACTS", "Context", "worded"]

_Text = str | None
_Whole = int | None
_Number = float | None
_Flag = bool | None
_SPLIT = "decode_parallelism"


@dataclass(frozen=True)
class Context:
    """What a measurement rests on; every field is optional, and None means unknown.

    Parameters
    ----------
    model, hf_path, hardware, weight_quantisation, kv_cache_dtype : str, optional
        Identity; `hardware` is the exact ceiling token such as GB300
    tp, dp_in_pod, pp : int, optional
        Tensor-, data- and pipeline-parallel sizes of ONE pod: their product is its GPUs [GPUs]
    ep : int, optional
        Expert-parallel size; it shares the GPUs of the others [GPUs]
    prefill_instances, prefill_gpus, prefill_parallelism : optional
        Of a disaggregated pod, one unit of both sides: instances of this side, the GPUs of all of them, and how one
        instance is split, "TP4 DP8 EP32"; in the place of TP, DP, PP and EP above
    decode_instances, decode_gpus, decode_parallelism : optional
        The same of the other side; the GPUs of both sides are the pod's
    interconnect : str, optional
        Between the GPUs of a pod; "none" for one GPU
    max_num_seqs : int, optional
        Serving flag [requests]
    max_num_batched_tokens : int, optional
        Serving flag [tok]
    gpu_memory_utilization : float, optional
        Serving flag, in (0, 1] [-]
    max_model_len : int, optional
        Serving flag [tok]
    cudagraph_mode : str, optional
        Serving
    async_scheduling, prefix_caching : bool, optional
        Serving; whether it was on
    speculative_decoding : str, optional
        Serving; "none" where it is known to be off
    acceptance_length : float, optional
        Tokens per step that speculation yielded; needed where it was on [tok/step]
    launch_flags : str, optional
        Every flag of the server's command line, in full
    dataset : str, optional
        What the requests were
    dataset_kind : str, optional
        "random", "chat", "code", "long documents" or "own traffic"; needed where prefix caching or speculation was on
    isl, osl : int, optional
        Input and output tokens per request, as asked for [tok]
    mean_input_tokens, mean_output_tokens : float, optional
        The same as measured; they count more than what was asked for [tok]
    turns : str, optional
        "single-turn" or "multi-turn"
    prefix_hit_rate : float, optional
        Share of input tokens that the prefix cache served, 0 to 1; needed where it was on [-]
    num_prompts : int, optional
        Requests sent per point; the fewest where points differ [requests]
    cache_state, tier : str, optional
        "warm" or "cold"; "latency" or "throughput"
    engine, engine_version, image_or_commit, benchmark_tool : str, optional
        Stack
    percent_of_sol : float, optional
        Share of the speed of light reached [%]
    ceiling_key, sol_rigor : str, optional
        The ceiling that share refers to; "L1" to "L4"
    ttfo_s : float, optional
        Time to the first token of the answer proper, after any reasoning [s]
    statistic : str, optional
        Of a point's requests, that rates and waits are: "median", "mean", "p90", "p95" or "p99"
    trials : int, optional
        Repetitions per point; the fewest where points differ [-]
    same_node : bool, optional
        Whether it and its baseline ran on the same node
    baseline : str, optional
        What the figure is compared with
    measured_on, command, source_file, source_sha256 : str, optional
        Provenance; SHA-256 sums of several files stand in one field, separated by spaces
    basis : str, optional
        "measured" or "predicted"

    Raises
    ------
    InputError
        If a field is not of its kind; every such field is named.

    Notes
    -----
    A pod is one serving instance. Data parallelism inside it (ranks behind one endpoint, whose
    requests the benchmark counts together) is `dp_in_pod`; instances side by side are pods.

    Examples
    --------
    >>> Context(hardware="GB300", tp=4, isl=1024, osl=1024).missing()[:3]
    ('model', 'hf_path', 'weight_quantisation')
    """

    model: Annotated[_Text, Fact("identity", "Model")] = None
    hf_path: Annotated[_Text, Fact("identity", "Hugging Face path")] = None
    hardware: Annotated[_Text, Fact("identity", "Hardware", "token")] = None
    weight_quantisation: Annotated[_Text, Fact("identity", "Weight quantisation", "dtype", none_is_value=True)] = None
    kv_cache_dtype: Annotated[_Text, Fact("identity", "KV-cache dtype", "dtype")] = None
    tp: Annotated[_Whole, Fact("parallelism", "TP", "whole", "GPUs", instead=_SPLIT)] = None
    dp_in_pod: Annotated[_Whole, Fact("parallelism", "DP inside the pod", "whole", "GPUs", instead=_SPLIT)] = None
    pp: Annotated[_Whole, Fact("parallelism", "PP", "whole", "GPUs", instead=_SPLIT)] = None
    ep: Annotated[_Whole, Fact("parallelism", "EP", "whole", "GPUs", instead=_SPLIT)] = None
    prefill_instances: Annotated[_Whole, Fact("parallelism", "Prefill instances", "whole", needed=False)] = None
    prefill_gpus: Annotated[_Whole, Fact("parallelism", "Prefill GPUs", "whole", "GPUs", needed=False)] = None
    prefill_parallelism: Annotated[_Text, Fact("parallelism", "Prefill parallelism", needed=False)] = None
    decode_instances: Annotated[_Whole, Fact("parallelism", "Decode instances", "whole", needed=False)] = None
    decode_gpus: Annotated[_Whole, Fact("parallelism", "Decode GPUs", "whole", "GPUs", needed=False)] = None
    decode_parallelism: Annotated[_Text, Fact("parallelism", "Decode parallelism", needed=False)] = None
    interconnect: Annotated[_Text, Fact("parallelism", "Interconnect", needed=False, none_is_value=True)] = None
    max_num_seqs: Annotated[_Whole, Fact("serving", "max-num-seqs", "whole", "requests")] = None
    max_num_batched_tokens: Annotated[_Whole, Fact("serving", "max-num-batched-tokens", "whole", "tok")] = None
    gpu_memory_utilization: Annotated[_Number, Fact("serving", "gpu-memory-utilization", "share")] = None
    max_model_len: Annotated[_Whole, Fact("serving", "max-model-len", "whole", "tok")] = None
    cudagraph_mode: Annotated[_Text, Fact("serving", "cudagraph mode", none_is_value=True)] = None
    async_scheduling: Annotated[_Flag, Fact("serving", "Async scheduling", "flag")] = None
    prefix_caching: Annotated[_Flag, Fact("serving", "Prefix caching", "flag")] = None
    speculative_decoding: Annotated[_Text, Fact("serving", "Speculative decoding", none_is_value=True)] = None
    acceptance_length: Annotated[
        _Number,
        Fact("serving", "Acceptance length", "number", "tok/step", needed=False, needed_if=("speculative_decoding",)),
    ] = None
    launch_flags: Annotated[_Text, Fact("serving", "Launch flags", needed=False, none_is_value=True)] = None
    dataset: Annotated[_Text, Fact("workload", "Dataset")] = None
    dataset_kind: Annotated[
        _Text,
        Fact(
            "workload",
            "Dataset kind",
            "choice",
            choices=("random", "chat", "code", "long documents", "own traffic"),
            needed=False,
            needed_if=("prefix_caching", "speculative_decoding"),
        ),
    ] = None
    isl: Annotated[_Whole, Fact("workload", "ISL", "whole", "tok", instead="mean_input_tokens")] = None
    osl: Annotated[_Whole, Fact("workload", "OSL", "whole", "tok", instead="mean_output_tokens")] = None
    mean_input_tokens: Annotated[_Number, Fact("workload", "Mean input", "number", "tok", needed=False)] = None
    mean_output_tokens: Annotated[_Number, Fact("workload", "Mean output", "number", "tok", needed=False)] = None
    turns: Annotated[_Text, Fact("workload", "Turns", "choice", choices=("single-turn", "multi-turn"))] = None
    prefix_hit_rate: Annotated[
        _Number,
        Fact("workload", "Prefix-cache hit rate", "fraction", needed=False, needed_if=("prefix_caching",)),
    ] = None
    num_prompts: Annotated[_Whole, Fact("workload", "num-prompts", "whole", "requests")] = None
    cache_state: Annotated[_Text, Fact("regime", "Warm or cold", "choice", choices=("warm", "cold"))] = None
    tier: Annotated[_Text, Fact("regime", "Tier", "choice", choices=("latency", "throughput"))] = None
    engine: Annotated[_Text, Fact("stack", "Engine")] = None
    engine_version: Annotated[_Text, Fact("stack", "Engine version")] = None
    image_or_commit: Annotated[_Text, Fact("stack", "Image or commit")] = None
    benchmark_tool: Annotated[_Text, Fact("stack", "Benchmark tool")] = None
    percent_of_sol: Annotated[_Number, Fact("grounding", "%SoL", "percent", "%")] = None
    ceiling_key: Annotated[_Text, Fact("grounding", "Ceiling key")] = None
    sol_rigor: Annotated[_Text, Fact("grounding", "sol_rigor", "choice", choices=("L1", "L2", "L3", "L4"))] = None
    ttfo_s: Annotated[_Number, Fact("grounding", "TTFO", "number", "s", needed=False)] = None
    statistic: Annotated[_Text, Fact("grounding", "Statistic", "choice", choices=STATISTICS, needed=False)] = None
    trials: Annotated[_Whole, Fact("grounding", "Trials", "whole")] = None
    same_node: Annotated[_Flag, Fact("grounding", "Same node", "flag")] = None
    baseline: Annotated[_Text, Fact("grounding", "Baseline")] = None
    measured_on: Annotated[_Text, Fact("provenance", "Measured on", "date")] = None
    command: Annotated[_Text, Fact("provenance", "Command", instead="source_sha256")] = None
    source_file: Annotated[_Text, Fact("provenance", "Source file", needed=False)] = None
    source_sha256: Annotated[_Text, Fact("provenance", "Source SHA-256", "sha256", needed=False)] = None
    basis: Annotated[_Text, Fact("provenance", "Basis", "choice", choices=("measured", "predicted"))] = None

    def __post_init__(self) -> None:
        faults = []
        for name, fact in FACTS.items():
            try:
                object.__setattr__(self, name, fact.value(getattr(self, name), name))
            except InputError as fault:
                faults.append(fault)
        refuse_all(faults)

    @classmethod
    def from_mapping(cls, values: Mapping[str, object]) -> Context:
        """Return the context in a mapping, as a sizing file or a JSON file holds it.

        Parameters
        ----------
        values : mapping
            Field names to values; None and "unknown" leave a field unknown [units of the fields]

        Returns
        -------
        Context
            The context

        Raises
        ------
        InputError
            If a key is no field or a value is not of its kind; everything wrong is listed.

        Examples
        --------
        >>> Context.from_mapping({"hardwear": "GB300"})
        Traceback (most recent call last):
            ...
        xlsizing.errors.InputError: context must have known fields (got 'hardwear'); did you mean hardware?
        """
        refuse_all(cls.faults(values))
        return cls(**values)  # type: ignore[arg-type]  # every value was checked against its field

    @staticmethod
    def faults(values: Mapping[str, object]) -> list[InputError]:
        """Return everything wrong with `values`, one error a field, for a door that shows them by place.

        Parameters
        ----------
        values : mapping
            Field names to values [units of the fields]

        Returns
        -------
        list of InputError
            The faults in the order of the keys; the `name` of an error is the field, or "context"
            where the key is none
        """
        return faults_in(values, FACTS)

    @classmethod
    def from_pairs(cls, rows: Iterable[Sequence[object]], place: Place = lambda row: f"row {row + 1}") -> Context:
        """Return the context in rows of two cells, as a two-column range of a sheet gives them.

        Parameters
        ----------
        rows : iterable of sequences, each of 2
            A label (or field name) and a value [units of the fields]; capitals, punctuation and a
            unit in brackets do not matter; blank rows and section headings are ignored
        place : callable, optional
            Gives the words for a row from its position, counted from 0

        Returns
        -------
        Context
            The context

        Raises
        ------
        InputError
            If a row is not a known label, given once, with a value of its kind; every such row
            is named.

        Examples
        --------
        >>> Context.from_pairs([("Identity", None), ("Hardware", "GB300"), ("ISL [tok]", 1024.0)]).known()
        {'hardware': 'GB300', 'isl': 1024}
        """
        return cls(**values_in_pairs(rows, place, FACTS))

    def known(self) -> dict[str, Value]:
        """Return the known fields by name; `from_mapping` gives the same context back [units of the fields]."""
        return {name: value for name in FACTS if (value := getattr(self, name)) is not None}

    def missing(self) -> tuple[str, ...]:
        """Return the names of the fields without which the context is incomplete."""
        known = self.known()
        return tuple(
            name
            for name, fact in FACTS.items()
            if self._is_needed(fact) and name not in known and fact.instead not in known
        )

    def on(self, name: str) -> bool:
        """Tell whether the feature in field `name` is known to have been on.

        >>> Context(speculative_decoding="mtp").on("speculative_decoding"), Context().on("prefix_caching")
        (True, False)
        """
        value = getattr(self, name)
        return value is not None and not is_off(value)

    def tokens(self, kind: str) -> float | None:
        """Return the tokens of a request, `kind` "isl" or "osl": as measured where known, else as asked for [tok]."""
        mean = self.mean_input_tokens if kind == "isl" else self.mean_output_tokens
        asked: float | None = getattr(self, kind)
        return asked if mean is None else mean

    def _is_needed(self, fact: Fact) -> bool:
        return fact.needed or any(map(self.on, fact.needed_if))

    def missing_labels(self) -> tuple[str, ...]:
        """Return the labels of the same fields, as a sentence names them."""
        return tuple(FACTS[name].label for name in self.missing())

    def table(self) -> list[tuple[str, str, Value | None]]:
        """Return a row of section, label with unit, and value for every field [units of the fields]."""
        return [(fact.section, fact.heading, getattr(self, name)) for name, fact in FACTS.items()]

    @property
    def output_tokens(self) -> float | None:
        """Output tokens per request: as measured, else as asked for; None where neither is known [tok]."""
        return self.osl if self.mean_output_tokens is None else self.mean_output_tokens

    def label(self) -> str:
        """Return the one-line descriptor: what is known, then what is missing.

        >>> Context(model="M2", hardware="GB300", tp=4, turns="single").label()
        'M2 | GB300 | TP4 | single-turn; missing: Hugging Face path, Weight quantisation, KV-cache dtype and 30 more'
        """
        groups = [separator.join(self._parts_in_words(parts)) for separator, parts in _LINE]
        line = " | ".join(group for group in groups if group) or "no context"
        lacking = self.missing_labels()
        more = len(lacking) - _MOST_NAMED
        if more > 1:  # naming the last one takes no more room than counting it
            return f"{line}; missing: {', '.join(lacking[:_MOST_NAMED])} and {more} more"
        return f"{line}; missing: {', '.join(lacking)}" if lacking else line

    def _parts_in_words(self, parts: Sequence[tuple[str, str]]) -> list[str]:
        return [words.format(worded(value)) for name, words in parts if (value := getattr(self, name)) is not None]


FACTS: Final[Mapping[str, Fact]] = {
    name: fact
    for name, hint in get_type_hints(Context, include_extras=True).items()
    for fact in getattr(hint, "__metadata__", ())
}
"""Every field by name, in the order of the table."""

_MOST_NAMED = 3
_LINE = (
    ("", (("model", "{}"),)),
    ("", (("hardware", "{}"),)),
    (", ", (("weight_quantisation", "{}"), ("kv_cache_dtype", "kv {}"))),
    (" ", (("tp", "TP{}"), ("dp_in_pod", "DP{}"), ("pp", "PP{}"), ("ep", "EP{}"))),
    (" ", (("prefill_instances", "{} prefill"), ("prefill_parallelism", "{}"), ("prefill_gpus", "({} GPUs)"))),
    (" ", (("decode_instances", "{} decode"), ("decode_parallelism", "{}"), ("decode_gpus", "({} GPUs)"))),
    (" ", (("engine", "{}"), ("engine_version", "{}"))),
    (", ", (("speculative_decoding", "speculation {}"), ("prefix_caching", "prefix caching {}"))),
    (" ", (("isl", "ISL {}"), ("osl", "OSL {}"), ("mean_input_tokens", "mean in {}"),
           ("mean_output_tokens", "mean out {}"), ("turns", "{}"))),
    (", ", (("cache_state", "{}"), ("tier", "{} tier"))),
    (" ", (("basis", "{}"), ("measured_on", "{}"))),
)  # fmt: skip


def worded(value: Value | None) -> str:
    """Return the value of a field as a sentence shows it: "on" for TRUE, "unknown" for None."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "on" if value else "off"
    return value if isinstance(value, str) else shown(value)
