"""Hostile texts: a cell shows them as they are, or they are refused; never a formula, never a broken file."""

import re

import pytest

from tests.workbooks import engines
from tests.workbooks.built import HOSTILE, TOO_LONG, UNSHOWABLE, hostile_report, standard_report
from tests.workbooks.test_package import MAIN, formulas, opened, sheet_parts, tree
from xlsizing import InputError
from xlsizing.workbooks.customer.write import customer_workbook

pytestmark = pytest.mark.slow

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@pytest.fixture(scope="module")
def hostile():
    return customer_workbook(hostile_report())


def as_shown(text):
    """Return a stored text as a spreadsheet shows it: _xHHHH_ is one character."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def texts(data):
    """Return the text of each cell that holds one, as it is stored: openpyxl changes an escape in a shared text."""
    shared = [item.find(f"{MAIN}t").text or "" for item in tree(data, "xl/sharedStrings.xml")]
    found = (cell for name in sheet_parts(data) for cell in tree(data, name).iter(f"{MAIN}c"))
    return [shared[int(cell.find(f"{MAIN}v").text)] for cell in found if cell.get("t") == "s"]


def cells(data):
    return [cell for sheet in opened(data) for row in sheet.iter_rows() for cell in row if cell.value is not None]


class TestShown:
    @pytest.mark.parametrize("name", HOSTILE)
    def test_as_a_text(self, hostile, name):
        assert HOSTILE[name] in map(as_shown, texts(hostile))

    def test_formulas_are_the_same_as_without_them(self, hostile, standard):
        assert formulas(hostile)[:50] == formulas(standard)[:50]

        def places(data):  # but for the lines to sign, of which a report has its own number
            return {(sheet, at) for sheet, at, formula in formulas(data) if "not for signature" not in formula}

        assert places(hostile) == places(standard)

    def test_only_texts_are_marked_as_typed_with_a_quotation_mark(self, hostile):
        # Excel turns a formula into a text when somebody edits it in a cell that is marked so.
        marked = [cell for cell in cells(hostile) if cell.quotePrefix]
        assert {as_shown(cell.value) for cell in marked} >= {HOSTILE["formula"], HOSTILE["plus"], HOSTILE["at"]}
        assert {cell.data_type for cell in marked} == {"s"}
        assert [cell.coordinate for cell in marked if cell.value[0] not in "=+-@#'\t"] == []

    def test_in_libreoffice(self, hostile):
        office = engines.libreoffice(hostile)
        try:
            shown = office.texts("Sizing") + office.texts("Context")
        finally:
            office.close()
        assert {text for text in HOSTILE.values() if text not in shown} == set()

    @pytest.mark.parametrize("name", UNSHOWABLE)
    def test_what_cannot_be_shown_is_replaced_in_sight(self, name):
        data = customer_workbook(hostile_report([UNSHOWABLE[name]], with_context=False))
        texts = [cell.value for cell in cells(data) if isinstance(cell.value, str)]
        assert "a\N{REPLACEMENT CHARACTER}b" in texts
        assert UNSHOWABLE[name] not in texts


class TestRefused:
    @pytest.mark.parametrize("name", TOO_LONG)
    @pytest.mark.parametrize("place", ["model", "customer", "sign_off"])
    def test_with_a_sentence(self, name, place):
        text = TOO_LONG[name]
        given = {"model": {"model": text}, "customer": {"about": {"Customer": text}}, "sign_off": {"sign_off": (text,)}}
        with pytest.raises(
            InputError, match=rf"^{place} must have at most 32,767 characters \(got [3-5][0-9],[0-9]{{3}} "
        ):
            customer_workbook(standard_report(**given[place]))

    def test_the_longest_that_fits_is_shown_whole(self):
        text = "x" * 32_767
        data = customer_workbook(standard_report(model=text))
        assert text in [cell.value for cell in cells(data)]
