"""What every section of a sizing file is, and the section of a curve, which the file and its levers share."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from xlsizing.checks import refuse
from xlsizing.core import DEMAND_FORMS, Curve
from xlsizing.errors import BLANK
from xlsizing.rules import MOST_SLAS
from xlsizing.spec.curves import Reading, curve_in_file, inline_curve
from xlsizing.spec.fields import (
    FileName,
    Flag,
    Row,
    Share,
    at_most,
)

__all__ = ["FORMS", "MOST_ENTRIES", "MOST_ROWS", "STAND_IN", "CurveSection", "Section", "one_of"]

FORMS: Final[dict[str, tuple[str, ...]]] = {"demand": tuple(DEMAND_FORMS), "curve": ("anchors", "file")}
"""Sections that hold exactly one of some fields."""

MOST_ROWS: Final = MOST_SLAS
MOST_ENTRIES: Final = 100
"""Longer lists are refused: of SLAs and anchors, and of anything else [-]."""


def one_of(names: tuple[str, ...], **more: Any) -> ConfigDict:
    """Return the schema of a section that holds exactly one of `names`, and `more` rules."""
    return ConfigDict(json_schema_extra={"oneOf": [{"required": [name]} for name in names]} | more)


class Section(BaseModel):
    """A mapping of known fields, none of them blank."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, protected_namespaces=(), defer_build=True
    )

    @field_validator("*", mode="before")
    @classmethod
    def _not_blank(cls, value: Any, info: ValidationInfo) -> Any:
        name = info.field_name or ""
        if value is None and cls.model_fields[name].get_default() is None and not cls.model_fields[name].is_required():
            refuse(name, "must not be blank", got=BLANK, way_out="fill it in or leave the line out")
        return value


STAND_IN: Final = Curve([1.0], [1.0])
"""A curve where only the rest of a section is checked."""


class CurveSection(Section):
    """A measured curve of one replica: exactly one of anchors and file."""

    model_config = one_of(FORMS["curve"])

    anchors: Annotated[list[Row], Field(min_length=1, max_length=MOST_ROWS), at_most(MOST_ROWS)] | None = Field(
        default=None,
        description="Measured points, one a row: concurrency [requests/replica], tok/s/user [tok/s/user], and where "
        "measured output tok/s of the replica [tok/s], TTFT and TTFO [s]",
    )
    file: FileName | None = Field(
        default=None,
        description="File of anchors (CSV, JSON, or what xlsizing import writes), or file or folder of a benchmark "
        "tool's results, relative to this file; or public:NAME [-]",
    )
    pool_rises: Share | None = Field(
        default=None, description="Largest share by which pooling may move a point to remove a rise of tok/s/user [-]"
    )
    throughput_per_replica: Flag = Field(
        default=False,
        description="States that output tok/s is of the whole replica although it looks like that of one GPU [-]",
    )
    _curve: Curve | None = PrivateAttr(None)

    @property
    def curve(self) -> Curve:
        """The curve, without its context."""
        return self._curve or STAND_IN

    @model_validator(mode="after")
    def _read_curve(self, info: ValidationInfo[Reading]) -> Self:
        options = {"pool_rises": self.pool_rises, "throughput_per_replica": self.throughput_per_replica}
        if self.anchors is not None and self.file is None:
            self._curve = inline_curve(self.anchors, **options)
        elif self.file is not None and self.anchors is None:
            self._curve = curve_in_file(info.context, self.file, **options)
        return self
