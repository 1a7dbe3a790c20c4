"""Workbooks recalculated without Excel: values equal those of the functions called directly, in every position of a formula."""

import io
import random
import re
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.table import Table

from tests.hosts.recalc.foreign_books import ANCHORS, AT, ULPS, parts, same, workbook
from tests.workbooks.built import standard_report
from xlsizing import Curve, Demand, size
from xlsizing.errors import InputError
from xlsizing.hosts.excel.cells import MARK
from xlsizing.hosts.recalc import ErrorText, Recalculation
from xlsizing.workbooks.customer.write import customer_workbook, write_workbook

pytestmark = pytest.mark.slow
EXAMPLES = Path(__file__).resolve().parents[3] / "workbook" / "examples"


def charts(data):
    """The charts of a workbook, by part."""
    return {name: part for name, part in parts(data).items() if name.startswith("xl/charts/chart")}


def points_apart(part):
    """A chart without its numbers, and those."""
    values = re.compile(rb"(?<=v>)-?[0-9.]+(?:[eE][-+]?[0-9]+)?(?=</)")
    return values.sub(b"", part), [float(text) for text in values.findall(part)]


INPUTS = {"D1": 100, "D2": 3e6, "D3": 4, "D4": 0.7, "D5": "log-c"}
GIVEN = ("D1", "D2", "D3", "D4", "D5")


def one_sheet(cells, **more):
    """A recalculation of the worked curve and inputs with other cells beside them on the sheet Quote."""
    return Recalculation(workbook({"Quote": AT | INPUTS | cells}, **more))


def valued(formula, **more):
    """The value of one formula beside the worked curve and inputs; it must be evaluated."""
    book = one_sheet({"Z1": formula}, **more)
    assert book.unevaluated == []
    return book.value("Quote!Z1")


ROOM = 6
POSITIONS = {
    "B1": "=SIZING_GPUS(Curves!A2:B7,Quote!D1,Quote!D2,Quote!D3,Quote!D4,Quote!D5)",
    "B2": "=sizing_gpus_commit(Anchors,SLA,TPM,Per_Pod,Util,Method)",
    "B3": '=IFERROR(SIZING_GPUS(Anchors,SLA,TPM,Per_Pod,Util,Method),"none")',
    "B4": "=SUM(B1,SIZING_PODS(Anchors,SLA,TPM,Util,Method),1)",
    "B5": "=IF(ISNA(B1),0,IF(ISERROR(B1),-1,B1*2))",
    "B6": "=INDEX(SIZING_TABLE(Anchors,SLA,TPM,Per_Pod,Util,,Method),2,3)",
    "B7": "=SIZING_GPUS(Curves!A:B,SLA,TPM,Per_Pod)",
    "B8": '=SIZING_GPUS(Anchors,SLA,TPM,Per_Pod,,"tpot")',
    "B9": '=SIZING_PODS(Anchors,SLA,SIZING_TPM(TPM/60,"tok/s"),Util,Method)*Per_Pod',
    "B10": "=_xll.SIZING_GPUS(Anchors,SLA,TPM,Per_Pod,Util,Method)+0",
    "B11": '=SIZING_REGIME(Anchors,SLA,Method)&" "&SIZING_CHECK(Anchors,SLA,TPM,Per_Pod,Util)',
    "B12": "=SIZING_CSTAR(Anchors,SLA,Method)",
    "B13": "=SIZING_GPUS_BUDGET(Anchors,SLA,TPM,Per_Pod,Util,,Method)",
}  # fmt: skip


@pytest.fixture(scope="module")
def positions():
    """A workbook with functions in every position, its inputs and curve on sheets of their own."""
    names = {
        "Anchors": f"Curves!$A$2:$B${ROOM + 1}",
        "SLA": "Quote!$D$1",
        "TPM": "Quote!$D$2",
        "Per_Pod": "Quote!$D$3",
        "Util": "Quote!$D$4",
        "Method": "Quote!$D$5",
    }
    table = {"A1": ("A1:N3", "=SIZING_TABLE(Anchors,SLA,TPM,Per_Pod,Util,,Method)")}
    sheets = {"Quote": INPUTS, "Curves": AT, "Out": POSITIONS, "My table": table}
    book = Recalculation(workbook(sheets, names=names))
    assert book.unevaluated == []
    return book


