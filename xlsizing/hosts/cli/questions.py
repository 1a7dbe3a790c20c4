"""The questions of ``xlsizing ask``: one row each, of which its flag, its prompt and its field of the sizing file are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from xlsizing.checks import choice, number, number_in_text, printable, refuse, share, whole
from xlsizing.context import FACTS, KINDS
from xlsizing.core import DEMAND_FORMS, FORMS_WITH, Curve, Demand, Limits, NodePlan, check_replica, peak_factor
from xlsizing.errors import InputError
from xlsizing.hosts.cli.asked_curve import AskedCurve, asked_curve
from xlsizing.hosts.cli.declaring import exactly_one, flag
from xlsizing.hosts.cli.flags import LIMITS, SLAS, Slas, one_each
from xlsizing.rules import ASSUMED_USD_PER_GPU_HOUR, DEFAULT_UTIL, MOST_GPUS_PER_POD, MOST_NODES_LOST

__all__ = ["QUESTIONS", "Answers", "Place", "Question", "answered"]

Place = tuple[tuple[str, ...], Any]
"""A field of the sizing file, and what it shall hold: None where it is left out."""

_FORM: Final = "demand"


@dataclass
class Answers:
    """What was answered so far, and what the answers are for.

    Parameters
    ----------
    target : Path
        Where the sizing file shall stand
    allow_outside : bool
        Whether its curve may stand outside its folder
    how : dict
        How the curve is read, by the names of arguments of `Curve`
    values : dict
        The answers by name of the question; None where a field is left out
    """

    target: Path
    allow_outside: bool = False
    how: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def form(self) -> str:
        """The one of `DEMAND_FORMS` that the demand is stated in."""
        return str(self.values.get(_FORM))

    @property
    def slas(self) -> Slas:
        """The SLAs [tok/s/user]."""
        slas: Slas = self.values["sla"]
        return slas

    @property
    def measured(self) -> Curve:
        """The curve."""
        curve: AskedCurve = self.values["curve"]
        return curve.curve


Check = Callable[[str, str, Answers], Any]
Default = str | None


@dataclass(frozen=True)
class Question:
    """One question.

    Parameters
    ----------
    name : str
        That of its flag, as `declaring.flag` has it, and of the input in a sentence
    at : tuple of str
        Its field of the sizing file
    words : str
        What is asked
    unit : str
        Of the answer; "-" where there is none
    metavar : str
        What the help calls the answer; empty where no flag answers it
    check : callable
        Returns what a text says, or refuses it in the core's words; called with the text, its name and the answers before
    default : str or callable
        What stands where nothing is answered: empty where the field is then left out, None where an answer must be given.
        A callable says so by the answers before
    nothing : str
        What leaving the field out means
    applies : callable or None
        Whether the answers before leave the question open; None where they always do
    needs : str
        The flag that must be given for it to be; empty where an answer does no harm
    places : callable or None
        Returns the fields that hold an answer, where it is not `at` alone
    also : tuple of str
        Other flags that answer it
    """

    name: str
    at: tuple[str, ...]
    words: str
    unit: str
    metavar: str
    check: Check
    default: Default | Callable[[Answers], Default] = None
    nothing: str = "none"
    applies: Callable[[Answers], bool] | None = None
    needs: str = ""
    places: Callable[[Any, Answers], Iterator[Place]] | None = None
    also: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        """Its flag."""
        return flag(self.name)

    def default_after(self, answers: Answers) -> Default:
        """Return the default after the `answers` before; empty where the field is left out, None where there is none."""
        return self.default(answers) if callable(self.default) else self.default

    def answer(self, text: str, name: str, answers: Answers) -> Any:
        """Return what `text` says after the `answers` before, called `name` in a refusal; None where the field is left out."""
        given = text.strip()
        if not given:
            default = self.default_after(answers)
            if default is None:
                refuse(name, "must be given")
            given = default
        return self.check(given, name, answers) if given else None

    def written(self, answers: Answers) -> Iterator[tuple[tuple[str, ...], str, Any]]:
        """Yield each field that its answer is written to, the comment above it, and what it holds."""
        value = answers.values[self.name]
        for path, held in self.places(value, answers) if self.places else [(self.at, value)]:
            yield path, f"{self.words} [{self.unit}]" + ("; left out" if value is None else ""), held


def answered(
    given: Mapping[str, str | None], answers: Answers, prompt: Callable[[Question, Answers], Any] | None
) -> None:
    """Complete `answers`: by the texts of flags that were `given`, else by the `prompt`, where there is one, else by defaults.

    Raises
    ------
    InputError
        If a flag is wrong, stands without what it belongs to, or a question without a default has no answer.
    """
    forms = {form: given.get(form) for form in DEMAND_FORMS}
    known = dict(given)
    if prompt is None or any(text is not None for text in forms.values()):
        known[_FORM] = exactly_one(forms)[0]
    for question in QUESTIONS:
        text, applies = known.get(question.name), question.applies is None or question.applies(answers)
        if text is None and not applies:
            continue
        if not applies and question.needs:
            refuse(question.flag, f"must be given with {question.needs}, and only with it")
        if text is None and prompt is not None:
            answers.values[question.name] = prompt(question, answers)
        else:
            answers.values[question.name] = question.answer(text or "", question.flag, answers)


def _number(text: str, name: str, _: Answers) -> float:
    return number(number_in_text(text, name), name)


def _share(text: str, name: str, _: Answers) -> float:
    return share(number_in_text(text, name, share=True), name)


def _line(text: str, name: str, _: Answers) -> str:
    return printable(text, name)


def _day(text: str, name: str, _: Answers) -> str:
    return str(KINDS["date"](text, name))


def _turns(text: str, name: str, _: Answers) -> Any:
    return FACTS["turns"].value(text, name)


def _peak(text: str, name: str, answers: Answers) -> float:
    factor = peak_factor(number_in_text(text, name), name)
    return Demand.users(1).at_peak(factor).peak_to_mean if answers.form == "users" else factor


def _slas(text: str, name: str, _: Answers) -> Slas:
    slas: Slas = SLAS.read(text, name)
    for at, rate in enumerate(slas.rates, start=1):
        try:
            number(rate, name)
        except InputError as error:
            raise error.placed(f"item {at}") from None
    return slas


def _contract(text: str, name: str, answers: Answers) -> int:
    rate, rates = number_in_text(text, name), answers.slas.rates
    if rates.count(rate) != 1:
        refuse(name, "must be one of the SLAs", got=rate)
    return rates.index(rate)


def _gpus_per_pod(text: str, name: str, answers: Answers) -> int:
    gpus = whole(number_in_text(text, name), name, low=1, high=MOST_GPUS_PER_POD)
    check_replica(answers.measured, gpus)
    return gpus


def _gpus_measured(answers: Answers) -> Default:
    known = answers.values["curve"].gpus_per_pod
    return None if known is None else str(known)


def _ttft(text: str, name: str, answers: Answers) -> list[float | None]:
    limits: list[Any] = one_each(LIMITS.read(text, name), name, len(answers.slas.rates))
    Limits(limits).sides(answers.measured)
    return limits


def _gpus_per_node(text: str, name: str, _: Answers) -> int:
    return whole(number_in_text(text, name), name, low=1, high=MOST_GPUS_PER_POD)


def _nodes_lost(text: str, name: str, answers: Answers) -> int:
    lost = whole(number_in_text(text, name), name, low=0, high=MOST_NODES_LOST)
    return NodePlan(answers.values["gpus_per_node"], lost).nodes_to_survive


def _only(form: str) -> Callable[[Answers], bool]:
    return lambda answers: answers.form == form


def _with(name: str) -> Callable[[Answers], bool]:
    return lambda answers: answers.values.get(name) is not None


def _osl_default(answers: Answers) -> Default:
    return None if answers.form in FORMS_WITH["osl"] else ""


def _osl_places(tokens: Any, answers: Answers) -> Iterator[Place]:
    if answers.form in FORMS_WITH["osl"]:
        yield ("demand", "osl"), tokens
    yield ("workload", "osl"), tokens


def _sla_places(slas: Slas, answers: Answers) -> Iterator[Place]:
    """Yield the SLAs with what was answered of each."""
    limits, contract = answers.values.get("ttft") or [None] * len(slas.rates), answers.values.get("contract")
    rows: list[dict[str, Any]] = [{"tok_s_per_user": rate} for rate in slas.rates]
    for row, limit in zip(rows, limits, strict=True):
        if limit is not None:
            row["ttft_s"] = limit
    if contract is not None:
        rows[contract]["contract"] = True
    yield ("slas",), rows


def _no_place(_value: Any, _answers: Answers) -> Iterator[Place]:
    """Yield where the comment stands of what another question writes."""
    yield ("slas",), None


def _form_place(_form: str, _answers: Answers) -> Iterator[Place]:
    yield ("demand",), None


def _curve_places(curve: AskedCurve, answers: Answers) -> Iterator[Place]:
    yield ("curve", *(("file",) if curve.file is not None else ("anchors",))), curve.file or curve.anchors
    yield from ((("curve", name), value) for name, value in answers.how.items() if value)


def _demand(name: str, words: str, unit: str) -> Question:
    return Question(name, ("demand", name), words, unit, "N", _number, applies=_only(name))


QUESTIONS: Final = (
    Question("customer", ("customer",), "Who is the customer?", "-", "TEXT", _line, ""),
    Question(
        _FORM, ("demand",), f"What is the demand stated in: {', '.join(DEMAND_FORMS)}?", "-", "",
        lambda text, name, _: choice(text, name, tuple(DEMAND_FORMS)), "people", places=_form_place,
    ),
    _demand("people", "How many people use it?", "people"),
    Question(
        "requests_per_person_min", ("demand", "requests_per_person_min"), "How many requests does one person send?",
        "requests/min", "N", _number, applies=_only("people"), needs="--people",
    ),
    _demand("rps", "How many requests come in?", "requests/s"),
    _demand("tpm", "How many output tokens a minute?", "tok/min"),
    _demand("tok_s", "How many output tokens a second?", "tok/s"),
    _demand("users", "How many requests are in flight at the peak?", "requests"),
    Question(
        "peak_to_mean", ("demand", "peak_to_mean"), "How many times that mean is the peak?", "-", "X", _peak, "1",
        applies=lambda answers: answers.form != "users",
    ),
    Question(
        "osl", ("workload", "osl"), "How many output tokens has one answer?", "tok", "N", _number, _osl_default,
        "not known", places=_osl_places,
    ),
    Question(
        "isl", ("workload", "isl"), "How many input tokens has one request?", "tok", "N", _number, "", "not known"
    ),
    Question(
        "turns", ("workload", "turns"), "Has a conversation one turn or several?", "-", "|".join(FACTS["turns"].choices),
        _turns, "", "not known",
    ),
    Question(
        "sla", ("slas",), "How many tokens a second must each user see: S or S,S,...?", "tok/s/user",
        "S,S,...", _slas, places=_sla_places,
    ),
    Question(
        "contract", ("slas",), "Which of these is contracted?", "tok/s/user", "S", _contract, "", places=_no_place
    ),
    Question(
        "curve", ("curve",), "Which curve: PATH, public:NAME or C:R,C:R,...?",
        "requests : tok/s/user", "PATH", lambda text, name, answers: asked_curve(
            text, name, answers.target, answers.how, allow_outside=answers.allow_outside
        ), places=_curve_places, also=("--anchors",),
    ),
    Question(
        "gpus_per_pod", ("gpus_per_pod",), "How many GPUs has one replica?", "GPUs/pod", "N", _gpus_per_pod,
        _gpus_measured, "the curve's, where it tells them",
    ),
    Question(
        "ttft", ("slas",), "How long may the first token take: S, or one for each SLA?", "s",
        "S[,S...]", _ttft, "", "no limit", places=_no_place,
    ),
    Question(
        "gpus_per_node", ("gpus_per_node",), "How many GPUs has one node, if nodes are bought?", "GPUs/node",
        "N", _gpus_per_node, "", "none",
    ),
    Question(
        "nodes_to_survive", ("nodes_to_survive",), "How many full nodes may fail at once?", "nodes", "N", _nodes_lost,
        "0", applies=_with("gpus_per_node"), needs="--gpus-per-node",
    ),
    Question(
        "gpu_hourly_usd", ("price", "usd_per_gpu_hour"), "What does one GPU cost an hour?", "USD/GPU-hour", "USD",
        _number, "", f"{ASSUMED_USD_PER_GPU_HOUR:.2f} assumed",
    ),
    Question(
        "price_date", ("price", "date"), "When was that quoted, such as 2026-03-31?", "-", "DATE", _day,
        applies=_with("gpu_hourly_usd"), needs="--gpu-hourly-usd",
    ),
    Question(
        "price_source", ("price", "source"), "Who quoted it, and where does it stand?", "-", "TEXT", _line,
        applies=_with("gpu_hourly_usd"), needs="--gpu-hourly-usd",
    ),
    Question("util", ("util",), "What share of measured throughput is planned with?", "-", "SHARE", _share, str(DEFAULT_UTIL)),
)  # fmt: skip
"""Every question, in the order in which they are asked and written."""
