"""Excel without Excel, twice: the headless mode that ships, and xlwings' own COM code on stand-ins."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.hosts.windows_stand_ins import ComHost
from xlsizing.hosts.headless import Headless


@pytest.fixture(scope="session")
def headless() -> Headless:
    return Headless()


@pytest.fixture(scope="session")
def excel() -> Iterator[ComHost]:
    """xlwings' COM server with our functions loaded."""
    if sys.platform == "win32":
        pytest.skip("on Windows pywin32 is real and wants a running Excel: the stand-ins would hide it")
    host = ComHost()
    yield host
    host.close()
