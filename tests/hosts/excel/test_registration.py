"""Registration: xlwings' real Windows code sees each function as specified, and gives the headless answers.

Known answers are the worked rows of the specification; the rest compares xlwings' COM server with the headless mode.
"""

import datetime as dt
import importlib
import re
import sys
from decimal import Decimal

import pytest

from tests import contexts
from tests.hosts.windows_stand_ins import MISSING, ORDINARY_XLWINGS, Range, Workbook
from xlsizing.hosts.excel.excel_errors import EXCEL_ERRORS
from xlsizing.hosts.excel.registry import FUNCTIONS
from xlsizing.hosts.headless import OMITTED, Headless

SIGNATURES = {  # as specified; optional arguments in brackets
    "SIZING_AUDIT": "anchors, pods, tpm, [util], [sla], [method], [ttft_s]",
    "SIZING_BEST_SLA": "anchors, tpm, gpus, gpus_per_pod, [util], [method], [ttft_s]",
    "SIZING_BINDING": "anchors, sla, [method], [ttft_s]",
    "SIZING_CHECK": "anchors, [sla], [tpm], [gpus_per_pod], [util], [ttft_s]",
    "SIZING_COST": "anchors, sla, tpm, gpus_per_pod, [util], [gpu_hourly_usd], [method], [ttft_s]",
    "SIZING_CSTAR": "anchors, sla, [method], [ttft_s]",
    "SIZING_DELTA_GPUS": "baseline, optimised, sla, tpm, gpus_per_pod, [util], [optimised_gpus_per_pod], [method], [ttft_s]",
    "SIZING_GPUS": "anchors, sla, tpm, gpus_per_pod, [util], [method], [ttft_s]",
    "SIZING_GPUS_BUDGET": "anchors, sla, tpm, gpus_per_pod, [util], [confidence], [method], [ttft_s]",
    "SIZING_GPUS_COMMIT": "anchors, sla, tpm, gpus_per_pod, [util], [method], [ttft_s]",
    "SIZING_LABEL": "context",
    "SIZING_MAX_TPM": "anchors, sla, gpus, gpus_per_pod, [util], [method], [ttft_s]",
    "SIZING_NEXT_LEVER": "anchors, sla, tpm, gpus_per_pod, [util], [gpu_hourly_usd], [method], [ttft_s]",
    "SIZING_PODS": "anchors, sla, tpm, [util], [method], [ttft_s]",
    "SIZING_POD_TPS": "anchors, sla, [method], [ttft_s]",
    "SIZING_REGIME": "anchors, sla, [method], [ttft_s]",
    "SIZING_RIGOR": "anchors, sla, [context], [ttft_s]",
    "SIZING_TABLE": "anchors, slas, tpm, gpus_per_pod, [util], [gpu_hourly_usd], [method], [ttfts_s]",
    "SIZING_TP": "total_b, active_b, [dtype], [current_tp], [gpu_mem_gb]",
    "SIZING_TPM": "value, unit, [osl]",
    "SIZING_VERSION": "",
}
RANGES = {"anchors", "slas", "ttfts_s", "context", "baseline", "optimised"}

# The reserved identifiers of VBA (MS-VBAL 3.3.5.2), in lower case; names that its editor takes for members or
# statements (date, len, scale, width); and `caller`, which xlwings fills in itself.
RESERVED_IN_VBA = set(
    re.findall(
        r"\w+",
        """call case close const declare defbool defbyte defcur defdate defdbl defint deflng deflnglng deflngptr defobj
    defsng defstr defvar dim do else elseif end endif enum erase event exit for friend function get global gosub goto
    if implements input let lock loop lset next on open option print private public put raiseevent redim resume return
    rset seek select set static stop sub type unlock wend while with write rem any as byref byval each in new shared
    until withevents optional paramarray preserve spc tab then to addressof and eqv imp is like mod not or typeof xor
    abs cbool cbyte ccur cdate cdbl cdec cint clng clnglng clngptr csng cstr cvar cverr date debug doevents fix int
    len lenb me pset scale sgn string array circle inputb lbound ubound boolean byte currency double integer long
    longlong longptr single variant true false nothing empty null attribute linkage width caller""",
    )
)
CELL_REFERENCE = re.compile(r"[a-z]{1,3}\d{1,7}|r\d*(c\d*)?|c\d*", re.IGNORECASE)

