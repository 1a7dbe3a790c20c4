"""The measurement context: its fields, how it is read and shown, and the rules it must satisfy."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import FrozenInstanceError, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsizing.context.context import FACTS, Context
from xlsizing.context.fields import KINDS, MOST_FAULTS, SECTIONS, UNKNOWN
from xlsizing.context.matching import MISMATCH, MISSING, Difference, check_gpus_per_pod, differences, workload_mismatch
from xlsizing.context.reading import field_named
from xlsizing.errors import InputError

SHA = "0123456789abcdef" * 4

COMPLETE = {
    "model": "MiniMax-M2-NVFP4",
    "hf_path": "nvidia/MiniMax-M2-NVFP4",
    "hardware": "GB300",
    "weight_quantisation": "nvfp4",
    "kv_cache_dtype": "fp8",
    "tp": 4,
    "dp_in_pod": 1,
    "pp": 1,
    "ep": 1,
    "max_num_seqs": 256,
    "max_num_batched_tokens": 8192,
    "gpu_memory_utilization": 0.9,
    "max_model_len": 16384,
    "cudagraph_mode": "FULL_AND_PIECEWISE",
    "async_scheduling": True,
    "prefix_caching": False,
    "speculative_decoding": "none",
    "dataset": "random",
    "isl": 1024,
    "osl": 1024,
    "turns": "single-turn",
    "num_prompts": 640,
    "cache_state": "warm",
    "tier": "throughput",
    "engine": "vLLM",
    "engine_version": "0.11",
    "image_or_commit": "vllm/vllm-openai:v0.11.0",
    "benchmark_tool": "vllm bench serve",
    "percent_of_sol": 62.0,
    "ceiling_key": "gb300-nvfp4-decode",
    "sol_rigor": "L2",
    "trials": 3,
    "same_node": True,
    "baseline": "none, the first run",
    "measured_on": "2026-03-31",
    "command": "vllm bench serve --max-concurrency 128",
    "basis": "measured",
}
FULL = Context(**COMPLETE)


def sentence(words):
    return pytest.raises(InputError, match=f"^{re.escape(words)}$")


class TestTable:
    def test_every_field_is_declared_once_with_known_section_and_kind(self):
        assert list(FACTS) == [field.name for field in fields(Context)]
        assert all(fact.section in SECTIONS for fact in FACTS.values())
        assert all(fact.kind in KINDS or (fact.kind == "choice" and fact.choices) for fact in FACTS.values())

    def test_sections_stand_in_order(self):
        sections = [fact.section for fact in FACTS.values()]
        assert sections == sorted(sections, key=SECTIONS.index)

    def test_stand_ins_are_fields(self):
        assert {fact.instead for fact in FACTS.values()} - {None} <= set(FACTS)

    def test_no_two_fields_share_a_plain_word(self):
        words = [{_plain(name), _plain(fact.label)} for name, fact in FACTS.items()]
        assert len(set().union(*words)) == sum(map(len, words))
        assert not set().union(*words) & set(SECTIONS)

    def test_rows_are_plain_data_for_every_field(self):
        rows = FULL.table()
        assert len(rows) == len(FACTS)
        assert rows[0] == ("identity", "Model", "MiniMax-M2-NVFP4")
        assert ("workload", "ISL [tok]", 1024) in rows
        assert ("workload", "Mean input [tok]", None) in rows
        assert json.loads(json.dumps(rows)) == [list(row) for row in rows]

    def test_frozen_and_hashable(self):
        assert hash(FULL) == hash(Context(**COMPLETE))
        with pytest.raises(FrozenInstanceError):
            FULL.tp = 8


def _plain(word):
    return re.sub(r"[\W_]", "", word.casefold())


class TestValues:
    @pytest.mark.parametrize(
        ("name", "given", "value"),
        [
            ("model", "  Mini  Max\nM2 ", "Mini Max M2"),
            ("weight_quantisation", "NVFP4", "nvfp4"),
            ("tp", 4.0, 4),
            ("gpu_memory_utilization", 1, 1.0),
            ("async_scheduling", "On", True),
            ("async_scheduling", "no", False),
            ("prefix_caching", False, False),
            ("turns", "single", "single-turn"),
            ("turns", "Multi-Turn", "multi-turn"),
            ("sol_rigor", "l3", "L3"),
            ("basis", "Predicted", "predicted"),
            ("percent_of_sol", 62, 62.0),
            ("mean_input_tokens", 1023.5, 1023.5),
            ("measured_on", dt.date(2026, 3, 31), "2026-03-31"),
            ("measured_on", dt.datetime(2026, 3, 31, 14, 5), "2026-03-31 14:05:00"),  # noqa: DTZ001  # a cell knows no zone
            ("measured_on", dt.datetime(2026, 3, 31), "2026-03-31"),  # noqa: DTZ001
            ("measured_on", "2026-03-31T14:05", "2026-03-31 14:05:00"),
            ("source_sha256", f"{SHA.upper()}, {SHA}", f"{SHA} {SHA}"),
        ],
    )
    def test_is_kept_in_one_form(self, name, given, value):
        kept = getattr(Context(**{name: given}), name)
        assert (kept, type(kept)) == (value, type(value))

    @pytest.mark.parametrize("word", [*UNKNOWN, None, "  ", "Unknown", "TBD"])
    def test_unknown_stays_unknown(self, word):
        assert Context(model=word, tp=word, async_scheduling=word, turns=word) == Context()

    @pytest.mark.parametrize(
        ("name", "given", "words"),
        [
            ("tp", "four", "tp must be a number (got 'four')"),
            ("tp", 0, "tp must be a whole number of at least 1 (got 0)"),
            ("tp", True, "tp must be a number (got TRUE)"),
            ("isl", 1024.5, "isl must be a whole number from 1 to 1000000000 (got 1024.5)"),
            (
                "engine_version",
                0.1,
                "engine_version must be text (got 0.1); put quotes around it, in a cell an apostrophe before it",
            ),
            ("model", "bell\a", "model must be printable text (got 'bell\\x07')"),
            ("command", "x" * 2001, "command must be at most 2000 characters (got 2001)"),
            ("hardware", "4x GB300", "hardware must be one exact token such as GB300 or B200 (got '4x GB300')"),
            ("gpu_memory_utilization", 90, "gpu_memory_utilization must be in (0, 1] (got 90)"),
            ("turns", "both", 'turns must be "single-turn" or "multi-turn" (got \'both\')'),
            ("turns", 1, 'turns must be "single-turn" or "multi-turn" (got 1)'),
            ("sol_rigor", "L5", 'sol_rigor must be "L1", "L2", "L3" or "L4" (got \'L5\')'),
            ("same_node", 1, 'same_node must be TRUE or FALSE, or "on" or "off" (got 1)'),
            ("same_node", "maybe", 'same_node must be TRUE or FALSE, or "on" or "off" (got \'maybe\')'),
            ("same_node", ["on"], 'same_node must be TRUE or FALSE, or "on" or "off" (got [\'on\'])'),
            (
                "percent_of_sol",
                0.62,
                "percent_of_sol must be a percentage above 1 and at most 100 (got 0.62); write 62 for 62 %",
            ),
            (
                "percent_of_sol",
                101,
                "percent_of_sol must be a percentage above 1 and at most 100 (got 101); write 62 for 62 %",
            ),
            ("measured_on", "31.03.2026", "measured_on must be a date such as 2026-03-31 (got '31.03.2026')"),
            ("measured_on", 46112, "measured_on must be a date such as 2026-03-31 (got 46112)"),
            (
                "source_sha256",
                "abc",
                "source_sha256 must be one or more SHA-256 sums of 64 hexadecimal digits (got 'abc')",
            ),
            ("mean_input_tokens", -1, "mean_input_tokens must be above 0 (got -1)"),
        ],
    )
    def test_of_another_kind_is_refused(self, name, given, words):
        with sentence(words):
            Context(**{name: given})

    def test_several_faults_are_listed(self):
        with sentence(
            "context must have no faults (got 2): tp must be a number (got 'four'); "
            'turns must be "single-turn" or "multi-turn" (got \'both\')'
        ):
            Context(tp="four", turns="both")


class TestFromMapping:
    def test_known_gives_it_back(self):
        assert Context.from_mapping(FULL.known()) == FULL
        assert FULL.known() == COMPLETE

    @pytest.mark.parametrize(
        ("key", "suggestion"),
        [
            ("hardwear", "; did you mean hardware?"),
            ("max-num-seqs", "; did you mean max_num_seqs?"),
            ("dp", "; did you mean dp_in_pod?"),
            ("quantization", "; did you mean weight_quantisation?"),
            ("version", "; did you mean engine_version?"),
            ("colour", ""),
            (7, ""),
        ],
    )
    def test_an_unknown_key_is_refused_with_the_nearest(self, key, suggestion):
        with sentence(f"context must have known fields (got {key!r}){suggestion}"):
            Context.from_mapping({key: 1})

    def test_faults_name_their_field(self):
        faults = Context.faults({"tp": "four", "model": "M2", "isl": 0, "hardwear": "GB300"})
        assert [fault.name for fault in faults] == ["tp", "isl", "context"]
        with sentence(f"context must have no faults (got 3): {'; '.join(map(str, faults))}"):
            Context.from_mapping({"tp": "four", "model": "M2", "isl": 0, "hardwear": "GB300"})

    def test_no_faults(self):
        assert Context.faults(COMPLETE) == []

    @pytest.mark.parametrize(("given", "shown"), [(None, "a blank"), ("tp=4", "'tp=4'"), ([("tp", 4)], "[('tp', 4)]")])
    def test_something_else_is_refused(self, given, shown):
        with sentence(f"context must be a mapping of field names to values (got {shown})"):
            Context.from_mapping(given)

    def test_reading_stops_after_many_faults(self):
        faults = Context.faults({f"key {i}" * 1000: i for i in range(10_000)})
        assert len(faults) == MOST_FAULTS
        with pytest.raises(InputError, match=r"^context must have no faults \(got 20 or more\)"):
            Context.from_mapping({f"key {i}": i for i in range(10_000)})


class TestFromPairs:
    def test_labels_names_headings_and_blank_rows(self):
        rows = [
            ("Identity", None),
            ("Model", "M2"),
            (None, None),
            ("", "  "),
            ("max num seqs [requests]", 256.0),
            ("kv_cache_dtype", "FP8"),
            ("Prefix caching", False),
            ("%SoL", 62.0),
            ("Trials", None),
        ]
        assert Context.from_pairs(rows) == Context(
            model="M2", max_num_seqs=256, kv_cache_dtype="fp8", prefix_caching=False, percent_of_sol=62
        )

    def test_the_table_reads_back(self):
        assert Context.from_pairs([(label, value) for _, label, value in FULL.table()]) == FULL

    @pytest.mark.parametrize(
        ("row", "words"),
        [
            (("TP", "four"), "TP must be a number (got 'four' in row 2)"),
            (("Hardwear", "GB300"), "context must have known fields (got 'Hardwear' in row 2); did you mean hardware?"),
            (("Hardwear", None), "context must have known fields (got 'Hardwear' in row 2); did you mean hardware?"),
            ((None, 4), "context must have a label beside every value (got a blank in row 2)"),
            (("model", "M3"), "context must hold each field once (got 'model' in row 2)"),
            (("TP", 4, 8), "context must have 2 columns, label and value (got 3 in row 2)"),
            ("TP", "context must have 2 columns, label and value (got 1 in row 2)"),
            (4, "context must have 2 columns, label and value (got 1 in row 2)"),
        ],
    )
    def test_a_wrong_row_is_named(self, row, words):
        with sentence(words):
            Context.from_pairs([("Model", "M2"), row])

    def test_the_caller_names_the_place(self):
        with sentence("TP must be a number (got 'four' in Inputs!B7)"):
            Context.from_pairs([("TP", "four")], place=lambda row: f"Inputs!B{row + 7}")

    def test_several_wrong_rows_are_listed(self):
        with sentence(
            "context must have no faults (got 2): TP must be a number (got 'x' in row 1); "
            "ISL must be a whole number of at least 1 (got 0 in row 2)"
        ):
            Context.from_pairs([("TP", "x"), ("ISL", 0)])

    @pytest.mark.parametrize(("given", "shown"), [(None, "a blank"), ("TP 4", "'TP 4'"), (4, "4"), ({}, "{}")])
    def test_something_else_is_refused(self, given, shown):
        with sentence(f"context must be rows of label and value (got {shown})"):
            Context.from_pairs(given)

    def test_a_whole_empty_column_is_read_at_once(self):
        assert Context.from_pairs([(None, None)] * 100_000) == Context()


class TestMissing:
    def test_complete(self):
        assert FULL.missing() == ()

    @pytest.mark.parametrize("name", [name for name in COMPLETE if name not in ("isl", "osl", "command")])
    def test_each_needed_field(self, name):
        assert replace(FULL, **{name: None}).missing() == (name,)

    @pytest.mark.parametrize(
        ("name", "instead", "value"),
        [
            ("isl", "mean_input_tokens", 1020.5),
            ("osl", "mean_output_tokens", 998.0),
            ("command", "source_sha256", SHA),
        ],
    )
    def test_a_stand_in_is_enough(self, name, instead, value):
        without = replace(FULL, **{name: None})
        assert without.missing() == (name,)
        assert replace(without, **{instead: value}).missing() == ()


class TestLabel:
    def test_complete(self):
        assert FULL.label() == (
            "MiniMax-M2-NVFP4 | GB300 | nvfp4, kv fp8 | TP4 DP1 PP1 EP1 | vLLM 0.11 | speculation none, prefix caching "
            "off | ISL 1024 OSL 1024 single-turn | warm, throughput tier | measured 2026-03-31"
        )

    def test_one_missing(self):
        assert replace(FULL, trials=None).label().endswith("measured 2026-03-31; missing: Trials")

    def test_four_missing_are_named(self):
        assert (
            replace(FULL, trials=None, same_node=None, baseline=None, kv_cache_dtype=None)
            .label()
            .endswith("; missing: KV-cache dtype, Trials, Same node, Baseline")
        )

    def test_more_are_counted(self):
        known = Context(model="M2", mean_input_tokens=1020.5, osl=256, basis="predicted")
        # 37 needed fields less model, ISL (its mean is known), OSL and basis: 33, of which 3 are named
        assert known.label() == (
            "M2 | OSL 256 mean in 1020.5 | predicted; "
            "missing: Hugging Face path, Hardware, Weight quantisation and 30 more"
        )

    def test_nothing_known(self):
        assert Context().label() == "no context; missing: Model, Hugging Face path, Hardware and 34 more"


class TestDifferences:
    def test_none(self):
        assert differences(FULL, Context(**COMPLETE)) == ()

    def test_known_against_other_and_unknown(self):
        other = replace(FULL, kv_cache_dtype="nvfp4", async_scheduling=None)
        found = differences(FULL, other)
        assert found == (Difference("kv_cache_dtype", "fp8", "nvfp4"), Difference("async_scheduling", True, None))
        assert [str(one) for one in found] == [
            "kv_cache_dtype (fp8 against nvfp4)",
            "async_scheduling (on against unknown)",
        ]

    def test_ignoring_fields_and_sections(self):
        other = replace(FULL, tp=1, trials=5, command="other", measured_on="2026-04-01")
        assert [one.name for one in differences(FULL, other, ignoring=["tp", "provenance"])] == ["trials"]

    def test_float_noise_is_no_difference(self):
        assert differences(Context(gpu_memory_utilization=0.9), Context(gpu_memory_utilization=0.9 + 1e-12)) == ()

    def test_an_unknown_name_is_refused(self):
        with sentence("context must have known fields (got 'kv_dtype'); did you mean kv_cache_dtype?"):
            differences(FULL, FULL, ignoring=["kv_dtype"])
        with sentence("ignoring must be a sequence of field names (got 'tp')"):
            differences(FULL, FULL, ignoring="tp")


class TestWorkload:
    @pytest.mark.parametrize(
        ("asked", "reasons"),
        [
            pytest.param({"isl": 1024, "osl": 1024, "turns": "single-turn"}, [], id="the same"),
            # 1,024/931 - 1 = 9.99 %; 1,024/1,137 - 1 = -9.94 %
            pytest.param({"isl": 931, "osl": 1137, "turns": "single"}, [], id="within a tenth"),
            # 1,024/930 - 1 = 10.108 %
            pytest.param(
                {"isl": 930, "osl": 1024, "turns": "single"},
                ["ISL 1024 measured, 930 asked for: off by 10.1 %, above 10 %"],
                id="just beyond",
            ),
            # 1 - 1,024/8,192 = 87.5 %; 1,024/128 - 1 = 700 %
            pytest.param(
                {"isl": 8192, "osl": 128, "turns": "multi-turn"},
                [
                    "ISL 1024 measured, 8192 asked for: off by 87.5 %, above 10 %",
                    "OSL 1024 measured, 128 asked for: off by 700.0 %, above 10 %",
                    "single-turn measured, multi-turn asked for",
                ],
                id="another workload",
            ),
        ],
    )
    def test_mismatches(self, asked, reasons):
        found = workload_mismatch(FULL, **asked)
        assert [str(reason) for reason in found] == reasons
        assert all(reason.kind == MISMATCH for reason in found)

    def test_exactly_a_tenth_matches(self):
        # 1,100 against 1,000 and 0.1 in floats: 0.1 <= 0.1 (1 + 1e-9)
        assert workload_mismatch(Context(isl=1100, osl=900, turns="single"), 1000, 1000, "single") == ()

    def test_multi_turn_curve_against_a_single_turn_customer(self):
        (reason,) = workload_mismatch(replace(FULL, turns="multi"), 1024, 1024, "single-turn")
        assert (reason.name, str(reason)) == ("turns", "multi-turn measured, single-turn asked for")

    def test_what_was_measured_stands_before_what_was_asked_of_the_tool(self):
        # asked 1,024, counted 1,200: 1,200/1,024 - 1 = 17.2 %
        (reason,) = workload_mismatch(replace(FULL, mean_input_tokens=1200), 1024, 1024, "single")
        assert str(reason) == "ISL 1200 measured, 1024 asked for: off by 17.2 %, above 10 %"
        assert workload_mismatch(replace(FULL, mean_input_tokens=1200), 1200, 1024, "single") == ()

    def test_unknown_is_no_match_but_missing(self):
        found = workload_mismatch(Context(isl=1024), osl=1024)
        assert [(reason.kind, reason.name, reason.sentence) for reason in found] == [
            (MISSING, "isl", "ISL of the customer not known"),
            (MISSING, "osl", "OSL of the curve not known"),
            (MISSING, "turns", "turn pattern of the curve and of the customer not known"),
        ]

    @given(st.integers(1, 100_000), st.floats(0.5, 2))
    def test_a_match_is_within_a_tenth_of_the_customer(self, asked, factor):
        measured = max(1, round(asked * factor))
        found = workload_mismatch(Context(isl=measured, osl=1, turns="single"), asked, 1, "single")
        assert bool(found) is (10 * abs(measured - asked) > asked)

    def test_refusals(self):
        with sentence("isl must be above 0 (got 0)"):
            workload_mismatch(FULL, isl=0)
        with sentence('turns must be "single-turn" or "multi-turn" (got \'both\')'):
            workload_mismatch(FULL, turns="both")


class TestGpusPerPod:
    @pytest.mark.parametrize(
        ("sizes", "gpus"),
        [({"tp": 4, "pp": 1, "dp_in_pod": 1}, 4), ({"tp": 4, "pp": 2, "dp_in_pod": 2, "ep": 8}, 16)],
    )
    def test_the_product_passes(self, sizes, gpus):
        assert check_gpus_per_pod(Context(**sizes), gpus) is None

    def test_another_number_is_refused(self):
        with sentence("gpus_per_pod must be TP 4 x PP 1 x DP inside the pod 2 of the context, 8 (got 4)"):
            check_gpus_per_pod(Context(tp=4, pp=1, dp_in_pod=2), 4)

    @pytest.mark.parametrize(
        ("sizes", "words"),
        [
            ({}, "TP, PP and DP inside the pod are"),
            ({"tp": 4}, "PP and DP inside the pod are"),
            ({"tp": 4, "pp": 1}, "DP inside the pod is"),
        ],
    )
    def test_unknown_sizes_leave_it_open(self, sizes, words):
        assert check_gpus_per_pod(Context(**sizes), 8) == f"gpus_per_pod 8 cannot be checked: {words} not known"

    def test_known_sizes_alone_can_contradict_it(self):
        with sentence("gpus_per_pod must be a multiple of TP 8 of the context, 8 (got 4)"):
            check_gpus_per_pod(Context(tp=8), 4)

    def test_a_number_that_is_none_is_refused(self):
        with sentence("gpus_per_pod must be a whole number of at least 1 (got 0)"):
            check_gpus_per_pod(FULL, 0)


TEXTS = st.text("aB7 é_-|;:%=+[]\u00a0\n🙂", max_size=12)
VALUES = {
    "text": TEXTS,
    "dtype": TEXTS,
    "token": st.from_regex(r"\A[A-Z][A-Z0-9-]{0,9}\Z"),
    "whole": st.integers(1, 10**9),
    "number": st.floats(1e-6, 1e15),
    "share": st.floats(1e-6, 1),
    "fraction": st.floats(0, 1),
    "percent": st.floats(1, 100, exclude_min=True),
    "flag": st.booleans(),
    "date": st.dates() | st.datetimes(),
    "sha256": st.from_regex(r"\A[0-9a-f]{64}\Z"),
}


def value_of(fact):
    return st.none() | (st.sampled_from(fact.choices) if fact.kind == "choice" else VALUES[fact.kind])


contexts = st.lists(st.sampled_from(list(FACTS)), max_size=6, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: value_of(FACTS[name]) for name in names})
)


class TestLaws:
    @given(contexts)
    def test_reading_what_was_written_gives_the_same(self, values):
        context = Context.from_mapping(values)
        assert Context.from_mapping(context.known()) == context
        assert Context.from_mapping(json.loads(json.dumps(context.known()))) == context
        assert Context.from_pairs((label, value) for _, label, value in context.table()) == context

    @given(contexts, contexts)
    def test_differences_are_symmetric_and_nothing_else_differs(self, first, second):
        a, b = Context(**first), Context(**second)
        found = differences(a, b)
        assert [one.name for one in found] == [one.name for one in differences(b, a)]
        assert differences(a, b, ignoring=[one.name for one in found]) == ()
        assert differences(a, a) == ()

    @given(contexts)
    def test_the_label_is_one_line_and_names_what_is_missing(self, values):
        context = Context(**values)
        assert len(context.label().splitlines()) == 1
        assert ("; missing: " in context.label()) is bool(context.missing())

    @given(st.dictionaries(st.text(max_size=20), st.none() | st.booleans() | st.floats() | st.text(max_size=20)))
    def test_whatever_comes_is_read_or_refused(self, values):
        if Context.faults(values):
            with pytest.raises(InputError):
                Context.from_mapping(values)
        else:
            assert set(Context.from_mapping(values).known()) <= set(values)

    @given(st.sampled_from(sorted(FACTS)))
    def test_a_name_is_a_name(self, name):
        assert field_named(name, FACTS) == name
