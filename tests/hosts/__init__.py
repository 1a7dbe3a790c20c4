"""Tests of the doors: Excel functions, their registration and the headless mode."""
