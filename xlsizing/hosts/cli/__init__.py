"""The command line: one module a command, and the flags that several share."""

__all__ = ["main", "output", "start"]
