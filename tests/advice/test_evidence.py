"""What a VERDICT needs beside sweep and context: each fact alone, its limits, and that no single field can be spoilt unseen."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contexts import COMPLETE, CONCURRENCY, RATES, context, curve
from xlsizing.advice.evidence import today
from xlsizing.advice.rigor import Rigor, Workload, assess
from xlsizing.advice.standing_words import NO_THROUGHPUT, QUEUED, TOO_CLOSE
from xlsizing.context.context import FACTS, Context
from xlsizing.core.curve import Curve
from xlsizing.core.operating import operating_points
from xlsizing.errors import InputError

SAME = Workload(1024, 1024, "single-turn")
SIZED = date(2026, 11, 23)
CACHED = {"prefix_caching": True, "prefix_hit_rate": 0.5, "dataset_kind": "chat"}
SPECULATIVE = {"speculative_decoding": "mtp", "acceptance_length": 2.6, "dataset_kind": "chat"}


def standing(measured: Curve, sla: float = 100, workload: Workload = SAME, **options) -> Rigor:
    """The standing of one row, on a day after the measurement."""
    given = {"workload": workload, "sized_on": SIZED} | options
    (only,) = assess(operating_points(measured, sla), **given).rows
    return only


def whys(measured: Curve, sla: float = 100, workload: Workload = SAME, **options) -> list[str]:
    return [reason.why for reason in standing(measured, sla, workload, **options).reasons]


def measured(eta: dict[float, float] | None = None, points=CONCURRENCY, rates=RATES) -> Curve:
    """The sweep, its throughput 0.95 of c x r but for the concurrencies named."""
    etas = [(eta or {}).get(c, 0.95) for c in points]
    tps = [share * c * r for share, c, r in zip(etas, points, rates, strict=True)]
    return Curve(points, rates, output_tok_s=tps, context=context())


class TestFacts:
    """Each case changes one thing of a VERDICT and gives exactly one reason; its neighbour inside the limit gives none."""

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"trials": 2}, "2 trials a point, fewer than 3"),
            ({"trials": 1}, "1 trials a point, fewer than 3"),
            ({"same_node": False}, "not measured on one and the same node"),
            # The largest concurrency measured is 256: 2 x 256 = 512 prompts.
            ({"num_prompts": 511}, "num-prompts 511 is below 512, 2 times c=256"),
            ({"max_num_seqs": 255}, "max-num-seqs 255 is below c=256: the rest of the requests queued"),
            (
                {"max_model_len": 2047},
                "max-model-len 2047 is below ISL 1024 + OSL 1024: such requests are refused or cut",
            ),
            ({"measured_on": "2026-11-24"}, "measured on 2026-11-24, after the sizing's date 2026-11-23"),
            ({"mean_input_tokens": 1127}, "mean input 1127 tok is more than 10 % off the stated ISL 1024"),
            ({"mean_output_tokens": 921}, "mean output 921 tok is more than 10 % off the stated OSL 1024"),
        ],
        ids=str,
    )
    def test_each_alone(self, changes, why):
        between = Workload(1100, 950, "single-turn")  # within 10 % of 1,024, 1,127 and 921 alike
        assert whys(curve(**changes), workload=between) == [why]

    @pytest.mark.parametrize(
        "changes",
        [
            {"trials": 3},
            {"num_prompts": 512},
            {"max_num_seqs": 256},
            {"max_model_len": 2048},
            {"measured_on": "2026-11-23 23:59:59"},
            {"mean_input_tokens": 1126},  # 102/1,024 = 9.96 %
            {"mean_output_tokens": 922},  # 102/1,024
        ],
        ids=str,
    )
    def test_the_limit_itself_holds(self, changes):
        assert whys(curve(**changes)) == []

    @pytest.mark.parametrize(("osl", "drafts"), [(15, 1), (16, 0)])
    def test_short_answers(self, osl, drafts):
        found = whys(curve(osl=osl), workload=Workload(1024, osl, "single-turn"))
        assert found == [f"OSL {osl} is below 16: such answers are mostly the first token"] * drafts

    def test_each_says_what_would_remove_it(self):
        spoilt = {"trials": 2, "same_node": False, "num_prompts": 1, "max_num_seqs": 1, "max_model_len": 1}
        promotes = [reason.promote for reason in standing(curve(**spoilt)).reasons]
        assert promotes == [
            "repeat each point at least 3 times",
            "measure curve and baseline on one node",
            "send at least 512 prompts at c=256",
            "serve with max-num-seqs of at least 256",
            "serve with a longer max-model-len",
        ]

    def test_today_where_the_sizing_has_no_date(self, monkeypatch):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1793491200")  # 2026-11-01 00:00 UTC
        assert today() == date(2026, 11, 1)
        assert whys(curve(measured_on="2026-11-01"), sized_on=None) == []
        assert whys(curve(measured_on="2026-11-02"), sized_on=None) == [
            "measured on 2026-11-02, after the sizing's date 2026-11-01"
        ]


class TestCurve:
    def test_no_throughput(self):
        assert whys(Curve(CONCURRENCY, RATES, context=context())) == [NO_THROUGHPUT]

    @pytest.mark.parametrize(("apart", "drafts"), [(5e-7, 1), (1e-6, 1), (3e-6, 0)])
    def test_two_concurrencies_that_are_one(self, apart, drafts):
        points, rates = [*CONCURRENCY, 256 * (1 + apart)], [*RATES, RATES[-1]]
        close = Curve(
            points, rates, output_tok_s=[0.95 * c * r for c, r in zip(points, rates, strict=True)],
            context=context(max_num_seqs=512, num_prompts=1024),
        )  # fmt: skip
        assert whys(close) == [TOO_CLOSE] * drafts


class TestPointsThatTheRowUses:
    """Rates 200, 180, 150, 120, 80, 50, 30 at c=1, 8, 16, 32, 64, 128, 256."""

    @pytest.mark.parametrize(
        ("sla", "low_at", "drafts"),
        [
            (100, 32, 1),  # between c=32 and c=64: both
            (100, 64, 1),
            (100, 16, 0),
            (100, 128, 0),
            (120, 32, 1),  # at the anchor c=32: that alone
            (120, 64, 0),
            (20, 256, 1),  # the plateau: 0.799 x 7,680 = 6,136 stays above 6,080 at c=128
            (20, 128, 0),
        ],
    )
    def test_each_of_them(self, sla, low_at, drafts):
        assert whys(measured({low_at: 0.799}), sla) == [QUEUED] * drafts

    def test_the_limit_itself_holds(self):
        assert whys(measured({32: 0.8}), 100) == []

    def test_past_the_knee_it_is_the_best_point_alone(self):
        # T: 190, 1,368, 2,280, 3,648, 4,864, 6,080 at c=128, and 0.5 x 256 x 30 = 3,840 past the knee.
        assert whys(measured({256: 0.5}), 30) == []
        # Below the knee the best point is c=64 (4,864), once c=128 gives 0.6 x 6,400 = 3,840.
        assert whys(measured({128: 0.6}), 50) == []
        assert whys(measured({64: 0.79, 128: 0.6}), 50) == [QUEUED]

    def test_the_promotion_names_them(self):
        (reason,) = standing(measured({32: 0.7, 64: 0.75})).reasons
        assert reason.promote == "measure c=32 and c=64 again, with output tok/s of at least 80 % of c x tok/s/user"


class TestWorkload:
    @pytest.mark.parametrize(
        ("changes", "workload", "why"),
        [
            (CACHED, {"dataset_kind": "chat"}, ["prefix-cache hit rate of the customer"]),
            (CACHED, {"prefix_hit_rate": 0.5}, ["dataset kind of the customer"]),
            (CACHED, {"prefix_hit_rate": 0.45, "dataset_kind": "chat"}, []),
            (CACHED, {"prefix_hit_rate": 0.6, "dataset_kind": "chat"}, []),
            (SPECULATIVE, {}, ["dataset kind of the customer"]),
            (SPECULATIVE, {"dataset_kind": "chat"}, []),
            ({"cache_state": "cold"}, {}, ["cache state of the customer"]),
            ({"cache_state": "cold"}, {"cache_state": "cold"}, []),
            ({}, {"prefix_hit_rate": 0.9, "dataset_kind": "code", "cache_state": "warm"}, []),  # bears on nothing
        ],
    )
    def test_unknown_where_it_bears_is_a_draft(self, changes, workload, why):
        found = whys(curve(**changes), workload=Workload(1024, 1024, "single-turn", **workload))
        assert found == [f"workload not compared ({words} not known)" for words in why]

    @pytest.mark.parametrize(
        ("changes", "workload", "sentence"),
        [
            (CACHED, {"prefix_hit_rate": 0.0, "dataset_kind": "chat"},
             "prefix-cache hit rate 0.5 measured, 0 asked for: 0.50 apart, above 0.10"),
            (CACHED, {"prefix_hit_rate": 0.5, "dataset_kind": "code"}, "dataset kind chat measured, code asked for"),
            (SPECULATIVE, {"dataset_kind": "random"}, "dataset kind chat measured, random asked for"),
            ({"cache_state": "cold"}, {"cache_state": "warm"}, "cache state cold measured, warm asked for"),
            ({}, {"cache_state": "cold"}, "cache state warm measured, cold asked for"),
        ],
    )  # fmt: skip
    def test_a_mismatch_is_refused(self, changes, workload, sentence):
        asked = Workload(1024, 1024, "single-turn", **workload)
        with pytest.raises(InputError, match=sentence):
            standing(curve(**changes), workload=asked)
        assert f"WORKLOAD MISMATCH: {sentence}" in whys(curve(**changes), workload=asked, allow_mismatch=True)

    @pytest.mark.parametrize(
        ("changes", "lacking"),
        [
            (CACHED | {"prefix_hit_rate": None}, "Prefix-cache hit rate"),
            (SPECULATIVE | {"acceptance_length": None}, "Acceptance length"),
            (SPECULATIVE | {"dataset_kind": None}, "Dataset kind"),
        ],
    )
    def test_what_bears_counts_for_completeness(self, changes, lacking):
        asked = Workload(1024, 1024, "single-turn", 0.5, "chat")
        assert f"the context lacks {lacking}" in whys(curve(**changes), workload=asked)

    def test_what_does_not_bear_is_not_needed(self):
        assert context().missing() == ()


PLACEHOLDERS = [
    "-", "--", "NA", "na", "n.a.", "N / A", "#N/A", "null", "None", "nil", "??", "TBC", "t.b.d.", "not known", "Not-Recorded",
    "see above", "...", "—", "(unknown)", " \u200b- ", "\uff2e\uff21",
]  # fmt: skip
NONE_IS_A_VALUE = {
    "weight_quantisation",
    "cudagraph_mode",
    "speculative_decoding",
    "interconnect",
    "launch_flags",
}
NOT_BEARING = {name for name, fact in FACTS.items() if not fact.needed}
"""Fields that a complete context may lack where no feature needs them; `needed_if` says when one does."""


class TestPlaceholders:
    @pytest.mark.parametrize("word", PLACEHOLDERS)
    @pytest.mark.parametrize("name", list(FACTS))
    def test_no_field_takes_one_for_a_value(self, name, word):
        read = Context.from_mapping({name: word}).known()
        assert read == ({name: read[name]} if word == "None" and name in NONE_IS_A_VALUE else {})

    @pytest.mark.parametrize("text", ["none, this is the baseline", "n/a of 3", "fp8", "0", "NAND", "unknowns", "-1x"])
    def test_other_texts_are_values(self, text):
        assert Context(dataset=text).dataset == text


class TestNoFieldCanBeSpoiltUnseen:
    """The complete example with one field lost or replaced: a DRAFT or a refusal, unless the field does not bear."""

    SPOILT = st.sampled_from(
        [
            None,
            *PLACEHOLDERS,
            0,
            1,
            -1,
            0.5,
            7,
            1e12,
            True,
            False,
            "junk",
            "multi-turn",
            "cold",
            "predicted",
            "2031-01-01",
        ]
    )

    @staticmethod
    def kept(values: dict[str, object]) -> bool:
        """Tell whether a sizing with this context stays a VERDICT."""
        try:
            made = Curve(CONCURRENCY, RATES, output_tok_s=[0.95 * c * r for c, r in zip(CONCURRENCY, RATES, strict=True)],
                         context=Context.from_mapping(values))  # fmt: skip
            return all(not whys(made, sla) for sla in (100, 120, 20))
        except InputError:
            return False

    @pytest.mark.parametrize("name", list(COMPLETE))
    def test_a_lost_field(self, name):
        assert self.kept(COMPLETE)
        assert not self.kept(COMPLETE | {name: None})
        assert not self.kept({key: value for key, value in COMPLETE.items() if key != name})

    @given(st.sampled_from([*CACHED, *SPECULATIVE]), st.sampled_from([None, *PLACEHOLDERS]))
    def test_a_lost_field_of_a_feature_that_was_on(self, name, spoilt):
        features = CACHED if name in CACHED else SPECULATIVE
        if name == "speculative_decoding" and spoilt == "None":
            return  # speculation off: nothing that needs the rest
        assert not self.kept(COMPLETE | features | {name: spoilt})

    @given(st.sampled_from(sorted(set(COMPLETE) - NOT_BEARING)), SPOILT)
    def test_a_replaced_field(self, name, spoilt):
        values = COMPLETE | {name: spoilt}
        if not self.kept(values):
            return
        # What may stand in its place: another value of its kind that says nothing against the run.
        value = Context.from_mapping(values).known()[name]
        assert value == COMPLETE[name] or name in self.FREE, (name, spoilt)

    FREE = frozenset({
        "model", "hf_path", "hardware", "weight_quantisation", "kv_cache_dtype", "tp", "dp_in_pod", "pp", "ep", "max_num_seqs",
        "max_num_batched_tokens", "gpu_memory_utilization", "max_model_len", "cudagraph_mode", "async_scheduling",
        "speculative_decoding", "dataset", "num_prompts", "engine", "engine_version", "image_or_commit", "benchmark_tool",
        "percent_of_sol", "ceiling_key", "trials", "baseline", "command",
    })  # fmt: skip
    """Fields of which another value is as good a record as this one; no figure follows from it."""
