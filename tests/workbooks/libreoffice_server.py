"""LibreOffice behind a pipe: one JSON object a line in, one a line out; runs under a Python that has `uno`.

    {"do": "load", "path": "/tmp/book.xlsx"}
    {"do": "set", "name": "Util", "values": [[0.7]]}
    {"do": "recalculate"}
    {"do": "read", "name": "Out_Pods"}
    {"do": "read", "name": "Sizing!B2:S30"}
    {"do": "charts", "sheet": "Sizing"}
    {"do": "texts", "sheet": "Sizing"}

The answer is {"value": ...} or {"error": sentence}. A blank cell is "", an error in a cell {"error_code": number}. The
office is started with a profile of its own and ends with this process.
"""

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

START_S = 90


def main(soffice, kind=None):
    """Answer requests until there are no more, by an Office or another `kind` of it."""
    with tempfile.TemporaryDirectory(prefix="xlsizing-office-", ignore_cleanup_errors=True) as folder:
        pipe = f"xlsizing{os.getpid()}"
        program = subprocess.Popen(  # in a process group of its own: soffice is a script that starts the real process
            [
                soffice,
                "--headless",
                "--norestore",
                "--nologo",
                "--nodefault",
                "--nolockcheck",
                f"--accept=pipe,name={pipe};urp;",
                f"-env:UserInstallation={Path(folder).as_uri()}",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"TMPDIR": folder},
            start_new_session=True,
        )
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # leave through the line that ends the office
        office = None
        try:
            office = (kind or Office)(pipe, program)
            answer({"value": "ready"})
            for line in sys.stdin:
                answer(office.done(json.loads(line)))
        finally:
            end(office, program)


def end(office, program):
    """End the office with all that it started, and wait until it is gone: its profile can be removed then."""
    if office is not None:
        with contextlib.suppress(Exception):  # it answers its last call, or is gone before it can
            office.desktop.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(10)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()
        for _ in range(100):
            os.killpg(program.pid, 0)
            time.sleep(0.02)


def answer(value):
    """Write one line of JSON."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


class Office:
    """A running office and the workbook that is open in it."""

    how_to_load = {"Hidden": True}  # noqa: RUF012  # a constant

    def __init__(self, pipe, program):
        import uno  # noqa: PLC0415  # not every Python has it, and this module must import everywhere

        self.uno = uno
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        address = f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext"
        until = time.monotonic() + START_S
        for wait in itertools.chain([0.05] * 20, itertools.repeat(0.25)):
            try:
                context = resolver.resolve(address)
                break
            except Exception:
                if program.poll() is not None or time.monotonic() > until:
                    raise
            time.sleep(wait)
        self.desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        self.book, self.ranges = None, {}

    def done(self, request):
        """Return the answer to a request."""
        try:
            return {"value": getattr(self, f"do_{request['do']}")(**{k: v for k, v in request.items() if k != "do"})}
        except Exception as error:  # noqa: BLE001  # whatever it is, the test shall see it
            return {"error": f"{request}: {type(error).__name__}: {error}"}

    def do_load(self, path):
        """Open a workbook in place of the one before."""
        if self.book is not None:
            self.book.close(True)
        self.ranges = {}
        options = tuple(self._named(name, value) for name, value in self.how_to_load.items())
        self.book = self.desktop.loadComponentFromURL(Path(path).as_uri(), "_blank", 0, options)
        self.book.enableAutomaticCalculation(False)  # or every cell that is set would recalculate all that follow

    def do_set(self, name, values):
        """Put numbers and texts into a named range; "" clears a cell."""
        self._range(name).setDataArray(tuple(tuple(row) for row in values))

    def do_recalculate(self):
        """Recalculate every formula, whether or not anything changed before it."""
        self.book.calculateAll()

    def do_read(self, name):
        """Return the values of a range, given by its name or as sheet!cells."""
        cells = self._range(name)
        return [
            [self._value(cells, i, j, value) for j, value in enumerate(row)]
            for i, row in enumerate(cells.getDataArray())
        ]

    def do_charts(self, sheet):
        """Return how many charts a sheet shows."""
        return self.book.Sheets.getByName(sheet).Charts.Count

    def do_texts(self, sheet):
        """Return every text that a sheet shows."""
        cells = self.book.Sheets.getByName(sheet).createCursor()
        cells.gotoEndOfUsedArea(True)  # of UNO
        return [value for row in cells.getDataArray() for value in row if isinstance(value, str) and value]

    def _value(self, cells, row, column, value):
        code = 0 if isinstance(value, float | str) else cells.getCellByPosition(column, row).getError()
        return {"error_code": code} if code else value

    def _named(self, name, value):
        found = self.uno.createUnoStruct("com.sun.star.beans.PropertyValue")
        found.Name, found.Value = name, value
        return found

    def _range(self, name):
        if name not in self.ranges:
            title, _, reference = name.partition("!")
            self.ranges[name] = (
                self.book.Sheets.getByName(title).getCellRangeByName(reference)
                if reference
                else self.book.NamedRanges.getByName(name).getReferredCells()
            )
        return self.ranges[name]


if __name__ == "__main__":
    main(sys.argv[1])
