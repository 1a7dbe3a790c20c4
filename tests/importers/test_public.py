"""The shelf of public curves: every one of them sizes, none without its attribution, none as a VERDICT."""

import re
from importlib import resources

import pytest

import xlsizing
from xlsizing import InputError
from xlsizing.importers import read_curve
from xlsizing.importers.public import names, shelf
from xlsizing.reports.report import Report

NAMES = names()


def test_there_are_24_and_the_notice_names_source_and_licence():
    notice = resources.files("xlsizing").joinpath("importers", "shelf", "NOTICE").read_text()
    assert len(NAMES) == len(shelf().curves) == 24
    assert "SemiAnalysis" in notice
    assert "Apache License, Version 2.0" in notice


@pytest.mark.parametrize("name", NAMES)
def test_each_one(name):
    curve = read_curve(f"public:{name}")
    row = re.fullmatch(r"inferencex-.*-tp(\d+)-ep(\d+)-(\d+)x(\d+)", name)
    context = curve.context
    assert [context.tp, context.ep, context.isl, context.osl] == [int(group) for group in row.groups()]
    assert "Apache-2.0" in context.command
    assert any("Apache-2.0" in note and re.search(r"@[0-9a-f]{7}", note) for note in curve.notes)
    sla = float(curve.tok_s_per_user[1])
    report = Report(xlsizing.size(curve, [sla], xlsizing.Demand.tpm(3e6), gpus_per_pod=curve.measured_gpus))
    assert "public benchmark of others, not this deployment" in [
        reason.why for reason in report.assessment.rows[0].reasons
    ]


def test_a_figure_of_the_data():
    """DeepSeek R1 on B200, c=16 in the file: 73.5745 tok/s/user and 1,129.81 output tok/s."""
    curve = read_curve("public:inferencex-deepseek-r1-0528-b200-sglang-fp8-none-tp8-ep1-1024x1024")
    assert curve.concurrency.tolist()[2] == 16
    assert (curve.tok_s_per_user[2], curve.output_tok_s[2]) == (pytest.approx(73.5745), 1129.81)
    assert curve.measured_gpus == 8


def test_a_name_that_is_none():
    with pytest.raises(InputError, match=r"did you mean public:inferencex-deepseek-r1-0528-b300"):
        read_curve("public:inferencex-deepseek-r1-0528-b300-sglang-fp8-none-tp8")
