"""Writing the journal: everything arrives on disk, no disk holds up the caller, and a disk that fails is told."""

import contextlib
import errno
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sensor.recording.journal import Anchor, Closed, Frame, Header, Note, Record, Source, encode
from sensor.recording.journal_file import JournalFailed, JournalState
from sensor.recording.journal_reader import JournalReader
from sensor.recording.journal_writer import JournalParams, JournalWriter
from tests.sensor.journals import BadDisk

QUICK = JournalParams(write_every_s=0.005, sync_every_s=0.005)
PATIENCE_S = 20.0


def notes(folder: Path) -> list[str]:
    return [record.text for record in JournalReader(folder) if isinstance(record, Note)]


def fill(writer: JournalWriter, count: int, text: str) -> None:
    """Append notes until the journal takes no more."""
    with contextlib.suppress(JournalFailed):
        for k in range(count):
            writer.append(Note(k, text))


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_what_is_appended_is_read(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path / "journal", "s1", "test 1", clock_ns=lambda: 5, utc_ns=lambda: 9)
    first = writer.frame(10, "A", "gaitnode", "control", b"one")
    second = writer.frame(11, "B", "gaitnode", "", b"two")
    third = writer.frame(12, "A", "gaitnode", "control", b"three")
    assert writer.state.value == "open"
    writer.close("stopped")
    reader = JournalReader(writer.folder)
    assert list(reader) == [
        Header(5, "s1", 0, "test 1"),
        Anchor(5, 9),
        Source(10, 0, "A", "gaitnode", "control"),
        first,
        Source(11, 1, "B", "gaitnode"),
        second,
        third,
        Closed(5, "stopped"),
    ]
    assert (first, second, third) == (Frame(10, 0, b"one"), Frame(11, 1, b"two"), Frame(12, 0, b"three"))
    assert writer.state.value == "closed"
    with pytest.raises(JournalFailed, match="is closed"):
        writer.append(Note(0, "late"))


def test_the_tap_sees_what_a_reader_will_find_in_that_order(tmp_path: Path) -> None:
    seen: list[Record] = []
    writer = JournalWriter(tmp_path, "s1", "t", tap=seen.append, params=JournalParams(0.001, 0.01, segment_bytes=2000))
    for k in range(50):
        writer.frame(k, f"node {k % 3}", "gaitnode", "", bytes(100))
        writer.append(Note(k, str(k)))
    writer.close("stopped")
    found: list[Record] = []
    for record in JournalReader(tmp_path):
        if not isinstance(record, Header | Anchor) and record not in found:  # segments repeat their sources
            found.append(record)
    assert found == list(dict.fromkeys(seen))


def test_every_segment_can_be_read_on_its_own(tmp_path: Path) -> None:
    disk = BadDisk()
    writer = JournalWriter(tmp_path, "s1", "t", disk=disk, params=JournalParams(0.005, 0.005, segment_bytes=3000))
    for k in range(100):  # some 22 kB: on a busy machine several frames are written at once, and segments grow longer
        writer.frame(k, "A", "gaitnode", "", bytes([k]) * 200)
        disk.wrote.clear()
        assert disk.wrote.wait(PATIENCE_S)
    writer.close("stopped")
    segments = sorted(tmp_path.iterdir())
    assert len(segments) > 3
    assert [f.data[0] for f in JournalReader(tmp_path) if isinstance(f, Frame)] == list(range(100))
    segments[1].rename(tmp_path / "000000.gcj")
    for other in segments[2:]:
        other.unlink()
    alone = list(JournalReader(tmp_path))
    assert isinstance(alone[2], Source)
    assert all(record.source == alone[2].index for record in alone if isinstance(record, Frame))


def test_the_wall_clock_is_anchored_again_and_again(tmp_path: Path) -> None:
    now = [0]
    writer = JournalWriter(tmp_path, "s1", "t", clock_ns=lambda: now[0], utc_ns=lambda: 7)
    for k in range(10):
        now[0] = k * 4 * 10**9
        writer.append(Note(now[0], str(k)))
    writer.close("stopped")
    assert [r for r in JournalReader(tmp_path) if isinstance(r, Anchor)] == [
        Anchor(k * 12 * 10**9, 7) for k in range(4)
    ]


def test_writes_and_syncs_happen_while_nobody_asks(tmp_path: Path) -> None:
    disk = BadDisk()
    writer = JournalWriter(tmp_path, "s1", "t", disk=disk, params=QUICK)
    disk.wrote.clear()
    disk.synced.clear()
    writer.append(Note(0, "a"))
    assert disk.wrote.wait(PATIENCE_S)
    assert disk.synced.wait(PATIENCE_S)
    assert notes(tmp_path) == ["a"]
    writer.close("stopped")


def test_the_promised_pace_is_kept_by_default() -> None:
    assert JournalParams().write_every_s <= 0.25 / 2  # the rest is for a busy machine
    assert JournalParams().sync_every_s <= 1.0


def test_a_hanging_disk_holds_up_nobody(tmp_path: Path) -> None:
    disk = BadDisk()
    writer = JournalWriter(tmp_path, "s1", "t", disk=disk, params=QUICK)
    disk.writing_goes_on.clear()
    for k in range(2000):
        writer.append(Note(k, "x" * 100))
    assert writer.backlog_bytes > 2000 * 100
    disk.writing_goes_on.set()
    writer.close("stopped")
    assert len(notes(tmp_path)) == 2000
    assert writer.backlog_bytes == 0


