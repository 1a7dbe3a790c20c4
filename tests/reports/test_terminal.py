"""The report in a terminal: whole figures at 80 columns and in a pipe, markup shown as text."""

import io
import re

import pytest

from tests.spec_files import ILLUSTRATIVE, changed, plain, spec_of
from xlsizing import Demand
from xlsizing.reports.from_spec import spec_report
from xlsizing.reports.tables import answer_table, levers_table, operation_table
from xlsizing.reports.terminal import print_report

SPARSE = [(1, 215.5), (10, 122.2), (256, 41.8)]
SLAS = [20, 50, 100, 122.2, 150, 215, 300]


class Terminal(io.StringIO):
    """A terminal, as far as rich asks."""

    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture
def printed(monkeypatch):
    """Return what is printed at a width, None for a pipe, without colours."""

    def printed(report, width=None):
        for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.delenv("COLUMNS", raising=False)
        if width is not None:
            monkeypatch.setenv("COLUMNS", str(width))
        file = io.StringIO() if width is None else Terminal()
        print_report(report, file)
        return re.sub(r"\x1b\[[0-9;]*m", "", file.getvalue())

    return printed


@pytest.fixture
def worked(report):
    """Return the worked rows of the specification, with options."""

    def worked(slas=tuple(SLAS), tpm=3e6, **options):
        return report(SPARSE, list(slas), Demand.tpm(tpm), gpus_per_pod=4, util=0.7, **options)

    return worked


WIDTHS = pytest.mark.parametrize("width", [80, 100, 132, 200, None])


class TestNothingIsLost:
    @WIDTHS
    @pytest.mark.parametrize("options", [{}, {"spare_replicas": 2}, {"tpm": 3e9}, {"tpm": 60}], ids=str)
    def test_every_figure_stands_on_one_line(self, printed, worked, width, options):
        given = worked(**options)
        words = set(printed(given, width).split())
        for table in (answer_table(given), operation_table(given)):
            for row in table.rows:
                assert words >= {word for cell in row for word in cell.split()}

    @WIDTHS
    def test_no_line_is_wider_than_the_terminal(self, printed, worked, width):
        for options in ({}, {"spare_replicas": 2}):
            assert max(map(len, printed(worked(**options), width).splitlines())) <= (width or 132)

    @pytest.mark.parametrize("width", [20, 40])
    def test_a_tiny_terminal_gets_whole_figures_too(self, printed, worked, width):
        assert {"8,337,184", "1,481,608", "1,328"} <= set(printed(worked(), width).split())

    @WIDTHS
    def test_headers_break_between_words_only(self, printed, worked, width):
        words = set(printed(worked(spare_replicas=2), width).split())
        for table in (answer_table(worked(spare_replicas=2)), operation_table(worked())):
            assert words >= {word for name in table.header for word in name.split()}

    @WIDTHS
    def test_notes_and_next_step_are_whole(self, printed, worked, width):
        given = worked()
        flat = " ".join(printed(given, width).split())
        for text in (*given.notes, given.next_step):
            assert text in flat


class TestLongTables:
    """Five thousand rows stand as five do: none is left out, and each column where it stood."""

    SLAS = tuple(round(15 + 205 * at / 5000, 3) for at in range(5000))

    @staticmethod
    def tables(text):
        """Return the header lines and the rows of each table, from the line of its header to the blank line behind it."""
        found, blocks = {}, text.split("\n\n")
        for block in blocks:
            lines = block.split("\n")
            rules = [at for at, line in enumerate(lines) if set(line) == {"─"}]
            if rules:
                rows = []
                for line in lines[rules[0] + 1 :]:
                    if line[: len("tok/s/user")].strip():
                        rows.append(line.split())
                    elif rows:  # the rest of a remark that was broken
                        rows[-1] += line.split()
                found[lines[0] or lines[1]] = [line.split() for line in lines[: rules[0]]], rows
        return found

    @WIDTHS
    def test_every_row_is_printed_with_the_columns_of_few(self, printed, worked, width):
        few, many = worked(slas=(*self.SLAS[::500], 300)), worked(slas=(*self.SLAS, 300))
        small, large = self.tables(printed(few, width)), self.tables(printed(many, width))
        assert list(small) == list(large)
        assert len(small) >= 3
        for title, (head, rows) in large.items():
            assert [row[0] for row in rows] == [f"{sla:g}" for sla in (*self.SLAS, 300)]
            assert head == small[title][0]

    @pytest.mark.parametrize("width", [80, 132])
    def test_a_row_reads_the_same_among_many(self, printed, worked, width):
        few, many = (self.tables(printed(worked(slas=slas), width)) for slas in ((50, 150), (*self.SLAS, 50, 150)))
        for title, (_, rows) in few.items():
            assert len(rows) == 2
            assert [row for row in many[title][1] if row[0] in ("50", "150")] == rows

    def test_styles_are_those_of_rich(self, worked, monkeypatch):
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("COLUMNS", "132")
        for name in ("FORCE_COLOR", "NO_COLOR", "COLORTERM"):
            monkeypatch.delenv(name, raising=False)
        file = Terminal()
        print_report(worked(slas=(20, 150, 300)), file)
        text = file.getvalue()
        assert "\x1b[31m" in text  # an SLA that cannot be met
        assert re.search(r"\n +150  +1,328  \x1b\[1m +712\x1b\[0m  +336", text)  # the figure to quote, in bold


