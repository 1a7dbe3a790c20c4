"""What is bought for pods, as formulas: spares that stand by, and whole nodes where GPUs come in nodes."""

from __future__ import annotations

from typing import Final

__all__ = ["BOUGHT", "DEMAND", "above", "bought", "differs"]


def above(name: str, low: int) -> str:
    """Return the condition that the input `name` is a number above `low`, which neither a text nor an error value is [-]."""
    return f"IF(ISNUMBER({name}),IF({name}>{low},1,0),0)=1"


def differs(delivered: str, live: str) -> str:
    """Return the formula of 1 where a live value differs from the delivered one: numbers by the tolerance."""
    numbers = f"IF(ABS({delivered}-{live})<=Tolerance*ABS({delivered}),0,1)"
    return f'IFERROR(IF(ISNUMBER({delivered})*ISNUMBER({live})=1,{numbers},IF({delivered}&""={live}&"",0,1)),1)'


def bought(pods: str) -> str:
    """Return the formula of the GPUs for `pods` that carry the demand: with spares, in whole units of what is bought at once."""
    return f"CEILING(({pods}+Stand_By)/Unit_Pods,1)*Unit_GPUs"


BOUGHT: Final = {
    "Has_Nodes": ("=IF(ISNUMBER(GPUs_per_Node),1,0)", "GPUs are bought in whole nodes"),
    "Pods_per_Node": (
        "=IF(AND(Inputs_OK=1,Has_Nodes=1),INT(GPUs_per_Node/GPUs_per_Pod),0)",
        "pods that one node holds whole; 0 where a pod takes several, or there are no nodes",
    ),
    "Stand_By": (
        "=IF(Inputs_OK=1,IF(Nodes_to_Survive>0,MAX(1,Pods_per_Node)*Nodes_to_Survive,Spare_Pods),0)",
        "spare pods: as given, or those that the nodes to survive take down",
    ),
    "Unit_Pods": ("=MAX(1,Pods_per_Node)", "pods of what is bought at once: a node, or else the GPUs of one pod"),
    "Unit_GPUs": (
        (
            "=IF(Inputs_OK=1,IF(Has_Nodes=1,IF(Pods_per_Node>0,1,CEILING(GPUs_per_Pod/GPUs_per_Node,1))*GPUs_per_Node,"
            "GPUs_per_Pod),1)"
        ),
        "GPUs of what is bought at once",
    ),
    "Contract_Shown": (
        "=IF(Checks_Failed>0,0,IF(ISNUMBER(Contract_Row),IF(INDEX(Row_State,Contract_Row)=3,1,0),0))",
        "1: a row is contracted, and can be met",
    ),
}
"""What follows from nodes and spares: formula and meaning by the name of its cell."""

_PER_SECOND: Final = (
    "IF(Demand_Unit=Word_TPM,Demand_Value/Seconds_per_Minute,IF(Demand_Unit=Word_RPS,Demand_Value*Demand_OSL,"
    "IF(Demand_Unit=Word_People,Demand_Value*Requests_per_Person/Seconds_per_Minute*Demand_OSL,"
    'IF(Demand_Unit=Word_Tok_s,Demand_Value,""))))'
)

DEMAND: Final = {
    "Demand_Mean": (
        f'=IF(Inputs_OK=1,{_PER_SECOND},"")',
        "output tok/s in the mean (blank for users: it depends on the SLA)",
    ),
    "Demand_tok_s": (
        '=IF(ISNUMBER(Demand_Mean),Demand_Mean*Peak_to_Mean,"")',
        "output tok/s asked for at the peak, for which everything is sized (blank for users)",
    ),
}
"""What is asked for, likewise."""
