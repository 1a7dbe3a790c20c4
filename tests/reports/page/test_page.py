"""The page of a report: the tables of every other door, whole, escaped, and nothing from outside."""

import base64
import hashlib
import re
import sys

import pytest

from tests.reports.page.reader import read
from tests.reports.test_markdown import NAMES
from tests.spec_files import EXAMPLE, ILLUSTRATIVE, MINIMAL, written
from xlsizing import Curve, Demand, InputError, size
from xlsizing.reports.asked import facts
from xlsizing.reports.from_spec import spec_report
from xlsizing.reports.money import quote_table
from xlsizing.reports.page.inline import inline_svg
from xlsizing.reports.page.page import MOST_ROWS, page
from xlsizing.reports.record import record
from xlsizing.reports.report import Report
from xlsizing.reports.tables import answer_table, context_table, curve_table, levers_table, operation_table
from xlsizing.spec import read_spec


def plain(text):
    return " ".join(text.split())


@pytest.fixture(scope="module", params=[EXAMPLE, ILLUSTRATIVE], ids=["draft", "verdict"])
def both(request):
    """A report and its page, as markup and as a tree."""
    report = spec_report(read_spec(request.param))
    text = page([report])
    return report, text, read(text)


class TestContent:
    def test_every_table_is_there_cell_by_cell(self, both):
        report, _, root = both
        found = [
            [[cell.text for cell in row.all("th", "td")] for row in table.all("tr")] for table in root.all("table")
        ]
        tables = (answer_table(report), quote_table(report), levers_table(report.levers), operation_table(report), curve_table(report.sizing.curve), context_table(report))  # fmt: skip
        for table in filter(None, tables):
            whole = [list(map(plain, row)) for row in (table.header, *table.rows)]
            parts = [[list(map(plain, row)) for row in (part.header, *part.rows)] for part in table.parts()]
            assert whole in found or all(part in found for part in parts), table.title

    def test_what_is_bold_in_the_tables_is_bold_here(self, both):
        report, _, root = both
        strong = [cell.text for cell in root.all("td") if cell.attributes.get("class") == "quoted"]
        for table in (answer_table(report), quote_table(report)):
            assert {table.rows[row][column] for row, column in table.bold} <= set(strong)
        assert all(cell.all("strong") for cell in root.all("td") if cell.attributes.get("class") == "quoted")

    def test_the_figure_to_quote_stands_first(self, both):
        # README: 100 GPUs to budget at 50 on a DRAFT, 76 to commit at 60 on a VERDICT
        report, _, root = both
        cards = [item.text for item in root.all("ul")[0].all("li")]
        draft = report.headline.startswith("DRAFT")
        assert cards[1] == (
            "50 tok/s/user (chat) 100 GPUs to budget, 95 % 627,800 $/month DRAFT"
            if draft
            else "60 tok/s/user 76 GPUs to commit 402,230 $/month VERDICT"
        )
        assert next(section.all("h2")[0].text for section in root.all("section")) == "The figure to quote"

    def test_sentences_and_facts(self, both):
        report, _, root = both
        items, told = {item.text for item in root.all("li")}, root.text
        assert {*map(plain, report.notes), *map(plain, report.promotions), *map(plain, report.sign_off_lines)} <= items
        assert plain(report.next_step) in items
        assert all(plain(sentence) in told for sentence in report.opening)
        pairs = {dt.text: dd.text for dt, dd in zip(root.all("dt"), root.all("dd"), strict=True)}
        assert pairs == {name: plain(text) for name, text in facts(report).items()}
        assert f"Report id: {record(report)['report_id']}" in told

    def test_the_standing_stands_on_top(self, both):
        report, _, root = both
        (standing,) = [element for element in root.all("p") if element.attributes.get("class") == "standing"]
        assert (
            standing.text.replace("DRAFT ", "DRAFT: ", 1).replace("VERDICT ", "VERDICT: ", 1) == f"{report.headline}."
        )
        assert root.all("title")[0].text.startswith(standing.all("strong")[0].text)


