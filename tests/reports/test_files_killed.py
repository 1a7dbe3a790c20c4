"""Files whole or not at all when writers are killed, stopped, run into each other, or run out of disk.

Writers run in forked processes. A killed one ends by os._exit at a call of the system, before or after it took
effect: as with kill -9, nothing of Python's runs any more. What the kernel itself would lose is not simulated.
"""

import hashlib
import json
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from tests.command_line import run
from xlsizing import Demand, InputError
from xlsizing.reports import guards
from xlsizing.reports.files import write_whole
from xlsizing.reports.guards import locked
from xlsizing.reports.markdown import markdown
from xlsizing.reports.record import json_text
from xlsizing.reports.review import ReviewError, review

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="forks, and names signals that Windows has not"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]

CALLS = ("open", "write", "fsync", "link", "replace", "unlink", "mkdir")
MARKDOWN, JSON = "CAPACITY-SIZING.md", "capacity_sizing.json"
STAGED = ".xlsizing-"
KILLED = 77


def content(folder):
    """What a reader sees: files by name, without what a killed run left under hidden names."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(STAGED)}


def litter(folder):
    return [path.name for path in folder.iterdir() if path.name.startswith(STAGED)]


def forked(action):
    """Run an action in a child, which ends with 0; return its process id."""
    child = os.fork()
    if child:
        return child
    try:
        action()
        os._exit(0)
    except InputError:
        os._exit(2)
    except BaseException:  # noqa: BLE001  # a child of a test run must never return into it
        os._exit(1)


def ended(child):
    """Return how a child ended: its exit code, or minus the signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(number, *, after, action):
    """Run an action in a child that is killed at its call of that number; return how it ended."""

    def dying():
        count = 0

        def counted(call):
            def instead(*args, **named):
                nonlocal count
                count += 1
                if count == number and not after:
                    os._exit(KILLED)
                result = call(*args, **named)
                if count == number:
                    os._exit(KILLED)
                return result

            return instead

        for name in CALLS:
            setattr(os, name, counted(getattr(os, name)))
        action()

    return ended(forked(dying))


def every_kill(action, check):
    """Kill an action at each of its calls, before and after it; check what is left each time. Return how often."""
    for after in (False, True):
        number = 1
        while (code := killed_at(number, after=after, action=action)) == KILLED:
            check()
            number += 1
        assert code == 0
        assert number > 5
    return number


class TestKilledAtEveryCall:
    def test_a_file_is_the_old_or_the_new_one(self, tmp_path):
        file = tmp_path / "a.xlsx"
        seen = set()

        def check():
            seen.add(file.read_bytes())
            file.write_bytes(b"old")

        file.write_bytes(b"old")
        every_kill(lambda: write_whole({file: b"new" * 9999}), check)
        assert seen == {b"old", b"new" * 9999}

    def test_a_file_that_must_be_new_is_whole_or_not_there(self, tmp_path):
        file = tmp_path / "a.xlsx"
        seen = set()

        def check():
            seen.add(file.read_bytes() if file.exists() else None)
            file.unlink(missing_ok=True)

        every_kill(lambda: (write_whole({file: b"new" * 9999}, fresh=[file]), file.unlink()), check)
        assert seen == {None, b"new" * 9999}

    def test_a_pair_is_old_or_new_or_known_for_a_mix_and_mended_by_the_next_run(self, tmp_path, report):
        pairs = [pair_of(tmp_path, report, gpus) for gpus in (4, 8)]
        seen = []

        def check():
            seen.append(state(tmp_path, pairs))
            write_whole(pairs[0])  # the next run
            assert state(tmp_path, pairs) == "old"

        write_whole(pairs[0])
        every_kill(lambda: write_whole(pairs[1]), check)
        assert set(seen) == {"old", "new", "mix"}

    def test_in_a_folder_that_is_made(self, tmp_path):
        folder = tmp_path / "new"

        def check():
            if folder.exists():
                assert all(data == b"x" for data in content(folder).values())
                for path in folder.iterdir():
                    path.unlink()
                folder.rmdir()

        every_kill(lambda: write_whole({folder / "a": "x", folder / "b": "x"}), check)

    def test_what_a_killed_run_staged_is_removed_once_it_is_old(self, tmp_path, monkeypatch):
        file = tmp_path / "a.xlsx"
        assert killed_at(2, after=True, action=lambda: write_whole({file: b"new"})) == KILLED
        assert len(litter(tmp_path)) == 1
        write_whole({file: b"new"})
        assert len(litter(tmp_path)) == 1  # it could be that of a run at work
        monkeypatch.setattr(guards, "_ABANDONED", 0.01)
        time.sleep(0.02)
        write_whole({file: b"newer"})
        assert (litter(tmp_path), file.read_bytes()) == ([], b"newer")


