"""main.py for xlwings Lite: a decorated function for each of the registry, generated, never typed again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import xlsizing
from xlsizing.hosts.excel.registry import Argument, ExcelFunction
from xlsizing.hosts.lite import door

__all__ = ["main_text"]

_HEAD: Final = f'''\
"""The Excel functions of xlsizing {xlsizing.__version__} in xlwings Lite. Written by xlsizing workbook --lite: change nothing here."""

from xlwings import arg, func

from {door.__name__} import OMITTED, answered
'''

_FUNCTION: Final = '''

@func
{arguments}def {name}({signature}):
    """{doc}"""
    return answered({call})
'''


def main_text(functions: Iterable[ExcelFunction]) -> str:
    """Return main.py with the `functions` of the registry, in their order."""
    return _HEAD + "".join(map(_function, functions))


def _function(function: ExcelFunction) -> str:
    names = [argument.name for argument in function.arguments]
    return _FUNCTION.format(
        name=function.name,
        doc=function.doc.replace("\\", "\\\\").replace('"', r"\""),
        arguments="".join(map(_argument, function.arguments)),
        signature=", ".join(map(_parameter, function.arguments)),
        call=", ".join([f'"{function.name}"', *names]),
    )


def _argument(argument: Argument) -> str:
    options = "".join(f", {name}={value!r}" for name, value in argument.xlwings_options.items())
    return f"@arg({argument.name!r}{options}, doc={argument.doc!r})\n"


def _parameter(argument: Argument) -> str:
    return f"{argument.name}={argument.default!r}" if argument.optional else argument.name
