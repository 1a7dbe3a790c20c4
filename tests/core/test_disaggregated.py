"""A disaggregated pod: its GPUs are those of prefill and decode, and its parallelism stands for TP, DP, PP and EP."""

import pytest

from xlsizing import Curve, InputError
from xlsizing.context.context import Context
from xlsizing.context.matching import check_gpus_per_pod, gpus_in_context, merged

POD = Context(
    prefill_instances=2, prefill_gpus=8, prefill_parallelism="TP4", decode_gpus=16, decode_parallelism="TP8 EP16"
)


class TestGpus:
    def test_the_sum_is_right(self):
        assert check_gpus_per_pod(POD, 24) is None
        assert gpus_in_context(POD) == 24

    @pytest.mark.parametrize("gpus", [8, 16, 23, 48])
    def test_anything_else_is_refused(self, gpus):
        with pytest.raises(InputError) as error:
            check_gpus_per_pod(POD, gpus)
        assert str(error.value) == f"gpus_per_pod must be prefill 8 + decode 16 GPUs of the context, 24 (got {gpus})"

    def test_one_side_alone_cannot_be_checked_but_must_leave_room(self):
        half = Context(prefill_gpus=8)
        assert check_gpus_per_pod(half, 12) == "gpus_per_pod 12 cannot be checked: GPUs of decode are not known"
        assert gpus_in_context(half) is None
        with pytest.raises(InputError, match="must be more than prefill 8 GPUs of the context, 8"):
            check_gpus_per_pod(half, 8)

    def test_one_node_is_the_product(self):
        assert gpus_in_context(Context(tp=4, pp=2, dp_in_pod=3)) == 24
        assert gpus_in_context(Context(tp=4, pp=2)) is None

    def test_nothing_is_missing_in_its_parallelism(self):
        assert not {"tp", "dp_in_pod", "pp", "ep"} & set(POD.missing())
        assert "2 prefill TP4 (8 GPUs) | TP8 EP16 (16 GPUs)" in POD.label()


class TestMerged:
    def test_what_one_lacks_the_other_gives(self):
        assert merged(Context(tp=4), Context(hardware="B200")) == Context(tp=4, hardware="B200")

    def test_a_contradiction_names_both_values(self):
        with pytest.raises(InputError, match=r"must not contradict what the curve states: tp \(4 against 8\)"):
            merged(Context(tp=4), Context(tp=8))

    def test_a_file_may_be_called_otherwise(self):
        assert merged(Context(source_file="a"), Context(source_file="b")).source_file == "b"


class TestRemarks:
    def test_notes_and_cautions_add_up_and_the_first_curve_stays(self):
        plain = Curve([1, 8], [100, 50])
        first = len(plain.notes)
        more = plain.with_remarks(["One."], [("why", "how")], measured_gpus=4).with_remarks(["Two."])
        assert more.notes[first:] == ("One.", "Two.")
        assert (more.cautions, more.measured_gpus) == ((("why", "how"),), 4)
        assert (len(plain.notes), plain.cautions, plain.measured_gpus) == (first, (), None)