def pair_of(folder, report, gpus):
    given = report([(1, 215.5), (10, 122.2), (256, 41.8)], [20, 100], Demand.tpm(3e6), gpus_per_pod=gpus)
    return {folder / MARKDOWN: markdown(given), folder / JSON: json_text(given)}


def state(folder, pairs):
    """Whether a folder holds the old pair, the new one, or a mix, which the review must refuse as one."""
    held = {folder / name: data.decode() for name, data in content(folder).items()}
    files = {path.name: path for path in held}
    if held in pairs:
        review(files)
        return ("old", "new")[pairs.index(held)]
    assert all(held[path] in (pairs[0][path], pairs[1][path]) for path in held)
    with pytest.raises(ReviewError, match=r"^the report's two files are not of one run: CAPACITY-SIZING\.md says "):
        review(files)
    return "mix"


class TestReview:
    def test_a_mix_names_both_ids_and_the_way_out(self, tmp_path, report):
        old, new = (pair_of(tmp_path, report, gpus) for gpus in (4, 8))
        write_whole(new | {tmp_path / MARKDOWN: old[tmp_path / MARKDOWN]})
        ids = [json.loads(pair[tmp_path / JSON])["report_id"] for pair in (old, new)]
        with pytest.raises(ReviewError) as error:
            review({name: tmp_path / name for name in (MARKDOWN, JSON)})
        assert str(error.value) == (
            "the report's two files are not of one run: CAPACITY-SIZING.md says {}, capacity_sizing.json {}; "
            "write them again with --emit".format(*ids)
        )

    def test_the_id_is_a_hash_of_the_content(self, tmp_path, report):
        told = json.loads(pair_of(tmp_path, report, 4)[tmp_path / JSON])
        stated = told.pop("report_id")
        text = json.dumps(told, sort_keys=True, separators=(",", ":"))
        assert stated == hashlib.sha256(text.encode()).hexdigest()[:16]

    def test_a_text_changed_in_the_json_is_found(self, tmp_path, report):
        pair = pair_of(tmp_path, report, 4)
        write_whole(pair | {tmp_path / JSON: pair[tmp_path / JSON].replace('"model": ""', '"model": "x"')})
        with pytest.raises(ReviewError, match="report_id is "):
            review({name: tmp_path / name for name in (MARKDOWN, JSON)})


SIGNALS = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT] if os.name != "nt" else []


class TestStopped:
    """The command line, stopped while files are staged, and between two renames."""

    ANCHORS = ("--anchors", "1:215.5,10:122.2,256:41.8", "--sla", "20", "--gpus-per-pod", "4")

    def stopped(self, number, folder, pause):
        """Run `size --emit` in a child that pauses as told, send it a signal there, and return how it ended."""
        ready, told = os.pipe()

        def paused():
            os.write(told, b"x")
            for _ in range(200):
                time.sleep(0.005)

        def action():
            # A test run in the background, or under nohup, hands down signals that are ignored.
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
            pause(paused)
            run_quietly("size", *self.ANCHORS, "--tpm", "3e6", "--emit", folder)

        child = forked(action)
        os.read(ready, 1)
        os.kill(child, number)
        return ended(child)

    @pytest.mark.parametrize("number", SIGNALS)
    def test_while_staged_nothing_is_left(self, tmp_path, number):
        (tmp_path / MARKDOWN).write_text("old")

        def pause(paused):
            fsync = os.fsync
            os.fsync = lambda opened: (fsync(opened), paused())

        code = self.stopped(number, tmp_path, pause)
        assert code == (2 if number == signal.SIGINT else -number)
        assert (content(tmp_path), litter(tmp_path)) == ({MARKDOWN: b"old"}, [])

    @pytest.mark.parametrize("number", SIGNALS)
    def test_between_the_renames_the_pair_is_finished(self, tmp_path, number):
        for name in (MARKDOWN, JSON):
            (tmp_path / name).write_text("old")

        def pause(paused):
            replace, times = os.replace, []

            def replaced(*paths):
                replace(*paths)
                if not times:
                    times.append(1)
                    paused()

            os.replace = replaced

        code = self.stopped(number, tmp_path, pause)
        assert code == (2 if number == signal.SIGINT else -number)
        assert litter(tmp_path) == []
        review({name: tmp_path / name for name in (MARKDOWN, JSON)})


