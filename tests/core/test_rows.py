"""One row as plain values: complete where the SLA is met, empty where it is not."""

from dataclasses import asdict, fields

import pytest
from hypothesis import given

from tests.strategies import METHODS, cases
from xlsizing import Curve, Demand, SizingRow, size

WORKED = Curve([1, 10, 256], [215.5, 122.2, 41.8])
NAMES = [field.name for field in fields(SizingRow)]
RESULTS = [name for name in NAMES if name not in ("sla", "demand_tok_s", "regime", "feasible", "reason")]
WAITS = {name for name in NAMES if name.startswith(("ttft", "ttfo", "e2e"))}


def worked(sla, demand=Demand.tpm(3e6), **options):  # noqa: B008  # a Demand cannot be changed
    """Return the sizing of the worked example: 4 GPUs a pod, util 0.70."""
    return size(WORKED, sla, demand, gpus_per_pod=4, **options)


class TestRows:
    def test_a_plateau_row_by_hand(self):
        # 50,000/(10,700.8 x 0.7) = 6.7 -> 7 pods, 28 GPUs, + 1 spare: 32 GPUs x 8.60 x 730 = 200,896; 131,400 M tokens
        (row,) = worked(20, spare_replicas=1).rows()
        assert asdict(row) == pytest.approx(
            {
                "sla": 20.0,
                "demand_tok_s": 50_000.0,
                "regime": "below-knee-plateau",
                "feasible": True,
                "reason": None,
                "c_star": 256.0,
                "tok_s_per_user": 41.8,
                "per_replica_tps": 10700.8,
                "pods": 7,
                "pods_low": 7,
                "pods_budget": 7,
                "pods_high": 7,
                "total_pods": 8,
                "gpus": 28,
                "gpus_low": 28,
                "gpus_budget": 28,
                "gpus_high": 28,
                "total_gpus": 32,
                "total_gpus_low": 32,
                "total_gpus_budget": 32,
                "total_gpus_high": 32,
                **dict.fromkeys(("spare_pods", "spare_pods_budget", "spare_pods_high"), 1),
                **dict.fromkeys(("gpus_idle", "gpus_idle_budget", "gpus_idle_high"), 0),
                **dict.fromkeys(("nodes", "nodes_budget", "nodes_high")),  # GPUs are had one by one
                "usd_per_month": 200_896,
                "usd_per_month_budget": 200_896,
                "usd_per_month_high": 200_896,
                "usd_per_million": 200_896 / 131_400,
                "usd_per_million_budget": 200_896 / 131_400,
                "usd_per_million_high": 200_896 / 131_400,
                **dict.fromkeys(  # the mean is the peak
                    ("usd_per_million_mean", "usd_per_million_mean_budget", "usd_per_million_mean_high"),
                    200_896 / 131_400,
                ),
                **dict.fromkeys(  # 7 full pods: 7 x 10,700.8 x 3,600 x 730 = 196,852 M tokens
                    ("usd_per_million_full", "usd_per_million_full_budget", "usd_per_million_full_high"),
                    200_896 / (7 * 10700.8 * 3600 * 730 / 1e6),
                ),
                "budget_confidence": 0.95,
                "budget_claim": None,
                **dict.fromkeys(
                    ("load_budget", "load_mean", "load_mean_budget", "load_mean_commit"), 50_000 / (7 * 10700.8)
                ),
                "load": 50_000 / (7 * 10700.8),
                "load_one_fewer": 50_000 / (6 * 10700.8),
                "max_num_seqs": 256,
                "load_at_max_num_seqs": 50_000 / (7 * 10700.8),
                "load_at_max_num_seqs_budget": 50_000 / (7 * 10700.8),
                "c_commit": 256.0,
                "tok_s_per_user_commit": 41.8,
                "per_replica_tps_commit": 10700.8,
                "load_commit": 50_000 / (7 * 10700.8),
                "max_num_seqs_commit": 256,
                "too_wide": False,
                "measure_next": 512.0,
                "binding": "last point",
                **dict.fromkeys(WAITS),
            }
        )

    def test_values_are_plain_python(self):
        kinds = {type(value) for row in worked([20, 50, 300]).rows() for value in asdict(row).values()}
        assert kinds == {float, int, str, bool, type(None)}

    def test_an_sla_that_cannot_be_met_shows_no_number(self):
        (row,) = worked(300).rows()
        assert (row.regime, row.feasible) == ("latency-tier-infeasible", False)
        assert row.reason == "the fastest measured point is 215.5 at c=1; relax the SLA or take a faster model"
        assert {getattr(row, name) for name in RESULTS} == {None}

    def test_above_a_curve_that_starts_late_the_next_step_is_c_1(self):
        (row,) = size(Curve([8, 64], [100, 50]), 300, Demand.tpm(3e6), gpus_per_pod=4).rows()
        assert row.reason == (
            "above the fastest measured point, 100 at c=8; concurrency below 8 was not measured: "
            "measure c=1 or relax the SLA"
        )
        assert {name: getattr(row, name) for name in RESULTS if getattr(row, name) is not None} == {"measure_next": 1.0}

    def test_what_does_not_exist_is_none(self):
        # one pod carries 10 tok/s: no pod fewer; an anchor has nothing between to measure
        (row,) = worked(122.2, Demand.tok_s(10)).rows()
        assert (row.pods, row.load_one_fewer, row.measure_next) == (1, None, None)

    def test_rows_run_through_a_grid_line_by_line(self):
        rows = worked([[20], [100]], Demand.tpm([3e6, 6e6])).rows()
        # 6.7 and 13.3 pods on the plateau; at 100 by auto 50,000/(2,358.0 x 0.7) = 30.3 and 60.6
        assert [(row.sla, row.demand_tok_s, row.pods) for row in rows] == [
            (20, 50_000, 7),
            (20, 100_000, 14),
            (100, 50_000, 31),
            (100, 100_000, 61),
        ]

    def test_a_row_cannot_be_changed(self):
        (row,) = worked(20).rows()
        with pytest.raises(AttributeError):
            row.pods = 1

    @given(cases(), METHODS)
    def test_met_rows_are_complete(self, case, method):
        given_anchors, sla = case
        (row,) = size(given_anchors.curve(), sla, Demand.users(1), gpus_per_pod=1, method=method).rows()
        nodes = ("nodes", "nodes_budget", "nodes_high")
        optional = {"reason", "load_one_fewer", "measure_next", "budget_claim", *nodes, *WAITS}
        missing = {name for name in NAMES if getattr(row, name) is None}
        assert (
            missing <= optional
            if row.feasible
            else missing == set(RESULTS) - {"measure_next"} | missing & {"measure_next"}
        )


