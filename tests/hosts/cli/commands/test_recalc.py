"""``xlsizing recalc``: a table, JSON or a copy; what stands in flags; exit codes; the input is never changed."""

import json
import os

import openpyxl
import pytest

from tests.command_line import run
from tests.hosts.recalc.foreign_books import AT, workbook
from tests.workbooks.test_example import SHIPPED
from xlsizing.hosts.cli.commands.recalc import command
from xlsizing.hosts.cli.output import NOT_RIGHT

CELLS = AT | {
    "D1": 100,
    "D2": 3e6,
    "D3": "a word",
    "E1": "=SIZING_GPUS(A2:B4,D1,D2,4)",
    "E2": "=E1*8.6",
    "E3": "=SIZING_GPUS(A2:B4,500,D2,4)",
    "E4": "=LEN(D3)",
    "E5": "=ISBLANK(D3)",
}
NAMES = {"SLA": "Quote!$D$1", "GPUs": "Quote!$E$1", "Anchors": "Quote!$A$2:$B$4", "Rate": "0.5"}
REASON = (
    "500 tok/s/user cannot be met: the fastest measured point is 215.5 at c=1; relax the SLA or take a faster model"
)


@pytest.fixture
def quote(tmp_path):
    """A workbook that calls functions, and that must be as it was when the test ends."""
    path = tmp_path / "quote.xlsx"
    path.write_bytes(workbook({"Quote": CELLS}, names=NAMES))
    os.utime(path, ns=(10**18, 10**18))
    before = path.read_bytes()
    yield path
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, 10**18)


@pytest.fixture
def unknown(tmp_path):
    """A workbook with a function that nobody here knows."""
    path = tmp_path / "unknown.xlsx"
    path.write_bytes(
        workbook({"Quote": CELLS | {"F1": "=OURS(1)", "F2": "=IFERROR(F1,0)"}}, names={"Ours": "Quote!$F$2"})
    )
    return path


def record(capsys, *arguments, code=0):
    """The JSON of a recalculation."""
    left, out, err = run(capsys, "recalc", *arguments, "--json")
    assert (left, err) == (code, "")
    return json.loads(out)


def copied(path):
    """The stored values of the sheet Quote of a workbook."""
    sheet = openpyxl.load_workbook(path, data_only=True)["Quote"]
    return {cell: sheet[cell].value for cell in ("D1", "D3", "E1", "E2", "E3")}


class TestTable:
    def test_formulas_of_ours_names_and_why_there_are_errors(self, capsys, quote):
        code, out, err = run(capsys, "recalc", quote)
        assert (code, err) == (0, "")
        assert out.splitlines() == [
            "Every formula was evaluated.",
            "  Cells with formulas: 5",
            "",
            "SIZING_ functions",
            "place     formula                       value",
            "\u2500" * 45,
            "Quote!E1  =SIZING_GPUS(A2:B4,D1,D2,4)   124",
            "Quote!E3  =SIZING_GPUS(A2:B4,500,D2,4)  #N/A",
            "",
            "Defined names",
            "name     place        value",
            "\u2500" * 52,
            "SLA      Quote!D1     100",
            "GPUs     Quote!E1     124",
            "Anchors  Quote!A2:B4  1; 215.5; 10; 122.2; 256; 41.8",
            "",
            "Errors of SIZING_ functions",
            f"  Quote!E3: {REASON}",
        ]

    def test_what_could_not_be_evaluated(self, capsys, unknown):
        code, out, err = run(capsys, "recalc", unknown)
        assert (code, err) == (NOT_RIGHT, "") == (4, "")
        assert out.startswith("2 of 7 formulas could not be evaluated.\n")
        assert "\nOurs  Quote!F2  not evaluated\n" in out
        tail = "\nCould not be evaluated\n- Quote!F1 =OURS(1): function OURS is not known here\n- Quote!F2 =IFERROR(F1,0): depends on Quote!F1\n"
        assert out.endswith(tail)

    def test_hostile_texts_stay_on_their_line(self, capsys, tmp_path):
        path = tmp_path / "hostile.xlsx"
        cells = {
            "A1": "[red]\x1b[31m".replace("\x1b", "") + "\ntwo",
            "A2": '=SIZING_CHECK(B1:C2)&A1&"' + "x" * 90 + '"',
        }
        path.write_bytes(workbook({"Quote": cells}))
        out = run(capsys, "recalc", path).out
        assert any(
            line.startswith("Quote!A2  =SIZING_CHECK(B1:C2)&A1&") and line.endswith("...") for line in out.splitlines()
        )

    def test_a_workbook_that_refuses_its_inputs_says_so_and_shows_its_results_first(self, capsys):
        code, out, err = run(capsys, "recalc", SHIPPED, "--set", "Demand_Value=abc")
        assert (code, err) == (4, "")
        assert out.startswith("Every formula was evaluated; the workbook's own checks refuse its inputs.\n")
        names = out[out.index("Defined names") :].splitlines()[3:]
        assert names[0].split()[0].startswith("Out_")
        assert "CHECK INPUTS" in names[0]

    def test_without_functions_or_names(self, capsys, tmp_path):
        path = tmp_path / "plain.xlsx"
        path.write_bytes(workbook({"Quote": {"A1": "=1+1"}}))
        assert run(capsys, "recalc", path) == (0, "Every formula was evaluated.\n  Cells with formulas: 1\n", "")


