"""The sections of a sizing file and their fields, each with its unit: what the JSON schema says."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    create_model,
    field_validator,
)

from xlsizing.core import DEMAND_FORMS, FORMS_WITH, WAITS
from xlsizing.rules import DEFAULT_CONFIDENCE, DEFAULT_METHOD, DEFAULT_UTIL, MOST_PRICES
from xlsizing.spec.base import FORMS, MOST_ENTRIES, MOST_ROWS, CurveSection, Section, one_of
from xlsizing.spec.curves import CalibrationFile, Reading
from xlsizing.spec.fact_fields import CacheState, ContextField, DatasetKind, HitRate, Turns
from xlsizing.spec.fields import (
    Availability,
    Confidence,
    Day,
    Flag,
    GpusPerPod,
    Json,
    Line,
    Method,
    NodesLost,
    Number,
    PeakToMean,
    Share,
    Spares,
    Statistic,
    at_most,
)
from xlsizing.spec.growth_section import GrowthField
from xlsizing.spec.lever_sections import LeverSection
from xlsizing.spec.price_fields import Currency, Months

__all__ = [
    "DemandSection",
    "ModelSizeSection",
    "OtherPriceSection",
    "PriceSection",
    "SignOffSection",
    "SizingFile",
    "SlaSection",
    "WorkloadSection",
]


class DemandSection(Section):
    """What the customer asks for, over the whole deployment, in exactly one form."""

    model_config = one_of(
        FORMS["demand"],
        dependentRequired={form: list(parts) for form, parts in DEMAND_FORMS.items() if parts},
        dependentSchemas={
            part: {"anyOf": [{"required": [form]} for form in forms]} for part, forms in FORMS_WITH.items()
        },
    )

    tpm: Number | None = Field(default=None, description="Output tokens per minute [tok/min]")
    tok_s: Number | None = Field(default=None, description="Output tokens per second [tok/s]")
    rps: Number | None = Field(default=None, description="Requests per second, with osl [requests/s]")
    people: Number | None = Field(default=None, description="People, with requests_per_person_min and osl [people]")
    requests_per_person_min: Number | None = Field(
        default=None, description="Requests of one person per minute, with people and only with it [requests/min]"
    )
    osl: Number | None = Field(
        default=None, description="Output tokens per request, with rps or people and only with one of them [tok]"
    )
    users: Number | None = Field(default=None, description="Requests in flight at peak [requests]")
    peak_to_mean: PeakToMean = Field(
        default=1.0, description="How many times the demand, which is then the mean, is asked for at the peak [-]"
    )


class WorkloadSection(Section):
    """The customer's requests; the curve must be measured at the same shape."""

    isl: Number | None = Field(default=None, description="Input tokens per request [tok]")
    osl: Number | None = Field(default=None, description="Output tokens per request [tok]")
    turns: Turns = Field(default=None, description="Whether a conversation has one turn or several [-]")
    prefix_hit_rate: HitRate = Field(
        default=None,
        description="Share of the input tokens that a prefix cache serves; 0 where prompts share nothing [-]",
    )
    dataset_kind: DatasetKind = Field(default=None, description="What the requests are [-]")
    cache_state: CacheState = Field(
        default=None, description="warm, or cold where requests meet a server without any cache [-]"
    )


_LONGEST: dict[str, Any] = {
    wait.name: (Number | None, Field(default=None, description=f"Longest {wait.meaning} [s]")) for wait in WAITS
}
_Waiting: Any = create_model("_Waiting", __base__=Section, **_LONGEST)
"""The limits on waiting beside an SLA: a field for each of `limits.WAITS`."""


class SlaSection(_Waiting):  # type: ignore[misc]  # its fields are those of a table
    """One interactivity SLA; a bare number stands for one without a name and without limits on waiting."""

    model_config = ConfigDict(title="SLA with a name or limits")

    tok_s_per_user: Number = Field(description="Output tokens per second that each user must see [tok/s/user]")
    name: Line | None = Field(default=None, description="What it is for [-]")
    contract: Flag = Field(default=False, description="Whether this one is contracted; at most one is [-]")


def _sla_as_mapping(value: Any) -> Any:
    return value if isinstance(value, dict) else {"tok_s_per_user": value}


def _or_number(schema: Json) -> None:
    rate: Json = SlaSection.model_json_schema()["properties"]["tok_s_per_user"]
    schema["items"] = {"anyOf": [{key: rate[key] for key in ("type", "minimum", "maximum")}, schema["items"]]}


class PriceSection(Section):
    """The price of a GPU-hour; 8.60 USD is assumed, and labelled so, where there is none."""

    usd_per_gpu_hour: Number = Field(description="Price of one GPU for one hour [USD/GPU-hour]")
    date: Day = Field(description="When it was quoted [-]")
    source: Line = Field(description="Who quoted it, and where it stands [-]")


