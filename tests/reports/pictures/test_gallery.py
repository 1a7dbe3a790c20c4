"""Every picture of every kind of sizing: drawn, inside its edges, in letters that can be read, with its frame."""

from dataclasses import replace
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from matplotlib.text import Text

from xlsizing import Curve, Demand, InputError, Limits, size
from xlsizing.advice import Growth
from xlsizing.advice.rigor import Workload
from xlsizing.reports.compared import compared
from xlsizing.reports.pictures.cost import MOST_CURVES
from xlsizing.reports.pictures.frame import CARRIES, LOOKS, WIDTH
from xlsizing.reports.pictures.gallery import GALLERY, gallery
from xlsizing.reports.report import Report

WORKED = Curve([1, 10, 256], [215.5, 122.2, 41.8])
MEASURED = Curve(
    [1, 8, 32, 64, 128],
    [200, 150, 90, 60, 20],
    output_tok_s=[190, 1150, 2700, 3500, 2400],
    ttft_s=[0.1, 0.2, 0.5, 0.9, 3],
)
TPM = Demand.tpm(3e6)
ODD = {
    "one anchor, and an SLA above it": (Curve([5], [100]), [50, 100, 300], TPM, {}),
    "none that can be met": (WORKED, [300, 1e6], TPM, {}),
    "users and spares": (MEASURED, [30, 70, 150], Demand.users(900), {"spare_replicas": 2}),
    "hundreds": (WORKED, np.linspace(10, 230, 300), TPM, {}),
    "twelve": (WORKED, np.linspace(10, 230, 12), TPM, {}),
    "one beside the other": (WORKED, [100, 100.5, 101, 101, 102], TPM, {}),
    "tiny": (Curve([1e-3, 2e-3], [1e-5, 5e-6]), [6e-6], Demand.tok_s(1e-6), {}),
    "huge": (Curve([1, 1e6], [1e9, 1e3]), [1e4, 1e8], Demand.tok_s(1e13), {"gpus_per_pod": 1000}),
    "flat": (Curve([1, 2, 3], [50, 50, 50]), [50, 20], TPM, {}),
    "limits of some rows": (MEASURED, [40, 40, 60], TPM, {"limits": Limits(ttft_s=[2, None, 0.6])}),
    "a limit that none meets": (MEASURED, [40, 50], TPM, {"limits": Limits(ttft_s=0.05)}),
    "all of the throughput": (MEASURED, [40], TPM, {"util": 1.0}),
}
NAMES = ("$a_b$ {{ 7*7 }} <b>&amp;</b>", "W" * 300, "模型 🚀 \\frac{1}{2} %s")


GROWTH = Growth.evenly(3, 12, date(2026, 11, 23))
GROWTHS = {
    "ten years": Growth.evenly(100, 120, date(2026, 11, 30)),
    "a month": Growth.evenly(3, 1, date(2026, 11, 30)),
    "a day": Growth.on_dates([(date(2026, 12, 1), 2)], date(2026, 11, 30)),
    "falling": Growth.on_dates([(date(2027, 3, 1), 0.5), (date(2028, 1, 31), 0.01)], date(2026, 11, 30)),
    "an end beside a quarter": Growth.on_dates([(date(2027, 3, 1), 1.5), (date(2027, 6, 1), 1.5)], date(2026, 11, 30)),
}


def report(curve, slas, demand=TPM, *, model="", growth=GROWTH, **options):
    return Report(size(curve, slas, demand, **{"gpus_per_pod": 4} | options), model, growth=growth)


def texts(figure):
    """Return what is written: of the ticks, those within the limits."""
    off = {
        id(tick.label1)
        for panel in figure.axes
        for axis in (panel.xaxis, panel.yaxis)
        for tick in axis.get_major_ticks()
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }
    found = figure.findobj(lambda artist: isinstance(artist, Text) and artist.get_visible() and id(artist) not in off)
    return [text for text in found if text.get_text().strip()]


def words(figure):
    return [text.get_text() for text in texts(figure)]


