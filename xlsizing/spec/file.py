"""The sizing file: customer, demand, SLAs, curve, context, price and levers in one YAML or JSON file.

`read_spec` reads one, and refuses it with everything that is wrong; `schema` describes it to an
editor; `example_text` is one that runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date  # noqa: N812  # `date` is a field here
from importlib import resources
from operator import itemgetter
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from xlsizing.advice import Growth, Lever, Workload
from xlsizing.context import Context
from xlsizing.core import ASSUMED_PRICE, Calibration, Curve, Demand, Limits, Price, Sizing, size
from xlsizing.errors import InputError
from xlsizing.spec.curves import Reading
from xlsizing.spec.faults import SpecError, faults_in_fields, faults_in_form, sentences
from xlsizing.spec.parts import Parts, core_parts
from xlsizing.spec.sections import SizingFile
from xlsizing.spec.text import read_document

__all__ = ["ModelSize", "SignOff", "Spec", "SpecError", "example_text", "read_spec", "schema"]


@dataclass(frozen=True, slots=True)
class ModelSize:
    """The size of the model, for `rightsize.tp_advice`.

    Parameters
    ----------
    total_b, active_b : float
        Parameters, and those active per token [billion parameters]
    gpu_mem_gb : float or None
        Memory of one GPU; None where the file gives none [GB]
    """

    total_b: float
    active_b: float
    gpu_mem_gb: float | None = None


@dataclass(frozen=True, slots=True)
class SignOff:
    """A line for a signature.

    Parameters
    ----------
    role : str
        Who signs
    name : str or None
        The person, once known
    date : str or None
        When it was signed
    """

    role: str
    name: str | None = None
    date: str | None = None


@dataclass(frozen=True)
class Spec:
    """What a sizing file says, checked; the core's objects come from its methods.

    Parameters
    ----------
    path : Path
        The file
    title, customer, date : str or None
        What was measured, for whom and when the sizing was made
    slas : tuple of float
        Interactivity SLAs in the order of the file [tok/s/user]
    sla_names : tuple of str or None
        Their names, None where there is none
    gpus_per_pod : int
        GPUs of one replica [GPUs/pod]
    util : float
        Planned share of measured throughput [-]
    spare_pods : int
        Replicas beyond those that carry the demand [pods]
    contract : int or None
        The position of the SLA that is contracted, from 0; None where none is marked [-]
    method : str
        Interpolation between anchors
    method_chosen : bool
        Whether the file names it
    confidence : float
        Share of public curves whose need the budget covers [-]
    calibration : Calibration or None
        What the budget rests on in place of public sweeps
    curve_file : str or None
        File or folder of the curve, relative to this file, or public:NAME; None where its anchors stand here
    price : Price
        Price of a GPU-hour with its provenance [USD/GPU-hour]
    prices : tuple of Price
        Others, shown side by side with it [currency/GPU-hour]
    context : Context or None
        What the curve rests on; None where the file gives nothing
    model_size : ModelSize or None
        For TP right-sizing [billion parameters]
    sign_off : tuple of SignOff
        Lines for signatures
    parts : Parts
        The core's objects; read them through the methods
    """

    path: Path
    title: str | None
    customer: str | None
    date: str | None
    slas: tuple[float, ...]
    sla_names: tuple[str | None, ...]
    gpus_per_pod: int
    util: float
    spare_pods: int
    contract: int | None
    method: str
    method_chosen: bool
    confidence: float
    calibration: Calibration | None
    curve_file: str | None
    price: Price
    prices: tuple[Price, ...]
    context: Context | None
    model_size: ModelSize | None
    sign_off: tuple[SignOff, ...]
    parts: Parts

    def curve(self) -> Curve:
        """Return the measured curve, its context attached [tok/s/user against requests/replica]."""
        return self.parts.curve

    def demand(self) -> Demand:
        """Return what the customer asks for [unit of the demand]."""
        return self.parts.demand

    def workload(self) -> Workload:
        """Return the customer's requests [tok]."""
        return self.parts.workload

    def levers(self) -> list[Lever]:
        """Return the levers in the order of the file, each with its own baseline."""
        return list(self.parts.levers)

    @property
    def growth(self) -> Growth | None:
        """How the demand grows from the sizing's date on; None where nothing is said."""
        return self.parts.growth

    @property
    def limits(self) -> Limits:
        """The limits on waiting beside the SLAs [s]."""
        return self.parts.limits

    @property
    def sized_on(self) -> Date | None:
        """The day of the sizing, without its time; None where the file has no date."""
        return None if self.date is None else Date.fromisoformat(self.date[:10])

    def rows(self) -> list[tuple[float, Limits]]:
        """Return each SLA with the limits on waiting beside it, by rising SLA; what is asked twice stands once [tok/s/user, s]."""
        rows = ((sla, self.limits.row(at)) for at, sla in enumerate(self.slas))
        distinct = {(sla, *limits.single().items()): (sla, limits) for sla, limits in rows}
        return sorted(distinct.values(), key=itemgetter(0))

    def size(self) -> Sizing:
        """Return the sizing at every SLA, in the order of the file [GPUs]."""
        return size(
            self.curve(),
            list(self.slas),
            self.demand(),
            gpus_per_pod=self.gpus_per_pod,
            util=self.util,
            gpu_hourly_usd=self.price,
            spare_replicas=self.spare_pods,
            node_plan=self.parts.node_plan,
            method=self.method,
            confidence=self.confidence,
            calibration=self.calibration,
            limits=self.limits,
        ).with_output_tokens(self.workload().osl)


