"""What the doctor says of a workbook: macros, wrappers and settings, each spoilt in one point."""

from __future__ import annotations

import sys

import pytest
import xlwings

import xlsizing
from tests.hosts.doctor.machines import (
    CALL,
    CONFIG,
    MODULES,
    OWN_CONF,
    PYTHON,
    book,
    elsewhere,
    said,
    sick,
    windows,
    xlsm,
    xlsx,
)
from tests.workbooks import engines
from xlsizing import InputError
from xlsizing.hosts.doctor.examination import examine
from xlsizing.hosts.doctor.workbook_file import workbook_file
from xlsizing.workbooks.writer.archive import zipped
from xlsizing.workbooks.writer.macros import modules_of

XLWINGS = xlwings.__version__
NEW_FILE = "mend: write a new workbook as in workbook/README.md, Updating, step 2, and copy your inputs into it"
ORIGINAL = "mend: open the original .xlsm; when saving, keep the type Excel Macro-Enabled Workbook (.xlsm)"
WRAPPERS = MODULES["xlwings_udfs"]


def changed(old, new, module="xlwings_udfs"):
    """The modules of the workbook with one text changed."""
    assert old in MODULES[module]
    return MODULES | {module: MODULES[module].replace(old, new)}


def without(name):
    """The modules of the workbook but one."""
    return {other: text for other, text in MODULES.items() if other != name}


class TestMacros:
    def test_a_macro_free_copy(self):
        copy = book(r"C:\quote.xlsx", has_macros=False, macro_type=False)
        assert sick(windows(), copy) == [
            f"macros: none, but cells call SIZING_ functions: a macro-free copy; {ORIGINAL}"
        ]

    def test_an_xlsm_saved_without(self):
        assert sick(windows(), book(has_macros=False))[0].startswith("macros: none, but cells call")

    def test_a_customer_workbook_needs_none(self):
        found = examine(windows(without=[PYTHON]), book(has_macros=False, calls_us=False), lambda _: MODULES)
        assert [str(each) for each in found][3:] == ["macros: none, and none needed: no cell calls a SIZING_ function"]
        assert {each.state for each in found} == {"pass", "skip"}

    @pytest.mark.parametrize("path", [r"C:\quote.xlsx", r"C:\quote.zip"])
    def test_macros_under_another_name(self, path):
        assert sick(windows(), book(path)) == [
            f"macros: there, but the file does not pass for an .xlsm: Excel will not open it; {ORIGINAL}"
        ]

    def test_macros_under_another_type(self):
        assert len(sick(windows(), book(macro_type=False))) == 1

    def test_what_cannot_be_read_is_unverified_not_right(self):
        machine = windows(versions={"pyopenvba": None})
        assert sick(machine, book()) == [
            (
                "macros: there, but not read: that takes the package pyopenvba; "
                f'mend: "{PYTHON}" -m pip install "xlsizing[sales]"'
            )
        ]
        assert said("macros", machine, book())[0].startswith("unverified ")

    def test_broken_macros(self):
        def refuse(_):
            raise InputError("macros", "must be readable", detail="truncated")

        found = examine(windows(), book(), refuse)
        assert [str(each) for each in found if each.state == "FAIL"] == [
            f"macros: cannot be read: macros must be readable: truncated; {NEW_FILE}"
        ]

    def test_no_package_is_fetched_by_our_name_where_we_are_not_installed(self):
        machine = windows(versions={"pyopenvba": None, "xlsizing": None})
        assert said("macros", machine, book())[0].endswith("; mend: follow the set-up in workbook/README.md")


class TestEmbeddedXlwings:
    def test_another_version(self):
        modules = changed(f"xlwings64-{XLWINGS}.dll", "xlwings64-0.33.1.dll", "xlwings")
        assert sick(windows(), book(), modules) == [
            f"xlwings in the workbook: 0.33.1, but {XLWINGS} is installed: Excel looks for a DLL of 0.33.1; {NEW_FILE}"
        ]

    def test_changed_by_hand(self):
        assert sick(windows(), book(), changed("INTERPRETER_WIN", "INTERPRETER_OLD", "xlwings")) == [
            f"xlwings in the workbook: {XLWINGS}, but changed by hand; {NEW_FILE}"
        ]

    def test_a_package_that_is_not_whole_is_no_crash(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "xlsizing.hosts.excel.wrappers", None)
        assert said("xlwings in the workbook", windows(), book())[0].startswith(
            "unverified xlwings in the workbook: not compared: ModuleNotFoundError: import of xlsizing.hosts.excel.wrappers"
        )

    def test_none(self):
        assert sick(windows(), book(), without("xlwings")) == [
            f"xlwings in the workbook: no module xlwings; {NEW_FILE}"
        ]