@pytest.mark.parametrize("name", [name for name, picture in GALLERY.items() if not picture.several])
class TestEach:
    @pytest.mark.parametrize("case", ODD)
    def test_letters_of_eight_points_and_nothing_beyond_the_edges(self, figure_of, name, case):
        curve, slas, demand, options = ODD[case]
        self.check(figure_of(name, report(curve, slas, demand, **options)))

    @pytest.mark.parametrize("model", NAMES)
    def test_nor_with_hostile_names(self, figure_of, name, model):
        self.check(figure_of(name, report(WORKED, [20, 100], model=model)))

    def check(self, figure):
        assert figure.get_figwidth() == WIDTH <= 186 / 25.4  # the text of a page of A4 with margins of 12 mm
        box = figure.bbox
        for text in texts(figure):
            assert text.get_fontsize() >= 8
            assert not text.get_parse_math()
            extent = text.get_window_extent()
            assert (extent.x0 >= box.x0 - 1, extent.x1 <= box.x1 + 1, extent.y0 >= -1, extent.y1 <= box.y1 + 1) == (
                True, True, True, True,
            ), text.get_text()  # fmt: skip

    def test_the_frame(self, figure_of, name, example, illustrative):
        for shipped, standing in ((example, "DRAFT"), (illustrative, "VERDICT")):
            given = replace(shipped, growth=GROWTH)
            found = words(figure_of(name, given))
            told = " ".join(found).replace("\n", " ")
            assert {GALLERY[name].title, standing} <= set(found)
            assert given.context.label() in told
            assert f"{given.headline}." in told
            assert given.model in told

    def test_the_same_bytes_each_time(self, name, illustrative):
        given = replace(illustrative, growth=GROWTH)
        one, other = (GALLERY[name].bytes_of([given], "svg") for _ in range(2))
        assert one == other
        assert ET.fromstring(one).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314  # ours


def test_as_png_too(example):
    one, other = (GALLERY["gpus-by-sla"].bytes_of([example], "png") for _ in range(2))
    assert one == other
    assert one.startswith(b"\x89PNG\r\n\x1a\n")


class TestGpus:
    def test_the_worked_rows_stand_at_their_slas(self, figure_of, example):
        # to budget 7, 25, 44, 178, 329 pods of 4 GPUs; the rows are a DRAFT
        assert {"28\nat 20", "100\nat 50", "176\nat 100", "712\nat 150", "1,316\nat 215"} <= set(
            words(figure_of("gpus-by-sla", example))
        )

    def test_lines_are_those_of_the_sizing(self, figure_of, example):
        (panel,) = figure_of("gpus-by-sla", example).axes
        lines = {line.get_label(): line.get_xydata() for line in panel.lines}

        def at(label, sla):
            return lines[label][np.searchsorted(lines[label][:, 0], sla), 1]

        # the worked rows: flat at 28 to the knee, 59 pods to 122.2, 332 beyond
        assert [at("to commit", sla) for sla in (20, 41.8, 42, 122.2, 123, 215.5)] == [28, 28, 236, 236, 1328, 1328]
        assert at("to budget, 95 %", 122.2) == at("estimate", 122.2) == 236
        assert all(np.diff(xy[:, 1]).min() >= 0 for label, xy in lines.items() if label in ("to commit", "estimate"))

    def test_what_cannot_be_met_has_no_number(self, figure_of):
        found = words(figure_of("gpus-by-sla", report(WORKED, [20, 300])))
        assert "at 300:\ncannot be met" in found
        assert not [text for text in found if text.endswith("at 300")]
        assert "cannot be met: > 215.5" in found

    def test_a_row_without_a_figure_to_quote_is_hollow(self, figure_of):
        given = report(WORKED, [100], method="log-c")  # no budget is claimed of it, and 28 to 236 is more than twofold
        figure = figure_of("gpus-by-sla", given)
        assert "236 to\ncommit at 100" in words(figure)
        assert "to commit, none to quote" in words(figure)

    def test_lines_within_a_limit_that_all_rows_have(self, figure_of):
        given = report(MEASURED, [40, 60], limits=Limits(ttft_s=0.6))
        figure = figure_of("gpus-by-sla", given)
        assert "Lines and marks: TTFT of at most 0.6 s." in words(figure)
        commit = next(line for line in figure.axes[0].lines if line.get_label() == "to commit")
        # at c=32 the replica carries 2,700 tok/s: 50,000/(2,700 x 0.7) is 26.5, so 27 pods at 20 tok/s/user already
        assert commit.get_ydata()[0] == 108

    def test_several_demands_are_refused(self):
        given = Report(size(WORKED, 20, Demand.tpm([1e6, 3e6]), gpus_per_pod=4))
        with pytest.raises(InputError, match="demand must be one to be drawn"):
            GALLERY["gpus-by-sla"].bytes_of([given], "svg")


