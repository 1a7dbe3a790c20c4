"""The VBA of a macro workbook, generated from the registry: one function each, errors made true Excel errors.

xlwings' own generated wrapper puts a refusal into the cell as text, which SUM skips and IFERROR
misses. These wrappers make the same call and turn the marked text into an error value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import xlwings

from xlsizing.checks import refuse
from xlsizing.hosts.excel import UDF_MODULE
from xlsizing.hosts.excel.cells import ERROR_OF_KIND, MARK
from xlsizing.hosts.excel.excel_errors import cv_error
from xlsizing.hosts.excel.registry import CATEGORY, ExcelFunction

__all__ = [
    "WORKBOOK_MODULE",
    "WRAPPER_MODULE",
    "declared_functions",
    "macro_modules",
    "this_workbook",
    "wrapper_module",
    "xlwings_modules",
]

WRAPPER_MODULE: Final = "xlwings_udfs"
"""The module of the wrappers: xlwings' own name, so that *Import Functions* replaces it."""

WORKBOOK_MODULE: Final = "ThisWorkbook"
"""The workbook's own module."""

_XLWINGS_MODULES: Final = {"xlwings": "xlwings.bas", "Dictionary": "addin/Dictionary.cls"}
_LONGEST_LINE: Final = 1023  # of VBA's editor
_MOST_LINES: Final = 25  # of one statement: 24 continuations
_FUNCTION: Final = re.compile(r"^(?:Public )?Function (\w+)\(([^)]*)\)", re.MULTILINE | re.IGNORECASE)

_WRAPPERS: Final = f"""\
Option Explicit

' Written by xlsizing from its registry of functions: change it there, not here.
' A text that begins with {MARK} is a refusal. Here it becomes an error value, which SUM passes on and
' IFERROR catches; SIZING_CHECK says the reason in a cell. Where Python itself does not answer, every function is
' #VALUE!, and SIZING_CHECK and SIZING_VERSION say why.

"""

_WORKBOOK: Final = """\
Option Explicit

' Written by xlsizing: shows the help of each function in Excel's function wizard.

Private Sub Workbook_Open()
    Dim untouched As Boolean
    untouched = Me.Saved
{described}
    Me.Saved = untouched
End Sub

Private Sub Describe(ByVal named As String, ByVal words As String, Optional ByVal arguments As Variant)
    On Error Resume Next ' help is a comfort: without it every function still works
    Dim macro As String
    macro = "'" & Replace(Me.Name, "'", "''") & "'!" & named
    If IsMissing(arguments) Then
        Application.MacroOptions Macro:=macro, Description:=words, Category:={category}
    Else
        Application.MacroOptions Macro:=macro, Description:=words, Category:={category}, ArgumentDescriptions:=arguments
    End If
End Sub
"""


_HELPERS: Final = """\
Private Function Answered(ByVal given As Variant) As Variant
    Answered = given
    If VarType(given) <> vbString Then Exit Function
    If Left$(given, {length}) <> {mark} Then Exit Function
    Select Case Mid$(given, {first}, InStr({first}, given & ":", ":") - {first})
{cases}
    End Select
End Function

Private Function Unanswered(ByVal code As Variant, ByVal reason As Variant) As String
    Unanswered = "Python did not answer: error " & code & ", " _
        & Replace(Replace(reason, vbCr, ""), vbLf, " ") & "; run xlsizing doctor on this workbook"
End Function
"""


def wrapper_module(functions: Iterable[ExcelFunction]) -> str:
    """Return the source of the module `WRAPPER_MODULE`, without attributes, lines ending in CR LF.

    Parameters
    ----------
    functions : iterable of ExcelFunction
        The registered functions, in the order of the module

    Returns
    -------
    str
        One public function each, and the private ones that turn marks into errors
    """
    return _module(_WRAPPERS + "".join(map(_wrapper, functions)) + _helpers())


def this_workbook(functions: Iterable[ExcelFunction]) -> str:
    """Return the source of the module `WORKBOOK_MODULE`: on opening, it shows Excel the help of each function.

    Parameters
    ----------
    functions : iterable of ExcelFunction
        The registered functions

    Returns
    -------
    str
        The source without attributes, lines ending in CR LF
    """
    described = "\n".join(map(_description, functions))
    return _module(_WORKBOOK.format(described=described, category=_literal(CATEGORY)))


