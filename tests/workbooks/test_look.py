"""What a reader sees: contrast, formats, print set-up, and charts that draw the figures of the package."""

import re
from itertools import pairwise

import openpyxl
import pytest

from tests.workbooks.built import standard_report
from tests.workbooks.engines import boxes, parts
from tests.workbooks.first_page import CELLS
from tests.workbooks.test_package import CHART, DRAWING, SHEETS, opened, tree
from xlsizing import Curve, Demand, size
from xlsizing.reports.report import Report
from xlsizing.workbooks.customer.calc_sheet import CALC
from xlsizing.workbooks.customer.charts import ALT_TEXTS
from xlsizing.workbooks.customer.write import customer_workbook

MAIN = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
KNEE = Curve([1, 8, 16, 32, 64, 96], [100, 60, 25, 20, 15, 9.5], output_tok_s=[95, 450, 390, 600, 800, 700])
KNEE_SLAS = [8, 12, 15, 18, 20, 22, 25, 40, 60, 101, 250]
REPORTS = {
    "worked": standard_report(),
    "one-anchor": Report(size(Curve([128], [22.78125]), [20], Demand.tpm(3e6), gpus_per_pod=8)),
    "loose": Report(size(Curve([8, 64, 256], [90, 50, 20]), [10, 15], Demand.tpm(3e6), gpus_per_pod=4)),
    "knee": Report(size(KNEE, KNEE_SLAS, Demand.tpm(3e6), gpus_per_pod=8)),
    "knee-users": Report(size(KNEE, KNEE_SLAS, Demand.users(3000), gpus_per_pod=8, method="tpot")),
    "nothing-met": Report(size(KNEE, [101, 250], Demand.tpm(3e6), gpus_per_pod=8)),
}