class TestJson:
    def test_everything(self, capsys, quote):
        told = record(capsys, quote, "--set", "SLA=50", "--set", "Quote!D3=")
        assert told["file"] == str(quote)
        assert told["set"] == {"SLA": 50, "Quote!D3": None}
        assert told["values"] == {"Quote": {"E1": 36, "E2": 36 * 8.6, "E3": "#N/A", "E4": 0, "E5": True}}
        assert told["names"] == {"SLA": 50, "GPUs": 36, "Anchors": [[1, 215.5], [10, 122.2], [256, 41.8]]}
        assert told["reasons"] == {"Quote!E3": REASON}
        assert told["unevaluated"] == []
        assert told["versions"].keys() == {"xlsizing", "formulon", "xlwings"}

    def test_what_could_not_be_evaluated_has_no_value(self, capsys, unknown):
        told = record(capsys, unknown, code=4)
        assert (told["values"]["Quote"]["F2"], told["names"]["Ours"]) == (None, None)
        first = {"place": "Quote!F1", "formula": "=OURS(1)", "reason": "function OURS is not known here"}
        assert told["unevaluated"][0] == first

    @pytest.mark.parametrize(
        ("text", "value", "length"),
        [
            ("6e6", 6e6, 7),
            ("-1.5", -1.5, 4),
            (" 12 ", 12, 2),
            ("TRUE", True, 4),
            ("false", False, 5),
            ("", None, 0),
            ('""', "", 0),
            ('"12"', "12", 2),
            ("'TRUE'", "TRUE", 4),
            ("log-c", "log-c", 5),
            ("8x H100", "8x H100", 7),
            ("a=b", "a=b", 3),
            ("=1+1", "=1+1", 4),
            ("#N/A", "#N/A", "#N/A"),
            ("#REF!", "#REF!", "#REF!"),
            ('"#N/A"', "#N/A", "#N/A"),
        ],
    )
    def test_values(self, capsys, quote, text, value, length):
        told = record(capsys, quote, "--set", f"Quote!D3={text}")
        assert told["set"] == {"Quote!D3": value}
        assert type(told["set"]["Quote!D3"]) is type(value) or isinstance(value, int | float)
        assert told["values"]["Quote"]["E4"] == length

    def test_places(self, capsys, tmp_path):
        path = tmp_path / "places.xlsx"
        path.write_bytes(workbook({"a = b's": {"A1": 1}, "S": {"A1": "='a = b''s'!A1*2"}}))
        assert record(capsys, path, "--set", "'a = b''s'!$A$1=21")["values"]["S"] == {"A1": 42}

    def test_the_last_of_several_counts(self, capsys, quote):
        told = record(capsys, quote, "--set", "Quote!D1=20", "--set", "SLA=50")
        assert told["values"]["Quote"]["E1"] == 36