def changes(count):
    """Inputs in turn, seeded: most valid, some with a rising curve, an SLA out of reach or a wrong utilisation."""
    chance = random.Random(20261123)  # noqa: S311  # no secret
    for _ in range(count):
        anchors = chance.randint(1, ROOM)
        c = sorted(chance.sample(range(1, 400), anchors))
        r = sorted(
            (round(chance.uniform(5, 300), chance.randint(0, 6)) for _ in range(anchors)),
            reverse=chance.random() > 0.05,
        )
        sla = chance.choice([chance.uniform(5, 300), chance.choice(r), r[-1] / 2])
        util = chance.choice([0.5, 0.7, 1, 1, 70]) if chance.random() < 0.3 else chance.uniform(0.1, 1)
        yield (
            [list(pair) for pair in zip(c, r, strict=True)],
            [sla, 10 ** chance.uniform(3, 9), chance.randint(1, 8), util, chance.choice(["auto", "log-c", "tpot"])],
        )


def marked(answer):
    """What a wrapper in a workbook makes of an answer: a marked text is a true error."""
    kinds = {"VALUE": "#VALUE!", "NUM": "#NUM!", "N/A": "#N/A"}
    if isinstance(answer, str) and answer.startswith(MARK):
        return ErrorText(kinds[answer.removeprefix(MARK).partition(":")[0]])
    return answer


class TestEveryPosition:
    def test_generated_changes_equal_the_functions_called_directly(self, positions, headless):
        outcomes = set()
        for anchors, (sla, tpm, per_pod, util, method) in changes(250):
            room = anchors + [[None, None]] * (ROOM - len(anchors))
            positions.set("Anchors", room)
            positions.set("Quote!D1:D5", [sla, tpm, per_pod, util, method])
            given = (room, sla, tpm, per_pod, util, method)
            gpus, commit = (marked(headless.call(f"SIZING_{name}", *given)) for name in ("GPUS", "GPUS_COMMIT"))
            assert positions.value("Out!B1") == gpus
            assert type(positions.value("Out!B1")) is type(gpus)
            assert positions.value("Out!B2") == commit
            assert positions.value("Out!B10") == gpus
            assert positions.value("Out!B7") == marked(headless.call("SIZING_GPUS", room, sla, tpm, per_pod))
            omitted = headless.call("SIZING_GPUS", room, sla, tpm, per_pod, 0.7, "tpot")
            assert positions.value("Out!B8") == marked(omitted)
            is_error = isinstance(gpus, ErrorText)
            assert positions.value("Out!B3") == ("none" if is_error else gpus)
            assert positions.value("Out!B4") == (gpus if is_error else gpus + gpus / per_pod + 1)
            assert positions.value("Out!B5") == ({"#N/A": 0}.get(gpus, -1) if is_error else gpus * 2)
            assert positions.value("Out!B12") == marked(headless.call("SIZING_CSTAR", room, sla, method))
            outcomes.add(gpus if is_error else "number")
        assert outcomes == {"number", "#N/A", "#NUM!", "#VALUE!"}

    def test_generated_changes_equal_size(self, positions):
        compared = 0
        for anchors, (sla, tpm, per_pod, util, method) in changes(450):
            c, r = zip(*anchors, strict=True)
            if util > 1 or list(r) != sorted(r, reverse=True):
                continue
            result = size(Curve(c, r), sla, Demand.tpm(tpm), gpus_per_pod=per_pod, util=util, method=method)
            positions.set("Anchors", anchors + [[None, None]] * (ROOM - len(anchors)))
            positions.set("Quote!D1:D5", [sla, tpm, per_pod, util, method])
            if not result.feasible:
                assert positions.value("Out!B1") == "#N/A"
                continue
            compared += 1
            assert positions.value("Out!B1") == positions.value("Out!B6") == result.gpus
            assert positions.value("Out!B2") == result.gpus_high
            assert positions.value("Out!B9") == pytest.approx(result.gpus, abs=per_pod)  # TPM/60*60 may round
            assert positions.value("Out!B11") == f"{result.regime} OK"
            row = positions.value("'My table'!A2:N2")[0]
            assert row[:5] == [sla, result.gpus_high, result.gpus, result.gpus_low, result.pods]
            assert row[9] == result.regime
            assert row[11:] == [result.gpus_budget, result.c_commit, result.max_num_seqs_commit]
            assert positions.value("Out!B13") == result.gpus_budget
        assert compared >= 200

    def test_unchanged_inputs_give_the_worked_rows(self, positions):
        positions.set("Anchors", ANCHORS + [[None, None]] * (ROOM - 3))
        for method, rows in {
            "log-c": {20: 7, 50: 8, 100: 30, 150: 95, 215: 329, 122.2: 59},
            "auto": {20: 7, 50: 9, 100: 31, 150: 84, 215: 326, 122.2: 59},
        }.items():
            for sla, pods in rows.items():
                positions.set("Quote!D1:D5", [sla, 3e6, 4, 0.7, method])
                assert positions.value("Out!B1") == pods * 4
        for sla, pods in {20: 7, 50: 25, 100: 44, 150: 178, 215: 329, 122.2: 59}.items():  # to budget, by auto
            positions.set("SLA", sla)
            assert positions.value("Out!B13") == pods * 4
        positions.set("SLA", 300)
        assert positions.value("Out!B1:B2") == [["#N/A"], ["#N/A"]]


