"""A curve from a CSV file: what spreadsheets and people write is read, everything else is refused by line."""

import os
from pathlib import Path

import pytest

from xlsizing import CurveError, InputError
from xlsizing.importers.curve_csv import curve_in_csv

SHIPPED = Path(__file__).resolve().parents[2] / "workbook" / "curves" / "minimax-m2-gb300-tp4.csv"
COLUMNS = "concurrency, tok_s_per_user and, where measured, output_tok_s, ttft_s"


@pytest.fixture
def read(tmp_path):
    """Return the curve in a file of this text or these bytes."""

    def read(text, **options):
        file = tmp_path / "curve.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return curve_in_csv(file, **options)

    return read


@pytest.fixture
def refused(read):
    """Return the sentence with which such a file is refused."""

    def refused(text, **options):
        with pytest.raises(InputError) as error:
            read(text, **options)
        sentence = str(error.value)
        assert len(sentence.splitlines()) == 1
        return sentence

    return refused


def anchors(curve):
    return list(zip(curve.concurrency.tolist(), curve.tok_s_per_user.tolist(), strict=True))


TWO = [(1, 215.5), (10, 122.2)]


class TestShippedCurve:
    def test_minimax(self):
        curve = curve_in_csv(SHIPPED)
        assert anchors(curve) == [(1, 215.5), (10, 122.2), (256, 41.8)]
        assert curve.output_tok_s is None

    def test_a_path_as_text(self):
        assert len(curve_in_csv(str(SHIPPED))) == 3


class TestReads:
    @pytest.mark.parametrize(
        "text",
        [
            "concurrency,tok_s_per_user\n1,215.5\n10,122.2\n",
            "concurrency,tok_s_per_user\n1,215.5\n10,122.2",
            "tok_s_per_user,concurrency\n215.5,1\n122.2,10\n",
            "concurrency,tok_s_per_user\n10,122.2\n1,215.5\n",
            "concurrency;tok_s_per_user\n1;215.5\n10;122.2\n",
            "concurrency\ttok_s_per_user\n1\t215.5\n10\t122.2\n",
            "concurrency;tok_s_per_user\n1;215,5\n10;122,2\n",
            "concurrency\ttok_s_per_user\n1\t215,5\n10\t122,2\n",
            '"concurrency";"tok_s_per_user"\n"1";"215,5"\n"10";"122,2"\n',
            'concurrency;tok_s_per_user\n"1;215,5"\n"10;122,200"\n',
            "concurrency;tok_s_per_user\n1,0;2,155e2\n10;122,200\n",
            "sep=;\nconcurrency;tok_s_per_user\n1;215,5\n10;122,2\n",
            "concurrency,tok_s_per_user\r\n1,215.5\r\n10,122.2\r\n",
            "concurrency,tok_s_per_user\r1,215.5\r10,122.2\r",
            "\ufeffconcurrency,tok_s_per_user\n1,215.5\n10,122.2\n",
            "Concurrency, TOK_S_PER_USER \n 1 , 215.5\n10,1.222e2\n",
            '"concurrency","tok_s_per_user"\n"1","215.5"\n"10","122.2"\n',
            "# GB300\nconcurrency,tok_s_per_user\n# warm\n1,215.5\n\n10,122.2\n  # end\n",
            '"# MiniMax-M2, GB300",\nconcurrency,tok_s_per_user\n1,215.5\n10,122.2\n',
            "\ufeff# GB300; TP4\r\nconcurrency;tok_s_per_user\r\n1;215.5\r\n10;122.2\r\n",
            "concurrency,tok_s_per_user\n1,215.5\n,\n , \n10,122.2\n,,\n",
            "concurrency,tok_s_per_user,,\n1,215.5,,\n10,122.2,,\n",
            "concurrency,tok_s_per_user\n1,215.5,\n10,122.2, \n",
            "concurrency,tok_s_per_user,output_tok_s,ttft_s\n1,215.5,,\n10,122.2,,\n",
        ],
        ids=[
            "plain",
            "no newline at the end",
            "columns the other way round",
            "anchors in any order",
            "semicolons",
            "tabs",
            "decimal commas among semicolons",
            "decimal commas among tabs",
            "decimal commas, all in quotes",
            "decimal commas, lines in quotes",
            "decimal commas of all kinds",
            "what separates, stated",
            "CRLF",
            "CR",
            "byte order mark",
            "case, blanks and exponents",
            "quotes",
            "comments and empty lines",
            "a quoted comment",
            "European spreadsheet",
            "blank rows",
            "columns deleted in a spreadsheet",
            "blank extra cells",
            "optional columns left blank",
        ],
    )
    def test_the_same_two_anchors(self, read, text):
        curve = read(text)
        assert anchors(curve) == TWO
        assert curve.output_tok_s is None
        assert curve.ttft_s is None

    def test_optional_columns_in_any_order(self, read):
        curve = read("ttft_s,output_tok_s,tok_s_per_user,concurrency\n0.2,90,100,1\n0.4,160,50,4\n")
        assert anchors(curve) == [(1, 100), (4, 50)]
        assert curve.output_tok_s.tolist() == [90, 160]
        assert curve.ttft_s.tolist() == [0.2, 0.4]

    def test_ttft_without_throughput(self, read):
        curve = read("concurrency,tok_s_per_user,ttft_s\n1,100,0.2\n4,50,0.4\n")
        assert curve.output_tok_s is None
        assert curve.ttft_s.tolist() == [0.2, 0.4]

    def test_pool_rises_is_passed_on(self, read):
        curve = read("concurrency,tok_s_per_user\n4,100\n8,102\n", pool_rises=0.02)
        assert curve.tok_s_per_user.tolist() == [101, 101]  # (100 + 102) / 2

    def test_10_000_rows(self, read):
        lines = [f"{c},{20_000 - c}" for c in range(1, 10_001)]
        curve = read("\n".join(["concurrency,tok_s_per_user", *lines]))
        assert len(curve) == 10_000
        assert anchors(curve)[-1] == (10_000, 10_000)