class TestWrappers:
    def test_as_written(self):
        assert said("wrappers", windows(), book()) == [f"pass wrappers: 21, those of xlsizing {xlsizing.__version__}"]

    def test_as_excels_editor_leaves_them(self):
        retyped = WRAPPERS.replace("given", "Given").replace("\r\n    ", "\r\n        ").replace("sla", "SLA")
        assert retyped != WRAPPERS
        assert sick(windows(), book(), MODULES | {"xlwings_udfs": retyped}) == []

    def test_missing_unknown_and_changed_ones_are_named(self):
        text = (
            WRAPPERS.replace("Function SIZING_GPUS(", "Function SIZING_OLD(")
            .replace("SIZING_TPM(value, unit, Optional osl)", "SIZING_TPM(value, unit, osl)")
            .replace("SIZING_LABEL(context)", "SIZING_LABEL(context, sla)")
        )
        assert sick(windows(), book(), MODULES | {"xlwings_udfs": text}) == [
            (
                "wrappers: missing: SIZING_GPUS; unknown: SIZING_OLD; with other arguments: SIZING_LABEL, SIZING_TPM; "
                f"{NEW_FILE}"
            )
        ]

    def test_changed_by_hand(self):
        modules = changed("CVErr(2036)", "0")
        assert sick(windows(), book(), modules) == [
            f"wrappers: changed by hand, or of another version of xlsizing; {NEW_FILE}"
        ]

    def test_the_python_module_renamed(self):
        modules = changed('"xlsizing.hosts.udfs"', '"sizing_udfs"')
        assert sick(windows(), book(), modules) == [
            f"wrappers: they call the Python module sizing_udfs, which must be xlsizing.hosts.udfs; {NEW_FILE}"
        ]

    def test_the_vba_module_renamed(self):
        modules = without("xlwings_udfs") | {"Module1": WRAPPERS}
        assert sick(windows(), book(), modules) == [
            (
                "wrappers: in the module Module1, which must be called xlwings_udfs: an import would double every function; "
                "mend: press Alt+F11, click Module1, press F4 and set (Name) to xlwings_udfs"
            )
        ]

    def test_a_function_that_stands_twice(self):
        extra = "Option Explicit\r\n\r\nFunction Sizing_Gpus(a)\r\nEnd Function\r\n"
        assert sick(windows(), book(), MODULES | {"Module1": extra}) == [
            (
                "wrappers: SIZING_GPUS stands in the module Module1 too: Excel then calls neither; "
                "mend: press Alt+F11 and delete it from Module1"
            )
        ]

    def test_none(self):
        assert sick(windows(), book(), without("xlwings_udfs")) == [
            f"wrappers: no module xlwings_udfs: the workbook has no SIZING_ functions; {NEW_FILE}"
        ]

    def test_an_xlwings_that_does_not_load_is_no_crash(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "xlsizing.hosts.headless", None)
        (line,) = sick(windows(), book())
        assert line.startswith("wrappers: not compared: ModuleNotFoundError: import of xlsizing.hosts.headless halted")
        assert said("wrappers", windows(), book())[0].startswith("unverified ")

    def test_what_import_functions_wrote(self, excel):
        from tests.hosts.windows_stand_ins import Workbook  # noqa: PLC0415  # with the stand-ins alone

        workbook = Workbook()
        excel.import_functions(workbook)
        (imported,) = workbook.imported
        assert sick(windows(), book(), MODULES | {"xlwings_udfs": imported}) == [
            f"wrappers: written by xlwings' Import Functions: a refusal is then a text, which SUM passes over; {NEW_FILE}"
        ]


def with_setting(name, value):
    """The settings of the workbook with one changed."""
    return tuple((other, value if other == name else given) for other, given in CONFIG)


