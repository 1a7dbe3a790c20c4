"""The sales workbook filled from results: every curve sizes as the package does, and what cannot stand in it is refused."""

import json
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command_line import run
from tests.hosts.test_libreoffice_macros import MacroOffice
from tests.hosts.windows_stand_ins import ComHost
from tests.importers import results
from tests.importers.results import RUNS, Run
from tests.strategies import cases
from tests.workbooks.built import HOSTILE
from tests.workbooks.engines import libreoffice
from tests.workbooks.sales.decks import STARTERS
from tests.workbooks.sales.desk import Desk, unlike
from xlsizing import Curve, Demand, size
from xlsizing.context.context import Context
from xlsizing.hosts.headless import Headless
from xlsizing.hosts.sales.book import sales_bytes
from xlsizing.hosts.sales.decks import deck_of
from xlsizing.importers.imported import read_results
from xlsizing.importers.listing import listed
from xlsizing.importers.public import NOT_OURS
from xlsizing.reports.tables import CANNOT_BE_MET
from xlsizing.workbooks.sales.deck import MOST_BLOCKS
from xlsizing.workbooks.sales.layout import ANCHORS, MOST_NAME

pytestmark = pytest.mark.slow

SLAS = [20, 25, 60, 99.5, 150, 300]
TP = (1, 2, 4, 8)
PUBLIC = "public:inferencex-gpt-oss-120b-h200-vllm-fp4-none-tp2-ep1-1024x1024"


def slower(run, by):
    """Return a run of a server that is slower by a factor in everything."""
    return Run(run.c, run.tpot * by, run.ttft * by, run.e2e * by, run.output / by)


def sweep(number):
    """Return the text of a result file of one of many servers, which differ in model, TP and speed."""
    tp, runs = TP[number % len(TP)], [slower(each, 1 + number / 50) for each in RUNS]
    rows = [
        results.inferencex(each, model=f"example/model-{number}b", tp=tp, output_tput_per_gpu=each.output / tp)
        for each in runs
    ]
    return json.dumps(rows)


@pytest.fixture
def folder(tmp_path):
    """Return a new folder with so many sweeps in it."""

    def made(count):
        top = tmp_path / "results"
        top.mkdir()
        for number in range(count):
            (top / f"sweep-{number}.json").write_text(sweep(number))
        return top

    return made


@pytest.fixture
def filled(capsys, tmp_path):
    """Return the workbook that the command fills from paths."""

    def made(*paths):
        target = tmp_path / "quotes.xlsm"
        done = run(capsys, "workbook", "--sales", "--curves", *paths, "-o", target)
        assert (done.code, done.err) == (0, ""), done
        assert done.out.endswith(f"\nWritten: {target}\n")
        return target.read_bytes()

    return made


@pytest.fixture
def refused(capsys, tmp_path):
    """Return the sentence with which the command refuses, once it has left nothing behind."""

    def sentence(*arguments, target="quotes.xlsm"):
        before = sorted(tmp_path.rglob("*"))
        done = run(capsys, "workbook", *arguments, "-o", tmp_path / target)
        assert (done.code, done.out) == (2, "")
        assert done.err.count("\n") == 1
        assert sorted(tmp_path.rglob("*")) == before
        return done.err.removeprefix("xlsizing: ").strip()

    return sentence


def sized(curve, slas=SLAS):
    return size(curve, slas, Demand.tpm(3e6), gpus_per_pod=curve.measured_gpus).rows()


def wrong(desk, curve, name):
    """Return what the quote shows otherwise than the package sizes, for the curve of that name."""
    desk.set(Quote_Curve=name, Quote_SLA=SLAS).calculate()
    found = [(name, desk.sentences())] if desk.value("Quote_Failed") else []
    for at, row in enumerate(sized(curve)):
        cells = desk.row(at)
        if not row.feasible:
            found += [] if cells["Quote_GPUs_Commit"] == CANNOT_BE_MET else [(name, row.sla, cells)]
            continue
        found += [(name, row.sla, line) for line in unlike(cells, row)]
    if desk.value("Quote_Label") != curve.context.label():
        found.append((name, desk.value("Quote_Label")))
    return found