class TestRemark:
    """What a row says beside its figures, and which of them may be quoted; ranges at 50 and 100 are 28 to 236 GPUs."""

    @pytest.mark.parametrize(
        ("sla", "method", "remark", "quoted"),
        [
            # c* = 23.58 by auto, 24.48 by log-c, whose budget is never claimed
            pytest.param(100, "auto", "wide range: measure c=23", "budget", id="a budget is claimed"),
            pytest.param(
                100, "log-c", "measure first: c=24; no budget claimed: the method is log-c", None, id="none is claimed"
            ),
            pytest.param(20, "auto", "", "budget", id="plateau"),
            pytest.param(20, "log-c", "", "budget", id="plateau, where none is claimed: the figures are equal"),
            pytest.param(122.2, "auto", "", "budget", id="anchor"),
            pytest.param(300, "auto", "", None, id="infeasible"),
        ],
    )
    def test_of_a_draft(self, sla, method, remark, quoted):
        (row,) = worked(sla, method=method).rows()
        assert (row.remark, row.remark_as("DRAFT"), row.quoted("DRAFT")) == (remark, remark, quoted)

    @pytest.mark.parametrize(
        ("sla", "method", "remark", "quoted"),
        [
            pytest.param(100, "auto", "wide range: measure c=23", "commit", id="a budget is claimed"),
            pytest.param(
                100, "log-c", "wide range: measure c=24; no budget claimed: the method is log-c", "commit", id="or not"
            ),
            pytest.param(20, "auto", "", "commit", id="plateau"),
            pytest.param(300, "auto", "", None, id="infeasible"),
        ],
    )
    def test_of_a_verdict(self, sla, method, remark, quoted):
        (row,) = worked(sla, method=method).rows()
        assert (row.remark_as("VERDICT"), row.quoted("VERDICT")) == (remark, quoted)

    @pytest.mark.parametrize(
        ("curve", "sla", "remark"),
        [
            # no whole number between 8 and 9; 320 tok/s is 0.4 of 8 x 100: 224 pods, and 93 of 769.5
            pytest.param(
                Curve([8, 9], [100, 90], output_tok_s=[320, 769.5]),
                95,
                "measure first: bracket closed; no budget claimed: requests queued at an anchor of the bracket",
                id="where requests queue",
            ),
            # nor between 0.1 and 0.9: 10 and 72 tok/s
            pytest.param(Curve([0.1, 0.9], [100, 80]), 90, "wide range: bracket closed", id="below one request"),
        ],
    )
    def test_in_a_closed_bracket_there_is_nothing_to_measure(self, curve, sla, remark):
        (row,) = size(curve, sla, Demand.tpm(3e6), gpus_per_pod=4).rows()
        assert (row.too_wide, row.measure_next, row.remark) == (True, None, remark)

    def test_a_narrow_range_without_a_claim_says_why_the_budget_is_the_commitment(self):
        # T: 800 and 1,440; 71,428.57 over them: 89.3 and 49.6, 90 and 50 pods, not more than twice
        (row,) = size(Curve([8, 16], [100, 90]), 95, Demand.tpm(3e6), gpus_per_pod=4, method="log-c").rows()
        assert (row.pods_high, row.pods_low, row.too_wide) == (90, 50, False)
        assert row.remark == "no budget claimed: the method is log-c"
        assert row.quoted("DRAFT") == "budget"


class TestToFrame:
    def test_one_column_a_field_and_one_line_a_row(self):
        frame = worked([20, 50, 300]).to_frame()
        assert frame.columns.tolist() == NAMES
        assert frame["sla"].tolist() == [20, 50, 300]

    def test_met_rows_hold_numbers_and_others_missing_values(self):
        frame = worked([20, 50, 300]).to_frame()
        assert frame["gpus_high"].tolist()[:2] == [28, 236]
        assert frame["gpus_budget"].tolist()[:2] == [28, 100]
        assert frame[RESULTS].isna().all(axis=1).tolist() == [False, False, True]

    @pytest.mark.parametrize("slas", [[300], [20], [20, 300]])
    def test_types_do_not_depend_on_what_can_be_met(self, slas):
        types = worked(slas).to_frame().dtypes.astype(str)
        assert types[["pods", "usd_per_month", "too_wide"]].tolist() == ["Int64", "Float64", "boolean"]

    def test_a_scalar_is_one_line(self):
        assert len(worked(50).to_frame()) == 1
