"""The review of a written report: each figure that is wrong is found, and every right report passes."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command_line import run
from tests.spec_files import EXAMPLE, ILLUSTRATIVE
from tests.strategies import METHODS, UTILS, anchors, slas, token_demands, users
from xlsizing import Curve, Demand, InputError, size
from xlsizing.advice.levers import Lever
from xlsizing.advice.ranking import rank_levers
from xlsizing.advice.rigor import Workload
from xlsizing.core.limits import WAITS
from xlsizing.core.price import Price
from xlsizing.reports.from_spec import spec_report
from xlsizing.reports.markdown import markdown
from xlsizing.reports.record import json_text, record
from xlsizing.reports.report import Report
from xlsizing.reports.review import ReviewError, review
from xlsizing.spec import read_spec

MARKDOWN, JSON = "CAPACITY-SIZING.md", "capacity_sizing.json"
SPARSE = [(1, 215.5), (10, 122.2), (256, 41.8)]
QUOTE = "The figure in bold, multiplied out"
ANSWER, OPERATION, CURVE = "GPUs and dollars", "One replica at its operating point", "Measured curve"
LEVERS = "Levers, each alone against its own baseline, by GPUs saved per day of effort"


@dataclass(frozen=True)
class InMemory:
    """A file that need not be written."""

    text: str

    def read_text(self, encoding):
        return self.text


def reviewed(text, told):
    """Review a report given as Markdown and as plain data."""
    review({MARKDOWN: InMemory(text), JSON: InMemory(json.dumps(told))})


def passes(report):
    """Whether the review lets the report's own files pass; it raises otherwise."""
    review({MARKDOWN: InMemory(markdown(report)), JSON: InMemory(json_text(report))})
    return True


def fault(text, told):
    """What the review finds wrong."""
    with pytest.raises(ReviewError) as error:
        reviewed(text, told)
    sentence = str(error.value)
    assert sentence.startswith("the report failed its own review and was removed: ")
    assert sentence.endswith("; please report this")
    return sentence.removeprefix("the report failed its own review and was removed: ").removesuffix(
        "; please report this"
    )