class TestFilled:
    @pytest.mark.parametrize("count", [1, 7, 24])
    def test_every_curve_sizes_as_the_package_does(self, folder, filled, count):
        top = folder(count)
        desk = Desk(filled(top))
        curves = [imported.curve for _, imported in listed(read_results([top]))]
        names = desk.column("Curve_Names")
        assert (len(curves), len(names)) == (count, max(6, count))
        assert [found for curve, name in zip(curves, names, strict=False) for found in wrong(desk, curve, name)] == []
        assert names[count:] == [f"Curve {place}" for place in range(count + 1, 7)]
        assert {curve.measured_gpus for curve in curves} == set(TP[: min(count, 4)])

    @settings(max_examples=5, deadline=None)
    @given(st.lists(cases(at_most=12), min_size=1, max_size=9))
    def test_curves_of_any_shape(self, given_cases):
        curves = [case.curve().with_remarks((), (), 4) for case, _ in given_cases]
        desk = Desk(sales_bytes(deck_of(curves)))
        names = desk.column("Curve_Names")
        for curve, name, (_, sla) in zip(curves, names, given_cases, strict=False):
            (row,) = sized(curve, [sla])
            desk.set(Quote_Curve=name, Quote_SLA=[sla]).calculate()
            assert desk.value("Quote_Failed") == 0
            if row.feasible:
                assert unlike(desk.row(0), row) == []
            else:
                assert desk.column("Quote_GPUs_Commit")[0] == CANNOT_BE_MET

    def test_as_many_as_it_holds(self):
        curve = STARTERS[1].curve.with_remarks((), (), 4)
        desk = Desk(sales_bytes(deck_of([curve] * MOST_BLOCKS)))
        names = desk.calculate().column("Curve_Names")
        assert len(set(names)) == MOST_BLOCKS
        desk.set(Quote_Curve=names[-1], Quote_SLA=[60], Compare_Curve_B=names[-1])
        desk.book.set("Levers!C6:E6", [[names[-2], names[-1], 60]])
        assert desk.calculate().sentences() == {}
        (row,) = sized(curve, [60])
        assert desk.column("Quote_GPUs_Commit")[0] == desk.column("Compare_GPUs_Commit_B")[0] == row.gpus_high
        assert desk.column("Lever_Delta_GPUs_Commit")[0] == 0

    def test_the_customers_facts_are_asked_for(self, folder, filled):
        desk = Desk(filled(folder(2)))
        assert [desk.value(name) for name in ("Quote_ISL", "Quote_OSL", "Quote_Turns")] == [None] * 3
        assert "ISL of the customer not known" in desk.column("Quote_Rigor_Reasons")[0]
        assert desk.book.value("Levers!B6:G6") == [[None] * 6]
        assert desk.value("Checks_Failed") == 0

    def test_two_of_one_workload_are_compared(self, folder, filled):
        desk = Desk(filled(folder(2)))
        assert [desk.value(f"Compare_Curve_{side}") for side in "AB"] == desk.column("Curve_Names")[:2]

    def test_a_curve_alone_is_compared_with_itself(self, filled):
        desk = Desk(filled(PUBLIC))
        assert [desk.value(f"Compare_Curve_{side}") for side in "AB"] == desk.column("Curve_Names")[:1] * 2

    def test_a_public_curve_stays_a_draft_and_says_whose_it_is(self, filled):
        desk = Desk(filled(PUBLIC)).set(Quote_ISL=1024, Quote_OSL=1024, Quote_Turns="single-turn").calculate()
        assert desk.value("Quote_Curve") == "gpt-oss-120b, H200, TP2, public"
        assert desk.column("Quote_Rigor")[:2] == ["DRAFT"] * 2
        assert desk.column("Quote_Rigor_Reasons")[0].startswith(f"DRAFT: {NOT_OURS.why}; without that: DRAFT: ")
        assert desk.column("Curve_Source")[0].startswith("InferenceX (SemiAnalysis), Apache-2.0")

    def test_a_curve_of_ones_own_can_earn_a_verdict(self):
        curve = STARTERS[1].curve
        known = {name: value for name, value in curve.context.known().items() if name != "basis"}
        curve = curve.with_context(Context.from_mapping(known | {"basis": "measured"})).with_remarks((), (), 4)
        desk = Desk(sales_bytes(deck_of([curve])))
        desk.set(Quote_ISL=1024, Quote_OSL=1024, Quote_Turns="single-turn", Quote_SLA=[30, 60, 112]).calculate()
        assert desk.column("Quote_Rigor")[:3] == ["VERDICT"] * 3
        assert desk.column("Quote_GPUs_Commit")[:3] == [40, 72, 168]

    def test_a_caution_of_the_results_keeps_it_a_draft(self):
        curve = STARTERS[1].curve.with_remarks((), [("measured on a Friday", "measure again")], 4)
        desk = Desk(sales_bytes(deck_of([curve])))
        assert desk.column("Quote_Rigor_Reasons")[0].startswith("DRAFT: measured on a Friday; without that: ")

    def test_pods_of_two_sides(self):
        known = Context(model="m", hardware="B200", tp=8, pp=1, dp_in_pod=1, prefill_gpus=4, decode_gpus=8)
        curve = Curve([1, 8, 64], [200, 120, 40], context=known).with_remarks((), (), 12)
        desk = Desk(sales_bytes(deck_of([curve])))
        assert wrong(desk, curve, desk.column("Curve_Names")[0]) == []
        words = "GPUs per pod must be prefill + decode GPUs of the context, 12, not 8"
        desk.set(Quote_GPUs_per_Pod=8).calculate()
        assert desk.sentences()["Quote: GPUs per pod against the context"] == words

    def test_it_is_the_same_again(self, folder, filled, tmp_path):
        top = folder(3)
        once = filled(top)
        (tmp_path / "quotes.xlsm").unlink()
        assert filled(top) == once

    def test_what_was_left_out_is_said(self, capsys, folder, tmp_path):
        top = folder(1)
        (top / "notes.md").write_text("nothing measured")
        (top / "broken.json").write_text("{")
        target = tmp_path / "quotes.xlsm"
        done = run(capsys, "workbook", "--sales", "--curves", top, "--skip-bad", "-o", target)
        assert (done.code, done.err) == (0, "")
        assert "Curves\n- model-0b, B200, TP1\n" in done.out
        assert "Bad, and left out\n- " in done.out
        assert "broken.json" in done.out