class TestCopy:
    def test_it_holds_inputs_and_fresh_values(self, capsys, quote, tmp_path):
        out = tmp_path / "copy.xlsx"
        code, told, err = run(capsys, "recalc", quote, "--set", "SLA=50", "-o", out)
        assert (code, err) == (0, "")
        assert told.endswith(f"\nWritten: {out}\n")
        assert copied(out) == {"D1": 50, "D3": "a word", "E1": 36, "E2": 36 * 8.6, "E3": "#N/A"}

    def test_with_json_only_json_is_printed(self, capsys, quote, tmp_path):
        assert record(capsys, quote, "-o", tmp_path / "copy.xlsx")["values"]["Quote"]["E1"] == 124
        assert copied(tmp_path / "copy.xlsx")["E1"] == 124

    def test_it_is_written_although_some_formulas_are_unknown(self, capsys, unknown, tmp_path):
        assert run(capsys, "recalc", unknown, "-o", tmp_path / "copy.xlsx").code == 4
        assert copied(tmp_path / "copy.xlsx")["E1"] == 124

    def test_an_existing_file_is_kept_unless_forced(self, capsys, quote, tmp_path):
        out = tmp_path / "copy.xlsx"
        out.write_text("mine")
        sentence = f"xlsizing: output must not exist yet; pass --force to overwrite it ({out})\n"
        assert run(capsys, "recalc", quote, "-o", out) == (2, "", sentence)
        assert out.read_text() == "mine"
        assert run(capsys, "recalc", quote, "-o", out, "--force").code == 0
        assert copied(out)["E1"] == 124

    def test_the_input_is_never_the_output(self, capsys, quote, tmp_path):
        link, hard = tmp_path / "link.xlsx", tmp_path / "hard.xlsx"
        link.symlink_to(quote)
        os.link(quote, hard)
        for out in (quote, link, hard, tmp_path / "." / "quote.xlsx"):
            code, told, err = run(capsys, "recalc", quote, "-o", out, "--force")
            assert (code, told, err) == (
                2,
                "",
                f"xlsizing: output must not be a file that is read; write to another place ({out})\n",
            )

    def test_it_has_the_suffix_of_the_input(self, capsys, quote, tmp_path):
        sentence = "xlsizing: output must end in .xlsx (got 'copy.xlsm')\n"
        assert run(capsys, "recalc", quote, "-o", tmp_path / "copy.xlsm") == (2, "", sentence)

    def test_nothing_is_written_where_an_input_is_refused(self, capsys, quote, tmp_path):
        out = tmp_path / "copy.xlsx"
        assert run(capsys, "recalc", quote, "--set", "Quote!E1=5", "-o", out).code == 2
        assert not out.exists()


