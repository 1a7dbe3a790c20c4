"""The sizing file: customer, demand, SLAs, curve, context, price and levers in one YAML or JSON file.

text      the text to plain values, each with its line; hostile files end here
fields    kinds of field, checked by the core's own rules
sections  the sections of the file, as pydantic models
curves    curves given inline or by a path
faults    what is wrong, as sentences with file, line and field
parts     the core's objects, and what only several sections together can get wrong
file      `read_spec`, `schema` and `example_text`
writing   the text of a new one
"""

from xlsizing.spec.faults import SpecError
from xlsizing.spec.file import ModelSize, SignOff, Spec, example_text, read_spec, schema
from xlsizing.spec.writing import FieldText, sizing_text

__all__ = [
    "FieldText",
    "ModelSize",
    "SignOff",
    "Spec",
    "SpecError",
    "example_text",
    "read_spec",
    "schema",
    "sizing_text",
]
