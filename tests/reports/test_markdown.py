"""CAPACITY-SIZING.md: a golden file, figures worked out again, and text that stays text."""

import pytest
from markdown_it import MarkdownIt

from xlsizing import Demand
from xlsizing.advice.standing_words import NO_THROUGHPUT
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
        answer, quote, operation, _ = tables(markdown(readme_report))
        triples = zip(answer[1:], quote[1:], operation[1:], strict=True)
        return [dict(zip(answer[0] + quote[0] + operation[0], [*a, *q, *o], strict=True)) for a, q, o in triples]

    def test_gpus_are_the_worked_rows(self, rows):
        # pods 7, 9, 31, 84, 326; to budget 7, 25, 44, 178, 329; to commit 7, 59, 59, 332, 332; low end 7, 7, 7, 59, 59
        assert [row["GPUs estimate"] for row in rows] == ["28", "36", "124", "336", "1,304"]
        assert [row["GPUs to budget, 95 %"] for row in rows] == ["28", "100", "176", "712", "1,316"]
        assert [row["GPUs to commit"] for row in rows] == ["28", "236", "236", "1,328", "1,328"]
        assert [row["lowest GPUs"] for row in rows] == ["28", "28", "28", "236", "236"]

    @pytest.mark.parametrize("words", ["to commit", "to budget, 95 %", "estimate"])
    def test_dollars(self, rows, words):
        for row in rows:
            usd = number(row[f"GPUs {words}"]) * 8.60 * 730
            assert row[f"$/month {words}"] == f"{usd:,.0f}"
            assert row[f"$/1M tok {words}"] == f"{usd / (50_000 * 3600 * 730 / 1e6):,.2f}"

    def test_the_figure_in_bold_multiplies_out(self, rows):
        for row in rows:
            pods = number(row["(pods"]) + number(row["+ spare pods)"])
            assert number(row["= GPUs"]) == pods * number(row["x GPUs per pod"])
            assert row["= GPUs"] == row["GPUs to budget, 95 %"]
            usd = number(row["= GPUs"]) * number(row["x $/GPU-hour"]) * number(row["x h/month"])
            assert row["= $/month"] == row["$/month to budget, 95 %"] == f"{usd:,.0f}"

    def test_load(self, rows):
        for row in rows:
            pods, tps = number(row["GPUs estimate"]) / 4, number(row["estimate: tok/s per pod"])
            assert number(row["estimate: load"][:-2]) == pytest.approx(100 * 50_000 / (pods * tps), abs=0.06)
            fewer = number(row["estimate: load, one pod fewer"][:-2])
            assert fewer == pytest.approx(100 * 50_000 / ((pods - 1) * tps), abs=0.06)
            committed = number(row["pods to commit"]) * number(row["commit: tok/s per pod"])
            assert number(row["commit: load"][:-2]) == pytest.approx(100 * 50_000 / committed, abs=0.06)

    def test_throughput_is_concurrency_times_interactivity(self, rows):
        for row in rows:
            for fleet, c, flag in (
                ("estimate", "estimate: c* per pod", "estimate, budget: max-num-seqs"),
                ("commit", "commit: c per pod", "commit: max-num-seqs"),
            ):
                product = number(row[c]) * number(row[f"{fleet}: tok/s/user there"])
                assert number(row[f"{fleet}: tok/s per pod"]) == pytest.approx(product, rel=0.005)  # c has two decimals
                assert number(row[flag]) == int(number(row[c]))


def number(text):
    return float(text.replace(",", ""))


class TestInfeasible:
    def test_no_number_besides_the_sla(self, report):
        text = markdown(report(SPARSE, [20, 300], Demand.tpm(3e6), gpus_per_pod=4, util=0.7))
        lines = [line for line in text.splitlines() if line.startswith("| 300 |")]
        assert len(lines) == 3
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
        assert named[1:4] + named[5:-1] == plain[1:4] + plain[5:-1]  # the last line has the id of the report

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