def run_quietly(*arguments):
    from xlsizing.hosts.cli.main import main  # noqa: PLC0415  # in the child

    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(null, stream)
    try:
        main([str(each) for each in arguments])
    except SystemExit as stop:
        os._exit(stop.code)


ROUNDS = 1000
WRITERS = 3


class TestConcurrent:
    def test_a_thousand_rounds_of_three_writers_leave_no_mix(self, shared):
        def pair(text):
            return {shared / "a": text * 1000, shared / "b": text * 1000}

        def writer(text):
            for _ in range(ROUNDS):
                write_whole(pair(text))

        children = [forked(lambda text=text: writer(text)) for text in "xyz"[:WRITERS]]
        seen = set()
        while os.waitpid(children[0], os.WNOHANG) == (0, 0):
            if (shared / "b").exists():
                with locked(shared):
                    one, other = (shared / "a").read_text(), (shared / "b").read_text()
                assert (one == other, len(one)) == (True, 1000)
                seen.add(one[0])
            time.sleep(0.001)
        assert [ended(child) for child in children[1:]] == [0, 0]
        assert len(seen) > 1
        assert litter(shared) == []

    def test_of_three_writers_of_a_new_file_one_wins_each_of_a_thousand_rounds(self, shared):
        def writer(text, gate):
            codes = bytearray()
            os.read(gate, 1)
            for i in range(ROUNDS):
                file = shared / f"{i}.xlsx"
                try:
                    write_whole({file: text}, fresh=[file])
                    codes.append(1)
                except InputError as error:
                    assert "must not exist yet" in str(error)  # noqa: PT017  # in a child
                    codes.append(0)
            (shared / f"won-{text}").write_bytes(codes)

        gate, opened = os.pipe()
        children = [forked(lambda text=text: writer(text, gate)) for text in "xyz"[:WRITERS]]
        os.write(opened, b"xyz")
        assert [ended(child) for child in children] == [0, 0, 0]
        won = {text: (shared / f"won-{text}").read_bytes() for text in "xyz"}
        for i in range(ROUNDS):
            (winner,) = [text for text, codes in won.items() if codes[i]]
            assert (shared / f"{i}.xlsx").read_text() == winner
        assert litter(shared) == []


@pytest.fixture
def shared():
    """A folder in memory where there is one: thousands of syncs take minutes on a disk."""
    memory = Path("/dev/shm")  # noqa: S108  # a folder of its own is made in it
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 KB, in memory; mounting one takes root."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        why = f"no tmpfs can be mounted here: {mounted.stderr.strip() or mounted.returncode}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(why)
    yield place
    subprocess.run(["umount", str(place)], check=True)


class TestFullDisk:
    @pytest.mark.skipif(not hasattr(os, "geteuid"), reason="has no tmpfs")
    def test_that_fills_leaves_all_as_it_was(self, small_disk, capsys):
        for name in (MARKDOWN, JSON):
            (small_disk / name).write_text("old")
        before = content(small_disk)
        slas = ",".join(map(str, range(20, 200)))  # two files of some 300 KB
        flags = ("--anchors", "1:215.5,10:122.2,256:41.8", "--tpm", 3e6, "--gpus-per-pod", 4, "--emit", small_disk)
        outcome = run(capsys, "size", *flags, "--sla", slas)
        sentence = f"xlsizing: output must be writable: No space left on device ({small_disk})\n"
        assert outcome == (2, "", sentence)
        assert (content(small_disk), litter(small_disk)) == (before, [])
        assert run(capsys, "size", *flags, "--sla", "20").code == 0

    @pytest.mark.parametrize("most", range(0, 90_000, 30_000))
    def test_a_limit_on_the_size_of_files_leaves_all_as_it_was(self, tmp_path, most):
        """The same without root: the process may write files of so many bytes."""
        (tmp_path / "b").write_text("old")

        def action():
            import resource  # noqa: PLC0415  # not on Windows

            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
            write_whole({tmp_path / "a": "x" * 50, tmp_path / "b": "y" * 90_001})

        assert ended(forked(action)) == 2
        assert (content(tmp_path), litter(tmp_path)) == ({"b": b"old"}, [])
