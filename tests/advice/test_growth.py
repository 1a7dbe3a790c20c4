"""Growth: hand-worked quarters, the laws of a demand that grows, and each next node against a count of every day."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.strategies import METHODS, UTILS, anchors, slas
from xlsizing import Curve, Demand, InputError, NodePlan, size
from xlsizing.advice import Growth, grown, months_after, needs
from xlsizing.core.rows import BUDGET, COMMIT, ESTIMATE, figure_of

WORKED = Curve([1, 10, 256], [215.5, 122.2, 41.8])
START = date(2026, 11, 30)
FACTORS = st.one_of(st.sampled_from([0.01, 1.0, 3.0, 1000.0]), st.floats(0.01, 1000))


@st.composite
def growths(draw, *, months=120):
    """Even growth, or up to six dates, from any day of a leap year or none."""
    start = date(2027, 1, 1) + timedelta(draw(st.integers(0, 1400)))
    if draw(st.booleans()):
        return Growth.evenly(draw(FACTORS), draw(st.integers(1, months)), start)
    after = sorted(draw(st.sets(st.integers(1, 30 * months), min_size=1, max_size=6)))
    return Growth.on_dates([(start + timedelta(days), draw(FACTORS)) for days in after], start)


@st.composite
def sizings(draw):
    """A sizing of one SLA that can be met, in nodes or not, with spares or not."""
    made = draw(anchors(at_most=6))
    curve, sla = made.curve(), draw(slas(made))
    plans = [
        None,
        NodePlan(8),
        NodePlan(3, nodes_to_survive=2),
        NodePlan(8, availability=0.999, node_availability=0.98),
    ]
    plan = draw(st.sampled_from(plans))
    spares = {} if plan is not None and plan.holds_spares else {"spare_replicas": draw(st.sampled_from([0, 3]))}
    pods = draw(st.sampled_from([0.5, 1.0, 7.3, 40.0]))
    demand = Demand.tok_s(pods * float(curve.per_replica_tps[0]))
    options = {"util": draw(UTILS), "method": draw(METHODS), "gpus_per_pod": draw(st.sampled_from([1, 2, 4]))}
    sizing = size(curve, sla, demand, node_plan=plan, **options, **spares)
    assume(bool(sizing.feasible))
    return sizing


class TestLaw:
    def test_months_end_with_the_month(self):
        # by the calendar: February of a leap year and of another, and the day itself where the month has it
        assert months_after(date(2027, 11, 30), 3) == date(2028, 2, 29)
        assert months_after(date(2026, 11, 30), 3) == date(2027, 2, 28)
        assert months_after(date(2026, 11, 30), 6) == date(2027, 5, 30)
        assert months_after(date(2026, 12, 31), 120) == date(2036, 12, 31)

    @pytest.mark.parametrize(
        ("months", "quarters"),
        [
            (1, ["2026-11-30", "2026-12-30"]),
            (3, ["2026-11-30", "2027-02-28"]),
            (7, ["2026-11-30", "2027-02-28", "2027-05-30", "2027-06-30"]),
            (12, ["2026-11-30", "2027-02-28", "2027-05-30", "2027-08-30", "2027-11-30"]),
        ],
    )
    def test_quarters_and_the_end(self, months, quarters):
        assert list(map(str, Growth.evenly(3, months, START).quarters)) == quarters

    def test_even_growth_by_hand(self):
        # 16^(3/12) = 2, 16^(6/12) = 4, 16^(9/12) = 8; half of December 2026's 31 days from the 30th: 16^(1/12) by 15/31
        growth = Growth.evenly(16, 12, START)
        assert [growth.factor(day) for day in growth.quarters] == pytest.approx([1, 2, 4, 8, 16], rel=1e-14)
        assert growth.factor(date(2027, 1, 14)) == pytest.approx(16 ** ((1 + 15 / 31) / 12), rel=1e-14)

    def test_between_two_dates_by_hand(self):
        # from 1 to 4 in 10 days: 4^(t/10); then down to 1 in 20 days: 4 x (1/4)^(t/20); nothing beyond the last
        growth = Growth.on_dates([(date(2026, 12, 10), 4), (date(2026, 12, 30), 1)], START)
        days = [date(2026, 12, 5), date(2026, 12, 10), date(2026, 12, 20), date(2026, 12, 30)]
        assert growth.factors(days).tolist() == pytest.approx([2, 4, 2, 1], rel=1e-14)
        assert (growth.end, growth.highest, len(growth.days)) == (date(2026, 12, 30), 4, 31)

    @given(growths())
    def test_it_passes_through_what_was_stated(self, growth):
        assert growth.factor(growth.start) == 1
        assert [growth.factor(day) for day, _ in growth.stated] == [factor for _, factor in growth.stated]
        assert (growth.quarters[0], growth.quarters[-1]) == (growth.start, growth.end)
        factors = growth.factors(growth.days)
        assert factors.max() <= growth.highest * (1 + 1e-14)

    def test_words(self):
        assert Growth.evenly(3, 1, START).words == (
            "demand x 3 in 1 month from 2026-11-30 to 2026-12-30, the same percentage each month: x 3^(t/1) after t months"
        )
        dates = [(START + timedelta(days), 2) for days in range(1, 41)]
        assert Growth.on_dates(dates[:2], START).words == (
            "demand x 2 on 2026-12-01, x 2 on 2026-12-02, from 2026-11-30; the same percentage each day between two dates"
        )
        assert Growth.on_dates(dates, START).words.startswith(
            "demand as stated on 40 dates from 2026-11-30, the last x 2 on 2027-01-09; "
        )

    @pytest.mark.parametrize(
        ("stated", "sentence"),
        [
            ([], "growth must have 1 to 40 dates (got 0 of them)"),
            ([(START + timedelta(d), 2) for d in range(1, 42)], "growth must have 1 to 40 dates (got 41 of them)"),
            ([(START, 2)], "date must be after the sizing's date, 2026-11-30 (got 2026-11-30)"),
            ([(date(2027, 1, 1), 2), (date(2027, 1, 1), 3)], "date must be after that before, 2027-01-01 (got 2027-01-01)"),
            ([(date(2036, 12, 1), 2)], "date must be at most 120 months after the sizing's date, 2026-11-30 (got 2036-12-01)"),
            ([(date(2027, 1, 1), 0)], "factor must be from 0.01 to 1,000 (got 0)"),
            ([(date(2027, 1, 1), 1000.1)], "factor must be from 0.01 to 1,000 (got 1000.1)"),
            ([(date(2027, 1, 1), True)], "factor must be a number (got TRUE)"),
        ],
    )  # fmt: skip
    def test_refused_dates(self, stated, sentence):
        with pytest.raises(InputError) as error:
            Growth.on_dates(stated, START)
        assert str(error.value) == sentence

    @pytest.mark.parametrize(
        ("factor", "months", "sentence"),
        [
            (0.009, 12, "factor must be from 0.01 to 1,000 (got 0.009)"),
            (float("nan"), 12, "factor must be a finite number (got nan)"),
            (3, 0, "months must be a whole number of at least 1 (got 0)"),
            (3, 121, "months must be a whole number from 1 to 120 (got 121)"),
            (3, 1.5, "months must be a whole number from 1 to 120 (got 1.5)"),
        ],
    )
    def test_refused_even_growth(self, factor, months, sentence):
        with pytest.raises(InputError) as error:
            Growth.evenly(factor, months, START)
        assert str(error.value) == sentence

    def test_a_date_beyond_the_calendar(self):
        with pytest.raises(InputError, match="date must leave room for growth before the year 10000"):
            Growth.evenly(3, 12, date(9995, 1, 1))


class TestGrown:
    def test_the_plateau_by_hand(self):
        # A pod carries 10,700.8 x 0.7 = 7,490.56 tok/s. 50,000 tok/s x 1, 1.41421, 2, 2.82843 and 4 take 6.68, 9.44, 13.35,
        # 18.88 and 26.70 of them; each costs 4 x 8.60 x 730 = 25,112 $/month.
        growth = Growth.evenly(4, 12, START)
        found = grown(size(WORKED, 20, Demand.tpm(3e6), gpus_per_pod=4), growth.factors(growth.quarters))
        assert found.gpus_high.tolist() == found.gpus_budget.tolist() == [28, 40, 56, 76, 108]
        assert found.usd_per_month_high.tolist() == pytest.approx([25_112 * pods for pods in (7, 10, 14, 19, 27)])

    def test_in_nodes_with_spares_by_hand(self):
        # The same pods, 2 on a node of 8 and 2 more for the node that fails: 9, 12, 16, 21, 29 pods on 5, 6, 8, 11, 15 nodes.
        plan, growth = NodePlan(8, nodes_to_survive=1), Growth.evenly(4, 12, START)
        found = grown(
            size(WORKED, 20, Demand.tpm(3e6), gpus_per_pod=4, node_plan=plan), growth.factors(growth.quarters)
        )
        assert found.nodes_high.tolist() == [5, 6, 8, 11, 15]

    def test_people_and_their_peak_are_kept(self):
        # 2,000 people x 1.2/60 x 700 = 28,000 tok/s, 70,000 at the peak, 140,000 for twice the people: 18.69 pods
        demand = Demand.people(2000, requests_per_person_min=1.2, osl=700).at_peak(2.5)
        found = grown(size(WORKED, 20, demand, gpus_per_pod=4), 2)
        assert (found.demand.value, found.demand.peak_to_mean, found.pods_high) == (4000, 2.5, 19)

    @given(sizing=sizings(), growth=growths())
    def test_factor_one_is_today_and_the_end_is_size_at_its_factor(self, sizing, growth):
        at_end = growth.stated[-1][1]
        demand = Demand.tok_s(float(sizing.demand.value) * at_end)
        options = {"node_plan": sizing.node_plan, "spare_replicas": sizing.spare_replicas, "util": sizing.util}
        options |= {"method": sizing.points.method.name, "gpus_per_pod": sizing.gpus_per_pod}
        last = size(sizing.curve, float(sizing.sla), demand, **options)
        found = grown(sizing, growth.factors(growth.quarters))
        for name in ("total_gpus_high", "total_gpus_budget", "total_gpus", "usd_per_month_high"):
            figures = getattr(found, name)
            assert (figures[0], figures[-1]) == (getattr(sizing, name), getattr(last, name))

    @given(sizing=sizings(), factors=st.lists(FACTORS, min_size=2, max_size=8))
    def test_figures_never_fall_while_the_factor_rises(self, sizing, factors):
        found = grown(sizing, sorted(factors))
        for name in ("total_gpus_high", "total_gpus_budget", "total_gpus", "pods_high", "usd_per_month_budget"):
            assert (getattr(found, name)[1:] >= getattr(found, name)[:-1]).all()

    @given(sizing=sizings(), months=st.integers(1, 120))
    def test_growth_by_one_changes_nothing(self, sizing, months):
        growth = Growth.evenly(1, months, START)
        found = grown(sizing, growth.factors(growth.quarters))
        assert {*found.total_gpus_budget.tolist()} == {int(sizing.total_gpus_budget)}
        assert list(needs(sizing, growth, BUDGET)) == []


class TestNeeds:
    def test_by_hand(self):
        # A pod carries 7,490.56 tok/s, so that 7, 8 and 9 of them are full at 1.04868, 1.19849 and 1.34830 times 50,000:
        # after 3 ln(factor)/ln 4 = 0.1029, 0.3918 and 0.6467 of the month of 30 days from 2026-11-30, in days 3.1, 11.8, 19.4.
        growth, sizing = Growth.evenly(4, 3, START), size(WORKED, 20, Demand.tpm(3e6), gpus_per_pod=4)
        found = list(needs(sizing, growth, COMMIT))
        assert [str(need.day) for need in found][:3] == ["2026-12-04", "2026-12-12", "2026-12-20"]
        assert [need.units for need in found][:3] == [8, 9, 10]
        assert (found[-1].units, found[-1].gpus, found[-1].usd_per_month) == (27, 108, pytest.approx(25_112 * 27))

    def test_what_was_bought_is_not_given_back(self):
        # 4 times the demand in January, today's in March, 4 times in May: nothing new until the end, when 4.1 takes 28 pods
        stated = [(date(2027, 1, 1), 4), (date(2027, 3, 1), 1), (date(2027, 5, 1), 4), (date(2027, 6, 1), 4.1)]
        found = list(needs(size(WORKED, 20, Demand.tpm(3e6), gpus_per_pod=4), Growth.on_dates(stated, START), COMMIT))
        assert [need.units for need in found][-2:] == [27, 28]
        assert found[-2].day <= date(2027, 1, 1)
        assert date(2027, 5, 1) < found[-1].day <= date(2027, 6, 1)

    @settings(max_examples=60)
    @given(sizing=sizings(), growth=growths(months=6), figure=st.sampled_from([COMMIT, BUDGET, ESTIMATE]))
    def test_they_are_those_of_a_count_of_every_day(self, sizing, growth, figure):
        most, expected = int(figure_of(sizing, "total_gpus", figure)), []
        for day in growth.days:
            gpus = int(figure_of(grown(sizing, growth.factor(day)), "total_gpus", figure))
            if gpus > most:
                most = gpus
                expected.append((day, gpus))
        found = list(needs(sizing, growth, figure))
        assert [(need.day, need.gpus) for need in found] == expected
        unit = sizing.node_plan.gpus_per_node if sizing.node_plan else sizing.gpus_per_pod
        assert all(need.units * unit == need.gpus for need in found)
