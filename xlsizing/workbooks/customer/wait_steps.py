"""The steps of a row that limits on waiting add, for each wait that the workbook can limit: as in `operating`.

Each of the sides, the SLA and the waits, has the number of anchors that meet it (`i_s`, `i_ttft`) and, where no side has
fewer, the concurrency where it is reached (`c_s`, `c_ttft`); the least of these decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xlsizing.core import WAITS, SizingRow, Wait

__all__ = [
    "ASKED",
    "LIMITED",
    "NO_REASON",
    "LiveWait",
    "binding",
    "fewest",
    "first_reached",
    "in_other_statistic",
    "late",
    "meeting",
    "place_reached",
    "reached",
    "room",
    "there",
]

Step = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class LiveWait:
    """A wait that a row of the workbook may limit.

    Parameters
    ----------
    wait : Wait
        The wait
    key : str
        What its steps are called after, and its column of sheet Curve
    column : str
        Of its limits on sheet Sizing
    """

    wait: Wait
    key: str
    column: str

    @property
    def label(self) -> str:
        """As the table shows it, and in the names of its cells."""
        return self.wait.label

    @property
    def limits(self) -> str:
        """The name of the cells of its limits."""
        return f"{self.label}_Limit_In"

    @property
    def known(self) -> str:
        """The name of the switch that the curve tells it."""
        return f"Has_{self.label}"

    @property
    def word(self) -> str:
        """The name of the cell that holds its label."""
        return f"Word_{self.label}"

    def asked(self, row: SizingRow | None) -> float | None:
        """Return its limit on a `row` of a sizing; None where there is none [s]."""
        return None if row is None else getattr(row, self.wait.limit)

    def limit(self, row: int | str) -> str:
        """Return the cell of its limit in `row`, as other sheets name it [s]."""
        return f"Sizing!${self.column}{row}"

    def at(self, anchor: str) -> str:
        """Return the formula of the wait at the anchor of that rank [s]."""
        return f"INDEX(Curve_{self.key},{anchor})"


LIMITED: Final = (LiveWait(WAITS[0], "ttft", "D"),)
"""The waits that a workbook can limit, in the order of `limits.WAITS`: a first page of 8 pt has room for one."""


NO_REASON: Final = "-"
"""What stands for no reason of a DRAFT: engines differ on blank cells and empty texts."""

ASKED: Final = "+".join(f"COUNT({wait.limits})" for wait in LIMITED)
"""The formula of the limits that are asked for."""


def meeting(waits: tuple[LiveWait, ...]) -> list[Step]:
    """Return the steps that count the anchors which meet each limit; no limit is met by more than there are."""
    met = "MIN(N_Anchors,SUMPRODUCT(({limit}/Curve_{key}-1>=-Same_Rate)*1))"
    return [
        (
            f"i_{wait.key}",
            f"anchors that meet the {wait.label} limit",
            f"IF(ISNUMBER({_limit(wait)}),{met.format(limit=_limit(wait), key=wait.key)},N_Anchors+1)",
        )
        for wait in waits
    ]


def fewest(waits: tuple[LiveWait, ...]) -> str:
    """Return the formula of the anchors that meet the SLA and each limit."""
    return _least_of_sides("i", waits)


def room(waits: tuple[LiveWait, ...]) -> str:
    """Return the conditions, each after a comma, that no limit equals the anchor."""
    return "".join(f",IF({_meets_more(wait)},TRUE,{_is_past_anchor(wait)})" for wait in waits)


def reached(waits: tuple[LiveWait, ...]) -> list[Step]:
    """Return the steps of the concurrency where each limit is reached."""
    return [
        (
            f"c_{wait.key}",
            f"c where the {wait.label} limit is reached",
            place_reached(_meets_more(wait), _is_past_anchor(wait), _limit_concurrency(wait)),
        )
        for wait in waits
    ]


def place_reached(more: str, past: str, between: str) -> str:
    """Return the formula of the concurrency where a side is reached, the SLA or a limit.

    Parameters
    ----------
    more : str
        The condition that more anchors meet the side than meet the row: it is not reached
    past : str
        The condition that it lies past the anchor rather than on it: so neither where another side lies on it
    between : str
        The concurrency of a row between two anchors [requests/replica]

    Returns
    -------
    str
        The highest number stands for a side that is not reached [requests/replica]
    """
    held = f"MIN({{c_b}},MAX({{c_a}},{between}))"
    return f"IF({more},Highest,IF({{between}}=1,{held},IF({past},Highest,{{c_a}})))"


def first_reached(waits: tuple[LiveWait, ...]) -> str:
    """Return the formula of the least concurrency where the SLA or a limit is reached [requests/replica]."""
    return _least_of_sides("c", waits)


def late(waits: tuple[LiveWait, ...], code: int) -> str:
    """Return the formula that is `code` where the row lies between two anchors and the next fails a limit, else 0 [-]."""
    fails = "+".join(f"({{i_{wait.key}}}={{i}})" for wait in waits)
    return f"IF({{between}}*({fails})>0,{code},0)" if waits else "0"


def binding(waits: tuple[LiveWait, ...]) -> str:
    """Return the formula of the side that decides: of several at one concurrency the SLA, then the first wait."""
    sides = [("{c_s}", "Word_Speed"), *((f"{{c_{wait.key}}}", wait.word) for wait in waits)]
    *earlier, (_, formula) = sides
    for cell, word in reversed(earlier):
        formula = f"IF({cell}<={first_reached(waits)},{word},{formula})"
    return formula


def there(waits: tuple[LiveWait, ...]) -> list[Step]:
    """Return the steps of each wait at c* and where the pods to commit run; "-" where the curve does not tell it [s]."""
    steps = []
    for wait in waits:
        way = "MAX(0,LN({c_star})-INDEX(Curve_lnc,{k}))/(INDEX(Curve_lnc,{k}+1)-INDEX(Curve_lnc,{k}))"
        line = f"{wait.at('{k}')}+{way}*({wait.at('{k}+1')}-{wait.at('{k}')})"
        inside = "AND({between}=1,{capped}=0,{k}<N_Anchors)"
        steps += [
            (
                wait.key,
                f"{wait.label} at c*",
                f'IF({wait.known}=1,IF({inside},{line},{wait.at("{k}")}),"-")',
            ),
            (
                f"{wait.key}_commit",
                f"{wait.label} of the pods to commit",
                f'IF({wait.known}=1,{wait.at("{k_commit}")},"-")',
            ),
        ]
    return steps


def in_other_statistic(waits: tuple[LiveWait, ...]) -> str:
    """Return the condition that a row limits one of `waits` in another statistic than the curve's."""
    return f'AND(Why_Statistic<>"{NO_REASON}",OR({",".join(f"ISNUMBER({_limit(wait)})" for wait in waits)}))'


def _least_of_sides(step: str, waits: tuple[LiveWait, ...]) -> str:
    """Return the formula of the least of a step of every side: that of the SLA and those of the waits."""
    sides = ("s", *(wait.key for wait in waits))
    return f"MIN({','.join(f'{{{step}_{side}}}' for side in sides)})"


def _limit(wait: LiveWait) -> str:
    return f"{{limit_{wait.key}}}"


def _meets_more(wait: LiveWait) -> str:
    """Return the condition that more anchors meet the limit than meet the row."""
    return f"{{i_{wait.key}}}>{{i}}"


def _is_past_anchor(wait: LiveWait) -> str:
    """Return the condition that the limit lies past the anchor rather than on it."""
    return f"{_limit(wait)}/{wait.at('{a}')}-1>Same_Rate"


def _limit_concurrency(wait: LiveWait) -> str:
    """Return the formula of the concurrency where the wait, linear in ln c between the anchors, is the limit."""
    share = f"({_limit(wait)}-{wait.at('{a}')})/({wait.at('{b}')}-{wait.at('{a}')})"
    return f"EXP(INDEX(Curve_lnc,{{a}})+{share}*(INDEX(Curve_lnc,{{b}})-INDEX(Curve_lnc,{{a}})))"