class TestCurve:
    def test_points_are_those_of_the_rows(self, figure_of, illustrative):
        upper, lower = figure_of("curve", illustrative).axes
        lines = {line.get_label(): line.get_xydata().tolist() for line in upper.lines}
        assert lines["estimate"] == [[row.c_star, row.tok_s_per_user] for row in illustrative.rows]
        assert lines["pods to commit"] == [[row.c_commit, row.tok_s_per_user_commit] for row in illustrative.rows]
        assert lines["measured point"][0] == [1, 214]  # as the sizing file says
        measured = next(line for line in lower.lines if line.get_label() == "TTFT measured")
        assert measured.get_ydata().tolist() == [0.09, 0.14, 0.2, 0.31, 0.52, 0.98, 1.9]  # likewise

    def test_limits_are_named(self, figure_of):
        found = words(figure_of("curve", report(MEASURED, [40, 40, 60], limits=Limits(ttft_s=[2, None, 0.6]))))
        assert {"TTFT limit 2 s", "TTFT limit 0.6 s"} <= set(found)

    def test_without_waits_there_is_one_panel(self, figure_of, example):
        assert len(figure_of("curve", example).axes) == 1


class TestSensitivity:
    def test_the_figures_by_hand(self, figure_of, example):
        # 20 tok/s/user: 28 GPUs, one pod more is 4 GPUs and 4 x 8.60 x 730 = 25,112 $ (see tests/advice/test_sensitivity.py)
        found = words(figure_of("sensitivity", example))
        assert "28 GPUs to budget, 95 %, 175,784 $/month, at 20 tok/s/user" in found
        assert found.count("-10 %: +4 GPUs, +25,112 $") == 2
        assert "+10 %: cannot be met" in found  # 215 x 1.1 is above 215.5
        assert "As many pods carry demand up to +4.867 %, or utilisation down to 0.6676, or an SLA up to 41.8." in found

    def test_of_many_the_rest_is_counted(self, figure_of):
        found = words(figure_of("sensitivity", report(WORKED, np.linspace(10, 210, 10))))
        assert "4 more SLAs are not drawn." in found

    def test_nothing_that_can_be_met(self, figure_of):
        assert "No SLA asked can be met: there is nothing to move." in words(
            figure_of("sensitivity", report(WORKED, [300]))
        )