class OtherPriceSection(Section):
    """A price beside that of the sizing, in any currency: nothing is converted."""

    name: Line = Field(description="What it is called: on demand, one year, a provider [-]")
    per_gpu_hour: Number = Field(description="Price of one GPU for one hour [currency/GPU-hour]")
    currency: Currency = Field(default="USD", description="Its code by ISO 4217 [-]")
    term_months: Months | None = Field(default=None, description="How long it is committed to [months]")
    date: Day = Field(description="When it was quoted [-]")
    source: Line = Field(description="Who quoted it, and where it stands [-]")
    valid_until: Day | None = Field(default=None, description="The last day on which it can be had [-]")


class ModelSizeSection(Section):
    """The size of the model, for the rule of thumb on its tensor-parallel size."""

    total_b: Number = Field(description="Parameters [billion parameters]")
    active_b: Number = Field(
        description="Parameters active per token; all of them for a dense model [billion parameters]"
    )
    gpu_mem_gb: Number | None = Field(default=None, description="Memory of one GPU [GB]")


class SignOffSection(Section):
    """A line for a signature; empty until it is signed."""

    role: Line = Field(description="Who signs [-]")
    name: Line | None = Field(default=None, description="The person, once known [-]")
    date: Day | None = Field(default=None, description="When it was signed [-]")


class SizingFile(Section):
    """A sizing file: the customer, the demand, the SLAs and the measured curve that they are sized by."""

    title: Line | None = Field(default=None, description="What was measured, as a title [-]")
    customer: Line | None = Field(default=None, description="Whom the sizing is for [-]")
    date: Day | None = Field(default=None, description="Date of the sizing [-]")
    demand: DemandSection
    growth: GrowthField | None = Field(
        default=None,
        description="How the demand grows from the sizing's date on: factor and months, or dates and factors [-]",
    )
    workload: WorkloadSection = WorkloadSection()
    slas: Annotated[
        list[Annotated[SlaSection, BeforeValidator(_sla_as_mapping)]],
        Field(min_length=1, max_length=MOST_ROWS),
        at_most(MOST_ROWS),
    ] = Field(
        description="Interactivity SLAs: numbers, or objects with a name or limits on waiting [tok/s/user]",
        json_schema_extra=_or_number,
    )
    latency_statistic: Statistic | None = Field(
        default=None,
        description="Of which the customer speaks where waits are limited; that of the curve where left out [-]",
    )
    gpus_per_pod: GpusPerPod = Field(description="GPUs of one replica: TP x PP x DP inside the pod [GPUs/pod]")
    util: Share = Field(
        default=DEFAULT_UTIL,
        description="Planned share of measured throughput; the rest is headroom for latency and small losses [-]",
    )
    spare_pods: Spares = Field(default=0, description="Replicas beyond those that carry the demand (N+k) [pods]")
    gpus_per_node: GpusPerPod | None = Field(
        default=None, description="GPUs of one node, where GPUs are bought in whole nodes [GPUs/node]"
    )
    nodes_to_survive: NodesLost = Field(
        default=0, description="Full nodes that may fail at once, with gpus_per_node: they give the spare pods [nodes]"
    )
    availability: Availability | None = Field(
        default=None,
        description="Share of time for which all pods asked for must run, with node_availability: it gives the spare pods [-]",
    )
    node_availability: Availability | None = Field(
        default=None, description="Share of time for which one node runs, with availability [-]"
    )
    method: Method = Field(default=DEFAULT_METHOD, description="Interpolation between measured points [-]")
    confidence: Confidence = Field(
        default=DEFAULT_CONFIDENCE, description="Share of public curves whose need the budget covers [-]"
    )
    calibration: CalibrationFile | None = Field(
        default=None,
        description="File that xlsizing calibrate wrote, relative to this file: its constants in place of those of "
        "public sweeps [-]",
    )
    price: PriceSection | None = None
    prices: Annotated[list[OtherPriceSection], Field(max_length=MOST_PRICES), at_most(MOST_PRICES)] = Field(
        default=[], description="Other prices, shown side by side with that one [-]"
    )
    curve: CurveSection
    context: ContextField | None = Field(
        default=None, description="What the curve rests on; unknown fields are left out [-]"
    )
    model_size: ModelSizeSection | None = None
    levers: Annotated[list[LeverSection], Field(max_length=MOST_ENTRIES), at_most(MOST_ENTRIES)] = Field(
        default=[], description="Optimisation levers, each with its own matched baseline [-]"
    )
    sign_off: Annotated[list[SignOffSection], Field(max_length=MOST_ENTRIES), at_most(MOST_ENTRIES)] = Field(
        default=[], description="Lines for signatures [-]"
    )

    @field_validator("*")
    @classmethod
    def _note_valid(cls, value: Any, info: ValidationInfo[Reading]) -> Any:
        info.context.valid[info.field_name or ""] = value
        return value
