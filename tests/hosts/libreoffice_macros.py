"""LibreOffice whose macros call a Python outside of it: requests as in `libreoffice_server`, and besides

    {"do": "formula", "cell": "Sheet!D1", "text": "=SIZING_VERSION()"}
    {"do": "array", "range": "Sheet!F1:P3", "text": "=SIZING_TABLE(A1:B3;A5;A6;A7)"}
    {"do": "run", "macro": "xlwings_udfs.SIZING_VERSION"}

While formulas recalculate it asks in turn, {"call": [module, function, arguments]}, and waits for {"value": ...} or
{"fails": sentence}. A range is {"rows": ...}, an argument left out {"missing": true}.

The workbook's own wrappers run as they are stored. Two modules of xlwings are replaced, because they are made for
Excel alone: what stands for `XLPy` passes each call on, as xlwings' library does on Windows.
"""

import json
import sys

from tests.workbooks.libreoffice_server import Office, answer, main

_ALWAYS = 4  # com.sun.star.document.MacroExecMode.ALWAYS_EXECUTE_NO_WARN
_LIBRARY = "VBAProject"

XLWINGS = """\
Rem Attribute VBA_ModuleType=VBAModule
Option VBASupport 1
Option Explicit
Public Bridge As Object

Function XLPy()
    If Bridge.hasByName("broken") Then Err.Raise 1, , Bridge.getByName("broken")
    Set XLPy = New Dictionary
End Function

Sub Connect(given)
    Set Bridge = given
End Sub
"""

# Dictionary is a class that the workbook has already: here it is the object that XLPy gives.
DICTIONARY = """\
Rem Attribute VBA_ModuleType=VBAClassModule
Option VBASupport 1
Option ClassModule
Option Explicit

Public Function CallUDF(script, fname, args, book, caller)
    Dim given, position, rows, table, i, j
    given = args
    For position = LBound(given) To UBound(given)
        If IsMissing(given(position)) Then
            given(position) = Empty
        ElseIf IsObject(given(position)) Then
            Set given(position) = given(position).CellRange
        End If
    Next
    xlwings.Bridge.callFunction(script & ":" & fname, given)
    If xlwings.Bridge.hasByName("failure") Then Err.Raise 1000, , xlwings.Bridge.getByName("failure")
    rows = xlwings.Bridge.getByName("answer")
    If Not IsArray(rows) Then
        CallUDF = rows
        Exit Function
    End If
    ReDim table(0 To UBound(rows), 0 To UBound(rows(0)))
    For i = 0 To UBound(rows)
        For j = 0 To UBound(rows(0))
            table(i, j) = rows(i)(j)
        Next
    Next
    CallUDF = table
End Function
"""


class MacroOffice(Office):
    """An office whose document's macros run and reach the process at the other end of the pipe."""

    how_to_load = {**Office.how_to_load, "MacroExecutionMode": _ALWAYS}  # noqa: RUF012  # a constant

    def do_load(self, path):
        """Open a workbook with its macros, and connect them."""
        super().do_load(path)
        modules = self.book.BasicLibraries.getByName(_LIBRARY)
        modules.replaceByName("xlwings", XLWINGS)
        modules.replaceByName("Dictionary", DICTIONARY)
        self.bridge = bridge(self)
        self._macro("xlwings.Connect").invoke((self.bridge,), (), ())

    def do_modules(self):
        """Return the names of the modules."""
        return self.book.BasicLibraries.getByName(_LIBRARY).ElementNames

    def do_break(self, reason):
        """Let XLPy fail for a `reason`, or work again without one."""
        self.bridge.found = {"broken": reason} if reason else {}

    def do_formula(self, cell, text):
        """Put a formula into a cell."""
        self._range(cell).setFormula(text)

    def do_array(self, range, text):  # noqa: A002  # a word of the protocol
        """Put one formula into a whole range."""
        self._range(range).setArrayFormula(text)

    def do_run(self, macro):
        """Run a macro and return what it gives."""
        return self._macro(macro).invoke((), (), ())[0]

    def ask(self, script, function, arguments):
        """Return the answer of the process at the other end."""
        answer({"call": [script, function, [self._argument(value) for value in arguments]]})
        return json.loads(sys.stdin.readline())

    def _argument(self, value):
        if value is None:
            return {"missing": True}
        if not hasattr(value, "getDataArray"):
            return value
        rows = value.getDataArray()
        return {"rows": [[self._value(value, i, j, cell) for j, cell in enumerate(row)] for i, row in enumerate(rows)]}

    def _macro(self, name):
        address = f"vnd.sun.star.script:{_LIBRARY}.{name}?language=Basic&location=document"
        return self.book.getScriptProvider().getScript(address)


def bridge(office):
    """Return the object that macros call: a function by its name, its answer by "answer" or "failure"."""
    import unohelper  # noqa: PLC0415  # not every Python has it, and this module must import everywhere
    from com.sun.star.container import XNameAccess  # noqa: PLC0415
    from com.sun.star.sheet import XFunctionAccess  # noqa: PLC0415

    class Bridge(unohelper.Base, XFunctionAccess, XNameAccess):
        found = {}  # noqa: RUF012  # replaced, never changed

        def callFunction(self, name, arguments):  # noqa: N802  # UNO's name
            try:
                script, _, function = name.partition(":")
                given = office.ask(script, function, arguments)
            except Exception as error:  # noqa: BLE001  # whatever it is, the test shall see it
                given = {"fails": f"{type(error).__name__}: {error}"}
            if "fails" in given:
                self.found = {"failure": given["fails"]}
            else:
                value = given["value"]
                self.found = {"answer": tuple(map(tuple, value)) if isinstance(value, list) else value}

        def hasByName(self, name):  # noqa: N802
            return name in self.found

        def getByName(self, name):  # noqa: N802
            return self.found[name]

    return Bridge()


if __name__ == "__main__":
    main(sys.argv[1], MacroOffice)
