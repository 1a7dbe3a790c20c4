"""Files whole or not at all: after any failure the directory is what it was."""

import errno
import os
from pathlib import Path

import pytest

from xlsizing import InputError
from xlsizing.reports.files import write_whole


def listing(folder):
    return {path.name: path.read_bytes() if path.is_file() else None for path in sorted(folder.iterdir())}


@pytest.fixture
def texts(tmp_path):
    """Two files to write in a folder that is there."""
    return {tmp_path / "a.md": "new a ü\n", tmp_path / "b.json": "new b\n"}


@pytest.fixture
def failing(monkeypatch):
    """Make the rename of a staged file fail."""

    def failing(name, error):
        replace = Path.replace

        def replaced(path, target):
            if path.name == name and path.parent.name.startswith(".xlsizing-"):
                raise error
            return replace(path, target)

        monkeypatch.setattr(Path, "replace", replaced)

    return failing


def disk_full():
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class TestWrites:
    def test_utf_8_with_newlines_as_given(self, tmp_path, texts):
        write_whole(texts)
        assert listing(tmp_path) == {"a.md": "new a ü\n".encode(), "b.json": b"new b\n"}

    def test_over_old_files_and_beside_others(self, tmp_path, texts):
        (tmp_path / "a.md").write_text("old")
        (tmp_path / "other").write_text("mine")
        write_whole(texts)
        assert listing(tmp_path) == {"a.md": "new a ü\n".encode(), "b.json": b"new b\n", "other": b"mine"}

    def test_into_a_folder_it_makes(self, tmp_path):
        write_whole({tmp_path / "new" / "a.md": "a"})
        assert listing(tmp_path / "new") == {"a.md": b"a"}


class TestFails:
    @pytest.mark.parametrize("name", ["a.md", "b.json"])
    @pytest.mark.parametrize("old", [[], ["a.md"], ["b.json"], ["a.md", "b.json"]], ids=str)
    def test_a_rename(self, tmp_path, texts, failing, name, old):
        for file in old:
            (tmp_path / file).write_text(f"old {file}")
        before = listing(tmp_path)
        failing(name, disk_full())
        with pytest.raises(InputError) as error:
            write_whole(texts)
        assert str(error.value) == f"output must be writable: No space left on device ({tmp_path})"
        assert listing(tmp_path) == before

    def test_an_interrupt_between_the_renames(self, tmp_path, texts, failing):
        (tmp_path / "a.md").write_text("old a")
        before = listing(tmp_path)
        failing("b.json", KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            write_whole(texts)
        assert listing(tmp_path) == before

    def test_a_folder_it_made_is_removed(self, tmp_path, failing):
        failing("a.md", disk_full())
        with pytest.raises(InputError):
            write_whole({tmp_path / "new" / "a.md": "a"})
        assert listing(tmp_path) == {}

    def test_writing_the_text(self, tmp_path, texts, monkeypatch):
        def full(*_):
            raise disk_full()

        monkeypatch.setattr(Path, "write_bytes", full)
        with pytest.raises(InputError, match=r"^output must be writable: No space left on device"):
            write_whole(texts)
        assert listing(tmp_path) == {}

    @pytest.mark.parametrize("name", ["a.md", "b.json"])
    def test_a_directory_in_the_place_of_a_file(self, tmp_path, texts, name):
        (tmp_path / name).mkdir()
        before = listing(tmp_path)
        with pytest.raises(InputError) as error:
            write_whole(texts)
        assert str(error.value) == f"output must be writable: Is a directory ({tmp_path / name})"
        assert listing(tmp_path) == before

    @pytest.mark.parametrize("name", ["a\0b.md", "a\0b/c.md"])
    def test_a_nul_in_the_path(self, tmp_path, name):
        with pytest.raises(InputError, match=r"^output must be writable: no path holds a NUL "):
            write_whole({tmp_path / name: "a"})
        assert listing(tmp_path) == {}

    def test_no_parent(self, tmp_path):
        folder = tmp_path / "no" / "such"
        with pytest.raises(InputError) as error:
            write_whole({folder / "a.md": "a"})
        assert str(error.value) == f"output must be writable: No such file or directory ({folder})"
        assert listing(tmp_path) == {}
