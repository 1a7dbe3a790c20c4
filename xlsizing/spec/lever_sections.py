"""The levers of a sizing file: what each brings, and what it was measured against."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from pydantic import (
    ConfigDict,
    Field,
    JsonValue,
    model_validator,
)

from xlsizing.advice import Lever
from xlsizing.core import Curve
from xlsizing.spec.base import MOST_ENTRIES, STAND_IN, CurveSection, Section
from xlsizing.spec.fact_fields import Changes, ContextField, FieldName, Tier
from xlsizing.spec.fields import (
    Factor,
    GpusPerPod,
    LeverKind,
    Line,
    Number,
    at_most,
)

__all__ = ["BaselineSection", "LeverSection", "OptimisedSection"]

_WITH_CURVE: Final[list[JsonValue]] = ["tuned-curve", "tp-rightsize"]


class BaselineSection(Section):
    """What a lever was measured against."""

    curve: CurveSection = Field(description="The curve without the lever [-]")
    context: ContextField | None = Field(default=None, description="What that curve rests on [-]")
    gpus_per_pod: GpusPerPod | None = Field(
        default=None, description="GPUs of one replica, where not those of this file [GPUs/pod]"
    )


class OptimisedSection(Section):
    """The side with the lever: a curve, or for a factor the context that it rests on."""

    model_config = ConfigDict(json_schema_extra={"not": {"required": ["context", "context_changes"]}})

    curve: CurveSection | None = Field(default=None, description="The curve with the lever [-]")
    context: ContextField | None = Field(default=None, description="What it rests on, in full [-]")
    context_changes: Changes | None = Field(
        default=None,
        description="Instead of context: the fields that differ from the baseline's. Grounding, provenance and "
        "num_prompts belong to a run and are never taken over [-]",
    )


class LeverSection(Section):
    """An optimisation that was measured against its own matched baseline."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"kind": {"enum": _WITH_CURVE}}},
            "then": {
                "required": ["optimised"],
                "properties": {"optimised": {"required": ["curve"]}},
                "not": {"required": ["factor"]},
            },
            "else": {"required": ["factor"], "properties": {"optimised": {"not": {"required": ["curve"]}}}},
            "dependentRequired": {"optimised_gpus_per_pod": ["optimised"]},
        }
    )

    name: Line = Field(description="What is changed [-]")
    kind: LeverKind = Field(description="What the lever changes: a curve, a factor, or the curve and the TP [-]")
    effort_days: Number = Field(description="Work to bring it into production [person-days]")
    tier: Tier = Field(default=None, description="Latency or throughput tier; that of its contexts [-]")
    campaign: Line | None = Field(default=None, description="The measurement campaign that it comes from [-]")
    source: Line | None = Field(default=None, description="File, page or command behind it [-]")
    changes: Annotated[list[FieldName], Field(max_length=MOST_ENTRIES), at_most(MOST_ENTRIES)] = Field(
        default=[], description="Context fields, or sections, that it changes by intent [-]"
    )
    baseline: BaselineSection | None = Field(
        default=None, description="What it was measured against; the curve and context of this file where left out [-]"
    )
    optimised: OptimisedSection | None = Field(default=None, description="The side with the lever [-]")
    optimised_gpus_per_pod: GpusPerPod | None = Field(
        default=None, description="GPUs of one replica with the lever, for the kind tp-rightsize only [GPUs/pod]"
    )
    factor: Factor | None = Field(default=None, description="With the lever over without, for the factor kinds [-]")

    @model_validator(mode="after")
    def _check_consistent(self) -> Self:
        self.lever(STAND_IN, None, 1)
        return self

    def lever(self, baseline: Curve, factor_context: Any, gpus_per_pod: int, optimised: Curve | None = None) -> Lever:
        """Return the lever on its `baseline` of `gpus_per_pod` GPUs, with `factor_context` or `optimised` [-]."""
        brought = None if self.optimised is None or self.optimised.curve is None else self.optimised.curve.curve
        return Lever(
            self.name,
            self.kind,
            baseline,
            gpus_per_pod,
            tier=self.tier or "",
            campaign=self.campaign or "",
            effort_days=self.effort_days,
            changes=tuple(self.changes),
            optimised=optimised or brought,
            optimised_gpus_per_pod=self.optimised_gpus_per_pod,
            factor=self.factor,
            factor_context=factor_context,
            source=self.source or "",
        )