CURVE = [[1, 215.5], [10, 122.2], [256, 41.8]]
MEASURED = [[1, 215.5, 210, 0.1], [10, 122.2, 1100, 0.2], [256, 41.8, 9000, 1.5]]
FASTER = [[1, 230], [10, 150], [256, 60]]
SWEEP = [[c, r, 0.98 * c * r] for c, r in zip(contexts.CONCURRENCY, contexts.RATES, strict=True)]
CUSTOMER = [["Customer ISL", 1024], ["Customer OSL", Decimal("1000.0000")], ["Customer turns", "single-turn"]]
MEASURED_ON = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)  # pywin32 gives dates a time zone
CONTEXT = [[name, value] for name, value in contexts.COMPLETE.items() if name != "measured_on"]
CONTEXT += [["Measured on", MEASURED_ON], [None, None], ["Workload", ""], *CUSTOMER, [None, None]]


@pytest.fixture(scope="module")
def registered(excel):
    """What xlwings' real decorators keep on each function."""
    found = {name: getattr(excel.udfs, name, None) for name in dir(excel.udfs)}
    return {name: python.__xlfunc__ for name, python in found.items() if hasattr(python, "__xlfunc__")}


@pytest.fixture(scope="module")
def workbook(excel):
    """A workbook after *Import Functions*."""
    workbook = Workbook()
    excel.import_functions(workbook)
    return workbook


class TestDecorators:
    def test_every_specified_function_is_registered_and_no_other(self, registered):
        assert set(registered) == set(SIGNATURES) == set(FUNCTIONS)

    @pytest.mark.parametrize("name", SIGNATURES)
    def test_signature_is_as_specified(self, registered, name):
        arguments = registered[name]["args"]
        shown = [f"[{argument['name']}]" if "optional" in argument else argument["name"] for argument in arguments]
        assert ", ".join(shown) == SIGNATURES[name]

    @pytest.mark.parametrize("name", SIGNATURES)
    def test_function_is_plain_never_volatile_and_shown_under_its_category(self, registered, name):
        facts = ("name", "category", "volatile", "sub", "call_in_wizard", "async_mode")
        assert [registered[name][fact] for fact in facts] == [name, "GPU sizing", False, False, True, None]
        assert "expand" not in registered[name]["ret"]["options"]

    @pytest.mark.parametrize("name", SIGNATURES)
    def test_help_is_one_line_that_excel_does_not_cut(self, registered, name):
        docs = [registered[name]["ret"]["doc"], *(argument["doc"] for argument in registered[name]["args"])]
        assert all(re.fullmatch(r"\S.{10,253}\S", doc) for doc in docs)

    @pytest.mark.parametrize("name", SIGNATURES)
    def test_help_is_the_headless_modes(self, registered, name):
        docs = [(argument["name"], argument["doc"]) for argument in registered[name]["args"]]
        assert registered[name]["ret"]["doc"] == FUNCTIONS[name].doc
        assert docs == [(argument.name, argument.doc) for argument in FUNCTIONS[name].arguments]

    @pytest.mark.parametrize("name", SIGNATURES)
    def test_errors_arrive_as_text_and_ranges_as_rows(self, registered, name):
        for argument in registered[name]["args"]:
            assert argument["options"]["err_to_str"] is True
            assert argument["options"].get("ndim") == (2 if argument["name"] in RANGES else None)

    def test_an_argument_means_the_same_in_every_function(self, registered):
        docs = {(argument["name"], argument["doc"]) for facts in registered.values() for argument in facts["args"]}
        assert len(docs) == len({name for name, _ in docs})


class TestNames:
    @pytest.mark.parametrize("name", SIGNATURES)
    def test_function_is_no_cell_reference_and_has_no_dot(self, name):
        assert re.fullmatch(r"SIZING_[A-Z_]+", name)
        assert not CELL_REFERENCE.fullmatch(name)

    @pytest.mark.parametrize("name", ["GPU8", "H100", "FP8", "P99", "ITL2", "SLO95", "RC", "C1", "R", "r1c1"])
    def test_names_that_excel_takes_for_cells_would_be_found(self, name):
        assert CELL_REFERENCE.fullmatch(name)

    @pytest.mark.parametrize("name", SIGNATURES)
    def test_arguments_are_legal_in_vba(self, registered, name):
        names = [argument["name"].lower() for argument in registered[name]["args"]]
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", argument) for argument in names)
        assert not RESERVED_IN_VBA & set(names)
        assert len(set(names)) == len(names)