class TestHostile:
    @pytest.mark.parametrize("text", ["=1+1", "=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(1)", "#N/A", '"x" & \'y\'', "'=1+1",
                                      "שלום \U0001f600", "1e5", "TRUE", "x" * 200, "a_x0041_b", "*", "?", "Curve 3"])  # fmt: skip
    def test_a_text_stays_a_text(self, text):
        # In every field that a cell takes from the file; a GPU type is one token.
        context = Context(
            model=text,
            hardware=text if text.isascii() and len(text.split()) == 1 and len(text) < 30 else None,
            engine=text,
            source_file=text,
            command=text,
            tp=4,
        )
        curve = Curve([1, 8, 64], [200, 120, 40], context=context).with_remarks((), [(text, text)], 4)
        data = sales_bytes(deck_of([curve, curve]))
        desk = Desk(data)
        one, other = desk.column("Curve_Names")[:2]
        assert one != other
        for name in (one, other):
            assert wrong(desk, curve, name) == []
        assert desk.column("Curve_GPU_Type")[0] == (context.hardware or "")
        assert desk.column("Curve_Caution")[0] == text
        book = openpyxl.load_workbook(BytesIO(data))
        assert {book["Quote"]["D6"].data_type, book["Curves"]["C5"].data_type, book["Curves"]["C12"].data_type} == {"s"}

    @pytest.mark.parametrize("text", [text for text in HOSTILE.values() if text.isprintable()], ids=ascii)
    def test_a_model_of_any_name_is_labelled_as_it_is(self, text):
        context = Context(model=text, tp=4)
        curve = Curve([1, 8], [200, 120], context=context).with_remarks((), (), 4)
        desk = Desk(sales_bytes(deck_of([curve])))
        assert desk.value("Quote_Label") == Headless().call("SIZING_LABEL", desk.value("Picked_Context"))
        assert desk.value("Quote_Label") == context.label()


