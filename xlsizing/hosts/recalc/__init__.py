"""Workbooks recalculated without Excel: the file as it is, our functions lifted out, the engine, what is written back."""

from xlsizing.hosts.recalc.engine import Engine, Place
from xlsizing.hosts.recalc.recalculation import ErrorText, Recalculation, Unevaluated
from xlsizing.hosts.recalc.unpacking import WAY_OUT, unpacked, workbook_data

__all__ = ["WAY_OUT", "Engine", "ErrorText", "Place", "Recalculation", "Unevaluated", "unpacked", "workbook_data"]
