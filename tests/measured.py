"""A command run in a process of its own, and the most memory that it took, on Linux and macOS."""

import subprocess
import sys

__all__ = ["measured"]

# What the system says that a process took counts what the process held which started it, and a runner of tests may
# hold gigabytes: a small one starts it, and says at the end of standard error what its only child took.
_LAUNCHER = """
import resource, subprocess, sys
ended = subprocess.call(sys.argv[1:])
print(f"\\n{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}", end="", file=sys.stderr)
sys.exit(ended if ended >= 0 else 128 - ended)
"""


def measured(*command, **given):
    """Run the command as :func:`subprocess.run` does; the run with what it printed, and its most memory [kB]."""
    launched = [sys.executable, "-S", "-c", _LAUNCHER, *map(str, command)]
    run = subprocess.run(launched, capture_output=True, text=True, check=False, **given)
    run.stderr, _, taken = run.stderr.rpartition("\n")
    return run, int(taken) // (1024 if sys.platform == "darwin" else 1)
