"""The Excel functions as defined names that hold LAMBDA formulas, for a plain .xlsx without macros and without Python."""
