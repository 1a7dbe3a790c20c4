"""CAPACITY-SIZING.md: a golden file, figures worked out again, and text that stays text."""

import pytest
from markdown_it import MarkdownIt

from xlsizing import Demand
from xlsizing.next_words import NO_THROUGHPUT
from xlsizing.reports.markdown import markdown
from xlsizing.reports.record import record

SPARSE = [(1, 215.5), (10, 122.2), (256, 41.8)]
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def shown(text):
    """What a reader sees of Markdown: the text of every block, without markup."""
    blocks = [token.children for token in PARSER.parse(text) if token.type == "inline"]
    return ["".join(child.content for child in block) for block in blocks]


def tables(text):
    """The tables of a document: lists of rows of cells, header first."""
    rows, found = None, []
    tokens = PARSER.parse(text)
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "table_open":
            rows = []
            found.append(rows)
        elif token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            rows[-1].append("".join(child.content for child in following.children))
    return found


class TestGolden:
    def test_readme_example(self, golden, readme_report):
        golden("CAPACITY-SIZING.md", markdown(readme_report))


class TestFigures:
    """Each number of the answer worked out from the one before it, by the rules of cost and load."""

    @pytest.fixture
    def rows(self, readme_report):
        answer, operation, _ = tables(markdown(readme_report))
        pairs = zip(answer[1:], operation[1:], strict=True)
        return [dict(zip(answer[0] + operation[0], left + right, strict=True)) for left, right in pairs]

    def test_pods_are_the_worked_rows(self, rows):
        assert [row["estimate pods"] for row in rows] == ["7", "8", "30", "95", "329"]
        assert [row["GPUs to commit"] for row in rows] == ["28", "236", "236", "1,328", "1,328"]
        assert [row["range GPUs"] for row in rows] == ["28", "28-236", "28-236", "236-1,328", "236-1,328"]

    def test_gpus_are_four_a_pod(self, rows):
        assert [number(row["estimate GPUs"]) for row in rows] == [4 * number(row["estimate pods"]) for row in rows]

    @pytest.mark.parametrize(("gpus", "words"), [("GPUs to commit", "to commit"), ("estimate GPUs", "estimate")])
    def test_dollars(self, rows, gpus, words):
        for row in rows:
            usd = number(row[gpus]) * 8.60 * 730
            assert row[f"$/month {words}"] == f"{usd:,.0f}"
            assert row[f"$/1M tok {words}"] == f"{usd / (50_000 * 3600 * 730 / 1e6):,.2f}"

    def test_load(self, rows):
        for row in rows:
            pods, tps = number(row["estimate pods"]), number(row["tok/s per pod"])
            assert number(row["load"][:-2]) == pytest.approx(100 * 50_000 / (pods * tps), abs=0.06)
            assert number(row["load, one pod fewer"][:-2]) == pytest.approx(100 * 50_000 / ((pods - 1) * tps), abs=0.06)

    def test_throughput_is_concurrency_times_interactivity(self, rows):
        for row in rows:
            product = number(row["c* per pod"]) * number(row["tok/s/user there"])
            assert number(row["tok/s per pod"]) == pytest.approx(product, rel=0.005)  # c* has two decimals
            assert number(row["max-num-seqs"]) == int(number(row["c* per pod"]))


def number(text):
    return float(text.replace(",", ""))


class TestInfeasible:
    def test_no_number_besides_the_sla(self, report):
        text = markdown(report(SPARSE, [20, 300], Demand.tpm(3e6), gpus_per_pod=4, util=0.7))
        lines = [line for line in text.splitlines() if line.startswith("| 300 |")]
        assert len(lines) == 2
        for line in lines:
            sla, words, *rest = [cell.strip(" *") for cell in line.strip("|").split("|")]
            assert (sla, words, set(rest)) == ("300", "cannot be met", {""})


NAMES = [
    "*a* **b** _c_ __d__",
    "<script>alert(1)</script>",
    "a | b | c",
    "`code` ``more``",
    "[link](http://x.example) ![image](y)",
    "# no heading #",
    "$x$ and $$y$$",
    "back\\slash \\* end\\",
    "&lt; &amp; &#35;",
    "~~struck~~",
    "1. one - two + three",
    "模型 🚀",
]


class TestEscaping:
    @pytest.mark.parametrize("name", NAMES)
    def test_a_name_is_read_as_it_was_written(self, report, name):
        seen = shown(markdown(report(SPARSE, [20], model=name)))
        assert seen[0] == f"Capacity sizing: {name}"
        assert f"Model: {name}" in seen

    @pytest.mark.parametrize("name", NAMES)
    def test_and_changes_nothing_else(self, report, name):
        plain = shown(markdown(report(SPARSE, [20], model="x")))
        named = shown(markdown(report(SPARSE, [20], model=name)))
        assert named[1:2] + named[3:-1] == plain[1:2] + plain[3:-1]  # the last line has the id of the report

    def test_no_html(self, report):
        tokens = PARSER.parse(markdown(report(SPARSE, [20], model="<b>x</b> <!-- y -->")))
        assert not [token for token in tokens if token.type.startswith("html")]


class TestDocument:
    def test_without_a_model(self, report):
        assert markdown(report(SPARSE, [20])).startswith(
            "# Capacity sizing\n\n**DRAFT: no measurement context given; the sweep lacks c=8, 16, 32, 64, 128; "
            f"{NO_THROUGHPUT}.**"
        )

    def test_ends_with_notes_and_the_next_step(self, report):
        given = report(SPARSE, [100])
        *seen, last = shown(markdown(given))
        told = record(given)["report_id"]
        assert last == f"Report id: {told}. The file capacity_sizing.json of the same run has the same."
        assert seen[-1] == given.next_step
        assert seen[-2] == "Next step"
        at = seen.index("Notes")
        assert seen[at + 1 : -2] == given.notes

    def test_every_row_of_a_table_has_as_many_cells(self, report):
        for table in tables(markdown(report(SPARSE, [20, 100, 300], model="a|b", spare_replicas=1))):
            assert len({len(row) for row in table}) == 1
