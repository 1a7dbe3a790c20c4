"""The doors: Excel functions, their headless twin, recalculation, the doctor, and the command line."""