def other(value):
    """A value of the same type that is not this one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value * 1.001
    return "x" if isinstance(value, str) else 1


def with_cell(text, title, row, column, cell):
    """The Markdown text with another cell in a row (from 0) of the table under a title."""
    before, _, rest = text.partition(f"## {title}\n\n")
    lines = rest.split("\n")
    names = [name.strip(" *").replace("\\", "") for name in lines[0].split("|")]
    cells = lines[row + 2].split("|")
    cells[names.index(column)] = f" {cell} "
    lines[row + 2] = "|".join(cells)
    return f"{before}## {title}\n\n" + "\n".join(lines)


@pytest.fixture
def worked(report):
    """The worked rows of the specification, with two on the plateau, one spare pod, and one SLA that cannot be met."""
    return report(SPARSE, [20, 30, 100, 215, 300], Demand.tpm(3e6), gpus_per_pod=4, util=0.7, spare_replicas=1)


@pytest.fixture
def illustrative():
    return spec_report(read_spec(ILLUSTRATIVE))


class TestPasses:
    @pytest.mark.parametrize("file", [EXAMPLE, ILLUSTRATIVE], ids=lambda file: file.name)
    def test_shipped_files(self, file):
        assert passes(spec_report(read_spec(file)))

    def test_worked(self, worked):
        assert passes(worked)

    @pytest.mark.parametrize(
        "demand",
        [
            Demand.users(1792),
            Demand.rps(100, osl=500),
            Demand.tpm(1e-5),  # 1.7e-7 tok/s, below what a demand in tok/s may be
            Demand.tok_s([5, 3e5, 1]),
            Demand.rps(3, osl=[1, 200, 3]),
            Demand.users([1, 5000, 1]),
        ],
        ids=lambda demand: f"{demand.unit} {demand.value}",
    )
    def test_every_form_of_demand(self, report, demand):
        assert passes(report(SPARSE, [300, 20, 100], demand))

    def test_measured_throughput_and_ttft(self):
        curve = Curve([8, 16], [100, 80], output_tok_s=[780, 1250], ttft_s=[0.1, 0.25])
        assert passes(Report(size(curve, [80, 90, 110], Demand.tpm(3e6), gpus_per_pod=4)))

    def test_pooled(self, report):
        assert passes(report([(1, 200), (4, 100), (8, 102)], [90, 100, 150], pool_rises=0.02))

    def test_pooled_below_what_throughput_allows(self, report):
        # 1,200 is 8 x 150; pooled to 125 it is 1.2 times c x tok/s/user, which a curve as measured may not be.
        assert passes(report([(4, 100, 400), (8, 150, 1200)], [90, 110, 125, 200], pool_rises=0.5))

    def test_pooled_by_next_to_nothing(self, report):
        assert passes(report([(4, 100), (8, 100 * (1 + 1.5e-9))], [90], pool_rises=0.02))
        assert passes(report([(4, 100), (8, 100 * (1 + 0.9e-9))], [90]))

    def test_levers_for_users_on_pooled_curves_of_every_kind(self, report):
        base = Curve([1, 4, 8], [200, 100, 102], output_tok_s=[190, 390, 780], pool_rises=0.05)
        demand = Demand.users(640)
        kinds = ("rate-factor", "concurrency-factor", "throughput-factor")
        levers = [Lever(kind, kind, base, 4, factor=1.04) for kind in kinds]
        levers.append(Lever("tuned", "tuned-curve", base, 4, optimised=base))
        levers.append(Lever("tp", "tp-rightsize", base, 4, optimised=base, optimised_gpus_per_pod=2))
        given = report([(1, 200), (4, 100)], [100, 120], demand, gpus_per_pod=4, util=0.7, gpu_hourly_usd=9)
        assert passes(replace(given, levers=rank_levers(levers, [100, 120], demand, gpu_hourly_usd=9, util=0.7).deltas))

    def test_too_wide_and_overloaded(self, report):
        assert passes(report([(0.3, 100), (1, 90)], [95], Demand.tok_s(900)))
        assert passes(report([(1, 100), (2, 99)], [99.5], Demand.tok_s(140)))

    def test_one_scalar_sla(self, report):
        assert passes(report(SPARSE, 100))

    def test_another_workload(self, illustrative):
        wrong = Workload(8192, 1024, "single-turn")
        marked = Report(illustrative.sizing, workload=wrong, allow_mismatch=True, levers=illustrative.levers)
        assert marked.assessment.mismatch
        assert passes(marked)

    @pytest.mark.parametrize(
        "name",
        [
            "a | b | c",
            "|",
            "\\",
            "\\|",
            "*",
            "**bold**",
            "## GPUs and dollars",
            "## GPUs and dollars\n\n| SLA tok/s/user |\n| ---: |\n| 5 |\n",
            "GPUs and dollars",
            "a  b   c",
            "模型 🚀 | ü",
        ],
    )
    def test_hostile_names(self, illustrative, name):
        names = {"about": {name: name}, "sla_names": dict.fromkeys([30.0, 75.0], name)}
        sizing = replace(illustrative.sizing, price=Price(illustrative.sizing.gpu_hourly_usd, source=name))
        hostile = Report(sizing, name, name, levers=illustrative.levers, sign_off=(name,), **names)
        assert passes(hostile)


class TestAnyValidSizing:
    @given(data=st.data(), given=anchors(at_most=8), util=UTILS, method=METHODS, spares=st.integers(0, 3))
    def test_passes(self, data, given, util, method, spares):
        rates = data.draw(st.lists(slas(given), min_size=1, max_size=6))
        demand = data.draw(st.one_of(token_demands(given).map(lambda pair: pair[0]), users(given).map(Demand.users)))
        options = {
            "gpus_per_pod": data.draw(st.sampled_from([1, 4, 8])),
            "gpu_hourly_usd": data.draw(st.floats(0.01, 99)),
        }
        sizing = size(given.curve(), rates, demand, util=util, method=method, spare_replicas=spares, **options)
        assert passes(Report(sizing))

    @given(
        rates=st.lists(st.floats(1, 1000), min_size=2, max_size=6),
        shares=st.lists(st.floats(0.05, 1.05), min_size=6, max_size=6),
        sla=st.lists(st.floats(0.5, 1200), min_size=1, max_size=4),
    )
    @settings(max_examples=50)
    def test_pooled_passes_too(self, rates, shares, sla):
        c = [2.0**i for i in range(len(rates))]
        tps = [share * x * y for share, x, y in zip(shares, c, rates, strict=False)]
        try:
            curve = Curve(c, rates, output_tok_s=tps, pool_rises=1.0)
        except InputError:  # a point would move by more than 100 %
            return
        assert passes(Report(size(curve, sla, Demand.tok_s(1000), gpus_per_pod=2)))


ROW_KEYS = [
    *("concurrency", "per_replica_tps", "replicas", "gpus", "usd_per_month", "regime", "feasible", "reason"),
    *("demand_tok_s", "pods_low", "replicas_budget", "pods_high", "gpus_low", "gpus_budget", "gpus_high", "total_pods"),
    *("total_gpus", "total_gpus_low", "total_gpus_budget", "total_gpus_high", "usd_per_month_budget"),
    *("usd_per_month_high", "usd_per_million", "usd_per_million_budget", "usd_per_million_high", "budget_confidence"),
    *(
        "tok_s_per_user",
        "load",
        "load_one_fewer",
        "max_num_seqs",
        "load_at_max_num_seqs",
        "load_at_max_num_seqs_budget",
        "c_commit",
    ),
    *(f"{name}{end}" for name in ("spare_pods", "gpus_idle") for end in ("", "_budget", "_high")),
    *(f"usd_per_million_{at}{end}" for at in ("mean", "full") for end in ("", "_budget", "_high")),
    *("load_budget", "load_mean", "load_mean_budget", "load_mean_commit", "nodes", "nodes_budget", "nodes_high"),
    *("tok_s_per_user_commit", "per_replica_tps_commit", "load_commit", "max_num_seqs_commit", "too_wide"),
    *("measure_next", "quote", "binding"),
    *(name for wait in WAITS for name in (wait.name, wait.commit)),
]


class TestJson:
    @pytest.mark.parametrize("key", ROW_KEYS)
    def test_each_figure_of_a_row(self, worked, key):
        told = record(worked)
        row = told["rows"][3]
        row[key] = wrong = other(row[key])
        expected = record(worked)["rows"][3][key]
        assert fault(markdown(worked), told) == (
            f"{key} at 215 tok/s/user is {wrong}, curve and formula give {expected}"
        )

    def test_every_figure_of_a_row_is_checked(self, worked):
        words = {"sla_toks_per_user", "sla_name", "rigor", "rigor_reasons", "next_lever", "budget_claim", "contract"}
        assert set(record(worked)["rows"][0]) == {*ROW_KEYS, *words, *(wait.limit for wait in WAITS)}

    def test_a_budget_that_is_claimed_without_ground(self, report):
        given = report(SPARSE, [100], Demand.tpm(3e6), method="log-c")
        told = record(given)
        told["rows"][0]["budget_claim"] = None
        assert fault(markdown(given), told) == (
            "budget_claim at 100 tok/s/user is None, curve and formula give the method is log-c"
        )

    def test_a_budget_below_the_commitment_where_none_is_claimed(self, worked):
        told = record(worked)
        told["rows"][3]["budget_claim"] = "the curve is predicted, not measured"
        assert fault(markdown(worked), told) == ("replicas_budget at 215 tok/s/user is 329, curve and formula give 332")

    @pytest.mark.parametrize("key", ["gpus_high", "usd_per_month_high", "load", "max_num_seqs", "total_gpus"])
    def test_a_number_where_the_sla_cannot_be_met(self, worked, key):
        told = record(worked)
        told["rows"][4][key] = 5
        sentence = f"{key} at 300 tok/s/user is 5, curve and formula give None"
        assert fault(markdown(worked), told) == sentence

    @pytest.mark.parametrize(
        "key",
        ["tpm", "tok_per_s_target", "gpus_per_pod", "util", "gpu_hourly_usd", "spare_replicas", "hours_per_month"],
    )
    def test_each_input(self, worked, key):
        told = record(worked)
        told[key] = other(told[key])
        found = fault(markdown(worked), told)
        assert "curve and formula give" in found or found.startswith("Utilisation planned is 0.7 of")

    def test_method_and_demand(self, worked):
        for change in ({"method": "tpot"}, {"demand": record(worked)["demand"] | {"value": 3.1e6}}):
            assert "curve and formula give" in fault(markdown(worked), record(worked) | change)

    @pytest.mark.parametrize("key", ["concurrency", "toks_per_user", "output_tok_s"])
    def test_each_anchor(self, report, key):
        given = report([(8, 100, 780), (16, 80, 1250)], [80, 90])
        told = record(given)
        told["anchors"][0][key] *= 1.001
        assert fault(markdown(given), told)

    @pytest.mark.parametrize(
        "key",
        [
            *("baseline_gpus", "with_gpus", "delta_gpus", "baseline_gpus_high", "with_gpus_high", "delta_gpus_high"),
            "delta_usd_per_month",
        ],
    )
    def test_each_figure_of_a_lever(self, illustrative, key):
        told = record(illustrative)
        told["levers"][1][key] = other(told["levers"][1][key])
        sentence = fault(markdown(illustrative), told)
        assert sentence.startswith(f"{key} of the lever NVFP4 KV cache (illustrative) at 30 tok/s/user is ")

    def test_both_sides_of_a_lever_that_agree_with_each_other_alone(self, illustrative):
        told = record(illustrative)
        for key in ("baseline_gpus", "with_gpus"):
            told["levers"][1][key] += 4
        assert fault(markdown(illustrative), told) == (
            "baseline_gpus of the lever NVFP4 KV cache (illustrative) at 30 tok/s/user is 44, curve and formula give 40"
        )

    @pytest.mark.parametrize(
        ("which", "key", "wrong"),
        [
            (1, "factor", 1.5),
            (-2, "kind", "rate-factor"),
            (1, "baseline_gpus_per_pod", 8),
            (1, "with_lever_gpus_per_pod", 8),
            (2, "with_lever_gpus_per_pod", 4),
        ],
    )
    def test_what_a_lever_follows_from(self, illustrative, which, key, wrong):
        told = record(illustrative)
        told["levers"][which][key] = wrong
        assert "curve and formula give" in fault(markdown(illustrative), told)

    @pytest.mark.parametrize("key", ["baseline_anchors", "with_lever_anchors"])
    def test_the_anchors_of_a_lever(self, illustrative, key):
        told = record(illustrative)
        for anchor in told["levers"][0][key]:
            anchor["output_tok_s"] *= 0.8
        assert "of the lever Full CUDA graphs (illustrative) at " in fault(markdown(illustrative), told)

    @pytest.mark.parametrize("key", ["toks_per_user", "toks_per_user_measured"])
    def test_pooled_rates_follow_from_measured_ones(self, report, key):
        given = report([(1, 200), (4, 100), (8, 102)], [150], pool_rises=0.02)
        told = record(given)
        told["anchors"][1][key] += 0.5
        assert fault(markdown(given), told).startswith("toks_per_user at c=4 is ")

    @pytest.mark.parametrize(
        "change", [{"rows": [5]}, {"anchors": []}, {"util": 7}, {"demand": {}}, {"rows": None}], ids=str
    )
    def test_what_cannot_be_read_back(self, worked, change):
        assert fault(markdown(worked), record(worked) | change).startswith("it cannot be read back (")

    def test_no_json(self, worked):
        with pytest.raises(ReviewError, match="it cannot be read back"):
            review({MARKDOWN: InMemory(markdown(worked)), JSON: InMemory("{")})


class TestLaws:
    def test_falling_pods(self, worked):
        told = record(worked)
        told["rows"][3]["replicas"] = 1
        assert fault(markdown(worked), told) == (
            "pods fall as the SLA tightens: replicas 31 to 1 from 100 to 215 tok/s/user"
        )

    def test_falling_pods_to_commit(self, worked):
        told = record(worked)
        told["rows"][3]["pods_high"] = 58  # 59 at 100 tok/s/user
        assert fault(markdown(worked), told) == (
            "pods fall as the SLA tightens: pods_high 59 to 58 from 100 to 215 tok/s/user"
        )

    @pytest.mark.parametrize("demand", [Demand.tpm(3e6), Demand.users(1792)], ids=lambda demand: demand.unit)
    def test_an_unflat_plateau(self, report, demand):
        given = report(SPARSE, [20, 30], demand, gpus_per_pod=4, util=0.7)
        told = record(given)
        pods = told["rows"][1]["replicas"]
        told["rows"][1]["replicas"] = pods + 1
        assert fault(markdown(given), told) == f"the plateau is not flat: {pods} and {pods + 1} pods for one demand"

    def test_rows_out_of_order(self, worked):
        told = record(worked)
        told["rows"][2], told["rows"][3] = told["rows"][3], told["rows"][2]
        assert fault(markdown(worked), told) == "rows are not by rising SLA: 215 to 100 tok/s/user"


class TestMarkdown:
    @pytest.mark.parametrize("title", [ANSWER, OPERATION])
    def test_each_cell_of_a_row(self, worked, title):
        text = markdown(worked)
        header = text.partition(f"## {title}\n\n")[2].split("\n")[0]
        names = [name.strip(" *").replace("\\", "") for name in header.strip("| ").split("|")]
        assert len(names) > 8
        for name in names:
            sentence = fault(with_cell(text, title, 3, name, "7"), record(worked))
            assert sentence.startswith(f"{name} at ")
            assert f" is 7 in {MARKDOWN}, " in sentence

    @pytest.mark.parametrize("column", ["concurrency", "tok/s/user", "output tok/s measured", "TTFT s"])
    def test_each_cell_of_the_curve(self, column):
        curve = Curve([8, 16], [100, 80], output_tok_s=[780, 1250], ttft_s=[0.1, 0.25])
        given = Report(size(curve, [80], Demand.tpm(3e6), gpus_per_pod=4))
        sentence = fault(with_cell(markdown(given), CURVE, 1, column, "7"), record(given))
        assert sentence.startswith(f"{column} at ")

    @pytest.mark.parametrize(
        "column",
        [
            *("rank", "lever", "rigor", "delta GPUs to commit", "delta GPUs estimate", "delta $/month estimate"),
            *("effort days", "baseline GPUs estimate", "with lever GPUs estimate", "tier", "campaign"),
        ],
    )
    def test_each_cell_of_a_lever(self, illustrative, column):
        text = with_cell(markdown(illustrative), LEVERS, 1, column, "7")
        assert fault(text, record(illustrative)).startswith(f"{column} at 30 tok/s/user is 7 in {MARKDOWN}")

    def test_the_last_digit_counts(self, worked):
        # 332 pods x 4 + 4 = 1,332 GPUs x 6,278 = 8,362,296; 131,400 M tokens: 63.64.
        text = with_cell(markdown(worked), ANSWER, 3, "$/1M tok to commit", "63.65")
        assert fault(text, record(worked)) == (
            f"$/1M tok to commit at 215 tok/s/user is 63.65 in {MARKDOWN}, 63.64 in the JSON"
        )

    @pytest.mark.parametrize(
        ("title", "which"),
        [
            (ANSWER, "GPUs to budget, 95 % + spares"),
            (ANSWER, "lowest GPUs + spares"),
            (ANSWER, "$/1M tok estimate"),
            (OPERATION, "estimate: c* per pod"),
            (OPERATION, "estimate: load at max-num-seqs"),
            (OPERATION, "commit: load"),
            (QUOTE, "= GPUs"),
        ],
    )
    def test_a_number_where_the_sla_cannot_be_met(self, worked, title, which):
        text = markdown(worked)
        assert fault(with_cell(text, title, 4, which, "5"), record(worked)) == (
            f"{MARKDOWN} shows more than that 300 tok/s/user cannot be met"
        )

    @pytest.mark.parametrize(
        ("title", "line"), [(ANSWER, "| 100 | 240"), (QUOTE, "| 100 | budget"), (OPERATION, "| 100 | interp")]
    )
    def test_a_missing_row(self, worked, title, line):
        lines = markdown(worked).split("\n")
        text = "\n".join(each for each in lines if not each.startswith(line))
        assert fault(text, record(worked)) == f'"{title}" has 4 rows in {MARKDOWN}, the JSON 5'

    def test_a_row_missing_from_the_json(self, worked):
        told = record(worked)
        del told["rows"][4]
        assert fault(markdown(worked), told) == f'"{ANSWER}" has 5 rows in {MARKDOWN}, the JSON 4'

    @pytest.mark.parametrize("title", [ANSWER, OPERATION, CURVE])
    def test_an_unknown_column(self, worked, title):
        before, _, rest = markdown(worked).partition(f"## {title}\n\n")
        names = rest.partition("\n")[0].split("|")
        names[-2] = " profit "
        text = f"{before}## {title}\n\n{'|'.join(names)}\n{rest.partition(chr(10))[2]}"
        assert fault(text, record(worked)) == (
            f'"{title}" has a column profit in {MARKDOWN} that the review does not know, or has twice'
        )

    def test_an_unknown_table(self, worked):
        text = markdown(worked) + "\n## Profit\n\n| a |\n| --- |\n| 1 |\n"
        assert fault(text, record(worked)) == f'"Profit" is a table in {MARKDOWN} that the JSON has no figures for'

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("Demand: 3,000,000 ", "Demand: 3,000,001 "),
            ("= 50,000 output", "= 50,001 output"),
            ("GPUs per pod: 4", "GPUs per pod: 8"),
            ("Utilisation planned: 0.7 ", "Utilisation planned: 0.8 "),
            ("Spare pods: 1", "Spare pods: 0"),
            ("Price: 8.60 ", "Price: 8.61 "),
            ("(assumed)", "(a quote)"),
            ("- Price", "- Cost"),
        ],
    )
    def test_each_input(self, worked, old, new):
        text = markdown(worked)
        name = "Price" if old in ("(assumed)", "- Price") else "Demand" if old.startswith("=") else old.split(":")[0]
        sentence = fault(text.replace(old, new, 1), record(worked))
        assert sentence.startswith(f"{name} is ")
        assert sentence.endswith(" in the JSON")

    def test_both_rates_of_a_pooled_curve(self, report):
        given = report([(1, 200), (4, 100), (8, 102)], [150], pool_rises=0.02)
        for column in ("tok/s/user measured", "tok/s/user pooled"):
            text = with_cell(markdown(given), f"{CURVE}, rises pooled", 1, column, "7")
            assert fault(text, record(given)).startswith(f"{column} at 4 concurrency is 7 in ")

    def test_a_missing_table(self, worked):
        text = markdown(worked).replace(f"## {CURVE}", "## Another")
        assert fault(text, record(worked)) == f'"{CURVE}" has 0 rows in {MARKDOWN}, the JSON 3'

    def test_an_unmarked_row_of_another_workload(self, illustrative):
        wrong = Workload(8192, 1024, "single-turn")
        marked = Report(illustrative.sizing, workload=wrong, allow_mismatch=True)
        text = with_cell(markdown(marked), ANSWER, 0, "rigor", "DRAFT")
        assert fault(text, record(marked)) == (
            f"rigor at 30 tok/s/user is DRAFT in {MARKDOWN}, DRAFT, WORKLOAD MISMATCH in the JSON"
        )


def listing(folder):
    """What a folder holds, to the byte."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


