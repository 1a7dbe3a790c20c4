"""Files whole or not at all: after any failure the directory is what it was."""

import errno
import os
import socket
import stat
from pathlib import Path

import pytest

from xlsizing import InputError
from xlsizing.reading import file_data, keeping_inputs
from xlsizing.reports import guards
from xlsizing.reports.files import new_file, write_whole
from xlsizing.reports.guards import locked


def listing(folder):
    return {path.name: path.read_bytes() if path.is_file() else None for path in sorted(folder.iterdir())}


@pytest.fixture
def texts(tmp_path):
    """Two files to write in a folder that is there."""
    return {tmp_path / "a.md": "new a ü\n", tmp_path / "b.json": "new b\n"}


@pytest.fixture
def failing(monkeypatch):
    """Make the rename of a staged file fail, once."""

    def failing(name, error):
        replace, left = os.replace, [error]

        def replaced(path, target):
            if Path(target).name == name and left:
                raise left.pop()
            return replace(path, target)

        monkeypatch.setattr(os, "replace", replaced)

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

        monkeypatch.setattr(os, "write", full)
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


@pytest.mark.skipif(os.name == "nt", reason="has other modes and owners, and links take rights there")
class TestKeeps:
    @pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755])
    def test_the_mode(self, tmp_path, mode):
        file = tmp_path / "a"
        file.write_text("old")
        file.chmod(mode)
        write_whole({file: "new"})
        assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("new", mode)

    def test_the_umask_for_a_new_file(self, tmp_path):
        before = os.umask(0o027)
        try:
            write_whole({tmp_path / "a": "new"})
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640

    @pytest.mark.skipif(os.name != "nt" and os.geteuid() != 0, reason="only root gives a file to somebody else")
    def test_the_owner(self, tmp_path):
        file = tmp_path / "a"
        file.write_text("old")
        os.chown(file, 1234, 5678)
        file.chmod(0o640)
        write_whole({file: "new"})
        found = file.stat()
        assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (1234, 5678, 0o640)

    @pytest.mark.skipif(os.name != "nt" and os.geteuid() != 0, reason="only root gives a file to somebody else")
    def test_or_refuses_where_it_cannot_keep_the_owner(self, tmp_path, monkeypatch):
        def denied(*_):
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

        file = tmp_path / "a"
        file.write_text("old")
        os.chown(file, 1234, 5678)
        monkeypatch.setattr(os, "chown", denied)
        with pytest.raises(InputError) as error:
            write_whole({file: "new"})
        assert str(error.value) == (
            "output must be yours, or it would change its owner; write to another name, or let the owner write it "
            f"({file})"
        )
        assert listing(tmp_path) == {"a": b"old"}

    @pytest.mark.parametrize("existing", [True, False])
    def test_a_link_and_writes_what_it_names(self, tmp_path, existing):
        (tmp_path / "there").mkdir()
        link, real = tmp_path / "link", tmp_path / "there" / "real"
        if existing:
            real.write_text("old")
        link.symlink_to(Path("there") / "real")
        write_whole({link: "new"})
        assert (link.is_symlink(), real.is_symlink(), real.read_text()) == (True, False, "new")
        assert set(listing(tmp_path / "there")) == {"real"}

    def test_a_file_that_may_not_be_written(self, tmp_path, monkeypatch):
        (tmp_path / "a").write_text("old")
        monkeypatch.setattr(os, "access", lambda *_: False)  # root may write any
        with pytest.raises(InputError, match=r"^output must be writable: Permission denied \(.*a\)$"):
            write_whole({tmp_path / "a": "new"})
        assert listing(tmp_path) == {"a": b"old"}