def read_spec(path: str | Path, *, allow_outside: bool = False) -> Spec:
    """Return what the sizing file at `path` says.

    Parameters
    ----------
    path : str or Path
        A YAML file, or JSON where the name ends in .json
    allow_outside : bool, optional
        Whether curves that it names may stand outside its folder

    Returns
    -------
    Spec
        Its contents, checked

    Raises
    ------
    SpecError
        If anything in it breaks a rule; all faults are listed, with line and field.
    """
    file = Path(path)
    try:
        document = read_document(file)
    except InputError as error:
        raise SpecError([str(error)]) from None
    reading = Reading(file.parent, allow_outside)
    faults = [*document.faults, *faults_in_form(document.value)]
    found = None
    try:
        found = SizingFile.model_validate(document.value, context=reading)
    except ValidationError as error:
        faults += faults_in_fields(error)
    parts, crossed = core_parts(reading.valid, document.value)
    faults += crossed
    if faults or found is None:
        raise SpecError(sentences(document, faults))
    return _spec(file, found, Parts(**parts))


def _spec(path: Path, file: SizingFile, parts: Parts) -> Spec:
    size, price = file.model_size, file.price
    return Spec(
        path=path,
        title=file.title,
        customer=file.customer,
        date=file.date,
        slas=tuple(sla.tok_s_per_user for sla in file.slas),
        sla_names=tuple(sla.name for sla in file.slas),
        gpus_per_pod=file.gpus_per_pod,
        util=file.util,
        spare_pods=file.spare_pods,
        contract=next((at for at, sla in enumerate(file.slas) if sla.contract), None),
        method=file.method,
        method_chosen="method" in file.model_fields_set,
        confidence=file.confidence,
        calibration=file.calibration,
        curve_file=file.curve.file,
        price=Price(price.usd_per_gpu_hour, date=price.date, source=price.source) if price else ASSUMED_PRICE,
        prices=tuple(
            Price(
                each.per_gpu_hour,
                each.currency,
                each.date,
                each.source,
                name=each.name,
                term_months=each.term_months,
                valid_until=each.valid_until,
            )
            for each in file.prices
        ),
        context=parts.curve.context,
        model_size=ModelSize(size.total_b, size.active_b, size.gpu_mem_gb) if size else None,
        sign_off=tuple(SignOff(line.role, line.name, line.date) for line in file.sign_off),
        parts=parts,
    )


def schema() -> dict[str, Any]:
    """Return the JSON schema of a sizing file, for editors and other programs."""
    made: dict[str, Any] = _tidy_schema(SizingFile.model_json_schema())
    made["title"] = "xlsizing sizing file"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def _tidy_schema(node: Any) -> Any:
    """Return a schema without titles made of field names, and where a field may be left out, but not be null."""
    if isinstance(node, list):
        return [_tidy_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    made_up = [name for name, value in node.items() if _made_up(name, value)]
    kept = {name: _tidy_schema(value) for name, value in node.items() if name not in made_up}
    alternatives = kept.get("anyOf", [])
    if {"type": "null"} in alternatives:
        del kept["anyOf"]
        others = [each for each in alternatives if each != {"type": "null"}]
        kept = (others[0] if len(others) == 1 else {"anyOf": others}) | kept
    return kept


def _made_up(name: str, value: object) -> bool:
    """Tell whether a title is made of the field's name, or a default is that of a field without one."""
    if name == "default":
        return value is None or (isinstance(value, dict) and not any(value.values()))
    return name == "title" and isinstance(value, str)


def example_text() -> str:
    """Return a sizing file with comments that runs as it is."""
    return resources.files("xlsizing").joinpath("examples", "sizing.yaml").read_text(encoding="utf-8")
