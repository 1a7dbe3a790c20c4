"""The example that earns a VERDICT, spoilt in its file one value at a time: nothing lost may go unseen, in rows or levers."""

from __future__ import annotations

import pytest

from tests.spec_files import ILLUSTRATIVE, changed, plain, spec_of, without
from xlsizing.context.context import FACTS
from xlsizing.errors import SizingError
from xlsizing.reports.from_spec import spec_levers, spec_report

VALUE = plain(ILLUSTRATIVE)
NEEDED = [name for name in VALUE["context"] if FACTS[name].needed]


def labels(folder, value):
    """The standings of all rows, or "refused"."""
    try:
        return {rigor.label for rigor in spec_report(spec_of(folder, value)).standings}
    except SizingError:
        return {"refused"}


def lever_labels(folder, value, position):
    """The standings of one lever at every SLA, or "refused"."""
    try:
        spec = spec_of(folder, value)
        name = spec.levers()[position].name
        return {delta.rigor for delta in spec_levers(spec)["levers"] if delta.lever.name == name}
    except SizingError:
        return {"refused"}


def with_context(**changes):
    return VALUE | {"context": VALUE["context"] | changes}


def test_it_is_a_verdict_in_every_row_and_lever(tmp_path):
    assert labels(tmp_path, VALUE) == {"VERDICT"}
    assert [lever_labels(tmp_path, VALUE, i) for i in range(3)] == [{"VERDICT"}] * 3


class TestRows:
    @pytest.mark.parametrize("name", NEEDED)
    @pytest.mark.parametrize("word", [None, "-", "n.a.", "TBC", "see above"])
    def test_a_lost_field(self, tmp_path, name, word):
        assert "VERDICT" not in labels(tmp_path, with_context(**{name: word}))

    @pytest.mark.parametrize("name", NEEDED)
    def test_a_field_left_out(self, tmp_path, name):
        assert "VERDICT" not in labels(tmp_path, without(VALUE, ("context", name)))

    @pytest.mark.parametrize("name", ["isl", "osl", "turns"])
    def test_a_workload_left_out(self, tmp_path, name):
        assert labels(tmp_path, without(VALUE, ("workload", name))) == {"DRAFT"}

    def test_a_server_that_holds_fewer_requests_than_were_sent(self, tmp_path):
        report = spec_report(spec_of(tmp_path, with_context(max_num_seqs=32)))
        assert report.headline == "DRAFT: max-num-seqs 32 is below c=256: the rest of the requests queued"

    @pytest.mark.parametrize(("day", "expected"), [("2026-11-19", {"DRAFT"}), ("2026-11-20", {"VERDICT"})])
    def test_the_sizing_has_a_date(self, tmp_path, day, expected):
        # The curve was measured on 2026-11-20; the levers, later, are not the rows'.
        assert labels(tmp_path, VALUE | {"date": day}) == expected

    def test_a_point_that_queued_leaves_the_other_rows_alone(self, tmp_path):
        # 0.79 x 64 x 66 = 3,337 at c=64: rows 60 (64..128) and 75 (32..64) use it; 30, 100 and 112 do not.
        report = spec_report(spec_of(tmp_path, changed(VALUE, ("curve", "anchors", 4, 2), 3337)))
        assert [rigor.label for rigor in report.standings] == ["VERDICT", "DRAFT", "DRAFT", "VERDICT", "VERDICT"]

    def test_the_customers_side(self, tmp_path):
        cached = with_context(prefix_caching=True, prefix_hit_rate=0.5, dataset_kind="chat")
        assert labels(tmp_path, cached) == {"DRAFT"}
        same = cached | {"workload": VALUE["workload"] | {"prefix_hit_rate": 0.55, "dataset_kind": "chat"}}
        assert labels(tmp_path, same) == {"VERDICT"}
        assert labels(tmp_path, changed(same, ("workload", "prefix_hit_rate"), 0)) == {"refused"}
        assert labels(tmp_path, changed(same, ("workload", "dataset_kind"), "code")) == {"refused"}


class TestLevers:
    @pytest.mark.parametrize("name", NEEDED)
    @pytest.mark.parametrize("position", range(3))
    def test_what_is_unknown_with_the_lever_stays_unknown(self, tmp_path, position, name):
        path = ("levers", position, "optimised", "context_changes", name)
        assert "VERDICT" not in lever_labels(tmp_path, changed(VALUE, path, "unknown"), position)

    @pytest.mark.parametrize("name", ["tier", "campaign", "source"])
    @pytest.mark.parametrize("position", range(3))
    def test_what_a_lever_does_not_say(self, tmp_path, position, name):
        assert lever_labels(tmp_path, without(VALUE, ("levers", position, name)), position) == {"DRAFT"}