class TestLayout:
    def test_commit_first(self, printed, worked):
        # 332, 178 and 84 pods of 4 GPUs, 59 at the low end
        line = next(line for line in printed(worked(), 80).splitlines() if line.split()[:1] == ["150"])
        assert line.split()[:6] == ["150", "1,328", "712", "336", "236", "332"]

    def test_three_tables_where_they_fit_and_their_parts_at_80(self, printed, worked):
        assert printed(worked(), 250).count("continued") == 0
        assert printed(worked(), 80).count("continued") == 1 + 1 + 2

    @pytest.mark.parametrize("width", [80, 200])
    def test_every_part_says_what_cannot_be_met(self, printed, worked, width):
        parts = 7 if width == 80 else 3
        rows = [line.split() for line in printed(worked(), width).splitlines() if line.split()[:1] == ["300"]]
        assert rows == [["300", "cannot", "be", "met"]] * parts

    def test_a_pipe_has_no_escapes_and_no_blanks_at_line_ends(self, worked):
        file = io.StringIO()
        print_report(worked(), file)
        assert "\x1b" not in file.getvalue()
        assert not [line for line in file.getvalue().splitlines() if line != line.rstrip()]

    def test_a_pipe_is_132_wide_unless_the_environment_says_otherwise(self, printed, worked, monkeypatch):
        assert 100 < max(map(len, printed(worked()).splitlines())) <= 132
        file = io.StringIO()
        monkeypatch.setenv("COLUMNS", "80")
        print_report(worked(), file)
        assert 60 < max(map(len, file.getvalue().splitlines())) <= 80


class TestLevers:
    @pytest.fixture
    def ranked(self, tmp_path):
        """The report of the illustrative file with long words for a lever, and its curve predicted."""
        value = changed(
            plain(ILLUSTRATIVE), ("levers", 0, "name"), "KV-cache-aware and load-aware routing with affinity"
        )
        value = changed(value, ("levers", 0, "campaign"), "campaign of the second week of November")
        return spec_report(spec_of(tmp_path, changed(value, ("context", "basis"), "predicted")))

    @WIDTHS
    def test_fit_and_lose_nothing(self, printed, ranked, width):
        text = printed(ranked, width)
        assert max(map(len, text.splitlines())) <= (width or 132)
        words = set(text.split())
        table = levers_table(ranked.levers)
        assert words >= {word for cells in (table.header, *table.rows) for cell in cells for word in cell.split()}

    @WIDTHS
    def test_each_figure_stands_beside_sla_and_rank(self, printed, ranked, width):
        # The second lever at 30 tok/s/user: 40 GPUs to 32, committed ones too; 8 x 7.25 x 730 = 42,340 $ less, 8 days.
        lines = [line.split() for line in printed(ranked, width).splitlines() if line.split()[:2] == ["30", "2"]]
        assert [word for line in lines for word in line if word in ("-8", "-42,340", "40", "32")] == [
            "-8",
            "-8",
            "-42,340",
            "40",
            "32",
        ]

    @WIDTHS
    def test_promotions_and_reasons_are_whole(self, printed, ranked, width):
        flat = " ".join(printed(ranked, width).split())
        assert len(ranked.promotions) == 1
        for text in (*ranked.promotions, *ranked.notes, ranked.headline):
            assert text in flat

    def test_the_rigor_of_each_row_at_80_columns(self, printed, ranked):
        answer = printed(ranked, 80).partition("GPUs and dollars\n")[2].partition("\n\n")[0]
        assert answer.split().count("DRAFT") == len(ranked.rows) == 5


class TestText:
    @pytest.mark.parametrize("width", [80, None])
    @pytest.mark.parametrize("name", ["[red]M2[/red]", "[/]", ":rocket: M2", "[link=http://x.example]M2", "模型 🚀"])
    def test_a_name_is_shown_as_written(self, printed, worked, name, width):
        assert f"  Model: {name}" in [line.rstrip() for line in printed(worked(model=name), width).splitlines()]
