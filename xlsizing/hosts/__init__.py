"""The doors: Excel functions and their headless twin, recalculation, workbooks of functions, the doctor, the command line, assistants."""
