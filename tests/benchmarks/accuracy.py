"""``python -m tests.benchmarks.accuracy SWEEPS.csv``: another door to ``xlsizing accuracy``."""

import sys

from xlsizing.hosts.cli.main import main

if __name__ == "__main__":
    main(["accuracy", *sys.argv[1:]])
