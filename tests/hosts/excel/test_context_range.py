"""The context as a range: how labels, headings and cells are read, what is refused, and where the sentence points."""

import datetime as dt
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import contexts
from xlsizing.advice.rigor import Workload
from xlsizing.context.context import FACTS, Context
from xlsizing.errors import InputError
from xlsizing.hosts.excel.context_range import measured_at

NOVEMBER = dt.datetime(2026, 11, 1)  # noqa: DTZ001  # Excel knows no time zones
SPILL = -2146826243  # CVErr(2045), an error that xlwings leaves a whole number
IN_A_CELL = "put quotes around it, in a cell an apostrophe before it"


def as_cell(value):
    """A value as Excel delivers it: each number is a float."""
    return float(value) if type(value) is int else value


def refusal(rows):
    """The sentence in which `rows` are refused."""
    with pytest.raises(InputError) as refused:
        measured_at(rows)
    return str(refused.value)


BEYOND_COMPLETE = {
    "source_sha256": "a" * 64, "source_file": "sweep.csv", "interconnect": "NVLink", "launch_flags": "--max-num-seqs 256",
    "dataset_kind": "chat", "prefix_hit_rate": 0.5, "statistic": "p95",
}  # fmt: skip


class TestLabels:
    @pytest.mark.parametrize(
        "label",
        ["TP", "tp", " Tp ", "TP [GPUs]", "tp [ GPUs ]", "T.P.:", "Tp\n"],
    )
    def test_case_unit_and_punctuation_do_not_matter(self, label):
        assert measured_at([[label, 8.0]]).context == Context(tp=8)

    @pytest.mark.parametrize("name", FACTS)
    def test_every_field_by_its_name_its_label_and_its_heading(self, name):
        fact = FACTS[name]
        other = "a" * 64 if fact.kind == "sha256" else "sweep.csv" if fact.kind == "text" else 1000
        given = contexts.COMPLETE.get(name, BEYOND_COMPLETE.get(name, other))
        for label in (name, fact.label.upper(), fact.heading, fact.heading.lower()):
            assert measured_at([[label, as_cell(given)]]).context == Context(**{name: given})

    def test_the_full_table_of_a_context_reads_back_as_that_context(self):
        context = contexts.context()
        rows, section = [], None
        for heading, label, value in context.table():
            rows += [] if heading == section else [[None, None], [heading.upper(), None]]
            rows.append([label, as_cell(value)])
            section = heading
        assert measured_at(rows).context == context

    @pytest.mark.parametrize("rows", [[["Workload", None]], [[None, None]] * 3, [["IDENTITY", None], [" ", "  "]]])
    def test_headings_and_blank_rows_state_nothing(self, rows):
        assert measured_at(rows).context == Context()
        assert measured_at(rows).workload == Workload()

    def test_blank_rows_below_do_not_count(self):
        assert measured_at([["TP", 8.0]] + [[None, None]] * 10_000).context == Context(tp=8)

    @pytest.mark.parametrize("unknown", [None, "unknown", "TBD", "?", "n/a"])
    def test_a_label_with_nothing_known_beside_it(self, unknown):
        assert measured_at([["Hardware", unknown], ["Customer ISL", unknown]]) == measured_at([[None, None]])