class TestRefusals:
    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("--spec", "x.yaml", "--curves", "x"), "--curves must be given with --sales, and only with it"),
            (("--sales", "x"), "a path must follow --curves (got 'x')"),
            (("--sales", "--stat", "p99"), "--stat must be given with --curves, and only with it"),
            (("--spec", "x.yaml", "--context", "y"), "--context must be given with --curves, and only with it"),
            (("--sales", "--curves", " "), "--curves must name files, folders or public curves (got a blank)"),
            (
                ("--sales", "--curves", f"{PUBLIC}x"),
                "public curve must name a curve that xlsizing curves --public lists",
            ),
            (("--sales", "--curves", PUBLIC, "--stat", "p99"), "p99"),
        ],
    )
    def test_flags(self, refused, arguments, sentence):
        assert sentence in refused(*arguments)

    def test_a_folder_that_is_not_there(self, refused, tmp_path):
        assert "nowhere" in refused("--sales", "--curves", tmp_path / "nowhere")

    def test_a_folder_without_results(self, refused, folder):
        assert "must hold results of a benchmark tool" in refused("--sales", "--curves", folder(0))

    def test_nothing_but_bad_files(self, refused, folder):
        top = folder(0)
        (top / "broken.json").write_text("{")
        assert "must hold a point that can be used" in refused("--sales", "--curves", top, "--skip-bad")

    def test_gpus_that_nobody_states(self, refused, capsys, tmp_path):
        path = tmp_path / "anchors.csv"
        path.write_text("concurrency,tok_s_per_user\n1,200\n8,120\n")
        said = refused("--sales", "--curves", path)
        assert said == ("GPUs per pod must be known of every curve; pass --gpus-per-pod N (anchors.csv)")
        done = run(capsys, "workbook", "--sales", "--curves", path, "--gpus-per-pod", 4, "-o", tmp_path / "x.xlsm")
        assert done.code == 0

    def test_a_curve_that_rises(self, refused, tmp_path):
        path = tmp_path / "anchors.csv"
        path.write_text("concurrency,tok_s_per_user\n1,200\n8,220\n")
        said = refused("--sales", "--curves", path, "--gpus-per-pod", "4")
        assert "must not rise with concurrency" in said
        assert "anchors.csv" in said

    def test_more_anchors_than_a_block_holds(self, refused, tmp_path):
        path = tmp_path / "anchors.csv"
        rows = [f"{c},{200 - c}" for c in range(1, ANCHORS + 2)]
        path.write_text("\n".join(["concurrency,tok_s_per_user", *rows]))
        said = refused("--sales", "--curves", path, "--gpus-per-pod", "4")
        assert said == "anchors of a curve must be at most 32 in a workbook (got 33 in anchors.csv); leave points out"

    def test_more_curves_than_it_holds(self, refused, tmp_path):
        path = tmp_path / "many.csv"
        rows = [f"model-{i},4,{c},{200 - c}" for i in range(MOST_BLOCKS + 1) for c in (1, 8)]
        path.write_text("\n".join(["model,gpus,concurrency,tok_s_per_user", *rows]))
        said = refused("--sales", "--curves", path)
        assert said == "curves of a sales workbook must be 1 to 100 (got 101); name fewer results at once"

    def test_a_gpu_type_that_is_a_sentence(self, refused, folder, tmp_path):
        added = tmp_path / "context.yaml"
        added.write_text(f"hardware: B200-{'in-the-long-rack-' * 2}\ntp: 4\n")
        path = tmp_path / "anchors.csv"
        path.write_text("concurrency,tok_s_per_user\n1,200\n8,120\n")
        said = refused("--sales", "--curves", path, "--gpus-per-pod", "4", "--context", added)
        assert said.startswith("GPU type must have at most 30 characters (got ")

    def test_a_pod_of_another_size_than_its_context(self, refused, tmp_path):
        added = tmp_path / "context.yaml"
        added.write_text("tp: 4\npp: 1\ndp_in_pod: 1\n")
        path = tmp_path / "anchors.csv"
        path.write_text("concurrency,tok_s_per_user\n1,200\n8,120\n")
        said = refused("--sales", "--curves", path, "--gpus-per-pod", "6", "--context", added)
        assert "--gpus-per-pod must be TP 4 x PP 1 x DP inside the pod 1 of the context, 4 (got 6" in said
        assert "anchors.csv" in said

    def test_throughput_that_is_of_the_replica_by_statement_alone(self, refused, capsys, tmp_path):
        path = tmp_path / "anchors.csv"
        path.write_text("concurrency,tok_s_per_user,output_tok_s\n1,200,48\n8,120,240\n64,40,620\n")
        flags = ("--sales", "--curves", path, "--gpus-per-pod", "4")
        assert "output tok/s must be that of the whole replica" in refused(*flags)
        said = refused(*flags, "--throughput-per-replica")
        assert "functions in a cell cannot be told that it is: size this curve with xlsizing size" in said
        path.write_text("concurrency,tok_s_per_user,output_tok_s\n1,200,190\n8,120,900\n64,40,2400\n")
        target = tmp_path / "x.xlsm"
        assert run(capsys, "workbook", *flags, "--throughput-per-replica", "-o", target).code == 0

    def test_a_file_that_exists(self, refused, folder, tmp_path):
        (tmp_path / "quotes.xlsm").write_bytes(b"mine")
        assert "must not exist yet" in refused("--sales", "--curves", folder(1))
        assert (tmp_path / "quotes.xlsm").read_bytes() == b"mine"

    def test_a_file_that_is_read(self, refused, tmp_path):
        target = tmp_path / "quotes.xlsm"
        target.write_bytes(b"mine")
        assert "must not be a file that is read" in refused("--sales", "--force", "--curves", target)
        assert target.read_bytes() == b"mine"

    def test_another_kind_of_file(self, refused, folder):
        assert "must end in .xlsm" in refused("--sales", "--curves", folder(1), target="quotes.xlsx")


