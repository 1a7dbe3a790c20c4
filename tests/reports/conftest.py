"""Reports from anchors and SLAs, and comparison with golden files."""

import re
from pathlib import Path

import pytest

from xlsizing import Curve, Demand, size
from xlsizing.importers.curve_csv import curve_in_csv
from xlsizing.reports.report import Report

ID = re.compile(r'(?<=Report id: )[0-9a-f]{16}|(?<="report_id": ")[0-9a-f]{16}')
LONG_NUMBER = re.compile(r"\d+\.\d{9,}")
GOLDEN = Path(__file__).parent / "golden"
SHIPPED = Path(__file__).resolve().parents[2] / "workbook" / "curves" / "minimax-m2-gb300-tp4.csv"


@pytest.fixture
def golden(request):
    """Assert that a text is what the golden file of this name holds; write it with --update-golden.

    Releases of numpy differ in the last bits of logarithms and powers: numbers written to nine decimals or more agree to
    1e-12, and the id, a hash of all of them, is compared in its form alone.
    """

    def compare(name, text):
        file = GOLDEN / name
        if request.config.getoption("--update-golden"):
            file.write_text(text, encoding="utf-8", newline="\n")
        expected = file.read_text(encoding="utf-8")
        text, expected = (ID.sub("id", it) for it in (text, expected))
        assert LONG_NUMBER.sub("#", text) == LONG_NUMBER.sub("#", expected)
        ours, theirs = (list(map(float, LONG_NUMBER.findall(it))) for it in (text, expected))
        assert ours == pytest.approx(theirs, rel=1e-12)

    return compare


@pytest.fixture
def readme_report():
    """The report of the README's first command."""
    sizing = size(curve_in_csv(SHIPPED), [20, 50, 100, 150, 215], Demand.tpm(3e6), gpus_per_pod=4, util=0.70)
    return Report(sizing, "MiniMax-M2-NVFP4, GB300, TP4", SHIPPED.name)


@pytest.fixture
def report():
    """Return the report on anchors, a list of (c, r) or (c, r, T), at SLAs."""

    def report(anchors, slas, demand=None, *, model="", pool_rises=None, **options):
        columns = dict(zip(("concurrency", "tok_s_per_user", "output_tok_s"), zip(*anchors, strict=True), strict=False))
        curve = Curve(**columns, pool_rises=pool_rises)
        given = {"gpus_per_pod": 1, "util": 1.0} | options
        return Report(size(curve, slas, demand or Demand.tok_s(1000), **given), model)

    return report