class TestCells:
    @pytest.mark.parametrize(
        ("label", "cell", "field", "value"),
        [
            ("TP", 4.0, "tp", 4),
            ("TP", Decimal("4.0000"), "tp", 4),
            ("Same node", True, "same_node", True),
            ("Prefix caching", False, "prefix_caching", False),
            ("Prefix caching", "Off", "prefix_caching", False),
            ("Measured on", NOVEMBER, "measured_on", "2026-11-01"),
            ("Measured on", "2026-11-01", "measured_on", "2026-11-01"),
            ("Measured on", NOVEMBER.replace(hour=9, minute=30), "measured_on", "2026-11-01 09:30:00"),
            ("gpu-memory-utilization", 0.9, "gpu_memory_utilization", 0.9),
            ("%SoL [%]", 62.0, "percent_of_sol", 62.0),
            ("Turns", "Single", "turns", "single-turn"),
            ("Warm or cold", "WARM", "cache_state", "warm"),
        ],
    )
    def test_taken(self, label, cell, field, value):
        got = measured_at([[label, cell]]).context.known()
        assert got == {field: value}
        assert type(got[field]) is type(value)

    @pytest.mark.parametrize(
        ("row", "sentence"),
        [
            (["TP", 0.0], "TP must be a whole number of at least 1 (got 0 in row 2 of context)"),
            (["TP", 4.5], "TP must be a whole number from 1 to 1000000000 (got 4.5 in row 2 of context)"),
            (["TP", "4"], "TP must be a number (got '4' in row 2 of context)"),
            (["TP", True], "TP must be a number (got TRUE in row 2 of context)"),
            (["TP", NOVEMBER], "TP must be a number (got the date 2026-11-01 in row 2 of context)"),
            (["TP", math.nan], "TP must be a finite number (got nan in row 2 of context)"),
            (["Model", NOVEMBER], f"Model must be text (got the date 2026-11-01 in row 2 of context); {IN_A_CELL}"),
            (
                ["engine VERSION", 0.11],
                f"Engine version must be text (got the number 0.11 in row 2 of context); {IN_A_CELL}",
            ),
            (["Dataset", False], f"Dataset must be text (got FALSE in row 2 of context); {IN_A_CELL}"),
            (
                ["Hardware", "GB300 NVL"],
                "Hardware must be one exact token such as GB300 or B200 (got 'GB300 NVL' in row 2 of context)",
            ),
            (
                ["Measured on", 46327.0],  # a date in a cell that is formatted as a number
                "Measured on must be a date such as 2026-03-31 (got the number 46327 in row 2 of context)",
            ),
            (
                ["Same node", 1.0],
                'Same node must be TRUE or FALSE, or "on" or "off" (got the number 1 in row 2 of context)',
            ),
            (
                ["%SoL", 0.62],  # a cell formatted as a percentage
                ("%SoL must be a percentage above 1 and at most 100 (got 0.62 in row 2 of context); write 62 for 62 %"),
            ),
            (["Tier", "fast"], 'Tier must be "latency" or "throughput" (got \'fast\' in row 2 of context)'),
            (["Customer ISL", -1.0], "Customer ISL must be above 0 (got -1 in row 2 of context)"),
            (["Customer OSL", "1k"], "Customer OSL must be a number (got '1k' in row 2 of context)"),
            (
                ["Customer turns", 5.0],
                'Customer turns must be "single-turn" or "multi-turn" (got the number 5 in row 2 of context)',
            ),
        ],
    )
    def test_a_value_of_another_kind_is_refused_with_its_row(self, row, sentence):
        assert refusal([["Trials", 3.0], row]) == sentence


class TestLabelsRefused:
    @pytest.mark.parametrize(
        ("row", "sentence"),
        [
            (["Hardwear", "GB300"], "known fields (got 'Hardwear' in row 2 of context); did you mean hardware?"),
            (
                ["customer ILS", 8.0],
                "known fields (got 'customer ILS' in row 2 of context); did you mean customer_isl?",
            ),
            (["Price of tea", 8.0], "known fields (got 'Price of tea' in row 2 of context)"),
            (["Price of tea", None], "known fields (got 'Price of tea' in row 2 of context)"),
            ([NOVEMBER, 8.0], "known fields (got the date 2026-11-01 in row 2 of context)"),
            ([5.0, 8.0], "known fields (got 5 in row 2 of context)"),
            ([True, None], "known fields (got TRUE in row 2 of context)"),
            ([None, 8.0], "a label beside every value (got a blank in row 2 of context)"),
        ],
    )
    def test_unknown_or_none(self, row, sentence):
        assert refusal([[None, None], row]) == f"context must have {sentence}"

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (["TP", 4.0], ["tp [GPUs]", 4.0]),
            (["Customer ISL", 1024.0], ["customer ISL [tok]", 8192.0]),
            (["Customer turns", None], ["CUSTOMER TURNS", "single-turn"]),
        ],
    )
    def test_a_label_twice(self, first, second):
        shown = f"got '{second[0]}' in row 3 of context"
        assert refusal([first, [None, None], second]) == f"context must hold each field once ({shown})"

    def test_every_wrong_row_is_named_at_once(self):
        rows = [
            ["TP", 0.0],
            ["Model", "M"],
            ["Customer ISL", "x"],
            ["Model", "M"],
            ["Wharm", 1.0],
            ["Trials", NOVEMBER],
        ]
        assert refusal(rows) == (
            "context must have no faults (got 5): TP must be a whole number of at least 1 (got 0 in row 1 of context); "
            "Customer ISL must be a number (got 'x' in row 3 of context); "
            "context must hold each field once (got 'Model' in row 4 of context); "
            "context must have known fields (got 'Wharm' in row 5 of context); "
            "Trials must be a number (got the date 2026-11-01 in row 6 of context)"
        )