class TestThroughTheCommandLine:
    """A writer that errs leaves no file behind, and none changed."""

    FLAGS = ("size", "--tpm", "3e6", "--sla", "20,100", "--anchors", "1:215.5,10:122.2,256:41.8", "--gpus-per-pod", "4")

    @pytest.fixture(params=["markdown", "json"])
    def erring(self, request, monkeypatch):
        """A writer that errs, and the sentence about it."""
        if request.param == "markdown":
            wrong = lambda *given: markdown(*given).replace("| 124 |", "| 112 |")  # noqa: E731
            monkeypatch.setattr("xlsizing.reports.markdown", wrong)
            return f"GPUs estimate at 100 tok/s/user is 112 in {MARKDOWN}, 124 in the JSON"
        wrong = lambda report: json_text(report).replace('"gpus": 124', '"gpus": 112')  # noqa: E731
        monkeypatch.setattr("xlsizing.reports.json_text", wrong)
        return "gpus at 100 tok/s/user is 112, curve and formula give 124"

    def expected(self, sentence):
        return f"xlsizing: the report failed its own review and was removed: {sentence}; please report this\n"

    def test_no_folder_is_left(self, capsys, tmp_path, erring):
        done = run(capsys, *self.FLAGS, "--emit", tmp_path / "new")
        assert done == (1, "", self.expected(erring))
        assert list(tmp_path.iterdir()) == []

    def test_older_files_survive(self, capsys, tmp_path, erring):
        for name in (MARKDOWN, JSON, "mine"):
            (tmp_path / name).write_text(f"old {name}")
        before = listing(tmp_path)
        assert run(capsys, *self.FLAGS, "--emit", tmp_path, "--json") == (1, "", self.expected(erring))
        assert listing(tmp_path) == before

    def test_a_right_report_is_written(self, capsys, tmp_path):
        assert run(capsys, *self.FLAGS, "--emit", tmp_path).code == 0
        assert sorted(path.name for path in Path(tmp_path).iterdir()) == [MARKDOWN, JSON]