class TestRefuses:
    def refused(self, texts, **options):
        with pytest.raises(InputError) as error:
            write_whole(texts, **options)
        return str(error.value)

    @pytest.mark.skipif(os.name == "nt", reason="links take rights there")
    def test_links_in_a_circle(self, tmp_path):
        (tmp_path / "a").symlink_to("b")
        (tmp_path / "b").symlink_to("a")
        said = self.refused({tmp_path / "a": "x"})
        assert said == f"output must be writable: Too many levels of symbolic links ({tmp_path / 'a'})"

    @pytest.mark.skipif(os.name == "nt", reason="has no such pipes")
    def test_a_pipe_a_socket_and_a_device(self, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(tmp_path / "socket"))
            for place in (tmp_path / "pipe", tmp_path / "socket", Path("/dev/null")):
                said = self.refused({place: "x"})
                assert said == f"output must be a file: it is a pipe, a device or a socket ({place})"

    @pytest.mark.parametrize("link", [os.symlink, os.link], ids=["symbolic", "hard"])
    def test_one_file_under_two_names(self, tmp_path, link):
        (tmp_path / "a").write_text("old")
        link(tmp_path / "a", tmp_path / "b")
        said = self.refused({tmp_path / "a": "x", tmp_path / "b": "y"})
        assert said == f"output must be another file than the other output ({tmp_path / 'b'})"
        assert (tmp_path / "a").read_text() == "old"

    @pytest.mark.parametrize("link", [None, os.symlink, os.link], ids=["itself", "symbolic", "hard"])
    def test_a_file_that_was_read(self, tmp_path, link):
        file = out = tmp_path / "curve.csv"
        file.write_text("old")
        if link:
            out = tmp_path / "out"
            link(file, out)
        with keeping_inputs():
            file_data(file, "curve file", largest=9)
            said = self.refused({out: "new"})
        assert said == f"output must not be a file that is read; write to another place ({out})"
        assert file.read_text() == "old"
        write_whole({out: "new"})  # what another run read is free
        assert out.read_text() == "new"

    def test_a_new_file_that_appeared_meanwhile(self, tmp_path):
        file = tmp_path / "a.xlsx"
        assert new_file(file, ".xlsx", force=False) == file
        said = self.refused({file: "x", tmp_path / "b": "y"}, fresh=[file], check=lambda _: file.write_text("theirs"))
        assert said == f"output must not exist yet; pass --force to overwrite it ({file})"
        assert listing(tmp_path) == {"a.xlsx": b"theirs"}

    def test_a_name_of_300_characters(self, tmp_path):
        file = tmp_path / ("a" * 300 + ".xlsx")
        with pytest.raises(InputError) as error:
            new_file(file, ".xlsx", force=False)
        assert str(error.value) == f"output must be writable: File name too long ({file})"
        assert self.refused({file: "x"}) == str(error.value)

    def test_a_folder_that_another_run_holds(self, tmp_path, monkeypatch):
        monkeypatch.setattr(guards, "_LONGEST_WAIT", 0.05)
        with locked(tmp_path):
            said = self.refused({tmp_path / "a": "x", tmp_path / "b": "y"})
        assert said == f"output must not be held by another run; wait for it to end, or end it ({tmp_path})"
        assert listing(tmp_path) == {}


class TestDrivesOfOtherKinds:
    def test_without_links_a_new_file_is_claimed_first(self, tmp_path, monkeypatch):
        def no_links(*_):
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))

        monkeypatch.setattr(os, "link", no_links)
        file = tmp_path / "a.xlsx"
        write_whole({file: "x", tmp_path / "b": "y"}, fresh=[file])
        write_whole({tmp_path / "b": "z", tmp_path / "c": "z"})
        with pytest.raises(InputError, match="must not exist yet"):
            write_whole({file: "z"}, fresh=[file], check=lambda _: None)
        assert listing(tmp_path) == {"a.xlsx": b"x", "b": b"z", "c": b"z"}

    def test_without_locks_on_folders_a_file_is_locked_and_removed(self, tmp_path, monkeypatch):
        fcntl = pytest.importorskip("fcntl")

        def no_locks(*_):
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))

        monkeypatch.setattr(fcntl, "flock", no_locks)
        with locked(tmp_path):
            assert listing(tmp_path) == {".xlsizing-lock": b""}
        assert listing(tmp_path) == {}

    @pytest.mark.parametrize("code", [errno.EINVAL, errno.EIO])
    def test_that_sync_no_folders_are_written_and_those_that_fail_are_not(self, tmp_path, monkeypatch, code):
        (tmp_path / "a").write_text("old")
        fsync = os.fsync

        def failing(opened):
            if stat.S_ISDIR(os.fstat(opened).st_mode):
                raise OSError(code, os.strerror(code))
            fsync(opened)

        monkeypatch.setattr(os, "fsync", failing)
        if code == errno.EINVAL:
            write_whole({tmp_path / "a": "new"})
            assert listing(tmp_path) == {"a": b"new"}
        else:
            with pytest.raises(InputError, match="Input/output error"):
                write_whole({tmp_path / "a": "new", tmp_path / "b": "new"})
            assert listing(tmp_path) == {"a": b"old"}