class TestSettings:
    @pytest.mark.parametrize(
        ("config", "sentences"),
        [
            (
                (*CONFIG, ("udf modules", "x")),
                ["xlwings.conf: UDF MODULES stands there twice, which stops xlwings; mend: delete one of the rows"],
            ),
            (
                (*CONFIG[:2], ("", ""), CONFIG[2]),
                ["xlwings.conf: row 3 has no name: xlwings reads no further; mend: delete the row"],
            ),
            (
                with_setting("UDF MODULES", "quote"),
                ["UDF MODULES: is quote; mend: set it to xlsizing.hosts.udfs on the sheet xlwings.conf"],
            ),
            (
                CONFIG[1:],
                ["UDF MODULES: is blank; mend: set it to xlsizing.hosts.udfs on the sheet xlwings.conf"],
            ),
            (
                with_setting("SHOW CONSOLE", "True"),
                [
                    (
                        "SHOW CONSOLE: is not FALSE: a console window opens with the functions; "
                        "mend: set it to FALSE on the sheet xlwings.conf"
                    )
                ],
            ),
            (
                (*CONFIG, ("DEBUG UDFS", "True")),
                [
                    (
                        "DEBUG UDFS: is not FALSE: Excel waits for a server that somebody starts by hand; "
                        "mend: set it to FALSE on the sheet xlwings.conf"
                    )
                ],
            ),
            (
                with_setting("ADD_WORKBOOK_TO_PYTHONPATH", "True"),
                [
                    (
                        "ADD_WORKBOOK_TO_PYTHONPATH: is not FALSE: a web address on OneDrive stops the functions, and a file "
                        "beside the workbook could replace them; mend: set it to FALSE on the sheet xlwings.conf"
                    )
                ],
            ),
        ],
    )
    def test_one_thing_wrong(self, config, sentences):
        found = sick(windows(), book(config=config))
        assert len(found) == len(sentences)
        assert all(line.startswith(sentence) for line, sentence in zip(found, sentences, strict=True))

    def test_a_blank_interpreter_hides_the_users_own(self):
        assert sick(windows(), book(config=(*CONFIG, ("interpreter_win", ""))))[1] == (
            f"xlwings.conf: INTERPRETER_WIN is blank there, which hides {OWN_CONF}; "
            "mend: delete the row, or write the path of pythonw.exe into it"
        )

    def test_several_modules_are_fine_if_ours_is_among_them(self):
        config = with_setting("UDF MODULES", "own_functions;xlsizing.hosts.udfs")
        assert sick(windows(), book(config=config)) == []

    def test_no_sheet(self):
        found = sick(elsewhere("Linux"), book("/x/quote.xlsm", config=None))
        assert found == [f"xlwings.conf: no such sheet; {NEW_FILE}"]

    def test_a_folder_that_the_workbook_puts_before_what_is_installed(self):
        config = (*CONFIG, ("PythonPath", r"D:\evil"))
        assert sick(windows(), book(config=config)) == [
            (
                r"PYTHONPATH: D:\evil, named by the sheet xlwings.conf: a file there could replace the functions; "
                "mend: if you did not set it yourself, delete that row"
            )
        ]

    @pytest.mark.parametrize(
        "files", [{}, {OWN_CONF: f'"INTERPRETER_WIN","{PYTHON}"\n"PYTHONPATH","D:\\own"\n'.encode()}]
    )
    def test_a_blank_one_or_the_users_own_is_fine(self, files):
        config = CONFIG if files else (*CONFIG, ("PYTHONPATH", ""))
        assert sick(windows(files=files), book(config=config)) == []


@pytest.fixture
def read(tmp_path):
    """Write bytes to a file and read it as a workbook."""

    def read(data, name="quote.xlsm"):
        path = tmp_path / name
        path.write_bytes(data)
        return workbook_file(str(path))

    return read


class TestFile:
    def test_what_is_read_of_a_real_one(self, read):
        found = read(xlsm(CALL))
        assert (found.macro_type, found.has_macros, found.calls_us) == (True, True, True)
        assert found.config == CONFIG
        assert sick(windows(), book(data=found.data), modules_of(found.data)) == []

    def test_without_macros(self, read):
        found = read(xlsx("=IFERROR(1+sizing_pods(A1,B1,C1),0)", config=None))
        assert (found.macro_type, found.has_macros, found.calls_us, found.config) == (False, False, True, None)

    def test_a_text_that_names_a_function_is_no_call(self, read):
        assert not read(xlsx("SIZING_GPUS gives GPUs", "=1+1")).calls_us

    def test_values_of_other_types_are_texts(self, read):
        config = [("UDF MODULES", None), ("SHOW CONSOLE", False), ("PORT", 5)]
        assert read(xlsx(config=config)).config == (("UDF MODULES", ""), ("SHOW CONSOLE", "False"), ("PORT", "5"))

    @pytest.mark.parametrize(
        "data",
        [b"", b"a,b\n1,2\n", xlsx()[:-100], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, bytes(50_000_001)],
        ids=["empty", "csv", "cut", "ole", "large"],
    )
    def test_what_is_no_workbook_is_refused(self, read, data):
        with pytest.raises(InputError, match=r"^workbook must be .*quote"):
            read(data)

    def test_a_broken_part_is_refused(self, read):
        parts = engines.parts(xlsx())
        with pytest.raises(InputError, match=r"^workbook must be a whole file; save it as .*quote"):
            read(zipped(parts | {"xl/workbook.xml": b"<workbook"}))