class TestCost:
    @pytest.fixture
    def reports(self, example):
        return [
            example,
            compared(example, MEASURED, "measured.csv", 5.0),
            compared(example, Curve([5], [100]), "one.csv"),
        ]

    def test_lines_are_dollars_of_each_curve(self, figure_of, reports):
        upper, lower = figure_of("cost-by-sla", *reports).axes
        marks = [line.get_xydata().tolist() for line in lower.lines if line.get_linestyle() == "None"]
        for given, points in zip(reports, marks, strict=True):
            assert points == [[row.sla, row.usd_per_month_high] for row in given.rows if row.feasible]
        assert upper.get_ylabel() == "$/month to budget, 95 %"
        assert lower.get_ylabel() == "$/month to commit"
        # 20 tok/s/user on `measured`: 3,500 x 0.7 = 2,450 tok/s a pod, 21 pods x 4 x 5 x 730
        assert marks[1][0] == [20, 21 * 4 * 5 * 730]

    def test_each_curve_is_named_with_price_and_standing(self, figure_of, reports):
        told = " ".join(words(figure_of("cost-by-sla", *reports)))
        assert (
            "B: measured.csv, 4 GPUs per pod, 5.00 $/GPU-hour (no date or source given), DRAFT; no measurement context"
            in told
        )
        assert "C: one.csv, 4 GPUs per pod, 8.60 $/GPU-hour (assumed), DRAFT; no measurement context given" in told

    def test_it_is_there_only_where_curves_are_compared(self, example, reports):
        assert [picture.name for picture in gallery([example])] == ["gpus-by-sla", "curve", "sensitivity"]
        assert [picture.name for picture in gallery(reports)] == [name for name in GALLERY if name != "growth"]

    def test_standing_counts_all_curves(self, figure_of, illustrative):
        other = compared(illustrative, MEASURED, "other.csv")
        assert "5 VERDICT, 5 DRAFT" in words(figure_of("cost-by-sla", illustrative, other))

    def test_too_many_are_refused(self, example):
        with pytest.raises(InputError, match=f"curves to compare must be at most {MOST_CURVES}"):
            GALLERY["cost-by-sla"].bytes_of([example] * (MOST_CURVES + 1), "svg")


class TestGrowth:
    @pytest.mark.parametrize("name", GROWTHS)
    def test_inside_its_edges_and_dates_apart(self, figure_of, name):
        for slas in ([20], [20, 100, 300], [300]):
            figure = figure_of("growth", report(WORKED, slas, growth=GROWTHS[name]))
            TestEach().check(figure)
            boxes = [label.get_window_extent() for label in figure.axes[-1].get_xticklabels()]
            assert all(one.x1 < two.x0 for one, two in pairwise(boxes))

    def test_lines_and_marks_are_those_of_the_sizing(self, figure_of):
        # 3^(t/12) from 50,000 tok/s on pods of 7,490.56: 7, 9, 12, 16 and 21 of 4 GPUs, on 0, 92, 181, 273 and 365 days
        (panel,) = figure_of("growth", report(WORKED, [20])).axes
        lines = {line.get_label(): line.get_xydata().tolist() for line in panel.lines}
        marks = [[0, 28], [92, 36], [181, 48], [273, 64], [365, 84]]
        assert lines["to quote, bold in tables"] == marks
        assert all(mark in lines[name] for mark in marks for name in ("to commit", "to budget, 95 %"))
        assert {"28", "36", "48", "64", "84", "2027-02-23\nx 1.316", "2027-11-23\nx 3"} <= set(words(panel.figure))

    def test_what_may_not_be_quoted_is_hollow(self, figure_of):
        (panel,) = figure_of("growth", report(WORKED, [50], method="log-c")).axes
        assert "to quote, bold in tables" not in words(panel.figure)
        assert "to commit, none to quote" in words(panel.figure)

    def test_it_is_there_only_where_demand_grows(self, example):
        assert "growth" not in [picture.name for picture in gallery([example])]
        assert gallery([replace(example, growth=GROWTH)])[-1].name == "growth"


def test_a_mismatch_is_stamped_on_each(figure_of, illustrative):
    workload = Workload(isl=8192, osl=1024, turns="single-turn")
    given = Report(illustrative.sizing, workload=workload, allow_mismatch=True, growth=GROWTH)
    assert "growth" in [picture.name for picture in gallery([given])]
    for picture in gallery([given]):
        found = words(figure_of(picture.name, given))
        assert "DRAFT, WORKLOAD MISMATCH" in found
        assert "to quote, bold in tables" not in found


def test_grey_tells_lines_and_marks_apart():
    assert len({str(look["linestyle"]) for look in LOOKS.values()}) == len(LOOKS)
    assert len({look["linewidth"] for look in LOOKS.values()}) == len(LOOKS)
    assert len({str(dashes) for _, dashes, _ in CARRIES}) == len({marker for *_, marker in CARRIES}) == len(CARRIES)