class TestVba:
    @pytest.mark.parametrize("name", SIGNATURES)
    def test_wrapper_passes_every_argument_on(self, workbook, name):
        arguments = re.sub(r"\[(\w+)\]", r"Optional \1", SIGNATURES[name])
        passed = SIGNATURES[name].replace("[", "").replace("]", "")
        (source,) = workbook.imported
        assert f"Function {name}({arguments})\n" in source
        call = f'{name} = XLPy.CallUDF("xlsizing.hosts.udfs", "{name}", Array({passed}), ThisWorkbook'
        assert source.count(call) == 1

    def test_wrappers_are_those_of_the_functions_and_never_volatile(self, workbook):
        (source,) = workbook.imported
        assert re.findall(r"^Function (\w+)\(", source, re.MULTILINE) == sorted(SIGNATURES)
        assert "Volatile" not in source
        assert "CommandBars" not in source

    @pytest.mark.parametrize("name", SIGNATURES)
    def test_function_wizard_gets_category_and_help(self, workbook, name):
        options = dict(workbook.macro_options)[f"'Sales.xlsm'!{name}"]
        docs = [argument.doc for argument in FUNCTIONS[name].arguments]
        assert options["Category"] == "GPU sizing"
        assert options["Description"] == FUNCTIONS[name].doc
        assert options["ArgumentDescriptions"] == (docs or None)

    def test_help_is_registered_once_for_each_function(self, workbook):
        assert len(workbook.macro_options) == len(SIGNATURES)


