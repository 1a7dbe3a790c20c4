"""The question turned round: what pods carry, and the best SLA; sizing the answer fits, one step more does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import METHODS, UTILS, cases
from xlsizing import Curve, Demand, InfeasibleError, InputError, Limits, size
from xlsizing.advice.capacity import Answers, Fleet
from xlsizing.core.budget import bound

WORKED = Curve([1, 10, 256], [215.5, 122.2, 41.8])
FIGURES = {"estimate": "pods", "budget": "pods_budget", "commit": "pods_high"}
STEP = 1 + 1e-6


class TestByHand:
    def test_the_most_at_an_sla(self):
        # 100 tok/s/user: c=10 carries 1,222 tok/s, c* 2,358.049, budget 2,358.049^0.45 x 1,222^0.55 = 1,642.63; x 59 x 0.7
        most = Fleet(WORKED, 59).most(100)
        assert most == pytest.approx((97_387.4, 67_840.3, 50_468.6), abs=0.1)

    def test_the_best_sla_to_commit_to_is_that_of_a_measured_point(self):
        # 3,000,000 TPM need 59 pods at 122.2 and 332 at 215.5; 7 at 41.8
        assert Fleet(WORKED, 59).best_sla(Demand.tpm(3e6)).commit == 122.2
        assert Fleet(WORKED, 58).best_sla(Demand.tpm(3e6)).commit == 41.8
        assert Fleet(WORKED, 7).best_sla(Demand.tpm(3e6)).commit == 41.8
        assert Fleet(WORKED, 332).best_sla(Demand.tpm(3e6)) == Answers(215.5, 215.5, 215.5)

    def test_pods_that_carry_it_at_no_sla(self):
        # the plateau carries 6 x 10,700.8 x 0.7 = 44,943 tok/s, less than 50,000
        assert Fleet(WORKED, 6).best_sla(Demand.tpm(3e6)) == Answers(None, None, None)

    def test_users(self):
        # 10 requests a pod at 122.2: 59 x 10 x 0.7 = 413
        assert Fleet(WORKED, 59).most(122.2, users=True).commit == pytest.approx(413)
        assert Fleet(WORKED, 59).best_sla(Demand.users(413)).commit == 122.2

    def test_limits_on_waiting(self):
        # 0.9 s is that of c=64, which carries 4,480 tok/s: x 16 x 0.7 = 50,176
        curve = Curve([1, 10, 64, 256], [215.5, 122.2, 70, 41.8], ttft_s=[0.1, 0.18, 0.9, 1.9])
        fleet = Fleet(curve, 16, limits=Limits(ttft_s=0.9))
        assert fleet.most(40) == pytest.approx((50_176,) * 3)
        assert fleet.best_sla(Demand.tpm(3e6)).commit == 70
        assert Fleet(curve, 15, limits=Limits(ttft_s=0.9)).best_sla(Demand.tpm(3e6)).commit is None

    def test_nothing_meets_the_sla_or_the_limit(self):
        with pytest.raises(InfeasibleError, match="300 tok/s/user cannot be met"):
            Fleet(WORKED, 59).most(300)
        curve = Curve([1, 10], [100, 50], ttft_s=[1, 2])
        with pytest.raises(InfeasibleError, match=r"TTFT 0\.5 s cannot be met"):
            Fleet(curve, 59, limits=Limits(ttft_s=0.5)).best_sla(Demand.tpm(3e6))

    @pytest.mark.parametrize("pods", [0, -1, 1.5, "2", None, True])
    def test_pods_that_are_none(self, pods):
        with pytest.raises(InputError, match=r"^pods must be a (whole )?number"):
            Fleet(WORKED, pods)


PODS = st.one_of(st.sampled_from([1, 2, 7, 59]), st.integers(1, 100_000))


def sized(curve, sla, demand, fleet):
    """Return what the answer is held against: the sizing itself."""
    level = fleet.level.confidence
    options = {"util": fleet.util, "method": fleet.method, "confidence": level, "limits": fleet.limits}
    return size(curve, sla, demand, gpus_per_pod=1, **options)


class TestLaws:
    @given(cases(at_most=8), PODS, METHODS, UTILS, st.booleans())
    def test_the_most_fits_and_one_step_more_does_not(self, case, pods, method, util, users):
        given_anchors, sla = case
        curve = given_anchors.curve()
        fleet = Fleet(curve, pods, util=util, method=method, level=bound(0.9))
        demand = Demand.users if users else Demand.tok_s
        try:
            most = fleet.most(sla, users=users)
        except InfeasibleError:
            assert not sized(curve, sla, demand(1), fleet).feasible
            return
        for figure, name in FIGURES.items():
            value = getattr(most, figure)
            if 1e-6 < value < 1e14:
                assert getattr(sized(curve, sla, demand(value), fleet), name) == pods
                assert getattr(sized(curve, sla, demand(value * STEP), fleet), name) == pods + 1
        assert most.estimate >= most.budget >= most.commit

    @given(cases(at_most=8), PODS, METHODS, st.floats(0.01, 1.5), st.booleans())
    def test_the_best_sla_fits_and_one_step_more_does_not(self, case, pods, method, share, users):
        curve = case[0].curve()
        fleet = Fleet(curve, pods, method=method)
        carried = curve.best_held[-1] if users else curve.best_tps[-1]
        asked = (Demand.users if users else Demand.tok_s)(float(carried) * pods * 0.7 * share)
        best = fleet.best_sla(asked)
        for figure, name in FIGURES.items():
            answer = getattr(best, figure)
            if answer is None:
                assert getattr(sized(curve, float(curve.tok_s_per_user[-1]), asked, fleet), name) > pods
                continue
            assert getattr(sized(curve, answer, asked, fleet), name) <= pods
            if answer < curve.fastest:
                try:
                    more = getattr(sized(curve, answer * STEP, asked, fleet), name)
                except InputError:  # one step more takes more pods than any sizing may
                    continue
                assert more > pods