@pytest.fixture(scope="module")
def delivered(sales):
    """The workbook that comes along, opened once."""
    return Desk(sales)


class TestDelivered:
    """The workbook that comes along: the example, and two public curves that a seller would compare."""

    def test_the_pair_is_public_measured_and_differs_in_tp_alone(self, delivered):
        desk = delivered
        names = desk.column("Curve_Names")
        assert names[1:3] == ["gpt-oss-120b, H200, TP2, public", "gpt-oss-120b, H200, TP8, public"]
        assert [desk.value(f"Compare_Curve_{side}") for side in "AB"] == names[1:3]
        assert desk.value("Compare_Apart") == desk.column("Lever_Apart")[0] == 1
        assert desk.column("Curve_Caution")[1:3] == [NOT_OURS.why] * 2
        assert all("Apache-2.0" in source for source in desk.column("Curve_Source")[1:3])
        assert all(len(name) <= MOST_NAME for name in names)

    def test_one_figure_by_hand(self, delivered):
        desk = delivered
        # 50,000 tok/s at 100 tok/s/user rest on c=16 of TP2, 1,948.09 tok/s: 36.67 pods of 2; of TP8 on the plateau,
        # 8,647.19 tok/s: 8.26 pods of 8.
        desk.calculate()
        assert [desk.column(f"Compare_GPUs_Commit_{side}")[2] for side in "AB"] == [2 * 37, 8 * 9]
        # At 130 on c=8, 1,292.6 tok/s: 55.26 pods of 2, against the same 72 GPUs.
        assert desk.column("Lever_Delta_GPUs_Commit")[0] == 72 - 2 * 56

    def test_either_is_a_draft_at_the_workload_that_stands_there(self, delivered):
        desk = delivered
        for name in desk.column("Curve_Names")[1:3]:
            desk.set(Quote_Curve=name).calculate()
            assert desk.value("Quote_Failed") == 0
            reasons = [reason for reason in desk.column("Quote_Rigor_Reasons") if reason]
            assert reasons
            assert all(reason.startswith(f"DRAFT: {NOT_OURS.why}; ") for reason in reasons if "cannot" not in reason)
            assert "workload not compared" not in reasons[0]


@pytest.fixture(scope="module")
def excel():
    host = ComHost()
    yield host
    host.close()


class TestInLibreOffice:
    def test_seven_curves_size_there_as_in_the_package(self, excel, folder, filled):
        top = folder(7)
        data = filled(top)
        office = libreoffice(data, MacroOffice)
        office.excel = excel
        try:
            names = Desk(data).column("Curve_Names")
            office.set("Quote_SLA", SLAS[:4])
            for (_, imported), name in zip(listed(read_results([top])), names, strict=True):
                office.set("Quote_Curve", name)
                office.recalculate()
                rows = sized(imported.curve, SLAS[:4])
                for column, field in {
                    "Quote_GPUs_Commit": "gpus_high",
                    "Quote_GPUs_Budget": "gpus_budget",
                    "Quote_GPUs": "gpus",
                }.items():
                    assert office.column(column)[:4] == [
                        getattr(row, field) if row.feasible else CANNOT_BE_MET if column == "Quote_GPUs_Commit" else ""
                        for row in rows
                    ], (name, column)
        finally:
            office.close()