def test_a_slow_sync_delays_no_write(tmp_path: Path) -> None:
    disk = BadDisk()
    disk.syncing_goes_on.clear()
    writer = JournalWriter(tmp_path, "s1", "t", disk=disk, params=QUICK)
    for k in range(3):
        disk.wrote.clear()
        writer.append(Note(k, str(k)))
        assert disk.wrote.wait(PATIENCE_S)
    disk.syncing_goes_on.set()
    writer.close("stopped")
    assert notes(tmp_path) == ["0", "1", "2"]


def test_a_disk_that_has_stopped_is_given_up(tmp_path: Path) -> None:
    disk = BadDisk()
    params = JournalParams(0.005, 0.005, backlog_bytes=10_000, close_within_s=0.01)
    writer = JournalWriter(tmp_path, "s1", "t", disk=disk, params=params)
    disk.writing_goes_on.clear()
    fill(writer, 1000, "x" * 100)
    with pytest.raises(JournalFailed, match="stopped taking data"):
        writer.close("stopped")
    disk.writing_goes_on.set()
    for thread in writer._threads:
        thread.join(PATIENCE_S)
    writer._file.close()


@pytest.mark.parametrize(
    ("number", "state", "says"),
    [
        (errno.ENOSPC, JournalState.FULL, "is full.*everything before is kept.*Free some space"),
        (errno.EDQUOT, JournalState.FULL, "is full"),
        (errno.EIO, JournalState.GONE, "is gone.*Connect it again"),
        (errno.ENODEV, JournalState.GONE, "is gone"),
        (errno.EINVAL, JournalState.FAILED, "refuses to write"),
    ],
)
@pytest.mark.parametrize("at", ["write", "sync"])
def test_an_error_of_the_disk_ends_in_a_clear_state(
    number: int, state: JournalState, says: str, at: str, tmp_path: Path
) -> None:
    disk, told, heard = BadDisk(), list[JournalFailed](), threading.Event()

    def hear(failed: JournalFailed) -> None:
        told.append(failed)
        heard.set()

    writer = JournalWriter(tmp_path, "s1", "t", disk=disk, params=QUICK, on_failure=hear)
    disk.wrote.clear()
    writer.append(Note(0, "safe"))
    assert disk.wrote.wait(PATIENCE_S)
    if at == "write":
        disk.write_error = number
    else:
        disk.sync_error = number
    if at == "write":
        writer.append(Note(1, "never written"))
    assert heard.wait(PATIENCE_S)
    assert writer.state is state
    with pytest.raises(JournalFailed, match=says):
        writer.append(Note(2, "refused"))
    with pytest.raises(JournalFailed, match=says):
        writer.close("stopped")
    assert [failed.state for failed in told] == [state]
    assert notes(tmp_path) == ["safe"]


@pytest.mark.parametrize("room", [0, 3, 700, 1501])
def test_a_disk_that_fills_up_keeps_all_whole_records(room: int, tmp_path: Path) -> None:
    heard = threading.Event()
    disk = BadDisk()
    writer = JournalWriter(tmp_path, "s1", "t", disk=disk, params=QUICK, on_failure=lambda _: heard.set())
    disk.room = room
    fill(writer, 100, "x" * 50)
    assert heard.wait(PATIENCE_S)
    assert writer.state is JournalState.FULL
    assert len(notes(tmp_path)) == room // len(encode(Note(0, "x" * 50)))
    with pytest.raises(JournalFailed):
        writer.close("stopped")


def test_a_full_disk_at_the_start_is_told_and_leaks_nothing(tmp_path: Path) -> None:
    before = descriptors()
    with pytest.raises(JournalFailed, match="is full"):
        JournalWriter(tmp_path, "s1", "t", disk=BadDisk(room=20))
    assert descriptors() == before


def test_a_folder_that_vanishes_is_noticed(tmp_path: Path) -> None:
    heard = threading.Event()
    folder = tmp_path / "journal"
    writer = JournalWriter(folder, "s1", "t", params=QUICK, on_failure=lambda _: heard.set())
    shutil.rmtree(folder)
    assert heard.wait(PATIENCE_S)
    assert writer.state is JournalState.GONE
    with pytest.raises(JournalFailed, match="is gone"):
        writer.close("stopped")


def test_a_journal_is_never_written_over(tmp_path: Path) -> None:
    JournalWriter(tmp_path, "s1", "t").close("stopped")
    before = (tmp_path / "000000.gcj").read_bytes()
    with pytest.raises(JournalFailed, match="exists"):
        JournalWriter(tmp_path, "s2", "t")
    assert (tmp_path / "000000.gcj").read_bytes() == before


def test_nothing_is_left_open(tmp_path: Path) -> None:
    before, threads = descriptors(), threading.active_count()
    for k in range(20):
        writer = JournalWriter(tmp_path / str(k), "s1", "t", params=JournalParams(0.001, 0.001, segment_bytes=100))
        for n in range(5):
            writer.append(Note(n, "x" * 50))
        writer.close("stopped")
    assert (descriptors(), threading.active_count()) == (before, threads)


LIMITED = """
import resource, sys
from pathlib import Path
from sensor.recording.journal import Note
from sensor.recording.journal_file import JournalFailed
from sensor.recording.journal_writer import JournalParams, JournalWriter
writer = JournalWriter(Path(sys.argv[1]), "s1", "t", params=JournalParams(0.001, 0.01))
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    for k in range(10**6):
        writer.append(Note(k, str(k)))
except JournalFailed as failed:
    print(failed.state)
"""


def test_a_real_limit_of_the_operating_system(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)], cwd=root, capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout == "full\n"
    assert (tmp_path / "000000.gcj").stat().st_size == 20_000
    kept = [int(text) for text in notes(tmp_path)]
    assert kept == list(range(len(kept)))
    assert len(kept) > 300