class TestHeaderRefused:
    @pytest.mark.parametrize(
        ("text", "got"),
        [
            ("", "got a blank in curve.csv"),
            ("\n\n# only a comment\n", "got a blank in curve.csv"),
            ("1,215.5\n10,122.2\n", "got a line of numbers in curve.csv, line 1"),
            ("# GB300\n\n1,215.5\n", "got a line of numbers in curve.csv, line 3"),
            ("concurrency\n1\n", "got concurrency in curve.csv, line 1"),
            (
                "concurrency,tok_s_per_user,concurrency\n1,2,1\n",
                "got concurrency, tok_s_per_user, concurrency in curve.csv, line 1",
            ),
            (
                "concurrency,tok_s_per_user,batch\n1,2,3\n",
                "got concurrency, tok_s_per_user, batch in curve.csv, line 1",
            ),
            ("concurrency,,tok_s_per_user\n1,,2\n", "got concurrency, , tok_s_per_user in curve.csv, line 1"),
            ("c\x00o\x1bn,r\n1,2\n", "got none of them in curve.csv, line 1"),
            ("c\x00o\x1bn,concurrency\n1,2\n", "got c?o?n, concurrency in curve.csv, line 1"),
            ("root:x:0:0:secret\n", "got none of them in curve.csv, line 1"),
        ],
        ids=[
            "empty",
            "comments only",
            "none",
            "none after a comment",
            "one column",
            "twice",
            "unknown",
            "unnamed",
            "binary, no curve",
            "binary",
            "no curve: nothing of it is shown",
        ],
    )
    def test_sentence(self, refused, text, got):
        assert refused(text) == f"header must name the columns {COLUMNS} ({got})"

    def test_it_is_a_fault_of_the_curve(self, read):
        with pytest.raises(CurveError):
            read("1,2\n")

    def test_a_long_one_is_cut(self, refused):
        assert len(refused("x" * 10_000)) < 250


HEAD = "concurrency,tok_s_per_user\n"