def luminance(colour):
    """Return the relative luminance of a colour RRGGBB, as the rules for accessible pages define it."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(text, ground):
    low, high = sorted((luminance(text), luminance(ground)))
    return (high + 0.05) / (low + 0.05)


def colours(cell):
    """Return the colours of the text and of the ground of a cell; a cell without a fill is white."""
    ground = cell.fill.fgColor.rgb[-6:] if cell.fill.fill_type == "solid" else "FFFFFF"
    return cell.font.color.rgb[-6:], ground


class TestColours:
    def test_of_contrast(self):
        assert contrast("000000", "FFFFFF") == 21
        assert contrast("777777", "FFFFFF") == pytest.approx(4.48, abs=0.01)

    def test_every_text_has_enough(self, anybook):
        used = {
            colours(cell) for sheet in opened(anybook) for row in sheet.iter_rows() for cell in row if cell.has_style
        }
        assert len(used) >= 6
        assert [pair for pair in used if contrast(*pair) < 4.5] == []

    def test_conditional_ones_too(self, anybook):
        found = []
        for sheet in opened(anybook):
            for formats in sheet.conditional_formatting:
                for rule in formats.rules:
                    text = rule.dxf.font.color.rgb[-6:] if rule.dxf.font and rule.dxf.font.color else "000000"
                    ground = rule.dxf.fill.bgColor.rgb[-6:] if rule.dxf.fill else "FFFFFF"
                    found.append((text, ground))
        assert len(found) >= 4
        assert [pair for pair in found if contrast(*pair) < 4.5] == []


class TestPrint:
    def test_every_sheet_has_a_footer_and_all_but_the_first_are_one_page_wide(self, anybook):
        for title in SHEETS:
            sheet = opened(anybook)[title]
            if title != "Sizing":
                assert sheet.page_setup.fitToWidth == 1, title
                assert sheet.sheet_properties.pageSetUpPr.fitToPage, title
            footer = sheet.oddFooter
            assert [part.text for part in (footer.left, footer.center, footer.right)] == ["&F", "&A", "&P / &N"], title

    def test_workings_are_kept_off_paper(self, standard):
        for title, last in (("Curve", "F"), ("Calc", "D"), ("Sizing", "AQ")):
            area = opened(standard)[title].print_area.replace("$", "").rpartition("!")[2]
            assert re.fullmatch(r"[A-Z]+", area.split(":")[1].rstrip("0123456789"))[0] == last

    def test_every_number_beside_the_table_has_its_label_at_its_left(self, standard):
        sheet = opened(standard)["Sizing"]
        labels = {
            "flat": "flat GPUs to commit", "knee": "up to the knee, tok/s/user", "least": "least to commit of rows met",
            "most": "most to commit of rows met", "tightest": "tightest SLA met, tok/s/user", "lacking": "sweep lacks c",
            "c": "Measure at concurrency", "sla": "at SLA, tok/s/user", "limit": "and TTFT limit, s", "low": "GPUs, low end",
            "high": "GPUs, high end", "now": "GPUs by now", "gpus": "may free, GPUs", "usd": "may free, $/month",
            "c_star": "c* by now", "failed": "Failed, on sheet Checks", "notes": "notes there", "asked": "SLAs asked",
            "verdicts": "VERDICT rows", "unmet": "cannot be met", "edited": "edited since delivery",
        }  # fmt: skip
        for name, label in labels.items():
            cell = sheet[CELLS[name]]
            beside = [sheet.cell(cell.row, column).value for column in range(cell.column - 1, 0, -1)]
            assert next(filter(None, beside)) == label, name
        formats = {name: sheet[CELLS[name]].number_format for name in ("low", "gpus", "usd", "flat", "failed")}
        assert formats == dict.fromkeys(formats, "#,##0") | {"usd": "$#,##0"}

    def test_one_row_is_printed_step_by_step(self, standard):
        area = opened(standard)["Calc"].print_area.replace("$", "").rpartition("!")[2]
        left, top, right, bottom = openpyxl.utils.range_boundaries(area)
        box = boxes(standard)["Worked_Row"]
        assert top <= box.top <= bottom
        assert left <= box.left <= right
        sheet = opened(standard)["Calc"]
        heads = [step[1] for step in CALC if step[2]]
        printed = [sheet.cell(row, 2).value for row in range(top, bottom + 1)]
        assert [head for head in heads if head not in printed] == []

    def test_rows_are_not_taller_than_a_spreadsheet_takes(self, anybook):
        heights = [row.height or 0 for sheet in opened(anybook) for row in sheet.row_dimensions.values()]
        assert max(heights) <= 409


def series(data, chart):
    """Return the points of each series of a chart by its title: (x, y), from what is stored for readers that do not calculate."""
    found = {}
    for each in tree(data, f"xl/charts/chart{chart}.xml").iter(CHART + "ser"):
        title = "".join(text.text for text in each.find(CHART + "tx").iter(CHART + "v"))
        x, y = (
            {
                point.get("idx"): float(point.find(CHART + "v").text)
                for point in each.find(CHART + tag).iter(CHART + "pt")
            }
            for tag in ("xVal", "yVal")
        )
        found[title] = [(x[at], y[at]) for at in x if at in y]
    return found


@pytest.fixture(scope="module", params=list(REPORTS))
def drawn(request):
    report = REPORTS[request.param]
    data = customer_workbook(report)
    return report.sizing, series(data, 1), series(data, 2)


def sized(sizing, sla):
    """Return the row of the same sizing at another SLA."""
    again = size(
        sizing.curve, sla, sizing.demand, gpus_per_pod=sizing.gpus_per_pod, util=sizing.util,
        method=sizing.points.method.name,
    )  # fmt: skip
    return again.rows()[0]


class TestChartsDrawTheFigures:
    def test_of_each_sla(self, drawn):
        sizing, curve, gpus = drawn
        rows = sizing.rows()
        met = [row for row in rows if row.feasible]
        assert gpus["SLAs, to commit"] == [(row.sla, row.gpus_high) for row in met]
        assert gpus["SLAs, estimate"] == [(row.sla, row.gpus) for row in met]
        assert gpus["cannot be met"] == [(row.sla, 0) for row in rows if not row.feasible]
        for (c, r), row in zip(curve["the SLAs operate here"], met, strict=True):
            assert c == pytest.approx(row.c_star, rel=1e-9)
            assert r == pytest.approx(row.tok_s_per_user, rel=1e-9)

    def test_of_the_estimate_between_them(self, drawn):
        sizing, _, gpus = drawn
        assert len(gpus["estimate"]) == 31
        for sla, estimate in gpus["estimate"]:
            assert estimate == sized(sizing, sla).gpus, sla

    def test_of_the_range_as_steps(self, drawn):
        # Right of a corner the step is that of its anchor: the same up to the anchor itself.
        sizing, _, gpus = drawn
        for name, field in (("to commit", "gpus_high"), ("low end", "gpus_low")):
            points = gpus[name]
            assert len(points) % 2 == 0
            for (right, high), (left, again) in zip(points[::2], points[1::2], strict=True):
                assert high == again == getattr(sized(sizing, (left + right) / 2), field), (left, right)
            assert [
                x for (_, (x, _)), ((y, _), _) in pairwise(zip(points[::2], points[1::2], strict=True)) if x != y
            ] == []

    def test_the_plateau_and_the_whole_bracket_of_every_sla_are_drawn(self, drawn):
        sizing, _, gpus = drawn
        met = [row.sla for row in sizing.rows() if row.feasible]
        slas = [sla for sla, _ in gpus["to commit"]]
        assert min(slas) < sizing.curve.tok_s_per_user[-1]
        assert min(slas) <= min(met, default=1e9)
        assert max(slas) >= max(met, default=0)
        assert max(slas) in sizing.curve.tok_s_per_user

    def test_of_the_measured_curve(self, drawn):
        sizing, curve, _ = drawn
        anchors = set(zip(sizing.curve.concurrency.tolist(), sizing.curve.tok_s_per_user.tolist(), strict=True))
        assert set(curve["measured"]) == anchors
        first, last = curve["interpolated"][0], curve["interpolated"][-1]
        assert first == pytest.approx((sizing.curve.concurrency[0], sizing.curve.tok_s_per_user[0]), rel=1e-9)
        assert last == pytest.approx((sizing.curve.concurrency[-1], sizing.curve.tok_s_per_user[-1]), rel=1e-9)


class TestChartsAreReadable:
    @pytest.mark.parametrize("chart", [1, 2])
    def test_both_axes_are_drawn_with_a_title_beside_them(self, standard, chart):
        axes = list(tree(standard, f"xl/charts/chart{chart}.xml").iter(CHART + "valAx"))
        assert len(axes) == 2
        for axis in axes:
            assert axis.find(CHART + "delete").get("val") == "0"
            assert axis.find(CHART + "title").find(CHART + "overlay").get("val") == "0"
            assert "".join(text.text for text in axis.iter(MAIN + "t"))

    def test_concurrency_has_a_logarithmic_axis(self, standard):
        bases = [base.get("val") for base in tree(standard, "xl/charts/chart1.xml").iter(CHART + "logBase")]
        assert bases == ["10"]
        assert list(tree(standard, "xl/charts/chart2.xml").iter(CHART + "logBase")) == []

    @pytest.mark.parametrize("chart", [1, 2])
    def test_no_line_is_rounded_off(self, standard, chart):
        smooth = [each.get("val") for each in tree(standard, f"xl/charts/chart{chart}.xml").iter(CHART + "smooth")]
        assert smooth
        assert set(smooth) == {"0"}

    @pytest.mark.parametrize("chart", [1, 2])
    def test_corners_are_not_rounded_where_excel_would(self, standard, chart):
        corners = tree(standard, f"xl/charts/chart{chart}.xml").findall(CHART + "roundedCorners")
        assert [corner.get("val") for corner in corners] == ["0"]

    def test_what_cannot_be_met_is_red_and_alone(self, standard):
        names = list(series(standard, 2))
        assert names.count("cannot be met") == 1
        last = list(tree(standard, "xl/charts/chart2.xml").iter(CHART + "ser"))[names.index("cannot be met")]
        assert {colour.get("val") for colour in last.iter(MAIN + "srgbClr")} == {"C00000"}

    def test_legend_title_and_plot_do_not_cover_each_other(self, standard):
        for chart in (1, 2):
            root = tree(standard, f"xl/charts/chart{chart}.xml").find(CHART + "chart")
            assert root.find(CHART + "legend").find(CHART + "legendPos").get("val") == "b"
            assert root.find(CHART + "title").find(CHART + "overlay").get("val") == "0"
            area = root.find(CHART + "plotArea").find(CHART + "layout").find(CHART + "manualLayout")
            x, y, w, h = (float(area.find(CHART + tag).get("val")) for tag in "xywh")
            assert x + w <= 1
            assert y >= 0.1
            assert y + h <= 0.8

    def test_alternative_texts(self, standard):
        names = [name for name in parts(standard) if name.startswith("xl/drawings/drawing")]
        texts = [frame.get("descr") for name in names for frame in tree(standard, name).iter(DRAWING + "cNvPr")]
        assert texts == list(ALT_TEXTS)