CALLS = {
    "c*": ("SIZING_CSTAR", CURVE, 100),
    "c* by tpot": ("SIZING_CSTAR", CURVE, 100, "tpot"),
    "pod tok/s": ("SIZING_POD_TPS", MEASURED, 100),
    "regime": ("SIZING_REGIME", CURVE, 20),
    "regime infeasible": ("SIZING_REGIME", CURVE, 300),
    "pods": ("SIZING_PODS", CURVE, 150, 3e6),
    "gpus": ("SIZING_GPUS", CURVE, 100, 3_000_000, 4),
    "gpus, currency cells": ("SIZING_GPUS", CURVE, Decimal("100.0000"), Decimal(3_000_000), Decimal(4)),
    "gpus, all given": ("SIZING_GPUS", CURVE, 100, 3e6, 4, 0.8, "tpot"),
    "gpus, util between commas": ("SIZING_GPUS", CURVE, 100, 3e6, 4, OMITTED, "tpot"),
    "gpus to budget": ("SIZING_GPUS_BUDGET", CURVE, 50, 3e6, 4),
    "gpus to budget, all given": ("SIZING_GPUS_BUDGET", CURVE, 50, 3e6, Decimal(4), 0.8, Decimal("0.9000"), "tpot"),
    "gpus to budget, confidence between commas": ("SIZING_GPUS_BUDGET", CURVE, 50, 3e6, 4, OMITTED, OMITTED, "log-c"),
    "gpus to budget, confidence refused": ("SIZING_GPUS_BUDGET", CURVE, 50, 3e6, 4, 0.7, 0.8),
    "gpus to commit": ("SIZING_GPUS_COMMIT", CURVE, 50, 3e6, 4),
    "cost": ("SIZING_COST", CURVE, 20, 3e6, 4),
    "cost, own price": ("SIZING_COST", CURVE, 20, 3e6, 4, 0.7, Decimal("3.5000")),
    "table": ("SIZING_TABLE", CURVE, [[20], [None], [300], [100]], 3e6, 4),
    "table, a row of SLAs": ("SIZING_TABLE", CURVE, [[20, 50]], 3e6, 4),
    "table, one SLA": ("SIZING_TABLE", CURVE, 20, 3e6, 4),
    "table refused": ("SIZING_TABLE", CURVE, [[20, 0]], 3e6, 4),
    "c* within TTFT": ("SIZING_CSTAR", MEASURED, 50, OMITTED, 0.5),
    "pod tok/s within TTFT": ("SIZING_POD_TPS", MEASURED, 50, "log-c", Decimal("0.5000")),
    "regime within TTFT": ("SIZING_REGIME", MEASURED, 50, OMITTED, 0.2),
    "binding": ("SIZING_BINDING", MEASURED, 50),
    "binding within TTFT": ("SIZING_BINDING", MEASURED, 50, "tpot", 0.5),
    "binding, infeasible": ("SIZING_BINDING", MEASURED, 50, OMITTED, 0.05),
    "pods within TTFT": ("SIZING_PODS", MEASURED, 50, 3e6, OMITTED, OMITTED, 0.5),
    "gpus within TTFT": ("SIZING_GPUS", MEASURED, 50, 3e6, 4, 0.7, "log-c", 0.5),
    "gpus within TTFT, no TTFT in the curve": ("SIZING_GPUS", CURVE, 50, 3e6, 4, 0.7, "log-c", 0.5),
    "gpus to budget within TTFT": ("SIZING_GPUS_BUDGET", MEASURED, 50, 3e6, 4, OMITTED, OMITTED, OMITTED, 0.5),
    "gpus to commit within TTFT": ("SIZING_GPUS_COMMIT", MEASURED, 50, 3e6, 4, OMITTED, OMITTED, 0.5),
    "cost within TTFT": ("SIZING_COST", MEASURED, 50, 3e6, 4, OMITTED, OMITTED, OMITTED, 0.5),
    "table within TTFT": ("SIZING_TABLE", MEASURED, [[20], [None], [50]], 3e6, 4, *[OMITTED] * 3, [[None], [1], [0.5]]),
    "table within one TTFT": ("SIZING_TABLE", MEASURED, [[20, 50]], 3e6, 4, *[OMITTED] * 3, 0.5),
    "table beside too few": ("SIZING_TABLE", MEASURED, [[20], [50], [90]], 3e6, 4, *[OMITTED] * 3, [[1], [2]]),
    "rigor within TTFT": ("SIZING_RIGOR", MEASURED, 50, OMITTED, 0.5),
    "next lever within TTFT": ("SIZING_NEXT_LEVER", MEASURED, 50, 3e6, 4, OMITTED, OMITTED, OMITTED, 0.5),
    "delta within TTFT": ("SIZING_DELTA_GPUS", MEASURED, MEASURED, 50, 3e6, 4, *[OMITTED] * 3, 0.5),
    "delta within TTFT, not told": ("SIZING_DELTA_GPUS", MEASURED, FASTER, 50, 3e6, 4, *[OMITTED] * 3, 0.5),
    "audit within TTFT": ("SIZING_AUDIT", MEASURED, 70, 3e6, 0.7, 50, OMITTED, 0.5),
    "most tpm": ("SIZING_MAX_TPM", CURVE, 100, 236, 4),
    "most tpm within TTFT": ("SIZING_MAX_TPM", MEASURED, 50, 236, 4, OMITTED, OMITTED, 0.5),
    "most tpm, no pod": ("SIZING_MAX_TPM", CURVE, 100, 3, 4),
    "best sla": ("SIZING_BEST_SLA", CURVE, 3e6, 236, 4, 0.7, "log-c"),
    "best sla, carried at none": ("SIZING_BEST_SLA", CURVE, 3e6, 24, 4),
    "check": ("SIZING_CHECK", CURVE),
    "check within TTFT": ("SIZING_CHECK", MEASURED, 50, 3e6, 4, 0.7, 0.05),
    "check refused": ("SIZING_CHECK", CURVE, OMITTED, OMITTED, OMITTED, 70),
    "tpm of tok/s": ("SIZING_TPM", 50_000, "tok/s"),
    "tpm of rps": ("SIZING_TPM", 2, "rps", 500),
    "tpm of rps, osl left out": ("SIZING_TPM", 2, "rps"),
    "version": ("SIZING_VERSION",),
    "infeasible": ("SIZING_GPUS", CURVE, 300, 3e6, 4),
    "blank rows": ("SIZING_GPUS", [[None, ""], *CURVE, [None, None]], 100, 3e6, 4),
    "one anchor": ("SIZING_PODS", [[128, 22.78125]], 22.78125, 3e6, 1),
    "anchors are one cell": ("SIZING_PODS", 1, 100, 3e6),
    "anchors are blank": ("SIZING_PODS", [[None, None]] * 3, 100, 3e6),
    "anchors left out": ("SIZING_PODS", OMITTED, 100, 3e6),
    "SLAs left out": ("SIZING_TABLE", CURVE, OMITTED, 3e6, 4),
    "sla is a range": ("SIZING_PODS", CURVE, [[100], [150]], 3e6),
    "sla left out": ("SIZING_PODS", CURVE, OMITTED, 3e6),
    "half-blank anchor": ("SIZING_PODS", [*CURVE, [512, None]], 20, 3e6),
    "rigor": ("SIZING_RIGOR", SWEEP, 60),
    "rigor, complete context": ("SIZING_RIGOR", SWEEP, 60, CONTEXT),
    "rigor, workload mismatch": ("SIZING_RIGOR", SWEEP, 60, [["ISL", 1024], ["Customer ISL", 8192]]),
    "rigor, infeasible": ("SIZING_RIGOR", SWEEP, 300, CONTEXT),
    "rigor, context is a blank cell": ("SIZING_RIGOR", SWEEP, 60, None),
    "rigor, context is blank": ("SIZING_RIGOR", SWEEP, 60, [[None, ""]] * 3),
    "label": ("SIZING_LABEL", CONTEXT),
    "label of one row": ("SIZING_LABEL", [["TP", 4]]),
    "label of one column": ("SIZING_LABEL", [["TP"], [4]]),
    "label of one cell": ("SIZING_LABEL", "TP"),
    "label of three columns": ("SIZING_LABEL", [["TP", 4, None]] * 2),
    "label, context left out": ("SIZING_LABEL", OMITTED),
    "label, unknown and wrong rows": ("SIZING_LABEL", [["Hardwear", "GB300"], ["Model", MEASURED_ON], ["TP", 0]]),
    "next lever": ("SIZING_NEXT_LEVER", CURVE, 100, 3e6, 4),
    "next lever, util": ("SIZING_NEXT_LEVER", CURVE, 20, Decimal(3_000_000), 4, 0.8),
    "next lever, all given": ("SIZING_NEXT_LEVER", CURVE, 100, 3e6, 4, 0.7, Decimal("3.5000"), "log-c"),
    "next lever, infeasible": ("SIZING_NEXT_LEVER", CURVE, 300, 3e6, 4),
    "delta": ("SIZING_DELTA_GPUS", CURVE, FASTER, 100, 3e6, 4),
    "delta, util between commas": ("SIZING_DELTA_GPUS", CURVE, FASTER, 100, 3e6, 4, OMITTED, Decimal(2)),
    "delta, all given": ("SIZING_DELTA_GPUS", CURVE, FASTER, 100, 3e6, 4, 0.7, 4, "log-c"),
    "delta, infeasible": ("SIZING_DELTA_GPUS", CURVE, FASTER, 220, 3e6, 4),
    "delta, optimised left out": ("SIZING_DELTA_GPUS", CURVE, OMITTED, 100, 3e6, 4),
    "audit": ("SIZING_AUDIT", [[128, 22.78125]], 18, 3e6, 1),
    "audit, util left out": ("SIZING_AUDIT", [[128, 22.78125]], Decimal(18), 3e6),
    "audit, all given": ("SIZING_AUDIT", CURVE, 59, 3e6, 0.7, 50),
    "audit refused": ("SIZING_AUDIT", CURVE, 18.5, 3e6),
    "tp": ("SIZING_TP", 30, 3.6),
    "tp, all given": ("SIZING_TP", Decimal("236.0000"), 23, "fp8", 4, 192),
    "tp, dtype between commas": ("SIZING_TP", 30, 3, OMITTED, 1),
    "tp that does not fit": ("SIZING_TP", 3000, 37),
}
ODD_CELLS = {
    "blank": None,
    "empty text": "",
    "text 12": "12",
    "TRUE": True,
    "FALSE": False,
    "date": dt.datetime(2026, 1, 2, tzinfo=dt.UTC),
    "minus": -1,
    "unknown error": -2146826200,
} | {name: name for name in EXCEL_ERRORS.values()}
CALLS |= {f"sla: {kind}": ("SIZING_PODS", CURVE, cell, 3e6) for kind, cell in ODD_CELLS.items()}
CALLS |= {f"util: {kind}": ("SIZING_PODS", CURVE, 100, 3e6, cell) for kind, cell in ODD_CELLS.items()}
CALLS |= {f"method: {kind}": ("SIZING_CSTAR", CURVE, 100, cell) for kind, cell in ODD_CELLS.items()}
CALLS |= {f"anchors: {kind}": ("SIZING_CSTAR", [*CURVE, [512, cell]], 100) for kind, cell in ODD_CELLS.items()}
CALLS |= {f"slas: {kind}": ("SIZING_TABLE", CURVE, [[20, cell]], 3e6, 4) for kind, cell in ODD_CELLS.items()}
CALLS |= {f"TTFT: {kind}": ("SIZING_CSTAR", MEASURED, 50, OMITTED, cell) for kind, cell in ODD_CELLS.items()}
CALLS |= {
    f"TTFTs: {kind}": ("SIZING_TABLE", MEASURED, [[20, 50]], 3e6, 4, *[OMITTED] * 3, [[0.5, cell]])
    for kind, cell in ODD_CELLS.items()
}
CALLS |= {f"context: {kind}": ("SIZING_LABEL", [["TP", 4], ["Trials", cell]]) for kind, cell in ODD_CELLS.items()}
CALLS |= {f"label: {kind}": ("SIZING_LABEL", [["TP", 4], [cell, 3]]) for kind, cell in ODD_CELLS.items()}
CALLS |= {
    f"optimised: {kind}": ("SIZING_DELTA_GPUS", CURVE, [[1, cell]], 20, 3e6, 4) for kind, cell in ODD_CELLS.items()
}
CALLS |= {
    f"{name}: {kind}": call
    for kind, cell in ODD_CELLS.items()
    for name, call in {
        "optimised pod": ("SIZING_DELTA_GPUS", CURVE, FASTER, 100, 3e6, 4, 0.7, cell),
        "pods": ("SIZING_AUDIT", CURVE, cell, 3e6),
        "dtype": ("SIZING_TP", 30, 3, cell),
        "GPU memory": ("SIZING_TP", 30, 3, "fp8", 4, cell),
        "next lever's util": ("SIZING_NEXT_LEVER", CURVE, 100, 3e6, 4, cell),
    }.items()
}

