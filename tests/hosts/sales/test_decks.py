"""Decks of the sales workbook: names that tell curves apart, the pair that is compared, and what has no place in one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsizing import Curve, InputError
from xlsizing.context.context import Context
from xlsizing.hosts.sales.curve_names import names_of
from xlsizing.hosts.sales.decks import built_in, deck_of
from xlsizing.importers.public import NOT_OURS, public_curve
from xlsizing.workbooks.sales.deck import Deck, alike, free_name
from xlsizing.workbooks.sales.layout import MOST_NAME, MOST_WORDS
from xlsizing.workbooks.sales.starters import Starter


def curve(cautions=(), gpus=4, **facts):
    return Curve([1, 8, 64], [200, 120, 40], context=Context(**facts)).with_remarks((), cautions, gpus)


def named(*facts):
    return names_of([curve(**each) for each in facts])


PRINTABLE = st.characters(exclude_categories=("C", "Zl", "Zp"), include_characters=" =+-@'\"")
TEXTS = (
    st.none() | st.text(PRINTABLE, max_size=90) | st.sampled_from(["", "m", "M", "Curve 1", "=1+1", "a/b", "x" * 99])
)
FACTS = st.fixed_dictionaries(
    {
        "model": TEXTS,
        "hardware": st.sampled_from([None, "B200", "GB300", "x" * 40]),
        "engine": TEXTS,
        "tp": st.none() | st.integers(1, 9),
        "isl": st.none() | st.integers(1, 9999),
    }
)


class TestNames:
    def test_model_hardware_and_size(self):
        assert named({"model": "org/model-8b", "hardware": "B200", "tp": 4}) == ["model-8b, B200, TP4"]
        assert named({"model": "model-8b"}) == ["model-8b"]
        assert named({"source_file": "run 7: 5 files"}) == ["run 7: 5 files"]
        assert named({}) == ["model not known"]

    def test_only_what_differs_is_added(self):
        same = {"model": "m", "hardware": "B200", "tp": 4, "weight_quantisation": "fp8"}
        found = named(same | {"isl": 1024, "osl": 1024}, same | {"isl": 8192, "osl": 1024}, same | {"tp": 8})
        assert found == ["m, B200, TP4, 1024/1024", "m, B200, TP4, 8192/1024", "m, B200, TP8"]

    def test_curves_of_one_context_are_numbered(self):
        assert named({"model": "m"}, {"model": "M"}, {"model": "m"}) == ["m", "M (2)", "m (3)"]

    def test_no_name_of_a_free_block(self):
        assert named({"model": "Curve 3"}) == ["Curve 3 (2)"]

    def test_a_long_one_is_cut_and_stays_its_own(self):
        first, second = named({"model": "x" * 99}, {"model": "x" * 99})
        assert (len(first), len(second)) == (MOST_NAME, MOST_NAME)
        assert first.endswith("x…")
        assert second.endswith("… (2)")

    def test_a_public_one_says_so(self):
        assert names_of([curve([NOT_OURS], model="m")]) == ["m, public"]

    @given(st.lists(FACTS, min_size=1, max_size=12))
    def test_each_is_short_its_own_and_no_formula(self, facts):
        found = named(*facts)
        assert len({alike(name) for name in found}) == len(facts)
        assert {alike(name) for name in found}.isdisjoint(alike(free_name(place)) for place in range(1, 7))
        for name in found:
            assert 0 < len(name) <= MOST_NAME
            assert name.isprintable()
            assert name[0] not in "=+-@' "


class TestPair:
    @pytest.mark.parametrize(
        ("workloads", "pair"),
        [
            ([(1024, 1024), (1024, 1024)], (1, 2)),
            ([(1024, 1024), (8192, 1024), (1000, 1050)], (1, 3)),
            ([(1024, 1024), (8192, 1024), (8000, 1024)], (2, 3)),
            ([(1024, 1024), (8192, 1024)], (1, 1)),
            ([(None, None), (None, None)], (1, 1)),
            ([(1024, 1024)], (1, 1)),
        ],
        ids=str,
    )
    def test_two_of_one_workload_or_one_twice(self, workloads, pair):
        assert deck_of([curve(isl=isl, osl=osl) for isl, osl in workloads]).pair == pair

    @pytest.mark.parametrize(
        ("one", "other", "pair"),
        [
            ({"turns": "single-turn"}, {"turns": "multi-turn"}, (1, 1)),
            ({"turns": "single-turn"}, {}, (1, 2)),
            ({"cache_state": "warm"}, {"cache_state": "cold"}, (1, 1)),
            ({"prefix_caching": True, "prefix_hit_rate": 0.5}, {"prefix_hit_rate": 0.9}, (1, 1)),
            ({"prefix_hit_rate": 0.5}, {"prefix_hit_rate": 0.9}, (1, 2)),
        ],
        ids=str,
    )
    def test_turns_and_what_bears_on_speed_count(self, one, other, pair):
        assert deck_of([curve(isl=9, osl=9, **one), curve(isl=9, osl=9, **other)]).pair == pair


class TestDeck:
    def test_of_ones_own_there_is_no_lever_and_no_workload(self):
        deck = deck_of([curve()])
        assert (deck.lever, deck.workload, deck.blocks) == (None, Context(), 6)

    def test_cautions_and_source_fit(self):
        (starter,) = deck_of(
            [curve([("why " * 90, ""), ("and why", "")], source_file="f" * 200, command="c" * 200)]
        ).starters
        assert (len(starter.caution), len(starter.source)) == (MOST_WORDS, MOST_WORDS)
        assert starter.caution.endswith("…")

    def test_the_built_in_pair_is_the_shelfs(self):
        _, *pair = built_in().starters
        for starter in pair:
            name = f"inferencex-gpt-oss-120b-h200-vllm-fp4-none-tp{starter.context.tp}-ep1-1024x1024"
            assert starter.curve.tok_s_per_user.tolist() == public_curve(name).tok_s_per_user.tolist()
            assert starter.curve.measured_throughput
            assert (starter.gpus_per_pod, starter.caution) == (starter.context.tp, NOT_OURS.why)
            assert starter.source == starter.context.command
        assert pair[0].context.label().replace("TP2", "TP8") == pair[1].context.label()

    @pytest.mark.parametrize(
        ("starters", "rule"),
        [
            ([], "must be 1 to 100"),
            ([Starter("x", 4, curve(), "f")] * 101, "must be 1 to 100"),
            ([Starter("x", 4, curve(), "f"), Starter("X", 4, curve(), "f")], "must be one that no other curve has"),
            ([Starter("curve 2", 4, curve(), "f")], "must be one that no other curve has"),
            ([Starter("x" * 61, 4, curve(), "f")], "must have at most 60 characters"),
            ([Starter("x", 4, curve(), "f" * 251)], "must have at most 250 characters"),
            ([Starter("x", 4, curve(), "f", caution="f" * 251)], "must have at most 250 characters"),
            ([Starter("x", 4, curve(hardware="h" * 31), "f")], "must have at most 30 characters"),
            ([Starter("x", 4, Curve([1, 8], [100, 103], pool_rises=0.05), "f")], "must not rest on pooled rises"),
            ([Starter("x", 4, Curve(range(1, 34), [9] * 33), "f")], "must be at most 32 in a workbook"),
        ],
    )
    def test_what_has_no_place_is_refused(self, starters, rule):
        with pytest.raises(InputError, match=rule):
            Deck(tuple(starters), pair=(1, 1))

    def test_noise_is_no_pooling(self):
        assert deck_of([Curve([1, 8], [100, 100.2], context=Context()).with_remarks((), (), 4)]).starters

    def test_gpus_that_are_not_known(self):
        with pytest.raises(InputError, match="GPUs per pod must be known of every curve; pass --gpus-per-pod N"):
            deck_of([curve(gpus=None, model="m")])

    def test_throughput_of_one_gpu(self):
        # 6 times 40, 100 and 200 is all but c x tok/s/user.
        per_gpu = Curve([1, 8, 64], [200, 120, 40], output_tok_s=[33, 155, 415]).with_remarks((), (), 6)
        with pytest.raises(InputError, match="model not known"):
            deck_of([per_gpu])