@pytest.fixture(scope="module")
def customer():
    """The customer's workbook of the worked rows."""
    book = Recalculation(customer_workbook(standard_report()))
    assert book.unevaluated == []
    return book


class TestCustomerWorkbook:
    def test_every_formula_has_the_value_that_was_proven(self, customer):
        stored = openpyxl.load_workbook(io.BytesIO(customer_workbook(standard_report())), data_only=True)
        count = 0
        for title, cells in customer.values.items():
            for cell, value in cells.items():
                kept = stored[title][cell].value
                assert same("" if kept is None else kept, value), (title, cell)
                count += 1
        assert count > 2000

    @pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.xlsx")))
    def test_the_shipped_examples_hold_what_they_recalculate_to(self, name):
        data = (EXAMPLES / name).read_bytes()
        stored, book = openpyxl.load_workbook(io.BytesIO(data), data_only=True), Recalculation(data)
        assert book.unevaluated == []
        for title, cells in book.values.items():
            for cell, value in cells.items():
                kept = stored[title][cell].value
                is_number = isinstance(value, float) and not isinstance(kept, str | None)
                assert value == (pytest.approx(kept, rel=1e-12) if is_number else kept or ""), (title, cell)

    def test_charts_of_ours_get_fresh_points(self, customer):
        data = customer_workbook(standard_report())
        fresh, proven = charts(Recalculation(data).saved()), charts(data)
        assert list(fresh) == list(proven)
        for name, part in proven.items():
            words, points = points_apart(part)
            assert points_apart(fresh[name]) == (words, pytest.approx(points, rel=ULPS, abs=0))
        book = Recalculation(data)
        book.set("Anchor_r", [215.5, 130, 50] + [None] * 29)
        changed = charts(book.saved())
        assert changed != charts(data)
        assert any(b"<c:v>130.0</c:v>" in part or b"<v>130.0</v>" in part for part in changed.values())
        assert charts(Recalculation(book.saved()).saved()) == changed

    def test_changes_through_its_names_equal_size(self, customer):
        chance = random.Random(5)  # noqa: S311  # no secret
        for _ in range(40):
            count = chance.randint(1, 5)
            c = sorted(chance.sample(range(1, 300), count))
            r = sorted((chance.uniform(20, 300) for _ in range(count)), reverse=True)
            slas = sorted(chance.uniform(10, 250) for _ in range(4))
            tpm, util, per_pod = 10 ** chance.uniform(4, 8), chance.uniform(0.2, 1), chance.randint(1, 8)
            method = chance.choice(["auto", "log-c", "tpot"])
            customer.set("Anchor_c", c + [None] * (32 - count))
            customer.set("Anchor_r", r + [None] * (32 - count))
            customer.set("SLA_In", slas + [None] * 8)
            for name, value in {"Demand_Value": tpm, "Util": util, "GPUs_per_Pod": per_pod, "Method": method}.items():
                customer.set(name, value)
            result = size(Curve(c, r), slas, Demand.tpm(tpm), gpus_per_pod=per_pod, util=util, method=method)
            met = np.atleast_1d(result.feasible)
            unmet = [np.nan if ok else "cannot be met" for ok in met]
            commit = [value for (value,) in customer.value("Out_GPUs_Commit")][:4]
            gpus = [value for (value,) in customer.value("Out_GPUs")][:4]
            assert commit == [high if ok else text for high, ok, text in zip(result.gpus_high, met, unmet, strict=True)]
            assert gpus == [value if ok else "" for value, ok in zip(result.gpus, met, strict=True)]

    def test_an_input_that_is_wrong_blanks_it(self, customer):
        customer.set("Util", 70)
        assert customer.value("Checks_Failed") > 0
        customer.set("Util", 0.7)
        assert customer.value("Checks_Failed") == 0

    def test_from_a_path(self, tmp_path):
        path = write_workbook(standard_report(), tmp_path / "customer.xlsx")
        before = path.read_bytes(), path.stat().st_mtime_ns
        book = Recalculation(str(path))
        book.set("Demand_Value", 6e6)
        assert [value for (value,) in book.value("Out_GPUs")][:3] == [
            56,
            68,
            244,
        ]  # 100,000/0.7 over 10,700.8, 8,513.0, 2,358.0
        book.saved()
        assert (path.read_bytes(), path.stat().st_mtime_ns) == before


