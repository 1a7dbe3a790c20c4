"""Excel without Excel, twice: the headless mode that ships, and xlwings' own COM code on stand-ins."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hosts.windows_stand_ins import ComHost
from tests.spec_files import ILLUSTRATIVE, ROOT
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


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with results and a sizing file, which is the current one, as it is of the server for assistants."""
    place = tmp_path / "box"
    shutil.copytree(ROOT / "workbook" / "curves" / "illustrative-vllm-sweep", place / "results")
    shutil.copy(ILLUSTRATIVE, place / "sizing.yaml")
    monkeypatch.chdir(place)
    return place