ERROR_CODES = {name: code for code, name in EXCEL_ERRORS.items()}


def by_com(value):
    """One cell as pywin32 delivers it: numbers are floats, errors whole numbers, currency is Decimal."""
    if isinstance(value, str):
        return ERROR_CODES.get(value, value)
    return float(value) if type(value) is int and value > -1e6 else value


def as_range(value):
    if value is OMITTED:
        return MISSING
    rows = value if isinstance(value, list) else [[value]]
    return Range([[by_com(cell) for cell in row] for row in rows])


def as_value(value):
    """An array constant or the result of another formula: tuples; one row is a flat tuple."""
    if not isinstance(value, list):
        return MISSING if value is OMITTED else by_com(value)
    rows = tuple(tuple(by_com(cell) for cell in row) for row in value)
    return rows[0] if len(rows) == 1 else rows


class TestCalls:
    @pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
    @pytest.mark.parametrize("delivered", [as_range, as_value])
    def test_excel_gets_the_headless_answer(self, excel, headless, call, delivered):
        name, *arguments = call
        padded = [*arguments, *[OMITTED] * (len(FUNCTIONS[name].arguments) - len(arguments))]
        got = excel.call(name, *map(delivered, padded))
        assert got == headless.call(name, *arguments)
        assert "internal error" not in str(got)

    @pytest.mark.parametrize(
        ("sla", "pods", "log_c", "budget"),
        [
            (20, 7, 7, 7),
            (50, 9, 8, 25),
            (100, 31, 30, 44),
            (122.2, 59, 59, 59),
            (150, 84, 95, 178),
            (215, 326, 329, 329),
        ],
    )  # worked rows of the specification: pods of 4 GPUs by auto, by log-c, and to budget
    def test_worked_rows(self, excel, sla, pods, log_c, budget):
        given = (as_range(CURVE), as_range(sla), 3e6, 4.0, MISSING)
        assert excel.call("SIZING_GPUS", *given, MISSING) == 4 * pods
        assert excel.call("SIZING_GPUS", *given, "log-c") == 4 * log_c
        assert excel.call("SIZING_GPUS_BUDGET", *given, MISSING, MISSING) == 4 * budget

    def test_a_complete_context_gives_a_verdict_and_its_line(self, excel):
        sweep = as_range(SWEEP)
        assert excel.call("SIZING_RIGOR", sweep, 60.0, as_range(CONTEXT)) == "VERDICT"
        assert excel.call("SIZING_RIGOR", sweep, 60.0, MISSING) == "DRAFT: no measurement context given"
        assert excel.call("SIZING_LABEL", as_range(CONTEXT)).endswith(" | measured 2026-11-01")  # no time zone

    def test_left_out_means_the_default_and_blank_does_not(self, excel):
        arguments = (as_range(CURVE), 100.0, 3e6)
        given = excel.call("SIZING_PODS", *arguments, 0.7, "auto")
        assert excel.call("SIZING_PODS", *arguments, MISSING, MISSING) == given == 31
        assert excel.call("SIZING_PODS", *arguments, MISSING, "log-c") == 30
        blank = excel.call("SIZING_PODS", *arguments, Range([[None]]), MISSING)
        assert blank == "#SIZING:VALUE: util must be a number (got a blank cell)"

    def test_without_the_option_xlwings_would_give_an_error_cell_as_a_blank(self, excel):
        with excel.in_place():
            conversion = sys.modules["xlwings.conversion"]
            assert conversion.read(None, ERROR_CODES["#N/A"], {}) is None
            assert conversion.read(None, ERROR_CODES["#N/A"], {"err_to_str": True}) == "#N/A"

    @pytest.mark.parametrize("rows", [3, 1000])
    def test_a_range_costs_few_reads_across_processes(self, excel, rows):
        anchors = Range([[float(row + 1), 100.0] for row in range(rows)])
        assert excel.call("SIZING_CSTAR", anchors, 10.0, MISSING) == rows
        assert 1 <= anchors.reads <= 11

    def test_ten_thousand_blank_rows_change_nothing(self, excel):
        anchors = Range([[float(c), r] for c, r in CURVE] + [[None, None]] * 10_000)
        assert excel.call("SIZING_GPUS", anchors, 100.0, 3e6, 4.0, MISSING, MISSING) == 124

    def test_results_are_what_com_carries(self, excel):
        table = excel.call("SIZING_TABLE", as_range(CURVE), as_range([[20, None, 300]]), 3e6, 4.0, *[MISSING] * 4)
        assert {type(cell) for row in table for cell in row} == {float, str}
        assert {len(row) for row in table} == {18}