class TestArrival:
    """What a cell holds arrives as Excel hands it over, so that what is refused there is refused here."""

    @pytest.mark.parametrize(
        ("value", "code", "expected", "reason"),
        [
            (100, "General", 124, None),
            (100, "0%", 124, None),
            (100, "yyyy-mm-dd", "#VALUE!", "sla must be a number (got the date 1900-04-09)"),
            (100, "h:mm", "#VALUE!", "sla must be a number (got the date 1900-04-09)"),
            (100, '"$"#,##0.00', 124, None),
            (True, "General", "#VALUE!", "sla must be a number (got TRUE)"),
            ("100", "General", "#VALUE!", "sla must be a number (got '100'); turn the text into a number (Data > Text to Columns)"),
            (None, "General", "#VALUE!", "sla must be a number (got a blank cell)"),
            ('=""', "General", "#VALUE!", "sla must be a number (got a blank cell)"),
            ("=NA()", "General", "#VALUE!", "sla must be a number (got the error #N/A)"),
            ("=1/0", "General", "#VALUE!", "sla must be a number (got the error #DIV/0!)"),
            ("#N/A", "General", "#VALUE!", "sla must be a number (got the error #N/A)"),
            ("=DATE(2026,11,23)", "General", "#N/A", "46349 tok/s/user cannot be met: "),
            ("=50+50", "General", 124, None),
        ],
        ids=str,
    )  # fmt: skip
    def test_a_cell(self, value, code, expected, reason):
        book = one_sheet({"D1": value, "Z1": "=SIZING_GPUS(A2:B4,D1,D2,D3)"}, formats={"Quote!D1": code})
        assert book.value("Quote!Z1") == expected
        assert book.reasons.get("Quote!Z1", "").startswith(reason or "")
        assert bool(book.reasons) is bool(reason)
        assert book.unevaluated == []

    def test_money_has_four_digits(self, headless):
        cell = {"D6": 8.123456}
        formula = "=SIZING_COST(A2:B4,D1,D2,D3,D4,D6)"
        plain = headless.call("SIZING_COST", ANCHORS, 100, 3e6, 4, 0.7, 8.123456)
        rounded = headless.call("SIZING_COST", ANCHORS, 100, 3e6, 4, 0.7, 8.1235)
        assert plain != rounded
        for code, expected in {
            "General": plain,
            "0.00": plain,
            '"$"#,##0.00': rounded,
            "[$$-409]#,##0.00": rounded,
            "[$\u20ac-407] 0": rounded,
            "[$-409]0.00": plain,
        }.items():
            book = one_sheet(cell | {"Z1": formula}, formats={"Quote!D6": code})
            assert book.value("Quote!Z1") == expected, code

    @pytest.mark.parametrize("reference", ["D6", "(D6)", "INDEX(D5:D6,2)", "OFFSET(D5,1,0)", 'INDIRECT("D6")', "IF(TRUE,D6)", "CHOOSE(1,D6,D1)", "Price"])  # fmt: skip
    def test_money_through_what_gives_cells(self, reference, headless):
        book = one_sheet(
            {"D6": 8.123456, "Z1": f"=SIZING_COST(A2:B4,D1,D2,D3,D4,{reference})"},
            formats={"Quote!D6": "$0.00"},
            names={"Price": "Quote!$D$6"},
        )
        assert book.value("Quote!Z1") == headless.call("SIZING_COST", ANCHORS, 100, 3e6, 4, 0.7, 8.1235)

    def test_money_in_arithmetic_keeps_its_digits(self, headless):
        book = one_sheet({"D6": 8.123456, "Z1": "=SIZING_COST(A2:B4,D1,D2,D3,D4,D6+0)"}, formats={"Quote!D6": "$0.00"})
        assert book.value("Quote!Z1") == headless.call("SIZING_COST", ANCHORS, 100, 3e6, 4, 0.7, 8.123456)

    def test_a_date_among_the_anchors_is_named(self):
        book = one_sheet({"Z1": "=SIZING_GPUS(A2:B4,D1,D2,D3)"}, formats={"Quote!B3": "d mmm yyyy"})
        assert book.value("Quote!Z1") == "#VALUE!"
        assert book.reasons["Quote!Z1"].startswith(
            "tok/s/user must be a number (got the date 1900-05-01 in row 2, column 2"
        )

    def test_days_from_1904(self):
        def from_1904(book):
            book.epoch = CALENDAR_MAC_1904

        book = one_sheet({"Z1": "=SIZING_GPUS(A2:B4,D1,D2,D3)"}, formats={"Quote!D1": "yyyy-mm-dd"}, prepare=from_1904)
        assert book.reasons["Quote!Z1"] == "sla must be a number (got the date 1904-04-10)"

    @pytest.mark.parametrize(
        ("arguments", "like"),
        [
            ("A2:B4,100,3e6,4", (ANCHORS, 100, 3e6, 4)),
            ("A2:B4,100,3e6,4,,", (ANCHORS, 100, 3e6, 4)),
            ('A2:B4, 100 ,3e6,4, ,"tpot"', (ANCHORS, 100, 3e6, 4, 0.7, "tpot")),
            ("{1,215.5;10,122.2;256,41.8},100,3000000,4", (ANCHORS, 100, 3e6, 4)),
            ("A:B,100,3e6,4", ([["x", None], *ANCHORS], 100, 3e6, 4)),
            ("A2:B1048576,100,3e6,4", (ANCHORS, 100, 3e6, 4)),
            ("A2:B4,,3e6,4", (ANCHORS, None, 3e6, 4)),
            (",100,3e6,4", ([[None]], 100, 3e6, 4)),
            ("A2:B4,100,3e6,0.5", (ANCHORS, 100, 3e6, 0.5)),
            ("A2:B4,D1:D2,3e6,4", (ANCHORS, [[100], [3e6]], 3e6, 4)),
            ("A3,100,3e6,4", ([[10]], 100, 3e6, 4)),
            ("A2:B4,TRUE,3e6,4", (ANCHORS, True, 3e6, 4)),
            ("A2:B4,1/0,3e6,4", (ANCHORS, "#DIV/0!", 3e6, 4)),
            ("Table_1,100,3e6,4", (ANCHORS, 100, 3e6, 4)),
            ("Table_1[#Data],100,3e6,4", (ANCHORS, 100, 3e6, 4)),
            ("Table_1[[c]:[r]],100,3e6,4", (ANCHORS, 100, 3e6, 4)),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_arguments(self, arguments, like, headless):
        def with_table(book):
            sheet = book["Other"]
            for row in [["c", "r"], *ANCHORS]:
                sheet.append(row)
            sheet.add_table(Table(displayName="Table_1", ref="A1:B4"))

        cells = {"A1": "x"} | AT | INPUTS | {"Z1": f"=SIZING_GPUS({arguments})"}
        book = Recalculation(workbook({"Quote": cells, "Other": {}}, prepare=with_table))
        assert book.unevaluated == []
        expected = headless.call("SIZING_GPUS", *like)
        assert book.value("Quote!Z1") == marked(expected)
        if isinstance(expected, str) and len(like) == arguments.count(",") + 1:
            assert book.reasons["Quote!Z1"] == expected.partition(": ")[2]


class TestErrors:
    @pytest.mark.parametrize(
        ("formula", "expected"),
        [
            ("=SIZING_GPUS(A2:B4,300,D2,D3)", "#N/A"),
            ("=SIZING_GPUS(A2:B4,D1,D2,D3,80)", "#NUM!"),
            ("=SIZING_GPUS(A2:B4,Z9,D2,D3)", "#VALUE!"),
            ("=SUM(1,SIZING_GPUS(A2:B4,300,D2,D3))", "#N/A"),
            ("=IFERROR(SIZING_GPUS(A2:B4,300,D2,D3),7)", 7),
            ("=IFNA(SIZING_GPUS(A2:B4,300,D2,D3),7)", 7),
            ("=IFNA(SIZING_GPUS(A2:B4,D1,D2,D3,80),7)", "#NUM!"),
            ("=ISNA(SIZING_GPUS(A2:B4,300,D2,D3))", True),
            ("=ISERR(SIZING_GPUS(A2:B4,300,D2,D3))", False),
            ("=ERROR.TYPE(SIZING_GPUS(A2:B4,D1,D2,D3,80))", 6),
            ('=SIZING_GPUS(A2:B4,300,D2,D3)&" GPUs"', "#N/A"),
            ("=IF(TRUE,1,SIZING_GPUS(A2:B4,300,D2,D3))", 1),
            ("=SIZING_CHECK(A2:B4,D1,D2,D3,80)", "util must be in (0, 1] (got 80)"),
        ],
        ids=str,
    )
    def test_they_propagate_as_in_excel(self, formula, expected):
        value = valued(formula)
        assert value == expected
        assert isinstance(value, ErrorText) is str(expected).startswith("#")

    def test_a_text_that_looks_like_an_error_is_a_text(self):
        value = valued('="#N/A"')
        assert (value, type(value)) == ("#N/A", str)

    def test_an_error_among_the_inputs_is_passed_on_as_a_value(self):
        book = one_sheet({"Z1": "=D1+1", "Z2": "=IFERROR(Z1,5)"})
        book.set("Quote!D1", "#NAME?")
        assert (book.value("Quote!Z1"), book.value("Quote!Z2"), book.unevaluated) == ("#NAME?", 5, [])


class TestArrays:
    TABLE = "=SIZING_TABLE(A2:B4,D1:D2,3e6,4)"

    def test_a_fixed_range_holds_the_table(self, headless):
        book = one_sheet({"D2": 50, "G1": ("G1:X3", self.TABLE)})
        assert book.value("Quote!G1:X3") == headless.call("SIZING_TABLE", ANCHORS, [[100], [50]], 3e6, 4)

    def test_cells_beyond_the_table_are_na_and_break_sums(self):
        book = one_sheet(
            {"D2": 50, "G1": ("G1:Y4", self.TABLE), "Z1": "=SUM(H2:H3)", "Z2": "=SUM(H2:H4)", "Z3": "=SUM(Y2)"}
        )
        assert book.value("Quote!G4:H4") == [["#N/A", "#N/A"]]
        assert [book.value(f"Quote!Z{row}") for row in (1, 2, 3)] == [236 + 236, "#N/A", "#N/A"]

    def test_a_smaller_range_cuts_it_and_fills_nothing_else(self):
        book = one_sheet({"D2": 50, "G1": ("G1:H2", self.TABLE)})
        assert book.value("Quote!G2:I2") == [[100, 236, None]]

    def test_one_value_or_one_row_repeats(self):
        book = one_sheet({"G1": ("G1:H2", "=D3"), "J1": ("J1:K3", "=A2:B2"), "M1": ("M1:N3", "=A2:A4*2")})
        assert book.value("Quote!G1:H2") == [[4, 4], [4, 4]]
        assert book.value("Quote!J1:K3") == [[1, 215.5]] * 3
        assert book.value("Quote!M1:N3") == [[2, 2], [20, 20], [512, 512]]

    def test_in_one_cell_it_shows_its_first(self):
        assert valued("=SIZING_TABLE(A2:B4,D1:D2,3e6,4)") == "SLA tok/s/user"

    def test_an_array_formula_of_one_cell(self):
        assert one_sheet({"Z1": ("Z1", "=SUM(A2:A4*B2:B4)")}).value("Quote!Z1") == pytest.approx(12138.3)


class TestSet:
    def test_places(self):
        book = Recalculation(
            workbook({"My sheet": {"A1": 1}, "John's": {"B2": "=2*'My sheet'!A1"}}, names={"Input": "'My sheet'!$A$1"})
        )
        for place in ("My sheet!A1", "'my sheet'!$A$1", "Input", "INPUT", " 'My sheet'!a1 "):
            book.set(place, 21)
            assert book.value("'John''s'!B2") == 42
            book.set(place, 0)
        assert list(book.values) == ["John's"]
        assert book.names == {"Input": "'My sheet'!A1"}

    def test_values(self):
        book = one_sheet(
            {"Z1": "=ISNUMBER(D1)+2*ISTEXT(D1)+4*ISLOGICAL(D1)+8*ISERROR(D1)", "Z2": "=D1", "Z3": "=ISBLANK(D1)"}
        )
        for value, kind, shown in [
            (1, 1, 1.0),
            (np.float64(2.5), 1, 2.5),
            (True, 4, True),
            ("=1+1", 2, "=1+1"),
            ("a", 2, "a"),
            ("#DIV/0!", 8, "#DIV/0!"),
        ]:
            book.set("Quote!D1", value)
            assert (book.value("Quote!Z1"), book.value("Quote!Z2"), book.value("Quote!Z3")) == (kind, shown, False)
        book.set("Quote!D1", None)
        assert (book.value("Quote!D1"), book.value("Quote!Z2"), book.value("Quote!Z3")) == (None, 0, True)

    def test_ranges(self):
        book = one_sheet({"Z1": "=SUM(A2:B4)", "Z2": "=A2"})
        book.set("Quote!A2:B4", [[1, 2], [3, 4], [5, 6]])
        assert book.value("Quote!Z1") == 21
        book.set("Quote!A2:A4", [10, 20, None])
        book.set("Quote!A2:B2", [7, 8])
        assert book.value("Quote!A2:B4") == [[7, 8], [20, 4], [None, 6]]

    @pytest.mark.parametrize(
        ("place", "value", "sentence"),
        [
            ("Quote!Z1", 1, "Quote!Z1 must be an input (got a formula); set the cells that it reads"),
            ("Quote!H2", 1, "Quote!H2 must be an input (got a formula); set the cells that it reads"),
            ("Quote!A1:Z1", [[1] * 26], "Quote!G1 must be an input (got a formula)"),
            ("Nowhere!A1", 1, "place must name a worksheet of the workbook (got 'Nowhere'); there are Quote"),
            ("D1", 1, "place must name its sheet (got 'D1'); such as Quote!D1"),
            ("Quote!D0", 1, "place must lie within the grid, A1 to XFD1048576, first cell first (got 'Quote!D0')"),
            ("Quote!XFE1", 1, "place must lie within the grid"),
            ("Quote!A1048577", 1, "place must lie within the grid"),
            ("Quote!B2:A1", [[1, 2], [3, 4]], "place must lie within the grid"),
            ("Quote!A1:XFD1048576", 1, "place must hold at most 1,000,000 cells"),
            ("", 1, "place must be a cell with its sheet, such as Quote!C5, or a defined name of such cells (got a blank)"),
            ("Quote!", 1, "place must be a cell with its sheet"),
            ("[1]Quote!A1", 1, "place must name a worksheet"),
            ("Rate", 1, "place must be a cell with its sheet, such as Quote!C5, or a defined name of such cells (got 'Rate')"),
            ("Quote!A2:B3", [1, 2, 3, 4], "Quote!A2:B3 must be given 2 x 2 values"),
            ("Quote!A2:B3", [[1, 2], [3]], "Quote!A2:B3 must be given 2 x 2 values"),
            ("Quote!A2:B3", 5, "Quote!A2:B3 must be given 2 x 2 values"),
            ("Quote!D1", float("nan"), "Quote!D1 must be a finite number, a text, TRUE, FALSE or a blank (got nan)"),
            ("Quote!D1", float("inf"), "Quote!D1 must be a finite number"),
            ("Quote!D1", object, "Quote!D1 must be a finite number"),
            ("Quote!D1", "x" * 40_000, "Quote!D1 must have at most 32,767 characters"),
            ("Quote!C8", 1, "Quote!C8 must not be covered by a merged cell; set Quote!B7"),
        ],
        ids=lambda value: value if isinstance(value, str) and len(value) < 30 else "",
    )  # fmt: skip
    def test_refused(self, place, value, sentence):
        book = one_sheet(
            {"G1": ("G1:H2", "=A2:B3"), "Z1": "=D1"},
            names={"Rate": "0.5"},
            prepare=lambda book: book["Quote"].merge_cells("B7:C8"),
        )
        with pytest.raises(InputError, match=re.escape(sentence)):
            book.set(place, value)
        assert book.value("Quote!A2:D2") == [[1, 215.5, None, 3e6]]

    def test_merged_cells_are_set_by_their_first(self):
        book = one_sheet({"Z1": "=B7"}, prepare=lambda book: book["Quote"].merge_cells("B7:C8"))
        book.set("Quote!B7", 3)
        assert book.value("Quote!Z1") == 3


def test_it_tells_how_far_it_is():
    told = []
    call = '=SIZING_TPM(A1,"tok/s")'
    cells = {"S": {"A1": 1, "B1": call, "C1": call.replace("A1", "B1")}, "T": {"A1": "=S!B1"}}
    Recalculation(workbook(cells), told=lambda *step: told.append(step)).saved()
    called = [(0, 2, "SIZING_ functions called"), (1, 2, "SIZING_ functions called")]
    sheets = [[(at, 2, words) for at in (0, 1)] for words in ("Sheets read", "Sheets made ready", "Sheets written")]
    evaluating = (0, 0, "Evaluating")
    assert told[:5] == [*sheets[0], *sheets[1], (0, 0, "Loading")]
    assert told[5:-2] == [evaluating, *called] * 3  # until no call gives anything else
    assert told[-2:] == sheets[2]
