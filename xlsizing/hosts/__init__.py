"""The doors: Excel functions, their headless twin, and the command line."""