class TestRefusals:
    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ("Quote!E1=5", "Quote!E1 must be an input (got a formula); set the cells that it reads"),
            ("Nowhere!A1=5", "place must name a worksheet of the workbook (got 'Nowhere'); there are Quote"),
            ("Rate=5", "place must be a cell with its sheet, such as Quote!C5, or a defined name of such cells (got 'Rate')"),
            ("Anchors=5", "Anchors must be given 3 x 2 values (got another number of them)"),
            ("D1=5", "place must name its sheet (got 'D1'); such as Quote!D1"),
            ("Quote!D1", "--set must be PLACE=VALUE, such as Quote!C5=6e6 (got 'Quote!D1')"),
            ("=5", "--set must be PLACE=VALUE, such as Quote!C5=6e6 (got '=5')"),
            ("", "--set must be PLACE=VALUE, such as Quote!C5=6e6 (got a blank)"),
            ("SLA=3,000", "SLA must be a number (got '3,000'); write 3000000, 3e6 or 0.7, or a text in \"quotation marks\""),
            ("SLA=70%", "SLA must be a number (got '70%'); write 3000000, 3e6 or 0.7, or a text in \"quotation marks\""),
            ("SLA=$8.60", "SLA must be a number (got '$8.60'); write 3000000, 3e6 or 0.7, or a text in \"quotation marks\""),
            ("SLA=1e999", "SLA must be a finite number, a text, TRUE, FALSE or a blank (got inf)"),
        ],
    )  # fmt: skip
    def test_changes(self, capsys, quote, change, sentence):
        assert run(capsys, "recalc", quote, "--set", change) == (2, "", f"xlsizing: {sentence}\n")

    def test_files(self, capsys, tmp_path):
        path = tmp_path / "curve.csv"
        path.write_text("concurrency,tok_s_per_user\n1,2\n")
        sentence = "xlsizing: workbook must be an Excel workbook (got something else in"
        way_out = "; save it as .xlsx or .xlsm"
        assert run(capsys, "recalc", path) == (2, "", f"{sentence} {path}){way_out}\n")
        missing = f"xlsizing: workbook must be readable: No such file or directory ({tmp_path / 'none.xlsx'})\n"
        assert run(capsys, "recalc", tmp_path / "none.xlsx") == (2, "", missing)

    def test_no_file(self, capsys):
        assert run(capsys, "recalc") == (2, "", "xlsizing: FILE must be given; try 'xlsizing recalc --help'\n")

    def test_help(self, capsys):
        out = run(capsys, "recalc", "--help").out
        assert all(option.opts[0] in out for option in command.params if option.name != "file")
        assert "Exit code 4" in " ".join(out.split())


class TestMomentAndLocale:
    @pytest.fixture
    def clock(self, tmp_path):
        path = tmp_path / "clock.xlsx"
        cells = {"A1": "=TODAY()", "A2": "=NOW()", "A3": '=TEXT(1234.5,"#,##0.00")', "A4": "=NOW()-TODAY()"}
        path.write_bytes(workbook({"S": cells}))
        return path

    def test_the_day_and_the_time_can_be_said(self, capsys, clock):
        # 2026-11-25 is day 46351 of Excel's calendar: 46349 is 2026-11-23 (tests of dates in cells).
        values = record(capsys, clock, "--date", "2026-11-25")["values"]["S"]
        assert (values["A1"], values["A2"]) == (46351, 46351)
        values = record(capsys, clock, "--now", "2026-11-25T18:00")["values"]["S"]
        assert (values["A1"], values["A2"], values["A4"]) == (46351, 46351.75, 0.75)
        assert record(capsys, clock, "--now", "2026-11-25T18:00") == record(capsys, clock, "--now", "2026-11-25T18:00")

    def test_a_locale(self, capsys, clock):
        assert record(capsys, clock)["values"]["S"]["A3"] == "1,234.50"
        assert record(capsys, clock, "--locale", "en_US")["values"]["S"]["A3"] == "1,234.50"
        assert code_and_error(capsys, clock, "--locale", "xx_XX").startswith(
            "xlsizing: locale must be one that is known"
        )

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            (["--date", "25.11.2026"], "--date must be written as 2026-11-25 (got '25.11.2026')"),
            (["--date", "2026-11-25T10:00"], "--date must be written as 2026-11-25, from 1900 on, without a zone"),
            (["--date", "1899-12-31"], "--date must be written as 2026-11-25, from 1900 on"),
            (["--now", "soon"], "--now must be written as 2026-11-25T14:30 (got 'soon')"),
            (
                ["--now", "2026-11-25T14:30+01:00"],
                "--now must be written as 2026-11-25T14:30, from 1900 on, without a zone",
            ),
            (["--date", "2026-11-25", "--now", "2026-11-25T14:30"], "--date must not be given beside --now"),
        ],
    )
    def test_moments_that_are_none(self, capsys, clock, options, sentence):
        assert code_and_error(capsys, clock, *options).startswith(f"xlsizing: {sentence}")


def code_and_error(capsys, *arguments):
    """The sentence of a refusal."""
    code, out, err = run(capsys, "recalc", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    return err