def xlwings_modules() -> dict[str, str]:
    """Return the source of xlwings' own modules, by name.

    They are those of the installed package, word for word with their licences: they load a library
    of exactly that version.
    """
    folder = Path(xlwings.__file__).parent
    return {name: (folder / file).read_bytes().decode("ascii") for name, file in _XLWINGS_MODULES.items()}


def macro_modules(functions: Iterable[ExcelFunction]) -> dict[str, str]:
    """Return the source of every module that a workbook needs to call `functions`, by name."""
    given = tuple(functions)
    return xlwings_modules() | {WRAPPER_MODULE: wrapper_module(given), WORKBOOK_MODULE: this_workbook(given)}


def declared_functions(source: str) -> dict[str, tuple[str, ...]]:
    """Return the arguments of each public function in `source`, optional ones in brackets, all in lower case.

    VBA's editor changes the case of names at will, so names compare in lower case alone.

    >>> declared_functions("Function SIZING_TPM(value, unit, Optional osl)")
    {'sizing_tpm': ('value', 'unit', '[osl]')}
    """
    return {
        name.lower(): tuple(_declared_name(argument) for argument in arguments.split(",") if argument.strip())
        for name, arguments in _FUNCTION.findall(source)
    }


def _declared_name(argument: str) -> str:
    *words, name = argument.lower().split()
    return f"[{name}]" if "optional" in words else name


def _wrapper(function: ExcelFunction) -> str:
    name, names = function.name, ", ".join(argument.name for argument in function.arguments)
    signature = ", ".join(f"Optional {a.name}" if a.optional else a.name for a in function.arguments)
    call = f'XLPy.CallUDF("{UDF_MODULE}", "{name}", Array({names}), ThisWorkbook, Application.Caller)'
    answered, failed = f"Answered({call})", f"CVErr({cv_error('#VALUE!')})"
    if function.explains:
        answered, failed = call, "Unanswered(Err.Number, Err.Description)"
    return (
        f"Function {name}({signature})\n"
        "    On Error GoTo failed\n"
        f"    {name} = {answered}\n"
        "    Exit Function\n"
        "failed:\n"
        f"    {name} = {failed}\n"
        "End Function\n\n"
    )


def _helpers() -> str:
    errors = [f"CVErr({cv_error(error)}) ' {error}" for error in ERROR_OF_KIND.values()]
    kinds = [*[f'Case "{kind}"' for kind in ERROR_OF_KIND][:-1], "Case Else"]
    cases = "\n".join(f"        {kind}: Answered = {error}" for kind, error in zip(kinds, errors, strict=True))
    return _HELPERS.format(mark=_literal(MARK), length=len(MARK), first=len(MARK) + 1, cases=cases)


def _description(function: ExcelFunction) -> str:
    texts = [_literal(function.name), _literal(function.doc)]
    if not function.arguments:
        return f"    Describe {', '.join(texts)}"
    docs = ", _\n        ".join(_literal(argument.doc) for argument in function.arguments)
    return f"    Describe {', '.join(texts)}, Array( _\n        {docs})"


def _literal(text: str) -> str:
    """Return `text` as a VBA expression in plain ASCII, whatever the code page of the reader's Excel."""
    pieces = [
        f'"{run.replace(chr(34), chr(34) * 2)}"' if run.isascii() and run.isprintable() else _vba_characters(run)
        for run in re.findall(r"[ -~]+|[^ -~]", text)
    ]
    return " & ".join(pieces) or '""'


def _vba_characters(character: str) -> str:
    """Return one character as VBA knows it: by its UTF-16 units."""
    units = memoryview(character.encode("utf-16-le", "surrogatepass")).cast("H")
    return " & ".join(f"ChrW({unit})" for unit in units)


def _module(source: str) -> str:
    """Return `source` with VBA's line ends, or refuse what its editor could not read."""
    lines = source.split("\n")
    for number, line in enumerate(lines, 1):
        if len(line) > _LONGEST_LINE:
            refuse(
                "VBA", f"must have lines of at most {_LONGEST_LINE} characters", got=len(line), where=f"line {number}"
            )
    if any(statement > _MOST_LINES for statement in _statements(lines)):
        refuse("VBA", f"must have statements of at most {_MOST_LINES} lines", got=max(_statements(lines)))
    return "\r\n".join(lines)


def _statements(lines: list[str]) -> Iterator[int]:
    """Give the number of lines of each statement."""
    count = 0
    for line in lines:
        count += 1
        if not line.endswith(" _"):
            yield count
            count = 0
