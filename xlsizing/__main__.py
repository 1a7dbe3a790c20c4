"""Run the command line: ``python -m xlsizing``."""

from xlsizing.hosts.cli.start import main

if __name__ == "__main__":
    main()
