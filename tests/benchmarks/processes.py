"""Whole processes as they run where the package is installed: with bytecode on disk, output in a pipe."""

import os
import subprocess
import sys
import time

SIZE = (
    "-m", "xlsizing", "size", "--tpm", "3000000", "--sla", "20,50,100,150,215", "--anchors", "1:215.5,10:122.2,256:41.8",
    "--gpus-per-pod", "4", "--util", "0.70",
)  # fmt: skip
MEMORY = "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
"""Prints the most memory of the process so far in kB: only Linux tells it of this program alone."""

_SETTING = "PYTHONDONTWRITEBYTECODE"  # without bytecode every run would compile our modules, and none of numpy's


def process(*arguments):
    """Return a run of Python in a process of its own, as this interpreter starts; it returns what was printed."""
    run = [sys.executable, *map(str, arguments)]
    environment = {name: value for name, value in os.environ.items() if name != _SETTING}

    def running():
        done = subprocess.run(run, check=True, capture_output=True, text=True, timeout=1800, env=environment)
        return done.stdout

    return running


def processor_of_children():
    """Return what processes that ended have taken of the processor: others on the machine change it less than time [s]."""
    if sys.platform == "win32":
        return time.perf_counter()
    import resource  # noqa: PLC0415  # not on Windows; finer than `os.times`

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory_of(program):
    """Return the most memory that a `program` takes, in a process of its own, on Linux [MB]."""
    return int(process("-c", f"{program}\n{MEMORY}")()) * 1024 / 1e6