class TestShape:
    @pytest.mark.parametrize(
        ("rows", "columns"), [([["TP"]], 1), ([[None]], 1), ([["TP"], [4.0]], 1), ([["TP", 4.0, None]] * 2, 3)]
    )
    def test_any_but_two_columns_is_refused(self, rows, columns):
        assert refusal(rows) == f"context must have two columns, label and value (got {columns})"

    @pytest.mark.parametrize(("error", "shown"), [("#N/A", "#N/A"), ("#REF!", "#REF!"), (SPILL, "#SPILL!")])
    @pytest.mark.parametrize("column", [1, 2])
    def test_an_error_is_named_by_row_and_column(self, error, shown, column):
        row = [error, 4.0] if column == 1 else ["TP", error]
        place = f"row 2, column {column} of context"
        assert refusal([["Model", "M"], row]) == f"context must hold no error (got the error {shown} in {place})"

    def test_sentences_name_the_argument(self):
        with pytest.raises(InputError) as refused:
            measured_at([["TP", 0.0]], "measured")
        assert str(refused.value) == "TP must be a whole number of at least 1 (got 0 in row 1 of measured)"


class TestCustomer:
    def test_rows_of_the_customer_are_no_part_of_the_context(self):
        rows = [
            ["ISL", 1024.0],
            ["Customer ISL", 8192.0],
            ["customer osl [tok]", Decimal(500)],
            ["CUSTOMER TURNS", "multi"],
        ]
        got = measured_at(rows)
        assert got.context == Context(isl=1024)
        assert got.workload == Workload(isl=8192, osl=500, turns="multi-turn")

    @pytest.mark.parametrize(
        ("row", "workload"),
        [
            (["Customer ISL", 800.5], Workload(isl=800.5)),
            (["Customer-OSL:", 800.0], Workload(osl=800)),
            (["customer_turns", "Single-Turn"], Workload(turns="single-turn")),
            (["Customer turns", None], Workload()),
        ],
    )
    def test_each_may_be_stated_alone(self, row, workload):
        assert measured_at([row]).workload == workload


cells = st.one_of(
    st.none(), st.floats(), st.booleans(), st.text(max_size=8), st.datetimes(), st.decimals(), st.just(SPILL),
    st.sampled_from(["unknown", "single-turn", "warm", "#N/A", 10**400]),
)  # fmt: skip
labels = st.sampled_from([*FACTS, *(fact.heading for fact in FACTS.values()), "Customer ISL", "customer turns"])


class TestLaws:
    @given(st.lists(st.tuples(labels | cells, cells), max_size=8))
    def test_any_two_columns_are_read_or_refused_in_printable_words(self, rows):
        try:
            words = measured_at(rows).context.label()
        except InputError as error:
            words = str(error)
        assert words.isprintable()
        assert "datetime." not in words

    @given(st.permutations(list(contexts.COMPLETE.items())), st.integers(0, 30))
    def test_the_order_of_rows_does_not_matter(self, rows, at):
        rows = [[name, as_cell(value)] for name, value in rows]
        rows.insert(at, ["Customer ISL", 1024.0])
        got = measured_at(rows)
        assert got.context == contexts.context()
        assert got.workload == Workload(isl=1024)