class TestLinesRefused:
    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            (HEAD, "anchors must hold at least one measured point (got none)"),
            (
                HEAD + "1,215.5\n10,\n",
                "anchors must not be half-blank: tok/s/user is blank; fill in the cell or clear the whole row (curve.csv, line 3)",
            ),
            (
                HEAD + "1,215.5\n10\n",
                "anchors must not be half-blank: tok/s/user is blank; fill in the cell or clear the whole row (curve.csv, line 3)",
            ),
            (
                HEAD + ",5\n",
                "anchors must not be half-blank: concurrency is blank; fill in the cell or clear the whole row (curve.csv, line 2)",
            ),
            (HEAD + "1,215,5\n", "line must have 2 values (got 3 in curve.csv, line 2)"),
            (
                "concurrency;tok_s_per_user\n1;1,024\n10;1,001\n",
                (
                    "tok/s/user must not leave open whether its comma marks thousands or decimals (got '1,024' in curve.csv, line 2); "
                    "write decimal points, and no separators of thousands"
                ),
            ),
            (
                "concurrency;tok_s_per_user\n1;215,5\n1,024;10,5\n",
                (
                    "concurrency must not leave open whether its comma marks thousands or decimals (got '1,024' in curve.csv, line 3); "
                    "write decimal points, and no separators of thousands"
                ),
            ),
            (
                "concurrency;tok_s_per_user;output_tok_s\n1;215,5;200\n10;122,2;1.100\n",
                (
                    "curve file must not mix commas and points (got '1.100' in curve.csv, line 3); "
                    "write decimal points, and no separators of thousands"
                ),
            ),
            (
                "concurrency;tok_s_per_user\n1;1.215,5\n10;9,5\n",
                (
                    "curve file must not mix commas and points (got '1.215,5' in curve.csv, line 2); "
                    "write decimal points, and no separators of thousands"
                ),
            ),
            (
                "concurrency;tok_s_per_user\n1;1,215,5\n",
                "tok/s/user must be a number (got '1,215,5' in curve.csv, line 2); write 3000000 or 3e6, without separators or units",
            ),
            (
                HEAD + '1,"215,5"\n',
                "tok/s/user must be a number (got '215,5' in curve.csv, line 2); write 215.5, with a decimal point",
            ),
            (HEAD + "1,fast\n", "tok/s/user must be a number (got 'fast' in curve.csv, line 2)"),
            (
                HEAD + "1,215.5 tok/s\n",
                "tok/s/user must be a number (got '215.5 tok/s' in curve.csv, line 2); write 215.5, without units",
            ),
            (HEAD + "TRUE,5\n", "concurrency must be a number (got 'TRUE' in curve.csv, line 2)"),
            (HEAD + "1,nan\n", "tok/s/user must be a number (got 'nan' in curve.csv, line 2)"),
            (HEAD + "1,#N/A\n", "tok/s/user must be a number (got '#N/A' in curve.csv, line 2)"),
            (HEAD + "# warm\n\n1,0\n", "tok/s/user must be above 0 (got 0 in curve.csv, line 4)"),
            (
                HEAD + "# a\n1,100\n# b\n\n10,200\n",
                "tok/s/user must not rise with concurrency: 100 at c=1, 200 at c=10 (+100 %), as where data-parallel ranks idle below c = DP; drop the points below c = DP, or pass pool_rises=0.5 (curve.csv, lines 3 and 6)",
            ),
            (
                HEAD + "10,200\n1,100\n",
                "tok/s/user must not rise with concurrency: 100 at c=1, 200 at c=10 (+100 %), as where data-parallel ranks idle below c = DP; drop the points below c = DP, or pass pool_rises=0.5 (curve.csv, lines 2 and 3)",
            ),
            (
                HEAD + "1,9\n2,8\n1,7\n",
                "concurrency must be distinct: 1 appears twice; keep one measurement of each point (curve.csv, lines 2 and 4)",
            ),
            (HEAD + '"1\n",9\n2,x\n', "tok/s/user must be a number (got 'x' in curve.csv, line 4)"),
            (
                HEAD + '1,"9\n9"\n',
                "tok/s/user must be a number (got '9\\n9' in curve.csv, line 3); write 3000000 or 3e6, without separators or units",
            ),
            (
                "concurrency,tok_s_per_user,output_tok_s\n1,100,90\n2,80,\n",
                "anchors must not be half-blank: output tok/s is blank; fill in the cell or clear the whole row (curve.csv, line 3)",
            ),
            (
                "output_tok_s,concurrency,tok_s_per_user\n190,1,100\n",
                "output tok/s must not exceed c x tok/s/user by more than 5%: 190 at c=1 where c x tok/s/user is 100; the columns contradict each other (curve.csv, line 2)",
            ),
            ("concurrency,tok_s_per_user,ttft_s\n1,100,-1\n", "TTFT must be above 0 (got -1 in curve.csv, line 2)"),
        ],
        ids=[
            "no anchors",
            "half-blank",
            "short line",
            "half-blank at the front",
            "decimal comma among commas",
            "thousands or decimals",
            "thousands or decimals among concurrencies",
            "decimal commas and points",
            "both in one number",
            "two commas",
            "decimal comma in quotes",
            "text",
            "unit",
            "boolean",
            "nan",
            "spreadsheet error",
            "after a comment and an empty line",
            "two lines with comments between",
            "two lines out of order",
            "repeated concurrency",
            "after a quoted newline",
            "a quoted newline itself",
            "throughput for some anchors",
            "throughput above c x r",
            "negative TTFT",
        ],
    )
    def test_sentence(self, refused, text, sentence):
        assert refused(text) == sentence

    def test_pooling_too_far_names_the_line(self, refused):
        assert refused(HEAD + "1,100\n10,200\n", pool_rises=0.02) == (
            "pool_rises must cover the largest move, 50.00% (got 0.02 in curve.csv, line 2): "
            "100 at c=1 would become 150; drop or re-measure the point"
        )

    def test_a_quote_never_closed(self, refused):
        text = HEAD + '1,"2\n' + "10,9\n" * 100_000
        assert (
            refused(text)
            == f"curve file must be CSV; check its quotes: one that is never closed takes in all that follows (curve.csv, line {_line_of_limit()})"
        )


