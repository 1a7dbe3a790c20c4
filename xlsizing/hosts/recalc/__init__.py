"""Workbooks recalculated without Excel: the file as it is, our functions lifted out, the engine, what is written back."""

from xlsizing.hosts.recalc.recalculation import ErrorText, Recalculation, Unevaluated

__all__ = ["ErrorText", "Recalculation", "Unevaluated"]