class TestForm:
    def test_nothing_from_outside(self, both):
        _, text, root = both
        for element in root.all():
            for name in ("src", "href", "xlink:href", "action", "data", "poster", "srcset"):
                assert element.attributes.get(name, "#").startswith("#")
        assert not root.all("link", "img", "iframe", "object", "embed", "base", "form")
        assert set(re.findall(r"https?://[^\s\"'<]+", text)) <= {"http://www.w3.org/2000/svg"}
        assert "@import" not in text
        assert not re.findall(r"url\((?!#)", text)

    def test_the_policy_lets_this_script_run_and_no_other(self, both):
        _, text, root = both
        (policy,) = [meta.attributes["content"] for meta in root.all("meta") if "http-equiv" in meta.attributes]
        (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
        told = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert policy.startswith("default-src 'none'; ")
        assert f"script-src 'sha256-{told}';" in policy

    def test_headings_captions_scopes_and_texts_for_pictures(self, both):
        _, _, root = both
        assert root.all("html")[0].attributes == {"lang": "en"}
        assert [heading.tag for heading in root.all("h1", "h2", "h3", "h4")].count("h1") == 1
        for table in root.all("table"):
            assert table.all("caption")[0].text
            assert all(cell.attributes["scope"] in ("col", "row") for cell in table.all("th"))
            assert all(row.all("th", "td")[0].tag == "th" for row in table.all("tr"))
        for picture in root.all("svg"):
            assert picture.attributes["role"] == "img"
            assert len(picture.attributes["aria-label"]) > 40

    def test_ids_are_of_one_element_each_and_references_lead_to_one(self, both):
        _, text, root = both
        ids = [element.attributes["id"] for element in root.all() if "id" in element.attributes]
        assert len(ids) == len(set(ids))
        used = set(re.findall(r"url\(#([^)]*)\)", text)) | {
            element.attributes[name].removeprefix("#")
            for element in root.all()
            for name in ("href", "aria-labelledby")
            if name in element.attributes
        }
        assert used <= set(ids)
        assert len(root.all("svg")) == 3

    def test_the_same_each_time(self, both):
        report, text, _ = both
        assert page([report]) == text


class TestHostile:
    @pytest.mark.parametrize(
        "name", [*NAMES, "{{ 7*7 }} {% raw %}", "</title></style></script><script>x</script>", "\"' onload=x"]
    )
    def test_a_name_is_read_as_it_was_written_and_changes_nothing_else(self, tmp_path, name):
        def tree(given):
            slas = [20, {"tok_s_per_user": 50, "name": given}]
            value = MINIMAL | {"title": given, "customer": given, "slas": slas, "sign_off": [{"role": given}]}
            return read(page([spec_report(read_spec(written(tmp_path, value)))], pictures=False))

        found, other = tree(name), tree("x")
        assert found.all("h1")[0].text == f"Capacity sizing: {plain(name)}"
        assert [element.tag for element in found.all()] == [element.tag for element in other.all()]
        assert f"50 tok/s/user ({plain(name)})" in found.text

    def test_in_a_picture_it_is_no_markup(self, tmp_path):
        name = "</svg><script>x</script> ]]> --> <!--"
        given = spec_report(read_spec(written(tmp_path, MINIMAL | {"title": name})))
        root = read(page([given]))
        assert len(root.all("script")) == 1
        assert len(root.all("svg")) == 3

    def test_a_reference_inside_a_picture_follows_its_id(self):
        picture = (
            b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9pt" viewBox="0 0 9 9">'
            b'<metadata>x</metadata><!-- note --><defs><style>*{}</style><path id="a"/></defs>'
            b'<g clip-path="url(#a)" style="fill: url(#a)"><use xlink:href="#a" x="1"/></g></svg>'
        )
        assert inline_svg(picture, "one", 'so "it" is') == (
            '<svg viewBox="0 0 9 9" role="img" aria-label="so &quot;it&quot; is"><defs><path id="one-a" /></defs>'
            '<g clip-path="url(#one-a)" style="fill: url(#one-a)"><use x="1" href="#one-a" /></g></svg>'
        )


class TestLimits:
    def test_without_the_library_that_draws_there_is_a_page_without_pictures(self, monkeypatch, tmp_path):
        given = spec_report(read_spec(written(tmp_path, MINIMAL)))
        for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, "matplotlib", None)
        with pytest.raises(InputError, match="plot must have matplotlib to draw with"):
            page([given])
        root = read(page([given], pictures=False))
        assert not root.all("svg")
        assert "How far an input may move before the next pod" in root.text

    def test_too_many_rows_are_refused(self):
        given = Report(size(Curve([1, 10], [200, 100]), [50.0] * (MOST_ROWS + 1), Demand.tpm(3e6), gpus_per_pod=4))
        with pytest.raises(InputError) as error:
            page([given], pictures=False)
        assert str(error.value) == (
            "slas must be at most 1,000 on a page (got 1,001 of them); write a workbook, or Markdown with size --emit"
        )

    def test_what_cannot_be_met_has_no_number(self):
        given = Report(size(Curve([1, 10], [200, 100]), [50, 300], Demand.tpm(3e6), gpus_per_pod=4))
        root = read(page([given], pictures=False))
        assert "300 tok/s/user cannot be met DRAFT" in [item.text for item in root.all("li")]
        unmet = [row for row in root.all("tr") if row.attributes.get("class") == "unmet"]
        assert {cell.text for row in unmet for cell in row.all("td")} - {""} <= {"cannot be met", "SLA -10 %"}