def _line_of_limit():
    # '2\n' takes 2 of 131,072 characters, each further line 5: the field overflows in its 26,215th line.
    return 2 + -(-(131_073 - 2) // 5)


class TestFilesRefused:
    def test_utf_16(self, tmp_path, refused):
        assert refused((HEAD + "1,2\n").encode("utf-16")) == (
            f'curve file must be UTF-8 text; save it as "CSV UTF-8" ({tmp_path / "curve.csv"})'
        )

    def test_a_workbook(self, tmp_path, refused):
        assert refused(b"PK\x03\x04\x14\x00\xff\xfe\x80") == (
            "curve file must be text (got an Excel workbook, or another packed file in "
            f'{tmp_path / "curve.csv"}); open it and save the sheet with the curve as "CSV UTF-8"'
        )

    def test_over_10_mb(self, tmp_path, refused):
        text = HEAD + "1,2\n" + "#" * 10_000_000
        assert refused(text) == f"curve file must be at most 10 MB; keep the anchors only ({tmp_path / 'curve.csv'})"

    def test_just_10_mb(self, read):
        text = HEAD + "1,2\n"
        assert anchors(read(text + "#" * (10_000_000 - len(text)))) == [(1, 2)]

    @pytest.mark.parametrize("name", ["no-such.csv", "no/such.csv"])
    def test_missing(self, tmp_path, name):
        with pytest.raises(InputError) as error:
            curve_in_csv(tmp_path / name)
        assert str(error.value) == f"curve file must be readable: No such file or directory ({tmp_path / name})"

    @pytest.mark.skipif(os.name == "nt", reason="Windows words it differently")
    def test_a_directory(self, tmp_path):
        with pytest.raises(InputError) as error:
            curve_in_csv(tmp_path)
        assert str(error.value) == f"curve file must be readable: Is a directory ({tmp_path})"

    def test_an_impossible_path(self):
        with pytest.raises(InputError, match=r"^curve file must be readable: embedded null byte"):
            curve_in_csv("a\x00b")
