"""Where the workbook goes: one file, whole or not at all, and an old one only by force."""

import errno
import os
from datetime import UTC, datetime

import pytest

import xlsizing
from tests.command_line import run
from tests.contexts import curve
from tests.spec_files import EXAMPLE, MINIMAL, written
from tests.workbooks.built import SLAS, spec_workbook, standard_report
from tests.workbooks.engines import parts
from tests.workbooks.test_package import opened
from xlsizing import Curve, Demand, InputError, size, write_workbook
from xlsizing.advice.rigor import Workload
from xlsizing.reports.report import Report
from xlsizing.workbooks.customer.write import customer_workbook

pytestmark = pytest.mark.slow


def listing(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


class TestWrites:
    def test_one_file_and_returns_its_path(self, tmp_path, standard):
        file = write_workbook(standard_report(), tmp_path / "a.xlsx")
        assert file == tmp_path / "a.xlsx"
        assert listing(tmp_path) == {"a.xlsx": standard}

    def test_of_a_bare_sizing_and_a_path_in_words(self, tmp_path):
        sizing = standard_report().sizing
        write_workbook(sizing, str(tmp_path / "a.XLSX"))
        assert list(listing(tmp_path)) == ["a.XLSX"]

    def test_over_an_old_one_by_force(self, tmp_path, standard):
        (tmp_path / "a.xlsx").write_bytes(b"old")
        write_workbook(standard_report(), tmp_path / "a.xlsx", force=True)
        assert listing(tmp_path) == {"a.xlsx": standard}

    def test_for_a_single_sla(self, tmp_path):
        scalar = size(Curve([1, 8], [100, 50]), 60, Demand.tpm(3e6), gpus_per_pod=4)
        assert write_workbook(scalar, tmp_path / "a.xlsx").exists()


class TestRefuses:
    def refused(self, path, match, **how):
        with pytest.raises(InputError, match=match) as refused:
            write_workbook(standard_report(), path, **how)
        assert "\n" not in str(refused.value)

    def test_an_existing_file(self, tmp_path):
        file = tmp_path / "a.xlsx"
        file.write_bytes(b"old")
        self.refused(file, r"^output must not exist yet; pass --force to overwrite it \(.*a\.xlsx\)$")
        assert listing(tmp_path) == {"a.xlsx": b"old"}

    @pytest.mark.parametrize("force", [False, True])
    def test_a_directory(self, tmp_path, force):
        folder = tmp_path / "a.xlsx"
        folder.mkdir()
        self.refused(folder, "^output must be a file: it is a directory", force=force)
        assert list(folder.iterdir()) == []

    @pytest.mark.parametrize("path", ["", "  "])
    def test_no_name(self, path):
        self.refused(path, r"^output must name a file \(got a blank\)$")

    @pytest.mark.parametrize("name", ["a.xls", "a.xlsm", "a", "xlsx"])
    def test_another_ending(self, tmp_path, name):
        self.refused(tmp_path / name, r"^output must end in \.xlsx")
        assert listing(tmp_path) == {}

    def test_a_file_as_a_folder(self, tmp_path):
        (tmp_path / "file").write_bytes(b"old")
        self.refused(tmp_path / "file" / "a.xlsx", "^output must be writable: ")
        assert listing(tmp_path) == {"file": b"old"}

    def test_a_folder_in_a_folder_that_is_not_there(self, tmp_path):
        self.refused(tmp_path / "no" / "such" / "a.xlsx", "^output must be writable: No such file or directory")
        assert listing(tmp_path) == {}

    @pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root writes anywhere, Windows has other rights")
    def test_a_folder_without_the_right_to_write(self, tmp_path):
        tmp_path.chmod(0o500)
        self.refused(tmp_path / "a.xlsx", "^output must be writable: Permission denied")
        tmp_path.chmod(0o700)

    @pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS])
    def test_a_disk_that_fails(self, tmp_path, monkeypatch, code):
        file = tmp_path / "a.xlsx"
        file.write_bytes(b"old")

        def failing(opened, data):
            raise OSError(code, os.strerror(code))

        monkeypatch.setattr(os, "write", failing)
        self.refused(file, f"^output must be writable: {os.strerror(code)}", force=True)
        monkeypatch.undo()
        assert listing(tmp_path) == {"a.xlsx": b"old"}

    def test_an_interruption_while_it_takes_its_place(self, tmp_path, monkeypatch):
        file = tmp_path / "a.xlsx"
        file.write_bytes(b"old")

        def interrupted(path, target):
            raise KeyboardInterrupt

        monkeypatch.setattr(os, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            write_workbook(standard_report(), file, force=True)
        monkeypatch.undo()
        assert {path.name for path in tmp_path.iterdir()} == {"a.xlsx"}
        assert listing(tmp_path) == {"a.xlsx": b"old"}


class TestNoCustomerWorkbook:
    def test_of_a_curve_measured_at_another_workload(self, tmp_path):
        sizing = size(curve(), [50], Demand.tpm(3e6), gpus_per_pod=4)
        report = Report(sizing, workload=Workload(isl=10_000, osl=1024), allow_mismatch=True)
        with pytest.raises(InputError, match=r"^curve must be measured at the customer's workload: "):
            write_workbook(report, tmp_path / "a.xlsx")
        assert listing(tmp_path) == {}

    def test_of_more_anchors_than_it_has_room_for(self, tmp_path):
        many = Curve(range(1, 34), range(100, 67, -1))
        with pytest.raises(InputError, match=r"^curve must have at most 32 anchors"):
            write_workbook(size(many, [80], Demand.tpm(3e6), gpus_per_pod=4), tmp_path / "a.xlsx")

    def test_of_several_demands(self, tmp_path):
        with pytest.raises(InputError, match=r"^demand must be a single one"):
            write_workbook(
                size(Curve([1], [100]), [50, 60], Demand.tpm([1e6, 2e6]), gpus_per_pod=4), tmp_path / "a.xlsx"
            )


class TestReproducible:
    def test_the_same_bytes_for_the_same_input(self, standard, monkeypatch):
        monkeypatch.setenv("TZ", "Pacific/Chatham")
        assert customer_workbook(standard_report()) == standard

    def test_from_a_sizing_file_too(self):
        assert spec_workbook(EXAMPLE) == spec_workbook(EXAMPLE)

    def test_it_carries_the_date_of_the_sizing(self, standard):
        stamps = opened(standard).properties
        assert {stamps.created, stamps.modified} == {datetime(2026, 11, 23, tzinfo=UTC).replace(tzinfo=None)}

    def test_a_sizing_without_a_date_or_with_words_for_one_reproduces_too(self):
        for about in ({}, {"Date": "next week"}):
            assert customer_workbook(standard_report(about=about)) == customer_workbook(standard_report(about=about))

    def test_another_price_gives_another_file_in_two_sheets_alone(self, standard):
        sizing = standard_report().sizing
        dearer = size(sizing.curve, list(SLAS), sizing.demand, gpus_per_pod=4, gpu_hourly_usd=9)
        other = parts(customer_workbook(Report(dearer, about={"Date": "2026-11-23"})))
        changed = {name for name, data in parts(standard).items() if other[name] != data}
        assert "xl/worksheets/sheet1.xml" in changed
        assert "xl/worksheets/sheet2.xml" not in changed  # Curve


class TestCommandLine:
    def test_workbook(self, tmp_path, capsys):
        file = tmp_path / "a.xlsx"
        outcome = run(capsys, "workbook", "--spec", EXAMPLE, "-o", file)
        assert (outcome.code, outcome.err) == (0, "")
        assert str(file) in outcome.out
        assert file.read_bytes() == spec_workbook(EXAMPLE)

    def test_workbook_with_an_sla_that_cannot_be_met(self, tmp_path, capsys):
        spec = written(tmp_path, MINIMAL | {"slas": [50, 300]})
        outcome = run(capsys, "workbook", "--spec", spec, "-o", tmp_path / "a.xlsx")
        assert outcome.code == 3
        assert (tmp_path / "a.xlsx").exists()

    def test_size(self, tmp_path, capsys):
        flags = ("--anchors", "1:215.5,10:122.2,256:41.8", "--tpm", 3e6, "--sla", "20,50", "--gpus-per-pod", 4)
        file = tmp_path / "a.xlsx"
        assert run(capsys, "size", *flags, "--xlsx", file).code == 0
        kept = file.read_bytes()
        again = run(capsys, "size", *flags, "--xlsx", file)
        assert again.code == 2
        assert "must not exist yet" in again.err
        assert file.read_bytes() == kept
        assert run(capsys, "size", *flags, "--xlsx", file, "--force").code == 0

    def test_python_offers_it_at_the_top(self):
        assert xlsizing.write_workbook is write_workbook
        assert "write_workbook" in xlsizing.__all__