class TestIsolation:
    """What is loaded on stand-ins leaves no trace."""

    def test_decorators_are_the_real_ones_inside_and_the_ordinary_ones_outside(self, excel):
        with excel.in_place():
            assert importlib.import_module("xlwings") is excel.xlwings
            assert excel.xlwings.func.__module__ == "xlwings.udfs"
        assert importlib.import_module("xlwings") is ORDINARY_XLWINGS
        assert ORDINARY_XLWINGS.func.__module__ == "xlwings"

    def test_ordinary_functions_are_not_touched(self, excel):
        ordinary = importlib.import_module("xlsizing.hosts.udfs")
        assert ordinary is not excel.udfs
        assert not hasattr(ordinary.SIZING_GPUS, "__xlfunc__")
        assert hasattr(excel.udfs.SIZING_GPUS, "__xlfunc__")
        assert sys.modules["xlsizing"].hosts is sys.modules["xlsizing.hosts"]

    def test_headless_mode_works_afterwards_and_another_time(self, excel):
        assert excel.call("SIZING_PODS", as_range(CURVE), 100.0, 3e6, MISSING, MISSING) == 31
        assert Headless().call("SIZING_PODS", CURVE, 100, 3e6) == 31
        assert excel.call("SIZING_PODS", as_range(CURVE), 150.0, 3e6, MISSING, MISSING) == 84

    def test_nothing_else_saw_the_patched_platform(self, excel):
        # xlwings asks Pillow for the clipboard of its platform, where Pillow is installed; nothing of ours does.
        assert excel.loaded_beside <= {"PIL.ImageGrab"}
        assert sys.platform != "win32"
        assert not hasattr(importlib.import_module("ctypes"), "windll")

    def test_no_stand_in_stays_behind(self, excel):
        names = {"pythoncom", "pywintypes", "win32api", "win32com", "win32com.client", "xlwings._xlwindows"}
        assert not names & set(sys.modules)

    def test_modules_come_back_after_an_error(self, excel):
        before = dict(sys.modules)
        with pytest.raises(KeyError), excel.in_place():
            raise KeyError
        assert dict(sys.modules) == before
