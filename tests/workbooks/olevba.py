"""VBA modules as olevba reads them: a reader that shares no code with what writes them."""

import json
import re
import subprocess
import sys

_PROGRAM = """
import json, sys
from oletools.olevba import VBA_Parser
parser = VBA_Parser(sys.argv[1])
print(json.dumps({stream.rpartition("/")[2]: code for _, stream, _, code in parser.extract_macros()}))
"""


def modules_by_olevba(path):
    """Return the source of each module by name, attributes and all; in a process of its own, for it warns a lot."""
    run = subprocess.run([sys.executable, "-c", _PROGRAM, path], capture_output=True, text=True, check=True)
    return {name.rpartition(".")[0] or name: code for name, code in json.loads(run.stdout).items()}


def without_attributes(source):
    """Return a module without what Excel's editor hides at its top, its lines ending in LF."""
    source = source.replace("\r\n", "\n")
    return re.sub(r"\A(VERSION 1\.0 CLASS\nBEGIN\n(.*\n)*?END\n)?(Attribute VB_\w+ = .*\n)*", "", source)
